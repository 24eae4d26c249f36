//! How work on many things is cut into tasks.

/// Up to how many pages or files a core takes at once. Without a limit a list is cut into little more than one part for each core, and
/// who is done first can't help with a part that another has begun.
pub const PER_TASK: usize = 64;

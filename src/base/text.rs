//! What `str` will bring along once our oldest compiler has it.

/// The last boundary of a character in a text that is not behind a byte.
pub fn floor_char(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

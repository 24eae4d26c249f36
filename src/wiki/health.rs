//! Whether a wiki works: its thread, its branch, its disk.

use std::time::Duration;

use super::Wiki;

/// How long after a move of the branch the site may show what was before.
const MAX_BEHIND: Duration = Duration::from_secs(30);

impl Wiki {
    /// Why edits would not be kept or not be shown, in a sentence; `None` when all is well.
    ///
    /// Writes a file where objects go, and so may take as long as the disk does.
    pub fn trouble(&self) -> Option<String> {
        if !self.engine.is_running() {
            return Some("the thread that follows the branch has ended".to_owned());
        }
        if let Some(behind) = self.signal.behind().filter(|behind| *behind > MAX_BEHIND) {
            return Some(format!("the site has not followed the branch for {} seconds", behind.as_secs()));
        }
        let error = self.store.head().and_then(|_| self.store.try_write()).err()?;
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
        Some(format!("{error}{}", cause.unwrap_or_default()))
    }
}

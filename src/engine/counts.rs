//! [`Counts`]: what an engine has done so far, for those who watch over it.

use super::{Engine, locked};

/// What an engine has, and has done since its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// How many states of the site were shown.
    pub n_snapshots: u64,
    /// How many pages the newest one has.
    pub n_pages: u64,
    /// How many pages were rendered when somebody asked for them.
    pub n_rendered: u64,
    /// How many pages that were asked for were still right as rendered before.
    pub n_kept: u64,
    /// How many look at a page.
    pub n_viewers: u64,
}

impl Engine {
    /// What it has done so far.
    pub fn counts(&self) -> Counts {
        let snapshot = self.snapshot();
        let (n_rendered, n_kept) = self.shared.cache.counts();
        Counts {
            n_snapshots: snapshot.number,
            n_pages: snapshot.renderer.site().pages().len() as u64,
            n_rendered,
            n_kept,
            n_viewers: locked(&self.shared.viewers).len() as u64,
        }
    }
}

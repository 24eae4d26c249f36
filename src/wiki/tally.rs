//! [`Tally`]: how many saves there were, and how they ended.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{Outcome, WikiError, save::SaveResult};

/// How many saves there were since the start, by how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Commits as they were sent.
    pub n_committed: u64,
    /// Commits that were put together with those of others.
    pub n_merged: u64,
    /// Saves of what the branch had already.
    pub n_unchanged: u64,
    /// Saves that were in conflict.
    pub n_conflicts: u64,
    /// Saves that were refused, or failed.
    pub n_failed: u64,
    /// Moves of the branch that were seen.
    pub n_heads_seen: u64,
}

impl Tally {
    /// The saves, by the name of their outcome.
    pub fn by_outcome(&self) -> [(&'static str, u64); 5] {
        [
            ("committed", self.n_committed),
            ("merged", self.n_merged),
            ("unchanged", self.n_unchanged),
            ("conflict", self.n_conflicts),
            ("failed", self.n_failed),
        ]
    }
}

/// Counts saves.
#[derive(Debug, Default)]
pub(super) struct Counter([AtomicU64; 5]);

impl Counter {
    pub(super) fn note(&self, result: &Result<SaveResult, WikiError>) {
        let place = match result {
            Ok(SaveResult::Saved(saved)) => match saved.outcome {
                Outcome::Committed => 0,
                Outcome::Merged => 1,
                Outcome::Unchanged => 2,
            },
            Ok(SaveResult::Conflict(_)) => 3,
            Err(_) => 4,
        };
        self.0[place].fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn tally(&self, n_heads_seen: u64) -> Tally {
        let [n_committed, n_merged, n_unchanged, n_conflicts, n_failed] =
            self.0.each_ref().map(|count| count.load(Ordering::Relaxed));
        Tally { n_committed, n_merged, n_unchanged, n_conflicts, n_failed, n_heads_seen }
    }
}

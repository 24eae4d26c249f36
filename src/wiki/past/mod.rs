//! The past of the wiki: who changed what, told from the [`Log`](crate::git::log::Log) of the branch.
//!
//! [`keeper`] keeps the log up to date. The rest are questions to it: the [`history`] of a file, [`recent`] changes of all of
//! them, a [`compare`]d file (and the page that it was, [`marked`]), who wrote each line ([`blame`]); the whole site as it was
//! [`at`] a commit; and operations that bring something back ([`undo`]).

pub mod at;
pub mod blame;
pub mod compare;
pub mod history;
pub mod keeper;
pub mod marked;
pub mod recent;
pub mod undo;

#[cfg(test)]
mod tests;

use crate::git::CommitId;

/// How many commits are shown at once if nobody says how many.
const USUAL_LIMIT: usize = 50;
/// How many commits can be shown at once.
pub const MAX_LIMIT: usize = 500;

/// A part of a list of commits.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// How many.
    pub limit: usize,
    /// Only those before this commit.
    pub before: Option<CommitId>,
}

impl Default for Window {
    fn default() -> Self {
        Self { limit: USUAL_LIMIT, before: None }
    }
}

/// A part of a list, the newest first.
#[derive(Clone, Debug)]
pub struct Part<T> {
    /// What is in it.
    pub items: Vec<T>,
    /// Whether there is more after it.
    pub has_more: bool,
}

impl Window {
    /// Takes the part out of a list.
    fn take<T>(self, all: impl Iterator<Item = T>, id_of: impl Fn(&T) -> CommitId) -> Part<T> {
        let mut is_found = self.before.is_none();
        let after = all.filter(|item| {
            let is_after = is_found;
            is_found |= Some(id_of(item)) == self.before;
            is_after
        });
        let limit = self.limit.clamp(1, MAX_LIMIT);
        let mut items: Vec<T> = after.take(limit + 1).collect();
        let has_more = items.len() > limit;
        items.truncate(limit);
        Part { items, has_more }
    }
}

impl<T> Part<T> {
    fn try_map<U, E>(self, map: impl FnMut(T) -> Result<U, E>) -> Result<Part<U>, E> {
        let has_more = self.has_more;
        Ok(Part { items: self.items.into_iter().map(map).collect::<Result<_, E>>()?, has_more })
    }
}

//! [`Actor`]: who does something, and what that one may do. Both come into every action from outside.

use crate::{base::path::RepoPath, git::Author, wiki::WikiError};

/// Who does something.
#[derive(Clone, Debug)]
pub struct Actor {
    /// Who stands in the commits.
    pub author: Author,
    /// What is allowed.
    pub rights: Rights,
}

/// What somebody may do.
///
/// Until there are accounts, whoever reaches the server may do everything: it listens to this machine only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rights {
    /// Everything.
    Everything,
    /// Reading.
    Reading,
}

/// What is done with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Its text and its past are shown.
    Read,
    /// It gets another text or name, or goes.
    Write,
}

impl Rights {
    /// Whether something may be done with a file.
    pub fn allow(self, action: Action, _path: &RepoPath) -> bool {
        match self {
            Self::Everything => true,
            Self::Reading => action == Action::Read,
        }
    }
}

impl Actor {
    /// Refuses what isn't allowed.
    pub fn check(&self, action: Action, path: &RepoPath) -> Result<(), WikiError> {
        let is_allowed = self.rights.allow(action, path);
        if is_allowed { Ok(()) } else { Err(WikiError::Forbidden { path: path.clone() }) }
    }
}

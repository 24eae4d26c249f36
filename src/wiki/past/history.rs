//! The past of one file: its versions, under all the names that it had.

use crate::{
    base::{digest::BlobId, path::RepoPath},
    git::{CommitId, People, StoredCommit, log::FileChange},
    wiki::{Action, Actor, Wiki, WikiError, name},
};

use super::{Part, Window};

/// A version of a file.
#[derive(Clone, Debug)]
pub struct Version {
    /// The commit that made it.
    pub commit: StoredCommit,
    /// Whether the commit says that it changes nothing of weight.
    pub is_minor: bool,
    /// The name that the file has in it; the last one that it had if this is the end of the file.
    pub path: RepoPath,
    /// The name that it had before, if this is another one.
    pub from: Option<RepoPath>,
    /// How many bytes it has; `None` when the commit deleted it.
    pub size: Option<u64>,
    /// How many bytes the version before had; `None` when there is none.
    pub size_before: Option<u64>,
}

/// A version as the log has it, and what the one before it holds.
struct Logged {
    id: CommitId,
    is_minor: bool,
    path: RepoPath,
    from: Option<RepoPath>,
    blob: Option<BlobId>,
    before: Option<BlobId>,
}

impl Wiki {
    /// The versions of a file, the newest first.
    pub fn history(&self, actor: &Actor, path: &str, window: Window) -> Result<Part<Version>, WikiError> {
        let path = name::known(path).map_err(|why| WikiError::BadName { path: path.to_owned(), why })?;
        actor.check(Action::Read, &path)?;
        let no_file = || WikiError::NoFile { path: path.clone() };
        let head = self.store.head()?.commit.ok_or_else(no_file)?;
        let logged = {
            let log = self.past.at(head)?;
            let mut changes = log.history(&path).peekable();
            changes.peek().ok_or_else(no_file)?;
            window.take(pairs(changes), |logged| logged.id)
        };
        let people = self.store.people(head)?;
        logged.try_map(|logged| self.version(&people, logged))
    }

    fn version(&self, people: &People, logged: Logged) -> Result<Version, WikiError> {
        let size = |blob: Option<BlobId>| blob.map(|blob| self.store.blob_size(blob)).transpose();
        Ok(Version {
            commit: people.named(self.store.commit(logged.id)?),
            is_minor: logged.is_minor,
            size: size(logged.blob)?,
            size_before: size(logged.before)?,
            path: logged.path,
            from: logged.from,
        })
    }
}

/// Changes, each with what the next older one left behind.
fn pairs<'l>(changes: impl Iterator<Item = FileChange<'l>>) -> impl Iterator<Item = Logged> {
    let mut changes = changes.peekable();
    std::iter::from_fn(move || {
        let change = changes.next()?;
        Some(Logged {
            id: change.commit.id(),
            is_minor: change.commit.is_minor(),
            path: change.path.clone(),
            from: change.from.cloned(),
            blob: change.blob,
            before: changes.peek().and_then(|before| before.blob),
        })
    })
}

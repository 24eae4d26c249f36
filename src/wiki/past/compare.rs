//! A file at two commits, compared; and the pages that it was.

use crate::{
    base::path::RepoPath,
    git::{CommitId, StoredCommit},
    wiki::{
        Action, Actor, Wiki, WikiError,
        diff::{self, Block},
        name,
    },
};

/// The largest text that is compared.
const MAX_TEXT_BYTES: usize = 4 << 20;

/// A file at two commits.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The former; `None` when there was no such file before.
    pub from: Option<Side>,
    /// The latter.
    pub to: Side,
    /// How their texts differ; `None` when they are no texts, or too large.
    pub blocks: Option<Vec<Block>>,
}

/// A file at a commit.
#[derive(Clone, Debug)]
pub struct Side {
    /// The commit.
    pub commit: StoredCommit,
    /// The name that the file has there.
    pub path: RepoPath,
    /// Its bytes; `None` when it isn't there.
    pub bytes: Option<Vec<u8>>,
}

impl Side {
    /// Its text; nothing for a file that isn't there, `None` for what is no text.
    pub fn text(&self) -> Option<&str> {
        match &self.bytes {
            None => Some(""),
            Some(bytes) if bytes.len() > MAX_TEXT_BYTES || bytes.contains(&0) => None,
            Some(bytes) => std::str::from_utf8(bytes).ok(),
        }
    }
}

impl Wiki {
    /// Compares a file at two commits: by default what the last of them that changed it did.
    pub fn compare(
        &self,
        actor: &Actor,
        path: &str,
        from: Option<&str>,
        to: Option<&str>,
    ) -> Result<Comparison, WikiError> {
        let path = name::known(path).map_err(|why| WikiError::BadName { path: path.to_owned(), why })?;
        actor.check(Action::Read, &path)?;
        let no_file = || WikiError::NoFile { path: path.clone() };
        let head = self.store.head()?.commit.ok_or_else(no_file)?;
        let to = match to {
            Some(rev) => self.store.revision(rev)?,
            None => head,
        };
        let (from, to) = match from {
            Some(rev) => (Some(self.store.revision(rev)?), to),
            None => self.last_step(head, &path, to)?,
        };
        let from = from.map(|from| self.side(head, &path, from)).transpose()?;
        let to = self.side(head, &path, to)?;
        if to.bytes.is_none() && from.as_ref().is_none_or(|from| from.bytes.is_none()) {
            return Err(no_file());
        }
        let texts = (from.as_ref().map_or(Some(""), Side::text), to.text());
        let blocks =
            if let (Some(before), Some(after)) = texts { Some(diff::diff(before, after)) } else { None };
        Ok(Comparison { from, to, blocks })
    }

    /// The commit that changed a file last, seen from one, and the one that did so before.
    fn last_step(
        &self,
        head: CommitId,
        path: &RepoPath,
        to: CommitId,
    ) -> Result<(Option<CommitId>, CommitId), WikiError> {
        let path = self.name_at(head, path, to)?;
        let blob = self.store.file(to, &path)?.map(|file| file.blob);
        let log = self.past.at(head)?;
        let Some(last) = log.origin(to, &path, blob) else { return Ok((None, to)) };
        let from = last.from.unwrap_or(last.path);
        let before = last.commit.parents().flat_map(|parent| log.last_changes(parent, from));
        // The newest of those that a merge has put together.
        let before = before.max_by_key(|change| change.commit.rank());
        Ok((before.map(|change| change.commit.id()), last.commit.id()))
    }

    /// A file at a commit, under the name that it had then.
    pub(super) fn side(&self, head: CommitId, path: &RepoPath, at: CommitId) -> Result<Side, WikiError> {
        let path = self.name_at(head, path, at)?;
        let bytes = self.bytes(at, &path)?;
        let commit = self.store.people(head)?.named(self.store.commit(at)?);
        Ok(Side { commit, path, bytes })
    }

    /// The name that a file had at a commit; the same if none of its names is there.
    pub(super) fn name_at(
        &self,
        head: CommitId,
        path: &RepoPath,
        at: CommitId,
    ) -> Result<RepoPath, WikiError> {
        if self.store.file(at, path)?.is_some() {
            return Ok(path.clone());
        }
        let mut names: Vec<RepoPath> = {
            let log = self.past.at(head)?;
            log.history(path).map(|change| change.path.clone()).collect()
        };
        names.dedup();
        for name in names {
            if self.store.file(at, &name)?.is_some() {
                return Ok(name);
            }
        }
        Ok(path.clone())
    }
}

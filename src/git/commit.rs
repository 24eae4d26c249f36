//! [`StoredCommit`]: what a commit says of itself; and commits by the names that people give them.

use std::sync::{Arc, Mutex, PoisonError};

use foldhash::HashMap;
use git2::{Commit, Oid, Repository};

use crate::{
    base::digest::BlobId,
    git::{Author, CommitId, GitError, Moment, Store, tree::find_commit},
};

/// How many commits are kept that were asked for lately, and the longest message of one that is.
const MAX_COMMITS: usize = 1024;
const MAX_MESSAGE_BYTES: usize = 4 << 10;

/// How long the name of a revision may be.
const MAX_REV_BYTES: usize = 250;

/// A commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCommit {
    /// Its id.
    pub id: CommitId,
    /// Who wrote it.
    pub author: Author,
    /// When it was made.
    pub at: Moment,
    /// All that it says.
    pub message: String,
    /// What it comes after.
    pub parents: Vec<CommitId>,
}

impl StoredCommit {
    /// The first line of the message.
    pub fn summary(&self) -> &str {
        self.message.trim_start().lines().next().unwrap_or_default()
    }
}

/// A commit as it stands in the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CommitObject {
    pub(super) tree: Oid,
    pub(super) parents: Vec<Oid>,
    pub(super) author: Author,
    /// When it was written.
    pub(super) written: Moment,
    /// When it was made.
    pub(super) at: Moment,
    /// All that it says, without empty lines before.
    pub(super) message: String,
}

impl CommitObject {
    pub(super) fn read(repository: &Repository, id: Oid) -> Result<Self, git2::Error> {
        repository.find_commit(id).map(|commit| Self::of(&commit))
    }

    fn of(commit: &Commit<'_>) -> Self {
        let author = commit.author();
        Self {
            tree: commit.tree_id(),
            parents: commit.parent_ids().collect(),
            written: Moment::of(author.when()),
            author: Author::of(&author),
            at: Moment::of(commit.time()),
            message: String::from_utf8_lossy(commit.message_bytes()).into_owned(),
        }
    }
}

/// The commits that were made or asked for lately, for all threads: of each that a save makes, a dozen questions are asked.
#[derive(Default)]
pub(super) struct KeptCommits {
    kept: Mutex<HashMap<Oid, Arc<CommitObject>>>,
}

impl KeptCommits {
    pub(super) fn get(&self, id: Oid) -> Option<Arc<CommitObject>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    pub(super) fn add(&self, id: Oid, commit: Arc<CommitObject>) {
        if commit.message.len() > MAX_MESSAGE_BYTES {
            return;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MAX_COMMITS {
            kept.clear();
        }
        kept.insert(id, commit);
    }
}

impl Store {
    /// A commit by its id.
    pub fn commit(&self, id: CommitId) -> Result<StoredCommit, GitError> {
        self.pool.with(|repository| {
            let commit =
                self.pool.commit(repository, id.oid()).map_err(|cause| GitError::failed(id, cause))?;
            let CommitObject { parents, author, at, message, .. } = Arc::unwrap_or_clone(commit);
            Ok(StoredCommit {
                id,
                author,
                at,
                message,
                parents: parents.into_iter().map(CommitId::of).collect(),
            })
        })
    }

    /// The commit of a branch, a tag, an id or the beginning of one, or of one so many steps before it (`main~2`).
    pub fn revision(&self, rev: &str) -> Result<CommitId, GitError> {
        let unknown = || GitError::UnknownRevision {
            rev: rev.to_owned(),
            repository: self.work_tree.clone().unwrap_or_else(|| self.git_dir.clone()),
            hint: None,
        };
        if !is_plain(rev) {
            return Err(unknown());
        }
        self.pool.with(|repository| find_commit(repository, rev)?.map(CommitId::of).ok_or_else(unknown))
    }

    /// How many bytes a blob has, without reading it.
    pub fn blob_size(&self, id: BlobId) -> Result<u64, GitError> {
        self.pool.with(|repository| {
            let oid = Oid::from_bytes(id.as_bytes()).expect("a blob id has 20 bytes");
            let header = repository.odb().and_then(|objects| objects.read_header(oid));
            Ok(header.map_err(|cause| GitError::failed(id, cause))?.0 as u64)
        })
    }
}

/// Whether a revision is a name and not one of the expressions that look through the repository (`:/text`, `@{1 day ago}`).
fn is_plain(rev: &str) -> bool {
    let is_plain = |c: char| !c.is_control() && !c.is_whitespace() && !":{}?*[\\".contains(c);
    !rev.is_empty()
        && rev.len() <= MAX_REV_BYTES
        && !rev.starts_with('-')
        && !rev.contains("..")
        && rev.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::test_repo::TestRepo;

    #[test]
    fn commits_go_by_names() {
        let repo = TestRepo::new();
        repo.write("a.md", "a").at(1).commit("one").git("tag v1").git("branch feature/x");
        repo.write("a.md", "b").at(2).commit("two");
        let store = Store::open(repo.root()).expect("a repository");
        let two = store.head().expect("a branch").commit.expect("a commit");
        let one = store.revision("v1").expect("a tag");
        for rev in ["feature/x", "main~1", "HEAD^", &one.to_string(), &one.short(), "refs/tags/v1"] {
            assert_eq!(store.revision(rev).ok(), Some(one), "{rev}");
        }
        let commit = store.commit(two).expect("a commit");
        assert_eq!((commit.summary(), &*commit.parents, &*commit.author.name), ("two", &[one][..], "Ada"));
        for rev in [
            "",
            "none",
            ":/two",
            "main@{0}",
            "-x",
            "v1..main",
            "^{/two}",
            "HEAD:a.md",
            "main ",
            &"a".repeat(300),
        ] {
            assert!(matches!(store.revision(rev), Err(GitError::UnknownRevision { .. })), "{rev}");
        }
        let blob = store
            .file(two, &crate::base::path::RepoPath::root().join("a.md"))
            .expect("readable")
            .expect("a file");
        assert_eq!(store.blob_size(blob.blob).ok(), Some(1));
    }
}

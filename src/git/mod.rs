//! Everything that touches git2: no other folder imports it.
//!
//! Takes folders of the disk and names of revisions, gives objects by id ([`tree`]) and what the index knows of a work
//! tree ([`index`]). What is a file of the site, and what to leave out, is decided by [`source`](crate::source).
//!
//! A [`Store`] is also written to: [`mod@write`] makes objects, and [`refs`] is the only place that moves a branch.

use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use git2::{ErrorClass, ErrorCode, Oid, Repository};

use crate::base::{digest::BlobId, path::RepoPath};

pub mod file_stat;
pub mod history;
pub mod index;
pub mod log;
pub mod packing;
pub mod refs;
#[cfg(test)]
pub(crate) mod test_repo;
pub mod tree;
pub mod write;

mod arrivals;
mod author;
mod commit;
mod feature;
mod id;
mod incoming;
mod index_file;
mod kept;
mod lock;
mod loose;
mod other_trees;
mod people;
mod recent;
mod refused;
mod store;
mod trees;
mod unchanged;
mod work_tree;

pub use self::{
    arrivals::Arrival,
    author::{Author, Moment},
    commit::StoredCommit,
    feature::Feature,
    id::CommitId,
    people::People,
    refs::{Move, Moved},
    refused::PushWatch,
    store::{FileKind, Head, Store, StoredFile},
    work_tree::LeftAlone,
    write::{Content, Edit, NewCommit},
};
use self::{
    commit::{CommitObject, KeptCommits},
    kept::KeptObjects,
    recent::Recent,
    trees::{Row, Trees},
};

/// The remote that links to sources lead to.
const FORGE_REMOTE: &str = "origin";

/// How many unused handles of one repository are kept open.
const MAX_IDLE_HANDLES: usize = 16;
/// After so many bytes of blobs and trees the handles of a repository are closed: the library keeps up to 16 MiB of what a pack's objects
/// are made from, which can't be forbidden, and lets go of it when nobody has the pack open. To open one takes as long as to read a
/// few blobs.
const MAX_READ_BYTES: usize = 4 << 20;
/// Memory for one generation of trees, and of blobs, that were read or written lately.
const MAX_TREE_BYTES: usize = 2 << 20;
const MAX_BLOB_BYTES: usize = 1 << 19;

/// Why Git could not answer.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// The folder is in no repository.
    #[error("`{}` is not in a Git repository", dir.display())]
    NoRepository {
        /// The folder that was asked for.
        dir: PathBuf,
    },
    /// The repository has something that can't be read here.
    #[error("the repository of `{}` {feature}, which Recto can't read yet", dir.display())]
    Unsupported {
        /// The folder that was asked for.
        dir: PathBuf,
        /// What it has.
        feature: Feature,
    },
    /// No branch, tag or commit has this name.
    #[error("`{}` is not a branch, tag or commit of `{}`", rev.escape_debug(), repository.display())]
    UnknownRevision {
        /// The name that was asked for.
        rev: String,
        /// Where it was looked for.
        repository: PathBuf,
        /// The next step: the nearest names.
        hint: Option<String>,
    },
    /// The revision exists, but has no such folder.
    #[error("`{folder}` is not a folder of the revision `{}`", rev.escape_debug())]
    NoFolder {
        /// The folder, from the top of the repository.
        folder: RepoPath,
        /// The revision that was asked for.
        rev: String,
    },
    /// `HEAD` names a commit and no branch, so that commits made here would belong to nothing.
    #[error("the repository has no branch checked out")]
    NoBranch,
    /// Another work tree would have to be brought along, too.
    #[error("the branch `{branch}` is checked out in `{}`, too", work_tree.display())]
    CheckedOut {
        /// The name of the branch.
        branch: String,
        /// The other work tree.
        work_tree: PathBuf,
    },
    /// A name of a branch that leads to none.
    #[error("`{name}` leads to no branch")]
    NotABranch {
        /// The full name.
        name: String,
    },
    /// Nobody said who commits.
    #[error("Git doesn't know who you are")]
    NoAuthor,
    /// No commit can have this author.
    #[error("`{} <{}>` can't be the author of a commit", name.escape_debug(), email.escape_debug())]
    BadAuthor {
        /// The name.
        name: String,
        /// The address.
        email: String,
    },
    /// Another program holds a file of Git's.
    #[error("`{}` is there: another Git is at work, or one was stopped while it was", lock.display())]
    Locked {
        /// The lock.
        lock: PathBuf,
    },
    /// A file would be where a folder is, or the other way round.
    #[error("`{path}` can't be both a folder and something else")]
    InTheWay {
        /// The path, from the top of the repository.
        path: RepoPath,
    },
    /// The disk refuses.
    #[error("`{}` can't be written", path.display())]
    Disk {
        /// What was written.
        path: PathBuf,
        /// What the system says.
        #[source]
        cause: io::Error,
    },
    /// Git could not write objects.
    #[error("Git can't write to `{}`", path.display())]
    NotWritten {
        /// The repository.
        path: PathBuf,
        /// What libgit2 says.
        #[source]
        cause: Cause,
    },
    /// Git refuses the repository, or it is damaged.
    #[error("Git can't read `{subject}`")]
    Failed {
        /// What was read: a folder of the disk, or an object.
        subject: String,
        /// What libgit2 says.
        #[source]
        cause: Cause,
    },
}

/// What libgit2 says about a failure.
#[derive(Debug)]
pub struct Cause(git2::Error);

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.message())
    }
}

impl std::error::Error for Cause {}

impl GitError {
    fn failed(subject: impl fmt::Display, cause: git2::Error) -> Self {
        Self::Failed { subject: subject.to_string(), cause: Cause(cause) }
    }

    fn disk(path: &Path, cause: io::Error) -> Self {
        Self::Disk { path: path.to_path_buf(), cause }
    }

    fn not_written(path: &Path, cause: git2::Error) -> Self {
        Self::NotWritten { path: path.to_path_buf(), cause: Cause(cause) }
    }

    /// Whether an object isn't there.
    fn is_missing(&self) -> bool {
        let (Self::Failed { cause, .. } | Self::NotWritten { cause, .. }) = self else { return false };
        cause.0.code() == ErrorCode::NotFound && cause.0.class() == ErrorClass::Odb
    }

    /// The next step, when there is one.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoBranch => Some("check one out: `git switch main`, or `git switch -c NAME`".to_owned()),
            Self::CheckedOut { work_tree, .. } => Some(format!(
                "what is committed there would take back what is saved here: take another branch there, `git -C {0} switch -c NAME`, or \
                 remove it, `git worktree remove {0}`",
                work_tree.display()
            )),
            Self::NotABranch { name } => Some(format!("look where it leads: `git symbolic-ref {name}`")),
            Self::NoAuthor => Some(
                "tell it once: `git config --global user.name \"Your Name\"`, and the same for `user.email`"
                    .to_owned(),
            ),
            Self::BadAuthor { .. } => None,
            Self::InTheWay { .. } => Some(
                "choose another name: it is a file, a link, a submodule, or a folder with files".to_owned(),
            ),
            Self::Locked { lock } => {
                Some(format!("if no Git is running there, remove it: `rm {}`", lock.display()))
            }
            Self::Disk { .. } | Self::NotWritten { .. } => {
                Some("look whether the disk is full, and whether the folder may be written".to_owned())
            }
            Self::NoRepository { .. } => {
                Some("run `git init` there, or name a folder of a repository".to_owned())
            }
            Self::Unsupported { dir, feature } => Some(feature.hint(dir)),
            Self::UnknownRevision { hint, .. } => hint.clone(),
            Self::NoFolder { .. } => Some("name a revision that has the folder".to_owned()),
            Self::Failed { subject, cause } => (cause.0.code() == ErrorCode::Owner).then(|| {
                format!("it belongs to another user; `git config --global --add safe.directory {subject}`")
            }),
        }
    }
}

/// The page on a forge of the repository that holds a folder: the address of its remote `origin`, as browsers open it.
pub fn forge_url(dir: &Path) -> Option<String> {
    let repository = discover(dir).ok()?;
    let remote = repository.find_remote(FORGE_REMOTE).ok()?;
    web_address(remote.url().ok()?)
}

/// `git@host:owner/name.git` and its relatives as `https://host/owner/name`; `None` for folders of the disk.
fn web_address(remote: &str) -> Option<String> {
    let remote = remote.trim().trim_end_matches('/');
    let remote = remote.strip_suffix(".git").unwrap_or(remote);
    let (host, path) = match remote.split_once("://") {
        Some(("http" | "https" | "ssh" | "git", rest)) => rest.split_once('/')?,
        Some(_) => return None,
        None => remote.split_once(':').filter(|(host, _)| host.contains('@'))?,
    };
    let host = host.rsplit('@').next()?.split(':').next()?;
    (host.contains('.') && !path.is_empty())
        .then(|| format!("https://{host}/{}", path.trim_start_matches('/')))
}

/// Opens the repository that holds `dir`: its work tree, a folder of it, or a bare repository.
fn discover(dir: &Path) -> Result<Repository, GitError> {
    Repository::discover(dir).map_err(|cause| match (cause.code(), Feature::of(cause.message())) {
        (ErrorCode::NotFound, _) => GitError::NoRepository { dir: dir.to_path_buf() },
        (_, Some(feature)) => GitError::Unsupported { dir: dir.to_path_buf(), feature },
        _ => GitError::failed(dir.display(), cause),
    })
}

/// The place of `dir` in the repository's work tree; `None` when it isn't in one.
fn folder_in_work_tree(repository: &Repository, dir: &Path) -> Option<RepoPath> {
    let dir = dir.canonicalize().ok()?;
    let git_dir = repository.path().canonicalize().ok()?;
    if dir.starts_with(git_dir) {
        return None;
    }
    let top = repository.workdir()?.canonicalize().ok()?;
    let parts: Option<Vec<&str>> = dir.strip_prefix(top).ok()?.iter().map(|part| part.to_str()).collect();
    RepoPath::new(&parts?.join("/"))
}

/// Handles of one repository for many threads: a handle of libgit2 serves one thread at a time.
struct Pool {
    git_dir: PathBuf,
    handles: Mutex<Handles>,
    trees: KeptObjects,
    blobs: KeptObjects,
    commits: KeptCommits,
    /// What was written lately.
    recent: Recent,
}

/// The handles that nobody uses.
#[derive(Default)]
struct Handles {
    idle: Vec<Repository>,
    /// How many bytes of blobs and trees were read by them, and by those in use.
    n_read: usize,
    /// How often all were closed.
    round: u64,
}

impl Handles {
    /// Counts what was read, and closes all when it is much.
    fn note_read(&mut self, n_bytes: usize) {
        self.n_read += n_bytes;
        if self.n_read > MAX_READ_BYTES {
            *self = Self { round: self.round + 1, ..Self::default() };
        }
    }
}

impl Pool {
    fn new(repository: Repository) -> Self {
        // Hashing all that is read would be most of reading; like Git we leave that to `git fsck`. What the disk has damaged
        // is found by the checksum of its compression.
        git2::opts::strict_hash_verification(false);
        // The library would keep objects of up to 256 MiB, for each handle anew. What is read again and again are trees.
        git2::opts::enable_caching(false);
        let (git_dir, recent) = (repository.path().to_path_buf(), Recent::new(repository.commondir()));
        let handles = Mutex::new(Handles { idle: vec![repository], ..Handles::default() });
        let (trees, blobs) = (KeptObjects::new(MAX_TREE_BYTES), KeptObjects::new(MAX_BLOB_BYTES));
        Self { git_dir, handles, trees, blobs, commits: KeptCommits::default(), recent }
    }

    /// A commit, which is kept.
    fn commit(&self, repository: &Repository, id: Oid) -> Result<Arc<CommitObject>, git2::Error> {
        if let Some(commit) = self.commits.get(id) {
            return Ok(commit);
        }
        let commit = Arc::new(CommitObject::read(repository, id)?);
        self.commits.add(id, Arc::clone(&commit));
        Ok(commit)
    }

    /// A commit of many that are read once: it isn't kept.
    fn commit_once(&self, repository: &Repository, id: Oid) -> Result<Arc<CommitObject>, git2::Error> {
        let kept = self.commits.get(id);
        kept.map_or_else(|| CommitObject::read(repository, id).map(Arc::new), Ok)
    }

    /// The tree of a commit.
    fn root(&self, repository: &Repository, commit: Oid) -> Result<Oid, git2::Error> {
        Ok(self.commit(repository, commit)?.tree)
    }

    /// The bytes of a blob, if they are known without reading them.
    fn kept_blob(&self, id: BlobId) -> Option<Vec<u8>> {
        Some(self.blobs.get(tree::oid(id))?.to_vec())
    }

    /// The bytes of a blob.
    fn blob(&self, id: BlobId) -> Result<Vec<u8>, GitError> {
        let bytes = self.with(|repository| {
            let blob = repository.find_blob(tree::oid(id)).map_err(|cause| GitError::failed(id, cause))?;
            Ok(blob.content().to_vec())
        })?;
        self.handles().note_read(bytes.len());
        Ok(bytes)
    }

    fn handles(&self) -> MutexGuard<'_, Handles> {
        self.handles.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is at a path of a commit; `None` where nothing is.
    fn row(&self, commit: CommitId, path: &RepoPath) -> Result<Option<Row>, GitError> {
        self.with(|repository| {
            let found = self
                .root(repository, commit.oid())
                .and_then(|tree| Trees::new(repository, &self.trees)?.row(tree, path));
            found.map_err(|cause| GitError::failed(commit, cause))
        })
    }

    /// Lends a handle, opening one more when all are in use. What is missing may be there again.
    fn with<T>(&self, mut action: impl FnMut(&Repository) -> Result<T, GitError>) -> Result<T, GitError> {
        let (idle, round) = {
            let mut handles = self.handles();
            (handles.idle.pop(), handles.round)
        };
        let repository = match idle {
            Some(repository) => repository,
            None => Repository::open(&self.git_dir)
                .map_err(|cause| GitError::failed(self.git_dir.display(), cause))?,
        };
        let mut answer = action(&repository);
        if answer.as_ref().is_err_and(GitError::is_missing) && self.recent.miss() {
            answer = action(&repository);
        }
        let mut handles = self.handles();
        handles.note_read(self.trees.take_added());
        if handles.round == round && handles.idle.len() < MAX_IDLE_HANDLES {
            handles.idle.push(repository);
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remotes_are_pages_of_forges() {
        let page = Some("https://github.com/a/b");
        for remote in [
            "git@github.com:a/b.git",
            "https://github.com/a/b",
            "https://me:x@github.com/a/b.git/",
            "ssh://git@github.com:22/a/b",
        ] {
            assert_eq!(web_address(remote).as_deref(), page, "{remote}");
        }
        for remote in ["/srv/a.git", "../a", "file:///a/b", "host:a", ""] {
            assert_eq!(web_address(remote), None, "{remote}");
        }
    }
}

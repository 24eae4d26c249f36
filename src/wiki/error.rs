//! [`WikiError`]: why something can't be done, in words for people, with the next step.

use crate::{
    base::{diagnostic::Diagnostic, path::RepoPath},
    git::{CommitId, GitError},
    source::SourceError,
};

/// Why something can't be done.
#[derive(Debug, thiserror::Error)]
pub enum WikiError {
    /// No file can have this name, or no new one.
    #[error("`{}` can't be the name of a file: {why}", path.escape_debug())]
    BadName {
        /// The name.
        path: String,
        /// Why.
        why: &'static str,
    },
    /// Another file has a name that some systems take for the same.
    #[error("`{path}` and `{other}` are one file on many systems")]
    NameTaken {
        /// The new name.
        path: RepoPath,
        /// The file that is there.
        other: RepoPath,
    },
    /// There is a file of this name.
    #[error("`{path}` is there already")]
    Exists {
        /// The file.
        path: RepoPath,
    },
    /// A page would get the address of another.
    #[error("`{path}` would get the address of another page, and `{other}` would not be shown")]
    AddressTaken {
        /// The new name.
        path: RepoPath,
        /// The page that would not be shown.
        other: RepoPath,
    },
    /// The actor may not do it.
    #[error("you may not do this with `{path}`")]
    Forbidden {
        /// The file.
        path: RepoPath,
    },
    /// There is no such file.
    #[error("there is no file `{path}`")]
    NoFile {
        /// The file.
        path: RepoPath,
    },
    /// Nobody of this name has changed anything.
    #[error("`{}` has changed nothing here", name.escape_debug())]
    NoPerson {
        /// The name or the address.
        name: String,
    },
    /// There is no such commit, or it is of no concern here.
    #[error("`{}` is no commit of this wiki", rev.escape_debug())]
    NoCommit {
        /// What was asked for.
        rev: String,
    },
    /// The commits are being looked at for the first time.
    #[error("the past of the wiki is being read: {n_done} of {n_all} commits so far")]
    Reading {
        /// How many are known.
        n_done: usize,
        /// How many there are.
        n_all: usize,
    },
    /// The commits can't be looked at.
    #[error("the past of the wiki can't be read: {why}")]
    NoLog {
        /// Why.
        why: String,
    },
    /// It is a merge, and has no changes of its own to take back.
    #[error("`{}` merges others", commit.short())]
    Merge {
        /// The commit.
        commit: CommitId,
    },
    /// It is no text.
    #[error("`{path}` is not a text")]
    NotText {
        /// The file.
        path: RepoPath,
    },
    /// It is a symbolic link.
    #[error("`{path}` is a symbolic link")]
    Link {
        /// The file.
        path: RepoPath,
    },
    /// It is too large.
    #[error("`{path}` has {size} bytes, and may have {limit}")]
    TooLarge {
        /// The file.
        path: RepoPath,
        /// How large it is.
        size: usize,
        /// How large it may be.
        limit: usize,
    },
    /// The text has a conflict in it that nobody has resolved.
    #[error("`{path}` still has the marks of a conflict")]
    Unresolved {
        /// The file.
        path: RepoPath,
    },
    /// Somebody has drafts of too many files.
    #[error("you have drafts of {limit} files, and there may be no more")]
    TooManyDrafts {
        /// How many there may be.
        limit: usize,
    },
    /// No program could read it.
    #[error("`{path}` has an error: {}", problem.message)]
    Invalid {
        /// The file.
        path: RepoPath,
        /// What is wrong, and where.
        problem: Box<Diagnostic>,
    },
    /// It says how the whole site is made.
    #[error("`{path}` has the settings of the site, and stays where it is")]
    Settings {
        /// The file.
        path: RepoPath,
    },
    /// Nothing is to be changed.
    #[error("there is nothing to save")]
    Nothing,
    /// Others moved the branch again and again.
    #[error("others save so often that this save found no gap")]
    Busy,
    /// Git refuses.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The files can't be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// What is kept beside the repository can't be written or read.
    #[error("`{}` can't be written", path.display())]
    Disk {
        /// The file.
        path: std::path::PathBuf,
        /// What the system says.
        #[source]
        cause: std::io::Error,
    },
}

impl WikiError {
    /// The next step, when there is one.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::BadName { .. }
            | Self::NameTaken { .. }
            | Self::Exists { .. }
            | Self::AddressTaken { .. } => Some("choose another name".to_owned()),
            Self::Link { .. } => {
                Some("edit the file that it leads to; the link itself can be moved or deleted".to_owned())
            }
            Self::Unresolved { .. } => {
                Some("choose between both versions, and remove the lines that mark them".to_owned())
            }
            Self::Reading { .. } => Some("look again in a moment".to_owned()),
            Self::Settings { .. } => Some("edit it: an empty file is as good as none".to_owned()),
            Self::Merge { .. } => Some("take back the commits that it merged, one by one".to_owned()),
            Self::Busy => Some("save again".to_owned()),
            Self::Invalid { problem, .. } => problem.hint.clone(),
            Self::TooManyDrafts { .. } => Some("save or discard some of them".to_owned()),
            Self::TooLarge { .. } => Some("split it".to_owned()),
            Self::Git(error) => error.hint(),
            Self::Source(error) => error.hint(),
            Self::Disk { .. } => {
                Some("look whether the disk is full, and whether the folder may be written".to_owned())
            }
            Self::Forbidden { .. }
            | Self::NoFile { .. }
            | Self::NoPerson { .. }
            | Self::NoCommit { .. }
            | Self::NoLog { .. }
            | Self::NotText { .. }
            | Self::Nothing => None,
        }
    }

    pub(super) fn no_commit(commit: CommitId) -> Self {
        Self::NoCommit { rev: commit.to_string() }
    }
}

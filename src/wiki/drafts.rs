//! [`Drafts`]: texts that are not in the branch, by person and file: what is being written, and what a conflict kept out.
//!
//! Each is a file of its own in the Git folder, on the disk before it is acknowledged. A draft takes the place of the former
//! draft of the same file; a text that a conflict kept out stays until its author has saved from where the conflict was, or
//! throws it away.

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    base::{digest::Print, path::RepoPath},
    git::{Author, CommitId},
    wiki::WikiError,
};

/// The folder of drafts, in the Git folder.
const FOLDER: &str = "recto/drafts";
/// The name of the draft of a file.
const DRAFT: &str = "draft.json";

/// A text that is not in the branch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The file that it is for.
    pub path: RepoPath,
    /// The text.
    pub content: String,
    /// The commit that its author began from; `None` for a new file.
    pub base: Option<CommitId>,
    /// When it was kept, in seconds since 1970.
    pub saved_at: i64,
    /// The head that it was in conflict with; `None` for one that is being written.
    pub conflict_with: Option<CommitId>,
}

/// All drafts of a wiki.
#[derive(Debug)]
pub struct Drafts {
    folder: PathBuf,
}

impl Drafts {
    pub(super) fn new(git_dir: &Path) -> Self {
        Self { folder: git_dir.join(FOLDER) }
    }

    /// Keeps what somebody is writing.
    pub fn keep(&self, author: &Author, draft: &Draft) -> Result<(), WikiError> {
        self.write(&self.of_file(author, &draft.path).join(DRAFT), draft)
    }

    /// Keeps a text that a conflict kept out of the branch, beside any others.
    pub(super) fn keep_conflict(&self, author: &Author, draft: &Draft) -> Result<(), WikiError> {
        let name = format!("conflict-{}.json", Print::of_bytes(draft.content.as_bytes()));
        self.write(&self.of_file(author, &draft.path).join(name), draft)
    }

    /// The drafts of one file, the newest first.
    pub fn of(&self, author: &Author, path: &RepoPath) -> Result<Vec<Draft>, WikiError> {
        let mut drafts = read_all(&self.of_file(author, path))?;
        drafts.sort_by(|a, b| (b.saved_at, &b.content).cmp(&(a.saved_at, &a.content)));
        Ok(drafts)
    }

    /// All drafts of somebody, in the order of files, the newest first.
    pub fn of_author(&self, author: &Author) -> Result<Vec<Draft>, WikiError> {
        let mut drafts = Vec::new();
        for folder in names(&self.of_person(author))? {
            drafts.extend(read_all(&folder)?);
        }
        drafts.sort_by(|a, b| a.path.cmp(&b.path).then(b.saved_at.cmp(&a.saved_at)));
        Ok(drafts)
    }

    /// Throws all drafts of a file away.
    pub fn discard(&self, author: &Author, path: &RepoPath) -> Result<(), WikiError> {
        let folder = self.of_file(author, path);
        match fs::remove_dir_all(&folder) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
                Err(WikiError::Disk { path: folder, cause })
            }
            _ => Ok(()),
        }
    }

    /// Forgets the draft of a file that was saved, and the conflicts that its author has seen: those with the base.
    pub(super) fn saved(
        &self,
        author: &Author,
        path: &RepoPath,
        base: Option<CommitId>,
    ) -> Result<(), WikiError> {
        for file in names(&self.of_file(author, path))? {
            let is_done = match read(&file) {
                Some(draft) => draft.conflict_with.is_none() || draft.conflict_with == base,
                None => false,
            };
            if is_done {
                fs::remove_file(&file).map_err(|cause| WikiError::Disk { path: file, cause })?;
            }
        }
        Ok(())
    }

    fn of_person(&self, author: &Author) -> PathBuf {
        self.folder.join(Print::of_bytes(author.email.as_bytes()).to_string())
    }

    fn of_file(&self, author: &Author, path: &RepoPath) -> PathBuf {
        self.of_person(author).join(Print::of_bytes(path.as_str().as_bytes()).to_string())
    }

    fn write(&self, path: &Path, draft: &Draft) -> Result<(), WikiError> {
        let write = || {
            let folder = path.parent().ok_or_else(|| io::Error::other("it has no folder"))?;
            fs::create_dir_all(folder)?;
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            file.write_all(&serde_json::to_vec(draft)?)?;
            file.as_file().sync_all()?;
            file.persist(path)?;
            if cfg!(unix) { fs::File::open(folder)?.sync_all() } else { Ok(()) }
        };
        write().map_err(|cause: io::Error| WikiError::Disk { path: path.to_path_buf(), cause })
    }
}

/// What is in a folder that may not be there.
fn names(folder: &Path) -> Result<Vec<PathBuf>, WikiError> {
    match fs::read_dir(folder) {
        Ok(entries) => Ok(entries.flatten().map(|entry| entry.path()).collect()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(cause) => Err(WikiError::Disk { path: folder.to_path_buf(), cause }),
    }
}

fn read_all(folder: &Path) -> Result<Vec<Draft>, WikiError> {
    Ok(names(folder)?.iter().filter_map(|file| read(file)).collect())
}

fn read(file: &Path) -> Option<Draft> {
    serde_json::from_slice(&fs::read(file).ok()?).ok()
}

//! Questions about what is on disk, asked with few system calls and never through a symbolic link.

use std::{
    cell::RefCell,
    fs::{self, File, Metadata},
    io::{self, ErrorKind, Read as _},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use foldhash::HashMap;

use super::error::OutputError;
use crate::{
    base::digest::Digest,
    git::file_stat::{FileStat, OpenFolder},
};

/// How much of a file is compared at a time.
const COMPARE_BYTES: usize = 128 * 1024;

/// What is at a path; links are not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Missing,
    File(FileStat),
    Folder,
    Symlink,
    /// A device, a socket or the like.
    Other,
}

/// Looks at a path without following a link at its end.
pub(super) fn kind(path: &Path) -> Result<Kind, OutputError> {
    match fs::symlink_metadata(path) {
        Ok(metadata) => Ok(kind_of(&metadata)),
        Err(error) if is_absent(&error) => Ok(Kind::Missing),
        Err(error) => Err(OutputError::io("read", path)(error)),
    }
}

fn kind_of(metadata: &Metadata) -> Kind {
    let file_type = metadata.file_type();
    if file_type.is_file() {
        Kind::File(FileStat::of(metadata))
    } else if file_type.is_dir() {
        Kind::Folder
    } else if file_type.is_symlink() {
        Kind::Symlink
    } else {
        Kind::Other
    }
}

/// Whether an error says that there is nothing at the path.
pub(super) fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// Whether a file of the same length holds `bytes`.
pub(super) fn holds(path: &Path, bytes: &[u8]) -> Result<bool, OutputError> {
    thread_local! { static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) } }
    let mut file = File::open(path).map_err(OutputError::io("read", path))?;
    BUFFER.with_borrow_mut(|buffer| {
        buffer.resize(COMPARE_BYTES, 0);
        for chunk in bytes.chunks(COMPARE_BYTES) {
            let read = &mut buffer[..chunk.len()];
            match file.read_exact(read) {
                Ok(()) if *read == *chunk => {}
                Ok(()) => return Ok(false),
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(false),
                Err(error) => return Err(OutputError::io("read", path)(error)),
            }
        }
        Ok(true)
    })
}

/// The digest of a file's bytes.
pub(super) fn digest_of(path: &Path) -> Result<Digest, OutputError> {
    fs::read(path).map(|bytes| Digest::of(&bytes)).map_err(OutputError::io("read", path))
}

/// What the disk said of a plain file with the bytes of a digest just before it was read; `None` when there is none.
pub(super) fn with_digest(
    folder: &OpenFolder,
    path: &str,
    digest: &Digest,
) -> Result<Option<FileStat>, OutputError> {
    let found = folder.read(path).map_err(OutputError::io("read", folder.disk_path(path)))?;
    Ok(found.filter(|(_, bytes)| Digest::of(bytes) == *digest).map(|(stat, _)| stat))
}

/// Removes a folder and what it holds, if it is there.
pub(super) fn remove_tree(path: &Path) -> Result<(), OutputError> {
    match fs::remove_dir_all(path) {
        Err(error) if !is_absent(&error) => Err(OutputError::io("removed", path)(error)),
        _ => Ok(()),
    }
}

/// Whether two paths are one file, as `About` and `about` are where case is ignored.
pub(super) fn is_same_file(one: &Path, other: &Path) -> bool {
    match (fs::symlink_metadata(one), fs::symlink_metadata(other)) {
        (Ok(one), Ok(other)) => same_inode(&one, &other),
        _ => false,
    }
}

/// Whether two answers are about one file. Where the system can't tell, the safe answer is yes.
#[cfg(unix)]
pub(super) fn same_inode(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Whether two answers are about one file. Where the system can't tell, the safe answer is yes.
#[cfg(not(unix))]
pub(super) fn same_inode(_one: &Metadata, _other: &Metadata) -> bool {
    true
}

/// Whether two folders belong to the same user and group and lie on the same file system.
#[cfg(unix)]
pub(super) fn same_owner(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (one.dev(), one.uid(), one.gid()) == (other.dev(), other.uid(), other.gid())
}

/// Whether two folders belong to the same user and group and lie on the same file system.
#[cfg(not(unix))]
pub(super) fn same_owner(_one: &Metadata, _other: &Metadata) -> bool {
    true
}

/// The folder of a `/`-separated path; empty for the root.
pub(super) fn parent_of(path: &str) -> &str {
    path.rfind('/').map_or("", |at| &path[..at])
}

/// What stands where a folder is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Folder {
    Real,
    Missing,
    /// Something that is no folder is at this path, which is the folder or one above it.
    Under(String),
}

/// The folders below a root, each looked at once.
pub(super) struct Folders {
    root: PathBuf,
    known: Mutex<HashMap<String, Folder>>,
}

impl Folders {
    pub(super) fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), known: Mutex::default() }
    }

    /// What is at the folder's path; an error when a part of it is a symbolic link.
    pub(super) fn look(&self, folder: &str) -> Result<Folder, OutputError> {
        if folder.is_empty() {
            return Ok(Folder::Real);
        }
        if let Some(known) = self.recall(folder) {
            return Ok(known);
        }
        let found = match self.look(parent_of(folder))? {
            Folder::Real => {
                let path = self.root.join(folder);
                match kind(&path)? {
                    Kind::Folder => Folder::Real,
                    Kind::Missing => Folder::Missing,
                    Kind::Symlink => return Err(OutputError::Symlink(path)),
                    Kind::File(_) | Kind::Other => Folder::Under(folder.to_owned()),
                }
            }
            missing_or_under => missing_or_under,
        };
        self.remember(folder, found.clone());
        Ok(found)
    }

    /// Makes the folder and those above it where they are missing.
    pub(super) fn make(&self, folder: &str) -> Result<(), OutputError> {
        if self.look(folder)? != Folder::Missing {
            return Ok(());
        }
        self.make(parent_of(folder))?;
        self.create(folder)
    }

    /// The same where nobody else makes any, so none has to be looked at before.
    pub(super) fn make_alone(&self, folder: &str) -> Result<(), OutputError> {
        if folder.is_empty() || self.recall(folder) == Some(Folder::Real) {
            return Ok(());
        }
        self.make_alone(parent_of(folder))?;
        self.create(folder)
    }

    fn create(&self, folder: &str) -> Result<(), OutputError> {
        let path = self.root.join(folder);
        match fs::create_dir(&path) {
            // Another thread was faster.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            made => made.map_err(OutputError::io("created", path))?,
        }
        self.remember(folder, Folder::Real);
        Ok(())
    }

    /// Removes the folder and those above it as far as they are empty.
    pub(super) fn prune(&self, mut folder: &str) {
        while !folder.is_empty() && fs::remove_dir(self.root.join(folder)).is_ok() {
            self.forget_all();
            folder = parent_of(folder);
        }
    }

    /// Forgets what was seen because of a file, which was removed.
    pub(super) fn forget_under(&self, file: &str) {
        if self.recall(file).is_some() {
            self.forget_all();
        }
    }

    fn forget_all(&self) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn recall(&self, folder: &str) -> Option<Folder> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(folder).cloned()
    }

    fn remember(&self, folder: &str, found: Folder) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.to_owned(), found);
    }
}

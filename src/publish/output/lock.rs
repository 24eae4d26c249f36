//! [`Lock`]: one build at a time in one output folder.
//!
//! The lock is the system's on an open file (`flock`), so that it ends with the process that holds it. The file is
//! removed at the end, which needs one care: whoever waited for it then holds a file that has no name any more, and
//! another build may hold a new file of that name. So a lock counts only if the name still leads to the locked file.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::ErrorKind,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use super::{
    disk::{self, Kind},
    error::OutputError,
};

/// How long a build waits for another one.
const WAIT: Duration = Duration::from_secs(10);
/// How long it sleeps between two attempts.
const RETRY: Duration = Duration::from_millis(20);

/// The right to change an output folder, given back when dropped.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    /// Takes the lock, waiting for a build that holds it; `of` is the folder that the error names.
    pub(super) fn take(path: &Path, of: &Path) -> Result<Self, OutputError> {
        Self::take_within(path, of, WAIT)
    }

    pub(super) fn take_within(path: &Path, of: &Path, wait: Duration) -> Result<Self, OutputError> {
        let deadline = Instant::now() + wait;
        loop {
            if disk::kind(path)? == Kind::Symlink {
                return Err(OutputError::Symlink(path.to_owned()));
            }
            let mut options = OpenOptions::new();
            let file = options.write(true).create(true).truncate(false).open(path);
            let file = file.map_err(OutputError::io("created", path))?;
            match file.try_lock() {
                Ok(()) if !leads_to(path, &file) => {}
                Ok(()) => return Ok(Self { path: path.to_owned(), _file: file }),
                // Some network file systems have no locks; a build there is as safe as it can be.
                Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {
                    return Ok(Self { path: path.to_owned(), _file: file });
                }
                Err(TryLockError::Error(error)) => return Err(OutputError::io("locked", path)(error)),
                Err(TryLockError::WouldBlock) if Instant::now() >= deadline => {
                    return Err(OutputError::Busy(of.to_owned()));
                }
                Err(TryLockError::WouldBlock) => thread::sleep(RETRY),
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // While still locked, so that no other build can have taken this very file. A leftover file does no harm.
        let _ = fs::remove_file(&self.path);
    }
}

fn leads_to(path: &Path, file: &File) -> bool {
    match (fs::symlink_metadata(path), file.metadata()) {
        (Ok(named), Ok(open)) => disk::same_inode(&named, &open),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_waits_then_gives_up() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(".recto-lock");
        let held = Lock::take(&path, folder.path()).expect("a free lock");
        let refused = Lock::take_within(&path, folder.path(), Duration::from_millis(50));
        assert!(matches!(refused, Err(OutputError::Busy(_))), "{refused:?}");
        thread::scope(|scope| {
            let waiting = scope.spawn(|| Lock::take(&path, folder.path()).map(drop));
            thread::sleep(Duration::from_millis(60));
            drop(held);
            waiting.join().expect("no panic").expect("the lock once it is free");
        });
        assert!(!path.exists());
    }
}

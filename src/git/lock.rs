//! [`Lock`]: a file of Git's that only its holder may replace.
//!
//! Every Git takes the lock of `FILE` by making `FILE.lock`, which can be done once, and puts it in the place of `FILE` in
//! the end. A program that is killed meanwhile leaves its lock behind: it is explained, and after a time taken away.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Write as _},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant, SystemTime},
};

use crate::git::GitError;

/// How long a lock of somebody else is waited for.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often it is looked for meanwhile.
const STEP: Duration = Duration::from_millis(5);
/// How old a lock is that nobody holds any more: Git holds one for milliseconds, the index for seconds.
const STALE_AFTER: Duration = Duration::from_secs(10 * 60);

/// A lock that is held; dropping it gives it back.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    lock_path: PathBuf,
    file: Option<File>,
}

impl Lock {
    /// Takes the lock of a file, or waits for it.
    pub(super) fn take(path: &Path) -> Result<Self, GitError> {
        let lock_path = lock_path(path);
        let begun = Instant::now();
        loop {
            match OpenOptions::new().write(true).create_new(true).open(&lock_path) {
                Ok(file) => return Ok(Self { path: path.to_path_buf(), lock_path, file: Some(file) }),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(cause) => return Err(GitError::disk(&lock_path, cause)),
            }
            if !heal(&lock_path) && begun.elapsed() > PATIENCE {
                return Err(GitError::Locked { lock: lock_path });
            }
            thread::sleep(STEP);
        }
    }

    /// Writes what the file is to hold, and waits until it is on the disk.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let file = self.file.as_mut().ok_or_else(|| io::Error::other("the lock is given back"))?;
        file.write_all(bytes)?;
        file.sync_all()
    }

    /// Puts what was written in the place of the file.
    pub(super) fn commit(mut self) -> io::Result<()> {
        self.file = None;
        fs::rename(&self.lock_path, &self.path).inspect_err(|_| drop(fs::remove_file(&self.lock_path)))?;
        // The name is another file's now.
        self.lock_path = PathBuf::new();
        Ok(())
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if !self.lock_path.as_os_str().is_empty() {
            let _ = fs::remove_file(&self.lock_path);
        }
    }
}

/// The name of a file's lock.
pub(super) fn lock_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

/// Takes a lock away that nobody holds any more.
fn heal(lock_path: &Path) -> bool {
    let age =
        |path: &Path| SystemTime::now().duration_since(path.symlink_metadata().ok()?.modified().ok()?).ok();
    if age(lock_path).is_none_or(|age| age < STALE_AFTER) {
        return false;
    }
    // Only one of those who find it may take it away, and not the lock that the next one makes meanwhile.
    let aside = lock_path.with_extension(format!("stale-{}", std::process::id()));
    if fs::rename(lock_path, &aside).is_err() {
        return false;
    }
    if age(&aside).is_some_and(|age| age < STALE_AFTER) && fs::hard_link(&aside, lock_path).is_err() {
        return false;
    }
    fs::remove_file(aside).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_held_once_and_given_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("main");
        let mut lock = Lock::take(&path).expect("free");
        lock.write(b"x").expect("written");
        let waiting = thread::spawn({
            let path = path.clone();
            move || Lock::take(&path).map(|_| fs::read(&path).expect("a file"))
        });
        thread::sleep(Duration::from_millis(30));
        lock.commit().expect("committed");
        assert_eq!(waiting.join().expect("ended").expect("free"), b"x");
        drop(Lock::take(&path).expect("free"));
        assert!(!lock_path(&path).exists());
    }

    #[test]
    fn a_lock_that_was_left_behind_is_taken_away() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("main");
        let left = File::create(lock_path(&path)).expect("made");
        assert!(!heal(&lock_path(&path)));
        left.set_modified(SystemTime::now() - STALE_AFTER * 2).expect("set");
        Lock::take(&path).expect("healed");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
    }
}

//! [`Lock`]: a file of Git's that only its holder may replace.
//!
//! Every Git takes the lock of `FILE` by making `FILE.lock`, which can be done once, and puts it in the place of `FILE` in
//! the end. A program that is killed meanwhile leaves its lock behind. Ours are known again: each is a second name of a file in
//! a folder of our own, and the system itself says whether a process still holds that one. So a lock of ours goes as soon as
//! its process has; of those of others only the age is known.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Write as _},
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant, SystemTime},
};

use crate::git::GitError;

/// How long a lock of somebody else is waited for.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often it is looked for meanwhile.
pub(super) const STEP: Duration = Duration::from_millis(5);
/// How old a lock is that nobody holds any more: Git holds one for milliseconds, the index for seconds.
const STALE_AFTER: Duration = Duration::from_secs(10 * 60);
/// How often a folder is made that another Git takes away.
pub(super) const MAX_TRIES: usize = 100;
/// Where our own names of our locks are, in the Git folder.
const OWN_FOLDER: &str = "recto/locks";

/// A lock that is held; dropping it gives it back.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    lock_path: PathBuf,
    /// Its other name; `None` where a file can have one only.
    own_path: Option<PathBuf>,
    file: Option<File>,
}

impl Lock {
    /// Takes the lock of a file in a Git folder, or waits for it.
    pub(super) fn take(git_dir: &Path, path: &Path) -> Result<Self, GitError> {
        let own_folder = git_dir.join(OWN_FOLDER);
        let lock_path = lock_path(path);
        let begun = Instant::now();
        loop {
            match make(&own_folder, &lock_path) {
                Ok(Some((file, own_path))) => {
                    return Ok(Self { path: path.to_path_buf(), lock_path, own_path, file: Some(file) });
                }
                Ok(None) => {}
                Err(cause) => return Err(GitError::disk(&lock_path, cause)),
            }
            let is_healed = heal(&own_folder, &lock_path) || heal_by_age(&lock_path, STALE_AFTER);
            if !is_healed && begun.elapsed() > PATIENCE {
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
        fs::rename(&self.lock_path, &self.path)?;
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
        // Until here the file is held, so nobody takes it for one that was left behind.
        if let Some(own_path) = &self.own_path {
            let _ = fs::remove_file(own_path);
        }
        self.file = None;
    }
}

/// Takes away the lock of a file that a process of ours has left behind: it would stop every other Git as well.
pub(super) fn take_away_left(git_dir: &Path, path: &Path) {
    heal(&git_dir.join(OWN_FOLDER), &lock_path(path));
}

/// Makes something in a folder, which is made where there is none. It is nearly always there; but a Git that packs takes folders
/// away that have become empty, perhaps right after we have made them.
pub(super) fn making_folder<T>(folder: &Path, make: impl Fn() -> io::Result<T>) -> io::Result<T> {
    for _ in 0..MAX_TRIES {
        match make() {
            Err(error) if error.kind() == ErrorKind::NotFound => match fs::create_dir_all(folder) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            },
            made => return made,
        }
    }
    make()
}

/// The name of a file's lock.
fn lock_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

/// Makes a lock; `None` when somebody has it.
fn make(own_folder: &Path, lock_path: &Path) -> io::Result<Option<(File, Option<PathBuf>)>> {
    static N_MADE: AtomicU64 = AtomicU64::new(0);
    let name = format!("{}-{}", process::id(), N_MADE.fetch_add(1, Ordering::Relaxed));
    let own_path = own_folder.join(name);
    let new = |path: &Path| OpenOptions::new().write(true).create_new(true).open(path);
    let file = match making_folder(own_folder, || new(&own_path)) {
        Ok(file) => file,
        // An earlier process had our number.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(None),
        Err(error) => return Err(error),
    };
    if file.try_lock().is_err() {
        // Somebody takes it for one that was left behind, and takes it away.
        return Ok(None);
    }
    match fs::hard_link(&own_path, lock_path) {
        Ok(()) => return Ok(Some((file, Some(own_path)))),
        Err(error) => {
            let _ = fs::remove_file(&own_path);
            match error.kind() {
                ErrorKind::AlreadyExists | ErrorKind::NotFound
                    if lock_path.parent().is_some_and(Path::exists) =>
                {
                    return Ok(None);
                }
                ErrorKind::NotFound => return Err(error),
                // File systems without second names.
                _ => {}
            }
        }
    }
    match new(lock_path) {
        Ok(file) => Ok(Some((file, None))),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(None),
        Err(error) => Err(error),
    }
}

/// Takes away a lock of ours whose process is gone, and whatever else such a process left in our folder.
fn heal(own_folder: &Path, lock_path: &Path) -> bool {
    let mut is_healed = false;
    for entry in fs::read_dir(own_folder).into_iter().flatten().flatten() {
        let own_path = entry.path();
        // Whoever holds the file is alive, or heals as well.
        let Some(file) = File::open(&own_path).ok().filter(|file| file.try_lock().is_ok()) else { continue };
        if is_same_file(&file, lock_path) {
            is_healed |= fs::remove_file(lock_path).is_ok();
        }
        // One with another name is the lock of another file.
        if n_names(&file) == 1 {
            let _ = fs::remove_file(&own_path);
        }
    }
    is_healed
}

#[cfg(unix)]
fn is_same_file(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;

    let of = |metadata: io::Result<fs::Metadata>| metadata.ok().map(|of| (of.dev(), of.ino()));
    of(file.metadata()).is_some_and(|id| of(path.symlink_metadata()) == Some(id))
}

#[cfg(unix)]
fn n_names(file: &File) -> u64 {
    use std::os::unix::fs::MetadataExt as _;

    file.metadata().map_or(0, |metadata| metadata.nlink())
}

#[cfg(not(unix))]
fn n_names(_: &File) -> u64 {
    0
}

#[cfg(not(unix))]
fn is_same_file(_: &File, _: &Path) -> bool {
    false
}

/// Takes a lock away that is so old that nobody can hold it any more.
pub(super) fn heal_by_age(lock_path: &Path, stale_after: Duration) -> bool {
    let age =
        |path: &Path| SystemTime::now().duration_since(path.symlink_metadata().ok()?.modified().ok()?).ok();
    if age(lock_path).is_none_or(|age| age < stale_after) {
        return false;
    }
    // Only one of those who find it may take it away, and not the lock that the next one makes meanwhile.
    let aside = lock_path.with_extension(format!("stale-{}", process::id()));
    if fs::rename(lock_path, &aside).is_err() {
        return false;
    }
    if age(&aside).is_some_and(|age| age < stale_after) && fs::hard_link(&aside, lock_path).is_err() {
        return false;
    }
    fs::remove_file(aside).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_another_git_takes_away_is_made_again() {
        let parent = tempfile::tempdir().expect("a folder");
        let folder = parent.path().join("0a/b");
        let n_tries = std::cell::Cell::new(0);
        let made = making_folder(&folder, || {
            n_tries.set(n_tries.get() + 1);
            if n_tries.get() < 4 {
                let _ = fs::remove_dir_all(parent.path().join("0a"));
            }
            fs::write(folder.join("c"), "x")
        });
        assert_eq!((made.is_ok(), n_tries.get()), (true, 4));
    }

    #[test]
    fn a_lock_is_held_once_and_given_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("main");
        let mut lock = Lock::take(folder.path(), &path).expect("free");
        lock.write(b"x").expect("written");
        let waiting = thread::spawn({
            let (git_dir, path) = (folder.path().to_path_buf(), path.clone());
            move || Lock::take(&git_dir, &path).map(|_| fs::read(&path).expect("a file"))
        });
        thread::sleep(Duration::from_millis(30));
        lock.commit().expect("committed");
        assert_eq!(waiting.join().expect("ended").expect("free"), b"x");
        drop(Lock::take(folder.path(), &path).expect("free"));
        assert!(!lock_path(&path).exists());
    }

    #[test]
    fn a_lock_that_was_left_behind_is_taken_away() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("main");
        let left = File::create(lock_path(&path)).expect("made");
        assert!(!heal_by_age(&lock_path(&path), STALE_AFTER));
        left.set_modified(SystemTime::now() - STALE_AFTER * 2).expect("set");
        Lock::take(folder.path(), &path).expect("healed");
        assert!(!lock_path(&path).exists());
    }

    #[test]
    fn a_lock_of_ours_goes_with_its_process() {
        let folder = tempfile::tempdir().expect("a folder");
        let own_folder = folder.path().join(OWN_FOLDER);
        let path = folder.path().join("main");
        let held = Lock::take(folder.path(), &path).expect("free");
        assert!(!heal(&own_folder, &lock_path(&path)), "it is held");
        drop(held);
        // What a process leaves that is killed: both names, and nobody who holds the file.
        fs::write(own_folder.join("1-0"), "").expect("written");
        fs::hard_link(own_folder.join("1-0"), lock_path(&path)).expect("a second name");
        let begun = Instant::now();
        // Those of two files: each is known until it is asked for.
        fs::write(own_folder.join("1-1"), "").expect("written");
        let index = folder.path().join("index");
        fs::hard_link(own_folder.join("1-1"), lock_path(&index)).expect("a second name");
        Lock::take(folder.path(), &index).expect("healed");
        Lock::take(folder.path(), &path).expect("healed");
        assert!(begun.elapsed() < PATIENCE);
        assert_eq!(fs::read_dir(&own_folder).expect("a folder").count(), 0);
        // A lock of others stays, whatever ours left beside it.
        fs::write(lock_path(&path), "").expect("written");
        fs::write(own_folder.join("1-1"), "").expect("written");
        assert!(!heal(&own_folder, &lock_path(&path)));
        assert!(lock_path(&path).exists());
    }
}

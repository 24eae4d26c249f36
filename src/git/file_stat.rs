//! [`FileStat`]: what the disk says of a file, so that it need not be read again.
//!
//! Of many files below one folder an [`OpenFolder`] says it soonest.

use std::{
    fs::{File, Metadata},
    io::{self, Read as _},
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

/// The coarsest tick of a file system whose times are whole seconds (FAT has two of them).
const COARSE_TICK: Duration = Duration::from_secs(3);
/// Longer than the tick of a file system that counts nanoseconds: on Linux that of the kernel, at most 10 ms.
const FINE_TICK: Duration = Duration::from_millis(30);

/// The largest file that is read in one call.
const MAX_AT_ONCE_BYTES: u64 = 1 << 20;

/// Seconds and nanoseconds as the index stores them; a zero means that they were not recorded.
pub(super) type Time = (u32, u32);

/// What the disk says about a file without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileStat {
    /// Size in bytes.
    pub size: u64,
    pub(super) modified: Time,
    /// Also changes where the modification time was set back; `None` where the system has none.
    pub(super) changed: Option<Time>,
    /// Which file of its disk it is, 0 where the system doesn't say: when a folder gets another name, the files in it keep
    /// their times, and files that were written in one tick of the clock share theirs.
    pub(super) inode: u64,
}

impl FileStat {
    /// Whether this is the file of `before` with the bytes of then, perhaps under another name.
    pub fn is_same_file(&self, before: &Self) -> bool {
        Self { changed: None, ..*self } == Self { changed: None, ..*before }
    }

    /// Takes the times and the size out of the system's answer.
    pub fn of(metadata: &Metadata) -> Self {
        let modified =
            metadata.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        Self {
            size: metadata.len(),
            // The index has 32 bits for seconds, and Git compares just these.
            modified: modified.map_or((0, 0), |time| (time.as_secs() as u32, time.subsec_nanos())),
            changed: changed_time(metadata),
            inode: inode(metadata),
        }
    }

    /// The same from an answer as the system gives it.
    #[cfg(unix)]
    fn of_raw(stat: &rustix::fs::Stat) -> Self {
        let modified = (stat.st_mtime as u32, stat.st_mtime_nsec as u32);
        Self {
            size: stat.st_size as u64,
            modified: if stat.st_mtime < 0 { (0, 0) } else { modified },
            changed: Some((stat.st_ctime as u32, stat.st_ctime_nsec as u32)),
            inode: stat.st_ino,
        }
    }

    /// What the system says of a file or folder now; `None` when it isn't there.
    pub fn at(path: &Path) -> Option<Self> {
        path.metadata().ok().map(|metadata| Self::of(&metadata))
    }

    /// When the file was written.
    pub(super) fn modified(&self) -> Time {
        self.modified
    }

    /// Whether a change from `now` on is sure to show: the file's times are older than a tick of its clock.
    pub fn is_settled(&self, now: SystemTime) -> bool {
        let (seconds, nanos) = self.changed.unwrap_or(self.modified).max(self.modified);
        let is_coarse = nanos == 0;
        let tick = if is_coarse { COARSE_TICK } else { FINE_TICK };
        let since_1970 = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        Duration::new(u64::from(seconds), nanos) + tick < since_1970
    }

    /// Whether the file was last written before `seconds` since 1970: a write after that would show in its times.
    pub fn is_older_than(&self, seconds: u64) -> bool {
        let changed = self.changed.unwrap_or(self.modified);
        u64::from(self.modified.0.max(changed.0)) < seconds
    }
}

#[cfg(unix)]
fn inode(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn inode(_: &Metadata) -> u64 {
    0
}

#[cfg(unix)]
fn changed_time(metadata: &Metadata) -> Option<Time> {
    use std::os::unix::fs::MetadataExt as _;
    Some((metadata.ctime() as u32, metadata.ctime_nsec() as u32))
}

#[cfg(not(unix))]
fn changed_time(_: &Metadata) -> Option<Time> {
    None
}

/// A folder of the disk that many files are looked at in. The system finds them from there, where it would go the whole way from the
/// root of the disk for each, which takes longer than the rest of its answer.
#[derive(Debug)]
pub struct OpenFolder {
    path: PathBuf,
    #[cfg(unix)]
    handle: Option<File>,
}

impl OpenFolder {
    /// Opens a folder. One that can't be is looked into by its path.
    pub fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            #[cfg(unix)]
            handle: File::open(path).ok(),
        }
    }

    /// Where a path below the folder is on the disk.
    pub fn disk_path(&self, path: &str) -> PathBuf {
        self.path.join(path)
    }

    /// What the disk says of the plain file at a path below the folder; `None` when there is none.
    pub fn stat(&self, path: &str) -> Option<FileStat> {
        #[cfg(unix)]
        if let Some(handle) = &self.handle {
            use rustix::fs::{AtFlags, FileType, statat};
            let stat = statat(handle, path, AtFlags::SYMLINK_NOFOLLOW).ok()?;
            return FileType::from_raw_mode(stat.st_mode).is_file().then(|| FileStat::of_raw(&stat));
        }
        let metadata = self.disk_path(path).symlink_metadata().ok()?;
        metadata.is_file().then(|| FileStat::of(&metadata))
    }

    /// The bytes of the plain file at a path below the folder, and what the disk said of it before they were read; `None` when there
    /// is none.
    pub fn read(&self, path: &str) -> io::Result<Option<(FileStat, Vec<u8>)>> {
        let mut file = match self.open(path) {
            Err(_) if self.stat(path).is_none() => return Ok(None),
            opened => opened?,
        };
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Ok(None);
        }
        let size = usize::try_from(metadata.len().min(MAX_AT_ONCE_BYTES)).unwrap_or(0);
        // One byte more tells that nothing follows.
        let mut bytes = vec![0; size + 1];
        let n_read = file.read(&mut bytes).unwrap_or(0);
        bytes.truncate(n_read);
        if n_read as u64 != metadata.len() {
            file.read_to_end(&mut bytes)?;
        }
        Ok(Some((FileStat::of(&metadata), bytes)))
    }

    /// Opens a file that is no link. What it is otherwise is asked of what was opened: another program may put something else there
    /// meanwhile.
    fn open(&self, path: &str) -> io::Result<File> {
        #[cfg(unix)]
        if let Some(handle) = &self.handle {
            use rustix::fs::{Mode, OFlags, openat};
            // A pipe would block.
            let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
            return Ok(openat(handle, path, flags, Mode::empty())?.into());
        }
        if self.stat(path).is_some() {
            File::open(self.disk_path(path))
        } else {
            Err(io::ErrorKind::NotFound.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn an_open_folder_says_what_paths_say() {
        let dir = tempfile::tempdir().expect("a folder");
        fs::create_dir(dir.path().join("sub")).expect("a folder can be made");
        fs::write(dir.path().join("sub/a.html"), "text").expect("a file can be written");
        let folder = OpenFolder::new(dir.path());
        assert_eq!(folder.stat("sub/a.html"), FileStat::at(&dir.path().join("sub/a.html")));
        for path in ["sub", "sub/b.html", "sub/a.html/x", "none/a.html", "a\0b"] {
            assert_eq!(folder.stat(path), None, "{path:?}");
        }
        let large = "0123456789".repeat(300_000);
        for text in ["", "longer text", &large] {
            fs::write(dir.path().join("sub/b.html"), text).expect("a file can be written");
            let (stat, bytes) = folder.read("sub/b.html").expect("it can be read").expect("a file");
            assert_eq!((Some(stat), &*bytes), (folder.stat("sub/b.html"), text.as_bytes()));
        }
        for path in ["sub", "sub/none.html", "sub/a.html/x", "none/a.html"] {
            assert_eq!(folder.read(path).expect("nothing is no error"), None, "{path:?}");
        }
        let file = File::options().append(true).open(dir.path().join("sub/a.html")).expect("a file");
        for seconds in [0, 1, 5_000_000_000] {
            let time = UNIX_EPOCH + Duration::new(seconds, 7);
            file.set_modified(time).expect("a time can be set");
            assert_eq!(folder.stat("sub/a.html"), FileStat::at(&dir.path().join("sub/a.html")), "{seconds}");
        }
        file.set_modified(UNIX_EPOCH - Duration::from_secs(5)).expect("a time can be set");
        assert_eq!(folder.stat("sub/a.html"), FileStat::at(&dir.path().join("sub/a.html")));
    }

    #[cfg(unix)]
    #[test]
    fn an_open_folder_has_plain_files_only() {
        let dir = tempfile::tempdir().expect("a folder");
        fs::write(dir.path().join("a"), "text").expect("a file can be written");
        std::os::unix::fs::symlink("a", dir.path().join("link")).expect("a link can be made");
        let made = std::process::Command::new("mkfifo").arg(dir.path().join("pipe")).status();
        assert!(made.is_ok_and(|status| status.success()));
        let folder = OpenFolder::new(dir.path());
        for path in ["link", "pipe"] {
            assert_eq!(folder.stat(path), None);
            assert_eq!(folder.read(path).expect("it is no plain file"), None);
        }
        let missing = OpenFolder::new(&dir.path().join("none"));
        assert_eq!(missing.stat("a"), None);
    }
}

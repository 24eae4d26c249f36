//! [`Output`]: the folder that a build writes, changed as a whole or not at all.
//!
//! In: the bytes of each route. Out: a folder with these files and a manifest of them. Which files there are, and
//! when to build, is left to others. A build takes these steps:
//!
//! 1. [`Output::begin`] takes the lock, finishes what a killed build had begun to change, drops what it had only
//!    staged, and reads the manifest.
//! 2. [`Staging::put`] compares a file with the one on disk, from many threads, and stages it if it differs.
//! 3. [`Staging::commit`] plans the change (`plan`) and refuses it if a file that is not ours is in the way; writes the
//!    plan down (`journal`); moves the staged files into place, removes files of ours that are not made any more,
//!    and replaces the manifest.
//!
//! Up to the journal the old site stays, after it the next build finishes the change; no file is ever half written.
//! (A power loss may lose what the system had not stored yet: the next build compares bytes, and repairs it.)
//!
//! A folder that is missing or empty is simpler: everything is staged in a sibling folder (`.NAME.recto-stage`) that
//! takes its place by one rename. Files that Recto did not write are never changed and never removed.

mod disk;
mod error;
mod fresh;
mod journal;
mod lock;
pub mod manifest;
mod plan;
mod staging;
mod step;
#[cfg(test)]
mod tests;

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::{Duration, SystemTime},
};

use self::{disk::Kind, fresh::Fresh, journal::Journal, lock::Lock, step::Steps};
pub use self::{
    error::OutputError,
    manifest::{Manifest, OutputPath},
    staging::{Kept, OldManifest, Put, Staging, Summary},
};

use crate::{
    base::digest::Digest,
    git::file_stat::{FileStat, OpenFolder},
};

/// The manifest, inside the output folder. All our names begin with `.recto-`.
pub const MANIFEST: &str = ".recto-manifest";
/// The change under way.
const JOURNAL: &str = ".recto-journal";
/// The staged files, named by number, and the staged manifest and journal.
const STAGE: &str = ".recto-stage";
/// The lock.
const LOCK: &str = ".recto-lock";

/// So many files that have the known bytes, and none the known times, tell that the folder was restored.
const MAX_OTHER_TIMES: usize = 64;

/// A folder on disk that we own parts of.
#[derive(Clone, Debug)]
pub struct Output {
    dir: PathBuf,
}

impl Output {
    /// Takes the folder's name; neither it nor the folders above it need to exist.
    pub fn open(dir: &Path) -> Result<Self, OutputError> {
        let dir = std::path::absolute(dir).map_err(OutputError::io("found", dir))?;
        match fs::metadata(&dir) {
            Ok(metadata) if !metadata.is_dir() => Err(OutputError::NotAFolder(dir)),
            Ok(_) => fs::canonicalize(&dir).map_err(OutputError::io("read", &dir)).map(|dir| Self { dir }),
            Err(_) if disk::kind(&dir)? == Kind::Symlink => Err(OutputError::Symlink(dir)),
            Err(_) if dir.file_name().is_none() => Err(OutputError::NotAFolder(dir)),
            Err(_) => Ok(Self { dir }),
        }
    }

    /// The folder, as an absolute path.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The digest of the manifest; `None` when there is none, or when a change was not finished.
    pub fn manifest_digest(&self) -> Option<Digest> {
        let is_finished = matches!(disk::kind(&self.dir.join(JOURNAL)), Ok(Kind::Missing));
        is_finished.then(|| disk::digest_of(&self.dir.join(MANIFEST)).ok()).flatten()
    }

    /// Removes what a killed build has staged, for those who find that nothing else is to be done. A build that is running is left
    /// alone.
    pub fn clear_leftovers(&self) {
        let (lock, stage) = (self.dir.join(LOCK), self.dir.join(STAGE));
        let is_there = |path: &Path| !matches!(disk::kind(path), Ok(Kind::Missing));
        if (is_there(&lock) || is_there(&stage))
            && let Ok(_lock) = Lock::take_within(&lock, &self.dir, Duration::ZERO)
        {
            // What can't be removed now is removed by the next build that changes something.
            let _ = disk::remove_tree(&stage);
        }
    }

    /// The folder with its files to be looked at.
    pub fn opened(&self) -> OpenOutput {
        OpenOutput {
            folder: OpenFolder::new(&self.dir),
            has_known_times: AtomicBool::new(false),
            n_other_times: AtomicUsize::new(0),
        }
    }

    /// The bytes of a file, as they are now.
    pub fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        fs::read(self.dir.join(path))
    }

    /// What the disk says of a file, if a later change is sure to show in it.
    pub fn stat(&self, path: &str) -> Option<FileStat> {
        let metadata = fs::symlink_metadata(self.dir.join(path)).ok()?;
        let stat = FileStat::of(&metadata);
        (metadata.is_file() && stat.is_settled(SystemTime::now())).then_some(stat)
    }

    /// Takes the lock, for which it waits up to ten seconds, and puts the folder in order. A manifest with the `known` digest is the one
    /// that there was when files were noted that are kept now.
    pub fn begin(&self, known: Option<Digest>) -> Result<Staging, OutputError> {
        if let Some(fresh) = Fresh::begin(&self.dir)? {
            return Ok(Staging::fresh(&self.dir, fresh));
        }
        let lock = Lock::take(&self.dir.join(LOCK), &self.dir)?;
        let mut warnings = Vec::new();
        warnings.extend(recover(&self.dir)?);
        let stage = self.dir.join(STAGE);
        disk::remove_tree(&stage)?;
        let (old, warning) = read_manifest(&self.dir, known)?;
        warnings.extend(warning);
        fs::create_dir(&stage).map_err(OutputError::io("created", stage))?;
        Ok(Staging::within(&self.dir, lock, old, warnings))
    }
}

/// An output folder of which many files are looked at.
#[derive(Debug)]
pub struct OpenOutput {
    folder: OpenFolder,
    has_known_times: AtomicBool,
    n_other_times: AtomicUsize,
}

impl OpenOutput {
    /// Whether a file has the bytes of a digest. It is not read when the disk says of it what it said before.
    pub fn holds(&self, path: &str, digest: &Digest, stat: Option<&FileStat>) -> bool {
        if !self.is_restored() && self.has_stat(path, stat) {
            self.has_known_times.store(true, Ordering::Relaxed);
            return true;
        }
        let found = disk::with_digest(&self.folder, path, digest).ok().flatten();
        if found.is_some() && !self.is_restored() {
            self.n_other_times.fetch_add(1, Ordering::Relaxed);
        }
        found.is_some()
    }

    /// Whether the folder seems to come from a store that keeps no times: then there is no need to look at those of each file.
    fn is_restored(&self) -> bool {
        self.n_other_times.load(Ordering::Relaxed) >= MAX_OTHER_TIMES
            && !self.has_known_times.load(Ordering::Relaxed)
    }

    /// Whether the disk says of a file what it said before.
    pub fn has_stat(&self, path: &str, stat: Option<&FileStat>) -> bool {
        stat.is_some() && self.folder.stat(path).as_ref() == stat
    }
}

/// Finishes what a killed build had begun to change. A journal that can't be trusted is dropped, with a warning.
fn recover(dir: &Path) -> Result<Option<String>, OutputError> {
    let path = dir.join(JOURNAL);
    let text = match disk::kind(&path)? {
        Kind::Missing => return Ok(None),
        Kind::File(_) => fs::read(&path).map_err(OutputError::io("read", &path))?,
        Kind::Folder | Kind::Symlink | Kind::Other => Vec::new(),
    };
    let journal = std::str::from_utf8(&text).ok().and_then(Journal::parse);
    if let Some(journal) = journal.filter(|journal| journal.is_complete(dir)) {
        return match journal.run(dir, &Steps::default()) {
            Ok(()) => Ok(None),
            Err(error) => Err(OutputError::Unfinished(Box::new(error))),
        };
    }
    match fs::remove_file(&path) {
        Ok(()) => {
            Ok(Some(format!("`{}` can't be read, so an interrupted build was not finished", path.display())))
        }
        Err(error) => Err(OutputError::io("removed", path)(error)),
    }
}

/// The files that we wrote; none, with a warning, when the manifest is in doubt.
fn read_manifest(
    dir: &Path,
    known: Option<Digest>,
) -> Result<(Option<OldManifest>, Option<String>), OutputError> {
    let path = dir.join(MANIFEST);
    let text = match disk::kind(&path)? {
        Kind::Missing => return Ok((None, None)),
        Kind::File(_) => fs::read(&path).map_err(OutputError::io("read", &path))?,
        // No file can take its place.
        Kind::Folder => return Err(OutputError::Foreign(vec![MANIFEST.to_owned()])),
        Kind::Symlink | Kind::Other => Vec::new(),
    };
    let digest = Digest::of(&text);
    let is_known = Some(digest) == known;
    let parse = |text| if is_known { Some(Manifest::of_sound(text)) } else { Manifest::parse(text) };
    let manifest = String::from_utf8(text).ok().and_then(parse);
    let warning = manifest.is_none().then(|| {
        format!("`{}` can't be read, so files of earlier builds are left where they are", path.display())
    });
    Ok((manifest.map(|manifest| OldManifest { manifest, digest, is_known }), warning))
}

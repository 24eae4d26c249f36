//! [`GalleyFile`]: galleys in a file without a name, so that those of a large site take no memory.

use std::{
    collections::HashMap,
    fs::File,
    io,
    path::Path,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use super::cache::{read_at, write_at};
use crate::{base::path::RepoPath, render::GalleyStore};

/// How large the file may become. Pages beyond that are parsed again.
const MAX_BYTES: u64 = 4 << 30;

/// A file that is gone when the build is.
pub(super) struct GalleyFile {
    file: File,
    /// Where the next one goes.
    end: AtomicU64,
    /// Where each is, and how many bytes it has.
    places: Mutex<HashMap<RepoPath, (u64, usize)>>,
}

impl GalleyFile {
    /// Makes the file in a folder, or else where this machine has such files.
    pub(super) fn new(dir: Option<&Path>) -> io::Result<Self> {
        let in_dir = dir.and_then(|dir| tempfile::tempfile_in(dir).ok());
        let file = in_dir.map_or_else(tempfile::tempfile, Ok)?;
        Ok(Self { file, end: AtomicU64::new(0), places: Mutex::default() })
    }

    fn places(&self) -> std::sync::MutexGuard<'_, HashMap<RepoPath, (u64, usize)>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl GalleyStore for GalleyFile {
    fn put(&self, path: &RepoPath, bytes: &[u8]) {
        let at = self.end.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        if at < MAX_BYTES && write_at(&self.file, bytes, at).is_ok() {
            self.places().insert(path.clone(), (at, bytes.len()));
        }
    }

    fn get(&self, path: &RepoPath) -> Option<Vec<u8>> {
        let (at, n_bytes) = *self.places().get(path)?;
        let mut bytes = vec![0; n_bytes];
        read_at(&self.file, &mut bytes, at).ok()?;
        Some(bytes)
    }
}

//! [`Outside`]: files of the repository beside the site that pages took something from. Nobody tells when they change, so
//! these few are looked at now and then.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::{
    base::digest::BlobId,
    render::trace::{Trace, World},
    source::Source,
};

/// How often they are looked at.
pub(super) const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How many files are looked at.
const MAX_FILES: usize = 1_000;

/// The files, each with the id of the bytes that it had.
#[derive(Default)]
pub(super) struct Outside {
    files: Mutex<BTreeMap<String, Option<BlobId>>>,
}

impl Outside {
    /// Takes note of the files that a page of a world took something from.
    pub(super) fn note(&self, source: &dyn Source, world: &World, trace: &Trace) {
        if source.is_fixed() {
            return;
        }
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        for question in trace.noted() {
            let Some(path) = question.outside() else { continue };
            if files.len() < MAX_FILES && !files.contains_key(path) {
                // What the page has, though there may be something else by now.
                files.insert(path.to_owned(), world.outside_blob(path));
            }
        }
    }

    /// Whether some have other bytes than before.
    pub(super) fn has_changed(&self, source: &dyn Source) -> bool {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let mut has_changed = false;
        for (path, blob) in files.iter_mut() {
            let now = source.outside_blob(path);
            has_changed |= now != *blob;
            *blob = now;
        }
        has_changed
    }
}

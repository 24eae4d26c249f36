//! [`SaidOnce`]: parts of pages that say the same on all pages of a language, rendered once in a world.

use std::sync::{Arc, Mutex, PoisonError};

use foldhash::HashMap;

use super::Question;
use crate::{base::digest::Print, site::languages::LanguageId};

/// Such a part, with what was asked for it.
pub(in crate::render) struct Said {
    pub(in crate::render) html: Arc<str>,
    pub(in crate::render) asked: Vec<(Question, Print)>,
}

/// A part: its template, the language of addresses, and that of the pages that show it.
pub(in crate::render) type PartKey = (String, LanguageId, String);

/// The parts that are known.
#[derive(Default)]
pub(in crate::render) struct SaidOnce {
    known: Mutex<HashMap<PartKey, Arc<Said>>>,
}

impl SaidOnce {
    /// A part, if it is known.
    pub(in crate::render) fn get(&self, key: &PartKey) -> Option<Arc<Said>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    /// Keeps a part.
    pub(in crate::render) fn put(&self, key: PartKey, said: Arc<Said>) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(key, said);
    }
}

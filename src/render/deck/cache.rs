//! [`ChapterCache`]: chapters as parsed and as rendered, for all decks and for the renders after this one.

use std::{
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

use foldhash::HashMap;

use crate::{
    base::digest::{BlobId, Print},
    parse::slides::Used,
    render::{
        deck::{chapters::Loaded, slide::SlideHtml},
        trace::{Trace, World},
    },
};

/// How many entries of a kind are kept; then all are dropped.
const MAX_ENTRIES: usize = 20_000;

/// What a process knows of chapters.
#[derive(Default)]
pub(in crate::render) struct ChapterCache {
    used: Memo<BlobId, Arc<Used>>,
    loaded: Memo<Print, Arc<Loaded>>,
    rendered: Memo<Print, Arc<Mutex<Option<Rendered>>>>,
}

/// The slides of a chapter, and what was asked for them.
#[derive(Clone)]
pub(super) struct Rendered {
    pub(super) slides: Arc<Vec<SlideHtml>>,
    pub(super) trace: Arc<Trace>,
    /// The world in which it is known to hold.
    world: u64,
}

impl ChapterCache {
    /// What the text with some bytes asks for.
    pub(super) fn used(&self, blob: &BlobId) -> Option<Arc<Used>> {
        self.used.get(blob)
    }

    pub(super) fn learn_used(&self, blob: BlobId, used: &Arc<Used>) {
        self.used.insert(blob, Arc::clone(used));
    }

    pub(super) fn loaded(&self, key: &Print) -> Option<Arc<Loaded>> {
        self.loaded.get(key)
    }

    pub(super) fn learn_loaded(&self, key: Print, loaded: Loaded) -> Arc<Loaded> {
        let loaded = Arc::new(loaded);
        self.loaded.insert(key, Arc::clone(&loaded));
        loaded
    }

    /// The slides of a chapter in a world; `render` makes them when they aren't known. Others who want them wait: it must
    /// do nothing in parallel.
    pub(super) fn rendered(
        &self,
        key: Print,
        world: &World,
        render: impl FnOnce() -> (Vec<SlideHtml>, Option<Trace>),
    ) -> (Arc<Vec<SlideHtml>>, Option<Arc<Trace>>) {
        let slot = self.rendered.get_or_insert(key, Arc::default);
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = slot.as_mut()
            && (known.world == world.number() || known.trace.holds(world))
        {
            known.world = world.number();
            return (Arc::clone(&known.slides), Some(Arc::clone(&known.trace)));
        }
        let (slides, trace) = render();
        let slides = Arc::new(slides);
        let trace = trace.map(Arc::new);
        *slot = trace.as_ref().map(|trace| Rendered {
            slides: Arc::clone(&slides),
            trace: Arc::clone(trace),
            world: world.number(),
        });
        (slides, trace)
    }
}

/// A table for many threads.
struct Memo<K, V>(Mutex<HashMap<K, V>>);

impl<K, V> Default for Memo<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, V: Clone> Memo<K, V> {
    fn get(&self, key: &K) -> Option<V> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn insert(&self, key: K, value: V) {
        let mut table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if table.len() >= MAX_ENTRIES {
            table.clear();
        }
        table.insert(key, value);
    }

    fn get_or_insert(&self, key: K, value: impl FnOnce() -> V) -> V {
        let mut table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if table.len() >= MAX_ENTRIES {
            table.clear();
        }
        table.entry(key).or_insert_with(value).clone()
    }
}

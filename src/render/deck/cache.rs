//! [`ChapterCache`]: chapters as parsed and as rendered, for all decks, for the renders after this one, and for those of
//! later processes.
//!
//! Each result has a key that names all it was made of, so it is never wrong; slides also have the trace of what was asked for
//! them. A [`Record`] is a result as bytes.

use std::{
    collections::BTreeSet,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

use foldhash::HashMap;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

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

/// A result as another process can read it.
pub type Record = Vec<u8>;

/// What an earlier process knew of chapters.
pub trait FormerChapters: Send + Sync {
    /// The record with a key, if it is there and whole.
    fn record(&self, key: &Print) -> Option<Record>;
}

/// What a process knows of chapters.
#[derive(Default)]
pub(in crate::render) struct ChapterCache {
    former: Option<Arc<dyn FormerChapters>>,
    used: Memo<Arc<Used>>,
    loaded: Memo<Arc<Loaded>>,
    rendered: Memo<Arc<Mutex<Option<Rendered>>>>,
}

/// What one render takes from there.
pub(in crate::render) struct Chapters {
    cache: Arc<ChapterCache>,
    taken: Mutex<BTreeSet<Print>>,
}

/// The slides of a chapter, and what was asked for them.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Rendered {
    pub(super) slides: Arc<Vec<SlideHtml>>,
    pub(super) trace: Arc<Trace>,
    /// The world in which it is known to hold.
    #[serde(skip)]
    world: Option<u64>,
}

impl ChapterCache {
    /// One that begins with what an earlier process knew.
    pub(in crate::render) fn with_former(former: Option<Arc<dyn FormerChapters>>) -> Self {
        Self { former, ..Self::default() }
    }

    /// What is known under a key, for another process.
    pub(in crate::render) fn record(&self, key: &Print) -> Option<Record> {
        if let Some(used) = self.used.get(key) {
            return postcard::to_allocvec(&*used).ok();
        }
        if let Some(loaded) = self.loaded.get(key) {
            return postcard::to_allocvec(&*loaded).ok();
        }
        let slot = self.rendered.get(key)?;
        let rendered = slot.lock().unwrap_or_else(PoisonError::into_inner);
        postcard::to_allocvec(rendered.as_ref()?).ok()
    }

    fn former<T: DeserializeOwned>(&self, key: &Print) -> Option<T> {
        postcard::from_bytes(&self.former.as_ref()?.record(key)?).ok()
    }
}

impl Chapters {
    pub(in crate::render) fn new(cache: &Arc<ChapterCache>) -> Self {
        Self { cache: Arc::clone(cache), taken: Mutex::default() }
    }

    /// The same cache, for a part whose result is kept.
    pub(super) fn apart(&self) -> Self {
        Self::new(&self.cache)
    }

    /// The keys of what was taken so far.
    pub(in crate::render) fn taken(&self) -> Vec<Print> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
    }

    fn take(&self, key: Print) {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).insert(key);
    }

    /// What the text with some bytes asks for; `read` finds out when it isn't known.
    pub(super) fn used(&self, blob: &BlobId, read: impl FnOnce() -> Found<Used>) -> Option<Arc<Used>> {
        self.known(&self.cache.used, Print::of(&("used", blob)), read)
    }

    /// A parsed chapter, of which `inputs` name all that it is made of; `load` makes it when it isn't known.
    pub(super) fn loaded(
        &self,
        inputs: &impl Hash,
        load: impl FnOnce() -> Found<Loaded>,
    ) -> Option<Arc<Loaded>> {
        self.known(&self.cache.loaded, Print::of(&("loaded", inputs)), load)
    }

    fn known<T: DeserializeOwned>(
        &self,
        memo: &Memo<Arc<T>>,
        key: Print,
        make: impl FnOnce() -> Found<T>,
    ) -> Option<Arc<T>> {
        self.take(key);
        if let Some(known) = memo.get(&key) {
            return Some(known);
        }
        let found = match self.cache.former(&key) {
            Some(former) => Found::Settled(former),
            None => make(),
        };
        match found {
            Found::Settled(made) => {
                let made = Arc::new(made);
                memo.insert(key, Arc::clone(&made));
                Some(made)
            }
            Found::Passing(made) => Some(Arc::new(made)),
            Found::Nothing => None,
        }
    }

    /// The slides of a chapter in a world, of which `inputs` name all that they are made of but the answers to the questions
    /// in their trace; `render` makes them when they aren't known. Others who want them wait: it must do nothing in parallel.
    pub(super) fn rendered(
        &self,
        inputs: &impl Hash,
        world: &World,
        render: impl FnOnce() -> (Vec<SlideHtml>, Option<Trace>),
    ) -> (Arc<Vec<SlideHtml>>, Option<Arc<Trace>>) {
        let key = Print::of(&("rendered", inputs));
        self.take(key);
        let slot = self.cache.rendered.get_or_insert(key, Arc::default);
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.is_none() {
            *slot = self.cache.former(&key);
        }
        if let Some(known) = slot.as_mut()
            && (known.world == Some(world.number()) || known.trace.holds(world))
        {
            known.world = Some(world.number());
            return (Arc::clone(&known.slides), Some(Arc::clone(&known.trace)));
        }
        let (slides, trace) = render();
        let slides = Arc::new(slides);
        let trace = trace.map(Arc::new);
        *slot = trace.as_ref().map(|trace| Rendered {
            slides: Arc::clone(&slides),
            trace: Arc::clone(trace),
            world: Some(world.number()),
        });
        (slides, trace)
    }
}

/// What was made of a file.
pub(super) enum Found<T> {
    /// Of the bytes that the site knows.
    Settled(T),
    /// Of bytes that were written a moment ago: it must not be kept.
    Passing(T),
    /// There is no such file.
    Nothing,
}

impl<T> Found<T> {
    pub(super) fn map<U>(self, make: impl FnOnce(T) -> U) -> Found<U> {
        match self {
            Self::Settled(value) => Found::Settled(make(value)),
            Self::Passing(value) => Found::Passing(make(value)),
            Self::Nothing => Found::Nothing,
        }
    }
}

/// A table for many threads.
struct Memo<V>(Mutex<HashMap<Print, V>>);

impl<V> Default for Memo<V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<V: Clone> Memo<V> {
    fn get(&self, key: &Print) -> Option<V> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn insert(&self, key: Print, value: V) {
        let mut table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if table.len() >= MAX_ENTRIES {
            table.clear();
        }
        table.insert(key, value);
    }

    fn get_or_insert(&self, key: Print, value: impl FnOnce() -> V) -> V {
        let mut table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if table.len() >= MAX_ENTRIES {
            table.clear();
        }
        table.entry(key).or_insert_with(value).clone()
    }
}

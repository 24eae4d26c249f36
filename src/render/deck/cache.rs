//! [`ChapterCache`]: chapters as parsed and as rendered, for all decks, for the renders after this one, and for those of
//! later processes.
//!
//! Each result has a key that names all it was made of, so it is never wrong; slides also have the trace of what was asked for
//! them, and of code each block has such a key. A [`Record`] is a result as bytes.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

use foldhash::HashMap;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    base::{
        digest::{BlobId, Print},
        path::RepoPath,
    },
    parse::slides::Used,
    render::{
        deck::{chapters::Loaded, slide::SlideHtml},
        highlight::{Highlighted, Outcome},
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
    code: Memo<Arc<KnownCode>>,
    /// The keys of what was not known before.
    made: Memo<()>,
}

/// What one render takes from there.
pub(in crate::render) struct Chapters {
    cache: Arc<ChapterCache>,
    taken: Mutex<BTreeSet<Print>>,
    /// The code of the chapter that is rendered.
    code: Option<ChapterCode>,
}

/// The code of a chapter as it looks, by prints of language and text.
type KnownCode = BTreeMap<Print, Highlighted>;

/// The code of a chapter while that is rendered: what was known before, and what there is now. It is found by the chapter's
/// path, so that text that changes beside it doesn't colour it again.
struct ChapterCode {
    key: Print,
    former: Arc<KnownCode>,
    now: Mutex<KnownCode>,
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

    /// What is known under a key, for another process; `None` when it is what that process knew.
    pub(in crate::render) fn record(&self, key: &Print) -> Option<Record> {
        self.made.get(key)?;
        if let Some(used) = self.used.get(key) {
            return postcard::to_allocvec(&*used).ok();
        }
        if let Some(loaded) = self.loaded.get(key) {
            return postcard::to_allocvec(&*loaded).ok();
        }
        if let Some(code) = self.code.get(key) {
            return postcard::to_allocvec(&*code).ok();
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
        Self { cache: Arc::clone(cache), taken: Mutex::default(), code: None }
    }

    /// The same cache, for the slides of a chapter, which are kept.
    pub(in crate::render) fn apart(&self, chapter: &RepoPath) -> Self {
        let key = code_key(chapter);
        let former = self.cache.code.get(&key).or_else(|| self.cache.former(&key).map(Arc::new));
        let code = ChapterCode { key, former: former.unwrap_or_default(), now: Mutex::default() };
        Self { code: Some(code), ..Self::new(&self.cache) }
    }

    /// What a block of code looks like; `highlight` finds out when it isn't known from a chapter of the same path.
    pub(super) fn highlighted(
        &self,
        language: &str,
        code: &str,
        highlight: impl FnOnce() -> Highlighted,
    ) -> Highlighted {
        let Some(of) = &self.code else { return highlight() };
        let key = Print::of(&(language, code));
        let block = of.former.get(&key).cloned().unwrap_or_else(highlight);
        if block.outcome != Outcome::OverBudget {
            of.now.lock().unwrap_or_else(PoisonError::into_inner).insert(key, block.clone());
        }
        block
    }

    /// Keeps the code of the chapter; other decks may show it with other values.
    pub(super) fn keep_code(self) {
        let Some(ChapterCode { key, now, .. }) = self.code else { return };
        let mut code = self.cache.code.get(&key).map_or_else(KnownCode::default, |known| (*known).clone());
        code.extend(now.into_inner().unwrap_or_else(PoisonError::into_inner));
        if code.is_empty() {
            return;
        }
        self.cache.code.insert(key, Arc::new(code));
        self.cache.made.insert(key, ());
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
        let former = self.cache.former(&key);
        if former.is_none() {
            self.cache.made.insert(key, ());
        }
        match former.map_or_else(make, Found::Settled) {
            Found::Settled(made) => {
                let made = Arc::new(made);
                memo.insert(key, Arc::clone(&made));
                Some(made)
            }
            Found::Passing(made) => Some(Arc::new(made)),
            Found::Nothing => None,
        }
    }

    /// The slides of the chapter at a path in a world, of which `inputs` name all that they are made of but the answers to the questions
    /// in their trace; `render` makes them when they aren't known. Others who want them wait: it must do nothing in parallel.
    pub(super) fn rendered(
        &self,
        chapter: &RepoPath,
        inputs: &impl Hash,
        world: &World,
        render: impl FnOnce() -> (Vec<SlideHtml>, Option<Trace>),
    ) -> (Arc<Vec<SlideHtml>>, Option<Arc<Trace>>) {
        let key = Print::of(&("rendered", inputs));
        self.take(key);
        self.take(code_key(chapter));
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
        self.cache.made.insert(key, ());
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

/// What the code of a chapter is kept under.
fn code_key(chapter: &RepoPath) -> Print {
    Print::of(&("code", chapter))
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

//! [`RenderCache`]: what was rendered lately, taken again while its trace holds.
//!
//! For servers: an address is looked at when it is asked for, so that a change of the site costs nothing by itself.
//! Old results go as in the highlighter's cache: new ones go to the young generation; when that is full it becomes the
//! old one, and the old one is dropped. Bytes are kept packed, so that some thousand pages have room.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use lz4_flex::block::{compress_with_dict, decompress_with_dict};

use super::{
    Rendered, Renderer,
    trace::{Common, Trace},
};
use crate::site::route::Route;

/// Memory for one generation.
const MAX_GENERATION_BYTES: usize = 16 << 20;
/// What an entry takes besides, about.
const ENTRY_BYTES: usize = 500;
/// How far back repetitions are looked for: no sample has to be longer.
const MAX_SAMPLE_BYTES: usize = 64 << 10;

/// Results by address, for many threads.
#[derive(Default)]
pub struct RenderCache {
    generations: Mutex<Generations>,
    n_rendered: AtomicU64,
    n_kept: AtomicU64,
}

#[derive(Default)]
struct Generations {
    young: HashMap<Route, Entry>,
    old: HashMap<Route, Entry>,
    n_young_bytes: usize,
    sample: Option<Sample>,
}

/// The first page of the young generation: most of what a theme puts around texts is in all of them, and most of what is asked
/// is the same.
#[derive(Clone)]
struct Sample {
    bytes: Arc<[u8]>,
    trace: Arc<[u8]>,
}

#[derive(Clone)]
struct Entry {
    /// All but its bytes and its trace.
    rendered: Rendered,
    bytes: Packed,
    trace: Packed,
    common: Option<Arc<Common>>,
    /// The number of the world in which its trace was last found to hold.
    world: u64,
}

/// Bytes in less memory.
#[derive(Clone)]
struct Packed {
    bytes: Arc<[u8]>,
    /// How many there are, and bytes with the same parts, where they are packed.
    form: Option<(usize, Arc<[u8]>)>,
}

impl Packed {
    /// Packs bytes that may be much like a sample.
    fn of(bytes: &[u8], sample: &Arc<[u8]>) -> Self {
        let packed = compress_with_dict(bytes, sample);
        if packed.len() >= bytes.len() {
            return Self { bytes: bytes.into(), form: None };
        }
        Self { bytes: packed.into(), form: Some((bytes.len(), sample.clone())) }
    }

    fn unpacked(&self) -> Option<Bytes> {
        let Some((n_bytes, sample)) = &self.form else { return Some(Bytes::copy_from_slice(&self.bytes)) };
        decompress_with_dict(&self.bytes, *n_bytes, sample).ok().map(Bytes::from)
    }
}

impl RenderCache {
    /// Renders an address, or takes what is known of it; `None` when nothing stands there.
    pub fn render(&self, renderer: &Renderer, route: &Route) -> Option<Rendered> {
        let world = renderer.world();
        if let Some((entry, is_young)) = self.take(route)
            && let Some(rendered) = entry.unpacked()
            && (entry.world == world.number()
                || rendered.trace.as_ref().is_some_and(|trace| trace.holds(world)))
        {
            if !is_young || entry.world != world.number() {
                self.insert(route, Entry { world: world.number(), ..entry });
            }
            self.n_kept.fetch_add(1, Ordering::Relaxed);
            return Some(rendered);
        }
        let rendered = renderer.render(route)?;
        self.n_rendered.fetch_add(1, Ordering::Relaxed);
        if let Some(trace) = &rendered.trace {
            let (trace, common) = (trace.to_bytes(), trace.common().cloned());
            let sample = self.sample(&rendered.bytes, &trace);
            let (bytes, trace) =
                (Packed::of(&rendered.bytes, &sample.bytes), Packed::of(&trace, &sample.trace));
            let rendered = Rendered { bytes: Bytes::new(), trace: None, ..rendered.clone() };
            self.insert(route, Entry { rendered, bytes, trace, common, world: world.number() });
        }
        Some(rendered)
    }

    /// How often something was rendered, and how often taken as it was.
    pub fn counts(&self) -> (u64, u64) {
        (self.n_rendered.load(Ordering::Relaxed), self.n_kept.load(Ordering::Relaxed))
    }

    /// What is known of an address, and whether it is in the young generation.
    fn take(&self, route: &Route) -> Option<(Entry, bool)> {
        let generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        let young = generations.young.get(route).map(|entry| (entry, true));
        let found = young.or_else(|| generations.old.get(route).map(|entry| (entry, false)));
        found.map(|(entry, is_young)| (entry.clone(), is_young))
    }

    /// What a page and its trace are packed by; they themselves where there is nothing yet.
    fn sample(&self, page: &[u8], trace: &[u8]) -> Sample {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        let start = |bytes: &[u8]| Arc::from(&bytes[..bytes.len().min(MAX_SAMPLE_BYTES)]);
        let begun = || Sample { bytes: start(page), trace: start(trace) };
        generations.sample.get_or_insert_with(begun).clone()
    }

    fn insert(&self, route: &Route, entry: Entry) {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        let n_bytes = entry.n_bytes();
        if n_bytes > MAX_GENERATION_BYTES {
            return;
        }
        if generations.n_young_bytes + n_bytes > MAX_GENERATION_BYTES {
            generations.old = std::mem::take(&mut generations.young);
            generations.sample = None;
            generations.n_young_bytes = 0;
        }
        generations.n_young_bytes += n_bytes;
        if let Some(replaced) = generations.young.insert(route.clone(), entry) {
            generations.n_young_bytes -= replaced.n_bytes();
        }
    }
}

impl Entry {
    /// About how much memory it takes.
    fn n_bytes(&self) -> usize {
        self.bytes.bytes.len() + self.trace.bytes.len() + ENTRY_BYTES
    }

    fn unpacked(&self) -> Option<Rendered> {
        let (bytes, mut trace) = (self.bytes.unpacked()?, Trace::of_bytes(&self.trace.unpacked()?)?);
        trace.learn(|_| self.common.clone());
        Some(Rendered { bytes, trace: Some(Arc::new(trace)), ..self.rendered.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_out_as_it_was() {
        let page =
            |text: &str| Arc::<[u8]>::from(format!("{}{text}", "<p>the same</p>".repeat(50)).into_bytes());
        let sample = page("sample");
        for bytes in [page("another"), sample.clone(), Arc::from([]), Arc::from(*b"x")] {
            let packed = Packed::of(&bytes, &sample);
            assert!(packed.bytes.len() <= bytes.len().min(60), "{} bytes", packed.bytes.len());
            assert_eq!(packed.unpacked().as_deref(), Some(&*bytes));
        }
    }
}

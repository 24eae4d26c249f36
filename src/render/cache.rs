//! [`RenderCache`]: what was rendered lately, taken again while its trace holds.
//!
//! For servers: an address is looked at when it is asked for, so that a change of the site costs nothing by itself.
//! Old results go as in the highlighter's cache: new ones go to the young generation; when that is full it becomes the
//! old one, and the old one is dropped.

use std::{
    collections::HashMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use super::{Rendered, Renderer};
use crate::site::route::Route;

/// Memory for the bytes of one generation.
const MAX_GENERATION_BYTES: usize = 32 << 20;
/// What an entry takes beside its bytes, about.
const ENTRY_BYTES: usize = 2_000;

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
}

#[derive(Clone)]
struct Entry {
    rendered: Rendered,
    /// The number of the world in which its trace was last found to hold.
    world: u64,
}

impl RenderCache {
    /// Renders an address, or takes what is known of it; `None` when nothing stands there.
    pub fn render(&self, renderer: &Renderer, route: &Route) -> Option<Rendered> {
        let world = renderer.world();
        if let Some(entry) = self.take(route)
            && let Some(trace) = &entry.rendered.trace
            && (entry.world == world.number() || trace.holds(world))
        {
            let rendered = entry.rendered.clone();
            self.insert(route, Entry { world: world.number(), ..entry });
            self.n_kept.fetch_add(1, Ordering::Relaxed);
            return Some(rendered);
        }
        let rendered = renderer.render(route)?;
        self.n_rendered.fetch_add(1, Ordering::Relaxed);
        if rendered.trace.is_some() {
            self.insert(route, Entry { rendered: rendered.clone(), world: world.number() });
        }
        Some(rendered)
    }

    /// How often something was rendered, and how often taken as it was.
    pub fn counts(&self) -> (u64, u64) {
        (self.n_rendered.load(Ordering::Relaxed), self.n_kept.load(Ordering::Relaxed))
    }

    fn take(&self, route: &Route) -> Option<Entry> {
        let generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        generations.young.get(route).or_else(|| generations.old.get(route)).cloned()
    }

    fn insert(&self, route: &Route, entry: Entry) {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        let n_bytes = entry.rendered.bytes.len() + ENTRY_BYTES;
        if n_bytes > MAX_GENERATION_BYTES {
            return;
        }
        if generations.n_young_bytes + n_bytes > MAX_GENERATION_BYTES {
            generations.old = std::mem::take(&mut generations.young);
            generations.n_young_bytes = 0;
        }
        generations.n_young_bytes += n_bytes;
        if let Some(replaced) = generations.young.insert(route.clone(), entry) {
            generations.n_young_bytes -= replaced.rendered.bytes.len() + ENTRY_BYTES;
        }
    }
}

//! [`KeptObjects`]: bytes of objects that were read or written lately, for all threads.
//!
//! A save reads the same few objects again and again: the text that an editor opened is what it is merged with, and the one that
//! is written goes to the work tree and to whoever shows it. The library would keep objects for each handle anew, up to
//! 256 MiB.

use std::{
    mem,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use foldhash::HashMap;
use git2::Oid;

/// Objects by id, in memory for two generations: when the young one is full it becomes the old one, which is dropped.
pub(super) struct KeptObjects {
    max_generation_bytes: usize,
    generations: Mutex<Generations>,
    /// How many bytes were added since this was asked.
    n_added: AtomicUsize,
}

#[derive(Default)]
struct Generations {
    young: HashMap<Oid, Arc<[u8]>>,
    old: HashMap<Oid, Arc<[u8]>>,
    n_young_bytes: usize,
}

impl KeptObjects {
    pub(super) fn new(max_generation_bytes: usize) -> Self {
        Self { max_generation_bytes, generations: Mutex::default(), n_added: AtomicUsize::new(0) }
    }

    pub(super) fn get(&self, id: Oid) -> Option<Arc<[u8]>> {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(object) = generations.young.get(&id) {
            return Some(object.clone());
        }
        let object = generations.old.remove(&id)?;
        generations.add(id, object.clone(), self.max_generation_bytes);
        Some(object)
    }

    /// How many bytes were added since this was last asked.
    pub(super) fn take_added(&self) -> usize {
        self.n_added.swap(0, Ordering::Relaxed)
    }

    /// Keeps an object, unless it is so large that others would go for it.
    pub(super) fn add(&self, id: Oid, object: Arc<[u8]>) {
        self.n_added.fetch_add(object.len(), Ordering::Relaxed);
        if object.len() <= self.max_generation_bytes / 4 {
            let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
            generations.add(id, object, self.max_generation_bytes);
        }
    }
}

impl Generations {
    fn add(&mut self, id: Oid, object: Arc<[u8]>, max_bytes: usize) {
        if self.n_young_bytes + object.len() > max_bytes {
            self.old = mem::take(&mut self.young);
            self.n_young_bytes = 0;
        }
        self.n_young_bytes += object.len();
        if let Some(former) = self.young.insert(id, object) {
            self.n_young_bytes -= former.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_stays_and_the_rest_goes() {
        let kept = KeptObjects::new(400);
        let id = |n: u8| Oid::from_bytes(&[n; 20]).expect("20 bytes");
        for n in 0..50 {
            kept.add(id(n), Arc::from([n; 100]));
            assert_eq!(kept.get(id(0)).as_deref(), Some(&[0; 100][..]), "{n}");
        }
        let n_left = (0..50).filter(|n| kept.get(id(*n)).is_some()).count();
        assert!((4..=8).contains(&n_left), "{n_left}");
        kept.add(id(60), Arc::from([60; 101]));
        assert!(kept.get(id(60)).is_none(), "a large one takes no room of others");
    }
}

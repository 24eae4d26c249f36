//! [`BlockCache`]: finished blocks by digest, in bounded memory, for many threads.
//!
//! A shard has two generations: new entries go to the young one, and when that is full it becomes the old one
//! and the old one is dropped. What is asked for moves back to the young generation, so that what is in use
//! stays. That is nearly as good as least-recently-used and needs no list.

use std::{
    collections::HashMap,
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::Highlighted;
use crate::base::digest::Digest;

/// How many locks the threads of a build spread over.
const SHARDS: usize = 16;
/// Memory for the HTML of one generation of one shard: 8 MiB in all.
const MAX_GENERATION_BYTES: usize = 1 << 18;
/// What an entry takes beside its HTML, about.
const ENTRY_BYTES: usize = 96;

/// The blocks highlighted lately.
#[derive(Default)]
pub(super) struct BlockCache {
    shards: [Mutex<Shard>; SHARDS],
}

#[derive(Default)]
struct Shard {
    young: HashMap<Digest, Highlighted>,
    old: HashMap<Digest, Highlighted>,
    n_young_bytes: usize,
}

impl BlockCache {
    /// The block with this digest.
    pub(super) fn get(&self, key: &Digest) -> Option<Highlighted> {
        let mut shard = self.shard(key);
        if let Some(block) = shard.young.get(key) {
            return Some(block.clone());
        }
        let block = shard.old.remove(key)?;
        shard.insert(*key, block.clone());
        Some(block)
    }

    /// Keeps a block, unless it would fill a shard alone.
    pub(super) fn insert(&self, key: Digest, block: &Highlighted) {
        if block.html.len() + ENTRY_BYTES <= MAX_GENERATION_BYTES {
            self.shard(&key).insert(key, block.clone());
        }
    }

    fn shard(&self, key: &Digest) -> MutexGuard<'_, Shard> {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(key);
        let index = usize::from(hash.to_le_bytes()[0]) % SHARDS;
        self.shards[index].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shard {
    fn insert(&mut self, key: Digest, block: Highlighted) {
        let n_bytes = block.html.len() + ENTRY_BYTES;
        if self.n_young_bytes + n_bytes > MAX_GENERATION_BYTES {
            self.old = std::mem::take(&mut self.young);
            self.n_young_bytes = 0;
        }
        if self.young.insert(key, block).is_none() {
            self.n_young_bytes += n_bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Outcome, *};

    #[test]
    fn memory_is_bounded_and_what_is_used_stays() {
        let cache = BlockCache::default();
        let block = Highlighted { html: "x".repeat(10_000).into(), outcome: Outcome::Done };
        let used = Digest::of(b"used");
        cache.insert(used, &block);
        for n in 0..20_000_u32 {
            cache.insert(Digest::of(&n.to_le_bytes()), &block);
            if n % 100 == 0 {
                assert!(cache.get(&used).is_some(), "after {n}");
            }
        }
        let n_entries: usize = cache
            .shards
            .iter()
            .map(|shard| {
                let shard = shard.lock().expect("no panic");
                shard.young.len() + shard.old.len()
            })
            .sum();
        assert!(n_entries * 10_000 <= 2 * SHARDS * MAX_GENERATION_BYTES, "{n_entries}");
    }

    #[test]
    fn a_huge_block_is_not_kept() {
        let cache = BlockCache::default();
        let key = Digest::of(b"huge");
        cache.insert(key, &Highlighted { html: "x".repeat(2 << 20).into(), outcome: Outcome::Done });
        assert!(cache.get(&key).is_none());
    }
}

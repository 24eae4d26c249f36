//! [`Prints`]: prints of the answers that many renders ask for, computed once in a world.

use std::{
    hash::BuildHasher as _,
    sync::{Mutex, PoisonError},
};

use foldhash::{HashMap, fast::FixedState};

use super::Question;
use crate::base::digest::Print;

/// How many locks the threads of a build spread over.
const SHARDS: usize = 16;

/// Prints by question.
#[derive(Default)]
pub(super) struct Prints {
    shards: [Mutex<HashMap<Question, Print>>; SHARDS],
}

impl Prints {
    /// The print of the answer to a question; `print` computes it when it isn't known yet.
    pub(super) fn get(&self, question: &Question, print: impl FnOnce() -> Print) -> Print {
        let hash = FixedState::default().hash_one(question);
        let shard = &self.shards[usize::from(hash.to_le_bytes()[0]) % SHARDS];
        if let Some(known) = shard.lock().unwrap_or_else(PoisonError::into_inner).get(question) {
            return *known;
        }
        // Not under the lock: another thread may compute the same, which does no harm.
        let print = print();
        shard.lock().unwrap_or_else(PoisonError::into_inner).insert(question.clone(), print);
        print
    }
}

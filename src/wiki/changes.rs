//! `Changes`: those who listen hear of each commit of the branch, whoever made it, when readers see it.
//!
//! One thread follows what the engine shows, so a listener hears of all commits in their order, each once, from the one that
//! it knows. A branch that was forced elsewhere is told as its last commit alone.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use crate::{
    engine::Signal,
    git::{Arrival, CommitId, Store},
    wiki::{Action, Actor, Wiki},
};

/// The most commits that are told one by one.
const MAX_COMMITS: usize = 200;

/// Takes what a listener hears.
type Tell = Box<dyn Fn(&Arrival) + Send + Sync>;

/// Those who listen, and what they have heard.
pub(super) struct Changes {
    store: Arc<Store>,
    state: Mutex<State>,
    next_id: AtomicU64,
}

struct State {
    /// The commit that all listeners know.
    told: Option<CommitId>,
    listeners: HashMap<u64, Tell>,
}

/// Listens until it is dropped.
pub struct Listening {
    changes: Weak<Changes>,
    id: u64,
}

impl Changes {
    /// Begins to follow what is shown, from `commit` on.
    pub(super) fn follow(store: Arc<Store>, signal: Arc<Signal>, commit: Option<CommitId>) -> Arc<Self> {
        let state = Mutex::new(State { told: commit, listeners: HashMap::new() });
        let changes = Arc::new(Self { store, state, next_id: AtomicU64::new(0) });
        let followed = Arc::downgrade(&changes);
        let follow = move || {
            let mut seen = commit;
            while let Some(shown) = signal.wait_other(seen)
                && let Some(changes) = followed.upgrade()
            {
                changes.tell(shown);
                seen = Some(shown);
            }
        };
        // Without a thread nobody hears anything; saves merge all the same.
        let _ = thread::Builder::new().name("changes".to_owned()).spawn(follow);
        changes
    }

    fn tell(&self, shown: CommitId) {
        let mut state = self.state();
        if !state.listeners.is_empty() {
            for arrival in self.between(state.told, shown) {
                state.listeners.values().for_each(|tell| tell(&arrival));
            }
        }
        state.told = Some(shown);
    }

    fn between(&self, from: Option<CommitId>, to: CommitId) -> Vec<Arrival> {
        // What can't be read is found out by the next save.
        self.store.arrivals(from, to, MAX_COMMITS).unwrap_or_default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        if let Some(changes) = self.changes.upgrade() {
            changes.state().listeners.remove(&self.id);
        }
    }
}

impl Wiki {
    /// Listens to the commits of the branch until the answer is dropped. Those that came since a commit are told at once.
    pub fn listen(
        &self,
        actor: &Actor,
        since: Option<CommitId>,
        tell: impl Fn(Arrival) + Send + Sync + 'static,
    ) -> Listening {
        let rights = actor.rights;
        let tell = move |arrival: &Arrival| {
            let mut arrival = arrival.clone();
            if let Some(paths) = &mut arrival.paths {
                paths.retain(|path| rights.allow(Action::Read, path));
            }
            tell(arrival);
        };
        let changes = &self.changes;
        let id = changes.next_id.fetch_add(1, Ordering::Relaxed);
        let mut state = changes.state();
        if let (Some(since), Some(told)) = (since, state.told) {
            changes.between(Some(since), told).iter().for_each(&tell);
        }
        state.listeners.insert(id, Box::new(tell));
        Listening { changes: Arc::downgrade(changes), id }
    }
}

//! [`CommitFeed`]: the feed of a branch: each commit is a change, whoever made it.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{Feed, News};
use crate::{
    git::{CommitId, Store},
    source::{Listing, ListingOptions, RefWatch, SourceError, Tree},
};

/// How long after a failed look the next one is taken.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Between those who move the branch, or see it move, and the feed.
#[derive(Default)]
pub struct Signal {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// How often somebody has said that the branch may have moved.
    n_told: u64,
    /// How many of these are shown.
    n_shown: u64,
    /// Since when there is something told that is not shown.
    behind_since: Option<Instant>,
    /// How often the branch was seen at another commit.
    n_heads_seen: u64,
    /// The commit that is shown, once there is one.
    shown: Option<CommitId>,
    is_stopped: bool,
}

impl Signal {
    /// Says that the branch may have moved, and gives the number of this news.
    pub fn tell(&self) -> u64 {
        let mut state = self.state();
        state.n_told += 1;
        state.behind_since.get_or_insert_with(Instant::now);
        self.changed.notify_all();
        state.n_told
    }

    /// Waits until some news are shown; false when that takes too long.
    pub fn wait_shown(&self, number: u64, timeout: Duration) -> bool {
        self.wait_while(timeout, |state| state.n_shown < number).n_shown >= number
    }

    /// For how long something told has not been shown; `None` when all is.
    pub fn behind(&self) -> Option<Duration> {
        self.state().behind_since.map(|since| since.elapsed())
    }

    /// How often the branch was seen at another commit.
    pub fn n_heads_seen(&self) -> u64 {
        self.state().n_heads_seen
    }

    /// Waits until another commit is shown than `seen`; `None` when there will be none.
    pub fn wait_other(&self, seen: Option<CommitId>) -> Option<CommitId> {
        let is_same = |state: &mut State| (state.shown.is_none() || state.shown == seen) && !state.is_stopped;
        let state = self.changed.wait_while(self.state(), is_same).unwrap_or_else(PoisonError::into_inner);
        state.shown.filter(|_| !state.is_stopped)
    }

    /// Waits until more is told than a number; false when nothing comes in time.
    fn wait_told(&self, covered: u64, timeout: Duration) -> bool {
        self.wait_while(timeout, |state| state.n_told <= covered).n_told > covered
    }

    fn wait_while(&self, timeout: Duration, is_missing: impl Fn(&State) -> bool) -> MutexGuard<'_, State> {
        let is_waiting = |state: &mut State| is_missing(state) && !state.is_stopped;
        let waited = self.changed.wait_timeout_while(self.state(), timeout, is_waiting);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stop(&self) {
        self.state().is_stopped = true;
        self.changed.notify_all();
    }
}

/// The commits of the branch that is checked out.
pub struct CommitFeed {
    store: Arc<Store>,
    signal: Arc<Signal>,
    watch: RefWatch,
    /// The tree of the last snapshot, and its commit.
    last: (Arc<Tree>, Option<CommitId>),
    /// How much was told when it began.
    n_at_first: u64,
    /// How much of what was told the next look covers.
    n_covered: u64,
    /// What the last look gave, to be taken when it is shown.
    given: Option<(Arc<Tree>, Option<CommitId>)>,
    missed: Option<Instant>,
}

impl CommitFeed {
    /// Begins to watch the branch of a repository whose `commit` has been listed.
    pub fn new(store: Arc<Store>, signal: Arc<Signal>, tree: Arc<Tree>, commit: Option<CommitId>) -> Self {
        let told = signal.clone();
        let watch = RefWatch::new(store.git_dir(), store.common_dir(), move || {
            told.tell();
        });
        // What happened since it was listed.
        let n_at_first = signal.tell();
        let last = (tree, commit);
        Self { store, signal, watch, last, n_at_first, n_covered: 0, given: None, missed: None }
    }
}

impl Feed for CommitFeed {
    fn rest(&mut self, timeout: Duration) {
        self.signal.wait_told(self.n_at_first, timeout);
    }

    fn wait(&mut self, timeout: Duration) -> bool {
        let until_retry = self.missed.map(|missed| RETRY_AFTER.saturating_sub(missed.elapsed()));
        let poll = self.watch.poll_every();
        let timeout = [until_retry, poll].into_iter().flatten().fold(timeout, Duration::min);
        let has_news = self.signal.wait_told(self.n_covered, timeout);
        let is_due = self.missed.is_some_and(|missed| missed.elapsed() >= RETRY_AFTER);
        if is_due {
            self.missed = None;
        }
        has_news || is_due || poll.is_some()
    }

    fn next(&mut self, former: &Listing, options: &ListingOptions) -> Result<News, SourceError> {
        // What is told from here on may not be seen by this look.
        self.n_covered = self.signal.state().n_told;
        let commit = self.store.head()?.commit;
        let (tree, (listing, changes)) = if commit == self.last.1 {
            (self.last.0.clone(), (former.clone(), Default::default()))
        } else {
            let tree = Arc::new(Tree::of_commit(&self.store, commit)?);
            let relisted = tree.relist(&self.last.0, former, options)?;
            (tree, relisted)
        };
        let commits = commit != self.last.1;
        self.signal.state().n_heads_seen += u64::from(commits);
        self.given = Some((tree.clone(), commit));
        Ok(News { source: tree, listing, changes, commits, settings: false })
    }

    fn missed(&mut self) {
        self.missed = Some(Instant::now());
    }

    fn shown(&mut self) {
        if let Some(given) = self.given.take() {
            self.last = given;
        }
        let mut state = self.signal.state();
        state.n_shown = state.n_shown.max(self.n_covered);
        if state.n_shown == state.n_told {
            state.behind_since = None;
        }
        state.shown = self.last.1;
        self.signal.changed.notify_all();
    }

    fn trouble(&mut self) -> Option<String> {
        self.watch.trouble()
    }

    fn stopper(&self) -> Box<dyn Fn() + Send + Sync> {
        let signal = self.signal.clone();
        Box::new(move || signal.stop())
    }

    fn is_stopped(&self) -> bool {
        self.signal.state().is_stopped
    }
}

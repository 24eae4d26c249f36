//! [`Keeper`]: keeps the log of the branch, in memory and on the disk.
//!
//! One thread reads what was kept, learns the commits that came since, and again whenever the branch moves. Whoever asks gets
//! a log that knows the head of that moment, or hears how far the first reading is.

use std::{
    path::PathBuf,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard},
    thread::{self, JoinHandle},
    time::Duration,
};

use crate::{
    base::digest::Print,
    git::{
        CommitId, GitError, Store,
        log::{Log, file::LogFile, walk::Progress},
    },
    wiki::WikiError,
};

/// Where logs are kept, in the Git folder: each of a folder that is a wiki.
const FOLDER: &str = "recto/log";
/// How long somebody who asks waits for commits that are being learned.
const PATIENCE: Duration = Duration::from_millis(1500);

/// Keeps the log of the branch that is checked out. Dropping it ends its thread.
pub struct Keeper {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    store: Arc<Store>,
    log: RwLock<Log>,
    wish: Mutex<Wish>,
    changed: Condvar,
    progress: Progress,
}

/// What the thread is to do.
#[derive(Default)]
struct Wish {
    head: Option<CommitId>,
    /// The head that it has tried last.
    tried: Option<CommitId>,
    /// Why that failed.
    failure: Option<String>,
    is_stopped: bool,
}

impl Keeper {
    /// Begins to read the log.
    pub fn start(store: Arc<Store>) -> Self {
        let shared = Arc::new(Shared {
            store,
            log: RwLock::default(),
            wish: Mutex::default(),
            changed: Condvar::new(),
            progress: Progress::default(),
        });
        let work = shared.clone();
        let thread = thread::Builder::new().name("log".to_owned()).spawn(move || work.run());
        Self { shared, thread: thread.ok() }
    }

    /// Says where the branch is, so that the log is there when somebody asks.
    pub fn follow(&self, head: CommitId) {
        let mut wish = self.shared.wish();
        wish.head = Some(head);
        // What has failed may work by now.
        if wish.failure.take().is_some() {
            wish.tried = None;
        }
        self.shared.changed.notify_all();
    }

    /// The log of all commits up to a head, or up to one that came after it.
    pub fn at(&self, head: CommitId) -> Result<RwLockReadGuard<'_, Log>, WikiError> {
        let log = self.shared.log();
        if log.head() == Some(head) {
            return Ok(log);
        }
        // Somebody has saved since the head was looked at; else the branch was set back, and the log has to follow.
        if log.head().is_some()
            && log.commit(head).is_some()
            && self.shared.store.head()?.commit != Some(head)
        {
            return Ok(log);
        }
        drop(log);
        self.follow(head);
        let is_missing = |wish: &mut Wish| wish.tried != Some(head) && !wish.is_stopped;
        let waited = self.shared.changed.wait_timeout_while(self.shared.wish(), PATIENCE, is_missing);
        let failure = waited.unwrap_or_else(PoisonError::into_inner).0.failure.clone();
        let log = self.shared.log();
        if log.head() == Some(head) {
            return Ok(log);
        }
        let (n_done, n_all) = self.shared.progress.get();
        Err(match failure {
            Some(why) => WikiError::NoLog { why },
            None => WikiError::Reading { n_done, n_all },
        })
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.shared.wish().is_stopped = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn run(&self) {
        let mut file = LogFile::new(self.path());
        let kept = file.load();
        *self.log.write().unwrap_or_else(PoisonError::into_inner) = kept;
        while let Some(head) = self.next_head() {
            let result = self.learn(&mut file, head);
            let mut wish = self.wish();
            wish.tried = Some(head);
            wish.failure = result.err().map(|error| error.to_string());
            self.changed.notify_all();
        }
    }

    fn path(&self) -> PathBuf {
        let name = Print::of_bytes(self.store.folder().as_str().as_bytes());
        self.store.git_dir().join(FOLDER).join(name.to_string())
    }

    /// Waits for a head that was not tried; `None` when it is time to end.
    fn next_head(&self) -> Option<CommitId> {
        let is_idle = |wish: &mut Wish| wish.head == wish.tried && !wish.is_stopped;
        let waited = self.changed.wait_while(self.wish(), is_idle);
        let wish = waited.unwrap_or_else(PoisonError::into_inner);
        wish.head.filter(|_| !wish.is_stopped)
    }

    fn learn(&self, file: &mut LogFile, head: CommitId) -> Result<(), GitError> {
        let mut walk = self.store.walk(&self.log(), head, &self.progress)?;
        // What can't be kept is learned again by the next process.
        while let Some(batch) = walk.next(&self.progress)? {
            if self.wish().is_stopped {
                return Ok(());
            }
            if walk.is_straight() {
                let _ = file.append(&batch);
                self.log.write().unwrap_or_else(PoisonError::into_inner).learn(batch);
            } else {
                // Nobody sees commits that are not of the branch.
                let mut log = self.log().clone();
                log.learn(batch);
                let log = if log.head().is_some() { log.of_head() } else { log };
                let _ = file.replace(&log);
                *self.log.write().unwrap_or_else(PoisonError::into_inner) = log;
            }
        }
        Ok(())
    }

    fn log(&self) -> RwLockReadGuard<'_, Log> {
        self.log.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn wish(&self) -> MutexGuard<'_, Wish> {
        self.wish.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! A line on the terminal that says how far a long command is.

use std::{
    io::{IsTerminal, Write},
    sync::{
        Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

/// How long a command runs before the line appears.
const DELAY: Duration = Duration::from_millis(500);
/// How often it changes.
const INTERVAL: Duration = Duration::from_millis(100);
/// How wide the bar is, in characters.
const BAR_WIDTH: usize = 24;

/// Counts what is done; silent where there is no terminal.
pub(super) struct Progress {
    total: AtomicUsize,
    done: AtomicUsize,
    /// When the line is drawn next; `None` when it never is.
    next: Option<Mutex<Instant>>,
}

impl Progress {
    /// Begins to count to `total`.
    pub(super) fn new(total: usize, is_shown: bool) -> Self {
        let next = (is_shown && std::io::stderr().is_terminal()).then(|| Mutex::new(Instant::now() + DELAY));
        Self { total: total.into(), done: AtomicUsize::new(0), next }
    }

    /// So many more are to be done than was known.
    pub(super) fn expect(&self, more: usize) {
        self.total.fetch_add(more, Ordering::Relaxed);
    }

    /// Counts one more.
    pub(super) fn step(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        let Some(Ok(mut next)) = self.next.as_ref().map(Mutex::try_lock) else { return };
        if Instant::now() >= *next {
            *next = Instant::now() + INTERVAL;
            let total = self.total.load(Ordering::Relaxed);
            let filled = BAR_WIDTH * done / total.max(1);
            let bar = format!("{}{}", "━".repeat(filled), " ".repeat(BAR_WIDTH - filled.min(BAR_WIDTH)));
            // The line is only a courtesy.
            let _ = write!(std::io::stderr(), "\r\x1b[2K{bar} {done} of {total}");
        }
    }
}

/// Says how long something has been waited for of which nobody knows how far it is.
pub(super) struct Waiting {
    what: String,
    is_shown: bool,
    n_seconds: AtomicU64,
}

impl Waiting {
    /// Begins to wait; where there is no terminal, that is all that is said.
    pub(super) fn new(what: String, is_shown: bool) -> Self {
        let is_terminal = std::io::stderr().is_terminal();
        if is_shown && !is_terminal {
            let _ = writeln!(std::io::stderr(), "{what}");
        }
        Self { what, is_shown: is_shown && is_terminal, n_seconds: AtomicU64::new(0) }
    }

    /// So much time has passed.
    pub(super) fn tell(&self, elapsed: Duration) {
        let n_seconds = elapsed.as_secs();
        if self.is_shown && self.n_seconds.swap(n_seconds, Ordering::Relaxed) != n_seconds {
            // The line is only a courtesy.
            let _ = write!(std::io::stderr(), "\r\x1b[2K{}, {n_seconds} s", self.what);
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if self.is_shown {
            let _ = write!(std::io::stderr(), "\r\x1b[2K");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.next.is_some() {
            let _ = write!(std::io::stderr(), "\r\x1b[2K");
        }
    }
}

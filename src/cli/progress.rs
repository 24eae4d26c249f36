//! A line on the terminal that says how far a long command is.

use std::{
    io::{IsTerminal, Write},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
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

impl Drop for Progress {
    fn drop(&mut self) {
        if self.next.is_some() {
            let _ = write!(std::io::stderr(), "\r\x1b[2K");
        }
    }
}

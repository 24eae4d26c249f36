//! [`Feed`]: how an engine learns that its files changed, and [`FolderFeed`] for a folder of the disk.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use crate::source::{ChangeSet, Folder, Listing, ListingOptions, Source, SourceError, Touched, Watch};

/// How long a file that has just become empty may take to be written: many programs empty it first.
const WRITE_TIME: Duration = Duration::from_millis(20);
/// How often it is looked at meanwhile. Most are written at once.
const WRITE_STEP: Duration = Duration::from_millis(1);
/// How long after a failed look the next one is taken.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// What changed, and where the files are now.
pub struct News {
    /// The source of the next snapshot.
    pub source: Arc<dyn Source>,
    /// Its listing.
    pub listing: Listing,
    /// How it differs from the listing before.
    pub changes: ChangeSet,
    /// Whether there may be other commits than before.
    pub commits: bool,
    /// Whether the settings of the repository may differ.
    pub settings: bool,
}

/// Where news come from: a watched folder, a branch that gets commits.
pub trait Feed: Send {
    /// Waits until something happens, at most for `timeout`. What it is, the next waiting gives.
    fn rest(&mut self, timeout: Duration);

    /// Waits until there may be news, at most for `timeout`; says whether there may be.
    fn wait(&mut self, timeout: Duration) -> bool;

    /// Everything that happened since `former`, as one change.
    fn next(&mut self, former: &Listing, options: &ListingOptions) -> Result<News, SourceError>;

    /// Says that what `next` gave did not become a snapshot: it has to give it again.
    fn missed(&mut self);

    /// Says that what `next` gave is shown from now on.
    fn shown(&mut self) {}

    /// Something that should be said once.
    fn trouble(&mut self) -> Option<String> {
        None
    }

    /// What ends the waiting for good.
    fn stopper(&self) -> Box<dyn Fn() + Send + Sync>;

    /// Whether it was stopped.
    fn is_stopped(&self) -> bool;
}

/// A folder of the disk that is watched.
pub struct FolderFeed {
    folder: Arc<Folder>,
    watch: Watch,
    touched: Touched,
    /// When a look failed, or did not become a snapshot.
    missed: Option<Instant>,
}

impl FolderFeed {
    /// Begins to watch a folder that has been listed.
    pub fn new(folder: Arc<Folder>) -> Self {
        let watch = Watch::new(&folder);
        Self { folder, watch, touched: Touched::default(), missed: None }
    }
}

/// Whether a file has become empty.
fn has_emptied(former: &Listing, listing: &Listing, changes: &ChangeSet) -> bool {
    let size = |listing: &Listing, path| listing.entries.get(path).map_or(0, |entry| entry.size);
    changes.changed.iter().any(|path| size(listing, path) == 0 && size(former, path) > 0)
}

impl Feed for FolderFeed {
    fn rest(&mut self, timeout: Duration) {
        self.watch.rest(timeout);
    }

    fn wait(&mut self, timeout: Duration) -> bool {
        let retry = self.missed.map(|missed| missed + RETRY_AFTER);
        let until_retry = retry.map(|retry| retry.saturating_duration_since(Instant::now()));
        self.touched = self.watch.wait(until_retry.map_or(timeout, |wait| wait.min(timeout)));
        if retry.is_some_and(|retry| Instant::now() >= retry) {
            self.missed = None;
            self.touched.everything = true;
        }
        !self.touched.is_empty()
    }

    fn next(&mut self, former: &Listing, options: &ListingOptions) -> Result<News, SourceError> {
        let touched = std::mem::take(&mut self.touched);
        let mut relisted = self.folder.relist(former, &touched, options);
        let deadline = Instant::now() + WRITE_TIME;
        while Instant::now() < deadline
            && relisted.as_ref().is_ok_and(|(listing, changes)| has_emptied(former, listing, changes))
        {
            thread::sleep(WRITE_STEP);
            relisted = self.folder.relist(former, &touched, options);
        }
        self.watch.follow(&self.folder, &touched);
        if self.watch.has_missed() {
            self.missed();
        }
        // A folder that goes meanwhile looks empty, and nothing tells when it comes back: it is looked for again.
        if !self.folder.root().is_dir() {
            relisted = Err(SourceError::NotFound { path: self.folder.root().display().to_string() });
        }
        if relisted.is_err() {
            self.missed();
        }
        let (listing, changes) = relisted?;
        let commits = touched.commits || touched.everything;
        let settings = touched.settings || touched.everything;
        Ok(News { source: self.folder.clone(), listing, changes, commits, settings })
    }

    fn missed(&mut self) {
        self.missed = Some(Instant::now());
    }

    fn trouble(&mut self) -> Option<String> {
        self.watch.trouble()
    }

    fn stopper(&self) -> Box<dyn Fn() + Send + Sync> {
        let alarm = self.watch.alarm();
        Box::new(move || alarm.ring())
    }

    fn is_stopped(&self) -> bool {
        self.watch.alarm().has_rung()
    }
}

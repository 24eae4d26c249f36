//! The engine: keeps the newest snapshot of a site while its files change, and tells those who look at its pages.
//!
//! Takes a [`Source`] and a [`Feed`] that knows when to look at it again. Gives the [`Snapshot`] of the moment to any number
//! of threads, [`Event`]s to those who look at a page, and [`Told`] to the terminal. No HTTP, no terminal, no clock: the
//! options, with today's date in them, are asked from the one who starts it.
//!
//! One thread does this, again and again (`work`):
//!
//! 1. wait until the feed has news, and make the next listing of it: all that happened meanwhile is one change set;
//! 2. update the site, and publish the new snapshot: from now on requests are answered from it;
//! 3. render the pages that are looked at, and tell those for whom something differs;
//! 4. look for problems, and tell which are new and which are mended.

mod commits;
mod counts;
mod feed;
mod historian;
mod outside;
mod page;
mod problems;
#[cfg(test)]
mod tests;
mod viewer;
mod work;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

use self::outside::Outside;
use crate::{
    base::diagnostic::Diagnostic,
    git::history::History,
    render::{
        FormerChapters, ImageStore, Renderer,
        cache::RenderCache,
        highlight::Highlighter,
        trace::{Ahead, LoadedTheme},
    },
    site::{Site, SiteOptions, file::FormerFiles},
    source::{ListingOptions, Source, SourceError},
};

pub use self::{
    commits::{CommitFeed, Signal},
    counts::Counts,
    feed::{Feed, FolderFeed, News},
    page::{Made, Page, page_at},
    problems::Shown,
    viewer::{Event, PageEvent, Viewing},
};
use self::{historian::Historian, problems::Board, viewer::Viewer};

/// The site at one moment.
pub struct Snapshot {
    /// Counts the snapshots of this engine, from 1.
    pub number: u64,
    /// Where its files are.
    pub source: Arc<dyn Source>,
    /// Renders its pages.
    pub renderer: Renderer,
}

/// Says how a site is read, as of now.
pub type AskOptions = dyn Fn(&dyn Source) -> SiteOptions + Send + Sync;
/// The history of a site's pages as of now; `None` where there is none. The one that is known is given.
pub type AskHistory = dyn Fn(Option<&Arc<History>>) -> Option<Arc<History>> + Send + Sync;
/// Makes of problems a text for people, without colours.
pub type Describe = dyn Fn(&[Diagnostic]) -> String + Send + Sync;

/// What an engine needs from the one who starts it.
pub struct EngineOptions {
    /// Pages that were parsed before, so that they need not be parsed again.
    pub former: FormerFiles,
    /// Chapters of decks that were rendered before.
    pub chapters: Option<Arc<dyn FormerChapters>>,
    /// Where smaller forms of pictures are kept.
    pub images: Option<Arc<dyn ImageStore>>,
    /// Asked again when the config or the day may have changed.
    pub site: Box<AskOptions>,
    /// Who changed pages last, as of now, from what is known.
    pub history: Arc<AskHistory>,
    /// Makes what is shown beside pages.
    pub describe: Box<Describe>,
    /// Takes what the terminal should show.
    pub tell: Box<dyn Fn(Told<'_>) + Send + Sync>,
}

/// What happened, for the terminal.
#[derive(Debug)]
pub enum Told<'a> {
    /// There is a new snapshot.
    Updated {
        /// How many files differ.
        n_files: usize,
        /// How long it took from the first look to the new snapshot.
        elapsed: Duration,
    },
    /// Problems came or went.
    Problems {
        /// Those that were not there before.
        new: &'a [Diagnostic],
        /// How many are no longer there.
        n_mended: usize,
        /// How many there are now.
        n_left: usize,
    },
    /// Something about the surroundings, in one sentence.
    Trouble(&'a str),
}

/// A site that stays up to date. Dropping it ends its thread.
pub struct Engine {
    shared: Arc<Shared>,
    stop: Option<Box<dyn Fn() + Send + Sync>>,
    thread: Option<JoinHandle<()>>,
}

/// What the engine's thread and those who ask it share.
struct Shared {
    current: Mutex<Arc<Snapshot>>,
    cache: RenderCache,
    viewers: Mutex<HashMap<u64, Arc<Viewer>>>,
    board: Mutex<Board>,
    outside: Outside,
    options: EngineOptions,
}

impl Engine {
    /// Reads the site for the first time, and begins to follow `feed`.
    ///
    /// Without a feed the site stays as it is.
    pub fn start(
        source: Arc<dyn Source>,
        mut options: EngineOptions,
        feed: impl FnOnce() -> Option<Box<dyn Feed>> + Send + 'static,
    ) -> Result<Self, SourceError> {
        let site_options = (options.site)(&*source);
        // While one core reads Git's index, another one has nothing else to do.
        let highlighter = Arc::new(Highlighter::ahead());
        let exclude = site_options.output.iter().cloned().collect();
        let listing = source.listing(&ListingOptions { exclude })?;
        let listing = Arc::new(listing);
        let read = Site::read(&*source, Arc::clone(&listing), &site_options, &options.former, None);
        // Not before the pages are read: all cores are for them, and a watch is told of each file that is opened.
        let mut historian = Historian::start(options.history.clone());
        let theme = || LoadedTheme::ahead(&*source, &listing, &site_options, &Arc::default());
        let (feed, ((site, ()), theme)) = rayon::join(feed, || rayon::join(|| read.assemble(|_| ()), theme));
        options.former = FormerFiles::default();
        // A site that stays as it is waits to the end.
        historian.wait(if feed.is_some() { historian::PATIENCE } else { Duration::MAX });
        let site = Arc::new(site.with_history(historian.known().cloned()));
        let renderer =
            Renderer::with_ahead(site, source.clone(), highlighter, Ahead { theme, ..Ahead::default() })
                .with_chapters(options.chapters.take())
                .with_images(options.images.take());
        let shared = Arc::new(Shared {
            current: Mutex::new(Arc::new(Snapshot { number: 1, source, renderer })),
            cache: RenderCache::default(),
            viewers: Mutex::default(),
            board: Mutex::default(),
            outside: Outside::default(),
            options,
        });
        let stop = feed.as_ref().map(|feed| feed.stopper());
        shared.note_trouble(historian.known());
        let work = work::Work::new(shared.clone(), site_options, historian);
        let thread = thread::Builder::new().name("engine".to_owned()).spawn(move || work.run(feed));
        // Without a thread the site is shown, and stays as it is.
        Ok(Self { shared, stop, thread: thread.ok() })
    }

    /// The newest snapshot.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.shared.snapshot()
    }

    /// Whether its thread is there, if the site follows its files.
    pub fn is_running(&self) -> bool {
        self.stop.is_none() || self.thread.as_ref().is_some_and(|thread| !thread.is_finished())
    }

    /// Whether the site follows its files.
    pub fn is_live(&self) -> bool {
        self.stop.is_some()
    }

    /// What is at a path of the newest snapshot: decoded, without the base path.
    ///
    /// Problems of rendering are told.
    pub fn page(&self, path: &str) -> Page {
        self.shared.page(&self.snapshot(), path)
    }

    /// Looks at a page until the answer is dropped: `tell` hears its state at once, and then all that concerns it.
    pub fn look(&self, path: &str, tell: impl Fn(Event) + Send + Sync + 'static) -> Viewing {
        self.shared.look(path, Box::new(tell))
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Some(stop) = &self.stop {
            stop();
        }
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // It ended early by a panic that it has told about.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn snapshot(&self) -> Arc<Snapshot> {
        locked(&self.current).clone()
    }

    fn tell(&self, told: Told<'_>) {
        (self.options.tell)(told);
    }

    /// Says why a history knows nothing.
    fn note_trouble(&self, history: Option<&Arc<History>>) {
        let says = self.snapshot().renderer.site().config().last_changed;
        if let Some(problem) = history.filter(|_| says).and_then(|history| history.problem()) {
            self.tell(Told::Trouble(&format!("pages don't say who changed them last: {problem}")));
        }
    }
}

/// Locks, whatever happened to a thread that held it.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

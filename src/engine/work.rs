//! [`Work`]: the engine's thread, from news to the next snapshot.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use super::{
    Feed, News, Shared, Snapshot, Told,
    historian::{self, Historian},
    locked, outside,
};
use crate::{
    base::{config::FILE_NAME as CONFIG_FILE, path::RepoPath},
    render::Renderer,
    site::{Site, SiteOptions, route::Route},
    source::{ChangeSet, ListingOptions, Source, SourceError},
};

/// How long nothing must happen before problems are looked for: a file that is written in pieces has none of its own.
const SETTLE: Duration = Duration::from_millis(25);
/// How long they are waited for at most while something happens all the time.
const MAX_SETTLE: Duration = Duration::from_secs(1);
/// How long all cores are left to the first page, unless something happens.
const FIRST_PAGE: Duration = Duration::from_millis(100);
/// How often the day is looked at.
const DAY_CHECK: Duration = Duration::from_secs(20);

/// The engine's thread.
pub(super) struct Work {
    shared: Arc<Shared>,
    site_options: SiteOptions,
    historian: Historian,
    /// The last failure, so that it is told once.
    failure: Option<String>,
    /// When a snapshot was published whose problems have not been looked for.
    unsettled: Option<Instant>,
    /// When the day was looked at last.
    day_seen: Instant,
    /// Whether something was told since there were news.
    has_told: bool,
}

impl Work {
    pub(super) fn new(shared: Arc<Shared>, site_options: SiteOptions, historian: Historian) -> Self {
        Self {
            shared,
            site_options,
            historian,
            failure: None,
            unsettled: None,
            day_seen: Instant::now(),
            has_told: true,
        }
    }

    /// Looks for the first problems, and follows the feed until it is stopped.
    pub(super) fn run(mut self, feed: Option<Box<dyn Feed>>) {
        let Some(mut feed) = feed else {
            thread::park_timeout(FIRST_PAGE);
            self.survive(Self::settle);
            return;
        };
        feed.rest(FIRST_PAGE);
        if !feed.is_stopped() {
            self.survive(Self::settle);
        }
        while !feed.is_stopped() {
            let has_news = feed.wait(self.patience());
            if let Some(trouble) = feed.trouble() {
                self.shared.tell(Told::Trouble(&trouble));
            }
            let went_well = self.survive(|work| work.step(&mut *feed, has_news));
            if !went_well {
                feed.missed();
            }
        }
    }

    /// How long news are waited for.
    fn patience(&self) -> Duration {
        match self.unsettled {
            Some(_) => SETTLE,
            None if self.historian.is_reading() => historian::LOOK_EVERY,
            None if self.may_change_untold() => outside::LOOK_EVERY,
            None => DAY_CHECK,
        }
    }

    /// Whether pages can change without news. The first page that takes something from outside of the site may be rendered while
    /// news are waited for, so only what can't be is ruled out.
    fn may_change_untold(&self) -> bool {
        let snapshot = self.shared.snapshot();
        !snapshot.source.is_fixed() || snapshot.renderer.site().has_pins()
    }

    fn step(&mut self, feed: &mut dyn Feed, has_news: bool) {
        let is_late = self.unsettled.is_some_and(|since| since.elapsed() > MAX_SETTLE);
        if self.unsettled.is_some() && (!has_news || is_late) {
            self.settle();
        }
        let result = if has_news { self.round(feed) } else { self.check_day(feed) };
        if !has_news && result.is_ok() {
            self.check_outside(feed);
        }
        if self.historian.is_reading() {
            self.take_history(feed, Duration::ZERO, Instant::now());
        }
        if result.is_ok() {
            self.check_pins(feed);
        }
        if result.is_err() {
            feed.missed();
        }
        self.told(result.err());
    }

    /// Looks for the problems of the newest snapshot.
    fn settle(&mut self) {
        self.unsettled = None;
        self.shared.note_site_problems(&self.shared.snapshot());
    }

    /// Runs a step; a panic in it is told, and the site stays as it was.
    fn survive(&mut self, step: impl FnOnce(&mut Self)) -> bool {
        let result = catch_unwind(AssertUnwindSafe(|| step(self)));
        if result.is_err() {
            self.shared.tell(Told::Trouble("the site could not be updated, it is shown as it was before"));
        }
        result.is_ok()
    }

    fn told(&mut self, error: Option<SourceError>) {
        let failure = error.map(|error| error.to_string());
        if let Some(failure) = failure.as_ref().filter(|failure| self.failure.as_ref() != Some(failure)) {
            self.shared.tell(Told::Trouble(&format!("{failure}, the site is shown as it was before")));
        }
        self.failure = failure;
    }

    fn round(&mut self, feed: &mut dyn Feed) -> Result<(), SourceError> {
        let begun = Instant::now();
        let former = self.shared.snapshot();
        let site = former.renderer.site();
        let exclude = self.site_options.output.iter().cloned().collect();
        let news = feed.next(site.listing(), &ListingOptions { exclude })?;
        let has_commits = news.commits;
        self.has_told = false;
        self.follow_files(feed, &former, news, begun)?;
        if has_commits {
            self.follow_commits(feed, begun);
        }
        Ok(())
    }

    fn follow_files(
        &mut self,
        feed: &mut dyn Feed,
        former: &Snapshot,
        news: News,
        begun: Instant,
    ) -> Result<(), SourceError> {
        let site = former.renderer.site();
        let mut unsettled = unsettled_files(&former.renderer, &*former.source);
        if news.commits {
            unsettled.extend(site.moved_pins(&*news.source));
        }
        let asks_options = news.settings || touched(&news.changes).any(|path| path.as_str() == CONFIG_FILE);
        if asks_options && let Some(options) = self.other_options(&news.source) {
            return self.load_anew(feed, former, news.source, options, begun);
        }
        let is_settled = unsettled.is_empty() && former.renderer.world().is_settled();
        if news.changes.is_empty() && is_settled && news.listing == *site.listing() {
            // The same files, perhaps of another commit.
            feed.shown();
            return Ok(());
        }
        let News { source, listing, mut changes, .. } = news;
        changes.changed.extend(unsettled.into_iter().filter(|path| listing.entries.contains_key(path)));
        changes.changed.sort();
        changes.changed.dedup();
        let next = site.update(&*source, &changes, listing);
        self.publish(feed, former, source, next, &changes, begun);
        Ok(())
    }

    /// Asks for the history of this moment. It comes after the files, since a walk over commits can take long.
    fn follow_commits(&mut self, feed: &mut dyn Feed, begun: Instant) {
        let is_first = !self.historian.is_reading();
        self.historian.ask();
        if is_first {
            self.take_history(feed, historian::PATIENCE, begun);
        }
    }

    /// Takes over the history that was asked for, if it comes in time.
    fn take_history(&mut self, feed: &mut dyn Feed, patience: Duration, begun: Instant) {
        let differs = self.historian.wait(patience);
        let former = self.shared.snapshot();
        let site = former.renderer.site();
        if differs && site.config().last_changed {
            self.shared.note_trouble(self.historian.known());
            let (source, site) = (former.source.clone(), Site::clone(site));
            self.show(feed, &former, source, site, &ChangeSet::default(), begun);
            // The files of the same commits were told already.
            if !self.has_told {
                self.shared.tell(Told::Updated { n_files: 0, elapsed: begun.elapsed() });
            }
        }
    }

    /// At midnight the site is read anew: other pages may be published.
    fn check_day(&mut self, feed: &mut dyn Feed) -> Result<(), SourceError> {
        if self.day_seen.elapsed() < DAY_CHECK {
            return Ok(());
        }
        self.day_seen = Instant::now();
        let former = self.shared.snapshot();
        let source = former.source.clone();
        let Some(options) = self.other_options(&source) else { return Ok(()) };
        self.load_anew(feed, &former, source, options, Instant::now())
    }

    /// Files beside the site that pages took something from can change without news.
    fn check_outside(&mut self, feed: &mut dyn Feed) {
        let former = self.shared.snapshot();
        if self.shared.outside.has_changed(&*former.source) {
            let (source, site) = (former.source.clone(), Site::clone(former.renderer.site()));
            self.publish(feed, &former, source, site, &ChangeSet::default(), Instant::now());
        }
    }

    /// Tags and branches that deliveries are frozen to can move without any other news.
    fn check_pins(&mut self, feed: &mut dyn Feed) {
        let former = self.shared.snapshot();
        let site = former.renderer.site();
        let moved = site.moved_pins(&*former.source);
        if moved.is_empty() {
            return;
        }
        let changes = ChangeSet { changed: moved, ..ChangeSet::default() };
        let next = site.update(&*former.source, &changes, site.listing().clone());
        self.publish(feed, &former, former.source.clone(), next, &changes, Instant::now());
    }

    /// The options of this moment, when they aren't those of the site.
    fn other_options(&self, source: &Arc<dyn Source>) -> Option<SiteOptions> {
        let now = (self.shared.options.site)(&**source);
        let parts = |options: &SiteOptions| (options.output.clone(), options.today, options.deck.clone());
        (parts(&now) != parts(&self.site_options)).then_some(now)
    }

    fn load_anew(
        &mut self,
        feed: &mut dyn Feed,
        former: &Snapshot,
        source: Arc<dyn Source>,
        mut options: SiteOptions,
        begun: Instant,
    ) -> Result<(), SourceError> {
        let next = loop {
            let next = Site::load(&*source, &options)?;
            self.site_options = options;
            // The options may be those of a config that was still being written when they were looked for.
            match self.other_options(&source) {
                Some(now) => options = now,
                None => break next,
            }
        };
        let changes = ChangeSet::between(former.renderer.site().listing(), next.listing());
        self.publish(feed, former, source, next, &changes, begun);
        Ok(())
    }

    /// Shows the next snapshot, and tells of it.
    fn publish(
        &mut self,
        feed: &mut dyn Feed,
        former: &Snapshot,
        source: Arc<dyn Source>,
        site: Site,
        changes: &ChangeSet,
        begun: Instant,
    ) {
        self.show(feed, former, source, site, changes, begun);
        self.shared.tell(Told::Updated { n_files: changes.len(), elapsed: begun.elapsed() });
        self.has_told = true;
    }

    fn show(
        &mut self,
        feed: &mut dyn Feed,
        former: &Snapshot,
        source: Arc<dyn Source>,
        site: Site,
        changes: &ChangeSet,
        begun: Instant,
    ) {
        let site = Arc::new(site.with_history(self.historian.known().cloned()));
        let renderer = former.renderer.next(site, source.clone());
        if !unsettled_files(&renderer, &*source).is_empty() || !renderer.world().is_settled() {
            feed.missed();
        }
        let snapshot = Arc::new(Snapshot { number: former.number + 1, source, renderer });
        *locked(&self.shared.current) = snapshot.clone();
        feed.shown();
        self.shared.show(&snapshot, &changed_assets(&snapshot, changes));
        self.unsettled.get_or_insert(begun);
    }
}

/// The files that changed while they were read; none where files never change.
fn unsettled_files(renderer: &Renderer, source: &dyn Source) -> Vec<RepoPath> {
    if source.is_fixed() { Vec::new() } else { renderer.site().unsettled_files() }
}

fn touched(changes: &ChangeSet) -> impl Iterator<Item = &RepoPath> {
    changes.changed.iter().chain(&changes.removed)
}

/// The addresses of the changed files that are published as they are.
fn changed_assets(snapshot: &Snapshot, changes: &ChangeSet) -> Vec<Route> {
    let world = snapshot.renderer.world();
    let files = touched(changes).filter(|path| snapshot.renderer.site().page_of_file(path).is_none());
    files.filter_map(|path| world.route_of_file(path)).collect()
}

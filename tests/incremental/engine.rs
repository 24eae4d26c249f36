//! [`Engine`]: a site that is kept in memory and updated, as a server does, compared with one that is loaded anew.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::Arc,
};

use recto::{
    base::{
        config::BaseUrl,
        diagnostic::{self, Diagnostic},
    },
    git::history::{History, HistoryReader},
    parse::front_matter::Date,
    render::{Renderer, cache::RenderCache, highlight::Highlighter},
    site::{Site, SiteOptions},
    source::{ChangeSet, Folder, ListingOptions, Source},
};

use super::{
    check::{Checker, Compared, Difference, Outcome},
    state::Conditions,
};

/// Builds in this process.
#[derive(Default)]
pub(crate) struct Engine {
    kept: Option<Kept>,
    incremental: Arc<Highlighter>,
    clean: Arc<Highlighter>,
}

/// What outlives an edit.
struct Kept {
    source: Arc<Folder>,
    renderer: Renderer,
    cache: RenderCache,
    conditions: Conditions,
}

impl Checker for Engine {
    fn check(&mut self, site: &Path, conditions: &Conditions) -> Result<Compared, Difference> {
        let clean = outcome_of("the clean build", || Kept::load(site, conditions, &self.clean))?.1;
        let kept = self.kept.take().filter(|kept| kept.conditions == *conditions);
        let load = || Kept::load(site, conditions, &self.incremental);
        let (kept, incremental) =
            outcome_of("the incremental build", || kept.map_or_else(load, Kept::update))?;
        self.kept = Some(kept);
        incremental.compare(&clean)
    }

    fn restart(&mut self) {
        self.kept = None;
    }
}

impl Kept {
    fn load(site: &Path, conditions: &Conditions, highlighter: &Arc<Highlighter>) -> Self {
        let source = Arc::new(Folder::open(site).expect("the folder is there"));
        let history = history(&source, None);
        let site = Site::load(&*source, &options(conditions)).expect("the site can be read");
        let site = Arc::new(site.with_history(history));
        let renderer = Renderer::new(site, source.clone(), highlighter.clone());
        Self { source, renderer, cache: RenderCache::default(), conditions: conditions.clone() }
    }

    fn update(self) -> Self {
        let listing = self.source.listing(&ListingOptions::default()).expect("the site can be read");
        let changes = ChangeSet::between(self.renderer.site().listing(), &listing);
        let former = self.renderer.site();
        let history = history(&self.source, former.history());
        let next = former.update(&*self.source, &changes, listing);
        // As the engine does: what a deck is frozen to can move without any other news.
        let moved = ChangeSet { changed: next.moved_pins(&*self.source), ..ChangeSet::default() };
        let listing = next.listing().clone();
        let next = if moved.is_empty() { next } else { next.update(&*self.source, &moved, listing) };
        let site = Arc::new(next.with_history(history));
        let renderer = self.renderer.next(site, self.source.clone());
        Self { renderer, ..self }
    }

    fn outcome(&self) -> Outcome {
        let (renderer, site) = (&self.renderer, self.renderer.site());
        let mut outcome = Outcome::default();
        let mut problems = site.diagnostics();
        problems.extend(site.link_diagnostics(&*self.source));
        problems.extend(site.orphan_diagnostics());
        problems.extend(renderer.diagnostics());
        for route in renderer.routes() {
            let rendered = self.cache.render(renderer, &route).expect("a route has bytes");
            outcome.files.insert(format!("{route} as {}", rendered.media_type), rendered.bytes.to_vec());
            problems.extend(rendered.diagnostics);
        }
        diagnostic::sort(&mut problems);
        outcome.problems = problems.iter().map(row).collect();
        outcome
    }
}

/// What a snapshot gives; a panic is a difference, too.
fn outcome_of(what: &str, make: impl FnOnce() -> Kept) -> Result<(Kept, Outcome), Difference> {
    let run = || {
        let kept = make();
        let outcome = kept.outcome();
        (kept, outcome)
    };
    catch_unwind(AssertUnwindSafe(run)).map_err(|cause| {
        let text = cause.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| cause.downcast_ref::<&str>().copied()).unwrap_or("of unknown kind");
        Difference::failure(what, format!("it panics: {text}"))
    })
}

fn history(source: &Folder, former: Option<&Arc<History>>) -> Option<Arc<History>> {
    let reader = HistoryReader::open(source.root(), None).expect("Git can read it")?;
    Some(Arc::new(reader.read(former.map(|former| History::clone(former)))))
}

fn options(conditions: &Conditions) -> SiteOptions {
    let second = i64::try_from(conditions.day).expect("a day of our time");
    let today = jiff::Timestamp::from_second(second).expect("a day of our time");
    SiteOptions {
        wiki: false,
        today: Some(Date::from_day(today.to_zoned(jiff::tz::TimeZone::UTC).date())),
        drafts: conditions.drafts,
        future: conditions.future,
        base_url: conditions.base_url.as_deref().and_then(BaseUrl::parse),
        output: None,
        history: None,
        takes_words: false,
        deck: recto::site::DeckOptions::default(),
    }
}

fn row(problem: &Diagnostic) -> String {
    let Diagnostic { severity, code, message, hint, place, related } = problem;
    let path = place.as_ref().map_or("", |place| place.path.as_str());
    format!("{severity} {code} {path}: {message}; hint {hint:?}; at {place:?}; related {related:?}")
}

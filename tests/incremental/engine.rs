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
        path::RepoPath,
    },
    parse::front_matter::Date,
    render::{Renderer, highlight::Highlighter},
    site::{Site, SiteOptions},
    source::{ChangeSet, Folder, Listing, ListingOptions, Source},
};

use super::{
    check::{Checker, Compared, Difference, Outcome},
    state::Conditions,
};

/// Builds in this process.
#[derive(Default)]
pub(crate) struct Engine {
    kept: Option<Kept>,
    /// Whether pages are parsed again that `Site::update` is known to forget.
    is_lenient: bool,
    incremental: Arc<Highlighter>,
    clean: Arc<Highlighter>,
}

/// What outlives an edit.
struct Kept {
    source: Arc<Folder>,
    site: Arc<Site>,
    listing: Listing,
    conditions: Conditions,
}

impl Engine {
    /// Helps `Site::update` where it is known to be wrong, so that the random run finds what else is.
    ///
    /// Remove this with `pages_with_failed_inclusions`, and `#[ignore]` from the tests in `regressions`, as soon as it knows
    /// which files an inclusion looked for in vain.
    pub(crate) fn lenient() -> Self {
        Self { is_lenient: true, ..Self::default() }
    }
}

impl Checker for Engine {
    fn check(&mut self, site: &Path, conditions: &Conditions) -> Result<Compared, Difference> {
        let clean = outcome_of("the clean build", || Kept::load(site, conditions), &self.clean)?.1;
        let kept = self.kept.take().filter(|kept| kept.conditions == *conditions);
        let is_lenient = self.is_lenient;
        let update = |kept: Kept| kept.update(is_lenient);
        let next = || kept.map_or_else(|| Kept::load(site, conditions), update);
        let (kept, incremental) = outcome_of("the incremental build", next, &self.incremental)?;
        self.kept = Some(kept);
        incremental.compare(&clean)
    }

    fn restart(&mut self) {
        self.kept = None;
    }
}

impl Kept {
    fn load(site: &Path, conditions: &Conditions) -> Self {
        let source = Arc::new(Folder::open(site).expect("the folder is there"));
        let site = Site::load(&*source, &options(conditions)).expect("the site can be read");
        let listing = site.listing().clone();
        Self { source, site: Arc::new(site), listing, conditions: conditions.clone() }
    }

    fn update(self, is_lenient: bool) -> Self {
        let listing = self.source.listing(&ListingOptions::default()).expect("the site can be read");
        let mut changes = ChangeSet::between(&self.listing, &listing);
        if is_lenient {
            changes.changed.extend(pages_with_failed_inclusions(&self.site));
        }
        let site = Arc::new(self.site.update(&*self.source, &changes, listing.clone()));
        Self { site, listing, ..self }
    }

    fn outcome(&self, highlighter: &Arc<Highlighter>) -> Outcome {
        let renderer = Renderer::new(self.site.clone(), self.source.clone(), highlighter.clone());
        let mut outcome = Outcome::default();
        let mut problems = self.site.diagnostics().to_vec();
        problems.extend(self.site.link_diagnostics(&*self.source));
        problems.extend(self.site.orphan_diagnostics());
        problems.extend(renderer.diagnostics().iter().cloned());
        for route in renderer.routes() {
            let rendered = renderer.render(&route).expect("a route has bytes");
            outcome.files.insert(format!("{route} as {}", rendered.media_type), rendered.bytes.to_vec());
            problems.extend(rendered.diagnostics);
        }
        diagnostic::sort(&mut problems);
        outcome.problems = problems.iter().map(row).collect();
        outcome
    }
}

/// The files on the way to an inclusion that failed.
fn pages_with_failed_inclusions(site: &Site) -> Vec<RepoPath> {
    let failed = site.diagnostics().iter().filter(|problem| problem.code.starts_with("include-"));
    let places =
        failed.flat_map(|problem| problem.place.iter().chain(problem.related.iter().map(|(_, at)| at)));
    places.map(|place| place.path.clone()).collect()
}

/// What a snapshot gives; a panic is a difference, too.
fn outcome_of(
    what: &str,
    make: impl FnOnce() -> Kept,
    highlighter: &Arc<Highlighter>,
) -> Result<(Kept, Outcome), Difference> {
    let run = || {
        let kept = make();
        let outcome = kept.outcome(highlighter);
        (kept, outcome)
    };
    catch_unwind(AssertUnwindSafe(run)).map_err(|cause| {
        let text = cause.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| cause.downcast_ref::<&str>().copied()).unwrap_or("of unknown kind");
        Difference::failure(what, format!("it panics: {text}"))
    })
}

fn options(conditions: &Conditions) -> SiteOptions {
    let second = i64::try_from(conditions.day).expect("a day of our time");
    let today = jiff::Timestamp::from_second(second).expect("a day of our time");
    SiteOptions {
        today: Some(Date::from_day(today.to_zoned(jiff::tz::TimeZone::UTC).date())),
        drafts: conditions.drafts,
        future: conditions.future,
        base_url: conditions.base_url.as_deref().and_then(BaseUrl::parse),
        output: None,
    }
}

fn row(problem: &Diagnostic) -> String {
    let Diagnostic { severity, code, message, hint, place, related } = problem;
    let path = place.as_ref().map_or("", |place| place.path.as_str());
    format!("{severity} {code} {path}: {message}; hint {hint:?}; at {place:?}; related {related:?}")
}

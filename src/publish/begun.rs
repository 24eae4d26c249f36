//! [`Begun`]: a site that is being built, address by address.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    ops::Deref,
    path::Path,
    sync::Arc,
};

use foldhash::{HashMap, HashSet};
use rayon::prelude::*;

use super::{
    cache::{self, Cache, OutputFile, RouteRecord, State},
    compress::{self, Compressor},
    former::{Marks, WrittenShards, differing_files, other_words},
    galleys::GalleyFile,
    libraries,
    output::{Output, OutputError, OutputPath, Put, Staging},
};
use crate::{
    base::{
        config::Encoding,
        diagnostic::{self, Diagnostic},
        digest::Digest,
        path::RepoPath,
        tasks::PER_TASK,
    },
    git::history::{History, HistoryReader},
    render::{
        FormerChapters, Galleys, KnownAssets, Rendered, Renderer,
        highlight::Highlighter,
        trace::{Ahead, Differences, Domains, FileDiffers, LoadedTheme, Question, Searches},
    },
    site::{
        Site, SiteOptions,
        file::{FormerFiles, Witness},
        graph::FormerLinks,
        route::Route,
    },
    source::{Listing, Source},
};

/// The code of how many pages is highlighted before they are rendered.
const MAX_AHEAD: usize = 8;

/// What to build, and how.
pub struct BuildOptions<'a> {
    /// What the site depends on besides its files.
    pub site: SiteOptions,
    /// The output folder.
    pub output: &'a Path,
    /// Tells who changed pages last.
    pub history: Option<HistoryReader>,
    /// Where results are kept for the next build.
    pub cache: Option<&'a Cache>,
    /// The path of a page or file, or an address, of which to say why it was rendered or not.
    pub explain: Option<&'a str>,
}

/// Is told how far a build is.
pub trait BuildProgress: Sync {
    /// So many more addresses are to be looked at.
    fn begin(&self, n_routes: usize);
    /// One is done.
    fn step(&self);
}

/// Why an address was rendered, or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It was not: all questions have the answers that they had, so many of them.
    Same(usize),
    /// No earlier result is known.
    New,
    /// A question has another answer.
    Changed(Box<Question>),
    /// Its file in the output folder is missing, or has other bytes than were written.
    Output,
    /// Its compressed forms are not those that the config wishes for.
    Compressed,
}

/// What a build stands on: what the last one has left, and where its own files are put.
pub(super) struct Ground<'g, 'm> {
    pub(super) differences: Option<&'g Differences<'g>>,
    pub(super) marks: &'m Marks,
    pub(super) staging: &'g Staging,
}

/// What became of an address.
pub(super) struct Done<'f> {
    /// The path of its file.
    path: OutputPath,
    pub(super) record: Record<'f>,
    /// What the disk said of each of [`RouteRecord::files`] when it had the bytes; of none when it said of all what it said after the
    /// last build.
    stats: Vec<Put>,
    /// Whether the next build can use it: no file changed while it was rendered.
    pub(super) is_reusable: bool,
    /// What [`Rendered::forms`] says of one that it can't.
    forms: Vec<(RepoPath, Vec<Route>)>,
    pub(super) reason: Reason,
}

/// How an address was rendered. There are thousands, nearly all of them of the last build.
pub(super) enum Record<'f> {
    /// As the last build knows it.
    Kept(&'f RouteRecord),
    /// As the last build rendered it, with files of which the disk says something else.
    Touched(Box<RouteRecord>),
    New(Box<RouteRecord>),
}

impl Deref for Record<'_> {
    type Target = RouteRecord;

    fn deref(&self) -> &RouteRecord {
        match self {
            Self::Kept(record) => record,
            Self::Touched(record) | Self::New(record) => record,
        }
    }
}

impl Done<'_> {
    /// Whether it is as the last build rendered it.
    pub(super) fn is_kept(&self) -> bool {
        !matches!(self.record, Record::New(_))
    }

    /// Its files with their digests.
    pub(super) fn files(&self) -> impl Iterator<Item = (OutputPath, Digest)> {
        self.record.files().map(|(encoding, file)| (path_of(&self.path, encoding), file.digest))
    }

    /// How many these are.
    pub(super) fn n_files(&self) -> usize {
        self.record.files().count()
    }

    /// Notes what the disk says of its files after the build, for the next one.
    pub(super) fn look_at(&mut self, output: &Output) {
        let stats = std::mem::take(&mut self.stats);
        let record = match &mut self.record {
            Record::Kept(_) => return,
            Record::Touched(record) | Record::New(record) => record,
        };
        for ((encoding, file), put) in record.files_mut().zip(stats) {
            // Others may have written into the folder meanwhile.
            file.stat = output.stat(&path_of(&self.path, encoding)).filter(|now| put.is_still(now));
        }
    }
}

/// An address that has to be rendered, and why.
pub(super) type Due<'r> = (&'r Route, Reason);

/// A site that is being built.
pub(super) struct Begun {
    pub(super) renderer: Renderer,
    compressor: Compressor,
    pub(super) domains: Domains,
    /// The domains of the last build.
    former_domains: Option<Domains>,
    /// Where links led when the last build followed them.
    pub(super) former_links: FormerLinks,
    pub(super) scripts: Arc<KnownAssets>,
    /// The page files that are not as the last build parsed them.
    pub(super) differing: BTreeMap<RepoPath, FileDiffers>,
    /// Those of them that have other words.
    pub(super) other_words: BTreeSet<RepoPath>,
}

impl Begun {
    pub(super) fn new(
        source: &Arc<dyn Source>,
        listing: Listing,
        options: &BuildOptions<'_>,
        state: Option<&Arc<State>>,
        former: FormerFiles,
        shards: &WrittenShards<'_>,
    ) -> Self {
        let former_domains = state.map(|state| state.head().domains.clone());
        let scripts = state.map(|state| state.head().scripts.clone()).unwrap_or_default();
        let chapters = state.map(|state| Arc::clone(state) as Arc<dyn FormerChapters>);
        let site_options = SiteOptions { takes_words: true, ..options.site.clone() };
        // Without a place for them, texts are parsed twice.
        let galleys = GalleyFile::new(options.cache.map(Cache::dir)).ok();
        let galleys = galleys.map(|store| Galleys::new(Arc::new(store)));
        let witness = galleys.as_ref().map(|galleys| galleys as &dyn Witness);
        let listing = Arc::new(listing);
        let scripts = Arc::new(KnownAssets::new(scripts));
        let theme = || LoadedTheme::ahead(&**source, &listing, &site_options, &scripts);
        let read = Site::read(&**source, Arc::clone(&listing), &site_options, &former, witness);
        let site = || {
            let domains = former_domains.as_ref();
            read.assemble(|site| Some(Searches::ahead(site, &**source, domains, Some(shards))))
        };
        let beside = || {
            let (theme, history) = rayon::join(theme, || history(options));
            // Only now, so that nobody waits for the grammars who needs none yet; after an edit few pages have code that is new.
            let highlighter =
                if former_domains.is_some() { Highlighter::new() } else { Highlighter::ahead() };
            (theme, history, Arc::new(highlighter))
        };
        let ((site, searches), (theme, history, highlighter)) = rayon::join(site, beside);
        let site = Arc::new(site.with_history(history.map(Arc::new)));
        let ahead = Ahead { theme, searches, scripts: Arc::clone(&scripts) };
        let renderer = Renderer::with_ahead(site, Arc::clone(source), highlighter, ahead)
            .with_chapters(chapters)
            .with_galleys(galleys)
            .with_images(options.cache.map(Cache::images));
        let differing = || {
            let differing = differing_files(renderer.site(), &former.files);
            // Of few pages that will be rendered one core would do so while the others wait.
            renderer.highlight_ahead(differing.keys().take(MAX_AHEAD));
            differing
        };
        let (domains, differing) =
            rayon::join(|| Domains::of(renderer.world(), former_domains.as_ref()), differing);
        let other_words = other_words(renderer.site(), &differing, &former.files);
        let compressor = Compressor::new(&renderer.site().config().compress, || renderer.routes());
        let former_links = former.links.clone();
        give_back(former);
        Self { renderer, compressor, domains, former_domains, former_links, scripts, differing, other_words }
    }

    pub(super) fn site(&self) -> &Site {
        self.renderer.site()
    }

    /// Puts decks before other addresses, those of which the last build made most first: a thread that began with a large one last
    /// would have the others wait for it.
    pub(super) fn largest_first<'r>(&self, mut routes: Vec<&'r Route>, marks: &Marks) -> Vec<&'r Route> {
        let size = |route: &Route| {
            let known = marks.routes.get(route);
            known.and_then(|known| known.record.file.stat.as_ref()).map_or(0, |stat| stat.size)
        };
        let decks = self.site().decks().iter();
        let decks: HashMap<&Route, u64> = decks.map(|deck| (&deck.route, size(&deck.route))).collect();
        if !decks.is_empty() {
            routes.sort_by_key(|route| Reverse(decks.get(route).map(|size| size + 1)));
        }
        routes
    }

    /// How the site differs from that of the last build, if there was one.
    pub(super) fn differences(&self) -> Option<Differences<'_>> {
        let domains = self.former_domains.as_ref()?;
        Some(Differences::between(domains, &self.domains, self.renderer.world(), &self.differing))
    }

    /// Keeps what the last build made of addresses, or renders them; nothing of those where nothing stands.
    pub(super) fn routes<'m>(
        &self,
        routes: &[&Route],
        on: &Ground<'_, 'm>,
        progress: &dyn BuildProgress,
    ) -> Result<Vec<Done<'m>>, OutputError> {
        let (mut done, due) = self.known(routes, on, progress)?;
        done.extend(self.rendered(due, on, progress)?);
        Ok(done)
    }

    /// Keeps what the last build made of addresses; the others are due.
    pub(super) fn known<'m, 'r>(
        &self,
        routes: &[&'r Route],
        on: &Ground<'_, 'm>,
        progress: &dyn BuildProgress,
    ) -> Result<(Vec<Done<'m>>, Vec<Due<'r>>), OutputError> {
        let known: Vec<Result<Result<Done<'m>, Reason>, OutputError>> =
            routes.par_iter().with_max_len(PER_TASK).map(|route| self.kept(route, on)).collect();
        let (mut due, mut failed) = (Vec::new(), None);
        let mut keep = |(at, known): (usize, Result<Result<Done<'m>, Reason>, OutputError>)| match known {
            Ok(Ok(kept)) => {
                progress.step();
                Some(kept)
            }
            Ok(Err(reason)) => {
                due.push((routes[at], reason));
                None
            }
            Err(error) => {
                failed = Some(error);
                None
            }
        };
        // There are thousands: they stay in the memory that they are in.
        let done = known.into_iter().enumerate().filter_map(&mut keep).collect();
        failed.map_or(Ok((done, due)), Err)
    }

    /// Renders addresses.
    pub(super) fn rendered<'m>(
        &self,
        due: Vec<Due<'_>>,
        on: &Ground<'_, 'm>,
        progress: &dyn BuildProgress,
    ) -> Result<Vec<Done<'m>>, OutputError> {
        // To keep one costs little, to render one may take long: then who is done helps the others.
        let rendered = due.into_par_iter().with_max_len(1).map(|(route, reason)| {
            let done = self.put(route, self.renderer.render(route), reason, on.staging);
            progress.step();
            done
        });
        rendered.filter_map(Result::transpose).collect()
    }

    /// The same for what is made of one file.
    pub(super) fn forms<'m>(
        &self,
        forms: &BTreeSet<Route>,
        on: &Ground<'_, 'm>,
    ) -> Result<Vec<Done<'m>>, OutputError> {
        let (mut done, mut due) = (Vec::new(), Vec::new());
        for route in forms {
            match self.kept(route, on)? {
                Ok(kept) => done.push(kept),
                Err(reason) => due.push((route, reason)),
            }
        }
        let rendered = self.renderer.render_all(due.iter().map(|(route, _)| *route));
        for ((route, reason), rendered) in due.iter().zip(rendered) {
            done.extend(self.put(route, rendered, reason.clone(), on.staging)?);
        }
        Ok(done)
    }

    /// What the last build made of an address, or why it can't be kept.
    fn kept<'m>(&self, route: &Route, on: &Ground<'_, 'm>) -> Result<Result<Done<'m>, Reason>, OutputError> {
        let Some(known) = on.marks.routes.get(route) else { return Ok(Err(Reason::New)) };
        let record = &known.record;
        if let Err(question) = record.trace.check(self.renderer.world(), on.differences) {
            return Ok(Err(question.map_or(Reason::New, |question| Reason::Changed(question.into()))));
        }
        let path: OutputPath = route.output_path().into();
        if !self.compressor.is_as_wished(&path, &record.compressed) {
            return Ok(Err(Reason::Compressed));
        }
        let mut stats = Vec::new();
        if !known.is_intact() {
            for (encoding, file) in record.files() {
                let Some(stat) = on.staging.has(&path_of(&path, encoding), &file.digest)? else {
                    return Ok(Err(Reason::Output));
                };
                stats.push(Put::Unchanged(stat));
            }
        }
        let reason = Reason::Same(record.trace.n_asked());
        let record =
            if stats.is_empty() { Record::Kept(record) } else { Record::Touched(Box::new(record.clone())) };
        Ok(Ok(Done { path, record, stats, is_reusable: true, forms: Vec::new(), reason }))
    }

    /// Writes what was rendered, and the compressed forms of it; `None` when nothing stands at the address.
    fn put<'m>(
        &self,
        route: &Route,
        rendered: Option<Rendered>,
        reason: Reason,
        staging: &Staging,
    ) -> Result<Option<Done<'m>>, OutputError> {
        let Some(rendered) = rendered else { return Ok(None) };
        let path: OutputPath = route.output_path().into();
        let mut stats = vec![staging.put_digested(&path, &rendered.bytes, rendered.digest)?];
        let mut compressed = Vec::new();
        for (encoding, form) in self.compressor.forms(&path, &rendered.bytes) {
            let file = form.as_ref().map(|bytes| OutputFile { digest: Digest::of(bytes), stat: None });
            if let Some((bytes, file)) = form.zip(file) {
                stats.push(staging.put_digested(&path_of(&path, Some(encoding)), &bytes, file.digest)?);
            }
            compressed.push((encoding, file));
        }
        let is_reusable = rendered.trace.is_some();
        let libraries = libraries::named_in(&rendered);
        let forms = rendered.forms;
        let record = Box::new(RouteRecord {
            route: route.clone(),
            trace: rendered.trace.map(Arc::unwrap_or_clone).unwrap_or_default(),
            file: OutputFile { digest: rendered.digest, stat: None },
            diagnostics: rendered.diagnostics,
            chapters: rendered.chapters,
            libraries,
            compressed,
        });
        Ok(Some(Done { path, record: Record::New(record), stats, is_reusable, forms, reason }))
    }

    /// The addresses of what pages name that is made of other files, such as smaller forms of pictures: those of each file. None of
    /// them is `done` already, such as a file of the site that stands there.
    pub(super) fn sources(&self, noted: &[Question], done: &[Done<'_>]) -> Vec<BTreeSet<Route>> {
        let mut sources: BTreeMap<RepoPath, BTreeSet<Route>> = BTreeMap::new();
        for (source, forms) in noted.iter().filter_map(|question| question.forms(self.renderer.world())) {
            sources.entry(source.clone()).or_default().extend(forms);
        }
        for (source, forms) in done.iter().flat_map(|done| &done.forms) {
            sources.entry(source.clone()).or_default().extend(forms.iter().cloned());
        }
        if !sources.is_empty() {
            let taken: HashSet<&Route> = done.iter().map(|done| &done.record.route).collect();
            sources.values_mut().for_each(|forms| forms.retain(|form| !taken.contains(form)));
        }
        sources.into_values().collect()
    }

    /// All problems, of which those of links are known.
    pub(super) fn diagnostics(&self, of_links: Vec<Diagnostic>, done: &[Done<'_>]) -> Vec<Diagnostic> {
        let mut all = self.site().diagnostics();
        all.extend(done.iter().flat_map(|done| done.record.diagnostics.iter().cloned()));
        all.extend(self.renderer.diagnostics());
        all.extend(of_links);
        diagnostic::sort(&mut all);
        all
    }

    /// Why the addresses that were asked for were rendered or not; files are named from the site's folder or from the content root.
    pub(super) fn explained(&self, wanted: &str, done: &[Done<'_>]) -> Vec<(Route, Reason)> {
        let roots = [&RepoPath::root(), self.site().content()];
        let mut files = roots.into_iter().filter_map(|root| root.resolve(wanted));
        let of_file = files.find_map(|path| self.renderer.world().route_of_file(&path));
        let is_wanted = |done: &&Done<'_>| {
            let route = &done.record.route;
            of_file.as_ref() == Some(route)
                || route.as_str() == wanted
                || done.files().any(|(path, _)| &*path == wanted)
        };
        let wanted = done.iter().filter(is_wanted);
        wanted.map(|done| (done.record.route.clone(), done.reason.clone())).collect()
    }
}

/// The path of an address' file, or of a compressed form of it.
fn path_of(path: &OutputPath, encoding: Option<Encoding>) -> OutputPath {
    encoding.map_or_else(|| Arc::clone(path), |encoding| compress::path(path, encoding).into())
}

/// The history of the pages, which is kept when there are new commits.
fn history(options: &BuildOptions<'_>) -> Option<History> {
    let reader = options.history.as_ref()?;
    Some(cache::history(reader, options.cache))
}

/// Gives memory back in the background. That of a large site takes as long as reading it, and a process that ends need not
/// wait for it.
pub(super) fn give_back(memory: impl Send + 'static) {
    rayon::spawn(move || drop(memory));
}

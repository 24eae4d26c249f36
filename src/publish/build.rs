//! [`build`]: brings an output folder up to date with a site, at the cost of what changed.
//!
//! 1. The files are listed. When they, the day and the options are those of the last build, and the output folder holds
//!    what that wrote, there is nothing else to do.
//! 2. The site is loaded; pages that the last build parsed are not parsed again.
//! 3. For each address: when its trace holds ([`Trace::holds`](crate::render::trace::Trace::holds)) and its file is
//!    still there, it is kept; else it is rendered.
//! 4. The same for the files of libraries of the theme that some page names.
//! 5. The same for what is made of other files because a page names it: smaller forms of pictures, files with a hash.
//! 6. The output folder is changed as a whole, and what is known now is put into the [`Cache`].
//!
//! Without a cache every address is rendered, and the bytes are the same.

use std::{
    borrow::Cow,
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    hash::Hash,
    io,
    path::Path,
    sync::Arc,
};

use foldhash::{HashMap, HashSet};
use rayon::prelude::*;

use super::{
    cache::{self, Cache, Head, OutputFile, RouteRecord, State, StateWriter},
    compress::{self, Compressor},
    former::{Former, Intact, Marks, differing_files, other_words},
    galleys::GalleyFile,
    libraries::{self, library_of},
    output::{Output, OutputError, OutputPath, Put, Staging, Summary},
};
use crate::{
    base::{
        diagnostic::{self, Diagnostic},
        digest::{BlobId, Digest, Print},
        path::RepoPath,
    },
    git::{
        history::{History, HistoryReader},
        index::FileStat,
    },
    render::{
        FormerChapters, Galleys, KnownScripts, Rendered, Renderer, SmallerScripts,
        highlight::Highlighter,
        trace::{Ahead, Differences, Domains, FileDiffers, LoadedTheme, Question, Searches},
    },
    site::{
        Site, SiteOptions,
        deck::commit_of,
        file::{FormerFiles, PageFile, Witness},
        route::Route,
    },
    source::{Listing, ListingOptions, Source, SourceError},
};

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

/// What a build did.
#[derive(Debug, Default)]
pub struct Built {
    /// How many addresses the site has.
    pub n_routes: usize,
    /// How many of them were rendered.
    pub n_rendered: usize,
    /// What became of the output folder.
    pub summary: Summary,
    /// All problems of the site, in order.
    pub diagnostics: Vec<Diagnostic>,
    /// The answer to [`BuildOptions::explain`]: addresses, each with why it was rendered or not.
    pub explained: Vec<(Route, Reason)>,
    /// Why pages don't say who changed them last, if they should.
    pub history_problem: Option<String>,
    /// Why nothing could be kept for the next build.
    pub cache_problem: Option<io::Error>,
}

/// Why an address was rendered, or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It was not: all questions have the answers that they had, so many of them.
    Same(usize),
    /// No earlier result is known.
    New,
    /// A question has another answer.
    Changed(Question),
    /// Its file in the output folder is missing, or has other bytes than were written.
    Output,
    /// Its compressed forms are not those that the config wishes for.
    Compressed,
}

/// Why a build could not be done.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The files can't be listed.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The output folder can't be written.
    #[error(transparent)]
    Output(#[from] OutputError),
}

/// Brings the output folder up to date.
pub fn build(
    source: &Arc<dyn Source>,
    options: &BuildOptions<'_>,
    progress: &dyn BuildProgress,
) -> Result<Built, BuildError> {
    let output = Output::open(options.output)?;
    let way = cache::way(&options.site);
    let state = options.cache.and_then(|cache| cache.state(&way)).map(Arc::new);
    if let Some(state) = &state {
        source.learn_blobs(state.blobs());
    }
    let exclude = options.site.output.iter().cloned().collect();
    // What the last build knew is read meanwhile, though it is of no use when nothing has changed: that costs less than
    // to wait for it when something has.
    let (listing, former) = rayon::join(
        || source.listing(&ListingOptions { exclude }),
        || state.as_ref().map(Former::of).unwrap_or_default(),
    );
    let listing = listing?;
    let inputs = inputs(&listing, options);
    // Who asks why gets the long answer.
    if let Some(state) =
        state.as_ref().filter(|state| state.head().inputs == Some(inputs) && options.explain.is_none())
        && is_same_outside(state, &**source)
        && state.head().pins.iter().all(|(rev, commit)| commit_of(&**source, rev) == *commit)
        && is_written(state, &former.marks, &output)
    {
        state.mark_used();
        let built = unchanged(state, former.marks.outputs.len());
        give_back(former);
        return Ok(built);
    }
    let Former { pages, marks } = former;
    let domains = state.as_ref().map(|state| state.head().domains.clone());
    let scripts = state.as_ref().map(|state| state.head().scripts.clone()).unwrap_or_default();
    let begin = || {
        let staging = output.begin()?;
        let intact = marks.intact(&output);
        Ok::<_, OutputError>((staging, intact))
    };
    let chapters = state.clone().map(|state| state as Arc<dyn FormerChapters>);
    let (begun, staging) =
        rayon::join(|| Begun::new(source, listing, options, pages, domains, scripts, chapters), begin);
    // Until the end it keeps other builds out, so that what is remembered of the folder is what this one made.
    let (mut staging, intact) = staging?;
    let differences = begun.differences();
    let on = Ground { differences: differences.as_ref(), marks: &marks, intact: &intact, staging: &staging };
    let routes = begun.renderer.routes();
    progress.begin(routes.len());
    let done_of = |routes: &[&Route]| {
        let done = routes.par_iter().with_max_len(1).map(|route| {
            let done = begun.route(route, &on);
            progress.step();
            done
        });
        done.filter_map(Result::transpose).collect::<Result<Vec<Done<'_>>, OutputError>>()
    };
    let (of_libraries, others): (Vec<&Route>, Vec<&Route>) =
        routes.iter().partition(|route| library_of(route).is_some());
    let others = begun.largest_first(others, &marks);
    let mut done = done_of(&others)?;
    let named: BTreeSet<&str> =
        done.iter().flat_map(|done| &done.record.libraries).map(String::as_str).collect();
    let is_named = |route: &&&Route| library_of(route).is_some_and(|library| named.contains(library));
    let wanted: Vec<&Route> = of_libraries.iter().filter(is_named).copied().collect();
    drop(named);
    done.extend(done_of(&wanted)?);
    // Which smaller forms of pictures and the like there are is known when the pages that name them are.
    let mut noted_questions = noted(&done);
    let sources = begun.sources(&noted_questions, &done);
    progress.begin(sources.len());
    let forms = sources.par_iter().map(|forms| {
        let made = begun.forms(forms, &on);
        progress.step();
        made
    });
    let forms: Vec<Vec<Done<'_>>> = forms.collect::<Result<_, OutputError>>()?;
    let forms: Vec<Done<'_>> = forms.into_iter().flatten().collect();
    noted_questions.extend(noted(&forms));
    done.extend(forms);
    let n_routes = done.len();
    let next = Next { begun: &begun, marks: &marks, done: &done, output: &output };
    // As long as its file is open, another can take its place without a wait for the disk to free it.
    let former_state = state.clone();
    let apply = || {
        let kept = done.iter().filter(|done| done.is_kept()).flat_map(Done::files);
        staging.keep(kept.map(|file| (Arc::clone(&file.path), file.digest)))?;
        staging.apply()
    };
    let (summary, (diagnostics, outside, writer)) = rayon::join(apply, || {
        (
            begun.diagnostics(&**source, &done),
            outside(&noted_questions, &**source),
            options.cache.map(|cache| next.begin(cache, &way, state, &**source)),
        )
    });
    let summary = summary?;
    let is_settled = begun.site().unsettled_files().is_empty()
        && begun.renderer.world().is_settled()
        && done.iter().all(|done| done.is_reusable);
    let head = Head {
        // A file that changed meanwhile may change back: then the next build must not take this one for its own.
        inputs: is_settled.then_some(inputs),
        reading: begun.site().reading().clone(),
        domains: begun.domains.clone(),
        scripts: begun.scripts.to_keep(),
        history_problem: begun.site().history().and_then(|history| history.problem()).map(str::to_owned),
        diagnostics,
        outside,
        pins: begun.site().decks().pins(),
        n_routes,
        manifest: output.manifest_digest(),
    };
    let remembered = options.cache.zip(writer).map(|(cache, writer)| {
        let writer = next.finish(writer?)?;
        cache.keep(&way, writer, &head)
    });
    drop(staging);
    let built = Built {
        n_routes,
        n_rendered: done.iter().filter(|done| !done.is_kept()).count(),
        summary,
        explained: options.explain.map(|path| begun.explained(path, &done)).unwrap_or_default(),
        history_problem: head.history_problem,
        diagnostics: head.diagnostics,
        cache_problem: remembered.and_then(Result::err),
    };
    drop((done, differences));
    give_back((begun, marks, former_state));
    Ok(built)
}

/// The questions of addresses that a whole build has to know of.
fn noted(done: &[Done<'_>]) -> Vec<Question> {
    done.par_iter().flat_map_iter(|done| done.record.trace.noted()).collect()
}

/// The files beside the site that were asked for, with their ids.
fn outside(noted: &[Question], source: &dyn Source) -> Vec<(String, Option<BlobId>)> {
    let paths: BTreeSet<&str> = noted.iter().filter_map(Question::outside).collect();
    let with_blob = |path: &str| (path.to_owned(), source.outside_blob(path));
    paths.into_iter().map(with_blob).collect()
}

/// The history of the pages, which is kept when there are new commits.
fn history(options: &BuildOptions<'_>) -> Option<History> {
    let reader = options.history.as_ref()?;
    Some(cache::history(reader, options.cache))
}

/// Gives memory back in the background. That of a large site takes as long as reading it, and a process that ends need not
/// wait for it.
fn give_back(memory: impl Send + 'static) {
    rayon::spawn(move || drop(memory));
}

/// The print of everything that a build depends on.
fn inputs(listing: &Listing, options: &BuildOptions<'_>) -> Print {
    let (site, history) = (&options.site, options.history.as_ref().map(HistoryReader::print));
    let entries: Vec<_> =
        listing.entries.iter().map(|(path, entry)| (path, entry.blob, entry.size)).collect();
    let problems = postcard::to_allocvec(&listing.diagnostics).unwrap_or_default();
    Print::of(&(entries, problems, &site.today, cache::way(site), history))
}

/// Whether the files beside the site are those that the last build took something from.
fn is_same_outside(state: &State, source: &dyn Source) -> bool {
    state.head().outside.iter().all(|(path, blob)| source.outside_blob(path) == *blob)
}

/// Whether the output folder is as the last build left it.
fn is_written(state: &State, marks: &Marks, output: &Output) -> bool {
    let manifest = output.manifest_digest();
    manifest.is_some()
        && state.head().manifest == manifest
        && marks.outputs.par_iter().all(|(path, file)| output.holds(path, &file.digest, file.stat.as_ref()))
}

fn unchanged(state: &State, n_files: usize) -> Built {
    let head = state.head();
    Built {
        n_routes: head.n_routes,
        summary: Summary { unchanged: n_files, ..Summary::default() },
        history_problem: head.history_problem.clone(),
        diagnostics: head.diagnostics.clone(),
        ..Built::default()
    }
}

/// What a build stands on: what the last one has left, and where its own files are put.
struct Ground<'g, 'm> {
    differences: Option<&'g Differences<'g>>,
    marks: &'m Marks,
    intact: &'g Intact<'m>,
    staging: &'g Staging,
}

/// A file in the output folder.
struct Written {
    path: OutputPath,
    digest: Digest,
    /// What the disk said of it when it had the bytes; `None` when it said what it said after the last build.
    stat: Option<Put>,
}

/// What became of an address.
struct Done<'f> {
    file: Written,
    /// The compressed forms of the file.
    compressed: Vec<Written>,
    /// Borrowed from the last build when it was kept.
    record: Cow<'f, RouteRecord>,
    /// Whether the next build can use it: no file changed while it was rendered.
    is_reusable: bool,
    /// What [`Rendered::forms`] says of one that it can't.
    forms: Vec<(RepoPath, Vec<Route>)>,
    reason: Reason,
}

impl Done<'_> {
    /// Whether it is as the last build made it.
    fn is_kept(&self) -> bool {
        matches!(self.record, Cow::Borrowed(_))
    }

    fn files(&self) -> impl Iterator<Item = &Written> {
        std::iter::once(&self.file).chain(&self.compressed)
    }
}

/// A site that is being built.
struct Begun {
    renderer: Renderer,
    compressor: Compressor,
    domains: Domains,
    /// The domains of the last build.
    former_domains: Option<Domains>,
    scripts: Arc<KnownScripts>,
    /// The page files that are not as the last build parsed them.
    differing: BTreeMap<RepoPath, FileDiffers>,
    /// Those of them that have other words.
    other_words: BTreeSet<RepoPath>,
}

impl Begun {
    fn new(
        source: &Arc<dyn Source>,
        listing: Listing,
        options: &BuildOptions<'_>,
        former: FormerFiles,
        former_domains: Option<Domains>,
        scripts: SmallerScripts,
        chapters: Option<Arc<dyn FormerChapters>>,
    ) -> Self {
        let site_options = SiteOptions { takes_words: true, ..options.site.clone() };
        // Without a place for them, texts are parsed twice.
        let galleys = GalleyFile::new(options.cache.map(Cache::dir)).ok();
        let galleys = galleys.map(|store| Galleys::new(Arc::new(store)));
        let witness = galleys.as_ref().map(|galleys| galleys as &dyn Witness);
        let listing = Arc::new(listing);
        let scripts = Arc::new(KnownScripts::new(scripts));
        let theme = || LoadedTheme::ahead(&**source, &listing, &site_options, &scripts);
        let site = || {
            let search = |site: &Site| Some(Searches::ahead(site, &**source, former_domains.as_ref()));
            Site::load_beside(&**source, Arc::clone(&listing), &site_options, &former, witness, search)
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
        let (domains, differing) = rayon::join(
            || Domains::of(renderer.world(), former_domains.as_ref()),
            || differing_files(renderer.site(), &former.files),
        );
        let other_words = other_words(renderer.site(), &differing, &former.files);
        let compressor = Compressor::new(&renderer.site().config().compress, || renderer.routes());
        give_back(former);
        Self { renderer, compressor, domains, former_domains, scripts, differing, other_words }
    }

    fn site(&self) -> &Site {
        self.renderer.site()
    }

    /// Puts decks before other addresses, those of which the last build made most first: a thread that began with a large one last
    /// would have the others wait for it.
    fn largest_first<'r>(&self, mut routes: Vec<&'r Route>, marks: &Marks) -> Vec<&'r Route> {
        let size = |route: &Route| {
            let file = marks.outputs.get(&*route.output_path());
            file.and_then(|file| file.stat.as_ref()).map_or(0, |stat| stat.size)
        };
        let decks = self.site().decks().iter();
        let decks: HashMap<&Route, u64> = decks.map(|deck| (&deck.route, size(&deck.route))).collect();
        if !decks.is_empty() {
            routes.sort_by_key(|route| Reverse(decks.get(route).map(|size| size + 1)));
        }
        routes
    }

    /// How the site differs from that of the last build, if there was one.
    fn differences(&self) -> Option<Differences<'_>> {
        let domains = self.former_domains.as_ref()?;
        Some(Differences::between(domains, &self.domains, self.renderer.world(), &self.differing))
    }

    /// Keeps what the last build made of an address, or renders it; `None` when nothing stands there.
    fn route<'m>(&self, route: &Route, on: &Ground<'_, 'm>) -> Result<Option<Done<'m>>, OutputError> {
        match self.kept(route, on)? {
            Ok(kept) => Ok(Some(kept)),
            Err(reason) => self.put(route, self.renderer.render(route), reason, on.staging),
        }
    }

    /// The same for what is made of one file.
    fn forms<'m>(&self, forms: &BTreeSet<Route>, on: &Ground<'_, 'm>) -> Result<Vec<Done<'m>>, OutputError> {
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
        let Some(record) = on.marks.routes.get(route) else { return Ok(Err(Reason::New)) };
        let settled = |question: &Question| on.differences.is_some_and(|known| known.settle(question));
        if let Err(question) = record.trace.check(self.renderer.world(), settled) {
            return Ok(Err(question.map_or(Reason::New, Reason::Changed)));
        }
        let path = route.output_path();
        if !self.compressor.is_as_wished(&path, &record.compressed) {
            return Ok(Err(Reason::Compressed));
        }
        let mut compressed = Vec::new();
        for (encoding, digest) in record.forms() {
            let Some(form) = same_file(&compress::path(&path, encoding), digest, on)? else {
                return Ok(Err(Reason::Output));
            };
            compressed.push(form);
        }
        let Some(file) = same_file(&path, record.digest, on)? else {
            return Ok(Err(Reason::Output));
        };
        let reason = Reason::Same(record.trace.n_asked());
        let record = Cow::Borrowed(record);
        Ok(Ok(Done { file, compressed, record, is_reusable: true, forms: Vec::new(), reason }))
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
        let file = write(staging, &route.output_path(), &rendered.bytes, rendered.digest)?;
        let (mut compressed, mut digests) = (Vec::new(), Vec::new());
        for (encoding, form) in self.compressor.forms(&file.path, &rendered.bytes) {
            let digest = form.as_ref().map(|bytes| Digest::of(bytes));
            if let Some((bytes, digest)) = form.zip(digest) {
                compressed.push(write(staging, &compress::path(&file.path, encoding), &bytes, digest)?);
            }
            digests.push((encoding, digest));
        }
        let is_reusable = rendered.trace.is_some();
        let libraries = libraries::named_in(&rendered);
        let forms = rendered.forms;
        let record = RouteRecord {
            route: route.clone(),
            trace: rendered.trace.map(Arc::unwrap_or_clone).unwrap_or_default(),
            digest: rendered.digest,
            diagnostics: rendered.diagnostics,
            chapters: rendered.chapters,
            libraries,
            compressed: digests,
        };
        Ok(Some(Done { file, compressed, record: Cow::Owned(record), is_reusable, forms, reason }))
    }

    /// The addresses of what pages name that is made of other files, such as smaller forms of pictures: those of each file.
    fn sources(&self, noted: &[Question], done: &[Done<'_>]) -> Vec<BTreeSet<Route>> {
        let mut sources: BTreeMap<RepoPath, BTreeSet<Route>> = BTreeMap::new();
        for (source, forms) in noted.iter().filter_map(|question| question.forms(self.renderer.world())) {
            sources.entry(source.clone()).or_default().extend(forms);
        }
        for (source, forms) in done.iter().flat_map(|done| &done.forms) {
            sources.entry(source.clone()).or_default().extend(forms.iter().cloned());
        }
        sources.into_values().collect()
    }

    fn diagnostics(&self, source: &dyn Source, done: &[Done<'_>]) -> Vec<Diagnostic> {
        let mut all = self.site().diagnostics();
        all.extend(done.iter().flat_map(|done| done.record.diagnostics.iter().cloned()));
        all.extend(self.renderer.diagnostics());
        all.extend(self.site().link_diagnostics(source));
        diagnostic::sort(&mut all);
        all
    }

    fn explained(&self, wanted: &str, done: &[Done<'_>]) -> Vec<(Route, Reason)> {
        let file = RepoPath::root().resolve(wanted);
        let of_file = file.and_then(|path| self.renderer.world().route_of_file(&path));
        let is_wanted = |done: &&Done<'_>| {
            let route = &done.record.route;
            of_file.as_ref() == Some(route)
                || route.as_str() == wanted
                || done.files().any(|file| &*file.path == wanted)
        };
        let wanted = done.iter().filter(is_wanted);
        wanted.map(|done| (done.record.route.clone(), done.reason.clone())).collect()
    }
}

/// A file of the last build, if the output folder has it with these bytes.
fn same_file(path: &str, digest: Digest, on: &Ground<'_, '_>) -> Result<Option<Written>, OutputError> {
    let known = on.intact.get_key_value(path).filter(|(_, known)| ***known == digest);
    if let Some((path, _)) = known {
        return Ok(Some(Written { path: Arc::clone(path), digest, stat: None }));
    }
    let stat = on.staging.has(path, &digest)?;
    Ok(stat.map(|stat| Written { path: path.into(), digest, stat: Some(Put::Unchanged(stat)) }))
}

fn write(staging: &Staging, path: &str, bytes: &[u8], digest: Digest) -> Result<Written, OutputError> {
    let path: OutputPath = path.into();
    let stat = Some(staging.put_digested(&path, bytes, digest)?);
    Ok(Written { path, digest, stat })
}

/// What the next build should know.
struct Next<'a> {
    begun: &'a Begun,
    marks: &'a Marks,
    done: &'a [Done<'a>],
    output: &'a Output,
}

impl Next<'_> {
    /// Begins the next state with what doesn't depend on the output folder.
    fn begin(
        &self,
        cache: &Cache,
        way: &Print,
        state: Option<Arc<State>>,
        source: &dyn Source,
    ) -> io::Result<StateWriter> {
        let mut writer = cache.writer(way, state)?;
        self.pages(&mut writer)?;
        self.words(&mut writer)?;
        self.routes(&mut writer)?;
        self.chapters(&mut writer)?;
        writer.blobs(&source.known_blobs())?;
        Ok(writer)
    }

    /// Adds what the output folder holds now.
    fn finish(&self, mut writer: StateWriter) -> io::Result<StateWriter> {
        let (files, changed) = self.outputs();
        writer.outputs(&files.iter().map(|file| &**file).collect::<Vec<_>>(), &changed)?;
        Ok(writer)
    }

    fn pages(&self, writer: &mut StateWriter) -> io::Result<()> {
        let files: Vec<&PageFile> = self.begun.site().files().map(|file| &**file).collect();
        writer.pages(&files, &self.begun.differing.keys().cloned().collect())
    }

    fn words(&self, writer: &mut StateWriter) -> io::Result<()> {
        writer.site_words(self.begun.site(), &self.begun.other_words)?;
        writer.tallies(self.begun.renderer.world().tallies().as_deref())
    }

    fn routes(&self, writer: &mut StateWriter) -> io::Result<()> {
        let reusable = self.done.iter().filter(|done| done.is_reusable);
        let records: Vec<&RouteRecord> = reusable.map(|done| &*done.record).collect();
        let names = self.done.iter().map(|done| (&done.record.route, done.is_kept()));
        let changed = changed(&self.marks.routes, names);
        writer.routes(&records, &changed)
    }

    /// What the addresses that the next build can use are made of.
    fn chapters(&self, writer: &mut StateWriter) -> io::Result<()> {
        let reusable = self.done.iter().filter(|done| done.is_reusable);
        let keys: BTreeSet<Print> = reusable.flat_map(|done| done.record.chapters.iter().copied()).collect();
        writer.chapters(&keys, |key| self.begun.renderer.chapter(key))
    }

    /// The files of the output folder as they are now, and the paths of those that differ from the last build's.
    fn outputs(&self) -> (Vec<Cow<'_, OutputFile>>, BTreeSet<OutputPath>) {
        let former = &self.marks.outputs;
        let file_of = |Written { path, digest, stat }: &'_ Written| {
            let known = former.get(path).filter(|file| file.digest == *digest && file.stat.is_some());
            if let Some(known) = known.filter(|_| stat.is_none()) {
                return Cow::Borrowed(known);
            }
            // Others may have written into the folder meanwhile.
            let has_bytes = |now: &FileStat| stat.is_some_and(|put| put.is_still(now));
            let stat = self.output.stat(path).filter(has_bytes);
            let file = OutputFile { stat, path: Arc::clone(path), digest: *digest };
            former.get(path).filter(|known| **known == file).map_or(Cow::Owned(file), Cow::Borrowed)
        };
        let files: Vec<Cow<'_, OutputFile>> =
            self.done.par_iter().flat_map_iter(|done| done.files().map(file_of)).collect();
        let names = files.iter().map(|file| (&file.path, matches!(file, Cow::Borrowed(_))));
        let changed = changed(former, names);
        (files, changed)
    }
}

/// The names of records that are new and of those that are gone: of all `names`, with whether the record is kept from a
/// table of the last build.
fn changed<'t, K: Clone + Ord + Hash, V>(
    table: &'t HashMap<K, V>,
    names: impl Iterator<Item = (&'t K, bool)>,
) -> BTreeSet<K> {
    let (kept, new): (Vec<_>, Vec<_>) = names.partition(|(_, is_kept)| *is_kept);
    let n_known = kept.len() + new.iter().filter(|(name, _)| table.contains_key(*name)).count();
    let mut changed: BTreeSet<K> = new.into_iter().map(|(name, _)| name.clone()).collect();
    if n_known < table.len() {
        let kept: HashSet<&K> = kept.into_iter().map(|(name, _)| name).collect();
        changed.extend(table.keys().filter(|name| !kept.contains(name)).cloned());
    }
    changed
}

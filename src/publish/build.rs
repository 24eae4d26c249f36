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

use std::{collections::BTreeSet, io, sync::Arc};

use foldhash::HashSet;
use rayon::prelude::*;

use super::{
    begun::{Begun, Done, Ground, Record, give_back},
    cache::{self, Cache, Head, RouteRecord, State, StateWriter},
    former::{Former, Marks, WrittenShards},
    libraries::library_of,
    output::{Kept, Output, OutputError, Summary},
};
use crate::{
    base::{
        diagnostic::Diagnostic,
        digest::{BlobId, Print},
    },
    git::history::HistoryReader,
    render::trace::Question,
    site::{deck::commit_of, file::PageFile, route::Route},
    source::{Listing, ListingOptions, Source, SourceError},
};

pub use super::begun::{BuildOptions, BuildProgress, Reason};

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
    let listed = || {
        let listing = source.listing(&ListingOptions { exclude })?;
        let inputs = inputs(&listing, options);
        Ok::<_, SourceError>((listing, inputs))
    };
    let (listed, former) = rayon::join(listed, || state.as_ref().map(Former::of).unwrap_or_default());
    let (listing, inputs) = listed?;
    // Who asks why gets the long answer.
    if let Some(state) =
        state.as_ref().filter(|state| state.head().inputs == Some(inputs) && options.explain.is_none())
        && is_same_outside(state, &**source)
        && state.head().pins.iter().all(|(rev, commit)| commit_of(&**source, rev) == *commit)
        && is_written(state, &former.marks, &output)
        // What can't be read has no addresses, whose files then would not have been looked at.
        && !state.is_damaged()
    {
        state.mark_used();
        output.clear_leftovers();
        let built = unchanged(state, former.marks.n_files());
        give_back(former);
        return Ok(built);
    }
    let Former { pages, marks } = former;
    let begin = || {
        let staging = output.begin(state.as_ref().and_then(|state| state.head().manifest))?;
        marks.look_at(&output);
        Ok::<_, OutputError>(staging)
    };
    let shards = WrittenShards { marks: &marks, output: &output };
    let (begun, staging) =
        rayon::join(|| Begun::new(source, listing, options, state.as_ref(), pages, &shards), begin);
    // Until the end it keeps other builds out, so that what is remembered of the folder is what this one made.
    let mut staging = staging?;
    let differences = begun.differences();
    let on = Ground { differences: differences.as_ref(), marks: &marks, staging: &staging };
    let routes = begun.renderer.routes();
    progress.begin(routes.len());
    let done_of = |routes: &[&Route]| begun.routes(routes, &on, progress);
    let (of_libraries, others): (Vec<&Route>, Vec<&Route>) =
        routes.iter().partition(|route| library_of(route).is_some());
    let others = begun.largest_first(others, &marks);
    let (mut done, due) = begun.known(&others, &on, progress)?;
    let begin_next = |cache: &Cache| begin_state(&begun, cache.writer(&way, state.clone())?);
    let of_site = || {
        let writer = options.cache.map(begin_next);
        (begun.site().link_diagnostics(&**source), writer)
    };
    // Who has nothing to render yet says which links lead nowhere, and keeps what is known of the site without its pages.
    let (rendered, (of_links, writer)) = rayon::join(|| begun.rendered(due, &on, progress), of_site);
    done.extend(rendered?);
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
    let next = Next { begun: &begun, marks: &marks, done: &done };
    let apply = || {
        let kept = || done.iter().filter(|done| done.is_kept());
        let files = || kept().flat_map(Done::files).collect();
        staging.apply(&Kept { n: kept().map(Done::n_files).sum(), files: &files })
    };
    let (summary, (diagnostics, outside, writer)) = rayon::join(apply, || {
        (
            begun.diagnostics(of_links, &done),
            outside(&noted_questions, &**source),
            options.cache.zip(writer).map(|(cache, writer)| {
                // Damage that was found meanwhile must not stay.
                let writer =
                    writer.and_then(|writer| if writer.is_sound() { Ok(writer) } else { begin_next(cache) });
                next.begin(writer?, &**source)
            }),
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
        links: begun.site().links().ground(),
        domains: begun.domains.clone(),
        scripts: begun.scripts.to_keep(),
        history_problem: begun.site().history().and_then(|history| history.problem()).map(str::to_owned),
        diagnostics,
        outside,
        pins: begun.site().decks().pins(),
        n_routes,
        manifest: staging.manifest_digest(),
    };
    let remembered = options.cache.zip(writer).map(|(cache, writer)| {
        done.par_iter_mut().for_each(|done| done.look_at(&output));
        let writer = Next { begun: &begun, marks: &marks, done: &done }.finish(writer?)?;
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
    // As long as its file is open, another can take its place without a wait for the disk to free it.
    give_back((begun, marks, state));
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
    manifest.is_some() && state.head().manifest == manifest && marks.are_written(output)
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

/// Begins the next state with what a site knows before any of its pages is rendered.
fn begin_state(begun: &Begun, mut writer: StateWriter) -> io::Result<StateWriter> {
    let site = begun.site();
    let files: Vec<&PageFile> = site.files().map(|file| &**file).collect();
    writer.pages(&files, &begun.differing.keys().cloned().collect())?;
    let links = site.links().to_keep(site).unwrap_or_default();
    writer.links(&links, &begun.former_links)?;
    writer.site_words(site, &begun.other_words)?;
    Ok(writer)
}

/// What the next build should know.
struct Next<'a> {
    begun: &'a Begun,
    marks: &'a Marks,
    done: &'a [Done<'a>],
}

impl Next<'_> {
    /// Adds what doesn't depend on the output folder.
    fn begin(&self, mut writer: StateWriter, source: &dyn Source) -> io::Result<StateWriter> {
        writer.tallies(self.begun.renderer.world().tallies().as_deref())?;
        self.chapters(&mut writer)?;
        writer.blobs(&source.known_blobs())?;
        Ok(writer)
    }

    /// Adds the addresses, with what the disk says of their files now.
    fn finish(&self, mut writer: StateWriter) -> io::Result<StateWriter> {
        let reusable = self.done.iter().filter(|done| done.is_reusable);
        let records: Vec<&RouteRecord> = reusable.map(|done| &*done.record).collect();
        writer.routes(&records, &self.changed())?;
        Ok(writer)
    }

    /// The addresses of which something else is known than after the last build, and those that are gone.
    fn changed(&self) -> BTreeSet<Route> {
        let former = &self.marks.routes;
        let (mut changed, mut n_known) = (BTreeSet::new(), 0);
        for Done { record, .. } in self.done {
            if matches!(record, Record::Kept(_)) {
                n_known += 1;
                continue;
            }
            let known = former.get(&record.route);
            n_known += usize::from(known.is_some());
            let is_known = known.is_some_and(|known| known.record.files().eq(record.files()));
            if !(is_known && matches!(record, Record::Touched(_))) {
                changed.insert(record.route.clone());
            }
        }
        if n_known < former.len() {
            let stay: HashSet<&Route> = self.done.iter().map(|done| &done.record.route).collect();
            changed.extend(former.keys().filter(|route| !stay.contains(route)).cloned());
        }
        changed
    }

    /// What the addresses that the next build can use are made of.
    fn chapters(&self, writer: &mut StateWriter) -> io::Result<()> {
        let reusable = self.done.iter().filter(|done| done.is_reusable);
        let keys: BTreeSet<Print> = reusable.flat_map(|done| done.record.chapters.iter().copied()).collect();
        writer.chapters(&keys, |key| self.begun.renderer.chapter(key))
    }
}

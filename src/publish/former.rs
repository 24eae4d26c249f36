//! [`Former`]: what the last build has left, and which files differ from what it knew.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use foldhash::HashMap;
use rayon::prelude::*;

use super::{
    cache::{OutputFile, RouteRecord, State},
    output::{Output, OutputPath},
};
use crate::{
    base::{digest::Digest, path::RepoPath, tasks::PER_TASK},
    render::trace::{FileDiffers, KeptShards},
    site::{
        Site,
        file::{FormerFiles, PageFile},
        route::Route,
    },
};

/// What the last build has left.
#[derive(Default)]
pub(super) struct Former {
    pub(super) pages: FormerFiles,
    pub(super) marks: Marks,
}

impl Former {
    pub(super) fn of(state: &Arc<State>) -> Self {
        let pages = || rayon::join(|| state.pages(), || state.links());
        let ((files, links), marks) = rayon::join(pages, || Marks::of(state));
        let (reading, stock) = (state.head().reading.clone(), state.stock());
        Self { pages: FormerFiles { stock, reading, files, links }, marks }
    }
}

/// What the last build knew of addresses.
#[derive(Default)]
pub(super) struct Marks {
    pub(super) routes: HashMap<Route, RouteRecord>,
    pub(super) outputs: HashMap<OutputPath, FormerOutput>,
}

/// A file that the last build wrote.
#[derive(Debug)]
pub(super) struct FormerOutput {
    pub(super) file: OutputFile,
    is_intact: AtomicBool,
}

impl FormerOutput {
    /// Whether [`Marks::look_at`] found that the disk says of it what it said after the last build.
    pub(super) fn is_intact(&self) -> bool {
        self.is_intact.load(Ordering::Relaxed)
    }
}

impl Marks {
    pub(super) fn of(state: &State) -> Self {
        let former = |file| FormerOutput { file, is_intact: AtomicBool::new(false) };
        let (routes, outputs) = rayon::join(|| state.routes(), || state.outputs(former));
        Self { routes, outputs }
    }

    /// Looks which files of the output folder are intact.
    pub(super) fn look_at(&self, output: &Output) {
        let output = output.opened();
        self.files().for_each(|known| {
            let is_intact = output.has_stat(&known.file.path, known.file.stat.as_ref());
            known.is_intact.store(is_intact, Ordering::Relaxed);
        });
    }

    /// The files that the last build wrote, for all cores.
    pub(super) fn files(&self) -> impl ParallelIterator<Item = &FormerOutput> {
        let files: Vec<&FormerOutput> = self.outputs.values().collect();
        files.into_par_iter().with_max_len(PER_TASK)
    }
}

/// Shards of words as the last build wrote them.
pub(super) struct WrittenShards<'m> {
    pub(super) marks: &'m Marks,
    pub(super) output: &'m Output,
}

impl KeptShards for WrittenShards<'_> {
    fn bytes(&self, route: &Route) -> Option<Vec<u8>> {
        let record = self.marks.routes.get(route)?;
        let bytes = self.output.read(&route.output_path()).ok()?;
        (Digest::of(&bytes) == record.digest).then_some(bytes)
    }
}

/// The page files of a site that are not as they were parsed before, and those that are gone.
pub(super) fn differing_files(
    site: &Site,
    former: &HashMap<RepoPath, Arc<PageFile>>,
) -> BTreeMap<RepoPath, FileDiffers> {
    let mut differing = BTreeMap::new();
    let mut n_known = 0;
    for file in site.files() {
        let known = former.get(&file.path);
        n_known += usize::from(known.is_some());
        if known.is_some_and(|known| Arc::ptr_eq(known, file)) {
            continue;
        }
        let differs = |known: &Arc<PageFile>| FileDiffers {
            outside: known.outside != file.outside,
            links: known.links != file.links,
        };
        differing.insert(file.path.clone(), known.map_or(FileDiffers::WHOLE, differs));
    }
    if n_known < former.len() {
        let gone = former.keys().filter(|path| site.file(path).is_none());
        differing.extend(gone.map(|path| (path.clone(), FileDiffers::WHOLE)));
    }
    differing
}

/// Those of differing page files that have other words than before.
pub(super) fn other_words(
    site: &Site,
    differing: &BTreeMap<RepoPath, FileDiffers>,
    former: &HashMap<RepoPath, Arc<PageFile>>,
) -> BTreeSet<RepoPath> {
    let words = |file: Option<&Arc<PageFile>>| file.map(|file| file.words_print);
    let is_other = |path: &&RepoPath| words(site.file(path)) != words(former.get(*path));
    differing.keys().filter(is_other).cloned().collect()
}

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
    compress,
    output::Output,
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
    pub(super) routes: HashMap<Route, Box<FormerRoute>>,
}

/// An address of the last build.
#[derive(Debug)]
pub(super) struct FormerRoute {
    pub(super) record: RouteRecord,
    is_intact: AtomicBool,
}

impl FormerRoute {
    /// Whether [`Marks::look_at`] found that the disk says of its files what it said after the last build.
    pub(super) fn is_intact(&self) -> bool {
        self.is_intact.load(Ordering::Relaxed)
    }

    /// Whether its files are as `is_as_known` says of each.
    fn has_files(&self, is_as_known: impl Fn(&str, &OutputFile) -> bool) -> bool {
        let path = self.record.route.output_path();
        self.record.files().all(|(encoding, file)| match encoding {
            None => is_as_known(&path, file),
            Some(encoding) => is_as_known(&compress::path(&path, encoding), file),
        })
    }
}

impl Marks {
    pub(super) fn of(state: &State) -> Self {
        let former = |record| Box::new(FormerRoute { record, is_intact: AtomicBool::new(false) });
        Self { routes: state.routes(former) }
    }

    /// Looks which files of the output folder are intact.
    pub(super) fn look_at(&self, output: &Output) {
        let output = output.opened();
        self.all().for_each(|known| {
            let is_intact = known.has_files(|path, file| output.has_stat(path, file.stat.as_ref()));
            known.is_intact.store(is_intact, Ordering::Relaxed);
        });
    }

    /// Whether the output folder has all files with the bytes that the last build wrote.
    pub(super) fn are_written(&self, output: &Output) -> bool {
        let output = output.opened();
        let holds = |path: &str, file: &OutputFile| output.holds(path, &file.digest, file.stat.as_ref());
        self.all().all(|known| known.has_files(holds))
    }

    /// How many files the last build wrote.
    pub(super) fn n_files(&self) -> usize {
        self.routes.values().map(|known| known.record.files().count()).sum()
    }

    /// All addresses, for all cores.
    fn all(&self) -> impl ParallelIterator<Item = &FormerRoute> {
        let all: Vec<&FormerRoute> = self.routes.values().map(|known| &**known).collect();
        all.into_par_iter().with_max_len(PER_TASK)
    }
}

/// Shards of words as the last build wrote them.
pub(super) struct WrittenShards<'m> {
    pub(super) marks: &'m Marks,
    pub(super) output: &'m Output,
}

impl KeptShards for WrittenShards<'_> {
    fn bytes(&self, route: &Route) -> Option<Vec<u8>> {
        let known = self.marks.routes.get(route)?;
        let bytes = self.output.read(&route.output_path()).ok()?;
        (Digest::of(&bytes) == known.record.file.digest).then_some(bytes)
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

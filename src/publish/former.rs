//! [`Former`]: what the last build has left, and which files differ from what it knew.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use foldhash::HashMap;
use rayon::prelude::*;

use super::{
    cache::{OutputFile, RouteRecord, State},
    output::{Output, OutputPath},
};
use crate::{
    base::{digest::Digest, path::RepoPath},
    render::trace::FileDiffers,
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
        let (files, marks) = rayon::join(|| state.pages(), || Marks::of(state));
        let (reading, stock) = (state.head().reading.clone(), state.stock());
        Self { pages: FormerFiles { stock, reading, files }, marks }
    }
}

/// What the last build knew of addresses.
#[derive(Default)]
pub(super) struct Marks {
    pub(super) routes: HashMap<Route, RouteRecord>,
    pub(super) outputs: HashMap<OutputPath, OutputFile>,
}

impl Marks {
    pub(super) fn of(state: &State) -> Self {
        let routes = || state.routes().into_iter().map(|record| (record.route.clone(), record)).collect();
        let outputs = || state.outputs().into_iter().map(|file| (file.path.clone(), file)).collect();
        let (routes, outputs) = rayon::join(routes, outputs);
        Self { routes, outputs }
    }

    /// The files of the output folder of which the disk says what it said after the last build, with their bytes' digests.
    pub(super) fn intact(&self, output: &Output) -> Intact<'_> {
        let intact = self.outputs.par_iter().filter(|(path, file)| output.has_stat(path, file.stat.as_ref()));
        let intact: Vec<_> = intact.map(|(path, file)| (Arc::clone(path), &file.digest)).collect();
        intact.into_iter().collect()
    }
}

pub(super) type Intact<'m> = HashMap<OutputPath, &'m Digest>;

/// The page files of a site that are not as they were parsed before, and those that are gone.
pub(super) fn differing_files(
    site: &Site,
    former: &BTreeMap<RepoPath, Arc<PageFile>>,
) -> BTreeMap<RepoPath, FileDiffers> {
    let mut differing = BTreeMap::new();
    let mut former = former.values().peekable();
    // Both are in the order of paths, so one walk along both finds what differs.
    for file in site.files() {
        while let Some(gone) = former.next_if(|former| former.path < file.path) {
            differing.insert(gone.path.clone(), FileDiffers::Outside);
        }
        match former.next_if(|former| former.path == file.path) {
            Some(former) if Arc::ptr_eq(former, file) => {}
            Some(former) if former.outside == file.outside => {
                differing.insert(file.path.clone(), FileDiffers::Inside);
            }
            _ => drop(differing.insert(file.path.clone(), FileDiffers::Outside)),
        }
    }
    differing.extend(former.map(|gone| (gone.path.clone(), FileDiffers::Outside)));
    differing
}

/// Those of differing page files that have other words than before.
pub(super) fn other_words(
    site: &Site,
    differing: &BTreeMap<RepoPath, FileDiffers>,
    former: &BTreeMap<RepoPath, Arc<PageFile>>,
) -> BTreeSet<RepoPath> {
    let words = |file: Option<&Arc<PageFile>>| file.map(|file| file.words_print);
    let is_other = |path: &&RepoPath| words(site.file(path)) != words(former.get(*path));
    differing.keys().filter(is_other).cloned().collect()
}

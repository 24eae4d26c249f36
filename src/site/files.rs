//! [`Files`]: every parsed file of a snapshot, and which of them use which other files.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    base::{
        path::RepoPath,
        persistent::{HashMap, OrdSet, Vector},
    },
    site::{file::PageFile, sorted::toggled},
};

/// The parsed files, in the order of their paths.
#[derive(Clone, Debug, Default)]
pub(super) struct Files {
    all: Vector<Arc<PageFile>>,
    /// The places of the pages that asked for a file, by its path.
    users: HashMap<RepoPath, Arc<[usize]>>,
    /// The places of those in which something is wrong.
    wrong: OrdSet<usize>,
}

impl Files {
    /// Takes files that are in the order of their paths.
    pub(super) fn new(files: Vec<Arc<PageFile>>) -> Self {
        let mut users: BTreeMap<&RepoPath, Vec<usize>> = BTreeMap::new();
        let mut wrong = OrdSet::new();
        for (place, file) in files.iter().enumerate() {
            if !file.diagnostics.is_empty() {
                wrong.insert(place);
            }
            for (path, _) in &file.uses {
                users.entry(path).or_default().push(place);
            }
        }
        let users = users.into_iter().map(|(path, users)| (path.clone(), Arc::from(users))).collect();
        Self { users, wrong, all: files.into() }
    }

    /// All files.
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = &Arc<PageFile>> {
        self.all.iter()
    }

    /// Those in which something is wrong.
    pub(super) fn wrong(&self) -> impl Iterator<Item = &Arc<PageFile>> {
        self.wrong.iter().map(|place| self.at(*place))
    }

    /// A file by its place.
    pub(super) fn at(&self, place: usize) -> &Arc<PageFile> {
        &self.all[place]
    }

    /// Where a file stands.
    pub(super) fn place_of(&self, path: &RepoPath) -> Option<usize> {
        self.all.binary_search_by(|file| file.path.cmp(path)).ok()
    }

    /// A file by its path.
    pub(super) fn get(&self, path: &RepoPath) -> Option<&Arc<PageFile>> {
        self.place_of(path).map(|place| self.at(place))
    }

    /// The places of the pages that ask for a file.
    pub(super) fn users(&self, path: &RepoPath) -> &[usize] {
        self.users.get(path).map_or(&[], |users| users)
    }

    /// Puts another version of a file in its place.
    pub(super) fn set(&mut self, place: usize, file: Arc<PageFile>) {
        let paths = |file: &PageFile| file.uses.iter().map(|(path, _)| path.clone()).collect::<BTreeSet<_>>();
        for path in paths(self.at(place)).symmetric_difference(&paths(&file)) {
            let users = toggled(self.users(path), place);
            if users.is_empty() {
                self.users.remove(path);
            } else {
                self.users.insert(path.clone(), users);
            }
        }
        if file.diagnostics.is_empty() {
            self.wrong.remove(&place);
        } else {
            self.wrong.insert(place);
        }
        self.all.set(place, file);
    }
}

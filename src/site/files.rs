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
    /// The places of those that changed while they were parsed.
    unsettled: OrdSet<usize>,
}

impl Files {
    /// Takes files that are in the order of their paths.
    pub(super) fn new(files: Vec<Arc<PageFile>>) -> Self {
        let mut users: BTreeMap<&RepoPath, Vec<usize>> = BTreeMap::new();
        let places = |is_meant: fn(&PageFile) -> bool| {
            files.iter().enumerate().filter(|(_, file)| is_meant(file)).map(|(place, _)| place).collect()
        };
        let (wrong, unsettled) = (places(is_wrong), places(is_unsettled));
        for (place, file) in files.iter().enumerate() {
            for (path, _) in &file.uses {
                users.entry(path).or_default().push(place);
            }
        }
        let users = users.into_iter().map(|(path, users)| (path.clone(), Arc::from(users))).collect();
        Self { users, wrong, unsettled, all: files.into() }
    }

    /// All files.
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = &Arc<PageFile>> {
        self.all.iter()
    }

    /// Those in which something is wrong.
    pub(super) fn wrong(&self) -> impl Iterator<Item = &Arc<PageFile>> {
        self.wrong.iter().map(|place| self.at(*place))
    }

    /// Those that changed while they were parsed.
    pub(super) fn unsettled(&self) -> impl Iterator<Item = &Arc<PageFile>> {
        self.unsettled.iter().map(|place| self.at(*place))
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
        put(&mut self.wrong, place, is_wrong(&file));
        put(&mut self.unsettled, place, is_unsettled(&file));
        self.all.set(place, file);
    }
}

fn is_wrong(file: &PageFile) -> bool {
    !file.diagnostics.is_empty()
}

fn is_unsettled(file: &PageFile) -> bool {
    !file.is_settled
}

/// Puts a place into a set, or takes it out.
fn put(set: &mut OrdSet<usize>, place: usize, is_in: bool) {
    if is_in {
        set.insert(place);
    } else {
        set.remove(&place);
    }
}

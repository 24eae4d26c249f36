//! [`Log`]: which commits changed which files, so that the past of any path is told in the time of the answer.
//!
//! A commit changes a file when the file differs from that of all its parents, as `git log` has it. So what is known of one
//! commit holds for ever: a [`walk`] looks at commits that are not known yet, and a [`mod@file`] keeps them, batch
//! after batch. Commits are in the order of their times, but none comes before its parents. That order depends on the
//! commits alone, and not on when they came here.

pub mod file;
pub mod walk;

mod renames;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;

use foldhash::{HashMap, HashMapExt as _, HashSet};
use serde::{Deserialize, Serialize};

use crate::{
    base::{digest::BlobId, path::RepoPath},
    git::{Author, CommitId},
};

/// What a message says in its last lines when the commit changes nothing of weight.
pub const MINOR: &str = "Minor: yes";

/// The commits of a branch, by file.
#[derive(Clone, Debug, Default)]
pub struct Log {
    head: Option<CommitId>,
    commits: Vec<Entry>,
    places: HashMap<CommitId, u32>,
    paths: Table<RepoPath>,
    people: Table<Author>,
    /// All commits, the oldest first.
    order: Vec<u32>,
    /// The commits that changed a path, the oldest first.
    of_path: Vec<Vec<u32>>,
}

/// A commit as the log keeps it.
#[derive(Clone, Debug)]
struct Entry {
    id: CommitId,
    /// Its time, or that of the youngest parent and a second, so that no commit comes before its parents.
    rank: i64,
    seconds: i64,
    author: u32,
    is_minor: bool,
    parents: Box<[u32]>,
    changes: Box<[Changed]>,
}

/// What a commit did to a file; paths are numbers of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Changed {
    path: u32,
    /// What the file holds; `None` when it is gone.
    blob: Option<BlobId>,
    /// The name that it had before.
    from: Option<u32>,
}

/// Commits that a log learns: parents before their children.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Batch {
    /// The branch, when all its commits are known with this batch.
    head: Option<CommitId>,
    paths: Vec<RepoPath>,
    people: Vec<Author>,
    commits: Vec<Learned>,
}

/// A commit of a batch; paths and people are numbers of its lists.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Learned {
    id: CommitId,
    seconds: i64,
    author: u32,
    is_minor: bool,
    parents: Vec<CommitId>,
    changes: Vec<Changed>,
}

/// A commit of the log.
#[derive(Clone, Copy, Debug)]
pub struct LoggedCommit<'l> {
    log: &'l Log,
    entry: &'l Entry,
}

/// What a commit did to one file.
#[derive(Clone, Copy, Debug)]
pub struct FileChange<'l> {
    /// The commit.
    pub commit: LoggedCommit<'l>,
    /// The name that the file has after it, or had before it was deleted.
    pub path: &'l RepoPath,
    /// What it holds; `None` when the commit deleted it.
    pub blob: Option<BlobId>,
    /// The name that it had before.
    pub from: Option<&'l RepoPath>,
}

impl Log {
    /// The commit up to which everything is known; `None` while nothing is.
    pub fn head(&self) -> Option<CommitId> {
        self.head
    }

    /// How many commits are known.
    pub fn len(&self) -> usize {
        self.commits.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.commits.is_empty()
    }

    /// A commit.
    pub fn commit(&self, id: CommitId) -> Option<LoggedCommit<'_>> {
        self.places.get(&id).map(|&place| self.at(place))
    }

    /// All commits, the newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = LoggedCommit<'_>> {
        self.order.iter().rev().map(|&place| self.at(place))
    }

    /// Everybody who has written a commit; [`LoggedCommit::author_number`] is a place in it.
    pub fn people(&self) -> &[Author] {
        &self.people.values
    }

    /// The past of a file, the newest change first, under all the names that it had.
    pub fn history<'l>(&'l self, path: &RepoPath) -> impl Iterator<Item = FileChange<'l>> + use<'l> {
        let list = |path: u32| &*self.of_path[path as usize];
        let mut rest = self.paths.number(path).map(|path| (path, list(path)));
        std::iter::from_fn(move || {
            let (path, commits) = rest?;
            let (&place, older) = commits.split_last()?;
            let commit = self.at(place);
            let change = commit.change_of(path)?;
            rest = Some(match change.from {
                Some(from) => {
                    let before = list(from);
                    let end = before.partition_point(|&other| self.key(other) < self.key(place));
                    (from, &before[..end])
                }
                None => (path, older),
            });
            Some(commit.file_change(change))
        })
    }

    /// The change that gave a file what it holds at a commit, on each line of commits that leads there: the first that is met
    /// on every way back, the commit itself included.
    pub fn last_changes(&self, commit: CommitId, path: &RepoPath) -> Vec<FileChange<'_>> {
        let (Some(&start), Some(path)) = (self.places.get(&commit), self.paths.number(path)) else {
            return Vec::new();
        };
        let (mut seen, mut ahead) = (HashSet::from_iter([start]), vec![start]);
        let mut found: Vec<FileChange<'_>> = Vec::new();
        while let Some(place) = ahead.pop() {
            let commit = self.at(place);
            if let Some(change) = commit.change_of(path) {
                found.push(commit.file_change(change));
                continue;
            }
            ahead.extend(commit.entry.parents.iter().filter(|parent| seen.insert(**parent)));
        }
        found.sort_by_key(|change| Reverse(change.commit.rank()));
        found
    }

    /// The change that gave a file what it holds at a commit. Where lines of commits were merged, it may be on either.
    pub fn origin(&self, commit: CommitId, path: &RepoPath, blob: Option<BlobId>) -> Option<FileChange<'_>> {
        let changes = self.last_changes(commit, path);
        changes.iter().find(|change| change.blob == blob).or(changes.first()).copied()
    }

    /// The name that a file has by now which had one at a commit.
    pub fn name_after(&self, commit: CommitId, path: &RepoPath) -> RepoPath {
        let moved = || {
            let mut number = self.paths.number(path)?;
            let mut seen = self.key(*self.places.get(&commit)?);
            let mut name = None;
            loop {
                let later = &self.of_path[number as usize];
                let later = &later[later.partition_point(|&place| self.key(place) <= seen)..];
                let is_end =
                    |place: &&u32| self.at(**place).change_of(number).is_some_and(|it| it.blob.is_none());
                let Some(&end) = later.iter().find(is_end) else { return name };
                let changes = &self.commits[end as usize].changes;
                let Some(next) = changes.iter().find(|change| change.from == Some(number)) else {
                    return name;
                };
                (number, seen, name) = (next.path, self.key(end), Some(next.path));
            }
        };
        moved().map_or_else(|| path.clone(), |number| self.paths.values[number as usize].clone())
    }

    /// Takes commits in; those that are known already change nothing.
    pub fn learn(&mut self, batch: Batch) {
        let Batch { head, paths, people, commits } = batch;
        let paths: Vec<u32> = paths.into_iter().map(|path| self.paths.take(path)).collect();
        let people: Vec<u32> = people.into_iter().map(|person| self.people.take(person)).collect();
        self.of_path.resize_with(self.paths.values.len(), Vec::new);
        let of_table = |table: &[u32], number: u32| table.get(number as usize).copied();
        for commit in commits {
            let parents: Box<[u32]> =
                commit.parents.iter().filter_map(|id| self.places.get(id).copied()).collect();
            let changes = commit.changes.iter().filter_map(|change| {
                let path = of_table(&paths, change.path)?;
                let from = change.from.and_then(|from| of_table(&paths, from));
                Some(Changed { path, from, ..*change })
            });
            let Some(author) = of_table(&people, commit.author) else { continue };
            let after_parents = parents.iter().map(|&parent| self.commits[parent as usize].rank + 1).max();
            let rank = after_parents.unwrap_or(i64::MIN).max(commit.seconds);
            let changes: Box<[Changed]> = changes.collect();
            let Learned { id, seconds, is_minor, .. } = commit;
            self.insert(Entry { id, rank, seconds, author, is_minor, parents, changes });
        }
        self.head = head;
    }

    /// Whether nothing is missing between what is known and a batch.
    fn has_parents_of(&self, batch: &Batch) -> bool {
        let mut new = HashSet::default();
        batch.commits.iter().all(|commit| {
            new.insert(commit.id);
            commit.parents.iter().all(|parent| new.contains(parent) || self.places.contains_key(parent))
        })
    }

    fn insert(&mut self, entry: Entry) {
        if self.places.contains_key(&entry.id) {
            return;
        }
        let place = u32::try_from(self.commits.len()).expect("a branch has fewer than 2^32 commits");
        self.places.insert(entry.id, place);
        let changed: Vec<u32> = entry.changes.iter().map(|change| change.path).collect();
        self.commits.push(entry);
        insert_sorted(&mut self.order, place, &self.commits);
        for path in changed {
            insert_sorted(&mut self.of_path[path as usize], place, &self.commits);
        }
    }

    /// The log of those commits that lead to its head.
    #[must_use]
    pub fn of_head(&self) -> Self {
        let mut is_kept = vec![false; self.commits.len()];
        let mut ahead: Vec<u32> =
            self.head.iter().filter_map(|head| self.places.get(head).copied()).collect();
        while let Some(place) = ahead.pop() {
            if !std::mem::replace(&mut is_kept[place as usize], true) {
                ahead.extend(&self.commits[place as usize].parents);
            }
        }
        let mut kept = Self::default();
        kept.learn(self.batch_of(|place| is_kept[place as usize]));
        kept
    }

    /// All that is known, to be learned by another log.
    pub fn to_batch(&self) -> Batch {
        self.batch_of(|_| true)
    }

    fn batch_of(&self, is_taken: impl Fn(u32) -> bool) -> Batch {
        let learned = |entry: &Entry| Learned {
            id: entry.id,
            seconds: entry.seconds,
            author: entry.author,
            is_minor: entry.is_minor,
            parents: entry.parents.iter().map(|&parent| self.commits[parent as usize].id).collect(),
            changes: entry.changes.to_vec(),
        };
        let taken = self.order.iter().filter(|place| is_taken(**place));
        Batch {
            head: self.head,
            paths: self.paths.values.clone(),
            people: self.people.values.clone(),
            commits: taken.map(|&place| learned(&self.commits[place as usize])).collect(),
        }
    }

    fn at(&self, place: u32) -> LoggedCommit<'_> {
        LoggedCommit { log: self, entry: &self.commits[place as usize] }
    }

    fn key(&self, place: u32) -> (i64, CommitId) {
        self.commits[place as usize].key()
    }
}

/// Puts a commit where its time is; nearly always at the end.
fn insert_sorted(places: &mut Vec<u32>, place: u32, commits: &[Entry]) {
    let key = |place: u32| commits[place as usize].key();
    let at = match places.last() {
        Some(&last) if key(last) > key(place) => places.partition_point(|&other| key(other) < key(place)),
        _ => places.len(),
    };
    places.insert(at, place);
}

impl Entry {
    fn key(&self) -> (i64, CommitId) {
        (self.rank, self.id)
    }
}

impl<'l> LoggedCommit<'l> {
    /// Its id.
    pub fn id(self) -> CommitId {
        self.entry.id
    }

    /// When it was made, in seconds since 1970.
    pub fn seconds(self) -> i64 {
        self.entry.seconds
    }

    /// Who wrote it.
    pub fn author(self) -> &'l Author {
        &self.log.people.values[self.author_number()]
    }

    /// Who wrote it, as a place among [`Log::people`].
    pub fn author_number(self) -> usize {
        self.entry.author as usize
    }

    /// Whether it says that it changes nothing of weight.
    pub fn is_minor(self) -> bool {
        self.entry.is_minor
    }

    /// The commits that it comes after, the first of them before those that were merged.
    pub fn parents(self) -> impl Iterator<Item = CommitId> + use<'l> {
        self.entry.parents.iter().map(move |&parent| self.log.commits[parent as usize].id)
    }

    /// What it changed.
    pub fn changes(self) -> impl Iterator<Item = FileChange<'l>> + use<'l> {
        self.entry.changes.iter().map(move |change| self.file_change(change))
    }

    /// What commits are in order of.
    pub fn rank(self) -> (i64, CommitId) {
        self.entry.key()
    }

    fn change_of(self, path: u32) -> Option<&'l Changed> {
        self.entry.changes.iter().find(|change| change.path == path)
    }

    fn file_change(self, change: &Changed) -> FileChange<'l> {
        let path = |number: u32| &self.log.paths.values[number as usize];
        FileChange { commit: self, path: path(change.path), blob: change.blob, from: change.from.map(path) }
    }
}

/// Values by number, each once.
#[derive(Clone, Debug)]
struct Table<T> {
    values: Vec<T>,
    numbers: HashMap<T, u32>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { values: Vec::new(), numbers: HashMap::new() }
    }
}

impl<T: Clone + Eq + std::hash::Hash> Table<T> {
    fn number(&self, value: &T) -> Option<u32> {
        self.numbers.get(value).copied()
    }

    fn take(&mut self, value: T) -> u32 {
        if let Some(number) = self.number(&value) {
            return number;
        }
        let number = u32::try_from(self.values.len()).expect("there are fewer than 2^32 names");
        self.values.push(value.clone());
        self.numbers.insert(value, number);
        number
    }
}

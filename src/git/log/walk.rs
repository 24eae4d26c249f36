//! From a repository to what a [`Log`] doesn't know yet.
//!
//! 1. From the head back, until commits that are known: the new ones, parents before their children.
//! 2. Of each the files that differ from those of its parents, on all cores, some thousand commits at a time.
//! 3. Which of them have only another name.

use std::sync::atomic::{AtomicUsize, Ordering};

use foldhash::{HashMap, HashSet};
use git2::{Oid, Repository};
use rayon::prelude::*;

use super::{Batch, Changed, Learned, Log, MINOR, renames};
use crate::{
    base::{digest::BlobId, path::RepoPath},
    git::{Author, CommitId, GitError, Pool, Store, trees::Trees},
};

/// How many commits a batch has: what is lost when the process ends while it is made.
const BATCH_COMMITS: usize = 4_000;
/// How many commits one thread compares at a time.
const TASK_COMMITS: usize = 250;

/// How far a walk is, for those who wait.
#[derive(Debug, Default)]
pub struct Progress {
    n_done: AtomicUsize,
    n_all: AtomicUsize,
}

impl Progress {
    /// How many commits are looked at, and how many there are.
    pub fn get(&self) -> (usize, usize) {
        (self.n_done.load(Ordering::Relaxed), self.n_all.load(Ordering::Relaxed))
    }
}

/// A new commit.
struct Found {
    id: Oid,
    tree: Oid,
    parents: Vec<Oid>,
    seconds: i64,
    author: Author,
    is_minor: bool,
}

/// A change, with paths.
struct FoundChange {
    path: RepoPath,
    blob: Option<BlobId>,
    from: Option<RepoPath>,
}

/// A walk over the commits that a log doesn't know.
pub struct Walk<'s> {
    store: &'s Store,
    head: CommitId,
    found: Vec<Found>,
    trees: HashMap<Oid, Oid>,
    n_given: usize,
    is_over: bool,
    is_straight: bool,
}

impl Store {
    /// Finds the commits up to `head` that a log doesn't know.
    pub fn walk(&self, log: &Log, head: CommitId, progress: &Progress) -> Result<Walk<'_>, GitError> {
        let (found, met) =
            self.pool.with(|repository| new_commits(&self.pool, repository, log, head.oid()))?;
        progress.n_done.store(0, Ordering::Relaxed);
        progress.n_all.store(found.len(), Ordering::Relaxed);
        let trees = found.iter().map(|commit| (commit.id, commit.tree)).collect();
        let is_straight = log.is_empty() || log.head().is_some_and(|known| met.contains(&known.oid()));
        Ok(Walk { store: self, head, found, trees, n_given: 0, is_over: false, is_straight })
    }
}

impl Walk<'_> {
    /// Whether the head comes after all commits that the log knows. Else some are not of its branch: [`Log::of_head`]
    /// forgets them.
    pub fn is_straight(&self) -> bool {
        self.is_straight
    }

    /// The next commits to learn; the last batch has the head.
    pub fn next(&mut self, progress: &Progress) -> Result<Option<Batch>, GitError> {
        if self.is_over {
            return Ok(None);
        }
        let end = self.found.len().min(self.n_given + BATCH_COMMITS);
        let part = &self.found[self.n_given..end];
        let tasks: Vec<Vec<Vec<FoundChange>>> = part
            .par_chunks(TASK_COMMITS)
            .map(|commits| {
                let changes = self.changes_of(commits);
                progress.n_done.fetch_add(commits.len(), Ordering::Relaxed);
                changes
            })
            .collect::<Result<_, _>>()?;
        let mut maker = BatchMaker::default();
        part.iter().zip(tasks.into_iter().flatten()).for_each(|(commit, changes)| maker.add(commit, changes));
        self.n_given = end;
        self.is_over = end == self.found.len();
        Ok(Some(Batch { head: self.is_over.then_some(self.head), ..maker.batch }))
    }

    fn changes_of(&self, commits: &[Found]) -> Result<Vec<Vec<FoundChange>>, GitError> {
        self.store.pool.with(|repository| {
            let reader = Trees::new(repository, &self.store.pool.trees);
            let reader = reader.map_err(|cause| GitError::failed(self.head, cause))?;
            let folder = self.store.folder();
            let tree_of = |id: &Oid| match self.trees.get(id) {
                Some(tree) => Ok(*tree),
                None => self.store.pool.root(repository, *id),
            };
            commits.iter().map(|commit| changes(repository, &reader, &tree_of, commit, folder)).collect()
        })
    }
}

/// The commits up to `head` that a log doesn't know, parents first, and those of the log that they come after.
fn new_commits(
    pool: &Pool,
    repository: &Repository,
    log: &Log,
    head: Oid,
) -> Result<(Vec<Found>, HashSet<Oid>), GitError> {
    let (mut found, mut seen, mut met) = (Vec::new(), HashSet::default(), HashSet::default());
    // Commits whose parents are being looked at, with the number of the next parent.
    let mut open: Vec<(Found, usize)> = Vec::new();
    let is_shallow = repository.is_shallow();
    let mut next = Some(head);
    loop {
        if let Some(id) = next {
            if log.commit(CommitId::of(id)).is_some() {
                met.insert(id);
            } else if seen.insert(id) {
                open.push((read(pool, repository, id, is_shallow)?, 0));
            }
        }
        let Some((commit, n_entered)) = open.last_mut() else { return Ok((found, met)) };
        next = commit.parents.get(*n_entered).copied();
        *n_entered += 1;
        if next.is_none() {
            found.extend(open.pop().map(|(commit, _)| commit));
        }
    }
}

fn read(pool: &Pool, repository: &Repository, id: Oid, is_shallow: bool) -> Result<Found, GitError> {
    let commit = pool.commit_once(repository, id).map_err(|cause| GitError::failed(id, cause))?;
    // A clone that has only its latest commits doesn't have the parents of the last of them.
    let is_there = |parent: &Oid| !is_shallow || pool.commit_once(repository, *parent).is_ok();
    Ok(Found {
        id,
        tree: commit.tree,
        parents: commit.parents.iter().copied().filter(is_there).collect(),
        seconds: commit.at.seconds,
        author: commit.author.clone(),
        is_minor: is_minor(&commit.message),
    })
}

fn is_minor(message: &str) -> bool {
    message.trim_end().lines().next_back().is_some_and(|line| line.trim() == MINOR)
}

fn changes(
    repository: &Repository,
    reader: &Trees<'_>,
    tree_of: &dyn Fn(&Oid) -> Result<Oid, git2::Error>,
    commit: &Found,
    folder: &RepoPath,
) -> Result<Vec<FoundChange>, GitError> {
    let failed = |cause| GitError::failed(commit.id, cause);
    let parents = commit.parents.iter().map(tree_of).collect::<Result<Vec<Oid>, _>>().map_err(failed)?;
    let differences = reader.differences(commit.tree, &parents, folder).map_err(failed)?;
    // What came from another branch under another name got it there.
    let renames = if parents.len() == 1 { renames::find(repository, &differences) } else { Vec::new() };
    let mut changes: Vec<FoundChange> = differences
        .iter()
        .map(|file| FoundChange { path: file.path.clone(), blob: file.now, from: None })
        .collect();
    for (new, old) in renames {
        changes[new].from = Some(differences[old].path.clone());
    }
    Ok(changes)
}

/// Makes a batch, each path and person in it once.
#[derive(Default)]
struct BatchMaker {
    batch: Batch,
    paths: HashMap<RepoPath, u32>,
    people: HashMap<Author, u32>,
}

impl BatchMaker {
    fn add(&mut self, commit: &Found, changes: Vec<FoundChange>) {
        let author = number(&mut self.people, &mut self.batch.people, commit.author.clone());
        let mut path_number = |path| number(&mut self.paths, &mut self.batch.paths, path);
        let changes = changes.into_iter().map(|FoundChange { path, blob, from }| Changed {
            path: path_number(path),
            blob,
            from: from.map(&mut path_number),
        });
        let changes: Vec<Changed> = changes.collect();
        self.batch.commits.push(Learned {
            id: CommitId::of(commit.id),
            seconds: commit.seconds,
            author,
            is_minor: commit.is_minor,
            parents: commit.parents.iter().map(|parent| CommitId::of(*parent)).collect(),
            changes,
        });
    }
}

fn number<T: Clone + Eq + std::hash::Hash>(
    numbers: &mut HashMap<T, u32>,
    values: &mut Vec<T>,
    value: T,
) -> u32 {
    let next = u32::try_from(values.len()).expect("a batch has fewer than 2^32 names");
    *numbers.entry(value).or_insert_with_key(|value| {
        values.push(value.clone());
        next
    })
}

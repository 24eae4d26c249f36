//! Recent changes of the whole wiki, and the contributions of a person.

use std::collections::{BTreeMap, HashSet};

use crate::{
    base::path::RepoPath,
    git::{
        Author, CommitId, People, StoredCommit,
        log::{Log, LoggedCommit},
    },
    wiki::{Action, Actor, Wiki, WikiError},
};

use super::{Part, Window};

/// How many files of a commit are named.
const MAX_FILES: usize = 12;

/// Which changes are wanted.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only those of a person: a name or an address, as a whole, in any case.
    pub author: Option<String>,
    /// Only those below a folder, or of files whose paths begin so.
    pub prefix: Option<String>,
    /// Whether those that change nothing of weight are left out.
    pub hides_minor: bool,
}

/// A commit of the wiki.
#[derive(Clone, Debug)]
pub struct Recent {
    /// The commit.
    pub commit: StoredCommit,
    /// Whether it says that it changes nothing of weight.
    pub is_minor: bool,
    /// What it changed of what was asked for; the first of them, if they are many.
    pub files: Vec<ChangedFile>,
    /// How many files these are in all.
    pub n_files: usize,
}

/// What a commit did to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedFile {
    /// Its name after the commit, or before it if it is gone.
    pub path: RepoPath,
    /// The name that it had before, if this is another one.
    pub from: Option<RepoPath>,
    /// Whether the commit deleted it.
    pub is_gone: bool,
}

/// What somebody has done.
#[derive(Clone, Debug)]
pub struct Person {
    /// The names of commits, with how many have them; the most frequent first.
    pub names: Vec<(Author, usize)>,
    /// How many commits.
    pub n_commits: usize,
    /// How many files were changed in them.
    pub n_files: usize,
    /// When the first and the last were made, in seconds since 1970.
    pub active: (i64, i64),
}

impl Filter {
    /// The commits that are wanted, the newest first.
    fn take<'l>(&'l self, log: &'l Log, people: &People) -> impl Iterator<Item = LoggedCommit<'l>> {
        let is_author = match &self.author {
            None => vec![true; log.people().len()],
            Some(wanted) => whose(log, people, wanted),
        };
        log.newest_first().filter(move |commit| {
            is_author[commit.author_number()]
                && !(self.hides_minor && commit.is_minor())
                && commit.changes().any(|change| self.takes_path(change.path))
        })
    }

    fn takes_path(&self, path: &RepoPath) -> bool {
        self.prefix.as_ref().is_none_or(|prefix| path.as_str().starts_with(prefix.trim_start_matches('/')))
    }
}

/// Which authors are a person who goes, or went, by a name or an address.
fn whose(log: &Log, people: &People, wanted: &str) -> Vec<bool> {
    let known: Vec<Author> = log.people().iter().map(|author| people.of(author)).collect();
    let both = log.people().iter().zip(&known);
    let theirs = both.filter(|(author, known)| is_person(author, wanted) || is_person(known, wanted));
    let theirs: HashSet<&Author> = theirs.map(|(_, known)| known).collect();
    known.iter().map(|known| theirs.contains(known)).collect()
}

/// Whether a name or an address is somebody's.
fn is_person(author: &Author, wanted: &str) -> bool {
    let wanted = wanted.trim().to_lowercase();
    author.email.to_lowercase() == wanted || author.name.to_lowercase() == wanted
}

impl Wiki {
    /// The commits that changed a file of the wiki, the newest first.
    pub fn recent(&self, actor: &Actor, filter: &Filter, window: Window) -> Result<Part<Recent>, WikiError> {
        actor.check(Action::Read, &RepoPath::root())?;
        let Some(head) = self.store.head()?.commit else {
            return Ok(Part { items: Vec::new(), has_more: false });
        };
        let people = self.store.people(head)?;
        let found = {
            let log = self.past.at(head)?;
            let part = window.take(filter.take(&log, &people), |commit| commit.id());
            part.try_map(|commit| Ok::<_, WikiError>(files_of(commit, filter)))?
        };
        found.try_map(|(id, is_minor, files, n_files)| {
            Ok(Recent { commit: people.named(self.store.commit(id)?), is_minor, files, n_files })
        })
    }

    /// What a person has done.
    pub fn person(&self, actor: &Actor, name: &str) -> Result<Person, WikiError> {
        actor.check(Action::Read, &RepoPath::root())?;
        let nobody = || WikiError::NoPerson { name: name.to_owned() };
        let head = self.store.head()?.commit.ok_or_else(nobody)?;
        let people = self.store.people(head)?;
        let log = self.past.at(head)?;
        let filter = Filter { author: Some(name.to_owned()), ..Filter::default() };
        let theirs: Vec<LoggedCommit<'_>> = filter.take(&log, &people).collect();
        let (Some(last), Some(first)) = (theirs.first(), theirs.last()) else { return Err(nobody()) };
        let mut counts: BTreeMap<&Author, usize> = BTreeMap::new();
        theirs.iter().for_each(|commit| *counts.entry(commit.author()).or_default() += 1);
        let mut known: BTreeMap<Author, usize> = BTreeMap::new();
        counts.into_iter().for_each(|(author, count)| *known.entry(people.of(author)).or_default() += count);
        let mut names: Vec<(Author, usize)> = known.into_iter().collect();
        names.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let mut files: Vec<&RepoPath> =
            theirs.iter().flat_map(|commit| commit.changes()).map(|change| change.path).collect();
        files.sort_unstable();
        files.dedup();
        let active = (first.seconds(), last.seconds());
        Ok(Person { names, n_commits: theirs.len(), n_files: files.len(), active })
    }
}

fn files_of(commit: LoggedCommit<'_>, filter: &Filter) -> (CommitId, bool, Vec<ChangedFile>, usize) {
    let mut files = changed_files(commit);
    files.retain(|file| filter.takes_path(&file.path));
    let n_files = files.len();
    files.truncate(MAX_FILES);
    (commit.id(), commit.is_minor(), files, n_files)
}

/// What a commit did, a file that only got another name once.
pub(super) fn changed_files(commit: LoggedCommit<'_>) -> Vec<ChangedFile> {
    let moved: HashSet<&RepoPath> = commit.changes().filter_map(|change| change.from).collect();
    let there = commit.changes().filter(|change| change.blob.is_some() || !moved.contains(change.path));
    there
        .map(|change| ChangedFile {
            path: change.path.clone(),
            from: change.from.cloned(),
            is_gone: change.blob.is_none(),
        })
        .collect()
}

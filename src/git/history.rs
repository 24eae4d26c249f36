//! [`History`]: who changed each page last, and when, from one walk over the commits.
//!
//! A commit changes a file when the file differs from that of all its parents; of the commits that change one, the last
//! is that of the latest time. So what is known of one commit holds for all that come after it: a walk goes over the new
//! commits only, and the result is the same as that of a walk over all.

use std::{
    collections::{BTreeMap, HashSet},
    path::Path,
    sync::Arc,
};

use git2::{ErrorCode, Oid, Repository};
use serde::{Deserialize, Serialize};

use crate::{
    base::{digest::Print, path::RepoPath},
    git::{
        Author, GitError, Head, Pool, Store, commit::CommitObject, discover, folder_in_work_tree,
        people::People, tree::find_commit, trees::Trees,
    },
};

/// What is said of a clone that has only its latest commits.
const SHALLOW: &str = "the clone has only its latest commits (`git fetch --unshallow` gets the others)";

/// How many pages may have changed at least since the rest was put together.
const MIN_SINCE: usize = 16;

/// What is known of the pages of a folder as of one commit.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct History {
    /// The commit, in hexadecimal.
    head: String,
    /// The folder, from the top of the repository; paths are seen from here.
    folder: RepoPath,
    /// Why nothing is known, if so.
    problem: Option<String>,
    /// The blob of the mailmap that the authors' names are from, in hexadecimal.
    mailmap: Option<String>,
    /// What was known at an earlier time. Histories share it, so that the next one costs what is new.
    before: Arc<Changes>,
    /// What is known of pages that have changed since.
    since: Changes,
    /// The sum of the prints of all last changes.
    sum: u128,
}

/// Pages and their last commits.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Changes {
    commits: Vec<StoredCommit>,
    /// The authors of the commits, as the mailmap has them.
    authors: Vec<String>,
    /// Every page that ever was, with the place of its last commit.
    pages: BTreeMap<RepoPath, usize>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct StoredCommit {
    id: String,
    /// When it was made, since 1970.
    seconds: i64,
    name: String,
    email: String,
}

/// The last change of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LastChange<'a> {
    /// When it was committed, in seconds since 1970.
    pub seconds: i64,
    /// Who wrote it.
    pub author: &'a str,
    /// The commit, in hexadecimal.
    pub commit: &'a str,
}

impl History {
    /// The last change of a page; `None` for one that was never committed.
    pub fn last_change(&self, page: &RepoPath) -> Option<LastChange<'_>> {
        self.since.last_change(page).or_else(|| self.before.last_change(page))
    }

    /// The last commit of a page.
    fn last_commit(&self, page: &RepoPath) -> Option<&StoredCommit> {
        self.since.last_commit(page).or_else(|| self.before.last_commit(page))
    }

    /// Notes that a commit has changed a page last.
    fn note(&mut self, page: RepoPath, place: usize) {
        let now = print_of(&page, self.since.change(place));
        let in_since = self.since.pages.get(&page).map(|former| self.since.change(*former));
        let former = in_since.or_else(|| self.before.last_change(&page));
        let former = former.map_or(0, |change| print_of(&page, change));
        self.sum = self.sum.wrapping_sub(former).wrapping_add(now);
        self.since.pages.insert(page, place);
    }

    fn print_of(&self, page: &RepoPath) -> u128 {
        self.last_change(page).map_or(0, |change| print_of(page, change))
    }

    /// The folder of the pages, from the top of the repository.
    pub fn folder(&self) -> &RepoPath {
        &self.folder
    }

    /// The print of all last changes.
    pub fn print(&self) -> Print {
        Print::of(&(&self.problem, self.sum))
    }

    /// Why nothing is known, if so.
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// Whether it couldn't be read, though it is there.
    pub fn is_unreadable(&self) -> bool {
        self.problem.as_ref().is_some_and(|problem| problem != SHALLOW)
    }

    /// Puts what is new to the rest after as many pages as make both cost the same: to copy what is new with each commit, and to
    /// copy all now and then.
    fn folded_now_and_then(self) -> Self {
        let limit = self.before.pages.len().isqrt().max(MIN_SINCE);
        self.folded(limit)
    }

    /// Puts what is new to the rest, if it is more than so many pages.
    fn folded(self, limit: usize) -> Self {
        if self.since.pages.len() <= limit {
            return self;
        }
        let since = self.since;
        if self.before.commits.is_empty() {
            return Self { before: Arc::new(since.used()), since: Changes::default(), ..self };
        }
        let mut all = Changes::clone(&self.before);
        let n_before = all.commits.len();
        all.commits.extend(since.commits);
        all.authors.extend(since.authors);
        all.pages.extend(since.pages.into_iter().map(|(page, place)| (page, n_before + place)));
        Self { before: Arc::new(all.used()), since: Changes::default(), ..self }
    }

    /// Forgets pages.
    fn without(self, forgotten: &HashSet<RepoPath>) -> Self {
        let history = self.folded(0);
        let lost = forgotten.iter().fold(0, |sum: u128, page| sum.wrapping_add(history.print_of(page)));
        let mut all = Changes::clone(&history.before);
        all.pages.retain(|page, _| !forgotten.contains(page));
        Self { before: Arc::new(all), sum: history.sum.wrapping_sub(lost), ..history }
    }

    /// Calls the authors as a mailmap does.
    fn renamed(self, people: &People) -> Self {
        if self.mailmap == people.id {
            return self;
        }
        let mut history = self.folded(0);
        let mut all = Changes::clone(&history.before);
        all.authors = all.commits.iter().map(|commit| author(commit, people)).collect();
        history.before = Arc::new(all);
        let pages = history.before.pages.keys();
        let sum = pages.fold(0, |sum: u128, page| sum.wrapping_add(history.print_of(page)));
        Self { mailmap: people.id.clone(), sum, ..history }
    }

    fn pages(&self) -> impl Iterator<Item = &RepoPath> {
        let older = self.before.pages.keys().filter(|page| !self.since.pages.contains_key(*page));
        older.chain(self.since.pages.keys())
    }
}

impl Changes {
    fn last_commit(&self, page: &RepoPath) -> Option<&StoredCommit> {
        Some(&self.commits[*self.pages.get(page)?])
    }

    fn last_change(&self, page: &RepoPath) -> Option<LastChange<'_>> {
        self.pages.get(page).map(|place| self.change(*place))
    }

    /// The change that a commit at a place is.
    fn change(&self, place: usize) -> LastChange<'_> {
        let (commit, author) = (&self.commits[place], &self.authors[place]);
        LastChange { seconds: commit.seconds, author, commit: &commit.id }
    }

    /// Adds a commit, and gives its place.
    fn add(&mut self, commit: StoredCommit, author: String) -> usize {
        self.commits.push(commit);
        self.authors.push(author);
        self.commits.len() - 1
    }

    /// The same without the commits that changed no page last.
    fn used(self) -> Self {
        let mut is_used = vec![false; self.commits.len()];
        self.pages.values().for_each(|place| is_used[*place] = true);
        if is_used.iter().all(|is_used| *is_used) {
            return self;
        }
        let mut places = vec![usize::MAX; self.commits.len()];
        let (mut commits, mut authors) = (Vec::new(), Vec::new());
        for (place, commit) in self.commits.into_iter().zip(self.authors).enumerate() {
            if is_used[place] {
                places[place] = commits.len();
                commits.push(commit.0);
                authors.push(commit.1);
            }
        }
        let pages = self.pages.into_iter().map(|(page, place)| (page, places[place])).collect();
        Self { commits, authors, pages }
    }
}

/// The print of a page's last change, as a number to add up.
fn print_of(page: &RepoPath, change: LastChange<'_>) -> u128 {
    u128::from_le_bytes(*Print::of(&(page, change)).as_bytes())
}

fn author(commit: &StoredCommit, people: &People) -> String {
    people.of(&Author { name: commit.name.clone(), email: commit.email.clone() }).name
}

/// Reads the history of the pages of a folder.
#[derive(Clone)]
pub struct HistoryReader {
    pool: Arc<Pool>,
    head: Oid,
    is_shallow: bool,
    folder: RepoPath,
}

impl HistoryReader {
    /// Finds the commit that is checked out in a folder, or the one of a revision; `None` when there is none.
    pub fn open(dir: &Path, rev: Option<&str>) -> Result<Option<Self>, GitError> {
        let repository = match discover(dir) {
            Err(GitError::NoRepository { .. }) => return Ok(None),
            found => found?,
        };
        let folder = folder_in_work_tree(&repository, dir).unwrap_or_else(RepoPath::root);
        Self::find(Arc::new(Pool::new(repository)), rev, folder)
    }

    /// Finds the commit that is checked out in a repository that is open.
    pub fn of(store: &Store) -> Result<Option<Self>, GitError> {
        let (pool, folder) = (Arc::clone(&store.pool), store.folder().clone());
        let Ok(Head { commit: Some(head), .. }) = store.head() else { return Self::find(pool, None, folder) };
        let is_shallow = pool.with(|repository| Ok(repository.is_shallow()))?;
        Ok(Some(Self { pool, head: head.oid(), is_shallow, folder }))
    }

    fn find(pool: Arc<Pool>, rev: Option<&str>, folder: RepoPath) -> Result<Option<Self>, GitError> {
        let (head, is_shallow) = pool.with(|repository| {
            let head = match rev {
                Some(rev) => find_commit(repository, rev)?,
                None => match repository.head().and_then(|head| head.peel_to_commit()) {
                    Ok(commit) => Some(commit.id()),
                    Err(error) if matches!(error.code(), ErrorCode::UnbornBranch | ErrorCode::NotFound) => {
                        None
                    }
                    Err(cause) => return Err(GitError::failed("HEAD", cause)),
                },
            };
            Ok((head, repository.is_shallow()))
        })?;
        Ok(head.map(|head| Self { pool, head, is_shallow, folder }))
    }

    /// The print of what the history depends on.
    pub fn print(&self) -> Print {
        Print::of(&(self.head.as_bytes(), self.is_shallow))
    }

    /// Whether a history is the one that would be read.
    pub fn is_of(&self, history: &History) -> bool {
        history.head == self.head.to_string()
            && history.folder == self.folder
            && (history.problem.as_deref() == Some(SHALLOW)) == self.is_shallow
    }

    /// The history, at the cost of the commits that a `former` one doesn't know.
    pub fn read(&self, mut former: Option<History>) -> History {
        let empty =
            History { head: self.head.to_string(), folder: self.folder.clone(), ..History::default() };
        let unknown = |problem: String| History { problem: Some(problem), ..empty.clone() };
        if self.is_shallow {
            return unknown(SHALLOW.to_owned());
        }
        let read = self.pool.with(|repository| Walk::new(repository, self)?.history(&empty, former.take()));
        read.unwrap_or_else(|error| unknown(error.to_string()))
    }
}

/// A walk over commits.
struct Walk<'r> {
    pool: &'r Pool,
    repository: &'r Repository,
    trees: Trees<'r>,
    head: Oid,
    folder: &'r RepoPath,
    people: People,
}

impl<'r> Walk<'r> {
    fn new(repository: &'r Repository, reader: &'r HistoryReader) -> Result<Self, GitError> {
        let (head, folder) = (reader.head, &reader.folder);
        let pool = &*reader.pool;
        let trees = Trees::new(repository, &pool.trees).map_err(|cause| GitError::failed(head, cause))?;
        Ok(Self { pool, repository, trees, head, folder, people: People::read(pool, repository, head) })
    }

    fn history(&self, empty: &History, former: Option<History>) -> Result<History, GitError> {
        let former = former.filter(|former| former.folder == *self.folder && former.problem.is_none());
        let former = former.and_then(|former| Some((self.commit_of(&former.head)?, former)));
        let new = || History { mailmap: self.people.id.clone(), ..empty.clone() };
        let (mut history, forgotten) = match former {
            Some((known, former)) => {
                let former = former.renamed(&self.people);
                self.walk_from(known, former, new())?
            }
            None => (self.walk(new(), self.all_commits()?, None)?, HashSet::new()),
        };
        if !forgotten.is_empty() {
            history = self.walk(history, self.all_commits()?, Some(&forgotten))?;
        }
        Ok(History { head: empty.head.clone(), ..history }.folded_now_and_then())
    }

    fn commit_of(&self, id: &str) -> Option<Oid> {
        let id = Oid::from_str(id).ok()?;
        self.pool.commit(self.repository, id).is_ok().then_some(id)
    }

    fn all_commits(&self) -> Result<Vec<Oid>, GitError> {
        self.commits(self.head, None)
    }

    /// Takes over what a former history knows that also holds here, and the pages of which it doesn't.
    fn walk_from(
        &self,
        known: Oid,
        former: History,
        new: History,
    ) -> Result<(History, HashSet<RepoPath>), GitError> {
        if known == self.head {
            return Ok((former, HashSet::new()));
        }
        if self.is_only_parent(known) {
            let mut history = former;
            // All that is known comes before the head.
            self.note(&mut history, self.head, None, |known, head| known.seconds <= head.seconds)?;
            return Ok((history, HashSet::new()));
        }
        let Ok(base) = self.repository.merge_base(self.head, known) else {
            return Ok((self.walk(new, self.all_commits()?, None)?, HashSet::new()));
        };
        // What another branch changed since they parted is not known here.
        let elsewhere: HashSet<String> = match base == known {
            true => HashSet::new(),
            false => self.commits(known, Some(base))?.iter().map(Oid::to_string).collect(),
        };
        let is_elsewhere =
            |page: &&RepoPath| former.last_commit(page).is_some_and(|commit| elsewhere.contains(&commit.id));
        let forgotten: HashSet<RepoPath> = match elsewhere.is_empty() {
            true => HashSet::new(),
            false => former.pages().filter(is_elsewhere).cloned().collect(),
        };
        let known = if forgotten.is_empty() { former } else { former.without(&forgotten) };
        Ok((self.walk(known, self.commits(self.head, Some(base))?, None)?, forgotten))
    }

    /// Whether the head comes after one commit only: as after every save.
    fn is_only_parent(&self, known: Oid) -> bool {
        self.pool.commit(self.repository, self.head).is_ok_and(|head| *head.parents == [known])
    }

    /// Notes the changes of commits, of all pages or of some.
    fn walk(
        &self,
        mut history: History,
        commits: Vec<Oid>,
        only: Option<&HashSet<RepoPath>>,
    ) -> Result<History, GitError> {
        for id in commits {
            self.note(&mut history, id, only, |known, commit| self.is_later(known, commit))?;
        }
        Ok(history)
    }

    /// Notes the changes of a commit, where it is later than what is known.
    fn note(
        &self,
        history: &mut History,
        id: Oid,
        only: Option<&HashSet<RepoPath>>,
        is_later: impl Fn(&StoredCommit, &StoredCommit) -> bool,
    ) -> Result<(), GitError> {
        let failed = |cause| GitError::failed(id, cause);
        let commit = self.pool.commit_once(self.repository, id).map_err(failed)?;
        let mut changed = self.changed_pages(&commit).map_err(failed)?;
        let commit = stored(id, &commit);
        changed.retain(|page| {
            only.is_none_or(|only| only.contains(page))
                && history.last_commit(page).is_none_or(|known| is_later(known, &commit))
        });
        if !changed.is_empty() {
            let author = author(&commit, &self.people);
            let place = history.since.add(commit, author);
            changed.into_iter().for_each(|page| history.note(page, place));
        }
        Ok(())
    }

    /// Whether a commit is later than a known one. Of one second the one that comes from the other is, as where a program
    /// commits several times in it; else the ids decide, so that the order of walking doesn't.
    fn is_later(&self, known: &StoredCommit, commit: &StoredCommit) -> bool {
        if known.id == commit.id || known.seconds != commit.seconds {
            return known.seconds < commit.seconds;
        }
        let comes_from = |commit: &StoredCommit, other: &StoredCommit| {
            let ids = Oid::from_str(&commit.id).and_then(|commit| Ok((commit, Oid::from_str(&other.id)?)));
            ids.and_then(|(commit, other)| self.repository.graph_descendant_of(commit, other))
                .unwrap_or(false)
        };
        comes_from(commit, known) || !comes_from(known, commit) && known.id < commit.id
    }

    /// The commits up to `head` that are not in `hidden` or before it.
    fn commits(&self, head: Oid, hidden: Option<Oid>) -> Result<Vec<Oid>, GitError> {
        let walked = || -> Result<Vec<Oid>, git2::Error> {
            let mut walk = self.repository.revwalk()?;
            walk.push(head)?;
            hidden.map_or(Ok(()), |hidden| walk.hide(hidden))?;
            walk.collect()
        };
        let ids = walked().or_else(|_| self.pool.commits_up_to(self.repository, head, hidden));
        ids.map_err(|cause| GitError::failed(head, cause))
    }

    /// The pages that are in none of the parents of a commit as they are in it.
    fn changed_pages(&self, commit: &CommitObject) -> Result<Vec<RepoPath>, git2::Error> {
        let tree_of = |id: &Oid| Ok(self.pool.commit_once(self.repository, *id)?.tree);
        let parents: Vec<Oid> = commit.parents.iter().map(tree_of).collect::<Result<_, git2::Error>>()?;
        let files = self.trees.differences(commit.tree, &parents, self.folder)?.into_iter();
        let pages = files.filter(|file| file.now.is_some() && file.path.is_markdown());
        Ok(pages.map(|file| file.path).collect())
    }
}

fn stored(id: Oid, commit: &CommitObject) -> StoredCommit {
    let Author { name, email } = commit.author.clone();
    StoredCommit { id: id.to_string(), seconds: commit.at.seconds, name, email }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::git::test_repo::TestRepo;

    fn read(repo: &TestRepo, former: Option<&History>) -> History {
        let reader = HistoryReader::open(repo.root(), None).expect("a repository").expect("a commit");
        reader.read(former.cloned())
    }

    /// The messages of the last commits of all pages.
    fn told(repo: &TestRepo, history: &History) -> Vec<(String, String)> {
        let message = |page: &RepoPath| {
            let change = history.last_change(page).expect("a commit");
            repo.git_with_input(&format!("log -1 --format=%s {}", change.commit), b"")
        };
        let pages: BTreeSet<&RepoPath> = history.pages().collect();
        pages.into_iter().map(|page| (page.to_string(), message(page))).collect()
    }

    fn check(repo: &TestRepo, former: Option<&History>, expected: &[(&str, &str)]) -> History {
        let history = read(repo, former);
        let expected: Vec<(String, String)> =
            expected.iter().map(|(page, commit)| ((*page).to_owned(), (*commit).to_owned())).collect();
        assert_eq!(told(repo, &history), expected);
        assert_eq!(read(repo, None).print(), history.print(), "it is that of a walk over all commits");
        history
    }

    #[test]
    fn a_page_has_the_commit_that_changed_it_last() {
        let repo = TestRepo::new();
        repo.write("a.md", "a").write("sub/b.md", "b").write("x.png", "x").at(1).commit("one");
        let first = check(&repo, None, &[("a.md", "one"), ("sub/b.md", "one")]);
        repo.write("sub/b.md", "c").at(2).commit("two");
        let second = check(&repo, Some(&first), &[("a.md", "one"), ("sub/b.md", "two")]);
        assert_ne!(first.print(), second.print());
        assert_eq!(second.last_change(&RepoPath::root().join("a.md")).expect("known").author, "Ada");
    }

    #[test]
    fn of_one_second_the_commit_that_comes_from_the_other_is_later() {
        let repo = TestRepo::new();
        repo.write("a.md", "0").at(1).commit("0");
        let mut history = read(&repo, None);
        // By their ids alone half of them would be later than the next.
        for n in 1..6 {
            repo.write("a.md", &n.to_string()).commit(&n.to_string());
            history = check(&repo, Some(&history), &[("a.md", &n.to_string())]);
        }
    }

    #[test]
    fn commits_of_both_sides_of_a_merge_count() {
        let repo = TestRepo::new();
        repo.write("a.md", "a").write("b.md", "b").at(1).commit("start").git("checkout -q -b side");
        repo.write("a.md", "side").at(2).commit("side").git("checkout -q main");
        let parted = check(&repo, None, &[("a.md", "start"), ("b.md", "start")]);
        repo.write("b.md", "main").at(3).commit("main").at(4).git("merge -q --no-edit side");
        check(&repo, Some(&parted), &[("a.md", "side"), ("b.md", "main")]);
    }

    #[test]
    fn another_branch_forgets_what_it_does_not_have() {
        let repo = TestRepo::new();
        repo.write("a.md", "a").write("b.md", "b").at(1).commit("start").git("checkout -q -b side");
        repo.write("a.md", "side").at(5).commit("side");
        let side = check(&repo, None, &[("a.md", "side"), ("b.md", "start")]);
        repo.git("checkout -q main").write("b.md", "main").at(3).commit("main");
        let main = check(&repo, Some(&side), &[("a.md", "start"), ("b.md", "main")]);
        repo.git("checkout -q side");
        check(&repo, Some(&main), &[("a.md", "side"), ("b.md", "start")]);
    }

    #[test]
    fn paths_are_seen_from_the_folder_of_the_site() {
        let repo = TestRepo::new();
        repo.write("docs/a.md", "a").write("b.md", "b").at(1).commit("one");
        let reader = HistoryReader::open(&repo.path("docs"), None).expect("a repository").expect("a commit");
        let history = reader.read(Some(read(&repo, None)));
        assert_eq!(told(&repo, &history), [("a.md".to_owned(), "one".to_owned())]);
    }

    #[test]
    fn a_shallow_clone_knows_nothing() {
        let repo = TestRepo::new();
        repo.write("a.md", "a").commit("one").write("a.md", "b").commit("two");
        let clone = repo.clone_with("--depth=1 --no-local");
        assert_eq!(read(&clone, None).problem(), Some(SHALLOW));
        assert!(told(&clone, &read(&clone, Some(&read(&repo, None)))).is_empty());
    }

    #[test]
    fn authors_are_called_as_the_mailmap_has_them() {
        let repo = TestRepo::new();
        repo.write("a.md", "a").at(1).commit("one");
        let before = read(&repo, None);
        repo.write(".mailmap", "Countess Lovelace <ada@example.org>\n").commit("names");
        let after = read(&repo, Some(&before));
        assert_eq!(
            after.last_change(&RepoPath::root().join("a.md")).expect("known").author,
            "Countess Lovelace"
        );
    }

    #[test]
    fn a_folder_without_commits_has_no_history() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(HistoryReader::open(folder.path(), None).expect("no failure").is_none());
        assert!(HistoryReader::open(TestRepo::new().root(), None).expect("no failure").is_none());
    }
}

//! [`History`]: who changed each page last, and when, from one walk over the commits.
//!
//! A commit changes a file when the file differs from that of all its parents; of the commits that change one, the last
//! is that of the latest time. So what is known of one commit holds for all that come after it: a walk goes over the new
//! commits only, and the result is the same as that of a walk over all.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    path::{Path, PathBuf},
};

use git2::{Commit, ErrorCode, Mailmap, ObjectType, Oid, Repository, Signature, Time, Tree};
use serde::{Deserialize, Serialize};

use crate::{
    base::{digest::Print, path::RepoPath},
    git::{GitError, discover, folder_in_work_tree, tree::find_commit},
};

/// Says who goes by which names.
const MAILMAP_FILE: &str = ".mailmap";
/// What is said of a clone that has only its latest commits.
const SHALLOW: &str = "the clone has only its latest commits (`git fetch --unshallow` gets the others)";

/// What is known of the pages of a folder as of one commit.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct History {
    /// The commit, in hexadecimal.
    head: String,
    /// The folder, from the top of the repository; paths are seen from here.
    folder: RepoPath,
    /// Why nothing is known, if so.
    problem: Option<String>,
    /// The commits that changed a page last.
    commits: Vec<StoredCommit>,
    /// Every page that ever was, with the place of its last commit.
    pages: BTreeMap<RepoPath, usize>,
    /// The authors of the commits, as the mailmap has them.
    authors: Vec<String>,
    print: Print,
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
        let place = *self.pages.get(page)?;
        let (commit, author) = (&self.commits[place], &self.authors[place]);
        Some(LastChange { seconds: commit.seconds, author, commit: &commit.id })
    }

    /// The folder of the pages, from the top of the repository.
    pub fn folder(&self) -> &RepoPath {
        &self.folder
    }

    /// The print of all last changes.
    pub fn print(&self) -> Print {
        self.print
    }

    /// Why nothing is known, if so.
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// Forgets the commits that changed no page last, and looks up who the authors are.
    fn finish(mut self, mailmap: Option<&Mailmap>) -> Self {
        let used: HashSet<usize> = self.pages.values().copied().collect();
        let mut places = vec![usize::MAX; self.commits.len()];
        let mut kept = Vec::with_capacity(used.len());
        for (place, commit) in self.commits.into_iter().enumerate().filter(|(place, _)| used.contains(place))
        {
            places[place] = kept.len();
            kept.push(commit);
        }
        self.commits = kept;
        self.pages.values_mut().for_each(|place| *place = places[*place]);
        self.authors = self.commits.iter().map(|commit| author(commit, mailmap)).collect();
        let changes: Vec<_> = self.pages.keys().map(|page| (page, self.last_change(page))).collect();
        self.print = Print::of(&(&self.problem, changes));
        self
    }
}

fn author(commit: &StoredCommit, mailmap: Option<&Mailmap>) -> String {
    let known = mailmap.and_then(|mailmap| {
        let signature = Signature::new(&commit.name, &commit.email, &Time::new(0, 0)).ok()?;
        let known = mailmap.resolve_signature(&signature).ok()?;
        Some(String::from_utf8_lossy(known.name_bytes()).into_owned())
    });
    known.unwrap_or_else(|| commit.name.clone())
}

/// Reads the history of the pages of a folder.
#[derive(Clone, Debug)]
pub struct HistoryReader {
    git_dir: PathBuf,
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
        let head = match rev {
            Some(rev) => find_commit(&repository, rev)?,
            None => match repository.head().and_then(|head| head.peel_to_commit()) {
                Ok(commit) => Some(commit.id()),
                Err(error) if matches!(error.code(), ErrorCode::UnbornBranch | ErrorCode::NotFound) => None,
                Err(cause) => return Err(GitError::failed("HEAD", cause)),
            },
        };
        let folder = folder_in_work_tree(&repository, dir).unwrap_or_else(RepoPath::root);
        let (git_dir, is_shallow) = (repository.path().to_path_buf(), repository.is_shallow());
        Ok(head.map(|head| Self { git_dir, head, is_shallow, folder }))
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
    pub fn read(&self, former: Option<History>) -> History {
        let empty =
            History { head: self.head.to_string(), folder: self.folder.clone(), ..History::default() };
        let unknown = |problem: String| History { problem: Some(problem), ..empty.clone() }.finish(None);
        let repository = match Repository::open(&self.git_dir) {
            Ok(repository) => repository,
            Err(error) => return unknown(error.message().to_owned()),
        };
        if self.is_shallow {
            return unknown(SHALLOW.to_owned());
        }
        let walk = Walk { repository: &repository, head: self.head, folder: &self.folder };
        match walk.history(&empty, former) {
            Ok(history) => history.finish(walk.mailmap().as_ref()),
            Err(error) => unknown(error.to_string()),
        }
    }
}

/// A walk over commits.
struct Walk<'r> {
    repository: &'r Repository,
    head: Oid,
    folder: &'r RepoPath,
}

impl Walk<'_> {
    fn history(&self, empty: &History, former: Option<History>) -> Result<History, GitError> {
        let former = former.filter(|former| former.folder == *self.folder && former.problem.is_none());
        let former = former.and_then(|former| Some((self.commit_of(&former.head)?, former)));
        let (mut history, forgotten) = match former {
            Some((known, former)) => self.walk_from(known, former, empty)?,
            None => (self.walk(empty.clone(), self.head, None, None)?, HashSet::new()),
        };
        if !forgotten.is_empty() {
            history = self.walk(history, self.head, None, Some(&forgotten))?;
        }
        Ok(History { head: empty.head.clone(), ..history })
    }

    /// The mailmap of the commit. That of the user's own configuration would make another site of the same commit.
    fn mailmap(&self) -> Option<Mailmap> {
        let tree = self.repository.find_commit(self.head).ok()?.tree().ok()?;
        let blob = self.repository.find_blob(tree.get_name(MAILMAP_FILE)?.id()).ok()?;
        Mailmap::from_buffer(std::str::from_utf8(blob.content()).ok()?).ok()
    }

    fn commit_of(&self, id: &str) -> Option<Oid> {
        self.repository.find_commit(Oid::from_str(id).ok()?).ok().map(|commit| commit.id())
    }

    /// Takes over what a former history knows that also holds here, and the pages of which it doesn't.
    fn walk_from(
        &self,
        known: Oid,
        mut former: History,
        empty: &History,
    ) -> Result<(History, HashSet<RepoPath>), GitError> {
        if known == self.head {
            return Ok((former, HashSet::new()));
        }
        let Ok(base) = self.repository.merge_base(self.head, known) else {
            return Ok((self.walk(empty.clone(), self.head, None, None)?, HashSet::new()));
        };
        // What another branch changed since they parted is not known here.
        let elsewhere: HashSet<String> = match base == known {
            true => HashSet::new(),
            false => {
                self.commits(known, Some(base))?.map(|id| Ok(id?.to_string())).collect::<Result<_, _>>()?
            }
        };
        let commits = &former.commits;
        let is_elsewhere = |place: &usize| elsewhere.contains(&commits[*place].id);
        let forgotten: HashSet<RepoPath> = former
            .pages
            .iter()
            .filter(|(_, place)| is_elsewhere(place))
            .map(|(page, _)| page.clone())
            .collect();
        former.pages.retain(|page, _| !forgotten.contains(page));
        Ok((self.walk(former, self.head, Some(base), None)?, forgotten))
    }

    /// Notes the changes of all commits up to `head` that are not in `hidden` or before it, of all pages or of some.
    fn walk(
        &self,
        mut history: History,
        head: Oid,
        hidden: Option<Oid>,
        only: Option<&HashSet<RepoPath>>,
    ) -> Result<History, GitError> {
        let mut places: HashMap<String, usize> =
            history.commits.iter().enumerate().map(|(place, commit)| (commit.id.clone(), place)).collect();
        for id in self.commits(head, hidden)? {
            let id = id?;
            let commit = self.repository.find_commit(id).map_err(|cause| GitError::failed(id, cause))?;
            let mut changed = Vec::new();
            self.changed_pages(&commit, &mut changed).map_err(|cause| GitError::failed(id, cause))?;
            changed.retain(|page| only.is_none_or(|only| only.contains(page)));
            if changed.is_empty() {
                continue;
            }
            let place = *places.entry(id.to_string()).or_insert_with(|| {
                history.commits.push(stored(&commit));
                history.commits.len() - 1
            });
            for page in changed {
                if history.pages.get(&page).is_none_or(|&known| self.is_later(&history, known, place)) {
                    history.pages.insert(page, place);
                }
            }
        }
        Ok(history)
    }

    /// Whether a commit is later than a known one. Of one second the one that comes from the other is, as where a program
    /// commits several times in it; else the ids decide, so that the order of walking doesn't.
    fn is_later(&self, history: &History, known: usize, place: usize) -> bool {
        let (known, commit) = (&history.commits[known], &history.commits[place]);
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

    fn commits(
        &self,
        head: Oid,
        hidden: Option<Oid>,
    ) -> Result<impl Iterator<Item = Result<Oid, GitError>>, GitError> {
        let failed = move |cause| GitError::failed(head, cause);
        let mut walk = self.repository.revwalk().map_err(failed)?;
        walk.push(head).map_err(failed)?;
        hidden.map_or(Ok(()), |hidden| walk.hide(hidden)).map_err(failed)?;
        Ok(walk.map(move |id| id.map_err(failed)))
    }

    fn changed_pages(&self, commit: &Commit<'_>, changed: &mut Vec<RepoPath>) -> Result<(), git2::Error> {
        let Some(tree) = self.site_folder(&commit.tree()?) else { return Ok(()) };
        let mut parents = Vec::new();
        for parent in commit.parents() {
            parents.push(self.site_folder(&parent.tree()?));
        }
        self.changed_in(&tree, &parents, &RepoPath::root(), changed)
    }

    fn site_folder<'t>(&'t self, top: &Tree<'t>) -> Option<Tree<'t>> {
        if self.folder.is_root() {
            return Some(top.clone());
        }
        let entry = top.get_path(Path::new(self.folder.as_str())).ok()?;
        self.repository.find_tree(entry.id()).ok()
    }

    /// The pages of a folder that are in none of the parents' folders as they are here.
    fn changed_in(
        &self,
        folder: &Tree<'_>,
        parents: &[Option<Tree<'_>>],
        path: &RepoPath,
        changed: &mut Vec<RepoPath>,
    ) -> Result<(), git2::Error> {
        for entry in folder {
            let name = entry.name_bytes();
            let is_same = |parent: &Tree<'_>| find(parent, name) == Some((entry.id(), entry.kind()));
            if parents.iter().flatten().any(is_same) {
                continue;
            }
            let Some(here) = std::str::from_utf8(name).ok().and_then(|name| joined(path, name)) else {
                continue;
            };
            match entry.kind() {
                Some(ObjectType::Blob) if here.is_markdown() => changed.push(here),
                Some(ObjectType::Tree) => {
                    let below = |parent: &Tree<'_>| {
                        let (id, _) =
                            find(parent, name).filter(|(_, kind)| *kind == Some(ObjectType::Tree))?;
                        self.repository.find_tree(id).ok()
                    };
                    let parents: Vec<Option<Tree<'_>>> =
                        parents.iter().map(|parent| parent.as_ref().and_then(below)).collect();
                    self.changed_in(&self.repository.find_tree(entry.id())?, &parents, &here, changed)?;
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn find(folder: &Tree<'_>, name: &[u8]) -> Option<(Oid, Option<ObjectType>)> {
    let entry = folder.get_name_bytes(name)?;
    Some((entry.id(), entry.kind()))
}

/// A path that a site can have.
fn joined(folder: &RepoPath, name: &str) -> Option<RepoPath> {
    let path = if folder.is_root() { name.to_owned() } else { format!("{folder}/{name}") };
    RepoPath::new(&path)
}

fn stored(commit: &Commit<'_>) -> StoredCommit {
    let author = commit.author();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    StoredCommit {
        id: commit.id().to_string(),
        seconds: commit.time().seconds(),
        name: text(author.name_bytes()),
        email: text(author.email_bytes()),
    }
}

#[cfg(test)]
mod tests {
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
        history.pages.keys().map(|page| (page.to_string(), message(page))).collect()
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

//! [`StoredCommit`]: what a commit says of itself; and commits by the names that people give them.

use std::sync::{Arc, Mutex, PoisonError};

use foldhash::{HashMap, HashSet};
use git2::{Commit, ObjectType, Oid, Repository};

use crate::{
    base::digest::BlobId,
    git::{Author, CommitId, GitError, Moment, Pool, Store, tree::find_commit},
};

/// How many commits are kept that were asked for lately, and the longest message of one that is.
const MAX_COMMITS: usize = 1024;
const MAX_MESSAGE_BYTES: usize = 4 << 10;

/// The end of the year 9999, after which a time is none.
const LATEST: i64 = 253_402_300_800;

/// How long the name of a revision may be.
const MAX_REV_BYTES: usize = 250;

/// A commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCommit {
    /// Its id.
    pub id: CommitId,
    /// Who wrote it.
    pub author: Author,
    /// When it was made.
    pub at: Moment,
    /// All that it says.
    pub message: String,
    /// What it comes after.
    pub parents: Vec<CommitId>,
}

impl StoredCommit {
    /// The first line of the message.
    pub fn summary(&self) -> &str {
        self.message.trim_start().lines().next().unwrap_or_default()
    }
}

/// A commit as it stands in the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CommitObject {
    pub(super) tree: Oid,
    pub(super) parents: Vec<Oid>,
    pub(super) author: Author,
    /// When it was written.
    pub(super) written: Moment,
    /// When it was made.
    pub(super) at: Moment,
    /// All that it says, without empty lines before.
    pub(super) message: String,
}

impl CommitObject {
    pub(super) fn read(repository: &Repository, id: Oid) -> Result<Self, git2::Error> {
        repository.find_commit(id).map(|commit| Self::of(&commit)).or_else(|error| {
            let objects = repository.odb()?;
            let object = objects.read(id)?;
            Self::lenient(object.data()).filter(|_| object.kind() == ObjectType::Commit).ok_or(error)
        })
    }

    /// What can be read of a commit in which the library can't read everything. Programs have written authors without an address and
    /// times that are none; one such commit must not hide all others.
    fn lenient(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(2).position(|two| two == b"\n\n").unwrap_or(bytes.len());
        let header = String::from_utf8_lossy(&bytes[..end]);
        let values = |name: &'static str| {
            header.lines().filter_map(move |line| line.strip_prefix(name)?.strip_prefix(' '))
        };
        let person = |name| lenient_person(values(name).next().unwrap_or_default());
        let ((author, written), (_, at)) = (person("author"), person("committer"));
        let message = String::from_utf8_lossy(&bytes[end..]).trim_start_matches('\n').to_owned();
        Some(Self {
            tree: Oid::from_str(values("tree").next()?).ok()?,
            parents: values("parent").filter_map(|id| Oid::from_str(id).ok()).collect(),
            author,
            written,
            at,
            message,
        })
    }

    fn of(commit: &Commit<'_>) -> Self {
        let author = commit.author();
        Self {
            tree: commit.tree_id(),
            parents: commit.parent_ids().collect(),
            written: Moment::of(author.when()),
            author: Author::of(&author),
            at: Moment::of(commit.time()),
            message: String::from_utf8_lossy(commit.message_bytes()).into_owned(),
        }
    }
}

/// Who stands in a line that may have any form, and when.
fn lenient_person(line: &str) -> (Author, Moment) {
    let (who, when) = match line.rfind('>') {
        Some(end) => line.split_at(end + 1),
        // A name alone, perhaps with a time.
        None => line.split_at(line.find(|c: char| c.is_ascii_digit()).unwrap_or(line.len())),
    };
    let (name, email) = who.split_once('<').unwrap_or((who, ""));
    let text = |text: &str| text.trim_matches(|c: char| c.is_whitespace() || "<>".contains(c)).to_owned();
    let mut when = when.split_whitespace();
    let seconds = when.next().and_then(|seconds| seconds.parse().ok()).filter(|seconds| *seconds < LATEST);
    let offset: i32 = when.next().and_then(|offset| offset.parse().ok()).unwrap_or(0);
    let offset_minutes = Some(offset / 100 * 60 + offset % 100).filter(|of| of.abs() < 24 * 60).unwrap_or(0);
    (
        Author { name: text(name), email: text(email) },
        Moment { seconds: seconds.unwrap_or(0), offset_minutes },
    )
}

/// The commits that were made or asked for lately, for all threads: of each that a save makes, a dozen questions are asked.
#[derive(Default)]
pub(super) struct KeptCommits {
    kept: Mutex<HashMap<Oid, Arc<CommitObject>>>,
}

impl KeptCommits {
    pub(super) fn get(&self, id: Oid) -> Option<Arc<CommitObject>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    pub(super) fn add(&self, id: Oid, commit: Arc<CommitObject>) {
        if commit.message.len() > MAX_MESSAGE_BYTES {
            return;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MAX_COMMITS {
            kept.clear();
        }
        kept.insert(id, commit);
    }
}

impl Pool {
    /// The commits up to one that are not in another or before it, parents first. The library is faster, and gives up at a commit that it
    /// can't read.
    pub(super) fn commits_up_to(
        &self,
        repository: &Repository,
        to: Oid,
        hidden: Option<Oid>,
    ) -> Result<Vec<Oid>, git2::Error> {
        let mut seen = HashSet::default();
        let mut found = Vec::new();
        for start in hidden.into_iter().chain([to]) {
            found.clear();
            let mut open = Vec::from_iter(seen.insert(start).then_some((start, 0)));
            while let Some((id, n_entered)) = open.last_mut() {
                match self.commit_once(repository, *id)?.parents.get(*n_entered) {
                    Some(parent) => {
                        *n_entered += 1;
                        if seen.insert(*parent) {
                            open.push((*parent, 0));
                        }
                    }
                    None => {
                        found.push(*id);
                        open.pop();
                    }
                }
            }
        }
        Ok(found)
    }
}

impl Store {
    /// A commit by its id.
    pub fn commit(&self, id: CommitId) -> Result<StoredCommit, GitError> {
        self.pool.with(|repository| {
            let commit =
                self.pool.commit(repository, id.oid()).map_err(|cause| GitError::failed(id, cause))?;
            let CommitObject { parents, author, at, message, .. } = Arc::unwrap_or_clone(commit);
            Ok(StoredCommit {
                id,
                author,
                at,
                message,
                parents: parents.into_iter().map(CommitId::of).collect(),
            })
        })
    }

    /// The commit of a branch, a tag, an id or the beginning of one, or of one so many steps before it (`main~2`).
    pub fn revision(&self, rev: &str) -> Result<CommitId, GitError> {
        let unknown = || GitError::UnknownRevision {
            rev: rev.to_owned(),
            repository: self.work_tree.clone().unwrap_or_else(|| self.git_dir.clone()),
            hint: None,
        };
        if !is_plain(rev) {
            return Err(unknown());
        }
        // The library finds no commit that it can't read.
        if let Some(id) = CommitId::parse(rev)
            && self.has_commit(id)?
        {
            return Ok(id);
        }
        self.pool.with(|repository| find_commit(repository, rev)?.map(CommitId::of).ok_or_else(unknown))
    }

    /// How many bytes a blob has, without reading it.
    pub fn blob_size(&self, id: BlobId) -> Result<u64, GitError> {
        self.pool.with(|repository| {
            let oid = Oid::from_bytes(id.as_bytes()).expect("a blob id has 20 bytes");
            let header = repository.odb().and_then(|objects| objects.read_header(oid));
            Ok(header.map_err(|cause| GitError::failed(id, cause))?.0 as u64)
        })
    }
}

/// Whether a revision is a name and not one of the expressions that look through the repository (`:/text`, `@{1 day ago}`).
fn is_plain(rev: &str) -> bool {
    let is_plain = |c: char| !c.is_control() && !c.is_whitespace() && !":{}?*[\\".contains(c);
    !rev.is_empty()
        && rev.len() <= MAX_REV_BYTES
        && !rev.starts_with('-')
        && !rev.contains("..")
        && rev.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::path::RepoPath,
        git::{
            log::{Log, walk::Progress},
            test_repo::TestRepo,
        },
    };

    #[test]
    fn commits_go_by_names() {
        let repo = TestRepo::new();
        repo.write("a.md", "a").at(1).commit("one").git("tag v1").git("branch feature/x");
        repo.write("a.md", "b").at(2).commit("two");
        let store = Store::open(repo.root()).expect("a repository");
        let two = store.head().expect("a branch").commit.expect("a commit");
        let one = store.revision("v1").expect("a tag");
        for rev in ["feature/x", "main~1", "HEAD^", &one.to_string(), &one.short(), "refs/tags/v1"] {
            assert_eq!(store.revision(rev).ok(), Some(one), "{rev}");
        }
        let commit = store.commit(two).expect("a commit");
        assert_eq!((commit.summary(), &*commit.parents, &*commit.author.name), ("two", &[one][..], "Ada"));
        for rev in [
            "",
            "none",
            ":/two",
            "main@{0}",
            "-x",
            "v1..main",
            "^{/two}",
            "HEAD:a.md",
            "main ",
            &"a".repeat(300),
        ] {
            assert!(matches!(store.revision(rev), Err(GitError::UnknownRevision { .. })), "{rev}");
        }
        let blob = store
            .file(two, &crate::base::path::RepoPath::root().join("a.md"))
            .expect("readable")
            .expect("a file");
        assert_eq!(store.blob_size(blob.blob).ok(), Some(1));
    }

    /// Puts a commit with these lines on top of the branch, as Git itself wouldn't write it.
    fn commit_as(repo: &TestRepo, author: &str, committer: &str) {
        let tree = repo.git_with_input("rev-parse HEAD^{tree}", b"");
        let parent = repo.git_with_input("rev-parse HEAD", b"");
        let text =
            format!("tree {tree}\nparent {parent}\nauthor {author}\ncommitter {committer}\n\nstrange\n");
        let id = repo.git_with_input("hash-object -t commit -w --stdin --literally", text.as_bytes());
        repo.git(&format!("update-ref HEAD {id}"));
    }

    #[test]
    fn commits_that_the_library_can_not_read_are_read_all_the_same() {
        let repo = TestRepo::new();
        repo.write("a.md", "a").commit("one");
        let good = "Ada <ada@example.org> 1700000000 +0100";
        for (author, name, email, at) in [
            ("Ada 1700000000 +0100", "Ada", "", 1_700_000_000),
            ("Ada", "Ada", "", 0),
            ("", "", "", 0),
            ("Ada <ada@example.org> 99999999999999999999 +0000", "Ada", "ada@example.org", 0),
            ("Ada <ada@example.org>", "Ada", "ada@example.org", 0),
            ("Ada <<ada@example.org>> x y", "Ada", "ada@example.org", 0),
            ("Ada ada@example.org> 1700000000 -9999", "Ada ada@example.org", "", 1_700_000_000),
        ] {
            for committer in [author, good] {
                commit_as(&repo, author, committer);
                let store = Store::open(repo.root()).expect("a repository");
                let head = store.head().expect("a branch").commit.expect("a commit");
                let commit = store.commit(head).expect(author);
                assert_eq!(store.revision(&head.to_string()).ok(), Some(head), "{author}");
                assert_eq!((&*commit.author.name, &*commit.author.email), (name, email), "{author}");
                assert_eq!((commit.summary(), commit.parents.len()), ("strange", 1), "{author}");
                assert_eq!(commit.at.seconds, if committer == good { 1_700_000_000 } else { at }, "{author}");
            }
        }
        assert_eq!(CommitObject::lenient(b"tree none"), None);
    }

    #[test]
    fn the_past_goes_on_behind_a_commit_that_can_not_be_read() {
        let repo = TestRepo::new();
        repo.write("a.md", "a").write("sub/a.md", "a").commit("one");
        commit_as(&repo, "Ada", "Ada <a> 99999999999999999999 +0000");
        repo.write("a.md", "b").at(2).commit("two").at(3).git("branch side HEAD~2");
        let store = Store::open(repo.root()).expect("a repository");
        let head = store.head().expect("a branch").commit.expect("a commit");
        let (mut log, progress) = (Log::default(), Progress::default());
        let mut walk = store.walk(&log, head, &progress).expect("walked");
        let batch = walk.next(&progress).expect("read").expect("commits");
        log.learn(batch);
        assert!(log.commit(store.commit(head).expect("a commit").parents[0]).is_some());
        let first = store.revision("side").expect("a branch");
        assert!(store.is_in(first, head).expect("an answer"));
        assert_eq!(store.arrivals(Some(first), head, 10).expect("they came").len(), 2);
        assert_eq!(
            store
                .files_below(store.commit(head).expect("a commit").parents[0], &RepoPath::root().join("sub"))
                .expect("read")
                .len(),
            1
        );
    }
}

//! A push that changes the work tree and isn't in the branch: it is on its way, or was refused in the end.
//!
//! With `receive.denyCurrentBranch updateInstead` Git gives the work tree and the index the commit that is pushed, and moves the branch
//! after that, if it is still where it was when the push began. A save between the two makes all of it vain, and Git leaves the work
//! tree as it is: each further push is refused, and the next `git commit` takes the saves back.
//!
//! So saves wait while the index is that of a commit which the branch doesn't have, and what is left of a push that was refused is brought
//! back to the branch, by the way of all changes of the work tree (`work_tree`). Nobody's own work may be taken for such a commit: see
//! [`Store::pushed`].

use std::{
    fs::{self, File},
    io::{Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
    sync::{
        Arc, PoisonError,
        mpsc::{RecvTimeoutError, Sender, channel},
    },
    thread,
    time::{Duration, Instant, SystemTime},
};

use git2::{Index, ObjectType, Oid, Repository};

use super::{
    CommitId, GitError, Store,
    file_stat::FileStat,
    index::INDEX_FILE,
    index_file::{self, digest_of},
    lock::{Lock, STEP},
    trees::Trees,
    work_tree::{Along, Journal},
};
use crate::base::path::RepoPath;

/// How long Git may take from the index to the branch. After that a push was refused, or its Git is gone.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long before the index the objects of a push may have come.
const PUSH_TIME: Duration = Duration::from_secs(60 * 60);
/// How much later than the index they can seem to be.
const TICK: Duration = Duration::from_secs(2);
/// The most objects that are looked at for a commit.
const MAX_OBJECTS: usize = 200_000;
/// For how long after a save a push that began before it is looked for.
const WATCH_TIME: Duration = Duration::from_secs(10 * 60);

/// What stands in the Git folder while somebody puts commits together in the work tree.
const UNDER_WAY: [&str; 7] = [
    "MERGE_HEAD",
    "CHERRY_PICK_HEAD",
    "REVERT_HEAD",
    "SQUASH_MSG",
    "rebase-merge",
    "rebase-apply",
    "sequencer",
];
/// Where commits are named that were in the work tree by somebody's own doing.
const OWN_NAMES: [&str; 4] = ["logs/HEAD", "ORIG_HEAD", "FETCH_HEAD", "AUTO_MERGE"];
/// The message of the commit that was made in the work tree last.
const OWN_MESSAGE: &str = "COMMIT_EDITMSG";
/// How the messages of commits begin in which `git stash` keeps an index.
const STASHED: [&str; 2] = ["index on ", "WIP on "];

impl Store {
    /// Takes the index, once no push is between it and the branch, and mends what a refused one has left.
    pub(super) fn take_index(&self, branch: &str, head: Option<CommitId>) -> Result<Lock, GitError> {
        let index = self.git_dir.join(INDEX_FILE);
        loop {
            let lock = Lock::take(&self.git_dir, &index)?;
            // Whatever can't be found out stops no save.
            let Ok(Some(pushed)) = self.pushed(head) else { return Ok(lock) };
            let stat = FileStat::at(&index);
            let Some(age) = age(&index).filter(|age| *age < PATIENCE) else {
                let _ = self.undo_push(pushed, head, lock);
                return Lock::take(&self.git_dir, &index);
            };
            // Git takes this lock as well, and doesn't wait for it.
            drop(lock);
            let begun = Instant::now();
            while begun.elapsed() + age < PATIENCE && FileStat::at(&index) == stat {
                if self.commit_of_branch(branch)? != head {
                    return Lock::take(&self.git_dir, &index);
                }
                thread::sleep(STEP);
            }
        }
    }

    /// Brings the work tree back to the branch, if a push that was refused has changed it; says which commit that was.
    pub fn undo_refused_push(&self) -> Result<Option<CommitId>, GitError> {
        let index = self.git_dir.join(INDEX_FILE);
        let is_old = || age(&index).is_some_and(|age| age >= PATIENCE);
        let pushed = || -> Result<Option<CommitId>, GitError> { self.pushed(self.head()?.commit) };
        if self.work_tree.is_none() || !is_old() || pushed()?.is_none() {
            return Ok(None);
        }
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let lock = Lock::take(&self.git_dir, &index)?;
        // It may be another one by now.
        let Some(pushed) = pushed()?.filter(|_| is_old()) else { return Ok(None) };
        let head = self.head()?.commit;
        self.undo_push(pushed, head, lock).map(|()| Some(pushed))
    }

    /// Gives the files that are as a commit has them what the branch has, and the index as well.
    fn undo_push(&self, pushed: CommitId, head: Option<CommitId>, lock: Lock) -> Result<(), GitError> {
        let (Some(work_tree), Some(head)) = (self.work_tree.as_deref(), head) else { return Ok(()) };
        // A push changes files outside of the site, too.
        let whole = Self::open(work_tree)?;
        let paths = whole.pool.with(|repository| {
            let root = |commit: CommitId| whole.pool.root(repository, commit.oid());
            let differences = Trees::new(repository, &whole.pool.trees)
                .and_then(|trees| trees.differences(root(head)?, &[root(pushed)?], &RepoPath::root()));
            let differences = differences.map_err(|cause| GitError::failed(pushed, cause))?;
            Ok(differences.into_iter().map(|difference| difference.path).collect())
        })?;
        let journal = Journal { from: Some(pushed), to: head, paths };
        Along::again(&whole, work_tree, lock, journal).finish();
        Ok(())
    }

    /// The commit whose tree the index is, if it is one that somebody has pushed and the branch doesn't have.
    ///
    /// Whoever works in the work tree can bring the index to any state on purpose, and that has to stay. Such a state is that of no commit,
    /// or of one that is in some branch, was in this one (`git reset --soft`), came by `git fetch`, is kept by `git stash`, or was made by a
    /// `git commit` that failed. What a push brings is in none of these, and young.
    fn pushed(&self, head: Option<CommitId>) -> Result<Option<CommitId>, GitError> {
        let Some(head) = head else { return Ok(None) };
        if self.is_own_index() || UNDER_WAY.iter().any(|name| self.git_dir.join(name).exists()) {
            return Ok(None);
        }
        self.pool.with(|repository| {
            let found = || -> Result<Option<Oid>, git2::Error> {
                let Some(tree) = self.tree_of_index(repository) else { return Ok(None) };
                if tree == self.pool.root(repository, head.oid())? {
                    return Ok(None);
                }
                for id in self.young_objects() {
                    if is_commit_of(repository, id, tree) && self.is_strange(repository, id)? {
                        return Ok(Some(id));
                    }
                }
                Ok(None)
            };
            let found = found().map_err(|cause| GitError::failed("the commits that came last", cause))?;
            Ok(found.map(CommitId::of))
        })
    }

    /// Whether the index is the one that was written here last. It costs a look at its end.
    pub(super) fn is_own_index(&self) -> bool {
        let own = *self.index_digest.lock().unwrap_or_else(PoisonError::into_inner);
        let last = || -> Option<Vec<u8>> {
            let mut file = File::open(self.git_dir.join(INDEX_FILE)).ok()?;
            let mut end = Vec::new();
            file.seek(SeekFrom::End(-20)).ok()?;
            file.read_to_end(&mut end).ok()?;
            Some(end)
        };
        // With `index.skipHash` all have the same.
        own.is_some_and(|own| own != [0; 20] && last().as_deref().and_then(digest_of) == Some(own))
    }

    /// The tree that the whole index is known to be. What Git reads a commit into is known to be that of the commit.
    fn tree_of_index(&self, repository: &Repository) -> Option<Oid> {
        let path = self.git_dir.join(INDEX_FILE);
        match index_file::whole_tree(&fs::read(&path).ok()?) {
            Ok(tree) => Oid::from_bytes(&tree?).ok(),
            // Another version of the format.
            Err(()) => Index::open(&path).and_then(|mut index| index.write_tree_to(repository)).ok(),
        }
    }

    /// Objects that came at most an hour before the index.
    fn young_objects(&self) -> impl Iterator<Item = Oid> {
        let written = modified(&self.git_dir.join(INDEX_FILE));
        let is_young = move |path: &Path| {
            let (Some(written), Some(made)) = (written, modified(path)) else { return false };
            made <= written + TICK && made + PUSH_TIME >= written
        };
        let objects = self.common_dir.join("objects");
        let loose = entries(&objects).filter(|folder| name_of(folder).len() == 2).flat_map(|folder| {
            let prefix = name_of(&folder);
            entries(&folder).map(move |path| (format!("{prefix}{}", name_of(&path)), path))
        });
        let loose = loose
            .filter(move |(_, path)| is_young(path))
            .filter_map(|(name, _)| CommitId::parse(&name).map(CommitId::oid));
        let is_index = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "idx");
        let packs = entries(&objects.join("pack")).filter(is_index).filter(move |path| is_young(path));
        let packed = packs.flat_map(|path| ids_of_pack(&fs::read(path).unwrap_or_default()));
        loose.chain(packed).take(MAX_OBJECTS)
    }

    /// Whether a commit is in no branch, and was brought into the work tree by nobody who works in it.
    fn is_strange(&self, repository: &Repository, id: Oid) -> Result<bool, git2::Error> {
        let text = |name: &str| {
            let bytes = fs::read(self.git_dir.join(name)).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        // Without a reflog nobody knows what was in the branch.
        if !self.git_dir.join(OWN_NAMES[0]).exists()
            || OWN_NAMES.iter().any(|name| text(name).contains(&id.to_string()))
        {
            return Ok(false);
        }
        let commit = repository.find_commit(id)?;
        let message = String::from_utf8_lossy(commit.message_bytes()).into_owned();
        let own = text(OWN_MESSAGE);
        let is_own = !own.is_empty() && without_comments(&own) == without_comments(&message);
        if is_own || STASHED.iter().any(|start| message.starts_with(start)) {
            return Ok(false);
        }
        let mut walk = repository.revwalk()?;
        walk.push(id)?;
        walk.hide_glob("*")?;
        walk.hide_head()?;
        Ok(walk.next().is_some())
    }
}

fn is_commit_of(repository: &Repository, id: Oid, tree: Oid) -> bool {
    let kind = repository.odb().and_then(|objects| objects.read_header(id)).map(|(_, kind)| kind);
    kind.is_ok_and(|kind| kind == ObjectType::Commit)
        && repository.find_commit(id).is_ok_and(|commit| commit.tree_id() == tree)
}

/// A message as `git commit` cleans it up.
fn without_comments(message: &str) -> String {
    let lines = message.lines().filter(|line| !line.starts_with('#')).map(str::trim_end);
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// The ids in the index of a pack, as `gitformat-pack(5)` has it; none when it is another format.
fn ids_of_pack(index: &[u8]) -> Vec<Oid> {
    const START: &[u8] = b"\xfftOc\0\0\0\x02";
    const IDS_AT: usize = 8 + 256 * 4;
    let count = index.get(IDS_AT - 4..IDS_AT).and_then(|count| count.try_into().ok());
    let n_ids = count.map_or(0, u32::from_be_bytes) as usize;
    let ids = index.get(IDS_AT..IDS_AT + n_ids * 20).filter(|_| index.starts_with(START));
    ids.unwrap_or_default().chunks_exact(20).filter_map(|id| Oid::from_bytes(id).ok()).collect()
}

fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path())
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|metadata| metadata.modified()).ok()
}

fn age(path: &Path) -> Option<Duration> {
    SystemTime::now().duration_since(modified(path)?).ok()
}

/// Looks, on a thread of its own, whether a push has begun before a save and was refused after it.
#[derive(Debug)]
pub struct PushWatch {
    tell: Sender<()>,
}

impl PushWatch {
    /// Begins with a look at what an earlier process has left.
    pub fn start(store: Arc<Store>) -> std::io::Result<Self> {
        let (tell, told) = channel();
        thread::Builder::new().name("pushes".to_owned()).spawn(move || {
            let index = store.git_dir.join(INDEX_FILE);
            let (mut seen, mut watched_until) = (None, Instant::now() + WATCH_TIME);
            loop {
                let stat = FileStat::at(&index);
                // What fails is tried again by the next save.
                let is_old = age(&index).is_some_and(|age| age >= PATIENCE);
                if is_old && stat != seen {
                    let _ = store.undo_refused_push();
                    seen = stat;
                }
                let is_watched = Instant::now() < watched_until;
                let wait = if is_watched { PATIENCE } else { Duration::MAX };
                match told.recv_timeout(wait) {
                    Ok(()) => watched_until = Instant::now() + WATCH_TIME,
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        })?;
        Ok(Self { tell })
    }

    /// Says that there is a new commit. Doesn't wait.
    pub fn note_commit(&self) {
        // An error means that the thread has ended: then the next save looks.
        let _ = self.tell.send(());
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;
    use crate::git::{
        refs::tests::{done, save},
        test_repo::TestRepo,
    };

    /// A repository that takes pushes into its work tree, and a clone with a commit to push.
    fn pair() -> (TestRepo, TestRepo) {
        let repo = TestRepo::new();
        repo.write("a.md", "one\n").write("b.md", "b\n").commit("one");
        repo.git("config receive.denyCurrentBranch updateInstead");
        let clone = repo.clone_with("");
        clone.write("a.md", "pushed\n").write("new/c.md", "c\n").at(1).commit("pushed");
        (repo, clone)
    }

    /// Puts a program into the place of one of Git's hooks.
    #[cfg(unix)]
    fn hook(repo: &TestRepo, name: &str, script: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        let name = format!(".git/hooks/{name}");
        repo.write(&name, &format!("#!/bin/sh\n{script}\n"));
        fs::set_permissions(repo.path(&name), fs::Permissions::from_mode(0o755)).expect("set");
    }

    fn push(clone: &TestRepo) -> std::process::Child {
        let mut git = Command::new("git");
        git.args(["push", "--quiet", "origin", "main"]).current_dir(clone.root());
        git.stderr(Stdio::null()).spawn().expect("the git program runs")
    }

    fn wait_until(is_so: impl Fn() -> bool) {
        let begun = Instant::now();
        while !is_so() {
            assert!(begun.elapsed() < Duration::from_secs(20), "it never comes");
            thread::sleep(STEP);
        }
    }

    /// Makes the index look as if it had been written a while ago, and all objects as well.
    fn age_index(repo: &TestRepo) {
        let folders = entries(&repo.path(".git/objects"));
        let objects = folders.flat_map(|folder| entries(&folder));
        for path in objects.chain([repo.path(".git/index")]) {
            let file = File::open(path).expect("a file");
            file.set_modified(SystemTime::now() - PATIENCE).expect("set");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_save_waits_for_a_push_that_has_changed_the_work_tree() {
        let (repo, clone) = pair();
        hook(&repo, "post-index-change", "[ \"$1\" = 1 ] && sleep 1.5; exit 0");
        let store = Store::open(repo.root()).expect("a repository");
        let mut pushing = push(&clone);
        let is_pushed = || fs::read_to_string(repo.path("a.md")).is_ok_and(|text| text == "pushed\n");
        wait_until(|| is_pushed() && !repo.path(".git/index.lock").exists());
        assert_eq!(save(&store, "b.md", Some("web\n")), crate::git::Moved::Elsewhere);
        assert!(pushing.wait().expect("ended").success(), "the push isn't refused");
        assert_eq!(save(&store, "b.md", Some("web\n")), done());
        assert_eq!(repo.git_with_input("status --porcelain", b""), "");
        assert_eq!(repo.git_with_input("show HEAD:a.md", b""), "pushed");
    }

    #[cfg(unix)]
    #[test]
    fn what_a_refused_push_has_left_is_brought_back() {
        for is_saved_again in [false, true] {
            let (repo, clone) = pair();
            let store = Store::open(repo.root()).expect("a repository");
            // A save right before Git reads the push into the work tree.
            hook(&repo, "update", "touch begun; while [ -e begun ]; do sleep 0.01; done");
            let mut pushing = push(&clone);
            wait_until(|| repo.path(".git/begun").exists());
            assert_eq!(save(&store, "b.md", Some("web\n")), done());
            fs::remove_file(repo.path(".git/begun")).expect("removed");
            assert!(!pushing.wait().expect("ended").success(), "it is refused");
            repo.write("mine.md", "mine\n");
            assert_ne!(repo.git_with_input("diff --cached --name-only", b""), "", "Git leaves it there");
            assert_eq!(store.undo_refused_push().expect("looked"), None, "it may be on its way");
            age_index(&repo);
            if is_saved_again {
                assert_eq!(save(&store, "b.md", Some("again\n")), done());
            } else {
                assert!(store.undo_refused_push().expect("looked").is_some());
            }
            assert_eq!(repo.git_with_input("status --porcelain", b""), "?? mine.md");
            assert_eq!(fs::read_to_string(repo.path("a.md")).expect("a file"), "one\n");
            assert!(!repo.path("new").exists());
        }
    }

    #[test]
    fn what_somebody_has_staged_stays() {
        let stays = |what: &str, prepare: &dyn Fn(&TestRepo)| {
            let repo = TestRepo::new();
            repo.write("a.md", "one\n").commit("one").write("a.md", "two\n").at(1).commit("two");
            prepare(&repo);
            repo.git("write-tree");
            let staged = || repo.git_with_input("status --porcelain", b"");
            let before = staged();
            assert!(before.contains("a.md"), "{what}");
            age_index(&repo);
            let store = Store::open(repo.root()).expect("a repository");
            assert_eq!(store.undo_refused_push().expect("looked"), None, "{what}");
            let begun = Instant::now();
            save(&store, "b.md", Some("web\n"));
            assert!(begun.elapsed() < PATIENCE / 2, "{what}");
            assert_eq!(staged(), before, "{what}");
        };
        stays("git add", &|repo| {
            repo.write("a.md", "three\n").git("add -A");
        });
        stays("git reset --soft", &|repo| {
            repo.git("reset --quiet --soft HEAD~1");
        });
        stays("git revert", &|repo| {
            repo.git("revert --no-commit HEAD");
        });
        stays("git stash", &|repo| {
            repo.write("a.md", "three\n").git("add -A").git("stash --quiet").git("stash pop --quiet --index");
        });
        stays("git merge --squash", &|repo| {
            repo.git("switch --quiet -c other").write("a.md", "three\n").commit("three");
            repo.git("switch --quiet main")
                .git("merge --quiet --squash other")
                .git("branch --quiet -D other");
        });
        stays("git cherry-pick", &|repo| {
            repo.git("switch --quiet -c other").write("a.md", "three\n").commit("three");
            repo.git("switch --quiet main").git("cherry-pick --no-commit other");
        });
    }

    #[test]
    fn commits_are_found_in_packs() {
        let (repo, clone) = pair();
        repo.git("config receive.unpackLimit 1").git("config receive.denyCurrentBranch ignore");
        assert!(push(&clone).wait().expect("ended").success());
        let pushed = repo.git_with_input("rev-parse HEAD", b"");
        let store = Store::open(repo.root()).expect("a repository");
        repo.write("x", "").git("add -A");
        assert!(store.young_objects().any(|id| id.to_string() == pushed));
        let indexes: Vec<PathBuf> = entries(&repo.path(".git/objects/pack")).collect();
        assert!(!indexes.is_empty(), "it came as a pack");
        assert!(ids_of_pack(b"none").is_empty());
    }
}

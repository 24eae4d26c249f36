//! The one place that moves a branch: compare-and-swap under Git's own lock, on the disk before it answers.
//!
//! 0. A push that is on its way goes first (`incoming`, `refused`).
//! 1. Take `refs/heads/NAME.lock`, as every Git does; whoever holds it, is waited for (`lock`).
//! 2. Look where the branch is. It is elsewhere: give up, the caller merges and tries again.
//! 3. Write the new commit into the lock, wait for the disk, and give the lock the name of the branch.
//!
//! A work tree of the branch is brought along by `work_tree`, before anybody else can commit from it.

use std::{
    fs::{self, OpenOptions},
    io::{self, ErrorKind, Write as _},
    path::Path,
    sync::PoisonError,
};

use git2::Reference;

use crate::{
    base::path::RepoPath,
    git::{
        Author, CommitId, GitError, Moment, Store, incoming,
        lock::{Lock, MAX_TRIES, making_folder},
        loose::sync_folder,
        store::{BRANCHES, read_small},
        work_tree::{Along, LeftAlone},
    },
};

/// How many names a branch may have that lead to one another: as many as Git follows.
const MAX_NAMES: usize = 5;

/// A commit that the branch is to be moved to.
#[derive(Clone, Debug)]
pub struct Move<'a> {
    /// The full name of the branch.
    pub branch: &'a str,
    /// Where it has to be; `None` when it must not be there yet.
    pub from: Option<CommitId>,
    /// Where it goes.
    pub to: CommitId,
    /// Who moves it, and when, for the reflog.
    pub who: &'a Author,
    /// When.
    pub at: Moment,
    /// Why, in a line, for the reflog.
    pub why: &'a str,
    /// The files that differ, which a work tree gets.
    pub paths: &'a [RepoPath],
}

/// How a move ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moved {
    /// The branch is at the new commit, for good.
    Done {
        /// The files of the work tree that have changes of their own, and were left as they are.
        left_alone: Vec<LeftAlone>,
    },
    /// Somebody else has moved the branch: it is not where it had to be.
    Elsewhere,
}

impl Store {
    /// Moves a branch, if it is where it has to be.
    pub fn move_branch(&self, to: &Move<'_>) -> Result<Moved, GitError> {
        incoming::let_pass(&self.common_dir.join("objects"), &self.no_push);
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.check_other_trees(to.branch)?;
        let along = Along::begin(self, to)?;
        if !self.swap(to)? {
            self.pool.recent.forget(to.to);
            return Ok(Moved::Elsewhere);
        }
        self.pool.recent.is_in_branch(to.to);
        // From here on the move is done, whatever becomes of the work tree.
        Ok(Moved::Done { left_alone: along.map(Along::finish).unwrap_or_default() })
    }

    fn swap(&self, to: &Move<'_>) -> Result<bool, GitError> {
        let target = self.target_of(to.branch)?;
        let path = self.common_dir.join(&target);
        let folder = path.parent().unwrap_or(&self.common_dir);
        let disk = |cause| GitError::disk(&path, cause);
        let mut lock = self.lock_branch(&path, folder)?;
        if self.commit_of_branch(to.branch)? != to.from {
            return Ok(false);
        }
        lock.write(format!("{}\n", to.to).as_bytes()).map_err(disk)?;
        self.note(to, &target).map_err(disk)?;
        lock.commit().map_err(disk)?;
        sync_folder(folder).map_err(disk)?;
        Ok(true)
    }

    /// The branch that moves with one: itself, unless it is only another name (`git symbolic-ref`).
    pub(super) fn target_of(&self, branch: &str) -> Result<String, GitError> {
        let mut target = branch.to_owned();
        for _ in 0..MAX_NAMES {
            let text = read_small(&self.common_dir.join(&target)).unwrap_or_default();
            let Some(name) = text.strip_prefix("ref: ").map(str::trim_end) else { return Ok(target) };
            if !(name.starts_with(BRANCHES) && Reference::is_valid_name(name)) {
                break;
            }
            target = name.to_owned();
        }
        Err(GitError::NotABranch { name: branch.to_owned() })
    }

    /// Locks a branch. A Git that packs branches takes folders away that have become empty.
    fn lock_branch(&self, path: &Path, folder: &Path) -> Result<Lock, GitError> {
        for _ in 0..MAX_TRIES {
            match Lock::take(&self.common_dir, path) {
                Err(GitError::Disk { cause, .. }) if cause.kind() == ErrorKind::NotFound => {}
                taken => return taken,
            }
            fs::create_dir_all(folder).map_err(|cause| GitError::disk(path, cause))?;
        }
        Lock::take(&self.common_dir, path)
    }

    /// Writes the move into the reflogs of the branch and of `HEAD`, where there are some or should be.
    fn note(&self, to: &Move<'_>, target: &str) -> io::Result<()> {
        let keeps = self.keeps_reflogs();
        note(&self.common_dir.join("logs").join(target), to, keeps)?;
        if self.branch().is_ok_and(|branch| branch == to.branch) {
            note(&self.git_dir.join("logs/HEAD"), to, keeps)?;
        }
        Ok(())
    }

    fn keeps_reflogs(&self) -> bool {
        let configured = self.pool.with(|repository| {
            Ok(repository.config().and_then(|config| config.get_bool("core.logAllRefUpdates")).ok())
        });
        configured.ok().flatten().unwrap_or(!self.is_bare())
    }
}

fn note(path: &Path, to: &Move<'_>, keeps: bool) -> io::Result<()> {
    if !keeps && !path.exists() {
        return Ok(());
    }
    let line = |text: &str| text.replace(['\n', '\r', '\t'], " ");
    let from = to.from.map_or_else(|| "0".repeat(40), |from| from.to_string());
    let (sign, offset) =
        (if to.at.offset_minutes < 0 { '-' } else { '+' }, to.at.offset_minutes.unsigned_abs());
    let line = format!(
        "{from} {} {} <{}> {} {sign}{:02}{:02}\t{}\n",
        to.to,
        line(&to.who.name),
        line(&to.who.email),
        to.at.seconds,
        offset / 60,
        offset % 60,
        line(to.why)
    );
    let open = || OpenOptions::new().create(true).append(true).open(path);
    making_folder(path.parent().unwrap_or(path), open)?.write_all(line.as_bytes())
}

#[cfg(test)]
pub(super) mod tests {
    use std::{
        sync::mpsc::channel,
        thread,
        time::{Duration, SystemTime},
    };

    use super::*;
    use crate::git::{
        test_repo::TestRepo,
        write::{Content, Edit, NewCommit},
    };

    pub(in crate::git) fn ada() -> Author {
        Author { name: "Ada".to_owned(), email: "ada@example.org".to_owned() }
    }

    const NOW: Moment = Moment { seconds: 1_700_000_000, offset_minutes: -90 };

    /// Commits one text to the branch, and says how that ended.
    pub(in crate::git) fn save(store: &Store, path: &str, text: Option<&str>) -> Moved {
        let head = store.head().expect("a branch");
        save_from(store, head.commit, path, text)
    }

    fn save_from(store: &Store, from: Option<CommitId>, path: &str, text: Option<&str>) -> Moved {
        let path = RepoPath::new(path).expect("a normal path");
        let content = text.map(|text| Content::Bytes(text.as_bytes().to_vec()));
        let edits = [Edit { path: path.clone(), content }];
        let new = NewCommit {
            parent: from,
            edits: &edits,
            author: &ada(),
            committer: &ada(),
            at: NOW,
            message: "a save\n",
        };
        let to = store.write_commit(&new).expect("written").expect("a change");
        let head = store.head().expect("a branch");
        let to = Move {
            branch: &head.branch,
            from,
            to,
            who: &ada(),
            at: NOW,
            why: "recto: a save",
            paths: std::slice::from_ref(&path),
        };
        store.move_branch(&to).expect("moved")
    }

    pub(in crate::git) fn done() -> Moved {
        Moved::Done { left_alone: Vec::new() }
    }

    #[test]
    fn a_save_is_a_commit_and_the_work_tree_is_clean() {
        let repo = TestRepo::new();
        repo.write("a.md", "one\n").write("sub/b.md", "b\n").commit("one");
        let store = Store::open(repo.root()).expect("a repository");
        assert_eq!(save(&store, "a.md", Some("two\n")), done());
        assert_eq!(save(&store, "sub/deep/c.md", Some("c\n")), done());
        assert_eq!(save(&store, "sub/b.md", None), done());
        assert_eq!(repo.git_with_input("status --porcelain", b""), "");
        assert_eq!(repo.git_with_input("ls-tree -r --name-only HEAD", b""), "a.md\nsub/deep/c.md");
        assert_eq!(fs::read_to_string(repo.path("a.md")).expect("a file"), "two\n");
        assert_eq!(fs::read_to_string(repo.path("sub/deep/c.md")).expect("a file"), "c\n");
        assert!(!repo.path("sub/b.md").exists());
        assert_eq!(repo.git_with_input("log -g --format=%gs", b"").lines().next(), Some("recto: a save"));
        assert_eq!(
            repo.git_with_input("log -1 --format=%an|%ae|%ai|%s", b""),
            "Ada|ada@example.org|2023-11-14 20:43:20 -0130|a save"
        );
        repo.git("fsck --strict");
    }

    #[test]
    fn a_push_that_is_on_its_way_goes_first() {
        let repo = TestRepo::new();
        repo.write("a.md", "one\n").commit("one");
        let store = Store::open(repo.root()).expect("a repository");
        let pushed = repo.git_with_input("commit-tree HEAD^{tree} -p HEAD -m pushed", b"");
        let receiving = repo.path(".git/objects/tmp_objdir-incoming-x");
        fs::create_dir(&receiving).expect("made");
        let (tell, told) = channel();
        let saved = thread::scope(|threads| {
            let saving = threads.spawn(|| {
                let head = store.head().expect("a branch").commit;
                tell.send(()).expect("the test waits");
                save_from(&store, head, "a.md", Some("web\n"))
            });
            told.recv().expect("it begins");
            repo.git(&format!("update-ref refs/heads/main {pushed} HEAD"));
            fs::remove_dir(&receiving).expect("removed");
            saving.join().expect("ended")
        });
        assert_eq!(saved, Moved::Elsewhere);
    }

    #[test]
    fn the_last_file_of_a_folder_takes_it_along() {
        let repo = TestRepo::new();
        repo.write("a/b/c.md", "c\n").commit("one");
        let store = Store::open(repo.root()).expect("a repository");
        assert_eq!(save(&store, "a/b/c.md", None), done());
        assert_eq!(repo.git_with_input("ls-tree -r -t --name-only HEAD", b""), "");
        assert!(!repo.path("a").exists());
        assert_eq!(save(&store, "a", Some("a file now")), done());
        repo.git("fsck --strict");
    }

    #[test]
    fn a_branch_that_moved_meanwhile_is_left_where_it_is() {
        let repo = TestRepo::new();
        repo.write("a.md", "one\n").commit("one");
        let store = Store::open(repo.root()).expect("a repository");
        let old = store.head().expect("a branch").commit;
        assert_eq!(save(&store, "a.md", Some("two\n")), done());
        assert_eq!(save_from(&store, old, "a.md", Some("three\n")), Moved::Elsewhere);
        assert_eq!(repo.git_with_input("show HEAD:a.md", b""), "two");
        assert_eq!(repo.git_with_input("status --porcelain", b""), "");
        repo.git("pack-refs --all");
        assert_eq!(save(&store, "a.md", Some("three\n")), done());
        assert_eq!(repo.git_with_input("show HEAD:a.md", b""), "three");
    }

    #[test]
    fn a_branch_that_is_another_name_stays_one() {
        let repo = TestRepo::new();
        repo.write("a.md", "one\n").commit("one").git("branch -m real");
        repo.git("symbolic-ref refs/heads/main refs/heads/real").git("symbolic-ref HEAD refs/heads/main");
        let store = Store::open(repo.root()).expect("a repository");
        assert_eq!(save(&store, "a.md", Some("two\n")), done());
        repo.git("pack-refs --all");
        assert_eq!(save(&store, "b.md", Some("two\n")), done());
        assert_eq!(repo.git_with_input("symbolic-ref refs/heads/main", b""), "refs/heads/real");
        assert_eq!(repo.git_with_input("rev-list --count real", b""), "3");
        assert_eq!(repo.git_with_input("status --porcelain", b""), "");
        assert_eq!(
            repo.git_with_input("log -g --format=%gs real", b"").lines().next(),
            Some("recto: a save")
        );
        fs::remove_file(repo.path(".git/refs/heads/main")).expect("removed");
        repo.write(".git/refs/heads/main", "ref: refs/heads/main\n");
        store.target_of("refs/heads/main").expect_err("it leads nowhere");
    }

    #[test]
    fn the_first_commit_makes_the_branch() {
        let folder = tempfile::tempdir().expect("a folder");
        for bare in [false, true] {
            let dir = folder.path().join(if bare { "wiki.git" } else { "wiki" });
            let store = Store::make(&dir, bare).expect("made");
            assert_eq!(
                store.head().expect("a branch"),
                Head { branch: "refs/heads/main".into(), commit: None }
            );
            assert_eq!(save(&store, "index.md", Some("# Hello\n")), done());
            assert!(store.head().expect("a branch").commit.is_some());
            assert_eq!(dir.join("index.md").exists(), !bare);
        }
    }

    #[test]
    fn a_file_with_changes_of_its_own_is_left_alone() {
        let repo = TestRepo::new();
        repo.write("a.md", "one\n").write("b.md", "b\n").commit("one");
        // As large as what is saved, and older than the index.
        repo.write("a.md", "one\nmine\n");
        let hour_ago = SystemTime::now() - Duration::from_secs(3600);
        let file = fs::File::options().append(true).open(repo.path("a.md")).expect("a file");
        file.set_modified(hour_ago).expect("set");
        let store = Store::open(repo.root()).expect("a repository");
        let Moved::Done { left_alone } = save(&store, "a.md", Some("zero\none\n")) else { panic!("moved") };
        assert_eq!(left_alone.iter().map(|left| left.path.as_str()).collect::<Vec<_>>(), ["a.md"]);
        assert_eq!(fs::read_to_string(repo.path("a.md")).expect("a file"), "one\nmine\n");
        // Nothing is staged: a commit of something else doesn't take the save back.
        assert_eq!(repo.git_with_input("status --porcelain", b""), "M a.md");
        assert_eq!(repo.git_with_input("diff --cached --name-only", b""), "");
    }

    #[test]
    fn a_branch_moves_while_another_git_packs_it() {
        let repo = TestRepo::new();
        repo.write("a.md", "0\n").commit("one").git("checkout --quiet -b feature/x/y");
        let store = Store::open(repo.root()).expect("a repository");
        let root = repo.root();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for _ in 0..40 {
                    // It may lose a race itself, and says so.
                    let mut git = std::process::Command::new("git");
                    git.args(["pack-refs", "--all"])
                        .current_dir(root)
                        .output()
                        .expect("the git program runs");
                }
            });
            for n in 1..=60 {
                assert_eq!(save(&store, "a.md", Some(&format!("{n}\n"))), done(), "{n}");
            }
        });
        assert_eq!(repo.git_with_input("rev-list --count HEAD", b""), "61");
        assert_eq!(repo.git_with_input("show HEAD:a.md", b""), "60");
    }

    #[test]
    fn what_git_was_told_of_a_file_holds_after_a_save() {
        // The third version of the index is read here, the fourth by the library.
        for version in [3, 4] {
            let repo = TestRepo::new();
            repo.write("out/a.md", "one\n").write("b.md", "b\n").write("in/c.md", "c\n").commit("one");
            repo.git("update-index --assume-unchanged b.md");
            repo.git("sparse-checkout init --cone");
            repo.git("sparse-checkout set in");
            repo.git(&format!("update-index --index-version {version}"));
            repo.write("b.md", "mine\n");
            let store = Store::open(repo.root()).expect("a repository");
            assert_eq!(save(&store, "out/a.md", Some("two\n")), done(), "it isn't missed");
            let Moved::Done { left_alone } = save(&store, "b.md", Some("web\n")) else { panic!("moved") };
            assert_eq!((left_alone.len(), repo.path("out").exists()), (1, false));
            assert_eq!(fs::read_to_string(repo.path("b.md")).expect("a file"), "mine\n");
            assert_eq!(repo.git_with_input("ls-files -v", b""), "h b.md\nH in/c.md\nS out/a.md");
            assert_eq!(repo.git_with_input("status --porcelain", b""), "");
            repo.git("add -A");
            assert_eq!(
                repo.git_with_input("diff --cached --name-only", b""),
                "",
                "a commit takes nothing back"
            );
        }
    }

    #[test]
    fn what_is_staged_stays_staged() {
        let repo = TestRepo::new();
        repo.write("a.md", "one\n").write("b.md", "b\n").commit("one");
        repo.write("a.md", "staged\n").write("b.md", "staged\n").git("add -A");
        let store = Store::open(repo.root()).expect("a repository");
        save(&store, "a.md", Some("web\n"));
        assert_eq!(repo.git_with_input("show :a.md", b""), "staged");
        assert_eq!(repo.git_with_input("show :b.md", b""), "staged");
    }

    #[test]
    fn files_are_not_written_through_links() {
        let repo = TestRepo::new();
        let outside = tempfile::tempdir().expect("a folder");
        repo.write("a/b.md", "b\n").commit("one");
        fs::remove_dir_all(repo.path("a")).expect("removed");
        repo.link("a", outside.path().to_str().expect("UTF-8"));
        let store = Store::open(repo.root()).expect("a repository");
        let Moved::Done { left_alone } = save(&store, "a/b.md", Some("web\n")) else { panic!("moved") };
        assert_eq!(left_alone.len(), 1);
        save(&store, "a/new.md", Some("web\n"));
        assert_eq!(fs::read_dir(outside.path()).expect("a folder").count(), 0);
    }

    #[test]
    fn a_folder_becomes_a_file_and_a_folder_again() {
        let repo = TestRepo::new();
        repo.write("a/b.md", "b\n").write("a/c/d.md", "d\n").commit("one");
        let store = Store::open(repo.root()).expect("a repository");
        let save_all = |files: &[(&str, Option<&str>)]| {
            let edit = |(path, text): &(&str, Option<&str>)| Edit {
                path: RepoPath::new(path).expect("normal"),
                content: text.map(|text| Content::Bytes(text.as_bytes().to_vec())),
            };
            let edits: Vec<Edit> = files.iter().map(edit).collect();
            let paths: Vec<RepoPath> = edits.iter().map(|edit| edit.path.clone()).collect();
            let (head, who, at, why) = (store.head().expect("a branch"), &ada(), NOW, "x");
            let (parent, edits, message) = (head.commit, &*edits, "x");
            let new = NewCommit { parent, edits, author: who, committer: who, at, message };
            let to = store.write_commit(&new).expect("written").expect("a change");
            let (branch, from, paths) = (&*head.branch, head.commit, &*paths);
            store.move_branch(&Move { branch, from, to, who, at, why, paths }).expect("moved")
        };
        let to_file = [("a", Some("file\n")), ("a/b.md", None), ("a/c/d.md", None)];
        assert_eq!(save_all(&to_file), done());
        assert_eq!(repo.git_with_input("status --porcelain", b""), "");
        assert_eq!(fs::read_to_string(repo.path("a")).expect("a file"), "file\n");
        assert_eq!(save_all(&[("a/b.md", Some("b\n")), ("a", None)]), done());
        assert_eq!(repo.git_with_input("status --porcelain", b""), "");
        assert_eq!(repo.git_with_input("ls-files", b""), "a/b.md");
    }

    #[test]
    fn a_folder_and_a_file_stand_in_each_others_way() {
        let repo = TestRepo::new();
        repo.write("a/b.md", "b\n").write("c", "c\n").commit("one");
        let store = Store::open(repo.root()).expect("a repository");
        let head = store.head().expect("a branch").commit;
        for path in ["a", "c/d.md"] {
            let content = Some(Content::Bytes(b"x".to_vec()));
            let edits = [Edit { path: RepoPath::new(path).expect("normal"), content }];
            let (author, message) = (&ada(), "x");
            let new = NewCommit { parent: head, edits: &edits, author, committer: author, at: NOW, message };
            assert!(matches!(store.write_commit(&new), Err(GitError::InTheWay { .. })), "{path}");
        }
    }

    use crate::git::Head;
}

//! What is told of a real folder.

use std::fs;

use super::*;
use crate::{
    git::test_repo::TestRepo,
    source::{ListingOptions, Source as _},
};

/// How long a test waits for the system.
const PATIENCE: Duration = Duration::from_secs(10);

fn path(text: &str) -> RepoPath {
    RepoPath::new(text).expect("a normal path")
}

struct Watched {
    repo: TestRepo,
    folder: Folder,
    watch: Watch,
}

impl Watched {
    fn new(prepare: impl FnOnce(&TestRepo)) -> Self {
        let repo = TestRepo::new();
        prepare(&repo);
        let folder = Folder::open(repo.root()).expect("a folder");
        folder.listing(&ListingOptions::default()).expect("a listing");
        let mut watch = Watch::new(&folder);
        assert_eq!(watch.wait(PATIENCE), Touched::everything(), "what happened before is not known");
        Self { repo, folder, watch }
    }

    /// Waits until a path is told.
    fn expect(&mut self, wanted: &str) -> Touched {
        self.expect_any(&[wanted])
    }

    fn expect_any(&mut self, wanted: &[&str]) -> Touched {
        let begun = Instant::now();
        loop {
            let touched = self.watch.wait(PATIENCE);
            self.watch.follow(&self.folder, &touched);
            if wanted.iter().any(|wanted| touched.paths.contains(*wanted)) {
                return touched;
            }
            assert!(begun.elapsed() < PATIENCE, "none of {wanted:?} was told");
        }
    }

    /// Looks and follows until the site is in a work tree, or in none.
    fn expect_work_tree(&mut self, is_wanted: bool) {
        let begun = Instant::now();
        while self.folder.last().work_tree.is_some() != is_wanted {
            assert!(begun.elapsed() < PATIENCE, "nothing was told of the repository");
            let touched = self.watch.wait(PATIENCE);
            if touched.everything || touched.paths.contains(".git") {
                self.list();
            }
            self.watch.follow(&self.folder, &touched);
        }
    }

    /// Moves the branch and expects to hear of it, and of the index.
    fn expect_git(&mut self) {
        self.expect_end();
        self.repo.write("more.txt", &format!("{:?}", Instant::now())).git("add --all");
        self.expect_that(|touched| touched.index);
        self.expect_end();
        let commit = self.repo.git_with_input("commit-tree -p HEAD -m next HEAD^{tree}", b"");
        self.repo.git(&format!("update-ref HEAD {commit}"));
        self.expect_that(|touched| touched.commits);
    }

    /// Waits until nothing more is told of what was done.
    fn expect_end(&mut self) {
        loop {
            let touched = self.watch.wait(Duration::from_millis(50));
            if touched.is_empty() {
                return;
            }
            self.watch.follow(&self.folder, &touched);
        }
    }

    /// Waits until something is told.
    fn expect_that(&mut self, is_wanted: impl Fn(&Touched) -> bool) {
        let begun = Instant::now();
        while !is_wanted(&self.watch.wait(PATIENCE)) {
            assert!(begun.elapsed() < PATIENCE, "it was not told");
        }
    }

    fn expect_silence(&mut self) {
        assert_eq!(self.watch.wait(Duration::from_millis(100)), Touched::default());
    }

    fn list(&self) {
        self.folder.listing(&ListingOptions::default()).expect("a listing");
    }
}

#[test]
fn files_of_the_site_are_told_and_hidden_and_ignored_ones_are_not() {
    let mut watched = Watched::new(|repo| {
        repo.write(".gitignore", "node_modules/").write("docs/a.md", "x").write("node_modules/x/y.js", "x");
    });
    watched.repo.write("docs/a.md", "y");
    watched.expect("docs/a.md");
    watched.expect_end();
    watched.repo.write("node_modules/x/y.js", "y").write(".git/objects/x", "x").write("docs/.a.md.swp", "x");
    watched.expect_silence();
    fs::read(watched.repo.path("docs/a.md")).expect("a file");
    watched.expect_silence();
    watched.repo.write("docs/.rectoignore", "x");
    watched.expect("docs/.rectoignore");
}

#[test]
fn a_new_folder_is_watched_from_its_first_listing_and_a_renamed_one_by_its_new_name() {
    let mut watched = Watched::new(|repo| {
        repo.write("a/x.md", "x");
    });
    fs::create_dir(watched.repo.path("new")).expect("a folder");
    watched.expect("new");
    watched.list();
    watched.watch.follow(&watched.folder, &Touched::default());
    assert!(
        watched.watch.wait(PATIENCE).paths.contains(&path("new")),
        "what came before the watch is looked for"
    );
    watched.watch.follow(&watched.folder, &Touched::default());
    watched.repo.write("new/b.md", "x");
    watched.expect("new/b.md");
    fs::rename(watched.repo.path("a"), watched.repo.path("b")).expect("renamed");
    let touched = watched.expect("b");
    watched.list();
    watched.watch.follow(&watched.folder, &touched);
    watched.repo.write("b/x.md", "y");
    watched.expect("b/x.md");
}

/// A site with a folder, listed, and moved away and back, or replaced by a copy, around the moment when its watch begins.
fn replaced(before: impl FnOnce(&TestRepo), after: impl FnOnce(&TestRepo)) {
    let repo = TestRepo::new();
    repo.write("a/x.md", "x");
    let folder = Folder::open(repo.root()).expect("a folder");
    folder.listing(&ListingOptions::default()).expect("a listing");
    before(&repo);
    let watch = Watch::new(&folder);
    after(&repo);
    // What the system tells of it comes a little later.
    thread::sleep(Duration::from_millis(100));
    let mut watched = Watched { repo, folder, watch };
    let touched = watched.watch.wait(PATIENCE);
    assert!(touched.everything);
    watched.list();
    watched.watch.follow(&watched.folder, &touched);
    watched.repo.write("a/x.md", "y");
    watched.expect("a/x.md");
}

#[test]
fn a_site_that_is_away_when_its_watch_begins_is_watched_when_it_is_back() {
    let away = |repo: &TestRepo| repo.root().with_extension("away");
    replaced(
        |repo| fs::rename(repo.root(), away(repo)).expect("moved"),
        |repo| fs::rename(away(repo), repo.root()).expect("moved back"),
    );
}

#[test]
fn a_site_that_is_replaced_just_after_its_watch_began_is_watched() {
    replaced(
        |_| {},
        |repo| {
            let old = repo.root().with_extension("old");
            fs::rename(repo.root(), &old).expect("moved");
            fs::create_dir(repo.root()).expect("a folder");
            repo.write("a/x.md", "x");
            fs::remove_dir_all(old).expect("removed");
        },
    );
}

#[test]
fn the_index_of_git_is_told_and_its_lock_is_waited_for() {
    let mut watched = Watched::new(|repo| {
        repo.write("a.md", "x").commit("all");
    });
    watched.repo.write(".git/index.lock", "").write("a.md", "y");
    let lock = watched.repo.path(".git/index.lock");
    let begun = Instant::now();
    let unlock = thread::spawn(move || {
        thread::sleep(Duration::from_millis(100));
        fs::remove_file(lock).expect("removed");
    });
    watched.expect("a.md");
    assert!(begun.elapsed() >= Duration::from_millis(100));
    unlock.join().expect("unlocked");
    watched.repo.git("add a.md");
    watched.expect_that(|touched| touched.index);
}

/// Moves the branch of a repository without a look at its work tree, in all the ways there are.
fn expect_commits(repo: &TestRepo, mut told: impl FnMut(&str)) {
    let next = |repo: &TestRepo| repo.git_with_input("commit-tree -p HEAD -m next HEAD^{tree}", b"");
    repo.git(&format!("update-ref refs/heads/main {}", next(repo)));
    told("a branch was moved");
    repo.write(".git/refs/heads/moved", &format!("{}\n", next(repo)));
    fs::rename(repo.path(".git/refs/heads/moved"), repo.path(".git/refs/heads/main")).expect("renamed");
    told("its file was replaced");
    repo.git("pack-refs --all");
    told("branches were packed");
    repo.git(&format!("branch deep/er {}", next(repo))).git("symbolic-ref HEAD refs/heads/deep/er");
    told("another one is checked out");
    repo.git(&format!("update-ref refs/heads/deep/er {}", next(repo)));
    told("a branch in a folder was moved");
    repo.write(".git/shallow", "x");
    told("there are other commits before");
}

#[test]
fn commits_that_leave_head_alone_are_told() {
    let mut watched = Watched::new(|repo| {
        repo.write("a.md", "x").commit("all");
    });
    let Watched { repo, watch, .. } = &mut watched;
    expect_commits(repo, |what| {
        assert!(watch.wait(PATIENCE).commits, "{what}");
        while !watch.wait(Duration::from_millis(50)).is_empty() {}
    });
}

#[test]
fn settings_of_the_repository_are_told() {
    let mut watched = Watched::new(|repo| {
        repo.write("a.md", "x").commit("all");
    });
    watched.repo.git("remote add origin https://example.org/a/b.git");
    watched.expect_that(|touched| touched.settings);
}

#[test]
fn commits_in_the_common_folder_of_a_work_tree_are_told() {
    let repo = TestRepo::new();
    repo.write("docs/a.md", "x").commit("all").git("branch other");
    let away = tempfile::tempdir().expect("a folder");
    let dir = away.path().join("tree");
    repo.git(&format!("worktree add --quiet {} other", dir.display()));
    let folder = Folder::open(dir.join("docs")).expect("a folder");
    folder.listing(&ListingOptions::default()).expect("a listing");
    let mut watch = Watch::new(&folder);
    assert!(watch.wait(PATIENCE).everything);
    let next = repo.git_with_input("commit-tree -p HEAD -m next HEAD^{tree}", b"");
    repo.git(&format!("update-ref refs/heads/other {next}"));
    assert!(watch.wait(PATIENCE).commits);
}

#[test]
fn a_repository_that_is_made_later_is_followed() {
    let mut watched = Watched::new(|repo| {
        repo.write("a.md", "x");
        fs::rename(repo.path(".git"), repo.path(".later")).expect("no repository");
    });
    let later = watched.repo.path(".later");
    fs::rename(later, watched.repo.path(".git")).expect("a repository");
    let touched = watched.expect(".git");
    watched.list();
    watched.watch.follow(&watched.folder, &touched);
    watched.repo.git("add a.md");
    watched.expect_that(|touched| touched.index);
}

#[test]
fn a_repository_that_is_made_anew_is_followed() {
    let mut watched = Watched::new(|repo| {
        repo.write("a.md", "x").commit("all");
    });
    fs::remove_dir_all(watched.repo.path(".git")).expect("removed");
    watched.expect_work_tree(false);
    watched.repo.git("init --quiet --initial-branch=main");
    watched.expect_work_tree(true);
    watched.repo.commit("again");
    watched.expect_git();
    // In one go: it is never seen that there is none.
    fs::remove_dir_all(watched.repo.path(".git")).expect("removed");
    watched.repo.git("init --quiet --initial-branch=main").commit("once-more");
    let touched = watched.expect(".git");
    watched.list();
    watched.watch.follow(&watched.folder, &touched);
    watched.expect_git();
}

#[test]
fn a_repository_that_is_made_above_the_site_is_followed() {
    let repo = TestRepo::new();
    repo.write("docs/deep/a.md", "x").commit("all");
    let away = repo.root().with_extension("git");
    fs::rename(repo.path(".git"), &away).expect("no repository");
    let folder = Folder::open(repo.path("docs/deep")).expect("a folder");
    folder.listing(&ListingOptions::default()).expect("a listing");
    let watch = Watch::new(&folder);
    let mut watched = Watched { repo, folder, watch };
    // A folder of this name makes no repository yet, and is not looked at again and again.
    fs::create_dir(watched.repo.path(".git")).expect("made");
    let touched = watched.watch.wait(PATIENCE);
    assert!(touched.everything);
    watched.list();
    watched.watch.follow(&watched.folder, &touched);
    watched.watch.wait(LOOK_EVERY);
    assert!(watched.watch.wait(LOOK_EVERY).is_empty());
    fs::remove_dir(watched.repo.path(".git")).expect("removed");
    fs::rename(&away, watched.repo.path(".git")).expect("a repository");
    watched.expect_work_tree(true);
    watched.expect_git();
    fs::rename(watched.repo.path(".git"), &away).expect("no repository");
    watched.expect_work_tree(false);
    fs::rename(&away, watched.repo.path(".git")).expect("a repository");
    watched.expect_work_tree(true);
    watched.expect_git();
}

#[test]
fn a_site_below_a_folder_that_is_replaced_is_watched_where_it_is_now() {
    let repo = TestRepo::new();
    repo.write("p/site/a.md", "x").commit("all");
    let folder = Folder::open(repo.path("p/site")).expect("a folder");
    folder.listing(&ListingOptions::default()).expect("a listing");
    let watch = Watch::new(&folder);
    let mut watched = Watched { repo, folder, watch };
    let touched = watched.watch.wait(PATIENCE);
    watched.watch.follow(&watched.folder, &touched);
    watched.expect_end();
    fs::rename(watched.repo.path("p"), watched.repo.path("old")).expect("renamed");
    watched.repo.write("p/site/a.md", "y");
    watched.expect_that(|touched| touched.everything);
    watched.list();
    watched.watch.follow(&watched.folder, &Touched::everything());
    watched.expect_any(&[""]);
    watched.expect_end();
    watched.repo.write("p/site/a.md", "z");
    watched.expect("a.md");
    watched.repo.write("old/site/a.md", "z");
    watched.expect_end();
    watched.repo.write("old/site/a.md", "y");
    watched.expect_silence();
}

#[test]
fn what_is_written_during_a_look_at_everything_is_told() {
    let mut watched = Watched::new(|repo| {
        repo.write("a.md", "x").write("b/c.md", "x");
    });
    for _ in 0..40 {
        watched.list();
        let file = watched.repo.path("a.md");
        let writing = thread::spawn(move || fs::write(file, "y").expect("written"));
        watched.watch.follow(&watched.folder, &Touched::everything());
        writing.join().expect("it ended");
        // Either the file is told, or its folder is looked at once more.
        watched.expect_any(&["a.md", ""]);
        watched.expect_end();
    }
}

#[test]
fn without_a_watcher_everything_is_touched_now_and_then() {
    let mut watched = Watched::new(|repo| {
        repo.write("a.md", "x");
    });
    watched.watch.give_up("too many");
    assert_eq!(watched.watch.trouble().as_deref(), Some("too many, so changes are looked for every 1 s"));
    assert_eq!(watched.watch.trouble(), None, "it is said once");
    watched.watch.last_poll = Instant::now().checked_sub(POLL_EVERY).expect("the clock runs");
    assert!(watched.watch.wait(PATIENCE).everything);
    assert!(watched.watch.wait(Duration::ZERO).is_empty(), "not more often");
}

#[test]
fn an_alarm_ends_the_waiting() {
    let mut watched = Watched::new(|repo| {
        repo.write("a.md", "x");
    });
    let alarm = watched.watch.alarm();
    let waiting = thread::spawn(move || watched.watch.wait(PATIENCE * 10));
    alarm.ring();
    assert_eq!(waiting.join().expect("it ended"), Touched::default());
}

#[test]
fn file_systems_of_other_machines_are_known_by_their_mount() {
    let table = "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n40 22 0:50 / /home/a\\040b rw shared:1 - nfs4 host:/x rw\n\
        41 40 0:51 / /home/a\\040b/local rw - tmpfs tmpfs rw\n";
    assert_eq!(far_in(table, Path::new("/home/a b/site")).as_deref(), Some("nfs4"));
    assert_eq!(far_in(table, Path::new("/home/a b/local/site")), None);
    assert_eq!(far_in(table, Path::new("/home/a")), None);
}

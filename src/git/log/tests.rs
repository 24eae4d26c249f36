//! The log beside what the `git` program says.

use proptest::prelude::*;

use super::{Log, LoggedCommit, file::LogFile, walk::Progress};
use crate::{
    base::path::RepoPath,
    git::{Store, test_repo::TestRepo},
};

fn path(text: &str) -> RepoPath {
    RepoPath::new(text).expect("a normal path")
}

/// The log of the branch as it is now, from what is known.
fn read(repo: &TestRepo, former: Log) -> Log {
    let (store, mut log) = (Store::open(repo.root()).expect("a repository"), former);
    let head = store.head().expect("a branch").commit.expect("a commit");
    let progress = Progress::default();
    let mut walk = store.walk(&log, head, &progress).expect("readable");
    while let Some(batch) = walk.next(&progress).expect("readable") {
        log.learn(batch);
    }
    let log = if walk.is_straight() { log } else { log.of_head() };
    assert_eq!(log.head(), Some(head));
    log
}

/// The past of a file, each commit with the name that the file had.
fn told(log: &Log, of: &str) -> Vec<String> {
    let line = |change: super::FileChange<'_>| format!("{} {}", change.commit.id(), change.path);
    log.history(&path(of)).map(line).collect()
}

/// The same as Git tells it.
fn told_by_git(repo: &TestRepo, of: &str) -> Vec<String> {
    let lines = repo.git_with_input(&format!("log --follow -M --name-only --format=%H -- {of}"), b"");
    let mut lines = lines.lines().filter(|line| !line.is_empty());
    std::iter::from_fn(|| Some(format!("{} {}", lines.next()?, lines.next()?))).collect()
}

fn check(repo: &TestRepo, log: &Log, of: &str, n_commits: usize) {
    assert_eq!(told(log, of), told_by_git(repo, of), "{of}");
    assert_eq!(told(log, of).len(), n_commits, "{of}");
}

#[test]
fn a_file_has_the_commits_that_changed_it() {
    let repo = TestRepo::new();
    repo.write("a.md", "a").write("sub/b.md", "b").write("sub-x.md", "x").at(1).commit("one");
    repo.write("sub/b.md", "c").at(2).commit("two");
    let log = read(&repo, Log::default());
    check(&repo, &log, "a.md", 1);
    check(&repo, &log, "sub/b.md", 2);
    repo.git("rm -q sub/b.md").write("sub", "a file\n").at(3).commit("three");
    repo.git("rm -q sub").write("sub/b.md", "again\n").at(4).commit("four");
    let log = read(&repo, log);
    check(&repo, &log, "sub/b.md", 4);
    check(&repo, &log, "sub-x.md", 1);
    assert_eq!(told(&log, "none.md"), [""; 0]);
    let names: Vec<&str> = log.newest_first().map(|commit| &*commit.author().name).collect();
    assert_eq!(names, ["Ada"; 4]);
}

#[test]
fn renames_are_followed_with_and_without_changes() {
    let text = |first: &str| format!("# {first}\n\nWater.\n\nFlour.\n\nSalt.\n");
    let repo = TestRepo::new();
    repo.write("a.md", &text("A")).write("other.md", "nothing like it\n").at(1).commit("one");
    repo.write("a.md", &text("B")).at(2).commit("two").git("mv a.md b.md").at(3).commit("three");
    repo.git("mv b.md c.md").write("c.md", &text("C")).at(4).commit("four");
    repo.git("rm -q other.md")
        .write("new.md", "all new, and longer than what there was\n")
        .at(5)
        .commit("five");
    let log = read(&repo, Log::default());
    check(&repo, &log, "c.md", 4);
    check(&repo, &log, "new.md", 1);
    assert_eq!(told(&log, "b.md").len(), 4, "the one that took it away, and what was before");
    let first = log.history(&path("c.md")).last().expect("a change").commit.id();
    assert_eq!(log.name_after(first, &path("a.md")), path("c.md"));
    assert_eq!(log.name_after(first, &path("other.md")), path("other.md"));
    let last = log.history(&path("c.md")).next().expect("a change");
    assert_eq!((last.path, last.from), (&path("c.md"), Some(&path("b.md"))));
}

#[test]
fn both_sides_of_a_merge_count_and_the_merge_only_if_it_differs_from_both() {
    let repo = TestRepo::new();
    repo.write("a.md", "a").write("b.md", "1\n\n2\n\n3\n").at(1).commit("start").git("checkout -q -b side");
    repo.write("a.md", "side").write("b.md", "side\n\n2\n\n3\n").at(2).commit("side").git("checkout -q main");
    let parted = read(&repo, Log::default());
    repo.write("b.md", "1\n\n2\n\nmain\n").at(3).commit("main").at(4).git("merge -q --no-edit side");
    let log = read(&repo, parted);
    assert_eq!(told(&log, "a.md").len(), 2);
    assert_eq!(told(&log, "b.md").len(), 4);
    let head = log.head().expect("a commit");
    let merge = log.last_changes(head, &path("b.md"));
    assert_eq!(merge.iter().map(|change| change.commit.id()).collect::<Vec<_>>(), [head]);
    let before = |path: &RepoPath| {
        let parents = merge[0].commit.parents().flat_map(|parent| log.last_changes(parent, path));
        parents.map(|change| change.commit.seconds() % 3600 / 60).collect::<Vec<_>>()
    };
    assert_eq!(before(&path("b.md")), [3, 2]);
    assert_eq!(before(&path("a.md")), [1, 2]);
}

#[test]
fn a_rewritten_branch_keeps_what_both_have() {
    let repo = TestRepo::new();
    repo.write("a.md", "a").at(1).commit("start").write("a.md", "b").at(2).commit("gone");
    let log = read(&repo, Log::default());
    repo.git("reset -q --hard HEAD~1").write("a.md", "c").at(3).commit("other");
    let log = read(&repo, log);
    check(&repo, &log, "a.md", 2);
    assert_eq!(log.len(), 2);
    repo.git("reset -q --hard HEAD~1");
    check(&repo, &read(&repo, log), "a.md", 1);
}

#[test]
fn minor_commits_say_so_in_their_last_line() {
    let repo = TestRepo::new();
    repo.write("a.md", "a").git("add -A").git_with_input("commit -q -F -", b"A comma\n\nMinor: yes\n");
    repo.write("a.md", "b").git("add -A").git_with_input("commit -q -F -", b"Minor: yes\n\nand more\n");
    let log = read(&repo, Log::default());
    assert_eq!(log.newest_first().map(LoggedCommit::is_minor).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn a_file_keeps_it_and_what_is_damaged_is_learned_again() {
    let repo = TestRepo::new();
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("recto/log");
    let store = Store::open(repo.root()).expect("a repository");
    let progress = Progress::default();
    let mut file = LogFile::new(place.clone());
    let mut log = file.load();
    for n in 1..4 {
        repo.write("a.md", &n.to_string()).at(n).commit("more");
        let head = store.head().expect("a branch").commit.expect("a commit");
        let batch = store.walk(&log, head, &progress).and_then(|mut walk| walk.next(&progress));
        let batch = batch.expect("readable").expect("a batch");
        file.append(&batch).expect("written");
        log.learn(batch);
    }
    let load = || LogFile::new(place.clone()).load();
    assert_eq!(told(&load(), "a.md"), told(&log, "a.md"));
    assert_eq!(load().head(), log.head());
    let bytes = std::fs::read(&place).expect("a file");
    std::fs::write(&place, &bytes[..bytes.len() - 1]).expect("written");
    let mut file = LogFile::new(place.clone());
    let short = file.load();
    assert_eq!(short.len(), 2);
    let head = log.head().expect("a commit");
    let again = store.walk(&short, head, &progress).expect("readable").next(&progress);
    file.append(&again.expect("readable").expect("a batch")).expect("written");
    assert_eq!(std::fs::read(&place).expect("a file"), bytes);
    for damage in [&b"recto log     0\n"[..], b"", b"something else that is longer than the first line"] {
        std::fs::write(&place, damage).expect("written");
        let mut file = LogFile::new(place.clone());
        assert!(file.load().is_empty());
        file.append(&log.to_batch()).expect("written");
        assert_eq!(told(&load(), "a.md"), told(&log, "a.md"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// However often a log was updated on the way, and whatever branch it came from, it is that of a walk over all commits.
    #[test]
    fn a_log_that_learned_is_the_one_of_a_walk_over_all(steps in proptest::collection::vec((0..5_u8, 0..4_u8, any::<bool>()), 1..9)) {
        let repo = TestRepo::new();
        repo.write("p0.md", "start\n").commit("start").git("branch side");
        let mut log = Log::default();
        for (n, (kind, page, update)) in steps.into_iter().enumerate() {
            let (file, text) = (format!("p{page}.md"), format!("{n}\n"));
            match kind {
                0 | 1 => { repo.at(n as u32 % 3).write(&file, &text).commit("edit"); }
                2 => { repo.git("checkout -q side").write(&file, &text).commit("side").git("checkout -q main"); }
                3 => { repo.git("merge -q --no-edit --allow-unrelated-histories -X ours side"); }
                _ => { repo.git("reset -q --hard HEAD~0").git("commit -q --amend --allow-empty -m other"); }
            }
            if update {
                log = read(&repo, log);
            }
        }
        let (log, clean) = (read(&repo, log), read(&repo, Log::default()));
        let ids = |log: &Log| log.newest_first().map(LoggedCommit::id).collect::<Vec<_>>();
        prop_assert_eq!(ids(&log), ids(&clean));
        for page in 0..4 {
            let file = format!("p{page}.md");
            prop_assert_eq!(told(&log, &file), told(&clean, &file));
        }
    }
}

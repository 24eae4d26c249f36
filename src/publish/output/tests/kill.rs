//! A build that is killed leaves the old site or the new one, at whatever moment.

use std::{
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::*;

const OLD: Site = &[
    ("index.html", "old"),
    ("same", "same"),
    ("page", "page to folder"),
    ("folder/index.html", "folder to page"),
    ("folder/deep/x", "folder to page"),
    ("gone/deep/index.html", "gone"),
    ("restored", "restored"),
    ("stays/a", "a"),
];
const NEW: Site = &[
    ("index.html", "new"),
    ("same", "same"),
    ("page/index.html", "page to folder"),
    ("page/x", "x"),
    ("folder", "folder to page"),
    ("new/deep/index.html", "new"),
    ("restored", "restored"),
    ("stays/b", "b"),
];

/// Builds the new site and stops after `n` operations; true when it came to its end.
fn build_killed(dir: &Path, n: usize) -> bool {
    let output = Output::open(dir).expect("open");
    let staging = output.begin(None).expect("begin");
    *staging.steps.left.lock().expect("no panic") = Some(n);
    let puts: Result<Vec<Put>, OutputError> =
        NEW.iter().map(|(path, text)| staging.put(path, text.as_bytes())).collect();
    puts.and_then(|_| staging.commit()).is_ok()
}

#[test]
fn a_build_killed_at_any_step_is_finished_or_forgotten() {
    let is_whole = |path: &str, text: &str, site: Site| site.contains(&(path, text));
    let mut n_forgotten = 0;
    for n in 0.. {
        let temp = folder();
        let dir = temp.path().join("public");
        build(&dir, OLD).expect("built");
        fs::write(dir.join("restored"), "edited").expect("written");
        fs::write(dir.join("mine"), "mine").expect("written");
        let ended = build_killed(&dir, n);
        for (path, text) in files(&dir).iter().filter(|(path, _)| !path.starts_with(".recto-")) {
            let is_mine = matches!(path.as_str(), "mine" | "restored");
            assert!(is_mine || is_whole(path, text, OLD) || is_whole(path, text, NEW), "{n}: {path} {text}");
        }
        for path in ["index.html", "same", "mine"] {
            assert!(dir.join(path).exists(), "{n}: {path} is always there");
        }
        // The next begin alone brings the folder to the old or the new site.
        let journal = dir.join(JOURNAL).exists();
        drop(Output::open(&dir).and_then(|output| output.begin(None)).expect("begin after a kill"));
        let manifest = fs::read_to_string(dir.join(MANIFEST)).expect("a manifest");
        let manifest = Manifest::parse(manifest).expect("a whole manifest");
        let site = if manifest.get("page").is_some() { OLD } else { NEW };
        assert!(!journal || site == NEW, "{n}: a journal is finished");
        n_forgotten += usize::from(site == OLD);
        let restored = if site == OLD { "edited" } else { "restored" };
        let mut expected: Vec<(&str, &str)> =
            site.iter().copied().filter(|file| file.0 != "restored").collect();
        expected.extend([("mine", "mine"), ("restored", restored)]);
        check_files(&dir, &expected);
        // And a build the new one, without leftovers.
        build(&dir, NEW).expect("built");
        let mut expected = NEW.to_vec();
        expected.push(("mine", "mine"));
        check_files(&dir, &expected);
        assert_eq!(tree(&dir).len(), expected.len() + 4, "{n}: no empty folders: {:?}", tree(&dir));
        if ended {
            assert!(n_forgotten > 5 && n > n_forgotten + 10, "{n_forgotten} of {n}");
            return;
        }
    }
}

#[test]
fn a_first_build_killed_at_any_step_shows_nothing_or_all() {
    for n in 0.. {
        let temp = folder();
        let dir = temp.path().join("public");
        let ended = build_killed(&dir, n);
        assert_eq!(dir.exists(), ended, "{n}");
        build(&dir, NEW).expect("built");
        check_files(&dir, NEW);
        assert_eq!(siblings(&dir), ["public"]);
        if ended {
            return;
        }
    }
}

#[test]
fn a_foreign_file_that_came_after_a_kill_is_not_overwritten() {
    let temp = folder();
    let dir = temp.path().join("public");
    let mut met = false;
    for n in 0..40 {
        let _ = fs::remove_dir_all(&dir);
        build(&dir, OLD).expect("built");
        build_killed(&dir, n);
        if !dir.join(JOURNAL).exists() || dir.join("new").exists() {
            continue;
        }
        met = true;
        fs::create_dir_all(dir.join("new/deep")).expect("created");
        fs::write(dir.join("new/deep/index.html"), "mine").expect("written");
        let error = build(&dir, NEW).expect_err("refused");
        assert!(matches!(error, OutputError::Unfinished(_)), "{error}");
        assert_eq!(fs::read_to_string(dir.join("new/deep/index.html")).expect("there"), "mine");
        fs::remove_file(dir.join("new/deep/index.html")).expect("removed");
        build(&dir, NEW).expect("built");
        check_files(&dir, NEW);
    }
    assert!(met);
}

const CHILD: &str = "RECTO_TEST_OUTPUT";
const N_CHILD_FILES: usize = 60;

/// What the next test kills: without its variable it does nothing.
#[test]
fn child_that_builds_until_killed() {
    let Some(dir) = std::env::var_os(CHILD) else { return };
    for n in 0_u64.. {
        let staging = Output::open(Path::new(&dir)).and_then(|output| output.begin(None)).expect("begin");
        for file in 0..N_CHILD_FILES {
            // Every other round the pages are folders.
            let path = if n.is_multiple_of(2) { format!("p{file}") } else { format!("p{file}/index.html") };
            staging.put(&path, format!("{n}\n").repeat(3_000).as_bytes()).expect("put");
        }
        staging.commit().expect("commit");
    }
}

#[cfg(unix)]
#[test]
fn a_killed_process_leaves_one_whole_site() {
    let temp = folder();
    let dir = temp.path().join("public");
    for wait_ms in [60, 90, 130, 170, 210] {
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "publish::output::tests::kill::child_that_builds_until_killed"])
            .env(CHILD, &dir)
            .stdout(Stdio::null())
            .spawn()
            .expect("a child");
        let begun = Instant::now();
        while !dir.exists() && begun.elapsed() < Duration::from_secs(20) {
            thread::sleep(Duration::from_millis(5));
        }
        thread::sleep(Duration::from_millis(wait_ms));
        child.kill().expect("killed");
        child.wait().expect("ended");
        drop(Output::open(&dir).and_then(|output| output.begin(None)).expect("begin after a kill"));
        let files = files(&dir);
        assert_eq!(files.len(), N_CHILD_FILES, "after {wait_ms} ms");
        for (path, text) in &files {
            assert_eq!(text, &files[0].1, "{path} belongs to the same site");
            assert_eq!(text.lines().count(), 3_000);
        }
    }
}

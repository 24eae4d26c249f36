//! The promises of the output folder, each shown from outside; those about a killed build are in [`kill`].

mod kill;

use std::{collections::BTreeMap, fs, path::Path};

use rayon::prelude::*;
use walkdir::WalkDir;

use super::*;

/// Files by path, with their content.
type Site<'a> = &'a [(&'a str, &'a str)];

fn build(dir: &Path, site: Site) -> Result<Summary, OutputError> {
    let staging = Output::open(dir)?.begin(None)?;
    for (path, text) in site {
        staging.put(path, text.as_bytes())?;
    }
    staging.commit()
}

/// Every file and folder (with a `/`) below `dir`, except the manifest.
fn tree(dir: &Path) -> BTreeMap<String, String> {
    let entries = WalkDir::new(dir).min_depth(1).into_iter().map(|entry| entry.expect("a readable folder"));
    let named = entries.map(|entry| {
        let path = entry.path().strip_prefix(dir).expect("below").to_str().expect("UTF-8").to_owned();
        let content = if entry.file_type().is_dir() {
            "/".to_owned()
        } else {
            fs::read_to_string(entry.path()).unwrap_or_else(|_| "?".to_owned())
        };
        (path, content)
    });
    named.filter(|(path, _)| path != MANIFEST).collect()
}

fn files(dir: &Path) -> Vec<(String, String)> {
    tree(dir).into_iter().filter(|(_, content)| content != "/").collect()
}

fn check_files(dir: &Path, expected: Site) {
    let mut expected: Vec<(String, String)> =
        expected.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    expected.sort();
    assert_eq!(files(dir), expected);
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// What stands beside the output folder.
fn siblings(dir: &Path) -> Vec<String> {
    let parent = dir.parent().expect("a parent");
    let names = fs::read_dir(parent).expect("readable").map(|entry| entry.expect("readable").file_name());
    names.map(|name| name.to_string_lossy().into_owned()).collect()
}

#[test]
fn a_new_folder_appears_as_a_whole() {
    let temp = folder();
    let dir = temp.path().join("deep/public");
    let staging = Output::open(&dir).and_then(|output| output.begin(None)).expect("begin");
    assert!(matches!(staging.put("a/index.html", b"a").expect("put"), Put::Written(_)));
    assert!(!dir.exists());
    let summary = staging.commit().expect("commit");
    assert_eq!((summary.written, summary.unchanged, summary.removed), (1, 0, 0));
    check_files(&dir, &[("a/index.html", "a")]);
    assert_eq!(siblings(&dir), ["public"]);
}

#[test]
fn an_empty_folder_keeps_its_permissions() {
    let temp = folder();
    let dir = temp.path().join("public");
    fs::create_dir(&dir).expect("created");
    #[cfg(unix)]
    fs::set_permissions(&dir, std::os::unix::fs::PermissionsExt::from_mode(0o750)).expect("set");
    let before = fs::metadata(&dir).expect("there").permissions();
    build(&dir, &[("a", "a")]).expect("built");
    assert_eq!(fs::metadata(&dir).expect("there").permissions(), before);
    assert_eq!(siblings(&dir), ["public"]);
}

#[test]
fn only_differences_are_written_and_only_ours_is_removed() {
    let temp = folder();
    let dir = temp.path().join("public");
    build(&dir, &[("index.html", "1"), ("a/index.html", "a"), ("a/b/index.html", "b")]).expect("built");
    fs::create_dir_all(dir.join("mine/empty")).expect("created");
    fs::write(dir.join("a/mine.txt"), "mine").expect("written");
    let unchanged = fs::metadata(dir.join("index.html")).and_then(|file| file.modified()).expect("a time");

    let summary = build(&dir, &[("index.html", "1"), ("c/index.html", "c")]).expect("built");

    assert_eq!((summary.written, summary.unchanged, summary.removed), (1, 1, 2));
    assert_eq!(
        fs::metadata(dir.join("index.html")).and_then(|file| file.modified()).expect("a time"),
        unchanged
    );
    let names: Vec<String> = tree(&dir).into_keys().collect();
    assert_eq!(names, ["a", "a/mine.txt", "c", "c/index.html", "index.html", "mine", "mine/empty"]);
}

#[test]
fn a_folder_called_like_the_manifest_is_refused_before_anything_changes() {
    let dir = folder();
    let dir = dir.path().join("p");
    build(&dir, &[("page", "old")]).expect("built");
    fs::remove_file(dir.join(MANIFEST)).expect("removed");
    fs::create_dir(dir.join(MANIFEST)).expect("a folder");
    let refused = build(&dir, &[("page", "new")]).expect_err("it is in the way");
    assert!(matches!(&refused, OutputError::Foreign(paths) if paths == &[MANIFEST]), "{refused}");
    check_files(&dir, &[("page", "old")]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_no_text_is_not_ours_though_it_reads_like_it() {
    use std::os::unix::ffi::OsStrExt as _;

    let dir = folder();
    let dir = dir.path().join("p");
    build(&dir, &[("d/\u{FFFD}", "ours")]).expect("built");
    fs::write(dir.join("d").join(std::ffi::OsStr::from_bytes(b"\xFF")), "foreign").expect("written");
    let refused = build(&dir, &[("d", "a file")]).expect_err("it is in the way");
    assert!(matches!(&refused, OutputError::Foreign(_)), "{refused}");
    assert_eq!(fs::read_to_string(dir.join("d/\u{FFFD}")).expect("it is there"), "ours");
}

/// Changes `page` of the site of two, and keeps `other`.
fn change_one(dir: &Path, known: Option<Digest>, files: &dyn Fn() -> Vec<(OutputPath, Digest)>) -> Summary {
    let mut staging = Output::open(dir).and_then(|output| output.begin(known)).expect("begin");
    staging.put("page", b"new").expect("staged");
    staging.apply(&Kept { n: 1, files }).expect("changed")
}

#[test]
fn where_no_file_comes_or_goes_nobody_asks_which_stay() {
    let (one, other) = (folder(), folder());
    let kept = || vec![("other".into(), Digest::of(b"same"))];
    let manifests = [one.path().join("p"), other.path().join("p")].map(|dir| {
        build(&dir, &[("page", "old"), ("other", "same")]).expect("built");
        let known = Output::open(&dir).expect("a folder").manifest_digest();
        let of = |known, files| change_one(&dir, known, files);
        let summary =
            if dir.starts_with(one.path()) { of(known, &|| panic!("nobody asks")) } else { of(None, &kept) };
        assert_eq!((summary.written, summary.unchanged, summary.removed), (1, 1, 0));
        check_files(&dir, &[("other", "same"), ("page", "new")]);
        fs::read_to_string(dir.join(MANIFEST)).expect("a manifest")
    });
    assert_eq!(manifests[0], manifests[1]);
}

#[test]
fn a_file_that_nobody_keeps_goes_though_another_comes() {
    let dir = folder();
    let dir = dir.path().join("p");
    build(&dir, &[("gone", "x"), ("other", "same")]).expect("built");
    let known = Output::open(&dir).expect("a folder").manifest_digest();
    let summary = change_one(&dir, known, &|| vec![("other".into(), Digest::of(b"same"))]);
    assert_eq!((summary.written, summary.unchanged, summary.removed), (1, 1, 1));
    check_files(&dir, &[("other", "same"), ("page", "new")]);
}

#[test]
fn the_manifest_depends_on_the_site_alone() {
    let (one, other) = (folder(), folder());
    build(&one.path().join("p"), &[("b", "2"), ("a", "1")]).expect("built");
    build(&other.path().join("p"), &[("x", "9"), ("b", "0")]).expect("built");
    build(&other.path().join("p"), &[("a", "1"), ("b", "2")]).expect("built");
    let manifest = |dir: &Path| fs::read_to_string(dir.join("p").join(MANIFEST)).expect("a manifest");
    assert_eq!(manifest(one.path()), manifest(other.path()));
}

#[test]
fn nothing_changed_changes_nothing() {
    let temp = folder();
    let dir = temp.path().join("public");
    let site: Site = &[("a", "a"), ("b/c", "c")];
    build(&dir, site).expect("built");
    let manifest = fs::metadata(dir.join(MANIFEST)).and_then(|file| file.modified()).expect("a time");
    let summary = build(&dir, site).expect("built");
    assert_eq!((summary.written, summary.unchanged), (0, 2));
    assert_eq!(fs::metadata(dir.join(MANIFEST)).and_then(|file| file.modified()).expect("a time"), manifest);
    assert_eq!(tree(&dir).len(), 3, "no lock, stage or journal is left");
}

#[test]
fn a_file_edited_by_hand_is_kept_and_told() {
    let temp = folder();
    let dir = temp.path().join("public");
    build(&dir, &[("a", "a"), ("b", "b"), ("c", "c")]).expect("built");
    fs::write(dir.join("a"), "edited").expect("written");
    fs::write(dir.join("c"), "edited").expect("written");
    let summary = build(&dir, &[("c", "c")]).expect("built");
    assert_eq!((summary.kept, summary.removed, summary.written), (vec!["a".to_owned()], 1, 1));
    check_files(&dir, &[("a", "edited"), ("c", "c")]);
    // From now on it is foreign.
    assert_eq!(build(&dir, &[("c", "c")]).expect("built").kept, Vec::<String>::new());
    assert!(matches!(build(&dir, &[("a", "a")]), Err(OutputError::Foreign(paths)) if paths == ["a"]));
}

#[test]
fn foreign_files_stop_the_commit_before_any_change() {
    let temp = folder();
    let dir = temp.path();
    for n in 10..22 {
        fs::write(dir.join(format!("f{n}")), "mine").expect("written");
    }
    fs::write(dir.join("same"), "site").expect("written");
    let mut site: Vec<(String, &str)> = (10..22).map(|n| (format!("f{n}"), "site")).collect();
    site.push(("same".to_owned(), "site"));
    site.push(("new".to_owned(), "site"));
    let before = tree(dir);
    let site: Vec<(&str, &str)> = site.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    let error = build(dir, &site).expect_err("refused");
    assert!(error.to_string().contains("`f19` and 2 more"), "{error}");
    assert!(error.hint().is_some_and(|hint| hint.contains("--output")));
    assert_eq!(tree(dir), before);
    // Equal bytes are adopted, and so removed later.
    assert_eq!(build(dir, &[("same", "site")]).expect("built").unchanged, 1);
    assert_eq!(build(dir, &[]).expect("built").removed, 1);
}

#[test]
fn a_page_becomes_a_folder_and_a_folder_a_page() {
    let temp = folder();
    let dir = temp.path().join("public");
    let (page, inside): (Site, Site) = (&[("a", "page")], &[("a/b/index.html", "b"), ("a/index.html", "a")]);
    for site in [page, inside, page, inside] {
        build(&dir, site).expect("built");
        check_files(&dir, site);
    }
    fs::write(dir.join("a/b/mine"), "mine").expect("written");
    let error = build(&dir, page).expect_err("refused");
    assert!(matches!(&error, OutputError::Foreign(paths) if paths == &["a/b/mine"]), "{error}");
    fs::remove_file(dir.join("a/b/mine")).expect("removed");
    fs::create_dir(dir.join("a/empty")).expect("created");
    assert!(matches!(build(&dir, page), Err(OutputError::Foreign(paths)) if paths == ["a/empty/"]));
    let foreign_file = temp.path().join("other");
    fs::create_dir(&foreign_file).expect("created");
    fs::write(foreign_file.join("a"), "mine").expect("written");
    assert!(matches!(build(&foreign_file, inside), Err(OutputError::Foreign(paths)) if paths == ["a"]));
}

#[test]
fn bad_paths_are_refused() {
    let temp = folder();
    let dir = temp.path().join("public");
    let staging = Output::open(&dir).and_then(|output| output.begin(None)).expect("begin");
    let long = "a/".repeat(3_000) + "b";
    for path in
        ["", "/a", "../a", "a/../b", "a//b", "a/", "./a", "a\0", ".recto-manifest", ".RECTO-x/a", &long]
    {
        assert!(matches!(staging.put(path, b""), Err(OutputError::BadPath { .. })), "{path:?}");
    }
}

#[test]
fn two_files_of_one_name_are_refused() {
    let temp = folder();
    for before in [false, true] {
        let dir = temp.path().join("public");
        if before {
            build(&dir, &[("x", "x")]).expect("built");
        }
        let begin = || Output::open(&dir).and_then(|output| output.begin(None)).expect("begin");
        let staging = begin();
        staging.put("a", b"1").expect("put");
        assert_eq!(staging.put("a", b"1").expect("the same again"), Put::Again);
        assert!(matches!(staging.put("a", b"2"), Err(OutputError::Twice(_))));
        assert!(matches!(staging.put("a/b/c", b"2"), Err(OutputError::Clash { .. })));
        drop(staging);
        let staging = begin();
        staging.put("a/b/c", b"2").expect("put");
        assert!(matches!(staging.put("a", b"2"), Err(OutputError::Clash { .. })));
    }
}

#[cfg(unix)]
#[test]
fn links_are_never_written_through() {
    use std::os::unix::fs::symlink;
    let temp = folder();
    let (dir, outside) = (temp.path().join("public"), temp.path().join("outside"));
    fs::create_dir(&outside).expect("created");
    fs::write(outside.join("a"), "outside").expect("written");
    build(&dir, &[("keep", "k"), ("gone/a", "outside"), ("late", "late")]).expect("built");
    fs::remove_dir_all(dir.join("gone")).expect("removed");
    fs::remove_file(dir.join("late")).expect("removed");
    for (link, target) in [("link", "."), ("gone", "."), ("late", "a"), ("file", "a")] {
        symlink(outside.join(target), dir.join(link)).expect("linked");
    }
    for path in ["link/a", "link/new", "file"] {
        assert!(
            matches!(build(&dir, &[("keep", "new"), (path, "x")]), Err(OutputError::Symlink(_))),
            "{path}"
        );
    }
    // Nothing is removed through a link either, and the link stays.
    let summary = build(&dir, &[("keep", "k")]).expect("built");
    assert_eq!((summary.kept, summary.removed), (vec!["gone/a".to_owned(), "late".to_owned()], 0));
    check_files(&outside, &[("a", "outside")]);
    // The output folder itself may be one.
    symlink(&dir, temp.path().join("alias")).expect("linked");
    build(&temp.path().join("alias"), &[("keep", "2")]).expect("built");
    assert_eq!(fs::read_to_string(dir.join("keep")).expect("there"), "2");
    // Our own names are no way out.
    symlink(outside.join("lock"), dir.join(LOCK)).expect("linked");
    assert!(matches!(build(&dir, &[]), Err(OutputError::Symlink(_))));
    assert!(!outside.join("lock").exists());
}

#[test]
fn a_damaged_manifest_or_journal_deletes_nothing() {
    let temp = folder();
    let dir = temp.path().join("public");
    build(&dir, &[("a", "a"), ("b", "b")]).expect("built");
    fs::write(dir.join(MANIFEST), b"recto-manifest 1\n\xff").expect("written");
    let summary = build(&dir, &[("a", "a")]).expect("built");
    assert_eq!((summary.warnings.len(), summary.removed, summary.unchanged), (1, 0, 1));
    check_files(&dir, &[("a", "a"), ("b", "b")]);
    fs::write(dir.join(JOURNAL), "recto-journal 1\nremove 0 ../../b\n").expect("written");
    let summary = build(&dir, &[("a", "a")]).expect("built");
    assert_eq!((summary.warnings.len(), summary.removed), (1, 0));
    check_files(&dir, &[("a", "a"), ("b", "b")]);
    assert_eq!(build(&dir, &[("a", "a")]).expect("built"), Summary { unchanged: 1, ..Summary::default() });
}

#[test]
fn a_dropped_build_leaves_the_old_site() {
    let temp = folder();
    let dir = temp.path().join("public");
    let put = |text: &[u8]| {
        let staging = Output::open(&dir).and_then(|output| output.begin(None)).expect("begin");
        staging.put("a", text).expect("put");
        staging.put("b/c", text).expect("put");
    };
    put(b"1");
    assert!(siblings(&dir).is_empty());
    build(&dir, &[("a", "old")]).expect("built");
    let before = tree(&dir);
    put(b"2");
    assert_eq!(tree(&dir), before);
}

#[test]
fn two_builds_take_turns() {
    let temp = folder();
    let dir = temp.path().join("public");
    (0..16).into_par_iter().for_each(|n| {
        let text = n.to_string();
        build(&dir, &[("a", &text), (&format!("own/{n}"), &text)]).expect("built in turn");
    });
    let files = files(&dir);
    assert_eq!(files.len(), 2, "{files:?}");
    assert_eq!(files[0].1, files[1].1);
}

#[cfg(target_os = "linux")]
#[test]
fn a_refusal_of_the_system_leaves_the_old_site() {
    let temp = folder();
    let dir = temp.path().join("public");
    let deep = |name: &str| format!("a/{name}");
    build(&dir, &[("a/x", "old"), ("b", "old")]).expect("built");
    let before = tree(&dir);
    let too_long = deep(&"n".repeat(300));
    let error = build(&dir, &[("b", "new"), (&too_long, "new")]).expect_err("refused");
    assert!(error.to_string().contains("nnn"), "{error}");
    assert_eq!(tree(&dir), before);
    let proc = Path::new("/proc/recto-test/public");
    let error = build(proc, &[("a", "a")]).expect_err("refused");
    assert!(
        matches!(error, OutputError::Io { .. }) && error.to_string().contains("/proc/recto-test"),
        "{error}"
    );
    let file = dir.join("b");
    assert!(matches!(build(&file, &[]), Err(OutputError::NotAFolder(_))));
}

#[test]
fn a_file_that_others_write_meanwhile_is_not_the_one_that_was_put() {
    let dir = tempfile::tempdir().expect("a folder");
    build(dir.path(), &[("same", "1"), ("other", "1")]).expect("built");
    let output = Output::open(dir.path()).expect("a folder");
    let staging = output.begin(None).expect("begun");
    let puts = [("same", "1"), ("other", "2")]
        .map(|(path, text)| (path, staging.put(path, text.as_bytes()).expect("put")));
    staging.commit().expect("committed");
    let stat = |path: &str| FileStat::of(&fs::symlink_metadata(dir.path().join(path)).expect("there"));
    for (path, put) in puts {
        assert!(put.is_still(&stat(path)), "{path}");
        fs::write(dir.path().join(path), "other").expect("written");
        assert!(!put.is_still(&stat(path)), "{path}");
    }
}

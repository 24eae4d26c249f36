//! One test for both sources: a folder and a commit of the same files give the same listing and the same bytes.

use super::*;
use crate::git::test_repo::TestRepo;

fn list(source: &dyn Source) -> Listing {
    source.listing(&ListingOptions { exclude: vec![path("excluded")] }).expect("a source can be listed")
}

fn path(text: &str) -> RepoPath {
    RepoPath::new(text).expect("a normal path")
}

fn paths(listing: &Listing) -> Vec<&str> {
    listing.entries.keys().map(RepoPath::as_str).collect()
}

fn codes(listing: &Listing) -> Vec<&'static str> {
    listing.diagnostics.iter().map(|diagnostic| diagnostic.code).collect()
}

/// Compares a folder with a revision, listing and bytes, and gives the listing.
fn check(dir: &Path, repository: &Path, rev: &str) -> Listing {
    let folder = Folder::open(dir).expect("a folder");
    let tree = Tree::open(repository, rev).expect("a revision");
    let listing = list(&folder);
    assert_eq!(listing, list(&tree));
    assert_eq!(listing, list(&folder), "the second listing is the first");
    for (path, entry) in &listing.entries {
        let bytes = folder.read(path).expect("a listed file");
        assert_eq!((BlobId::of(&bytes), bytes.len() as u64), (entry.blob, entry.size), "{path}");
        assert_eq!(bytes, tree.read(path).expect("a listed file"), "{path}");
        assert_eq!(
            entry.blob,
            BlobId::of(&folder.read(entry.link_to.as_ref().unwrap_or(path)).expect("a file"))
        );
    }
    listing
}

#[test]
fn plain_files_and_odd_names() {
    let repo = TestRepo::new();
    repo.write("index.md", "# Hello")
        .write("docs/a.md", "a")
        .write("docs/deep/er/b.md", "b")
        .write("empty.md", "");
    repo.write("with space.md", "1").write("-dash.md", "2").write("*[x].md", "3").write("a\\b.md", "4");
    repo.write("docs.md", "5").write("docs-2.md", "6").write("\u{fc}.md", "nfc").write("u\u{308}.md", "nfd");
    repo.write("A.md", "upper").write("a.md", "lower").write("crlf.md", "a\r\nb\r\n");
    repo.write("tab\t.md", "x").write("docs/rtl\u{202e}.md", "x").write("line\nbreak/x.md", "x");
    repo.commit("all");
    let listing = check(repo.root(), repo.root(), "HEAD");
    let expected = "*[x].md|-dash.md|A.md|a.md|a\\b.md|crlf.md|docs-2.md|docs.md|docs/a.md|docs/deep/er/b.md|empty.md\
        |index.md|u\u{308}.md|with space.md|\u{fc}.md";
    assert_eq!(paths(&listing).join("|"), expected);
    assert_eq!(codes(&listing), ["name-dangerous"; 3]);
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_not_utf8() {
    use std::os::unix::ffi::OsStrExt as _;
    let repo = TestRepo::new();
    repo.write("docs/a.md", "a");
    let name = std::ffi::OsStr::from_bytes(b"\xff.md");
    std::fs::write(repo.path("docs").join(name), "x").expect("a file can be written");
    repo.commit("all");
    let listing = check(repo.root(), repo.root(), "HEAD");
    assert_eq!((paths(&listing), codes(&listing)), (vec!["docs/a.md"], vec!["name-not-utf8"]));
    assert!(listing.diagnostics[0].message.starts_with("`docs/\\xff.md` has"), "{:?}", listing.diagnostics);
}

#[test]
fn hidden_ignored_excluded_and_output_files() {
    let repo = TestRepo::new();
    repo.write(".gitignore", "*.tmp\n/ignored/\n").write("docs/.gitignore", "*.log\n!keep.tmp\n");
    repo.write("tracked.tmp", "x").write("ignored/tracked.md", "x").write("docs/tracked.log", "x");
    repo.git("add -f tracked.tmp ignored docs/tracked.log");
    repo.write("docs/keep.tmp", "x").write("docs/a.md", "x");
    repo.write(".rectoignore", "private/\n*.bak\n").write("private/a.md", "x").write("docs/x.bak", "x");
    repo.write("excluded/a.md", "x").write("docs/excluded/a.md", "x");
    repo.write("out/.recto-manifest", "x").write("out/index.html", "x");
    repo.write(".hidden/a.md", "x").write(".well-known/security.txt", "x").write(".nojekyll", "");
    repo.commit("all");
    // What Git ignores is only in the folder, and left out there.
    repo.write("untracked.tmp", "x").write("ignored/untracked.md", "x").write("docs/untracked.log", "x");
    let listing = check(repo.root(), repo.root(), "main");
    let expected = [
        ".nojekyll",
        ".well-known/security.txt",
        "docs/a.md",
        "docs/excluded/a.md",
        "docs/keep.tmp",
        "docs/tracked.log",
        "ignored/tracked.md",
        "tracked.tmp",
    ];
    assert_eq!(paths(&listing), expected);
    assert_eq!(listing.diagnostics, []);
}

#[cfg(unix)]
#[test]
fn symbolic_links() {
    let repo = TestRepo::new();
    repo.write("docs/a.md", "a").write("docs/x/b.md", "b").write(".hidden.md", "x");
    repo.link("a.md", "docs/a.md").link("copy", "docs").link("docs/up.md", "../docs/x/../a.md");
    repo.link("chain.md", "copy/up.md").link("docs/inner", "x");
    repo.link("outside.md", "../outside.md")
        .link("absolute.md", "/etc/hostname")
        .link("broken.md", "none.md");
    repo.link("loop", "loop")
        .link("docs/around", "..")
        .link("secret", ".git/config")
        .link("hidden.md", ".hidden.md");
    repo.commit("all");
    let listing = check(repo.root(), repo.root(), "HEAD");
    let linked: Vec<String> = listing
        .entries
        .iter()
        .filter_map(|(path, entry)| Some(format!("{path}={}", entry.link_to.as_ref()?)))
        .collect();
    let expected = [
        "a.md=docs/a.md",
        "chain.md=docs/a.md",
        "copy/a.md=docs/a.md",
        "copy/x/b.md=docs/x/b.md",
        "docs/inner/b.md=docs/x/b.md",
        "docs/up.md=docs/a.md",
    ];
    assert_eq!(linked, expected);
    let mut found = codes(&listing);
    found.sort_unstable();
    let broken = "symlink-broken";
    assert_eq!(found, [broken, broken, broken, broken, "symlink-loop", "symlink-outside", "symlink-outside"]);
    for source in [
        &Folder::open(repo.root()).expect("a folder") as &dyn Source,
        &Tree::open(repo.root(), "main").expect("a revision"),
    ] {
        for left_out in [
            "outside.md",
            "absolute.md",
            "loop",
            "secret",
            "broken.md",
            "docs",
            "copy",
            ".git/config",
            ".GIT/config",
        ] {
            assert!(matches!(source.read(&path(left_out)), Err(SourceError::NotFound { .. })), "{left_out}");
        }
        assert_eq!(source.read(&path(".hidden.md")).expect("a hidden file can be read"), b"x");
    }
}

#[test]
fn submodules_and_nested_repositories() {
    let repo = TestRepo::new();
    repo.write("a.md", "x").commit("first");
    let commit = repo.git_with_input("rev-parse HEAD", b"");
    repo.git(&format!("update-index --add --cacheinfo 160000,{commit},module"));
    repo.git("commit --quiet -m module");
    repo.write("module/not-checked-out.md", "x");
    repo.write("nested/a.md", "x").git("init --quiet nested");
    assert_eq!(paths(&check(repo.root(), repo.root(), "HEAD")), ["a.md"]);
}

#[test]
fn a_folder_of_a_repository() {
    let repo = TestRepo::new();
    repo.write(".gitignore", "*.tmp\n/site/drafts/\n").write("site/.gitignore", "*.log\n");
    repo.write("README.md", "x")
        .write("site/docs/a.md", "a")
        .write("site/b.md", "b")
        .write("site-2/c.md", "c");
    repo.write("site/docs/tracked.tmp", "x").git("add -f site/docs/tracked.tmp").commit("all");
    repo.write("site/x.tmp", "x").write("site/drafts/a.md", "x").write("site/docs/y.log", "x");
    let listing = check(&repo.path("site"), &repo.path("site"), "HEAD");
    assert_eq!(paths(&listing), ["b.md", "docs/a.md", "docs/tracked.tmp"]);
    let listing = check(&repo.path("site/docs"), &repo.path("site/docs"), "HEAD");
    assert_eq!(paths(&listing), ["a.md", "tracked.tmp"]);
    let error = Tree::open(repo.path("site/drafts"), "HEAD").expect_err("the folder is not in the commit");
    assert_eq!(error.to_string(), "`site/drafts` is not a folder of the revision `HEAD`");
}

#[test]
fn an_ignored_folder_that_is_named_is_listed() {
    let repo = TestRepo::new();
    repo.write(".gitignore", "/scratch/\n*.tmp\n").commit("all").write("scratch/site/a.md", "x");
    let listing = list(&Folder::open(repo.path("scratch/site")).expect("a folder"));
    assert_eq!(paths(&listing), ["a.md"]);
}

#[test]
fn a_bare_repository() {
    let repo = TestRepo::new();
    repo.write("docs/a.md", "a").write("b.md", "b").commit("all");
    let bare = repo.clone_with("--bare");
    assert_eq!(check(repo.root(), bare.root(), "main").entries.len(), 2);
    let docs = Tree::open(bare.root(), "main").and_then(|tree| tree.below(&path("docs"))).expect("a folder");
    assert_eq!(paths(&list(&docs)), ["a.md"]);
}

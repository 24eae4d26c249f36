//! What an update and a cache of parsed pages keep, and what they parse again.

mod answers;
mod edits;
mod languages;
mod random;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use crate::{
    base::path::RepoPath,
    site::{
        Site, SiteOptions,
        file::{FormerFiles, PageFile},
    },
    source::{ChangeSet, Listing, ListingOptions, Memory, Source, SourceError},
};

fn load(source: &Memory) -> Site {
    Site::load(source, &SiteOptions::default()).expect("a source in memory")
}

fn update(site: &Site, source: &Memory) -> Site {
    let listing = source.listing(&ListingOptions::default()).expect("a source in memory");
    site.update(source, &ChangeSet::between(site.listing(), &listing), listing)
}

fn load_with(source: &Memory, former: &Site, options: &SiteOptions) -> Site {
    let listing = source.listing(&ListingOptions::default()).expect("a source in memory");
    let files = former.files().map(|file| (file.path.clone(), Arc::clone(file))).collect();
    let links = former.links().to_keep(former).unwrap_or_default();
    let (reading, stock) = (former.reading().clone(), Arc::clone(former.stock()));
    let former = FormerFiles { stock, reading, files, links };
    Site::load_with(source, listing, options, &former)
}

fn file<'a>(site: &'a Site, path: &str) -> &'a Arc<PageFile> {
    site.files().find(|file| file.path.as_str() == path).expect("a page")
}

fn problems(site: &Site) -> Vec<String> {
    site.diagnostics()
        .iter()
        .map(|problem| format!("{} ({})", problem.message, problem.hint.as_deref().unwrap_or_default()))
        .collect()
}

fn base() -> Memory {
    Memory::new()
        .file("recto.yml", "title: T\n")
        .file("content/a.md", "{{#include ../parts/part.txt}}\n")
        .file("content/b.md", "# B\n")
        .file("content/c.md", "{{#include ../parts/part.txt:nowhere}}\n")
        .file("content/d.md", "{{#include ../parts/prt.txt}}\n")
        .file("parts/part.txt", "one\n")
}

#[test]
fn a_readme_is_the_page_of_its_folder_unless_that_has_one_in_html() {
    let source = Memory::new().file("README.md", "# Read").file("a/README.md", "# A").file("a/b.md", "# B");
    let site = load(&source);
    let routes = |site: &Site| {
        let pages = site.pages().iter().map(|(_, page)| format!("{} {}", page.route, page.path()));
        pages.collect::<Vec<String>>()
    };
    assert_eq!(routes(&site), ["/ README.md", "/a/ a/README.md", "/a/b/ a/b.md"]);
    let source = source.file("index.html", "<h1>Home</h1>");
    let updated = update(&site, &source);
    assert_eq!(routes(&updated), ["/README/ README.md", "/a/ a/README.md", "/a/b/ a/b.md"]);
    assert_eq!(problems(&updated), Vec::<String>::new());
}

#[test]
fn only_pages_whose_bytes_or_inclusions_changed_are_parsed_again() {
    let before = load(&base());
    let check = |source: Memory, parsed: &[&str]| {
        let again: Vec<Site> =
            vec![update(&before, &source), load_with(&source, &before, &SiteOptions::default())];
        for (after, way) in again.iter().zip(["update", "cache"]) {
            // A page that asked for something missing is never taken from a cache.
            let is_new = |path: &&str| !Arc::ptr_eq(file(&before, path), file(after, path));
            let found: Vec<&str> = ["content/a.md", "content/b.md", "content/c.md", "content/d.md"]
                .into_iter()
                .filter(is_new)
                .filter(|path| way == "update" || *path != "content/d.md")
                .collect();
            assert_eq!(found, parsed, "{way}");
        }
    };
    check(base(), &[]);
    check(base().file("recto.yml", "title: U\n"), &[]);
    check(base().file("content/b.md", "# C\n"), &["content/b.md"]);
    check(base().file("parts/part.txt", "# two\n"), &["content/a.md", "content/c.md"]);
}

#[test]
fn pages_are_parsed_again_when_they_are_read_differently() {
    let source = base().file("recto.yml", "markdown: {math: false}\n");
    let before = load(&base());
    for after in [update(&before, &source), load_with(&source, &before, &SiteOptions::default())] {
        assert!(!Arc::ptr_eq(file(&before, "content/b.md"), file(&after, "content/b.md")));
    }
}

#[test]
fn a_file_that_appears_is_included_where_it_was_missing() {
    let source = Memory::new().file("a.md", "{{#include later.md}}\n").file("b.md", "# B\n");
    let before = load(&source);
    assert_eq!(problems(&before), ["`later.md` is not there to include ()"]);
    let source = source.file("later.md", "# Later\n");
    let after = update(&before, &source);
    assert_eq!(problems(&after), problems(&load(&source)));
    assert_eq!(file(&after, "a.md").facts.title.as_deref(), Some("Later"));
}

#[test]
fn the_hint_of_a_missing_inclusion_follows_the_files_there_are() {
    let source = Memory::new().file("a.md", "{{#include sub/later.txt}}\n").file("sub/latr.txt", "x");
    let before = load(&source);
    let hint = "`sub/later.txt` is not there to include (did you mean `sub/latr.txt`?)";
    assert_eq!(problems(&before), [hint]);
    let path = RepoPath::new("sub/latr.txt").expect("a normal path");
    let after = update(&before, &source.without(&path));
    assert_eq!(problems(&after), ["`sub/later.txt` is not there to include ()"]);
}

/// A folder of which the first reading of a file fails, as if the file were away for a moment.
struct Away {
    files: Memory,
    path: RepoPath,
    has_failed: AtomicBool,
}

impl Source for Away {
    fn listing(&self, options: &ListingOptions) -> Result<Listing, SourceError> {
        self.files.listing(options)
    }

    fn read(&self, path: &RepoPath) -> Result<Vec<u8>, SourceError> {
        if *path == self.path && !self.has_failed.swap(true, Ordering::Relaxed) {
            return Err(SourceError::NotFound { path: path.to_string() });
        }
        self.files.read(path)
    }
}

#[test]
fn a_file_that_is_away_while_it_is_read_is_looked_at_again() {
    for away in ["recto.yml", "SUMMARY.md", "a.md", "part.txt"] {
        let files = Memory::new()
            .file("recto.yml", "title: T\n")
            .file("SUMMARY.md", "* [A](a.md)\n")
            .file("a.md", "# A\n\n{{#include part.txt}}\n")
            .file("part.txt", "Part\n");
        let source = Away { files, path: RepoPath::root().join(away), has_failed: AtomicBool::new(false) };
        let site = Site::load(&source, &SiteOptions::default()).expect("a source in memory");
        let unsettled = if away == "part.txt" { "a.md" } else { away };
        assert_eq!(site.unsettled_files(), [RepoPath::root().join(unsettled)], "{away}");
        let changes = ChangeSet { changed: site.unsettled_files(), ..ChangeSet::default() };
        let next = site.update(&source, &changes, site.listing().clone());
        assert!(next.unsettled_files().is_empty(), "{away}");
    }
}

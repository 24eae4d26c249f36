//! The files that browsers search with, in sites built by the real program.

mod support;

use std::{collections::BTreeMap, fs, path::Path};

use support::TestSite;

/// The files for searching by name.
fn files(site: &TestSite) -> BTreeMap<String, Vec<u8>> {
    let folder = site.root().join("public/theme/search");
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let file = |path: &Path| fs::read(path).expect("a file can be read");
    entries.map(|entry| (entry.file_name().to_string_lossy().into_owned(), file(&entry.path()))).collect()
}

fn text(files: &BTreeMap<String, Vec<u8>>) -> String {
    files.values().map(|bytes| String::from_utf8_lossy(bytes)).collect()
}

/// A site of so many pages with words of their own.
fn large(n_pages: usize) -> TestSite {
    (0..n_pages).fold(TestSite::new(), |site, at| {
        let words: String = (0..200).map(|word| format!("w{:x} ", at * 7919 + word * 104_729)).collect();
        site.file(&format!("content/s{}/p{at}.md", at % 10), &format!("# Page {at}\n\n{words}\n"))
    })
}

fn changed(before: &BTreeMap<String, Vec<u8>>, after: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let names = before.keys().chain(after.keys());
    let mut changed: Vec<String> =
        names.filter(|name| before.get(*name) != after.get(*name)).cloned().collect();
    changed.sort();
    changed.dedup();
    changed
}

#[test]
fn a_small_site_has_an_overview_a_shard_and_a_list_of_pages() {
    let site = TestSite::new()
        .file("index.md", "# Handbook\n\nWords to find.\n")
        .file("hidden.md", "---\nsearch: false\n---\n# Hidden\n\nsecretword\n")
        .file("draft.md", "---\ndraft: true\n---\n# Draft\n\ndraftword\n")
        .file("old.md", "---\nredirect: /\n---\nredirectedword\n");
    site.build().code(0).no_problems();
    let files = files(&site);
    assert_eq!(files.keys().collect::<Vec<_>>(), ["index.json", "pages-0.json", "words-.bin"]);
    let found = text(&files);
    assert!(found.contains("handbook") && found.contains("\"Handbook\""));
    for word in ["secretword", "draftword", "redirectedword", "Hidden"] {
        assert!(!found.contains(word), "{word}");
    }
}

#[test]
fn search_can_be_switched_off() {
    let site = TestSite::new().file("recto.yml", "search: false\n").file("index.md", "# A\n");
    site.build().code(0).no_problems();
    assert!(files(&site).is_empty());
    let page = fs::read_to_string(site.root().join("public/index.html")).expect("a page");
    assert!(!page.contains("<button class=\"search-open\""));
    site.write("recto.yml", "search: true\n");
    site.build().code(0).no_problems();
    assert_eq!(files(&site).len(), 3);
}

#[test]
fn a_site_without_words_is_searched_in_vain() {
    let site = TestSite::new().file("index.md", "…\n").file("recto.yml", "title: …\n");
    site.build().code(0);
    assert!(files(&site).contains_key("index.json"));
}

#[test]
fn an_edit_changes_the_shards_of_its_words_and_no_others() {
    let site = large(300);
    site.build().code(0);
    let before = files(&site);
    assert!(before.keys().filter(|name| name.starts_with("words-")).count() > 8);
    // The same words in another order.
    let path = "content/s7/p7.md";
    let page = fs::read_to_string(site.root().join(path)).expect("a page");
    let (head, words) = page.split_once("\n\n").expect("a heading");
    let reversed: Vec<&str> = words.split_whitespace().rev().collect();
    site.write(path, format!("{head}\n\n{}\n", reversed.join(" ")));
    site.build().code(0);
    assert_eq!(changed(&before, &files(&site)), <[&str; 0]>::default());
    site.write(path, format!("{page}\nzebra\n"));
    site.build().code(0);
    let after = files(&site);
    // Its shard, and the overview if that is the first word of a shard.
    assert!((1..=2).contains(&changed(&before, &after).len()), "{:?}", changed(&before, &after));
    assert!(text(&after).contains("zebra"));
    // A page more: the shards of its words, the list that has it, and the overview, which counts the pages.
    site.write("content/s7/new.md", "# Aardvark\n\nzebra\n");
    site.build().code(0);
    assert!((2..=4).contains(&changed(&after, &files(&site)).len()), "{:?}", changed(&after, &files(&site)));
}

#[test]
fn a_damaged_or_missing_cache_gives_the_same_files() {
    let site = large(60);
    site.build().code(0);
    let edit = |n: usize| site.write("content/s1/p1.md", format!("# One\n\nquagga{n}\n"));
    let clean = |n: usize| {
        edit(n);
        site.build_with(&["--no-cache"]).code(0);
        files(&site)
    };
    let expected = clean(1);
    edit(0);
    site.build().code(0);
    edit(1);
    site.build().code(0);
    assert_eq!(files(&site), expected);
}

#[test]
fn words_of_other_forms_are_found_in_the_language_of_the_page() {
    let build = |lang: &str| {
        let site = TestSite::new().file("a.md", &format!("---\nlang: {lang}\n---\nhouse houses\n"));
        site.build().code(0);
        files(&site)["words-.bin"].clone()
    };
    // In English both are in one class, and in Japanese in none.
    assert_ne!(build("en"), build("ja"));
    assert_eq!(build("en"), build("en-GB"));
}

//! An updated site is the same as one that is loaded: random edits, and those that once went wrong.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    parse::front_matter::Date,
    site::{
        Site, SiteOptions,
        tests::{
            answers,
            edits::{Desk, Random},
            load_with, update,
        },
    },
    source::Memory,
};

/// How long random edits are made; `RECTO_EDITS_SECS` sets another time.
const SECS: u64 = 3;
/// How many edits a site gets.
const N_EDITS: usize = 40;
/// How often a site is read in anew with the pages parsed before.
const N_EDITS_PER_RESTART: usize = 8;

fn options() -> SiteOptions {
    SiteOptions { today: Date::parse("2025-01-01"), ..SiteOptions::default() }
}

fn load(source: &Memory) -> Site {
    Site::load(source, &options()).expect("a source in memory")
}

/// Compares a site with a clean one and says where they differ.
fn difference(site: &Site, source: &Memory) -> Option<String> {
    let (found, expected) = (answers::of(site, source), answers::of(&load(source), source));
    let differing = found.iter().zip(&expected).find(|(found, expected)| found != expected);
    match differing {
        Some((found, expected)) => Some(format!("updated: {found}\nclean:   {expected}")),
        None => (found.len() != expected.len()).then(|| "one has more answers".to_owned()),
    }
}

/// Edits one random site, and gives how many edits were patched in.
fn check(seed: u64) -> usize {
    let mut random = Random(seed);
    let mut desk = Desk::random(&mut random);
    let mut site = load(&desk.source());
    let mut n_patched = 0;
    for at in 0..N_EDITS {
        let before = desk.clone();
        desk.edit(&mut random);
        let source = desk.source();
        let next = update(&site, &source);
        let cached = (at % N_EDITS_PER_RESTART == 0).then(|| load_with(&source, &site, &options()));
        for (way, site) in
            std::iter::once(("updated", &next)).chain(cached.iter().map(|site| ("cached", site)))
        {
            if let Some(difference) = difference(site, &source) {
                panic!("seed {seed}, edit {at}, {way}\n{difference}\n\nBEFORE\n{before}\nAFTER\n{desk}");
            }
        }
        n_patched += usize::from(is_patch(&site, &next));
        site = next;
    }
    n_patched
}

/// Whether the second site was made by patching the first.
fn is_patch(site: &Site, next: &Site) -> bool {
    Arc::ptr_eq(&site.routes, &next.routes)
}

#[test]
fn an_updated_site_is_the_same_as_a_clean_one() {
    let secs = std::env::var("RECTO_EDITS_SECS").ok().and_then(|secs| secs.parse().ok()).unwrap_or(SECS);
    let first = std::env::var("RECTO_EDITS_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(0);
    let start = Instant::now();
    let (mut seed, mut n_patched) = (first, 0);
    while start.elapsed() < Duration::from_secs(secs) {
        n_patched += check(seed);
        seed += 1;
    }
    let n_edits = (seed - first) as usize * N_EDITS;
    println!("{n_edits} edits, {n_patched} of them patched");
    assert!(n_patched * 4 > n_edits, "only {n_patched} of {n_edits} edits were patched");
}

/// Changes files of a site and compares with a clean one; says whether the change was patched in.
fn is_patched(files: &[(&str, &str)], changes: &[(&str, &str)]) -> bool {
    let source = files.iter().fold(Memory::new(), |source, (path, text)| source.file(path, text));
    let before = load(&source);
    let source = changes.iter().fold(source, |source, (path, text)| source.file(path, text));
    let after = update(&before, &source);
    assert_eq!(difference(&after, &source), None);
    let same = answers::of(&before, &source) == answers::of(&after, &source);
    assert!(!same, "the change changes nothing");
    is_patch(&before, &after)
}

/// A change of one page among some others.
fn is_patched_page(before: &str, after: &str, others: &[(&str, &str)]) -> bool {
    let files: Vec<(&str, &str)> =
        std::iter::once(("s/a.md", before)).chain(others.iter().copied()).collect();
    is_patched(&files, &[("s/a.md", after)])
}

#[test]
fn a_renamed_heading_breaks_the_links_to_it() {
    let linking = ("b.md", "[x](s/a.md#one) [[a#One]] [y](s/a.md)");
    assert!(is_patched_page("## One", "## Two", &[linking]));
    assert!(is_patched_page("<i id=\"one\"></i>", "## None", &[linking, ("c.md", "[[A#one]]")]));
}

#[test]
fn another_title_leads_wiki_links_elsewhere() {
    let others = [("b.md", "[[Old]] [[new|x]] [x](Old)"), ("c.md", "# New\n"), ("d.md", "[[text|Old]]")];
    assert!(is_patched_page("# Old", "# New", &others));
    assert!(is_patched_page("# New", "# Old", &others));
    assert!(is_patched_page("# Old", "---\ntitle: Else\n---\n# Old", &others));
}

#[test]
fn lists_follow_titles_dates_and_weights() {
    let index =
        |front: &'static str| [("s/index.md", front), ("s/b.md", "---\ndate: 2024-01-02\n---\n# B\n")];
    let by_title = index("---\nsort: title\n---\n");
    assert!(is_patched_page("# A", "# C", &by_title));
    let by_date = index("---\nsort: date\n---\n");
    assert!(is_patched_page("---\ndate: 2024-01-01\n---\n", "---\ndate: 2024-01-03\n---\n", &by_date));
    assert!(is_patched_page("# A", "---\nweight: 1\n---\n# A", &index("")));
    let folders = [("index.md", "---\nsort: title\n---\n"), ("r/index.md", "# R"), ("s/index.md", "# S")];
    assert!(is_patched(&folders, &[("s/index.md", "# A")]));
    assert!(is_patched(&folders, &[("s/index.md", "# A"), ("r/index.md", "# Z")]));
}

#[test]
fn terms_follow_dates_and_spellings() {
    let tagged = |tags: &str| format!("---\ntags: {tags}\n---\n# A");
    let others = [("b.md", "---\ntags: [Git, web]\n---\n# B")];
    assert!(is_patched_page(&tagged("[Git]"), &tagged("[git, git]"), &others));
    assert!(is_patched_page(&tagged("[git]"), &tagged("[web]"), &others));
    assert!(is_patched_page(
        &tagged("[git]"),
        "---\ntags: [git]\ndate: 2024-01-01\n---\n# A",
        &[others[0], ("s/b.md", "---\ndate: 2024-01-01\n---\n")]
    ));
    assert!(!is_patched_page(&tagged("[git]"), &tagged("[rust]"), &others));
    assert!(!is_patched(&[("a.md", &tagged("[one]")), others[0]], &[("a.md", "# A")]));
    assert!(!is_patched_page("# A", &tagged("[one]"), &[]));
}

#[test]
fn pages_follow_the_files_they_include() {
    let others = [("b.md", "{{#include s/a.md}}\n\n{{#include c.txt:none}}"), ("c.txt", "c")];
    assert!(is_patched_page("# One\n[x](x.md)", "# Two", &others));
    assert!(is_patched(&others, &[("c.txt", "<!-- ANCHOR: none -->\n# C\n<!-- ANCHOR_END: none -->\n")]));
    assert!(is_patched_page("# One", "# One\n\n{{#include ../c.txt}}", &others));
}

#[test]
fn what_changes_addresses_is_put_together_anew() {
    for front in [
        "aliases: [old/]",
        "draft: true",
        "cascade: {tags: [x]}",
        "redirect: /b/",
        "sort: date",
        "paginate: 1",
    ] {
        assert!(!is_patched_page("# A", &format!("---\n{front}\n---\n# A"), &[("b.md", "# B")]), "{front}");
    }
    // Its section gets a feed.
    assert!(!is_patched_page("# A", "---\ndate: 2024-01-01\n---\n# A", &[]));
    // A folder of files gets a page, which is no address that other links may find.
    let others = [("img/p.png", ""), ("t/b.md", "[x](../../img/)")];
    assert!(!is_patched_page("# A", "# A\n[x](../img)", &others));
    assert!(is_patched_page("# A\n[x](../img)", "# B\n[x](../img)", &others));
}

#[test]
fn links_follow_pages_and_files_that_come_and_go() {
    // A page for each, since all links of a page are followed when one may lead elsewhere.
    let links = [
        "[x](b)",
        "[x](b.md)",
        "[x](b/)",
        "[x](/b/)",
        "[x](b.html)",
        "[x](#own)",
        "[x](b.md#one)",
        "[x](/b.md)",
        "[x](d/)",
        "[x](a/b.md)",
        "[x](a/b.md#one) [y](c/b.md)",
        "![x](p.png)",
        "![x](pic/p.png)",
        "[[b]]",
        "[[One]]",
        "[[p.png]]",
        "[[text|b]]",
        "[x](tags/)",
        "[x](/tags/t/)",
        "[x](l03.md)",
        "[x](mailto:b@c.d) <b/>",
    ];
    let linking: Vec<(String, String)> = links
        .iter()
        .enumerate()
        .map(|(at, link)| (format!("l{at:02}.md"), format!("# L{at}\n\n## Own\n\n{link}\n")))
        .collect();
    let others = [
        ("b", "a file without an ending"),
        ("b.html", "<p>"),
        ("b.md", "# One\n\n## Own"),
        ("b.markdown", "# Two"),
        ("b/index.md", "# Three"),
        ("b/c.md", "# Four"),
        ("a/b.md", "# One"),
        ("a/c.md", "# Five"),
        ("c/b.md", "---\naliases: [/b/]\ntags: [t]\n---\n"),
        ("d/x.txt", "a file of a folder"),
        ("l05", "where a page stands"),
        ("p.png", "a picture"),
        ("pic/p.png", "another"),
        ("tags.md", "# Tags"),
    ];
    let source = |with: &[(&str, &str)]| {
        let linking = linking.iter().map(|(path, text)| (path.as_str(), text.as_str()));
        let files = linking.chain(with.iter().copied());
        files.fold(Memory::new(), |source, (path, text)| source.file(path, text))
    };
    let page = ("b.md", "# One");
    for other in others {
        for beside in [&[][..], &[page]] {
            let (without, with) = (source(beside), source(&[beside, &[other]].concat()));
            for (before, after) in [(&without, &with), (&with, &without)] {
                let before = load(before);
                for site in [update(&before, after), load_with(after, &before, &options())] {
                    assert_eq!(difference(&site, after), None, "`{}` beside {beside:?}", other.0);
                }
            }
        }
    }
}

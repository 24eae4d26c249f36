//! What is found, in small sites; and that an index is a function of the pages alone.

use std::sync::Arc;

use super::{Index, PageIds};
use crate::{
    site::{Site, SiteOptions, file::FormerFiles, languages::DEFAULT},
    source::{ListingOptions, Memory, Source},
};

fn load(source: &Memory, former: Option<&Site>, takes_words: bool) -> Site {
    let options = SiteOptions { takes_words, ..SiteOptions::default() };
    let former = former.map(|site| FormerFiles {
        reading: site.reading().clone(),
        files: site.files().map(|file| (file.path.clone(), Arc::clone(file))).collect(),
        stock: Arc::clone(site.stock()),
    });
    let listing = source.listing(&ListingOptions::default()).expect("a source in memory");
    Site::load_with(source, listing, &options, &former.unwrap_or_default())
}

fn index(site: &Site, source: &Memory) -> Index {
    Index::of(site, source, &PageIds::of(site, DEFAULT), site.stock())
}

/// Every word with the paths of its pages and their levels, and the words of its classes.
fn listed(site: &Site, source: &Memory) -> Vec<String> {
    let (ids, index) = (PageIds::of(site, DEFAULT), index(site, source));
    let path = |number| {
        let searched = ids.pages.iter().find(|page| page.number == number).expect("a page that can be found");
        site.page(searched.page).path().to_string()
    };
    let mut lines = Vec::new();
    for shard in &index.shards {
        for word in index.shard_words(shard) {
            let mut pages: Vec<String> = word
                .postings
                .iter()
                .map(|posting| format!("{}:{}", path(posting.page()), posting.level()))
                .collect();
            pages.sort();
            lines.push(format!("{} {} {:?}", word.text, pages.join(" "), word.classes));
        }
    }
    lines
}

fn prints(site: &Site, source: &Memory) -> Vec<String> {
    let index = index(site, source);
    index.shards.iter().map(|shard| format!("{} {}", shard.name, shard.print)).collect()
}

#[test]
fn words_have_their_pages_the_titles_first() {
    let source = Memory::new()
        .file("recto.yml", "")
        .file("content/a.md", "# Hooks\n\n## Running\n\nA hook is run.\n")
        .file("content/b.md", "---\ntitle: Über Hooks\nlang: de\n---\nText\n")
        .file("content/c.md", "---\nsearch: false\n---\n# Hidden\n")
        .file("content/404.md", "# Lost\n")
        .file("content/_d.md", "# Below\n");
    let site = load(&source, None, true);
    assert_eq!(
        listed(&site, &source),
        [
            "a content/a.md:3 []",
            "hook content/a.md:3 [1]",
            "hooks content/a.md:14 content/b.md:12 [1]",
            "is content/a.md:3 []",
            "run content/a.md:3 [0]",
            "running content/a.md:9 [0]",
            "text content/b.md:3 []",
            "uber content/b.md:12 []",
        ]
    );
}

#[test]
fn an_index_depends_on_the_pages_and_on_nothing_before() {
    let source = |text: &str| {
        Memory::new()
            .file("a.md", "# One\n\nThe first page, naïve and naive.\n")
            .file("b.md", text)
            .file("fr/_index.md", "---\ncascade: {lang: fr}\n---\n# Français\n\nContinuellement\n")
            .file("fr/c.md", "Continuer\n")
    };
    let (old, new) = (source("# Two\n\nSomething that goes.\n"), source("# Three\n\nSomething else.\n"));
    let (before, clean) = (load(&old, None, true), load(&new, None, true));
    listed(&before, &old);
    let late = load(&new, None, false);
    let after = load(&new, Some(&before), true);
    for other in [&late, &after] {
        assert_eq!(listed(other, &new), listed(&clean, &new));
        assert_eq!(prints(other, &new), prints(&clean, &new));
    }
    assert_ne!(prints(&before, &old), prints(&clean, &new));
}

#[test]
fn pages_keep_their_numbers() {
    let many = |n: usize| (0..n).fold(Memory::new(), |source, at| source.file(&format!("p{at}.md"), "x"));
    let numbers = |source: &Memory| {
        let site = load(source, None, false);
        let ids = PageIds::of(&site, DEFAULT);
        let all: Vec<(String, u32)> =
            ids.pages.iter().map(|page| (site.page(page.page).path().to_string(), page.number)).collect();
        for page in &ids.pages {
            let file = page.number >> (ids.bits - ids.file_bits);
            assert!(ids.file(file).iter().any(|other| other.page == page.page));
        }
        all
    };
    let (few, more) = (numbers(&many(200)), numbers(&many(300)));
    assert!(few.iter().all(|page| more.contains(page)));
}

#[test]
fn a_word_of_many_pages_has_the_best_ones() {
    let texts = (0..super::MAX_POSTINGS + 50).fold(Memory::new(), |source, at| {
        source.file(&format!("p{at}.md"), if at % 30 == 0 { "# Rare\n\ncommon" } else { "common" })
    });
    let source = texts.file("best.md", "# Common\n");
    let site = load(&source, None, true);
    let index = index(&site, &source);
    let mut words = index.shards.iter().flat_map(|shard| index.shard_words(shard));
    let common = words.find(|word| word.text == "common").expect("the word");
    assert_eq!((common.n_pages, common.postings.len()), (super::MAX_POSTINGS + 51, super::MAX_POSTINGS));
    assert!(common.postings.iter().any(|posting| posting.level() > 10));
    assert!(common.postings.is_sorted_by_key(|posting| posting.page()));
}

#[test]
fn a_shard_alone_is_as_among_all() {
    let source = (0..super::MAX_POSTINGS + 50).fold(Memory::new(), |source, at| {
        source.file(
            &format!("p{at}.md"),
            format!("# Word {}\n\nnaïve naive common w{at} {}", at % 7, "x".repeat(at % 40)),
        )
    });
    let site = load(&source, None, true);
    let of_site = || index(&site, &source);
    let (alone, all, together, some) = (of_site(), of_site(), of_site(), of_site());
    assert!(alone.shards.len() > 3);
    // Who asks for one after the other gets them from all in the end.
    assert!((0..10).all(|_| all.shard_words(&all.shards[0]).count() > 0));
    together.expect(|_| true);
    some.expect(|shard| shard.print != alone.shards[1].print);
    let words = |index: &Index| -> Vec<_> {
        let words = index.shards.iter().flat_map(|shard| index.shard_words(shard));
        words.map(|word| (word.text.to_owned(), word.n_pages, word.postings)).collect()
    };
    let expected = words(&alone);
    [&all, &together, &some].into_iter().for_each(|index| assert_eq!(words(index), expected));
}

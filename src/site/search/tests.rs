//! What is found, in small sites; and that an index is a function of the pages alone.

use std::{collections::BTreeMap, sync::Arc};

use compact_str::CompactString;

use super::{FormerShards, FormerWord, FormerWords, Index, PageIds, SearchedPages, Stock, Tally};
use crate::{
    base::path::RepoPath,
    parse::words::PageWords,
    site::{
        Site, SiteOptions,
        file::{FormerFiles, PageFile},
        languages::{DEFAULT, LanguageId},
    },
    source::{ListingOptions, Memory, Source},
};

fn load(source: &Memory, former: Option<&Site>, takes_words: bool) -> Site {
    let options = SiteOptions { takes_words, ..SiteOptions::default() };
    let former = former.map(|site| FormerFiles {
        reading: site.reading().clone(),
        files: site.files().map(|file| (file.path.clone(), Arc::clone(file))).collect(),
        stock: Arc::clone(site.stock()),
        ..FormerFiles::default()
    });
    let listing = source.listing(&ListingOptions::default()).expect("a source in memory");
    Site::load_with(source, listing, &options, &former.unwrap_or_default())
}

fn index(site: &Site, source: &Memory) -> Index {
    Index::of(SearchedPages { site, source, ids: &PageIds::of(site, DEFAULT) }, None)
}

/// Every word with the paths of its pages and their levels, and the words of its classes.
fn listed(site: &Site, source: &Memory) -> Vec<String> {
    let (ids, index) = (PageIds::of(site, DEFAULT), index(site, source));
    let of = SearchedPages { site, source, ids: &ids };
    let path = |number| {
        let searched = ids.pages.iter().find(|page| page.number == number).expect("a page that can be found");
        site.page(searched.page).path().to_string()
    };
    let mut lines = Vec::new();
    for shard in &index.shards {
        for word in index.shard_words(shard, of) {
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
    let (ids, index) = (PageIds::of(&site, DEFAULT), index(&site, &source));
    let of = SearchedPages { site: &site, source: &source, ids: &ids };
    let mut words = index.shards.iter().flat_map(|shard| index.shard_words(shard, of));
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
    let ids = PageIds::of(&site, DEFAULT);
    let of = SearchedPages { site: &site, source: &source, ids: &ids };
    let of_site = || index(&site, &source);
    let (alone, all, together, some) = (of_site(), of_site(), of_site(), of_site());
    assert!(alone.shards.len() > 3);
    // Who asks for one after the other gets them from all in the end.
    assert!((0..10).all(|_| all.shard_words(&all.shards[0], of).count() > 0));
    let nothing = FormerShards { names: Vec::new(), read: &|_| None };
    together.expect(|_| true, of, &nothing);
    some.expect(|shard| shard.print != alone.shards[1].print, of, &nothing);
    let words = |index: &Index| -> Vec<_> {
        let words = index.shards.iter().flat_map(|shard| index.shard_words(shard, of));
        words.map(|word| (word.text.to_owned(), word.n_pages, word.postings)).collect()
    };
    let expected = words(&alone);
    [&all, &together, &some].into_iter().for_each(|index| assert_eq!(words(index), expected));
}

/// What a process left of the words of a site.
#[derive(Debug)]
struct Left {
    forms: Vec<CompactString>,
    words: BTreeMap<RepoPath, Arc<PageWords>>,
    tally: Tally,
}

impl Left {
    fn by(site: &Site, tally: Tally) -> Self {
        let words = site.files().filter_map(|file| Some((file.path.clone(), file.words()?.clone())));
        let forms = site.stock().vocabulary().forms();
        Self { words: words.collect(), tally, forms: forms.iter().map(|form| form.text.clone()).collect() }
    }
}

impl FormerWords for Left {
    fn vocabulary(&self) -> Option<Vec<CompactString>> {
        Some(self.forms.clone())
    }

    fn words(&self) -> Vec<(RepoPath, Arc<PageWords>)> {
        self.words.clone().into_iter().collect()
    }

    fn words_of(&self, path: &RepoPath) -> Option<Arc<PageWords>> {
        self.words.get(path).cloned()
    }

    fn tally(&self, _: LanguageId) -> Option<Tally> {
        Some(self.tally.clone())
    }
}

/// A file as another process reads it: without its words.
fn as_read(file: &PageFile) -> PageFile {
    let bytes = postcard::to_allocvec(file).expect("memory takes everything");
    postcard::from_bytes(&bytes).expect("what was written")
}

/// The index of a site without an earlier one.
fn index_of(site: &Site, source: &Memory, former: Option<Tally>) -> Index {
    Index::of(SearchedPages { site, source, ids: &PageIds::of(site, DEFAULT) }, former)
}

/// A site that begins with what the one before left, and its index.
fn followed(before: &Site, old: &Memory, new: &Memory) -> (Site, Index) {
    let left = Left::by(before, index_of(before, old, None).tally().clone());
    let former = FormerFiles {
        reading: before.reading().clone(),
        files: before.files().map(|file| (file.path.clone(), Arc::new(as_read(file)))).collect(),
        stock: Arc::new(Stock::new(Some(Arc::new(left)))),
        ..FormerFiles::default()
    };
    let options = SiteOptions { takes_words: true, ..SiteOptions::default() };
    let listing = new.listing(&ListingOptions::default()).expect("a source in memory");
    let after = Site::load_with(new, listing, &options, &former);
    let index = index_of(&after, new, after.stock().former_tally(DEFAULT));
    (after, index)
}

/// The prints of the shards of such an index, and whether its pages were counted again.
fn renewed(before: &Site, old: &Memory, new: &Memory) -> (Vec<String>, bool) {
    let (_, index) = followed(before, old, new);
    let prints = index.shards.iter().map(|shard| format!("{} {}", shard.name, shard.print));
    (prints.collect(), index.has_counted_all())
}

/// The shards of an index with their words.
fn shards(index: &Index, site: &Site, source: &Memory) -> Vec<(String, Vec<FormerWord>)> {
    let ids = PageIds::of(site, DEFAULT);
    let of = SearchedPages { site, source, ids: &ids };
    let shard = |shard| {
        let words = index.shard_words(shard, of).map(|word| FormerWord {
            text: word.text.to_owned(),
            n_pages: word.n_pages,
            postings: word.postings,
        });
        (shard.name.to_string(), words.collect())
    };
    index.shards.iter().map(shard).collect()
}

#[test]
fn shards_follow_from_those_of_an_earlier_process() {
    let own = |at: usize| (0..12).map(|n| format!("w{at}n{n} ")).collect::<String>();
    let text = |at: usize| format!("# Word {}\n\nnaïve naive common w{at} {}", at % 7, own(at));
    let old = (0..300).fold(Memory::new(), |source, at| source.file(&format!("p{at}.md"), text(at)));
    let before = load(&old, None, true);
    let of_old = index_of(&before, &old, None);
    let known = shards(&of_old, &before, &old);
    assert!(known.len() > 1);
    let check = |path: &str, text: &str| {
        let new = old.clone().file(path, text);
        let (after, index) = followed(&before, &old, &new);
        let ids = PageIds::of(&after, DEFAULT);
        let of = SearchedPages { site: &after, source: &new, ids: &ids };
        let find = |name: &str| known.iter().find(|(known, _)| known == name).map(|(_, words)| words.clone());
        let names = known.iter().map(|(name, _)| name.as_str()).collect();
        index.expect(|_| true, of, &FormerShards { names, read: &find });
        let found = shards(&index, &after, &new);
        assert!(!index.has_counted_all(), "{path}");
        let clean = load(&new, None, true);
        assert_eq!(found, shards(&index_of(&clean, &new, None), &clean, &new), "{path}");
    };
    check("p7.md", &text(7));
    check("p7.md", "# Another\n\nNaive and common, common. W8 w7new\n");
    check("p8.md", "");
    check("new.md", "# A page more\n\ncommon w8 naïve and what nobody else says\n");
    let many: Vec<String> = (0..3000).map(|at| format!("q{}", at * 7919 % 100_000)).collect();
    check("p9.md", &many.join(" "));
}

#[test]
fn what_was_counted_is_not_counted_again() {
    let pages = [
        ("a.md", "# One\n\nThe first page, naïve and naive.\n"),
        ("b.md", "---\ntitle: Zwei\n---\nThe second page has one word.\n"),
        ("c.md", "# Three\n\nA page.\n"),
    ];
    let source = |pages: &[(&str, &str)]| {
        pages.iter().fold(Memory::new(), |source, (path, text)| source.file(path, *text))
    };
    let old = source(&pages);
    let before = load(&old, None, true);
    let check = |next: &[(&str, &str)], counts_all: bool| {
        let new = source(next);
        let clean = load(&new, None, true);
        assert_eq!(renewed(&before, &old, &new), (prints(&clean, &new), counts_all), "{next:?}");
    };
    check(&pages, false);
    check(&[pages[0], ("b.md", "---\ntitle: Deux\n---\nThe second page has no words.\n"), pages[2]], false);
    check(&[("a.md", "# Une\n\nThe first page, naïve and naive.\n"), pages[1], pages[2]], false);
    check(&[pages[0], pages[1], pages[2], ("d.md", "# Four\n\nOne page more.\n")], false);
    // The words of what is gone, and words of another language, are not known.
    check(&[pages[0], pages[1]], true);
    check(&[pages[0], pages[1], ("c.md", "---\nlang: fr\n---\n# Three\n\nA page.\n")], true);
}

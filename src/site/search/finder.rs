//! [`Finder`]: searching in the site itself, without shards: what the wiki asks.
//!
//! It ranks as the search in browsers does (`find` in `themes/default/search.js`): words of titles count most, then those of
//! headings, then the text; a word may go on, may be another form of one stem, or have a mistake in it. Unlike an
//! [`Index`](super::Index) it is kept up to date: after a commit, the pages that differ take their old words out and put their new
//! ones in, so that the cost is that of the commit.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use compact_str::CompactString;
use foldhash::HashMap;

use super::{ids::searched, stock::Stock};
use crate::{
    base::path::RepoPath,
    parse::words::{self, Stemmer, Token, fold, level, pairs, tokens},
    site::{
        Site,
        file::PageFile,
        languages::LanguageId,
        page::{Page, PageId},
    },
    source::Source,
};

/// How many different words of a query are looked for.
pub const MAX_TERMS: usize = 16;
/// How many words one typed word can mean.
const MAX_MEANINGS: usize = 400;
/// How well another form of a word fits.
const FORM_FITS: f64 = 0.85;
/// How well the beginning of a word fits when it is the last that was typed, and otherwise.
const BEGINNING_FITS: [f64; 2] = [0.75, 0.5];
/// Words up to this length need all their letters right, and may not go on unless they are the last.
const SHORT_CHARS: usize = 3;
/// Words longer than this may have two mistakes.
const LONG_CHARS: usize = 7;

/// A page that was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// The page.
    pub page: PageId,
    /// How well it fits; more is better.
    pub score: f64,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Hits {
    /// The pages, the best first.
    pub pages: Vec<Hit>,
    /// The words of them that were meant, folded, each with the bits of the typed words that it was found for.
    pub words: BTreeMap<String, u32>,
}

/// A page as it was counted last.
#[derive(Debug)]
struct Known {
    file: Arc<PageFile>,
    title: CompactString,
    /// The words of its title, as they are compared.
    titled: Vec<String>,
    language: LanguageId,
    /// The round in which it was last there.
    round: u64,
    page: PageId,
}

/// The place of a page and the level of a word in it, in one number: a wiki has millions of them. Those of pages are in the
/// order of their places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Occurrence(u32);

impl Occurrence {
    const LEVEL_BITS: u32 = 4;

    fn new(place: u32, level: u8) -> Self {
        Self(place << Self::LEVEL_BITS | u32::from(level & 15))
    }

    fn place(self) -> u32 {
        self.0 >> Self::LEVEL_BITS
    }

    fn level(self) -> u8 {
        (self.0 & 15) as u8
    }
}

/// A word as it is compared.
#[derive(Debug, Default)]
struct Word {
    text: String,
    /// The pages that have it.
    pages: Vec<Occurrence>,
    /// The stems of its forms, mostly one.
    stems: Vec<String>,
}

/// The words of a site and where they are, kept up to date.
#[derive(Debug, Default)]
pub struct Finder {
    stock: Option<Arc<Stock>>,
    round: u64,
    pages: Vec<Option<Known>>,
    free: Vec<u32>,
    by_key: HashMap<RepoPath, u32>,
    words: Vec<Word>,
    by_text: BTreeMap<String, u32>,
    by_stem: HashMap<String, BTreeSet<u32>>,
    /// The word of each form of the vocabulary, and for which stemmers its stem is known.
    by_form: HashMap<u32, (u32, u32)>,
}

impl Finder {
    /// Takes what differs from the site that it saw last.
    pub fn update(&mut self, site: &Site, source: &dyn Source) {
        if !self.stock.as_ref().is_some_and(|stock| Arc::ptr_eq(stock, site.stock())) {
            *self = Self { stock: Some(Arc::clone(site.stock())), ..Self::default() };
        }
        let stock = Arc::clone(site.stock());
        stock.fill(site, source);
        self.round += 1;
        for (id, page) in searched(site) {
            let place = self.by_key.get(&page.key).copied();
            let known = place.and_then(|place| self.pages[place as usize].as_mut());
            let is_same = known.is_some_and(|known| {
                (known.round, known.page) = (self.round, id);
                let is_file = Arc::ptr_eq(&known.file, &page.file) || known.file.words() == page.file.words();
                is_file && known.title == page.title && known.language == page.language
            });
            if !is_same {
                self.put(site, &stock, id, page);
            }
        }
        let is_gone = |known: &Option<Known>| known.as_ref().is_some_and(|known| known.round != self.round);
        let gone = (0..).zip(&self.pages).filter(|(_, known)| is_gone(known)).map(|(place, _)| place);
        for place in gone.collect::<Vec<u32>>() {
            self.take_out(place);
            self.free.push(place);
        }
        self.by_key.retain(|_, place| self.pages[*place as usize].is_some());
        if self.round == 1 {
            // Lists that grew are up to twice as large as they need be.
            self.words.iter_mut().for_each(|word| word.pages.shrink_to_fit());
        }
    }

    fn put(&mut self, site: &Site, stock: &Stock, id: PageId, page: &Page) {
        let place = match self.by_key.get(&page.key) {
            Some(place) => *place,
            None => self.free.pop().unwrap_or_else(|| {
                self.pages.push(None);
                u32::try_from(self.pages.len() - 1).unwrap_or(u32::MAX)
            }),
        };
        self.take_out(place);
        let levels = levels(&page.file, &page.title, stock);
        let stemmer = Stemmer::of(site.text_language(page));
        let mut words: BTreeMap<u32, u8> = BTreeMap::new();
        {
            let forms = stock.vocabulary().forms();
            let stem = stemmer.ready();
            for (form, level) in levels {
                let Some(written) = forms.get(form as usize) else { continue };
                let word = self.word(form, written.folded(), &written.text, stemmer, stem.as_ref());
                let known = words.entry(word).or_insert(level);
                *known = level.max(*known);
            }
        }
        for (word, level) in words {
            let pages = &mut self.words[word as usize].pages;
            pages.insert(pages.partition_point(|other| other.place() < place), Occurrence::new(place, level));
        }
        let known = Known {
            file: Arc::clone(&page.file),
            title: page.title.clone(),
            titled: terms(&page.title),
            language: page.language,
            round: self.round,
            page: id,
        };
        self.pages[place as usize] = Some(known);
        self.by_key.insert(page.key.clone(), place);
    }

    fn take_out(&mut self, place: u32) {
        let Some(known) = self.pages[place as usize].take() else { return };
        let Some(stock) = &self.stock else { return };
        for (form, _) in levels(&known.file, &known.title, stock) {
            let Some((word, _)) = self.by_form.get(&form) else { continue };
            let pages = &mut self.words[*word as usize].pages;
            // It was taken out already where another form of the page is the same word.
            if let Ok(at) = pages.binary_search_by_key(&place, |other| other.place()) {
                pages.remove(at);
            }
        }
    }

    /// The place of the word of a form.
    fn word(
        &mut self,
        form: u32,
        folded: &str,
        text: &str,
        stemmer: Stemmer,
        stem: Option<&impl Fn(&str) -> String>,
    ) -> u32 {
        let bit = 1 << stemmer.number();
        let (word, seen) = match self.by_form.get(&form) {
            Some(known) => *known,
            None => (self.word_of_text(folded), 0),
        };
        if seen & bit == 0 {
            self.by_form.insert(form, (word, seen | bit));
            if let Some(stem) = stem {
                let stem = fold(&stem(text));
                self.by_stem.entry(stem.clone()).or_default().insert(word);
                let stems = &mut self.words[word as usize].stems;
                if !stems.contains(&stem) {
                    stems.push(stem);
                }
            }
        }
        word
    }

    fn word_of_text(&mut self, text: &str) -> u32 {
        if let Some(word) = self.by_text.get(text) {
            return *word;
        }
        let word = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        self.words.push(Word { text: text.to_owned(), ..Word::default() });
        self.by_text.insert(text.to_owned(), word);
        word
    }

    /// The pages that a query means, the best first; of one language, or of all.
    pub fn find(&self, query: &str, language: Option<LanguageId>) -> Hits {
        let all = terms(query);
        let is_open = !query.ends_with(char::is_whitespace);
        let mut typed: Vec<&String> = Vec::new();
        all.iter().for_each(|term| {
            if !typed.contains(&term) {
                typed.push(term);
            }
        });
        typed.truncate(MAX_TERMS);
        let mut hits = Hits::default();
        let mut scores: Vec<(f64, u32)> = vec![(0.0, 0); self.pages.len()];
        for (bit, term) in typed.iter().enumerate() {
            let bit = 1 << bit;
            for (word, _) in self.scored(term, is_open && all.last() == Some(*term), bit, &mut scores) {
                *hits.words.entry(self.words[word as usize].text.clone()).or_default() |= bit;
            }
        }
        let needed = (1_u32 << typed.len()) - 1;
        let found = self.pages.iter().zip(scores).filter(|(_, (_, has))| *has != 0);
        let found = found.filter_map(|(known, score)| Some((known.as_ref()?, score)));
        let found = found.filter(|(known, _)| language.is_none_or(|language| known.language == language));
        let found: Vec<(&Known, (f64, u32))> = found.collect();
        let has_whole = found.iter().any(|(_, (_, has))| *has == needed);
        let wanted = found.into_iter().filter(|(_, (_, has))| !has_whole || *has == needed);
        let mut ranked: Vec<(bool, f64, PageId)> =
            wanted.map(|(known, (score, _))| (known.titled == all, score, known.page)).collect();
        // A title that says just that comes first; of equals the first by path.
        ranked.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(b.1.total_cmp(&a.1)).then(a.2.cmp(&b.2)));
        hits.pages = ranked.into_iter().map(|(_, score, page)| Hit { page, score }).collect();
        hits
    }

    /// Adds what a typed word says of pages to their scores, and gives the words that it means.
    fn scored(&self, term: &str, is_last: bool, bit: u32, scores: &mut [(f64, u32)]) -> BTreeMap<u32, f64> {
        let meanings = self.meanings(term, is_last);
        let n_pages_of = |word: &u32| self.words[*word as usize].pages.len();
        // One rarity for all that a typed word can mean: else rare words that only begin like it would come first.
        let exact: usize =
            meanings.iter().filter(|(_, fit)| **fit >= 1.0).map(|(word, _)| n_pages_of(word)).sum();
        let in_pages = if exact > 0 { exact } else { meanings.keys().map(n_pages_of).sum() };
        let n_pages = self.by_key.len();
        #[expect(clippy::cast_precision_loss, reason = "numbers of pages are small")]
        let rarity = (1.0 + n_pages as f64 / in_pages.clamp(1, n_pages.max(1)) as f64).ln();
        let mut best: Vec<f64> = vec![0.0; scores.len()];
        for (word, fit) in &meanings {
            for page in &self.words[*word as usize].pages {
                let known = &mut best[page.place() as usize];
                *known = known.max(fit * rarity * weight(page.level()));
            }
        }
        for (known, best) in scores.iter_mut().zip(best).filter(|(_, best)| *best > 0.0) {
            *known = (known.0 + best, known.1 | bit);
        }
        meanings
    }

    /// What a typed word can mean: words with how well they fit.
    fn meanings(&self, typed: &str, is_last: bool) -> BTreeMap<u32, f64> {
        let mut found: BTreeMap<u32, f64> = BTreeMap::new();
        let mut add = |word: u32, fit: f64| {
            if !self.words[word as usize].pages.is_empty() {
                let known = found.entry(word).or_default();
                *known = known.max(fit);
            }
        };
        let known = self.by_text.get(typed).filter(|word| !self.words[**word as usize].pages.is_empty());
        if let Some(&word) = known {
            add(word, 1.0);
            let stems = self.words[word as usize].stems.iter().filter_map(|stem| self.by_stem.get(stem));
            stems.flatten().filter(|other| **other != word).for_each(|&other| add(other, FORM_FITS));
        }
        let n_chars = typed.chars().count();
        if is_last || n_chars > SHORT_CHARS {
            let fits = BEGINNING_FITS[usize::from(!is_last)];
            let longer = self.by_text.range(typed.to_owned()..).take(MAX_MEANINGS);
            let longer =
                longer.take_while(|(text, _)| text.starts_with(typed)).filter(|(text, _)| *text != typed);
            longer.for_each(|(text, word)| add(*word, fits * part(n_chars, text.chars().count())));
        }
        if !found.values().any(|fit| *fit > 0.8) {
            self.mistyped(typed, is_last, &mut found);
        }
        found
    }

    /// The words that were meant if there is a mistake in the typed one; its first letter is right, or changed places with
    /// the second.
    fn mistyped(&self, typed: &str, is_last: bool, found: &mut BTreeMap<u32, f64>) {
        let letters: Vec<char> = typed.chars().collect();
        let limit = match letters.len() {
            n if n > LONG_CHARS => 2,
            n if n > SHORT_CHARS => 1,
            _ => return,
        };
        let mut word_letters: Vec<char> = Vec::new();
        for first in &letters[..2] {
            let start = first.to_string();
            let near = self.by_text.range(start.clone()..).take_while(|(text, _)| text.starts_with(&start));
            for (text, word) in near {
                if found.contains_key(word) || self.words[*word as usize].pages.is_empty() {
                    continue;
                }
                word_letters.clear();
                word_letters.extend(text.chars());
                let whole = distance(&letters, &word_letters, limit, true);
                let fit = if whole <= limit {
                    0.5 / f64::from(whole)
                } else if is_last {
                    let part = distance(&letters, &word_letters, limit, false);
                    if part > limit { continue } else { 0.3 / f64::from(part.max(1)) }
                } else {
                    continue;
                };
                found.insert(*word, fit);
            }
        }
    }
}

/// The words of a query or a title, folded, in order.
pub fn terms(text: &str) -> Vec<String> {
    let words = tokens(text).flat_map(|token| match token {
        Token::Word(word) => vec![fold(word)],
        Token::Run(run) => pairs(run).into_iter().map(|pair| fold(&pair)).collect(),
    });
    words.filter(|word| word.chars().count() <= words::MAX_WORD_CHARS).collect()
}

/// The forms of a page's words with their levels, those of its title among them.
fn levels(file: &PageFile, title: &str, stock: &Stock) -> Vec<(u32, u8)> {
    let mut levels: BTreeMap<u32, u8> = file.words().map(|words| words.iter().collect()).unwrap_or_default();
    for form in words::of_title(title, stock.vocabulary()) {
        let text = levels.get(&form).copied().unwrap_or(1);
        // What headings say of it is less than what the title says.
        let text = if text < level::HEADING { text } else { text - level::HEADING };
        levels.insert(form, level::raised(level::TITLE, text));
    }
    levels.into_iter().collect()
}

/// How much of a longer word was typed.
fn part(n_typed: usize, n_chars: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "words are short")]
    let part = n_typed as f64 / n_chars as f64;
    part.max(0.3).sqrt()
}

fn weight(level: u8) -> f64 {
    let steps = |first: u8| f64::from(level - first);
    match level {
        level::TITLE.. => 6.0 + steps(level::TITLE) * 0.4,
        level::HEADING.. => 3.0 + steps(level::HEADING) * 0.25,
        _ => 1.0 + f64::from(level) * 0.25,
    }
}

/// How many letters have to change to make `typed` of a word, or of its beginning; at most `limit + 1`. Two neighbours that
/// changed places are one mistake.
fn distance(typed: &[char], word: &[char], limit: u32, is_whole: bool) -> u32 {
    if is_whole && typed.len().abs_diff(word.len()) > limit as usize {
        return limit + 1;
    }
    let width = word.len().min(typed.len() + limit as usize);
    let mut before: Vec<u32> = Vec::new();
    let mut last: Vec<u32> = (0..).take(width + 1).collect();
    for i in 1..=typed.len() {
        let mut row = Vec::with_capacity(width + 1);
        row.push(u32::try_from(i).unwrap_or(u32::MAX));
        for j in 1..=width {
            let changed = last[j - 1] + u32::from(typed[i - 1] != word[j - 1]);
            let mut cost = changed.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && typed[i - 1] == word[j - 2] && typed[i - 2] == word[j - 1] {
                cost = cost.min(before[j - 2] + 1);
            }
            row.push(cost);
        }
        if row.iter().all(|cost| *cost > limit) {
            return limit + 1;
        }
        (before, last) = (last, row);
    }
    if is_whole { last[width] } else { last.into_iter().min().unwrap_or(limit + 1) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{site::SiteOptions, source::Memory};

    fn titles(finder: &Finder, site: &Site, query: &str) -> Vec<CompactString> {
        finder.find(query, None).pages.iter().map(|hit| site.page(hit.page).title.clone()).collect()
    }

    fn load(files: &[(&str, &str)]) -> (Memory, Site) {
        let source = files.iter().fold(Memory::new(), |source, (path, text)| source.file(path, text));
        let site = Site::load(&source, &SiteOptions::default()).expect("a source in memory");
        (source, site)
    }

    const FILES: [(&str, &str); 4] = [
        ("a.md", "# Deploying\n\ntext of it\n"),
        ("b.md", "# Other\n\n## How to deploy\n\nwords\n"),
        ("c.md", "# Third\n\nto deploy something, a Kubernetes cluster\n"),
        ("d.md", "# Fourth\n\nnothing\n"),
    ];

    #[test]
    fn titles_come_before_headings_and_these_before_text() {
        let (source, site) = load(&FILES);
        let mut finder = Finder::default();
        finder.update(&site, &source);
        assert_eq!(titles(&finder, &site, "deploying "), ["Deploying", "Other", "Third"]);
        assert_eq!(titles(&finder, &site, "deploy something "), ["Third"]);
        for query in ["kubernets ", "kubern", "KUBERNETES", "kuebrnetes "] {
            assert_eq!(titles(&finder, &site, query), ["Third"], "{query}");
        }
        assert_eq!(titles(&finder, &site, "fourth "), ["Fourth"]);
        assert!(titles(&finder, &site, "").is_empty() && titles(&finder, &site, "zzz ").is_empty());
    }

    #[test]
    fn a_finder_that_is_kept_finds_what_a_new_one_finds() {
        let (source, site) = load(&FILES);
        let mut finder = Finder::default();
        finder.update(&site, &source);
        let changed = [
            ("b.md", "# Changed\n\n## How to cook\n\nwords\n"),
            ("c.md", "# Third\n\nto deploy something else\n"),
            ("e.md", "# New\n\ncooking and deploys\n"),
        ];
        let (source, loaded) = load(&changed);
        let changes = crate::source::ChangeSet::between(site.listing(), loaded.listing());
        let site = site.update(&source, &changes, loaded.listing().clone());
        finder.update(&site, &source);
        let mut fresh = Finder::default();
        fresh.update(&site, &source);
        for query in
            ["deploy ", "deploying ", "cook", "words ", "other ", "third ", "kubernetes ", "nothing "]
        {
            assert_eq!(titles(&finder, &site, query), titles(&fresh, &site, query), "{query}");
        }
        assert_eq!(titles(&finder, &site, "cook "), ["Changed", "New"]);
    }
}

//! The words of a page, for searching: which there are, and how much the page is about each.
//!
//! 1. [`tokens`] cuts texts into words; scripts without spaces give pairs of characters.
//! 2. A [`Vocabulary`] gives each form of a word a number.
//! 3. [`PageWords::of`] takes the words of a page's events, each with a [`level`]: whether it stands in a heading or only
//!    in the text, and how often.
//! 4. Later a [`Stemmer`] says which words are forms of one.
//!
//! Titles are no part of it: they depend on more than a page's text, and are added by those who know them.

mod fold;
mod stem;
mod vocabulary;

use std::{cell::RefCell, collections::HashMap, hash::Hash};

use serde::{Deserialize, Serialize};

use self::vocabulary::Quick;
use crate::{
    base::{bytes, digest::Print},
    parse::markdown::{Event, Tag, TagEnd},
};

pub use self::{
    fold::{Token, fold, pairs, tokens},
    stem::Stemmer,
    vocabulary::{Form, FormPrint, Vocabulary, quick_hash},
};

/// The longest word that can be found, in characters: longer ones are digests and data.
pub const MAX_WORD_CHARS: usize = 40;
/// How many tokens of a page are taken: those of a long book.
const MAX_TOKENS: usize = 500_000;
/// How many bytes a short word has at most: those of a number.
const MAX_SHORT_BYTES: usize = 8;
/// How many words a thread remembers the numbers of.
const MAX_REMEMBERED: usize = 1 << 16;

/// How much a page is about a word, in four bits: text 0 to 5, headings 6 to 10, titles 11 to 15.
pub mod level {
    /// The first level of a word in a heading.
    pub const HEADING: u8 = 6;
    /// The first level of a word in the title.
    pub const TITLE: u8 = 11;

    /// How much a text is about a word: 0 to 5. The first occurrences count most, and less in long texts. Lengths
    /// are counted in doublings, so that an edit seldom changes more than its own words.
    pub(super) fn of_text(n_occurrences: u32, n_tokens: usize) -> u8 {
        let length = 96_u64 << (n_tokens / 64 + 1).ilog2();
        let n = u64::from(n_occurrences.min(1000));
        let saturation = 30 + 90 * length / 384;
        u8::try_from((500 * n + (100 * n + saturation) / 2) / (100 * n + saturation)).unwrap_or(5)
    }

    /// The level of a word in a heading or title, by its level in the text.
    pub fn raised(first: u8, text: u8) -> u8 {
        first + text.min(4)
    }
}

/// The words of a page with their levels, packed: about two bytes a word.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageWords {
    /// Rising numbers of the vocabulary, as differences, each with its level in the lowest bits.
    #[serde(with = "bytes")]
    packed: Box<[u8]>,
    /// The print of the words, which doesn't depend on their numbers.
    pub print: Print,
}

impl PageWords {
    /// The words of a page's events.
    pub fn of(events: &[Event<'_>], vocabulary: &Vocabulary) -> Self {
        REMEMBERED.with_borrow_mut(|remembered| {
            let mut hits = Hits::begin(remembered, vocabulary);
            hits.met.reserve(512);
            hits.events(events);
            hits.words()
        })
    }

    /// The packed form.
    pub fn as_bytes(&self) -> &[u8] {
        &self.packed
    }

    /// The words by their numbers, which rise, with their levels.
    pub fn iter(&self) -> impl Iterator<Item = (u32, u8)> {
        let mut rest = &*self.packed;
        let mut number = 0_u32;
        std::iter::from_fn(move || {
            let packed = match *rest {
                // Most words take one byte or two, which can't be foretold: no branch tells them apart.
                [first, second, ..] if first & second < 0x80 => {
                    let has_second = first >> 7;
                    rest = &rest[1 + usize::from(has_second)..];
                    u64::from(first & 0x7F) | u64::from(second * has_second) << 7
                }
                _ => take_number(&mut rest)?,
            };
            number = number.wrapping_add(u32::try_from(packed >> 4).unwrap_or(0));
            Some((number, (packed & 15) as u8))
        })
    }
}

/// The numbers of the words of a title, rising.
pub fn of_title(title: &str, vocabulary: &Vocabulary) -> Vec<u32> {
    REMEMBERED.with_borrow_mut(|remembered| {
        let mut hits = Hits::begin(remembered, vocabulary);
        hits.text(title, true);
        hits.numbers()
    })
}

/// Writes a number in groups of seven bits, the lowest first.
pub fn push_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push((number & 0x7F) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push((number & 0x7F) as u8);
}

/// Reads what [`push_number`] wrote, and leaves what comes after it; `None` when the bytes end before.
pub fn take_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (&first, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(first & 0x7F) << shift;
        if first < 0x80 {
            break;
        }
    }
    Some(number)
}

/// The occurrences of words in a page.
struct Hits<'a> {
    n_tokens: usize,
    /// The places in `remembered` of the words that occur.
    met: Vec<u32>,
    remembered: &'a mut Remembered,
    vocabulary: &'a Vocabulary,
}

impl<'a> Hits<'a> {
    fn begin(remembered: &'a mut Remembered, vocabulary: &'a Vocabulary) -> Self {
        remembered.begin(vocabulary);
        Self { n_tokens: 0, met: Vec::new(), remembered, vocabulary }
    }

    /// The words, when all are counted.
    fn words(self) -> PageWords {
        let known = &mut self.remembered.known;
        // Numbers and places in one, since that is sorted quickest.
        let numbered = |place: &u32| u64::from(known[*place as usize].number) << 32 | u64::from(*place);
        let mut met: Vec<u64> = self.met.iter().map(numbered).collect();
        met.sort_unstable();
        let mut packed = Vec::with_capacity(met.len() * 2);
        let mut print = FormPrint::default();
        let mut last = 0;
        // A word that is written in several ways, such as with a capital, has several places.
        for same in met.chunk_by(|a, b| a >> 32 == b >> 32) {
            let mut count = Count::default();
            for place in same {
                let of_place = std::mem::take(&mut known[(place & 0xFFFF_FFFF) as usize].count);
                count.all += of_place.all;
                count.in_heading |= of_place.in_heading;
            }
            let word = known[(same[0] & 0xFFFF_FFFF) as usize];
            let text = level::of_text(count.all, self.n_tokens);
            let level = if count.in_heading { level::raised(level::HEADING, text) } else { text };
            push_number(&mut packed, u64::from(word.number - last) << 4 | u64::from(level));
            print.add(word.print.with(level.into()));
            last = word.number;
        }
        PageWords { packed: packed.into(), print: Print::of(&print.halves()) }
    }

    /// Only the numbers of the words, rising.
    fn numbers(self) -> Vec<u32> {
        let number = |place: u32| {
            let known = &mut self.remembered.known[place as usize];
            known.count = Count::default();
            known.number
        };
        let mut numbers: Vec<u32> = self.met.into_iter().map(number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    fn events(&mut self, events: &[Event<'_>]) {
        let mut in_heading = false;
        for event in events {
            match event {
                Event::Start(Tag::Heading(_)) => in_heading = true,
                Event::End(TagEnd::Heading(_)) => in_heading = false,
                Event::Text(text) => self.text(text, in_heading),
                Event::Code(code) => self.text(&code.text, in_heading),
                Event::Html { html, .. } => text_of_html(html).for_each(|text| self.text(text, in_heading)),
                _ => {}
            }
        }
    }

    fn text(&mut self, text: &str, in_heading: bool) {
        let bytes = text.as_bytes();
        let mut start = 0;
        while start < bytes.len() {
            // Most words are ASCII, and these letters up to the next sign.
            let mut end = start;
            let mut short = 0;
            while end < bytes.len() && fold::is_ascii_letter(bytes[end]) {
                short = short << 8 | u64::from(bytes[end]);
                end += 1;
            }
            if end < bytes.len() && bytes[end] >= 128 {
                let Some((token, rest)) = fold::next_token(&text[start..]) else { return };
                self.token(token, in_heading);
                start = text.len() - rest.len();
                continue;
            }
            if end > start {
                let word = &text[start..end];
                let short = (word.len() <= MAX_SHORT_BYTES).then_some(short);
                self.word(word, short, in_heading);
            }
            start = end + 1;
        }
    }

    fn token(&mut self, token: Token<'_>, in_heading: bool) {
        let mut word = |word: &str| self.word(word, short_form(word), in_heading);
        match token {
            Token::Word(text) => word(text),
            Token::Run(run) => pairs(run).iter().for_each(|pair| word(pair)),
        }
    }

    /// Counts a word; `short` is its [`short_form`].
    fn word(&mut self, word: &str, short: Option<u64>, in_heading: bool) {
        if self.n_tokens >= MAX_TOKENS {
            return;
        }
        if word.len() > MAX_WORD_CHARS && word.chars().count() > MAX_WORD_CHARS {
            return;
        }
        self.n_tokens += 1;
        let place = self.remembered.place(word, short, self.vocabulary);
        let count = &mut self.remembered.known[place as usize].count;
        if count.all == 0 {
            self.met.push(place);
        }
        count.all += 1;
        count.in_heading |= in_heading;
    }
}

/// The texts between the tags of raw HTML; what stands in scripts and styles is none.
fn text_of_html(html: &str) -> impl Iterator<Item = &str> {
    let is_code = ["<script", "<style", "<!--"].iter().any(|tag| html.trim_start().starts_with(tag));
    let parts = html.split('<').filter(move |_| !is_code);
    parts.filter_map(|part| Some(part.split_once('>')?.1)).filter(|text| !text.trim().is_empty())
}

/// What a thread knows of words as they are written, so that folding them is paid once for each thread. Numbers and prints
/// are a pure function that is remembered, for one vocabulary at a time; counts are those of the page at hand.
#[derive(Default)]
struct Remembered {
    vocabulary: u64,
    /// The places of short words, by their letters: most words are.
    short: HashMap<u64, u32, Quick>,
    /// The places of other words.
    long: HashMap<Box<str>, u32, Quick>,
    known: Vec<Known>,
}

#[derive(Clone, Copy)]
struct Known {
    number: u32,
    print: FormPrint,
    count: Count,
}

#[derive(Clone, Copy, Default)]
struct Count {
    all: u32,
    in_heading: bool,
}

thread_local! {
    static REMEMBERED: RefCell<Remembered> =
        RefCell::new(Remembered::default());
}

impl Remembered {
    fn begin(&mut self, vocabulary: &Vocabulary) {
        if self.vocabulary != vocabulary.id() || self.known.len() > MAX_REMEMBERED {
            self.short.clear();
            self.long.clear();
            self.known.clear();
            self.vocabulary = vocabulary.id();
        }
    }

    fn place(&mut self, word: &str, short: Option<u64>, vocabulary: &Vocabulary) -> u32 {
        let place = match short {
            Some(short) => self.short.get(&short),
            None => self.long.get(word),
        };
        if let Some(place) = place {
            return *place;
        }
        let (number, print) = vocabulary.number(&form_of(word));
        let place = u32::try_from(self.known.len()).expect("few words are remembered");
        self.known.push(Known { number, print, count: Count::default() });
        match short {
            Some(short) => self.short.insert(short, place),
            None => self.long.insert(word.into(), place),
        };
        place
    }
}

/// The letters of a short word in one number.
fn short_form(word: &str) -> Option<u64> {
    let letters = || word.bytes().fold(0, |short, byte| short << 8 | u64::from(byte));
    (word.len() <= MAX_SHORT_BYTES).then(letters)
}

/// A word in lower case, its accents composed: what stemmers know.
fn form_of(word: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    if word.is_ascii() { word.to_ascii_lowercase() } else { word.to_lowercase().nfc().collect() }
}

impl Hash for PageWords {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.print.hash(state);
    }
}

#[cfg(test)]
mod tests;

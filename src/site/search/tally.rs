//! [`Tally`]: what is counted of the words of pages, kept so that an edit costs the words of its page.
//!
//! All of it are sums over pages. Of a page with other words the former ones are taken away and its own are added; where that can't
//! be done, all pages are counted again.

use std::{cmp::Ordering, sync::Arc};

use rayon::prelude::*;

use super::{
    index::Posting,
    pages::{Counted, SearchedPages},
};
use crate::{
    base::digest::Print,
    parse::words::{Form, FormPrint, Stemmer, fold, quick_hash},
};

/// Of how many pages one may differ, at most, for the others not to be counted again.
const RENEWED_OF: usize = 8;
/// How many pages may differ in a small site.
const MIN_RENEWED: usize = 16;

/// How many bytes are kept of a row.
const ROW_BYTES: usize = 29;
/// How many bytes are kept of a count.
const COUNT_BYTES: usize = 24;

/// What is counted of a form.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Count {
    pub(super) n_pages: u32,
    /// The stemmers of the pages that have it.
    pub(super) stemmers: u32,
    /// Of the pages that have it, with their levels.
    pub(super) print: FormPrint,
}

impl Count {
    pub(super) fn add(&mut self, other: Self) {
        self.n_pages += other.n_pages;
        self.stemmers |= other.stemmers;
        self.print.add(other.print);
    }
}

/// A page as it was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) number: u32,
    /// The print of its words.
    pub(super) words: Print,
    /// A hash of its title.
    pub(super) title: u64,
    pub(super) stemmer: Stemmer,
}

impl Row {
    pub(super) fn new(number: u32, words: Print, title: &str, stemmer: Stemmer) -> Self {
        Self { number, words, title: quick_hash(title), stemmer }
    }
}

/// The words of pages, counted: for each form how many pages have it, and the print of these.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// The pages in the order of their numbers.
    rows: Vec<Row>,
    /// The numbers of the words of their titles: of each page how many they are, and then these.
    titles: Vec<u32>,
    /// By the numbers of forms.
    counts: Vec<Count>,
    /// The stems of forms, if all pages have one stemmer: to find them takes longer than to read them. 0 where one isn't known.
    stems: Vec<u64>,
}

/// A tally that was made of an earlier one.
pub(super) struct Renewed {
    pub(super) tally: Tally,
    /// Pages as they were counted before, and are no more.
    pub(super) gone: Vec<Counted>,
    /// Pages as they weren't counted before.
    pub(super) new: Vec<Counted>,
}

impl Tally {
    /// Counts all pages.
    pub(super) fn of(pages: &[Counted], forms: &[Arc<Form>]) -> Self {
        let mut tally = Self { counts: count(pages, forms), ..Self::default() };
        pages.iter().for_each(|page| tally.note(page.row, &page.title));
        tally.learn_stems(forms);
        tally
    }

    /// The one stemmer of all pages.
    fn stemmer(&self) -> Option<Stemmer> {
        let first = self.rows.first()?.stemmer;
        self.rows.iter().all(|row| row.stemmer == first).then_some(first)
    }

    fn learn_stems(&mut self, forms: &[Arc<Form>]) {
        let Some(stemmer) = self.stemmer() else { return };
        self.stems.resize(forms.len(), 0);
        self.stems.par_iter_mut().zip(forms).zip(&self.counts).for_each(|((stem, form), count)| {
            if *stem == 0 && count.n_pages > 0 {
                *stem = stem_of(&form.text, stemmer);
            }
        });
    }

    /// What the forms of one word have in common: a number for each stemmer of the pages that have the form of a number.
    pub(super) fn stems(&self, number: u32, form: &str) -> impl Iterator<Item = u64> {
        let stemmers = self.counts.get(number as usize).map_or(0, |count| count.stemmers);
        let stemmers = (0..32).filter(move |bit| stemmers & 1 << bit != 0).map(Stemmer::of_number);
        let known = self.stems.get(number as usize).copied().filter(|stem| *stem != 0);
        stemmers.map(move |stemmer| known.unwrap_or_else(|| stem_of(form, stemmer))).filter(|stem| *stem != 0)
    }

    /// By the numbers of forms.
    pub(super) fn counts(&self) -> &[Count] {
        &self.counts
    }

    /// How many parts a tally is kept in.
    pub const N_PARTS: usize = 4;

    /// Its bytes: all numbers at fixed places, so that most of them stay the same when little changes.
    pub fn to_parts(&self) -> [Vec<u8>; Self::N_PARTS] {
        let mut rows = Vec::with_capacity(ROW_BYTES * self.rows.len());
        for row in &self.rows {
            rows.extend_from_slice(&row.number.to_le_bytes());
            rows.extend_from_slice(row.words.as_bytes());
            rows.extend_from_slice(&row.title.to_le_bytes());
            rows.push(row.stemmer.number());
        }
        let mut counts = Vec::with_capacity(COUNT_BYTES * self.counts.len());
        for count in &self.counts {
            let (one, other) = count.print.halves();
            counts.extend_from_slice(&count.n_pages.to_le_bytes());
            counts.extend_from_slice(&count.stemmers.to_le_bytes());
            counts.extend_from_slice(&one.to_le_bytes());
            counts.extend_from_slice(&other.to_le_bytes());
        }
        let titles: Vec<[u8; 4]> = self.titles.iter().map(|number| number.to_le_bytes()).collect();
        let stems: Vec<[u8; 8]> = self.stems.iter().map(|stem| stem.to_le_bytes()).collect();
        [rows, titles.into_flattened(), counts, stems.into_flattened()]
    }

    /// The tally of some bytes; `None` when there are none, or they are no tally's.
    pub fn of_parts(parts: &[Vec<u8>]) -> Option<Self> {
        let [rows, titles, counts, stems] = parts else { return None };
        let row = |bytes: &[u8; ROW_BYTES]| Row {
            number: u32_at(bytes, 0),
            words: Print::from_bytes(bytes[4..20].try_into().expect("16 bytes")),
            title: u64_at(bytes, 20),
            stemmer: Stemmer::of_number(bytes[28]),
        };
        let count = |bytes: &[u8; COUNT_BYTES]| Count {
            n_pages: u32_at(bytes, 0),
            stemmers: u32_at(bytes, 4),
            print: FormPrint::of_halves(u64_at(bytes, 8), u64_at(bytes, 16)),
        };
        let tally = Self {
            rows: rows.as_chunks().0.iter().map(row).collect(),
            titles: titles.as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect(),
            counts: counts.as_chunks().0.iter().map(count).collect(),
            stems: stems.as_chunks().0.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect(),
        };
        (!tally.rows.is_empty()).then_some(tally)
    }

    /// The pages, each with the words of its title.
    pub(super) fn rows_with_titles(&self) -> Vec<(Row, &[u32])> {
        let mut rest = Rest { rows: &self.rows, titles: &self.titles };
        std::iter::from_fn(|| rest.next()).collect()
    }

    fn note(&mut self, row: Row, title: &[u32]) {
        self.rows.push(row);
        self.titles.extend(u32::try_from(title.len()));
        self.titles.extend_from_slice(title);
    }

    /// The tally of pages of which this counted most; `None` when they have to be counted again.
    pub(super) fn renewed(self, pages: &SearchedPages<'_>) -> Option<Renewed> {
        let rows = pages.rows()?;
        // Which stemmers the pages of a form have can't be taken away, but it is mostly one.
        let stemmer = rows.first()?.stemmer;
        if self.rows.iter().chain(&rows).any(|row| row.stemmer != stemmer) {
            return None;
        }
        let mut next = Self::default();
        let (mut gone, mut new) = (Vec::new(), Vec::new());
        let mut former = Rest { rows: &self.rows, titles: &self.titles };
        for (at, row) in rows.into_iter().enumerate() {
            let known = former.take(row.number)?;
            if let Some((_, title)) = known.filter(|(known, _)| *known == row) {
                next.note(row, title);
                continue;
            }
            if let Some((known, title)) = known {
                let words = pages.former_words(at, known.words)?;
                gone.push(Counted { row: known, words, title: title.to_vec() });
            }
            let page = pages.counted(at, row)?;
            next.note(row, &page.title);
            new.push(page);
            if new.len() > MIN_RENEWED.max(self.rows.len() / RENEWED_OF) {
                return None;
            }
        }
        // A page that is gone has left no words.
        former.rows.is_empty().then_some(())?;
        (next.counts, next.stems) = (self.counts, self.stems);
        let forms = pages.vocabulary().forms();
        next.counts.resize(forms.len(), Count::default());
        gone.iter().try_for_each(|page| next.take_away(page, &forms))?;
        new.iter().try_for_each(|page| next.add(page, &forms))?;
        next.learn_stems(&forms);
        Some(Renewed { tally: next, gone, new })
    }

    fn take_away(&mut self, page: &Counted, forms: &[Arc<Form>]) -> Option<()> {
        self.change(page, forms, |count, print| {
            count.n_pages = count.n_pages.checked_sub(1)?;
            count.stemmers = if count.n_pages == 0 { 0 } else { count.stemmers };
            count.print.take_away(print);
            Some(())
        })
    }

    fn add(&mut self, page: &Counted, forms: &[Arc<Form>]) -> Option<()> {
        let stemmers = 1 << page.row.stemmer.number();
        self.change(page, forms, |count, print| {
            count.add(Count { n_pages: 1, stemmers, print });
            Some(())
        })
    }

    fn change(
        &mut self,
        page: &Counted,
        forms: &[Arc<Form>],
        mut change: impl FnMut(&mut Count, FormPrint) -> Option<()>,
    ) -> Option<()> {
        let mut all_known = Some(());
        page.for_each(|number, level| {
            let (count, form) = (self.counts.get_mut(number as usize), forms.get(number as usize));
            let print = form.map(|form| print_of(form.print, page.row.number, level));
            let changed = count.zip(print).and_then(|(count, print)| change(count, print));
            all_known = all_known.and(changed);
        });
        all_known
    }
}

/// A stem as a number: sorting texts takes many times as long. A number is no form of anything else, and has none: of large sites
/// most words are numbers. Where words are their own stems, there is none either.
fn stem_of(form: &str, stemmer: Stemmer) -> u64 {
    if form.bytes().all(|byte| byte.is_ascii_digit()) {
        return 0;
    }
    stemmer.ready().map_or(0, |stem| quick_hash(&fold(&stem(form))))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"))
}

/// The rest of the rows of a tally.
struct Rest<'t> {
    rows: &'t [Row],
    titles: &'t [u32],
}

impl<'t> Rest<'t> {
    /// The row of a number with the words of its title; the outer `None` when there is one of a number before: that page is gone.
    fn take(&mut self, number: u32) -> Option<Option<(Row, &'t [u32])>> {
        match self.rows.first().map(|row| row.number.cmp(&number)) {
            Some(Ordering::Less) => None,
            Some(Ordering::Equal) => self.next().map(Some),
            Some(Ordering::Greater) | None => Some(None),
        }
    }

    /// The next row with the words of its title.
    fn next(&mut self) -> Option<(Row, &'t [u32])> {
        let (row, rows) = self.rows.split_first()?;
        let (n_words, rest) = self.titles.split_first()?;
        let (title, titles) = rest.split_at_checked(*n_words as usize)?;
        (self.rows, self.titles) = (rows, titles);
        Some((*row, title))
    }
}

/// The print of a form in a page.
fn print_of(form: FormPrint, page: u32, level: u8) -> FormPrint {
    form.with(u64::from(Posting::new(page, level).bits()))
}

/// Counts forms, by their numbers.
fn count(pages: &[Counted], forms: &[Arc<Form>]) -> Vec<Count> {
    let part = pages.len().div_ceil(rayon::current_num_threads()).max(1);
    // Side by side, since they are looked up millions of times.
    let prints: Vec<FormPrint> = forms.iter().map(|form| form.print).collect();
    let of_part = |pages: &[Counted]| {
        let mut counts = vec![Count::default(); forms.len()];
        for page in pages {
            let stemmers = 1 << page.row.stemmer.number();
            page.for_each(|number, level| {
                let Some((count, print)) = counts.get_mut(number as usize).zip(prints.get(number as usize))
                else {
                    return;
                };
                count.add(Count { n_pages: 1, stemmers, print: print_of(*print, page.row.number, level) });
            });
        }
        counts
    };
    let add = |mut one: Vec<Count>, other: Vec<Count>| {
        one.iter_mut().zip(other).for_each(|(one, other)| one.add(other));
        one
    };
    pages
        .par_chunks(part)
        .map(of_part)
        .reduce_with(add)
        .unwrap_or_else(|| vec![Count::default(); forms.len()])
}

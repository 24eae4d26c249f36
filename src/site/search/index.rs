//! [`Index`]: which words there are, where, and in which shard.

use std::{
    ops::Range,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use foldhash::HashMap;
use rayon::prelude::*;

use super::{
    layout::{self, ShardName},
    pages::{AllCounted, Counted, SearchedPages},
    renewal::{self, FormerShards, Move, Moves},
    tally::{Count, Renewed, Tally},
};
use crate::{
    base::{digest::Print, tasks::PER_TASK},
    parse::words::{Form, FormPrint},
};

/// How many pages are known for a word at most: the best ones. A word of more pages says little about any of them.
pub const MAX_POSTINGS: usize = 1000;
/// Into how many parts words are split for as many threads. Each goes over all pages.
const MAX_PARTS: usize = 8;
/// How many shards are gathered one by one when they are asked for. After that all are gathered at once.
const MAX_ALONE: usize = 4;
/// How many shards that differ after an edit are gathered together, without all others.
const MAX_TOGETHER: usize = 16;
/// How many bytes a posting has, about.
const POSTING_BYTES: usize = 3;
/// How many bytes a word has besides its letters and its postings, about.
const WORD_BYTES: usize = 4;

/// A page's number and how much it is about a word. Better ones are smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Posting(u32);

impl Posting {
    /// Bits for the page's number; the others say how far the level is from the highest.
    const PAGE_BITS: u32 = 28;

    /// Of a page's number and a level.
    pub fn new(page: u32, level: u8) -> Self {
        Self(u32::from(15 - (level & 15)) << Self::PAGE_BITS | page)
    }

    /// All of it in one number.
    pub(super) fn bits(self) -> u32 {
        self.0
    }

    /// The number of the page.
    pub fn page(self) -> u32 {
        self.0 & ((1 << Self::PAGE_BITS) - 1)
    }

    /// The level: see [`level`](crate::parse::words::level).
    pub fn level(self) -> u8 {
        15 - (self.0 >> Self::PAGE_BITS) as u8
    }
}

/// A word as it is compared, with the forms that are compared as it.
struct Word {
    forms: Range<usize>,
    print: FormPrint,
}

/// A part of the words.
pub struct Shard {
    /// Where it begins.
    pub name: ShardName,
    /// The print of all that is in it.
    pub print: Print,
    words: Range<usize>,
}

/// A word of a shard.
pub struct ShardWord<'i> {
    /// The word, folded.
    pub text: &'i str,
    /// The classes of words of one stem that it is in; alone in its class it is in none.
    pub classes: Vec<u32>,
    /// How many pages it is in.
    pub n_pages: usize,
    /// The best of them, at most [`MAX_POSTINGS`], in the order of their numbers.
    pub postings: Vec<Posting>,
}

/// All words of a site.
pub struct Index {
    /// The shards, in the order of their words.
    pub shards: Vec<Shard>,
    tally: Tally,
    /// The pages that were counted again, as they were and as they are, unless all were.
    edited: Option<(Vec<Counted>, Vec<Counted>)>,
    /// All pages, once their words are needed.
    pages: OnceLock<AllCounted>,
    forms: Vec<Arc<Form>>,
    /// The numbers of the forms that occur, by their folded text.
    order: Vec<u32>,
    words: Vec<Word>,
    /// Words that have a stem in common, by class.
    classes: Vec<Vec<u32>>,
    /// The classes of words, in the order of words.
    memberships: Vec<(u32, u32)>,
    postings: OnceLock<Postings>,
    /// The shards that were gathered together, by where their words begin.
    together: OnceLock<HashMap<usize, Gathering>>,
    /// How many shards can still be gathered alone.
    n_alone: AtomicUsize,
}

/// Of each word of a shard in how many pages it is, and the best of them in the order of their numbers.
type Gathering = Vec<(usize, Vec<Posting>)>;

impl Index {
    /// Counts the words of the pages of one language, at the cost of those that a `former` tally hasn't counted.
    pub fn of(of: SearchedPages<'_>, former: Option<Tally>) -> Self {
        let (renewed, edited) = match former.and_then(|former| former.renewed(&of)) {
            Some(Renewed { tally, gone, new }) => (Some(tally), Some((gone, new))),
            None => (None, None),
        };
        let counted = renewed.is_none().then(|| of.all());
        // From here on forms are only read, by many threads: better without a lock.
        let forms: Vec<Arc<Form>> = of.vocabulary().forms().clone();
        let pages = counted.as_ref().map_or(&[][..], |counted| &counted.pages);
        let tally = renewed.unwrap_or_else(|| Tally::of(pages, &forms));
        let counts = tally.counts();
        let mut order: Vec<u32> = (0..).take(forms.len()).collect();
        order.retain(|number| counts[*number as usize].n_pages > 0);
        sort(&mut order, &forms);
        let words = words_of(&order, &forms, counts);
        let mut index = Self {
            shards: Vec::new(),
            tally,
            edited,
            pages: counted.map(OnceLock::from).unwrap_or_default(),
            forms,
            order,
            words,
            classes: Vec::new(),
            memberships: Vec::new(),
            postings: OnceLock::new(),
            together: OnceLock::new(),
            n_alone: AtomicUsize::new(MAX_ALONE),
        };
        index.classify();
        index.split();
        index
    }

    /// What was counted, for the next index.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    #[cfg(test)]
    pub(super) fn has_counted_all(&self) -> bool {
        self.pages.get().is_some()
    }

    /// Whether it is made of the files as they are listed.
    pub fn is_settled(&self) -> bool {
        self.pages.get().is_none_or(|pages| pages.is_settled)
    }

    /// All pages, which are those `of` which this is. A thread that waited here for another one could be the one that this waits
    /// for, since both take over work of each other: so it would rather do the same.
    fn pages(&self, of: SearchedPages<'_>) -> &[Counted] {
        if self.pages.get().is_none() {
            let _ = self.pages.set(of.all_of(&self.tally));
        }
        &self.pages.get().expect("it was set a line above").pages
    }

    /// The words of a shard. `of` are the pages that were counted.
    pub fn shard_words(&self, shard: &Shard, of: SearchedPages<'_>) -> impl Iterator<Item = ShardWord<'_>> {
        let postings = self.postings_of(shard.words.clone(), of);
        shard.words.clone().zip(postings).map(move |(word, (n_pages, postings))| ShardWord {
            text: self.text(word),
            classes: self.classes_of(word).collect(),
            n_pages,
            postings,
        })
    }

    /// Gathers the shards that will be asked for: from those of an earlier process, else in one pass over all pages, which are those that
    /// were counted.
    pub fn expect(
        &self,
        is_expected: impl Fn(&Shard) -> bool,
        of: SearchedPages<'_>,
        former: &FormerShards<'_>,
    ) {
        let expected: Vec<&Shard> = self.shards.iter().filter(|shard| is_expected(shard)).collect();
        if expected.is_empty() {
            return;
        }
        let moves = self.moves();
        let mut together: HashMap<usize, Gathering> = HashMap::default();
        let mut parts = Vec::new();
        for shard in expected {
            match moves.as_ref().and_then(|moves| self.followed(shard, former, moves)) {
                Some(gathered) => drop(together.insert(shard.words.start, gathered)),
                None => parts.push(shard.words.clone()),
            }
        }
        if parts.len() > MAX_TOGETHER {
            self.all_postings(of);
        } else if !parts.is_empty() {
            together.extend(parts.iter().map(|words| words.start).zip(self.gather(&parts, of)));
        }
        let _ = self.together.set(together);
    }

    /// What became of the words of the pages that were counted again, by their texts; `None` when all pages were.
    fn moves(&self) -> Option<HashMap<&str, Moves>> {
        let (gone, new) = self.edited.as_ref()?;
        let mut moves: HashMap<&str, Moves> = HashMap::default();
        let mut note = |page: &Counted, put: fn(&mut Move) -> &mut Option<Posting>| {
            let number = page.row.number;
            page.for_each(|form, level| {
                let Some(form) = self.forms.get(form as usize) else { return };
                let posting = put(moves.entry(form.folded()).or_default().entry(number).or_default());
                // Of two forms of a word the better one counts.
                let new = Posting::new(number, level);
                *posting = Some(posting.map_or(new, |known| known.min(new)));
            });
        };
        gone.iter().for_each(|page| note(page, |moved| &mut moved.before));
        new.iter().for_each(|page| note(page, |moved| &mut moved.after));
        Some(moves)
    }

    /// The postings of a shard as they follow from those of an earlier process; `None` when they don't.
    fn followed(
        &self,
        shard: &Shard,
        former: &FormerShards<'_>,
        moves: &HashMap<&str, Moves>,
    ) -> Option<Gathering> {
        let place = self.shards.iter().position(|other| other.words.start == shard.words.start)?;
        let next = self.shards.get(place + 1).map(|next| next.name.to_string());
        let known = former.words(&shard.name.to_string(), next.as_deref())?;
        let of_word = |word: usize| {
            let text = self.text(word);
            let (n_pages, postings) = renewal::after(known.get(text), moves.get(text))?;
            // Of a word in one form it is known how many they must be.
            let [form] = self.order[self.words[word].forms.clone()] else { return Some((n_pages, postings)) };
            (self.tally.counts()[form as usize].n_pages as usize == n_pages).then_some((n_pages, postings))
        };
        shard.words.clone().map(of_word).collect()
    }

    fn postings_of(&self, words: Range<usize>, of: SearchedPages<'_>) -> Gathering {
        if let Some(gathered) = self.together.get().and_then(|together| together.get(&words.start)) {
            return gathered.clone();
        }
        let is_alone = || {
            let one_less = |n_left: usize| n_left.checked_sub(1);
            self.n_alone.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_ok()
        };
        if self.postings.get().is_none() && is_alone() {
            return self.gather(std::slice::from_ref(&words), of).pop().unwrap_or_default();
        }
        let all = self.all_postings(of);
        words.map(|word| all.of_word(word)).collect()
    }

    /// The postings of all words. Here no thread waits for another one, either.
    fn all_postings(&self, of: SearchedPages<'_>) -> &Postings {
        if self.postings.get().is_none() {
            let _ = self.postings.set(Postings::of(self, self.pages(of)));
        }
        self.postings.get().expect("it was set a line above")
    }

    /// Gathers parts of the words, in one pass over all pages.
    fn gather(&self, parts: &[Range<usize>], of: SearchedPages<'_>) -> Vec<Gathering> {
        let mut place_of_form: HashMap<u32, u32> = HashMap::default();
        let mut is_wanted = vec![0_u64; self.forms.len() / 64 + 1];
        for (place, word) in (0..).zip(parts.iter().flat_map(|words| &self.words[words.clone()])) {
            for &form in &self.order[word.forms.clone()] {
                place_of_form.insert(form, place);
                is_wanted[form as usize / 64] |= 1 << (form % 64);
            }
        }
        let of_page = |page: &Counted| {
            let mut found = Vec::new();
            page.for_each(|form, level| {
                // Few are: this is asked of all words of all pages.
                let bits = is_wanted.get(form as usize / 64).map_or(0, |bits| bits >> (form % 64));
                if bits & 1 == 1 {
                    let place = place_of_form[&form];
                    found.push((place, page.row.number, Posting::new(page.row.number, level)));
                }
            });
            found
        };
        let mut found: Vec<(u32, u32, Posting)> =
            self.pages(of).par_iter().with_max_len(PER_TASK).flat_map_iter(of_page).collect();
        found.par_sort_unstable();
        // Of a page with two forms of a word the better one counts.
        found.dedup_by_key(|(place, page, _)| (*place, *page));
        let mut gathered = vec![(0, Vec::new()); parts.iter().map(Range::len).sum()];
        for of_word in found.chunk_by(|a, b| a.0 == b.0) {
            let postings = of_word.iter().map(|(.., posting)| *posting).collect();
            gathered[of_word[0].0 as usize] = (of_word.len(), best(postings));
        }
        let mut gathered = gathered.into_iter();
        parts.iter().map(|words| gathered.by_ref().take(words.len()).collect()).collect()
    }

    /// The words outside of a shard that are in a class of one inside, with the class.
    pub fn outside(&self, shard: &Shard) -> Vec<(u32, &str)> {
        let inside = shard.words.clone().flat_map(|word| self.classes_of(word));
        let mut classes: Vec<u32> = inside.collect();
        classes.sort_unstable();
        classes.dedup();
        let others = classes.iter().flat_map(|&class| {
            let words = self.classes[class as usize].iter();
            words.filter(|&&word| !shard.words.contains(&(word as usize))).map(move |&word| (class, word))
        });
        others.map(|(class, word)| (class, self.text(word as usize))).collect()
    }

    fn text(&self, word: usize) -> &str {
        self.forms[self.order[self.words[word].forms.start] as usize].folded()
    }

    fn classes_of(&self, word: usize) -> impl Iterator<Item = u32> {
        let start = self.memberships.partition_point(|(of, _)| (*of as usize) < word);
        self.memberships[start..]
            .iter()
            .take_while(move |(of, _)| *of as usize == word)
            .map(|(_, class)| *class)
    }

    /// Finds the words that have a stem in common.
    fn classify(&mut self) {
        let stems_of = |(at, word): (usize, &Word)| -> Vec<(u64, u32)> {
            let place = u32::try_from(at).expect("there are fewer words than bytes in memory");
            let forms = self.order[word.forms.clone()].iter();
            let stems = forms.flat_map(|&form| self.tally.stems(form, &self.forms[form as usize].text));
            stems.map(|stem| (stem, place)).collect()
        };
        let mut stems: Vec<(u64, u32)> = self.words.par_iter().enumerate().flat_map_iter(stems_of).collect();
        stems.par_sort_unstable();
        stems.dedup();
        for class in stems.chunk_by(|a, b| a.0 == b.0).filter(|class| class.len() > 1) {
            let number = u32::try_from(self.classes.len()).expect("there are fewer classes than words");
            self.classes.push(class.iter().map(|(_, word)| *word).collect());
            self.memberships.extend(class.iter().map(|(_, word)| (*word, number)));
        }
        self.memberships.sort_unstable();
    }

    fn split(&mut self) {
        let counts = self.tally.counts();
        let texts: Vec<&str> = (0..self.words.len()).map(|word| self.text(word)).collect();
        let size = |(word, text): (&Word, &&str)| {
            let n_pages = |number: &u32| counts[*number as usize].n_pages as usize;
            let n_postings: usize = self.order[word.forms.clone()].iter().map(n_pages).sum();
            WORD_BYTES + text.len() + POSTING_BYTES * n_postings.min(MAX_POSTINGS)
        };
        let sizes: Vec<usize> = self.words.iter().zip(&texts).map(size).collect();
        let of_class = |words: &Vec<u32>| {
            let mut print = FormPrint::default();
            words.iter().for_each(|&word| print.add(self.form_print(word as usize)));
            print
        };
        let classes: Vec<FormPrint> = self.classes.iter().map(of_class).collect();
        let shards = layout::split(&texts, &sizes).into_iter().map(|(name, words)| {
            let mut print = FormPrint::default();
            let mut related = FormPrint::default();
            for word in words.clone() {
                print.add(self.words[word].print);
                for class in self.classes_of(word) {
                    related.add(self.form_print(word).with(classes[class as usize].halves().0));
                }
            }
            let print = Print::of(&(&name, words.len(), print.halves(), related.halves()));
            Shard { name, print, words }
        });
        self.shards = shards.collect();
    }

    /// The print of a word's text: of the first of its forms.
    fn form_print(&self, word: usize) -> FormPrint {
        self.forms[self.order[self.words[word].forms.start] as usize].print
    }
}

/// Sorts the numbers of forms by how these are compared, then by how they are written.
fn sort(order: &mut [u32], forms: &[Arc<Form>]) {
    // Most are told apart by their first letters, which are at hand then.
    let begin = |text: &str| {
        let mut bytes = [0; 8];
        let len = text.len().min(bytes.len());
        bytes[..len].copy_from_slice(&text.as_bytes()[..len]);
        u64::from_be_bytes(bytes)
    };
    let form = |number: u32| &*forms[number as usize];
    let mut keyed: Vec<(u64, u32)> =
        order.iter().map(|&number| (begin(form(number).folded()), number)).collect();
    keyed.par_sort_unstable_by(|a, b| {
        let texts = |number| (form(number).folded(), &*form(number).text);
        a.0.cmp(&b.0).then_with(|| texts(a.1).cmp(&texts(b.1)))
    });
    order.iter_mut().zip(keyed).for_each(|(number, (_, sorted))| *number = sorted);
}

/// Puts forms that are compared as one word together.
fn words_of(order: &[u32], forms: &[Arc<Form>], counts: &[Count]) -> Vec<Word> {
    let same = order.chunk_by(|a, b| forms[*a as usize].folded() == forms[*b as usize].folded());
    let mut start = 0;
    let word = |numbers: &[u32]| {
        let mut print = FormPrint::default();
        numbers.iter().for_each(|number| print.add(counts[*number as usize].print));
        let forms = start..start + numbers.len();
        start = forms.end;
        Word { forms, print }
    };
    same.map(word).collect()
}

/// The pages of all words, of each word the best.
struct Postings {
    all: Vec<Posting>,
    /// Where those of each word begin, and where the last ones end.
    starts: Vec<usize>,
    words: Vec<Gathered>,
}

/// How many postings of a word there are.
#[derive(Clone, Copy, Default)]
struct Gathered {
    n_pages: usize,
    n_kept: usize,
}

impl Postings {
    /// Each thread goes over all pages, and gathers what concerns its part of the words.
    fn of(index: &Index, pages: &[Counted]) -> Self {
        let mut word_of_form = vec![u32::MAX; index.forms.len()];
        let mut starts = vec![0];
        for (place, word) in (0..).zip(&index.words) {
            let mut n_pages = 0;
            for number in &index.order[word.forms.clone()] {
                word_of_form[*number as usize] = place;
                n_pages += index.tally.counts()[*number as usize].n_pages as usize;
            }
            // As soon as there are twice as many as are kept, the worse half goes: see `push`.
            starts.push(starts.last().copied().unwrap_or(0) + n_pages.min(2 * MAX_POSTINGS));
        }
        let mut all = vec![Posting(0); starts.last().copied().unwrap_or(0)];
        let mut words = vec![Gathered::default(); index.words.len()];
        parts(&starts, &mut all, &mut words).into_par_iter().for_each(|mut part| {
            for page in pages {
                page.for_each(|number, level| {
                    let word = word_of_form.get(number as usize).map_or(usize::MAX, |word| *word as usize);
                    part.push(word, Posting::new(page.row.number, level));
                });
            }
        });
        Self { all, starts, words }
    }

    /// In how many pages a word is, and the best of them in the order of their numbers.
    fn of_word(&self, word: usize) -> (usize, Vec<Posting>) {
        let Gathered { n_pages, n_kept } = self.words[word];
        (n_pages, best(self.all[self.starts[word]..][..n_kept].to_vec()))
    }
}

/// A part of the words with their postings.
struct Part<'p> {
    first: usize,
    starts: &'p [usize],
    all: &'p mut [Posting],
    words: &'p mut [Gathered],
}

impl Part<'_> {
    fn push(&mut self, word: usize, posting: Posting) {
        let Some(gathered) = word.checked_sub(self.first).and_then(|at| self.words.get_mut(at)) else {
            return;
        };
        let at = word - self.first;
        let (start, end) = (self.starts[at] - self.starts[0], self.starts[at + 1] - self.starts[0]);
        let all = &mut self.all[start..end];
        // A page may have two forms of a word, such as one without its accents.
        if let Some(last) = all[..gathered.n_kept].last_mut().filter(|last| last.page() == posting.page()) {
            *last = posting.min(*last);
            return;
        }
        if gathered.n_kept == all.len() {
            gathered.n_kept = keep_best(all);
        }
        all[gathered.n_kept] = posting;
        gathered.n_kept += 1;
        gathered.n_pages += 1;
    }
}

/// Splits words into a part for each thread, with about as many postings each.
fn parts<'p>(
    starts: &'p [usize],
    mut all: &'p mut [Posting],
    mut words: &'p mut [Gathered],
) -> Vec<Part<'p>> {
    let n_parts = rayon::current_num_threads().clamp(1, MAX_PARTS);
    let n_each = all.len().div_ceil(n_parts).max(1);
    let mut parts = Vec::with_capacity(n_parts);
    let mut first = 0;
    for number in 1..=n_parts {
        let last = if number == n_parts {
            starts.len() - 1
        } else {
            starts.partition_point(|start| *start < number * n_each).clamp(first, starts.len() - 1)
        };
        let (own, others) = all.split_at_mut(starts[last] - starts[first]);
        let (own_words, other_words) = words.split_at_mut(last - first);
        parts.push(Part { first, starts: &starts[first..=last], all: own, words: own_words });
        (all, words, first) = (others, other_words, last);
    }
    parts
}

/// The best postings of a word, in the order of their numbers.
pub(super) fn best(mut postings: Vec<Posting>) -> Vec<Posting> {
    let n_best = keep_best(&mut postings);
    postings.truncate(n_best);
    postings.sort_unstable_by_key(|posting| posting.page());
    postings
}

/// Puts the postings of the highest levels to the front, of one level those of the lowest numbers, and says how many they are.
fn keep_best(all: &mut [Posting]) -> usize {
    if all.len() > MAX_POSTINGS {
        all.select_nth_unstable(MAX_POSTINGS - 1);
    }
    all.len().min(MAX_POSTINGS)
}

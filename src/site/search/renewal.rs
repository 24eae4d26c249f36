//! [`FormerShards`]: the shards of an earlier process, from which those of an index follow at the cost of the pages that were counted
//! again.
//!
//! A shard tells of each word in how many pages it is, and the best of them. Of a page that was counted again both is known: which words
//! it had, and which it has. So the words of all other pages need not be read.

use std::{collections::BTreeMap, ops::Range};

use foldhash::HashMap;

use super::index::{MAX_POSTINGS, Posting, best};

/// A word as an earlier process found it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormerWord {
    /// The word, folded.
    pub text: String,
    /// How many pages it was in.
    pub n_pages: usize,
    /// The best of them, at most [`MAX_POSTINGS`], in the order of their numbers.
    pub postings: Vec<Posting>,
}

/// The shards of an earlier process.
pub struct FormerShards<'f> {
    /// Their names, as they are in addresses, in order.
    pub names: Vec<&'f str>,
    /// Reads the words of one; `None` when that can't be relied on.
    pub read: &'f (dyn Fn(&str) -> Option<Vec<FormerWord>> + Sync),
}

impl FormerShards<'_> {
    /// The words from a shard's name on that come before the next one's, by their texts; `None` when they aren't known.
    pub(super) fn words(&self, name: &str, next: Option<&str>) -> Option<HashMap<String, FormerWord>> {
        if self.names.is_empty() {
            return None;
        }
        let words = self.names[self.overlapping(name, next)].iter().map(|name| (self.read)(name));
        let words: Vec<Vec<FormerWord>> = words.collect::<Option<_>>()?;
        Some(words.into_iter().flatten().map(|word| (word.text.clone(), word)).collect())
    }

    /// The places of the shards that may have words of a range: in hexadecimal digits, names are in the order of the words that they
    /// begin with.
    fn overlapping(&self, name: &str, next: Option<&str>) -> Range<usize> {
        let start = self.names.partition_point(|former| *former <= name).saturating_sub(1);
        let end = next.map_or(self.names.len(), |next| self.names.partition_point(|former| *former < next));
        start..end.max(start)
    }
}

/// What became of a page that a word was in, or is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Move {
    pub(super) before: Option<Posting>,
    pub(super) after: Option<Posting>,
}

/// By the numbers of pages.
pub(super) type Moves = BTreeMap<u32, Move>;

/// In how many pages a word is, and the best of them, after some moves; `None` when that doesn't follow from what was known.
pub(super) fn after(former: Option<&FormerWord>, moves: Option<&Moves>) -> Option<(usize, Vec<Posting>)> {
    let (mut n_pages, mut postings) =
        former.map(|word| (word.n_pages, word.postings.clone())).unwrap_or_default();
    if postings.len() != n_pages.min(MAX_POSTINGS) {
        return None;
    }
    // Those that aren't known are worse than each that is.
    let worst = postings.iter().max().copied().filter(|_| n_pages > MAX_POSTINGS);
    for (page, Move { before, after }) in moves.into_iter().flatten() {
        if before.is_some() {
            n_pages = n_pages.checked_sub(1)?;
            postings.retain(|posting| posting.page() != *page);
        }
        n_pages += usize::from(after.is_some());
        postings.extend(after);
    }
    postings.retain(|posting| worst.is_none_or(|worst| *posting <= worst));
    (n_pages > 0 && postings.len() >= n_pages.min(MAX_POSTINGS)).then(|| (n_pages, best(postings)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(n_pages: usize, postings: impl Iterator<Item = (u32, u8)>) -> FormerWord {
        let postings = postings.map(|(page, level)| Posting::new(page, level)).collect();
        FormerWord { text: "word".to_owned(), n_pages, postings }
    }

    fn moved(page: u32, before: Option<u8>, after: Option<u8>) -> Moves {
        let posting = |level: Option<u8>| level.map(|level| Posting::new(page, level));
        [(page, Move { before: posting(before), after: posting(after) })].into()
    }

    fn pages(found: Option<(usize, Vec<Posting>)>) -> Option<(usize, Vec<(u32, u8)>)> {
        let of = |postings: Vec<Posting>| postings.iter().map(|of| (of.page(), of.level())).collect();
        found.map(|(n_pages, postings)| (n_pages, of(postings)))
    }

    #[test]
    fn pages_come_go_and_change() {
        let known = word(2, [(1, 3), (5, 3)].into_iter());
        let check = |moves: &Moves, expected| assert_eq!(pages(after(Some(&known), Some(moves))), expected);
        check(&moved(5, Some(3), Some(7)), Some((2, vec![(1, 3), (5, 7)])));
        check(&moved(5, Some(3), None), Some((1, vec![(1, 3)])));
        check(&moved(3, None, Some(1)), Some((3, vec![(1, 3), (3, 1), (5, 3)])));
        assert_eq!(pages(after(None, Some(&moved(3, None, Some(1))))), Some((1, vec![(3, 1)])));
        assert_eq!(after(None, None), None, "a word is in some page");
        assert_eq!(after(Some(&word(3, [(1, 3)].into_iter())), None), None, "it is damaged");
    }

    #[test]
    fn of_many_pages_those_that_are_not_known_are_not_guessed() {
        let known = word(5000, (0..1000).map(|page| (page, 3)));
        let n_known =
            |moves: &Moves| after(Some(&known), Some(moves)).map(|(n_pages, of)| (n_pages, of.len()));
        assert_eq!(n_known(&moved(7, Some(3), Some(4))), Some((5000, 1000)), "a known one is better");
        assert_eq!(
            n_known(&moved(7, Some(3), Some(2))),
            None,
            "a known one is worse: the next one isn't known"
        );
        assert_eq!(n_known(&moved(7, Some(3), None)), None);
        assert_eq!(n_known(&moved(2000, Some(3), None)), Some((4999, 1000)), "that was no known one");
        assert_eq!(n_known(&moved(2000, Some(3), Some(2))), Some((5000, 1000)));
        let (_, better) = after(Some(&known), Some(&moved(2000, Some(3), Some(9)))).expect("it follows");
        assert!(better.iter().any(|of| of.page() == 2000) && !better.iter().any(|of| of.page() == 999));
    }

    #[test]
    fn shards_are_found_by_the_words_that_they_may_have() {
        let former = FormerShards { names: vec!["", "61", "6180", "7a"], read: &|_| None };
        assert_eq!(former.overlapping("", Some("61")), 0..1);
        assert_eq!(former.overlapping("", None), 0..4);
        assert_eq!(former.overlapping("6140", Some("6180")), 1..2);
        assert_eq!(former.overlapping("61", Some("70")), 1..3);
        assert_eq!(former.overlapping("7b", None), 3..4);
        assert!(FormerShards { names: vec![], ..former }.words("", None).is_none(), "nothing is known");
    }
}

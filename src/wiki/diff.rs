//! Differences of two texts: by line first, then by word inside of what changed.
//!
//! [`merge`](super::merge) is made of the same pieces. For people there are [`Block`]s: what is the same, with the lines around
//! a change only, and what changed, in one run ([`Piece`]) from which both sides can be read.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, Hunk, InternedInput};
use schemars::JsonSchema;
use serde::Serialize;

/// How many lines are shown around a change.
const CONTEXT_LINES: usize = 3;
/// The longest change that is compared by word.
const MAX_WORD_BYTES: usize = 256 << 10;
/// How many pairs of words there may be in all changes of a text that are compared by word, one of each side. Where the same words come
/// again and again, the time grows with these: as many take half a second. Two texts of 16,000 words each have them.
const MAX_WORD_PAIRS: usize = 1 << 30;
/// How many pieces there is room for with each line that is shown.
const PIECES_PER_LINE: usize = 8;
/// How much of the shorter side must be the same for the words of a change to say more than its lines, in percent.
const MIN_ALIKE: usize = 25;

/// A part of a difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Block {
    /// Lines that both have.
    Same {
        /// The number of the first in the former text, from 1.
        from: usize,
        /// The number of the first in the latter text.
        to: usize,
        /// The lines, without their ends.
        lines: Vec<String>,
    },
    /// Lines that both have, too far from a change to be shown.
    Skipped {
        /// How many.
        count: usize,
    },
    /// Lines that differ.
    Changed {
        /// The number of the first in the former text, from 1.
        from: usize,
        /// The number of the first in the latter text.
        to: usize,
        /// Both in one run.
        pieces: Vec<Piece>,
    },
}

/// A piece of a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Piece {
    /// Who has it.
    pub mark: Mark,
    /// Its text, with ends of lines.
    pub text: String,
}

/// Who has a piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// Both.
    Same,
    /// The former text only.
    Removed,
    /// The latter text only.
    Added,
}

/// How much more may be compared by word; beyond that whole lines are compared.
pub(in crate::wiki) struct WordBudget {
    n_pairs: usize,
}

impl Default for WordBudget {
    fn default() -> Self {
        Self { n_pairs: MAX_WORD_PAIRS }
    }
}

impl WordBudget {
    /// The words of two texts, if they may be compared.
    pub(super) fn words<'t>(
        &mut self,
        before: &'t str,
        after: &'t str,
    ) -> Option<(Vec<&'t str>, Vec<&'t str>)> {
        if before.len() + after.len() > MAX_WORD_BYTES {
            return None;
        }
        let (old, new) = (words_of(before), words_of(after));
        self.takes(&old, &new).then_some((old, new))
    }

    /// Whether these may be compared.
    pub(in crate::wiki) fn takes(&mut self, old: &[&str], new: &[&str]) -> bool {
        let rest = self.n_pairs.checked_sub(n_pairs(old, new));
        self.n_pairs = rest.unwrap_or(self.n_pairs);
        rest.is_some()
    }
}

/// How many pairs of words there are between the beginning and the end that both texts have.
fn n_pairs(old: &[&str], new: &[&str]) -> usize {
    let is_same = |(a, b): &(&&str, &&str)| a == b;
    let n_before = old.iter().zip(new).take_while(is_same).count();
    let rest = old[n_before..].iter().rev().zip(new[n_before..].iter().rev());
    let n_same = n_before + rest.take_while(is_same).count();
    (old.len() - n_same).saturating_mul(new.len() - n_same)
}

/// The difference of two texts; nothing when they are the same.
pub fn diff(before: &str, after: &str) -> Vec<Block> {
    let (old, new) = (lines_of(before), lines_of(after));
    let mut blocks = Vec::new();
    let (mut old_at, mut new_at) = (0, 0);
    let mut budget = WordBudget::default();
    for hunk in hunks(&old, &new) {
        let (from, to) = (hunk.before.start as usize, hunk.after.start as usize);
        push_same(&mut blocks, &old[old_at..from], old_at, new_at, true);
        (old_at, new_at) = (hunk.before.end as usize, hunk.after.end as usize);
        let pieces = words(&old[from..old_at].concat(), &new[to..new_at].concat(), &mut budget);
        blocks.push(Block::Changed { from: from + 1, to: to + 1, pieces });
    }
    if !blocks.is_empty() {
        push_same(&mut blocks, &old[old_at..], old_at, new_at, false);
    }
    blocks
}

/// How much of differences may still be shown.
#[derive(Clone, Debug)]
pub struct Room {
    n_lines: usize,
    n_pieces: usize,
}

impl Room {
    /// Room for so many lines, of either side.
    pub fn new(n_lines: usize) -> Self {
        Self { n_lines, n_pieces: n_lines * PIECES_PER_LINE }
    }

    /// What of a difference there is room for, and how many of its lines are left out.
    pub fn take(&mut self, blocks: &[Block]) -> (Vec<Block>, usize) {
        let (mut taken, mut n_left_out) = (Vec::new(), 0);
        for block in blocks {
            if self.n_lines == 0 || self.n_pieces == 0 {
                n_left_out += n_lines(block);
                continue;
            }
            let shown = self.first_of(block);
            n_left_out += n_lines(block) - n_lines(&shown);
            self.n_lines -= n_lines(&shown).min(self.n_lines);
            taken.push(shown);
        }
        (taken, n_left_out)
    }

    /// The beginning of a block that there is room for.
    fn first_of(&mut self, block: &Block) -> Block {
        match block {
            Block::Skipped { .. } => block.clone(),
            Block::Same { from, to, lines } => {
                let lines = lines.iter().take(self.n_lines).cloned().collect();
                Block::Same { from: *from, to: *to, lines }
            }
            Block::Changed { from, to, pieces } => {
                Block::Changed { from: *from, to: *to, pieces: self.first_pieces(pieces) }
            }
        }
    }

    fn first_pieces(&mut self, pieces: &[Piece]) -> Vec<Piece> {
        let mut taken = Vec::new();
        // Of the former text, and of the latter.
        let mut n_left = [self.n_lines; 2];
        for piece in pieces {
            if self.n_pieces == 0 || n_left == [0; 2] {
                break;
            }
            let sides = match piece.mark {
                Mark::Same => [true, true],
                Mark::Removed => [true, false],
                Mark::Added => [false, true],
            };
            let room = n_left.iter().zip(sides).filter(|(_, has_it)| *has_it).map(|(n_left, _)| *n_left);
            let room = room.min().unwrap_or(0);
            let text: String = piece.text.split_inclusive('\n').take(room).collect();
            let n_ends = text.matches('\n').count();
            n_left
                .iter_mut()
                .zip(sides)
                .filter(|(_, has_it)| *has_it)
                .for_each(|(n_left, _)| *n_left -= n_ends);
            self.n_pieces -= 1;
            taken.extend((!text.is_empty()).then_some(Piece { mark: piece.mark, text }));
        }
        taken
    }
}

/// How many lines a block has, of the side that has more.
fn n_lines(block: &Block) -> usize {
    match block {
        Block::Skipped { .. } => 0,
        Block::Same { lines, .. } => lines.len(),
        Block::Changed { pieces, .. } => {
            let of_side = |other: Mark| {
                let texts = || pieces.iter().filter(|piece| piece.mark != other).map(|piece| &*piece.text);
                let is_open = texts().next_back().is_some_and(|text| !text.ends_with('\n'));
                texts().map(|text| text.matches('\n').count()).sum::<usize>() + usize::from(is_open)
            };
            of_side(Mark::Added).max(of_side(Mark::Removed))
        }
    }
}

/// Adds lines that are the same: those next to changes, and how many are between.
fn push_same(blocks: &mut Vec<Block>, lines: &[&str], from: usize, to: usize, is_before_change: bool) {
    let head = if blocks.is_empty() { 0 } else { CONTEXT_LINES.min(lines.len()) };
    let tail = if is_before_change { CONTEXT_LINES.min(lines.len() - head) } else { 0 };
    let same = |range: Range<usize>| {
        let (from, to) = (from + range.start + 1, to + range.start + 1);
        let lines = lines[range].iter().map(|line| line.trim_end_matches(['\n', '\r']).to_owned());
        Block::Same { from, to, lines: lines.collect() }
    };
    let tail_start = lines.len() - tail;
    let n_skipped = tail_start - head;
    // One line takes no more room than the note that it is left out.
    if n_skipped < 2 {
        blocks.extend((!lines.is_empty()).then(|| same(0..lines.len())));
        return;
    }
    blocks.extend((head > 0).then(|| same(0..head)));
    blocks.push(Block::Skipped { count: n_skipped });
    blocks.extend((tail > 0).then(|| same(tail_start..lines.len())));
}

/// Two texts as one run of pieces, compared by word.
fn words(before: &str, after: &str, budget: &mut WordBudget) -> Vec<Piece> {
    let piece = |mark, text: &str| Piece { mark, text: text.to_owned() };
    let whole = || {
        let both = [piece(Mark::Removed, before), piece(Mark::Added, after)];
        both.into_iter().filter(|piece| !piece.text.is_empty()).collect()
    };
    if before.is_empty() || after.is_empty() {
        return whole();
    }
    let Some((old, new)) = budget.words(before, after) else { return whole() };
    let mut pieces = Vec::new();
    let (mut n_same, mut at) = (0, 0);
    for (old_range, new_range) in joined(&hunks(&old, &new), &old) {
        let same = old[at..old_range.start].concat();
        n_same += same.trim().len();
        pieces.extend([
            Piece { mark: Mark::Same, text: same },
            Piece { mark: Mark::Removed, text: old[old_range.clone()].concat() },
            Piece { mark: Mark::Added, text: new[new_range].concat() },
        ]);
        at = old_range.end;
    }
    let same = old[at..].concat();
    n_same += same.trim().len();
    pieces.push(Piece { mark: Mark::Same, text: same });
    if n_same * 100 < MIN_ALIKE * before.len().min(after.len()) {
        return whole();
    }
    pieces.retain(|piece| !piece.text.is_empty());
    pieces
}

/// Changes of words, those put together that have nothing but spaces and signs of one line between them.
pub(super) fn joined(hunks: &[Hunk], old: &[&str]) -> Vec<(Range<usize>, Range<usize>)> {
    let mut joined: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    for hunk in hunks {
        let before = hunk.before.start as usize..hunk.before.end as usize;
        let after = hunk.after.start as usize..hunk.after.end as usize;
        match joined.last_mut() {
            Some((old_range, new_range)) if !has_word_or_line_end(&old[old_range.end..before.start]) => {
                (old_range.end, new_range.end) = (before.end, after.end);
            }
            _ => joined.push((before, after)),
        }
    }
    joined
}

/// Whether tokens keep changes apart.
pub(super) fn has_word_or_line_end(tokens: &[&str]) -> bool {
    tokens.iter().any(|token| token.contains('\n') || token.chars().any(char::is_alphanumeric))
}

pub(super) fn hunks(before: &[&str], after: &[&str]) -> Vec<Hunk> {
    let mut input = InternedInput::default();
    input.update_before(before.iter().copied());
    input.update_after(after.iter().copied());
    Diff::compute(Algorithm::Histogram, &input).hunks().collect()
}

/// The lines of a text, each with its end.
pub(super) fn lines_of(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// The words of a text, the runs of spaces, and each other character, in order.
pub(super) fn words_of(text: &str) -> Vec<&str> {
    #[derive(PartialEq, Clone, Copy)]
    enum Kind {
        Word,
        Space,
        Other,
    }
    let kind = |c: char| match c {
        '\n' => Kind::Other,
        c if c.is_whitespace() => Kind::Space,
        c if c.is_alphanumeric() || c == '_' => Kind::Word,
        _ => Kind::Other,
    };
    let mut words = Vec::new();
    let mut start = 0;
    let mut last = None;
    for (at, c) in text.char_indices() {
        let now = kind(c);
        if last.is_some_and(|last| last != now || now == Kind::Other) {
            words.push(&text[start..at]);
            start = at;
        }
        last = Some(now);
    }
    if start < text.len() {
        words.push(&text[start..]);
    }
    words
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A difference as text: `[-removed-]{+added+}`.
    fn told(before: &str, after: &str) -> String {
        let piece = |piece: &Piece| match piece.mark {
            Mark::Same => piece.text.clone(),
            Mark::Removed => format!("[-{}-]", piece.text),
            Mark::Added => format!("{{+{}+}}", piece.text),
        };
        let block = |block: Block| match block {
            Block::Same { lines, .. } => lines.iter().map(|line| format!("{line}\n")).collect(),
            Block::Skipped { count } => format!("... {count}\n"),
            Block::Changed { pieces, .. } => pieces.iter().map(piece).collect::<String>(),
        };
        diff(before, after).into_iter().map(block).collect()
    }

    #[test]
    fn words_are_marked_inside_of_lines_that_changed() {
        let check = |before, after, expected| assert_eq!(told(before, after), expected);
        check("a\n", "a\n", "");
        check("The quick fox.\n", "The slow fox.\n", "The [-quick-]{+slow+} fox.\n");
        check(
            "Take one two, three of it\n",
            "Take one 2, 3 of it\n",
            "Take one [-two, three-]{+2, 3+} of it\n",
        );
        check("a\nb\n", "a\nb\nc\n", "a\nb\n{+c\n+}");
        check("", "a\n", "{+a\n+}");
        check("Nothing alike here.\n", "Another text!\n", "[-Nothing alike here.\n-]{+Another text!\n+}");
        check("1\n2\n3\n4\n5\n6\n7\n", "1\n2\n3\n4\n5\n6\nx\n", "... 3\n4\n5\n6\n[-7\n-]{+x\n+}");
        check("x\n1\n2\n3\n4\n", "y\n1\n2\n3\n4\n", "[-x\n-]{+y\n+}1\n2\n3\n4\n");
    }

    #[test]
    fn lines_keep_their_numbers() {
        let before: String = (1..=20).map(|n| format!("{n}\n")).collect();
        let after = before.replace("\n10\n", "\nten\nand more\n");
        let numbers = |block: &Block| match block {
            Block::Same { from, to, .. } | Block::Changed { from, to, .. } => (*from, *to),
            Block::Skipped { count } => (*count, 0),
        };
        let told: Vec<_> = diff(&before, &after).iter().map(numbers).collect();
        assert_eq!(told, [(6, 0), (7, 7), (10, 10), (11, 12), (7, 0)]);
    }

    #[test]
    fn a_difference_is_cut_on_both_sides() {
        let (before, after): (String, String) =
            (0..100).map(|n| (format!("a{n}\n"), format!("b{n}\n"))).unzip();
        let (blocks, n_left_out) = Room::new(10).take(&diff(&before, &after));
        let [Block::Changed { pieces, .. }] = &blocks[..] else { panic!("{blocks:?}") };
        let text = |mark| pieces.iter().filter(|of| of.mark == mark).map(|of| &*of.text).collect::<String>();
        assert_eq!((text(Mark::Removed).lines().count(), text(Mark::Added).lines().count()), (10, 10));
        assert_eq!((n_left_out, text(Mark::Added).starts_with("b0\n")), (90, true));
        // What has room is whole, and later ones have what is left.
        let other = diff("1\n2\n3\n", "1\nx\n3\ny");
        let mut room = Room::new(5);
        assert_eq!(room.take(&other), (other.clone(), 0));
        assert_eq!(room.take(&other).1, 3);
        assert_eq!(room.take(&other), (Vec::new(), 4));
        // A line of many words has many pieces.
        let (words, others) = ("a b ".repeat(1_000), "a c ".repeat(1_000));
        let [Block::Changed { pieces, .. }] = &Room::new(10).take(&diff(&words, &others)).0[..] else {
            panic!("a change")
        };
        assert!(pieces.len() <= 10 * PIECES_PER_LINE);
    }

    #[test]
    fn words_are_all_of_the_text() {
        assert_eq!(
            words_of("Don't  stop, é1_x\n\n"),
            ["Don", "'", "t", "  ", "stop", ",", " ", "é1_x", "\n", "\n"]
        );
        assert!(words_of("").is_empty());
    }

    #[test]
    fn long_texts_of_few_words_are_compared_in_time() {
        let begun = std::time::Instant::now();
        let line = "x y z ".repeat(20_000);
        let blocks = diff(&line, &line.replace('x', "q"));
        let Block::Changed { pieces, .. } = &blocks[0] else { panic!("a change") };
        assert_eq!(pieces.len(), 2, "the lines as they are");
        // So are many that are each shorter.
        let lines = format!("{}\n\n", "x y z ".repeat(1_000)).repeat(100);
        diff(&lines, &lines.replace('x', "q"));
        assert!(begun.elapsed().as_secs() < 5, "it takes a minute without a limit");
        let page: String = (0..6_000).map(|n| format!("the {n} of {} and ", n % 1_000)).collect();
        let blocks = diff(&page, &page.replace("the 1999", "the other"));
        let Block::Changed { pieces, .. } = &blocks[0] else { panic!("a change") };
        assert_eq!(pieces.len(), 4, "a long text is compared by word");
    }

    proptest! {
        /// Either text can be read from the words of both.
        #[test]
        fn both_texts_are_in_the_pieces(before in "[abc .\n]{0,60}", after in "[abc .\n]{0,60}") {
            let side = |mark: Mark| {
                let pieces = words(&before, &after, &mut WordBudget::default());
                pieces.into_iter().filter(|piece| piece.mark != mark).map(|piece| piece.text).collect::<String>()
            };
            prop_assert_eq!(side(Mark::Added), before.clone());
            prop_assert_eq!(side(Mark::Removed), after.clone());
        }
    }
}

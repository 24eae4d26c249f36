//! [`Merged`]: the text of consecutive text events in one piece, with the way back to the source.
//!
//! pulldown-cmark cuts text at every character that could be markup; what works on words needs it whole. Most runs of
//! pieces are a stretch of the source, and then nothing is copied.

use std::{borrow::Cow, ops::Range};

use pulldown_cmark::CowStr;

/// Text without markup.
#[derive(Debug)]
pub(in crate::parse::markdown) struct Merged<'a> {
    /// The text.
    pub(in crate::parse::markdown) text: Cow<'a, str>,
    /// Where the text comes from when it is one part of the source, else where its stretches come from, ascending.
    first: Stretch,
    stretches: Vec<Stretch>,
    /// Offsets of characters that were escaped or written as entities, ascending: they are never markup.
    literals: Vec<usize>,
}

/// A part of a text that is one part of the source; not always of the same length, because of entities.
#[derive(Debug)]
struct Stretch {
    start: usize,
    source: Range<usize>,
}

/// One text event: its text and its range in the source.
pub(in crate::parse::markdown) type Piece<'a> = (CowStr<'a>, Range<usize>);

impl<'a> Merged<'a> {
    /// Merges pieces; `end_before` is where the event before them ends, if that is known.
    pub(in crate::parse::markdown) fn new(
        source: &'a str,
        pieces: &[Piece<'a>],
        end_before: Option<usize>,
    ) -> Self {
        if let Some(range) = slice_of(source, pieces) {
            let is_escaped = end_before != Some(range.start) && follows_backslash(source, range.start);
            return Self {
                text: Cow::Borrowed(&source[range.clone()]),
                first: Stretch { start: 0, source: range },
                stretches: Vec::new(),
                literals: if is_escaped { vec![0] } else { Vec::new() },
            };
        }
        let mut merged = Self {
            text: Cow::Borrowed(""),
            first: Stretch { start: 0, source: 0..0 },
            stretches: Vec::with_capacity(pieces.len()),
            literals: Vec::new(),
        };
        let mut text = String::new();
        let mut end = end_before;
        for (piece, range) in pieces {
            if source.get(range.clone()) != Some(&**piece) {
                merged.literals.extend(piece.char_indices().map(|(at, _)| text.len() + at));
            } else if end != Some(range.start) && follows_backslash(source, range.start) {
                merged.literals.push(text.len());
            }
            merged.stretches.push(Stretch { start: text.len(), source: range.clone() });
            text.push_str(piece);
            end = Some(range.end);
        }
        merged.text = Cow::Owned(text);
        merged
    }

    /// A part of the text, borrowed when the text is.
    pub(in crate::parse::markdown) fn slice(&self, range: Range<usize>) -> Cow<'a, str> {
        match &self.text {
            Cow::Borrowed(text) => Cow::Borrowed(&text[range]),
            Cow::Owned(text) => Cow::Owned(text[range].to_owned()),
        }
    }

    /// Where a part of the text is in the source.
    pub(in crate::parse::markdown) fn source_range(&self, range: Range<usize>) -> Range<usize> {
        let start = self.source_offset(range.start, range.start);
        start..self.source_offset(range.end.saturating_sub(1), range.end).max(start)
    }

    /// Where `offset` is in the source, by the stretch that the byte at `inside` belongs to.
    fn source_offset(&self, inside: usize, offset: usize) -> usize {
        let index = self.stretches.partition_point(|stretch| stretch.start <= inside);
        let stretch = index.checked_sub(1).and_then(|index| self.stretches.get(index));
        let stretch = stretch.unwrap_or(&self.first);
        (stretch.source.start + offset - stretch.start).min(stretch.source.end)
    }

    /// A part of the text as it was before punctuation was made typographic: for addresses.
    pub(in crate::parse::markdown) fn plain_slice(&self, range: Range<usize>) -> Cow<'a, str> {
        if self.literals.is_empty() {
            return self.slice(range);
        }
        let mut plain = String::with_capacity(range.len());
        for (at, c) in self.text[range.clone()].char_indices() {
            match c {
                _ if !self.is_literal(range.start + at) => plain.push(c),
                '–' => plain.push_str("--"),
                '—' => plain.push_str("---"),
                '…' => plain.push_str("..."),
                '‘' | '’' => plain.push('\''),
                _ => plain.push(c),
            }
        }
        Cow::Owned(plain)
    }

    /// Whether the character at an offset was escaped or written as an entity.
    pub(in crate::parse::markdown) fn is_literal(&self, at: usize) -> bool {
        !self.literals.is_empty() && self.literals.binary_search(&at).is_ok()
    }
}

/// The part of the source that the pieces are, when they are one.
fn slice_of(source: &str, pieces: &[Piece<'_>]) -> Option<Range<usize>> {
    let (first, last) = (pieces.first()?, pieces.last()?);
    let is_one = pieces.windows(2).all(|pair| pair[0].1.end == pair[1].1.start)
        && pieces.iter().all(|(text, range)| is_part(source, range, text));
    is_one.then_some(first.1.start..last.1.end)
}

/// Whether a text is that of a range of the source, as nearly all are: then there is nothing to compare.
fn is_part(source: &str, range: &Range<usize>, text: &str) -> bool {
    source.get(range.clone()).is_some_and(|part| std::ptr::eq(part, text) || part == text)
}

fn follows_backslash(source: &str, at: usize) -> bool {
    at > 0 && source.as_bytes()[at - 1] == b'\\'
}

/// pulldown's text as ours.
pub(in crate::parse::markdown) fn cow(text: CowStr<'_>) -> Cow<'_, str> {
    match text {
        CowStr::Borrowed(text) => Cow::Borrowed(text),
        other => Cow::Owned(other.into_string()),
    }
}

//! [`Places`]: line and column of many problems, at a cost that does not grow with where in its file each lies.
//!
//! A page with fifty thousand broken links, or with all its text in one line of megabytes, must not be counted
//! through from its beginning for each problem. So each file is read once and its lines and characters are indexed.
//! What a place shows is left to [`Place::in_text`]; here it only gets the part of the text that it needs.

use std::{collections::HashMap, ops::Range};

use crate::{
    base::{diagnostic::Place, path::RepoPath, text::floor_char},
    parse::expand::At,
    site::file::{ReadText, SourceFiles},
};

/// How many texts are kept; problems come in the order of their files.
const MAX_TEXTS: usize = 64;
/// How many bytes lie between two counts of characters.
const BLOCK_BYTES: usize = 4096;
/// How many bytes around a problem its excerpt can need: 160 characters of up to 4 bytes, and some more.
const WINDOW_BYTES: usize = 1024;

/// Finds places in the files of a site.
pub struct Places<'a> {
    files: &'a SourceFiles<'a>,
    texts: HashMap<RepoPath, IndexedText>,
    is_settled: bool,
}

impl<'a> Places<'a> {
    /// Places in these files; each is read when it is first asked for.
    pub fn new(files: &'a SourceFiles<'a>) -> Self {
        Self { files, texts: HashMap::new(), is_settled: true }
    }

    /// The place of a stretch of one of the files that a page's text came from.
    pub fn of(&mut self, at: At, paths: &[RepoPath]) -> Option<Place> {
        let path = paths.get(at.file as usize)?;
        let start = at.offset as usize;
        Some(self.in_file(path, start..start + at.len as usize))
    }

    /// The place of a byte range of a file.
    pub fn in_file(&mut self, path: &RepoPath, range: Range<usize>) -> Place {
        if self.texts.len() >= MAX_TEXTS && !self.texts.contains_key(path) {
            self.texts.clear();
        }
        let text = self.texts.entry(path.clone()).or_insert_with(|| {
            let ReadText { text, is_settled, .. } = self.files.page_text(path);
            self.is_settled &= is_settled;
            IndexedText::new(text)
        });
        text.place(path, range)
    }

    /// Whether all texts were made of the bytes that the listing names.
    pub fn is_settled(&self) -> bool {
        self.is_settled
    }
}

/// A text with the beginnings of its lines, and how many characters stand before each of its blocks.
struct IndexedText {
    text: String,
    line_starts: Vec<usize>,
    n_chars_before: Vec<usize>,
}

impl IndexedText {
    fn new(text: String) -> Self {
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let mut n_chars = 0;
        let mut n_chars_before = Vec::with_capacity(text.len() / BLOCK_BYTES + 1);
        for block in text.as_bytes().chunks(BLOCK_BYTES) {
            n_chars_before.push(n_chars);
            n_chars += count_chars(block);
        }
        Self { text, line_starts, n_chars_before }
    }

    /// As [`Place::in_text`] of the whole text.
    fn place(&self, path: &RepoPath, range: Range<usize>) -> Place {
        let start = floor_char(&self.text, range.start);
        let line = self.line_starts.partition_point(|&line_start| line_start <= start) - 1;
        let line_start = self.line_starts[line];
        let first = line_start.max(floor_char(&self.text, start.saturating_sub(WINDOW_BYTES)));
        let last = floor_char(&self.text, start + WINDOW_BYTES);
        let end = range.end.clamp(start, last);
        let mut place = Place::in_text(path, &self.text[first..last], start - first..end - first);
        if let Some(span) = &mut place.span {
            let n_skipped = as_u32(self.n_chars(first) - self.n_chars(line_start));
            span.line = as_u32(line + 1);
            span.column += n_skipped;
            span.excerpt_start += n_skipped;
        }
        place
    }

    /// How many characters stand before a position.
    fn n_chars(&self, at: usize) -> usize {
        let block = (at / BLOCK_BYTES).min(self.n_chars_before.len().saturating_sub(1));
        let before = self.n_chars_before.get(block).copied().unwrap_or(0);
        before + count_chars(&self.text.as_bytes()[block * BLOCK_BYTES..at])
    }
}

/// How many characters begin in some bytes of UTF-8.
fn count_chars(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte & 0xC0 != 0x80).count()
}

fn as_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path() -> RepoPath {
        RepoPath::new("a.md").expect("a normal path")
    }

    #[test]
    fn places_are_those_of_the_whole_text() {
        let long = "ö→x".repeat(3_000);
        let texts = ["", "a", "one\ntwö three\n", "a\r\nb\r\n", &long, &format!("x\n{long}\ny\n{long}\r\n")];
        for text in texts {
            let indexed = IndexedText::new(text.to_owned());
            let step = (text.len() / 97).max(1);
            for start in (0..=text.len() + 3).step_by(step) {
                for len in [0, 1, 7, 5_000] {
                    let expected = Place::in_text(&path(), text, start..start + len);
                    assert_eq!(indexed.place(&path(), start..start + len), expected, "{start}+{len}");
                }
            }
        }
    }

    #[test]
    fn many_problems_in_one_line_of_megabytes_are_found_quickly() {
        let text = IndexedText::new("word ".repeat(1 << 18));
        let start = std::time::Instant::now();
        for at in (0..text.text.len()).step_by(100) {
            text.place(&path(), at..at + 4);
        }
        // Counting from the beginning of the line would take minutes.
        assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    }
}

//! [`Run`]: the text of a paragraph, a heading or a table cell, without the prefixes of the containers around it.
//!
//! Input is a [`Sheet`], output its runs in order, each with the way back to the sheet. In table cells `\|` is `|`.

use std::{borrow::Cow, ops::Range};

use crate::parse::expand::{
    inline_call::may_have_calls,
    lines,
    sheet::{Sheet, TextLine},
};

/// A stretch of inline content.
pub(super) struct Run<'a> {
    pub(super) text: Cow<'a, str>,
    /// Where pieces of the text start, in the text and in the sheet.
    starts: Vec<(usize, usize)>,
}

impl<'a> Run<'a> {
    fn of(sheet: &'a Sheet, ranges: &[Range<usize>]) -> Self {
        let mut starts = Vec::with_capacity(ranges.len());
        if let [range] = ranges {
            starts.push((0, range.start));
            return Self { text: Cow::Borrowed(&sheet.text[range.clone()]), starts };
        }
        let mut text = String::new();
        for range in ranges {
            starts.push((text.len(), range.start));
            text.push_str(&sheet.text[range.clone()]);
        }
        Self { text: Cow::Owned(text), starts }
    }

    /// The position in the sheet of a character of the run.
    pub(super) fn origin(&self, at: usize) -> usize {
        let index = self.starts.partition_point(|&(start, _)| start <= at).saturating_sub(1);
        self.starts.get(index).map_or(0, |&(start, origin)| origin + (at - start))
    }

    /// The pieces of the sheet that a range of the run consists of.
    pub(super) fn pieces(&self, range: Range<usize>) -> impl Iterator<Item = Range<usize>> {
        let first = self.starts.partition_point(|&(start, _)| start <= range.start).saturating_sub(1);
        let range_end = range.end;
        (first..self.starts.len())
            .take_while(move |&index| self.starts[index].0 < range_end)
            .map(move |index| {
                let (start, origin) = self.starts[index];
                let end = self.starts.get(index + 1).map_or(self.text.len(), |&(next, _)| next);
                let from = range.start.clamp(start, end);
                origin + (from - start)..origin + (range.end.clamp(from, end) - start)
            })
            .filter(|piece| !piece.is_empty())
    }
}

/// The runs of a sheet that may have calls.
pub(super) fn runs(sheet: &Sheet) -> Vec<Run<'_>> {
    let mut runs = Vec::new();
    let mut rest = &sheet.lines[..];
    while !rest.is_empty() {
        let n_lines = 1 + rest[1..].iter().take_while(|line| line.continues).count();
        let (paragraph, after) = rest.split_at(n_lines);
        rest = after;
        if paragraph.iter().any(|line| may_have_calls(&sheet.text[line.range.clone()])) {
            add_runs(sheet, paragraph, &mut runs);
        }
    }
    runs
}

fn add_runs<'a>(sheet: &'a Sheet, paragraph: &[TextLine], runs: &mut Vec<Run<'a>>) {
    let delimiter_row =
        paragraph.iter().skip(1).position(|line| is_delimiter_row(&sheet.text[line.range.clone()]));
    let (text, table) = paragraph.split_at(delimiter_row.unwrap_or(paragraph.len())); // one row stands above it
    if !text.is_empty() {
        let ranges: Vec<Range<usize>> = text.iter().map(|line| line.range.clone()).collect();
        runs.push(Run::of(sheet, &ranges));
    }
    for row in table {
        let row = row.range.start..row.range.start + lines::first_line(&sheet.text[row.range.clone()]).0;
        add_cells(sheet, row, runs);
    }
}

/// Splits a row at the bars that are not escaped, and takes the backslashes before those that are.
fn add_cells<'a>(sheet: &'a Sheet, row: Range<usize>, runs: &mut Vec<Run<'a>>) {
    let mut ranges = Vec::new();
    let mut start = row.start;
    for (bar, _) in sheet.text[row.clone()].match_indices('|') {
        let bar = row.start + bar;
        if bar > row.start && sheet.text.as_bytes()[bar - 1] == b'\\' {
            ranges.push(start..bar - 1);
            start = bar;
        } else {
            ranges.push(start..bar);
            runs.push(Run::of(sheet, &ranges));
            ranges.clear();
            start = bar + 1;
        }
    }
    ranges.push(start..row.end);
    ranges.retain(|range| !range.is_empty());
    runs.push(Run::of(sheet, &ranges));
}

fn is_delimiter_row(line: &str) -> bool {
    let line = line.trim();
    line.contains('|')
        && line.contains('-')
        && line.bytes().all(|byte| matches!(byte, b'|' | b'-' | b':' | b' ' | b'\t'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_leads_back_to_its_sheet() {
        let sheet = Sheet { text: "> ab\n> cd".to_owned(), ..Sheet::default() };
        let run = Run::of(&sheet, &[2..5, 7..9]);
        assert_eq!(run.text, "ab\ncd");
        assert_eq!([0, 2, 3, 4].map(|at| run.origin(at)), [2, 4, 7, 8]);
        assert_eq!(run.pieces(1..4).collect::<Vec<_>>(), [3..5, 7..8]);
        assert_eq!(run.pieces(3..5).collect::<Vec<_>>(), [7..9; 1]);
        assert_eq!(run.pieces(2..2).count(), 0);
    }

    #[test]
    fn cells_are_runs_of_their_own() {
        let text = "| :a[b\\|c] | d |\n|---|---|\n|:e[f|g]|\n".to_owned();
        let starts = [0, 17, 27];
        let lines = starts.iter().map(|&start| TextLine {
            range: start..start + lines::first_line(&text[start..]).1,
            continues: start > 0,
        });
        let sheet = Sheet { lines: lines.collect(), text, ..Sheet::default() };
        let texts: Vec<String> = runs(&sheet).into_iter().map(|run| run.text.into_owned()).collect();
        let expected = ["", " :a[b|c] ", " d ", "", "", "---", "---", "", "", ":e[f", "g]", ""];
        assert_eq!(texts, expected);
    }
}

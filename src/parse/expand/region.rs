//! [`Outline`]: where the lines and named regions of a file are, for inclusions of a part of it.
//!
//! Regions are lines between `ANCHOR: name` and `ANCHOR_END: name` (mdBook) or `#region name` and `#endregion`
//! (VS Code) in comments of any language. An outline is made once per file, so that many inclusions of one file stay cheap.

use std::{collections::BTreeMap, ops::Range};

use crate::parse::expand::lines;

/// What is known of a file's lines.
#[derive(Clone, Debug, Default)]
pub(super) struct Outline {
    line_starts: Vec<usize>,
    /// The lines that begin or end a region, in order.
    markers: Vec<Range<usize>>,
    regions: BTreeMap<String, Region>,
}

/// The lines of a region, without those that begin and end it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Region {
    /// From its first line to the one that ends it, or the end of the file.
    pub(super) range: Range<usize>,
    /// Whether there is a line that ends it.
    pub(super) is_closed: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Marker<'a> {
    AnchorStart(&'a str),
    AnchorEnd(&'a str),
    RegionStart(&'a str),
    RegionEnd,
}

impl Outline {
    /// The outline of a file's text.
    pub(super) fn of(text: &str) -> Self {
        let mut outline = Self { line_starts: lines::line_starts(text), ..Self::default() };
        let mut open_regions: Vec<&str> = Vec::new();
        for (index, &start) in outline.line_starts.iter().enumerate() {
            let end = outline.line_starts.get(index + 1).copied().unwrap_or(text.len());
            let Some(marker) = Marker::read(&text[start..end]) else { continue };
            outline.markers.push(start..end);
            match marker {
                Marker::AnchorStart(name) => open(&mut outline.regions, name, end..text.len()),
                Marker::AnchorEnd(name) => close(&mut outline.regions, name, start),
                Marker::RegionStart(name) => {
                    open(&mut outline.regions, name, end..text.len());
                    open_regions.push(name);
                }
                Marker::RegionEnd => {
                    if let Some(name) = open_regions.pop() {
                        close(&mut outline.regions, name, start);
                    }
                }
            }
        }
        outline.regions.remove("");
        outline
    }

    /// How many lines there are.
    pub(super) fn n_lines(&self) -> usize {
        self.line_starts.len()
    }

    /// Where a line (from 1) starts; the end of the text for lines after the last.
    pub(super) fn line_start(&self, line: usize) -> Option<usize> {
        self.line_starts.get(line.saturating_sub(1)).copied()
    }

    /// The region of a name; the first one when there are several.
    pub(super) fn region(&self, name: &str) -> Option<&Region> {
        self.regions.get(name)
    }

    /// The names of all regions, in alphabetical order.
    pub(super) fn region_names(&self) -> impl Iterator<Item = &str> {
        self.regions.keys().map(String::as_str)
    }

    /// The pieces of `range` that are left without the lines that begin or end a region.
    pub(super) fn without_markers(&self, range: &Range<usize>) -> Vec<Range<usize>> {
        let first = self.markers.partition_point(|marker| marker.start < range.start);
        let mut pieces = Vec::new();
        let mut start = range.start;
        for marker in self.markers[first..].iter().take_while(|marker| marker.start < range.end) {
            pieces.push(start..marker.start);
            start = marker.end;
        }
        pieces.push(start..range.end);
        pieces.retain(|piece| !piece.is_empty());
        pieces
    }
}

fn open(regions: &mut BTreeMap<String, Region>, name: &str, range: Range<usize>) {
    if !regions.contains_key(name) {
        regions.insert(name.to_owned(), Region { range, is_closed: false });
    }
}

fn close(regions: &mut BTreeMap<String, Region>, name: &str, end: usize) {
    if let Some(region) = regions.get_mut(name).filter(|region| !region.is_closed) {
        region.range.end = end.max(region.range.start);
        region.is_closed = true;
    }
}

impl<'a> Marker<'a> {
    fn read(line: &'a str) -> Option<Self> {
        Self::read_anchor(line).or_else(|| Self::read_region(line))
    }

    fn read_anchor(line: &'a str) -> Option<Self> {
        let after = |marker| {
            let (_, rest) = line.split_once(marker)?;
            Some(first_name(rest)).filter(|name| !name.is_empty())
        };
        if !line.contains("ANCHOR") {
            return None;
        }
        after("ANCHOR_END:").map(Self::AnchorEnd).or_else(|| after("ANCHOR:").map(Self::AnchorStart))
    }

    fn read_region(line: &'a str) -> Option<Self> {
        let (_, rest) = line.split_once('#')?;
        let rest = rest.strip_prefix("pragma ").or_else(|| rest.strip_prefix(' ')).unwrap_or(rest);
        let is_word_end = |rest: &str| !rest.starts_with(|c: char| is_name_char(c) || c == ':');
        if let Some(name) = rest.strip_prefix("region").filter(|rest| is_word_end(rest)) {
            return Some(Self::RegionStart(first_name(name)));
        }
        rest.strip_prefix("endregion").filter(|rest| is_word_end(rest)).map(|_| Self::RegionEnd)
    }
}

fn first_name(text: &str) -> &str {
    let text = text.trim_start();
    let mut end = text.find(|c: char| !is_name_char(c)).unwrap_or(text.len());
    if text[end..].starts_with('>') {
        end = text[..end].trim_end_matches('-').len(); // the end of an HTML comment without a space
    }
    &text[..end]
}

fn is_name_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, name: &str, expected: &str) {
        let outline = Outline::of(text);
        let region = outline.region(name).unwrap_or_else(|| panic!("`{name}` in {text:?}"));
        let pieces = outline.without_markers(&region.range);
        let lines: String = pieces.into_iter().map(|piece| &text[piece]).collect();
        assert_eq!(lines, expected, "`{name}` in {text:?}");
    }

    #[test]
    fn anchors_may_overlap() {
        let text = "0\n// ANCHOR: a\n1\n# ANCHOR:b\n2\n/* ANCHOR_END: a */\n3\n<!-- ANCHOR_END: b-->\n4\n";
        check(text, "a", "1\n2\n");
        check(text, "b", "2\n3\n");
    }

    #[test]
    fn regions_nest() {
        let text = "// #region a\r\n1\r\n#pragma region b\r\n2\r\n#pragma endregion\r\n# endregion a\r\n3";
        check(text, "a", "1\r\n2\r\n");
        check(text, "b", "2\r\n");
        check("<!-- #region a-->\n1\n<!-- #endregion -->\n", "a", "1\n");
    }

    #[test]
    fn a_region_without_end_goes_to_the_end_of_the_file() {
        check("// ANCHOR: a\n1\n", "a", "1\n");
        assert!(!Outline::of("// ANCHOR: a\n1\n").region("a").expect("a region").is_closed);
    }

    #[test]
    fn words_that_look_alike_are_no_markers() {
        for line in ["#regional x", "# regions", "ANCHOR", "ANCHOR: ", "region x", "#region:"] {
            assert_eq!(Marker::read(line), None, "{line}");
        }
    }
}

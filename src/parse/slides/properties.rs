//! [`Properties`]: what a slide says at its top, `key: value` a line, or in comments `<!-- key: value -->`.

use std::ops::Range;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::{
    base::diagnostic::Diagnostic,
    parse::slides::chapter::{Piece, Problem, Slide},
};

/// The keys that mean something.
pub(super) const KNOWN: [&str; 14] = [
    "name",
    "class",
    "layout",
    "template",
    "count",
    "exclude",
    "continued",
    "background-image",
    "background-color",
    "background-size",
    "background-position",
    "highlight-style",
    "fit",
    "minutes",
];

/// Keys with their values, in the order written; of those with one name the last holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Properties(pub Vec<(CompactString, CompactString)>);

impl Properties {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// Whether a key is `true`.
    pub fn is(&self, key: &str) -> bool {
        self.get(key).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// Sets a key.
    pub fn set(&mut self, key: &str, value: &str) {
        match self.0.iter_mut().find(|(name, _)| name == key) {
            Some((_, known)) => *known = value.into(),
            None => self.0.push((key.into(), value.into())),
        }
    }

    /// The classes, which commas or spaces divide.
    pub fn classes(&self) -> impl Iterator<Item = &str> {
        let classes = self.get("class").unwrap_or_default();
        classes.split([',', ' ']).filter(|class| !class.is_empty())
    }
}

/// Takes the properties out of a slide's first text.
pub(super) fn take(text: &str, slide: &mut Slide) -> Vec<Problem> {
    let mut problems = Vec::new();
    let Some(Piece::Text(first)) = slide.content.first().cloned() else { return problems };
    let mut start = first.start;
    while let Some(line) = line_at(text, start..first.end) {
        let value = text[line.value.clone()].trim();
        let key = &text[line.key.clone()];
        if !KNOWN.contains(&key) {
            problems.push(unknown(key, line.key.start..line.value.end));
        }
        slide.properties.set(key, value);
        start = line.value.end;
    }
    let mut pieces = Vec::new();
    let mut copied = start;
    for comment in comments(text, start..first.end) {
        // In remark the line ends before a comment go with it.
        let blank = text[copied..comment.whole.start].trim_end_matches('\n').len();
        if blank > 0 {
            pieces.push(Piece::Text(copied..copied + blank));
        }
        slide.properties.set(&text[comment.key], text[comment.value].trim());
        copied = comment.whole.end;
    }
    if copied < first.end {
        pieces.push(Piece::Text(copied..first.end));
    }
    slide.content.splice(..1, pieces);
    problems
}

fn unknown(key: &str, range: Range<usize>) -> Problem {
    let message = format!("`{key}:` at the top of a slide is taken for a property, and not shown");
    let diagnostic = Diagnostic::warning("swallowed-property", message)
        .hint("put a heading or an empty HTML comment before it if it is text, or correct the key");
    Problem { diagnostic, range }
}

struct Line {
    key: Range<usize>,
    value: Range<usize>,
}

/// The property that a text begins with. An address (`https://...`) is none, though remark takes it for one.
fn line_at(text: &str, range: Range<usize>) -> Option<Line> {
    let rest = &text[range.clone()];
    let blank = rest.len() - rest.trim_start_matches([' ', '\n']).len();
    let start = range.start + rest[..blank].rfind('\n').map_or(0, |at| at + 1);
    let rest = &text[start..range.end];
    let len = rest.find(|c| !is_key(c)).filter(|&len| len > 0)?;
    let value = rest[len..].strip_prefix(':')?;
    if value.starts_with("//") {
        return None;
    }
    let value_len = value.find(['$', '\n']).unwrap_or(value.len());
    let value = start + len + 1..start + len + 1 + value_len;
    Some(Line { key: start..start + len, value })
}

fn is_key(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

struct Comment {
    key: Range<usize>,
    value: Range<usize>,
    whole: Range<usize>,
}

fn comments(text: &str, range: Range<usize>) -> Vec<Comment> {
    let mut found = Vec::new();
    let mut at = range.start;
    while let Some(open) = text[at..range.end].find("<!--").map(|len| at + len) {
        at = open + 4;
        let rest = text[at..range.end].trim_start();
        let key = range.end - rest.len();
        let Some(key_len) = rest.find(|c| !is_key(c)).filter(|&len| len > 0) else { continue };
        let Some(value) = rest[key_len..].strip_prefix(':') else { continue };
        let line = value.find(['$', '\n']).unwrap_or(value.len());
        let Some(len) = value[..line].find("-->") else { continue };
        let value = key + key_len + 1..key + key_len + 1 + len;
        at = value.end + 3;
        found.push(Comment { key: key..key + key_len, value, whole: open..at });
    }
    found
}

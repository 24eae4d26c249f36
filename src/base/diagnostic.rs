//! [`Diagnostic`]: a problem with an address. Every floor makes them, only `cli/` prints them.

use std::{
    collections::BTreeSet,
    fmt,
    ops::Range,
    sync::{Mutex, PoisonError},
};

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::base::{path::RepoPath, text::floor_char};

/// How many characters of a line an excerpt shows around the problem.
const EXCERPT_CHARS: usize = 160;

/// How long a name can be for which a near one is looked up; the comparison costs its square.
const MAX_NEAR_BYTES: usize = 200;

/// How many other places a problem shows; the rest is counted.
const MAX_RELATED: usize = 6;

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; only `check` shows it.
    Note,
    /// The page is built, and likely not what the author meant.
    Warning,
    /// Something of the author's is missing from the site.
    Error,
}

impl Severity {
    /// `note`, `warning` or `error`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where a problem is: a file, and when known a line of it and the part of the line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// The file.
    pub path: RepoPath,
    /// The position in the file; `None` when the whole file is meant.
    pub span: Option<Span>,
}

/// A part of one line, with the line itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Span {
    /// Line number, from 1.
    pub line: u32,
    /// Column of the first character, from 1, in characters.
    pub column: u32,
    /// How many characters of the line are meant, at least 1.
    pub width: u32,
    /// The line's text; when the line is very long, the part around the problem.
    pub excerpt: String,
    /// How many characters of the line stand before the excerpt.
    pub excerpt_start: u32,
}

impl Place {
    /// A whole file.
    pub fn file(path: &RepoPath) -> Self {
        Self { path: path.clone(), span: None }
    }

    /// A byte range of a file's text; a range over several lines is cut at the end of its first.
    pub fn in_text(path: &RepoPath, text: &str, range: Range<usize>) -> Self {
        Self { path: path.clone(), span: Some(Span::in_text(text, range)) }
    }

    /// A line (from 1) of a file's text, from a column (from 1, in characters) to the line's end or for `width` characters.
    pub fn at_line(path: &RepoPath, text: &str, line: usize, column: usize, width: Option<usize>) -> Self {
        let lines_before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
        let line_text = text[lines_before..].lines().next().unwrap_or("");
        let byte_of =
            |n_chars: usize| line_text.char_indices().nth(n_chars).map_or(line_text.len(), |(at, _)| at);
        let start = byte_of(column.saturating_sub(1));
        let end = width.map_or(line_text.len(), |width| byte_of(column.saturating_sub(1) + width));
        Self::in_text(path, text, lines_before + start..lines_before + end.max(start))
    }
}

impl Span {
    fn in_text(text: &str, range: Range<usize>) -> Self {
        let start = floor_char(text, range.start.min(text.len()));
        let end = floor_char(text, range.end.clamp(start, text.len()));
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[start..].find(['\n', '\r']).map_or(text.len(), |at| start + at);
        let line_text = &text[line_start..line_end.max(line_start)];
        let n_before = text[line_start..start].chars().count();
        let excerpt_start = n_before.saturating_sub(EXCERPT_CHARS / 2);
        let excerpt: String = line_text.chars().skip(excerpt_start).take(EXCERPT_CHARS).collect();
        let n_left = (excerpt_start + excerpt.chars().count()).saturating_sub(n_before);
        let width = text[start..end.min(line_end.max(start))].chars().count().clamp(1, n_left.max(1));
        Self {
            line: as_u32(text[..line_start].matches('\n').count() + 1),
            column: as_u32(n_before + 1),
            width: as_u32(width),
            excerpt,
            excerpt_start: as_u32(excerpt_start),
        }
    }
}

fn as_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The name of a kind of problem.
pub type Code = &'static str;

/// A problem: what is wrong, where, and what to do about it.
///
/// The message names the thing in backticks, then the cause; the hint is the next step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// A stable name for this kind of problem, such as `broken-link`.
    #[serde(deserialize_with = "known_code")]
    pub code: Code,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// Where it is; `None` for problems of the whole site.
    pub place: Option<Place>,
    /// Other places that belong to it, each with a sentence: the include that led here, the other page.
    pub related: Vec<(String, Place)>,
}

/// Reads a code. Codes are few and live as long as the program, so each that is read is kept once.
fn known_code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<&'static str, D::Error> {
    static CODES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let code = String::deserialize(deserializer)?;
    let mut codes = CODES.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(codes.get(&*code).copied().unwrap_or_else(|| {
        let code: &'static str = code.leak();
        codes.insert(code);
        code
    }))
}

impl Diagnostic {
    /// A new problem of the given severity.
    pub fn new(severity: Severity, code: &'static str, message: impl Into<String>) -> Self {
        Self { severity, code, message: message.into(), hint: None, place: None, related: Vec::new() }
    }

    /// Something of the author's is missing from the site.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    /// The page is built, and likely not what the author meant.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message)
    }

    /// Worth knowing.
    pub fn note(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Note, code, message)
    }

    /// Sets where it is.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// Sets what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Sets the hint when there is one.
    #[must_use]
    pub fn hint_opt(mut self, hint: Option<String>) -> Self {
        self.hint = hint.or(self.hint);
        self
    }

    fn limit_related(&mut self) {
        let n_more = self.related.len().saturating_sub(MAX_RELATED);
        self.related.truncate(MAX_RELATED);
        if let (1.., Some((label, _))) = (n_more, self.related.last_mut()) {
            *label = format!("{label} (and {n_more} more)");
        }
    }

    /// Adds another place that belongs to it.
    #[must_use]
    pub fn related(mut self, message: impl Into<String>, place: Place) -> Self {
        self.related.push((message.into(), place));
        self
    }
}

/// Puts diagnostics into the order they are shown in, by place, and makes one of those that say the same.
///
/// A misprint in a template is found on every page: it becomes one problem with the first six pages.
pub fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| {
        (&a.place, b.severity, a.code, &a.message, &a.hint, &a.related)
            .cmp(&(&b.place, a.severity, b.code, &b.message, &b.hint, &b.related))
    });
    diagnostics.dedup_by(|later, first| {
        let is_same = (&later.place, later.severity, later.code, &later.message, &later.hint)
            == (&first.place, first.severity, first.code, &first.message, &first.hint);
        if is_same {
            let more = later.related.drain(..).enumerate();
            let more = more
                .filter(|(at, related)| first.related.get(*at) != Some(related))
                .map(|(_, related)| related);
            let more: Vec<_> = more.collect();
            first.related.extend(more);
        }
        is_same
    });
    diagnostics.iter_mut().for_each(Diagnostic::limit_related);
}

/// The candidate nearest to `name`, if one is near enough to be what was meant; never that name itself.
///
/// Near is an edit distance (with transpositions) of at most a third of the name's length, ignoring case.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > MAX_NEAR_BYTES {
        return None;
    }
    let wanted = name.to_lowercase();
    let limit = (wanted.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .filter(|candidate| *candidate != name && candidate.len().abs_diff(name.len()) <= limit * 4)
        .map(|candidate| (strsim::damerau_levenshtein(&wanted, &candidate.to_lowercase()), candidate))
        .filter(|&(distance, _)| distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_line_column_and_the_line() {
        let path = RepoPath::new("a.md").expect("a normal path");
        let place = Place::in_text(&path, "one\ntwö three\n", 9..14);
        let span = place.span.expect("a span");
        assert_eq!((span.line, span.column, span.width), (2, 5, 5));
        assert_eq!(span.excerpt, "twö three");
    }

    #[test]
    fn a_long_line_is_cut_around_the_problem() {
        let path = RepoPath::new("a.md").expect("a normal path");
        let text = format!("{}X{}", "a".repeat(5_000), "b".repeat(5_000));
        let span = Place::in_text(&path, &text, 5_000..5_001).span.expect("a span");
        assert_eq!(span.column, 5_001);
        let at = (span.column - 1 - span.excerpt_start) as usize;
        assert_eq!(span.excerpt.as_bytes()[at], b'X');
        assert!(span.excerpt.len() <= EXCERPT_CHARS);
    }

    #[test]
    fn positions_outside_the_text_are_held_at_its_end() {
        let path = RepoPath::new("a.md").expect("a normal path");
        for text in ["", "é", "a\n"] {
            let span = Place::in_text(&path, text, 1..99).span.expect("a span");
            assert!(span.width >= 1);
        }
        let place = Place::at_line(&path, "a\nbc\n", 2, 2, None);
        assert_eq!(place.span.map(|span| (span.line, span.column, span.width)), Some((2, 2, 1)));
    }

    #[test]
    fn what_is_said_on_many_pages_is_said_once() {
        let path = |name: &str| RepoPath::new(name).expect("a normal path");
        let on = |page: &str| {
            Diagnostic::error("template-error", "x")
                .at(Place::file(&path("t.html")))
                .related("included from", Place::file(&path("base.html")))
                .related("on", Place::file(&path(page)))
        };
        let mut diagnostics: Vec<_> = (0..100).rev().map(|n| on(&format!("{n:02}.md"))).collect();
        diagnostics.push(Diagnostic::error("template-error", "y").at(Place::file(&path("t.html"))));
        sort(&mut diagnostics);
        assert_eq!(diagnostics.len(), 2);
        let places: Vec<_> =
            diagnostics[0].related.iter().map(|(label, place)| format!("{label} {}", place.path)).collect();
        assert_eq!(
            places,
            [
                "included from base.html",
                "on 00.md",
                "on 01.md",
                "on 02.md",
                "on 03.md",
                "on (and 95 more) 04.md"
            ]
        );
    }

    #[test]
    fn nearest_takes_what_was_likely_meant() {
        assert_eq!(nearest("ttile", ["title", "date"]), Some("title"));
        assert_eq!(nearest("Aliases", ["aliases"]), Some("aliases"));
        assert_eq!(nearest("sidebar", ["title", "date"]), None);
    }
}

//! [`select`]: which pieces of a file an inclusion means.
//!
//! Input is the file and the [`Part`] asked for, output byte ranges of the file's text, or the problem, whose place
//! is left to [`include`](super::include).

use std::ops::Range;

use crate::{
    base::{
        diagnostic::{Diagnostic, nearest},
        path::RepoPath,
    },
    parse::expand::{directive::Part, lines, region::Outline},
};

/// How many names of regions a hint lists.
const MAX_NAMES_IN_HINT: usize = 10;

/// What was selected.
pub(super) struct Selection {
    /// The pieces of the file, without the ending of the last line; `None` when there is no such part.
    pub(super) pieces: Option<Vec<Range<usize>>>,
    /// What is wrong with the part that was asked for.
    pub(super) problem: Option<Diagnostic>,
}

impl Selection {
    fn of(range: Range<usize>, problem: Option<Diagnostic>) -> Self {
        Self { pieces: Some(std::iter::once(range).collect()), problem }
    }

    fn none(problem: Diagnostic) -> Self {
        Self { pieces: None, problem: Some(problem) }
    }
}

/// Selects a part of a file; the outline is not looked at for [`Part::All`].
pub(super) fn select(path: &RepoPath, text: &str, outline: &Outline, part: Part<'_>) -> Selection {
    let mut selection = match part {
        Part::All => Selection::of(body_start(path, text)..text.len(), None),
        Part::Lines(first, last) => select_lines(path, text, outline, first, last),
        Part::Region(name) => select_region(path, outline, name),
        Part::Unclear(part) => {
            let message = format!("`{part}` is neither a range of lines nor a region of `{path}`");
            let hint = "write `path:2`, `path:2:10`, `path:2:`, `path::10` or `path:region`";
            Selection::none(Diagnostic::error("include-range", message).hint(hint))
        }
    };
    if let Some(last) = selection.pieces.as_mut().and_then(|pieces| pieces.last_mut()) {
        last.end = last.start + lines::without_last_ending(&text[last.clone()]).len();
    }
    selection
}

fn select_lines(
    path: &RepoPath,
    text: &str,
    outline: &Outline,
    first: usize,
    last: Option<usize>,
) -> Selection {
    if let Some(last) = last.filter(|&last| last < first) {
        let message = format!("`{first}:{last}` ends before it begins");
        let hint = format!("write `{last}:{first}`");
        return Selection::none(Diagnostic::error("include-range", message).hint(hint));
    }
    let beyond_end = |line: usize| {
        let n_lines = outline.n_lines();
        let noun = if n_lines == 1 { "line" } else { "lines" };
        Diagnostic::error("include-range", format!("line {line} is beyond the end of `{path}`"))
            .hint(format!("`{path}` has {n_lines} {noun}"))
    };
    let Some(start) = outline.line_start(first) else { return Selection::none(beyond_end(first)) };
    let end = last.and_then(|last| outline.line_start(last.max(1).saturating_add(1))).unwrap_or(text.len());
    let body_start = body_start(path, text);
    let start = if first == 1 && end >= body_start { body_start } else { start };
    let problem = last.filter(|&last| last > outline.n_lines()).map(beyond_end);
    Selection::of(start..end, problem)
}

fn select_region(path: &RepoPath, outline: &Outline, name: &str) -> Selection {
    let Some(region) = outline.region(name) else {
        let message = format!("`{path}` has no region `{name}`");
        let hint = regions_hint(outline, name);
        return Selection::none(Diagnostic::error("include-region", message).hint(hint));
    };
    let problem = (!region.is_closed).then(|| {
        let hint = format!("end it with a comment `ANCHOR_END: {name}`, or `#endregion`");
        Diagnostic::warning("include-region", format!("region `{name}` of `{path}` has no end")).hint(hint)
    });
    Selection { pieces: Some(outline.without_markers(&region.range)), problem }
}

fn regions_hint(outline: &Outline, name: &str) -> String {
    if let Some(near) = nearest(name, outline.region_names()) {
        return format!("did you mean `{near}`?");
    }
    let names: Vec<String> =
        outline.region_names().take(MAX_NAMES_IN_HINT).map(|name| format!("`{name}`")).collect();
    match outline.region_names().count() {
        0 => "put comments with `ANCHOR: name` and `ANCHOR_END: name` around the lines".to_owned(),
        n_regions if n_regions > names.len() => format!("its regions are {} and others", names.join(", ")),
        _ => format!("its regions are {}", names.join(", ")),
    }
}

fn body_start(path: &RepoPath, text: &str) -> usize {
    if path.is_markdown() { front_matter_end(text) } else { 0 }
}

/// Where the body of an included page starts, after its front matter and any byte order mark.
fn front_matter_end(text: &str) -> usize {
    let bom = if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
    let (first_len, first_end) = lines::first_line(&text[bom..]);
    let opening = text[bom..bom + first_len].trim_end();
    if opening != "---" && opening != "+++" {
        return bom;
    }
    let mut at = bom + first_end;
    while at < text.len() {
        let (len, end) = lines::first_line(&text[at..]);
        let line = text[at..at + len].trim_end();
        at += end;
        if line == opening || (opening == "---" && line == "...") {
            return at;
        }
    }
    bom
}

//! Diagnostics for people, in the look of rustc.

use std::collections::HashMap;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use anstream::adapter::strip_str;

use super::{ReportOptions, path_of, plural, visible};
use crate::base::diagnostic::{Diagnostic, Place, Severity, Span};

/// What stands for the part of a line that isn't shown.
const CUT: &str = "…";

/// Renders diagnostics with colours, which a stream for people without colours takes out again.
///
/// Of one severity and code only the first [`ReportOptions::max_per_code`] are shown, and the others counted.
pub fn human(diagnostics: &[Diagnostic], options: &ReportOptions<'_>) -> String {
    let renderer = Renderer::styled();
    let mut out = String::new();
    let mut kinds = Kinds::default();
    for diagnostic in diagnostics {
        let n_seen = kinds.count(diagnostic);
        if options.max_per_code.is_none_or(|max| n_seen <= max) {
            let report = renderer.render(&groups(diagnostic, options.path_prefix));
            out.extend(report.lines().filter(|line| !is_file_mark(line)).flat_map(|line| [line, "\n"]));
            out.push('\n');
        }
    }
    if let Some(max) = options.max_per_code {
        out.push_str(&kinds.rest(max));
    }
    out
}

/// How many diagnostics there were of each severity and code, in the order they came.
#[derive(Default)]
struct Kinds<'a> {
    index: HashMap<(Severity, &'a str), usize>,
    counts: Vec<(Severity, &'a str, usize)>,
}

impl<'a> Kinds<'a> {
    /// Counts one, and says how many of its kind there were with it.
    fn count(&mut self, diagnostic: &'a Diagnostic) -> usize {
        let kind = (diagnostic.severity, diagnostic.code);
        let index = *self.index.entry(kind).or_insert_with(|| {
            self.counts.push((kind.0, kind.1, 0));
            self.counts.len() - 1
        });
        self.counts[index].2 += 1;
        self.counts[index].2
    }

    /// A line for each kind that had more than `max`.
    fn rest(&self, max: usize) -> String {
        let over = self.counts.iter().filter(|(_, _, count)| *count > max);
        over.map(|(severity, code, count)| {
            let n_more = count - max;
            let name = plural(n_more, severity.as_str());
            format!("{CUT} and {n_more} more `{code}` {name} (`recto check` shows all)\n")
        })
        .collect()
    }
}

/// The diagnostic with its place and hint, then a note for each related place.
fn groups<'a>(diagnostic: &'a Diagnostic, prefix: &str) -> Vec<Group<'a>> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level.primary_title(visible(&diagnostic.message)).id(diagnostic.code);
    let mut main = Group::with_title(title);
    if let Some(place) = &diagnostic.place {
        main = with_place(main, place, prefix);
    }
    if let Some(hint) = &diagnostic.hint {
        main = main.element(Level::HELP.message(visible(hint)));
    }
    let related = diagnostic.related.iter().map(|(message, place)| {
        let note = Group::with_title(Level::NOTE.secondary_title(visible(message)));
        with_place(note, place, prefix)
    });
    std::iter::once(main).chain(related).collect()
}

fn with_place<'a>(group: Group<'a>, place: &Place, prefix: &str) -> Group<'a> {
    let origin = Origin::path(visible(&path_of(place, prefix)));
    let Some(span) = &place.span else { return group.element(origin) };
    let (line, column) = (span.line as usize, span.column as usize);
    let (text, range) = excerpt(span);
    group
        // The snippet would count columns in the excerpt as it is shown, so the origin says where it is.
        .element(origin.line(line).char_column(column))
        .element(Snippet::source(text).line_start(line).annotation(AnnotationKind::Primary.span(range)))
}

/// Whether this is the line that starts a snippet of another file. Ours has no name, the origin has said it.
fn is_file_mark(line: &str) -> bool {
    line.contains(":::") && strip_str(line).to_string().trim() == ":::"
}

/// The line as it is shown, and the bytes of it that are meant.
fn excerpt(span: &Span) -> (String, std::ops::Range<usize>) {
    let n_before = span.column.saturating_sub(1).saturating_sub(span.excerpt_start) as usize;
    let (before, rest) = split_chars(&span.excerpt, n_before);
    let (meant, after) = split_chars(rest, span.width as usize);
    let mut text = String::from(if span.excerpt_start > 0 { CUT } else { "" });
    text.push_str(&visible(before));
    let start = text.len();
    text.push_str(&visible(meant));
    let end = text.len();
    text.push_str(&visible(after));
    (text, start..end)
}

fn split_chars(text: &str, n_chars: usize) -> (&str, &str) {
    text.split_at(text.char_indices().nth(n_chars).map_or(text.len(), |(at, _)| at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::path::RepoPath;

    fn path(text: &str) -> RepoPath {
        RepoPath::new(text).expect("a normal path")
    }

    fn plain(diagnostics: &[Diagnostic], options: &ReportOptions<'_>) -> String {
        strip_str(&human(diagnostics, options)).to_string()
    }

    #[test]
    fn a_link_with_a_hint_and_a_related_place() {
        let text = "one\nsee [b](bb.md) now\n";
        let diagnostic = Diagnostic::warning("broken-link", "`bb.md` doesn't exist")
            .at(Place::in_text(&path("a.md"), text, 12..17))
            .hint("did you mean `b.md`?")
            .related("included here", Place::in_text(&path("c.md"), "x\n", 0..1));
        let options = ReportOptions { path_prefix: "docs/", ..ReportOptions::default() };
        insta::assert_snapshot!(plain(&[diagnostic], &options), @r#"
        warning[broken-link]: `bb.md` doesn't exist
         --> docs/a.md:2:9
          |
        2 | see [b](bb.md) now
          |         ^^^^^
          |
          = help: did you mean `b.md`?
        note: included here
         --> docs/c.md:1:1
          |
        1 | x
          | ^
        "#);
    }

    #[test]
    fn a_cut_line_keeps_its_column_and_hidden_characters_are_shown() {
        let text = format!("{}\u{202E}X\u{1b}y", "a".repeat(200));
        let diagnostic = Diagnostic::error("odd", "`\u{1b}[2J` is odd\n").at(Place::in_text(
            &path("a.md"),
            &text,
            203..204,
        ));
        insta::assert_snapshot!(plain(&[diagnostic], &ReportOptions::default()), @r#"
        error[odd]: `\u{1b}[2J` is odd\n
         --> a.md:1:202
          |
        1 | …aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\u{202e}X\u{1b}y
          |                                                                                         ^
        "#);
    }

    #[test]
    fn places_without_a_line_and_at_the_end_of_one() {
        let diagnostics = [
            Diagnostic::note("a", "site"),
            Diagnostic::note("b", "file").at(Place::file(&path("a.md"))).hint("fix it"),
            Diagnostic::note("c", "folder").at(Place::file(&RepoPath::root())),
            Diagnostic::note("d", "end").at(Place::in_text(&path("a.md"), "é\tab\n", 5..5)),
            Diagnostic::note("e", "empty").at(Place::in_text(&path("a.md"), "", 0..0)),
        ];
        insta::assert_snapshot!(plain(&diagnostics, &ReportOptions::default()), @r#"
        note[a]: site

        note[b]: file
        --> a.md
         = help: fix it

        note[c]: folder
        --> .

        note[d]: end
         --> a.md:1:5
          |
        1 | é    ab
          |        ^

        note[e]: empty
         --> a.md:1:1
          |
        1 |
          | ^
        "#);
    }

    #[test]
    fn only_the_first_of_a_kind_are_shown() {
        let diagnostics: Vec<Diagnostic> = (0..5)
            .map(|n| Diagnostic::warning("many", format!("w{n}")))
            .chain((0..3).map(|n| Diagnostic::error("many", format!("e{n}"))))
            .collect();
        let options = ReportOptions { max_per_code: Some(2), ..ReportOptions::default() };
        insta::assert_snapshot!(plain(&diagnostics, &options), @r#"
        warning[many]: w0

        warning[many]: w1

        error[many]: e0

        error[many]: e1

        … and 3 more `many` warnings (`recto check` shows all)
        … and 1 more `many` error (`recto check` shows all)
        "#);
    }
}

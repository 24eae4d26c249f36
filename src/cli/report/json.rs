//! Diagnostics as JSON. The fields are an interface: programs outside depend on them.

use serde::Serialize;

use super::path_of;
use crate::base::diagnostic::{Diagnostic, Place, Severity};

/// A diagnostic; `null` for what it doesn't have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JsonDiagnostic<'a> {
    /// `error`, `warning` or `note`.
    pub severity: Severity,
    /// The kind of problem.
    pub code: &'a str,
    /// The file, from the current folder.
    pub path: Option<String>,
    /// The line, from 1.
    pub line: Option<u32>,
    /// The column, from 1, in characters.
    pub column: Option<u32>,
    /// What is wrong.
    pub message: &'a str,
    /// What to do about it.
    pub hint: Option<&'a str>,
    /// Other places that belong to it.
    pub related: Vec<JsonRelated<'a>>,
}

/// A place that belongs to a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JsonRelated<'a> {
    /// What is there.
    pub message: &'a str,
    /// The file, from the current folder.
    pub path: String,
    /// The line, from 1.
    pub line: Option<u32>,
    /// The column, from 1, in characters.
    pub column: Option<u32>,
}

/// Diagnostics ready to be serialised.
pub fn json<'a>(diagnostics: &'a [Diagnostic], path_prefix: &str) -> Vec<JsonDiagnostic<'a>> {
    diagnostics.iter().map(|diagnostic| row(diagnostic, path_prefix)).collect()
}

fn row<'a>(diagnostic: &'a Diagnostic, path_prefix: &str) -> JsonDiagnostic<'a> {
    let place = diagnostic.place.as_ref();
    let (line, column) = place.map_or((None, None), position);
    JsonDiagnostic {
        severity: diagnostic.severity,
        code: diagnostic.code,
        path: place.map(|place| path_of(place, path_prefix)),
        line,
        column,
        message: &diagnostic.message,
        hint: diagnostic.hint.as_deref(),
        related: diagnostic
            .related
            .iter()
            .map(|(message, place)| related(message, place, path_prefix))
            .collect(),
    }
}

fn related<'a>(message: &'a str, place: &Place, path_prefix: &str) -> JsonRelated<'a> {
    let (line, column) = position(place);
    JsonRelated { message, path: path_of(place, path_prefix), line, column }
}

fn position(place: &Place) -> (Option<u32>, Option<u32>) {
    let span = place.span.as_ref();
    (span.map(|span| span.line), span.map(|span| span.column))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::path::RepoPath;

    #[test]
    fn rows() {
        let path = RepoPath::new("a.md").expect("a normal path");
        let diagnostics = [
            Diagnostic::error("a", "x"),
            Diagnostic::warning("b", "y")
                .at(Place::in_text(&path, "ab", 1..2))
                .hint("z")
                .related("r", Place::file(&path)),
        ];
        let text = serde_json::to_string(&json(&diagnostics, "docs/")).expect("plain data");
        insta::assert_snapshot!(text, @r#"[{"severity":"error","code":"a","path":null,"line":null,"column":null,"message":"x","hint":null,"related":[]},{"severity":"warning","code":"b","path":"docs/a.md","line":1,"column":2,"message":"y","hint":"z","related":[{"message":"r","path":"docs/a.md","line":null,"column":null}]}]"#);
    }
}

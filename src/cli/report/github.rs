//! Diagnostics as workflow commands of GitHub Actions, which become annotations in a pull request.

use super::{is_hidden, path_of};
use crate::base::diagnostic::{Diagnostic, Severity};

/// One `::error file=…,line=…,col=…,title=…::message` line for each diagnostic.
pub fn github(diagnostics: &[Diagnostic], path_prefix: &str) -> String {
    diagnostics.iter().map(|diagnostic| command(diagnostic, path_prefix)).collect()
}

fn command(diagnostic: &Diagnostic, path_prefix: &str) -> String {
    let name = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut properties = Vec::new();
    if let Some(place) = &diagnostic.place {
        properties.push(format!("file={}", property(&path_of(place, path_prefix))));
        if let Some(span) = &place.span {
            properties.push(format!("line={}", span.line));
            properties.push(format!("col={}", span.column));
        }
    }
    properties.push(format!("title={}", property(diagnostic.code)));
    let hint = diagnostic.hint.as_deref().map(|hint| format!("\n{hint}")).unwrap_or_default();
    format!("::{name} {}::{}\n", properties.join(","), data(&format!("{}{hint}", diagnostic.message)))
}

/// Escapes a message: what GitHub's own toolkit escapes, and what can't be seen.
fn data(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '%' => escaped.push_str("%25"),
            '\r' => escaped.push_str("%0D"),
            '\n' => escaped.push_str("%0A"),
            '\t' => escaped.push('\t'),
            c if is_hidden(c) => escaped.extend(c.escape_default()),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Escapes a property's value.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{diagnostic::Place, path::RepoPath};

    fn check(diagnostic: Diagnostic, expected: &str) {
        assert_eq!(github(&[diagnostic], "docs/"), expected);
    }

    #[test]
    fn commands() {
        let path = RepoPath::new("a,b:100%.md").expect("a normal path");
        check(
            Diagnostic::error("broken-link", "`x`: 5% is\r\nodd, \u{202E}")
                .hint("fix: it")
                .at(Place::in_text(&path, "ab\ncd", 4..5)),
            "::error file=docs/a%2Cb%3A100%25.md,line=2,col=2,title=broken-link::`x`: 5%25 is%0D%0Aodd, \\u{202e}%0Afix: it\n",
        );
        check(
            Diagnostic::note("odd", "x").at(Place::file(&path)),
            "::notice file=docs/a%2Cb%3A100%25.md,title=odd::x\n",
        );
        check(Diagnostic::warning("odd", "x\n::error::y"), "::warning title=odd::x%0A::error::y\n");
    }
}

//! Printing diagnostics: for people, for GitHub's annotations, for programs.
//!
//! Input is a slice of [`Diagnostic`]s in the order they are to be shown; output is text. Which ones matter, the
//! summary at the end and the exit code are left to the commands, with [`counts`] to help.
//!
//! Content is not trusted: control characters and those that change the direction of text are shown by their
//! codes (`visible`), so that no page can repaint the terminal or hide what a line says.

mod github;
mod human;
mod json;

use std::{
    fmt::{self, Write as _},
    io::{self, Write},
};

use anstream::{AutoStream, ColorChoice, adapter::strip_str};

use crate::base::diagnostic::{Diagnostic, Place, Severity};

pub use self::{
    github::github,
    human::human,
    json::{JsonDiagnostic, JsonRelated, json},
};

/// How diagnostics are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people: the line with the problem marked in it.
    #[default]
    Human,
    /// For GitHub Actions: annotations of the files in a pull request.
    Github,
    /// For programs: a JSON list.
    Json,
}

/// When colours are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl From<Color> for ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => Self::Auto,
            Color::Always => Self::Always,
            Color::Never => Self::Never,
        }
    }
}

/// What all formats need to know.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReportOptions<'a> {
    /// What leads from the current folder to the site's root: empty, or `docs/`.
    pub path_prefix: &'a str,
    /// How many diagnostics of one severity and code people are shown; the others are counted.
    pub max_per_code: Option<usize>,
    /// When colours are used.
    pub color: Color,
}

/// Prints diagnostics: for people on standard error, the other formats on standard output.
pub fn print(diagnostics: &[Diagnostic], format: Format, options: &ReportOptions<'_>) -> io::Result<()> {
    match format {
        Format::Human => {
            let (text, mut stream) =
                (human(diagnostics, options), AutoStream::new(io::stderr(), options.color.into()));
            // The stream writes each piece between two colours by itself, also where it leaves these out.
            match stream.current_choice() {
                ColorChoice::Never => io::stderr().write_all(strip_str(&text).to_string().as_bytes())?,
                _ => stream.write_all(text.as_bytes())?,
            }
            stream.flush()
        }
        Format::Github => write_stdout(&github(diagnostics, options.path_prefix)),
        Format::Json => {
            let rows = json(diagnostics, options.path_prefix);
            let text = serde_json::to_string_pretty(&rows)?;
            write_stdout(&format!("{text}\n"))
        }
    }
}

fn write_stdout(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

/// How many diagnostics there are of each severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Something is missing from the site.
    pub errors: usize,
    /// Likely not what the author meant.
    pub warnings: usize,
    /// Worth knowing.
    pub notes: usize,
}

/// Counts diagnostics by severity.
pub fn counts(diagnostics: &[Diagnostic]) -> Counts {
    diagnostics.iter().fold(Counts::default(), |mut counts, diagnostic| {
        match diagnostic.severity {
            Severity::Error => counts.errors += 1,
            Severity::Warning => counts.warnings += 1,
            Severity::Note => counts.notes += 1,
        }
        counts
    })
}

impl fmt::Display for Counts {
    /// `2 errors, 1 warning`; `no problems`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = [(self.errors, "error"), (self.warnings, "warning"), (self.notes, "note")]
            .into_iter()
            .filter(|&(count, _)| count > 0)
            .map(|(count, name)| format!("{count} {}", plural(count, name)))
            .collect();
        f.write_str(if parts.is_empty() { "no problems" } else { "" })?;
        f.write_str(&parts.join(", "))
    }
}

/// `warning` for one, `warnings` for several.
fn plural(count: usize, name: &str) -> String {
    if count == 1 { name.to_owned() } else { format!("{name}s") }
}

/// The place's file from the current folder.
fn path_of(place: &Place, prefix: &str) -> String {
    match format!("{prefix}{}", place.path) {
        path if path.is_empty() => ".".to_owned(),
        path => path,
    }
}

/// The text with control characters (but not tabs) and those that change the direction of text as their codes.
fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c != '\t' && is_hidden(c) {
            // Writing to a string can't fail.
            let _ = write!(shown, "{}", c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Whether a terminal would obey this character or show nothing for it.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}')
        || matches!(c, '\u{FEFF}' | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counting() {
        let some = [Diagnostic::error("a", "x"), Diagnostic::warning("a", "x"), Diagnostic::error("b", "x")];
        assert_eq!(counts(&some), Counts { errors: 2, warnings: 1, notes: 0 });
        assert_eq!(counts(&some).to_string(), "2 errors, 1 warning");
        assert_eq!(counts(&[]).to_string(), "no problems");
    }

    #[test]
    fn hidden_characters_are_shown_by_their_codes() {
        assert_eq!(visible("a\tb\u{1b}[31m\r\n\u{202E}é\0"), "a\tb\\u{1b}[31m\\r\\n\\u{202e}é\\u{0}");
        assert_eq!(visible("数据 🦀 e\u{301}"), "数据 🦀 e\u{301}");
    }
}

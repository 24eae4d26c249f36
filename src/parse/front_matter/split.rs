//! Finds front matter: a block between `---` lines (YAML) or `+++` lines (TOML) at the very beginning of a file.
//!
//! `---` is also how Markdown writes a line across the page and the underline of a heading, so a block is front matter
//! only if it looks like keys and values.

use std::ops::Range;

/// The languages of front matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Between `---` lines.
    Yaml,
    /// Between `+++` lines, as Hugo and Zola have it.
    Toml,
}

/// The parts of a page's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// The language of the front matter and its bytes, without the lines around it.
    pub matter: Option<(Format, Range<usize>)>,
    /// Where the body begins, after the closing line; after a byte order mark if there is no front matter.
    pub body_start: usize,
}

/// Splits a page's text into front matter and body.
///
/// The first line is exactly `---` or `+++` (spaces may follow, a byte order mark precede). A YAML block ends with
/// `---` or `...`, a TOML block with `+++`. Without a closing line there is no front matter.
pub fn split(text: &str) -> Split {
    let start = bom_len(text);
    let nothing = Split { matter: None, body_start: start };
    let mut lines = text[start..].split_inclusive('\n');
    let first = lines.next().unwrap_or("");
    let (format, closings): (_, &[&str]) = match first.trim_end() {
        "---" => (Format::Yaml, &["---", "..."]),
        "+++" => (Format::Toml, &["+++"]),
        _ => return nothing,
    };
    let matter_start = start + first.len();
    let mut at = matter_start;
    for line in lines {
        if closings.contains(&line.trim_end()) {
            let matter = &text[matter_start..at];
            let is_matter = match format {
                Format::Yaml => looks_like_yaml(matter),
                Format::Toml => looks_like_toml(matter),
            };
            let body_start = at + line.len();
            return if is_matter {
                Split { matter: Some((format, matter_start..at)), body_start }
            } else {
                nothing
            };
        }
        at += line.len();
    }
    nothing
}

/// The length of a byte order mark.
pub(super) fn bom_len(text: &str) -> usize {
    if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 }
}

/// Whether the first paragraph begins with a key or holds a line that is one beyond doubt, or nothing is there at all.
///
/// `Note: text` above a `---` is taken for a key, as all generators do. Lines that begin with `#` alone are headings
/// between two lines across the page, as in slides, rather than comments.
fn looks_like_yaml(matter: &str) -> bool {
    let mut lines =
        matter.lines().map(str::trim_end).skip_while(|line| line.is_empty() || line.starts_with('#'));
    match lines.next() {
        Some(first) => begins_with_key(first) || lines.take_while(|line| !line.is_empty()).any(is_plain_key),
        None => matter.trim().is_empty(),
    }
}

fn begins_with_key(line: &str) -> bool {
    let line = line.trim_start();
    match line.chars().next() {
        Some('{' | '?') => true,
        Some(quote @ ('"' | '\'')) => {
            line[1..].split_once(quote).is_some_and(|(_, rest)| rest.trim_start().starts_with(':'))
        }
        Some('-' | '#' | '[' | '>' | '|' | '*' | '!' | '%' | '@' | '`') | None => false,
        Some(_) => line.ends_with(':') || line.contains(": ") || line.contains(":\t"),
    }
}

fn is_plain_key(line: &str) -> bool {
    let is_name = |name: &str| {
        !name.is_empty()
            && name
                .chars()
                .all(|character| character.is_alphanumeric() || matches!(character, '_' | '-' | '.'))
    };
    line.split_once(':')
        .is_some_and(|(name, value)| is_name(name) && (value.is_empty() || value.starts_with([' ', '\t'])))
}

fn looks_like_toml(matter: &str) -> bool {
    let mut lines = matter.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.next().is_none_or(|first| first.starts_with('[') || first.contains('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<(Format, &str, &str)>) {
        let split = split(text);
        let found = split.matter.map(|(format, range)| (format, &text[range], &text[split.body_start..]));
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn blocks_of_keys_are_front_matter() {
        let yaml = |matter, body| Some((Format::Yaml, matter, body));
        check("---\na: 1\n---\nbody", yaml("a: 1\n", "body"));
        check("---  \r\na: 1\r\n---\t\r\nbody", yaml("a: 1\r\n", "body"));
        check("\u{feff}---\na: 1\n...\n\nbody", yaml("a: 1\n", "\nbody"));
        check("---\na: 1\n---", yaml("a: 1\n", ""));
        check("---\n---\nbody", yaml("", "body"));
        check("---\n\n---\n", yaml("\n", ""));
        check("---\n# a comment\n\na: 1\n---\n", yaml("# a comment\n\na: 1\n", ""));
        check("---\n{a: 1}\n---\n", yaml("{a: 1}\n", ""));
        check("---\n\"a b\": 1\n---\n", yaml("\"a b\": 1\n", ""));
        check("---\ntags:\n- a\n---\n", yaml("tags:\n- a\n", ""));
        check("---\ntitle x\ndate: 2024-01-01\n---\n", yaml("title x\ndate: 2024-01-01\n", ""));
        check("+++\na = 1\n+++\nbody", Some((Format::Toml, "a = 1\n", "body")));
        check("+++\n+++\n", Some((Format::Toml, "", "")));
    }

    #[test]
    fn lines_and_headings_are_not() {
        for text in [
            "",
            "text",
            "---",
            "---\n",
            "---\na: 1\n",
            "---\ntext\n---\n",
            "---\n\n# A slide\n\n---\n",
            "---\n# A slide\n\n- Note: x\n---\n",
            "---\n\nA poem\nof lines\n\nNote: x\n\n---\n",
            "----\na: 1\n----\n",
            " ---\na: 1\n---\n",
            "\n---\na: 1\n---\n",
            "--- x\na: 1\n---\n",
            "---\n- a: 1\n---\n",
            "---\nsee https://example.org\n---\n",
            "+++\ntext\n+++\n",
            "+++\na = 1\n---\n",
        ] {
            check(text, None);
        }
        assert_eq!(split("\u{feff}text").body_start, 3);
    }
}

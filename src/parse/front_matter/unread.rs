//! [`unread`]: finds what was meant as front matter and isn't read as such, so that it would be shown as text in silence.
//!
//! A line across the page, prose with colons and the properties of slides look alike, so a key that pages are known to have
//! must be there.

use crate::{
    base::{
        diagnostic::{Diagnostic, Place},
        path::RepoPath,
    },
    parse::front_matter::{FrontMatterKeys, read::is_known, split::bom_len},
};

/// Keys that other tools have in front matter, besides those with a meaning here.
const OTHERS: [&str; 12] = [
    "author",
    "authors",
    "categories",
    "category",
    "id",
    "keywords",
    "marp",
    "permalink",
    "slug",
    "subtitle",
    "summary",
    "theme",
];
/// Known keys that must be there where no line before them says that front matter begins.
const MIN_KEYS_UNOPENED: usize = 2;
/// Spaces before a line that make code of it.
const CODE_INDENT: usize = 4;

/// The problem of a text in which no front matter was found, if it begins with what was likely meant as such.
pub(super) fn unread(path: &RepoPath, text: &str, known: &FrontMatterKeys) -> Option<Diagnostic> {
    let start = bom_len(text);
    let start = start + blank_lines(&text[start..]);
    let lines: Vec<&str> = first_lines(&text[start..]);
    let first = *lines.first()?;
    let (message, hint) = match first.trim() {
        fence @ ("---" | "+++") if indent(first) < CODE_INDENT => {
            let separator = if fence == "---" { ':' } else { '=' };
            let is_first = start == bom_len(text) && indent(first) == 0;
            let n_keys = n_known_keys(&lines[1..], separator, known);
            if n_keys == 0 {
                return None;
            }
            let is_closed = text[start + first.len()..].lines().any(|line| line.trim() == fence);
            match (is_closed, is_first) {
                (false, _) => (
                    "this front matter has no end, and is shown as text".to_owned(),
                    format!("close it with a line `{fence}` below its last key"),
                ),
                (true, false) => (
                    "this front matter isn't at the beginning of the file, and is shown as text".to_owned(),
                    format!("delete what is before `{fence}`: it must be the first line"),
                ),
                // Whatever it is, it has been looked at.
                (true, true) => return None,
            }
        }
        json if json.starts_with('{') && is_json(&text[start..], known) => (
            "front matter in JSON isn't read, and is shown as text".to_owned(),
            "write it as YAML: lines such as `title: Bread` between two lines `---`".to_owned(),
        ),
        _ => {
            let end = lines.iter().position(|line| line.trim_end() == "---")?;
            if lines[..end].iter().any(|line| line.trim().is_empty())
                || key_of(first, ':').is_none()
                || n_known_keys(&lines[..end], ':', known) < MIN_KEYS_UNOPENED
            {
                return None;
            }
            (
                "this front matter has no beginning, and is shown as text".to_owned(),
                "put a line `---` above its first key".to_owned(),
            )
        }
    };
    let place = Place::in_text(path, text, start..start + first.trim_end().len());
    Some(Diagnostic::warning("front-matter-unread", message).at(place).hint(hint))
}

/// How many bytes of a text are lines with nothing on them.
fn blank_lines(text: &str) -> usize {
    let blank = text.split_inclusive('\n').take_while(|line| line.trim().is_empty());
    blank.map(str::len).sum()
}

/// The first lines of a text; front matter has few.
fn first_lines(text: &str) -> Vec<&str> {
    const MAX_LINES: usize = 60;
    text.split_inclusive('\n').take(MAX_LINES).collect()
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// How many known keys stand in the lines before the first one that can't be a part of front matter.
fn n_known_keys(lines: &[&str], separator: char, known: &FrontMatterKeys) -> usize {
    let is_inside = |line: &str| line.starts_with(['-', '#', ' ', '\t', '[']) || line.trim().is_empty();
    let lines =
        lines.iter().take_while(|line| key_of(line, separator).is_some() || is_inside(line.trim_end()));
    let lines = lines.skip_while(|line| line.trim().is_empty()).take_while(|line| !line.trim().is_empty());
    lines.filter_map(|line| key_of(line, separator)).filter(|key| is_known_key(key, known)).count()
}

/// The key that a line begins with: `title: Bread`.
fn key_of(line: &str, separator: char) -> Option<&str> {
    let (key, value) = line.trim_end().split_once(separator)?;
    let key = if separator == '=' { key.trim_end() } else { key };
    let is_name = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    let is_apart = separator == '=' || value.is_empty() || value.starts_with([' ', '\t']);
    (is_name && is_apart).then_some(key)
}

fn is_known_key(key: &str, known: &FrontMatterKeys) -> bool {
    let key = key.to_ascii_lowercase();
    is_known(&key)
        || OTHERS.contains(&key.as_str())
        || known.taxonomies.iter().any(|taxonomy| taxonomy.eq_ignore_ascii_case(&key))
}

/// Whether a text begins with an object whose first key is a known one.
fn is_json(text: &str, known: &FrontMatterKeys) -> bool {
    let inside = text.trim_start().strip_prefix('{').map(str::trim_start);
    let key = inside.and_then(|inside| inside.strip_prefix('"')).and_then(|inside| inside.split_once('"'));
    key.is_some_and(|(key, rest)| rest.trim_start().starts_with(':') && is_known_key(key, known))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<(u32, String)> {
        let path = RepoPath::new("a.md").expect("a normal path");
        let known = FrontMatterKeys { taxonomies: vec!["tags".to_owned()] };
        let (_, _, problems) = crate::parse::front_matter::parse(&path, text, &known);
        let problem = problems.into_iter().find(|problem| problem.code == "front-matter-unread")?;
        let line = problem.place.and_then(|place| place.span).expect("a span").line;
        Some((line, format!("{} ({})", problem.message, problem.hint.expect("a hint"))))
    }

    #[test]
    fn what_was_meant_as_front_matter_is_told() {
        let check = |text: &str, line: u32, part: &str| {
            let (at, said) = found(text).unwrap_or_else(|| panic!("{text:?}"));
            assert!(at == line && said.contains(part), "{text:?}: {at} {said}");
        };
        check("---\ntitle: A\n\nText\n", 1, "no end");
        check("\u{feff}---\r\ntitle: A\r\n\r\nText\r\n", 1, "no end");
        check("---\nTags:\n- a\n- b\n\n# Text\n", 1, "`---`");
        check("---\nmine: 1\ndraft: true\n----\nText\n", 1, "no end");
        check("---\n# a comment\ntitle: A\n", 1, "no end");
        check("+++\ntitle = \"A\"\n---\nText\n", 1, "`+++`");
        check("\n---\ntitle: A\n---\nText\n", 2, "isn't at the beginning");
        check("  \n\n---\nmine: 1\ntags: [a]\n---\n", 3, "must be the first line");
        check(" ---\ntitle: A\n---\n", 1, "isn't at the beginning");
        check("\n+++\ntitle = \"A\"\n+++\n", 2, "isn't at the beginning");
        check("title: A\ndate: 2024-01-01\n---\nText\n", 1, "no beginning");
        check("title: A\ntags:\n  - a\n---\nText\n", 1, "above its first key");
        check("{ \"title\": \"A\" }\n\nText\n", 1, "JSON");
        check("{\n  \"date\" : \"2024-01-01\"\n}\nText\n", 1, "JSON");
    }

    #[test]
    fn other_texts_are_fine() {
        for text in [
            "",
            "---",
            "---\n",
            "---\ntext\n",
            "---\n\nA poem\nof lines\n",
            "---\nNote: this is a line across the page\n\nText\n",
            "---\ntitle: A\n---\nText\n",
            "\n---\n\nText\n\n---\n",
            "\n---\nNote: x\n---\n",
            "    ---\n    title: A\n    ---\n",
            "Title: a paragraph with one colon\n---\n",
            "Date: Monday\n\nTitle: x\n\n---\n",
            "title: A\ndate: B\n\nText\n\n---\n",
            "name: a\nclass: title, center\n\n# Slide\n\n---\n",
            "layout: true\nclass: x\n---\n",
            "{{#include a.md}}\n",
            "{ \"weird\": 1 }\n",
            "{note}\n",
            "+++\ntext = x\n",
            "---\nsee https://example.org\n",
            "---\n# Slide\n\ntitle of it: x\n",
        ] {
            assert_eq!(found(text), None, "{text:?}");
        }
    }
}

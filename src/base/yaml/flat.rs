//! Reads the YAML that nearly all front matter is, in a fraction of the time: a mapping with a key and a short value on each line.
//!
//! Whatever isn't plainly of that kind is left to [`tree`](super::tree), which would read the same of what is read here.

use std::ops::Range;

use super::scalar;
use crate::base::node::{Entry, Node, Value};

/// The longest text that is looked at here.
const MAX_BYTES: usize = 4096;
/// The longest key: YAML itself knows no end of longer ones than a thousand letters.
const MAX_KEY_BYTES: usize = 100;
/// The most entries: few enough to look for duplicate keys by comparing all pairs.
const MAX_ENTRIES: usize = 24;

/// The mapping that a text is; `None` if it isn't one of that kind, or isn't surely one.
pub(super) fn build(yaml: &str) -> Option<Node> {
    if yaml.len() > MAX_BYTES {
        return None;
    }
    let mut entries: Vec<Entry> = Vec::with_capacity(8);
    let mut start = 0;
    for line in yaml.strip_suffix('\n').unwrap_or(yaml).split('\n') {
        let entry = entry(line, start)?;
        if entries.len() == MAX_ENTRIES || entries.iter().any(|other| other.key == entry.key) {
            return None;
        }
        entries.push(entry);
        start += line.len() + 1;
    }
    let end = entries.last()?.node.span.end;
    Some(node(Value::Map(entries), 0..end))
}

/// A line as `key: value`.
fn entry(line: &str, start: usize) -> Option<Entry> {
    let (key, value) = line.split_once(": ")?;
    let is_name = key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if !is_name || key.len() > MAX_KEY_BYTES || !value.chars().all(is_plain) {
        return None;
    }
    let at = start + key.len() + 2;
    let value = match value.as_bytes().first()? {
        quote @ (b'"' | b'\'') => quoted(value, *quote as char).map(|text| Value::Text(text.to_owned())),
        b'[' => list(value, at),
        _ => word(value, false).map(scalar::resolve),
    };
    let key_span = start..start + key.len();
    Some(Entry { key: key.to_owned(), key_span, node: node(value?, at..start + line.len()) })
}

/// Whether a character is one that stands for itself, inside of a line.
fn is_plain(c: char) -> bool {
    matches!(c, ' '..='~') || (c >= '\u{A0}' && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{FEFF}'..))
}

/// What stands in quotes, if nothing in it has a meaning of its own.
fn quoted(value: &str, quote: char) -> Option<&str> {
    let text = value[1..].strip_suffix(quote)?;
    (!text.contains([quote, '\\'])).then_some(text)
}

/// Words in brackets, with commas between.
fn list(value: &str, at: usize) -> Option<Value> {
    let inside = value[1..].strip_suffix(']')?;
    let mut start = at + 1;
    let items = inside.split(',').map(|item| {
        let text = item.trim_matches(' ');
        let first = start + item.len() - item.trim_start_matches(' ').len();
        start += item.len() + 1;
        word(text, true).map(|text| node(scalar::resolve(text), first..first + text.len()))
    });
    items.collect::<Option<Vec<Node>>>().map(Value::List)
}

/// A value without quotes, if no character of it can have a meaning.
fn word(text: &str, is_in_list: bool) -> Option<&str> {
    let has_meaning = |(at, c): (usize, char)| match c {
        '#' => true,
        ':' => is_in_list || text[at + 1..].starts_with(' ') || at + 1 == text.len(),
        '[' | ']' | '{' | '}' | ',' => is_in_list,
        _ => false,
    };
    let is_word = text.starts_with(char::is_alphanumeric)
        && !text.ends_with(char::is_whitespace)
        && !text.char_indices().any(has_meaning);
    is_word.then_some(text)
}

fn node(value: Value, span: Range<usize>) -> Node {
    Node { value, source: span.clone(), span }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{
        dice::Dice,
        yaml::{SMALL, tree},
    };

    /// What is read here is what would be read otherwise; says whether it is.
    #[track_caller]
    fn check(yaml: &str) -> bool {
        let Some(flat) = build(yaml) else { return false };
        match tree::build(yaml, SMALL) {
            Ok(tree) => assert_eq!(flat, tree, "{yaml:?}"),
            Err(problem) => panic!("{yaml:?} is no YAML: {problem:?}"),
        }
        true
    }

    #[test]
    fn usual_front_matter_is_read_here() {
        for yaml in [
            "title: \"Ledger résumé: 3311 #1\"\ndate: 2024-11-08\ntags: [docs-howto, edge faq,git]\n",
            "title: A plain title, with 'quotes' and a-b:c\ndraft: true\nweight: -3\n",
            "title: 'x'\nlink: https://example.org/a?b=c\nn: 1.5e3\nnone: null\nempty: ~x",
            "a: \"\"\nb: ''\nc: [ a , 1, true ]\n",
        ] {
            let lines = yaml.lines().filter(|line| !line.contains(": -") && !line.contains("~x"));
            let kept: String = lines.map(|line| format!("{line}\n")).collect();
            assert!(check(&kept), "{kept}");
            check(yaml);
        }
    }

    #[test]
    fn all_else_is_left_to_the_parser() {
        for yaml in [
            "",
            "\n",
            "title: a\n\n",
            "title: a # no\n",
            "title: a\n  b\n",
            "title:\n  - a\n",
            "title: |\n  a\n",
            "a: 1\na: 2\n",
            "a: [1, [2]]\n",
            "a: {b: c}\n",
            "a: [x,]\n",
            "a: *b\n",
            "a: \"\\n\"\n",
            "a: b: c\n",
            "a: b \n",
            "a:  b\n",
            "a: b\r\n",
            "a: b\tc\n",
            "---\n",
            "<<: a\n",
            "? a\n",
            "a: 'it''s'\n",
        ] {
            assert!(build(yaml).is_none(), "{yaml:?}");
        }
    }

    #[test]
    fn what_is_read_here_is_the_same_on_random_input() {
        const PARTS: [&str; 40] = [
            "a",
            "title",
            "tags",
            ": ",
            ":",
            " ",
            "\n",
            "\n",
            "\"",
            "'",
            "[",
            "]",
            ",",
            ", ",
            "1",
            "-1",
            "0x1f",
            "2024-01-02",
            "true",
            "null",
            "~",
            "#",
            " #",
            "é",
            "部署",
            "-",
            "- ",
            "{",
            "}",
            "&x",
            "*x",
            "!",
            "|",
            ">",
            "%",
            "@",
            "\\",
            "\t",
            "\u{85}",
            "\u{2028}",
        ];
        let mut dice = Dice(7);
        let mut n_read = 0;
        for _ in 0..40_000 {
            let mut yaml = String::new();
            for line in 0..1 + dice.roll(3) {
                let value: String = (0..1 + dice.roll(4)).map(|_| dice.one_of(&PARTS)).collect();
                let value = match dice.roll(4) {
                    0 => format!("[{value}]"),
                    1 => format!("\"{value}\""),
                    _ => value,
                };
                yaml.push_str(&format!("k{}: {value}\n", if dice.roll(9) == 0 { 0 } else { line }));
            }
            n_read += usize::from(check(&yaml));
        }
        assert!(n_read > 4_000, "{n_read}");
    }
}

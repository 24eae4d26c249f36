//! The former addresses of a page in its front matter: each move leaves one there, which the site makes a redirect of.

use std::ops::Range;

use super::{TextEdit, scalar};
use crate::{
    base::{
        node::{Entry, Node, Value},
        path::RepoPath,
        toml, yaml,
    },
    parse::front_matter::{self, Format, FrontMatterKeys, split},
};

/// The key, and the names that other generators give it.
const KEYS: [&str; 3] = ["aliases", "alias", "redirect_from"];

/// What becomes of a page's former addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Addresses {
    /// The one that it leaves now.
    pub(super) left: Vec<String>,
    /// Those that lead somewhere else now, and have to go: another page stands there.
    pub(super) taken: Vec<String>,
    /// Those that were written as seen from the page's own, and what they are in full.
    pub(super) in_full: Vec<(String, String)>,
}

/// The edits of a page's text that give it its addresses.
pub(super) fn edits(path: &RepoPath, text: &str, addresses: &Addresses) -> Vec<TextEdit> {
    let mut left = addresses.left.clone();
    let mut edits = Vec::new();
    let written: Vec<scalar::Scalar> = scalar::of_front_matter(path, text)
        .into_iter()
        .filter(|scalar| matches!(&scalar.keys[..], [key] if KEYS.contains(&&**key)))
        .collect();
    left.retain(|address| !written.iter().any(|scalar| scalar.text == *address));
    let n_written = written.len();
    for scalar in written {
        let former = &text[scalar.range.clone()];
        if addresses.taken.contains(&scalar.text) {
            match left.pop() {
                // The page goes back to where it was: the addresses change places.
                Some(address) => {
                    edits.push(TextEdit::new(scalar.range.clone(), scalar::spelled(&address, former)));
                }
                None => edits.push(TextEdit::new(around(text, scalar.range, n_written == 1), String::new())),
            }
        } else if let Some((_, full)) = addresses.in_full.iter().find(|(seen, _)| *seen == scalar.text) {
            edits.push(TextEdit::new(scalar.range.clone(), scalar::spelled(full, former)));
        }
    }
    // One insertion at a time keeps each simple; a page leaves one address for each language that shows it.
    if !left.is_empty()
        && let Some(edit) = addition(path, text, &left)
    {
        edits.push(edit);
    }
    let is_right =
        front_matter::parse(path, &super::edited(text, &edits), &FrontMatterKeys::default()).0.aliases;
    let has = |address: &String| is_right.iter().flatten().any(|alias| alias == address);
    if addresses.left.iter().all(has) { edits } else { Vec::new() }
}

/// The range of a list item with what divides it from others.
fn around(text: &str, range: Range<usize>, is_only: bool) -> Range<usize> {
    let line_start = |at: usize| text[..at].rfind('\n').map_or(0, |end| end + 1);
    let start = line_start(range.start);
    let end = text[range.end..].find('\n').map_or(text.len(), |end| range.end + end + 1);
    let is_item = text[start..range.start].trim() == "-" && text[range.end..end].trim().is_empty();
    if is_item {
        let key = line_start(start.saturating_sub(1));
        return if is_only { key..end } else { start..end };
    }
    let behind = text[range.end..].trim_start_matches([' ', '\t']);
    if let Some(rest) = behind.strip_prefix(',') {
        let rest = rest.trim_start_matches([' ', '\t']);
        return range.start..text.len() - rest.len();
    }
    let before = text[..range.start].trim_end();
    if is_only { range } else { before.strip_suffix(',').map_or(range.start, str::len)..range.end }
}

fn addition(path: &RepoPath, text: &str, addresses: &[String]) -> Option<TextEdit> {
    let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let in_quotes = |address: &String| format!("\"{address}\"");
    let list = addresses.iter().map(|address| scalar::spelled(address, "")).collect::<Vec<_>>().join(", ");
    let quoted = addresses.iter().map(in_quotes).collect::<Vec<_>>().join(", ");
    let found = split(text);
    let Some((format, range)) = found.matter else {
        let block = format!("---{line_end}aliases: [{list}]{line_end}---{line_end}");
        return Some(TextEdit::new(found.body_start..found.body_start, block));
    };
    let (node, list, sign) = match format {
        Format::Yaml => (yaml::read(path, text, range.clone(), yaml::SMALL).0, list, ":"),
        Format::Toml => (toml::read(path, text, range.clone()).0, quoted, " ="),
    };
    let entry = node.as_ref().and_then(Node::as_map).into_iter().flatten();
    let entry: Option<&Entry> = entry.into_iter().find(|entry| KEYS.contains(&&*entry.key));
    let Some(entry) = entry else {
        let line = format!("aliases{sign} [{list}]{line_end}");
        return Some(TextEdit::new(range.start..range.start, line));
    };
    match &entry.node.value {
        Value::List(items) => {
            let last = items.last().map(|item| item.source.clone());
            match last {
                Some(last) => Some(behind(text, last, &list, line_end)),
                None => {
                    let open = entry.node.source.start + text[entry.node.source.start..].find('[')? + 1;
                    Some(TextEdit::new(open..open, list))
                }
            }
        }
        Value::Text(_) => {
            let range = entry.node.source.clone();
            Some(TextEdit::new(range.clone(), format!("[{}, {list}]", &text[range])))
        }
        Value::Null => {
            let at = entry.key_span.end + text[entry.key_span.end..].find([':', '='])? + 1;
            Some(TextEdit::new(at..at, format!(" [{list}]")))
        }
        Value::Bool(_) | Value::Number(_) | Value::Map(_) => None,
    }
}

/// More items behind the last one of a list.
fn behind(text: &str, last: Range<usize>, list: &str, line_end: &str) -> TextEdit {
    let start = text[..last.start].rfind('\n').map_or(0, |end| end + 1);
    let mark = &text[start..last.start];
    if mark.trim() != "-" {
        return TextEdit::new(last.end..last.end, format!(", {list}"));
    }
    let end = text[last.end..].find(['\r', '\n']).map_or(text.len(), |end| last.end + end);
    let items: String = list.split(", ").map(|item| format!("{line_end}{mark}{item}")).collect();
    TextEdit::new(end..end, items)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, addresses: &Addresses, expected: &str) {
        let path = RepoPath::new("a.md").expect("a path");
        assert_eq!(super::super::edited(text, &edits(&path, text, addresses)), expected);
    }

    #[test]
    fn an_address_is_added_where_the_others_are() {
        let left = Addresses { left: vec!["/old/".to_owned()], ..Addresses::default() };
        let check = |text: &str, expected: &str| check(text, &left, expected);
        check("# T\n", "---\naliases: [/old/]\n---\n# T\n");
        check("\u{feff}# T\r\n", "\u{feff}---\r\naliases: [/old/]\r\n---\r\n# T\r\n");
        check("---\ntitle: T\n---\n", "---\naliases: [/old/]\ntitle: T\n---\n");
        check("---\naliases: [/x/]\n---\n", "---\naliases: [/x/, /old/]\n---\n");
        check("---\naliases: []\n---\n", "---\naliases: [/old/]\n---\n");
        check("---\naliases:\n---\n", "---\naliases: [/old/]\n---\n");
        check("---\naliases: x\n---\n", "---\naliases: [x, /old/]\n---\n");
        check(
            "---\naliases:\n  - x # why\ntitle: T\n---\n",
            "---\naliases:\n  - x # why\n  - /old/\ntitle: T\n---\n",
        );
        check("---\naliases: [/old/]\n---\n", "---\naliases: [/old/]\n---\n");
        check("+++\ntitle = \"T\"\n+++\n", "+++\naliases = [\"/old/\"]\ntitle = \"T\"\n+++\n");
        check("+++\naliases = ['/x/']\n+++\n", "+++\naliases = ['/x/', \"/old/\"]\n+++\n");
    }

    #[test]
    fn addresses_that_are_taken_go() {
        let taken = Addresses { taken: vec!["/new/".to_owned()], ..Addresses::default() };
        let back = Addresses { left: vec!["/old/".to_owned()], ..taken.clone() };
        check("---\naliases: [/new/]\n---\n", &back, "---\naliases: [/old/]\n---\n");
        check("---\naliases: [/new/, b]\n---\n", &taken, "---\naliases: [b]\n---\n");
        check("---\naliases: [b, /new/]\n---\n", &taken, "---\naliases: [b]\n---\n");
        check("---\naliases:\n- /new/\ntitle: T\n---\n", &taken, "---\ntitle: T\n---\n");
        let full = [("x/y".to_owned(), "/a/x/y/".to_owned())].to_vec();
        let full = Addresses { in_full: full, ..Addresses::default() };
        check("---\naliases: [x/y]\n---\n", &full, "---\naliases: [/a/x/y/]\n---\n");
    }
}

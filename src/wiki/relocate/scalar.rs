//! Single values in YAML and TOML: found with the keys that lead to them, and replaced in the quotes that they have.

use std::ops::Range;

use crate::{
    base::{
        node::{Node, Value},
        path::RepoPath,
        toml, yaml,
    },
    parse::front_matter::{Format, split},
};

/// A text in a tree of keys and values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scalar {
    /// The keys on the way, without the numbers of list items.
    pub(super) keys: Vec<String>,
    pub(super) text: String,
    pub(super) range: Range<usize>,
}

/// All texts in a page's front matter.
pub(super) fn of_front_matter(path: &RepoPath, text: &str) -> Vec<Scalar> {
    let node = match split(text).matter {
        Some((Format::Yaml, range)) => yaml::read(path, text, range, yaml::SMALL).0,
        Some((Format::Toml, range)) => toml::read(path, text, range).0,
        None => None,
    };
    scalars(node)
}

/// All texts in a YAML file.
pub(super) fn of_yaml(path: &RepoPath, text: &str) -> Vec<Scalar> {
    scalars(yaml::read(path, text, 0..text.len(), yaml::SMALL).0)
}

/// All texts in a data file: YAML, JSON or TOML.
pub(super) fn of_data(path: &RepoPath, text: &str) -> Vec<Scalar> {
    let all = 0..text.len();
    scalars(match path.extension() {
        Some("toml") => toml::read(path, text, all).0,
        _ => yaml::read(path, text, all, yaml::DATA).0,
    })
}

/// A value in the place of another, in the same quotes.
pub(super) fn spelled(value: &str, former: &str) -> String {
    let escaped = || value.replace('\\', "\\\\").replace('"', "\\\"");
    if former.starts_with('\'') && !value.contains('\'') {
        format!("'{value}'")
    } else if former.starts_with(['"', '\'']) || !is_plain(value) {
        format!("\"{}\"", escaped())
    } else {
        value.to_owned()
    }
}

/// Whether YAML takes a word without quotes for a text.
fn is_plain(value: &str) -> bool {
    let first = value.chars().next().is_some_and(|c| c.is_alphanumeric() || matches!(c, '/' | '.' | '_'));
    let is_usual =
        |c: char| !c.is_control() && !matches!(c, ',' | '[' | ']' | '{' | '}' | '#' | ':' | '"' | '\'');
    first && value.chars().all(is_usual) && !value.ends_with(' ') && value.contains(char::is_alphabetic)
}

fn scalars(node: Option<Node>) -> Vec<Scalar> {
    let mut found = Vec::new();
    if let Some(node) = node {
        collect(&node, &mut Vec::new(), &mut found);
    }
    found.sort_by_key(|scalar| scalar.range.start);
    found.dedup_by(|a, b| a.range == b.range);
    found
}

fn collect(node: &Node, keys: &mut Vec<String>, found: &mut Vec<Scalar>) {
    match &node.value {
        Value::Text(text) => {
            found.push(Scalar { keys: keys.clone(), text: text.clone(), range: node.source.clone() });
        }
        Value::List(items) => items.iter().for_each(|item| collect(item, keys, found)),
        Value::Map(entries) => {
            for entry in entries {
                keys.push(entry.key.clone());
                collect(&entry.node, keys, found);
                keys.pop();
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_and_replaced_in_their_quotes() {
        let path = RepoPath::new("a.md").expect("a path");
        let text = "---\na: x.md\nb:\n  - 'y.md'\n  - c: \"z.md\"\n---\n";
        let found = of_front_matter(&path, text);
        let new: Vec<String> = found
            .iter()
            .map(|of| format!("{}={}", of.keys.join("."), spelled("n w.md", &text[of.range.clone()])))
            .collect();
        assert_eq!(new, ["a=n w.md", "b='n w.md'", "b.c=\"n w.md\""]);
        assert_eq!(spelled("it: x", "a"), "\"it: x\"");
        let toml = "+++\na = \"x.md\"\n+++\n";
        assert_eq!(of_front_matter(&path, toml)[0].text, "x.md");
        assert_eq!(&toml[of_front_matter(&path, toml)[0].range.clone()], "\"x.md\"");
    }
}

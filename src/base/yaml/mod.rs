//! Reads YAML, within limits: into a [`Node`] tree with places, or into a type.
//!
//! This folder alone imports `serde_saphyr`, and of it only the event parser: trees made through serde need 45 KB of
//! stack per level in a debug build, so that 64 levels overflow a thread's 2 MB. Input is a file's text and the range
//! of it that is YAML; output is the value, if it could be read, and the problems: `invalid-yaml`, `duplicate-key`,
//! `yaml-limit`, and for types `bad-value`, `unknown-key`, `missing-key`. The dialect is the core schema of YAML 1.2
//! with merge keys: `yes`, `012` and `1_000` are text. What keys mean is left to the callers.
//!
//! 1. `flat` reads small mappings of short values, which is what front matter mostly is, and leaves all else to the others.
//! 2. `tree` turns the parser's events into a [`Node`], replacing aliases and merge keys, and counts.
//! 3. `scalar` says which plain words are numbers, booleans or nothing.
//! 4. `mistake` finds what stopped a read, where that isn't where the parser stopped.
//! 5. `typed` deserializes a type from the tree.

mod flat;
mod mistake;
mod scalar;
mod tree;
mod typed;

use std::ops::Range;

use serde::de::DeserializeOwned;

use crate::base::{
    diagnostic::{Diagnostic, Place},
    node::Node,
    path::RepoPath,
};

/// How much a YAML text may hold, after aliases are replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Values: scalars, lists and mappings.
    pub max_nodes: usize,
    /// Uses of aliases.
    pub max_aliases: usize,
    /// Bytes of text.
    pub max_text_bytes: usize,
    /// Lists and mappings inside of each other.
    pub max_depth: usize,
}

/// For what people write by hand: front matter, configs, manifests.
pub const SMALL: Limits =
    Limits { max_nodes: 20_000, max_aliases: 200, max_text_bytes: 8 << 20, max_depth: 64 };

/// For data files.
pub const DATA: Limits =
    Limits { max_nodes: 2_000_000, max_aliases: 10_000, max_text_bytes: 64 << 20, max_depth: 64 };

/// Reads YAML into a type.
///
/// `text` is the whole file, for the excerpts in problems; `yaml` is the part of it that is YAML.
pub fn parse<T: DeserializeOwned>(
    path: &RepoPath,
    text: &str,
    yaml: Range<usize>,
) -> (Option<T>, Vec<Diagnostic>) {
    let (node, mut diagnostics) = read(path, text, yaml, SMALL);
    let value = node.and_then(|node| match typed::deserialize(&node) {
        Ok(value) => Some(value),
        Err(problem) => {
            diagnostics.push(problem.diagnostic(path, text, 0));
            None
        }
    });
    (value, diagnostics)
}

/// Reads YAML into a tree in which each key and value has its place.
///
/// Nothing, or only comments, is [`Value::Null`](crate::base::node::Value::Null).
pub fn read(
    path: &RepoPath,
    text: &str,
    yaml: Range<usize>,
    limits: Limits,
) -> (Option<Node>, Vec<Diagnostic>) {
    let part = &text[yaml.clone()];
    match flat::build(part).map_or_else(|| tree::build(part, limits), Ok) {
        Ok(mut node) => {
            node.shift(yaml.start);
            (Some(node), Vec::new())
        }
        Err(problem) => (None, vec![problem.diagnostic(path, text, yaml.start)]),
    }
}

/// What stops a read; places are relative to the YAML part.
#[derive(Debug)]
struct Problem {
    code: &'static str,
    message: String,
    hint: Option<String>,
    range: Range<usize>,
}

impl Problem {
    fn new(code: &'static str, message: impl Into<String>, range: Range<usize>) -> Self {
        Self { code, message: message.into(), hint: None, range }
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    fn diagnostic(self, path: &RepoPath, text: &str, offset: usize) -> Diagnostic {
        let range = self.range.start + offset..self.range.end + offset;
        Diagnostic::error(self.code, self.message).hint_opt(self.hint).at(Place::in_text(path, text, range))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::node::Value;

    fn path() -> RepoPath {
        RepoPath::new("a.yml").expect("a normal path")
    }

    fn tree(yaml: &str) -> Node {
        let (node, diagnostics) = read(&path(), yaml, 0..yaml.len(), SMALL);
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        node.expect("a value")
    }

    /// The problem as `line:column code message`.
    fn problem(yaml: &str) -> String {
        let (node, diagnostics) = read(&path(), yaml, 0..yaml.len(), SMALL);
        assert!(node.is_none(), "{node:?}");
        let [diagnostic] = diagnostics.as_slice() else { panic!("{diagnostics:?}") };
        let span = diagnostic.place.as_ref().and_then(|place| place.span.as_ref()).expect("a span");
        let hint = diagnostic.hint.as_deref().unwrap_or("-");
        format!("{}:{} {}: {} ({hint})", span.line, span.column, diagnostic.code, diagnostic.message)
    }

    #[test]
    fn keys_and_values_have_places() {
        let text = "---\ntitle: Ünïcode # no\ntags:\n  - a\n  - \"b c\"\nlong: >-\n  x\n---\n";
        let (node, _) = read(&path(), text, 4..text.len() - 4, SMALL);
        let node = node.expect("a value");
        let entries = node.as_map().expect("a mapping");
        assert_eq!(&text[entries[0].key_span.clone()], "title");
        assert_eq!(&text[entries[0].node.span.clone()], "Ünïcode");
        let Value::List(items) = &entries[1].node.value else { panic!("a list") };
        assert_eq!(&text[items[1].span.clone()], "\"b c\"");
        assert_eq!(&text[entries[1].node.span.clone()], "- a\n  - \"b c\"");
    }

    #[test]
    fn the_dialect_is_the_core_schema() {
        let yaml = "a: yes\nb: 012\nc: 1_000\nd: True\ne: ~\nf: 1.50\ng: 2024-01-02\n1: x\nh: .nan\n\
                    i: 99999999999999999999\nj: !!str 5\nk: 'true'\nl: 0x1F\nm: +5\nn: 1e999\no: |\n  t\n";
        let json = serde_json::json!({"a": "yes", "b": "012", "c": "1_000", "d": true, "e": null, "f": 1.5,
            "g": "2024-01-02", "1": "x", "h": ".nan", "i": "99999999999999999999", "j": "5", "k": "true",
            "l": 31, "m": 5, "n": "1e999", "o": "t\n"});
        assert_eq!(tree(yaml).to_json(), json);
        let written = tree(yaml).as_map().and_then(|map| map[5].node.as_written(yaml));
        assert_eq!(written.as_deref(), Some("1.50"));
        assert_eq!(tree("# nothing\n").value, Value::Null);
    }

    #[test]
    fn aliases_and_merge_keys_are_replaced() {
        let yaml = "base: &b {x: 1, y: 2}\nuse: *b\nmore:\n  <<: *b\n  y: 3\nmost:\n  <<: [{x: 7}, *b]\n";
        let json = serde_json::json!({"base": {"x": 1, "y": 2}, "use": {"x": 1, "y": 2},
            "more": {"y": 3, "x": 1}, "most": {"x": 7, "y": 2}});
        assert_eq!(tree(yaml).to_json(), json);
        let yaml = "a: &v 1.50\nb: *v\n";
        let node = tree(yaml);
        let alias = &node.as_map().expect("a mapping")[1].node;
        assert_eq!(alias.as_written(yaml).as_deref(), Some("1.50"));
        assert_eq!(&yaml[alias.span.clone()], "*v");
    }

    #[test]
    fn problems_name_line_and_column() {
        let check = |yaml: &str, expected: &str| assert_eq!(problem(yaml), expected, "{yaml}");
        check("a: 1\nb: 1\na: 2\n", "3:1 duplicate-key: `a` is set twice (keep one of the two)");
        check("a: \"open\nb: 1\n", "1:4 invalid-yaml: invalid YAML: unclosed quote (close the quote)");
        check(
            "a: [1, 2\nb: 1\n",
            "1:4 invalid-yaml: invalid YAML: this `[` is not closed (close it with `]`)",
        );
        check(
            "a: *nowhere\n",
            "1:4 invalid-yaml: invalid YAML: while parsing node, found unknown anchor (put text that holds special characters in quotes)",
        );
        check(
            "a: b: c\n",
            "1:5 invalid-yaml: invalid YAML: mapping values are not allowed in this context (put text that holds special characters in quotes)",
        );
        check(
            "a:\n\tb: 1\n",
            "2:1 invalid-yaml: invalid YAML: a tab can't stand before a key or a value (indent with spaces)",
        );
        check(
            "a: 1\nb\nc: 2\n",
            "2:1 invalid-yaml: invalid YAML: simple key expected ':' (put text that holds special characters in quotes)",
        );
        check(
            "title: {{ name }}\n",
            "1:9 invalid-yaml: invalid YAML: a list or mapping can't be a key (put the text in quotes if it is meant literally)",
        );
        check(
            "a: &x [*x]\n",
            "1:8 invalid-yaml: invalid YAML: this alias is inside of what it stands for (-)",
        );
        check("<<: 5\n", "1:5 invalid-yaml: invalid YAML: `<<` wants a mapping or a list of mappings (-)");
        check(
            "a: 1\n---\nb: 1\n",
            "2:1 invalid-yaml: invalid YAML: a second document begins here (keep one document per file)",
        );
    }

    #[test]
    fn hostile_input_is_refused() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..10 {
            let items = vec![format!("*a{}", level - 1); 10].join(", ");
            bomb += &format!("a{level}: &a{level} [{items}]\n");
        }
        let limited = |yaml: &str| {
            let problem = problem(yaml);
            assert!(problem.contains("yaml-limit"), "{problem}");
        };
        limited(&bomb);
        let nested: String = (0..1_000).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
        limited(&nested);
        let chain = |level: usize| {
            format!("a{level}: &a{level} {}*a{}{}\n", "[".repeat(40), level - 1, "]".repeat(40))
        };
        limited(&format!("a0: &a0 x\n{}", (1..100).map(chain).collect::<String>()));
        let many: String = (0..30_000).map(|key| format!("k{key}: 1\n")).collect();
        limited(&many);
        limited(&format!("a: &a \"{}\"\nb: [{}]\n", "x".repeat(1 << 20), "*a, ".repeat(100)));
        for opening in ["[", "{a: ", "- ", "? ", "[{"] {
            problem(&opening.repeat(100_000));
        }
        problem(&format!("{}: 1\n", "k".repeat(1 << 20)));
        for odd in
            ["", "\u{feff}", "\0", "&a *a", "!!binary 'x", "--- a\n--- b", "%TAG ! x\n--- !a b", "*a : b"]
        {
            read(&path(), odd, 0..odd.len(), SMALL);
        }
    }

    proptest::proptest! {
        #[test]
        fn reading_never_panics_and_places_are_in_the_text(yaml in "[-a:\\[\\]{}&*!|>'\"#%@,?~<\t\r\n 1é.]{0,40}") {
            let (node, _) = read(&path(), &yaml, 0..yaml.len(), SMALL);
            if let Some(entries) = node.as_ref().and_then(Node::as_map) {
                for entry in entries {
                    assert!(yaml.get(entry.key_span.clone()).is_some(), "{entry:?}");
                    assert!(yaml.get(entry.node.span.clone()).is_some(), "{entry:?}");
                }
            }
        }
    }
}

//! [`Shapes`]: takes values of a wanted shape out of a [`Node`] tree, and complains where they have another one.
//!
//! Each method answers `None` both for nothing (`title:`) and for a wrong shape; only the latter is complained about.
//! What the keys mean is left to the callers, the config and front matter.

use std::ops::Range;

use crate::base::{
    diagnostic::{Diagnostic, Place, nearest},
    node::{Entry, Node, Value},
    path::RepoPath,
};

/// How many problems are listed for one file; the rest is likely the same mistake again.
pub const MAX_PROBLEMS: usize = 100;
/// Keys longer than this are no misspelt ones, and comparing them would take long.
const MAX_KEY_BYTES: usize = 60;

/// Reads shapes from the trees of one file and collects its problems.
#[derive(Debug)]
pub struct Shapes<'a> {
    path: &'a RepoPath,
    text: &'a str,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Shapes<'a> {
    /// Starts with the problems that reading the tree has found.
    pub fn new(path: &'a RepoPath, text: &'a str, diagnostics: Vec<Diagnostic>) -> Self {
        Self { path, text, diagnostics }
    }

    /// The problems found.
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.diagnostics
    }

    /// The text of the file.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// The place of a byte range of the file.
    pub fn place(&self, span: &Range<usize>) -> Place {
        Place::in_text(self.path, self.text, span.clone())
    }

    /// Adds a problem made by `make`, unless there are too many already.
    pub fn report(&mut self, span: &Range<usize>, make: impl FnOnce() -> Diagnostic) {
        if self.diagnostics.len() < MAX_PROBLEMS {
            let place = self.place(span);
            self.diagnostics.push(make().at(place));
        }
    }

    /// Complains that the value of `key` isn't what is `wanted`, such as "a list of names".
    pub fn bad_value(&mut self, key: &str, node: &Node, wanted: &str, hint: Option<String>) {
        let found = node.describe(self.text);
        self.report(&node.span, || {
            Diagnostic::error("bad-value", format!("`{key}` wants {wanted}, found {found}")).hint_opt(hint)
        });
    }

    /// A text; numbers and booleans are taken as they are written.
    pub fn text_of(&mut self, key: &str, node: &Node) -> Option<String> {
        let text = node.as_written(self.text);
        if text.is_none() && !node.is_null() {
            self.bad_value(key, node, "text", None);
        }
        text
    }

    /// `true` or `false`.
    pub fn bool_of(&mut self, key: &str, node: &Node) -> Option<bool> {
        match &node.value {
            Value::Null => None,
            Value::Bool(value) => Some(*value),
            Value::Text(text) => {
                self.bad_value(key, node, "`true` or `false`", boolean_hint(text));
                None
            }
            Value::Number(_) | Value::List(_) | Value::Map(_) => {
                self.bad_value(key, node, "`true` or `false`", None);
                None
            }
        }
    }

    /// A whole number; text that is one (`"3"`) counts.
    pub fn integer_of(&mut self, key: &str, node: &Node) -> Option<i64> {
        let number = as_integer(node);
        if number.is_none() && !node.is_null() {
            self.bad_value(key, node, "a whole number", None);
        }
        number
    }

    /// A whole number from 0.
    pub fn count_of(&mut self, key: &str, node: &Node) -> Option<u32> {
        let number = as_integer(node).and_then(|number| u32::try_from(number).ok());
        if number.is_none() && !node.is_null() {
            self.bad_value(key, node, "a whole number from 0", None);
        }
        number
    }

    /// A list of texts, each with its node; a single text is a list of one.
    pub fn texts_of<'n>(&mut self, key: &str, node: &'n Node) -> Option<Vec<(String, &'n Node)>> {
        let items = match &node.value {
            Value::Null => return None,
            Value::List(items) => items.as_slice(),
            Value::Map(_) => {
                self.bad_value(key, node, "a list of texts", None);
                return None;
            }
            Value::Bool(_) | Value::Number(_) | Value::Text(_) => std::slice::from_ref(node),
        };
        Some(items.iter().filter_map(|item| self.text_of(key, item).map(|text| (text, item))).collect())
    }

    /// The entries of a mapping.
    pub fn map_of<'n>(&mut self, key: &str, node: &'n Node) -> Option<&'n [Entry]> {
        let entries = node.as_map();
        if entries.is_none() && !node.is_null() {
            self.bad_value(key, node, "a mapping of keys to values", None);
        }
        entries
    }

    /// One of a few words, ignoring case.
    pub fn choice_of<T: Copy>(&mut self, key: &str, node: &Node, choices: &[(&str, T)]) -> Option<T> {
        let written = node.as_written(self.text);
        let choice = written
            .as_deref()
            .and_then(|text| choices.iter().find(|(word, _)| word.eq_ignore_ascii_case(text.trim())));
        if choice.is_none() && !node.is_null() {
            let words: Vec<String> = choices.iter().map(|(word, _)| format!("`{word}`")).collect();
            self.bad_value(key, node, &format!("one of {}", words.join(", ")), None);
        }
        choice.map(|&(_, value)| value)
    }
}

/// The hint for an unknown key: the known one that was likely meant.
pub fn did_you_mean<'a>(key: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    if key.len() > MAX_KEY_BYTES {
        return None;
    }
    nearest(key, known).map(|known| format!("did you mean `{known}`?"))
}

/// What to write instead of a YAML 1.1 boolean.
pub(crate) fn boolean_hint(text: &str) -> Option<String> {
    let value = match text.trim().to_ascii_lowercase().as_str() {
        "yes" | "on" | "y" | "true" | "1" => true,
        "no" | "off" | "n" | "false" | "0" => false,
        _ => return None,
    };
    Some(format!("write `{value}`"))
}

fn as_integer(node: &Node) -> Option<i64> {
    match &node.value {
        Value::Number(number) => number.as_i64(),
        Value::Text(text) => text.trim().parse().ok(),
        Value::Null | Value::Bool(_) | Value::List(_) | Value::Map(_) => None,
    }
}

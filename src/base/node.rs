//! [`Node`]: a value that an author wrote in YAML or TOML, with the place of every part of it.
//!
//! [`yaml`](crate::base::yaml) and [`toml`](crate::base::toml) make these trees; the config and front matter read
//! them through [`Shapes`](crate::base::shape::Shapes), which complains where a value isn't what is wanted.
//! All ranges are byte ranges of the whole file, also when only a part of it is YAML.

use std::ops::Range;

use serde_json::Number;

/// How many characters of a value a message shows.
const SHOWN_CHARS: usize = 40;

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What was written.
    pub value: Value,
    /// Where it is used; for an alias (`*name`) that is the alias.
    pub span: Range<usize>,
    /// Where its text stands; for an alias that is the anchored value.
    pub(crate) source: Range<usize>,
}

/// The kinds of values.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing, or `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// Text; dates are text as well.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A mapping, in the author's order, without duplicates.
    Map(Vec<Entry>),
}

/// A key of a mapping and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key; keys that aren't text are taken as written.
    pub key: String,
    /// Where the key stands.
    pub key_span: Range<usize>,
    /// The value.
    pub node: Node,
}

impl Node {
    /// Whether nothing was written.
    pub fn is_null(&self) -> bool {
        self.value == Value::Null
    }

    /// The entries, when this is a mapping.
    pub fn as_map(&self) -> Option<&[Entry]> {
        match &self.value {
            Value::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The text of a single value as its author wrote it: `1.50` stays `1.50`, `True` stays `True`.
    ///
    /// `text` is the file that the tree was read from. `None` for nothing, lists and mappings.
    pub fn as_written(&self, text: &str) -> Option<String> {
        match &self.value {
            Value::Text(value) => Some(value.clone()),
            Value::Bool(value) => {
                Some(self.source_text(text).map_or_else(|| value.to_string(), str::to_owned))
            }
            Value::Number(value) => {
                Some(self.source_text(text).map_or_else(|| value.to_string(), str::to_owned))
            }
            Value::Null | Value::List(_) | Value::Map(_) => None,
        }
    }

    fn source_text<'t>(&self, text: &'t str) -> Option<&'t str> {
        let written = text.get(self.source.clone())?.trim();
        (!written.is_empty() && !written.contains(['\n', '!', '&'])).then_some(written)
    }

    /// What this is, for a message: "a number `5`", "a list".
    pub fn describe(&self, text: &str) -> String {
        let written = self.as_written(text).unwrap_or_default();
        let mut shown: String = written.chars().take(SHOWN_CHARS).map(visible).collect();
        if shown.len() < written.len() {
            shown.push('…');
        }
        match &self.value {
            Value::Null => "nothing".to_owned(),
            Value::Bool(_) => format!("`{shown}`"),
            Value::Number(_) => format!("the number `{shown}`"),
            Value::Text(_) => format!("the text `{shown}`"),
            Value::List(_) => "a list".to_owned(),
            Value::Map(_) => "a mapping".to_owned(),
        }
    }

    /// The same value without places.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.value {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(*value),
            Value::Number(value) => Json::Number(value.clone()),
            Value::Text(value) => Json::String(value.clone()),
            Value::List(nodes) => Json::Array(nodes.iter().map(Self::to_json).collect()),
            Value::Map(entries) => {
                Json::Object(entries.iter().map(|entry| (entry.key.clone(), entry.node.to_json())).collect())
            }
        }
    }

    /// Moves all places by `offset` bytes.
    pub(crate) fn shift(&mut self, offset: usize) {
        shift(&mut self.span, offset);
        shift(&mut self.source, offset);
        match &mut self.value {
            Value::List(nodes) => nodes.iter_mut().for_each(|node| node.shift(offset)),
            Value::Map(entries) => {
                for entry in entries {
                    shift(&mut entry.key_span, offset);
                    entry.node.shift(offset);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => {}
        }
    }
}

fn shift(range: &mut Range<usize>, offset: usize) {
    *range = range.start + offset..range.end + offset;
}

fn visible(character: char) -> char {
    if character.is_control() { '␣' } else { character }
}

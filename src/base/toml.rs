//! Reads TOML into the same [`Node`] tree as YAML: front matter of other generators, and data files.
//!
//! The only file that imports the `toml` crate, which limits nesting itself. Problems are `invalid-toml`.

use std::ops::Range;

use ::toml::{
    Spanned,
    de::{DeTable, DeValue},
};
use serde_json::Number;

use crate::base::{
    diagnostic::{Diagnostic, Place},
    node::{Entry, Node, Value},
    path::RepoPath,
};

/// Reads the part `toml` of a file's text.
pub fn read(path: &RepoPath, text: &str, toml: Range<usize>) -> (Option<Node>, Vec<Diagnostic>) {
    match DeTable::parse(&text[toml.clone()]) {
        Ok(table) => {
            let span = table.span();
            let mut node = node(map_of(table.get_ref()), span);
            node.shift(toml.start);
            (Some(node), Vec::new())
        }
        Err(error) => {
            let range = error.span().unwrap_or(0..0);
            let range = toml.start + range.start..toml.start + range.end;
            let reason = error.message().lines().next().unwrap_or("").trim_end_matches('.').to_owned();
            let diagnostic = Diagnostic::error("invalid-toml", format!("invalid TOML: {reason}"))
                .at(Place::in_text(path, text, range));
            (None, vec![diagnostic])
        }
    }
}

fn node(value: Value, span: Range<usize>) -> Node {
    Node { value, source: span.clone(), span }
}

fn node_of(value: &Spanned<DeValue<'_>>) -> Node {
    let of = match value.get_ref() {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix())
            .map_or_else(|_| Value::Text(integer.to_string()), |number| Value::Number(number.into())),
        DeValue::Float(float) => float
            .as_str()
            .parse()
            .ok()
            .and_then(Number::from_f64)
            .map_or_else(|| Value::Text(float.to_string()), Value::Number),
        DeValue::Boolean(value) => Value::Bool(*value),
        DeValue::Datetime(date) => Value::Text(date.to_string()),
        DeValue::Array(items) => Value::List(items.iter().map(node_of).collect()),
        DeValue::Table(table) => map_of(table),
    };
    node(of, value.span())
}

/// The entries in the author's order: the crate sorts them by name.
fn map_of(table: &DeTable<'_>) -> Value {
    let mut entries: Vec<Entry> = table
        .iter()
        .map(|(key, value)| Entry {
            key: key.get_ref().to_string(),
            key_span: key.span(),
            node: node_of(value),
        })
        .collect();
    entries.sort_by_key(|entry| entry.key_span.start);
    Value::Map(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_order_and_places() {
        let text =
            "+++\ntitle = \"Z\"\ndate = 2024-05-01\nn = 0x10\nf = 1.50\n[extra]\nb = [1, 2]\na = inf\n+++\n";
        let path = RepoPath::new("a.md").expect("a normal path");
        let (node, diagnostics) = read(&path, text, 4..text.len() - 4);
        assert!(diagnostics.is_empty());
        let node = node.expect("a value");
        assert_eq!(
            node.to_json().to_string(),
            r#"{"title":"Z","date":"2024-05-01","n":16,"f":1.5,"extra":{"b":[1,2],"a":"inf"}}"#
        );
        let entries = node.as_map().expect("a mapping");
        assert_eq!(&text[entries[1].key_span.clone()], "date");
        assert_eq!(&text[entries[1].node.span.clone()], "2024-05-01");
        assert_eq!(entries[3].node.as_written(text).as_deref(), Some("1.50"));
    }

    #[test]
    fn problems_name_the_place_and_hostile_input_is_refused() {
        let path = RepoPath::new("a.toml").expect("a normal path");
        let text = "a = 1\nb = \n";
        let (_, diagnostics) = read(&path, text, 0..text.len());
        let span = diagnostics[0].place.clone().and_then(|place| place.span).expect("a span");
        assert_eq!((span.line, diagnostics[0].code), (2, "invalid-toml"));
        for deep in
            ["a = ".to_owned() + &"[".repeat(100_000), "a.".repeat(100_000) + "a = 1", "{a=".repeat(100_000)]
        {
            assert!(read(&path, &deep, 0..deep.len()).0.is_none());
        }
    }
}

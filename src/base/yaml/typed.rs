//! Deserializes a type from a [`Node`], so that a wrong value is complained about at its place.

use std::{fmt, ops::Range};

use serde::{
    Deserializer,
    de::{
        DeserializeOwned, DeserializeSeed, Error as _, IntoDeserializer, MapAccess, SeqAccess, Unexpected,
        Visitor, value::StrDeserializer,
    },
    forward_to_deserialize_any,
};
use serde_json::Number;

use super::Problem;
use crate::base::{
    node::{Entry, Node, Value},
    shape::{boolean_hint, did_you_mean},
};

/// Reads a type; the problem's place is that of the innermost value that doesn't fit.
pub(super) fn deserialize<T: DeserializeOwned>(node: &Node) -> Result<T, Problem> {
    T::deserialize(Typed(node)).map_err(|error| Problem {
        code: error.code,
        message: error.message,
        hint: error.hint,
        range: error.range.unwrap_or_else(|| node.span.clone()),
    })
}

#[derive(Debug)]
struct TypedError {
    code: &'static str,
    message: String,
    hint: Option<String>,
    range: Option<Range<usize>>,
}

impl TypedError {
    fn at(mut self, range: &Range<usize>) -> Self {
        self.range.get_or_insert_with(|| range.clone());
        self
    }
}

impl fmt::Display for TypedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for TypedError {}

impl serde::de::Error for TypedError {
    fn custom<M: fmt::Display>(message: M) -> Self {
        Self { code: "bad-value", message: message.to_string(), hint: None, range: None }
    }

    fn invalid_type(found: Unexpected<'_>, wanted: &dyn serde::de::Expected) -> Self {
        let hint = match found {
            Unexpected::Str(text) if wanted.to_string() == "a boolean" => boolean_hint(text),
            _ => None,
        };
        Self { hint, ..Self::custom(format!("{wanted} is wanted, found {found}")) }
    }

    fn invalid_value(found: Unexpected<'_>, wanted: &dyn serde::de::Expected) -> Self {
        Self::custom(format!("{wanted} is wanted, found {found}"))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let words: Vec<String> = expected.iter().map(|word| format!("`{word}`")).collect();
        Self::custom(format!("one of {} is wanted, found `{variant}`", words.join(", ")))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let hint = did_you_mean(field, expected.iter().copied());
        Self { code: "unknown-key", hint, ..Self::custom(format!("unknown key `{field}`")) }
    }

    fn missing_field(field: &'static str) -> Self {
        Self { code: "missing-key", ..Self::custom(format!("`{field}` is missing")) }
    }
}

/// A node as the source of a type.
struct Typed<'de>(&'de Node);

impl<'de> Deserializer<'de> for Typed<'de> {
    type Error = TypedError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypedError> {
        let value = match &self.0.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(number) => visit_number(number, visitor),
            Value::Text(text) => visitor.visit_borrowed_str(text),
            Value::List(items) => visitor.visit_seq(Items(items.iter())),
            Value::Map(entries) => visitor.visit_map(Entries { entries: entries.iter(), current: None }),
        };
        value.map_err(|error| error.at(&self.0.span))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypedError> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, TypedError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, TypedError> {
        match &self.0.value {
            Value::Text(text) => {
                let word: StrDeserializer<'_, TypedError> = text.as_str().into_deserializer();
                visitor.visit_enum(word)
            }
            Value::Map(entries) if entries.len() == 1 => {
                visitor.visit_enum(serde::de::value::MapAccessDeserializer::new(Entries {
                    entries: entries.iter(),
                    current: None,
                }))
            }
            _ => Err(TypedError::custom("a word is wanted")),
        }
        .map_err(|error| error.at(&self.0.span))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map struct identifier ignored_any
    }
}

fn visit_number<'de, V: Visitor<'de>>(number: &Number, visitor: V) -> Result<V::Value, TypedError> {
    match (number.as_u64(), number.as_i64()) {
        (Some(number), _) => visitor.visit_u64(number),
        (None, Some(number)) => visitor.visit_i64(number),
        (None, None) => visitor.visit_f64(number.as_f64().unwrap_or(f64::NAN)),
    }
}

struct Items<'de>(std::slice::Iter<'de, Node>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = TypedError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, TypedError> {
        self.0
            .next()
            .map(|node| seed.deserialize(Typed(node)).map_err(|error| error.at(&node.span)))
            .transpose()
    }
}

struct Entries<'de> {
    entries: std::slice::Iter<'de, Entry>,
    current: Option<&'de Node>,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = TypedError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, TypedError> {
        let Some(entry) = self.entries.next() else { return Ok(None) };
        self.current = Some(&entry.node);
        let key: StrDeserializer<'_, TypedError> = entry.key.as_str().into_deserializer();
        seed.deserialize(key).map(Some).map_err(|error| error.at(&entry.key_span))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, TypedError> {
        let node = self.current.take().ok_or_else(|| TypedError::custom("a value without a key"))?;
        seed.deserialize(Typed(node)).map_err(|error| error.at(&node.span))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use crate::base::{path::RepoPath, yaml::parse};

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "lowercase")]
    #[allow(dead_code)]
    struct Deck {
        loud: bool,
        #[serde(default)]
        chapters: Vec<u8>,
        mood: Option<Mood>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Mood {
        Calm,
        Wild,
    }

    fn check(text: &str, expected: &str) {
        let path = RepoPath::new("a.yml").expect("a normal path");
        let (deck, diagnostics) = parse::<Deck>(&path, text, 0..text.len());
        let found = match (deck, diagnostics.as_slice()) {
            (Some(deck), []) => format!("{deck:?}"),
            (None, [problem]) => {
                let span = problem.place.as_ref().and_then(|place| place.span.as_ref()).expect("a span");
                let hint = problem.hint.as_deref().unwrap_or("-");
                format!("{}:{} {}: {} ({hint})", span.line, span.column, problem.code, problem.message)
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn types_are_read_and_wrong_values_have_a_place() {
        check(
            "loud: true\nchapters: [1, 2]\nmood: calm",
            "Deck { loud: true, chapters: [1, 2], mood: Some(Calm) }",
        );
        check("loud: yes", "1:7 bad-value: a boolean is wanted, found string \"yes\" (write `true`)");
        check("loud: true\nchapters:\n  - 1\n  - x", "4:5 bad-value: u8 is wanted, found string \"x\" (-)");
        check("loud: true\nchapter: []", "2:1 unknown-key: unknown key `chapter` (did you mean `chapters`?)");
        check("loud: true\nmood: mild", "2:7 bad-value: one of `calm`, `wild` is wanted, found `mild` (-)");
        check("{}", "1:1 missing-key: `loud` is missing (-)");
        check("[1]", "1:2 bad-value: a boolean is wanted, found integer `1` (-)");
    }
}

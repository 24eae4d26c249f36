//! [`Attributes`]: `{#id .class key=value}` behind an image, a link, a code span, or in the info string of a fence.
//!
//! Input is the text from the opening brace on; output the attributes and how many bytes they took.

use serde::{Deserialize, Serialize};

use crate::parse::expand::AttributeValue;

/// How long an attribute list may be, in bytes; longer ones are text.
const MAX_LIST_BYTES: usize = 1_000;

/// An id, classes and other attributes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Attributes {
    /// `#id`
    pub id: Option<String>,
    /// `.class`, in order.
    pub classes: Vec<String>,
    /// `key=value`, in order.
    pub pairs: Vec<(String, AttributeValue)>,
}

impl Attributes {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.id.is_none() && self.classes.is_empty() && self.pairs.is_empty()
    }

    /// The last value given to a key.
    pub fn get(&self, key: &str) -> Option<&AttributeValue> {
        self.pairs.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// Adds what one word says: `#id`, `.class`, `key=value`, `key="value"` or a bare key (which is `true`).
    pub(crate) fn add_word(&mut self, word: &str) {
        if let Some(id) = word.strip_prefix('#') {
            self.id = Some(id.to_owned());
        } else if let Some(class) = word.strip_prefix('.') {
            self.classes.push(class.to_owned());
        } else {
            match word.split_once('=') {
                Some(("id", id)) => self.id = Some(unquote(id).to_owned()),
                Some(("class", classes)) => {
                    self.classes.extend(unquote(classes).split_whitespace().map(str::to_owned));
                }
                Some((key, value)) => self.pairs.push((key.to_owned(), read_value(value))),
                None => self.pairs.push((word.to_owned(), AttributeValue::Bool(true))),
            }
        }
    }
}

/// Writes a value as HTML has it; `None` for `false`, which is the absence of the attribute.
pub fn value_text(value: &AttributeValue) -> Option<String> {
    match value {
        AttributeValue::Bool(true) => Some(String::new()),
        AttributeValue::Bool(false) => None,
        AttributeValue::Integer(number) => Some(number.to_string()),
        AttributeValue::Float(number) => Some(number.to_string()),
        AttributeValue::Text(text) => Some(text.clone()),
    }
}

/// Reads a list at the start of `text`, which begins with `{`; `None` when it isn't one.
///
/// Bare keys are no attributes here: `` `map`{x} `` is code before a brace.
pub(crate) fn parse_list(text: &str) -> Option<(Attributes, usize)> {
    let inner = text.strip_prefix('{')?;
    let mut attributes = Attributes::default();
    let mut rest = inner;
    loop {
        rest = rest.trim_start_matches([' ', '\t']);
        if inner.len() - rest.len() > MAX_LIST_BYTES {
            return None;
        }
        if let Some(after) = rest.strip_prefix('}') {
            return (!attributes.is_empty()).then(|| (attributes, text.len() - after.len()));
        }
        let (word, after) = next_word(rest, |byte| matches!(byte, b'}' | b'{'))?;
        if !is_attribute(word) {
            return None;
        }
        attributes.add_word(word);
        rest = after;
    }
}

/// Splits off the first word, which ends at a space or at `ends` outside of quotes; `None` when a quote stays open
/// or there is no word.
pub(crate) fn next_word(text: &str, ends: impl Fn(u8) -> bool) -> Option<(&str, &str)> {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate().take(MAX_LIST_BYTES) {
        match (quote, byte) {
            (Some(open), _) if byte == open => quote = None,
            (_, b'\n' | b'\r') => return None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') if at > 0 && text.as_bytes()[at - 1] == b'=' => quote = Some(byte),
            (None, b' ' | b'\t') => return Some(text.split_at(at)),
            (None, _) if ends(byte) => return (at > 0).then(|| text.split_at(at)),
            (None, _) => {}
        }
    }
    (quote.is_none() && !text.is_empty() && text.len() < MAX_LIST_BYTES).then_some((text, ""))
}

fn is_attribute(word: &str) -> bool {
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | ':' | '.' | '@'))
    };
    match word.strip_prefix(['#', '.']) {
        Some(name) => !name.is_empty() && !name.contains(['=', '"', '\'', '<', '>', '#']),
        None => word.split_once('=').is_some_and(|(key, value)| is_name(key) && !value.is_empty()),
    }
}

fn read_value(text: &str) -> AttributeValue {
    let unquoted = unquote(text);
    if unquoted.len() < text.len() {
        return AttributeValue::Text(unquoted.to_owned());
    }
    match text {
        "true" => AttributeValue::Bool(true),
        "false" => AttributeValue::Bool(false),
        _ if !text.starts_with(|c: char| c.is_ascii_digit() || c == '-') => {
            AttributeValue::Text(text.to_owned())
        }
        _ => {
            let integer = text.parse().ok().map(AttributeValue::Integer);
            let float =
                || text.parse().ok().filter(|number: &f64| number.is_finite()).map(AttributeValue::Float);
            integer.or_else(float).unwrap_or_else(|| AttributeValue::Text(text.to_owned()))
        }
    }
}

fn unquote(text: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return inner;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<(&str, usize)>) {
        let found = parse_list(text).map(|(attributes, len)| {
            let pairs: Vec<String> =
                attributes.pairs.iter().map(|(key, value)| format!("{key}={value:?}")).collect();
            let parts = [attributes.id.unwrap_or_default(), attributes.classes.join("."), pairs.join(" ")];
            (parts.join("|"), len)
        });
        assert_eq!(found, expected.map(|(text, len)| (text.to_owned(), len)), "{text:?}");
    }

    #[test]
    fn lists_are_read() {
        check("{width=300 .right} x", Some(("|right|width=Integer(300)", 18)));
        check("{#a .b .c}", Some(("a|b.c|", 10)));
        check(r#"{ alt="a } b" w=50% }"#, Some((r#"||alt=Text("a } b") w=Text("50%")"#, 21)));
        check("{x=true y=-1.5}", Some(("||x=Bool(true) y=Float(-1.5)", 15)));
        check("{class=\"a b\" id=c}", Some(("c|a.b|", 18)));
    }

    #[test]
    fn other_braces_are_text() {
        for text in [
            "{}",
            "{ }",
            "{x}",
            "{a, b}",
            "{.a",
            "{a=\"b}",
            "{.a\n.b}",
            "{{.a}}",
            "{=html}",
            "{.}",
            "{\u{e000}",
        ] {
            check(text, None);
        }
        check(&format!("{{.{}}}", "a".repeat(5_000)), None);
    }
}

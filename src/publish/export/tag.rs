//! [`Tag`]: a start or end tag of HTML, with other values in its attributes.

use std::borrow::Cow;

use crate::parse::markdown::html::{self, Attribute};

/// Elements that hold text only, also where it looks like tags.
const RAW: [&str; 4] = ["script", "style", "textarea", "title"];

/// A tag that a text begins with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tag<'h> {
    /// All of it, from `<` to `>`.
    pub(super) text: &'h str,
    name: &'h str,
}

impl<'h> Tag<'h> {
    /// The tag at the beginning of a text, if there is one.
    pub(super) fn read(text: &'h str) -> Option<Self> {
        let name_at = if text.starts_with("</") { 2 } else { 1 };
        let rest = text.get(name_at..)?;
        let len = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'-').count();
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        let mut quote = None;
        for (at, byte) in text.bytes().enumerate().skip(name_at + len) {
            match (quote, byte) {
                (None, b'>') => return Some(Self { text: &text[..=at], name: &rest[..len] }),
                (None, b'"' | b'\'') => quote = Some(byte),
                (Some(open), byte) if open == byte => quote = None,
                _ => {}
            }
        }
        None
    }

    /// Whether it begins an element with one of these names.
    pub(super) fn begins(&self, names: &[&str]) -> bool {
        !self.text.starts_with("</") && names.iter().any(|name| name.eq_ignore_ascii_case(self.name))
    }

    /// The value of an attribute, with its entities decoded.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        let found = self.attributes().find(|attribute| attribute.name.eq_ignore_ascii_case(name));
        found.map(|attribute| decode(attribute.value))
    }

    /// The attributes of a start tag.
    pub(super) fn attributes(&self) -> impl Iterator<Item = Attribute<'h>> + use<'h> {
        html::attributes(self.text)
    }

    /// The tag with the values that `change` gives to attributes; it is told names and values, with entities decoded.
    pub(super) fn with(&self, mut change: impl FnMut(&str, &str) -> Option<String>) -> Cow<'h, str> {
        let mut changed = String::new();
        let mut copied = 0;
        for attribute in self.attributes().filter(|attribute| !attribute.value.is_empty()) {
            let Some(value) = change(attribute.name, &decode(attribute.value)) else { continue };
            let is_quoted = self.text[..attribute.range.start].ends_with(['"', '\'']);
            changed.push_str(&self.text[copied..attribute.range.start]);
            changed.push_str(if is_quoted { "" } else { "\"" });
            changed.push_str(&encode(&value));
            changed.push_str(if is_quoted { "" } else { "\"" });
            copied = attribute.range.end;
        }
        if copied == 0 {
            return Cow::Borrowed(self.text);
        }
        changed.push_str(&self.text[copied..]);
        Cow::Owned(changed)
    }

    /// How long the text behind it is that the element holds: of one that can hold elements, 0.
    pub(super) fn raw_len(&self, after: &str) -> usize {
        if !self.begins(&RAW) {
            return 0;
        }
        let is_end = |at: usize| {
            let name = after.as_bytes().get(at + 2..at + 2 + self.name.len());
            name.is_some_and(|name| name.eq_ignore_ascii_case(self.name.as_bytes()))
        };
        after.match_indices("</").map(|(at, _)| at).find(|at| is_end(*at)).unwrap_or(after.len())
    }
}

/// A text as the value of an attribute in quotes of either kind.
pub(super) fn encode(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '"', '\'', '<']) {
        return Cow::Borrowed(text);
    }
    let encoded = text.replace('&', "&amp;").replace('"', "&quot;").replace('\'', "&#39;");
    Cow::Owned(encoded.replace('<', "&lt;"))
}

fn decode(value: &str) -> String {
    const ENTITIES: [(&str, &str); 6] =
        [("&quot;", "\""), ("&#39;", "'"), ("&#x27;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")];
    ENTITIES.iter().fold(value.to_owned(), |text, (entity, sign)| text.replace(entity, sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_to_their_end() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(Tag::read(text).map(|tag| tag.text), expected, "{text}");
        };
        check("<a>b", Some("<a>"));
        check("</a>b", Some("</a>"));
        check("<a title=\">\" b='>'>c", Some("<a title=\">\" b='>'>"));
        check("< a>", None);
        check("<a", None);
        check("<", None);
        check("</", None);
        check("<é>", None);
    }

    #[test]
    fn attributes_get_other_values() {
        let tag = Tag::read("<img src=a.png alt='x &amp; y' title=\"\">").expect("a tag");
        assert_eq!(tag.get("ALT").as_deref(), Some("x & y"));
        let changed = tag.with(|name, value| (name != "title").then(|| format!("{value}'\"")));
        assert_eq!(changed, "<img src=\"a.png&#39;&quot;\" alt='x &amp; y&#39;&quot;' title=\"\">");
        assert!(matches!(tag.with(|_, _| None), Cow::Borrowed(_)));
    }

    #[test]
    fn text_only_ends_at_its_own_end() {
        let tag = Tag::read("<style>").expect("a tag");
        assert_eq!(tag.raw_len("a</b></STYLE>c"), 5);
        assert_eq!(tag.raw_len("a</styl"), 7);
        assert_eq!(Tag::read("<p>").expect("a tag").raw_len("a</p>"), 0);
    }
}

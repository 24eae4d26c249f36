//! Escaping for HTML text, attributes and addresses, in one pass and without copying when nothing is to be escaped.

use std::fmt::Write as _;

use crate::parse::markdown::{Attributes, value_text};

/// Appends text for the inside of an element or of a quoted attribute.
///
/// NUL becomes the replacement character, as CommonMark demands.
pub fn push_text(out: &mut String, text: &str) {
    // Without an end before the end of the text this is done for many bytes at once.
    let has_special =
        text.bytes().fold(false, |any, byte| any | matches!(byte, b'&' | b'<' | b'>' | b'"' | 0));
    if !has_special {
        return out.push_str(text);
    }
    let mut copied = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escaped = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            0 => "\u{FFFD}",
            _ => continue,
        };
        out.push_str(&text[copied..at]);
        out.push_str(escaped);
        copied = at + 1;
    }
    out.push_str(&text[copied..]);
}

/// Text escaped for the inside of an element or of a quoted attribute.
pub fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    push_text(&mut out, text);
    out
}

/// The text that escaped text stands for.
pub fn unescape(text: &str) -> String {
    const ENTITIES: [(&str, &str); 6] =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#x27;", "'"), ("&amp;", "&")];
    ENTITIES.iter().fold(text.to_owned(), |text, (entity, plain)| text.replace(entity, plain))
}

/// Appends an address for a quoted attribute: what URLs can't have is percent-encoded, what they have already stays.
pub fn push_address(out: &mut String, address: &str) {
    let mut copied = 0;
    for (at, byte) in address.bytes().enumerate() {
        if byte.is_ascii_alphanumeric() || b"-_.+!*(),%#@?=;:/$~".contains(&byte) {
            continue;
        }
        // A byte outside of ASCII is always inside what was not copied yet, so these cuts are at characters.
        if copied < at {
            out.push_str(&address[copied..at]);
        }
        match byte {
            b'&' => out.push_str("&amp;"),
            b'\'' => out.push_str("&#x27;"),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
        copied = at + 1;
    }
    if copied < address.len() {
        out.push_str(&address[copied..]);
    }
}

/// Appends ` name="value"`; event handlers (`onclick`) are left away, because Markdown attributes are no scripts.
pub fn push_attribute(out: &mut String, name: &str, value: &str) {
    let is_handler = name.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("on"));
    if is_handler || name.is_empty() || name.contains(|c: char| !(c.is_alphanumeric() || "-_:.@".contains(c)))
    {
        return;
    }
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    push_text(out, value);
    out.push('"');
}

/// Appends the id, the given classes before those of the attributes, and the other attributes.
pub fn push_attributes(out: &mut String, classes: &str, attributes: &Attributes) {
    if let Some(id) = &attributes.id {
        push_attribute(out, "id", id);
    }
    if !classes.is_empty() || !attributes.classes.is_empty() {
        let all: Vec<&str> = Some(classes)
            .filter(|classes| !classes.is_empty())
            .into_iter()
            .chain(attributes.classes.iter().map(String::as_str))
            .collect();
        push_attribute(out, "class", &all.join(" "));
    }
    for (name, value) in &attributes.pairs {
        if let Some(value) = value_text(value) {
            push_attribute(out, name, &value);
        }
    }
}

/// Whether a browser would run an address as a script.
pub fn is_script(address: &str) -> bool {
    let scheme: String = address
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .take_while(|c| *c != ':')
        .take(12)
        .collect();
    ["javascript", "vbscript", "data"].iter().any(|script| scheme.eq_ignore_ascii_case(script))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_addresses_are_escaped() {
        assert_eq!(text("a <b> & \"c\" \0'"), "a &lt;b&gt; &amp; &quot;c&quot; \u{FFFD}'");
        let mut out = String::new();
        push_address(&mut out, "/ä b?x=1&y='\"<%20[日]");
        assert_eq!(out, "/%C3%A4%20b?x=1&amp;y=&#x27;%22%3C%20%5B%E6%97%A5%5D");
    }

    #[test]
    fn attributes_are_no_scripts() {
        let mut out = String::new();
        push_attribute(&mut out, "onClick", "x()");
        push_attribute(&mut out, "a b", "x");
        push_attribute(&mut out, "title", "\"><script>");
        assert_eq!(out, " title=\"&quot;&gt;&lt;script&gt;\"");
    }

    #[test]
    fn script_addresses_are_known() {
        for address in ["javascript:x", " JaVa\nScript:x", "\u{1}vbscript:x", "data:text/html,x"] {
            assert!(is_script(address), "{address:?}");
        }
        for address in ["java", "https://javascript:x", "/javascript:", "javascripts:x", "#data:"] {
            assert!(!is_script(address), "{address:?}");
        }
    }
}

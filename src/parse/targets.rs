//! Where the targets of links stand in a text, so that they can be replaced and nothing else.
//!
//! Input is the text of a file and what its parsed links say of themselves; output are byte ranges, and how a target is
//! written there. Where links lead is not known here.

use std::ops::Range;

use crate::{
    base::url::encode_path,
    parse::markdown::{LinkKind, html},
};

/// How far behind a link's beginning its target is looked for, where calls of components were cut out of its text.
const MAX_LINK_BYTES: usize = 4_000;
/// How deep parentheses can be nested in a target, as in CommonMark.
const MAX_PARENTHESES: usize = 32;

/// How a target is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// `](target)`, or that of a definition.
    Plain,
    /// `](<target>)`
    Angle,
    /// `[[target]]`
    Wiki,
    /// The value of an attribute in HTML.
    Html,
}

/// A target in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Where it stands, without the marks around it.
    pub range: Range<usize>,
    /// How it is written.
    pub form: Form,
}

/// Finds the targets of a link that stands at a range of a text: its own, or those of its definitions.
pub fn of_link(text: &str, at: Range<usize>, kind: LinkKind, target: &str) -> Vec<Written> {
    let Some(rest) = text.get(at.start..) else { return Vec::new() };
    match kind {
        LinkKind::Inline => {
            let exact = text.get(at.clone()).and_then(|link| inline_in(link, target));
            let found = exact.or_else(|| inline_in(cut(rest), target));
            found.map(|written| written.after(at.start)).into_iter().collect()
        }
        LinkKind::Reference => definitions(text).filter(|written| written.means(text, target)).collect(),
        LinkKind::Wiki { .. } => {
            wiki(rest, target).map(|written| written.after(at.start)).into_iter().collect()
        }
        LinkKind::Html => {
            let html = text.get(at.clone()).unwrap_or_default();
            let values = html::attributes(html)
                .filter(|attribute| attribute.is_address() && attribute.value == target)
                .map(|attribute| Written { range: attribute.range, form: Form::Html }.after(at.start));
            values.collect()
        }
        LinkKind::Autolink | LinkKind::Email => Vec::new(),
    }
}

/// The targets of everything that looks like an inline link or image, in order.
pub fn all_inline(text: &str) -> Vec<Written> {
    text.match_indices("](").filter_map(|(at, _)| destination(text, at + 2)).collect()
}

/// A target as it is written in a form; `former` is what stood there.
pub fn spelled(target: &str, form: Form, former: &str) -> String {
    let is_encoded = former.contains('%') && former.is_ascii() && !target.is_ascii();
    match form {
        Form::Wiki => target.to_owned(),
        _ if is_encoded => encode_path(target),
        Form::Plain => encoded(target, " \"%?#<>\\()[]^`{}|"),
        Form::Angle => encoded(target, "\"%?#<>\\"),
        Form::Html => encoded(target, " \"'%?#<>\\&`"),
    }
}

impl Written {
    /// The same in a text that this one is a part of, from `start` on.
    #[must_use]
    pub fn after(self, start: usize) -> Self {
        Self { range: self.range.start + start..self.range.end + start, ..self }
    }

    fn means(&self, text: &str, target: &str) -> bool {
        unescaped(&text[self.range.clone()]) == target
    }
}

fn cut(text: &str) -> &str {
    let end = (0..=MAX_LINK_BYTES.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    &text[..end.unwrap_or(0)]
}

/// The last inline target that is meant: one of an image in the link's text comes before.
fn inline_in(link: &str, target: &str) -> Option<Written> {
    let written = link.rmatch_indices("](").filter_map(|(at, _)| destination(link, at + 2));
    written.into_iter().find(|written| written.means(link, target))
}

fn wiki(text: &str, target: &str) -> Option<Written> {
    let open = text.find("[[")? + 2;
    let end = text[open..].find("]]").map_or(text.len(), |end| open + end);
    let start = open + text[open..end].find(target.trim())?;
    Some(Written { range: start..start + target.trim().len(), form: Form::Wiki })
}

/// The destination that begins at a position, or behind the white space there.
fn destination(text: &str, at: usize) -> Option<Written> {
    let rest = &text[at..];
    let blank = rest.len() - rest.trim_start().len();
    if rest[..blank].matches('\n').count() > 1 {
        return None;
    }
    let start = at + blank;
    let rest = &text[start..];
    let bytes = rest.as_bytes();
    if bytes.first() == Some(&b'<') {
        let end = (1..bytes.len())
            .find(|&at| matches!(bytes[at], b'>' | b'\n') && bytes[at - 1] != b'\\')
            .filter(|&at| bytes[at] == b'>')?;
        return Some(Written { range: start + 1..start + end, form: Form::Angle });
    }
    let (mut depth, mut end) = (0, 0);
    while end < bytes.len() {
        match bytes[end] {
            b'\\' if bytes.get(end + 1).is_some_and(u8::is_ascii_punctuation) => end += 1,
            b'(' => depth += 1,
            b')' if depth == 0 => break,
            b')' => depth -= 1,
            byte if byte <= b' ' => break,
            _ => {}
        }
        if depth > MAX_PARENTHESES {
            return None;
        }
        end += 1;
    }
    let end = end.min(bytes.len());
    (end > 0).then_some(Written { range: start..start + end, form: Form::Plain })
}

/// The targets of everything that looks like a definition: `[label]: target`.
fn definitions(text: &str) -> impl Iterator<Item = Written> + '_ {
    text.match_indices("]:").filter_map(|(at, _)| {
        let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
        let before = text[line..at].trim_start_matches([' ', '\t', '>', '-', '*', '+']);
        before.starts_with('[').then(|| destination(text, at + 2)).flatten()
    })
}

/// What Markdown makes of a destination: backslashes and entities are taken out.
fn unescaped(written: &str) -> String {
    let mut text = String::with_capacity(written.len());
    let mut rest = written;
    while let Some(at) = rest.find(['\\', '&']) {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let (taken, length) = match rest.as_bytes() {
            [b'\\', next, ..] if next.is_ascii_punctuation() => (Some(char::from(*next)), 2),
            [b'&', ..] => entity(rest),
            _ => (None, 0),
        };
        match taken {
            Some(taken) => {
                text.push(taken);
                rest = &rest[length..];
            }
            None => {
                text.push_str(&rest[..1]);
                rest = &rest[1..];
            }
        }
    }
    text + rest
}

/// The character of the entity that a text begins with, and its length.
fn entity(text: &str) -> (Option<char>, usize) {
    let Some(end) = text.bytes().take(12).position(|byte| byte == b';') else { return (None, 0) };
    let name = &text[1..end];
    let number = |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    let taken = match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => match name.strip_prefix('#') {
            Some(hex) if hex.starts_with(['x', 'X']) => number(&hex[1..], 16),
            Some(decimal) => number(decimal, 10),
            None => None,
        },
    };
    (taken, end + 1)
}

fn encoded(target: &str, special: &str) -> String {
    let mut text = String::with_capacity(target.len());
    for character in target.chars() {
        if character.is_ascii() && (special.contains(character) || character.is_ascii_control()) {
            text.push_str(&format!("%{:02X}", u32::from(character)));
        } else {
            text.push(character);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, kind: LinkKind, target: &str, expected: &[&str]) {
        let found = of_link(text, 0..text.len(), kind, target);
        let found: Vec<&str> = found.iter().map(|written| &text[written.range.clone()]).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn targets_are_found_as_they_are_written() {
        let inline = LinkKind::Inline;
        check("[a](b.md)", inline, "b.md", &["b.md"]);
        check("[a]( b.md 'title')", inline, "b.md", &["b.md"]);
        check("[a](<b c.md> \"t\")", inline, "b c.md", &["b c.md"]);
        check("[a](b\\_c.md#x)", inline, "b_c.md#x", &["b\\_c.md#x"]);
        check("[a](b&amp;c.md)", inline, "b&c.md", &["b&amp;c.md"]);
        check("[a](b(1).md)", inline, "b(1).md", &["b(1).md"]);
        check("[![x](i.png)](b.md)", inline, "b.md", &["b.md"]);
        check("[![x](b.md)](b.md)", inline, "b.md", &["b.md"]);
        check("[a](other.md)", inline, "b.md", &[]);
        check("[[b c#d|text]]", LinkKind::Wiki { piped: true }, "b c#d", &["b c#d"]);
        check("![[b.png|300]]", LinkKind::Wiki { piped: true }, "b.png", &["b.png"]);
        check("<a href='b.md'><img src=\"b.md\" alt=\"b.md\">", LinkKind::Html, "b.md", &["b.md", "b.md"]);
        check("[a]: b.md\n> [c]: <b.md> 't'\n[d]: e.md", LinkKind::Reference, "b.md", &["b.md", "b.md"]);
    }

    #[test]
    fn targets_are_spelled_so_that_they_can_be_read() {
        let check = |target: &str, form, former: &str, expected: &str| {
            assert_eq!(spelled(target, form, former), expected, "{target}");
        };
        check("a b/ä(1).md", Form::Plain, "x.md", "a%20b/ä%281%29.md");
        check("a b.md", Form::Angle, "x.md", "a b.md");
        check("ä.md", Form::Plain, "%C3%B6.md", "%C3%A4.md");
        check("it's.md", Form::Html, "x.md", "it%27s.md");
    }

    #[test]
    fn broken_links_end() {
        for text in ["](", "](<", "](<a\n>", "](\\", "](((((", "]:", "[]:", "[a]: ", "[["] {
            for kind in [LinkKind::Inline, LinkKind::Reference, LinkKind::Wiki { piped: false }] {
                assert_eq!(of_link(text, 0..text.len(), kind, "b"), [], "{text}");
            }
        }
        assert!(all_inline(&"](".repeat(1_000)).len() <= 1_000);
    }
}

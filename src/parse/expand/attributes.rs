//! [`parse_attributes`]: `{#id .class key=value flag}`, as written behind component calls, images, links and fences.
//!
//! Input is the text from the brace on, output the pairs in order and the bytes used. What the keys mean is left to others.

use crate::{base::text::floor_char, parse::expand::AttributeValue};

/// How long an attribute list may be, in bytes with its braces; a longer one is text.
///
/// A list that is opened and never closed is looked at up to here only, so that many of them stay cheap.
pub const MAX_ATTRIBUTES: usize = 4_096;

/// How many attributes a list may have; one with more is text.
const MAX_ITEMS: usize = 64;

/// Reads the attribute list at the start of `text`, and how many bytes it has with its braces; `None` if there is none.
///
/// * `key=value`, `key="quoted \" text"`, `key='quoted'`; unquoted `true`, `false` and numbers are typed
/// * `flag` is `flag=true`
/// * `#id` is `id="id"`; `.a .b` and `.a.b` are `class="a b"`
/// * `"text"` alone is `title="text"`, as behind the address of a Markdown link
///
/// A key that is repeated has its last value, except for classes, which are collected.
pub fn parse_attributes(text: &str) -> Option<(Vec<(String, AttributeValue)>, usize)> {
    let end = floor_char(text, MAX_ATTRIBUTES);
    let inner = text[..end].strip_prefix('{')?;
    let mut list = List::default();
    let mut rest = inner;
    for _ in 0..=MAX_ITEMS {
        let trimmed = rest.trim_start();
        if let Some(after) = trimmed.strip_prefix('}') {
            return Some((list.pairs, end - after.len()));
        }
        let is_apart = trimmed.len() < rest.len() || rest.len() == inner.len();
        if !is_apart && !trimmed.starts_with(['.', '#']) {
            return None;
        }
        rest = list.read_item(trimmed)?;
    }
    None
}

#[derive(Default)]
struct List {
    pairs: Vec<(String, AttributeValue)>,
}

impl List {
    /// Reads one item at the start of `text` and returns what follows it.
    fn read_item<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        if let Some(rest) = text.strip_prefix('#') {
            let (id, rest) = split_word(rest)?;
            self.set("id", AttributeValue::Text(id.to_owned()));
            return Some(rest);
        }
        if let Some(rest) = text.strip_prefix('.') {
            let (class, rest) = split_word(rest)?;
            self.add_class(class);
            return Some(rest);
        }
        if text.starts_with(['"', '\'']) {
            let (title, rest) = read_quoted(text)?;
            self.set("title", AttributeValue::Text(title));
            return Some(rest);
        }
        let (key, rest) = split_key(text)?;
        let Some(value) = rest.strip_prefix('=') else {
            self.set(key, AttributeValue::Bool(true));
            return Some(rest);
        };
        let (value, rest) = read_value(value)?;
        match value {
            AttributeValue::Text(classes) if key == "class" => self.add_class(&classes),
            value => self.set(key, value),
        }
        Some(rest)
    }

    fn set(&mut self, key: &str, value: AttributeValue) {
        match self.pairs.iter_mut().find(|(known, _)| known == key) {
            Some((_, old)) => *old = value,
            None => self.pairs.push((key.to_owned(), value)),
        }
    }

    fn add_class(&mut self, class: &str) {
        match self.pairs.iter_mut().find(|(known, _)| known == "class") {
            Some((_, AttributeValue::Text(classes))) => {
                classes.push(' ');
                classes.push_str(class);
            }
            _ => self.set("class", AttributeValue::Text(class.to_owned())),
        }
    }
}

/// The name of an id or class.
fn split_word(text: &str) -> Option<(&str, &str)> {
    let is_end = |c: char| {
        c.is_whitespace() || matches!(c, '.' | '#' | '{' | '}' | '=' | '"' | '\'' | '<' | '>' | '`')
    };
    split_nonempty(text, is_end)
}

fn split_key(text: &str) -> Option<(&str, &str)> {
    let is_key_char = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':');
    let first = text.chars().next()?;
    (first.is_alphabetic() || first == '_').then(|| split_nonempty(text, |c| !is_key_char(c))).flatten()
}

fn split_nonempty(text: &str, is_end: impl Fn(char) -> bool) -> Option<(&str, &str)> {
    let end = text.find(is_end)?;
    (end > 0).then(|| text.split_at(end))
}

fn read_value(text: &str) -> Option<(AttributeValue, &str)> {
    if text.starts_with(['"', '\'']) {
        return read_quoted(text).map(|(value, rest)| (AttributeValue::Text(value), rest));
    }
    let is_end = |c: char| c.is_whitespace() || matches!(c, '{' | '}' | '"' | '\'' | '<' | '>' | '`');
    split_nonempty(text, is_end).map(|(value, rest)| (typed(value), rest))
}

/// A backslash takes the next quote or backslash as it is, and stands for itself before anything else.
fn read_quoted(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next()?;
    let mut value = String::new();
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            _ if c == quote => return Some((value, &text[at + 1..])),
            '\\' => match chars.next_if(|&(_, next)| next == quote || next == '\\') {
                Some((_, escaped)) => value.push(escaped),
                None => value.push('\\'),
            },
            _ => value.push(c),
        }
    }
    None
}

/// `true`, `false`, and numbers as people write them: `007`, `1e5` and `.5` stay text.
fn typed(value: &str) -> AttributeValue {
    let text = || AttributeValue::Text(value.to_owned());
    let (whole, fraction) = match value.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (value, None),
    };
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match (value, fraction) {
        ("true", _) => AttributeValue::Bool(true),
        ("false", _) => AttributeValue::Bool(false),
        _ if !are_digits(digits) || (digits.len() > 1 && digits.starts_with('0')) => text(),
        (_, None) => value.parse().map_or_else(|_| text(), AttributeValue::Integer),
        (_, Some(fraction)) if are_digits(fraction) => {
            value.parse().map_or_else(|_| text(), AttributeValue::Float)
        }
        (_, Some(_)) => text(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let shown = parse_attributes(text).map_or("none".to_owned(), |(pairs, n_bytes)| {
            let pairs: Vec<String> = pairs.iter().map(|(key, value)| format!("{key}={value:?}")).collect();
            format!("{} | {}", pairs.join(" "), &text[n_bytes..])
        });
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn items_of_all_kinds_are_read() {
        check("{}", " | ");
        check("{ } x", " |  x");
        check("{open}", "open=Bool(true) | ");
        check("{#a .b .c}", r#"id=Text("a") class=Text("b c") | "#);
        check("{.a.b#c}", r#"class=Text("a b") id=Text("c") | "#);
        check("{class='a b' .c}", r#"class=Text("a b c") | "#);
        check(r#"{a="x \" \\ \n" b='"' c=d}"#, r#"a=Text("x \" \\ \\n") b=Text("\"") c=Text("d") | "#);
        check("{src=https://a.b/?c=d&e}", r#"src=Text("https://a.b/?c=d&e") | "#);
        check(r#"{a "A title"}"#, r#"a=Bool(true) title=Text("A title") | "#);
        check("{a=1 a=2}", "a=Integer(2) | ");
        check("{\n a=1\n}", "a=Integer(1) | ");
        check("{größe=ä data-x:y.z}", r#"größe=Text("ä") data-x:y.z=Bool(true) | "#);
    }

    #[test]
    fn plain_values_are_typed() {
        check(
            "{a=1 b=-2 c=1.5 d=true e=false}",
            "a=Integer(1) b=Integer(-2) c=Float(1.5) d=Bool(true) e=Bool(false) | ",
        );
        check("{a=007 b=1e5 c=1. d='1'}", r#"a=Text("007") b=Text("1e5") c=Text("1.") d=Text("1") | "#);
        check("{a=50% b=1.2.3 c=-}", r#"a=Text("50%") b=Text("1.2.3") c=Text("-") | "#);
        check("{a=99999999999999999999}", r#"a=Text("99999999999999999999") | "#);
    }

    #[test]
    fn broken_lists_are_none() {
        for text in [
            "",
            "a",
            "{",
            "{a",
            "{a=",
            "{a=}",
            "{a=\"",
            "{a='x}",
            "{a=\"b\"c}",
            "{=a}",
            "{#}",
            "{.}",
            "{{a}}",
            "{1,3}",
            "{a b",
            "{a={b}}",
            "{\"a\"b}",
            "{<a>}",
        ] {
            check(text, "none");
        }
        check(&format!("{{{}}}", "a ".repeat(MAX_ATTRIBUTES)), "none");
        check(&format!("{{a=\"{}", "é".repeat(MAX_ATTRIBUTES)), "none");
    }
}

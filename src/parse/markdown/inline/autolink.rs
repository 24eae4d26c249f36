//! Bare addresses in text, by the rules of GitHub Flavored Markdown (as cmark-gfm has them, which the specification leaves
//! partly open): `www.`, `http://`, `https://`, `ftp://`, mail addresses, `mailto:` and `xmpp:`.
//!
//! Input is text and the offset of the character that may belong to an address (`:`, `w` or `@`); output is the range
//! of the address. Each function looks at a stretch of text that no other call looks at again, so that all together
//! are linear.

use std::ops::Range;

/// How long a scheme is at most.
const MAX_SCHEME_BYTES: usize = 6;

/// Hosts with underscores in their last two labels are none, unless they have more dots than this.
const MAX_DOTS_STRICT: usize = 10;

/// Finds the address whose scheme ends at the `:` at `colon`; it can't begin before `floor`.
pub(super) fn url_at(text: &str, colon: usize, floor: usize) -> Option<Range<usize>> {
    let after = text[colon..].strip_prefix("://")?;
    let n_letters = text.as_bytes()[floor..colon]
        .iter()
        .rev()
        .take(MAX_SCHEME_BYTES)
        .take_while(|byte| byte.is_ascii_alphabetic())
        .count();
    let start = colon - n_letters;
    let scheme = &text[start..colon];
    let is_known = ["http", "https", "ftp"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    if !is_known || !has_host(after, false) {
        return None;
    }
    let end = colon + address_len(&text[colon..]);
    (end > colon + "://".len()).then_some(start..end)
}

/// Finds the address that begins with the `www.` at `start`.
pub(super) fn www_at(text: &str, start: usize) -> Option<Range<usize>> {
    let rest = &text[start..];
    let may_begin = match text[..start].chars().next_back() {
        None => true,
        Some(c) => c.is_whitespace() || "*_~([".contains(c),
    };
    let is_www = rest.as_bytes().get(..4)?.eq_ignore_ascii_case(b"www.");
    if !may_begin || !is_www || !rest[4..].starts_with(char::is_alphanumeric) || !has_host(rest, true) {
        return None;
    }
    Some(start..start + address_len(rest))
}

/// Finds the mail address around the `@` at `at`, which can't begin before `floor`: its range, and whether it needs
/// `mailto:` in front.
pub(super) fn mail_at(text: &str, at: usize, floor: usize) -> Option<(Range<usize>, bool)> {
    let bytes = text.as_bytes();
    let is_local = |byte: &u8| byte.is_ascii_alphanumeric() || b".+-_".contains(byte);
    let n_local = bytes[floor..at].iter().rev().take_while(|byte| is_local(byte)).count();
    if n_local == 0 {
        return None;
    }
    let mut start = at - n_local;
    let scheme = ["mailto:", "xmpp:"].into_iter().find(|scheme| text[floor..start].ends_with(scheme));
    start -= scheme.map_or(0, str::len);
    let mut len = host_len(&bytes[at + 1..])?;
    if scheme == Some("xmpp:") && bytes.get(at + 1 + len) == Some(&b'/') {
        let is_resource = |byte: &u8| byte.is_ascii_alphanumeric() || b"@.".contains(byte);
        len += 1 + bytes[at + 2 + len..].iter().take_while(|byte| is_resource(byte)).count();
    }
    let end = at + 1 + trimmed_len(&text[at + 1..at + 1 + len]);
    (end > at + 1).then_some((start..end, scheme.is_none()))
}

/// The length of the host of a mail address; `None` when it isn't one.
fn host_len(bytes: &[u8]) -> Option<usize> {
    let mut n_dots = 0;
    let mut len = 0;
    while let Some(&byte) = bytes.get(len) {
        match byte {
            b'@' => return None,
            b'.' if bytes.get(len + 1).is_some_and(u8::is_ascii_alphanumeric) => n_dots += 1,
            b'-' | b'_' => {}
            _ if byte.is_ascii_alphanumeric() => {}
            _ => break,
        }
        len += 1;
    }
    (n_dots > 0 && bytes[len - 1].is_ascii_alphanumeric()).then_some(len)
}

/// Whether `text` begins with a valid host, which must have a dot if `dotted`.
fn has_host(text: &str, dotted: bool) -> bool {
    let mut n_dots = 0;
    let (mut n_underscores_before, mut n_underscores) = (0, 0);
    let mut len = 0;
    for c in text.chars() {
        match c {
            '_' => n_underscores += 1,
            '.' => {
                n_underscores_before = n_underscores;
                n_underscores = 0;
                n_dots += 1;
            }
            '-' => {}
            c if c.is_alphanumeric() => {}
            c if c.is_ascii() || c.is_whitespace() || is_wide_punctuation(c) => break,
            _ => {}
        }
        len += 1;
    }
    let has_underscores = n_underscores_before + n_underscores > 0 && n_dots <= MAX_DOTS_STRICT;
    len > 0 && !text.starts_with('.') && !has_underscores && (n_dots > 0 || !dotted)
}

fn is_wide_punctuation(c: char) -> bool {
    matches!(c, '\u{2010}'..='\u{205E}' | '\u{3000}'..='\u{3003}' | '\u{3008}'..='\u{3020}' | '\u{FF01}'..='\u{FF0F}' | '\u{E000}'..='\u{F8FF}')
}

/// How much of `text`, which begins inside an address, belongs to it.
fn address_len(text: &str) -> usize {
    let end = text.find(|c: char| c.is_whitespace() || c == '<' || matches!(c, '\u{E000}' | '\u{E001}'));
    trimmed_len(&text[..end.unwrap_or(text.len())])
}

/// Cuts off what ends a sentence and not an address: punctuation, unbalanced `)`, entities.
pub(super) fn trimmed_len(text: &str) -> usize {
    let bytes = text.as_bytes();
    let count = |wanted: u8| bytes.iter().filter(|&&byte| byte == wanted).count();
    let n_opening = count(b'(');
    let mut n_closing = count(b')');
    let mut len = bytes.len();
    while len > 0 {
        match bytes[len - 1] {
            b')' if n_closing <= n_opening => break,
            b')' => {
                n_closing -= 1;
                len -= 1;
            }
            b'?' | b'!' | b'.' | b',' | b':' | b'*' | b'_' | b'~' | b'\'' | b'"' => len -= 1,
            b';' => {
                let n_letters =
                    bytes[..len - 1].iter().rev().take_while(|byte| byte.is_ascii_alphanumeric()).count();
                let before = len - 1 - n_letters;
                let is_entity = n_letters > 0 && before > 0 && bytes[before - 1] == b'&';
                len = if is_entity { before - 1 } else { len - 1 };
            }
            byte if byte.is_ascii() => break,
            _ => match text[..len].chars().next_back() {
                Some(c) if is_wide_punctuation(c) => len -= c.len_utf8(),
                _ => break,
            },
        }
    }
    len
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        let found = text.char_indices().find_map(|(at, c)| match c {
            ':' => url_at(text, at, 0),
            'w' => www_at(text, at),
            '@' => mail_at(text, at, 0).map(|(range, _)| range),
            _ => None,
        });
        assert_eq!(found.map(|range| &text[range]), expected, "{text:?}");
    }

    #[test]
    fn addresses_of_the_specification() {
        check("www.commonmark.org", Some("www.commonmark.org"));
        check("Visit www.commonmark.org/help for more.", Some("www.commonmark.org/help"));
        check("Visit www.commonmark.org.", Some("www.commonmark.org"));
        check("Visit www.commonmark.org/a.b.", Some("www.commonmark.org/a.b"));
        check("www.google.com/search?q=Markup+(business)", Some("www.google.com/search?q=Markup+(business)"));
        check(
            "www.google.com/search?q=Markup+(business)))",
            Some("www.google.com/search?q=Markup+(business)"),
        );
        check(
            "(www.google.com/search?q=Markup+(business))",
            Some("www.google.com/search?q=Markup+(business)"),
        );
        check("www.google.com/search?q=(business))+ok", Some("www.google.com/search?q=(business))+ok"));
        check("www.google.com/search?q=a&hl=en", Some("www.google.com/search?q=a&hl=en"));
        check("www.google.com/search?q=a&hl;", Some("www.google.com/search?q=a"));
        check("www.commonmark.org/he<lp", Some("www.commonmark.org/he"));
        check("http://commonmark.org", Some("http://commonmark.org"));
        check(
            "(Visit https://encrypted.google.com/search?q=Markup+(business))",
            Some("https://encrypted.google.com/search?q=Markup+(business)"),
        );
        check("foo@bar.baz", Some("foo@bar.baz"));
        check(
            "hello@mail+xyz.example isn't valid, but hello+xyz@mail.example is.",
            Some("hello+xyz@mail.example"),
        );
        check("a.b-c_d@a.b", Some("a.b-c_d@a.b"));
        check("a.b-c_d@a.b.", Some("a.b-c_d@a.b"));
        check("a.b-c_d@a.b-", None);
        check("a.b-c_d@a.b_", None);
        check("mailto:foo@bar.baz", Some("mailto:foo@bar.baz"));
        check("xmpp:foo@bar.baz/txt", Some("xmpp:foo@bar.baz/txt"));
    }

    #[test]
    fn what_is_no_address() {
        for text in [
            "ahttp://x.y",
            "http://",
            "http://.",
            "http:// x",
            "xwww.a.b",
            "www.",
            "www. a",
            "www.a_b.c",
            "http://a_b.c",
            "@a.b",
            "a@",
            "a@b",
            "a@@b.c",
            "1:2",
            "javascript://x",
            "http://<a>",
        ] {
            check(text, None);
        }
        check("http://localhost:8080/x?", Some("http://localhost:8080/x"));
        check("see https://例え.jp/パス。", Some("https://例え.jp/パス"));
    }
}

//! Code on slides: parts of lines in backticks are marked, as remark has it, and entities are what they stand for.

use std::{borrow::Cow, ops::Range};

/// Code without the backticks around its marked parts, and where these are.
pub(super) fn take_marks(code: &str) -> (Cow<'_, str>, Vec<Range<usize>>) {
    if !code.contains('`') {
        return (Cow::Borrowed(code), Vec::new());
    }
    let mut out = String::with_capacity(code.len());
    let mut marks = Vec::new();
    for line in code.split_inclusive('\n') {
        take_of_line(line, &mut out, &mut marks);
    }
    (Cow::Owned(out), marks)
}

/// A mark needs a character before it that is no backtick; a backslash there takes its meaning away.
fn take_of_line(line: &str, out: &mut String, marks: &mut Vec<Range<usize>>) {
    let mut rest = line;
    while let Some(at) = rest.char_indices().skip(1).find(|&(at, c)| c == '`' && !rest[..at].ends_with('`')) {
        let at = at.0;
        let inner_len = rest[at + 1..].find(['`', '\n']).unwrap_or(rest.len() - at - 1);
        let inner = &rest[at + 1..at + 1 + inner_len];
        if inner.is_empty() || !rest[at + 1 + inner_len..].starts_with('`') {
            out.push_str(&rest[..=at]);
            rest = &rest[at + 1..];
            if inner.is_empty() { continue } else { break }
        }
        let after = at + 1 + inner_len + 1;
        match rest[..at].strip_suffix('\\') {
            Some(before) => {
                out.push_str(before);
                out.push_str(&rest[at..after]);
            }
            None => {
                out.push_str(&rest[..at]);
                marks.push(out.len()..out.len() + inner.len());
                out.push_str(inner);
            }
        }
        rest = &rest[after..];
    }
    out.push_str(rest);
}

/// Wraps ranges of the text in HTML, in which only spans may occur that end on their line.
pub(super) fn wrap(html: &str, marks: &[Range<usize>]) -> String {
    const OPEN: &str = "<mark>";
    const CLOSE: &str = "</mark>";
    let mut out = String::with_capacity(html.len() + marks.len() * 16);
    let mut marks = marks.iter().peekable();
    let mut at = 0;
    let mut is_open = false;
    let mut rest = html;
    while !rest.is_empty() {
        if is_open && marks.peek().is_some_and(|mark| mark.end <= at) {
            out.push_str(CLOSE);
            is_open = false;
            marks.next();
        }
        if rest.starts_with('<') {
            let end = rest.find('>').map_or(rest.len(), |end| end + 1);
            if is_open {
                out.push_str(CLOSE);
            }
            out.push_str(&rest[..end]);
            if is_open {
                out.push_str(OPEN);
            }
            rest = &rest[end..];
            continue;
        }
        if !is_open && marks.peek().is_some_and(|mark| mark.start <= at) {
            out.push_str(OPEN);
            is_open = true;
        }
        let len = match rest.strip_prefix('&').and_then(|rest| rest.find(';')) {
            Some(end) => {
                at += 1;
                end + 2
            }
            None => {
                let len = rest.chars().next().map_or(1, char::len_utf8);
                at += len;
                len
            }
        };
        out.push_str(&rest[..len]);
        rest = &rest[len..];
    }
    if is_open {
        out.push_str(CLOSE);
    }
    out.replace("<mark></mark>", "")
}

/// The characters that entities in code stand for: in remark the whole source is read as HTML first.
pub(super) fn decode(code: &str) -> Cow<'_, str> {
    if !code.contains('&') || !code.contains(';') {
        return Cow::Borrowed(code);
    }
    let mut out = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let found =
            rest.find(';').filter(|&end| end < 12).and_then(|end| Some((entity(&rest[1..end])?, end + 1)));
        match found {
            Some((c, len)) => {
                out.push(c);
                rest = &rest[len..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let number = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(number).filter(|c| !c.is_control());
    }
    Some(match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{A0}',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marked_parts_of_lines() {
        let check = |code: &str, expected: &str| {
            let (code, marks) = take_marks(code);
            assert_eq!(wrap(&code, &marks), expected);
        };
        check("a `b` c `d`\n", "a <mark>b</mark> c <mark>d</mark>\n");
        check("`a` b\n", "`a` b\n");
        check("echo \\`x\\`\n", "echo `x\\`\n");
        check("a `b\nc` d\n", "a `b\nc` d\n");
        check("a ``b`` c\n", "a ``b`` c\n");
    }

    #[test]
    fn marks_are_put_around_spans() {
        let mark = 2..5;
        assert_eq!(
            wrap("a <i>b</i> &lt;", std::slice::from_ref(&mark)),
            "a <i><mark>b</mark></i><mark> &lt;</mark>"
        );
    }

    #[test]
    fn entities_in_code() {
        assert_eq!(decode("a &lt;b&#62; &amp;& &x; &"), "a <b> && &x; &");
    }
}

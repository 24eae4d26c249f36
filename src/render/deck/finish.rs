//! [`finish`]: the last touch to the HTML of a slide. What an author leaves open is closed where the slide ends, and what is
//! closed twice is left away, so that no slide gets into another; marks of steps go into the tags before them.

use crate::{parse::slides::EMPTY, render::deck::steps::MARK};

/// Elements without an end.
const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track",
    "wbr",
];
/// Elements that hold text only, also where it looks like tags.
const RAW: [&str; 3] = ["script", "style", "textarea"];

/// Closes what is open, and drops what closes nothing.
pub(super) fn finish(html: &str) -> String {
    let mut out = String::with_capacity(html.len() + 16);
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find(['<', MARK.0]) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.starts_with(MARK.0) {
            rest = step(&mut out, rest);
        } else {
            rest = tag(&mut out, &mut open, rest);
        }
    }
    out.push_str(rest);
    for name in open.iter().rev() {
        close(&mut out, name);
    }
    out
}

/// Puts the step into the tag before it.
fn step<'h>(out: &mut String, rest: &'h str) -> &'h str {
    let Some((number, after)) = rest[MARK.0.len_utf8()..].split_once(MARK.1) else { return "" };
    if out.ends_with('>') {
        out.pop();
        out.push_str(" data-step=\"");
        out.push_str(number);
        out.push_str("\">");
    }
    after
}

fn tag<'h>(out: &mut String, open: &mut Vec<&'h str>, rest: &'h str) -> &'h str {
    if rest.starts_with("<!--") {
        if let Some(after) = rest.strip_prefix(EMPTY) {
            return after;
        }
        let Some(end) = rest.find("-->") else { return "" };
        out.push_str(&rest[..end + 3]);
        return &rest[end + 3..];
    }
    let (is_end, name_at) = if rest.starts_with("</") { (true, 2) } else { (false, 1) };
    let name_len =
        rest[name_at..].bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'-').count();
    let name = &rest[name_at..name_at + name_len];
    let end = if name.starts_with(|c: char| c.is_ascii_alphabetic()) { end_of(rest) } else { None };
    let Some(end) = end else {
        out.push_str(if rest[1..].starts_with(['!', '?']) { "&lt;" } else { "<" });
        return &rest[1..];
    };
    let whole = &rest[..end];
    let is = |known: &&str| known.eq_ignore_ascii_case(name);
    if is_end {
        if name.eq_ignore_ascii_case("br") {
            out.push_str("<br>");
        } else if let Some(at) = open.iter().rposition(is) {
            for inner in open.drain(at..).rev() {
                close(out, inner);
            }
        }
        return &rest[end..];
    }
    out.push_str(whole);
    let closes_itself = whole.ends_with("/>") && !["div", "span", "p", "a", "b", "i"].contains(&name);
    if VOID.iter().any(is) || closes_itself {
        return &rest[end..];
    }
    open.push(name);
    if RAW.iter().any(is) {
        let text = &rest[end..];
        let lower = text.to_ascii_lowercase();
        let len = lower.find(&format!("</{}", name.to_ascii_lowercase())).unwrap_or(text.len());
        out.push_str(&text[..len]);
        return &text[len..];
    }
    &rest[end..]
}

fn close(out: &mut String, name: &str) {
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

/// Where a tag ends, behind its `>`; quotes can hold one.
fn end_of(tag: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in tag.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    tag.find('>').map(|at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_a_slide() {
        let check = |html: &str, expected: &str| assert_eq!(finish(html), expected, "{html}");
        check("<p>a</p>", "<p>a</p>");
        check("<div><b>a", "<div><b>a</b></div>");
        check("a</div></section></main>b", "ab");
        check("<div><b>a</div>b</b>", "<div><b>a</b></div>b");
        check("a<br></br><br/>b", "a<br><br><br/>b");
        check("<!-- </div> --><!-- a", "<!-- </div> -->");
        check("<a title=\"></a>\">b</a>", "<a title=\"></a>\">b</a>");
        check("<script>\"</div>\"", "<script>\"</div>\"</script>");
        check("<!---->a", "a");
        check("a < b <> <! c", "a < b <> &lt;! c");
        check("<li>\u{E010}2\u{E011}a</li>", "<li data-step=\"2\">a</li>");
    }
}

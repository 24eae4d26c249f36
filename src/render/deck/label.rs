//! [`first_line`]: what something without a heading is called.

use crate::render::markdown::escape;

/// How long a name is at most, in characters.
const MAX_CHARS: usize = 100;
/// What ends a line of text.
const ENDS: [&str; 15] = [
    "/p",
    "/li",
    "/h1",
    "/h2",
    "/h3",
    "pre",
    "ul",
    "ol",
    "div",
    "/div",
    "figure",
    "table",
    "blockquote",
    "br",
    "br/",
];

/// The first line of text in HTML, without its tags.
pub(super) fn first_line(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        rest = "";
        let Some((tag, after)) = tag.split_once('>') else { break };
        let name = tag.split_whitespace().next().unwrap_or_default();
        if ENDS.contains(&name) && !text.trim().is_empty() {
            break;
        }
        rest = after;
    }
    text.push_str(rest);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let plain = escape::unescape(&text);
    match plain.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}…", plain[..end].trim_end()),
        None => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_first_line() {
        assert_eq!(first_line("\n<p>From a <b>folder</b><br>to &amp; fro</p><p>b</p>"), "From a folder");
        assert_eq!(first_line("<div class=\"x\">\n<p>a</p></div>"), "a");
        assert_eq!(first_line("<p></p><pre>a</pre></li>b"), "a");
        assert_eq!(first_line("<img src=x>"), "");
        assert_eq!(first_line(&"ä ".repeat(90)).chars().count(), MAX_CHARS);
    }
}

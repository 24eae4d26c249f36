//! [`text_of`]: the bytes of a chapter's file as its text.

/// The text of a chapter: UTF-8 as far as it is, lines that end with `\n`, and blanks for front matter.
pub fn text_of(bytes: Vec<u8>) -> String {
    let text = String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    let text = if text.contains('\r') { text.replace("\r\n", "\n") } else { text };
    without_front_matter(text)
}

/// A chapter can be a page with front matter, too: blanks in its place leave everything else where it is.
fn without_front_matter(text: String) -> String {
    const FENCE: &str = "---\n";
    let begins_with_key = |rest: &str| {
        let key = rest.split([':', '\n']).next().unwrap_or_default();
        rest[key.len()..].starts_with(':') && !key.is_empty() && !key.contains([' ', '#', '['])
    };
    let Some(rest) = text.strip_prefix(FENCE).filter(|rest| begins_with_key(rest)) else { return text };
    let Some(end) = rest.find("\n---\n").map(|at| FENCE.len() + at + 1 + FENCE.len()) else { return text };
    let blank: String = text[..end].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
    blank + &text[end..]
}

//! Placeholders of component calls: finding them, and putting back what was written where they are no calls.

use std::{borrow::Cow, ops::Range};

use crate::parse::expand::{ComponentCall, PLACEHOLDER};

/// How many digits the index of a call has at most.
const MAX_INDEX_DIGITS: usize = 9;

/// Reads the placeholder at the start of `text`: the index of its call, and its length.
pub(super) fn read(text: &str, calls: &[ComponentCall]) -> Option<(usize, usize)> {
    let inner = text.strip_prefix(PLACEHOLDER.0)?;
    let n_digits = inner.bytes().take(MAX_INDEX_DIGITS).take_while(u8::is_ascii_digit).count();
    let (digits, rest) = inner.split_at(n_digits);
    let rest = rest.strip_prefix(PLACEHOLDER.1)?;
    let index: usize = digits.parse().ok()?;
    let is_exact = index < calls.len() && (n_digits == 1 || !digits.starts_with('0'));
    is_exact.then(|| (index, text.len() - rest.len()))
}

/// The call whose block placeholder, an HTML comment, is all of `html`.
pub(super) fn read_block(html: &str, calls: &[ComponentCall]) -> Option<usize> {
    let inner = html.trim().strip_prefix("<!--")?.strip_suffix("-->")?;
    read(inner, calls).filter(|&(_, len)| len == inner.len()).map(|(index, _)| index)
}

/// Puts the calls that were written back in place of their placeholders.
pub(super) fn restore<'a>(text: Cow<'a, str>, calls: &[ComponentCall]) -> Cow<'a, str> {
    if calls.is_empty() || !text.contains(PLACEHOLDER.0) {
        return text;
    }
    let mut restored = String::with_capacity(text.len());
    let mut copied = 0;
    let mut at = 0;
    while let Some(start) = text[at..].find(PLACEHOLDER.0).map(|found| at + found) {
        at = start + PLACEHOLDER.0.len_utf8();
        if let Some((index, len)) = read(&text[start..], calls) {
            let range = with_comment(&text, start..start + len);
            restored.push_str(&text[copied..range.start.max(copied)]);
            restored.push_str(&calls[index].raw);
            copied = range.end;
            at = range.end;
        }
    }
    restored.push_str(&text[copied..]);
    Cow::Owned(restored)
}

fn with_comment(text: &str, range: Range<usize>) -> Range<usize> {
    if text[..range.start].ends_with("<!--") && text[range.end..].starts_with("-->") {
        return range.start - "<!--".len()..range.end + "-->".len();
    }
    range
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::expand::{At, block_placeholder, placeholder};

    fn calls(n_calls: usize) -> Vec<ComponentCall> {
        let call = |index| ComponentCall {
            name: "x".to_owned(),
            attributes: Vec::new(),
            block: false,
            body: None,
            raw: format!(":x{index}"),
            at: At { file: 0, offset: 0, len: 0 },
        };
        (0..n_calls).map(call).collect()
    }

    #[test]
    fn only_exact_placeholders_of_known_calls_are_read() {
        assert_eq!(read(&placeholder(1), &calls(2)), Some((1, 7)));
        assert_eq!(read(&placeholder(12), &calls(13)), Some((12, 8)));
        for text in
            [placeholder(2), "\u{E000}01\u{E001}".into(), "\u{E000}\u{E001}".into(), "\u{E000}1".into()]
        {
            assert_eq!(read(&text, &calls(2)), None, "{text:?}");
        }
        assert_eq!(read_block(&format!("  {}\n", block_placeholder(0)), &calls(1)), Some(0));
        assert_eq!(read_block("<!-- 0 -->", &calls(1)), None);
    }

    #[test]
    fn calls_are_put_back() {
        let text = format!("a {} b {} \u{E000} {}", placeholder(0), block_placeholder(1), placeholder(7));
        let expected = format!("a :x0 b :x1 \u{E000} {}", placeholder(7));
        assert_eq!(restore(Cow::Borrowed(&text), &calls(2)), expected);
    }
}

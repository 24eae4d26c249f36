//! The marker line of alerts: `[!NOTE]`, `[!WARNING] Mind the gap`, `[!tip]- Folded`.
//!
//! Input is the source of a quote's first paragraph; output the alert and where its marker ends.

use crate::parse::markdown::event::{Alert, Fold};

/// How long the kind of an alert is at most, in bytes.
const MAX_KIND_BYTES: usize = 40;

/// Reads the marker at the start of `text`: the alert, and how many bytes the marker and the spaces after it take.
pub(super) fn parse_marker(text: &str) -> Option<(Alert, usize)> {
    let inner = text.strip_prefix("[!")?;
    let len = inner.bytes().take(MAX_KIND_BYTES).position(|byte| byte == b']')?;
    let kind = &inner[..len];
    // Obsidian allows `[!kind|metadata]`.
    let kind = kind.split('|').next().unwrap_or(kind);
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !kind.starts_with(|c: char| c.is_ascii_alphabetic()) || !kind.chars().all(is_word) {
        return None;
    }
    let rest = &inner[len + 1..];
    let (fold, rest) = match rest.as_bytes().first() {
        Some(b'+') => (Some(Fold::Open), &rest[1..]),
        Some(b'-') => (Some(Fold::Closed), &rest[1..]),
        _ => (None, rest),
    };
    if !rest.is_empty() && !rest.starts_with([' ', '\t', '\n', '\r']) {
        return None;
    }
    let rest = rest.trim_start_matches([' ', '\t']);
    let titled = !rest.is_empty() && !rest.starts_with(['\n', '\r']);
    Some((Alert { kind: kind.to_ascii_lowercase(), fold, titled }, text.len() - rest.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<(&str, Option<Fold>, bool, usize)>) {
        let found = parse_marker(text);
        let found = found.as_ref().map(|(alert, len)| (&*alert.kind, alert.fold, alert.titled, *len));
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn markers_are_read() {
        check("[!NOTE]\ntext", Some(("note", None, false, 7)));
        check("[!NOTE]", Some(("note", None, false, 7)));
        check("[!note]  \ntext", Some(("note", None, false, 9)));
        check("[!WARNING] Mind *it*\n", Some(("warning", None, true, 11)));
        check("[!my-kind]- Title", Some(("my-kind", Some(Fold::Closed), true, 12)));
        check("[!tip|wide]+\n", Some(("tip", Some(Fold::Open), false, 12)));
    }

    #[test]
    fn other_brackets_are_text() {
        for text in ["[!]", "[! x]", "[!NOTE", "[NOTE]", "[!NOTE](x)", "[!a b]", "[!NOTE]x", ""] {
            check(text, None);
        }
    }
}

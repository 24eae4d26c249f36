//! Lines: where they end, which is after a line feed, a carriage return, or both together, as Markdown has it.

/// The length of the first line of `text` without its ending, and with it.
pub(super) fn first_line(text: &str) -> (usize, usize) {
    let bytes = text.as_bytes();
    match bytes.iter().position(|&byte| matches!(byte, b'\n' | b'\r')) {
        Some(end) if bytes[end..].starts_with(b"\r\n") => (end, end + 2),
        Some(end) => (end, end + 1),
        None => (text.len(), text.len()),
    }
}

/// Where each line of `text` starts.
pub(super) fn line_starts(text: &str) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut start = 0;
    while start < text.len() {
        starts.push(start);
        start += first_line(&text[start..]).1;
    }
    starts
}

/// `text` without the ending of its last line.
pub(super) fn without_last_ending(text: &str) -> &str {
    let shorter = text.strip_suffix('\n').unwrap_or(text);
    if shorter.len() < text.len() {
        shorter.strip_suffix('\r').unwrap_or(shorter)
    } else {
        text.strip_suffix('\r').unwrap_or(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_line_endings_are_known() {
        assert_eq!(line_starts("a\nb\r\nc\rd"), [0, 2, 5, 7]);
        assert_eq!(line_starts("\n\r\r\n"), [0, 1, 2]);
        assert_eq!(line_starts(""), [0; 0]);
        assert_eq!(first_line("ab\r\nc"), (2, 4));
        for (text, expected) in [("a\n\n", "a\n"), ("a\r\n", "a"), ("a\r", "a"), ("a\n\r", "a\n"), ("", "")] {
            assert_eq!(without_last_ending(text), expected);
        }
    }
}

//! [`Writer`]: a text put together from pieces of files, and its source map.
//!
//! While a prefix is set, each line after the first begins with it: that is how included lines stay inside the list
//! item or quote of their directive.

use crate::parse::expand::{SourceMap, lines};

/// How long a prefix may be, in bytes; beyond it the lines are put in as they are.
const MAX_PREFIX: usize = 200;

/// A text in the making.
#[derive(Default)]
pub(super) struct Writer {
    pub(super) text: String,
    pub(super) map: SourceMap,
    prefix: String,
    is_line_start: bool,
}

impl Writer {
    /// Appends a piece of `file` that starts at `offset` there.
    pub(super) fn push(&mut self, piece: &str, file: u32, offset: usize) {
        if self.prefix.is_empty() {
            self.push_as_is(piece, file, offset);
            return;
        }
        let mut at = 0;
        while at < piece.len() {
            let (len, end) = lines::first_line(&piece[at..]);
            if self.is_line_start {
                let is_blank = piece[at..at + len].trim().is_empty();
                self.map.push(self.text.len(), file, offset + at);
                self.text.push_str(if is_blank { self.prefix.trim_end() } else { &self.prefix });
            }
            self.push_as_is(&piece[at..at + end], file, offset + at);
            self.is_line_start = end > len;
            at += end;
        }
    }

    /// Sets the prefix of the following lines, added to the one there is, which is returned for [`leave`](Self::leave).
    pub(super) fn enter(&mut self, prefix: &str) -> String {
        self.is_line_start = false;
        let inner = format!("{}{prefix}", self.prefix);
        std::mem::replace(&mut self.prefix, inner)
    }

    /// Goes back to the prefix before [`enter`](Self::enter); what follows is still on the last line.
    pub(super) fn leave(&mut self, outer_prefix: String) {
        self.is_line_start = false;
        self.prefix = outer_prefix;
    }

    fn push_as_is(&mut self, piece: &str, file: u32, offset: usize) {
        if !piece.is_empty() {
            self.map.push(self.text.len(), file, offset);
            self.text.push_str(piece);
        }
    }
}

/// What the lines after one that begins with `prefix` must begin with, to be in the same list item or quote.
///
/// `None` when `prefix` has anything but white space, `>` and list markers.
pub(super) fn continued_prefix(prefix: &str) -> Option<String> {
    if prefix.len() > MAX_PREFIX {
        return None;
    }
    let mut continued = String::with_capacity(prefix.len());
    let mut rest = prefix;
    while let Some(first) = rest.chars().next() {
        let kept = match first {
            ' ' | '\t' | '>' => 1,
            _ => {
                let width = list_marker(rest).filter(|&width| rest[width..].starts_with([' ', '\t']))?;
                continued.push_str(&" ".repeat(width));
                rest = &rest[width..];
                continue;
            }
        };
        continued.push_str(&rest[..kept]);
        rest = &rest[kept..];
    }
    Some(continued)
}

/// The width of the list marker at the start of `text`: `-`, `*`, `+`, or up to nine digits with `.` or `)`.
pub(super) fn list_marker(text: &str) -> Option<usize> {
    if text.starts_with(['-', '*', '+']) {
        return Some(1);
    }
    let n_digits = text.bytes().take(10).take_while(u8::is_ascii_digit).count();
    ((1..=9).contains(&n_digits) && text[n_digits..].starts_with(['.', ')'])).then_some(n_digits + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_continues_its_item_or_quote() {
        let check = |prefix, expected: Option<&str>| {
            assert_eq!(continued_prefix(prefix).as_deref(), expected, "{prefix:?}");
        };
        check("", Some(""));
        check("  ", Some("  "));
        check("> ", Some("> "));
        check("- ", Some("  "));
        check("> 12. \t", Some(">     \t"));
        check("- [ ] ", None);
        check("text ", None);
        check("-", None);
    }

    #[test]
    fn lines_after_the_first_get_the_prefix() {
        let mut writer = Writer::default();
        writer.push("> ", 0, 0);
        let outer = writer.enter("> ");
        writer.push("a\n\nb\r", 1, 10);
        writer.push("c", 1, 15);
        writer.leave(outer);
        writer.push("!\nd", 0, 20);
        assert_eq!(writer.text, "> a\n>\n> b\r> c!\nd");
        let place = |at| (writer.map.at(at..at + 1).file, writer.map.at(at..at + 1).offset);
        assert_eq!(place(2), (1, 10));
        assert_eq!(place(8), (1, 13));
        assert_eq!(place(12), (1, 15));
        assert_eq!(place(13), (0, 20));
    }
}

//! [`SpanWriter`]: a line of code as escaped text in `<span>`s, one per run of a class.
//!
//! Neighbours of one class are merged, also across the white space between them; white space at the ends of a
//! run stays outside of its span. A writer is made for one line, so that no span crosses a line's end.

use super::class::Class;

/// Writes one line's HTML.
pub(super) struct SpanWriter<'a> {
    line: &'a str,
    out: &'a mut String,
    /// The class of the span that is open.
    open: Option<Class>,
    /// How far the line's pieces have come.
    seen: usize,
    /// How far the line is written; only white space lies between here and `seen`.
    written: usize,
}

impl<'a> SpanWriter<'a> {
    /// Starts `line` (without its line end) at the end of `out`.
    pub(super) fn new(line: &'a str, out: &'a mut String) -> Self {
        Self { line, out, open: None, seen: 0, written: 0 }
    }

    /// Says that the line is of `class` up to byte `end`.
    pub(super) fn until(&mut self, end: usize, class: Option<Class>) {
        let end = end.min(self.line.len());
        let Some(piece) = self.line.get(self.seen..end) else { return };
        let content = piece.trim();
        if !content.is_empty() {
            let start = self.seen + (piece.len() - piece.trim_start().len());
            if class != self.open {
                self.close();
                self.write_until(start);
                self.start(class);
            }
            self.write_until(start + content.len());
        }
        self.seen = end;
    }

    /// Ends the line; what no piece was about is plain.
    pub(super) fn finish(mut self) {
        self.until(self.line.len(), None);
        self.close();
        self.write_until(self.line.len());
    }

    fn start(&mut self, class: Option<Class>) {
        if let Some(class) = class {
            self.out.push_str("<span class=\"");
            self.out.push_str(class.css());
            self.out.push_str("\">");
        }
        self.open = class;
    }

    fn close(&mut self) {
        if self.open.take().is_some() {
            self.out.push_str("</span>");
        }
    }

    fn write_until(&mut self, end: usize) {
        escape(&self.line[self.written..end], self.out);
        self.written = end;
    }
}

/// Appends `text` as HTML text, where quotes need no escape. NUL, which HTML can't hold, becomes U+FFFD.
pub(super) fn escape(text: &str, out: &mut String) {
    let mut start = 0;
    for (at, byte) in text.bytes().enumerate() {
        let entity = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            0 => "\u{FFFD}",
            _ => continue,
        };
        out.push_str(&text[start..at]);
        out.push_str(entity);
        start = at + 1;
    }
    out.push_str(&text[start..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pieces: &[(&str, Option<Class>)], expected: &str) {
        let line: String = pieces.iter().map(|(text, _)| *text).collect();
        let mut out = String::new();
        let mut writer = SpanWriter::new(&line, &mut out);
        let mut end = 0;
        for (text, class) in pieces {
            end += text.len();
            writer.until(end, *class);
        }
        writer.finish();
        assert_eq!(out, expected);
    }

    #[test]
    fn neighbours_are_merged_and_white_space_stays_outside() {
        let (keyword, string) = (Some(Class::Keyword), Some(Class::String));
        check(&[("a", keyword), (" ", None), ("b ", keyword)], r#"<span class="hl-k">a b</span> "#);
        check(
            &[(" a ", keyword), ("b", string)],
            r#" <span class="hl-k">a</span> <span class="hl-s">b</span>"#,
        );
        check(&[("  ", keyword), ("  ", None), ("x", None)], "    x");
        check(&[("a", keyword), ("<", None)], r#"<span class="hl-k">a</span>&lt;"#);
        check(&[("", keyword)], "");
    }

    #[test]
    fn text_is_escaped() {
        let mut out = String::new();
        escape("a<b>&\"c\"\0é", &mut out);
        assert_eq!(out, "a&lt;b&gt;&amp;\"c\"\u{FFFD}é");
    }
}

//! [`Sheet`]: the text that a scan writes, of the page or of one component's body, with the lines that can hold inline calls.

use std::ops::Range;

use crate::parse::expand::{Body, SourceMap};

/// A text with its source map.
#[derive(Clone, Debug, Default)]
pub(super) struct Sheet {
    pub(super) text: String,
    pub(super) map: SourceMap,
    /// The lines of paragraphs and headings, in order.
    pub(super) lines: Vec<TextLine>,
}

/// A line of inline content.
#[derive(Clone, Debug)]
pub(super) struct TextLine {
    /// From where its containers' prefix ends to the end of the line, with its ending.
    pub(super) range: Range<usize>,
    /// Whether it goes on with the paragraph of the line before it.
    pub(super) continues: bool,
}

impl Sheet {
    /// The text and map, as the body of a call.
    pub(super) fn into_body(self) -> Body {
        Body { text: self.text, map: self.map }
    }

    /// Appends a range of another text.
    pub(super) fn push(&mut self, from: &Self, range: Range<usize>) {
        if !range.is_empty() {
            self.map.push_range(self.text.len(), &from.map, range.clone());
            self.text.push_str(&from.text[range]);
        }
    }

    /// Appends text that stands for what is at `at` of another text.
    pub(super) fn push_instead(&mut self, from: &Self, at: usize, text: &str) {
        if !text.is_empty() {
            let (file, offset) = from.map.origin(at);
            self.map.push(self.text.len(), file, offset);
            self.text.push_str(text);
        }
    }
}

//! [`Block`]: what kind of block the rest of a line begins.
//!
//! Input is one line of Markdown, output the little of its structure that says where component calls can stand and
//! where they can't. This follows CommonMark's block rules; where it does not, the worst is a call found in code, which
//! the Markdown parser turns back.

use crate::parse::expand::{
    call::{self, Opening},
    cursor::{CODE_INDENT, Cursor},
    html_block::{self, HtmlEnd},
    writer::list_marker,
};

/// How far the lines of a footnote's definition are indented.
const FOOTNOTE_INDENT: usize = 4;

/// What the rest of a line begins.
#[derive(Debug)]
pub(super) enum Block<'a> {
    /// Nothing: it is empty.
    Blank,
    /// Indented code.
    Code,
    /// A block quote; the cursor stands behind its marker.
    Quote(Cursor<'a>),
    /// An item of a list, or what is indented in the same way; the cursor stands behind its marker.
    Item {
        /// By how many columns its other lines are indented.
        width: usize,
        inside: Cursor<'a>,
    },
    /// Fenced code.
    Fence(Fence),
    /// Raw HTML up to that end.
    Html(HtmlEnd),
    /// An ATX heading.
    Heading,
    /// A thematic break, or the underline of a heading.
    Rule,
    /// Component opened, or all of it.
    Opening(Opening),
    /// So many bare colons.
    Closing(usize),
    /// Anything else: a paragraph, or the next line of one.
    Text,
}

/// What is around the line being looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context {
    /// Whether a paragraph is open.
    pub(super) in_paragraph: bool,
    /// Whether that paragraph is in the innermost container of this line, so that not everything ends it.
    pub(super) interrupts: bool,
    /// Whether a paragraph came before it, so that a definition of it can follow.
    pub(super) after_paragraph: bool,
}

impl Context {
    /// The start of a container.
    pub(super) const START: Self = Self { in_paragraph: false, interrupts: false, after_paragraph: false };
}

impl<'a> Block<'a> {
    /// Looks at the rest of a line.
    pub(super) fn read(cursor: Cursor<'a>, context: Context) -> Self {
        let indent = cursor.indent(CODE_INDENT);
        if indent == CODE_INDENT {
            return match () {
                () if cursor.is_blank() => Self::Blank,
                () if context.in_paragraph => Self::Text,
                () => Self::Code,
            };
        }
        let mut inside = cursor;
        inside.skip_columns(indent);
        let rest = inside.rest();
        let block = match rest.bytes().next() {
            None => Some(Self::Blank),
            Some(b'>') => {
                inside.skip_bytes(1);
                inside.skip_columns(1);
                Some(Self::Quote(inside))
            }
            Some(b'#') => is_heading(rest).then_some(Self::Heading),
            Some(b'`' | b'~') => Fence::open(rest).map(Self::Fence),
            Some(b'<') => html_block::start(rest, context.in_paragraph).map(Self::Html),
            Some(b':') if rest.starts_with("::") => {
                call::closing(rest).map(Self::Closing).or_else(|| Opening::read(rest).map(Self::Opening))
            }
            Some(b':') if context.after_paragraph => read_item(inside, indent, 1, context),
            Some(b'[') => footnote_marker(rest).map(|width| {
                inside.skip_bytes(width);
                inside.skip_columns(usize::MAX);
                Self::Item { width: FOOTNOTE_INDENT, inside }
            }),
            Some(_) if is_rule(rest, context) => Some(Self::Rule),
            Some(_) => list_marker(rest).and_then(|width| read_item(inside, indent, width, context)),
        };
        block.unwrap_or(Self::Text)
    }
}

fn read_item<'a>(
    marker: Cursor<'a>,
    indent: usize,
    marker_width: usize,
    context: Context,
) -> Option<Block<'a>> {
    let mut inside = marker;
    inside.skip_bytes(marker_width);
    let is_empty = inside.is_blank();
    if context.interrupts {
        let marker_text = &marker.rest()[..marker_width];
        let is_first = marker_width == 1 || marker_text.trim_end_matches(['.', ')']) == "1";
        if is_empty || !is_first {
            return None;
        }
    }
    let n_spaces = inside.indent(CODE_INDENT + 1);
    if n_spaces == 0 && !is_empty {
        return None;
    }
    let padding = if is_empty || n_spaces > CODE_INDENT { 1 } else { n_spaces };
    inside.skip_columns(padding);
    Some(Block::Item { width: indent + marker_width + padding, inside })
}

/// The width of `[^label]:`.
fn footnote_marker(text: &str) -> Option<usize> {
    let label = text.strip_prefix("[^")?;
    let end = label.find([']', '[', ' ', '\t'])?;
    (end > 0 && label[end..].starts_with("]:")).then_some(end + 4)
}

fn is_heading(text: &str) -> bool {
    let n_marks = text.bytes().take_while(|&byte| byte == b'#').count();
    n_marks <= 6 && (text.len() == n_marks || text[n_marks..].starts_with([' ', '\t']))
}

fn is_rule(text: &str, context: Context) -> bool {
    let text = text.trim_end();
    let Some(first) = text.bytes().next() else { return false };
    let is_underline = context.interrupts && matches!(first, b'=' | b'-');
    if is_underline && text.bytes().all(|byte| byte == first) {
        return true;
    }
    matches!(first, b'*' | b'-' | b'_')
        && text.bytes().all(|byte| byte == first || matches!(byte, b' ' | b'\t'))
        && text.bytes().filter(|&byte| byte == first).take(3).count() == 3
}

/// Fenced code that is open.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fence {
    mark: u8,
    length: usize,
}

impl Fence {
    fn open(text: &str) -> Option<Self> {
        let mark = text.bytes().next()?;
        let length = text.bytes().take_while(|&byte| byte == mark).count();
        let is_fence = length >= 3 && (mark == b'~' || !text[length..].contains('`'));
        is_fence.then_some(Self { mark, length })
    }

    /// Whether the rest of a line closes it.
    pub(super) fn is_closed_by(self, mut cursor: Cursor<'_>) -> bool {
        let indent = cursor.indent(CODE_INDENT);
        cursor.skip_columns(indent);
        let text = cursor.rest();
        let length = text.bytes().take_while(|&byte| byte == self.mark).count();
        indent < CODE_INDENT && length >= self.length && text[length..].trim_end().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(line: &str, context: Context) -> String {
        let mut block = Block::read(Cursor::new(line), context);
        let mut shown = String::new();
        loop {
            block = match block {
                Block::Quote(inside) => {
                    shown.push('>');
                    Block::read(inside, Context::START)
                }
                Block::Item { width, inside } => {
                    shown.push_str(&width.to_string());
                    Block::read(inside, Context::START)
                }
                other => {
                    let name = format!("{other:?}");
                    shown.push_str(name.split(['(', ' ']).next().unwrap_or(""));
                    return shown;
                }
            };
        }
    }

    #[test]
    fn the_blocks_of_a_line_are_told_apart() {
        let nowhere = Context { after_paragraph: true, ..Context::START };
        for (line, expected) in [
            ("", "Blank"),
            ("  \t", "Blank"),
            ("    x", "Code"),
            ("\tx", "Code"),
            ("> x", ">Text"),
            (">\t\tx", ">Code"),
            (">\tx", ">Text"),
            ("- x", "2Text"),
            ("-   x", "4Text"),
            ("-      x", "2Code"),
            ("10. > x", "4>Text"),
            ("-", "2Blank"),
            ("-x", "Text"),
            ("- - -", "Rule"),
            ("--", "Text"),
            ("# x", "Heading"),
            ("#x", "Text"),
            ("```rust", "Fence"),
            ("``` a`b", "Text"),
            ("~~~ a`b", "Fence"),
            (":::note", "Opening"),
            (":::", "Closing"),
            ("- ::toc", "2Opening"),
            (": text", "2Text"),
            ("[^1]: text", "4Text"),
            ("[a]: text", "Text"),
            ("<!-- x", "Html"),
        ] {
            assert_eq!(show(line, nowhere), expected, "{line:?}");
        }
    }

    #[test]
    fn not_everything_ends_a_paragraph() {
        let inside = Context { in_paragraph: true, interrupts: true, after_paragraph: true };
        for (line, expected) in [
            ("    x", "Text"),
            ("2. x", "Text"),
            ("1. x", "3Text"),
            ("-", "Rule"),
            ("*", "Text"),
            ("==", "Rule"),
        ] {
            assert_eq!(show(line, inside), expected, "{line:?}");
        }
    }
}

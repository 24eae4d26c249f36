//! The block scan: component calls that are lines of their own are cut out of a text.
//!
//! Input is a page with its inclusions put in, output its [`Sheet`] with placeholders, the calls and their bodies.
//! The scan keeps a stack of open containers, as CommonMark's parser does, in which a component is one more kind
//! of container. Each line goes through these steps:
//!
//! 1. [`Containers::go_on_with`]: which open containers does it go on with?
//! 2. Code and raw HTML take the line as it is.
//! 3. [`Block::read`]: what does the rest begin? Containers it opens go onto the stack, and the rest is looked at again.
//! 4. The line is written to the sheet of the innermost open component, without the prefix of the containers around it.
//!
//! A component ends at its [closing line](Containers::closed_by), and with a warning where the list item or quote ends in
//! which it was opened.
//!
//! Inline calls are left to [`inline`](super::inline), which gets every sheet when it is finished.

use std::ops::Range;

use crate::{
    base::diagnostic::Diagnostic,
    parse::expand::{
        At, Body, ComponentCall, block_placeholder,
        call::{Attributes, Opening},
        containers::{Closes, Component, Containers, Frame, View},
        cursor::{CODE_INDENT, Cursor},
        html_block::HtmlEnd,
        inline,
        line::{Block, Context, Fence},
        lines,
        record::Record,
        sheet::{Sheet, TextLine},
        writer::continued_prefix,
    },
};

/// How deep component calls may stand in one another.
pub const MAX_COMPONENT_DEPTH: usize = 16;

/// How deep quotes and list items are followed; a call in deeper ones is not found.
const MAX_CONTAINERS: usize = 64;

/// Cuts the calls out of a text: the page, and all calls in it.
pub(super) fn scan(merged: &Sheet, record: &mut Record<'_>) -> (Sheet, Vec<ComponentCall>) {
    let mut scanner = Scanner {
        merged,
        record,
        calls: Vec::new(),
        page: Sheet::default(),
        containers: Containers::default(),
        leaf: Leaf::None,
        is_after_paragraph: false,
    };
    let mut start = 0;
    while start < merged.text.len() {
        let (len, end) = lines::first_line(&merged.text[start..]);
        scanner.scan_line(&Line { start, content_end: start + len, end: start + end });
        start += end;
    }
    scanner.close_frames(0);
    let Scanner { page, mut calls, record, .. } = scanner;
    let page = inline::scan(page, 0, &mut calls, record);
    (page, calls)
}

struct Scanner<'m, 'r, 'p> {
    merged: &'m Sheet,
    record: &'r mut Record<'p>,
    calls: Vec<ComponentCall>,
    page: Sheet,
    containers: Containers,
    leaf: Leaf,
    /// Whether the last block was a paragraph, blank lines aside.
    is_after_paragraph: bool,
}

/// A line of the merged text.
struct Line {
    start: usize,
    content_end: usize,
    end: usize,
}

/// The block at the end of the line before.
#[derive(Clone, Copy)]
enum Leaf {
    None,
    Paragraph,
    Fence(Fence),
    Html(HtmlEnd),
}

impl Scanner<'_, '_, '_> {
    fn scan_line(&mut self, line: &Line) {
        let merged = self.merged;
        let mut cursor = Cursor::new(&merged.text[line.start..line.content_end]);
        let n_matched = self.containers.go_on_with(&mut cursor);
        let is_inside = n_matched == self.containers.frames.len();
        if is_inside && self.is_raw(cursor, line) {
            return self.write(line, None);
        }
        let in_paragraph = matches!(self.leaf, Leaf::Paragraph);
        let context = Context {
            in_paragraph,
            interrupts: in_paragraph && is_inside,
            after_paragraph: self.is_after_paragraph,
        };
        let mut block = self.read(cursor, context, n_matched, line);
        if !is_inside {
            if in_paragraph && matches!(block, Block::Text) {
                return self.write(line, Some((cursor.at, true))); // lazy continuation
            }
            self.close_frames(n_matched);
        }
        let mut n_containers = self.containers.frames.len();
        while let Block::Quote(inside) | Block::Item { inside, .. } = block {
            n_containers += 1;
            if n_containers > MAX_CONTAINERS {
                block = Block::Text;
                break;
            }
            self.containers.frames.push(match block {
                Block::Item { width, inside } => Frame::Item { width, is_empty: inside.is_blank() },
                _ => Frame::Quote,
            });
            self.leaf = Leaf::None;
            cursor = inside;
            let context = Context::START;
            block = self.read(cursor, context, self.containers.frames.len(), line);
        }
        self.begin(block, cursor, line);
    }

    /// Whether the line belongs to the code or raw HTML that is open; notes when that ends.
    fn is_raw(&mut self, cursor: Cursor<'_>, line: &Line) -> bool {
        let goes_on = match self.leaf {
            Leaf::None | Leaf::Paragraph => return false,
            Leaf::Fence(fence) => !fence.is_closed_by(cursor),
            Leaf::Html(HtmlEnd::Blank) if cursor.is_blank() => false,
            Leaf::Html(HtmlEnd::Blank) => {
                // Tags around a call are no reason to leave it as it is.
                let context = Context::START;
                let block = self.read(cursor, context, self.containers.frames.len(), line);
                return !matches!(block, Block::Opening(_) | Block::Closing(_));
            }
            Leaf::Html(end) => !end.is_in(cursor.rest()),
        };
        if !goes_on {
            self.leaf = Leaf::None;
        }
        true
    }

    /// What the rest of the line begins, colons that mean nothing here being text.
    fn read<'c>(&self, cursor: Cursor<'c>, context: Context, n_frames: usize, line: &Line) -> Block<'c> {
        let is_call = match Block::read(cursor, context) {
            Block::Opening(_) => true,
            Block::Closing(n_colons) => self.containers.closed_by(n_colons, n_frames).is_some(),
            other => return other,
        };
        let (file, _) = self.merged.map.origin(line.start + cursor.at);
        if is_call && self.record.is_markdown(file) { Block::read(cursor, context) } else { Block::Text }
    }

    fn begin(&mut self, block: Block<'_>, cursor: Cursor<'_>, line: &Line) {
        let continues = matches!(self.leaf, Leaf::Paragraph);
        self.is_after_paragraph = match block {
            Block::Blank => self.is_after_paragraph,
            Block::Text | Block::Quote(_) | Block::Item { .. } => true,
            _ => false,
        };
        let (leaf, content) = match block {
            Block::Opening(opening) => return self.open(opening, cursor, line),
            Block::Closing(n_colons) => return self.close(n_colons, line),
            Block::Blank | Block::Code | Block::Rule => (Leaf::None, None),
            Block::Fence(fence) => (Leaf::Fence(fence), None),
            Block::Html(end) if end.is_in(cursor.rest()) => (Leaf::None, None),
            Block::Html(end) => (Leaf::Html(end), None),
            Block::Heading => (Leaf::None, Some((cursor.at, false))),
            Block::Text | Block::Quote(_) | Block::Item { .. } => {
                (Leaf::Paragraph, Some((cursor.at, continues)))
            }
        };
        self.leaf = leaf;
        self.write(line, content);
    }

    fn open(&mut self, opening: Opening, mut cursor: Cursor<'_>, line: &Line) {
        let prefix_end = cursor.at;
        let indent = cursor.indent(CODE_INDENT);
        cursor.skip_columns(indent);
        let start = line.start + cursor.at;
        let depth = self.containers.depth();
        let (n_colons, name, attributes, label) = match opening {
            Opening::Broken { n_colons, at } => {
                self.report_broken(start + at, line);
                return self.write_literal(n_colons, line);
            }
            Opening::Container { n_colons, .. } if depth >= MAX_COMPONENT_DEPTH => {
                inline::report_depth(self.record, self.at(start, line));
                return self.write_literal(n_colons, line);
            }
            Opening::Leaf { .. } if depth >= MAX_COMPONENT_DEPTH => {
                inline::report_depth(self.record, self.at(start, line));
                return self.write_literal(0, line);
            }
            Opening::Container { n_colons, name, attributes } => (n_colons, name, attributes, None),
            Opening::Leaf { name, attributes, label } => (0, name, attributes, label),
        };
        self.containers.write_raw(&self.merged.text[line.start..line.end]);
        let call = self.calls.len();
        self.calls.push(new_call(name, attributes, self.at(start, line)));
        self.write_placeholder(call, prefix_end, start, line);
        self.leaf = Leaf::None;
        if n_colons > 0 {
            let raw = self.merged.text[start..line.end].to_owned();
            let component =
                Component { n_colons, indent, call, sheet: Sheet::default(), raw, view: View::default() };
            self.containers.frames.push(Frame::Component(Box::new(component)));
            return;
        }
        self.calls[call].raw = self.merged.text[start..line.content_end].to_owned();
        if let Some(label) = label {
            let label = start + label.start..start + label.end;
            self.calls[call].body = Some(self.label_body(label, depth));
        }
    }

    fn label_body(&mut self, label: Range<usize>, depth: usize) -> Body {
        let mut sheet = Sheet::default();
        sheet.push(self.merged, label);
        sheet.lines = vec![TextLine { range: 0..sheet.text.len(), continues: false }];
        inline::scan(sheet, depth + 1, &mut self.calls, self.record).into_body()
    }

    /// Writes the placeholder of a call, inside the containers around it.
    fn write_placeholder(&mut self, call: usize, prefix_end: usize, start: usize, line: &Line) {
        let merged = self.merged;
        let ending = &merged.text[line.content_end..line.end];
        let is_in_html = matches!(self.leaf, Leaf::Html(_));
        let (sheet, view) = self.containers.sheet(&mut self.page);
        let prefix = &merged.text[line.start + view.at..line.start + prefix_end];
        let blank_line = match continued_prefix(prefix).filter(|_| is_in_html) {
            Some(prefix) => format!("{}{}", prefix.trim_end(), if ending.is_empty() { "\n" } else { ending }),
            None => String::new(),
        };
        sheet.push_instead(merged, line.start, &blank_line);
        sheet.push_instead(merged, line.start, &" ".repeat(view.spare));
        sheet.push(merged, line.start + view.at..line.start + prefix_end);
        sheet.push_instead(merged, start, &block_placeholder(call));
        sheet.push(merged, line.content_end..line.end);
        sheet.push_instead(merged, line.content_end, &blank_line);
    }

    fn close(&mut self, n_colons: usize, line: &Line) {
        match self.containers.closed_by(n_colons, self.containers.frames.len()) {
            Some(Closes::Component(index)) => {
                self.close_frames(index + 1);
                if let Some(Frame::Component(mut component)) = self.containers.frames.pop() {
                    component.add_raw(&self.merged.text[line.start..line.content_end]);
                    self.finish(*component);
                }
                self.containers.write_raw(&self.merged.text[line.start..line.end]);
                self.leaf = Leaf::None;
            }
            Some(Closes::Literal(index)) => {
                self.containers.literals.truncate(index);
                self.write(line, None);
                self.leaf = Leaf::Paragraph;
            }
            None => self.write(line, None),
        }
    }

    /// Closes the innermost containers until `n_frames` are left.
    fn close_frames(&mut self, n_frames: usize) {
        while self.containers.frames.len() > n_frames {
            self.leaf = Leaf::None;
            if let Some(Frame::Component(mut component)) = self.containers.frames.pop() {
                let at = self.calls[component.call].at;
                let name =
                    format!("{}{}", ":".repeat(component.n_colons.min(8)), self.calls[component.call].name);
                self.record.report(|record| {
                    Diagnostic::warning("component-unclosed", format!("`{name}` is never closed"))
                        .hint("close it with a line of as many colons, in the same list item or quote")
                        .at(record.place_at(at))
                });
                component.raw.truncate(lines::without_last_ending(&component.raw).len());
                self.finish(*component);
            }
        }
        self.containers.forget_literals();
    }

    /// Takes over what a component that was closed consists of.
    fn finish(&mut self, component: Component) {
        let depth = self.containers.depth() + 1;
        let sheet = inline::scan(component.sheet, depth, &mut self.calls, self.record);
        let call = &mut self.calls[component.call];
        call.body = Some(sheet.into_body());
        call.raw = component.raw;
    }

    /// Leaves an opening as text, and what closes it too.
    fn write_literal(&mut self, n_colons: usize, line: &Line) {
        if n_colons >= 3 {
            self.containers.add_literal(n_colons);
        }
        self.write(line, None);
        self.leaf = Leaf::Paragraph;
    }

    /// Writes a line as it is; `content` says where its inline content begins, and whether it continues a paragraph.
    fn write(&mut self, line: &Line, content: Option<(usize, bool)>) {
        self.containers.write_raw(&self.merged.text[line.start..line.end]);
        let merged = self.merged;
        let (sheet, view) = self.containers.sheet(&mut self.page);
        sheet.push_instead(merged, line.start + view.at, &" ".repeat(view.spare));
        let start = sheet.text.len();
        sheet.push(merged, line.start + view.at..line.end);
        if let Some((at, continues)) = content {
            let range = start + (at - view.at)..sheet.text.len();
            sheet.lines.push(TextLine { range, continues });
        }
    }

    fn at(&self, start: usize, line: &Line) -> At {
        self.merged.map.at(start..line.content_end)
    }

    fn report_broken(&mut self, start: usize, line: &Line) {
        inline::report_broken(self.record, self.at(start, line));
    }
}

fn new_call(name: String, attributes: Attributes, at: At) -> ComponentCall {
    ComponentCall { name, attributes, block: true, body: None, raw: String::new(), at }
}

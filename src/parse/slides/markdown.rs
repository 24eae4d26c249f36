//! [`to_expanded`]: a slide as a text that our Markdown parser reads as its author meant it.
//!
//! Blocks of classes become component calls named [`CLASS`], link definitions of the deck stand at the top, and lines that
//! the old Markdown of remark reads in another way than CommonMark are written so that both read the same.

use std::{collections::BTreeSet, ops::Range};

use compact_str::CompactString;

use crate::{
    base::path::RepoPath,
    parse::{
        expand::{AttributeValue, Body, ComponentCall, Expanded, SourceMap, block_placeholder, placeholder},
        slides::{
            chapter::{Definitions, Piece},
            properties::Properties,
        },
    },
};

/// How long the id of a link can be, in bytes.
const MAX_LABEL_BYTES: usize = 500;

/// The name of the calls that stand for `.class[...]`; no component can be called so.
pub const CLASS: &str = ".";

/// A slide or one of its steps, as a part of the text of its chapter.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// The text of the chapter.
    pub text: &'a str,
    /// Where that came from.
    pub map: &'a SourceMap,
    /// What of it is shown.
    pub pieces: &'a [Piece],
    /// Whether it is shown only when readers go on.
    pub is_step: bool,
}

/// A slide with all its steps, ready to be parsed.
#[derive(Clone, Debug, Default)]
pub struct SlideText {
    /// The text.
    pub expanded: Expanded,
    /// Where each step begins in it, but for what is there from the beginning.
    pub steps: Vec<usize>,
}

/// Joins the parts of a slide.
pub fn to_expanded(
    path: &RepoPath,
    parts: &[Part<'_>],
    properties: &Properties,
    definitions: &Definitions,
) -> SlideText {
    let mut calls = Vec::new();
    let mut out = Out::new(SourceMap::whole(0, 0), properties);
    out.define(parts, definitions);
    let mut steps = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            out.begin_part(part);
        }
        if part.is_step {
            steps.push(out.text.len());
        }
        out.pieces(part, part.pieces, &mut calls);
    }
    let (text, map) = (out.text, out.map);
    let expanded = Expanded { text, map, calls, files: vec![path.clone()], ..Expanded::default() };
    SlideText { expanded, steps }
}

/// A fence that is open.
#[derive(Clone, Copy)]
struct Fence {
    byte: u8,
    n_marks: usize,
    indent: usize,
}

/// A text that is being written.
struct Out<'p> {
    /// What `{{name}}` stands for.
    properties: &'p Properties,
    text: String,
    map: SourceMap,
    /// The fence that is open.
    fence: Option<Fence>,
    /// How far the content of the last item of a list is indented.
    item: usize,
    /// How many spaces are taken from the beginning of each line.
    dedent: usize,
}

impl<'p> Out<'p> {
    fn new(map: SourceMap, properties: &'p Properties) -> Self {
        Self { properties, text: String::new(), map, fence: None, item: 0, dedent: 0 }
    }

    /// Writes the definitions that the text uses.
    fn define(&mut self, parts: &[Part<'_>], definitions: &Definitions) {
        if definitions.is_empty() {
            return;
        }
        let texts = parts.iter().flat_map(|part| texts(part.text, part.pieces));
        let used: BTreeSet<CompactString> = texts.flat_map(labels).collect();
        for definition in used.iter().filter_map(|label| definitions.get(label.as_str())) {
            let id = &definition.id;
            let title = definition.title.as_ref().map(|title| format!(" \"{}\"", title.replace('"', "\\\"")));
            self.text.push_str(&format!("[{id}]: <{}>{}\n", definition.href, title.unwrap_or_default()));
        }
        if !self.text.is_empty() {
            self.text.push('\n');
        }
    }

    /// Begins a part: a line of its own, and a block of its own unless it goes on with a list.
    fn begin_part(&mut self, part: &Part<'_>) {
        if !self.text.ends_with('\n') && !self.text.is_empty() {
            self.text.push('\n');
        }
        let first = part.pieces.first().map(|piece| match piece {
            Piece::Text(range) => &part.text[range.clone()],
            Piece::Class { .. } => "",
        });
        let first = first.unwrap_or_default();
        let goes_on = first.starts_with([' ', '\n']) || is_item(first);
        if !goes_on {
            self.text.push('\n');
        }
    }

    fn pieces(&mut self, part: &Part<'_>, pieces: &[Piece], calls: &mut Vec<ComponentCall>) {
        for (index, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Text(range) => self.markdown(part, range.clone()),
                Piece::Class { classes, block, content, whole } => {
                    let mut body = Self::new(SourceMap::default(), self.properties);
                    if *block {
                        body.dedent = indentation(&part.text[whole.clone()]);
                    }
                    body.pieces(part, content, calls);
                    if !*block {
                        escape_block(&mut body.text);
                    }
                    let call = ComponentCall {
                        name: CLASS.to_owned(),
                        attributes: vec![("class".to_owned(), AttributeValue::Text(classes.to_string()))],
                        block: *block,
                        body: Some(Body { text: body.text, map: body.map }),
                        raw: part.text[whole.clone()].to_owned(),
                        at: part.map.at(whole.clone()),
                    };
                    calls.push(call);
                    let next = match pieces.get(index + 1) {
                        Some(Piece::Text(range)) => &part.text[range.clone()],
                        Some(Piece::Class { .. }) => ".",
                        None => "",
                    };
                    self.call(part, calls.len() - 1, *block, whole.start, next);
                }
            }
        }
    }

    /// Writes the placeholder of a call; `next` is what stands behind it.
    fn call(&mut self, part: &Part<'_>, index: usize, block: bool, at: usize, next: &str) {
        self.mark(part, at);
        if !block {
            self.text.push_str(&placeholder(index));
            return;
        }
        let line = &self.text[self.text.rfind('\n').map_or(0, |at| at + 1)..];
        let indent = " ".repeat(item_indent(line));
        if !line[item_indent(line).min(line.len())..].trim().is_empty() {
            self.text.push('\n');
            self.text.push_str(&indent);
        }
        self.text.push_str(&block_placeholder(index));
        let rest = next.split('\n').next().unwrap_or_default();
        if !rest.trim().is_empty() {
            self.text.push('\n');
            self.text.push_str(&indent);
        }
    }

    fn mark(&mut self, part: &Part<'_>, at: usize) {
        let origin = part.map.at(at..at);
        self.map.push(self.text.len(), origin.file, origin.offset as usize);
    }

    /// Writes Markdown line by line.
    fn markdown(&mut self, part: &Part<'_>, range: Range<usize>) {
        let (mut at, end) = (range.start, range.end);
        for line in part.text[range].split_inclusive('\n') {
            let start = at;
            at += line.len();
            let begins = self.text.is_empty() || self.text.ends_with('\n');
            let mut skipped = 0;
            if begins {
                skipped = line.bytes().take(self.dedent).take_while(|&byte| byte == b' ').count();
            }
            self.mark(part, start + skipped);
            let behind = &part.text[at..end];
            match self.interpolated(&line[skipped..]) {
                Some(line) => self.line(&line, begins, behind),
                None => self.line(&line[skipped..], begins, behind),
            }
        }
    }

    /// A line with properties of the slide in place of their names, also in code; other names stay.
    fn interpolated(&self, line: &str) -> Option<String> {
        let mut rest = line;
        let mut written = String::new();
        while let Some((before, behind)) = rest.split_once("{{") {
            let Some((name, after)) = behind.split_once("}}") else { break };
            if let Some(before) = before.strip_suffix('\\') {
                written.push_str(before);
                written.push_str("{{");
                rest = behind;
                continue;
            }
            written.push_str(before);
            match (name.trim(), self.properties.get(name.trim())) {
                (_, Some(value)) => written.push_str(value),
                ("content", None) => {}
                _ => {
                    written.push_str("{{");
                    rest = behind;
                    continue;
                }
            }
            rest = after;
        }
        if rest.len() == line.len() {
            return None;
        }
        written.push_str(rest);
        Some(written)
    }

    /// Writes a line; `behind` is the text behind it.
    fn line(&mut self, line: &str, begins: bool, behind: &str) {
        if !begins {
            return self.text.push_str(line);
        }
        let trimmed = line.trim_start_matches([' ', '\t']);
        let indent = &line[..line.len() - trimmed.len()];
        if let Some(fence) = self.fence {
            if is_closing(trimmed, fence.byte, fence.n_marks) {
                self.fence = None;
            }
            // Code that stands further left than its fence would end the list that the fence is in.
            let is_blank = trimmed.trim().is_empty();
            if !is_blank && !indent.contains('\t') {
                self.text.push_str(&" ".repeat(fence.indent.saturating_sub(indent.len())));
            }
            return self.text.push_str(line);
        }
        if let Some((byte, n_found)) = opening(trimmed) {
            // In remark three marks close a fence of four.
            let has_end = |n: usize| behind.lines().any(|line| is_closing(line.trim_start(), byte, n));
            let n_marks = if n_found > 3 && !has_end(n_found) && has_end(3) { 3 } else { n_found };
            let indent_len = indent.len();
            self.fence = Some(Fence { byte, n_marks, indent: indent_len });
            self.text.push_str(indent);
            return self.text.push_str(&trimmed[n_found - n_marks..]);
        }
        if is_item(line) {
            self.item = item_indent(line);
        } else if indent.is_empty() && !trimmed.trim().is_empty() {
            self.item = 0;
        } else if self.item > 0
            && indent.len() < 8
            && indent.len() >= self.item + 4
            && self.text.ends_with("\n\n")
        {
            // Only from eight spaces on is this code in an item, by the rules of remark.
            self.text.push_str(&" ".repeat(self.item));
            return self.text.push_str(trimmed);
        }
        if let Some(level) = tight_heading(trimmed) {
            self.text.push_str(indent);
            self.text.push_str(&trimmed[..level]);
            self.text.push(' ');
            return self.text.push_str(&trimmed[level..]);
        }
        if let Some(len) = lone_tag(trimmed) {
            // Alone on its line, it would begin a block without Markdown.
            self.text.push_str(indent);
            self.text.push_str(&trimmed[..len]);
            self.text.push_str(EMPTY);
            return self.text.push_str(&trimmed[len..]);
        }
        self.text.push_str(line);
    }
}

/// A comment that says nothing; the renderer leaves it away.
pub const EMPTY: &str = "<!---->";

/// The texts of pieces, also those inside of classes.
fn texts<'t>(text: &'t str, pieces: &'t [Piece]) -> Vec<&'t str> {
    let mut found = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Text(range) => found.push(&text[range.clone()]),
            Piece::Class { content, .. } => found.extend(texts(text, content)),
        }
    }
    found
}

/// What stands in brackets in a text, as ids of links are compared, in order.
pub fn labels(text: &str) -> Vec<CompactString> {
    let mut labels: Vec<CompactString> = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('[') {
        rest = &rest[at + 1..];
        let end = rest.find(['[', ']']).unwrap_or(rest.len());
        if rest[end..].starts_with(']') && (1..=MAX_LABEL_BYTES).contains(&end) {
            labels.push(label(&rest[..end]).into());
        }
    }
    labels.sort_unstable();
    labels.dedup();
    labels
}

/// The id of a link as it is compared: in lower case, with single spaces.
pub fn label(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Takes the meaning from what would make a line a list or a heading: a text inside of a line is neither.
fn escape_block(text: &mut String) {
    let trimmed = text.trim_start();
    let start = text.len() - trimmed.len();
    let digits = trimmed.bytes().take_while(u8::is_ascii_digit).count();
    if trimmed.starts_with(['*', '-', '+', '#', '>'])
        && !trimmed[1..].starts_with(|c: char| c != ' ' && c != '#')
    {
        text.insert(start, '\\');
    } else if digits > 0 && trimmed[digits..].starts_with(['.', ')']) {
        text.insert(start + digits, '\\');
    }
}

/// The least indentation of the lines inside a block, but for the line that it begins in.
fn indentation(text: &str) -> usize {
    let lines = text.lines().skip(1).filter(|line| !line.trim().is_empty());
    lines.map(|line| line.len() - line.trim_start_matches(' ').len()).min().unwrap_or(0)
}

/// Whether a line begins an item of a list.
fn is_item(line: &str) -> bool {
    item_indent(line) > line.len() - line.trim_start_matches(' ').len()
}

/// How far the content of a line is indented: by spaces, and by the marker of an item.
fn item_indent(line: &str) -> usize {
    let trimmed = line.trim_start_matches(' ');
    let indent = line.len() - trimmed.len();
    let digits = trimmed.bytes().take_while(u8::is_ascii_digit).count();
    let marker = match trimmed.as_bytes() {
        [b'-' | b'*' | b'+', b' ', ..] => 1,
        bytes if digits > 0 && digits < 10 && matches!(bytes.get(digits..digits + 2), Some(b". ")) => {
            digits + 1
        }
        _ => return indent,
    };
    let spaces = trimmed[marker..].bytes().take_while(|&byte| byte == b' ').count();
    indent + marker + spaces
}

fn opening(line: &str) -> Option<(u8, usize)> {
    let byte = *line.as_bytes().first().filter(|byte| matches!(byte, b'`' | b'~'))?;
    let n_marks = line.bytes().take_while(|&other| other == byte).count();
    let is_fence = n_marks >= 3 && !(byte == b'`' && line[n_marks..].contains('`'));
    is_fence.then_some((byte, n_marks))
}

fn is_closing(line: &str, byte: u8, n_marks: usize) -> bool {
    let n_found = line.bytes().take_while(|&other| other == byte).count();
    n_found >= n_marks && line[n_found..].trim().is_empty()
}

/// The level of a heading without a space behind its marks.
fn tight_heading(line: &str) -> Option<usize> {
    let level = line.bytes().take_while(|&byte| byte == b'#').count();
    let next = line[level..].chars().next()?;
    ((1..=6).contains(&level) && !next.is_whitespace()).then_some(level)
}

/// The length of an inline tag that is all of a line.
fn lone_tag(line: &str) -> Option<usize> {
    let text = line.trim_end();
    let inner = text.strip_prefix('<')?.strip_suffix('>')?;
    let name = inner.trim_start_matches('/');
    let name = &name[..name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len())];
    let is_inline = INLINE.contains(&name.to_ascii_lowercase().as_str()) && !inner.contains(['<', '>']);
    is_inline.then_some(text.len())
}

/// The elements that the Markdown of remark never takes for blocks.
const INLINE: [&str; 36] = [
    "a", "em", "strong", "small", "s", "cite", "q", "dfn", "abbr", "data", "time", "code", "var", "samp",
    "kbd", "sub", "sup", "i", "b", "u", "mark", "ruby", "rt", "rp", "bdi", "bdo", "span", "br", "wbr", "ins",
    "del", "img", "font", "big", "tt", "label",
];

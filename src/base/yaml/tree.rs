//! Builds a [`Node`] from the events of the YAML parser, replacing aliases and merge keys, within [`Limits`].
//!
//! An explicit stack, so that no input can exhaust the thread's; counts come before copies, so that no alias bomb
//! gets to allocate. Places are relative to the YAML text.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

use serde_saphyr::granit_parser::{self, ErrorKind, Event, Parser, ScalarStyle, ScanError, Span, Tag};

use super::{Limits, Problem, mistake, scalar};
use crate::base::node::{Entry, Node, Value};

/// Mappings up to this size look for duplicate keys by comparing all pairs.
const SMALL_MAP: usize = 12;

/// Reads the single document of `yaml`.
pub(super) fn build(yaml: &str, limits: Limits) -> Result<Node, Problem> {
    let mut options = granit_parser::options! {
        flow_nesting_limit: limits.max_depth + 1,
        block_nesting_limit: limits.max_depth + 1,
    };
    options.set_emit_comments(false);
    let mut builder = Builder {
        yaml,
        limits,
        n_nodes: 0,
        n_aliases: 0,
        n_bytes: 0,
        stack: Vec::new(),
        anchors: HashMap::new(),
        root: None,
    };
    for event in Parser::new_from_str_with_options(yaml, options) {
        let (event, span) = event.map_err(|error| scan_problem(yaml, &error, limits))?;
        builder.take(event, builder.range(&span))?;
    }
    Ok(builder.root.unwrap_or_else(|| node(Value::Null, 0..0)))
}

struct Builder<'y> {
    yaml: &'y str,
    limits: Limits,
    n_nodes: usize,
    n_aliases: usize,
    n_bytes: usize,
    stack: Vec<Frame>,
    anchors: HashMap<usize, Anchored>,
    root: Option<Node>,
}

/// A list or mapping that isn't closed yet.
struct Frame {
    start: usize,
    anchor: usize,
    open: Open,
}

enum Open {
    List(Vec<Node>),
    Map { entries: Vec<Entry>, key: Option<Key>, merged: Vec<Entry> },
}

struct Key {
    text: String,
    span: Range<usize>,
    is_merge: bool,
}

/// A value that aliases can stand for.
struct Anchored {
    node: Node,
    size: Size,
}

#[derive(Clone, Copy, Default)]
struct Size {
    n_nodes: usize,
    n_bytes: usize,
    depth: usize,
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, range: Range<usize>) -> Result<(), Problem> {
        match event {
            Event::DocumentStart(..) if self.root.is_some() => {
                Err(Problem::new("invalid-yaml", "invalid YAML: a second document begins here", range)
                    .hint("keep one document per file"))
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.count(Size { n_nodes: 1, n_bytes: text.len(), depth: 0 }, &range)?;
                if self.awaits_key() && anchor == 0 {
                    let is_merge = text == "<<" && style == ScalarStyle::Plain;
                    self.set_key(Key { text: text.into_owned(), span: range, is_merge });
                    return Ok(());
                }
                let is_text = style != ScalarStyle::Plain || tag.is_some_and(|tag| forces_text(&tag));
                let value = if is_text { Value::Text(text.into_owned()) } else { scalar::resolve(&text) };
                self.place(node(value, range), anchor)
            }
            Event::SequenceStart(_, anchor, _) => self.open(Open::List(Vec::new()), anchor, range),
            Event::MappingStart(_, anchor, _) => {
                self.open(Open::Map { entries: Vec::new(), key: None, merged: Vec::new() }, anchor, range)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(range),
            Event::Alias(anchor) => self.alias(anchor, range),
            _ => Ok(()),
        }
    }

    fn range(&self, span: &Span) -> Range<usize> {
        span.byte_range()
            .map_or(0..0, |range| range.start.min(self.yaml.len())..range.end.min(self.yaml.len()))
    }

    fn count(&mut self, size: Size, range: &Range<usize>) -> Result<(), Problem> {
        self.n_nodes = self.n_nodes.saturating_add(size.n_nodes);
        self.n_bytes = self.n_bytes.saturating_add(size.n_bytes);
        let Limits { max_nodes, max_aliases, max_text_bytes, max_depth } = self.limits;
        let exceeded = if self.n_nodes > max_nodes {
            format!("more than {max_nodes} values")
        } else if self.n_aliases > max_aliases {
            format!("more than {max_aliases} aliases")
        } else if self.n_bytes > max_text_bytes {
            format!("more than {} MiB of text", max_text_bytes >> 20)
        } else if self.stack.len() + size.depth > max_depth {
            format!("nested deeper than {max_depth} levels")
        } else {
            return Ok(());
        };
        Err(limit_problem(&exceeded, range.clone()))
    }

    fn awaits_key(&self) -> bool {
        matches!(self.stack.last(), Some(Frame { open: Open::Map { key: None, .. }, .. }))
    }

    fn set_key(&mut self, new: Key) {
        if let Some(Frame { open: Open::Map { key, .. }, .. }) = self.stack.last_mut() {
            *key = Some(new);
        }
    }

    fn open(&mut self, open: Open, anchor: usize, range: Range<usize>) -> Result<(), Problem> {
        if self.awaits_key() {
            return Err(complex_key(range));
        }
        self.count(Size { n_nodes: 1, n_bytes: 0, depth: 1 }, &range)?;
        self.stack.push(Frame { start: range.start, anchor, open });
        Ok(())
    }

    fn close(&mut self, range: Range<usize>) -> Result<(), Problem> {
        let Some(Frame { start, anchor, open }) = self.stack.pop() else { return Ok(()) };
        let end = range.end.max(start);
        let span = start..start + self.yaml[start..end].trim_end().len();
        let value = match open {
            Open::List(items) => Value::List(items),
            Open::Map { entries, merged, .. } => Value::Map(merge(distinct(entries)?, merged)),
        };
        self.place(node(value, span), anchor)
    }

    fn alias(&mut self, anchor: usize, range: Range<usize>) -> Result<(), Problem> {
        let Some(anchored) = self.anchors.get(&anchor) else {
            return Err(Problem::new(
                "invalid-yaml",
                "invalid YAML: this alias is inside of what it stands for",
                range,
            ));
        };
        let size = anchored.size;
        self.n_aliases += 1;
        self.count(size, &range)?;
        let mut node = self.anchors[&anchor].node.clone();
        node.span = range;
        self.place(node, 0)
    }

    /// Puts a finished value where it belongs: as the root, an item, a key or the value of a key.
    fn place(&mut self, node: Node, anchor: usize) -> Result<(), Problem> {
        if anchor != 0 {
            self.anchors.insert(anchor, Anchored { size: size_of(&node), node: node.clone() });
        }
        match self.stack.last_mut().map(|frame| &mut frame.open) {
            None => self.root = Some(node),
            Some(Open::List(items)) => items.push(node),
            Some(Open::Map { entries, key, merged }) => match key.take() {
                None => {
                    let Some(text) = node.as_written(self.yaml) else { return Err(complex_key(node.span)) };
                    *key = Some(Key { text, span: node.span, is_merge: false });
                }
                Some(key) if key.is_merge => merged.extend(mergeable(node)?),
                Some(key) => entries.push(Entry { key: key.text, key_span: key.span, node }),
            },
        }
        Ok(())
    }
}

fn node(value: Value, span: Range<usize>) -> Node {
    Node { value, source: span.clone(), span }
}

fn forces_text(tag: &Tag) -> bool {
    tag.core_suffix() == Some("str") || (tag.handle().len() + tag.suffix().len() == 1)
}

fn size_of(node: &Node) -> Size {
    let mut size = Size { n_nodes: 1, ..Size::default() };
    let mut add = |child: &Node, n_key_bytes: usize| {
        let child = size_of(child);
        size.n_nodes += child.n_nodes;
        size.n_bytes += child.n_bytes + n_key_bytes;
        size.depth = size.depth.max(child.depth);
    };
    match &node.value {
        Value::List(items) => items.iter().for_each(|item| add(item, 0)),
        Value::Map(entries) => entries.iter().for_each(|entry| add(&entry.node, entry.key.len())),
        Value::Text(text) => {
            size.n_bytes = text.len();
            return size;
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => return size,
    }
    size.depth += 1;
    size
}

/// The entries that a `<<` brings in: those of a mapping, or of a list of mappings.
fn mergeable(node: Node) -> Result<Vec<Entry>, Problem> {
    let wrong =
        |span| Problem::new("invalid-yaml", "invalid YAML: `<<` wants a mapping or a list of mappings", span);
    match node.value {
        Value::Map(entries) => Ok(entries),
        Value::List(items) => {
            let mut all = Vec::new();
            for item in items {
                let Value::Map(entries) = item.value else { return Err(wrong(item.span)) };
                all.extend(entries);
            }
            Ok(all)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => Err(wrong(node.span)),
    }
}

/// The entries, followed by those of the merged ones whose keys are new.
fn merge(mut entries: Vec<Entry>, merged: Vec<Entry>) -> Vec<Entry> {
    if !merged.is_empty() {
        let mut keys: HashSet<String> = entries.iter().map(|entry| entry.key.clone()).collect();
        entries.extend(merged.into_iter().filter(|entry| keys.insert(entry.key.clone())));
    }
    entries
}

fn distinct(entries: Vec<Entry>) -> Result<Vec<Entry>, Problem> {
    let duplicate = if entries.len() <= SMALL_MAP {
        (1..entries.len()).find(|&at| entries[..at].iter().any(|entry| entry.key == entries[at].key))
    } else {
        let mut keys = HashSet::with_capacity(entries.len());
        entries.iter().position(|entry| !keys.insert(entry.key.as_str()))
    };
    let Some(at) = duplicate else { return Ok(entries) };
    let Entry { key, key_span, .. } = &entries[at];
    let shown: String = key.chars().take(60).collect();
    Err(Problem::new("duplicate-key", format!("`{shown}` is set twice"), key_span.clone())
        .hint("keep one of the two"))
}

fn complex_key(range: Range<usize>) -> Problem {
    Problem::new("invalid-yaml", "invalid YAML: a list or mapping can't be a key", range)
        .hint("put the text in quotes if it is meant literally")
}

fn limit_problem(exceeded: &str, range: Range<usize>) -> Problem {
    Problem::new("yaml-limit", format!("YAML is too large: {exceeded}"), range)
        .hint("use fewer values, fewer aliases or less nesting")
}

fn scan_problem(yaml: &str, error: &ScanError, limits: Limits) -> Problem {
    let at = error.marker().byte_offset().unwrap_or(0).min(yaml.len());
    let kind = error.kind();
    if matches!(kind, ErrorKind::RecursionLimitExceeded) {
        return limit_problem(&format!("nested deeper than {} levels", limits.max_depth), at..at);
    }
    let reason: String = kind.to_string().chars().filter(|character| !character.is_control()).collect();
    let problem =
        Problem::new("invalid-yaml", format!("invalid YAML: {}", reason.trim_end_matches('.')), at..at);
    let tab = reason.contains("tab").then(|| mistake::tab_in_indentation(yaml, at)).flatten();
    if let Some(range) = tab {
        let message = "invalid YAML: a tab can't stand before a key or a value";
        return Problem::new("invalid-yaml", message, range).hint("indent with spaces");
    }
    if let Some((range, wanted)) = mistake::unclosed(yaml, at) {
        let message = format!("invalid YAML: this `{}` is not closed", &yaml[range.clone()]);
        return Problem::new("invalid-yaml", message, range).hint(format!("close it with `{wanted}`"));
    }
    match kind {
        ErrorKind::TabNotAllowed | ErrorKind::TabInBlockIndentation | ErrorKind::TabInIndentation => {
            problem.hint("indent with spaces")
        }
        _ if reason.contains("unclosed quote") => problem.hint("close the quote"),
        _ => problem.hint("put text that holds special characters in quotes"),
    }
}

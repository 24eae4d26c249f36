//! [`Manifest`]: a YAML file that makes a deck out of chapters.
//!
//! Manifests of remark workshops (`content` or `chapters` with nested lists of files and inline slides) and our own, which
//! name parts and minutes and can extend another, are read alike. Whatever is wrong in one is told with its line, and the
//! rest of the deck is built.

use std::{collections::BTreeMap, ops::Range};

use serde::{Deserialize, Serialize};

use crate::{
    base::{
        diagnostic::{Diagnostic, Place},
        node::{Node, Value},
        path::RepoPath,
        shape::{Shapes, did_you_mean},
        yaml,
    },
    parse::expand::SourceMap,
};

/// How many entries a deck can have.
pub const MAX_ITEMS: usize = 5_000;
/// How deep parts can be nested.
const MAX_DEPTH: usize = 8;
/// The keys of a manifest.
const KEYS: [&str; 25] = [
    "title",
    "subtitle",
    "author",
    "date",
    "event",
    "language",
    "theme",
    "ratio",
    "exclude",
    "lenses",
    "variables",
    "content",
    "chapters",
    "extends",
    "pin",
    "add",
    "remove",
    "replace",
    "move",
    "chat",
    "gitrepo",
    "slides",
    "zip",
    "html",
    "slidenumberprefix",
];
/// Keys that are variables of their own name, as in the manifests of remark workshops.
const VARIABLE_KEYS: [&str; 5] = ["chat", "gitrepo", "slides", "zip", "html"];

/// What a manifest says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Manifest {
    /// The title as written; it can have several lines.
    pub title: Option<String>,
    /// A line below the title.
    pub subtitle: Option<String>,
    /// Who speaks.
    pub author: Option<String>,
    /// The day, as written.
    pub date: Option<String>,
    /// What it is given at.
    pub event: Option<String>,
    /// The language tag.
    pub language: Option<String>,
    /// The name of a look.
    pub theme: Option<String>,
    /// Width to height: `16:9`.
    pub ratio: Option<String>,
    /// The classes whose slides are left out; `None` when nothing is said.
    pub exclude: Option<Vec<String>>,
    /// The classes that readers can switch.
    pub lenses: Option<Vec<String>>,
    /// What stands before the number of a slide.
    pub number_prefix: Option<String>,
    /// What `@@NAME@@` stands for, by names in lower case.
    pub variables: BTreeMap<String, String>,
    /// The slides, in order.
    pub content: Vec<Item>,
    /// Another manifest that this one changes.
    pub extends: Option<Written>,
    /// The commit, tag or branch that its chapters and what it extends are taken from.
    pub pin: Option<Written>,
    /// What it changes.
    pub changes: Vec<Change>,
    /// What is changed of single slides, which are known by their ids when the deck is rendered.
    pub slides: Vec<Change>,
}

impl Manifest {
    /// The title in one line, or else the name of its file.
    pub fn title_or(&self, name: &str) -> String {
        let title = self.title.as_deref().unwrap_or(name);
        title.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// A word and where it stands in the manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Written {
    /// The word.
    pub text: String,
    /// Its byte range.
    pub span: Range<usize>,
}

/// A part of a deck.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Item {
    /// What it is.
    pub kind: Kind,
    /// How many minutes it is planned to take.
    pub minutes: Option<u32>,
    /// Where it stands in its manifest.
    pub span: Range<usize>,
}

/// The kinds of items.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// A chapter, by the path of its file as written.
    Chapter(String),
    /// Slides that stand in the manifest.
    Inline(String),
    /// A part with a title of its own or none.
    Part {
        /// What it is called.
        title: Option<String>,
        /// What is in it.
        items: Vec<Item>,
    },
    /// What can't be a part of a deck, as it is shown.
    Invalid(String),
}

/// A change of an extended manifest.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Change {
    /// What is done.
    pub action: Action,
    /// The chapter, or the slide by its id, that it is done to.
    pub target: Option<String>,
    /// Where it stands in the manifest.
    pub span: Range<usize>,
}

/// What a change does.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Action {
    /// Puts items in, before or after the target, or at the end.
    Add {
        /// What is put in.
        items: Vec<Item>,
        /// Where.
        side: Side,
    },
    /// Takes the target out.
    Remove,
    /// Puts items in its place.
    Replace(Vec<Item>),
    /// Moves the target before or after another.
    Move {
        /// What it is moved to.
        to: Option<String>,
        /// On which side.
        side: Side,
    },
}

/// On which side of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Side {
    /// Before it.
    Before,
    /// Behind it.
    After,
}

/// Whether a text is likely a manifest: a key of one begins a line. Reading YAML takes longer.
pub fn may_be_manifest(text: &str) -> bool {
    let begins = |line: &str| ["content:", "chapters:", "extends:"].iter().any(|key| line.starts_with(key));
    text.lines().any(begins)
}

/// Reads a manifest; `None` when the file is something else. `overrides` replace the values of keys that are there.
pub fn parse(
    path: &RepoPath,
    text: &str,
    overrides: &BTreeMap<String, String>,
) -> Option<(Manifest, Vec<Diagnostic>)> {
    if !may_be_manifest(text) {
        return None;
    }
    let (node, diagnostics) = yaml::read(path, text, 0..text.len(), yaml::SMALL);
    let Some(node) = node else {
        // Whether it would be a deck can't be known; a file with a chapter in it likely is.
        let is_likely = text.contains(".md");
        return is_likely.then(|| {
            (
                Manifest::default(),
                diagnostics
                    .into_iter()
                    .map(|problem| problem.hint("the deck of this file can't be built until then"))
                    .collect(),
            )
        });
    };
    if !is_manifest(&node) {
        return None;
    }
    let mut reader = Reader { shapes: Shapes::new(path, text, diagnostics), n_items: 0, overrides };
    let manifest = reader.manifest(&node);
    Some((manifest, reader.shapes.into_diagnostics()))
}

/// A map with slides: a list of them with at least one file or text of slides, or with another manifest that it extends.
fn is_manifest(node: &Node) -> bool {
    let Some(entries) = node.as_map() else { return false };
    entries.iter().any(|entry| match entry.key.as_str() {
        "content" | "chapters" => matches!(&entry.node.value, Value::List(_)) && has_slides(&entry.node, 0),
        "extends" => matches!(&entry.node.value, Value::Text(text) if is_yaml(text)),
        _ => false,
    })
}

fn is_yaml(text: &str) -> bool {
    text.ends_with(".yml") || text.ends_with(".yaml")
}

fn has_slides(node: &Node, depth: usize) -> bool {
    match &node.value {
        Value::Text(text) => text.contains('\n') || is_markdown(text),
        Value::List(nodes) if depth < MAX_DEPTH => nodes.iter().any(|node| has_slides(node, depth + 1)),
        Value::Map(entries) if depth < MAX_DEPTH => entries
            .iter()
            .any(|entry| ["content", "chapter"].contains(&&*entry.key) && has_slides(&entry.node, depth + 1)),
        _ => false,
    }
}

fn is_markdown(text: &str) -> bool {
    // Where it is, also above the manifest's folder, says nothing of what it is.
    let name = text.rsplit('/').next().unwrap_or(text);
    RepoPath::root().resolve(name).is_some_and(|path| path.is_markdown())
}

struct Reader<'a> {
    shapes: Shapes<'a>,
    n_items: usize,
    overrides: &'a BTreeMap<String, String>,
}

impl Reader<'_> {
    fn manifest(&mut self, node: &Node) -> Manifest {
        let mut manifest = Manifest::default();
        for entry in node.as_map().unwrap_or_default() {
            let (key, node) = (entry.key.as_str(), &entry.node);
            let text = match self.overrides.get(key).filter(|value| !value.is_empty()) {
                Some(value) => Some(value.clone()),
                None if TEXTS.contains(&key) => self.shapes.text_of(key, node),
                None => None,
            };
            match key {
                "title" => manifest.title = text,
                "subtitle" => manifest.subtitle = text,
                "author" => manifest.author = text,
                "date" => manifest.date = text,
                "event" => manifest.event = text,
                "language" => manifest.language = text,
                "theme" => manifest.theme = text,
                "ratio" => manifest.ratio = text.filter(|ratio| self.is_ratio(ratio, node)),
                "slidenumberprefix" => manifest.number_prefix = text,
                "exclude" => manifest.exclude = Some(self.classes(key, node, text)),
                "lenses" => manifest.lenses = Some(self.classes(key, node, text)),
                "variables" => self.variables(node, &mut manifest.variables),
                "content" | "chapters" => match text {
                    Some(text) => manifest.content = vec![chapter_or_inline(text, node.span.clone())],
                    None => manifest.content = self.items(node, 0),
                },
                "extends" => manifest.extends = self.word(key, node),
                "pin" => manifest.pin = self.word(key, node),
                "add" | "remove" | "replace" | "move" => self.changes(key, node, &mut manifest.changes),
                key if VARIABLE_KEYS.contains(&key) => {
                    manifest.variables.insert(key.to_owned(), text.unwrap_or_default());
                }
                key => self.unknown(key, &entry.key_span),
            }
        }
        manifest
    }

    fn unknown(&mut self, key: &str, span: &Range<usize>) {
        self.shapes.report(span, || {
            Diagnostic::warning("unknown-key", format!("a deck has no key `{key}`"))
                .hint_opt(did_you_mean(key, KEYS))
        });
    }

    fn word(&mut self, key: &str, node: &Node) -> Option<Written> {
        let text = self.shapes.text_of(key, node)?;
        Some(Written { text, span: node.span.clone() })
    }

    fn is_ratio(&mut self, ratio: &str, node: &Node) -> bool {
        let is_side = |text: &str| text.parse::<u32>().is_ok_and(|side| (1..=100).contains(&side));
        let is_ratio = ratio.split_once(':').is_some_and(|(width, height)| is_side(width) && is_side(height));
        if !is_ratio {
            self.shapes.bad_value(
                "ratio",
                node,
                "width and height",
                Some("write `16:9` or `4:3`".to_owned()),
            );
        }
        is_ratio
    }

    /// Classes: a list, or words of one text.
    fn classes(&mut self, key: &str, node: &Node, text: Option<String>) -> Vec<String> {
        let texts = match text {
            Some(text) => vec![text],
            None => {
                let texts = self.shapes.texts_of(key, node).unwrap_or_default();
                texts.into_iter().map(|(text, _)| text).collect()
            }
        };
        let words = texts.iter().flat_map(|text| text.split([',', ' '])).filter(|word| !word.is_empty());
        words.map(str::to_owned).collect()
    }

    fn variables(&mut self, node: &Node, variables: &mut BTreeMap<String, String>) {
        for entry in self.shapes.map_of("variables", node).unwrap_or_default() {
            let value = self.shapes.text_of(&entry.key, &entry.node).unwrap_or_default();
            variables.insert(entry.key.to_lowercase().replace('-', "_"), value);
        }
    }

    fn items(&mut self, node: &Node, depth: usize) -> Vec<Item> {
        let nodes = match &node.value {
            Value::List(nodes) => nodes.as_slice(),
            Value::Null => &[],
            _ => std::slice::from_ref(node),
        };
        nodes.iter().filter_map(|node| self.item(node, depth)).collect()
    }

    fn item(&mut self, node: &Node, depth: usize) -> Option<Item> {
        self.n_items += 1;
        if self.n_items > MAX_ITEMS {
            if self.n_items == MAX_ITEMS + 1 {
                self.shapes.report(&node.span, || {
                    Diagnostic::error("yaml-limit", format!("a deck can have {MAX_ITEMS} entries"))
                        .hint("make two decks of it")
                });
            }
            return None;
        }
        let span = node.span.clone();
        let kind = match &node.value {
            Value::Text(text) => return Some(chapter_or_inline(text.clone(), span)),
            Value::List(_) if depth < MAX_DEPTH => {
                Kind::Part { title: None, items: self.items(node, depth + 1) }
            }
            Value::Map(_) if depth < MAX_DEPTH => return self.mapping(node, depth),
            Value::Null => {
                self.shapes.report(&span, || {
                    Diagnostic::warning("empty-item", "there is nothing behind this `-`")
                        .hint("remove the line, or write a chapter's file there")
                });
                Kind::Invalid("None".to_owned())
            }
            _ => {
                let found = node.describe(self.shapes.text());
                self.shapes.report(&span, || {
                    Diagnostic::error("bad-item", format!("{found} can't be a part of a deck")).hint(
                        "write the path of a Markdown file, a list of them, or slides over several lines",
                    )
                });
                Kind::Invalid(node.as_written(self.shapes.text()).unwrap_or_default())
            }
        };
        Some(Item { kind, minutes: None, span })
    }

    /// `{part: title, minutes: 20, content: [...]}` or `{chapter: path, minutes: 20}`
    fn mapping(&mut self, node: &Node, depth: usize) -> Option<Item> {
        let (mut title, mut chapter, mut items, mut minutes) = (None, None, None, None);
        for entry in node.as_map().unwrap_or_default() {
            match entry.key.as_str() {
                "part" | "title" => title = self.shapes.text_of(&entry.key, &entry.node),
                "chapter" => chapter = self.shapes.text_of("chapter", &entry.node),
                "minutes" => minutes = self.shapes.count_of("minutes", &entry.node),
                "content" => items = Some(self.items(&entry.node, depth + 1)),
                key => {
                    let known = ["part", "chapter", "minutes", "content"];
                    self.shapes.report(&entry.key_span, || {
                        Diagnostic::warning("unknown-key", format!("a part of a deck has no key `{key}`"))
                            .hint_opt(did_you_mean(key, known))
                    });
                }
            }
        }
        let span = node.span.clone();
        let kind = match (chapter, items) {
            (Some(chapter), _) => chapter_or_inline(chapter, span.clone()).kind,
            (None, Some(items)) => Kind::Part { title, items },
            (None, None) => {
                self.shapes.report(&span, || {
                    Diagnostic::error("bad-item", "this part of a deck has no slides")
                        .hint("write `content: [chapter.md]` or `chapter: chapter.md` in it")
                });
                Kind::Invalid(title.unwrap_or_default())
            }
        };
        Some(Item { kind, minutes, span })
    }

    fn changes(&mut self, key: &str, node: &Node, changes: &mut Vec<Change>) {
        let nodes = match &node.value {
            Value::List(nodes) => nodes.as_slice(),
            Value::Null => &[],
            _ => std::slice::from_ref(node),
        };
        for node in nodes {
            changes.extend(self.change(key, node));
        }
    }

    fn change(&mut self, key: &str, node: &Node) -> Option<Change> {
        let span = node.span.clone();
        let (mut items, mut with, mut target, mut place) = (Vec::new(), Vec::new(), None, None);
        match &node.value {
            Value::Map(entries) => {
                for entry in entries {
                    let text = |reader: &mut Self| reader.shapes.text_of(&entry.key, &entry.node);
                    match entry.key.as_str() {
                        "before" => place = text(self).map(|text| (text, Side::Before)),
                        "after" => place = text(self).map(|text| (text, Side::After)),
                        "with" => with = self.items(&entry.node, 1),
                        "chapter" | "slide" | "content" if key == "add" => items = self.items(&entry.node, 1),
                        "chapter" | "slide" => target = text(self),
                        other => self.shapes.report(&entry.key_span, || {
                            let known = ["chapter", "slide", "content", "before", "after", "with"];
                            Diagnostic::warning("unknown-key", format!("`{key}` has no key `{other}`"))
                                .hint_opt(did_you_mean(other, known))
                        }),
                    }
                }
            }
            _ if key == "add" => items = self.items(node, 1),
            _ => target = self.shapes.text_of(key, node),
        }
        let action = match key {
            "add" => {
                let side = place.as_ref().map_or(Side::After, |(_, side)| *side);
                let target = place.map(|(target, _)| target);
                return Some(Change { action: Action::Add { items, side }, target, span });
            }
            "remove" => Action::Remove,
            "replace" => Action::Replace(with),
            _ => {
                let side = place.as_ref().map_or(Side::After, |(_, side)| *side);
                Action::Move { to: place.map(|(to, _)| to), side }
            }
        };
        if target.is_none() {
            self.shapes.report(&span, || {
                Diagnostic::error("bad-value", format!("`{key}` doesn't say which chapter or slide"))
                    .hint("write `chapter: path.md`, or `slide:` with the id of a slide")
            });
            return None;
        }
        Some(Change { action, target, span })
    }
}

/// The keys with a text as their value.
const TEXTS: [&str; 14] = [
    "title",
    "subtitle",
    "author",
    "date",
    "event",
    "language",
    "theme",
    "ratio",
    "slidenumberprefix",
    "chat",
    "gitrepo",
    "slides",
    "zip",
    "html",
];

/// Where the lines of slides in a manifest stand there, if they stand there as they are; `at` is where their item begins.
pub fn map_of_inline(manifest: &str, at: usize, text: &str) -> Option<SourceMap> {
    let mut map = SourceMap::default();
    let mut at = manifest.get(..at)?.rfind('\n').map_or(0, |end| end + 1);
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let mut rest = manifest.get(at..)?;
        // A mark such as `- |` stands before the first.
        if start == 0 && !rest.lines().next()?.ends_with(line.trim_end_matches('\n')) {
            at += rest.find('\n')? + 1;
            rest = manifest.get(at..)?;
        }
        let written = rest.split_inclusive('\n').next().unwrap_or_default();
        let body = line.trim_end_matches('\n');
        let indent = written.trim_end_matches(['\n', '\r']).strip_suffix(body)?;
        map.push(start, 0, at + indent.len());
        at += written.len();
        start += line.len();
    }
    Some(map)
}

fn chapter_or_inline(text: String, span: Range<usize>) -> Item {
    let kind = if text.contains('\n') { Kind::Inline(text) } else { Kind::Chapter(text) };
    Item { kind, minutes: None, span }
}

/// The place of a byte range of a manifest.
pub fn place(path: &RepoPath, text: &str, span: &Range<usize>) -> Place {
    Place::in_text(path, text, span.clone())
}

//! [`Loaded`]: a chapter with its variables replaced, parsed.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::Arc,
};

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::{
    base::{
        diagnostic::{Diagnostic, Place},
        digest::{BlobId, Print},
        path::RepoPath,
    },
    parse::{
        expand::{At, SourceMap},
        manifest::{self, Item, Kind, Manifest},
        slides::{self, Chapter, Learned, Outline, Values, is_plain_value},
    },
    render::{
        deck::{cache::Found, plan::Entry},
        page::Render,
        trace::DeckFacts,
    },
    site::pin::Pin,
};

/// The name of the variable that the tables of contents stand for.
pub(super) const TOC: &str = "toc";

/// A text in slides, ready to be rendered.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Loaded {
    /// The file that it comes from: of a chapter its own, else the manifest.
    pub(super) path: RepoPath,
    /// The text with its variables replaced.
    pub(super) text: String,
    /// Where that came from.
    pub(super) map: SourceMap,
    pub(super) chapter: Chapter,
    /// The line that each slide begins in.
    pub(super) lines: Vec<u32>,
    /// The ids of links that may be defined elsewhere in the deck, in lower case.
    pub(super) labels: Vec<CompactString>,
    /// The variables that it asks for.
    pub(super) names: BTreeSet<String>,
    /// What is wrong with it.
    pub(super) problems: Vec<(Diagnostic, At)>,
    /// Names all that its slides are made of.
    pub(super) print: Print,
    /// Whether its places are places of a file: it is a chapter's, or stands in the manifest as it is.
    pub(super) is_placed: bool,
}

impl Loaded {
    /// Parses a text that `replaced` made of `written`; the first line of that is line `first_line` of its file.
    fn new(path: &RepoPath, written: &str, replaced: slides::Replaced, first_line: u32) -> Self {
        let slides::Replaced { text, map, problems } = replaced;
        let chapter = slides::parse(&text);
        let whole = SourceMap::whole(0, 0);
        let written_problems =
            problems.into_iter().map(|problem| (problem.diagnostic, whole.at(problem.range)));
        let parsed = chapter.problems.iter();
        let parsed = parsed.map(|problem| (problem.diagnostic.clone(), map.at(problem.range.clone())));
        let problems = written_problems.chain(parsed).collect();
        let lines = lines(written, first_line, &text, &map, &chapter);
        let labels = slides::labels(&text);
        let print = Print::of(&(path, &text));
        Self { path: path.clone(), text, map, chapter, lines, labels, problems, print, ..Self::default() }
    }

    /// A text of ours, which stands for what is at a line of a file.
    pub(super) fn generated(path: &RepoPath, text: String, line: u32) -> Self {
        let replaced = slides::Replaced { map: SourceMap::whole(0, 0), text, problems: Vec::new() };
        let mut loaded = Self::new(path, "", replaced, line);
        loaded.lines.fill(line);
        loaded.problems.clear();
        loaded
    }

    /// The text of a range of it.
    pub(super) fn slice(&self, range: Range<usize>) -> &str {
        &self.text[range]
    }
}

/// The line of the first letter of each slide.
fn lines(written: &str, first_line: u32, text: &str, map: &SourceMap, chapter: &Chapter) -> Vec<u32> {
    let mut line = first_line;
    let mut counted = 0;
    let slides = chapter.slides.iter().map(|slide| {
        let blank = text[slide.range.clone()].len() - text[slide.range.clone()].trim_start().len();
        let start = (slide.range.start + blank).min(slide.range.end);
        let offset = (map.at(start..start).offset as usize).min(written.len());
        if offset > counted {
            let passed = written.as_bytes()[counted..offset].iter().filter(|&&byte| byte == b'\n').count();
            line += u32::try_from(passed).unwrap_or(0);
            counted = offset;
        }
        line
    });
    slides.collect()
}

/// The Markdown of a chapter with the values of a deck.
pub(in crate::render) fn fragment(render: &Render, deck: &RepoPath, chapter: &RepoPath) -> String {
    let Some(facts) = render.asker.ask(DeckFacts(deck.clone())) else { return String::new() };
    let loaded = Reader::new(render, deck, facts.manifest, facts.pin).file(chapter, None);
    loaded.map(|loaded| loaded.text.clone()).unwrap_or_default()
}

/// What a chapter says for pages about its decks.
pub(super) struct Told {
    /// Its first title, which is Markdown.
    pub(super) title: Option<String>,
    /// Whether there is nothing in it to read.
    pub(super) is_bare: bool,
    pub(super) learned: Learned,
}

/// Reads the chapters of one deck.
pub(super) struct Reader<'a> {
    render: &'a Render,
    deck: &'a RepoPath,
    /// The commit that chapters are read from, those that it has.
    pin: Option<&'a Pin>,
    /// The values of variables that the deck gives, but for the tables of contents.
    values: BTreeMap<String, String>,
    link_base: String,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        render: &'a Render,
        deck: &'a RepoPath,
        manifest: &Manifest,
        pin: Option<&'a Pin>,
    ) -> Self {
        let values = values(deck, manifest);
        let link_base = link_base(render, &values, pin);
        Self { render, deck, pin, values, link_base }
    }

    /// The chapter of an entry; `toc` stands for its tables of contents when they are known.
    pub(super) fn load(&self, entry: &Entry<'_>, toc: Option<&str>) -> (Arc<Loaded>, Option<Diagnostic>) {
        match (&entry.item.kind, &entry.path) {
            (Kind::Chapter(written), Some(path)) => match self.file(path, toc) {
                Some(loaded) => (loaded, None),
                None => {
                    (self.invalid(entry.item, written), Some(self.missing(entry.item, written, Some(path))))
                }
            },
            (Kind::Chapter(written), None) => {
                (self.invalid(entry.item, written), Some(self.missing(entry.item, written, None)))
            }
            (Kind::Inline(text), _) => (self.inline(text, entry.item, toc), None),
            (Kind::Invalid(shown), _) => (self.invalid(entry.item, shown), None),
            (Kind::Part { .. }, _) => (Arc::default(), None),
        }
    }

    pub(super) fn file(&self, path: &RepoPath, toc: Option<&str>) -> Option<Arc<Loaded>> {
        let pinned = self.pin.and_then(|pin| Some((pin, pin.blob(path)?)));
        let (pin, blob) = match pinned {
            Some((pin, blob)) => (Some(pin), blob),
            None => (None, self.render.asker.blob(path)?),
        };
        let cache = &self.render.chapters;
        let used = cache.used(&blob, || self.text(path, pin).map(|text| slides::used(&text)))?;
        let include = |path: &String| {
            let pinned = pin.and_then(|pin| pin.outside(path));
            Some((path.clone(), pinned.or_else(|| self.render.asker.outside(path))?))
        };
        let includes: BTreeMap<String, (BlobId, Arc<str>)> =
            used.includes.iter().filter_map(include).collect();
        let blobs: Vec<_> = includes.iter().map(|(path, (blob, _))| (path, blob)).collect();
        let values: Vec<Option<String>> = used.names.iter().map(|name| self.value(name, toc)).collect();
        let base = used.links.then_some(&self.link_base);
        cache.loaded(&(path, blob, blobs, values, base), || {
            let load = |text: String| {
                let replaced = slides::replace(&text, &Known { reader: self, toc, includes: &includes });
                let names = used.names.clone();
                Loaded { names, is_placed: true, ..Loaded::new(path, &text, replaced, 1) }
            };
            self.text(path, pin).map(load)
        })
    }

    /// What a chapter says for pages about its decks.
    pub(super) fn told(&self, path: &RepoPath) -> Option<Told> {
        let is_pinned = self.pin.is_some_and(|pin| pin.blob(path).is_some());
        let outline = (!is_pinned).then(|| self.render.asker.outline(path)).flatten();
        if let Some(told) = outline.and_then(|outline| self.outlined(&outline)) {
            return Some(told);
        }
        let text = self.file(path, Some(""))?;
        let title = text.chapter.titles.first().map(|title| title.text.clone());
        let is_bare = text.chapter.is_bare(&text.text);
        Some(Told { title, is_bare, learned: Learned::of(&text.text, &text.chapter) })
    }

    /// The same of an outline; `None` when the values of its variables can change more than it shows.
    fn outlined(&self, outline: &Outline) -> Option<Told> {
        let Outline { title, heading: _, is_bare, learned, used } = outline.clone();
        if used.names.is_empty() && !used.links {
            return Some(Told { title, is_bare, learned });
        }
        let is_plain = |name: &String| self.value(name, None).is_none_or(|value| is_plain_value(&value));
        let includes = BTreeMap::new();
        let known = Known { reader: self, toc: None, includes: &includes };
        let replaced = |text: &str| slides::replace(text, &known).text;
        let told = || Told { title: title.as_deref().map(replaced), is_bare, learned: learned.map(replaced) };
        used.names.iter().all(is_plain).then(told)
    }

    /// The text of a chapter.
    fn text(&self, path: &RepoPath, pin: Option<&Pin>) -> Found<String> {
        let read = match pin {
            // Those of a commit can't change.
            Some(pin) => pin.bytes(path).map(|bytes| (bytes, true)),
            None => self.render.asker.settled_bytes(path).ok(),
        };
        let Some((bytes, is_settled)) = read else { return Found::Nothing };
        let text = slides::text_of(bytes);
        if is_settled { Found::Settled(text) } else { Found::Passing(text) }
    }

    fn value(&self, name: &str, toc: Option<&str>) -> Option<String> {
        if name == TOC { toc.map(str::to_owned) } else { self.values.get(name).cloned() }
    }

    /// Slides that stand in the manifest. Their variables stay as they are, as in remark workshops, but for the contents.
    fn inline(&self, text: &str, item: &Item, toc: Option<&str>) -> Arc<Loaded> {
        let names = slides::used(text).names;
        let replaced = |text, map| slides::Replaced { map, text, problems: Vec::new() };
        if !names.contains(TOC) {
            let manifest = String::from_utf8(self.render.asker.bytes(self.deck).unwrap_or_default());
            let manifest = manifest.unwrap_or_default();
            if let Some(map) = manifest::map_of_inline(&manifest, item.span.start, text) {
                let loaded = Loaded::new(self.deck, &manifest, replaced(text.to_owned(), map), 1);
                return Arc::new(Loaded { names, is_placed: true, ..loaded });
            }
        }
        let text = text.replace("@@TOC@@", toc.unwrap_or("@@TOC@@"));
        let mut loaded =
            Loaded::new(self.deck, "", replaced(text, SourceMap::whole(0, 0)), self.line_of(item));
        let place = At { file: 0, offset: u32::try_from(item.span.start).unwrap_or(0), len: 1 };
        loaded.problems.iter_mut().for_each(|(_, at)| *at = place);
        Arc::new(Loaded { names, ..loaded })
    }

    /// The slide that is shown in place of what is none.
    fn invalid(&self, item: &Item, shown: &str) -> Arc<Loaded> {
        let text = format!("```\nInvalid content: {shown}\n```\n");
        Arc::new(Loaded::generated(self.deck, text, self.line_of(item)))
    }

    fn missing(&self, item: &Item, written: &str, path: Option<&RepoPath>) -> Diagnostic {
        let near = path.and_then(|path| self.render.nearest_chapter(path));
        Diagnostic::error("missing-chapter", format!("chapter `{written}` does not exist"))
            .at(self.place(item))
            .hint_opt(near.map(|near| format!("did you mean `{near}`?")))
    }

    fn place(&self, item: &Item) -> Place {
        self.render.place_in(self.deck, &item.span)
    }

    fn line_of(&self, item: &Item) -> u32 {
        self.place(item).span.map_or(1, |span| span.line)
    }
}

/// The values that a text asks for.
struct Known<'r, 'a> {
    reader: &'r Reader<'a>,
    toc: Option<&'r str>,
    includes: &'r BTreeMap<String, (BlobId, Arc<str>)>,
}

impl Values for Known<'_, '_> {
    fn value(&self, name: &str) -> Option<String> {
        match (name, self.toc) {
            // It stays until the titles of all chapters are known.
            (TOC, None) => Some("@@TOC@@".to_owned()),
            _ => self.reader.value(name, self.toc),
        }
    }

    fn link(&self, path: &str) -> String {
        format!("[{path}]({}/{path})", self.reader.link_base)
    }

    fn include(&self, path: &str) -> Result<Arc<str>, String> {
        let found = self.includes.get(path);
        found
            .map(|(_, text)| Arc::clone(text))
            .ok_or_else(|| "there is no such file in the repository".to_owned())
    }
}

/// The values that a manifest gives: its variables, and what it says of the deck.
fn values(deck: &RepoPath, manifest: &Manifest) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    let mut set = |name: &str, value: Option<&String>| {
        values.insert(name.to_owned(), value.cloned().unwrap_or_default());
    };
    for name in ["chat", "gitrepo", "slides"] {
        set(name, None);
    }
    let said = [
        ("subtitle", &manifest.subtitle),
        ("author", &manifest.author),
        ("date", &manifest.date),
        ("event", &manifest.event),
    ];
    for (name, value) in said.iter().filter(|(_, value)| value.is_some()) {
        set(name, value.as_ref());
    }
    set("title", Some(&manifest.title.clone().unwrap_or_default().replace('\n', "<br/>")));
    set("html", Some(&format!("{}.html", deck.file_name())));
    values.extend(manifest.variables.clone());
    if !values.contains_key("zip") {
        let slides = values.get("slides").map(String::as_str).unwrap_or_default();
        let zip = format!("{}/slides.zip", slides.trim_end_matches('/'));
        values.insert("zip".to_owned(), zip);
    }
    values
}

/// What a link to a file of the repository begins with.
fn link_base(render: &Render, values: &BTreeMap<String, String>, pin: Option<&Pin>) -> String {
    let pinned = pin.map(Pin::commit);
    if let Some(repo) = render.asker.settings().deck_repo {
        let branch = pinned.or(repo.branch.as_deref()).unwrap_or("HEAD");
        return format!("{}/tree/{branch}", repo.url.trim_end_matches('/'));
    }
    let branch = pinned.unwrap_or("HEAD");
    match values.get("gitrepo").filter(|repo| !repo.is_empty()) {
        Some(repo) if repo.contains("://") => format!("{repo}/tree/{branch}"),
        Some(repo) => format!("https://{repo}/tree/{branch}"),
        None => ".".to_owned(),
    }
}

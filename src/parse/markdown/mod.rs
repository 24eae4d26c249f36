//! Markdown to our own events and facts; the only folder that knows pulldown-cmark.
//!
//! Input is a page's [`Expanded`] text, output a [`Document`]. The way there:
//!
//! 1. `block` turns pulldown's events into ours, with runs of inline events in `inline`, where their merged text is
//!    scanned too (component placeholders, bare addresses, emoji, marks, scripts). A component's body is parsed where
//!    its placeholder stood.
//! 2. `ids` gives every heading its id.
//! 3. `footnotes` numbers the footnotes and moves them to the end.
//! 4. `facts` collects what the site keeps; `count` counts words.
//!
//! Nothing fails and nothing is resolved here: where links lead, what components do and how all of it looks is
//! decided by the site and by the renderer.
//!
//! What is on by default, beside CommonMark: tables, task lists, `~~strikethrough~~`, bare addresses, footnotes, alerts
//! and callouts, heading ids and attributes, definition lists, math, `H~2~O`, `x^2^`, `==mark==`, `:tada:`,
//! `[[wiki links]]`, attributes behind images, links and code. One tilde around text *without spaces* is a subscript,
//! around text with spaces it strikes through, as on GitHub.

mod around;
mod attributes;
mod block;
mod count;
mod event;
mod facts;
mod fence;
mod footnotes;
pub mod html;
mod ids;
mod inline;
mod line_marks;
mod placeholder;

pub use self::{
    around::{Around, MAX_SENTENCES},
    attributes::{Attributes, value_text},
    event::{
        Alert, Alignment, Code, Embed, Event, Fold, Footnote, FootnoteReference, Heading, Link, LinkKind,
        Math, Tag, TagEnd,
    },
    facts::{Facts, Heading as HeadingFact, LinkFact, LinkRole},
    fence::Fence,
    ids::{Ids, heading_slug},
    line_marks::take_line_marks,
};

use serde::{Deserialize, Serialize};

use self::block::Page;
use crate::{
    base::diagnostic::Diagnostic,
    parse::expand::{At, Expanded},
};

/// The characters around the offset at which a block begins; see [`MarkdownOptions::marks`].
pub const MARK: (char, char) = ('\u{E012}', '\u{E013}');

/// Which Markdown a page is written in.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MarkdownOptions {
    /// CommonMark and nothing else; the other options don't matter then.
    pub plain: bool,
    /// `"quotes"`, `--` and `...` become typographic.
    pub smart_punctuation: bool,
    /// `$x$`, `$$x$$` and ```` ```math ````.
    pub math: bool,
    /// `[[Target]]` and `![[embed]]`.
    pub wiki_links: bool,
    /// `:tada:`
    pub emoji: bool,
    /// As slides have it: tables, tasks, bare addresses and `~~strikethrough~~`, but no ids, footnotes, formulas, wiki links,
    /// emoji, definition lists and `==marks==`, which the slides of other tools mean literally.
    pub slides: bool,
    /// What the ids of footnotes begin with, for pages that are joined into one.
    pub id_prefix: String,
    /// Whether a text between [`MARK`]s says before each block where it begins in the page's file, for editors.
    pub marks: bool,
}

impl Default for MarkdownOptions {
    fn default() -> Self {
        Self {
            plain: false,
            smart_punctuation: false,
            math: true,
            wiki_links: true,
            emoji: true,
            slides: false,
            id_prefix: String::new(),
            marks: false,
        }
    }
}

impl MarkdownOptions {
    /// CommonMark without any extension.
    pub fn plain() -> Self {
        Self { plain: true, ..Self::default() }
    }

    /// The Markdown of slides.
    pub fn slides() -> Self {
        Self { slides: true, math: false, wiki_links: false, emoji: false, ..Self::default() }
    }
}

/// A parsed page.
#[derive(Clone, Debug, Default)]
pub struct Document<'a> {
    /// The page from top to bottom.
    pub events: Vec<Event<'a>>,
    /// What the site keeps of it.
    pub facts: Facts,
    /// What is likely not what the author meant.
    pub problems: Vec<Problem>,
    /// Where blocks begin: the place of an event with an offset of the text. Only for slides, and not for what is in components.
    pub starts: Vec<(usize, usize)>,
}

/// A diagnostic that knows where it is in the expanded text's files; who has their text makes a place of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong; its place is not set.
    pub diagnostic: Diagnostic,
    /// Where it is.
    pub at: At,
}

/// Parses a page.
pub fn parse<'a>(expanded: &'a Expanded, options: &MarkdownOptions) -> Document<'a> {
    parse_with_ids(expanded, options, &mut Ids::default())
}

/// Parses a page that shares its ids with others, as the chapters of a deck do.
pub fn parse_with_ids<'a>(expanded: &'a Expanded, options: &MarkdownOptions, ids: &mut Ids) -> Document<'a> {
    let (mut document, anchors) = parse_body(expanded, options, ids);
    document.facts = facts::collect(&document.events, expanded, anchors);
    document
}

/// Parses a page whose facts the site has already: they are left empty.
pub fn parse_known<'a>(expanded: &'a Expanded, options: &MarkdownOptions) -> Document<'a> {
    parse_body(expanded, options, &mut Ids::default()).0
}

/// Everything but the facts, and the ids that authors wrote.
fn parse_body<'a>(
    expanded: &'a Expanded,
    options: &MarkdownOptions,
    ids: &mut Ids,
) -> (Document<'a>, Vec<String>) {
    let mut page = block::translate(expanded, options);
    let anchors = if options.plain || options.slides {
        Vec::new()
    } else {
        ids::assign(&mut page.events, ids, &mut page.problems)
    };
    if page.has_footnotes {
        page.events = footnotes::place(page.events, ids, &options.id_prefix, &mut page.problems);
    }
    let Page { events, problems, starts, .. } = page;
    (Document { events, facts: Facts::default(), problems, starts }, anchors)
}

#[cfg(test)]
mod tests;

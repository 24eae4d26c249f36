//! The events of a Markdown document: what [`parse`](super::parse) returns and every renderer reads.
//!
//! They are our own, so that nothing outside this folder knows the parser. `Start` and `End` are balanced, consecutive
//! `Text` events may occur, and a component's body stands between the `Start` and `End` of its call.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::parse::{
    expand::At,
    markdown::{attributes::Attributes, fence::Fence},
};

/// One step through a document, in reading order.
#[derive(Clone, Debug, PartialEq)]
pub enum Event<'a> {
    /// Something that contains other events begins.
    Start(Tag<'a>),
    /// It ends.
    End(TagEnd),
    /// Text, also inside a code block.
    Text(Cow<'a, str>),
    /// A code span.
    Code(Box<Code<'a>>),
    /// Raw HTML as a block, with its line ends.
    Html {
        /// The HTML.
        html: Cow<'a, str>,
        /// Where it is.
        at: At,
    },
    /// One raw HTML tag or comment inside a line.
    InlineHtml {
        /// The HTML.
        html: Cow<'a, str>,
        /// Where it is.
        at: At,
    },
    /// A formula.
    Math(Box<Math<'a>>),
    /// `![[target]]`
    Embed(Box<Embed<'a>>),
    /// A number that leads to a footnote.
    FootnoteReference(Box<FootnoteReference>),
    /// The links from a footnote back to where it is referred to: the ids of its references.
    FootnoteBackLinks(Vec<String>),
    /// A line end inside a paragraph.
    SoftBreak,
    /// A line break that is wanted.
    HardBreak,
    /// A thematic break.
    Rule,
    /// The box of a task, ticked or not; its item says the same in [`Tag::Item`].
    TaskMarker(bool),
}

/// Something that contains other events.
#[derive(Clone, Debug, PartialEq)]
pub enum Tag<'a> {
    /// A paragraph.
    Paragraph,
    /// A heading.
    Heading(Box<Heading>),
    /// A block quote.
    Quote,
    /// A block quote that begins with `[!KIND]`; its first child is an [`Tag::AlertTitle`] when it has a title of its own.
    Alert(Box<Alert>),
    /// The title written after `[!KIND]`.
    AlertTitle,
    /// A code block; only text inside.
    CodeBlock(Box<Fence>),
    /// A list; the number of its first item when it is ordered.
    List(Option<u64>),
    /// A list item; whether its task is done when it is one.
    Item(Option<bool>),
    /// A table with the alignment of each column: one head, then rows.
    Table(Vec<Alignment>),
    /// The head row of a table, with cells.
    TableHead,
    /// A row of a table's body, with cells.
    TableRow,
    /// A cell.
    TableCell,
    /// A list of terms and definitions.
    DefinitionList,
    /// A term that is defined.
    DefinitionTerm,
    /// A definition of the terms before it.
    Definition,
    /// `*text*`
    Emphasis,
    /// `**text**`
    Strong,
    /// `~~text~~`, and `~some words~`
    Strikethrough,
    /// `^text^`, without spaces inside
    Superscript,
    /// `~text~`, without spaces inside
    Subscript,
    /// `==text==`
    Mark,
    /// A link.
    Link(Box<Link<'a>>),
    /// An image; the events inside are its alternative text.
    Image(Box<Link<'a>>),
    /// A component call, by its index in [`Expanded::calls`](crate::parse::expand::Expanded::calls).
    Component(usize),
    /// All footnotes of the page, at its end.
    Footnotes,
    /// One footnote.
    Footnote(Box<Footnote>),
}

/// The end of a [`Tag`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants are those of `Tag`")]
pub enum TagEnd {
    Paragraph,
    Heading(u8),
    Quote,
    Alert { folds: bool },
    AlertTitle,
    CodeBlock,
    List { ordered: bool },
    Item,
    Table,
    TableHead,
    TableRow,
    TableCell,
    DefinitionList,
    DefinitionTerm,
    Definition,
    Emphasis,
    Strong,
    Strikethrough,
    Superscript,
    Subscript,
    Mark,
    Link,
    Image,
    Component(usize),
    Footnotes,
    Footnote,
}

/// A heading.
#[derive(Clone, Debug, PartialEq)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// Its id, unique on the page; `None` only in plain CommonMark.
    pub id: Option<String>,
    /// Classes and other attributes from `{.class key=value}`; its `id` is the one that was written.
    pub attributes: Attributes,
    /// Where it is.
    pub at: At,
}

/// An alert, callout or admonition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// `note`, `tip`, `important`, `warning`, `caution` or any other word, in lower case.
    pub kind: String,
    /// Whether readers can fold it.
    pub fold: Option<Fold>,
    /// Whether its first child is an [`Tag::AlertTitle`].
    pub titled: bool,
}

/// How something foldable is shown at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    /// `[!tip]+`
    Open,
    /// `[!tip]-`
    Closed,
}

/// The alignment of a table column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Alignment {
    None,
    Left,
    Center,
    Right,
}

/// How a link was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LinkKind {
    /// `[text](target)`
    Inline,
    /// `[text][label]`, `[label][]` or `[label]`, with a definition elsewhere
    Reference,
    /// `<https://host>`, or a bare address
    Autolink,
    /// `<me@host>`, or a bare mail address; the target has no `mailto:`
    Email,
    /// `[[Target]]`; the target is as it was written
    Wiki {
        /// Whether it has a text of its own: `[[Target|text]]`.
        piped: bool,
    },
    /// `href` or `src` in raw HTML; occurs only in [`Facts`](super::Facts)
    Html,
}

/// A link or an image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Link<'a> {
    /// How it was written.
    pub kind: LinkKind,
    /// Where it leads, as written (entities and escapes are resolved).
    pub target: Cow<'a, str>,
    /// The title, empty when there is none.
    pub title: Cow<'a, str>,
    /// What stands in `{...}` behind it.
    pub attributes: Attributes,
    /// Where it is.
    pub at: At,
}

/// `![[target|text]]`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Embed<'a> {
    /// What to embed, as written.
    pub target: Cow<'a, str>,
    /// What stands behind the `|`: a width for images, else a caption.
    pub text: Option<String>,
    /// Whether it stands alone in its paragraph, which it then replaces.
    pub block: bool,
    /// Where it is.
    pub at: At,
}

/// A code span.
#[derive(Clone, Debug, PartialEq)]
pub struct Code<'a> {
    /// The code.
    pub text: Cow<'a, str>,
    /// What stands in `{...}` behind it.
    pub attributes: Attributes,
}

/// A formula in TeX.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Math<'a> {
    /// Whether it stands on lines of its own.
    pub display: bool,
    /// Whether it is a block of its own (a ```` ```math ```` fence) and not part of a paragraph.
    pub block: bool,
    /// The TeX.
    pub tex: Cow<'a, str>,
    /// Where it is.
    pub at: At,
}

/// A number in the text that leads to a footnote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FootnoteReference {
    /// The label as written.
    pub label: String,
    /// The footnote's number, from 1.
    pub number: u32,
    /// The id of this reference.
    pub id: String,
    /// The id of the footnote.
    pub footnote_id: String,
}

/// A footnote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Footnote {
    /// The label as written.
    pub label: String,
    /// Its number, from 1.
    pub number: u32,
    /// Its id.
    pub id: String,
    /// Where it is defined.
    pub at: At,
}

impl Tag<'_> {
    /// The end that belongs to this start.
    pub fn end(&self) -> TagEnd {
        match self {
            Self::Paragraph => TagEnd::Paragraph,
            Self::Heading(heading) => TagEnd::Heading(heading.level),
            Self::Quote => TagEnd::Quote,
            Self::Alert(alert) => TagEnd::Alert { folds: alert.fold.is_some() },
            Self::AlertTitle => TagEnd::AlertTitle,
            Self::CodeBlock(_) => TagEnd::CodeBlock,
            Self::List(start) => TagEnd::List { ordered: start.is_some() },
            Self::Item(_) => TagEnd::Item,
            Self::Table(_) => TagEnd::Table,
            Self::TableHead => TagEnd::TableHead,
            Self::TableRow => TagEnd::TableRow,
            Self::TableCell => TagEnd::TableCell,
            Self::DefinitionList => TagEnd::DefinitionList,
            Self::DefinitionTerm => TagEnd::DefinitionTerm,
            Self::Definition => TagEnd::Definition,
            Self::Emphasis => TagEnd::Emphasis,
            Self::Strong => TagEnd::Strong,
            Self::Strikethrough => TagEnd::Strikethrough,
            Self::Superscript => TagEnd::Superscript,
            Self::Subscript => TagEnd::Subscript,
            Self::Mark => TagEnd::Mark,
            Self::Link(_) => TagEnd::Link,
            Self::Image(_) => TagEnd::Image,
            Self::Component(call) => TagEnd::Component(*call),
            Self::Footnotes => TagEnd::Footnotes,
            Self::Footnote(_) => TagEnd::Footnote,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_stay_small() {
        // A page has thousands of them; what is large and rare is boxed.
        assert!(size_of::<Event<'_>>() <= 40, "{}", size_of::<Event<'_>>());
    }
}

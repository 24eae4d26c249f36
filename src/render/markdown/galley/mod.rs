//! [`Galley`]: a document as HTML, with gaps for what only the site can say.
//!
//! `set` writes all of it that a text says of itself; `fill` asks [`Hooks`](super::Hooks) for the rest: where links lead, how
//! code and components look, the theme's words. So a text can be parsed and set while the site is still being read, and be
//! filled in when all of it is known.

mod block;
mod fill;
mod set;

use serde::{Deserialize, Serialize};

use crate::parse::markdown::{Embed, Fence, Link, Math};

pub use self::{fill::fill, set::set};

/// A document that is set and not filled in yet.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Galley<'a> {
    /// What is known, in which the texts of gaps are, too, right behind their places.
    html: String,
    /// The gaps with their places in `html`, in order.
    gaps: Vec<(usize, Gap<'a>)>,
}

impl Galley<'_> {
    /// Its code blocks.
    pub fn code(&self) -> impl Iterator<Item = (&Fence, &str)> {
        self.gaps.iter().filter_map(|(place, gap)| match gap {
            Gap::Code(fence, n_bytes) => Some((&**fence, self.html.get(*place..*place + *n_bytes)?)),
            _ => None,
        })
    }
}

/// What is missing at a place of a galley. A number of bytes is that of the text behind the place that belongs to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Gap<'a> {
    /// The end of a line on which something stands.
    Line,
    /// The links that a heading ends with; whether it can be edited as a section.
    HeadingLinks { id: String, is_section: bool },
    /// The title of an alert of this kind.
    AlertTitle(String),
    /// A code block.
    Code(Box<Fence>, usize),
    /// A link begins, whose text ends at the gap with this number if it has a text that the site can replace.
    Link(Box<Link<'a>>, Option<usize>),
    /// It ends.
    LinkEnd,
    /// An image with its alternative text.
    Image(Box<Link<'a>>, usize),
    /// Raw HTML that is a block or not.
    Html { is_block: bool, n_bytes: usize },
    /// A formula.
    Math(Box<Math<'a>>),
    /// `![[target]]`
    Embed(Box<Embed<'a>>),
    /// The links back from a footnote, to these ids.
    BackLinks(Vec<String>),
    /// The box of a task that is done or not.
    Task(bool),
    /// The body of a component begins.
    Component,
    /// It ends, and is that of the call with this number.
    ComponentEnd(usize),
}

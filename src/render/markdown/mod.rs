//! Markdown events to HTML.
//!
//! Input is a [`Document`] with the [`Expanded`] text it came from, output one string. What depends on the site (where
//! links lead, how code and components look) is asked from [`Hooks`] when a [`Galley`] is filled in; the rest was set in
//! it before. The plain setting writes exactly what CommonMark prescribes and asks nobody.

pub mod code;
pub mod escape;
mod galley;
mod hooks;
mod math;

pub use self::galley::{Galley, fill, set};
pub use self::hooks::{Hooks, LinkHtml, NoHooks, Sources, image_html, push_sides};
pub use self::math::{as_code as math_as_code, to_mathml};

use crate::parse::{expand::Expanded, markdown::Document};

/// How HTML is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HtmlOptions {
    /// Exactly the output of CommonMark: no anchors, no wrappers, no hooks.
    pub plain: bool,
    /// Whether the author may do what a script can do: write raw HTML and `javascript:` addresses. Otherwise raw HTML
    /// is shown as text and such links lead nowhere.
    pub trusted: bool,
    /// Whether headings get a link to themselves.
    pub heading_anchors: bool,
    /// The address where the page is edited, if its sections get a link there.
    pub edit_url: Option<String>,
    /// The words that the renderer adds.
    pub labels: Labels,
}

/// The words that the renderer adds, in the language of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels {
    /// What the link of a heading to itself is called.
    pub anchor: String,
    /// What the link is called where a section is edited.
    pub edit: String,
    /// What the link from a footnote back to its reference is called.
    pub back: String,
    /// What the boxes of tasks are called: of one that is to do, and of one that is done.
    pub tasks: [String; 2],
    /// Titles of alerts by their kind; a kind without one is shown as its own name.
    pub alerts: Vec<(String, String)>,
}

impl Default for HtmlOptions {
    fn default() -> Self {
        Self { plain: false, trusted: true, heading_anchors: true, edit_url: None, labels: Labels::default() }
    }
}

impl Default for Labels {
    fn default() -> Self {
        Self {
            anchor: "Link to this section".into(),
            edit: "Edit this section".into(),
            back: "Back to the text".into(),
            tasks: ["To do".into(), "Done".into()],
            alerts: Vec::new(),
        }
    }
}

impl HtmlOptions {
    /// Exactly the output of CommonMark.
    pub fn plain() -> Self {
        Self { plain: true, ..Self::default() }
    }
}

/// Writes a document as HTML.
pub fn to_html(
    document: Document<'_>,
    expanded: &Expanded,
    options: &HtmlOptions,
    hooks: &mut dyn Hooks,
) -> String {
    fill(&set(document.events), &expanded.calls, options, hooks)
}

#[cfg(test)]
mod tests;

//! Expansion: a page's text before it is Markdown. Inclusions are put in, component calls are cut out.
//!
//! Input is one page and a way to ask for [other files](Files), output an [`Expanded`] text. The way there:
//!
//! 1. `include` puts in what `{{#include}}` and its relatives name, anywhere, also in code.
//! 2. `blocks` cuts out calls that are lines of their own, `:::name` to `:::` and `::name`, outside of code.
//! 3. `inline` cuts out `:name[body]{attributes}` inside paragraphs, headings and table cells.
//!
//! A component call is replaced by a [`placeholder`], which survives Markdown parsing wherever the call stood (a list,
//! a quote, a table cell), and its body is kept aside as text of its own with its own source map. Which components there
//! are is not known here: who finds a call of none, or a placeholder inside code, puts back [`ComponentCall::raw`].

mod attributes;
mod blocks;
mod call;
#[cfg(test)]
mod component_tests;
mod containers;
mod cursor;
mod directive;
mod html_block;
mod include;
mod inline;
mod inline_call;
mod line;
mod lines;
mod record;
mod region;
mod run;
mod selection;
mod sheet;
mod source_map;
#[cfg(test)]
mod tests;
mod writer;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    base::{diagnostic::Diagnostic, path::RepoPath},
    parse::expand::{inline_call::may_have_calls, record::Record, source_map::SourceMap as Map},
};

pub use self::{
    attributes::{MAX_ATTRIBUTES, parse_attributes},
    blocks::MAX_COMPONENT_DEPTH,
    include::{MAX_EXPANDED, MAX_INCLUDE_DEPTH, MAX_INCLUDES, inclusions},
    source_map::{At, SourceMap},
};

/// First and last character of a placeholder: private use, so that neither Markdown nor smart punctuation touches it.
pub const PLACEHOLDER: (char, char) = ('\u{E000}', '\u{E001}');

/// A text ready to be parsed as Markdown.
#[derive(Clone, Debug, Default)]
pub struct Expanded {
    /// The body with inclusions put in and a placeholder for each component call.
    pub text: String,
    /// Where the text came from.
    pub map: Map,
    /// All component calls of the page, also those inside bodies of others; a placeholder names one by its index.
    pub calls: Vec<ComponentCall>,
    /// The files the text came from: the page itself first, then included files in order of first use.
    pub files: Vec<RepoPath>,
    /// The title that the page gives itself by `{{#title text}}`.
    pub title: Option<String>,
    /// What went wrong.
    pub diagnostics: Vec<Diagnostic>,
}

/// How expansion asks for other files. Whoever implements it also notes what was asked for.
pub trait Files {
    /// The text of a file of the site.
    fn read(&self, path: &RepoPath) -> Result<Arc<str>, FileError>;

    /// The name of a file that may have been meant by a path at which there is none.
    fn nearest(&self, path: &RepoPath) -> Option<String>;
}

/// Why a file can't be included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileError {
    /// There is no such file.
    NotFound,
    /// It is not UTF-8.
    NotText,
    /// Reading it failed, with the cause.
    Unreadable(String),
}

/// A component called from Markdown: `:name[label]{key=value}`, `::name{...}` or `:::name ... :::`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ComponentCall {
    /// The component's name.
    pub name: String,
    /// `key=value` pairs in order; a bare key has the value `true`.
    pub attributes: Vec<(String, AttributeValue)>,
    /// Whether it stands as a block of its own (`::`, `:::`) and not inside a line of text (`:`).
    pub block: bool,
    /// What stands between its opening and closing fence, or in the brackets of an inline call: Markdown, with placeholders.
    pub body: Option<Body>,
    /// The call as it was written, to be shown where it turns out not to be one (inside code).
    pub raw: String,
    /// Where it was written.
    pub at: At,
}

/// The Markdown inside a component call.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Body {
    /// The text, dedented to where the call stood.
    pub text: String,
    /// Where it came from.
    pub map: Map,
}

/// The value of an attribute: of a component call, an image, a link or a code fence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum AttributeValue {
    /// A bare key, or `true` and `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Float(f64),
    /// Anything else, quoted or not.
    Text(String),
}

/// Expands a page, `text` being its whole file and `body_start` where its front matter ends.
pub fn expand(path: &RepoPath, text: &str, body_start: usize, files: &dyn Files) -> Expanded {
    let mut record = Record::new(path, text);
    let body_start = (body_start..=text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len());
    let merged = include::merge(text, body_start, files, &mut record);
    let (page, calls) = if may_have_calls(&merged.sheet.text) {
        blocks::scan(&merged.sheet, &mut record)
    } else {
        (merged.sheet, Vec::new())
    };
    let (files, diagnostics) = record.finish();
    Expanded { text: page.text, map: page.map, calls, files, title: merged.title, diagnostics }
}

/// The placeholder of call `index`, for a place inside a line.
pub fn placeholder(index: usize) -> String {
    format!("{}{index}{}", PLACEHOLDER.0, PLACEHOLDER.1)
}

/// The placeholder of call `index` as a line of its own: an HTML comment, which is a block in any container
/// and neither needs nor adds blank lines.
pub fn block_placeholder(index: usize) -> String {
    format!("<!--{}-->", placeholder(index))
}

//! [`FrontMatter`]: what a page says about itself before its text.
//!
//! Input is a page's text; output is its front matter, where its body begins, and the problems. Values that are wrong
//! are left out; where one says when the page is shown, the page is a draft. Keys that aren't known are the author's
//! own and land in `extra`. Defaults from `cascade` are merged by `site/` with [`FrontMatter::or`].
//!
//! 1. [`split()`] finds the front matter and the body.
//! 2. `read` takes the known keys out of its tree, with the names that other generators use.
//! 3. [`Date`] reads dates.
//! 4. `unread` finds what was meant as front matter where there is none.

mod date;
mod extra;
mod read;
mod split;
mod terms;
mod unread;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::base::{diagnostic::Diagnostic, path::RepoPath, shape::Shapes, toml, yaml};

pub use self::{
    date::{DATE_HINT, Date},
    extra::Extra,
    read::KEYS,
    split::{Format, Split, split},
    terms::Terms,
};

/// What a page says about itself; `None` where it says nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FrontMatter {
    /// The title, as written.
    pub title: Option<CompactString>,
    /// When the page was made; lists are in its order.
    pub date: Option<Date>,
    /// When it last changed in a way that readers should know.
    pub updated: Option<Date>,
    /// Whether it is left out of the built site.
    pub draft: Option<bool>,
    /// The date from which it is in the site.
    pub publish: Option<Date>,
    /// The date from which it is no longer in the site.
    pub expire: Option<Date>,
    /// The terms as written, by taxonomy.
    pub terms: Terms,
    /// Other names and addresses of the page.
    pub aliases: Option<Vec<String>>,
    /// The place among its siblings, small first.
    pub weight: Option<i64>,
    /// The template.
    pub layout: Option<Box<str>>,
    /// The language.
    pub lang: Option<Box<str>>,
    /// The page in another language that it is a translation of, where their paths don't tell.
    pub translation_of: Option<Box<str>>,
    /// A sentence about it.
    pub description: Option<Box<str>>,
    /// Whether it shows a table of contents.
    pub toc: Option<bool>,
    /// Whether it can be found by searching.
    pub search: Option<bool>,
    /// Where the page leads instead of having a text.
    pub redirect: Option<Box<str>>,
    /// How a section orders its pages.
    pub sort: Option<Sort>,
    /// In which direction.
    pub order: Option<Order>,
    /// Pages per list of a section; 0 for all on one.
    pub paginate: Option<u32>,
    /// Defaults for the pages below a section.
    pub cascade: Option<Box<FrontMatter>>,
    /// The author's own keys.
    pub extra: Extra,
}

/// How a section orders its pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sort {
    /// By `weight`.
    Weight,
    /// By `date`.
    Date,
    /// By title.
    Title,
    /// By file name.
    Path,
}

/// The direction of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// Small, old or early in the alphabet first.
    Asc,
    /// The other way round.
    Desc,
}

/// The keys that a site adds to the known ones.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrontMatterKeys {
    /// The names of its taxonomies.
    pub taxonomies: Vec<String>,
}

/// Reads a page's front matter; the number is the offset of its body.
///
/// The body begins where [`split()`] says, except that a block which turns out to be no mapping belongs to the body.
pub fn parse(path: &RepoPath, text: &str, known: &FrontMatterKeys) -> (FrontMatter, usize, Vec<Diagnostic>) {
    let split = split(text);
    let Some((format, range)) = split.matter else {
        let problem = unread::unread(path, text, known);
        return (FrontMatter::default(), split.body_start, problem.into_iter().collect());
    };
    let (node, diagnostics) = match format {
        Format::Yaml => yaml::read(path, text, range.clone(), yaml::SMALL),
        Format::Toml => toml::read(path, text, range.clone()),
    };
    let mut shapes = Shapes::new(path, text, diagnostics);
    let matter = match node {
        Some(node) if node.is_null() => FrontMatter::default(),
        Some(node) => match node.as_map() {
            Some(entries) => read::front_matter(&mut shapes, entries, known),
            None => return (FrontMatter::default(), split::bom_len(text), Vec::new()),
        },
        None => read::broken(&text[range]),
    };
    (matter, split.body_start, shapes.into_diagnostics())
}

impl FrontMatter {
    /// Fills what isn't set from `defaults`: key by key, also inside of `terms` and `extra`.
    ///
    /// The `cascade` of the defaults isn't taken: it says something about other pages.
    #[must_use]
    pub fn or(self, defaults: &Self) -> Self {
        let Self { mut terms, mut extra, .. } = self;
        terms.fill_from(&defaults.terms);
        extra.fill_from(defaults.extra.iter().map(|(key, value)| (key.clone(), value.clone())));
        Self {
            title: self.title.or_else(|| defaults.title.clone()),
            date: self.date.or(defaults.date),
            updated: self.updated.or(defaults.updated),
            draft: self.draft.or(defaults.draft),
            publish: self.publish.or(defaults.publish),
            expire: self.expire.or(defaults.expire),
            terms,
            aliases: self.aliases.or_else(|| defaults.aliases.clone()),
            weight: self.weight.or(defaults.weight),
            layout: self.layout.or_else(|| defaults.layout.clone()),
            lang: self.lang.or_else(|| defaults.lang.clone()),
            translation_of: self.translation_of.or_else(|| defaults.translation_of.clone()),
            description: self.description.or_else(|| defaults.description.clone()),
            toc: self.toc.or(defaults.toc),
            search: self.search.or(defaults.search),
            redirect: self.redirect.or_else(|| defaults.redirect.clone()),
            sort: self.sort.or(defaults.sort),
            order: self.order.or(defaults.order),
            paginate: self.paginate.or(defaults.paginate),
            cascade: self.cascade,
            extra,
        }
    }
}

impl FrontMatter {
    /// Fills in what a translation has in common with its original: what is about the page and no text of it.
    #[must_use]
    pub fn of_translation(self, original: &Self) -> Self {
        Self {
            date: self.date.or(original.date),
            weight: self.weight.or(original.weight),
            layout: self.layout.or_else(|| original.layout.clone()),
            toc: self.toc.or(original.toc),
            search: self.search.or(original.search),
            sort: self.sort.or(original.sort),
            order: self.order.or(original.order),
            paginate: self.paginate.or(original.paginate),
            ..self
        }
    }
}

#[cfg(test)]
mod tests;

//! The values a template sees: the public API of themes.
//!
//! [`Site`] is the same on all pages and is given to [`Theme::with_site`](super::Theme::with_site) once; a [`View`]
//! is made for each page. A field that has no value is `null`, never absent, so that a template can ask for it.
//! Every `url` is ready for an `href`: it begins with the base path.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

pub use super::book::{Book, BookAnswer, BookChapter, BookDeck, BookPart, BookQuestion, BookText};
use super::{Context, Large, NavTree};

/// `site`: what all pages share.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Site {
    /// The site's name.
    pub title: String,
    /// One or two sentences about it.
    pub description: String,
    /// Where it is published, as `https://example.org/docs`, without a slash at the end; empty when not known.
    pub base_url: String,
    /// The path part of it: empty, or as `/docs`, without a slash at the end.
    pub base_path: String,
    /// The address of the home page, in the language of the page being shown.
    pub home_url: String,
    /// The language of the page being shown, as `en`.
    pub language: String,
    /// The languages of the site, the default one first; empty when it has a single one.
    pub languages: Vec<Language>,
    /// Who writes it.
    pub author: Option<String>,
    /// Address of the repository on a forge.
    pub repo: Option<String>,
    /// Whether pages can be edited where they are served: it is shown by `recto edit`.
    pub wiki: bool,
    /// Links at the top of every page.
    pub menu: Vec<MenuItem>,
    /// The picture before the site's title.
    pub logo: Option<Logo>,
    /// The sign in the browser's tab, if it isn't the theme's.
    pub favicon: Option<Favicon>,
    /// The address of the file of the face of text, if it isn't the theme's: `null` when that is, empty without a file.
    pub text_font: Option<String>,
    /// What stands at the foot of every page.
    pub footer: Footer,
    /// Where else its people are.
    pub social: Vec<Social>,
    /// HTML for the head of every page.
    pub head: Option<String>,
    /// The values of the theme's settings.
    pub theme: Value,
    /// Address of the site's feed.
    pub feed_url: Option<String>,
    /// Address of the folder with what browsers search in, when the site can be searched.
    pub search_url: Option<String>,
    /// The taxonomies that have a page of their own.
    pub taxonomies: Vec<TaxonomyLink>,
    /// The author's own values from the config.
    pub extra: Value,
}

/// An entry of the links at the top of every page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MenuItem {
    /// What to show.
    pub title: String,
    /// Where it leads; nowhere when it only opens what is below it.
    pub url: Option<String>,
    /// The entries below it.
    pub children: Vec<MenuItem>,
}

/// The picture before a site's title.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Logo {
    /// Its address.
    pub url: String,
    /// The address of the one on dark paper, if it is another.
    pub dark_url: Option<String>,
    /// Whether the title stands beside it.
    pub show_title: bool,
}

/// The sign in the browser's tab.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Favicon {
    /// Its address.
    pub url: String,
    /// Its media type.
    pub media_type: String,
}

/// What stands at the foot of every page.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Footer {
    /// A text in Markdown.
    pub text: Option<String>,
    /// Links in place of those that stand there otherwise.
    pub links: Option<Vec<MenuItem>>,
}

/// Where else the people of a site are.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Social {
    /// What the link says to those who don't see the sign.
    pub title: String,
    /// Where it leads.
    pub url: String,
    /// The name of the sign, as `github`.
    pub icon: String,
}

/// One of the languages of a site.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Language {
    /// Its tag, as `fr`.
    pub lang: String,
    /// What it calls itself, as `Français`.
    pub name: String,
    /// Which way it is written: `ltr` or `rtl`.
    pub dir: String,
    /// The site's name in it.
    pub title: String,
    /// The address of its home page.
    pub url: String,
    /// Whether it is that of the page being shown.
    pub current: bool,
}

/// A page in one of the languages of a site.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Translation {
    /// The tag of the language, as `fr`.
    pub lang: String,
    /// What the language calls itself, as `Français`.
    pub name: String,
    /// Which way it is written: `ltr` or `rtl`.
    pub dir: String,
    /// The title of the page.
    pub title: String,
    /// Its address.
    pub url: String,
    /// Its address with scheme and host, when the site knows its own.
    pub permalink: Option<String>,
    /// Whether it is the page being shown.
    pub current: bool,
    /// Whether it says the same as the page being shown; if not, it is the nearest one above it.
    pub exact: bool,
}

/// What kind of page is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A page of content.
    #[default]
    Page,
    /// A folder with an index page of its own.
    Section,
    /// A folder without one.
    Folder,
    /// All terms of a taxonomy.
    Taxonomy,
    /// The pages of one term.
    Term,
    /// The page for addresses that don't exist.
    NotFound,
    /// A page of the wiki itself, such as the editor.
    Wiki,
}

/// A title and where it leads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Link {
    /// What to show.
    pub title: String,
    /// Where it leads.
    pub url: String,
}

/// A page that links to the page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Backlink {
    /// Its title.
    pub title: String,
    /// Where it is.
    pub url: String,
    /// The sentence in which it links here; `None` when the link stands alone.
    pub sentence: Option<Sentence>,
}

/// A sentence with a link.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sentence {
    /// What stands before the link.
    pub before: String,
    /// The text of the link.
    pub link: String,
    /// What stands after it.
    pub after: String,
}

/// A taxonomy or a term of one, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TaxonomyLink {
    /// Its name, as `tags` or `rust`.
    pub name: String,
    /// Its page.
    pub url: String,
}

/// `page`: the page being shown.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Page {
    /// Its title, as text.
    pub title: String,
    /// What kind of page it is.
    pub kind: Kind,
    /// Its address.
    pub url: String,
    /// Its address with scheme and host, when the site knows its own.
    pub permalink: Option<String>,
    /// Its source file, from the root of the repository.
    pub path: Option<String>,
    /// When it was published, in ISO 8601.
    pub date: Option<String>,
    /// When it was last changed, in ISO 8601.
    pub updated: Option<String>,
    /// The description from its front matter.
    pub description: Option<String>,
    /// The description, or else the beginning of its text.
    pub summary: Option<String>,
    /// Its language.
    pub lang: String,
    /// Which way that is written: `ltr` or `rtl`.
    pub dir: String,
    /// The language of its text: another one where the page isn't translated and shown as it is.
    pub text_lang: String,
    /// Which way that is written.
    pub text_dir: String,
    /// Whether it isn't translated and shown in the default language.
    pub untranslated: bool,
    /// The same page in the languages that have it, itself among them; empty when no other has.
    pub translations: Vec<Translation>,
    /// For each language of the site the page to go to from here; empty when the site has a single one.
    pub languages: Vec<Translation>,
    /// Whether it is a draft, shown only in previews.
    pub draft: bool,
    /// Its tags.
    pub tags: Vec<TaxonomyLink>,
    /// Its terms in each taxonomy, tags included.
    pub taxonomies: BTreeMap<String, Vec<TaxonomyLink>>,
    /// Its headings as a tree.
    pub toc: Vec<TocEntry>,
    /// Whether to show them.
    pub show_toc: bool,
    /// How many words it has.
    pub n_words: u32,
    /// How long reading takes.
    pub reading_minutes: u32,
    /// The author's own values from the front matter.
    pub extra: Value,
    /// The sections above it, from the home page down.
    pub breadcrumbs: Vec<Link>,
    /// The page before it in its section.
    pub previous: Option<Link>,
    /// The page after it.
    pub next: Option<Link>,
    /// Pages that share tags with it.
    pub related: Vec<Link>,
    /// Pages that link to it.
    pub backlinks: Vec<Backlink>,
    /// Its source on the forge.
    pub source_url: Option<String>,
    /// Where it is edited: in this wiki, or on the forge.
    pub edit_url: Option<String>,
    /// Where its past is shown, in a wiki.
    pub history_url: Option<String>,
    /// Its last commit, when the site lies in a Git repository.
    pub last_change: Option<LastChange>,
}

/// The last commit of a page.
#[derive(Clone, Debug, Default, Serialize)]
pub struct LastChange {
    /// Its day, in ISO 8601.
    pub date: String,
    /// Who wrote it.
    pub author: String,
    /// Its id, in hexadecimal.
    pub commit: String,
    /// Its page on the forge.
    pub url: Option<String>,
}

/// A heading in the table of contents.
#[derive(Clone, Debug, Default, Serialize)]
pub struct TocEntry {
    /// 1 to 6.
    pub level: u8,
    /// What to put behind `#`.
    pub id: String,
    /// Its text.
    pub title: String,
    /// The headings below it.
    pub children: Vec<TocEntry>,
}

/// A page in the list of a section or a term.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Child {
    /// Its title.
    pub title: String,
    /// Its address.
    pub url: String,
    /// When it was published, in ISO 8601.
    pub date: Option<String>,
    /// The description from its front matter.
    pub description: Option<String>,
    /// The description, or else the beginning of its text.
    pub summary: Option<String>,
    /// What kind of page it is.
    pub kind: Kind,
    /// Its tags.
    pub tags: Vec<TaxonomyLink>,
}

/// A deck in the list of a section.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListedDeck {
    /// Its title, in one line.
    pub title: String,
    /// The name of its manifest without ending, which tells decks with one title apart.
    pub name: String,
    /// Its address.
    pub url: String,
    /// A line below the title.
    pub subtitle: Option<String>,
    /// What it is given at.
    pub event: Option<String>,
    /// The day, as written.
    pub date: Option<String>,
}

/// Where a page of a long list stands among the others.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Pagination {
    /// Which one it is, from 1.
    pub number: usize,
    /// How many there are.
    pub total: usize,
    /// The first.
    pub first_url: String,
    /// The last.
    pub last_url: String,
    /// The one before.
    pub previous_url: Option<String>,
    /// The one after.
    pub next_url: Option<String>,
}

/// An entry of the navigation tree.
#[derive(Clone, Debug, Default, Serialize)]
pub struct NavItem {
    /// What to show.
    pub title: String,
    /// Where it leads.
    pub url: String,
    /// Whether it is the page being shown.
    pub current: bool,
    /// Whether the page being shown is below it.
    pub active: bool,
    /// Its entries, where the tree is open.
    pub children: Vec<NavItem>,
    /// How many entries it has beyond `children`; they are found on its own page.
    pub more: usize,
}

/// `taxonomy`: all terms.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Taxonomy {
    /// Its name, as `tags`.
    pub name: String,
    /// Its page.
    pub url: String,
    /// Its terms.
    pub terms: Vec<Term>,
}

/// `term`: one term, and how many pages have it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Term {
    /// Its name.
    pub name: String,
    /// Its page.
    pub url: String,
    /// How many pages have it.
    pub count: usize,
}

/// All that a template sees besides `site`.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// The page being shown.
    pub page: Page,
    /// Its body, as HTML.
    pub content: String,
    /// The pages below a section or in a term.
    pub children: Vec<Child>,
    /// The decks of a section.
    pub decks: Vec<ListedDeck>,
    /// Where a page of a long list stands.
    pub pagination: Option<Pagination>,
    /// The navigation tree.
    pub nav: Vec<NavTree>,
    /// The taxonomy, on its page and those of its terms.
    pub taxonomy: Option<Taxonomy>,
    /// The term, on its page.
    pub term: Option<Term>,
}

impl View {
    /// The context of a render: every field under its own name, `content` as HTML that needs no escaping.
    pub fn to_context(&self) -> Context<'static> {
        let mut context = Context::new();
        context.insert("page", &self.page);
        context.insert_html("content", &self.content);
        context.insert("children", &self.children);
        context.insert("decks", &self.decks);
        context.insert("pagination", &self.pagination);
        context.insert_nav("nav", self.nav.clone());
        context.insert("taxonomy", &self.taxonomy);
        context.insert("term", &self.term);
        context
    }
}

/// What `deck.html` sees as `deck`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Deck {
    /// Its title, in one line.
    pub title: String,
    /// A line below it.
    pub subtitle: Option<String>,
    /// Who speaks.
    pub author: Option<String>,
    /// The day, as written.
    pub date: Option<String>,
    /// What it is given at.
    pub event: Option<String>,
    /// Its address.
    pub url: String,
    /// Its language.
    pub lang: String,
    /// Width to height, as `16:9`.
    pub ratio: String,
    /// The look that the manifest asks for.
    pub theme: Option<String>,
    /// What stands before the number of a slide.
    pub prefix: String,
    /// The classes that readers can switch.
    pub lenses: Vec<String>,
    /// What the viewer knows of its parts, as JSON.
    pub facts: String,
    /// The list of its chapters as pages to read, from file to file.
    pub contents_url: String,
}

impl Deck {
    /// The context of a render of `deck.html`, with all slides as `content`.
    pub fn to_context<'c>(&self, slides: Large<'c>) -> Context<'c> {
        let mut context = Context::new();
        context.insert("deck", self);
        context.insert_large_html("content", slides);
        context
    }
}

/// What `redirect.html` sees as `redirect`, the page that stands at a former address.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Redirect {
    /// The address now.
    pub url: String,
    /// The same with scheme and host, when the site knows its own.
    pub permalink: Option<String>,
}

impl Redirect {
    /// The context of a render of `redirect.html`.
    pub fn to_context(&self) -> Context<'static> {
        let mut context = Context::new();
        context.insert("redirect", self);
        context
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names and kinds of all values, one level per `{}`; of a list those of its first item.
    fn shape(value: &Value) -> String {
        match value {
            Value::Null => "null".into(),
            Value::Bool(_) => "bool".into(),
            Value::Number(_) => "number".into(),
            Value::String(text) if text.is_empty() => "text".into(),
            Value::String(text) => format!("\"{text}\""),
            Value::Array(items) => format!("[{}]", items.first().map_or(String::new(), shape)),
            Value::Object(fields) => {
                let fields: Vec<String> =
                    fields.iter().map(|(name, value)| format!("{name}: {}", shape(value))).collect();
                format!("{{{}}}", fields.join(", "))
            }
        }
    }

    fn check<T: Serialize>(value: &T, expected: &str) {
        let value = serde_json::to_value(value).expect("it has a shape");
        assert_eq!(shape(&value), expected, "this is what themes rely on: add to it, never rename or remove");
    }

    #[test]
    fn the_shape_of_the_site_is_kept() {
        let site = Site {
            menu: vec![MenuItem { url: Some(String::new()), ..MenuItem::default() }],
            logo: Some(Logo::default()),
            favicon: Some(Favicon::default()),
            social: vec![Social::default()],
            taxonomies: vec![TaxonomyLink::default()],
            languages: vec![Language::default()],
            ..Site::default()
        };
        check(
            &site,
            "{title: text, description: text, base_url: text, base_path: text, home_url: text, language: text, \
             languages: [{lang: text, name: text, dir: text, title: text, url: text, current: bool}], author: null, \
             repo: null, wiki: bool, menu: [{title: text, url: text, children: []}], \
             logo: {url: text, dark_url: null, show_title: bool}, favicon: {url: text, media_type: text}, text_font: null, \
             footer: {text: null, links: null}, social: [{title: text, url: text, icon: text}], head: null, theme: null, feed_url: null, search_url: null, taxonomies: [{name: text, url: text}], \
             extra: null}",
        );
    }

    #[test]
    fn the_shape_of_a_page_is_kept() {
        let tags = vec![TaxonomyLink::default()];
        let page = Page {
            tags: tags.clone(),
            taxonomies: BTreeMap::from([("tags".to_owned(), tags)]),
            toc: vec![TocEntry::default()],
            translations: vec![Translation::default()],
            breadcrumbs: vec![Link::default()],
            previous: Some(Link::default()),
            last_change: Some(LastChange::default()),
            ..Page::default()
        };
        check(
            &page,
            "{title: text, kind: \"page\", url: text, permalink: null, path: null, date: null, updated: null, \
             description: null, summary: null, lang: text, dir: text, text_lang: text, text_dir: text, untranslated: bool, \
             translations: [{lang: text, name: text, dir: text, title: text, url: text, permalink: null, current: bool, \
             exact: bool}], languages: [], draft: bool, tags: [{name: text, url: text}], \
             taxonomies: {tags: [{name: text, url: text}]}, \
             toc: [{level: number, id: text, title: text, children: []}], show_toc: bool, n_words: number, \
             reading_minutes: number, extra: null, breadcrumbs: [{title: text, url: text}], \
             previous: {title: text, url: text}, next: null, related: [], backlinks: [], source_url: null, \
             edit_url: null, history_url: null, last_change: {date: text, author: text, commit: text, url: null}}",
        );
    }

    #[test]
    fn the_shape_of_a_view_is_kept() {
        let parts = serde_json::json!({
            "child": Child { kind: Kind::NotFound, ..Child::default() },
            "backlink": Backlink { sentence: Some(Sentence::default()), ..Backlink::default() },
            "deck": ListedDeck::default(),
            "pagination": Pagination::default(),
            "nav": NavItem::default(),
            "taxonomy": Taxonomy { terms: vec![Term::default()], ..Taxonomy::default() },
            "redirect": Redirect::default(),
        });
        check(
            &parts,
            "{child: {title: text, url: text, date: null, description: null, summary: null, kind: \"not-found\", \
             tags: []}, backlink: {title: text, url: text, sentence: {before: text, link: text, after: text}}, \
             deck: {title: text, name: text, url: text, subtitle: null, event: null, date: null}, \
             pagination: {number: number, total: number, first_url: text, last_url: text, \
             previous_url: null, next_url: null}, nav: {title: text, url: text, current: bool, active: bool, \
             children: [], more: number}, taxonomy: {name: text, url: text, terms: [{name: text, url: text, \
             count: number}]}, redirect: {url: text, permalink: null}}",
        );
    }
}

//! [`Config`]: what `recto.yml` says about a site. Everything in it is optional.
//!
//! Input is the file's text; output is a config, with defaults wherever the file says nothing or something wrong,
//! and the problems. Whether files that it names exist is left to those who use them.
//!
//! `keys` lists the keys with their documentation, `read` takes the values out of the tree.

mod base_url;
mod images;
mod keys;
mod language;
mod look;
mod read;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::base::{
    diagnostic::{Diagnostic, Place},
    path::RepoPath,
    yaml,
};

pub use self::{
    base_url::BaseUrl,
    images::{ImageFormat, Images},
    keys::KeyDoc,
    language::{Language, Untranslated},
    look::{Color, Colors, Font, Fonts, Footer, Logo, Look, Said, Social, Tone, social_icons},
};

/// The newest format of `recto.yml` that is understood.
pub const FORMAT: u32 = 1;
/// The name of the file, at the root of the site.
pub const FILE_NAME: &str = "recto.yml";
/// Pages in a feed, unless the config says otherwise.
const FEED_LIMIT: u32 = 20;

/// What `recto.yml` says.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Config {
    /// The site's name.
    pub title: Option<String>,
    /// A sentence about the site.
    pub description: Option<String>,
    /// Where the site is reached.
    pub base_url: BaseUrl,
    /// The language of pages that don't say theirs; of a site in several languages, the default one.
    pub language: String,
    /// The languages of the site, the default one first; none when it has a single one.
    pub languages: Vec<Language>,
    /// Whether the addresses of the default language have a folder of their own, too.
    pub default_language_folder: bool,
    /// What stands in place of a page that isn't translated.
    pub untranslated: Untranslated,
    /// Who writes the site.
    pub author: Option<String>,
    /// The theme: a built-in one, or one of the site's own.
    pub theme: String,
    /// What the site says about the theme's settings.
    pub theme_settings: Vec<ThemeSetting>,
    /// How the site looks.
    pub look: Look,
    /// The shape of addresses.
    pub url: UrlStyle,
    /// The folder that holds the pages; `None` for `content` if there is one, else the root.
    pub content: Option<RepoPath>,
    /// Where the built site goes; never the root.
    pub output: RepoPath,
    /// The repository on a forge.
    pub repo: Option<Repo>,
    /// The front matter keys that group pages.
    pub taxonomies: Vec<Taxonomy>,
    /// The feed of the newest pages.
    pub feed: Feed,
    /// Whether pages say who changed them last, and when.
    pub last_changed: bool,
    /// Whether readers can search the site.
    pub search: bool,
    /// Pages per list of a section; 0 for all on one.
    pub paginate: u32,
    /// How Markdown is read.
    pub markdown: Markdown,
    /// How code is shown.
    pub highlight: Highlight,
    /// How the files of the theme are published.
    pub assets: Assets,
    /// How pictures are made smaller.
    pub images: Images,
    /// In which encodings text is written besides.
    pub compress: Vec<Encoding>,
    /// The links at the top of every page.
    pub menu: Option<Vec<MenuItem>>,
    /// Anything for the author's templates.
    pub extra: Map<String, Value>,
    /// What is named here and should be there: pages, files, addresses.
    #[serde(skip)]
    pub named: Vec<Named>,
    /// The texts of footers, which are Markdown, each with where it stands.
    #[serde(skip)]
    pub footers: Vec<(String, Place)>,
}

/// A value for one of the settings of a theme.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ThemeSetting {
    /// The name of the setting.
    pub name: String,
    /// Its value, as written.
    pub value: Value,
    /// Where the name stands.
    #[serde(skip)]
    pub name_at: Place,
    /// Where the value stands.
    #[serde(skip)]
    pub at: Place,
}

/// Something that the config names.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    /// A page's file, a file, an address or a URL.
    pub target: String,
    /// Where the config says so.
    pub at: Place,
}

/// The shape of addresses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum UrlStyle {
    /// `/page/`.
    #[default]
    Pretty,
    /// `/page.html`.
    Plain,
}

/// A repository on a forge.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Repo {
    /// Its page, without a slash at the end.
    pub url: String,
    /// The branch that links name; `None` for the current one.
    pub branch: Option<String>,
}

/// A front matter key that groups pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Taxonomy {
    /// The key, and the first part of the addresses.
    pub name: String,
    /// Pages per list of a term, 0 for all on one; `None` for the config's `paginate`.
    pub paginate: Option<u32>,
    /// Whether each term has a feed.
    pub feed: bool,
}

/// The feed of the newest pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Feed {
    /// Whether there is one.
    pub enabled: bool,
    /// How many pages it holds, at least 1.
    pub limit: u32,
}

/// How Markdown is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Markdown {
    /// Curly quotes, dashes and ellipses.
    pub smart_punctuation: bool,
    /// Formulas.
    pub math: bool,
    /// Emoji by name.
    pub emoji: bool,
}

/// How code is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Highlight {
    /// Line numbers beside code.
    pub line_numbers: bool,
}

/// How the files of the theme are published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Assets {
    /// Whether scripts and style sheets are made smaller.
    pub minify: bool,
    /// Whether templates name them by addresses with a hash of their bytes.
    pub hash: bool,
    /// Whether the styles of the first view are in the pages themselves.
    pub inline: bool,
}

/// How a file is compressed for the way to a browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Encoding {
    /// Brotli.
    #[serde(rename = "br")]
    Brotli,
    /// gzip.
    #[serde(rename = "gz")]
    Gzip,
}

/// A link at the top of every page.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct MenuItem {
    /// What it says.
    pub title: String,
    /// Where it leads: a page's file, an address or a URL; nowhere when it only opens what is below it.
    pub url: Option<String>,
    /// The links below it.
    pub children: Vec<MenuItem>,
}

impl Config {
    /// Reads a config; what is wrong in it is left at its default.
    pub fn parse(path: &RepoPath, text: &str) -> (Self, Vec<Diagnostic>) {
        let (node, diagnostics) = yaml::read(path, text, 0..text.len(), yaml::SMALL);
        match node {
            Some(node) => read::config(path, text, &node),
            None => (Self::default(), diagnostics),
        }
    }

    /// All keys with their documentation.
    pub fn keys() -> impl Iterator<Item = &'static KeyDoc> {
        keys::all()
    }

    /// The keys by the names of their groups, for the reference page.
    pub fn key_groups() -> &'static [(&'static str, &'static [KeyDoc])] {
        keys::GROUPS
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            title: None,
            description: None,
            base_url: BaseUrl::default(),
            language: "en".to_owned(),
            languages: Vec::new(),
            default_language_folder: false,
            untranslated: Untranslated::default(),
            author: None,
            theme: "default".to_owned(),
            theme_settings: Vec::new(),
            look: Look::default(),
            url: UrlStyle::default(),
            content: None,
            output: RepoPath::root().join("public"),
            repo: None,
            taxonomies: vec![Taxonomy::new("tags")],
            feed: Feed::default(),
            last_changed: true,
            search: true,
            paginate: 0,
            markdown: Markdown::default(),
            highlight: Highlight::default(),
            assets: Assets::default(),
            images: Images::default(),
            compress: Vec::new(),
            menu: None,
            extra: Map::new(),
            named: Vec::new(),
            footers: Vec::new(),
        }
    }
}

impl Default for Feed {
    fn default() -> Self {
        Self { enabled: true, limit: FEED_LIMIT }
    }
}

impl Default for Assets {
    fn default() -> Self {
        Self { minify: true, hash: true, inline: true }
    }
}

impl Default for Markdown {
    fn default() -> Self {
        Self { smart_punctuation: false, math: true, emoji: true }
    }
}

impl Taxonomy {
    /// A taxonomy with nothing special.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), paginate: None, feed: false }
    }
}

#[cfg(test)]
mod tests;

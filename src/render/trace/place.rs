//! Questions about addresses: what stands at one, where links lead, and what the config says of all of them.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Ask, World, domain::Domain};
use crate::{
    base::{
        config::{Assets, BaseUrl, Images, Repo},
        digest::Print,
        path::RepoPath,
    },
    parse::markdown::{LinkFact, LinkKind, MarkdownOptions},
    site::{
        Site, addresses,
        languages::{LanguageId, Languages},
        page::PageId,
        resolve::{Destination, Fragment, Missing, Spelling},
        route::Route,
        routes::{self, BookPage, Target},
    },
};

/// What stands at an address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct At(pub(in crate::render) Route);

/// What stands at an address; pages and folders by their keys.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::render) enum Place {
    Page(RepoPath),
    /// A page that decks show as slides.
    Chapter(RepoPath),
    Section {
        folder: RepoPath,
        number: usize,
    },
    Folder(RepoPath),
    Taxonomy(Named),
    Term {
        taxonomy: Named,
        term: String,
        number: usize,
    },
    Deck(RepoPath),
    Fragment {
        deck: RepoPath,
        chapter: RepoPath,
    },
    Book {
        deck: RepoPath,
        page: BookPage,
    },
    Asset(RepoPath),
    Feed(FeedOf),
    Sitemap,
    Robots,
    NotFound,
    Redirect {
        page: RepoPath,
        to: Option<String>,
    },
}

/// A taxonomy by its language and name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(in crate::render) struct Named {
    pub(in crate::render) language: LanguageId,
    pub(in crate::render) name: String,
}

/// What a feed is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(in crate::render) enum FeedOf {
    /// All pages of a language.
    Site(LanguageId),
    /// A folder.
    Section(RepoPath),
    /// A term of a taxonomy.
    Term(Named, String),
}

impl Ask for At {
    type Answer<'w> = Option<Place>;

    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w> {
        world.site.routes().get(&self.0).map(|target| place(&world.site, target))
    }

    fn domain(&self) -> Domain<'_> {
        Domain::Addresses
    }
}

/// The print of what stands at all addresses.
pub(super) fn print_of_addresses(site: &Site) -> Print {
    let places = site.routes().iter().map(|(route, target)| (route, place(site, target)));
    Print::of(&places.collect::<Vec<_>>())
}

fn place(site: &Site, target: &Target) -> Place {
    let folder_of = |section| site.sections().get(section).folder.clone();
    let named = |taxonomy: usize| {
        let taxonomy = &site.taxonomies().all[taxonomy];
        Named { language: taxonomy.language, name: taxonomy.name.clone() }
    };
    let term_of = |taxonomy: usize, term: usize| {
        (named(taxonomy), site.taxonomies().all[taxonomy].terms[term].name.clone())
    };
    let key_of = |id| site.page(id).key.clone();
    match target {
        Target::Page(id) if is_chapter(site, *id) => Place::Chapter(key_of(*id)),
        Target::Page(id) => Place::Page(key_of(*id)),
        Target::Section(section) => Place::Section { folder: folder_of(*section), number: 1 },
        Target::SectionPart { section, number } => {
            Place::Section { folder: folder_of(*section), number: *number }
        }
        Target::Folder(folder) => Place::Folder(folder.clone()),
        Target::Taxonomy(at) => Place::Taxonomy(named(*at)),
        Target::Term { taxonomy, term, number } => {
            let (taxonomy, term) = term_of(*taxonomy, *term);
            Place::Term { taxonomy, term, number: *number }
        }
        Target::Deck(path) => Place::Deck(path.clone()),
        Target::Fragment { deck, chapter } => {
            Place::Fragment { deck: deck.clone(), chapter: chapter.clone() }
        }
        Target::Book { deck, page } => Place::Book { deck: deck.clone(), page: *page },
        Target::Asset(path) => Place::Asset(path.clone()),
        Target::Feed(routes::FeedOf::Site(language)) => Place::Feed(FeedOf::Site(*language)),
        Target::Feed(routes::FeedOf::Section(section)) => Place::Feed(FeedOf::Section(folder_of(*section))),
        Target::Feed(routes::FeedOf::Term { taxonomy, term }) => {
            let (taxonomy, term) = term_of(*taxonomy, *term);
            Place::Feed(FeedOf::Term(taxonomy, term))
        }
        Target::Sitemap => Place::Sitemap,
        Target::Robots => Place::Robots,
        Target::NotFound(_) => Place::NotFound,
        Target::Redirect { page, to } => Place::Redirect { page: key_of(*page), to: to.clone() },
    }
}

/// Whether a page is a chapter of some deck, and not that of a folder.
fn is_chapter(site: &Site, id: PageId) -> bool {
    let page = site.page(id);
    !page.is_folder_page && site.decks().using(page.path()).next().is_some()
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "what stands at `{}`", self.0)
    }
}

/// What the config says of every page of a language. Every render asks for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Settings(pub(super) LanguageId);

/// The part of the config that renders see.
#[derive(Clone, Copy, Debug, Hash)]
pub(in crate::render) struct SettingsValues<'w> {
    pub(in crate::render) title: &'w str,
    pub(in crate::render) description: Option<&'w String>,
    pub(in crate::render) author: Option<&'w str>,
    /// The tag of the language.
    pub(in crate::render) language: &'w str,
    /// Which way it is written.
    pub(in crate::render) dir: &'w str,
    /// The languages of the site, by which addresses are told apart.
    pub(in crate::render) languages: &'w Languages,
    pub(in crate::render) base: &'w BaseUrl,
    pub(in crate::render) content: &'w RepoPath,
    pub(in crate::render) repo: Option<&'w Repo>,
    /// The repository as decks link to it.
    pub(in crate::render) deck_repo: Option<&'w Repo>,
    /// Where the site lies in its repository.
    pub(in crate::render) repo_folder: Option<&'w RepoPath>,
    pub(in crate::render) markdown: &'w MarkdownOptions,
    pub(in crate::render) line_numbers: bool,
    /// Whether pages can be edited where they are served.
    pub(in crate::render) is_wiki: bool,
    pub(in crate::render) images: &'w Images,
    pub(in crate::render) assets: Assets,
}

impl Ask for Settings {
    type Answer<'w> = SettingsValues<'w>;

    const SHARED: bool = true;

    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w> {
        let (site, config) = (&world.site, world.site.config());
        let own = site.language_config(self.0);
        let language = site.languages().tag(self.0);
        SettingsValues {
            title: site.title(self.0),
            description: own.and_then(|own| own.description.as_ref()).or(config.description.as_ref()),
            author: config.author.as_deref(),
            language,
            dir: site.languages().dir(self.0),
            languages: site.languages(),
            base: &config.base_url,
            content: site.content(),
            repo: config.repo.as_ref(),
            deck_repo: site.deck_repo(),
            repo_folder: site.deck_repo().and_then(|_| site.repo_folder()),
            markdown: &site.reading().markdown,
            line_numbers: config.highlight.line_numbers,
            is_wiki: site.is_wiki(),
            images: &config.images,
            assets: config.assets,
        }
    }
}

impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the settings in `recto.yml`")
    }
}

/// What templates see as `site` on pages of a language.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SiteValues(pub(super) LanguageId);

impl Ask for SiteValues {
    type Answer<'w> = Print;

    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w> {
        world.site_values.get(self.0.index()).copied().unwrap_or_default()
    }
}

impl fmt::Display for SiteValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the values of `site` in templates")
    }
}

/// Where something leads; pages by their keys.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::render) enum Lead {
    /// To an address of the site; to this page, if it is one.
    To { route: Route, page: Option<RepoPath>, fragment: Option<Fragment> },
    /// To the list of a folder's files.
    Folder(Route),
    /// To somewhere else.
    External,
    /// To nothing.
    Missing(Missing),
}

impl Lead {
    fn of(site: &Site, destination: &Destination) -> Self {
        match destination {
            Destination::Internal { route, page, fragment } => Self::To {
                route: route.clone(),
                page: page.map(|page| site.page(page).key.clone()),
                fragment: fragment.clone(),
            },
            Destination::Folder(folder) => {
                Self::Folder(Route::of_folder(&addresses::below_content(site, folder)))
            }
            Destination::External => Self::External,
            Destination::Missing(missing) => Self::Missing(missing.clone()),
        }
    }
}

/// Where one link leads that stands in a file, shown on the page at an address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Leads {
    pub(in crate::render) spelling: Spelling,
    pub(in crate::render) target: String,
    pub(in crate::render) file: RepoPath,
    pub(in crate::render) route: Route,
}

impl Ask for Leads {
    type Answer<'w> = Lead;

    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w> {
        let found = world.site.destination(self.spelling, &self.target, &self.file, &self.route);
        Lead::of(&world.site, &found)
    }

    fn domain(&self) -> Domain<'_> {
        Domain::Links
    }
}

impl fmt::Display for Leads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "where `{}` in `{}` leads", self.target, self.file)
    }
}

/// Where all links of a page lead, in the order of its facts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Links(pub(in crate::render) RepoPath);

impl Ask for Links {
    type Answer<'w> = Vec<(&'w LinkFact, Lead)>;

    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w> {
        let site = &world.site;
        let Some(id) = site.pages().of_key(&self.0) else { return Vec::new() };
        let links = site.page(id).file.facts.links.iter();
        let resolved = links.zip(site.links().outgoing(id));
        let shown = resolved.filter(|(link, _)| link.kind != LinkKind::Email);
        shown.map(|(link, to)| (link, Lead::of(site, to))).collect()
    }

    fn domain(&self) -> Domain<'_> {
        Domain::Outgoing(&self.0)
    }
}

impl fmt::Display for Links {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "where the links of `{}` lead", self.0)
    }
}

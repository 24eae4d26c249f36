//! Questions about searching: which words and pages can be found.

use std::{
    fmt,
    hash::{Hash, Hasher},
    sync::OnceLock,
};

use serde::{Deserialize, Serialize};

use super::{Ask, World, domain::Domain};
use crate::{
    base::digest::Print,
    render::SEARCH_FOLDER,
    site::{
        Site,
        route::Route,
        search::{Index, MAX_POSTINGS, PageIds, Shard, ShardWord},
    },
};

/// What a world knows of searching, found out when it is asked for.
#[derive(Default)]
pub(super) struct Search {
    ids: OnceLock<PageIds>,
    index: OnceLock<Index>,
    /// The shards' names, which are also known when nothing has changed since an earlier world.
    names: OnceLock<Vec<String>>,
}

impl Search {
    fn ids(&self, site: &Site) -> &PageIds {
        self.ids.get_or_init(|| PageIds::of(site))
    }

    fn index(&self, world: &World) -> &Index {
        let site = &*world.site;
        self.index.get_or_init(|| Index::of(site, &*world.source, self.ids(site), site.stock()))
    }

    fn names(&self, world: &World) -> &[String] {
        self.names
            .get_or_init(|| self.index(world).shards.iter().map(|shard| shard.name.to_string()).collect())
    }
}

/// A file that searching needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::render) enum SearchFile {
    Overview,
    Words(String),
    Pages(u32),
}

impl SearchFile {
    const OVERVIEW: &str = "index.json";

    /// The file at an address.
    pub(in crate::render) fn at(route: &Route) -> Option<Self> {
        let name = route.as_str().strip_prefix(&*format!("/{SEARCH_FOLDER}/"))?;
        let words = || Some(Self::Words(name.strip_prefix("words-")?.strip_suffix(".bin")?.to_owned()));
        let pages = || {
            let number = name.strip_prefix("pages-")?.strip_suffix(".json")?;
            // One address each.
            number.parse().ok().filter(|parsed: &u32| parsed.to_string() == number).map(Self::Pages)
        };
        if name == Self::OVERVIEW { Some(Self::Overview) } else { words().or_else(pages) }
    }

    fn route(&self) -> Route {
        let name = match self {
            Self::Overview => Self::OVERVIEW.to_owned(),
            Self::Words(name) => format!("words-{name}.bin"),
            Self::Pages(number) => format!("pages-{number}.json"),
        };
        Route::new(&format!("/{SEARCH_FOLDER}/{name}"))
    }
}

impl World {
    /// The addresses of all files that searching needs.
    pub(super) fn search_routes(&self) -> Vec<Route> {
        if !self.site.config().search {
            return Vec::new();
        }
        let words = self.search.names(self).iter().map(|name| SearchFile::Words(name.clone()));
        let pages = (0..self.search.ids(&self.site).n_files()).map(SearchFile::Pages);
        [SearchFile::Overview].into_iter().chain(words).chain(pages).map(|file| file.route()).collect()
    }

    /// The print of all that can be found and of its words, as far as they are known; `None` when it must be looked for.
    pub(super) fn words_print(&self) -> Option<Print> {
        let site = &*self.site;
        let page = |number: u32, page| {
            let page = site.page(page);
            Some((number, page.file.words_print?, &page.title, page.front.lang.as_deref()))
        };
        let pages = self.search.ids(site).pages.iter().map(|searched| page(searched.number, searched.page));
        let pages: Option<Vec<_>> = pages.collect();
        Some(Print::of(&(site.config().search, &site.config().language, pages?)))
    }

    /// The names of the shards.
    pub(super) fn shard_names(&self) -> Vec<String> {
        if self.site.config().search { self.search.names(self).to_vec() } else { Vec::new() }
    }

    /// Takes the names of an earlier world in which the same could be found.
    pub(super) fn learn_shard_names(&self, names: &[String]) {
        let _ = self.search.names.set(names.to_vec());
    }

    /// Whether the words are those of the files as they are listed.
    pub(super) fn has_settled_words(&self) -> bool {
        self.search.index.get().is_none_or(|index| index.is_settled)
    }
}

/// How the words and pages are spread over files; `None` when the site can't be searched.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SearchOverview;

/// What is needed to find the right file.
#[derive(Clone, Debug, Hash)]
pub(in crate::render) struct Overview<'w> {
    pub(in crate::render) n_pages: usize,
    pub(in crate::render) max_postings: usize,
    /// How many bits of a page's number are not that of its file.
    pub(in crate::render) low_bits: u32,
    pub(in crate::render) shards: &'w [String],
}

impl Ask for SearchOverview {
    type Answer<'w> = Option<Overview<'w>>;

    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w> {
        let ids = world.search.ids(&world.site);
        world.site.config().search.then(|| Overview {
            n_pages: ids.pages.len(),
            max_postings: MAX_POSTINGS,
            low_bits: ids.bits - ids.file_bits,
            shards: world.search.names(world),
        })
    }

    fn domain(&self) -> Domain<'_> {
        Domain::SearchWords
    }
}

impl fmt::Display for SearchOverview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("how the words of the site are spread over files")
    }
}

/// The words of a shard; `None` when there is none of that name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SearchWords(pub(in crate::render) String);

/// A shard with its words.
#[derive(Clone, Copy)]
pub(in crate::render) struct ShardValues<'w> {
    index: &'w Index,
    shard: &'w Shard,
}

impl<'w> ShardValues<'w> {
    pub(in crate::render) fn words(self) -> impl Iterator<Item = ShardWord<'w>> {
        self.index.shard_words(self.shard)
    }

    pub(in crate::render) fn outside(self) -> Vec<(u32, &'w str)> {
        self.index.outside(self.shard)
    }
}

impl Hash for ShardValues<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.shard.print.hash(state);
    }
}

impl Ask for SearchWords {
    type Answer<'w> = Option<ShardValues<'w>>;

    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w> {
        if !world.site.config().search {
            return None;
        }
        let index = world.search.index(world);
        let shard = index.shards.iter().find(|shard| shard.name.to_string() == self.0)?;
        Some(ShardValues { index, shard })
    }

    fn domain(&self) -> Domain<'_> {
        Domain::SearchWords
    }
}

impl fmt::Display for SearchWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the words of the site in the shard `{}`", self.0)
    }
}

/// The titles and addresses of some pages that can be found; `None` when there is no such part.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SearchPages(pub(in crate::render) u32);

/// A page by the number that it is found by.
#[derive(Clone, Copy, Debug, Hash)]
pub(in crate::render) struct Found<'w> {
    pub(in crate::render) number: u32,
    pub(in crate::render) title: &'w str,
    pub(in crate::render) route: &'w Route,
}

impl Ask for SearchPages {
    type Answer<'w> = Option<Vec<Found<'w>>>;

    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w> {
        let site = &*world.site;
        let ids = world.search.ids(site);
        let found = || {
            let pages = ids.file(self.0).iter().map(|searched| {
                let page = site.page(searched.page);
                Found { number: searched.number, title: &page.title, route: &page.route }
            });
            pages.collect()
        };
        (site.config().search && self.0 < ids.n_files()).then(found)
    }

    fn domain(&self) -> Domain<'_> {
        Domain::Structure
    }
}

impl fmt::Display for SearchPages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the titles and addresses of part {} of the pages that can be found", self.0)
    }
}

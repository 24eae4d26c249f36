//! Questions about searching: which words and pages can be found.

use std::{
    collections::HashSet,
    fmt,
    hash::{Hash, Hasher},
    sync::OnceLock,
};

use serde::{Deserialize, Serialize};

use super::{
    Ask, World,
    domain::{Domain, Domains},
    site_values::search_folder,
};
use crate::{
    base::digest::Print,
    render::shard,
    site::{
        Site,
        languages::LanguageId,
        route::Route,
        search::{FormerShards, Index, MAX_POSTINGS, PageIds, SearchedPages, Shard, ShardWord, Tally},
    },
    source::Source,
};

/// What is known of searching in a site, found out when it is asked for.
pub struct Searches {
    of_languages: Vec<Search>,
    known: OnceLock<KnownWords>,
}

/// The shards that an earlier process rendered, if they are kept somewhere.
pub trait KeptShards: Sync {
    /// The bytes that it put at an address.
    fn bytes(&self, route: &Route) -> Option<Vec<u8>>;
}

/// What can be found, and how it is spread over files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KnownWords {
    /// The print of all that can be found and of its words; `None` when they weren't known.
    pub(super) print: Option<Print>,
    /// The shards, by language.
    pub(super) shards: Vec<Vec<NamedShard>>,
}

/// The name of a shard and the print of what is in it.
pub(super) type NamedShard = (String, Print);

#[derive(Default)]
struct Search {
    ids: OnceLock<PageIds>,
    index: OnceLock<Index>,
    /// The shards, which are also known when nothing has changed since an earlier world.
    shards: OnceLock<Vec<NamedShard>>,
}

/// What can be found in a language.
#[derive(Clone, Copy)]
struct Searching<'w> {
    site: &'w Site,
    source: &'w dyn Source,
    language: LanguageId,
    search: &'w Search,
}

impl<'w> Searching<'w> {
    fn ids(self) -> &'w PageIds {
        self.search.ids.get_or_init(|| PageIds::of(self.site, self.language))
    }

    fn pages(self) -> SearchedPages<'w> {
        SearchedPages { site: self.site, source: self.source, ids: self.ids() }
    }

    fn index(self) -> &'w Index {
        let index = || Index::of(self.pages(), self.site.stock().former_tally(self.language));
        self.search.index.get_or_init(index)
    }

    fn shards(self) -> &'w [NamedShard] {
        self.search.shards.get_or_init(|| self.index().shards.iter().map(named).collect())
    }
}

fn named(shard: &Shard) -> NamedShard {
    (shard.name.to_string(), shard.print)
}

impl Searches {
    pub(super) fn of(site: &Site) -> Self {
        Self {
            of_languages: site.languages().ids().map(|_| Search::default()).collect(),
            known: OnceLock::new(),
        }
    }

    /// What a build has to know, while other things of its world are still being made.
    pub fn ahead(
        site: &Site,
        source: &dyn Source,
        former: Option<&Domains>,
        kept: Option<&dyn KeptShards>,
    ) -> Self {
        let searches = Self::of(site);
        searches.known_by(site, source, former, kept);
        searches
    }

    /// What can be found. When it is the same as in a `former` world, nothing is counted; else the words of the shards that are
    /// not as there are gathered, since these will be asked for.
    pub(super) fn known(&self, site: &Site, source: &dyn Source, former: Option<&Domains>) -> &KnownWords {
        self.known_by(site, source, former, None)
    }

    fn known_by(
        &self,
        site: &Site,
        source: &dyn Source,
        former: Option<&Domains>,
        kept: Option<&dyn KeptShards>,
    ) -> &KnownWords {
        self.known.get_or_init(|| {
            let print = || self.print(site, source);
            let count = || {
                self.all(site, source).for_each(|searching| {
                    searching.shards();
                });
            };
            // Where a page was parsed just now there are most likely other words, which are counted meanwhile.
            let print = match site.files().any(|file| file.words().is_some()) {
                true => rayon::join(print, count).0,
                false => print(),
            };
            let former = former.map(Domains::words);
            if let Some(former) = former.filter(|former| print.is_some() && print == former.print) {
                for (search, shards) in self.of_languages.iter().zip(&former.shards) {
                    let _ = search.shards.set(shards.clone());
                }
            }
            let shards = self.all(site, source).map(|searching| searching.shards().to_vec()).collect();
            self.expect_shards_unlike(site, source, former.map_or(&[], |former| &former.shards), kept);
            KnownWords { print, shards }
        })
    }

    /// `None` when there is no such language, or the site can't be searched.
    fn searching<'w>(
        &'w self,
        site: &'w Site,
        source: &'w dyn Source,
        language: LanguageId,
    ) -> Option<Searching<'w>> {
        let search = self.of_languages.get(language.index()).filter(|_| site.config().search)?;
        Some(Searching { site, source, language, search })
    }

    fn all<'w>(&'w self, site: &'w Site, source: &'w dyn Source) -> impl Iterator<Item = Searching<'w>> {
        site.languages().ids().filter_map(move |language| self.searching(site, source, language))
    }

    fn print(&self, site: &Site, source: &dyn Source) -> Option<Print> {
        let page = |number: u32, page| {
            let page = site.page(page);
            Some((number, page.file.words_print?, &page.title, site.text_language(page)))
        };
        let pages = self.all(site, source).map(|searching| {
            let pages = searching.ids().pages.iter();
            pages.map(|searched| page(searched.number, searched.page)).collect::<Option<Vec<_>>>()
        });
        let pages: Option<Vec<_>> = pages.collect();
        Some(Print::of(&(site.config().search, &site.config().language, pages?)))
    }

    fn expect_shards_unlike(
        &self,
        site: &Site,
        source: &dyn Source,
        former: &[Vec<NamedShard>],
        kept: Option<&dyn KeptShards>,
    ) {
        for searching in self.all(site, source) {
            let Some(index) = searching.search.index.get() else { continue };
            let shards = former.get(searching.language.index()).map_or(&[][..], Vec::as_slice);
            let former: HashSet<&NamedShard> = shards.iter().collect();
            let folder = search_folder(site, searching.language);
            let read = |name: &str| {
                let route = folder.below(&SearchFile::Words(name.to_owned()).name());
                shard::read(&kept?.bytes(&route)?)
            };
            let names = shards.iter().map(|(name, _)| name.as_str()).collect();
            let kept = FormerShards { names, read: &read };
            index.expect(|shard| !former.contains(&named(shard)), searching.pages(), &kept);
        }
    }

    /// What was counted, by language; `None` when nothing was, since all is as an earlier process counted it.
    fn tallies(&self) -> Option<Vec<Option<&Tally>>> {
        let indexes = self.of_languages.iter().map(|search| search.index.get());
        let tallies: Vec<Option<&Tally>> = indexes.map(|index| index.map(Index::tally)).collect();
        tallies.iter().any(Option::is_some).then_some(tallies)
    }

    /// Whether the words are those of the files as they are listed.
    pub(super) fn are_settled(&self) -> bool {
        self.of_languages.iter().filter_map(|search| search.index.get()).all(Index::is_settled)
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

    /// The file of a name.
    pub(in crate::render) fn named(name: &str) -> Option<Self> {
        let words = || Some(Self::Words(name.strip_prefix("words-")?.strip_suffix(".bin")?.to_owned()));
        let pages = || {
            let number = name.strip_prefix("pages-")?.strip_suffix(".json")?;
            // One address each.
            number.parse().ok().filter(|parsed: &u32| parsed.to_string() == number).map(Self::Pages)
        };
        if name == Self::OVERVIEW { Some(Self::Overview) } else { words().or_else(pages) }
    }

    fn name(&self) -> String {
        match self {
            Self::Overview => Self::OVERVIEW.to_owned(),
            Self::Words(name) => format!("words-{name}.bin"),
            Self::Pages(number) => format!("pages-{number}.json"),
        }
    }
}

impl World {
    /// What can be found in a language; `None` when there is no such language, or the site can't be searched.
    fn searching(&self, language: LanguageId) -> Option<Searching<'_>> {
        self.searches.searching(&self.site, &*self.source, language)
    }

    /// What was counted of the words of each language; `None` when nothing was, since all is as an earlier process counted it. Nothing of
    /// a site that can't be searched: what an earlier one counted belongs to shards that are gone.
    pub fn tallies(&self) -> Option<Vec<Option<&Tally>>> {
        if self.site.config().search { self.searches.tallies() } else { Some(Vec::new()) }
    }

    /// The addresses of all files that searching needs.
    pub(super) fn search_routes(&self) -> Vec<Route> {
        let of_language = |searching: Searching<'_>| {
            let words = searching.shards().iter().map(|(name, _)| SearchFile::Words(name.clone()));
            let pages = (0..searching.ids().n_files()).map(SearchFile::Pages);
            let folder = search_folder(&self.site, searching.language);
            let files = [SearchFile::Overview].into_iter().chain(words).chain(pages);
            files.map(|file| folder.below(&file.name())).collect::<Vec<_>>()
        };
        self.searches.all(&self.site, &*self.source).flat_map(of_language).collect()
    }

    /// The file that searching needs at an address, with its language.
    pub(in crate::render) fn search_file(&self, route: &Route) -> Option<(LanguageId, SearchFile)> {
        let folder = self
            .site
            .languages()
            .ids()
            .find(|language| search_folder(&self.site, *language).as_str() == route.folder());
        Some((folder?, SearchFile::named(&route.as_str()[route.folder().len()..])?))
    }
}

/// How the words and pages are spread over files; `None` when the site can't be searched.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SearchOverview(pub(in crate::render) LanguageId);

/// What is needed to find the right file.
#[derive(Clone, Debug, Hash)]
pub(in crate::render) struct Overview<'w> {
    pub(in crate::render) n_pages: usize,
    pub(in crate::render) max_postings: usize,
    /// How many bits of a page's number are not that of its file.
    pub(in crate::render) low_bits: u32,
    pub(in crate::render) shards: Vec<&'w str>,
}

impl Ask for SearchOverview {
    type Answer<'w> = Option<Overview<'w>>;

    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w> {
        let searching = world.searching(self.0)?;
        let ids = searching.ids();
        Some(Overview {
            n_pages: ids.pages.len(),
            max_postings: MAX_POSTINGS,
            low_bits: ids.bits - ids.file_bits,
            shards: searching.shards().iter().map(|(name, _)| &**name).collect(),
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
pub struct SearchWords(pub(in crate::render) LanguageId, pub(in crate::render) String);

/// A shard with its words.
#[derive(Clone, Copy)]
pub(in crate::render) struct ShardValues<'w> {
    searching: Searching<'w>,
    shard: &'w Shard,
}

impl<'w> ShardValues<'w> {
    pub(in crate::render) fn words(self) -> impl Iterator<Item = ShardWord<'w>> {
        self.searching.index().shard_words(self.shard, self.searching.pages())
    }

    pub(in crate::render) fn outside(self) -> Vec<(u32, &'w str)> {
        self.searching.index().outside(self.shard)
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
        let searching = world.searching(self.0)?;
        let shard = searching.index().shards.iter().find(|shard| shard.name.to_string() == self.1)?;
        Some(ShardValues { searching, shard })
    }

    fn domain(&self) -> Domain<'_> {
        Domain::SearchWords
    }
}

impl fmt::Display for SearchWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the words of the site in the shard `{}`", self.1)
    }
}

/// The titles and addresses of some pages that can be found; `None` when there is no such part.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SearchPages(pub(in crate::render) LanguageId, pub(in crate::render) u32);

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
        let ids = world.searching(self.0)?.ids();
        let found = || {
            let pages = ids.file(self.1).iter().map(|searched| {
                let page = site.page(searched.page);
                Found { number: searched.number, title: &page.title, route: &page.route }
            });
            pages.collect()
        };
        (self.1 < ids.n_files()).then(found)
    }

    fn domain(&self) -> Domain<'_> {
        Domain::Structure
    }
}

impl fmt::Display for SearchPages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the titles and addresses of part {} of the pages that can be found", self.1)
    }
}

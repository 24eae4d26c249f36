//! Questions about one page: what it says of itself, its text, and what stands around it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    Ask, World,
    domain::Domain,
    list::{TermLink, some_terms},
    ordered::Ordered,
};
use crate::{
    base::{digest::BlobId, path::RepoPath},
    git::history::LastChange,
    parse::{
        front_matter::Date,
        markdown::{Around, HeadingFact, MAX_SENTENCES},
    },
    site::{
        Site,
        languages::LanguageId,
        nav::NavEntry,
        page::{Page, PageId},
        related,
        resolve::Destination,
        route::Route,
        section::{SectionId, folder_of},
    },
};

/// How many pages that link here are shown.
const MAX_BACKLINKS: usize = 50;

/// A title and an address.
#[derive(Clone, Copy, Debug, Hash)]
pub(in crate::render) struct LinkTo<'w> {
    pub(in crate::render) title: &'w str,
    pub(in crate::render) route: &'w Route,
}

impl<'w> LinkTo<'w> {
    fn page(site: &'w Site, id: PageId) -> Self {
        let page = site.page(id);
        Self { title: &page.title, route: &page.route }
    }

    fn section(site: &'w Site, id: SectionId) -> Self {
        let section = site.sections().get(id);
        Self { title: &section.title, route: &section.route }
    }
}

/// What a page says of itself; `None` when there is no page of this key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PageFacts(pub(in crate::render) RepoPath);

/// What a page says of itself.
#[derive(Clone, Hash)]
pub(in crate::render) struct PageValues<'w> {
    pub(in crate::render) title: &'w str,
    pub(in crate::render) is_folder_page: bool,
    pub(in crate::render) route: &'w Route,
    /// What the page is known by.
    pub(in crate::render) key: &'w RepoPath,
    /// Its file.
    pub(in crate::render) path: &'w RepoPath,
    pub(in crate::render) date: Option<&'w Date>,
    pub(in crate::render) updated: Option<&'w Date>,
    pub(in crate::render) description: Option<&'w str>,
    pub(in crate::render) summary: Option<&'w str>,
    /// The language of the whole page.
    pub(in crate::render) lang: &'w str,
    /// The language of its text.
    pub(in crate::render) text_lang: &'w str,
    /// Whether it is an original that stands in place of a translation.
    pub(in crate::render) is_untranslated: bool,
    pub(in crate::render) draft: bool,
    pub(in crate::render) toc: Option<bool>,
    pub(in crate::render) layout: Option<&'w str>,
    pub(in crate::render) extra: Ordered<'w>,
    pub(in crate::render) headings: &'w [HeadingFact],
    /// By taxonomy.
    pub(in crate::render) terms: Vec<(&'w str, Vec<TermLink<'w>>)>,
    /// The folder that it is in, or is the page of.
    pub(in crate::render) folder: RepoPath,
}

impl Ask for PageFacts {
    type Answer<'w> = Option<PageValues<'w>>;

    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w> {
        let site = &world.site;
        let page = page_at(site, &self.0)?.1;
        let taxonomies = site.taxonomies().of_language(page.language).map(|(_, taxonomy)| taxonomy);
        let text_lang = site.text_language(page);
        let is_untranslated = page.is_untranslated();
        Some(PageValues {
            title: &page.title,
            is_folder_page: page.is_folder_page,
            route: &page.route,
            key: &page.key,
            path: page.path(),
            date: page.date(),
            updated: page.front.updated.as_ref(),
            description: page.front.description.as_deref(),
            summary: page.summary(),
            lang: language_of(site, page),
            text_lang,
            is_untranslated,
            draft: page.front.draft == Some(true),
            toc: page.front.toc,
            layout: page.front.layout.as_deref(),
            extra: Ordered(&page.front.extra),
            headings: page.headings(),
            terms: taxonomies.map(|of| (&*of.name, some_terms(site, page, &of.name, usize::MAX))).collect(),
            folder: folder_of(page, site.content()),
        })
    }

    fn domain(&self) -> Domain<'_> {
        Domain::Terms(&self.0)
    }
}

impl fmt::Display for PageFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "what `{}` says of itself: title, dates, tags, headings", self.0)
    }
}

/// How many words a page has; 0 when there is no such page.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Words(pub(in crate::render) RepoPath);

impl Ask for Words {
    type Answer<'w> = u32;

    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w> {
        page_at(&world.site, &self.0).map_or(0, |(_, page)| page.file.facts.n_words)
    }

    fn domain(&self) -> Domain<'_> {
        Domain::Text(&self.0)
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the number of words of `{}`", self.0)
    }
}

/// The language of a whole page.
pub(super) fn language_of<'w>(site: &'w Site, page: &'w Page) -> &'w str {
    if page.is_untranslated() { site.languages().tag(page.language) } else { site.text_language(page) }
}

fn page_at<'w>(site: &'w Site, key: &RepoPath) -> Option<(PageId, &'w Page)> {
    let id = site.pages().of_key(key)?;
    Some((id, site.page(id)))
}

/// Which bytes the text of a page is made from: its own file's first, then those of included files. Only the
/// [`Asker`](super::Asker) asks, for those who want the text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PageText(pub(super) RepoPath);

impl Ask for PageText {
    type Answer<'w> = Option<(usize, Vec<(&'w RepoPath, Option<BlobId>)>)>;

    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w> {
        let file = &page_at(&world.site, &self.0)?.1.file;
        let entries = &world.site.listing().entries;
        let blob_of = |path: &RepoPath| entries.get(path).map(|entry| entry.blob);
        Some((file.body_start, file.facts.files.iter().map(|path| (path, blob_of(path))).collect()))
    }

    fn domain(&self) -> Domain<'_> {
        Domain::Text(&self.0)
    }
}

impl fmt::Display for PageText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the text of `{}`", self.0)
    }
}

/// Who changed a page's file last, and when; `None` when that isn't known or shall not be told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LastChanged(pub(in crate::render) RepoPath);

impl Ask for LastChanged {
    type Answer<'w> = Option<LastChange<'w>>;

    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w> {
        world.site.history()?.last_change(&self.0)
    }

    fn domain(&self) -> Domain<'_> {
        Domain::History
    }
}

impl fmt::Display for LastChanged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the last commit of `{}`", self.0)
    }
}

/// A place in the navigation tree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(in crate::render) enum NavPlace {
    /// A page.
    Page(RepoPath),
    /// A folder.
    Section(RepoPath),
    /// Nowhere in it: the top level of a language is shown.
    Top(LanguageId),
}

impl NavPlace {
    fn domain(&self) -> Domain<'_> {
        match self {
            Self::Page(path) | Self::Section(path) => Domain::Folders(path),
            Self::Top(_) => Domain::Structure,
        }
    }
}

impl fmt::Display for NavPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Page(path) | Self::Section(path) => write!(f, "`{path}`"),
            Self::Top(_) => f.write_str("the top"),
        }
    }
}

/// What is shown of the navigation tree around a place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Nav(pub(in crate::render) NavPlace);

impl Ask for Nav {
    type Answer<'w> = Vec<NavEntry<'w>>;

    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w> {
        let site = &world.site;
        match &self.0 {
            NavPlace::Page(key) => site.pages().of_key(key).map(|id| site.nav_of(id).around_page(id)),
            NavPlace::Section(folder) => site.sections().of_folder(folder).map(|id| {
                let language = site.sections().get(id).language;
                site.nav(language).around_section(id)
            }),
            NavPlace::Top(language) => Some(site.nav(*language).top()),
        }
        .unwrap_or_default()
    }

    fn domain(&self) -> Domain<'_> {
        self.0.domain()
    }
}

impl fmt::Display for Nav {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the navigation around {}", self.0)
    }
}

/// The pages before and after a page.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Neighbours(pub(in crate::render) RepoPath);

impl Ask for Neighbours {
    type Answer<'w> = (Option<LinkTo<'w>>, Option<LinkTo<'w>>);

    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w> {
        let site = &world.site;
        let Some(id) = site.pages().of_key(&self.0) else { return (None, None) };
        let link = |id| LinkTo::page(site, id);
        (site.nav_of(id).previous(id).map(link), site.nav_of(id).next(id).map(link))
    }

    fn domain(&self) -> Domain<'_> {
        Domain::Reading(&self.0)
    }
}

impl fmt::Display for Neighbours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the pages before and after `{}`", self.0)
    }
}

/// The pages that share tags with a page.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Related(pub(in crate::render) RepoPath);

impl Ask for Related {
    type Answer<'w> = Vec<LinkTo<'w>>;

    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w> {
        let site = &world.site;
        let ids = site.pages().of_key(&self.0).map(|id| related::related(site, id)).unwrap_or_default();
        ids.into_iter().map(|id| LinkTo::page(site, id)).collect()
    }

    fn domain(&self) -> Domain<'_> {
        Domain::Terms(&self.0)
    }
}

impl fmt::Display for Related {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the pages related to `{}` by tags", self.0)
    }
}

/// The first pages of its language that link to a page.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Backlinks(pub(in crate::render) RepoPath);

/// A page that links to another.
#[derive(Clone, Copy, Debug, Hash)]
pub(in crate::render) struct Backlink<'w> {
    pub(in crate::render) page: LinkTo<'w>,
    /// The sentence of its first such link.
    pub(in crate::render) around: Option<&'w Around>,
}

impl Ask for Backlinks {
    type Answer<'w> = Vec<Backlink<'w>>;

    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w> {
        let site = &world.site;
        let Some((to, page)) = page_at(site, &self.0) else { return Vec::new() };
        let from =
            site.links().backlinks(to).iter().filter(|from| site.page(**from).language == page.language);
        let from = from.take(MAX_BACKLINKS);
        from.map(|&id| Backlink { page: LinkTo::page(site, id), around: around(site, id, to) }).collect()
    }

    fn domain(&self) -> Domain<'_> {
        Domain::Incoming(&self.0)
    }
}

/// The sentence of the first link of a page to another that has one.
fn around(site: &Site, from: PageId, to: PageId) -> Option<&Around> {
    let leads = |destination: &Destination| matches!(destination, Destination::Internal { page: Some(page), .. } if *page == to);
    let links = site.page(from).file.facts.links.iter().zip(site.links().outgoing(from)).take(MAX_SENTENCES);
    links.filter(|(_, destination)| leads(destination)).find_map(|(link, _)| link.around.as_ref())
}

impl fmt::Display for Backlinks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the pages that link to `{}`", self.0)
    }
}

/// The folders above a place, from the home page down.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Trail(pub(in crate::render) NavPlace);

impl Ask for Trail {
    type Answer<'w> = Vec<LinkTo<'w>>;

    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w> {
        let site = &world.site;
        match &self.0 {
            NavPlace::Page(path) => page_at(site, path).map(|(_, page)| trail_of_page(site, page)),
            NavPlace::Section(folder) => {
                site.sections().of_folder(folder).map(|id| trail_of_section(site, id))
            }
            NavPlace::Top(_) => None,
        }
        .unwrap_or_default()
    }

    fn domain(&self) -> Domain<'_> {
        self.0.domain()
    }
}

fn trail_of_page<'w>(site: &'w Site, page: &Page) -> Vec<LinkTo<'w>> {
    let Some(section) = site.sections().of_folder(&folder_of(page, site.content())) else {
        return Vec::new();
    };
    let mut trail = trail_of_section(site, section);
    if !page.is_folder_page {
        trail.push(LinkTo::section(site, section));
    }
    trail
}

fn trail_of_section(site: &Site, id: SectionId) -> Vec<LinkTo<'_>> {
    let mut trail = Vec::new();
    let mut parent = site.sections().get(id).parent;
    while let Some(id) = parent {
        trail.push(LinkTo::section(site, id));
        parent = site.sections().get(id).parent;
    }
    trail.reverse();
    trail
}

impl fmt::Display for Trail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the folders above {}", self.0)
    }
}

//! Questions about many pages: sections, folders of files, taxonomies, feeds, the sitemap.

use std::fmt;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{
    Ask, World,
    domain::Domain,
    place::{FeedOf, Named},
};
use crate::{
    base::path::RepoPath,
    parse::front_matter::Date,
    site::{
        Site,
        addresses::pages_below,
        page::{Page, PageId},
        route::Route,
        routes::Target,
        section::{Child, SectionId},
        taxonomy::{Taxonomy, Term, newest_first},
    },
};

/// How many of a page's tags are shown where it is listed: each of its tags has such a list, so that showing all in
/// all would cost the square of them.
const MAX_LISTED_TAGS: usize = 12;
/// How many addresses a sitemap may have by its protocol.
const MAX_URLS: usize = 50_000;

/// A term of a page.
#[derive(Clone, Copy, Debug, Hash)]
pub(in crate::render) struct TermLink<'w> {
    pub(in crate::render) name: &'w str,
    pub(in crate::render) route: &'w Route,
}

/// The first terms that a page has in a taxonomy.
pub(super) fn some_terms<'w>(site: &'w Site, page: &Page, taxonomy: &str, max: usize) -> Vec<TermLink<'w>> {
    let taxonomies = site.taxonomies();
    let Some((at, _)) = taxonomies.get(page.language, taxonomy) else { return Vec::new() };
    let names = page.front.terms.get(taxonomy).iter();
    let terms = names.filter_map(|name| taxonomies.term(at, name)).take(max);
    terms.map(|(_, term)| TermLink { name: &term.name, route: &term.route }).collect()
}

/// Something in a list.
#[derive(Clone, Debug, Hash)]
pub(in crate::render) struct Listed<'w> {
    pub(in crate::render) title: &'w str,
    pub(in crate::render) route: &'w Route,
    /// `None` for a folder without a page of its own.
    pub(in crate::render) page: Option<ListedPage<'w>>,
}

/// What a list shows of a page beyond its title.
#[derive(Clone, Debug, Hash)]
pub(in crate::render) struct ListedPage<'w> {
    pub(in crate::render) is_folder_page: bool,
    pub(in crate::render) date: Option<&'w Date>,
    pub(in crate::render) description: Option<&'w str>,
    pub(in crate::render) summary: Option<&'w str>,
    pub(in crate::render) tags: Vec<TermLink<'w>>,
}

impl<'w> Listed<'w> {
    fn child(site: &'w Site, child: Child) -> Self {
        match child {
            Child::Page(id) => Self::page(site, id),
            Child::Section(id) => Self::section(site, id),
        }
    }

    fn page(site: &'w Site, id: PageId) -> Self {
        let page = site.page(id);
        let shown = ListedPage {
            is_folder_page: page.is_folder_page,
            date: page.date(),
            description: page.front.description.as_deref(),
            summary: page.summary(),
            tags: some_terms(site, page, "tags", MAX_LISTED_TAGS),
        };
        Self { title: &page.title, route: &page.route, page: Some(shown) }
    }

    fn section(site: &'w Site, id: SectionId) -> Self {
        let section = site.sections().get(id);
        match section.page {
            Some(page) => Self::page(site, page),
            None => Self { title: &section.title, route: &section.route, page: None },
        }
    }
}

/// A folder and what its list shows; `None` when there is no such folder of pages.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SectionList {
    pub(in crate::render) folder: RepoPath,
    /// Which part of the list, from 1; `None` for the whole.
    pub(in crate::render) part: Option<usize>,
}

/// A folder and a part of its list.
#[derive(Clone, Debug, Hash)]
pub(in crate::render) struct SectionValues<'w> {
    pub(in crate::render) title: &'w str,
    pub(in crate::render) route: &'w Route,
    pub(in crate::render) folder: &'w RepoPath,
    /// The key of its own page.
    pub(in crate::render) page: Option<&'w RepoPath>,
    pub(in crate::render) n_children: usize,
    /// How many children a part shows.
    pub(in crate::render) size: usize,
    pub(in crate::render) children: Vec<Listed<'w>>,
}

impl Ask for SectionList {
    type Answer<'w> = Option<SectionValues<'w>>;

    const SHARED: bool = true;
    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w> {
        let site = &world.site;
        let section = site.sections().get(site.sections().of_folder(&self.folder)?);
        let n_children = section.children.len();
        let size = section.paginate.unwrap_or(usize::MAX);
        let shown = match self.part {
            Some(number) => part(&section.children, size, number),
            None => &section.children,
        };
        Some(SectionValues {
            title: &section.title,
            route: &section.route,
            folder: &section.folder,
            page: section.page.map(|page| &site.page(page).key),
            n_children,
            size,
            children: shown.iter().map(|&child| Listed::child(site, child)).collect(),
        })
    }

    fn domain(&self) -> Domain<'_> {
        Domain::FolderList(&self.folder)
    }
}

/// Part `number` of a list, from 1.
fn part<T>(list: &[T], size: usize, number: usize) -> &[T] {
    list.chunks(size.min(list.len().max(1))).nth(number.saturating_sub(1)).unwrap_or_default()
}

impl fmt::Display for SectionList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the list of the folder `{}`", self.folder)
    }
}

/// The published files below a folder that has no pages.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FolderFiles(pub(in crate::render) RepoPath);

impl Ask for FolderFiles {
    type Answer<'w> = Vec<(&'w RepoPath, &'w Route)>;

    const SHARED: bool = true;
    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w> {
        world.site.files_below(&self.0).collect()
    }

    fn domain(&self) -> Domain<'_> {
        Domain::Structure
    }
}

impl fmt::Display for FolderFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the files below `{}`", self.0)
    }
}

/// The terms of a taxonomy; `None` when no page uses it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TaxonomyTerms(pub(in crate::render) Named);

/// A taxonomy with its terms.
#[derive(Clone, Debug, Hash)]
pub(in crate::render) struct TaxonomyValues<'w> {
    pub(in crate::render) name: &'w str,
    pub(in crate::render) route: &'w Route,
    /// Each with how many pages have it.
    pub(in crate::render) terms: Vec<(TermLink<'w>, usize)>,
}

impl Ask for TaxonomyTerms {
    type Answer<'w> = Option<TaxonomyValues<'w>>;

    const SHARED: bool = true;
    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w> {
        let Named { language, name } = &self.0;
        let (_, taxonomy) = world.site.taxonomies().get(*language, name)?;
        let terms = taxonomy
            .terms
            .iter()
            .map(|term| (TermLink { name: &term.name, route: &term.route }, term.pages.len()));
        Some(TaxonomyValues { name: &taxonomy.name, route: &taxonomy.route, terms: terms.collect() })
    }

    fn domain(&self) -> Domain<'_> {
        Domain::Structure
    }
}

impl fmt::Display for TaxonomyTerms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the terms of `{}`", self.0.name)
    }
}

/// A part of the pages of a term.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TermPages {
    pub(in crate::render) taxonomy: Named,
    pub(in crate::render) term: String,
    /// Which part, from 1.
    pub(in crate::render) number: usize,
}

/// A part of the pages of a term.
#[derive(Clone, Debug, Hash)]
pub(in crate::render) struct TermValues<'w> {
    pub(in crate::render) taxonomy: TermLink<'w>,
    pub(in crate::render) term: TermLink<'w>,
    pub(in crate::render) n_pages: usize,
    /// How many pages a part shows.
    pub(in crate::render) size: usize,
    pub(in crate::render) pages: Vec<Listed<'w>>,
}

impl Ask for TermPages {
    type Answer<'w> = Option<TermValues<'w>>;

    const SHARED: bool = true;
    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w> {
        let site = &world.site;
        let (taxonomy, term) = term(site, &self.taxonomy, &self.term)?;
        let shown = part(&term.pages, taxonomy.paginate, self.number);
        Some(TermValues {
            taxonomy: TermLink { name: &taxonomy.name, route: &taxonomy.route },
            term: TermLink { name: &term.name, route: &term.route },
            n_pages: term.pages.len(),
            size: taxonomy.paginate,
            pages: shown.iter().map(|&id| Listed::page(site, id)).collect(),
        })
    }

    fn domain(&self) -> Domain<'_> {
        Domain::TermList(&self.taxonomy, &self.term)
    }
}

fn term<'w>(site: &'w Site, taxonomy: &Named, term: &str) -> Option<(&'w Taxonomy, &'w Term)> {
    let (at, taxonomy) = site.taxonomies().get(taxonomy.language, &taxonomy.name)?;
    Some((taxonomy, site.taxonomies().term(at, term)?.1))
}

impl fmt::Display for TermPages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the pages with `{}` in `{}`", self.term, self.taxonomy.name)
    }
}

/// The newest pages of a feed's subject, as far as the feed shows them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FeedEntries(pub(in crate::render) FeedOf);

/// What a feed is about, with its entries, the newest first.
#[derive(Clone, Debug, Hash)]
pub(in crate::render) struct FeedSubject<'w> {
    /// Its name; `None` for the site's feed.
    pub(in crate::render) title: Option<&'w str>,
    /// Its page; `None` for the home page.
    pub(in crate::render) route: Option<&'w Route>,
    pub(in crate::render) entries: Vec<FeedEntry<'w>>,
}

/// What a feed tells of a page.
#[derive(Clone, Debug, Hash)]
pub(in crate::render) struct FeedEntry<'w> {
    pub(in crate::render) title: &'w str,
    pub(in crate::render) route: &'w Route,
    pub(in crate::render) date: Option<&'w Date>,
    pub(in crate::render) updated: Option<&'w Date>,
    pub(in crate::render) tags: &'w [CompactString],
    pub(in crate::render) summary: Option<&'w str>,
}

impl Ask for FeedEntries {
    type Answer<'w> = Option<FeedSubject<'w>>;

    const SHARED: bool = true;
    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w> {
        let site = &world.site;
        let limit = site.config().feed.limit as usize;
        Some(match &self.0 {
            FeedOf::Site(language) => {
                let pages = site.pages().iter().filter(|(_, page)| page.language == *language);
                FeedSubject {
                    title: None,
                    route: None,
                    entries: newest(site, pages.map(|(id, _)| id), limit),
                }
            }
            FeedOf::Section(folder) => {
                let id = site.sections().of_folder(folder)?;
                let section = site.sections().get(id);
                FeedSubject {
                    title: Some(&section.title),
                    route: Some(&section.route),
                    entries: newest(site, pages_below(site, id).into_iter(), limit),
                }
            }
            FeedOf::Term(taxonomy, name) => {
                let (_, term) = term(site, taxonomy, name)?;
                FeedSubject {
                    title: Some(&term.name),
                    route: Some(&term.route),
                    entries: newest(site, term.pages.iter().copied(), limit),
                }
            }
        })
    }

    fn domain(&self) -> Domain<'_> {
        Domain::Structure
    }
}

/// The newest of some pages that have a date, at the cost of looking at each once.
fn newest(site: &Site, ids: impl Iterator<Item = PageId>, limit: usize) -> Vec<FeedEntry<'_>> {
    let mut pages: Vec<&Page> = ids.map(|id| site.page(id)).filter(|page| page.date().is_some()).collect();
    if limit > 0 && pages.len() > limit {
        pages.select_nth_unstable_by(limit - 1, |a, b| newest_first(a, b));
    }
    pages.truncate(limit);
    pages.sort_by(|a, b| newest_first(a, b));
    pages.into_iter().map(entry).collect()
}

fn entry(page: &Page) -> FeedEntry<'_> {
    FeedEntry {
        title: &page.title,
        route: &page.route,
        date: page.date(),
        updated: page.updated(),
        tags: page.front.terms.get("tags"),
        summary: page.summary(),
    }
}

impl fmt::Display for FeedEntries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            FeedOf::Site(_) => f.write_str("the newest pages of the site"),
            FeedOf::Section(folder) => write!(f, "the newest pages below `{folder}`"),
            FeedOf::Term(_, term) => write!(f, "the newest pages with `{term}`"),
        }
    }
}

/// An address of a sitemap.
#[derive(Clone, Debug, Hash)]
pub(in crate::render) struct SitemapEntry<'w> {
    pub(in crate::render) route: &'w Route,
    /// The day of its last change.
    pub(in crate::render) updated: Option<&'w Date>,
    /// The same page in the languages that have it, by their tags; none when there is only this one.
    pub(in crate::render) translations: Vec<(&'w str, &'w Route)>,
}

/// The addresses of a sitemap.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SitemapEntries;

impl Ask for SitemapEntries {
    type Answer<'w> = Vec<SitemapEntry<'w>>;

    const SHARED: bool = true;
    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w> {
        let site = &world.site;
        let listed = site.routes().iter().filter(|(_, target)| {
            let is_page = matches!(
                target,
                Target::Page(_) | Target::Section(_) | Target::Taxonomy(_) | Target::Term { number: 1, .. }
            );
            let is_left_out = |page: &Page| page.is_not_found || page.is_untranslated();
            is_page && !matches!(target, Target::Page(id) if is_left_out(site.page(*id)))
        });
        let updated = |target: &Target| match target {
            Target::Page(id) => site.page(*id).updated(),
            _ => None,
        };
        let translations = |target: &Target| match target {
            Target::Page(id) => translations_of(site, *id),
            _ => Vec::new(),
        };
        let entry = |(route, target)| SitemapEntry {
            route,
            updated: updated(target),
            translations: translations(target),
        };
        listed.take(MAX_URLS).map(entry).collect()
    }

    fn domain(&self) -> Domain<'_> {
        Domain::Structure
    }
}

/// The addresses of a page in all languages that have it, if there are several.
fn translations_of(site: &Site, page: PageId) -> Vec<(&str, &Route)> {
    let pages = site.translations().of(page).map(|(language, page)| (language, page, site.page(page)));
    let shown = pages.filter(|(_, id, page)| !page.is_untranslated() && site.routes().has_page(*id));
    let all: Vec<_> =
        shown.map(|(language, _, page)| (site.languages().tag(language), &page.route)).collect();
    if all.len() > 1 { all } else { Vec::new() }
}

impl fmt::Display for SitemapEntries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the addresses of all pages")
    }
}

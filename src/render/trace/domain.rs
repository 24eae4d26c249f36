//! [`Domains`]: prints of what whole families of questions depend on, so that they need not be put one by one.
//!
//! Most edits change a text and nothing that other pages show of its page. Then the print of the structure is the same,
//! and with it the answers to all questions of [`Domain::Structure`], for all pages at once. When a title changes, those
//! about other folders and other terms still hold. The prints are made of the inputs that a site is computed from, and of
//! the lists of its folders and terms.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{
    Question, World,
    place::{Named, print_of_addresses},
    reach::Reach,
    search::KnownWords,
};
use crate::{
    base::{digest::Print, path::RepoPath},
    site::{
        Site,
        languages::DEFAULT,
        page::{Page, PageId},
        route::Route,
        section::{Child, Section, folder_of},
        taxonomy::Term,
    },
};

/// How many folders can differ before their questions are simply put.
const MAX_FOLDERS: usize = 16;

/// What the answer to a question depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::render) enum Domain<'q> {
    /// Something of its own: it has to be asked.
    Own,
    /// What pages tell of themselves (front matter, headings, summary), the config, and which files there are.
    Structure,
    /// What stands at which address.
    Addresses,
    /// Where pages are in other languages, if there are any.
    Languages,
    /// The structure, and the links of all pages.
    Links,
    /// Where the links of a page lead.
    Outgoing(&'q RepoPath),
    /// The links that lead to a page.
    Incoming(&'q RepoPath),
    /// What is listed in the folders that a page or folder lies in.
    Folders(&'q RepoPath),
    /// That, and what the pages before and after these folders tell.
    Reading(&'q RepoPath),
    /// What a page tells of itself, and which pages have its terms.
    Terms(&'q RepoPath),
    /// What the pages tell that a folder lists, and its own.
    FolderList(&'q RepoPath),
    /// What the pages of a taxonomy's term tell.
    TermList(&'q Named, &'q str),
    /// The commits.
    History,
    /// Whether a page is published, and the bytes of its file and of those that it includes. Pages are named by keys.
    Text(&'q RepoPath),
    /// The bytes of a file of content.
    Bytes(&'q RepoPath),
    /// The words of all pages that can be found, and their titles and languages.
    SearchWords,
}

impl<'q> Domain<'q> {
    /// All that are about a page of their own.
    pub(super) fn of_page(path: &'q RepoPath) -> [Self; 7] {
        [
            Domain::Outgoing(path),
            Domain::Incoming(path),
            Domain::Folders(path),
            Domain::Reading(path),
            Domain::Terms(path),
            Domain::Text(path),
            Domain::Bytes(path),
        ]
    }

    /// The page that it is about, if it is one of [`Domain::of_page`].
    pub(super) fn page(&self) -> Option<&'q RepoPath> {
        match *self {
            Domain::Outgoing(path)
            | Domain::Incoming(path)
            | Domain::Folders(path)
            | Domain::Reading(path)
            | Domain::Terms(path)
            | Domain::Text(path)
            | Domain::Bytes(path) => Some(path),
            Domain::Own
            | Domain::Structure
            | Domain::Addresses
            | Domain::Languages
            | Domain::Links
            | Domain::FolderList(_)
            | Domain::TermList(..)
            | Domain::History
            | Domain::SearchWords => None,
        }
    }

    /// Its kind.
    pub(super) fn kind(&self) -> Kinds {
        Kinds(match self {
            Domain::Own => 1,
            Domain::Structure => 1 << 1,
            Domain::Addresses => 1 << 2,
            Domain::Languages => 1 << 3,
            Domain::Links => 1 << 4,
            Domain::Outgoing(_) => 1 << 5,
            Domain::Incoming(_) => 1 << 6,
            Domain::Folders(_) => 1 << 7,
            Domain::Reading(_) => 1 << 8,
            Domain::Terms(_) => 1 << 9,
            Domain::FolderList(_) => 1 << 10,
            Domain::TermList(..) => 1 << 11,
            Domain::History => 1 << 12,
            Domain::Text(_) => 1 << 13,
            Domain::Bytes(_) => 1 << 14,
            Domain::SearchWords => 1 << 15,
        })
    }
}

/// Kinds of domains.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kinds(u16);

impl Kinds {
    fn of<'q>(domains: impl IntoIterator<Item = Domain<'q>>) -> Self {
        domains.into_iter().fold(Self::default(), |kinds, domain| kinds.with(domain.kind()))
    }

    /// Those of the structure and of its parts.
    fn of_structure() -> Self {
        let (path, taxonomy) = (&RepoPath::root(), &Named { language: DEFAULT, name: String::new() });
        let of_folders = [Domain::Folders(path), Domain::Reading(path), Domain::FolderList(path)];
        let of_terms = [Domain::Terms(path), Domain::TermList(taxonomy, "")];
        Self::of([Domain::Structure, Domain::Languages].into_iter().chain(of_folders).chain(of_terms))
    }

    /// Those of links.
    fn of_links() -> Self {
        let path = &RepoPath::root();
        Self::of([Domain::Links, Domain::Outgoing(path), Domain::Incoming(path)])
    }

    pub(super) fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of these are among others.
    pub(super) fn are_within(self, others: Self) -> bool {
        self.0 & !others.0 == 0
    }
}

/// How a page file differs from what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileDiffers {
    /// Whether it is new or gone, or tells something else of itself; if not, it differs in what others can't see of it: its text, or
    /// what it includes.
    pub outside: bool,
    /// Whether it has other links.
    pub links: bool,
}

impl FileDiffers {
    /// It is new or gone.
    pub const WHOLE: Self = Self { outside: true, links: true };
}

/// The prints of the domains in a world.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Domains {
    /// What pages and lists are made by: config, paths, `SUMMARY.md`, cascades, and which pages are published
    /// at which addresses, and why others aren't.
    rules: Print,
    structure: Print,
    links: Print,
    /// The lists of folders; none when `SUMMARY.md` has the order of reading.
    folders: BTreeMap<RepoPath, Print>,
    /// What stands at which address.
    addresses: Print,
    /// The pages of terms, by the addresses of the terms; two taxonomies can have one.
    terms: BTreeMap<Route, Print>,
    term_names: Print,
    history: Print,
    words: KnownWords,
}

impl Domains {
    /// The prints of a world, at the cost of looking at each of its files once, and at each of its lists unless the
    /// structure is that of a `former` world.
    pub fn of(world: &World, former: Option<&Self>) -> Self {
        let site = &*world.site;
        let outside = || site.files().map(|file| (&file.path, file.outside, file.links)).collect::<Vec<_>>();
        let words = || world.searches.known(site, &*world.source, former).clone();
        let prints = || rayon::join(outside, || (site.rules(), print_of_addresses(site)));
        let ((files, (rules, addresses)), words) = rayon::join(prints, words);
        let structure =
            Print::of(&(rules, files.iter().map(|(path, outside, _)| (path, outside)).collect::<Vec<_>>()));
        let links = Print::of(&(structure, files.iter().map(|(.., links)| links).collect::<Vec<_>>()));
        let history = Print::of(&site.history().map(|history| history.print()));
        if let Some(former) = former.filter(|former| former.structure == structure) {
            return Self { links, addresses, history, words, ..former.clone() };
        }
        let (folders, (terms, term_names)) =
            rayon::join(|| folders(site), || (terms(site), term_names(site)));
        Self { rules, structure, links, folders, addresses, terms, term_names, history, words }
    }

    pub(super) fn words(&self) -> &KnownWords {
        &self.words
    }
}

fn folders(site: &Site) -> BTreeMap<RepoPath, Print> {
    let sections = site.sections().iter().filter(|_| !site.has_summary());
    sections.map(|(_, section)| (section.folder.clone(), list_of(site, section))).collect()
}

fn terms(site: &Site) -> BTreeMap<Route, Print> {
    let mut prints: BTreeMap<Route, Print> = BTreeMap::new();
    for term in site.taxonomies().all.iter().flat_map(|taxonomy| &taxonomy.terms) {
        let print = pages_of(site, term);
        let all = prints.entry(term.route.clone()).or_default();
        *all = Print::of(&(*all, print));
    }
    prints
}

fn list_of(site: &Site, section: &Section) -> Print {
    let children = section.children.iter().map(|child| match child {
        Child::Page(id) => (&site.page(*id).title, &site.page(*id).route),
        Child::Section(id) => (&site.sections().get(*id).title, &site.sections().get(*id).route),
    });
    Print::of(&(&section.title, &section.route, section.sort, children.collect::<Vec<_>>()))
}

fn term_names(site: &Site) -> Print {
    let names = site.taxonomies().all.iter().map(|taxonomy| {
        (taxonomy.language, &taxonomy.name, taxonomy.terms.iter().map(|term| &term.name).collect::<Vec<_>>())
    });
    Print::of(&names.collect::<Vec<_>>())
}

fn pages_of(site: &Site, term: &Term) -> Print {
    let pages = term.pages.iter().map(|id| {
        let page = site.page(*id);
        (&page.title, &page.route, page.date())
    });
    Print::of(&(&term.name, pages.collect::<Vec<_>>()))
}

/// How two worlds differ, as far as their domains tell. In each set is what may differ; `None` when anything may.
pub struct Differences<'a> {
    site: &'a Site,
    /// The kinds of domains in which nothing differs.
    same: Kinds,
    rules: bool,
    files: &'a BTreeMap<RepoPath, FileDiffers>,
    /// The pages that may tell something else of themselves.
    told: BTreeSet<PageId>,
    /// The keys of these, where keys are not the paths of files.
    keys: Option<BTreeSet<&'a RepoPath>>,
    /// The pages that these link to.
    linked: BTreeSet<PageId>,
    /// Whether a link may lead elsewhere though neither the page that it stands in nor the one that it leads to differs.
    leads: bool,
    /// Whether some page has other links.
    other_links: bool,
    /// The folders with other titles or another order.
    folders: Option<Vec<&'a RepoPath>>,
    /// The pages read just before and after these folders.
    around: BTreeSet<PageId>,
    /// The terms with other pages, titles or dates.
    terms: Option<BTreeSet<&'a Route>>,
    /// The folders and terms whose lists may tell something else of a page.
    folder_lists: Option<BTreeSet<RepoPath>>,
    term_lists: Option<BTreeSet<&'a Route>>,
}

impl<'a> Differences<'a> {
    /// Compares a world with an earlier one; `files` are the page files that differ.
    pub fn between(
        former: &'a Domains,
        now: &'a Domains,
        world: &'a World,
        files: &'a BTreeMap<RepoPath, FileDiffers>,
    ) -> Self {
        let site = &*world.site;
        let same_rules = former.rules == now.rules;
        let folders = differing(&former.folders, &now.folders);
        let by_folders = same_rules && !site.has_summary() && folders.len() <= MAX_FOLDERS;
        let folders: Option<Vec<&RepoPath>> = by_folders.then(|| folders.into_iter().collect());
        let terms = same_rules.then(|| differing(&former.terms, &now.terms));
        // A list also tells the names of its pages' terms.
        let same_names = former.term_names == now.term_names;
        let outside = files.iter().filter(|(_, differs)| differs.outside);
        let told: BTreeSet<PageId> = outside.flat_map(|(path, _)| pages_told_by(site, path)).collect();
        let pages = || told.iter().map(|id| site.page(*id));
        let folder_lists = folders.iter().filter(|_| same_names).map(|differing| {
            let of_pages = pages().flat_map(|page| listing_folders(site, page));
            differing.iter().copied().cloned().chain(of_pages).collect()
        });
        let term_lists = terms.iter().filter(|_| same_names).map(|differing| {
            let of_pages = pages().flat_map(|page| terms_of(site, page));
            differing.iter().copied().chain(of_pages).collect()
        });
        let are_several = site.languages().are_several();
        let same_addresses = same_rules && same_names && former.addresses == now.addresses;
        let same_words = former.words.print.is_some() && former.words.print == now.words.print;
        let same = [
            (former.structure == now.structure, Kinds::of_structure()),
            (same_addresses, Domain::Addresses.kind()),
            (same_rules && !are_several, Domain::Languages.kind()),
            (former.links == now.links, Kinds::of_links()),
            (former.history == now.history, Domain::History.kind()),
            (same_words, Domain::SearchWords.kind()),
        ];
        let same = same.into_iter().filter(|(is_same, _)| *is_same);
        Self {
            site,
            same: same.fold(Kinds::default(), |same, (_, kinds)| same.with(kinds)),
            rules: !same_rules,
            files,
            leads: !same_addresses || are_several || site.links().go_by_title(),
            other_links: files.values().any(|differs| differs.links),
            linked: told.iter().flat_map(|id| site.links().pages_from(*id)).collect(),
            keys: are_several.then(|| pages().map(|page| &page.key).collect()),
            around: folders.iter().flatten().flat_map(|folder| pages_around(site, folder)).collect(),
            folder_lists: folder_lists.last(),
            term_lists: term_lists.last(),
            told,
            folders,
            terms,
        }
    }

    /// Whether all questions of a trace have the answers that they had, since nothing differs that they depend on.
    pub(super) fn settle_all(&self, reach: &Reach) -> bool {
        let of_page =
            |path| Domain::of_page(path).into_iter().filter(|domain| domain.kind().are_within(reach.of_page));
        reach.others.are_within(self.same)
            && reach.page.iter().flat_map(of_page).all(|domain| self.is_same(domain))
    }

    /// Whether a question has the answer that it had, since nothing differs that it depends on.
    pub(super) fn settle(&self, question: &Question) -> bool {
        self.is_same(question.domain())
    }

    fn is_same(&self, domain: Domain<'_>) -> bool {
        if domain.kind().are_within(self.same) {
            return true;
        }
        let page_of = |key| self.site.pages().of_key(key);
        match domain {
            Domain::Own
            | Domain::Structure
            | Domain::Addresses
            | Domain::Languages
            | Domain::Links
            | Domain::SearchWords
            | Domain::History => false,
            Domain::Text(key) => !self.rules && !self.files.contains_key(self.file_of(key)),
            Domain::Bytes(path) => {
                !self.rules && !self.files.contains_key(path) && self.site.file(path).is_some()
            }
            Domain::Outgoing(key) => {
                let leads_to_told =
                    |page| self.site.links().pages_from(page).any(|to| self.told.contains(&to));
                !self.leads && !self.files.contains_key(key) && !page_of(key).is_some_and(leads_to_told)
            }
            Domain::Incoming(key) => {
                !self.leads
                    && !self.other_links
                    && !page_of(key).is_some_and(|page| self.linked.contains(&page))
            }
            Domain::Folders(path) => self.is_apart(path),
            Domain::Reading(path) => {
                self.is_apart(path) && !page_of(path).is_some_and(|page| self.around.contains(&page))
            }
            Domain::Terms(key) => self.terms.as_ref().is_some_and(|differing| {
                let page = page_of(key).map(|id| self.site.page(id));
                !self.is_told(key)
                    && page.is_none_or(|page| terms_of(self.site, page).all(|term| !differing.contains(term)))
            }),
            Domain::FolderList(folder) => {
                self.folder_lists.as_ref().is_some_and(|differing| !differing.contains(folder))
            }
            Domain::TermList(taxonomy, term) => {
                let taxonomies = self.site.taxonomies();
                let taxonomy = taxonomies.get(taxonomy.language, &taxonomy.name);
                let term = taxonomy.and_then(|(at, _)| taxonomies.term(at, term));
                let lists = self.term_lists.as_ref();
                lists.zip(term).is_some_and(|(differing, (_, term))| !differing.contains(&term.route))
            }
        }
    }

    /// The file of a page.
    fn file_of<'k>(&self, key: &'k RepoPath) -> &'k RepoPath
    where
        'a: 'k,
    {
        // Looked up only where a key may be another path: this is asked for every page.
        let page = self.keys.as_ref().and_then(|_| self.site.pages().of_key(key));
        page.map_or(key, |id| self.site.page(id).path())
    }

    /// Whether a page may tell something else of itself.
    fn is_told(&self, key: &RepoPath) -> bool {
        match &self.keys {
            Some(keys) => keys.contains(key),
            None => self.files.get(key).is_some_and(|differs| differs.outside),
        }
    }

    /// Whether a page or folder lies in none of the differing folders.
    fn is_apart(&self, path: &RepoPath) -> bool {
        self.folders.as_ref().is_some_and(|differing| {
            !differing.iter().any(|folder| path.is_within(folder) || is_page_of(path, folder))
        })
    }
}

/// The pages that tell something else when a file does: its own, and in other languages those that it stands in for and
/// translations, which have some of its front matter.
fn pages_told_by(site: &Site, path: &RepoPath) -> impl Iterator<Item = PageId> {
    let own = site.page_of_file(path);
    let others = own.into_iter().flat_map(|id| site.translations().of(id)).map(|(_, page)| page);
    own.into_iter().chain(others.filter(move |page| Some(*page) != own))
}

/// The terms of a page.
fn terms_of<'a>(site: &'a Site, page: &'a Page) -> impl Iterator<Item = &'a Route> {
    let taxonomies = site.taxonomies();
    let named = taxonomies.of_language(page.language).flat_map(move |(at, taxonomy)| {
        let names = page.front.terms.get(&taxonomy.name).iter();
        names.map(move |name| (at, name))
    });
    named.filter_map(|(at, name)| taxonomies.term(at, name)).map(|(_, term)| &term.route)
}

/// The folders whose lists show a page, or are shown on it.
fn listing_folders(site: &Site, page: &Page) -> impl Iterator<Item = RepoPath> {
    let folder = folder_of(page, site.content());
    let above = folder.parent();
    std::iter::once(folder).chain(above)
}

/// The pages that are read before and after all that is in a folder.
fn pages_around(site: &Site, folder: &RepoPath) -> impl Iterator<Item = PageId> {
    let section = site.sections().of_folder(folder);
    section.into_iter().flat_map(|section| site.nav(site.sections().get(section).language).outside(section))
}

/// The keys whose values differ, or that only one map has.
fn differing<'a, K: Ord>(former: &'a BTreeMap<K, Print>, now: &'a BTreeMap<K, Print>) -> BTreeSet<&'a K> {
    let differs = |one: &BTreeMap<K, Print>, key: &K, print: &Print| one.get(key) != Some(print);
    let in_now = now.iter().filter(|(key, print)| differs(former, key, print));
    let in_former = former.iter().filter(|(key, print)| differs(now, key, print));
    in_now.chain(in_former).map(|(key, _)| key).collect()
}

/// Whether a page is named like a folder beside it, and so is that folder's page.
fn is_page_of(path: &RepoPath, folder: &RepoPath) -> bool {
    let (path, folder) = (path.as_str(), folder.as_str());
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('.') && !rest.contains('/'))
}

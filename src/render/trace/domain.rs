//! [`Domains`]: prints of what whole families of questions depend on, so that they need not be put one by one.
//!
//! Most edits change a text and nothing that other pages show of its page. Then the print of the structure is the same,
//! and with it the answers to all questions of [`Domain::Structure`], for all pages at once. When a title changes, those
//! about other folders and other terms still hold. The prints are made of the inputs that a site is computed from, and of
//! the lists of its folders and terms.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Question, World, place::Named, search::KnownWords};
use crate::{
    base::{digest::Print, path::RepoPath},
    site::{
        Site,
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
    /// That, and the links of all pages.
    Links,
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

/// How a page file differs from what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileDiffers {
    /// In what others can't see of it: its text, or what it includes.
    Inside,
    /// It is new or gone, or tells something else of itself.
    Outside,
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
        let ((rules, files), words) = rayon::join(|| rayon::join(|| rules(site), outside), words);
        let structure =
            Print::of(&(rules, files.iter().map(|(path, outside, _)| (path, outside)).collect::<Vec<_>>()));
        let links = Print::of(&(structure, files.iter().map(|(.., links)| links).collect::<Vec<_>>()));
        let history = Print::of(&site.history().map(|history| history.print()));
        if let Some(former) = former.filter(|former| former.structure == structure) {
            return Self { links, history, words, ..former.clone() };
        }
        let (folders, (terms, term_names)) =
            rayon::join(|| folders(site), || (terms(site), term_names(site)));
        Self { rules, structure, links, folders, terms, term_names, history, words }
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

fn rules(site: &Site) -> Print {
    let config = serde_json::to_string(site.config()).unwrap_or_default();
    let entries = &site.listing().entries;
    let paths: Vec<&RepoPath> = entries.keys().collect();
    let hidden: Vec<_> = site.hidden_files().collect();
    let summaries =
        site.summary_files().into_iter().map(|(path, _)| entries.get(&path).map(|entry| entry.blob));
    let summaries: Vec<_> = summaries.collect();
    let translations =
        site.files().filter_map(|file| Some((&file.path, file.front.translation_of.as_ref()?)));
    let translations: Vec<_> = translations.collect();
    let cascading = site.files().filter(|file| file.front.cascade.is_some());
    let cascades: Vec<(&RepoPath, Print)> = cascading.map(|file| (&file.path, file.outside)).collect();
    let pages: Vec<(&RepoPath, &Route)> =
        site.pages().iter().map(|(_, page)| (page.path(), &page.route)).collect();
    let decks: Vec<(&Route, Vec<RepoPath>)> =
        site.decks().iter().map(|deck| (&deck.route, deck.chapters())).collect();
    Print::of(&(config, paths, hidden, summaries, translations, cascades, pages, decks))
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
    rules: bool,
    structure: bool,
    links: bool,
    history: bool,
    words: bool,
    files: &'a BTreeMap<RepoPath, FileDiffers>,
    /// The keys of pages that may tell something else of themselves, where these are not the paths of their files.
    told: Option<BTreeSet<&'a RepoPath>>,
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
        let outside = files.iter().filter(|(_, differs)| **differs == FileDiffers::Outside);
        let told: Vec<&Page> = outside.flat_map(|(path, _)| pages_told_by(site, path)).collect();
        let folder_lists = folders.iter().filter(|_| same_names).map(|differing| {
            let of_pages = told.iter().flat_map(|page| listing_folders(site, page));
            differing.iter().copied().cloned().chain(of_pages).collect()
        });
        let term_lists = terms.iter().filter(|_| same_names).map(|differing| {
            let of_pages = told.iter().flat_map(|page| terms_of(site, page));
            differing.iter().copied().chain(of_pages).collect()
        });
        let are_several = site.languages().are_several();
        Self {
            site,
            rules: !same_rules,
            structure: former.structure != now.structure,
            links: former.links != now.links,
            history: former.history != now.history,
            words: former.words.print.is_none() || former.words.print != now.words.print,
            files,
            told: are_several.then(|| told.iter().map(|page| &page.key).collect()),
            around: folders.iter().flatten().flat_map(|folder| pages_around(site, folder)).collect(),
            folder_lists: folder_lists.last(),
            term_lists: term_lists.last(),
            folders,
            terms,
        }
    }

    /// Whether a question has the answer that it had, since nothing differs that it depends on.
    pub fn settle(&self, question: &Question) -> bool {
        match question.domain() {
            Domain::Own => false,
            Domain::Links => !self.links,
            Domain::SearchWords => !self.words,
            Domain::History => !self.history,
            Domain::Text(key) => !self.rules && !self.files.contains_key(self.file_of(key)),
            Domain::Bytes(path) => {
                !self.rules && !self.files.contains_key(path) && self.site.file(path).is_some()
            }
            _ if !self.structure => true,
            Domain::Structure => false,
            Domain::Folders(path) => self.is_apart(path),
            Domain::Reading(path) => {
                let page = self.site.pages().of_key(path);
                self.is_apart(path) && !page.is_some_and(|page| self.around.contains(&page))
            }
            Domain::Terms(key) => self.terms.as_ref().is_some_and(|differing| {
                let page = self.site.pages().of_key(key).map(|id| self.site.page(id));
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
        let page = self.told.as_ref().and_then(|_| self.site.pages().of_key(key));
        page.map_or(key, |id| self.site.page(id).path())
    }

    /// Whether a page may tell something else of itself.
    fn is_told(&self, key: &RepoPath) -> bool {
        match &self.told {
            Some(told) => told.contains(key),
            None => self.files.get(key) == Some(&FileDiffers::Outside),
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
fn pages_told_by<'a>(site: &'a Site, path: &RepoPath) -> impl Iterator<Item = &'a Page> {
    let own = site.page_of_file(path);
    let others = own.into_iter().flat_map(|id| site.translations().of(id)).map(|(_, page)| page);
    own.into_iter().chain(others.filter(move |page| Some(*page) != own)).map(|id| site.page(id))
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

//! [`Domains`]: prints of what whole families of questions depend on, so that they need not be put one by one.
//!
//! Most edits change a text and nothing that other pages show of its page. Then the print of the structure is the same,
//! and with it the answers to all questions of [`Domain::Structure`], for all pages at once. When a title changes, those
//! about other folders and other terms still hold. The prints are made of the inputs that a site is computed from, and of
//! the lists of its folders and terms.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Question, World};
use crate::{
    base::{digest::Print, path::RepoPath},
    site::{
        SUMMARY_FILE, Site,
        route::Route,
        section::{Child, Section},
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
    /// What a page tells of itself, and which pages have its terms.
    Terms(&'q RepoPath),
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
    terms: BTreeMap<Route, Print>,
}

impl Domains {
    /// The prints of a world, at the cost of looking at each of its files and lists once.
    pub fn of(world: &World) -> Self {
        let site = &*world.site;
        let outside = || site.files().map(|file| (&file.path, file.outside, file.links)).collect::<Vec<_>>();
        let sections = site.sections().iter().filter(|_| !site.has_summary());
        let folders =
            || sections.map(|(_, section)| (section.folder.clone(), list_of(site, section))).collect();
        let all_terms = site.taxonomies().all.iter().flat_map(|taxonomy| &taxonomy.terms);
        let terms = || all_terms.map(|term| (term.route.clone(), pages_of(site, term))).collect();
        let ((rules, files), (folders, terms)) =
            rayon::join(|| rayon::join(|| rules(site), outside), || rayon::join(folders, terms));
        let structure =
            Print::of(&(rules, files.iter().map(|(path, outside, _)| (path, outside)).collect::<Vec<_>>()));
        let links = Print::of(&(structure, files.iter().map(|(.., links)| links).collect::<Vec<_>>()));
        Self { rules, structure, links, folders, terms }
    }
}

fn rules(site: &Site) -> Print {
    let config = serde_json::to_string(site.config()).unwrap_or_default();
    let entries = &site.listing().entries;
    let paths: Vec<&RepoPath> = entries.keys().collect();
    let hidden: Vec<_> = site.hidden_files().collect();
    let summary = entries.get(&site.content().join(SUMMARY_FILE)).map(|entry| entry.blob);
    let cascading = site.files().filter(|file| file.front.cascade.is_some());
    let cascades: Vec<(&RepoPath, Print)> = cascading.map(|file| (&file.path, file.outside)).collect();
    let pages: Vec<(&RepoPath, &Route)> =
        site.pages().iter().map(|(_, page)| (page.path(), &page.route)).collect();
    Print::of(&(config, paths, hidden, summary, cascades, pages))
}

fn list_of(site: &Site, section: &Section) -> Print {
    let children = section.children.iter().map(|child| match child {
        Child::Page(id) => (&site.page(*id).title, &site.page(*id).route),
        Child::Section(id) => (&site.sections().get(*id).title, &site.sections().get(*id).route),
    });
    Print::of(&(&section.title, &section.route, children.collect::<Vec<_>>()))
}

fn pages_of(site: &Site, term: &Term) -> Print {
    let pages = term.pages.iter().map(|id| {
        let page = site.page(*id);
        (&page.title, &page.route, page.date())
    });
    Print::of(&(&term.name, pages.collect::<Vec<_>>()))
}

/// How two worlds differ, as far as their domains tell.
pub struct Differences<'a> {
    site: &'a Site,
    structure: bool,
    links: bool,
    /// `None` when anything in any folder may differ.
    folders: Option<Vec<&'a RepoPath>>,
    /// `None` when any term of any page may differ.
    terms: Option<BTreeSet<&'a Route>>,
    /// Whether the page of a file tells something else of itself than before.
    differs: Box<dyn Fn(&RepoPath) -> bool + Sync + 'a>,
}

impl<'a> Differences<'a> {
    /// Compares a world with an earlier one. `differs` says whether a page file is new or tells something else of itself.
    pub fn between(
        former: &'a Domains,
        now: &'a Domains,
        world: &'a World,
        differs: impl Fn(&RepoPath) -> bool + Sync + 'a,
    ) -> Self {
        let same_rules = former.rules == now.rules;
        let folders = differing(&former.folders, &now.folders);
        let by_folders = same_rules && !world.site.has_summary() && folders.len() <= MAX_FOLDERS;
        Self {
            site: &world.site,
            structure: former.structure != now.structure,
            links: former.links != now.links,
            folders: by_folders.then(|| folders.into_iter().collect()),
            terms: same_rules.then(|| differing(&former.terms, &now.terms)),
            differs: Box::new(differs),
        }
    }

    /// Whether a question has the answer that it had, since nothing differs that it depends on.
    pub fn settle(&self, question: &Question) -> bool {
        match question.domain() {
            Domain::Own => false,
            Domain::Links => !self.links,
            Domain::Structure | Domain::Folders(_) | Domain::Terms(_) if !self.structure => true,
            Domain::Structure => false,
            Domain::Folders(path) => self.folders.as_ref().is_some_and(|differing| {
                !differing.iter().any(|folder| path.is_within(folder) || is_page_of(path, folder))
            }),
            Domain::Terms(path) => self.terms.as_ref().is_some_and(|differing| {
                !(self.differs)(path) && self.terms_of(path).all(|term| !differing.contains(term))
            }),
        }
    }

    fn terms_of(&self, path: &RepoPath) -> impl Iterator<Item = &Route> {
        let page = self.site.page_of_file(path).map(|id| self.site.page(id));
        let taxonomies = self.site.taxonomies();
        let named = taxonomies.all.iter().enumerate().flat_map(move |(at, taxonomy)| {
            let names = page.into_iter().flat_map(|page| page.front.terms.get(&taxonomy.name)).flatten();
            names.map(move |name| (at, name))
        });
        named.filter_map(|(at, name)| taxonomies.term(at, name)).map(|(_, term)| &term.route)
    }
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

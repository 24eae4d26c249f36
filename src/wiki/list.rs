//! Lists of the wiki's files: all pages, those that change seldom, those that nobody links to, and names that nobody has written yet.
//!
//! All of them are questions to the newest snapshot of the site; nothing is read but it.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
};

use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    base::{diagnostic::Diagnostic, path::RepoPath},
    site::{
        Site,
        page::{Page, PageId},
        resolve::{Destination, Missing, path_of_wanted},
    },
    wiki::{Action, Actor, Wiki, WikiError, name},
};

/// How many files one answer has at most.
pub const MAX_LISTED: usize = 1_000;

/// Which files are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Listed {
    /// Markdown files.
    #[default]
    #[serde(rename = "page")]
    Pages,
    /// All others.
    #[serde(rename = "file")]
    Files,
    /// Both.
    All,
}

/// A file of the wiki.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedFile {
    /// Its path.
    pub path: RepoPath,
    /// Its address, if it has one.
    pub url: Option<String>,
    /// The title of a page, else its name.
    pub title: String,
    /// When it was committed last, in seconds since 1970, and by whom, if that is known.
    pub modified: Option<(i64, String)>,
    /// How many bytes it has.
    pub size: u64,
}

/// A part of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListPart {
    /// The files, in the order of their paths.
    pub files: Vec<ListedFile>,
    /// After which path the next part begins; `None` at the end.
    pub next: Option<RepoPath>,
}

/// A page that links to another, with the sentence around the link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backlink {
    /// The page.
    pub page: ListedFile,
    /// The sentences: before, the link's text, behind. None for links without one, such as those of images.
    pub sentences: Vec<[String; 3]>,
}

/// A page that is not written yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedPage {
    /// What links call it.
    pub name: String,
    /// The file that it would be.
    pub path: Option<RepoPath>,
    /// The pages that link to it.
    pub from: Vec<ListedFile>,
}

impl Wiki {
    /// The files below a prefix of their path, in the order of paths, after one of them.
    pub fn list(
        &self,
        actor: &Actor,
        listed: Listed,
        prefix: &str,
        after: Option<&RepoPath>,
        limit: usize,
    ) -> ListPart {
        let snapshot = self.engine.snapshot();
        let site = snapshot.renderer.site();
        let limit = limit.clamp(1, MAX_LISTED);
        let start = match after {
            Some(after) => Bound::Excluded(after.as_str()),
            None => Bound::Included(prefix),
        };
        let is_listed = |path: &RepoPath| match listed {
            Listed::Pages => path.is_markdown(),
            Listed::Files => !path.is_markdown(),
            Listed::All => true,
        };
        let paths = site.listing().entries.range::<_, str>((start, Bound::Unbounded)).map(|(path, _)| path);
        let paths = paths.take_while(|path| path.as_str().starts_with(prefix));
        let mut paths = paths.filter(|path| is_listed(path) && actor.rights.allow(Action::Read, path));
        let files: Vec<ListedFile> = paths.by_ref().take(limit).map(|path| listed_file(site, path)).collect();
        let next = paths.next().and_then(|_| files.last().map(|file| file.path.clone()));
        ListPart { files, next }
    }

    /// Who links to a page or another file, with the sentences around the links.
    pub fn backlinks(&self, actor: &Actor, path: &str) -> Result<Vec<Backlink>, WikiError> {
        let path = name::known(path).map_err(|why| WikiError::BadName { path: path.to_owned(), why })?;
        actor.check(Action::Read, &path)?;
        let snapshot = self.engine.snapshot();
        let site = snapshot.renderer.site();
        let links = links_to(site, &path);
        let may_see = |id: &PageId| actor.rights.allow(Action::Read, site.page(*id).path());
        let backlink = |(id, links): (PageId, Vec<usize>)| {
            let page = site.page(id);
            Backlink { page: listed_page(site, page), sentences: sentences(page, &links) }
        };
        Ok(links.into_iter().filter(|(id, _)| may_see(id)).map(backlink).collect())
    }

    /// The pages that are linked to and not written yet, the most wanted first.
    pub fn wanted_pages(&self, actor: &Actor) -> Vec<WantedPage> {
        let snapshot = self.engine.snapshot();
        let site = snapshot.renderer.site();
        let mut wanted: BTreeMap<&String, BTreeSet<PageId>> = BTreeMap::new();
        for problem in site.links().problems() {
            let page = site.page(problem.page);
            if let Destination::Missing(Missing::Page(name)) = problem.destination
                && !page.is_untranslated()
                && actor.rights.allow(Action::Read, page.path())
            {
                wanted.entry(name).or_default().insert(problem.page);
            }
        }
        let page = |(name, from): (&String, BTreeSet<PageId>)| WantedPage {
            name: name.clone(),
            path: from.first().and_then(|id| path_of_wanted(site.content(), name, site.page(*id).path())),
            from: from.iter().map(|id| listed_page(site, site.page(*id))).collect(),
        };
        let mut pages: Vec<WantedPage> = wanted.into_iter().map(page).collect();
        pages.sort_by_key(|page| std::cmp::Reverse(page.from.len()));
        pages
    }

    /// The pages that no other page links to, but for those of folders.
    pub fn orphans(&self, actor: &Actor) -> Vec<ListedFile> {
        let snapshot = self.engine.snapshot();
        let site = snapshot.renderer.site();
        let orphans = site.orphans().filter(|page| actor.rights.allow(Action::Read, page.path()));
        orphans.map(|page| listed_page(site, page)).collect()
    }

    /// Links that lead nowhere, with their places.
    pub fn broken(&self, actor: &Actor) -> Vec<Diagnostic> {
        let snapshot = self.engine.snapshot();
        let mut broken = snapshot.renderer.site().link_diagnostics(&*snapshot.source);
        broken.retain(|problem| {
            let path = problem.place.as_ref().map(|place| &place.path);
            path.is_none_or(|path| actor.rights.allow(Action::Read, path))
        });
        broken
    }

    /// The pages by their last change, the oldest first; at most as many as asked for.
    pub fn stale(&self, actor: &Actor, limit: usize) -> Vec<ListedFile> {
        let mut pages = self.published(actor);
        pages.retain(|page| page.modified.is_some());
        pages.sort_by_key(|page| page.modified.as_ref().map(|(seconds, _)| *seconds));
        pages.truncate(limit.min(MAX_LISTED));
        pages
    }

    /// Translations that were changed before their originals.
    pub fn old_translations(&self, actor: &Actor) -> Vec<ListedFile> {
        let snapshot = self.engine.snapshot();
        let site = snapshot.renderer.site();
        let old = site.translation_diagnostics();
        let old = old.iter().filter(|problem| problem.code == "old-translation");
        let paths = old.filter_map(|problem| problem.place.as_ref()).map(|place| place.path.clone());
        let paths = paths.filter(|path| actor.rights.allow(Action::Read, path));
        paths.map(|path| listed_file(site, &path)).collect()
    }

    /// All published pages, each once, in the order of paths.
    pub fn published(&self, actor: &Actor) -> Vec<ListedFile> {
        let snapshot = self.engine.snapshot();
        let site = snapshot.renderer.site();
        let pages = site.pages().iter().map(|(_, page)| page);
        let shown = pages.filter(|page| {
            !page.is_untranslated() && !page.is_not_found && actor.rights.allow(Action::Read, page.path())
        });
        let mut pages: Vec<ListedFile> = shown.map(|page| listed_page(site, page)).collect();
        pages.sort_by(|a, b| a.path.cmp(&b.path));
        pages
    }

    /// The address of some page; another one each time, as far as `number` is.
    pub fn any_page(&self, actor: &Actor, number: u64) -> Option<String> {
        let pages = self.published(actor);
        let at = usize::try_from(number % u64::try_from(pages.len().max(1)).ok()?).ok()?;
        pages.get(at).and_then(|page| page.url.clone())
    }
}

/// The links of all pages that lead to a file: by page, which of its links.
pub(super) fn links_to(site: &Site, path: &RepoPath) -> BTreeMap<PageId, Vec<usize>> {
    let mut found: BTreeMap<PageId, Vec<usize>> = BTreeMap::new();
    let route = site.route_of_file(path);
    let leads = |to: &Destination| match to {
        Destination::Internal { page: Some(page), .. } => site.page(*page).path() == path,
        Destination::Internal { page: None, route: to, .. } => Some(to) == route.as_ref(),
        Destination::Folder(_) | Destination::External | Destination::Missing(_) => false,
    };
    let from: Vec<PageId> = match site.page_of_file(path) {
        Some(page) => site.links().backlinks(page).to_vec(),
        None => site.pages().iter().map(|(id, _)| id).collect(),
    };
    for id in from.into_iter().filter(|id| !site.page(*id).is_untranslated()) {
        let links = site.links().outgoing(id).iter().enumerate();
        let links: Vec<usize> = links.filter(|(_, to)| leads(to)).map(|(at, _)| at).collect();
        if !links.is_empty() {
            found.insert(id, links);
        }
    }
    found
}

/// The sentences around some links of a page.
pub(super) fn sentences(page: &Page, links: &[usize]) -> Vec<[String; 3]> {
    let around = links.iter().filter_map(|at| page.file.facts.links[*at].around.as_ref());
    let sentence = |(before, link, after): (&str, &str, &str)| [before, link, after].map(str::to_owned);
    around.map(|around| sentence(around.parts())).collect()
}

pub(super) fn listed_page(site: &Site, page: &Page) -> ListedFile {
    let file = listed_file(site, page.path());
    ListedFile { title: page.title.to_string(), url: Some(page.route.href(site.base_path())), ..file }
}

fn listed_file(site: &Site, path: &RepoPath) -> ListedFile {
    let page = site.page_of_file(path).map(|id| site.page(id));
    let title = page.map_or_else(|| path.file_name().to_owned(), |page| page.title.to_string());
    let modified = site.history().and_then(|history| history.last_change(path));
    ListedFile {
        path: path.clone(),
        url: site.route_of_file(path).map(|route| route.href(site.base_path())),
        title,
        modified: modified.map(|change| (change.seconds, change.author.to_owned())),
        size: site.listing().entries.get(path).map_or(0, |entry| entry.size),
    }
}

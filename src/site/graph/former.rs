//! [`Former`]: where the links of a site before led, and which of them hold.
//!
//! Most links name the file of a page. They lead there as long as that is a page at the same address, whatever other pages come
//! and go, so of a page that is added or removed only its own links are followed, and those that led to it or might do so now.

use std::sync::Arc;

use foldhash::HashMap;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Outgoing;
use crate::{
    base::{digest::Print, path::RepoPath, tasks::PER_TASK},
    site::{
        Site,
        file::PageFile,
        page::PageId,
        resolve::{Depends, Destination},
    },
};

/// The prints of what links depend on besides the pages that they stand in and lead to; each has all that those before it have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ground {
    /// For those that depend on pages only.
    pub(in crate::site) pages: Print,
    /// For those that depend on other files as well.
    pub(in crate::site) files: Print,
    /// For all others; as long as it is the same, so are the ids of pages.
    pub(in crate::site) site: Print,
}

impl Ground {
    /// What is the same in both.
    fn shared_with(&self, other: &Self) -> Option<Depends> {
        let levels = [
            (self.site == other.site, Depends::OnSite),
            (self.files == other.files, Depends::OnFiles),
            (self.pages == other.pages, Depends::OnPages),
        ];
        levels.into_iter().find_map(|(is_same, level)| is_same.then_some(level))
    }
}

/// Where the links of pages led when an earlier process followed them.
#[derive(Clone, Debug, Default)]
pub struct FormerLinks {
    /// What they depend on besides pages.
    pub ground: Option<Ground>,
    /// Those of each page, by its key, in the order of keys.
    pub pages: Arc<Vec<(RepoPath, Arc<Outgoing>)>>,
}

/// The links of the pages of a site before, in the order of their keys, if some of them may hold.
#[derive(Default)]
pub(in crate::site) struct Former<'a> {
    pages: Vec<FormerPage<'a>>,
    /// What they depend on besides pages that is the same as before.
    shared: Depends,
}

struct FormerPage<'a> {
    key: &'a RepoPath,
    /// Its file as it was parsed.
    file: Option<&'a Arc<PageFile>>,
    links: &'a Arc<Outgoing>,
}

/// What is left of a page of the site before.
#[derive(Clone, Copy)]
struct Now {
    id: PageId,
    /// Whether its file says the same.
    is_same: bool,
}

impl<'a> Former<'a> {
    /// Those of the snapshot before a site.
    pub(in crate::site) fn of_snapshot(former: &'a Site, site: &Site) -> Self {
        if former.languages.are_several() || site.languages.are_several() || former.content != site.content {
            return Self::default();
        }
        let shared = if former.assets == site.assets { Depends::OnFiles } else { Depends::OnPages };
        let pages = former.pages.iter().zip(&former.links.outgoing);
        let pages =
            pages.map(|((_, page), links)| FormerPage { key: &page.key, file: Some(&page.file), links });
        Self { pages: pages.collect(), shared }
    }

    /// Those that an earlier process followed when it had some `files`.
    pub(in crate::site) fn of_process(
        links: &'a FormerLinks,
        files: &'a HashMap<RepoPath, Arc<PageFile>>,
        site: &Site,
    ) -> Self {
        let grounds = links.ground.zip(site.links.ground);
        let Some(shared) = grounds.and_then(|(former, ground)| ground.shared_with(&former)) else {
            return Self::default();
        };
        let page =
            |(key, links): &'a (RepoPath, Arc<Outgoing>)| FormerPage { key, file: files.get(key), links };
        Self { pages: links.pages.par_iter().with_min_len(PER_TASK).map(page).collect(), shared }
    }

    /// Looks which of the pages a site has.
    pub(super) fn held<'s>(&'s self, site: &'s Site) -> Held<'s> {
        let mut held = Held { former: self, site, now: Vec::new(), before: Vec::new() };
        if self.pages.is_empty() {
            return held;
        }
        held.before = vec![None; site.pages().len()];
        let mut pages = site.pages().iter().peekable();
        for (at, former) in self.pages.iter().enumerate() {
            while pages.next_if(|(_, page)| page.key < *former.key).is_some() {}
            let now = pages.next_if(|(_, page)| page.key == *former.key).map(|(id, page)| {
                held.before[id.index()] = Some(at);
                Now { id, is_same: former.file.is_some_and(|file| Arc::ptr_eq(file, &page.file)) }
            });
            held.now.push(now);
        }
        held
    }
}

/// Links of a site before, for a site that has some of its pages.
pub(super) struct Held<'s> {
    former: &'s Former<'s>,
    site: &'s Site,
    /// What is left of each former page, in the order of their keys.
    now: Vec<Option<Now>>,
    /// Where each page was among the former ones.
    before: Vec<Option<usize>>,
}

impl Held<'_> {
    /// The links of a page if all of them lead where they did.
    pub(super) fn links_of(&self, page: PageId) -> Option<Arc<Outgoing>> {
        let at = self.before.get(page.index()).copied().flatten()?;
        let links = self.former.pages[at].links;
        let may_hold = self.now[at].is_some_and(|now| now.is_same)
            && links.depends <= self.former.shared
            && links.asked.is_empty();
        if !may_hold {
            return None;
        }
        if self.former.shared == Depends::OnSite {
            let holds = links.destinations.iter().all(|destination| self.has_same_part(destination));
            return holds.then(|| Arc::clone(links));
        }
        let ids: Option<Vec<Option<PageId>>> =
            links.destinations.iter().map(|destination| self.id_now(destination)).collect();
        let ids = ids?;
        let is_as_before = links.destinations.iter().zip(&ids).all(|(before, id)| before.page() == *id);
        Some(if is_as_before { Arc::clone(links) } else { Arc::new(links.with_ids(&ids)) })
    }

    /// Whether a link to a part of a page leads there.
    fn has_same_part(&self, destination: &Destination) -> bool {
        match destination {
            Destination::Internal { page: Some(page), fragment: Some(_), .. } => {
                self.now.get(page.index()).copied().flatten().is_some_and(|now| now.is_same)
            }
            _ => true,
        }
    }

    /// The page that a link leads to now, if it leads to one; `None` when it may lead elsewhere than before.
    fn id_now(&self, destination: &Destination) -> Option<Option<PageId>> {
        let (page, route) = match destination {
            Destination::Internal { page: Some(page), route, .. } => (page, route),
            // The other files are as they were, or a link to one would depend on more than is the same.
            Destination::Internal { page: None, .. } | Destination::External => return Some(None),
            Destination::Folder(_) | Destination::Missing(_) => return None,
        };
        let now = self.now.get(page.index()).copied().flatten()?;
        let is_there = self.site.page(now.id).route == *route && self.site.routes().has_page(now.id);
        (is_there && self.has_same_part(destination)).then_some(Some(now.id))
    }
}

impl Outgoing {
    /// The same links, to pages that have other ids.
    fn with_ids(&self, ids: &[Option<PageId>]) -> Self {
        let destinations = self.destinations.iter().zip(ids).map(|(destination, id)| match destination {
            Destination::Internal { route, fragment, .. } => {
                Destination::Internal { route: route.clone(), page: *id, fragment: fragment.clone() }
            }
            other => other.clone(),
        });
        let asked = self.asked.clone();
        Self { destinations: destinations.collect(), asked, depends: self.depends, is_broken: self.is_broken }
    }
}

//! [`Held`]: where the links of a site before led, and which of them hold.
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
        moves::Moves,
        page::{Page, PageId},
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

/// Links of a site before, for a site that has some of its pages.
pub(in crate::site) struct Held<'s> {
    site: &'s Site,
    /// What they depend on besides pages that is the same as before.
    shared: Depends,
    /// Those of each page whose file is the same.
    links: Vec<Option<&'s Arc<Outgoing>>>,
    /// What is left of each former page.
    now: Vec<Option<Now>>,
}

/// What is left of a page of the site before.
#[derive(Clone, Copy)]
struct Now {
    id: PageId,
    /// Whether its file says the same.
    is_same: bool,
    /// Whether its address is known to be the same.
    has_same_route: bool,
}

impl<'s> Held<'s> {
    /// Nothing is known.
    fn none(site: &'s Site) -> Self {
        Self { site, shared: Depends::default(), links: Vec::new(), now: Vec::new() }
    }

    /// Those of the snapshot before a site.
    pub(in crate::site) fn of_snapshot(former: &'s Site, moves: &Moves, site: &'s Site) -> Self {
        if former.languages.are_several() || site.languages.are_several() || former.content != site.content {
            return Self::none(site);
        }
        let mut links = vec![None; site.pages().len()];
        for (now, before) in moves.now().iter().zip(&former.links.outgoing) {
            if let Some(id) = now {
                links[id.index()] = Some(before);
            }
        }
        let now = moves.now().iter().map(|id| id.map(|id| Now { id, is_same: true, has_same_route: true }));
        let shared = if former.assets == site.assets { Depends::OnFiles } else { Depends::OnPages };
        Self { site, shared, links, now: now.collect() }
    }

    /// Those that an earlier process followed when it had some `files`.
    pub(in crate::site) fn of_process(
        former: &'s FormerLinks,
        files: &HashMap<RepoPath, Arc<PageFile>>,
        site: &'s Site,
    ) -> Self {
        let grounds = former.ground.zip(site.links.ground);
        let Some(shared) = grounds.and_then(|(former, ground)| ground.shared_with(&former)) else {
            return Self::none(site);
        };
        let is_same = |page: &Page| files.get(page.path()).is_some_and(|file| Arc::ptr_eq(file, &page.file));
        let ids = (0..site.pages().len()).into_par_iter().with_max_len(PER_TASK);
        let same: Vec<bool> = ids.map(|at| is_same(site.page(PageId::at(at)))).collect();
        let mut links = vec![None; same.len()];
        let mut now = Vec::with_capacity(former.pages.len());
        let mut pages = site.pages().iter().peekable();
        for (key, before) in &*former.pages {
            while pages.next_if(|(_, page)| page.key < *key).is_some() {}
            now.push(pages.next_if(|(_, page)| page.key == *key).map(|(id, _)| {
                let is_same = same[id.index()];
                links[id.index()] = Some(before).filter(|_| is_same);
                Now { id, is_same, has_same_route: shared == Depends::OnSite }
            }));
        }
        Self { site, shared, links, now }
    }

    /// The links of a page if all of them lead where they did.
    pub(super) fn links_of(&self, page: PageId) -> Option<Arc<Outgoing>> {
        let links = self.links.get(page.index()).copied().flatten()?;
        if links.depends > self.shared || !links.asked.is_empty() {
            return None;
        }
        if self.shared == Depends::OnSite {
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
        let is_there = now.has_same_route || self.site.page(now.id).route == *route;
        (is_there && self.site.routes().has_page(now.id) && self.has_same_part(destination))
            .then_some(Some(now.id))
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

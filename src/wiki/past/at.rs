//! The whole site as it was: rendered from the tree of any commit, as any site is, under an address of its own.
//!
//! A few sites are kept. They share the parsed pages with the newest snapshot, so each costs what is different in it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{
    base::{config::BaseUrl, path::RepoPath},
    engine::{Page, page_at},
    git::{CommitId, StoredCommit},
    render::Renderer,
    site::{Site, SiteOptions},
    source::{ListingOptions, Source as _, Tree},
    wiki::{Action, Actor, Wiki, WikiError},
};

/// How many sites are kept.
const MAX_KEPT: usize = 8;
/// How many parts the name of a revision can have: branches are called `team/topic`.
const MAX_REV_PARTS: usize = 8;

/// The site of a commit.
pub struct PastSite {
    /// The commit.
    pub commit: StoredCommit,
    renderer: Renderer,
}

/// A place for a site, which one thread fills while others wait for it.
type Slot = Arc<Mutex<Option<Arc<PastSite>>>>;

/// The sites that were looked at last.
#[derive(Default)]
pub struct PastSites {
    /// By the commit and the path that they are under, the oldest first.
    kept: Mutex<Vec<((CommitId, String), Slot)>>,
}

impl PastSites {
    fn slot(&self, key: (CommitId, String)) -> Slot {
        let mut kept = locked(&self.kept);
        let known = kept.iter().position(|(other, _)| *other == key).map(|at| kept.remove(at).1);
        let slot = known.unwrap_or_default();
        kept.push((key, slot.clone()));
        if kept.len() > MAX_KEPT {
            kept.remove(0);
        }
        slot
    }
}

impl PastSite {
    /// What was at a path of the site: decoded, without the base path.
    pub fn page(&self, path: &str) -> Page {
        page_at(&self.renderer, path, |route| self.renderer.render(route))
    }
}

impl Wiki {
    /// The revision that an address begins with, and the rest of it: names of branches may have slashes.
    pub fn split_revision<'a>(&self, address: &'a str) -> Result<(CommitId, &'a str, &'a str), WikiError> {
        let ends = address.match_indices('/').map(|(at, _)| at).chain([address.len()]);
        let mut first = None;
        for end in ends.take(MAX_REV_PARTS) {
            match self.store.revision(&address[..end]) {
                Ok(commit) => return Ok((commit, &address[..end], &address[end..])),
                Err(error) => drop(first.get_or_insert(error)),
            }
        }
        Err(first.map_or_else(|| WikiError::NoCommit { rev: address.to_owned() }, WikiError::from))
    }

    /// The site as of a commit, to be served under `base_path`.
    pub fn site_at(
        &self,
        actor: &Actor,
        commit: CommitId,
        base_path: &str,
    ) -> Result<Arc<PastSite>, WikiError> {
        actor.check(Action::Read, &RepoPath::root())?;
        let slot = self.past_sites.slot((commit, base_path.to_owned()));
        let mut place = locked(&slot);
        if let Some(site) = &*place {
            return Ok(site.clone());
        }
        let site = Arc::new(self.load_site(commit, base_path)?);
        *place = Some(site.clone());
        Ok(site)
    }

    fn load_site(&self, commit: CommitId, base_path: &str) -> Result<PastSite, WikiError> {
        let snapshot = self.engine.snapshot();
        let now = snapshot.renderer.site();
        let base_url = BaseUrl::parse(&format!("{base_path}/"));
        let options = SiteOptions {
            base_url: Some(base_url.ok_or_else(|| WikiError::NoCommit { rev: base_path.to_owned() })?),
            history: None,
            wiki: false,
            ..now.options().clone()
        };
        let tree = Arc::new(Tree::of_commit(&self.store, Some(commit))?);
        let listing = tree.listing(&ListingOptions { exclude: options.output.iter().cloned().collect() })?;
        let site = Site::load_with(&*tree, listing, &options, &now.former_files());
        let renderer = snapshot.renderer.next(Arc::new(site), tree);
        Ok(PastSite { commit: self.people()?.named(self.store.commit(commit)?), renderer })
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! [`Pages`]: the published pages of a snapshot, by id and by key.

use std::sync::Arc;

use crate::{
    base::{path::RepoPath, persistent::Vector},
    site::page::{Page, PageId},
};
use foldhash::HashMap;

/// The published pages, in the order of their keys.
///
/// Two snapshots share the pages that didn't change, and as long as the same files are published each page keeps its id.
/// So within a snapshot the order of ids is that of keys.
#[derive(Clone, Debug, Default)]
pub struct Pages {
    all: Vector<Arc<Page>>,
    by_key: Arc<HashMap<RepoPath, PageId>>,
}

impl Pages {
    /// Gives ids to pages that are in the order of their keys.
    pub(super) fn new(pages: Vec<Arc<Page>>) -> Self {
        let by_key = pages.iter().enumerate().map(|(at, page)| (page.key.clone(), PageId::at(at)));
        Self { by_key: Arc::new(by_key.collect()), all: pages.into() }
    }

    /// A page by its id.
    pub fn get(&self, id: PageId) -> &Page {
        &self.all[id.index()]
    }

    /// A page as snapshots share it.
    pub(super) fn shared_page(&self, id: PageId) -> &Arc<Page> {
        &self.all[id.index()]
    }

    /// All pages as snapshots share them, in the order of their ids.
    pub(super) fn shared(&self) -> impl ExactSizeIterator<Item = &Arc<Page>> {
        self.all.iter()
    }

    /// A page by its key.
    pub fn of_key(&self, key: &RepoPath) -> Option<PageId> {
        self.by_key.get(key).copied()
    }

    /// All pages with their ids.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (PageId, &Page)> {
        self.all.iter().enumerate().map(|(at, page)| (PageId::at(at), &**page))
    }

    /// How many pages there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Puts another version of a page in its place.
    pub(super) fn set(&mut self, id: PageId, page: Page) {
        self.all.set(id.index(), Arc::new(page));
    }
}

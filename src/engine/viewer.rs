//! [`Viewing`]: somebody looks at a page, and hears what concerns it.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, Weak,
        atomic::{AtomicU64, Ordering},
    },
};

use super::{Page, Shared, Shown, Snapshot, locked};
use crate::{base::digest::Digest, site::route::Route};

/// What somebody who looks at a page hears.
#[derive(Clone, Debug)]
pub enum Event {
    /// The state of the page, at first and whenever it or a file that it uses differs.
    Page(PageEvent),
    /// The problems of the site, at first and whenever they differ.
    Problems(Arc<Shown>),
}

/// The state of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageEvent {
    /// The number of the snapshot.
    pub number: u64,
    /// Names the bytes of the page, without anything that a server adds; `None` when the page is elsewhere.
    pub digest: Option<Digest>,
    /// Whether there is a page; if not, one that says so is shown in its place.
    pub exists: bool,
    /// The other files that changed: style sheets, and what the page names.
    pub assets: Vec<Route>,
}

/// Looks at a page until it is dropped.
pub struct Viewing {
    shared: Weak<Shared>,
    id: u64,
}

/// One who looks.
pub(super) struct Viewer {
    path: String,
    tell: Box<dyn Fn(Event) + Send + Sync>,
    seen: Mutex<Option<PageEvent>>,
}

/// Names the next one who looks.
static NEXT_ID: AtomicU64 = AtomicU64::new(0);

impl Viewer {
    pub(super) fn tell(&self, event: Event) {
        (self.tell)(event);
    }

    /// Tells the state of the page if it is news.
    fn show(&self, snapshot: &Snapshot, page: &Page, assets: &[Route]) {
        let rendered = page.rendered();
        let html = rendered.map_or(&[][..], |rendered| &rendered.bytes);
        let event = PageEvent {
            number: snapshot.number,
            digest: rendered.map(|rendered| rendered.digest),
            exists: !matches!(page, Page::NotFound(..)),
            assets: assets.iter().filter(|asset| concerns(html, asset)).cloned().collect(),
        };
        let mut seen = locked(&self.seen);
        let is_news = match &*seen {
            None => true,
            Some(seen) if seen.number > event.number => return,
            Some(seen) => {
                (seen.digest, seen.exists) != (event.digest, event.exists) || !event.assets.is_empty()
            }
        };
        *seen = Some(event.clone());
        if is_news {
            self.tell(Event::Page(event));
        }
    }
}

impl Drop for Viewing {
    fn drop(&mut self) {
        if let Some(shared) = self.shared.upgrade() {
            locked(&shared.viewers).remove(&self.id);
        }
    }
}

impl Shared {
    pub(super) fn look(self: &Arc<Self>, path: &str, tell: Box<dyn Fn(Event) + Send + Sync>) -> Viewing {
        let viewer = Arc::new(Viewer { path: path.to_owned(), tell, seen: Mutex::default() });
        let id = NEXT_ID.fetch_add(1, Ordering::Relaxed);
        locked(&self.viewers).insert(id, viewer.clone());
        // The snapshot is taken after the name is on the list: what comes later is told by the engine's thread.
        let snapshot = self.snapshot();
        viewer.show(&snapshot, &self.page(&snapshot, path), &[]);
        viewer.tell(Event::Problems(locked(&self.board).shown.clone()));
        Viewing { shared: Arc::downgrade(self), id }
    }

    /// Renders what is looked at, and tells those for whom something differs.
    pub(super) fn show(&self, snapshot: &Snapshot, assets: &[Route]) {
        let mut by_path: BTreeMap<String, Vec<Arc<Viewer>>> = BTreeMap::new();
        self.each_viewer(|viewer| by_path.entry(viewer.path.clone()).or_default().push(viewer.clone()));
        for (path, viewers) in by_path {
            let page = self.page(snapshot, &path);
            viewers.iter().for_each(|viewer| viewer.show(snapshot, &page, assets));
        }
    }

    pub(super) fn each_viewer(&self, action: impl FnMut(&Arc<Viewer>)) {
        let viewers: Vec<Arc<Viewer>> = locked(&self.viewers).values().cloned().collect();
        viewers.iter().for_each(action);
    }
}

/// Whether a file may be seen on a page: it is named there, or it is a style sheet, which others may import.
fn concerns(html: &[u8], asset: &Route) -> bool {
    let href = asset.href("");
    let name = href.rsplit('/').next().unwrap_or_default().as_bytes();
    href.ends_with(".css") || (!name.is_empty() && html.windows(name.len()).any(|part| part == name))
}

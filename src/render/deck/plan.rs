//! [`Plan`]: the items of a manifest in a row, each with the part that it belongs to.

use crate::{
    base::path::RepoPath,
    parse::manifest::{Item, Kind, Manifest},
};

/// The items of a deck in order.
#[derive(Debug, Default)]
pub(super) struct Plan<'m> {
    pub(super) entries: Vec<Entry<'m>>,
    pub(super) parts: Vec<Part<'m>>,
}

/// A chapter, or slides that stand in the manifest.
#[derive(Debug)]
pub(super) struct Entry<'m> {
    pub(super) item: &'m Item,
    /// The file of a chapter, when its path is one.
    pub(super) path: Option<RepoPath>,
    /// The place of its part.
    pub(super) part: usize,
}

/// What stands at the outermost level of a manifest.
#[derive(Debug, Default)]
pub(super) struct Part<'m> {
    pub(super) title: Option<&'m str>,
    pub(super) minutes: Option<u32>,
}

impl<'m> Plan<'m> {
    pub(super) fn of(manifest: &'m Manifest, folder: &RepoPath) -> Self {
        let mut plan = Self::default();
        for item in &manifest.content {
            let title = match &item.kind {
                Kind::Part { title, .. } => title.as_deref(),
                _ => None,
            };
            plan.parts.push(Part { title, minutes: item.minutes });
            plan.add(item, folder);
        }
        plan
    }

    /// The items that a change brings, in no part yet.
    pub(super) fn of_items(items: &'m [Item], folder: &RepoPath) -> Self {
        let mut plan = Self { entries: Vec::new(), parts: vec![Part::default()] };
        items.iter().for_each(|item| plan.add(item, folder));
        plan
    }

    fn add(&mut self, item: &'m Item, folder: &RepoPath) {
        match &item.kind {
            Kind::Part { items, .. } => items.iter().for_each(|item| self.add(item, folder)),
            Kind::Chapter(path) => self.push(item, folder.resolve(path)),
            Kind::Inline(_) | Kind::Invalid(_) => self.push(item, None),
        }
    }

    fn push(&mut self, item: &'m Item, path: Option<RepoPath>) {
        let part = self.parts.len() - 1;
        self.entries.push(Entry { item, path, part });
    }
}

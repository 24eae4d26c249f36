//! [`SummaryTree`]: the order of reading that `SUMMARY.md` gives, as in mdBook and GitBook.

use std::collections::HashMap;

use crate::{
    parse::summary::{Chapter, Summary, SummaryItem},
    site::{
        nav::{NavEntry, window},
        page::PageId,
        pages::Pages,
        route::Route,
    },
};

type NodeId = usize;

/// One entry of the tree.
#[derive(Clone, Debug)]
struct Node {
    title: String,
    route: Option<Route>,
    page: Option<PageId>,
    parent: Option<NodeId>,
    /// Its place among its parent's children.
    place: usize,
    children: Vec<NodeId>,
}

/// The tree of all entries.
#[derive(Clone, Debug, Default)]
pub struct SummaryTree {
    nodes: Vec<Node>,
    top: Vec<NodeId>,
    of_page: HashMap<PageId, NodeId>,
    order: Vec<PageId>,
    place: HashMap<PageId, usize>,
}

impl SummaryTree {
    /// The tree of a summary; `page_of` finds the page that a chapter's target names.
    pub fn new(
        summary: &Summary,
        pages: &Pages,
        page_of: &mut dyn FnMut(&str, usize) -> Option<PageId>,
    ) -> Self {
        let mut tree = Self::default();
        tree.add_items(&summary.items, pages, page_of);
        tree.finish()
    }

    /// The page read before this one.
    pub(super) fn previous(&self, page: PageId) -> Option<PageId> {
        let place = *self.place.get(&page)?;
        self.order.get(place.checked_sub(1)?).copied()
    }

    /// The page read after this one.
    pub(super) fn next(&self, page: PageId) -> Option<PageId> {
        let place = *self.place.get(&page)?;
        self.order.get(place + 1).copied()
    }

    /// The tree as it is shown around a page.
    pub(super) fn around_page(&self, page: PageId) -> Vec<NavEntry<'_>> {
        self.around(self.of_page.get(&page).copied())
    }

    /// The tree as it is shown where no page is current.
    pub(super) fn top(&self) -> Vec<NavEntry<'_>> {
        self.around(None)
    }

    /// Whether a page is in the tree.
    pub(super) fn contains(&self, page: PageId) -> bool {
        self.of_page.contains_key(&page)
    }

    fn around(&self, current: Option<NodeId>) -> Vec<NavEntry<'_>> {
        let mut path = Vec::new();
        let mut node = current;
        while let Some(id) = node {
            path.push(id);
            node = self.nodes[id].parent;
        }
        path.reverse();
        self.level(&self.top, &path, current).0
    }

    /// The entries of a level that are shown, and how many are not.
    fn level<'a>(
        &'a self,
        level: &[NodeId],
        path: &[NodeId],
        current: Option<NodeId>,
    ) -> (Vec<NavEntry<'a>>, usize) {
        let on_path = path.first().copied();
        let shown = window(level, on_path.map_or(0, |id| self.nodes[id].place));
        let entries = shown.iter().map(|&id| {
            let node = &self.nodes[id];
            let opens = on_path == Some(id) || node.route.is_none();
            let rest = if on_path == Some(id) { &path[1..] } else { &[] };
            let (children, n_hidden) =
                if opens { self.level(&node.children, rest, current) } else { (Vec::new(), 0) };
            NavEntry {
                title: &node.title,
                route: node.route.as_ref(),
                is_current: current == Some(id),
                is_active: on_path == Some(id) && current != Some(id),
                children,
                n_hidden,
            }
        });
        (entries.collect(), level.len() - shown.len())
    }

    fn add(
        &mut self,
        parent: Option<NodeId>,
        title: String,
        route: Option<Route>,
        page: Option<PageId>,
    ) -> NodeId {
        let id = self.nodes.len();
        let level = match parent {
            Some(parent) => &mut self.nodes[parent].children,
            None => &mut self.top,
        };
        let place = level.len();
        level.push(id);
        self.nodes.push(Node { title, route, page, parent, place, children: Vec::new() });
        if let Some(page) = page {
            self.of_page.entry(page).or_insert(id);
        }
        id
    }

    fn add_items(
        &mut self,
        items: &[SummaryItem],
        pages: &Pages,
        page_of: &mut dyn FnMut(&str, usize) -> Option<PageId>,
    ) {
        let mut part = None;
        for item in items {
            match item {
                SummaryItem::Part(title) => part = Some(self.add(None, title.clone(), None, None)),
                SummaryItem::Separator => part = None,
                SummaryItem::Chapter(chapter) => self.add_chapter(chapter, pages, part, page_of),
            }
        }
    }

    fn add_chapter(
        &mut self,
        chapter: &Chapter,
        pages: &Pages,
        parent: Option<NodeId>,
        page_of: &mut dyn FnMut(&str, usize) -> Option<PageId>,
    ) {
        let page = chapter.target.as_deref().and_then(|target| page_of(target, chapter.line));
        let route = page.map(|page| pages.get(page).route.clone());
        let node = self.add(parent, chapter.title.clone(), route, page);
        for child in &chapter.children {
            self.add_chapter(child, pages, Some(node), page_of);
        }
    }

    fn finish(mut self) -> Self {
        let mut stack: Vec<NodeId> = self.top.iter().rev().copied().collect();
        while let Some(id) = stack.pop() {
            if let Some(page) = self.nodes[id].page
                && !self.place.contains_key(&page)
            {
                self.place.insert(page, self.order.len());
                self.order.push(page);
            }
            stack.extend(self.nodes[id].children.iter().rev());
        }
        self
    }
}

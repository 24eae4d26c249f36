//! [`Nav`]: the tree that readers walk through, and the order of reading that follows from it.
//!
//! It is made of the folders, or of `SUMMARY.md` where there is one. Pages ask it for what stands around them; no
//! page is given the whole tree, or a site's size would grow with the square of its pages.

use std::collections::HashMap;

use crate::{
    base::path::RepoPath,
    parse::{
        front_matter::Sort,
        summary::{Chapter, Summary, SummaryItem},
    },
    site::{
        page::{Page, PageId},
        route::Route,
        section::{Child, SectionId, Sections},
    },
};

/// How many entries of one level a page shows; of a longer level those around it.
pub const MAX_LEVEL: usize = 60;

type NodeId = usize;

/// One entry of the tree.
#[derive(Clone, Debug)]
pub struct NavNode {
    /// What it is called here; `SUMMARY.md` may call a page differently than the page itself.
    pub title: String,
    /// Where it leads; `None` for a heading of a part or a chapter that isn't written yet.
    pub route: Option<Route>,
    /// The page it leads to, if it is one.
    pub page: Option<PageId>,
    parent: Option<NodeId>,
    /// Its place among its parent's children.
    place: usize,
    children: Vec<NodeId>,
    /// Whether previous and next stay among its children (a blog) and do not run on into what follows.
    is_island: bool,
}

/// The tree of all entries.
#[derive(Clone, Debug, Default)]
pub struct Nav {
    nodes: Vec<NavNode>,
    /// The home page: shown first, whatever part of the top level is shown.
    home: Option<NodeId>,
    top: Vec<NodeId>,
    of_page: HashMap<PageId, NodeId>,
    of_section: HashMap<SectionId, NodeId>,
    order: Vec<PageId>,
    place: HashMap<PageId, usize>,
}

/// A part of the tree as a page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NavEntry {
    /// What it is called.
    pub title: String,
    /// Where it leads.
    pub route: Option<Route>,
    /// Whether it is the page shown.
    pub is_current: bool,
    /// Whether the page shown is below it.
    pub is_active: bool,
    /// What is shown below it: only on the way to the page shown.
    pub children: Vec<NavEntry>,
    /// How many entries it has beyond `children`, where those are shown; the home page, of the top level.
    pub n_hidden: usize,
}

impl Nav {
    /// The tree of the folders.
    pub fn of_folders(sections: &Sections, pages: &[Page], content: &RepoPath) -> Self {
        let mut nav = Self::default();
        if let Some(root) = sections.of_folder(content) {
            let section = sections.get(root);
            let home = nav.add(None, section.title.clone(), Some(section.route.clone()), section.page);
            nav.home = nav.top.pop();
            nav.of_section.insert(root, home);
            nav.add_children(sections, pages, root, None);
        }
        nav.finish()
    }

    /// The tree of `SUMMARY.md`; `page_of` finds the page that a chapter's target names.
    pub fn of_summary(
        summary: &Summary,
        pages: &[Page],
        page_of: &mut dyn FnMut(&str, usize) -> Option<PageId>,
    ) -> Self {
        let mut nav = Self::default();
        nav.add_items(&summary.items, pages, page_of);
        nav.finish()
    }

    /// The page read before this one.
    pub fn previous(&self, page: PageId) -> Option<PageId> {
        let place = *self.place.get(&page)?;
        self.neighbour(page, *self.order.get(place.checked_sub(1)?)?)
    }

    /// The page read after this one.
    pub fn next(&self, page: PageId) -> Option<PageId> {
        let place = *self.place.get(&page)?;
        self.neighbour(page, *self.order.get(place + 1)?)
    }

    /// The entries above a page, from the top down, without itself.
    pub fn above(&self, page: PageId) -> Vec<&NavNode> {
        let mut above = Vec::new();
        let mut node = self.of_page.get(&page).and_then(|&node| self.nodes[node].parent);
        while let Some(current) = node {
            above.push(&self.nodes[current]);
            node = self.nodes[current].parent;
        }
        above.reverse();
        above
    }

    /// What a page shows of the tree: the top level, and every level on the way to the page and below it.
    pub fn around_page(&self, page: PageId) -> Vec<NavEntry> {
        self.around(self.of_page.get(&page).copied())
    }

    /// What a folder without a page of its own shows of the tree.
    pub fn around_section(&self, section: SectionId) -> Vec<NavEntry> {
        self.around(self.of_section.get(&section).copied())
    }

    /// What is shown where no page is current: the top level.
    pub fn top(&self) -> Vec<NavEntry> {
        self.around(None)
    }

    /// Whether a page is in the tree.
    pub fn contains(&self, page: PageId) -> bool {
        self.of_page.contains_key(&page)
    }

    fn around(&self, current: Option<NodeId>) -> Vec<NavEntry> {
        let mut path = Vec::new();
        let mut node = current;
        while let Some(id) = node {
            path.push(id);
            node = self.nodes[id].parent;
        }
        path.reverse();
        let (level, n_hidden) = self.level(&self.top, &path, current);
        let home = self.home.map(|home| NavEntry {
            is_current: current == Some(home),
            n_hidden,
            ..self.entry(home)
        });
        home.into_iter().chain(level).collect()
    }

    fn entry(&self, id: NodeId) -> NavEntry {
        let node = &self.nodes[id];
        NavEntry {
            title: node.title.clone(),
            route: node.route.clone(),
            is_current: false,
            is_active: false,
            children: Vec::new(),
            n_hidden: 0,
        }
    }

    /// The entries of a level that are shown, and how many are not.
    fn level(&self, level: &[NodeId], path: &[NodeId], current: Option<NodeId>) -> (Vec<NavEntry>, usize) {
        let on_path = path.first().copied();
        let shown = window(level, on_path.map_or(0, |id| self.nodes[id].place));
        let entries = shown.iter().map(|&id| {
            let node = &self.nodes[id];
            let opens = on_path == Some(id) || node.route.is_none();
            let rest = if on_path == Some(id) { &path[1..] } else { &[] };
            let (children, n_hidden) =
                if opens { self.level(&node.children, rest, current) } else { (Vec::new(), 0) };
            NavEntry {
                is_current: current == Some(id),
                is_active: on_path == Some(id) && current != Some(id),
                children,
                n_hidden,
                ..self.entry(id)
            }
        });
        (entries.collect(), level.len() - shown.len())
    }

    fn neighbour(&self, page: PageId, other: PageId) -> Option<PageId> {
        (self.island(page) == self.island(other)).then_some(other)
    }

    fn island(&self, page: PageId) -> Option<NodeId> {
        let mut node = self.of_page.get(&page).and_then(|&node| self.nodes[node].parent);
        while let Some(id) = node {
            if self.nodes[id].is_island {
                return Some(id);
            }
            node = self.nodes[id].parent;
        }
        None
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
        self.nodes.push(NavNode {
            title,
            route,
            page,
            parent,
            place,
            children: Vec::new(),
            is_island: false,
        });
        if let Some(page) = page {
            self.of_page.entry(page).or_insert(id);
        }
        id
    }

    fn add_children(
        &mut self,
        sections: &Sections,
        pages: &[Page],
        section: SectionId,
        parent: Option<NodeId>,
    ) {
        for &child in &sections.get(section).children {
            match child {
                Child::Page(id) => {
                    let page = &pages[id.index()];
                    self.add(parent, page.title.clone(), Some(page.route.clone()), Some(id));
                }
                Child::Section(id) => {
                    let below = sections.get(id);
                    let node = self.add(parent, below.title.clone(), Some(below.route.clone()), below.page);
                    self.nodes[node].is_island = below.sort == Sort::Date;
                    self.of_section.insert(id, node);
                    self.add_children(sections, pages, id, Some(node));
                }
            }
        }
    }

    fn add_items(
        &mut self,
        items: &[SummaryItem],
        pages: &[Page],
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
        pages: &[Page],
        parent: Option<NodeId>,
        page_of: &mut dyn FnMut(&str, usize) -> Option<PageId>,
    ) {
        let page = chapter.target.as_deref().and_then(|target| page_of(target, chapter.line));
        let route = page.map(|page| pages[page.index()].route.clone());
        let node = self.add(parent, chapter.title.clone(), route, page);
        for child in &chapter.children {
            self.add_chapter(child, pages, Some(node), page_of);
        }
    }

    fn finish(mut self) -> Self {
        let mut stack: Vec<NodeId> = self.top.iter().rev().copied().chain(self.home).collect();
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

/// The entries of a level that are shown: at most [`MAX_LEVEL`], around a place.
fn window(level: &[NodeId], place: usize) -> &[NodeId] {
    if level.len() <= MAX_LEVEL {
        return level;
    }
    let start = place.saturating_sub(MAX_LEVEL / 2).min(level.len() - MAX_LEVEL);
    &level[start..start + MAX_LEVEL]
}

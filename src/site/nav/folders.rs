//! [`FolderTree`]: the folders as a tree to read through.

use crate::{
    parse::front_matter::Sort,
    site::{
        nav::{NavEntry, window},
        page::PageId,
        pages::Pages,
        section::{Child, SectionId, Sections},
    },
};

/// The sections of a language and their pages. The home page stands before the top level, which is what the root lists.
#[derive(Clone, Copy)]
pub struct FolderTree<'a> {
    sections: &'a Sections,
    pages: &'a Pages,
    /// The root of the language; `None` for one without pages.
    root: Option<SectionId>,
}

impl From<SectionId> for Child {
    fn from(section: SectionId) -> Self {
        Self::Section(section)
    }
}

impl<'a> FolderTree<'a> {
    /// The tree of these sections, from the root of a language down.
    pub(in crate::site) fn new(sections: &'a Sections, pages: &'a Pages, root: Option<SectionId>) -> Self {
        Self { sections, pages, root }
    }

    /// Where a page stands: a folder's page is the folder.
    pub(super) fn node_of(&self, page: PageId) -> Option<Child> {
        let section = self.sections.of_page(page)?;
        if self.sections.get(section).page == Some(page) {
            return Some(Child::Section(section));
        }
        (!self.pages.get(page).is_not_found).then_some(Child::Page(page))
    }

    /// The page read before this one.
    pub(super) fn previous(&self, page: PageId) -> Option<PageId> {
        self.neighbour(page, |node| self.before(node))
    }

    /// The page read after this one.
    pub(super) fn next(&self, page: PageId) -> Option<PageId> {
        self.neighbour(page, |node| self.after(node))
    }

    /// The tree as it is shown around a node.
    pub(super) fn around(&self, current: Option<Child>) -> Vec<NavEntry<'a>> {
        let Some(root) = self.root else { return Vec::new() };
        let home = Child::Section(root);
        let mut path = Vec::new();
        let mut node = current.filter(|&node| node != home);
        while let Some(child) = node {
            path.push(child);
            node = self.parent(child).filter(|&parent| parent != root).map(Child::Section);
        }
        path.reverse();
        let (level, n_hidden) = self.level(root, &path, current);
        let home = NavEntry { is_current: current == Some(home), n_hidden, ..self.entry(home) };
        std::iter::once(home).chain(level).collect()
    }

    /// The children of a section that are shown, and how many are not.
    fn level(
        &self,
        section: SectionId,
        path: &[Child],
        current: Option<Child>,
    ) -> (Vec<NavEntry<'a>>, usize) {
        let level = &self.sections.get(section).children;
        let (on_path, below) = path.split_first().map_or((None, path), |(first, rest)| (Some(*first), rest));
        let place = on_path.and_then(|child| self.sections.place_of(self.pages, section, child));
        let shown = window(level, place.unwrap_or(0));
        let entries = shown.iter().map(|&child| {
            let (children, n_hidden) = match child {
                Child::Section(open) if on_path == Some(child) => self.level(open, below, current),
                _ => (Vec::new(), 0),
            };
            NavEntry {
                is_current: current == Some(child),
                is_active: on_path == Some(child) && current != Some(child),
                children,
                n_hidden,
                ..self.entry(child)
            }
        });
        (entries.collect(), level.len() - shown.len())
    }

    fn entry(&self, node: Child) -> NavEntry<'a> {
        let (title, route) = match node {
            Child::Page(id) => {
                let page = self.pages.get(id);
                (&page.title, &page.route)
            }
            Child::Section(id) => {
                let section = self.sections.get(id);
                (&section.title, &section.route)
            }
        };
        NavEntry {
            title,
            route: Some(route),
            is_current: false,
            is_active: false,
            children: Vec::new(),
            n_hidden: 0,
        }
    }

    fn neighbour(&self, page: PageId, step: impl Fn(Child) -> Option<Child>) -> Option<PageId> {
        let start = self.node_of(page)?;
        let pages = std::iter::successors(step(start), |&node| step(node));
        let mut pages = pages.filter_map(|node| self.page_at(node).map(|page| (node, page)));
        let (node, other) = pages.next()?;
        (self.island(start) == self.island(node)).then_some(other)
    }

    fn page_at(&self, node: Child) -> Option<PageId> {
        match node {
            Child::Page(id) => Some(id),
            Child::Section(id) => self.sections.get(id).page,
        }
    }

    fn parent(&self, node: Child) -> Option<SectionId> {
        match node {
            Child::Page(id) => self.sections.of_page(id),
            Child::Section(id) => self.sections.get(id).parent,
        }
    }

    /// The pages read before a section and after all that is in it.
    pub(super) fn outside(&self, section: SectionId) -> Vec<PageId> {
        let section = Child::Section(section);
        let mut before = std::iter::successors(self.before(section), |&node| self.before(node));
        let mut beyond = std::iter::successors(self.beyond(section), |&node| self.after(node));
        let found = [before.find_map(|node| self.page_at(node)), beyond.find_map(|node| self.page_at(node))];
        found.into_iter().flatten().collect()
    }

    /// The node that stands next in the tree, children after their parent.
    fn after(&self, node: Child) -> Option<Child> {
        match node {
            Child::Section(id) => self.sections.get(id).children.first().copied(),
            Child::Page(_) => None,
        }
        .or_else(|| self.beyond(node))
    }

    /// The node that stands next in the tree and not in this one.
    fn beyond(&self, mut node: Child) -> Option<Child> {
        loop {
            let parent = self.parent(node)?;
            let place = self.sections.place_of(self.pages, parent, node)?;
            if let Some(&next) = self.sections.get(parent).children.get(place + 1) {
                return Some(next);
            }
            node = Child::Section(parent);
        }
    }

    /// The node that stands before.
    fn before(&self, node: Child) -> Option<Child> {
        let parent = self.parent(node)?;
        let place = self.sections.place_of(self.pages, parent, node)?;
        let Some(before) = place.checked_sub(1) else { return Some(Child::Section(parent)) };
        let mut node = self.sections.get(parent).children[before];
        while let Child::Section(id) = node
            && let Some(&last) = self.sections.get(id).children.last()
        {
            node = last;
        }
        Some(node)
    }

    /// The nearest section above a node that previous and next don't leave: a blog, sorted by date.
    fn island(&self, node: Child) -> Option<SectionId> {
        let above = std::iter::successors(self.parent(node), |&section| self.sections.get(section).parent);
        let mut above = above.take_while(|&section| Some(section) != self.root);
        above.find(|&section| self.sections.get(section).sort == Sort::Date)
    }
}

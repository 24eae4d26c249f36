//! [`Nav`]: the tree that readers walk through, and the order of reading that follows from it.
//!
//! It is made of the folders, or of `SUMMARY.md` where there is one. Pages ask it for what stands around them; no
//! page is given the whole tree, or a site's size would grow with the square of its pages.
//!
//! The tree of the folders is not stored: it is a view on the sections, and so follows them at no cost.

mod folders;
mod summary;

use crate::site::{page::PageId, route::Route, section::SectionId};

pub use self::{folders::FolderTree, summary::SummaryTree};

/// How many entries of one level a page shows; of a longer level those around it.
pub const MAX_LEVEL: usize = 60;

/// The tree of all entries.
#[derive(Clone, Copy)]
pub enum Nav<'a> {
    /// As the folders are.
    Folders(FolderTree<'a>),
    /// As `SUMMARY.md` has it.
    Summary(&'a SummaryTree),
}

/// A part of the tree as a page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NavEntry<'a> {
    /// What it is called; `SUMMARY.md` may call a page differently than the page itself.
    pub title: &'a str,
    /// Where it leads; `None` for a heading of a part or a chapter that isn't written yet.
    pub route: Option<&'a Route>,
    /// Whether it is the page shown.
    pub is_current: bool,
    /// Whether the page shown is below it.
    pub is_active: bool,
    /// What is shown below it: only on the way to the page shown.
    pub children: Vec<NavEntry<'a>>,
    /// How many entries it has beyond `children`, where those are shown; the home page, of the top level.
    pub n_hidden: usize,
}

impl<'a> Nav<'a> {
    /// The page read before this one.
    pub fn previous(&self, page: PageId) -> Option<PageId> {
        match self {
            Self::Folders(tree) => tree.previous(page),
            Self::Summary(tree) => tree.previous(page),
        }
    }

    /// The page read after this one.
    pub fn next(&self, page: PageId) -> Option<PageId> {
        match self {
            Self::Folders(tree) => tree.next(page),
            Self::Summary(tree) => tree.next(page),
        }
    }

    /// The pages read before and after all that is in a folder, as far as the tree is that of the folders.
    pub fn outside(&self, section: SectionId) -> Vec<PageId> {
        match self {
            Self::Folders(tree) => tree.outside(section),
            Self::Summary(_) => Vec::new(),
        }
    }

    /// What a page shows of the tree: the top level, and every level on the way to the page and below it.
    pub fn around_page(&self, page: PageId) -> Vec<NavEntry<'a>> {
        match self {
            Self::Folders(tree) => tree.around(tree.node_of(page)),
            Self::Summary(tree) => tree.around_page(page),
        }
    }

    /// What a folder without a page of its own shows of the tree.
    pub fn around_section(&self, section: SectionId) -> Vec<NavEntry<'a>> {
        match self {
            Self::Folders(tree) => tree.around(Some(section.into())),
            Self::Summary(tree) => tree.top(),
        }
    }

    /// What is shown where no page is current: the top level.
    pub fn top(&self) -> Vec<NavEntry<'a>> {
        match self {
            Self::Folders(tree) => tree.around(None),
            Self::Summary(tree) => tree.top(),
        }
    }

    /// Whether a page is in the tree.
    pub fn contains(&self, page: PageId) -> bool {
        match self {
            Self::Folders(tree) => tree.node_of(page).is_some(),
            Self::Summary(tree) => tree.contains(page),
        }
    }
}

/// The entries of a level that are shown: at most [`MAX_LEVEL`], around a place.
fn window<T>(level: &[T], place: usize) -> &[T] {
    if level.len() <= MAX_LEVEL {
        return level;
    }
    let start = place.saturating_sub(MAX_LEVEL / 2).min(level.len() - MAX_LEVEL);
    &level[start..start + MAX_LEVEL]
}

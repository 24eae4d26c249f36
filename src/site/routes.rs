//! [`Routes`]: every address of the site and what stands at it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    base::{
        diagnostic::{Diagnostic, Place},
        path::RepoPath,
    },
    parse::slug,
    site::{languages::LanguageId, page::PageId, route::Route, section::SectionId},
};

/// What stands at an address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// A page.
    Page(PageId),
    /// A folder of pages without a page of its own.
    Section(SectionId),
    /// The second or a later part of a section's list.
    SectionPart {
        /// The section.
        section: SectionId,
        /// Which part, from 2.
        number: usize,
    },
    /// A folder of files that a page links to.
    Folder(RepoPath),
    /// The list of a taxonomy's terms.
    Taxonomy(usize),
    /// The list of a term's pages.
    Term {
        /// The taxonomy's place.
        taxonomy: usize,
        /// The term's place in it.
        term: usize,
        /// Which part of the list, from 1.
        number: usize,
    },
    /// A deck of slides, by its manifest.
    Deck(RepoPath),
    /// The Markdown of a chapter with the values of a deck in it, for the viewer of remark workshops.
    Fragment {
        /// The manifest of the deck.
        deck: RepoPath,
        /// The chapter.
        chapter: RepoPath,
    },
    /// A page about all chapters of a deck, for trainees.
    Book {
        /// The manifest of the deck.
        deck: RepoPath,
        /// Which of its pages.
        page: BookPage,
    },
    /// A file, copied as it is.
    Asset(RepoPath),
    /// An Atom feed.
    Feed(FeedOf),
    /// The sitemap.
    Sitemap,
    /// robots.txt.
    Robots,
    /// The page of a language for addresses that don't exist.
    NotFound(LanguageId),
    /// Another address or URL, as written in front matter.
    Redirect {
        /// The page whose front matter says so.
        page: PageId,
        /// Where to: `None` for the page itself (an alias).
        to: Option<String>,
    },
}

impl Target {
    /// Whether its bytes are made from the site and not copied from a file.
    pub fn is_rendered(&self) -> bool {
        !matches!(self, Self::Asset(_))
    }
}

/// The pages about a deck that are made for trainees, besides those of its chapters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BookPage {
    /// The list of its chapters.
    Contents,
    /// What is learned, as its notes say.
    Syllabus,
    /// The questions in its notes.
    Quiz,
}

impl BookPage {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Contents, Self::Syllabus, Self::Quiz];

    /// What its address ends with, before `.html`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Contents => "workbook",
            Self::Syllabus => "syllabus",
            Self::Quiz => "quiz",
        }
    }
}

/// What an Atom feed lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FeedOf {
    /// The newest pages of a language.
    Site(LanguageId),
    /// The newest pages in and below a section.
    Section(SectionId),
    /// The newest pages of a term.
    Term {
        /// The taxonomy's place.
        taxonomy: usize,
        /// The term's place in it.
        term: usize,
    },
}

/// Why a page is not published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Hidden {
    /// It is a draft.
    Draft,
    /// Its day has not come.
    Future,
    /// Its day is over.
    Expired,
    /// Its name, or a folder's above it, begins with `_`.
    Underscore,
    /// Another page has its address.
    Duplicate,
}

/// All addresses.
#[derive(Clone, Debug, Default)]
pub struct Routes {
    targets: BTreeMap<Route, Target>,
    /// Whether a page stands at its address, by id.
    has_page: Vec<bool>,
}

impl Routes {
    /// What stands at an address.
    pub fn get(&self, route: &Route) -> Option<&Target> {
        self.targets.get(route)
    }

    /// Whether something stands at an address.
    pub fn contains(&self, route: &Route) -> bool {
        self.targets.contains_key(route)
    }

    /// The page at an address.
    pub fn page(&self, route: &Route) -> Option<PageId> {
        match self.targets.get(route)? {
            Target::Page(page) => Some(*page),
            _ => None,
        }
    }

    /// Whether a page stands at its own address; a redirect and one that a file takes the place of don't.
    pub fn has_page(&self, page: PageId) -> bool {
        self.has_page.get(page.index()).copied().unwrap_or(false)
    }

    /// All addresses in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Route, &Target)> {
        self.targets.iter()
    }

    /// How many addresses there are.
    pub fn len(&self) -> usize {
        self.targets.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }

    /// Gives an address up.
    pub fn remove(&mut self, route: &Route) {
        if let Some(Target::Page(page)) = self.targets.remove(route) {
            self.has_page[page.index()] = false;
        }
    }

    /// The addresses of pages, each of which is that of the first page that has it: as if they were claimed one after the other, but
    /// quicker.
    pub(super) fn of_pages(targets: impl Iterator<Item = (Route, Target)>) -> Self {
        let mut targets: Vec<(Route, Target)> = targets.collect();
        targets.sort_by(|(one, _), (other, _)| one.cmp(other));
        targets.dedup_by(|(later, _), (first, _)| later == first);
        let pages: Vec<usize> = targets
            .iter()
            .filter_map(|(_, target)| if let Target::Page(page) = target { Some(page.index()) } else { None })
            .collect();
        let mut has_page = vec![false; pages.iter().max().map_or(0, |last| last + 1)];
        pages.into_iter().for_each(|page| has_page[page] = true);
        Self { targets: targets.into_iter().collect(), has_page }
    }

    /// Takes an address unless something stands there; says whether it was free.
    pub fn claim(&mut self, route: Route, target: Target) -> bool {
        match self.targets.entry(route) {
            std::collections::btree_map::Entry::Vacant(free) => {
                if let Target::Page(page) = target {
                    let n_pages = self.has_page.len().max(page.index() + 1);
                    self.has_page.resize(n_pages, false);
                    self.has_page[page.index()] = true;
                }
                free.insert(target);
                true
            }
            std::collections::btree_map::Entry::Occupied(_) => false,
        }
    }
}

/// Two files want one address: an error that names both.
pub fn duplicate(route: &Route, path: &RepoPath, other: &RepoPath) -> Diagnostic {
    Diagnostic::error("duplicate-address", format!("`{path}` and `{other}` both have the address `{route}`"))
        .at(Place::file(path))
        .related("the other file", Place::file(other))
        .hint(if slug::is_same_text(path.as_str(), other.as_str()) {
            "rename one of them: they look the same, but their accents are stored in two ways (NFC and NFD)"
        } else {
            "rename one of them"
        })
}

/// Two addresses differ in case only.
pub fn case_twin(path: &RepoPath, other: &RepoPath) -> Diagnostic {
    Diagnostic::warning("case-twin", format!("`{path}` and `{other}` differ in case only"))
        .at(Place::file(path))
        .related("the other file", Place::file(other))
        .hint("rename one of them: on disks and hosts that ignore case one hides the other")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_page_of_an_address_has_it() {
        let redirect = |at| Target::Redirect { page: PageId::at(at), to: None };
        let page = |at| Target::Page(PageId::at(at));
        let targets = [
            ("/b/", page(0)),
            ("/a/", redirect(1)),
            ("/b/", page(2)),
            ("/a/", page(3)),
            ("/", page(4)),
            ("/b/", redirect(5)),
        ];
        let targets = || targets.iter().map(|(route, target)| (Route::new(route), target.clone()));
        let mut claimed = Routes::default();
        targets().for_each(|(route, target)| {
            claimed.claim(route, target);
        });
        let routes = Routes::of_pages(targets());
        assert_eq!(routes.targets, claimed.targets);
        let have_page =
            |routes: &Routes| (0..7).map(|at| routes.has_page(PageId::at(at))).collect::<Vec<_>>();
        assert_eq!(have_page(&routes), have_page(&claimed));
        assert!(Routes::of_pages(std::iter::empty()).is_empty());
    }
}

//! [`Page`]: one page of the site, with everything that other pages may ask of it.

use std::sync::Arc;

use crate::{
    base::path::RepoPath,
    parse::{
        front_matter::{Date, FrontMatter},
        markdown::HeadingFact,
        slug,
    },
    site::{file::PageFile, route::Route},
};

/// The place of a page in [`Site::pages`](super::Site::pages).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PageId(pub u32);

impl PageId {
    /// The place as an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// One page: a Markdown file that has an address.
#[derive(Clone, Debug)]
pub struct Page {
    /// The parsed file, shared with the snapshot before this one as long as its bytes are the same.
    pub file: Arc<PageFile>,
    /// Its front matter with what its folders cascade.
    pub front: FrontMatter,
    /// Its address.
    pub route: Route,
    /// Its title: from front matter, else its first heading, else its name.
    pub title: String,
    /// Whether it is the page of its folder (`index.md`, `README.md`, ...), or of the folder of its own name.
    pub is_folder_page: bool,
}

impl Page {
    /// The file it comes from.
    pub fn path(&self) -> &RepoPath {
        &self.file.path
    }

    /// Its date, if it has one.
    pub fn date(&self) -> Option<&Date> {
        self.front.date.as_ref()
    }

    /// When it last changed, as far as its front matter says.
    pub fn updated(&self) -> Option<&Date> {
        self.front.updated.as_ref().or(self.front.date.as_ref())
    }

    /// One or two sentences about it: its description, else the beginning of its text.
    pub fn summary(&self) -> Option<&str> {
        self.front.description.as_deref().or(self.file.facts.summary.as_deref())
    }

    /// The headings of its body.
    pub fn headings(&self) -> &[HeadingFact] {
        &self.file.facts.headings
    }

    /// The id in this page that a link's fragment means, if there is one; see [`Anchors::find`](super::anchors::Anchors::find).
    pub fn anchor(&self, fragment: &str) -> Option<&str> {
        self.file.anchors().find(&self.file.facts, fragment)
    }
}

/// The title of a page without one of its own.
pub fn title_of(file: &PageFile, front: &FrontMatter, is_folder_page: bool) -> String {
    let own = front.title.as_ref().or(file.given_title.as_ref()).or(file.facts.title.as_ref());
    own.cloned().unwrap_or_else(|| {
        let folder = file.path.parent().filter(|folder| is_folder_page && !folder.is_root());
        slug::title_from_name(folder.as_ref().map_or(file.path.stem(), RepoPath::file_name))
    })
}

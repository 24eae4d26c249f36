//! [`Page`]: one page of the site, with everything that other pages may ask of it.

use std::sync::Arc;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::{
    base::path::RepoPath,
    parse::{
        front_matter::{Date, FrontMatter},
        markdown::HeadingFact,
        slug,
    },
    site::{
        HOME, anchors, file::PageFile, languages::LanguageId, route::Route, section::is_folder_page_name,
    },
};

/// The address, below a language's home page, of its page for addresses that don't exist; it is listed nowhere.
pub const NOT_FOUND: &str = "404.html";

/// The place of a page in [`Site::pages`](super::Site::pages). It holds as long as the same files are published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PageId(pub u32);

impl PageId {
    /// The place as an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }

    /// The id of the page at a place.
    pub(super) fn at(index: usize) -> Self {
        Self(u32::try_from(index).expect("a site has fewer than four thousand million pages"))
    }
}

/// One page: a Markdown file that has an address.
#[derive(Clone, Debug)]
pub struct Page {
    /// What it is known by; see [`languages`](super::languages). Without several languages it is the file's path.
    pub key: RepoPath,
    /// The language among whose pages it stands.
    pub language: LanguageId,
    /// The language that its file is written in: another one where the page isn't translated.
    pub written_in: LanguageId,
    /// The parsed file, shared with the snapshot before this one as long as its bytes are the same.
    pub file: Arc<PageFile>,
    /// Its front matter with what its folders cascade; the file's own where that is nothing.
    pub front: Arc<FrontMatter>,
    /// Its address.
    pub route: Route,
    /// Its title: from front matter, else its first heading, else its name.
    pub title: CompactString,
    /// Whether it is the page of its folder (`index.md`, `README.md`, ...), or of the folder of its own name.
    pub is_folder_page: bool,
    /// Whether it is shown for addresses that don't exist.
    pub is_not_found: bool,
}

impl Page {
    /// The file it comes from.
    pub fn path(&self) -> &RepoPath {
        &self.file.path
    }

    /// Whether it is an original that stands in place of a translation.
    pub fn is_untranslated(&self) -> bool {
        self.language != self.written_in
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
        let facts = &self.file.facts;
        anchors::exact_of_few(facts, fragment).or_else(|| self.file.anchors().find(facts, fragment))
    }
}

/// The title of a page: its own, else its name's; of a folder's page the folder's name, of the home page `Home`.
/// `root` is the folder that the keys of its language begin with.
pub fn title_of(
    file: &PageFile,
    front: &FrontMatter,
    is_folder_page: bool,
    key: &RepoPath,
    root: &RepoPath,
) -> CompactString {
    let own = front.title.as_ref().or(file.given_title.as_ref()).or(file.heading.as_ref());
    own.cloned().unwrap_or_else(|| {
        match key.parent().filter(|_| is_folder_page && is_folder_page_name(key)) {
            Some(folder) if folder == *root => HOME.into(),
            Some(folder) => slug::title_from_name(folder.file_name()).into(),
            None => slug::title_from_name(key.stem()).into(),
        }
    })
}

#[cfg(test)]
mod tests {
    use crate::{
        site::{Site, SiteOptions},
        source::Memory,
    };

    #[test]
    fn pages_without_a_heading_are_called_by_their_place() {
        let check = |files: &[&str], expected: &[&str]| {
            let source = files.iter().fold(Memory::new(), |source, path| source.file(path, "text"));
            let site = Site::load(&source, &SiteOptions::default()).expect("a source in memory");
            let titles: Vec<&str> = site.pages().iter().map(|(_, page)| page.title.as_str()).collect();
            assert_eq!(titles, expected, "{files:?}");
        };
        check(&["README.md", "guide/README.md", "guide/x.md"], &["Home", "Guide", "X"]);
        check(&["content/a/b.md", "content/index.md"], &["B", "Home"]);
        check(&["a/notes.md", "a/notes/b.md"], &["Notes", "B"]);
    }
}

//! Where a link leads: the rules by which the target of a link becomes an address of the site.
//!
//! Links are written for a forge, for a wiki or for another generator, and all should lead to the right page:
//! 1. a path from the file it stands in, as on a forge (`../b.md`, `../b`, `img/x.png`, a folder);
//! 2. the same from the content root or the repository's root, for `/a/b.md` (and for Zola's `@/a/b.md`);
//! 3. an address, relative to the page's own or absolute, as for a static site (`../b/`, `/a/b.html`);
//! 4. a path from the content root without its `/`, as Obsidian and workshop chapters have it;
//! 5. the name of a page, as in a wiki (`[[My page]]`, and `[text](My-page)` of a GitHub wiki), or of a picture or the like
//!    (`![](pic.png)` of an Obsidian vault, which keeps them in a folder of their own).
//!
//! In a site in several languages each rule finds the page in the reader's language first, and then the original
//! (`in_language`).

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};

use crate::{
    base::{media::media_type, path::RepoPath, url::with_scheme},
    site::{
        Site,
        in_language::Reader,
        languages::DEFAULT,
        names::Near,
        page::PageId,
        route::Route,
        routes::{Hidden, Target},
    },
};

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Destination {
    /// To an address of this site.
    Internal {
        /// The address.
        route: Route,
        /// The page there, if it is one.
        page: Option<PageId>,
        /// The place in the page, as its id is spelled there.
        fragment: Option<Fragment>,
    },
    /// To a folder that has files and no pages; the site shows a list of them there.
    Folder(RepoPath),
    /// To somewhere else.
    External,
    /// To nothing.
    Missing(Missing),
}

/// The part of a link behind `#`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Fragment {
    /// An id that exists, or one that can't be known (in a file that isn't a page).
    Id(String),
    /// No heading and no id of the page.
    Missing(String),
}

/// Why a link leads to nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Missing {
    /// No such file or address.
    File,
    /// No page of that name: a wiki link to a page that may still be written.
    Page(String),
    /// Something in `[[ ]]` that can't be the name of a page, such as a condition of a shell script: it is text.
    NoName,
    /// A path that leaves the site.
    Outside,
    /// A page that is there and not published.
    Hidden(Hidden),
}

impl Destination {
    /// The page that it leads to.
    pub fn page(&self) -> Option<PageId> {
        match self {
            Self::Internal { page, .. } => *page,
            _ => None,
        }
    }
}

/// What the places that links lead to depend on besides the pages there and the texts of the links; each is more than those before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Depends {
    /// Nothing: the paths of these pages are written there.
    #[default]
    OnPages,
    /// Which other files there are.
    OnFiles,
    /// All addresses and names of the site.
    OnSite,
}

/// What was asked to find where links lead.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// The keys of titles that the answers depend on.
    pub(super) titles: Vec<String>,
    /// What else they depend on.
    pub(super) depends: Depends,
}

impl Asked {
    fn on(&mut self, depends: Depends) {
        self.depends = self.depends.max(depends);
    }
}

/// How a link was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Spelling {
    /// `[text](target)`, `<a href>`, an image.
    Path,
    /// `[[target]]`, `![[target]]`.
    Wiki,
}

impl Site {
    /// Where a link leads that stands in `file`, shown on the page at `route`.
    pub fn destination(
        &self,
        spelling: Spelling,
        target: &str,
        file: &RepoPath,
        route: &Route,
    ) -> Destination {
        self.destination_asking(spelling, target, file, route, &mut Asked::default())
    }

    /// Whether a link finds its page by a title or an alias, and not by the name of a file.
    pub fn goes_by_title(&self, spelling: Spelling, target: &str, file: &RepoPath, route: &Route) -> bool {
        let mut asked = Asked::default();
        let found = self.destination_asking(spelling, target, file, route, &mut asked);
        !asked.titles.is_empty() && matches!(found, Destination::Internal { .. })
    }

    /// As [`Self::destination`]; `asked` gets what the answer depends on.
    pub(super) fn destination_asking(
        &self,
        spelling: Spelling,
        target: &str,
        file: &RepoPath,
        route: &Route,
        asked: &mut Asked,
    ) -> Destination {
        let target = target.trim();
        if spelling == Spelling::Path && is_external(target) {
            return Destination::External;
        }
        let (path, fragment) = match target.split_once('#') {
            Some((path, fragment)) => (path, Some(fragment)),
            None => (target, None),
        };
        match spelling {
            Spelling::Path => {
                let path = path.split('?').next().unwrap_or(path);
                self.path_destination(&decode(path), fragment, file, route, asked)
            }
            Spelling::Wiki => self.wiki_destination(path.trim(), fragment, file, route, asked),
        }
    }

    fn path_destination(
        &self,
        path: &str,
        fragment: Option<&str>,
        file: &RepoPath,
        route: &Route,
        asked: &mut Asked,
    ) -> Destination {
        if path.is_empty() {
            return self.own_part(route, fragment, asked);
        }
        let path = path.strip_prefix('@').filter(|path| path.starts_with('/')).unwrap_or(path);
        let reader = self.reader(file, route);
        let starts = match path.strip_prefix('/') {
            Some(rest) => [self.content().resolve(rest), RepoPath::root().resolve(rest)],
            None => [file.resolve_beside(path), None],
        };
        let is_outside = starts.iter().all(Option::is_none);
        for start in starts.into_iter().flatten() {
            if let Some(destination) = self.file_destination(&start, fragment, reader, asked) {
                return destination;
            }
            asked.on(Depends::OnSite);
        }
        asked.on(Depends::OnSite);
        if let Some(found) = self.address(path, route) {
            return self.internal(found, fragment);
        }
        let from_content = self.content().resolve(path);
        if let Some(found) =
            from_content.and_then(|start| self.file_destination(&start, fragment, reader, asked))
        {
            return found;
        }
        if !path.contains('/')
            && let Some(found) = self.called(path, fragment, file, reader, asked)
        {
            return found;
        }
        let hidden = file.resolve_beside(path).and_then(|path| self.hidden(&path));
        Destination::Missing(match hidden {
            Some(hidden) => Missing::Hidden(hidden),
            None if is_outside => Missing::Outside,
            None => Missing::File,
        })
    }

    /// What a link without a folder calls by its name: a page, or a picture or the like, wherever it is.
    fn called(
        &self,
        name: &str,
        fragment: Option<&str>,
        file: &RepoPath,
        reader: Reader,
        asked: &mut Asked,
    ) -> Option<Destination> {
        if let Some(page) = self.page_called(name, file, reader, asked) {
            return Some(self.internal_page(page, fragment, asked));
        }
        let folder = file.parent().unwrap_or_else(RepoPath::root);
        let path = self.names().file(name, &folder).filter(|_| is_medium(name))?;
        Some(self.internal(self.asset_for(path, reader)?, fragment))
    }

    /// The file, page or folder at a path, with or without its extension.
    fn file_destination(
        &self,
        path: &RepoPath,
        fragment: Option<&str>,
        reader: Reader,
        asked: &mut Asked,
    ) -> Option<Destination> {
        if let Some(found) = self.at_file(path, fragment, reader, asked) {
            return Some(found);
        }
        let spelled: Vec<String> = match path.extension() {
            Some(ext) if ext.eq_ignore_ascii_case("html") || ext.eq_ignore_ascii_case("htm") => {
                let stem = &path.as_str()[..path.as_str().len() - ext.len() - 1];
                vec![format!("{stem}.md")]
            }
            _ => vec![format!("{path}.md"), format!("{path}.markdown"), format!("{path}.mdx")],
        };
        for path in spelled.iter().filter_map(|path| RepoPath::new(path)) {
            if let Some(found) = self.at_file(&path, fragment, reader, asked) {
                return Some(found);
            }
            asked.on(Depends::OnSite);
        }
        let folder = path.parent().filter(|_| path.file_name() == "index.html");
        let folder = folder.as_ref().unwrap_or(path);
        if let Some(section) = self.section_for(folder, reader) {
            let section = self.sections().get(section);
            return Some(match section.page {
                Some(page) => self.internal_page(page, fragment, asked),
                None => self.internal(section.route.clone(), fragment),
            });
        }
        let has_files = path.is_within(self.content()) && self.has_files_below(path);
        has_files.then(|| Destination::Folder(path.clone()))
    }

    /// The page or another file at exactly a path, or what stands for it in the reader's language.
    fn at_file(
        &self,
        path: &RepoPath,
        fragment: Option<&str>,
        reader: Reader,
        asked: &mut Asked,
    ) -> Option<Destination> {
        if let Some(page) = self.page_for(path, reader) {
            return Some(self.internal_page(page, fragment, asked));
        }
        asked.on(Depends::OnFiles);
        self.asset_for(path, reader).map(|route| self.internal(route, fragment))
    }

    /// An address of the site that `path` means when it is followed from `route` in a browser. Folders of files have one
    /// only because other links name them, so they don't count.
    fn address(&self, path: &str, route: &Route) -> Option<Route> {
        let absolute = match path.strip_prefix(self.base_path()) {
            Some(rest) if path.starts_with('/') && rest.starts_with('/') => rest.to_owned(),
            _ if path.starts_with('/') => path.to_owned(),
            _ => {
                let folder = RepoPath::new(route.folder().trim_matches('/'))?;
                let end = if path.ends_with('/') { "/" } else { "" };
                format!("/{}{end}", folder.resolve(path)?)
            }
        };
        let stem = absolute.trim_end_matches("index.html").trim_end_matches(".html");
        let stem = stem.trim_end_matches('/');
        [absolute.clone(), format!("{stem}/"), format!("{stem}.html")]
            .iter()
            .map(|address| Route::new(address))
            .flat_map(|address| {
                let in_default = self.languages.route_in(&address, DEFAULT);
                let is_other =
                    self.languages.are_several() && !path.starts_with('/') && in_default != address;
                std::iter::once(address).chain(Some(in_default).filter(|_| is_other))
            })
            .find(|route| !matches!(self.routes().get(route), None | Some(Target::Folder(_))))
    }

    fn wiki_destination(
        &self,
        name: &str,
        fragment: Option<&str>,
        file: &RepoPath,
        route: &Route,
        asked: &mut Asked,
    ) -> Destination {
        // Obsidian writes nested headings as `#Part#Detail`; the last one is meant. `#^id` is a block, not a heading.
        let fragment = fragment.and_then(|fragment| fragment.rsplit('#').next());
        let fragment = fragment.filter(|fragment| !fragment.starts_with('^'));
        if name.is_empty() {
            return self.own_part(route, fragment, asked);
        }
        asked.on(Depends::OnSite);
        let folder = file.parent().unwrap_or_else(RepoPath::root);
        let reader = self.reader(file, route);
        if let Some(page) = self.page_called(name, file, reader, asked) {
            return self.internal_page(page, fragment, asked);
        }
        let near =
            folder.resolve(name).and_then(|path| self.file_destination(&path, fragment, reader, asked));
        if let Some(destination) = near {
            return destination;
        }
        if let Some(path) = self.names().file(name, &folder)
            && let Some(route) = self.asset_for(path, reader)
        {
            return self.internal(route, fragment);
        }
        if is_external(name) {
            return Destination::External;
        }
        if !is_page_name(name) {
            return Destination::Missing(Missing::NoName);
        }
        Destination::Missing(if is_medium(name) { Missing::File } else { Missing::Page(name.to_owned()) })
    }

    /// The page that a name means in a file.
    fn page_called(&self, name: &str, file: &RepoPath, reader: Reader, asked: &mut Asked) -> Option<PageId> {
        let folder = file.parent().unwrap_or_else(RepoPath::root);
        let located = self.languages.locate_folder(&folder);
        let folder = self.languages.counterpart(&located.key, located.language, reader.language);
        let near = Near { folder: &folder, language: reader.language, languages: &self.languages };
        let found = self.names().page(name, near, self.pages(), &mut asked.titles)?;
        let translated = self.translations.in_language(found, reader.language);
        Some(translated.filter(|_| self.page(found).language == DEFAULT).unwrap_or(found))
    }

    fn internal(&self, route: Route, fragment: Option<&str>) -> Destination {
        let page = self.routes().page(&route);
        self.internal_at(route, page, fragment)
    }

    /// A part of the page at an address itself.
    fn own_part(&self, route: &Route, fragment: Option<&str>, asked: &mut Asked) -> Destination {
        let page = self.routes().page(route);
        asked.on(if page.is_some() { Depends::OnPages } else { Depends::OnSite });
        self.internal_at(route.clone(), page, fragment)
    }

    fn internal_page(&self, page: PageId, fragment: Option<&str>, asked: &mut Asked) -> Destination {
        let at = self.routes().has_page(page).then_some(page);
        asked.on(if at.is_some() { Depends::OnPages } else { Depends::OnSite });
        self.internal_at(self.page(page).route.clone(), at, fragment)
    }

    fn internal_at(&self, route: Route, page: Option<PageId>, fragment: Option<&str>) -> Destination {
        let fragment = fragment.filter(|fragment| !fragment.is_empty()).map(|written| {
            let decoded = decode(written).into_owned();
            let is_certain = matches!(decoded.as_str(), "top") || decoded.starts_with(":~:");
            match page.map(|page| self.page(page).anchor(&decoded)) {
                Some(Some(id)) => Fragment::Id(id.to_owned()),
                Some(None) if !is_certain => Fragment::Missing(decoded),
                _ => Fragment::Id(decoded),
            }
        });
        Destination::Internal { route, page, fragment }
    }
}

/// The file that a page would be that links in a file call by a name: beside that file, or from the content root on.
pub fn path_of_wanted(content: &RepoPath, name: &str, file: &RepoPath) -> Option<RepoPath> {
    let stem = name.trim().trim_end_matches('/');
    let stem = stem.strip_suffix(".md").unwrap_or(stem);
    let folder = if stem.starts_with('/') { content.clone() } else { file.parent()? };
    folder.resolve(&format!("{}.md", stem.trim_start_matches('/')))
}

/// What to write when the address of another site was meant.
pub fn other_site(target: &str) -> Option<String> {
    with_scheme(target).map(|address| format!("for another site write `{address}`"))
}

/// Whether a target has a scheme or a host of its own.
pub fn is_external(target: &str) -> bool {
    if target.starts_with("//") {
        return true;
    }
    let Some((scheme, _)) = target.split_once(':') else { return false };
    scheme.len() > 1
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '.' | '-'))
}

/// Whether a name is that of a picture or the like and not of a page still to be written; `Node.js` may be a page.
fn is_medium(name: &str) -> bool {
    let media_type = media_type(name);
    ["image/", "audio/", "video/", "application/pdf"].iter().any(|kind| media_type.starts_with(kind))
}

/// Whether a page could be called that; `[[ -f "$file" ]]` is a test in a shell script, and `[[_TOC_]]` is where other
/// wikis put a table of contents.
fn is_page_name(name: &str) -> bool {
    !name.eq_ignore_ascii_case("_TOC_")
        && name.starts_with(|c: char| {
            c.is_alphanumeric() || matches!(c, '(' | '@' | '¿' | '¡' | '_' | '/' | '.')
        })
        && !name.contains(['"', '$', '\\', '=', '<', '>', '`', '~', '{', '}'])
        && name.contains(char::is_alphanumeric)
}

fn decode(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8().unwrap_or(Cow::Borrowed(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_pages_are_told_from_other_things_in_brackets() {
        for name in ["Home", "Node.js", "_draft", "¿Qué?", "../a", "日本"] {
            assert!(is_page_name(name) && !is_medium(name), "{name}");
        }
        for name in ["_TOC_", "-f \"$file\"", "$x == y", "...", ""] {
            assert!(!is_page_name(name), "{name}");
        }
        for name in ["a.png", "b/talk.pdf", "x.MP4"] {
            assert!(is_medium(name), "{name}");
        }
    }
}

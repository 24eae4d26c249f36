//! [`Names`]: finding a page or a file by what people call it, for wiki links.
//!
//! Obsidian, Gollum and GitHub wikis agree that `[[My page]]` means the page of that name wherever it is, and that
//! case, spaces, `-` and `_` do not matter. Of several candidates the one nearest to the link wins.

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    base::{path::RepoPath, persistent::HashMap},
    parse::slug,
    site::{
        languages::{DEFAULT, LanguageId, Languages},
        page::{Page, PageId},
        pages::Pages,
        section::is_folder_page_name,
    },
    source::Listing,
};
use foldhash::HashMap as Map;

/// How many pages or files of one name are compared, on either side of the link's own folder in the order of paths.
/// Ten thousand folders with a `README.md` that mentions another would cost the square of them.
const MAX_NEIGHBOURS: usize = 100;

/// The names of all pages and files.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    paths: Arc<Paths>,
    /// Pages by the keys of their titles and aliases, in the order of their paths.
    by_title: HashMap<String, Vec<PageId>>,
}

/// Names that follow from paths.
#[derive(Debug, Default)]
struct Paths {
    /// Pages by the path of their file.
    by_path: Map<String, PageId>,
    /// Pages of folders by the path of the folder.
    by_folder: Map<String, PageId>,
    /// Pages by the last part of those paths and by the last two, in the order of their paths.
    by_name: Map<String, Vec<PageId>>,
    by_folder_name: Map<String, Vec<PageId>>,
    files: Map<String, Vec<RepoPath>>,
}

/// Where a name is written.
#[derive(Clone, Copy)]
pub(super) struct Near<'a> {
    /// The folder, as keys have it in the language of the page that shows the name.
    pub(super) folder: &'a RepoPath,
    pub(super) language: LanguageId,
    pub(super) languages: &'a Languages,
}

impl Near<'_> {
    /// The key that a path from this folder means, then those from the roots, and the same in the default language.
    fn keys(&self, name: &str) -> Vec<String> {
        let Self { folder, language, languages } = *self;
        let below_content = |folder: &RepoPath| {
            folder.relative_to(languages.content()).and_then(RepoPath::new).unwrap_or_default()
        };
        let mut folders = vec![below_content(folder), below_content(languages.root(language))];
        if languages.are_several() {
            folders
                .extend([below_content(&languages.counterpart(folder, language, DEFAULT)), RepoPath::root()]);
            if name.starts_with('/') {
                folders.remove(0);
            }
        }
        let name = if languages.are_several() { name.trim_start_matches('/') } else { name };
        folders.iter().filter_map(|folder| folder.resolve(name)).map(|key| path_key(key.as_str())).collect()
    }

    /// The languages in which a page is looked for, one after the other; `None` for any.
    fn passes(&self) -> impl Iterator<Item = Option<LanguageId>> {
        let several = [Some(self.language), Some(DEFAULT), None];
        several.into_iter().skip(if self.languages.are_several() { 0 } else { 2 })
    }
}

impl Names {
    /// Indexes pages by path, file name, title and alias, and other files by file name.
    pub(super) fn build(pages: &Pages, listing: &Listing, content: &RepoPath) -> Self {
        let (paths, by_title) = rayon::join(|| Paths::build(pages, listing, content), || by_title(pages));
        Self { paths: Arc::new(paths), by_title }
    }

    /// Follows another title of a page, and gives the keys that now mean something else.
    pub(super) fn retitle(&mut self, id: PageId, old: &Page, new: &Page) -> Vec<String> {
        let (old, new) = (title_keys(old), title_keys(new));
        for key in old.difference(&new) {
            let list = self.by_title.get_mut(key).expect("a page's title is a key");
            list.retain(|&other| other != id);
            if list.is_empty() {
                self.by_title.remove(key);
            }
        }
        for key in new.difference(&old) {
            let list = self.by_title.entry(key.clone()).or_default();
            // Ids are in the order of keys.
            list.insert(list.partition_point(|&other| other < id), id);
        }
        old.symmetric_difference(&new).cloned().collect()
    }

    /// The page that `name` means where it is written: first of all one in the language of the page there.
    ///
    /// The order: a path from the folder, a path from the content root, a file name (or the end of a path)
    /// anywhere, the same for folders, a title or alias anywhere. `[[Obsidian]]` is `Obsidian/Obsidian.md` rather than
    /// `Obsidian/Index.md`, since in Obsidian only files have names.
    ///
    /// Where titles had to be asked, the key is noted in `asked`: another title may give another answer.
    pub(super) fn page(
        &self,
        name: &str,
        near: Near<'_>,
        pages: &Pages,
        asked: &mut Vec<String>,
    ) -> Option<PageId> {
        let name = strip_markdown_extension(name.trim());
        let content = near.languages.content();
        let keys = near.keys(name);
        let end = path_key(name.trim_matches('/'));
        let at_path = |paths: &Map<String, PageId>| keys.iter().find_map(|key| paths.get(key).copied());
        let nearest = |candidates: &[PageId], fits: &dyn Fn(&Page) -> bool| {
            let page = |at: usize| pages.get(candidates[at]);
            let in_pass = |language: Option<LanguageId>| {
                let is_wanted =
                    |at| language.is_none_or(|wanted| page(at).language == wanted) && fits(page(at));
                nearest_to(candidates.len(), near.folder, |at| &page(at).key, is_wanted)
            };
            near.passes().find_map(in_pass).map(|at| candidates[at])
        };
        let ending = |names: &Map<String, Vec<PageId>>, key_of: fn(&Page, &RepoPath) -> String| {
            nearest(names.get(end_of(&end))?, &|page| ends_with(&key_of(page, content), &end))
        };
        let of_file = || ending(&self.paths.by_name, file_key);
        let of_folder = || at_path(&self.paths.by_folder);
        let found = at_path(&self.paths.by_path);
        let found = if name.contains('/') {
            found.or_else(of_folder).or_else(of_file)
        } else {
            found.or_else(of_file).or_else(of_folder)
        };
        found.or_else(|| ending(&self.paths.by_folder_name, folder_key)).or_else(|| {
            let key = slug::wiki_key(name);
            let candidates = self.by_title.get(&key);
            asked.push(key);
            nearest(candidates?, &|_| true)
        })
    }

    /// The file (an image, a PDF) that `name` means when written in a file of `folder`.
    pub(super) fn file(&self, name: &str, folder: &RepoPath) -> Option<&RepoPath> {
        let end = name.trim_start_matches('/').to_lowercase();
        let candidates = self.paths.files.get(end_of(&end))?;
        let fits = |at: usize| ends_with(&candidates[at].as_str().to_lowercase(), &end);
        nearest_to(candidates.len(), folder, |at| &candidates[at], fits).map(|at| &candidates[at])
    }

    /// The names of all pages, for hints.
    pub(super) fn page_names(&self) -> impl Iterator<Item = &str> {
        let names = self.paths.by_name.keys().chain(self.paths.by_folder_name.keys());
        names.map(String::as_str).filter(|name| !name.is_empty() && !name.contains('/'))
    }
}

impl Paths {
    fn build(pages: &Pages, listing: &Listing, content: &RepoPath) -> Self {
        let mut paths = Self::default();
        for (id, page) in pages.iter() {
            paths.add_page(id, page, content);
        }
        for path in listing.entries.keys().filter(|path| path.is_within(content) && !path.is_markdown()) {
            for end in ends(&path.as_str().to_lowercase()) {
                paths.files.entry(end.to_owned()).or_default().push(path.clone());
            }
        }
        paths
    }

    fn add_page(&mut self, id: PageId, page: &Page, content: &RepoPath) {
        let key = file_key(page, content);
        for end in ends(&key) {
            self.by_name.entry(end.to_owned()).or_default().push(id);
        }
        self.by_path.insert(key, id);
        if page.is_folder_page && is_folder_page_name(&page.key) {
            let key = folder_key(page, content);
            for end in ends(&key) {
                self.by_folder_name.entry(end.to_owned()).or_default().push(id);
            }
            self.by_folder.insert(key, id);
        }
    }
}

fn by_title(pages: &Pages) -> HashMap<String, Vec<PageId>> {
    let mut by_title: HashMap<String, Vec<PageId>> = HashMap::new();
    for (id, page) in pages.iter() {
        for key in title_keys(page) {
            by_title.entry(key).or_default().push(id);
        }
    }
    by_title
}

/// What a page is called besides its path.
fn title_keys(page: &Page) -> BTreeSet<String> {
    let aliases = page.front.aliases.iter().flatten().map(String::as_str);
    std::iter::once(page.title.as_str()).chain(aliases).map(slug::wiki_key).collect()
}

/// The key of a page's file.
fn file_key(page: &Page, content: &RepoPath) -> String {
    let path = page.key.relative_to(content).unwrap_or(page.key.as_str());
    path_key(strip_markdown_extension(path))
}

/// The key of the folder that a page is the page of.
fn folder_key(page: &Page, content: &RepoPath) -> String {
    let path = page.key.relative_to(content).unwrap_or(page.key.as_str());
    path_key(path.rfind('/').map_or("", |at| &path[..at]))
}

/// The last part of a path, and its last two parts if it has as many.
fn ends(path: &str) -> impl Iterator<Item = &str> {
    let last = path.rfind('/').map_or(path, |at| &path[at + 1..]);
    let two = Some(end_of(path)).filter(|two| two.len() > last.len());
    std::iter::once(last).chain(two)
}

/// Whether `path` is `end`, or ends with `/` and it.
fn ends_with(path: &str, end: &str) -> bool {
    path.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
}

/// The last two parts of a path, or its only one.
fn end_of(path: &str) -> &str {
    path.rmatch_indices('/').nth(1).map_or(path, |(at, _)| &path[at + 1..])
}

fn path_key(path: &str) -> String {
    path.split('/').map(slug::wiki_key).collect::<Vec<_>>().join("/")
}

fn strip_markdown_extension(name: &str) -> &str {
    [".md", ".markdown"]
        .iter()
        .find_map(|ext| {
            let stem = name.len().checked_sub(ext.len()).filter(|&at| name.is_char_boundary(at))?;
            name[stem..].eq_ignore_ascii_case(ext).then(|| &name[..stem])
        })
        .unwrap_or(name)
}

/// Which of `n` candidates that fit is nearest; they are in the order of their paths, and of equally near ones the
/// first is taken.
fn nearest_to<'p>(
    n: usize,
    folder: &RepoPath,
    path_of: impl Fn(usize) -> &'p RepoPath,
    fits: impl Fn(usize) -> bool,
) -> Option<usize> {
    let (mut place, mut end) = (0, n);
    while place < end {
        let middle = place.midpoint(end);
        if path_of(middle) < folder { place = middle + 1 } else { end = middle }
    }
    let near = place.saturating_sub(MAX_NEIGHBOURS)..(place + MAX_NEIGHBOURS).min(n);
    near.filter(|&at| fits(at)).min_by_key(|&at| distance(path_of(at), folder))
}

/// How many folders lie between a file and a folder, up and down.
fn distance(path: &RepoPath, folder: &RepoPath) -> usize {
    let parent = path.parent().unwrap_or_else(RepoPath::root);
    let n_shared = parent.parts().zip(folder.parts()).take_while(|(a, b)| a == b).count();
    parent.parts().count() + folder.parts().count() - 2 * n_shared
}

#[cfg(test)]
mod tests {
    use crate::{
        base::path::RepoPath,
        site::{
            Site, SiteOptions,
            resolve::{Destination, Spelling},
        },
        source::Memory,
    };

    fn site(paths: &[&str]) -> Site {
        let source = paths.iter().fold(Memory::new(), |source, path| source.file(path, "# Same"));
        Site::load(&source, &SiteOptions::default()).expect("a source in memory")
    }

    fn check(site: &Site, file: &str, name: &str, expected: &str) {
        let file = RepoPath::new(file).expect("a normal path");
        let route = site.route_of_file(&file).expect("a page");
        let found = match site.destination(Spelling::Wiki, name, &file, &route) {
            Destination::Internal { route, .. } => route.to_string(),
            other => format!("{other:?}"),
        };
        assert_eq!(found, expected, "`{name}` in `{file}`");
    }

    #[test]
    fn names_mean_files_before_folders() {
        let site =
            site(&["en/Obsidian/Index.md", "en/Obsidian/Obsidian.md", "en/How to/x.md", "guide/README.md"]);
        check(&site, "en/How to/x.md", "Obsidian", "/en/Obsidian/Obsidian/");
        check(&site, "en/How to/x.md", "en/Obsidian", "/en/Obsidian/");
        check(&site, "en/How to/x.md", "guide", "/guide/");
        check(&site, "en/How to/x.md", "Guide/readme", "/guide/");
    }

    #[test]
    fn pictures_of_a_vault_are_found_by_their_names() {
        let site = site(&["en/Bases/a.md", "en/Attachments/base view.png", "en/Attachments/notes.txt"]);
        let lead = |spelling, target: &str| {
            let file = RepoPath::new("en/Bases/a.md").expect("a normal path");
            let route = site.route_of_file(&file).expect("a page");
            match site.destination(spelling, target, &file, &route) {
                Destination::Internal { route, .. } => route.to_string(),
                other => format!("{other:?}"),
            }
        };
        let found = "/en/Attachments/base view.png";
        assert_eq!(lead(Spelling::Wiki, "base view.png"), found);
        assert_eq!(lead(Spelling::Path, "base%20view.png#interface"), found);
        for target in ["x/base%20view.png", "notes.txt", "other.png"] {
            assert_eq!(lead(Spelling::Path, target), "Missing(File)", "{target} may be a mistake");
        }
    }

    #[test]
    fn the_nearest_of_many_names_is_found() {
        let paths: Vec<String> = (0..2_000).map(|at| format!("f{at:04}/g/README.md")).collect();
        let mut paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        paths.extend(["f1500/x.md", "f1500/pic.png"]);
        let site = site(&paths);
        for name in ["readme", "g/readme", "g", "Same"] {
            let expected = if name == "Same" { "/f1500/x/" } else { "/f1500/g/" };
            check(&site, "f1500/x.md", name, expected);
        }
        check(&site, "f1999/g/README.md", "PIC.png", "/f1500/pic.png");
        check(&site, "f1999/g/README.md", "f1500/pic.png", "/f1500/pic.png");
    }
}

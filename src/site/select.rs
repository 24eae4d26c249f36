//! Which files become pages: folder pages, cascaded front matter, drafts and days, one page an address.

use std::{
    collections::{BTreeMap, hash_map::Entry},
    sync::Arc,
};

use foldhash::{HashMap, HashMapExt as _, HashSet};
use rayon::prelude::*;

use crate::{
    base::{
        diagnostic::{Diagnostic, Place},
        path::RepoPath,
    },
    parse::front_matter::FrontMatter,
    site::{
        Site,
        file::PageFile,
        page::{self, NOT_FOUND, Page},
        pages::Pages,
        route::Route,
        routes::{self, Hidden},
        section::folder_page_rank,
    },
};

/// The page for addresses that don't exist, if the author writes it.
const NOT_FOUND_PAGE: &str = "404.md";

/// The front matter with a `cascade` of the pages of folders, by folder.
pub(super) type Cascades = HashMap<RepoPath, Arc<FrontMatter>>;

/// What [`select`] found.
#[derive(Default)]
pub(super) struct Selection {
    pub(super) pages: Vec<Arc<Page>>,
    pub(super) cascades: Cascades,
    pub(super) hidden: BTreeMap<RepoPath, Hidden>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Picks the published pages of a site whose files are parsed.
pub(super) fn select(site: &Site, former: &Site) -> Selection {
    let mut selection = Selection::default();
    let folder_pages = folder_pages(site, &mut selection);
    selection.cascades = cascades(site, &folder_pages);
    let own: HashSet<&RepoPath> = folder_pages.values().copied().collect();
    let is_alike = site.content == former.content
        && site.config.url == former.config.url
        && selection.cascades == *former.cascades;
    let former = if is_alike { &former.pages } else { &Pages::default() };
    let files: Vec<&Arc<PageFile>> = site.files.iter().collect();
    let candidates: Vec<(Arc<Page>, Option<Hidden>)> = files
        .into_par_iter()
        .filter(|file| !selection.hidden.contains_key(&file.path))
        .map(|file| candidate(site, former, &selection.cascades, file, own.contains(&file.path)))
        .collect();
    // By the file that holds it: `/` and `/index.html` are one.
    let mut by_output: HashMap<String, usize> = HashMap::with_capacity(candidates.len());
    for (page, hidden) in candidates {
        if let Some(hidden) = hidden {
            selection.hidden.insert(page.path().clone(), hidden);
            continue;
        }
        match by_output.entry(page.route.output_path()) {
            Entry::Occupied(other) => {
                let other = selection.pages[*other.get()].path();
                selection.diagnostics.push(routes::duplicate(&page.route, page.path(), other));
                selection.hidden.insert(page.path().clone(), Hidden::Duplicate);
            }
            Entry::Vacant(free) => {
                free.insert(selection.pages.len());
                selection.pages.push(page);
            }
        }
    }
    selection.diagnostics.extend(case_twins(&selection.pages));
    selection
}

/// What a file is as a page, and why not: the same as in a former site, whose pages have the same rules.
fn candidate(
    site: &Site,
    former: &Pages,
    cascades: &Cascades,
    file: &Arc<PageFile>,
    is_folder_page: bool,
) -> (Arc<Page>, Option<Hidden>) {
    let same = former.of_file(&file.path).map(|id| former.shared(id));
    let same = same.filter(|page| Arc::ptr_eq(&page.file, file) && page.is_folder_page == is_folder_page);
    let page = same.cloned().unwrap_or_else(|| {
        let front = cascaded(cascades, &file.path, &file.front);
        let route = route_of(site, &file.path, is_folder_page);
        let title = page::title_of(file, &front, is_folder_page, site.content());
        Arc::new(Page { file: Arc::clone(file), front, route, title, is_folder_page })
    });
    let hidden = hidden(site, &file.path, &page.front);
    (page, hidden)
}

/// A page after a change of its file, which keeps its address; `None` when it is no longer published.
pub(super) fn changed_page(site: &Site, page: &Page, file: &Arc<PageFile>) -> Option<Page> {
    let front = cascaded(&site.cascades, &file.path, &file.front);
    if hidden(site, &file.path, &front).is_some() {
        return None;
    }
    let title = page::title_of(file, &front, page.is_folder_page, site.content());
    Some(Page { file: Arc::clone(file), front, title, route: page.route.clone(), ..*page })
}

/// The page of each folder that has one. A second `index` is reported; `README` and `Home` may be pages beside it.
fn folder_pages<'a>(site: &'a Site, selection: &mut Selection) -> HashMap<RepoPath, &'a RepoPath> {
    let mut candidates: BTreeMap<&str, Vec<(usize, &RepoPath)>> = BTreeMap::new();
    let mut folders: HashSet<&str> = HashSet::default();
    let files = site.files.iter().map(|file| &file.path).filter(|path| !is_underscored(path, site.content()));
    let files: Vec<(&RepoPath, Option<usize>)> = files.map(|path| (path, folder_page_rank(path))).collect();
    let mut last = None;
    for &(path, rank) in &files {
        let folder = folder_name(path);
        if let Some(rank) = rank {
            candidates.entry(folder).or_default().push((rank, path));
        }
        if last != Some(folder) {
            last = Some(folder);
            folders.insert(folder);
        }
    }
    let mut found = HashMap::new();
    for mut names in candidates.into_values() {
        names.sort();
        let (_, first) = names[0];
        for (_, other) in names.iter().skip(1).filter(|(_, other)| other.file_name().starts_with('_')) {
            selection.hidden.insert((*other).clone(), Hidden::Duplicate);
            selection.diagnostics.push(
                Diagnostic::warning(
                    "two-folder-pages",
                    format!("`{other}` is not used: `{first}` is the page of the folder"),
                )
                .at(Place::file(other))
                .hint("merge the two files"),
            );
        }
        found.insert(first.parent().unwrap_or_default(), first);
    }
    for (path, _) in files.into_iter().filter(|(_, rank)| rank.is_none()) {
        // A note named like the folder beside it is that folder's page, as in Obsidian and mdBook.
        let name = path.as_str();
        let folder = name.rfind('.').map_or(name, |dot| &name[..dot]);
        if folders.contains(folder)
            && let Some(folder) = RepoPath::new(folder)
        {
            found.entry(folder).or_insert(path);
        }
    }
    found
}

fn cascades(site: &Site, folder_pages: &HashMap<RepoPath, &RepoPath>) -> Cascades {
    let fronts =
        folder_pages.iter().filter_map(|(folder, page)| Some((folder, &site.files.get(page)?.front)));
    let fronts = fronts.filter(|(_, front)| front.cascade.is_some());
    fronts.map(|(folder, front)| (folder.clone(), Arc::clone(front))).collect()
}

fn folder_name(path: &RepoPath) -> &str {
    path.as_str().rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A page's front matter with the `cascade` of its folders, the nearest first.
fn cascaded(cascades: &Cascades, path: &RepoPath, own: &Arc<FrontMatter>) -> Arc<FrontMatter> {
    let mut front = Arc::clone(own);
    let mut folder = path.parent().filter(|_| !cascades.is_empty());
    while let Some(current) = folder {
        if let Some(cascade) = cascades.get(&current).and_then(|front| front.cascade.as_deref()) {
            front = Arc::new(Arc::unwrap_or_clone(front).or(cascade));
        }
        folder = current.parent();
    }
    front
}

fn hidden(site: &Site, path: &RepoPath, front: &FrontMatter) -> Option<Hidden> {
    if is_underscored(path, site.content()) {
        return Some(Hidden::Underscore);
    }
    if front.draft == Some(true) && !site.options.drafts {
        return Some(Hidden::Draft);
    }
    let today = site.options.today.as_ref()?;
    let day = front.publish.as_ref().or(front.date.as_ref());
    if day.is_some_and(|day| day.day() > today.day()) && !site.options.future {
        return Some(Hidden::Future);
    }
    front.expire.as_ref().is_some_and(|day| day.day() <= today.day()).then_some(Hidden::Expired)
}

/// Whether a name on the way to a page begins with `_`; `_index.md` is a folder's page.
fn is_underscored(path: &RepoPath, content: &RepoPath) -> bool {
    let relative = path.relative_to(content).unwrap_or(path.as_str());
    let (folder, name) = relative.rsplit_once('/').unwrap_or(("", relative));
    let is_index = folder_page_rank(path).is_some();
    folder.split('/').any(|part| part.starts_with('_')) || (name.starts_with('_') && !is_index)
}

fn route_of(site: &Site, path: &RepoPath, is_folder_page: bool) -> Route {
    let relative = path.relative_to(site.content()).and_then(RepoPath::new).unwrap_or_else(|| path.clone());
    if relative.as_str() == NOT_FOUND_PAGE {
        return Route::new(NOT_FOUND);
    }
    match folder_page_rank(path) {
        Some(_) if is_folder_page => Route::of_folder(&relative.parent().unwrap_or_else(RepoPath::root)),
        _ => Route::of_page(&relative, site.config().url),
    }
}

fn case_twins(pages: &[Arc<Page>]) -> Vec<Diagnostic> {
    let has_capitals = |page: &Arc<Page>| page.route.as_str().contains(char::is_uppercase);
    if !pages.par_iter().any(has_capitals) {
        return Vec::new();
    }
    let lowercase: Vec<String> = pages.par_iter().map(|page| page.route.as_str().to_lowercase()).collect();
    let mut seen: HashMap<String, &Page> = HashMap::with_capacity(pages.len());
    let mut twins = Vec::new();
    for (page, lowercase) in pages.iter().zip(lowercase) {
        if let Some(other) = seen.insert(lowercase, page) {
            twins.push(routes::case_twin(page.path(), other.path()));
        }
    }
    twins
}

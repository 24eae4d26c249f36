//! Which files become pages: folder pages, cascaded front matter, drafts and days, one page an address.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use crate::{
    base::{
        diagnostic::{Diagnostic, Place},
        path::RepoPath,
    },
    parse::front_matter::FrontMatter,
    site::{
        Site,
        page::{self, NOT_FOUND, Page},
        route::Route,
        routes::{self, Hidden},
        section::folder_page_rank,
    },
};

/// The page for addresses that don't exist, if the author writes it.
const NOT_FOUND_PAGE: &str = "404.md";

/// What [`select`] found.
#[derive(Default)]
pub(super) struct Selection {
    pub(super) pages: Vec<Page>,
    pub(super) hidden: BTreeMap<RepoPath, Hidden>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Picks the published pages of a site whose files are parsed.
pub(super) fn select(site: &Site) -> Selection {
    let mut selection = Selection::default();
    let folder_pages = folder_pages(site, &mut selection);
    let own: BTreeSet<&RepoPath> = folder_pages.values().copied().collect();
    let mut by_route: HashMap<Route, RepoPath> = HashMap::new();
    for (path, file) in &site.files {
        if selection.hidden.contains_key(path) {
            continue;
        }
        let front = cascaded(site, &folder_pages, path, &file.front);
        if let Some(hidden) = hidden(site, path, &front) {
            selection.hidden.insert(path.clone(), hidden);
            continue;
        }
        let is_folder_page = own.contains(path);
        let route = route_of(site, path, is_folder_page);
        if let Some(other) = by_route.get(&route) {
            selection.diagnostics.push(routes::duplicate(&route, path, other));
            selection.hidden.insert(path.clone(), Hidden::Duplicate);
            continue;
        }
        by_route.insert(route.clone(), path.clone());
        let title = page::title_of(file, &front, is_folder_page, site.content());
        selection.pages.push(Page { file: file.clone(), front, route, title, is_folder_page });
    }
    selection.diagnostics.extend(case_twins(&selection.pages));
    selection
}

/// The page of each folder that has one. A second `index` is reported; `README` and `Home` may be pages beside it.
fn folder_pages<'a>(site: &'a Site, selection: &mut Selection) -> HashMap<RepoPath, &'a RepoPath> {
    let mut candidates: BTreeMap<RepoPath, Vec<(usize, &RepoPath)>> = BTreeMap::new();
    let mut folders: BTreeSet<RepoPath> = BTreeSet::new();
    for path in site.files.keys().filter(|path| !is_underscored(path, site.content())) {
        let Some(folder) = path.parent() else { continue };
        if let Some(rank) = folder_page_rank(path) {
            candidates.entry(folder.clone()).or_default().push((rank, path));
        }
        folders.insert(folder);
    }
    let mut found = HashMap::new();
    for (folder, mut names) in candidates {
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
        found.insert(folder, first);
    }
    for path in site.files.keys().filter(|path| folder_page_rank(path).is_none()) {
        // A note named like the folder beside it is that folder's page, as in Obsidian and mdBook.
        let Some(folder) = path.parent().map(|parent| parent.join(path.stem())) else { continue };
        if folders.contains(&folder) && !is_underscored(path, site.content()) {
            found.entry(folder).or_insert(path);
        }
    }
    found
}

/// A page's front matter with the `cascade` of its folders, the nearest first.
fn cascaded(
    site: &Site,
    folder_pages: &HashMap<RepoPath, &RepoPath>,
    path: &RepoPath,
    own: &Arc<FrontMatter>,
) -> Arc<FrontMatter> {
    let mut front = Arc::clone(own);
    let mut folder = path.parent();
    while let Some(current) = folder {
        let page = folder_pages.get(&current).and_then(|page| site.files.get(*page));
        if let Some(cascade) = page.and_then(|page| page.front.cascade.as_deref()) {
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

fn case_twins(pages: &[Page]) -> Vec<Diagnostic> {
    let mut seen: HashMap<String, &Page> = HashMap::new();
    let mut twins = Vec::new();
    for page in pages {
        if let Some(other) = seen.insert(page.route.as_str().to_lowercase(), page) {
            twins.push(routes::case_twin(page.path(), other.path()));
        }
    }
    twins
}

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
        tasks::PER_TASK,
    },
    parse::front_matter::FrontMatter,
    site::{
        Site,
        file::PageFile,
        languages::{DEFAULT, Located},
        page::{self, Page, PageId},
        pages::Pages,
        route::Route,
        routes::{self, Hidden},
        section::folder_page_rank,
        translations::{self, Translations},
    },
};

/// The page for addresses that don't exist, if the author writes it.
const NOT_FOUND_PAGE: &str = "404.md";

/// The front matter with a `cascade` of the pages of folders, by folder.
pub(super) type Cascades = HashMap<RepoPath, Arc<FrontMatter>>;

/// What [`select`] found.
#[derive(Default)]
pub(super) struct Selection {
    /// In the order of their keys.
    pub(super) pages: Vec<Arc<Page>>,
    pub(super) translations: Translations,
    pub(super) cascades: Cascades,
    pub(super) hidden: BTreeMap<RepoPath, Hidden>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Picks the published pages of a site whose files are parsed.
pub(super) fn select(site: &Site, former: &Site) -> Selection {
    let mut selection = Selection::default();
    let located = Keyed::all(site);
    let folder_pages = folder_pages(site, &located, &mut selection);
    selection.cascades = cascades(site, &folder_pages);
    let own: HashSet<&RepoPath> = folder_pages.values().copied().collect();
    let is_alike = site.content == former.content
        && site.languages == former.languages
        && site.config.url == former.config.url
        && selection.cascades == *former.cascades;
    let former = if is_alike { &former.pages } else { &Pages::default() };
    let candidates: Vec<(Arc<Page>, Option<Hidden>)> = located
        .par_iter()
        .with_max_len(PER_TASK)
        .filter(|keyed| !selection.hidden.contains_key(&keyed.file.path))
        .map(|keyed| candidate(site, former, &selection.cascades, keyed, own.contains(&keyed.file.path)))
        .collect();
    // By the file that holds it: `/` and `/index.html` are one.
    let mut by_output: HashMap<Route, usize> = HashMap::with_capacity(candidates.len());
    for (page, hidden) in candidates {
        if let Some(hidden) = hidden {
            selection.hidden.insert(page.path().clone(), hidden);
            continue;
        }
        // Two files of one language may have the same key, which is all that tells pages apart.
        if let Some(other) = selection.pages.last().filter(|other| other.key == page.key) {
            selection.diagnostics.push(routes::duplicate(&other.route, page.path(), other.path()));
            selection.hidden.insert(page.path().clone(), Hidden::Duplicate);
            continue;
        }
        match by_output.entry(page.route.shortest()) {
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
    selection.diagnostics.extend(translations::problems(&selection.pages, &site.languages));
    add_originals(site, &mut selection, &by_output);
    selection.translations = Translations::build(&selection.pages, &site.languages);
    inherit(&mut selection);
    selection
}

/// A file with its key and language.
struct Keyed<'a> {
    file: &'a Arc<PageFile>,
    located: Located,
}

impl<'a> Keyed<'a> {
    /// All files of a site, in the order of their keys.
    fn all(site: &'a Site) -> Vec<Self> {
        let keyed = |file: &'a Arc<PageFile>| Self { file, located: site.languages.locate(&file.path) };
        let mut all: Vec<Self> = site.files.iter().map(keyed).collect();
        if site.languages.are_several() {
            all.sort_by(|a, b| a.located.key.cmp(&b.located.key));
        }
        all
    }
}

/// Puts originals in place of pages that a language lacks, if the config says so and the addresses are free.
fn add_originals(site: &Site, selection: &mut Selection, taken: &HashMap<Route, usize>) {
    if !site.languages.show_originals() {
        return;
    }
    let added = translations::lacking(&selection.pages, &site.languages).into_iter().map(|(at, language)| {
        let original = &*selection.pages[at];
        let key = site.languages.counterpart(&original.key, DEFAULT, language);
        let mut front = Arc::clone(&original.front);
        if front.aliases.is_some() {
            front = Arc::new(FrontMatter { aliases: None, ..FrontMatter::clone(&front) });
        }
        let route = route_of(
            site,
            &Located { language, key: key.clone(), is_marked: false },
            original.is_folder_page,
        );
        Arc::new(Page { key, language, front, route, ..original.clone() })
    });
    let added: Vec<Arc<Page>> = added.filter(|page| !taken.contains_key(&page.route.shortest())).collect();
    selection.pages.extend(added);
    selection.pages.sort_by(|a, b| a.key.cmp(&b.key));
}

/// Gives translations what they have in common with their originals.
fn inherit(selection: &mut Selection) {
    for at in 0..selection.pages.len() {
        let original = selection.translations.original_of(PageId::at(at));
        let original = original.map(|original| Arc::clone(&selection.pages[original.index()].front));
        if let Some(original) = original.filter(|_| !selection.pages[at].is_untranslated()) {
            let front = inherited(&selection.pages[at].front, &original);
            Arc::make_mut(&mut selection.pages[at]).front = front;
        }
    }
}

fn inherited(own: &FrontMatter, original: &FrontMatter) -> Arc<FrontMatter> {
    Arc::new(own.clone().of_translation(original))
}

/// What a file is as a page, and why it isn't published: the same as in a former site, whose pages are published by the same rules.
fn candidate(
    site: &Site,
    former: &Pages,
    cascades: &Cascades,
    Keyed { file, located }: &Keyed<'_>,
    is_folder_page: bool,
) -> (Arc<Page>, Option<Hidden>) {
    // What a translation inherited is that of the former original.
    let language = located.language;
    let same = former.of_key(&located.key).filter(|_| language == DEFAULT).map(|id| former.shared_page(id));
    let same = same.filter(|page| Arc::ptr_eq(&page.file, file) && page.is_folder_page == is_folder_page);
    if let Some(page) = same {
        return (Arc::clone(page), None);
    }
    let key = located.key.clone();
    let front = cascaded(cascades, &key, &file.front);
    let route = route_of(site, located, is_folder_page);
    let title = page::title_of(file, &front, is_folder_page, &key, site.languages.root(language));
    let page = Page {
        key,
        language,
        written_in: language,
        file: Arc::clone(file),
        front,
        is_not_found: site.languages.is_not_found(language, &route),
        route,
        title,
        is_folder_page,
    };
    let hidden = hidden(site, &page);
    (Arc::new(page), hidden)
}

/// A page after a change of its file, which keeps its address; `None` when it is no longer published. A translation
/// needs the front matter of its original.
pub(super) fn changed_page(
    site: &Site,
    page: &Page,
    file: &Arc<PageFile>,
    original: Option<&FrontMatter>,
) -> Option<Page> {
    let front = cascaded(&site.cascades, &page.key, &file.front);
    let changed = Page { file: Arc::clone(file), front, ..page.clone() };
    if hidden(site, &changed).is_some() {
        return None;
    }
    let root = site.languages.root(page.language);
    let title = page::title_of(file, &changed.front, page.is_folder_page, &page.key, root);
    let front =
        original.map_or_else(|| Arc::clone(&changed.front), |original| inherited(&changed.front, original));
    Some(Page { front, title, ..changed })
}

/// An original that stands in place of a translation, after a change.
pub(super) fn changed_original(page: &Page, original: &Page) -> Page {
    let front = FrontMatter { aliases: None, ..FrontMatter::clone(&original.front) };
    let (key, route) = (page.key.clone(), page.route.clone());
    Page { key, route, language: page.language, front: Arc::new(front), ..original.clone() }
}

/// The page of each folder that has one. A second `index` is reported; `README` and `Home` may be pages beside it.
fn folder_pages<'a>(
    site: &'a Site,
    located: &'a [Keyed<'a>],
    selection: &mut Selection,
) -> HashMap<RepoPath, &'a RepoPath> {
    let mut candidates: BTreeMap<&str, Vec<(usize, &Keyed<'_>)>> = BTreeMap::new();
    let mut folders: HashSet<&str> = HashSet::default();
    let files = located.iter().filter(|keyed| !is_underscored(&keyed.located.key, site.content()));
    let files: Vec<(&Keyed<'_>, Option<usize>)> =
        files.map(|keyed| (keyed, folder_page_rank(&keyed.located.key))).collect();
    // Where a folder has a page in HTML, a README is one beside it.
    let has_html = |key: &RepoPath| {
        let folder = key.parent().unwrap_or_default();
        site.listing().entries.contains_key(&folder.join("index.html"))
    };
    let is_index = |key: &RepoPath| key.stem().trim_start_matches('_').eq_ignore_ascii_case("index");
    let mut last = None;
    for &(keyed, rank) in &files {
        let folder = folder_name(&keyed.located.key);
        if let Some(rank) = rank
            && (is_index(&keyed.located.key) || !has_html(&keyed.located.key))
        {
            candidates.entry(folder).or_default().push((rank, keyed));
        }
        if last != Some(folder) {
            last = Some(folder);
            folders.insert(folder);
        }
    }
    let mut found = HashMap::new();
    for mut names in candidates.into_values() {
        names.sort_by(|(a_rank, a), (b_rank, b)| (a_rank, &a.file.path).cmp(&(b_rank, &b.file.path)));
        let (_, folder_page) = names[0];
        let first = &folder_page.file.path;
        let others = names.iter().skip(1).map(|(_, other)| &other.file.path);
        for other in others.filter(|other| other.file_name().starts_with('_')) {
            selection.hidden.insert(other.clone(), Hidden::Duplicate);
            selection.diagnostics.push(
                Diagnostic::warning(
                    "two-folder-pages",
                    format!("`{other}` is not used: `{first}` is the page of the folder"),
                )
                .at(Place::file(other))
                .hint("merge the two files"),
            );
        }
        found.insert(folder_page.located.key.parent().unwrap_or_default(), first);
    }
    for (keyed, _) in files.into_iter().filter(|(_, rank)| rank.is_none()) {
        // A note named like the folder beside it is that folder's page, as in Obsidian and mdBook.
        let name = keyed.located.key.as_str();
        let folder = name.rfind('.').map_or(name, |dot| &name[..dot]);
        if folders.contains(folder)
            && let Some(folder) = RepoPath::new(folder)
        {
            found.entry(folder).or_insert(&keyed.file.path);
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
fn cascaded(cascades: &Cascades, key: &RepoPath, own: &Arc<FrontMatter>) -> Arc<FrontMatter> {
    let mut front = Arc::clone(own);
    let mut folder = key.parent().filter(|_| !cascades.is_empty());
    while let Some(current) = folder {
        if let Some(cascade) = cascades.get(&current).and_then(|front| front.cascade.as_deref()) {
            front = Arc::new(Arc::unwrap_or_clone(front).or(cascade));
        }
        folder = current.parent();
    }
    front
}

fn hidden(site: &Site, page: &Page) -> Option<Hidden> {
    let front = &page.front;
    if is_underscored(&page.key, site.content()) {
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

fn route_of(site: &Site, located: &Located, is_folder_page: bool) -> Route {
    let key = &located.key;
    if key.relative_to(site.languages.root(located.language)) == Some(NOT_FOUND_PAGE) {
        return site.languages.not_found(located.language);
    }
    let relative = key.relative_to(site.content()).and_then(RepoPath::new).unwrap_or_else(|| key.clone());
    match folder_page_rank(key) {
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

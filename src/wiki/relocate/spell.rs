//! How a link to something can be written: in the way in which it was written before, if there is one, else in the plainest.
//!
//! [`paths`] and [`names`] list all ways in one order for any target, so that the way of the old target is the same place in the
//! list of the new one. Which of them lead to the target is for others to try.

use super::{
    aim::{Aim, Stand},
    renames::relative,
};
use crate::{
    base::path::RepoPath,
    parse::slug,
    site::{
        Site,
        languages::{DEFAULT, LanguageId},
        resolve::Spelling,
        route::Route,
        section::FOLDER_PAGES,
    },
};

/// What can be said of a target.
#[derive(Clone, Debug, Default)]
struct Place {
    /// The file.
    file: Option<RepoPath>,
    /// The path that wiki links know it by.
    key: Option<RepoPath>,
    /// The folder that it is the page of, or that it is.
    folder: Option<RepoPath>,
    route: Option<Route>,
}

/// The target of a link before and after a move.
pub(super) struct Both<'a> {
    pub(super) before: (&'a Site, &'a Stand, &'a Aim),
    pub(super) after: (&'a Site, &'a Stand, &'a Aim),
}

impl Both<'_> {
    /// What could be written in place of `written`, the best first.
    pub(super) fn spellings(&self, spelling: Spelling, written: &str) -> Vec<String> {
        let all = |(site, stand, aim): (&Site, &Stand, &Aim)| {
            let place = place(site, aim);
            match spelling {
                Spelling::Path => paths(site, stand, &place),
                Spelling::Wiki => names(site, stand, &place),
            }
        };
        let (old, new) = (all(self.before), all(self.after));
        let is_same = |way: &Option<String>| match (spelling, way) {
            (_, None) => false,
            (Spelling::Path, Some(way)) => way == written,
            (Spelling::Wiki, Some(way)) => path_key(way) == path_key(written),
        };
        let same = old.iter().zip(&new).filter(|(old, new)| is_same(old) && new.is_some());
        let dressed = |(old, new): (&Option<String>, &Option<String>)| {
            dressed(old.as_deref().unwrap_or_default(), new.as_deref().unwrap_or_default(), written)
        };
        let same: Vec<String> = match spelling {
            Spelling::Path => same.filter_map(|(_, new)| new.clone()).collect(),
            Spelling::Wiki => same.map(dressed).collect(),
        };
        let mut others: Vec<&String> = new.iter().flatten().collect();
        others.sort_by_key(|way| {
            (way.starts_with('/') != written.starts_with('/'), ending(way) != ending(written))
        });
        same.into_iter().chain(others.into_iter().cloned()).filter(|way| !way.is_empty()).collect()
    }
}

/// Which of the ways to write a page's path or address this is.
fn ending(way: &str) -> &str {
    [".md", ".markdown", ".html", "/"].into_iter().find(|end| way.ends_with(end)).unwrap_or_default()
}

/// A name with gaps and a first letter as the author had them: `[[Old page]]` for `old-page.md`.
fn dressed(old: &str, new: &str, written: &str) -> String {
    let mut name = new.to_owned();
    if written.contains(' ') && !old.contains(' ') {
        name = name.replace(['-', '_'], " ");
    }
    let is_large = |text: &str| text.starts_with(char::is_uppercase);
    if is_large(written) && !is_large(old) {
        let mut characters = name.chars();
        name =
            characters.next().map_or(String::new(), |first| first.to_uppercase().chain(characters).collect());
    }
    name
}

fn path_key(path: &str) -> String {
    path.split('/').map(slug::wiki_key).collect::<Vec<_>>().join("/")
}

fn place(site: &Site, aim: &Aim) -> Place {
    let folder_route = |folder: &RepoPath, language| {
        let own = site.languages().counterpart(folder, DEFAULT, language);
        site.sections().of_folder(&own).map(|id| site.sections().get(id).route.clone())
    };
    match aim {
        Aim::Page(path, language) => place_of_page(site, path, *language),
        Aim::Former(path) => place_of_page(site, path, site.languages().locate(path).language),
        Aim::File(path) => Place {
            file: Some(path.clone()),
            key: Some(path.clone()),
            folder: None,
            route: site.route_of_file(path),
        },
        Aim::Deck(path) => {
            Place { route: site.decks().get(path).map(|deck| deck.route.clone()), ..Place::default() }
        }
        Aim::Folder(folder, language) => {
            Place { route: folder_route(folder, *language), folder: Some(folder.clone()), ..Place::default() }
        }
        Aim::Feed(folder, language) => Place {
            route: folder_route(folder, *language).map(|route| route.below("feed.xml")),
            ..Place::default()
        },
        Aim::Address(route) => Place { route: Some(route.clone()), ..Place::default() },
        Aim::Nothing => Place::default(),
    }
}

fn place_of_page(site: &Site, path: &RepoPath, language: LanguageId) -> Place {
    let key = key_of(site, path, language);
    let page = site.pages().of_key(&key).map(|id| site.page(id));
    let folder = page.filter(|page| page.is_folder_page).map(|_| folder_of_page(path));
    let route = page.map(|page| page.route.clone());
    Place { file: Some(path.clone()), key: Some(key), folder, route }
}

/// The key by which a language knows the page of a file.
pub(super) fn key_of(site: &Site, path: &RepoPath, language: LanguageId) -> RepoPath {
    let located = site.languages().locate(path);
    site.languages().counterpart(&located.key, located.language, language)
}

/// The folder that a file is the page of: its own, or the one of its name.
fn folder_of_page(path: &RepoPath) -> RepoPath {
    let parent = path.parent().unwrap_or_default();
    let stem = path.stem().split('.').next().unwrap_or_default();
    let is_index = FOLDER_PAGES.iter().any(|name| stem.eq_ignore_ascii_case(name));
    if is_index { parent } else { parent.resolve(stem).unwrap_or(parent) }
}

/// A path with and without what links may leave out: each with what stands behind it.
fn endings(path: &RepoPath) -> [Option<(String, &'static str)>; 4] {
    let text = path.as_str();
    let without = path
        .extension()
        .filter(|_| path.is_markdown())
        .map(|ext| text[..text.len() - ext.len() - 1].to_owned());
    let page = |end| without.clone().map(|stem| (stem, end));
    [Some((text.to_owned(), "")), page(""), page(".html"), page("/")]
}

/// The file, and the original that translations are named by, if that is another.
fn files(site: &Site, place: &Place) -> Vec<Option<(String, &'static str)>> {
    let Some(file) = &place.file else { return vec![None; 8] };
    let located = site.languages().locate(file);
    let original = site.languages().counterpart(&located.key, located.language, DEFAULT);
    let is_other = original != *file && site.listing().entries.contains_key(&original);
    let original = if is_other { endings(&original) } else { [const { None }; 4] };
    endings(file).into_iter().chain(original).collect()
}

/// All ways to write a path.
fn paths(site: &Site, stand: &Stand, place: &Place) -> Vec<Option<String>> {
    let mut ways = Vec::new();
    let below_content = |path: &str| path_below(site.content(), path);
    let files = files(site, place);
    for (file, route) in &stand.0 {
        let from = file.parent().unwrap_or_default();
        let seen = |path: &str, end: &str| {
            let relative = relative(&from, &RepoPath::new(path)?);
            Some(if relative.is_empty() { format!(".{end}") } else { format!("{relative}{end}") })
        };
        for path in &files {
            let (path, end) =
                (path.as_ref().map(|(path, _)| &**path), path.as_ref().map_or("", |(_, end)| end));
            let relative = path.and_then(|path| seen(path, end));
            ways.push(relative.clone());
            ways.push(relative.filter(|way| !way.starts_with("../")).map(|way| format!("./{way}")));
            let below = path.and_then(below_content);
            ways.push(below.clone().map(|path| format!("/{path}{end}")));
            ways.push(path.map(|path| format!("/{path}{end}")));
            ways.push(below.clone().map(|path| format!("@/{path}{end}")));
            ways.push(below.map(|path| format!("{path}{end}")));
        }
        let folder = place.folder.as_ref();
        for end in ["/", ""] {
            let relative = folder.and_then(|folder| seen(folder.as_str(), end));
            ways.push(relative.clone());
            ways.push(relative.filter(|way| !way.starts_with('.')).map(|way| format!("./{way}")));
            let below = folder.and_then(|folder| below_content(folder.as_str()));
            ways.push(below.clone().map(|path| format!("/{path}{end}")));
            ways.push(below.map(|path| format!("{path}{end}")));
        }
        let route_to = place.route.as_ref();
        let address = route_to.map(Route::as_str);
        let end = if address.is_some_and(|address| address.ends_with('/')) { "/" } else { "" };
        let own = RepoPath::new(route.folder().trim_matches('/'));
        let seen = address.and_then(|address| {
            let seen = relative(own.as_ref()?, &RepoPath::new(address.trim_matches('/'))?);
            Some(if seen.is_empty() { "./".to_owned() } else { format!("{seen}{end}") })
        });
        ways.push(seen.clone());
        ways.push(seen.map(|way| way.trim_end_matches('/').to_owned()));
        ways.push(address.map(str::to_owned));
        ways.push(address.map(|way| way.trim_end_matches('/').to_owned()));
        ways.push(address.map(|way| format!("{}{way}", site.base_path())));
        ways.push(place.key.as_ref().filter(|key| key.is_markdown()).map(|key| key.stem().to_owned()));
    }
    ways
}

/// All ways to write a name.
fn names(site: &Site, stand: &Stand, place: &Place) -> Vec<Option<String>> {
    let mut ways = Vec::new();
    let from = stand.0.first().and_then(|(file, _)| file.parent()).unwrap_or_default();
    let key = place.key.as_ref();
    let root = |key: &RepoPath| {
        let languages = site.languages();
        let language = languages.ids().filter(|id| key.is_within(languages.root(*id)));
        language
            .map(|id| languages.root(id).clone())
            .max_by_key(|root| root.as_str().len())
            .unwrap_or_default()
    };
    let keys: Vec<Option<String>> = match key {
        Some(key) if key.is_markdown() => {
            let [with, without, ..] = endings(key).map(|found| found.map(|(path, _)| path));
            vec![without, with]
        }
        Some(key) => vec![Some(key.to_string()), None],
        None => vec![None, None],
    };
    let below = |path: &str| path_below(&root(&RepoPath::new(path)?), path);
    let usable = |way: &String| !way.contains(['|', '[', ']', '#']);
    let mut push = |way: Option<String>| ways.push(way.filter(usable));
    let last = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    let folder = place.folder.as_ref().filter(|folder| !folder.is_root());
    for key in &keys {
        let key = key.as_deref();
        push(key.map(last));
        push(key.and_then(below));
        push(key.and_then(below).map(|path| format!("/{path}")));
        push(key.and_then(|key| Some(relative(&from, &RepoPath::new(key)?))));
    }
    push(folder.map(|folder| folder.file_name().to_owned()));
    push(folder.and_then(|folder| below(folder.as_str())));
    push(folder.map(|folder| relative(&from, folder)));
    ways
}

fn path_below(root: &RepoPath, path: &str) -> Option<String> {
    RepoPath::new(path)?.relative_to(root).map(str::to_owned)
}

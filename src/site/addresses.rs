//! Gives everything its address: what authors wrote first, then what the site adds where an address is free.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use foldhash::HashSet;

use crate::{
    base::{
        diagnostic::{Diagnostic, Place},
        path::RepoPath,
    },
    site::{
        Site,
        languages::DEFAULT,
        page::{Page, PageId},
        pages::Pages,
        resolve::is_external,
        route::Route,
        routes::{self, BookPage, FeedOf, Routes, Target},
        section::{Child, SectionId},
    },
    source::Entry,
};

/// The longest name of a file on the disks that sites are written to.
const MAX_NAME_BYTES: usize = 255;
/// The longest path of an alias: output folders have one, too.
const MAX_PATH_BYTES: usize = 2048;
/// The folder with the texts of chapters for the viewer of remark workshops.
const FRAGMENTS: &str = "fragments";
/// Where the theme's own files are.
const THEME_FOLDER: &str = "theme";
/// What our own files in the output folder begin with.
const OUTPUT_PREFIX: &str = ".recto-";
/// Characters of an alias that a message shows.
const SHOWN_CHARS: usize = 60;

/// The addresses of pages themselves, which come before all others.
pub(super) fn of_pages(pages: &Pages) -> Routes {
    let target = |(id, page): (PageId, &Page)| match &page.front.redirect {
        Some(to) => (page.route.clone(), Target::Redirect { page: id, to: Some(to.to_string()) }),
        None => (page.route.clone(), Target::Page(id)),
    };
    Routes::of_pages(pages.iter().map(target))
}

/// Fills in the routes of a site whose pages, sections and taxonomies are known, and says what is wrong with them.
pub(super) fn claim(site: &mut Site, of_pages: Routes) -> Vec<Diagnostic> {
    let mut claims = Claims { routes: of_pages, ..Claims::default() };
    claims.decks(site);
    claims.assets(site);
    claims.sections(site);
    claims.taxonomies(site);
    claims.aliases(site);
    claims.feeds(site);
    claims.well_known(site);
    claims.drop_clashes(site);
    site.routes = Arc::new(claims.routes);
    site.assets = Arc::new(claims.assets);
    claims.diagnostics
}

/// Gives an address to each folder of files that a page links to, so that the link leads somewhere.
pub(super) fn claim_linked_folders(site: &mut Site) {
    let folders =
        site.links.folders().map(|folder| (Route::of_folder(&below_content(site, folder)), folder.clone()));
    let folders: Vec<(Route, RepoPath)> = folders.collect();
    let routes = Arc::make_mut(&mut site.routes);
    for (route, folder) in folders {
        routes.claim(route, Target::Folder(folder));
    }
}

/// A path as seen from the content root.
pub fn below_content(site: &Site, path: &RepoPath) -> RepoPath {
    path.relative_to(site.content()).and_then(RepoPath::new).unwrap_or_else(|| path.clone())
}

#[derive(Default)]
struct Claims {
    routes: Routes,
    assets: BTreeMap<RepoPath, Route>,
    diagnostics: Vec<Diagnostic>,
}

impl Claims {
    fn decks(&mut self, site: &Site) {
        for deck in site.decks.iter() {
            self.routes.claim(deck.route.clone(), Target::Deck(deck.path.clone()));
            for page in BookPage::ALL {
                self.routes.claim(deck.book_route(page), Target::Book { deck: deck.path.clone(), page });
            }
        }
        for (deck, chapter) in site.decks.fragments(&site.listing) {
            let folder = deck.parent().unwrap_or_default();
            let Some(path) = chapter.relative_to(&folder) else { continue };
            let address = format!("/{}", below_content(site, &fragment_path(&folder, path)));
            self.routes.claim(Route::new(&address), Target::Fragment { deck: deck.clone(), chapter });
        }
    }

    fn assets(&mut self, site: &Site) {
        let files = site.listing.entries.keys().filter(|path| !path.is_markdown() && site.is_content(path));
        for path in files {
            let route = Route::of_asset(&below_content(site, path));
            let folder = Route::new(&format!("{route}/"));
            let other = [&route, &folder].into_iter().find_map(|route| self.routes.get(route));
            match other {
                None => {
                    self.routes.claim(route.clone(), Target::Asset(path.clone()));
                    self.assets.insert(path.clone(), route);
                }
                Some(other) => self.diagnostics.extend(self.taken(site, path, &route, other)),
            }
        }
    }

    fn taken(&self, site: &Site, path: &RepoPath, route: &Route, other: &Target) -> Option<Diagnostic> {
        let other = match other {
            Target::Page(id) | Target::Redirect { page: id, .. } => site.page(*id).path(),
            Target::Asset(path) | Target::Deck(path) => path,
            _ => return None,
        };
        Some(routes::duplicate(route, path, other))
    }

    fn sections(&mut self, site: &Site) {
        for (id, section) in site.sections.iter() {
            self.routes.claim(section.route.clone(), Target::Section(id));
            let Some(size) = section.paginate else { continue };
            for number in 2..=section.children.len().div_ceil(size) {
                let route = part_route(&section.route, number);
                self.routes.claim(route, Target::SectionPart { section: id, number });
            }
        }
    }

    fn taxonomies(&mut self, site: &Site) {
        for (at, taxonomy) in site.taxonomies.all.iter().enumerate() {
            self.generated(site, taxonomy.route.clone(), Target::Taxonomy(at));
            for (place, term) in taxonomy.terms.iter().enumerate() {
                for number in 1..=term.pages.len().div_ceil(taxonomy.paginate) {
                    let route = part_route(&term.route, number);
                    self.generated(site, route, Target::Term { taxonomy: at, term: place, number });
                }
            }
        }
    }

    /// Claims an address that the site adds; a page of the author's there stays, and is told about.
    fn generated(&mut self, site: &Site, route: Route, target: Target) {
        if let Some(Target::Page(id)) = self.routes.get(&route) {
            let path = site.page(*id).path();
            self.diagnostics.push(
                Diagnostic::warning(
                    "hides-list",
                    format!("`{path}` stands at `{route}`, the address of a list of pages"),
                )
                .at(Place::file(path))
                .hint("rename the page, or drop the taxonomy from `taxonomies` in recto.yml"),
            );
            return;
        }
        self.routes.claim(route, target);
    }

    fn aliases(&mut self, site: &Site) {
        let with_aliases = site.pages.iter().filter(|(_, page)| page.front.aliases.is_some());
        let is_linked = |page: &Page| site.listing.entries.get(page.path()).is_some_and(Entry::is_linked);
        let (linked, own): (Vec<_>, Vec<_>) = with_aliases.partition(|(_, page)| is_linked(page));
        own.into_iter().for_each(|(id, page)| self.aliases_of(site, id, page, true));
        // A text that symbolic links bring to other addresses, too, has its aliases once.
        linked.into_iter().for_each(|(id, page)| self.aliases_of(site, id, page, false));
    }

    fn aliases_of(&mut self, site: &Site, id: PageId, page: &Page, is_own: bool) {
        for alias in page.front.aliases.iter().flatten().filter(|alias| !is_external(alias)) {
            let Some(route) = alias_route(page, alias) else {
                self.diagnostics.push(bad_alias(page, alias));
                continue;
            };
            let is_free = self.routes.claim(route.clone(), Target::Redirect { page: id, to: None });
            // A name without `/` is first of all a name for wiki links; it need not have an address.
            if is_own && !is_free && alias.contains('/') && route != page.route {
                self.diagnostics.extend(self.alias_taken(site, page, &route));
            }
        }
    }

    /// A file can't be a folder as well: of two addresses that need both, the one further down is given up.
    fn drop_clashes(&mut self, site: &Site) {
        let files: HashSet<&str> = self.routes.iter().filter_map(|(route, _)| file_of(route)).collect();
        let file_at = |path: &str| {
            if files.contains(path) {
                return Some(Route::new(path));
            }
            let folder = path
                .strip_suffix("index.html")
                .filter(|folder| Route::new(folder).as_str().ends_with('/'))?;
            Some(Route::new(folder)).filter(|route| self.routes.contains(route))
        };
        let clashes = self.routes.iter().filter_map(|(route, _)| {
            let path = route.as_str().trim_start_matches('/');
            let file = path.match_indices('/').find_map(|(at, _)| file_at(&path[..at]))?;
            Some((route.clone(), file))
        });
        let clashes: Vec<(Route, Route)> = clashes.collect();
        let mut told = BTreeSet::new();
        for (route, file) in clashes {
            if told.insert(file.clone()) {
                self.diagnostics.push(self.clash(site, &route, &file));
            }
            self.routes.remove(&route);
        }
    }

    fn clash(&self, site: &Site, route: &Route, file: &Route) -> Diagnostic {
        let owner = |route: &Route| match self.routes.get(route)? {
            Target::Page(id) | Target::Redirect { page: id, .. } => Some(site.page(*id).path().clone()),
            Target::Asset(path) => Some(path.clone()),
            _ => None,
        };
        let message = format!("there can be nothing at `{route}`, since `{file}` is a file and no folder");
        let problem = Diagnostic::error("duplicate-address", message).hint("give one of them another name");
        match (owner(route), owner(file)) {
            (Some(path), Some(other)) => {
                problem.at(Place::file(&path)).related("the file", Place::file(&other))
            }
            (Some(path), None) | (None, Some(path)) => problem.at(Place::file(&path)),
            (None, None) => problem,
        }
    }

    fn alias_taken(&self, site: &Site, page: &Page, route: &Route) -> Option<Diagnostic> {
        let other = match self.routes.get(route)? {
            Target::Page(id) | Target::Redirect { page: id, .. } => site.page(*id).path().clone(),
            Target::Asset(path) => path.clone(),
            _ => return None,
        };
        let message = format!("alias `{route}` of `{}` is the address of `{other}`", page.path());
        Some(
            Diagnostic::error("duplicate-address", message)
                .at(Place::file(page.path()))
                .related("the other file", Place::file(&other))
                .hint("remove the alias"),
        )
    }

    fn feeds(&mut self, site: &Site) {
        if !site.config.feed.enabled {
            return;
        }
        for language in site.languages.ids().filter(|id| *id == DEFAULT || site.root_section(*id).is_some()) {
            let route = site.languages.home(language).below("feed.xml");
            self.routes.claim(route, Target::Feed(FeedOf::Site(language)));
        }
        for (id, section) in
            site.sections.iter().filter(|(id, section)| section.parent.is_some() && has_dates(site, *id))
        {
            self.routes.claim(
                Route::new(section.route.folder()).below("feed.xml"),
                Target::Feed(FeedOf::Section(id)),
            );
        }
        for (taxonomy, named) in site.taxonomies.all.iter().enumerate().filter(|(_, named)| named.feed) {
            for (term, of) in named.terms.iter().enumerate() {
                self.routes.claim(of.route.below("feed.xml"), Target::Feed(FeedOf::Term { taxonomy, term }));
            }
        }
    }

    fn well_known(&mut self, site: &Site) {
        if let Some(root) = site.root_section(DEFAULT) {
            // Where the default language has a folder of its own, the root leads there.
            let target = match site.sections.get(root).page {
                Some(page) if site.languages.home(DEFAULT).as_str() != "/" => {
                    Target::Redirect { page, to: None }
                }
                _ => Target::Section(root),
            };
            self.routes.claim(Route::new("/"), target);
        }
        self.routes.claim(Route::new("/sitemap.xml"), Target::Sitemap);
        self.routes.claim(Route::new("/robots.txt"), Target::Robots);
        for language in site.languages.ids().filter(|id| *id == DEFAULT || site.root_section(*id).is_some()) {
            self.routes.claim(site.languages.not_found(language), Target::NotFound(language));
        }
    }
}

/// The path of an address that is a file and not the page of a folder.
fn file_of(route: &Route) -> Option<&str> {
    Some(route.as_str().trim_start_matches('/')).filter(|path| !path.is_empty() && !path.ends_with('/'))
}

/// Where the text of a chapter stands for the viewer of remark workshops.
fn fragment_path(folder: &RepoPath, chapter: &str) -> RepoPath {
    let folder = folder.join(FRAGMENTS);
    folder.resolve(chapter).unwrap_or(folder)
}

/// The address of part `number` of a list; the first part is the list's own.
pub fn part_route(list: &Route, number: usize) -> Route {
    if number < 2 { list.clone() } else { Route::new(list.folder()).below(&format!("page/{number}/")) }
}

/// The address of an alias; `None` when it leads out of the site, or is longer than a file's name can be.
fn alias_route(page: &Page, alias: &str) -> Option<Route> {
    let own = page.route.as_str().trim_end_matches('/');
    let folder = &own[..own.rfind('/').unwrap_or(0)];
    let address = if alias.starts_with('/') { alias.to_owned() } else { format!("{folder}/{alias}") };
    let normal = RepoPath::root().resolve(&address)?;
    let is_too_long =
        normal.as_str().len() > MAX_PATH_BYTES || normal.parts().any(|part| part.len() > MAX_NAME_BYTES);
    let first = normal.parts().next().unwrap_or_default().to_ascii_lowercase();
    if is_too_long || first == THEME_FOLDER || first.starts_with(OUTPUT_PREFIX) {
        return None;
    }
    let normal = if normal.file_name() == "index.html" { normal.parent()? } else { normal };
    let has_file_name =
        normal.extension().is_some_and(|ext| ext.eq_ignore_ascii_case("html") || ext == "xml");
    let end = if has_file_name || normal.is_root() { "" } else { "/" };
    Some(Route::new(&format!("/{}{end}", normal.as_str().replace(char::is_whitespace, "-"))))
}

fn bad_alias(page: &Page, alias: &str) -> Diagnostic {
    let shown: String = alias.chars().take(SHOWN_CHARS).collect();
    Diagnostic::error("bad-alias", format!("alias `{shown}` of `{}` can't be an address", page.path()))
        .at(Place::file(page.path()))
        .hint("write an address of this site, such as `/old/page/`; `/theme/` and `/.recto-…` are taken")
}

/// Whether a section lists a page with a date, and so has a feed.
pub(super) fn has_dates(site: &Site, section: SectionId) -> bool {
    site.sections.get(section).children.iter().any(|child| match child {
        Child::Page(id) => site.page(*id).date().is_some(),
        Child::Section(_) => false,
    })
}

/// The pages in and below a section, its own page left out.
pub fn pages_below(site: &Site, section: SectionId) -> Vec<PageId> {
    let mut pages = Vec::new();
    let mut stack = vec![section];
    while let Some(id) = stack.pop() {
        for child in &site.sections.get(id).children {
            match child {
                Child::Page(page) => pages.push(*page),
                Child::Section(below) => stack.push(*below),
            }
        }
    }
    pages
}

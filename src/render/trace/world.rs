//! [`World`]: what renders can ask about. Its fields are for this folder only.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use super::{
    common::CommonKnown,
    deck::{Outlines, OutsideText, Outsides},
    loaded_theme::{AboutTheme, LoadedTheme, ThemeKey},
    once::SaidOnce,
    prints::Prints,
    search::Searches,
    site_values,
};
use crate::{
    base::{
        config::FILE_NAME as CONFIG_FILE,
        diagnostic::{Diagnostic, Place},
        digest::{BlobId, Print},
        path::RepoPath,
    },
    render::{
        THEMES_FOLDER,
        theme::{ASSET_FOLDER, KnownAssets, Theme, context},
    },
    site::{Site, file::SourceFiles, languages::LanguageId, route::Route, routes::Target},
    source::Source,
};

/// A snapshot of a site with its theme and the source of its files.
pub struct World {
    pub(super) site: Arc<Site>,
    pub(super) source: Arc<dyn Source>,
    pub(super) theme: Arc<Theme>,
    /// The theme with what templates see as `site` in each language but the default one.
    others: Vec<Arc<Theme>>,
    /// The prints of what templates see as `site`, by language.
    pub(super) site_values: Vec<Print>,
    /// The prints of answers that many renders ask for.
    pub(super) prints: Prints,
    pub(super) searches: Searches,
    /// What renders ask alike.
    pub(super) common: CommonKnown,
    pub(super) outlines: Outlines,
    outsides: Outsides,
    pub(super) said_once: SaidOnce,
    number: u64,
    about_theme: Arc<AboutTheme>,
}

/// Parts of a world that were made before it, while others still were.
#[derive(Default)]
pub struct Ahead {
    /// The theme, if it is that of the site.
    pub theme: Option<LoadedTheme>,
    /// What is known of searching in the site.
    pub searches: Option<Searches>,
    /// Scripts that were made smaller, for a theme that wasn't made ahead.
    pub scripts: Arc<KnownAssets>,
}

/// How many worlds there were in this process.
static N_WORLDS: AtomicU64 = AtomicU64::new(0);

impl World {
    /// A world with the theme of its site: the one made ahead, or that of `former`, when it is made of the same files.
    pub fn new(site: Arc<Site>, source: Arc<dyn Source>, ahead: Ahead, former: Option<&Self>) -> Self {
        let common = former.map_or_else(CommonKnown::default, |former| former.common.next());
        let key = ThemeKey::of(&site);
        let is_of_site = |about: &AboutTheme| about.key == key;
        let former = former.filter(|former| former.about_theme.is_settled && is_of_site(&former.about_theme));
        let (theme, about_theme) = match (former, ahead.theme.filter(|loaded| is_of_site(&loaded.about))) {
            (Some(former), _) => (Arc::clone(&former.theme), Arc::clone(&former.about_theme)),
            (None, loaded) => {
                let loaded = loaded.unwrap_or_else(|| LoadedTheme::load(key, &*source, &ahead.scripts));
                (Arc::new(loaded.theme), Arc::new(loaded.about))
            }
        };
        let languages = site.languages().ids();
        let values: Vec<_> =
            languages.map(|language| site_values::of(&site, language, theme.settings())).collect();
        let prints =
            values.iter().map(|values| Print::of(&serde_json::to_string(values).unwrap_or_default()));
        let site_values: Vec<Print> = prints.collect();
        let (theme, others) = match former.filter(|former| former.site_values == site_values) {
            Some(former) => (theme, former.others.clone()),
            None => {
                let with = |theme: Theme, values: &context::Site| Arc::new(theme.with_site(values));
                let (first, others) = values.split_first().expect("a site has a language");
                let others = others.iter().map(|values| with(Theme::clone(&theme), values)).collect();
                // Most sites have one language, and nobody else has the theme: then it need not be copied.
                (with(Arc::unwrap_or_clone(theme), first), others)
            }
        };
        let number = N_WORLDS.fetch_add(1, Ordering::Relaxed);
        let searches = ahead.searches.unwrap_or_else(|| Searches::of(&site));
        let (prints, outlines) = (Prints::default(), Outlines::default());
        Self {
            site,
            source,
            theme,
            others,
            site_values,
            prints,
            searches,
            common,
            outlines,
            outsides: Outsides::default(),
            said_once: SaidOnce::default(),
            number,
            about_theme,
        }
    }

    /// A number that no other world of this process has.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Whether no file of the theme changed while it was read.
    pub fn is_settled(&self) -> bool {
        self.about_theme.is_settled
    }

    /// The site, for those who don't render.
    pub fn site(&self) -> &Arc<Site> {
        &self.site
    }

    /// What is wrong with the theme.
    pub fn diagnostics(&self) -> impl Iterator<Item = Diagnostic> {
        // What is not about a file of the theme is about its name in the config, wherever that stands by now.
        let config = RepoPath::root().join(CONFIG_FILE);
        let placed = self.about_theme.diagnostics.iter().map(move |problem| match problem.place {
            Some(_) => problem.clone(),
            None => problem.clone().at(self.files().place_of_key(&config, "theme")),
        });
        placed.chain(file_named_theme(&self.site))
    }

    /// Every address with bytes of its own, in order: the site's and those of the theme's files.
    pub fn routes(&self) -> Vec<Route> {
        let theme = self.theme.asset_paths().map(theme_route);
        let added = theme.chain(self.search_routes());
        let mut routes: Vec<Route> = added.filter(|route| !self.site.routes().contains(route)).collect();
        let theme_folder = theme_folder();
        let own = self.site.routes().iter().map(|(route, _)| route);
        routes.extend(own.filter(|route| **route != theme_folder).cloned());
        routes.sort();
        routes.dedup();
        routes
    }

    /// The address of a source file: of a page, or of a file of the site or of its theme that is published as it is.
    pub fn route_of_file(&self, path: &RepoPath) -> Option<Route> {
        let mut names = self
            .theme
            .names()
            .filter_map(|theme| path.relative_to(&theme_folder_of(theme)?).map(str::to_owned));
        let of_theme = names.find(|name| self.theme.asset(name).is_some()).map(|name| theme_route(&name));
        of_theme.or_else(|| self.site.route_of_file(path))
    }

    /// A file of the repository, named from its root; of the site when that is in no repository.
    pub(super) fn outside(&self, path: &str) -> Option<OutsideText> {
        self.outsides.get(path, || self.read_outside(path))
    }

    /// The id of the bytes of such a file.
    pub fn outside_blob(&self, path: &str) -> Option<BlobId> {
        self.outside(path).map(|(blob, _)| blob)
    }

    fn read_outside(&self, path: &str) -> Option<OutsideText> {
        let path = RepoPath::root().resolve(path).filter(|path| !path.is_root())?;
        let bytes = match path.relative_to(&self.source.repository_folder()).and_then(RepoPath::new) {
            // Of the site only files count that are listed: of others nobody says when they change.
            Some(inside) if !self.site.listing().entries.contains_key(&inside) => return None,
            Some(inside) => self.source.read(&inside).ok()?,
            None => self.source.read_outside(&path)?,
        };
        let text = String::from_utf8(bytes).ok()?;
        Some((BlobId::of(text.as_bytes()), Arc::from(text)))
    }

    /// The theme with the values of `site` in a language.
    pub(super) fn theme_in(&self, language: LanguageId) -> &Theme {
        language.index().checked_sub(1).and_then(|place| self.others.get(place)).unwrap_or(&self.theme)
    }

    pub(super) fn files(&self) -> SourceFiles<'_> {
        SourceFiles { source: &*self.source, listing: self.site.listing() }
    }
}

fn theme_route(path: &str) -> Route {
    Route::new(&format!("/{ASSET_FOLDER}/{path}"))
}

/// Where a file of the site can't be, since the theme's files need a folder of that name.
fn theme_folder() -> Route {
    Route::new(&format!("/{ASSET_FOLDER}"))
}

fn file_named_theme(site: &Site) -> Option<Diagnostic> {
    let Some(Target::Asset(path)) = site.routes().get(&theme_folder()) else { return None };
    let problem =
        Diagnostic::error("duplicate-address", format!("`{path}` can't be published under this name"));
    Some(problem.at(Place::file(path)).hint("rename it: the theme's files are in a folder of that name"))
}

fn theme_folder_of(theme: &str) -> Option<RepoPath> {
    RepoPath::root().resolve(&format!("{THEMES_FOLDER}/{theme}"))
}

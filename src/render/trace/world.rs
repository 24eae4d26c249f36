//! [`World`]: what renders can ask about. Its fields are for this folder only.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use super::{deck::Outlines, once::SaidOnce, prints::Prints, search::Search, site_values};
use crate::{
    base::{
        config::{FILE_NAME as CONFIG_FILE, Fonts},
        diagnostic::{Diagnostic, Place},
        digest::{BlobId, Print},
        path::RepoPath,
    },
    render::{
        THEMES_FOLDER,
        theme::{ASSET_FOLDER, OwnFiles, Theme, ThemeFile, ThemeOptions, context},
    },
    site::{
        Site,
        file::SourceFiles,
        languages::{DEFAULT, LanguageId},
        resolve::Destination,
        route::Route,
        routes::Target,
    },
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
    /// What can be found by searching, by language.
    pub(super) search: Vec<Search>,
    pub(super) outlines: Outlines,
    pub(super) said_once: SaidOnce,
    number: u64,
    theme_key: ThemeKey,
    theme_diagnostics: Vec<Diagnostic>,
    /// Whether the theme was made of the bytes that the listing names.
    is_settled: bool,
}

/// How many worlds there were in this process.
static N_WORLDS: AtomicU64 = AtomicU64::new(0);

/// What a compiled theme is made from.
#[derive(PartialEq)]
struct ThemeKey {
    name: String,
    options: ThemeOptions,
    /// The site's own files for themes: which of these the theme stands on is known when it is loaded.
    files: Vec<(RepoPath, BlobId)>,
}

impl ThemeKey {
    fn of(site: &Site) -> Self {
        let config = site.config();
        let folder = RepoPath::root().join(THEMES_FOLDER);
        let entries = site.listing().below(&folder);
        let fonts = config.look.fonts.clone();
        let options = ThemeOptions {
            assets: config.assets,
            colors: config.look.colors.clone(),
            font_urls: font_urls(site, &fonts),
            fonts,
            settings: config.theme_settings.clone(),
        };
        let files = entries.map(|(path, entry)| (path.clone(), entry.blob)).collect();
        Self { name: config.theme.clone(), options, files }
    }
}

/// The addresses of files of fonts, from the folder of the theme's style sheets.
fn font_urls(site: &Site, fonts: &Fonts) -> BTreeMap<String, String> {
    let files = fonts.iter().flat_map(|(font, _, _)| font.files());
    let found = files.filter_map(|(file, _, _)| match site.named(file, DEFAULT) {
        Destination::Internal { route, .. } => Some((file.to_owned(), format!("..{}", route.href("")))),
        _ => None,
    });
    found.collect()
}

impl World {
    /// Loads the theme of a site; that of `former` is taken when its files are the same.
    pub fn new(site: Arc<Site>, source: Arc<dyn Source>, former: Option<&Self>) -> Self {
        let theme_key = ThemeKey::of(&site);
        let former = former.filter(|former| former.is_settled && former.theme_key == theme_key);
        let (theme, theme_diagnostics, is_settled) = match former {
            Some(former) => (Arc::clone(&former.theme), former.theme_diagnostics.clone(), true),
            None => {
                let (theme, diagnostics, is_settled) = load_theme(&*source, &theme_key);
                (Arc::new(theme), diagnostics, is_settled)
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
                let with = |values: &context::Site| Arc::new(Theme::clone(&theme).with_site(values));
                let (first, others) = values.split_first().expect("a site has a language");
                (with(first), others.iter().map(with).collect())
            }
        };
        let number = N_WORLDS.fetch_add(1, Ordering::Relaxed);
        let search = site.languages().ids().map(|_| Search::default()).collect();
        let (prints, outlines) = (Prints::default(), Outlines::default());
        Self {
            site,
            source,
            theme,
            others,
            site_values,
            prints,
            search,
            outlines,
            said_once: SaidOnce::default(),
            number,
            theme_key,
            theme_diagnostics,
            is_settled,
        }
    }

    /// A number that no other world of this process has.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Whether no file of the theme changed while it was read.
    pub fn is_settled(&self) -> bool {
        self.is_settled
    }

    /// The site, for those who don't render.
    pub fn site(&self) -> &Arc<Site> {
        &self.site
    }

    /// What is wrong with the theme.
    pub fn diagnostics(&self) -> impl Iterator<Item = Diagnostic> {
        // What is not about a file of the theme is about its name in the config, wherever that stands by now.
        let config = RepoPath::root().join(CONFIG_FILE);
        let placed = self.theme_diagnostics.iter().map(move |problem| match problem.place {
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
        let own = self.site.routes().iter().map(|(route, _)| route.clone());
        routes.extend(own.filter(|route| *route != theme_folder()));
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
    pub(super) fn outside(&self, path: &str) -> Option<(BlobId, Arc<str>)> {
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

/// The theme, what is wrong with it, and whether it is made of the bytes that the listing names.
fn load_theme(source: &dyn Source, key: &ThemeKey) -> (Theme, Vec<Diagnostic>, bool) {
    let folder = RepoPath::root().join(THEMES_FOLDER);
    let (mut own, mut diagnostics) = (OwnFiles::new(), Vec::new());
    let mut is_settled = true;
    for (path, blob) in &key.files {
        let Some((theme, name)) = path.relative_to(&folder).and_then(|path| path.split_once('/')) else {
            continue;
        };
        let bytes = source.read(path);
        let is_listed = bytes.as_ref().is_ok_and(|bytes| *blob == BlobId::of(bytes));
        is_settled &= source.is_fixed() || is_listed;
        match bytes {
            Ok(bytes) => {
                let file = ThemeFile {
                    name: name.to_owned(),
                    bytes: bytes.into(),
                    is_packed: false,
                    origin: Some(path.clone()),
                };
                own.entry(theme.to_owned()).or_default().push(file);
            }
            Err(cause) => diagnostics.push(
                Diagnostic::error("unreadable", format!("`{path}` can't be read: {cause}"))
                    .at(Place::file(path)),
            ),
        }
    }
    let (theme, problems) = Theme::load(&key.name, own, &key.options);
    diagnostics.extend(problems);
    (theme, diagnostics, is_settled)
}

//! [`LoadedTheme`]: the theme of a site, before it knows what the site is.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    base::{
        config::{Config, Fonts},
        diagnostic::{Diagnostic, Place},
        digest::BlobId,
        path::RepoPath,
    },
    render::{
        THEMES_FOLDER,
        theme::{KnownAssets, OwnFiles, Theme, ThemeFile, ThemeOptions},
    },
    site::{Site, SiteOptions, languages::DEFAULT, resolve::Destination},
    source::{Entry, Listing, Source},
};

/// A theme, and what is known of it.
pub struct LoadedTheme {
    pub(super) theme: Theme,
    pub(super) about: AboutTheme,
}

/// What a theme was made from, and what is wrong with it.
pub(super) struct AboutTheme {
    pub(super) key: ThemeKey,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Whether it was made of the bytes that the listing names.
    pub(super) is_settled: bool,
}

/// What a compiled theme is made from.
#[derive(PartialEq)]
pub(super) struct ThemeKey {
    name: String,
    options: ThemeOptions,
    /// The site's own files for themes: which of these the theme stands on is known when it is loaded.
    files: Vec<(RepoPath, BlobId)>,
}

impl ThemeKey {
    pub(super) fn of(site: &Site) -> Self {
        Self::new(site.config(), site.listing(), font_urls(site, &site.config().look.fonts))
    }

    fn new(config: &Config, listing: &Listing, font_urls: BTreeMap<String, String>) -> Self {
        let folder = RepoPath::root().join(THEMES_FOLDER);
        let entries = listing.below(&folder);
        let options = ThemeOptions {
            assets: config.assets,
            colors: config.look.colors.clone(),
            font_urls,
            fonts: config.look.fonts.clone(),
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

impl LoadedTheme {
    /// Loads the theme that a config names, while the site is still being read; `None` when it is made of more than the
    /// config and the listing say.
    pub fn ahead(
        source: &dyn Source,
        listing: &Listing,
        options: &SiteOptions,
        scripts: &Arc<KnownAssets>,
    ) -> Option<Self> {
        let config = &Site::config_of(source, listing, options);
        let has_own_fonts = config.look.fonts.iter().any(|(font, _, _)| font.files().next().is_some());
        let key = || ThemeKey::new(config, listing, BTreeMap::new());
        (!has_own_fonts).then(|| Self::load(key(), source, scripts))
    }

    pub(super) fn load(key: ThemeKey, source: &dyn Source, scripts: &Arc<KnownAssets>) -> Self {
        let folder = RepoPath::root().join(THEMES_FOLDER);
        let (mut own, mut diagnostics) = (OwnFiles::new(), Vec::new());
        let mut is_settled = true;
        for (path, blob) in &key.files {
            let Some((theme, name)) = path.relative_to(&folder).and_then(|path| path.split_once('/')) else {
                continue;
            };
            // Its size is only a hint.
            let read = source.read_listed(path, &Entry { blob: *blob, size: 0, link_to: None });
            is_settled &= read.as_ref().map_or(source.is_fixed(), |(_, is_listed)| *is_listed);
            match read {
                Ok((bytes, _)) => {
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
        let (theme, problems) = Theme::load_knowing(&key.name, own, &key.options, scripts);
        diagnostics.extend(problems);
        Self { theme, about: AboutTheme { key, diagnostics, is_settled } }
    }
}

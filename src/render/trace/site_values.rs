//! `site` in templates, which is the same on all pages of a language.

use super::translation;
use crate::{
    base::config::Config,
    render::{
        SEARCH_FOLDER,
        theme::context::{self, Language, Link, TaxonomyLink},
    },
    site::{
        Site,
        languages::{DEFAULT, LanguageId},
        resolve::{Destination, Spelling},
        route::Route,
    },
};

/// The values of a site in a language.
pub(super) fn of(site: &Site, language: LanguageId) -> context::Site {
    let config = site.config();
    let own = site.language_config(language);
    let home = site.languages().home(language);
    let base = config.base_url.prefix();
    let href = |route: &Route| route.href(base);
    let menu = own.and_then(|own| own.menu.as_ref()).or(config.menu.as_ref()).into_iter().flatten();
    let menu = menu.map(|item| Link { title: item.title.clone(), url: menu_url(site, language, &item.url) });
    let taxonomies = site.taxonomies().of_language(language);
    let description = own.and_then(|own| own.description.as_ref()).or(config.description.as_ref());
    context::Site {
        title: site.title(language).to_owned(),
        description: description.cloned().unwrap_or_default(),
        base_url: if config.base_url.is_absolute() {
            format!("{}{base}", config.base_url.origin())
        } else {
            String::new()
        },
        base_path: base.to_owned(),
        home_url: href(&home),
        language: site.languages().tag(language).to_owned(),
        languages: languages(site, language),
        author: config.author.clone(),
        repo: repo_url(config),
        wiki: site.is_wiki(),
        menu: menu.collect(),
        feed_url: config.feed.enabled.then(|| href(&home.below("feed.xml"))),
        search_url: config.search.then(|| href(&search_folder(site, language))),
        taxonomies: taxonomies
            .map(|(_, of)| TaxonomyLink { name: of.name.clone(), url: href(&of.route) })
            .collect(),
        extra: serde_json::Value::Object(config.extra.clone()),
    }
}

/// The languages of the site that have pages, if it has several.
fn languages(site: &Site, current: LanguageId) -> Vec<Language> {
    let ids = site
        .languages()
        .ids()
        .filter(|id| site.languages().are_several() && site.root_section(*id).is_some());
    ids.map(|id| {
        let (tag, name, dir) = translation::named(site, id);
        Language {
            lang: tag.to_owned(),
            name,
            dir: dir.to_owned(),
            title: site.title(id).to_owned(),
            url: site.languages().home(id).href(site.base_path()),
            current: id == current,
        }
    })
    .collect()
}

/// The folder of the files that browsers search with on pages of a language.
pub(super) fn search_folder(site: &Site, language: LanguageId) -> Route {
    match language {
        DEFAULT => Route::new(&format!("/{SEARCH_FOLDER}/")),
        other => Route::new(&format!("/{SEARCH_FOLDER}/{}/", site.languages().tag(other))),
    }
}

/// The address of a menu item: of a page's file, of an address of the site, or elsewhere.
fn menu_url(site: &Site, language: LanguageId, url: &str) -> String {
    let file = site.content().join("index.md");
    match site.destination(Spelling::Path, url, &file, &site.languages().home(language)) {
        Destination::Internal { route, fragment: None, .. } => route.href(site.base_path()),
        _ if url.starts_with('/') && !url.starts_with("//") => Route::new(url).href(site.base_path()),
        _ => url.to_owned(),
    }
}

fn repo_url(config: &Config) -> Option<String> {
    config.repo.as_ref().map(|repo| repo.url.trim_end_matches('/').to_owned())
}

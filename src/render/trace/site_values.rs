//! `site` in templates, which is the same on all pages of a language.

use serde_json::{Map, Value};

use super::translation;
use crate::{
    base::{
        config::{self, Config},
        media::media_type,
    },
    render::{
        SEARCH_FOLDER,
        theme::context::{self, Favicon, Footer, Language, Logo, MenuItem, Social, TaxonomyLink},
    },
    site::{
        Site,
        languages::{DEFAULT, LanguageId},
        resolve::{Destination, Fragment},
        route::Route,
    },
};

/// The only kind of font that all browsers load before they need it.
const PRELOADED: &str = ".woff2";

/// The values of a site in a language.
pub(super) fn of(site: &Site, language: LanguageId, theme: &Map<String, Value>) -> context::Site {
    let config = site.config();
    let own = site.language_config(language);
    let home = site.languages().home(language);
    let base = config.base_url.prefix();
    let href = |route: &Route| route.href(base);
    let menu = own.and_then(|own| own.menu.as_ref()).or(config.menu.as_ref());
    let footer = own.and_then(|own| own.footer.as_ref()).or(config.look.footer.as_ref());
    let address = |target: &str| address(site, language, target);
    let items = |items: &Vec<config::MenuItem>| menu_items(site, language, items);
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
        menu: menu.map(items).unwrap_or_default(),
        logo: config.look.logo.as_ref().map(|logo| Logo {
            url: address(&logo.light),
            dark_url: logo.dark.as_deref().map(address),
            show_title: logo.title,
        }),
        favicon: config
            .look
            .favicon
            .as_deref()
            .map(|file| Favicon { url: address(file), media_type: media_type(file).to_owned() }),
        text_font: config.look.fonts.text.as_ref().map(|font| {
            let file = font.regular.as_deref().filter(|file| file.ends_with(PRELOADED));
            file.map(address).unwrap_or_default()
        }),
        footer: Footer {
            text: footer.and_then(|footer| footer.text.clone()),
            links: footer.and_then(|footer| footer.links.as_ref()).map(items),
        },
        social: config.look.social.iter().map(social).collect(),
        head: config.look.head.clone(),
        theme: Value::Object(theme.clone()),
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

fn menu_items(site: &Site, language: LanguageId, items: &[config::MenuItem]) -> Vec<MenuItem> {
    let item = |item: &config::MenuItem| MenuItem {
        title: item.title.clone(),
        url: item.url.as_deref().map(|url| address(site, language, url)),
        children: menu_items(site, language, &item.children),
    };
    items.iter().map(item).collect()
}

fn social(link: &config::Social) -> Social {
    Social { title: link.title.clone(), url: link.url.clone(), icon: link.icon.to_owned() }
}

/// The address of what the config names: a page's file, a file, an address of the site, or elsewhere.
pub(super) fn address(site: &Site, language: LanguageId, target: &str) -> String {
    match site.named(target, language) {
        Destination::Internal { route, fragment, .. } => {
            let anchor = fragment.map(|(Fragment::Id(id) | Fragment::Missing(id))| format!("#{id}"));
            route.href(site.base_path()) + &anchor.unwrap_or_default()
        }
        _ if target.starts_with('/') && !target.starts_with("//") => {
            Route::new(target).href(site.base_path())
        }
        _ => target.to_owned(),
    }
}

fn repo_url(config: &Config) -> Option<String> {
    config.repo.as_ref().map(|repo| repo.url.trim_end_matches('/').to_owned())
}

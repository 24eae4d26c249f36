//! `site` in templates, which is the same on all pages.

use crate::{
    base::config::Config,
    render::{
        SEARCH_FOLDER,
        theme::context::{self, Link, TaxonomyLink},
    },
    site::{
        Site,
        resolve::{Destination, Spelling},
        route::Route,
    },
};

/// The values of a site.
pub(super) fn of(site: &Site) -> context::Site {
    let config = site.config();
    let base = config.base_url.prefix();
    let href = |route: &Route| route.href(base);
    let menu = config.menu.iter().flatten();
    let menu = menu.map(|item| Link { title: item.title.clone(), url: menu_url(site, &item.url) });
    let taxonomies = site.taxonomies().all.iter();
    context::Site {
        title: site.title().to_owned(),
        description: config.description.clone().unwrap_or_default(),
        base_url: if config.base_url.is_absolute() {
            format!("{}{base}", config.base_url.origin())
        } else {
            String::new()
        },
        base_path: base.to_owned(),
        language: config.language.clone(),
        author: config.author.clone(),
        repo: repo_url(config),
        menu: menu.collect(),
        feed_url: config.feed.enabled.then(|| href(&Route::new("/feed.xml"))),
        search_url: config.search.then(|| href(&Route::new(&format!("/{SEARCH_FOLDER}/")))),
        taxonomies: taxonomies
            .map(|of| TaxonomyLink { name: of.name.clone(), url: href(&of.route) })
            .collect(),
        extra: serde_json::Value::Object(config.extra.clone()),
    }
}

/// The address of a menu item: of a page's file, of an address of the site, or elsewhere.
fn menu_url(site: &Site, url: &str) -> String {
    let home = site.content().join("index.md");
    match site.destination(Spelling::Path, url, &home, &Route::new("/")) {
        Destination::Internal { route, fragment: None, .. } => route.href(site.base_path()),
        _ if url.starts_with('/') && !url.starts_with("//") => Route::new(url).href(site.base_path()),
        _ => url.to_owned(),
    }
}

fn repo_url(config: &Config) -> Option<String> {
    config.repo.as_ref().map(|repo| repo.url.trim_end_matches('/').to_owned())
}

//! Questions about languages: where a page is in the others.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Ask, World, domain::Domain};
use crate::{
    base::{lang::autonym, path::RepoPath},
    site::{Site, languages::LanguageId, route::Route, routes::Target},
};

/// For each language of the site where to go from a place; nothing in a site with a single language.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct InLanguages {
    /// The address that is shown.
    pub(in crate::render) route: Route,
    /// The key of the page there, if it is one.
    pub(in crate::render) page: Option<RepoPath>,
}

/// Where to go in a language.
#[derive(Clone, Debug, Hash)]
pub(in crate::render) struct InLanguage<'w> {
    pub(in crate::render) tag: &'w str,
    /// What the language calls itself.
    pub(in crate::render) name: String,
    pub(in crate::render) dir: &'w str,
    pub(in crate::render) title: &'w str,
    pub(in crate::render) route: Route,
    /// Whether that says the same, in its own language.
    pub(in crate::render) is_exact: bool,
    pub(in crate::render) is_current: bool,
}

impl Ask for InLanguages {
    type Answer<'w> = Vec<InLanguage<'w>>;

    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w> {
        let site = &*world.site;
        if !site.languages().are_several() {
            return Vec::new();
        }
        let own = site.languages().of_route(&self.route);
        let languages = site.languages().ids();
        languages.filter_map(|language| self.in_language(site, language, language == own)).collect()
    }

    fn domain(&self) -> Domain<'_> {
        Domain::Languages
    }
}

impl InLanguages {
    fn in_language<'w>(
        &self,
        site: &'w Site,
        language: LanguageId,
        is_current: bool,
    ) -> Option<InLanguage<'w>> {
        let (tag, name, dir) = named(site, language);
        let found =
            |route: Route, title, is_exact| InLanguage { tag, name, dir, title, route, is_exact, is_current };
        let page = self.page.as_ref().and_then(|key| site.pages().of_key(key));
        let same = page.and_then(|page| site.translations().in_language(page, language));
        if let Some(same) = same.filter(|same| site.routes().has_page(*same)) {
            let page = site.page(same);
            return Some(found(page.route.clone(), &page.title, !page.is_untranslated()));
        }
        if is_current {
            return Some(found(self.route.clone(), "", false));
        }
        let route = site.languages().route_in(&self.route, language);
        let is_section = |route: &Route| matches!(site.routes().get(route), Some(Target::Section(_)));
        let is_exact = page.is_none() && is_section(&route) && is_section(&self.route);
        let home = site.languages().home(language);
        let mut up =
            std::iter::successors(Some(route), above).take_while(|up| up.as_str().starts_with(home.as_str()));
        let nearest = up.find(|route| is_shown(site, route))?;
        let title = title_at(site, &nearest);
        Some(found(nearest, title, is_exact))
    }
}

/// The tag of a language, what it is called, and which way it is written.
pub(super) fn named(site: &Site, language: LanguageId) -> (&str, String, &str) {
    let (tag, own) = (site.languages().tag(language), site.language_config(language));
    let name = own.and_then(|own| own.name.clone()).unwrap_or_else(|| autonym(tag));
    (tag, name, site.languages().dir(language))
}

/// The address of the folder above.
fn above(route: &Route) -> Option<Route> {
    let path = route.as_str().trim_end_matches('/');
    (!path.is_empty()).then(|| Route::new(&path[..=path.rfind('/').unwrap_or(0)]))
}

/// Whether a page of any kind stands at an address.
fn is_shown(site: &Site, route: &Route) -> bool {
    let target = site.routes().get(route);
    matches!(
        target,
        Some(
            Target::Page(_)
                | Target::Section(_)
                | Target::Taxonomy(_)
                | Target::Term { .. }
                | Target::NotFound(_)
        )
    )
}

fn title_at<'w>(site: &'w Site, route: &Route) -> &'w str {
    match site.routes().get(route) {
        Some(Target::Page(page)) => &site.page(*page).title,
        Some(Target::Section(section)) => &site.sections().get(*section).title,
        _ => "",
    }
}

impl fmt::Display for InLanguages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "where `{}` is in other languages", self.route)
    }
}

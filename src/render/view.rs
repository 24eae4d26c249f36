//! What a page may know of its site: the values of [`theme::context`](super::theme::context), gathered from queries.

use crate::{
    base::config::Config,
    parse::{front_matter::FrontMatter, markdown::HeadingFact},
    render::{
        Renderer,
        theme::context::{self, Child, Kind, Link, NavItem, Page, TaxonomyLink, TocEntry, View},
    },
    site::{
        Site,
        nav::NavEntry,
        page::{self, PageId},
        related::related,
        resolve::{Destination, Spelling},
        route::Route,
        section::SectionId,
    },
};

/// How many words a reader takes in a minute.
const WORDS_PER_MINUTE: u32 = 220;
/// How many headings a page needs before its table of contents is worth showing.
const MIN_TOC: usize = 2;
/// How many pages that link here are shown.
const MAX_BACKLINKS: usize = 50;
/// How many of a page's tags are shown where it is listed: each of its tags has such a list, so that showing all in
/// all would cost the square of them.
const MAX_LISTED_TAGS: usize = 12;
/// The deepest heading in a table of contents.
const MAX_TOC_LEVEL: u8 = 3;

/// `site` in templates.
pub(super) fn site(site: &Site) -> context::Site {
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
        taxonomies: taxonomies
            .map(|of| TaxonomyLink { name: of.name.clone(), url: href(&of.route) })
            .collect(),
        extra: serde_json::Value::Object(config.extra.clone()),
    }
}

/// A whole page of content.
pub(super) fn page(renderer: &Renderer, id: PageId, content: String) -> View {
    let site = renderer.site();
    View {
        page: page_values(renderer, id),
        content,
        nav: nav(renderer, site.nav().around_page(id)),
        ..View::default()
    }
}

/// `page` in templates, for a page of content.
pub(super) fn page_values(renderer: &Renderer, id: PageId) -> Page {
    let site = renderer.site();
    let page = site.page(id);
    let link = |id: PageId| page_link(renderer, id);
    let n_words = page.file.facts.n_words;
    let toc = toc(page.headings());
    let enough =
        page.headings().iter().filter(|heading| (2..=MAX_TOC_LEVEL).contains(&heading.level)).count()
            >= MIN_TOC;
    Page {
        title: page.title.clone(),
        kind: if page.is_folder_page { Kind::Section } else { Kind::Page },
        url: renderer.href(&page.route),
        permalink: permalink(renderer, &page.route),
        path: Some(page.path().to_string()),
        date: page.date().map(ToString::to_string),
        updated: page.front.updated.as_ref().map(ToString::to_string),
        description: page.front.description.clone(),
        summary: page.summary().map(ToOwned::to_owned),
        lang: page.front.lang.clone().unwrap_or_else(|| site.config().language.clone()),
        draft: page.front.draft == Some(true),
        tags: terms(renderer, &page.front, "tags"),
        taxonomies: site
            .taxonomies()
            .all
            .iter()
            .map(|taxonomy| (taxonomy.name.clone(), terms(renderer, &page.front, &taxonomy.name)))
            .collect(),
        show_toc: page.front.toc.unwrap_or(enough) && !toc.is_empty(),
        toc,
        n_words,
        reading_minutes: n_words.div_ceil(WORDS_PER_MINUTE),
        extra: serde_json::Value::Object(page.front.extra.clone()),
        breadcrumbs: breadcrumbs(renderer, id),
        previous: site.nav().previous(id).map(link),
        next: site.nav().next(id).map(link),
        related: related(site, id).into_iter().map(link).collect(),
        backlinks: site.links().backlinks(id).iter().take(MAX_BACKLINKS).map(|&id| link(id)).collect(),
        source_url: source_url(site, page),
    }
}

/// `page` in templates, for a page that the site adds: a list, the 404 page.
pub(super) fn added(renderer: &Renderer, route: &Route, title: &str, kind: Kind) -> Page {
    let home = Link { title: renderer.site().title().to_owned(), url: renderer.href(&Route::new("/")) };
    Page {
        title: title.to_owned(),
        kind,
        url: renderer.href(route),
        permalink: permalink(renderer, route),
        lang: renderer.site().config().language.clone(),
        extra: serde_json::Value::Object(serde_json::Map::new()),
        breadcrumbs: vec![home],
        ..Page::default()
    }
}

/// A page in a list.
pub(super) fn child_page(renderer: &Renderer, id: PageId) -> Child {
    let page = renderer.site().page(id);
    Child {
        title: page.title.clone(),
        url: renderer.href(&page.route),
        date: page.date().map(ToString::to_string),
        description: page.front.description.clone(),
        summary: page.summary().map(ToOwned::to_owned),
        kind: if page.is_folder_page { Kind::Section } else { Kind::Page },
        tags: some_terms(renderer, &page.front, "tags", MAX_LISTED_TAGS),
    }
}

/// A folder in a list.
pub(super) fn child_section(renderer: &Renderer, id: SectionId) -> Child {
    let section = renderer.site().sections().get(id);
    section.page.map_or_else(
        || Child {
            title: section.title.clone(),
            url: renderer.href(&section.route),
            kind: Kind::Folder,
            ..Child::default()
        },
        |page| child_page(renderer, page),
    )
}

/// The tree as templates see it. An entry without an address is the heading of a part: its `url` is empty.
pub(super) fn nav(renderer: &Renderer, entries: Vec<NavEntry>) -> Vec<NavItem> {
    entries
        .into_iter()
        .map(|entry| NavItem {
            title: entry.title,
            url: entry.route.map(|route| renderer.href(&route)).unwrap_or_default(),
            current: entry.is_current,
            active: entry.is_active,
            more: entry.n_hidden,
            children: nav(renderer, entry.children),
        })
        .collect()
}

/// A link to a page.
pub(super) fn page_link(renderer: &Renderer, id: PageId) -> Link {
    let page = renderer.site().page(id);
    Link { title: page.title.clone(), url: renderer.href(&page.route) }
}

/// The folders above a folder, from the home page down.
pub(super) fn section_breadcrumbs(renderer: &Renderer, id: SectionId) -> Vec<Link> {
    let sections = renderer.site().sections();
    let mut above = Vec::new();
    let mut parent = sections.get(id).parent;
    while let Some(id) = parent {
        let section = sections.get(id);
        above.push(Link { title: section.title.clone(), url: renderer.href(&section.route) });
        parent = section.parent;
    }
    above.reverse();
    above
}

fn breadcrumbs(renderer: &Renderer, id: PageId) -> Vec<Link> {
    let site = renderer.site();
    let page = site.page(id);
    let folder = crate::site::section::folder_of(page, site.content());
    let Some(section) = site.sections().of_folder(&folder) else { return Vec::new() };
    let mut above = section_breadcrumbs(renderer, section);
    if !page.is_folder_page {
        let own = site.sections().get(section);
        above.push(Link { title: own.title.clone(), url: renderer.href(&own.route) });
    }
    above
}

fn terms(renderer: &Renderer, front: &FrontMatter, taxonomy: &str) -> Vec<TaxonomyLink> {
    some_terms(renderer, front, taxonomy, usize::MAX)
}

fn some_terms(renderer: &Renderer, front: &FrontMatter, taxonomy: &str, max: usize) -> Vec<TaxonomyLink> {
    let taxonomies = renderer.site().taxonomies();
    let Some((at, _)) = taxonomies.get(taxonomy) else { return Vec::new() };
    let names = front.terms.get(taxonomy).into_iter().flatten();
    names
        .filter_map(|name| taxonomies.term(at, name))
        .take(max)
        .map(|(_, term)| TaxonomyLink { name: term.name.clone(), url: renderer.href(&term.route) })
        .collect()
}

/// Headings as a tree, without the page's own `h1` and the deepest levels.
fn toc(headings: &[HeadingFact]) -> Vec<TocEntry> {
    let mut tree: Vec<TocEntry> = Vec::new();
    for heading in headings.iter().filter(|heading| (2..=MAX_TOC_LEVEL).contains(&heading.level)) {
        let mut level = &mut tree;
        while level.last().is_some_and(|last| last.level < heading.level) {
            let last = level.len() - 1;
            level = &mut level[last].children;
        }
        level.push(TocEntry {
            level: heading.level,
            id: heading.id.clone(),
            title: heading.text.clone(),
            children: Vec::new(),
        });
    }
    tree
}

fn permalink(renderer: &Renderer, route: &Route) -> Option<String> {
    renderer.site().config().base_url.is_absolute().then(|| renderer.permalink(route))
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

/// A page's source on the forge, as GitHub, GitLab, Gitea and others address it.
fn source_url(site: &Site, page: &page::Page) -> Option<String> {
    let repo = site.config().repo.as_ref()?;
    let url = repo.url.trim_end_matches('/');
    let kind = if url.contains("gitlab") { "-/blob" } else { "blob" };
    let path = Route::new(page.path().as_str()).href("");
    let branch = repo.branch.as_deref().unwrap_or("HEAD");
    Some(format!("{url}/{kind}/{branch}{path}"))
}

//! Lists of pages: what belongs together, what lacks something, what there is at all.

use std::{
    collections::BTreeMap,
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    extract::{Path, Query, State},
    http::StatusCode,
    response::Response,
    routing::get,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Site,
    actor::Reader,
    api::list::ListedFile,
    page::{self, Shown},
    problem::Problem,
};
use crate::{
    base::{
        path::RepoPath,
        url::{encode_path, encode_value},
    },
    wiki::{
        Actor, WikiError,
        list::{self, Backlink, WantedPage},
        name,
    },
};

/// How many pages are shown of those that change seldom.
const STALE_PAGES: usize = 100;

/// The actions.
pub(super) fn router() -> Router<Site> {
    Router::new()
        .route("/-/links/{*path}", get(links))
        .route("/-/wanted", get(wanted))
        .route("/-/orphans", get(orphans))
        .route("/-/broken", get(broken))
        .route("/-/stale", get(stale))
        .route("/-/index", get(index))
        .route("/-/start", get(start))
        .route("/-/random", get(random))
        .route("/-/new", get(new))
}

/// A file for templates.
fn described(file: &list::ListedFile) -> Value {
    json!(ListedFile::of(file))
}

/// Pages that link somewhere, for templates.
pub(super) fn with_sentences(links: &[Backlink]) -> Vec<Value> {
    let described = |link: &Backlink| {
        let mut page = described(&link.page);
        page["sentences"] = json!(link.sentences);
        page
    };
    links.iter().map(described).collect()
}

/// Runs a list on a thread for it and shows it.
async fn listed(
    site: Site,
    route: &str,
    title: &'static str,
    name: String,
    values: impl FnOnce(&Site) -> Result<Value, Problem> + Send + 'static,
) -> Response {
    let route = route.to_owned();
    page::answered(site, route.clone(), move |site| {
        let values = values(site)?;
        let status = StatusCode::OK;
        Ok(page::show(site, &Shown { status, route, template: "list", title, name: &name, values }))
    })
    .await
}

async fn links(State(site): State<Site>, Reader(actor): Reader, Path(path): Path<String>) -> Response {
    let route = format!("/-/links/{path}");
    let name = site.title_of(&RepoPath::new(&path).unwrap_or_default());
    listed(site, &route, "wiki_links_title", name, move |site| {
        if site.wiki.kind_of(&actor, &path)?.is_none() {
            return Err(WikiError::NoFile { path: RepoPath::new(&path).unwrap_or_default() }.into());
        }
        let links = site.wiki.backlinks(&actor, &path)?;
        Ok(json!({ "kind": "links", "path": path, "pages": with_sentences(&links) }))
    })
    .await
}

async fn wanted(State(site): State<Site>, Reader(actor): Reader) -> Response {
    listed(site, "/-/wanted", "wiki_wanted", String::new(), move |site| {
        let base = site.base_path_of_site();
        let page = |page: &WantedPage| {
            let edit = page.path.as_ref().map(|path| encode_path(&format!("{base}/-/edit/{path}")));
            let from = page.from.iter().map(described).collect::<Vec<_>>();
            json!({ "name": page.name, "path": page.path, "edit_url": edit, "from": from })
        };
        let wanted = site.wiki.wanted_pages(&actor);
        Ok(json!({ "kind": "wanted", "wanted": wanted.iter().map(page).collect::<Vec<_>>() }))
    })
    .await
}

async fn orphans(State(site): State<Site>, Reader(actor): Reader) -> Response {
    listed(site, "/-/orphans", "wiki_orphans", String::new(), move |site| {
        let pages = site.wiki.orphans(&actor);
        Ok(json!({ "kind": "orphans", "pages": pages.iter().map(described).collect::<Vec<_>>() }))
    })
    .await
}

async fn broken(State(site): State<Site>, Reader(actor): Reader) -> Response {
    listed(site, "/-/broken", "wiki_broken", String::new(), move |site| {
        let base = site.base_path_of_site();
        let problems = site.wiki.broken(&actor).into_iter().map(|problem| {
            let path = problem.place.as_ref().map(|place| place.path.clone());
            let edit = path.as_ref().map(|path| encode_path(&format!("{base}/-/edit/{path}")));
            let line = problem.place.as_ref().and_then(|place| place.span.as_ref()).map(|span| span.line);
            json!({ "path": path, "line": line, "message": problem.message, "hint": problem.hint, "edit_url": edit })
        });
        Ok(json!({ "kind": "broken", "problems": problems.collect::<Vec<_>>() }))
    })
    .await
}

async fn stale(State(site): State<Site>, Reader(actor): Reader) -> Response {
    listed(site, "/-/stale", "wiki_stale_pages", String::new(), move |site| {
        let pages = site.wiki.stale(&actor, STALE_PAGES);
        let translations = site.wiki.old_translations(&actor);
        let all = |files: &[list::ListedFile]| files.iter().map(described).collect::<Vec<_>>();
        Ok(json!({ "kind": "stale", "pages": all(&pages), "translations": all(&translations) }))
    })
    .await
}

/// How the index is ordered.
#[derive(Clone, Debug, Default, Deserialize)]
struct Order {
    #[serde(default)]
    by: String,
}

async fn index(State(site): State<Site>, Reader(actor): Reader, Query(order): Query<Order>) -> Response {
    listed(site, "/-/index", "wiki_index", String::new(), move |site| {
        let by_folder = order.by == "folder";
        let groups = grouped(site.wiki.published(&actor), by_folder);
        let groups = groups.iter().map(|(name, pages)| {
            json!({ "name": name, "pages": pages.iter().map(described).collect::<Vec<_>>() })
        });
        Ok(json!({ "kind": "index", "by_folder": by_folder, "groups": groups.collect::<Vec<_>>(), "tags": tags(site) }))
    })
    .await
}

/// Pages by their first letter or by their folder.
fn grouped(pages: Vec<list::ListedFile>, by_folder: bool) -> BTreeMap<String, Vec<list::ListedFile>> {
    let mut groups: BTreeMap<String, Vec<list::ListedFile>> = BTreeMap::new();
    for page in pages {
        let key = if by_folder {
            page.path.parent().unwrap_or_default().to_string()
        } else {
            let first = page.title.chars().find(|c| c.is_alphanumeric());
            first.map_or_else(|| "#".to_owned(), |first| first.to_uppercase().collect())
        };
        groups.entry(key).or_default().push(page);
    }
    if !by_folder {
        groups.values_mut().for_each(|pages| pages.sort_by_key(|page| page.title.to_lowercase()));
    }
    groups
}

/// The taxonomies with their terms.
fn tags(site: &Site) -> Vec<Value> {
    let snapshot = site.wiki.engine().snapshot();
    let of_site = snapshot.renderer.site();
    let taxonomies = of_site.taxonomies().all.iter();
    let described = taxonomies.map(|taxonomy| {
        let terms = taxonomy.terms.iter().map(|term| {
            json!({ "name": term.name, "url": term.route.href(of_site.base_path()), "n_pages": term.pages.len() })
        });
        json!({ "name": taxonomy.name, "url": taxonomy.route.href(of_site.base_path()), "terms": terms.collect::<Vec<_>>() })
    });
    described.collect()
}

/// A page for each one who uses the wiki: what changed, and what is watched, which only the browser knows.
async fn start(State(site): State<Site>, Reader(actor): Reader) -> Response {
    listed(site, "/-/start", "wiki_start", String::new(), move |site| {
        let mut pages = site.wiki.published(&actor);
        pages.retain(|page| page.modified.is_some());
        pages.sort_by_key(|page| std::cmp::Reverse(page.modified.as_ref().map(|(seconds, _)| *seconds)));
        pages.truncate(30);
        Ok(json!({ "kind": "start", "pages": pages.iter().map(described).collect::<Vec<_>>() }))
    })
    .await
}

async fn random(State(site): State<Site>, Reader(actor): Reader) -> Response {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    let number = u64::try_from(now % u128::from(u64::MAX)).unwrap_or(0);
    let address = any(&site, &actor, number);
    page::see_other(&address)
}

fn any(site: &Site, actor: &Actor, number: u64) -> String {
    // The clock's last digits have a pattern on some machines.
    let mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 17;
    site.wiki.any_page(actor, mixed).unwrap_or_else(|| format!("{}/", site.base_path_of_site()))
}

/// Stands for a page whose name nobody knows yet.
const ANY_PAGE: &str = "page.md";

/// Which page is to be written.
#[derive(Clone, Debug, Default, Deserialize)]
struct NewPage {
    #[serde(default)]
    path: String,
    /// The file beside which it is to be.
    #[serde(default)]
    beside: String,
    /// What it begins with: the name of a template, or nothing for the plain one.
    #[serde(default)]
    template: String,
}

/// Asks for the name of a new page and what it begins with, and leads to its editor.
async fn new(State(site): State<Site>, Reader(actor): Reader, Query(asked): Query<NewPage>) -> Response {
    page::answered(site, "/-/new".to_owned(), move |site| begun(site, &actor, &asked)).await
}

fn begun(site: &Site, actor: &Actor, asked: &NewPage) -> Result<Response, Problem> {
    let written = asked.path.trim().trim_start_matches('/').to_owned();
    let has_extension = RepoPath::new(&written).is_some_and(|path| path.extension().is_some());
    let path = if has_extension { written.clone() } else { format!("{written}.md") };
    let refused = match (written.is_empty(), name::new(&path)) {
        (false, Ok(path)) => {
            let query = format!("?template={}", encode_value(&asked.template));
            return Ok(page::see_other(&(page::edit_url(site, &path) + &query)));
        }
        (false, Err(why)) => Some(Problem::from(WikiError::BadName { path, why })),
        (true, _) => None,
    };
    let folder =
        RepoPath::new(&asked.beside).and_then(|path| path.parent()).filter(|folder| !folder.is_root());
    let start = folder.map_or_else(String::new, |folder| format!("{folder}/"));
    let status = refused.as_ref().map_or(StatusCode::OK, Problem::status);
    let path = if written.is_empty() { start } else { written };
    let templates = site.wiki.templates(actor, ANY_PAGE)?;
    let templates: Vec<String> = templates.into_iter().map(|template| template.name).collect();
    let chosen = &asked.template;
    let values = json!({ "path": path, "templates": templates, "template": chosen, "problem": refused });
    let (route, template, title) = ("/-/new".to_owned(), "new", "wiki_new");
    Ok(page::show(site, &Shown { status, route, template, title, name: "", values }))
}

//! Pages of the wiki, from the theme's templates, with the headers that keep foreign scripts out of them.

use axum::{
    body::Body,
    http::{
        HeaderName, HeaderValue, StatusCode,
        header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY, X_FRAME_OPTIONS},
    },
    response::Response,
};
use serde_json::{Value, json};

use super::{
    super::read::empty,
    Site, WikiSite,
    api::top::Top,
    problem::{Problem, off_thread},
    random, statics,
};
use crate::{
    base::{path::RepoPath, url::encode_path},
    git::LeftAlone,
    render::{Rendered, WikiPage},
    wiki::name,
};

/// A page to be shown.
pub(super) struct Shown<'a> {
    pub(super) status: StatusCode,
    /// Its address, below the base path.
    pub(super) route: String,
    pub(super) template: &'a str,
    pub(super) title: &'a str,
    /// What it is about.
    pub(super) name: &'a str,
    pub(super) values: Value,
}

/// Renders a page of the wiki.
pub(super) fn show(site: &Site, page: &Shown<'_>) -> Response {
    let nonce = random();
    let rendered = render(site, page, &nonce);
    let mut response = empty(page.status);
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(CONTENT_TYPE, rendered.media_type);
    set(CONTENT_SECURITY_POLICY, &policy(&nonce));
    set(X_FRAME_OPTIONS, "SAMEORIGIN");
    set(REFERRER_POLICY, "same-origin");
    *response.body_mut() = Body::from(rendered.bytes);
    response
}

fn render(site: &WikiSite, page: &Shown<'_>, nonce: &str) -> Rendered {
    let snapshot = site.wiki.engine().snapshot();
    let mut values = page.values.clone();
    values["token"] = json!(site.token);
    values["style"] = json!(statics::address("wiki.css"));
    values["base"] = json!(format!("{}/-", site.base_path_of_site()));
    let (route, template, title, name) = (&*page.route, page.template, page.title, page.name);
    snapshot.renderer.wiki_page(&WikiPage { route, template, title, name, values: &values, nonce })
}

/// Scripts and styles are ours, or have the nonce; nobody else shows the page in a frame, and its forms lead here.
fn policy(nonce: &str) -> String {
    format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; \
         style-src-attr 'unsafe-inline'; img-src * data: blob:; media-src *; frame-src 'self' blob:; \
         object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
    )
}

/// Leads the browser elsewhere, with a GET.
pub(super) fn see_other(address: &str) -> Response {
    let mut response = empty(StatusCode::SEE_OTHER);
    if let Ok(value) = HeaderValue::from_str(address) {
        response.headers_mut().insert(LOCATION, value);
    }
    response
}

/// What follows a save without a script: what is at an address, or first the files of the work tree that were left as they are.
pub(super) fn saved(site: &Site, route: &str, address: &str, left_alone: Vec<LeftAlone>) -> Response {
    if left_alone.is_empty() {
        return see_other(address);
    }
    let left_alone = Top::of(site).left_alone(left_alone);
    let values = json!({ "left_alone": left_alone, "page_url": address });
    let (status, template, title, name) = (StatusCode::OK, "saved", "wiki_saved", "");
    show(site, &Shown { status, route: route.to_owned(), template, title, name, values })
}

/// Does something on a thread that may work for long, and shows its answer, or the problem in its way.
pub(super) async fn answered(
    site: Site,
    route: String,
    work: impl FnOnce(&Site) -> Result<Response, Problem> + Send + 'static,
) -> Response {
    let done = off_thread({
        let (site, route) = (site.clone(), route.clone());
        move || Ok(work(&site).unwrap_or_else(|why| problem(&site, &route, &why)))
    });
    done.await.unwrap_or_else(|why| problem(&site, &route, &why))
}

/// A problem as a page.
pub(super) fn problem(site: &Site, route: &str, problem: &Problem) -> Response {
    let values = json!({ "problem": problem });
    let shown = Shown {
        status: problem.status(),
        route: route.to_owned(),
        template: "problem",
        title: "wiki_problem",
        name: "",
        values,
    };
    show(site, &shown)
}

/// The page for an address where a page could be; `None` for addresses that no page can have.
pub(super) fn missing(site: &WikiSite, path: &str) -> Option<Rendered> {
    let snapshot = site.wiki.engine().snapshot();
    let content = snapshot.renderer.site().content().clone();
    let stem = path.trim_matches('/').trim_end_matches(".html");
    let last = stem.rsplit('/').next().unwrap_or(stem);
    let has_extension = last.rsplit_once('.').is_some_and(|(_, extension)| extension.len() <= 5);
    let file = match stem {
        "" => content.join("index.md"),
        _ if has_extension => return None,
        stem => content.resolve(&format!("{stem}.md"))?,
    };
    name::new(file.as_str()).ok()?;
    let values = json!({ "path": file, "edit_url": edit_url(site, &file) });
    let status = StatusCode::NOT_FOUND;
    let (template, title) = ("missing", "not_found");
    let page = Shown { status, route: path.to_owned(), template, title, name: "", values };
    Some(render(site, &page, ""))
}

/// The address where a file is edited.
pub(super) fn edit_url(site: &WikiSite, path: &RepoPath) -> String {
    encode_path(&format!("{}/-/edit/{path}", site.base_path_of_site()))
}

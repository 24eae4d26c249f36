//! Any page of the site as of any commit. Its links lead to other pages of the same commit, and a banner says what this is.

use axum::{
    extract::{Path, Request, State},
    http::{HeaderName, HeaderValue, StatusCode},
    response::Response,
};
use bytes::Bytes;
use serde_json::json;

use super::{
    super::{
        super::{
            live::is_page,
            read::{found, in_own_origin},
        },
        Site, WikiSite,
        actor::Reader,
        page,
        problem::{Problem, off_thread},
        statics,
    },
    commit_values,
};
use crate::{
    base::{digest::Digest, url::encode_path},
    engine::{Made, Page},
    render::{Rendered, WikiPage},
    site::route::Route,
    wiki::{Actor, past::at::PastSite},
};

/// Search engines shall find what is, not what was.
const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");

/// What is to be answered.
enum Shown {
    Page { status: StatusCode, bytes: Bytes, media_type: &'static str, made: Made },
    Elsewhere(String),
}

/// Shows it.
pub(super) async fn show(
    State(site): State<Site>,
    Reader(actor): Reader,
    Path(address): Path<String>,
    request: Request,
) -> Response {
    let (head, _) = request.into_parts();
    let route = format!("/-/at/{address}");
    let shown = off_thread({
        let site = site.clone();
        move || look(&site, &actor, &address)
    });
    let mut response = match shown.await {
        Ok(Shown::Elsewhere(address)) => page::see_other(&address),
        Ok(Shown::Page { status, bytes, media_type, made }) => {
            let etag = format!("\"{}\"", Digest::of(&bytes));
            let mut response = found(&head, bytes, media_type, &etag);
            if response.status() == StatusCode::OK {
                *response.status_mut() = status;
            }
            match made {
                Made::Here => response,
                Made::Elsewhere => in_own_origin(response, media_type),
            }
        }
        Err(problem) => page::problem(&site, &route, &problem),
    };
    response.headers_mut().insert(ROBOTS, HeaderValue::from_static("noindex"));
    response
}

fn look(site: &WikiSite, actor: &Actor, address: &str) -> Result<Shown, Problem> {
    let (commit, rev, path) = site.wiki.split_revision(address)?;
    let base_path = format!("{}/-/at/{rev}", site.base_path_of_site());
    if path.is_empty() {
        return Ok(Shown::Elsewhere(encode_path(&format!("{base_path}/"))));
    }
    let past = site.wiki.site_at(actor, commit, &base_path)?;
    Ok(match past.page(path) {
        Page::Moved(to) => Shown::Elsewhere(to.href(&base_path)),
        Page::Found(page, made) => {
            let bytes = shown(site, &past, rev, path, &page);
            Shown::Page { status: StatusCode::OK, bytes, media_type: page.media_type, made }
        }
        Page::NotFound(page, made) => {
            let bytes = shown(site, &past, rev, path, &page);
            Shown::Page { status: StatusCode::NOT_FOUND, bytes, media_type: page.media_type, made }
        }
    })
}

fn shown(site: &WikiSite, past: &PastSite, rev: &str, path: &str, page: &Rendered) -> Bytes {
    match is_page(page.media_type) {
        true => with_banner(&page.bytes, &banner(site, past, rev, path)),
        false => page.bytes.clone(),
    }
}

/// What says when this was, and leads to what is.
fn banner(site: &WikiSite, past: &PastSite, rev: &str, path: &str) -> Vec<u8> {
    let snapshot = site.wiki.engine().snapshot();
    let base_path = site.base_path_of_site();
    let is_there = snapshot.renderer.site().routes().contains(&Route::new(path));
    let now = if is_there { path } else { "/" };
    let values = json!({
        "commit": commit_values(site, &past.commit),
        "rev": rev,
        "is_name": !past.commit.id.to_string().starts_with(rev),
        "now_url": encode_path(&format!("{base_path}{now}")),
        "style": statics::address("wiki.css"),
    });
    let (route, template, title) = ("/-/at", "at", "wiki_at");
    snapshot
        .renderer
        .wiki_page(&WikiPage { route, template, title, name: "", values: &values, nonce: "" })
        .bytes
        .to_vec()
}

/// What some pages begin with: a link past what every page has. It has to be the first one.
const SKIP: &str = "<a class=\"skip\"";

/// A page with a banner at the beginning of its body; as it is when it has none.
fn with_banner(html: &[u8], banner: &[u8]) -> Bytes {
    let is_body = |part: &[u8]| part.eq_ignore_ascii_case(b"<body");
    let start = html.windows(b"<body".len()).position(is_body);
    let end = start.and_then(|start| Some(start + html[start..].iter().position(|byte| *byte == b'>')? + 1));
    let Some(end) = end else { return Bytes::copy_from_slice(html) };
    let rest = html[end..].trim_ascii_start();
    let skip_end =
        rest.starts_with(SKIP.as_bytes()).then(|| rest.windows(4).position(|part| part == b"</a>"));
    let end = skip_end.flatten().map_or(end, |at| html.len() - rest.len() + at + 4);
    [&html[..end], banner, &html[end..]].concat().into()
}

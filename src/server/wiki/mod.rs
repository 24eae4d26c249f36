//! The wiki over HTTP: everything below `/-/`. What is done is decided by [`wiki`](crate::wiki); here requests become calls.
//!
//! 1. [`answer`] checks the names that a request gives to this server, and takes the base path off.
//! 2. A router finds the action. Its arguments are extractors: who acts ([`actor`]), and what was sent.
//! 3. The action calls one operation of the wiki, on a thread that may work for long, and shows its value: as a page of the
//!    theme ([`page`]), or as JSON ([`api`]). What fails is a [`problem`].

mod actor;
mod api;
#[cfg(test)]
mod attack_tests;
mod body;
mod drafts;
mod edit;
mod files;
mod health;
mod lists;
mod metrics;
mod multipart;
#[cfg(test)]
mod order_tests;
mod page;
mod past;
mod problem;
mod relocate;
mod remove;
mod search;
mod statics;
#[cfg(test)]
mod tests;
mod undelete;

use std::{
    hash::{BuildHasher as _, RandomState},
    sync::Arc,
};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{StatusCode, Uri, header::CONTENT_LENGTH, request::Parts},
    middleware,
    response::{IntoResponse as _, Response},
    routing::get,
};
use tokio::sync::watch;
use tower_service::Service as _;

pub(super) use self::metrics::{Metrics, route_of};
use self::{
    body::{PACE, paced},
    problem::Problem,
};
use super::{
    Answer, Pages,
    address::{decode_path, normal_base_path},
    read::{Shared, has_own_host, text},
    streams::Streams,
};
use crate::{
    base::{path::RepoPath, url::encode_path},
    engine::{Event, Viewing},
    git::Author,
    parse::slug,
    wiki::{Wiki, save::MAX_FILE_BYTES},
};

/// The folder of all that is not a page of the site.
pub(super) const FOLDER: &str = "/-/";
/// How many may listen to what changes at once.
const MAX_LISTENERS: usize = 256;
/// How much JSON or a form may have besides the file in it.
const MAX_BODY_BYTES: usize = 2 * MAX_FILE_BYTES;

/// A wiki as it is served: with the one who acts in it, until there are accounts.
pub struct WikiSite {
    wiki: Arc<Wiki>,
    author: Author,
    /// What only forms of ours have.
    token: String,
    pub(super) metrics: Metrics,
    trial: health::Trial,
}

impl WikiSite {
    /// Serves a wiki whose edits are all of one author.
    pub fn new(wiki: Arc<Wiki>, author: Author) -> Self {
        let token = wiki.secret().unwrap_or_else(|_| random());
        Self { wiki, author, token, metrics: Metrics::new(), trial: health::Trial::default() }
    }
}

impl Pages for WikiSite {
    fn get(&self, path: &str) -> Answer {
        match Pages::get(self.wiki.engine(), path) {
            nothing @ Answer::NotFound { .. } => match page::missing(self, path) {
                Some(page) => {
                    let (bytes, media_type) = (page.bytes, page.media_type.to_owned());
                    Answer::NotFound { bytes, media_type, is_copy: false }
                }
                None => nothing,
            },
            found => found,
        }
    }

    fn base_path(&self) -> String {
        Pages::base_path(self.wiki.engine())
    }

    fn is_live(&self) -> bool {
        Pages::is_live(self.wiki.engine())
    }

    fn look(&self, path: &str, tell: Box<dyn Fn(Event) + Send + Sync>) -> Option<Viewing> {
        Pages::look(self.wiki.engine(), path, tell)
    }

    fn wiki(self: Arc<Self>) -> Option<Arc<WikiSite>> {
        Some(self)
    }
}

/// What the actions share.
pub(super) type Site = Arc<WikiSite>;

/// All actions of a wiki.
pub(super) fn router(site: Site, stopping: watch::Receiver<bool>) -> Router {
    Router::new()
        .route("/-/edit/{*path}", get(edit::form).post(edit::submit))
        .route("/-/static/{*name}", get(statics::answer))
        .merge(past::router())
        .route("/-/health", get(health::answer))
        .route("/-/metrics", get(metrics::answer))
        .merge(drafts::router())
        .merge(api::router(Streams::new(MAX_LISTENERS, stopping)))
        .merge(files::router())
        .merge(relocate::router())
        .merge(remove::router())
        .merge(undelete::router())
        .merge(search::router())
        .merge(lists::router())
        .fallback(problem::nothing_here)
        .layer(middleware::from_fn(metrics::keep_route))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(site)
}

/// Whether a request is for the wiki and not for a page of the site.
pub(super) fn concerns(base_path: &str, raw_path: &str) -> bool {
    below(base_path, raw_path).is_some()
}

fn below<'a>(base_path: &str, raw_path: &'a str) -> Option<&'a str> {
    raw_path.strip_prefix(&*encode_path(base_path)).filter(|path| path.starts_with(FOLDER))
}

/// Answers to a request for the wiki.
pub(super) async fn answer(shared: &Shared, router: &Router, request: Request) -> Response {
    let (mut head, body) = request.into_parts();
    if !has_own_host(shared.bound, &head) {
        let reason = "This server answers only to the names of this machine, such as `localhost`.";
        return text(&head, StatusCode::FORBIDDEN, reason);
    }
    if let Err(reason) = decode_path(head.uri.path()) {
        return Problem::bad_request(reason).into_response();
    }
    let base_path = normal_base_path(&shared.pages.base_path());
    match without_base_path(&head, &base_path) {
        Some(uri) => head.uri = uri,
        None => return Problem::bad_request("the path has no meaning here").into_response(),
    }
    if said_length(&head) > MAX_BODY_BYTES as u64 {
        let limit = MAX_BODY_BYTES >> 20;
        let problem = Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "the request is too large");
        return problem.with_detail(format!("send less than {limit} MB at once")).into_response();
    }
    let answer = router.clone().call(Request::from_parts(head, paced(body, PACE))).await;
    answer.unwrap_or_else(|never| match never {})
}

/// How long a body is, as its client says.
fn said_length(head: &Parts) -> u64 {
    let length = head.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    length.and_then(|length| length.parse().ok()).unwrap_or(0)
}

fn without_base_path(head: &Parts, base_path: &str) -> Option<Uri> {
    let path = below(base_path, head.uri.path())?;
    let query = head.uri.query().map_or_else(String::new, |query| format!("?{query}"));
    format!("{path}{query}").parse().ok()
}

/// A text that nobody can guess.
pub(super) fn random() -> String {
    let part = |number: u8| RandomState::new().hash_one(number);
    format!("{:016x}{:016x}", part(0), part(1))
}

/// What is at a path of the site, for the extractors and pages of this folder.
impl WikiSite {
    fn base_path_of_site(&self) -> String {
        normal_base_path(&Pages::base_path(self))
    }

    /// What a page is called, or would be if it were there; the name of another file or of a folder.
    fn title_of(&self, file: &RepoPath) -> String {
        let snapshot = self.wiki.engine().snapshot();
        let site = snapshot.renderer.site();
        let title = site.page_of_file(file).map(|id| site.page(id).title.to_string());
        title.unwrap_or_else(|| {
            if file.is_markdown() { slug::title_from_name(file.stem()) } else { file.file_name().to_owned() }
        })
    }

    /// The address of a file's page, if it has one; else that of the first page.
    fn address_of(&self, path: &RepoPath) -> String {
        let snapshot = self.wiki.engine().snapshot();
        let site = snapshot.renderer.site();
        match site.route_of_file(path) {
            Some(route) => route.href(site.base_path()),
            None => format!("{}/", site.base_path()),
        }
    }
}

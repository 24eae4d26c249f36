//! [`answer`]: one request for something of the site, from its head to the response.
//!
//! 1. [`site_path`] checks the method, the `Host` and the address, and takes the base path off.
//! 2. [`Pages::get`] finds or renders the page, on a thread that may work for long.
//! 3. [`found`] compares with what the client has (`If-None-Match`) and cuts out what it asks for (`Range`).

use std::{net::SocketAddr, sync::Arc, time::Instant};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{ConnectInfo, Request, State},
    http::{
        HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
        header::{
            ACCEPT_RANGES, ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY,
            CONTENT_TYPE, ETAG, HOST, IF_NONE_MATCH, IF_RANGE, LOCATION, RANGE, X_CONTENT_TYPE_OPTIONS,
        },
        request::Parts,
    },
    response::Response,
};

use super::{
    Answer, Pages, WikiSite,
    address::{Within, decode_path, is_own_host, normal_base_path, strip_base_path, with_single_slashes},
    live::{self, Problems},
    range::{Part, part_of},
    room::{self, Room},
    streams::Streams,
    wiki,
};
use crate::base::{digest::Digest, media, url::encode_path};

/// Gives a document an origin of its own: its scripts run, and can neither read nor write anything of the wiki.
const SANDBOX: &str = "sandbox allow-scripts allow-forms allow-popups allow-downloads";

/// What every request needs.
pub(super) struct Shared {
    pub(super) pages: Arc<dyn Pages>,
    pub(super) wiki: Option<Actions>,
    pub(super) bound: SocketAddr,
    /// Names this run of the server.
    pub(super) run: u64,
    /// Where presenters are.
    pub(super) room: Room,
    /// Begins streams of events for pages.
    pub(super) streams: Streams,
}

/// The wiki, if it is one, and its actions.
pub(super) struct Actions {
    pub(super) site: Arc<WikiSite>,
    pub(super) router: Router,
}

/// Answers a request, and counts it.
pub(super) async fn answer(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let Some(wiki) = &shared.wiki else { return answer_to(&shared, peer, request).await };
    let (begun, method) = (Instant::now(), request.method().clone());
    let response = answer_to(&shared, peer, request).await;
    wiki.site.metrics.note(wiki::route_of(&response), &method, response.status().as_u16(), begun.elapsed());
    response
}

async fn answer_to(shared: &Arc<Shared>, peer: SocketAddr, request: Request) -> Response {
    let base_path = normal_base_path(&shared.pages.base_path());
    if let Some(wiki) = &shared.wiki
        && wiki::concerns(&base_path, request.uri().path())
    {
        return wiki::answer(shared, &wiki.router, request).await;
    }
    let (head, body) = request.into_parts();
    if head.method == Method::POST && is_lead(&base_path, head.uri.path()) {
        return room::lead(shared, &head, body, &base_path).await;
    }
    let path = match site_path(shared, &head, &base_path) {
        Ok(path) => path,
        Err(response) => return *response,
    };
    if let Some(name) = path.strip_prefix(live::FOLDER) {
        return live::answer(shared, &head, &base_path, name);
    }
    let pages = Arc::clone(&shared.pages);
    let asked = path.clone();
    let Ok(answer) = tokio::task::spawn_blocking(move || pages.get(&asked)).await else {
        let sentence = "The page could not be made. The server's terminal says why.";
        return text(&head, StatusCode::INTERNAL_SERVER_ERROR, sentence);
    };
    let (is_live, is_wiki) = (shared.pages.is_live(), shared.wiki.is_some());
    match answer {
        Answer::Found { bytes, media_type, digest, is_copy: true } if is_wiki => {
            in_own_origin(found(&head, bytes, &media_type, &format!("\"{digest}\"")), &media_type)
        }
        Answer::NotFound { bytes, media_type, is_copy: true } if is_wiki => {
            in_own_origin(with_body(&head.method, StatusCode::NOT_FOUND, &media_type, bytes), &media_type)
        }
        Answer::Found { bytes, media_type, digest, .. } if live::is_page(&media_type) => {
            // Its address and token are those of this run.
            let in_room = room::with_room(shared, &head, peer, &base_path, &path, &bytes);
            let problems = match &in_room {
                None => Problems::Panel,
                Some(_) if room::is_presenter(&head, peer) => Problems::Badge,
                Some(_) => Problems::Nowhere,
            };
            let room = in_room.as_ref().map(|bytes| format!("-{}", Digest::of(bytes))).unwrap_or_default();
            let bytes = in_room.unwrap_or(bytes);
            if !is_live {
                return found(&head, bytes, &media_type, &format!("\"{digest}{room}\""));
            }
            let bytes = live::with_script(&bytes, &base_path, &digest, problems);
            found(&head, bytes, &media_type, &format!("\"{digest}{room}-live\""))
        }
        Answer::Found { bytes, media_type, digest, .. } => {
            found(&head, bytes, &media_type, &format!("\"{digest}\""))
        }
        Answer::Moved { to } => moved(&base_path, &to, head.uri.query()),
        Answer::NotFound { mut bytes, media_type, .. } => {
            if is_live {
                bytes = live::with_script(&bytes, &base_path, &Digest::of(&bytes), Problems::Panel);
            }
            with_body(&head.method, StatusCode::NOT_FOUND, &media_type, Bytes::from_owner(bytes))
        }
    }
}

/// The answer with a file that somebody may have put there with a browser: its scripts must not act as ours. It holds for all
/// answers about such a file, since browsers take the headers of a `304` for those of their copy.
pub(super) fn in_own_origin(mut response: Response, media_type: &str) -> Response {
    if runs_scripts(media_type) {
        set(&mut response, CONTENT_SECURITY_POLICY, SANDBOX);
    }
    response
}

/// Whether browsers run scripts that are in a document of a media type.
fn runs_scripts(media_type: &str) -> bool {
    let kind = media_type.split(';').next().unwrap_or(media_type).trim();
    kind == "text/html" || kind.ends_with("/xml") || kind.ends_with("+xml")
}

/// Whether a path is that at which presenters say where they are.
fn is_lead(base_path: &str, raw_path: &str) -> bool {
    let path = raw_path.strip_prefix(&*encode_path(base_path));
    path.and_then(|path| path.strip_prefix(live::FOLDER)) == Some(room::LEAD)
}

/// The decoded path below the base path, or the response for a request that asks for no page.
fn site_path(shared: &Shared, head: &Parts, base_path: &str) -> Result<String, Box<Response>> {
    if !matches!(head.method, Method::GET | Method::HEAD) {
        let mut response = text(head, StatusCode::METHOD_NOT_ALLOWED, "This is for reading only.");
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return Err(Box::new(response));
    }
    if !has_own_host(shared.bound, head) {
        let reason = "This server answers only to the names of this machine, such as `localhost`.";
        return Err(Box::new(text(head, StatusCode::FORBIDDEN, reason)));
    }
    let raw = head.uri.path();
    let squeezed = with_single_slashes(raw);
    let path = match decode_path(squeezed.as_deref().unwrap_or(raw)) {
        // Whole paths lead on, below the base path or not: it may have been written with too many slashes, too.
        Ok(path) if squeezed.is_some() => return Err(Box::new(moved("", &path, head.uri.query()))),
        Ok(path) => path,
        Err(reason) => return Err(Box::new(text(head, StatusCode::BAD_REQUEST, reason))),
    };
    match strip_base_path(base_path, &path) {
        Within::Site(path) => Ok(path.to_owned()),
        Within::Door => Err(Box::new(moved(base_path, "/", head.uri.query()))),
        Within::Outside => {
            let reason = format!("The site is at `{base_path}/`.");
            Err(Box::new(text(head, StatusCode::NOT_FOUND, &reason)))
        }
    }
}

/// Whether every name that the request gives to the server is its own. There must be one `Host`.
pub(super) fn has_own_host(bound: SocketAddr, head: &Parts) -> bool {
    let mut hosts = head.headers.get_all(HOST).iter();
    let is_own = |host: &HeaderValue| host.to_str().is_ok_and(|host| is_own_host(bound, host));
    let has_one = match (hosts.next(), hosts.next()) {
        (Some(host), None) => is_own(host),
        (None, _) => !bound.ip().is_loopback(),
        (Some(_), Some(_)) => false,
    };
    has_one && head.uri.authority().is_none_or(|authority| is_own_host(bound, authority.as_str()))
}

pub(super) fn found(head: &Parts, bytes: Bytes, media_type: &str, etag: &str) -> Response {
    let len = bytes.len();
    let mut response = if is_known(&head.headers, etag) {
        empty(StatusCode::NOT_MODIFIED)
    } else {
        match asked_part(head, etag, len) {
            Part::Whole => with_body(&head.method, StatusCode::OK, media_type, bytes),
            Part::Bytes(range) => {
                let content_range = format!("bytes {}-{}/{len}", range.start, range.end - 1);
                let mut response =
                    with_body(&head.method, StatusCode::PARTIAL_CONTENT, media_type, bytes.slice(range));
                set(&mut response, CONTENT_RANGE, &content_range);
                response
            }
            Part::Outside => {
                let mut response =
                    text(head, StatusCode::RANGE_NOT_SATISFIABLE, "The range is behind the end.");
                set(&mut response, CONTENT_RANGE, &format!("bytes */{len}"));
                return response;
            }
        }
    };
    set(&mut response, ETAG, etag);
    set(&mut response, ACCEPT_RANGES, "bytes");
    response
}

/// Whether the client has this version already.
fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let lists = headers.get_all(IF_NONE_MATCH).iter().filter_map(|list| list.to_str().ok());
    lists.flat_map(|list| list.split(',')).map(str::trim).any(|known| {
        // Caches on the way may have made it a weak one.
        known == "*" || known.strip_prefix("W/").unwrap_or(known) == etag
    })
}

fn asked_part(head: &Parts, etag: &str, len: usize) -> Part {
    let is_same = head.headers.get(IF_RANGE).is_none_or(|wanted| wanted == etag);
    match head.headers.get(RANGE).and_then(|range| range.to_str().ok()) {
        Some(range) if head.method == Method::GET && is_same => part_of(range, len),
        _ => Part::Whole,
    }
}

fn moved(base_path: &str, to: &str, query: Option<&str>) -> Response {
    // One slash at the beginning: two would lead to another host.
    let mut location = encode_path(&format!("{base_path}/{}", to.trim_start_matches('/')));
    if let Some(query) = query {
        location = format!("{location}?{query}");
    }
    let mut response = empty(StatusCode::PERMANENT_REDIRECT);
    set(&mut response, LOCATION, &location);
    set(&mut response, CONTENT_LENGTH, "0");
    response
}

pub(super) fn text(head: &Parts, status: StatusCode, sentence: &str) -> Response {
    with_body(&head.method, status, media::TEXT, Bytes::from(format!("{sentence}\n")))
}

fn with_body(method: &Method, status: StatusCode, media_type: &str, bytes: Bytes) -> Response {
    let mut response = empty(status);
    set(&mut response, CONTENT_TYPE, media_type);
    set(&mut response, CONTENT_LENGTH, &bytes.len().to_string());
    if method != Method::HEAD {
        *response.body_mut() = Body::from(bytes);
    }
    response
}

/// A response with the headers that every response has. Browsers keep a copy, and ask each time whether it still holds.
pub(super) fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    set(&mut response, CACHE_CONTROL, "no-cache");
    set(&mut response, X_CONTENT_TYPE_OPTIONS, "nosniff");
    response
}

/// Sets a header, unless its value can't stand in one.
fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

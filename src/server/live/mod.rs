//! Live pages: the script that is put into them, and the stream of events that it listens to.
//!
//! Everything is below `/.recto/`, where no site can have files: hidden names are left out of it. What concerns a page is
//! decided by the [`engine`](crate::engine); here it becomes text.

#[cfg(test)]
mod tests;

use axum::{http::request::Parts, response::Response};
use bytes::Bytes;

use super::{
    address::{Within, decode_path, strip_base_path},
    read::{Shared, found, text},
    room,
    streams::{Teller, event},
};
use crate::{
    base::{digest::Digest, media, url::encode_path},
    engine::{Event, PageEvent, Shown},
};

/// The folder of what only the live server has.
pub(super) const FOLDER: &str = "/.recto/";
/// How many streams there may be at once.
pub(super) const MAX_STREAMS: usize = 1024;

/// The files of this folder, as the browser gets them.
const SCRIPTS: [(&str, &str); 3] = [
    ("live.js", include_str!("live.js")),
    ("morph.js", include_str!("morph.js")),
    ("panel.js", include_str!("panel.js")),
];

/// Where a request comes from, as browsers say.
const FETCH_SITE: &str = "sec-fetch-site";

/// Answers to a path below [`FOLDER`].
pub(super) fn answer(shared: &Shared, head: &Parts, base_path: &str, name: &str) -> Response {
    if name == "events" && shared.pages.is_live() {
        return events(shared, head, base_path);
    }
    if name == room::FOLLOW {
        return room::follow(shared, head, base_path);
    }
    match SCRIPTS.iter().find(|(script, _)| *script == name) {
        Some((_, code)) => {
            let bytes = Bytes::from_static(code.as_bytes());
            let etag = format!("\"{}\"", Digest::of(&bytes));
            found(head, bytes, "text/javascript; charset=utf-8", &etag)
        }
        None => text(head, axum::http::StatusCode::NOT_FOUND, "There is nothing here."),
    }
}

/// Where problems are shown. An audience has nothing to mend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Problems {
    /// Beside the page.
    Panel,
    /// Counted in the corner of a deck, unless it is presented.
    Badge,
    /// Nowhere: a deck on another machine.
    Nowhere,
}

impl Problems {
    /// As the script has it.
    fn as_str(self) -> &'static str {
        match self {
            Self::Panel => "panel",
            Self::Badge => "badge",
            Self::Nowhere => "nowhere",
        }
    }
}

/// A page with the script in it, before the end of its body.
pub(super) fn with_script(html: &[u8], base_path: &str, digest: &Digest, problems: Problems) -> Bytes {
    let src = encode_path(&format!("{base_path}{FOLDER}live.js"));
    let problems = problems.as_str();
    let script =
        format!("<script src=\"{src}\" data-recto=\"{digest}\" data-problems=\"{problems}\" defer></script>");
    let is_end = |part: &[u8]| part.eq_ignore_ascii_case(b"</body>");
    let at = html.windows(b"</body>".len()).rposition(is_end).unwrap_or(html.len());
    [&html[..at], script.as_bytes(), &html[at..]].concat().into()
}

/// The stream for one page, until the browser or the server ends it.
fn events(shared: &Shared, head: &Parts, base_path: &str) -> Response {
    let Some(page) = page_of(head.uri.query().unwrap_or_default(), "page", base_path) else {
        return text(head, axum::http::StatusCode::BAD_REQUEST, "`page` must be the path of a page.");
    };
    let (pages, run, base) = (shared.pages.clone(), shared.run, base_path.to_owned());
    stream(shared, head, move |tell: Teller| {
        pages.look(&page, Box::new(move |event| drop(tell.send(message(&event, run, &base)))))
    })
}

/// Whether a request comes from a page of another site, as browsers say.
pub(super) fn is_of_others(head: &Parts) -> bool {
    head.headers.get(FETCH_SITE).is_some_and(|site| site != "same-origin" && site != "none")
}

/// A stream of events for a page of this server: see [`Streams::begin`](super::streams::Streams::begin).
pub(super) fn stream<T: Send + 'static>(
    shared: &Shared,
    head: &Parts,
    begin: impl FnOnce(Teller) -> Option<T> + Send + 'static,
) -> Response {
    // Other sites could use up the streams.
    if is_of_others(head) {
        let reason = "These events are for the pages of this server.";
        return text(head, axum::http::StatusCode::FORBIDDEN, reason);
    }
    shared.streams.begin(begin).unwrap_or_else(|| {
        text(head, axum::http::StatusCode::SERVICE_UNAVAILABLE, "Too many pages are open.")
    })
}

/// Decodes the value of `page=…` or the like: an address as the browser has it, or its path below the base path.
pub(super) fn page_of(query: &str, name: &str, base_path: &str) -> Option<String> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let value = pairs.filter(|(found, _)| *found == name).map(|(_, value)| value).next()?;
    let address = percent_encoding::percent_decode_str(value).decode_utf8().ok()?;
    match strip_base_path(base_path, &decode_path(&address).ok()?) {
        Within::Site(path) => Some(path.to_owned()),
        Within::Door | Within::Outside => None,
    }
}

fn message(of: &Event, run: u64, base_path: &str) -> String {
    match of {
        Event::Page(page) => event("page", &page_json(page, run, base_path)),
        Event::Problems(shown) => event("problems", &problems_json(shown)),
    }
}

fn page_json(page: &PageEvent, run: u64, base_path: &str) -> serde_json::Value {
    let assets: Vec<String> = page.assets.iter().map(|asset| format!("{base_path}{asset}")).collect();
    serde_json::json!({
        // Tells a server that was started again from the one before.
        "run": run.to_string(),
        "number": page.number,
        "digest": page.digest.map(|digest| digest.to_string()),
        "exists": page.exists,
        "assets": assets,
    })
}

fn problems_json(shown: &Shown) -> serde_json::Value {
    serde_json::json!({ "errors": shown.n_errors, "warnings": shown.n_warnings, "text": shown.text })
}

/// Whether a media type is one of pages.
pub(super) fn is_page(media_type: &str) -> bool {
    media_type.starts_with(media::HTML.split(';').next().unwrap_or(media::HTML))
}

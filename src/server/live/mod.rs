//! Live pages: the script that is put into them, and the stream of events that it listens to.
//!
//! Everything is below `/.recto/`, where no site can have files: hidden names are left out of it. What concerns a page is
//! decided by the [`engine`](crate::engine); here it becomes text.

#[cfg(test)]
mod tests;

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header::CONTENT_TYPE, request::Parts},
    response::Response,
};
use futures_core::Stream;
use tokio::sync::{mpsc, watch};

use super::{
    address::{Within, decode_path, strip_base_path},
    read::{Shared, empty, found, text},
};
use crate::{
    base::{digest::Digest, media, url::encode_path},
    engine::{Event, PageEvent, Shown},
};

/// The folder of what only the live server has.
pub(super) const FOLDER: &str = "/.recto/";
/// How often an idle stream says that it is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How many events wait for a slow reader before it waits no more.
const MAX_WAITING: usize = 64;
/// How many streams there may be at once.
pub(super) const MAX_STREAMS: usize = 256;

/// The files of this folder, as the browser gets them.
const SCRIPTS: [(&str, &str); 3] = [
    ("live.js", include_str!("live.js")),
    ("morph.js", include_str!("morph.js")),
    ("panel.js", include_str!("panel.js")),
];

/// Where a request comes from, as browsers say.
const FETCH_SITE: &str = "sec-fetch-site";

/// Answers to a path below [`FOLDER`].
pub(super) async fn answer(shared: &Arc<Shared>, head: &Parts, base_path: &str, name: &str) -> Response {
    if name == "events" && shared.pages.is_live() {
        return events(shared.clone(), head, base_path).await;
    }
    match SCRIPTS.iter().find(|(script, _)| *script == name) {
        Some((_, code)) => {
            let bytes: Arc<[u8]> = Arc::from(code.as_bytes());
            let etag = format!("\"{}\"", Digest::of(&bytes));
            found(head, bytes, "text/javascript; charset=utf-8", &etag)
        }
        None => text(head, axum::http::StatusCode::NOT_FOUND, "There is nothing here."),
    }
}

/// A page with the script in it, before the end of its body.
pub(super) fn with_script(html: &[u8], base_path: &str, digest: &Digest) -> Arc<[u8]> {
    let src = encode_path(&format!("{base_path}{FOLDER}live.js"));
    let script = format!("<script src=\"{src}\" data-recto=\"{digest}\" defer></script>");
    let is_end = |part: &[u8]| part.eq_ignore_ascii_case(b"</body>");
    let at = html.windows(b"</body>".len()).rposition(is_end).unwrap_or(html.len());
    [&html[..at], script.as_bytes(), &html[at..]].concat().into()
}

/// The stream for one page, until the browser or the server ends it.
async fn events(shared: Arc<Shared>, head: &Parts, base_path: &str) -> Response {
    // Other sites could use up the streams.
    if head.headers.get(FETCH_SITE).is_some_and(|site| site != "same-origin" && site != "none") {
        return text(
            head,
            axum::http::StatusCode::FORBIDDEN,
            "These events are for the pages of this server.",
        );
    }
    let Some(page) = page_of(head.uri.query().unwrap_or_default(), base_path) else {
        return text(head, axum::http::StatusCode::BAD_REQUEST, "`page` must be the path of a page.");
    };
    let Ok(permit) = shared.streams.clone().try_acquire_owned() else {
        return text(head, axum::http::StatusCode::SERVICE_UNAVAILABLE, "Too many pages are open.");
    };
    let (to_browser, from_here) = mpsc::channel(MAX_WAITING);
    let (tell, told) = mpsc::unbounded_channel();
    let (pages, run, base) = (shared.pages.clone(), shared.run, base_path.to_owned());
    let stopping = shared.stopping.clone();
    tokio::spawn(async move {
        let _permit = permit;
        let look =
            move || pages.look(&page, Box::new(move |event| drop(tell.send(message(&event, run, &base)))));
        let Ok(Some(_viewing)) = tokio::task::spawn_blocking(look).await else { return };
        forward(told, to_browser, stopping).await;
    });
    let mut response = empty(axum::http::StatusCode::OK);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    *response.body_mut() = Body::from_stream(Messages(from_here));
    response
}

async fn forward(
    mut told: mpsc::UnboundedReceiver<String>,
    to_browser: mpsc::Sender<String>,
    mut stopping: watch::Receiver<bool>,
) {
    loop {
        let next = tokio::select! {
            told = told.recv() => told,
            () = tokio::time::sleep(KEEP_ALIVE) => Some(":\n\n".to_owned()),
            () = to_browser.closed() => None,
            _ = stopping.wait_for(|is_stopping| *is_stopping) => None,
        };
        let Some(next) = next else { return };
        if to_browser.try_send(next).is_err() {
            return;
        }
    }
}

/// Decodes `page=…`: an address as the browser has it.
fn page_of(query: &str, base_path: &str) -> Option<String> {
    let value = query.split('&').find_map(|pair| pair.strip_prefix("page="))?;
    let address = percent_encoding::percent_decode_str(value).decode_utf8().ok()?;
    match strip_base_path(base_path, &decode_path(&address).ok()?) {
        Within::Site(path) => Some(path.to_owned()),
        Within::Door | Within::Outside => None,
    }
}

fn message(event: &Event, run: u64, base_path: &str) -> String {
    match event {
        Event::Page(page) => lines("page", &page_json(page, run, base_path)),
        Event::Problems(shown) => lines("problems", &problems_json(shown)),
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

/// One event; JSON has no line breaks of its own.
fn lines(name: &str, data: &serde_json::Value) -> String {
    format!("event: {name}\nretry: 1000\ndata: {data}\n\n")
}

/// Whether a media type is one of pages.
pub(super) fn is_page(media_type: &str) -> bool {
    media_type.starts_with(media::HTML.split(';').next().unwrap_or(media::HTML))
}

/// Messages as the body of a response.
struct Messages(mpsc::Receiver<String>);

impl Stream for Messages {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|message| message.map(|message| Ok(Bytes::from(message))))
    }
}

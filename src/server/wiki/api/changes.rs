//! Each new commit of the branch, as a stream of events.
//!
//! The id of an event is the commit, so a browser that was cut off goes on where it was. Whoever has read a file says with
//! `since` at which commit, and misses nothing of what came in between.

use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    super::{
        super::streams::{Streams, Teller, event},
        Site,
        actor::Reader,
        problem::Problem,
    },
    sent::Asked,
    top::Top,
};
use crate::{
    base::path::RepoPath,
    git::{Arrival, Author, CommitId},
    wiki::Actor,
};

/// Where a stream that was cut off had come to, as browsers say.
const LAST_EVENT_ID: &str = "last-event-id";

/// What somebody wants to hear.
#[derive(Debug, Deserialize, JsonSchema)]
pub(in crate::server::wiki) struct AskedChanges {
    /// Only what changes this file.
    path: Option<String>,
    /// All that came after this commit.
    since: Option<CommitId>,
}

/// A commit that came to the branch.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::server::wiki) struct Change {
    commit: CommitId,
    author: Author,
    /// Since 1970, in seconds.
    at: i64,
    message: String,
    /// The files that it changes; `None` when anything may have changed, as after a branch was forced elsewhere.
    paths: Option<Vec<RepoPath>>,
}

/// What the stream is, for the document.
pub(in crate::server::wiki) const MEANING: &str = "Events with the name `change`, until the connection ends. The id of an event is the commit, so a stream that was cut off \
     goes on where it was (`Last-Event-ID`).";

/// Begins a stream.
pub(in crate::server::wiki) async fn stream(
    State(site): State<Site>,
    Extension(streams): Extension<Streams>,
    Reader(actor): Reader,
    Asked(wish): Asked<AskedChanges>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let last = headers.get(LAST_EVENT_ID).and_then(|id| CommitId::parse(id.to_str().ok()?));
    let since = last.or(wish.since);
    let path = wish.path.map(|path| Top::of(&site).below(&path)).transpose()?;
    let begin = move |tell: Teller| Some(listen(&site, &actor, path, since, tell));
    streams.begin(begin).ok_or_else(|| {
        let title = "too many are listening";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", title).with_detail("try again later")
    })
}

fn listen(
    site: &Site,
    actor: &Actor,
    path: Option<String>,
    since: Option<CommitId>,
    tell: Teller,
) -> crate::wiki::changes::Listening {
    let top = Top::of(site);
    site.wiki.listen(actor, since, move |arrival| {
        if path.as_ref().is_none_or(|path| concerns(&arrival, path)) {
            // A stream that has ended hears nothing.
            let _ = tell.send(message(&top, &arrival));
        }
    })
}

/// Whether a commit changes a file, or may do so.
fn concerns(arrival: &Arrival, path: &str) -> bool {
    arrival.paths.as_ref().is_none_or(|paths| paths.iter().any(|changed| changed.as_str() == path))
}

fn message(top: &Top, arrival: &Arrival) -> String {
    let Arrival { commit, author, at, message, paths } = arrival.clone();
    let paths = paths.map(|paths| top.paths(&paths));
    let change = Change { commit, author, at: at.seconds, message, paths };
    format!("id: {commit}\n{}", event("change", &json!(change)))
}

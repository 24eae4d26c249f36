//! Files of the wiki by their path: read, write, delete.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::{
    Site,
    actor::{Reader, Writer},
    problem::{Problem, off_thread},
};
use crate::{
    git::CommitId,
    wiki::{
        Actor, Change, Conflict, Outcome, Save, WikiError,
        merge::{Merged, Part},
        save::SaveResult,
    },
};

/// A file of the head.
#[derive(Debug, Serialize)]
pub(in crate::server::wiki) struct PageFile {
    path: String,
    content: String,
    commit: Option<CommitId>,
    /// The address of the page.
    url: Option<String>,
}

/// What is to be saved.
#[derive(Debug, Deserialize)]
pub(in crate::server::wiki) struct Put {
    content: String,
    #[serde(default)]
    message: String,
    base: Option<CommitId>,
    #[serde(default)]
    minor: bool,
}

/// What is to be deleted.
#[derive(Debug, Default, Deserialize)]
pub(in crate::server::wiki) struct Delete {
    #[serde(default)]
    message: String,
    base: Option<CommitId>,
}

/// A file as the head has it.
pub(in crate::server::wiki) async fn read(
    State(site): State<Site>,
    Reader(actor): Reader,
    Path(path): Path<String>,
) -> Result<Json<PageFile>, Problem> {
    off_thread(move || {
        let file = site.wiki.file(&actor, &path)?;
        let Some(bytes) = file.bytes else { return Err(WikiError::NoFile { path: file.path }.into()) };
        let content = String::from_utf8(bytes).map_err(|_| WikiError::NotText { path: file.path.clone() })?;
        let snapshot = site.wiki.engine().snapshot();
        let of_site = snapshot.renderer.site();
        let url = of_site.route_of_file(&file.path).map(|route| route.href(of_site.base_path()));
        Ok(Json(PageFile { path: file.path.to_string(), content, commit: file.commit, url }))
    })
    .await
}

/// Saves a file.
pub(in crate::server::wiki) async fn write(
    State(site): State<Site>,
    Writer(actor): Writer,
    Path(path): Path<String>,
    sent: Result<Json<Put>, axum::extract::rejection::JsonRejection>,
) -> Result<Response, Problem> {
    let Json(put) = sent.map_err(|error| Problem::bad_request(error.body_text()))?;
    let Put { content, message, base, minor } = put;
    let change = Change { path, content: Some(content.into_bytes()) };
    saved(site, actor, Save { changes: vec![change], base, message, minor }).await
}

/// Deletes a file.
pub(in crate::server::wiki) async fn delete(
    State(site): State<Site>,
    Writer(actor): Writer,
    Path(path): Path<String>,
    body: axum::body::Bytes,
) -> Result<Response, Problem> {
    let sent = if body.is_empty() { Ok(Delete::default()) } else { serde_json::from_slice(&body) };
    let Delete { message, base } = sent.map_err(|error| Problem::bad_request(error.to_string()))?;
    let base = match base {
        Some(base) => Some(base),
        None => site.wiki.head()?.commit,
    };
    let change = Change { path, content: None };
    saved(site, actor, Save { changes: vec![change], base, message, minor: false }).await
}

async fn saved(site: Site, actor: Actor, save: Save) -> Result<Response, Problem> {
    off_thread(move || {
        Ok(match site.wiki.save(&actor, &save)? {
            SaveResult::Saved(saved) => {
                let status = if saved.created { StatusCode::CREATED } else { StatusCode::OK };
                let mut answer = json!({ "commit": saved.commit, "outcome": outcome(saved.outcome) });
                if !saved.left_alone.is_empty() {
                    answer["left_alone"] = json!(saved.left_alone);
                }
                if let [path] = &*saved.merged
                    && let Some(bytes) = site.wiki.file(&actor, path.as_str())?.bytes
                {
                    answer["content"] = json!(String::from_utf8_lossy(&bytes));
                }
                (status, Json(answer)).into_response()
            }
            SaveResult::Conflict(conflicts) => {
                let answer = conflicts.first().map(conflict).unwrap_or_default();
                (StatusCode::CONFLICT, Json(answer)).into_response()
            }
        })
    })
    .await
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Committed => "committed",
        Outcome::Merged => "merged",
        Outcome::Unchanged => "unchanged",
    }
}

fn conflict(conflict: &Conflict) -> Value {
    let text =
        |bytes: &Option<Vec<u8>>| bytes.as_ref().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let part = |part: &Part| match part {
        Part::Clean(text) => json!({ "kind": "clean", "text": text }),
        Part::Conflict { base, ours, theirs } => {
            json!({ "kind": "conflict", "base": base, "ours": ours, "theirs": theirs })
        }
    };
    json!({
        "outcome": "conflict",
        "path": conflict.path,
        "commit": conflict.commit,
        "base": text(&conflict.base),
        "ours": text(&conflict.ours),
        "theirs": text(&conflict.theirs),
        "merged": conflict.merged.as_ref().map(Merged::with_markers),
        "parts": conflict.merged.as_ref().map(|merged| merged.parts.iter().map(part).collect::<Vec<_>>()),
    })
}

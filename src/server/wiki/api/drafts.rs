//! Texts that are in no commit: what somebody is writing, and what a conflict kept out.

use axum::{
    Json,
    extract::{Path, State, rejection::JsonRejection},
    http::StatusCode,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::{
    Site,
    actor::{Reader, Writer},
    problem::{Problem, off_thread},
};
use crate::{
    base::path::RepoPath,
    git::CommitId,
    wiki::{File, drafts::Draft},
};

/// The drafts of one file, the newest first.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::server::wiki) struct Found {
    drafts: Vec<Shown>,
}

/// A draft with its text.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::server::wiki) struct Shown {
    content: String,
    base: Option<CommitId>,
    /// What the file said at `base`.
    base_content: Option<String>,
    /// Since 1970, in seconds.
    saved_at: i64,
    conflict_with: Option<CommitId>,
}

/// All drafts of somebody.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::server::wiki) struct All {
    drafts: Vec<Named>,
}

/// A draft by its name.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::server::wiki) struct Named {
    path: RepoPath,
    saved_at: i64,
    conflict_with: Option<CommitId>,
}

/// What is being written.
#[derive(Debug, Deserialize, JsonSchema)]
pub(in crate::server::wiki) struct Put {
    content: String,
    base: Option<CommitId>,
}

/// The drafts of the one who asks.
pub(in crate::server::wiki) async fn list(
    State(site): State<Site>,
    Reader(actor): Reader,
) -> Result<Json<All>, Problem> {
    off_thread(move || {
        let drafts = site.wiki.drafts().of_author(&actor.author)?;
        let named = |Draft { path, saved_at, conflict_with, .. }| Named { path, saved_at, conflict_with };
        Ok(Json(All { drafts: drafts.into_iter().map(named).collect() }))
    })
    .await
}

/// The drafts of a file.
pub(in crate::server::wiki) async fn read(
    State(site): State<Site>,
    Reader(actor): Reader,
    Path(path): Path<String>,
) -> Result<Json<Found>, Problem> {
    off_thread(move || {
        let shown = |draft: Draft| {
            let base_content = match draft.base {
                // A commit may be gone by now: then the draft is still its author's.
                Some(base) => site.wiki.file_at(&actor, &path, base).ok().and_then(File::text),
                None => None,
            };
            let Draft { content, base, saved_at, conflict_with, .. } = draft;
            Shown { content, base, base_content, saved_at, conflict_with }
        };
        Ok(Json(Found { drafts: site.wiki.drafts_of(&actor, &path)?.into_iter().map(shown).collect() }))
    })
    .await
}

/// Keeps a draft.
pub(in crate::server::wiki) async fn write(
    State(site): State<Site>,
    Writer(actor): Writer,
    Path(path): Path<String>,
    sent: Result<Json<Put>, JsonRejection>,
) -> Result<StatusCode, Problem> {
    let Json(Put { content, base }) = sent.map_err(|error| Problem::bad_request(error.body_text()))?;
    off_thread(move || {
        site.wiki.keep_draft(&actor, &path, content, base)?;
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

/// Throws the drafts of a file away.
pub(in crate::server::wiki) async fn discard(
    State(site): State<Site>,
    Writer(actor): Writer,
    Path(path): Path<String>,
) -> Result<StatusCode, Problem> {
    off_thread(move || {
        site.wiki.discard_drafts(&actor, &path)?;
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

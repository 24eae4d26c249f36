//! Texts that are in no commit: what somebody is writing, and what a conflict kept out.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    super::{
        Site,
        actor::{Reader, Writer},
        problem::{Problem, off_thread},
    },
    pages,
    sent::{FilePath, Sent},
    top::Top,
};
use crate::{
    base::path::RepoPath,
    git::CommitId,
    wiki::{File, drafts::Draft},
};

/// The drafts of one file, the newest first.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::server::wiki) struct FileDrafts {
    drafts: Vec<FileDraft>,
}

/// A draft with its text.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::server::wiki) struct FileDraft {
    content: String,
    base: Option<CommitId>,
    /// What the file said at `base`.
    base_content: Option<String>,
    /// Since 1970, in seconds.
    saved_at: i64,
    conflict_with: Option<CommitId>,
}

/// Drafts drafts of somebody.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::server::wiki) struct Drafts {
    drafts: Vec<DraftName>,
}

/// A draft by its name.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::server::wiki) struct DraftName {
    path: RepoPath,
    saved_at: i64,
    conflict_with: Option<CommitId>,
}

/// What is being written.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::server::wiki) struct DraftText {
    content: String,
    base: Option<CommitId>,
}

/// What is to be saved together.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::server::wiki) struct DraftsToSave {
    /// The files.
    paths: Vec<String>,
    /// What the commit says about itself; by default the files that it changes.
    #[serde(default)]
    message: String,
}

/// Saves several drafts as one commit.
pub(in crate::server::wiki) async fn save(
    State(site): State<Site>,
    Writer(actor): Writer,
    Sent(DraftsToSave { paths, message }): Sent<DraftsToSave>,
) -> Result<Response, Problem> {
    off_thread(move || {
        let top = Top::of(&site);
        let paths: Vec<String> = paths.iter().map(|path| top.below(path)).collect::<Result<_, _>>()?;
        let result = site.wiki.save_drafts(&actor, &paths, &message)?;
        pages::answer(&site, &actor, result)
    })
    .await
}

/// The drafts of the one who asks.
pub(in crate::server::wiki) async fn list(
    State(site): State<Site>,
    Reader(actor): Reader,
) -> Result<Json<Drafts>, Problem> {
    off_thread(move || {
        let drafts = site.wiki.drafts_of_author(&actor)?;
        let top = Top::of(&site);
        let named = |Draft { path, saved_at, conflict_with, .. }| DraftName {
            path: top.path(&path),
            saved_at,
            conflict_with,
        };
        Ok(Json(Drafts { drafts: drafts.into_iter().map(named).collect() }))
    })
    .await
}

/// The drafts of a file.
pub(in crate::server::wiki) async fn read(
    State(site): State<Site>,
    Reader(actor): Reader,
    FilePath(path): FilePath,
) -> Result<Json<FileDrafts>, Problem> {
    off_thread(move || {
        let shown = |draft: Draft| {
            let base_content = match draft.base {
                // A commit may be gone by now: then the draft is still its author's.
                Some(base) => site.wiki.file_at(&actor, &path, base).ok().and_then(File::text),
                None => None,
            };
            let Draft { content, base, saved_at, conflict_with, .. } = draft;
            FileDraft { content, base, base_content, saved_at, conflict_with }
        };
        Ok(Json(FileDrafts { drafts: site.wiki.drafts_of(&actor, &path)?.into_iter().map(shown).collect() }))
    })
    .await
}

/// Keeps a draft.
pub(in crate::server::wiki) async fn write(
    State(site): State<Site>,
    Writer(actor): Writer,
    FilePath(path): FilePath,
    Sent(DraftText { content, base }): Sent<DraftText>,
) -> Result<StatusCode, Problem> {
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
    FilePath(path): FilePath,
) -> Result<StatusCode, Problem> {
    off_thread(move || {
        site.wiki.discard_drafts(&actor, &path)?;
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

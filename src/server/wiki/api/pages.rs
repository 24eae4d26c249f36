//! Files of the wiki by their path: read, write, delete.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    super::{
        Site,
        actor::{Reader, Writer},
        problem::{Problem, off_thread},
    },
    sent::{Asked, FilePath, Sent},
    top::Top,
};
use crate::{
    base::path::RepoPath,
    git::{CommitId, LeftAlone},
    wiki::{
        Actor, Change, Conflict, Outcome, Save, WikiError,
        merge::{Merged, Part},
        save::SaveResult,
    },
};

/// What the document says of conflicts.
pub(super) const CONFLICT: &str = "Others have changed the same words. Nothing is saved, and the text is kept as a draft; \
merge it, and send it with `base` as `commit` says.";

/// Which file is meant.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub(in crate::server::wiki) struct AskedFile {
    /// A commit at which the file had this path: where it was moved since, it is answered under the path that it has by now.
    since: Option<CommitId>,
}

/// A file of the head.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::server::wiki) struct PageFile {
    /// Its path in the repository.
    path: RepoPath,
    /// Its text.
    content: String,
    /// The head that it was read at: the `base` of a save.
    commit: Option<CommitId>,
    /// The address of the page; `null` for a file that is none.
    url: Option<String>,
}

/// What is to be saved.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::server::wiki) struct Put {
    /// The whole text.
    content: String,
    /// What the commit says about itself; without one it says which file was edited.
    #[serde(default)]
    message: String,
    /// The commit that the text was made from; without one the file must be new.
    base: Option<CommitId>,
    /// Whether it changes nothing of weight.
    #[serde(default)]
    minor: bool,
    /// Whether data with an error in it is saved all the same; the settings of the site never are.
    #[serde(default)]
    anyway: bool,
}

/// How something is to be deleted.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::server::wiki) struct Delete {
    /// What the commit says about itself.
    #[serde(default)]
    message: String,
    /// The commit that the file was seen at; it stays if it has changed since. Without one it goes as it is.
    base: Option<CommitId>,
}

/// A save that is done.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::server::wiki) struct Done {
    /// The head that has it.
    commit: CommitId,
    /// What became of it.
    outcome: DoneOutcome,
    /// The path that the file has by now, when it was moved since `base`: the save went there.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<RepoPath>,
    /// The address of the page there.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// The text as it is now, when it was merged with the changes of others.
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<String>,
    /// The files of the work tree that have changes of their own, and were left as they are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left_alone: Vec<LeftAlone>,
}

/// What became of a save.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum DoneOutcome {
    /// It is a commit as it was sent.
    Committed,
    /// It is a commit, put together with what others had saved.
    Merged,
    /// The branch had it already.
    Unchanged,
}

impl From<Outcome> for DoneOutcome {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Committed => Self::Committed,
            Outcome::Merged => Self::Merged,
            Outcome::Unchanged => Self::Unchanged,
        }
    }
}

/// A save that is not done: two sides changed a file in the same place.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::server::wiki) struct InConflict {
    /// Always `conflict`.
    outcome: ConflictOutcome,
    /// The file, by the path that it has by now: the next try goes there.
    path: RepoPath,
    /// The head that it is in conflict with: the `base` of the next try.
    commit: CommitId,
    /// What both sides began with; `null` when it wasn't there.
    base: Option<String>,
    /// What the wiki has; `null` when it is gone.
    ours: Option<String>,
    /// What was sent; `null` when it was to go.
    theirs: Option<String>,
    /// Both put together, with lines that mark the conflicts; `null` when they are no texts.
    merged: Option<String>,
    /// The same in parts.
    parts: Option<Vec<TextPart>>,
}

/// The one outcome of a save that is not done.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum ConflictOutcome {
    Conflict,
}

/// A part of a merged text: whole lines.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase", tag = "kind")]
enum TextPart {
    /// What there is no doubt about.
    Clean { text: String },
    /// What both sides changed, each in its way.
    Conflict { base: String, ours: String, theirs: String },
}

/// A file as the head has it.
pub(in crate::server::wiki) async fn read(
    State(site): State<Site>,
    Reader(actor): Reader,
    FilePath(path): FilePath,
    Asked(AskedFile { since }): Asked<AskedFile>,
) -> Result<Json<PageFile>, Problem> {
    off_thread(move || {
        let file = site.wiki.file_by_now(&actor, &path, since)?;
        let Some(bytes) = file.bytes else { return Err(WikiError::NoFile { path: file.path }.into()) };
        let content = String::from_utf8(bytes).map_err(|_| WikiError::NotText { path: file.path.clone() })?;
        let snapshot = site.wiki.engine().snapshot();
        let of_site = snapshot.renderer.site();
        let url = of_site.route_of_file(&file.path).map(|route| route.href(of_site.base_path()));
        Ok(Json(PageFile { path: Top::of(&site).path(&file.path), content, commit: file.commit, url }))
    })
    .await
}

/// Saves a file.
pub(in crate::server::wiki) async fn write(
    State(site): State<Site>,
    Writer(actor): Writer,
    FilePath(path): FilePath,
    Sent(put): Sent<Put>,
) -> Result<Response, Problem> {
    let Put { content, message, base, minor, anyway } = put;
    if let Some(path) = RepoPath::new(&path) {
        site.wiki.check(&path, &content, anyway)?;
    }
    let change = Change { path, content: Some(content.into_bytes()) };
    saved(site, actor, Save { changes: vec![change], base, message, minor }).await
}

/// Deletes a file.
pub(in crate::server::wiki) async fn delete(
    State(site): State<Site>,
    Writer(actor): Writer,
    FilePath(path): FilePath,
    body: axum::body::Bytes,
) -> Result<Response, Problem> {
    let sent = if body.is_empty() { Ok(Delete::default()) } else { serde_json::from_slice(&body) };
    let Delete { message, base } = sent.map_err(|error| Problem::bad_request(error.to_string()))?;
    off_thread(move || answer(&site, &actor, site.wiki.remove_file(&actor, &path, base, &message)?)).await
}

async fn saved(site: Site, actor: Actor, save: Save) -> Result<Response, Problem> {
    off_thread(move || answer(&site, &actor, site.wiki.save(&actor, &save)?)).await
}

/// What became of a save.
pub(super) fn answer(site: &Site, actor: &Actor, result: SaveResult) -> Result<Response, Problem> {
    Ok(match result {
        SaveResult::Saved(saved) => {
            let status = if saved.created { StatusCode::CREATED } else { StatusCode::OK };
            let content = match &*saved.merged {
                [path] => site.wiki.file(actor, path.as_str())?.text(),
                _ => None,
            };
            let (commit, outcome) = (saved.commit, saved.outcome.into());
            let top = Top::of(site);
            let left_alone = top.left_alone(saved.left_alone);
            let moved = match &*saved.moved {
                [(_, now)] => Some(now),
                _ => None,
            };
            let (path, url) = (moved.map(|now| top.path(now)), moved.map(|now| site.address_of(now)));
            let done = Done { commit, outcome, path, url, content, left_alone };
            (status, Json(done)).into_response()
        }
        SaveResult::Conflict(conflicts) => {
            let Some(conflict) = conflicts.first() else { return Err(WikiError::Nothing.into()) };
            (StatusCode::CONFLICT, Json(InConflict::of(&Top::of(site), conflict))).into_response()
        }
    })
}

impl InConflict {
    fn of(top: &Top, conflict: &Conflict) -> Self {
        let text =
            |bytes: &Option<Vec<u8>>| bytes.as_ref().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let merged = conflict.merged.as_ref();
        Self {
            outcome: ConflictOutcome::Conflict,
            path: top.path(&conflict.path),
            commit: conflict.commit,
            base: text(&conflict.base),
            ours: text(&conflict.ours),
            theirs: text(&conflict.theirs),
            merged: merged.map(Merged::with_markers),
            parts: merged.map(|merged| merged.parts.iter().map(TextPart::of).collect()),
        }
    }
}

impl TextPart {
    fn of(part: &Part) -> Self {
        match part.clone() {
            Part::Clean(text) => Self::Clean { text },
            Part::Conflict { base, ours, theirs } => Self::Conflict { base, ours, theirs },
        }
    }
}

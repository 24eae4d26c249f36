//! A commit with all that it changed, and the form that takes it back.

use axum::{
    Form,
    extract::{Path, State},
    response::Response,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    super::{
        Site, WikiSite,
        actor::{FormWriter, Reader},
        page,
        problem::Problem,
    },
    commit_values, diff, file_values, query_of, shown, undone, url,
};
use crate::wiki::{Actor, past::undo::FileDiff};

/// What the form sends.
#[derive(Debug, Deserialize)]
pub(super) struct Sent {
    commit: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    token: String,
}

/// Shows a commit.
pub(super) async fn show(
    State(site): State<Site>,
    Reader(actor): Reader,
    Path(rev): Path<String>,
) -> Response {
    let route = format!("/-/commit/{rev}");
    shown(site, route, "commit", "wiki_commit_title", move |site| values(site, &actor, &rev)).await
}

fn values(site: &WikiSite, actor: &Actor, rev: &str) -> Result<(String, Value), Problem> {
    let shown = site.wiki.commit_changes(actor, rev)?;
    let id = shown.commit.id;
    let mut room = diff::page_room();
    let file = |of: &FileDiff| {
        let (blocks, n_more) = diff::shortened(of.blocks.as_deref(), &mut room);
        let mut values = file_values(site, &of.file.path);
        let query = query_of([("to", &*id.to_string())]);
        values["diff_url"] = json!(format!("{}?{query}", url(site, "diff", of.file.path.as_str())));
        values["from"] = json!(of.file.from);
        values["gone"] = json!(of.file.is_gone);
        values["rows"] = json!(blocks.as_deref().map(diff::rows));
        values["n_more"] = json!(n_more);
        values
    };
    let files: Vec<Value> = shown.files.iter().map(file).collect();
    let values = json!({
        "commit": commit_values(site, &shown.commit),
        "minor": shown.is_minor,
        "files": files,
        "n_files": shown.n_files,
        "n_more": shown.n_files - files.len(),
        "is_merge": shown.commit.parents.len() > 1,
        "parents": shown.commit.parents.iter().map(|parent| json!({
            "short": parent.short(),
            "url": url(site, "commit", &parent.to_string()),
        })).collect::<Vec<_>>(),
        "at_url": format!("{}/", url(site, "at", &id.to_string())),
        "revert_url": format!("{}/-/revert", site.base_path_of_site()),
    });
    Ok((id.short(), values))
}

/// Takes a commit back.
pub(super) async fn revert(State(site): State<Site>, writer: FormWriter, Form(sent): Form<Sent>) -> Response {
    let route = format!("/-/commit/{}", sent.commit);
    page::answered(site, route.clone(), move |site| {
        let actor = writer.with_token(site, &sent.token).ok_or_else(Problem::stale_form)?;
        let result = site.wiki.revert(&actor, &sent.commit, &sent.message)?;
        let head = site.wiki.head()?.commit.map(|head| head.to_string()).unwrap_or_default();
        undone(site, route, result, &url(site, "commit", &head))
    })
    .await
}

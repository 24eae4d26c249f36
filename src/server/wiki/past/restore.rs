//! Asks whether a file shall be again what it was at a commit, and does it.

use axum::{
    Form,
    extract::{Path, Query, State},
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
    commit_values, diff, file_values, shown, title_of, undone, url,
};
use crate::{base::path::RepoPath, git::CommitId, wiki::Actor};

/// Which version.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    rev: String,
}

/// What the form sends.
#[derive(Debug, Deserialize)]
pub(super) struct Sent {
    rev: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    base: String,
    #[serde(default)]
    token: String,
}

/// Asks.
pub(super) async fn ask(
    State(site): State<Site>,
    Reader(actor): Reader,
    Path(path): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let route = format!("/-/restore/{path}");
    let page = move |site: &Site| values(site, &actor, &path, &asked.rev);
    shown(site, route, "restore", "wiki_restore_title", page).await
}

fn values(site: &WikiSite, actor: &Actor, path: &str, rev: &str) -> Result<(String, Value), Problem> {
    let head = site.wiki.head()?.commit;
    // What it is now, against what it would be.
    let now = head.map(|head| head.to_string());
    let comparison = site.wiki.compare(actor, path, now.as_deref(), Some(rev))?;
    let path = RepoPath::new(path).unwrap_or_default();
    let then = comparison.to.commit.id;
    let (blocks, n_more) = diff::shortened(comparison.blocks.as_deref(), &mut diff::page_room());
    let values = json!({
        "file": file_values(site, &path),
        "rev": then,
        "base": head,
        "commit": commit_values(site, &comparison.to.commit),
        "rows": blocks.as_deref().map(diff::rows),
        "n_more": n_more,
        "all_url": diff::all_url(site, &path, &comparison),
        "same": comparison.blocks.as_ref().is_some_and(Vec::is_empty),
        "action": url(site, "restore", path.as_str()),
    });
    Ok((title_of(site, &path), values))
}

/// Does it.
pub(super) async fn submit(
    State(site): State<Site>,
    writer: FormWriter,
    Path(path): Path<String>,
    Form(sent): Form<Sent>,
) -> Response {
    let route = format!("/-/restore/{path}");
    page::answered(site, route.clone(), move |site| {
        let actor = writer.with_token(site, &sent.token).ok_or_else(Problem::stale_form)?;
        let seen = CommitId::parse(&sent.base);
        let result = site.wiki.restore(&actor, &path, &sent.rev, seen, &sent.message)?;
        let address = site.address_of(&RepoPath::new(&path).unwrap_or_default());
        undone(site, route, result, &address)
    })
    .await
}

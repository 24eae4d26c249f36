//! The list of deleted files, and the form that brings one back.

use axum::{
    Form, Router,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
    routing::{get, post},
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Site,
    actor::{FormWriter, Reader},
    page::{self, Shown},
    problem::Problem,
};
use crate::{
    base::path::RepoPath,
    wiki::{Actor, undelete::LostFile},
};

/// What the form sends.
#[derive(Clone, Debug, Default, Deserialize)]
struct Sent {
    #[serde(default)]
    token: String,
    #[serde(default)]
    message: String,
}

/// The actions.
pub(super) fn router() -> Router<Site> {
    Router::new().route("/-/deleted", get(list)).route("/-/undelete/{*path}", post(submit).get(one))
}

async fn list(State(site): State<Site>, Reader(actor): Reader) -> Response {
    shown(site, actor, "/-/deleted".to_owned(), None).await
}

async fn one(State(site): State<Site>, Reader(actor): Reader, Path(path): Path<String>) -> Response {
    shown(site, actor, format!("/-/undelete/{path}"), RepoPath::new(&path)).await
}

/// Shows what was deleted: everything, or what was below a path.
async fn shown(site: Site, actor: Actor, route: String, below: Option<RepoPath>) -> Response {
    page::answered(site, route.clone(), move |site| {
        let mut lost = site.wiki.lost(&actor)?;
        lost.retain(|file| below.as_ref().is_none_or(|path| file.path.is_within(path)));
        let values = json!({ "kind": "deleted", "files": lost.iter().map(described).collect::<Vec<_>>() });
        let (template, title) = ("deleted", "wiki_deleted_files");
        Ok(page::show(site, &Shown { status: StatusCode::OK, route, template, title, name: "", values }))
    })
    .await
}

fn described(file: &LostFile) -> Value {
    let at = Timestamp::from_second(file.seconds).ok().map(|at| at.to_string());
    json!({ "path": file.path, "commit": file.commit, "author": file.author, "date": at })
}

async fn submit(
    State(site): State<Site>,
    writer: FormWriter,
    Path(path): Path<String>,
    Form(sent): Form<Sent>,
) -> Response {
    let route = format!("/-/undelete/{path}");
    page::answered(site, route.clone(), move |site| {
        let actor = writer.with_token(site, &sent.token).ok_or_else(Problem::stale_form)?;
        let done = site.wiki.undelete(&actor, &path, &sent.message)?;
        let address = site.address_of(&RepoPath::new(&path).unwrap_or_default());
        Ok(page::saved(site, &route, &address, done.left_alone))
    })
    .await
}

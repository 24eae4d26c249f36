//! The form that deletes a page, a folder or another file, after it has shown who links there.

use axum::{
    Form, Router,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
    routing::get,
};
use serde::Deserialize;
use serde_json::json;

use super::{
    Site,
    actor::{FormWriter, Reader},
    lists,
    page::{self, Shown},
    problem::Problem,
};
use crate::{base::path::RepoPath, wiki::Actor};

/// What the form sends.
#[derive(Clone, Debug, Default, Deserialize)]
struct Sent {
    #[serde(default)]
    message: String,
    #[serde(default)]
    token: String,
}

/// The actions.
pub(super) fn router() -> Router<Site> {
    Router::new().route("/-/delete/{*path}", get(form).post(submit))
}

async fn form(State(site): State<Site>, Reader(actor): Reader, Path(path): Path<String>) -> Response {
    let route = format!("/-/delete/{path}");
    page::answered(site, route, move |site| show(site, &actor, &path)).await
}

async fn submit(
    State(site): State<Site>,
    writer: FormWriter,
    Path(path): Path<String>,
    Form(sent): Form<Sent>,
) -> Response {
    let route = format!("/-/delete/{path}");
    page::answered(site, route.clone(), move |site| {
        let actor = writer.with_token(site, &sent.token).ok_or_else(Problem::stale_form)?;
        let done = site.wiki.remove(&actor, &path, &sent.message)?;
        Ok(page::saved(site, &route, &page_above(site, &path), done.left_alone))
    })
    .await
}

/// The page of the nearest folder that is still there.
fn page_above(site: &Site, path: &str) -> String {
    let snapshot = site.wiki.engine().snapshot();
    let of_site = snapshot.renderer.site();
    let above = std::iter::successors(RepoPath::new(path).and_then(|path| path.parent()), RepoPath::parent);
    let section = above.into_iter().find_map(|folder| of_site.sections().of_folder(&folder));
    section.map_or_else(
        || format!("{}/", of_site.base_path()),
        |id| of_site.sections().get(id).route.href(of_site.base_path()),
    )
}

fn show(site: &Site, actor: &Actor, path: &str) -> Result<Response, Problem> {
    let removal = site.wiki.plan_removal(actor, path)?;
    let linked_from = lists::with_sentences(&removal.linked_from);
    let values = json!({ "path": path, "files": removal.files, "linked_from": linked_from });
    let (template, title, route) = ("delete", "wiki_delete_title", format!("/-/delete/{path}"));
    let name = site.title_of(&removal.path);
    Ok(page::show(site, &Shown { status: StatusCode::OK, route, template, title, name: &name, values }))
}

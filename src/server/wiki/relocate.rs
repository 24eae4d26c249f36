//! The form that moves a page, a folder or another file, after it has shown what will change.

use axum::{
    Form, Router,
    extract::{Path, Query, State},
    http::StatusCode,
    response::Response,
    routing::get,
};
use serde::Deserialize;
use serde_json::json;

use super::{
    Site,
    actor::{FormWriter, Reader},
    api::relocate::Moved,
    page::{self, Shown},
    problem::Problem,
};
use crate::{
    base::{path::RepoPath, url::encode_path},
    wiki::{
        Actor, WikiError,
        relocate::{Relocate, Relocation},
    },
};

/// What the form sends.
#[derive(Clone, Debug, Default, Deserialize)]
struct Filled {
    #[serde(default)]
    to: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    token: String,
    #[serde(default)]
    action: String,
}

/// The actions.
pub(super) fn router() -> Router<Site> {
    Router::new().route("/-/move/{*path}", get(form).post(submit))
}

/// Shows the form, and what will change when it is known where to.
async fn form(
    State(site): State<Site>,
    Reader(actor): Reader,
    Path(path): Path<String>,
    Query(filled): Query<Filled>,
) -> Response {
    let route = format!("/-/move/{path}");
    page::answered(site, route, move |site| show(site, &actor, &path, &filled)).await
}

/// Moves what the form is about, or shows what will change.
async fn submit(
    State(site): State<Site>,
    writer: FormWriter,
    Path(path): Path<String>,
    Form(filled): Form<Filled>,
) -> Response {
    let route = format!("/-/move/{path}");
    page::answered(site, route.clone(), move |site| {
        let actor = writer.with_token(site, &filled.token).ok_or_else(Problem::stale_form)?;
        if filled.action != "move" {
            return show(site, &actor, &path, &filled);
        }
        let done = site.wiki.relocate(&actor, &wanted(&path, &filled));
        match done {
            Ok(done) => Ok(page::saved(site, &route, &address_after(site, &done), done.left_alone)),
            Err(error) => Ok(filled_in(site, &path, &filled, None, Some(&error.into()))),
        }
    })
    .await
}

fn wanted(path: &str, filled: &Filled) -> Relocate {
    let (from, to, message) = (path.to_owned(), filled.to.clone(), filled.message.clone());
    Relocate { from, to, message, base: None }
}

/// Where a browser goes when it is done: to what was moved, or to the page of its folder.
fn address_after(site: &Site, done: &Relocation) -> String {
    let folder = |path: &RepoPath| encode_path(&format!("{}/{path}/", site.base_path_of_site()));
    done.url.clone().unwrap_or_else(|| {
        let snapshot = site.wiki.engine().snapshot();
        let of_site = snapshot.renderer.site();
        let section = of_site.sections().of_folder(&done.to);
        section.map_or_else(
            || folder(&RepoPath::root()).replace("//", "/"),
            |id| of_site.sections().get(id).route.href(of_site.base_path()),
        )
    })
}

fn show(site: &Site, actor: &Actor, path: &str, filled: &Filled) -> Result<Response, Problem> {
    let is_there = site.wiki.kind_of(actor, path)?;
    if is_there.is_none() {
        let path = RepoPath::new(path).unwrap_or_default();
        return Err(WikiError::NoFile { path }.into());
    }
    let is_asked = !filled.to.is_empty() && filled.to != path;
    Ok(match is_asked.then(|| site.wiki.plan_relocation(actor, &wanted(path, filled))) {
        None => filled_in(site, path, filled, None, None),
        Some(Ok(plan)) => filled_in(site, path, filled, Some(&plan), None),
        Some(Err(error)) => filled_in(site, path, filled, None, Some(&error.into())),
    })
}

fn filled_in(
    site: &Site,
    path: &str,
    filled: &Filled,
    plan: Option<&Relocation>,
    problem: Option<&Problem>,
) -> Response {
    let to = if filled.to.is_empty() { path } else { &filled.to };
    let status = problem.map_or(StatusCode::OK, Problem::status);
    let values = json!({
        "path": path,
        "to": to,
        "message": filled.message,
        "plan": plan.map(Moved::of),
        "problem": problem,
    });
    let name = site.title_of(&RepoPath::new(path).unwrap_or_default());
    let (template, title, route) = ("move", "wiki_move_title", format!("/-/move/{path}"));
    page::show(site, &Shown { status, route, template, title, name: &name, values })
}

//! The page of one's drafts: what isn't saved yet, to be saved together as one commit or thrown away.

use axum::{Form, Router, extract::State, http::StatusCode, response::Response, routing::get};
use serde_json::{Value, json};

use super::{
    Site,
    actor::{FormWriter, Reader},
    page::{self, Shown},
    problem::Problem,
};
use crate::wiki::{Actor, WikiError, drafts::Draft, save::SaveResult};

/// Its address.
const ROUTE: &str = "/-/drafts";

/// The actions of the page.
pub(super) fn router() -> Router<Site> {
    Router::new().route(ROUTE, get(list).post(submit))
}

/// Shows what one has written and not saved.
async fn list(State(site): State<Site>, Reader(actor): Reader) -> Response {
    page::answered(site, ROUTE.to_owned(), move |site| show(site, &actor, StatusCode::OK, None)).await
}

/// Saves the drafts that were chosen, or throws them away.
async fn submit(
    State(site): State<Site>,
    writer: FormWriter,
    Form(sent): Form<Vec<(String, String)>>,
) -> Response {
    page::answered(site, ROUTE.to_owned(), move |site| submitted(site, writer, &sent)).await
}

fn submitted(site: &Site, writer: FormWriter, sent: &[(String, String)]) -> Result<Response, Problem> {
    let all = |name: &'static str| sent.iter().filter(move |(key, _)| key == name).map(|(_, value)| value);
    let first = |name| all(name).next().map_or("", String::as_str);
    let Some(actor) = writer.with_token(site, first("token")) else {
        return Err(Problem::foreign("the form is not from this wiki, or too old; load the page again"));
    };
    let paths: Vec<String> = all("path").cloned().collect();
    if first("action") == "discard" {
        paths.iter().chain(all("kept")).try_for_each(|path| site.wiki.discard_drafts(&actor, path))?;
        return Ok(page::see_other(&format!("{}{ROUTE}", site.base_path_of_site())));
    }
    let notice = match site.wiki.save_drafts(&actor, &paths, first("message")) {
        Ok(SaveResult::Saved(saved)) => {
            let address = format!("{}{ROUTE}", site.base_path_of_site());
            return Ok(page::saved(site, ROUTE, &address, saved.left_alone));
        }
        Ok(SaveResult::Conflict(conflicts)) => {
            let paths: Vec<_> = conflicts.into_iter().map(|conflict| conflict.path).collect();
            (StatusCode::CONFLICT, json!({ "kind": "conflict", "paths": paths }))
        }
        Err(WikiError::Nothing) => (StatusCode::UNPROCESSABLE_ENTITY, json!({ "kind": "nothing" })),
        Err(error) => {
            let problem = Problem::from(error);
            let notice = json!({ "kind": "problem", "title": problem.title, "detail": problem.detail });
            (problem.status(), notice)
        }
    };
    show(site, &actor, notice.0, Some(&notice.1))
}

fn show(site: &Site, actor: &Actor, status: StatusCode, notice: Option<&Value>) -> Result<Response, Problem> {
    let drafts = site.wiki.drafts_of_author(actor)?;
    let drafts: Vec<Value> = drafts.iter().map(|draft| shown(site, draft)).collect();
    let values = json!({ "drafts": drafts, "notice": notice });
    let (template, title, name) = ("drafts", "wiki_drafts", "");
    Ok(page::show(site, &Shown { status, route: ROUTE.to_owned(), template, title, name, values }))
}

fn shown(site: &Site, draft: &Draft) -> Value {
    let at = jiff::Timestamp::from_second(draft.saved_at).unwrap_or_default();
    json!({
        "path": draft.path,
        "edit_url": page::edit_url(site, &draft.path),
        "at": at.strftime("%Y-%m-%d %H:%M UTC").to_string(),
        "is_conflict": draft.conflict_with.is_some(),
        "content": draft.content,
    })
}

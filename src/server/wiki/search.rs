//! The results of a search as a page that needs no script.

use axum::{
    Router,
    extract::{Query, State},
    http::StatusCode,
    response::Response,
    routing::get,
};
use serde::Deserialize;
use serde_json::json;

use super::{
    Site,
    actor::Reader,
    api::search::Results,
    page::{self, Shown},
};
/// How many results a page shows.
const RESULTS_PER_PAGE: usize = 20;

/// What is asked for.
#[derive(Clone, Debug, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    q: String,
    /// Which part of the results a page shows, from 1.
    #[serde(default)]
    part: usize,
}

/// The actions.
pub(super) fn router() -> Router<Site> {
    Router::new().route("/-/search", get(show))
}

async fn show(State(site): State<Site>, Reader(actor): Reader, Query(asked): Query<Asked>) -> Response {
    page::answered(site, "/-/search".to_owned(), move |site| {
        let part = asked.part.max(1);
        let skip = (part - 1).saturating_mul(RESULTS_PER_PAGE);
        let found = site.wiki.search(&actor, &asked.q, skip, RESULTS_PER_PAGE)?;
        let has_more = found.total > skip.saturating_add(RESULTS_PER_PAGE);
        let results = Results::of(asked.q, found);
        let values = json!({ "found": results, "part": part, "has_more": has_more });
        let (template, title) = ("search", "search");
        let route = "/-/search".to_owned();
        Ok(page::show(site, &Shown { status: StatusCode::OK, route, template, title, name: "", values }))
    })
    .await
}

//! Searching.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    super::{
        Site,
        actor::Reader,
        problem::{Problem, off_thread},
    },
    sent::Asked,
    top::Top,
};
use crate::wiki::search::{Found, FoundPage, MAX_RESULTS};

/// How many results a program gets that says nothing.
const USUAL_RESULTS: usize = 10;

/// What is looked for.
#[derive(Debug, Deserialize, JsonSchema)]
pub(in crate::server::wiki) struct AskedSearch {
    /// Words; the last one may be a beginning, unless a space follows.
    #[serde(default)]
    q: String,
    /// How many of the best results are left out.
    #[serde(default)]
    offset: usize,
    /// How many results are given: 10, or as many as this says, at most 100.
    limit: Option<usize>,
}

/// The pages that fit.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::server::wiki) struct Results {
    /// What was looked for.
    query: String,
    /// How many there are in all.
    total: usize,
    /// The best first.
    results: Vec<FoundPage>,
}

impl Results {
    pub(in crate::server::wiki) fn of(query: String, found: Found) -> Self {
        Self { query, total: found.total, results: found.pages }
    }
}

/// Finds pages.
pub(in crate::server::wiki) async fn search(
    State(site): State<Site>,
    Reader(actor): Reader,
    Asked(AskedSearch { q, offset, limit }): Asked<AskedSearch>,
) -> Result<Json<Results>, Problem> {
    let limit = limit.unwrap_or(USUAL_RESULTS).min(MAX_RESULTS);
    off_thread(move || {
        let mut found = site.wiki.search(&actor, &q, offset, limit)?;
        let top = Top::of(&site);
        found.pages.iter_mut().for_each(|page| page.path = top.path(&page.path));
        Ok(Json(Results::of(q, found)))
    })
    .await
}

//! Searching.

use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::{
    Site,
    actor::Reader,
    problem::{Problem, off_thread},
};
use crate::{
    base::path::RepoPath,
    wiki::search::{Found, MAX_RESULTS},
};

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

/// A page that fits.
#[derive(Debug, Serialize, JsonSchema)]
struct FoundPage {
    path: RepoPath,
    /// Its address, with the section that fits best.
    url: String,
    title: String,
    /// The heading of that section; `null` when it is the page's own.
    section: Option<String>,
    /// How well it fits; more is better.
    score: f64,
    /// The text around the words, in pieces.
    excerpt: Vec<ExcerptPiece>,
}

/// A piece of a text.
#[derive(Debug, Serialize, JsonSchema)]
struct ExcerptPiece {
    text: String,
    /// Whether it was looked for.
    hit: bool,
}

impl Results {
    pub(in crate::server::wiki) fn of(query: String, found: Found) -> Self {
        let result = |page: crate::wiki::search::FoundPage| FoundPage {
            path: page.path,
            url: page.url,
            title: page.title,
            section: page.section,
            score: page.score,
            excerpt: page
                .excerpt
                .into_iter()
                .map(|piece| ExcerptPiece { text: piece.text, hit: piece.is_hit })
                .collect(),
        };
        Self { query, total: found.total, results: found.pages.into_iter().map(result).collect() }
    }
}

/// Finds pages.
pub(in crate::server::wiki) async fn search(
    State(site): State<Site>,
    Reader(actor): Reader,
    asked: Result<Query<AskedSearch>, QueryRejection>,
) -> Result<Json<Results>, Problem> {
    let Query(AskedSearch { q, offset, limit }) =
        asked.map_err(|error| Problem::bad_request(error.body_text()))?;
    let limit = limit.unwrap_or(USUAL_RESULTS).min(MAX_RESULTS);
    off_thread(move || {
        let found = site.wiki.search(&actor, &q, offset, limit)?;
        Ok(Json(Results::of(q, found)))
    })
    .await
}

//! A file line by line, with who wrote each and when.

use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    super::{Site, WikiSite, actor::Reader, problem::Problem},
    commit_values, file_values, shown, title_of,
};
use crate::wiki::{Actor, past::blame::BlamePart};

/// Which version is asked about.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    rev: Option<String>,
}

/// Shows it.
pub(super) async fn show(
    State(site): State<Site>,
    Reader(actor): Reader,
    Path(path): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let route = format!("/-/blame/{path}");
    shown(site, route, "blame", "wiki_blame_title", move |site| {
        page(site, &actor, &path, asked.rev.as_deref())
    })
    .await
}

fn page(site: &WikiSite, actor: &Actor, path: &str, rev: Option<&str>) -> Result<(String, Value), Problem> {
    let blame = site.wiki.blame(actor, path, rev)?;
    let times: Vec<i64> = blame.parts.iter().map(|part| part.commit.at.seconds).collect();
    let (first, last) = (times.iter().min().copied().unwrap_or(0), times.iter().max().copied().unwrap_or(0));
    let part = |part: &BlamePart| {
        let mut values = commit_values(site, &part.commit);
        // From 0 for the oldest to 4 for the newest.
        values["age"] = json!((part.commit.at.seconds - first) * 4 / (last - first).max(1));
        let lines: Vec<Value> = part
            .lines
            .iter()
            .enumerate()
            .map(|(at, text)| json!({ "number": part.first + at, "text": text }))
            .collect();
        values["lines"] = json!(lines);
        values
    };
    let parts: Vec<Value> = blame.parts.iter().map(part).collect();
    let values = json!({ "file": file_values(site, &blame.path), "parts": parts, "rev": rev.map(|_| blame.commit.short()) });
    Ok((title_of(site, &blame.path), values))
}

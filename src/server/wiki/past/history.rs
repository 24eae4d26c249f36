//! The versions of a file, with what leads to each, and a form that compares two of them.

use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use serde_json::{Value, json};

use super::{
    super::{Site, WikiSite, actor::Reader, problem::Problem},
    AskedPart, by_day, commit_values, file_values, next_url, query_of, shown, title_of, url,
};
use crate::{
    base::path::RepoPath,
    wiki::{Actor, past::history::Version},
};

/// Shows them.
pub(super) async fn show(
    State(site): State<Site>,
    Reader(actor): Reader,
    Path(path): Path<String>,
    Query(part): Query<AskedPart>,
) -> Response {
    let route = format!("/-/history/{path}");
    shown(site, route, "history", "wiki_history_title", move |site| page(site, &actor, &path, &part)).await
}

fn page(site: &WikiSite, actor: &Actor, path: &str, asked: &AskedPart) -> Result<(String, Value), Problem> {
    let part = site.wiki.history(actor, path, asked.window()?)?;
    let path = RepoPath::new(path).unwrap_or_default();
    let next = next_url(&url(site, "history", path.as_str()), &[], &part, |version| version.commit.id);
    let is_first = asked.is_first();
    let versions: Vec<Value> = part
        .items
        .iter()
        .enumerate()
        .map(|(at, version)| {
            let mut values = version_values(site, &path, version);
            (values["first"], values["second"]) = (json!(at == 0), json!(at == 1));
            if is_first && at == 0 && version.size.is_some() {
                values["restore_url"] = Value::Null;
            }
            values
        })
        .collect();
    let values = json!({
        "file": file_values(site, &path),
        "days": by_day(versions),
        "next_url": next,
        "first_url": (!is_first).then(|| url(site, "history", path.as_str())),
    });
    Ok((title_of(site, &path), values))
}

fn version_values(site: &WikiSite, path: &RepoPath, version: &Version) -> Value {
    let id = version.commit.id.to_string();
    let mut values = commit_values(site, &version.commit);
    let delta = version.size.unwrap_or(0).cast_signed() - version.size_before.unwrap_or(0).cast_signed();
    let sign = if delta > 0 { "+" } else { "\u{2212}" };
    values["minor"] = json!(version.is_minor);
    values["size"] = json!(version.size);
    values["delta"] = json!((delta != 0).then(|| format!("{sign}{}", delta.unsigned_abs())));
    values["grows"] = json!(delta > 0);
    values["from"] = json!(version.from);
    values["other_path"] = json!((version.path != *path).then_some(&version.path));
    values["diff_url"] = json!(format!("{}?{}", url(site, "diff", path.as_str()), query_of([("to", &*id)])));
    // Under its name of today, which it may not have had then.
    let route = site.wiki.engine().snapshot().renderer.site().route_of_file(path);
    if let Some(route) = route.filter(|_| version.size.is_some() && version.path == *path) {
        values["at_url"] = json!(url(site, "at", &format!("{id}{}", route.as_str())));
    }
    if version.size.is_some() {
        let restore = url(site, "restore", path.as_str());
        values["restore_url"] = json!(format!("{restore}?{}", query_of([("rev", &*id)])));
    }
    values
}

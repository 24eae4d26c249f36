//! The past, as pages: each file here is one kind of them. What is told is decided by [`wiki::past`](crate::wiki::past).

mod at;
mod blame;
mod commit;
mod diff;
mod feed;
mod history;
mod people;
pub(super) mod recent;
mod restore;
#[cfg(test)]
mod tests;

use axum::{
    Router,
    http::StatusCode,
    response::Response,
    routing::{get, post},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Site, WikiSite,
    page::{self, Shown},
    problem::Problem,
};
use crate::{
    base::{path::RepoPath, url::encode_path},
    git::{Author, CommitId, Moment, StoredCommit},
    wiki::{
        Outcome, WikiError,
        past::{Part, Window},
        save::SaveResult,
    },
};

/// All of them.
pub(super) fn router() -> Router<Site> {
    Router::new()
        .route("/-/history/{*path}", get(history::show))
        .route("/-/diff/{*path}", get(diff::show))
        .route("/-/blame/{*path}", get(blame::show))
        .route("/-/commit/{*rev}", get(commit::show))
        .route("/-/revert", post(commit::revert))
        .route("/-/restore/{*path}", get(restore::ask).post(restore::submit))
        .route("/-/at/{*address}", get(at::show))
        .route("/-/recent", get(recent::show))
        .route("/-/recent.atom", get(feed::show))
        .route("/-/people/{*name}", get(people::show))
}

/// Which part of a list is asked for, as it is written.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub(super) struct AskedPart {
    /// How many commits: a number up to 500, by default 50.
    limit: Option<String>,
    /// Only commits before this one: its whole id.
    before: Option<String>,
}

impl AskedPart {
    pub(super) fn window(&self) -> Result<Window, Problem> {
        let bad = |name: &str, hint: &str| Problem::bad_request(format!("`{name}` must be {hint}"));
        let limit = self.limit.as_ref().map(|limit| limit.parse().map_err(|_| bad("limit", "a number")));
        let before = self
            .before
            .as_ref()
            .map(|before| CommitId::parse(before).ok_or_else(|| bad("before", "the id of a commit")));
        let limit = limit.transpose()?.unwrap_or(Window::default().limit);
        Ok(Window { limit, before: before.transpose()? })
    }

    /// Whether the list is shown from its beginning.
    fn is_first(&self) -> bool {
        self.before.is_none()
    }
}

/// The address of the next part of a list, if there is one.
pub(super) fn next_url<T>(
    address: &str,
    query: &[(&str, &str)],
    part: &Part<T>,
    id_of: impl Fn(&T) -> CommitId,
) -> Option<String> {
    let last = part.items.last().filter(|_| part.has_more)?;
    let before = id_of(last).to_string();
    let pairs = query.iter().copied().chain([("before", &*before)]);
    Some(format!("{address}?{}", query_of(pairs)))
}

/// A query of those values that aren't empty.
pub(super) fn query_of<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let encoded =
        |value: &str| encode_path(value).replace('&', "%26").replace('+', "%2B").replace('=', "%3D");
    let pairs = pairs.into_iter().filter(|(_, value)| !value.is_empty());
    pairs.map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>().join("&")
}

/// The address where something is done with a file or a commit.
pub(super) fn url(site: &WikiSite, action: &str, of: &str) -> String {
    encode_path(&format!("{}/-/{action}/{of}", site.base_path_of_site()))
}

/// A moment as RFC 3339 has it, with the offset that the clock on the wall had.
pub(super) fn rfc3339(at: Moment) -> String {
    let timestamp = jiff::Timestamp::from_second(at.seconds).unwrap_or_default();
    let offset = jiff::tz::Offset::from_seconds(at.offset_minutes * 60).unwrap_or(jiff::tz::Offset::UTC);
    match at.offset_minutes {
        0 => timestamp.to_string(),
        _ => timestamp.display_with_offset(offset).to_string(),
    }
}

/// A moment as pages have it: all in UTC, so that lists are in one order.
pub(super) fn moment(seconds: i64) -> Value {
    let timestamp = jiff::Timestamp::from_second(seconds).unwrap_or_default();
    let text = timestamp.to_string();
    json!({ "iso": text, "day": text.get(..10), "clock": text.get(11..16) })
}

/// Commits by the day on which they were made.
fn by_day(commits: Vec<Value>) -> Value {
    let mut days: Vec<Value> = Vec::new();
    for commit in commits {
        let day = commit["time"]["day"].clone();
        if days.last().is_none_or(|last| last["day"] != day) {
            days.push(json!({ "day": day, "commits": [] }));
        }
        if let Some(list) = days.last_mut().and_then(|last| last["commits"].as_array_mut()) {
            list.push(commit);
        }
    }
    json!(days)
}

/// A person as pages have it.
pub(super) fn person(site: &WikiSite, author: &Author) -> Value {
    let key = if author.email.is_empty() { &author.name } else { &author.email };
    json!({ "name": author.name, "email": author.email, "url": url(site, "people", key) })
}

/// A commit as pages have it.
pub(super) fn commit_values(site: &WikiSite, commit: &StoredCommit) -> Value {
    let mut lines = commit.message.trim().splitn(2, '\n');
    let summary = lines.next().unwrap_or_default();
    let body = lines.next().unwrap_or_default().trim();
    let body = body.strip_suffix(crate::git::log::MINOR).unwrap_or(body).trim();
    json!({
        "id": commit.id,
        "short": commit.id.short(),
        "summary": summary,
        "body": body,
        "time": moment(commit.at.seconds),
        "author": person(site, &commit.author),
        "url": url(site, "commit", &commit.id.to_string()),
    })
}

/// A file as pages have it: with the addresses of what can be done with it.
pub(super) fn file_values(site: &WikiSite, path: &RepoPath) -> Value {
    let snapshot = site.wiki.engine().snapshot();
    let of_site = snapshot.renderer.site();
    let is_there = of_site.listing().entries.contains_key(path);
    let page_url = of_site.route_of_file(path).map(|route| route.href(of_site.base_path()));
    json!({
        "path": path,
        "name": title_of(site, path),
        "exists": is_there,
        "url": page_url,
        "edit_url": url(site, "edit", path.as_str()),
        "history_url": url(site, "history", path.as_str()),
        "blame_url": url(site, "blame", path.as_str()),
        "diff_url": url(site, "diff", path.as_str()),
    })
}

/// What a file is called: the title of the page, or its path.
fn title_of(site: &WikiSite, path: &RepoPath) -> String {
    let snapshot = site.wiki.engine().snapshot();
    let of_site = snapshot.renderer.site();
    let title = of_site.page_of_file(path).map(|page| of_site.page(page).title.to_string());
    title.unwrap_or_else(|| path.to_string())
}

/// Shows a page, or the problem in its way.
async fn shown(
    site: Site,
    route: String,
    template: &'static str,
    title: &'static str,
    page: impl FnOnce(&Site) -> Result<(String, Value), Problem> + Send + 'static,
) -> Response {
    page::answered(site, route.clone(), move |site| {
        let (name, values) = page(site)?;
        Ok(page::show(site, &Shown { status: StatusCode::OK, route, template, title, name: &name, values }))
    })
    .await
}

/// Leads to what was saved, or shows what is in its way.
fn undone(site: &Site, route: String, result: SaveResult, address: &str) -> Result<Response, Problem> {
    match result {
        SaveResult::Saved(saved) if saved.outcome == Outcome::Unchanged => Err(WikiError::Nothing.into()),
        SaveResult::Saved(saved) => Ok(page::saved(site, &route, address, saved.left_alone)),
        SaveResult::Conflict(conflicts) => {
            let text = |bytes: &Option<Vec<u8>>| {
                bytes.as_ref().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default()
            };
            let mut room = diff::page_room();
            let conflict = |conflict: &crate::wiki::Conflict| {
                let blocks = crate::wiki::diff::diff(&text(&conflict.ours), &text(&conflict.theirs));
                let (blocks, n_more) = room.take(&blocks);
                json!({
                    "file": file_values(site, &conflict.path),
                    "is_gone": conflict.ours.is_none(),
                    "goes": conflict.theirs.is_none(),
                    "rows": diff::rows(&blocks),
                    "n_more": n_more,
                })
            };
            let conflicts: Vec<Value> = conflicts.iter().map(conflict).collect();
            let values = json!({ "conflicts": conflicts });
            let (template, title) = ("undo", "wiki_undo_conflict");
            let status = StatusCode::CONFLICT;
            Ok(page::show(site, &Shown { status, route, template, title, name: "", values }))
        }
    }
}

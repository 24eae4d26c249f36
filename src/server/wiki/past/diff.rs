//! Two versions of a file, compared: by words in one run, by lines in one column or two, or as the pages that they were.

use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    super::{Site, WikiSite, actor::Reader, problem::Problem},
    commit_values, file_values, query_of, shown, title_of, url,
};
use crate::{
    base::path::RepoPath,
    wiki::{
        Actor,
        diff::{Block, Mark, Piece, Room},
        past::compare::{Comparison, Side},
    },
};

/// How many lines a page shows of the differences on it: each takes some kilobytes while the page is made.
const MAX_LINES: usize = 5_000;

/// What is asked for.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    from: Option<String>,
    to: Option<String>,
    #[serde(default)]
    view: View,
}

/// How a difference is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum View {
    /// In one run of text.
    #[default]
    Words,
    /// Lines that went above lines that came.
    Lines,
    /// Both side by side.
    Sides,
    /// As pages.
    Page,
}

const VIEWS: [(View, &str); 4] =
    [(View::Words, "words"), (View::Lines, "lines"), (View::Sides, "sides"), (View::Page, "page")];

/// Shows it.
pub(super) async fn show(
    State(site): State<Site>,
    Reader(actor): Reader,
    Path(path): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let route = format!("/-/diff/{path}");
    shown(site, route, "diff", "wiki_diff_title", move |site| page(site, &actor, &path, &asked)).await
}

fn page(site: &WikiSite, actor: &Actor, path: &str, asked: &Asked) -> Result<(String, Value), Problem> {
    let given = |rev: &Option<String>| rev.clone().filter(|rev| !rev.is_empty());
    let (from, to) = (given(&asked.from), given(&asked.to));
    let comparison = site.wiki.compare(actor, path, from.as_deref(), to.as_deref())?;
    let path = RepoPath::new(path).unwrap_or_default();
    let is_page = comparison.to.path.is_markdown();
    let view = if asked.view == View::Page && !is_page { View::Words } else { asked.view };
    let html = if view == View::Page { Some(site.wiki.marked_page(&comparison)) } else { None };
    let views = VIEWS.iter().filter(|(view, _)| is_page || *view != View::Page);
    let views: Vec<Value> = views
        .map(|(other, name)| json!({ "name": name, "url": view_url(site, &path, &comparison, name), "current": *other == view }))
        .collect();
    let (blocks, n_more) = shortened(comparison.blocks.as_deref(), &mut page_room());
    let values = json!({
        "file": file_values(site, &path),
        "from": comparison.from.as_ref().map(|side| side_values(site, actor, &path, side)),
        "to": side_values(site, actor, &path, &comparison.to),
        "views": views,
        "view": VIEWS.iter().find(|(other, _)| *other == view).map(|(_, name)| name),
        "rows": blocks.as_deref().map(rows),
        "blocks": blocks.as_ref().filter(|_| view == View::Words),
        "n_more": n_more,
        "all_url": all_url(site, &path, &comparison),
        "same": comparison.blocks.as_ref().is_some_and(Vec::is_empty),
        "html": html,
    });
    Ok((title_of(site, &path), values))
}

/// Where programs get all of a difference.
pub(super) fn all_url(site: &WikiSite, path: &RepoPath, comparison: &Comparison) -> String {
    let from = comparison.from.as_ref().map_or_else(String::new, |side| side.commit.id.to_string());
    let to = comparison.to.commit.id.to_string();
    let query = query_of([("from", &*from), ("to", &*to)]);
    format!("{}?{query}", url(site, "api/diff", path.as_str()))
}

/// Room for all differences of a page.
pub(super) fn page_room() -> Room {
    Room::new(MAX_LINES)
}

/// What of a difference there is room for, and how many lines are left out.
pub(super) fn shortened(blocks: Option<&[Block]>, room: &mut Room) -> (Option<Vec<Block>>, usize) {
    blocks.map(|blocks| room.take(blocks)).map_or((None, 0), |(blocks, n_more)| (Some(blocks), n_more))
}

fn view_url(site: &WikiSite, path: &RepoPath, comparison: &Comparison, view: &str) -> String {
    let from = comparison.from.as_ref().map_or_else(String::new, |side| side.commit.id.to_string());
    let to = comparison.to.commit.id.to_string();
    let query = query_of([("from", &*from), ("to", &*to), ("view", view)]);
    format!("{}?{query}", url(site, "diff", path.as_str()))
}

fn side_values(site: &WikiSite, actor: &Actor, path: &RepoPath, side: &Side) -> Value {
    let mut values = commit_values(site, &side.commit);
    values["path"] = json!(side.path);
    values["other_path"] = json!((side.path != *path).then_some(&side.path));
    let query = query_of([("rev", &*side.commit.id.to_string())]);
    let restore = || format!("{}?{query}", url(site, "restore", path.as_str()));
    // What is there already needs no restoring.
    let is_now = site.wiki.file(actor, path.as_str()).is_ok_and(|file| file.bytes == side.bytes);
    values["restore_url"] = json!((side.bytes.is_some() && !is_now).then(restore));
    values
}

/// A difference as rows of a table: each has the lines that stand beside each other.
pub(super) fn rows(blocks: &[Block]) -> Vec<Value> {
    let mut rows = Vec::new();
    for block in blocks {
        match block {
            Block::Skipped { count } => rows.push(json!({ "kind": "skipped", "count": count })),
            Block::Same { from, to, lines } => {
                let row =
                    |(at, line)| json!({ "kind": "same", "from": from + at, "to": to + at, "text": line });
                rows.extend(lines.iter().enumerate().map(row));
            }
            Block::Changed { from, to, pieces } => {
                let (old, new) = (lines(pieces, Mark::Added), lines(pieces, Mark::Removed));
                let numbered = |lines: Vec<Vec<Piece>>, first: usize| -> Vec<Value> {
                    let line = |(at, pieces)| json!({ "number": first + at, "pieces": pieces });
                    lines.into_iter().enumerate().map(line).collect()
                };
                let (old, new) = (numbered(old, *from), numbered(new, *to));
                let pairs: Vec<Value> = (0..old.len().max(new.len()))
                    .map(|at| json!({ "old": old.get(at), "new": new.get(at) }))
                    .collect();
                rows.push(json!({ "kind": "changed", "old": old, "new": new, "pairs": pairs }));
            }
        }
    }
    rows
}

/// The lines of one side of a change: all pieces but those of the other.
fn lines(pieces: &[Piece], other: Mark) -> Vec<Vec<Piece>> {
    // Where nothing is the same, the whole line is marked, and no words in it.
    let is_marked = pieces.iter().any(|piece| piece.mark == Mark::Same);
    let mut lines: Vec<Vec<Piece>> = Vec::new();
    let mut is_open = false;
    for piece in pieces.iter().filter(|piece| piece.mark != other) {
        for text in piece.text.split_inclusive('\n') {
            if !is_open {
                lines.push(Vec::new());
            }
            is_open = !text.ends_with('\n');
            let text = text.trim_end_matches(['\n', '\r']).to_owned();
            let mark = if is_marked { piece.mark } else { Mark::Same };
            if let Some(line) = lines.last_mut().filter(|_| !text.is_empty()) {
                line.push(Piece { mark, text });
            }
        }
    }
    lines
}

//! The files of the wiki, part by part.

use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::{
    Site,
    actor::Reader,
    problem::{Problem, off_thread},
};
use crate::{
    base::path::RepoPath,
    wiki::list::{self, Listed},
};

/// How many files a program gets that says nothing.
const USUAL_FILES: usize = 100;

/// Which files are asked for.
#[derive(Debug, Deserialize, JsonSchema)]
pub(in crate::server::wiki) struct AskedFiles {
    /// What their paths begin with.
    #[serde(default)]
    prefix: String,
    /// The `next` of the answer before.
    after: Option<String>,
    /// How many are given: 100, or as many as this says, at most 1000.
    limit: Option<usize>,
    /// Markdown files, or all others, or both.
    #[serde(default)]
    kind: Listed,
}

/// Files in the order of their paths.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::server::wiki) struct FileList {
    pages: Vec<ListedFile>,
    /// The folder of the repository that the site is in, such as `docs`; empty for the whole repository. Paths begin below it.
    folder: RepoPath,
    /// The `after` of the next part; `null` at the end.
    next: Option<RepoPath>,
}

/// A file.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::server::wiki) struct ListedFile {
    path: RepoPath,
    /// Its address; `null` when it isn't published.
    url: Option<String>,
    /// The title of a page, the name of another file.
    title: String,
    /// How many bytes it has.
    size: u64,
    /// When it was committed last, if that is known.
    modified: Option<String>,
    /// By whom.
    author: Option<String>,
}

impl ListedFile {
    pub(in crate::server::wiki) fn of(file: &list::ListedFile) -> Self {
        let (seconds, author) = file.modified.clone().unzip();
        Self {
            path: file.path.clone(),
            url: file.url.clone(),
            title: file.title.clone(),
            size: file.size,
            modified: seconds.and_then(|at| Timestamp::from_second(at).ok()).map(|at| at.to_string()),
            author,
        }
    }
}

/// Lists files.
pub(in crate::server::wiki) async fn list(
    State(site): State<Site>,
    Reader(actor): Reader,
    asked: Result<Query<AskedFiles>, QueryRejection>,
) -> Result<Json<FileList>, Problem> {
    let Query(asked) = asked.map_err(|error| Problem::bad_request(error.body_text()))?;
    off_thread(move || {
        let is_wrong = || Problem::bad_request("`after` is the `next` of the answer before");
        let after =
            asked.after.as_ref().map(|after| RepoPath::new(after).ok_or_else(is_wrong)).transpose()?;
        let limit = asked.limit.unwrap_or(USUAL_FILES);
        let part = site.wiki.list(&actor, asked.kind, &asked.prefix, after.as_ref(), limit);
        let pages = part.files.iter().map(ListedFile::of).collect();
        Ok(Json(FileList { pages, folder: site.wiki.store().folder().clone(), next: part.next }))
    })
    .await
}

//! The files of the wiki, part by part.

use axum::{Json, extract::State};
use jiff::Timestamp;
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
    /// The folder of the repository that the site is in, such as `docs`; empty for the whole repository.
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
    Asked(asked): Asked<AskedFiles>,
) -> Result<Json<FileList>, Problem> {
    off_thread(move || {
        let is_wrong = || Problem::bad_request("`after` is the `next` of the answer before");
        let top = Top::of(&site);
        let after = |after: String| RepoPath::new(&top.below(&after)?).ok_or_else(is_wrong);
        let (after, prefix) = (asked.after.map(after).transpose()?, top.prefix(&asked.prefix)?);
        let limit = asked.limit.unwrap_or(USUAL_FILES);
        let part = site.wiki.list(&actor, asked.kind, &prefix, after.as_ref(), limit);
        let pages = part
            .files
            .iter()
            .map(|file| ListedFile { path: top.path(&file.path), ..ListedFile::of(file) })
            .collect();
        let next = part.next.map(|next| top.path(&next));
        Ok(Json(FileList { pages, folder: site.wiki.store().folder().clone(), next }))
    })
    .await
}

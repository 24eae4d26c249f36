//! Files that are put beside pages.

use axum::{Json, extract::State, http::StatusCode};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    super::{
        Site,
        actor::Writer,
        multipart::Form,
        problem::{Problem, off_thread},
    },
    top::Top,
};
use crate::{
    base::path::RepoPath,
    git::CommitId,
    wiki::upload::{Place, Uploaded},
};

/// The texts that the form can have.
const FIELDS: [&str; 3] = ["page", "path", "message"];

/// A form with files.
#[derive(Debug, JsonSchema)]
#[expect(dead_code, reason = "it describes what `Form` takes")]
pub(in crate::server::wiki) struct Upload {
    /// The files, each in a field of its own, whatever its name.
    file: Vec<u8>,
    /// The page beside which they are put, or with a `/` at its end the folder. Names that are taken get a number.
    page: Option<String>,
    /// In place of `page`, the path of one file, which takes the place of the one that may be there.
    path: Option<String>,
    /// What the commit says about itself.
    message: Option<String>,
}

/// Files that were taken.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::server::wiki) struct Taken {
    /// The path of the first.
    path: RepoPath,
    /// Its address.
    url: Option<String>,
    /// What shows it or leads to it in the text of the page.
    markdown: String,
    /// The commit that has them.
    commit: CommitId,
    /// All of them.
    files: Vec<TakenFile>,
}

/// A file that was taken.
#[derive(Debug, Serialize, JsonSchema)]
struct TakenFile {
    path: RepoPath,
    url: Option<String>,
    markdown: String,
}

/// Takes files.
pub(in crate::server::wiki) async fn upload(
    State(site): State<Site>,
    Writer(actor): Writer,
    form: Form,
) -> Result<(StatusCode, Json<Taken>), Problem> {
    off_thread(move || {
        let top = Top::of(&site);
        if let Some(unknown) = form.texts.keys().find(|name| !FIELDS.contains(&&***name)) {
            return Err(Problem::bad_request(format!(
                "unknown field `{}`, expected one of `{}`, or files",
                unknown.escape_debug(),
                FIELDS.join("`, `")
            )));
        }
        let place = match (form.text("page"), form.text("path")) {
            ("", "") => {
                return Err(Problem::bad_request("say in `page` beside which page the files are put"));
            }
            (_, path) if !path.is_empty() && form.files.len() > 1 => {
                return Err(Problem::bad_request("`path` is for one file: send others by themselves"));
            }
            (_, path) if !path.is_empty() => Place::At(top.below(path)?),
            (page, _) => Place::Beside(top.below(page)?),
        };
        let (files, commit) = site.wiki.upload(&actor, &form.files, &place, form.text("message"))?;
        let taken = |file: &Uploaded| TakenFile {
            path: top.path(&file.path),
            url: file.url.clone(),
            markdown: file.markdown.clone(),
        };
        let all: Vec<TakenFile> = files.iter().map(taken).collect();
        let Some(TakenFile { path, url, markdown }) = files.first().map(taken) else {
            return Err(Problem::bad_request("the form has no file"));
        };
        Ok((StatusCode::CREATED, Json(Taken { path, url, markdown, commit, files: all })))
    })
    .await
}

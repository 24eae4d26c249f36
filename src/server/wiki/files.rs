//! The files beside a page: listed, added, replaced.

use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
    routing::get,
};
use serde_json::{Value, json};

use super::{
    Site,
    actor::{FormWriter, Reader},
    api::list::ListedFile,
    multipart::Form,
    page::{self, Shown},
    problem::Problem,
};
use crate::{
    base::{media::media_type, path::RepoPath, url::encode_path},
    wiki::{
        Actor, FileKind, WikiError,
        list::{Listed, MAX_LISTED},
        upload::Place,
        valid::is_settings,
    },
};

/// What can be done with a file: the name of its address in the template, and the action.
const URLS: [(&str, &str); 4] =
    [("links_url", "links"), ("move_url", "move"), ("delete_url", "delete"), ("edit_url", "edit")];

/// The actions.
pub(super) fn router() -> Router<Site> {
    Router::new().route("/-/files/{*path}", get(show).post(take))
}

async fn show(State(site): State<Site>, Reader(actor): Reader, Path(path): Path<String>) -> Response {
    let route = format!("/-/files/{path}");
    page::answered(site, route, move |site| listed(site, &actor, &path, None)).await
}

/// Takes files from the form: beside the page, or one in place of another.
async fn take(
    State(site): State<Site>,
    writer: FormWriter,
    Path(path): Path<String>,
    form: Result<Form, Problem>,
) -> Response {
    let route = format!("/-/files/{path}");
    page::answered(site, route, move |site| {
        let form = form?;
        let actor = writer.with_token(site, form.text("token")).ok_or_else(Problem::stale_form)?;
        let place = match form.text("replace") {
            "" => Place::Beside(folder(site, &actor, &path)?.1),
            other => Place::At(other.to_owned()),
        };
        match site.wiki.upload(&actor, &form.files, &place, form.text("message")) {
            Ok(_) => {
                let address = encode_path(&format!("{}/-/files/{path}", site.base_path_of_site()));
                Ok(page::see_other(&address))
            }
            Err(error) => listed(site, &actor, &path, Some(&error.into())),
        }
    })
    .await
}

/// The folder of a page, or the folder itself; and the same as uploads name it.
fn folder(site: &Site, actor: &Actor, path: &str) -> Result<(RepoPath, String), Problem> {
    let known = RepoPath::new(path.trim_end_matches('/')).unwrap_or_default();
    Ok(match site.wiki.kind_of(actor, known.as_str())? {
        Some(FileKind::File) => (known.parent().unwrap_or_default(), path.to_owned()),
        Some(FileKind::Folder) => (known.clone(), format!("{known}/")),
        None => return Err(WikiError::NoFile { path: known }.into()),
    })
}

fn listed(site: &Site, actor: &Actor, path: &str, problem: Option<&Problem>) -> Result<Response, Problem> {
    let (folder, _) = folder(site, actor, path)?;
    let prefix = if folder.is_root() { String::new() } else { format!("{folder}/") };
    let part = site.wiki.list(actor, Listed::Files, &prefix, None, MAX_LISTED);
    let base = site.base_path_of_site();
    let beside = part.files.iter().filter(|file| file.path.parent().as_ref() == Some(&folder));
    let files: Vec<Value> = beside
        .map(|file| {
            let mut shown = json!(ListedFile::of(file));
            shown["is_image"] = json!(media_type(file.path.as_str()).starts_with("image/"));
            shown["is_settings"] = json!(is_settings(&file.path));
            shown["kilobytes"] = json!(file.size.div_ceil(1024));
            for (key, action) in URLS {
                shown[key] = json!(encode_path(&format!("{base}/-/{action}/{}", file.path)));
            }
            shown
        })
        .collect();
    let status = problem.map_or(StatusCode::OK, Problem::status);
    let values = json!({ "path": path, "folder": folder, "files": files, "problem": problem });
    let (template, title) = ("files", "wiki_files_title");
    let name = site.title_of(&RepoPath::new(path.trim_end_matches('/')).unwrap_or_default());
    let route = format!("/-/files/{path}");
    Ok(page::show(site, &Shown { status, route, template, title, name: &name, values }))
}

//! The page on which a file is edited: a form that needs no script.

use axum::{
    Form,
    extract::{Path, Query, State},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Site,
    actor::{FormWriter, Reader},
    api::top::Top,
    page::{self, Shown},
    problem::Problem,
    statics,
};
use crate::{
    base::{path::RepoPath, url::encode_value},
    git::CommitId,
    wiki::{Actor, Change, Conflict, Save, WikiError, merge::Merged, save::SaveResult},
};

/// What an address asks for besides a file.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Asked {
    /// The name of the template that a new file begins with; an unknown one is none. Whoever names one wants a new file, also where
    /// another was before it was moved.
    template: Option<String>,
    /// The heading of the one section that the editor shows.
    section: Option<String>,
    /// The path by which the file was asked for, which it has no more.
    moved_from: Option<String>,
}

/// What the form sends.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Sent {
    content: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    base: String,
    #[serde(default)]
    token: String,
    #[serde(default)]
    minor: Option<String>,
    #[serde(default)]
    action: String,
}

/// What the form shows.
struct Filled {
    status: StatusCode,
    content: String,
    message: String,
    base: Option<CommitId>,
    minor: bool,
    preview: bool,
    /// What the wiki has to say about the last try.
    notice: Option<Value>,
}

/// Shows the form.
pub(super) async fn form(
    State(site): State<Site>,
    Reader(actor): Reader,
    Path(path): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let route = format!("/-/edit/{path}");
    page::answered(site, route, move |site| {
        let file = site.wiki.file(&actor, &path)?;
        let is_new = file.bytes.is_none();
        if is_new
            && asked.template.is_none()
            && let Some(now) = site.wiki.moved_to(&actor, &path)?
        {
            return Ok(page::see_other(&address_by_now(site, &now, &path, asked.section.as_deref())));
        }
        let template = asked.template.as_deref().unwrap_or_default();
        let content = match file.bytes {
            None => site.wiki.template(&actor, &path, template)?.unwrap_or_default(),
            Some(bytes) => {
                String::from_utf8(bytes).map_err(|_| WikiError::NotText { path: file.path.clone() })?
            }
        };
        let base = file.commit;
        let message = String::new();
        let notice = asked.moved_from.and_then(|from| told_of_move(site, &from));
        let filled =
            Filled { status: StatusCode::OK, content, message, base, minor: false, preview: false, notice };
        Ok(show(site, &actor, &path, is_new, &filled))
    })
    .await
}

/// The editor of a page that was asked for by the path that it had.
fn address_by_now(site: &Site, now: &RepoPath, from: &str, section: Option<&str>) -> String {
    let section = section.map_or_else(String::new, |section| format!("&section={}", encode_value(section)));
    format!("{}?moved_from={}{section}", page::edit_url(site, now), encode_value(from))
}

fn told_of_move(site: &Site, from: &str) -> Option<Value> {
    let from = RepoPath::new(from)?;
    let new_url = page::edit_url(site, &from) + "?template=";
    Some(json!({ "kind": "moved", "from": Top::of(site).path(&from), "new_url": new_url }))
}

/// Saves what the form has sent, or shows what it would look like.
pub(super) async fn submit(
    State(site): State<Site>,
    writer: FormWriter,
    Path(path): Path<String>,
    Form(sent): Form<Sent>,
) -> Response {
    let route = format!("/-/edit/{path}");
    page::answered(site, route, move |site| submitted(site, writer, &path, &sent)).await
}

fn submitted(site: &Site, writer: FormWriter, path: &str, sent: &Sent) -> Result<Response, Problem> {
    let actor = writer.with_token(site, &sent.token);
    let reader = Actor { author: site.author.clone(), rights: crate::wiki::Rights::Reading };
    let base = CommitId::parse(&sent.base);
    let looking = actor.as_ref().unwrap_or(&reader);
    let file = site.wiki.file_by_now(looking, path, base).or_else(|_| site.wiki.file(looking, path))?;
    let has_crlf = file.bytes.as_ref().is_some_and(|bytes| bytes.windows(2).any(|two| two == b"\r\n"));
    let content = with_line_ends(&sent.content, has_crlf);
    let filled = |status, notice, base, content: &str| Filled {
        status,
        content: content.to_owned(),
        message: sent.message.clone(),
        base,
        minor: sent.minor.is_some(),
        preview: sent.action == "preview",
        notice,
    };
    let is_new = file.bytes.is_none();
    let Some(actor) = actor else {
        let notice = json!({ "kind": "stale" });
        return Ok(show(
            site,
            &reader,
            path,
            is_new,
            &filled(StatusCode::FORBIDDEN, Some(notice), base, &content),
        ));
    };
    if sent.action == "preview" {
        return Ok(show(site, &actor, path, is_new, &filled(StatusCode::OK, None, base, &content)));
    }
    let change = Change { path: path.to_owned(), content: Some(content.clone().into_bytes()) };
    let save =
        Save { changes: vec![change], base, message: sent.message.clone(), minor: sent.minor.is_some() };
    match site.wiki.check(&file.path, &content, false).and_then(|()| site.wiki.save(&actor, &save)) {
        Ok(SaveResult::Saved(saved)) => {
            let route = format!("/-/edit/{path}");
            Ok(page::saved(site, &route, &site.address_of(&file.path), saved.left_alone))
        }
        Ok(SaveResult::Conflict(conflicts)) => {
            let Some(conflict) = conflicts.into_iter().next() else { return Err(WikiError::Nothing.into()) };
            let notice = json!({ "kind": "conflict", "gone": conflict.ours.is_none() });
            let base = Some(conflict.commit);
            let text = marked(&conflict).unwrap_or(content);
            let path = conflict.path.as_str();
            Ok(show(site, &actor, path, is_new, &filled(StatusCode::CONFLICT, Some(notice), base, &text)))
        }
        // Whatever is wrong, the text stays where its author can save it again.
        Err(error) => {
            let problem = Problem::from(error);
            let status = problem.status();
            let notice = json!({ "kind": "problem", "title": problem.title, "detail": problem.detail });
            Ok(show(site, &actor, path, is_new, &filled(status, Some(notice), base, &content)))
        }
    }
}

/// Both texts of a conflict in one, with marks.
fn marked(conflict: &Conflict) -> Option<String> {
    let is_there = conflict.ours.is_some();
    conflict.merged.as_ref().filter(|_| is_there).map(Merged::with_markers)
}

/// Browsers end lines of forms with CRLF: they get the ends that the file has.
fn with_line_ends(text: &str, has_crlf: bool) -> String {
    let mut text = text.replace("\r\n", "\n").replace('\r', "\n");
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    if has_crlf { text.replace('\n', "\r\n") } else { text }
}

fn show(site: &Site, actor: &Actor, path: &str, is_new: bool, filled: &Filled) -> Response {
    let preview = filled.preview.then(|| site.wiki.preview(actor, path, &filled.content).ok()).flatten();
    let preview = preview.map(|preview| String::from_utf8_lossy(&preview.html).into_owned());
    let file = RepoPath::new(path);
    let page_url = file.as_ref().map(|file| site.address_of(file));
    let page_title = file.as_ref().map(|file| site.title_of(file));
    let values = json!({
        "path": path,
        "file": file.as_ref().map(|file| Top::of(site).path(file)),
        "content": filled.content,
        "message": filled.message,
        "commit": filled.base,
        "new": is_new,
        "minor": filled.minor,
        "preview": preview,
        "notice": filled.notice,
        "page_url": page_url,
        "page_title": page_title,
        "editor_script": statics::address("edit.js"),
        "editor_style": statics::address("edit.css"),
    });
    let (template, title) = ("edit", if is_new { "wiki_create_title" } else { "wiki_edit_title" });
    let route = format!("/-/edit/{path}");
    page::show(site, &Shown { status: filled.status, route, template, title, name: path, values })
}

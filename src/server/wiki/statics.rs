//! The files that only the wiki's own pages need: a static site doesn't carry them.

use axum::{
    extract::{Path, Request},
    http::{HeaderValue, header::CACHE_CONTROL},
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;

use super::{super::read::found, problem};
use crate::base::{digest::Digest, media::media_type};

/// The files of the folder `static`, by name.
const FILES: &[(&str, &[u8])] = &[
    ("LICENSES.txt", include_bytes!("static/LICENSES.txt")),
    ("base.js", include_bytes!("static/base.js")),
    ("codemirror.js", include_bytes!("static/codemirror.js")),
    ("conflict.js", include_bytes!("static/conflict.js")),
    ("de.js", include_bytes!("static/de.js")),
    ("edit.css", include_bytes!("static/edit.css")),
    ("edit.js", include_bytes!("static/edit.js")),
    ("emacs.js", include_bytes!("static/emacs.js")),
    ("emoji.js", include_bytes!("static/emoji.js")),
    ("es.js", include_bytes!("static/es.js")),
    ("fr.js", include_bytes!("static/fr.js")),
    ("it.js", include_bytes!("static/it.js")),
    ("ja.js", include_bytes!("static/ja.js")),
    ("matter.js", include_bytes!("static/matter.js")),
    ("nl.js", include_bytes!("static/nl.js")),
    ("pt.js", include_bytes!("static/pt.js")),
    ("vim.js", include_bytes!("static/vim.js")),
    ("wiki.css", include_bytes!("static/wiki.css")),
    ("wiki.js", include_bytes!("static/wiki.js")),
    ("zh.js", include_bytes!("static/zh.js")),
];
/// For addresses with the digest of the file in them: what is there never changes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Answers with a file.
pub(super) async fn answer(Path(name): Path<String>, request: Request) -> Response {
    let Some(file) = file(&name) else { return problem::nothing_here().await.into_response() };
    let (head, _) = request.into_parts();
    let bytes: Bytes = file.into();
    let digest = Digest::of(&bytes).to_string();
    let mut response = found(&head, bytes, media_type(&name), &format!("\"{digest}\""));
    if head.uri.query().is_some_and(|query| query.starts_with("v=")) {
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(FOR_EVER));
    }
    response
}

/// The address of a file, below the base path; `None` when there is no such file.
pub(super) fn address(name: &str) -> Option<String> {
    let digest = Digest::of(file(name)?).to_string();
    Some(format!("/-/static/{name}?v={}", &digest[..16]))
}

fn file(name: &str) -> Option<&'static [u8]> {
    FILES.iter().find(|(known, _)| *known == name).map(|(_, bytes)| *bytes)
}

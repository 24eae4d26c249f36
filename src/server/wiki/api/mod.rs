//! The API for programs: JSON under `/-/api/`.
//!
//! [`operations`] is the list of all that it does; routes and the OpenAPI document ([`document`]) are made of it.

mod document;
mod operation;
mod pages;
mod preview;
#[cfg(test)]
mod tests;

use axum::Router;
use serde_json::{Map, Value};

use self::operation::Operation;
use super::Site;

/// All that it does.
fn operations() -> Vec<Operation> {
    vec![
        Operation::get("/-/api/openapi.json", document::show)
            .named("getDocument", "This document.")
            .answers::<Map<String, Value>>(200, "An OpenAPI 3.1 document."),
        Operation::get("/-/api/pages/{*path}", pages::read)
            .named("readPage", "Reads a file as the head has it.")
            .answers::<pages::PageFile>(200, "The file.")
            .fails(&[404, 422]),
        Operation::put("/-/api/pages/{*path}", pages::write)
            .named("writePage", "Saves a file as a commit, merged with what others have saved since `base`.")
            .takes::<pages::Put>()
            .answers::<pages::Done>(200, "It is saved.")
            .answers::<pages::Done>(201, "It is saved, and there was no such file.")
            .answers::<pages::InConflict>(409, pages::CONFLICT)
            .fails(&[413, 415, 422, 503, 507]),
        Operation::delete("/-/api/pages/{*path}", pages::delete)
            .named("deletePage", "Deletes a file with a commit.")
            .may_take::<pages::Delete>()
            .answers::<pages::Done>(200, "It is gone.")
            .answers::<pages::InConflict>(409, pages::CONFLICT)
            .fails(&[404, 413, 422, 503, 507]),
        Operation::post("/-/api/preview/{*path}", preview::show)
            .named("previewPage", "Shows a text as the page of a path, without saving it.")
            .takes::<preview::Draft>()
            .answers::<preview::Shown>(200, "The page.")
            .fails(&[413, 415, 422]),
    ]
}

/// All of it.
pub(super) fn router() -> Router<Site> {
    operations().into_iter().fold(Router::new(), |router, operation| operation.add_to(router))
}

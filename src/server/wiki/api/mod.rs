//! The API for programs: JSON under `/-/api/`.
//!
//! [`operations`] is the list of all that it does; routes and the OpenAPI document ([`document`]) are made of it.

mod changes;
mod document;
mod drafts;
pub(super) mod list;
mod names;
mod operation;
mod pages;
mod past;
mod preview;
pub(super) mod relocate;
pub(super) mod search;
mod sent;
#[cfg(test)]
mod tests;
pub(super) mod top;
mod uploads;

use axum::{Extension, Router};
use serde_json::{Map, Value};

use self::operation::Operation;
use super::{
    super::streams::Streams,
    Site,
    past::{AskedPart, recent},
};

/// All that it does.
pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get("/-/api/openapi.json", document::show)
            .named("getDocument", "This document.")
            .answers::<Map<String, Value>>(200, "An OpenAPI 3.1 document."),
        Operation::get("/-/api/changes", changes::stream)
            .named("getChanges", "Tells of each commit of the branch, as it comes.")
            .asks::<changes::AskedChanges>()
            .answers_as::<changes::Change>(200, "text/event-stream", changes::MEANING)
            .fails(&[422, 503]),
        Operation::get("/-/api/drafts", drafts::list)
            .named("listDrafts", "Names your texts that are in no commit.")
            .answers::<drafts::Drafts>(200, "Their names, in the order of paths."),
        Operation::post("/-/api/drafts", drafts::save)
            .named("saveDrafts", "Saves what you were writing in several files, as one commit.")
            .takes::<drafts::DraftsToSave>()
            .answers::<pages::Done>(200, "It is saved.")
            .answers::<pages::Done>(201, "It is saved, and a file of it is new.")
            .answers::<pages::InConflict>(
                409,
                "Others have changed the same words of one of them. Nothing is saved.",
            )
            .fails(&[404, 413, 415, 422, 503, 507]),
        Operation::get("/-/api/drafts/{*path}", drafts::read)
            .named("readDrafts", "Reads what you have of a file that is in no commit.")
            .answers::<drafts::FileDrafts>(
                200,
                "What you were writing and what conflicts kept out, the newest first.",
            )
            .fails(&[422]),
        Operation::put("/-/api/drafts/{*path}", drafts::write)
            .named("keepDraft", "Keeps what you are writing, in place of the former draft of the file.")
            .takes::<drafts::DraftText>()
            .ends("It is kept until it is saved or discarded.")
            .fails(&[413, 415, 422, 507]),
        Operation::delete("/-/api/drafts/{*path}", drafts::discard)
            .named("discardDrafts", "Throws away what you have of a file that is in no commit.")
            .ends("There is nothing left of it.")
            .fails(&[422, 507]),
        Operation::get("/-/api/names", names::names)
            .named("findNames", "Finds what can be named in a text: pages, files, tags and headings.")
            .asks::<names::AskedNames>()
            .answers::<names::Names>(200, "The names that fit, the best first, at most 40."),
        Operation::get("/-/api/templates", names::templates)
            .named("listTemplates", "Says what a new file can begin with.")
            .asks::<names::NewFile>()
            .answers::<names::Templates>(200, "Templates of the site, the plain one first.")
            .fails(&[422]),
        Operation::get("/-/api/pages", list::list)
            .named("listPages", "Lists files in the order of their paths, part by part.")
            .asks::<list::AskedFiles>()
            .answers::<list::FileList>(200, "The files.")
            .fails(&[422]),
        Operation::get("/-/api/search", search::search)
            .named(
                "search",
                "Finds pages: words of titles count most, then those of headings, then the text.",
            )
            .asks::<search::AskedSearch>()
            .answers::<search::Results>(200, "The pages."),
        Operation::post("/-/api/move", relocate::relocate)
            .named(
                "move",
                "Renames or moves a page, a folder or another file, with all links to it, as one commit.",
            )
            .takes::<relocate::Move>()
            .answers::<relocate::Moved>(200, "It is moved, or planned.")
            .fails(&[404, 409, 413, 415, 422, 503, 507]),
        Operation::post("/-/api/uploads", uploads::upload)
            .named("upload", "Puts files beside a page, as one commit.")
            .takes_as::<uploads::Upload>("multipart/form-data", true)
            .answers::<uploads::Taken>(201, "They are there.")
            .fails(&[409, 413, 422, 503, 507]),
        Operation::get("/-/api/pages/{*path}", pages::read)
            .named("readPage", "Reads a file as the head has it.")
            .asks::<pages::AskedFile>()
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
        Operation::get("/-/api/history/{*path}", past::history)
            .named(
                "readHistory",
                "Lists the versions of a file, the newest first, also under the names that it had before.",
            )
            .asks::<AskedPart>()
            .answers::<past::History>(200, "The versions.")
            .fails(&[404, 422, 503]),
        Operation::get("/-/api/diff/{*path}", past::diff)
            .named("compareVersions", "Compares two versions of a file; by default what its last change did.")
            .asks::<past::AskedDiff>()
            .answers::<past::Diff>(200, "The difference.")
            .fails(&[404, 422, 503]),
        Operation::get("/-/api/recent", past::recent)
            .named("listRecentChanges", "Lists the commits of the wiki, the newest first.")
            .asks::<recent::Asked>()
            .answers::<past::RecentChanges>(200, "The commits.")
            .fails(&[422, 503]),
        Operation::post("/-/api/restore/{*path}", past::restore)
            .named("restorePage", "Makes a file again what it was at a commit, with a new commit.")
            .takes::<past::Restore>()
            .answers::<pages::Done>(200, "It is saved.")
            .answers::<pages::Done>(201, "It is saved, and there was no such file.")
            .answers::<pages::InConflict>(409, pages::CONFLICT)
            .fails(&[404, 413, 415, 422, 503, 507]),
        Operation::post("/-/api/revert", past::revert)
            .named("revertCommit", "Takes back what a commit changed, with a new commit.")
            .takes::<past::Revert>()
            .answers::<pages::Done>(200, "It is saved.")
            .answers::<pages::Done>(201, "It is saved, and brought a file back.")
            .answers::<pages::InConflict>(409, pages::CONFLICT)
            .fails(&[404, 413, 415, 422, 503, 507]),
    ]
}

/// All of it.
pub(super) fn router(streams: Streams) -> Router<Site> {
    let router = operations().into_iter().fold(Router::new(), |router, operation| operation.add_to(router));
    router.layer(Extension(streams))
}

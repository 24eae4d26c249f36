//! Moving a page, a folder or another file.

use axum::{
    Json,
    extract::{State, rejection::JsonRejection},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::{
    Site,
    actor::Writer,
    problem::{Problem, off_thread},
};
use crate::{
    base::path::RepoPath,
    git::{CommitId, LeftAlone},
    wiki::relocate::{Relocate, Relocation},
};

/// What is to be moved.
#[derive(Debug, Deserialize, JsonSchema)]
pub(in crate::server::wiki) struct Move {
    /// The path of a page, a folder or another file.
    from: String,
    /// Its path afterwards. With a `/` at its end it is the folder that a file is put into; a page may lack its extension.
    to: String,
    /// What the commit says about itself.
    #[serde(default)]
    message: String,
    /// The commit that it was seen at.
    base: Option<CommitId>,
    /// Whether only to say what would change.
    #[serde(default)]
    dry_run: bool,
}

/// A move that is done, or planned.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::server::wiki) struct Moved {
    /// The commit that has it; for one that is planned, the head that it was planned for.
    commit: CommitId,
    /// The path before.
    from: RepoPath,
    /// The path afterwards.
    to: RepoPath,
    /// The address afterwards; `null` for what has none of its own.
    url: Option<String>,
    /// Every file that gets another path.
    renamed: Vec<FromTo>,
    /// The files in which links are written anew.
    rewritten: Vec<RewrittenFile>,
    /// The old addresses that lead to new ones.
    redirects: Vec<FromTo>,
    /// Links that could not be written anew.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left: Vec<LeftLink>,
    /// The files of the work tree that have changes of their own, and were left as they are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left_alone: Vec<LeftAlone>,
}

/// A path, an address or a link, before and afterwards.
#[derive(Debug, Serialize, JsonSchema)]
struct FromTo {
    from: String,
    to: String,
}

/// A file in which links are written anew.
#[derive(Debug, Serialize, JsonSchema)]
struct RewrittenFile {
    /// Its path afterwards.
    path: RepoPath,
    /// What stood there, and what stands there now.
    links: Vec<FromTo>,
}

/// A link that could not be written anew.
#[derive(Debug, Serialize, JsonSchema)]
struct LeftLink {
    /// The file that it stands in, by its path afterwards.
    path: RepoPath,
    /// What stands there.
    link: String,
}

impl FromTo {
    fn new((from, to): &(impl ToString, impl ToString)) -> Self {
        Self { from: from.to_string(), to: to.to_string() }
    }
}

impl Moved {
    pub(in crate::server::wiki) fn of(relocation: &Relocation) -> Self {
        let rewritten = relocation.rewritten.iter().map(|file| RewrittenFile {
            path: file.path.clone(),
            links: file.links.iter().map(FromTo::new).collect(),
        });
        let left = relocation.left.iter();
        let left = left.map(|(path, link)| LeftLink { path: path.clone(), link: link.clone() });
        Self {
            commit: relocation.commit,
            from: relocation.from.clone(),
            to: relocation.to.clone(),
            url: relocation.url.clone(),
            renamed: relocation.renamed.iter().map(FromTo::new).collect(),
            rewritten: rewritten.collect(),
            redirects: relocation.redirects.iter().map(FromTo::new).collect(),
            left: left.collect(),
            left_alone: relocation.left_alone.clone(),
        }
    }
}

/// Moves something, or says what would change.
pub(in crate::server::wiki) async fn relocate(
    State(site): State<Site>,
    Writer(actor): Writer,
    sent: Result<Json<Move>, JsonRejection>,
) -> Result<Json<Moved>, Problem> {
    let Json(Move { from, to, message, base, dry_run }) =
        sent.map_err(|error| Problem::bad_request(error.body_text()))?;
    off_thread(move || {
        let wanted = Relocate { from, to, message, base };
        let relocation = if dry_run {
            site.wiki.plan_relocation(&actor, &wanted)?
        } else {
            site.wiki.relocate(&actor, &wanted)?
        };
        Ok(Json(Moved::of(&relocation)))
    })
    .await
}

//! Moving a page, a folder or another file.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    super::{
        Site,
        actor::Writer,
        problem::{Problem, off_thread},
    },
    sent::Sent,
    top::Top,
};
use crate::{
    base::path::RepoPath,
    git::{CommitId, LeftAlone},
    wiki::relocate::{Relocate, Relocation},
};

/// What is to be moved.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
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

impl Moved {
    /// The same with paths as programs say them.
    fn seen_from(mut self, top: &Top) -> Self {
        let written = self.rewritten.iter_mut().map(|file| &mut file.path);
        let left = self.left.iter_mut().map(|link| &mut link.path);
        let own = [&mut self.from, &mut self.to].into_iter();
        own.chain(written).chain(left).for_each(|path| *path = top.path(path));
        for path in self.renamed.iter_mut().flat_map(|pair| [&mut pair.from, &mut pair.to]) {
            *path = top.path(&RepoPath::new(path).unwrap_or_default()).to_string();
        }
        self.left_alone = top.left_alone(self.left_alone);
        self
    }
}

/// Moves something, or says what would change.
pub(in crate::server::wiki) async fn relocate(
    State(site): State<Site>,
    Writer(actor): Writer,
    Sent(Move { from, to, message, base, dry_run }): Sent<Move>,
) -> Result<Json<Moved>, Problem> {
    off_thread(move || {
        let top = Top::of(&site);
        let (from, to) = (top.below(&from)?, top.below(&to)?);
        let wanted = Relocate { from, to, message, base };
        let relocation = if dry_run {
            site.wiki.plan_relocation(&actor, &wanted)?
        } else {
            site.wiki.relocate(&actor, &wanted)?
        };
        Ok(Json(Moved::of(&relocation).seen_from(&top)))
    })
    .await
}

//! What an editor offers while somebody types: names of pages, files, tags and headings, and what a new file can begin with.

use axum::{Json, extract::State};
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
    wiki::{
        names::{Name, Wanted},
        templates::Template,
    },
};

/// What is looked for.
#[derive(Debug, Deserialize, JsonSchema)]
pub(in crate::server::wiki) struct AskedNames {
    kind: Kind,
    /// What was typed so far.
    #[serde(default)]
    q: String,
    /// The file in which it is typed.
    #[serde(default)]
    from: String,
    /// The page whose headings are looked for, as a link has it.
    #[serde(default)]
    page: String,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Pages,
    Files,
    Tags,
    Headings,
}

/// The names that fit, the best first.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::server::wiki) struct Names {
    names: Vec<Name>,
}

/// A new file.
#[derive(Debug, Deserialize, JsonSchema)]
pub(in crate::server::wiki) struct NewFile {
    /// Its path.
    #[serde(rename = "for")]
    path: String,
}

/// What it can begin with.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::server::wiki) struct Templates {
    templates: Vec<Template>,
}

/// Names that fit what was typed.
pub(in crate::server::wiki) async fn names(
    State(site): State<Site>,
    Reader(actor): Reader,
    Asked(wish): Asked<AskedNames>,
) -> Result<Json<Names>, Problem> {
    off_thread(move || {
        let top = Top::of(&site);
        let from = top.below(&wish.from).ok().and_then(|from| RepoPath::new(&from)).unwrap_or_default();
        let wanted = match wish.kind {
            Kind::Pages => Wanted::Pages,
            Kind::Files => Wanted::Files,
            Kind::Tags => Wanted::Tags,
            Kind::Headings => Wanted::Headings(wish.page),
        };
        let mut names = site.wiki.names(&actor, &wanted, &wish.q, &from);
        names.iter_mut().filter_map(|name| name.path.as_mut()).for_each(|path| *path = top.path(path));
        Ok(Json(Names { names }))
    })
    .await
}

/// What a new file can begin with.
pub(in crate::server::wiki) async fn templates(
    State(site): State<Site>,
    Reader(actor): Reader,
    Asked(file): Asked<NewFile>,
) -> Result<Json<Templates>, Problem> {
    off_thread(move || {
        let path = Top::of(&site).below(&file.path)?;
        Ok(Json(Templates { templates: site.wiki.templates(&actor, &path)? }))
    })
    .await
}

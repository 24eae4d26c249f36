//! What a text would look like as a page, before it is saved.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    super::{
        Site,
        actor::Writer,
        problem::{Problem, off_thread},
    },
    sent::{FilePath, Sent},
    top::Top,
};
use crate::base::diagnostic::Diagnostic;

/// A text that is not saved.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::server::wiki) struct Draft {
    /// The whole text.
    content: String,
}

/// A text as a page.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::server::wiki) struct Shown {
    /// The whole page, as readers would see it.
    html: String,
    /// The address that it would have: what its relative links are seen from.
    url: String,
    /// Whether it is slides: those of the chapter, or of a manifest the first of each chapter.
    is_deck: bool,
    title: String,
    /// What is wrong with it.
    problems: Vec<Diagnostic>,
}

/// Renders a text as the page of a path.
pub(in crate::server::wiki) async fn show(
    State(site): State<Site>,
    Writer(actor): Writer,
    FilePath(path): FilePath,
    Sent(draft): Sent<Draft>,
) -> Result<Json<Shown>, Problem> {
    off_thread(move || {
        let preview = site.wiki.preview(&actor, &path, &draft.content)?;
        let html = String::from_utf8_lossy(&preview.html).into_owned();
        let url = preview.route.href(site.wiki.engine().snapshot().renderer.site().base_path());
        Ok(Json(Shown {
            html,
            url,
            is_deck: preview.is_deck,
            title: preview.title,
            problems: Top::of(&site).problems(preview.problems),
        }))
    })
    .await
}

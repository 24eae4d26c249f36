//! Recent changes of the whole wiki.

use axum::{
    extract::{Query, State},
    response::Response,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    super::{Site, WikiSite, actor::Reader, problem::Problem},
    AskedPart, by_day, commit_values, file_values, next_url, query_of, shown, url,
};
use crate::wiki::{
    Actor,
    past::recent::{ChangedFile, Filter, Recent},
};

/// What is asked for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub(in crate::server::wiki) struct Asked {
    /// Only those of a person: a name or an email address.
    #[serde(default)]
    author: String,
    /// Only those of files whose paths begin so.
    #[serde(default)]
    path: String,
    /// `hide` leaves those out that change nothing of weight.
    #[serde(default)]
    minor: String,
    #[serde(flatten)]
    pub(in crate::server::wiki) part: AskedPart,
}

impl Asked {
    pub(in crate::server::wiki) fn filter(&self) -> Filter {
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Filter { author: given(&self.author), prefix: given(&self.path), hides_minor: self.minor == "hide" }
    }

    pub(in crate::server::wiki) fn query(&self) -> [(&str, &str); 3] {
        [("author", &self.author), ("path", &self.path), ("minor", &self.minor)]
    }
}

/// Shows them.
pub(super) async fn show(
    State(site): State<Site>,
    Reader(actor): Reader,
    Query(asked): Query<Asked>,
) -> Response {
    shown(site, "/-/recent".to_owned(), "recent", "wiki_recent_title", move |site| page(site, &actor, &asked))
        .await
}

fn page(site: &WikiSite, actor: &Actor, asked: &Asked) -> Result<(String, Value), Problem> {
    let part = site.wiki.recent(actor, &asked.filter(), asked.part.window()?)?;
    let address = format!("{}/-/recent", site.base_path_of_site());
    let feed = query_of(asked.query());
    let values = json!({
        "days": by_day(part.items.iter().map(|recent| recent_values(site, recent)).collect()),
        "next_url": next_url(&address, &asked.query(), &part, |recent| recent.commit.id),
        "first_url": (!asked.part.is_first()).then(|| format!("{address}?{feed}")),
        "address": address,
        "feed_url": format!("{address}.atom{}{feed}", if feed.is_empty() { "" } else { "?" }),
        "author": asked.author,
        "path": asked.path,
        "hides_minor": asked.filter().hides_minor,
    });
    Ok((String::new(), values))
}

/// A commit in a list.
pub(super) fn recent_values(site: &WikiSite, recent: &Recent) -> Value {
    let id = recent.commit.id.to_string();
    let file = |file: &ChangedFile| {
        let mut values = file_values(site, &file.path);
        values["from"] = json!(file.from);
        values["gone"] = json!(file.is_gone);
        values["diff_url"] =
            json!(format!("{}?{}", url(site, "diff", file.path.as_str()), query_of([("to", &*id)])));
        values
    };
    let mut values = commit_values(site, &recent.commit);
    values["minor"] = json!(recent.is_minor);
    values["files"] = json!(recent.files.iter().map(file).collect::<Vec<_>>());
    values["n_more"] = json!(recent.n_files - recent.files.len());
    values
}

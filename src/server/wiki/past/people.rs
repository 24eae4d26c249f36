//! What a person has contributed.

use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use serde_json::{Value, json};

use super::{
    super::{Site, WikiSite, actor::Reader, problem::Problem},
    AskedPart, by_day, moment, next_url,
    recent::recent_values,
    shown, url,
};
use crate::wiki::{Actor, past::recent::Filter};

/// Shows it.
pub(super) async fn show(
    State(site): State<Site>,
    Reader(actor): Reader,
    Path(name): Path<String>,
    Query(part): Query<AskedPart>,
) -> Response {
    let route = format!("/-/people/{name}");
    shown(site, route, "person", "wiki_person_title", move |site| page(site, &actor, &name, &part)).await
}

fn page(site: &WikiSite, actor: &Actor, name: &str, asked: &AskedPart) -> Result<(String, Value), Problem> {
    let person = site.wiki.person(actor, name)?;
    let filter = Filter { author: Some(name.to_owned()), ..Filter::default() };
    let part = site.wiki.recent(actor, &filter, asked.window()?)?;
    let address = url(site, "people", name);
    let shown_name = person.names.first().map_or(name, |(author, _)| author.name.as_str()).to_owned();
    let values = json!({
        "names": person.names.iter().map(|(author, count)| json!({
            "name": author.name, "email": author.email, "count": count,
        })).collect::<Vec<_>>(),
        "n_commits": person.n_commits,
        "n_files": person.n_files,
        "first": moment(person.active.0),
        "last": moment(person.active.1),
        "days": by_day(part.items.iter().map(|recent| recent_values(site, recent)).collect()),
        "next_url": next_url(&address, &[], &part, |recent| recent.commit.id),
        "first_url": (!asked.is_first()).then(|| address.clone()),
    });
    Ok((shown_name, values))
}

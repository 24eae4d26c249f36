//! Recent changes as an Atom feed (RFC 4287).

use std::fmt::Write as _;

use axum::{
    body::Body,
    extract::{Query, State},
    http::{
        HeaderMap, HeaderValue,
        header::{CONTENT_TYPE, HOST},
    },
    response::Response,
};

use super::{
    super::{
        super::read::empty,
        Site, WikiSite,
        actor::Reader,
        problem::{Problem, off_thread},
    },
    query_of,
    recent::Asked,
    rfc3339, url,
};
use crate::{git::Moment, render::xml::escape, wiki::past::recent::Recent};

const MEDIA_TYPE: &str = "application/atom+xml; charset=utf-8";

/// Answers with it.
pub(super) async fn show(
    State(site): State<Site>,
    Reader(actor): Reader,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost").to_owned();
    off_thread(move || {
        let part = site.wiki.recent(&actor, &asked.filter(), asked.part.window()?)?;
        let xml = atom(&site, &format!("http://{host}"), &asked, &part.items);
        let mut response = empty(axum::http::StatusCode::OK);
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        *response.body_mut() = Body::from(xml);
        Ok(response)
    })
    .await
}

fn atom(site: &WikiSite, origin: &str, asked: &Asked, commits: &[Recent]) -> String {
    let snapshot = site.wiki.engine().snapshot();
    let title = snapshot.renderer.site().title(crate::site::languages::DEFAULT).to_owned();
    let base = format!("{origin}{}/-/recent", site.base_path_of_site());
    let query = query_of(asked.query());
    let query = if query.is_empty() { query } else { format!("?{query}") };
    let newest = commits.first().map_or(Moment { seconds: 0, offset_minutes: 0 }, |recent| recent.commit.at);
    let mut xml =
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n"
            .to_owned();
    let _ = writeln!(xml, "  <title>{}</title>", escape(&title));
    let _ = writeln!(xml, "  <id>{}</id>", escape(&format!("{base}.atom{query}")));
    let _ = writeln!(xml, "  <link rel=\"self\" href=\"{}\"/>", escape(&format!("{base}.atom{query}")));
    let _ = writeln!(xml, "  <link href=\"{}\"/>", escape(&format!("{base}{query}")));
    let _ = writeln!(xml, "  <updated>{}</updated>", rfc3339(newest));
    commits.iter().for_each(|recent| push_entry(site, origin, &mut xml, recent));
    xml.push_str("</feed>\n");
    xml
}

fn push_entry(site: &WikiSite, origin: &str, xml: &mut String, recent: &Recent) {
    let commit = &recent.commit;
    let link = format!("{origin}{}", url(site, "commit", &commit.id.to_string()));
    let summary = if commit.summary().is_empty() { commit.id.short() } else { commit.summary().to_owned() };
    let files: Vec<&str> = recent.files.iter().map(|file| file.path.as_str()).collect();
    let _ = writeln!(xml, "  <entry>\n    <title>{}</title>", escape(&summary));
    let _ = writeln!(xml, "    <id>urn:git:{}</id>\n    <link href=\"{}\"/>", commit.id, escape(&link));
    let _ = writeln!(xml, "    <author><name>{}</name></author>", escape(&commit.author.name));
    let _ = writeln!(xml, "    <updated>{}</updated>", rfc3339(commit.at));
    let text = format!("{}\n\n{}", commit.message.trim(), files.join("\n"));
    let _ = writeln!(xml, "    <summary>{}</summary>\n  </entry>", escape(&text));
}

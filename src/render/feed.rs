//! Atom feeds (RFC 4287): of the site, of a section, of a term.
//!
//! Entries carry summaries. All times come from front matter, so that a feed changes only when a page does.

use std::fmt::Write;

use crate::{
    render::{Renderer, xml::escape},
    site::{
        addresses::pages_below,
        page::{Page, PageId},
        route::Route,
        routes::FeedOf,
        taxonomy::sort_newest_first,
    },
};

/// The time of a feed without any dated page; a feed must have one.
const NO_TIME: &str = "1970-01-01T00:00:00Z";

/// The feed at `route`.
pub(super) fn atom(renderer: &Renderer, route: &Route, of: FeedOf) -> String {
    let site = renderer.site();
    let (title, home, mut pages) = subject(renderer, of);
    pages.retain(|id| site.page(*id).date().is_some());
    sort_newest_first(&mut pages, site.pages());
    pages.truncate(site.config().feed.limit as usize);
    let updated = pages.iter().filter_map(|id| site.page(*id).updated()).max();
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\"",
    );
    let _ = writeln!(xml, " xml:lang=\"{}\">", escape(&site.config().language));
    let _ = writeln!(xml, "  <title>{}</title>", escape(&title));
    if let Some(description) = &site.config().description {
        let _ = writeln!(xml, "  <subtitle>{}</subtitle>", escape(description));
    }
    let _ = writeln!(xml, "  <id>{}</id>", escape(&renderer.permalink(route)));
    let _ = writeln!(xml, "  <link rel=\"self\" href=\"{}\"/>", escape(&renderer.permalink(route)));
    let _ = writeln!(xml, "  <link href=\"{}\"/>", escape(&renderer.permalink(&home)));
    let author = site.config().author.as_deref().unwrap_or(site.title());
    let _ = writeln!(xml, "  <author><name>{}</name></author>", escape(author));
    let time = updated.map_or_else(|| NO_TIME.to_owned(), |date| date.timestamp().to_string());
    let _ = writeln!(xml, "  <updated>{time}</updated>");
    for id in pages {
        entry(renderer, &mut xml, site.page(id));
    }
    xml.push_str("</feed>\n");
    xml
}

fn subject(renderer: &Renderer, of: FeedOf) -> (String, Route, Vec<PageId>) {
    let site = renderer.site();
    let title = site.title();
    match of {
        FeedOf::Site => {
            let all = site.pages().iter().map(|(id, _)| id).collect();
            (title.to_owned(), Route::new("/"), all)
        }
        FeedOf::Section(id) => {
            let section = site.sections().get(id);
            (format!("{} – {title}", section.title), section.route.clone(), pages_below(site, id))
        }
        FeedOf::Term { taxonomy, term } => {
            let term = &site.taxonomies().all[taxonomy].terms[term];
            (format!("{} – {title}", term.name), term.route.clone(), term.pages.clone())
        }
    }
}

fn entry(renderer: &Renderer, xml: &mut String, page: &Page) {
    let link = renderer.permalink(&page.route);
    let _ = writeln!(xml, "  <entry>\n    <title>{}</title>", escape(&page.title));
    let _ = writeln!(xml, "    <id>{}</id>\n    <link href=\"{}\"/>", escape(&link), escape(&link));
    if let Some(date) = page.date() {
        let _ = writeln!(xml, "    <published>{}</published>", date.timestamp());
    }
    if let Some(date) = page.updated() {
        let _ = writeln!(xml, "    <updated>{}</updated>", date.timestamp());
    }
    for tag in page.front.terms.get("tags").into_iter().flatten() {
        let _ = writeln!(xml, "    <category term=\"{}\"/>", escape(tag));
    }
    if let Some(summary) = page.summary() {
        let _ = writeln!(xml, "    <summary>{}</summary>", escape(summary));
    }
    xml.push_str("  </entry>\n");
}

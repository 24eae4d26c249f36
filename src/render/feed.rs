//! Atom feeds (RFC 4287): of the site, of a section, of a term.
//!
//! Entries carry summaries. All times come from front matter, so that a feed changes only when a page does.

use std::fmt::Write;

use crate::{
    render::{
        page::Render,
        trace::{FeedEntries, FeedEntry, FeedOf},
        xml::escape,
    },
    site::route::Route,
};

/// The time of a feed without any dated page; a feed must have one.
const NO_TIME: &str = "1970-01-01T00:00:00Z";

/// The feed at `route`.
pub(super) fn atom(render: &Render, route: &Route, of: FeedOf) -> String {
    let settings = render.asker.settings();
    let Some(feed) = render.asker.ask(FeedEntries(of)) else { return String::new() };
    let title = match feed.title {
        Some(title) => format!("{title} – {}", settings.title),
        None => settings.title.to_owned(),
    };
    let home = feed.route.cloned().unwrap_or_else(|| settings.languages.home(render.asker.language()));
    let updated = feed.entries.iter().filter_map(|entry| entry.updated).max();
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\"",
    );
    let _ = writeln!(xml, " xml:lang=\"{}\">", escape(settings.language));
    let _ = writeln!(xml, "  <title>{}</title>", escape(&title));
    if let Some(description) = settings.description {
        let _ = writeln!(xml, "  <subtitle>{}</subtitle>", escape(description));
    }
    let _ = writeln!(xml, "  <id>{}</id>", escape(&render.permalink(route)));
    let _ = writeln!(xml, "  <link rel=\"self\" href=\"{}\"/>", escape(&render.permalink(route)));
    let _ = writeln!(xml, "  <link href=\"{}\"/>", escape(&render.permalink(&home)));
    let author = settings.author.unwrap_or(settings.title);
    let _ = writeln!(xml, "  <author><name>{}</name></author>", escape(author));
    let time = updated.map_or_else(|| NO_TIME.to_owned(), |date| date.timestamp().to_string());
    let _ = writeln!(xml, "  <updated>{time}</updated>");
    for entry in &feed.entries {
        push_entry(render, &mut xml, entry);
    }
    xml.push_str("</feed>\n");
    xml
}

fn push_entry(render: &Render, xml: &mut String, entry: &FeedEntry<'_>) {
    let link = render.permalink(entry.route);
    let _ = writeln!(xml, "  <entry>\n    <title>{}</title>", escape(entry.title));
    let _ = writeln!(xml, "    <id>{}</id>\n    <link href=\"{}\"/>", escape(&link), escape(&link));
    if let Some(date) = entry.date {
        let _ = writeln!(xml, "    <published>{}</published>", date.timestamp());
    }
    if let Some(date) = entry.updated {
        let _ = writeln!(xml, "    <updated>{}</updated>", date.timestamp());
    }
    for tag in entry.tags {
        let _ = writeln!(xml, "    <category term=\"{}\"/>", escape(tag));
    }
    if let Some(summary) = entry.summary {
        let _ = writeln!(xml, "    <summary>{}</summary>", escape(summary));
    }
    xml.push_str("  </entry>\n");
}

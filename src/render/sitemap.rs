//! `sitemap.xml` (sitemaps.org protocol 0.9) and `robots.txt`.

use std::fmt::Write;

use crate::{
    render::{
        page::Render,
        trace::{SitemapEntries, SitemapEntry},
        xml::escape,
    },
    site::route::Route,
};

/// Declares the elements that lead to other languages.
const XHTML: &str = " xmlns:xhtml=\"http://www.w3.org/1999/xhtml\"";

/// The sitemap: pages and lists, not files, feeds and redirects. Pages in several languages name each other.
pub(super) fn sitemap(render: &Render) -> String {
    let entries = render.asker.ask(SitemapEntries);
    let has_translations = entries.iter().any(|entry| !entry.translations.is_empty());
    let namespace = if has_translations { XHTML } else { "" };
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"{namespace}>\n",
    );
    for SitemapEntry { route, updated, translations } in entries {
        let _ = write!(xml, "  <url><loc>{}</loc>", escape(&render.permalink(route)));
        if let Some(date) = updated {
            let _ = write!(xml, "<lastmod>{}</lastmod>", date.day());
        }
        for (tag, route) in translations {
            let href = render.permalink(route);
            let _ = write!(
                xml,
                "\n    <xhtml:link rel=\"alternate\" hreflang=\"{}\" href=\"{}\"/>",
                escape(tag),
                escape(&href)
            );
        }
        xml.push_str("</url>\n");
    }
    xml.push_str("</urlset>\n");
    xml
}

/// robots.txt: everything may be read; where the sitemap is, if the site knows its host.
pub(super) fn robots(render: &Render) -> String {
    let mut text = "User-agent: *\nAllow: /\n".to_owned();
    if render.asker.settings().base.is_absolute() {
        let _ = writeln!(text, "\nSitemap: {}", render.permalink(&Route::new("/sitemap.xml")));
    }
    text
}

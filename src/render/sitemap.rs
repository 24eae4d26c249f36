//! `sitemap.xml` (sitemaps.org protocol 0.9) and `robots.txt`.

use std::fmt::Write;

use crate::{
    render::{page::Render, trace::SitemapEntries, xml::escape},
    site::route::Route,
};

/// The sitemap: pages and lists, not files, feeds and redirects.
pub(super) fn sitemap(render: &Render) -> String {
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    for (route, updated) in render.asker.ask(SitemapEntries) {
        let _ = write!(xml, "  <url><loc>{}</loc>", escape(&render.permalink(route)));
        if let Some(date) = updated {
            let _ = write!(xml, "<lastmod>{}</lastmod>", date.day());
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

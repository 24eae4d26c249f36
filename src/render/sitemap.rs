//! `sitemap.xml` (sitemaps.org protocol 0.9) and `robots.txt`.

use std::fmt::Write;

use crate::{
    render::{Renderer, xml::escape},
    site::{page::NOT_FOUND, route::Route, routes::Target},
};

/// How many addresses a sitemap may have by its protocol.
const MAX_URLS: usize = 50_000;

/// The sitemap: pages and lists, not files, feeds and redirects.
pub(super) fn sitemap(renderer: &Renderer) -> String {
    let site = renderer.site();
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    let listed = site.routes().iter().filter(|(_, target)| {
        matches!(
            target,
            Target::Page(_) | Target::Section(_) | Target::Taxonomy(_) | Target::Term { number: 1, .. }
        )
    });
    for (route, target) in listed.filter(|(route, _)| route.as_str() != NOT_FOUND).take(MAX_URLS) {
        let _ = write!(xml, "  <url><loc>{}</loc>", escape(&renderer.permalink(route)));
        if let Target::Page(id) = target
            && let Some(date) = site.page(*id).updated()
        {
            let _ = write!(xml, "<lastmod>{}</lastmod>", date.day());
        }
        xml.push_str("</url>\n");
    }
    xml.push_str("</urlset>\n");
    xml
}

/// robots.txt: everything may be read; where the sitemap is, if the site knows its host.
pub(super) fn robots(renderer: &Renderer) -> String {
    let mut text = "User-agent: *\nAllow: /\n".to_owned();
    if renderer.site().config().base_url.is_absolute() {
        let _ = writeln!(text, "\nSitemap: {}", renderer.permalink(&Route::new("/sitemap.xml")));
    }
    text
}

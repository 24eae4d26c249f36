//! Pure rendering: a site and a route become bytes.
//!
//! [`Renderer::render`] is shared by `build`, `serve` and `edit`: what an editor previews is what a host serves.
//! A page goes this way:
//! 1. its text is read again, parsed ([`crate::site::file::expanded_body`], [`crate::parse::markdown`]) and set as HTML with
//!    gaps ([`markdown`]), unless that was done while the site was read (`galleys`);
//! 2. the gaps are filled, with links, code, components and embeds answered by `hooks`;
//! 3. what the page may know of the site is gathered (`view`);
//! 4. the theme's template puts both together ([`theme`]).
//!
//! All of it asks the site through an asker, which writes down the [`trace`] of the render.

pub mod cache;
pub mod highlight;
pub mod markdown;
pub mod scope;
pub mod theme;
pub mod trace;
pub mod xml;

mod assets;
mod deck;
mod embed;
mod feed;
mod galleys;
mod hooks;
mod images;
mod later;
mod lines;
mod lists;
mod nav;
mod page;
mod queries;
mod rewrite;
mod search;
mod shard;
mod sitemap;
mod view;
mod wiki;

use std::sync::{Arc, OnceLock};

use bytes::Bytes;

use crate::{
    base::{
        diagnostic::{Diagnostic, Place as TextPlace},
        digest::{Digest, Print},
        media::{self, media_type},
        path::RepoPath,
    },
    render::{
        assets::SiteAssets,
        deck::{ChapterCache, Chapters},
        galleys::SetPage,
        highlight::Highlighter,
        images::{Images, Original},
        markdown::code::is_diagram,
        page::Render,
        theme::ASSET_FOLDER,
        trace::{Ahead, Asker, At, Place, Trace, World},
    },
    site::{Site, route::Route},
    source::Source,
};

pub use deck::{FormerChapters, Record};
pub use galleys::{GalleyStore, Galleys};
pub use images::ImageStore;
pub use theme::{KnownAssets, SmallerAssets};
pub use wiki::WikiPage;

/// The folder of a site that holds its themes.
pub const THEMES_FOLDER: &str = "themes";
/// The folder of the built site with the files that browsers search with: inside of the one for the theme's files.
const SEARCH_FOLDER: &str = "theme/search";

/// Bytes for an address.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// What is served and written.
    pub bytes: Bytes,
    /// As in a `Content-Type` header.
    pub media_type: &'static str,
    /// Names the bytes.
    pub digest: Digest,
    /// What went wrong while rendering.
    pub diagnostics: Vec<Diagnostic>,
    /// What was asked for it; `None` when it must not be used again, since a file changed meanwhile.
    pub trace: Option<Arc<Trace>>,
    /// Without a trace: the files of which others are made that it names, and the addresses of these.
    pub forms: Vec<(RepoPath, Vec<Route>)>,
    /// The keys of the chapters that it is made of: see [`Renderer::chapter`].
    pub chapters: Vec<Print>,
}

/// Renders the routes of one snapshot. Cheap to clone, and used from many threads.
#[derive(Clone)]
pub struct Renderer {
    world: Arc<World>,
    highlighter: Arc<Highlighter>,
    images: Arc<Images>,
    assets: Arc<SiteAssets>,
    chapters: Arc<ChapterCache>,
    galleys: Option<Galleys>,
    with_lines: bool,
}

impl Renderer {
    /// Loads the site's theme; what is wrong with it is in [`Renderer::diagnostics`].
    pub fn new(site: Arc<Site>, source: Arc<dyn Source>, highlighter: Arc<Highlighter>) -> Self {
        Self::with_ahead(site, source, highlighter, Ahead::default())
    }

    /// The same with what was made ahead.
    pub fn with_ahead(
        site: Arc<Site>,
        source: Arc<dyn Source>,
        highlighter: Arc<Highlighter>,
        ahead: Ahead,
    ) -> Self {
        Self {
            world: Arc::new(World::new(site, source, ahead, None)),
            highlighter,
            images: Arc::default(),
            assets: Arc::default(),
            chapters: Arc::default(),
            galleys: None,
            with_lines: false,
        }
    }

    /// Begins with the chapters that an earlier process knew.
    #[must_use]
    pub fn with_chapters(self, former: Option<Arc<dyn FormerChapters>>) -> Self {
        Self { chapters: Arc::new(ChapterCache::with_former(former)), ..self }
    }

    /// What is known of a chapter, for a later process.
    pub fn chapter(&self, key: &Print) -> Option<Record> {
        self.chapters.record(key)
    }

    /// With a place where smaller forms of pictures are kept.
    #[must_use]
    pub fn with_images(self, store: Option<Arc<dyn ImageStore>>) -> Self {
        Self { images: Arc::new(Images::with_store(store)), ..self }
    }

    /// With the pages that were set while the site was read.
    #[must_use]
    pub fn with_galleys(self, galleys: Option<Galleys>) -> Self {
        Self { galleys, ..self }
    }

    /// The renderer of the next snapshot; the theme is loaded again only if its files differ.
    #[must_use]
    pub fn next(&self, site: Arc<Site>, source: Arc<dyn Source>) -> Self {
        let world = World::new(site, source, Ahead::default(), Some(&self.world));
        Self { world: Arc::new(world), galleys: None, ..self.clone() }
    }

    /// The same for an editor: each block of a page says as `data-line` at which line of the file it begins.
    #[must_use]
    pub fn with_lines(self) -> Self {
        Self { with_lines: true, ..self }
    }

    /// The snapshot that is rendered.
    pub fn site(&self) -> &Site {
        self.world.site()
    }

    /// What renders ask about: [`Trace::holds`] compares with it.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// What is wrong with the theme.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        self.world.diagnostics().collect()
    }

    /// Every address with bytes of its own, in order: the site's and those of the theme's files.
    pub fn routes(&self) -> Vec<Route> {
        self.world.routes()
    }

    /// The HTML of a Markdown file's text alone, without what the theme puts around a page; `None` for another file.
    pub fn body_of_file(&self, path: &RepoPath) -> Option<String> {
        match self.site().page_of_file(path).map(|id| self.site().page(id)) {
            Some(page) => Some(self.begin(&page.route).body(&page.key).0),
            None => path.is_markdown().then(|| self.body_beside_the_site(path)),
        }
    }

    /// Begins to render an address.
    fn begin(&self, route: &Route) -> Arc<Render> {
        self.asking(Asker::new(Arc::clone(&self.world), route))
    }

    /// The bytes at an address; `None` when nothing stands there.
    pub fn render(&self, route: &Route) -> Option<Rendered> {
        self.render_with(route, &Original::default())
    }

    /// The bytes at some addresses, in this order. Those of one picture's forms side by side cost least: it is read once.
    pub fn render_all<'r>(
        &'r self,
        routes: impl Iterator<Item = &'r Route> + 'r,
    ) -> impl Iterator<Item = Option<Rendered>> + 'r {
        let original = Original::default();
        routes.map(move |route| self.render_with(route, &original))
    }

    fn render_with(&self, route: &Route, original: &Original) -> Option<Rendered> {
        let render = self.begin(route);
        let Some(place) = render.asker.ask(At(route.clone())) else {
            let (bytes, problems) = self.beside_the_site(&render, route, original)?;
            return Some(rendered(&render, bytes, media_type(route.as_str()), problems));
        };
        let html = |(text, diagnostics): (String, Vec<Diagnostic>)| {
            rendered(&render, bytes(text), media::HTML, diagnostics)
        };
        let plain = |text: String, media_type| rendered(&render, bytes(text), media_type, Vec::new());
        Some(match place {
            Place::Page(key) => html(render.page(route, &key)),
            Place::Section { folder, number } => html(lists::section(&render, route, &folder, number)),
            Place::Folder(folder) => html(lists::folder(&render, route, &folder)),
            Place::Taxonomy(name) => html(lists::taxonomy(&render, route, name)),
            Place::Term { taxonomy, term, number } => {
                html(lists::term(&render, route, taxonomy, term, number))
            }
            Place::NotFound => html(lists::not_found(&render, route)),
            Place::Redirect { page, to } => html(render.redirect(&page, to.as_deref())),
            Place::Feed(of) => plain(feed::atom(&render, route, of), media_type("feed.atom")),
            Place::Sitemap => plain(sitemap::sitemap(&render), media_type("sitemap.xml")),
            Place::Robots => plain(sitemap::robots(&render), media::TEXT),
            Place::Chapter(key) => html(deck::chapter(&render, route, &key)),
            Place::Book { deck, page } => html(deck::of_deck(&render, route, &deck, page)),
            Place::Deck(path) => html(deck::page(&render, &path)),
            Place::Fragment { deck, chapter } => plain(deck::fragment(&render, &deck, &chapter), media::TEXT),
            Place::Asset(path) => asset(&render, &path),
        })
    }

    /// What stands at an address that isn't one of the site's own: a file of the theme, one to search with, or one that some
    /// page made necessary.
    fn beside_the_site(
        &self,
        render: &Render,
        route: &Route,
        original: &Original,
    ) -> Option<(Bytes, Vec<Diagnostic>)> {
        let in_theme = route.as_str().strip_prefix(&format!("/{ASSET_FOLDER}/"));
        if let Some(bytes) = in_theme.and_then(|path| render.asker.theme_file(path)) {
            return Some((Bytes::copy_from_slice(bytes), Vec::new()));
        }
        render.form(route, original).or_else(|| render.hashed(route)).or_else(|| {
            let (language, file) = self.world.search_file(route)?;
            Some((search::file(render, language, file)?.into(), Vec::new()))
        })
    }

    /// Highlights the code of pages that were set and will be rendered soon, on a core that has nothing else to do.
    pub fn highlight_ahead<'p>(&self, pages: impl IntoIterator<Item = &'p RepoPath>) {
        let Some(galleys) = &self.galleys else { return };
        let pages: Vec<SetPage<'static>> = pages.into_iter().filter_map(|path| galleys.get(path)).collect();
        let highlighter = Arc::clone(&self.highlighter);
        rayon::spawn(move || {
            for (fence, code) in pages.iter().flat_map(|page| page.galley.code()) {
                if let Some(language) = fence.language.as_deref().filter(|_| !is_diagram(fence)) {
                    highlighter.highlight(language, code);
                }
            }
        });
    }

    fn asking(&self, asker: Asker) -> Arc<Render> {
        Arc::new(Render {
            asker,
            highlighter: Arc::clone(&self.highlighter),
            images: Arc::clone(&self.images),
            assets: Arc::clone(&self.assets),
            chapters: Chapters::new(&self.chapters),
            galleys: self.galleys.clone(),
            with_lines: self.with_lines,
            speaks: OnceLock::new(),
        })
    }
}

fn asset(render: &Render, path: &RepoPath) -> Rendered {
    match render.asker.bytes(path) {
        Ok(bytes) => rendered(render, bytes.into(), media_type(path.as_str()), Vec::new()),
        Err(cause) => {
            let problem = Diagnostic::error("unreadable", format!("`{path}` can't be read: {cause}"))
                .at(TextPlace::file(path))
                .hint("check its permissions");
            rendered(render, Bytes::new(), media_type(path.as_str()), vec![problem])
        }
    }
}

fn rendered(
    render: &Render,
    bytes: Bytes,
    media_type: &'static str,
    diagnostics: Vec<Diagnostic>,
) -> Rendered {
    let forms = render.asker.forms();
    let trace = render.asker.trace().map(Arc::new);
    let chapters = render.chapters.taken();
    Rendered { digest: Digest::of(&bytes), bytes, media_type, diagnostics, trace, forms, chapters }
}

fn bytes(text: String) -> Bytes {
    text.into_bytes().into()
}

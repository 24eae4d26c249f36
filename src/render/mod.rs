//! Pure rendering: a site and a route become bytes.
//!
//! [`Renderer::render`] is shared by `build`, `serve` and `edit`: what an editor previews is what a host serves.
//! A page goes this way:
//! 1. its text is read again and parsed ([`crate::site::file::expanded_body`], [`crate::parse::markdown`]);
//! 2. events become HTML ([`markdown`]), with links, code, components and embeds answered by `hooks`;
//! 3. what the page may know of the site is gathered (`view`);
//! 4. the theme's template puts both together ([`theme`]).

pub mod highlight;
pub mod markdown;
pub mod scope;
pub mod theme;
pub mod xml;

mod embed;
mod feed;
mod hooks;
mod lists;
mod queries;
mod sitemap;
mod view;

use std::{borrow::Cow, sync::Arc};

use crate::{
    base::{
        config::FILE_NAME as CONFIG_FILE,
        diagnostic::{Diagnostic, Place},
        digest::Digest,
        media::{self, media_type},
        path::RepoPath,
    },
    render::{
        highlight::Highlighter,
        queries::SiteQueries,
        theme::{ASSET_FOLDER, Theme, ThemeFile, context},
    },
    site::{Site, file::SourceFiles, page::PageId, route::Route, routes::Target},
    source::Source,
};

/// The folder of a site that holds its themes.
pub const THEMES_FOLDER: &str = "themes";

/// Bytes for an address.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// What is served and written.
    pub bytes: Arc<[u8]>,
    /// As in a `Content-Type` header.
    pub media_type: &'static str,
    /// Names the bytes.
    pub digest: Digest,
    /// What went wrong while rendering.
    pub diagnostics: Vec<Diagnostic>,
}

/// Renders the routes of one snapshot. Cheap to clone, and used from many threads.
#[derive(Clone)]
pub struct Renderer {
    shared: Arc<Shared>,
}

struct Shared {
    site: Arc<Site>,
    source: Arc<dyn Source>,
    theme: Theme,
    highlighter: Arc<Highlighter>,
    diagnostics: Vec<Diagnostic>,
}

impl Renderer {
    /// Loads the site's theme; what is wrong with it is in [`Renderer::diagnostics`].
    pub fn new(site: Arc<Site>, source: Arc<dyn Source>, highlighter: Arc<Highlighter>) -> Self {
        let (files, mut diagnostics) = theme_files(&site, &*source);
        let (theme, problems) = Theme::load(&site.config().theme, files);
        diagnostics.extend(problems.into_iter().map(|problem| match problem.place {
            Some(_) => problem,
            None => {
                let config = RepoPath::root().join(CONFIG_FILE);
                problem
                    .at(SourceFiles { source: &*source, listing: site.listing() }
                        .place_of_key(&config, "theme"))
            }
        }));
        diagnostics.extend(file_named_theme(&site));
        let theme = theme.with_site(&view::site(&site));
        Self { shared: Arc::new(Shared { site, source, theme, highlighter, diagnostics }) }
    }

    /// The snapshot that is rendered.
    pub fn site(&self) -> &Site {
        &self.shared.site
    }

    /// What is wrong with the theme.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.shared.diagnostics
    }

    /// Every address with bytes of its own, in order: the site's and those of the theme's files.
    pub fn routes(&self) -> Vec<Route> {
        let theme = self.shared.theme.assets().map(|(path, _)| theme_route(path));
        let site = self.site();
        let mut routes: Vec<Route> = theme.filter(|route| !site.routes().contains(route)).collect();
        let own = site.routes().iter().map(|(route, _)| route.clone());
        routes.extend(own.filter(|route| *route != theme_folder()));
        routes.sort();
        routes
    }

    /// The bytes at an address; `None` when nothing stands there.
    pub fn render(&self, route: &Route) -> Option<Rendered> {
        let Some(target) = self.site().routes().get(route) else {
            let path = route.as_str().strip_prefix(&format!("/{ASSET_FOLDER}/"))?;
            let bytes = self.shared.theme.asset(path)?;
            return Some(rendered(bytes.into(), media_type(path), Vec::new()));
        };
        let html =
            |(text, diagnostics): (String, Vec<Diagnostic>)| rendered(bytes(text), media::HTML, diagnostics);
        Some(match target {
            Target::Page(id) => html(self.page(route, *id)),
            Target::Section(id) => html(lists::section(self, route, *id, 1)),
            Target::SectionPart { section, number } => html(lists::section(self, route, *section, *number)),
            Target::Folder(folder) => html(lists::folder(self, route, folder)),
            Target::Taxonomy(at) => html(lists::taxonomy(self, route, *at)),
            Target::Term { taxonomy, term, number } => {
                html(lists::term(self, route, *taxonomy, *term, *number))
            }
            Target::NotFound => html(lists::not_found(self, route)),
            Target::Redirect { page, to } => html(self.redirect(*page, to.as_deref())),
            Target::Feed(of) => {
                rendered(bytes(feed::atom(self, route, *of)), media_type("feed.atom"), Vec::new())
            }
            Target::Sitemap => rendered(bytes(sitemap::sitemap(self)), media_type("sitemap.xml"), Vec::new()),
            Target::Robots => rendered(bytes(sitemap::robots(self)), media::TEXT, Vec::new()),
            Target::Asset(path) => self.asset(path),
        })
    }

    /// An address with scheme and host, when the site knows its host.
    pub fn permalink(&self, route: &Route) -> String {
        let base = &self.site().config().base_url;
        format!("{}{}", base.origin(), route.href(base.prefix()))
    }

    /// An address as it is written into HTML.
    fn href(&self, route: &Route) -> String {
        route.href(self.site().base_path())
    }

    fn page(&self, route: &Route, id: PageId) -> (String, Vec<Diagnostic>) {
        let site = self.site();
        let page = site.page(id);
        let section = site.sections().of_folder(&crate::site::section::folder_of(page, site.content()));
        let lists_children = page.is_folder_page.then_some(section).flatten();
        if let Some(section) = lists_children {
            return lists::section(self, route, section, 1);
        }
        let (content, mut diagnostics) = self.body(id);
        let view = view::page(self, id, content);
        let template = page.front.layout.clone().unwrap_or_else(|| "page".to_owned());
        let html =
            self.template(&template, "page.html", page.path(), id, &view.to_context(), &mut diagnostics);
        (html, diagnostics)
    }

    /// The HTML of a page's body.
    fn body(&self, id: PageId) -> (String, Vec<Diagnostic>) {
        let queries = SiteQueries::new(self.clone(), Some(id));
        scope::with(Arc::new(queries), || hooks::body(self, id))
    }

    /// Renders `layout` if the theme has it, else says so and renders `fallback`.
    fn template(
        &self,
        layout: &str,
        fallback: &str,
        path: &RepoPath,
        page: impl Into<Option<PageId>>,
        context: &theme::Context,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> String {
        let theme = &self.shared.theme;
        let wanted: Cow<'_, str> =
            if layout.ends_with(".html") { layout.into() } else { format!("{layout}.html").into() };
        let name = if theme.has_template(&wanted) {
            wanted
        } else {
            diagnostics.push(self.unknown_layout(layout, path));
            fallback.into()
        };
        let queries = Arc::new(SiteQueries::new(self.clone(), page.into()));
        scope::with(queries, || theme.render(&name, context)).unwrap_or_else(|problem| {
            diagnostics.push(problem.related("while rendering this page", Place::file(path)));
            bare_page(context)
        })
    }

    fn unknown_layout(&self, layout: &str, path: &RepoPath) -> Diagnostic {
        // Pages of other generators name layouts that no theme of ours has; the page is built all the same.
        let near = crate::base::diagnostic::nearest(
            layout,
            self.shared.theme.templates().map(|name| name.trim_end_matches(".html")),
        );
        Diagnostic::warning("unknown-layout", format!("layout `{layout}` is not in the theme"))
            .at(self.files().place_of_key(path, "layout"))
            .hint_opt(near.map(|near| format!("did you mean `{near}`?")))
    }

    fn redirect(&self, id: PageId, to: Option<&str>) -> (String, Vec<Diagnostic>) {
        let page = self.site().page(id);
        let queries = SiteQueries::new(self.clone(), Some(id));
        let url = to.map_or_else(
            || self.href(&page.route),
            |to| scope::Queries::url(&queries, to).unwrap_or_else(|_| to.to_owned()),
        );
        let base = &self.site().config().base_url;
        let permalink =
            (base.is_absolute() && url.starts_with('/')).then(|| format!("{}{url}", base.origin()));
        let mut diagnostics = Vec::new();
        let context = context::Redirect { url, permalink }.to_context();
        let html = self.template("redirect", "redirect.html", page.path(), id, &context, &mut diagnostics);
        (html, diagnostics)
    }

    fn asset(&self, path: &RepoPath) -> Rendered {
        match self.shared.source.read(path) {
            Ok(bytes) => rendered(bytes.into(), media_type(path.as_str()), Vec::new()),
            Err(cause) => {
                let problem = Diagnostic::error("unreadable", format!("`{path}` can't be read: {cause}"))
                    .at(Place::file(path))
                    .hint("check its permissions");
                rendered(Arc::from([]), media_type(path.as_str()), vec![problem])
            }
        }
    }

    fn files(&self) -> SourceFiles<'_> {
        SourceFiles { source: &*self.shared.source, listing: self.site().listing() }
    }
}

fn rendered(bytes: Arc<[u8]>, media_type: &'static str, diagnostics: Vec<Diagnostic>) -> Rendered {
    Rendered { digest: Digest::of(&bytes), bytes, media_type, diagnostics }
}

/// A page whose template fails: its text is worth more than nothing.
fn bare_page(context: &theme::Context) -> String {
    let content = context.text("content").unwrap_or_default();
    format!("<!doctype html>\n<meta charset=\"utf-8\">\n{content}\n")
}

fn bytes(text: String) -> Arc<[u8]> {
    text.into_bytes().into()
}

fn theme_route(path: &str) -> Route {
    Route::new(&format!("/{ASSET_FOLDER}/{path}"))
}

/// Where a file of the site can't be, since the theme's files need a folder of that name.
fn theme_folder() -> Route {
    Route::new(&format!("/{ASSET_FOLDER}"))
}

fn file_named_theme(site: &Site) -> Option<Diagnostic> {
    let Some(Target::Asset(path)) = site.routes().get(&theme_folder()) else { return None };
    let problem =
        Diagnostic::error("duplicate-address", format!("`{path}` can't be published under this name"));
    Some(problem.at(Place::file(path)).hint("rename it: the theme's files are in a folder of that name"))
}

/// The site's own files for its theme, each of which takes the place of the built-in one of the same path.
fn theme_files(site: &Site, source: &dyn Source) -> (Vec<ThemeFile>, Vec<Diagnostic>) {
    let mut files = Vec::new();
    let mut diagnostics = Vec::new();
    let Some(folder) = RepoPath::root().resolve(&format!("{THEMES_FOLDER}/{}", site.config().theme)) else {
        return (files, diagnostics);
    };
    for path in site.listing().entries.keys().filter(|path| path.is_within(&folder)) {
        let name = path.relative_to(&folder).unwrap_or_default().to_owned();
        match source.read(path) {
            Ok(bytes) => files.push(ThemeFile { name, bytes: bytes.into(), origin: Some(path.clone()) }),
            Err(cause) => diagnostics.push(
                Diagnostic::error("unreadable", format!("`{path}` can't be read: {cause}"))
                    .at(Place::file(path)),
            ),
        }
    }
    (files, diagnostics)
}

//! [`Render`]: one render of one address, and what all kinds of pages need of it.

use std::{
    borrow::Cow,
    ops::Range,
    sync::{Arc, OnceLock},
};

use crate::{
    base::{
        diagnostic::{Diagnostic, Place},
        path::RepoPath,
    },
    parse::expand::At,
    render::{
        assets::SiteAssets,
        deck::Chapters,
        galleys::Galleys,
        highlight::Highlighter,
        hooks,
        images::Images,
        later, lists,
        markdown::code::has_diagrams,
        queries::SiteQueries,
        scope,
        theme::{self, DIAGRAMS, Shown, context},
        trace::{Asker, NearestFile, PageFacts, PageValues, PartKey, Said},
        view,
    },
    site::route::Route,
};

/// One render of one address.
pub(super) struct Render {
    /// The only way to the site.
    pub(super) asker: Asker,
    pub(super) highlighter: Arc<Highlighter>,
    pub(super) images: Arc<Images>,
    pub(super) assets: Arc<SiteAssets>,
    pub(super) chapters: Chapters,
    pub(super) galleys: Option<Galleys>,
    /// Whether blocks say at which line of the page's file they begin.
    pub(super) with_lines: bool,
    /// The language of what is no page and says its own, such as a deck.
    pub(super) speaks: OnceLock<String>,
}

impl Render {
    /// The language of a page, or of what is none.
    pub(super) fn language(&self, page: Option<&RepoPath>) -> &str {
        let own = || self.speaks.get().map_or(self.asker.settings().language, String::as_str);
        page.and_then(|key| self.asker.page_language(key)).unwrap_or_else(own)
    }

    /// An address with scheme and host, when the site knows its host.
    pub(super) fn permalink(&self, route: &Route) -> String {
        let base = self.asker.base();
        format!("{}{}", base.origin(), route.href(base.prefix()))
    }

    /// An address as it is written into HTML.
    pub(super) fn href(&self, route: &Route) -> String {
        route.href(self.asker.base().prefix())
    }

    /// The chapter that was likely meant by a path at which there is none.
    pub(super) fn nearest_chapter(&self, path: &RepoPath) -> Option<String> {
        self.asker.ask(NearestFile(path.clone())).map(ToString::to_string)
    }

    /// The place of a byte range of a file.
    pub(super) fn place_in(&self, path: &RepoPath, span: &Range<usize>) -> Place {
        let at = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let at = At { file: 0, offset: at(span.start), len: at(span.len()) };
        let problem = Diagnostic::note("", "");
        let placed = self.asker.placed(vec![(problem, at)], std::slice::from_ref(path));
        placed.into_iter().find_map(|problem| problem.place).unwrap_or_else(|| Place::file(path))
    }

    /// The place of a line of a file.
    pub(super) fn place_of_line(&self, path: &RepoPath, line: u32) -> Place {
        let text = self.asker.bytes(path).unwrap_or_default();
        Place::at_line(path, &String::from_utf8_lossy(&text), line as usize, 1, None)
    }

    /// What a page says of itself.
    pub(super) fn facts(&self, key: &RepoPath) -> Option<PageValues<'_>> {
        self.asker.ask(PageFacts(key.clone()))
    }

    /// The same for a part whose result is kept apart from what it is a part of.
    pub(super) fn apart(&self, chapters: Chapters) -> Self {
        Self {
            asker: self.asker.apart(),
            highlighter: Arc::clone(&self.highlighter),
            images: Arc::clone(&self.images),
            assets: Arc::clone(&self.assets),
            chapters,
            galleys: self.galleys.clone(),
            with_lines: false,
            speaks: self.speaks.clone(),
        }
    }

    /// The HTML of a partial that says the same on all pages in a language; `None` when it isn't all built in.
    pub(super) fn once(&self, partial: &str, language: &str) -> Result<Option<Arc<str>>, String> {
        if !self.asker.is_builtin(partial) {
            return Ok(None);
        }
        let key = (partial.to_owned(), self.asker.language(), language.to_owned());
        let said = match self.asker.said_once().get(&key) {
            Some(said) => Some(said),
            None => self.say_once(key)?,
        };
        Ok(said.map(|said| {
            self.asker.adopt_all(&said.asked);
            Arc::clone(&said.html)
        }))
    }

    fn say_once(&self, key: PartKey) -> Result<Option<Arc<Said>>, String> {
        let (partial, _, language) = &key;
        let mut apart = self.apart(self.chapters.apart(&RepoPath::root()));
        apart.speaks = OnceLock::from(language.clone());
        let apart = Arc::new(apart);
        let queries = SiteQueries::new(Arc::clone(&apart), None);
        let render = || apart.asker.render_template(partial, &theme::Context::new());
        let html = scope::with(Arc::new(queries), render).map_err(|problem| problem.message)?;
        let asked = Arc::into_inner(apart).and_then(|apart| apart.asker.into_asked());
        let Some(asked) = asked else {
            self.asker.do_not_reuse();
            return Ok(None);
        };
        let said = Arc::new(Said { html: html.into(), asked });
        self.asker.said_once().put(key, Arc::clone(&said));
        Ok(Some(said))
    }

    /// A page of content.
    pub(super) fn page(self: &Arc<Self>, route: &Route, key: &RepoPath) -> (String, Vec<Diagnostic>) {
        let Some(page) = self.facts(key) else { return Default::default() };
        if page.is_folder_page {
            return lists::section(self, route, &page.folder, 1);
        }
        let (content, mut diagnostics) = self.body(key);
        let layout = page.layout.unwrap_or_else(|| layout_of(key));
        let view = view::page(self, &page, content, self.shown(layout, "page.html"));
        let context = view.to_context();
        let html = self.template(layout, "page.html", page.path, Some(key), &context, &mut diagnostics);
        if page.is_untranslated {
            // The original has the same problems.
            diagnostics.clear();
        }
        (html, diagnostics)
    }

    /// The HTML of a page's body.
    pub(super) fn body(self: &Arc<Self>, key: &RepoPath) -> (String, Vec<Diagnostic>) {
        let queries = SiteQueries::new(Arc::clone(self), Some(key.clone()));
        scope::with(Arc::new(queries), || hooks::body(self, key))
    }

    /// Renders `layout` if the theme has it, else says so and renders `fallback`. Problems are those of the file at
    /// `path`; what the template asks, it asks as `page`.
    pub(super) fn template(
        self: &Arc<Self>,
        layout: &str,
        fallback: &str,
        path: &RepoPath,
        page: Option<&RepoPath>,
        context: &theme::Context<'_>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> String {
        let mut name = template_name(layout);
        if !self.asker.has_template(&name) {
            diagnostics.push(self.unknown_layout(layout, path));
            name = fallback.into();
        }
        let queries = Arc::new(SiteQueries::new(Arc::clone(self), page.cloned()));
        let rendered = scope::with(queries.clone(), || self.asker.render_template(&name, context));
        let html = rendered.unwrap_or_else(|problem| {
            diagnostics.push(problem.related("while rendering this page", Place::file(path)));
            bare_page(context)
        });
        let known = context.has_diagrams().filter(|_| self.asker.is_builtin(&name));
        let has_diagrams = known.unwrap_or_else(|| has_diagrams(&html));
        let html = if has_diagrams { self.with_diagrams(html, context, queries, diagnostics) } else { html };
        later::placed(html)
    }

    /// What of a page [`Self::template`] can show.
    pub(super) fn shown(&self, layout: &str, fallback: &str) -> Shown {
        let shown = self.asker.shown(&template_name(layout));
        shown.or_else(|| self.asker.shown(fallback)).unwrap_or_default()
    }

    /// A page with what draws its diagrams: the partial of the theme for that, whatever layout the page has.
    fn with_diagrams(
        &self,
        mut html: String,
        context: &theme::Context<'_>,
        queries: Arc<SiteQueries>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> String {
        let Some(end) = html.find("</head>") else { return html };
        match scope::with(queries, || self.asker.render_template(DIAGRAMS, context)) {
            Ok(scripts) => html.insert_str(end, &scripts),
            Err(problem) => diagnostics.push(*problem),
        }
        html
    }

    fn unknown_layout(&self, layout: &str, path: &RepoPath) -> Diagnostic {
        // Pages of other generators name layouts that no theme of ours has; the page is built all the same.
        let near = self.asker.nearest_template(layout);
        Diagnostic::warning("unknown-layout", format!("layout `{layout}` is not in the theme"))
            .at(self.asker.place_of_key(path, "layout"))
            .hint_opt(near.map(|near| format!("did you mean `{near}`?")))
    }

    /// A page that leads elsewhere: to a target as written in front matter, or from an alias to the page itself.
    pub(super) fn redirect(self: &Arc<Self>, key: &RepoPath, to: Option<&str>) -> (String, Vec<Diagnostic>) {
        let queries = SiteQueries::new(Arc::clone(self), Some(key.clone()));
        let page = self.facts(key);
        let url = match to {
            Some(to) => scope::Queries::url(&queries, to).unwrap_or_else(|_| to.to_owned()),
            None => page.as_ref().map_or_else(String::new, |page| self.href(page.route)),
        };
        let path = page.as_ref().map_or(key, |page| page.path);
        let base = self.asker.settings().base;
        let permalink =
            (base.is_absolute() && url.starts_with('/')).then(|| format!("{}{url}", base.origin()));
        let mut diagnostics = Vec::new();
        let context = context::Redirect { url, permalink }.to_context();
        let html = self.template("redirect", "redirect.html", path, Some(key), &context, &mut diagnostics);
        (html, diagnostics)
    }
}

/// The name of the template for a layout.
fn template_name(layout: &str) -> Cow<'_, str> {
    if layout.ends_with(".html") { layout.into() } else { format!("{layout}.html").into() }
}

/// Files that have a layout of their own by their names, unless they say otherwise.
const NAMED_LAYOUTS: [&str; 2] = ["changelog", "glossary"];

/// The layout of a page that doesn't say its own.
fn layout_of(key: &RepoPath) -> &'static str {
    let name = key.file_name().rsplit_once('.').map_or(key.file_name(), |(stem, _)| stem);
    NAMED_LAYOUTS.into_iter().find(|layout| name.eq_ignore_ascii_case(layout)).unwrap_or("page")
}

/// A page whose template fails: its text is worth more than nothing.
fn bare_page(context: &theme::Context<'_>) -> String {
    let content = context.text("content").unwrap_or_default();
    format!("<!doctype html>\n<meta charset=\"utf-8\">\n{content}\n")
}

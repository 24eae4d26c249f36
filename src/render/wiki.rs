//! Pages of the wiki itself, such as the editor: a template of the theme with values of its own, and around it what all
//! pages of the site have.

use std::sync::Arc;

use serde_json::Value;

use super::{
    Rendered, Renderer, bytes, hooks, nav,
    page::Render,
    queries::SiteQueries,
    rendered, scope,
    theme::context::{Kind, View},
    view,
};
use crate::{
    base::{diagnostic::Diagnostic, media, path::RepoPath},
    parse::expand::Expanded,
    site::route::Route,
};

/// A page of the wiki.
#[derive(Clone, Debug)]
pub struct WikiPage<'a> {
    /// Its address, below the base path.
    pub route: &'a str,
    /// The template in the theme's folder `wiki`, without its extension.
    pub template: &'a str,
    /// The key of its title among the theme's texts; `{name}` in it is what follows.
    pub title: &'a str,
    /// What it is about.
    pub name: &'a str,
    /// What the template sees as `wiki`.
    pub values: &'a Value,
    /// What scripts and styles in the page need to be run; the template sees it as `csp_nonce`.
    pub nonce: &'a str,
}

impl Renderer {
    /// The bytes of a page of the wiki.
    pub fn wiki_page(&self, page: &WikiPage<'_>) -> Rendered {
        let route = Route::new(page.route);
        let render = self.begin(&route);
        let texts = render.asker.texts(render.language(None));
        let title = texts.get(page.title).unwrap_or(page.title).replace("{name}", page.name);
        let template = format!("wiki/{}", page.template);
        let view = View {
            page: view::added(&render, &route, &title, Kind::Wiki),
            nav: nav::top(&render, &template),
            ..View::default()
        };
        let mut context = view.to_context();
        context.insert("wiki", page.values);
        context.insert("csp_nonce", page.nonce);
        let mut diagnostics = Vec::new();
        let path = RepoPath::root();
        let html = render.template(&template, "404.html", &path, None, &context, &mut diagnostics);
        rendered(&render, bytes(html), media::HTML, diagnostics)
    }

    /// The title of a Markdown file that is no page of the site, and the page that it would be at an address.
    pub fn file_as_page(&self, path: &RepoPath, route: &Route) -> (String, Rendered) {
        let render = self.begin(route);
        let (file, title, expanded) = render.asker.any_file(path);
        let (content, problems) = body_of_file(&render, &expanded, route);
        let mut diagnostics: Vec<Diagnostic> = file.diagnostics.iter().cloned().chain(problems).collect();
        let view = View {
            page: view::added(&render, route, &title, Kind::Page),
            content,
            nav: nav::top(&render, "page"),
            ..View::default()
        };
        let html = render.template("page", "page.html", path, None, &view.to_context(), &mut diagnostics);
        (title.to_string(), rendered(&render, bytes(html), media::HTML, diagnostics))
    }

    /// The HTML of the text of a Markdown file that is no page of the site.
    pub(super) fn body_beside_the_site(&self, path: &RepoPath) -> String {
        let route = Route::new(&format!("/{path}"));
        let render = self.begin(&route);
        let (_, _, expanded) = render.asker.any_file(path);
        body_of_file(&render, &expanded, &route).0
    }
}

fn body_of_file(render: &Arc<Render>, expanded: &Expanded, route: &Route) -> (String, Vec<Diagnostic>) {
    let queries = Arc::new(SiteQueries::new(Arc::clone(render), None));
    scope::with(queries, || hooks::body_of_file(render, expanded, route))
}

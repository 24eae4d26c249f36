//! Pages that list others: sections, folders of files, taxonomies and their terms, and the 404 page.

use crate::{
    base::{diagnostic::Diagnostic, path::RepoPath},
    render::{
        Renderer,
        theme::context::{Child, Kind, Pagination, Taxonomy, Term, View},
        view,
    },
    site::{
        addresses::part_route,
        route::Route,
        section::{Child as Listed, SectionId},
    },
};

/// A folder with its page's text, if it has one, and what is in it; of a paginated list part `number`.
pub(super) fn section(
    renderer: &Renderer,
    route: &Route,
    id: SectionId,
    number: usize,
) -> (String, Vec<Diagnostic>) {
    let site = renderer.site();
    let section = site.sections().get(id);
    let mut diagnostics = Vec::new();
    let mut view = match section.page {
        Some(page) => {
            let content = if number == 1 { renderer.body(page) } else { Default::default() };
            diagnostics = content.1;
            view::page(renderer, page, content.0)
        }
        None => View {
            page: view::added(renderer, route, &section.title, Kind::Folder),
            nav: view::nav(renderer, site.nav().around_section(id)),
            ..View::default()
        },
    };
    view.page.breadcrumbs = view::section_breadcrumbs(renderer, id);
    view.page.url = renderer.href(route);
    let size = section.paginate.unwrap_or(usize::MAX);
    let shown =
        section.children.chunks(size.min(section.children.len().max(1))).nth(number - 1).unwrap_or_default();
    view.children = shown.iter().map(|child| listed(renderer, *child)).collect();
    view.pagination = pagination(renderer, &section.route, number, section.children.len(), size);
    let own = section.page.map(|page| site.page(page));
    let layout = own.and_then(|page| page.front.layout.clone()).unwrap_or_else(|| "section".to_owned());
    let path = own.map_or(&section.folder, |page| page.path());
    let html =
        renderer.template(&layout, "section.html", path, section.page, &view.to_context(), &mut diagnostics);
    (html, diagnostics)
}

/// A folder that has files and no pages, for links that lead to it.
pub(super) fn folder(renderer: &Renderer, route: &Route, folder: &RepoPath) -> (String, Vec<Diagnostic>) {
    let files = renderer.site().files_below(folder).map(|(path, route)| Child {
        title: path.relative_to(folder).unwrap_or(path.as_str()).to_owned(),
        url: renderer.href(route),
        ..Child::default()
    });
    let view = View {
        children: files.collect(),
        page: view::added(renderer, route, folder.file_name(), Kind::Folder),
        nav: view::nav(renderer, renderer.site().nav().top()),
        ..View::default()
    };
    whole(renderer, "section", folder, &view)
}

/// All terms of a taxonomy.
pub(super) fn taxonomy(renderer: &Renderer, route: &Route, at: usize) -> (String, Vec<Diagnostic>) {
    let taxonomy = &renderer.site().taxonomies().all[at];
    let view = View {
        page: view::added(renderer, route, &capitalised(&taxonomy.name), Kind::Taxonomy),
        taxonomy: Some(taxonomy_values(renderer, at)),
        nav: view::nav(renderer, renderer.site().nav().top()),
        ..View::default()
    };
    whole(renderer, "taxonomy", &RepoPath::root(), &view)
}

/// Part `number` of the pages of a term.
pub(super) fn term(
    renderer: &Renderer,
    route: &Route,
    taxonomy: usize,
    term: usize,
    number: usize,
) -> (String, Vec<Diagnostic>) {
    let of = &renderer.site().taxonomies().all[taxonomy];
    let term = &of.terms[term];
    let shown = term.pages.chunks(of.paginate).nth(number - 1).unwrap_or_default();
    let mut page = view::added(renderer, route, &term.name, Kind::Term);
    let list =
        crate::render::theme::context::Link { title: capitalised(&of.name), url: renderer.href(&of.route) };
    page.breadcrumbs.push(list);
    let view = View {
        page,
        children: shown.iter().map(|&page| view::child_page(renderer, page)).collect(),
        pagination: pagination(renderer, &term.route, number, term.pages.len(), of.paginate),
        taxonomy: Some(Taxonomy { name: of.name.clone(), url: renderer.href(&of.route), terms: Vec::new() }),
        term: Some(Term {
            name: term.name.clone(),
            url: renderer.href(&term.route),
            count: term.pages.len(),
        }),
        nav: view::nav(renderer, renderer.site().nav().top()),
        ..View::default()
    };
    whole(renderer, "term", &RepoPath::root(), &view)
}

/// The page for addresses that don't exist.
pub(super) fn not_found(renderer: &Renderer, route: &Route) -> (String, Vec<Diagnostic>) {
    let view = View {
        page: view::added(renderer, route, "Page not found", Kind::NotFound),
        nav: view::nav(renderer, renderer.site().nav().top()),
        ..View::default()
    };
    whole(renderer, "404", &RepoPath::root(), &view)
}

/// `taxonomy` in templates, with all its terms.
pub(super) fn taxonomy_values(renderer: &Renderer, at: usize) -> Taxonomy {
    let taxonomy = &renderer.site().taxonomies().all[at];
    let terms = taxonomy.terms.iter().map(|term| Term {
        name: term.name.clone(),
        url: renderer.href(&term.route),
        count: term.pages.len(),
    });
    Taxonomy { name: taxonomy.name.clone(), url: renderer.href(&taxonomy.route), terms: terms.collect() }
}

/// What a section lists.
pub(super) fn listed(renderer: &Renderer, child: Listed) -> Child {
    match child {
        Listed::Page(id) => view::child_page(renderer, id),
        Listed::Section(id) => view::child_section(renderer, id),
    }
}

fn whole(renderer: &Renderer, template: &str, path: &RepoPath, view: &View) -> (String, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let fallback = format!("{template}.html");
    let html = renderer.template(template, &fallback, path, None, &view.to_context(), &mut diagnostics);
    (html, diagnostics)
}

fn pagination(
    renderer: &Renderer,
    list: &Route,
    number: usize,
    n_items: usize,
    size: usize,
) -> Option<Pagination> {
    let total = n_items.div_ceil(size);
    let url = |number: usize| renderer.href(&part_route(list, number));
    (total > 1).then(|| Pagination {
        number,
        total,
        first_url: url(1),
        last_url: url(total),
        previous_url: (number > 1).then(|| url(number - 1)),
        next_url: (number < total).then(|| url(number + 1)),
    })
}

fn capitalised(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

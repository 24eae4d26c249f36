//! Pages that list others: sections, folders of files, taxonomies and their terms, and the 404 page.

use std::sync::Arc;

use crate::{
    base::{diagnostic::Diagnostic, path::RepoPath},
    render::{
        nav,
        page::Render,
        theme::context::{Child, Kind, Link, Pagination, Taxonomy, Term, View},
        trace::{FolderFiles, Named, NavPlace, SectionList, TaxonomyTerms, TaxonomyValues, TermPages},
        view,
    },
    site::{addresses::part_route, route::Route},
};

/// A page and what went wrong.
type Page = (String, Vec<Diagnostic>);

/// A folder with its page's text, if it has one, and what is in it; of a paginated list part `number`.
pub(super) fn section(render: &Arc<Render>, route: &Route, folder: &RepoPath, number: usize) -> Page {
    let list = SectionList { folder: folder.clone(), part: Some(number) };
    let Some(section) = render.asker.ask(list) else { return Page::default() };
    let own = section.page.and_then(|key| render.facts(key));
    let layout = own.as_ref().and_then(|page| page.layout).unwrap_or("section");
    let shown = render.shown(layout, "section.html");
    let mut diagnostics = Vec::new();
    let mut view = match &own {
        Some(page) => {
            let content = if number == 1 { render.body(page.key) } else { Page::default() };
            diagnostics = content.1;
            view::page(render, page, content.0, shown)
        }
        None => {
            let mut page = view::added(render, route, section.title, Kind::Folder);
            page.breadcrumbs = view::section_breadcrumbs(render, folder);
            View { page, nav: nav::nav(render, NavPlace::Section(folder.clone()), shown), ..View::default() }
        }
    };
    view.page.url = render.href(route);
    if number > 1 {
        view.page.translations.clear();
    }
    view.children = section.children.iter().map(|child| view::child(render, child)).collect();
    view.pagination = pagination(render, section.route, number, section.n_children, section.size);
    if number == 1 {
        view.decks = view::decks(render, folder);
    }
    let path = own.as_ref().map_or(section.folder, |page| page.path);
    let html =
        render.template(layout, "section.html", path, section.page, &view.to_context(), &mut diagnostics);
    if own.is_some_and(|page| page.is_untranslated) {
        // The original has the same problems.
        diagnostics.clear();
    }
    (html, diagnostics)
}

/// A folder that has files and no pages, for links that lead to it.
pub(super) fn folder(render: &Arc<Render>, route: &Route, folder: &RepoPath) -> Page {
    let files = render.asker.ask(FolderFiles(folder.clone())).into_iter().map(|(path, route)| Child {
        title: path.relative_to(folder).unwrap_or(path.as_str()).to_owned(),
        url: render.href(route),
        ..Child::default()
    });
    let view = View {
        children: files.collect(),
        page: view::added(render, route, folder.file_name(), Kind::Folder),
        nav: nav::top(render, "section"),
        ..View::default()
    };
    whole(render, "section", folder, &view)
}

/// All terms of a taxonomy.
pub(super) fn taxonomy(render: &Arc<Render>, route: &Route, name: Named) -> Page {
    let Some(taxonomy) = render.asker.ask(TaxonomyTerms(name)) else { return Page::default() };
    let view = View {
        page: view::added(render, route, &capitalised(taxonomy.name), Kind::Taxonomy),
        taxonomy: Some(taxonomy_values(render, &taxonomy)),
        nav: nav::top(render, "taxonomy"),
        ..View::default()
    };
    whole(render, "taxonomy", &RepoPath::root(), &view)
}

/// Part `number` of the pages of a term.
pub(super) fn term(
    render: &Arc<Render>,
    route: &Route,
    taxonomy: Named,
    term: String,
    number: usize,
) -> Page {
    let Some(of) = render.asker.ask(TermPages { taxonomy, term, number }) else { return Page::default() };
    let mut page = view::added(render, route, of.term.name, Kind::Term);
    let taxonomy = view::taxonomy_link(render, &of.taxonomy);
    page.breadcrumbs.push(Link { title: capitalised(of.taxonomy.name), url: taxonomy.url.clone() });
    let view = View {
        page,
        children: of.pages.iter().map(|page| view::child(render, page)).collect(),
        pagination: pagination(render, of.term.route, number, of.n_pages, of.size),
        taxonomy: Some(Taxonomy { name: taxonomy.name, url: taxonomy.url, terms: Vec::new() }),
        term: Some(Term {
            name: of.term.name.to_owned(),
            url: render.href(of.term.route),
            count: of.n_pages,
        }),
        nav: nav::top(render, "term"),
        ..View::default()
    };
    whole(render, "term", &RepoPath::root(), &view)
}

/// The page for addresses that don't exist.
pub(super) fn not_found(render: &Arc<Render>, route: &Route) -> Page {
    let texts = render.asker.texts(render.language(None));
    let title = texts.get("not_found").unwrap_or_default();
    let view = View {
        page: view::added(render, route, title, Kind::NotFound),
        nav: nav::top(render, "404"),
        ..View::default()
    };
    whole(render, "404", &RepoPath::root(), &view)
}

/// `taxonomy` in templates, with all its terms.
pub(super) fn taxonomy_values(render: &Render, taxonomy: &TaxonomyValues<'_>) -> Taxonomy {
    let terms = taxonomy.terms.iter().map(|(term, count)| Term {
        name: term.name.to_owned(),
        url: render.href(term.route),
        count: *count,
    });
    Taxonomy { name: taxonomy.name.to_owned(), url: render.href(taxonomy.route), terms: terms.collect() }
}

fn whole(render: &Arc<Render>, template: &str, path: &RepoPath, view: &View) -> Page {
    let mut diagnostics = Vec::new();
    let fallback = format!("{template}.html");
    let html = render.template(template, &fallback, path, None, &view.to_context(), &mut diagnostics);
    (html, diagnostics)
}

fn pagination(
    render: &Render,
    list: &Route,
    number: usize,
    n_items: usize,
    size: usize,
) -> Option<Pagination> {
    let total = n_items.div_ceil(size);
    let url = |number: usize| render.href(&part_route(list, number));
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

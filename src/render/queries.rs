//! [`SiteQueries`]: the answers to what templates and components ask while a page is rendered.

use serde_json::{Value, json};

use crate::{
    base::{diagnostic::Diagnostic, path::RepoPath},
    parse::data,
    render::{Renderer, hooks, lists, scope::Queries, view},
    site::{
        file::nearest_file,
        page::PageId,
        resolve::{Destination, Fragment, Spelling},
        route::Route,
    },
};

/// Answers from one snapshot, for one page.
pub(super) struct SiteQueries {
    renderer: Renderer,
    page: Option<PageId>,
}

impl SiteQueries {
    pub(super) fn new(renderer: Renderer, page: Option<PageId>) -> Self {
        Self { renderer, page }
    }

    /// A path as authors write it: from the content root, else from the site's root.
    fn paths<'a>(&'a self, path: &'a str) -> impl Iterator<Item = RepoPath> + 'a {
        let path = path.trim_start_matches('/');
        [self.renderer.site().content().clone(), RepoPath::root()]
            .into_iter()
            .filter_map(move |root| root.resolve(path))
    }
}

impl Queries for SiteQueries {
    fn page(&self, path: &str) -> Option<Value> {
        let id = self.paths(path).find_map(|path| self.renderer.site().page_of_file(&path))?;
        serde_json::to_value(view::page_values(&self.renderer, id)).ok()
    }

    fn section(&self, path: &str) -> Option<Value> {
        let sections = self.renderer.site().sections();
        let id = self.paths(path).find_map(|path| sections.of_folder(&path))?;
        let section = sections.get(id);
        let children: Vec<_> =
            section.children.iter().map(|child| lists::listed(&self.renderer, *child)).collect();
        let url = self.renderer.href(&section.route);
        Some(json!({ "title": section.title, "url": url, "path": section.folder, "children": children }))
    }

    fn taxonomy(&self, name: &str) -> Option<Value> {
        let (at, _) = self.renderer.site().taxonomies().get(name)?;
        serde_json::to_value(lists::taxonomy_values(&self.renderer, at)).ok()
    }

    fn data(&self, path: &str) -> Result<Value, String> {
        let site = self.renderer.site();
        let found = self.paths(path).find(|path| site.listing().entries.contains_key(path));
        let path = found.ok_or_else(|| {
            let near = self.paths(path).find_map(|path| nearest_file(site.listing(), &path));
            let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            format!("there is no file `{path}`{hint}")
        })?;
        let bytes = self.renderer.shared.source.read(&path).map_err(|cause| cause.to_string())?;
        let (value, problems) = data::parse(&path, &bytes);
        value.ok_or_else(|| problems.first().map_or_else(|| format!("`{path}` can't be read"), with_place))
    }

    fn url(&self, target: &str) -> Result<String, String> {
        let site = self.renderer.site();
        let home = site.content().join("index.md");
        let (file, route) = match self.page {
            Some(id) => (site.page(id).path().clone(), site.page(id).route.clone()),
            None => (home, Route::new("/")),
        };
        match site.destination(Spelling::Path, target, &file, &route) {
            Destination::External => Ok(target.to_owned()),
            Destination::Internal { route, fragment, .. } => Ok(match fragment {
                Some(Fragment::Id(id) | Fragment::Missing(id)) => {
                    format!("{}#{id}", self.renderer.href(&route))
                }
                None => self.renderer.href(&route),
            }),
            Destination::Folder(folder) => Ok(self.renderer.href(&Route::of_folder(&folder))),
            Destination::Missing(_) => Err(format!("`{target}` does not exist")),
        }
    }

    fn markdown(&self, text: &str) -> String {
        hooks::fragment(&self.renderer, self.page, text)
    }
}

/// A problem of a data file, to be told at the place of the template that asked for the file.
fn with_place(problem: &Diagnostic) -> String {
    let Some(place) = &problem.place else { return problem.message.clone() };
    let at = place
        .span
        .as_ref()
        .map_or(String::new(), |span| format!(", line {}, column {}", span.line, span.column));
    format!("`{}`{at}: {}", place.path, problem.message)
}

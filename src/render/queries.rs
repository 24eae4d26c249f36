//! [`SiteQueries`]: the answers to what templates and components ask while a page is rendered.

use std::sync::{Arc, OnceLock};

use serde_json::{Value, json};

use crate::{
    base::{diagnostic::Diagnostic, path::RepoPath},
    parse::{
        data,
        expand::At,
        markdown::{Attributes, Link, LinkKind},
    },
    render::{
        hooks, lists,
        page::Render,
        scope::Queries,
        theme::Shown,
        trace::{FileBlob, Lead, Leads, Named, NearestFile, PageFacts, SectionList, TaxonomyTerms, Texts},
        view,
    },
    site::{
        languages::{Languages, Located},
        resolve::{Fragment, Spelling},
    },
};

/// Answers for one render; what is relative is meant from `page`.
pub(super) struct SiteQueries {
    render: Arc<Render>,
    page: Option<RepoPath>,
    /// What the theme says in the language of the page.
    texts: OnceLock<Texts>,
}

impl SiteQueries {
    pub(super) fn new(render: Arc<Render>, page: Option<RepoPath>) -> Self {
        Self { render, page, texts: OnceLock::new() }
    }

    /// A path as authors write it: from the content root, else from the site's root.
    fn paths<'a>(&'a self, path: &'a str) -> impl Iterator<Item = RepoPath> + 'a {
        let path = path.trim_start_matches('/');
        [self.render.asker.settings().content.clone(), RepoPath::root()]
            .into_iter()
            .filter_map(move |root| root.resolve(path))
    }

    /// The keys of what stands at a path: in the language of the address that is rendered, and as the path says.
    fn keys<'a>(
        &'a self,
        path: &'a str,
        locate: fn(&Languages, &RepoPath) -> Located,
    ) -> impl Iterator<Item = RepoPath> + 'a {
        let languages = self.render.asker.settings().languages;
        self.paths(path).flat_map(move |path| {
            let Located { language, key, is_marked } = locate(languages, &path);
            let own = languages.counterpart(&key, language, self.render.asker.language());
            [Some(own).filter(|own| !is_marked && *own != key), Some(key)].into_iter().flatten()
        })
    }
}

impl SiteQueries {
    /// Where a link on the page would lead.
    fn lead(&self, target: &str) -> Lead {
        let page = self.page.as_ref().and_then(|path| self.render.facts(path));
        let (file, route) = match page {
            Some(page) => (page.path.clone(), page.route.clone()),
            None => {
                let settings = self.render.asker.settings();
                let home = settings.languages.home(self.render.asker.language());
                (settings.content.join("index.md"), home)
            }
        };
        self.render.asker.ask(Leads { spelling: Spelling::Path, target: target.to_owned(), file, route })
    }
}

impl Queries for SiteQueries {
    fn page(&self, path: &str) -> Option<Value> {
        let page =
            self.keys(path, Languages::locate).find_map(|key| self.render.asker.ask(PageFacts(key)))?;
        serde_json::to_value(view::page_values(&self.render, &page, Shown::ALL)).ok()
    }

    fn section(&self, path: &str) -> Option<Value> {
        let list = |folder| SectionList { folder, part: None };
        let mut folders = self.keys(path, Languages::locate_folder);
        let section = folders.find_map(|folder| self.render.asker.ask(list(folder)))?;
        let children: Vec<_> =
            section.children.iter().map(|child| view::child(&self.render, child)).collect();
        Some(json!({
            "title": section.title,
            "url": self.render.href(section.route),
            "path": section.folder,
            "children": children,
            "decks": view::decks(&self.render, section.folder),
        }))
    }

    fn taxonomy(&self, name: &str) -> Option<Value> {
        let language = self.render.asker.language();
        let taxonomy = self.render.asker.ask(TaxonomyTerms(Named { language, name: name.to_owned() }))?;
        serde_json::to_value(lists::taxonomy_values(&self.render, &taxonomy)).ok()
    }

    fn data(&self, path: &str) -> Result<Value, String> {
        let asker = &self.render.asker;
        let found = self.paths(path).find(|path| asker.ask(FileBlob(path.clone())).is_some());
        let path = found.ok_or_else(|| {
            let near = self.paths(path).find_map(|path| asker.ask(NearestFile(path)));
            let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            format!("there is no file `{path}`{hint}")
        })?;
        let bytes = asker.bytes(&path).map_err(|cause| cause.to_string())?;
        let (value, problems) = data::parse(&path, &bytes);
        value.ok_or_else(|| problems.first().map_or_else(|| format!("`{path}` can't be read"), with_place))
    }

    fn url(&self, target: &str) -> Result<String, String> {
        match self.lead(target) {
            Lead::External => Ok(target.to_owned()),
            Lead::To { route, fragment, .. } => Ok(match fragment {
                Some(Fragment::Id(id) | Fragment::Missing(id)) => {
                    format!("{}#{id}", self.render.href(&route))
                }
                None => self.render.href(&route),
            }),
            Lead::Folder(route) => Ok(self.render.href(&route)),
            Lead::Missing(_) => Err(format!("`{target}` does not exist")),
        }
    }

    fn asset(&self, path: &str) -> Result<(String, Option<String>), String> {
        let own = match self.lead(path) {
            Lead::To { route, page: None, .. } => Some(route),
            _ => None,
        };
        let found = own.and_then(|own| self.render.site_asset(&own));
        let (route, integrity) = found.ok_or_else(|| format!("the site has no file `{path}`"))?;
        Ok((self.render.href(&route), integrity))
    }

    fn text(&self, key: &str) -> Result<String, String> {
        let texts =
            self.texts.get_or_init(|| self.render.asker.texts(self.render.language(self.page.as_ref())));
        texts.get(key).map(str::to_owned).map_err(|near| {
            let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            format!("the theme has no text `{key}`{hint}")
        })
    }

    fn image(&self, target: &str, alt: &str, attributes: Attributes) -> Result<String, String> {
        self.url(target)?;
        let image = Link {
            kind: LinkKind::Inline,
            target: target.into(),
            title: "".into(),
            attributes,
            at: At::default(),
        };
        Ok(hooks::image(&self.render, self.page.as_ref(), &image, alt))
    }

    fn markdown(&self, text: &str) -> String {
        hooks::fragment(&self.render, self.page.as_ref(), text)
    }

    fn once(&self, partial: &str) -> Result<Option<Arc<str>>, String> {
        self.render.once(partial, self.render.language(self.page.as_ref()))
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

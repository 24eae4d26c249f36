//! What `check` says about links: broken, wanted and orphan pages, each with its place in the original file.

use std::collections::BTreeMap;

use crate::{
    base::{
        config::{FILE_NAME as CONFIG_FILE, Named},
        diagnostic::{Diagnostic, Place, nearest},
        path::RepoPath,
    },
    parse::{
        expand::Expanded,
        markdown::{self, LinkFact, LinkKind, LinkRole},
        slug,
    },
    site::{
        Site,
        file::{SourceFiles, nearest_file},
        graph::Problem,
        languages::{DEFAULT, LanguageId},
        page::{Page, PageId},
        place::Places,
        resolve::{Destination, Fragment, Missing, Spelling, other_site},
        routes::Hidden,
    },
    source::Source,
};

/// How many names are compared in all to guess what was meant; that takes about two seconds. A site of a thousand
/// pages has a guess for each of its first three thousand problems.
const MAX_COMPARED: usize = 3_000_000;
/// The longest name, in bytes, for which a guess is made; comparing costs the square of it.
const MAX_GUESSED_BYTES: usize = 200;

/// How many orphans of a folder are named.
const MAX_NAMED: usize = 10;

impl Site {
    /// Every link that leads nowhere. Reads the files that have one, for the line it stands in.
    pub fn link_diagnostics(&self, source: &dyn Source) -> Vec<Diagnostic> {
        let files = SourceFiles { source, listing: self.listing() };
        let mut places = Places::new(&files);
        let mut diagnostics = Vec::new();
        let mut n_compared = 0;
        for problem in self.links().problems() {
            let page = self.page(problem.page);
            // What is wrong with the original is told there, and with a chapter by its decks: its links are meant from these.
            if page.is_untranslated() || self.decks().using(page.path()).next().is_some() {
                continue;
            }
            let link = &page.file.facts.links[problem.link];
            let path = page.file.facts.files.get(link.at.file as usize).unwrap_or(page.path());
            let start = link.at.offset as usize;
            let place = places.in_file(path, start..start + link.at.len as usize);
            let mut diagnostic = self.describe(&problem, page, link).at(place);
            if n_compared < MAX_COMPARED && link.target.len() <= MAX_GUESSED_BYTES {
                n_compared += self.n_candidates(&problem, page);
                diagnostic = diagnostic.hint_opt(self.guess(&problem, page, link, path));
            }
            if path != page.path() {
                diagnostic = diagnostic.related("shown on this page", Place::file(page.path()));
            }
            diagnostics.push(diagnostic);
        }
        diagnostics.extend(self.config().named.iter().filter_map(|named| self.check_named(named)));
        diagnostics.extend(self.named_in_footers().iter().filter_map(|named| self.check_named(named)));
        diagnostics.extend(self.pages().iter().filter_map(|(_, page)| self.check_redirect(page, &files)));
        diagnostics
    }

    /// What the texts of footers link to.
    fn named_in_footers(&self) -> Vec<Named> {
        let mut named = Vec::new();
        for (text, at) in &self.config().footers {
            let expanded = Expanded { text: text.clone(), ..Expanded::default() };
            let links = markdown::parse(&expanded, &self.reading().markdown).facts.links;
            let links = links
                .into_iter()
                .filter(|link| !matches!(link.kind, LinkKind::Wiki { .. } | LinkKind::Email));
            named.extend(links.map(|link| Named { target: link.target.to_string(), at: at.clone() }));
        }
        named
    }

    /// What is wrong with where a page leads instead of having a text.
    fn check_redirect(&self, page: &Page, files: &SourceFiles<'_>) -> Option<Diagnostic> {
        let target = page.front.redirect.as_deref().filter(|_| !page.is_untranslated())?;
        let to = self.destination(Spelling::Path, target, page.path(), &page.route);
        let Destination::Missing(missing) = to else { return None };
        self.missing_name(target, &missing, page.path(), || files.place_of_key(page.path(), "redirect"))
    }

    /// Where something leads that the config names, on pages of a language.
    pub fn named(&self, target: &str, language: LanguageId) -> Destination {
        let home = self.languages().home(language);
        let from = |file: &RepoPath| self.destination(Spelling::Path, target, file, &home);
        match from(&self.content().join("index.md")) {
            // A path may also be written from where the config is, as one sees it there.
            missing @ Destination::Missing(_) => match from(&RepoPath::root().join(CONFIG_FILE)) {
                Destination::Missing(_) => missing,
                found => found,
            },
            found => found,
        }
    }

    fn check_named(&self, named: &Named) -> Option<Diagnostic> {
        let target = named.target.as_str();
        let Destination::Missing(missing) = self.named(target, DEFAULT) else { return None };
        self.missing_name(target, &missing, &self.content().join(CONFIG_FILE), || named.at.clone())
    }

    /// The problem of something that a file names and that isn't there.
    fn missing_name(
        &self,
        target: &str,
        missing: &Missing,
        file: &RepoPath,
        place: impl FnOnce() -> Place,
    ) -> Option<Diagnostic> {
        // Files of the theme and of servers are not the site's.
        let is_ours = ["/theme/", "/-/"].iter().all(|other| !target.starts_with(other));
        let problem = match missing {
            Missing::Hidden(hidden) => format!("`{target}` {}", why_hidden(*hidden)),
            _ => format!("`{target}` does not exist"),
        };
        is_ours.then(|| {
            let near = self.near(target, file);
            Diagnostic::warning("broken-link", problem).at(place()).hint_opt(near)
        })
    }

    /// Pages that no other page links to and SUMMARY.md doesn't list, one note for each folder that has some.
    pub fn orphan_diagnostics(&self) -> Vec<Diagnostic> {
        let mut by_folder: BTreeMap<RepoPath, Vec<&Page>> = BTreeMap::new();
        for page in self.orphans() {
            by_folder.entry(page.path().parent().unwrap_or_default()).or_default().push(page);
        }
        by_folder.into_values().map(|pages| orphans_of_folder(&pages)).collect()
    }

    /// The pages that no other page links to and SUMMARY.md doesn't list; pages of folders are none.
    pub fn orphans(&self) -> impl Iterator<Item = &Page> {
        let is_orphan = |(id, page): &(PageId, &Page)| {
            let has_summary = self.summary_of(page.language).is_some();
            let is_listed = page.is_folder_page || (has_summary && self.nav(page.language).contains(*id));
            let is_original = !page.is_untranslated() && !page.is_not_found;
            !is_listed && self.links().backlinks(*id).is_empty() && is_original
        };
        self.pages().iter().filter(is_orphan).map(|(_, page)| page)
    }

    /// Every link to another site, with the page it stands on.
    pub fn external_links(&self) -> impl Iterator<Item = (&Page, &LinkFact)> {
        let is_web =
            |link: &LinkFact| ["http://", "https://"].iter().any(|scheme| link.target.starts_with(scheme));
        let written = self.pages().iter().filter(|(_, page)| !page.is_untranslated());
        written.flat_map(move |(_, page)| {
            page.file.facts.links.iter().filter(move |link| is_web(link)).map(move |link| (page, link))
        })
    }

    /// The names of pages that are linked to and not written yet, each with how many links want it.
    pub fn wanted_pages(&self) -> BTreeMap<String, usize> {
        let mut wanted = BTreeMap::new();
        for problem in self.links().problems() {
            if let Destination::Missing(Missing::Page(name)) = problem.destination
                && !self.page(problem.page).is_untranslated()
            {
                *wanted.entry(name.clone()).or_default() += 1;
            }
        }
        wanted
    }

    fn describe(&self, problem: &Problem<'_>, page: &Page, link: &LinkFact) -> Diagnostic {
        let target = &link.target;
        match problem.destination {
            Destination::Internal { page: to, fragment: Some(Fragment::Missing(id)), .. } => {
                let to = to.map_or(page, |to| self.page(to));
                Diagnostic::warning("broken-anchor", format!("`{}` has no heading or id `{id}`", to.path()))
            }
            Destination::Missing(Missing::Page(name)) => {
                Diagnostic::warning("wanted-page", format!("there is no page `{name}`"))
                    .hint("write it, or correct the name")
            }
            Destination::Missing(Missing::Hidden(hidden)) => {
                Diagnostic::warning("broken-link", format!("`{target}` {}", why_hidden(*hidden)))
                    .hint("publish it, or remove the link")
            }
            Destination::Missing(Missing::Outside) => {
                Diagnostic::warning("link-outside", format!("`{target}` lies outside of the site"))
                    .hint("set `repo` in recto.yml to lead such links to the forge, or use a full URL")
            }
            _ => {
                let what = if matches!(link.role, LinkRole::Image | LinkRole::Embed) {
                    "missing-image"
                } else {
                    "broken-link"
                };
                Diagnostic::warning(what, format!("`{target}` does not exist"))
            }
        }
    }

    /// How many names a guess compares.
    fn n_candidates(&self, problem: &Problem<'_>, page: &Page) -> usize {
        match problem.destination {
            Destination::Internal { page: to, .. } => to.map_or(page, |to| self.page(to)).headings().len(),
            Destination::Missing(Missing::Page(_)) => self.pages().len(),
            _ => self.listing().entries.len(),
        }
    }

    /// What was likely meant.
    fn guess(&self, problem: &Problem<'_>, page: &Page, link: &LinkFact, file: &RepoPath) -> Option<String> {
        match problem.destination {
            Destination::Internal { page: to, fragment: Some(Fragment::Missing(id)), .. } => {
                let to = to.map_or(page, |to| self.page(to));
                let ids = to.headings().iter().map(|heading| &*heading.id);
                nearest(&slug_of(id), ids).map(|near| format!("did you mean `#{near}`?"))
            }
            Destination::Missing(Missing::Page(name)) => {
                let near = nearest(&slug::wiki_key(name), self.names().page_names());
                near.map(|near| format!("did you mean `{near}`?"))
            }
            Destination::Missing(Missing::File) => {
                self.near(&link.target, file).or_else(|| other_site(&link.target))
            }
            _ => None,
        }
    }

    fn near(&self, target: &str, file: &RepoPath) -> Option<String> {
        let path = target.split(['#', '?']).next().unwrap_or(target);
        let folder = if path.starts_with('/') { self.content().clone() } else { file.parent()? };
        let wanted = folder.resolve(path.trim_start_matches('/'))?;
        let with_extension = RepoPath::new(&format!("{wanted}.md"));
        let near = nearest_file(self.listing(), &wanted)
            .or_else(|| nearest_file(self.listing(), &with_extension?))
            .filter(|near| *near != file && self.route_of_file(near).is_some())?;
        Some(format!("did you mean `{near}`?"))
    }
}

fn orphans_of_folder(pages: &[&Page]) -> Diagnostic {
    let names: Vec<String> = pages.iter().take(MAX_NAMED).map(|page| format!("`{}`", page.path())).collect();
    let more = pages.len().saturating_sub(MAX_NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Diagnostic::note("orphan-page", format!("no other page links to {}{more}", names.join(", ")))
        .at(Place::file(pages[0].path()))
        .hint("readers find them in their folder's list only; link to them where they are needed")
}

fn slug_of(id: &str) -> String {
    id.trim().to_lowercase().replace(char::is_whitespace, "-")
}

fn why_hidden(hidden: Hidden) -> &'static str {
    match hidden {
        Hidden::Draft => "is a draft",
        Hidden::Future => "is not published yet",
        Hidden::Expired => "has expired",
        Hidden::Underscore => "is no page, since its name or a folder's begins with `_`",
        Hidden::Duplicate => "is not published, since another page has its address",
    }
}

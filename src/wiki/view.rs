//! What editors see: a file of the head, and what a text would look like as a page.

use std::sync::Arc;

use bytes::Bytes;

use crate::{
    base::{diagnostic::Diagnostic, digest::BlobId, path::RepoPath},
    git::CommitId,
    render::Renderer,
    site::{Site, route::Route},
    source::{ChangeSet, Entry, Listing, Overlay, Source},
    wiki::{Action, Actor, Wiki, WikiError, name, slides, valid},
};

/// A file of the head.
#[derive(Clone, Debug)]
pub struct File {
    /// Its path.
    pub path: RepoPath,
    /// Its bytes; `None` when there is no such file.
    pub bytes: Option<Vec<u8>>,
    /// The head that it was read at; `None` when there is no commit yet.
    pub commit: Option<CommitId>,
}

/// A text as a page.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The whole page, as readers would see it.
    pub html: Bytes,
    /// The address that it would have: what its relative links are seen from.
    pub route: Route,
    /// Whether it is the slides of a chapter, or of a deck the first of each chapter.
    pub is_deck: bool,
    /// Its title.
    pub title: String,
    /// What is wrong with it.
    pub problems: Vec<Diagnostic>,
}

impl File {
    /// Its text; `None` when there is no such file, or it is none.
    pub fn text(self) -> Option<String> {
        String::from_utf8(self.bytes?).ok()
    }
}

/// What is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A file.
    File,
    /// A folder with files.
    Folder,
}

impl Wiki {
    /// What is at a path of the head; `None` when there is nothing.
    pub fn kind_of(&self, actor: &Actor, path: &str) -> Result<Option<FileKind>, WikiError> {
        let path = name::known(path).map_err(|why| WikiError::BadName { path: path.to_owned(), why })?;
        actor.check(Action::Read, &path)?;
        let Some(head) = self.store.head()?.commit else { return Ok(None) };
        if self.store.file(head, &path)?.is_some() {
            return Ok(Some(FileKind::File));
        }
        let is_folder = !self.store.files_below(head, &path)?.is_empty();
        Ok(is_folder.then_some(FileKind::Folder))
    }

    /// A file as the head has it.
    pub fn file(&self, actor: &Actor, path: &str) -> Result<File, WikiError> {
        self.file_of(actor, path, self.store.head()?.commit)
    }

    /// A file as a commit has it.
    pub fn file_at(&self, actor: &Actor, path: &str, commit: CommitId) -> Result<File, WikiError> {
        self.file_of(actor, path, Some(self.known(commit)?))
    }

    /// A commit, if it is one of the wiki.
    pub(super) fn known(&self, commit: CommitId) -> Result<CommitId, WikiError> {
        let is_known = match self.store.head()?.commit {
            Some(head) => self.store.is_in(commit, head)?,
            None => false,
        };
        if is_known { Ok(commit) } else { Err(WikiError::no_commit(commit)) }
    }

    pub(super) fn file_of(
        &self,
        actor: &Actor,
        path: &str,
        commit: Option<CommitId>,
    ) -> Result<File, WikiError> {
        let path = name::known(path).map_err(|why| WikiError::BadName { path: path.to_owned(), why })?;
        actor.check(Action::Read, &path)?;
        let bytes = match commit {
            Some(commit) => self.bytes(commit, &path)?,
            None => None,
        };
        Ok(File { path, bytes, commit })
    }

    /// The page that a text would be, without saving it.
    pub fn preview(&self, actor: &Actor, path: &str, content: &str) -> Result<Preview, WikiError> {
        let path = name::known(path).map_err(|why| WikiError::BadName { path: path.to_owned(), why })?;
        actor.check(Action::Read, &path)?;
        let renderer = self.with_text(&path, content);
        let site = renderer.site();
        let deck = deck_of(site, &path);
        let route = deck.clone().or_else(|| site.route_of_file(&path));
        if route.is_none() && path.is_markdown() {
            return Ok(preview_of_file(&renderer, &path));
        }
        let problems_of_file = match site.file(&path) {
            Some(file) => file.diagnostics.to_vec(),
            None => valid::problems(&path, content),
        };
        // Settings and data are seen in other pages, of which the first is shown.
        let route = route.unwrap_or_else(|| Route::new("/"));
        let title = site.page_of_file(&path).map(|id| site.page(id).title.to_string());
        let rendered = renderer.clone().with_lines().render(&route);
        let (html, problems) = rendered.map(|page| (page.bytes, page.diagnostics)).unwrap_or_default();
        let html = if deck.is_some() { slides::of_file(&html, &path) } else { html };
        let problems = problems_of_file.into_iter().chain(problems).collect();
        let is_deck = deck.is_some();
        Ok(Preview { html, route, is_deck, title: title.unwrap_or_else(|| path.stem().to_owned()), problems })
    }

    /// The HTML of a text as the body of a page; `None` when the site would have no such page.
    pub(super) fn body_of_text(&self, path: &RepoPath, content: &str) -> Option<String> {
        self.with_text(path, content).body_of_file(path)
    }

    /// The site as it would be if a file held a text.
    pub(super) fn with_text(&self, path: &RepoPath, content: &str) -> Renderer {
        let snapshot = self.engine.snapshot();
        let site = snapshot.renderer.site();
        let blob = BlobId::of(content.as_bytes());
        let mut listing: Listing = site.listing().clone();
        let entry = Entry { blob, size: content.len() as u64, link_to: None };
        listing.entries.insert(path.clone(), entry);
        let under = snapshot.source.clone();
        let source: Arc<dyn Source> =
            Arc::new(Overlay::new(under, path.clone(), content.as_bytes().to_vec()));
        let changes = ChangeSet { changed: vec![path.clone()], removed: Vec::new() };
        let site = Arc::new(site.update(&*source, &changes, listing));
        snapshot.renderer.next(site, source)
    }
}

/// A Markdown file that readers don't see, such as a draft or one outside of the content.
fn preview_of_file(renderer: &Renderer, path: &RepoPath) -> Preview {
    let route = Route::new(&format!("/-/edit/{path}"));
    let (title, page) = renderer.clone().with_lines().file_as_page(path, &route);
    Preview { html: page.bytes, route, is_deck: false, title, problems: page.diagnostics }
}

/// The address of the deck that a file is the manifest or a chapter of.
fn deck_of(site: &Site, path: &RepoPath) -> Option<Route> {
    let decks = site.decks();
    let manifest =
        Some(path).filter(|path| decks.get(path).is_some()).or_else(|| decks.using(path).next())?;
    Some(decks.get(manifest)?.route.clone())
}

//! Deleting a page, a folder or another file, as one commit; and who would miss it.

use std::collections::BTreeSet;

use super::{
    list::{Backlink, links_to, listed_page, sentences},
    save::{Change, Landed, Save, SaveResult, clean_message},
};
use crate::{
    base::path::RepoPath,
    git::{CommitId, Edit},
    wiki::{Action, Actor, Wiki, WikiError, name},
};

/// What is to be deleted.
#[derive(Clone, Debug)]
pub struct Removal {
    /// The path of it.
    pub path: RepoPath,
    /// The files that go.
    pub files: Vec<RepoPath>,
    /// The pages that stay and link to one of them.
    pub linked_from: Vec<Backlink>,
}

impl Wiki {
    /// What would go with a page, a folder or another file, and who links to it.
    pub fn plan_removal(&self, actor: &Actor, path: &str) -> Result<Removal, WikiError> {
        let path = name::known(path).map_err(|why| WikiError::BadName { path: path.to_owned(), why })?;
        actor.check(Action::Read, &path)?;
        let head = self.store.head()?.commit.ok_or_else(|| WikiError::NoFile { path: path.clone() })?;
        let files = self.files_at(head, &path)?;
        let snapshot = self.engine.snapshot();
        let site = snapshot.renderer.site();
        let gone: BTreeSet<&RepoPath> = files.iter().collect();
        let links = files.iter().flat_map(|file| links_to(site, file));
        let mut linked_from: Vec<Backlink> = Vec::new();
        for (id, links) in links {
            let page = site.page(id);
            if gone.contains(page.path()) || !actor.rights.allow(Action::Read, page.path()) {
                continue;
            }
            let found = sentences(page, &links);
            match linked_from.iter_mut().find(|known| known.page.path == *page.path()) {
                Some(known) => known.sentences.extend(found),
                None => linked_from.push(Backlink { page: listed_page(site, page), sentences: found }),
            }
        }
        Ok(Removal { path, files, linked_from })
    }

    /// Deletes a page, a folder or another file, as one commit.
    pub fn remove(&self, actor: &Actor, path: &str, message: &str) -> Result<Landed, WikiError> {
        let path = name::known(path).map_err(|why| WikiError::BadName { path: path.to_owned(), why })?;
        let message = match clean_message(message) {
            message if message.is_empty() => format!("Delete {path}\n"),
            message => format!("{message}\n"),
        };
        let done = self.on_head(|head| {
            let commit = head.commit.ok_or_else(|| WikiError::NoFile { path: path.clone() })?;
            let files = self.files_at(commit, &path)?;
            files.iter().try_for_each(|file| actor.check(Action::Write, file))?;
            let edits: Vec<Edit> = files.into_iter().map(|path| Edit { path, content: None }).collect();
            self.commit(actor, head, &edits, &message)
        })?;
        Ok(self.shown(done))
    }

    /// Deletes a file or a symbolic link as it was at a commit, or as it is now. It stays if it has changed since.
    pub fn remove_file(
        &self,
        actor: &Actor,
        path: &str,
        base: Option<CommitId>,
        message: &str,
    ) -> Result<SaveResult, WikiError> {
        let known = name::known(path).map_err(|why| WikiError::BadName { path: path.to_owned(), why })?;
        actor.check(Action::Read, &known)?;
        let base = match base {
            Some(base) => self.known(base).map(Some)?,
            None => self.store.head()?.commit,
        };
        let file = base.map(|base| self.store.file(base, &known)).transpose()?.flatten();
        if file.is_none() {
            return Err(WikiError::NoFile { path: known });
        }
        let changes = vec![Change { path: path.to_owned(), content: None }];
        self.save(actor, &Save { changes, base, message: message.to_owned(), minor: false })
    }

    /// A file, or all files of a folder.
    fn files_at(&self, commit: CommitId, path: &RepoPath) -> Result<Vec<RepoPath>, WikiError> {
        if self.store.file(commit, path)?.is_some() {
            return Ok(vec![path.clone()]);
        }
        let files = self.store.files_below(commit, path)?;
        if files.is_empty() { Err(WikiError::NoFile { path: path.clone() }) } else { Ok(files) }
    }
}

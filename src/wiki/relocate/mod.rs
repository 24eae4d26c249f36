//! Renaming and moving: a page, a folder or another file gets another path, and every link to it is written anew, in one commit.
//!
//! Only the bytes of links change: the site before and the site after are compared link by link (`plan`), so what led to a page
//! leads to it still, however it is written. The former addresses of pages become redirects. A move that was planned for a head
//! which isn't one any more is planned again.

mod aim;
mod aliases;
mod astray;
mod mend;
mod others;
mod paths;
mod plan;
mod renames;
mod scalar;
mod spell;
mod spots;
mod symlinks;
#[cfg(test)]
mod tests;

use std::{ops::Range, sync::Arc};

use self::{
    plan::{Plan, plan},
    renames::Renames,
};
use super::save::{Done, MAX_TRIES, clean_message};
use crate::{
    base::path::RepoPath,
    engine::Snapshot,
    git::{CommitId, Content, Edit, LeftAlone},
    site::{Site, route::Route},
    wiki::{Action, Actor, Wiki, WikiError, name},
};

/// A move that somebody wants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Relocate {
    /// The page, folder or other file.
    pub from: String,
    /// Its path afterwards.
    pub to: String,
    /// What the commit says about itself; empty for something that fits.
    pub message: String,
    /// The commit that whoever moves it has seen.
    pub base: Option<CommitId>,
}

/// A file in which links are written anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewritten {
    /// The file, by its path after the move.
    pub path: RepoPath,
    /// What stood there, and what stands there now.
    pub links: Vec<(String, String)>,
}

/// What a move changes.
#[derive(Clone, Debug)]
pub struct Relocation {
    /// The head that it was found out for, or the commit that was made.
    pub commit: CommitId,
    /// The path of what is moved, and its path afterwards.
    pub from: RepoPath,
    /// The path afterwards.
    pub to: RepoPath,
    /// Every file that gets another path.
    pub renamed: Vec<(RepoPath, RepoPath)>,
    /// Every file in which links are written anew.
    pub rewritten: Vec<Rewritten>,
    /// The former addresses that lead to the new ones.
    pub redirects: Vec<(Route, Route)>,
    /// Links that could not be written anew: the file, and what stands there.
    pub left: Vec<(RepoPath, String)>,
    /// The address of what is moved, when it has one.
    pub url: Option<String>,
    /// The files of the work tree that have changes of their own, and were left as they are.
    pub left_alone: Vec<LeftAlone>,
}

/// A new text in the place of a range of another.
#[derive(Clone, Debug, PartialEq, Eq)]
struct TextEdit {
    range: Range<usize>,
    text: String,
}

impl TextEdit {
    fn new(range: Range<usize>, text: String) -> Self {
        Self { range, text }
    }
}

/// A text with edits made; they must not overlap.
fn edited(text: &str, edits: &[TextEdit]) -> String {
    let mut edits: Vec<&TextEdit> = edits.iter().collect();
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    let mut new = String::with_capacity(text.len());
    let mut copied = 0;
    for edit in edits {
        new.push_str(&text[copied..edit.range.start]);
        new.push_str(&edit.text);
        copied = edit.range.end;
    }
    new + &text[copied..]
}

/// A move that is looked at: what it is about, and what it changes.
struct Looked {
    from: RepoPath,
    to: RepoPath,
    renames: Renames,
    plan: Plan,
    targets: symlinks::Targets,
    /// Whether it has an address: drafts have none.
    is_shown: bool,
}

impl Wiki {
    /// What a move would change.
    pub fn plan_relocation(&self, actor: &Actor, wanted: &Relocate) -> Result<Relocation, WikiError> {
        let (snapshot, head) = self.snapshot_of_head()?;
        Ok(relocation(self.look(actor, wanted, &snapshot, head)?, head))
    }

    /// Moves a page, a folder or another file, as one commit.
    pub fn relocate(&self, actor: &Actor, wanted: &Relocate) -> Result<Relocation, WikiError> {
        let (looked, commit, left_alone) = self.on_head(|head| {
            let (snapshot, commit) = self.snapshot_of_head()?;
            if head.commit != Some(commit) {
                return Ok(None);
            }
            let looked = self.look(actor, wanted, &snapshot, commit)?;
            Ok(match self.commit(actor, head, &edits(&looked), &message(wanted, &looked))? {
                Some(Done::Commit { commit, left_alone }) => Some((looked, commit, left_alone)),
                Some(Done::Nothing(_)) => return Err(WikiError::Nothing),
                None => None,
            })
        })?;
        let done = Relocation { left_alone, ..relocation(looked, commit) };
        // The move is done, whatever becomes of drafts: one that can't be written stays where it is.
        let _ = self.relocate_drafts(commit, &done.renamed);
        self.show();
        Ok(done)
    }

    /// The newest snapshot, and the head that it shows.
    pub(super) fn snapshot_of_head(&self) -> Result<(Arc<Snapshot>, CommitId), WikiError> {
        for _ in 0..MAX_TRIES {
            let head = self.store.head()?.commit.ok_or(WikiError::Nothing)?;
            let snapshot = self.engine.snapshot();
            if snapshot.source.commit() == Some(&*head.to_string()) {
                return Ok((snapshot, head));
            }
            self.show();
        }
        Err(WikiError::Busy)
    }

    fn look(
        &self,
        actor: &Actor,
        wanted: &Relocate,
        snapshot: &Snapshot,
        head: CommitId,
    ) -> Result<Looked, WikiError> {
        let bad = |path: &str, why| WikiError::BadName { path: path.to_owned(), why };
        let from = name::known(wanted.from.trim_end_matches('/')).map_err(|why| bad(&wanted.from, why))?;
        let site = snapshot.renderer.site();
        let is_file = self.store.file(head, &from)?.is_some();
        let to = destination(wanted, &from, is_file);
        let to = name::known(&to).map_err(|why| bad(&to, why))?;
        if let Some(base) = wanted.base
            && !self.store.has_commit(base)?
        {
            return Err(WikiError::no_commit(base));
        }
        let mut renames = if is_file {
            renames_of_file(site, &from, &to)
        } else {
            let files = self.store.files_below(head, &from)?;
            if files.is_empty() {
                return Err(WikiError::NoFile { path: from });
            }
            if to.is_within(&from) && to != from {
                return Err(bad(to.as_str(), "a folder can't be moved into itself"));
            }
            Renames::of_folder(files, &from, &to)
        };
        self.check_renames(actor, &renames, &from, &to, head)?;
        self.add_seen(site, head, &mut renames)?;
        let plan = plan(site, &snapshot.source, &renames);
        let targets = self.new_targets(site, head, &renames)?;
        if let Some(other) = plan.hidden {
            return Err(WikiError::AddressTaken { path: to, other });
        }
        let is_shown = site.route_of_file(&from).is_some();
        Ok(Looked { from, to, renames, plan, targets, is_shown })
    }

    fn check_renames(
        &self,
        actor: &Actor,
        renames: &Renames,
        from: &RepoPath,
        to: &RepoPath,
        head: CommitId,
    ) -> Result<(), WikiError> {
        if from == to {
            return Err(WikiError::Nothing);
        }
        for (old, new) in renames.iter() {
            actor.check(Action::Write, old)?;
            actor.check(Action::Write, new)?;
            name::known(new.as_str()).map_err(|why| WikiError::BadName { path: new.to_string(), why })?;
            if !renames.has(new) && self.store.file(head, new)?.is_some() {
                return Err(WikiError::Exists { path: new.clone() });
            }
        }
        // What a folder may be called is told by what is in it.
        let is_folder = !renames.has(from);
        let named = if is_folder { to.join("page.md") } else { to.clone() };
        name::new(named.as_str()).map_err(|why| WikiError::BadName { path: to.to_string(), why })?;
        let is_file = self.store.file(head, to)?.is_some() && !renames.has(to);
        if is_file || (!self.store.files_below(head, to)?.is_empty() && !to.is_within(from)) {
            return Err(WikiError::Exists { path: to.clone() });
        }
        // Another case of its own letters is no twin.
        let is_own = |path: &RepoPath| renames.has(path);
        let snapshot = self.engine.snapshot();
        let others = snapshot.renderer.site().listing().entries.keys().filter(|path| !is_own(path));
        match name::twin(others, to) {
            Some(other) => Err(WikiError::NameTaken { path: to.clone(), other }),
            None => Ok(()),
        }
    }
}

/// Where a thing goes: a name that ends with `/` is a folder that it is put into, and a page keeps its extension.
fn destination(wanted: &Relocate, from: &RepoPath, is_file: bool) -> String {
    let to = wanted.to.trim();
    let into = to.strip_suffix('/').filter(|_| is_file);
    match into {
        Some("") => from.file_name().to_owned(),
        Some(folder) => format!("{folder}/{}", from.file_name()),
        None if is_file && from.is_markdown() && !to.contains('.') => {
            format!("{to}.{}", from.extension().unwrap_or("md"))
        }
        None => to.trim_end_matches('/').to_owned(),
    }
}

/// A file, and the translations that are known by its name.
fn renames_of_file(site: &Site, from: &RepoPath, to: &RepoPath) -> Renames {
    let mut renames = Renames::default();
    renames.add(from.clone(), to.clone());
    let languages = site.languages();
    let (located, target) = (languages.locate(from), languages.locate(to));
    let is_original = from.is_markdown() && to.is_markdown() && !located.is_marked && !target.is_marked;
    if !languages.are_several() || !is_original {
        return renames;
    }
    for language in languages.ids().filter(|id| *id != located.language) {
        let tag = languages.tag(language);
        let beside = |path: &RepoPath| {
            let name = format!("{}.{tag}.{}", path.stem(), path.extension().unwrap_or("md"));
            path.parent().unwrap_or_default().join(&name)
        };
        if site.listing().entries.contains_key(&beside(from)) {
            renames.add(beside(from), beside(to));
        }
    }
    renames
}

fn edits(looked: &Looked) -> Vec<Edit> {
    let mut edits = Vec::new();
    let text =
        |path: &RepoPath| looked.plan.texts.get(path).map(|text| Content::Bytes(text.clone().into_bytes()));
    let link = |path: &RepoPath| {
        looked.targets.get(path).map(|(_, target)| Content::LinkTo(target.clone().into_bytes()))
    };
    for (old, new) in looked.renames.stored() {
        if looked.renames.old_path(old) == *old {
            edits.push(Edit { path: old.clone(), content: None });
        }
        let content = link(new).or_else(|| text(new)).unwrap_or_else(|| Content::Moved(old.clone()));
        edits.push(Edit { path: new.clone(), content: Some(content) });
    }
    let others = looked.plan.texts.keys().filter(|path| looked.renames.old_path(path) == **path);
    edits.extend(others.map(|path| Edit { path: path.clone(), content: text(path) }));
    let links = looked.targets.keys().filter(|path| looked.renames.old_path(path) == **path);
    edits.extend(links.map(|path| Edit { path: path.clone(), content: link(path) }));
    edits
}

fn message(wanted: &Relocate, looked: &Looked) -> String {
    let message = clean_message(&wanted.message);
    let usual = || {
        let is_rename = looked.from.parent() == looked.to.parent();
        format!("{} {} to {}", if is_rename { "Rename" } else { "Move" }, looked.from, looked.to)
    };
    format!("{}\n", if message.is_empty() { usual() } else { message })
}

fn relocation(looked: Looked, commit: CommitId) -> Relocation {
    let Looked { from, to, renames, plan, targets, is_shown } = looked;
    let site = &plan.site;
    let route = site.route_of_file(&to).filter(|_| is_shown);
    let url = route.map(|route| route.href(site.base_path()));
    let links = targets.into_iter().map(|(path, target)| Rewritten { path, links: vec![target] });
    Relocation {
        commit,
        from,
        to,
        renamed: renames.stored().map(|(old, new)| (old.clone(), new.clone())).collect(),
        rewritten: plan.rewritten.into_iter().chain(links).collect(),
        redirects: plan.redirects,
        left: plan.left,
        url,
        left_alone: Vec::new(),
    }
}

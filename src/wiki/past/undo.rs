//! Bringing back what was: a file as it was at a commit, or all that a commit changed. Each is one new commit, saved as any
//! other edit is; where others changed the same places since, nothing is saved, and the conflicts are shown.

use crate::{
    base::path::RepoPath,
    git::{CommitId, StoredCommit},
    wiki::{
        Action, Actor, Change, Conflict, Save, Wiki, WikiError,
        diff::{self, Block},
        name,
        save::{self, SaveResult, Versions},
    },
};

use super::{
    compare::Side,
    recent::{ChangedFile, changed_files},
};

/// How many files of a commit are compared.
const MAX_COMPARED: usize = 50;
/// How many bytes of differences are shown of one commit.
const MAX_TEXT_BYTES: usize = 1 << 20;

/// A commit and what it did.
#[derive(Clone, Debug)]
pub struct CommitChanges {
    /// The commit.
    pub commit: StoredCommit,
    /// Whether it says that it changes nothing of weight.
    pub is_minor: bool,
    /// The files that it changed.
    pub files: Vec<FileDiff>,
    /// How many there are in all.
    pub n_files: usize,
}

/// What a commit did to a file.
#[derive(Clone, Debug)]
pub struct FileDiff {
    /// The file.
    pub file: ChangedFile,
    /// How its text differs; `None` when it is no text, or when there is too much to show.
    pub blocks: Option<Vec<Block>>,
}

/// A file whose change is taken back.
struct StepBack {
    /// The name that it had before the commit, if the commit gave it another one.
    before: Option<RepoPath>,
    /// Its name after the commit.
    then: RepoPath,
    /// Its name by now.
    now: RepoPath,
}

impl Wiki {
    /// Makes a file again what it was at a commit, also one that is gone. The head that the actor has seen comes with it.
    pub fn restore(
        &self,
        actor: &Actor,
        path: &str,
        rev: &str,
        seen: Option<CommitId>,
        message: &str,
    ) -> Result<SaveResult, WikiError> {
        let path = name::known(path).map_err(|why| WikiError::BadName { path: path.to_owned(), why })?;
        actor.check(Action::Write, &path)?;
        let no_file = || WikiError::NoFile { path: path.clone() };
        let head = self.store.head()?.commit.ok_or_else(no_file)?;
        let then = self.side(head, &path, self.store.revision(rev)?)?;
        let content = Some(then.bytes.ok_or_else(no_file)?);
        let message = match message.trim() {
            "" => format!("Restore {path} as of {}", then.commit.id.short()),
            message => message.to_owned(),
        };
        let changes = vec![Change { path: path.to_string(), content }];
        let save = Save { changes, base: seen.or(Some(head)), message, minor: false };
        self.save_again(actor, &save, then.commit.id)
    }

    /// Takes back what a commit changed, as a new commit: also in files that have other names by now.
    pub fn revert(&self, actor: &Actor, rev: &str, message: &str) -> Result<SaveResult, WikiError> {
        let commit = self.store.commit(self.store.revision(rev)?)?;
        if commit.parents.len() > 1 {
            return Err(WikiError::Merge { commit: commit.id });
        }
        let head = self.store.head()?.commit.ok_or_else(|| WikiError::no_commit(commit.id))?;
        let (mut changes, mut conflicts) = (Vec::new(), Vec::new());
        for step in self.steps_back(head, commit.id)? {
            actor.check(Action::Write, &step.now)?;
            let base = self.bytes(commit.id, &step.then)?;
            let ours = self.bytes(head, &step.now)?;
            let before = step.before.as_ref().unwrap_or(&step.then);
            let theirs =
                commit.parents.first().map(|parent| self.bytes(*parent, before)).transpose()?.flatten();
            // A name that it had before may be another file's by now.
            let is_taken =
                step.before.as_ref().map(|before| self.bytes(head, before)).transpose()?.flatten().is_some();
            let target = step.before.as_ref().unwrap_or(&step.now).to_string();
            let content =
                match save::merge_versions(&step.now, base.as_deref(), ours.as_deref(), theirs.as_deref()) {
                    Versions::Edit { content, .. } if !is_taken => content,
                    Versions::AsIs if step.before.is_none() => continue,
                    Versions::AsIs if !is_taken && ours.is_some() => ours,
                    Versions::Conflict(merged) => {
                        conflicts.push(Conflict { path: step.now, commit: head, base, ours, theirs, merged });
                        continue;
                    }
                    Versions::Edit { .. } | Versions::AsIs => {
                        conflicts.push(Conflict {
                            path: step.now,
                            commit: head,
                            base,
                            ours,
                            theirs,
                            merged: None,
                        });
                        continue;
                    }
                };
            changes.push(Change { path: target, content });
            if step.before.is_some() {
                changes.push(Change { path: step.now.to_string(), content: None });
            }
        }
        if !conflicts.is_empty() {
            return Ok(SaveResult::Conflict(conflicts));
        }
        let message = match message.trim() {
            "" => format!("Revert \"{}\"\n\nThis takes back commit {}.", commit.summary(), commit.id),
            message => message.to_owned(),
        };
        let before = commit.parents.first().copied().unwrap_or(commit.id);
        self.save_again(actor, &Save { changes, base: Some(head), message, minor: false }, before)
    }

    /// The files that a commit changed, with their names before it, after it, and now.
    fn steps_back(&self, head: CommitId, id: CommitId) -> Result<Vec<StepBack>, WikiError> {
        let log = self.past.at(head)?;
        let commit = log.commit(id).ok_or_else(|| WikiError::no_commit(id))?;
        let step = |file: ChangedFile| {
            let now = if file.is_gone { file.path.clone() } else { log.name_after(id, &file.path) };
            StepBack { before: file.from, then: file.path, now }
        };
        Ok(changed_files(commit).into_iter().map(step).collect())
    }

    /// A commit of the branch, with the differences that it made.
    pub fn commit_changes(&self, actor: &Actor, rev: &str) -> Result<CommitChanges, WikiError> {
        actor.check(Action::Read, &RepoPath::root())?;
        let id = self.store.revision(rev)?;
        let (is_minor, files) = self.files_of(id)?;
        let commit = self.people()?.named(self.store.commit(id)?);
        let before = commit.parents.first().copied();
        let n_files = files.len();
        let mut n_left = MAX_TEXT_BYTES;
        let compared = files.into_iter().take(MAX_COMPARED).map(|file| {
            let old_path = file.from.as_ref().unwrap_or(&file.path);
            let old = before.map(|before| self.bytes(before, old_path)).transpose()?.flatten();
            let new = if file.is_gone { None } else { self.bytes(id, &file.path)? };
            let n_bytes = old.as_ref().map_or(0, Vec::len) + new.as_ref().map_or(0, Vec::len);
            let is_shown = n_bytes <= n_left;
            n_left -= if is_shown { n_bytes } else { 0 };
            let side = |path: &RepoPath, bytes| Side { commit: commit.clone(), path: path.clone(), bytes };
            let (old, new) = (side(old_path, old), side(&file.path, new));
            let blocks = match (old.text(), new.text()) {
                (Some(old), Some(new)) if is_shown => Some(diff::diff(old, new)),
                _ => None,
            };
            Ok(FileDiff { file, blocks })
        });
        let files = compared.collect::<Result<Vec<FileDiff>, WikiError>>()?;
        Ok(CommitChanges { commit, is_minor, files, n_files })
    }

    fn files_of(&self, id: CommitId) -> Result<(bool, Vec<ChangedFile>), WikiError> {
        let head = self.store.head()?.commit.ok_or_else(|| WikiError::no_commit(id))?;
        let log = self.past.at(head)?;
        let commit = log.commit(id).ok_or_else(|| WikiError::no_commit(id))?;
        Ok((commit.is_minor(), changed_files(commit)))
    }
}

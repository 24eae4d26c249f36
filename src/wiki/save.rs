//! Saving: edits of files become one commit, merged with what others have saved meanwhile.
//!
//! 1. Each edit is compared with the head: against the commit that the editor began from, three ways ([`merge`]).
//! 2. A conflict in one of them ends the save: nothing is committed, and all texts are kept as drafts.
//! 3. Else there is one commit. If the branch has moved meanwhile, all is done again with the new head.

use std::collections::BTreeSet;

use crate::{
    base::path::RepoPath,
    git::{
        CommitId, Content, Edit, FileKind, Head, LeftAlone, Moment, Move, Moved, NewCommit, PushWatch,
        log::MINOR, packing::Packer,
    },
    parse::front_matter::split,
    site::file::MAX_PAGE_BYTES,
    wiki::{Action, Actor, Wiki, WikiError, drafts::Draft, merge, name, valid},
};

/// How often a save is tried while others move the branch.
pub(super) const MAX_TRIES: usize = 100;
/// The largest file that is saved.
pub const MAX_FILE_BYTES: usize = 64 << 20;
/// The largest text that is merged.
const MAX_TEXT_BYTES: usize = 8 << 20;
/// Why a save that has a file twice is refused.
const THERE_TWICE: &str = "it is there twice";
/// How long a message can be.
const MAX_MESSAGE_BYTES: usize = 16 << 10;

/// What is to be saved: one file, or several in one commit.
#[derive(Clone, Debug)]
pub struct Save {
    /// The files, all in one commit: either all of them are saved, or, where one is in conflict, none.
    pub changes: Vec<Change>,
    /// The commit that the editor began from; `None` to make files that must not be there.
    pub base: Option<CommitId>,
    /// What the commit says about itself; empty for something that fits.
    pub message: String,
    /// Whether it changes nothing of weight.
    pub minor: bool,
}

/// What becomes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its path, as somebody wrote it.
    pub path: String,
    /// What it is to hold; `None` when it goes.
    pub content: Option<Vec<u8>>,
}

/// A save that is done.
#[derive(Clone, Debug)]
pub struct Saved {
    /// The head that has it.
    pub commit: CommitId,
    /// What became of it.
    pub outcome: Outcome,
    /// Whether a file was made.
    pub created: bool,
    /// The files that are not as they were sent, since others changed them, too.
    pub merged: Vec<RepoPath>,
    /// The files that were moved since the editor began: their paths as they were sent, and those that have the text now.
    pub moved: Vec<(RepoPath, RepoPath)>,
    /// The files of the work tree that have changes of their own, and were left as they are.
    pub left_alone: Vec<LeftAlone>,
    /// Whether readers see it by now.
    pub is_shown: bool,
}

/// A change that is in the branch.
#[derive(Clone, Debug)]
pub struct Landed {
    /// The head that has it.
    pub commit: CommitId,
    /// The files of the work tree that have changes of their own, and were left as they are.
    pub left_alone: Vec<LeftAlone>,
}

/// What became of a save.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is a commit as it was sent.
    Committed,
    /// It is a commit, put together with what others had saved.
    Merged,
    /// The branch has it already.
    Unchanged,
}

/// A file that two sides changed in the same place.
#[derive(Clone, Debug)]
pub struct Conflict {
    /// The file.
    pub path: RepoPath,
    /// The head that it is in conflict with: the base of the next try.
    pub commit: CommitId,
    /// What both sides began with; `None` when it wasn't there.
    pub base: Option<Vec<u8>>,
    /// What the branch has; `None` when it is gone.
    pub ours: Option<Vec<u8>>,
    /// What was to be saved; `None` when it was to go.
    pub theirs: Option<Vec<u8>>,
    /// Both put together, as far as they can be; `None` when they are no texts.
    pub merged: Option<merge::Merged>,
}

/// How a save ended.
#[derive(Clone, Debug)]
pub enum SaveResult {
    /// It is done.
    Saved(Saved),
    /// It is not, and its texts are kept as drafts.
    Conflict(Vec<Conflict>),
}

/// A change whose path is looked at.
pub(super) struct Wanted<'a> {
    pub(super) path: RepoPath,
    pub(super) content: Option<&'a [u8]>,
}

/// What a change comes to at a head.
pub(super) enum Merge {
    Unchanged,
    Edit { content: Option<Vec<u8>>, is_merged: bool, is_new: bool },
    Conflict(Box<Conflict>),
}

impl Wiki {
    /// Saves files, for one actor, as one commit. Texts in conflict are kept as drafts.
    pub fn save(&self, actor: &Actor, save: &Save) -> Result<SaveResult, WikiError> {
        let mut result = self.save_and_count(actor, save, None);
        if let Ok(SaveResult::Conflict(conflicts)) = &result {
            let head = conflicts.first().map(|conflict| conflict.commit);
            result = self.keep(actor, save, head).and(result);
        }
        result
    }

    /// Saves what is in some commit already: it isn't lost if it is in conflict. What programs couldn't read is refused.
    /// What it makes anew can be run if it could be at the commit `like`.
    pub(super) fn save_again(
        &self,
        actor: &Actor,
        save: &Save,
        like: CommitId,
    ) -> Result<SaveResult, WikiError> {
        for Change { path, content } in &save.changes {
            let text = content.as_deref().and_then(|content| std::str::from_utf8(content).ok());
            if let (Some(path), Some(text)) = (RepoPath::new(path), text) {
                self.check(&path, text, false)?;
            }
        }
        self.save_and_count(actor, save, Some(like))
    }

    fn save_and_count(
        &self,
        actor: &Actor,
        save: &Save,
        like: Option<CommitId>,
    ) -> Result<SaveResult, WikiError> {
        let result = self.try_save(actor, save, like);
        self.saves.note(&result);
        result
    }

    fn try_save(&self, actor: &Actor, save: &Save, like: Option<CommitId>) -> Result<SaveResult, WikiError> {
        let head = self.store.head()?;
        let wanted = self.wanted(actor, save, head.commit)?;
        let result = self.on_head_from(head, |head| self.attempt(actor, save, &wanted, head, like))?;
        Ok(match result {
            SaveResult::Conflict(_) => result,
            SaveResult::Saved(saved) => {
                for Wanted { path, content } in &wanted {
                    let sent = content.and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default();
                    let moved = saved.moved.iter().filter(|(from, _)| from == path).map(|(_, now)| now);
                    let mut paths = std::iter::once(path).chain(moved);
                    paths.try_for_each(|path| self.forget_saved(&actor.author, path, save.base, sent))?;
                }
                let is_shown = saved.outcome == Outcome::Unchanged || self.show();
                SaveResult::Saved(Saved { is_shown, ..saved })
            }
        })
    }

    /// Saves on top of a head; `None` when the branch is elsewhere.
    fn attempt(
        &self,
        actor: &Actor,
        save: &Save,
        wanted: &[Wanted<'_>],
        head: &Head,
        like: Option<CommitId>,
    ) -> Result<Option<SaveResult>, WikiError> {
        let mut edits = Vec::new();
        let (mut merged, mut moved, mut conflicts, mut created) = (Vec::new(), Vec::new(), Vec::new(), false);
        for change in wanted {
            let path = self.target(actor, change, save.base, head.commit)?;
            if path != change.path {
                if wanted.iter().any(|other| other.path == path) {
                    return Err(WikiError::BadName { path: path.to_string(), why: THERE_TWICE });
                }
                moved.push((change.path.clone(), path.clone()));
            }
            match self.merge(change, &path, save.base, head.commit)? {
                Merge::Unchanged => {}
                Merge::Conflict(conflict) => conflicts.push(*conflict),
                Merge::Edit { content, is_merged, is_new } => {
                    created |= is_new;
                    merged.extend(is_merged.then(|| path.clone()));
                    let like =
                        like.filter(|_| is_new).map(|like| self.store.file(like, &path)).transpose()?;
                    let is_executable = like.flatten().is_some_and(|file| file.kind == FileKind::Executable);
                    let kind = if is_executable { Content::Executable } else { Content::Bytes };
                    edits.push(Edit { path, content: content.map(kind) });
                }
            }
        }
        if !conflicts.is_empty() {
            return Ok(Some(SaveResult::Conflict(conflicts)));
        }
        let message = message(save, &edits, created);
        let Some(done) = self.commit(actor, head, &edits, &message)? else { return Ok(None) };
        let outcome = match (&done, merged.is_empty()) {
            (Done::Nothing(_), _) => Outcome::Unchanged,
            (Done::Commit { .. }, true) => Outcome::Committed,
            (Done::Commit { .. }, false) => Outcome::Merged,
        };
        let (commit, left_alone) = match done {
            Done::Nothing(commit) => (commit, Vec::new()),
            Done::Commit { commit, left_alone } => (commit, left_alone),
        };
        let saved = Saved { commit, outcome, created, merged, moved, left_alone, is_shown: false };
        Ok(Some(SaveResult::Saved(saved)))
    }

    /// Does something on top of the head; again when it answers `None`, since others have moved the branch meanwhile.
    pub(super) fn on_head<T>(
        &self,
        attempt: impl Fn(&Head) -> Result<Option<T>, WikiError>,
    ) -> Result<T, WikiError> {
        self.on_head_from(self.store.head()?, attempt)
    }

    /// The same, where the head was just looked at.
    ///
    /// Those of this process don't wait for each other, though all but one have synced their objects in vain: disks sync for
    /// many at once as fast as for one. Eight who save at once do 32 saves a second this way, and 22 one after the other.
    fn on_head_from<T>(
        &self,
        mut head: Head,
        attempt: impl Fn(&Head) -> Result<Option<T>, WikiError>,
    ) -> Result<T, WikiError> {
        for _ in 0..MAX_TRIES {
            if let Some(done) = attempt(&head)? {
                return Ok(done);
            }
            head = self.store.head()?;
        }
        Err(WikiError::Busy)
    }

    /// What is done, once readers see it.
    pub(super) fn shown(&self, done: Done) -> Landed {
        match done {
            Done::Nothing(commit) => Landed { commit, left_alone: Vec::new() },
            Done::Commit { commit, left_alone } => {
                self.show();
                Landed { commit, left_alone }
            }
        }
    }

    /// Makes a commit of edits and moves the branch from `head` to it; `None` when the branch is elsewhere.
    pub(super) fn commit(
        &self,
        actor: &Actor,
        head: &Head,
        edits: &[Edit],
        message: &str,
    ) -> Result<Option<Done>, WikiError> {
        if edits.is_empty() {
            return head.commit.map(|commit| Some(Done::Nothing(commit))).ok_or(WikiError::Nothing);
        }
        self.check_settings(head, edits)?;
        self.check_links(head, edits)?;
        let at = Moment::now();
        let (author, committer) = (&actor.author, &actor.author);
        let new = NewCommit { parent: head.commit, edits, author, committer, at, message };
        let Some(commit) = self.store.write_commit(&new)? else {
            return head.commit.map(|commit| Some(Done::Nothing(commit))).ok_or(WikiError::Nothing);
        };
        let paths: Vec<RepoPath> = edits.iter().map(|edit| edit.path.clone()).collect();
        let why = format!("recto: {}", message.lines().next().unwrap_or_default());
        let to = Move {
            branch: &head.branch,
            from: head.commit,
            to: commit,
            who: &actor.author,
            at,
            why: &why,
            paths: &paths,
        };
        Ok(match self.store.move_branch(&to)? {
            Moved::Done { left_alone } => {
                self.packer.get().into_iter().for_each(Packer::note_commit);
                self.push_watch.get().into_iter().for_each(PushWatch::note_commit);
                Some(Done::Commit { commit, left_alone })
            }
            Moved::Elsewhere => None,
        })
    }

    /// Refuses to put a file in the place of a symbolic link.
    fn check_links(&self, head: &Head, edits: &[Edit]) -> Result<(), WikiError> {
        let Some(commit) = head.commit else { return Ok(()) };
        for Edit { path, content } in edits {
            if matches!(content, None | Some(Content::Moved(_) | Content::LinkTo(_))) {
                continue;
            }
            if self.store.file(commit, path)?.is_some_and(|file| file.is_link()) {
                return Err(WikiError::Link { path: path.clone() });
            }
        }
        Ok(())
    }

    /// Looks at the paths, and refuses what no head could take.
    fn wanted<'a>(
        &self,
        actor: &Actor,
        save: &'a Save,
        head: Option<CommitId>,
    ) -> Result<Vec<Wanted<'a>>, WikiError> {
        if save.changes.is_empty() {
            return Err(WikiError::Nothing);
        }
        if let Some(base) = save.base
            && !self.store.has_commit(base)?
        {
            return Err(WikiError::no_commit(base));
        }
        let mut seen = BTreeSet::new();
        let mut wanted = Vec::new();
        for Change { path: written, content } in &save.changes {
            let bad = |why| WikiError::BadName { path: written.clone(), why };
            let path = name::known(written).map_err(bad)?;
            actor.check(Action::Write, &path)?;
            let change = Wanted { path, content: content.as_deref() };
            let now = self.target(actor, &change, save.base, head)?;
            let is_there = match head {
                Some(head) => self.store.file(head, &now)?,
                None => None,
            };
            if content.is_some() && is_there.is_some_and(|file| file.is_link()) {
                return Err(WikiError::Link { path: now });
            }
            if is_there.is_none() && content.is_some() {
                name::new(written).map_err(bad)?;
                self.check_twins(&now)?;
            }
            if !seen.insert(change.path.clone()) {
                return Err(bad(THERE_TWICE));
            }
            if let Some(content) = content {
                check_content(&now, content)?;
            }
            wanted.push(change);
        }
        Ok(wanted)
    }

    /// The file of a head that a change goes into. What is to go is not looked for elsewhere: it is gone from where it was.
    pub(super) fn target(
        &self,
        actor: &Actor,
        change: &Wanted<'_>,
        base: Option<CommitId>,
        head: Option<CommitId>,
    ) -> Result<RepoPath, WikiError> {
        if change.content.is_none() {
            return Ok(change.path.clone());
        }
        let path = self.path_by_now(&change.path, base, head)?;
        actor.check(Action::Write, &path)?;
        Ok(path)
    }

    /// Refuses a name that some systems take for that of another file or folder.
    pub(super) fn check_twins(&self, path: &RepoPath) -> Result<(), WikiError> {
        let snapshot = self.engine.snapshot();
        let listing = snapshot.renderer.site().listing();
        match name::twin(listing.entries.keys(), path) {
            Some(other) => Err(WikiError::NameTaken { path: path.clone(), other }),
            None => Ok(()),
        }
    }

    /// What a change comes to at a head, where the file is at a path.
    pub(super) fn merge(
        &self,
        change: &Wanted<'_>,
        path: &RepoPath,
        base: Option<CommitId>,
        head: Option<CommitId>,
    ) -> Result<Merge, WikiError> {
        let at = |commit: Option<CommitId>, path: &RepoPath| match commit {
            Some(commit) if change.content.is_none() => self.stored_bytes(commit, path),
            Some(commit) => self.bytes(commit, path),
            None => Ok(None),
        };
        let ours = at(head, path)?;
        let before = if base == head { ours.clone() } else { at(base, &change.path)? };
        let is_new = ours.is_none();
        let theirs = change.content;
        Ok(match merge_versions(path, before.as_deref(), ours.as_deref(), theirs) {
            Versions::AsIs => Merge::Unchanged,
            Versions::Edit { content, is_merged } => Merge::Edit { content, is_merged, is_new },
            Versions::Conflict(merged) => match head {
                Some(commit) => Merge::Conflict(Box::new(Conflict {
                    path: path.clone(),
                    commit,
                    base: before,
                    ours,
                    theirs: theirs.map(<[u8]>::to_vec),
                    merged,
                })),
                None => Merge::Edit { content: theirs.map(<[u8]>::to_vec), is_merged: false, is_new },
            },
        })
    }

    /// Keeps the texts of a save that is in conflict.
    fn keep(&self, actor: &Actor, save: &Save, head: Option<CommitId>) -> Result<(), WikiError> {
        for change in self.wanted(actor, save, self.store.head()?.commit)? {
            let Some(content) = change.content.and_then(|bytes| std::str::from_utf8(bytes).ok()) else {
                continue;
            };
            let draft = Draft {
                path: self.target(actor, &change, save.base, head)?,
                content: content.to_owned(),
                base: save.base,
                saved_at: Moment::now().seconds,
                conflict_with: head,
            };
            self.drafts.keep_conflict(&actor.author, &draft)?;
        }
        Ok(())
    }
}

/// What became of edits.
pub(super) enum Done {
    /// The head has them already.
    Nothing(CommitId),
    /// They are a commit.
    Commit { commit: CommitId, left_alone: Vec<LeftAlone> },
}

/// How large a file may be: a page no larger than one that is shown.
pub(super) fn max_bytes(path: &RepoPath) -> usize {
    let of_page = usize::try_from(MAX_PAGE_BYTES).unwrap_or(MAX_FILE_BYTES);
    if path.is_markdown() { of_page } else { MAX_FILE_BYTES }
}

fn check_content(path: &RepoPath, content: &[u8]) -> Result<(), WikiError> {
    let limit = max_bytes(path);
    if content.len() > limit {
        return Err(WikiError::TooLarge { path: path.clone(), size: content.len(), limit });
    }
    let is_unresolved = std::str::from_utf8(content).is_ok_and(merge::has_markers);
    if is_unresolved { Err(WikiError::Unresolved { path: path.clone() }) } else { Ok(()) }
}

/// What three versions of a file come to.
pub(super) enum Versions {
    /// The branch has it already.
    AsIs,
    /// Something else than the branch has; `None` when the file goes.
    Edit { content: Option<Vec<u8>>, is_merged: bool },
    /// Both sides changed the same place; put together as far as they can be.
    Conflict(Option<merge::Merged>),
}

/// Puts a change from `base` to `theirs` on top of what the branch has. `None` stands for a file that isn't there.
pub(super) fn merge_versions(
    path: &RepoPath,
    base: Option<&[u8]>,
    ours: Option<&[u8]>,
    theirs: Option<&[u8]>,
) -> Versions {
    if theirs == ours || base == theirs {
        return Versions::AsIs;
    }
    if base == ours {
        return Versions::Edit { content: theirs.map(<[u8]>::to_vec), is_merged: false };
    }
    let merged = merge_texts(path, base, ours, theirs);
    let is_there = base.is_some() && ours.is_some();
    let merged =
        merged.map(|merged| if breaks(path, &merged, ours, theirs) { merged.undecided() } else { merged });
    match merged.as_ref().and_then(merge::Merged::text).filter(|_| is_there).map(String::into_bytes) {
        Some(text) if ours == Some(&*text) => Versions::AsIs,
        Some(text) => Versions::Edit { content: Some(text), is_merged: true },
        None => Versions::Conflict(merged),
    }
}

/// Whether two versions that programs can read are none when they are put together, as with the same key in both.
fn breaks(path: &RepoPath, merged: &merge::Merged, ours: Option<&[u8]>, theirs: Option<&[u8]>) -> bool {
    let is_readable = |bytes: Option<&[u8]>| {
        bytes
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .is_some_and(|text| valid::is_readable(path, text))
    };
    merged.text().is_some_and(|text| !valid::is_readable(path, &text))
        && is_readable(ours)
        && is_readable(theirs)
}

/// Merges three versions, if all that are there are texts.
fn merge_texts(
    path: &RepoPath,
    base: Option<&[u8]>,
    ours: Option<&[u8]>,
    theirs: Option<&[u8]>,
) -> Option<merge::Merged> {
    let text = |bytes: Option<&[u8]>| match bytes {
        None => Some(String::new()),
        Some(bytes) if bytes.len() > MAX_TEXT_BYTES || bytes.contains(&0) => None,
        Some(bytes) => std::str::from_utf8(bytes).ok().map(str::to_owned),
    };
    let (base, ours, theirs) = (text(base)?, text(ours)?, text(theirs)?);
    if !path.is_markdown() {
        return Some(merge::merge(&base, &ours, &theirs, false));
    }
    // What one side puts above a text, such as the address that a move leaves, doesn't touch its first line.
    let [base, ours, theirs] = [&base, &ours, &theirs].map(|text| text.split_at(split(text).body_start));
    let mut merged = merge::merge(base.0, ours.0, theirs.0, true);
    merged.parts.extend(merge::merge(base.1, ours.1, theirs.1, true).parts);
    Some(merged)
}

/// The whole message of a commit.
fn message(save: &Save, edits: &[Edit], created: bool) -> String {
    let mut message = clean_message(&save.message);
    if message.is_empty() {
        message = usual_message(edits, created);
    }
    message.push('\n');
    if save.minor {
        message.push_str(&format!("\n{MINOR}\n"));
    }
    message
}

/// What people wrote, without what can't stand in a commit, and cut where it is too long.
pub(super) fn clean_message(message: &str) -> String {
    let shown = message.replace("\r\n", "\n").replace('\r', "\n");
    let shown: String = shown.chars().filter(|c| !c.is_control() || *c == '\n').collect();
    let end = (0..=MAX_MESSAGE_BYTES.min(shown.len())).rev().find(|at| shown.is_char_boundary(*at));
    shown[..end.unwrap_or(0)].trim().to_owned()
}

fn usual_message(edits: &[Edit], created: bool) -> String {
    let verb = match edits {
        [Edit { content: None, .. }] => "Delete",
        _ if created => "Create",
        _ => "Edit",
    };
    match edits {
        [edit] => format!("{verb} {}", edit.path),
        edits => format!("{verb} {} files", edits.len()),
    }
}

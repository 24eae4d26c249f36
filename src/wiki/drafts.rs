//! [`Drafts`]: texts that are not in the branch, by person and file: what is being written, and what a conflict kept out.
//!
//! Each is a file of its own in the Git folder, on the disk before it is acknowledged. A draft takes the place of the former
//! draft of the same file; a text that a conflict kept out stays until its author has saved its words from where the conflict was, or
//! throws it away.

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

use foldhash::HashMap;
use serde::{Deserialize, Serialize};

use crate::{
    base::{digest::Print, path::RepoPath},
    git::{Author, CommitId, Moment},
    wiki::{
        Action, Actor, Change, Save, Wiki, WikiError, name,
        save::{self, Merge, SaveResult, Versions, Wanted},
    },
};

/// The largest draft.
pub const MAX_DRAFT_BYTES: usize = 8 << 20;
/// How many files somebody may have drafts of.
pub const MAX_FILES: usize = 500;
/// How many texts that conflicts kept out are kept for one file; the oldest go first.
pub const MAX_CONFLICTS: usize = 50;
/// The folder of drafts, in the Git folder.
const FOLDER: &str = "recto/drafts";
/// The name of the draft of a file.
const DRAFT: &str = "draft.json";

/// A text that is not in the branch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The file that it is for.
    pub path: RepoPath,
    /// The text.
    pub content: String,
    /// The commit that its author began from; `None` for a new file.
    pub base: Option<CommitId>,
    /// When it was kept, in seconds since 1970.
    pub saved_at: i64,
    /// The head that it was in conflict with; `None` for one that is being written.
    pub conflict_with: Option<CommitId>,
}

/// All drafts of a wiki.
#[derive(Debug)]
pub struct Drafts {
    folder: PathBuf,
}

impl Drafts {
    pub(super) fn new(git_dir: &Path) -> Self {
        Self { folder: git_dir.join(FOLDER) }
    }

    /// Keeps what somebody is writing.
    pub fn keep(&self, author: &Author, draft: &Draft) -> Result<(), WikiError> {
        let folder = self.of_file(author, &draft.path);
        if !folder.exists() && names(&self.of_person(author))?.len() >= MAX_FILES {
            return Err(WikiError::TooManyDrafts { limit: MAX_FILES });
        }
        self.write(&folder.join(DRAFT), draft)
    }

    /// Keeps a text that a conflict kept out of the branch, beside any others.
    pub(super) fn keep_conflict(&self, author: &Author, draft: &Draft) -> Result<(), WikiError> {
        let folder = self.of_file(author, &draft.path);
        self.write(&folder.join(file_name(draft)), draft)?;
        let mut kept: Vec<(i64, PathBuf)> = names(&folder)?
            .into_iter()
            .filter_map(|file| {
                read(&file).filter(|draft| draft.conflict_with.is_some()).map(|draft| (draft.saved_at, file))
            })
            .collect();
        kept.sort();
        let n_too_many = kept.len().saturating_sub(MAX_CONFLICTS);
        kept.into_iter().take(n_too_many).try_for_each(|(_, file)| remove(file))
    }

    /// The drafts of one file, the newest first.
    pub fn of(&self, author: &Author, path: &RepoPath) -> Result<Vec<Draft>, WikiError> {
        let mut drafts = read_all(&self.of_file(author, path))?;
        drafts.sort_by(|a, b| (b.saved_at, &b.content).cmp(&(a.saved_at, &a.content)));
        Ok(drafts)
    }

    /// All drafts of somebody, in the order of files, the newest first.
    pub fn of_author(&self, author: &Author) -> Result<Vec<Draft>, WikiError> {
        let mut drafts = Vec::new();
        for folder in names(&self.of_person(author))? {
            drafts.extend(read_all(&folder)?);
        }
        drafts.sort_by(|a, b| a.path.cmp(&b.path).then(b.saved_at.cmp(&a.saved_at)));
        Ok(drafts)
    }

    /// Throws all drafts of a file away.
    pub fn discard(&self, author: &Author, path: &RepoPath) -> Result<(), WikiError> {
        let folder = self.of_file(author, path);
        match fs::remove_dir_all(&folder) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
                Err(WikiError::Disk { path: folder, cause })
            }
            _ => Ok(()),
        }
    }

    /// Forgets those drafts of a file that are done.
    fn forget(
        &self,
        author: &Author,
        path: &RepoPath,
        is_done: impl Fn(&Draft) -> bool,
    ) -> Result<(), WikiError> {
        for file in names(&self.of_file(author, path))? {
            if read(&file).is_some_and(|draft| is_done(&draft)) {
                remove(file)?;
            }
        }
        // It stays where there is something left.
        let _ = fs::remove_dir(self.of_file(author, path));
        Ok(())
    }

    /// Takes everybody's drafts of a file along to another path; `rebased` makes each go on from there, if there is
    /// something in it.
    fn relocate(
        &self,
        from: &RepoPath,
        to: &RepoPath,
        rebased: impl Fn(Draft) -> Result<Option<Draft>, WikiError>,
    ) -> Result<(), WikiError> {
        for person in names(&self.folder)? {
            let (old, new) = (person.join(name_of(from)), person.join(name_of(to)));
            for file in names(&old)? {
                let Some(draft) = read(&file) else { continue };
                if let Some(draft) = rebased(draft)? {
                    let mut draft = Draft { path: to.clone(), ..draft };
                    // Somebody may have begun a text under the new name.
                    if draft.conflict_with.is_none() && new.join(DRAFT).exists() {
                        draft.conflict_with = draft.base;
                    }
                    self.write(&new.join(file_name(&draft)), &draft)?;
                }
                remove(file)?;
            }
            // It stays where there is something left.
            let _ = fs::remove_dir(old);
        }
        Ok(())
    }

    fn of_person(&self, author: &Author) -> PathBuf {
        self.folder.join(Print::of_bytes(author.email.as_bytes()).to_string())
    }

    fn of_file(&self, author: &Author, path: &RepoPath) -> PathBuf {
        self.of_person(author).join(name_of(path))
    }

    fn write(&self, path: &Path, draft: &Draft) -> Result<(), WikiError> {
        let write = || {
            let folder = path.parent().ok_or_else(|| io::Error::other("it has no folder"))?;
            fs::create_dir_all(folder)?;
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            file.write_all(&serde_json::to_vec(draft)?)?;
            file.as_file().sync_all()?;
            file.persist(path)?;
            if cfg!(unix) { fs::File::open(folder)?.sync_all() } else { Ok(()) }
        };
        write().map_err(|cause: io::Error| WikiError::Disk { path: path.to_path_buf(), cause })
    }
}

impl Wiki {
    /// Keeps what somebody is writing in a file, in place of the former draft. What the branch says already is no draft.
    pub fn keep_draft(
        &self,
        actor: &Actor,
        path: &str,
        content: String,
        base: Option<CommitId>,
    ) -> Result<(), WikiError> {
        let path = own_path(actor, path)?;
        if content.len() > MAX_DRAFT_BYTES {
            return Err(WikiError::TooLarge { path, size: content.len(), limit: MAX_DRAFT_BYTES });
        }
        if let Some(base) = base
            && !self.store().has_commit(base)?
        {
            return Err(WikiError::no_commit(base));
        }
        let saved = match self.store().head()?.commit {
            Some(head) => self.bytes(head, &path)?,
            None => None,
        };
        if saved.as_deref() == Some(content.as_bytes()) {
            return self.forget_saved(&actor.author, &path, None, "");
        }
        let draft = Draft { path, content, base, saved_at: Moment::now().seconds, conflict_with: None };
        self.drafts().keep(&actor.author, &draft)
    }

    /// Forgets what somebody was writing in a file that is saved now, and what conflicts with its base kept out, as far as that is in
    /// the text that was sent: another window of the same person may have begun from there, too.
    pub(super) fn forget_saved(
        &self,
        author: &Author,
        path: &RepoPath,
        base: Option<CommitId>,
        sent: &str,
    ) -> Result<(), WikiError> {
        self.drafts.forget(author, path, |draft| match draft.conflict_with {
            None => true,
            Some(head) => base == Some(head) && self.has_words_of(sent, draft, head),
        })
    }

    /// Whether a text that was made from a head has the words that a draft has more than what it was made from.
    fn has_words_of(&self, text: &str, draft: &Draft, head: CommitId) -> bool {
        let text_at = |commit| {
            let bytes = self.bytes(commit, &draft.path).ok().flatten().unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let (base, head) = (draft.base.map(text_at).unwrap_or_default(), text_at(head));
        let [text, written, base, head] = [text, &draft.content, &base, &head].map(words);
        let n = |of: &HashMap<&str, usize>, word| of.get(word).copied().unwrap_or_default();
        written.iter().all(|(word, n_written)| {
            let n_new = n_written.saturating_sub(n(&base, word));
            n_new == 0 || n(&text, word) >= n(&head, word) + n_new
        })
    }

    /// What somebody has of a file that is not in the branch, the newest first.
    pub fn drafts_of(&self, actor: &Actor, path: &str) -> Result<Vec<Draft>, WikiError> {
        self.follow_drafts(actor)?;
        self.drafts().of(&actor.author, &own_path(actor, path)?)
    }

    /// All that somebody has that is not in the branch, in the order of files, the newest first.
    pub fn drafts_of_author(&self, actor: &Actor) -> Result<Vec<Draft>, WikiError> {
        self.follow_drafts(actor)?;
        self.drafts().of_author(&actor.author)
    }

    /// Takes everybody's drafts along with files that a commit has given other paths. What was being written is merged with
    /// what the move changed in it; where that can't be, it becomes a text that a conflict kept out.
    pub(super) fn relocate_drafts(
        &self,
        commit: CommitId,
        renamed: &[(RepoPath, RepoPath)],
    ) -> Result<(), WikiError> {
        for (from, to) in renamed {
            self.drafts.relocate(from, to, |draft| {
                if draft.conflict_with.is_some() {
                    return Ok(Some(draft));
                }
                let base = draft.base.map(|base| self.bytes(base, from)).transpose()?.flatten();
                let ours = self.bytes(commit, to)?;
                let theirs = Some(draft.content.as_bytes());
                Ok(match save::merge_versions(to, base.as_deref(), ours.as_deref(), theirs) {
                    Versions::AsIs => None,
                    Versions::Edit { content: Some(content), .. } => Some(Draft {
                        content: String::from_utf8_lossy(&content).into_owned(),
                        base: Some(commit),
                        ..draft
                    }),
                    Versions::Edit { content: None, .. } | Versions::Conflict(_) => {
                        Some(Draft { conflict_with: Some(commit), ..draft })
                    }
                })
            })?;
        }
        Ok(())
    }

    /// Throws away all that somebody has of a file that is not in the branch.
    pub fn discard_drafts(&self, actor: &Actor, path: &str) -> Result<(), WikiError> {
        self.drafts().discard(&actor.author, &own_path(actor, path)?)
    }
}

impl Wiki {
    /// Saves what somebody was writing in several files, as one commit. Each draft is merged with what others have saved since it
    /// began; a conflict in one of them ends it all, and they stay.
    pub fn save_drafts(
        &self,
        actor: &Actor,
        paths: &[String],
        message: &str,
    ) -> Result<SaveResult, WikiError> {
        let base = self.store().head()?.commit;
        let (mut changes, mut moved, mut conflicts) = (Vec::new(), Vec::new(), Vec::new());
        for written in paths {
            let path = own_path(actor, written)?;
            let drafts = self.drafts().of(&actor.author, &path)?;
            let Some(draft) = drafts.into_iter().find(|draft| draft.conflict_with.is_none()) else {
                return Err(WikiError::NoFile { path });
            };
            let content = Some(draft.content.as_bytes());
            let wanted = Wanted { path: path.clone(), content };
            let now = self.target(actor, &wanted, draft.base, base)?;
            match self.merge(&wanted, &now, draft.base, base)? {
                Merge::Unchanged => self.forget_saved(&actor.author, &path, draft.base, &draft.content)?,
                Merge::Conflict(conflict) => conflicts.push(*conflict),
                Merge::Edit { content, .. } => {
                    changes.push(Change { path: now.to_string(), content });
                    moved.extend((now != path).then_some(path));
                }
            }
        }
        if !conflicts.is_empty() {
            return Ok(SaveResult::Conflict(conflicts));
        }
        let result = self.save(actor, &Save { changes, base, message: message.to_owned(), minor: false })?;
        if let SaveResult::Saved(_) = &result {
            moved.iter().try_for_each(|path| self.forget_saved(&actor.author, path, None, ""))?;
        }
        Ok(result)
    }
}

/// The path of a file that somebody may write.
fn own_path(actor: &Actor, path: &str) -> Result<RepoPath, WikiError> {
    let path = name::known(path).map_err(|why| WikiError::BadName { path: path.to_owned(), why })?;
    actor.check(Action::Write, &path)?;
    Ok(path)
}

/// The name of the folder with the drafts of a file.
fn name_of(path: &RepoPath) -> String {
    Print::of_bytes(path.as_str().as_bytes()).to_string()
}

fn file_name(draft: &Draft) -> String {
    match draft.conflict_with {
        None => DRAFT.to_owned(),
        Some(_) => format!("conflict-{}.json", Print::of_bytes(draft.content.as_bytes())),
    }
}

/// The words of a text, and how often each is there.
fn words(text: &str) -> HashMap<&str, usize> {
    let mut words = HashMap::default();
    for word in text.split(|char: char| !char.is_alphanumeric()).filter(|word| !word.is_empty()) {
        *words.entry(word).or_default() += 1;
    }
    words
}

fn remove(file: PathBuf) -> Result<(), WikiError> {
    fs::remove_file(&file).map_err(|cause| WikiError::Disk { path: file, cause })
}

/// What is in a folder that may not be there.
fn names(folder: &Path) -> Result<Vec<PathBuf>, WikiError> {
    match fs::read_dir(folder) {
        Ok(entries) => Ok(entries.flatten().map(|entry| entry.path()).collect()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(cause) => Err(WikiError::Disk { path: folder.to_path_buf(), cause }),
    }
}

fn read_all(folder: &Path) -> Result<Vec<Draft>, WikiError> {
    Ok(names(folder)?.iter().filter_map(|file| read(file)).collect())
}

fn read(file: &Path) -> Option<Draft> {
    serde_json::from_slice(&fs::read(file).ok()?).ok()
}

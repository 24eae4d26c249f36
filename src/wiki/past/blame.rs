//! Who wrote each line of a file, and when.
//!
//! From the newest version back: a line that a version before has as well is left to that one. Where two lines of commits were
//! merged, each gets those that it has. The versions and what they come from are known to the log, so only texts are read.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    base::{digest::BlobId, path::RepoPath},
    git::{CommitId, StoredCommit, log::FileChange},
    wiki::{
        Action, Actor, Wiki, WikiError,
        diff::{hunks, lines_of},
        name,
    },
};

/// How many versions are read at most; what is older is left to the last of them.
const MAX_VERSIONS: usize = 2_000;
/// The largest file whose lines are asked for.
const MAX_TEXT_BYTES: usize = 1 << 20;
/// How many texts are kept.
const MAX_KEPT: usize = 8;

/// A file, line by line.
#[derive(Clone, Debug)]
pub struct Blame {
    /// The commit whose file it is.
    pub commit: CommitId,
    /// The name that it has there.
    pub path: RepoPath,
    /// The lines of one commit that stand together, in order.
    pub parts: Vec<BlamePart>,
}

/// Lines of one commit.
#[derive(Clone, Debug)]
pub struct BlamePart {
    /// Who wrote them, and when.
    pub commit: StoredCommit,
    /// The number of the first, from 1.
    pub first: usize,
    /// The lines, without their ends.
    pub lines: Vec<String>,
}

/// A version whose lines are asked about: each with its number in the newest version.
struct Open {
    blob: Option<BlobId>,
    path: RepoPath,
    lines: Vec<(usize, usize)>,
}

impl Wiki {
    /// Who wrote each line of a file, as of the head or of another commit.
    pub fn blame(&self, actor: &Actor, path: &str, rev: Option<&str>) -> Result<Blame, WikiError> {
        let path = name::known(path).map_err(|why| WikiError::BadName { path: path.to_owned(), why })?;
        actor.check(Action::Read, &path)?;
        let no_file = || WikiError::NoFile { path: path.clone() };
        let head = self.store.head()?.commit.ok_or_else(no_file)?;
        let commit = rev.map_or(Ok(head), |rev| self.store.revision(rev))?;
        let side = self.side(head, &path, commit)?;
        let Some(bytes) = &side.bytes else { return Err(no_file()) };
        if bytes.len() > MAX_TEXT_BYTES {
            return Err(WikiError::TooLarge { path, size: bytes.len(), limit: MAX_TEXT_BYTES });
        }
        let Some(text) = side.text() else { return Err(WikiError::NotText { path }) };
        let lines = lines_of(text);
        let writers = self.writers(head, commit, &side.path, lines.len())?;
        let people = self.store.people(head)?;
        let mut parts: Vec<BlamePart> = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            let line = line.trim_end_matches(['\n', '\r']).to_owned();
            let writer = writers[at].unwrap_or(commit);
            match parts.last_mut().filter(|part| part.commit.id == writer) {
                Some(part) => part.lines.push(line),
                None => parts.push(BlamePart {
                    commit: people.named(self.store.commit(writer)?),
                    first: at + 1,
                    lines: vec![line],
                }),
            }
        }
        Ok(Blame { commit, path: side.path, parts })
    }

    /// The commit of each line.
    fn writers(
        &self,
        head: CommitId,
        commit: CommitId,
        path: &RepoPath,
        n_lines: usize,
    ) -> Result<Vec<Option<CommitId>>, WikiError> {
        let blob = self.store.file(commit, path)?.map(|file| file.blob);
        let log = self.past.at(head)?;
        let mut writers = vec![None; n_lines];
        // By time, so that all who hand lines on to a version are looked at before it is.
        let mut open: BTreeMap<(i64, CommitId), Open> = BTreeMap::new();
        let add = |open: &mut BTreeMap<_, Open>, change: FileChange<'_>, lines: Vec<(usize, usize)>| {
            let version = open.entry(change.commit.rank()).or_insert_with(|| Open {
                blob: change.blob,
                path: change.path.clone(),
                lines: Vec::new(),
            });
            version.lines.extend(lines);
        };
        if let Some(change) = log.origin(commit, path, blob) {
            add(&mut open, change, (0..n_lines).map(|line| (line, line)).collect());
        }
        let mut texts = Texts { wiki: self, kept: BTreeMap::new() };
        let mut n_versions = 0;
        while let Some(((_, id), version)) = open.pop_last() {
            let Some(commit) = log.commit(id) else { continue };
            let Some(change) = commit.changes().find(|change| *change.path == version.path) else { continue };
            let mut lines = version.lines;
            n_versions += 1;
            let from = change.from.unwrap_or(change.path);
            let before = commit.parents().flat_map(|parent| log.last_changes(parent, from));
            for former in before.filter(|former| former.blob.is_some() && n_versions < MAX_VERSIONS) {
                let kept = kept_lines(&texts.get(former.blob)?, &texts.get(version.blob)?);
                let (handed, own): (Vec<_>, Vec<_>) =
                    lines.into_iter().partition(|(here, _)| kept.contains_key(here));
                lines = own;
                let handed = handed.into_iter().map(|(here, there)| (kept[&here], there)).collect::<Vec<_>>();
                if !handed.is_empty() {
                    add(&mut open, former, handed);
                }
            }
            for (_, line) in lines {
                writers[line] = Some(id);
            }
        }
        Ok(writers)
    }
}

/// Texts of versions: each is compared with the one before it and the one after it.
struct Texts<'w> {
    wiki: &'w Wiki,
    kept: BTreeMap<BlobId, Arc<str>>,
}

impl Texts<'_> {
    fn get(&mut self, blob: Option<BlobId>) -> Result<Arc<str>, WikiError> {
        let Some(blob) = blob else { return Ok(Arc::from("")) };
        if let Some(text) = self.kept.get(&blob) {
            return Ok(text.clone());
        }
        if self.kept.len() >= MAX_KEPT {
            self.kept.clear();
        }
        let text: Arc<str> = String::from_utf8_lossy(&self.wiki.store.blob(blob)?).into();
        self.kept.insert(blob, text.clone());
        Ok(text)
    }
}

/// The lines of a version that the former one has, too: their numbers here and there.
fn kept_lines(former: &str, version: &str) -> BTreeMap<usize, usize> {
    let (before, after) = (lines_of(former), lines_of(version));
    let mut kept = BTreeMap::new();
    let (mut old, mut new) = (0, 0);
    for hunk in hunks(&before, &after) {
        kept.extend((new..hunk.after.start as usize).zip(old..));
        (old, new) = (hunk.before.end as usize, hunk.after.end as usize);
    }
    kept.extend((new..after.len()).zip(old..));
    kept
}

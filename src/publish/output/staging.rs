//! [`Staging`]: the next site while it is being made, see the [module](super).

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::Write as _,
    ops::Bound,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use foldhash::HashSet;

use super::{
    JOURNAL, MANIFEST, STAGE,
    disk::{self, Folder, Folders, Kind, parent_of},
    error::OutputError,
    fresh::Fresh,
    journal::{Journal, Op},
    lock::Lock,
    manifest::{DigestedFile, Manifest, OutputPath, check_path},
    plan::{Found, Next, Wanted, plan},
    step::Steps,
};
use crate::{
    base::digest::Digest,
    git::file_stat::{FileStat, OpenFolder},
};

/// What became of a file, and what the disk said of it when it had the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// It is new or differs, and [`Staging::commit`] will move it into place.
    Written(FileStat),
    /// The folder holds these bytes already.
    Unchanged(FileStat),
    /// The same was put before.
    Again,
}

impl Put {
    /// Whether a file is as it was then: what the disk says of it `now`, after the commit.
    pub fn is_still(&self, now: &FileStat) -> bool {
        match self {
            Self::Written(then) => now.is_same_file(then),
            Self::Unchanged(then) => now == then,
            Self::Again => false,
        }
    }
}

/// What a commit did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many files were new or differed.
    pub written: usize,
    /// How many files were there already.
    pub unchanged: usize,
    /// How many files of earlier builds were removed.
    pub removed: usize,
    /// Files of earlier builds that are not made any more, and were left because someone changed them. From now on
    /// they count as not ours.
    pub kept: Vec<String>,
    /// Sentences about what was found damaged.
    pub warnings: Vec<String>,
}

/// The next site while it is being made. Dropping it leaves the old site and removes what was staged.
pub struct Staging {
    /// The output folder.
    root: PathBuf,
    open_root: OpenFolder,
    /// The folder that bytes are written to first.
    stage: PathBuf,
    /// Folders of the output, or of the stage when that becomes the output.
    folders: Folders,
    mode: Mode,
    /// Each path that was put, from the moment that a thread begins with it.
    wanted: Mutex<BTreeMap<OutputPath, Wanted>>,
    n_staged: AtomicU32,
    warnings: Vec<String>,
    pub(super) steps: Steps,
    is_done: bool,
    /// The digest of the manifest that is there, if it is sound.
    manifest: Option<Digest>,
}

/// The manifest of the last site, with the digest of its text.
pub struct OldManifest {
    pub(super) manifest: Manifest,
    pub(super) digest: Digest,
    pub(super) is_known: bool,
}

/// Files of the last site that the folder has with the bytes that they had, and that stay besides those that are put. None is there twice,
/// and none is put.
pub struct Kept<'a> {
    /// How many they are.
    pub n: usize,
    /// Gives them with their digests. Where the site has the files that it had, nobody asks.
    pub files: &'a dyn Fn() -> Vec<(OutputPath, Digest)>,
}

impl Kept<'_> {
    fn in_order(&self) -> Vec<DigestedFile> {
        let mut files = (self.files)();
        // Most are in order already.
        files.sort();
        files.dedup();
        files
    }
}

/// How the staged files come into place.
enum Mode {
    /// The stage has the layout of the output and takes its place.
    Fresh(Fresh),
    /// The stage has numbered files, which are moved one by one.
    Within {
        old: Manifest,
        /// Whether the manifest is the one that those know who keep files.
        is_known: bool,
        _lock: Lock,
    },
}

/// What is at a path.
enum Where {
    /// A file with the bytes.
    Same(FileStat),
    /// Nothing with the bytes.
    Not(Found),
}

impl Staging {
    pub(super) fn fresh(root: &Path, fresh: Fresh) -> Self {
        let stage = fresh.stage.clone();
        Self::new(root, stage.clone(), Folders::new(&stage), Mode::Fresh(fresh), Vec::new())
    }

    pub(super) fn within(root: &Path, lock: Lock, old: Option<OldManifest>, warnings: Vec<String>) -> Self {
        let digest = old.as_ref().map(|old| old.digest);
        let is_known = old.as_ref().is_some_and(|old| old.is_known);
        let old = old.map(|old| old.manifest).unwrap_or_default();
        let mode = Mode::Within { old, is_known, _lock: lock };
        let mut staging = Self::new(root, root.join(STAGE), Folders::new(root), mode, warnings);
        staging.manifest = digest;
        staging
    }

    fn new(root: &Path, stage: PathBuf, folders: Folders, mode: Mode, warnings: Vec<String>) -> Self {
        Self {
            root: root.to_owned(),
            open_root: OpenFolder::new(root),
            stage,
            folders,
            mode,
            wanted: Mutex::default(),
            n_staged: AtomicU32::new(0),
            warnings,
            steps: Steps::default(),
            is_done: false,
            manifest: None,
        }
    }

    /// Makes a file of the next site. May be called from many threads; after an error, drop the staging.
    ///
    /// `path` is relative with `/` between its parts. The same path with the same bytes may be put again.
    pub fn put(&self, path: &str, bytes: &[u8]) -> Result<Put, OutputError> {
        self.put_digested(&path.into(), bytes, Digest::of(bytes))
    }

    /// The same, of bytes whose digest is known.
    pub fn put_digested(&self, path: &OutputPath, bytes: &[u8], digest: Digest) -> Result<Put, OutputError> {
        if let Some(reason) = check_path(path) {
            return Err(OutputError::BadPath { path: path.to_string(), reason });
        }
        if !reserve(&mut self.wanted(), path, digest)? {
            return Ok(Put::Again);
        }
        let found = match self.mode {
            Mode::Fresh(_) => Where::Not(Found::Nothing),
            Mode::Within { .. } => self.find(path, bytes)?,
        };
        let (wanted, put) = match found {
            Where::Same(stat) => (Wanted { digest, staged: None, found: Found::Same }, Put::Unchanged(stat)),
            Where::Not(found) => {
                let (number, stat) = self.stage(path, bytes)?;
                (Wanted { digest, staged: Some(number), found }, Put::Written(stat))
            }
        };
        self.wanted().insert(Arc::clone(path), wanted);
        Ok(put)
    }

    fn wanted(&self) -> MutexGuard<'_, BTreeMap<OutputPath, Wanted>> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the folder has a file of the last site with these bytes: what the disk said of it just before it was read.
    /// May be called from many threads.
    pub fn has(&self, path: &str, digest: &Digest) -> Result<Option<FileStat>, OutputError> {
        let may_be_there = matches!(self.mode, Mode::Within { .. })
            && check_path(path).is_none()
            && self.folders.look(parent_of(path))? == Folder::Real;
        if may_be_there { disk::with_digest(&self.open_root, path, digest) } else { Ok(None) }
    }

    /// Makes the folder hold exactly what was put, apart from what isn't ours.
    ///
    /// # Errors
    /// The folder is as it was, except after [`OutputError::Unfinished`]: then the next [`begin`](super::Output::begin)
    /// finishes the change.
    pub fn commit(mut self) -> Result<Summary, OutputError> {
        self.apply(&Kept { n: 0, files: &Vec::new })
    }

    /// The same, also with files of the last site that stay, and for those who look at the folder before other builds may change it:
    /// it is locked until this is dropped.
    ///
    /// # Errors
    /// As those of [`Staging::commit`].
    pub fn apply(&mut self, kept: &Kept<'_>) -> Result<Summary, OutputError> {
        let wanted = std::mem::take(self.wanted.get_mut().unwrap_or_else(PoisonError::into_inner));
        let written = wanted.values().filter(|wanted| wanted.staged.is_some()).count();
        let mut summary = Summary {
            written,
            unchanged: wanted.len() - written + kept.n,
            warnings: std::mem::take(&mut self.warnings),
            ..Summary::default()
        };
        match &mut self.mode {
            Mode::Fresh(_) => self.manifest = self.commit_fresh(&wanted, kept)?,
            Mode::Within { old, is_known, .. } => {
                let old = std::mem::take(old);
                let next = Next::of(&old, *is_known, &wanted, kept)?;
                let plan = plan(&self.root, &wanted, &old, next)?;
                if !plan.ops.is_empty() || plan.manifest != old {
                    let journal = self.begin_change(plan.ops, &plan.manifest)?;
                    self.is_done = true;
                    let finished = journal.run(&self.root, &self.steps);
                    finished.map_err(|error| OutputError::Unfinished(Box::new(error)))?;
                    self.manifest = Some(journal.manifest);
                }
                (summary.removed, summary.kept) = (plan.n_removed, plan.kept);
                // Nobody has to wait until the memory of thousands of paths is free.
                rayon::spawn(move || drop((wanted, old, plan.manifest)));
            }
        }
        Ok(summary)
    }

    /// The digest of the manifest that is there; `None` when there is none, or one that can't be read for certain.
    pub fn manifest_digest(&self) -> Option<Digest> {
        self.manifest
    }

    /// What is at the path now.
    fn find(&self, path: &str, bytes: &[u8]) -> Result<Where, OutputError> {
        match self.folders.look(parent_of(path))? {
            Folder::Real => {}
            Folder::Missing => return Ok(Where::Not(Found::Nothing)),
            Folder::Under(file) => return Ok(Where::Not(Found::Under(file))),
        }
        let target = self.root.join(path);
        Ok(match disk::kind(&target)? {
            Kind::Missing => Where::Not(Found::Nothing),
            Kind::File(stat) if stat.size == bytes.len() as u64 && disk::holds(&target, bytes)? => {
                Where::Same(stat)
            }
            Kind::File(_) | Kind::Other => Where::Not(Found::Different),
            Kind::Folder => Where::Not(Found::Folder),
            Kind::Symlink => return Err(OutputError::Symlink(target)),
        })
    }

    /// Writes the bytes into the stage, and tells their number there and what the disk says of them.
    fn stage(&self, path: &str, bytes: &[u8]) -> Result<(u32, FileStat), OutputError> {
        self.steps.next()?;
        let number = self.n_staged.fetch_add(1, Ordering::Relaxed);
        let stat = match self.mode {
            Mode::Fresh(_) => {
                self.folders.make_alone(parent_of(path))?;
                write(&self.stage.join(path), bytes)?
            }
            Mode::Within { .. } => write(&self.stage.join(number.to_string()), bytes)?,
        };
        Ok((number, stat))
    }

    fn commit_fresh(
        &self,
        wanted: &BTreeMap<OutputPath, Wanted>,
        kept: &Kept<'_>,
    ) -> Result<Option<Digest>, OutputError> {
        let Mode::Fresh(fresh) = &self.mode else { return Ok(None) };
        let Next { manifest, .. } = Next::of(&Manifest::default(), false, wanted, kept)?;
        self.steps.next()?;
        write(&self.stage.join(MANIFEST), manifest.text().as_bytes())?;
        self.steps.next()?;
        fresh.rename(&self.root)?;
        Ok(Some(Digest::of(manifest.text().as_bytes())))
    }

    /// Stages the manifest and puts the journal in place: from here on the change will be finished.
    fn begin_change(&self, ops: Vec<Op>, manifest: &Manifest) -> Result<Journal, OutputError> {
        self.check_writable(&ops)?;
        self.steps.next()?;
        let text = manifest.text().as_bytes();
        write(&self.stage.join(MANIFEST), text)?;
        self.steps.next()?;
        let journal = Journal { ops, manifest: Digest::of(text) };
        let (staged, path) = (self.stage.join(JOURNAL), self.root.join(JOURNAL));
        write(&staged, journal.to_text().as_bytes())?;
        self.steps.next()?;
        fs::rename(staged, &path).map_err(OutputError::io("created", path))?;
        Ok(journal)
    }

    /// Finds folders that refuse changes while there is still a way back.
    fn check_writable(&self, ops: &[Op]) -> Result<(), OutputError> {
        let mut checked = HashSet::default();
        for op in ops {
            let (Op::Remove { path, .. } | Op::Add { path, .. } | Op::Replace { path, .. }) = op;
            let folder = parent_of(path);
            if checked.insert(folder) && self.folders.look(folder)? == Folder::Real {
                let folder = self.root.join(folder);
                // On Linux this file has no name, so that nothing is left of it even after a kill.
                tempfile::tempfile_in(&folder).map_err(OutputError::io("written to", folder))?;
            }
        }
        Ok(())
    }
}

impl Next {
    fn of(
        old: &Manifest,
        is_known: bool,
        wanted: &BTreeMap<OutputPath, Wanted>,
        kept: &Kept<'_>,
    ) -> Result<Self, OutputError> {
        let put = wanted.iter().map(|(path, wanted)| (path, wanted.digest));
        // All that is kept is in the known manifest: then the numbers tell whether anything else is.
        if is_known && let Some(manifest) = old.with_digests(put, kept.n) {
            return Ok(Self { manifest, gone: Vec::new(), kept: Vec::new() });
        }
        let kept = kept.in_order();
        check_apart(wanted, &kept)?;
        let (manifest, gone) = old.renewed(files(wanted, &kept).iter());
        Ok(Self { manifest, gone, kept })
    }
}

/// All files of the next site, in order.
fn files(wanted: &BTreeMap<OutputPath, Wanted>, same: &[DigestedFile]) -> Vec<DigestedFile> {
    let wanted = wanted.iter().map(|(path, wanted)| (Arc::clone(path), wanted.digest));
    let mut files: Vec<DigestedFile> = same.iter().cloned().chain(wanted).collect();
    // Both are in order, which costs a sort that keeps the order of equals little more than a walk.
    files.sort();
    files
}

/// Looks whether what was put and what is kept are in each other's way. All that is kept is there, so it is not.
fn check_apart(put: &BTreeMap<OutputPath, Wanted>, kept: &[DigestedFile]) -> Result<(), OutputError> {
    let place = |path: &str| kept.binary_search_by(|(kept, _)| (**kept).cmp(path));
    for path in put.keys() {
        if place(path).is_ok() {
            return Err(OutputError::Twice(path.to_string()));
        }
        if let Some(file) = folders_of(path).find(|folder| place(folder).is_ok()) {
            return Err(clash(file, path));
        }
        let below = format!("{path}/");
        let first = place(&below).unwrap_or_else(|first| first);
        if let Some((inside, _)) = kept.get(first).filter(|(inside, _)| inside.starts_with(&below)) {
            return Err(clash(path, inside));
        }
    }
    Ok(())
}

impl Drop for Staging {
    fn drop(&mut self) {
        if !self.is_done && !self.steps.is_killed() {
            // What can't be removed now is removed by the next build.
            let _ = disk::remove_tree(&self.stage);
        }
    }
}

/// Takes a path for a thread; false when the same file was put before.
fn reserve(
    wanted: &mut BTreeMap<OutputPath, Wanted>,
    path: &OutputPath,
    digest: Digest,
) -> Result<bool, OutputError> {
    if let Some(before) = wanted.get(path) {
        return if before.digest == digest { Ok(false) } else { Err(OutputError::Twice(path.to_string())) };
    }
    check_free(path, wanted)?;
    wanted.insert(Arc::clone(path), Wanted { digest, staged: None, found: Found::Nothing });
    Ok(true)
}

/// Finds files that another can't be beside: those that have its name for a folder, and those that its folders have the names of.
fn check_free(path: &str, others: &BTreeMap<OutputPath, Wanted>) -> Result<(), OutputError> {
    let below = format!("{path}/");
    if let Some((inside, _)) = others
        .range::<str, _>((Bound::Included(&*below), Bound::Unbounded))
        .next()
        .filter(|(inside, _)| inside.starts_with(&below))
    {
        return Err(clash(path, inside));
    }
    match folders_of(path).find(|folder| others.contains_key(*folder)) {
        Some(file) => Err(clash(file, path)),
        None => Ok(()),
    }
}

/// The folders that a file lies in, without the root.
fn folders_of(path: &str) -> impl Iterator<Item = &str> {
    let folders = std::iter::successors(Some(parent_of(path)), |folder| Some(parent_of(folder)));
    folders.take_while(|folder| !folder.is_empty())
}

fn clash(file: &str, inside: &str) -> OutputError {
    OutputError::Clash { file: file.to_owned(), inside: inside.to_owned() }
}

/// Writes a new file, and says what the disk says of it then.
fn write(path: &Path, bytes: &[u8]) -> Result<FileStat, OutputError> {
    let mut file = File::create_new(path).map_err(OutputError::io("created", path))?;
    file.write_all(bytes).map_err(OutputError::io("written", path))?;
    Ok(FileStat::of(&file.metadata().map_err(OutputError::io("read", path))?))
}

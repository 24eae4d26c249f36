//! [`Along`]: brings a work tree along when its branch moves.
//!
//! Each file that the commit changes gets the new bytes, in the work tree and in the index, if it was as the former commit
//! had it. A file with changes of its own stays as it is, and is named. The index is locked from before the branch moves, so
//! that no `git commit` can take the former state for a change.
//!
//! What is under way stands in a file of the Git folder: after a crash [`Store::heal`] finishes it.

use std::{
    fs::{self, OpenOptions},
    io::{self, ErrorKind, Write as _},
    path::Path,
    sync::PoisonError,
};

use git2::{Index, IndexEntry, IndexTime, Oid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    base::{digest::BlobId, path::RepoPath},
    git::{
        CommitId, Feature, FileKind, GitError, Move, Store, StoredFile,
        file_stat::FileStat,
        index::INDEX_FILE,
        index_file::{self, EntryEdit, EntryFields, digest_of, patched},
        lock::{Lock, making_folder, take_away_left},
    },
};

/// What is under way, in the Git folder.
const JOURNAL: &str = "recto/work-tree.json";
/// The largest file that is compared with what Git has.
const MAX_FILE_BYTES: u64 = 256 << 20;

/// A file of the work tree that was left as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LeftAlone {
    /// The file.
    pub path: RepoPath,
    /// Why.
    pub why: String,
}

/// A work tree whose branch is about to move.
pub(super) struct Along<'s> {
    store: &'s Store,
    work_tree: &'s Path,
    lock: Option<Lock>,
    journal: Journal,
}

/// What is under way.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Journal {
    pub(super) from: Option<CommitId>,
    pub(super) to: CommitId,
    pub(super) paths: Vec<RepoPath>,
}

/// A file as two commits have it.
struct Versions<'a> {
    path: &'a RepoPath,
    /// From the top of the work tree.
    from_top: RepoPath,
    before: Option<BlobId>,
    after: Option<(BlobId, Vec<u8>)>,
    /// What it is, or was if it goes.
    kind: FileKind,
    /// Whether it is a symbolic link, and was one if it was there.
    is_link: bool,
    /// Whether the work tree has it as it is afterwards.
    is_brought: bool,
}

impl Versions<'_> {
    /// The mode of one that is new.
    fn mode(&self) -> u32 {
        let kind = if self.kind == FileKind::Link && !self.is_link { FileKind::Plain } else { self.kind };
        kind.mode().unsigned_abs()
    }

    /// What the system says of it. Of one that was left alone it says nothing that Git could take for the new version.
    fn stat(&self, work_tree: &Path, bytes: &[u8]) -> Stat {
        let path = work_tree.join(self.from_top.as_str());
        if self.is_brought { stat_of(&path, bytes) } else { Stat::default() }
    }
}

impl<'s> Along<'s> {
    /// Locks the index; `None` when there is no work tree, or it has another branch.
    pub(super) fn begin(store: &'s Store, to: &Move<'_>) -> Result<Option<Self>, GitError> {
        let Some(work_tree) = store.work_tree.as_deref() else { return Ok(None) };
        if to.paths.is_empty() || store.branch()? != to.branch {
            return Ok(None);
        }
        let lock = store.take_index(to.branch, to.from)?;
        store.check_index()?;
        let journal = Journal { from: to.from, to: to.to, paths: to.paths.to_vec() };
        Journal::note(store, Some(&journal)).map_err(|cause| GitError::disk(&store.git_dir, cause))?;
        Ok(Some(Self { store, work_tree, lock: Some(lock), journal }))
    }

    /// A work tree whose branch is where it goes, with the index locked.
    pub(super) fn again(store: &'s Store, work_tree: &'s Path, lock: Lock, journal: Journal) -> Self {
        Self { store, work_tree, lock: Some(lock), journal }
    }

    /// Gives the work tree and the index what the branch has now.
    pub(super) fn finish(self) -> Vec<LeftAlone> {
        let mut left_alone = Vec::new();
        let left = |path: &RepoPath, why: String| LeftAlone { path: path.clone(), why };
        let (mut gone, mut there) = (Vec::new(), Vec::new());
        for path in &self.journal.paths {
            match self.versions(path) {
                Ok(versions) if versions.after.is_none() => gone.push(versions),
                Ok(versions) => there.push(versions),
                Err(error) => left_alone.push(left(path, error.to_string())),
            }
        }
        // A file may stand where a folder was, whose files go first.
        let mut changed: Vec<Versions<'_>> = gone.into_iter().chain(there).collect();
        for versions in &mut changed {
            match self.bring(versions) {
                Ok(()) => versions.is_brought = true,
                Err(why) => left_alone.push(left(versions.path, why)),
            }
        }
        if let Err(error) = self.update_index(&changed) {
            let why = format!("Git's index could not be written: {error}");
            left_alone.extend(changed.iter().map(|of| LeftAlone { path: of.path.clone(), why: why.clone() }));
        }
        left_alone
    }

    fn versions<'a>(&self, path: &'a RepoPath) -> Result<Versions<'a>, GitError> {
        let file_in = |commit: CommitId| self.store.file(commit, path);
        let before = self.journal.from.map(file_in).transpose()?.flatten();
        let after = file_in(self.journal.to)?;
        let kind = after.or(before).map(|file| file.kind).unwrap_or_default();
        let is_link = kind == FileKind::Link && before.is_none_or(|file| file.is_link());
        let bytes_of = |file: StoredFile| Ok::<_, GitError>((file.blob, self.store.blob(file.blob)?));
        let (before, after) = (before.map(|file| file.blob), after.map(bytes_of).transpose()?);
        Ok(Versions {
            path,
            from_top: self.store.path_in_repository(path),
            before,
            after,
            kind,
            is_link,
            is_brought: false,
        })
    }

    /// Writes or removes one file; the error says why it is left as it is.
    fn bring(&self, of: &Versions<'_>) -> Result<(), String> {
        let path = self.work_tree.join(of.from_top.as_str());
        if has_link_above(self.work_tree, &of.from_top) {
            return Err("a folder on its way is a symbolic link".to_owned());
        }
        let on_disk = if of.is_link { read_link(&path) } else { read(&path) };
        let on_disk = on_disk.map_err(|error| error.to_string())?;
        let is = |blob: Option<BlobId>, bytes: Option<&[u8]>| blob == bytes.map(BlobId::of);
        let after = of.after.as_ref();
        if is(after.map(|(blob, _)| *blob), on_disk.as_deref()) {
            return Ok(());
        }
        if on_disk.is_none() && of.before.is_some() && self.is_skipped(of) {
            return Ok(());
        }
        // Where Git gives lines of the work tree other ends, so do we.
        let with_lf = on_disk.as_deref().and_then(without_cr);
        let has_crlf = with_lf.is_some() && is(of.before, with_lf.as_deref());
        if !has_crlf && !is(of.before, on_disk.as_deref()) {
            return Err("it has changes that are not committed".to_owned());
        }
        let written = match after {
            Some((_, target)) if of.is_link => replace_link(&path, target),
            Some((_, bytes)) if has_crlf => replace(&path, &with_cr(bytes), of.mode()),
            Some((_, bytes)) => replace(&path, bytes, of.mode()),
            None => remove(self.work_tree, &path),
        };
        written.map_err(|error| error.to_string())
    }

    /// Whether a file isn't in the work tree on purpose: `git sparse-checkout`.
    fn is_skipped(&self, of: &Versions<'_>) -> bool {
        let index = Index::open(&self.store.git_dir.join(INDEX_FILE)).ok();
        let entry = index.and_then(|index| index.get_path(Path::new(of.from_top.as_str()), 0));
        entry.is_some_and(|entry| entry.flags_extended & index_file::SKIPPED != 0)
    }

    /// Gives the index the new versions of the files whose former ones it has.
    fn update_index(&self, changed: &[Versions<'_>]) -> io::Result<()> {
        let path = self.store.git_dir.join(INDEX_FILE);
        let aside = self.store.git_dir.join(format!("{INDEX_FILE}.recto"));
        let result = match self.patched_index(&path, changed) {
            Ok(Some(bytes)) => fs::write(&aside, bytes),
            Ok(None) => self.rewrite_index(&path, &aside, changed),
            Err(error) => Err(error),
        };
        let result = result.and_then(|()| fs::rename(&aside, &path));
        result.inspect_err(|_| drop(fs::remove_file(&aside)))
    }

    /// The next index; `None` when there is none, or it has to be made by the library.
    fn patched_index(&self, path: &Path, changed: &[Versions<'_>]) -> io::Result<Option<Vec<u8>>> {
        let metadata = match path.metadata() {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let edits: Vec<EntryEdit> = changed.iter().map(|of| self.entry_edit(of)).collect();
        let mut ours = self.store.index_digest.lock().unwrap_or_else(PoisonError::into_inner);
        let new = patched(&fs::read(path)?, FileStat::of(&metadata).modified(), &edits, *ours);
        *ours = new.as_deref().and_then(digest_of);
        Ok(new)
    }

    fn entry_edit(&self, of: &Versions<'_>) -> EntryEdit {
        let after = of.after.as_ref().map(|(blob, bytes)| {
            let mut stat = of.stat(self.work_tree, bytes).fields();
            stat[index_file::MODE] = of.mode();
            EntryFields { stat, id: *blob.as_bytes() }
        });
        EntryEdit { path: of.from_top.clone(), before: of.before.map(|blob| *blob.as_bytes()), after }
    }

    fn rewrite_index(&self, path: &Path, aside: &Path, changed: &[Versions<'_>]) -> io::Result<()> {
        // The library locks the copy as well. We hold the index, so a lock there was left behind.
        let _ = fs::remove_file(aside.with_extension("recto.lock"));
        match fs::copy(path, aside) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            Err(_) => drop(fs::remove_file(aside)),
            Ok(_) => {}
        }
        write_index(aside, self.work_tree, changed).map_err(io::Error::other)
    }
}

impl Drop for Along<'_> {
    fn drop(&mut self) {
        // The journal goes first: whoever has the index next writes one of its own.
        let _ = Journal::note(self.store, None);
        self.lock = None;
    }
}

impl Journal {
    /// Writes what is under way, or that nothing is, over what stood there: a file that comes and goes with each save makes the
    /// next ones slower, since file systems don't use its place again at once.
    fn note(store: &Store, journal: Option<&Self>) -> io::Result<()> {
        let path = store.git_dir.join(JOURNAL);
        let open = || OpenOptions::new().write(true).create(true).truncate(false).open(&path);
        let mut file = making_folder(path.parent().unwrap_or(&path), open)?;
        let mut text = serde_json::to_vec(&journal)?;
        let former = usize::try_from(file.metadata()?.len()).unwrap_or(0);
        text.resize(text.len().max(former), b' ');
        file.write_all(&text)
    }

    /// What is under way; `None` when nothing is, or whoever began to write it was killed before it had changed anything.
    fn read(store: &Store) -> Option<Self> {
        serde_json::from_slice(&fs::read(store.git_dir.join(JOURNAL)).ok()?).ok()?
    }
}

impl Store {
    /// Whether the work tree can follow the branch, and no other one would have to; else why not.
    pub fn check_work_tree(&self) -> Result<(), GitError> {
        self.check_other_trees(&self.branch()?)?;
        match self.work_tree {
            Some(_) => self.check_index(),
            None => Ok(()),
        }
    }

    /// Whether the index can be read, and so written.
    fn check_index(&self) -> Result<(), GitError> {
        let path = self.git_dir.join(INDEX_FILE);
        if self.is_own_index() || !path.exists() {
            return Ok(());
        }
        let bytes = fs::read(&path).map_err(|cause| GitError::disk(&path, cause))?;
        if index_file::read(&bytes).is_some() {
            return Ok(());
        }
        Index::open(&path).map(drop).map_err(|cause| match Feature::of(cause.message()) {
            Some(feature) => {
                let dir = self.work_tree.clone().unwrap_or_else(|| self.git_dir.clone());
                GitError::Unsupported { dir, feature }
            }
            None => GitError::failed(path.display(), cause),
        })
    }

    /// Finishes what a process of ours that was killed had begun, and says what it was.
    pub fn heal(&self) -> Result<Option<String>, GitError> {
        take_away_left(&self.common_dir, &self.common_dir.join(self.target_of(&self.branch()?)?));
        take_away_left(&self.git_dir, &self.git_dir.join(INDEX_FILE));
        let Some(work_tree) = self.work_tree.as_deref() else { return Ok(None) };
        if Journal::read(self).is_none() {
            return Ok(None);
        }
        // Who writes a journal holds the index: one that is there now was left behind.
        let lock = Some(Lock::take(&self.git_dir, &self.git_dir.join(INDEX_FILE))?);
        let Some(journal) = Journal::read(self) else { return Ok(None) };
        let n_paths = journal.paths.len();
        let has_moved = match self.head()?.commit {
            Some(head) => self.is_in(journal.to, head)?,
            None => false,
        };
        let along = Along { store: self, work_tree, lock, journal };
        if !has_moved {
            return Ok(None);
        }
        along.finish();
        Ok(Some(format!("a save that was interrupted is finished: {n_paths} file(s) of the work tree")))
    }
}

/// The bytes of a plain file; `None` when there is none.
fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match path.symlink_metadata() {
        Ok(metadata) if !metadata.is_file() => Err(io::Error::other("it is no plain file")),
        Ok(metadata) if metadata.len() > MAX_FILE_BYTES => Err(io::Error::other("it is too large")),
        Ok(_) => fs::read(path).map(Some),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether some folder around a path is no plain folder.
fn has_link_above(top: &Path, path: &RepoPath) -> bool {
    let folders = std::iter::successors(path.parent(), RepoPath::parent).filter(|folder| !folder.is_root());
    let metadata = |folder: RepoPath| top.join(folder.as_str()).symlink_metadata().ok();
    folders.filter_map(metadata).any(|metadata| !metadata.is_dir())
}

/// The target of a symbolic link; `None` when nothing is there.
fn read_link(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match path.symlink_metadata() {
        Ok(metadata) if !metadata.is_symlink() => Err(io::Error::other("it is no symbolic link")),
        Ok(_) => fs::read_link(path).map(|target| Some(target.into_os_string().into_encoded_bytes())),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Puts a symbolic link in the place of another.
#[cfg(unix)]
fn replace_link(path: &Path, target: &[u8]) -> io::Result<()> {
    use std::os::unix::{ffi::OsStrExt as _, fs::symlink};

    let folder = path.parent().ok_or_else(|| io::Error::other("it has no folder"))?;
    let target = std::ffi::OsStr::from_bytes(target);
    let make = || tempfile::Builder::new().prefix(".recto-").make_in(folder, |path| symlink(target, path));
    let new = making_folder(folder, make)?;
    new.into_temp_path().persist(path).map_err(|error| error.error)
}

#[cfg(not(unix))]
fn replace_link(_: &Path, _: &[u8]) -> io::Result<()> {
    Err(io::Error::other("it is a symbolic link"))
}

/// A text without the CRs of its CRLFs; `None` when it has none.
fn without_cr(bytes: &[u8]) -> Option<Vec<u8>> {
    if !bytes.windows(2).any(|two| two == b"\r\n") {
        return None;
    }
    let next = bytes.iter().skip(1).copied().map(Some).chain([None]);
    Some(
        bytes
            .iter()
            .copied()
            .zip(next)
            .filter(|&two| two != (b'\r', Some(b'\n')))
            .map(|(byte, _)| byte)
            .collect(),
    )
}

fn with_cr(bytes: &[u8]) -> Vec<u8> {
    let ends = |byte: &u8| if *byte == b'\n' { vec![b'\r', b'\n'] } else { vec![*byte] };
    bytes.iter().flat_map(ends).collect()
}

/// Puts a file in the place of another, with its permissions; a new one has those of its mode.
fn replace(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let folder = path.parent().ok_or_else(|| io::Error::other("it has no folder"))?;
    let mut new = making_folder(folder, || tempfile::Builder::new().prefix(".recto-").tempfile_in(folder))?;
    new.write_all(bytes)?;
    let permissions = path.metadata().map(|metadata| metadata.permissions());
    match permissions {
        Ok(permissions) => new.as_file().set_permissions(permissions)?,
        Err(_) => set_usual_permissions(new.as_file(), mode)?,
    }
    new.persist(path).map(drop).map_err(|error| error.error)
}

#[cfg(unix)]
fn set_usual_permissions(file: &fs::File, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(mode & 0o777))
}

#[cfg(not(unix))]
fn set_usual_permissions(_: &fs::File, _: u32) -> io::Result<()> {
    Ok(())
}

/// Removes a file, and the folders that are empty after it.
fn remove(top: &Path, path: &Path) -> io::Result<()> {
    fs::remove_file(path)?;
    for folder in path.ancestors().skip(1).take_while(|folder| *folder != top && folder.starts_with(top)) {
        // One that is not empty stays.
        if fs::remove_dir(folder).is_err() {
            break;
        }
    }
    Ok(())
}

fn write_index(path: &Path, work_tree: &Path, changed: &[Versions<'_>]) -> Result<(), git2::Error> {
    let mut index = Index::open(path)?;
    for of in changed {
        let name = Path::new(of.from_top.as_str());
        let known = index.get_path(name, 0);
        let is_former = known.as_ref().map(|entry| entry.id.as_bytes())
            == of.before.as_ref().map(|id| &id.as_bytes()[..]);
        if !is_former {
            // Somebody has staged something else.
            continue;
        }
        match &of.after {
            Some((blob, bytes)) => {
                let mut new = entry(&of.stat(work_tree, bytes), &of.from_top, *blob)?;
                new.mode = of.mode();
                if let Some(known) = known {
                    new.mode = known.mode;
                    // What somebody has told Git of the file holds for its new version, too.
                    new.flags_extended = known.flags_extended & index_file::SKIPPED;
                    let extended = if new.flags_extended == 0 { 0 } else { index_file::EXTENDED };
                    new.flags |= known.flags & index_file::UNCHANGED | extended;
                }
                index.add(&new)?;
            }
            None => index.remove(name, 0)?,
        }
    }
    index.write()
}

/// What the index says about a file; one that isn't as the commit has it is looked at again by Git.
fn entry(stat: &Stat, name: &RepoPath, blob: BlobId) -> Result<IndexEntry, git2::Error> {
    Ok(IndexEntry {
        ctime: IndexTime::new(stat.ctime.0, stat.ctime.1),
        mtime: IndexTime::new(stat.mtime.0, stat.mtime.1),
        dev: stat.dev,
        ino: stat.ino,
        mode: FileKind::Plain.mode().unsigned_abs(),
        uid: stat.uid,
        gid: stat.gid,
        file_size: stat.size,
        id: Oid::from_bytes(blob.as_bytes())?,
        flags: u16::try_from(name.as_str().len()).unwrap_or(u16::MAX).min(0xFFF),
        flags_extended: 0,
        path: name.as_str().as_bytes().to_vec(),
    })
}

/// What the system says of a file, if it has as many bytes as it should.
fn stat_of(path: &Path, bytes: &[u8]) -> Stat {
    let metadata = path.symlink_metadata().ok().filter(|metadata| metadata.len() == bytes.len() as u64);
    metadata.map(|metadata| stat(&metadata)).unwrap_or_default()
}

/// What the index keeps of what the system says of a file.
#[derive(Default)]
struct Stat {
    ctime: (i32, u32),
    mtime: (i32, u32),
    dev: u32,
    ino: u32,
    uid: u32,
    gid: u32,
    size: u32,
}

impl Stat {
    /// As they stand in the index, without the mode.
    fn fields(&self) -> [u32; 10] {
        let (ctime, mtime) = (self.ctime, self.mtime);
        [
            ctime.0 as u32,
            ctime.1,
            mtime.0 as u32,
            mtime.1,
            self.dev,
            self.ino,
            0,
            self.uid,
            self.gid,
            self.size,
        ]
    }
}

#[cfg(unix)]
fn stat(metadata: &fs::Metadata) -> Stat {
    use std::os::unix::fs::MetadataExt as _;
    // The index has 32 bits for each, and Git compares just these.
    Stat {
        ctime: (metadata.ctime() as i32, metadata.ctime_nsec() as u32),
        mtime: (metadata.mtime() as i32, metadata.mtime_nsec() as u32),
        dev: metadata.dev() as u32,
        ino: metadata.ino() as u32,
        uid: metadata.uid(),
        gid: metadata.gid(),
        size: metadata.len() as u32,
    }
}

#[cfg(not(unix))]
fn stat(_: &fs::Metadata) -> Stat {
    Stat::default()
}

//! [`Folder`]: the files of a folder of the disk.
//!
//! Digests are Git blob ids. The id of a file that Git's index knows to be unchanged is taken from there, that of a file
//! that an earlier listing has read from memory; only the others are read.

use std::{
    collections::{BTreeSet, HashMap},
    ffi::OsString,
    fs::{self, DirEntry, File, FileType, Metadata},
    io::{self, Read as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use rayon::prelude::*;
use sha1::{Digest as _, Sha1};

use crate::{
    base::{diagnostic::Diagnostic, digest::BlobId, path::RepoPath, tasks::PER_TASK},
    git::{
        file_stat::FileStat,
        index::{Cursor, WorkTree},
    },
    source::{
        Entry, Found, KnownBlob, Listing, ListingOptions, MAX_OUTSIDE_BYTES, Source, SourceError, Tree,
        ignore::{GIT_IGNORE_FILE, GitRules, Rules, Scope},
        links,
        walk::{Child, Kind, Raw, Walked, unreadable, walk},
    },
};

/// The folder of Git's own files, or the file that leads there.
pub(super) const GIT_FOLDER: &str = ".git";

/// How old a file must be for its times to tell that it has not changed since: two seconds are the coarsest clock of a
/// file system in use (FAT).
const SETTLED_AFTER_SECONDS: u64 = 3;

/// The largest file that is read in one call.
const MAX_AT_ONCE_BYTES: u64 = 1 << 20;

/// How many bytes of a file are held at once to compute its id.
const HASH_BUFFER_BYTES: usize = 64 * 1024;

/// A folder of the disk as a source.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    /// Ids of the files that the last listing has read, valid while their times and sizes are the same.
    known: Mutex<HashMap<RepoPath, (FileStat, BlobId)>>,
    last: Mutex<Last>,
}

/// What the next listing of a folder may take from the last one.
#[derive(Debug, Default)]
pub(super) struct Last {
    pub(super) work_tree: Option<Arc<WorkTree>>,
    /// The same when its ids are those of the bytes on the disk.
    pub(super) index: Option<Arc<WorkTree>>,
    /// The folders that files of the site are in or could come into.
    pub(super) folders: Arc<BTreeSet<RepoPath>>,
    /// The files that are listed because a link leads to them.
    pub(super) linked: Arc<[RepoPath]>,
}

impl Folder {
    /// Opens a folder.
    pub fn open(dir: impl AsRef<Path>) -> Result<Self, SourceError> {
        let dir = dir.as_ref();
        let root = dir.canonicalize().map_err(|cause| SourceError::on_disk(dir, cause))?;
        if !root.is_dir() {
            return Err(SourceError::NotAFolder { path: dir.to_path_buf() });
        }
        Ok(Self { root, known: Mutex::default(), last: Mutex::default() })
    }

    /// The folder on the disk, without links in its path.
    pub fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn disk_path(&self, path: &RepoPath) -> PathBuf {
        self.root.join(path.as_str())
    }

    /// What the last listing has left.
    pub(super) fn last(&self) -> MutexGuard<'_, Last> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The ids of all files: from the index, from the last listing, or by reading them.
    fn entries(&self, files: Vec<(RepoPath, FileStat)>, index: Option<&WorkTree>) -> Vec<Found> {
        let known = std::mem::take(&mut *self.known.lock().unwrap_or_else(PoisonError::into_inner));
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs());
        let earlier = |path: &RepoPath, stat: &FileStat| {
            known.get(path).filter(|(known_stat, _)| known_stat == stat).map(|(_, blob)| *blob)
        };
        let entry_of = |cursor: &mut Option<Cursor<'_>>, (path, stat): (RepoPath, FileStat)| {
            let read = || hash(&self.disk_path(&path));
            let indexed = cursor.as_mut().and_then(|cursor| cursor.unchanged(&path, &stat));
            // What the index knows need not be remembered.
            let remembered = indexed.is_none().then_some(stat);
            let blob = indexed.or_else(|| earlier(&path, &stat));
            match blob.map_or_else(read, |blob| Ok((blob, stat.size))) {
                Ok((blob, size)) => Some((remembered, Ok((path, Entry { blob, size, link_to: None })))),
                // It went away between the walk and now.
                Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                Err(error) => Some((None, Err(Box::new(unreadable(&path, &error.to_string()))))),
            }
        };
        let cursor = || index.map(WorkTree::cursor);
        let found: Vec<Option<(Option<FileStat>, Found)>> =
            files.into_par_iter().with_max_len(PER_TASK).map_init(cursor, entry_of).collect();
        let settled = found.iter().flatten().filter_map(|(stat, found)| {
            let (stat, (path, entry)) = (stat.as_ref()?, found.as_ref().ok()?);
            let is_settled = stat.is_older_than(now.saturating_sub(SETTLED_AFTER_SECONDS));
            (is_settled && stat.size == entry.size).then(|| (path.clone(), (*stat, entry.blob)))
        });
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = settled.collect();
        found.into_iter().flatten().map(|(_, found)| found).collect()
    }
}

/// The top of the work tree that a folder lies in.
fn repository_of(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|folder| folder.join(GIT_FOLDER).exists())
}

impl Source for Folder {
    fn at_revision(&self, rev: &str) -> Result<Tree, SourceError> {
        Tree::open(&self.root, rev)
    }

    fn repository_folder(&self) -> RepoPath {
        let below = repository_of(&self.root).and_then(|top| self.root.strip_prefix(top).ok()?.to_str());
        below.and_then(|below| RepoPath::root().resolve(&below.replace('\\', "/"))).unwrap_or_default()
    }

    fn read_outside(&self, path: &RepoPath) -> Option<Vec<u8>> {
        if path.parts().any(|part| part.eq_ignore_ascii_case(GIT_FOLDER)) {
            return None;
        }
        let Some(top) = repository_of(&self.root) else { return self.read(path).ok() };
        // A link must not lead out of the repository.
        let file = top.join(path.as_str()).canonicalize().ok().filter(|file| file.starts_with(top))?;
        let metadata = file.metadata().ok()?;
        let is_read = metadata.is_file() && metadata.len() <= MAX_OUTSIDE_BYTES;
        is_read.then(|| fs::read(file).ok())?
    }

    fn listing(&self, options: &ListingOptions) -> Result<Listing, SourceError> {
        let (work_tree, mut diagnostics) = read_work_tree(&self.root);
        let work_tree = work_tree.map(Arc::new);
        let rules = Rules::new(options, GitRules::Untracked(work_tree.as_deref()));
        let scope = work_tree.as_deref().map_or_else(Scope::default, scope_of);
        let walked: Walked<FileStat> = walk(self, &rules, scope)?;
        let index = work_tree.clone().filter(|index| index.ids_fit() && !walked.has_attributes);
        diagnostics.extend(walked.diagnostics);
        let folders = Arc::new(walked.folders.into_iter().collect());
        let entries = self.entries(walked.files, index.as_deref());
        let listing = Listing::assemble(entries, &walked.links, diagnostics);
        // Most folders have no link, and then nothing has to be looked through.
        let linked =
            listing.entries.iter().filter(|(_, entry)| !walked.links.is_empty() && entry.is_linked());
        let linked = linked.map(|(path, _)| path.clone()).collect();
        *self.last() = Last { work_tree, index, folders, linked };
        Ok(listing)
    }

    fn known_blobs(&self) -> Vec<KnownBlob> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut known: Vec<KnownBlob> =
            known.iter().map(|(path, (stat, blob))| (path.clone(), *stat, *blob)).collect();
        known.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        known
    }

    fn learn_blobs(&self, known: Vec<KnownBlob>) {
        let known = known.into_iter().map(|(path, stat, blob)| (path, (stat, blob)));
        self.known.lock().unwrap_or_else(PoisonError::into_inner).extend(known);
    }

    fn read(&self, path: &RepoPath) -> Result<Vec<u8>, SourceError> {
        self.read_plain(path, 0).map(|(plain, _)| plain.bytes)
    }

    fn read_listed(&self, path: &RepoPath, entry: &Entry) -> Result<(Vec<u8>, bool), SourceError> {
        let (Plain { bytes, stat }, target) = self.read_plain(path, entry.size)?;
        let path = target.as_ref().unwrap_or(path);
        let is_same = self.is_known(path, &stat, &entry.blob) || BlobId::of(&bytes) == entry.blob;
        Ok((bytes, is_same))
    }
}

impl Folder {
    /// Whether a file has the bytes with an id, to tell from its times alone.
    fn is_known(&self, path: &RepoPath, stat: &FileStat, blob: &BlobId) -> bool {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs());
        if !stat.is_older_than(now.saturating_sub(SETTLED_AFTER_SECONDS)) {
            return false;
        }
        let index = self.last().index.clone();
        let indexed = index.and_then(|index| index.unchanged(path, stat));
        let known = || {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.get(path).filter(|(known, _)| known == stat).map(|(_, blob)| *blob)
        };
        indexed.or_else(known) == Some(*blob)
    }

    /// What is in a file of a likely size, and which one that is if a link leads there.
    fn read_plain(&self, path: &RepoPath, size: u64) -> Result<(Plain, Option<RepoPath>), SourceError> {
        let failed = |cause| SourceError::from_io(path, cause);
        // The last listing found this folder to be one, and each above it: then only the name itself can be a link.
        let is_plain = path.parent().is_some_and(|folder| self.last().folders.contains(&folder));
        if is_plain && let Some(plain) = Plain::read(&self.disk_path(path), size).map_err(failed)? {
            return Ok((plain, None));
        }
        let link_at = |path: &RepoPath| link_target(&self.disk_path(path)).map_err(failed);
        let resolved = links::resolve(path, link_at)?;
        let Some(target) = resolved.ok().filter(|target| !is_in_git_dir(target)) else {
            return Err(SourceError::not_found(path));
        };
        let plain = Plain::read(&self.disk_path(&target), size).map_err(failed)?;
        Ok((plain.ok_or_else(|| SourceError::not_found(path))?, Some(target)))
    }
}

/// What was in a plain file.
struct Plain {
    bytes: Vec<u8>,
    /// What the disk said when they had been read.
    stat: FileStat,
}

impl Plain {
    /// Reads a plain file of a likely size; `None` for anything else: a link leads elsewhere, a folder can't be read.
    fn read(path: &Path, size: u64) -> io::Result<Option<Self>> {
        let Some(mut file) = open_plain(path)? else { return Ok(None) };
        // Nearly always it has this size. Then three calls do, of which the second says that it is a file and has no more.
        let mut bytes = vec![0; usize::try_from(size.min(MAX_AT_ONCE_BYTES)).unwrap_or(0)];
        let n_read = match bytes.is_empty() {
            true => 0,
            false => file.read(&mut bytes).unwrap_or(0),
        };
        bytes.truncate(n_read);
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Ok(None);
        }
        if metadata.len() == n_read as u64 {
            return Ok(Some(Self { stat: FileStat::of(&metadata), bytes }));
        }
        bytes.reserve(usize::try_from(metadata.len()).unwrap_or(0).saturating_sub(n_read));
        // A file would ask the system once more how much room it needs.
        (&mut file).take(u64::MAX).read_to_end(&mut bytes)?;
        Ok(Some(Self { stat: FileStat::of(&file.metadata()?), bytes }))
    }
}

/// Opens a file; `None` for a link. What it is otherwise is asked of what was opened: another program may put something else there
/// meanwhile.
#[cfg(unix)]
fn open_plain(path: &Path) -> io::Result<Option<File>> {
    use std::os::unix::fs::OpenOptionsExt as _;

    use rustix::fs::OFlags;

    // A pipe would block.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let opened = fs::OpenOptions::new().read(true).custom_flags(flags.bits() as i32).open(path);
    match opened {
        // Systems say in different numbers that it is a link.
        Err(_) if !path.symlink_metadata()?.is_file() => Ok(None),
        opened => opened.map(Some),
    }
}

#[cfg(not(unix))]
fn open_plain(path: &Path) -> io::Result<Option<File>> {
    if path.symlink_metadata()?.is_file() { File::open(path).map(Some) } else { Ok(None) }
}

impl Raw for Folder {
    type File = FileStat;

    fn children(&self, folder: &RepoPath) -> Result<Vec<Child<FileStat>>, SourceError> {
        let failed = |cause| SourceError::from_io(folder, cause);
        let mut children = Vec::new();
        // One folder at a time: what lies in it decides which of its folders are entered, and those run in parallel. The system
        // finds the files of a folder that is being read without going the whole way to each.
        for item in fs::read_dir(self.disk_path(folder)).map_err(failed)? {
            children.extend(child_of(&item.map_err(failed)?));
        }
        Ok(children)
    }
}

/// What the disk has under one name; `None` when it just went away.
pub(super) fn child_at(path: &Path) -> Option<Child<FileStat>> {
    let metadata = path.symlink_metadata();
    let kind =
        metadata.and_then(|metadata| kind_of(metadata.file_type(), || path.to_owned(), || Ok(metadata)));
    child(path.file_name()?.to_owned(), kind)
}

fn child_of(item: &DirEntry) -> Option<Child<FileStat>> {
    let kind = item.file_type().and_then(|kind| kind_of(kind, || item.path(), || item.metadata()));
    child(item.file_name(), kind)
}

fn child(name: OsString, kind: io::Result<Kind<FileStat>>) -> Option<Child<FileStat>> {
    let kind = match kind {
        Ok(kind) => kind,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(error) => Kind::Unreadable(error.to_string()),
    };
    Some(Child { name: name.into_encoded_bytes().into(), kind })
}

/// What a name of a type is.
fn kind_of(
    kind: FileType,
    path: impl FnOnce() -> PathBuf,
    metadata: impl FnOnce() -> io::Result<Metadata>,
) -> io::Result<Kind<FileStat>> {
    Ok(if kind.is_dir() {
        Kind::Folder
    } else if kind.is_symlink() {
        Kind::Link(target_text(&fs::read_link(path())?))
    } else if kind.is_file() {
        Kind::File(FileStat::of(&metadata()?))
    } else {
        Kind::Special
    })
}

fn target_text(target: &Path) -> String {
    let text = target.to_string_lossy();
    if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() }
}

/// The target of a link; `None` for anything else, and for what doesn't exist.
fn link_target(path: &Path) -> io::Result<Option<String>> {
    match path.symlink_metadata() {
        Ok(metadata) if metadata.is_symlink() => Ok(Some(target_text(&fs::read_link(path)?))),
        Ok(_) => Ok(None),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Whether a path leads into Git's own files, also on systems that ignore case.
fn is_in_git_dir(path: &RepoPath) -> bool {
    path.parts().any(|part| part.eq_ignore_ascii_case(".git"))
}

pub(super) fn read_work_tree(root: &Path) -> (Option<WorkTree>, Vec<Diagnostic>) {
    let warning = |error: crate::git::GitError| {
        let hint = error.hint();
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
        let message = format!("{error}{}", cause.unwrap_or_default());
        Diagnostic::warning("git-unreadable", message).hint_opt(hint)
    };
    match WorkTree::of(root) {
        Ok(Some(mut work_tree)) => {
            let problem = work_tree.take_problem().map(warning);
            (Some(work_tree), problem.into_iter().collect())
        }
        Ok(None) => (None, Vec::new()),
        Err(error) => (None, vec![warning(error)]),
    }
}

/// What the `.gitignore` files above the site say.
pub(super) fn scope_of(work_tree: &WorkTree) -> Scope {
    let texts: Vec<(RepoPath, Vec<u8>)> = work_tree
        .folders_above()
        .filter_map(|folder| {
            let file = work_tree.disk_path(&folder).join(GIT_IGNORE_FILE);
            let text = file.symlink_metadata().ok()?.is_file().then(|| fs::read(&file).ok())??;
            Some((folder, text))
        })
        .collect();
    Scope::below(work_tree.folder(), &texts)
}

/// The Git id and the size of a file's bytes, read in pieces.
pub(super) fn hash(path: &Path) -> io::Result<(BlobId, u64)> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let mut hasher = Sha1::new();
    hasher.update(format!("blob {size}\0"));
    let mut buffer =
        vec![0; HASH_BUFFER_BYTES.min(usize::try_from(size).unwrap_or(usize::MAX).saturating_add(1))];
    let mut n_read: u64 = 0;
    while n_read <= size {
        let n_now = file.read(&mut buffer)?;
        if n_now == 0 {
            break;
        }
        hasher.update(&buffer[..n_now]);
        n_read += n_now as u64;
    }
    if n_read == size {
        return Ok((BlobId::from_raw(hasher.finalize().into()), size));
    }
    // Somebody is writing it just now: its size is part of the id, so it must be known first.
    let bytes = fs::read(path)?;
    Ok((BlobId::of(&bytes), bytes.len() as u64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::test_repo::TestRepo;

    fn list(folder: &Folder) -> Listing {
        folder.listing(&ListingOptions::default()).expect("a folder can be listed")
    }

    fn paths(listing: &Listing) -> Vec<&str> {
        listing.entries.keys().map(RepoPath::as_str).collect()
    }

    fn path(text: &str) -> RepoPath {
        RepoPath::new(text).expect("a normal path")
    }

    #[test]
    fn without_git_patterns_simply_apply() {
        let dir = tempfile::tempdir().expect("a folder");
        fs::write(dir.path().join(".gitignore"), "*.tmp").expect("a file can be written");
        fs::write(dir.path().join("a.tmp"), "x").expect("a file can be written");
        fs::write(dir.path().join("a.md"), "x").expect("a file can be written");
        let listing = list(&Folder::open(dir.path()).expect("a folder"));
        assert_eq!((paths(&listing), listing.diagnostics.len()), (vec!["a.md"], 0));
    }

    #[test]
    fn a_change_is_seen_in_the_next_listing() {
        let repo = TestRepo::new();
        repo.write("a.md", "one").write("b.md", "two").commit("all");
        let folder = Folder::open(repo.root()).expect("a folder");
        let first = list(&folder);
        // The same size within the same tick of the clock.
        repo.write("a.md", "ONE").write("c.md", "new");
        let second = list(&folder);
        assert_eq!(second.entries[&path("a.md")].blob, BlobId::of(b"ONE"));
        let changes = crate::source::ChangeSet::between(&first, &second);
        assert_eq!(changes.changed, [path("a.md"), path("c.md")]);
    }

    #[test]
    fn what_was_read_is_what_was_listed_or_not() {
        let repo = TestRepo::new();
        repo.write("a.md", "one").write("b.md", "two").commit("all");
        let folder = Folder::open(repo.root()).expect("a folder");
        let listing = list(&folder);
        let read = |name: &str| {
            let entry = &listing.entries[&path(name)];
            folder.read_listed(&path(name), entry).expect("a file")
        };
        assert_eq!(read("a.md"), (b"one".to_vec(), true));
        let modified = repo.path("a.md").metadata().and_then(|m| m.modified()).expect("a time");
        // The same size, a larger one, a smaller one, and none; with the time of before.
        for text in ["ONE", "longer", "x", ""] {
            repo.write("a.md", text);
            let file = File::options().append(true).open(repo.path("a.md")).expect("a file");
            file.set_modified(modified).expect("a time can be set");
            assert_eq!(read("a.md"), (text.as_bytes().to_vec(), false));
        }
        assert_eq!(read("b.md"), (b"two".to_vec(), true));
    }

    #[test]
    fn a_settled_file_is_read_once() {
        let dir = tempfile::tempdir().expect("a folder");
        fs::write(dir.path().join("a.md"), "text").expect("a file can be written");
        let folder = Folder::open(dir.path()).expect("a folder");
        list(&folder);
        assert!(folder.known.lock().expect("no panic").is_empty(), "a young file may change within a tick");
        // An id that is not that of the bytes shows where the next listing takes it from.
        let stat = FileStat::of(&dir.path().join("a.md").metadata().expect("a file"));
        let remember = |stat| {
            folder.known.lock().expect("no panic").insert(path("a.md"), (stat, BlobId::of(b"remembered")));
        };
        remember(stat);
        assert_eq!(list(&folder).entries[&path("a.md")].blob, BlobId::of(b"remembered"));
        fs::write(dir.path().join("b.md"), "longer").expect("a file can be written");
        remember(FileStat::of(&dir.path().join("b.md").metadata().expect("a file")));
        assert_eq!(list(&folder).entries[&path("a.md")].blob, BlobId::of(b"text"));
    }

    #[test]
    fn large_files_have_the_id_of_git() {
        let repo = TestRepo::new();
        let text = "0123456789".repeat(HASH_BUFFER_BYTES / 3);
        repo.write("large.bin", &text);
        let expected = repo.git_with_input("hash-object large.bin", b"");
        let listing = list(&Folder::open(repo.root()).expect("a folder"));
        let entry = &listing.entries[&path("large.bin")];
        assert_eq!((entry.blob.to_string(), entry.size), (expected, text.len() as u64));
    }

    #[cfg(unix)]
    #[test]
    fn pipes_are_never_opened() {
        let repo = TestRepo::new();
        repo.write("a.md", "x");
        let made = std::process::Command::new("mkfifo").arg(repo.path("pipe.md")).status();
        assert!(made.is_ok_and(|status| status.success()));
        let folder = Folder::open(repo.root()).expect("a folder");
        let listing = list(&folder);
        assert_eq!((paths(&listing), listing.diagnostics[0].code), (vec!["a.md"], "not-a-file"));
        assert!(matches!(folder.read(&path("pipe.md")), Err(SourceError::NotFound { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn what_cannot_be_read_does_not_stop_the_rest() {
        use std::os::unix::fs::PermissionsExt as _;
        let repo = TestRepo::new();
        repo.write("a.md", "x").write("closed.md", "x").write("closed/b.md", "x");
        let set_mode = |name: &str, mode| {
            fs::set_permissions(repo.path(name), fs::Permissions::from_mode(mode))
                .expect("permissions can be set");
        };
        set_mode("closed.md", 0);
        set_mode("closed", 0);
        let is_root = fs::read(repo.path("closed.md")).is_ok();
        let listing = list(&Folder::open(repo.root()).expect("a folder"));
        set_mode("closed", 0o700);
        if !is_root {
            let codes: Vec<&str> = listing.diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
            assert_eq!((paths(&listing), codes), (vec!["a.md"], vec!["unreadable", "unreadable"]));
        }
    }

    #[test]
    fn a_damaged_index_is_a_warning() {
        let repo = TestRepo::new();
        repo.write("a.md", "x").commit("all").write(".git/index", "damaged");
        let listing = list(&Folder::open(repo.root()).expect("a folder"));
        assert_eq!((paths(&listing), listing.diagnostics[0].code), (vec!["a.md"], "git-unreadable"));
    }

    #[test]
    fn what_is_no_folder_is_not_opened() {
        let repo = TestRepo::new();
        repo.write("a.md", "x");
        assert!(matches!(Folder::open(repo.path("none")), Err(SourceError::NotFound { .. })));
        assert!(matches!(Folder::open(repo.path("a.md")), Err(SourceError::NotAFolder { .. })));
        let folder = Folder::open(repo.root()).expect("a folder");
        assert!(matches!(folder.read(&path("a.md/b")), Err(SourceError::NotFound { .. })));
        assert!(matches!(folder.read(&RepoPath::root()), Err(SourceError::NotFound { .. })));
    }
}

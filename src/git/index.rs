//! [`WorkTree`]: what the Git index knows of the files of a folder.
//!
//! Takes a folder of the disk, gives which of its files are tracked and the blob ids of the unchanged ones. It reads the
//! index and the files that decide whether its ids can be taken, never the site's own files.

use std::{
    fs,
    path::{Path, PathBuf},
};

use git2::Repository;

use crate::{
    base::{digest::BlobId, path::RepoPath},
    git::{
        GitError, discover,
        file_stat::{FileStat, Time},
        folder_in_work_tree,
        index_file::{self, IndexEntry},
        tree::blob_id,
    },
};

/// The name of the files that can make Git's bytes differ from those on the disk.
pub const ATTRIBUTES_FILE: &str = ".gitattributes";

/// The index's file in the Git folder.
pub const INDEX_FILE: &str = "index";

/// The file that is there while Git changes the index, and before that the work tree.
pub const INDEX_LOCK: &str = "index.lock";

/// The files beside them with the settings of a repository, and of one of its work trees.
pub const CONFIG_FILES: [&str; 2] = ["config", "config.worktree"];

/// The part of a Git work tree below one folder, as of one reading of the index.
#[derive(Debug)]
pub struct WorkTree {
    top: PathBuf,
    git_dir: PathBuf,
    common_dir: PathBuf,
    folder: RepoPath,
    tracked: Vec<Tracked>,
    index_written: Option<Time>,
    index_stat: Option<FileStat>,
    ids_fit: bool,
    problem: Option<GitError>,
}

#[derive(Debug)]
struct Tracked {
    path: Box<str>,
    mode: u32,
    id: BlobId,
    size: u32,
    modified: Time,
    changed: Time,
    /// The last 32 bits, 0 where it wasn't recorded.
    inode: u32,
    is_merged: bool,
}

impl WorkTree {
    /// Reads the index of the work tree that holds `dir`; `None` when there is no such work tree.
    pub fn of(dir: &Path) -> Result<Option<Self>, GitError> {
        let repository = match discover(dir) {
            Ok(repository) => repository,
            Err(GitError::NoRepository { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let Some(folder) = folder_in_work_tree(&repository, dir) else { return Ok(None) };
        let Some(top) = repository.workdir().map(Path::to_path_buf) else { return Ok(None) };
        let git_dir = repository.path().to_path_buf();
        let mut work_tree = Self {
            top,
            git_dir,
            common_dir: repository.commondir().to_path_buf(),
            folder,
            tracked: Vec::new(),
            index_written: None,
            index_stat: None,
            ids_fit: false,
            problem: None,
        };
        if let Err(cause) = work_tree.read_index(&repository) {
            work_tree.problem = Some(GitError::failed(work_tree.index_path().display(), cause));
        }
        Ok(Some(work_tree))
    }

    fn read_index(&mut self, repository: &Repository) -> Result<(), git2::Error> {
        // The time is taken before the entries: an index written in between only makes more files look racy.
        self.index_stat = FileStat::at(&self.index_path());
        self.index_written = self.index_stat.map(|stat| stat.modified);
        let bytes = fs::read(self.index_path()).unwrap_or_default();
        let has_attributes = match index_file::read(&bytes) {
            Some(entries) => self.take(entries.into_iter()),
            None => {
                let entries: Vec<git2::IndexEntry> = repository.index()?.iter().collect();
                self.take(entries.iter().map(of_library))
            }
        };
        self.tracked.sort_by(|a, b| a.path.cmp(&b.path));
        self.ids_fit = !has_attributes && !has_filters(repository) && !self.has_attributes_above();
        Ok(())
    }

    /// Takes what is below the folder; says whether the work tree has files with attributes.
    fn take<'e>(&mut self, entries: impl Iterator<Item = IndexEntry<'e>>) -> bool {
        let mut has_attributes = false;
        for entry in entries {
            has_attributes |=
                entry.path.rsplit(|&byte| byte == b'/').next() == Some(ATTRIBUTES_FILE.as_bytes());
            self.tracked.extend(tracked(&entry, &self.folder));
        }
        has_attributes
    }

    /// Where Git keeps what belongs to this work tree: the index, and its lock while it is written.
    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// Where Git keeps what all work trees of the repository share, such as its branches.
    pub fn common_dir(&self) -> &Path {
        &self.common_dir
    }

    fn index_path(&self) -> PathBuf {
        self.git_dir.join(INDEX_FILE)
    }

    /// Whether the index is still the one that was read.
    pub fn is_current(&self) -> bool {
        FileStat::at(&self.index_path()) == self.index_stat
    }

    /// Whether both have the same paths, and the same kinds of file at them.
    pub fn tracks_the_same(&self, other: &Self) -> bool {
        let is_same = |(a, b): (&Tracked, &Tracked)| a.path == b.path && a.mode == b.mode;
        self.tracked.len() == other.tracked.len() && self.tracked.iter().zip(&other.tracked).all(is_same)
    }

    fn has_attributes_above(&self) -> bool {
        self.folders_above().any(|folder| self.disk_path(&folder).join(ATTRIBUTES_FILE).exists())
    }

    /// The folders of the work tree that the site's folder lies in, from the top; none for the top itself.
    pub fn folders_above(&self) -> impl Iterator<Item = RepoPath> {
        let mut folders: Vec<RepoPath> =
            std::iter::successors(self.folder.parent(), RepoPath::parent).collect();
        folders.reverse();
        folders.into_iter()
    }

    /// Where a folder of the work tree is on the disk.
    pub fn disk_path(&self, folder: &RepoPath) -> PathBuf {
        self.top.join(folder.as_str())
    }

    /// The site's folder, from the top of the work tree.
    pub fn folder(&self) -> &RepoPath {
        &self.folder
    }

    /// Takes out why the index could not be read; then no file counts as tracked.
    pub fn take_problem(&mut self) -> Option<GitError> {
        self.problem.take()
    }

    /// Whether the index's ids are those of the bytes on the disk: no filter and no line-ending conversion is set up.
    pub fn ids_fit(&self) -> bool {
        self.ids_fit
    }

    /// Whether the index has this path.
    pub fn is_tracked(&self, path: &RepoPath) -> bool {
        self.find(path).is_some()
    }

    /// Whether the index has a submodule at this path.
    pub fn is_submodule(&self, path: &RepoPath) -> bool {
        self.find(path).is_some_and(|entry| entry.mode & 0o170_000 == 0o160_000)
    }

    /// Whether the index has a path below this folder.
    pub fn tracks_below(&self, folder: &RepoPath) -> bool {
        let start = format!("{folder}/");
        let at = self.tracked.partition_point(|entry| *entry.path < *start);
        self.tracked.get(at).is_some_and(|entry| entry.path.starts_with(&start))
    }

    /// The id of a file that has not changed since the index was written, as far as can be told without reading it.
    ///
    /// A file that was written when the index was, or later, may have changed once more within one tick of the clock (Git
    /// calls it racy): it has no id here.
    pub fn unchanged(&self, path: &RepoPath, stat: &FileStat) -> Option<BlobId> {
        self.cursor().unchanged(path, stat)
    }

    /// Asks the same of many files.
    pub fn cursor(&self) -> Cursor<'_> {
        Cursor { work_tree: self, next: 0 }
    }

    /// The id of an entry, if its file is unchanged.
    fn unchanged_id(&self, entry: &Tracked, stat: &FileStat) -> Option<BlobId> {
        // Git writes a size of 0 for what it found racy itself.
        let is_same = entry.is_merged
            && entry.mode & 0o170_000 == 0o100_000
            && entry.size != 0
            && u64::from(entry.size) == stat.size
            && entry.modified == stat.modified
            && (entry.inode == 0 || stat.inode == 0 || entry.inode == stat.inode as u32)
            && stat.changed.is_none_or(|changed| entry.changed == (0, 0) || entry.changed == changed);
        (is_same && entry.modified.max(entry.changed) < self.index_written?).then_some(entry.id)
    }

    fn find(&self, path: &RepoPath) -> Option<&Tracked> {
        self.place_of(path).and_then(|at| self.tracked.get(at))
    }

    fn place_of(&self, path: &RepoPath) -> Option<usize> {
        self.tracked.binary_search_by(|entry| (*entry.path).cmp(path.as_str())).ok()
    }
}

/// Asks for files of a work tree one after the other: in the order of the index each is found beside the one before.
#[derive(Debug)]
pub struct Cursor<'w> {
    work_tree: &'w WorkTree,
    next: usize,
}

impl Cursor<'_> {
    /// The same as [`WorkTree::unchanged`].
    pub fn unchanged(&mut self, path: &RepoPath, stat: &FileStat) -> Option<BlobId> {
        let tracked = &self.work_tree.tracked;
        let is_next = tracked.get(self.next).is_some_and(|entry| *entry.path == *path.as_str());
        let at = if is_next { self.next } else { self.work_tree.place_of(path)? };
        self.next = at + 1;
        self.work_tree.unchanged_id(&tracked[at], stat)
    }
}

fn tracked(entry: &IndexEntry<'_>, folder: &RepoPath) -> Option<Tracked> {
    let path = std::str::from_utf8(entry.path).ok()?;
    let path = match folder.as_str() {
        "" => path,
        folder => path.strip_prefix(folder)?.strip_prefix('/')?,
    };
    let &IndexEntry { mode, id, size, modified, changed, inode, is_merged, .. } = entry;
    Some(Tracked { path: path.into(), mode, id, size, modified, changed, inode, is_merged })
}

/// An entry that libgit2 has read.
fn of_library(entry: &git2::IndexEntry) -> IndexEntry<'_> {
    let time = |time: git2::IndexTime| (time.seconds() as u32, time.nanoseconds());
    IndexEntry {
        path: &entry.path,
        mode: entry.mode,
        id: blob_id(entry.id),
        size: entry.file_size,
        modified: time(entry.mtime),
        changed: time(entry.ctime),
        inode: entry.ino,
        is_merged: entry.flags & 0x3000 == 0,
    }
}

/// Whether the configuration can make Git's bytes differ from those on the disk.
fn has_filters(repository: &Repository) -> bool {
    let Ok(config) = repository.config() else { return true };
    let autocrlf = config.get_string("core.autocrlf").unwrap_or_default().to_lowercase();
    let converts = !matches!(autocrlf.as_str(), "" | "false" | "no" | "off" | "0");
    let home = |variable, below| std::env::var_os(variable).map(|home| Path::new(&home).join(below));
    let attributes = [
        Some(repository.commondir().join("info/attributes")),
        config.get_path("core.attributesfile").ok(),
        home("XDG_CONFIG_HOME", "git/attributes"),
        home("HOME", ".config/git/attributes"),
        Some(PathBuf::from("/etc/gitattributes")),
    ];
    converts || attributes.iter().flatten().any(|path| path.exists())
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        time::{Duration, SystemTime},
    };

    use super::*;
    use crate::git::test_repo::TestRepo;

    fn path(text: &str) -> RepoPath {
        RepoPath::new(text).expect("a normal path")
    }

    /// A repository with `a.md` in its index, which was written ten seconds after the file.
    fn settled_repo() -> TestRepo {
        let repo = TestRepo::new();
        repo.write("a.md", "text").git("add -A");
        set_index_time(&repo, SystemTime::now() + Duration::from_secs(10));
        repo
    }

    fn set_index_time(repo: &TestRepo, time: SystemTime) {
        let index = fs::File::options().append(true).open(repo.path(".git/index")).expect("an index");
        index.set_modified(time).expect("a time can be set");
    }

    fn unchanged(repo: &TestRepo, file: &str) -> Option<BlobId> {
        let work_tree = WorkTree::of(repo.root()).expect("a repository").expect("a work tree");
        let stat = FileStat::of(&repo.path(file).metadata().expect("a file"));
        work_tree.unchanged(&path(file), &stat)
    }

    #[test]
    fn the_id_of_an_unchanged_file_is_known() {
        let repo = settled_repo();
        assert_eq!(unchanged(&repo, "a.md"), Some(BlobId::of(b"text")));
    }

    #[test]
    fn a_changed_file_has_no_id() {
        let repo = settled_repo();
        let modified = repo.path("a.md").metadata().and_then(|m| m.modified()).expect("a time");
        repo.write("a.md", "longer text");
        assert_eq!(unchanged(&repo, "a.md"), None);
        // Same size and same time: only the time of change tells.
        repo.write("a.md", "TEXT");
        let file = fs::File::options().append(true).open(repo.path("a.md")).expect("a file");
        file.set_modified(modified).expect("a time can be set");
        if cfg!(unix) {
            assert_eq!(unchanged(&repo, "a.md"), None);
        }
    }

    #[cfg(unix)]
    #[test]
    fn two_files_of_one_tick_look_different() {
        let repo = TestRepo::new();
        let stats: Vec<FileStat> = (0..200)
            .map(|n| {
                let name = format!("{n}.md");
                repo.write(&name, "same size");
                FileStat::of(&repo.path(&name).metadata().expect("a file"))
            })
            .collect();
        for (n, stat) in stats.iter().enumerate() {
            assert!(!stats[n + 1..].contains(stat), "{n}");
        }
    }

    #[test]
    fn a_file_as_young_as_the_index_has_no_id() {
        let repo = settled_repo();
        let modified = repo.path("a.md").metadata().and_then(|m| m.modified()).expect("a time");
        set_index_time(&repo, modified);
        assert_eq!(unchanged(&repo, "a.md"), None);
    }

    #[test]
    fn ids_are_not_taken_where_git_converts_files() {
        let fits = |repo: &TestRepo, folder: &str| {
            WorkTree::of(&repo.path(folder)).expect("a repository").expect("a work tree").ids_fit()
        };
        let repo = settled_repo();
        repo.write("docs/a.md", "x");
        if !fits(&repo, "") {
            return; // The machine's own configuration converts files.
        }
        repo.git("config core.autocrlf input");
        assert!(!fits(&repo, "docs"));
        repo.git("config core.autocrlf false");
        assert!(fits(&repo, "docs"));
        repo.write(".gitattributes", "");
        assert!(!fits(&repo, "docs"));
        repo.git("add .gitattributes");
        assert!(!fits(&repo, ""));
    }

    #[test]
    fn tracked_paths_are_those_below_the_folder() {
        let repo = TestRepo::new();
        repo.write("docs/a/b.md", "x").write("docs/c.md", "x").write("docs.md", "x").git("add -A");
        let work_tree = WorkTree::of(&repo.path("docs")).expect("a repository").expect("a work tree");
        assert_eq!(work_tree.folder(), &path("docs"));
        assert!(work_tree.is_tracked(&path("a/b.md")) && work_tree.is_tracked(&path("c.md")));
        assert!(!work_tree.is_tracked(&path("docs.md")) && !work_tree.is_tracked(&path("a")));
        assert!(work_tree.tracks_below(&path("a")) && !work_tree.tracks_below(&path("c.md")));
        assert_eq!(work_tree.folders_above().collect::<Vec<_>>(), [RepoPath::root()]);
    }

    #[test]
    fn a_new_index_is_seen_and_what_it_tracks_compared() {
        let repo = settled_repo();
        let read = || WorkTree::of(repo.root()).expect("a repository").expect("a work tree");
        let first = read();
        assert!(first.is_current());
        repo.write("a.md", "other").git("add -A");
        assert!(!first.is_current() && first.tracks_the_same(&read()));
        repo.write("b.md", "x").git("add -A");
        assert!(!first.tracks_the_same(&read()));
    }

    #[test]
    fn a_damaged_index_is_a_problem_and_not_a_failure() {
        let repo = settled_repo();
        fs::write(repo.path(".git/index"), "damaged").expect("a file can be written");
        let mut work_tree = WorkTree::of(repo.root()).expect("a repository").expect("a work tree");
        assert!(work_tree.take_problem().is_some() && !work_tree.is_tracked(&path("a.md")));
    }

    #[test]
    fn entries_are_those_that_the_library_reads() {
        let repo = settled_repo();
        repo.write("b/ü.md", "text").write("b/c.md", "more").write("z.md", "").commit("more");
        repo.write("b/c.md", "staged").git("add b/c.md");
        let bytes = fs::read(repo.path(".git/index")).expect("an index");
        let library = Repository::open(repo.root()).expect("a repository").index().expect("an index");
        let library: Vec<git2::IndexEntry> = library.iter().collect();
        let library: Vec<IndexEntry<'_>> = library.iter().map(of_library).collect();
        assert!(library.len() > 3);
        assert_eq!(index_file::read(&bytes), Some(library));
        // What is damaged is for the library to complain about.
        let mut damaged = bytes;
        damaged[50] ^= 1;
        assert_eq!(index_file::read(&damaged), None);
    }

    #[test]
    fn a_folder_without_a_repository_and_a_git_folder_have_no_work_tree() {
        let plain = tempfile::tempdir().expect("a folder");
        assert!(WorkTree::of(plain.path()).expect("no error").is_none());
        assert!(WorkTree::of(&TestRepo::new().path(".git")).expect("no error").is_none());
    }
}

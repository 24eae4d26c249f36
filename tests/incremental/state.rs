//! [`State`]: the files of a site and how it is built, and the [`Op`]s that change it, in memory and on the disk.
//!
//! An operation means something in every state (to remove what isn't there does nothing), so that a sequence still
//! runs when some of it is left out to find the smallest one that fails.

use std::{
    collections::BTreeMap,
    fmt, fs,
    fs::{File, FileTimes},
    path::{Path, PathBuf},
    thread,
    time::{Duration, SystemTime},
};

use super::support;

/// The first day of every site, 2024-05-31, in seconds since 1970.
pub(crate) const FIRST_DAY: u64 = 1_717_113_600;
/// The length of a day.
pub(crate) const DAY_SECONDS: u64 = 24 * 60 * 60;

/// How long it takes until no file is so new that its time may not tell a change.
const SETTLING: Duration = Duration::from_millis(4_100);

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    /// A file with these bytes.
    File(Vec<u8>),
    /// A symbolic link with this target.
    Link(String),
}

/// What a build depends on besides the site's files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Conditions {
    /// Today, in seconds since 1970.
    pub(crate) day: u64,
    /// `--drafts`
    pub(crate) drafts: bool,
    /// `--future`
    pub(crate) future: bool,
    /// `--base-url`
    pub(crate) base_url: Option<String>,
}

impl Default for Conditions {
    fn default() -> Self {
        Self { day: FIRST_DAY, drafts: false, future: false, base_url: None }
    }
}

/// A whole site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct State {
    /// What stands at each path.
    pub(crate) files: BTreeMap<String, Node>,
    /// How it is built.
    pub(crate) conditions: Conditions,
    /// Whether the site's folder is a Git repository.
    pub(crate) is_repository: bool,
}

/// One step of an edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    /// Writes a file in place.
    Write(String, Vec<u8>),
    /// Writes a new file and puts it in the place of the old one, as many editors save.
    Save(String, Vec<u8>),
    /// Makes a symbolic link.
    Link(String, String),
    /// Removes a file, or a folder with all that is in it.
    Remove(String),
    /// Renames a file or a folder; its times and its inode stay.
    Rename(String, String),
    /// Lets two files change places, by renaming them.
    Swap(String, String),
    /// Gives a file a new time and the same bytes.
    Touch(String),
    /// Builds under other conditions from now on.
    Conditions(Conditions),
    /// Lets time pass until the times of files are old enough to be relied on.
    Wait,
    /// Ends the process that keeps the site, and begins a new one.
    Restart,
    /// Commits all files, in a new repository if there is none.
    Commit,
    /// Copies all files, as a fresh clone does: other times, other inodes, the same bytes.
    Clone,
}

impl State {
    /// The text of a file; `None` for links and for what isn't UTF-8.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        match self.files.get(path)? {
            Node::File(bytes) => std::str::from_utf8(bytes).ok(),
            Node::Link(_) => None,
        }
    }

    /// Whether a path is that of a folder.
    pub(crate) fn is_folder(&self, path: &str) -> bool {
        let prefix = format!("{path}/");
        self.files.range(prefix.clone()..).next().is_some_and(|(first, _)| first.starts_with(&prefix))
    }

    /// The state after an operation.
    pub(crate) fn apply(&mut self, op: &Op) {
        match op {
            Op::Write(path, bytes) | Op::Save(path, bytes) => self.put(path, Node::File(bytes.clone())),
            Op::Link(path, target) => self.put(path, Node::Link(target.clone())),
            Op::Remove(path) => drop(self.take(path)),
            Op::Rename(from, to) if self.can_rename(from, to) => {
                let taken = self.take(from);
                self.clear_way(to);
                self.files.extend(taken.into_iter().map(|(rest, node)| (format!("{to}{rest}"), node)));
            }
            Op::Swap(one, other) if self.can_swap(one, other) => {
                let (first, second) = (self.files[one].clone(), self.files[other].clone());
                self.files.insert(one.clone(), second);
                self.files.insert(other.clone(), first);
            }
            Op::Conditions(conditions) => self.conditions = conditions.clone(),
            Op::Commit => self.is_repository = true,
            Op::Rename(..) | Op::Swap(..) | Op::Touch(_) | Op::Wait | Op::Restart | Op::Clone => {}
        }
    }

    fn can_rename(&self, from: &str, to: &str) -> bool {
        let is_there = self.files.contains_key(from) || self.is_folder(from);
        let is_inside = |one: &str, other: &str| one == other || one.starts_with(&format!("{other}/"));
        is_there && !is_inside(to, from) && !is_inside(from, to)
    }

    fn can_swap(&self, one: &str, other: &str) -> bool {
        one != other && self.files.contains_key(one) && self.files.contains_key(other)
    }

    fn put(&mut self, path: &str, node: Node) {
        self.clear_way(path);
        self.files.insert(path.to_owned(), node);
    }

    /// Removes what keeps a file from standing at a path: files in place of its folders, a folder in its own place.
    fn clear_way(&mut self, path: &str) {
        for (at, _) in path.match_indices('/') {
            self.files.remove(&path[..at]);
        }
        self.take(path);
    }

    /// Takes a file or a folder out; the paths are those behind `path`.
    fn take(&mut self, path: &str) -> Vec<(String, Node)> {
        let prefix = format!("{path}/");
        let paths: Vec<String> =
            self.files.keys().filter(|other| *other == path || other.starts_with(&prefix)).cloned().collect();
        let taken = paths.into_iter().filter_map(|path| self.files.remove_entry(&path));
        taken.map(|(full, node)| (full[path.len()..].to_owned(), node)).collect()
    }
}

/// A site's folder on the disk.
pub(crate) struct Disk {
    root: PathBuf,
}

impl Disk {
    /// Writes a whole site into a new folder.
    pub(crate) fn write(root: PathBuf, state: &State) -> Self {
        fs::create_dir_all(&root).expect("a folder can be made");
        let disk = Self { root };
        for (path, node) in &state.files {
            disk.put(path, node);
        }
        if state.is_repository {
            disk.commit();
        }
        disk
    }

    /// The folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Does to the files what [`State::apply`] does to the model; `before` is the state until now.
    pub(crate) fn apply(&self, op: &Op, before: &State) {
        match op {
            Op::Write(path, bytes) => self.put(path, &Node::File(bytes.clone())),
            Op::Save(path, bytes) => {
                let beside = self.root.join(".saved~");
                fs::write(&beside, bytes).expect("a file can be written");
                self.clear_folders(path);
                if self.path(path).is_dir() && !self.path(path).is_symlink() {
                    self.remove(path);
                }
                fs::rename(beside, self.path(path)).expect("a file can be renamed");
            }
            Op::Link(path, target) => self.put(path, &Node::Link(target.clone())),
            Op::Remove(path) => self.remove(path),
            Op::Rename(from, to) if before.can_rename(from, to) => self.rename(from, to),
            Op::Swap(one, other) if before.can_swap(one, other) => {
                let between = self.root.join(".swapped~");
                let rename = |from: &Path, to: &Path| fs::rename(from, to).expect("a file can be renamed");
                rename(&self.path(one), &between);
                rename(&self.path(other), &self.path(one));
                rename(&between, &self.path(other));
            }
            Op::Touch(path) => {
                if let Ok(file) = File::options().append(true).open(self.path(path)) {
                    let times = FileTimes::new().set_modified(SystemTime::now());
                    file.set_times(times).expect("a time can be set");
                }
            }
            Op::Wait => thread::sleep(SETTLING),
            Op::Commit => self.commit(),
            Op::Clone => {
                for (path, node) in &before.files {
                    self.remove(path);
                    self.put(path, node);
                }
            }
            Op::Rename(..) | Op::Swap(..) | Op::Conditions(_) | Op::Restart => {}
        }
    }

    /// Expects the files of a state and no others.
    pub(crate) fn assert_is(&self, state: &State) {
        let mut found = BTreeMap::new();
        let mut folders = vec![self.root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder can be read").flatten() {
                let path = entry.path();
                let name = path.strip_prefix(&self.root).expect("a file of the site");
                let name = name.to_string_lossy().into_owned();
                if path.is_symlink() {
                    let target = fs::read_link(&path).expect("a link can be read");
                    found.insert(name, Node::Link(target.to_string_lossy().into_owned()));
                } else if path.is_dir() && name != ".git" {
                    folders.push(path);
                } else if path.is_file() {
                    found.insert(name, Node::File(fs::read(&path).expect("a file can be read")));
                }
            }
        }
        let paths = |files: &BTreeMap<String, Node>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(paths(&found), paths(&state.files), "the model and the disk have other files");
        assert!(found == state.files, "the model and the disk have other bytes");
    }

    fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    fn put(&self, path: &str, node: &Node) {
        self.clear_folders(path);
        let full = self.path(path);
        if full.is_symlink() || full.is_dir() {
            self.remove(path);
        }
        match node {
            Node::File(bytes) => fs::write(full, bytes).expect("a file can be written"),
            Node::Link(target) => {
                self.remove(path);
                link(target, &full);
            }
        }
    }

    /// Makes the folders above a path, in place of files if need be.
    fn clear_folders(&self, path: &str) {
        for (at, _) in path.match_indices('/') {
            let folder = self.path(&path[..at]);
            if folder.is_symlink() || folder.is_file() {
                fs::remove_file(&folder).expect("a file can be removed");
            }
        }
        let folder = self.path(path).parent().expect("a file has a folder").to_path_buf();
        fs::create_dir_all(folder).expect("a folder can be made");
    }

    fn remove(&self, path: &str) {
        let path = self.path(path);
        let Ok(found) = fs::symlink_metadata(&path) else { return };
        let removed = if found.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        removed.unwrap_or_else(|error| panic!("`{}` can't be removed: {error}", path.display()));
    }

    fn rename(&self, from: &str, to: &str) {
        self.clear_folders(to);
        self.remove(to);
        fs::rename(self.path(from), self.path(to))
            .unwrap_or_else(|error| panic!("`{from}` can't become `{to}`: {error}"));
    }

    fn commit(&self) {
        if !self.root.join(".git").exists() {
            self.git(&["init", "--quiet", "--initial-branch=main"]);
        }
        self.git(&["add", "-A"]);
        self.git(&["commit", "--quiet", "--allow-empty", "-m", "all"]);
    }

    fn git(&self, arguments: &[&str]) {
        let mut git = support::command("git", &self.root, &self.root);
        git.args(arguments);
        for role in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{role}_NAME"), "Ada").env(format!("GIT_{role}_EMAIL"), "ada@example.org");
            git.env(format!("GIT_{role}_DATE"), "2024-01-01T00:00:00Z");
        }
        let done = git.output().expect("the git program runs");
        assert!(done.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    }
}

#[cfg(unix)]
fn link(target: &str, path: &Path) {
    std::os::unix::fs::symlink(target, path).expect("a link can be made");
}

#[cfg(not(unix))]
fn link(target: &str, path: &Path) {
    fs::write(path, target).expect("a file can be written");
}

/// Bytes as a Rust literal.
struct Literal<'a>(&'a [u8]);

impl fmt::Display for Literal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match std::str::from_utf8(self.0) {
            Ok(text) => write!(f, "{text:?}"),
            Err(_) => write!(f, "b\"{}\"", self.0.escape_ascii()),
        }
    }
}

/// The call of a [`Case`](super::case::Case) that does the same.
impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Write(path, bytes) => write!(f, ".write({path:?}, {})", Literal(bytes)),
            Self::Save(path, bytes) => write!(f, ".save({path:?}, {})", Literal(bytes)),
            Self::Link(path, target) => write!(f, ".link({path:?}, {target:?})"),
            Self::Remove(path) => write!(f, ".remove({path:?})"),
            Self::Rename(from, to) => write!(f, ".rename({from:?}, {to:?})"),
            Self::Swap(one, other) => write!(f, ".swap({one:?}, {other:?})"),
            Self::Touch(path) => write!(f, ".touch({path:?})"),
            Self::Conditions(conditions) => write!(f, ".{conditions}"),
            Self::Wait => write!(f, ".wait()"),
            Self::Restart => write!(f, ".restart()"),
            Self::Commit => write!(f, ".commit()"),
            Self::Clone => write!(f, ".clone_again()"),
        }
    }
}

impl fmt::Display for Conditions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { day, drafts, future, base_url } = self;
        write!(f, "conditions({day}, {drafts}, {future}, {base_url:?})")
    }
}

/// The calls of a [`Case`](super::case::Case) that make the same site.
impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (path, node) in &self.files {
            let op = match node {
                Node::File(bytes) => Op::Write(path.clone(), bytes.clone()),
                Node::Link(target) => Op::Link(path.clone(), target.clone()),
            };
            writeln!(f, "    {op}")?;
        }
        if self.is_repository {
            writeln!(f, "    {}", Op::Commit)?;
        }
        if self.conditions != Conditions::default() {
            writeln!(f, "    {}", Op::Conditions(self.conditions.clone()))?;
        }
        Ok(())
    }
}

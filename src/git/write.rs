//! New objects of a [`Store`]: from edits of paths to a commit, without an index or a work tree.
//!
//! Costs the depth of the edited paths and the sizes of the folders on the way, whatever the size of the repository. Nothing
//! points to the new objects yet: that is left to [`refs`](super::refs). They are on the disk when that begins.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use git2::{ObjectType, Oid, Repository, Tree};

use crate::{
    base::{digest::BlobId, path::RepoPath},
    git::{Author, CommitId, GitError, Moment, Store, store::LINK_MODE},
};

/// The mode of a file that nobody runs.
const FILE_MODE: i32 = 0o100_644;
/// The mode of a folder.
const FOLDER_MODE: i32 = 0o040_000;

/// What a file to try the disk with is called: Git's own cleaning takes such names away.
const TRIAL_PREFIX: &str = "tmp_obj_recto";
/// What stands in it: no less than a block of the disk.
const TRIAL_BYTES: usize = 4096;

/// What becomes of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The file.
    pub path: RepoPath,
    /// What it holds from now on; `None` when it goes.
    pub content: Option<Content>,
}

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// New bytes.
    Bytes(Vec<u8>),
    /// Bytes that the repository has already.
    Blob(BlobId),
    /// What the commit before has at another path, whatever kind of file that is.
    Moved(RepoPath),
}

/// A commit to be made.
#[derive(Clone, Debug)]
pub struct NewCommit<'a> {
    /// What it comes after; none for the first.
    pub parent: Option<CommitId>,
    /// What it changes.
    pub edits: &'a [Edit],
    /// Who wrote it.
    pub author: &'a Author,
    /// Who put it into the repository.
    pub committer: &'a Author,
    /// When.
    pub at: Moment,
    /// What it says about itself.
    pub message: &'a str,
}

/// The edits of one folder, by name.
#[derive(Default)]
struct FolderEdits<'e> {
    files: BTreeMap<&'e str, Option<&'e Content>>,
    folders: BTreeMap<&'e str, FolderEdits<'e>>,
}

impl<'e> FolderEdits<'e> {
    fn add(&mut self, path: &'e str, content: Option<&'e Content>) {
        match path.split_once('/') {
            Some((folder, rest)) => self.folders.entry(folder).or_default().add(rest, content),
            None => drop(self.files.insert(path, content)),
        }
    }
}

/// Writes objects, and remembers which.
struct Writer<'r> {
    repository: &'r Repository,
    /// What moved files have, by the path that they had.
    moved: BTreeMap<&'r RepoPath, (Oid, i32)>,
    written: Vec<Oid>,
}

impl Store {
    /// Makes a file where objects go, and takes it away: the error is the one that a save would have.
    pub fn try_write(&self) -> Result<(), GitError> {
        let objects = self.common_dir.join("objects");
        let made = tempfile::Builder::new().prefix(TRIAL_PREFIX).tempfile_in(&objects);
        made.and_then(|mut file| file.write_all(&[0; TRIAL_BYTES]))
            .map_err(|cause| GitError::disk(&objects, cause))
    }

    /// Writes a commit; `None` when it would change nothing.
    pub fn write_commit(&self, new: &NewCommit<'_>) -> Result<Option<CommitId>, GitError> {
        self.try_write_commit(new).map_err(|error| match error {
            // The library says in words only what the system refused.
            GitError::NotWritten { .. } => self.try_write().err().unwrap_or(error),
            error => error,
        })
    }

    fn try_write_commit(&self, new: &NewCommit<'_>) -> Result<Option<CommitId>, GitError> {
        let paths: Vec<(RepoPath, Option<&Content>)> = new
            .edits
            .iter()
            .map(|edit| (self.path_in_repository(&edit.path), edit.content.as_ref()))
            .collect();
        let mut edits = FolderEdits::default();
        paths.iter().for_each(|(path, content)| edits.add(path.as_str(), *content));
        let (author, committer) = (new.author.signature(new.at)?, new.committer.signature(new.at)?);
        self.pool.with(|repository| {
            let failed = |cause| GitError::not_written(&self.git_dir, cause);
            let parent = new.parent.map(|parent| repository.find_commit(parent.oid())).transpose();
            let parent = parent.map_err(failed)?;
            let base = parent.as_ref().map(git2::Commit::tree).transpose().map_err(failed)?;
            let moved = self.moved(base.as_ref(), new.edits).map_err(failed)?;
            let mut writer = Writer { repository, moved, written: Vec::new() };
            let tree = writer.folder(base.as_ref(), &edits, &RepoPath::root())?;
            let tree = match tree {
                Some(tree) => tree,
                None => writer.empty_folder().map_err(failed)?,
            };
            if base.as_ref().is_some_and(|base| base.id() == tree) {
                return Ok(None);
            }
            let tree = repository.find_tree(tree).map_err(failed)?;
            let parents: Vec<_> = parent.iter().collect();
            let commit =
                repository.commit(None, &author, &committer, new.message, &tree, &parents).map_err(failed)?;
            writer.written.push(commit);
            sync_objects(&self.common_dir.join("objects"), &writer.written)
                .map_err(|cause| GitError::disk(&self.git_dir, cause))?;
            Ok(Some(CommitId::of(commit)))
        })
    }
}

impl Store {
    /// What the files that edits move have in a tree.
    fn moved<'e>(
        &self,
        base: Option<&Tree<'_>>,
        edits: &'e [Edit],
    ) -> Result<BTreeMap<&'e RepoPath, (Oid, i32)>, git2::Error> {
        let mut moved = BTreeMap::new();
        for edit in edits {
            let (Some(Content::Moved(from)), Some(base)) = (&edit.content, base) else { continue };
            let entry = base.get_path(Path::new(self.path_in_repository(from).as_str()))?;
            moved.insert(from, (entry.id(), entry.filemode()));
        }
        Ok(moved)
    }
}

impl Writer<'_> {
    /// The folder after its edits; `None` when nothing is left in it.
    fn folder(
        &mut self,
        base: Option<&Tree<'_>>,
        edits: &FolderEdits<'_>,
        path: &RepoPath,
    ) -> Result<Option<Oid>, GitError> {
        let repository = self.repository;
        let failed = |cause| GitError::not_written(repository.path(), cause);
        let mut builder = repository.treebuilder(base).map_err(failed)?;
        let kind_of = |name: &str| base.and_then(|base| base.get_name(name)).and_then(|entry| entry.kind());
        for (name, content) in &edits.files {
            let is_folder = kind_of(name).is_some_and(|kind| kind != ObjectType::Blob);
            match content {
                Some(_) if is_folder && !edits.folders.contains_key(name) => {
                    return Err(GitError::InTheWay { path: path.join(name) });
                }
                Some(content) => {
                    let mode = base.and_then(|base| base.get_name(name)).map(|entry| entry.filemode());
                    let mode = mode.filter(|mode| *mode != LINK_MODE && !is_folder).unwrap_or(FILE_MODE);
                    let (blob, mode) = self.blob(content, mode).map_err(failed)?;
                    builder.insert(name, blob, mode).map_err(failed)?;
                }
                None if kind_of(name) == Some(ObjectType::Blob) => builder.remove(name).map_err(failed)?,
                None => {}
            }
        }
        for (name, inner) in &edits.folders {
            let is_file = kind_of(name).is_some_and(|kind| kind != ObjectType::Tree);
            let goes = edits.files.get(name).is_some_and(Option::is_none);
            if is_file && !goes {
                return Err(GitError::InTheWay { path: path.join(name) });
            }
            let below = base.and_then(|base| base.get_name(name)).filter(|_| !is_file);
            let below = below.map(|entry| repository.find_tree(entry.id())).transpose().map_err(failed)?;
            match self.folder(below.as_ref(), inner, &path.join(name))? {
                Some(tree) => builder.insert(name, tree, FOLDER_MODE).map(drop).map_err(failed)?,
                None if below.is_some() => builder.remove(name).map_err(failed)?,
                None => {}
            }
        }
        if builder.is_empty() {
            return Ok(None);
        }
        let tree = builder.write().map_err(failed)?;
        self.written.push(tree);
        Ok(Some(tree))
    }

    /// What stands in a folder for a content; a new text has the mode of the file that it takes the place of.
    fn blob(&mut self, content: &Content, mode: i32) -> Result<(Oid, i32), git2::Error> {
        match content {
            Content::Bytes(bytes) => {
                let blob = self.repository.blob(bytes)?;
                self.written.push(blob);
                Ok((blob, mode))
            }
            Content::Blob(id) => Ok((Oid::from_bytes(id.as_bytes())?, mode)),
            Content::Moved(from) => {
                let is_gone = || git2::Error::from_str(&format!("there is no file `{from}` to be moved"));
                self.moved.get(from).copied().ok_or_else(is_gone)
            }
        }
    }

    fn empty_folder(&mut self) -> Result<Oid, git2::Error> {
        let tree = self.repository.treebuilder(None)?.write()?;
        self.written.push(tree);
        Ok(tree)
    }
}

/// Waits until loose objects are on the disk, with the folders that name them. Others were there before.
fn sync_objects(objects: &Path, written: &[Oid]) -> io::Result<()> {
    let mut folders: Vec<PathBuf> = vec![objects.to_path_buf()];
    for id in written {
        let id = id.to_string();
        let folder = objects.join(&id[..2]);
        match File::open(folder.join(&id[2..])) {
            Ok(file) => file.sync_all()?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        }
        folders.push(folder);
    }
    folders.sort();
    folders.dedup();
    folders.iter().try_for_each(|folder| sync_folder(folder))
}

/// Waits until the names in a folder are on the disk.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    // Elsewhere folders can't be opened, and their names are written with the files.
    if cfg!(unix) { fs::File::open(folder)?.sync_all() } else { Ok(()) }
}

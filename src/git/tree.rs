//! [`TreeReader`]: the objects of one revision, by id, from many threads.
//!
//! Takes a folder of the disk and a revision's name, gives the items of a Git tree and the bytes of a blob. It keeps
//! nothing but open handles, and never looks into a work tree.

use std::{fmt, path::Path, sync::Arc};

use git2::{BranchType, ErrorCode, Object, Oid, Repository};

use crate::{
    base::{diagnostic, digest::BlobId, path::RepoPath},
    git::{
        CommitId, GitError, Pool, Store, discover, folder_in_work_tree,
        trees::{self, Item, Trees},
    },
};

/// How many names a hint lists when none is near.
const MAX_NAMES_IN_HINT: usize = 5;

/// The remote that a name without a local branch is looked for in first.
const FIRST_REMOTE: &str = "origin";

/// The id of a folder in Git's objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TreeId(Oid);

/// One name in a folder of Git's objects.
#[derive(Clone, Debug)]
pub struct TreeItem {
    /// The name as Git has it: any bytes but NUL.
    pub name: Box<[u8]>,
    /// What it is.
    pub kind: TreeItemKind,
}

/// What a name in a folder of Git's objects is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TreeItemKind {
    /// A file, executable or not.
    File(BlobId),
    /// A symbolic link; the blob holds its target.
    Link(BlobId),
    /// A folder.
    Folder(TreeId),
    /// A submodule.
    Repository,
    /// A mode that Git doesn't define.
    Unknown,
}

/// Reads the objects of one revision; `Send` and `Sync`.
pub struct TreeReader {
    pool: Arc<Pool>,
    rev: String,
    root: TreeId,
    commit: Option<String>,
    folder: RepoPath,
}

impl TreeReader {
    /// Finds a branch, tag, commit or expression such as `HEAD~2` in the repository that holds `dir`.
    ///
    /// A name without a local branch is looked for in the remotes, `origin` first.
    pub fn open(dir: &Path, rev: &str) -> Result<Self, GitError> {
        let repository = discover(dir)?;
        let folder = folder_in_work_tree(&repository, dir).unwrap_or_else(RepoPath::root);
        let (root, commit) = find_revision(&repository, rev)?;
        Ok(Self { pool: Arc::new(Pool::new(repository)), rev: rev.to_owned(), root, commit, folder })
    }

    /// Reads a commit of a repository that is open.
    pub fn of_commit(store: &Store, commit: CommitId) -> Result<Self, GitError> {
        let root = store.pool.with(|repository| {
            let root = store.pool.root(repository, commit.oid());
            Ok(TreeId(root.map_err(|cause| GitError::failed(commit, cause))?))
        })?;
        let (pool, rev) = (Arc::clone(&store.pool), commit.to_string());
        Ok(Self { pool, commit: Some(rev.clone()), rev, root, folder: store.folder().clone() })
    }

    /// Reads another revision of the same repository.
    pub fn at(&self, rev: &str) -> Result<Self, GitError> {
        let (root, commit) = self.pool.with(|repository| find_revision(repository, rev))?;
        let (pool, folder) = (Arc::clone(&self.pool), self.folder.clone());
        Ok(Self { pool, rev: rev.to_owned(), root, commit, folder })
    }

    /// Reads an empty folder: what a branch without commits has.
    pub fn of_nothing(store: &Store) -> Result<Self, GitError> {
        let root = store.pool.with(|repository| {
            let empty = repository.treebuilder(None).and_then(|empty| empty.write());
            Ok(TreeId(empty.map_err(|cause| GitError::not_written(store.git_dir(), cause))?))
        })?;
        let folder = RepoPath::root();
        Ok(Self { pool: Arc::clone(&store.pool), rev: "HEAD".to_owned(), root, commit: None, folder })
    }

    /// The folder of the repository that was asked for; the root for a bare repository.
    pub fn folder(&self) -> &RepoPath {
        &self.folder
    }

    /// The top folder of the revision.
    pub fn root(&self) -> TreeId {
        self.root
    }

    /// The commit's id in hexadecimal; `None` when the revision names a tree.
    pub fn commit(&self) -> Option<&str> {
        self.commit.as_deref()
    }

    /// The revision as it was asked for.
    pub fn rev(&self) -> &str {
        &self.rev
    }

    /// The items of one folder, sorted by the bytes of their names.
    pub fn items(&self, folder: TreeId) -> Result<Vec<TreeItem>, GitError> {
        self.pool.with(|repository| {
            let tree = Trees::new(repository, &self.pool.trees).and_then(|trees| trees.read(folder.0));
            let tree = tree.map_err(|cause| GitError::failed(folder.0, cause))?;
            let item = |item: Item<'_>| TreeItem { name: item.name.into(), kind: item.kind() };
            let mut items: Vec<TreeItem> = trees::items(&tree).map(item).collect();
            items.sort_by(|a, b| a.name.cmp(&b.name));
            Ok(items)
        })
    }

    /// The bytes of a blob.
    pub fn blob(&self, id: BlobId) -> Result<Vec<u8>, GitError> {
        // They aren't kept: whoever reads a whole site reads each once.
        self.pool.kept_blob(id).map_or_else(|| self.pool.blob(id), Ok)
    }

    /// How many bytes each blob has, without reading them.
    pub fn sizes(&self, ids: &[BlobId]) -> Result<Vec<Result<u64, GitError>>, GitError> {
        let sizes = self.sizes_now(ids)?;
        let is_missing = sizes.iter().any(|size| size.as_ref().is_err_and(GitError::is_missing));
        if is_missing && self.pool.recent.miss() { self.sizes_now(ids) } else { Ok(sizes) }
    }

    fn sizes_now(&self, ids: &[BlobId]) -> Result<Vec<Result<u64, GitError>>, GitError> {
        self.pool.with(|repository| {
            let objects = repository.odb().map_err(|cause| GitError::failed(&self.rev, cause))?;
            let size_of = |&id| {
                let kept = self.pool.blobs.get(oid(id)).map(|bytes| bytes.len());
                let size = kept.map_or_else(|| Ok(objects.read_header(oid(id))?.0), Ok);
                size.map(|size| size as u64).map_err(|cause| GitError::failed(id, cause))
            };
            Ok(ids.iter().map(size_of).collect())
        })
    }
}

impl fmt::Debug for TreeReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TreeReader").field("rev", &self.rev).field("root", &self.root).finish_non_exhaustive()
    }
}

pub(super) fn oid(id: BlobId) -> Oid {
    Oid::from_bytes(id.as_bytes()).expect("a blob id has the 20 bytes of an object id")
}

/// The blob id of an object id that is known to name a blob.
pub(super) fn blob_id(id: Oid) -> BlobId {
    BlobId::from_raw(id.as_bytes().try_into().expect("an object id of a SHA-1 repository has 20 bytes"))
}

pub(super) fn item_kind(mode: i32, id: Oid) -> TreeItemKind {
    match mode & 0o170_000 {
        0o100_000 => TreeItemKind::File(blob_id(id)),
        0o120_000 => TreeItemKind::Link(blob_id(id)),
        0o040_000 => TreeItemKind::Folder(TreeId(id)),
        0o160_000 => TreeItemKind::Repository,
        _ => TreeItemKind::Unknown,
    }
}

fn find_revision(repository: &Repository, rev: &str) -> Result<(TreeId, Option<String>), GitError> {
    let object = find_object(repository, rev)?;
    let commit = object.peel_to_commit().ok().map(|commit| commit.id().to_string());
    let tree = object.peel_to_tree().map_err(|cause| GitError::failed(rev.escape_debug(), cause))?;
    Ok((TreeId(tree.id()), commit))
}

/// The commit of a revision; `None` when it names a tree.
pub(super) fn find_commit(repository: &Repository, rev: &str) -> Result<Option<Oid>, GitError> {
    Ok(find_object(repository, rev)?.peel_to_commit().ok().map(|commit| commit.id()))
}

fn find_object<'r>(repository: &'r Repository, rev: &str) -> Result<Object<'r>, GitError> {
    parse_revision(repository, rev).map_err(|cause| GitError::UnknownRevision {
        rev: rev.to_owned(),
        repository: repository.workdir().unwrap_or_else(|| repository.path()).to_path_buf(),
        hint: Some(hint_for(repository, rev, cause.code())),
    })
}

fn parse_revision<'r>(repository: &'r Repository, rev: &str) -> Result<Object<'r>, git2::Error> {
    let error = match repository.revparse_single(rev) {
        Ok(object) => return Ok(object),
        Err(error) => error,
    };
    let mut remotes = names(repository.remotes());
    remotes.sort_by_key(|name| (name != FIRST_REMOTE, name.clone()));
    remotes
        .iter()
        .find_map(|remote| repository.revparse_single(&format!("refs/remotes/{remote}/{rev}")).ok())
        .ok_or(error)
}

fn hint_for(repository: &Repository, rev: &str, code: ErrorCode) -> String {
    if code == ErrorCode::Ambiguous {
        return "more than one object starts like this; write more of its id".to_owned();
    }
    let names = revision_names(repository);
    let wanted = rev.split(['~', '^', '@']).next().unwrap_or(rev);
    if names.is_empty() && repository.head().is_err() {
        return "the repository has no commits yet".to_owned();
    }
    let is_known = wanted == "HEAD" || names.iter().any(|name| name == wanted);
    if repository.is_shallow() && (is_known || names.is_empty()) {
        return "the clone is shallow; get its history with `git fetch --unshallow`".to_owned();
    }
    if names.is_empty() {
        return "there are no branches and tags here; write the id of a commit".to_owned();
    }
    if let Some(near) = diagnostic::nearest(wanted, names.iter().map(String::as_str)) {
        return format!("did you mean `{near}`?");
    }
    let listed: Vec<String> = names.iter().take(MAX_NAMES_IN_HINT).map(|name| format!("`{name}`")).collect();
    let rest = if names.len() > MAX_NAMES_IN_HINT { ", and more" } else { "" };
    format!("there are {}{rest}", listed.join(", "))
}

/// Local branches, then tags, then branches of remotes that no local branch or tag is named like.
fn revision_names(repository: &Repository) -> Vec<String> {
    let branches = |kind| {
        let found = repository.branches(Some(kind)).into_iter().flatten().flatten();
        let mut names: Vec<String> =
            found.filter_map(|(branch, _)| Some(branch.name().ok()??.to_owned())).collect();
        names.sort();
        names
    };
    let mut all = branches(BranchType::Local);
    all.extend(names(repository.tag_names(None)));
    let known: std::collections::BTreeSet<String> = all.iter().cloned().collect();
    let remote = branches(BranchType::Remote);
    let short = remote.iter().filter_map(|name| name.split_once('/')).map(|(_, short)| short);
    all.extend(short.filter(|short| *short != "HEAD" && !known.contains(*short)).map(str::to_owned));
    all
}

fn names(array: Result<git2::string_array::StringArray, git2::Error>) -> Vec<String> {
    let Ok(array) = array else { return Vec::new() };
    (0..array.len()).filter_map(|at| Some(array.get(at).ok()??.to_owned())).collect()
}

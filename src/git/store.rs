//! [`Store`]: a repository that is read and written, as the files of one folder of it.
//!
//! Takes a folder of the disk: a work tree, a folder in one, or a bare repository. Paths are seen from that folder.
//! Reading is here; objects are written in [`write`](super::write), and the branch is moved in [`refs`](super::refs) and
//! nowhere else.

use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use git2::{
    ErrorCode, ObjectType, Reference, Repository, RepositoryInitOptions, TreeWalkMode, TreeWalkResult,
};

use crate::{
    base::{digest::BlobId, path::RepoPath},
    git::{
        CommitId, GitError, Pool, discover, folder_in_work_tree,
        index_file::IndexDigest,
        tree::{blob_id, oid},
        unchanged::WhileUnchanged,
    },
};

/// What the full names of branches begin with. Such a branch has a file of its own, unless it was packed.
pub(super) const BRANCHES: &str = "refs/heads/";
/// The branch of a repository that is made here.
const FIRST_BRANCH: &str = "main";

/// A repository that is read and written; `Send` and `Sync`.
pub struct Store {
    pub(super) pool: Arc<Pool>,
    /// Where `HEAD` and the index are.
    pub(super) git_dir: PathBuf,
    /// Where branches and objects are; another folder than `git_dir` for a second work tree.
    pub(super) common_dir: PathBuf,
    pub(super) work_tree: Option<PathBuf>,
    folder: RepoPath,
    /// Taken by those of this process who move the branch.
    pub(super) turn: Mutex<()>,
    /// The text of `HEAD`.
    head_text: WhileUnchanged<String>,
    /// That no push was on its way in the folder of objects, and that its names are on the disk.
    pub(super) no_push: WhileUnchanged<()>,
    pub(super) objects_synced: WhileUnchanged<()>,
    /// The digest of the index that was written here last.
    pub(super) index_digest: Mutex<Option<IndexDigest>>,
}

/// Where the repository is: the branch that is checked out, and its last commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The full name of the branch, such as `refs/heads/main`.
    pub branch: String,
    /// Its commit; `None` while there is none.
    pub commit: Option<CommitId>,
}

impl Head {
    /// The name of the branch as people say it.
    pub fn short_branch(&self) -> &str {
        self.branch.strip_prefix("refs/heads/").unwrap_or(&self.branch)
    }
}

/// A file of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredFile {
    /// Its bytes.
    pub blob: BlobId,
    /// What kind of file it is.
    pub kind: FileKind,
}

impl StoredFile {
    /// Whether it is a symbolic link, whose bytes are its target.
    pub fn is_link(&self) -> bool {
        self.kind == FileKind::Link
    }
}

/// The kinds of files that Git tells apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FileKind {
    /// One that nobody runs.
    #[default]
    Plain,
    /// One that can be run.
    Executable,
    /// A symbolic link.
    Link,
}

impl FileKind {
    fn of(mode: i32) -> Option<Self> {
        match mode & TYPE_BITS {
            FILE_TYPE if mode & EXECUTABLE_BITS == 0 => Some(Self::Plain),
            FILE_TYPE => Some(Self::Executable),
            LINK_MODE => Some(Self::Link),
            _ => None,
        }
    }

    /// The mode that it has in a tree and in the index.
    pub(super) fn mode(self) -> i32 {
        match self {
            Self::Plain => 0o100_644,
            Self::Executable => 0o100_755,
            Self::Link => LINK_MODE,
        }
    }
}

impl Store {
    /// Opens the repository that holds `dir`.
    pub fn open(dir: &Path) -> Result<Self, GitError> {
        Ok(Self::of(discover(dir)?, dir))
    }

    /// Makes a repository: in a folder that becomes its work tree, or a bare one.
    pub fn make(dir: &Path, bare: bool) -> Result<Self, GitError> {
        let mut options = RepositoryInitOptions::new();
        options.bare(bare).initial_head(FIRST_BRANCH).no_reinit(true);
        let made = Repository::init_opts(dir, &options);
        Ok(Self::of(made.map_err(|cause| GitError::failed(dir.display(), cause))?, dir))
    }

    fn of(repository: Repository, dir: &Path) -> Self {
        Self {
            git_dir: repository.path().to_path_buf(),
            common_dir: repository.commondir().to_path_buf(),
            work_tree: repository.workdir().map(Path::to_path_buf),
            folder: folder_in_work_tree(&repository, dir).unwrap_or_else(RepoPath::root),
            pool: Arc::new(Pool::new(repository)),
            turn: Mutex::new(()),
            head_text: WhileUnchanged::default(),
            no_push: WhileUnchanged::default(),
            objects_synced: WhileUnchanged::default(),
            index_digest: Mutex::new(None),
        }
    }

    /// The folder that paths are seen from, from the top of the repository.
    pub fn folder(&self) -> &RepoPath {
        &self.folder
    }

    /// Whether there is no work tree.
    pub fn is_bare(&self) -> bool {
        self.work_tree.is_none()
    }

    /// Where Git keeps what belongs to this work tree, and where we keep what can't be made again.
    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// Where branches are: what is watched for commits of others.
    pub fn common_dir(&self) -> &Path {
        &self.common_dir
    }

    /// The branch that is checked out, and its last commit.
    pub fn head(&self) -> Result<Head, GitError> {
        let branch = self.branch()?;
        let commit = self.commit_of_branch(&branch)?;
        Ok(Head { branch, commit })
    }

    /// The full name of the branch that is checked out.
    pub(super) fn branch(&self) -> Result<String, GitError> {
        // This and the commit are asked for many times in a save, so the plain forms are read here and all others by the library.
        let path = self.git_dir.join("HEAD");
        let text = self.head_text.get(&path, || read_small(&path));
        let name = text.as_deref().and_then(|text| text.strip_prefix("ref: ")).map(str::trim_end);
        if let Some(name) = name.filter(|name| name.starts_with(BRANCHES) && Reference::is_valid_name(name)) {
            return Ok(name.to_owned());
        }
        self.pool.with(|repository| {
            let head = repository.find_reference("HEAD").map_err(|cause| GitError::failed("HEAD", cause))?;
            head.symbolic_target().ok().flatten().map(str::to_owned).ok_or(GitError::NoBranch)
        })
    }

    /// The commit of a branch, by its full name; `None` while there is none.
    pub(super) fn commit_of_branch(&self, branch: &str) -> Result<Option<CommitId>, GitError> {
        if branch.starts_with(BRANCHES)
            && let Some(id) =
                read_small(&self.common_dir.join(branch)).and_then(|text| CommitId::parse(text.trim_end()))
        {
            return Ok(Some(id));
        }
        self.pool.with(|repository| match repository.refname_to_id(branch) {
            Ok(id) => Ok(Some(CommitId::of(id))),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(cause) => Err(GitError::failed(branch, cause)),
        })
    }

    /// A file of a commit; `None` when there is none of that path.
    pub fn file(&self, commit: CommitId, path: &RepoPath) -> Result<Option<StoredFile>, GitError> {
        let row = self.pool.row(commit, &self.path_in_repository(path))?;
        Ok(row.and_then(|row| Some(StoredFile { blob: blob_id(row.id), kind: FileKind::of(row.mode)? })))
    }

    /// Everything in a folder of a commit and below it but folders: files, symbolic links, submodules. None when there is
    /// no such folder.
    pub fn files_below(&self, commit: CommitId, folder: &RepoPath) -> Result<Vec<RepoPath>, GitError> {
        self.pool.with(|repository| {
            let failed = |cause| GitError::failed(commit, cause);
            let root = self.pool.root(repository, commit.oid());
            let root = root.and_then(|root| repository.find_tree(root)).map_err(failed)?;
            let path = self.path_in_repository(folder);
            let tree = match root.get_path(Path::new(path.as_str())) {
                Ok(entry) if entry.kind() == Some(ObjectType::Tree) => {
                    repository.find_tree(entry.id()).map_err(failed)?
                }
                Ok(_) => return Ok(Vec::new()),
                Err(error) if error.code() == ErrorCode::NotFound => return Ok(Vec::new()),
                Err(cause) => return Err(failed(cause)),
            };
            let mut files = Vec::new();
            let walked = tree.walk(TreeWalkMode::PreOrder, |above, entry| {
                let name = entry.name().ok().map(|name| format!("{above}{name}"));
                if entry.kind() != Some(ObjectType::Tree) {
                    files.extend(name.and_then(|name| folder.resolve(&name)));
                }
                TreeWalkResult::Ok
            });
            walked.map_err(failed)?;
            Ok(files)
        })
    }

    /// The bytes of a blob.
    pub fn blob(&self, id: BlobId) -> Result<Vec<u8>, GitError> {
        if let Some(bytes) = self.pool.kept_blob(id) {
            return Ok(bytes);
        }
        let bytes = self.pool.blob(id)?;
        // Whoever opens a text to edit it saves it next.
        self.pool.blobs.add(oid(id), bytes.as_slice().into());
        Ok(bytes)
    }

    /// Whether there is such a commit, on whatever branch.
    pub fn has_commit(&self, commit: CommitId) -> Result<bool, GitError> {
        self.pool.with(|repository| Ok(self.pool.root(repository, commit.oid()).is_ok()))
    }

    /// Whether a commit is `head` or comes before it. What is no commit here isn't, or isn't any more.
    pub fn is_in(&self, commit: CommitId, head: CommitId) -> Result<bool, GitError> {
        self.pool.with(|repository| {
            let is_before = match self.pool.commit_once(repository, commit.oid()) {
                Ok(_) => repository.graph_descendant_of(head.oid(), commit.oid()).or_else(|_| {
                    Ok(self.pool.commits_up_to(repository, head.oid(), None)?.contains(&commit.oid()))
                }),
                Err(error) if error.code() == ErrorCode::NotFound => Ok(false),
                Err(error) => Err(error),
            };
            is_before
                .map(|is_before| is_before || commit == head)
                .map_err(|cause| GitError::failed(head, cause))
        })
    }

    /// A path of the folder, seen from the top of the repository.
    pub(super) fn path_in_repository(&self, path: &RepoPath) -> RepoPath {
        self.folder.resolve(path.as_str()).expect("a path in normal form stays below its folder")
    }
}

/// The text of a file of a line; `None` for any other.
pub(super) fn read_small(path: &Path) -> Option<String> {
    let mut line = [0; 512];
    let n_read = File::open(path).ok()?.read(&mut line).ok().filter(|n_read| *n_read < line.len())?;
    std::str::from_utf8(&line[..n_read]).ok().map(str::to_owned)
}

/// The mode of a symbolic link.
pub(super) const LINK_MODE: i32 = 0o120_000;
/// The type of a plain file, executable or not, and where types and rights to run stand in a mode.
const FILE_TYPE: i32 = 0o100_000;
const TYPE_BITS: i32 = 0o170_000;
const EXECUTABLE_BITS: i32 = 0o111;

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::git::test_repo::TestRepo;

    fn commit(repo: &TestRepo, rev: &str) -> CommitId {
        CommitId::parse(&repo.git_with_input(&format!("rev-parse {rev}"), b"")).expect("an id")
    }

    #[test]
    fn a_commit_before_the_head_is_in_it() {
        let repo = TestRepo::new();
        repo.write("a.md", "one\n").commit("one").at(1).commit("two").at(2).commit("three");
        let (first, middle, head) = (commit(&repo, "HEAD~2"), commit(&repo, "HEAD~1"), commit(&repo, "HEAD"));
        let store = Store::open(repo.root()).expect("a repository");
        let is_in = |commit, head| store.is_in(commit, head).expect("an answer");
        assert!(is_in(first, head) && is_in(head, head) && !is_in(head, first));
        let (gone, tree) = (CommitId::parse(&"1".repeat(40)).expect("an id"), commit(&repo, "HEAD^{tree}"));
        assert!(!is_in(gone, head) && !is_in(tree, head));
        // What can't be read is no answer.
        let id = middle.to_string();
        let object = repo.path(&format!(".git/objects/{}/{}", &id[..2], &id[2..]));
        fs::remove_file(&object).expect("a loose object");
        fs::write(object, "no object").expect("writable");
        let store = Store::open(repo.root()).expect("a repository");
        store.is_in(first, head).expect_err("a damaged commit between them");
    }
}

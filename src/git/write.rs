//! New objects of a [`Store`]: from edits of paths to a commit, without an index or a work tree.
//!
//! Costs the depth of the edited paths and the sizes of the folders on the way, whatever the size of the repository. Nothing
//! points to the new objects yet: that is left to [`refs`](super::refs). They are on the disk when that begins.

use std::{collections::BTreeMap, io::Write as _, sync::Arc};

use git2::{ObjectType, Odb, OdbLookupFlags, Oid, Signature};

use crate::{
    base::path::RepoPath,
    git::{
        Author, CommitId, FileKind, GitError, Moment, Store, StoredFile,
        commit::CommitObject,
        loose::NewObjects,
        store::LINK_MODE,
        tree,
        trees::{self, FOLDER_MODE, Row, Trees},
    },
};

/// The folder that no tree may have, in any case of letters.
const GIT_DIR: &str = ".git";

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
    /// New bytes of a file that can be run; plain ones are so, too, where they take the place of one.
    Executable(Vec<u8>),
    /// A file that some commit has already, of its kind.
    Stored(StoredFile),
    /// The target of a symbolic link.
    LinkTo(Vec<u8>),
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

/// Makes the objects of a commit.
struct Writer<'r> {
    odb: Odb<'r>,
    /// Those that were there, by which nothing is read twice.
    trees: &'r Trees<'r>,
    /// What moved files have, by the path that they had.
    moved: BTreeMap<&'r RepoPath, Row>,
    new: NewObjects,
    new_trees: Vec<(Oid, Arc<[u8]>)>,
    new_blobs: Vec<(Oid, &'r [u8])>,
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
            let parent = new.parent.map(CommitId::oid);
            let base = parent.map(|parent| self.pool.root(repository, parent)).transpose().map_err(failed)?;
            let trees = Trees::new(repository, &self.pool.trees).map_err(failed)?;
            let moved = self.moved(&trees, base, new.edits).map_err(failed)?;
            let new_objects = NewObjects::new(&self.common_dir);
            let odb = repository.odb().map_err(failed)?;
            let (new_trees, new_blobs) = Default::default();
            let mut writer = Writer { odb, trees: &trees, moved, new: new_objects, new_trees, new_blobs };
            let tree = match writer.folder(base, &edits, &RepoPath::root())? {
                Some(tree) => tree,
                None => writer.tree(Vec::new())?,
            };
            if base == Some(tree) {
                return Ok(None);
            }
            let text = commit_text(tree, parent, &author, &committer, new.message);
            let commit = writer.object(ObjectType::Commit, &text)?;
            let made = writer
                .new
                .finish(&self.objects_synced)
                .map_err(|cause| GitError::disk(&self.git_dir, cause))?;
            self.pool.recent.keep(CommitId::of(commit), made);
            // Whoever shows the commit asks for them next.
            writer.new_trees.into_iter().for_each(|(id, bytes)| self.pool.trees.add(id, bytes));
            writer.new_blobs.into_iter().for_each(|(id, bytes)| self.pool.blobs.add(id, bytes.into()));
            if !new.message.starts_with('\n') {
                let (author, written, at) =
                    (Author::of(&author), Moment::of(author.when()), Moment::of(committer.when()));
                let (parents, message) = (parent.into_iter().collect(), new.message.to_owned());
                let made = CommitObject { tree, parents, author, written, at, message };
                self.pool.commits.add(commit, Arc::new(made));
            }
            Ok(Some(CommitId::of(commit)))
        })
    }

    /// What the files that edits move have in a tree.
    fn moved<'e>(
        &self,
        trees: &Trees<'_>,
        base: Option<Oid>,
        edits: &'e [Edit],
    ) -> Result<BTreeMap<&'e RepoPath, Row>, git2::Error> {
        let mut moved = BTreeMap::new();
        for edit in edits {
            let (Some(Content::Moved(from)), Some(base)) = (&edit.content, base) else { continue };
            moved.extend(trees.row(base, &self.path_in_repository(from))?.map(|row| (from, row)));
        }
        Ok(moved)
    }
}

impl<'r> Writer<'r> {
    /// The folder after its edits; `None` when nothing is left in it.
    fn folder(
        &mut self,
        base: Option<Oid>,
        edits: &FolderEdits<'r>,
        path: &RepoPath,
    ) -> Result<Option<Oid>, GitError> {
        let base = base.map_or_else(|| Ok(Arc::from([])), |base| self.trees.read(base));
        let base = base.map_err(|cause| self.failed(cause))?;
        let mut rows: BTreeMap<&[u8], Row> =
            trees::items(&base).map(|item| (item.name, item.row())).collect();
        for (name, inner) in &edits.folders {
            let former = rows.get(name.as_bytes()).copied();
            let goes = edits.files.get(name).is_some_and(Option::is_none);
            if name.eq_ignore_ascii_case(GIT_DIR) || former.is_some_and(|row| !row.is_folder()) && !goes {
                return Err(GitError::InTheWay { path: path.join(name) });
            }
            let below = former.filter(Row::is_folder).map(|row| row.id);
            match self.folder(below, inner, &path.join(name))? {
                Some(id) => _ = rows.insert(name.as_bytes(), Row { mode: FOLDER_MODE, id }),
                None if below.is_some() => _ = rows.remove(name.as_bytes()),
                None => {}
            }
        }
        // A file may take the place of a folder that has just gone.
        for (name, content) in &edits.files {
            let former = rows.get(name.as_bytes()).copied();
            let is_in_the_way =
                former.is_some_and(|row| !row.is_file()) || name.eq_ignore_ascii_case(GIT_DIR);
            match content {
                Some(_) if is_in_the_way => return Err(GitError::InTheWay { path: path.join(name) }),
                Some(content) => {
                    let mode = former.map(|row| row.mode).filter(|mode| *mode != LINK_MODE);
                    rows.insert(name.as_bytes(), self.blob(content, mode.unwrap_or(FileKind::Plain.mode()))?);
                }
                None if is_in_the_way => {}
                None => _ = rows.remove(name.as_bytes()),
            }
        }
        if rows.is_empty() {
            return Ok(None);
        }
        self.tree(trees::packed(rows)).map(Some)
    }

    /// What stands in a folder for a content; a new text has the mode of the file that it takes the place of.
    fn blob(&mut self, content: &'r Content, mode: i32) -> Result<Row, GitError> {
        match content {
            Content::Bytes(bytes) | Content::Executable(bytes) => {
                let id = self.object(ObjectType::Blob, bytes)?;
                self.new_blobs.push((id, bytes));
                let is_executable = matches!(content, Content::Executable(_));
                Ok(Row { mode: if is_executable { FileKind::Executable.mode() } else { mode }, id })
            }
            Content::LinkTo(target) => {
                Ok(Row { mode: LINK_MODE, id: self.object(ObjectType::Blob, target)? })
            }
            Content::Stored(file) => Ok(Row { mode: file.kind.mode(), id: tree::oid(file.blob) }),
            Content::Moved(from) => self.moved.get(from).copied().ok_or_else(|| {
                self.failed(git2::Error::from_str(&format!("there is no file `{from}` to be moved")))
            }),
        }
    }

    fn tree(&mut self, bytes: Vec<u8>) -> Result<Oid, GitError> {
        let id = self.object(ObjectType::Tree, &bytes)?;
        self.new_trees.push((id, bytes.into()));
        Ok(id)
    }

    /// An object that is there once the others are.
    fn object(&mut self, kind: ObjectType, bytes: &[u8]) -> Result<Oid, GitError> {
        let id = Oid::hash_object(kind, bytes).map_err(|cause| self.failed(cause))?;
        // One that was there may be of use to nobody else: it is made all the same, in case that a cleaning takes it away. The
        // library makes it young again, so that one which leaves young ones doesn't. A commit has the time in it, and is never old.
        if kind != ObjectType::Commit && self.odb.exists_ext(id, OdbLookupFlags::NO_REFRESH) {
            self.odb.write(kind, bytes).map_err(|cause| self.failed(cause))?;
        }
        self.new.add(kind, bytes, id).map_err(|cause| GitError::disk(self.new.folder(), cause))?;
        Ok(id)
    }

    fn failed(&self, cause: git2::Error) -> GitError {
        GitError::not_written(self.new.folder(), cause)
    }
}

/// A commit as Git stores it.
fn commit_text(
    tree: Oid,
    parent: Option<Oid>,
    author: &Signature<'_>,
    committer: &Signature<'_>,
    message: &str,
) -> Vec<u8> {
    let mut text = format!("tree {tree}\n");
    text.extend(parent.map(|parent| format!("parent {parent}\n")));
    for (role, who) in [("author", author), ("committer", committer)] {
        let (name, email, when) = (who.name_bytes(), who.email_bytes(), who.when());
        let minutes = when.offset_minutes().unsigned_abs();
        text += &format!(
            "{role} {} <{}> {} {}{:02}{:02}\n",
            String::from_utf8_lossy(name),
            String::from_utf8_lossy(email),
            when.seconds(),
            when.sign(),
            minutes / 60,
            minutes % 60
        );
    }
    text.push('\n');
    text.push_str(message);
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::test_repo::TestRepo;

    /// Commits on top of a commit.
    fn write(store: &Store, parent: Option<CommitId>, edits: &[(&str, Option<&str>)]) -> Option<CommitId> {
        let edit = |(path, text): &(&str, Option<&str>)| Edit {
            path: RepoPath::new(path).expect("normal"),
            content: text.map(|text| Content::Bytes(text.as_bytes().to_vec())),
        };
        let edits: Vec<Edit> = edits.iter().map(edit).collect();
        let who = &Author { name: "  Ada É. ".to_owned(), email: "ada@example.org".to_owned() };
        let at = Moment { seconds: 1_700_000_000, offset_minutes: 330 };
        let message = "a save\n\nwhy\n";
        let new = NewCommit { parent, edits: &edits, author: who, committer: who, at, message };
        store.write_commit(&new).expect("written")
    }

    #[test]
    fn objects_are_those_that_git_would_have_written() {
        let repo = TestRepo::new();
        repo.write("a-b", "1").write("a/b.md", "2").write("a.md", "3").write("run", "4");
        repo.git("add -A").git("update-index --chmod=+x run").git("commit --quiet -m one");
        let store = Store::open(repo.root()).expect("a repository");
        let head = store.head().expect("a branch").commit;
        let edits = [("a0", Some("5")), ("run", Some("6")), ("a/b.md", None), ("a/c/d.md", Some(""))];
        let commit = write(&store, head, &edits).expect("a change");
        let listed = "100644 blob a-b|100644 blob a.md|100644 blob a/c/d.md|100644 blob a0|100755 blob run";
        let tree = repo.git_with_input(&format!("ls-tree -r {commit}"), b"");
        let shown = |line: &str| {
            let words: Vec<&str> = line.split_whitespace().collect();
            format!("{} {} {}", words[0], words[1], words[3])
        };
        assert_eq!(tree.lines().map(shown).collect::<Vec<_>>().join("|"), listed);
        let kept = store.pool.commits.get(commit.oid()).expect("whoever shows it asks for it next");
        let read = store.pool.with(|repository| Ok(CommitObject::read(repository, commit.oid()).ok()));
        assert_eq!(read.expect("a handle").as_ref(), Some(&*kept));
        let said = repo.git_with_input(&format!("show --no-patch --format=%an|%ae|%ai|%B {commit}"), b"");
        assert_eq!(said, "Ada É.|ada@example.org|2023-11-15 03:43:20 +0530|a save\n\nwhy");
        // The tree as the `git` program makes it of the same files.
        repo.git(&format!("read-tree {commit}"));
        let trees = [format!("rev-parse {commit}^{{tree}}"), "write-tree".to_owned()];
        let [ours, theirs] = trees.map(|arguments| repo.git_with_input(&arguments, b""));
        assert_eq!(ours, theirs);
        repo.git(&format!("reset --quiet --hard {commit}")).git("fsck --strict --no-dangling");
        assert!(repo.git_with_input("count-objects -v", b"").contains("garbage: 0"));
        assert_eq!(write(&store, Some(commit), &[("run", Some("6")), ("none", None)]), None);
    }

    #[test]
    fn a_file_takes_the_place_of_a_folder_that_goes_with_the_same_commit() {
        let repo = TestRepo::new();
        repo.write("a/b.md", "1").write("c", "2").commit("one");
        let store = Store::open(repo.root()).expect("a repository");
        let head = store.head().expect("a branch").commit;
        let edits = [("a/b.md", None), ("a", Some("3")), ("c", None), ("c/d.md", Some("4"))];
        let commit = write(&store, head, &edits).expect("a change");
        let listed = repo.git_with_input(&format!("ls-tree -r --name-only {commit}"), b"");
        assert_eq!(listed, "a\nc/d.md");
        let nothing = write(&store, Some(commit), &[("a", None), ("c/d.md", None)]).expect("a change");
        assert_eq!(repo.git_with_input(&format!("ls-tree {nothing}"), b""), "");
        repo.git("fsck --strict --no-dangling");
    }

    #[test]
    fn gits_own_folder_is_no_folder_of_a_tree() {
        let repo = TestRepo::new();
        let store = Store::open(repo.root()).expect("a repository");
        let who = &Author { name: "Ada".to_owned(), email: "ada@example.org".to_owned() };
        for path in [".git/hooks/post-commit", "a/.GIT/config", ".git"] {
            let content = Some(Content::Bytes(Vec::new()));
            let edits = [Edit { path: RepoPath::new(path).expect("normal"), content }];
            let at = Moment { seconds: 0, offset_minutes: 0 };
            let new =
                NewCommit { parent: None, edits: &edits, author: who, committer: who, at, message: "x" };
            assert!(matches!(store.write_commit(&new), Err(GitError::InTheWay { .. })), "{path}");
        }
    }
}

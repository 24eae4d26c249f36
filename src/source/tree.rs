//! [`Tree`]: the files of a branch, tag or commit, straight from Git's objects, without a checkout.
//!
//! Takes a folder of a repository (or a bare one) and a revision. Folders that were read are kept, so that reading a file
//! costs its blob only, whatever the size of the folders on its way.

use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, OnceLock, PoisonError, RwLock},
};

use rayon::prelude::*;

use crate::{
    base::{digest::BlobId, path::RepoPath},
    git::{
        CommitId, GitError, Store,
        tree::{TreeId, TreeItem, TreeItemKind, TreeReader},
    },
    source::{
        ChangeSet, Entry, Found, Listing, ListingOptions, MAX_OUTSIDE_BYTES, Source, SourceError, cause_of,
        ignore::{GitRules, Rules, Scope},
        links,
        relist::is_rule,
        walk::{Child, Kind, Raw, unreadable, walk},
    },
};

/// How many sizes of blobs are asked for with one handle of the repository.
const BLOBS_PER_TASK: usize = 1_000;

/// The files of one revision of a Git repository.
#[derive(Debug)]
pub struct Tree {
    reader: TreeReader,
    root: TreeId,
    /// Sorted by name; equal folders are kept once.
    folders: RwLock<HashMap<TreeId, Arc<[TreeItem]>>>,
    /// Whether its listing has files that symbolic links lead to, once somebody has looked.
    has_links: OnceLock<bool>,
}

impl Tree {
    /// Opens a branch, tag, commit or expression such as `HEAD~2`, of the repository that holds `dir`.
    ///
    /// When `dir` is a folder below the top of a work tree, that folder of the revision is the site.
    pub fn open(dir: impl AsRef<Path>, rev: &str) -> Result<Self, SourceError> {
        let dir = dir.as_ref();
        dir.metadata().map_err(|cause| SourceError::on_disk(dir, cause))?;
        let reader = TreeReader::open(dir, rev)?;
        let folder = reader.folder().clone();
        Self::of(reader).below(&folder)
    }

    /// The files of a commit of a repository that is open; of none, where there is no commit yet.
    ///
    /// A commit without the site's folder has no files.
    pub fn of_commit(store: &Store, commit: Option<CommitId>) -> Result<Self, SourceError> {
        let reader = match commit {
            Some(commit) => TreeReader::of_commit(store, commit)?,
            None => TreeReader::of_nothing(store)?,
        };
        let folder = reader.folder().clone();
        match (Self::of(reader)).below(&folder) {
            Err(SourceError::Git(GitError::NoFolder { .. })) => Self::of_commit(store, None),
            found => found,
        }
    }

    fn of(reader: TreeReader) -> Self {
        Self { root: reader.root(), reader, folders: RwLock::default(), has_links: OnceLock::new() }
    }

    /// Takes a folder of this tree as the site, for bare repositories that hold more than a site.
    pub fn below(mut self, folder: &RepoPath) -> Result<Self, SourceError> {
        match self.find(folder)? {
            Some(TreeItemKind::Folder(id)) => self.root = id,
            _ => {
                return Err(
                    GitError::NoFolder { folder: folder.clone(), rev: self.reader.rev().to_owned() }.into()
                );
            }
        }
        Ok(self)
    }

    /// The id of the bytes at a path, links followed.
    pub fn blob(&self, path: &RepoPath) -> Option<BlobId> {
        match self.find(path).ok()? {
            Some(TreeItemKind::File(blob)) => Some(blob),
            _ => self.read(path).ok().map(|bytes| BlobId::of(&bytes)),
        }
    }

    /// What is at a path, links not followed.
    fn find(&self, path: &RepoPath) -> Result<Option<TreeItemKind>, SourceError> {
        self.find_below(self.root, path)
    }

    fn find_below(&self, folder: TreeId, path: &RepoPath) -> Result<Option<TreeItemKind>, SourceError> {
        let mut kind = TreeItemKind::Folder(folder);
        for name in path.parts() {
            let TreeItemKind::Folder(folder) = kind else { return Ok(None) };
            let items = self.items(folder)?;
            let Ok(at) = items.binary_search_by(|item| (*item.name).cmp(name.as_bytes())) else {
                return Ok(None);
            };
            kind = items[at].kind;
        }
        Ok(Some(kind))
    }

    fn items(&self, folder: TreeId) -> Result<Arc<[TreeItem]>, SourceError> {
        if let Some(items) = self.folders.read().unwrap_or_else(PoisonError::into_inner).get(&folder) {
            return Ok(Arc::clone(items));
        }
        let items: Arc<[TreeItem]> = self.reader.items(folder)?.into();
        let mut folders = self.folders.write().unwrap_or_else(PoisonError::into_inner);
        Ok(Arc::clone(folders.entry(folder).or_insert(items)))
    }

    /// The listing of this tree, and how it differs from `former`, the one of another tree with the same options.
    ///
    /// Folders that are the same in both are not looked into. Where only bytes of files differ, nothing else is.
    pub fn relist(
        &self,
        other: &Self,
        former: &Listing,
        options: &ListingOptions,
    ) -> Result<(Listing, ChangeSet), SourceError> {
        let mut rewritten = Vec::new();
        if self.differences(self.root, other.root, &RepoPath::root(), &mut rewritten)?
            && let Some(found) = self.rewritten(other, former, &rewritten)?
        {
            return Ok(found);
        }
        let listing = self.listing(options)?;
        let changes = ChangeSet::between(former, &listing);
        Ok((listing, changes))
    }

    /// Collects the files with other bytes than in another folder; false when anything else differs.
    fn differences(
        &self,
        here: TreeId,
        there: TreeId,
        folder: &RepoPath,
        rewritten: &mut Vec<(RepoPath, BlobId)>,
    ) -> Result<bool, SourceError> {
        if here == there {
            return Ok(true);
        }
        let (here, there) = (self.items(here)?, self.items(there)?);
        if here.len() != there.len() || here.iter().zip(&*there).any(|(here, there)| here.name != there.name)
        {
            return Ok(false);
        }
        for (here, there) in here.iter().zip(&*there) {
            if here.kind == there.kind {
                continue;
            }
            let path = std::str::from_utf8(&here.name).ok();
            let Some(path) = path.and_then(|name| folder.resolve(name)) else { return Ok(false) };
            match (here.kind, there.kind) {
                (TreeItemKind::File(blob), TreeItemKind::File(_)) => rewritten.push((path, blob)),
                (TreeItemKind::Folder(here), TreeItemKind::Folder(there)) => {
                    if !self.differences(here, there, &path, rewritten)? {
                        return Ok(false);
                    }
                }
                _ => return Ok(false),
            }
        }
        Ok(true)
    }

    /// The listing after files got other bytes; `None` when these could decide about other files.
    fn rewritten(
        &self,
        other: &Self,
        former: &Listing,
        files: &[(RepoPath, BlobId)],
    ) -> Result<Option<(Listing, ChangeSet)>, SourceError> {
        if files.iter().any(|(path, _)| is_rule(path.file_name())) {
            return Ok(None);
        }
        let mut listing = former.clone();
        let mut changes = ChangeSet::default();
        let listed: Vec<&(RepoPath, BlobId)> =
            files.iter().filter(|(path, _)| former.entries.contains_key(path)).collect();
        let is_link = |entry: &Entry| entry.link_to.is_some();
        let has_links = *other.has_links.get_or_init(|| former.entries.values().any(is_link));
        // Of links nothing differs.
        let has_links = *self.has_links.get_or_init(|| has_links);
        if listed.is_empty() {
            return Ok((!has_links).then_some((listing, changes)));
        }
        if has_links {
            return Ok(None);
        }
        let blobs: Vec<BlobId> = listed.iter().map(|(_, blob)| *blob).collect();
        for ((path, blob), size) in listed.into_iter().zip(self.reader.sizes(&blobs)?) {
            let Ok(size) = size else { return Ok(None) };
            listing.entries.insert(path.clone(), Entry { blob: *blob, size, link_to: None });
            changes.changed.push(path.clone());
        }
        changes.changed.sort();
        Ok(Some((listing, changes)))
    }

    fn link_target(&self, blob: BlobId) -> Result<Option<String>, GitError> {
        let size = self.reader.sizes(&[blob])?.pop();
        if size.is_some_and(|size| size.is_ok_and(|size| size > links::MAX_TARGET_BYTES)) {
            return Ok(None);
        }
        Ok(Some(String::from_utf8_lossy(&self.reader.blob(blob)?).into_owned()))
    }

    fn entries(&self, files: Vec<(RepoPath, BlobId)>) -> Result<Vec<Found>, SourceError> {
        let sizes: Result<Vec<_>, GitError> = files
            .par_chunks(BLOBS_PER_TASK)
            .map(|chunk| self.reader.sizes(&chunk.iter().map(|(_, blob)| *blob).collect::<Vec<_>>()))
            .collect();
        let entry = |((path, blob), size)| match size {
            Ok(size) => Ok((path, Entry { blob, size, link_to: None })),
            Err(error) => Err(Box::new(unreadable(&path, &cause_of(&error)))),
        };
        Ok(files.into_iter().zip(sizes?.into_iter().flatten()).map(entry).collect())
    }
}

impl Source for Tree {
    fn at_revision(&self, rev: &str) -> Result<Self, SourceError> {
        let reader = self.reader.at(rev)?;
        let folder = reader.folder().clone();
        Self::of(reader).below(&folder)
    }

    fn repository_folder(&self) -> RepoPath {
        self.reader.folder().clone()
    }

    fn read_outside(&self, path: &RepoPath) -> Option<Vec<u8>> {
        let Some(TreeItemKind::File(blob)) = self.find_below(self.reader.root(), path).ok()? else {
            return None;
        };
        let size = self.reader.sizes(&[blob]).ok()?.pop()?.ok()?;
        (size <= MAX_OUTSIDE_BYTES).then(|| self.reader.blob(blob).ok())?
    }

    fn is_fixed(&self) -> bool {
        true
    }

    fn commit(&self) -> Option<&str> {
        self.reader.commit()
    }

    fn listing(&self, options: &ListingOptions) -> Result<Listing, SourceError> {
        let rules = Rules::new(options, GitRules::AllTracked);
        let walked = walk(self, &rules, Scope::default())?;
        Ok(Listing::assemble(self.entries(walked.files)?, &walked.links, walked.diagnostics))
    }

    fn read(&self, path: &RepoPath) -> Result<Vec<u8>, SourceError> {
        if let Some(TreeItemKind::File(blob)) = self.find(path)? {
            return Ok(self.reader.blob(blob)?);
        }
        let link_at = |path: &RepoPath| match self.find(path)? {
            Some(TreeItemKind::Link(blob)) => Ok::<_, SourceError>(self.link_target(blob)?),
            _ => Ok(None),
        };
        let Ok(target) = links::resolve(path, link_at)? else { return Err(SourceError::not_found(path)) };
        match self.find(&target)? {
            Some(TreeItemKind::File(blob)) => Ok(self.reader.blob(blob)?),
            _ => Err(SourceError::not_found(path)),
        }
    }
}

impl Raw for Tree {
    type File = BlobId;

    fn children(&self, folder: &RepoPath) -> Result<Vec<Child<BlobId>>, SourceError> {
        let Some(TreeItemKind::Folder(id)) = self.find(folder)? else {
            return Err(SourceError::not_found(folder));
        };
        let kind = |kind| match kind {
            TreeItemKind::File(blob) => Kind::File(blob),
            TreeItemKind::Folder(_) => Kind::Folder,
            TreeItemKind::Repository => Kind::Repository,
            TreeItemKind::Unknown => Kind::Special,
            TreeItemKind::Link(blob) => match self.link_target(blob) {
                Ok(Some(target)) => Kind::Link(target),
                Ok(None) => Kind::Unreadable("its target is too long".to_owned()),
                Err(error) => Kind::Unreadable(cause_of(&error)),
            },
        };
        let items = self.items(id)?;
        Ok(items.iter().map(|item| Child { name: item.name.clone(), kind: kind(item.kind) }).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::test_repo::TestRepo;

    fn path(text: &str) -> RepoPath {
        RepoPath::new(text).expect("a normal path")
    }

    fn list(tree: &Tree) -> Listing {
        tree.listing(&ListingOptions::default()).expect("a revision can be listed")
    }

    /// The text of `a.md` in a revision.
    fn text(dir: &Path, rev: &str) -> String {
        let tree = Tree::open(dir, rev).unwrap_or_else(|error| panic!("{rev}: {error}"));
        String::from_utf8(tree.read(&path("a.md")).expect("a file")).expect("a text")
    }

    fn two_commits() -> TestRepo {
        let repo = TestRepo::new();
        repo.write("a.md", "one").commit("one").git("tag -a v1 -m v1").git("branch old/one");
        repo.write("a.md", "two").commit("two");
        repo
    }

    #[test]
    fn branches_tags_commits_and_expressions_are_revisions() {
        let repo = two_commits();
        let commit = repo.git_with_input("rev-parse v1^{commit}", b"");
        for rev in ["v1", "old/one", "HEAD~1", "main^", "refs/tags/v1", &commit, &commit[..8]] {
            assert_eq!(text(repo.root(), rev), "one", "{rev}");
        }
        assert_eq!(text(repo.root(), "main"), "two");
        let tree = Tree::open(repo.root(), "v1").expect("a tag");
        assert_eq!(tree.commit(), Some(&*commit));
    }

    #[test]
    fn a_branch_of_a_remote_needs_no_local_one() {
        let clone = two_commits().clone_with("--branch=main");
        for rev in ["old/one", "origin/old/one", "main~1"] {
            assert_eq!(text(clone.root(), rev), "one", "{rev}");
        }
    }

    #[test]
    fn an_unknown_revision_names_the_nearest() {
        let check = |repo: &TestRepo, rev: &str, expected: &str| {
            let error = Tree::open(repo.root(), rev).expect_err("no such revision");
            assert!(error.to_string().starts_with(&format!("`{rev}` is not a branch, tag or commit of `")));
            assert_eq!(error.hint().as_deref(), Some(expected), "{rev}");
        };
        let repo = two_commits();
        check(&repo, "mian", "did you mean `main`?");
        check(&repo, "old/on", "did you mean `old/one`?");
        check(&repo, "something-else", "there are `main`, `old/one`, `v1`");
        check(&repo, "", "there are `main`, `old/one`, `v1`");
        check(&TestRepo::new(), "main", "the repository has no commits yet");
        let shallow = repo.clone_with("--depth=1 --no-local");
        check(&shallow, "main~1", "the clone is shallow; get its history with `git fetch --unshallow`");
    }

    #[test]
    fn a_folder_without_a_repository_is_an_error() {
        let dir = tempfile::tempdir().expect("a folder");
        let error = Tree::open(dir.path(), "main").expect_err("no repository");
        assert!(error.to_string().ends_with("is not in a Git repository"), "{error}");
        assert!(matches!(Tree::open(dir.path().join("none"), "main"), Err(SourceError::NotFound { .. })));
    }

    #[test]
    fn many_threads_read_at_once() {
        let repo = TestRepo::new();
        for n in 0..200 {
            repo.write(&format!("s{}/{n}.md", n % 7), &n.to_string());
        }
        repo.commit("all");
        let tree = Tree::open(repo.root(), "main").expect("a branch");
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for n in 0..200 {
                        let path = path(&format!("s{}/{n}.md", n % 7));
                        assert_eq!(tree.read(&path).expect("a file"), n.to_string().as_bytes());
                    }
                });
            }
        });
    }

    #[test]
    fn a_missing_object_does_not_stop_the_rest() {
        let repo = two_commits();
        repo.write("b.md", "b").commit("b");
        let blob = BlobId::of(b"b").to_string();
        std::fs::remove_file(repo.path(&format!(".git/objects/{}/{}", &blob[..2], &blob[2..])))
            .expect("an object");
        let listing = list(&Tree::open(repo.root(), "main").expect("a branch"));
        assert_eq!(listing.entries.keys().collect::<Vec<_>>(), [&path("a.md")]);
        assert_eq!(listing.diagnostics[0].code, "unreadable");
    }

    #[test]
    fn names_that_no_disk_has_are_left_out() {
        let repo = two_commits();
        let blob = BlobId::of(b"one");
        let item = |mode: &str, name: &str| {
            [mode.as_bytes(), b" ", name.as_bytes(), b"\0", blob.as_bytes()].concat()
        };
        let mut items = [item("100644", ".."), item("100644", "../x.md"), item("100644", "a/b.md")].concat();
        items.extend([item("100644", "ok.md"), item("100644", "ok.md"), item("120000", "z.md")].concat());
        let id = repo.git_with_input("hash-object -t tree -w --literally --stdin", &items);
        let tree = Tree::open(repo.root(), &id).expect("a tree");
        assert_eq!(tree.commit(), None);
        let listing = list(&tree);
        assert_eq!(listing.entries.keys().collect::<Vec<_>>(), [&path("ok.md")]);
        let codes: Vec<&str> = listing.diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
        assert_eq!(codes, ["name-dangerous", "symlink-broken"]);
    }
}

//! [`Feature`]: what some repositories have that libgit2 can't read, with the way to one that it can.

use std::{fmt, path::Path};

/// How libgit2 begins to say that it doesn't know how objects are named.
const NO_FORMAT: &str = "unknown object format";
/// The same of any other feature; its name follows.
const NO_EXTENSION: &str = "unsupported extension name extensions.";

/// How libgit2 begins to say that it doesn't know a part of the index; its name follows, in quotes.
const NO_INDEX_PART: &str = "unsupported mandatory extension: '";

/// What a repository has that can't be read here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Feature {
    /// Objects are named by SHA-256.
    Sha256,
    /// Branches and tags are in a file of the kind `reftable`.
    Reftable,
    /// The index is in two files: `core.splitIndex`.
    SplitIndex,
    /// The index has folders in the place of their files: `index.sparse`.
    SparseIndex,
    /// Another extension, by the name that it has in Git's configuration.
    Extension(String),
}

impl Feature {
    /// The feature that libgit2 complains about.
    pub(super) fn of(complaint: &str) -> Option<Self> {
        if complaint.starts_with(NO_FORMAT) {
            return Some(Self::Sha256);
        }
        if let Some(part) = complaint.strip_prefix(NO_INDEX_PART) {
            return Some(match part.trim_end_matches('\'') {
                "link" => Self::SplitIndex,
                "sdir" => Self::SparseIndex,
                name => Self::Extension(name.to_owned()),
            });
        }
        Some(match complaint.strip_prefix(NO_EXTENSION)? {
            "refstorage" => Self::Reftable,
            name => Self::Extension(name.to_owned()),
        })
    }

    /// How a repository with it becomes one without.
    pub(super) fn hint(&self, dir: &Path) -> String {
        let dir = dir.display();
        match self {
            Self::Sha256 => format!(
                "take its history over into one with SHA-1: `git init --object-format=sha1 NEW`, `git -C {dir} fast-export --all \
                 --signed-tags=strip | git -C NEW fast-import`, and `git -C NEW checkout BRANCH`"
            ),
            Self::Reftable => {
                format!("clone it into one that has them as files: `git clone --ref-format=files {dir} NEW`")
            }
            Self::SplitIndex => format!(
                "put it into one: `git -C {dir} config core.splitIndex false`, and `git -C {dir} update-index --no-split-index`"
            ),
            Self::SparseIndex => {
                format!("write all files into it: `git -C {dir} sparse-checkout reapply --no-sparse-index`")
            }
            Self::Extension(_) => format!("clone it into a plain one: `git clone {dir} NEW`"),
        }
    }
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sha256 => f.write_str("names its objects by SHA-256"),
            Self::Reftable => f.write_str("keeps its branches in the format `reftable`"),
            Self::SplitIndex => f.write_str("has its index in two files (`core.splitIndex`)"),
            Self::SparseIndex => f.write_str("has folders in its index (`index.sparse`)"),
            Self::Extension(name) => write!(f, "uses the extension `{name}` of Git"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::slice;

    use super::Feature;
    use crate::{
        base::path::RepoPath,
        git::{
            Content, Edit, GitError, Moment, Move, NewCommit, Store, refs::tests::ada, test_repo::TestRepo,
        },
    };

    #[test]
    fn repositories_that_can_not_be_read_are_told_with_the_way_out() {
        // As `git init` writes it with `--object-format` and `--ref-format`, which not every Git knows.
        for (setting, said, hint) in [
            ("extensions.objectFormat sha256", "names its objects by SHA-256", "fast-export"),
            ("extensions.refStorage reftable", "`reftable`", "--ref-format=files"),
        ] {
            let repo = TestRepo::new();
            repo.git("init --quiet other").git("-C other config core.repositoryFormatVersion 1");
            repo.git(&format!("-C other config {setting}"));
            let Err(error @ GitError::Unsupported { .. }) = Store::open(&repo.path("other")) else {
                panic!("{setting}")
            };
            assert!(error.to_string().contains(said), "{error}");
            assert!(error.hint().is_some_and(|given| given.contains(hint)), "{setting}");
        }
    }

    #[test]
    fn an_index_that_can_not_be_written_is_told_before_anything_is_saved() {
        let repo = TestRepo::new();
        repo.write("a.md", "a").write("sub/b.md", "b").commit("one");
        let store = Store::open(repo.root()).expect("a repository");
        store.check_work_tree().expect("it can be written");
        repo.git("update-index --split-index");
        let head = store.head().expect("a branch");
        let Err(error @ GitError::Unsupported { feature: Feature::SplitIndex, .. }) = store.check_work_tree()
        else {
            panic!("it is split")
        };
        assert!(error.to_string().contains("core.splitIndex"), "{error}");
        assert!(error.hint().is_some_and(|hint| hint.contains("update-index --no-split-index")));
        let path = RepoPath::new("a.md").expect("normal");
        let try_save = || {
            let who = &ada();
            let (branch, from, at, why, paths) =
                (&*head.branch, head.commit, Moment::now(), "x", slice::from_ref(&path));
            let edits = [Edit { path: path.clone(), content: Some(Content::Bytes(b"web".to_vec())) }];
            let (parent, message) = (from, "x");
            let new = NewCommit { parent, edits: &edits, author: who, committer: who, at, message };
            let to = store.write_commit(&new).expect("written").expect("a change");
            store.move_branch(&Move { branch, from, to, who, at, why, paths })
        };
        try_save().expect_err("the index can't follow");
        assert_eq!(store.head().expect("a branch"), head, "the branch is where it was");
        repo.git("update-index --no-split-index");
        try_save().expect("the way out works");
        assert_eq!(repo.git_with_input("status --porcelain", b""), "");
        repo.write(".git/index", "damaged");
        store.check_work_tree().expect_err("it is damaged");
    }

    #[test]
    fn other_extensions_are_named() {
        let repo = TestRepo::new();
        repo.git("config core.repositoryFormatVersion 1").git("config extensions.fromTheFuture true");
        let error = Store::open(repo.root()).err().expect("it can't be read");
        assert!(error.to_string().contains("the extension `fromthefuture`"), "{error}");
    }
}

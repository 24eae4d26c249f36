//! [`Feature`]: what some repositories have that libgit2 can't read, with the way to one that it can.

use std::{fmt, path::Path};

/// How libgit2 begins to say that it doesn't know how objects are named.
const NO_FORMAT: &str = "unknown object format";
/// The same of any other feature; its name follows.
const NO_EXTENSION: &str = "unsupported extension name extensions.";

/// What a repository has that can't be read here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Feature {
    /// Objects are named by SHA-256.
    Sha256,
    /// Branches and tags are in a file of the kind `reftable`.
    Reftable,
    /// Another extension, by the name that it has in Git's configuration.
    Extension(String),
}

impl Feature {
    /// The feature that libgit2 complains about.
    pub(super) fn of(complaint: &str) -> Option<Self> {
        if complaint.starts_with(NO_FORMAT) {
            return Some(Self::Sha256);
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
            Self::Extension(_) => format!("clone it into a plain one: `git clone {dir} NEW`"),
        }
    }
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sha256 => f.write_str("names its objects by SHA-256"),
            Self::Reftable => f.write_str("keeps its branches in the format `reftable`"),
            Self::Extension(name) => write!(f, "uses the extension `{name}` of Git"),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::git::{GitError, Store, test_repo::TestRepo};

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
    fn other_extensions_are_named() {
        let repo = TestRepo::new();
        repo.git("config core.repositoryFormatVersion 1").git("config extensions.fromTheFuture true");
        let error = Store::open(repo.root()).err().expect("it can't be read");
        assert!(error.to_string().contains("the extension `fromthefuture`"), "{error}");
    }
}

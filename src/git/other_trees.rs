//! Other work trees of the repository (`git worktree`) that have the branch checked out.
//!
//! A branch that moves below a work tree which isn't brought along makes the next `git commit` there take everything back. So such
//! a branch stays, as Git refuses to push to one.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{
    GitError, Store,
    store::{BRANCHES, read_small},
};

/// Where a repository keeps what belongs to its other work trees, and where each names its `.git`.
const FOLDER: &str = "worktrees";
const PLACE: &str = "gitdir";

impl Store {
    /// Refuses to move a branch that another work tree has.
    pub(super) fn check_other_trees(&self, branch: &str) -> Result<(), GitError> {
        let of_main = self.main_tree();
        let others = self.git_folders().filter_map(|folder| Some((place_of(&folder)?, folder)));
        let has_branch = |(_, git_dir): &(PathBuf, PathBuf)| {
            let head = read_small(&git_dir.join("HEAD")).unwrap_or_default();
            !is_same(git_dir, &self.git_dir) && head.strip_prefix("ref: ").map(str::trim_end) == Some(branch)
        };
        match of_main.into_iter().chain(others).find(has_branch) {
            Some((work_tree, _)) => {
                let branch = branch.strip_prefix(BRANCHES).unwrap_or(branch).to_owned();
                Err(GitError::CheckedOut { branch, work_tree })
            }
            None => Ok(()),
        }
    }

    /// The first work tree, if this is another one, with its Git folder.
    fn main_tree(&self) -> Option<(PathBuf, PathBuf)> {
        let is_bare = || {
            self.pool.with(|repository| {
                let bare = repository.config().and_then(|config| config.get_bool("core.bare"));
                Ok(bare.unwrap_or(false))
            })
        };
        let is_other = !is_same(&self.common_dir, &self.git_dir) && !is_bare().unwrap_or(false);
        is_other.then(|| {
            (self.common_dir.parent().unwrap_or(&self.common_dir).to_owned(), self.common_dir.clone())
        })
    }

    fn git_folders(&self) -> impl Iterator<Item = PathBuf> + use<> {
        let folders = fs::read_dir(self.common_dir.join(FOLDER)).into_iter().flatten().flatten();
        folders.map(|folder| folder.path())
    }
}

/// The work tree of a Git folder; `None` when somebody has taken it away.
fn place_of(git_dir: &Path) -> Option<PathBuf> {
    let place = git_dir.join(read_small(&git_dir.join(PLACE))?.trim_end());
    place.exists().then(|| place.parent().unwrap_or(&place).to_owned())
}

fn is_same(a: &Path, b: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    a == b || real(a) == real(b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::{
        refs::tests::{done, save},
        test_repo::TestRepo,
    };

    /// The branch of a store may move, or not.
    fn may_move(dir: &Path) -> bool {
        let store = Store::open(dir).expect("a repository");
        let checked = store.check_work_tree();
        if let Err(error) = &checked {
            assert!(matches!(error, GitError::CheckedOut { .. }), "{error}");
            assert!(error.hint().is_some_and(|hint| hint.contains("git worktree")), "{error}");
        }
        checked.is_ok()
    }

    #[test]
    fn a_branch_that_another_work_tree_has_stays() {
        let repo = TestRepo::new();
        repo.write("a.md", "one\n").commit("one").git("clone --quiet --bare . wiki.git");
        let wiki = repo.path("wiki.git");
        assert!(may_move(&wiki));
        let store = Store::open(&wiki).expect("a repository");
        repo.git("-C wiki.git worktree add --quiet ../linked main");
        assert!(!may_move(&wiki));
        let head = store.head().expect("a branch");
        let saving = std::panic::catch_unwind(|| {
            save(&Store::open(&wiki).expect("a repository"), "a.md", Some("two\n"))
        });
        assert!(saving.is_err(), "nor while the wiki runs");
        assert_eq!(store.head().expect("a branch"), head);
        // The other work tree may be the wiki: a bare repository has no files of its own.
        assert!(may_move(&repo.path("linked")));
        assert_eq!(
            save(&Store::open(&repo.path("linked")).expect("a repository"), "a.md", Some("two\n")),
            done()
        );
        assert_eq!(repo.git_with_input("-C linked status --porcelain", b""), "");
        repo.git("-C linked switch --quiet -c topic");
        assert!(may_move(&wiki) && may_move(&repo.path("linked")));
        repo.git("-C linked switch --quiet main");
        fs::remove_dir_all(repo.path("linked")).expect("removed");
        assert!(may_move(&wiki), "it is gone");
    }

    #[test]
    fn a_branch_that_the_first_work_tree_has_stays() {
        let repo = TestRepo::new();
        repo.write("a.md", "one\n").commit("one");
        repo.git("worktree add --quiet --force linked main");
        assert!(!may_move(repo.root()) && !may_move(&repo.path("linked")));
        repo.git("switch --quiet -c topic");
        assert!(may_move(repo.root()) && may_move(&repo.path("linked")));
    }
}

//! [`Arrival`]: a commit that came to a branch, with the files that it changes.

use git2::{Oid, Repository, Sort};

use crate::{
    base::path::RepoPath,
    git::{Author, CommitId, GitError, Moment, Store, commit::CommitObject, trees::Trees},
};

/// The most files of one commit that are named.
const MAX_PATHS: usize = 1000;
/// How much of a message is told.
const MAX_MESSAGE_BYTES: usize = 4 << 10;

/// A commit that came to a branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Its id.
    pub commit: CommitId,
    /// Who wrote it.
    pub author: Author,
    /// When.
    pub at: Moment,
    /// What it says about itself.
    pub message: String,
    /// The files that it changes, in order; `None` when they are too many to be named, or not known.
    pub paths: Option<Vec<RepoPath>>,
}

impl Store {
    /// The commits of `to` that are not in `from` (all of them without one), the oldest first. When they are more than `max`, or `from` is not in `to`,
    /// it is only `to`, without its files: everything may be other than it was.
    pub fn arrivals(
        &self,
        from: Option<CommitId>,
        to: CommitId,
        max: usize,
    ) -> Result<Vec<Arrival>, GitError> {
        self.pool.with(|repository| {
            let failed = |cause| GitError::failed(to, cause);
            let ids = self.between(repository, from.map(CommitId::oid), to.oid(), max).map_err(failed)?;
            let arrivals = match ids {
                Some(ids) => ids.into_iter().map(|id| self.arrival(repository, id, true)).collect(),
                None => self.arrival(repository, to.oid(), false).map(|arrival| vec![arrival]),
            };
            arrivals.map_err(failed)
        })
    }

    fn arrival(&self, repository: &Repository, id: Oid, with_paths: bool) -> Result<Arrival, git2::Error> {
        let commit = self.pool.commit(repository, id)?;
        let paths = if with_paths { self.paths(repository, &commit)? } else { None };
        Ok(Arrival {
            commit: CommitId::of(id),
            author: commit.author.clone(),
            at: commit.written,
            message: cut(commit.message.trim_end()),
            paths,
        })
    }

    /// The files in which a commit differs from its first parent.
    fn paths(
        &self,
        repository: &Repository,
        commit: &CommitObject,
    ) -> Result<Option<Vec<RepoPath>>, git2::Error> {
        // A clone that has only its latest commits doesn't have the parents of the last of them.
        let parent = commit.parents.first().and_then(|parent| self.pool.root(repository, *parent).ok());
        let trees = Trees::new(repository, &self.pool.trees)?;
        let differences = trees.differences(commit.tree, parent.as_slice(), self.folder())?;
        let is_listed = differences.len() <= MAX_PATHS;
        Ok(is_listed.then(|| differences.into_iter().map(|difference| difference.path).collect()))
    }

    /// `None` when `from` isn't before `to`, or too far from it.
    fn between(
        &self,
        repository: &Repository,
        from: Option<Oid>,
        to: Oid,
        max: usize,
    ) -> Result<Option<Vec<Oid>>, git2::Error> {
        if from == Some(to) {
            return Ok(Some(Vec::new()));
        }
        // The one commit of a save needs no walk.
        if max > 0 && self.pool.commit(repository, to)?.parents.iter().copied().eq(from) {
            return Ok(Some(vec![to]));
        }
        // Whatever a cleaning took away is missed here, and put back.
        self.pool.commit(repository, to)?;
        // It may be gone: somebody has forced the branch elsewhere, and Git has cleaned up.
        if from.is_some_and(|from| !self.is_in(CommitId::of(from), CommitId::of(to)).unwrap_or(false)) {
            return Ok(None);
        }
        let mut walk = repository.revwalk()?;
        walk.set_sorting(Sort::TOPOLOGICAL | Sort::REVERSE)?;
        walk.push(to)?;
        from.map_or(Ok(()), |from| walk.hide(from))?;
        let ids: Result<Vec<Oid>, git2::Error> = walk.take(max + 1).collect();
        let ids = ids.or_else(|_| self.pool.commits_up_to(repository, to, from))?;
        Ok((ids.len() <= max).then_some(ids))
    }
}

fn cut(message: &str) -> String {
    let end = (0..=MAX_MESSAGE_BYTES.min(message.len())).rev().find(|at| message.is_char_boundary(*at));
    message[..end.unwrap_or(0)].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::test_repo::TestRepo;

    #[test]
    fn commits_arrive_with_their_files() {
        let repo = TestRepo::new();
        let id = |rev: &str| {
            CommitId::parse(&repo.git_with_input(&format!("rev-parse {rev}"), b"")).expect("a commit")
        };
        repo.write("docs/a.md", "a\n").write("b.md", "b\n").commit("one");
        let first = id("HEAD");
        repo.write("docs/a.md", "A\n").commit("two");
        repo.git("rm --quiet b.md");
        repo.commit("three");
        let of = |dir: &str, from, to, max| {
            let arrivals = Store::open(&repo.path(dir)).expect("a repository").arrivals(Some(from), to, max);
            arrivals
                .expect("readable")
                .into_iter()
                .map(|arrival| {
                    let paths = arrival
                        .paths
                        .map(|paths| paths.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "));
                    (arrival.message, paths.unwrap_or_else(|| "unknown".to_owned()))
                })
                .collect::<Vec<_>>()
        };
        let say = |message: &str, paths: &str| (message.to_owned(), paths.to_owned());
        let head = id("HEAD");
        assert_eq!(of("", first, head, 9), [say("two", "docs/a.md"), say("three", "b.md")]);
        assert_eq!(of("docs", first, head, 9), [say("two", "a.md"), say("three", "")]);
        assert_eq!(of("", first, head, 1), [say("three", "unknown")]);
        assert_eq!(of("", head, head, 9), []);
        assert_eq!(of("", head, first, 9), [say("one", "unknown")], "the branch was forced elsewhere");
    }

    #[test]
    fn the_last_commit_of_a_shallow_clone_has_all_files() {
        let repo = TestRepo::new();
        repo.write("a.md", "a\n").commit("one");
        repo.write("b.md", "b\n").commit("two");
        let clone = repo.clone_with("--depth=1 --no-local");
        let head = CommitId::parse(&clone.git_with_input("rev-parse HEAD", b"")).expect("a commit");
        let store = Store::open(&clone.path("")).expect("a repository");
        let arrivals = store.arrivals(None, head, 9).expect("readable");
        let paths: Vec<_> = arrivals.iter().flat_map(|arrival| arrival.paths.iter().flatten()).collect();
        assert_eq!(paths.iter().map(|path| path.as_str()).collect::<Vec<_>>(), ["a.md", "b.md"]);
    }
}

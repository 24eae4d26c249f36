//! Bringing deleted files back, as one commit.

use std::collections::BTreeSet;

use super::save::{Landed, clean_message};
use crate::{
    base::path::RepoPath,
    git::{CommitId, Content, Edit, Head},
    wiki::{Action, Actor, Wiki, WikiError, name},
};

/// How many lost files are known at once.
pub const MAX_LOST: usize = 1_000;

/// A file that a commit deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostFile {
    /// Its path.
    pub path: RepoPath,
    /// The commit that wrote what it had last, with the path that it had there.
    pub last: (CommitId, RepoPath),
    /// The commit that deleted it.
    pub commit: CommitId,
    /// When, in seconds since 1970.
    pub seconds: i64,
    /// Who.
    pub author: String,
}

impl Wiki {
    /// The files that were deleted and not only renamed, those that went last first.
    pub fn lost(&self, actor: &Actor) -> Result<Vec<LostFile>, WikiError> {
        let Some(head) = self.store.head()?.commit else { return Ok(Vec::new()) };
        let (mut lost, mut seen) = (Vec::new(), BTreeSet::new());
        let people = self.store.people(head)?;
        let log = self.past.at(head)?;
        for commit in log.newest_first() {
            for gone in commit.changes().filter(|change| change.blob.is_none()) {
                let is_renamed = commit.changes().any(|change| change.from == Some(gone.path));
                let is_seen = !seen.insert(gone.path.clone());
                if is_renamed || is_seen || !actor.rights.allow(Action::Read, gone.path) {
                    continue;
                }
                let last = log.history(gone.path).find(|change| change.blob.is_some());
                let (Some(last), None) = (last, self.store.file(head, gone.path)?) else { continue };
                lost.push(LostFile {
                    path: gone.path.clone(),
                    last: (last.commit.id(), last.path.clone()),
                    commit: commit.id(),
                    seconds: commit.seconds(),
                    author: people.of(commit.author()).name,
                });
                if lost.len() >= MAX_LOST {
                    return Ok(lost);
                }
            }
        }
        Ok(lost)
    }

    /// Brings a deleted file back as it was last, or the files of a folder that went with one commit.
    pub fn undelete(&self, actor: &Actor, path: &str, message: &str) -> Result<Landed, WikiError> {
        let path = name::known(path).map_err(|why| WikiError::BadName { path: path.to_owned(), why })?;
        let message = match clean_message(message) {
            message if message.is_empty() => format!("Bring {path} back\n"),
            message => format!("{message}\n"),
        };
        let done = self.on_head(|head| {
            let lost = self.lost(actor)?;
            let mut files = lost.iter().filter(|file| file.path.is_within(&path));
            let Some(first) = files.next() else { return Err(self.why_not_lost(head, path.clone())?) };
            let same = files.filter(|file| file.commit == first.commit);
            let edits = std::iter::once(first).chain(same).map(|file| self.undeleted(file));
            let edits: Vec<Edit> = edits.collect::<Result<_, _>>()?;
            for edit in &edits {
                actor.check(Action::Write, &edit.path)?;
                self.check_twins(&edit.path)?;
            }
            self.commit(actor, head, &edits, &message)
        })?;
        Ok(self.shown(done))
    }

    fn undeleted(&self, file: &LostFile) -> Result<Edit, WikiError> {
        let LostFile { path, last: (commit, former), .. } = file;
        let last =
            self.store.file(*commit, former)?.ok_or_else(|| WikiError::NoFile { path: path.clone() })?;
        Ok(Edit { path: path.clone(), content: Some(Content::Stored(last)) })
    }

    fn why_not_lost(&self, head: &Head, path: RepoPath) -> Result<WikiError, WikiError> {
        let file = head.commit.map(|head| self.store.file(head, &path)).transpose()?.flatten();
        Ok(if file.is_some() { WikiError::Exists { path } } else { WikiError::NoFile { path } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        git::test_repo::TestRepo,
        wiki::{
            relocate::Relocate,
            tests::{actor, wiki},
        },
    };

    #[cfg(unix)]
    #[test]
    fn a_program_that_comes_back_can_be_run() {
        use std::{fs::Permissions, os::unix::fs::PermissionsExt as _};

        let repo = TestRepo::new();
        repo.write("bin/make.sh", "#!/bin/sh\n").write("a.md", "# A\n");
        let can_be_run = Permissions::from_mode(0o755);
        std::fs::set_permissions(repo.path("bin/make.sh"), can_be_run).expect("set");
        repo.commit("one");
        let (wiki, ada) = (wiki(&repo), actor("Ada"));
        let first = wiki.head().expect("a head").commit;
        let check = |path: &str, how: &str| {
            let row = repo.git_with_input(&format!("ls-tree HEAD {path}"), b"");
            assert!(row.starts_with("100755"), "{how}: {row}");
            assert_eq!(
                repo.git_with_input("status --porcelain", b""),
                "",
                "{how}: the work tree has it, too"
            );
        };
        let deleted = wiki.remove(&ada, "bin/make.sh", "").expect("it goes").commit;
        wiki.undelete(&ada, "bin/make.sh", "").expect("it comes back");
        check("bin/make.sh", "undelete");
        wiki.remove(&ada, "bin/make.sh", "").expect("it goes");
        let rev = first.expect("a commit").to_string();
        wiki.restore(&ada, "bin/make.sh", &rev, None, "").expect("restored");
        check("bin/make.sh", "restore");
        wiki.remove(&ada, "bin/make.sh", "").expect("it goes");
        wiki.revert(&ada, &deleted.to_string(), "").expect("reverted");
        check("bin/make.sh", "revert");
        let wanted = Relocate { from: "bin".to_owned(), to: "tools".to_owned(), ..Relocate::default() };
        wiki.relocate(&ada, &wanted).expect("moved");
        check("tools/make.sh", "move");
    }

    #[test]
    fn what_was_deleted_comes_back_as_it_was() {
        let repo = TestRepo::new();
        repo.write("a.md", "# A\n").write("f/b.md", "# B\n").write("f/c.png", "png").commit("one");
        let wiki = wiki(&repo);
        let ada = actor("Ada");
        wiki.remove(&ada, "f", "").expect("it goes");
        wiki.remove(&ada, "a.md", "").expect("it goes");
        let paths = |wiki: &Wiki| {
            wiki.lost(&ada).expect("a list").iter().map(|file| file.path.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(paths(&wiki).len(), 3);
        wiki.undelete(&ada, "f", "").expect("it comes back");
        assert_eq!(paths(&wiki), ["a.md"]);
        assert_eq!(repo.git_with_input("ls-files", b""), "f/b.md\nf/c.png");
        assert_eq!(repo.git_with_input("show HEAD:f/b.md", b""), "# B");
        assert_eq!(repo.git_with_input("log -1 --format=%s", b""), "Bring f back");
        assert!(matches!(wiki.undelete(&ada, "f/b.md", ""), Err(WikiError::Exists { .. })));
        assert!(matches!(wiki.undelete(&ada, "none.md", ""), Err(WikiError::NoFile { .. })));
        assert_eq!(repo.git_with_input("status --porcelain", b""), "");
    }
    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_comes_back_as_one() {
        let repo = TestRepo::new();
        repo.write("a.md", "# A\n").link("f/b.md", "../a.md").commit("one");
        repo.git("rm -r --quiet f").commit("gone");
        let bare = repo.clone_with("--bare --no-local");
        for (repo, is_bare) in [(&repo, false), (&bare, true)] {
            wiki(repo).undelete(&actor("Ada"), "f/b.md", "").expect("it comes back");
            assert_eq!(
                repo.git_with_input("ls-tree --format=%(objectmode) HEAD f/b.md", b""),
                "120000",
                "{is_bare}"
            );
        }
        assert_eq!(repo.git_with_input("status --porcelain", b""), "");
        assert_eq!(std::fs::read_to_string(repo.path("f/b.md")).expect("it leads to the page"), "# A\n");
    }
}

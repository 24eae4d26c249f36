//! Where a file is by now: whoever began to write before it was moved goes on under its new path.

use std::collections::BTreeMap;

use crate::{
    base::path::RepoPath,
    git::{CommitId, StoredFile},
    site::routes::Target,
    wiki::{
        Action, Actor, File, Wiki, WikiError,
        diff::{hunks, lines_of},
        name,
    },
};

/// How much of a text is left at least in a version of it, in percent; with less, it may be another text.
const MIN_LEFT: usize = 50;

impl Wiki {
    /// Where the file that was last at a path is by now, if it was moved and somebody may read it. While the log is being read
    /// nobody knows.
    pub fn moved_to(&self, actor: &Actor, path: &str) -> Result<Option<RepoPath>, WikiError> {
        let path = name::known(path).map_err(|why| WikiError::BadName { path: path.to_owned(), why })?;
        let Some(head) = self.store.head()?.commit else { return Ok(None) };
        let last = self.past.at(head).ok().and_then(|log| {
            let last = log.history(&path).find(|change| change.blob.is_some())?;
            Some(last.commit.id())
        });
        let now = self.path_by_now(&path, last, Some(head))?;
        Ok((now != path && actor.rights.allow(Action::Read, &now)).then_some(now))
    }

    /// The path that a file has in the head which had one at an earlier commit. It is the same one, unless there is nothing any
    /// more, or something else.
    pub(super) fn path_by_now(
        &self,
        path: &RepoPath,
        since: Option<CommitId>,
        head: Option<CommitId>,
    ) -> Result<RepoPath, WikiError> {
        let (Some(since), Some(head)) = (since, head) else { return Ok(path.clone()) };
        if since == head || !self.store.has_commit(since)? {
            return Ok(path.clone());
        }
        if !self.is_gone(path, since, head)? {
            let is_other = self.is_other(path, since, head)?;
            let now = is_other.then(|| self.logged_path(path, since, head).ok().flatten()).flatten();
            return Ok(now.unwrap_or_else(|| path.clone()));
        }
        let logged = self.logged_path(path, since, head);
        if let Ok(Some(now)) = logged {
            return Ok(now);
        }
        if let Some(now) = self.redirected(path, since)?
            && self.store.file(head, &now)?.is_some()
        {
            return Ok(now);
        }
        // Without a log it counts as gone; while it is being read, nobody knows.
        match logged {
            Err(error @ WikiError::Reading { .. }) => Err(error),
            _ => Ok(path.clone()),
        }
    }

    /// Whether nothing is at a path any more.
    fn is_gone(&self, path: &RepoPath, since: CommitId, head: CommitId) -> Result<bool, WikiError> {
        let is_there = |commit| Ok::<_, WikiError>(self.store.file(commit, path)?.is_some());
        Ok(!is_there(head)? && self.store.has_commit(since)? && is_there(since)?)
    }

    /// Whether so little is left of a text that it may be another one, in the place of one that was moved.
    fn is_other(&self, path: &RepoPath, since: CommitId, head: CommitId) -> Result<bool, WikiError> {
        let (then, now) = (self.store.file(since, path)?, self.store.file(head, path)?);
        let (Some(then), Some(now)) = (then, now) else { return Ok(false) };
        if then == now {
            return Ok(false);
        }
        let text = |file: StoredFile| Ok::<_, WikiError>(String::from_utf8(self.store.blob(file.blob)?).ok());
        let (Some(then), Some(now)) = (text(then)?, text(now)?) else { return Ok(false) };
        let (old, new) = (lines_of(&then), lines_of(&now));
        let gone =
            hunks(&old, &new).into_iter().map(|hunk| hunk.before.start as usize..hunk.before.end as usize);
        let n_gone: usize = gone.flat_map(|range| &old[range]).map(|line| line.len()).sum();
        Ok((then.len() - n_gone) * 100 < then.len() * MIN_LEFT)
    }

    /// The path by now, as the log tells of renames.
    fn logged_path(
        &self,
        path: &RepoPath,
        since: CommitId,
        head: CommitId,
    ) -> Result<Option<RepoPath>, WikiError> {
        let now = self.past.at(head)?.name_after(since, path);
        Ok(self.store.file(head, &now)?.map(|_| now))
    }

    /// Takes along the drafts of files that somebody has moved with Git, or before a crash.
    pub(super) fn follow_drafts(&self, actor: &Actor) -> Result<(), WikiError> {
        let Some(head) = self.store.head()?.commit else { return Ok(()) };
        let mut moved = BTreeMap::new();
        for draft in self.drafts.of_author(&actor.author)? {
            let Some(since) = draft.base else { continue };
            if self.is_gone(&draft.path, since, head)? {
                // While nobody knows it stays where it is.
                let now = self.logged_path(&draft.path, since, head).ok().flatten();
                moved.extend(now.map(|now| (draft.path, now)));
            }
        }
        self.relocate_drafts(head, &Vec::from_iter(moved))
    }

    /// The page that has the address of an earlier one as a former address of its own. Moves leave these, also in texts that are so
    /// short that Git sees no likeness.
    fn redirected(&self, path: &RepoPath, since: CommitId) -> Result<Option<RepoPath>, WikiError> {
        let text = self.bytes(since, path)?.and_then(|bytes| String::from_utf8(bytes).ok());
        let Some(text) = text.filter(|_| path.is_markdown()) else { return Ok(None) };
        self.show();
        let Some(route) = self.with_text(path, &text).site().route_of_file(path) else { return Ok(None) };
        let snapshot = self.engine.snapshot();
        let site = snapshot.renderer.site();
        Ok(match site.routes().get(&route) {
            Some(Target::Redirect { page, to: None }) => Some(site.page(*page).path().clone()),
            _ => None,
        })
    }

    /// A file of the head that had a path at an earlier commit, under the path that it has by now.
    pub fn file_by_now(&self, actor: &Actor, path: &str, since: Option<CommitId>) -> Result<File, WikiError> {
        let path = name::known(path).map_err(|why| WikiError::BadName { path: path.to_owned(), why })?;
        let head = self.store.head()?.commit;
        let now = self.path_by_now(&path, since, head)?;
        self.file_of(actor, now.as_str(), head)
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        git::test_repo::TestRepo,
        wiki::{
            Outcome, Wiki, WikiError,
            relocate::Relocate,
            save::SaveResult,
            tests::{actor, done, save, wiki},
        },
    };

    /// Saves a text that was begun before the moves; gives where it went, and the text there.
    fn check(text: &str, moves: &[(&str, &str)], mine: &str) -> (Outcome, String, String) {
        let repo = TestRepo::new();
        repo.write("f/a.md", text).write("b.md", "# B\n\n[a](f/a.md)\n").commit("one");
        let wiki = wiki(&repo);
        let base = wiki.head().expect("a head").commit;
        for (from, to) in moves {
            let wanted = Relocate { from: (*from).to_owned(), to: (*to).to_owned(), ..Relocate::default() };
            wiki.relocate(&actor("Bob"), &wanted).expect("moved");
        }
        let saved = done(save(&wiki, "Ada", base, "f/a.md", mine));
        let [(from, to)] = &saved.moved[..] else { panic!("{:?}", saved.moved) };
        assert_eq!(from.as_str(), "f/a.md");
        assert_eq!(repo.git_with_input("status --porcelain", b""), "");
        assert!(!repo.path("f/a.md").exists());
        (saved.outcome, to.to_string(), repo.git_with_input(&format!("show HEAD:{to}"), b""))
    }

    #[test]
    fn a_save_goes_to_where_the_page_was_moved() {
        let merged = |to: &str, text: &str| (Outcome::Merged, to.to_owned(), text.to_owned());
        assert_eq!(
            check("# A\n\none\n", &[("f/a.md", "c.md")], "# A\n\none\n\ntwo\n"),
            merged("c.md", "---\naliases: [/f/a/]\n---\n# A\n\none\n\ntwo")
        );
        // Again and again, and in a folder that was moved.
        assert_eq!(
            check("# A\n", &[("f", "g"), ("g/a.md", "g/b.md"), ("g", "h")], "# A\n\ntwo\n").1,
            "h/b.md"
        );
        // The first line, which the address of the move stands above.
        assert_eq!(
            check("# A\n", &[("f/a.md", "c.md")], "# Ada\n"),
            merged("c.md", "---\naliases: [/f/a/]\n---\n# Ada")
        );
        assert_eq!(
            check("---\ntitle: A\n---\nx\n", &[("f/a.md", "c.md")], "---\ntitle: Ada\n---\nx\n"),
            merged("c.md", "---\naliases: [/f/a/]\ntitle: Ada\n---\nx")
        );
        // Another case of the same letters is no twin.
        assert_eq!(
            check("# A\n", &[("f/a.md", "f/A1.md"), ("f/A1.md", "F2/A.md")], "# A\n\nx\n").1,
            "F2/A.md"
        );
    }

    #[test]
    fn a_page_is_found_by_the_path_that_it_had() {
        let repo = TestRepo::new();
        repo.write("a.md", "# A\n\nfar\n").write("b.md", "# B\n").write("c.md", "# C\n").commit("one");
        let wiki = wiki(&repo);
        let to = |path: &str| wiki.moved_to(&actor("Ada"), path).expect("known").map(|path| path.to_string());
        let moved = |from: &str, to: &str| {
            let wanted = Relocate { from: from.to_owned(), to: to.to_owned(), ..Relocate::default() };
            wiki.relocate(&actor("Bob"), &wanted).expect("moved");
        };
        moved("a.md", "d.md");
        moved("d.md", "e.md");
        wiki.remove(&actor("Bob"), "c.md", "").expect("it goes");
        assert_eq!([to("a.md"), to("d.md")], [Some("e.md".to_owned()), Some("e.md".to_owned())]);
        // One that is there, that never was, and one that was deleted.
        assert_eq!(["b.md", "none.md", "c.md"].map(to), [None, None, None]);
        // The last one that was there counts.
        done(save(&wiki, "Ada", None, "a.md", &"# Another\n\nOne of its lines.\n".repeat(9)));
        moved("a.md", "f.md");
        assert_eq!(to("a.md").as_deref(), Some("f.md"));
    }

    #[test]
    fn another_page_in_the_place_of_a_moved_one_is_left_alone() {
        let repo = TestRepo::new();
        let text = "# A\n\none two three\n\nfour five six\n";
        repo.write("a.md", text).commit("one");
        let wiki = wiki(&repo);
        let base = wiki.head().expect("a head").commit;
        repo.git("mv a.md b.md").commit("moved");
        repo.write("a.md", "# Another\n").commit("new");
        let saved = done(save(&wiki, "Ada", base, "a.md", &format!("{text}\nmine\n")));
        assert_eq!(saved.moved.len(), 1);
        assert_eq!(repo.git_with_input("show HEAD:a.md", b""), "# Another");
        assert_eq!(repo.git_with_input("show HEAD:b.md", b""), format!("{text}\nmine"));
        // One that was only written anew is the same page.
        repo.write("b.md", "# Anew\n").commit("anew");
        assert!(matches!(
            save(&wiki, "Ada", Some(saved.commit), "b.md", &format!("{text}\nmine!\n")),
            Ok(SaveResult::Conflict(conflicts)) if conflicts[0].path.as_str() == "b.md"
        ));
    }

    /// Ada has a draft of `a.md`, which somebody else's Git moves to `b.md`: that knows nothing of drafts.
    fn with_draft(repo: &TestRepo) -> Wiki {
        repo.write("a.md", "# A\n").commit("one");
        let wiki = wiki(repo);
        let base = wiki.head().expect("a head").commit;
        wiki.keep_draft(&actor("Ada"), "a.md", "# A\n\nmine\n".to_owned(), base).expect("kept");
        repo.git("mv a.md b.md").commit("moved");
        wiki.show();
        wiki
    }

    #[test]
    fn a_draft_of_a_moved_page_is_saved_there() {
        let repo = TestRepo::new();
        let (wiki, ada) = (with_draft(&repo), actor("Ada"));
        let SaveResult::Saved(saved) = wiki.save_drafts(&ada, &["a.md".to_owned()], "").expect("saved")
        else {
            panic!("saved")
        };
        assert_eq!(
            (saved.created, wiki.drafts().of_author(&ada.author).expect("readable").len()),
            (false, 0)
        );
        assert_eq!(repo.git_with_input("show HEAD:b.md", b""), "# A\n\nmine");
        assert_eq!(repo.git_with_input("ls-files", b""), "b.md");
    }

    #[test]
    fn a_draft_of_a_moved_page_is_offered_there() {
        let repo = TestRepo::new();
        let (wiki, ada) = (with_draft(&repo), actor("Ada"));
        let drafts = wiki.drafts_of(&ada, "b.md").expect("readable");
        let head = wiki.head().expect("a head").commit;
        assert_eq!(
            drafts.iter().map(|draft| (&*draft.content, draft.base)).collect::<Vec<_>>(),
            [("# A\n\nmine\n", head)]
        );
        assert!(wiki.drafts_of(&ada, "a.md").expect("readable").is_empty());
        // A draft of a page that is only gone stays.
        repo.git("rm --quiet b.md").commit("gone");
        wiki.show();
        assert_eq!(wiki.drafts_of_author(&ada).expect("readable").len(), 1);
    }

    #[test]
    fn a_conflict_with_a_moved_page_is_about_the_page_where_it_is() {
        let repo = TestRepo::new();
        repo.write("a.md", "# A\n\none\n").commit("one");
        let wiki = wiki(&repo);
        let base = wiki.head().expect("a head").commit;
        let wanted = Relocate { from: "a.md".to_owned(), to: "b.md".to_owned(), ..Relocate::default() };
        wiki.relocate(&actor("Bob"), &wanted).expect("moved");
        let moved = wiki.head().expect("a head").commit;
        done(save(&wiki, "Bob", moved, "b.md", "---\naliases: [/a/]\n---\n# A\n\nBob\n"));
        let Ok(SaveResult::Conflict(conflicts)) = save(&wiki, "Ada", base, "a.md", "# A\n\nAda\n") else {
            panic!("a conflict")
        };
        assert_eq!(conflicts[0].path.as_str(), "b.md");
        let theirs = conflicts[0].theirs.as_deref();
        assert_eq!(theirs, Some(&b"# A\n\nAda\n"[..]));
        let kept = wiki.drafts().of(&actor("Ada").author, &conflicts[0].path).expect("readable");
        assert_eq!(kept.iter().map(|draft| &*draft.content).collect::<Vec<_>>(), ["# A\n\nAda\n"]);
        // A page that is gone, or another that took its place, is no page that was moved.
        wiki.remove(&actor("Bob"), "b.md", "").expect("it goes");
        let Ok(SaveResult::Conflict(conflicts)) = save(&wiki, "Ada", base, "a.md", "# A\n\nAda\n") else {
            panic!("a conflict")
        };
        assert_eq!((conflicts[0].path.as_str(), conflicts[0].ours.is_none()), ("a.md", true));
        let unknown = crate::git::CommitId::parse(&"0".repeat(40));
        assert!(matches!(save(&wiki, "Ada", unknown, "a.md", "x"), Err(WikiError::NoCommit { .. })));
    }
}

//! Symbolic links that lead to what moves, or move themselves: each gets a target that leads to the same file.

use std::collections::BTreeMap;

use super::renames::Renames;
use crate::{
    base::path::RepoPath,
    git::{CommitId, StoredFile},
    site::Site,
    wiki::{Wiki, WikiError},
};

/// The targets of symbolic links that a move changes, by the paths that the links have afterwards: before, and afterwards.
pub(super) type Targets = BTreeMap<RepoPath, (String, String)>;

impl Wiki {
    /// The links of a head that get another target. Those that led to nothing, or out of the site, stay as they are.
    pub(super) fn new_targets(
        &self,
        site: &Site,
        head: CommitId,
        renames: &Renames,
    ) -> Result<Targets, WikiError> {
        let entries = &site.listing().entries;
        let mut targets = Targets::new();
        let mut last: Option<RepoPath> = None;
        for (path, _) in entries.iter().filter(|(_, entry)| entry.link_to.is_some()) {
            // All that is in a folder is listed below the link to it.
            if last.as_ref().is_some_and(|link| path.is_within(link)) {
                continue;
            }
            let Some((link, target)) = self.link_above(head, path)? else { continue };
            // What is listed below a link is in a folder, which goes by its whole name.
            let endings: &[&str] = if *path == link { &[""] } else { &[] };
            let is_there = |path: &RepoPath| endings.is_empty() || entries.contains_key(path);
            let new = renames.reworded(&target, &link, &RepoPath::root(), endings, is_there);
            if let Some(new) = new.filter(|_| !target.starts_with('/')) {
                let new = if new.is_empty() { ".".to_owned() } else { new };
                targets.insert(renames.new_path(&link), (target, new));
            }
            last = Some(link);
        }
        Ok(targets)
    }

    /// Adds to a move what links to folders show of it: files below a link that moves, and files that move below one.
    pub(super) fn add_seen(
        &self,
        site: &Site,
        head: CommitId,
        renames: &mut Renames,
    ) -> Result<(), WikiError> {
        let listing = site.listing();
        let mut seen = Vec::new();
        for (old, new) in renames.iter() {
            let below = listing.below(old).filter(|(path, entry)| *path != old && entry.is_linked());
            seen.extend(
                below.filter_map(|(path, _)| Some((path.clone(), new.resolve(path.relative_to(old)?)?))),
            );
        }
        for (path, entry) in &listing.entries {
            let Some(file) = entry.link_to.as_ref().filter(|file| renames.has(file)) else { continue };
            let Some((link, _)) = self.link_above(head, path)?.filter(|(link, _)| link != path) else {
                continue;
            };
            if !renames.has(&link) {
                let now = seen_at(renames, path, &link, file).unwrap_or_else(|| renames.new_path(file));
                seen.extend((now != *path).then(|| (path.clone(), now)));
            }
        }
        seen.into_iter().for_each(|(old, new)| renames.add_seen(old, new));
        Ok(())
    }

    /// The symbolic link that a path is, or that a folder on its way is, with its target.
    fn link_above(&self, head: CommitId, path: &RepoPath) -> Result<Option<(RepoPath, String)>, WikiError> {
        for path in std::iter::successors(Some(path.clone()), RepoPath::parent) {
            if let Some(file) = self.store.file(head, &path)?.filter(StoredFile::is_link) {
                let target = String::from_utf8(self.store.blob(file.blob)?).ok();
                return Ok(target.map(|target| (path, target)));
            }
        }
        Ok(None)
    }
}

/// Where a link to a folder shows a file after a move, which it showed at a path; `None` when it is in that folder no more.
fn seen_at(renames: &Renames, path: &RepoPath, link: &RepoPath, file: &RepoPath) -> Option<RepoPath> {
    let rest = path.relative_to(link)?;
    let folder = RepoPath::root().resolve(file.as_str().strip_suffix(rest)?)?;
    link.resolve(renames.new_path(file).relative_to(&renames.new_folder(&folder))?)
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;

    use crate::{
        git::test_repo::TestRepo,
        site::routes::Target,
        wiki::{
            WikiError,
            relocate::Relocate,
            save::SaveResult,
            tests::{actor, wiki},
        },
    };

    fn repo() -> TestRepo {
        let repo = TestRepo::new();
        repo.write("f/a.md", "# A\n").write("f/g/b.txt", "b\n").write("c.md", "# C\n");
        repo.link("home.md", "f/a.md")
            .link("x/up.md", "../f/a.md")
            .link("x/all", "../f")
            .link("x/c.md", "../c.md");
        repo.link("none.md", "f/none.md").link("out", "/etc/hostname").commit("one");
        repo
    }

    fn moved(repo: &TestRepo, from: &str, to: &str) -> Vec<String> {
        let wiki = wiki(repo);
        let wanted = Relocate { from: from.to_owned(), to: to.to_owned(), ..Relocate::default() };
        let done = wiki.relocate(&actor("Ada"), &wanted).expect("moved");
        assert!(done.left_alone.is_empty(), "{:?}", done.left_alone);
        let links =
            done.rewritten.iter().flat_map(|file| file.links.iter().map(move |link| (&file.path, link)));
        links.map(|(path, (from, to))| format!("{path}: {from} > {to}")).collect()
    }

    #[test]
    fn links_lead_to_what_was_moved() {
        let repo = repo();
        assert_eq!(
            moved(&repo, "f/a.md", "d/e.md"),
            ["home.md: f/a.md > d/e.md", "x/up.md: ../f/a.md > ../d/e.md"]
        );
        assert_eq!(moved(&repo, "f", "x/y"), ["x/all: ../f > y"]);
        let target = |path: &str| fs::read_link(repo.path(path)).expect("a link").display().to_string();
        assert_eq!(
            (&*target("home.md"), &*target("x/up.md"), &*target("x/all")),
            ("d/e.md", "../d/e.md", "y")
        );
        assert_eq!((&*target("none.md"), &*target("out")), ("f/none.md", "/etc/hostname"));
        assert!(fs::read_to_string(repo.path("home.md")).expect("a page").contains("# A"));
        assert_eq!(fs::read_to_string(repo.path("x/all/g/b.txt")).expect("a file"), "b\n");
        assert_eq!(repo.git_with_input("status --porcelain", b""), "", "the work tree has them, too");
        assert!(repo.git_with_input("ls-tree HEAD home.md", b"").starts_with("120000 blob"));
        repo.git("fsck --strict --no-dangling");
    }

    #[test]
    fn links_that_are_moved_lead_where_they_led() {
        let (bare, repo) = (repo().clone_with("--bare --no-local"), repo());
        for repo in [&bare, &repo] {
            assert_eq!(
                moved(repo, "x", "y/z"),
                [
                    "y/z/all: ../f > ../../f",
                    "y/z/c.md: ../c.md > ../../c.md",
                    "y/z/up.md: ../f/a.md > ../../f/a.md"
                ]
            );
            assert_eq!(repo.git_with_input("show HEAD:y/z/c.md", b""), "../../c.md");
            assert!(repo.git_with_input("ls-tree HEAD y/z/c.md", b"").starts_with("120000 blob"));
        }
        // One that leads to nothing, by itself.
        assert!(moved(&repo, "none.md", "y/none.md").is_empty());
        let target = |path: &str| fs::read_link(repo.path(path)).expect("a link").display().to_string();
        assert_eq!((&*target("y/z/c.md"), &*target("y/none.md")), ("../../c.md", "f/none.md"));
        assert!(!repo.path("x").exists() && repo.path("none.md").symlink_metadata().is_err());
        assert_eq!(repo.git_with_input("status --porcelain", b""), "");
    }

    #[test]
    fn addresses_of_links_lead_to_the_page_whose_text_they_show() {
        let repo = repo();
        repo.write("d.md", "# D\n\n[home](home.md) [up](x/up.md) [a](x/all/a.md)\n").commit("two");
        let redirects = |from: &str, to: &str| {
            let wiki = wiki(&repo);
            let wanted = Relocate { from: from.to_owned(), to: to.to_owned(), ..Relocate::default() };
            let done = wiki.relocate(&actor("Ada"), &wanted).expect("moved");
            assert_eq!((done.left.len(), done.left_alone.len()), (0, 0));
            let snapshot = wiki.engine().snapshot();
            let site = snapshot.renderer.site();
            let problems: Vec<_> = site.diagnostics().into_iter().map(|problem| problem.message).collect();
            assert!(
                problems.iter().all(|problem| problem.contains("`none.md`") || problem.contains("`out`"))
            );
            for (from, to) in &done.redirects {
                let target = site.routes().get(from);
                let Some(Target::Redirect { page, .. }) = target else { panic!("{from}: {target:?}") };
                assert_eq!(site.page(*page).route, *to);
            }
            let shown = done.redirects.iter().map(|(from, to)| format!("{from} > {to}"));
            shown.collect::<Vec<_>>().join(" ")
        };
        let text = |path: &str| fs::read_to_string(repo.path(path)).expect("a file");
        assert_eq!(redirects("x/up.md", "start.md"), "/x/up/ > /f/a/");
        assert_eq!(text("f/a.md"), "---\naliases: [/x/up/]\n---\n# A\n");
        assert_eq!(redirects("x/all", "y/all"), "/x/all/a/ > /f/a/");
        assert_eq!(text("d.md"), "# D\n\n[home](home.md) [up](start.md) [a](y/all/a.md)\n");
        // Back again: nothing is left of it.
        assert_eq!(redirects("y/all", "x/all"), "/y/all/a/ > /f/a/");
        assert_eq!(redirects("start.md", "x/up.md"), "/start/ > /f/a/");
        assert_eq!(text("f/a.md"), "---\naliases: [/start/, /y/all/a/]\n---\n# A\n");
        // The text itself: within the folder that a link leads to, and out of it.
        assert_eq!(redirects("f/a.md", "f/g/e.md"), "/f/a/ > /f/g/e/ /x/all/a/ > /f/g/e/");
        assert_eq!(text("d.md"), "# D\n\n[home](home.md) [up](x/up.md) [a](x/all/g/e.md)\n");
        assert_eq!(redirects("f/g/e.md", "e.md"), "/f/g/e/ > /e/ /x/all/g/e/ > /e/");
        assert_eq!(text("d.md"), "# D\n\n[home](home.md) [up](x/up.md) [a](e.md)\n");
        repo.git("fsck --strict --no-dangling");
    }

    #[test]
    fn links_are_deleted_and_what_they_lead_to_stays() {
        let repo = repo();
        let (wiki, ada) = (wiki(&repo), actor("Ada"));
        for path in ["home.md", "x/all", "none.md"] {
            let removal = wiki.plan_removal(&ada, path).expect("a plan");
            assert_eq!(removal.files.iter().map(ToString::to_string).collect::<Vec<_>>(), [path]);
            let done = wiki.remove(&ada, path, "").expect("it goes");
            assert!(done.left_alone.is_empty(), "{path}: {:?}", done.left_alone);
            assert!(repo.path(path).symlink_metadata().is_err(), "{path}");
        }
        assert_eq!(repo.git_with_input("ls-files", b""), "c.md\nf/a.md\nf/g/b.txt\nout\nx/c.md\nx/up.md");
        assert_eq!(repo.git_with_input("status --porcelain", b""), "");
        wiki.undelete(&ada, "x/all", "").expect("it comes back");
        assert_eq!(fs::read_to_string(repo.path("x/all/g/b.txt")).expect("a file"), "b\n");
        // One that somebody has changed stays on the disk.
        fs::remove_file(repo.path("x/up.md")).expect("removed");
        repo.link("x/up.md", "../c.md");
        let done = wiki.remove(&ada, "x/up.md", "").expect("it goes");
        assert_eq!(done.left_alone.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["x/up.md"]);
        assert!(repo.path("x/up.md").symlink_metadata().is_ok());
    }

    #[test]
    fn a_link_is_deleted_by_a_program_unless_it_has_changed_since() {
        let repo = repo();
        let (wiki, ada) = (wiki(&repo), actor("Ada"));
        let seen = wiki.head().expect("a head").commit;
        fs::remove_file(repo.path("home.md")).expect("removed");
        repo.link("home.md", "c.md").commit("another");
        let Ok(SaveResult::Conflict(_)) = wiki.remove_file(&ada, "home.md", seen, "") else {
            panic!("it leads elsewhere by now")
        };
        for (path, base) in [("home.md", None), ("x/all", seen), ("none.md", seen)] {
            let Ok(SaveResult::Saved(_)) = wiki.remove_file(&ada, path, base, "") else { panic!("{path}") };
            assert!(repo.path(path).symlink_metadata().is_err(), "{path}");
        }
        assert_eq!(repo.git_with_input("ls-files", b""), "c.md\nf/a.md\nf/g/b.txt\nout\nx/c.md\nx/up.md");
        for path in ["home.md", "f", "x/all/a.md"] {
            let refused = wiki.remove_file(&ada, path, None, "");
            assert!(matches!(refused, Err(WikiError::NoFile { .. })), "{path}: {refused:?}");
        }
    }

    #[test]
    fn a_link_that_was_changed_in_the_work_tree_is_left_alone() {
        let repo = repo();
        fs::remove_file(repo.path("home.md")).expect("removed");
        repo.link("home.md", "c.md");
        let wiki = wiki(&repo);
        let wanted = Relocate { from: "f/a.md".to_owned(), to: "a.md".to_owned(), ..Relocate::default() };
        let done = wiki.relocate(&actor("Ada"), &wanted).expect("moved");
        assert_eq!(done.left_alone.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["home.md"]);
        assert_eq!(fs::read_link(repo.path("home.md")).expect("a link").to_str(), Some("c.md"));
        assert_eq!(repo.git_with_input("show HEAD:home.md", b""), "a.md");
    }
}

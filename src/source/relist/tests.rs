//! Relisting after edits by hand and by dice, compared with a full listing.

use std::fs;

use super::*;
use crate::{base::dice::Dice, git::test_repo::TestRepo};

fn path(text: &str) -> RepoPath {
    RepoPath::new(text).expect("a normal path")
}

fn touched(paths: &[&str]) -> Touched {
    Touched { paths: paths.iter().map(|text| path(text)).collect(), ..Touched::default() }
}

/// A folder that is listed by relisting, and the listing of a folder that knows nothing.
struct Both {
    repo: TestRepo,
    folder: Folder,
    listing: Listing,
    options: ListingOptions,
}

impl Both {
    fn new(prepare: impl FnOnce(&TestRepo)) -> Self {
        let repo = TestRepo::new();
        prepare(&repo);
        let folder = Folder::open(repo.root()).expect("a folder");
        let options = ListingOptions { exclude: vec![path("out")] };
        let listing = folder.listing(&options).expect("a listing");
        Self { repo, folder, listing, options }
    }

    /// Relists and compares with a listing from nothing; gives what changed and what is gone.
    fn check(&mut self, touched: &Touched) -> (Vec<String>, Vec<String>) {
        let (listing, changes) =
            self.folder.relist(&self.listing, touched, &self.options).expect("a listing");
        let fresh = Folder::open(self.repo.root()).expect("a folder");
        let expected = fresh.listing(&self.options).expect("a listing");
        assert_eq!(listing, expected, "{touched:?}");
        assert_eq!(changes, ChangeSet::between(&self.listing, &expected), "{touched:?}");
        assert_eq!(self.folder.last().folders, fresh.last().folders, "{touched:?}");
        self.listing = listing;
        let names = |paths: Vec<RepoPath>| paths.iter().map(ToString::to_string).collect();
        (names(changes.changed), names(changes.removed))
    }
}

#[test]
fn a_written_file_costs_that_file() {
    let mut both = Both::new(|repo| {
        repo.write("a.md", "x").write("b.md", "x");
    });
    both.repo.write("a.md", "y").write("b.md", "y");
    // Only what is named is looked at: the other file is found once it is named.
    let (listing, _) =
        both.folder.relist(&both.listing, &touched(&["a.md"]), &both.options).expect("a listing");
    assert_eq!(listing.entries[&path("b.md")], both.listing.entries[&path("b.md")]);
    assert_eq!(both.check(&touched(&["a.md", "b.md"])).0, ["a.md", "b.md"]);
    assert_eq!(both.check(&touched(&["a.md", "b.md"])), (vec![], vec![]));
}

#[test]
fn new_renamed_and_vanished_folders() {
    let mut both = Both::new(|repo| {
        repo.write("a/b/c.md", "x").write("a-b.md", "x").write("a/d.md", "x");
    });
    fs::rename(both.repo.path("a"), both.repo.path("z")).expect("renamed");
    let (changed, removed) = both.check(&touched(&["a", "z", "a/b/c.md"]));
    assert_eq!((changed.join(" "), removed.join(" ")), ("z/b/c.md z/d.md".into(), "a/b/c.md a/d.md".into()));
    fs::remove_dir_all(both.repo.path("z/b")).expect("removed");
    assert_eq!(both.check(&touched(&["z/b", "z/b/c.md"])).1, ["z/b/c.md"]);
    both.repo.write("z/b", "now a file");
    assert_eq!(both.check(&touched(&["z/b"])).0, ["z/b"]);
    both.repo.write("new/er/.gitignore", "*.log").write("new/er/x.log", "x").write("new/er/y.md", "x");
    assert_eq!(both.check(&touched(&["new"])).0, ["new/er/y.md"]);
    both.repo.write("out/x.md", "x").write("new/.hidden/x.md", "x").write("new/er/z.log", "x");
    assert_eq!(both.check(&touched(&["out", "out/x.md", "new/.hidden", "new/er/z.log"])), (vec![], vec![]));
}

#[test]
fn what_git_tracks_is_listed_though_it_is_ignored() {
    let mut both = Both::new(|repo| {
        repo.write(".gitignore", "*.log").write("a.log", "x").commit("all");
    });
    assert_eq!(both.listing.entries.len(), 0);
    both.repo.git("add -f a.log");
    assert_eq!(both.check(&Touched { index: true, ..Touched::default() }).0, ["a.log"]);
    both.repo.git("rm -q --cached a.log");
    assert_eq!(both.check(&Touched { index: true, ..Touched::default() }).1, ["a.log"]);
}

#[cfg(unix)]
#[test]
fn a_file_that_links_lead_to() {
    let mut both = Both::new(|repo| {
        repo.write("a/b.md", "x").link("c.md", "a/b.md").link("d", "a");
    });
    both.repo.write("a/b.md", "y");
    assert_eq!(both.check(&touched(&["a/b.md"])).0, ["a/b.md", "c.md", "d/b.md"]);
    fs::remove_file(both.repo.path("a/b.md")).expect("removed");
    assert_eq!(both.check(&touched(&["a/b.md"])).1, ["a/b.md", "c.md", "d/b.md"]);
}

impl Dice {
    fn path(&mut self) -> String {
        let folder =
            self.one_of(&["", "", "a/", "a/b/", "a-b/", "x/", "x/y/z/", "out/", ".hid/", "a/.well-known/"]);
        let name = self.one_of(&[
            "1.md",
            "2.md",
            "3.log",
            "index.md",
            "b",
            "c",
            ".hid.md",
            "n\u{202e}.md",
            ".htaccess",
        ]);
        format!("{folder}{name}")
    }
}

/// Changes something, and names what a watch would name.
fn edit(repo: &TestRepo, dice: &mut Dice) -> Touched {
    let (one, two) = (dice.path(), dice.path());
    let names: Vec<String> = match dice.roll(14) {
        // What is written through a link is told under its own name.
        0..=4 if ancestors(&path(&one)).any(|name| repo.path(name.as_str()).is_symlink()) => Vec::new(),
        0..=4 => {
            let text = format!("{}", dice.roll(5));
            let parent = repo.path(&one).parent().expect("a folder").to_path_buf();
            let new = ancestors(&path(&one)).filter(|around| !repo.path(around.as_str()).exists()).last();
            let is_written = fs::create_dir_all(parent).is_ok() && fs::write(repo.path(&one), text).is_ok();
            let named = new.map_or(one, |new| new.to_string());
            if is_written { vec![named] } else { Vec::new() }
        }
        5 => {
            let _ = fs::remove_file(repo.path(&one));
            vec![one]
        }
        6 | 7 => {
            let folder = dice.one_of(&["a", "a/b", "x", "x/y", "a-b", "c"]);
            let _ = fs::remove_dir_all(repo.path(folder));
            vec![folder.to_owned()]
        }
        8 | 9 => {
            let (from, to) = (
                dice.one_of(&["a", "a/b", "x", "x/y", "1.md"]),
                dice.one_of(&["a", "c", "x/y", "a/b", "2.md"]),
            );
            let _ = fs::rename(repo.path(from), repo.path(to));
            vec![from.to_owned(), to.to_owned()]
        }
        10 => {
            let file =
                format!("{}{}", dice.one_of(&["", "a/", "x/"]), dice.one_of(&[".gitignore", ".rectoignore"]));
            let text = dice.one_of(&["", "*.log", "a/b/", "1.md\n!x/1.md", "[z-a]"]);
            let is_written = repo.path(&file).parent().is_some_and(std::path::Path::is_dir)
                && fs::write(repo.path(&file), text).is_ok();
            if is_written { vec![file] } else { Vec::new() }
        }
        11 => {
            repo.git(dice.one_of(&[
                "add -A",
                "add -A -f",
                "rm -r -q -f --cached --ignore-unmatch a x",
                "reset -q",
            ]));
            return Touched { index: true, ..Touched::default() };
        }
        #[cfg(unix)]
        12 => {
            let is_made =
                std::os::unix::fs::symlink(dice.one_of(&["1.md", "a", "none", "x/y"]), repo.path(&one))
                    .is_ok();
            if is_made { vec![one] } else { Vec::new() }
        }
        _ => {
            let _ = fs::write(repo.path("2.md"), two.clone());
            let _ = fs::remove_file(repo.path(&two));
            vec![two, "2.md".to_owned()]
        }
    };
    touched(&names.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn relisting_gives_what_listing_gives() {
    for seed in 0..16 {
        let mut dice = Dice(seed);
        let mut both = Both::new(|repo| {
            repo.write("a/1.md", "x").write("a/b/2.md", "x").write("x/y/z/3.log", "x");
            if seed % 2 == 0 {
                repo.commit("all");
            }
        });
        for _ in 0..40 {
            let mut all = Touched::default();
            for _ in 0..=dice.roll(3) {
                let mut one = edit(&both.repo, &mut dice);
                all.paths.append(&mut one.paths);
                all.index |= one.index;
            }
            both.check(&all);
        }
    }
}

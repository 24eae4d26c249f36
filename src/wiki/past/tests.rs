//! The past of a real repository.

use super::Window;
use crate::{
    git::test_repo::TestRepo,
    wiki::{
        Wiki, WikiError,
        tests::{actor, done, save, wiki},
    },
};

/// Each line of a file with the message of its commit.
fn blamed(wiki: &Wiki, path: &str) -> Vec<String> {
    let blame = wiki.blame(&actor("Ada"), path, None).expect("a text");
    let lines = |part: &super::blame::BlamePart| {
        let summary = part.commit.summary().to_owned();
        part.lines.iter().map(move |line| format!("{summary}: {line}")).collect::<Vec<_>>()
    };
    blame.parts.iter().flat_map(lines).collect()
}

fn history(wiki: &Wiki, path: &str) -> Result<Vec<String>, WikiError> {
    let part = wiki.history(&actor("Ada"), path, Window::default())?;
    Ok(part.items.iter().map(|version| version.commit.summary().to_owned()).collect())
}

#[test]
fn each_line_is_of_the_commit_that_wrote_it_also_behind_renames_and_merges() {
    let repo = TestRepo::new();
    repo.write("a.md", "one\n\ntwo\n\nthree\n").at(1).commit("start").git("checkout -q -b side");
    repo.write("a.md", "side\n\ntwo\n\nthree\n").at(2).commit("side").git("checkout -q main");
    repo.write("a.md", "one\n\ntwo\n\nmain\n").at(3).commit("main");
    repo.at(4).git("merge -q -m merge side").git("mv a.md b.md").at(5).commit("name");
    repo.write("b.md", "side\n\ntwo\n\nmain\nlast\n").at(6).commit("last");
    let wiki = wiki(&repo);
    let expected = ["side: side", "start: ", "start: two", "start: ", "main: main", "last: last"];
    assert_eq!(blamed(&wiki, "b.md"), expected);
}

#[test]
fn what_a_merge_left_out_is_not_what_the_file_comes_from() {
    let repo = TestRepo::new();
    repo.write("a.md", "one\n").at(1).commit("start").git("checkout -q -b side");
    repo.write("a.md", "side\n").at(3).commit("side").git("checkout -q main");
    repo.write("a.md", "main\n").at(2).commit("main").at(4).git("merge -q -s ours -m merge side");
    let wiki = wiki(&repo);
    assert_eq!(blamed(&wiki, "a.md"), ["main: main"]);
    let comparison = wiki.compare(&actor("Ada"), "a.md", None, None).expect("a file");
    assert_eq!(comparison.to.commit.summary(), "main");
    assert_eq!(comparison.from.expect("one before").commit.summary(), "start");
}

#[test]
fn files_that_readers_do_not_see_are_compared_as_pages() {
    let repo = TestRepo::new();
    repo.write("content/index.md", "# Start\n")
        .write("README.md", "# Read\n\nOne word.\n")
        .at(1)
        .commit("one");
    repo.write("README.md", "---\ndraft: true\n---\n# Read\n\nTwo word.\n").at(2).commit("two");
    let wiki = wiki(&repo);
    let comparison = wiki.compare(&actor("Ada"), "README.md", None, None).expect("a file");
    let page = wiki.marked_page(&comparison).expect("a page");
    assert!(page.contains("<del>One</del><ins>Two</ins> word."), "{page}");
}

#[test]
fn the_log_follows_saves_pushes_and_rewritten_branches() {
    let repo = TestRepo::new();
    repo.write("a.md", "one\n").at(1).commit("one");
    let wiki = wiki(&repo);
    assert_eq!(history(&wiki, "a.md").expect("a file"), ["one"]);
    let base = wiki.head().expect("a head").commit;
    done(save(&wiki, "Ada", base, "a.md", "two\n"));
    assert_eq!(history(&wiki, "a.md").expect("a file"), ["Ada a.md", "one"]);
    repo.write("a.md", "three\n").at(3).commit("three");
    assert_eq!(history(&wiki, "a.md").expect("a file"), ["three", "Ada a.md", "one"]);
    repo.git("reset -q --hard HEAD~2").write("a.md", "four\n").at(4).commit("four");
    assert_eq!(history(&wiki, "a.md").expect("a file"), ["four", "one"]);
    repo.git("reset -q --hard HEAD~1");
    assert_eq!(history(&wiki, "a.md").expect("a file"), ["one"]);
    assert!(matches!(history(&wiki, "none.md"), Err(WikiError::NoFile { .. })));
}

#[test]
fn a_log_that_is_damaged_or_gone_is_made_again() {
    let repo = TestRepo::new();
    repo.write("a.md", "one\n").at(1).commit("one").write("a.md", "two\n").at(2).commit("two");
    let folder = repo.path(".git/recto/log");
    let told = || history(&wiki(&repo), "a.md").expect("a file");
    assert_eq!(told(), ["two", "one"]);
    let entry = std::fs::read_dir(&folder).expect("a folder").next().expect("a file").expect("readable");
    let bytes = std::fs::read(entry.path()).expect("a file");
    for damaged in [bytes[..40].to_vec(), vec![0; bytes.len()], Vec::new()] {
        std::fs::write(entry.path(), damaged).expect("written");
        assert_eq!(told(), ["two", "one"]);
        assert_eq!(std::fs::read(entry.path()).expect("a file"), bytes, "it is as it was");
    }
    std::fs::remove_dir_all(&folder).expect("removed");
    assert_eq!(told(), ["two", "one"]);
    assert_eq!(std::fs::read(entry.path()).expect("a file"), bytes);
}

#[test]
fn people_go_by_the_names_of_the_mailmap() {
    let repo = TestRepo::new();
    repo.write("a.md", "one\n").at(1).commit("one").write("a.md", "one\ntwo\n").at(2);
    repo.git("add -A").git("commit -q -m two --author=ada<old@example.org>");
    repo.write("b.md", "b\n").at(3).commit("b").git("rm -q b.md").at(4).commit("gone");
    let map = "Countess Lovelace <ada@example.org>\nCountess Lovelace <ada@example.org> <old@example.org>\n";
    repo.write(".mailmap", map).at(5).commit("names");
    let (wiki, ada) = (wiki(&repo), actor("Ada"));
    let known = "Countess Lovelace";
    let history = wiki.history(&ada, "a.md", Window::default()).expect("a file");
    assert!(history.items.iter().all(|version| version.commit.author.name == known));
    let blame = wiki.blame(&ada, "a.md", None).expect("a text");
    assert!(blame.parts.iter().all(|part| part.commit.author.name == known));
    assert_eq!(wiki.lost(&ada).expect("a list")[0].author, known);
    assert_eq!(wiki.commit_changes(&ada, "HEAD~3").expect("a commit").commit.author.name, known);
    // All that somebody did is found under each of their names.
    for name in [known, "ada", "old@example.org", "ada@example.org"] {
        let person = wiki.person(&ada, name).expect(name);
        let names: Vec<(&str, usize)> =
            person.names.iter().map(|(author, count)| (&*author.name, *count)).collect();
        assert_eq!(names, [(known, 5)], "{name}");
        let filter = super::recent::Filter { author: Some(name.to_owned()), ..Default::default() };
        assert_eq!(wiki.recent(&ada, &filter, Window::default()).expect("a list").items.len(), 5, "{name}");
    }
}

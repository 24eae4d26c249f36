//! A real repository, edited by several hands at once.

use std::{
    sync::{Arc, mpsc::channel},
    thread,
};

use super::{
    Actor, Change, Outcome, Rights, Save, Saved, Wiki, WikiError,
    relocate::Relocate,
    save::SaveResult,
    upload::{Place, Upload},
};
use crate::{
    base::path::RepoPath,
    engine::{EngineOptions, Told},
    git::{
        Author, CommitId, Store,
        history::{History, HistoryReader},
        test_repo::TestRepo,
    },
    site::SiteOptions,
};

pub(super) fn wiki(repo: &TestRepo) -> Wiki {
    start(repo, options())
}

fn options() -> EngineOptions {
    EngineOptions {
        chapters: None,
        images: None,
        former: Default::default(),
        site: Box::new(|_| SiteOptions { wiki: true, ..SiteOptions::default() }),
        history: Arc::new(|_| None),
        describe: Box::new(|_| String::new()),
        tell: Box::new(|_| {}),
    }
}

fn start(repo: &TestRepo, options: EngineOptions) -> Wiki {
    Wiki::start(Arc::new(Store::open(repo.root()).expect("a repository")), options).expect("a wiki")
}

fn repo() -> TestRepo {
    let repo = TestRepo::new();
    repo.write("a.md", "# T\n\nalpha one\n\nbeta two\n\ngamma three\n").write("b.md", "# B\n").commit("one");
    repo
}

pub(super) fn actor(name: &str) -> Actor {
    let author = Author { name: name.to_owned(), email: format!("{name}@example.org") };
    Actor { author, rights: Rights::Everything }
}

pub(super) fn save(
    wiki: &Wiki,
    who: &str,
    base: Option<CommitId>,
    path: &str,
    text: &str,
) -> Result<SaveResult, WikiError> {
    let change = Change { path: path.to_owned(), content: Some(text.as_bytes().to_vec()) };
    let message = format!("{who} {path}");
    wiki.save(&actor(who), &Save { changes: vec![change], base, message, minor: false })
}

pub(super) fn done(result: Result<SaveResult, WikiError>) -> Saved {
    match result.expect("saved") {
        SaveResult::Saved(saved) => saved,
        SaveResult::Conflict(conflicts) => panic!("{conflicts:?}"),
    }
}

fn text(wiki: &Wiki, path: &str) -> (String, Option<CommitId>) {
    let file = wiki.file(&actor("x"), path).expect("a file");
    (String::from_utf8(file.bytes.unwrap_or_default()).expect("a text"), file.commit)
}

#[test]
fn two_who_edit_different_paragraphs_are_merged() {
    let repo = repo();
    let wiki = wiki(&repo);
    let (old, base) = text(&wiki, "a.md");
    let first = done(save(&wiki, "Alice", base, "a.md", &old.replace("alpha one", "alpha ALICE")));
    assert_eq!((first.outcome, first.is_shown), (Outcome::Committed, true));
    let second = done(save(&wiki, "Bob", base, "a.md", &old.replace("gamma three", "gamma BOB")));
    assert_eq!(second.outcome, Outcome::Merged);
    assert_eq!(text(&wiki, "a.md").0, "# T\n\nalpha ALICE\n\nbeta two\n\ngamma BOB\n");
    assert_eq!(repo.git_with_input("log --format=%an:%s -2", b""), "Bob:Bob a.md\nAlice:Alice a.md");
    assert_eq!(repo.git_with_input("status --porcelain", b""), "");
    let again = done(save(&wiki, "Bob", base, "a.md", &old.replace("gamma three", "gamma BOB")));
    assert_eq!(again.outcome, Outcome::Unchanged);
}

#[test]
fn a_conflict_keeps_the_text_and_publishes_nothing() {
    let repo = repo();
    let wiki = wiki(&repo);
    let (old, base) = text(&wiki, "a.md");
    done(save(&wiki, "Alice", base, "a.md", &old.replace("beta two", "beta ALICE")));
    let theirs = old.replace("beta two", "beta BOB");
    let Ok(SaveResult::Conflict(conflicts)) = save(&wiki, "Bob", base, "a.md", &theirs) else {
        panic!("a conflict")
    };
    let merged = conflicts[0].merged.as_ref().expect("texts").with_markers();
    assert!(merged.contains("beta ALICE") && merged.contains("beta BOB"));
    assert!(!text(&wiki, "a.md").0.contains("BOB"));
    let path = RepoPath::root().join("a.md");
    let drafts = || wiki.drafts().of(&actor("Bob").author, &path).expect("readable");
    assert_eq!(drafts().iter().map(|draft| &*draft.content).collect::<Vec<_>>(), [&*theirs]);
    let base = Some(conflicts[0].commit);
    assert!(matches!(save(&wiki, "Bob", base, "a.md", &merged), Err(WikiError::Unresolved { .. })));
    // Another window of his was opened just then.
    let now = text(&wiki, "a.md").0;
    done(save(&wiki, "Bob", base, "a.md", &now.replace("gamma three", "gamma THREE")));
    assert_eq!(drafts().len(), 1, "its words are nowhere else");
    done(save(&wiki, "Bob", base, "a.md", &now.replace("beta ALICE", "beta ALICE and BOB")));
    assert!(drafts().is_empty(), "its author has resolved it");
}

#[test]
fn a_commit_of_another_program_is_merged_and_shown() {
    let repo = repo();
    let wiki = wiki(&repo);
    let (old, base) = text(&wiki, "a.md");
    repo.write("a.md", &old.replace("alpha one", "alpha PUSHED")).commit("push");
    done(save(&wiki, "Bob", base, "a.md", &old.replace("gamma three", "gamma BOB")));
    let (now, _) = text(&wiki, "a.md");
    assert!(now.contains("PUSHED") && now.contains("BOB"));
    let crate::engine::Page::Found(page, _) = wiki.engine().page("/a/") else { panic!("a page") };
    let html = String::from_utf8_lossy(&page.bytes).into_owned();
    assert!(html.contains("PUSHED") && html.contains("BOB"));
}

#[test]
fn new_files_must_not_be_there_and_dangerous_names_are_refused() {
    let repo = repo();
    let wiki = wiki(&repo);
    assert!(done(save(&wiki, "Bob", None, "new/page.md", "# New\n")).created);
    assert!(matches!(save(&wiki, "Bob", None, "a.md", "other\n"), Ok(SaveResult::Conflict(_))));
    for path in ["../x.md", ".git/config", "-/save.md", "A.md", "x\u{202e}.md", "/a.md", "NUL.md"] {
        let refused = save(&wiki, "Bob", None, path, "x\n");
        assert!(matches!(refused, Err(WikiError::BadName { .. } | WikiError::NameTaken { .. })), "{path}");
    }
    assert_eq!(repo.git_with_input("rev-list --count HEAD", b""), "2");
}

/// Eight writers of different pages and one of the terminal: each save is a commit of its own, and none is lost.
#[test]
fn many_writers_lose_nothing() {
    let repo = repo();
    let wiki = wiki(&repo);
    thread::scope(|scope| {
        for writer in 0..8 {
            let wiki = &wiki;
            scope.spawn(move || {
                for n in 0..5 {
                    let (path, base) = (format!("w{writer}.md"), wiki.head().expect("a head").commit);
                    done(save(
                        wiki,
                        &format!("w{writer}"),
                        base,
                        &path,
                        &format!("# {writer}\n\nsave {n}\n"),
                    ));
                }
            });
        }
    });
    assert_eq!(repo.git_with_input("rev-list --count HEAD", b""), "41");
    let log = repo.git_with_input("log --format=%an:%s", b"");
    assert!(log.lines().filter(|line| line.starts_with('w')).all(|line| line[..2] == line[3..5]));
    assert_eq!(repo.git_with_input("status --porcelain", b""), "");
    repo.git("fsck --strict");
}

#[test]
fn a_draft_is_kept_until_it_is_saved_or_discarded() {
    let repo = repo();
    let ada = actor("Ada");
    let drafts = |wiki: &Wiki| {
        let drafts = wiki.drafts_of(&ada, "a.md").expect("readable");
        drafts.into_iter().map(|draft| draft.content).collect::<Vec<_>>()
    };
    let (old, base) = text(&wiki(&repo), "a.md");
    let keep = |wiki: &Wiki, content: &str| wiki.keep_draft(&ada, "a.md", content.to_owned(), base);
    keep(&wiki(&repo), "one").expect("kept");
    keep(&wiki(&repo), "two").expect("kept");
    let wiki = wiki(&repo);
    assert_eq!(drafts(&wiki), ["two"], "the server was started again");
    assert!(wiki.drafts_of(&actor("Bob"), "a.md").expect("readable").is_empty(), "they are Ada's");
    keep(&wiki, &old).expect("no draft");
    assert_eq!(drafts(&wiki), [""; 0], "the branch says the same");
    keep(&wiki, "three").expect("kept");
    done(save(&wiki, "Ada", base, "a.md", "saved\n"));
    assert_eq!(drafts(&wiki), [""; 0]);
    keep(&wiki, "four").expect("kept");
    wiki.discard_drafts(&ada, "a.md").expect("discarded");
    assert_eq!(drafts(&wiki), [""; 0]);
    let too_large = "x".repeat(super::drafts::MAX_DRAFT_BYTES + 1);
    assert!(matches!(keep(&wiki, &too_large), Err(WikiError::TooLarge { .. })));
    assert!(matches!(wiki.keep_draft(&ada, "../a", String::new(), None), Err(WikiError::BadName { .. })));
}

#[test]
fn listeners_hear_of_each_commit_once() {
    let repo = repo();
    let wiki = wiki(&repo);
    let (tell, told) = std::sync::mpsc::channel();
    let (old, base) = text(&wiki, "a.md");
    done(save(&wiki, "Ada", base, "a.md", &old.replace("one", "ONE")));
    let next = || told.recv_timeout(std::time::Duration::from_secs(10)).expect("told");
    let tell = move |arrival: crate::git::Arrival| drop(tell.send((arrival.author.name, arrival.paths)));
    let _listening = wiki.listen(&actor("x"), base, tell);
    let a = Some(vec![RepoPath::root().join("a.md")]);
    assert_eq!(next(), ("Ada".to_owned(), a), "what came since is told at once");
    repo.write("b.md", "# Pushed\n").commit("push");
    let b = Some(vec![RepoPath::root().join("b.md")]);
    assert_eq!(next(), ("Ada".to_owned(), b));
    repo.git("reset --quiet --hard HEAD~2");
    assert_eq!(next().1, None, "the branch was forced elsewhere");
    assert!(told.try_recv().is_err());
}

#[test]
fn names_are_those_that_lead_there() {
    use super::names::Wanted;
    let repo = TestRepo::new();
    repo.write("content/bread.md", "---\ntitle: Good bread\ntags: [baking, rye]\n---\n\n## The oven\n")
        .write("content/guide/bread.md", "---\ntags: [baking]\n---\n# Bread\n")
        .write("content/guide/img/a b.png", "x")
        .commit("one");
    let wiki = wiki(&repo);
    let from = RepoPath::new("content/guide/new.md").expect("a path");
    let names = |wanted, typed: &str| {
        let names = wiki.names(&actor("x"), &wanted, typed, &from).into_iter();
        names.map(|name| (name.name, name.link.or(name.id).unwrap_or_default())).collect::<Vec<_>>()
    };
    let say = |name: &str, link: &str| (name.to_owned(), link.to_owned());
    assert_eq!(names(Wanted::Pages, "bre"), [say("Bread", "bread.md"), say("Good bread", "../bread.md")]);
    assert_eq!(names(Wanted::Pages, "GOOD"), [say("Good bread", "../bread.md")]);
    assert_eq!(names(Wanted::Files, "a"), [say("a b.png", "img/a b.png")]);
    assert_eq!(names(Wanted::Tags, ""), [say("baking", ""), say("rye", "")]);
    assert_eq!(names(Wanted::Headings("Good bread".to_owned()), "ov"), [say("The oven", "the-oven")]);
    assert_eq!(names(Wanted::Headings("../bread.md".to_owned()), ""), [say("The oven", "the-oven")]);
    assert_eq!(names(Wanted::Pages, "zzz"), []);
}

#[test]
fn new_pages_begin_with_templates_of_the_site() {
    let repo = repo();
    repo.write("themes/default/new/meeting.md", "---\ntitle: {{title}}\n---\n\n## Present\n").commit("two");
    let wiki = wiki(&repo);
    let templates = wiki.templates(&actor("x"), "notes/first-steps.md").expect("templates");
    let names: Vec<&str> = templates.iter().map(|template| &*template.name).collect();
    assert_eq!(names, ["page", "chapter", "meeting", "post"]);
    assert_eq!(templates[2].content, "---\ntitle: First steps\n---\n\n## Present\n");
    let decks = wiki.templates(&actor("x"), "deck.yml").expect("templates");
    assert_eq!(decks.iter().map(|template| &*template.name).collect::<Vec<_>>(), ["deck"]);
}

#[test]
fn blocks_of_a_preview_say_their_lines() {
    let repo = repo();
    let wiki = wiki(&repo);
    let text = "---\ntitle: T\n---\n\nOne.\n\n> [!NOTE]\n> Two.\n\n- a\n- b\n\n:::details\nIn.\n:::\n\n```\nx\n```\n";
    let preview = wiki.preview(&actor("x"), "a.md", text).expect("a preview");
    let html = String::from_utf8_lossy(&preview.html).into_owned();
    for (line, element) in [
        (5, "<p"),
        (7, "<aside"),
        (7, "<p"),
        (10, "<li"),
        (11, "<li"),
        (13, "<details"),
        (14, "<p"),
        (17, "<pre"),
    ] {
        assert!(html.contains(&format!("{element} data-line=\"{line}\"")), "{line} {element}: {html}");
    }
    let crate::engine::Page::Found(page, _) = wiki.engine().page("/a/") else { panic!("a page") };
    assert!(!String::from_utf8_lossy(&page.bytes).contains("data-line"));
}

#[test]
fn files_that_readers_do_not_see_are_previewed_as_themselves() {
    let repo = TestRepo::new();
    repo.write("content/index.md", "# Start\n").write("content/a.md", "# A\n").write("README.md", "# Read\n");
    repo.write("content/pics/b.png", "x").commit("one");
    let wiki = wiki(&repo);
    let text = "---\ndraft: true\n---\n\n# Title\n\n[a](content/a.md) [gone](LICENSE) ![](b.png)\n";
    let preview = |path: &str, text: &str| {
        let preview = wiki.preview(&actor("x"), path, text).expect("a preview");
        (String::from_utf8_lossy(&preview.html).into_owned(), preview)
    };
    let (html, shown) = preview("README.md", text);
    assert!(html.contains("<h1 data-line=\"5\"") && !html.contains("Start</h1>"), "{html}");
    assert!(html.contains("href=\"/a/\"") && html.contains("src=\"/pics/b.png\""), "{html}");
    assert_eq!((&*shown.title, shown.problems), ("Title", Vec::new()));
    let (html, _) = preview("content/a.md", text);
    assert!(html.contains("<h1 data-line=\"5\"") && !html.contains("Start</h1>"), "{html}");
    assert!(preview("recto.yml", "title: New\n").0.contains("New"), "settings are seen in the first page");
}

#[test]
fn a_save_is_told_once() {
    let repo = repo();
    let root = repo.root().to_owned();
    let (tell, told) = channel();
    let wiki = start(
        &repo,
        EngineOptions {
            history: Arc::new(move |known| {
                let reader = HistoryReader::open(&root, None).expect("Git can read it")?;
                Some(Arc::new(reader.read(known.map(|known| History::clone(known)))))
            }),
            tell: Box::new(move |told| match told {
                Told::Updated { n_files, .. } => drop(tell.send(n_files)),
                Told::Problems { .. } | Told::Trouble(_) => {}
            }),
            ..options()
        },
    );
    let base = wiki.head().expect("a head").commit;
    let saved = done(save(&wiki, "Ada", base, "b.md", "# B\n\nnew\n"));
    drop(wiki);
    assert!(saved.is_shown);
    assert_eq!(
        told.iter().collect::<Vec<usize>>(),
        [1],
        "files that changed, and not that there is a commit"
    );
}

#[test]
fn drafts_of_several_files_are_one_commit() {
    let repo = repo();
    let wiki = wiki(&repo);
    let ada = actor("Ada");
    let (a, base) = text(&wiki, "a.md");
    let keep =
        |path: &str, content: &str| wiki.keep_draft(&ada, path, content.to_owned(), base).expect("kept");
    keep("a.md", &a.replace("gamma three", "gamma ADA"));
    keep("new.md", "# New\n");
    done(save(&wiki, "Bob", base, "a.md", &a.replace("alpha one", "alpha BOB")));
    let paths = ["a.md".to_owned(), "new.md".to_owned()];
    let saved = done(wiki.save_drafts(&ada, &paths, "Both"));
    assert_eq!(saved.outcome, Outcome::Committed);
    assert_eq!(
        text(&wiki, "a.md").0,
        a.replace("alpha one", "alpha BOB").replace("gamma three", "gamma ADA")
    );
    assert_eq!(repo.git_with_input("log -1 --format=%an:%s --name-only", b""), "Ada:Both\n\na.md\nnew.md");
    assert!(wiki.drafts().of_author(&ada.author).expect("readable").is_empty());
    let base = wiki.head().expect("a head").commit;
    let (a, _) = text(&wiki, "a.md");
    wiki.keep_draft(&ada, "a.md", a.replace("beta two", "beta ADA"), base).expect("kept");
    wiki.keep_draft(&ada, "b.md", "# C\n".to_owned(), base).expect("kept");
    done(save(&wiki, "Bob", base, "a.md", &a.replace("beta two", "beta BOB")));
    let paths = ["a.md".to_owned(), "b.md".to_owned()];
    assert!(matches!(wiki.save_drafts(&ada, &paths, ""), Ok(SaveResult::Conflict(_))));
    assert_eq!(wiki.drafts().of_author(&ada.author).expect("readable").len(), 2, "they stay");
}

#[test]
fn settings_and_data_with_errors_are_refused() {
    let repo = repo();
    let wiki = wiki(&repo);
    let path = |path: &str| RepoPath::new(path).expect("a path");
    let refused = |name: &str, text: &str, anyway| match wiki.check(&path(name), text, anyway) {
        Err(WikiError::Invalid { problem, .. }) => {
            problem.place.and_then(|place| place.span).map(|span| span.line)
        }
        Ok(()) => None,
        Err(other) => panic!("{other}"),
    };
    assert_eq!(refused("recto.yml", "title: A\nmenu: [\n", true), Some(2));
    assert_eq!(refused("data/a.yml", "a: 1\nb: [\n", false), Some(2));
    assert_eq!(refused("data/a.yml", "a: 1\nb: [\n", true), None);
    assert_eq!(refused("data/a.json", "{\"a\": }", false), Some(1));
    for (name, text) in
        [("recto.yml", "title: A\n"), ("a.md", "---\n: [\n---\n"), ("x.css", "{"), ("a.yml", "")]
    {
        assert_eq!(refused(name, text, false), None, "{name}");
    }
}

#[test]
fn no_way_leads_to_settings_that_nobody_can_read() {
    let repo = TestRepo::new();
    repo.write("b.yml", "title: [\n").commit("one");
    let wiki = wiki(&repo);
    let is_refused = |result: Result<(), WikiError>| {
        assert!(
            matches!(&result, Err(WikiError::Invalid { path, .. }) if path.as_str() == "recto.yml"),
            "{result:?}"
        );
    };
    let upload = |text: &str| {
        let sent = Upload { name: "x".to_owned(), bytes: text.as_bytes().to_vec() };
        wiki.upload(&actor("x"), &[sent], &Place::At("recto.yml".to_owned()), "").map(drop)
    };
    is_refused(upload("title: [\n"));
    let moved =
        Relocate { from: "b.yml".to_owned(), to: "recto.yml".to_owned(), message: String::new(), base: None };
    is_refused(wiki.relocate(&actor("x"), &moved).map(drop));
    is_refused(save(&wiki, "x", None, "recto.yml", "title: [\n").map(drop));
    upload("title: T\n").expect("these can be read");
    assert_eq!(text(&wiki, "recto.yml").0, "title: T\n");
}

#[test]
fn a_chapter_is_shown_as_its_slides() {
    let repo = TestRepo::new();
    repo.write("day.yml", "title: Day\ncontent:\n- one.md\n- two.md\n")
        .write("one.md", "# One\n\n---\n\n## More of one\n")
        .write("two.md", "# Two\n")
        .commit("one");
    let wiki = wiki(&repo);
    let shown = |path: &str, text: &str| {
        let preview = wiki.preview(&actor("x"), path, text).expect("a preview");
        assert!(preview.is_deck);
        let html = String::from_utf8_lossy(&preview.html).into_owned();
        let sources = html.split("data-source=\"").skip(1).filter_map(|rest| rest.split('"').next());
        (sources.map(str::to_owned).collect::<Vec<_>>().join(" "), html.contains("Another"))
    };
    assert_eq!(
        shown("two.md", "# Two\n\n---\n\n## Another\n"),
        ("two.md:1 two.md:1 two.md:5".to_owned(), true)
    );
    assert_eq!(shown("day.yml", "title: Day\ncontent:\n- two.md\n- one.md\n").0, "two.md:1 one.md:1");
}

#[test]
fn data_that_a_merge_or_the_past_would_break_is_not_saved() {
    let repo = TestRepo::new();
    repo.write("team.yml", "a: 1\n\nz: 9\n").commit("one");
    repo.write("broken.yml", "a: [1\n").commit("broken").write("broken.yml", "a: [1]\n").commit("mended");
    let wiki = wiki(&repo);
    let base = wiki.head().expect("a head").commit;
    done(save(&wiki, "Ada", base, "team.yml", "a: 1\nb: 2\n\nz: 9\n"));
    // Each has a `b`: by line there is no conflict.
    let Ok(SaveResult::Conflict(conflicts)) = save(&wiki, "Bob", base, "team.yml", "a: 1\n\nz: 9\nb: 3\n")
    else {
        panic!("a conflict")
    };
    let merged = conflicts[0].merged.as_ref().expect("texts");
    assert!(
        merged.text().is_none()
            && merged.with_markers().contains("b: 2")
            && merged.with_markers().contains("b: 3")
    );
    let restored = wiki.restore(&actor("Ada"), "broken.yml", "HEAD~2", None, "");
    assert!(matches!(restored, Err(WikiError::Invalid { .. })), "{restored:?}");
    let reverted = wiki.revert(&actor("Ada"), "HEAD~1", "");
    assert!(matches!(reverted, Err(WikiError::Invalid { .. })), "{reverted:?}");
}

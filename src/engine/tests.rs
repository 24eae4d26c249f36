//! A real folder that is edited, and one who looks at a page of it.

use std::{
    fs,
    path::Path,
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    time::Instant,
};

use super::*;
use crate::{
    base::{
        config::{Config, Repo},
        dice::Dice,
        path::RepoPath,
    },
    git::{
        self,
        history::{History, HistoryReader},
        test_repo::TestRepo,
    },
    parse::front_matter::Date,
    site::{DeckOptions, route::Route},
    source::{Folder, Memory},
};

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long a test waits for what must not come.
const SILENCE: Duration = Duration::from_millis(150);

struct Live {
    repo: TestRepo,
    engine: Engine,
    told: Receiver<String>,
    today: Arc<Mutex<&'static str>>,
}

/// One who looks.
struct Looking {
    events: Receiver<Event>,
    _viewing: Viewing,
}

impl Live {
    fn new(prepare: impl FnOnce(&TestRepo)) -> Self {
        Self::below("", prepare)
    }

    /// A site in a folder of its repository.
    fn below(folder: &str, prepare: impl FnOnce(&TestRepo)) -> Self {
        Self::with_history(folder, prepare, Arc::default())
    }

    /// A site whose history can be read once nobody holds a gate.
    fn with_history(folder: &str, prepare: impl FnOnce(&TestRepo), gate: Arc<Mutex<()>>) -> Self {
        let repo = TestRepo::new();
        prepare(&repo);
        let root = repo.root().join(folder);
        let folder = Arc::new(Folder::open(&root).expect("a folder"));
        let (tell, told) = channel();
        let today = Arc::new(Mutex::new("2030-01-01"));
        let (clock, dir) = (today.clone(), root.clone());
        let options = EngineOptions {
            former: crate::site::file::FormerFiles::default(),
            chapters: None,
            images: None,
            site: Box::new(move |source| SiteOptions {
                today: Date::parse(*locked(&clock)),
                output: Some(output_of(source)),
                deck: DeckOptions { repo: forge_of(&dir), ..DeckOptions::default() },
                ..SiteOptions::default()
            }),
            history: Arc::new(move |known| {
                drop(locked(&gate));
                let reader = HistoryReader::open(&root, None).expect("Git can read it")?;
                Some(Arc::new(reader.read(known.map(|known| History::clone(known)))))
            }),
            describe: Box::new(|problems| {
                problems.iter().map(|problem| format!("{}\n", problem.message)).collect()
            }),
            tell: Box::new(move |told| drop(tell.send(line(&told)))),
        };
        let feed = folder.clone();
        let engine = Engine::start(folder, options, || Some(Box::new(FolderFeed::new(feed))));
        let live = Self { repo, engine: engine.expect("a site"), told, today };
        // The watch begins with a look at everything.
        while live.told.recv_timeout(SILENCE).is_ok() {}
        live
    }

    fn html(&self, path: &str) -> String {
        let page = self.engine.page(path);
        let rendered = page.rendered().map(|rendered| String::from_utf8_lossy(&rendered.bytes).into_owned());
        rendered.unwrap_or_default()
    }

    /// Waits until a page has a text: a file may be seen empty while it is written.
    fn until(&self, path: &str, text: &str) {
        let begun = Instant::now();
        while !self.html(path).contains(text) {
            assert!(begun.elapsed() < PATIENCE, "`{path}` has no `{text}`");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn look(&self, path: &str) -> Looking {
        let (tell, events) = channel();
        let viewing = self.engine.look(path, move |event| drop(tell.send(event)));
        let looking = Looking { events, _viewing: viewing };
        looking.page();
        looking
    }

    /// The next line for the terminal that begins like this.
    fn told(&self, start: &str) -> String {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Ok(line) = self.told.recv_timeout(PATIENCE)
                && line.starts_with(start)
            {
                return line;
            }
        }
        panic!("`{start}` was not told");
    }
}

impl Looking {
    fn page(&self) -> PageEvent {
        loop {
            if let Event::Page(page) = self.events.recv_timeout(PATIENCE).expect("an event of the page") {
                return page;
            }
        }
    }

    fn problems(&self, n_errors: usize) -> Arc<Shown> {
        loop {
            match self.events.recv_timeout(PATIENCE).expect("an event of problems") {
                Event::Problems(shown) if shown.n_errors == n_errors => return shown,
                other => println!("passed over: {other:?}"),
            }
        }
    }

    fn hears_no_page(&self) -> bool {
        loop {
            match self.events.recv_timeout(SILENCE) {
                Ok(Event::Page(_)) => return false,
                Ok(Event::Problems(_)) => {}
                Err(error) => return error == RecvTimeoutError::Timeout,
            }
        }
    }
}

/// The page of a folder's repository on a forge.
fn forge_of(dir: &Path) -> Option<Repo> {
    git::forge_url(dir).map(|url| Repo { url, branch: None })
}

/// The output folder that the config names.
fn output_of(source: &dyn Source) -> RepoPath {
    let path = RepoPath::root().join("recto.yml");
    let text = source.read(&path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    Config::parse(&path, &text.unwrap_or_default()).0.output
}

fn line(told: &Told<'_>) -> String {
    match told {
        Told::Updated { n_files, .. } => format!("updated {n_files}"),
        Told::Problems { new, n_mended, n_left } => {
            let codes: Vec<&str> = new.iter().map(|problem| problem.code).collect();
            format!("problems [{}] mended {n_mended} left {n_left}", codes.join(" "))
        }
        Told::Trouble(sentence) => format!("trouble {sentence}"),
    }
}

#[test]
fn a_commit_changes_who_changed_a_page_last() {
    let live = Live::new(|repo| {
        repo.write("a.md", "# A\n").at(1).commit("one");
    });
    assert!(live.html("/a/").contains("1 January 2024</time> by Ada"), "{}", live.html("/a/"));
    live.repo.at(2).write("a.md", "# B\n");
    live.until("/a/", "<h1 id=\"b\">");
    live.repo.git("add a.md").git("commit --quiet -m two --author=Grace<grace@example.org>");
    live.until("/a/", "by Grace");
}

#[test]
fn a_history_that_takes_long_to_read_holds_up_no_page() {
    let gate = Arc::new(Mutex::new(()));
    let held = locked(&gate);
    let prepare = |repo: &TestRepo| {
        repo.write("a.md", "# A\n").at(1).commit("one");
    };
    let live = Live::with_history("", prepare, gate.clone());
    assert!(live.html("/a/").contains("<h1 id=\"a\">") && !live.html("/a/").contains("by Ada"));
    live.repo.at(2).write("a.md", "# B\n").commit("two");
    live.until("/a/", "<h1 id=\"b\">");
    assert!(!live.html("/a/").contains("by Ada"));
    drop(held);
    live.until("/a/", "1 January 2024</time> by Ada");
}

#[test]
fn a_written_file_is_a_new_page_for_those_who_look_at_it() {
    let live = Live::new(|repo| {
        repo.write("a.md", "# A\n\none").write("b.md", "# B\n");
    });
    let (a, b) = (live.look("/a/"), live.look("/b/"));
    live.repo.write("a.md", "# A\n\ntwo");
    live.until("/a/", "two");
    let is_served = |event: PageEvent| {
        event.exists && event.digest == live.engine.page("/a/").rendered().map(|page| page.digest)
    };
    while !is_served(a.page()) {}
    assert!(b.hears_no_page(), "the other page is the same");
    assert_eq!(live.told("updated"), "updated 1");
}

#[test]
fn editors_save_in_many_ways() {
    let live = Live::new(|repo| {
        repo.write("a.md", "one");
    });
    let a = live.look("/a/");
    let expect = |text: &str| {
        live.until("/a/", text);
        a.page();
    };
    live.repo.write(".a.md.swp", "x").write("a.md~", "two");
    fs::rename(live.repo.path("a.md~"), live.repo.path("a.md")).expect("renamed");
    expect("two");
    fs::rename(live.repo.path("a.md"), live.repo.path("a.md.bak")).expect("renamed");
    live.repo.write("a.md", "three");
    expect("three");
    fs::write(live.repo.path("a.md"), "").expect("truncated");
    std::thread::sleep(Duration::from_millis(30));
    live.repo.write("a.md", "four");
    expect("four");
}

#[test]
fn a_checkout_is_one_change() {
    let live = Live::new(|repo| {
        let write = |text: &str| {
            for n in 0..100 {
                repo.write(&format!("d{}/{n}.md", n % 7), text);
            }
        };
        write("old");
        repo.commit("old").git("checkout -q -b other");
        write("new");
        repo.write("e/x.md", "x").commit("new").git("checkout -q main");
    });
    live.repo.git("checkout -q other");
    assert_eq!(live.told("updated"), "updated 101");
    assert!(live.html("/e/x/").contains('x') && live.html("/d1/1/").contains("new"));
}

#[test]
fn folders_are_renamed_and_removed() {
    let live = Live::new(|repo| {
        repo.write("a/x.md", "# X").write("a/deep/y.md", "# Y").write("index.md", "# Home");
    });
    let x = live.look("/a/x/");
    fs::rename(live.repo.path("a"), live.repo.path("b")).expect("renamed");
    assert!(!x.page().exists, "it says that the page is gone");
    let y = live.look("/b/deep/y/");
    live.repo.write("b/deep/y.md", "# Why");
    live.until("/b/deep/y/", "Why");
    fs::remove_dir_all(live.repo.path("b")).expect("removed");
    while y.page().exists {}
    live.repo.write("b/deep/y.md", "# Back");
    live.until("/b/deep/y/", "Back");
    while !y.page().exists {}
}

#[test]
fn config_theme_and_files_change() {
    let live = Live::new(|repo| {
        repo.write("recto.yml", "title: One\n").write("index.md", "![x](x.svg)").write("other.md", "x");
        repo.write("x.svg", "<svg></svg>").write("themes/default/style.css", "a {}");
    });
    let (home, other) = (live.look("/"), live.look("/other/"));
    live.repo.write("recto.yml", "title: Two\n");
    live.until("/", "Two");
    assert!(home.page().exists);
    other.page();
    while !(home.hears_no_page() && other.hears_no_page()) {}
    live.repo.write("x.svg", "<svg> </svg>");
    assert_eq!(home.page().assets.iter().map(Route::as_str).collect::<Vec<_>>(), ["/x.svg"]);
    assert!(other.hears_no_page(), "it shows no such file");
    while !home.hears_no_page() {}
    live.repo.write("themes/default/style.css", "b{color:red}");
    let sheet = home.page().assets[0].clone();
    live.until(sheet.as_str(), "b{color:red}");
    assert_eq!(other.page().assets, [sheet]);
    live.repo.write("themes/default/templates/partials/footer.html", "<p>new footer</p>");
    live.until("/", "new footer");
}

#[test]
fn a_broken_template_is_told_and_mended() {
    let live = Live::new(|repo| {
        repo.write("index.md", "# Home").write("themes/default/templates/page.html", "{{ content }}");
    });
    let home = live.look("/");
    live.repo.write("themes/default/templates/section.html", "{% if %}");
    let shown = home.problems(1);
    assert!(!shown.text.is_empty());
    assert_eq!(live.told("problems"), "problems [template-syntax] mended 0 left 1");
    live.repo.write("themes/default/templates/section.html", "fine {{ pgae.title }}");
    // This one is only found by rendering the page.
    let shown = home.problems(1);
    assert!(shown.text.contains("pgae"), "{shown:?}");
    live.repo.write("themes/default/templates/section.html", "fine");
    assert_eq!(*home.problems(0), Shown::default());
    assert!(live.html("/").contains("fine"));
}

#[test]
fn problems_are_told_once() {
    let live = Live::new(|repo| {
        repo.write("a.md", "[x](none.md)\n").write("b.md", "b");
    });
    live.repo.write("a.md", "One more line.\n\n[x](none.md)\n");
    live.told("updated");
    live.repo.write("b.md", "[y](nothing.md)");
    assert_eq!(live.told("problems"), "problems [broken-link] mended 0 left 2");
    live.repo.write("none.md", "# None");
    assert_eq!(live.told("problems"), "problems [] mended 1 left 1");
}

#[test]
fn other_pages_are_published_on_another_day_and_with_another_output_folder() {
    let live = Live::new(|repo| {
        repo.write("later.md", "---\ndate: 2030-01-02\n---\nx").write("public/x.md", "x");
    });
    assert!(matches!(live.engine.page("/later/"), Page::NotFound(..)));
    *locked(&live.today) = "2030-01-02";
    live.repo.write("recto.yml", "output: elsewhere\n");
    // A file that is written may be seen while it is still empty; then there are two updates.
    while !matches!(live.engine.page("/public/x/"), Page::Found(..)) {
        live.told("updated");
    }
    assert!(matches!(live.engine.page("/later/"), Page::Found(..)));
}

#[test]
fn a_file_beside_the_site_that_a_deck_includes_is_followed() {
    let live = Live::below("slides", |repo| {
        repo.write("k8s/one.yaml", "kind: Zebra\n");
        repo.write("slides/deck.yml", "content: [a.md]\n");
        repo.write("slides/a.md", "```yaml\n@@INCLUDE[k8s/one.yaml]\n```\n").commit("all");
    });
    // The engine waits for news that nobody brings.
    std::thread::sleep(outside::LOOK_EVERY);
    live.until("/deck.yml.html", "Zebra");
    let begun = Instant::now();
    for animal in ["Gnu", "Emu"] {
        live.repo.write("k8s/one.yaml", &format!("kind: {animal}\n"));
        live.until("/deck.yml.html", animal);
    }
    assert!(begun.elapsed() < PATIENCE / 2, "it took {:?}", begun.elapsed());
}

#[test]
fn a_tag_that_a_delivery_is_frozen_to_moves() {
    let live = Live::new(|repo| {
        repo.write("day.yml", "pin: v1\ncontent: [a.md]\n")
            .write("a.md", "first\n")
            .commit("one")
            .git("tag v1");
        repo.write("a.md", "second\n").commit("two");
    });
    assert!(live.html("/day.yml.html").contains("<p>first</p>"));
    live.repo.git("tag --force v1");
    live.until("/day.yml.html", "<p>second</p>");
}

#[test]
fn a_remote_that_is_added_is_where_slides_link_to() {
    let live = Live::new(|repo| {
        repo.write("deck.yml", "content: [a.md]\n").write("a.md", "# A\n").commit("one");
    });
    assert!(!live.html("/deck.yml.html").contains("example.org"));
    live.repo.git("remote add origin https://example.org/a/b.git");
    live.until("/deck.yml.html", "https://example.org/a/b");
    live.repo.git("remote set-url origin https://example.org/c/d.git");
    live.until("/deck.yml.html", "https://example.org/c/d");
}

#[test]
fn a_folder_that_goes_away_and_comes_back() {
    let live = Live::new(|repo| {
        repo.write("site/a.md", "x");
    });
    drop(live);
    let parent = tempfile::tempdir().expect("a folder");
    let root = parent.path().join("site");
    fs::create_dir(&root).expect("made");
    fs::write(root.join("a.md"), "one").expect("written");
    let folder = Arc::new(Folder::open(&root).expect("a folder"));
    let (tell, told) = channel();
    let options = EngineOptions {
        former: crate::site::file::FormerFiles::default(),
        chapters: None,
        images: None,
        site: Box::new(|_| SiteOptions::default()),
        history: Arc::new(|_| None),
        describe: Box::new(|_| String::new()),
        tell: Box::new(move |told| drop(tell.send(line(&told)))),
    };
    let feed = folder.clone();
    let engine = Engine::start(folder, options, || Some(Box::new(FolderFeed::new(feed)))).expect("a site");
    fs::remove_dir_all(&root).expect("removed");
    while !told.recv_timeout(PATIENCE).expect("it is told").starts_with("trouble") {}
    fs::create_dir(&root).expect("made");
    fs::write(root.join("a.md"), "two").expect("written");
    let is_back = || {
        let page = engine.page("/a/");
        page.rendered().is_some_and(|page| String::from_utf8_lossy(&page.bytes).contains("two"))
    };
    let begun = Instant::now();
    while !is_back() {
        assert!(begun.elapsed() < PATIENCE, "it came back");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_site_below_a_folder_that_is_renamed_or_replaced_is_shown_as_it_is_there() {
    let live = Live::below("p/site", |repo| {
        repo.write("p/site/a.md", "one");
    });
    fs::rename(live.repo.path("p"), live.repo.path("old")).expect("renamed");
    assert!(live.told("trouble").contains("site"), "it is gone");
    live.repo.write("p/site/a.md", "two");
    live.until("/a/", "two");
    live.repo.write("p/site/a.md", "three");
    live.until("/a/", "three");
    fs::rename(live.repo.path("p"), live.repo.path("older")).expect("renamed");
    live.repo.write("p/site/a.md", "four");
    live.until("/a/", "four");
    live.repo.write("p/site/a.md", "five").write("older/site/a.md", "wrong");
    live.until("/a/", "five");
}

#[test]
fn a_repository_that_is_made_above_the_site_says_who_changed_pages() {
    let live = Live::below("docs", |repo| {
        repo.write("docs/a.md", "# A\n").write("out.md", "outside\n").at(1).commit("one");
        repo.write("docs/deck.yml", "content: [b.md]\n").write("docs/b.md", "@@INCLUDE[out.md]\n");
        fs::rename(repo.path(".git"), repo.path(".later")).expect("no repository");
    });
    assert!(!live.html("/a/").contains("by Ada") && !live.html("/deck.yml.html").contains("outside"));
    fs::rename(live.repo.path(".later"), live.repo.path(".git")).expect("a repository");
    live.until("/a/", "1 January 2024</time> by Ada");
    live.until("/deck.yml.html", "<p>outside</p>");
}

/// A site without a history, of which nobody is told anything.
fn plain_options() -> EngineOptions {
    EngineOptions {
        former: crate::site::file::FormerFiles::default(),
        chapters: None,
        images: None,
        site: Box::new(|_| SiteOptions::default()),
        history: Arc::new(|_| None),
        describe: Box::new(|_| String::new()),
        tell: Box::new(|_| {}),
    }
}

#[test]
fn without_a_feed_the_site_stays_as_it_is() {
    let memory = Arc::new(Memory::new().file("a.md", "x"));
    let engine = Engine::start(memory, plain_options(), || None).expect("a site");
    let begun = Instant::now();
    assert!(!engine.is_live() && matches!(engine.page("/a"), Page::Moved(_)));
    assert!(matches!(engine.page("/a/index.html"), Page::Found(..)));
    while engine.thread.as_ref().is_some_and(|thread| !thread.is_finished()) {
        assert!(begun.elapsed() < PATIENCE, "the problems were looked for, and nothing is left to do");
    }
}

/// Starts an engine and drops it at once; gives how long that took at best, as others use the machine, too.
fn time_to_end(feed: impl Fn(&Arc<Folder>) -> Option<Box<dyn Feed>> + Send + Copy + 'static) -> Duration {
    let repo = TestRepo::new();
    repo.write("a.md", "x");
    let times = (0..5).map(|_| {
        let folder = Arc::new(Folder::open(repo.root()).expect("a folder"));
        let fed = folder.clone();
        let engine = Engine::start(folder, plain_options(), move || feed(&fed)).expect("a site");
        let begun = Instant::now();
        drop(engine);
        begun.elapsed()
    });
    times.min().expect("it was tried")
}

#[test]
fn an_engine_ends_at_once_also_when_it_has_just_begun() {
    let with_feed = time_to_end(|folder| Some(Box::new(FolderFeed::new(folder.clone()))));
    let without = time_to_end(|_| None);
    assert!(with_feed.max(without) < Duration::from_millis(50), "{with_feed:?} {without:?}");
}

/// Nothing that happens to folders may lead to a state that the watch no longer follows.
#[test]
fn whatever_happens_the_last_state_is_reached() {
    let live = Live::new(|repo| {
        repo.write("a/b/1.md", "x").write("c/2.md", "x").commit("all");
    });
    let folders = ["a", "a/b", "a/b/d", "c", "c/e", "f"];
    let mut dice = Dice(7);
    let mut roll = |n: usize| dice.roll(n);
    for round in 0..40 {
        for _ in 0..=roll(4) {
            let (one, two) = (folders[roll(6)], folders[roll(6)]);
            // Many of these can't be done, which is no matter.
            let _ = match roll(6) {
                0 => fs::remove_dir_all(live.repo.path(one)),
                1 => fs::rename(live.repo.path(one), live.repo.path(two)),
                2 => fs::write(live.repo.path(one).join(".gitignore"), ["", "3.md", "d/"][roll(3)]),
                3 => fs::create_dir_all(live.repo.path(one)),
                _ => fs::create_dir_all(live.repo.path(one)).and_then(|()| {
                    fs::write(live.repo.path(one).join(format!("{}.md", roll(4))), round.to_string())
                }),
            };
            std::thread::sleep(Duration::from_micros(roll(3_000) as u64));
        }
        let options = crate::source::ListingOptions { exclude: vec![RepoPath::root().join("public")] };
        let fresh = Folder::open(live.repo.root()).and_then(|folder| folder.listing(&options));
        let fresh = fresh.expect("a listing");
        let begun = Instant::now();
        while *live.engine.snapshot().renderer.site().listing() != fresh {
            assert!(begun.elapsed() < PATIENCE, "round {round}");
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

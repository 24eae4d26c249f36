//! `recto new`: the sites it starts, and the files it adds to a site.

use std::{fs, path::Path, process::Output};

use tempfile::TempDir;

use support::command;

mod support;

/// A folder in which the program is run, and a home beside it.
struct Desk {
    dir: TempDir,
}

impl Desk {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(dir.path().join("home")).expect("a folder can be made");
        Self { dir }
    }

    fn run(&self, folder: &str, program: &str, arguments: &[&str]) -> Output {
        let mut command = command(program, &self.dir.path().join(folder), &self.dir.path().join("home"));
        // The repository that this project lies in, if the temporary folder is inside of it, isn't meant.
        command.env("GIT_CEILING_DIRECTORIES", self.dir.path());
        let name = [("GIT_AUTHOR_NAME", "Ada"), ("GIT_COMMITTER_NAME", "Ada")];
        let mail = [("GIT_AUTHOR_EMAIL", "ada@example.org"), ("GIT_COMMITTER_EMAIL", "ada@example.org")];
        command.envs(name).envs(mail).args(arguments).output().expect("the program runs")
    }

    /// What the program printed; it must have gone well.
    fn recto(&self, folder: &str, arguments: &[&str]) -> String {
        let ran = self.run(folder, env!("CARGO_BIN_EXE_recto"), arguments);
        assert!(ran.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8_lossy(&ran.stdout).into_owned()
    }

    /// What the program complained about; it must have ended as if called wrongly.
    fn refused(&self, folder: &str, arguments: &[&str]) -> String {
        let ran = self.run(folder, env!("CARGO_BIN_EXE_recto"), arguments);
        assert_eq!(ran.status.code(), Some(2), "{arguments:?}");
        String::from_utf8_lossy(&ran.stderr).into_owned()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.dir.path().join(path);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.dir.path().join(path)).unwrap_or_else(|error| panic!("`{path}`: {error}"))
    }

    fn has(&self, path: &str) -> bool {
        self.dir.path().join(path).exists()
    }
}

#[test]
fn every_kind_of_site_is_built_without_a_warning() {
    for kind in ["docs", "wiki", "blog", "workshop"] {
        let desk = Desk::new();
        let told = desk.recto(".", &["new", "--template", kind, "my-site"]);
        assert!(told.contains("with a Git repository and a first commit"), "{told}");
        desk.recto(".", &["build", "my-site", "--strict", "--no-cache"]);
        assert!(desk.read("my-site/public/index.html").contains("<title>My site</title>"), "{kind}");
        let left = desk.run("my-site", "git", &["status", "--porcelain"]);
        assert!(left.stdout.is_empty(), "{kind}: {}", String::from_utf8_lossy(&left.stdout));
        let all = fs::read_dir(desk.dir.path().join("my-site/content")).expect("a folder").count();
        assert!(all >= 3 && !desk.read("my-site/recto.yml").contains("{{"), "{kind}");
    }
}

#[test]
fn a_command_in_a_folder_of_a_site_is_about_that_site() {
    let desk = Desk::new();
    desk.recto(".", &["new", "docs"]);
    desk.write("docs/content/bad.md", "---\ndate: soon\n---\n");
    let ran = desk.run("docs/content", env!("CARGO_BIN_EXE_recto"), &["build"]);
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(said.contains("in `../public`") && said.contains(" ../content/bad.md:2:7"), "{said}");
    assert!(desk.has("docs/public/index.html") && !desk.has("docs/content/public"));
    // A folder that is named is taken as it is.
    desk.run("docs/content", env!("CARGO_BIN_EXE_recto"), &["build", "."]);
    assert!(desk.has("docs/content/public/index.html"));
}

#[test]
fn a_repository_is_made_only_where_none_is() {
    let desk = Desk::new();
    assert!(!desk.recto(".", &["new", "plain", "--no-git"]).contains("Git"));
    assert!(!desk.has("plain/.git"));
    desk.run(".", "git", &["init", "--quiet", "whole"]);
    let told = desk.recto("whole", &["new", "."]);
    assert!(told.contains("lies in a Git repository already"), "{told}");
    assert_eq!(
        desk.run("whole", "git", &["rev-parse", "HEAD"]).status.code(),
        Some(128),
        "nothing is committed"
    );
    assert!(desk.recto("whole", &["new", "inner"]).contains("already") && !desk.has("whole/inner/.git"));
    assert!(desk.refused(".", &["new", "whole"]).contains("`whole` is not empty"));
    assert_eq!(desk.recto(".", &["new", "silent", "-q"]), "");
}

#[test]
fn pages_posts_and_decks_have_their_place() {
    let desk = Desk::new();
    desk.recto(".", &["new", "s", "--template", "blog"]);
    desk.write("s/content/guide/index.md", "# Guide\n");
    let check = |folder: &str, arguments: &[&str], printed: &str| {
        assert_eq!(desk.recto(folder, &[&["new"], arguments].concat()), format!("{printed}\n"));
        let first = printed.lines().next().expect("a path");
        assert!(desk.has(&format!("{folder}/{first}")), "{first}");
    };
    check("s", &["page", "First steps"], "content/first-steps.md");
    check("s", &["page", "guide/C# & co: a start"], "content/guide/csharp-co-a-start.md");
    check("s/content/guide", &["page", "inner/x-y.md"], "inner/x-y.md");
    check("s/content/guide", &["post", "News"], "news.md");
    check("s", &["post", "Hello, world"], "content/posts/hello-world.md");
    check("s", &["deck", "Day one"], "content/slides/day-one.yml\ncontent/slides/day-one/01-welcome.md");
    assert_eq!(
        desk.read("s/content/guide/csharp-co-a-start.md"),
        "---\ntitle: \"C# & co: a start\"\n---\n\n"
    );
    assert!(desk.read("s/content/guide/inner/x-y.md").contains("title: X y\n"));
    assert!(desk.read("s/content/posts/hello-world.md").contains("date: 2024-05-31\n"));
    assert!(desk.read("s/content/slides/day-one.yml").contains("- day-one/01-welcome.md\n"));
    desk.recto("s", &["build", "--strict", "--no-cache"]);
}

#[test]
fn nothing_is_written_over_or_beside_the_pages() {
    let desk = Desk::new();
    desk.write("notes/a.md", "mine");
    assert!(desk.refused("notes", &["new", "page", "A"]).contains("`a.md` is there already"));
    assert_eq!(desk.read("notes/a.md"), "mine");
    for name in ["../x", "/../x", "???", "a/", ""] {
        desk.refused("notes", &["new", "page", name]);
    }
    assert_eq!(fs::read_dir(desk.dir.path().join("notes")).expect("a folder").count(), 1);
    assert!(!Path::new(&desk.dir.path().join("x.md")).exists());
}

#[test]
fn a_site_says_what_its_files_begin_with() {
    let desk = Desk::new();
    desk.write("s/recto.yml", "theme: bakery\n");
    desk.write("s/themes/bakery/theme.yml", "name: Bakery\n");
    desk.write(
        "s/themes/bakery/new/post.md",
        "---\ntitle: {{title}}\nmade: {{date}}\n---\n# {{title}} {{ more }}\n",
    );
    desk.recto("s", &["new", "post", "A: b"]);
    assert_eq!(
        desk.read("s/posts/a-b.md"),
        "---\ntitle: \"A: b\"\nmade: 2024-05-31\n---\n# A: b {{ more }}\n"
    );
    desk.recto("s", &["new", "page", "C"]);
    desk.recto("s", &["build", "--strict", "--no-cache"]);
    assert!(!desk.has("s/public/theme/new"), "it is no part of the site");
}

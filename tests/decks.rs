//! Decks by the real program: second builds, deliveries that are frozen, and decks as files of their own.

mod support;

use std::fs;

use support::{Problem, TestSite};

/// Two decks with a chapter in common, in a repository.
fn workshops() -> TestSite {
    TestSite::new()
        .file("one.yml", "title: One\ncontent: [shared.md, a.md]\n")
        .file("two.yml", "title: Two\ncontent: [shared.md, b.md]\n")
        .file("shared.md", "# Hello\n\nTo @@TITLE@@\n\n---\n\n![it](pictures/it.png)\n")
        .file("a.md", "## A\n\n```rust\nfn a() {}\n```\n")
        .file("b.md", "## B\n\n`code`\n")
        .bytes("pictures/it.png", &picture(1))
}

/// A picture of one pixel, and some bytes that browsers don't look at.
fn picture(seed: u8) -> Vec<u8> {
    const PNG: [u8; 67] = [
        0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0,
        0, 0, 1, 8, 0, 0, 0, 0, 0x3a, 0x7e, 0x9b, 0x55, 0, 0, 0, 10, b'I', b'D', b'A', b'T', 0x78, 0x9c,
        0x63, 0x60, 0, 0, 0, 2, 0, 1, 0x48, 0xaf, 0xa4, 0x71, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42,
        0x60, 0x82,
    ];
    let mut bytes = PNG.to_vec();
    bytes.push(seed);
    bytes
}

#[test]
fn an_edited_chapter_costs_its_decks_and_the_bytes_are_those_of_a_clean_build() {
    let site = workshops();
    site.build().code(0);
    assert_eq!(site.build().count("rendered"), 0);
    site.write("a.md", "## A\n\nother words\n");
    let built = site.build();
    built.code(0);
    let two = site.build_with(&["--explain", "two.yml.html"]).stderr();
    assert!(two.contains("was kept"), "{two}");
    assert!(built.page("one.yml.html").contains("other words"));
    // Everything that the second build took from the first is what a build without one makes.
    let clean = site.build_into("clean", &["--no-cache"]);
    assert_eq!(built.files(), clean.files());
    site.write("shared.md", "# Hello\n\nagain, @@TITLE@@\n\n---\n\n![it](pictures/it.png)\n");
    let built = site.build();
    assert!(built.page("two.yml.html").contains("again, Two"));
    assert_eq!(built.files(), site.build_into("clean", &["--no-cache"]).files());
}

#[test]
fn the_workbook_of_a_deck_is_made_anew_for_titles_and_notes_only() {
    let site = workshops();
    let text = |title: &str, text: &str, learned: &str| {
        format!("# {title}\n\n{text} @@TITLE@@\n\n???\n\n:EN:- {learned} @@TITLE@@\n")
    };
    let page = |name: &str| site.build_with(&["--explain", &format!("one.{name}.html")]).stderr();
    site.write("a.md", text("A", "words", "To knead"));
    site.build().code(0);
    site.write("a.md", text("A", "other words", "To knead"));
    let workbook = page("workbook");
    assert!(workbook.contains("was kept"), "{workbook}");
    site.write("a.md", text("A", "other words", "To bake"));
    let syllabus = page("syllabus");
    assert!(syllabus.contains("because of the title and the notes of `a.md`"), "{syllabus}");
    let built = site.build();
    assert!(built.page("one.syllabus.html").contains("To bake One"));
    assert_eq!(built.files(), site.build_into("clean", &["--no-cache"]).files());
}

#[test]
fn the_workbook_has_the_parts_and_names_that_the_slides_show() {
    let site = TestSite::new()
        .file(
            "d.yml",
            "title: T\ncontent: [title.md, about.md, extra_bits.md, [one.md, clean.md], [two.md]]\n",
        )
        .file("title.md", "class: title\n\n@@TITLE@@\n")
        .file("about.md", "## About `<b>`\n\n- words\n")
        .file("extra_bits.md", "![a](a.png)\n")
        .bytes("a.png", &picture(2))
        .file("one.md", "# One\n\na\n")
        .file("clean.md", "## Clean up\n\nb\n")
        .file("two.md", "# Two\n\nc\n");
    let built = site.build();
    let workbook = built.page("d.workbook.html");
    let part = |line: &'_ str| Some(line.strip_prefix("<h2>")?.split("</h2>").next()?.to_owned());
    let chapter = |line: &'_ str| {
        let (_, link) = line.split_once("<p><a ")?;
        Some(link.split_once('>')?.1.split("</a>").next()?.to_owned())
    };
    let rows: Vec<String> =
        workbook.lines().filter_map(|line| part(line).or_else(|| chapter(line))).collect();
    assert_eq!(rows, ["About &lt;b&gt;", "Extra bits", "Part 1", "One", "Clean up", "Part 2", "Two"]);
    assert!(built.page("clean/index.html").contains(">Clean up</h1>"));
    assert!(built.page("extra_bits/index.html").contains("About &lt;b&gt;"));
}

#[test]
fn what_is_wrong_with_slides_in_a_manifest_is_told_with_its_line() {
    let manifest = "title: T\ncontent:\n- |\n  ## Hello\n\n  [chat](chat) at [us](forums.example.org/x)\n\n  ---\n\n  two\n- a.md\n";
    let site = TestSite::new().file("d.yml", manifest).file("a.md", "# A\n");
    let built = site.build();
    let rows: Vec<String> = built.problem("broken-link").iter().map(Problem::row).collect();
    let expected = [
        "warning broken-link d.yml:6:3: `chat` does not exist (write the path from the folder of the deck, or of this chapter)",
        "warning broken-link d.yml:6:19: `forums.example.org/x` does not exist (for another site write `https://forums.example.org/x`)",
    ];
    assert_eq!(rows, expected);
    let deck = built.page("d.yml.html");
    let lines: Vec<&str> = deck
        .match_indices("data-source=\"")
        .map(|(at, name)| &deck[at + name.len()..at + name.len() + 8])
        .collect();
    assert_eq!(lines[..2], ["d.yml:4\"", "d.yml:10"]);
}

#[test]
fn slides_that_are_left_out_say_nothing() {
    let site = TestSite::new()
        .file("d.yml", "title: D\nexclude: [self-paced]\ncontent: [a.md, b.md]\n")
        .file("a.md", "# Good\n\nx\n")
        .file("b.md", "layout: true\nclass: self-paced\n\nL\n\n---\n\n# [bad](gone.md) t\n\nx\n");
    let built = site.build();
    assert!(built.problem("broken-link").is_empty());
    let shown = TestSite::new()
        .file("d.yml", "title: D\ncontent: [a.md]\n")
        .file("a.md", "# [bad](gone.md) t\n\nx\n");
    assert!(!shown.build().problem("broken-link").is_empty());
}

#[test]
fn a_frozen_delivery_stays_as_it_was() {
    let site = workshops().commit();
    site.git("tag v1");
    site.write("2026/paris.yml", "extends: ../one.yml\npin: v1\ntitle: Paris\nadd: [hello.md]\n");
    site.write("2026/hello.md", "Hello to @@TITLE@@\n");
    let before = site.build();
    before.code(0);
    let paris = before.page("2026/paris.yml.html");
    assert!(paris.contains("To Paris") && paris.contains("Hello to Paris"), "{paris}");
    assert!(paris.contains("../pictures/it.png"), "a picture that is the same is not put in: {paris}");
    // All that it was made of changes, or goes.
    site.write("a.md", "## Another A\n\n[gone](nowhere.md)\n");
    site.write("one.yml", "title: One\ncontent: [a.md]\n");
    site.write("pictures/it.png", picture(2));
    site.remove("shared.md");
    let after = site.build_with(&["--explain", "2026/paris.yml.html"]);
    let paris = after.page("2026/paris.yml.html");
    assert!(paris.contains("To Paris") && paris.contains("fn") && !paris.contains("Another A"), "{paris}");
    assert!(paris.contains("src=\"data:image/png;base64,"), "the picture is the one of then: {paris}");
    assert!(after.page("one.yml.html").contains("Another A"));
    assert_eq!(after.files(), site.build_into("clean", &["--no-cache"]).files());
    // In a commit and in its folder it is the same.
    site.git("add -A");
    site.git("commit --quiet -m later");
    let of_commit = site.build_into("commit", &["--rev", "main"]);
    assert_eq!(of_commit.page("2026/paris.yml.html"), paris);
}

#[test]
fn what_has_changed_since_a_delivery_is_told() {
    let site = workshops().commit();
    site.git("tag v1");
    site.write("paris.yml", "extends: one.yml\npin: v1\ntitle: Paris\n");
    site.write("a.md", "## Another A\n");
    site.write("c.md", "Nobody has this\n");
    site.remove("shared.md");
    site.write("one.yml", "content: [a.md]\n");
    site.write("two.yml", "content: [b.md]\n");
    let said = |arguments: &[&str]| String::from_utf8_lossy(&site.recto(arguments).stdout).into_owned();
    let list = said(&["decks"]);
    assert!(list.contains("  changed  a.md\n  gone     shared.md\n"), "{list}");
    assert_eq!(said(&["decks", "--unused"]), "c.md\n");
    assert!(said(&["decks", "--chapters"]).starts_with("a.md: one.yml, paris.yml\n"));
    let report: serde_json::Value = serde_json::from_str(&said(&["decks", "--json"])).expect("JSON");
    assert_eq!(report["decks"][1]["path"], "paris.yml");
    assert_eq!(report["decks"][1]["changed"], serde_json::json!(["a.md"]));
    assert_eq!(report["decks"][0]["commit"], serde_json::Value::Null);
    let against = said(&["decks", "--against", "v1"]);
    assert!(against.starts_with("one.yml    one (1 chapter, at v1 ("), "{against}");
    assert!(against.contains("  changed  a.md\n"), "{against}");
    let notes = said(&["check", "--format", "json"]);
    let notes: serde_json::Value = serde_json::from_str(&notes).expect("JSON");
    let codes: Vec<&str> =
        notes.as_array().expect("a list").iter().filter_map(|note| note["code"].as_str()).collect();
    assert!(codes.contains(&"drift") && codes.contains(&"unused-chapter"), "{codes:?}");
}

#[test]
fn what_a_deck_adds_is_in_its_language() {
    let site = TestSite::new().file("a.md", "# Un\n").file("toc.md", "@@TOC@@\n");
    let site = site.file("deck.yml", "language: fr\ncontent:\n- toc.md\n- [a.md]\n");
    let html = site.build().page("deck.yml.html");
    assert!(
        html.contains("Sommaire") && html.contains("Partie suivante") && !html.contains("Next part"),
        "{html}"
    );
}

#[test]
fn a_tag_that_moves_takes_the_delivery_along_and_one_that_is_gone_is_told() {
    let site = workshops().file("paris.yml", "pin: v1\ncontent: [a.md]\n").commit();
    site.git("tag v1");
    site.build().code(0).no_problems();
    site.write("a.md", "## Moved\n");
    site.git("commit --quiet -am moved");
    assert!(!site.build().page("paris.yml.html").contains("Moved"));
    site.git("tag --force v1");
    let built = site.build();
    assert!(built.page("paris.yml.html").contains("Moved"));
    site.git("tag --delete v1");
    let built = site.build();
    let problems = built.code(1).problem("bad-pin");
    let rows: Vec<String> =
        problems.iter().map(|problem| format!("{}:{:?}", problem.path, problem.line)).collect();
    assert_eq!(rows, ["paris.yml:Some(1)"]);
    assert!(built.page("paris.yml.html").contains("Moved"), "it is built of what there is");
}

#[test]
fn a_deck_becomes_one_file_that_asks_for_nothing() {
    let site =
        workshops().file("b.md", "## B\n\n![far](https://example.org/x.png)\n\n![it](pictures/it.png)\n");
    let ran = site.recto(&["export", "two.yml", "--output", "out.html"]);
    let said = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(0), "{said}");
    assert!(said.contains("4 slides"), "{said}");
    let html = fs::read_to_string(site.root().join("out.html")).expect("a file");
    for asked in [" src=\"pictures", " src=\"http", "<link rel=\"stylesheet\"", "url(fonts", "url(\"fonts"] {
        assert!(!html.contains(asked), "{asked}");
    }
    assert!(html.contains("<a href=\"https://example.org/x.png\">far</a>"));
    assert!(html.contains("url(\"data:font/woff2;base64,") || html.contains("url(data:font/woff2;base64,"));
    assert!(html.contains("src=\"data:image/png;base64,"));
    let ran = site.recto(&["export", "tow.yml"]);
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert_eq!(ran.status.code(), Some(2));
    assert!(
        said.contains("there is no deck `tow.yml`") && said.contains("did you mean `two.yml`?"),
        "{said}"
    );
}

#[test]
fn a_deck_with_errors_is_exported_as_it_is_built_and_they_are_told() {
    let site = workshops().file("two.yml", "title: Two\ncontent: [shared.md, gone.md]\n");
    let ran = site.recto(&["export", "two.yml", "--output", "out.html"]);
    let said = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(1), "{said}");
    assert!(said.contains("error[missing-chapter]") && said.contains("two.yml:2:22"), "{said}");
    assert!(fs::read_to_string(site.root().join("out.html")).expect("a file").contains("To Two"));
}

#[test]
fn without_a_browser_it_is_said_what_to_install() {
    let site = workshops();
    for arguments in [&["export", "one.yml", "--format", "pdf"][..], &["check", "--slides"]] {
        let ran = site.recto_with(arguments, &[("PATH", ""), ("CHROMIUM", "")]);
        let said = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert_eq!(ran.status.code(), Some(3), "{said}");
        assert!(said.contains("Chromium") && said.contains("apt install chromium"), "{said}");
    }
    let ran = site.recto_with(&["export", "one.yml", "--format", "pdf"], &[("CHROMIUM", "/nowhere/chrome")]);
    assert!(String::from_utf8_lossy(&ran.stderr).contains("`/nowhere/chrome`"));
}

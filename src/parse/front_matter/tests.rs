//! What front matter may say, and what is said about its mistakes.

use serde_json::Value;

use super::*;

fn known() -> FrontMatterKeys {
    FrontMatterKeys { taxonomies: vec!["tags".to_owned(), "authors".to_owned()] }
}

/// The front matter and its problems, as `line:column code: message (hint)`.
fn read(text: &str) -> (FrontMatter, usize, String) {
    let path = RepoPath::new("a.md").expect("a normal path");
    let (matter, body_start, diagnostics) = parse(&path, text, &known());
    let lines: Vec<String> = diagnostics
        .iter()
        .map(|problem| {
            let span = problem.place.as_ref().and_then(|place| place.span.as_ref()).expect("a span");
            let hint = problem.hint.as_deref().unwrap_or("-");
            format!("{}:{} {}: {} ({hint})", span.line, span.column, problem.code, problem.message)
        })
        .collect();
    (matter, body_start, lines.join("\n"))
}

fn yaml(keys: &str) -> FrontMatter {
    let (matter, _, problems) = read(&format!("---\n{keys}\n---\n"));
    assert_eq!(problems, "", "{keys}");
    matter
}

/// Everything that is set, as JSON.
fn set(matter: &FrontMatter) -> String {
    let Ok(Value::Object(fields)) = serde_json::to_value(matter) else { panic!("an object") };
    let is_set = |value: &Value| !value.is_null() && value.as_object().is_none_or(|map| !map.is_empty());
    Value::Object(fields.into_iter().filter(|(_, value)| is_set(value)).collect()).to_string()
}

#[test]
fn every_known_key_is_taken() {
    let matter = yaml(
        "title: T\ndate: 2024-05-01\nupdated: 2024-05-02 10:00\ndraft: true\npublish: 2024-06-01\nexpire: 2025-01-01\n\
         tags: [a, 2024]\nauthors: x\naliases: /old/\nweight: -3\nlayout: wide\nlang: de\ntranslation_of: a.md\ndescription: D\ntoc: false\nsearch: false\n\
         redirect: /new/\nsort: date\norder: desc\npaginate: 10\ncascade: {layout: post, mine: 1}\nextra: {k: v}\nown: [1]",
    );
    assert_eq!(
        set(&matter),
        r#"{"title":"T","date":"2024-05-01","updated":"2024-05-02T10:00:00","draft":true,"publish":"2024-06-01","expire":"2025-01-01","terms":{"authors":["x"],"tags":["a","2024"]},"aliases":["/old/"],"weight":-3,"layout":"wide","lang":"de","translation_of":"a.md","description":"D","toc":false,"search":false,"redirect":"/new/","sort":"date","order":"desc","paginate":10,"cascade":{"title":null,"date":null,"updated":null,"draft":null,"publish":null,"expire":null,"terms":{},"aliases":null,"weight":null,"layout":"post","lang":null,"translation_of":null,"description":null,"toc":null,"search":null,"redirect":null,"sort":null,"order":null,"paginate":null,"cascade":null,"extra":{"mine":1}},"extra":{"k":"v","own":[1]}}"#
    );
    assert_eq!(set(&yaml("title:\ndate:\ntags:\naliases:\ndraft:")), r#"{"terms":{"tags":[]}}"#);
}

#[test]
fn titles_are_as_written() {
    for title in ["2024", "1984-01-01", "1.50", "true", "No", "012"] {
        assert_eq!(yaml(&format!("title: {title}")).title.as_deref(), Some(title));
    }
}

#[test]
fn other_generators_names_are_taken() {
    let check = |keys: &str, expected: &str| assert_eq!(set(&yaml(keys)), expected, "{keys}");
    check("tag: a, b ,", r#"{"terms":{"tags":["a","b"]}}"#);
    check("tags: ['#a', 'b, c', '']", r#"{"terms":{"tags":["a","b, c"]}}"#);
    check("alias: [x, y]", r#"{"aliases":["x","y"]}"#);
    check("redirect_from: [/x]", r#"{"aliases":["/x"]}"#);
    check("permalink: /x/", r#"{"aliases":["/x/"],"extra":{"permalink":"/x/"}}"#);
    check("url: /x/", r#"{"aliases":["/x/"],"extra":{"url":"/x/"}}"#);
    check("permalink: /:year/x/", r#"{"extra":{"permalink":"/:year/x/"}}"#);
    check("url: https://x.org", r#"{"extra":{"url":"https://x.org"}}"#);
    check("lastmod: 2024-05-01", r#"{"updated":"2024-05-01"}"#);
    check("modified: 2024-05-01", r#"{"updated":"2024-05-01"}"#);
    check(
        "publishDate: 2024-05-01\nexpiryDate: 2024-05-02",
        r#"{"publish":"2024-05-01","expire":"2024-05-02"}"#,
    );
    check("publish: false", r#"{"draft":true}"#);
    check("published: true", r#"{"draft":false}"#);
    check("publish: false\ndraft: false", r#"{"draft":false}"#);
    check("draft: false\npublish: false", r#"{"draft":false}"#);
    check("Title: T\nDate: 2024-05-01", r#"{"title":"T","date":"2024-05-01"}"#);
    check("order: 3\nlayout: false", r#"{"extra":{"order":3,"layout":false}}"#);
    check("taxonomies: {tags: [a], other: [b]}", r#"{"terms":{"tags":["a"]},"extra":{"other":["b"]}}"#);
    check("extra: {k: 1}\nk: 2", r#"{"extra":{"k":1}}"#);
}

#[test]
fn toml_is_read_as_zola_and_hugo_have_it() {
    let text = "+++\ntitle = \"T\"\ndate = 2024-05-01T10:00:00+02:00\nweight = 2\n[taxonomies]\ntags = [\"a\"]\n[extra]\nk = 1\n+++\nbody";
    let (matter, body_start, problems) = read(text);
    assert_eq!(problems, "");
    assert_eq!(&text[body_start..], "body");
    assert_eq!(
        set(&matter),
        r#"{"title":"T","date":"2024-05-01T10:00:00+02:00","terms":{"tags":["a"]},"weight":2,"extra":{"k":1}}"#
    );
    let (_, body_start, problems) = read("+++\ntitle = \n+++\nbody");
    assert!(problems.starts_with("2:") && problems.contains("invalid-toml"), "{problems}");
    assert_eq!(body_start, 17);
}

#[test]
fn keys_of_other_tools_give_no_complaint() {
    let keys = [
        "slug: x",
        "permalink: /x/",
        "categories: [a]",
        "category: a",
        "sidebar_position: 1.5",
        "sidebar_label: x",
        "sidebar: auto",
        "author: x",
        "type: post",
        "id: 5",
        "name: x",
        "order: 5",
        "lead: text",
        "image: x.png",
        "images: []",
        "cssclasses: [a]",
        "cssclass: a",
        "publish: true",
        "data: {a: 1}",
        "dates: [2024-01-01]",
        "rate: 5",
        "land: Bayern",
        "port: 8080",
        "tabs: [a]",
        "doc: x",
        "loc: x",
        "url: /x/",
        "menu: main",
        "layouts: [a]",
        "subtitle: x",
        "page: 1",
        "pages: 3",
        "comments: true",
        "nav_order: 3",
        "parent: x",
        "has_children: true",
        "toc_depth: 2",
        "linktitle: x",
        "keywords: [a]",
        "summary: x",
        "series: [a]",
        "math: true",
        "mermaid: true",
        "created: 2024-01-01",
        "status: done",
        "template: page.html",
        "in_search_index: true",
        "outputs: [html]",
        "theme: seriph",
        "class: lead",
        "marp: true",
        "paginated: true",
        "version: 1.0",
        "titles: [a]",
        "drafts: 3",
        "sorted: true",
        "langs: [en]",
        "link: x",
        "ref: x",
        "aka: x",
        "date_added: x",
        "head: []",
        "hide: [toc]",
        "icon: x",
        "feature: true",
        "features: [a]",
        "hero: {name: x}",
        "editLink: true",
        "outline: deep",
        "prev: x",
        "next: false",
        "? x\n: y",
        "1: 2",
        "\"a b\": c",
        "path: /x",
        "source: x",
        "layout: false",
        "weights: [1]",
    ];
    for key in keys {
        yaml(key);
    }
}

#[test]
fn misspelt_keys_are_errors() {
    let check = |key: &str, meant: &str| {
        let (matter, _, problems) = read(&format!("---\nlang: en\n{key}\n---\n"));
        let name = key.split(':').next().unwrap_or_default();
        assert_eq!(
            problems,
            format!(
                "2:1 unknown-key: unknown key `{name}` (did you mean `{meant}`? Keys of your own with such names go under `extra`)"
            )
            .replace("2:1", "3:1")
        );
        assert!(matter.extra.is_empty());
    };
    check("ttile: x", "title");
    check("titel: x", "title");
    check("daet: 2024-05-01", "date");
    check("dat: 2024-05-01", "date");
    check("tasg: [a]", "tags");
    check("drfat: true", "draft");
    check("alaises: [x]", "aliases");
    check("wieght: 3", "weight");
    check("discription: x", "description");
    check("update: 2024-05-01", "updated");
    check("auhtors: [x]", "authors");
}

#[test]
fn wrong_values_are_named_and_the_rest_counts() {
    let check = |keys: &str, expected: &str| {
        let (matter, _, problems) = read(&format!("---\nweight: 1\n{keys}\n---\n"));
        assert_eq!(problems, expected, "{keys}");
        assert_eq!(matter.weight, Some(1));
    };
    check("title: [a]", "3:8 bad-value: `title` wants text, found a list (-)");
    check(
        "draft: yes",
        "3:8 bad-value: `draft` wants `true` or `false`, found the text `yes` (write `true`)",
    );
    check("tags: {a: 1}", "3:7 bad-value: `tags` wants a list of texts, found a mapping (-)");
    check("tags: [a, [b]]", "3:11 bad-value: `tags` wants text, found a list (-)");
    check("toc: 3", "3:6 bad-value: `toc` wants `true` or `false`, found the number `3` (-)");
    check(
        "paginate: -1",
        "3:11 bad-value: `paginate` wants a whole number from 0, found the number `-1` (-)",
    );
    check(
        "order: up",
        "3:8 bad-value: `order` wants one of `asc`, `desc`, `ascending`, `descending`, found the text `up` (-)",
    );
    check(
        "cascade:\n  date: soon",
        "4:9 bad-date: `date` wants a date, found the text `soon` (write `2026-05-31` or `2026-05-31 14:00`)",
    );
    check(
        "date: 2024",
        "3:7 bad-date: `date` wants a date, found the number `2024` (write `2026-05-31` or `2026-05-31 14:00`)",
    );
    check(
        "date: [2024-01-01]",
        "3:7 bad-date: `date` wants a date, found a list (write `2026-05-31` or `2026-05-31 14:00`)",
    );
}

#[test]
fn a_page_that_says_unclearly_when_it_is_shown_is_a_draft() {
    let check = |keys: &str, expected: &str| {
        let (matter, _, problems) = read(&format!("---\n{keys}\n---\n"));
        assert!(problems.contains(expected), "{keys}: {problems}");
        assert_eq!(matter.draft, Some(true), "{keys}");
    };
    check(
        "draft: yes",
        "2:8 bad-value: `draft` wants `true` or `false`, found the text `yes` (write `true`)",
    );
    check("draft: ON", "(write `true`)");
    check("draft: 1", "bad-value");
    check(
        "publish: fasle",
        "`publish` wants a date, or `true` or `false`, found the text `fasle` (write `false`)",
    );
    check("publish: no\ndraft: false", "(write `false`)");
    check("publish: soon", "bad-date");
    check("expire: nonsense", "2:9 bad-date: `expire` wants a date, found the text `nonsense`");
    check("expiryDate: [2024-01-01]", "bad-date");
    check("published: no", "(write `false`)");
    check("drfat: true", "did you mean `draft`?");
    check("draft: true\ntitle: \"x", "invalid-yaml");
    check("\"publishDate\": 2030-01-01\ntitle: \"x", "invalid-yaml");
    let (matter, ..) = read("+++\ndraft = true\ntitle = \n+++\n");
    assert_eq!(matter.draft, Some(true));
    for keys in [
        "draft:",
        "publish: ''",
        "expire:",
        "draft: false\npublish: true\ntitle: \"x",
        "published: 2024-01-01",
    ] {
        let (matter, ..) = read(&format!("---\n{keys}\n---\n"));
        assert_ne!(matter.draft, Some(true), "{keys}");
    }
    let (matter, ..) = read("---\ncascade: {draft: yes}\n---\n");
    assert_eq!(matter.cascade.expect("a cascade").draft, Some(true));
}

#[test]
fn broken_yaml_keeps_the_body() {
    let text = "---\ntitle: \"x\ndate: 1\n---\nbody";
    let (matter, body_start, problems) = read(text);
    assert_eq!((matter, &text[body_start..]), (FrontMatter::default(), "body"));
    assert!(problems.starts_with("2:8 invalid-yaml"), "{problems}");
}

#[test]
fn a_block_that_is_no_mapping_is_text() {
    for text in ["---\ntext\n---\nbody", "---\n\"a: b\"\n---\n", "no front matter"] {
        assert_eq!(read(text), (FrontMatter::default(), 0, String::new()));
    }
    assert_eq!(read("---\n---\nbody"), (FrontMatter::default(), 8, String::new()));
    assert_eq!(read("\u{feff}body").1, 3);
}

#[test]
fn defaults_fill_what_is_not_set() {
    let page = yaml("title: T\ntags: []\nextra: {a: 1}");
    let defaults = yaml("title: D\ndraft: true\ntags: [x]\nauthors: [y]\na: 2\nb: 3\ncascade: {toc: true}");
    assert_eq!(
        set(&page.or(&defaults)),
        r#"{"title":"T","draft":true,"terms":{"authors":["y"],"tags":[]},"extra":{"a":1,"b":3}}"#
    );
}

#[test]
fn hostile_input_is_survived() {
    for text in [
        "---\n".repeat(100_000),
        format!("---\na: {}\n---\n", "[".repeat(100_000)),
        format!("---\n{}: 1\n---\n", "k".repeat(1 << 20)),
        format!("---\n? {}\n: 1\n---\n", "k".repeat(1 << 20)),
        format!("---\ntags: [{}]\n---\n", "[], ".repeat(15_000)),
        format!("---\n{}---\n", (0..15_000).map(|key| format!("daet{key}: [1]\n")).collect::<String>()),
        format!("---\n{}x: 1\n---\n", "cascade: {".repeat(100)),
    ] {
        let (_, body_start, _) = read(&text);
        assert!(text.is_char_boundary(body_start));
    }
}

proptest::proptest! {
    #[test]
    fn reading_never_panics(matter in "[-a:\\[\\]{}&*!|>'\"#\t\r\n 1é=+]{0,40}") {
        for fence in ["---", "+++"] {
            read(&format!("{fence}\ntags: {matter}\n{fence}\nbody"));
            read(&format!("{fence}\n{matter}\n{fence}\nbody"));
        }
    }
}

//! Input that is wrong: each kind is told about at its place, and the other pages are built all the same.
//!
//! Every test names the whole of what is said, as `severity code path:line:column: message (hint)`, so that a change
//! of a message is seen. Hostile input has a time limit: it costs what its size costs, and nothing breaks.

mod support;

use std::time::{Duration, Instant};

use support::{Built, TestSite};

/// How long any hostile input may take in an unoptimised build on a busy machine.
const MAX_TIME: Duration = Duration::from_secs(30);

fn site() -> TestSite {
    TestSite::with_good_page()
}

/// Builds, expects the exit code, exactly these problems, and that the other page is there.
#[track_caller]
fn check(site: &TestSite, code: i32, problems: &[&str]) -> Built {
    let start = Instant::now();
    let built = site.build();
    built.only(problems).code(code).has("good/index.html").has("sitemap.xml");
    assert!(start.elapsed() < MAX_TIME, "it took {:?}", start.elapsed());
    built
}

/// A page `a.md` with this text.
#[track_caller]
fn page(text: &str, code: i32, problems: &[&str]) -> Built {
    let built = check(&site().file("a.md", text), code, problems);
    built.has("a/index.html");
    built
}

/// A `recto.yml` with this text.
#[track_caller]
fn config(text: &str, problems: &[&str]) -> Built {
    check(&site().file("recto.yml", text), 2, problems)
}

// Front matter.

#[test]
fn invalid_yaml() {
    let built = page(
        "---\ntitle: [a\ndate: 2024-01-01\n---\n# Body\n",
        1,
        &["error invalid-yaml a.md:2:8: invalid YAML: this `[` is not closed (close it with `]`)"],
    );
    assert!(built.page("a/index.html").contains("Body"), "the text is shown without its front matter");
}

#[test]
fn yaml_alias_bomb() {
    let mut text = "---\na0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let uses = vec![format!("*a{}", level - 1); 9].join(", ");
        text += &format!("a{level}: &a{level} [{uses}]\n");
    }
    page(
        &(text + "---\nText\n"),
        1,
        &[
            "error yaml-limit a.md:6:15: YAML is too large: more than 20000 values (use fewer values, fewer aliases or less nesting)",
        ],
    );
}

#[test]
fn yaml_nested_too_deep() {
    let text = format!("---\ndeep: {}{}\n---\nText\n", "[".repeat(10_000), "]".repeat(10_000));
    page(
        &text,
        1,
        &[
            "error yaml-limit a.md:2:72: YAML is too large: nested deeper than 64 levels (use fewer values, fewer aliases or less nesting)",
        ],
    );
}

#[test]
fn unknown_front_matter_key() {
    page(
        "---\nttile: Tulips\n---\n",
        1,
        &[
            "error unknown-key a.md:2:1: unknown key `ttile` (did you mean `title`? Keys of your own with such names go under `extra`)",
        ],
    );
}

#[test]
fn wrong_type_in_front_matter() {
    page(
        "---\ntitle: A\ntoc: maybe\nweight: [1]\n---\n",
        1,
        &[
            "error bad-value a.md:3:6: `toc` wants `true` or `false`, found the text `maybe`",
            "error bad-value a.md:4:9: `weight` wants a whole number, found a list",
        ],
    );
}

#[test]
fn a_page_that_is_perhaps_a_draft_is_not_published() {
    let site = site().file("a.md", "---\ndraft: yes\n---\n").file("b.md", "---\nexpire: soon\n---\n");
    let problems = [
        "error bad-value a.md:2:8: `draft` wants `true` or `false`, found the text `yes` (write `true`)",
        "error bad-date b.md:2:9: `expire` wants a date, found the text `soon` (write `2026-05-31` or `2026-05-31 14:00`)",
    ];
    let built = check(&site, 1, &problems);
    built.lacks("a/index.html").lacks("b/index.html");
}

#[test]
fn bad_date() {
    page(
        "---\ndate: 2024-13-45\n---\n",
        1,
        &[
            "error bad-date a.md:2:7: `date` wants a date, found the text `2024-13-45` (write `2026-05-31` or `2026-05-31 14:00`)",
        ],
    );
}

#[test]
fn duplicate_key() {
    page(
        "---\ntitle: A\ntitle: B\n---\n",
        1,
        &["error duplicate-key a.md:3:1: `title` is set twice (keep one of the two)"],
    );
}

#[test]
fn front_matter_that_never_ends_is_text() {
    page(
        "---\ntitle: A\n\nText\n",
        0,
        &[
            "warning front-matter-unread a.md:1:1: this front matter has no end, and is shown as text (close it with a line `---` below its last key)",
        ],
    );
}

#[test]
fn what_stops_yaml_is_named_where_it_is() {
    let tab = "error invalid-yaml recto.yml:2:1: invalid YAML: a tab can't stand before a key or a value (indent with spaces)";
    config("title: x\n\tsearch: true\n", &[tab]);
    let quote = "error invalid-yaml recto.yml:1:8: invalid YAML: unclosed quote (close the quote)";
    config("title: \"x\nsearch: true\n", &[quote]);
    let brace = "error invalid-yaml recto.yml:2:9: invalid YAML: this `{` is not closed (close it with `}`)";
    config("title: x\ncolors: {paper: red\nsearch: true\n", &[brace]);
}

#[test]
fn settings_that_fit_no_file_are_told() {
    let content = "error missing-content recto.yml:2:10: `content` names the folder `docs`, which isn't there or holds no file (name the folder of the pages from the root of the site)";
    let built = site().file("recto.yml", "title: T\ncontent: docs\n").build();
    built.only(&[content]).code(2);
    let name = "warning unread-settings recto.yaml: `recto.yaml` is not read: the settings of a site are in `recto.yml` (rename it)";
    check(&site().file("recto.yaml", "title: T\n"), 0, &[name]);
    let tag = "warning unknown-tag recto.yml:1:11: `english` is the tag of no language (write `en`)";
    check(&site().file("recto.yml", "language: english\n"), 0, &[tag]);
}

#[test]
fn invalid_toml_front_matter() {
    page(
        "+++\ntitle = \"A\ndraft = false\n+++\nText\n",
        1,
        &["error invalid-toml a.md:2:11: invalid TOML: invalid basic string, expected `\"`"],
    );
}

// Config.

#[test]
fn unknown_config_key() {
    config(
        "titel: Garden\n",
        &["error unknown-key recto.yml:1:1: unknown key `titel` (did you mean `title`?)"],
    );
}

#[test]
fn unknown_nested_config_key() {
    config(
        "feed:\n  limits: 3\n",
        &["error unknown-key recto.yml:2:3: unknown key `feed.limits` (did you mean `limit`?)"],
    );
}

#[test]
fn wrong_type_in_config() {
    config(
        "title: Garden\npaginate: many\n",
        &["error bad-value recto.yml:2:11: `paginate` wants a whole number from 0, found the text `many`"],
    );
}

#[test]
fn config_of_a_newer_format() {
    config(
        "format: 2\nnew_key: true\n",
        &[
            "error newer-format recto.yml:1:9: `format: 2` is made for a newer Recto; this one knows format 1 (install a newer Recto)",
        ],
    );
}

#[test]
fn bad_base_url() {
    config(
        "base_url: ftp//x\n",
        &[
            "error bad-value recto.yml:1:11: `base_url` wants a URL or a path, found the text `ftp//x` (write `https://example.org/docs/` or `/docs/`)",
        ],
    );
}

#[test]
fn config_that_is_no_mapping() {
    config(
        "- a\n- b\n",
        &[
            "error bad-value recto.yml:1:1: the config wants keys and values, found a list (write `title: My site`)",
        ],
    );
}

#[test]
fn config_with_invalid_yaml() {
    config(
        "title: \"Garden\nurl: plain\n",
        &["error invalid-yaml recto.yml:1:8: invalid YAML: unclosed quote (close the quote)"],
    );
}

#[test]
fn unknown_theme() {
    config(
        "theme: defalt\n",
        &["error theme-unknown recto.yml:1:8: unknown theme `defalt` (did you mean `default`?)"],
    );
}

// Addresses.

#[test]
fn two_pages_with_one_address() {
    check(
        &site().file("a b.md", "A").file("a-b.md", "B"),
        1,
        &[
            "error duplicate-address a-b.md: `a-b.md` and `a b.md` both have the address `/a-b/` (rename one of them)",
        ],
    );
}

#[test]
fn page_and_folder_of_one_name() {
    check(
        &site().file("a.md", "A").file("a/index.md", "B"),
        1,
        &[
            "error duplicate-address a/index.md: `a/index.md` and `a.md` both have the address `/a/` (rename one of them)",
        ],
    );
}

#[test]
fn file_at_the_address_of_a_page() {
    check(
        &site().file("a.md", "A").file("a/index.html", "B"),
        1,
        &[
            "error duplicate-address a/index.html: `a/index.html` and `a.md` both have the address `/a/` (rename one of them)",
        ],
    );
}

#[test]
fn alias_that_is_taken() {
    page(
        "---\naliases: [/good/]\n---\n",
        1,
        &[
            "error duplicate-address a.md: alias `/good/` of `a.md` is the address of `good.md` (remove the alias)",
        ],
    );
}

#[test]
fn names_that_differ_in_case() {
    let built = check(
        &site().file("Tulip.md", "A").file("tulip.md", "B"),
        0,
        &[
            "warning case-twin tulip.md: `tulip.md` and `Tulip.md` differ in case only (rename one of them: on disks and hosts that ignore case one hides the other)",
        ],
    );
    built.has("Tulip/index.html").has("tulip/index.html");
}

#[test]
fn names_that_differ_in_unicode_form() {
    check(
        &site().file("caf\u{e9}.md", "A").file("cafe\u{301}.md", "B"),
        1,
        &[
            "error duplicate-address caf\u{e9}.md: `caf\u{e9}.md` and `cafe\u{301}.md` both have the address `/caf\u{e9}/` (rename one of them: they look the same, but their accents are stored in two ways (NFC and NFD))",
        ],
    );
}

#[test]
fn hard_names() {
    let names = ["a b.md", "50%.md", "c#.md", "what?.md", "line\nbreak.md", "rtl\u{202e}dm.md", "a&b<c>.md"];
    let site = names.iter().fold(site(), |site, name| site.file(name, "# Hard\n"));
    let site =
        site.file("a.md", "[1](<a b.md>) [2](50%25.md) [3](c%23.md) [4](what%3F.md) [5](<a&b<c\\>.md>)\n");
    let built = check(
        &site,
        0,
        &[
            "warning name-dangerous : `line\\nbreak.md` has invisible or control characters in its name, it is left out (rename it; such characters make it look like another name)",
            "warning name-dangerous : `rtl\\u{202e}dm.md` has invisible or control characters in its name, it is left out (rename it; such characters make it look like another name)",
        ],
    );
    for folder in ["a-b", "50", "csharp", "what", "a&b-c"] {
        built.has(&format!("{folder}/index.html"));
    }
}

#[test]
fn alias_that_leaves_the_site() {
    page(
        "---\naliases: [../../../etc/x]\n---\n",
        1,
        &[
            "error bad-alias a.md: alias `../../../etc/x` of `a.md` can't be an address (write an address of this site, such as `/old/page/`; `/theme/` and `/.recto-…` are taken)",
        ],
    );
}

#[test]
fn aliases_that_are_taken_by_the_output_folder() {
    for alias in ["/.recto-manifest", ".Recto-stage/x", "/theme/style.css", &"/c".repeat(3000)] {
        let site = TestSite::new()
            .file("good.md", "# Good\n")
            .file("a.md", &format!("---\naliases: ['{alias}']\n---\n"));
        let built = site.build();
        built.code(1);
        assert_eq!(built.problem("bad-alias").len(), 1, "{alias}");
    }
}

#[test]
fn alias_that_is_the_file_of_a_page() {
    page("---\naliases: [/good/index.html, /old/index.html]\n---\n", 1, &["error duplicate-address a.md: alias `/good/` of `a.md` is the address of `good.md` (remove the alias)"]).has("old/index.html");
}

#[test]
fn alias_below_a_file() {
    check(
        &site().file("a.md", "---\naliases: [/plan.pdf/old/]\n---\n").file("plan.pdf", "x"),
        1,
        &[
            "error duplicate-address a.md: there can be nothing at `/plan.pdf/old/`, since `/plan.pdf` is a file and no folder (give one of them another name)",
        ],
    );
}

#[test]
fn file_where_a_list_has_its_folder() {
    check(
        &site().file("a.md", "---\ntags: [x]\n---\n").file("tags", "x"),
        1,
        &[
            "error duplicate-address tags: there can be nothing at `/tags/`, since `/tags` is a file and no folder (give one of them another name)",
        ],
    );
}

#[test]
fn hostile_tags() {
    let long = "long ".repeat(100);
    let tags = format!("['..', 'a/../../b', '/', 'page/2', 'C#', '<b>', 'a?b', '{long}', \"n\\0l\"]");
    let built = page(&format!("---\ntags: {tags}\n---\n"), 0, &[]);
    let lists: Vec<String> = built.paths().into_iter().filter(|path| path.starts_with("tags/")).collect();
    assert_eq!(lists.len(), 9, "{lists:?}");
    for folder in ["_", "a-b", "a/_/_/b", "b", "csharp", "n-l", "page/2"] {
        built.has(&format!("tags/{folder}/index.html"));
    }
}

#[test]
fn long_names() {
    let name = "n".repeat(250);
    check(
        &site().file(&format!("{name}.md"), "x").file("a.md", &format!("[[{name}{name}]]")),
        0,
        &[
            "warning wanted-page a.md:1:1: there is no page `nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn` (write it, or correct the name)",
        ],
    );
}

// Templates.

#[test]
fn misprint_three_includes_deep() {
    let folder = "themes/default/templates";
    let site = site()
        .file(&format!("{folder}/partials/head.html"), "{% include \"partials/one.html\" %}")
        .file(&format!("{folder}/partials/one.html"), "<!-- 1 -->\n{% include \"partials/two.html\" %}")
        .file(&format!("{folder}/partials/two.html"), "<!-- 2 -->\n\n  {{ page.titel }}\n")
        .file("recto.yml", "title: Garden\n");
    let built = check(
        &site,
        1,
        &[
            "error template-error themes/default/templates/partials/two.html:3:11: unknown field `titel` (did you mean `title`?)",
        ],
    );
    let related = &built.problem("template-error")[0].related;
    assert_eq!(
        related,
        &[
            format!("called from {folder}/partials/one.html:2"),
            format!("called from {folder}/partials/head.html:1"),
            format!("called from {folder}/base.html:34"),
            "while rendering this page .".to_owned(),
            "while rendering this page good.md".to_owned(),
        ]
    );
}

#[test]
fn template_syntax_error() {
    let site = site()
        .file("recto.yml", "")
        .file("themes/default/templates/page.html", "<p>\n{% if page.title }</p>\n");
    check(
        &site,
        1,
        &[
            "error template-syntax themes/default/templates/page.html:2:18: found `}` but expected %} (the built-in file of this name is used until then)",
        ],
    );
}

#[test]
fn unknown_variable() {
    let site =
        site().file("recto.yml", "").file("themes/default/templates/page.html", "<p>{{ pgae.title }}</p>");
    let built = check(
        &site,
        1,
        &[
            "error template-error themes/default/templates/page.html:1:7: unknown variable `pgae` (did you mean `page`?)",
        ],
    );
    assert!(
        built.page("good/index.html").contains("<h1 id=\"good\">Good"),
        "the text is shown without the template"
    );
}

#[test]
fn unknown_filter() {
    let site =
        site().file("recto.yml", "").file("themes/default/templates/page.html", "{{ page.title | uper }}");
    check(
        &site,
        1,
        &[
            "error template-name themes/default/templates/page.html:1:17: unknown filter `uper` (did you mean `upper`? The built-in file of this name is used until then)",
        ],
    );
}

#[test]
fn template_that_includes_itself() {
    let site = site()
        .file("recto.yml", "")
        .file("themes/default/templates/page.html", "{% include \"page.html\" %}");
    check(
        &site,
        1,
        &[
            "error template-circle themes/default/templates/page.html: templates include each other in a circle: `templates/page.html` -> `templates/page.html` (the built-in file of this name is used until then)",
        ],
    );
}

#[test]
fn unknown_layout() {
    page(
        "---\nlayout: sectoin\n---\nText\n",
        0,
        &["warning unknown-layout a.md:2:9: layout `sectoin` is not in the theme (did you mean `section`?)"],
    );
}

#[test]
fn bad_data_file() {
    let site = site()
        .file("recto.yml", "")
        .file("data/plants.yml", "- name: tulip\n- name: [rose\n")
        .file("themes/default/templates/page.html", "{% set plants = load_data(path=\"data/plants.yml\") %}");
    check(
        &site,
        1,
        &[
            "error template-error themes/default/templates/page.html:1:17: `data/plants.yml`, line 2, column 9: invalid YAML: unclosed bracket '['",
        ],
    );
}

#[test]
fn missing_data_file() {
    let site = site()
        .file("recto.yml", "")
        .file("data/plants.yml", "- tulip\n")
        .file("themes/default/templates/page.html", "{{ load_data(path=\"data/plant.yml\") }}");
    check(
        &site,
        1,
        &[
            "error template-error themes/default/templates/page.html:1:4: there is no file `data/plant.yml`; did you mean `data/plants.yml`?",
        ],
    );
}

#[test]
fn template_tags_in_content_are_text() {
    let built = page("# {{ x }}\n\n{% raw %} `{{ y }}` {# z #} {{< shortcode >}}\n", 0, &[]);
    let html = built.page("a/index.html");
    for text in ["{{ x }}", "{% raw %}", "<code>{{ y }}</code>", "{# z #}", "{{&lt; shortcode &gt;}}"] {
        assert!(html.contains(text), "`{text}` is missing");
    }
}

// Bytes.

#[test]
fn invalid_utf8() {
    let built = check(
        &site().bytes("a.md", b"# A\n\ncaf\xe9\n"),
        1,
        &[
            "error not-utf8 a.md:3:4: `a.md` is not valid UTF-8 (it may be Latin-1 or Windows-1252: save the file as UTF-8)",
        ],
    );
    assert!(built.page("a/index.html").contains("caf\u{fffd}"));
}

#[test]
fn utf16() {
    let bytes: Vec<u8> = "\u{feff}# A\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    check(
        &site().bytes("a.md", &bytes),
        1,
        &[
            "error not-utf8 a.md:1:1: `a.md` is not valid UTF-8 (it looks like UTF-16: save the file as UTF-8)",
        ],
    );
}

#[test]
fn byte_order_mark() {
    let built = page("\u{feff}---\ntitle: Marked\n---\nText\n", 0, &[]);
    assert!(built.page("a/index.html").contains("<h1>Marked</h1>"));
}

#[test]
fn lines_that_end_with_cr_alone() {
    let built = page(
        "---\rtitle: Old\r---\r# One\r\rTwo\r",
        0,
        &[
            "warning cr-line-ends a.md: the lines of `a.md` end with CR alone (save the file with LF line ends, as Git and every tool expect)",
        ],
    );
    assert!(built.page("a/index.html").contains("<p>Two"));
}

#[test]
fn nul_bytes() {
    let built = page("# A\0B\n", 0, &[]);
    assert!(built.page("a/index.html").contains("A\u{fffd}B"));
}

#[test]
fn page_of_10_mb() {
    let built = page(
        &"All work and no play. ".repeat(480_000),
        1,
        &[
            "error page-too-large a.md: `a.md` has 10560000 bytes; a page may have 8388608 (split it into several pages, or give it another extension if it is data)",
        ],
    );
    built.has("a/index.html");
}

#[test]
fn page_of_4_mb() {
    page(&"word [link](good.md) *em*\n\n".repeat(160_000), 0, &[]);
}

#[test]
fn nested_brackets() {
    page(&format!("{}{}\n", "[".repeat(10_000), "]".repeat(10_000)), 0, &[]);
}

#[test]
fn nested_images() {
    page(&format!("{}{}\n", "![".repeat(10_000), "](good.md)".repeat(10_000)), 0, &[]);
}

#[test]
fn nested_quotes() {
    page(&format!("{} text\n", ">".repeat(10_000)), 0, &[]);
}

#[test]
fn nested_lists() {
    let text: String = (0..2_000).map(|depth| format!("{}- x\n", "  ".repeat(depth))).collect();
    page(&text, 0, &[]);
}

// Inclusions and embeds.

#[test]
fn include_cycle() {
    check(
        &site().file("a.md", "A\n\n{{#include b.txt.md}}\n").file("b.txt.md", "B\n\n{{#include a.md}}\n"),
        1,
        &[
            "error include-cycle a.md:3:1: `b.txt.md` includes itself: b.txt.md -> a.md -> b.txt.md (take out one of these inclusions)",
            "error include-cycle b.txt.md:3:1: `a.md` includes itself: a.md -> b.txt.md -> a.md (take out one of these inclusions)",
        ],
    );
}

#[test]
fn include_of_a_missing_file() {
    check(
        &site().file("a.md", "Text\n\n{{#include code/mian.rs}}\n").file("code/main.rs", "fn main() {}\n"),
        1,
        &[
            "error include-missing a.md:3:1: `code/mian.rs` is not there to include (did you mean `code/main.rs`?)",
        ],
    );
}

#[test]
fn include_of_a_missing_region() {
    let code = "// ANCHOR: setup\nlet x = 1;\n// ANCHOR_END: setup\n";
    check(
        &site().file("a.md", "{{#include m.rs:setpu}}\n").file("m.rs", code),
        1,
        &["error include-region a.md:1:1: `m.rs` has no region `setpu` (did you mean `setup`?)"],
    );
}

#[test]
fn include_of_lines_beyond_the_end() {
    check(
        &site().file("a.md", "{{#include m.rs:5:9}}\n").file("m.rs", "1\n2\n"),
        1,
        &["error include-range a.md:1:1: line 5 is beyond the end of `m.rs` (`m.rs` has 2 lines)"],
    );
}

#[test]
fn include_from_outside() {
    page(
        "{{#include ../../../etc/passwd}}\n",
        1,
        &[
            "error include-missing a.md:1:1: `../../../etc/passwd` leads out of the site (include files of this site only)",
        ],
    );
}

#[test]
fn embed_cycle() {
    check(&site().file("a.md", "A ![[b]]\n").file("b.md", "B ![[a]]\n"), 0, &[]);
}

#[test]
fn unknown_component() {
    let built = page(
        "Text\n\n:::unknwon\ntext\n:::\n",
        0,
        &[
            "warning component-unknown a.md:3:1: there is no component `unknwon` (add it to the `components` folder of your theme)",
        ],
    );
    assert!(built.page("a/index.html").contains("text"));
}

// Links on disk.

#[cfg(unix)]
#[test]
fn symlink_out_of_the_tree() {
    let built = check(
        &site().symlink("out.md", "/etc/passwd"),
        0,
        &[
            "warning symlink-outside out.md: `out.md` is a symbolic link to `/etc/passwd`, which is outside of the site (put the file itself into the site, or link to it with a relative path inside of it)",
        ],
    );
    built.lacks("out/index.html").lacks("out.md");
}

#[cfg(unix)]
#[test]
fn dangling_symlink() {
    check(
        &site().symlink("gone.md", "nowhere.md"),
        0,
        &[
            "warning symlink-broken gone.md: `gone.md` is a symbolic link to `nowhere.md`, which is not a file of the site (correct its target or remove it; hidden and ignored files can't be linked to)",
        ],
    );
}

#[cfg(unix)]
#[test]
fn symlink_to_a_folder_around_it() {
    check(
        &site().file("d/a.md", "A").symlink("d/up", "../d"),
        0,
        &[
            "warning symlink-loop d/up: `d/up` is a symbolic link to `../d`, a folder that the link itself is in (link to another folder)",
        ],
    );
}

#[test]
fn folder_named_like_a_page() {
    check(&site().folder("x.md").file("y.md/z.md", "# Z\n"), 0, &[]).has("y.md/z/index.html");
}

// Code and formulas.

#[test]
fn unknown_code_language() {
    page(
        "Text\n\n```pyhton\nx = 1\n```\n",
        0,
        &["warning unknown-language a.md:3:1: code language `pyhton` is not known (did you mean `python`?)"],
    );
}

#[test]
fn invalid_formula() {
    page("Text\n\n$$\n\\frac{1\n$$\n", 0, &[]);
}

// Links.

#[test]
fn broken_link() {
    page(
        "# A\n\nSee [it](god.md).\n",
        0,
        &["warning broken-link a.md:3:5: `god.md` does not exist (did you mean `good.md`?)"],
    );
}

#[test]
fn broken_link_in_html() {
    page(
        "# A\n\n<a href=\"god.md\">it</a>\n",
        0,
        &["warning broken-link a.md:3:1: `god.md` does not exist (did you mean `good.md`?)"],
    );
}

#[test]
fn broken_link_of_an_included_file() {
    let site = site().file("a.md", "---\ntitle: A\n---\n# A\n\n{{#include parts/_p.md}}\n");
    check(
        &site.file("parts/_p.md", "One\n\ntwo [it](../god.md)\n"),
        0,
        &["warning broken-link parts/_p.md:3:5: `../god.md` does not exist (did you mean `good.md`?)"],
    );
}

#[test]
fn broken_anchor() {
    check(
        &site().file("a.md", "[it](b.md#instal)\n").file("b.md", "# B\n\n## Install\n"),
        0,
        &["warning broken-anchor a.md:1:1: `b.md` has no heading or id `instal` (did you mean `#install`?)"],
    );
}

#[test]
fn broken_anchor_of_the_same_page() {
    page(
        "# A\n\n[it](#nothing)\n",
        0,
        &["warning broken-anchor a.md:3:1: `a.md` has no heading or id `nothing`"],
    );
}

#[test]
fn missing_image() {
    check(
        &site().file("a.md", "![it](img/tulpi.png)\n").file("img/tulip.png", "x"),
        0,
        &["warning missing-image a.md:1:1: `img/tulpi.png` does not exist (did you mean `img/tulip.png`?)"],
    );
}

#[test]
fn wanted_page() {
    page(
        "See [[Goood]] and [[Tulips]].\n",
        0,
        &[
            "warning wanted-page a.md:1:5: there is no page `Goood` (did you mean `good`?)",
            "warning wanted-page a.md:1:19: there is no page `Tulips` (write it, or correct the name)",
        ],
    );
}

#[test]
fn redirect_and_footer_to_nothing() {
    check(
        &site()
            .file("recto.yml", "footer: \"[Good](/good/), [us](https://example.org), [Bad](/god.md)\"\n")
            .file("a.md", "---\nredirect: god.md\n---\n")
            .file("b.md", "---\nredirect: good.md\n---\n")
            .file("c.md", "---\nredirect: https://example.org\n---\n"),
        0,
        &[
            "warning broken-link a.md:2:11: `god.md` does not exist (did you mean `good.md`?)",
            "warning broken-link recto.yml:1:9: `/god.md` does not exist (did you mean `good.md`?)",
        ],
    );
}

#[test]
fn link_to_a_draft() {
    check(
        &site().file("a.md", "[it](d.md)\n").file("d.md", "---\ndraft: true\n---\n"),
        0,
        &["warning broken-link a.md:1:1: `d.md` is a draft (publish it, or remove the link)"],
    );
}

#[test]
fn link_to_the_outside() {
    page(
        "[it](../../other/README.md)\n",
        0,
        &[
            "warning link-outside a.md:1:1: `../../other/README.md` lies outside of the site (set `repo` in recto.yml to lead such links to the forge, or use a full URL)",
        ],
    );
}

#[test]
fn missing_chapter() {
    check(
        &site().file("SUMMARY.md", "# Summary\n\n- [Good](good.md)\n- [Bad](god.md)\n"),
        0,
        &[
            "warning missing-chapter SUMMARY.md:4:1: chapter `god.md` does not exist (did you mean `good.md`?)",
        ],
    );
}

// The command line and the output folder.

#[test]
fn foreign_file_in_the_output() {
    let site = site().file("public/good/index.html", "mine");
    let built = site.build();
    built.code(3).lacks("sitemap.xml").lacks(".recto-manifest").lacks("404.html");
    assert_eq!(built.page("good/index.html"), "mine");
    let expected = "error: writing the site: `good/index.html` in the output folder would be overwritten, and Recto \
                    did not write it\nhelp: move it out of the output folder, or choose another folder with \
                    `--output`\n";
    assert_eq!(built.stderr(), expected);
}

#[test]
fn unknown_revision() {
    let built = site().commit().build_with(&["--rev", "nope"]);
    built.code(2).lacks("good");
    let start = "error: opening `nope`: `nope` is not a branch, tag or commit of `";
    assert!(built.stderr().starts_with(start), "{}", built.stderr());
    assert!(built.stderr().ends_with("\nhelp: there are `main`\n"), "{}", built.stderr());
}

#[test]
fn revision_without_a_repository() {
    let built = site().build_with(&["--rev", "main"]);
    built.code(2);
    let expected = "error: opening `main`: `.` is not in a Git repository\nhelp: run `git init` there, or name a \
                    folder of a repository\n";
    assert_eq!(built.stderr(), expected);
}

#[test]
fn missing_folder() {
    let built = site().build_with(&["nowhere"]);
    built.code(2);
    assert_eq!(built.stderr(), "error: `nowhere` doesn't exist\n");
}

#[test]
fn strict_builds_fail_on_warnings_and_write_the_site() {
    let site = site().file("a.md", "[it](god.md)\n");
    site.build_with(&["--strict"]).code(1).has("a/index.html");
}

//! The slide dialect of remark: the same slides, steps, notes, names and visible text as its viewer has.
//!
//! `vectors.json` are small inputs, `decks.json` what twelve real decks show. The latter need a checkout of
//! container.training: `RECTO_CONTAINER_TRAINING=/path/to/checkout cargo test --test slides`.

mod seen;

use std::{path::Path, sync::Arc};

use recto::{
    render::{Renderer, highlight::Highlighter},
    site::{Site, SiteOptions, route::Route},
    source::{Folder, Memory, Source},
};
use serde_json::Value;

use crate::seen::{Seen, seen};

/// Slides of real decks whose text differs from what the viewer of remark shows, with the reason why ours is better.
const BETTER: [(&str, &str, &str); 3] = [
    ("intro-selfpaced.yml", "containers/Docker_Machine.md:19", "`1)` begins an item of a list"),
    ("intro-selfpaced.yml", "containers/Docker_Machine.md:67", "`1)` begins an item of a list"),
    ("*", "k8s/ingress.md:76", "remark loses a digit of code that is indented inside of its fence"),
];

/// Vectors that say something else here, with the reason.
const OTHERWISE: [(&str, &str); 2] = [
    ("html entity in source", "an entity stands for its character; it can't make a tag"),
    ("html comment", "a comment is not shown, also when a class begins in it"),
];

fn deck(source: Arc<dyn Source>, path: &str) -> String {
    let site = Site::load(&*source, &SiteOptions::default()).expect("a site");
    let renderer = Renderer::new(Arc::new(site), source, Arc::new(Highlighter::new()));
    let rendered = renderer.render(&Route::new(path)).expect("a deck");
    String::from_utf8(rendered.bytes.to_vec()).expect("HTML is UTF-8")
}

fn deck_of(manifest: &str, chapter: &str) -> Vec<Seen> {
    let source = Memory::new().file("deck.yml", manifest).file("chapter.md", chapter);
    seen(&deck(Arc::new(source), "/deck.yml.html"))
}

/// The slides of a chapter, without those that the deck adds before titles.
fn chapter(text: &str) -> Vec<Seen> {
    let slides = deck_of("exclude: [big]\ncontent: [chapter.md]\n", text);
    let is_added = |slide: &Seen| slide.html.contains("interstitial") || slide.html.contains("class=\"nav\"");
    slides.into_iter().filter(|slide| !is_added(slide)).collect()
}

#[test]
fn small_inputs_make_the_slides_of_remark() {
    let vectors: Value = serde_json::from_str(include_str!("vectors.json")).expect("JSON");
    let mut failed = Vec::new();
    for (name, vector) in vectors["vectors"].as_object().expect("a map") {
        if OTHERWISE.iter().any(|(other, _)| other == name) {
            continue;
        }
        let source = vector["source"].as_str().expect("text");
        let found: Vec<Seen> = chapter(source).into_iter().flat_map(Seen::states).collect();
        let expected = vector["slides"].as_array().expect("a list");
        let shown: Vec<String> = found.iter().map(|slide| slide.text(usize::MAX)).collect();
        let wanted: Vec<String> =
            expected.iter().map(|slide| seen::text_of(slide["html"].as_str().expect("HTML"))).collect();
        if shown != wanted {
            failed.push(format!("{name}: {shown:?} instead of {wanted:?}"));
            continue;
        }
        for (slide, expected) in found.iter().zip(expected) {
            let class = expected["class"].as_str().unwrap_or_default().replace(',', "");
            let property = |key: &str| expected["props"][key].as_str().unwrap_or_default().to_owned();
            assert_eq!(slide.class, class, "{name}");
            assert_eq!(slide.name, property("name"), "{name}");
            assert_eq!(slide.notes.is_empty(), expected["notes"].is_null(), "{name}");
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn what_is_better_here() {
    let text = |source: &str| chapter(source)[0].text(usize::MAX);
    assert_eq!(text("a &lt;b&gt; &amp; `&lt;i&gt;`"), "a<b>&&lt;i&gt;");
    assert_eq!(text("https://example.org/\n\nB"), "https://example.org/B");
    assert_eq!(text("```\na &lt;b&gt;\n```"), "a<b>");
    assert_eq!(text("x <div><b>\n\ny"), "xy");
}

#[test]
fn steps_are_marked_where_they_appear() {
    let slides = chapter("## T\n\n- a\n\n--\n\n- b\n\n  --\n\n--\n\nc\n\n.x[\nd\n]\n");
    let [slide] = &slides[..] else { panic!("{slides:?}") };
    assert_eq!((slide.steps, slide.html.matches("<ul>").count()), (2, 1), "{}", slide.html);
    assert_eq!([slide.text(0), slide.text(1), slide.text(2)], ["Ta", "Tab--", "Tab--cd"], "{}", slide.html);
    assert!(slide.html.contains("<li data-step=\"1\">"), "{}", slide.html);
}

#[test]
fn what_a_step_brings_counts_the_lines_before_it() {
    let step = |class: &str, text: &str| format!("--\n\nclass: {class}\n\n{text}\n\n");
    let code = "```yaml {1|2|3}\na: 1\nb: 2\nc: 3\n```\n";
    let chapter = format!(
        "## T\n\n{code}\n{}{}{}",
        step("extra-details", code),
        step("middle, extra-details", "c"),
        step("in-person", "d")
    );
    let source = Memory::new()
        .file("deck.yml", "exclude: [in-person]\ncontent:\n- a.md\n")
        .file("a.md", chapter.as_str());
    let html = deck(Arc::new(source), "/deck.yml.html");
    assert!(html.contains(" data-steps=\"6\" "), "{html}");
    assert!(html.contains(" data-step-classes=\"3:extra-details 6:middle 6:extra-details\""), "{html}");
    assert!(html.contains(" data-lens-steps=\"3-5:extra-details 6-6:extra-details\""), "{html}");
    assert!(html.contains(" data-lenses=\"extra-details\""), "a lens that only steps have: {html}");
}

#[test]
fn parts_titles_and_numbers() {
    let source = Memory::new()
        .file("deck.yml", "title: D\ncontent:\n- toc.md\n- - a.md\n  - b.md\n- part: Second\n  minutes: 20\n  content: [c.md]\n")
        .file("toc.md", "@@TOC@@\n")
        .file("a.md", "# One\n\n--\n\nmore\n")
        .file("b.md", "# Two\n")
        .file("c.md", "# Three\n")
        .file("interstitials.txt", "https://example.org/not-here.png\n");
    let html = deck(Arc::new(source), "/deck.yml.html");
    let slides = seen(&html);
    let names: Vec<&str> = slides.iter().map(|slide| slide.name.as_str()).collect();
    assert_eq!(
        names,
        ["toc-part-1", "toc-part-2", "", "toc-one", "", "", "toc-two", "", "", "toc-three", ""]
    );
    let numbers: Vec<usize> = slides.iter().map(|slide| slide.number).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12]);
    assert!(html.contains(r#"{"title":"Second","first":"#), "{html}");
}

#[test]
fn a_title_links_only_to_what_is_there() {
    let html = |content: &str| {
        let source = Memory::new()
            .file("deck.yml", format!("title: D\ncontent: [{content}]\n"))
            .file("toc.md", "@@TOC@@\n")
            .file("a.md", "# One\n")
            .file("b.md", "# Two\n");
        deck(Arc::new(source), "/deck.yml.html")
    };
    assert!(!html("a.md").contains("href=\"#"), "there is nothing else");
    let both = html("a.md, b.md");
    assert!(both.contains("href=\"#toc-one\"") && both.contains("href=\"#toc-two\""), "{both}");
    assert!(!both.contains("href=\"#toc-part-1\"") && !both.contains("Back to table of contents"));
    assert!(html("toc.md, a.md").contains("href=\"#toc-part-1\""));
}

#[test]
fn without_a_list_of_pictures_there_are_none_and_short_contents_are_one_slide() {
    let manifest = "content:\n- toc.md\n- part: A\n  content: [a.md]\n- part: B\n  content: [b.md]\n";
    let source = Memory::new()
        .file("deck.yml", manifest)
        .file("toc.md", "@@TOC@@\n")
        .file("a.md", "# One\n")
        .file("b.md", "# Two\n");
    let html = deck(Arc::new(source), "/deck.yml.html");
    let slides = seen(&html);
    let names: Vec<&str> = slides.iter().map(|slide| slide.name.as_str()).collect();
    assert_eq!(names, ["toc-part-1", "toc-one", "", "toc-two", ""]);
    assert!(slides[0].text(0).starts_with("TableofcontentsAOneBTwo"), "{}", slides[0].text(0));
    assert!(html.contains("aria-label=\"Two\"") && !html.contains("href=\"#toc-part-2\""), "{html}");
}

#[test]
fn a_delivery_extends_another_deck() {
    let source = Memory::new()
        .file("decks/base.yml", "title: Base\nchat: room\nexclude: [big]\ncontent:\n- a.md\n- - b.md\n  - c.md\n- d.md\n")
        .file(
            "2026/paris.yml",
            "extends: ../decks/base.yml\ntitle: Paris\nadd:\n- before: /decks/a.md\n  content: [hello.md]\n- bye.md\n\
             remove: [/decks/b.md, decks-c--two]\nreplace:\n- chapter: /decks/d.md\n  with: [e.md]\n\
             move:\n- chapter: /decks/a.md\n  after: /decks/c.md\n",
        )
        .file("bad.yml", "extends: bad.yml\nremove: [x.md]\n")
        .file("decks/a.md", "A @@TITLE@@ @@CHAT@@")
        .file("decks/b.md", "B")
        .file("decks/c.md", "## One\n---\n## Two\n---\nclass: big\n\nBig")
        .file("decks/d.md", "D")
        .file("2026/hello.md", "Hello")
        .file("2026/e.md", "E")
        .file("2026/bye.md", "Bye");
    let source: Arc<dyn Source> = Arc::new(source);
    let site = Site::load(&*source, &SiteOptions::default()).expect("a site");
    let found: Vec<String> = site.diagnostics().iter().map(describe).collect();
    assert_eq!(found, ["bad.yml:1 bad-extends", "bad.yml:2 unknown-target"]);
    let slides = seen(&deck(source, "/2026/paris.yml.html"));
    let shown: Vec<String> = slides.iter().map(|slide| slide.text(0)).collect();
    assert_eq!(shown, ["Hello", "One", "AParisroom", "E", "Bye"]);
}

#[test]
fn pages_of_folders_list_decks() {
    let source = Memory::new()
        .file("index.md", "# Home")
        .file("day.yml", "title: |\n  A\n  day\nsubtitle: All of it\nevent: Paris\ncontent: [a/a.md]\n")
        .file("decks/night.yml", "content: [../a/a.md]\n")
        .file("a/a.md", "## One")
        .file("a/own.yml", "title: Own\ndate: 2026-05-12\ncontent: [a.md]\n")
        .file(
            "themes/default/templates/partials/decks.html",
            "{% for d in decks %}[{{ d.title }}|{{ d.name }}|{{ d.url }}|{{ d.subtitle or d.date }}|{{ d.event or 1 }}]{% endfor %}",
        );
    let source: Arc<dyn Source> = Arc::new(source);
    let lists = |address: &str| {
        let html = deck(Arc::clone(&source), address);
        html.lines().filter(|line| line.starts_with('[')).collect::<String>()
    };
    assert_eq!(lists("/"), "[A day|day|/day.yml.html|All of it|Paris][night|night|/decks/night.yml.html||1]");
    assert_eq!(lists("/a/"), "[Own|own|/a/own.yml.html|2026-05-12|1]");
}

#[test]
fn a_delivery_changes_single_slides() {
    let source = Memory::new()
        .file("decks/base.yml", "content: [a.md, b.md]\n")
        .file(
            "paris.yml",
            "extends: decks/base.yml\nreplace:\n- slide: decks-a--two\n  with: [two.md]\n\
             move:\n- slide: decks-b--four\n  before: decks/a.md\n- slide: decks-a--one\n\
             add:\n- after: decks-b--three\n  content:\n  - |\n    Inline\n    slide\n",
        )
        .file("again.yml", "extends: paris.yml\nremove: [two--new-two, gone--slide]\n")
        .file("decks/a.md", "## One\n---\n## Two\n--\n- step\n")
        .file("decks/b.md", "## Three\n---\n## Four\n")
        .file("two.md", "## New two\n\n--\n\n- other step\n");
    let source: Arc<dyn Source> = Arc::new(source);
    let shown = |path: &str| -> Vec<(usize, String)> {
        let slides = seen(&deck(Arc::clone(&source), path));
        slides.iter().map(|slide| (slide.number, slide.text(9))).collect()
    };
    let expected = [(1, "Four"), (2, "Newtwootherstep"), (4, "Three"), (5, "Inlineslide"), (6, "One")];
    assert_eq!(shown("/paris.yml.html"), expected.map(|(number, text)| (number, text.to_owned())));
    let texts: Vec<String> = shown("/again.yml.html").into_iter().map(|(_, text)| text).collect();
    assert_eq!(texts, ["Four", "Three", "Inlineslide", "One"]);
    let site = Site::load(&*source, &SiteOptions::default()).expect("a site");
    let renderer = Renderer::new(Arc::new(site), source, Arc::new(Highlighter::new()));
    let rendered = renderer.render(&Route::new("/again.yml.html")).expect("a deck");
    assert_eq!(rendered.diagnostics.iter().map(describe).collect::<Vec<_>>(), ["again.yml:2 unknown-target"]);
}

#[test]
fn the_viewer_of_workshops_finds_single_chapters() {
    let source = Memory::new()
        .file("workshop.html", "the viewer")
        .file("a.yml", "chat: one\ncontent: [k8s/x.md]\n")
        .file("b.yml", "chat: two\ncontent: [k8s/x.md]\n")
        .file("k8s/x.md", "In @@CHAT@@");
    assert_eq!(deck(Arc::new(source), "/fragments/k8s/x.md"), "In two");
}

#[test]
fn a_chapter_can_be_a_page_with_front_matter() {
    let slides = chapter("---\ntitle: A page\ntags: [a]\n---\nclass: pic\n\nA\n---\nB");
    let shown: Vec<(&str, &str, String)> =
        slides.iter().map(|slide| (&*slide.class, &*slide.source, slide.text(0))).collect();
    let expected = [("pic", "chapter.md:5", "A".to_owned()), ("", "chapter.md:9", "B".to_owned())];
    assert_eq!(shown, expected);
}

#[test]
fn notes_show_what_is_for_trainees_as_what_it_is() {
    let chapter = "A\n\n???\n\nSlowly.\n\n:EN:- To *bake*\n:FR:- Cuire\n\n:T: Bread\n:Q: How long?\n:A: ✔️ `1 h`\n:A: All day\n";
    let source = Memory::new().file("deck.yml", "content: [chapter.md]\n").file("chapter.md", chapter);
    let html = deck(Arc::new(source), "/deck.yml.html");
    let notes = html.split_once("<aside data-notes>\n").and_then(|(_, rest)| rest.split_once("</aside>"));
    let expected = "<p>Slowly.</p>\n\
        <div class=\"learned\" lang=\"en\"><b>English</b>\n<ul>\n<li>To <em>bake</em></li>\n</ul>\n</div>\n\
        <div class=\"learned\" lang=\"fr\"><b>Français</b>\n<ul>\n<li>Cuire</li>\n</ul>\n</div>\n\
        <div class=\"asked\"><b>Bread</b>\n<p>How long?</p>\n<ul>\n\
        <li class=\"right\"><p><code>1 h</code></p>\n</li>\n<li><p>All day</p>\n</li>\n</ul></div>\n";
    assert_eq!(notes.map(|(notes, _)| notes), Some(expected));
}

#[test]
fn a_broken_deck_is_told_and_the_next_is_built() {
    let source = Memory::new()
        .file("a.yml", "content:\n- chapter.md\n-\n- gone.md\n- 5\n")
        .file("b.yml", "chapters:\n- chapter.md\n")
        .file("c.yml", "title: [\ncontent:\n- chapter.md\n")
        .file("chapter.md", "A @@NOTHING@@ .x[\n\n---\n\nNote: b\n\n[x](#nowhere)\n");
    let source: Arc<dyn Source> = Arc::new(source);
    let site = Site::load(&*source, &SiteOptions::default()).expect("a site");
    let mut found: Vec<String> = site.diagnostics().iter().map(describe).collect();
    let renderer = Renderer::new(Arc::new(site), source, Arc::new(Highlighter::new()));
    for route in ["/a.yml.html", "/b.yml.html"] {
        let rendered = renderer.render(&Route::new(route)).expect("a deck");
        found.extend(rendered.diagnostics.iter().map(describe));
    }
    found.sort();
    found.dedup();
    let expected = [
        "a.yml:3 empty-item",
        "a.yml:4 missing-chapter",
        "a.yml:5 bad-item",
        "c.yml:1 invalid-yaml",
        "chapter.md:1 unclosed-class",
        "chapter.md:1 unknown-variable",
        "chapter.md:5 broken-anchor",
        "chapter.md:5 swallowed-property",
    ];
    let decks: Vec<&String> = found.iter().filter(|problem| !problem.contains("broken-link")).collect();
    assert_eq!(decks, expected.iter().collect::<Vec<_>>());
}

fn describe(problem: &recto::base::diagnostic::Diagnostic) -> String {
    let place = problem.place.as_ref();
    let line = place.and_then(|place| place.span.as_ref()).map_or(0, |span| span.line);
    format!("{}:{line} {}", place.map(|place| place.path.to_string()).unwrap_or_default(), problem.code)
}

#[test]
fn twelve_real_decks_show_what_they_show_in_remark() {
    let Ok(checkout) = std::env::var("RECTO_CONTAINER_TRAINING") else { return };
    let facts: Value = serde_json::from_str(include_str!("decks.json")).expect("JSON");
    let source: Arc<dyn Source> =
        Arc::new(Folder::open(Path::new(&checkout).join("slides")).expect("a checkout"));
    let site = Site::load(&*source, &SiteOptions::default()).expect("a site");
    let renderer = Renderer::new(Arc::new(site), source, Arc::new(Highlighter::new()));
    for (name, expected) in facts["decks"].as_object().expect("a map") {
        let rendered = renderer.render(&Route::new(&format!("/{name}.html"))).expect("a deck");
        let slides = seen(&String::from_utf8_lossy(&rendered.bytes));
        let states: Vec<Seen> = slides.into_iter().flat_map(Seen::states).collect();
        let hashes = expected["slides"].as_array().expect("a list");
        assert_eq!(states.len(), hashes.len(), "{name}");
        for (state, hash) in states.iter().zip(hashes) {
            let is_listed = BETTER
                .iter()
                .any(|(deck, place, _)| (*deck == "*" || deck == name) && *place == state.source);
            let is_same = state.hash() == hash.as_str().expect("text");
            assert!(
                is_same || is_listed,
                "{name} #{} {}: {}",
                state.number,
                state.source,
                state.text(usize::MAX)
            );
        }
        for (number, slide) in expected["names"].as_object().expect("a map") {
            let number: usize = number.parse().expect("a number");
            let found = states.iter().find(|state| state.number == number);
            assert_eq!(found.map(|state| state.name.as_str()), slide.as_str(), "{name} #{number}");
        }
    }
}

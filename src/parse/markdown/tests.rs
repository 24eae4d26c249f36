//! Facts, positions, and what holds for any text.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::{
    parse::expand::{Body, ComponentCall, SourceMap, block_placeholder, placeholder},
    render::markdown::{HtmlOptions, NoHooks, to_html},
};

/// How long a hostile page may take, unoptimised and on a busy machine; quadratic work takes minutes.
const MAX_HOSTILE: Duration = Duration::from_secs(20);

fn page(text: &str) -> Expanded {
    Expanded { text: text.to_owned(), map: SourceMap::whole(0, 0), ..Expanded::default() }
}

fn facts(text: &str) -> Facts {
    parse(&page(text), &MarkdownOptions::default()).facts
}

#[test]
fn the_title_is_a_first_h1() {
    assert_eq!(facts("text\n\n# A *b* `c` :tada:\n\n# D").title.as_deref(), Some("A b c 🎉"));
    assert_eq!(facts("## A\n\n# B").title, None);
    assert_eq!(facts("").title, None);
}

#[test]
fn headings_are_listed_with_their_ids() {
    let headings: Vec<String> = facts("# A\n\n> ## B\n\n### ![x](y) A[^1] {#c}\n\n[^1]: d\n")
        .headings
        .iter()
        .map(|heading| format!("{} {} {}", heading.level, heading.id, heading.text))
        .collect();
    assert_eq!(headings, ["1 a A", "2 b B", "3 c A"]);
}

#[test]
fn links_are_listed_with_their_places() {
    let text = "[a](b.md#c) ![d](e.png) [[F|g]]\n\n> ![[h]] www.i.org\n\n[j][k] <a href=\"l\" id=m>n</a>\n\n<img src=\"o\">\n\n[k]: p\n";
    let facts = facts(text);
    let links: Vec<String> = facts
        .links
        .iter()
        .map(|link| {
            let start = link.at.offset as usize;
            let source = text[start..start + link.at.len as usize].trim_end();
            format!("{:?} {:?} {} <- {source}", link.kind, link.role, link.target)
        })
        .collect();
    assert_eq!(
        links,
        [
            "Inline Link b.md#c <- [a](b.md#c)",
            "Inline Image e.png <- ![d](e.png)",
            "Wiki { piped: true } Link F <- [[F|g]]",
            "Wiki { piped: false } Embed h <- ![[h]]",
            "Autolink Link http://www.i.org <- www.i.org",
            "Reference Link p <- [j][k]",
            "Html Link l <- <a href=\"l\" id=m>",
            "Html Image o <- <img src=\"o\">",
        ]
    );
    assert_eq!(*facts.anchors, ["m"]);
}

#[test]
fn links_know_their_sentences() {
    let text = "One. *See* [a\n`b`](c.md), or [[d]]! Two.\n\n- [e](f.md)\n- g: [h](i.md)\n  - [j](k.md), l\n\n[m](https://n.org) o\n";
    let facts = facts(text);
    let sentences: Vec<String> = facts
        .links
        .iter()
        .map(|link| match link.around.as_ref().map(Around::parts) {
            Some((before, link, after)) => format!("{before}[{link}]{after}"),
            None => String::new(),
        })
        .collect();
    assert_eq!(sentences, ["See [a b], or d!", "See a b, or [d]!", "", "g: [h]", "[j], l", ""]);
}

#[test]
fn summaries_end_at_a_word() {
    assert_eq!(facts("# A\n\n![x](y)\n\nb *c*\nd").summary.as_deref(), Some("b c d"));
    let long = facts(&"wörd ".repeat(100)).summary.expect("a summary");
    assert!(long.ends_with("wörd…") && long.chars().count() <= 201, "{long}");
    assert_eq!(facts("# A\n\n- b").summary, None);
}

#[test]
fn words_are_counted_in_any_script() {
    assert_eq!(facts("It's well-known: 1.5 `a b` *c*d\n\n日本語").n_words, 3 + 2 + 2 + 3);
    assert_eq!(facts("").n_words, 0);
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let text = "# A {#x}\n\n# B {#x}\n\n[^1]: unused\n";
    let expanded = page(text);
    let document = parse(&expanded, &MarkdownOptions::default());
    let problems: Vec<(&str, u32)> =
        document.problems.iter().map(|problem| (problem.diagnostic.code, problem.at.offset)).collect();
    assert_eq!(problems, [("duplicate-id", 10), ("unused-footnote", 20)]);
    let ids: Vec<&str> = document.facts.headings.iter().map(|heading| &*heading.id).collect();
    assert_eq!(ids, ["x", "b"]);
}

#[test]
fn chapters_share_their_ids() {
    let (first, second) = (page("# A\n\nb[^1]\n\n[^1]: c"), page("# A\n\nb[^1]\n\n[^1]: c"));
    let mut ids = Ids::default();
    let options = MarkdownOptions::default();
    let mut html = String::new();
    for chapter in [&first, &second] {
        let document = parse_with_ids(chapter, &options, &mut ids);
        html += &to_html(document, chapter, &HtmlOptions::default(), &mut NoHooks);
    }
    assert_unique_ids(&html);
}

#[track_caller]
fn assert_unique_ids(html: &str) {
    let mut ids: Vec<&str> = html::attributes(html)
        .filter(|attribute| attribute.name == "id")
        .map(|attribute| attribute.value)
        .collect();
    let n_ids = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), n_ids, "{html}");
}

/// Renders a page that is made to be slow or deep, in a thread with the stack of a worker.
fn check_hostile(name: &str, text: String) {
    let start = Instant::now();
    let work = move || {
        let expanded = page(&text);
        let document = parse(&expanded, &MarkdownOptions::default());
        to_html(document, &expanded, &HtmlOptions::default(), &mut NoHooks).len()
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(work).expect("a thread");
    thread.join().unwrap_or_else(|_| panic!("`{name}` panics"));
    assert!(start.elapsed() < MAX_HOSTILE, "`{name}` took {:?}", start.elapsed());
}

#[test]
fn hostile_pages_take_linear_time() {
    for part in [
        "[",
        "![",
        "[[",
        "![[",
        "[a](",
        "> ",
        "- ",
        "*a ",
        "**a",
        "_a*",
        "`a ``",
        "~a",
        "~~a ",
        "^a",
        "^a b",
        "==a ",
        "==a",
        "=",
        ":a:",
        ":+1",
        "://",
        "http://",
        "www.a",
        "a@",
        "a@b.c ",
        "(www.a.b",
        "<a",
        "<!--",
        "<a b=\"",
        "$a",
        "$$",
        "${",
        "{",
        "a{.b",
        "`c`{.d",
        "[a](b){#c}",
        "[^a]",
        "[^a]: b\n",
        "[^1] ",
        "# a\n",
        "# a {#a}\n",
        "|a",
        "|a\n|-\n",
        "&amp;",
        "\\",
        "\u{E000}",
        "\u{E000}1",
        "\r",
        "\0",
        "a\n: b\n",
        "> [!note] a\n\n",
        "[!",
        "<b id=c>",
        "1. ",
        "]]",
        "[[a]](",
        "[[1]](a) ",
        "```\n",
        "~~~a\n",
        ";&a",
        "ftp://a)",
        "http://a/_b_",
        "http://a*b",
        "http://a/_b_ ",
        "http://a/~b~/",
        "![[a|",
        "[a]: b\n",
        "[a] ",
    ] {
        check_hostile(part, part.repeat(20_000));
    }
    check_hostile("nested", format!("{}a{}", "[".repeat(10_000), "]".repeat(10_000)));
    check_hostile("nested wiki", format!("{}a{}", "[[".repeat(10_000), "]]".repeat(10_000)));
    check_hostile("nested emphasis", format!("{}a{}", "*a **b ".repeat(5_000), "** *".repeat(5_000)));
    check_hostile("nested images", format!("{}a{}", "![".repeat(5_000), "](b)".repeat(5_000)));
    check_hostile("nested tildes", format!("{}a{}", "~*".repeat(5_000), "*~".repeat(5_000)));
    check_hostile("quotes in lines", "> ".repeat(500).repeat(20) + "\n");
}

/// Pieces of Markdown that meet each other in many ways.
fn fragments() -> impl Strategy<Value = String> {
    const FRAGMENTS: &[&str] = &[
        "a",
        "b c",
        " ",
        "  ",
        "\n",
        "\n\n",
        "\r\n",
        "\r",
        "\t",
        "    ",
        "*",
        "**",
        "_",
        "__",
        "~",
        "~~",
        "^",
        "==",
        "`",
        "``",
        "```",
        "```rust {1}\n",
        "~~~\n",
        "# ",
        "## x {#y .z}\n",
        "===\n",
        "---\n",
        "> ",
        "> [!NOTE] ",
        "> [!tip]-\n",
        "- ",
        "1. ",
        "- [ ] ",
        "- [x] ",
        "[",
        "]",
        "![",
        "(",
        ")",
        "](x)",
        "[a][b]",
        "[b]: /u 'v'\n",
        "[[",
        "]]",
        "[[a|b]]",
        "![[c]]",
        "|",
        "\n|-|-|\n",
        "\\",
        "\\|",
        "<",
        ">",
        "<div>",
        "</div>\n",
        "<!--",
        "-->",
        "<b id=\"x\">",
        "&amp;",
        "&#0;",
        "&nbsp;",
        "$",
        "$$",
        "$x$",
        "{",
        "}",
        "{.a}",
        "{#x}",
        ":",
        ":tada:",
        "www.a.b",
        "http://c.d/e_f",
        "http://c.d/_e_/",
        "g@h.i",
        "[^1]",
        "[^1]: note\n",
        "[^2]: ",
        ": ",
        "é",
        "日本",
        "🎉",
        "\u{E000}",
        "\u{E001}",
        "\u{E000}0\u{E001}",
        "\u{E000}1\u{E001}",
        "<!--\u{E000}2\u{E001}-->",
        "\0",
        "\u{FEFF}",
        "\"",
        "'",
        "--",
        "...",
    ];
    proptest::collection::vec(proptest::sample::select(FRAGMENTS), 0..40).prop_map(|parts| parts.concat())
}

fn page_with_calls(text: &str, bodies: [String; 3]) -> Expanded {
    let call = |(index, text): (usize, String)| ComponentCall {
        name: format!("c{index}"),
        attributes: Vec::new(),
        block: index > 0,
        body: Some(Body { map: SourceMap::whole(1, 0), text }),
        raw: format!("::c{index}"),
        at: At { file: 0, offset: 0, len: 0 },
    };
    let text = format!("{text}\n\n{} {}\n{}\n", placeholder(0), placeholder(1), block_placeholder(2));
    Expanded { calls: bodies.into_iter().enumerate().map(call).collect(), ..page(&text) }
}

fn assert_balanced(events: &[Event<'_>]) {
    let mut open = Vec::new();
    for event in events {
        match event {
            Event::Start(tag) => open.push(tag.end()),
            Event::End(end) => assert_eq!(open.pop(), Some(*end)),
            _ => {}
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

/// Every place lies in the text, at the borders of characters.
fn assert_places(document: &Document<'_>, texts: &[&str]) {
    let at_of = |event: &Event<'_>| match event {
        Event::Start(Tag::Link(link) | Tag::Image(link)) => Some(link.at),
        Event::Start(Tag::Heading(heading)) => Some(heading.at),
        Event::Start(Tag::Footnote(footnote)) => Some(footnote.at),
        Event::Embed(embed) => Some(embed.at),
        Event::Math(formula) => Some(formula.at),
        Event::Html { at, .. } | Event::InlineHtml { at, .. } => Some(*at),
        _ => None,
    };
    for at in document.events.iter().filter_map(at_of) {
        let range = at.offset as usize..(at.offset + at.len) as usize;
        let is_known = texts.iter().any(|text| text.get(range.clone()).is_some());
        assert!(is_known, "{at:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_a_page(text in fragments(), a in fragments(), b in fragments(), c in fragments(), smart: bool) {
        let expanded = page_with_calls(&text, [a, b, c]);
        let options = MarkdownOptions { smart_punctuation: smart, ..MarkdownOptions::default() };
        let document = parse(&expanded, &options);
        assert_balanced(&document.events);
        let bodies = expanded.calls.iter().filter_map(|call| call.body.as_ref()).map(|body| &*body.text);
        let texts: Vec<&str> = std::iter::once(&*expanded.text).chain(bodies).collect();
        assert_places(&document, &texts);
        let trusted = HtmlOptions { trusted: false, ..HtmlOptions::default() };
        assert_unique_ids(&to_html(document, &expanded, &trusted, &mut NoHooks));
    }

    #[test]
    fn any_text_is_plain_markdown(text in fragments()) {
        let expanded = page(&text);
        let document = parse(&expanded, &MarkdownOptions::plain());
        assert_balanced(&document.events);
        to_html(document, &expanded, &HtmlOptions::plain(), &mut NoHooks);
    }

    #[test]
    fn any_characters_are_a_page(text in ".{0,80}") {
        let expanded = page(&text);
        to_html(parse(&expanded, &MarkdownOptions::default()), &expanded, &HtmlOptions::default(), &mut NoHooks);
    }
}

//! Component calls in whole pages, beside the files of [`tests`](super::tests).

use proptest::prelude::*;

use super::{
    tests::{codes, expand_page, origin},
    *,
};

/// A text with its placeholders written as `⟨0⟩`.
fn show(text: &str) -> String {
    let text =
        text.replace(&format!("<!--{}", PLACEHOLDER.0), "⟨").replace(&format!("{}-->", PLACEHOLDER.1), "⟩");
    text.replace(PLACEHOLDER.0, "⟨").replace(PLACEHOLDER.1, "⟩")
}

/// Checks the text of a page, and name, attributes, body of each call.
fn check(input: &str, expected: &str, calls: &[&str]) {
    let expanded = expand_page(input);
    assert_eq!(show(&expanded.text), expected, "{input}");
    assert_eq!(shown_calls(&expanded), calls, "{input}");
    assert_eq!(codes(&expanded), [""; 0], "{input}");
}

fn shown_calls(expanded: &Expanded) -> Vec<String> {
    let show_call = |call: &ComponentCall| {
        let attributes: String = call
            .attributes
            .iter()
            .map(|(key, value)| match value {
                AttributeValue::Text(text) => format!(" {key}={text}"),
                other => format!(" {key}={other:?}"),
            })
            .collect();
        let body = call.body.as_ref().map_or("-".to_owned(), |body| show(&body.text));
        format!("{}{attributes}: {body}", call.name)
    };
    expanded.calls.iter().map(show_call).collect()
}

fn raws(input: &str) -> Vec<String> {
    expand_page(input).calls.into_iter().map(|call| call.raw).collect()
}

#[test]
fn blocks_are_cut_out() {
    check("a\n:::note\nb\n:::\nc", "a\n⟨0⟩\nc", &["note: b\n"]);
    check(":::note\r\nb\r\n:::\r\nc", "⟨0⟩\r\nc", &["note: b\r\n"]);
    check(":::note\rb\r:::\rc", "⟨0⟩\rc", &["note: b\r"]);
    check(":::note\n:::", "⟨0⟩\n", &["note: "]);
    check("::: tip A *title*\nb\n\nc\n:::::\n", "⟨0⟩\n", &["tip title=A *title*: b\n\nc\n"]);
    check("::toc{depth=2}\n::x[a :b[c]]", "⟨0⟩\n⟨1⟩", &["toc depth=Integer(2): -", "x: a ⟨2⟩", "b: c"]);
    check("  :::a\n  b\n   c\n d\n  :::", "⟨0⟩\n", &["a: b\n c\nd\n"]);
}

#[test]
fn blocks_nest() {
    check("::::a\n:::b\nx\n:::\ny\n::::\n", "⟨0⟩\n", &["a: ⟨1⟩\ny\n", "b: x\n"]);
    check(":::a\n:::b\nx\n:::\ny\n:::\nz", "⟨0⟩\nz", &["a: ⟨1⟩\ny\n", "b: x\n"]);
    check(":::a\n- :::b\n  x\n  :::\n- y\n:::\nz", "⟨0⟩\nz", &["a: - ⟨1⟩\n- y\n", "b: x\n"]);
    check(":::a\n- x\n  :::\nz", "⟨0⟩\nz", &["a: - x\n"]);
}

#[test]
fn blocks_stand_in_lists_and_quotes() {
    check("- :::note\n  b\n\n  c\n  :::\n- d", "- ⟨0⟩\n- d", &["note: b\n\nc\n"]);
    check("1. a\n\n   :::note\n   - b\n     c\n   :::\n   d", "1. a\n\n   ⟨0⟩\n   d", &["note: - b\n  c\n"]);
    check("> :::note\n> b\n>c\nlazy\n> :::\nd", "> ⟨0⟩\nd", &["note: b\nc\nlazy\n"]);
    check("> - :::note\n>   > b\n>   :::\n", "> - ⟨0⟩\n", &["note: > b\n"]);
    check("-\t:::note\n\tb\n\t:::\n", "-\t⟨0⟩\n", &["note: b\n"]);
    check(">\t:::note\n>\tb\n>\t:::\n", ">\t⟨0⟩\n", &["note: b\n"]);
    check("[^1]: a\n\n    :::note\n    b\n    :::\n", "[^1]: a\n\n    ⟨0⟩\n", &["note: b\n"]);
    check("term\n: :::note\n  b\n  :::\n", "term\n: ⟨0⟩\n", &["note: b\n"]);
}

#[test]
fn code_and_html_are_left_alone() {
    for text in [
        "```\n:::a\n:b[c]\n:::\n```\n",
        "~~~~ x\n~~~\n::a\n~~~~",
        "- ```\n  :::a\n  ```\n",
        "a\n\n    :::a\n    :b[c]\n",
        "<!-- \n:::a\n\n:b[c]\n-->\n",
        "<pre>\n\n::a\n</pre>\n",
        "-\n\n      ::a\n",
        "`:a[b]` and `` `:a[b] ``\n",
        "`multi\n:a[b] line`\n",
        "\\:a[b] a:b[c] :: ::: \n:::\n",
    ] {
        check(text, text, &[]);
    }
    check(":::a\n```\n:::\n```\n:::\n", "⟨0⟩\n", &["a: ```\n:::\n```\n"]);
    check("- ```\n:::a\n:::", "- ```\n⟨0⟩\n", &["a: "]);
    check("a\n    :b[c]", "a\n    ⟨0⟩", &["b: c"]);
}

#[test]
fn tags_may_surround_blocks() {
    check("<div>\n:::a\nb\n:::\n</div>\n", "<div>\n\n⟨0⟩\n\n</div>\n", &["a: b\n"]);
    check("> <div>\n> ::a\n> </div>\n", "> <div>\n>\n> ⟨0⟩\n>\n> </div>\n", &["a: -"]);
    check(":::a\n<div>\nb\n</div>\n:::\n", "⟨0⟩\n", &["a: <div>\nb\n</div>\n"]);
}

#[test]
fn inline_calls_are_cut_out() {
    check("a :b[c *d*]{e=1}.", "a ⟨0⟩.", &["b e=Integer(1): c *d*"]);
    check("# :b[c]\n\n- :d{e}", "# ⟨0⟩\n\n- ⟨1⟩", &["b: c", "d e=Bool(true): -"]);
    check(":a[x :b[y] :c[z]] :d[]", "⟨0⟩ ⟨3⟩", &["a: x ⟨1⟩ ⟨2⟩", "b: y", "c: z", "d: "]);
    check("> :a[x\n> y] z", "> ⟨0⟩ z", &["a: x\ny"]);
    check("a :b[c\n\nd]", "a :b[c\n\nd]", &[]);
    check(
        "| :a[x\\|y]{b=\"\\|\"} | `:c[d]` |\n|--|--|\n| :e[f | g] |",
        "| ⟨0⟩ | `:c[d]` |\n|--|--|\n| :e[f | g] |",
        &["a b=|: x|y"],
    );
}

#[test]
fn what_is_wrong_is_said() {
    let check = |input: &str, expected: &str, n_calls: usize, code: &str, column: u32| {
        let expanded = expand_page(input);
        assert_eq!(show(&expanded.text), expected, "{input}");
        let span =
            expanded.diagnostics[0].place.as_ref().and_then(|place| place.span.as_ref()).expect("a span");
        assert_eq!((expanded.calls.len(), codes(&expanded)), (n_calls, vec![code]), "{input}");
        assert_eq!((span.line, span.column), (1, column), "{input}");
    };
    check(":::a\nb", "⟨0⟩\n", 1, "component-unclosed", 1);
    check("- :::a\nb", "- ⟨0⟩\nb", 1, "component-unclosed", 3);
    check("> :::a\n> b\n\n:::", "> ⟨0⟩\n\n:::", 1, "component-unclosed", 3);
    check(":::a{b=\nc\n:::\n", ":::a{b=\nc\n:::\n", 0, "component-attributes", 5);
    check("x :a[b]{c=", "x :a[b]{c=", 0, "component-attributes", 8);
    let expanded = expand_page(":::a\n::::b\n:::\nc");
    assert_eq!((show(&expanded.text), codes(&expanded)), ("⟨0⟩\nc".to_owned(), vec!["component-unclosed"]));
    let expanded = expand_page("::::x\n:::a{b=\nc\n:::\n::::\nd");
    assert_eq!(show(&expanded.text), "⟨0⟩\nd");
}

#[test]
fn what_was_written_is_kept() {
    assert_eq!(raws("> - :::a\n>   b :c[d]\n>\n>   ::e\n>   :::\n>   f")[0], ":::a\nb :c[d]\n\n::e\n:::");
    assert_eq!(raws("- :::a\r\n  b\r\n\r\nc"), [":::a\r\nb\r\n"]);
    assert_eq!(raws("> :a[b\n> c]{d}"), [":a[b\nc]{d}"]);
    assert_eq!(raws("::a[b]{c} \n"), ["::a[b]{c} "]);
}

#[test]
fn depth_is_limited() {
    let blocks = expand_page(&":::a\n".repeat(20));
    assert_eq!(blocks.calls.len(), MAX_COMPONENT_DEPTH);
    assert_eq!(codes(&blocks).iter().filter(|&&code| code == "component-depth").count(), 4);
    let inline = expand_page(&format!("{}{}", ":a[".repeat(20), "]".repeat(20)));
    assert_eq!((inline.calls.len(), codes(&inline)), (MAX_COMPONENT_DEPTH, vec!["component-depth"]));
    let mixed = expand_page(&format!("{}:x[:y[z]]", ":::a\n".repeat(15)));
    assert_eq!(mixed.calls.len(), MAX_COMPONENT_DEPTH);
}

#[test]
fn positions_in_bodies_lead_to_their_files() {
    let page = "é\n- a\n\n  :::note\n  b :kbd[é {{#include a.md}}]\n\n  {{#include nested.md}}\n\n  > {{#include crlf.md:3}}\n  :::\nend";
    let expanded = expand_page(page);
    assert_eq!(show(&expanded.text), "é\n- a\n\n  ⟨0⟩\nend");
    let body = |call: usize| expanded.calls[call].body.as_ref().expect("a body");
    assert_eq!(show(&body(0).text), "b ⟨1⟩\n\n1 two 3\n\n> two [link](x)\n");
    let word =
        |map, text: &str, word| origin(page, &expanded, map, text.find(word).expect("the word is there"));
    assert_eq!(word(&expanded.map, &expanded.text, "end"), "book/page.md:end");
    assert_eq!(word(&body(0).map, &body(0).text, "b "), "book/page.md:b :kb");
    assert_eq!(word(&body(0).map, &body(0).text, "two 3"), "book/code.rs:two\nt");
    assert_eq!(word(&body(0).map, &body(0).text, "[link]"), "book/crlf.md:[link");
    assert_eq!(word(&body(1).map, &body(1).text, "é"), "book/page.md:é {{#");
    let at = expanded.calls[0].at;
    assert_eq!(&page[at.offset as usize..(at.offset + at.len) as usize], ":::note");
}

#[test]
fn included_code_is_not_scanned() {
    let text = expand_page("{{#include directive.rs}} :a[b]\n");
    assert_eq!(show(&text.text), "{{#include a.md}} :x[y]\n:::x ⟨0⟩\n");
    assert_eq!(show(&expand_page(":::a\n{{#include directive.rs}}\n:::").text), "⟨0⟩\n");
}

fn fragments() -> impl Strategy<Value = String> {
    let fragment = prop::sample::select(vec![
        ":::",
        "::",
        ":",
        "a",
        "é",
        "[",
        "]",
        "{",
        "}",
        "=",
        "\"",
        " ",
        "  ",
        "    ",
        "\t",
        "\n",
        "\r",
        "\r\n",
        "\n\n",
        "> ",
        "- ",
        "1. ",
        "```",
        "`",
        "\\",
        "|",
        "|--|--|",
        ":::note\n",
        ":::\n",
        ":k[",
        ":k{a=1}",
        "{{#include a.md}}",
        "{{#include crlf.md}}",
        "{{#include ",
        "}}",
        "<!--",
        "-->",
        "<div>",
        "\u{E000}",
        "0",
        "\u{E001}",
        "# ",
        "---",
    ]);
    prop::collection::vec(fragment, 0..40).prop_map(|fragments| fragments.concat())
}

proptest! {
    #[test]
    fn nothing_panics_and_every_position_is_in_its_file(text in fragments()) {
        let expanded = expand_page(&text);
        for (index, _) in expanded.text.char_indices() {
            let at = expanded.map.at(index..index + 1);
            prop_assert!((at.file as usize) < expanded.files.len());
        }
        for call in &expanded.calls {
            prop_assert!(call.at.file != 0 || text.is_char_boundary(call.at.offset as usize));
        }
    }

    #[test]
    fn raw_text_put_back_gives_the_text(text in fragments().prop_filter("no prefixes", |text| {
        !text.contains(['>', '-', '1', '\t', '{', '<', '|', '\u{E000}']) && !text.contains("  ") && !text.contains(": ")
    })) {
        let expanded = expand_page(&text);
        let mut restored = expanded.text.clone();
        for (index, call) in expanded.calls.iter().enumerate() {
            let placeholder = if call.block { block_placeholder(index) } else { placeholder(index) };
            restored = restored.replace(&placeholder, &call.raw);
        }
        // After an opening line its ending is written, after a closing line without one too.
        let normal = |text: &str| text.replace("\r\n", "\n").replace('\r', "\n").trim_end_matches('\n').replace(' ', "");
        prop_assert_eq!(normal(&restored), normal(&text));
    }

    #[test]
    fn without_calls_nothing_changes(text in "[a-z >*#`~é\\-\\[\\]{}\t\r\n]{0,200}") {
        let expanded = expand_page(&text);
        prop_assert_eq!(&expanded.text, &text);
        prop_assert_eq!(expanded.map, if text.is_empty() { SourceMap::default() } else { SourceMap::whole(0, 0) });
        prop_assert!(expanded.calls.is_empty());
    }

    #[test]
    fn a_scan_without_calls_changes_nothing(text in "[a-z >*#`~é\\-\\[\\]\t\r\n]{0,200}") {
        let text = format!("{text}\nx::y");
        let expanded = expand_page(&text);
        prop_assert_eq!(&expanded.text, &text);
        prop_assert_eq!(expanded.map, SourceMap::whole(0, 0));
    }
}

#[test]
fn hostile_pages_are_expanded() {
    let inputs = [
        ":::a\n".repeat(10_000),
        format!("{}{}", ":::a\n".repeat(10_000), ":::\n".repeat(10_000)),
        format!("{}{}", "::::a{\n".repeat(5_000), ":::\n".repeat(5_000)),
        ":a[".repeat(10_000),
        format!("{}{}", ":a[".repeat(10_000), "]".repeat(10_000)),
        ":a[b]{x=\"".repeat(10_000),
        ":a[b]{c ".repeat(10_000),
        "{{#include ".repeat(10_000),
        "{{#include x}}\n".repeat(2_000),
        "- ".repeat(5_000) + ":a[b]\n" + &"\n".repeat(5_000),
        "> ".repeat(5_000) + "\n:::a\n" + &"x\n".repeat(5_000),
        ":a[b] ".repeat(10_000),
        "a :b[c]\n".repeat(10_000),
        "|:a[b\\|c]".repeat(5_000) + "\n|-|\n" + &"|:a[b\\|c]".repeat(5_000),
        "`".repeat(10_000) + ":a[b]",
        (1..400).map(|n| "`".repeat(n) + ":a[").collect(),
        format!("::x\n{}", "<div>\n:::a\n".repeat(2_000)),
        format!("{}::x", " ".repeat(1_000_000)),
        format!("{}{}", ":::a\n- ".repeat(30), "x\n".repeat(5_000)),
        ":::a[".repeat(10_000),
        "::a{".repeat(10_000),
    ];
    for input in inputs {
        let expanded = expand_page(&input);
        assert!(expanded.diagnostics.len() <= 101, "{:?}", &input[..20]);
    }
}

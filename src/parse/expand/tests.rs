//! Whole expansions: pages with files beside them.

use std::collections::BTreeMap;

use super::*;
use crate::base::dice::Dice;

struct Folder(BTreeMap<&'static str, &'static str>);

impl Files for Folder {
    fn read(&self, path: &RepoPath) -> Result<Arc<str>, FileError> {
        match path.as_str() {
            "binary.md" => Err(FileError::NotText),
            path => self.0.get(path).map(|&text| Arc::from(text)).ok_or(FileError::NotFound),
        }
    }

    fn nearest(&self, path: &RepoPath) -> Option<String> {
        crate::base::diagnostic::nearest(path.as_str(), self.0.keys().copied()).map(str::to_owned)
    }
}

const FILES: [(&str, &str); 12] = [
    ("book/page.md", ""),
    ("book/a.md", "---\ntitle: A\n---\nfrom *a*\n"),
    ("book/nested.md", "1 {{#include sub/deep.md}} 3\n"),
    ("book/sub/deep.md", "{{#include ../code.rs:2}}\n"),
    ("book/code.rs", "one\ntwo\nthree\n// ANCHOR: mid\nfour\n// ANCHOR: in\nfive\n// ANCHOR_END: mid\n"),
    ("book/cycle.md", "c {{#include cycle2.md}}"),
    ("book/cycle2.md", "d {{#include cycle.md}}"),
    ("book/crlf.md", "one\r\n\r\ntwo [link](x)\r\n"),
    ("book/directive.rs", "{{#include a.md}} :x[y]\n:::x\n"),
    ("root.txt", "root"),
    ("empty.txt", ""),
    ("self.md", "one\n{{#include self.md:1}}\n"),
];

fn page_path() -> RepoPath {
    RepoPath::new("book/page.md").expect("a normal path")
}

pub(super) fn expand_page(text: &str) -> Expanded {
    expand(&page_path(), text, 0, &Folder(BTreeMap::from(FILES)))
}

pub(super) fn codes(expanded: &Expanded) -> Vec<&'static str> {
    expanded.diagnostics.iter().map(|diagnostic| diagnostic.code).collect()
}

/// The text of the file that a word of some text came from, from that word on.
pub(super) fn origin(page: &str, expanded: &Expanded, map: &SourceMap, at: usize) -> String {
    let at = map.at(at..at + 1);
    let path = expanded.files[at.file as usize].as_str();
    let text = if at.file == 0 { page } else { BTreeMap::from(FILES)[path] };
    let rest: String = text[at.offset as usize..].chars().take(5).collect();
    format!("{path}:{rest}")
}

#[test]
fn inclusions_are_put_in() {
    let check = |input: &str, expected: &str| {
        let expanded = expand_page(input);
        assert_eq!(expanded.text, expected, "{input}");
        assert_eq!(codes(&expanded), [""; 0], "{input}");
    };
    check("x {{#include a.md}} y", "x from *a* y");
    check("{{#include /root.txt}}{{#include ../root.txt}}", "rootroot");
    check("{{#include /empty.txt}}.", ".");
    check("{{#include nested.md}}", "1 two 3");
    check("```\n{{#include code.rs:1:2}}\n```", "```\none\ntwo\n```");
    check("{{#rustdoc_include code.rs::1}}", "one");
    check("{{#include code.rs:7:}}", "five\n// ANCHOR_END: mid");
    check("{{#include code.rs:mid}}", "four\nfive");
    check("{{#include directive.rs}}", "{{#include a.md}} :x[y]\n:::x");
    check("{{#playground code.rs:1 editable hidelines=#}}", "```rust,editable,hidelines=#\none\n```");
    check("\\{{#include x}} `\\{{#include a.md}}`", "{{#include x}} `{{#include a.md}}`");
    check("{{#include /self.md:1}}", "one");
    check("{{#include /self.md}}", "one\none");
}

#[test]
fn other_braces_are_left_alone() {
    for text in [
        "{{ x }}",
        "{{#if a}}b{{/if}}",
        "${{ github.sha }}",
        "{{#include",
        "{{{#each}}}",
        "\\{{#if x}}",
        "{{",
    ] {
        let expanded = expand_page(text);
        assert_eq!((expanded.text.as_str(), codes(&expanded).len()), (text, 0));
    }
}

#[test]
fn titles_are_taken_out() {
    let expanded = expand_page("{{#title The page}}\ntext");
    assert_eq!(expanded.title.as_deref(), Some("The page"));
    assert_eq!(expanded.text, "\ntext");
}

#[test]
fn included_lines_stay_in_their_item_or_quote() {
    assert_eq!(expand_page("- {{#include crlf.md}}\n").text, "- one\r\n\r\n  two [link](x)\n");
    assert_eq!(expand_page("> {{#include crlf.md}}\n").text, "> one\r\n>\r\n> two [link](x)\n");
    let expanded = expand_page("1. ```\n   {{#include code.rs:1:2}}\n   ```\n");
    assert_eq!(expanded.text, "1. ```\n   one\n   two\n   ```\n");
}

#[test]
fn positions_lead_to_the_file_they_came_from() {
    let page = "é - {{#include nested.md}}\n- {{#include crlf.md}} end";
    let expanded = expand_page(page);
    for (word, expected) in [
        ("é", "book/page.md:é - {"),
        ("1", "book/nested.md:1 {{#"),
        ("two 3", "book/code.rs:two\nt"),
        ("3", "book/nested.md:3\n"),
        ("[link]", "book/crlf.md:[link"),
        ("end", "book/page.md:end"),
    ] {
        let at = expanded.text.find(word).expect("the word is in the text");
        assert_eq!(origin(page, &expanded, &expanded.map, at), expected);
    }
    let files: Vec<&str> = expanded.files.iter().map(RepoPath::as_str).collect();
    assert_eq!(files, ["book/page.md", "book/nested.md", "book/sub/deep.md", "book/code.rs", "book/crlf.md"]);
}

#[test]
fn what_cannot_be_included_is_a_problem_and_stays() {
    let check = |input: &str, code: &str, message: &str, hint: &str| {
        let expanded = expand_page(input);
        let [problem] = &expanded.diagnostics[..] else { panic!("{input}: {:?}", expanded.diagnostics) };
        assert_eq!((problem.code, problem.message.as_str()), (code, message), "{input}");
        assert_eq!(problem.hint.as_deref().unwrap_or(""), hint, "{input}");
        let span = problem.place.as_ref().and_then(|place| place.span.as_ref()).expect("a span");
        assert_eq!((span.line, span.column), (1, 1));
    };
    check(
        "{{#include b.md}}",
        "include-missing",
        "`b.md` is not there to include",
        "did you mean `book/a.md`?",
    );
    check(
        "{{#include /binary.md}}",
        "include-missing",
        "`/binary.md` can't be included: it is not UTF-8 text",
        "",
    );
    check(
        "{{#include ../../x}}",
        "include-missing",
        "`../../x` leads out of the site",
        "include files of this site only",
    );
    check("{{#include /}}", "include-missing", "`/` is a folder", "");
    check(
        "{{#include code.rs:mdi}}",
        "include-region",
        "`book/code.rs` has no region `mdi`",
        "did you mean `mid`?",
    );
    check(
        "{{#include code.rs:main}}",
        "include-region",
        "`book/code.rs` has no region `main`",
        "its regions are `in`, `mid`",
    );
    check("{{#include code.rs:5:2}}", "include-range", "`5:2` ends before it begins", "write `2:5`");
    check(
        "{{#include code.rs:9}}",
        "include-range",
        "line 9 is beyond the end of `book/code.rs`",
        "`book/code.rs` has 8 lines",
    );
    check(
        "{{#include code.rs:8:9}}",
        "include-range",
        "line 9 is beyond the end of `book/code.rs`",
        "`book/code.rs` has 8 lines",
    );
    check(
        "{{#include code.rs:2:x}}",
        "include-range",
        "`2:x` is neither a range of lines nor a region of `book/code.rs`",
        "write `path:2`, `path:2:10`, `path:2:`, `path::10` or `path:region`",
    );
    assert_eq!(expand_page("a {{#include b.md}} c").text, "a {{#include b.md}} c");
    assert_eq!(codes(&expand_page("{{#include code.rs:in}}")), ["include-region"]);
}

#[test]
fn a_cycle_names_the_chain() {
    let expanded = expand_page("{{#include cycle.md}}");
    assert_eq!(expanded.text, "c d {{#include cycle.md}}");
    let [problem] = &expanded.diagnostics[..] else { panic!("{:?}", expanded.diagnostics) };
    let message = "`book/cycle.md` includes itself: book/cycle.md -> book/cycle2.md -> book/cycle.md";
    assert_eq!((problem.code, problem.message.as_str()), ("include-cycle", message));
    let places: Vec<&str> = problem
        .place
        .iter()
        .chain(problem.related.iter().map(|(_, place)| place))
        .map(|place| place.path.as_str())
        .collect();
    assert_eq!(places, ["book/cycle2.md", "book/cycle.md", "book/page.md"]);
    assert_eq!(codes(&expand_page("{{#include page.md}}")), ["include-cycle"; 1]);
}

/// Files made up on demand: `n.md` includes `n+1.md` twice, `big.txt` is large.
struct Endless;

impl Files for Endless {
    fn read(&self, path: &RepoPath) -> Result<Arc<str>, FileError> {
        if path.as_str() == "big.txt" {
            return Ok(Arc::from("x".repeat(MAX_EXPANDED / 2)));
        }
        let number: usize = path.stem().parse().map_err(|_| FileError::NotFound)?;
        let next = format!("{{{{#include {}.md}}}}", number + 1);
        Ok(Arc::from(next.repeat(2)))
    }

    fn nearest(&self, _: &RepoPath) -> Option<String> {
        None
    }
}

#[test]
fn depth_number_and_size_are_limited() {
    let path = RepoPath::new("page.md").expect("a normal path");
    let chain = expand(&path, "{{#include 1.md}}", 0, &Endless);
    assert!(codes(&chain).contains(&"include-depth"));
    assert!(chain.diagnostics.len() <= 101 && chain.text.len() < 100_000);
    let many = expand(&path, &"{{#include 1.md}}".repeat(100), 0, &Endless);
    assert!(many.text.len() < 1_000_000);
    let large = expand(&path, &"{{#include big.txt}}".repeat(4), 0, &Endless);
    assert_eq!(codes(&large), ["include-size"; 2]);
}

#[test]
fn a_text_that_is_not_looked_through_has_no_calls() {
    const PARTS: [&str; 20] = [
        ":::", "::", ":", "a", "box", " ", "\n", "\n", "\n    ", "> ", "- ", "1. ", "2) ", "```\n", "\t",
        "[x]", "{y}", "\u{3000}", "std::a", "<!--",
    ];
    let mut dice = Dice(11);
    let mut n_looked = 0;
    for _ in 0..20_000 {
        let text: String = (0..1 + dice.roll(12)).map(|_| dice.one_of(&PARTS)).collect();
        if may_have_calls(&text) {
            continue;
        }
        let path = page_path();
        let mut record = Record::new(&path, &text);
        let merged = include::merge(&text, 0, &Folder(BTreeMap::new()), &mut record);
        let (page, calls) = blocks::scan(&merged.sheet, &mut record);
        assert!(calls.is_empty() && record.finish().1.is_empty(), "{text:?}");
        assert_eq!(page.text, text);
        n_looked += usize::from(text.contains("::"));
    }
    assert!(n_looked > 2000, "{n_looked}");
}

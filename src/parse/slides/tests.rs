//! The dialect of slides on real and on random input.

use super::*;
use crate::{
    base::path::RepoPath,
    parse::{
        expand::SourceMap,
        markdown::{self, MarkdownOptions},
    },
};

/// The slides of a text, `|` between them, `+` before those that go on, their notes behind `?`.
fn shown(text: &str) -> String {
    let chapter = parse(text);
    let texts = |pieces: &[Piece]| -> String { pieces.iter().map(|piece| piece_text(text, piece)).collect() };
    let slides = chapter.slides.iter().map(|slide| {
        let notes = slide.notes.as_ref().map(|notes| format!("?{}", texts(notes))).unwrap_or_default();
        format!("{}{}{notes}", if slide.continues { "+" } else { "" }, texts(&slide.content))
    });
    slides.collect::<Vec<_>>().join("|").replace('\n', "/")
}

fn piece_text(text: &str, piece: &Piece) -> String {
    match piece {
        Piece::Text(range) => text[range.clone()].to_owned(),
        Piece::Class { classes, content, .. } => {
            let inner: String = content.iter().map(|piece| piece_text(text, piece)).collect();
            format!("<{classes}:{inner}>")
        }
    }
}

#[test]
fn separators_are_lines_of_their_own() {
    let check = |text: &str, expected: &str| assert_eq!(shown(text), expected, "{text:?}");
    check("a\n---\nb", "a|b");
    check("a\n--\nb", "a|+b");
    check("a\n--- \nb", "a/--- /b");
    check("a\n----\nb", "a/----/b");
    check(" ---\nb", " ---/b");
    check("---\na", "|a");
    check("a\n---", "a|");
    check("a\n\n???\n\nb\n---\nc", "a/?/b|c");
    check("```\n---\n```\n---\nb", "```/---/```/|b");
    check("```yaml title=\"a b\"\n---\n```\n\n---\nb", "```yaml title=\"a b\"/---/```//|b");
    check("````bash\nx\n```\n---\nb", "````bash/x/```/|b");
    check("```wait```\n\n---\n\na `b`\n---\nc", "```wait```/|/a `b`|c");
    check("```\nnever closed\n---\nb", "```/never closed|b");
}

#[test]
fn classes_are_taken_where_remark_takes_them() {
    let check = |text: &str, expected: &str| assert_eq!(shown(text), expected, "{text:?}");
    check(".a.b[x]", "<a b:x>");
    check("foo.bar[0] baz", "foo<bar:0> baz");
    check(".a[x .b[y] z]", "<a:x <b:y> z>");
    check("\\.a[x]", ".a[x]");
    check("`.a[x]` .a[ x", "`.a[x]` .a[ x");
    check(".a[\nb\n---\nc\n]", "<a:/b/---/c/>");
    check(".5[x] .-[y]", ".5[x] <-:y>");
}

#[test]
fn properties_are_taken_from_the_top_and_from_comments() {
    let check = |text: &str, expected: &[(&str, &str)], rest: &str| {
        let chapter = parse(text);
        let found: Vec<(&str, &str)> =
            chapter.slides[0].properties.0.iter().map(|(key, value)| (&**key, &**value)).collect();
        assert_eq!((found, shown(text)), (expected.to_vec(), rest.to_owned()), "{text:?}");
    };
    check("\n\nclass: pic, big\nname: x\n\nA", &[("class", "pic, big"), ("name", "x")], "//A");
    check("X <!-- class: pic --> Y", &[("class", "pic")], "X  Y");
    check("class: a $5\nB", &[("class", "a")], "$5/B");
    check("https://example.org/\nB", &[], "https://example.org//B");
    check("A\nclass: pic", &[], "A/class: pic");
}

#[test]
fn definitions_and_titles_are_collected() {
    let chapter = parse("# One\n\n[A  b]: <http://x> \"t\"\n```\n# no\n```\n--\n# Two\n???\n[c]: http://y\n");
    let titles: Vec<(&str, usize)> = chapter.titles.iter().map(|title| (&*title.text, title.slide)).collect();
    assert_eq!(titles, [("One", 0), ("Two", 1)]);
    let ids: Vec<(&str, &str)> = chapter.definitions.iter().map(|found| (&*found.id, &*found.href)).collect();
    assert_eq!(ids, [("a b", "http://x"), ("c", "http://y")]);
}

#[test]
fn hostile_input_is_quick() {
    for text in [".a[".repeat(100_000), "[".repeat(100_000), "`".repeat(100_000), "```x\n".repeat(50_000)] {
        parse(&text);
    }
    parse(&"![:a ".repeat(50_000));
    parse(&"\n[a".repeat(50_000));
    parse(&"--\n".repeat(50_000));
}

proptest::proptest! {
    #[test]
    fn no_line_is_lost_and_nothing_panics(text in "([-`~.a\\[\\]:?#*<>!\\\\ é\t]|\n|---\n|--\n|```\n|\\?\\?\\?\n|    ){0,40}") {
        let chapter = parse(&text);
        let mut at = 0;
        for slide in &chapter.slides {
            proptest::prop_assert!(slide.range.start >= at);
            // Between two slides there is nothing but a separator.
            let between = &text[at..slide.range.start];
            proptest::prop_assert!(["", "---", "--"].contains(&between.trim_matches('\n')), "{:?}", between);
            at = slide.range.end;
            let map = SourceMap::whole(0, 0);
            let part = Part { text: &text, map: &map, pieces: &slide.content, is_step: true };
            let path = RepoPath::root().join("a.md");
            let expanded = to_expanded(&path, &[part, part], &slide.properties, &Default::default());
            markdown::parse_known(&expanded.expanded, &MarkdownOptions::slides());
        }
        proptest::prop_assert_eq!(at, text.len());
    }
}

//! All examples of the CommonMark specification, in the plain setting.

use recto::{
    parse::{
        expand::{Expanded, SourceMap},
        markdown::{MarkdownOptions, parse},
    },
    render::markdown::{HtmlOptions, NoHooks, to_html},
};

#[derive(serde::Deserialize)]
struct Example {
    markdown: String,
    html: String,
    example: u32,
    section: String,
}

fn render(markdown: &str) -> String {
    let expanded = Expanded { text: markdown.to_owned(), map: SourceMap::whole(0, 0), ..Expanded::default() };
    let document = parse(&expanded, &MarkdownOptions::plain());
    to_html(document, &expanded, &HtmlOptions::plain(), &mut NoHooks)
}

#[test]
fn every_example_is_rendered_exactly() {
    let examples: Vec<Example> =
        serde_json::from_str(include_str!("commonmark/spec.json")).expect("the examples are JSON");
    assert_eq!(examples.len(), 652);
    let mut failures = Vec::new();
    for Example { markdown, html, example, section } in &examples {
        let found = render(markdown);
        if found != *html {
            failures
                .push(format!("#{example} ({section})\n{markdown}--- expected\n{html}--- found\n{found}"));
        }
    }
    assert!(failures.is_empty(), "{} examples fail:\n{}", failures.len(), failures.join("\n"));
}

//! [`Ids`]: every id of a page is given once. [`heading_slug`] makes a heading's id the way GitHub does.
//!
//! [`assign`] gives ids to the headings of a page: those that authors wrote come first, so that a generated id never
//! takes one of them away. What ids look like is decided here; where they are written is the renderer's business.

use foldhash::HashMap;
use unicode_normalization::char::is_combining_mark;

use crate::{
    base::diagnostic::Diagnostic,
    parse::markdown::{
        Problem,
        event::{Event, Tag, TagEnd},
        html,
    },
};

/// The id of a heading without a letter or digit.
const UNNAMED: &str = "section";

/// The ids that are taken on a page, or on all chapters of a deck.
#[derive(Clone, Debug, Default)]
pub struct Ids {
    /// Each taken id, with the number to try next when it is wanted again.
    taken: HashMap<String, u32>,
}

impl Ids {
    /// Takes an id as it is; `false` when somebody has it.
    pub fn claim(&mut self, id: &str) -> bool {
        if self.taken.contains_key(id) {
            return false;
        }
        self.taken.insert(id.to_owned(), 1);
        true
    }

    /// Takes `wanted`, or `wanted-1`, `wanted-2` and so on, whichever is free.
    pub fn unique(&mut self, wanted: &str) -> String {
        let Some(&first) = self.taken.get(wanted) else {
            self.taken.insert(wanted.to_owned(), 1);
            return wanted.to_owned();
        };
        let mut number = first;
        let id = loop {
            let id = format!("{wanted}-{number}");
            number += 1;
            if self.claim(&id) {
                break id;
            }
        };
        self.taken.insert(wanted.to_owned(), number);
        id
    }
}

/// A heading's id before it is made unique: lower case, spaces become `-`, other characters that are no letters, digits,
/// marks, `_` or `-` are dropped.
pub fn heading_slug(text: &str) -> String {
    let mut slug = String::with_capacity(text.len());
    for c in text.trim().chars() {
        match c {
            '-' | '_' => slug.push(c),
            c if c.is_whitespace() => slug.push('-'),
            c if c.is_ascii_alphanumeric() => slug.push(c.to_ascii_lowercase()),
            c if c.is_alphanumeric() || is_combining_mark(c) => slug.extend(c.to_lowercase()),
            _ => {}
        }
    }
    slug
}

/// Gives every heading its id and returns all ids that authors wrote: in `{#id}` and in raw HTML.
pub(super) fn assign(events: &mut [Event<'_>], ids: &mut Ids, problems: &mut Vec<Problem>) -> Vec<String> {
    let anchors = claim_written(events, ids, problems);
    for start in 0..events.len() {
        if !matches!(&events[start], Event::Start(Tag::Heading(heading)) if heading.id.is_none()) {
            continue;
        }
        let mut slug =
            heading_slug(&text_until(&events[start + 1..], |end| matches!(end, TagEnd::Heading(_))));
        if slug.is_empty() {
            UNNAMED.clone_into(&mut slug);
        }
        if let Event::Start(Tag::Heading(heading)) = &mut events[start] {
            heading.id = Some(ids.unique(&slug));
        }
    }
    anchors
}

fn claim_written(events: &mut [Event<'_>], ids: &mut Ids, problems: &mut Vec<Problem>) -> Vec<String> {
    let mut anchors = Vec::new();
    let mut claim = |id: &str| {
        let is_free = ids.claim(id);
        if is_free {
            anchors.push(id.to_owned());
        }
        is_free
    };
    for event in events {
        match event {
            Event::Start(Tag::Heading(heading)) => {
                let Some(id) = heading.attributes.id.clone() else { continue };
                if claim(&id) {
                    heading.id = Some(id);
                } else {
                    problems.push(Problem { diagnostic: duplicate(&id), at: heading.at });
                }
            }
            Event::Start(Tag::Link(link) | Tag::Image(link)) => {
                drop_unless(&mut link.attributes.id, &mut claim);
            }
            Event::Start(Tag::CodeBlock(fence)) => drop_unless(&mut fence.attributes.id, &mut claim),
            Event::Code(code) => drop_unless(&mut code.attributes.id, &mut claim),
            Event::Html { html, .. } | Event::InlineHtml { html, .. } => {
                for attribute in html::attributes(html).filter(html::Attribute::is_anchor) {
                    claim(attribute.value);
                }
            }
            _ => {}
        }
    }
    anchors
}

fn drop_unless(id: &mut Option<String>, claim: &mut impl FnMut(&str) -> bool) {
    if id.as_deref().is_some_and(|id| !claim(id)) {
        *id = None;
    }
}

fn duplicate(id: &str) -> Diagnostic {
    Diagnostic::warning("duplicate-id", format!("`{{#{id}}}` is given to two things of this page"))
        .hint("give this heading an id of its own, or leave it out")
}

/// The text of the events up to the first end that `is_end` takes; alternative texts of images don't belong to it.
pub(super) fn text_until(events: &[Event<'_>], is_end: impl Fn(TagEnd) -> bool) -> String {
    let mut text = String::new();
    let mut n_images = 0;
    for event in events {
        match event {
            Event::End(end) if is_end(*end) => break,
            Event::Start(Tag::Image(_)) => n_images += 1,
            Event::End(TagEnd::Image) => n_images -= 1,
            _ if n_images > 0 => {}
            Event::Text(part) => text.push_str(part),
            Event::Code(code) => text.push_str(&code.text),
            Event::Math(math) => text.push_str(&math.tex),
            Event::SoftBreak | Event::HardBreak => text.push(' '),
            _ => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_those_of_github() {
        for (text, expected) in [
            ("Hello, World!", "hello-world"),
            ("  What's new?  ", "whats-new"),
            ("a_b - c", "a_b---c"),
            ("Ünïcode Straße", "ünïcode-straße"),
            ("日本語 の 見出し", "日本語-の-見出し"),
            ("हिन्दी", "हिन्दी"),
            ("C++ & C#", "c--c"),
            ("1.2.3", "123"),
            ("🎉", ""),
        ] {
            assert_eq!(heading_slug(text), expected, "{text:?}");
        }
    }

    #[test]
    fn an_id_is_given_once() {
        let mut ids = Ids::default();
        assert!(ids.claim("a-1"));
        let given: Vec<String> = (0..4).map(|_| ids.unique("a")).collect();
        assert_eq!(given, ["a", "a-2", "a-3", "a-4"]);
        assert_eq!(ids.unique("a-1"), "a-1-1");
        assert!(!ids.claim("a-1-1"));
    }
}

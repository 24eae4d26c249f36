//! [`Around`]: the sentence that a link stands in, which the pages show that it leads to.

use serde::{Deserialize, Serialize};

use super::event::{Event, Tag, TagEnd};
use crate::base::text::floor_char;

/// How many bytes of a sentence are kept before a link and after it; more is cut at a word.
const MAX_SIDE: usize = 120;
/// How far from a link the ends of its sentence are looked for.
const MAX_LOOK: usize = 2 * MAX_SIDE;
/// A link with a longer text is its own context.
const MAX_LINK: usize = 160;
/// Of how many links of a page the sentences are kept. A page with more is a list.
pub const MAX_SENTENCES: usize = 500;

/// A link and the rest of its sentence.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Around {
    text: Box<str>,
    /// Where the link's own text begins and ends.
    link: (u32, u32),
}

impl Around {
    /// What stands before the link, its own text, and what stands after it.
    pub fn parts(&self) -> (&str, &str, &str) {
        let (start, end) = (self.link.0 as usize, self.link.1 as usize);
        (&self.text[..start], &self.text[start..end], &self.text[end..])
    }

    /// `None` when there are no words around the link.
    fn of(text: &str, start: usize, end: usize) -> Option<Self> {
        if end - start > MAX_LINK {
            return None;
        }
        let (before, after) = (before(text, start), after(&text[end..]));
        if !before.chars().chain(after.chars()).any(char::is_alphanumeric) {
            return None;
        }
        let (before, after) = (end_of(before), start_of(after));
        let link = (before.len() as u32, (before.len() + end - start) as u32);
        Some(Self { text: [&before, &text[start..end], &after].concat().into(), link })
    }
}

/// Whether a tag is part of a line, so that a sentence goes on through it.
pub(super) fn is_inline(tag: &Tag<'_>) -> bool {
    matches!(
        tag,
        Tag::Emphasis
            | Tag::Strong
            | Tag::Strikethrough
            | Tag::Superscript
            | Tag::Subscript
            | Tag::Mark
            | Tag::Link(_)
            | Tag::Image(_)
            | Tag::Component(_)
    )
}

/// Whether an end is that of an [inline tag](is_inline).
pub(super) fn is_inline_end(end: TagEnd) -> bool {
    matches!(
        end,
        TagEnd::Emphasis
            | TagEnd::Strong
            | TagEnd::Strikethrough
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::Mark
            | TagEnd::Link
            | TagEnd::Image
            | TagEnd::Component(_)
    )
}

/// The sentences around links of one block. `starts` are the places of the links among the events, in order.
pub(super) fn of_links(events: &[Event<'_>], starts: &[usize]) -> Vec<Option<Around>> {
    let mut text = String::new();
    let mut spans = Vec::with_capacity(starts.len());
    let mut n_images = 0;
    let mut open = None;
    for (index, event) in events.iter().enumerate() {
        match event {
            Event::Start(Tag::Image(_)) => n_images += 1,
            Event::End(TagEnd::Image) => n_images -= 1,
            _ if n_images > 0 => {}
            Event::Start(Tag::Link(_)) if starts.get(spans.len()) == Some(&index) => open = Some(text.len()),
            Event::End(TagEnd::Link) => spans.extend(open.take().map(|start| (start, text.len()))),
            Event::Text(part) => text.push_str(part),
            Event::Code(code) => text.push_str(&code.text),
            Event::Math(math) => text.push_str(&math.tex),
            Event::SoftBreak | Event::HardBreak => text.push(' '),
            _ => {}
        }
    }
    spans.into_iter().map(|(start, end)| Around::of(&text, start, end)).collect()
}

/// What stands before a link in its sentence.
fn before(text: &str, link: usize) -> &str {
    let first = floor_char(text, link.saturating_sub(MAX_LOOK));
    let mut ends = text[first..link].char_indices().map(|(at, c)| (first + at + c.len_utf8(), c));
    let start = ends.rfind(|&(end, c)| ends_sentence(c, &text[end..])).map_or(first, |(end, _)| end);
    text[start..link].trim_start_matches(is_closing).trim_start()
}

/// What stands behind a link in its sentence; `text` is all that follows it.
fn after(text: &str) -> &str {
    let last = floor_char(text, MAX_LOOK);
    let mut ends = text[..last].char_indices().map(|(at, c)| (at + c.len_utf8(), c));
    let Some((end, _)) = ends.find(|&(end, c)| ends_sentence(c, &text[end..])) else {
        return text[..last].trim_end();
    };
    let rest = &text[end..];
    &text[..end + (rest.len() - rest.trim_start_matches(is_closing).len())]
}

fn is_closing(c: char) -> bool {
    matches!(c, ')' | ']' | '"' | '\'' | '”' | '’' | '»' | '」' | '』')
}

/// Whether a sentence ends with a character that `rest` follows. A small letter goes on: after `e.g.` as after `1.2`.
fn ends_sentence(c: char, rest: &str) -> bool {
    match c {
        '。' | '！' | '？' => true,
        '.' | '!' | '?' | '…' => {
            let rest = rest.trim_start_matches(is_closing);
            let next = rest.trim_start();
            next.is_empty() || (next.len() < rest.len() && !next.starts_with(char::is_lowercase))
        }
        _ => false,
    }
}

/// The last words of a text that is too long.
fn end_of(text: &str) -> String {
    if text.len() <= MAX_SIDE {
        return text.to_owned();
    }
    let cut = floor_char(text, text.len() - MAX_SIDE);
    let at_word = text[cut..].find(' ').map_or(cut, |space| cut + space + 1);
    format!("…{}", &text[at_word..])
}

/// The first words of a text that is too long.
fn start_of(text: &str) -> String {
    if text.len() <= MAX_SIDE {
        return text.to_owned();
    }
    let cut = floor_char(text, MAX_SIDE);
    let at_word = text[..cut].rfind(' ').unwrap_or(cut);
    format!("{}…", text[..at_word].trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<(&str, &str, &str)>) {
        let (before, rest) = text.split_once('[').expect("a link");
        let (link, after) = rest.split_once(']').expect("a link");
        let text = [before, link, after].concat();
        let around = Around::of(&text, before.len(), before.len() + link.len());
        assert_eq!(around.as_ref().map(Around::parts), expected, "{text}");
    }

    #[test]
    fn a_link_is_shown_in_its_sentence() {
        check("One. See the [guide] first! Two.", Some(("See the ", "guide", " first!")));
        check("[Guide]: how to begin", Some(("", "Guide", ": how to begin")));
        check(
            "Use e.g. [the guide], i.e. v1.2 or so.",
            Some(("Use e.g. ", "the guide", ", i.e. v1.2 or so.")),
        );
        check("He said “no.” Then [he] went (away.) Now", Some(("Then ", "he", " went (away.)")));
        check("一つ。次は[ここ]です。三つ。", Some(("次は", "ここ", "です。")));
    }

    #[test]
    fn a_link_without_words_around_it_has_no_sentence() {
        check("One. [Guide]. Two.", None);
        check("[Guide]", None);
        check("– [Guide] –", None);
    }

    #[test]
    fn long_sentences_are_cut_at_words() {
        let long = "word ".repeat(100);
        let text = format!("{long}[link] {long}");
        let around = Around::of(&text.replace(['[', ']'], ""), 500, 504).expect("words");
        let (before, link, after) = around.parts();
        assert!(before.starts_with("…word ") && before.len() <= MAX_SIDE + 3, "{before}");
        assert_eq!(link, "link");
        assert!(after.ends_with("word…") && after.len() <= MAX_SIDE + 3, "{after}");
        let ideographs = format!("{}[x]{}", "字".repeat(99), "字".repeat(99));
        let around = Around::of(&ideographs.replace(['[', ']'], ""), 297, 298).expect("words");
        assert!(around.parts().0.starts_with("…字"));
    }
}

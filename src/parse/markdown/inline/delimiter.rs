//! Delimiters that pulldown-cmark doesn't know or knows only between spaces: `==mark==`, `x^2^`, `H~2~O`.
//!
//! A delimiter that may open is written as a text event of its own; when its partner comes at the same nesting level,
//! that event becomes the start of the element. What finds no partner stays the text it is.

use std::{borrow::Cow, mem};

use crate::parse::markdown::event::{Event, Tag};

/// How long a superscript or subscript is at most, in events and in bytes of one piece of text.
pub(super) const MAX_SCRIPT_BYTES: usize = 200;

/// A kind of delimiter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delimiter {
    /// `==`
    Mark,
    /// `^`
    Superscript,
    /// `~`
    Subscript,
}

/// The delimiters that are open at one nesting level, the innermost last; each kind at most once.
#[derive(Debug, Default)]
pub(super) struct Openers(Vec<(Delimiter, usize)>);

impl Delimiter {
    /// The delimiter that a run of `len` equal bytes is.
    pub(super) fn of_run(byte: u8, len: usize) -> Option<Self> {
        match (byte, len) {
            (b'=', 2) => Some(Self::Mark),
            (b'^', 1) => Some(Self::Superscript),
            (b'~', 1) => Some(Self::Subscript),
            _ => None,
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Mark => "==",
            Self::Superscript => "^",
            Self::Subscript => "~",
        }
    }

    fn tag(self) -> Tag<'static> {
        match self {
            Self::Mark => Tag::Mark,
            Self::Superscript => Tag::Superscript,
            Self::Subscript => Tag::Subscript,
        }
    }

    /// Whether it may open between these characters. `a==b` is a comparison, `[^` a footnote.
    pub(super) fn may_open(self, before: Option<char>, after: Option<char>) -> bool {
        let is_inner = after.is_some_and(|c| !c.is_whitespace());
        match self {
            Self::Mark => is_inner && !before.is_some_and(|c| c.is_ascii_alphanumeric()),
            Self::Superscript => is_inner && before != Some('['),
            Self::Subscript => is_inner,
        }
    }

    /// Whether it may close between these characters.
    pub(super) fn may_close(self, before: Option<char>, after: Option<char>) -> bool {
        let is_inner = before.is_none_or(|c| !c.is_whitespace());
        is_inner && (self != Self::Mark || !after.is_some_and(|c| c.is_ascii_alphanumeric()))
    }

    fn may_contain(self, events: &[Event<'_>]) -> bool {
        let is_wordlike = |event: &Event<'_>| match event {
            Event::Text(text) => text.len() <= MAX_SCRIPT_BYTES && !text.contains(char::is_whitespace),
            Event::Code(code) => !code.text.contains(char::is_whitespace),
            Event::SoftBreak | Event::HardBreak => false,
            _ => true,
        };
        !events.is_empty()
            && (self == Self::Mark || (events.len() <= MAX_SCRIPT_BYTES && events.iter().all(is_wordlike)))
    }
}

impl Openers {
    /// Writes a delimiter that may open.
    pub(super) fn open(&mut self, delimiter: Delimiter, out: &mut Vec<Event<'_>>) {
        self.0.retain(|(kind, _)| *kind != delimiter);
        self.0.push((delimiter, out.len()));
        out.push(Event::Text(Cow::Borrowed(delimiter.text())));
    }

    /// Closes the element that a delimiter of the same kind opened, if one did and everything since may be in it.
    pub(super) fn close(&mut self, delimiter: Delimiter, out: &mut Vec<Event<'_>>) -> bool {
        let Some(index) = self.0.iter().position(|(kind, _)| *kind == delimiter) else { return false };
        let (_, start) = self.0[index];
        if !delimiter.may_contain(&out[start + 1..]) {
            self.0.remove(index);
            return false;
        }
        // What was opened inside and not closed there can't be closed outside.
        self.0.truncate(index);
        let end = delimiter.tag().end();
        drop(mem::replace(&mut out[start], Event::Start(delimiter.tag())));
        out.push(Event::End(end));
        true
    }
}

//! The merged text of a run: component placeholders, bare addresses, emoji, delimiters, footnotes defined elsewhere.
//!
//! One pass over the bytes that stops only where something can begin. Text that was escaped is left alone.

use std::{borrow::Cow, ops::Range};

use memchr::memchr_iter;

use super::{Inline, autolink, delimiter::Delimiter, text::Merged};
use crate::parse::markdown::{
    attributes::Attributes,
    event::{Event, Link, LinkKind, Tag, TagEnd},
    placeholder,
};

/// How long the name of an emoji is at most, in bytes.
const MAX_EMOJI_BYTES: usize = 60;

/// How long the label of a footnote that is defined in another text is at most, in bytes.
const MAX_LABEL_BYTES: usize = 100;

/// The first byte of a placeholder in UTF-8.
const PLACEHOLDER_BYTE: u8 = 0xEE;

/// How many bytes are looked at together.
const CHUNK: usize = 32;

impl<'a> Inline<'_, 'a, '_> {
    /// Scans text and writes what is in it.
    pub(super) fn scan(&mut self, merged: &Merged<'a>) {
        let mut written = 0;
        let mut at = 0;
        while let Some(trigger) = self.next_trigger(merged, at) {
            at = match self.found(merged, trigger, &mut written) {
                Some(end) => {
                    written = end;
                    end
                }
                None => trigger + run_len(merged.text.as_bytes(), trigger),
            };
        }
        self.write_text(merged, written..merged.text.len());
    }

    fn next_trigger(&self, merged: &Merged<'a>, from: usize) -> Option<usize> {
        if self.translator.options.plain && self.translator.expanded.calls.is_empty() {
            return None;
        }
        let bytes = merged.text.as_bytes();
        let may_have_www = self.source.may_have_www || matches!(merged.text, Cow::Owned(_));
        if !may_have_www {
            return Some(from + first_of(bytes.get(from..)?, is_mark)?);
        }
        let mut from = from;
        loop {
            let at = from + first_of(bytes.get(from..)?, |byte| is_mark(byte) | is_w(byte))?;
            if !is_w(bytes[at]) || bytes.get(at + 3) == Some(&b'.') {
                return Some(at);
            }
            from = at + 1;
        }
    }

    /// Writes what begins or lies around `trigger`, after the text before it; returns where it ends.
    fn found(&mut self, merged: &Merged<'a>, trigger: usize, written: &mut usize) -> Option<usize> {
        let text = &*merged.text;
        if merged.is_literal(trigger) {
            return None;
        }
        let floor = *written;
        match text.as_bytes()[trigger] {
            byte if self.translator.options.plain && byte != PLACEHOLDER_BYTE => None,
            b'=' | b'^' | b'~' | b'[' if self.translator.options.slides => None,
            PLACEHOLDER_BYTE => {
                let (call, len) = placeholder::read(&text[trigger..], &self.translator.expanded.calls)?;
                self.write_text(merged, floor..trigger);
                if self.n_images > 0 {
                    let raw = &self.translator.expanded.calls[call].raw;
                    self.out().push(Event::Text(Cow::Borrowed(raw)));
                } else {
                    self.translator.component(call);
                }
                Some(trigger + len)
            }
            b':' if text[trigger..].starts_with("://") => {
                let range = autolink::url_at(text, trigger, floor)?;
                self.write_address(merged, floor, range, LinkKind::Autolink, "")
            }
            b':' => self.emoji(merged, floor, trigger),
            b'w' | b'W' => {
                let range = autolink::www_at(text, trigger)?;
                self.write_address(merged, floor, range, LinkKind::Autolink, "http://")
            }
            b'@' => {
                let (range, is_bare) = autolink::mail_at(text, trigger, floor)?;
                let kind = if is_bare { LinkKind::Email } else { LinkKind::Autolink };
                self.write_address(merged, floor, range, kind, "")
            }
            b'[' => self.footnote(merged, floor, trigger),
            _ => self.delimiter(merged, floor, trigger),
        }
    }

    fn write_text(&mut self, merged: &Merged<'a>, range: Range<usize>) {
        if !range.is_empty() {
            let text = merged.slice(range);
            self.out().push(Event::Text(text));
        }
    }

    fn write_address(
        &mut self,
        merged: &Merged<'a>,
        floor: usize,
        range: Range<usize>,
        kind: LinkKind,
        scheme: &str,
    ) -> Option<usize> {
        if self.n_links > 0 || self.n_images > 0 {
            return None;
        }
        self.write_text(merged, floor..range.start);
        let text = merged.plain_slice(range.clone());
        let target = if scheme.is_empty() { text.clone() } else { Cow::Owned(format!("{scheme}{text}")) };
        let source_range = merged.source_range(range.clone());
        if kind == LinkKind::Autolink {
            self.address = source_range.clone();
        }
        let at = self.source.at(source_range);
        let link = Link { kind, target, title: Cow::Borrowed(""), attributes: Attributes::default(), at };
        self.out().extend([
            Event::Start(Tag::Link(Box::new(link))),
            Event::Text(text),
            Event::End(TagEnd::Link),
        ]);
        Some(range.end)
    }

    fn emoji(&mut self, merged: &Merged<'a>, floor: usize, colon: usize) -> Option<usize> {
        let text = &*merged.text;
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_+-".contains(byte);
        let rest = &text[colon + 1..];
        let len = rest.bytes().take(MAX_EMOJI_BYTES).take_while(is_name).count();
        let follows_word = text[..colon].ends_with(|c: char| c.is_ascii_alphanumeric());
        if len == 0
            || follows_word
            || !self.translator.options.emoji
            || rest.as_bytes().get(len) != Some(&b':')
        {
            return None;
        }
        let emoji = emojis::get_by_shortcode(&rest[..len])?;
        self.write_text(merged, floor..colon);
        self.out().push(Event::Text(Cow::Borrowed(emoji.as_str())));
        Some(colon + len + 2)
    }

    /// `[^label]` whose definition is not in this text but may be in another one of the page.
    fn footnote(&mut self, merged: &Merged<'a>, floor: usize, start: usize) -> Option<usize> {
        if self.translator.expanded.calls.is_empty() || self.n_images > 0 {
            return None;
        }
        let rest = merged.text[start..].strip_prefix("[^")?;
        let is_end = |byte: u8| matches!(byte, b'[' | b']' | b' ' | b'\t' | b'\n');
        let len = rest.bytes().take(MAX_LABEL_BYTES).position(is_end)?;
        if len == 0 || !rest[len..].starts_with(']') {
            return None;
        }
        self.write_text(merged, floor..start);
        self.footnote_reference(rest[..len].to_owned());
        Some(start + len + 3)
    }

    fn delimiter(&mut self, merged: &Merged<'a>, floor: usize, start: usize) -> Option<usize> {
        let text = &*merged.text;
        let len = run_len(text.as_bytes(), start);
        let delimiter = Delimiter::of_run(text.as_bytes()[start], len)?;
        let is_escaped = (1..len).any(|nth| merged.is_literal(start + nth));
        let (before, after) = (text[..start].chars().next_back(), text[start + len..].chars().next());
        let may_close = delimiter.may_close(before, after);
        // Beside an element there is no character to look at; the element itself is none that forbids opening.
        let may_open = delimiter.may_open(before, after.or(Some('*')));
        if is_escaped || !(may_open || may_close) {
            return None;
        }
        self.write_text(merged, floor..start);
        let (out, openers) = self.delimiters();
        if !(may_close && openers.close(delimiter, out)) {
            if may_open {
                openers.open(delimiter, out);
            } else {
                self.write_text(merged, start..start + len);
            }
        }
        Some(start + len)
    }
}

/// Whether something can begin at a byte.
#[inline]
fn is_mark(byte: u8) -> bool {
    // Without branches, so that many bytes are looked at in one instruction.
    (byte == PLACEHOLDER_BYTE)
        | (byte == b':')
        | (byte == b'@')
        | (byte == b'=')
        | (byte == b'^')
        | (byte == b'~')
        | (byte == b'[')
}

/// Whether something can begin at a byte as `www.`.
#[inline]
fn is_w(byte: u8) -> bool {
    byte | 0x20 == b'w'
}

/// Whether a text may have an address that begins with `www.`.
pub(in crate::parse::markdown) fn may_have_www(text: &str) -> bool {
    let before = |dot: usize| text.as_bytes()[..dot].last_chunk::<2>();
    memchr_iter(b'.', text.as_bytes()).filter_map(before).any(|two| two.iter().all(|byte| is_w(*byte)))
}

/// The first byte that is wanted. Most of a text has none.
#[inline]
fn first_of(bytes: &[u8], is_wanted: impl Fn(u8) -> bool) -> Option<usize> {
    let (chunks, _) = bytes.as_chunks::<CHUNK>();
    // With bytes and not `bool`s, which the compiler would look at one by one.
    let has_none =
        |chunk: &[u8; CHUNK]| chunk.iter().fold(0, |has, &byte| has | u8::from(is_wanted(byte))) == 0;
    let start = CHUNK * chunks.iter().take_while(|chunk| has_none(chunk)).count();
    Some(start + bytes[start..].iter().position(|&byte| is_wanted(byte))?)
}

/// How many bytes equal to the one at `start` follow it, itself counted.
fn run_len(bytes: &[u8], start: usize) -> usize {
    match bytes[start] {
        byte @ (b'=' | b'^' | b'~') => bytes[start..].iter().take_while(|&&other| other == byte).count(),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wanted_is_found_wherever_it_is() {
        for len in 0..3 * CHUNK {
            let mut text = vec![b'a'; len];
            assert_eq!(first_of(&text, is_mark), None);
            for at in (0..len).rev() {
                text[at] = b':';
                assert_eq!(first_of(&text, is_mark), Some(at), "of {len}");
            }
        }
    }

    #[test]
    fn addresses_are_looked_for_where_there_may_be_one() {
        for (text, expected) in
            [("www.a.org", true), ("a WwW.a.org", true), ("now. ww2.", false), ("ww.", true), ("", false)]
        {
            assert_eq!(may_have_www(text), expected, "{text}");
        }
    }
}

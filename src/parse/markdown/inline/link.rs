//! Links, wiki links and embeds, and the attribute lists behind them.
//!
//! What stands behind a link and belongs to it comes as text from pulldown-cmark; it is cut off there.

use std::{borrow::Cow, ops::Range};

use pulldown_cmark::{CowStr, Event as PdEvent, LinkType, Tag as PdTag};

use super::{Inline, Run, autolink::trimmed_len, text};
use crate::parse::markdown::{
    attributes::{self, Attributes},
    event::{Embed, Event, Link, LinkKind, Tag, TagEnd},
    placeholder,
};

/// How long an address is at most that is read across several events, in bytes.
const MAX_ADDRESS_BYTES: usize = 2_000;

impl<'a> Inline<'_, 'a, '_> {
    /// What is left of a piece of text behind `cut_to`.
    pub(super) fn cut(&self, text: CowStr<'a>, range: Range<usize>) -> Option<text::Piece<'a>> {
        if range.start >= self.cut_to {
            return Some((text, range));
        }
        let rest = self.source.text.get(self.cut_to..range.end).filter(|rest| !rest.is_empty())?;
        text.ends_with(rest).then_some((CowStr::Borrowed(rest), self.cut_to..range.end))
    }

    /// Whether the source up to `end` is nothing but text behind `index`.
    pub(super) fn may_cut(&self, run: &Run<'a>, index: usize, end: usize) -> bool {
        run.0[index + 1..].iter().take_while(|(_, range)| range.start < end).all(|(event, range)| {
            matches!(event, PdEvent::Text(_)) && self.source.text.get(range.clone()).is_some()
        })
    }

    /// Reads the attribute list behind the element that ends at `end`.
    pub(super) fn attributes(&mut self, run: &Run<'a>, index: usize, end: usize) -> Option<Attributes> {
        let rest = self.source.text.get(end..)?;
        if self.translator.options.plain || !rest.starts_with('{') {
            return None;
        }
        let (attributes, len) = attributes::parse_list(rest)?;
        if !self.may_cut(run, index, end + len) {
            return None;
        }
        self.cut_to = end + len;
        Some(attributes)
    }

    /// Extends the bare address before `next` over what pulldown-cmark took for emphasis: `https://host/__init__.py`.
    pub(super) fn extend_address(&mut self, run: &Run<'a>, next: usize) -> Option<()> {
        let address = std::mem::replace(&mut self.address, 0..0);
        let is_followed = run.0.get(next).is_some_and(|(event, range)| {
            range.start == address.end && matches!(event, PdEvent::Start(tag) if is_emphasis(tag))
        });
        if address.is_empty() || !is_followed || address.start < self.searched_to {
            return None;
        }
        let rest = self.source.text.get(address.start..)?;
        let is_end = |&(at, c): &(usize, char)| {
            at > MAX_ADDRESS_BYTES || c.is_whitespace() || "<|\\&\u{E000}".contains(c)
        };
        let len = rest.char_indices().find(is_end).map_or(rest.len(), |(at, _)| at);
        let end = address.start + len;
        self.searched_to = end;
        // Text is cut at the end of the address; elements must be inside as a whole.
        let is_inside = |(event, range): &(PdEvent<'a>, Range<usize>)| match event {
            PdEvent::Start(tag) => is_emphasis(tag) && range.end <= end,
            PdEvent::End(_) => range.start >= address.end && range.end <= end,
            PdEvent::Text(_) => true,
            _ => false,
        };
        let mut inside = run.0[next..].iter().take_while(|(_, range)| range.start < end);
        let new_len = trimmed_len(&rest[..len]);
        if len > MAX_ADDRESS_BYTES || new_len <= address.len() || !inside.all(is_inside) {
            return None;
        }
        let at = self.source.at(address.start..address.start + new_len);
        let [.., Event::Start(Tag::Link(link)), Event::Text(text), Event::End(TagEnd::Link)] =
            &mut self.out()[..]
        else {
            return None;
        };
        let more = &rest[address.len()..new_len];
        link.target.to_mut().push_str(more);
        text.to_mut().push_str(more);
        link.at = at;
        self.cut_to = end;
        if new_len < len {
            self.out().push(Event::Text(Cow::Borrowed(&rest[new_len..len])));
        }
        Some(())
    }

    pub(super) fn link(
        &self,
        kind: LinkType,
        target: CowStr<'a>,
        title: CowStr<'a>,
        range: Range<usize>,
    ) -> Link<'a> {
        let mut target = self.translator.restore(target);
        let kind = match kind {
            LinkType::Inline => LinkKind::Inline,
            LinkType::Autolink => LinkKind::Autolink,
            LinkType::Email => LinkKind::Email,
            LinkType::WikiLink { has_pothole } => {
                if has_pothole {
                    target = unescape_pipe(target);
                }
                LinkKind::Wiki { piped: has_pothole }
            }
            _ => LinkKind::Reference,
        };
        let title = self.translator.restore(title);
        Link { kind, target, title, attributes: Attributes::default(), at: self.source.at(range) }
    }

    /// `[[1]](address)` is a link with the text `[1]`, as everywhere else.
    pub(super) fn bracketed_link(
        &mut self,
        run: &Run<'a>,
        index: usize,
        range: &Range<usize>,
    ) -> Option<usize> {
        let rest = self.source.text.get(range.end..)?.strip_prefix('(')?;
        let is_address = |byte: &u8| !byte.is_ascii_whitespace() && !b"()<>".contains(byte);
        let len = rest.bytes().take(MAX_ADDRESS_BYTES).take_while(|byte| is_address(byte)).count();
        let end = range.end + len + 2;
        // The start, one text and the end of the wiki link stand before what is cut.
        if !rest[len..].starts_with(')') || !self.may_cut(run, index + 2, end) {
            return None;
        }
        self.cut_to = end;
        let text = &self.source.text[range.start + 1..range.end - 1];
        let target = CowStr::Borrowed(&rest[..len]);
        let link = self.link(LinkType::Inline, target, CowStr::Borrowed(""), range.start..end);
        let text = placeholder::restore(Cow::Borrowed(text), &self.translator.expanded.calls);
        self.out().extend([
            Event::Start(Tag::Link(Box::new(link))),
            Event::Text(text),
            Event::End(TagEnd::Link),
        ]);
        Some(index + 3)
    }

    pub(super) fn embed(
        &mut self,
        run: &mut Run<'a>,
        index: usize,
        target: CowStr<'a>,
        has_text: bool,
        range: Range<usize>,
    ) -> usize {
        let mut text = String::new();
        let mut depth = 1;
        let mut next = index + 1;
        while depth > 0 && next < run.0.len() {
            match &run.0[next].0 {
                PdEvent::Start(_) => depth += 1,
                PdEvent::End(_) => depth -= 1,
                PdEvent::Text(part) | PdEvent::Code(part) => text.push_str(part),
                PdEvent::SoftBreak | PdEvent::HardBreak => text.push(' '),
                _ => {}
            }
            next += 1;
        }
        let target = self.translator.restore(target);
        let target = if has_text { unescape_pipe(target) } else { target };
        let text = has_text.then(|| self.translator.restore(CowStr::from(text)).trim().to_owned());
        let at = self.source.at(range);
        self.out().push(Event::Embed(Box::new(Embed { target, text, block: false, at })));
        next
    }
}

fn is_emphasis(tag: &PdTag<'_>) -> bool {
    matches!(tag, PdTag::Emphasis | PdTag::Strong | PdTag::Strikethrough)
}

/// In a table the pipe of a wiki link is escaped, and pulldown-cmark leaves the backslash in the target.
fn unescape_pipe(target: Cow<'_, str>) -> Cow<'_, str> {
    match target {
        Cow::Borrowed(target) => Cow::Borrowed(target.strip_suffix('\\').unwrap_or(target)),
        Cow::Owned(mut target) => {
            if target.ends_with('\\') {
                target.pop();
            }
            Cow::Owned(target)
        }
    }
}

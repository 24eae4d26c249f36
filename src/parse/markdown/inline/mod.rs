//! Runs of inline events: the content of one paragraph, heading, cell or tight item.
//!
//! Input is a [`Run`] of pulldown's events, output are ours. Text is merged and scanned in [`scan`]; links are in [`link`];
//! here is the order of things, with formulas and the titles of alerts.

mod autolink;
mod delimiter;
mod link;
mod scan;
mod text;

use std::{borrow::Cow, mem, ops::Range};

use pulldown_cmark::{CowStr, Event as PdEvent, LinkType, Tag as PdTag};

use self::delimiter::{MAX_SCRIPT_BYTES, Openers};
pub(in crate::parse::markdown) use self::{
    scan::may_have_www,
    text::{Merged, Piece, cow},
};
use crate::parse::markdown::{
    attributes::Attributes,
    block::{Source, Translator},
    event::{Code, Event, FootnoteReference, LinkKind, Math, Tag, TagEnd},
    placeholder,
};

/// Consecutive inline events with their ranges.
#[derive(Default)]
pub(in crate::parse::markdown) struct Run<'a>(Vec<(PdEvent<'a>, Range<usize>)>);

impl<'a> Run<'a> {
    pub(in crate::parse::markdown) fn push(&mut self, event: PdEvent<'a>, range: Range<usize>) {
        self.0.push((event, range));
    }

    pub(in crate::parse::markdown) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(in crate::parse::markdown) fn clear(&mut self) {
        self.0.clear();
    }

    fn take(&mut self, index: usize) -> (PdEvent<'a>, Range<usize>) {
        let (event, range) = &mut self.0[index];
        (mem::replace(event, PdEvent::SoftBreak), range.clone())
    }
}

/// Whether an event belongs into a run.
pub(in crate::parse::markdown) fn is_inline(event: &PdEvent<'_>) -> bool {
    use pulldown_cmark::TagEnd as PdEnd;
    match event {
        PdEvent::Start(tag) => matches!(
            tag,
            PdTag::Emphasis
                | PdTag::Strong
                | PdTag::Strikethrough
                | PdTag::Superscript
                | PdTag::Subscript
                | PdTag::Link { .. }
                | PdTag::Image { .. }
        ),
        PdEvent::End(end) => matches!(
            end,
            PdEnd::Emphasis
                | PdEnd::Strong
                | PdEnd::Strikethrough
                | PdEnd::Superscript
                | PdEnd::Subscript
                | PdEnd::Link
                | PdEnd::Image
        ),
        PdEvent::Rule | PdEvent::Html(_) => false,
        _ => true,
    }
}

/// Translates a run; the source before `marker_end` is the marker of an alert, which may be followed by its title.
pub(in crate::parse::markdown) fn translate<'a>(
    translator: &mut Translator<'a, '_>,
    source: Source<'a>,
    run: &mut Run<'a>,
    marker_end: Option<usize>,
) {
    let mut inline = Inline {
        translator,
        source,
        outermost: Openers::default(),
        levels: Vec::new(),
        cut_to: marker_end.unwrap_or(0),
        address: 0..0,
        searched_to: 0,
        n_links: 0,
        n_images: 0,
    };
    if marker_end.is_some() {
        inline.alert(run);
    } else {
        inline.events(run, 0);
    };
}

/// The state of one run.
pub(in crate::parse::markdown) struct Inline<'t, 'a, 'o> {
    pub(in crate::parse::markdown) translator: &'t mut Translator<'a, 'o>,
    pub(in crate::parse::markdown) source: Source<'a>,
    /// The delimiters that are open outside of all elements.
    outermost: Openers,
    levels: Vec<Level>,
    /// Text before this offset of the source has been read as something else.
    cut_to: usize,
    /// Where the last bare address is in the source.
    address: Range<usize>,
    /// How far the source was searched for the end of an address that was not extended: not again, or long text
    /// without spaces would be searched once for each address in it.
    searched_to: usize,
    pub(in crate::parse::markdown) n_links: usize,
    pub(in crate::parse::markdown) n_images: usize,
}

/// An inline element that is open.
struct Level {
    openers: Openers,
    /// The end to write.
    end: TagEnd,
    /// The index of its start among the page's events.
    start: usize,
}

impl<'a> Inline<'_, 'a, '_> {
    pub(in crate::parse::markdown) fn out(&mut self) -> &mut Vec<Event<'a>> {
        &mut self.translator.page.events
    }

    /// The events of the page, and the delimiters that are open at this level.
    fn delimiters(&mut self) -> (&mut Vec<Event<'a>>, &mut Openers) {
        let openers = self.levels.last_mut().map_or(&mut self.outermost, |level| &mut level.openers);
        (&mut self.translator.page.events, openers)
    }

    /// Translates the events from `first` on, up to a line end at the outermost level when `self` is in a title.
    fn events(&mut self, run: &mut Run<'a>, first: usize) {
        let mut index = first;
        while index < run.0.len() {
            index = self.step(run, index);
        }
    }

    /// Translates the first paragraph of an alert, whose first line is the marker and a title.
    fn alert(&mut self, run: &mut Run<'a>) {
        let mut index = 0;
        let paragraph = self.out().pop();
        let start = self.out().len();
        self.out().push(Event::Start(Tag::AlertTitle));
        while index < run.0.len() {
            let is_break = matches!(run.0[index].0, PdEvent::SoftBreak | PdEvent::HardBreak);
            if is_break && self.levels.is_empty() {
                index += 1;
                break;
            }
            index = self.step(run, index);
        }
        if self.out().len() == start + 1 {
            self.out().pop();
            if let Some(Event::Start(Tag::Alert(alert))) = self.out().last_mut() {
                alert.titled = false;
            }
        } else {
            self.out().push(Event::End(TagEnd::AlertTitle));
        }
        self.out().extend(paragraph);
        self.outermost = Openers::default();
        self.events(run, index);
    }

    /// Translates the event at `index` and returns the index to go on with.
    fn step(&mut self, run: &mut Run<'a>, index: usize) -> usize {
        if matches!(run.0[index].0, PdEvent::Text(_)) {
            return self.text(run, index);
        }
        let (event, range) = &run.0[index];
        if range.end <= self.cut_to && !range.is_empty() {
            return index + 1;
        }
        // Most events say nothing more than what they are, and stay where they are: they are large.
        match event {
            PdEvent::SoftBreak => {
                self.out().push(Event::SoftBreak);
                return index + 1;
            }
            PdEvent::End(_) => {
                self.end_tag(run, index);
                return index + 1;
            }
            _ => {}
        }
        let (event, range) = run.take(index);
        match event {
            PdEvent::Start(tag) => return self.start_tag(run, index, tag, range),
            PdEvent::Code(code) => {
                let attributes = match self.translator.options.slides {
                    true => Attributes::default(),
                    false => self.attributes(run, index, range.end).unwrap_or_default(),
                };
                let text = self.translator.restore(code);
                self.out().push(Event::Code(Box::new(Code { text, attributes })));
            }
            PdEvent::InlineMath(tex) => self.math(tex, range, false),
            PdEvent::DisplayMath(tex) => self.math(tex, range, true),
            PdEvent::Html(html) | PdEvent::InlineHtml(html) => self.html(html, range),
            PdEvent::FootnoteReference(label) => {
                let label = self.translator.restore(label).into_owned();
                self.footnote_reference(label);
            }
            PdEvent::HardBreak => self.out().push(Event::HardBreak),
            PdEvent::TaskListMarker(done) => self.task(done),
            PdEvent::Text(_) | PdEvent::Rule | PdEvent::SoftBreak | PdEvent::End(_) => {}
        }
        index + 1
    }

    /// Merges the text events from `index` on and scans them.
    fn text(&mut self, run: &mut Run<'a>, index: usize) -> usize {
        let end_before = index.checked_sub(1).map(|before| run.0[before].1.end);
        let mut pieces = mem::take(&mut self.translator.pieces);
        let mut next = index;
        while let Some((PdEvent::Text(text), range)) = run.0.get_mut(next) {
            let text = mem::replace(text, CowStr::Borrowed(""));
            pieces.extend(self.cut(text, range.clone()));
            next += 1;
        }
        if !pieces.is_empty() {
            let merged = Merged::new(self.source.text, &pieces, end_before);
            pieces.clear();
            self.translator.pieces = pieces;
            self.scan(&merged);
            self.extend_address(run, next);
        }
        next
    }

    fn start_tag(&mut self, run: &mut Run<'a>, index: usize, tag: PdTag<'a>, range: Range<usize>) -> usize {
        // `[[Target|]]` is shown as `[[Target]]` is.
        let mut name = None;
        let tag = match tag {
            PdTag::Strong => Tag::Strong,
            PdTag::Strikethrough if self.is_subscript(&range) => Tag::Subscript,
            PdTag::Strikethrough => Tag::Strikethrough,
            PdTag::Superscript => Tag::Superscript,
            PdTag::Subscript => Tag::Subscript,
            PdTag::Link { link_type, dest_url, title, .. } => {
                if link_type == (LinkType::WikiLink { has_pothole: false })
                    && let Some(next) = self.bracketed_link(run, index, &range)
                {
                    return next;
                }
                self.n_links += 1;
                let is_empty_wiki = link_type == (LinkType::WikiLink { has_pothole: true })
                    && self.source.text[range.clone()].ends_with("|]]");
                let mut link = self.link(link_type, dest_url, title, range);
                name = is_empty_wiki.then(|| link.target.clone());
                if name.is_some() {
                    link.kind = LinkKind::Wiki { piped: false };
                }
                Tag::Link(Box::new(link))
            }
            PdTag::Image { link_type: LinkType::WikiLink { has_pothole }, dest_url, .. } => {
                return self.embed(run, index, dest_url, has_pothole, range);
            }
            PdTag::Image { link_type, dest_url, title, .. } => {
                self.n_images += 1;
                Tag::Image(Box::new(self.link(link_type, dest_url, title, range)))
            }
            _ => Tag::Emphasis,
        };
        let start = self.out().len();
        self.levels.push(Level { openers: Openers::default(), end: tag.end(), start });
        self.out().push(Event::Start(tag));
        self.out().extend(name.map(Event::Text));
        index + 1
    }

    fn end_tag(&mut self, run: &Run<'a>, index: usize) {
        let Some(Level { end, start, .. }) = self.levels.pop() else { return };
        match end {
            TagEnd::Link => self.n_links -= 1,
            TagEnd::Image => self.n_images -= 1,
            _ => {}
        }
        self.out().push(Event::End(end));
        if matches!(end, TagEnd::Link | TagEnd::Image)
            && let Some((_, range)) = run.0.get(index)
            && let Some(attributes) = self.attributes(run, index, range.end)
            && let Some(Event::Start(Tag::Link(link) | Tag::Image(link))) = self.out().get_mut(start)
        {
            link.attributes = attributes;
        }
    }

    /// One tilde around text without spaces is a subscript.
    fn is_subscript(&self, range: &Range<usize>) -> bool {
        let inner = self.source.text[range.clone()].strip_prefix('~').and_then(|text| text.strip_suffix('~'));
        inner.is_some_and(|inner| {
            !inner.starts_with('~') && inner.len() <= MAX_SCRIPT_BYTES && !inner.contains(char::is_whitespace)
        })
    }

    /// A formula, unless its dollars are prices: `US$5` opens none, and none ends before a digit.
    fn math(&mut self, tex: CowStr<'a>, range: Range<usize>, display: bool) {
        let bytes = self.source.text.as_bytes();
        let follows_word = range.start > 0 && bytes[range.start - 1].is_ascii_alphanumeric();
        let is_price = !display && (follows_word || bytes.get(range.end).is_some_and(u8::is_ascii_digit));
        if !is_price {
            let tex = self.translator.restore(tex);
            let at = self.source.at(range);
            return self.out().push(Event::Math(Box::new(Math { display, block: false, tex, at })));
        }
        let text = &self.source.text[range.clone()];
        if text.contains(['\n', '\r']) {
            let text = placeholder::restore(Cow::Borrowed(text), &self.translator.expanded.calls);
            return self.out().push(Event::Text(text));
        }
        // What stands between two prices is ordinary text, with its own emphasis and links.
        let source = Source { text, base: self.source.base + range.start, math: false, ..self.source };
        self.translator.blocks(source, true);
    }

    fn html(&mut self, html: CowStr<'a>, range: Range<usize>) {
        let calls = &self.translator.expanded.calls;
        match placeholder::read_block(&html, calls) {
            Some(call) if self.n_images == 0 => self.translator.component(call),
            _ => {
                let html = self.translator.restore(html);
                let at = self.source.at(range);
                self.out().push(Event::InlineHtml { html, at });
            }
        }
    }

    pub(in crate::parse::markdown) fn footnote_reference(&mut self, label: String) {
        self.translator.page.has_footnotes = true;
        let (id, footnote_id) = Default::default();
        let reference = FootnoteReference { label, number: 0, id, footnote_id };
        self.out().push(Event::FootnoteReference(Box::new(reference)));
    }

    fn task(&mut self, done: bool) {
        let out = self.out();
        if let [.., Event::Start(Tag::Item(task))]
        | [.., Event::Start(Tag::Item(task)), Event::Start(Tag::Paragraph)] = &mut out[..]
        {
            *task = Some(done);
        }
        out.push(Event::TaskMarker(done));
    }
}

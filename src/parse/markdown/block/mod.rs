//! [`translate`]: blocks, and what holds for the whole page. pulldown-cmark's events become ours; runs of inline events
//! go to [`inline`](super::inline).
//!
//! Headings get no ids here and footnotes stay where they are defined. The body of a component call is parsed where its
//! placeholder stands, with the reference definitions of the page.

mod alert;
mod leaf;

use std::{borrow::Cow, collections::HashMap, mem, ops::Range, rc::Rc};

use pulldown_cmark::{BrokenLink, CodeBlockKind, CowStr, Event as PdEvent, Options, Parser, Tag as PdTag};

use crate::parse::{
    expand::{At, Expanded, SourceMap},
    markdown::{
        MARK, MarkdownOptions, Problem,
        event::{Alignment, Event, Footnote, Heading, Tag, TagEnd},
        fence::Fence,
        inline::{self, Piece, Run},
        placeholder,
    },
};

/// How many bytes of text there are to an event, at least on most pages.
const BYTES_PER_EVENT: usize = 12;

/// The events of a page, before ids and footnotes.
pub(in crate::parse::markdown) struct Page<'a> {
    pub(in crate::parse::markdown) events: Vec<Event<'a>>,
    pub(in crate::parse::markdown) problems: Vec<Problem>,
    pub(in crate::parse::markdown) has_footnotes: bool,
    /// See [`Document::starts`](crate::parse::markdown::Document::starts).
    pub(in crate::parse::markdown) starts: Vec<(usize, usize)>,
}

/// Translates a page with the bodies of its components.
pub(in crate::parse::markdown) fn translate<'a>(
    expanded: &'a Expanded,
    options: &MarkdownOptions,
) -> Page<'a> {
    // Most pages have no more: room that grows is copied again and again.
    let n_events = expanded.text.len() / BYTES_PER_EVENT + 8;
    let mut translator = Translator {
        expanded,
        options,
        page: Page {
            events: Vec::with_capacity(n_events),
            problems: Vec::new(),
            has_footnotes: false,
            starts: Vec::new(),
        },
        is_used: vec![false; expanded.calls.len()],
        depth: 0,
        definitions: None,
        pieces: Vec::new(),
    };
    // A byte order mark is no text.
    let start = if expanded.text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
    let source = Source::new(&expanded.text[start..], start, &expanded.map, options.math);
    translator.blocks(source, false);
    translator.page
}

/// A text to translate: a page, the body of a component, or a stretch of one.
#[derive(Clone, Copy)]
pub(in crate::parse::markdown) struct Source<'a> {
    pub(in crate::parse::markdown) text: &'a str,
    /// Where `text` begins in the text that `map` is for.
    pub(in crate::parse::markdown) base: usize,
    pub(in crate::parse::markdown) map: &'a SourceMap,
    /// Whether formulas are read in it.
    pub(in crate::parse::markdown) math: bool,
    /// Whether addresses that begin with `www.` are looked for in it.
    pub(in crate::parse::markdown) may_have_www: bool,
}

impl<'a> Source<'a> {
    fn new(text: &'a str, base: usize, map: &'a SourceMap, math: bool) -> Self {
        Self { text, base, map, math, may_have_www: inline::may_have_www(text) }
    }

    pub(in crate::parse::markdown) fn at(&self, range: Range<usize>) -> At {
        self.map.at(self.base + range.start..self.base + range.end)
    }
}

pub(in crate::parse::markdown) struct Translator<'a, 'o> {
    pub(in crate::parse::markdown) expanded: &'a Expanded,
    pub(in crate::parse::markdown) options: &'o MarkdownOptions,
    pub(in crate::parse::markdown) page: Page<'a>,
    /// Which calls have been translated: each stands in one place only, so that bodies can't multiply.
    is_used: Vec<bool>,
    depth: usize,
    /// The reference definitions of the page, once they are known.
    definitions: Option<Rc<Definitions>>,
    /// Room for the pieces of a text, kept from one text to the next.
    pub(in crate::parse::markdown) pieces: Vec<Piece<'a>>,
}

/// The reference definitions of the page, for the bodies of its components.
type Definitions = HashMap<String, (String, String)>;

/// What is open in one text.
struct Blocks<'a> {
    source: Source<'a>,
    /// Whether paragraphs at the outermost level are left away.
    is_inline: bool,
    /// The ends to write; `None` where the start was left away.
    open: Vec<Option<TagEnd>>,
    /// Inline events that wait for the end of their run.
    run: Run<'a>,
    /// The lines of the code or HTML block that is open.
    lines: Vec<Piece<'a>>,
    leaf: Leaf,
    /// Where the marker of an alert ends whose first paragraph is open.
    alert_marker: Option<usize>,
}

/// A block that is collected before it is written.
enum Leaf {
    None,
    Html,
    Code(Box<Fence>, Range<usize>),
}

impl<'a> Translator<'a, '_> {
    /// Translates a text with its blocks; `is_inline` leaves the outermost paragraphs away.
    pub(in crate::parse::markdown) fn blocks(&mut self, source: Source<'a>, is_inline: bool) {
        let definitions = self.definitions.clone();
        let find = move |link: BrokenLink<'a>| {
            let (target, title) = definitions.as_ref()?.get(&link.reference.to_lowercase())?.clone();
            Some((CowStr::from(target), CowStr::from(title)))
        };
        let parser =
            Parser::new_with_broken_link_callback(source.text, self.parser_options(&source), Some(find));
        if self.definitions.is_none() && self.expanded.calls.iter().any(|call| call.body.is_some()) {
            let definitions = parser.reference_definitions().iter().map(|(label, definition)| {
                let title = definition.title.as_deref().unwrap_or("");
                (label.to_lowercase(), (definition.dest.to_string(), title.to_owned()))
            });
            self.definitions = Some(Rc::new(definitions.collect()));
        }
        let mut blocks = Blocks {
            source,
            is_inline,
            open: Vec::new(),
            run: Run::default(),
            lines: Vec::new(),
            leaf: Leaf::None,
            alert_marker: None,
        };
        for (event, range) in parser.into_offset_iter() {
            if matches!(blocks.leaf, Leaf::None) && inline::is_inline(&event) {
                blocks.run.push(event, range);
                continue;
            }
            self.finish_run(&mut blocks);
            match event {
                PdEvent::Start(tag) => self.start(&mut blocks, tag, range),
                PdEvent::End(_) => self.end(&mut blocks),
                PdEvent::Rule => {
                    self.begin(&blocks.source, range.start);
                    self.push(Event::Rule);
                }
                PdEvent::Text(line) | PdEvent::Html(line) => blocks.lines.push((line, range)),
                _ => {}
            }
        }
        self.finish_run(&mut blocks);
    }

    fn parser_options(&self, source: &Source<'_>) -> Options {
        let mut options = Options::empty();
        if self.options.plain {
            return options;
        }
        if self.options.slides {
            return Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
        }
        options |= Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS
            | Options::ENABLE_HEADING_ATTRIBUTES
            | Options::ENABLE_DEFINITION_LIST;
        options.set(Options::ENABLE_MATH, source.math);
        options.set(Options::ENABLE_WIKILINKS, self.options.wiki_links);
        options.set(Options::ENABLE_SMART_PUNCTUATION, self.options.smart_punctuation);
        options
    }

    pub(in crate::parse::markdown) fn push(&mut self, event: Event<'a>) {
        self.page.events.push(event);
    }

    pub(in crate::parse::markdown) fn restore(&self, text: CowStr<'a>) -> Cow<'a, str> {
        placeholder::restore(inline::cow(text), &self.expanded.calls)
    }

    fn finish_run(&mut self, blocks: &mut Blocks<'a>) {
        if !blocks.run.is_empty() {
            let marker_end = blocks.alert_marker.take();
            let mut run = mem::take(&mut blocks.run);
            inline::translate(self, blocks.source, &mut run, marker_end);
            run.clear();
            blocks.run = run;
        }
    }

    /// Notes where the block begins whose first event comes next.
    fn begin(&mut self, source: &Source<'_>, offset: usize) {
        if self.options.slides && self.depth == 0 {
            self.page.starts.push((self.page.events.len(), source.base + offset));
        }
        if self.options.marks {
            let at = source.at(offset..offset);
            if at.file == 0 {
                let html = format!("{}{}{}", MARK.0, at.offset, MARK.1).into();
                self.push(Event::InlineHtml { html, at });
            }
        }
    }

    fn open(&mut self, blocks: &mut Blocks<'a>, tag: Tag<'a>) {
        blocks.open.push(Some(tag.end()));
        self.push(Event::Start(tag));
    }

    fn start(&mut self, blocks: &mut Blocks<'a>, tag: PdTag<'a>, range: Range<usize>) {
        let start = range.start;
        let tag = match tag {
            PdTag::Paragraph => return self.start_paragraph(blocks, &range),
            PdTag::Heading { level, id, classes, attrs } => {
                let attributes = self.heading_attributes(id, classes, attrs);
                let heading =
                    Heading { level: level as u8, id: None, attributes, at: blocks.source.at(range) };
                Tag::Heading(Box::new(heading))
            }
            PdTag::CodeBlock(kind) => {
                let info = match kind {
                    CodeBlockKind::Indented => Cow::Borrowed(""),
                    CodeBlockKind::Fenced(info) => self.restore(info),
                };
                let at = blocks.source.at(range.clone());
                blocks.leaf = Leaf::Code(Box::new(Fence { at, ..Fence::parse(&info) }), range);
                return blocks.open.push(None);
            }
            PdTag::HtmlBlock => {
                blocks.leaf = Leaf::Html;
                return blocks.open.push(None);
            }
            PdTag::FootnoteDefinition(label) => {
                self.page.has_footnotes = true;
                let at = blocks.source.at(range);
                let label = self.restore(label).into_owned();
                Tag::Footnote(Box::new(Footnote { label, number: 0, id: String::new(), at }))
            }
            PdTag::BlockQuote(_) => Tag::Quote,
            PdTag::List(start) => Tag::List(start),
            PdTag::Item => Tag::Item(None),
            PdTag::DefinitionList => Tag::DefinitionList,
            PdTag::DefinitionListTitle => Tag::DefinitionTerm,
            PdTag::DefinitionListDefinition => Tag::Definition,
            PdTag::Table(alignments) => Tag::Table(alignments.into_iter().map(alignment).collect()),
            PdTag::TableHead => Tag::TableHead,
            PdTag::TableRow => Tag::TableRow,
            PdTag::TableCell => Tag::TableCell,
            // Inline tags never come here, and metadata blocks are not turned on.
            _ => return blocks.open.push(None),
        };
        self.begin(&blocks.source, start);
        self.open(blocks, tag);
    }

    /// Starts a paragraph; the first one of a quote can make the quote an alert.
    fn start_paragraph(&mut self, blocks: &mut Blocks<'a>, range: &Range<usize>) {
        let is_first_of_quote = matches!(self.page.events.last(), Some(Event::Start(Tag::Quote)));
        if is_first_of_quote
            && !self.options.plain
            && let Some((alert, len)) = alert::parse_marker(&blocks.source.text[range.clone()])
            && let Some(quote) = self.page.events.last_mut()
        {
            let tag = Tag::Alert(Box::new(alert));
            if let Some(end) = blocks.open.last_mut() {
                *end = Some(tag.end());
            }
            *quote = Event::Start(tag);
            blocks.alert_marker = Some(range.start + len);
        }
        if blocks.is_inline && blocks.open.is_empty() {
            return blocks.open.push(None);
        }
        self.begin(&blocks.source, range.start);
        self.open(blocks, Tag::Paragraph);
    }

    fn end(&mut self, blocks: &mut Blocks<'a>) {
        // The marker of an alert may be all there is in its paragraph.
        blocks.alert_marker = None;
        match mem::replace(&mut blocks.leaf, Leaf::None) {
            Leaf::Html => self.html(blocks),
            Leaf::Code(fence, range) => self.code(blocks, fence, range),
            Leaf::None => {}
        }
        match blocks.open.pop().flatten() {
            Some(TagEnd::Paragraph) => self.end_paragraph(),
            Some(end) => self.push(Event::End(end)),
            None => {}
        }
    }

    /// Ends a paragraph; an empty one (of which the marker of an alert was cut off) and one around an embed are dropped.
    fn end_paragraph(&mut self) {
        match &mut self.page.events[..] {
            [.., Event::Start(Tag::Paragraph)] => {
                self.page.events.pop();
            }
            [.., Event::Start(Tag::Paragraph), Event::Embed(embed)] => {
                embed.block = true;
                let n_events = self.page.events.len();
                self.page.events.remove(n_events - 2);
            }
            _ => self.push(Event::End(TagEnd::Paragraph)),
        }
    }
}

fn alignment(alignment: pulldown_cmark::Alignment) -> Alignment {
    match alignment {
        pulldown_cmark::Alignment::None => Alignment::None,
        pulldown_cmark::Alignment::Left => Alignment::Left,
        pulldown_cmark::Alignment::Center => Alignment::Center,
        pulldown_cmark::Alignment::Right => Alignment::Right,
    }
}

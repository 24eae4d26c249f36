//! Sets events: one pass, with a stack only of what an end has to know about its start.

use std::{fmt::Write as _, vec};

use super::{Galley, Gap};
use crate::{
    parse::markdown::{Alignment, Event, FootnoteReference, Link, LinkKind, Tag, TagEnd},
    render::markdown::escape,
};

/// Sets events.
pub fn set(events: Vec<Event<'_>>) -> Galley<'_> {
    let mut setter = Setter {
        html: String::with_capacity(events.len() * 16),
        events: events.into_iter(),
        gaps: Vec::new(),
        filled: 0,
        headings: Vec::new(),
        links: Vec::new(),
        tables: Vec::new(),
    };
    while let Some(event) = setter.events.next() {
        setter.event(event);
    }
    Galley { html: setter.html, gaps: setter.gaps }
}

pub(super) struct Setter<'a> {
    pub(super) events: vec::IntoIter<Event<'a>>,
    pub(super) html: String,
    pub(super) gaps: Vec<(usize, Gap<'a>)>,
    /// Where the text of the last gap ends.
    filled: usize,
    /// The ids of headings that are open, and whether they can be edited as sections.
    pub(super) headings: Vec<(Option<String>, bool)>,
    /// The gaps at which the links that are open begin.
    links: Vec<usize>,
    pub(super) tables: Vec<Table>,
}

/// A table that is open.
pub(super) struct Table {
    pub(super) alignments: Vec<Alignment>,
    pub(super) column: usize,
    pub(super) in_head: bool,
    /// Whether the cell that is open heads its column.
    pub(super) is_header: bool,
    pub(super) has_body: bool,
}

impl<'a> Setter<'a> {
    pub(super) fn event(&mut self, event: Event<'a>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(end) => self.end(end),
            Event::Text(text) => escape::push_text(&mut self.html, &text),
            Event::Code(code) => {
                self.html.push_str("<code");
                escape::push_attributes(&mut self.html, "", &code.attributes);
                self.html.push('>');
                escape::push_text(&mut self.html, &code.text);
                self.html.push_str("</code>");
            }
            Event::Html { html, .. } => {
                self.line();
                self.gap_with(&html, |n_bytes| Gap::Html { is_block: true, n_bytes });
            }
            Event::InlineHtml { html, .. } => {
                self.gap_with(&html, |n_bytes| Gap::Html { is_block: false, n_bytes });
            }
            Event::Math(formula) => self.gap_on_lines(formula.block, Gap::Math(formula)),
            Event::Embed(embed) => self.gap_on_lines(embed.block, Gap::Embed(embed)),
            Event::FootnoteReference(reference) => self.footnote_reference(&reference),
            Event::FootnoteBackLinks(ids) => self.gap(Gap::BackLinks(ids)),
            Event::SoftBreak => self.html.push('\n'),
            Event::HardBreak => self.html.push_str("<br />\n"),
            Event::Rule => self.block("<hr />\n"),
            Event::TaskMarker(done) => self.gap(Gap::Task(done)),
        }
    }

    pub(super) fn gap(&mut self, gap: Gap<'a>) {
        self.gaps.push((self.html.len(), gap));
        self.filled = self.html.len();
    }

    /// A gap with a text.
    pub(super) fn gap_with(&mut self, text: &str, gap: impl FnOnce(usize) -> Gap<'a>) {
        self.gap(gap(text.len()));
        self.html.push_str(text);
        self.filled = self.html.len();
    }

    fn gap_on_lines(&mut self, is_block: bool, gap: Gap<'a>) {
        if is_block {
            self.line();
        }
        self.gap(gap);
        if is_block {
            self.line();
        }
    }

    /// Ends the line unless nothing stands on it.
    pub(super) fn line(&mut self) {
        if self.html.len() > self.filled {
            if !self.html.ends_with('\n') {
                self.html.push('\n');
            }
        } else if !matches!(self.gaps.last(), None | Some((_, Gap::Line | Gap::Component))) {
            // How the gap ends is known when it's filled in.
            self.gap(Gap::Line);
        }
    }

    pub(super) fn block(&mut self, html: &str) {
        self.line();
        self.html.push_str(html);
    }

    fn start(&mut self, tag: Tag<'a>) {
        match tag {
            Tag::Paragraph => self.block("<p>"),
            Tag::Heading(heading) => self.start_heading(*heading),
            Tag::Quote => self.block("<blockquote>\n"),
            Tag::Alert(alert) => self.start_alert(*alert),
            Tag::AlertTitle => {}
            Tag::CodeBlock(fence) => self.code_block(fence),
            Tag::List(None) => self.block("<ul>\n"),
            Tag::List(Some(1)) => self.block("<ol>\n"),
            Tag::List(Some(start)) => {
                self.line();
                let _ = writeln!(self.html, "<ol start=\"{start}\">");
            }
            Tag::Item(None) => self.block("<li>"),
            Tag::Item(Some(_)) => self.block("<li class=\"task\">"),
            Tag::Table(alignments) => {
                self.tables.push(Table {
                    alignments,
                    column: 0,
                    in_head: false,
                    is_header: false,
                    has_body: false,
                });
                self.block("<div class=\"table\"><table>\n");
            }
            Tag::TableHead => self.start_row(true),
            Tag::TableRow => self.start_row(false),
            Tag::TableCell => self.start_cell(),
            Tag::DefinitionList => self.block("<dl>\n"),
            Tag::DefinitionTerm => self.block("<dt>"),
            Tag::Definition => self.block("<dd>"),
            Tag::Emphasis => self.html.push_str("<em>"),
            Tag::Strong => self.html.push_str("<strong>"),
            Tag::Strikethrough => self.html.push_str("<del>"),
            Tag::Superscript => self.html.push_str("<sup>"),
            Tag::Subscript => self.html.push_str("<sub>"),
            Tag::Mark => self.html.push_str("<mark>"),
            Tag::Link(link) => self.start_link(link),
            Tag::Image(image) => self.image(image),
            Tag::Component(_) => self.gap(Gap::Component),
            Tag::Footnotes => self.block("<section class=\"footnotes\" role=\"doc-endnotes\">\n<ol>\n"),
            Tag::Footnote(footnote) => {
                self.block("<li");
                escape::push_attribute(&mut self.html, "id", &footnote.id);
                self.html.push('>');
            }
        }
    }

    fn end(&mut self, end: TagEnd) {
        match end {
            TagEnd::Paragraph => self.html.push_str("</p>\n"),
            TagEnd::Heading(level) => self.end_heading(level),
            TagEnd::Quote => self.block("</blockquote>\n"),
            TagEnd::Alert { folds: true } => self.block("</details>\n"),
            TagEnd::Alert { folds: false } => self.block("</aside>\n"),
            TagEnd::List { ordered: false } => self.block("</ul>\n"),
            TagEnd::List { ordered: true } => self.block("</ol>\n"),
            TagEnd::Item | TagEnd::Footnote => self.html.push_str("</li>\n"),
            TagEnd::Table => self.end_table(),
            TagEnd::TableHead => self.html.push_str("</tr>\n</thead>\n"),
            TagEnd::TableRow => self.html.push_str("</tr>\n"),
            TagEnd::TableCell => self.end_cell(),
            TagEnd::DefinitionList => self.block("</dl>\n"),
            TagEnd::DefinitionTerm => self.html.push_str("</dt>\n"),
            TagEnd::Definition => self.html.push_str("</dd>\n"),
            TagEnd::Emphasis => self.html.push_str("</em>"),
            TagEnd::Strong => self.html.push_str("</strong>"),
            TagEnd::Strikethrough => self.html.push_str("</del>"),
            TagEnd::Superscript => self.html.push_str("</sup>"),
            TagEnd::Subscript => self.html.push_str("</sub>"),
            TagEnd::Mark => self.html.push_str("</mark>"),
            TagEnd::Link => self.end_link(),
            TagEnd::Component(call) => self.gap(Gap::ComponentEnd(call)),
            TagEnd::Footnotes => self.block("</ol>\n</section>\n"),
            // These are written whole at their start.
            TagEnd::AlertTitle | TagEnd::CodeBlock | TagEnd::Image => {}
        }
    }

    fn start_link(&mut self, link: Box<Link<'a>>) {
        self.links.push(self.gaps.len());
        self.gap(Gap::Link(link, None));
    }

    fn end_link(&mut self) {
        let end = self.gaps.len();
        if let Some((_, Gap::Link(link, ends))) = self.links.pop().and_then(|start| self.gaps.get_mut(start))
            && link.kind == (LinkKind::Wiki { piped: false })
        {
            *ends = Some(end);
        }
        self.gap(Gap::LinkEnd);
    }

    fn image(&mut self, image: Box<Link<'a>>) {
        let alt = self.alternative_text();
        self.gap_with(&alt, |n_bytes| Gap::Image(image, n_bytes));
    }

    /// The text of the events up to the end of the image, that end taken.
    fn alternative_text(&mut self) -> String {
        let mut alt = String::new();
        let mut n_images = 1;
        for event in self.events.by_ref() {
            match event {
                Event::Start(Tag::Image(_)) => n_images += 1,
                Event::End(TagEnd::Image) => {
                    n_images -= 1;
                    if n_images == 0 {
                        break;
                    }
                }
                Event::Text(text) => alt.push_str(&text),
                Event::Code(code) => alt.push_str(&code.text),
                Event::Math(formula) => alt.push_str(&formula.tex),
                Event::SoftBreak | Event::HardBreak => alt.push(' '),
                _ => {}
            }
        }
        alt
    }

    fn footnote_reference(&mut self, reference: &FootnoteReference) {
        self.html.push_str("<sup class=\"footnote-ref\"><a href=\"#");
        escape::push_address(&mut self.html, &reference.footnote_id);
        self.html.push('"');
        escape::push_attribute(&mut self.html, "id", &reference.id);
        let _ = write!(self.html, " role=\"doc-noteref\">{}</a></sup>", reference.number);
    }
}

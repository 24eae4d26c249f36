//! The writer: one pass over the events, with a stack only of what an end has to know about its start.
//!
//! A component's body is written into a string of its own, which its hook gets. Code blocks and images are collected
//! first, because their hooks want all of their text.

mod block;
mod link;

use std::fmt::Write as _;

use crate::{
    parse::{
        expand::ComponentCall,
        markdown::{Alignment, Event, Heading, Tag, TagEnd},
    },
    render::markdown::{HtmlOptions, escape, hooks::Hooks},
};

/// Writes events as HTML.
pub(super) fn write(
    events: &[Event<'_>],
    calls: &[ComponentCall],
    options: &HtmlOptions,
    hooks: &mut dyn Hooks,
) -> String {
    let mut writer = Writer {
        events,
        next: 0,
        calls,
        options,
        hooks,
        out: String::with_capacity(events.len() * 16),
        outer: Vec::new(),
        headings: Vec::new(),
        links: Vec::new(),
        tables: Vec::new(),
    };
    while let Some(event) = writer.take() {
        writer.event(event);
    }
    writer.out
}

struct Writer<'d, 'a, 'o> {
    events: &'d [Event<'a>],
    next: usize,
    calls: &'d [ComponentCall],
    options: &'o HtmlOptions,
    hooks: &'o mut dyn Hooks,
    out: String,
    /// What was written before the components that are open.
    outer: Vec<String>,
    headings: Vec<&'d Heading>,
    /// Whether the links that are open have an end to write.
    links: Vec<bool>,
    tables: Vec<Table<'d>>,
}

/// A table that is open.
struct Table<'d> {
    alignments: &'d [Alignment],
    column: usize,
    in_head: bool,
    /// Whether the cell that is open heads its column.
    is_header: bool,
    has_body: bool,
}

impl<'d, 'a> Writer<'d, 'a, '_> {
    fn take(&mut self) -> Option<&'d Event<'a>> {
        let event = self.events.get(self.next)?;
        self.next += 1;
        Some(event)
    }

    fn event(&mut self, event: &'d Event<'a>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(end) => self.end(*end),
            Event::Text(text) => escape::push_text(&mut self.out, text),
            Event::Code(code) => {
                self.out.push_str("<code");
                escape::push_attributes(&mut self.out, "", &code.attributes);
                self.out.push('>');
                escape::push_text(&mut self.out, &code.text);
                self.out.push_str("</code>");
            }
            Event::Html { html, .. } => {
                self.line();
                self.html(html, true);
            }
            Event::InlineHtml { html, .. } => self.html(html, false),
            Event::Math(formula) => {
                if formula.block {
                    self.line();
                }
                let html = self.hooks.math(formula);
                self.out.push_str(&html);
                if formula.block {
                    self.line();
                }
            }
            Event::Embed(embed) => {
                if embed.block {
                    self.line();
                }
                let html = self.hooks.embed(embed);
                self.out.push_str(&html);
                if embed.block {
                    self.line();
                }
            }
            Event::FootnoteReference(reference) => self.footnote_reference(reference),
            Event::FootnoteBackLinks(ids) => self.back_links(ids),
            Event::SoftBreak => self.out.push('\n'),
            Event::HardBreak => self.out.push_str("<br />\n"),
            Event::Rule => self.block("<hr />\n"),
            Event::TaskMarker(done) => {
                let checked = if *done { " checked=\"\"" } else { "" };
                let _ = write!(self.out, "<input type=\"checkbox\" disabled=\"\"{checked}");
                let name = &self.options.labels.tasks[usize::from(*done)];
                escape::push_attribute(&mut self.out, "aria-label", name);
                self.out.push_str(" /> ");
            }
        }
    }

    /// Ends the line unless nothing stands on it.
    fn line(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
    }

    fn block(&mut self, html: &str) {
        self.line();
        self.out.push_str(html);
    }

    fn start(&mut self, tag: &'d Tag<'a>) {
        match tag {
            Tag::Paragraph => self.block("<p>"),
            Tag::Heading(heading) => self.start_heading(heading),
            Tag::Quote => self.block("<blockquote>\n"),
            Tag::Alert(alert) => self.start_alert(alert),
            Tag::AlertTitle => {}
            Tag::CodeBlock(fence) => self.code_block(fence),
            Tag::List(None) => self.block("<ul>\n"),
            Tag::List(Some(1)) => self.block("<ol>\n"),
            Tag::List(Some(start)) => {
                self.line();
                let _ = writeln!(self.out, "<ol start=\"{start}\">");
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
            Tag::Emphasis => self.out.push_str("<em>"),
            Tag::Strong => self.out.push_str("<strong>"),
            Tag::Strikethrough => self.out.push_str("<del>"),
            Tag::Superscript => self.out.push_str("<sup>"),
            Tag::Subscript => self.out.push_str("<sub>"),
            Tag::Mark => self.out.push_str("<mark>"),
            Tag::Link(link) => self.start_link(link),
            Tag::Image(image) => self.image(image),
            Tag::Component(_) => {
                let outer = std::mem::take(&mut self.out);
                self.outer.push(outer);
            }
            Tag::Footnotes => self.block("<section class=\"footnotes\" role=\"doc-endnotes\">\n<ol>\n"),
            Tag::Footnote(footnote) => {
                self.block("<li");
                escape::push_attribute(&mut self.out, "id", &footnote.id);
                self.out.push('>');
            }
        }
    }

    fn end(&mut self, end: TagEnd) {
        match end {
            TagEnd::Paragraph => self.out.push_str("</p>\n"),
            TagEnd::Heading(level) => self.end_heading(level),
            TagEnd::Quote => self.block("</blockquote>\n"),
            TagEnd::Alert { folds: true } => self.block("</details>\n"),
            TagEnd::Alert { folds: false } => self.block("</aside>\n"),
            TagEnd::List { ordered: false } => self.block("</ul>\n"),
            TagEnd::List { ordered: true } => self.block("</ol>\n"),
            TagEnd::Item | TagEnd::Footnote => self.out.push_str("</li>\n"),
            TagEnd::Table => self.end_table(),
            TagEnd::TableHead => self.out.push_str("</tr>\n</thead>\n"),
            TagEnd::TableRow => self.out.push_str("</tr>\n"),
            TagEnd::TableCell => self.end_cell(),
            TagEnd::DefinitionList => self.block("</dl>\n"),
            TagEnd::DefinitionTerm => self.out.push_str("</dt>\n"),
            TagEnd::Definition => self.out.push_str("</dd>\n"),
            TagEnd::Emphasis => self.out.push_str("</em>"),
            TagEnd::Strong => self.out.push_str("</strong>"),
            TagEnd::Strikethrough => self.out.push_str("</del>"),
            TagEnd::Superscript => self.out.push_str("</sup>"),
            TagEnd::Subscript => self.out.push_str("</sub>"),
            TagEnd::Mark => self.out.push_str("</mark>"),
            TagEnd::Link => {
                if self.links.pop() == Some(true) {
                    self.out.push_str("</a>");
                }
            }
            TagEnd::Component(call) => self.end_component(call),
            TagEnd::Footnotes => self.block("</ol>\n</section>\n"),
            // These are written whole at their start.
            TagEnd::AlertTitle | TagEnd::CodeBlock | TagEnd::Image => {}
        }
    }

    fn html(&mut self, html: &str, block: bool) {
        if self.options.plain {
            return push_html(&mut self.out, html);
        }
        if !self.options.trusted {
            if block {
                self.out.push_str("<p>");
            }
            escape::push_text(&mut self.out, html.trim_end_matches('\n'));
            if block {
                self.out.push_str("</p>\n");
            }
            return;
        }
        match self.hooks.html(html) {
            Some(html) => self.out.push_str(&html),
            None => push_html(&mut self.out, html),
        }
    }

    fn end_component(&mut self, call: usize) {
        let Some(outer) = self.outer.pop() else { return };
        let body = std::mem::replace(&mut self.out, outer);
        let Some(call) = self.calls.get(call) else { return };
        if call.block {
            self.line();
        }
        let html = self.hooks.component(call, body);
        self.out.push_str(&html);
        if call.block {
            self.line();
        }
    }
}

/// Raw HTML as it is, but for NUL, which CommonMark replaces everywhere.
fn push_html(out: &mut String, html: &str) {
    match html.contains('\0') {
        true => out.push_str(&html.replace('\0', "\u{FFFD}")),
        false => out.push_str(html),
    }
}

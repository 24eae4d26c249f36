//! Links, images and the links between a text and its footnotes.

use std::fmt::Write as _;

use super::Writer;
use crate::{
    parse::markdown::{Event, FootnoteReference, Link, LinkKind, Tag, TagEnd},
    render::markdown::{escape, hooks::LinkHtml},
};

impl<'d, 'a> Writer<'d, 'a, '_> {
    pub(super) fn start_link(&mut self, link: &'d Link<'a>) {
        let mut html = if self.options.plain { LinkHtml::of(link) } else { self.hooks.link(link) };
        let href = html.href.take();
        let Some(href) = href.filter(|href| self.options.trusted || !escape::is_script(href)) else {
            self.links.push(false);
            return self.link_text(html.text, link);
        };
        self.links.push(true);
        self.out.push_str("<a href=\"");
        escape::push_address(&mut self.out, &href);
        self.out.push('"');
        if let Some(title) = &html.title {
            escape::push_attribute(&mut self.out, "title", title);
        }
        escape::push_attributes(&mut self.out, &html.class, &link.attributes);
        for (name, value) in &html.attributes {
            escape::push_attribute(&mut self.out, name, value);
        }
        self.out.push('>');
        self.link_text(html.text, link);
    }

    /// Writes the text that a hook gave to a wiki link, in place of its target.
    pub(super) fn link_text(&mut self, text: Option<String>, link: &Link<'_>) {
        if let Some(text) = text.filter(|_| link.kind == LinkKind::Wiki { piped: false }) {
            escape::push_text(&mut self.out, &text);
            while self.events.get(self.next).is_some_and(|event| *event != Event::End(TagEnd::Link)) {
                self.next += 1;
            }
        }
    }

    pub(super) fn image(&mut self, image: &'d Link<'a>) {
        let alt = self.alternative_text();
        if !self.options.plain {
            let html = self.hooks.image(image, &alt);
            return self.out.push_str(&html);
        }
        self.out.push_str("<img src=\"");
        escape::push_address(&mut self.out, &image.target);
        self.out.push_str("\" alt=\"");
        escape::push_text(&mut self.out, &alt);
        self.out.push('"');
        if !image.title.is_empty() {
            escape::push_attribute(&mut self.out, "title", &image.title);
        }
        self.out.push_str(" />");
    }

    /// The text of the events up to the end of the image, that end taken.
    pub(super) fn alternative_text(&mut self) -> String {
        let mut alt = String::new();
        let mut n_images = 1;
        while let Some(event) = self.take() {
            match event {
                Event::Start(Tag::Image(_)) => n_images += 1,
                Event::End(TagEnd::Image) => {
                    n_images -= 1;
                    if n_images == 0 {
                        break;
                    }
                }
                Event::Text(text) => alt.push_str(text),
                Event::Code(code) => alt.push_str(&code.text),
                Event::Math(formula) => alt.push_str(&formula.tex),
                Event::SoftBreak | Event::HardBreak => alt.push(' '),
                _ => {}
            }
        }
        alt
    }

    pub(super) fn footnote_reference(&mut self, reference: &FootnoteReference) {
        self.out.push_str("<sup class=\"footnote-ref\"><a href=\"#");
        escape::push_address(&mut self.out, &reference.footnote_id);
        self.out.push('"');
        escape::push_attribute(&mut self.out, "id", &reference.id);
        let _ = write!(self.out, " role=\"doc-noteref\">{}</a></sup>", reference.number);
    }

    pub(super) fn back_links(&mut self, ids: &[String]) {
        for (index, id) in ids.iter().enumerate() {
            self.out.push_str(" <a class=\"footnote-back\" href=\"#");
            escape::push_address(&mut self.out, id);
            self.out.push('"');
            escape::push_attribute(&mut self.out, "aria-label", &self.options.labels.back);
            self.out.push_str(" role=\"doc-backlink\">↩");
            if index > 0 {
                let _ = write!(self.out, "<sup>{}</sup>", index + 1);
            }
            self.out.push_str("</a>");
        }
    }
}

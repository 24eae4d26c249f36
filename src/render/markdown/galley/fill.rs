//! Fills the gaps of a galley.
//!
//! A component's body is written into a string of its own, which its hook gets.

use std::fmt::Write as _;

use super::{Galley, Gap};
use crate::{
    base::url::encode_value,
    parse::{
        expand::ComponentCall,
        markdown::{Fence, Link},
    },
    render::markdown::{HtmlOptions, code, escape, hooks::Hooks, hooks::LinkHtml},
};

/// Writes a galley as HTML.
pub fn fill(
    galley: &Galley<'_>,
    calls: &[ComponentCall],
    options: &HtmlOptions,
    hooks: &mut dyn Hooks,
) -> String {
    let n_bytes = galley.html.len() + galley.gaps.len() * 64;
    let out = String::with_capacity(n_bytes);
    let mut filler = Filler { galley, calls, options, hooks, out, outer: Vec::new(), links: Vec::new() };
    filler.fill();
    filler.out
}

struct Filler<'g, 'o> {
    galley: &'g Galley<'g>,
    calls: &'g [ComponentCall],
    options: &'o HtmlOptions,
    hooks: &'o mut dyn Hooks,
    out: String,
    /// What was written before the components that are open.
    outer: Vec<String>,
    /// Whether the links that are open have an end to write.
    links: Vec<bool>,
}

impl<'g> Filler<'g, '_> {
    fn fill(&mut self) {
        let galley = self.galley;
        // How far the HTML is written, and the gap that is next.
        let (mut written, mut next) = (0, 0);
        while let Some((at, gap)) = galley.gaps.get(next) {
            self.out.push_str(&galley.html[written..*at]);
            (written, next) = (*at, next + 1);
            match gap {
                Gap::Link(link, end) => {
                    let text = self.start_link(link);
                    // The text that a hook gave to a wiki link stands in place of its own.
                    if let Some((text, end)) = text.zip(*end) {
                        escape::push_text(&mut self.out, &text);
                        (written, next) = (galley.gaps[end].0, end);
                    }
                }
                _ => written += self.gap(gap, &galley.html[*at..]),
            }
        }
        self.out.push_str(&galley.html[written..]);
    }

    /// Fills a gap; `rest` begins with its text. Returns how many bytes that has.
    fn gap(&mut self, gap: &'g Gap<'g>, rest: &str) -> usize {
        match gap {
            Gap::Line => self.line(),
            Gap::HeadingLinks { id, is_section } => self.heading_links(id, *is_section),
            Gap::AlertTitle(kind) => {
                let known = self.options.labels.alerts.iter().find(|(known, _)| known == kind);
                let name = known.map_or_else(|| capitalized(kind), |(_, name)| name.clone());
                escape::push_text(&mut self.out, &name);
            }
            Gap::Code(fence, n_bytes) => {
                self.code_block(fence, &rest[..*n_bytes]);
                return *n_bytes;
            }
            // Whoever fills the gaps begins it.
            Gap::Link(..) => {}
            Gap::LinkEnd => {
                if self.links.pop() == Some(true) {
                    self.out.push_str("</a>");
                }
            }
            Gap::Image(image, n_bytes) => {
                self.image(image, &rest[..*n_bytes]);
                return *n_bytes;
            }
            Gap::Html { is_block, n_bytes } => {
                self.html(&rest[..*n_bytes], *is_block);
                return *n_bytes;
            }
            Gap::Math(formula) => {
                let html = self.hooks.math(formula);
                self.out.push_str(&html);
            }
            Gap::Embed(embed) => {
                let html = self.hooks.embed(embed);
                self.out.push_str(&html);
            }
            Gap::BackLinks(ids) => self.back_links(ids),
            Gap::Task(done) => {
                let checked = if *done { " checked=\"\"" } else { "" };
                let _ = write!(self.out, "<input type=\"checkbox\" disabled=\"\"{checked}");
                let name = &self.options.labels.tasks[usize::from(*done)];
                escape::push_attribute(&mut self.out, "aria-label", name);
                self.out.push_str(" /> ");
            }
            Gap::Component => {
                let outer = std::mem::take(&mut self.out);
                self.outer.push(outer);
            }
            Gap::ComponentEnd(call) => self.end_component(*call),
        }
        0
    }

    /// Ends the line unless nothing stands on it.
    fn line(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
    }

    fn heading_links(&mut self, id: &str, is_section: bool) {
        if self.options.heading_anchors && !self.options.plain {
            self.out.push_str("<a class=\"anchor\" href=\"#");
            escape::push_address(&mut self.out, id);
            self.out.push('"');
            escape::push_attribute(&mut self.out, "aria-label", &self.options.labels.anchor);
            self.out.push_str("></a>");
        }
        if let Some(url) = self.options.edit_url.as_ref().filter(|_| is_section) {
            self.out.push_str("<a class=\"edit-section\"");
            escape::push_attribute(&mut self.out, "href", &format!("{url}?section={}", encode_value(id)));
            escape::push_attribute(&mut self.out, "aria-label", &self.options.labels.edit);
            self.out.push_str("></a>");
        }
    }

    fn code_block(&mut self, fence: &Fence, text: &str) {
        if self.options.plain {
            code::push_code_start(&mut self.out, fence.info.split_whitespace().next());
            escape::push_text(&mut self.out, text);
            return self.out.push_str("</code></pre>\n");
        }
        let html = self.hooks.code_block(fence, text);
        self.out.push_str(&html);
    }

    /// Begins a link; returns the text that it is to have in place of its own.
    fn start_link(&mut self, link: &Link<'_>) -> Option<String> {
        let mut html = if self.options.plain { LinkHtml::of(link) } else { self.hooks.link(link) };
        let href = html.href.take();
        let href = href.filter(|href| self.options.trusted || !escape::is_script(href));
        self.links.push(href.is_some());
        let Some(href) = href else { return html.text };
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
        html.text
    }

    fn image(&mut self, image: &Link<'_>, alt: &str) {
        if !self.options.plain {
            let html = self.hooks.image(image, alt);
            return self.out.push_str(&html);
        }
        self.out.push_str("<img src=\"");
        escape::push_address(&mut self.out, &image.target);
        self.out.push_str("\" alt=\"");
        escape::push_text(&mut self.out, alt);
        self.out.push('"');
        if !image.title.is_empty() {
            escape::push_attribute(&mut self.out, "title", &image.title);
        }
        self.out.push_str(" />");
    }

    fn back_links(&mut self, ids: &[String]) {
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

    fn html(&mut self, html: &str, is_block: bool) {
        if self.options.plain {
            return push_html(&mut self.out, html);
        }
        if !self.options.trusted {
            if is_block {
                self.out.push_str("<p>");
            }
            escape::push_text(&mut self.out, html.trim_end_matches('\n'));
            if is_block {
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

fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}

/// Raw HTML as it is, but for NUL, which CommonMark replaces everywhere.
fn push_html(out: &mut String, html: &str) {
    match html.contains('\0') {
        true => out.push_str(&html.replace('\0', "\u{FFFD}")),
        false => out.push_str(html),
    }
}

//! Headings, alerts, code blocks and tables.

use std::fmt::Write as _;

use super::Writer;
use crate::{
    base::url::encode_value,
    parse::markdown::{Alert, Alignment, Event, Fence, Fold, Heading, TagEnd},
    render::markdown::{code, escape},
};

impl<'d> Writer<'d, '_, '_> {
    pub(super) fn start_heading(&mut self, heading: &'d Heading) {
        self.line();
        let _ = write!(self.out, "<h{}", heading.level);
        if let Some(id) = &heading.id {
            escape::push_attribute(&mut self.out, "id", id);
        }
        let mut attributes = heading.attributes.clone();
        attributes.id = None;
        escape::push_attributes(&mut self.out, "", &attributes);
        self.out.push('>');
        self.headings.push(heading);
    }

    pub(super) fn end_heading(&mut self, level: u8) {
        let heading = self.headings.pop();
        let id = heading.and_then(|heading| heading.id.as_ref());
        if let Some(id) = id.filter(|_| self.options.heading_anchors && !self.options.plain) {
            self.out.push_str("<a class=\"anchor\" href=\"#");
            escape::push_address(&mut self.out, id);
            self.out.push('"');
            escape::push_attribute(&mut self.out, "aria-label", &self.options.labels.anchor);
            self.out.push_str("></a>");
        }
        // The first heading is that of the page, and what is included is edited where it comes from.
        let is_section = level > 1 && heading.is_some_and(|heading| heading.at.file == 0);
        if let (Some(id), Some(url), true) = (id, &self.options.edit_url, is_section) {
            self.out.push_str("<a class=\"edit-section\"");
            escape::push_attribute(&mut self.out, "href", &format!("{url}?section={}", encode_value(id)));
            escape::push_attribute(&mut self.out, "aria-label", &self.options.labels.edit);
            self.out.push_str("></a>");
        }
        let _ = writeln!(self.out, "</h{level}>");
    }

    /// Starts an alert and writes its title, which is its kind's name when it has none of its own.
    pub(super) fn start_alert(&mut self, alert: &'d Alert) {
        let (element, title, open) = match alert.fold {
            None => ("aside", "p", ""),
            Some(Fold::Open) => ("details", "summary", " open=\"\""),
            Some(Fold::Closed) => ("details", "summary", ""),
        };
        self.line();
        let kind = &alert.kind;
        let _ = write!(
            self.out,
            "<{element} class=\"alert alert-{kind}\"{open}>\n<{title} class=\"alert-title\">"
        );
        if alert.titled {
            while let Some(event) = self.take() {
                self.event(event);
                if *event == Event::End(TagEnd::AlertTitle) {
                    break;
                }
            }
        } else {
            let known = self.options.labels.alerts.iter().find(|(known, _)| known == kind);
            let name = known.map_or_else(|| capitalized(kind), |(_, name)| name.clone());
            escape::push_text(&mut self.out, &name);
        }
        let _ = writeln!(self.out, "</{title}>");
    }

    pub(super) fn code_block(&mut self, fence: &Fence) {
        self.line();
        let mut text = "";
        while let Some(event) = self.take() {
            match event {
                Event::Text(code) => text = code,
                _ => break,
            }
        }
        if self.options.plain {
            code::push_code_start(&mut self.out, fence.info.split_whitespace().next());
            escape::push_text(&mut self.out, text);
            return self.out.push_str("</code></pre>\n");
        }
        let html = self.hooks.code_block(fence, text);
        self.out.push_str(&html);
        self.line();
    }

    pub(super) fn start_row(&mut self, in_head: bool) {
        let Some(table) = self.tables.last_mut() else { return };
        let begins_body = !in_head && !table.has_body;
        (table.column, table.in_head) = (0, in_head);
        table.has_body |= begins_body;
        self.out.push_str(match (in_head, begins_body) {
            (true, _) => "<thead>\n<tr>\n",
            (false, true) => "<tbody>\n<tr>\n",
            (false, false) => "<tr>\n",
        });
    }

    /// Starts a cell. One of the head that has no words heads nothing, and is no header then.
    pub(super) fn start_cell(&mut self) {
        let Some(table) = self.tables.last_mut() else { return };
        let is_empty = matches!(self.events.get(self.next), Some(Event::End(TagEnd::TableCell)));
        table.is_header = table.in_head && !is_empty;
        self.out.push_str(if table.is_header { "<th" } else { "<td" });
        // The attribute `align` is no longer HTML, and some sites forbid styles in pages.
        self.out.push_str(match table.alignments.get(table.column) {
            Some(Alignment::Left) => " class=\"align-left\">",
            Some(Alignment::Center) => " class=\"align-center\">",
            Some(Alignment::Right) => " class=\"align-right\">",
            Some(Alignment::None) | None => ">",
        });
    }

    pub(super) fn end_cell(&mut self) {
        let Some(table) = self.tables.last_mut() else { return };
        table.column += 1;
        self.out.push_str(if table.is_header { "</th>\n" } else { "</td>\n" });
    }

    pub(super) fn end_table(&mut self) {
        if self.tables.pop().is_some_and(|table| table.has_body) {
            self.out.push_str("</tbody>\n");
        }
        self.out.push_str("</table></div>\n");
    }
}

fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}

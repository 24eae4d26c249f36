//! Headings, alerts, code blocks and tables.

use std::fmt::Write as _;

use super::{Gap, set::Setter};
use crate::{
    parse::markdown::{Alert, Alignment, Event, Fence, Fold, Heading, TagEnd},
    render::markdown::escape,
};

impl<'a> Setter<'a> {
    pub(super) fn start_heading(&mut self, heading: Heading) {
        self.line();
        let _ = write!(self.html, "<h{}", heading.level);
        if let Some(id) = &heading.id {
            escape::push_attribute(&mut self.html, "id", id);
        }
        let mut attributes = heading.attributes;
        attributes.id = None;
        escape::push_attributes(&mut self.html, "", &attributes);
        self.html.push('>');
        // The first heading is that of the page, and what is included is edited where it comes from.
        self.headings.push((heading.id, heading.level > 1 && heading.at.file == 0));
    }

    pub(super) fn end_heading(&mut self, level: u8) {
        if let Some((Some(id), is_section)) = self.headings.pop() {
            self.gap(Gap::HeadingLinks { id, is_section });
        }
        let _ = writeln!(self.html, "</h{level}>");
    }

    /// Starts an alert and writes its title, which is its kind's name when it has none of its own.
    pub(super) fn start_alert(&mut self, alert: Alert) {
        let (element, title, open) = match alert.fold {
            None => ("aside", "p", ""),
            Some(Fold::Open) => ("details", "summary", " open=\"\""),
            Some(Fold::Closed) => ("details", "summary", ""),
        };
        self.line();
        let kind = &alert.kind;
        let _ = write!(
            self.html,
            "<{element} class=\"alert alert-{kind}\"{open}>\n<{title} class=\"alert-title\">"
        );
        if alert.titled {
            while let Some(event) = self.events.next() {
                let is_end = event == Event::End(TagEnd::AlertTitle);
                self.event(event);
                if is_end {
                    break;
                }
            }
        } else {
            self.gap(Gap::AlertTitle(alert.kind));
        }
        let _ = writeln!(self.html, "</{title}>");
    }

    pub(super) fn code_block(&mut self, fence: Box<Fence>) {
        self.line();
        let mut code = "".into();
        for event in self.events.by_ref() {
            match event {
                Event::Text(text) => code = text,
                _ => break,
            }
        }
        self.gap_with(&code, |n_bytes| Gap::Code(fence, n_bytes));
        self.line();
    }

    pub(super) fn start_row(&mut self, in_head: bool) {
        let Some(table) = self.tables.last_mut() else { return };
        let begins_body = !in_head && !table.has_body;
        (table.column, table.in_head) = (0, in_head);
        table.has_body |= begins_body;
        self.html.push_str(match (in_head, begins_body) {
            (true, _) => "<thead>\n<tr>\n",
            (false, true) => "<tbody>\n<tr>\n",
            (false, false) => "<tr>\n",
        });
    }

    /// Starts a cell. One of the head that has no words heads nothing, and is no header then.
    pub(super) fn start_cell(&mut self) {
        let Some(table) = self.tables.last_mut() else { return };
        let is_empty = matches!(self.events.as_slice().first(), Some(Event::End(TagEnd::TableCell)));
        table.is_header = table.in_head && !is_empty;
        self.html.push_str(if table.is_header { "<th" } else { "<td" });
        // The attribute `align` is no longer HTML, and some sites forbid styles in pages.
        self.html.push_str(match table.alignments.get(table.column) {
            Some(Alignment::Left) => " class=\"align-left\">",
            Some(Alignment::Center) => " class=\"align-center\">",
            Some(Alignment::Right) => " class=\"align-right\">",
            Some(Alignment::None) | None => ">",
        });
    }

    pub(super) fn end_cell(&mut self) {
        let Some(table) = self.tables.last_mut() else { return };
        table.column += 1;
        self.html.push_str(if table.is_header { "</th>\n" } else { "</td>\n" });
    }

    pub(super) fn end_table(&mut self) {
        if self.tables.pop().is_some_and(|table| table.has_body) {
            self.html.push_str("</tbody>\n");
        }
        self.html.push_str("</table></div>\n");
    }
}

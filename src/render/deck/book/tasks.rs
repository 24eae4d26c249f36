//! [`tick`]: the things to do in `.lab[...]` of a slide get boxes to tick.

use crate::render::{deck::label::first_line, markdown::escape};

/// The classes of blocks whose lists are things to do.
const LABS: [&str; 2] = ["lab", "exercise"];

/// The HTML of a slide with a box before each item of the outermost lists in labs; `id` is the slide's.
pub(super) fn tick(html: &str, id: &str) -> String {
    if !LABS.iter().any(|lab| html.contains(lab)) {
        return html.to_owned();
    }
    let mut out = String::with_capacity(html.len() + 200);
    let mut place = Place::default();
    let mut n_tasks = 0;
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let end = rest[at..].find('>').map_or(rest.len(), |end| at + end + 1);
        let tag = &rest[at..end];
        let after = &rest[end..];
        out.push_str(&rest[..at]);
        if place.is_task(tag) && !after.trim_start().starts_with("<input") {
            n_tasks += 1;
            out.push_str("<li class=\"task\"");
            out.push_str(&tag["<li".len()..]);
            out.push_str("<input type=\"checkbox\"");
            escape::push_attribute(&mut out, "id", &format!("{id}--task-{n_tasks}"));
            escape::push_attribute(&mut out, "aria-label", &first_line(after));
            out.push('>');
        } else {
            out.push_str(tag);
        }
        place.pass(tag);
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Where a tag stands: how deep in a lab, and in lists there.
#[derive(Default)]
struct Place {
    /// How many `<div>` are open since that of the lab; 0 outside of labs.
    n_boxes: usize,
    n_lists: usize,
}

impl Place {
    fn is_task(&self, tag: &str) -> bool {
        self.n_boxes > 0 && self.n_lists == 1 && (tag == "<li>" || tag.starts_with("<li "))
    }

    fn pass(&mut self, tag: &str) {
        let name = tag.trim_start_matches(['<', '/']);
        let name = name.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        let is_end = tag.starts_with("</");
        match name {
            "div" if self.n_boxes > 0 => step(&mut self.n_boxes, is_end),
            "div" if !is_end && is_lab(tag) => (self.n_boxes, self.n_lists) = (1, 0),
            "ul" | "ol" if self.n_boxes > 0 => step(&mut self.n_lists, is_end),
            _ => {}
        }
    }
}

fn step(count: &mut usize, is_end: bool) {
    *count = if is_end { count.saturating_sub(1) } else { *count + 1 };
}

fn is_lab(tag: &str) -> bool {
    let classes = tag.split_once("class=\"").and_then(|(_, rest)| rest.split_once('"'));
    classes.is_some_and(|(classes, _)| classes.split_whitespace().any(|class| LABS.contains(&class)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, expected: &str) {
        assert_eq!(tick(html, "s"), expected);
    }

    #[test]
    fn things_to_do_have_a_box() {
        check(
            "<ul><li>no</li></ul><div class=\"lab\">\n<ul>\n<li>Run <code>a &lt; b</code>:\n<pre>x</pre><ul><li>inner</li></ul></li>\n<li data-step=\"1\"><p>Look</p><p>more</p></li></ul><div><p>x</p></div></div><ul><li>no</li></ul>",
            "<ul><li>no</li></ul><div class=\"lab\">\n<ul>\n<li class=\"task\"><input type=\"checkbox\" id=\"s--task-1\" aria-label=\"Run a &lt; b:\">Run <code>a &lt; b</code>:\n<pre>x</pre><ul><li>inner</li></ul></li>\n<li class=\"task\" data-step=\"1\"><input type=\"checkbox\" id=\"s--task-2\" aria-label=\"Look\"><p>Look</p><p>more</p></li></ul><div><p>x</p></div></div><ul><li>no</li></ul>",
        );
    }

    #[test]
    fn other_slides_stay_as_they_are() {
        check("<p>a label < b</p>", "<p>a label < b</p>");
        check(
            "<div class=\"labels\"><ul><li>a</li></ul></div>",
            "<div class=\"labels\"><ul><li>a</li></ul></div>",
        );
        check(
            "<div class=\"a lab\"><ul><li><input type=\"checkbox\">a",
            "<div class=\"a lab\"><ul><li><input type=\"checkbox\">a",
        );
    }
}

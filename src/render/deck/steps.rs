//! [`mark`]: says of the blocks of a slide at which step they appear.

use crate::parse::markdown::{Event, Tag};

/// The characters around the number of a step in the HTML, until the tag before them has it.
pub(super) const MARK: (char, char) = ('\u{E010}', '\u{E011}');

/// What has to be written at the end of an element.
#[derive(Clone, Copy)]
enum Open {
    Plain,
    Wrapped,
    Item,
}

/// The events of a slide with marks at those blocks that appear at a later step than what is around them. `starts` says
/// where blocks begin, `steps` where steps do.
pub(super) fn mark<'a>(events: Vec<Event<'a>>, starts: &[(usize, usize)], steps: &[usize]) -> Vec<Event<'a>> {
    if steps.is_empty() {
        return events;
    }
    let mut marked = Vec::with_capacity(events.len() + steps.len() * 2);
    let mut starts = starts.iter().peekable();
    let mut open: Vec<(Open, usize)> = Vec::new();
    for (index, event) in events.into_iter().enumerate() {
        let outer = open.last().map_or(0, |(_, step)| *step);
        let step = match starts.next_if(|(at, _)| *at == index) {
            Some((_, offset)) => steps.partition_point(|step| step <= offset).max(outer),
            None => outer,
        };
        let is_later = step > outer && can_wait(&event);
        let step = if is_later { step } else { outer };
        match event {
            Event::Start(Tag::Item(task)) => {
                marked.push(Event::Start(Tag::Item(task)));
                if is_later {
                    marked.push(raw(format!("{}{step}{}", MARK.0, MARK.1)));
                }
                open.push((Open::Item, step));
            }
            Event::Start(tag) => {
                if is_later {
                    marked.push(raw(format!("<div data-step=\"{step}\">\n")));
                }
                marked.push(Event::Start(tag));
                open.push((if is_later { Open::Wrapped } else { Open::Plain }, step));
            }
            Event::End(end) => {
                marked.push(Event::End(end));
                if let Some((Open::Wrapped, _)) = open.pop() {
                    marked.push(raw("</div>\n".to_owned()));
                }
            }
            event if is_later => {
                marked.extend([
                    raw(format!("<div data-step=\"{step}\">\n")),
                    event,
                    raw("</div>\n".to_owned()),
                ]);
            }
            event => marked.push(event),
        }
    }
    marked
}

fn raw(html: String) -> Event<'static> {
    Event::InlineHtml { html: html.into(), at: Default::default() }
}

/// Whether an element can be in a box of its own.
fn can_wait(event: &Event<'_>) -> bool {
    match event {
        Event::Start(tag) => {
            !matches!(tag, Tag::TableHead | Tag::TableRow | Tag::TableCell | Tag::AlertTitle)
        }
        Event::Html { .. } | Event::Rule => true,
        _ => false,
    }
}

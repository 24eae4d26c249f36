//! [`mark`]: says of the blocks of a slide at which step they appear. [`count_lines`]: gives code that is shown by lines its
//! own steps between them.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

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

const STEP: &str = " data-step=\"";
const LINES: &str = " data-line-steps=\"";

/// The steps of a slide besides those of its text: of code that is shown by lines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LineSteps {
    /// How many come before each step of the text: those of the lines in the steps before it. All of them before later ones.
    before: Vec<usize>,
    /// How many there are.
    pub(super) n: usize,
}

impl LineSteps {
    /// The number that a step of the text has among all of them.
    fn number(&self, step: usize) -> usize {
        step + self.before.get(step).copied().unwrap_or(self.n)
    }

    /// The numbers of a step of the text and of the lines in it.
    pub(super) fn numbers(&self, step: usize) -> RangeInclusive<usize> {
        self.number(step)..=self.number(step + 1) - 1
    }
}

/// The HTML of a slide in which each group of lines but the first is a step of its own, behind that in which the code
/// appears; and which steps these are.
pub(super) fn count_lines(html: String) -> (String, LineSteps) {
    if !html.contains(LINES) {
        return (html, LineSteps::default());
    }
    let mut before = vec![0];
    let mut n_added = 0;
    for (name, value, _) in numbers(&html) {
        if name == LINES {
            n_added += value.split('|').count() - 1;
        } else if let Ok(step) = value.parse::<usize>()
            && step >= before.len()
        {
            before.resize(step + 1, n_added);
        }
    }
    let lines = LineSteps { before, n: n_added };
    let mut out = String::with_capacity(html.len() + 64);
    let (mut copied, mut step, mut n_here) = (0, 0, 0);
    for (name, value, start) in numbers(&html) {
        let end = start + value.len();
        out.push_str(&html[copied..start]);
        if name == LINES {
            out.push_str(value);
            let from = lines.number(step) + n_here;
            out.push_str(&format!("\" data-from-step=\"{from}"));
            n_here += value.split('|').count() - 1;
        } else {
            let found = value.parse::<usize>().unwrap_or(0);
            if found > step {
                (step, n_here) = (found, 0);
            }
            out.push_str(&lines.number(found).to_string());
        }
        copied = end;
    }
    out.push_str(&html[copied..]);
    (out, lines)
}

/// The attributes that count steps, in order: their beginning, their value, and where that stands.
fn numbers(html: &str) -> impl Iterator<Item = (&'static str, &str, usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = &html[at..];
        let found = [STEP, LINES].iter().filter_map(|name| Some((rest.find(name)?, *name))).min()?;
        let start = at + found.0 + found.1.len();
        let value = &html[start..start + html[start..].find('"')?];
        at = start + value.len();
        Some((found.1, value, start))
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_lines_are_steps_between_the_others() {
        let check = |html: &str, expected: &str, n: usize| {
            let (out, lines) = count_lines(html.to_owned());
            assert_eq!((out.as_str(), lines.n), (expected, n));
        };
        check("<p data-step=\"1\">", "<p data-step=\"1\">", 0);
        check(
            "<f data-line-steps=\"1|2|3\"><p data-step=\"1\"><f data-line-steps=\"1|all\"><f data-line-steps=\"1|2\"><p data-step=\"2\">",
            "<f data-line-steps=\"1|2|3\" data-from-step=\"0\"><p data-step=\"3\"><f data-line-steps=\"1|all\" data-from-step=\"3\"><f data-line-steps=\"1|2\" data-from-step=\"4\"><p data-step=\"6\">",
            4,
        );
        check("<f data-line-steps=\"1", "<f data-line-steps=\"1", 0);
    }

    #[test]
    fn a_step_behind_lines_has_a_later_number() {
        let (_, lines) = count_lines(
            "<f data-line-steps=\"1|2|3\"><p data-step=\"2\"><f data-line-steps=\"1|2\">".to_owned(),
        );
        let numbers = |step| lines.numbers(step);
        // The first adds nothing that could be seen.
        assert_eq!((numbers(0), numbers(1), numbers(2), numbers(3)), (0..=2, 3..=3, 4..=5, 6..=6));
        assert_eq!(LineSteps::default().numbers(2), 2..=2);
    }
}

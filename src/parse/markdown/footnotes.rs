//! Footnotes: definitions are moved to one section at the end of the page and numbered by first reference.
//!
//! Input are the events with definitions where they were written and references that have only a label; output has
//! numbers, ids and links back. Definitions that nobody refers to are dropped, references to nothing are text again.

use std::{borrow::Cow, collections::HashMap, mem};

use crate::{
    base::diagnostic::Diagnostic,
    parse::markdown::{
        Problem,
        event::{Event, Footnote, FootnoteReference, Tag, TagEnd},
        ids::Ids,
    },
};

struct Definition<'a> {
    footnote: Box<Footnote>,
    events: Vec<Event<'a>>,
    /// The ids of the references to it.
    references: Vec<String>,
}

/// The definitions, by label and in the order of their numbers.
struct Definitions<'a> {
    all: Vec<Definition<'a>>,
    by_label: HashMap<String, usize>,
    numbered: Vec<usize>,
}

/// Moves the footnotes of a page to its end.
pub(super) fn place<'a>(
    events: Vec<Event<'a>>,
    ids: &mut Ids,
    prefix: &str,
    problems: &mut Vec<Problem>,
) -> Vec<Event<'a>> {
    let (mut body, mut definitions) = take_definitions(events);
    definitions.number_references(&mut body, ids, prefix);
    let mut next = 0;
    while let Some(&index) = definitions.numbered.get(next) {
        let mut events = mem::take(&mut definitions.all[index].events);
        definitions.number_references(&mut events, ids, prefix);
        definitions.all[index].events = events;
        next += 1;
    }
    problems.extend(definitions.all.iter().filter(|definition| definition.references.is_empty()).map(unused));
    if !definitions.numbered.is_empty() {
        body.push(Event::Start(Tag::Footnotes));
        for index in mem::take(&mut definitions.numbered) {
            definitions.all[index].append_to(&mut body);
        }
        body.push(Event::End(TagEnd::Footnotes));
    }
    body
}

/// Splits the page into its body and its definitions; definitions can stand in quotes, lists and other definitions.
fn take_definitions(events: Vec<Event<'_>>) -> (Vec<Event<'_>>, Definitions<'_>) {
    let mut body = Vec::with_capacity(events.len());
    let mut definitions = Definitions { all: Vec::new(), by_label: HashMap::new(), numbered: Vec::new() };
    let mut open = Vec::new();
    for event in events {
        match event {
            Event::Start(Tag::Footnote(footnote)) => {
                open.push(definitions.all.len());
                definitions.by_label.entry(label_key(&footnote.label)).or_insert(definitions.all.len());
                definitions.all.push(Definition { footnote, events: Vec::new(), references: Vec::new() });
            }
            Event::End(TagEnd::Footnote) => {
                open.pop();
            }
            event => match open.last() {
                Some(&index) => definitions.all[index].events.push(event),
                None => body.push(event),
            },
        }
    }
    (body, definitions)
}

impl Definitions<'_> {
    fn number_references(&mut self, events: &mut [Event<'_>], ids: &mut Ids, prefix: &str) {
        for event in events {
            let Event::FootnoteReference(reference) = event else { continue };
            let Some(&index) = self.by_label.get(&label_key(&reference.label)) else {
                *event = Event::Text(Cow::Owned(format!("[^{}]", reference.label)));
                continue;
            };
            let definition = &mut self.all[index];
            if definition.references.is_empty() {
                self.numbered.push(index);
                let number = u32::try_from(self.numbered.len()).unwrap_or(u32::MAX);
                definition.footnote.number = number;
                definition.footnote.id = ids.unique(&format!("{prefix}fn-{number}"));
            }
            definition.refer(reference, ids, prefix);
        }
    }
}

impl<'a> Definition<'a> {
    fn refer(&mut self, reference: &mut FootnoteReference, ids: &mut Ids, prefix: &str) {
        reference.number = self.footnote.number;
        reference.footnote_id.clone_from(&self.footnote.id);
        let nth = match self.references.len() {
            0 => String::new(),
            n_before => format!("-{}", n_before + 1),
        };
        reference.id = ids.unique(&format!("{prefix}fnref-{}{nth}", reference.number));
        self.references.push(reference.id.clone());
    }

    /// Writes the footnote, with its links back at the end of its last paragraph.
    fn append_to(&mut self, out: &mut Vec<Event<'a>>) {
        let mut events = mem::take(&mut self.events);
        let back = Event::FootnoteBackLinks(mem::take(&mut self.references));
        let last_paragraph = events.pop_if(|last| *last == Event::End(TagEnd::Paragraph));
        out.push(Event::Start(Tag::Footnote(self.footnote.clone())));
        out.append(&mut events);
        out.push(back);
        out.extend(last_paragraph);
        out.push(Event::End(TagEnd::Footnote));
    }
}

/// Labels are the same when they differ in case or spaces only.
fn label_key(label: &str) -> String {
    let words: Vec<&str> = label.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

fn unused(definition: &Definition<'_>) -> Problem {
    let label = &definition.footnote.label;
    let diagnostic = Diagnostic::warning("unused-footnote", format!("`[^{label}]` is never referred to"))
        .hint("refer to it in the text, or remove it");
    Problem { diagnostic, at: definition.footnote.at }
}

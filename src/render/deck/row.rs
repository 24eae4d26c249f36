//! [`Row`]: which slides a deck has, what each inherits, and how they are numbered.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    parse::slides::{Piece, Properties},
    render::deck::chapters::Loaded,
};

/// A slide of a text of the deck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SlideRef {
    /// The place of the text.
    pub(super) text: usize,
    /// The place of the slide in it.
    pub(super) slide: usize,
}

/// A slide as it is shown: with what it inherits and the steps that go on with it.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    /// What is shown at first.
    pub(super) base: SlideRef,
    /// What comes in before its own content, from layouts and templates.
    pub(super) before: Vec<(usize, Vec<Piece>)>,
    /// What comes in behind it.
    pub(super) after: Vec<(usize, Vec<Piece>)>,
    pub(super) steps: Vec<SlideRef>,
    pub(super) properties: Properties,
}

impl Shown {
    /// Whether it is made of slides of one text, each following the other, as in all decks that use this text.
    pub(super) fn is_plain(&self, texts: &[Arc<Loaded>]) -> bool {
        let slides = &texts[self.base.text].chapter.slides;
        let behind = self.base.slide + 1 + self.steps.len();
        let follows = |(at, step): (usize, &SlideRef)| {
            *step == SlideRef { text: self.base.text, slide: self.base.slide + 1 + at }
        };
        let begins = self.base.slide == 0 || !slides[self.base.slide].continues;
        begins
            && self.before.is_empty()
            && self.after.is_empty()
            && self.properties == slides[self.base.slide].properties
            && self.steps.iter().enumerate().all(follows)
            && slides.get(behind).is_none_or(|next| !next.continues)
    }
}

/// What slides inherit from.
#[derive(Clone, Debug)]
struct Template {
    before: Vec<(usize, Vec<Piece>)>,
    after: Vec<(usize, Vec<Piece>)>,
    properties: Properties,
}

/// What the next slide may go on with.
enum Last {
    Nothing,
    Shown,
    Excluded,
}

/// Puts the slides of a deck in a row; those with an excluded class are left out.
pub(super) fn row(order: &[SlideRef], texts: &[Arc<Loaded>], excluded: &BTreeSet<&str>) -> Vec<Shown> {
    let mut shown: Vec<Shown> = Vec::new();
    let mut layout: Option<Template> = None;
    let mut named: BTreeMap<String, Template> = BTreeMap::new();
    let mut last = Last::Nothing;
    let is_excluded = |properties: &Properties| properties.classes().any(|class| excluded.contains(class));
    for &at in order {
        let slide = &texts[at.text].chapter.slides[at.slide];
        if slide.properties.is("exclude") {
            continue;
        }
        if slide.continues
            && matches!(last, Last::Shown)
            && let Some(base) = shown.last_mut()
        {
            if !is_excluded(&slide.properties) {
                base.steps.push(at);
            }
            continue;
        }
        if slide.properties.get("layout").is_some_and(|value| value == "false") {
            layout = None;
        }
        let own = slide.properties.get("template").and_then(|name| named.get(name)).cloned();
        let is_layout = slide.properties.is("layout");
        let template = own.or_else(|| layout.clone().filter(|_| !is_layout && !slide.continues));
        let made = inherit(at, texts, template);
        if is_layout || slide.properties.get("name").is_some() {
            let template = as_template(&made, texts);
            if let Some(name) = slide.properties.get("name") {
                named.insert(name.to_owned(), template.clone());
            }
            if is_layout {
                layout = Some(template);
                last = Last::Nothing;
                continue;
            }
        }
        if is_excluded(&made.properties) {
            last = Last::Excluded;
            continue;
        }
        last = Last::Shown;
        shown.push(made);
    }
    shown
}

fn inherit(at: SlideRef, texts: &[Arc<Loaded>], template: Option<Template>) -> Shown {
    let mut properties = texts[at.text].chapter.slides[at.slide].properties.clone();
    let mut made = Shown {
        base: at,
        before: Vec::new(),
        after: Vec::new(),
        steps: Vec::new(),
        properties: Properties::default(),
    };
    if let Some(template) = template {
        for (key, value) in &template.properties.0 {
            match (key.as_str(), properties.get(key).map(str::to_owned)) {
                ("name" | "layout" | "count" | "exclude", _) => {}
                ("class", Some(own)) => properties.set("class", &format!("{value}, {own}")),
                (_, Some(_)) => {}
                (key, None) => properties.set(key, value),
            }
        }
        (made.before, made.after) = (template.before, template.after);
    }
    made.properties = properties;
    made
}

/// A slide as what others inherit: where it says `{{content}}`, that of others comes in, else behind it.
fn as_template(shown: &Shown, texts: &[Arc<Loaded>]) -> Template {
    let loaded = &texts[shown.base.text];
    let pieces = &loaded.chapter.slides[shown.base.slide].content;
    let mut template = Template {
        before: shown.before.clone(),
        after: shown.after.clone(),
        properties: shown.properties.clone(),
    };
    let (before, after) = split(loaded, pieces);
    template.before.push((shown.base.text, before));
    if !after.is_empty() {
        template.after.insert(0, (shown.base.text, after));
    }
    template
}

fn split(loaded: &Loaded, pieces: &[Piece]) -> (Vec<Piece>, Vec<Piece>) {
    const HOLE: &str = "{{content}}";
    for (index, piece) in pieces.iter().enumerate() {
        if let Piece::Text(range) = piece
            && let Some(at) = loaded.slice(range.clone()).find(HOLE).map(|at| range.start + at)
        {
            let mut before = pieces[..index].to_vec();
            before.push(Piece::Text(range.start..at));
            let mut after = vec![Piece::Text(at + HOLE.len()..range.end)];
            after.extend_from_slice(&pieces[index + 1..]);
            return (before, after);
        }
    }
    (pieces.to_vec(), Vec::new())
}

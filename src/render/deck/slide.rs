//! [`SlideHtml`]: a slide with its steps and notes as HTML, the same in all decks that show it.

use std::{collections::BTreeSet, sync::Arc};

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::{
    base::{diagnostic::Diagnostic, digest::Print, path::RepoPath},
    parse::{
        expand::{At, Expanded},
        markdown::{self, Document, Event, MarkdownOptions, Tag, TagEnd, heading_slug},
        slides::{self, Definition, Definitions, Part, Piece, Properties},
    },
    render::{
        deck::{
            chapters::Loaded,
            diagrams::framed,
            finish::finish,
            hooks::SlideHooks,
            label::first_line,
            notes,
            row::{Shown, SlideRef},
            steps::{self, LineSteps},
        },
        markdown::{HtmlOptions, code::has_diagrams, to_html},
        page::Render,
    },
    site::{pin::Pin, route::Route},
};

/// A slide as HTML.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct SlideHtml {
    /// The text of its first heading.
    pub(super) heading: Option<CompactString>,
    /// Without one, what it is called by those who read it out: its first line or its picture.
    pub(super) label: Option<CompactString>,
    /// The heading as it is in ids.
    pub(super) slug: Option<CompactString>,
    pub(super) html: String,
    pub(super) line_steps: LineSteps,
    pub(super) notes: String,
    pub(super) has_diagrams: bool,
    /// The names of slides that it links to.
    pub(super) targets: Vec<CompactString>,
    pub(super) problems: Vec<Diagnostic>,
}

/// What slides are rendered with.
#[derive(Clone, Copy)]
pub(super) struct Setting<'a> {
    pub(super) deck: &'a RepoPath,
    pub(super) route: &'a Route,
    pub(super) pin: Option<&'a Pin>,
    pub(super) definitions: &'a Definitions,
}

/// The slides of texts, one behind the other, from the cache if they are known there. `path` is the file that their code is known by.
pub(super) fn known(
    render: &Render,
    setting: Setting<'_>,
    path: &RepoPath,
    texts: &[Arc<Loaded>],
) -> Arc<Vec<SlideHtml>> {
    let labels: BTreeSet<&CompactString> = texts.iter().flat_map(|text| &text.labels).collect();
    let used: Vec<&Definition> =
        labels.into_iter().filter_map(|label| setting.definitions.get(label.as_str())).collect();
    let prints: Vec<Print> = texts.iter().map(|text| text.print).collect();
    let inputs = (prints, setting.route.folder(), setting.pin, used);
    let (slides, trace) = render.chapters.rendered(path, &inputs, render.asker.world(), || {
        let apart = render.apart(render.chapters.apart(path));
        let slides = texts.iter().flat_map(|text| all(&apart, setting, text)).collect();
        apart.chapters.keep_code();
        (slides, apart.asker.trace_of_part())
    });
    match trace {
        Some(trace) => render.asker.adopt(&trace),
        None => render.asker.do_not_reuse(),
    }
    slides
}

/// All slides of a text, each with the steps that follow it there; those that only go on with another are empty.
fn all(render: &Render, setting: Setting<'_>, loaded: &Arc<Loaded>) -> Vec<SlideHtml> {
    let texts = [Arc::clone(loaded)];
    let slides = &loaded.chapter.slides;
    let html = (0..slides.len()).map(|slide| {
        if slides[slide].continues && slide > 0 {
            return SlideHtml::default();
        }
        let n_steps = slides[slide + 1..].iter().take_while(|slide| slide.continues).count();
        let steps = (1..=n_steps).map(|step| SlideRef { text: 0, slide: slide + step }).collect();
        let shown = Shown {
            base: SlideRef { text: 0, slide },
            before: Vec::new(),
            after: Vec::new(),
            steps,
            properties: slides[slide].properties.clone(),
        };
        one(render, setting, &texts, &shown)
    });
    html.collect()
}

/// A slide with what it inherits.
pub(super) fn one(render: &Render, setting: Setting<'_>, texts: &[Arc<Loaded>], shown: &Shown) -> SlideHtml {
    let base = &texts[shown.base.text];
    let part = |text: usize, pieces| {
        let loaded: &Loaded = &texts[text];
        Part { text: &loaded.text, map: &loaded.map, pieces, is_step: false }
    };
    let slide_of = |at: &SlideRef| &texts[at.text].chapter.slides[at.slide];
    let of = |list: &'_ [(usize, Vec<Piece>)]| -> Vec<(usize, Vec<Piece>)> { list.to_vec() };
    let (before, after) = (of(&shown.before), of(&shown.after));
    let mut parts: Vec<Part<'_>> = before.iter().map(|(text, pieces)| part(*text, pieces)).collect();
    parts.push(part(shown.base.text, &slide_of(&shown.base).content));
    parts.extend(after.iter().map(|(text, pieces)| part(*text, pieces)));
    parts.extend(shown.steps.iter().map(|at| Part { is_step: true, ..part(at.text, &slide_of(at).content) }));
    let mut hooks = SlideHooks {
        render,
        deck: setting.deck,
        route: setting.route,
        pin: setting.pin,
        chapter: &base.path,
        problems: Vec::new(),
    };
    let text = slides::to_expanded(&base.path, &parts, &shown.properties, setting.definitions);
    let (html, heading) = to_slide(&text.expanded, &text.steps, &mut hooks);
    let (html, line_steps) = steps::count_lines(html);
    let notes = std::iter::once(&shown.base).chain(&shown.steps).filter_map(|at| {
        let written = slide_of(at).notes.as_ref()?;
        let part = Part { is_step: false, ..part(at.text, written) };
        let text = slides::to_expanded(&base.path, &[part], &Properties::default(), setting.definitions);
        Some(notes::html(text.expanded, &mut hooks))
    });
    let notes: String = notes.collect();
    let mut problems = hooks.problems;
    if !base.is_placed {
        // Places of a text that a manifest has in quotes, or that is in no file, are not known.
        problems.iter_mut().for_each(|(_, at)| *at = At::default());
    }
    let problems = render.asker.placed(problems, std::slice::from_ref(&base.path));
    let targets =
        [&html, &notes].into_iter().flat_map(|html| targets(html)).map(CompactString::from).collect();
    let slug = heading.as_deref().map(|heading| heading_slug(heading).into());
    let label = if heading.is_none() { label(&html).map(CompactString::from) } else { None };
    let has_diagrams = has_diagrams(&html) || has_diagrams(&notes);
    let heading = heading.map(CompactString::from);
    SlideHtml { heading, label, slug, html, line_steps, notes, has_diagrams, targets, problems }
}

/// What a slide without a heading is called: its first line, else its picture.
fn label(html: &str) -> Option<String> {
    let picture = || html.split_once(" alt=\"").and_then(|(_, rest)| rest.split_once('"'));
    let line = Some(first_line(html)).filter(|line| !line.is_empty());
    line.or_else(|| picture().map(|(alt, _)| alt.to_owned()).filter(|alt| !alt.is_empty()))
}

/// What links in HTML name in the page itself.
fn targets(html: &str) -> impl Iterator<Item = &str> {
    html.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next())
}

/// The HTML of a slide's text, and its first heading.
pub(super) fn to_slide(
    expanded: &Expanded,
    steps: &[usize],
    hooks: &mut SlideHooks<'_>,
) -> (String, Option<String>) {
    let mut document = markdown::parse_known(expanded, &MarkdownOptions::slides());
    let heading = heading(&document);
    let events = std::mem::take(&mut document.events);
    document.events = steps::mark(events, &document.starts, steps);
    hooks.problems.extend(document.problems.drain(..).map(|problem| (problem.diagnostic, problem.at)));
    let options = HtmlOptions { heading_anchors: false, ..HtmlOptions::default() };
    let html = to_html(document, expanded, &options, hooks);
    (framed(finish(&html)), heading)
}

fn heading(document: &Document<'_>) -> Option<String> {
    let mut events =
        document.events.iter().skip_while(|event| !matches!(event, Event::Start(Tag::Heading(_))));
    events.next()?;
    let mut text = String::new();
    for event in events.take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_)))) {
        match event {
            Event::Text(piece) => text.push_str(piece),
            Event::Code(code) => text.push_str(&code.text),
            Event::SoftBreak | Event::HardBreak => text.push(' '),
            _ => {}
        }
    }
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(text).filter(|text| !text.is_empty())
}

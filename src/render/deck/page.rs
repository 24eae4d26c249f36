//! [`page`]: the page of a deck: its sections, and what the template and the viewer know of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    ops::Range,
    sync::Arc,
};

use foldhash::{HashMap, HashSet};
use serde_json::{Value, json};

use crate::{
    base::{
        diagnostic::{Diagnostic, Place},
        lang::is_tag,
        path::RepoPath,
    },
    parse::{
        manifest::{Action, Change, Manifest},
        slides::{Definition, Definitions, Properties},
    },
    render::{
        deck::{
            book,
            changes::{self, Html, Placed},
            chapters::{Loaded, Reader, TOC},
            ids::SlideIds,
            plan::Plan,
            row::{self, Shown, SlideRef},
            slide::{self, Setting, SlideHtml},
            titles::{Titles, part_name},
        },
        markdown::escape,
        page::Render,
        theme::{Large, context},
        trace::{DeckFacts, DeckValues},
        view,
    },
    site::{deck::book_route, pin::Pin, route::Route, routes::BookPage},
};

/// Classes that tell for whom a slide is: readers can switch them.
pub(super) const LENSES: [&str; 3] = ["self-paced", "in-person", "extra-details"];
/// How many bytes a section has besides its text, about.
const SECTION_BYTES: usize = 400;
/// The list of pictures for the slides before titles, one a line.
const PICTURES: &str = "interstitials.txt";

/// The page of a deck.
pub(in crate::render) fn page(render: &Arc<Render>, path: &RepoPath) -> (String, Vec<Diagnostic>) {
    let Some(facts) = render.asker.ask(DeckFacts(path.clone())) else { return Default::default() };
    speak(render, facts.manifest);
    let mut deck = Deck::read(render, path, facts);
    let slides = deck.sections();
    let mut diagnostics = std::mem::take(&mut deck.diagnostics);
    let write = |html: &mut String| deck.push_sections(html, &slides);
    let content = Large { n_bytes: slides.n_bytes(), has_diagrams: slides.have_diagrams(), write: &write };
    let context = deck.view(&slides).to_context(content);
    if deck.pin.is_some() {
        // What is wrong in a commit can't be mended any more, and its lines are no longer those of the files.
        let is_of_manifest =
            |problem: &Diagnostic| problem.place.as_ref().is_some_and(|place| place.path == *path);
        diagnostics.retain(is_of_manifest);
    }
    let html = render.template("deck", "deck.html", path, None, &context, &mut diagnostics);
    (html, diagnostics)
}

/// Says what the theme says of a deck in the language of that.
pub(super) fn speak(render: &Render, manifest: &Manifest) {
    if let Some(language) = manifest.language.as_ref().filter(|language| is_tag(language)) {
        // Another language was never set: a render is of one address.
        let _ = render.speaks.set(language.clone());
    }
}

/// A deck while it is put together.
struct Deck<'a> {
    render: &'a Arc<Render>,
    path: &'a RepoPath,
    manifest: &'a Manifest,
    route: &'a Route,
    pin: Option<&'a Pin>,
    plan: Plan<'a>,
    titles: Titles,
    /// Those of the plan, then those that changes of slides bring, then those that the deck adds.
    texts: Vec<Arc<Loaded>>,
    /// Which texts each change of a slide brings.
    brought: Vec<Range<usize>>,
    /// Which ones the deck adds.
    added: Range<usize>,
    order: Vec<SlideRef>,
    definitions: Definitions,
    diagnostics: Vec<Diagnostic>,
}

/// What is known while slides are put in a row.
struct Making {
    /// The slides of texts, and which of them is the first of a text.
    rendered: HashMap<usize, (Arc<Vec<SlideHtml>>, usize)>,
    /// The texts whose problems are told.
    told: HashSet<usize>,
    ids: SlideIds,
}

impl Making {
    fn new(render: &Render, n_slides: usize) -> Self {
        let ids = SlideIds::new(render.asker.settings().content.clone(), n_slides);
        Self { rendered: HashMap::default(), told: HashSet::default(), ids }
    }
}

/// The file that slides come from, as HTML has it.
#[derive(Default)]
struct Origin {
    path: String,
    /// Its address on the forge.
    url: Option<String>,
}

/// The sections of a deck, with what is known of them.
struct Sections {
    /// Their slides.
    row: Vec<Placed>,
    /// The number of each.
    numbers: Vec<usize>,
    lenses: Vec<&'static str>,
}

impl Sections {
    /// How long they are as HTML, about.
    fn n_bytes(&self) -> usize {
        let slides = self.row.iter().map(|slide| slide.html.get());
        slides.map(|slide| SECTION_BYTES + slide.html.len() + slide.notes.len()).sum()
    }

    fn have_diagrams(&self) -> bool {
        self.row.iter().any(|slide| slide.html.get().has_diagrams)
    }
}

impl<'a> Deck<'a> {
    fn read(render: &'a Arc<Render>, path: &'a RepoPath, facts: DeckValues<'a>) -> Self {
        let DeckValues { manifest, route, pin } = facts;
        let plan = Plan::of(manifest, &path.parent().unwrap_or_default());
        let reader = Reader::new(render, path, manifest, pin);
        let mut diagnostics = Vec::new();
        let mut texts = Vec::new();
        for entry in &plan.entries {
            let (text, problem) = reader.load(entry, None);
            diagnostics.extend(problem);
            texts.push(text);
        }
        let titles = Titles::of(&plan, &texts);
        let texts_of_theme = render.asker.texts(language(render, manifest));
        let toc = titles.toc(&plan, &texts_of_theme);
        for (entry, text) in plan.entries.iter().zip(&mut texts) {
            if text.names.contains(TOC) {
                *text = reader.load(entry, Some(&toc)).0;
            }
        }
        let mut brought = Vec::new();
        for change in &manifest.slides {
            let start = texts.len();
            if let Action::Add { items, .. } | Action::Replace(items) = &change.action {
                for entry in &Plan::of_items(items, &path.parent().unwrap_or_default()).entries {
                    let (text, problem) = reader.load(entry, Some(&toc));
                    diagnostics.extend(problem);
                    texts.push(text);
                }
            }
            brought.push(start..texts.len());
        }
        let mut deck = Self {
            render,
            path,
            manifest,
            route,
            pin,
            plan,
            titles,
            texts,
            brought,
            added: 0..0,
            order: Vec::new(),
            definitions: Definitions::default(),
            diagnostics,
        };
        deck.check_texts();
        deck.check_titles();
        deck.put_in_order();
        deck.define();
        deck
    }

    fn check_texts(&mut self) {
        for text in &self.texts {
            let problems = text.problems.clone();
            self.diagnostics.extend(self.render.asker.placed(problems, std::slice::from_ref(&text.path)));
        }
    }

    /// Titles that are the same have one slide before the first of them only, as in remark workshops.
    fn check_titles(&mut self) {
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        let mut found = Vec::new();
        for title in &self.titles.all {
            match seen.get(title.text.as_str()) {
                None => drop(seen.insert(&title.text, title.entry)),
                Some(first) => found.push((title, *first)),
            }
        }
        for (title, first) in found {
            let text = &self.texts[title.entry];
            let message = format!("the title `{}` occurs twice in `{}`", title.text, self.path);
            let problem = Diagnostic::warning("duplicate-title", message)
                .at(self.place_of(text, title.slide))
                .related("the other", self.place_of(&self.texts[first], 0))
                .hint("give each its own: links in the table of contents lead to the first");
            self.diagnostics.push(problem);
        }
    }

    fn place_of(&self, text: &Loaded, slide: usize) -> Place {
        let line = text.lines.get(slide).copied().unwrap_or(1);
        self.render.place_of_line(&text.path, line)
    }

    /// The slides of all texts, with those that come before titles.
    fn put_in_order(&mut self) {
        let (pictures, texts) =
            (self.pictures(), self.render.asker.texts(language(self.render, self.manifest)));
        let mut before: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
        let first_added = self.texts.len();
        let has_toc = self.texts.iter().any(|text| text.names.contains(TOC));
        for (index, title) in self.titles.all.iter().enumerate() {
            let first = self.titles.all.iter().find(|other| other.text == title.text).unwrap_or(title);
            let picture = pictures
                .as_ref()
                .map(|pictures| pictures.get(index % pictures.len().max(1)).map(String::as_str));
            let of = &self.texts[first.entry];
            let line = of.lines.get(first.slide).copied().unwrap_or(1);
            let slides = self.titles.slides(&self.plan, index, picture, has_toc, &texts);
            let added = Loaded::generated(&of.path, slides, line);
            let (entry, slide) = (first.entry, self.first_step(first.entry, first.slide));
            self.texts.push(Arc::new(added));
            before.entry((entry, slide)).or_default().push(self.texts.len() - 1);
        }
        self.added = first_added..self.texts.len();
        let n_entries = self.plan.entries.len();
        for text in 0..n_entries {
            for slide in 0..self.texts[text].chapter.slides.len() {
                for &added in before.get(&(text, slide)).into_iter().flatten() {
                    let n_slides = self.texts[added].chapter.slides.len();
                    self.order.extend((0..n_slides).map(|slide| SlideRef { text: added, slide }));
                }
                self.order.push(SlideRef { text, slide });
            }
        }
    }

    /// The slide that one goes on with.
    fn first_step(&self, text: usize, slide: usize) -> usize {
        let slides = &self.texts[text].chapter.slides;
        (0..=slide).rev().find(|&at| at == 0 || !slides[at].continues).unwrap_or(slide)
    }

    /// The pictures of the site for slides before titles, if there is a list; those of other hosts would be missing without
    /// a network.
    fn pictures(&self) -> Option<Vec<String>> {
        let list = self.path.parent().unwrap_or_default().join(PICTURES);
        self.render.asker.blob(&list)?;
        let text = self.render.asker.bytes(&list).unwrap_or_default();
        let text = String::from_utf8_lossy(&text).into_owned();
        let lines = text.lines().map(str::trim);
        Some(lines.filter(|line| !line.is_empty() && !line.contains("://")).map(str::to_owned).collect())
    }

    fn define(&mut self) {
        let mut known: BTreeMap<&str, (&Loaded, &Definition)> = BTreeMap::new();
        let mut problems = Vec::new();
        for text in &self.texts {
            for definition in &text.chapter.definitions {
                if let Some((first, other)) = known.insert(&definition.id, (text, definition))
                    && other.href != definition.href
                {
                    problems.push((Arc::clone(text), definition.clone(), first.path.clone()));
                }
            }
        }
        self.definitions = known.into_iter().map(|(id, (_, found))| (id.to_owned(), found.clone())).collect();
        for (text, definition, other) in problems {
            let at = text.map.at(definition.at..definition.at + definition.id.len());
            let message =
                format!("`[{}]` is defined twice in `{}`; the last holds", definition.id, self.path);
            let problem = Diagnostic::warning("duplicate-definition", message)
                .related("also in this file", Place::file(&other))
                .hint("give one of them another id: all slides of a deck share them");
            let placed = self.render.asker.placed(vec![(problem, at)], std::slice::from_ref(&text.path));
            self.diagnostics.extend(placed);
        }
    }

    fn sections(&mut self) -> Sections {
        let order = std::mem::take(&mut self.order);
        let mut making = Making::new(self.render, order.len());
        let mut row = self.placed(&mut making, &order);
        for (change, texts) in self.manifest.slides.iter().zip(std::mem::take(&mut self.brought)) {
            let order: Vec<SlideRef> = texts.flat_map(|text| self.slides_of(text)).collect();
            let new = self.placed(&mut making, &order);
            if let Err(target) = changes::change(&mut row, &change.action, change.target.as_deref(), new) {
                self.tell_unknown_slide(target, change);
            }
        }
        let mut lenses = BTreeSet::new();
        let mut numbers = Vec::with_capacity(row.len());
        let mut number = 1;
        for slide in &row {
            let of_steps = slide.shown.steps.iter().flat_map(|step| self.properties(step).classes());
            let classes = slide.shown.properties.classes().chain(of_steps);
            lenses.extend(classes.filter_map(lens));
            numbers.push(number);
            number += 1 + slide.shown.steps.len() + slide.html.get().line_steps.n;
        }
        self.check_names(&row);
        let lenses = LENSES.into_iter().filter(|lens| lenses.contains(lens)).collect();
        Sections { row, numbers, lenses }
    }

    /// All sections as HTML.
    fn push_sections(&self, out: &mut String, sections: &Sections) {
        let mut origin = (usize::MAX, Origin::default());
        for (slide, number) in sections.row.iter().zip(&sections.numbers) {
            let text = slide.shown.base.text;
            if origin.0 != text {
                origin = (text, self.origin(&self.texts[text].path));
            }
            self.push_section(out, slide, *number, &origin.1);
        }
    }

    fn slides_of(&self, text: usize) -> impl Iterator<Item = SlideRef> + use<> {
        (0..self.texts[text].chapter.slides.len()).map(move |slide| SlideRef { text, slide })
    }

    /// Slides in order, without those that are excluded, with their HTML and ids.
    fn placed(&mut self, making: &mut Making, order: &[SlideRef]) -> Vec<Placed> {
        let excluded: BTreeSet<&str> = self.manifest.exclude.iter().flatten().map(String::as_str).collect();
        let mut placed = Vec::with_capacity(order.len());
        for shown in row::row(order, &self.texts, &excluded) {
            let html = self.html(making, &shown);
            let text = &self.texts[shown.base.text];
            let id = making.ids.id(text, &shown, html.get());
            let (path, part) = (text.path.clone(), self.part_of(shown.base.text));
            placed.push(Placed { id, shown, html, path, part });
        }
        placed
    }

    fn html(&mut self, making: &mut Making, shown: &Shown) -> Html {
        if !shown.is_plain(&self.texts) {
            let own = slide::one(self.render, self.setting(), &self.texts, shown);
            self.diagnostics.extend(own.problems.iter().cloned());
            return Html::Own(Box::new(own));
        }
        if !making.rendered.contains_key(&shown.base.text) {
            self.render_text(making, shown.base.text);
        }
        let (slides, first) = &making.rendered[&shown.base.text];
        if making.told.insert(shown.base.text) {
            let of_text = &slides[*first..first + self.texts[shown.base.text].chapter.slides.len()];
            self.diagnostics.extend(of_text.iter().flat_map(|slide| slide.problems.iter().cloned()));
        }
        Html::Of(Arc::clone(slides), first + shown.base.slide)
    }

    /// The slides of a text: those that the deck adds all at once, since they are short and in no other deck.
    fn render_text(&mut self, making: &mut Making, text: usize) {
        let (path, texts) = match self.added.contains(&text) {
            true => (self.path, self.added.clone()),
            false => (&self.texts[text].path, text..text + 1),
        };
        let slides = slide::known(self.render, self.setting(), path, &self.texts[texts.clone()]);
        let mut first = 0;
        for text in texts {
            making.rendered.insert(text, (Arc::clone(&slides), first));
            first += self.texts[text].chapter.slides.len();
        }
    }

    /// A slide that is to be changed, and is not there.
    fn tell_unknown_slide(&mut self, target: &str, change: &Change) {
        let message = format!("the deck has no slide `{target}`");
        let problem = Diagnostic::error("unknown-target", message)
            .at(self.render.place_in(self.path, &change.span))
            .hint("take the id of the slide from its page: it is made of chapter and heading");
        self.diagnostics.push(problem);
    }

    fn setting(&self) -> Setting<'_> {
        Setting { deck: self.path, route: self.route, pin: self.pin, definitions: &self.definitions }
    }

    /// One `<section>`.
    fn push_section(&self, out: &mut String, placed: &Placed, number: usize, origin: &Origin) {
        let (shown, slide, id) = (&placed.shown, placed.html.get(), &placed.id);
        let text = &self.texts[shown.base.text];
        let line = text.lines.get(shown.base.slide).copied().unwrap_or(1);
        out.push_str("<section data-slide");
        escape::push_attribute(out, "id", id);
        let classes: Vec<&str> = shown.properties.classes().collect();
        if !classes.is_empty() {
            escape::push_attribute(out, "class", &classes.join(" "));
        }
        if let Some(name) = shown.properties.get("name") {
            escape::push_attribute(out, "data-name", name);
        }
        let n_steps = shown.steps.len() + slide.line_steps.n;
        let _ = write!(out, " data-number=\"{number}\" data-steps=\"{n_steps}\"");
        self.push_step_classes(out, placed, &classes);
        let _ = write!(out, " data-source=\"{}:{line}\"", origin.path);
        if let Some(part) = placed.part {
            let _ = write!(out, " data-part=\"{part}\"");
        }
        let _ = write!(out, " data-chapter=\"{}\"", origin.path);
        if shown.properties.get("count").is_some_and(|count| count == "false") {
            out.push_str(" data-count=\"false\"");
        }
        push_background(out, shown);
        escape::push_attribute(out, "aria-label", label(shown, slide));
        out.push_str(" aria-roledescription=\"slide\">\n<div class=\"content\">\n");
        out.push_str(&slide.html);
        out.push_str("</div>\n");
        if !slide.notes.is_empty() {
            out.push_str("<aside data-notes>\n");
            out.push_str(&slide.notes);
            out.push_str("</aside>\n");
        }
        out.push_str("<footer class=\"debug\">");
        let _ = match &origin.url {
            Some(url) => write!(out, "<a href=\"{url}#L{line}\">{}</a>", origin.path),
            None => write!(out, "{}", origin.path),
        };
        out.push_str("</footer>\n</section>\n");
    }

    /// Classes that a slide gets with a step, as `1:center`, and steps that are for those of a lens, with the lines in them,
    /// as `2-4:extra-details`.
    fn push_step_classes(&self, out: &mut String, placed: &Placed, own: &[&str]) {
        let lines = &placed.html.get().line_steps;
        let (mut added, mut of_lenses) = (Vec::new(), Vec::new());
        for (step, at) in (1..).zip(&placed.shown.steps) {
            let (first, last) = lines.numbers(step).into_inner();
            for class in self.properties(at).classes().filter(|class| !own.contains(class)) {
                added.push(format!("{first}:{class}"));
                of_lenses.extend(lens(class).map(|lens| format!("{first}-{last}:{lens}")));
            }
        }
        for (name, values) in [("data-step-classes", added), ("data-lens-steps", of_lenses)] {
            if !values.is_empty() {
                escape::push_attribute(out, name, &values.join(" "));
            }
        }
    }

    fn properties(&self, at: &SlideRef) -> &Properties {
        &self.texts[at.text].chapter.slides[at.slide].properties
    }

    /// Where slides of a file come from.
    fn origin(&self, path: &RepoPath) -> Origin {
        let url = view::deck_source_url(self.render, path, self.pin.map(Pin::commit));
        let address = |url: String| {
            let mut address = String::with_capacity(url.len());
            escape::push_address(&mut address, &url);
            address
        };
        Origin { path: escape::text(path.as_str()), url: url.map(address) }
    }

    /// The number of the part that an entry's slides belong to, among those that are listed.
    fn part_of(&self, text: usize) -> Option<usize> {
        let part = self.plan.entries.get(text)?.part;
        self.titles.parts.iter().position(|(listed, _)| *listed == part).map(|at| at + 1)
    }

    /// Names that are there twice, and links to names that nothing has.
    fn check_names(&mut self, row: &[Placed]) {
        let mut names: BTreeMap<&str, &Shown> = BTreeMap::new();
        let mut found = Vec::new();
        for Placed { shown, .. } in row {
            let Some(name) = shown.properties.get("name") else { continue };
            if names.insert(name, shown).is_some() && self.texts[shown.base.text].is_placed {
                let message = format!("two slides of `{}` have the name `{name}`", self.path);
                let place = self.place_of(&self.texts[shown.base.text], shown.base.slide);
                found.push(
                    Diagnostic::warning("duplicate-name", message).at(place).hint("links lead to the first"),
                );
            }
        }
        let ids: HashSet<&str> = row.iter().map(|slide| slide.id.as_str()).collect();
        for Placed { shown, html, .. } in row {
            let text = &self.texts[shown.base.text];
            for target in &html.get().targets {
                let is_number = target.trim_start_matches('p').bytes().all(|byte| byte.is_ascii_digit());
                if is_number
                    || names.contains_key(target.as_str())
                    || ids.contains(target.as_str())
                    || !text.is_placed
                {
                    continue;
                }
                let message = format!("no slide of `{}` is called `{target}`", self.path);
                let place = self.place_of(text, shown.base.slide);
                found.push(
                    Diagnostic::warning("broken-anchor", message)
                        .at(place)
                        .hint("correct the link, or name a slide"),
                );
            }
        }
        self.diagnostics.extend(found);
    }

    fn view(&self, sections: &Sections) -> context::Deck {
        let manifest = self.manifest;
        let title = manifest.title_or(self.path.stem());
        context::Deck {
            url: self.render.href(self.route),
            lang: language(self.render, manifest).to_owned(),
            ratio: manifest.ratio.clone().unwrap_or_else(|| "16:9".to_owned()),
            theme: manifest.theme.clone(),
            prefix: manifest.number_prefix.clone().unwrap_or_default(),
            subtitle: manifest.subtitle.clone(),
            author: manifest.author.clone(),
            date: manifest.date.clone(),
            event: manifest.event.clone(),
            lenses: sections.lenses.iter().map(|lens| (*lens).to_owned()).collect(),
            facts: self.facts(&title, sections),
            contents_url: book::to_file(self.route, &book_route(self.route, BookPage::Contents)),
            title,
        }
    }

    /// What the viewer knows of the parts, as JSON that can stand in a page.
    fn facts(&self, title: &str, sections: &Sections) -> String {
        let texts = self.render.asker.texts(language(self.render, self.manifest));
        let (mut first_of, mut first_in): (HashMap<usize, &str>, HashMap<usize, &str>) = Default::default();
        for slide in &sections.row {
            first_of.entry(slide.shown.base.text).or_insert(&slide.id);
            if let Some(part) = slide.part {
                first_in.entry(part).or_insert(&slide.id);
            }
        }
        let parts: Vec<Value> = self.titles.parts.iter().zip(1..).map(|((part, listed), number)| {
            let chapters: Vec<Value> = self.plan.entries.iter().enumerate().filter(|(_, entry)| entry.part == *part)
                .filter_map(|(text, entry)| {
                    let first = first_of.get(&text)?;
                    let own = listed.iter().map(|&at| &self.titles.all[at]).find(|title| title.entry == text)?;
                    let path = entry.path.as_ref()?.as_str();
                    Some(json!({"title": own.text, "path": path, "first": first, "minutes": entry.item.minutes}))
                }).collect();
            let first = first_in.get(&number);
            let title = self.plan.parts[*part].title.map_or_else(|| part_name(&texts, number), str::to_owned);
            json!({"title": title, "first": first, "minutes": self.plan.parts[*part].minutes, "chapters": chapters})
        }).collect();
        // What is frozen is not edited.
        let edit =
            if self.pin.is_some() { None } else { view::deck_edit_pattern(self.render) }.unwrap_or_default();
        let url = self.render.permalink(self.route);
        let book = self.plan.entries.iter().filter_map(|entry| entry.path.as_ref());
        let book: BTreeMap<&str, String> = book
            .filter_map(|path| Some((path.as_str(), book::chapter_url(self.render, self.route, path)?)))
            .collect();
        json!({"title": title, "parts": parts, "edit": edit, "url": url, "book": book})
            .to_string()
            .replace("</", "<\\/")
    }
}

/// The lens of a class, if it is one.
fn lens(class: &str) -> Option<&'static str> {
    LENSES.into_iter().find(|lens| *lens == class)
}

/// The language of a deck: its own, or the site's.
fn language<'d>(render: &'d Render, manifest: &'d Manifest) -> &'d str {
    manifest.language.as_deref().unwrap_or(render.asker.settings().language)
}

/// What a slide is called by those who read it out.
fn label<'s>(shown: &'s Shown, slide: &'s SlideHtml) -> &'s str {
    let own = slide.heading.as_deref().or(slide.label.as_deref());
    own.or_else(|| shown.properties.get("name")).unwrap_or("Slide")
}

fn push_background(out: &mut String, shown: &Shown) {
    let mut style = String::new();
    for key in ["background-image", "background-color", "background-size", "background-position"] {
        if let Some(value) = shown.properties.get(key).filter(|value| !value.contains([';', '{', '}'])) {
            let _ = write!(style, "--{key}: {value};");
        }
    }
    if !style.is_empty() {
        escape::push_attribute(out, "style", &style);
    }
}

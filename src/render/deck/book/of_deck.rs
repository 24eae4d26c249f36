//! [`of_deck`]: the pages about all chapters of a deck: contents, syllabus, quiz.

use std::sync::Arc;

use crate::{
    base::{diagnostic::Diagnostic, path::RepoPath},
    parse::slides::Definitions,
    render::{
        deck::{
            book::{line, questions, syllabus, ways},
            chapters::{Reader, Told},
            page::speak,
            plan::{Entry, Part, Plan},
            slide::Setting,
            titles::anchor,
        },
        markdown::escape,
        page::Render,
        theme::context::{Book, BookChapter, BookPart},
        trace::DeckFacts,
        view,
    },
    site::{route::Route, routes::BookPage},
};

/// One of the pages about a deck.
pub(in crate::render) fn of_deck(
    render: &Arc<Render>,
    route: &Route,
    deck: &RepoPath,
    page: BookPage,
) -> (String, Vec<Diagnostic>) {
    let Some(facts) = render.asker.ask(DeckFacts(deck.clone())) else { return Default::default() };
    let manifest = facts.manifest;
    speak(render, manifest);
    let reader = Reader::new(render, deck, manifest, facts.pin);
    let plan = Plan::of(manifest, &deck.parent().unwrap_or_default());
    let definitions = Definitions::default();
    let setting = Setting { deck, route, pin: facts.pin, definitions: &definitions };
    let slides = ways::to_file(route, facts.route);
    let mut parts: Vec<Listed> = plan.parts.iter().map(Listed::of).collect();
    let mut n_questions = 0;
    for entry in &plan.entries {
        let Some(path) = &entry.path else { continue };
        let Some(told) = reader.told(path) else { continue };
        if told.is_bare && told.learned.is_empty() {
            continue;
        }
        parts[entry.part].is_listed |= told.title.is_some();
        let mut chapter = chapter(render, setting, entry, &told, path, &slides);
        match page {
            BookPage::Contents => {}
            BookPage::Syllabus => chapter.syllabus = syllabus(render, setting, path, &told.learned),
            BookPage::Quiz => {
                chapter.questions = questions(render, setting, path, &told.learned, n_questions);
                n_questions += chapter.questions.len();
            }
        }
        parts[entry.part].shown.chapters.push(chapter);
    }
    let parts = numbered(parts);
    let settings = render.asker.settings();
    let lang = manifest.language.clone().unwrap_or_else(|| settings.language.to_owned());
    let book = Book {
        kind: page.name().to_owned(),
        title: manifest.title_or(deck.stem()),
        url: render.href(route),
        permalink: view::permalink(render, route),
        dir: view::dir_of(render, &lang),
        lang,
        home_url: ways::home(render, route),
        decks: ways::to_deck(render, route, deck, None).into_iter().collect(),
        n_questions,
        parts,
        ..Book::default()
    };
    let name = format!("book/{}.html", page.name());
    let mut diagnostics = Vec::new();
    let html = render.template(&name, &name, deck, None, &book.to_context(""), &mut diagnostics);
    (html, diagnostics)
}

/// A part while it is put together.
struct Listed {
    shown: BookPart,
    /// Whether the deck's contents list it: some chapter of it has a title.
    is_listed: bool,
}

impl Listed {
    fn of(part: &Part<'_>) -> Self {
        let shown =
            BookPart { title: part.title.map(str::to_owned), minutes: part.minutes, ..BookPart::default() };
        Self { shown, is_listed: false }
    }
}

/// The parts, with the numbers that the contents of the deck give them where none has a title. Those without a name are joined.
fn numbered(mut parts: Vec<Listed>) -> Vec<BookPart> {
    parts.retain(|part| !part.shown.chapters.is_empty());
    let listed: Vec<&mut Listed> = parts.iter_mut().filter(|part| part.is_listed).collect();
    if listed.len() > 1 && listed.iter().all(|part| part.shown.title.is_none()) {
        listed.into_iter().zip(1..).for_each(|(part, number)| part.shown.number = Some(number));
    }
    let mut joined: Vec<BookPart> = Vec::new();
    let is_nameless = |part: &BookPart| part.title.is_none() && part.number.is_none();
    for part in parts.into_iter().map(|part| part.shown) {
        match joined.last_mut() {
            Some(last) if is_nameless(last) && is_nameless(&part) => last.chapters.extend(part.chapters),
            _ => joined.push(part),
        }
    }
    joined
}

fn chapter(
    render: &Render,
    setting: Setting<'_>,
    entry: &Entry<'_>,
    told: &Told,
    path: &RepoPath,
    slides: &str,
) -> BookChapter {
    let title = told.title.as_ref();
    BookChapter {
        title: match title {
            Some(title) => line(render, setting, path, title),
            // What a page says of itself changes more often than its title: it is asked for only where it is needed.
            None => {
                let page = ways::to_chapter(render, setting, path);
                let title = page.map_or_else(|| path.stem().to_owned(), |page| page.title);
                let mut html = String::new();
                escape::push_text(&mut html, &title);
                html
            }
        },
        url: ways::chapter_url(render, setting.route, path),
        slides_url: title.map(|title| format!("{slides}#{}", anchor(title))),
        minutes: entry.item.minutes,
        ..BookChapter::default()
    }
}

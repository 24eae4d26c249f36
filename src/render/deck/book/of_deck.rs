//! [`of_deck`]: the pages about all chapters of a deck: contents, syllabus, quiz.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    base::{diagnostic::Diagnostic, path::RepoPath},
    render::{
        deck::{
            book::{line, questions, syllabus, ways},
            chapters::{Reader, Told},
            page::speak,
            plan::{Entry, Part, Plan},
            slide::Setting,
            titles::anchor,
        },
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
    let definitions = BTreeMap::new();
    let setting = Setting { deck, route, pin: facts.pin, definitions: &definitions };
    let slides = ways::to_file(route, facts.route);
    let mut parts: Vec<BookPart> = plan.parts.iter().map(part).collect();
    let mut n_questions = 0;
    for entry in &plan.entries {
        let Some(path) = &entry.path else { continue };
        let Some(told) = reader.told(path) else { continue };
        let mut chapter = chapter(render, setting, entry, &told, path, &slides);
        match page {
            BookPage::Contents => {}
            BookPage::Syllabus => chapter.syllabus = syllabus(render, setting, path, &told.learned),
            BookPage::Quiz => {
                chapter.questions = questions(render, setting, path, &told.learned, n_questions);
                n_questions += chapter.questions.len();
            }
        }
        parts[entry.part].chapters.push(chapter);
    }
    parts.retain(|part| !part.chapters.is_empty());
    if parts.len() > 1 && parts.iter().all(|part| part.title.is_none()) {
        parts.iter_mut().zip(1..).for_each(|(part, number)| part.number = Some(number));
    }
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

fn part(part: &Part<'_>) -> BookPart {
    BookPart { title: part.title.map(str::to_owned), minutes: part.minutes, ..BookPart::default() }
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
            None => ways::to_chapter(render, setting.route, path)
                .map_or_else(|| path.stem().to_owned(), |page| page.title),
        },
        url: ways::chapter_url(render, setting.route, path),
        slides_url: title.map(|title| format!("{slides}#{}", anchor(title))),
        minutes: entry.item.minutes,
        ..BookChapter::default()
    }
}

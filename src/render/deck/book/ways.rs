//! Addresses between the pages of a workbook, its decks and the site: from file to file, so that they lead there from a disk.

use crate::{
    base::{path::RepoPath, url::encode_path},
    parse::slides::Definitions,
    render::{
        deck::{book::line, hooks::relative, label::first_line, plan::Plan, slide::Setting},
        page::Render,
        theme::context::{BookDeck, Link},
        trace::{DeckFacts, Lead, Leads},
    },
    site::{deck::book_route, resolve::Spelling, route::Route, routes::BookPage},
};

/// The address of a page as seen from another, with the file of a folder's page.
pub(in crate::render::deck) fn to_file(from: &Route, to: &Route) -> String {
    let file = if to.as_str().ends_with('/') { Route::new(&format!("{to}index.html")) } else { to.clone() };
    relative(from, &file)
}

/// The address of the site's first page.
pub(super) fn home(render: &Render, from: &Route) -> String {
    let home = render.asker.settings().languages.home(render.asker.language());
    to_file(from, &home)
}

/// The page of a chapter: its title and address; `None` when it has none.
pub(super) fn to_chapter(render: &Render, setting: Setting<'_>, chapter: &RepoPath) -> Option<Link> {
    let (key, route) = page_of(render, setting.route, chapter)?;
    let title = match heading_of(render, setting, chapter) {
        Some(heading) => heading,
        None => render.facts(&key)?.title.to_owned(),
    };
    Some(Link { title, url: to_file(setting.route, &route) })
}

/// What a chapter without a title is called: its first heading, unless variables are in it.
fn heading_of(render: &Render, setting: Setting<'_>, chapter: &RepoPath) -> Option<String> {
    let outline = render.asker.outline(chapter).filter(|outline| outline.title.is_none())?;
    let heading = outline.heading.as_deref().filter(|heading| !heading.contains("@@"))?;
    Some(first_line(&line(render, setting, chapter, heading)))
}

/// The address of a chapter's page as seen from another.
pub(in crate::render::deck) fn chapter_url(
    render: &Render,
    from: &Route,
    chapter: &RepoPath,
) -> Option<String> {
    page_of(render, from, chapter).map(|(_, route)| to_file(from, &route))
}

/// The key and the address of a chapter's page.
fn page_of(render: &Render, from: &Route, chapter: &RepoPath) -> Option<(RepoPath, Route)> {
    let target = encode_path(chapter.file_name());
    let (file, route) = (chapter.clone(), from.clone());
    let lead = render.asker.ask(Leads { spelling: Spelling::Path, target, file, route });
    match lead {
        Lead::To { route, page: Some(key), .. } => Some((key, route)),
        _ => None,
    }
}

/// The pages of a deck, and the chapters around one.
pub(super) fn to_deck(
    render: &Render,
    from: &Route,
    deck: &RepoPath,
    chapter: Option<&RepoPath>,
) -> Option<BookDeck> {
    let facts = render.asker.ask(DeckFacts(deck.clone()))?;
    let page = |page: BookPage| to_file(from, &book_route(facts.route, page));
    let plan = Plan::of(facts.manifest, &deck.parent().unwrap_or_default());
    let mut chapters: Vec<&RepoPath> = plan.entries.iter().filter_map(|entry| entry.path.as_ref()).collect();
    chapters.dedup();
    let at = chapters.iter().position(|path| Some(*path) == chapter);
    let definitions = Definitions::default();
    let setting = Setting { deck, route: from, pin: facts.pin, definitions: &definitions };
    let around = |at: Option<usize>| to_chapter(render, setting, chapters.get(at?)?);
    Some(BookDeck {
        title: facts.manifest.title_or(deck.stem()),
        url: to_file(from, facts.route),
        contents_url: page(BookPage::Contents),
        syllabus_url: page(BookPage::Syllabus),
        quiz_url: page(BookPage::Quiz),
        previous: around(at.and_then(|at| at.checked_sub(1))),
        next: around(at.map(|at| at + 1)),
    })
}

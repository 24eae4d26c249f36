//! [`chapter`]: a chapter as a page to read.

use std::{collections::BTreeSet, sync::Arc};

use compact_str::CompactString;

use crate::{
    base::{diagnostic::Diagnostic, path::RepoPath},
    parse::slides::{Definitions, Learned},
    render::{
        deck::{
            book::{questions, tasks, ways},
            chapters::Reader,
            ids::SlideIds,
            page::LENSES,
            row::{self, Shown, SlideRef},
            slide::{self, Setting, SlideHtml},
        },
        markdown::escape,
        page::Render,
        theme::context::{Book, TocEntry},
        trace::{DeckFacts, ShownBy},
        view,
    },
    site::route::Route,
};

/// The class of slides that are folded.
const EXTRA: &str = "extra-details";
/// How many headings a chapter needs before a list of them is worth showing.
const MIN_TOC: usize = 3;

/// The page of a chapter that decks show.
pub(in crate::render) fn chapter(
    render: &Arc<Render>,
    route: &Route,
    key: &RepoPath,
) -> (String, Vec<Diagnostic>) {
    let Some(page) = render.facts(key) else { return Default::default() };
    let decks = render.asker.ask(ShownBy(page.path.clone()));
    let first = decks.first().copied();
    let Some((deck, facts)) = first.and_then(|deck| Some((deck, render.asker.ask(DeckFacts(deck.clone()))?)))
    else {
        return render.page(route, key);
    };
    // What is wrong with the chapter is told by its decks. Contents are no part of it.
    let reader = Reader::new(render, deck, facts.manifest, None);
    let Some(text) = reader.file(page.path, Some("")) else { return Default::default() };
    let definitions: Definitions =
        text.chapter.definitions.iter().map(|found| (found.id.clone(), found.clone())).collect();
    let setting = Setting { deck, route, pin: None, definitions: &definitions };
    let excluded: BTreeSet<&str> = facts.manifest.exclude.iter().flatten().map(String::as_str).collect();
    let order: Vec<SlideRef> =
        (0..text.chapter.slides.len()).map(|slide| SlideRef { text: 0, slide }).collect();
    let texts = [Arc::clone(&text)];
    let known = slide::known(render, setting, &text.path, std::slice::from_ref(&text));
    let title = text.chapter.titles.first().and_then(|title| known.get(title.slide)?.heading.as_deref());
    let heading = || known.iter().find_map(|slide| slide.heading.as_deref());
    let title = title.or_else(heading).unwrap_or(page.title);
    let mut leaves = Leaves {
        deck: ways::to_file(route, facts.route),
        show: render.asker.texts(page.lang).get("book_slide").unwrap_or_default().to_owned(),
        ids: SlideIds::new(render.asker.settings().content.clone(), texts[0].chapter.slides.len()),
        heading: Some(title.into()),
        toc: Vec::new(),
        html: String::new(),
    };
    for shown in &row::row(&order, &texts, &excluded) {
        let id = |leaves: &mut Leaves, html: &SlideHtml| leaves.ids.id(&text, shown, html);
        if shown.is_plain(&texts) {
            let html = &known[shown.base.slide];
            let id = id(&mut leaves, html);
            leaves.push(shown, html, &id);
        } else {
            let html = slide::one(render, setting, &texts, shown);
            let id = id(&mut leaves, &html);
            leaves.push(shown, &html, &id);
        }
    }
    let learned = Learned::of(&text.text, &text.chapter);
    let book = Book {
        kind: "chapter".to_owned(),
        title: title.to_owned(),
        url: render.href(route),
        permalink: view::permalink(render, route),
        lang: page.lang.to_owned(),
        dir: view::dir_of(render, page.lang),
        home_url: ways::home(render, route),
        edit_url: view::edit_of(render, page.path),
        decks: decks.iter().filter_map(|deck| ways::to_deck(render, route, deck, Some(page.path))).collect(),
        toc: if leaves.toc.len() >= MIN_TOC { leaves.toc } else { Vec::new() },
        questions: questions(render, setting, page.path, &learned, 0),
        ..Book::default()
    };
    let mut diagnostics = Vec::new();
    let context = book.to_context(&leaves.html);
    let html = render.template(
        "book/chapter",
        "book/chapter.html",
        page.path,
        Some(key),
        &context,
        &mut diagnostics,
    );
    (html, diagnostics)
}

/// The slides of a chapter as they are read.
struct Leaves {
    /// The address of the deck.
    deck: String,
    /// What the link to a slide is called.
    show: String,
    ids: SlideIds,
    /// The last heading: slides that go on with it don't repeat it.
    heading: Option<CompactString>,
    toc: Vec<TocEntry>,
    html: String,
}

impl Leaves {
    fn push(&mut self, shown: &Shown, slide: &SlideHtml, id: &str) {
        if slide.html.trim().is_empty() {
            return;
        }
        let classes: Vec<&str> = shown.properties.classes().collect();
        let is_extra = classes.contains(&EXTRA);
        let is_again = slide.heading.is_some() && slide.heading == self.heading;
        let html = tasks::tick(&slide.html, id);
        let html = if is_extra || is_again { without_heading(&html) } else { &html };
        if slide.heading.is_some() {
            self.heading.clone_from(&slide.heading);
        }
        let element = if is_extra { "details" } else { "section" };
        let out = &mut self.html;
        out.push('<');
        out.push_str(element);
        out.push_str(" data-slide");
        escape::push_attribute(out, "id", id);
        if !classes.is_empty() {
            escape::push_attribute(out, "class", &classes.join(" "));
        }
        out.push_str(">\n");
        if is_extra {
            out.push_str("<summary>");
            escape::push_text(out, self.heading.as_deref().unwrap_or("…"));
            out.push_str("</summary>\n");
        } else if let Some(lens) = classes.iter().find(|class| LENSES.contains(class)) {
            out.push_str("<p class=\"lens\">");
            escape::push_text(out, &lens.replace('-', " "));
            out.push_str("</p>\n");
        }
        out.push_str("<div class=\"content\">\n");
        out.push_str(html);
        out.push_str("</div>\n<a class=\"to-slide\"");
        let label = slide.heading.as_deref().unwrap_or(id);
        escape::push_attribute(out, "href", &format!("{}#{id}", self.deck));
        escape::push_attribute(out, "title", &self.show);
        escape::push_attribute(out, "aria-label", &format!("{}: {label}", self.show));
        out.push_str("></a>\n</");
        out.push_str(element);
        out.push_str(">\n");
        if let Some(heading) = slide.heading.as_ref().filter(|_| !is_again && !is_extra) {
            let (id, title) = (id.to_owned(), heading.to_string());
            self.toc.push(TocEntry { level: 2, id, title, children: Vec::new() });
        }
    }
}

/// The HTML without the heading that it begins with.
fn without_heading(html: &str) -> &str {
    let trimmed = html.trim_start();
    let level = trimmed.strip_prefix("<h").and_then(|rest| rest.chars().next()).filter(char::is_ascii_digit);
    let behind = level.and_then(|level| trimmed.split_once(&format!("</h{level}>")));
    behind.map_or(html, |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_is_taken_off() {
        let check = |html: &str, expected: &str| assert_eq!(without_heading(html), expected);
        check("\n<h2 id=\"a\">A <b>b</b></h2>\n<p>c</p>", "\n<p>c</p>");
        check("<p>a</p><h2>b</h2>", "<p>a</p><h2>b</h2>");
        check("<hr><h2>b</h2>", "<hr><h2>b</h2>");
        check("<h2>b", "<h2>b");
    }
}

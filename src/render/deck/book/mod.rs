//! The workbook: pages to read of what decks show, for trainees.
//!
//! * [`chapter`] is the page of a chapter: its slides below each other with all their steps, what is extra folded, labs as
//!   lists to tick off (`tasks`), questions at the end. Its values are those of the first deck that shows it.
//! * [`of_deck`] are the pages about all chapters of a deck: the list of them, the syllabus and the quiz, made of what their
//!   notes say (`parse::slides::Learned`).
//!
//! Links between them and to the deck lead there from a file of the disk as well.

mod chapter;
mod of_deck;
mod tasks;
mod ways;

pub(super) use self::ways::{chapter_url, to_file};
pub(in crate::render) use self::{chapter::chapter, of_deck::of_deck};

use crate::{
    base::{lang::autonym, path::RepoPath},
    parse::{
        expand::Expanded,
        slides::{self, Learned},
    },
    render::{
        deck::{
            hooks::SlideHooks,
            slide::{Setting, to_slide},
        },
        page::Render,
        theme::context::{BookAnswer, BookQuestion, BookText},
    },
};

/// Markdown of a chapter's notes as HTML.
fn html(render: &Render, setting: Setting<'_>, chapter: &RepoPath, markdown: &str) -> String {
    let Setting { deck, route, pin, .. } = setting;
    let mut hooks = SlideHooks { render, deck, route, pin, chapter, problems: Vec::new() };
    let files = vec![chapter.clone()];
    let expanded = Expanded { text: markdown.to_owned(), files, ..Expanded::default() };
    to_slide(&expanded, &[], &mut hooks).0
}

/// One line of Markdown as HTML, without the paragraph around it.
fn line(render: &Render, setting: Setting<'_>, chapter: &RepoPath, markdown: &str) -> String {
    let html = html(render, setting, chapter, markdown);
    let inner = html.trim().strip_prefix("<p>").and_then(|rest| rest.strip_suffix("</p>"));
    inner.map_or_else(|| html.trim().to_owned(), str::to_owned)
}

/// The questions of a chapter; `first` is the number of those before them on the page.
fn questions(
    render: &Render,
    setting: Setting<'_>,
    chapter: &RepoPath,
    learned: &Learned,
    first: usize,
) -> Vec<BookQuestion> {
    let line = |markdown: &str| line(render, setting, chapter, markdown);
    let question = |(at, question): (usize, &slides::Question)| BookQuestion {
        id: format!("question-{}", first + at + 1),
        html: line(&question.text),
        several: question.answers.iter().filter(|(_, right)| *right).count() > 1,
        answers: question
            .answers
            .iter()
            .map(|(answer, right)| BookAnswer { html: line(answer), right: *right })
            .collect(),
    };
    learned.questions.iter().enumerate().map(question).collect()
}

/// The syllabus of a chapter, by language.
fn syllabus(render: &Render, setting: Setting<'_>, chapter: &RepoPath, learned: &Learned) -> Vec<BookText> {
    let of_language = |(lang, markdown): (&String, &String)| BookText {
        lang: lang.clone(),
        name: autonym(lang),
        html: html(render, setting, chapter, markdown),
    };
    learned.syllabus.iter().map(of_language).collect()
}

//! What templates see of a workbook: the page of a chapter, and the pages about all chapters of a deck.

use serde::Serialize;

use super::{
    Context,
    context::{Link, TocEntry},
};

/// What the templates in `book/` see as `book`: a page to read of what decks show. Addresses are relative to it, but for its own.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Book {
    /// `chapter`, `workbook`, `syllabus` or `quiz`.
    pub kind: String,
    /// The title of the chapter, or else of the deck.
    pub title: String,
    /// Its address.
    pub url: String,
    /// The same with scheme and host, when the site knows its own.
    pub permalink: Option<String>,
    /// Its language.
    pub lang: String,
    /// `rtl` or `ltr`.
    pub dir: String,
    /// The site's first page.
    pub home_url: String,
    /// Where a chapter is edited.
    pub edit_url: Option<String>,
    /// The decks that show it. Values in a chapter are those of the first.
    pub decks: Vec<BookDeck>,
    /// The headings of a chapter.
    pub toc: Vec<TocEntry>,
    /// The questions of a chapter.
    pub questions: Vec<BookQuestion>,
    /// How many questions there are in a quiz.
    pub n_questions: usize,
    /// The parts of a deck.
    pub parts: Vec<BookPart>,
}

impl Book {
    /// The context of a render; the slides of a chapter are `content`.
    pub fn to_context(&self, content: &str) -> Context<'static> {
        let mut context = Context::new();
        context.insert("book", self);
        context.insert_html("content", content);
        context
    }
}

/// A deck, with the chapters around the one that is shown.
#[derive(Clone, Debug, Default, Serialize)]
pub struct BookDeck {
    /// Its title.
    pub title: String,
    /// Its slides.
    pub url: String,
    /// The list of its chapters.
    pub contents_url: String,
    /// What is learned.
    pub syllabus_url: String,
    /// Its questions.
    pub quiz_url: String,
    /// The chapter before.
    pub previous: Option<Link>,
    /// The chapter behind.
    pub next: Option<Link>,
}

/// A part of a deck.
#[derive(Clone, Debug, Default, Serialize)]
pub struct BookPart {
    /// Its title.
    pub title: Option<String>,
    /// Its number, where no part has a title.
    pub number: Option<usize>,
    /// How long it takes.
    pub minutes: Option<u32>,
    /// Its chapters.
    pub chapters: Vec<BookChapter>,
}

/// A chapter of a deck.
#[derive(Clone, Debug, Default, Serialize)]
pub struct BookChapter {
    /// Its title, as HTML.
    pub title: String,
    /// Its page; `None` when it has none.
    pub url: Option<String>,
    /// The slide that it begins with, if it has a title.
    pub slides_url: Option<String>,
    /// How long it takes.
    pub minutes: Option<u32>,
    /// What is learned in it, by language.
    pub syllabus: Vec<BookText>,
    /// Its questions.
    pub questions: Vec<BookQuestion>,
}

/// A text in a language.
#[derive(Clone, Debug, Default, Serialize)]
pub struct BookText {
    /// The tag of the language.
    pub lang: String,
    /// What it calls itself.
    pub name: String,
    /// The text, as HTML.
    pub html: String,
}

/// A question.
#[derive(Clone, Debug, Default, Serialize)]
pub struct BookQuestion {
    /// What it is called on its page.
    pub id: String,
    /// What is asked, as HTML.
    pub html: String,
    /// Whether more than one answer is right.
    pub several: bool,
    /// The answers.
    pub answers: Vec<BookAnswer>,
}

/// An answer to a question.
#[derive(Clone, Debug, Default, Serialize)]
pub struct BookAnswer {
    /// What it says, as HTML.
    pub html: String,
    /// Whether it is right.
    pub right: bool,
}

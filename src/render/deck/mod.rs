//! Decks: a manifest and its chapters become one page of slides.
//!
//! 1. `plan` puts the items of the manifest in a row and knows the parts.
//! 2. `chapters` reads each chapter and replaces its variables; the same text is parsed once, however many decks use it.
//! 3. `titles` writes the slides that a deck adds: tables of contents, and one before each chapter with a title.
//! 4. `row` decides which slides there are, what each inherits, and how they are numbered.
//! 5. `slide` renders a slide with its steps and `notes`, once for all decks in which it looks the same (`cache`, which also goes
//!    into the state of a build).
//! 6. `changes` are those of single slides, which have their ids only now.
//! 7. `page` writes the sections and gives them to the template.
//!
//! `book` makes pages to read of the same slides, for trainees.

mod book;
mod cache;
mod changes;
mod chapters;
mod code;
mod diagrams;
mod finish;
mod hooks;
mod ids;
mod label;
mod notes;
mod page;
mod plan;
mod row;
mod slide;
mod steps;
mod titles;

pub use self::cache::{FormerChapters, Record};
pub(super) use self::{
    book::{chapter, of_deck},
    cache::{ChapterCache, Chapters},
    chapters::fragment,
    page::page,
};

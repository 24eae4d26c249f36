//! Slides: the dialect of remark, in which workshop decks are written.
//!
//! A chapter is a Markdown file that is split into slides *before* it is Markdown, so that `---` below a line of text is no
//! heading. The way of a chapter:
//!
//! 1. `variables` replaces `@@NAME@@`, `@@LINK[...]` and `@@INCLUDE[...]`.
//! 2. `lexer` splits the text, and `chapter` makes slides of it, with the `properties` at their top.
//! 3. `markdown` makes each slide a text that our Markdown parser reads as the author meant it.
//! 4. `learned` finds in notes what is meant for trainees: lines of a syllabus, and questions; `outline` is that with the title.
//!
//! How slides become a deck is left to the renderer.

mod chapter;
mod learned;
mod lexer;
mod markdown;
mod outline;
mod properties;
#[cfg(test)]
mod tests;
mod text;
mod variables;

pub use self::{
    chapter::{Chapter, Definition, Definitions, MAX_SLIDES, Piece, Problem, Slide, Title, parse},
    learned::{Learned, Question, is_marked, may_have_marks},
    markdown::{CLASS, EMPTY, Part, SlideText, label, labels, to_expanded},
    outline::{Outline, is_plain_value},
    properties::Properties,
    text::text_of,
    variables::{Replaced, Used, Values, files_named, replace, used},
};

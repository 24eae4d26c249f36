//! [`Chapter`]: the slides of one text, with the link definitions that it gives to the whole deck.

use std::ops::Range;

use compact_str::CompactString;
use foldhash::HashMap;
use serde::{Deserialize, Serialize};

use crate::{
    base::diagnostic::Diagnostic,
    parse::slides::{
        lexer::{self, Token},
        markdown::label,
        properties::{self, Properties},
    },
};

/// How many slides one chapter can have.
pub const MAX_SLIDES: usize = 10_000;

/// A text in slides. All ranges are byte ranges of the text that was parsed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chapter {
    /// The slides, in order. Each begins where a separator ends.
    pub slides: Vec<Slide>,
    /// `[id]: href "title"`, in order; of those with one id the last holds.
    pub definitions: Vec<Definition>,
    /// The headings that begin a chapter in the table of contents: `# Title`.
    pub titles: Vec<Title>,
    /// What is likely not what the author meant.
    pub problems: Vec<Problem>,
}

impl Chapter {
    /// Its first heading of any level, which is Markdown; `text` is what was parsed.
    pub fn heading<'t>(&self, text: &'t str) -> Option<&'t str> {
        let lines = self.slides.iter().flat_map(|slide| lines_outside_fences(text, slide.range.clone()));
        let heading =
            |line: &'t str| line.trim_start_matches('#').strip_prefix(' ').filter(|_| line.starts_with('#'));
        lines.filter_map(|(_, line)| heading(line)).map(str::trim).find(|heading| !heading.is_empty())
    }

    /// Whether it has nothing to read: no heading, and no slides but empty ones and those with the deck's title.
    pub fn is_bare(&self, text: &str) -> bool {
        let is_bare = |slide: &Slide| {
            text[slide.range.clone()].trim().is_empty()
                || slide.properties.classes().any(|class| class == "title")
        };
        self.heading(text).is_none() && self.slides.iter().all(is_bare)
    }
}

/// What stands between two separators.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slide {
    /// Whether it goes on with the slide before it: it stands behind `--`.
    pub continues: bool,
    /// What is written at its top.
    pub properties: Properties,
    /// Its Markdown.
    pub content: Vec<Piece>,
    /// The notes behind `???`.
    pub notes: Option<Vec<Piece>>,
    /// The whole slide, from behind its separator to the next.
    pub range: Range<usize>,
}

/// A stretch of Markdown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Piece {
    /// Markdown as it stands.
    Text(Range<usize>),
    /// `.a.b[` ... `]`
    Class {
        /// The classes, with spaces between.
        classes: CompactString,
        /// Whether it goes over several lines.
        block: bool,
        /// What is inside.
        content: Vec<Piece>,
        /// All of it.
        whole: Range<usize>,
    },
}

impl Piece {
    /// Where it begins.
    pub fn start(&self) -> usize {
        match self {
            Self::Text(range) | Self::Class { whole: range, .. } => range.start,
        }
    }
}

/// `[id]: href "title"`
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Definition {
    /// What it is called, in lower case.
    pub id: String,
    /// Where it leads.
    pub href: String,
    /// Its title.
    pub title: Option<String>,
    /// Where its id stands.
    pub at: usize,
}

/// Definitions by their ids.
pub type Definitions = HashMap<String, Definition>;

/// A heading of the table of contents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Title {
    /// Its text, which is Markdown.
    pub text: String,
    /// The place of its slide in [`Chapter::slides`].
    pub slide: usize,
    /// Where its line begins.
    pub at: usize,
}

/// A diagnostic with the range that it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What is wrong; its place is not set.
    pub diagnostic: Diagnostic,
    /// Where it is.
    pub range: Range<usize>,
}

/// Parses the text of a chapter, in which variables are replaced already.
pub fn parse(text: &str) -> Chapter {
    let mut builder = Builder { text, chapter: Chapter::default(), slide: Slide::default() };
    for token in lexer::lex(text) {
        builder.token(token);
    }
    builder.finish(text.len());
    let mut chapter = builder.chapter;
    chapter.titles = titles(text, &chapter.slides);
    chapter
}

struct Builder<'t> {
    text: &'t str,
    chapter: Chapter,
    slide: Slide,
}

impl Builder<'_> {
    fn token(&mut self, token: Token) {
        match token {
            Token::Separator { continues, at, end } => {
                self.finish(at);
                self.slide = Slide { continues, range: end..end, ..Slide::default() };
            }
            Token::Notes(at) => {
                if self.slide.notes.is_some() {
                    self.problem(
                        at..at + 3,
                        Diagnostic::warning("second-notes", "this slide has `???` twice")
                            .hint("what stands behind the first replaces nothing: join the two"),
                    );
                }
                self.slide.notes.get_or_insert_default();
            }
            other => {
                let mut pieces = Vec::new();
                self.pieces(other, &mut pieces);
                self.slide.notes.as_mut().unwrap_or(&mut self.slide.content).extend(pieces);
            }
        }
    }

    fn pieces(&mut self, token: Token, pieces: &mut Vec<Piece>) {
        match token {
            Token::Text(range) => push(pieces, range),
            Token::Escape(whole) => push(pieces, whole.start + 1..whole.end),
            Token::Class { classes, inner, tokens, whole } => {
                let mut content = Vec::new();
                for token in tokens {
                    self.pieces(token, &mut content);
                }
                let block = self.text[inner].contains('\n');
                let classes = self.text[classes.start + 1..classes.end].replace('.', " ").into();
                pieces.push(Piece::Class { classes, block, content, whole });
            }
            Token::Definition { id, href, title } => self.definition(id, &self.text[href], title),
            Token::Macro { name, whole } => {
                let name = &self.text[name];
                let problem = Diagnostic::warning("unknown-macro", format!("there is no macro `{name}`"));
                self.problem(
                    whole.clone(),
                    problem.hint("decks have no macros of remark; write what it would say"),
                );
                push(pieces, whole);
            }
            Token::Unclosed(range) => {
                let opening = &self.text[range.clone()];
                let problem = Diagnostic::warning(
                    "unclosed-class",
                    format!("the bracket of `{opening}` is never closed"),
                );
                self.problem(
                    range.clone(),
                    problem.hint("add the `]`, or write `\\` before the dot if it is meant as text"),
                );
                push(pieces, range);
            }
            Token::Separator { .. } | Token::Notes(_) => {}
        }
    }

    fn definition(&mut self, id: Range<usize>, href: &str, title: Option<Range<usize>>) {
        let title = title.map(|title| self.text[title].to_owned());
        let at = id.start;
        let id = label(&self.text[id]);
        self.chapter.definitions.push(Definition { id, href: href.to_owned(), title, at });
    }

    fn finish(&mut self, end: usize) {
        let mut slide = std::mem::take(&mut self.slide);
        slide.range.end = end.max(slide.range.start);
        let problems = properties::take(self.text, &mut slide);
        self.chapter.problems.extend(problems);
        if self.chapter.slides.len() < MAX_SLIDES {
            self.chapter.slides.push(slide);
        } else if self.chapter.slides.len() == MAX_SLIDES {
            let problem =
                Diagnostic::error("too-many-slides", format!("a chapter can have {MAX_SLIDES} slides"));
            if !self.chapter.problems.iter().any(|known| known.diagnostic.code == problem.code) {
                self.problem(slide.range, problem.hint("split it into several chapters"));
            }
        }
    }

    fn problem(&mut self, range: Range<usize>, diagnostic: Diagnostic) {
        self.chapter.problems.push(Problem { diagnostic, range });
    }
}

/// Adds text, to the text before it if it goes on with that.
pub(super) fn push(pieces: &mut Vec<Piece>, range: Range<usize>) {
    match pieces.last_mut() {
        Some(Piece::Text(last)) if last.end == range.start => last.end = range.end,
        _ => pieces.push(Piece::Text(range)),
    }
}

/// The lines `# Title` of slides.
fn titles(text: &str, slides: &[Slide]) -> Vec<Title> {
    let mut titles = Vec::new();
    for (index, slide) in slides.iter().enumerate() {
        for (at, line) in lines_outside_fences(text, slide.range.clone()) {
            if let Some(title) = line.strip_prefix("# ") {
                titles.push(Title { text: title.to_owned(), slide: index, at });
            }
        }
    }
    titles
}

/// The lines of a range that are in no fence, each with its start.
fn lines_outside_fences(text: &str, range: Range<usize>) -> impl Iterator<Item = (usize, &str)> {
    let mut fence: Option<&str> = None;
    let mut at = range.start;
    text[range].split_inclusive('\n').filter_map(move |line| {
        let start = at;
        at += line.len();
        let line = line.strip_suffix('\n').unwrap_or(line);
        let trimmed = line.trim_start_matches(' ');
        let marks = ["```", "~~~"].into_iter().find(|marks| trimmed.starts_with(marks));
        match (fence, marks) {
            (None, Some(marks)) if !trimmed[3..].contains(marks) => fence = Some(marks),
            (Some(open), Some(marks)) if open == marks => fence = None,
            _ => {}
        }
        fence.is_none().then_some((start, line))
    })
}

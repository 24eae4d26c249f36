//! [`Outline`]: what pages about a deck show of a chapter. It seldom differs when the chapter does.

use std::{borrow::Cow, sync::Arc};

use super::{Learned, Piece, Used, Values, parse, replace, used};

/// The variable that stands for tables of contents.
const TOC: &str = "toc";
/// What a value begins with that can make other slides or notes of a text.
const STRUCTURE: [char; 7] = ['-', '?', '#', ':', '`', '~', '<'];

/// The title of a chapter and what its notes say for trainees, as written: with variables.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Outline {
    /// Its first title, which is Markdown.
    pub title: Option<String>,
    /// Its first heading of any level, which is Markdown.
    pub heading: Option<String>,
    /// Whether there is nothing in it to read.
    pub is_bare: bool,
    /// What its notes say.
    pub learned: Learned,
    /// What it asks for.
    pub used: Used,
}

impl Outline {
    /// The outline of a text and of the files that it includes; `None` when variables can make other slides or notes of it.
    pub fn of(text: &str, include: impl Fn(&str) -> Option<Arc<str>>) -> Option<Self> {
        let used = used(text);
        let has_marks = |path: &String| include(path).is_some_and(|text| text.contains("@@"));
        if used.names.contains(TOC) || used.includes.iter().any(has_marks) {
            return None;
        }
        let text = match used.includes.is_empty() {
            true => Cow::Borrowed(text),
            false => Cow::Owned(replace(text, &Included(include)).text),
        };
        let chapter = parse(&text);
        let title = chapter.titles.first().map(|title| title.text.clone());
        let heading = chapter.heading(&text).map(str::to_owned);
        Some(Self {
            title,
            heading,
            is_bare: chapter.is_bare(&text),
            learned: Learned::of(&text, &chapter),
            used,
        })
    }
}

/// Puts files in and leaves variables as they are.
struct Included<I>(I);

impl<I: Fn(&str) -> Option<Arc<str>>> Values for Included<I> {
    fn value(&self, _: &str) -> Option<String> {
        None
    }

    fn link(&self, path: &str) -> String {
        format!("@@LINK[{path}]")
    }

    fn include(&self, path: &str) -> Result<Arc<str>, String> {
        self.0(path).ok_or_else(String::new)
    }
}

/// Whether a value stays within the line that it is put into.
pub fn is_plain_value(value: &str) -> bool {
    !value.contains('\n') && !value.starts_with(STRUCTURE)
}

impl Learned {
    /// What the notes of a chapter with this text say.
    pub fn of(text: &str, chapter: &super::Chapter) -> Self {
        let mut learned = Self::default();
        for slide in &chapter.slides {
            let start = slide.notes.as_ref().and_then(|notes| notes.first()).map(Piece::start);
            if let Some(start) = start {
                learned.read(&text[start..slide.range.end]);
            }
        }
        learned
    }

    /// The same with all Markdown as `change` makes it.
    #[must_use]
    pub fn map(mut self, change: impl Fn(&str) -> String) -> Self {
        self.syllabus.values_mut().for_each(|text| *text = change(text));
        for question in &mut self.questions {
            question.text = change(&question.text);
            question.answers.iter_mut().for_each(|(answer, _)| *answer = change(answer));
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outline_differs_only_with_titles_and_notes() {
        let included = |path: &str| (path == "a.md").then(|| Arc::from("???\n:EN:- More\n"));
        let of = |text: &str| Outline::of(text, included).expect("an outline");
        let outline = of("# One\n\na\n\n---\n\nb\n\n???\n\n:EN:- To *do*\n:Q: Why @@X@@?\n");
        assert_eq!(outline.title.as_deref(), Some("One"));
        assert_eq!(
            outline,
            of("# One\n\nother\n\n---\n\nb\n\n--\n\nc\n\n???\n\n:EN:- To *do*\n:Q: Why @@X@@?\n")
        );
        assert_ne!(outline, of("# One\n\na\n\n---\n\nb\n\n???\n\n:EN:- To *be*\n:Q: Why @@X@@?\n"));
        let learned = outline.learned.map(|text| text.replace("@@X@@", "so"));
        assert_eq!(learned.questions[0].text, "Why so?");
        assert_eq!(of("# @@T@@ [@@LINK[x]]\n\n@@INCLUDE[a.md]").learned.syllabus["en"], "- More\n");
        assert_eq!(of("# @@T@@ @@LINK[x]\n\n@@INCLUDE[a.md]").title.as_deref(), Some("@@T@@ @@LINK[x]"));
        assert_eq!(of("```\n# no\n```\n\n---\n\n## A `b`\n").heading.as_deref(), Some("A `b`"));
        assert!(
            of("class: title, x\n\n@@T@@\n\n---\n\n").is_bare
                && !of("## A\n").is_bare
                && !of("![a](a.png)").is_bare
        );
        assert_eq!(Outline::of("# One\n\n@@TOC@@\n", included), None);
        assert_eq!(Outline::of("# One\n\n@@INCLUDE[a.md]\n", |_| Some(Arc::from("@@X@@"))), None);
    }

    #[test]
    fn values_of_several_lines_make_other_slides() {
        assert!(is_plain_value("[chat](https://x.org)") && is_plain_value(""));
        assert!(!is_plain_value("a\n---\nb") && !is_plain_value("---") && !is_plain_value("???"));
    }
}

//! [`html`]: notes for the one who speaks. Lines that are meant for trainees (`parse::slides::Learned`) are shown as what they
//! are: what is learned in each language, and questions with their answers.

use super::{hooks::SlideHooks, slide::to_slide};
use crate::{
    base::lang::autonym,
    parse::{
        expand::Expanded,
        slides::{self, Learned, Question},
    },
    render::markdown::escape,
};

/// The notes of a slide as HTML.
pub(super) fn html(mut notes: Expanded, hooks: &mut SlideHooks<'_>) -> String {
    if !slides::may_have_marks(&notes.text) {
        return to_slide(&notes, &[], hooks).0;
    }
    let mut learned = Learned::default();
    learned.read(&notes.text);
    // Blanks in their place leave all other lines where they are.
    notes.text = notes
        .text
        .split_inclusive('\n')
        .map(|line| if slides::is_marked(line) { blank(line) } else { line.to_owned() })
        .collect();
    let mut out = to_slide(&notes, &[], hooks).0;
    let mut inner = |markdown: &str| {
        let text = Expanded { text: markdown.to_owned(), files: notes.files.clone(), ..Expanded::default() };
        to_slide(&text, &[], hooks).0
    };
    for (lang, text) in &learned.syllabus {
        out.push_str("<div class=\"learned\"");
        escape::push_attribute(&mut out, "lang", lang);
        out.push_str("><b>");
        escape::push_text(&mut out, &autonym(lang));
        out.push_str("</b>\n");
        out.push_str(&inner(text));
        out.push_str("</div>\n");
    }
    learned.questions.iter().for_each(|question| push_question(&mut out, question, &mut inner));
    out
}

fn push_question(out: &mut String, question: &Question, inner: &mut dyn FnMut(&str) -> String) {
    out.push_str("<div class=\"asked\">");
    if let Some(topic) = &question.topic {
        out.push_str("<b>");
        escape::push_text(out, topic);
        out.push_str("</b>");
    }
    out.push('\n');
    out.push_str(&inner(&question.text));
    out.push_str("<ul>\n");
    for (answer, is_right) in &question.answers {
        out.push_str(if *is_right { "<li class=\"right\">" } else { "<li>" });
        out.push_str(&inner(answer));
        out.push_str("</li>\n");
    }
    out.push_str("</ul></div>\n");
}

fn blank(line: &str) -> String {
    line.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect()
}

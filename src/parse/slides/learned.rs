//! [`Learned`]: what the notes of slides say for trainees, in lines that begin with a mark.
//!
//! `:EN:- What is learned` and `:FR:- Ce qu'on apprend` are lines of a syllabus in a language, each with Markdown behind its
//! mark. `:Q:` is a question, the lines `:A:` behind it are its answers; those with a ✔ in front are right. `:T:` says
//! what the questions are about.

use std::collections::BTreeMap;

/// The sign in front of right answers; a variation selector may follow.
const RIGHT: char = '✔';
const VARIATION: char = '\u{FE0F}';
/// The longest mark, as in `:PT-BR:`.
const MAX_MARK_BYTES: usize = 12;

/// What notes say for trainees.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Learned {
    /// The Markdown of the syllabus by language tags in lower case.
    pub syllabus: BTreeMap<String, String>,
    /// What is asked at the end.
    pub questions: Vec<Question>,
}

/// A question with its answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Question {
    /// What it is about, if that is said.
    pub topic: Option<String>,
    /// What is asked.
    pub text: String,
    /// The answers, in order, and whether each is right.
    pub answers: Vec<(String, bool)>,
}

impl Learned {
    /// Whether the notes say nothing for trainees.
    pub fn is_empty(&self) -> bool {
        self.syllabus.is_empty() && self.questions.is_empty()
    }

    /// Reads the notes of one more slide.
    pub fn read(&mut self, notes: &str) {
        let mut topic = None;
        for (mark, text) in notes.lines().filter_map(marked) {
            match (mark, self.questions.last_mut()) {
                ("T", _) => topic = Some(text.to_owned()),
                ("Q", _) => {
                    self.questions.push(Question {
                        topic: topic.clone(),
                        text: text.to_owned(),
                        answers: Vec::new(),
                    });
                }
                ("A", Some(question)) => {
                    let right =
                        text.strip_prefix(RIGHT).map(|text| text.trim_start_matches(VARIATION).trim_start());
                    question.answers.push((right.unwrap_or(text).to_owned(), right.is_some()));
                }
                (language, _) if language.len() > 1 => self.say(language, text),
                _ => {}
            }
        }
    }

    fn say(&mut self, language: &str, line: &str) {
        let text = self.syllabus.entry(language.to_lowercase()).or_default();
        // A line of text behind a list would belong to its last item.
        let is_item = |line: &str| line.starts_with(['-', '*', '+', ' ']);
        let last = text.lines().last().unwrap_or_default();
        if !text.is_empty() && is_item(last) != is_item(line) {
            text.push('\n');
        }
        text.push_str(line);
        text.push('\n');
    }
}

/// Whether a text may have a line with a mark.
pub fn may_have_marks(text: &str) -> bool {
    text.starts_with(':') || text.contains("\n:")
}

/// Whether a line is one that is read: for trainees, of a syllabus or a question.
pub fn is_marked(line: &str) -> bool {
    marked(line).is_some_and(|(mark, _)| mark.len() > 1 || ["T", "Q", "A"].contains(&mark))
}

/// `:MARK:text`
fn marked(line: &str) -> Option<(&str, &str)> {
    let (mark, text) = line.strip_prefix(':')?.split_once(':')?;
    let is_mark = !mark.is_empty()
        && mark.len() <= MAX_MARK_BYTES
        && mark.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-');
    is_mark.then_some((mark, text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(notes: &str) -> Learned {
        let mut learned = Learned::default();
        learned.read(notes);
        learned
    }

    #[test]
    fn lines_of_a_language_are_its_syllabus() {
        let learned =
            read("Slowly.\n\n:EN:Images\n:EN:- Build *them*\n\n:FR:- En faire\n:PT-BR:- Sim\n:fr:- x\n");
        let shown: Vec<_> = learned.syllabus.iter().map(|(tag, text)| format!("{tag}={text}")).collect();
        assert_eq!(shown, ["en=Images\n\n- Build *them*\n", "fr=- En faire\n", "pt-br=- Sim\n"]);
    }

    #[test]
    fn questions_have_answers() {
        let learned = read(
            ":T: Helm\n:Q: What is a chart?\n:A: A ship\n:A: ✔️A package\n\n:Q: Why?\n:A: ✔ So\n:X: no\n",
        );
        let question = |text: &str, answers: &[(&str, bool)]| Question {
            topic: Some("Helm".to_owned()),
            text: text.to_owned(),
            answers: answers.iter().map(|(text, right)| ((*text).to_owned(), *right)).collect(),
        };
        let first = question("What is a chart?", &[("A ship", false), ("A package", true)]);
        assert_eq!(learned.questions, [first, question("Why?", &[("So", true)])]);
        assert!(learned.syllabus.is_empty());
    }

    #[test]
    fn other_lines_say_nothing() {
        for notes in ["", ":", "::", ":A: an answer to nothing", "a :EN: b", ":smile:", ":EN", ":1:x"] {
            assert!(read(notes).is_empty(), "{notes}");
        }
        assert!(may_have_marks("a\n:EN:- b") && !may_have_marks("a: b"));
        assert!(is_marked(":EN:- b\n") && is_marked(":A: b") && !is_marked(":X: b") && !is_marked(":1:x"));
    }
}

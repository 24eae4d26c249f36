//! [`problems`]: what is wrong with a file that programs read, before it is saved: settings, manifests, data.

use std::collections::BTreeMap;

use crate::{
    base::{
        config::{self, Config},
        diagnostic::{Code, Diagnostic, Place, Severity},
        media::media_type,
        path::RepoPath,
    },
    git::{Content, Edit, Head},
    parse::{data, manifest},
    wiki::{Wiki, WikiError},
};

/// What the problem with a character is called that no text has.
const NUL: Code = "nul-character";

/// What is wrong with a text as the file of a path; for texts that people read it is only a character that no text has.
pub fn problems(path: &RepoPath, text: &str) -> Vec<Diagnostic> {
    if let Some(problem) = nul(path, text) {
        return vec![problem];
    }
    if is_settings(path) {
        return Config::parse(path, text).1;
    }
    if data::DataFormat::of(path).is_none() {
        return Vec::new();
    }
    let (_, problems) = data::parse(path, text.as_bytes());
    if problems.is_empty() {
        let deck = manifest::parse(path, text, &BTreeMap::new());
        return deck.map(|(_, problems)| problems).unwrap_or_default();
    }
    problems
}

/// The character by which Git takes a text for something else, so that it neither merges nor compares it. Browsers show another one.
fn nul(path: &RepoPath, text: &str) -> Option<Diagnostic> {
    let is_text = path.is_markdown() || media_type(path.as_str()).ends_with("charset=utf-8");
    let at = text.find('\0').filter(|_| is_text)?;
    let message = "no text can have the character NUL (U+0000)";
    let problem =
        Diagnostic::error(NUL, message).hint("delete it: editors show it as `^@` or `\\0`, or not at all");
    Some(problem.at(Place::in_text(path, text, at..at + 1)))
}

/// Whether programs can read a text as the file of a path.
pub(super) fn is_readable(path: &RepoPath, text: &str) -> bool {
    problems(path, text).iter().all(|problem| problem.severity != Severity::Error)
}

/// Whether a file says how the whole site is made.
pub fn is_settings(path: &RepoPath) -> bool {
    path.as_str() == config::FILE_NAME
}

impl Wiki {
    /// Refuses edits after which the settings of the site are gone, or nobody could read them, whatever way they come: merged, uploaded,
    /// moved there, or brought back from the past.
    pub(super) fn check_settings(&self, head: &Head, edits: &[Edit]) -> Result<(), WikiError> {
        let Some(edit) = edits.iter().find(|edit| is_settings(&edit.path)) else { return Ok(()) };
        let bytes = match (&edit.content, head.commit) {
            (Some(Content::Bytes(bytes) | Content::Executable(bytes)), _) => bytes.clone(),
            (Some(Content::Moved(from)), Some(head)) => self.bytes(head, from)?.unwrap_or_default(),
            (Some(_), _) => return Ok(()),
            (None, _) => return Err(WikiError::Settings { path: edit.path.clone() }),
        };
        self.check(&edit.path, &String::from_utf8_lossy(&bytes), false)
    }

    /// Refuses a file that no program could read: it would take away what others see. `anyway` lets it through, unless it
    /// has the settings of the site or is no text for Git.
    pub fn check(&self, path: &RepoPath, text: &str, anyway: bool) -> Result<(), WikiError> {
        let is_refused = |problem: &Diagnostic| {
            problem.severity == Severity::Error && (!anyway || is_settings(path) || problem.code == NUL)
        };
        let error = problems(path, text).into_iter().find(is_refused);
        error.map_or(Ok(()), |problem| {
            Err(WikiError::Invalid { path: path.clone(), problem: Box::new(problem) })
        })
    }
}

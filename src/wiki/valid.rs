//! [`problems`]: what is wrong with a file that programs read, before it is saved: settings, manifests, data.

use std::collections::BTreeMap;

use crate::{
    base::{
        config::{self, Config},
        diagnostic::{Diagnostic, Severity},
        path::RepoPath,
    },
    parse::{data, manifest},
    wiki::{Wiki, WikiError},
};

/// What is wrong with a text as the file of a path; nothing for texts that people read.
pub fn problems(path: &RepoPath, text: &str) -> Vec<Diagnostic> {
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

/// Whether a file says how the whole site is made.
fn is_settings(path: &RepoPath) -> bool {
    path.as_str() == config::FILE_NAME
}

impl Wiki {
    /// Refuses a file that no program could read: it would take away what others see. `anyway` lets all but the settings
    /// of the site through.
    pub fn check(&self, path: &RepoPath, text: &str, anyway: bool) -> Result<(), WikiError> {
        if anyway && !is_settings(path) {
            return Ok(());
        }
        let error = problems(path, text).into_iter().find(|problem| problem.severity == Severity::Error);
        error.map_or(Ok(()), |problem| {
            Err(WikiError::Invalid { path: path.clone(), problem: Box::new(problem) })
        })
    }
}

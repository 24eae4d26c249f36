//! The names that people write on code fences, and what each of them means here.
//!
//! A name is looked up without regard to case in [`names`](super::names), then among the grammars' own names
//! and file extensions. Grammars come from `two_face` (the set of `bat`); they are loaded once per process, and
//! each compiles its patterns when it is first used.

use std::{collections::HashMap, sync::LazyLock};

use syntect::parsing::SyntaxSet;

use super::{
    class::ClassTable,
    names::{ALIASES, CONSOLE, PLAIN},
};
use crate::base::diagnostic;

/// How the code of a language is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// As it is.
    Plain,
    /// As a shell session.
    Console,
    /// By the grammar with this index in the set.
    Grammar(usize),
}

/// A language that can be written on a fence.
#[derive(Clone, Debug)]
pub(super) struct Language {
    /// How its code is shown.
    pub(super) kind: Kind,
    label: String,
}

/// Everything about languages that is the same for the whole process.
pub(super) struct Languages {
    /// The grammars.
    pub(super) set: SyntaxSet,
    /// What their scopes mean.
    pub(super) classes: ClassTable,
    by_name: HashMap<String, Language>,
    /// The names that hints suggest, in alphabetical order.
    suggested: Vec<&'static str>,
}

/// The languages of this process; loading takes some 3 ms.
pub(super) static LANGUAGES: LazyLock<Languages> = LazyLock::new(Languages::load);

impl Languages {
    fn load() -> Self {
        let set = two_face::syntax::extra_newlines();
        let mut by_name = HashMap::new();
        // Later entries win, as in syntect; so do names over extensions, and ours over both.
        for (index, syntax) in set.syntaxes().iter().enumerate().filter(|(_, syntax)| !syntax.hidden) {
            for extension in &syntax.file_extensions {
                by_name.insert(extension.to_lowercase(), grammar(index, short_name(&syntax.name)));
            }
        }
        for (index, syntax) in set.syntaxes().iter().enumerate().filter(|(_, syntax)| !syntax.hidden) {
            by_name.insert(syntax.name.to_lowercase(), grammar(index, short_name(&syntax.name)));
        }
        for &(names, wanted, label) in ALIASES {
            let found = set.syntaxes().iter().rposition(|syntax| syntax.name == wanted);
            let Some(index) = found else { continue };
            by_name.extend(names.split(' ').map(|name| (name.to_owned(), grammar(index, label))));
        }
        for &(names, label) in PLAIN {
            let language = Language { kind: Kind::Plain, label: label.to_owned() };
            by_name.extend(names.split(' ').map(|name| (name.to_owned(), language.clone())));
        }
        let console = Language { kind: Kind::Console, label: "Console".to_owned() };
        by_name.extend(CONSOLE.split(' ').map(|name| (name.to_owned(), console.clone())));

        let mut suggested: Vec<&'static str> =
            ALIASES.iter().flat_map(|(names, ..)| names.split(' ')).collect();
        suggested.extend(PLAIN.iter().flat_map(|(names, _)| names.split(' ')));
        suggested.extend(CONSOLE.split(' '));
        suggested.sort_unstable();
        Self { set, classes: ClassTable::new(), by_name, suggested }
    }

    /// The language with this name, in any case.
    pub(super) fn find(&self, name: &str) -> Option<&Language> {
        self.by_name.get(name).or_else(|| self.by_name.get(&name.to_lowercase()))
    }
}

fn grammar(index: usize, label: &str) -> Language {
    Language { kind: Kind::Grammar(index), label: label.to_owned() }
}

/// `HTML (EEx)` is `EEx`, `Dockerfile (with bash)` is `Dockerfile`.
fn short_name(name: &str) -> &str {
    match name.strip_prefix("HTML (").and_then(|rest| rest.strip_suffix(')')) {
        Some(inner) => inner,
        None => name.split(" (").next().unwrap_or(name),
    }
}

/// Whether a fence can have this name without complaint: there is a grammar for it, or it needs none.
pub fn known(language: &str) -> bool {
    language.is_empty() || LANGUAGES.find(language).is_some()
}

/// The known name that is most like this one, for a hint.
pub fn nearest(language: &str) -> Option<&'static str> {
    diagnostic::nearest(language, LANGUAGES.suggested.iter().copied())
}

/// The language's name for people, such as `C++` for `cpp`.
pub fn label(language: &str) -> Option<&'static str> {
    LANGUAGES.find(language).map(|language| language.label.as_str()).filter(|label| !label.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_alias_has_its_grammar() {
        for &(names, wanted, label_wanted) in ALIASES {
            assert!(LANGUAGES.set.find_syntax_by_name(wanted).is_some(), "{wanted}");
            for name in names.split(' ') {
                assert_eq!(label(name), Some(label_wanted), "{name}");
                assert!(name.chars().all(|c| !c.is_uppercase()), "{name} is looked up in lower case");
            }
        }
    }

    #[test]
    fn no_name_means_two_things() {
        let mut names = LANGUAGES.suggested.clone();
        names.dedup();
        assert_eq!(names, LANGUAGES.suggested);
    }

    #[test]
    fn names_are_found_in_any_case_by_extension_and_by_name() {
        for name in ["Rust", "RS", "toml", "Cargo.lock", "Jenkinsfile", "Java Server Page (JSP)", "jsp", ""] {
            assert!(known(name), "{name}");
        }
        assert!(!known("klingon"));
        assert_eq!(LANGUAGES.find("Mermaid").map(|language| language.kind), Some(Kind::Plain));
        assert_eq!(LANGUAGES.find("Console").map(|language| language.kind), Some(Kind::Console));
    }

    #[test]
    fn hints_and_labels() {
        assert_eq!(nearest("pyhton"), Some("python"));
        assert_eq!(nearest("javscript"), Some("javascript"));
        assert_eq!(nearest("klingon-of-the-north"), None);
        assert_eq!(label("text"), None);
        assert_eq!(label("eex"), None);
        assert_eq!(label("html.eex"), Some("EEx"));
    }
}

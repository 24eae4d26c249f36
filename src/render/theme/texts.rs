//! [`Texts`]: what a theme says, in each language, from its files `i18n/LANGUAGE.yml`.
//!
//! Texts lie on top of each other one by one: a site replaces single texts of the built-in theme. What a language lacks is
//! said in the wider one (`fr` for `fr-CA`), and then in English.

use std::{borrow::Cow, collections::BTreeMap, sync::OnceLock};

use super::files::ThemeFile;
use crate::base::{
    diagnostic::{Diagnostic, Place},
    digest::Print,
    path::RepoPath,
    yaml,
};

/// The folder of the files.
pub(super) const FOLDER: &str = "i18n/";
/// What the files end with.
const EXTENSION: &str = ".yml";
/// The language that has all texts.
const LAST_RESORT: &str = "en";

/// Texts by language and key.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    by_language: BTreeMap<String, Language>,
}

/// The files of one language, the lowest first, and what they say together: most languages are never asked for.
#[derive(Clone, Debug, Default)]
struct Language {
    files: Vec<Layer>,
    said: OnceLock<Said>,
}

/// What one file says.
#[derive(Clone, Debug)]
enum Layer {
    /// It was not read yet. Only files of the binary may wait: tests read them all, so that nothing is wrong with them.
    Unread(Cow<'static, [u8]>),
    Read(BTreeMap<String, String>),
}

/// What is said in one language, by key.
#[derive(Clone, Debug, Default)]
struct Said {
    texts: BTreeMap<String, String>,
    print: Print,
}

impl Language {
    fn said(&self) -> &Said {
        self.said.get_or_init(|| {
            let mut texts = BTreeMap::new();
            for layer in &self.files {
                match layer {
                    Layer::Unread(bytes) => texts.extend(read(bytes, &RepoPath::root()).0),
                    Layer::Read(layer) => texts.extend(layer.clone()),
                }
            }
            Said { print: Print::of(&texts), texts }
        })
    }
}

impl Texts {
    /// Puts the texts of a file over those that are there; `path` is where problems are.
    pub(super) fn add(&mut self, file: ThemeFile, path: &RepoPath) -> Vec<Diagnostic> {
        let language = file.name.strip_prefix(FOLDER).and_then(|name| name.strip_suffix(EXTENSION));
        let Some(language) = language.map(str::to_lowercase) else { return Vec::new() };
        let (layer, problems) = match file.origin {
            None => (Layer::Unread(file.bytes), Vec::new()),
            Some(_) => {
                let (texts, problems) = read(&file.bytes, path);
                (Layer::Read(texts), problems)
            }
        };
        let language = self.by_language.entry(language).or_default();
        language.files.push(layer);
        problems
    }

    /// A text in a language, or else in the nearest that has it.
    pub(super) fn get(&self, language: &str, key: &str) -> Option<&str> {
        let own = self.by_language.get(language).and_then(|language| language.said().texts.get(key));
        let nearest = || self.for_language(language).find_map(|said| said.texts.get(key));
        own.or_else(nearest).map(String::as_str)
    }

    /// The print of all that [`Texts::get`] can say in a language.
    pub(super) fn print(&self, language: &str) -> Print {
        Print::of(&self.for_language(language).map(|said| said.print).collect::<Vec<_>>())
    }

    /// The keys that [`Texts::get`] knows in a language.
    pub(super) fn keys(&self, language: &str) -> impl Iterator<Item = &str> {
        self.for_language(language).flat_map(|said| said.texts.keys()).map(String::as_str)
    }

    fn for_language(&self, language: &str) -> impl Iterator<Item = &Said> {
        let language = language.to_lowercase();
        let wider = language.split('-').next().unwrap_or_default().to_owned();
        let mut names = vec![language, wider, LAST_RESORT.to_owned()];
        names.dedup();
        names.into_iter().filter_map(|name| self.by_language.get(&name)).map(Language::said)
    }
}

/// The texts of a file, by key.
fn read(bytes: &[u8], path: &RepoPath) -> (BTreeMap<String, String>, Vec<Diagnostic>) {
    let mut texts = BTreeMap::new();
    let Ok(text) = std::str::from_utf8(bytes) else {
        return (texts, vec![wrong(path, "is not UTF-8 text").hint("save it as UTF-8")]);
    };
    let (node, mut diagnostics) = yaml::read(path, text, 0..text.len(), yaml::SMALL);
    let Some(node) = node.filter(|node| !node.is_null()) else { return (texts, diagnostics) };
    let Some(entries) = node.as_map() else {
        diagnostics.push(wrong(path, "has no keys").hint("write `key: text` in each line"));
        return (texts, diagnostics);
    };
    for entry in entries {
        match entry.node.as_written(text) {
            Some(text) => drop(texts.insert(entry.key.clone(), text)),
            None => diagnostics.push(
                wrong(path, &format!("has no text for `{}`", entry.key))
                    .at(Place::in_text(path, text, entry.node.span.clone()))
                    .hint("write one text; quote it if it begins with a sign such as `{`"),
            ),
        }
    }
    (texts, diagnostics)
}

fn wrong(path: &RepoPath, problem: &str) -> Diagnostic {
    Diagnostic::error("template-file", format!("the file of texts `{path}` {problem}")).at(Place::file(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(files: &[(&str, &str)]) -> (Texts, Vec<String>) {
        let (mut texts, mut problems) = (Texts::default(), Vec::new());
        for (name, text) in files {
            let path = RepoPath::root().join("x.yml");
            let file = ThemeFile {
                name: (*name).to_owned(),
                bytes: text.as_bytes().to_vec().into(),
                is_packed: false,
                origin: Some(path.clone()),
            };
            problems.extend(texts.add(file, &path).into_iter().map(|problem| problem.message));
        }
        (texts, problems)
    }

    #[test]
    fn the_nearest_language_speaks() {
        let (texts, problems) = texts(&[
            ("i18n/en.yml", "a: A\nb: B\nc: C\n"),
            ("i18n/fr.yml", "a: Ah\nb: Beh\n"),
            ("i18n/fr-CA.yml", "a: Ha\n"),
            ("i18n/fr.yml", "b: Bé\n"),
        ]);
        assert!(problems.is_empty());
        let said = |language| ["a", "b", "c", "d"].map(|key| texts.get(language, key).unwrap_or("-"));
        assert_eq!(said("fr-ca"), ["Ha", "Bé", "C", "-"]);
        assert_eq!(said("fr-FR"), ["Ah", "Bé", "C", "-"]);
        assert_eq!(said("ja"), ["A", "B", "C", "-"]);
        assert_ne!(texts.print("fr"), texts.print("en"));
        assert_eq!(texts.print("ja"), texts.print("en"));
    }

    #[test]
    fn what_is_no_text_is_told_about() {
        let (texts, problems) =
            texts(&[("i18n/en.yml", "a: [x]\nb: 1\n"), ("i18n/fr.yml", "- x\n"), ("i18n/de.yml", "")]);
        assert_eq!(
            problems,
            ["the file of texts `x.yml` has no text for `a`", "the file of texts `x.yml` has no keys"]
        );
        assert_eq!(texts.get("en", "b"), Some("1"));
    }

    #[test]
    fn the_built_in_languages_say_the_same_things() {
        let (theme, problems) =
            crate::render::theme::Theme::load("default", Default::default(), &Default::default());
        assert!(problems.is_empty());
        let files = theme.texts.by_language.values().flat_map(|language| &language.files);
        for file in files {
            let Layer::Unread(bytes) = file else { panic!("a built-in file that was read") };
            assert!(read(bytes, &RepoPath::root()).1.is_empty());
        }
        let keys = |language: &str| theme.texts.by_language[language].said().texts.keys().collect::<Vec<_>>();
        // What is filled in is filled in in all of them.
        let gaps = |text: &str| {
            let parts = text.split('{').skip(1).filter_map(|part| part.split('}').next());
            let mut gaps: Vec<String> = parts.map(str::to_owned).collect();
            gaps.sort_unstable();
            (gaps, text.matches('|').count())
        };
        let english = &theme.texts.by_language["en"].said().texts;
        for (language, files) in &theme.texts.by_language {
            let said = files.said();
            assert_eq!(keys("en"), keys(language), "{language}");
            for (key, text) in &said.texts {
                assert_eq!(gaps(text), gaps(&english[key]), "`{key}` of `{language}`");
            }
        }
    }
}

//! [`Language`]: the languages of a site, as `languages` in `recto.yml` lists them.
//!
//! ```yaml
//! languages: [en, fr]
//! languages:
//!   en: {}
//!   fr: {title: Le guide, description: Tout sur le pain}
//! ```

use serde::Serialize;

use super::{
    Footer, MenuItem,
    read::{Reader, set},
};
use crate::base::{
    diagnostic::Diagnostic,
    lang::{LTR, RTL, is_likely_tag, is_same_tag, is_tag, tag_of_name},
    node::{Entry, Node, Value},
};

/// How many languages a site can have. Each page asks for its translations.
const MAX_LANGUAGES: usize = 100;

/// One of the languages of a site.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Language {
    /// Its tag, as `fr` or `pt-BR`; also the name of its folder.
    pub tag: String,
    /// What readers choose it by, if not its own name.
    pub name: Option<String>,
    /// The site's name in it.
    pub title: Option<String>,
    /// A sentence about the site in it.
    pub description: Option<String>,
    /// Which way it is written, if not as usual: `ltr` or `rtl`.
    pub dir: Option<&'static str>,
    /// The links at the top of its pages.
    pub menu: Option<Vec<MenuItem>>,
    /// What stands at the foot of its pages.
    pub footer: Option<Footer>,
}

/// What stands in place of a page that isn't translated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Untranslated {
    /// Nothing.
    #[default]
    Absent,
    /// The page in the default language.
    Original,
}

impl Language {
    /// A language with nothing special.
    pub fn new(tag: &str) -> Self {
        Self { tag: tag.to_owned(), ..Self::default() }
    }
}

impl Reader<'_> {
    pub(super) fn languages(&mut self, key: &str, node: &Node) {
        let listed: Vec<(Option<Language>, &Node)> = match &node.value {
            Value::Null => return,
            Value::List(items) => items.iter().map(|item| (self.listed_language(key, item), item)).collect(),
            Value::Map(entries) => {
                entries.iter().map(|entry| (self.keyed_language(key, entry), &entry.node)).collect()
            }
            Value::Bool(_) | Value::Number(_) | Value::Text(_) => {
                let hint = Some("write `[en, fr]`".to_owned());
                return self.shapes.bad_value(key, node, "a list or a mapping of languages", hint);
            }
        };
        for (language, node) in listed {
            if let Some(language) = language {
                self.add_language(language, node);
            }
        }
    }

    fn add_language(&mut self, language: Language, node: &Node) {
        let languages = &mut self.config.languages;
        let is_twice = languages.iter().any(|other| is_same_tag(&other.tag, &language.tag));
        if !is_twice && languages.len() < MAX_LANGUAGES {
            languages.push(language);
            return;
        }
        self.shapes.report(&node.span, || {
            if is_twice {
                Diagnostic::error("duplicate-key", format!("`{}` is listed twice", language.tag))
                    .hint("keep one of the two")
            } else {
                Diagnostic::error("bad-value", format!("a site can have {MAX_LANGUAGES} languages"))
                    .hint("split it into several sites")
            }
        });
    }

    /// `fr`, or `{tag: fr, title: ...}`.
    fn listed_language(&mut self, key: &str, item: &Node) -> Option<Language> {
        let Value::Map(entries) = &item.value else {
            let text = self.shapes.text_of(key, item)?;
            return self.tag(key, item, text).map(|tag| Language::new(&tag));
        };
        let language = self.language_fields(entries);
        if !entries.iter().any(|entry| entry.key == "tag") {
            self.missing(item, "languages[].tag");
        }
        Some(language).filter(|language| !language.tag.is_empty())
    }

    /// `fr: {title: ...}`, or `fr:` with nothing.
    fn keyed_language(&mut self, key: &str, entry: &Entry) -> Option<Language> {
        let named = Node {
            value: Value::Text(entry.key.clone()),
            span: entry.key_span.clone(),
            ..entry.node.clone()
        };
        let tag = self.tag(key, &named, entry.key.clone())?;
        let language = match &entry.node.value {
            Value::Null => Language::default(),
            // Short for the name alone.
            Value::Text(name) => Language { name: Some(name.clone()), ..Language::default() },
            _ => {
                let fields = self.shapes.map_of(&format!("languages.{tag}"), &entry.node)?;
                self.language_fields(fields)
            }
        };
        Some(Language { tag, ..language })
    }

    fn language_fields(&mut self, entries: &[Entry]) -> Language {
        let mut language = Language::default();
        self.fields(entries, "languages[].", |reader, key, node| {
            let shapes = &mut reader.shapes;
            match key {
                "languages[].tag" => {
                    let text = shapes.text_of(key, node);
                    set(&mut language.tag, text.and_then(|text| reader.tag(key, node, text)));
                }
                "languages[].name" => language.name = shapes.text_of(key, node),
                "languages[].title" => language.title = shapes.text_of(key, node),
                "languages[].description" => language.description = shapes.text_of(key, node),
                "languages[].dir" => {
                    language.dir = shapes.choice_of(key, node, &[(LTR, LTR), (RTL, RTL)]);
                }
                "languages[].menu" => language.menu = reader.menu(key, node),
                "languages[].footer" => language.footer = reader.footer(key, node),
                _ => {}
            }
        });
        language
    }

    /// A language tag, or a complaint.
    pub(super) fn tag(&mut self, key: &str, node: &Node, text: String) -> Option<String> {
        if is_tag(&text) {
            return Some(text);
        }
        self.shapes.bad_value(key, node, "a language tag", Some("write `en` or `de-AT`".to_owned()));
        None
    }

    /// Languages have two or three letters; a longer word is likely a name.
    pub(super) fn doubt_tag(&mut self, node: &Node, tag: &str) {
        if !is_likely_tag(tag) {
            let hint = match tag_of_name(tag) {
                Some(meant) => format!("write `{meant}`"),
                None => "write its tag, such as `en` or `de-AT`".to_owned(),
            };
            self.shapes.report(&node.span, || {
                Diagnostic::warning("unknown-tag", format!("`{tag}` is the tag of no language")).hint(hint)
            });
        }
    }

    /// The default language is the one that `language` names, else the first of the list; it comes first, listed or not.
    pub(super) fn put_default_language_first(&mut self, entries: &[Entry]) {
        let config = &mut self.config;
        let Some(first) = config.languages.first() else { return };
        if !entries.iter().any(|entry| entry.key == "language" && !entry.node.is_null()) {
            config.language.clone_from(&first.tag);
            return;
        }
        let place = config.languages.iter().position(|other| is_same_tag(&other.tag, &config.language));
        let default = match place {
            Some(place) => config.languages.remove(place),
            None => Language::new(&config.language),
        };
        config.language.clone_from(&default.tag);
        config.languages.insert(0, default);
    }
}

//! Takes [`FrontMatter`] out of its tree: known keys, the names that other generators give them, and the author's own.

use compact_str::CompactString;
use serde_json::{Map, Value as Json};

use crate::{
    base::{
        diagnostic::{Diagnostic, nearest},
        node::{Entry, Node, Value},
        shape::{Shapes, boolean_hint},
    },
    parse::front_matter::{DATE_HINT, Date, FrontMatter, FrontMatterKeys, Order, Sort},
};

/// Characters of an unknown key that a message shows.
const SHOWN_CHARS: usize = 60;
/// Keys longer than this are no misspelt ones.
const MAX_KEY_CHARS: usize = 30;
/// Known keys up to this length are too short to be recognised with a wrong letter: `land` isn't `lang`.
const SHORT_KEY_CHARS: usize = 4;

/// The known keys besides the taxonomies, with the shape of their values.
pub const KEYS: &[(&str, &str)] = &[
    ("title", "text"),
    ("date", "date"),
    ("updated", "date"),
    ("draft", "boolean"),
    ("publish", "date or boolean"),
    ("expire", "date"),
    ("aliases", "list of texts"),
    ("weight", "whole number"),
    ("layout", "name of a template"),
    ("lang", "language tag"),
    ("translation_of", "page in another language"),
    ("description", "text"),
    ("toc", "boolean"),
    ("search", "boolean"),
    ("redirect", "page, address or URL"),
    ("sort", "`weight`, `date`, `title` or `path`"),
    ("order", "`asc` or `desc`"),
    ("paginate", "number of pages"),
    ("cascade", "mapping of front matter"),
    ("extra", "mapping of your own keys"),
];

/// Names that other generators give to known keys.
const SYNONYMS: &[(&str, &str)] = &[
    ("alias", "aliases"),
    ("redirect_from", "aliases"),
    ("lastmod", "updated"),
    ("modified", "updated"),
    ("publishdate", "publish"),
    ("expirydate", "expire"),
    ("expires", "expire"),
    ("tag", "tags"),
    ("translationof", "translation_of"),
];

/// Keys by which other generators give a page its address.
const ADDRESSES: [&str; 2] = ["permalink", "url"];

const SORTS: &[(&str, Sort)] =
    &[("weight", Sort::Weight), ("date", Sort::Date), ("title", Sort::Title), ("path", Sort::Path)];

const ORDERS: &[(&str, Order)] =
    &[("asc", Order::Asc), ("desc", Order::Desc), ("ascending", Order::Asc), ("descending", Order::Desc)];

/// Reads the entries of a page's front matter, or of a `cascade`.
pub(super) fn front_matter(
    shapes: &mut Shapes<'_>,
    entries: &[Entry],
    known: &FrontMatterKeys,
) -> FrontMatter {
    let mut reader =
        Reader { shapes, known, matter: FrontMatter::default(), own: Map::new(), is_unclear: false };
    entries.iter().for_each(|entry| reader.entry(entry));
    let Reader { mut matter, own, is_unclear, .. } = reader;
    if is_unclear {
        matter.draft = Some(true);
    }
    // A key inside of `extra` is more explicit than one beside it.
    matter.extra.fill_from(own);
    matter
}

/// What is to be taken of front matter that can't be read at all: that it is a draft, if it seems to say when it is shown.
pub(super) fn broken(matter: &str) -> FrontMatter {
    let seems_hidden = |line: &str| {
        let Some((key, value)) = line.split_once([':', '=']) else { return false };
        let key = key.trim().trim_matches(['"', '\'']).to_ascii_lowercase();
        let is_shown = match synonym(&key).unwrap_or(&key) {
            "draft" => "false",
            "publish" | "published" => "true",
            "expire" => "",
            _ => return false,
        };
        !value.trim().eq_ignore_ascii_case(is_shown)
    };
    let is_draft = matter.lines().any(seems_hidden);
    FrontMatter { draft: is_draft.then_some(true), ..FrontMatter::default() }
}

struct Reader<'s, 'a> {
    shapes: &'s mut Shapes<'a>,
    known: &'s FrontMatterKeys,
    matter: FrontMatter,
    /// The author's own keys outside of `extra`.
    own: Map<String, Json>,
    /// Whether something that says when the page is shown can't be read. It is a draft then, whatever else it says: a page that is
    /// missing can be shown later, one that was shown can't be called back.
    is_unclear: bool,
}

impl Reader<'_, '_> {
    fn entry(&mut self, entry: &Entry) {
        let Entry { key, node, .. } = entry;
        if let Some(taxonomy) = self.taxonomy(key) {
            self.terms(&taxonomy, node);
        } else if key == "taxonomies" && node.as_map().is_some() {
            self.taxonomies(node);
        } else if !self.known_key(key, node) {
            self.former_address(key, node);
            self.own_key(entry);
        }
    }

    /// The taxonomy that `key` names, directly or by a synonym.
    fn taxonomy(&self, key: &str) -> Option<String> {
        let is_taxonomy =
            |name: &str| self.known.taxonomies.iter().find(|taxonomy| taxonomy.eq_ignore_ascii_case(name));
        is_taxonomy(key).or_else(|| is_taxonomy(synonym(key)?)).cloned()
    }

    /// Zola's `[taxonomies]`.
    fn taxonomies(&mut self, node: &Node) {
        for entry in node.as_map().unwrap_or_default() {
            match self.taxonomy(&entry.key) {
                Some(taxonomy) => self.terms(&taxonomy, &entry.node),
                None => self.keep(entry),
            }
        }
    }

    fn terms(&mut self, taxonomy: &str, node: &Node) {
        let texts = self.shapes.texts_of(taxonomy, node).unwrap_or_default();
        // Obsidian reads `tags: a, b` as two, and takes the `#` of a tag in the text.
        let is_single = node.as_map().is_none() && !matches!(node.value, Value::List(_));
        let names = self.matter.terms.of_mut(taxonomy);
        for (text, _) in &texts {
            let parts = if is_single { text.split(',').collect() } else { vec![text.as_str()] };
            let parts = parts
                .into_iter()
                .map(|part| part.trim().trim_start_matches('#'))
                .filter(|part| !part.is_empty());
            names.extend(parts.map(CompactString::from));
        }
    }

    /// Takes a known key; `false` when the key, or the value's shape, says that it is another tool's.
    fn known_key(&mut self, written: &str, node: &Node) -> bool {
        let lowercase = written.to_ascii_lowercase();
        let key = synonym(&lowercase).unwrap_or(&lowercase);
        let Self { shapes, matter, .. } = self;
        match key {
            "title" => keep_first(&mut matter.title, shapes.text_of(written, node)),
            "date" => keep_first(&mut matter.date, date_of(shapes, written, node)),
            "updated" => keep_first(&mut matter.updated, date_of(shapes, written, node)),
            "draft" => {
                let draft = shapes.bool_of(written, node);
                self.is_unclear |= draft.is_none() && !node.is_null();
                matter.draft = draft.or(matter.draft);
            }
            "publish" => self.publish(written, node),
            // Jekyll's switch; a date under this name is some tool's own.
            "published" => match &node.value {
                Value::Bool(published) => keep_first(&mut matter.draft, Some(!published)),
                Value::Text(text) if boolean_hint(text).is_some() => {
                    shapes.bool_of(written, node);
                    self.is_unclear = true;
                }
                _ => return false,
            },
            "expire" => {
                let date = date_of(shapes, written, node);
                self.is_unclear |= date.is_none() && !is_empty(shapes, node);
                keep_first(&mut matter.expire, date);
            }
            "aliases" => {
                if let Some(texts) = shapes.texts_of(written, node) {
                    let aliases = matter.aliases.get_or_insert_default();
                    aliases.extend(
                        texts
                            .into_iter()
                            .map(|(text, _)| text.trim().to_owned())
                            .filter(|text| !text.is_empty()),
                    );
                }
            }
            "weight" => keep_first(&mut matter.weight, shapes.integer_of(written, node)),
            // `layout: false` is how other generators say "none".
            "layout" if node.value == Value::Bool(false) => return false,
            "layout" => keep_first(&mut matter.layout, shapes.text_of(written, node)),
            "lang" => keep_first(&mut matter.lang, shapes.text_of(written, node)),
            "translation_of" => keep_first(&mut matter.translation_of, shapes.text_of(written, node)),
            "description" => keep_first(&mut matter.description, shapes.text_of(written, node)),
            "toc" => keep_first(&mut matter.toc, shapes.bool_of(written, node)),
            // Other tools have a mapping of that name.
            "search" if !matches!(node.value, Value::Bool(_)) => return false,
            "search" => keep_first(&mut matter.search, shapes.bool_of(written, node)),
            "redirect" => keep_first(&mut matter.redirect, shapes.text_of(written, node)),
            "sort" => keep_first(&mut matter.sort, shapes.choice_of(written, node, SORTS)),
            // Many tools have an `order` that is a number.
            "order" if matches!(node.value, Value::Number(_)) => return false,
            "order" => keep_first(&mut matter.order, shapes.choice_of(written, node, ORDERS)),
            "paginate" if node.value == Value::Bool(false) => matter.paginate = Some(0),
            "paginate" => keep_first(&mut matter.paginate, shapes.count_of(written, node)),
            "cascade" => self.cascade(written, node),
            "extra" => {
                let entries = shapes.map_of(written, node).unwrap_or_default();
                matter.extra.extend(entries.iter().map(|entry| (entry.key.clone(), entry.node.to_json())));
            }
            _ => return false,
        }
        true
    }

    /// Where another generator had the page: links to it go on working. Patterns such as `/:year/:title/` aren't followed.
    fn former_address(&mut self, key: &str, node: &Node) {
        if let Value::Text(address) = &node.value
            && ADDRESSES.contains(&key)
            && address.starts_with('/')
            && !address.contains(':')
        {
            self.matter.aliases.get_or_insert_default().push(address.clone());
        }
    }

    /// A date (Hugo), or Obsidian's switch.
    fn publish(&mut self, key: &str, node: &Node) {
        if let Value::Bool(publish) = node.value {
            keep_first(&mut self.matter.draft, Some(!publish));
            return;
        }
        let switch = match &node.value {
            Value::Text(text) => boolean_hint(text)
                .or_else(|| Some(format!("write `{}`", nearest(text.trim(), ["true", "false"])?))),
            _ => None,
        };
        if let Some(hint) = switch {
            self.shapes.bad_value(key, node, "a date, or `true` or `false`", Some(hint));
            self.is_unclear = true;
            return;
        }
        let date = date_of(self.shapes, key, node);
        self.is_unclear |= date.is_none() && !is_empty(self.shapes, node);
        keep_first(&mut self.matter.publish, date);
    }

    fn cascade(&mut self, key: &str, node: &Node) {
        if let Some(entries) = self.shapes.map_of(key, node) {
            self.matter.cascade = Some(Box::new(front_matter(self.shapes, entries, self.known)));
        }
    }

    fn own_key(&mut self, entry: &Entry) {
        let Some(meant) = self.misspelt(&entry.key, &entry.node) else {
            self.keep(entry);
            return;
        };
        self.is_unclear |= matches!(meant.as_str(), "draft" | "publish" | "expire");
        self.shapes.report(&entry.key_span, || {
            let shown: String = entry.key.chars().take(SHOWN_CHARS).collect();
            Diagnostic::error("unknown-key", format!("unknown key `{shown}`"))
                .hint(format!("did you mean `{meant}`? Keys of your own with such names go under `extra`"))
        });
    }

    fn keep(&mut self, entry: &Entry) {
        self.own.insert(entry.key.clone(), entry.node.to_json());
    }

    /// The known key that was likely meant: one letter away, and the value fits it.
    fn misspelt(&self, key: &str, node: &Node) -> Option<String> {
        if key.chars().count() > MAX_KEY_CHARS {
            return None;
        }
        let key = key.to_lowercase();
        let taxonomies = self.known.taxonomies.iter().map(|taxonomy| (taxonomy.as_str(), "terms"));
        KEYS.iter()
            .copied()
            .chain(taxonomies)
            .find(|(known, _)| is_near(&key, known) && fits(known, node, self.shapes.text()))
            .map(|(known, _)| known.to_owned())
    }
}

/// Whether a key, in small letters, has a meaning or is another generator's name for one that has.
pub(super) fn is_known(key: &str) -> bool {
    KEYS.iter().any(|(known, _)| *known == key) || synonym(key).is_some()
}

fn synonym(key: &str) -> Option<&'static str> {
    SYNONYMS.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|&(_, known)| known)
}

fn keep_first<T>(field: &mut Option<T>, value: Option<impl Into<T>>) {
    if field.is_none() {
        *field = value.map(Into::into);
    }
}

fn date_of(shapes: &mut Shapes<'_>, key: &str, node: &Node) -> Option<Date> {
    let written = node.as_written(shapes.text());
    let date = written.as_deref().and_then(Date::parse);
    if date.is_none() && !is_empty(shapes, node) {
        let found = node.describe(shapes.text());
        shapes.report(&node.span, || {
            Diagnostic::error("bad-date", format!("`{key}` wants a date, found {found}")).hint(DATE_HINT)
        });
    }
    date
}

/// Whether nothing is said: `date:`, or `date: ""`.
fn is_empty(shapes: &Shapes<'_>, node: &Node) -> bool {
    node.is_null() || node.as_written(shapes.text()).is_some_and(|written| written.trim().is_empty())
}

/// Whether `key` is one slip of the fingers away from `known`; a plural (`authors`, `titles`) is another word.
fn is_near(key: &str, known: &str) -> bool {
    let is_plural = key.strip_suffix('s') == Some(known) || known.strip_suffix('s') == Some(key);
    if is_plural || strsim::damerau_levenshtein(key, known) != 1 {
        return false;
    }
    let is_substitution =
        key.chars().count() == known.chars().count() && strsim::hamming(key, known) == Ok(1);
    key.chars().count() >= SHORT_KEY_CHARS - 1 && !(known.len() <= SHORT_KEY_CHARS && is_substitution)
}

/// Whether the value has a shape that the known key accepts.
fn fits(known: &str, node: &Node, text: &str) -> bool {
    let is_single = matches!(node.value, Value::Text(_) | Value::Number(_) | Value::Bool(_));
    match known {
        "title" | "layout" | "lang" | "translation_of" | "description" | "redirect" => {
            matches!(node.value, Value::Text(_))
        }
        "date" | "updated" | "publish" | "expire" => {
            node.as_written(text).is_some_and(|written| Date::parse(&written).is_some())
        }
        "draft" | "toc" | "search" => matches!(node.value, Value::Bool(_)),
        "weight" | "paginate" => matches!(node.value, Value::Number(_)),
        "sort" => is_choice(node, SORTS),
        "order" => is_choice(node, ORDERS),
        "cascade" | "extra" => node.as_map().is_some(),
        _ => is_single || matches!(node.value, Value::List(_)),
    }
}

fn is_choice<T>(node: &Node, choices: &[(&str, T)]) -> bool {
    matches!(&node.value, Value::Text(text) if choices.iter().any(|(word, _)| word.eq_ignore_ascii_case(text)))
}

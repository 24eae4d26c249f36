//! [`Manifest`]: what a theme says of itself in `theme.yml`: on which it stands, and what sites can set.
//!
//! ```yaml
//! name: Bakery
//! version: "1.0"
//! recto: "0.1"
//! extends: default
//! settings:
//!   columns: 2
//!   crust: {type: choice, choices: [thin, thick], default: thin, doc: How the boxes look}
//! ```
//!
//! What a site sets is compared with that, with the place in `recto.yml`.

use serde_json::{Map, Value as Json};

use crate::base::{
    config::{Color, ThemeSetting},
    diagnostic::Diagnostic,
    node::{Entry, Node, Value},
    path::RepoPath,
    shape::{Shapes, did_you_mean},
    yaml,
};

/// The name of the file.
pub(super) const FILE_NAME: &str = "theme.yml";
/// The newest format of it that is understood.
const FORMAT: u32 = 1;
/// Its keys.
const KEYS: [&str; 7] = ["name", "version", "format", "description", "recto", "extends", "settings"];
/// The keys of a setting.
const SETTING_KEYS: [&str; 4] = ["type", "default", "choices", "doc"];
/// The kinds of settings.
const KINDS: [(&str, Kind); 6] = [
    ("text", Kind::Text),
    ("number", Kind::Number),
    ("boolean", Kind::Boolean),
    ("color", Kind::Color),
    ("choice", Kind::Choice),
    ("list", Kind::List),
];

/// What `theme.yml` says.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Manifest {
    /// The theme below it.
    pub(super) extends: Option<String>,
    /// What sites can set.
    pub(super) settings: Vec<Setting>,
}

/// Something that sites can set.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Setting {
    pub(super) name: String,
    kind: Kind,
    choices: Vec<String>,
    default: Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    Boolean,
    Color,
    Choice,
    List,
}

impl Manifest {
    /// Reads it; what is wrong in it is as if it weren't there.
    pub(super) fn read(path: &RepoPath, bytes: &[u8]) -> (Self, Vec<Diagnostic>) {
        let text = String::from_utf8_lossy(bytes);
        let (node, diagnostics) = yaml::read(path, &text, 0..text.len(), yaml::SMALL);
        let mut reader = Reader { shapes: Shapes::new(path, &text, diagnostics), manifest: Self::default() };
        if let Some(entries) = node.as_ref().and_then(|node| reader.shapes.map_of(FILE_NAME, node)) {
            reader.fields(entries, &KEYS, "", Reader::top_level);
        }
        (reader.manifest, reader.shapes.into_diagnostics())
    }
}

struct Reader<'a> {
    shapes: Shapes<'a>,
    manifest: Manifest,
}

impl Reader<'_> {
    fn fields(
        &mut self,
        entries: &[Entry],
        known: &[&str],
        prefix: &str,
        mut read: impl FnMut(&mut Self, &str, &Node),
    ) {
        for Entry { key, key_span, node } in entries {
            if known.contains(&key.as_str()) {
                read(self, key, node);
                continue;
            }
            self.shapes.report(key_span, || {
                let hint = did_you_mean(key, known.iter().copied());
                let hint = hint.unwrap_or_else(|| format!("known keys are {}", known.join(", ")));
                Diagnostic::error("unknown-key", format!("unknown key `{prefix}{key}`")).hint(hint)
            });
        }
    }

    fn top_level(&mut self, key: &str, node: &Node) {
        match key {
            "name" | "version" | "description" => drop(self.shapes.text_of(key, node)),
            "format" => {
                if let Some(format) = self.shapes.count_of(key, node).filter(|format| *format > FORMAT) {
                    self.too_new(node, &format!("`format: {format}` is made for a newer Recto"));
                }
            }
            "recto" => {
                let Some(wanted) = self.shapes.text_of(key, node) else { return };
                let own = env!("CARGO_PKG_VERSION");
                match version(&wanted) {
                    Some(numbers) if Some(numbers) <= version(own) => {}
                    Some(_) => {
                        self.too_new(node, &format!("this theme needs Recto {wanted}, and this is {own}"));
                    }
                    None => self.shapes.bad_value(key, node, "a version such as `0.1`", None),
                }
            }
            "extends" => self.manifest.extends = self.shapes.text_of(key, node),
            "settings" => self.settings(key, node),
            _ => {}
        }
    }

    fn too_new(&mut self, node: &Node, message: &str) {
        self.shapes.report(&node.span, || {
            Diagnostic::error("newer-format", message.to_owned())
                .hint("install a newer Recto, or take an older version of the theme")
        });
    }

    fn settings(&mut self, key: &str, node: &Node) {
        for Entry { key: name, key_span, node } in self.shapes.map_of(key, node).unwrap_or_default() {
            if name == "name" {
                self.shapes.report(key_span, || {
                    let message = "a setting can't be called `name`, which is the theme's".to_owned();
                    Diagnostic::error("bad-value", message).hint("call it otherwise")
                });
                continue;
            }
            let setting = self.setting(name, node);
            self.manifest.settings.push(setting);
        }
    }

    /// A default alone, or `{type, default, choices, doc}`.
    fn setting(&mut self, name: &str, node: &Node) -> Setting {
        let key = format!("settings.{name}");
        let Value::Map(entries) = &node.value else {
            return Setting {
                name: name.to_owned(),
                kind: kind_of(&node.value),
                choices: Vec::new(),
                default: node.to_json(),
            };
        };
        let (mut kind, mut choices) = (None, Vec::new());
        self.fields(entries, &SETTING_KEYS, &format!("{key}."), |reader, field, node| match field {
            "type" => kind = reader.shapes.choice_of(&format!("{key}.type"), node, &KINDS),
            "default" => {}
            "choices" => {
                let texts = reader.shapes.texts_of(&format!("{key}.choices"), node);
                choices = texts.into_iter().flatten().map(|(text, _)| text).collect();
            }
            _ => drop(reader.shapes.text_of(field, node)),
        });
        // Which kind it is may follow from the default.
        let default_node = entries.iter().find(|entry| entry.key == "default").map(|entry| &entry.node);
        let kind = kind.unwrap_or_else(|| match default_node {
            _ if !choices.is_empty() => Kind::Choice,
            Some(node) => kind_of(&node.value),
            None => Kind::Text,
        });
        let mut setting = Setting { name: name.to_owned(), kind, choices, default: Json::Null };
        if let Some(node) = default_node {
            match setting.taken(&node.to_json()) {
                Some(value) => setting.default = value,
                None => self.shapes.bad_value(&format!("{key}.default"), node, &setting.wanted(), None),
            }
        }
        setting
    }
}

impl Setting {
    /// The value as templates see it, if it is of the kind that is wanted.
    fn taken(&self, value: &Json) -> Option<Json> {
        if value.is_null() {
            return Some(self.default.clone());
        }
        let fits = match self.kind {
            Kind::Text => return as_text(value).map(Json::String),
            Kind::Number => value.is_number(),
            Kind::Boolean => value.is_boolean(),
            Kind::Color => return Some(Json::String(Color::parse(value.as_str()?)?.to_string())),
            Kind::Choice => {
                return as_text(value).filter(|text| self.choices.contains(text)).map(Json::String);
            }
            Kind::List => value.is_array(),
        };
        fits.then(|| value.clone())
    }

    fn wanted(&self) -> String {
        match self.kind {
            Kind::Text => "text".to_owned(),
            Kind::Number => "a number".to_owned(),
            Kind::Boolean => "`true` or `false`".to_owned(),
            Kind::Color => "a colour such as `\"#a3281c\"`".to_owned(),
            Kind::Choice => {
                let choices: Vec<String> = self.choices.iter().map(|choice| format!("`{choice}`")).collect();
                format!("one of {}", choices.join(", "))
            }
            Kind::List => "a list".to_owned(),
        }
    }

    /// The custom property of CSS for a value, if it can be one.
    fn property(&self, value: &Json) -> Option<String> {
        let is_word = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        let value = match self.kind {
            Kind::Number => value.to_string(),
            Kind::Color => value.as_str()?.to_owned(),
            Kind::Choice => value.as_str().filter(|text| is_word(text))?.to_owned(),
            Kind::Text | Kind::Boolean | Kind::List => return None,
        };
        let name = self.name.replace('_', "-");
        is_word(&name).then(|| format!("--theme-{name}:{value}"))
    }
}

fn kind_of(value: &Value) -> Kind {
    match value {
        Value::Bool(_) => Kind::Boolean,
        Value::Number(_) => Kind::Number,
        Value::List(_) => Kind::List,
        Value::Text(text) if Color::parse(text).is_some() => Kind::Color,
        Value::Null | Value::Text(_) | Value::Map(_) => Kind::Text,
    }
}

fn as_text(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(value) => Some(value.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

/// `1.2.3`, `1.2` or `1`.
fn version(text: &str) -> Option<[u32; 3]> {
    let parts: Vec<u32> = text.trim().split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let part = |at: usize| parts.get(at).copied().unwrap_or(0);
    (parts.len() <= 3).then(|| [part(0), part(1), part(2)])
}

/// The values of all settings with what the site says, and what is wrong with that.
pub(super) fn settled(settings: &[Setting], said: &[ThemeSetting]) -> (Map<String, Json>, Vec<Diagnostic>) {
    let mut values: Map<String, Json> =
        settings.iter().map(|setting| (setting.name.clone(), setting.default.clone())).collect();
    let mut diagnostics = Vec::new();
    for own in said {
        let Some(setting) = settings.iter().find(|setting| setting.name == own.name) else {
            let known = || settings.iter().map(|setting| setting.name.as_str());
            let hint = did_you_mean(&own.name, known()).unwrap_or_else(|| match settings.is_empty() {
                true => "this theme has none; values for your own templates go under `extra`".to_owned(),
                false => format!(
                    "it has {}",
                    known().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
                ),
            });
            let problem =
                Diagnostic::error("unknown-key", format!("the theme has no setting `{}`", own.name));
            diagnostics.push(problem.at(own.name_at.clone()).hint(hint));
            continue;
        };
        match setting.taken(&own.value) {
            Some(value) => drop(values.insert(own.name.clone(), value)),
            None => diagnostics.push(
                Diagnostic::error(
                    "bad-value",
                    format!("`theme.{}` wants {}, found `{}`", own.name, setting.wanted(), shown(&own.value)),
                )
                .at(own.at.clone()),
            ),
        }
    }
    (values, diagnostics)
}

fn shown(value: &Json) -> String {
    as_text(value).unwrap_or_else(|| value.to_string()).chars().take(60).collect()
}

/// The settings as custom properties of CSS, `--theme-NAME`.
pub(super) fn css(settings: &[Setting], values: &Map<String, Json>) -> String {
    let property = |setting: &Setting| setting.property(values.get(&setting.name)?);
    let properties: Vec<String> = settings.iter().filter_map(property).collect();
    if properties.is_empty() { String::new() } else { format!(":root{{{}}}", properties.join(";")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::config::Config;

    fn manifest(text: &str) -> (Manifest, Vec<String>) {
        let path = RepoPath::new("themes/x/theme.yml").expect("a path");
        let (manifest, problems) = Manifest::read(&path, text.as_bytes());
        (manifest, problems.iter().map(told).collect())
    }

    fn told(problem: &Diagnostic) -> String {
        let place = problem.place.as_ref().expect("a place");
        let span = place.span.as_ref().expect("a line");
        format!(
            "{}:{}:{} {} ({})",
            place.path,
            span.line,
            span.column,
            problem.message,
            problem.hint.as_deref().unwrap_or("-")
        )
    }

    const SETTINGS: &str = "name: X\nversion: '1.0'\nformat: 1\nrecto: '0.1'\nextends: book\nsettings:\n  columns: 2\n  warm: true\n  crust: {choices: [thin, thick], default: thin, doc: x}\n  glaze: '#fc0'\n  parts: {type: list}\n  motto: {type: text, default: 'a; b'}\n";

    #[test]
    fn settings_have_kinds_and_defaults() {
        let (manifest, problems) = manifest(SETTINGS);
        assert_eq!((problems, manifest.extends.as_deref()), (Vec::new(), Some("book")));
        let (values, problems) = settled(&manifest.settings, &[]);
        assert!(problems.is_empty());
        assert_eq!(
            serde_json::to_string(&values).expect("JSON"),
            r##"{"columns":2,"warm":true,"crust":"thin","glaze":"#fc0","parts":null,"motto":"a; b"}"##
        );
        assert_eq!(
            css(&manifest.settings, &values),
            ":root{--theme-columns:2;--theme-crust:thin;--theme-glaze:#fc0}"
        );
    }

    #[test]
    fn what_a_site_sets_is_compared_with_its_place() {
        let (manifest, _) = manifest(SETTINGS);
        let text = "theme:\n  name: x\n  columns: many\n  crust: burnt\n  colums: 3\n  warm: yes\n  glaze: \"#000\"\n  motto: 7\n";
        let (config, problems) = Config::parse(&RepoPath::new("recto.yml").expect("a path"), text);
        assert_eq!((problems.len(), config.theme.as_str()), (0, "x"));
        let (values, problems) = settled(&manifest.settings, &config.theme_settings);
        assert_eq!(
            problems.iter().map(told).collect::<Vec<_>>(),
            [
                "recto.yml:3:12 `theme.columns` wants a number, found `many` (-)",
                "recto.yml:4:10 `theme.crust` wants one of `thin`, `thick`, found `burnt` (-)",
                "recto.yml:5:3 the theme has no setting `colums` (did you mean `columns`?)",
                "recto.yml:6:9 `theme.warm` wants `true` or `false`, found `yes` (-)",
            ]
        );
        assert_eq!(
            (&values["glaze"], &values["motto"], &values["columns"]),
            (&"#000000".into(), &"7".into(), &2.into())
        );
    }

    #[test]
    fn mistakes_in_a_manifest_have_places() {
        let (_, problems) = manifest(
            "nme: X\nrecto: 99.1\nformat: 2\nsettings: {name: 1, a: {type: numbr}, b: {type: number, default: x}}\n",
        );
        assert_eq!(
            problems,
            [
                "themes/x/theme.yml:1:1 unknown key `nme` (did you mean `name`?)",
                "themes/x/theme.yml:2:8 this theme needs Recto 99.1, and this is 0.1.0 (install a newer Recto, or take an older version of the theme)",
                "themes/x/theme.yml:3:9 `format: 2` is made for a newer Recto (install a newer Recto, or take an older version of the theme)",
                "themes/x/theme.yml:4:12 a setting can't be called `name`, which is the theme's (call it otherwise)",
                "themes/x/theme.yml:4:31 `settings.a.type` wants one of `text`, `number`, `boolean`, `color`, `choice`, `list`, found the text `numbr` (-)",
                "themes/x/theme.yml:4:66 `settings.b.default` wants a number, found the text `x` (-)",
            ]
        );
        assert_eq!(manifest("- x").1.len(), 1);
        assert_eq!(manifest("").1, Vec::<String>::new());
    }
}

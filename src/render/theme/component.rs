//! Components: what they are called and what they take. Calling them is left to [`call`](super::call).
//!
//! In a theme a component is `{% component figure(src: string, alt="") %}…{% endcomponent %}`, with `body` for what
//! stands inside the call. A parameter with a default has the default's type. A parameter `@page` is taken from the
//! page's own values; one named `uid` is filled with a name that no other call on the page has.
//! After the parameters a map may tell more: `{"inline": true, "body": false, "doc": "A key of the keyboard"}`.

use std::{borrow::Cow, collections::BTreeMap};

use tera::{ComponentArg, ComponentArgType, Tera, Value};

use super::compile::Templates;

/// The parameter that is filled with a name of the call.
pub(super) const UID: &str = "uid";

/// What can be known of a component without calling it.
#[derive(Clone, Debug)]
pub struct ComponentInfo {
    /// Its name.
    pub name: String,
    /// What it takes, in order of their names.
    pub params: Vec<Param>,
    /// Whether any other attribute is taken as well.
    pub takes_any: bool,
    /// Whether it shows what stands inside the call.
    pub takes_body: bool,
    /// Whether it is meant to stand inside a line of text.
    pub inline: bool,
    /// What it is for.
    pub doc: Option<String>,
    /// Whether it takes `@page`: the values of the page that calls it.
    pub wants_page: bool,
    pub(super) wants_uid: bool,
}

/// A parameter of a component.
#[derive(Clone, Debug)]
pub struct Param {
    /// Its name.
    pub name: String,
    /// What it wants.
    pub kind: ParamKind,
    /// Whether a call must give it.
    pub required: bool,
    /// Its value when a call doesn't, as a template shows it.
    pub default: Option<String>,
}

/// What a parameter wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamKind {
    /// Text; numbers are taken as they are written.
    Text,
    /// `true`, `false` or the bare name.
    Bool,
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// Anything.
    Any,
    /// A list, map or bytes, which only templates can give.
    Structure,
}

impl ParamKind {
    /// What to say that it wants.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Bool => "`true` or `false`",
            Self::Integer => "a whole number",
            Self::Number => "a number",
            Self::Any => "any value",
            Self::Structure => "a list or a map, which only templates can give",
        }
    }
}

/// The name of a component or parameter as templates write it: `-` as `_`.
pub(super) fn identifier(name: &str) -> Cow<'_, str> {
    if name.contains('-') { Cow::Owned(name.replace('-', "_")) } else { Cow::Borrowed(name) }
}

/// The components that pages may call: those defined in files of `components/`.
pub(super) fn list(tera: &Tera, templates: &Templates) -> BTreeMap<String, ComponentInfo> {
    let files = templates.iter().filter(|(name, _)| name.starts_with("components/"));
    let definitions = files.flat_map(|(_, source)| definitions(&source.text));
    definitions.filter_map(|(name, text)| Some((name.to_owned(), describe(tera, name, text)?))).collect()
}

fn describe(tera: &Tera, name: &str, definition: &str) -> Option<ComponentInfo> {
    let known = tera.get_component_definition(name)?;
    let flag = |key| known.metadata().get(key).and_then(Value::as_bool);
    let args = known.args().iter().filter(|arg| !arg.is_implicit() && arg.name() != UID);
    Some(ComponentInfo {
        name: name.to_owned(),
        params: args.map(param).collect(),
        takes_any: known.rest_param().is_some(),
        takes_body: flag("body").unwrap_or_else(|| shows_body(definition)),
        inline: flag("inline").unwrap_or(false),
        doc: known.metadata().get("doc").and_then(Value::as_str).map(str::to_owned),
        wants_page: known.args().iter().any(|arg| arg.is_implicit() && arg.name() == "page"),
        wants_uid: known.args().iter().any(|arg| arg.name() == UID),
    })
}

/// The components defined in a template: the name of each, and its text up to its end.
pub(super) fn definitions(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split("endcomponent").filter_map(|text| {
        let tag = text.match_indices("component").find_map(|(at, word)| {
            let opened = text[..at].trim_end().trim_end_matches('-').ends_with("{%");
            opened.then(|| &text[at + word.len()..])
        })?;
        Some((tag.split('(').next()?.trim(), tag))
    })
}

fn shows_body(definition: &str) -> bool {
    definition.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == "body")
}

fn param(arg: &ComponentArg) -> Param {
    Param {
        name: arg.name().to_owned(),
        kind: kind(arg),
        required: arg.is_required(),
        default: arg.default().map(ToString::to_string),
    }
}

fn kind(arg: &ComponentArg) -> ParamKind {
    match (arg.arg_type(), arg.default()) {
        (Some(ComponentArgType::String), _) => ParamKind::Text,
        (Some(ComponentArgType::Bool), _) => ParamKind::Bool,
        (Some(ComponentArgType::Integer), _) => ParamKind::Integer,
        (Some(ComponentArgType::Float | ComponentArgType::Number), _) => ParamKind::Number,
        (Some(_), _) => ParamKind::Structure,
        (None, Some(default)) if default.is_string() => ParamKind::Text,
        (None, Some(default)) if default.is_bool() => ParamKind::Bool,
        (None, Some(default)) if default.is_number() => ParamKind::Number,
        (None, Some(default)) if default.is_array() || default.is_map() => ParamKind::Structure,
        (None, _) => ParamKind::Any,
    }
}

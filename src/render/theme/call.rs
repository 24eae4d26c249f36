//! Calls of components from Markdown: attributes become arguments, and the component becomes HTML.

use std::collections::HashMap;

use tera::Value;

use crate::{
    base::{
        diagnostic::{Diagnostic, nearest},
        digest::Digest,
    },
    parse::expand::AttributeValue,
};

use super::{
    ComponentInfo, Context, Param, ParamKind, Theme,
    bounds::Html,
    component::{UID, identifier},
};

/// The calls of a page so far that wanted a name, to tell equal ones apart.
#[derive(Debug, Default)]
pub struct Uids(HashMap<String, usize>);

impl Uids {
    /// A name for a call, from all that is in it: stable when other calls come and go.
    fn next(&mut self, name: &str, attributes: &[(String, AttributeValue)], body: Option<&str>) -> String {
        let attributes = format!("{attributes:?}");
        let digest =
            Digest::of_parts(&[name.as_bytes(), attributes.as_bytes(), body.unwrap_or("").as_bytes()]);
        let uid: String = digest.to_string().chars().take(8).collect();
        let n_equal = self.0.entry(uid.clone()).or_default();
        *n_equal += 1;
        if *n_equal == 1 { uid } else { format!("{uid}-{n_equal}") }
    }
}

impl Theme {
    /// Renders a call of a component from Markdown; `body_html` is what stands inside it.
    ///
    /// An attribute that doesn't fit is left out and reported, and the rest is rendered. Without HTML when the component
    /// is unknown, misses something, or fails. Diagnostics about the call have no place: the caller knows where it
    /// stands. Those from inside the theme have their place there.
    pub fn render_component(
        &self,
        name: &str,
        attributes: &[(String, AttributeValue)],
        body_html: Option<&str>,
        context: &Context<'_>,
        uids: &mut Uids,
    ) -> (Option<String>, Vec<Diagnostic>) {
        let Some(info) = self.component(name) else {
            return (None, vec![self.unknown_component(name)]);
        };
        let mut diagnostics = Vec::new();
        let mut args = arguments(info, attributes, &mut diagnostics);
        let lacking = info.params.iter().filter(|param| param.required && args.get(&param.name).is_none());
        let lacking: Vec<&Param> = lacking.collect();
        if !lacking.is_empty() {
            let given = |param: &Param| attributes.iter().any(|(key, _)| identifier(key) == param.name);
            let missing = lacking.into_iter().filter(|param| !given(param));
            diagnostics.extend(missing.map(|param| missing_attribute(info, param)));
            return (None, diagnostics);
        }
        if body_html.is_some_and(|body| !body.trim().is_empty()) && !info.takes_body {
            let message = format!("`{}` doesn't show what stands inside it", info.name);
            diagnostics.push(Diagnostic::warning("component-body", message).hint("put the text after it"));
        }
        let body = info.takes_body.then(|| body_html.unwrap_or(""));
        if info.wants_uid {
            args.insert(UID, &uids.next(&info.name, attributes, body_html));
        }
        let mut html = Html::default();
        let (name, values) = (&info.name, &context.values);
        let rendered =
            self.tera.render_component_with_implicits_to(name, &args, values, body, true, &mut html);
        match rendered.and_then(|()| html.into_text()) {
            Ok(html) => (Some(html), diagnostics),
            Err(error) => {
                diagnostics.push(self.reporter().diagnose(&error, &info.name));
                (None, diagnostics)
            }
        }
    }

    fn unknown_component(&self, name: &str) -> Diagnostic {
        let hint = nearest(name, self.component_names()).map(|near| format!("did you mean `{near}`?"));
        let hint =
            hint.unwrap_or_else(|| format!("a component is defined in a file `components/{name}.html`"));
        Diagnostic::error("component-unknown", format!("unknown component `{name}`")).hint(hint)
    }
}

fn arguments(
    info: &ComponentInfo,
    attributes: &[(String, AttributeValue)],
    diagnostics: &mut Vec<Diagnostic>,
) -> tera::Context {
    let mut args = tera::Context::new();
    for (key, value) in attributes {
        let name = identifier(key);
        match info.params.iter().find(|param| param.name == *name) {
            None if info.takes_any => args.insert_value(name.into_owned(), any(value)),
            None => diagnostics.push(unknown_attribute(info, key)),
            Some(param) => match coerce(value, param.kind) {
                Some(value) => args.insert_value(name.into_owned(), value),
                None => diagnostics.push(wrong_type(info, param, value)),
            },
        }
    }
    args
}

fn unknown_attribute(info: &ComponentInfo, key: &str) -> Diagnostic {
    let names: Vec<&str> = info.params.iter().map(|param| param.name.as_str()).collect();
    let hint = match nearest(key, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if names.is_empty() => "it takes none: leave it out".to_owned(),
        None => format!("it takes `{}`", names.join("`, `")),
    };
    let message = format!("`{}` has no attribute `{key}`", info.name);
    Diagnostic::error("component-attribute", message).hint(hint)
}

fn missing_attribute(info: &ComponentInfo, param: &Param) -> Diagnostic {
    let message = format!("`{}` needs the attribute `{}`", info.name, param.name);
    let hint = format!("write `{{{}=…}}`, it is {}", param.name, param.kind.as_str());
    Diagnostic::error("component-attribute", message).hint(hint)
}

fn wrong_type(info: &ComponentInfo, param: &Param, value: &AttributeValue) -> Diagnostic {
    let found = match value {
        AttributeValue::Bool(value) => format!("`{value}`"),
        AttributeValue::Integer(value) => format!("the number `{value}`"),
        AttributeValue::Float(value) => format!("the number `{value}`"),
        AttributeValue::Text(value) => format!("the text `{value}`"),
    };
    let message = format!("`{}` of `{}` wants {}, not {found}", param.name, info.name, param.kind.as_str());
    let diagnostic = Diagnostic::error("component-attribute", message);
    diagnostic.hint_opt(param.default.as_ref().map(|default| format!("without it, it is `{default}`")))
}

fn any(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::Bool(value) => Value::from(*value),
        AttributeValue::Integer(value) => Value::from(*value),
        AttributeValue::Float(value) => Value::from(*value),
        AttributeValue::Text(value) => Value::from(value.as_str()),
    }
}

fn coerce(value: &AttributeValue, kind: ParamKind) -> Option<Value> {
    match (kind, value) {
        (ParamKind::Any, _)
        | (ParamKind::Text, AttributeValue::Text(_))
        | (ParamKind::Bool, AttributeValue::Bool(_))
        | (ParamKind::Integer | ParamKind::Number, AttributeValue::Integer(_))
        | (ParamKind::Number, AttributeValue::Float(_)) => Some(any(value)),
        (ParamKind::Text, AttributeValue::Integer(number)) => Some(Value::from(number.to_string())),
        (ParamKind::Text, AttributeValue::Float(number)) => Some(Value::from(number.to_string())),
        (ParamKind::Bool, AttributeValue::Text(text)) => text.parse::<bool>().ok().map(Value::from),
        (ParamKind::Integer, AttributeValue::Text(text)) => text.parse::<i64>().ok().map(Value::from),
        (ParamKind::Number, AttributeValue::Text(text)) => {
            text.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::from)
        }
        (ParamKind::Text | ParamKind::Integer | ParamKind::Number, AttributeValue::Bool(_))
        | (ParamKind::Bool, AttributeValue::Integer(_) | AttributeValue::Float(_))
        | (ParamKind::Integer, AttributeValue::Float(_))
        | (ParamKind::Structure, _) => None,
    }
}

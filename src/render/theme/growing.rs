//! Filters that make texts longer, as Tera has them, with an end: it is known how long a text will be before it is made.

use std::borrow::Cow;

use tera::{Error, Kwargs, State, StringInput, Tera, TeraResult, Value};

use super::{
    bounds::{MAX_VARIABLE_BYTES, lengthen},
    functions::escaped,
};
use crate::render::xml;

/// How wide an indentation may be, as in Tera.
const MAX_WIDTH: usize = 1_000;

/// Adds the filters to `tera`, in place of its own.
pub(super) fn register(tera: &mut Tera) {
    tera.register_filter("replace", |text: StringInput, args: Kwargs, state: &State| {
        replace(&text, &args, state)
    });
    tera.register_filter("join", |values: &[Value], args: Kwargs, state: &State| join(values, &args, state));
    tera.register_filter("indent", |text: StringInput, args: Kwargs, state: &State| {
        indent(&text, &args, state)
    });
    tera.register_filter("escape_html", |text: &str, _: Kwargs, _: &State| {
        longer(text, escaped(text).into_owned())
    });
    tera.register_filter("escape_xml", |text: &str, _: Kwargs, _: &State| longer(text, escape_xml(text)));
}

/// A text that was made of another, if it isn't too long.
pub(super) fn longer(from: &str, to: String) -> TeraResult<String> {
    lengthen(from.len(), to.len()).map(|()| to)
}

/// HTML of two texts of which one is HTML already, else plain text.
fn is_html(state: &State, text: &StringInput, other: Option<&StringInput>) -> bool {
    state.autoescaping_enabled() && (text.is_safe() || other.is_some_and(StringInput::is_safe))
}

fn value(text: String, is_html: bool) -> Value {
    if is_html { Value::safe_string(&text) } else { Value::from(text) }
}

fn shown<'s>(text: &'s StringInput, is_html: bool, state: &State) -> TeraResult<Cow<'s, str>> {
    if is_html { text.rendered(state) } else { Ok(text.as_str().into()) }
}

fn replace(text: &StringInput, args: &Kwargs, state: &State) -> TeraResult<Value> {
    let (from, to): (&str, StringInput) = (args.must_get("from")?, args.must_get("to")?);
    let is_html = is_html(state, text, Some(&to));
    let (text, to) = (shown(text, is_html, state)?, shown(&to, is_html, state)?);
    let n_found = text.matches(from).count();
    let added = n_found.saturating_mul(to.len().saturating_sub(from.len()));
    lengthen(text.len(), text.len().saturating_add(added))?;
    Ok(value(text.replace(from, &to), is_html))
}

fn join(values: &[Value], args: &Kwargs, state: &State) -> TeraResult<Value> {
    let separator = args.get::<StringInput>("sep")?;
    let is_html = state.autoescaping_enabled()
        && (values.iter().any(|value| value.is_string() && value.is_safe())
            || separator.as_ref().is_some_and(StringInput::is_safe));
    let separator = match &separator {
        Some(separator) => shown(separator, is_html, state)?,
        None => "".into(),
    };
    let mut joined = String::new();
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            joined.push_str(&separator);
        }
        match value.as_str() {
            _ if value.is_undefined() && is_html => {}
            _ if is_html => joined.push_str(&state.escape_if_needed(value)?),
            Some(text) => joined.push_str(text),
            None => joined.push_str(&value.to_string()),
        }
        if joined.len() > MAX_VARIABLE_BYTES {
            break;
        }
    }
    lengthen(0, joined.len())?;
    Ok(self::value(joined, is_html))
}

fn indent(text: &StringInput, args: &Kwargs, state: &State) -> TeraResult<Value> {
    let width = args.get::<usize>("width")?.unwrap_or(4).min(MAX_WIDTH);
    let by = args.get::<StringInput>("indentation")?;
    if by.as_ref().is_some_and(|by| by.as_str().chars().count() != 1) {
        return Err(Error::message("The `indentation` argument must contain exactly one character"));
    }
    let (first, blank) =
        (args.get::<bool>("first")?.unwrap_or(false), args.get::<bool>("blank")?.unwrap_or(false));
    let is_html = is_html(state, text, by.as_ref());
    let text = shown(text, is_html, state)?;
    let by = match &by {
        Some(by) => shown(by, is_html, state)?.repeat(width),
        None => " ".repeat(width),
    };
    lengthen(text.len(), text.len().saturating_add(text.lines().count().saturating_mul(by.len())))?;
    let mut indented = String::with_capacity(text.len() * 2);
    for (index, line) in text.lines().enumerate() {
        if index > 0 {
            indented.push('\n');
        }
        if if index == 0 { first } else { blank || !line.is_empty() } {
            indented.push_str(&by);
        }
        indented.push_str(line);
    }
    if text.ends_with('\n') {
        indented.push('\n');
    }
    Ok(value(indented, is_html))
}

/// As Tera's own filter writes it, which has another name for the apostrophe than [`xml::escape`].
fn escape_xml(text: &str) -> String {
    xml::escape(text).replace("&#39;", "&apos;")
}

#[cfg(test)]
mod tests {
    use tera::Context;

    use super::*;

    /// Ours say what Tera's own say.
    #[test]
    fn filters_are_those_of_tera() {
        let (theirs, mut ours) = (Tera::default(), Tera::default());
        register(&mut ours);
        let mut context = Context::new();
        context.insert("lines", "a <b>\n\n c & d\n");
        context.insert("list", &["a", "<b>"]);
        context.insert_value("html", Value::safe_string("<i>x</i>\ny"));
        context.insert_value(
            "mixed",
            Value::from(vec![Value::safe_string("<i>"), Value::from("<b>"), Value::from(1)]),
        );
        for call in [
            "lines | replace(from='a', to='<a>')",
            "html | replace(from='x', to='<a>')",
            "lines | replace(from='&', to=html)",
            "lines | replace(from='', to='-')",
            "list | join(sep=', ')",
            "list | join",
            "mixed | join(sep='<')",
            "[] | join",
            "[1, [2, 'x']] | join(sep=html)",
            "lines | indent",
            "lines | indent(width=2, first=true, blank=true)",
            "html | indent(indentation='<')",
            "lines | escape_html",
            "lines | escape_xml",
            "html | escape_xml | safe",
        ] {
            let shown = |tera: &Tera| {
                let mut tera = tera.clone();
                tera.add_raw_template("x.html", &format!("{{{{ {call} }}}}")).expect(call);
                tera.render("x.html", &context).expect(call)
            };
            assert_eq!(shown(&ours), shown(&theirs), "{call}");
        }
    }
}

//! [`NavTree`]: the navigation as templates see it, and the filter `tree` that writes it.
//!
//! A page shows up to a hundred entries of which its neighbours show the same. So entries are values that contexts share,
//! and the lists are written here and not by a template: both were a fifth of a build.

use tera::{TeraResult, Value, value::Key};

use super::{
    context::NavItem,
    functions::{escaped, queries},
};

/// How deep lists go.
const MAX_DEPTH: usize = 11;

/// An entry of the navigation with all below it, in the shape of [`NavItem`]. Cheap to clone.
#[derive(Clone, Debug)]
pub struct NavTree(Value);

impl NavTree {
    /// An entry with those below it, which take the place of the `children` it has.
    pub fn new(item: &NavItem, children: Vec<Self>) -> Self {
        let value = Value::from_serializable(item);
        if children.is_empty() {
            return Self(value);
        }
        let mut fields = value.into_map().unwrap_or_default();
        fields.insert(Key::Str("children"), list(children));
        Self(Value::from(fields))
    }
}

/// Entries as a list for templates.
pub(super) fn list(entries: Vec<NavTree>) -> Value {
    Value::from(entries.into_iter().map(|entry| entry.0).collect::<Vec<_>>())
}

/// The filter: entries of `nav` as nested lists of links.
pub(super) fn tree(entries: &[Value]) -> TeraResult<Value> {
    let mut html = String::with_capacity(128 * entries.len());
    push_list(&mut html, entries, &Entry::default(), 1)?;
    Ok(Value::safe_string(&html))
}

/// The fields of an entry.
#[derive(Default)]
struct Entry<'a> {
    title: &'a str,
    url: &'a str,
    current: bool,
    active: bool,
    children: &'a [Value],
    more: u64,
}

impl<'a> Entry<'a> {
    fn of(value: &'a Value) -> Self {
        let mut entry = Self::default();
        for (key, value) in value.as_map().into_iter().flatten() {
            match key.as_str() {
                Some("title") => entry.title = value.as_str().unwrap_or_default(),
                Some("url") => entry.url = value.as_str().unwrap_or_default(),
                Some("current") => entry.current = value.is_truthy(),
                Some("active") => entry.active = value.is_truthy(),
                Some("children") => entry.children = value.as_array().unwrap_or_default(),
                Some("more") => entry.more = value.as_u64().unwrap_or_default(),
                _ => {}
            }
        }
        entry
    }
}

/// Writes the entries below another.
fn push_list(html: &mut String, entries: &[Value], above: &Entry<'_>, depth: usize) -> TeraResult<()> {
    html.push_str("<ul>");
    for entry in entries.iter().map(Entry::of) {
        html.push_str(if entry.active && !entry.current { "\n<li class=\"active\">" } else { "\n<li>" });
        if entry.url.is_empty() {
            html.push_str("<span class=\"part\">");
            html.push_str(&escaped(entry.title));
            html.push_str("</span>");
        } else {
            push_link(html, entry.url, entry.current, entry.title);
        }
        if !entry.children.is_empty() && depth < MAX_DEPTH {
            push_list(html, entry.children, &entry, depth + 1)?;
        }
        html.push_str("</li>");
    }
    if above.more > 0 {
        let more = queries()?.text("more").map_err(tera::Error::message)?;
        html.push_str("\n<li class=\"more\">");
        push_link(html, above.url, false, &more.replace("{n}", &above.more.to_string()));
        html.push_str("</li>");
    }
    html.push_str("\n</ul>");
    Ok(())
}

fn push_link(html: &mut String, url: &str, is_current: bool, title: &str) {
    html.push_str("<a href=\"");
    html.push_str(&escaped(url));
    html.push_str(if is_current { "\" aria-current=\"page\">" } else { "\">" });
    html.push_str(&escaped(title));
    html.push_str("</a>");
}

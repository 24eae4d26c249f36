//! [`Prints`]: what each template and component is put together from, as a print.
//!
//! A template depends on those that it extends and includes, and on the components that it calls, all of which it
//! names in its text. The names are looked for as text, which finds them all and now and then one too many: then a
//! page is rendered once more than it had to be.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::digest::Print;

use super::{
    compile::Templates,
    component::{definitions, identifier},
    files::Source,
};

/// The function whose answers depend on the names of the theme's other files.
const ASSET_FUNCTION: &str = "asset";

/// The prints of all templates and of the files that define components.
#[derive(Clone, Debug, Default)]
pub(super) struct Prints {
    /// By the full name of a template.
    templates: BTreeMap<String, Print>,
    /// The full name of the template that defines a component.
    components: BTreeMap<String, String>,
}

impl Prints {
    /// Follows the names in all templates. `assets` are the names of the theme's other files.
    pub(super) fn of<'a>(templates: &Templates, assets: impl Iterator<Item = &'a str>) -> Self {
        let assets = Print::of(&assets.collect::<Vec<_>>());
        let components: BTreeMap<String, String> = templates
            .iter()
            .flat_map(|(name, source)| {
                definitions(&source.text).map(move |(component, _)| (component.to_owned(), name.to_owned()))
            })
            .collect();
        let needs: BTreeMap<&str, BTreeSet<&str>> =
            templates.iter().map(|(name, source)| (name, named_in(source, templates, &components))).collect();
        let print = |name: &str| {
            let parts: Vec<(&str, Option<(&str, &str)>)> = closure(name, &needs)
                .into_iter()
                .map(|name| (name, templates.get(name).map(|source| (&*source.text, source.path.as_str()))))
                .collect();
            let sees_assets =
                parts.iter().flat_map(|(_, source)| source).any(|(text, _)| text.contains(ASSET_FUNCTION));
            Print::of(&(&parts, sees_assets.then_some(assets)))
        };
        let prints = templates.iter().map(|(name, _)| (name.to_owned(), print(name))).collect();
        Self { templates: prints, components }
    }

    /// The print of a template by its full name.
    pub(super) fn template(&self, full_name: &str) -> Option<Print> {
        self.templates.get(full_name).copied()
    }

    /// The print of a component, in either spelling of its name.
    pub(super) fn component(&self, name: &str) -> Option<Print> {
        self.template(self.components.get(&*identifier(name))?)
    }
}

/// The full names of the templates that a template names: in quotes, or by a component that it calls.
fn named_in<'t>(
    source: &Source,
    templates: &'t Templates,
    components: &'t BTreeMap<String, String>,
) -> BTreeSet<&'t str> {
    let quoted = source.text.split(['"', '\'', '`']).filter_map(|text| templates.full_name(text));
    let called = source.text.split('<').skip(1).filter_map(|rest| {
        let rest = rest.trim_start();
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        components.get(&rest[..end]).map(String::as_str)
    });
    quoted.chain(called).collect()
}

/// A template and all that it needs, in order.
fn closure<'t>(name: &'t str, needs: &BTreeMap<&'t str, BTreeSet<&'t str>>) -> BTreeSet<&'t str> {
    let mut found = BTreeSet::new();
    let mut next = vec![name];
    while let Some(name) = next.pop() {
        if found.insert(name) {
            next.extend(needs.get(name).into_iter().flatten());
        }
    }
    found
}

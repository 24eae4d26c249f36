//! [`Prints`]: what each template and component is put together from, as a print.
//!
//! A template depends on those that it extends and includes, and on the components that it calls, all of which it
//! names in its text. The names are looked for as text, which finds them all and now and then one too many: then a
//! page is rendered once more than it had to be.

use std::{
    collections::{BTreeMap, BTreeSet},
    iter::repeat,
};

use foldhash::HashMap;

use crate::base::digest::Print;

use super::{
    DIAGRAMS,
    assets::{Asset, Assets},
    compile::Templates,
    component::{definitions, identifier},
    files::Source,
    shown::Shown,
};

/// The functions whose answers depend on the theme's other files.
const ASSET_FUNCTIONS: [&str; 3] = ["asset", TEXT_FUNCTION, "integrity"];
/// The one that gives what is in them.
const TEXT_FUNCTION: &str = "asset_text";

/// The prints of all templates and of the files that define components.
#[derive(Clone, Debug, Default)]
pub(super) struct Prints {
    /// By the full name of a template.
    templates: BTreeMap<String, Print>,
    /// The full name of the template that defines a component.
    components: BTreeMap<String, String>,
    /// The full names of the templates that are put together from files of a site, too.
    own: BTreeSet<String>,
    /// What a template and all that it is put together from can show of a page.
    shown: BTreeMap<String, Shown>,
}

impl Prints {
    /// Follows the names in all templates. `assets` are the theme's other files.
    pub(super) fn of(templates: &Templates, assets: &Assets) -> Self {
        let assets = AssetPrints::of(assets);
        let components: BTreeMap<String, String> = templates
            .iter()
            .flat_map(|(name, source)| {
                definitions(&source.text).map(move |(component, _)| (component.to_owned(), name.to_owned()))
            })
            .collect();
        let by_name = templates.by_name();
        let needs: BTreeMap<&str, BTreeSet<&str>> =
            templates.iter().map(|(name, source)| (name, named_in(source, &by_name, &components))).collect();
        let parts_of: BTreeMap<&str, BTreeSet<&str>> =
            needs.keys().map(|name| (*name, closure(name, &needs))).collect();
        let seen: BTreeMap<&str, Vec<Print>> =
            templates.iter().map(|(name, source)| (name, assets.seen_by(&source.text))).collect();
        let text = |source: &Source| Print::of(&(&*source.text, source.path.as_str()));
        let texts: BTreeMap<&str, Print> =
            templates.iter().map(|(name, source)| (name, text(source))).collect();
        let print = |parts: &BTreeSet<&str>| {
            let parts = parts.iter().map(|name| (*name, texts.get(name), seen.get(name)));
            Print::of(&parts.collect::<Vec<_>>())
        };
        let prints = parts_of.iter().map(|(name, parts)| ((*name).to_owned(), print(parts))).collect();
        let is_own = |name: &str| templates.get(name).is_some_and(|source| !source.builtin);
        let own = parts_of.iter().filter(|(_, parts)| parts.iter().copied().any(is_own));
        let own = own.map(|(name, _)| (*name).to_owned()).collect();
        let in_text: BTreeMap<&str, Shown> =
            templates.iter().map(|(name, source)| (name, Shown::in_text(&source.text))).collect();
        let shown = |parts: &BTreeSet<&str>| {
            let all = parts.iter().filter_map(|name| in_text.get(name));
            all.fold(Shown::default(), |shown, other| shown | *other)
        };
        // The partial of diagrams is put into any page that has some.
        let of_diagrams = by_name.get(DIAGRAMS).and_then(|name| parts_of.get(name)).map(shown);
        let of_diagrams = of_diagrams.unwrap_or_default();
        let with_diagrams = |parts: &BTreeSet<&str>| shown(parts) | of_diagrams;
        let shown = parts_of.iter().map(|(name, parts)| ((*name).to_owned(), with_diagrams(parts))).collect();
        Self { templates: prints, components, own, shown }
    }

    /// The print of a template by its full name.
    pub(super) fn template(&self, full_name: &str) -> Option<Print> {
        self.templates.get(full_name).copied()
    }

    /// Whether nothing of a template is a file of a site.
    pub(super) fn is_builtin(&self, full_name: &str) -> bool {
        self.templates.contains_key(full_name) && !self.own.contains(full_name)
    }

    /// What a template can show of a page, by its full name.
    pub(super) fn shown(&self, full_name: &str) -> Shown {
        self.shown.get(full_name).copied().unwrap_or_default()
    }

    /// What a component can show of one, in either spelling of its name.
    pub(super) fn shown_in_component(&self, name: &str) -> Shown {
        self.components.get(&*identifier(name)).map(|full_name| self.shown(full_name)).unwrap_or_default()
    }

    /// The print of a component, in either spelling of its name.
    pub(super) fn component(&self, name: &str) -> Option<Print> {
        self.template(self.components.get(&*identifier(name))?)
    }
}

/// What templates can see of assets.
struct AssetPrints<'a> {
    assets: &'a Assets,
    /// Which there are.
    names: Print,
    /// All that can be seen of all of them.
    all: Print,
}

impl<'a> AssetPrints<'a> {
    fn of(assets: &'a Assets) -> Self {
        let names = Print::of(&assets.iter().map(|(name, _)| name).collect::<Vec<_>>());
        let all = Print::of(&assets.iter().map(|(name, asset)| of_text(name, asset)).collect::<Vec<_>>());
        Self { assets, names, all }
    }

    /// The prints of what a template asks for.
    fn seen_by(&self, text: &str) -> Vec<Print> {
        let calls =
            ASSET_FUNCTIONS.iter().flat_map(|function| text.split(function).skip(1).zip(repeat(*function)));
        let asked =
            calls.filter_map(|(rest, function)| Some((rest.trim_start().strip_prefix('(')?, function)));
        let prints: BTreeSet<Print> = asked
            .map(|(arguments, function)| {
                match first_path(arguments).map(|name| (name, self.assets.named(name))) {
                    Some((name, Some(asset))) if function == TEXT_FUNCTION => of_text(name, asset),
                    // An address tells the bytes, and so their `integrity`. Without a hash they can change, and pages stay.
                    Some((name, Some(asset))) => Print::of(&(name, &asset.address)),
                    // Where there is none, the hint is the nearest name.
                    Some((_, None)) => self.names,
                    None => self.all,
                }
            })
            .collect();
        prints.into_iter().collect()
    }
}

/// All that pages can have of an asset.
fn of_text(name: &str, asset: &Asset) -> Print {
    Print::of(&(name, &asset.address, asset.digest().to_string(), asset.first_view()))
}

/// The text in `path="text"` at the beginning of the arguments of a call.
fn first_path(arguments: &str) -> Option<&str> {
    let value = arguments.trim_start().strip_prefix("path")?.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\'' | '`'))?;
    let (name, rest) = value[1..].split_once(quote)?;
    // The text may go on: `"a" ~ b`.
    let is_whole = rest.trim_start().starts_with([',', ')']) && !name.contains('\\');
    is_whole.then_some(name)
}

/// The full names of the templates that a template names: in quotes, or by a component that it calls.
fn named_in<'t>(
    source: &Source,
    by_name: &HashMap<&str, &'t str>,
    components: &'t BTreeMap<String, String>,
) -> BTreeSet<&'t str> {
    let quoted = source.text.split(['"', '\'', '`']).filter_map(|text| by_name.get(text).copied());
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

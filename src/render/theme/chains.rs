//! [`too_long`]: templates that build on others which build on others, and so on. Tera follows them one inside the other, so a
//! long chain would end the program and not only the page.

use std::collections::BTreeMap;

use super::{
    compile::Templates,
    counted::tokens::{Kind, TagKind, first_word, next_tag, tokens},
};

/// How many templates may include or extend each other in a row.
pub(super) const MAX_IN_A_ROW: usize = 20;
/// How many may go round in a circle; which ones do, Tera says.
const MAX_CIRCLE: usize = 200;

/// The site's own templates whose chains are too long.
pub(super) fn too_long(templates: &Templates) -> Vec<String> {
    if templates.iter().all(|(_, source)| source.builtin) {
        return Vec::new();
    }
    let full_name = |name: &str| templates.full_name(name).map(str::to_owned);
    let mut waiting: BTreeMap<&str, Vec<String>> = templates
        .iter()
        .map(|(name, source)| (name, named(&source.text).filter_map(full_name).collect()))
        .collect();
    let mut lengths: BTreeMap<&str, usize> = BTreeMap::new();
    // As long as some are left whose others are all known; of very many that are not, no more is asked.
    for length in 1.. {
        let is_known = |others: &Vec<String>| others.iter().all(|other| lengths.contains_key(&**other));
        let found: Vec<&str> =
            waiting.iter().filter(|(_, others)| is_known(others)).map(|(name, _)| *name).collect();
        if found.is_empty() || length > MAX_IN_A_ROW && waiting.len() > MAX_CIRCLE {
            break;
        }
        found.iter().for_each(|name| drop(waiting.remove(name)));
        lengths.extend(found.into_iter().map(|name| (name, length)));
    }
    let circles = waiting.keys().copied().filter(|_| waiting.len() > MAX_CIRCLE);
    let long = lengths.iter().filter(|(_, length)| **length > MAX_IN_A_ROW).map(|(name, _)| *name);
    let is_own = |name: &&str| templates.get(name).is_some_and(|source| !source.builtin);
    long.chain(circles).filter(is_own).map(str::to_owned).collect()
}

/// The names of the templates that one includes or extends.
fn named(text: &str) -> impl Iterator<Item = &str> {
    let mut from = 0;
    let tags = std::iter::from_fn(move || {
        let tag = next_tag(text, from)?;
        from = tag.whole.end;
        Some(tag)
    });
    tags.filter(|tag| tag.kind == TagKind::Statement).filter_map(|tag| {
        let within = tag.within(text);
        matches!(first_word(&text[within.clone()]), "include" | "extends").then_some(())?;
        let name = tokens(text, within).into_iter().find(|token| token.kind == Kind::Text)?;
        Some(name.text.trim_matches(['"', '\'', '`']))
    })
}

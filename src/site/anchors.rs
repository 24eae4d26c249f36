//! [`Anchors`]: the ids of one page, found by what links call them.
//!
//! It is made when the first link with a fragment leads to the page. A page of ten thousand headings has a table of
//! contents with as many links, and each looks only once.

use std::collections::HashMap;

use compact_str::CompactString;
use unicode_normalization::UnicodeNormalization as _;

use crate::parse::markdown::Facts;

/// How many ids are looked through one by one. An index folds each of them, which costs more than all links to most pages.
const MAX_FEW: usize = 32;

/// The id of a page that a fragment is, if the page has few ids; `None` may also mean that an index knows it.
pub fn exact_of_few<'a>(facts: &'a Facts, fragment: &str) -> Option<&'a str> {
    let n_ids = facts.headings.len() + facts.anchors.len();
    if n_ids > MAX_FEW { None } else { ids(facts).find(|id| *id == fragment) }
}

/// The ids of a page.
#[derive(Clone, Debug, Default)]
pub struct Anchors {
    exact: HashMap<String, usize>,
    folded: HashMap<String, usize>,
}

impl Anchors {
    /// Indexes the headings and the written ids of a page.
    pub fn of(facts: &Facts) -> Self {
        let mut anchors = Self::default();
        for (place, id) in ids(facts).enumerate() {
            anchors.exact.entry(id.to_owned()).or_insert(place);
            anchors.folded.entry(folded(id)).or_insert(place);
        }
        for (place, heading) in facts.headings.iter().enumerate() {
            anchors.folded.entry(folded(&heading.text)).or_insert(place);
        }
        anchors.folded.remove("");
        anchors
    }

    /// The id that a link's fragment means, if there is one.
    ///
    /// Exact ids come first; then ids and headings are compared with case, accents, punctuation and repeated dashes folded,
    /// since every tool makes ids a little differently.
    pub fn find<'a>(&self, facts: &'a Facts, fragment: &str) -> Option<&'a str> {
        let place = *self.exact.get(fragment).or_else(|| self.folded.get(&folded(fragment)))?;
        match facts.headings.get(place) {
            Some(heading) => Some(&heading.id),
            None => facts.anchors.get(place - facts.headings.len()).map(CompactString::as_str),
        }
    }
}

fn ids(facts: &Facts) -> impl Iterator<Item = &str> {
    facts
        .headings
        .iter()
        .map(|heading| heading.id.as_str())
        .chain(facts.anchors.iter().map(CompactString::as_str))
}

/// A heading or id without case, accents, punctuation and spaces.
fn folded(text: &str) -> String {
    text.nfkd().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::markdown::HeadingFact;

    #[test]
    fn exact_ids_come_before_similar_ones() {
        let heading = |id: &str, text: &str| HeadingFact { level: 2, id: id.into(), text: text.into() };
        let facts = Facts {
            headings: Box::new([
                heading("set-up", "Set up"),
                heading("setup", "Setup"),
                heading("x", "Wie geht’s?"),
            ]),
            anchors: Box::new(["Set_Up".into(), "own".into()]),
            ..Facts::default()
        };
        let check = |fragment, expected| {
            assert_eq!(Anchors::of(&facts).find(&facts, fragment), expected, "{fragment}");
        };
        check("setup", Some("setup"));
        check("set-up", Some("set-up"));
        check("Set_Up", Some("Set_Up"));
        check("SET up", Some("set-up"));
        check("own", Some("own"));
        check("Wie geht's", Some("x"));
        check("wie-geht-s", Some("x"));
        check("wíe-geht-s", Some("x"));
        check("no", None);
        check("?!", None);
        check("", None);
    }
}

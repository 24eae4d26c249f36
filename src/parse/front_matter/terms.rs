//! [`Terms`]: what a page is listed under, by taxonomy.

use std::fmt;

use compact_str::CompactString;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
};

/// The terms of a page as written, by taxonomy, in the order of taxonomies' names. A taxonomy that is set to nothing has an empty
/// list.
///
/// A page has one or two taxonomies: in a row they take a tenth of the memory of a tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms(Vec<(CompactString, Vec<CompactString>)>);

impl Terms {
    /// The terms of a taxonomy; none where the page doesn't name it.
    pub fn get(&self, taxonomy: &str) -> &[CompactString] {
        self.place(taxonomy).map_or(&[], |place| &self.0[place].1)
    }

    /// The terms of a taxonomy, which the page names from now on.
    pub(super) fn of_mut(&mut self, taxonomy: &str) -> &mut Vec<CompactString> {
        let place = self.place(taxonomy).unwrap_or_else(|place| {
            self.0.insert(place, (taxonomy.into(), Vec::new()));
            place
        });
        &mut self.0[place].1
    }

    /// Takes the taxonomies of `defaults` that the page doesn't name.
    pub(super) fn fill_from(&mut self, defaults: &Self) {
        for (taxonomy, names) in &defaults.0 {
            if let Err(place) = self.place(taxonomy) {
                self.0.insert(place, (taxonomy.clone(), names.clone()));
            }
        }
    }

    /// Whether there is no term at all.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|(_, names)| names.is_empty())
    }

    fn place(&self, taxonomy: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(name, _)| name.as_str().cmp(taxonomy))
    }
}

impl Serialize for Terms {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(taxonomy, names)| (taxonomy, names)))
    }
}

impl<'de> Deserialize<'de> for Terms {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;

        impl<'de> Visitor<'de> for Pairs {
            type Value = Terms;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("terms by taxonomy")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Terms, A::Error> {
                let mut terms = Terms::default();
                while let Some((taxonomy, names)) = map.next_entry::<CompactString, _>()? {
                    *terms.of_mut(&taxonomy) = names;
                }
                Ok(terms)
            }
        }

        deserializer.deserialize_map(Pairs)
    }
}

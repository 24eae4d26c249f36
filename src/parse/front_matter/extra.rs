//! [`Extra`]: the keys of an author's own.

use std::{ops::Deref, sync::LazyLock};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Map, Value};

/// What pages without keys of their own have.
static NONE: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);

/// The keys of an author's own, in the order written. Most pages have none, and then it takes no more than a pointer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Extra(Option<Box<Map<String, Value>>>);

impl Extra {
    /// Adds keys, or gives them other values.
    pub(super) fn extend(&mut self, entries: impl IntoIterator<Item = (String, Value)>) {
        for (key, value) in entries {
            self.0.get_or_insert_default().insert(key, value);
        }
    }

    /// Adds the keys that are missing.
    pub(super) fn fill_from(&mut self, defaults: impl IntoIterator<Item = (String, Value)>) {
        for (key, value) in defaults {
            self.0.get_or_insert_default().entry(key).or_insert(value);
        }
    }
}

impl Deref for Extra {
    type Target = Map<String, Value>;

    fn deref(&self) -> &Map<String, Value> {
        self.0.as_deref().unwrap_or(&NONE)
    }
}

impl From<Map<String, Value>> for Extra {
    fn from(map: Map<String, Value>) -> Self {
        Self((!map.is_empty()).then(|| Box::new(map)))
    }
}

/// A map where people may read it. Other formats can't hold any value, so it is text there.
impl Serialize for Extra {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return Map::serialize(self, serializer);
        }
        let text = self.0.as_deref().map(serde_json::to_string).transpose();
        text.map_err(serde::ser::Error::custom)?.unwrap_or_default().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Extra {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return Map::deserialize(deserializer).map(Self::from);
        }
        let text = <&str>::deserialize(deserializer)?;
        if text.is_empty() {
            return Ok(Self::default());
        }
        serde_json::from_str::<Map<String, Value>>(text).map(Self::from).map_err(de::Error::custom)
    }
}

//! Values that are shared, made where they stay. For `#[serde(deserialize_with = "shared::deserialize")]`: by itself `serde` makes each
//! in a place of its own first.

use std::sync::Arc;

use serde::{Deserialize, Deserializer};

/// Reads a value.
pub fn deserialize<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Arc<T>, D::Error> {
    T::deserialize(deserializer).map(Arc::new)
}

//! Texts that are shared, read without a copy in between. For `#[serde(deserialize_with = "shared_text::deserialize")]`.

use std::{fmt, sync::Arc};

use serde::{
    Deserializer,
    de::{Error, Visitor},
};

/// Reads a text.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<str>, D::Error> {
    struct Text;

    impl Visitor<'_> for Text {
        type Value = Arc<str>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a text")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Arc<str>, E> {
            Ok(text.into())
        }
    }

    deserializer.deserialize_str(Text)
}

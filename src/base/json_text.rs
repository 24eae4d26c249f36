//! JSON values in formats that can't hold any value: as text. For `#[serde(with = "json_text")]`.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Map, Value};

/// A map as it is where people may read it, else as text.
pub fn serialize<S: Serializer>(map: &Map<String, Value>, serializer: S) -> Result<S::Ok, S::Error> {
    if serializer.is_human_readable() {
        return map.serialize(serializer);
    }
    let text = if map.is_empty() { String::new() } else { Value::Object(map.clone()).to_string() };
    text.serialize(serializer)
}

/// Reads what [`serialize`] wrote.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Map<String, Value>, D::Error> {
    if deserializer.is_human_readable() {
        return Map::deserialize(deserializer);
    }
    let text = String::deserialize(deserializer)?;
    if text.is_empty() { Ok(Map::new()) } else { serde_json::from_str(&text).map_err(de::Error::custom) }
}

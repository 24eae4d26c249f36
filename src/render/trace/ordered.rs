//! [`Ordered`]: hashes JSON values with their order, which `serde_json` leaves out and templates show.

use std::hash::{Hash, Hasher};

use serde_json::{Map, Value};

/// A map whose print tells the order of its keys.
#[derive(Clone, Copy)]
pub(in crate::render) struct Ordered<'w>(pub(in crate::render) &'w Map<String, Value>);

impl Hash for Ordered<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash_map(self.0, state);
    }
}

fn hash_map<H: Hasher>(map: &Map<String, Value>, state: &mut H) {
    map.len().hash(state);
    for (key, value) in map {
        key.hash(state);
        hash_value(value, state);
    }
}

fn hash_value<H: Hasher>(value: &Value, state: &mut H) {
    match value {
        Value::Object(map) => {
            0_u8.hash(state);
            hash_map(map, state);
        }
        Value::Array(items) => {
            1_u8.hash(state);
            items.len().hash(state);
            items.iter().for_each(|item| hash_value(item, state));
        }
        plain @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
            2_u8.hash(state);
            plain.hash(state);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::digest::Print;

    #[test]
    fn the_order_of_keys_is_told() {
        let print = |text: &str| {
            let value: Value = serde_json::from_str(text).expect("JSON");
            Print::of(&Ordered(value.as_object().expect("a map")))
        };
        assert_eq!(print(r#"{"a": 1, "b": [2]}"#), print(r#"{"a": 1, "b": [2]}"#));
        assert_ne!(print(r#"{"a": 1, "b": 2}"#), print(r#"{"b": 2, "a": 1}"#));
        assert_ne!(print(r#"{"x": {"a": 1, "b": 2}}"#), print(r#"{"x": {"b": 2, "a": 1}}"#));
        assert_ne!(print(r#"{"a": [[1], 2]}"#), print(r#"{"a": [[1, 2]]}"#));
    }
}

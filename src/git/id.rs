//! [`CommitId`]: names a commit, exactly.

use std::{borrow::Cow, fmt};

use git2::Oid;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The id of a commit: 20 bytes, written as 40 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommitId([u8; 20]);

impl CommitId {
    /// How many digits are shown to people.
    const SHORT: usize = 8;

    /// Takes 40 hexadecimal digits, and nothing else: no branch, no expression, no part of an id.
    pub fn parse(text: &str) -> Option<Self> {
        let is_hex = text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hex.then(|| Oid::from_str(text).ok().map(Self::of)).flatten()
    }

    /// The first digits, for people.
    pub fn short(&self) -> String {
        self.to_string()[..Self::SHORT].to_owned()
    }

    pub(super) fn of(oid: Oid) -> Self {
        Self(oid.as_bytes().try_into().expect("an object id of a SHA-1 repository has 20 bytes"))
    }

    pub(super) fn oid(self) -> Oid {
        Oid::from_bytes(&self.0).expect("a commit id has the 20 bytes of an object id")
    }
}

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Hexadecimal digits where people may read it, else plain bytes.
impl Serialize for CommitId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            self.0.serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for CommitId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            return <[u8; 20]>::deserialize(deserializer).map(Self);
        }
        let text = <Cow<'_, str>>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("a commit is named by 40 hexadecimal digits"))
    }
}

impl JsonSchema for CommitId {
    fn schema_name() -> Cow<'static, str> {
        "CommitId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^[0-9a-fA-F]{40}$",
            "description": "The id of a commit: 40 hexadecimal digits, and no other name of it.",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_ids_are_taken() {
        let id = "0123456789abcdef0123456789abcdef01234567";
        assert_eq!(CommitId::parse(id).map(|id| id.to_string()).as_deref(), Some(id));
        for bad in ["", "HEAD", "HEAD@{1}", "--output=x", "-O", ":/text", "main..x", "^{/re}", &id[..39]] {
            assert_eq!(CommitId::parse(bad), None, "{bad}");
        }
        assert_eq!(CommitId::parse(&format!("{id}0")), None);
        assert_eq!(CommitId::parse(&format!("+{}", &id[1..])), None);
    }
}

//! [`Later`]: a value that was stored, and is read when somebody first looks at it.

use std::{
    fmt,
    ops::Deref,
    sync::{Mutex, OnceLock, PoisonError},
};

use ::bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned, ser::Error as _};

use super::bytes;

/// A value that is stored as bytes of its own, so that those who read many need not read what nobody looks at.
pub struct Later<T> {
    value: OnceLock<Box<T>>,
    /// What the value is to be read from, until it is.
    bytes: Mutex<Bytes>,
}

impl<T> From<T> for Later<T> {
    fn from(value: T) -> Self {
        Self { value: Box::new(value).into(), bytes: Mutex::default() }
    }
}

impl<T: DeserializeOwned + Default> Deref for Later<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value.get_or_init(|| {
            let bytes = std::mem::take(&mut *self.bytes.lock().unwrap_or_else(PoisonError::into_inner));
            // Who has read the bytes knows that they are those that were written, by this program.
            postcard::from_bytes(&bytes).unwrap_or_default()
        })
    }
}

impl<T: DeserializeOwned + Default + Clone> Clone for Later<T> {
    fn clone(&self) -> Self {
        (**self).clone().into()
    }
}

impl<T: DeserializeOwned + Default + fmt::Debug> fmt::Debug for Later<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: DeserializeOwned + Default + PartialEq> PartialEq for Later<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Serialize + DeserializeOwned + Default> Serialize for Later<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let kept = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        if !kept.is_empty() {
            return serializer.serialize_bytes(&kept);
        }
        drop(kept);
        let encoded = postcard::to_allocvec(&**self).map_err(S::Error::custom)?;
        serializer.serialize_bytes(&encoded)
    }
}

impl<'de, T> Deserialize<'de> for Later<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = bytes::shared::deserialize(deserializer)?;
        Ok(Self { value: OnceLock::new(), bytes: Mutex::new(bytes) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Later<Vec<String>> {
        postcard::from_bytes(bytes).expect("what was written")
    }

    #[test]
    fn it_is_the_same_when_it_is_read() {
        let value = vec!["a".to_owned(), "b".to_owned()];
        let bytes = postcard::to_allocvec(&Later::from(value.clone())).expect("memory takes everything");
        let later = read(&bytes);
        let unread = postcard::to_allocvec(&later).expect("memory takes everything");
        assert_eq!(unread, bytes, "it is written as it is");
        assert_eq!(*later, value);
        let again = postcard::to_allocvec(&later).expect("memory takes everything");
        assert_eq!(again, bytes);
        assert_eq!(*read(&bytes).clone(), value);
    }
}

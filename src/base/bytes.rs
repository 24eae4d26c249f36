//! Bytes that are stored as such, and not as a list of numbers: for `#[serde(with = "bytes")]`.
//!
//! Those of a field with `#[serde(with = "bytes::shared")]` need no memory of their own when they are read by [`read`].

use std::{cell::RefCell, fmt, marker::PhantomData};

use ::bytes::Bytes;
use serde::{
    Deserializer, Serializer,
    de::{DeserializeOwned, Error, Visitor},
};

thread_local! {
    /// What [`read`] reads from just now.
    static WHOLE: RefCell<Bytes> = const { RefCell::new(Bytes::new()) };
}

/// Writes them in one piece.
pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bytes(bytes)
}

/// Reads them in one piece.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Box<[u8]>, D::Error> {
    deserializer.deserialize_bytes(Piece(PhantomData))
}

/// Bytes that stay where they were read from.
pub mod shared {
    use super::{Bytes, Deserializer, PhantomData, Piece};

    pub use super::serialize;

    /// Reads them in one piece.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
        deserializer.deserialize_bytes(Piece(PhantomData))
    }
}

/// Reads a value as `postcard` writes it. All of `whole` is kept as long as any part of the value that shares it.
pub fn read<T: DeserializeOwned>(whole: Vec<u8>) -> Result<T, postcard::Error> {
    let whole = Bytes::from(whole);
    let outer = WHOLE.replace(whole.clone());
    let value = postcard::from_bytes(&whole);
    WHOLE.set(outer);
    value
}

/// What a field of bytes is read as.
trait Read {
    fn copied(bytes: &[u8]) -> Self;
    /// The same of bytes that may be a part of what is read.
    fn of_part(bytes: &[u8]) -> Self;
}

impl Read for Box<[u8]> {
    fn copied(bytes: &[u8]) -> Self {
        bytes.into()
    }

    fn of_part(bytes: &[u8]) -> Self {
        bytes.into()
    }
}

impl Read for Bytes {
    fn copied(bytes: &[u8]) -> Self {
        Self::copy_from_slice(bytes)
    }

    fn of_part(bytes: &[u8]) -> Self {
        WHOLE.with_borrow(|whole| {
            let (whole_range, range) = (whole.as_ptr_range(), bytes.as_ptr_range());
            let is_part = whole_range.start <= range.start && range.end <= whole_range.end;
            if is_part { whole.slice_ref(bytes) } else { Self::copied(bytes) }
        })
    }
}

struct Piece<B>(PhantomData<B>);

impl<'de, B: Read> Visitor<'de> for Piece<B> {
    type Value = B;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes")
    }

    fn visit_borrowed_bytes<E: Error>(self, bytes: &'de [u8]) -> Result<B, E> {
        Ok(B::of_part(bytes))
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<B, E> {
        Ok(B::copied(bytes))
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Both {
        #[serde(with = "crate::base::bytes")]
        own: Box<[u8]>,
        #[serde(with = "crate::base::bytes::shared")]
        shared: Bytes,
    }

    #[test]
    fn what_is_shared_stays_where_it_was_read_from() {
        let value = Both { own: (*b"own").into(), shared: Bytes::from_static(b"shared") };
        let written = postcard::to_allocvec(&value).expect("memory takes everything");
        let place = written.as_ptr_range();
        let again: Both = read(written.clone()).expect("what was written");
        assert_eq!(again, value);
        let again: Both = read(written).expect("what was written");
        assert!(place.contains(&again.shared.as_ptr()) && !place.contains(&again.own.as_ptr()));
        assert_eq!(again, value, "the bytes outlive what they were read from");
    }

    #[test]
    fn who_reads_in_another_way_gets_a_copy() {
        let value = Both { own: (*b"own").into(), shared: Bytes::from_static(b"shared") };
        let written = postcard::to_allocvec(&value).expect("memory takes everything");
        assert_eq!(postcard::from_bytes::<Both>(&written).expect("what was written"), value);
        assert!(WHOLE.with_borrow(Bytes::is_empty));
    }
}

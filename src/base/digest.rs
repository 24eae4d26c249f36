//! Digests: [`BlobId`] names a file's bytes as Git does, [`Digest`] names anything derived, [`Print`] any value in memory.

use std::{
    fmt,
    hash::{Hash, Hasher},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha1::{Digest as _, Sha1};

/// The Git object id (SHA-1) of a file's bytes.
///
/// A working folder and a commit give the same id to the same bytes, so that either can be compared with the other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BlobId(#[serde(with = "in_one")] [u8; 20]);

impl BlobId {
    /// Names `bytes` as `git hash-object` would.
    pub fn of(bytes: &[u8]) -> Self {
        let mut hasher = Sha1::new();
        hasher.update(format!("blob {}\0", bytes.len()).as_bytes());
        hasher.update(bytes);
        Self(hasher.finalize().into())
    }

    /// Takes the 20 raw bytes of an id that Git computed.
    pub fn from_raw(raw: [u8; 20]) -> Self {
        Self(raw)
    }

    /// The 20 raw bytes.
    pub fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }
}

impl fmt::Display for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The print of a value: half a BLAKE3 digest of what its [`Hash`] implementation tells.
///
/// It is for comparing answers with earlier ones, also those of earlier processes of the same program on the same kind
/// of machine. There are many, so it is short; nobody gains by finding two values with one print.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Print(#[serde(with = "in_one")] [u8; 16]);

impl Print {
    /// The print of a value.
    pub fn of(value: &(impl Hash + ?Sized)) -> Self {
        let mut told = Told::default();
        value.hash(&mut told);
        told.print()
    }

    /// The print of plain bytes.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self::short(blake3::hash(bytes))
    }

    fn short(digest: blake3::Hash) -> Self {
        Self(digest.as_bytes()[..16].try_into().expect("a digest has 32 bytes"))
    }

    /// Takes what [`Print::as_bytes`] gave.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for Print {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Print {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Up to how many bytes are held for a print: as many as are digested at once, and the tables of a site tell a million.
const MAX_TOLD_BYTES: usize = 32 * 1024;

/// What a value tells a [`Hasher`], one thing after the other.
struct Told {
    last: Vec<u8>,
    /// What was told before, when it is much.
    earlier: Option<Box<blake3::Hasher>>,
}

impl Default for Told {
    fn default() -> Self {
        Self { last: Vec::with_capacity(2048), earlier: None }
    }
}

impl Told {
    fn print(self) -> Print {
        match self.earlier {
            None => Print::of_bytes(&self.last),
            Some(mut earlier) => Print::short(earlier.update(&self.last).finalize()),
        }
    }
}

impl Hasher for Told {
    fn write(&mut self, bytes: &[u8]) {
        if self.last.len() + bytes.len() > MAX_TOLD_BYTES && !self.last.is_empty() {
            self.earlier.get_or_insert_default().update(&self.last);
            self.last.clear();
        }
        self.last.extend_from_slice(bytes);
    }

    fn finish(&self) -> u64 {
        unreachable!("a print is made from all that was told")
    }
}

/// A BLAKE3 digest: of rendered bytes, of a cache key, of an answer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Digests `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }

    /// Digests several parts so that no two different lists of parts collide.
    pub fn of_parts(parts: &[&[u8]]) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in parts {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        Self(*hasher.finalize().as_bytes())
    }

    /// Reads the 64 hexadecimal digits that [`Display`](fmt::Display) writes.
    pub fn from_hex(hex: &str) -> Option<Self> {
        let (pairs, rest) = hex.as_bytes().as_chunks::<2>();
        let mut digest = [0; 32];
        if pairs.len() != digest.len() || !rest.is_empty() {
            return None;
        }
        // What is no digit is found at the end: a manifest has thousands, and all of them are right.
        let mut all = 0;
        for (byte, [high, low]) in digest.iter_mut().zip(pairs) {
            let (high, low) = (VALUES[usize::from(*high)], VALUES[usize::from(*low)]);
            all |= high | low;
            *byte = high << 4 | low;
        }
        (all < NO_DIGIT).then_some(Self(digest))
    }

    /// Puts the digits that [`Display`](fmt::Display) writes behind a text: a manifest has thousands.
    pub fn push_hex(&self, text: &mut String) {
        let mut hex = [0; 64];
        let (pairs, _) = hex.as_chunks_mut::<2>();
        for (pair, byte) in pairs.iter_mut().zip(self.0) {
            *pair = [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
        }
        text.push_str(std::str::from_utf8(&hex).expect("digits are text"));
    }
}

/// The hexadecimal digits.
const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// What [`VALUES`] has for a byte that is no digit.
const NO_DIGIT: u8 = 16;

/// The values of hexadecimal digits.
const VALUES: [u8; 256] = {
    let mut values = [NO_DIGIT; 256];
    let mut value = 0;
    while value < DIGITS.len() {
        values[DIGITS[value] as usize] = value as u8;
        value += 1;
    }
    values
};

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(2 * self.0.len());
        self.push_hex(&mut text);
        f.write_str(&text)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Hexadecimal digits where people may read it, else plain bytes.
impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            in_one::serialize(&self.0, serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            return in_one::deserialize(deserializer).map(Self);
        }
        let hex = String::deserialize(deserializer)?;
        Self::from_hex(&hex).ok_or_else(|| de::Error::custom("a digest has 64 hexadecimal digits"))
    }
}

/// Arrays of bytes, written and read in one piece: else each byte is a value of its own, and a state file has a million of them.
mod in_one {
    use std::fmt;

    use serde::{
        Deserializer, Serializer,
        de::{Error, Visitor},
    };

    pub(super) fn serialize<S: Serializer, const N: usize>(
        bytes: &[u8; N],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytes)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>, const N: usize>(
        deserializer: D,
    ) -> Result<[u8; N], D::Error> {
        deserializer.deserialize_bytes(Bytes::<N>)
    }

    struct Bytes<const N: usize>;

    impl<const N: usize> Visitor<'_> for Bytes<N> {
        type Value = [u8; N];

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "{N} bytes")
        }

        fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<[u8; N], E> {
            bytes.try_into().map_err(|_| E::invalid_length(bytes.len(), &self))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_print_of_much_is_that_of_all_that_was_told() {
        for size in [0, 1, MAX_TOLD_BYTES - 1, MAX_TOLD_BYTES, MAX_TOLD_BYTES + 1, 5 * MAX_TOLD_BYTES + 7] {
            let bytes: Vec<u8> = (0..size).map(|n| n as u8).collect();
            for piece in [1, 7, 1000, MAX_TOLD_BYTES, 3 * MAX_TOLD_BYTES] {
                let mut told = Told::default();
                bytes.chunks(piece).for_each(|piece| told.write(piece));
                assert_eq!(told.print(), Print::of_bytes(&bytes), "{size} bytes in pieces of {piece}");
            }
        }
    }

    #[test]
    fn blob_ids_are_those_of_git() {
        // `printf 'hello\n' | git hash-object --stdin`
        assert_eq!(BlobId::of(b"hello\n").to_string(), "ce013625030ba8dba906f756967f9e9ca394464a");
    }

    #[test]
    fn what_is_written_is_read_again() {
        let all = (BlobId::of(b"x"), Print::of(&1), Digest::of(b"y"));
        let bytes = postcard::to_allocvec(&all).expect("memory takes everything");
        assert_eq!(postcard::from_bytes(&bytes), Ok(all));
        assert!(postcard::from_bytes::<Print>(&bytes).is_err(), "the id of a blob is longer");
    }

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(Digest::of_parts(&[b"ab", b"c"]), Digest::of_parts(&[b"a", b"bc"]));
        let digest = Digest::of(b"x");
        assert_eq!(Digest::from_hex(&digest.to_string()), Some(digest));
    }
}

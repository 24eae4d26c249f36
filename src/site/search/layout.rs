//! How words are split into shards: by their first bits, until a shard is small enough.
//!
//! Words are in the order of their bytes. All of them are one shard, unless that is too large: then those whose first bit
//! is 0 are one and those whose first bit is 1 another, and so on with the next bit. So each shard is a range, it begins
//! where its first bits say, and a word more or less changes only the shard that it is in, or splits that in two.

use std::{fmt, ops::Range};

/// How large a shard may be, by the estimate of its words' sizes: what a visitor loads for a word.
pub(super) const SHARD_BYTES: usize = 16 << 10;

/// Where a shard begins: the bytes of its smallest possible word.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct ShardName(Vec<u8>);

impl fmt::Display for ShardName {
    /// As it is in addresses: hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Splits words, which are sorted and all different, by their sizes.
pub(super) fn split(words: &[&str], sizes: &[usize]) -> Vec<(ShardName, Range<usize>)> {
    let mut shards = Vec::new();
    split_range(words, sizes, 0..words.len(), &mut Vec::new(), 0, &mut shards);
    shards
}

fn split_range(
    words: &[&str],
    sizes: &[usize],
    range: Range<usize>,
    start: &mut Vec<u8>,
    n_bits: usize,
    shards: &mut Vec<(ShardName, Range<usize>)>,
) {
    if range.is_empty() {
        return;
    }
    if range.len() == 1 || sizes[range.clone()].iter().sum::<usize>() <= SHARD_BYTES {
        let n_bytes = start.len() - start.iter().rev().take_while(|byte| **byte == 0).count();
        shards.push((ShardName(start[..n_bytes].to_vec()), range));
        return;
    }
    let (byte, mask) = (n_bits / 8, 0x80 >> (n_bits % 8));
    let is_high = |word: &&str| word.as_bytes().get(byte).is_some_and(|byte| byte & mask != 0);
    let middle = range.start + words[range.clone()].partition_point(|word| !is_high(word));
    start.resize(byte + 1, 0);
    split_range(words, sizes, range.start..middle, start, n_bits + 1, shards);
    start.truncate(byte + 1);
    start.resize(byte + 1, 0);
    start[byte] |= mask;
    split_range(words, sizes, middle..range.end, start, n_bits + 1, shards);
    start.truncate(byte + 1);
    start[byte] &= !mask;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(words: &[&str], size: usize) -> Vec<(String, usize)> {
        let sizes = vec![size; words.len()];
        split(words, &sizes).into_iter().map(|(name, range)| (name.to_string(), range.len())).collect()
    }

    #[test]
    fn few_words_are_one_shard() {
        assert_eq!(names(&[], 1), []);
        assert_eq!(names(&["a", "b", "c"], 10), [(String::new(), 3)]);
    }

    #[test]
    fn many_words_are_split_by_their_first_bits() {
        // 0x61 to 0x7A: the shard of `a` to `c` begins at `` ` ``, 0x60.
        let half = SHARD_BYTES / 2 + 1;
        assert_eq!(
            names(&["a", "b", "z"], half),
            [("60".to_owned(), 1), ("62".to_owned(), 1), ("70".to_owned(), 1)]
        );
        assert_eq!(
            names(&["a", "aa", "ab"], half),
            [("61".to_owned(), 1), ("6160".to_owned(), 1), ("6162".to_owned(), 1)]
        );
    }

    #[test]
    fn ranges_follow_each_other_and_words_are_in_theirs() {
        let words: Vec<String> = (0..2000).map(|n| format!("{:x}字{n}", n * 7919 % 1000)).collect();
        let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
        words.sort_unstable();
        let shards = split(&words, &vec![100; words.len()]);
        assert!(shards.len() > 8);
        let mut end = 0;
        for (at, (name, range)) in shards.iter().enumerate() {
            assert_eq!(range.start, end);
            end = range.end;
            for word in &words[range.clone()] {
                assert!(word.as_bytes() >= &name.0[..]);
                assert!(shards.get(at + 1).is_none_or(|(next, _)| word.as_bytes() < &next.0[..]));
            }
        }
        assert_eq!(end, words.len());
    }
}

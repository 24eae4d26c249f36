//! Shards: files with some of the words that can be found.
//!
//! Numbers are in groups of seven bits, the lowest first. A shard is:
//!
//! 1. the number of its words, and for each word: how many bytes it shares with the one before, how many more it has, those
//!    bytes; its class of words of one stem: 0 for none, 1 for a new one, else how many classes back plus 2; in how many
//!    pages it is; its postings. A word in several classes stands there once more for each of the others, without pages;
//! 2. the number of words in other shards that belong to its classes, and for each: the class, how many bytes, the bytes.
//!
//! A posting is the difference of the page's number to the one before, above four bits for the level.

use std::collections::HashMap;

use crate::{
    parse::words::{push_number, take_number},
    site::search::{FormerWord, MAX_POSTINGS, Posting, ShardWord},
};

/// The bytes of a shard of words. `outside` are the words of other shards that belong to classes of its words, with the class.
pub(super) fn write<'i>(words: impl Iterator<Item = ShardWord<'i>>, outside: &[(u32, &str)]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(32 << 10);
    let mut classes: HashMap<u32, u64> = HashMap::new();
    let mut last: &[u8] = b"";
    let mut n_words = 0;
    for word in words {
        let text = word.text.as_bytes();
        let shared = last.iter().zip(text).take_while(|(one, other)| one == other).count();
        let more = word.classes.iter().skip(1);
        let numbered = [word.classes.first()].into_iter().chain(more.map(Some)).enumerate();
        for (at, class) in numbered {
            let shared = if at == 0 { shared } else { text.len() };
            push_number(&mut bytes, shared as u64);
            push_number(&mut bytes, (text.len() - shared) as u64);
            bytes.extend_from_slice(&text[shared..]);
            push_number(&mut bytes, class.map_or(0, |class| class_code(&mut classes, *class)));
            n_words += 1;
            if at > 0 {
                push_number(&mut bytes, 0);
                continue;
            }
            push_number(&mut bytes, word.n_pages as u64);
            let mut page = 0;
            for posting in &word.postings {
                push_number(&mut bytes, u64::from(posting.page() - page) << 4 | u64::from(posting.level()));
                page = posting.page();
            }
        }
        last = text;
    }
    let mut shard_bytes = Vec::with_capacity(bytes.len() + 16);
    push_number(&mut shard_bytes, n_words);
    shard_bytes.append(&mut bytes);
    push_number(&mut shard_bytes, outside.len() as u64);
    for (class, word) in outside {
        push_number(&mut shard_bytes, classes.get(class).copied().unwrap_or(0));
        push_number(&mut shard_bytes, word.len() as u64);
        shard_bytes.extend_from_slice(word.as_bytes());
    }
    shard_bytes
}

/// 1 for a class that is new in this shard, else how many classes back it is, plus 2.
fn class_code(classes: &mut HashMap<u32, u64>, class: u32) -> u64 {
    let n_classes = classes.len() as u64;
    match classes.get(&class) {
        Some(number) => n_classes - 1 - number + 2,
        None => {
            classes.insert(class, n_classes);
            1
        }
    }
}

/// The words of a shard, without their classes; `None` for bytes that are none.
pub(super) fn read(bytes: &[u8]) -> Option<Vec<FormerWord>> {
    let mut rest = bytes;
    let mut words: Vec<FormerWord> = Vec::new();
    let mut text = Vec::new();
    for _ in 0..take_number(&mut rest)? {
        text.truncate(usize::try_from(take_number(&mut rest)?).ok()?);
        let n_more = usize::try_from(take_number(&mut rest)?).ok()?;
        text.extend_from_slice(rest.split_off(..n_more)?);
        let _class = take_number(&mut rest)?;
        let n_pages = usize::try_from(take_number(&mut rest)?).ok()?;
        if n_pages == 0 {
            continue;
        }
        let mut page = 0;
        let posting = |_| {
            let packed = take_number(&mut rest)?;
            page += u32::try_from(packed >> 4).ok()?;
            Some(Posting::new(page, (packed & 15) as u8))
        };
        let postings = (0..n_pages.min(MAX_POSTINGS)).map(posting).collect::<Option<_>>()?;
        words.push(FormerWord { text: String::from_utf8(text.clone()).ok()?, n_pages, postings });
    }
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let words = [("cache", vec![3], 2), ("cached", vec![3, 4], 1), ("other", vec![], 1)];
        let word = |(text, classes, n_pages): (&'static str, Vec<u32>, usize)| ShardWord {
            text,
            classes,
            n_pages,
            postings: (1..).take(n_pages).map(|page| Posting::new(page * 1000, 7)).collect(),
        };
        let bytes = write(words.clone().into_iter().map(word), &[(4, "caching")]);
        let read_back = read(&bytes).expect("what was written");
        let expected = words.map(word).map(|word| FormerWord {
            text: word.text.to_owned(),
            n_pages: word.n_pages,
            postings: word.postings,
        });
        assert_eq!(read_back, expected);
        assert!((0..8).all(|len| read(&bytes[..len]).is_none()), "it was cut off");
    }
}

//! [`words`]: how many words a text has.
//!
//! Loading a site counts all of its text. So sixteen bytes are looked at together: what each of them is becomes a bit, and of the bits of
//! up to 64 bytes follows where words begin.

use wide::u8x16;

/// How many bytes are counted together.
const BLOCK: usize = 64;
/// How many are looked at together.
const LANES: usize = 16;

/// Counts words: letters and digits, with what joins them. A character of a script without spaces counts as one.
pub(super) fn words(text: &str) -> u32 {
    let (mut n_words, mut is_in_word) = (0, false);
    for (nth, block) in text.as_bytes().chunks(BLOCK).enumerate() {
        n_words += Kinds::of(block, text, nth * BLOCK).count(&mut is_in_word);
    }
    n_words
}

/// What the bytes of a block are, a bit for each, the first in the lowest. What is in none of them ends a word.
#[derive(Default)]
struct Kinds {
    /// Letters and digits.
    letters: u64,
    /// What stays in a word that has begun.
    joiners: u64,
    /// How many characters are words by themselves.
    n_alone: u32,
}

impl Kinds {
    /// Those of a block at a place of a text.
    fn of(block: &[u8], text: &str, start: usize) -> Self {
        let (mut kinds, mut beyond) = (Self::default(), 0);
        let mut look = |bytes: u128, at: usize| {
            let bytes = u8x16::new(bytes.to_le_bytes());
            kinds.letters |= bits(letters(bytes)) << at;
            kinds.joiners |= bits(joiners(bytes)) << at;
            beyond |= bits(bytes) << at;
        };
        let (whole, rest) = block.as_chunks();
        for (nth, bytes) in whole.iter().enumerate() {
            look(u128::from_le_bytes(*bytes), LANES * nth);
        }
        if !rest.is_empty() {
            look(last(block), block.len() - rest.len());
        }
        if beyond != 0 {
            kinds.look_at(beyond, text, start);
        }
        kinds
    }

    /// Looks at characters beyond ASCII, which may begin in the block before.
    fn look_at(&mut self, mut beyond: u64, text: &str, start: usize) {
        while beyond != 0 {
            let at = beyond.trailing_zeros() as usize;
            let mut begin = start + at;
            while !text.is_char_boundary(begin) {
                begin -= 1;
            }
            let Some(c) = text[begin..].chars().next() else { return };
            let end = begin + c.len_utf8() - start;
            let bytes = ones(end) & !ones(at);
            match c {
                '’' => self.joiners |= bytes,
                _ if stands_alone(c) => self.n_alone += u32::from(begin >= start && is_letter(c)),
                _ if is_letter(c) => self.letters |= bytes,
                _ => {}
            }
            beyond &= !bytes;
        }
    }

    /// How many words begin here; `is_in_word` says whether one has begun before, and then whether one goes on.
    fn count(&self, is_in_word: &mut bool) -> u32 {
        let before = u64::from(*is_in_word);
        // A joiner stays in a word behind a letter or another one that does: the carry of a sum goes through a run of them.
        let first = self.joiners & (self.letters << 1 | before);
        let joined = self.joiners & !self.joiners.wrapping_add(first);
        let inside = self.letters | joined;
        let begins = self.letters & !(inside << 1 | before);
        // A shorter block is the last one.
        *is_in_word = inside >> (BLOCK - 1) == 1;
        begins.count_ones() + self.n_alone
    }
}

/// The bytes behind the last sixteen of a block, of which there are some.
fn last(block: &[u8]) -> u128 {
    let n_before = LANES - block.len() % LANES;
    match block.last_chunk() {
        Some(bytes) => u128::from_le_bytes(*bytes) >> (8 * n_before),
        None => short(block),
    }
}

/// Fewer than sixteen bytes. Of the first and the last eight those that are in both are the same.
fn short(bytes: &[u8]) -> u128 {
    match bytes.first_chunk().zip(bytes.last_chunk()) {
        Some((first, last)) => {
            let of = |eight: &[u8; 8]| u128::from(u64::from_le_bytes(*eight));
            of(first) | of(last) << (8 * (bytes.len() - 8))
        }
        None => bytes.iter().rev().fold(0, |bytes, byte| bytes << 8 | u128::from(*byte)),
    }
}

/// As many bits from the lowest on.
fn ones(n: usize) -> u64 {
    u32::try_from(n).ok().and_then(|n| 1_u64.checked_shl(n)).map_or(u64::MAX, |bit| bit - 1)
}

/// The highest bits of sixteen bytes, side by side.
fn bits(bytes: u8x16) -> u64 {
    u64::from(bytes.move_mask().cast_unsigned())
}

/// All ones for each byte that is a letter or digit of ASCII.
fn letters(bytes: u8x16) -> u8x16 {
    within(bytes | u8x16::splat(0x20), b'a', b'z') | within(bytes, b'0', b'9')
}

fn joiners(bytes: u8x16) -> u8x16 {
    let is = |byte| bytes.cmp_eq(u8x16::splat(byte));
    is(b'\'') | is(b'_') | within(bytes, b'-', b'.')
}

/// All ones for each byte from `first` to `last`.
fn within(bytes: u8x16, first: u8, last: u8) -> u8x16 {
    let from_first = bytes - u8x16::splat(first);
    from_first.min(u8x16::splat(last - first)).cmp_eq(from_first)
}

/// Whether a character beyond ASCII is a letter or digit: what the commonest are is known without looking through tables.
fn is_letter(c: char) -> bool {
    match c {
        'À'..='ɏ' => !matches!(c, '×' | '÷'),
        'Ѐ'..='ҁ' | 'ぁ'..='ゖ' | 'ァ'..='ヺ' | '一'..='鿿' | '가'..='힣' | 'α'..='ω' => true,
        '\u{80}'..='¿' => matches!(c, 'ª' | '²' | '³' | 'µ' | '¹' | 'º' | '¼'..='¾'),
        '\u{2000}'..='\u{206F}'
        | '\u{20A0}'..='\u{20CF}'
        | '\u{2190}'..='\u{245F}'
        | '\u{2500}'..='\u{2775}' => false,
        _ => c.is_alphanumeric(),
    }
}

/// Whether a character is of a script without spaces, in which each counts as a word.
fn stands_alone(c: char) -> bool {
    matches!(c, '\u{2E80}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same, one character after the other.
    fn one_by_one(text: &str) -> u32 {
        let (mut n_words, mut in_word) = (0, false);
        for c in text.chars() {
            let is_letter = c.is_alphanumeric();
            n_words += u32::from(is_letter && (stands_alone(c) || !in_word));
            in_word = !stands_alone(c) && (is_letter || (in_word && "'-_.’".contains(c)));
        }
        n_words
    }

    #[test]
    fn letters_are_those_of_unicode() {
        let wrong = ('\u{80}'..=char::MAX).find(|c| is_letter(*c) != c.is_alphanumeric());
        assert_eq!(wrong, None);
    }

    #[test]
    fn words_are_letters_with_what_joins_them() {
        for (text, expected) in [
            ("", 0),
            ("one two", 2),
            ("it's a well-known file.rs, isn’t it?", 6),
            ("-- ' _x_ 'y' ...", 2),
            ("größer naïve привет", 3),
            ("字はa b", 4),
            ("a@b.c 1,000", 4),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn blocks_count_as_characters_do(text in "([a-c ]|['’._-]|[é字×か😀]|[0-9a-zà-ÿ]{1,9} ){0,90}") {
            prop_assert_eq!(words(&text), one_by_one(&text));
        }
    }
}

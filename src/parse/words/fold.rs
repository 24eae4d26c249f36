//! How words are compared: [`fold`] and the cutting of a text into [`Token`]s.
//!
//! The search in browsers does the same to what is typed (`themes/default/search.js`), so every step is one that JavaScript
//! has, too: `normalize`, `toLowerCase`, character classes. `tests/support/words.json` holds both to one table.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Letters that Unicode doesn't take apart, with what people type for them.
pub(super) const LETTERS: [(char, &str); 12] = [
    ('ß', "ss"),
    ('æ', "ae"),
    ('œ', "oe"),
    ('ø', "o"),
    ('đ', "d"),
    ('ð', "d"),
    ('þ', "th"),
    ('ł', "l"),
    ('ħ', "h"),
    ('ı', "i"),
    ('ŋ', "n"),
    ('ς', "σ"),
];

/// A word as it is compared: without case, accents and forms of letters.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let plain: String = text.nfkd().collect();
    let mut folded = String::with_capacity(plain.len());
    for c in plain.to_lowercase().chars().filter(|c| !matches!(c, '\u{300}'..='\u{36F}')) {
        match LETTERS.iter().find(|(letter, _)| *letter == c) {
            Some((_, typed)) => folded.push_str(typed),
            None => folded.push(c),
        }
    }
    folded.nfc().collect()
}

/// A part of a text that can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token<'t> {
    /// A word between spaces or signs.
    Word(&'t str),
    /// Text of a script that has no spaces between words; it is found by pairs of characters.
    Run(&'t str),
}

/// What a character is to a token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Gap,
    Letter,
    Unspaced,
}

const ASCII_KINDS: [Kind; 128] = {
    let mut kinds = [Kind::Gap; 128];
    let mut byte = 0;
    while byte < kinds.len() {
        if (byte as u8).is_ascii_alphanumeric() {
            kinds[byte] = Kind::Letter;
        }
        byte += 1;
    }
    kinds
};

fn kind(c: char) -> Kind {
    if c.is_ascii() {
        ASCII_KINDS[c as usize & 0x7F]
    } else if c.is_alphabetic() || is_combining_mark(c) {
        if is_unspaced(c) { Kind::Unspaced } else { Kind::Letter }
    } else if c.is_numeric() && !is_unspaced(c) {
        Kind::Letter
    } else {
        Kind::Gap
    }
}

/// Thai, Lao, Burmese, Khmer, Chinese, Japanese, Korean. Korean has spaces, but its words carry their particles.
fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{E00}'..='\u{EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{2E80}'..='\u{9FFF}'
        | '\u{AC00}'..='\u{D7AF}' | '\u{F900}'..='\u{FAFF}' | '\u{FF66}'..='\u{FFDC}' | '\u{20000}'..='\u{3FFFF}')
}

/// The tokens of a text, in order.
pub fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (token, after) = next_token(rest)?;
        rest = after;
        Some(token)
    })
}

/// Whether a byte is a letter or digit of ASCII.
pub(super) fn is_ascii_letter(byte: u8) -> bool {
    byte < 128 && ASCII_KINDS[usize::from(byte)] == Kind::Letter
}

/// The first token of a text, and what follows it.
pub(super) fn next_token(text: &str) -> Option<(Token<'_>, &str)> {
    let start = text.bytes().position(|byte| byte >= 128 || is_ascii_letter(byte))?;
    let text = text[start..].trim_start_matches(|c| kind(c) == Kind::Gap);
    let first = kind(text.chars().next()?);
    let end = text.find(|c| kind(c) != first).unwrap_or(text.len());
    let (token, after) = text.split_at(end);
    Some((if first == Kind::Letter { Token::Word(token) } else { Token::Run(token) }, after))
}

/// The pairs of characters by which a run is found, folded; a single character is found as itself.
pub fn pairs(run: &str) -> Vec<String> {
    let chars: Vec<char> = fold(run).chars().collect();
    if chars.len() < 2 {
        return vec![chars.iter().collect()];
    }
    chars.windows(2).map(|pair| pair.iter().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_forgets_case_accents_and_forms() {
        for (text, expected) in [
            ("Über", "uber"),
            ("ÉTÉ", "ete"),
            ("Straße", "strasse"),
            ("Łódź", "lodz"),
            ("ﬁne", "fine"),
            ("Ⅷ", "viii"),
            ("Ёлка", "елка"),
            ("ΣΊΣΥΦΟΣ", "σισυφοσ"),
            ("İstanbul", "istanbul"),
            ("ｶﾞｲﾄﾞ", "ガイド"),
            ("검색", "검색"),
            ("हिन्दी", "हिन्दी"),
        ] {
            assert_eq!(fold(text), expected);
            assert_eq!(fold(expected), expected, "it is what it is when folded again");
        }
    }

    #[test]
    fn tokens_are_words_and_runs() {
        use Token::{Run, Word};
        let check = |text: &str, expected: &[Token<'_>]| {
            assert_eq!(tokens(text).collect::<Vec<_>>(), expected, "{text:?}");
        };
        check("", &[]);
        check(" -- ", &[]);
        check("The queue_worker's, v1.2!", &["The", "queue", "worker", "s", "v1", "2"].map(Word));
        check("naïve café", &["naïve", "café"].map(Word));
        check("Git入門です。", &[Word("Git"), Run("入門です")]);
        check("검색 기능", &[Run("검색"), Run("기능")]);
        check("e\u{301}te\u{301}", &[Word("e\u{301}te\u{301}")]);
        check("«Привет»—мир", &["Привет", "мир"].map(Word));
    }

    /// The browser is held to the same table, in `tests/browser/search.test.js`.
    #[test]
    fn texts_are_cut_as_the_browser_does_it() {
        let table = include_str!("../../../tests/support/words.json");
        let table: std::collections::BTreeMap<String, Vec<String>> =
            serde_json::from_str(table).expect("a table");
        for (text, expected) in table {
            let words = tokens(&text).flat_map(|token| match token {
                Token::Word(word) => vec![fold(word)],
                Token::Run(run) => pairs(run),
            });
            assert_eq!(words.collect::<Vec<_>>(), expected, "{text}");
        }
    }

    #[test]
    fn runs_are_found_by_pairs() {
        assert_eq!(pairs("全文検索"), ["全文", "文検", "検索"]);
        assert_eq!(pairs("字"), ["字"]);
        assert_eq!(pairs("ｶﾞｲﾄﾞ"), ["ガイ", "イド"]);
    }
}

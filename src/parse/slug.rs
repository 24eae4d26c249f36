//! Names: from file names, titles and terms to parts of addresses, keys to match by, titles to show, and an order.
//!
//! Input and output are text. Addresses of headings are made by the Markdown renderer, whole routes by `site/`.

use std::{char::ToLowercase, cmp::Ordering};

use unicode_normalization::UnicodeNormalization;

use crate::{
    base::{digest::Digest, text::floor_char},
    parse::front_matter::Date,
};

/// Bytes of one part of an address; file systems stop at 255, and an ending such as `.html` comes on top.
const MAX_PART_BYTES: usize = 200;
/// Hexadecimal digits that keep shortened parts apart.
const N_DIGEST_CHARS: usize = 8;
/// The part of an address for a name that has no letter to keep.
const EMPTY_PART: &str = "_";
/// Bytes of a date in front of a name.
const DATE_BYTES: usize = "2024-05-01".len();
/// Digits of a prefix that only orders files: `01-intro.md`, but not `2024-review.md`.
const MAX_ORDER_DIGITS: usize = 3;

/// Makes a part of an address from a file or folder name.
///
/// Letters and case are kept, in NFC. Each run of whitespace, control characters and characters that break a URL or a
/// file name on some host (`?`, `#`, `%`, `\`, `/`, `<`, `>`, `:`, `"`, `|`, `*`) becomes one `-`, none at the ends.
/// A `#` that ends a word is `sharp`, so that C and C# stay apart. Trailing dots go, for Windows. Very long names are
/// cut and get a digest. The result is never empty, `.` or `..`.
pub fn route_part(name: &str) -> String {
    if is_route_part(name) {
        return name.to_owned();
    }
    // Most names are ASCII, which is in NFC; asking for that of each character is most of the work.
    if name.is_ascii() { part_of(name.chars()) } else { part_of(name.nfc()) }
}

/// Appends the part of an address that a name has: see [`route_part`].
pub fn push_route_part(address: &mut String, name: &str) {
    if is_route_part(name) {
        address.push_str(name);
    } else {
        address.push_str(&route_part(name));
    }
}

/// Whether a name needs no change to be a part of an address, as most don't.
fn is_route_part(name: &str) -> bool {
    let is_kept = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !name.is_empty() && name.len() <= MAX_PART_BYTES && !name.ends_with('.') && name.bytes().all(is_kept)
}

fn part_of(characters: impl Iterator<Item = char>) -> String {
    let mut part = String::with_capacity(characters.size_hint().0);
    let mut gap = false;
    let mut characters = characters.peekable();
    while let Some(character) = characters.next() {
        let is_sharp = character == '#'
            && !gap
            && part.ends_with(char::is_alphabetic)
            && !characters.peek().is_some_and(|next| next.is_alphanumeric());
        if is_sharp {
            part.push_str("sharp");
        } else if is_gap(character) {
            gap = true;
        } else if !is_invisible(character) {
            if gap && !part.is_empty() && !part.ends_with('-') && character != '-' {
                part.push('-');
            }
            gap = false;
            part.push(character);
        }
    }
    part.truncate(part.trim_end_matches('.').len());
    if part.is_empty() { EMPTY_PART.to_owned() } else { shorten(part) }
}

/// Names a taxonomy term: `Web Design/CSS` and `web-design/css` are the same.
///
/// Lowercase, with `/` for terms inside of terms; each part as in [`route_part`].
pub fn term(name: &str) -> String {
    let lowercase = name.to_lowercase();
    let parts: Vec<String> =
        lowercase.split('/').map(str::trim).filter(|part| !part.is_empty()).map(route_part).collect();
    if parts.is_empty() { EMPTY_PART.to_owned() } else { parts.join("/") }
}

/// The key by which a wiki link and a page's name, title or alias are compared.
///
/// NFC, lowercase, each run of whitespace, `_` and `-` as one `-`, none at the ends.
pub fn wiki_key(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    for word in name.split(is_wiki_gap).filter(|word| !word.is_empty()) {
        if !key.is_empty() {
            key.push('-');
        }
        key.push_str(word);
    }
    if key.is_ascii() {
        key.make_ascii_lowercase();
        return key;
    }
    key.to_lowercase().nfc().collect()
}

/// Whether two names are the same letters, though their accents may be stored in different ways.
pub fn is_same_text(a: &str, b: &str) -> bool {
    a.nfc().eq(b.nfc())
}

/// Makes a title from a file's stem: `01-getting_started` is "Getting started".
///
/// A number that only orders (`01-`, `1.`, `02_`) and a date in front (`2024-05-01-`) go if letters remain.
/// Names with spaces stay as they are otherwise; in others `-` and `_` become spaces, and the first letter is
/// made large unless there are large letters already.
pub fn title_from_name(stem: &str) -> String {
    let name = without_date(stem).or_else(|| without_order(stem)).unwrap_or(stem).trim();
    if name.contains(char::is_whitespace) || !name.contains(char::is_alphabetic) {
        return name.to_owned();
    }
    let words: Vec<&str> = name.split(['-', '_']).filter(|word| !word.is_empty()).collect();
    let title = words.join(" ");
    if title.contains(char::is_uppercase) {
        return title;
    }
    let mut characters = title.chars();
    characters.next().map_or(String::new(), |first| first.to_uppercase().chain(characters).collect())
}

/// Compares names as people order them: `2.md` before `10.md`, `a` beside `A`. Equal only for equal names.
pub fn natural_cmp(a: &str, b: &str) -> Ordering {
    let start = shared_start(a, b);
    let mut left = Tokens::new(&a[start..]);
    let mut right = Tokens::new(&b[start..]);
    loop {
        match (left.next(), right.next()) {
            (None, None) => return a.cmp(b),
            (left, right) if left == right => {}
            (None, _) => return Ordering::Less,
            (_, None) => return Ordering::Greater,
            (Some(left), Some(right)) => return left.cmp(&right),
        }
    }
}

/// Where two names begin to differ, or a number that does: what stands before is the same in both.
fn shared_start(a: &str, b: &str) -> usize {
    let shared = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    a[..floor_char(a, shared)].trim_end_matches(|character: char| character.is_ascii_digit()).len()
}

fn is_gap(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || matches!(character, '?' | '#' | '%' | '\\' | '/' | '<' | '>' | ':' | '"' | '|' | '*')
}

fn is_wiki_gap(character: char) -> bool {
    character.is_whitespace() || matches!(character, '_' | '-')
}

/// Characters that can't be seen and change how text reads: byte order marks, zero-width spaces, writing directions.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn shorten(part: String) -> String {
    if part.len() <= MAX_PART_BYTES {
        return part;
    }
    let digest = Digest::of(part.as_bytes()).to_string();
    let limit = MAX_PART_BYTES - N_DIGEST_CHARS - 1;
    let cut = floor_char(&part, limit);
    format!("{}-{}", &part[..cut], &digest[..N_DIGEST_CHARS])
}

/// The date in front of a name: `2024-05-01-bread` is of `2024-05-01`.
pub fn date_in_name(stem: &str) -> Option<Date> {
    without_date(stem)?;
    Date::parse(&stem.get(..DATE_BYTES)?.replace(['_', ' '], "-"))
}

/// What follows `2024-05-01-`.
fn without_date(stem: &str) -> Option<&str> {
    let mut rest = stem;
    for n_digits in [4, 2, 2] {
        let digits = rest.get(..n_digits)?;
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        rest = rest[n_digits..].strip_prefix(['-', '_', ' '])?;
    }
    rest.contains(char::is_alphabetic).then_some(rest)
}

/// What follows `01-`, `1.`, `02_` or `3) `.
fn without_order(stem: &str) -> Option<&str> {
    let rest = stem.trim_start_matches(|character: char| character.is_ascii_digit());
    let n_digits = stem.len() - rest.len();
    if n_digits == 0 || n_digits > MAX_ORDER_DIGITS {
        return None;
    }
    let name = rest.trim_start_matches(['-', '_', '.', ' ', ')']);
    (name.len() < rest.len() && name.starts_with(char::is_alphabetic)).then_some(name)
}

#[derive(PartialEq, Eq)]
enum Token<'a> {
    Char(char),
    /// Digits without leading zeros.
    Number(&'a str),
}

impl Token<'_> {
    /// Digits never occur as a [`Token::Char`], so numbers as a whole stand where `0` would.
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Char(a), Self::Char(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) => a.len().cmp(&b.len()).then(a.cmp(b)),
            (Self::Char(a), Self::Number(_)) => a.cmp(&'0'),
            (Self::Number(_), Self::Char(b)) => '0'.cmp(b),
        }
    }
}

struct Tokens<'a> {
    rest: &'a str,
    /// What remains of the lowercase form of a letter that has several.
    pending: ToLowercase,
}

impl<'a> Tokens<'a> {
    fn new(text: &'a str) -> Self {
        let mut pending = 'a'.to_lowercase();
        pending.next();
        Self { rest: text, pending }
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        if let Some(character) = self.pending.next() {
            return Some(Token::Char(character));
        }
        let first = self.rest.chars().next()?;
        if first.is_ascii_digit() {
            let after = self.rest.trim_start_matches(|character: char| character.is_ascii_digit());
            let digits = &self.rest[..self.rest.len() - after.len()];
            self.rest = after;
            return Some(Token::Number(digits.trim_start_matches('0')));
        }
        self.rest = &self.rest[first.len_utf8()..];
        self.pending = first.to_lowercase();
        self.pending.next().map(Token::Char)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_taken_as_they_are_would_be_made_to_the_same() {
        let signs = "aZ0-_.# /é".chars();
        for name in signs
            .clone()
            .flat_map(|a| signs.clone().flat_map(move |b| ["", "x", "-."].map(|c| format!("{a}{b}{c}"))))
        {
            if is_route_part(&name) {
                assert_eq!(part_of(name.chars()), name);
            }
            let mut pushed = "/".to_owned();
            push_route_part(&mut pushed, &name);
            assert_eq!(pushed, format!("/{}", route_part(&name)));
        }
    }

    #[test]
    fn route_parts_keep_letters_and_break_nothing() {
        let check = |name: &str, expected: &str| assert_eq!(route_part(name), expected, "{name}");
        check("Getting Started", "Getting-Started");
        check("a - b", "a-b");
        check("Äpfel\u{301} &  Bäume", "Äpfeĺ-&-Bäume");
        check("A\u{308}", "Ä");
        check("What is this?", "What-is-this");
        check("100% <b> a:b|c", "100-b-a-b-c");
        check("C#", "Csharp");
        check("F# basics", "Fsharp-basics");
        check("Issue #12", "Issue-12");
        check(".well-known", ".well-known");
        check("snake_case--x", "snake_case--x");
        check("v1.2.", "v1.2");
        check("日本語 ページ", "日本語-ページ");
        for nothing in ["", ".", "..", "...", "???", "\u{feff}", " / ", "\0"] {
            check(nothing, "_");
        }
    }

    #[test]
    fn names_can_have_a_date() {
        let check = |stem: &str, expected: Option<&str>| {
            assert_eq!(date_in_name(stem).map(|date| date.to_string()).as_deref(), expected, "{stem}");
        };
        check("2024-05-01-bread", Some("2024-05-01"));
        check("2024_05_01_bread", Some("2024-05-01"));
        check("2024-05-01 Bread", Some("2024-05-01"));
        for none in ["2024-05-01", "2024-13-01-bread", "2024-5-1-bread", "x-2024-05-01-bread", "2024-05-é1-x"]
        {
            check(none, None);
        }
    }

    #[test]
    fn long_parts_are_cut_and_stay_apart() {
        let a = route_part(&"é".repeat(1 << 20));
        let b = route_part(&"é".repeat((1 << 20) + 1));
        assert!(a.len() <= MAX_PART_BYTES && a != b);
    }

    #[test]
    fn terms_ignore_case_and_nest() {
        assert_eq!(term("Web Design/CSS"), "web-design/css");
        assert_eq!(term(" C# "), "csharp");
        assert_eq!(term("//a//../b/"), "a/_/b");
        assert_eq!(term("/"), "_");
        assert_eq!(term("Straße ÄÖ"), "straße-äö");
    }

    #[test]
    fn wiki_keys_fold_case_and_gaps() {
        assert_eq!(wiki_key("Getting_Started"), wiki_key(" getting - started "));
        assert_eq!(wiki_key("A\u{308}pfel"), wiki_key("äpfel"));
        assert_eq!(wiki_key("Notes/My Page"), "notes/my-page");
        assert_eq!(wiki_key(" - "), "");
    }

    #[test]
    fn titles_read_well() {
        let check = |stem: &str, expected: &str| assert_eq!(title_from_name(stem), expected, "{stem}");
        check("01-getting_started", "Getting started");
        check("1.intro", "Intro");
        check("02_a", "A");
        check("3) Third part", "Third part");
        check("Home", "Home");
        check("Getting-Started", "Getting Started");
        check("README", "README");
        check("iPhone", "iPhone");
        check("A well-known thing", "A well-known thing");
        check("2024-05-01-hello-world", "Hello world");
        check("2024-05-01", "2024-05-01");
        check("2024-review", "2024 review");
        check("1.2-release", "1.2 release");
        check("01", "01");
        check("-", "-");
        check("", "");
        check("ßa", "SSa");
    }

    #[test]
    fn the_natural_order_is_that_of_people() {
        let mut names =
            ["b", "10.md", "a2", "B", "2.md", "a10", "A2", "02.md", "é", "_", "a", "99999999999999999999999"];
        names.sort_by(|a, b| natural_cmp(a, b));
        assert_eq!(
            names,
            ["02.md", "2.md", "10.md", "99999999999999999999999", "_", "a", "A2", "a2", "a10", "B", "b", "é"]
        );
    }

    proptest::proptest! {
        #[test]
        fn route_parts_are_stable_and_safe(name in "\\PC{0,20}") {
            let part = route_part(&name);
            assert!(!part.is_empty() && part != "." && part != ".." && !part.contains(['/', '\\', '?', '#', '%']));
            assert_eq!(route_part(&part), part);
            title_from_name(&name);
            assert_eq!(wiki_key(&wiki_key(&name)), wiki_key(&name));
        }

        #[test]
        fn the_natural_order_is_total(a in "[aAbß0-2._-]{0,5}", b in "[aAbß0-2._-]{0,5}", c in "[aAbß0-2._-]{0,5}") {
            assert_eq!(natural_cmp(&a, &b), natural_cmp(&b, &a).reverse());
            assert_eq!(natural_cmp(&a, &b) == Ordering::Equal, a == b);
            if natural_cmp(&a, &b).is_le() && natural_cmp(&b, &c).is_le() {
                assert!(natural_cmp(&a, &c).is_le());
            }
        }
    }
}

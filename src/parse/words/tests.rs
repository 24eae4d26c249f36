//! What is taken of a page, and that it can be put away.

use super::*;
use crate::parse::{
    expand::Expanded,
    markdown::{self, MarkdownOptions},
};

fn words(text: &str, vocabulary: &Vocabulary) -> PageWords {
    let expanded = Expanded { text: text.to_owned(), ..Expanded::default() };
    PageWords::of(&markdown::parse(&expanded, &MarkdownOptions::default()).events, vocabulary)
}

fn listed(text: &str) -> Vec<(String, u8)> {
    let vocabulary = Vocabulary::default();
    let words = words(text, &vocabulary);
    let forms = vocabulary.forms();
    let mut listed: Vec<(String, u8)> =
        words.iter().map(|(number, level)| (forms[number as usize].text.to_string(), level)).collect();
    listed.sort();
    listed
}

#[test]
fn headings_count_more_than_text() {
    let found = listed("# Git hooks\n\nA hook runs. A hook `waits`.\n\n<p>raw <b>words</b></p>\n");
    let level = |word: &str| found.iter().find(|(found, _)| found == word).map(|(_, level)| *level);
    assert!(level("git") >= Some(level::HEADING) && level("hooks") < Some(level::TITLE));
    assert!(level("hook") > level("runs") && level("hook") < Some(level::HEADING));
    assert!(level("waits").is_some() && level("words").is_some() && level("b").is_none());
}

#[test]
fn levels_stay_in_their_ranges() {
    for n_tokens in [0, 1, 64, 1000, 1_000_000] {
        for n in [1, 2, 10, 100_000] {
            assert!(level::of_text(n, n_tokens) < level::HEADING);
        }
        assert!(level::of_text(1, n_tokens) <= level::of_text(2, n_tokens));
    }
    assert!(level::of_text(1, 100) > level::of_text(1, 10_000));
    assert_eq!(level::raised(level::TITLE, 5), 15);
}

#[test]
fn prints_depend_on_words_and_not_on_numbers() {
    let (one, other) = (Vocabulary::default(), Vocabulary::default());
    words("zebra", &other);
    assert_eq!(words("a b c", &one).print, words("a b c", &other).print);
    assert_eq!(words("a b c", &one).print, words("c, *b*; a", &one).print);
    assert_ne!(words("a b c", &one).print, words("a b d", &one).print);
    assert_ne!(words("a b c", &one).print, words("# a b c", &one).print);
}

#[test]
fn words_that_are_no_words_are_left_out() {
    let long = "x".repeat(MAX_WORD_CHARS + 1);
    assert_eq!(listed(&format!("{long} … — ")), []);
    assert_eq!(listed("全文検索").len(), 3);
}

#[test]
fn packed_words_can_be_taken_again() {
    let vocabulary = Vocabulary::default();
    let first = words("one two three two", &vocabulary);
    let stored = postcard::to_allocvec(&first).expect("they can be stored");
    let again: PageWords = postcard::from_bytes(&stored).expect("they can be read");
    assert_eq!(again.iter().collect::<Vec<_>>(), first.iter().collect::<Vec<_>>());
    // What is damaged gives other words, but ends.
    assert!(PageWords { packed: [0xFF; 7].into(), ..first }.iter().count() < 7);
}

#[test]
fn titles_have_each_word_once() {
    let vocabulary = Vocabulary::default();
    assert_eq!(of_title("Git, git and Git", &vocabulary).len(), 2);
}

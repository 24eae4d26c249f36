//! [`Stemmer`]: words of one stem are forms of one word.

use rust_stemmers::Algorithm;

/// The stemmer of a language; of one that has none, every word is its own stem.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stemmer(Option<u8>);

const ALGORITHMS: [(&str, Algorithm); 18] = [
    ("ar", Algorithm::Arabic),
    ("da", Algorithm::Danish),
    ("de", Algorithm::German),
    ("el", Algorithm::Greek),
    ("en", Algorithm::English),
    ("es", Algorithm::Spanish),
    ("fi", Algorithm::Finnish),
    ("fr", Algorithm::French),
    ("hu", Algorithm::Hungarian),
    ("it", Algorithm::Italian),
    ("nl", Algorithm::Dutch),
    ("no", Algorithm::Norwegian),
    ("pt", Algorithm::Portuguese),
    ("ro", Algorithm::Romanian),
    ("ru", Algorithm::Russian),
    ("sv", Algorithm::Swedish),
    ("ta", Algorithm::Tamil),
    ("tr", Algorithm::Turkish),
];

impl Stemmer {
    /// The stemmer for a language tag, such as `en` or `pt-BR`.
    pub fn of(language: &str) -> Self {
        let primary = language.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        // Both written forms of Norwegian.
        let primary = if matches!(&*primary, "nb" | "nn") { "no" } else { &primary };
        let place = ALGORITHMS.iter().position(|(language, _)| *language == primary);
        Self(place.and_then(|place| u8::try_from(place).ok()))
    }

    /// A number below 32 of its own, and 31 for none.
    pub fn number(self) -> u8 {
        self.0.unwrap_or(31)
    }

    /// The stemmer of a number.
    pub fn of_number(number: u8) -> Self {
        Self(Some(number).filter(|number| usize::from(*number) < ALGORITHMS.len()))
    }

    /// A stemmer that is ready for many words; `None` when words are their own stems.
    pub fn ready(self) -> Option<impl Fn(&str) -> String> {
        let (_, algorithm) = ALGORITHMS[usize::from(self.0?)];
        let stemmer = rust_stemmers::Stemmer::create(algorithm);
        Some(move |word: &str| stemmer.stem(word).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_are_those_of_the_language() {
        let stem = |language: &str, word: &str| Stemmer::of(language).ready().map(|stem| stem(word));
        assert_eq!(stem("en-GB", "deployments").as_deref(), Some("deploy"));
        assert_eq!(stem("de", "häuser").as_deref(), Some("haus"));
        assert_eq!(stem("fr", "continuellement").as_deref(), Some("continuel"));
        assert_eq!(stem("ja", "検索"), None);
        for number in 0..32 {
            let stemmer = Stemmer::of_number(number);
            assert!(stemmer.number() == number || stemmer == Stemmer::default());
        }
    }
}

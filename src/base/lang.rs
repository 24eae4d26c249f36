//! Language tags: [`direction`] says which way a language is written, [`autonym`] what it calls itself.

/// From left to right, as the attribute `dir` of HTML has it.
pub const LTR: &str = "ltr";
/// From right to left.
pub const RTL: &str = "rtl";

/// Languages that are written from right to left, unless their tag names a script.
const RIGHT_TO_LEFT: [&str; 14] =
    ["ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "nqo", "ps", "sd", "ug", "ur", "yi"];
/// Scripts that are.
const RIGHT_TO_LEFT_SCRIPTS: [&str; 9] =
    ["adlm", "arab", "aran", "hebr", "mand", "nkoo", "rohg", "syrc", "thaa"];
/// What languages call themselves, by tag in lower case, sorted.
const AUTONYMS: [(&str, &str); 74] = [
    ("af", "Afrikaans"),
    ("ar", "العربية"),
    ("az", "Azərbaycanca"),
    ("be", "Беларуская"),
    ("bg", "Български"),
    ("bn", "বাংলা"),
    ("br", "Brezhoneg"),
    ("bs", "Bosanski"),
    ("ca", "Català"),
    ("cs", "Čeština"),
    ("cy", "Cymraeg"),
    ("da", "Dansk"),
    ("de", "Deutsch"),
    ("el", "Ελληνικά"),
    ("en", "English"),
    ("eo", "Esperanto"),
    ("es", "Español"),
    ("et", "Eesti"),
    ("eu", "Euskara"),
    ("fa", "فارسی"),
    ("fi", "Suomi"),
    ("fr", "Français"),
    ("ga", "Gaeilge"),
    ("gl", "Galego"),
    ("gu", "ગુજરાતી"),
    ("he", "עברית"),
    ("hi", "हिन्दी"),
    ("hr", "Hrvatski"),
    ("hu", "Magyar"),
    ("hy", "Հայերեն"),
    ("id", "Bahasa Indonesia"),
    ("is", "Íslenska"),
    ("it", "Italiano"),
    ("ja", "日本語"),
    ("ka", "ქართული"),
    ("kk", "Қазақша"),
    ("km", "ខ្មែរ"),
    ("kn", "ಕನ್ನಡ"),
    ("ko", "한국어"),
    ("la", "Latina"),
    ("lb", "Lëtzebuergesch"),
    ("lt", "Lietuvių"),
    ("lv", "Latviešu"),
    ("mk", "Македонски"),
    ("ml", "മലയാളം"),
    ("mn", "Монгол"),
    ("mr", "मराठी"),
    ("ms", "Bahasa Melayu"),
    ("nb", "Norsk bokmål"),
    ("ne", "नेपाली"),
    ("nl", "Nederlands"),
    ("nn", "Norsk nynorsk"),
    ("no", "Norsk"),
    ("oc", "Occitan"),
    ("pl", "Polski"),
    ("pt", "Português"),
    ("pt-br", "Português do Brasil"),
    ("ro", "Română"),
    ("ru", "Русский"),
    ("sk", "Slovenčina"),
    ("sl", "Slovenščina"),
    ("sq", "Shqip"),
    ("sr", "Српски"),
    ("sv", "Svenska"),
    ("sw", "Kiswahili"),
    ("ta", "தமிழ்"),
    ("te", "తెలుగు"),
    ("th", "ไทย"),
    ("tr", "Türkçe"),
    ("uk", "Українська"),
    ("ur", "اردو"),
    ("vi", "Tiếng Việt"),
    ("zh", "中文"),
    ("zh-hant", "繁體中文"),
];
/// Tags that have the autonym of another.
const SAME_NAME: [(&str, &str); 5] =
    [("zh-tw", "zh-hant"), ("zh-hk", "zh-hant"), ("iw", "he"), ("in", "id"), ("zh-hans", "zh")];

/// `rtl` or `ltr`, as the attribute `dir` of HTML has it.
///
/// ```
/// use recto::base::lang::direction;
/// assert_eq!((direction("fa-IR"), direction("en")), ("rtl", "ltr"));
/// ```
pub fn direction(tag: &str) -> &'static str {
    let tag = tag.to_ascii_lowercase();
    let mut parts = tag.split(['-', '_']);
    let language = parts.next().unwrap_or_default();
    // A tag has its script second, in four letters.
    let script = parts.next().filter(|part| part.len() == 4);
    let is_right_to_left = match script {
        Some(script) => RIGHT_TO_LEFT_SCRIPTS.contains(&script),
        None => RIGHT_TO_LEFT.contains(&language),
    };
    if is_right_to_left { RTL } else { LTR }
}

/// Whether a text has the form of a language tag.
pub fn is_tag(text: &str) -> bool {
    text.split('-')
        .all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// Whether a tag can be one that people use: its language has two or three letters, or it is a private one (`x-…`, `i-…`).
pub fn is_likely_tag(tag: &str) -> bool {
    let language = tag.split('-').next().unwrap_or_default();
    let is_private = matches!(language, "x" | "X" | "i" | "I") && tag.len() > language.len();
    is_private
        || ((2..=3).contains(&language.len()) && language.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

/// The tag of a language that calls itself by this name: `en` of `English`.
pub fn tag_of_name(name: &str) -> Option<&'static str> {
    let name = name.to_lowercase();
    AUTONYMS.iter().find(|(_, autonym)| autonym.to_lowercase() == name).map(|(tag, _)| *tag)
}

/// Whether two tags are the same, as people write them: `pt-BR` is `pt_br`.
pub fn is_same_tag(one: &str, other: &str) -> bool {
    let byte = |byte: u8| if byte == b'_' { b'-' } else { byte.to_ascii_lowercase() };
    one.len() == other.len() && one.bytes().map(byte).eq(other.bytes().map(byte))
}

/// What a language calls itself; of one that isn't known, its tag.
///
/// ```
/// use recto::base::lang::autonym;
/// assert_eq!((&*autonym("fr"), &*autonym("de-AT"), &*autonym("tlh")), ("Français", "Deutsch (AT)", "tlh"));
/// ```
pub fn autonym(tag: &str) -> String {
    let lowercase = tag.to_ascii_lowercase().replace('_', "-");
    let same = SAME_NAME.iter().find(|(name, _)| *name == lowercase).map(|(_, same)| *same);
    let known = |tag: &str| AUTONYMS.iter().find(|(name, _)| *name == tag).map(|(_, autonym)| *autonym);
    if let Some(autonym) = known(same.unwrap_or(&lowercase)) {
        return autonym.to_owned();
    }
    let (wider, rest) = tag.split_once(['-', '_']).unwrap_or((tag, ""));
    known(&wider.to_ascii_lowercase()).map_or_else(|| tag.to_owned(), |autonym| format!("{autonym} ({rest})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_says_more_than_the_language() {
        for (tag, expected) in [
            ("", "ltr"),
            ("en", "ltr"),
            ("de-AT", "ltr"),
            ("ar", "rtl"),
            ("HE-il", "rtl"),
            ("ar-Latn", "ltr"),
            ("az-Arab-IR", "rtl"),
            ("arn", "ltr"),
        ] {
            assert_eq!(direction(tag), expected, "{tag:?}");
        }
    }

    #[test]
    fn names_of_languages_are_no_tags() {
        for tag in ["en", "de-AT", "tlh", "x-elvish", "zh-Hant-TW"] {
            assert!(is_likely_tag(tag), "{tag}");
        }
        for tag in ["english", "germ", "x", "e", "12"] {
            assert!(!is_likely_tag(tag), "{tag}");
        }
        assert_eq!((tag_of_name("english"), tag_of_name("Klingon")), (Some("en"), None));
    }

    #[test]
    fn languages_call_themselves() {
        for (tag, expected) in [
            ("pt-BR", "Português do Brasil"),
            ("pt_br", "Português do Brasil"),
            ("pt-PT", "Português (PT)"),
            ("zh-TW", "繁體中文"),
            ("x", "x"),
        ] {
            assert_eq!(autonym(tag), expected, "{tag:?}");
        }
        assert!(AUTONYMS.is_sorted_by_key(|(tag, _)| *tag));
    }
}

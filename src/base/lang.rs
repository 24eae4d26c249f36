//! [`direction`]: which way a language is written, by its tag.

/// Languages that are written from right to left, unless their tag names a script.
const RIGHT_TO_LEFT: [&str; 14] =
    ["ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "nqo", "ps", "sd", "ug", "ur", "yi"];
/// Scripts that are.
const RIGHT_TO_LEFT_SCRIPTS: [&str; 9] =
    ["adlm", "arab", "aran", "hebr", "mand", "nkoo", "rohg", "syrc", "thaa"];

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
    if is_right_to_left { "rtl" } else { "ltr" }
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
}

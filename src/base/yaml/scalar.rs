//! Which plain (unquoted) words of YAML are numbers, booleans or nothing, by the core schema of YAML 1.2.
//!
//! Stricter than it in one point: a number with a leading zero (`007`, a postal code) is text. So is a number that
//! doesn't fit, and `.inf` and `.nan`, which JSON hasn't.

use serde_json::Number;

use crate::base::node::Value;

/// The value of a plain word.
pub(super) fn resolve(word: &str) -> Value {
    match word {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        word => number(word).map_or_else(|| Value::Text(word.to_owned()), Value::Number),
    }
}

fn number(word: &str) -> Option<Number> {
    if let Some(digits) = word.strip_prefix("0x") {
        return radix(digits, 16);
    }
    if let Some(digits) = word.strip_prefix("0o") {
        return radix(digits, 8);
    }
    let unsigned = word.strip_prefix(['-', '+']).unwrap_or(word);
    if !unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return None;
    }
    if unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        if unsigned.len() > 1 && unsigned.starts_with('0') {
            return None;
        }
        return word.parse::<i64>().map(Number::from).or_else(|_| word.parse::<u64>().map(Number::from)).ok();
    }
    if !is_float(unsigned) {
        return None;
    }
    word.parse().ok().and_then(Number::from_f64)
}

fn radix(digits: &str, radix: u32) -> Option<Number> {
    let only_digits = digits.chars().all(|digit| digit.is_digit(radix));
    only_digits.then(|| u64::from_str_radix(digits, radix).ok().map(Number::from)).flatten()
}

/// `(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_float(unsigned: &str) -> bool {
    let (mantissa, exponent) = unsigned
        .split_once(['e', 'E'])
        .map_or((unsigned, None), |(mantissa, exponent)| (mantissa, Some(exponent)));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let exponent_fits = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty()) && exponent_fits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_clear_numbers_are_numbers() {
        let check = |word: &str, expected: serde_json::Value| {
            let number = number(word).map_or(serde_json::Value::Null, serde_json::Value::Number);
            assert_eq!(number, expected, "{word}");
        };
        check("0", 0.into());
        check("-12", (-12).into());
        check("18446744073709551615", u64::MAX.into());
        check(".5", 0.5.into());
        check("1.", 1.0.into());
        check("-1.5e3", (-1500.0).into());
        for text in [
            "007", "1_000", "1.2.3", "-", "+", ".", "e5", "1e", "12:30", "0x", "0xg", "0o9", "1e999", "inf",
            "NaN",
        ] {
            check(text, serde_json::Value::Null);
        }
    }
}

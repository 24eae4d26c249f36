//! [`addresses`]: HTML with other addresses in its attributes.

use crate::{parse::markdown::html, render::markdown::escape};

/// The HTML with each address as `lead` says; `None` when all stay as they are.
pub(super) fn addresses(written: &str, mut lead: impl FnMut(&str) -> String) -> Option<String> {
    let mut rewritten = String::new();
    let mut copied = 0;
    for attribute in html::attributes(written).filter(html::Attribute::is_address) {
        let href = lead(attribute.value);
        if href != attribute.value {
            rewritten.push_str(&written[copied..attribute.range.start]);
            escape::push_text(&mut rewritten, &href);
            copied = attribute.range.end;
        }
    }
    if copied == 0 {
        return None;
    }
    rewritten.push_str(&written[copied..]);
    Some(rewritten)
}

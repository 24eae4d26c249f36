//! What stands in a page itself instead of being named by it: the text of a file of the theme, and of style sheets the rules
//! for what readers see first.
//!
//! A style sheet says which these are by marks around them. They are a copy: the sheet has them, too, and in their order.

use super::{Asset, css, has_extension, is_script};
use crate::base::{
    path::RepoPath,
    url::{decode_path, encode_path},
};

/// What stands before rules of the first view, and after them.
const MARKS: (&str, &str) = ("/* first view: begin */", "/* first view: end */");

/// The rules between the marks of a style sheet; `None` when it has no marks.
pub(super) fn first_view(sheet: &str) -> Option<String> {
    let marked = sheet.split(MARKS.0).skip(1).map(|rest| rest.split(MARKS.1).next().unwrap_or(rest));
    let rules: String = marked.collect();
    (!rules.is_empty()).then_some(rules)
}

/// The text of a file as it can stand in a page, in the element of its kind; of a style sheet its first view only, if that is
/// `wanted`. What it names is in `folder`, an address, where the theme's files are. `None` when there is no such text.
pub(in crate::render::theme) fn in_page(
    asset: &Asset,
    name: &str,
    folder: &str,
    only_first_view: bool,
) -> Option<String> {
    let text =
        if only_first_view { asset.first_view.as_deref() } else { str::from_utf8(asset.bytes()).ok() }?;
    if has_extension(name, &["css"]) {
        let mut from_page = |address: &str| from_page(name, folder, address);
        let css = css::write(text, false, &mut from_page).unwrap_or_else(|_| text.to_owned());
        return Some(css.replace("</", "<\\/"));
    }
    Some(if is_script(name) { text.replace("</script", "<\\/script") } else { text.to_owned() })
}

/// An address in a style sheet as it is written in a page; `None` when it is the same there.
fn from_page(sheet: &str, folder: &str, address: &str) -> Option<String> {
    let is_relative = !address.is_empty() && !address.starts_with(['/', '#']) && !address.contains(':');
    let end = address.find(['?', '#']).unwrap_or(address.len());
    let (path, rest) = address.split_at(end);
    let path = RepoPath::new(sheet)?.parent()?.resolve(&decode_path(path)?)?;
    is_relative.then(|| format!("{folder}{}{rest}", encode_path(path.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_view_is_what_stands_between_marks() {
        let check = |sheet: &str, expected: Option<&str>| assert_eq!(first_view(sheet).as_deref(), expected);
        check("a{}", None);
        check("a{}/* first view: begin */b{}/* first view: end */c{}", Some("b{}"));
        check("/* first view: begin */a{}/* first view: end */b{}/* first view: begin */c{}", Some("a{}c{}"));
    }

    #[test]
    fn addresses_are_those_of_the_page() {
        let check = |address: &str, expected: Option<&str>| {
            assert_eq!(from_page("css/a.css", "/docs/theme/", address).as_deref(), expected, "{address}");
        };
        check("b.png?x#y", Some("/docs/theme/css/b.png?x#y"));
        check("../fonts/f%20g.woff2", Some("/docs/theme/fonts/f%20g.woff2"));
        for same in
            ["/b.png", "https://example.org/b.png", "data:image/png;base64,AA==", "#filter", "../../x"]
        {
            check(same, None);
        }
    }
}

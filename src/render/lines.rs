//! [`attach`]: says of each block of a page at which line of its file it begins, so that an editor can show both side by side.

use crate::parse::markdown::MARK;

/// Takes the marks out of the HTML of a page whose file has `text`: the element behind a mark gets its line as `data-line`.
pub(super) fn attach(html: &str, text: &str) -> String {
    let line_starts: Vec<usize> = text.match_indices('\n').map(|(at, _)| at + 1).collect();
    let line_of = |offset: usize| line_starts.partition_point(|start| *start <= offset) + 1;
    let mut pieces = html.split(MARK.0);
    let mut attached = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let Some((offset, rest)) = piece.split_once(MARK.1) else { continue };
        let n_space = rest.len() - rest.trim_start().len();
        match (offset.parse(), n_name(&rest[n_space..])) {
            (Ok(offset), Some(n_name)) => {
                let (tag, rest) = rest.split_at(n_space + n_name);
                attached.push_str(&format!("{tag} data-line=\"{}\"{rest}", line_of(offset)));
            }
            _ => attached.push_str(rest),
        }
    }
    // Themes look whether a page begins with its own heading.
    attached.trim_start_matches('\n').to_owned()
}

/// The length of `<name` at the beginning of some HTML; `None` where no element begins.
fn n_name(html: &str) -> Option<usize> {
    let name = html.strip_prefix('<')?;
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        .then(|| 1 + name.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(name.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_behind_marks_get_their_lines() {
        let text = "a\n\nb\nc\n";
        let marked = |html: &str| attach(&html.replace('{', "\u{E012}").replace('}', "\u{E013}"), text);
        assert_eq!(
            marked("{0}<p>a</p>\n{3}<p>b\nc</p>"),
            "<p data-line=\"1\">a</p>\n<p data-line=\"3\">b\nc</p>"
        );
        assert_eq!(marked("{3}<ul>\n{5}<li>{5}c</li>"), "<ul data-line=\"3\">\n<li data-line=\"4\">c</li>");
        assert_eq!(marked("{0}\n<my-box class=\"x\">"), "<my-box data-line=\"1\" class=\"x\">");
        assert_eq!(marked("{0}<!-- x -->{x}<p>{0}"), "<!-- x --><p>");
        assert_eq!(marked("a{0"), "a");
    }
}

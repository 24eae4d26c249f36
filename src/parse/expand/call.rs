//! [`Opening`]: the line that opens a component (`:::name`) or is one (`::name`), and the inline `:name[…]{…}`.
//!
//! Input is text from the first colon on. Where a call may stand is left to [`blocks`](super::blocks) and
//! [`inline`](super::inline).

use std::ops::Range;

use crate::parse::expand::{AttributeValue, attributes::parse_attributes};

/// The name of a component for a fenced div of Pandoc that has only attributes: `::: {.class}`.
const DIV: &str = "div";

/// Pairs of an attribute list.
pub(super) type Attributes = Vec<(String, AttributeValue)>;

/// What a line with two or more colons at its start says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Opening {
    /// `:::name …`: a container, with the number of its colons.
    Container { n_colons: usize, name: String, attributes: Attributes },
    /// `::name[label]{…}`: a component without a body but the label.
    Leaf { name: String, label: Option<Range<usize>>, attributes: Attributes },
    /// Meant as one of these, but its attributes or label don't end.
    Broken { n_colons: usize, at: usize },
}

impl Opening {
    /// Reads a line without its ending, which starts with a colon.
    pub(super) fn read(line: &str) -> Option<Self> {
        let n_colons = line.bytes().take_while(|&byte| byte == b':').count();
        match n_colons {
            0 | 1 => None,
            2 => read_leaf(line),
            _ => read_container(line, n_colons),
        }
    }
}

/// The number of colons of a line that closes a container: three or more, and nothing else.
pub(super) fn closing(line: &str) -> Option<usize> {
    let line = line.trim_end();
    (line.len() >= 3 && line.bytes().all(|byte| byte == b':')).then_some(line.len())
}

/// The length of the component name at the start of `text`, 0 if there is none.
pub(super) fn name_len(text: &str) -> usize {
    if !text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return 0;
    }
    text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')).count()
}

fn read_leaf(line: &str) -> Option<Opening> {
    let name_end = 2 + name_len(&line[2..]);
    if name_end == 2 {
        return None;
    }
    let name = line[2..name_end].to_owned();
    let (label, at) = match read_label(line, name_end) {
        Ok(found) => found,
        Err(at) => return Some(Opening::Broken { n_colons: 2, at }),
    };
    let (attributes, at) = match read_list(line, at) {
        Ok(found) => found,
        Err(at) => return Some(Opening::Broken { n_colons: 2, at }),
    };
    line[at..].trim().is_empty().then_some(Opening::Leaf { name, label, attributes })
}

fn read_container(line: &str, n_colons: usize) -> Option<Opening> {
    let start = line.len() - line[n_colons..].trim_start_matches([' ', '\t']).len();
    if line[start..].starts_with('{') {
        return read_braced(line, n_colons, start);
    }
    let name_end = start + name_len(&line[start..]);
    if name_end == start {
        return None;
    }
    let name = line[start..name_end].to_owned();
    let parts = read_label(line, name_end)
        .and_then(|(label, at)| read_list(line, at).map(|(attributes, at)| (label, attributes, at)));
    let (label, mut attributes, at) = match parts {
        Ok(parts) => parts,
        Err(at) => return Some(Opening::Broken { n_colons, at }),
    };
    if !line[at..].is_empty() && !line[at..].starts_with([' ', '\t']) {
        return None;
    }
    let title = read_title(&line[at..], &mut attributes);
    set_title(&mut attributes, label.map(|label| &line[label]).filter(|label| !label.is_empty()).or(title));
    Some(Opening::Container { n_colons, name, attributes })
}

/// `::: {.class #id}` as in Pandoc, `:::{name} Title` as in MyST.
fn read_braced(line: &str, n_colons: usize, start: usize) -> Option<Opening> {
    let inner = &line[start + 1..];
    let name_end = name_len(inner);
    if name_end > 0 && inner[name_end..].starts_with('}') {
        let mut attributes = Vec::new();
        let title = read_title(&inner[name_end + 1..], &mut attributes);
        set_title(&mut attributes, title);
        return Some(Opening::Container { n_colons, name: inner[..name_end].to_owned(), attributes });
    }
    if inner.starts_with('{') {
        return None;
    }
    match read_list(line, start) {
        Ok((attributes, at)) if !attributes.is_empty() => {
            let is_rest_empty = line[at..].trim_start().trim_end_matches([':', ' ', '\t']).is_empty();
            is_rest_empty.then(|| Opening::Container { n_colons, name: DIV.to_owned(), attributes })
        }
        Ok(_) => None,
        Err(at) => Some(Opening::Broken { n_colons, at }),
    }
}

/// The title in the rest of an opening line, without attributes at its end and the colons some put there.
fn read_title<'a>(rest: &'a str, attributes: &mut Attributes) -> Option<&'a str> {
    let mut title = rest.trim();
    let without_colons = title.trim_end_matches(':');
    if title.len() >= without_colons.len() + 3 && (without_colons.is_empty() || without_colons.ends_with(' '))
    {
        title = without_colons.trim_end();
    }
    if title.ends_with('}')
        && let Some(start) = title.rfind('{')
        && let Some((pairs, n_bytes)) = parse_attributes(&title[start..])
        && start + n_bytes == title.len()
    {
        attributes.extend(pairs);
        title = title[..start].trim_end();
    }
    (!title.is_empty()).then_some(title)
}

fn set_title(attributes: &mut Attributes, title: Option<&str>) {
    if let Some(title) = title.filter(|_| !attributes.iter().any(|(key, _)| key == "title")) {
        attributes.insert(0, ("title".to_owned(), AttributeValue::Text(title.to_owned())));
    }
}

/// The range inside the brackets at `at`, if there are any, and where they end; or where they never do.
fn read_label(line: &str, at: usize) -> Result<(Option<Range<usize>>, usize), usize> {
    if !line[at..].starts_with('[') {
        return Ok((None, at));
    }
    let mut depth = 0_usize;
    let mut is_escaped = false;
    for (offset, byte) in line.bytes().enumerate().skip(at) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'[' => depth += 1,
            b']' if depth == 1 => return Ok((Some(at + 1..offset), offset + 1)),
            b']' => depth -= 1,
            _ => {}
        }
    }
    Err(at)
}

/// The attribute list at `at`, empty if there is none, and where it ends; or where a broken one starts.
pub(super) fn read_list(text: &str, at: usize) -> Result<(Attributes, usize), usize> {
    if !text[at..].starts_with('{') || text[at..].starts_with("{{") {
        return Ok((Vec::new(), at));
    }
    parse_attributes(&text[at..]).map(|(attributes, n_bytes)| (attributes, at + n_bytes)).ok_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: &str) {
        let show = |attributes: &Attributes| -> String {
            let pairs = attributes.iter().map(|(key, value)| match value {
                AttributeValue::Text(text) => format!(" {key}={text}"),
                other => format!(" {key}={other:?}"),
            });
            pairs.collect()
        };
        let shown = match Opening::read(line) {
            None => "none".to_owned(),
            Some(Opening::Container { n_colons, name, attributes }) => {
                format!("{n_colons} {name}{}", show(&attributes))
            }
            Some(Opening::Leaf { name, label, attributes }) => {
                format!(
                    "leaf {name}{}{}",
                    label.map_or("", |label| &line[label.start - 1..=label.end]),
                    show(&attributes)
                )
            }
            Some(Opening::Broken { at, .. }) => format!("broken at {}", &line[at..]),
        };
        assert_eq!(shown, expected, "{line}");
    }

    #[test]
    fn containers_of_many_dialects_are_read() {
        check(":::note", "3 note");
        check("::: note", "3 note");
        check("::::my-note_2  ", "4 my-note_2");
        check(":::note[A *label*]{open #id .a .b}", "3 note title=A *label* open=Bool(true) id=id class=a b");
        check(":::note[]", "3 note");
        check(":::tip A title", "3 tip title=A title");
        check("::: details Click me {open}", "3 details title=Click me open=Bool(true)");
        check("::: tip Use {this}!", "3 tip title=Use {this}!");
        check("::: warning :::", "3 warning");
        check("::: {.a #b}", "3 div class=a id=b");
        check("::::: {.a} ::::::", "5 div class=a");
        check(":::{note} A title", "3 note title=A title");
        check("::: code-group", "3 code-group");
        check(":::a[x [y] \\] z]", "3 a title=x [y] \\] z");
        check(":::a{title=x} y", "3 a title=x");
    }

    #[test]
    fn leaves_are_read() {
        check("::toc", "leaf toc");
        check("::video[A title]{src=a.mp4}  ", "leaf video[A title] src=a.mp4");
        check("::toc text", "none");
        check(":: toc", "none");
    }

    #[test]
    fn other_lines_are_none() {
        for line in
            [":::", "::", ":a", "::: 1a", ":::a.b", ":::{}", "::: {{ x }}", "::a::b", ":::é", "::: {.a} text"]
        {
            check(line, "none");
        }
        check(":::a{b=", "broken at {b=");
        check("::a[b", "broken at [b");
        check("::: {.a", "broken at {.a");
        assert_eq!((closing(":::: "), closing("::"), closing("::: a")), (Some(4), None, None));
    }
}

//! Loops with an end: what the loops of a site's own templates go through is counted, so that a mistake in one is an error of
//! its page, and not the end of a server.
//!
//! Tera has no limit for that. So each `{% for … in …` gets a filter behind what it goes through ([`counted`]), which counts and
//! changes nothing; columns that Tera tells are those of the text before ([`column_before`]).

use std::borrow::Cow;

use tera::{Error, TeraResult, Value};

use crate::render::scope;

/// What is written behind that which a loop goes through.
const FILTER: &str = " | counted";
/// Its name.
pub(super) const FILTER_NAME: &str = "counted";

/// The filter: counts, and gives what it was given.
pub(super) fn count(value: &Value) -> TeraResult<Value> {
    let length = value.len().and_then(|length| u64::try_from(length).ok()).unwrap_or(0);
    if scope::count_steps(length) {
        return Ok(value.clone());
    }
    let limit = scope::MAX_STEPS;
    Err(Error::message(format!("the loops of a page go through more than {limit} values")))
}

/// A template whose loops are counted.
pub(super) fn counted(text: &str) -> Cow<'_, str> {
    let ends = loop_ends(text);
    if ends.is_empty() {
        return text.into();
    }
    let mut counted = String::with_capacity(text.len() + ends.len() * FILTER.len());
    let mut from = 0;
    for end in ends {
        counted.push_str(&text[from..end]);
        counted.push_str(FILTER);
        from = end;
    }
    (counted + &text[from..]).into()
}

/// The column of a line, both from 1, of a template before its loops were counted.
pub(super) fn column_before(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let length = text[start..].find('\n').unwrap_or(text.len() - start);
    let ends = loop_ends(text).into_iter().filter(|end| (start..=start + length).contains(end));
    ends.fold(column, |column, end| {
        let at = text[start..end].chars().count() + 1;
        if column <= at { column } else { at.max(column.saturating_sub(FILTER.len())) }
    })
}

/// Where that ends which each loop goes through.
fn loop_ends(text: &str) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find('{').map(|at| from + at) {
        let close = match text.as_bytes().get(start + 1) {
            Some(b'%') => "%}",
            Some(b'{') => "}}",
            Some(b'#') => "#}",
            _ => {
                from = start + 1;
                continue;
            }
        };
        let inside = start + 2;
        let is_comment = close == "#}";
        let Some(end) = end_of(&text[inside..], close, is_comment).map(|at| inside + at) else { break };
        from = end + close.len();
        if close != "%}" {
            continue;
        }
        let body = text[inside..end].trim_start_matches('-').trim_start();
        match body.split_whitespace().next() {
            Some("raw") => match text[from..].find("endraw") {
                Some(at) => from += at,
                None => break,
            },
            Some("for") => {
                let written = &text[inside..end];
                let written = written.strip_suffix('-').unwrap_or(written).trim_end();
                ends.push(inside + written.len());
            }
            _ => {}
        }
    }
    ends
}

/// Where a tag ends; not inside of a text in quotes.
fn end_of(rest: &str, close: &str, is_comment: bool) -> Option<usize> {
    if is_comment {
        return rest.find(close);
    }
    let mut quote = None;
    for (at, c) in rest.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if rest[at..].starts_with(close) => return Some(at),
            None if matches!(c, '"' | '\'' | '`') => quote = Some(c),
            None => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loops_are_counted() {
        let check = |text: &str, expected: &str| assert_eq!(counted(text), expected, "{text}");
        check("plain { text", "plain { text");
        check("{% for a in b %}{{ a }}{% endfor %}", "{% for a in b | counted %}{{ a }}{% endfor %}");
        check("{%- for a, b in c.d | sort -%}", "{%- for a, b in c.d | sort | counted -%}");
        check("{%for a in b%}", "{%for a in b | counted%}");
        check(
            "{% for a in range(end=3)\n  | reverse %}",
            "{% for a in range(end=3)\n  | reverse | counted %}",
        );
        check("{% for a in f(x=\"%}\") %}", "{% for a in f(x=\"%}\") | counted %}");
        for kept in [
            "{# {% for a in b %} #}",
            "{% raw %}{% for a in b %}{% endraw %}",
            "{{ \"{% for a in b %}\" }}",
            "{% set fore = 1 %}",
            "{% for a in b",
            "{{ \"a",
        ] {
            check(kept, kept);
        }
        check("{% raw %}{% endraw %}{% for a in b %}", "{% raw %}{% endraw %}{% for a in b | counted %}");
    }

    #[test]
    fn columns_are_those_of_the_text_before() {
        let text = "x\n{% for a in b %}{% for c in d %}{{ nothing }}";
        let after = counted(text);
        let line = after.lines().nth(1).expect("a line");
        let column = line.find("nothing").expect("it is there") + 1;
        assert_eq!(column_before(text, 2, column), 2 + "{% for a in b %}{% for c in d %}{{ ".len() - 1);
        assert_eq!(column_before(text, 2, 13), 13);
        assert_eq!(column_before(text, 1, 1), 1);
    }
}

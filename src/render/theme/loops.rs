//! Loops and variables with an end: what the loops of a site's own templates go through is counted, and what its variables hold
//! is looked at, so that a mistake in one is an error of its page, and not the end of a server.
//!
//! Tera has no limits for that. So each `{% for … in …` and `[… for … in …]` gets a filter behind what it goes through, and each
//! `{% set …` one behind what it sets ([`counted`]), which count and change nothing; columns that Tera tells are those of the text
//! before ([`column_before`]).

use std::{borrow::Cow, ops::Range};

use tera::{Error, TeraResult, Value};

use crate::render::scope;

/// How long a text may be that a variable holds, and how many values: with each round of a loop one that holds itself
/// twice is twice as long.
pub(super) const MAX_VARIABLE_BYTES: usize = 8 << 20;
pub(super) const MAX_VARIABLE_VALUES: usize = 1_000_000;
/// How many bytes a variable holds for one step of a loop more: they are copied.
const BYTES_PER_STEP: usize = 1024;

/// The names of the filters.
pub(super) const LOOP_FILTER: &str = "counted";
pub(super) const VARIABLE_FILTER: &str = "bounded";
/// What is written around that which a loop goes through, and around what a variable is to hold.
const AROUND_LOOP: [&str; 2] = ["", " | counted"];
const AROUND_VARIABLE: [&str; 2] = ["(", ") | bounded"];
/// The same behind the name of a variable that holds what is written up to `{% endset %}`.
const AROUND_BLOCK: [&str; 2] = ["", " | bounded"];

/// The filter of loops: counts, and gives what it was given.
pub(super) fn count(value: &Value) -> TeraResult<Value> {
    let length = value.len().and_then(|length| u64::try_from(length).ok()).unwrap_or(0);
    count_steps(length)?;
    Ok(value.clone())
}

/// The filter of variables: gives what it was given, if it isn't too much.
pub(super) fn bound(value: &Value) -> TeraResult<Value> {
    let n_bytes = value.as_str().map_or(0, str::len);
    let n_values = if n_bytes == 0 { value.len().unwrap_or(0) } else { 0 };
    if n_bytes > MAX_VARIABLE_BYTES {
        let limit = MAX_VARIABLE_BYTES >> 20;
        return Err(Error::message(format!(
            "a variable of a template holds a text of more than {limit} MiB"
        )));
    }
    if n_values > MAX_VARIABLE_VALUES {
        let limit = MAX_VARIABLE_VALUES;
        return Err(Error::message(format!("a variable of a template holds more than {limit} values")));
    }
    count_steps(u64::try_from(n_values + n_bytes / BYTES_PER_STEP).unwrap_or(u64::MAX))?;
    Ok(value.clone())
}

fn count_steps(n: u64) -> TeraResult<()> {
    if scope::count_steps(n) {
        return Ok(());
    }
    let limit = scope::MAX_STEPS;
    Err(Error::message(format!("the loops of a page go through more than {limit} values")))
}

/// A template whose loops are counted and whose variables are bounded.
pub(super) fn counted(text: &str) -> Cow<'_, str> {
    let additions = additions(text);
    if additions.is_empty() {
        return text.into();
    }
    let mut counted = String::with_capacity(text.len() + additions.len() * AROUND_VARIABLE[1].len());
    let mut from = 0;
    for (at, addition) in additions {
        counted.push_str(&text[from..at]);
        counted.push_str(addition);
        from = at;
    }
    (counted + &text[from..]).into()
}

/// The column of a line, both from 1, of a template before something was added to it.
pub(super) fn column_before(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let length = text[start..].find('\n').unwrap_or(text.len() - start);
    let additions = additions(text).into_iter().filter(|(at, _)| (start..=start + length).contains(at));
    additions.fold(column, |column, (at, addition)| {
        let at = text[start..at].chars().count() + 1;
        if column <= at { column } else { at.max(column.saturating_sub(addition.len())) }
    })
}

/// What is added to a template, and where, in order.
fn additions(text: &str) -> Vec<(usize, &'static str)> {
    let mut additions = Vec::new();
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
        if is_comment {
            continue;
        }
        let is_raw = close == "%}" && first_word(&text[inside..end]) == "raw";
        if !is_raw {
            add_to_tag(text, inside..end, close == "%}", &mut additions);
            continue;
        }
        match text[from..].find("endraw") {
            Some(at) => from += at,
            None => break,
        }
    }
    additions
}

fn first_word(tag: &str) -> &str {
    let tag = tag.trim_start_matches('-').trim_start();
    &tag[..tag.find(|c: char| !is_of_word(c)).unwrap_or(tag.len())]
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// What is added to one tag: to its own loop or variable, and to the loops in its lists.
fn add_to_tag(text: &str, tag: Range<usize>, is_statement: bool, additions: &mut Vec<(usize, &'static str)>) {
    let written = &text[tag.clone()];
    let end = tag.start + written.strip_suffix('-').unwrap_or(written).trim_end().len();
    let words = words(text, tag.start..end);
    let keyword = if is_statement { first_word(written) } else { "" };
    let (around, begin) = match keyword {
        "for" => (AROUND_LOOP, Some(end)),
        "set" | "set_global" => match words.iter().find(|word| word.text == "=" && word.depth == 0) {
            Some(assign) => (AROUND_VARIABLE, Some(assign.end())),
            None => (AROUND_BLOCK, Some(end)),
        },
        _ => (AROUND_LOOP, None),
    };
    let mut found: Vec<(usize, &'static str)> =
        loops_in_lists(text, &words).map(|at| (at, AROUND_LOOP[1])).collect();
    if let Some(begin) = begin {
        found.insert(0, (begin, around[0]));
        found.push((end, around[1]));
    }
    found.retain(|(_, addition)| !addition.is_empty());
    found.sort_by_key(|(at, _)| *at);
    additions.extend(found);
}

/// A word or a sign in a tag, not inside of a text in quotes.
#[derive(Clone, Copy, Debug)]
struct Word<'t> {
    text: &'t str,
    at: usize,
    /// How many brackets it stands in.
    depth: usize,
}

impl Word<'_> {
    fn end(&self) -> usize {
        self.at + self.text.len()
    }
}

/// The words of a tag, its brackets, and each `=` that sets something.
fn words(text: &str, tag: Range<usize>) -> Vec<Word<'_>> {
    let (mut words, mut depth, mut quote) = (Vec::new(), 0_usize, None);
    let mut chars = text[tag.clone()].char_indices().map(|(at, c)| (tag.start + at, c)).peekable();
    while let Some((at, c)) = chars.next() {
        let mut add = |end: usize, depth| words.push(Word { text: &text[at..end], at, depth });
        match (quote, c) {
            (Some(open), c) => quote = Some(open).filter(|open| *open != c),
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '[' | '(' | '{') => {
                add(at + 1, depth);
                depth += 1;
            }
            (None, ']' | ')' | '}') => {
                depth = depth.saturating_sub(1);
                add(at + 1, depth);
            }
            (None, '=' | '!' | '<' | '>') => {
                let is_comparison = chars.next_if(|(_, c)| *c == '=').is_some();
                if c == '=' && !is_comparison {
                    add(at + 1, depth);
                }
            }
            (None, c) if is_of_word(c) => {
                let mut end = at + c.len_utf8();
                while let Some((at, c)) = chars.next_if(|(_, c)| is_of_word(*c)) {
                    end = at + c.len_utf8();
                }
                add(end, depth);
            }
            _ => {}
        }
    }
    words
}

/// Where that ends which the loops in lists go through: `[word for word in words if word]`.
fn loops_in_lists<'w>(text: &'w str, words: &'w [Word<'_>]) -> impl Iterator<Item = usize> + 'w {
    let loops = words.iter().enumerate().filter(|(_, word)| word.text == "for" && word.depth > 0);
    loops.filter_map(move |(at, of)| {
        let rest = &words[at + 1..];
        let inside = rest.iter().position(|word| word.depth < of.depth).unwrap_or(rest.len());
        let begin = rest[..inside].iter().position(|word| word.text == "in" && word.depth == of.depth)?;
        let last = rest[begin + 1..]
            .iter()
            .find(|word| word.depth < of.depth || word.text == "if" && word.depth == of.depth)?;
        Some(text[..last.at].trim_end().len())
    })
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
        check("{% set a = b ~ c -%}", "{% set a =( b ~ c) | bounded -%}");
        check("{% set_global a=b == c %}", "{% set_global a=(b == c) | bounded %}");
        check("{% set a = f(x=1, y=\"=\") %}", "{% set a =( f(x=1, y=\"=\")) | bounded %}");
        check("{% set a %}x{% endset %}", "{% set a | bounded %}x{% endset %}");
        check("{% set a | upper %}x{% endset %}", "{% set a | upper | bounded %}x{% endset %}");
        check("{{ [a for a in b] }}", "{{ [a for a in b | counted] }}");
        check("{{ f(x=[a for a in b.c if a]) }}", "{{ f(x=[a for a in b.c | counted if a]) }}");
        check(
            "{% for a in [b for b in [c for c in d]] %}",
            "{% for a in [b for b in [c for c in d | counted] | counted] | counted %}",
        );
        check(
            "{% set a = [b for b in c if b in d] %}",
            "{% set a =( [b for b in c | counted if b in d]) | bounded %}",
        );
        for kept in [
            "{{ a[0] }}{% if a == b %}{{ \"[a for a in b]\" }}",
            "{{ c(for=[1]) }}",
            "{# {% for a in b %} #}",
            "{% raw %}{% for a in b %}{% endraw %}",
            "{{ \"{% for a in b %}\" }}",
            "{% fore %}",
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

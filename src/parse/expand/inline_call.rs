//! [`find`]: the inline calls in a run of text.
//!
//! Input is a paragraph, a heading or a table cell, output its outermost calls from left to right. Calls inside their
//! bodies are found when these are looked at in turn.

use std::{collections::BTreeMap, ops::Range};

use memchr::memchr_iter;

use crate::parse::expand::call::{Attributes, name_len, read_list};

/// A call in a run.
#[derive(Debug, PartialEq)]
pub(super) struct Found {
    /// All of it.
    pub(super) range: Range<usize>,
    pub(super) name: String,
    /// What is between its brackets.
    pub(super) body: Option<Range<usize>>,
    pub(super) attributes: Attributes,
    /// Whether its attributes can't be read; the range is theirs then.
    pub(super) is_broken: bool,
}

/// The calls of a run.
pub(super) fn find(text: &str) -> Vec<Found> {
    let mut calls = Vec::new();
    let mut end = 0;
    for candidate in candidates(text) {
        if candidate.colon >= end
            && let Some(found) = read(text, &candidate)
        {
            end = found.range.end;
            calls.push(found);
        }
    }
    calls
}

/// Whether a text may have component calls of any kind.
pub(super) fn may_have_calls(text: &str) -> bool {
    memchr_iter(b':', text.as_bytes()).any(|colon| {
        let rest = &text[colon + 1..];
        let begins_block = || {
            let before = text[..colon].rsplit(['\n', '\r']).next().unwrap_or_default();
            before.chars().all(|c| c.is_whitespace() || c.is_ascii_digit() || ">-+*.):".contains(c))
        };
        rest.starts_with(':') && begins_block() || rest[name_len(rest)..].starts_with(['[', '{'])
    })
}

/// A place where `:name[` or `:name{` stands.
struct Candidate {
    colon: usize,
    name_end: usize,
    /// Where the bracket behind the name is closed.
    closing_bracket: Option<usize>,
}

fn read(text: &str, candidate: &Candidate) -> Option<Found> {
    let has_brackets = text[candidate.name_end..].starts_with('[');
    let body = match candidate.closing_bracket {
        Some(closing) => Some(candidate.name_end + 1..closing),
        None if has_brackets => return None,
        None => None,
    };
    let list_start = body.as_ref().map_or(candidate.name_end, |body| body.end + 1);
    let name = text[candidate.colon + 1..candidate.name_end].to_owned();
    match read_list(text, list_start) {
        Ok((attributes, end)) if has_brackets || !attributes.is_empty() => {
            Some(Found { range: candidate.colon..end, name, body, attributes, is_broken: false })
        }
        Err(at) if has_brackets => {
            let range = at..at + 1;
            Some(Found { range, name, body, attributes: Vec::new(), is_broken: true })
        }
        Ok(_) | Err(_) => None,
    }
}

fn candidates(text: &str) -> Vec<Candidate> {
    let bytes = text.as_bytes();
    let code = CodeSpans::of(text);
    let mut found: Vec<Candidate> = Vec::new();
    let mut open_brackets: Vec<(usize, Option<usize>)> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if bytes.get(at + 1).is_some_and(u8::is_ascii_punctuation) => at += 1,
            b'`' => {
                at = code.end(bytes, at);
                continue;
            }
            b'[' => {
                let owner = found.len().checked_sub(1).filter(|&last| found[last].name_end == at);
                open_brackets.push((at, owner));
            }
            b']' => {
                if let Some((_, Some(owner))) = open_brackets.pop() {
                    found[owner].closing_bracket = Some(at);
                }
            }
            b':' if can_precede(&text[..at]) => {
                let name_end = at + 1 + name_len(&text[at + 1..]);
                if name_end > at + 1 && matches!(bytes.get(name_end), Some(b'[' | b'{')) {
                    found.push(Candidate { colon: at, name_end, closing_bracket: None });
                }
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// Whether a call may follow. Not directly after a word, except in scripts that are written without spaces.
fn can_precede(before: &str) -> bool {
    before.chars().next_back().is_none_or(|c| {
        let is_word = c.is_alphanumeric() && !matches!(c, '\u{2E80}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}');
        !is_word && !matches!(c, ':' | '\\' | '/')
    })
}

/// Where the runs of backticks of each length are.
struct CodeSpans {
    runs: BTreeMap<usize, Vec<usize>>,
}

impl CodeSpans {
    fn of(text: &str) -> Self {
        let mut runs: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut at = 0;
        while let Some(start) = text[at..].find('`').map(|found| at + found) {
            let length = n_backticks(text.as_bytes(), start);
            runs.entry(length).or_default().push(start);
            at = start + length;
        }
        Self { runs }
    }

    /// The end of the code span that starts here, or of the backticks when they start none.
    fn end(&self, bytes: &[u8], start: usize) -> usize {
        let length = n_backticks(bytes, start);
        let after = start + length;
        let closing = self
            .runs
            .get(&length)
            .and_then(|starts| starts.get(starts.partition_point(|&closing| closing < after)).copied());
        closing.map_or(after, |closing| closing + length)
    }
}

fn n_backticks(bytes: &[u8], start: usize) -> usize {
    bytes[start..].iter().take_while(|&&byte| byte == b'`').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<&str> = find(text).into_iter().map(|found| &text[found.range]).collect();
        assert_eq!(found, expected, "{text}");
        assert!(expected.is_empty() || may_have_calls(text));
    }

    #[test]
    fn calls_are_found() {
        check("a :kbd[x] b :kbd[y]{a=b}.", &[":kbd[x]", ":kbd[y]{a=b}"]);
        check("(:icon{name=x}) **:a-b_1[c]**", &[":icon{name=x}", ":a-b_1[c]"]);
        check(":a[b [c] \\] :d[e]]", &[":a[b [c] \\] :d[e]]"]);
        check(":a[`]` x]", &[":a[`]` x]"]);
        check(":a[]{}", &[":a[]{}"]);
        check(":a[x]{{ y }}", &[":a[x]"]);
        check("按:kbd[x]键", &[":kbd[x]"]);
        check(":a[x\ny]", &[":a[x\ny]"]);
        check(":a[:b[c] d", &[":b[c]"]);
    }

    #[test]
    fn other_colons_are_text() {
        for text in [
            "a:b[c]",
            "10:b[c]",
            "é:b[c]",
            "::b[c]",
            "\\:b[c]",
            "https:/:b[c]",
            ":b",
            ":b [c]",
            ":1[c]",
            ":b{}",
            ":b{c",
            ":b[c",
            ":tada:[c]",
            "`:b[c]`",
            "``:b[c] ` ``",
            "\\`` :b[c]`",
            ":b{1,2}",
        ] {
            check(text, &[]);
        }
        check("\\`:b[c]`", &[":b[c]"]);
        check("`` :b[c] `", &[":b[c]"]);
    }

    #[test]
    fn broken_attributes_are_found() {
        let [found] = &find("x :a[b]{c=")[..] else { panic!("one call") };
        assert!(found.is_broken);
        assert_eq!(found.range, 7..8);
    }
}

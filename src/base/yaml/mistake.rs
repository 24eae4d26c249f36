//! Where the mistake is that stopped a read: often above the place where the parser noticed it.

use std::ops::Range;

/// A tab before the text of a line, from the line of a place on.
pub(super) fn tab_in_indentation(yaml: &str, at: usize) -> Option<Range<usize>> {
    let mut start = line_start(yaml, at);
    for line in yaml[start..].split_inclusive('\n') {
        let indentation = line.len() - line.trim_start_matches([' ', '\t']).len();
        if let Some(tab) = line[..indentation].find('\t') {
            return Some(start + tab..start + tab + 1);
        }
        start += line.len();
    }
    None
}

/// The last bracket or brace before a place that nothing closes, neither before the next key at the beginning of a line nor at all.
pub(super) fn unclosed(yaml: &str, at: usize) -> Option<(Range<usize>, char)> {
    let mut open: Vec<(usize, char)> = Vec::new();
    let mut start = 0;
    for line in yaml.split_inclusive('\n') {
        let begins_key = line.starts_with(char::is_alphabetic) && line.contains(": ");
        if start > 0 && begins_key && !open.is_empty() {
            break;
        }
        if start > at && open.is_empty() {
            return None;
        }
        brackets(line, start, &mut open);
        start += line.len();
    }
    let (bracket, wanted) = open.pop().filter(|(bracket, _)| *bracket < at)?;
    Some((bracket..bracket + 1, wanted))
}

/// Notes which brackets and braces a line opens and closes, each with what closes it. Inside of text they are letters.
fn brackets(line: &str, start: usize, open: &mut Vec<(usize, char)>) {
    let mut quote = None;
    let mut before = ' ';
    // Whether a value can begin here.
    let mut is_free = true;
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (Some(end), _) if c == end => quote = None,
            (Some(_), _) => {}
            (None, '#') if before.is_whitespace() => return,
            (None, '"' | '\'') if is_free => quote = Some(c),
            (None, '[') if is_free => open.push((start + at, ']')),
            (None, '{') if is_free => open.push((start + at, '}')),
            (None, ']' | '}') if open.last().is_some_and(|(_, wanted)| *wanted == c) => drop(open.pop()),
            _ => {}
        }
        is_free = match c {
            ' ' | '\t' | '\n' => is_free || matches!(before, ':' | '-'),
            '[' | '{' => is_free,
            ',' => !open.is_empty(),
            _ => false,
        };
        before = c;
    }
}

fn line_start(yaml: &str, at: usize) -> usize {
    yaml[..at.min(yaml.len())].rfind('\n').map_or(0, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_that_nothing_closes_are_found() {
        let check = |yaml: &str, expected: Option<(usize, char)>| {
            let found = unclosed(yaml, yaml.len()).map(|(range, wanted)| (range.start, wanted));
            assert_eq!(found, expected, "{yaml}");
        };
        check("a: [b, c\nd: e\n", Some((3, ']')));
        check("a: {b: [c], d: e\nf: g", Some((3, '}')));
        check("a:\n  - [b\n", Some((7, ']')));
        check("a: [b,\n  c: d: e,\n  f]\n", None);
        check("a: b [c\n", None);
        check("a: '[b'\nc: \"{\"\n# [\n", None);
        check("a: [b, 'c]', d] # [\n", None);
    }

    #[test]
    fn tabs_are_found_where_they_are() {
        assert_eq!(tab_in_indentation("a: b\n\tc: d\n", 3), Some(5..6));
        assert_eq!(tab_in_indentation("a: b\n  \tc: d\n", 3), Some(7..8));
        assert_eq!(tab_in_indentation("a:\tb\n", 0), None);
    }
}

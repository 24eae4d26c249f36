//! [`lex`]: the text of a chapter to tokens, by the rules of the slide dialect of remark.
//!
//! The first of these wins at the earliest position: code indented by four spaces, inline code, `.class[`, a fence, a
//! link definition, a macro, a separator, the beginning of notes. What is in none of them is text. The rules are those
//! of remark 0.14, so that a deck has the same slides here as there; two are kinder: a fence may have more than one word
//! behind it, and an unclosed bracket is told about.

use std::ops::Range;

use foldhash::HashMap;

/// How deep `.class[...]` can be nested.
const MAX_DEPTH: usize = 12;
/// How long the id of a link definition or a macro call can be, in bytes.
const MAX_ID_BYTES: usize = 1000;

/// A stretch of a chapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// Text, code and fences: Markdown as it stands.
    Text(Range<usize>),
    /// A backslash that keeps `.class[` from being one; it is not shown.
    Escape(Range<usize>),
    /// `.a.b[` ... `]`
    Class { classes: Range<usize>, inner: Range<usize>, tokens: Vec<Token>, whole: Range<usize> },
    /// `[id]: href "title"`
    Definition { id: Range<usize>, href: Range<usize>, title: Option<Range<usize>> },
    /// `![:name args](object)`
    Macro { name: Range<usize>, whole: Range<usize> },
    /// `---`, or `--` when the next slide goes on with this one. `end` is where the text behind it begins.
    Separator { continues: bool, at: usize, end: usize },
    /// `???`
    Notes(usize),
    /// `.class[` without its bracket.
    Unclosed(Range<usize>),
}

/// Splits a text.
pub(super) fn lex(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    Lexer { text, bytes: text.as_bytes(), endless: Vec::new(), brackets: None }.run(
        0..text.len(),
        0,
        &mut tokens,
    );
    tokens
}

struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    /// Fences (a byte and how often) that are known to have no end in what is left.
    endless: Vec<(u8, usize, usize)>,
    /// Which bracket closes which, once somebody asks.
    brackets: Option<HashMap<usize, usize>>,
}

/// What was found, and where it ends.
struct Found {
    token: Option<Token>,
    start: usize,
    end: usize,
}

impl Lexer<'_> {
    fn run(&mut self, range: Range<usize>, depth: usize, tokens: &mut Vec<Token>) {
        let mut done = range.start;
        let mut at = range.start;
        while at < range.end {
            if at != done && !matches!(self.bytes[at], b'\n' | b'`' | b'.' | b'\\' | b'!') {
                at += 1;
                continue;
            }
            let Some(found) = self.find(at, done, range.end, depth) else {
                at += 1;
                continue;
            };
            match found.token {
                // Code of some kind stays in its text.
                None => at = found.end.max(at + 1),
                Some(token) => {
                    push_text(tokens, done..found.start);
                    tokens.push(token);
                    done = found.end;
                    at = done;
                    continue;
                }
            }
            // As in remark, a line can begin where something ended.
            push_text(tokens, done..at);
            done = at;
        }
        push_text(tokens, done..range.end);
    }

    /// What begins at `at`; `done` is where the last thing ended, which counts as the beginning of a line.
    fn find(&mut self, at: usize, done: usize, end: usize, depth: usize) -> Option<Found> {
        let byte = self.bytes[at];
        let mut starts = [None, None];
        if at == done {
            starts[0] = Some(at);
        }
        if byte == b'\n' {
            starts[1] = Some(at + 1);
        }
        for line in starts.into_iter().flatten() {
            if let Some(found) = self.indented(at, line, end) {
                return Some(found);
            }
        }
        match byte {
            b'`' => {
                if let Some(found) = self.inline_code(at, end) {
                    return Some(found);
                }
            }
            b'.' | b'\\' => {
                if let Some(found) = self.class(at, end, depth) {
                    return Some(found);
                }
            }
            _ => {}
        }
        for line in starts.into_iter().flatten() {
            let found = self
                .fence(at, line, end)
                .or_else(|| self.definition(at, line, end))
                .or_else(|| if depth == 0 { self.line_of_its_own(at, line, end) } else { None });
            if found.is_some() {
                return found;
            }
        }
        if byte == b'!' { self.call(at, end) } else { None }
    }

    fn indented(&self, start: usize, line: usize, end: usize) -> Option<Found> {
        let mut at = line;
        loop {
            let is_code = self.text[at..end].starts_with("    ")
                && self.bytes[at + 4..end].first().is_some_and(|&byte| byte != b'\n');
            if !is_code {
                break;
            }
            at = self.end_of_line(at, end);
            at += self.count(at, end, b'\n');
        }
        (at > line).then_some(Found { token: None, start, end: at })
    }

    fn inline_code(&self, at: usize, end: usize) -> Option<Found> {
        let inner = &self.bytes[at + 1..end];
        let len = inner.iter().position(|&byte| byte == b'`').filter(|&len| len > 0)?;
        Some(Found { token: None, start: at, end: at + 1 + len + 1 })
    }

    fn class(&mut self, start: usize, end: usize, depth: usize) -> Option<Found> {
        let is_escaped = self.bytes[start] == b'\\';
        let names = start + usize::from(is_escaped);
        let mut at = names;
        while at < end && self.bytes[at] == b'.' {
            let first = *self.bytes.get(at + 1)?;
            if !(first.is_ascii_alphabetic() || matches!(first, b'_' | b'-')) {
                return None;
            }
            let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
            at += 1 + self.bytes[at + 1..end].iter().take_while(|byte| is_name(byte)).count();
        }
        if at == names || at >= end || self.bytes[at] != b'[' {
            return None;
        }
        let inner = at + 1;
        let Some(close) = self.bracket(inner, end).filter(|_| depth < MAX_DEPTH) else {
            return Some(Found { token: Some(Token::Unclosed(start..inner)), start, end: inner });
        };
        if is_escaped {
            return Some(Found { token: Some(Token::Escape(start..close + 1)), start, end: close + 1 });
        }
        let mut tokens = Vec::new();
        self.run(inner..close, depth + 1, &mut tokens);
        let (classes, whole) = (names..at, start..close + 1);
        let token = Token::Class { classes, inner: inner..close, tokens, whole };
        Some(Found { token: Some(token), start, end: close + 1 })
    }

    /// The bracket that closes the one before `at`; code is not looked at, as in remark.
    fn bracket(&mut self, at: usize, end: usize) -> Option<usize> {
        let bytes = self.bytes;
        let brackets = self.brackets.get_or_insert_with(|| brackets(bytes));
        brackets.get(&(at - 1)).copied().filter(|&close| close < end)
    }

    fn fence(&mut self, start: usize, line: usize, end: usize) -> Option<Found> {
        let opening = line + self.count(line, end, b' ');
        let byte = *self.bytes[..end].get(opening).filter(|byte| matches!(byte, b'`' | b'~'))?;
        let n_marks = self.count(opening, end, byte);
        let info_end = self.end_of_line(opening, end);
        let has_end = info_end < end;
        let info = self.text[opening + n_marks..info_end].trim();
        // Code between fences in one line: else its last marks would begin code that ends with the next ones, slides below.
        let marks = &self.text[opening..opening + n_marks];
        if n_marks >= 3
            && byte == b'`'
            && info.strip_suffix(marks).is_some_and(|code| !code.is_empty() && !code.contains('`'))
        {
            return Some(Found { token: None, start, end: info_end });
        }
        if n_marks < 3 || !has_end || (byte == b'`' && info.contains('`')) {
            return None;
        }
        // A fence of four can be closed by three, and then its fourth mark belongs to the language.
        let can_shrink = !info.contains(' ') && !self.text[opening + n_marks..].starts_with(' ');
        let least = if can_shrink { 3 } else { n_marks };
        let after = (least..=n_marks).rev().find_map(|n| self.fence_end(byte, n, info_end + 1, end))?;
        Some(Found { token: None, start, end: after })
    }

    /// Where a fence ends whose code begins at `code`: behind the line ends after its marks.
    fn fence_end(&mut self, byte: u8, n_marks: usize, code: usize, end: usize) -> Option<usize> {
        if self.endless.contains(&(byte, n_marks, end)) {
            return None;
        }
        let mut at = code + 1;
        while at < end {
            if self.bytes[at] != byte {
                at += 1;
                continue;
            }
            let n_found = self.count(at, end, byte);
            let behind = at + n_found;
            let rest = behind + self.count(behind, end, b' ');
            if n_found >= n_marks && (rest == end || self.bytes[rest] == b'\n') {
                return Some(rest + self.count(rest, end, b'\n'));
            }
            at = behind;
        }
        self.endless.push((byte, n_marks, end));
        None
    }

    fn definition(&self, start: usize, line: usize, end: usize) -> Option<Found> {
        let open = line + self.count(line, end, b' ');
        if self.bytes[..end].get(open) != Some(&b'[') {
            return None;
        }
        let id = self.bytes[open + 1..end].iter().take(MAX_ID_BYTES);
        let id_len = id.clone().position(|&byte| byte == b']').filter(|&len| len > 0)?;
        let id = open + 1..open + 1 + id_len;
        if self.bytes[..end].get(id.end + 1) != Some(&b':') {
            return None;
        }
        let mut at = id.end + 2;
        at += self.count(at, end, b' ');
        at += usize::from(self.bytes[..end].get(at) == Some(&b'<'));
        let is_href = |c: char| !c.is_whitespace() && c != '>';
        let href_len = self.text[at..end].find(|c| !is_href(c)).unwrap_or(end - at);
        let href = at..at + href_len;
        if href.is_empty() {
            return None;
        }
        at = href.end + usize::from(self.bytes[..end].get(href.end) == Some(&b'>'));
        let line_end = self.end_of_line(at, end);
        let rest = self.text[at..line_end].trim_matches(' ');
        let title = if rest.is_empty() {
            None
        } else {
            let is_title = rest.len() > 2
                && self.bytes[at] == b' '
                && rest.starts_with(['"', '(', '\''])
                && rest.ends_with(['"', ')', '\'']);
            let title = at + self.count(at, end, b' ') + 1;
            Some(is_title.then(|| title..title + rest.len() - 2)?)
        };
        let after = line_end + self.count(line_end, end, b'\n');
        Some(Found { token: Some(Token::Definition { id, href, title }), start, end: after })
    }

    /// A separator or the beginning of notes.
    fn line_of_its_own(&self, start: usize, line: usize, end: usize) -> Option<Found> {
        let line_end = self.end_of_line(line, end);
        let after = (line_end + 1).min(end);
        let token = match &self.text[line..line_end] {
            "---" => Token::Separator { continues: false, at: line, end: after },
            "--" => Token::Separator { continues: true, at: line, end: after },
            "???" => Token::Notes(line),
            _ => return None,
        };
        Some(Found { token: Some(token), start, end: after })
    }

    fn call(&self, start: usize, end: usize) -> Option<Found> {
        let rest = self.bytes[start..end].strip_prefix(b"![:")?;
        let close = rest.iter().take(MAX_ID_BYTES).position(|&byte| byte == b']')?;
        let name_len = rest[..close].iter().position(|&byte| byte == b' ').unwrap_or(close);
        if name_len == 0 {
            return None;
        }
        let name = start + 3..start + 3 + name_len;
        let mut after = start + 3 + close + 1;
        if let Some(rest) = self.bytes[after..end].strip_prefix(b"(")
            && let Some(len) = rest.iter().take(MAX_ID_BYTES).position(|&byte| byte == b')')
        {
            after += len + 2;
        }
        Some(Found { token: Some(Token::Macro { name, whole: start..after }), start, end: after })
    }

    fn end_of_line(&self, at: usize, end: usize) -> usize {
        self.bytes[at..end].iter().position(|&byte| byte == b'\n').map_or(end, |len| at + len)
    }

    fn count(&self, at: usize, end: usize, wanted: u8) -> usize {
        self.bytes[at.min(end)..end].iter().take_while(|&&byte| byte == wanted).count()
    }
}

/// Adds text, to the text before it if it goes on with that.
fn push_text(tokens: &mut Vec<Token>, range: Range<usize>) {
    if range.is_empty() {
        return;
    }
    match tokens.last_mut() {
        Some(Token::Text(last)) if last.end == range.start => last.end = range.end,
        _ => tokens.push(Token::Text(range)),
    }
}

/// Which bracket closes which.
fn brackets(bytes: &[u8]) -> HashMap<usize, usize> {
    let mut open = Vec::new();
    let mut pairs = HashMap::default();
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'[' => open.push(at),
            b']' => {
                if let Some(start) = open.pop() {
                    pairs.insert(start, at);
                }
            }
            _ => {}
        }
    }
    pairs
}

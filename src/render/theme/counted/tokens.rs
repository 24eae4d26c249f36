//! The tags of a template and the words in them, as Tera reads them: what it sees as a tag must not look like a text here.

use std::ops::Range;

/// A tag of a template.
pub(in crate::render::theme) struct Tag {
    pub(in crate::render::theme) kind: TagKind,
    pub(in crate::render::theme) whole: Range<usize>,
    pub(in crate::render::theme) inside: Range<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::render::theme) enum TagKind {
    Statement,
    Print,
    Comment,
}

impl Tag {
    /// What is written in it, without the `-` and the space around.
    pub(in crate::render::theme) fn within(&self, text: &str) -> Range<usize> {
        let written = &text[self.inside.clone()];
        let after = written.strip_prefix('-').unwrap_or(written);
        let after = after.trim_start();
        let start = self.inside.end - after.len();
        start..start + after.strip_suffix('-').unwrap_or(after).trim_end().len()
    }

    /// The `-` that takes the space before it away, if there is one.
    pub(in crate::render::theme) fn trim_before(&self, text: &str) -> &'static str {
        if text[self.inside.clone()].starts_with('-') { "-" } else { "" }
    }

    /// The `-` that takes the space behind it away, if there is one.
    pub(in crate::render::theme) fn trim_after(&self, text: &str) -> &'static str {
        if text[self.inside.clone()].ends_with('-') { "-" } else { "" }
    }
}

/// The next tag from a position on.
pub(in crate::render::theme) fn next_tag(text: &str, from: usize) -> Option<Tag> {
    let mut at = from;
    loop {
        let start = at + text[at..].find('{')?;
        let (kind, close) = match text.as_bytes().get(start + 1) {
            Some(b'%') => (TagKind::Statement, "%}"),
            Some(b'{') => (TagKind::Print, "}}"),
            Some(b'#') => (TagKind::Comment, "#}"),
            _ => {
                at = start + 1;
                continue;
            }
        };
        let inside = start + 2;
        let end = inside + end_of(&text[inside..], close, kind == TagKind::Comment)?;
        return Some(Tag { kind, whole: start..end + close.len(), inside: inside..end });
    }
}

/// Where a tag ends; not inside of a text in quotes.
fn end_of(rest: &str, close: &str, is_comment: bool) -> Option<usize> {
    if is_comment {
        return rest.find(close);
    }
    let mut at = 0;
    while !rest[at..].starts_with(close) {
        let c = rest[at..].chars().next()?;
        at += if is_quote(c) { quoted(&rest[at..])? } else { c.len_utf8() };
    }
    Some(at)
}

/// Where the text ends that a `{% raw %}` leaves as it is: at the tag that ends it.
pub(in crate::render::theme) fn end_of_raw(text: &str, from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += text[at..].find("{%")?;
        let tag = text[at + 2..].trim_start_matches('-').trim_start();
        let rest = tag.strip_prefix("endraw").map(str::trim_start);
        if rest.is_some_and(|rest| rest.strip_prefix('-').unwrap_or(rest).starts_with("%}")) {
            return Some(at);
        }
        at += 2;
    }
}

/// How long a text in quotes is that stands at the beginning, with its quotes; `None` when it doesn't end.
pub(in crate::render::theme) fn quoted(rest: &str) -> Option<usize> {
    let bytes = rest.as_bytes();
    let quote = bytes.first()?;
    let mut at = 1;
    while bytes.get(at)? != quote {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    Some(at + 1)
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '`')
}

/// The first word of a tag.
pub(in crate::render::theme) fn first_word(tag: &str) -> &str {
    let tag = tag.trim_start_matches('-').trim_start();
    &tag[..tag.find(|c: char| !is_of_word(c)).unwrap_or(tag.len())]
}

pub(in crate::render::theme) fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// A word or a sign in a tag.
#[derive(Clone, Copy, Debug)]
pub(in crate::render::theme) struct Token<'t> {
    pub(in crate::render::theme) kind: Kind,
    pub(in crate::render::theme) text: &'t str,
    pub(in crate::render::theme) at: usize,
    /// How many brackets it stands in.
    pub(in crate::render::theme) depth: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::render::theme) enum Kind {
    Word,
    /// In quotes.
    Text,
    Open,
    Close,
    /// The `=` that sets something.
    Assign,
    Tilde,
    Sign,
}

impl Token<'_> {
    pub(in crate::render::theme) fn end(&self) -> usize {
        self.at + self.text.len()
    }
}

/// All that stands in a part of a text, but for white space.
pub(in crate::render::theme) fn tokens(text: &str, within: Range<usize>) -> Vec<Token<'_>> {
    let (mut tokens, mut depth, mut at) = (Vec::new(), 0_usize, within.start);
    while let Some(c) = text[at..within.end].chars().next() {
        let rest = &text[at..within.end];
        let (kind, length) = match c {
            c if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            c if is_quote(c) => (Kind::Text, quoted(rest).unwrap_or(rest.len())),
            '[' | '(' | '{' => (Kind::Open, 1),
            ']' | ')' | '}' => (Kind::Close, 1),
            '~' => (Kind::Tilde, 1),
            '=' | '!' | '<' | '>' if rest[1..].starts_with('=') => (Kind::Sign, 2),
            '=' => (Kind::Assign, 1),
            c if is_of_word(c) => (Kind::Word, rest.find(|c: char| !is_of_word(c)).unwrap_or(rest.len())),
            c => (Kind::Sign, c.len_utf8()),
        };
        depth -= usize::from(kind == Kind::Close && depth > 0);
        tokens.push(Token { kind, text: &rest[..length], at, depth });
        depth += usize::from(kind == Kind::Open);
        at += length;
    }
    tokens
}

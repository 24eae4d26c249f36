//! [`Fence`]: what the info string of a code block says, in the dialects that are in use.
//!
//! Input is the info string; output the language and what Docusaurus (`{1,3-5} title="x" showLineNumbers`), VitePress
//! (`:line-numbers=2`), mdBook (`rust,ignore`), MkDocs (`hl_lines="1 3" linenums="1"`) and Pandoc (`{.rust #id}`)
//! write behind it. What is none of these is kept as an attribute for whoever knows it.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::parse::{
    expand::{At, AttributeValue},
    markdown::attributes::{Attributes, next_word},
};

/// How many marked ranges one fence can have.
const MAX_MARKED_RANGES: usize = 200;

/// What a code block says about itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Fence {
    /// The info string as written; empty for indented code.
    pub info: String,
    /// The language, as written; `None` when none is given.
    pub language: Option<String>,
    /// `title="..."`: a file name or caption.
    pub title: Option<String>,
    /// Which lines are marked, counted from 1 whatever number the first line shows.
    pub marked: Vec<RangeInclusive<u32>>,
    /// Groups of lines that slides show one after the other, as written: `1|3-5|all`.
    pub line_steps: Option<String>,
    /// Lines shown as added, in order; see [`take_line_marks`](super::take_line_marks).
    pub added: Vec<u32>,
    /// Lines shown as removed, in order.
    pub removed: Vec<u32>,
    /// The number of the first line when lines are numbered.
    pub numbered: Option<u32>,
    /// Where the block is.
    pub at: At,
    /// Id, classes (`.class`, and mdBook's `rust,ignore`), and everything else.
    pub attributes: Attributes,
}

impl Fence {
    /// Reads an info string.
    pub fn parse(info: &str) -> Self {
        let mut fence = Self { info: info.to_owned(), ..Self::default() };
        let mut number_lines = None;
        let mut rest = fence.take_language(info.trim(), &mut number_lines);
        while !rest.is_empty() {
            rest = match braces(rest) {
                Some((inner, after)) => {
                    fence.read_braces(inner, &mut number_lines);
                    after
                }
                None => {
                    let (word, after) = next_word(rest, |byte| byte == b'{').unwrap_or((rest, ""));
                    fence.read_word(word, &mut number_lines);
                    after
                }
            }
            .trim_start();
        }
        fence.numbered = number_lines;
        fence
    }

    /// Whether line `number` (from 1) is marked.
    pub fn is_marked(&self, number: u32) -> bool {
        self.marked.iter().any(|range| range.contains(&number))
    }

    /// Takes the first word when it is a language and returns the rest.
    fn take_language<'i>(&mut self, info: &'i str, number_lines: &mut Option<u32>) -> &'i str {
        let end = info.find(|c: char| c.is_whitespace() || c == '{').unwrap_or(info.len());
        let (mut word, rest) = info.split_at(end);
        // VitePress writes `ts:line-numbers` and `ts:no-line-numbers`.
        if let Some((language, flag)) = word.split_once(':')
            && (flag.starts_with("line-numbers") || flag == "no-line-numbers")
        {
            self.read_word(flag, number_lines);
            word = language;
        } else if word.contains('=') {
            return info;
        }
        let mut parts = word.split(',').filter(|part| !part.is_empty());
        self.language = parts.next().map(|name| name.trim_start_matches('.').to_owned());
        self.attributes.classes.extend(parts.map(str::to_owned));
        rest.trim_start()
    }

    /// `{1,3-5}` marks lines, `{.rust #id key=value}` are attributes, `{rust}` and `{r, echo=FALSE}` name a language.
    fn read_braces(&mut self, inner: &str, number_lines: &mut Option<u32>) {
        if inner.bytes().all(|byte| byte.is_ascii_digit() || b",- ".contains(&byte)) {
            return self.mark(inner);
        }
        if is_line_steps(inner) {
            self.line_steps = Some(inner.split_whitespace().collect());
            return;
        }
        let mut rest = inner.trim();
        while let Some((word, after)) = next_word(rest, |_| false) {
            let word = word.trim_end_matches(',');
            let is_bare = !word.starts_with('#') && !word.contains('=');
            if is_bare && self.language.is_none() {
                self.language = Some(word.trim_start_matches('.').to_owned());
            } else if !word.is_empty() {
                self.read_word(word, number_lines);
            }
            rest = after.trim_start();
        }
    }

    fn read_word(&mut self, word: &str, number_lines: &mut Option<u32>) {
        let (key, value) = word.split_once('=').unwrap_or((word, ""));
        let value = value.trim_matches(['"', '\'']);
        let first_line = || value.parse().unwrap_or(1);
        match key.trim_start_matches(':') {
            "title" | "filename" | "file" if !value.is_empty() => self.title = Some(value.to_owned()),
            "linenos" | "showLineNumbers" | "line-numbers" | "numbered" | "numberLines" | ".numberLines"
            | ".number-lines" | "linenums" => {
                if value != "false" {
                    *number_lines = Some(number_lines.unwrap_or_else(first_line));
                }
            }
            "no-line-numbers" | "nolinenos" => *number_lines = None,
            "start" | "startFrom" | "linenostart" | "start_line" if !value.is_empty() => {
                *number_lines = Some(first_line());
            }
            "hl_lines" | "mark" | "highlight" if !value.is_empty() => self.mark(value),
            _ => self.attributes.add_word(word),
        }
    }

    fn mark(&mut self, list: &str) {
        for part in list.split([',', ' ']).filter(|part| !part.is_empty()) {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            if let (Ok(first), Ok(last)) = (first.trim().parse(), last.trim().parse())
                && first <= last
                && self.marked.len() < MAX_MARKED_RANGES
            {
                self.marked.push(first..=last);
            }
        }
    }

    /// An attribute's text, when it has one.
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.attributes.get(key) {
            Some(AttributeValue::Text(text)) => Some(text),
            _ => None,
        }
    }
}

/// Whether braces hold groups of lines: `1|3-5|all`.
fn is_line_steps(inner: &str) -> bool {
    let is_group = |group: &str| {
        let group = group.trim();
        let is_list = |byte: u8| byte.is_ascii_digit() || b",- ".contains(&byte);
        group == "all" || group == "*" || (!group.is_empty() && group.bytes().all(is_list))
    };
    inner.contains('|') && inner.split('|').all(is_group)
}

fn braces(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('{')?;
    let end = inner.find('}')?;
    Some((&inner[..end], &inner[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(info: &str, expected: &str) {
        let fence = Fence::parse(info);
        let marked: Vec<String> =
            fence.marked.iter().map(|range| format!("{}-{}", range.start(), range.end())).collect();
        let mut found = fence.language.unwrap_or_else(|| "?".to_owned());
        let mut add = |name: &str, value: String| {
            if !value.is_empty() {
                found.push_str(&format!(" {name}:{value}"));
            }
        };
        add("title", fence.title.unwrap_or_default());
        add("marked", marked.join(","));
        add("from", fence.numbered.map(|number| number.to_string()).unwrap_or_default());
        add("id", fence.attributes.id.unwrap_or_default());
        add("steps", fence.line_steps.unwrap_or_default());
        add("classes", fence.attributes.classes.join(","));
        add("pairs", fence.attributes.pairs.iter().map(|(key, value)| format!("{key}={value:?}")).collect());
        assert_eq!(found, expected, "{info:?}");
    }

    #[test]
    fn dialects_are_understood() {
        check("", "?");
        check("ruby", "ruby");
        check(
            r#"rust {1,3-5} title="a b.rs" linenos start=10 .wide #id"#,
            "rust title:a b.rs marked:1-1,3-5 from:10 id:id classes:wide",
        );
        check("rust,ignore,editable", "rust classes:ignore,editable");
        check(r#"py hl_lines="1 3-4" linenums="5""#, "py marked:1-1,3-4 from:5");
        check("js {1,3} showLineNumbers", "js marked:1-1,3-3 from:1");
        check("jsx{1,4-6}", "jsx marked:1-1,4-6");
        check("ts:line-numbers=2 {1}", "ts marked:1-1 from:2");
        check("ts:line-numbers {1}", "ts marked:1-1 from:1");
        check("ts:no-line-numbers", "ts");
        check("{.rust}", "rust");
        check("{.rust .numberLines startFrom=3 #x}", "rust from:3 id:x");
        check("{rust}", "rust");
        check("{r, echo=FALSE}", r#"r pairs:echo=Text("FALSE")"#);
        check(".rust", "rust");
        check("js{1|3-4, 6|all} linenos", "js from:1 steps:1|3-4,6|all");
        check("c++", "c++");
        check("title=x", "? title:x");
        check("diff-rust", "diff-rust");
        check("rust:src/main.rs", "rust:src/main.rs");
        check("mermaid theme=dark", r#"mermaid pairs:theme=Text("dark")"#);
    }

    #[test]
    fn nonsense_is_harmless() {
        for info in [
            "{",
            "{}",
            "}",
            "a {b",
            "a \"b",
            "x title=\"",
            "{9-1}",
            "{99999999999}",
            "a =",
            "=",
            "x :",
            ",",
            "{,}",
        ] {
            Fence::parse(info);
        }
        assert_eq!(Fence::parse(&"{1} ".repeat(10_000)).marked.len(), MAX_MARKED_RANGES);
    }
}

//! Reads `SUMMARY.md`, the table of contents of mdBook and GitBook books.
//!
//! Input is the file's text; output is the tree of chapters, parts and separators, and the lines that don't belong.
//! It reads lines, no Markdown: nesting by indentation, one link per line. Whether targets exist is left to `site/`.

use percent_encoding::percent_decode_str;

use crate::base::{
    diagnostic::{Diagnostic, Place},
    path::RepoPath,
};

/// Levels of chapters; deeper ones are taken to the last level.
const MAX_DEPTH: usize = 16;
/// How many problems are listed for one file.
const MAX_PROBLEMS: usize = 100;
/// Columns of a tab stop.
const TAB_COLUMNS: usize = 4;
/// Digits of a list number, as in CommonMark.
const MAX_LIST_DIGITS: usize = 9;

/// A table of contents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Chapters, parts and separators in their order.
    pub items: Vec<SummaryItem>,
}

/// One thing in a table of contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SummaryItem {
    /// A chapter and those inside of it.
    Chapter(Chapter),
    /// The title of the chapters that follow, up to the next part.
    Part(String),
    /// A line between chapters.
    Separator,
}

/// A chapter of a book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chapter {
    /// The title, as plain text.
    pub title: String,
    /// The link as written, percent-decoded, relative to the folder of `SUMMARY.md`; `None` for a draft.
    pub target: Option<String>,
    /// Line number in `SUMMARY.md`, from 1.
    pub line: usize,
    /// Whether it is in a list; chapters before and after the lists have no numbers.
    pub numbered: bool,
    /// The chapters inside of it.
    pub children: Vec<Chapter>,
}

/// Reads a table of contents.
pub fn parse(path: &RepoPath, text: &str) -> (Summary, Vec<Diagnostic>) {
    let mut reader = Reader::new(path, text);
    let visible = without_comments(text);
    for (line_idx, line) in visible.trim_start_matches('\u{feff}').lines().enumerate() {
        reader.line(line_idx + 1, line);
    }
    (Summary { items: reader.items }, reader.diagnostics)
}

struct Reader<'a> {
    path: &'a RepoPath,
    text: &'a str,
    items: Vec<SummaryItem>,
    diagnostics: Vec<Diagnostic>,
    /// Indentation of the chapters that the next list item can be inside of.
    indents: Vec<usize>,
    has_title: bool,
}

impl<'a> Reader<'a> {
    fn new(path: &'a RepoPath, text: &'a str) -> Self {
        Self { path, text, items: Vec::new(), diagnostics: Vec::new(), indents: Vec::new(), has_title: false }
    }

    fn line(&mut self, line_number: usize, line: &str) {
        let (indent, rest) = indentation(line);
        let rest = rest.trim_end();
        if rest.is_empty() {
            return;
        }
        if is_separator(rest) {
            self.top_level(SummaryItem::Separator);
        } else if let Some((level, title)) = heading(rest) {
            let is_book_title = level == 1 && self.items.is_empty() && !self.has_title;
            self.has_title = true;
            if !is_book_title {
                self.top_level(SummaryItem::Part(plain_text(title)));
            }
        } else if let Some(item) = list_item(rest) {
            self.list_chapter(indent, chapter(item, line_number, true));
        } else if let Some((title, target)) = link(rest) {
            let chapter = Chapter { title, target, line: line_number, numbered: false, children: Vec::new() };
            self.top_level(SummaryItem::Chapter(chapter));
        } else {
            self.complain(line_number);
        }
    }

    fn top_level(&mut self, item: SummaryItem) {
        self.indents.clear();
        self.items.push(item);
    }

    fn list_chapter(&mut self, indent: usize, chapter: Chapter) {
        if chapter.title.is_empty() && chapter.target.is_none() {
            return;
        }
        while self.indents.last().is_some_and(|&outer| indent <= outer + 1) {
            self.indents.pop();
        }
        self.indents.truncate(MAX_DEPTH - 1);
        let depth = self.indents.len();
        self.indents.push(indent);
        match self.items.last_mut() {
            Some(SummaryItem::Chapter(outermost)) if depth > 0 => {
                let mut parent = outermost;
                for _ in 1..depth {
                    let at = parent.children.len() - 1;
                    parent = &mut parent.children[at];
                }
                parent.children.push(chapter);
            }
            _ => self.items.push(SummaryItem::Chapter(chapter)),
        }
    }

    fn complain(&mut self, line_number: usize) {
        if self.diagnostics.len() < MAX_PROBLEMS {
            let place = Place::at_line(self.path, self.text, line_number, 1, None);
            let diagnostic = Diagnostic::warning("summary-text", "this line is no chapter, and is left out")
                .hint("write `- [Title](file.md)`")
                .at(place);
            self.diagnostics.push(diagnostic);
        }
    }
}

/// Replaces HTML comments by nothing but their line breaks; an open one reaches to the end.
fn without_comments(text: &str) -> String {
    let mut visible = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("<!--") {
        visible.push_str(&rest[..start]);
        let end = rest[start..].find("-->").map_or(rest.len(), |at| start + at + 3);
        visible.extend(rest[start..end].matches('\n'));
        rest = &rest[end..];
    }
    visible + rest
}

fn indentation(line: &str) -> (usize, &str) {
    let rest = line.trim_start_matches([' ', '\t']);
    let columns = line[..line.len() - rest.len()].bytes().fold(0, |columns, byte| {
        if byte == b'\t' { (columns / TAB_COLUMNS + 1) * TAB_COLUMNS } else { columns + 1 }
    });
    (columns, rest)
}

fn is_separator(line: &str) -> bool {
    ['-', '*', '_'].into_iter().any(|mark| {
        line.chars().all(|character| character == mark || character.is_whitespace())
            && line.chars().filter(|&character| character == mark).count() >= 3
    })
}

fn heading(line: &str) -> Option<(usize, &str)> {
    let title = line.trim_start_matches('#');
    let level = line.len() - title.len();
    let is_heading = (1..=6).contains(&level) && (title.is_empty() || title.starts_with([' ', '\t']));
    is_heading.then(|| (level, title.trim().trim_end_matches('#').trim_end()))
}

/// The text of a list item: after `-`, `*`, `+`, `1.` or `1)`.
fn list_item(line: &str) -> Option<&str> {
    let after_number = line.trim_start_matches(|character: char| character.is_ascii_digit());
    let n_digits = line.len() - after_number.len();
    let rest = match n_digits {
        0 => line.strip_prefix(['-', '*', '+'])?,
        1..=MAX_LIST_DIGITS => after_number.strip_prefix(['.', ')'])?,
        _ => return None,
    };
    (rest.is_empty() || rest.starts_with([' ', '\t'])).then(|| rest.trim())
}

/// A list item without a link is a draft.
fn chapter(item: &str, line: usize, numbered: bool) -> Chapter {
    let item = ["[ ] ", "[x] ", "[X] "].iter().find_map(|task| item.strip_prefix(task)).unwrap_or(item);
    let (title, target) = link(item).unwrap_or_else(|| (plain_text(item), None));
    Chapter { title, target, line, numbered, children: Vec::new() }
}

/// The title and target of the link that `text` begins with.
fn link(text: &str) -> Option<(String, Option<String>)> {
    let rest = text.strip_prefix('[')?;
    let title_end = closing(rest, '[', ']', true)?;
    let title = plain_text(rest[..title_end].trim());
    let target = rest[title_end + 1..].strip_prefix('(')?;
    let target = if let Some(target) = target.trim_start().strip_prefix('<') {
        &target[..closing(target, '<', '>', false)?]
    } else {
        let inside = target[..closing(target, '(', ')', false)?].trim();
        inside.split([' ', '\t']).next().unwrap_or("")
    };
    let decoded = percent_decode_str(target)
        .decode_utf8()
        .map_or_else(|_| target.to_owned(), std::borrow::Cow::into_owned);
    let target = unescape(&decoded);
    Some((title, (!target.is_empty()).then_some(target)))
}

/// Where the bracket closes that was opened before `text`.
fn closing(text: &str, open: char, close: char, has_code: bool) -> Option<usize> {
    let mut depth = 0_usize;
    let mut in_code = false;
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '`' if has_code => in_code = !in_code,
            _ if in_code => {}
            '\\' => escaped = true,
            _ if character == close && depth == 0 => return Some(at),
            _ if character == close => depth -= 1,
            _ if character == open => depth += 1,
            _ => {}
        }
    }
    None
}

/// Text without backslashes of escapes, back-ticks of code and stars of strong text.
fn plain_text(markdown: &str) -> String {
    let mut text = String::with_capacity(markdown.len());
    for (piece_idx, piece) in markdown.split('`').enumerate() {
        if piece_idx % 2 == 1 {
            text.push_str(piece);
        } else {
            text.push_str(&unescape(&piece.replace("**", "")));
        }
    }
    text.trim().to_owned()
}

fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let escaped = characters.next_if(|next| character == '\\' && next.is_ascii_punctuation());
        plain.push(escaped.unwrap_or(character));
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(text: &str) -> String {
        let (summary, _) = parse(&RepoPath::root(), text);
        let mut out = String::new();
        for item in &summary.items {
            match item {
                SummaryItem::Chapter(chapter) => outline_chapter(chapter, 0, &mut out),
                SummaryItem::Part(title) => out += &format!("# {title}\n"),
                SummaryItem::Separator => out += "---\n",
            }
        }
        out
    }

    fn outline_chapter(chapter: &Chapter, depth: usize, out: &mut String) {
        let mark = if chapter.numbered { "-" } else { "=" };
        let target = chapter.target.as_deref().unwrap_or("(draft)");
        *out += &format!("{}{mark} {}|{target}|{}\n", "  ".repeat(depth), chapter.title, chapter.line);
        chapter.children.iter().for_each(|child| outline_chapter(child, depth + 1, out));
    }

    #[test]
    fn a_book_of_mdbook_is_read() {
        let text = "\u{feff}# Summary\r\n\r\n[Intro](intro.md)\r\n\r\n# Part *One*\r\n\r\n- [One](1/one.md)\r\n    - [Deep](1/deep.md)\r\n\
                    \t\t* [Deeper](1/deeper.md)\r\n    - [Draft]()\r\n- [Two](two.md)\r\n\r\n---\r\n\r\n[End](end.md)\r\n";
        assert_eq!(
            outline(text),
            "= Intro|intro.md|3\n# Part *One*\n- One|1/one.md|7\n  - Deep|1/deep.md|8\n    - Deeper|1/deeper.md|9\n  \
             - Draft|(draft)|10\n- Two|two.md|11\n---\n= End|end.md|15\n"
        );
    }

    #[test]
    fn a_book_of_gitbook_is_read() {
        let text = "# Table of contents\n\n* [Home](README.md)\n* Usage\n  * [A](a.md#x)\n\n## Part\n\n1. [B](b%20c.md)\n   1. [C](<c d.md> \"T\")\n2) [D](d.md 'T') text\n";
        assert_eq!(
            outline(text),
            "- Home|README.md|3\n- Usage|(draft)|4\n  - A|a.md#x|5\n# Part\n- B|b c.md|9\n  - C|c d.md|10\n- D|d.md|11\n"
        );
    }

    #[test]
    fn titles_hold_brackets_and_code() {
        let check =
            |line: &str, expected: &str| assert_eq!(outline(line), format!("- {expected}|1\n"), "{line}");
        check(r"- [a \[b\] c](x.md)", "a [b] c|x.md");
        check("- [a [b] c](x.md)", "a [b] c|x.md");
        check("- [`Vec<[u8]>` \\* **so**](x.md)", "Vec<[u8]> * so|x.md");
        check("- [`]`](x(1).md)", "]|x(1).md");
        check("- [x](a\\)b.md)", "x|a)b.md");
        check("- [open](x.md", "[open](x.md|(draft)");
        check("- [ ] [task](x.md)", "task|x.md");
    }

    #[test]
    fn comments_are_skipped_and_other_lines_are_named() {
        let text = "# Summary\n<!-- - [No](no.md)\n- [No](no.md) -->\n- [Yes](yes.md)\nWhat is this\n<!-- open\n- [No](no.md)\n";
        assert_eq!(outline(text), "- Yes|yes.md|4\n");
        let (_, diagnostics) = parse(&RepoPath::root(), text);
        let lines: Vec<u32> = diagnostics
            .iter()
            .filter_map(|d| d.place.as_ref()?.span.as_ref().map(|span| span.line))
            .collect();
        assert_eq!(lines, [5]);
    }

    #[test]
    fn hostile_input_is_survived() {
        for text in ["[", "(", "- [", "- [a](", "<!--", "`[", "\\", "#", "- ", "*", "text\n", "- [a](a)\n"] {
            parse(&RepoPath::root(), &text.repeat(100_000));
        }
        let deep: String = (0..1_000).map(|level| format!("{}- [x](x.md)\n", "  ".repeat(level))).collect();
        assert_eq!(outline(&deep).lines().filter(|line| line.starts_with(&"  ".repeat(15))).count(), 985);
    }

    proptest::proptest! {
        #[test]
        fn reading_never_panics(text in "[-*# \t\n\r\\[\\]()<>!`\\\\a1.é]{0,60}") {
            parse(&RepoPath::root(), &text);
        }
    }
}

//! Searching the wiki: which pages fit, and the text of them around what was looked for.
//!
//! The words are in a [`Finder`], which takes what commits have changed when it is asked next. The text comes from the files of the
//! few pages that are shown.

use std::{collections::BTreeMap, ops::Range, sync::PoisonError};

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    base::{path::RepoPath, text::floor_char},
    engine::Snapshot,
    parse::words::{Token, fold, pairs, tokens},
    site::{
        page::Page,
        search::{Finder, Hits},
    },
    wiki::{Action, Actor, Wiki, WikiError},
};

/// The longest query, in bytes; more of it is not looked at.
pub const MAX_QUERY_BYTES: usize = 1_000;
/// How many results one answer has at most.
pub const MAX_RESULTS: usize = 100;
/// Of a page, how many bytes are looked into for the text around the words.
const MAX_LOOKED_BYTES: usize = 200_000;
/// How many bytes of text are shown.
const AROUND: usize = 180;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// How many pages there are in all.
    pub total: usize,
    /// Those that were asked for, the best first.
    pub pages: Vec<FoundPage>,
}

/// A page that was found.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FoundPage {
    /// Its file.
    pub path: RepoPath,
    /// Its address, with the section that fits best.
    pub url: String,
    /// Its title.
    pub title: String,
    /// The heading of that section; `null` when it is the page's own.
    pub section: Option<String>,
    /// How well it fits; more is better.
    pub score: f64,
    /// The text around the words, in pieces.
    pub excerpt: Vec<Piece>,
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "ExcerptPiece")]
pub struct Piece {
    /// The text.
    pub text: String,
    /// Whether it was looked for.
    #[serde(rename = "hit")]
    pub is_hit: bool,
}

impl Wiki {
    /// Finds pages; `skip` of the best are left out, and at most `limit` are given.
    pub fn search(&self, actor: &Actor, query: &str, skip: usize, limit: usize) -> Result<Found, WikiError> {
        let query = &query[..floor_char(query, MAX_QUERY_BYTES)];
        let (snapshot, hits) = {
            let mut finder = self.finder.lock().unwrap_or_else(PoisonError::into_inner);
            // Taken now, so that nobody before has shown the finder a newer one.
            let snapshot = self.engine.snapshot();
            finder.update(&snapshot);
            let hits = finder.finder.find(query, None);
            (snapshot, hits)
        };
        let site = snapshot.renderer.site();
        let may_see = |page: &Page| actor.rights.allow(Action::Read, page.path());
        let seen: Vec<(&Page, f64)> = hits
            .pages
            .iter()
            .map(|hit| (site.page(hit.page), hit.score))
            .filter(|(page, _)| may_see(page))
            .collect();
        let shown = seen.iter().skip(skip).take(limit.min(MAX_RESULTS));
        let pages = shown.map(|(page, score)| found(&snapshot, page, *score, &hits)).collect();
        Ok(Found { total: seen.len(), pages })
    }
}

/// A finder with the number of the snapshot that it has seen.
#[derive(Debug, Default)]
pub(super) struct SeenFinder {
    finder: Finder,
    number: u64,
}

impl SeenFinder {
    fn update(&mut self, snapshot: &Snapshot) {
        if snapshot.number != self.number {
            self.finder.update(snapshot.renderer.site(), &*snapshot.source);
            self.number = snapshot.number;
        }
    }
}

fn found(snapshot: &Snapshot, page: &Page, score: f64, hits: &Hits) -> FoundPage {
    let site = snapshot.renderer.site();
    let bytes = snapshot.source.read(page.path()).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(MAX_LOOKED_BYTES)]);
    let body = text.get(page.file.body_start..).unwrap_or_default();
    let sections = sections(body);
    let (section, excerpt) = excerpt(&sections, &hits.words);
    let title = section.map(|section| section.title.clone()).filter(|title| !title.is_empty());
    let heading = title.as_ref().and_then(|title| {
        let own = page.headings().iter().position(|heading| heading.text == *title)?;
        // The page's own title is no section.
        (own > 0 || page.headings()[own].level > 1).then(|| &page.headings()[own])
    });
    let url = page.route.href(site.base_path());
    FoundPage {
        path: page.path().clone(),
        url: heading.map_or_else(|| url.clone(), |heading| format!("{url}#{}", heading.id)),
        title: page.title.to_string(),
        score,
        section: heading.map(|heading| heading.text.to_string()),
        excerpt,
    }
}

/// The text below a heading.
#[derive(Debug, Default, PartialEq, Eq)]
struct Section {
    title: String,
    text: String,
}

/// The sections of a page's text, without the marks of Markdown: good enough to be read.
fn sections(body: &str) -> Vec<Section> {
    let mut sections = vec![Section::default()];
    let mut fence: Option<&str> = None;
    for line in body.lines() {
        let trimmed = line.trim();
        let mark = ["```", "~~~"].into_iter().find(|mark| trimmed.starts_with(mark));
        if let Some(mark) = mark {
            match fence {
                None => fence = Some(mark),
                Some(open) if open == mark => fence = None,
                Some(_) => {}
            }
            continue;
        }
        let heading = trimmed.trim_start_matches('#');
        let level = trimmed.len() - heading.len();
        if fence.is_none() && (1..=6).contains(&level) && heading.starts_with(' ') {
            sections.push(Section { title: plain(heading), text: String::new() });
            continue;
        }
        let text = if fence.is_some() { trimmed.to_owned() } else { plain(trimmed) };
        let section = sections.last_mut().expect("there is one from the beginning");
        if !text.is_empty() {
            if !section.text.is_empty() {
                section.text.push(' ');
            }
            section.text.push_str(&text);
        }
    }
    sections
}

/// A line without the marks of Markdown.
fn plain(line: &str) -> String {
    let line = line.trim_start_matches(['>', ' ', '\t']);
    let line = ["- ", "* ", "+ "].iter().find_map(|mark| line.strip_prefix(mark)).unwrap_or(line);
    let line = line.trim_end_matches([' ', '#']).trim_start();
    if line.starts_with(":::")
        || line.starts_with("{{#")
        || line.chars().all(|c| matches!(c, '-' | '=' | '*' | '_' | '|' | ':' | ' '))
    {
        return String::new();
    }
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let (shown, n_taken) = match c {
            '[' => link(rest),
            '!' if rest.starts_with("![") => ("", 1),
            '<' => ("", rest.find('>').map_or(1, |end| end + 1)),
            '`' | '*' => ("", 1),
            '|' => (" ", 1),
            _ => (&rest[..c.len_utf8()], c.len_utf8()),
        };
        text.push_str(shown);
        rest = &rest[n_taken..];
    }
    text.trim().to_owned()
}

/// What is shown of the link that a text begins with, and how much of it that is.
fn link(text: &str) -> (&str, usize) {
    if let Some(rest) = text.strip_prefix("[[")
        && let Some(end) = rest.find("]]")
    {
        let inside = &rest[..end];
        return (inside.rsplit('|').next().unwrap_or(inside), end + 4);
    }
    let behind = text.find("](").and_then(|open| Some((open, open + text[open..].find(')')? + 1)));
    // A bracket further on is another link's.
    match behind.filter(|(open, _)| !text[1..*open].contains('[')) {
        Some((open, end)) => (&text[1..open], end),
        None => ("", 1),
    }
}

/// The section that fits best, and its text around the words.
fn excerpt<'s>(sections: &'s [Section], words: &BTreeMap<String, u32>) -> (Option<&'s Section>, Vec<Piece>) {
    let score = |section: &&Section| {
        let bits = |hits: &[(Range<usize>, u32)]| hits.iter().fold(0_u32, |bits, (_, bit)| bits | bit);
        let (title, text) = (hits(&section.title, words), hits(&section.text, words));
        let (in_title, in_text) = (bits(&title), bits(&text));
        (in_title | in_text).count_ones() * 40
            + in_title.count_ones() * 20
            + 2 * u32::try_from(text.len().min(5)).unwrap_or(0)
    };
    // Of equals the first.
    let Some(best) = sections.iter().rev().max_by_key(score) else { return (None, Vec::new()) };
    // A heading may have its text further down.
    let from =
        if best.text.is_empty() { sections.iter().find(|other| !other.text.is_empty()) } else { Some(best) };
    let Some(from) = from else { return (Some(best), Vec::new()) };
    (Some(best), pieces(&from.text, &hits(&from.text, words)))
}

/// A text around the hits that are nearest to each other, in pieces.
fn pieces(text: &str, hits: &[(Range<usize>, u32)]) -> Vec<Piece> {
    let reach = |first: &(Range<usize>, u32)| {
        let near = hits
            .iter()
            .filter(|hit| hit.0.start >= first.0.start && hit.0.end < first.0.start + AROUND * 7 / 10);
        let (bits, n) = near.fold((0_u32, 0_u32), |(bits, n), hit| (bits | hit.1, n + 1));
        bits.count_ones() * 100 + n.min(99)
    };
    let first = hits.iter().take(100).rev().max_by_key(|hit| reach(hit)).map_or(0, |hit| hit.0.start);
    let mut start = floor_char(text, first.saturating_sub(AROUND / 4));
    if start > 0 {
        start = text[start..first].find(' ').map_or(first, |space| start + space + 1);
    }
    let mut end = floor_char(text, (start + AROUND).min(text.len()));
    if end < text.len() {
        end = text[start..end].rfind(' ').map_or(end, |space| start + space);
    }
    let mut pieces = Vec::new();
    let mut push = |text: &str, is_hit| {
        if !text.is_empty() {
            pieces.push(Piece { text: text.to_owned(), is_hit });
        }
    };
    push(if start > 0 { "… " } else { "" }, false);
    let mut at = start;
    for (range, _) in hits.iter().filter(|(range, _)| range.start >= start && range.end <= end) {
        push(&text[at..range.start.max(at)], false);
        push(&text[range.start.max(at)..range.end], true);
        at = range.end;
    }
    push(&text[at..end.max(at)], false);
    push(if end < text.len() { " …" } else { "" }, false);
    pieces
}

/// Where a text has words that were found, each with the bits of the typed words that it was found for.
fn hits(text: &str, words: &BTreeMap<String, u32>) -> Vec<(Range<usize>, u32)> {
    let mut found: Vec<(Range<usize>, u32)> = Vec::new();
    let place = |part: &str| part.as_ptr() as usize - text.as_ptr() as usize;
    for token in tokens(text) {
        match token {
            Token::Word(word) => {
                if let Some(bits) = words.get(&fold(word)) {
                    found.push((place(word)..place(word) + word.len(), *bits));
                }
            }
            Token::Run(run) => {
                let mut starts: Vec<usize> = run.char_indices().map(|(at, _)| place(run) + at).collect();
                starts.push(place(run) + run.len());
                for (at, pair) in pairs(run).iter().enumerate() {
                    let Some(bits) = words.get(&fold(pair)) else { continue };
                    let range = starts[at]..starts[(at + 2).min(starts.len() - 1)];
                    match found.last_mut().filter(|(last, _)| last.end > range.start) {
                        Some(last) => *last = (last.0.start..range.end, last.1 | bits),
                        None => found.push((range, *bits)),
                    }
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, words: &[&str], title: &str, expected: &str) {
        let words = words.iter().enumerate().map(|(bit, word)| ((*word).to_owned(), 1 << bit)).collect();
        let sections = sections(body);
        let (section, pieces) = excerpt(&sections, &words);
        let marked = pieces.iter().map(|piece| match piece.is_hit {
            true => format!("({})", piece.text),
            false => piece.text.clone(),
        });
        assert_eq!(section.map(|section| &*section.title), Some(title));
        assert_eq!(marked.collect::<String>(), expected);
    }

    #[test]
    fn excerpts_show_the_section_that_fits() {
        let body = "# Title

first

## Second **part**

a [link](x.md) to `code` and ==Größe==, [[Page|text]]

                    ```sh
# no heading
```

- item ![pic](p.png)
";
        check(
            body,
            &["link", "grosse"],
            "Second part",
            "a (link) to code and ==(Größe)==, text # no heading item pic",
        );
        check(body, &["title"], "Title", "first");
        check(
            body,
            &["heading"],
            "Second part",
            "a link to code and ==Größe==, text # no (heading) item pic",
        );
        check(body, &["none"], "", "first");
        check("検索機能の説明", &["機能"], "", "検索(機能)の説明");
        let long = format!("# T\n\n{}needle {}\n", "word ".repeat(100), "more ".repeat(100));
        let (before, after) = ("word ".repeat(8), "more ".repeat(26));
        check(&long, &["needle"], "T", &format!("… {before}(needle) {} …", after.trim_end()));
        for text in ["[", "[[", "![", "](", "<", "[a](", "|", "`", "é["] {
            sections(text);
        }
    }
}

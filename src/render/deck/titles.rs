//! The slides that a deck adds: tables of contents, and one before each chapter with a title.

use std::sync::Arc;

use crate::render::{
    deck::{chapters::Loaded, plan::Plan},
    trace::Texts,
};

/// From so many titles on, a table of contents has no space between its lines.
const CROWDED: usize = 10;
/// How many lines all tables of contents can have to be on one slide.
const MAX_SHORT: usize = 14;

/// A title of a deck.
#[derive(Clone, Debug)]
pub(super) struct Title {
    /// Its text, which is Markdown.
    pub(super) text: String,
    /// The place of the entry and of the slide in it that has it.
    pub(super) entry: usize,
    pub(super) slide: usize,
}

/// The titles of a deck, by parts.
#[derive(Debug, Default)]
pub(super) struct Titles {
    pub(super) all: Vec<Title>,
    /// The parts that are listed, by their places in the plan, with the titles in each.
    pub(super) parts: Vec<(usize, Vec<usize>)>,
}

impl Titles {
    pub(super) fn of(plan: &Plan<'_>, chapters: &[Arc<Loaded>]) -> Self {
        let mut titles = Self::default();
        for (at, (entry, loaded)) in plan.entries.iter().zip(chapters).enumerate() {
            for title in &loaded.chapter.titles {
                let number = titles.all.len();
                titles.all.push(Title { text: title.text.clone(), entry: at, slide: title.slide });
                match titles.parts.last_mut() {
                    Some((part, listed)) if *part == entry.part => listed.push(number),
                    _ => titles.parts.push((entry.part, vec![number])),
                }
            }
        }
        titles
    }

    /// Whether all parts have titles and are on one slide.
    fn is_short(&self, plan: &Plan<'_>) -> bool {
        let n_lines = self.parts.len() + self.all.len();
        self.parts.len() > 1
            && n_lines <= MAX_SHORT
            && self.parts.iter().all(|(part, _)| plan.parts[*part].title.is_some())
    }

    /// The Markdown of all tables of contents: a slide for each part, or one if they are short.
    pub(super) fn toc(&self, plan: &Plan<'_>, texts: &Texts) -> String {
        if self.is_short(plan) {
            let parts = self.parts.iter().map(|(part, listed)| {
                let lines = listed.iter().map(|&at| &self.all[at].text);
                let lines: String =
                    lines.map(|title| format!("  - [{title}](#{})\n", anchor(title))).collect();
                format!("- {}\n{lines}\n", plan.parts[*part].title.unwrap_or_default())
            });
            let parts: String = parts.collect();
            return format!(
                "name: toc-part-1\n\n## {}\n\n{parts}\n.debug[(auto-generated TOC)]",
                say(texts, "deck_contents"),
            );
        }
        let slides = self.parts.iter().zip(1..).map(|((part, listed), number)| {
            let heading = match (plan.parts[*part].title, self.parts.len()) {
                (Some(title), _) => title.to_owned(),
                (None, 1) => say(texts, "deck_contents"),
                (None, _) => part_name(texts, number),
            };
            let space = if listed.len() < CROWDED { "\n\n" } else { "\n" };
            let lines = listed.iter().map(|&at| {
                let title = &self.all[at].text;
                format!("- [{title}](#{}){space}", anchor(title))
            });
            let lines: String = lines.collect();
            format!("name: toc-part-{number}\n\n## {heading}\n\n{lines}\n.debug[(auto-generated TOC)]")
        });
        slides.collect::<Vec<_>>().join("\n---\n")
    }

    /// The Markdown of the slides before a title: a picture where a deck has a list of them, and the title with links to those
    /// around it, and to the table of contents if the deck has one.
    pub(super) fn slides(
        &self,
        plan: &Plan<'_>,
        index: usize,
        picture: Option<Option<&str>>,
        has_toc: bool,
        texts: &Texts,
    ) -> String {
        let title = &self.all[index].text;
        // As in remark workshops: of titles that are the same the first is found.
        let first = self.all.iter().position(|other| other.text == *title).unwrap_or(index);
        let part =
            self.parts.iter().rposition(|(_, listed)| listed.iter().any(|&at| self.all[at].text == *title));
        let part = part.filter(|_| !self.is_short(plan)).unwrap_or(0);
        let toc = has_toc.then(|| format!("toc-part-{}", part + 1));
        let at = |index: Option<usize>| {
            index.and_then(|index| self.all.get(index)).map(|title| anchor(&title.text))
        };
        let previous = at(first.checked_sub(1)).or_else(|| toc.clone());
        let next = at(Some(first + 1)).or_else(|| toc.clone());
        let links = [("deck_previous_part", previous), ("deck_back", toc), ("deck_next_part", next)];
        let links =
            links.into_iter().filter_map(|(key, to)| Some(format!("[{}](#{})", say(texts, key), to?)));
        let links: Vec<String> = links.collect();
        let nav =
            if links.is_empty() { String::new() } else { format!(".nav[\n{}\n]\n\n", links.join("\n|\n")) };
        let image = |path: &str| format!("![Image separating from the next part]({path})");
        let picture = picture.map(|path| {
            format!("class: pic\n\n.interstitial[{}]\n\n---\n\n", path.map(image).unwrap_or_default())
        });
        let anchor = anchor(title);
        format!(
            "{}name: {anchor}\nclass: title\n\n {title}\n\n{nav}.debug[(automatically generated title slide)]\n",
            picture.unwrap_or_default(),
        )
    }
}

/// What a part without a title is called.
pub(super) fn part_name(texts: &Texts, number: usize) -> String {
    say(texts, "deck_part").replace("{n}", &number.to_string())
}

fn say(texts: &Texts, key: &str) -> String {
    texts.get(key).unwrap_or(key).to_owned()
}

/// The name of the slide before a title. Only ASCII letters are left of it, so some are the same.
pub(super) fn anchor(title: &str) -> String {
    let lower = title.to_lowercase().replace(' ', "-");
    let letters: String = lower.chars().filter(|c| c.is_ascii_alphabetic() || *c == '-').collect();
    format!("toc-{letters}")
}

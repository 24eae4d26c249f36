//! [`SlideIds`]: what slides are called in addresses.

use std::collections::BTreeSet;

use foldhash::HashMap;

use crate::{
    base::path::RepoPath,
    parse::markdown::heading_slug,
    render::deck::{chapters::Loaded, row::Shown, slide::SlideHtml},
};

/// Gives each slide of a deck its id: its name, or its chapter and heading; the same in all decks.
pub(super) struct SlideIds {
    /// The folder that chapters are named from.
    content: RepoPath,
    taken: BTreeSet<String>,
    /// The heading that slides without one go on with, by their texts.
    headings: HashMap<RepoPath, String>,
    counts: HashMap<String, usize>,
}

impl SlideIds {
    pub(super) fn new(content: RepoPath) -> Self {
        Self { content, taken: BTreeSet::new(), headings: HashMap::default(), counts: HashMap::default() }
    }

    pub(super) fn id(&mut self, text: &Loaded, shown: &Shown, slide: &SlideHtml) -> String {
        let id = match shown.properties.get("name") {
            Some(name) if !name.is_empty() && !name.contains(char::is_whitespace) => name.to_owned(),
            _ => self.of_heading(text, slide),
        };
        if self.taken.insert(id.clone()) {
            return id;
        }
        let count = self.counts.entry(id.clone()).or_insert(1);
        loop {
            *count += 1;
            let numbered = format!("{id}-{count}");
            if self.taken.insert(numbered.clone()) {
                return numbered;
            }
        }
    }

    fn of_heading(&mut self, text: &Loaded, slide: &SlideHtml) -> String {
        let path = text.path.relative_to(&self.content).unwrap_or(text.path.as_str());
        let chapter = path.strip_suffix(".md").unwrap_or(path).replace(['/', '.', ' '], "-");
        if let Some(heading) = &slide.heading {
            self.headings.insert(text.path.clone(), heading_slug(heading));
        }
        match self.headings.get(&text.path).filter(|slug| !slug.is_empty()) {
            Some(slug) => format!("{chapter}--{slug}"),
            None => chapter,
        }
    }
}

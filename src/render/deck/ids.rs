//! [`SlideIds`]: what slides are called in addresses.

use foldhash::{HashMap, HashSet};

use crate::{
    base::path::RepoPath,
    render::deck::{chapters::Loaded, row::Shown, slide::SlideHtml},
};

/// Gives each slide of a deck its id: its name, or its chapter and heading; the same in all decks.
pub(super) struct SlideIds {
    /// The folder that chapters are named from.
    content: RepoPath,
    taken: HashSet<String>,
    /// What ids begin with, by the files of the slides.
    chapters: HashMap<RepoPath, Begin>,
    counts: HashMap<String, usize>,
}

/// What the ids of a chapter's next slides are made of.
struct Begin {
    chapter: String,
    /// That of the heading that slides without one go on with.
    slug: String,
}

impl SlideIds {
    /// Ids for about so many slides.
    pub(super) fn new(content: RepoPath, n_slides: usize) -> Self {
        let taken = HashSet::with_capacity_and_hasher(n_slides, Default::default());
        Self { content, taken, chapters: HashMap::default(), counts: HashMap::default() }
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
        if !self.chapters.contains_key(&text.path) {
            let path = text.path.relative_to(&self.content).unwrap_or(text.path.as_str());
            let chapter = path.strip_suffix(".md").unwrap_or(path).replace(['/', '.', ' '], "-");
            self.chapters.insert(text.path.clone(), Begin { chapter, slug: String::new() });
        }
        let Some(Begin { chapter, slug }) = self.chapters.get_mut(&text.path) else { return String::new() };
        if let Some(own) = &slide.slug {
            slug.clear();
            slug.push_str(own);
        }
        if slug.is_empty() { chapter.clone() } else { [chapter.as_str(), slug].join("--") }
    }
}

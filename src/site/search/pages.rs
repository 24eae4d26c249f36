//! [`SearchedPages`]: the pages of one language that can be found, with their words.

use std::sync::Arc;

use rayon::prelude::*;

use super::{
    ids::PageIds,
    stock::Stock,
    tally::{Row, Tally},
};
use crate::{
    base::{digest::Print, tasks::PER_TASK},
    parse::words::{self, PageWords, Stemmer, Vocabulary, level},
    site::{Site, page::Page},
    source::Source,
};

/// Pages that can be found, and where their words come from.
#[derive(Clone, Copy)]
pub struct SearchedPages<'s> {
    /// The site.
    pub site: &'s Site,
    /// Its files.
    pub source: &'s dyn Source,
    /// The pages of the language.
    pub ids: &'s PageIds,
}

/// A page as it is counted.
pub(super) struct Counted {
    pub(super) row: Row,
    pub(super) words: Arc<PageWords>,
    /// The numbers of its title's words.
    pub(super) title: Vec<u32>,
}

/// All pages as they are counted.
pub(super) struct AllCounted {
    pub(super) pages: Vec<Counted>,
    /// Whether they are those of the files as they are listed: one that changed meanwhile is missing.
    pub(super) is_settled: bool,
}

impl SearchedPages<'_> {
    pub(super) fn vocabulary(&self) -> &Vocabulary {
        self.stock().vocabulary()
    }

    pub(super) fn stock(&self) -> &Stock {
        self.site.stock()
    }

    fn page(&self, at: usize) -> &Page {
        self.site.page(self.ids.pages[at].page)
    }

    fn row(&self, at: usize, words: Print) -> Row {
        let page = self.page(at);
        Row::new(self.ids.pages[at].number, words, &page.title, Stemmer::of(self.site.text_language(page)))
    }

    /// What will be counted, page by page; `None` when the words of one are not known.
    pub(super) fn rows(&self) -> Option<Vec<Row>> {
        let row = |at| Some(self.row(at, self.page(at).file.words_print?));
        (0..self.ids.pages.len()).into_par_iter().with_max_len(PER_TASK).map(row).collect()
    }

    /// The words that a page had in an earlier process, if they have the print.
    pub(super) fn former_words(&self, at: usize, print: Print) -> Option<Arc<PageWords>> {
        self.stock().former_words(self.page(at).path()).filter(|words| words.print == print)
    }

    /// A page by its place; `None` when its words aren't at hand.
    pub(super) fn counted(&self, at: usize, row: Row) -> Option<Counted> {
        let page = self.page(at);
        let words = page.file.words().cloned().or_else(|| self.former_words(at, row.words))?;
        Some(Counted { row, words, title: words::of_title(&page.title, self.vocabulary()) })
    }

    /// All pages. Those whose words nobody knows are read.
    pub(super) fn all(&self) -> AllCounted {
        self.all_by(|at| {
            let words = self.page(at).file.words()?;
            self.counted(at, self.row(at, words.print))
        })
    }

    /// The same of pages that were counted: what their titles say is known.
    pub(super) fn all_of(&self, tally: &Tally) -> AllCounted {
        let known = tally.rows_with_titles();
        self.all_by(|at| {
            let (row, title) = *known.get(at)?;
            let words = Arc::clone(self.page(at).file.words()?);
            Some(Counted { row, words, title: title.to_vec() })
        })
    }

    fn all_by(&self, counted: impl Fn(usize) -> Option<Counted> + Send + Sync) -> AllCounted {
        let is_settled = self.stock().fill(self.site, self.source);
        let pages =
            (0..self.ids.pages.len()).into_par_iter().with_max_len(PER_TASK).filter_map(counted).collect();
        AllCounted { pages, is_settled }
    }
}

impl Counted {
    /// Takes the numbers of its words, which rise, with their levels.
    pub(super) fn for_each(&self, mut take: impl FnMut(u32, u8)) {
        let mut title = self.title.iter().copied();
        let mut next = title.next();
        for (word, text) in self.words.iter() {
            while let Some(titled) = next.filter(|titled| *titled < word) {
                take(titled, level::raised(level::TITLE, 1));
                next = title.next();
            }
            if next == Some(word) {
                // What headings say of it is less than what the title says.
                let text = if text < level::HEADING { text } else { text - level::HEADING };
                take(word, level::raised(level::TITLE, text));
                next = title.next();
            } else {
                take(word, text);
            }
        }
        for titled in next.into_iter().chain(title) {
            take(titled, level::raised(level::TITLE, 1));
        }
    }
}

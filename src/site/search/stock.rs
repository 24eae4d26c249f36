//! [`Stock`]: the words of all pages, from wherever they are known.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use compact_str::CompactString;
use rayon::prelude::*;

use super::{ids::searched, tally::Tally};
use crate::{
    base::{path::RepoPath, tasks::PER_TASK},
    parse::{
        markdown,
        words::{PageWords, Vocabulary},
    },
    site::{
        Site,
        file::{self, PageFile, SourceFiles},
        languages::LanguageId,
    },
    source::Source,
};

/// Words that an earlier process took from pages. They are read when they are first needed.
pub trait FormerWords: Send + Sync + fmt::Debug {
    /// The forms of words, in the order of their numbers; `None` when they can't be read.
    fn vocabulary(&self) -> Option<Vec<CompactString>>;
    /// The words of pages.
    fn words(&self) -> Vec<(RepoPath, Arc<PageWords>)>;
    /// The words of one page.
    fn words_of(&self, path: &RepoPath) -> Option<Arc<PageWords>>;
    /// What was counted of the words of a language.
    fn tally(&self, language: LanguageId) -> Option<Tally>;
}

/// The vocabulary of a site, which all its snapshots share, and where words may be known.
#[derive(Debug, Default)]
pub struct Stock {
    former: Option<Arc<dyn FormerWords>>,
    /// With how many of its forms `former` had; `None` when its words are not of this vocabulary.
    vocabulary: OnceLock<(Vocabulary, Option<usize>)>,
    taken: OnceLock<()>,
}

impl Stock {
    /// A stock that begins with the words of an earlier process.
    pub fn new(former: Option<Arc<dyn FormerWords>>) -> Self {
        Self { former, ..Self::default() }
    }

    /// The vocabulary.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary_and_former().0
    }

    fn vocabulary_and_former(&self) -> &(Vocabulary, Option<usize>) {
        self.vocabulary.get_or_init(|| match self.former.as_ref().and_then(|former| former.vocabulary()) {
            Some(forms) => {
                let n_forms = forms.len();
                (Vocabulary::of_forms(forms), Some(n_forms))
            }
            None => (Vocabulary::default(), None),
        })
    }

    /// Whether the numbers of the vocabulary are those of the earlier process.
    pub fn continues_former(&self) -> bool {
        self.vocabulary_and_former().1.is_some()
    }

    /// Whether there are forms that the earlier process hadn't.
    pub fn has_new_forms(&self) -> bool {
        let known = self.vocabulary.get();
        known.is_some_and(|(vocabulary, n_former)| n_former.is_some_and(|n| vocabulary.forms().len() > n))
    }

    /// The earlier process, if its numbers are those of the vocabulary.
    fn former(&self) -> Option<&Arc<dyn FormerWords>> {
        self.former.as_ref().filter(|_| self.continues_former())
    }

    /// The words that a page had in an earlier process.
    pub(super) fn former_words(&self, path: &RepoPath) -> Option<Arc<PageWords>> {
        self.former()?.words_of(path)
    }

    /// What an earlier process counted.
    pub fn former_tally(&self, language: LanguageId) -> Option<Tally> {
        self.former()?.tally(language)
    }

    /// Gives the pages of a site their words, as far as an earlier process knew them.
    pub fn recall(&self, site: &Site) {
        let Some(former) = self.former() else { return };
        self.taken.get_or_init(|| {
            let mut known = former.words();
            known.sort_unstable_by(|one, other| one.0.cmp(&other.0));
            let mut known = known.into_iter().peekable();
            // Both are in the order of paths now, so one walk along both finds those that belong together.
            for file in site.files() {
                while known.next_if(|(path, _)| *path < file.path).is_some() {}
                let words = known.next_if(|(path, _)| *path == file.path).map(|(_, words)| words);
                if let Some(words) = words.filter(|words| file.words_print == Some(words.print)) {
                    file.learn_words(words);
                }
            }
        });
    }

    /// Sees to it that all pages that can be found have their words. `false` when some file changed meanwhile, and has none.
    pub(super) fn fill(&self, site: &Site, source: &dyn Source) -> bool {
        let lacking = || -> Vec<&Arc<PageFile>> {
            searched(site).map(|(_, page)| &page.file).filter(|file| file.words().is_none()).collect()
        };
        if lacking().is_empty() {
            return true;
        }
        self.recall(site);
        let files = SourceFiles { source, listing: site.listing() };
        let vocabulary = self.vocabulary();
        let read = |file: &&Arc<PageFile>| {
            let (expanded, is_settled) = file::expanded_body(file, &files);
            if is_settled {
                let document = markdown::parse_known(&expanded, &site.reading().markdown);
                file.learn_words(Arc::new(PageWords::of(&document.events, vocabulary)));
            }
            is_settled
        };
        lacking().par_iter().with_max_len(PER_TASK).map(read).reduce(|| true, |one, other| one && other)
    }
}

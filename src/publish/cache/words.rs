//! The words of pages in a state: chunks of their own, which are read when words are counted, and not before.

use std::{collections::BTreeSet, io, sync::Arc};

use compact_str::CompactString;

use super::{State, StateWriter, state::WordsRecord, writer::MAX_REPLACED};
use crate::{
    base::path::RepoPath,
    parse::words::{Form, PageWords},
    site::{
        Site,
        file::PageFile,
        languages::LanguageId,
        search::{FormerWords, Stock, Tally},
    },
};

/// How many forms that no page has any more are kept for each that some page has.
const MAX_DEAD_FORMS: usize = 4;

impl FormerWords for State {
    fn vocabulary(&self) -> Option<Vec<CompactString>> {
        self.has_words().then(|| self.forms())?
    }

    fn words(&self) -> Vec<(RepoPath, Arc<PageWords>)> {
        State::words(self).into_iter().map(|record| (record.path, record.words)).collect()
    }

    fn words_of(&self, path: &RepoPath) -> Option<Arc<PageWords>> {
        self.words_record(path).map(|record| record.words)
    }

    fn tally(&self, language: LanguageId) -> Option<Tally> {
        State::tally(self, language.index())
    }
}

impl State {
    /// The words of this state, for a site that is loaded with its pages.
    pub fn stock(self: &Arc<Self>) -> Arc<Stock> {
        Arc::new(Stock::new(Some(Arc::clone(self) as Arc<dyn FormerWords>)))
    }
}

impl StateWriter {
    /// Writes the words of a site's pages. `changed` are those that have other words than in the former state, or are gone.
    pub fn site_words(&mut self, site: &Site, changed: &BTreeSet<RepoPath>) -> io::Result<()> {
        let stock = site.stock();
        if changed.is_empty() {
            self.same_words()?;
            // Titles have words, too.
            return if stock.has_new_forms() {
                self.forms(&texts(&stock.vocabulary().forms()))
            } else {
                Ok(())
            };
        }
        if stock.continues_former() && self.changed_words(site, changed)? {
            return self.forms(&texts(&stock.vocabulary().forms()));
        }
        // Those of pages that can't be found weren't needed so far.
        stock.recall(site);
        let files = site.files().filter_map(|file| Some((file, file.words()?)));
        let records: Vec<WordsRecord> = files.map(|(file, words)| record(file, words)).collect();
        let forms = stock.vocabulary().forms();
        let n_used: usize = records.iter().map(|record| record.words.as_bytes().len()).sum();
        if are_too_many(forms.len(), n_used) {
            return Ok(());
        }
        self.forms(&texts(&forms))?;
        let all: BTreeSet<RepoPath>;
        let changed = if stock.continues_former() {
            changed
        } else {
            all = site.files().map(|file| file.path.clone()).collect();
            &all
        };
        self.words(&records.iter().collect::<Vec<_>>(), changed)
    }

    /// Writes the words of few changed pages without those of all others; says whether that could be done.
    fn changed_words(&mut self, site: &Site, changed: &BTreeSet<RepoPath>) -> io::Result<bool> {
        let n_forms = site.stock().vocabulary().forms().len();
        if changed.len() > MAX_REPLACED || are_too_many(n_forms, self.n_former_bytes_of_words()) {
            return Ok(false);
        }
        let files = changed.iter().filter_map(|path| site.file(path));
        let new: Vec<WordsRecord> = files.filter_map(|file| Some(record(file, file.words()?))).collect();
        self.replace_words(&new.iter().collect::<Vec<_>>(), changed)
    }
}

/// Whether most of some forms occur nowhere in words of so many bytes, of which each takes two where it does. Then the next build counts
/// anew.
fn are_too_many(n_forms: usize, n_bytes: usize) -> bool {
    n_forms > MAX_DEAD_FORMS * n_bytes.max(1 << 16)
}

fn record(file: &PageFile, words: &Arc<PageWords>) -> WordsRecord {
    WordsRecord { path: file.path.clone(), words: Arc::clone(words) }
}

fn texts(forms: &[Arc<Form>]) -> Vec<&str> {
    forms.iter().map(|form| &*form.text).collect()
}

//! [`Record`]: the files a page's text comes from, and what went wrong in them.
//!
//! Input are positions in those files, output diagnostics with their places. Everything of `expand` writes into it.

use std::{ops::Range, sync::Arc};

use crate::{
    base::{
        diagnostic::{Diagnostic, Place},
        path::RepoPath,
    },
    parse::expand::At,
};

/// How many problems of one page are reported; a page with more has one cause for most of them.
const MAX_PROBLEMS: usize = 100;

/// How many are reported of any page, however long.
const MIN_PROBLEMS: usize = 10;

/// How many bytes of the page may be counted through for the lines and columns of all its problems.
const MAX_COUNTED: usize = 16 << 20;

/// Which files were used, their texts, and the problems found so far.
pub(super) struct Record<'a> {
    files: Vec<RepoPath>,
    page: &'a str,
    included: Vec<Arc<str>>,
    diagnostics: Vec<Diagnostic>,
    n_dropped: usize,
}

impl<'a> Record<'a> {
    /// A record of a page that has not included anything yet.
    pub(super) fn new(path: &RepoPath, page: &'a str) -> Self {
        let files = vec![path.clone()];
        Self { files, page, included: Vec::new(), diagnostics: Vec::new(), n_dropped: 0 }
    }

    /// Adds an included file and gives its index.
    pub(super) fn add_file(&mut self, path: &RepoPath, text: &Arc<str>) -> u32 {
        self.files.push(path.clone());
        self.included.push(Arc::clone(text));
        u32::try_from(self.included.len()).expect("the number of inclusions is limited")
    }

    /// The path of a file by its index.
    pub(super) fn path(&self, file: u32) -> &RepoPath {
        &self.files[file as usize]
    }

    /// The whole text of the page.
    pub(super) fn page(&self) -> &'a str {
        self.page
    }

    /// Whether a file is Markdown: the page always is, an included file by its name.
    pub(super) fn is_markdown(&self, file: u32) -> bool {
        file == 0 || self.path(file).is_markdown()
    }

    /// Reports a problem, unless there are too many already; the diagnostic is made only when it is kept.
    pub(super) fn report(&mut self, make: impl FnOnce(&Self) -> Diagnostic) {
        let limit = (MAX_COUNTED / self.page.len().max(1)).clamp(MIN_PROBLEMS, MAX_PROBLEMS);
        if self.diagnostics.len() < limit {
            let diagnostic = make(self);
            self.diagnostics.push(diagnostic);
        } else {
            self.n_dropped += 1;
        }
    }

    /// The place of a byte range of a file.
    pub(super) fn place(&self, file: u32, range: Range<usize>) -> Place {
        let text = (file as usize).checked_sub(1).map_or(self.page, |index| &*self.included[index]);
        Place::in_text(self.path(file), text, range)
    }

    /// The place of a stretch of a file.
    pub(super) fn place_at(&self, at: At) -> Place {
        let start = at.offset as usize;
        self.place(at.file, start..start + at.len as usize)
    }

    /// The files in order of first use, and the problems in the order they were found.
    pub(super) fn finish(mut self) -> (Vec<RepoPath>, Vec<Diagnostic>) {
        if self.n_dropped > 0 {
            let message = format!("`{}` has {} more problems like these", self.files[0], self.n_dropped);
            let summary = Diagnostic::warning("expand-problems", message)
                .hint("repair the first ones and look again")
                .at(Place::file(&self.files[0]));
            self.diagnostics.push(summary);
        }
        (self.files, self.diagnostics)
    }
}

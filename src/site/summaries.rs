//! The order of reading that a site's files give: `SUMMARY.md`, one for each language.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    Site,
    file::{self, SourceFiles},
    in_language::Reader,
    nav::SummaryTree,
    page::PageId,
};
use crate::{
    base::{
        diagnostic::{Diagnostic, Place},
        path::RepoPath,
    },
    parse::summary::{self, Summary, SummaryItem},
    source::{Listing, Source},
};

impl Site {
    /// Takes the order of reading from each `SUMMARY.md`, and says what is wrong with it.
    pub(super) fn read_order(&mut self, source: &dyn Source) -> Vec<Diagnostic> {
        let mut diagnostics = Vec::new();
        let mut summaries = BTreeMap::new();
        for (path, language) in self.summary_files() {
            // Of two files for one language the first is it.
            if !summaries.contains_key(&language)
                && let Some(tree) = self.read_summary(source, &path, &mut diagnostics)
            {
                summaries.insert(language, tree);
            }
        }
        self.summaries = Arc::new(summaries);
        diagnostics
    }

    /// The tree of a summary, unless it has no chapters.
    fn read_summary(
        &mut self,
        source: &dyn Source,
        path: &RepoPath,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<SummaryTree> {
        let read = SourceFiles { source, listing: &self.listing }.page_text(path);
        if !read.is_settled {
            self.unsettled.push(path.clone());
        }
        let text = read.text;
        let (summary, problems) = summary::parse(path, &text);
        if !has_chapter(&summary) {
            return None;
        }
        let mut missing = Vec::new();
        let tree = SummaryTree::new(&summary, &self.pages, &mut |target, line| {
            let found = self.page_of_target(path, target);
            if found.is_none() {
                missing.push(missing_chapter(&self.listing, path, &text, target, line));
            }
            found
        });
        diagnostics.extend(problems);
        diagnostics.extend(missing);
        Some(tree)
    }

    fn page_of_target(&self, summary: &RepoPath, target: &str) -> Option<PageId> {
        let target = target.split('#').next().unwrap_or(target);
        let path = summary.parent()?.resolve(target)?;
        let reader = Reader::of(self.languages.locate(summary).language);
        self.page_for(&path, reader).or_else(|| {
            let section = self.section_for(&path, reader)?;
            self.sections.get(section).page
        })
    }
}

fn has_chapter(summary: &Summary) -> bool {
    summary.items.iter().any(|item| matches!(item, SummaryItem::Chapter(_)))
}

fn missing_chapter(listing: &Listing, path: &RepoPath, text: &str, target: &str, line: usize) -> Diagnostic {
    let wanted = path.parent().and_then(|folder| folder.resolve(target));
    let near = wanted.as_ref().and_then(|wanted| file::nearest_file(listing, wanted));
    Diagnostic::warning("missing-chapter", format!("chapter `{target}` does not exist"))
        .at(Place::at_line(path, text, line, 1, None))
        .hint_opt(near.map(|near| format!("did you mean `{near}`?")))
}

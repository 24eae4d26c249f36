//! What a path means to a reader of one language: a translation first, then the original.
//!
//! Authors write links for the forge, where `[x](page.md)` in `other.fr.md` leads to a file that is there. To a reader of
//! `/fr/other/` it leads to `page.fr.md` if that exists. Who names another language (`page.en.md`, `../en/page.md`) means it.

use crate::{
    base::path::RepoPath,
    site::{
        Site,
        languages::{DEFAULT, LanguageId, Located},
        page::PageId,
        route::Route,
        section::SectionId,
    },
};

/// Who follows a link.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader {
    /// The language of the page that shows the link.
    pub(super) language: LanguageId,
    /// The language of the file that it is written in.
    written_in: LanguageId,
}

impl Reader {
    /// A reader of what is written in a language.
    pub(super) fn of(language: LanguageId) -> Self {
        Self { language, written_in: language }
    }

    /// Whether a path names another language on purpose.
    fn is_sent_to(self, located: &Located) -> bool {
        located.is_marked && located.language != self.written_in
    }
}

impl Site {
    /// Who follows a link in a file that the page at an address shows.
    pub(super) fn reader(&self, file: &RepoPath, route: &Route) -> Reader {
        Reader { language: self.languages.of_route(route), written_in: self.languages.locate(file).language }
    }

    /// The page that the path of a file means.
    pub(super) fn page_for(&self, path: &RepoPath, reader: Reader) -> Option<PageId> {
        if !self.languages.are_several() {
            return self.page_of_file(path);
        }
        let located = self.languages.locate(path);
        let exact = self.page_of_file(path);
        if reader.is_sent_to(&located) {
            return exact;
        }
        let counterpart = |language| {
            let key = self.languages.counterpart(&located.key, located.language, language);
            self.pages.of_key(&key)
        };
        let translated = exact.and_then(|page| self.translations.in_language(page, reader.language));
        translated.or_else(|| counterpart(reader.language)).or(exact).or_else(|| counterpart(DEFAULT))
    }

    /// The section that the path of a folder means.
    pub(super) fn section_for(&self, folder: &RepoPath, reader: Reader) -> Option<SectionId> {
        if !self.languages.are_several() {
            return self.sections.of_folder(folder);
        }
        let located = self.languages.locate_folder(folder);
        let in_language = |language| {
            let key = self.languages.counterpart(&located.key, located.language, language);
            self.sections.of_folder(&key)
        };
        let own = if reader.is_sent_to(&located) { None } else { in_language(reader.language) };
        own.or_else(|| in_language(located.language)).or_else(|| in_language(DEFAULT))
    }

    /// The address of a file that is no page: of the one made for the reader's language, if there is one.
    pub(super) fn asset_for(&self, path: &RepoPath, reader: Reader) -> Option<Route> {
        let localized = self.languages.localized(path, reader.language);
        let localized = localized.and_then(|path| self.route_of_file(&path));
        let own = localized.or_else(|| self.route_of_file(path));
        own.or_else(|| self.languages.originals(path).find_map(|path| self.route_of_file(&path)))
    }
}

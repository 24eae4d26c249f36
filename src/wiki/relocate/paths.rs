//! Paths of files in texts that are no links: inclusions, chapters of decks and of `SUMMARY.md`, originals of translations.
//!
//! They name a file and nothing else, so they are mended first; what links lead to depends on them.

use super::{TextEdit, renames::Renames, scalar};
use crate::{
    base::{path::RepoPath, url::decode_path},
    parse::{expand, slides, targets},
    site::Site,
};

/// What an original may lack.
const PAGE_ENDINGS: [&str; 3] = ["", ".md", ".markdown"];

/// Which files were there before a move, and where they go.
pub(super) struct Paths<'a> {
    pub(super) before: &'a Site,
    pub(super) renames: &'a Renames,
    /// Where the site lies in its repository.
    pub(super) folder: &'a RepoPath,
}

impl Paths<'_> {
    /// What has to change in a file that had this path and text.
    pub(super) fn edits(&self, file: &RepoPath, text: &str) -> Vec<TextEdit> {
        let mut edits = Vec::new();
        if self.before.decks().get(file).is_some() {
            edits.extend(self.of_manifest(file, text));
        }
        if !file.is_markdown() {
            return edits;
        }
        if self.before.summary_files().iter().any(|(summary, _)| summary == file) {
            edits.extend(self.of_summary(file, text));
        }
        edits.extend(self.of_inclusions(file, text));
        if self.before.file(file).is_some_and(|file| file.front.translation_of.is_some()) {
            edits.extend(self.of_original(file, text));
        }
        if self.before.decks().using(file).next().is_some() {
            edits.extend(self.of_marks(text));
        }
        edits
    }

    fn is_there(&self, path: &RepoPath) -> bool {
        self.before.listing().entries.contains_key(path)
    }

    fn of_inclusions(&self, file: &RepoPath, text: &str) -> Vec<TextEdit> {
        let new = |path: &str| {
            let root = RepoPath::root();
            self.renames.reworded(path, file, &root, &[""], |path| self.is_there(path))
        };
        let found = expand::inclusions(text).into_iter();
        found.filter_map(|(range, path)| Some(TextEdit::new(range, new(path)?))).collect()
    }

    fn of_summary(&self, file: &RepoPath, text: &str) -> Vec<TextEdit> {
        let folder = file.parent().unwrap_or_default();
        let edit = |written: targets::Written| {
            let former = &text[written.range.clone()];
            let decoded = decode_path(former)?;
            let (path, rest) = decoded.split_at(decoded.find('#').unwrap_or(decoded.len()));
            let new = self.renames.reworded(path, file, &folder, &[""], |path| self.is_there(path))?;
            let new = targets::spelled(&new, written.form, former);
            Some(TextEdit::new(written.range, format!("{new}{rest}")))
        };
        targets::all_inline(text).into_iter().filter_map(edit).collect()
    }

    fn of_manifest(&self, file: &RepoPath, text: &str) -> Vec<TextEdit> {
        let is_path =
            |text: &str| [".md", ".markdown", ".yml", ".yaml"].iter().any(|end| text.ends_with(end));
        let edit = |scalar: scalar::Scalar| {
            let former = &text[scalar.range.clone()];
            let root = RepoPath::root();
            let is_there = |path: &RepoPath| self.is_there(path);
            let new = self.renames.reworded(&scalar.text, file, &root, &[""], is_there)?;
            Some(TextEdit::new(scalar.range.clone(), scalar::spelled(&new, former)))
        };
        let scalars = scalar::of_yaml(file, text).into_iter();
        scalars
            .filter(|scalar| is_path(&scalar.text) && !scalar.text.contains('\n'))
            .filter_map(edit)
            .collect()
    }

    fn of_original(&self, file: &RepoPath, text: &str) -> Vec<TextEdit> {
        let scalars = scalar::of_front_matter(file, text).into_iter();
        let named = scalars.filter(|scalar| {
            matches!(&scalar.keys[..], [key] if key.replace('_', "").eq_ignore_ascii_case("translationof"))
        });
        let edit = |scalar: scalar::Scalar| {
            let former = &text[scalar.range.clone()];
            let (root, is_there) = (self.before.content(), |path: &RepoPath| self.is_there(path));
            let reworded = |text: &str| self.renames.reworded(text, file, root, &PAGE_ENDINGS, is_there);
            // A path that leads nowhere from its own folder is seen from the content's.
            let from_root = || Some(reworded(&format!("/{}", scalar.text))?[1..].to_owned());
            let new = reworded(&scalar.text).or_else(from_root)?;
            Some(TextEdit::new(scalar.range.clone(), scalar::spelled(&new, former)))
        };
        named.filter_map(edit).collect()
    }

    /// `@@INCLUDE[path]` and `@@LINK[path]` of slides name files from the root of the repository.
    fn of_marks(&self, text: &str) -> Vec<TextEdit> {
        let new = |path: &str| {
            let old = RepoPath::new(path)?.relative_to(self.folder).and_then(RepoPath::new)?;
            let new = self.renames.new_path(&old);
            let new = if new == old { self.renames.new_folder(&old) } else { new };
            (new != old).then(|| self.folder.resolve(new.as_str())).flatten()
        };
        let found = slides::files_named(text).into_iter();
        found.filter_map(|(range, path)| Some(TextEdit::new(range, new(path)?.to_string()))).collect()
    }
}

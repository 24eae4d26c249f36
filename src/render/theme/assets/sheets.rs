//! [`Sheets`]: style sheets that an earlier process has written from the same files.
//!
//! What one looks like depends on the addresses of other files, and in circles of imports on who asked first. So all of them are known,
//! or none is.

use std::{collections::BTreeMap, sync::Arc};

use super::{KnownAssets, has_extension, inline, text};
use crate::{
    base::{
        config::Assets as AssetOptions,
        digest::{Digest, Print},
    },
    render::theme::files::ThemeFile,
};

/// Which part of a style sheet is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Part {
    /// All of it.
    Whole,
    /// The rules for what readers see first.
    FirstView,
}

/// The style sheets of a theme as they are written.
pub(super) struct Sheets<'f> {
    known: &'f KnownAssets,
    /// Names all that style sheets are made of.
    ground: Print,
    former: BTreeMap<(&'f str, Part), Arc<str>>,
}

impl<'f> Sheets<'f> {
    /// Those of a theme; `digests` are those of the bytes of its files.
    pub(super) fn of(
        files: &'f BTreeMap<String, ThemeFile>,
        digests: &BTreeMap<&str, Digest>,
        options: AssetOptions,
        known: &'f KnownAssets,
    ) -> Self {
        let ground = Print::of(&(digests, options));
        let mut sheets = Self { known, ground, former: BTreeMap::new() };
        let former = wanted(files, options).map(|key| Some((key, known.former(&sheets.key(key))?)));
        sheets.former = former.collect::<Option<_>>().unwrap_or_default();
        sheets
    }

    /// A part of a style sheet, if it is known.
    pub(super) fn former(&self, name: &'f str, part: Part) -> Option<Arc<str>> {
        let found = self.former.get(&(name, part))?;
        self.known.keep(self.key((name, part)), Arc::clone(found));
        Some(Arc::clone(found))
    }

    /// Keeps what was written for the next process.
    pub(super) fn keep(&self, name: &'f str, part: Part, written: Arc<str>) {
        self.known.keep(self.key((name, part)), written);
    }

    fn key(&self, key: (&str, Part)) -> Print {
        Print::of(&(self.ground, key))
    }
}

/// The parts that are written, unless one can't be read.
fn wanted(files: &BTreeMap<String, ThemeFile>, options: AssetOptions) -> impl Iterator<Item = (&str, Part)> {
    let sheets = files.iter().filter(|(name, _)| has_extension(name, &["css"]));
    sheets.flat_map(move |(name, file)| {
        let whole = super::is_rewritten(name, file, options).then_some(Part::Whole);
        let has_first_view = super::may_have_first_view(name, file, options)
            && text(file).is_ok_and(|text| inline::first_view(text).is_some());
        let parts = [whole, has_first_view.then_some(Part::FirstView)];
        parts.into_iter().flatten().map(move |part| (name.as_str(), part))
    })
}

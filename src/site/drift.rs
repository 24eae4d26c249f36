//! [`Drift`]: where a delivery and the chapters of today have gone apart; and which chapters no deck has.
//!
//! Only bytes are compared: a chapter that came back to what it was has not changed.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    base::{
        diagnostic::{Diagnostic, Place},
        path::RepoPath,
    },
    site::{Site, deck::Deck, pin::Pin},
};

/// How many files a problem names.
const MAX_NAMES: usize = 5;

/// The chapters of a deck that are not what they were in a commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drift {
    /// They have other bytes now.
    pub changed: Vec<RepoPath>,
    /// There are no such files any more.
    pub gone: Vec<RepoPath>,
    /// There were no such files then.
    pub new: Vec<RepoPath>,
}

impl Drift {
    /// Whether all is as it was.
    pub fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.gone.is_empty() && self.new.is_empty()
    }
}

impl Site {
    /// How the chapters of a deck differ from those that it is frozen to.
    pub fn drift(&self, deck: &Deck) -> Option<Drift> {
        deck.pin.as_ref().map(|pin| self.drift_from(deck, pin))
    }

    /// How the chapters of a deck differ from those of a commit.
    pub fn drift_from(&self, deck: &Deck, pin: &Pin) -> Drift {
        let mut drift = Drift::default();
        let chapters: BTreeSet<RepoPath> = deck.chapters().into_iter().collect();
        for path in chapters {
            let now = self.listing().entries.get(&path).map(|entry| entry.blob);
            match (pin.blob(&path), now) {
                (Some(then), Some(now)) if then != now => drift.changed.push(path),
                (Some(_), None) => drift.gone.push(path),
                (None, Some(_)) => drift.new.push(path),
                _ => {}
            }
        }
        drift
    }

    /// The chapters that no deck has, in order: Markdown files beside chapters, and all those below a folder of manifests
    /// whose Markdown files are mostly chapters. Others are pages.
    pub fn unused_chapters(&self) -> Vec<&RepoPath> {
        let used: BTreeSet<RepoPath> = self.decks().iter().flat_map(|deck| deck.chapters()).collect();
        let files = || self.listing().entries.keys().filter(|path| path.is_markdown());
        let is_workshop = |folder: &RepoPath| {
            let below = files().filter(|path| path.is_within(folder));
            let (chapters, others): (Vec<&RepoPath>, _) = below.partition(|path| used.contains(*path));
            chapters.len() >= others.len()
        };
        let manifests: BTreeSet<RepoPath> = self.decks().iter().map(|deck| deck.folder()).collect();
        let workshops: Vec<&RepoPath> = manifests.iter().filter(|folder| is_workshop(folder)).collect();
        let beside: BTreeSet<RepoPath> = used.iter().filter_map(RepoPath::parent).collect();
        let is_unused = |path: &&RepoPath| {
            let is_chapter = path.parent().is_some_and(|folder| beside.contains(&folder))
                || workshops.iter().any(|folder| path.is_within(folder));
            let is_page = ["README", "index"].iter().any(|name| path.stem().eq_ignore_ascii_case(name));
            is_chapter && !is_page && !used.contains(*path)
        };
        files().filter(is_unused).collect()
    }

    /// What has gone apart, for those who ask for all that is worth knowing: a note for each frozen deck, and one for each
    /// folder with chapters that no deck has.
    pub fn drift_diagnostics(&self) -> Vec<Diagnostic> {
        let frozen =
            self.decks().iter().filter_map(|deck| {
                let (pin, drift) = (deck.pin.as_ref()?, self.drift(deck)?);
                let apart: Vec<&RepoPath> = drift.changed.iter().chain(&drift.gone).collect();
                let message = match apart.len() {
                    0 => return None,
                    1 => format!("a chapter is not what it was in `{}`: {}", pin.rev(), names(&apart)),
                    n => format!("{n} chapters are not what they were in `{}`: {}", pin.rev(), names(&apart)),
                };
                let note = Diagnostic::note("drift", message).at(Place::file(&deck.path));
                Some(note.hint(
                    "`recto decks` lists what has changed since; remove `pin` to take the chapters of now",
                ))
            });
        let mut notes: Vec<Diagnostic> = frozen.collect();
        let mut unused: BTreeMap<RepoPath, Vec<&RepoPath>> = BTreeMap::new();
        for path in self.unused_chapters() {
            unused.entry(path.parent().unwrap_or_default()).or_default().push(path);
        }
        notes.extend(unused.into_values().filter_map(|paths| {
            let message = match paths.len() {
                1 => format!("{} is in no deck", names(&paths)),
                n => format!("{n} chapters are in no deck: {}", names(&paths)),
            };
            let place = Place::file(paths.first()?);
            Some(
                Diagnostic::note("unused-chapter", message)
                    .at(place)
                    .hint("`recto decks --unused` lists all"),
            )
        }));
        notes
    }
}

fn names(paths: &[&RepoPath]) -> String {
    let mut names: Vec<String> = paths.iter().take(MAX_NAMES).map(|path| format!("`{path}`")).collect();
    if paths.len() > MAX_NAMES {
        names.push(format!("and {} more", paths.len() - MAX_NAMES));
    }
    names.join(", ")
}

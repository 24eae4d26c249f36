//! Questions about decks: what a manifest says, and files of the repository that lie outside of the site.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use foldhash::HashMap;
use serde::{Deserialize, Serialize};

use super::{Ask, World, domain::Domain};
use crate::{
    base::{digest::BlobId, path::RepoPath},
    parse::{
        manifest::Manifest,
        slides::{self, Outline},
    },
    site::{pin::Pin, route::Route},
};

/// What the manifest of a deck says; `None` when there is no such deck.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DeckFacts(pub(in crate::render) RepoPath);

/// What is known of a deck before its chapters are read.
#[derive(Clone, Copy, Debug, Hash)]
pub(in crate::render) struct DeckValues<'w> {
    pub(in crate::render) manifest: &'w Manifest,
    pub(in crate::render) route: &'w Route,
    /// The commit that it is frozen to: what is read from there is always the same.
    pub(in crate::render) pin: Option<&'w Pin>,
}

impl Ask for DeckFacts {
    type Answer<'w> = Option<DeckValues<'w>>;

    const SHARED: bool = true;

    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w> {
        let deck = world.site.decks().get(&self.0)?;
        Some(DeckValues { manifest: &deck.manifest, route: &deck.route, pin: deck.pin.as_deref() })
    }
}

impl fmt::Display for DeckFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the manifest `{}`", self.0)
    }
}

/// The decks that a folder of pages shows; none when there is no such folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FolderDecks(pub(in crate::render) RepoPath);

/// What a list shows of a deck.
#[derive(Clone, Debug, Hash)]
pub(in crate::render) struct ListedDeck<'w> {
    pub(in crate::render) title: String,
    pub(in crate::render) name: &'w str,
    pub(in crate::render) subtitle: Option<&'w str>,
    pub(in crate::render) event: Option<&'w str>,
    pub(in crate::render) date: Option<&'w str>,
    pub(in crate::render) route: &'w Route,
}

impl Ask for FolderDecks {
    type Answer<'w> = Vec<ListedDeck<'w>>;

    const SHARED: bool = true;

    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w> {
        let site = &world.site;
        let Some(section) = site.sections().of_folder(&self.0) else { return Vec::new() };
        let decks = site.decks().iter().filter(|deck| deck.section(site) == Some(section));
        let listed = decks.map(|deck| ListedDeck {
            title: deck.manifest.title_or(deck.path.stem()),
            name: deck.path.stem(),
            subtitle: deck.manifest.subtitle.as_deref(),
            event: deck.manifest.event.as_deref(),
            date: deck.manifest.date.as_deref(),
            route: &deck.route,
        });
        listed.collect()
    }
}

impl fmt::Display for FolderDecks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the decks of the folder `{}`", self.0)
    }
}

/// The decks that show a chapter, those first that extend no other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ShownBy(pub(in crate::render) RepoPath);

impl Ask for ShownBy {
    type Answer<'w> = Vec<&'w RepoPath>;

    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w> {
        let decks = world.site.decks();
        let mut using: Vec<&RepoPath> = decks.using(&self.0).collect();
        let is_delivery =
            |path: &RepoPath| decks.get(path).is_some_and(|deck| deck.manifest.extends.is_some());
        using.sort_by_key(|path| is_delivery(path));
        using
    }
}

impl fmt::Display for ShownBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the decks that show `{}`", self.0)
    }
}

/// The outline of a chapter; `None` when there is no such file, or when it depends on the values of a deck. Who asks for it
/// asks for the files that it includes as well.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ChapterOutline(pub(in crate::render) RepoPath);

impl Ask for ChapterOutline {
    type Answer<'w> = Option<Arc<Outline>>;

    const SHARED: bool = true;

    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w> {
        world.outlines.get(world, &self.0).outline
    }

    fn domain(&self) -> Domain<'_> {
        Domain::Bytes(&self.0)
    }
}

impl fmt::Display for ChapterOutline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the title and the notes of `{}`", self.0)
    }
}

/// The outlines of chapters that were asked for.
#[derive(Default)]
pub(super) struct Outlines(Mutex<HashMap<RepoPath, OutlineOf>>);

/// What is known of a chapter's outline.
#[derive(Clone, Default)]
pub(super) struct OutlineOf {
    pub(super) outline: Option<Arc<Outline>>,
    /// Whether it is made of the bytes that the listing names.
    pub(super) is_settled: bool,
}

impl Outlines {
    pub(super) fn get(&self, world: &World, path: &RepoPath) -> OutlineOf {
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(outline) = known().get(path) {
            return outline.clone();
        }
        let outline = OutlineOf::read(world, path);
        known().entry(path.clone()).or_insert(outline).clone()
    }
}

impl OutlineOf {
    fn read(world: &World, path: &RepoPath) -> Self {
        let Some(entry) = world.site.listing().entries.get(path) else {
            return Self { outline: None, is_settled: true };
        };
        let Ok((bytes, is_settled)) = world.source.read_listed(path, entry) else { return Self::default() };
        let include = |path: &str| world.outside(path).map(|(_, text)| text);
        Self { outline: Outline::of(&slides::text_of(bytes), include).map(Arc::new), is_settled }
    }
}

/// A file of the repository: the id of its bytes, and its text.
pub(super) type OutsideText = (BlobId, Arc<str>);

/// The files of the repository that were asked for. Nearly all chapters of a workshop include the same few.
#[derive(Default)]
pub(super) struct Outsides(Mutex<HashMap<String, Option<OutsideText>>>);

impl Outsides {
    pub(super) fn get(&self, path: &str, read: impl FnOnce() -> Option<OutsideText>) -> Option<OutsideText> {
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known().get(path) {
            return found.clone();
        }
        let found = read();
        known().entry(path.to_owned()).or_insert(found).clone()
    }
}

/// Which bytes a file of the repository has, named from its root; it need not be a file of the site. `None` when there is
/// no such file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OutsideFile(pub(in crate::render) String);

impl Ask for OutsideFile {
    type Answer<'w> = Option<BlobId>;

    const SHARED: bool = true;

    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w> {
        world.outside_blob(&self.0)
    }
}

impl fmt::Display for OutsideFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the file `{}` of the repository", self.0)
    }
}

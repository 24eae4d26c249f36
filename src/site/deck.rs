//! [`Decks`]: the manifests of a site, each a deck with an address of its own.
//!
//! Only manifests are read here. The text of chapters is read when a deck is rendered: a deck depends on all of it anyway.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    base::{diagnostic::Diagnostic, digest::BlobId, path::RepoPath},
    parse::manifest::{self, Item, Kind, Manifest},
    site::{
        Site,
        addresses::below_content,
        delivery,
        file::{ReadText, SourceFiles},
        pin::Pin,
        route::Route,
        routes::BookPage,
        section::SectionId,
    },
    source::{Listing, Source},
};

/// The largest manifest, in bytes; larger files are data.
const MAX_BYTES: u64 = 1 << 20;

/// The viewer of remark workshops for single chapters.
const VIEWER: &str = "workshop.html";

/// A deck.
#[derive(Clone, Debug)]
pub struct Deck {
    /// Its manifest.
    pub path: RepoPath,
    /// Its address.
    pub route: Route,
    /// What the manifest says.
    pub manifest: Arc<Manifest>,
    /// What is wrong with the manifest.
    pub diagnostics: Vec<Diagnostic>,
    /// The commit that it is frozen to.
    pub pin: Option<Arc<Pin>>,
}

/// A file that was looked at: its bytes, and the deck that it makes.
#[derive(Clone, Debug)]
struct Seen {
    blob: BlobId,
    deck: Option<Arc<Deck>>,
}

/// All decks, in the order of their paths.
#[derive(Clone, Debug, Default)]
pub struct Decks {
    seen: BTreeMap<RepoPath, Seen>,
    /// The decks, each with all that it extends.
    all: BTreeMap<RepoPath, Arc<Deck>>,
    /// The decks that use a chapter, by its path.
    uses: BTreeMap<RepoPath, BTreeSet<RepoPath>>,
    /// The manifests that changed while they were read.
    pub(super) unsettled: Vec<RepoPath>,
}

impl Decks {
    /// Reads the manifests of a site whose files are listed; those that a former site read are not read again.
    pub(super) fn load(site: &Site, files: &SourceFiles<'_>, former: &Self) -> Self {
        let mut decks = Self::default();
        for (path, entry) in &site.listing.entries {
            if !is_candidate(site, path) || entry.size > MAX_BYTES {
                continue;
            }
            let known = former
                .seen
                .get(path)
                .filter(|seen| seen.blob == entry.blob && !former.unsettled.contains(path));
            let deck = match known {
                Some(seen) => seen.deck.clone(),
                None => {
                    let (deck, is_settled) = read(site, files, path);
                    if !is_settled {
                        decks.unsettled.push(path.clone());
                    }
                    deck.map(Arc::new)
                }
            };
            decks.seen.insert(path.clone(), Seen { blob: entry.blob, deck });
        }
        decks.all = decks.resolved(site, files, former);
        decks.uses = decks.uses();
        decks
    }

    /// The decks with what they extend put in.
    fn resolved(&self, site: &Site, files: &SourceFiles<'_>, former: &Self) -> BTreeMap<RepoPath, Arc<Deck>> {
        let read =
            self.seen.iter().filter_map(|(path, seen)| Some((path.clone(), Arc::clone(seen.deck.as_ref()?))));
        let read: BTreeMap<RepoPath, Arc<Deck>> = read.collect();
        let whole = |(path, deck): (&RepoPath, &Arc<Deck>)| {
            let mut problems = Vec::new();
            let pin = deck.manifest.pin.as_ref().and_then(|written| {
                let former = former.get(path).and_then(|deck| deck.pin.as_ref());
                let pin = Pin::open(files.source, &written.text, former);
                pin.map_err(|problem| problems.push((*problem, written.span.clone()))).ok()
            });
            let pinned = pin.as_ref().map(|pin| pin.bases(deck, &site.options.deck.overrides));
            let manifest = delivery::resolve(deck, pinned.as_ref().unwrap_or(&read));
            if pin.is_none() && problems.is_empty() && manifest.is_none() {
                return (path.clone(), Arc::clone(deck));
            }
            let mut deck = Deck { pin, ..Deck::clone(deck) };
            if let Some((manifest, others)) = manifest {
                deck.manifest = Arc::new(manifest);
                problems.extend(others);
            }
            let text = if problems.is_empty() { String::new() } else { files.page_text(path).text };
            let placed = problems.into_iter();
            deck.diagnostics
                .extend(placed.map(|(problem, span)| problem.at(manifest::place(path, &text, &span))));
            (path.clone(), Arc::new(deck))
        };
        read.iter().map(whole).collect()
    }

    fn uses(&self) -> BTreeMap<RepoPath, BTreeSet<RepoPath>> {
        let mut uses: BTreeMap<RepoPath, BTreeSet<RepoPath>> = BTreeMap::new();
        // Frozen ones have the chapters of another commit.
        for deck in self.iter().filter(|deck| deck.pin.is_none()) {
            for chapter in deck.chapters() {
                uses.entry(chapter).or_default().insert(deck.path.clone());
            }
        }
        uses
    }

    /// All decks.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Deck>> {
        self.all.values()
    }

    /// The deck of a manifest.
    pub fn get(&self, path: &RepoPath) -> Option<&Arc<Deck>> {
        self.all.get(path)
    }

    /// The chapters that the viewer of remark workshops can show one by one, where there is one beside the manifests, each
    /// with the last deck that uses it.
    pub(super) fn fragments<'d>(
        &'d self,
        listing: &'d Listing,
    ) -> impl Iterator<Item = (&'d RepoPath, RepoPath)> {
        self.uses.iter().filter_map(|(chapter, decks)| {
            let has_viewer = |deck: &&RepoPath| {
                listing.entries.contains_key(&deck.parent().unwrap_or_default().join(VIEWER))
            };
            let deck = decks.iter().rev().find(has_viewer)?;
            listing.entries.contains_key(chapter).then(|| (deck, chapter.clone()))
        })
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// The manifests that are frozen to a commit that is now another one, as their `pin` says, or that is gone.
    pub(super) fn moved_pins(&self, source: &dyn Source) -> Vec<RepoPath> {
        let pins = self.pins();
        let moved: BTreeSet<&String> = pins
            .iter()
            .filter(|(rev, commit)| commit_of(source, rev) != **commit)
            .map(|(rev, _)| rev)
            .collect();
        let is_moved = |deck: &&Arc<Deck>| {
            deck.manifest.pin.as_ref().is_some_and(|written| moved.contains(&written.text))
        };
        self.iter().filter(is_moved).map(|deck| deck.path.clone()).collect()
    }

    /// What `pin` says in manifests, each with the commit that it names.
    pub fn pins(&self) -> BTreeMap<String, Option<String>> {
        let pins = self.iter().filter_map(|deck| {
            let commit = deck.pin.as_ref().map(|pin| pin.commit().to_owned());
            Some((deck.manifest.pin.as_ref()?.text.clone(), commit))
        });
        pins.collect()
    }

    /// The decks that use a chapter as it is now.
    pub fn using(&self, chapter: &RepoPath) -> impl Iterator<Item = &RepoPath> {
        self.uses.get(chapter).into_iter().flatten()
    }
}

impl Deck {
    /// The pages of a site that it belongs to: those of its folder, or of the nearest above that has pages.
    pub fn section(&self, site: &Site) -> Option<SectionId> {
        let mut folder = Some(site.languages().locate_folder(&self.folder()).key);
        while let Some(current) = folder {
            if let Some(section) = site.sections().of_folder(&current) {
                return Some(section);
            }
            folder = current.parent();
        }
        None
    }

    /// The manifest that it extends.
    pub(super) fn base(&self) -> Option<RepoPath> {
        self.folder().resolve(&self.manifest.extends.as_ref()?.text)
    }

    /// The folder that its chapters are named from.
    pub fn folder(&self) -> RepoPath {
        self.path.parent().unwrap_or_default()
    }

    /// The address of one of its pages for trainees: `/kube.workbook.html` beside `/kube.yml.html`.
    pub fn book_route(&self, page: BookPage) -> Route {
        book_route(&self.route, page)
    }

    /// The files of its chapters, in order, whether they are there or not.
    pub fn chapters(&self) -> Vec<RepoPath> {
        let folder = self.folder();
        let mut chapters = Vec::new();
        each_item(&self.manifest.content, &mut |item| {
            if let Kind::Chapter(path) = &item.kind {
                chapters.extend(folder.resolve(path));
            }
        });
        chapters
    }
}

/// The commit that a revision names.
pub fn commit_of(source: &dyn Source, rev: &str) -> Option<String> {
    source.at_revision(rev).ok()?.commit().map(str::to_owned)
}

/// The address of one of the pages for trainees of the deck at an address.
pub fn book_route(deck: &Route, page: BookPage) -> Route {
    let path = deck.as_str().trim_end_matches(".html");
    let path = path.rsplit_once('.').map_or(path, |(path, _)| path);
    Route::new(&format!("{path}.{}.html", page.name()))
}

/// Visits the items of a deck that are no parts, in order.
pub fn each_item<'m>(items: &'m [Item], visit: &mut impl FnMut(&'m Item)) {
    for item in items {
        match &item.kind {
            Kind::Part { items, .. } => each_item(items, visit),
            _ => visit(item),
        }
    }
}

/// Whether a file can be a manifest, by its name.
pub(super) fn is_candidate(site: &Site, path: &RepoPath) -> bool {
    path.extension().is_some_and(|ext| ext == "yml" || ext == "yaml") && site.is_content(path)
}

/// Whether other bytes of a file can make, change or take away a deck.
pub(super) fn concerns(site: &Site, files: &SourceFiles<'_>, path: &RepoPath) -> bool {
    is_candidate(site, path)
        && (site.decks.get(path).is_some() || manifest::may_be_manifest(&files.page_text(path).text))
}

fn read(site: &Site, files: &SourceFiles<'_>, path: &RepoPath) -> (Option<Deck>, bool) {
    let ReadText { text, mut diagnostics, is_settled } = files.page_text(path);
    let parsed = manifest::parse(path, &text, &site.options.deck.overrides);
    let deck = parsed.map(|(manifest, problems)| {
        diagnostics.extend(problems);
        let address = format!("/{}.html", below_content(site, path));
        Deck {
            path: path.clone(),
            route: Route::new(&address),
            manifest: Arc::new(manifest),
            diagnostics,
            pin: None,
        }
    });
    (deck, is_settled)
}

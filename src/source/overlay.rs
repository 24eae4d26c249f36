//! [`Overlay`]: a source with other files in the place of some: what a draft would look like, or a move.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    base::{digest::BlobId, path::RepoPath},
    source::{Entry, Listing, ListingOptions, Source, SourceError, Tree},
};

/// What lies over a file of another source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Laid {
    /// These bytes.
    Bytes(Vec<u8>),
    /// What is at another path below.
    From(RepoPath),
    /// Nothing: the file is gone.
    Nothing,
}

/// A source with some files that have other bytes, are new, or are gone.
pub struct Overlay {
    under: Arc<dyn Source>,
    files: BTreeMap<RepoPath, Laid>,
}

impl Overlay {
    /// Lays the bytes of a file over a source.
    pub fn new(under: Arc<dyn Source>, path: RepoPath, bytes: Vec<u8>) -> Self {
        Self::of(under, BTreeMap::from([(path, Laid::Bytes(bytes))]))
    }

    /// Lays files over a source.
    pub fn of(under: Arc<dyn Source>, files: BTreeMap<RepoPath, Laid>) -> Self {
        Self { under, files }
    }

    /// The listing of it, if that of the source below is `listing`.
    pub fn laid_over(&self, listing: &Listing) -> Listing {
        let mut laid = listing.clone();
        for (path, file) in &self.files {
            let entry = match file {
                Laid::Nothing => None,
                Laid::From(other) => listing.entries.get(other).cloned(),
                Laid::Bytes(bytes) => {
                    Some(Entry { blob: BlobId::of(bytes), size: bytes.len() as u64, link_to: None })
                }
            };
            match entry {
                Some(entry) => drop(laid.entries.insert(path.clone(), entry)),
                None => drop(laid.entries.remove(path)),
            }
        }
        laid
    }
}

impl Source for Overlay {
    fn listing(&self, options: &ListingOptions) -> Result<Listing, SourceError> {
        Ok(self.laid_over(&self.under.listing(options)?))
    }

    fn read(&self, path: &RepoPath) -> Result<Vec<u8>, SourceError> {
        match self.files.get(path) {
            None => self.under.read(path),
            Some(Laid::Bytes(bytes)) => Ok(bytes.clone()),
            Some(Laid::From(other)) => self.under.read(other),
            Some(Laid::Nothing) => Err(SourceError::not_found(path)),
        }
    }

    fn read_listed(&self, path: &RepoPath, entry: &Entry) -> Result<(Vec<u8>, bool), SourceError> {
        match self.files.get(path) {
            None => self.under.read_listed(path, entry),
            Some(Laid::From(other)) => self.under.read_listed(other, entry),
            Some(Laid::Bytes(_) | Laid::Nothing) => Ok((self.read(path)?, true)),
        }
    }

    fn at_revision(&self, rev: &str) -> Result<Tree, SourceError> {
        self.under.at_revision(rev)
    }

    fn is_fixed(&self) -> bool {
        self.under.is_fixed()
    }
}

//! [`Overlay`]: a source with another text in the place of one file: what a draft would look like.

use std::sync::Arc;

use crate::{
    base::{digest::BlobId, path::RepoPath},
    source::{Entry, Listing, ListingOptions, Source, SourceError, Tree},
};

/// A source with one file that has other bytes, or that is new.
pub struct Overlay {
    under: Arc<dyn Source>,
    path: RepoPath,
    bytes: Vec<u8>,
}

impl Overlay {
    /// Lays the bytes of a file over a source.
    pub fn new(under: Arc<dyn Source>, path: RepoPath, bytes: Vec<u8>) -> Self {
        Self { under, path, bytes }
    }
}

impl Source for Overlay {
    fn listing(&self, options: &ListingOptions) -> Result<Listing, SourceError> {
        let mut listing = self.under.listing(options)?;
        let entry = Entry { blob: BlobId::of(&self.bytes), size: self.bytes.len() as u64, link_to: None };
        listing.entries.insert(self.path.clone(), entry);
        Ok(listing)
    }

    fn read(&self, path: &RepoPath) -> Result<Vec<u8>, SourceError> {
        if *path == self.path { Ok(self.bytes.clone()) } else { self.under.read(path) }
    }

    fn at_revision(&self, rev: &str) -> Result<Tree, SourceError> {
        self.under.at_revision(rev)
    }

    fn is_fixed(&self) -> bool {
        self.under.is_fixed()
    }
}

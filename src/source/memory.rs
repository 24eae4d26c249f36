//! [`Memory`]: a source without a disk, for tests and previews.
//!
//! It lists by the same rules as a commit: everything counts as tracked.

use std::collections::BTreeMap;

use crate::{
    base::{digest::BlobId, path::RepoPath},
    source::{
        Entry, Listing, ListingOptions, Source, SourceError,
        ignore::{GitRules, Rules, Scope},
        links,
        walk::{Child, Kind, Raw, walk},
    },
};

/// A tree of files in memory.
///
/// `Memory::new().file("index.md", "# Hello")` is a site.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    folders: BTreeMap<RepoPath, BTreeMap<String, Node>>,
}

#[derive(Clone, Debug)]
enum Node {
    File(Vec<u8>),
    Link(String),
    Folder,
}

impl Memory {
    /// A tree without files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds or replaces a file.
    ///
    /// # Panics
    /// When `path` is not in normal form.
    #[must_use]
    pub fn file(self, path: &str, bytes: impl AsRef<[u8]>) -> Self {
        self.with(path, Node::File(bytes.as_ref().to_vec()))
    }

    /// Adds or replaces a symbolic link.
    ///
    /// # Panics
    /// When `path` is not in normal form.
    #[must_use]
    pub fn link(self, path: &str, target: &str) -> Self {
        self.with(path, Node::Link(target.to_owned()))
    }

    /// Takes a file or link away; nothing happens when there is none.
    #[must_use]
    pub fn without(mut self, path: &RepoPath) -> Self {
        if let Some(names) = path.parent().and_then(|folder| self.folders.get_mut(&folder))
            && !matches!(names.get(path.file_name()), Some(Node::Folder))
        {
            names.remove(path.file_name());
        }
        self
    }

    fn with(mut self, path: &str, node: Node) -> Self {
        let path = RepoPath::new(path).filter(|path| !path.is_root()).expect("a path in normal form");
        let mut next = Some((path, node));
        while let Some((path, node)) = next.take() {
            let Some(folder) = path.parent() else { break };
            let is_known = self.folders.contains_key(&folder);
            self.folders.entry(folder.clone()).or_default().insert(path.file_name().to_owned(), node);
            if !is_known && !folder.is_root() {
                next = Some((folder, Node::Folder));
            }
        }
        self
    }

    fn node(&self, path: &RepoPath) -> Option<&Node> {
        self.folders.get(&path.parent()?)?.get(path.file_name())
    }
}

impl Source for Memory {
    fn is_fixed(&self) -> bool {
        true
    }

    fn listing(&self, options: &ListingOptions) -> Result<Listing, SourceError> {
        let rules = Rules::new(options, GitRules::AllTracked);
        let walked = walk(self, &rules, Scope::default())?;
        Ok(Listing::assemble(walked.files.into_iter().map(Ok).collect(), &walked.links, walked.diagnostics))
    }

    fn read(&self, path: &RepoPath) -> Result<Vec<u8>, SourceError> {
        let link_at = |path: &RepoPath| match self.node(path) {
            Some(Node::Link(target)) => Ok::<_, SourceError>(Some(target.clone())),
            _ => Ok(None),
        };
        match links::resolve(path, link_at)?.map(|target| self.node(&target)) {
            Ok(Some(Node::File(bytes))) => Ok(bytes.clone()),
            _ => Err(SourceError::not_found(path)),
        }
    }
}

impl Raw for Memory {
    type File = Entry;

    fn children(&self, folder: &RepoPath) -> Result<Vec<Child<Entry>>, SourceError> {
        let names = self.folders.get(folder).into_iter().flatten();
        let child = |(name, node): (&String, &Node)| {
            let kind = match node {
                Node::File(bytes) => {
                    Kind::File(Entry { blob: BlobId::of(bytes), size: bytes.len() as u64, link_to: None })
                }
                Node::Link(target) => Kind::Link(target.clone()),
                Node::Folder => Kind::Folder,
            };
            Child { name: name.as_bytes().into(), kind }
        };
        Ok(names.map(child).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> RepoPath {
        RepoPath::new(text).expect("a normal path")
    }

    #[test]
    fn files_are_listed_and_read() {
        let memory = Memory::new().file("b/c/a.md", "x").file("a.md", "hello\n").file("a.md", "x");
        let listing = memory.listing(&ListingOptions::default()).expect("memory can be listed");
        assert_eq!(listing.entries.keys().map(RepoPath::as_str).collect::<Vec<_>>(), ["a.md", "b/c/a.md"]);
        assert_eq!(memory.read(&path("a.md")).expect("a file"), b"x");
        assert!(matches!(memory.read(&path("b/c")), Err(SourceError::NotFound { .. })));
        assert_eq!(memory.read_if_present(&path("none")).expect("no error"), None);
        let fewer = memory.without(&path("a.md")).without(&path("b")).without(&path("none"));
        let listing = fewer.listing(&ListingOptions::default()).expect("memory can be listed");
        assert_eq!(listing.entries.len(), 1);
    }
}

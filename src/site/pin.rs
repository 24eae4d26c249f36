//! [`Pin`]: the commit that a delivery is frozen to. Its chapters, and the manifest that it extends, are those of that
//! commit, whatever becomes of them later.
//!
//! A commit never changes, so its id stands for all that is read from it.

use std::{
    collections::BTreeMap,
    hash::{Hash, Hasher},
    sync::Arc,
};

use crate::{
    base::{diagnostic::Diagnostic, digest::BlobId, path::RepoPath},
    parse::manifest::{self, Manifest},
    site::deck::Deck,
    source::{Source, Tree},
};

/// How many manifests can extend each other in a row.
pub(super) const MAX_EXTENDED: usize = 8;

/// A commit of the site's repository, as the site was in it.
#[derive(Debug)]
pub struct Pin {
    rev: String,
    commit: String,
    tree: Tree,
}

impl Hash for Pin {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.commit.hash(state);
    }
}

impl Pin {
    /// The commit that a manifest names; `former` is taken when it is the same.
    pub fn open(
        source: &dyn Source,
        rev: &str,
        former: Option<&Arc<Self>>,
    ) -> Result<Arc<Self>, Box<Diagnostic>> {
        let missing = |cause: String, hint: Option<String>| {
            let problem =
                Diagnostic::error("bad-pin", format!("{cause}, so the deck is built of what there is now"));
            Box::new(problem.hint_opt(hint))
        };
        let tree = source.at_revision(rev).map_err(|error| missing(error.to_string(), error.hint()))?;
        let Some(commit) = tree.commit().map(str::to_owned) else {
            return Err(missing(format!("`{rev}` is no commit"), None));
        };
        let same = former.filter(|former| former.commit == commit && former.rev == rev);
        Ok(same.map_or_else(|| Arc::new(Self { rev: rev.to_owned(), commit, tree }), Arc::clone))
    }

    /// What the manifest says: a tag, a branch or a commit.
    pub fn rev(&self) -> &str {
        &self.rev
    }

    /// The id of the commit, in hexadecimal.
    pub fn commit(&self) -> &str {
        &self.commit
    }

    /// The id of the bytes that a file of the site had.
    pub fn blob(&self, path: &RepoPath) -> Option<BlobId> {
        self.tree.blob(path)
    }

    /// The bytes that a file of the site had.
    pub fn bytes(&self, path: &RepoPath) -> Option<Vec<u8>> {
        self.tree.read(path).ok()
    }

    /// The text of a file of the repository, named from its root, with the id of its bytes.
    pub fn outside(&self, path: &str) -> Option<(BlobId, Arc<str>)> {
        let path = RepoPath::root().resolve(path).filter(|path| !path.is_root())?;
        let text = String::from_utf8(self.tree.read_outside(&path)?).ok()?;
        Some((BlobId::of(text.as_bytes()), Arc::from(text)))
    }

    /// The manifests that a deck extends, as they were.
    pub(super) fn bases(
        &self,
        deck: &Deck,
        overrides: &BTreeMap<String, String>,
    ) -> BTreeMap<RepoPath, Arc<Deck>> {
        let mut found = BTreeMap::new();
        let mut next = deck.base();
        while let Some(path) =
            next.take().filter(|path| !found.contains_key(path) && found.len() < MAX_EXTENDED)
        {
            let Some(manifest) = self.manifest(&path, overrides) else { break };
            let base = Deck { path: path.clone(), manifest: Arc::new(manifest), ..deck.clone() };
            next = base.base();
            found.insert(path, Arc::new(base));
        }
        found
    }

    fn manifest(&self, path: &RepoPath, overrides: &BTreeMap<String, String>) -> Option<Manifest> {
        let text = String::from_utf8(self.bytes(path)?).ok()?;
        // What is wrong with it can't be mended any more.
        manifest::parse(path, &text, overrides).map(|(manifest, _)| manifest)
    }
}

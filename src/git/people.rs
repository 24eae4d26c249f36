//! [`People`]: by which names and addresses authors go, as the `.mailmap` of a commit says.

use git2::{Mailmap, Oid, Repository, Signature, Time};

use crate::{
    base::path::RepoPath,
    git::{Author, CommitId, GitError, Pool, Store, StoredCommit, trees::Trees},
};

/// Says who goes by which names.
const MAILMAP_FILE: &str = ".mailmap";

/// Knows authors by the names that they want to go by.
#[derive(Default)]
pub struct People {
    mailmap: Option<Mailmap>,
    /// The blob of the mailmap, in hexadecimal.
    pub(super) id: Option<String>,
}

impl People {
    /// Those of a commit. The mailmap of the user's own configuration would make another site of the same commit.
    pub(super) fn read(pool: &Pool, repository: &Repository, head: Oid) -> Self {
        let read = || {
            let root = pool.root(repository, head).ok()?;
            let file =
                Trees::new(repository, &pool.trees).ok()?.row(root, &RepoPath::root().join(MAILMAP_FILE));
            let blob = repository.find_blob(file.ok()??.id).ok()?;
            let text = std::str::from_utf8(blob.content()).ok();
            let mailmap = text.and_then(|text| Mailmap::from_buffer(text).ok());
            Some(Self { mailmap, id: Some(blob.id().to_string()) })
        };
        read().unwrap_or_default()
    }

    /// An author as they want to be called.
    pub fn of(&self, author: &Author) -> Author {
        let known = self.mailmap.as_ref().and_then(|mailmap| {
            let signature = Signature::new(&author.name, &author.email, &Time::new(0, 0)).ok()?;
            mailmap.resolve_signature(&signature).ok().map(|known| Author::of(&known))
        });
        known.unwrap_or_else(|| author.clone())
    }

    /// A commit with its author as they want to be called.
    pub fn named(&self, commit: StoredCommit) -> StoredCommit {
        StoredCommit { author: self.of(&commit.author), ..commit }
    }
}

impl Store {
    /// By which names authors go as of a commit.
    pub fn people(&self, head: CommitId) -> Result<People, GitError> {
        self.pool.with(|repository| Ok(People::read(&self.pool, repository, head.oid())))
    }
}

//! The wiki: editing a site as operations on its repository. No HTTP.
//!
//! Each operation takes an [`Actor`], who does it, and what that one wants; it gives a value or a [`WikiError`]. Whatever
//! changes something goes one way ([`save`]): edits of paths are merged with the head, become one commit, and the branch is
//! moved to it if it is where it was; else all is done again with the new head. The [`Engine`] follows the branch, so a
//! commit that is made here is seen no sooner and no later than one that is pushed.
//!
//! Texts that are not in the branch, drafts and the losing side of a conflict, are [`drafts`]. What was before is [`past`]. Who wants
//! to know of each commit listens to [`changes`].

pub mod changes;
pub mod diff;
pub mod drafts;
pub mod list;
pub mod merge;
pub mod name;
pub mod names;
pub mod past;
pub mod relocate;
pub mod remove;
pub mod rights;
pub mod save;
pub mod search;
pub mod templates;
pub mod undelete;
pub mod upload;

mod error;
mod follow;
mod health;
#[cfg(test)]
mod random_tests;
mod slides;
mod tally;
#[cfg(test)]
mod tests;
pub mod valid;
mod view;

use std::{
    io,
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use crate::{
    base::path::RepoPath,
    engine::{AskHistory, CommitFeed, Engine, EngineOptions, Feed, Signal},
    git::{CommitId, Head, People, PushWatch, Store, packing::Packer},
    source::Tree,
};

use self::{
    changes::Changes,
    drafts::Drafts,
    past::{at::PastSites, keeper::Keeper},
};
pub use self::{
    error::WikiError,
    rights::{Action, Actor, Rights},
    save::{Change, Conflict, Outcome, Save, Saved},
    tally::Tally,
    view::{File, FileKind, Preview},
};

/// How long a save waits until its page is shown.
const SHOW_PATIENCE: Duration = Duration::from_secs(10);

/// A site that can be edited.
pub struct Wiki {
    store: Arc<Store>,
    engine: Engine,
    signal: Arc<Signal>,
    drafts: Drafts,
    saves: tally::Counter,
    past: Arc<Keeper>,
    past_sites: PastSites,
    changes: Arc<Changes>,
    finder: Mutex<search::SeenFinder>,
    packer: OnceLock<Packer>,
    push_watch: OnceLock<PushWatch>,
}

impl Wiki {
    /// Reads the site of the branch that is checked out, and begins to follow it.
    pub fn start(store: Arc<Store>, mut options: EngineOptions) -> Result<Self, WikiError> {
        let commit = store.head()?.commit;
        let past = Arc::new(Keeper::start(store.clone()));
        options.history = followed(options.history, store.clone(), past.clone());
        let tree = Arc::new(Tree::of_commit(&store, commit)?);
        let signal = Arc::new(Signal::default());
        let drafts = Drafts::new(store.git_dir());
        let feed = {
            let (store, signal, tree) = (store.clone(), signal.clone(), tree.clone());
            move || Some(Box::new(CommitFeed::new(store, signal, tree, commit)) as Box<dyn Feed>)
        };
        let changes = Changes::follow(store.clone(), signal.clone(), commit);
        let engine = Engine::start(tree, options, feed)?;
        let (saves, past_sites) = (tally::Counter::default(), PastSites::default());
        let (finder, packer, push_watch) = (Mutex::default(), OnceLock::new(), OnceLock::new());
        Ok(Self {
            store,
            engine,
            signal,
            drafts,
            saves,
            past,
            past_sites,
            changes,
            finder,
            packer,
            push_watch,
        })
    }

    /// Has the `git` program pack the repository now and then, from now on.
    pub fn keep_packed(&self) -> io::Result<()> {
        let packer = Packer::start(self.store.common_dir())?;
        // It was begun before.
        let _ = self.packer.set(packer);
        Ok(())
    }

    /// Brings the work tree back to the branch when a push has changed it and was refused, from now on.
    pub fn keep_work_tree(&self) -> io::Result<()> {
        if !self.store.is_bare() {
            let _ = self.push_watch.set(PushWatch::start(self.store.clone())?);
        }
        Ok(())
    }

    /// The site as readers see it.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The repository.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Texts that are not in the branch.
    pub fn drafts(&self) -> &Drafts {
        &self.drafts
    }

    /// How many saves there were, and how they ended.
    pub fn tally(&self) -> Tally {
        self.saves.tally(self.signal.n_heads_seen())
    }

    /// The branch and its last commit.
    pub fn head(&self) -> Result<Head, WikiError> {
        Ok(self.store.head()?)
    }

    /// By which names authors go as of the head.
    fn people(&self) -> Result<People, WikiError> {
        let head = self.store.head()?.commit;
        Ok(head.map(|head| self.store.people(head)).transpose()?.unwrap_or_default())
    }

    /// Waits until the branch is shown as it is now; false when that takes too long.
    pub fn show(&self) -> bool {
        self.signal.wait_shown(self.signal.tell(), SHOW_PATIENCE)
    }

    /// The bytes of a file of a commit. A symbolic link has none that anybody could edit.
    fn bytes(&self, commit: CommitId, path: &RepoPath) -> Result<Option<Vec<u8>>, WikiError> {
        match self.store.file(commit, path)? {
            Some(file) if file.is_link() => Err(WikiError::Link { path: path.clone() }),
            Some(file) => Ok(Some(self.store.blob(file.blob)?)),
            None => Ok(None),
        }
    }

    /// The same for somebody who deletes it: a symbolic link is the target that is stored for it.
    fn stored_bytes(&self, commit: CommitId, path: &RepoPath) -> Result<Option<Vec<u8>>, WikiError> {
        let file = self.store.file(commit, path)?;
        Ok(file.map(|file| self.store.blob(file.blob)).transpose()?)
    }
}

/// The history of pages is asked for whenever the branch has moved: a good time to learn what moved it.
fn followed(history: Arc<AskHistory>, store: Arc<Store>, past: Arc<Keeper>) -> Arc<AskHistory> {
    Arc::new(move |known| {
        if let Ok(Head { commit: Some(commit), .. }) = store.head() {
            past.follow(commit);
        }
        history(known)
    })
}

/// Where what only this server knows is kept, in the Git folder.
const SECRET: &str = "recto/secret";

impl Wiki {
    /// What only this wiki knows, the same after a restart: made when it is first asked for.
    pub fn secret(&self) -> Result<String, WikiError> {
        let path = self.store.git_dir().join(SECRET);
        let disk = |cause| WikiError::Disk { path: path.clone(), cause };
        if let Ok(secret) = std::fs::read_to_string(&path)
            && secret.len() == SECRET_LEN
        {
            return Ok(secret);
        }
        let random = || std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), 0);
        let secret: String = (0..SECRET_LEN / 16).map(|_| format!("{:016x}", random())).collect();
        let folder = path.parent().ok_or_else(|| disk(std::io::Error::other("it has no folder")))?;
        std::fs::create_dir_all(folder).map_err(disk)?;
        // Made with permissions for its owner only.
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(disk)?;
        std::io::Write::write_all(&mut file, secret.as_bytes()).map_err(disk)?;
        file.persist(&path).map_err(|error| disk(error.error))?;
        Ok(secret)
    }
}

/// How many digits the secret has.
const SECRET_LEN: usize = 32;

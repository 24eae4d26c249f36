//! [`RefWatch`]: says when a branch of a repository may have moved. [`RefPlaces`] is where that is written.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use notify::{Config, Event, RecommendedWatcher, RecursiveMode, Watcher};

use super::{POLL_EVERY, far_file_system, is_read};

/// The folder of branches and tags.
const REFS_FOLDER: &str = "refs";
/// The files beside it that name commits, or those that a clone has no parents of.
const REF_FILES: [&str; 3] = ["HEAD", "packed-refs", "shallow"];

/// Where a repository writes which commits its branches are at, and which one is checked out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RefPlaces {
    git_dir: PathBuf,
    common_dir: PathBuf,
    refs: PathBuf,
}

impl RefPlaces {
    /// The places of a work tree with a Git folder, in a repository with a common one.
    pub(super) fn new(git_dir: &Path, common_dir: &Path) -> Self {
        let refs = common_dir.join(REFS_FOLDER);
        Self { git_dir: git_dir.to_path_buf(), common_dir: common_dir.to_path_buf(), refs }
    }

    /// Where what belongs to the work tree is written.
    pub(super) fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// The folders to watch, and whether with all that is below them.
    pub(super) fn folders(&self) -> impl Iterator<Item = (&Path, RecursiveMode)> {
        let own = (self.git_dir != self.common_dir).then_some((&*self.git_dir, RecursiveMode::NonRecursive));
        [(&*self.refs, RecursiveMode::Recursive), (&*self.common_dir, RecursiveMode::NonRecursive)]
            .into_iter()
            .chain(own)
    }

    /// The name of a file that is right in a folder of Git.
    pub(super) fn file_name<'p>(&self, path: &'p Path) -> Option<&'p str> {
        let folder = path.parent()?;
        let name = path.file_name()?.to_str()?;
        (folder == self.git_dir || folder == self.common_dir).then_some(name)
    }

    /// Whether something at a path means that a branch may be at another commit, or another one is checked out.
    pub(super) fn concern(&self, path: &Path) -> bool {
        let is_lock = path.extension().is_some_and(|extension| extension == "lock");
        let is_file = || self.file_name(path).is_some_and(|name| REF_FILES.contains(&name));
        !is_lock && (path.starts_with(&self.refs) || is_file())
    }
}

/// Watches the branches of a repository.
pub struct RefWatch {
    /// `None` when branches have to be looked at now and then instead.
    watcher: Option<RecommendedWatcher>,
    trouble: Option<String>,
}

impl RefWatch {
    /// Begins to watch; `tell` is called whenever a branch may have moved, or another one is checked out.
    pub fn new(git_dir: &Path, common_dir: &Path, tell: impl Fn() + Send + 'static) -> Self {
        if let Some(kind) = far_file_system(common_dir) {
            return Self::without(&format!("the repository is on a file system of the kind `{kind}`"));
        }
        let places = RefPlaces::new(git_dir, common_dir);
        let told = places.clone();
        let on_event = move |event: notify::Result<Event>| {
            let is_news = match event {
                Ok(event) => {
                    event.need_rescan()
                        || !is_read(event.kind) && event.paths.iter().any(|path| told.concern(path))
                }
                Err(_) => true,
            };
            if is_news {
                tell();
            }
        };
        let watched = RecommendedWatcher::new(on_event, Config::default()).and_then(|mut watcher| {
            for (folder, mode) in places.folders() {
                watcher.watch(folder, mode)?;
            }
            Ok(watcher)
        });
        match watched {
            Ok(watcher) => Self { watcher: Some(watcher), trouble: None },
            Err(error) => Self::without(&error.to_string()),
        }
    }

    fn without(cause: &str) -> Self {
        let trouble =
            format!("{cause}, so commits of others are looked for every {} s", POLL_EVERY.as_secs());
        Self { watcher: None, trouble: Some(trouble) }
    }

    /// How often to look at the branches; `None` when the system tells.
    pub fn poll_every(&self) -> Option<Duration> {
        self.watcher.is_none().then_some(POLL_EVERY)
    }

    /// Why the branches have to be looked at, the first time this is asked.
    pub fn trouble(&mut self) -> Option<String> {
        self.trouble.take()
    }
}

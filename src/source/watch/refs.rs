//! [`RefWatch`]: says when a branch of a repository may have moved.

use std::{path::Path, time::Duration};

use notify::{Config, Event, RecommendedWatcher, RecursiveMode, Watcher};

use super::{POLL_EVERY, far_file_system, is_read};

/// The folder of branches and tags.
const REFS_FOLDER: &str = "refs";
/// The files beside it that name commits.
const REF_FILES: [&str; 2] = ["HEAD", "packed-refs"];

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
        let refs = common_dir.join(REFS_FOLDER);
        let concerns = {
            let refs = refs.clone();
            move |path: &Path| {
                let is_lock = path.extension().is_some_and(|extension| extension == "lock");
                let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
                !is_lock && (path.starts_with(&refs) || REF_FILES.contains(&name))
            }
        };
        let on_event = move |event: notify::Result<Event>| {
            let is_news = match event {
                Ok(event) => {
                    event.need_rescan()
                        || !is_read(event.kind) && event.paths.iter().any(|path| concerns(path))
                }
                Err(_) => true,
            };
            if is_news {
                tell();
            }
        };
        let watched = RecommendedWatcher::new(on_event, Config::default()).and_then(|mut watcher| {
            watcher.watch(&refs, RecursiveMode::Recursive)?;
            watcher.watch(common_dir, RecursiveMode::NonRecursive)?;
            if git_dir != common_dir {
                watcher.watch(git_dir, RecursiveMode::NonRecursive)?;
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

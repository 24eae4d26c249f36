//! [`Watch`]: says where to look in a folder of the disk because something happened there.
//!
//! The only folder that knows `notify`. What the system tells is taken as a hint where to look, never as what happened:
//! that is found out by [`Folder::relist`]. Folders are watched one by one, those that belong to the site and those
//! around it whose files decide about it (`around`); so neither Git's objects nor ignored folders cost a watch or a wake-up.
//! What the system tells nobody, such as another name of a folder above the site, is looked for every two seconds (`ground`).
//!
//! Where the system can't watch (its limit is reached, or the folder is on a file system of another machine), everything
//! is touched once a second, which [`Watch::trouble`] tells.

mod around;
mod ground;
mod refs;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use notify::{
    Config, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher,
    event::{AccessKind, AccessMode},
};

use crate::{
    base::path::RepoPath,
    git::file_stat::FileStat,
    source::{Folder, Touched, folder::GIT_FOLDER, ignore::is_hidden, relist::is_rule},
};

pub use self::refs::RefWatch;
use self::{around::Around, ground::Ground};

/// How often everything is looked at where the system can't watch.
const POLL_EVERY: Duration = Duration::from_secs(1);
/// How often the folders are looked at that the system may tell nothing of.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How long a change of Git's index is waited for, so that a checkout is one change.
const MAX_LOCKED: Duration = Duration::from_secs(2);
/// How often the lock is looked for meanwhile.
const LOCK_STEP: Duration = Duration::from_millis(4);
/// How long nothing must be told after the lock is gone: what it covered is on its way.
const QUIET_AFTER_LOCK: Duration = Duration::from_millis(15);

/// File systems whose changes by other machines nobody tells.
const FAR_FILE_SYSTEMS: [&str; 12] = [
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "afs",
    "ceph",
    "fuse.sshfs",
    "fuse.rclone",
    "vboxsf",
    "drvfs",
];

/// Watches a [`Folder`].
pub struct Watch {
    inbox: Arc<Inbox>,
    /// `None` when everything is looked at now and then instead.
    watcher: Option<RecommendedWatcher>,
    trouble: Option<String>,
    root: PathBuf,
    lock: Option<PathBuf>,
    /// A lock that stayed too long; it is not waited for again.
    stale_lock: Option<FileStat>,
    followed: Arc<BTreeSet<RepoPath>>,
    watched: BTreeSet<RepoPath>,
    /// Folders that were not watched while their content was listed.
    fresh: BTreeSet<RepoPath>,
    /// Whether Git's folders were not watched while they were read.
    is_git_fresh: bool,
    /// Which folders were there at the last look.
    ground: Ground,
    /// Whether nothing was looked at since it began, and its folders have been watched all the time.
    is_new: bool,
    /// Whether some folder was away when it was to be watched.
    has_missed: bool,
    last_poll: Instant,
}

/// Wakes a [`Watch`] that waits, for good.
#[derive(Clone)]
pub struct Alarm(Arc<Inbox>);

#[derive(Default)]
struct Inbox {
    state: Mutex<State>,
    news: Condvar,
    around: Mutex<Around>,
}

#[derive(Default)]
struct State {
    touched: Touched,
    last_told: Option<Instant>,
    failure: Option<String>,
    is_stopped: bool,
}

impl Watch {
    /// Begins to watch a folder that has been listed. What changed since that listing is found by the first look.
    pub fn new(folder: &Folder) -> Self {
        let mut watch = Self {
            inbox: Arc::default(),
            watcher: None,
            trouble: None,
            root: folder.root().to_path_buf(),
            lock: None,
            stale_lock: None,
            followed: Arc::default(),
            watched: BTreeSet::new(),
            fresh: BTreeSet::new(),
            is_git_fresh: false,
            ground: Ground::default(),
            is_new: false,
            has_missed: false,
            last_poll: Instant::now(),
        };
        match far_file_system(&watch.root) {
            Some(kind) => watch.give_up(&format!("the folder is on a file system of the kind `{kind}`")),
            None => watch.begin(),
        }
        watch.ground = Ground::look(&watch.root, &Around::default());
        watch.follow(folder, &Touched::default());
        watch.fresh.clear();
        watch.is_git_fresh = false;
        watch.is_new = !watch.has_missed;
        watch.inbox.state().touched.everything = true;
        watch
    }

    /// Whether some folder was away when it was to be watched: it may be back before anything is told of it.
    pub fn has_missed(&self) -> bool {
        self.has_missed
    }

    /// What ends the waiting from another thread.
    pub fn alarm(&self) -> Alarm {
        Alarm(self.inbox.clone())
    }

    /// Why the folder is looked at once a second instead of being watched, the first time this is asked.
    pub fn trouble(&mut self) -> Option<String> {
        self.trouble.take()
    }

    /// Waits until something is told for the first time, the alarm rings, or `timeout` is over.
    pub fn rest(&self, timeout: Duration) {
        self.inbox.rest(timeout);
    }

    /// Waits until something happened and gives it; nothing when `timeout` or two seconds are over or the alarm rang.
    ///
    /// It returns as soon as there is something, but for Git at work, which is let finish.
    pub fn wait(&mut self, timeout: Duration) -> Touched {
        let until_look = if self.watcher.is_none() { self.until_poll() } else { LOOK_EVERY };
        if self.fresh.is_empty() && !self.is_git_fresh {
            self.inbox.wait(timeout.min(until_look));
        }
        self.let_git_finish();
        let mut state = self.inbox.state();
        let mut touched = std::mem::take(&mut state.touched);
        let failure = state.failure.take();
        let is_stopped = state.is_stopped;
        drop(state);
        if is_stopped {
            return Touched::default();
        }
        if let Some(failure) = failure {
            self.give_up(&failure);
        }
        if self.watcher.is_none() && self.until_poll().is_zero() {
            self.last_poll = Instant::now();
            touched.everything = true;
        }
        let ground = Ground::look(&self.root, &self.inbox.around());
        touched.everything |= self.ground.renew(ground);
        let is_git_fresh = std::mem::take(&mut self.is_git_fresh);
        touched.index |= is_git_fresh;
        touched.commits |= is_git_fresh;
        touched.settings |= is_git_fresh;
        // One that is told once more may be another folder of that name.
        self.fresh.retain(|path| !touched.paths.contains(path));
        touched.paths.extend(self.fresh.iter().cloned());
        touched
    }

    /// Watches the folders that the folder's last listing went into, after a look at `touched`.
    pub fn follow(&mut self, folder: &Folder, touched: &Touched) {
        self.has_missed = false;
        let folders = folder.last().folders.clone();
        let fresh = std::mem::take(&mut self.fresh);
        let was_new = std::mem::take(&mut self.is_new);
        let renews_all = touched.everything && !was_new;
        self.follow_git(folder, renews_all || touched.paths.contains(GIT_FOLDER));
        let renewed: Vec<RepoPath> = if renews_all {
            self.watched.iter().cloned().collect()
        } else {
            let came =
                touched.paths.iter().filter(|path| !fresh.contains(*path) && self.watched.contains(*path));
            let came: Vec<&RepoPath> = came.collect();
            self.watched.iter().filter(|path| came.iter().any(|came| path.is_within(came))).cloned().collect()
        };
        if renewed.is_empty() && Arc::ptr_eq(&folders, &self.followed) {
            return;
        }
        let gone: Vec<RepoPath> = self.watched.difference(&folders).cloned().collect();
        // First those that are gone: a folder that was renamed still has the watch of its old name.
        for path in gone.iter().chain(&renewed) {
            if self.watched.remove(path) {
                self.remove(&self.root.join(path.as_str()));
            }
        }
        let new: Vec<RepoPath> = folders.difference(&self.watched).cloned().collect();
        for path in new {
            if !self.add(&self.root.join(path.as_str()), RecursiveMode::NonRecursive) {
                break;
            }
            // What is told of a folder until its watch is renewed may be lost with the old one.
            self.fresh.insert(path.clone());
            self.watched.insert(path);
        }
        self.followed = folders;
    }

    /// Watches what is around the site in its work tree, if that differs or has to be watched anew.
    fn follow_git(&mut self, folder: &Folder, is_renewed: bool) {
        let around = Around::of(folder.last().work_tree.as_deref());
        let former = std::mem::replace(&mut *self.inbox.around(), around.clone());
        if around == former && !is_renewed {
            return;
        }
        self.lock = around.index_lock();
        self.ground.learn(Ground::look(&self.root, &around));
        former.folders().for_each(|(folder, _)| self.remove(folder));
        for (folder, mode) in around.folders() {
            if !self.add(folder, mode) {
                return;
            }
        }
        self.is_git_fresh = around.is_in_git();
    }

    fn begin(&mut self) {
        let (inbox, root) = (self.inbox.clone(), self.root.clone());
        let tell = move |event: notify::Result<Event>| inbox.tell(event, &root);
        match RecommendedWatcher::new(tell, Config::default()) {
            Ok(watcher) => self.watcher = Some(watcher),
            Err(error) => self.give_up(&error.to_string()),
        }
    }

    /// Watches a folder; `false` when the system has refused.
    fn add(&mut self, folder: &Path, mode: RecursiveMode) -> bool {
        let Some(watcher) = &mut self.watcher else { return false };
        let Err(error) = watcher.watch(folder, mode) else { return true };
        // It went away just now: the watch of the folder around it tells.
        if !folder.is_dir() {
            self.has_missed = true;
            return true;
        }
        self.give_up(&match error.kind {
            notify::ErrorKind::MaxFilesWatch => "the system's limit of watched folders is reached".to_owned(),
            _ => error.to_string(),
        });
        false
    }

    /// Ends the watch of a folder, which may have ended with it.
    fn remove(&mut self, folder: &Path) {
        let _ = self.watcher.as_mut().map(|watcher| watcher.unwatch(folder));
    }

    fn give_up(&mut self, cause: &str) {
        self.watcher = None;
        self.watched.clear();
        self.trouble = Some(format!("{cause}, so changes are looked for every {} s", POLL_EVERY.as_secs()));
    }

    fn until_poll(&self) -> Duration {
        POLL_EVERY.saturating_sub(self.last_poll.elapsed())
    }

    /// While Git changes the work tree its index is locked: what it does is one change.
    fn let_git_finish(&mut self) {
        let Some(lock) = &self.lock else { return };
        let stat = || lock.symlink_metadata().ok().map(|metadata| FileStat::of(&metadata));
        if self.inbox.state().touched.is_empty() || stat().is_none_or(|stat| self.stale_lock == Some(stat)) {
            return;
        }
        let begun = Instant::now();
        while let Some(now) = stat() {
            if begun.elapsed() > MAX_LOCKED || self.inbox.state().is_stopped {
                self.stale_lock = Some(now);
                return;
            }
            thread::sleep(LOCK_STEP);
        }
        while begun.elapsed() < MAX_LOCKED && self.inbox.since_told() < QUIET_AFTER_LOCK {
            thread::sleep(LOCK_STEP);
        }
    }
}

impl Alarm {
    /// Ends every waiting from now on.
    pub fn ring(&self) {
        self.0.state().is_stopped = true;
        self.0.news.notify_all();
    }

    /// Whether it rang.
    pub fn has_rung(&self) -> bool {
        self.0.state().is_stopped
    }
}

impl Inbox {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait(&self, timeout: Duration) {
        let is_idle =
            |state: &mut State| state.touched.is_empty() && state.failure.is_none() && !state.is_stopped;
        drop(self.news.wait_timeout_while(self.state(), timeout, is_idle));
    }

    fn rest(&self, timeout: Duration) {
        let is_idle =
            |state: &mut State| state.last_told.is_none() && state.failure.is_none() && !state.is_stopped;
        drop(self.news.wait_timeout_while(self.state(), timeout, is_idle));
    }

    fn since_told(&self) -> Duration {
        self.state().last_told.map_or(Duration::MAX, |told| told.elapsed())
    }

    fn around(&self) -> MutexGuard<'_, Around> {
        self.around.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, event: notify::Result<Event>, root: &Path) {
        let mut touched = Touched::default();
        let mut failure = None;
        match event {
            Ok(event) if event.need_rescan() => touched.everything = true,
            Ok(event) if is_read(event.kind) => return,
            Ok(event) => {
                let around = self.around();
                event.paths.iter().for_each(|path| touch(path, root, &around, &mut touched));
            }
            Err(error) => failure = Some(error.to_string()),
        }
        if touched.is_empty() && failure.is_none() {
            return;
        }
        let mut state = self.state();
        state.touched.paths.append(&mut touched.paths);
        state.touched.everything |= touched.everything;
        state.touched.index |= touched.index;
        state.touched.commits |= touched.commits;
        state.touched.settings |= touched.settings;
        state.last_told = Some(Instant::now());
        state.failure = failure.or(state.failure.take());
        self.news.notify_all();
    }
}

/// Whether nothing was written: our own reading is told, too.
fn is_read(kind: EventKind) -> bool {
    matches!(kind, EventKind::Access(access) if access != AccessKind::Close(AccessMode::Write))
}

/// Sorts a path of the disk by what it means for the site.
fn touch(path: &Path, root: &Path, around: &Around, touched: &mut Touched) {
    around.touch(path, touched);
    let Ok(inside) = path.strip_prefix(root) else { return };
    let parts: Option<Vec<&str>> = inside.iter().map(|part| part.to_str()).collect();
    let Some(path) = parts.and_then(|parts| RepoPath::new(&parts.join("/"))) else {
        touched.everything = true;
        return;
    };
    let is_left_out = |part: &str| is_hidden(part.as_bytes()) && !is_rule(part);
    let is_below_rule = path.parent().is_some_and(|folder| folder.parts().any(is_rule));
    if !is_below_rule && !path.parts().any(is_left_out) {
        touched.everything |= path.is_root();
        touched.paths.insert(path);
    }
}

/// The kind of file system that holds a folder, when it is one that nobody tells the changes of.
fn far_file_system(folder: &Path) -> Option<String> {
    far_in(&std::fs::read_to_string("/proc/self/mountinfo").ok()?, folder)
}

/// Looks for the mount that holds a folder in Linux's table of them.
fn far_in(table: &str, folder: &Path) -> Option<String> {
    let mounts = table.lines().filter_map(|line| {
        let (mount, source) = line.split_once(" - ")?;
        let point = mount.split(' ').nth(4)?.replace("\\040", " ");
        folder.starts_with(&point).then(|| (point.len(), source.split(' ').next().unwrap_or_default()))
    });
    // Of two mounts at one place the later one counts.
    let (_, kind) = mounts.max_by_key(|(length, _)| *length)?;
    FAR_FILE_SYSTEMS.contains(&kind).then(|| kind.to_owned())
}

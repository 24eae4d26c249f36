//! [`Recent`]: what saves have made lately, which gets its name again when a cleaning takes it away.
//!
//! `git prune --expire=now` and `git gc --prune=now` look first at what the branches lead to, and then take away all else: also the
//! objects of a save that came in between, though a branch leads to them by now. Whoever commits with Git loses commits that way, and
//! the repository is broken. Here the files of new objects keep a name of ours for longer than a cleaning takes. It is looked
//! whether they still have the one for Git: as soon as the branch was moved, then after 1/4, 1/2, 1, 2 ... seconds, and when
//! an object is missing that somebody wants to read.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    thread,
    time::{Duration, Instant, SystemTime},
};

use crate::git::{
    CommitId,
    loose::{Made, OWN_FOLDER, Packs},
};

/// How long objects have a name of ours: longer than Git takes to look at the past of a large wiki.
const KEPT: Duration = Duration::from_secs(100);
/// How often it is looked which of them are to be looked at, and how old they are when that begins.
const STEP: Duration = Duration::from_millis(250);
/// How many objects have one at most; of more, the oldest lose it.
const MAX_OBJECTS: usize = 50_000;
/// How old a file is that a process which was killed has left behind.
const STALE_AFTER: Duration = Duration::from_secs(60 * 60);

/// The objects of the latest saves of this process.
#[derive(Clone)]
pub(super) struct Recent {
    kept: Arc<Mutex<Kept>>,
}

struct Kept {
    common_dir: PathBuf,
    saves: Vec<KeptSave>,
    /// Whether there is a thread that looks at them.
    is_watched: bool,
}

struct KeptSave {
    commit: CommitId,
    made: Vec<Made>,
    /// Whether the branch leads to it: before, nobody has to be afraid for it.
    is_in_branch: bool,
    since: Instant,
    /// The age at which it is looked at next.
    next: Duration,
}

impl Recent {
    pub(super) fn new(common_dir: &Path) -> Self {
        let kept = Kept { common_dir: common_dir.to_path_buf(), saves: Vec::new(), is_watched: false };
        Self { kept: Arc::new(Mutex::new(kept)) }
    }

    /// Keeps the objects of a commit for a while.
    pub(super) fn keep(&self, commit: CommitId, made: Vec<Made>) {
        let mut kept = lock(&self.kept);
        kept.saves.push(KeptSave { commit, made, is_in_branch: false, since: Instant::now(), next: STEP });
        if !kept.is_watched {
            // Without a thread they are looked at when the branch was moved, and kept as long as the process is there.
            kept.is_watched = watch(Arc::downgrade(&self.kept)).is_ok();
        }
    }

    /// Looks at the objects of a commit that the branch leads to from now on.
    pub(super) fn is_in_branch(&self, commit: CommitId) {
        let Kept { saves, common_dir, .. } = &mut *lock(&self.kept);
        if let Some(save) = saves.iter_mut().rev().find(|save| save.commit == commit) {
            save.is_in_branch = true;
            save.give_back(&Packs::new(common_dir));
        }
    }

    /// Looks at all objects, since somebody misses one; says whether it can be there again.
    pub(super) fn miss(&self) -> bool {
        let kept = lock(&self.kept);
        kept.look_at_all();
        !kept.saves.is_empty()
    }

    /// Keeps nothing any more of a commit that came too late.
    pub(super) fn forget(&self, commit: CommitId) {
        let mut kept = lock(&self.kept);
        if let Some(place) = kept.saves.iter().rposition(|save| save.commit == commit) {
            kept.saves.remove(place);
        }
    }
}

impl Kept {
    /// Looks at those whose time has come, and at all as soon as something was missing. Forgets the old ones.
    fn look(&mut self, now: Instant) {
        let mut n_objects = 0;
        let too_many = self.saves.iter().rposition(|save| {
            n_objects += save.made.len();
            n_objects > MAX_OBJECTS
        });
        self.saves.drain(..too_many.map_or(0, |last| last + 1));
        self.saves.retain(|save| now.duration_since(save.since) < KEPT);
        let packs = Packs::new(&self.common_dir);
        let mut was_gone = false;
        for save in self.saves.iter_mut().filter(|save| save.is_in_branch) {
            let age = now.duration_since(save.since);
            if age >= save.next {
                save.next = age * 2;
                was_gone |= save.give_back(&packs);
            }
        }
        if was_gone {
            self.look_at_all();
        }
    }

    fn look_at_all(&self) {
        let packs = Packs::new(&self.common_dir);
        for save in self.saves.iter().filter(|save| save.is_in_branch) {
            save.give_back(&packs);
        }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.look_at_all();
    }
}

impl KeptSave {
    /// Says whether something was missing. What can't be given back now is tried again at the next look.
    fn give_back(&self, packs: &Packs<'_>) -> bool {
        self.made.iter().filter(|object| object.give_back(packs).unwrap_or(true)).count() > 0
    }
}

fn lock(kept: &Mutex<Kept>) -> MutexGuard<'_, Kept> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Looks at what is kept until nothing is, or nobody keeps anything any more.
fn watch(kept: Weak<Mutex<Kept>>) -> std::io::Result<()> {
    thread::Builder::new().name("recent objects".to_owned()).spawn(move || {
        if let Some(kept) = kept.upgrade() {
            take_away_left(&lock(&kept).common_dir.join(OWN_FOLDER));
        }
        loop {
            thread::sleep(STEP);
            let Some(all) = kept.upgrade() else { return };
            let mut all = lock(&all);
            all.look(Instant::now());
            if all.saves.is_empty() {
                all.is_watched = false;
                return;
            }
        }
    })?;
    Ok(())
}

/// Takes away what killed processes have left behind.
fn take_away_left(own_folder: &Path) {
    for entry in fs::read_dir(own_folder).into_iter().flatten().flatten() {
        let made = entry.metadata().and_then(|metadata| metadata.modified()).ok();
        let age = made.and_then(|made| SystemTime::now().duration_since(made).ok());
        if age.is_some_and(|age| age > STALE_AFTER) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::path::RepoPath,
        git::{Author, Content, Edit, Head, Moment, Move, Moved, NewCommit, Store, test_repo::TestRepo},
    };

    /// Saves a text, with a cleaning just before the branch is moved.
    fn save(repo: &TestRepo, store: &Store, text: &str) -> CommitId {
        let path = RepoPath::new("a/b.md").expect("normal");
        let edits = [Edit { path: path.clone(), content: Some(Content::Bytes(text.as_bytes().to_vec())) }];
        let who = Author { name: "Ada".to_owned(), email: "ada@example.org".to_owned() };
        let at = Moment { seconds: 1_700_000_000, offset_minutes: 0 };
        let Head { branch, commit: from } = store.head().expect("a branch");
        let new = NewCommit { parent: from, edits: &edits, author: &who, committer: &who, at, message: "m" };
        let to = store.write_commit(&new).expect("written").expect("a change");
        repo.git("prune --expire=now");
        let paths = &[path];
        let to = Move { branch: &branch, from, to, who: &who, at, why: "", paths };
        assert!(matches!(store.move_branch(&to), Ok(Moved::Done { .. })));
        to.to
    }

    /// Takes away what a cleaning would that has looked at the branches before.
    fn take_away(repo: &TestRepo, commit: CommitId) {
        let ids = repo.git_with_input(&format!("rev-parse {commit} {commit}^{{tree}} {commit}:a/b.md"), b"");
        for id in ids.lines() {
            fs::remove_file(repo.path(&format!(".git/objects/{}/{}", &id[..2], &id[2..]))).expect("loose");
        }
    }

    #[test]
    fn a_cleaning_beside_saves_takes_nothing_of_them() {
        let repo = TestRepo::new();
        repo.write("a/b.md", "0\n").write("c.md", "c\n").commit("one");
        let store = Store::open(repo.root()).expect("a repository");
        let first = save(&repo, &store, "1\n");
        save(&repo, &store, "2\n");
        // What was there before, but of use to nobody, as after a commit that was thrown away.
        repo.git(&format!("update-ref refs/heads/main {first}")).git("reflog expire --expire=now --all");
        let last = save(&repo, &store, "2\n");
        repo.git("fsck --strict --no-dangling");
        take_away(&repo, last);
        let mut kept = lock(&store.pool.recent.kept);
        let now = Instant::now();
        kept.look(now + KEPT / 2);
        repo.git("fsck --strict --no-dangling");
        assert_eq!(repo.git_with_input("show HEAD:a/b.md", b""), "2");
        kept.look(now + KEPT);
        assert!(kept.saves.is_empty());
        drop(kept);
        // Whoever reads meanwhile misses nothing.
        let last = save(&repo, &store, "4\n");
        take_away(&repo, last);
        let store_of_another = Store::open(repo.root()).expect("a repository");
        assert!(store_of_another.has_commit(last).is_ok_and(|has| !has));
        assert_eq!(store.arrivals(Some(first), last, 9).expect("readable").len(), 2);
        // A last time when the program ends.
        let last = save(&repo, &store, "3\n");
        take_away(&repo, last);
        drop(store);
        repo.git("fsck --strict --no-dangling");
        assert_eq!(fs::read_dir(repo.path(".git").join(OWN_FOLDER)).expect("a folder").count(), 0);
    }
}

//! A push on its way: it goes before saves, which wait for it a little.
//!
//! Git puts what a push brings into a folder of its own, looks at it, and moves the branch only if that is still where it was when the
//! push began. A save in between makes all of it vain, and whoever pushes has to send it again.

use std::{
    fs::{self, DirEntry},
    path::Path,
    thread,
    time::{Duration, Instant, SystemTime},
};

use super::{lock::STEP, unchanged::WhileUnchanged};

/// How long saves wait for a push. What is left of a larger one, or of a Git that was killed, stops nobody.
const PATIENCE: Duration = Duration::from_secs(5);
/// What the folders are called in which Git receives objects; the second name is that of Git before 2.35.
const PREFIXES: [&str; 2] = ["tmp_objdir-incoming-", "incoming-"];

/// Waits until no push is on its way to a repository, but not for long.
pub(super) fn let_pass(objects: &Path, no_push: &WhileUnchanged<()>) {
    let begun = Instant::now();
    let is_free = || no_push.get(objects, || (!is_on_its_way(objects)).then_some(())).is_some();
    while begun.elapsed() < PATIENCE && !is_free() {
        thread::sleep(STEP);
    }
}

fn is_on_its_way(objects: &Path) -> bool {
    fs::read_dir(objects).into_iter().flatten().flatten().any(|entry| is_of_push(&entry) && is_new(&entry))
}

fn is_of_push(entry: &DirEntry) -> bool {
    let name = entry.file_name();
    PREFIXES.iter().any(|prefix| name.as_encoded_bytes().starts_with(prefix.as_bytes()))
}

fn is_new(entry: &DirEntry) -> bool {
    let made = entry.metadata().and_then(|metadata| metadata.modified()).ok();
    let age = made.and_then(|made| SystemTime::now().duration_since(made).ok());
    age.is_some_and(|age| age < PATIENCE)
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    #[test]
    fn what_is_left_of_a_push_stops_nobody() {
        let objects = tempfile::tempdir().expect("a folder");
        for (name, expected) in
            [("pack", false), ("tmp_objdir-incoming-a", true), ("incoming-b", true), ("tmp_obj_x", false)]
        {
            let folder = objects.path().join(name);
            fs::create_dir(&folder).expect("made");
            assert_eq!(is_on_its_way(objects.path()), expected, "{name}");
            let old = SystemTime::now() - PATIENCE;
            File::open(&folder).and_then(|folder| folder.set_modified(old)).expect("set");
            assert!(!is_on_its_way(objects.path()), "{name}");
        }
    }
}

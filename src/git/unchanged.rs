//! [`WhileUnchanged`]: what is known of a file or a folder as long as the system says the same of it.

use std::{
    path::Path,
    sync::{Mutex, PoisonError},
    time::SystemTime,
};

use crate::git::file_stat::FileStat;

/// An answer that many ask for, and that only a change of a file, or of the names in a folder, can make another. To look at the times
/// costs less than to read, and nobody who watches the folder is woken by it.
#[derive(Debug)]
pub(super) struct WhileUnchanged<T> {
    known: Mutex<Option<(FileStat, T)>>,
}

impl<T> Default for WhileUnchanged<T> {
    fn default() -> Self {
        Self { known: Mutex::default() }
    }
}

impl<T: Clone> WhileUnchanged<T> {
    /// The answer: the known one, or the one that is found now. None is not kept.
    pub(super) fn get(&self, path: &Path, find: impl FnOnce() -> Option<T>) -> Option<T> {
        let (now, stat) = (SystemTime::now(), FileStat::at(path));
        if let Some((_, answer)) = self.lock().as_ref().filter(|(of, _)| Some(*of) == stat) {
            return Some(answer.clone());
        }
        let answer = find()?;
        *self.lock() = stat.filter(|stat| stat.is_settled(now)).map(|stat| (stat, answer.clone()));
        Some(answer)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<(FileStat, T)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fs::{self, File},
        thread,
        time::Duration,
    };

    use super::*;

    #[test]
    fn what_changes_within_a_tick_is_read_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, other) = (folder.path().join("HEAD"), folder.path().join("HEAD.lock"));
        let file = WhileUnchanged::default();
        let read = || file.get(&path, || fs::read_to_string(&path).ok());
        assert_eq!(read(), None);
        for n in 0..100 {
            // As Git does it, with as many bytes as before.
            fs::write(&other, format!("{n:03}")).expect("written");
            fs::rename(&other, &path).expect("renamed");
            assert_eq!([read(), read()], [Some(format!("{n:03}")), Some(format!("{n:03}"))]);
        }
        fs::remove_file(&path).expect("removed");
        assert_eq!(read(), None);
    }

    #[test]
    fn what_is_old_is_read_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let hour_ago = SystemTime::now() - Duration::from_secs(3600);
        File::open(folder.path()).and_then(|folder| folder.set_modified(hour_ago)).expect("set");
        thread::sleep(Duration::from_millis(50));
        let names = WhileUnchanged::default();
        let count = || names.get(folder.path(), || Some(fs::read_dir(folder.path()).ok()?.count()));
        assert_eq!(count(), Some(0));
        assert_eq!(names.get(folder.path(), || panic!("it is known")), Some(0));
        fs::write(folder.path().join("a"), "").expect("written");
        assert_eq!(count(), Some(1));
    }
}

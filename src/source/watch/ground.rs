//! [`Ground`]: which folders are where a watch looks. The system tells nothing of a folder whose path leads elsewhere because
//! one above it got another name, and a repository that is made above the site is told to nobody.

use std::{
    collections::BTreeMap,
    fs::Metadata,
    iter,
    path::{Path, PathBuf},
    time::SystemTime,
};

use super::around::Around;
use crate::{git::file_stat::FileStat, source::folder::GIT_FOLDER};

/// What differs, besides the folder itself, when it becomes that of a repository.
const GIT_FILES: [&str; 3] = ["", "HEAD", "config"];

/// What a folder is known by besides its path: its disk, its number there, and when it was made, as systems give the number of one
/// that is gone to the next one.
type Identity = (u64, u64, Option<SystemTime>);

/// The folders at the paths of a site and of what is around it.
#[derive(Debug, Default)]
pub(super) struct Ground {
    folders: BTreeMap<PathBuf, Option<Identity>>,
    /// A Git folder around the site, while it is that of no repository that could be read.
    unread: Option<Vec<Option<FileStat>>>,
}

impl Ground {
    /// What is there now.
    pub(super) fn look(root: &Path, around: &Around) -> Self {
        let folders = iter::once(root).chain(around.folders().map(|(folder, _)| folder));
        let folders = folders.map(|folder| (folder.to_path_buf(), identity_at(folder)));
        Self { folders: folders.collect(), unread: if around.is_in_git() { None } else { unread(root) } }
    }

    /// Adds the folders that were not looked at before.
    pub(super) fn learn(&mut self, now: Self) {
        for (folder, identity) in now.folders {
            self.folders.entry(folder).or_insert(identity);
        }
    }

    /// Takes what is there now; says whether it is something else than before.
    pub(super) fn renew(&mut self, now: Self) -> bool {
        let is_other = |(folder, identity)| self.folders.get(folder).is_some_and(|known| known != identity);
        let has_moved = now.folders.iter().any(is_other);
        let has_come = now.unread.is_some() && now.unread != self.unread;
        *self = now;
        has_moved || has_come
    }
}

fn identity_at(folder: &Path) -> Option<Identity> {
    let metadata = folder.metadata().ok()?;
    let (disk, number) = number(&metadata);
    Some((disk, number, metadata.created().ok()))
}

#[cfg(unix)]
fn number(metadata: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt as _;
    (metadata.dev(), metadata.ino())
}

#[cfg(not(unix))]
fn number(_: &Metadata) -> (u64, u64) {
    (0, 0)
}

/// What the disk says of the Git folder next to a site; `None` when there is none.
fn unread(root: &Path) -> Option<Vec<Option<FileStat>>> {
    let git = root.ancestors().map(|folder| folder.join(GIT_FOLDER)).find(|git| git.exists())?;
    Some(GIT_FILES.iter().map(|file| FileStat::at(&git.join(file))).collect())
}

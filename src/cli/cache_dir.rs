//! Where the program keeps what can be made again: the user's cache folder, as XDG has it.

use std::path::{Path, PathBuf};

use crate::base::digest::Print;

/// Our folder in the user's cache folder; `None` when there is no such folder.
pub(super) fn own() -> Option<PathBuf> {
    let folder = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|folder| folder.is_absolute());
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    Some(folder.or_else(home)?.join("recto"))
}

/// The folder for what builds of a site keep.
pub(super) fn of_site(dir: &Path) -> Option<PathBuf> {
    let dir = dir.canonicalize().ok()?;
    Some(own()?.join("builds").join(Print::of(&dir).to_string()))
}

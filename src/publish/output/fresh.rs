//! [`Fresh`]: an output folder that is missing or empty, and so can appear by one rename.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use super::{disk, error::OutputError, lock::Lock};

/// The sibling folder that everything is staged in, with the lock that guards it.
#[derive(Debug)]
pub(super) struct Fresh {
    pub(super) stage: PathBuf,
    _lock: Lock,
}

impl Fresh {
    /// Makes the sibling folder; `None` when `dir` must be changed in place.
    pub(super) fn begin(dir: &Path) -> Result<Option<Self>, OutputError> {
        let (Some(parent), Some(name)) = (dir.parent(), dir.file_name()) else { return Ok(None) };
        if !is_fresh(dir)? {
            return Ok(None);
        }
        fs::create_dir_all(parent).map_err(OutputError::io("created", parent))?;
        let sibling = |suffix: &str| parent.join(format!(".{}{suffix}", name.to_string_lossy()));
        let stage = sibling(".recto-stage");
        let lock = match Lock::take(&sibling(".recto-lock"), dir) {
            Ok(lock) => lock,
            // An empty folder that is ours inside one that isn't.
            Err(OutputError::Io { .. }) if dir.is_dir() => return Ok(None),
            Err(error) => return Err(error),
        };
        if !is_fresh(dir)? {
            return Ok(None);
        }
        disk::remove_tree(&stage)?;
        fs::create_dir(&stage).map_err(OutputError::io("created", &stage))?;
        if dir.is_dir() && !is_replaceable(dir, &stage) {
            disk::remove_tree(&stage)?;
            return Ok(None);
        }
        Ok(Some(Self { stage, _lock: lock }))
    }

    /// Puts the sibling folder in place of `dir`.
    pub(super) fn rename(&self, dir: &Path) -> Result<(), OutputError> {
        if fs::rename(&self.stage, dir).is_ok() {
            return Ok(());
        }
        // Not every system renames over an empty folder.
        match fs::remove_dir(dir) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(OutputError::io("replaced", dir)(error)),
            _ => fs::rename(&self.stage, dir).map_err(OutputError::io("replaced", dir)),
        }
    }
}

fn is_fresh(dir: &Path) -> Result<bool, OutputError> {
    match fs::read_dir(dir) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(true),
        Err(error) => Err(OutputError::io("read", dir)(error)),
    }
}

/// Tries out, with an empty folder for an empty folder, whether a rename will do: it won't for a mount point (a container's
/// volume), and shouldn't when the folder was prepared for another user. Leaves `stage` as it was made.
fn is_replaceable(dir: &Path, stage: &Path) -> bool {
    let (Ok(old), Ok(new)) = (fs::metadata(dir), fs::metadata(stage)) else { return false };
    let keep_permissions = || fs::set_permissions(stage, old.permissions());
    disk::same_owner(&old, &new)
        && keep_permissions().is_ok()
        && fs::rename(stage, dir).is_ok()
        && fs::create_dir(stage).is_ok()
        && keep_permissions().is_ok()
}

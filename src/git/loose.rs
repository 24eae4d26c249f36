//! [`NewObjects`]: loose objects that get their names together, once what is in them is on the disk.
//!
//! The library would look through all packs for each of them, and doesn't wait for the disk: whoever meets a power failure then can
//! be left with the name of an object that is empty, which a later save of the same text would take for the text. Here each
//! object is a file with another name until the disk has it. Which are there already is left to [`write`](super::write).

use std::{
    collections::BTreeSet,
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

use flate2::{Compression, write::ZlibEncoder};
use git2::{ObjectType, Oid};
use tempfile::NamedTempFile;

use crate::git::lock::making_folder;

/// What an object is called until the disk has it: Git's own cleaning takes such names away.
const NEW_PREFIX: &str = "tmp_obj_";

/// Objects that have no names yet. Dropping them takes them away.
pub(super) struct NewObjects {
    /// All objects of the repository.
    folder: PathBuf,
    new: Vec<(NamedTempFile, PathBuf)>,
}

impl NewObjects {
    pub(super) fn new(common_dir: &Path) -> Self {
        Self { folder: common_dir.join("objects"), new: Vec::new() }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Adds an object that isn't there.
    pub(super) fn add(&mut self, kind: ObjectType, bytes: &[u8], id: Oid) -> io::Result<()> {
        let id = id.to_string();
        let folder = self.folder.join(&id[..2]);
        let file = making_folder(&folder, || builder().tempfile_in(&folder))?;
        // As Git does: what is read often is packed soon, and better.
        let mut packed = ZlibEncoder::new(Vec::with_capacity(bytes.len()), Compression::fast());
        packed.write_all(format!("{} {}\0", kind.str(), bytes.len()).as_bytes())?;
        packed.write_all(bytes)?;
        file.as_file().write_all(&packed.finish()?)?;
        self.new.push((file, folder.join(&id[2..])));
        Ok(())
    }

    /// Waits until the objects are on the disk, and then until their names are.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        let mut folders = BTreeSet::from([self.folder.clone()]);
        self.new.iter().try_for_each(|(file, _)| file.as_file().sync_all())?;
        for (file, path) in self.new.drain(..) {
            folders.extend(path.parent().map(Path::to_path_buf));
            file.persist(path).map_err(|error| error.error)?;
        }
        folders.iter().try_for_each(|folder| sync_folder(folder))
    }
}

/// Nobody writes to an object.
#[cfg(unix)]
fn builder() -> tempfile::Builder<'static, 'static> {
    use std::os::unix::fs::PermissionsExt as _;

    let mut builder = tempfile::Builder::new();
    builder.prefix(NEW_PREFIX).permissions(fs::Permissions::from_mode(0o444));
    builder
}

#[cfg(not(unix))]
fn builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(NEW_PREFIX);
    builder
}

/// Waits until the names in a folder are on the disk. One that is no longer there has none: a Git has packed what was in it.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    // Elsewhere folders can't be opened, and their names are written with the files.
    if !cfg!(unix) {
        return Ok(());
    }
    match fs::File::open(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        folder => folder?.sync_all(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_was_packed_meanwhile_is_no_error() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(sync_folder(folder.path()).is_ok());
        assert!(sync_folder(&folder.path().join("0a")).is_ok());
        assert!(sync_folder(&folder.path().join("0a\0")).is_err());
    }
}

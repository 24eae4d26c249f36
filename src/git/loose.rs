//! [`NewObjects`]: loose objects that get their names together, once what is in them is on the disk.
//!
//! The library would look through all packs for each of them, and doesn't wait for the disk: whoever meets a power failure then can
//! be left with the name of an object that is empty, which a later save of the same text would take for the text. Here each
//! object is a file of ours until the disk has it, and its name for Git is then a second name of that file ([`recent`](super::recent)
//! says what the first is good for). Which are there already is left to [`write`](super::write).

use std::{
    cell::OnceCell,
    collections::BTreeSet,
    fs, io,
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
};

use flate2::{Compress, Compression, FlushCompress, Status};
use git2::{ObjectType, Oid, Repository};
use tempfile::{NamedTempFile, TempPath};

use crate::git::{lock::making_folder, unchanged::WhileUnchanged};

/// The folder of our own names of new objects, in the Git folder.
pub(super) const OWN_FOLDER: &str = "recto/objects";
/// What a copy of an object is called until the disk has it: Git's own cleaning takes such names away.
const COPY_PREFIX: &str = "tmp_obj_";

/// How many files are open at once: the disk takes many together as fast as one.
const MAX_OPEN: usize = 200;

/// Objects that have no names for Git yet. Dropping them takes them away.
pub(super) struct NewObjects {
    /// All objects of the repository.
    folder: PathBuf,
    own_folder: PathBuf,
    open: Vec<(NamedTempFile, Oid)>,
    made: Vec<Made>,
    /// To make one costs more than to pack an object of a save.
    packer: Compress,
}

/// An object that is on the disk: a file of ours, which goes when this is dropped, and its name for Git, which stays.
pub(super) struct Made {
    id: Oid,
    own: TempPath,
    path: PathBuf,
}

impl NewObjects {
    pub(super) fn new(common_dir: &Path) -> Self {
        let (folder, own_folder) = (common_dir.join("objects"), common_dir.join(OWN_FOLDER));
        // As Git does: what is read often is packed soon, and better.
        let packer = Compress::new(Compression::fast(), true);
        Self { folder, own_folder, open: Vec::new(), made: Vec::new(), packer }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Adds an object.
    pub(super) fn add(&mut self, kind: ObjectType, bytes: &[u8], id: Oid) -> io::Result<()> {
        if self.open.len() == MAX_OPEN {
            self.close()?;
        }
        let file = making_folder(&self.own_folder, || builder().tempfile_in(&self.own_folder))?;
        file.as_file().write_all(&self.packed(kind, bytes)?)?;
        self.open.push((file, id));
        Ok(())
    }

    /// An object as Git stores it.
    fn packed(&mut self, kind: ObjectType, bytes: &[u8]) -> io::Result<Vec<u8>> {
        self.packer.reset();
        let mut packed = Vec::with_capacity(bytes.len() / 2 + 128);
        let head = format!("{} {}\0", kind.str(), bytes.len());
        for (part, flush) in [(head.as_bytes(), FlushCompress::None), (bytes, FlushCompress::Finish)] {
            let start = self.packer.total_in();
            loop {
                let n_done = usize::try_from(self.packer.total_in() - start).map_err(io::Error::other)?;
                let status = self.packer.compress_vec(&part[n_done..], &mut packed, flush)?;
                let is_taken = self.packer.total_in() - start == part.len() as u64;
                if matches!(status, Status::StreamEnd) || is_taken && matches!(flush, FlushCompress::None) {
                    break;
                }
                packed.reserve(packed.capacity().max(128));
            }
        }
        Ok(packed)
    }

    /// Waits until the objects are on the disk, and then until their names are.
    pub(super) fn finish(mut self, is_synced: &WhileUnchanged<()>) -> io::Result<Vec<Made>> {
        self.close()?;
        let mut folders = BTreeSet::new();
        for object in &self.made {
            object.give_name()?;
            folders.extend(object.path.parent());
        }
        folders.into_iter().try_for_each(sync_folder)?;
        // Few saves make a folder.
        let mut synced = Ok(());
        is_synced.get(&self.folder, || {
            synced = sync_folder(&self.folder);
            synced.is_ok().then_some(())
        });
        synced.map(|()| self.made)
    }

    /// Waits until what was written is on the disk.
    fn close(&mut self) -> io::Result<()> {
        self.open.iter().try_for_each(|(file, _)| file.as_file().sync_all())?;
        for (file, id) in self.open.drain(..) {
            let name = id.to_string();
            let path = self.folder.join(&name[..2]).join(&name[2..]);
            self.made.push(Made { id, own: file.into_temp_path(), path });
        }
        Ok(())
    }
}

impl Made {
    /// Gives the object its name for Git; says whether it had none.
    fn give_name(&self) -> io::Result<bool> {
        let folder = self.path.parent().unwrap_or(&self.path);
        match making_folder(folder, || fs::hard_link(&self.own, &self.path)) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(_) if self.path.exists() => Ok(false),
            // File systems without second names, or another one.
            Err(_) => copy(&self.own, folder, &self.path).map(|()| true),
        }
    }

    /// Gives the name again that somebody has taken away, unless the object is in a pack by now; says whether it was gone.
    pub(super) fn give_back(&self, packs: &Packs<'_>) -> io::Result<bool> {
        // With its whole repository ours goes, too.
        if self.path.exists() || packs.have(self.id) || !self.own.exists() || !self.give_name()? {
            return Ok(false);
        }
        self.path.parent().map_or(Ok(()), sync_folder)?;
        Ok(true)
    }
}

/// What is in packs now. A repository that was opened before may still have one open which is gone.
pub(super) struct Packs<'p> {
    common_dir: &'p Path,
    repository: OnceCell<Option<Repository>>,
}

impl<'p> Packs<'p> {
    pub(super) fn new(common_dir: &'p Path) -> Self {
        Self { common_dir, repository: OnceCell::new() }
    }

    fn have(&self, id: Oid) -> bool {
        let repository = self.repository.get_or_init(|| Repository::open(self.common_dir).ok());
        let odb = repository.as_ref().and_then(|repository| repository.odb().ok());
        odb.is_some_and(|odb| odb.exists(id))
    }
}

fn copy(own: &Path, folder: &Path, path: &Path) -> io::Result<()> {
    let mut file = making_folder(folder, || builder().prefix(COPY_PREFIX).tempfile_in(folder))?;
    io::copy(&mut fs::File::open(own)?, &mut file)?;
    file.as_file().sync_all()?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

/// Nobody writes to an object.
#[cfg(unix)]
fn builder() -> tempfile::Builder<'static, 'static> {
    use std::os::unix::fs::PermissionsExt as _;

    let mut builder = tempfile::Builder::new();
    builder.permissions(fs::Permissions::from_mode(0o444));
    builder
}

#[cfg(not(unix))]
fn builder() -> tempfile::Builder<'static, 'static> {
    tempfile::Builder::new()
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
    use crate::git::test_repo::TestRepo;

    #[test]
    fn a_cleaning_takes_nothing_that_is_being_made() {
        let repo = TestRepo::new();
        let mut new = NewObjects::new(&repo.path(".git"));
        let id = Oid::hash_object(ObjectType::Blob, b"text").expect("an id");
        new.add(ObjectType::Blob, b"text", id).expect("written");
        repo.git("prune --expire=now");
        let made = new.finish(&WhileUnchanged::default()).expect("named");
        assert_eq!(repo.git_with_input(&format!("cat-file blob {id}"), b""), "text");
        repo.git("prune --expire=now");
        let git_dir = repo.path(".git");
        let give_back = || made[0].give_back(&Packs::new(&git_dir)).expect("named");
        assert_eq!([give_back(), give_back()], [true, false]);
        repo.git_with_input("pack-objects -q .git/objects/pack/pack", id.to_string().as_bytes());
        repo.git("prune-packed");
        assert!(!give_back(), "it is in a pack");
        for pack in fs::read_dir(git_dir.join("objects/pack")).expect("a folder").flatten() {
            fs::remove_file(pack.path()).expect("removed");
        }
        assert!(give_back());
        fs::remove_file(&made[0].path).expect("removed");
        copy(&made[0].own, &repo.path(".git/objects/f0"), &made[0].path).expect("copied");
        drop(made);
        assert_eq!(repo.git_with_input(&format!("cat-file blob {id}"), b""), "text");
        assert_eq!(fs::read_dir(repo.path(".git").join(OWN_FOLDER)).expect("a folder").count(), 0);
    }

    #[test]
    fn few_files_are_open_at_once() {
        let repo = TestRepo::new();
        let mut new = NewObjects::new(&repo.path(".git"));
        for n in 0..MAX_OPEN * 2 {
            let text = n.to_string();
            let id = Oid::hash_object(ObjectType::Blob, text.as_bytes()).expect("an id");
            new.add(ObjectType::Blob, text.as_bytes(), id).expect("written");
            assert!(new.open.len() <= MAX_OPEN);
        }
        assert_eq!(new.finish(&WhileUnchanged::default()).expect("named").len(), MAX_OPEN * 2);
        assert!(repo.git_with_input("count-objects", b"").starts_with(&format!("{} ", MAX_OPEN * 2)));
    }

    #[test]
    fn a_folder_that_was_packed_meanwhile_is_no_error() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(sync_folder(folder.path()).is_ok());
        assert!(sync_folder(&folder.path().join("0a")).is_ok());
        assert!(sync_folder(&folder.path().join("0a\0")).is_err());
    }
}

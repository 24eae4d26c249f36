//! Spares: files whose bytes the next state takes over.
//!
//! A disk writes over what a file has ten times as fast as it makes a new file and frees an old one. What is written over is
//! the state before the last one, which nobody reads: but for a build that began before the last one ended and still runs.
//! That finds chunks damaged, which count as missing.

use std::{
    fs::{self, File},
    io,
    path::Path,
};

use tempfile::NamedTempFile;

use super::UNFINISHED;

/// The largest state that gets a spare: a folder that is kept by a host should not grow to twice of much.
const MAX_SPARE_BYTES: u64 = 64 << 20;

/// The file of the next state: the spare, if there is one, else a new one.
pub(super) fn begin(dir: &Path, spare: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(UNFINISHED);
    // Whoever may read the folder may use it: as with any other new file.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let new = builder.tempfile_in(dir)?;
    // Its name is taken over first, so that of two builds at once only one has it.
    if !is_own(spare) || fs::rename(spare, new.path()).is_err() {
        return Ok(new);
    }
    let (_, path) = new.into_parts();
    match File::options().read(true).write(true).open(&path) {
        Ok(file) => Ok(NamedTempFile::from_parts(file, path)),
        // It may be another user's in a folder that both may change.
        Err(_) => builder.tempfile_in(dir),
    }
}

/// Makes a state that another one is about to replace its spare. Where that can't be, there is none.
pub(super) fn keep(state: &Path, spare: &Path) {
    if state.symlink_metadata().is_ok_and(|metadata| metadata.len() <= MAX_SPARE_BYTES) {
        let _ = fs::hard_link(state, spare);
    }
}

/// Whether a file can be written over: it is no link to one elsewhere, and nobody else has it under another name.
#[cfg(unix)]
fn is_own(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    path.symlink_metadata().is_ok_and(|metadata| metadata.is_file() && metadata.nlink() == 1)
}

/// The same where nothing tells.
#[cfg(not(unix))]
fn is_own(_: &Path) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::{Read as _, Write as _};

    use super::*;

    #[test]
    fn only_what_nobody_else_has_is_written_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let [state, spare, other] = ["a.state", "a.spare", "other"].map(|name| folder.path().join(name));
        let begun = || {
            let mut text = String::new();
            let mut file = begin(folder.path(), &spare).expect("a file");
            file.as_file_mut().read_to_string(&mut text).expect("text");
            (text, file)
        };
        assert_eq!(begun().0, "", "there is no spare");
        fs::write(&state, "first").expect("written");
        keep(&state, &spare);
        assert_eq!(begun().0, "", "the spare is still the state");
        let mut next = begun().1;
        next.write_all(b"second").expect("written");
        next.persist(&state).expect("put in place");
        let (text, next) = begun();
        assert_eq!(text, "first");
        assert!(!spare.exists(), "another build finds none");
        drop(next);
        fs::write(&other, "other").expect("written");
        std::os::unix::fs::symlink(&other, &spare).expect("a link");
        assert_eq!(begun().0, "", "a link leads elsewhere");
        assert_eq!(fs::read_to_string(&state).expect("text"), "second");
    }
}

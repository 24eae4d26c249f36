//! The history of a site's pages, kept so that the next walk goes over new commits only.

use std::{fs, io, io::Write as _};

use super::{Cache, UNFINISHED, chunk};
use crate::{
    base::digest::Print,
    git::history::{History, HistoryReader},
};

/// The bytes of a print, with which the file begins.
const PRINT_BYTES: usize = 16;

impl Cache {
    /// The history that was kept last, if it can be read.
    pub fn history(&self) -> Option<History> {
        let path = self.path(&way());
        path.symlink_metadata().ok().filter(fs::Metadata::is_file)?;
        let bytes = fs::read(path).ok()?;
        let (print, packed) = bytes.split_at_checked(PRINT_BYTES)?;
        let is_whole = chunk::print(packed).as_bytes().as_slice() == print;
        is_whole.then(|| postcard::from_bytes(packed).ok()).flatten()
    }

    /// Keeps a history in place of the one before.
    pub fn keep_history(&self, history: &History) -> io::Result<()> {
        let packed = postcard::to_allocvec(history).map_err(io::Error::other)?;
        fs::create_dir_all(&self.dir)?;
        let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(&self.dir)?;
        file.write_all(chunk::print(&packed).as_bytes())?;
        file.write_all(&packed)?;
        file.persist(self.path(&way())).map_err(|error| error.error)?;
        Ok(())
    }
}

/// The history of a site, at the cost of the commits that a cache doesn't know; it is kept there for the next time.
pub fn history(reader: &HistoryReader, cache: Option<&Cache>) -> History {
    let former = cache.and_then(Cache::history);
    let history = match former {
        Some(former) if reader.is_of(&former) => return former,
        former => reader.read(former),
    };
    // One that can't be kept is read again.
    let _ = cache.map(|cache| cache.keep_history(&history));
    history
}

/// Its name among the states of builds.
fn way() -> Print {
    Print::of("history")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::test_repo::TestRepo;

    #[test]
    fn a_history_is_kept_and_a_damaged_one_is_none() {
        let (folder, repo) = (tempfile::tempdir().expect("a folder"), TestRepo::new());
        repo.write("a.md", "a").commit("one");
        let history = HistoryReader::open(repo.root(), None).expect("Git").expect("a commit").read(None);
        let cache = Cache::new(folder.path());
        assert!(cache.history().is_none());
        cache.keep_history(&history).expect("kept");
        assert_eq!(cache.history().expect("a history").print(), history.print());
        let path = cache.path(&way());
        let mut bytes = fs::read(&path).expect("bytes");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(path, bytes).expect("damaged");
        assert!(cache.history().is_none());
    }
}

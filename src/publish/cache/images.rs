//! Pictures that were made smaller, kept for the next build: one file for each in a folder of the cache.
//!
//! A name stands for one sequence of bytes for ever. Bounded by `MAX_BYTES`: the files written first go.

use std::{fs, io::Write as _, path::PathBuf, sync::Arc, time::SystemTime};

use super::{Cache, UNFINISHED, chunk};
use crate::render::ImageStore;

/// The folder.
const FOLDER: &str = "images";
/// How many bytes all of them may have together.
const MAX_BYTES: u64 = 1 << 30;
/// The bytes of a print, with which a file begins.
const PRINT_BYTES: usize = 16;

/// The pictures in a cache folder.
struct KeptImages {
    dir: PathBuf,
}

impl Cache {
    /// The pictures that were kept. What is too much is removed now.
    pub fn images(&self) -> Arc<dyn ImageStore> {
        let images = KeptImages { dir: self.dir.join(FOLDER) };
        images.prune(MAX_BYTES);
        Arc::new(images)
    }
}

impl ImageStore for KeptImages {
    fn get(&self, name: &str) -> Option<Vec<u8>> {
        let bytes = fs::read(self.dir.join(name)).ok()?;
        let (print, picture) = bytes.split_at_checked(PRINT_BYTES)?;
        (chunk::print(picture).as_bytes().as_slice() == print).then(|| picture.to_vec())
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        // What can't be kept is made again.
        let keep = || {
            fs::create_dir_all(&self.dir)?;
            let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(&self.dir)?;
            file.write_all(chunk::print(bytes).as_bytes())?;
            file.write_all(bytes)?;
            file.persist(self.dir.join(name)).map(drop).map_err(|error| error.error)
        };
        let _: Result<(), std::io::Error> = keep();
    }
}

impl KeptImages {
    /// Removes the oldest, so that the rest has so many bytes at most.
    fn prune(&self, max_bytes: u64) {
        let entries = fs::read_dir(&self.dir).into_iter().flatten().flatten();
        let mut files: Vec<(SystemTime, u64, PathBuf)> = entries
            .filter_map(|entry| {
                let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
                Some((metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH), metadata.len(), entry.path()))
            })
            .collect();
        files.sort_by(|a, b| b.cmp(a));
        let mut n_bytes = 0;
        for (_, len, path) in files {
            n_bytes += len;
            if n_bytes > max_bytes {
                let _ = fs::remove_file(path);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_kept_whole_and_within_a_bound() {
        let folder = tempfile::tempdir().expect("a folder");
        let images = KeptImages { dir: folder.path().join(FOLDER) };
        assert_eq!(images.get("a"), None);
        images.put("a", b"picture");
        assert_eq!(images.get("a").as_deref(), Some(&b"picture"[..]));
        fs::write(folder.path().join("images/a"), b"damaged, and longer than a print").expect("a file");
        assert_eq!(images.get("a"), None);
        images.put("b", &[1; 100]);
        images.prune(120);
        assert!(images.get("b").is_some() && !folder.path().join("images/a").exists());
    }
}

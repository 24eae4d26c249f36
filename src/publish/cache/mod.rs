//! [`Cache`]: what a build knows that the next one can use, in a folder outside of the output.
//!
//! In: pages parsed, routes with their traces, files written. Out: the same in another process. What is still true of
//! it is decided by those who read it: pages are compared by blob id, traces are put to the new site, files of the
//! output are looked at. So a cache can be old, or from another branch or machine; it can't be wrong.
//!
//! * One file for each way to build a site ([`Cache::state`]): its options, and the build of the program, whose name
//!   (`RECTO_BUILD`) is part of the file's name.
//! * In chunks with a digest each: a build reads those that it needs, writes anew those that differ, and a damaged one
//!   counts as missing.
//! * Those that differ are put at the end of the file (`target`), or all into a new one that is renamed. A build that is killed leaves
//!   the former state, and two builds at once one of two whole ones.
//! * Bounded by `MAX_STATES` and `MAX_BYTES`: the files not used for longest go.
//!
//! It is safe to delete at any time.

mod chapters;
mod chunk;
mod history;
mod images;
mod pages;
mod state;
mod target;
mod words;
mod writer;

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

pub use self::chunk::{read_at, write_at};
pub use self::history::history;
pub use self::state::{Head, OutputFile, RouteRecord, State};
pub use self::writer::StateWriter;

use self::target::Target;
use crate::{base::digest::Print, site::SiteOptions};

/// How many states are kept.
const MAX_STATES: usize = 32;
/// How many bytes all states may have together.
const MAX_BYTES: u64 = 2 << 30;
/// What the names of our files end with.
const EXTENSION: &str = ".state";
/// What the names of files begin with that are being written.
const UNFINISHED: &str = ".next-";
/// When such a file is one that a killed build has left.
const LEFT_AFTER: Duration = Duration::from_secs(3600);
/// This build of the program.
const PROGRAM: &str = env!("RECTO_BUILD");

/// The print of what makes two builds of the same files different sites.
pub fn way(options: &SiteOptions) -> Print {
    let base_url = options.base_url.as_ref().map(ToString::to_string);
    Print::of(&(options.drafts, options.future, base_url, &options.deck))
}

/// A folder of states.
#[derive(Clone, Debug)]
pub struct Cache {
    dir: PathBuf,
}

impl Cache {
    /// Takes the folder's name; it need not exist.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The state of a way to build, if there is one that can be read.
    pub fn state(&self, way: &Print) -> Option<State> {
        State::open(&self.path(way))
    }

    /// Begins the next state of a way to build.
    pub fn writer(&self, way: &Print, former: Option<Arc<State>>) -> io::Result<StateWriter> {
        fs::create_dir_all(&self.dir)
            .map_err(|error| io::Error::new(error.kind(), format!("`{}`: {error}", self.dir.display())))?;
        StateWriter::new(Target::of(former.as_deref(), &self.path(way), &self.dir)?, former)
    }

    /// Puts the next state in place, and removes what is too old or too much.
    pub fn keep(&self, way: &Print, writer: StateWriter, head: &Head) -> io::Result<()> {
        let path = self.path(way);
        let put = writer.finish(head).and_then(|next| next.put(&path));
        put.map_err(|error| io::Error::new(error.kind(), format!("`{}`: {error}", path.display())))?;
        self.prune();
        Ok(())
    }

    fn path(&self, way: &Print) -> PathBuf {
        self.dir.join(format!("{PROGRAM}-{way}{EXTENSION}"))
    }

    /// Removes the states that were not used for longest, and what killed builds have left. What can't be removed stays.
    fn prune(&self) {
        let now = SystemTime::now();
        let mut states = Vec::new();
        for entry in fs::read_dir(&self.dir).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            let Some(metadata) = entry.metadata().ok().filter(fs::Metadata::is_file) else { continue };
            let modified = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            let name = name.to_string_lossy();
            if is_state(&name) {
                states.push((modified, metadata.len(), path));
            } else if name.starts_with(UNFINISHED)
                && now.duration_since(modified).is_ok_and(|age| age > LEFT_AFTER)
            {
                let _ = fs::remove_file(path);
            }
        }
        states.sort_by(|a, b| b.cmp(a));
        let mut n_bytes = 0;
        for (place, (_, len, path)) in states.into_iter().enumerate() {
            n_bytes += len;
            if place > 0 && (place >= MAX_STATES || n_bytes > MAX_BYTES) {
                let _ = fs::remove_file(path);
            }
        }
    }
}

/// Whether a name is one that we give: the folder may hold files of others.
fn is_state(name: &str) -> bool {
    let hexadecimal =
        |text: &str, len| text.len() == len && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let Some((program, way)) = name.strip_suffix(EXTENSION).and_then(|stem| stem.split_once('-')) else {
        return false;
    };
    hexadecimal(program, PROGRAM.len()) && hexadecimal(way, 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_files_are_removed() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = |n: usize| format!("{PROGRAM}-{}.state", Print::of(&n));
        for n in 0..MAX_STATES + 5 {
            fs::write(folder.path().join(state(n)), "x").expect("a file");
            fs::write(folder.path().join(format!("notes{n}.state")), "important").expect("a file");
        }
        Cache::new(folder.path()).prune();
        let left: Vec<String> = fs::read_dir(folder.path())
            .expect("a folder")
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        assert_eq!(left.iter().filter(|name| is_state(name)).count(), MAX_STATES);
        assert_eq!(left.iter().filter(|name| name.starts_with("notes")).count(), MAX_STATES + 5);
    }
}

//! Where the program keeps what can be made again: the user's cache folder, as XDG has it.

use std::path::{Path, PathBuf};

use crate::{base::digest::Print, publish::cache::Cache};

/// Where results are kept, and whether they are.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct CacheArgs {
    /// Take nothing from earlier runs, and keep nothing for the next
    #[arg(long)]
    no_cache: bool,
    /// Where to keep what the next run can use; by default in the user's cache folder
    #[arg(long, value_name = "DIR", env = "RECTO_CACHE_DIR")]
    cache_dir: Option<PathBuf>,
}

impl CacheArgs {
    /// The cache for a site; `None` with `--no-cache`, and where there is no folder for it.
    pub(super) fn cache(&self, dir: &Path) -> Option<Cache> {
        if self.no_cache {
            return None;
        }
        let named = self.cache_dir.clone().filter(|named| !named.as_os_str().is_empty());
        named.or_else(|| of_site(dir)).map(Cache::new)
    }
}

/// Our folder in the user's cache folder; `None` when there is no such folder.
pub(super) fn own() -> Option<PathBuf> {
    let folder = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|folder| folder.is_absolute());
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    Some(folder.or_else(home)?.join("recto"))
}

/// The folder for what builds of a site keep.
fn of_site(dir: &Path) -> Option<PathBuf> {
    let dir = dir.canonicalize().ok()?;
    Some(own()?.join("builds").join(Print::of(&dir).to_string()))
}

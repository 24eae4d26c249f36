//! Where the program keeps what can be made again: the user's cache folder, as XDG has it.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use crate::{
    base::digest::Print,
    cli::{exit::UsageError, open::path_inside},
    publish::cache::Cache,
    source::is_hidden,
};

/// For how long a site's results are kept that nobody uses.
const KEPT_FOR: Duration = Duration::from_secs(60 * 24 * 3600);

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
    pub(super) fn cache(&self, dir: &Path) -> Result<Option<Cache>, UsageError> {
        if self.no_cache {
            return Ok(None);
        }
        let named = self.cache_dir.clone().filter(|named| !named.as_os_str().is_empty());
        if let Some(named) = named.as_ref().filter(|named| would_be_published(named, dir)) {
            return Err(UsageError {
                message: format!("the cache folder `{}` is a part of the site", named.display()),
                hint: Some("name one outside of it, or one that begins with a `.`".to_owned()),
            });
        }
        Ok(named.or_else(|| of_site(dir)).map(Cache::new))
    }
}

/// Whether a folder lies in a site, where only hidden names are left out.
fn would_be_published(folder: &Path, site: &Path) -> bool {
    let inside = path_inside(site, folder);
    inside.is_some_and(|path| !path.parts().any(|part| is_hidden(part.as_bytes())))
}

/// Our folder in the user's cache folder; `None` when there is no such folder.
pub(super) fn own() -> Option<PathBuf> {
    let folder = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|folder| folder.is_absolute());
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    Some(folder.or_else(home)?.join("recto"))
}

/// The folder for what builds of a site keep; those of sites that nobody builds any more are removed.
fn of_site(dir: &Path) -> Option<PathBuf> {
    let dir = dir.canonicalize().ok()?;
    let builds = own()?.join("builds");
    sweep(&builds, SystemTime::now());
    Some(builds.join(Print::of(&dir).to_string()))
}

/// Removes the folders in which nothing was written for long. What can't be removed stays.
fn sweep(builds: &Path, now: SystemTime) {
    let modified = |path: &Path| path.symlink_metadata().and_then(|metadata| metadata.modified()).ok();
    let is_old = |time: SystemTime| now.duration_since(time).is_ok_and(|age| age > KEPT_FOR);
    for entry in fs::read_dir(builds).into_iter().flatten().flatten() {
        let folder = entry.path();
        // Most are known to be in use by the time of the folder itself.
        if !modified(&folder).is_some_and(is_old) {
            continue;
        }
        let files = fs::read_dir(&folder).into_iter().flatten().flatten().map(|file| file.path());
        if files.filter_map(|file| modified(&file)).all(is_old) {
            let _ = fs::remove_dir_all(folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cache_is_no_part_of_a_site() {
        let check = |folder, site, expected| {
            assert_eq!(would_be_published(Path::new(folder), Path::new(site)), expected, "{folder}");
        };
        check("/s/cache", "/s", true);
        check("/s", "/s", true);
        check("/s/.cache/x", "/s", false);
        check("/t", "/s", false);
        check("/s-cache", "/s", false);
        check("cache", ".", true);
        check("../s/cache", "../s", true);
        check("/s/.x/../cache", "/s", true);
        check("/s/../t", "/s", false);
        check("/s/.well-known/x", "/s", true);
    }

    #[test]
    fn folders_that_nobody_uses_go() {
        let builds = tempfile::tempdir().expect("a folder");
        let used = builds.path().join("used");
        fs::create_dir(&used).expect("a folder");
        fs::write(used.join("a.state"), "x").expect("a file");
        sweep(builds.path(), SystemTime::now());
        assert!(used.exists());
        sweep(builds.path(), SystemTime::now() + KEPT_FOR + KEPT_FOR);
        assert!(!used.exists());
        sweep(&builds.path().join("none"), SystemTime::now());
    }
}

//! Packing: what many saves have left as single files becomes one, by the `git` program.
//!
//! Git itself decides whether there is anything to do, holds its own locks, and may be stopped at any moment. Saves go on
//! meanwhile: they only add objects.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc::{Sender, channel},
    thread,
    time::Duration,
};

use super::lock::heal_by_age;

/// After how many commits Git is asked again. By itself it packs from about 6,700 objects on; a save makes four.
const COMMITS_BETWEEN: u32 = 400;

/// The lock of `git maintenance`, in the folder of objects: while it is there, others do nothing and say nothing.
const LOCK: &str = "objects/maintenance.lock";
/// How old a lock is that a killed Git has left behind. Git itself waits as long for a `gc`.
const STALE_AFTER: Duration = Duration::from_secs(12 * 60 * 60);

/// Packs a repository now and then, on a thread of its own.
#[derive(Debug)]
pub struct Packer {
    tell: Sender<()>,
}

impl Packer {
    /// Begins with a look at what is there.
    pub fn start(git_dir: &Path) -> std::io::Result<Self> {
        let (tell, told) = channel();
        let git_dir = git_dir.to_path_buf();
        thread::Builder::new().name("packing".to_owned()).spawn(move || {
            let mut n_commits = COMMITS_BETWEEN;
            loop {
                if n_commits >= COMMITS_BETWEEN {
                    n_commits = 0;
                    // Without the program the repository stays as it is.
                    let _ = pack(&git_dir);
                }
                let Ok(()) = told.recv() else { return };
                n_commits += 1;
            }
        })?;
        Ok(Self { tell })
    }

    /// Says that there is a new commit. Doesn't wait.
    pub fn note_commit(&self) {
        // An error means that the thread has ended: then nothing is packed.
        let _ = self.tell.send(());
    }
}

/// Lets Git pack what is worth it, and waits until it is done.
fn pack(git_dir: &Path) -> std::io::Result<bool> {
    heal_by_age(&git_dir.join(LOCK), STALE_AFTER);
    let mut git = Command::new("git");
    git.arg("--git-dir").arg(PathBuf::from(git_dir));
    // The child is waited for, so that there is one at a time.
    git.args(["-c", "gc.autoDetach=false", "-c", "maintenance.autoDetach=false"]);
    git.args(["maintenance", "run", "--auto", "--quiet"]);
    git.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Ok(git.status()?.success())
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::git::test_repo::TestRepo;

    #[test]
    fn loose_objects_become_a_pack_when_there_are_many() {
        let repo = TestRepo::new();
        for n in 0..300 {
            repo.write(&format!("p{n}.md"), &n.to_string());
        }
        repo.commit("many");
        let loose = || repo.git_with_input("count-objects", b"").split(' ').next().map(str::to_owned);
        assert!(pack(&repo.path(".git")).expect("Git runs"));
        assert_eq!(loose().as_deref(), Some("302"), "they are few for Git");
        repo.git("config gc.auto 100");
        // A Git that was killed has left its lock behind.
        let left = std::fs::File::create(repo.path(".git/objects/maintenance.lock")).expect("a file");
        left.set_modified(SystemTime::now() - STALE_AFTER * 2).expect("set");
        assert!(pack(&repo.path(".git")).expect("Git runs"));
        assert_eq!(loose().as_deref(), Some("0"));
        repo.git("fsck --strict");
    }
}

//! A Git repository for a new site, made by the `git` program: it knows who commits, and how.

use std::{
    path::Path,
    process::{Command, Output, Stdio},
};

/// What became of the wish for a repository.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// There is one, with a first commit.
    Committed,
    /// There is one, and Git would not commit: in its own words.
    Uncommitted(String),
    /// The folder lies in one already, which is left as it is.
    Inside,
    /// There is no `git` program, or it would not make a repository.
    NoGit,
}

/// Makes a repository of a folder and commits all that is in it, unless the folder lies in a repository already.
pub(super) fn start(dir: &Path) -> Outcome {
    match git(dir, &["rev-parse", "--git-dir"]) {
        None => return Outcome::NoGit,
        Some(asked) if asked.status.success() => return Outcome::Inside,
        Some(_) => {}
    }
    if !git(dir, &["init", "--quiet"]).is_some_and(|made| made.status.success()) {
        return Outcome::NoGit;
    }
    for arguments in [&["add", "--all"][..], &["commit", "--quiet", "--message", "Start the site"]] {
        match git(dir, arguments) {
            Some(ran) if ran.status.success() => {}
            Some(ran) => return Outcome::Uncommitted(reason(&String::from_utf8_lossy(&ran.stderr))),
            None => return Outcome::NoGit,
        }
    }
    Outcome::Committed
}

fn git(dir: &Path, arguments: &[&str]) -> Option<Output> {
    Command::new("git").current_dir(dir).args(arguments).stdin(Stdio::null()).output().ok()
}

/// The line of what Git said that tells the reason.
fn reason(said: &str) -> String {
    let lines = || said.lines().map(str::trim).filter(|line| !line.is_empty());
    let fatal = lines().find_map(|line| line.strip_prefix("fatal: "));
    fatal.or_else(|| lines().next()).unwrap_or("git commit failed").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_one_line() {
        let said = "Author identity unknown\n\n*** Please tell me who you are.\n\nfatal: unable to auto-detect email\n";
        assert_eq!(reason(said), "unable to auto-detect email");
        assert_eq!(reason("a hook said no\nmore"), "a hook said no");
        assert_eq!(reason(""), "git commit failed");
    }
}

//! A repository for tests, made by the `git` program with a fixed author, clock and configuration.

use std::{
    cell::Cell,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;

/// A repository in a folder that goes away with it.
pub(crate) struct TestRepo {
    dir: TempDir,
    minute: Cell<u32>,
}

impl TestRepo {
    /// An empty repository with the branch `main`.
    pub(crate) fn new() -> Self {
        let repo = Self { dir: tempfile::tempdir().expect("a folder"), minute: Cell::new(0) };
        repo.git("init --quiet --initial-branch=main");
        repo
    }

    /// A clone of this repository.
    pub(crate) fn clone_with(&self, options: &str) -> Self {
        let clone = Self { dir: tempfile::tempdir().expect("a folder"), minute: Cell::new(0) };
        clone.git(&format!("clone --quiet {options} {} .", self.root().display()));
        clone
    }

    pub(crate) fn root(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    /// Writes a file and the folders around it.
    pub(crate) fn write(&self, path: &str, text: &str) -> &Self {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
        self
    }

    /// Makes a symbolic link.
    #[cfg(unix)]
    pub(crate) fn link(&self, path: &str, target: &str) -> &Self {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a link has a folder")).expect("a folder can be made");
        std::os::unix::fs::symlink(target, path).expect("a link can be made");
        self
    }

    /// Sets the clock of what comes next: a minute of the first hour of 2024.
    pub(crate) fn at(&self, minute: u32) -> &Self {
        self.minute.set(minute);
        self
    }

    /// Commits everything that Git doesn't ignore.
    pub(crate) fn commit(&self, message: &str) -> &Self {
        self.git("add -A").git(&format!("commit --quiet --allow-empty -m {message}"))
    }

    /// Runs `git` with arguments that have no spaces.
    pub(crate) fn git(&self, arguments: &str) -> &Self {
        self.git_with_input(arguments, b"");
        self
    }

    /// Runs `git` with bytes as its input and gives its output.
    pub(crate) fn git_with_input(&self, arguments: &str, input: &[u8]) -> String {
        let now = format!("2024-01-01T00:{:02}:00Z", self.minute.get());
        let mut command = Command::new("git");
        for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
            command.env_remove(variable);
        }
        let mut child = command
            .args(arguments.split_whitespace())
            .current_dir(self.root())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .envs([("GIT_AUTHOR_NAME", "Ada"), ("GIT_AUTHOR_EMAIL", "ada@example.org")])
            .envs([("GIT_COMMITTER_NAME", "Ada"), ("GIT_COMMITTER_EMAIL", "ada@example.org")])
            .envs([("GIT_AUTHOR_DATE", &now), ("GIT_COMMITTER_DATE", &now)])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the git program runs");
        child.stdin.take().expect("an input").write_all(input).expect("git reads its input");
        let output = child.wait_with_output().expect("git ends");
        assert!(output.status.success(), "git {arguments}");
        String::from_utf8(output.stdout).expect("git writes UTF-8").trim().to_owned()
    }
}

//! A site in a temporary folder, built by the real program: what is written down here, and what came out.
//!
//! ```ignore
//! TestSite::new().file("a.md", "# A").build().code(0).no_problems().page("a/index.html");
//! ```
//!
//! Builds see nothing of this machine: the home folder is empty, today is [`TODAY`], and Git has no configuration.
#![allow(dead_code, reason = "each test program uses a part of it")]

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::Arc,
};

use serde_json::Value;
use tempfile::TempDir;

/// The day of every build, 2024-05-31, in seconds since 1970.
pub(crate) const TODAY: &str = "1717113600";
/// How many problems a failing test lists.
const MAX_ROWS: usize = 20;

/// A site's folder, and a home folder beside it.
pub(crate) struct TestSite {
    dir: Arc<TempDir>,
}

impl TestSite {
    /// An empty folder.
    pub(crate) fn new() -> Self {
        let site = Self { dir: Arc::new(tempfile::tempdir().expect("a folder")) };
        fs::create_dir_all(site.root()).expect("a folder can be made");
        fs::create_dir_all(site.dir.path().join("home")).expect("a folder can be made");
        site
    }

    /// A folder with one page that nothing is wrong with, `good.md`.
    pub(crate) fn with_good_page() -> Self {
        Self::new().file("good.md", "# Good\n")
    }

    /// The site's folder.
    pub(crate) fn root(&self) -> PathBuf {
        self.dir.path().join("site")
    }

    /// Writes a text file and the folders around it.
    #[must_use]
    pub(crate) fn file(self, path: &str, text: &str) -> Self {
        self.bytes(path, text.as_bytes())
    }

    /// Writes a file and the folders around it.
    #[must_use]
    pub(crate) fn bytes(self, path: &str, bytes: &[u8]) -> Self {
        self.write(path, bytes);
        self
    }

    /// Writes a file of a site that was built before.
    pub(crate) fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder can be made");
        fs::write(path, bytes).expect("a file can be written");
    }

    /// Removes a file of a site that was built before.
    pub(crate) fn remove(&self, path: &str) {
        fs::remove_file(self.root().join(path)).expect("a file can be removed");
    }

    /// Makes an empty folder.
    #[must_use]
    pub(crate) fn folder(self, path: &str) -> Self {
        fs::create_dir_all(self.root().join(path)).expect("a folder can be made");
        self
    }

    /// Makes a symbolic link.
    #[cfg(unix)]
    #[must_use]
    pub(crate) fn symlink(self, path: &str, target: &str) -> Self {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().expect("a link has a folder")).expect("a folder can be made");
        std::os::unix::fs::symlink(target, path).expect("a link can be made");
        self
    }

    /// Runs `git` in the site's folder, with arguments that have no spaces.
    pub(crate) fn git(&self, arguments: &str) {
        let status = self
            .command("git", &self.root())
            .args(arguments.split_whitespace())
            .envs([("GIT_AUTHOR_NAME", "Ada"), ("GIT_AUTHOR_EMAIL", "ada@example.org")])
            .envs([("GIT_COMMITTER_NAME", "Ada"), ("GIT_COMMITTER_EMAIL", "ada@example.org")])
            .envs([
                ("GIT_AUTHOR_DATE", "2024-01-01T00:00:00Z"),
                ("GIT_COMMITTER_DATE", "2024-01-01T00:00:00Z"),
            ])
            .status();
        assert!(status.expect("the git program runs").success(), "git {arguments}");
    }

    /// Makes a repository of the site's folder and commits everything in it.
    #[must_use]
    pub(crate) fn commit(self) -> Self {
        self.git("init --quiet --initial-branch=main");
        self.git("add -A");
        self.git("commit --quiet -m all");
        self
    }

    /// Builds into `public`.
    pub(crate) fn build(&self) -> Built {
        self.build_with(&[])
    }

    /// Builds with more arguments.
    pub(crate) fn build_with(&self, arguments: &[&str]) -> Built {
        self.build_into("public", arguments)
    }

    /// Builds into a folder, with more arguments. The folder is given only if it isn't `public`.
    pub(crate) fn build_into(&self, output: &str, arguments: &[&str]) -> Built {
        let mut all = vec!["build", "--json"];
        if output != "public" {
            all.extend(["--output", output]);
        }
        all.extend(arguments);
        let ran = self.recto(&all);
        let report = serde_json::from_slice(&ran.stdout).ok();
        Built { ran, dir: self.root().join(output), report, _site: self.dir.clone() }
    }

    /// Runs the program in the site's folder.
    pub(crate) fn recto(&self, arguments: &[&str]) -> Output {
        self.recto_with(arguments, &[])
    }

    /// Runs the program in the site's folder with variables of its environment.
    pub(crate) fn recto_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        let mut command = self.command(env!("CARGO_BIN_EXE_recto"), &self.root());
        command.args(arguments).envs(variables.iter().copied()).output().expect("the program runs")
    }

    fn command(&self, program: &str, folder: &Path) -> Command {
        command(program, folder, &self.dir.path().join("home"))
    }
}

/// A program in a folder, on [`TODAY`], that sees nothing of this machine but a home folder.
pub(crate) fn command(program: &str, folder: &Path, home: &Path) -> Command {
    let mut command = Command::new(program);
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"] {
        command.env_remove(variable);
    }
    command
        .current_dir(folder)
        .env("HOME", home)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("NO_COLOR", "1")
        .env("SOURCE_DATE_EPOCH", TODAY);
    command
}

/// All files of an output folder, apart from our own records, in order.
pub(crate) fn output_files(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let mut folders = vec![dir.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if !entry.file_name().to_string_lossy().starts_with(".recto-") {
                let name = path.strip_prefix(dir).expect("a file of the output").to_string_lossy();
                files.push((name.replace('\\', "/"), fs::read(&path).expect("a file can be read")));
            }
        }
    }
    files.sort();
    files
}

/// A problem as `--json` tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) severity: String,
    pub(crate) code: String,
    pub(crate) path: String,
    pub(crate) line: Option<u64>,
    pub(crate) column: Option<u64>,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
    /// Other places, as `the message a.md:2`.
    pub(crate) related: Vec<String>,
}

impl Problem {
    fn of(row: &Value) -> Self {
        let text = |key: &str| row[key].as_str().map(str::to_owned);
        Self {
            severity: text("severity").expect("a severity"),
            code: text("code").expect("a code"),
            path: text("path").unwrap_or_default(),
            line: row["line"].as_u64(),
            column: row["column"].as_u64(),
            message: text("message").expect("a message"),
            hint: text("hint"),
            related: row["related"].as_array().into_iter().flatten().map(related).collect(),
        }
    }

    /// `error bad-date a.md:2:7: the message (the hint)`
    pub(crate) fn row(&self) -> String {
        let Self { severity, code, path, message, .. } = self;
        let mut row = format!("{severity} {code} {path}");
        if let (Some(line), Some(column)) = (self.line, self.column) {
            let _ = write!(row, ":{line}:{column}");
        }
        let _ = write!(row, ": {message}");
        if let Some(hint) = &self.hint {
            let _ = write!(row, " ({hint})");
        }
        row
    }
}

fn related(row: &Value) -> String {
    let line = row["line"].as_u64().map_or(String::new(), |line| format!(":{line}"));
    let text = |key: &str| row[key].as_str().unwrap_or_default();
    format!("{} {}{line}", text("message"), text("path"))
}

/// What a build left behind.
pub(crate) struct Built {
    ran: Output,
    dir: PathBuf,
    report: Option<Value>,
    /// The folder stays as long as someone may look into it.
    _site: Arc<TempDir>,
}

impl Built {
    /// Expects an exit code.
    pub(crate) fn code(&self, expected: i32) -> &Self {
        let rows = self.report.as_ref().map_or_else(Vec::new, |_| self.rows());
        assert_eq!(self.ran.status.code(), Some(expected), "{}{}", listed(&rows), self.stderr());
        self
    }

    /// What was written for people.
    pub(crate) fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.ran.stderr).into_owned()
    }

    /// A count of the report, such as `written`.
    pub(crate) fn count(&self, name: &str) -> u64 {
        let report = self.report.as_ref().unwrap_or_else(|| panic!("no report: {}", self.stderr()));
        report[name].as_u64().unwrap_or_else(|| panic!("no count `{name}`: {report}"))
    }

    /// The text of a file of the output.
    pub(crate) fn page(&self, path: &str) -> String {
        let bytes = fs::read(self.dir.join(path));
        let bytes = bytes.unwrap_or_else(|error| panic!("`{path}`: {error}; there are {:?}", self.paths()));
        String::from_utf8(bytes).unwrap_or_else(|_| panic!("`{path}` is not UTF-8"))
    }

    /// Expects a file.
    pub(crate) fn has(&self, path: &str) -> &Self {
        assert!(self.dir.join(path).is_file(), "`{path}` is missing; there are {:?}", self.paths());
        self
    }

    /// Expects no file and no folder of this name.
    pub(crate) fn lacks(&self, path: &str) -> &Self {
        assert!(fs::symlink_metadata(self.dir.join(path)).is_err(), "`{path}` should not be there");
        self
    }

    /// All files of the output, apart from our own records, in order.
    pub(crate) fn files(&self) -> Vec<(String, Vec<u8>)> {
        output_files(&self.dir)
    }

    /// The paths of [`Built::files`].
    pub(crate) fn paths(&self) -> Vec<String> {
        self.files().into_iter().map(|(path, _)| path).collect()
    }

    /// Everything that was complained about.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let report = self.report.as_ref().unwrap_or_else(|| panic!("no report: {}", self.stderr()));
        report["diagnostics"].as_array().expect("a list").iter().map(Problem::of).collect()
    }

    /// The problems of one kind.
    pub(crate) fn problem(&self, code: &str) -> Vec<Problem> {
        self.problems().into_iter().filter(|problem| problem.code == code).collect()
    }

    /// Expects exactly these problems, as [`Problem::row`] writes them.
    pub(crate) fn only(&self, expected: &[&str]) -> &Self {
        let found = self.rows();
        assert!(found == expected, "\nfound:\n{}expected:\n{}", listed(&found), listed(expected));
        self
    }

    /// Expects that nothing was complained about.
    pub(crate) fn no_problems(&self) -> &Self {
        self.only(&[])
    }

    fn rows(&self) -> Vec<String> {
        self.problems().iter().map(Problem::row).collect()
    }
}

/// One row a line, the first [`MAX_ROWS`] of them.
fn listed<T: AsRef<str>>(rows: &[T]) -> String {
    let mut text = String::new();
    for row in rows.iter().take(MAX_ROWS) {
        let _ = writeln!(text, "{}", row.as_ref());
    }
    if rows.len() > MAX_ROWS {
        let _ = writeln!(text, "and {} more", rows.len() - MAX_ROWS);
    }
    text
}

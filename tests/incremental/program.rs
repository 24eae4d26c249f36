//! [`Program`]: `recto build` into one folder again and again, compared with a build into a new folder.

use std::{fs, path::Path, process::Output};

use serde_json::Value;
use tempfile::TempDir;

use super::{
    check::{Checker, Compared, Difference, Outcome},
    state::Conditions,
    support,
};

/// Arguments that only the builds have that go step by step.
const INCREMENTAL: &[&str] = &[];
/// Arguments that only the clean builds have.
const CLEAN: &[&str] = &["--no-cache"];
/// Of the checks of a repository, one in so many also builds its last commit.
const COMMIT_EVERY: usize = 3;

/// Builds by the program, in a process of its own each time.
pub(crate) struct Program {
    /// Holds the outputs and home folders of both sides.
    dir: TempDir,
    n_checks: usize,
}

/// One of the two ways to build.
#[derive(Clone, Copy, Debug)]
enum Side {
    /// Into the same folder again, with all that earlier builds have left.
    Incremental,
    /// Into a new folder, with a new home folder.
    Clean,
}

impl Program {
    /// Begins with nothing.
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().expect("a folder"), n_checks: 0 }
    }

    /// Builds the files or the last commit both ways.
    fn compare(
        &self,
        site: &Path,
        conditions: &Conditions,
        rev: Option<&str>,
    ) -> Result<Compared, Difference> {
        let incremental = self.build(Side::Incremental, site, conditions, rev)?;
        let clean = self.build(Side::Clean, site, conditions, rev)?;
        incremental.compare(&clean)
    }

    fn build(
        &self,
        side: Side,
        site: &Path,
        conditions: &Conditions,
        rev: Option<&str>,
    ) -> Result<Outcome, Difference> {
        let (place, arguments) = match side {
            Side::Incremental => ("incremental", INCREMENTAL),
            Side::Clean => ("clean", CLEAN),
        };
        let dir = self.dir.path().join(place);
        // Files and commits share what is kept, but not the output.
        let output = dir.join(rev.unwrap_or("output"));
        fs::create_dir_all(dir.join("home")).expect("a folder can be made");
        let mut command = support::command(env!("CARGO_BIN_EXE_recto"), site, &dir.join("home"));
        command.env("SOURCE_DATE_EPOCH", conditions.day.to_string());
        command.args(["build", "--json", "--output"]).arg(&output).args(arguments);
        command.args(conditions.drafts.then_some("--drafts")).args(conditions.future.then_some("--future"));
        command.args(conditions.base_url.iter().flat_map(|url| ["--base-url", url]));
        command.args(rev.iter().flat_map(|rev| ["--rev", rev]));
        let ran = command.output().expect("the program runs");
        let problems = problems(&ran).map_err(|text| Difference::failure(place, text))?;
        let files = support::output_files(&output).into_iter().collect();
        if matches!(side, Side::Clean) {
            fs::remove_dir_all(dir).expect("a folder can be removed");
        }
        Ok(Outcome { files, problems })
    }
}

impl Checker for Program {
    fn check(&mut self, site: &Path, conditions: &Conditions) -> Result<Compared, Difference> {
        self.n_checks += 1;
        if site.join(".git").exists() && self.n_checks.is_multiple_of(COMMIT_EVERY) {
            self.compare(site, conditions, Some("HEAD"))?;
        }
        self.compare(site, conditions, None)
    }
}

/// The exit code and the problems of a build, one a line; or what it says instead.
fn problems(ran: &Output) -> Result<Vec<String>, String> {
    let stderr = String::from_utf8_lossy(&ran.stderr);
    let report: Option<Value> = serde_json::from_slice(&ran.stdout).ok();
    let Some(Value::Array(rows)) = report.map(|mut report| report["diagnostics"].take()) else {
        return Err(format!("it ends with {:?} and no report: {stderr}", ran.status.code()));
    };
    if stderr.contains("panicked at") {
        return Err(stderr.into_owned());
    }
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let mut problems = vec![format!("exit {}", ran.status.code().unwrap_or(-1))];
    problems.extend(rows.iter().map(|row| {
        let (severity, code, path) = (text(row, "severity"), text(row, "code"), text(row, "path"));
        format!("{severity} {code} {path}: {row}")
    }));
    Ok(problems)
}

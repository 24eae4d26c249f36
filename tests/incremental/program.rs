//! [`Program`]: `recto build` into one folder again and again, compared with a build into a new folder.

use std::{path::Path, process::Output};

use serde_json::Value;
use tempfile::TempDir;

use super::{
    check::{Checker, Compared, Difference, Outcome},
    state::Conditions,
    support,
};

/// What only the builds have that go step by step.
const INCREMENTAL: &[&str] = &[];
/// What only the clean builds have.
const CLEAN: &[&str] = &[];

/// Builds by the program, in a process of its own each time.
pub(crate) struct Program {
    /// Holds the home folders and outputs of both sides.
    dir: TempDir,
    n_builds: usize,
}

impl Program {
    /// Begins with an empty output folder.
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().expect("a folder"), n_builds: 0 }
    }

    /// Builds into a folder of ours. `side` also names the home folder, in which caches would be.
    fn build(
        &self,
        site: &Path,
        conditions: &Conditions,
        side: &str,
        output: &str,
        arguments: &[&str],
    ) -> Result<Outcome, Difference> {
        let output = self.dir.path().join(output);
        let home = self.dir.path().join(side);
        std::fs::create_dir_all(&home).expect("a folder can be made");
        let mut command = support::command(env!("CARGO_BIN_EXE_recto"), site, &home);
        command.env("SOURCE_DATE_EPOCH", conditions.day.to_string());
        command.args(["build", "--json", "--output"]).arg(&output).args(arguments);
        command.args(conditions.drafts.then_some("--drafts")).args(conditions.future.then_some("--future"));
        if let Some(url) = &conditions.base_url {
            command.args(["--base-url", url]);
        }
        let ran = command.output().expect("the program runs");
        let problems = problems(&ran).map_err(|text| Difference::failure(side, text))?;
        Ok(Outcome { files: support::output_files(&output).into_iter().collect(), problems })
    }
}

impl Checker for Program {
    fn check(&mut self, site: &Path, conditions: &Conditions) -> Result<Compared, Difference> {
        self.n_builds += 1;
        let output = format!("clean-{}", self.n_builds);
        let incremental = self.build(site, conditions, "incremental", "output", INCREMENTAL)?;
        let clean = self.build(site, conditions, "clean", &output, CLEAN)?;
        // What is left over would only fill the disk.
        drop(std::fs::remove_dir_all(self.dir.path().join(output)));
        incremental.compare(&clean)
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
    let mut problems = vec![format!("exit {:?}", ran.status.code())];
    problems.extend(rows.iter().map(|row| format!("{} {} {row}", text(row, "severity"), text(row, "code"))));
    Ok(problems)
}

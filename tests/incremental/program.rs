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
/// One in so many checks begins with a file of the output removed by hand.
const REMOVE_EVERY: usize = 5;
/// One in so many begins without the output folder.
const REMOVE_ALL_EVERY: usize = 11;
/// One in so many begins with a file in the home folder, where caches are, cut in half.
const CUT_EVERY: usize = 7;
/// One in so many begins with an empty home folder.
const EMPTY_EVERY: usize = 13;

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

    /// Does to what earlier builds have left what people, cleaners and full disks do; clean builds never see it.
    fn damage(&self) {
        let is_time = |every: usize| self.n_checks.is_multiple_of(every);
        let dir = self.dir.path().join("incremental");
        let (output, home) = (dir.join("output"), dir.join("home"));
        if is_time(REMOVE_EVERY)
            && let Some((path, _)) = self.one_of(support::output_files(&output))
        {
            fs::remove_file(output.join(path)).expect("a file can be removed");
        }
        if is_time(CUT_EVERY)
            && let Some((path, bytes)) = self.one_of(support::output_files(&home))
        {
            fs::write(home.join(path), &bytes[..bytes.len() / 2]).expect("a file can be written");
        }
        for (every, folder) in [(REMOVE_ALL_EVERY, output), (EMPTY_EVERY, home)] {
            if is_time(every) && folder.exists() {
                fs::remove_dir_all(folder).expect("a folder can be removed");
            }
        }
    }

    /// A file, another one each time.
    fn one_of(&self, mut files: Vec<(String, Vec<u8>)>) -> Option<(String, Vec<u8>)> {
        let at = self.n_checks.checked_rem(files.len())?;
        Some(files.swap_remove(at))
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
        let outcome = outcome(&ran, &output).map_err(|text| Difference::failure(place, text))?;
        if matches!(side, Side::Clean) {
            fs::remove_dir_all(dir).expect("a folder can be removed");
        }
        Ok(outcome)
    }
}

impl Checker for Program {
    fn check(&mut self, site: &Path, conditions: &Conditions) -> Result<Compared, Difference> {
        self.n_checks += 1;
        self.damage();
        if site.join(".git").exists() && self.n_checks.is_multiple_of(COMMIT_EVERY) {
            self.compare(site, conditions, Some("HEAD"))?;
        }
        self.compare(site, conditions, None)
    }
}

/// The files and problems of a build. One that gives up has no files: those of an earlier build stay where they are.
fn outcome(ran: &Output, output: &Path) -> Result<Outcome, String> {
    let stderr = String::from_utf8_lossy(&ran.stderr);
    let Some(code) = ran.status.code().filter(|_| !stderr.contains("panicked at")) else {
        return Err(stderr.into_owned());
    };
    let report: Option<Value> = serde_json::from_slice(&ran.stdout).ok();
    let Some(Value::Array(rows)) = report.map(|mut report| report["diagnostics"].take()) else {
        return Ok(Outcome { problems: vec![format!("exit {code} {stderr}")], ..Outcome::default() });
    };
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let mut problems = vec![format!("exit {code}")];
    problems.extend(rows.iter().map(|row| {
        let (severity, code, path) = (text(row, "severity"), text(row, "code"), text(row, "path"));
        format!("{severity} {code} {path}: {row}")
    }));
    Ok(Outcome { files: support::output_files(output).into_iter().collect(), problems })
}

//! `recto build`: writes the site into its output folder.

use std::{
    path::{Path, PathBuf},
    sync::Mutex,
    time::Instant,
};

use anyhow::Context;
use rayon::prelude::*;
use serde::Serialize;

use crate::{
    base::{
        config::FILE_NAME,
        diagnostic::{self, Diagnostic, Severity},
    },
    cli::{
        Global,
        exit::{Ending, UsageError},
        open::{OpenSite, SiteArgs, configured_output},
        progress::Progress,
        report::{self, Format, JsonDiagnostic, ReportOptions},
        target,
    },
    publish::output::{Output, Summary},
};

/// How many problems of one kind are shown.
const MAX_PER_CODE: usize = 30;

/// Write the site into its output folder
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  recto build                                   write the site to public/
  recto build docs --output /srv/www/docs       another site, another folder
  recto build --base-url https://example.org/docs/
  recto build --rev main~3 --output old         the site three commits ago
  recto build --strict --format github          fail on warnings, in CI")]
pub(super) struct Args {
    #[command(flatten)]
    site: SiteArgs,
    /// Where to write; `public` in the site's folder unless recto.yml says otherwise
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Take warnings for errors
    #[arg(long)]
    strict: bool,
    /// How many threads to use; all cores by default
    #[arg(short, long, value_name = "N")]
    jobs: Option<usize>,
    /// Print one JSON object with counts and all problems
    #[arg(long)]
    json: bool,
    /// How to print problems
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// What `--json` prints.
#[derive(Serialize)]
struct BuildReport<'a> {
    routes: usize,
    rendered: usize,
    written: usize,
    unchanged: usize,
    removed: usize,
    errors: usize,
    warnings: usize,
    elapsed_ms: u64,
    diagnostics: Vec<JsonDiagnostic<'a>>,
}

pub(super) fn run(args: &Args, global: &Global) -> anyhow::Result<Ending> {
    set_jobs(args.jobs)?;
    let start = Instant::now();
    let open = args.site.open(args.output.as_deref())?;
    let dir = output_dir(args, &open);
    target::check(&dir, &args.site.dir)?;
    let (summary, n_routes, mut diagnostics) = write(&open, &dir, global, args.json)?;
    diagnostics.extend(open.renderer.site().link_diagnostics(&*open.source));
    diagnostic::sort(&mut diagnostics);
    let elapsed_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    let built = Built { summary, n_routes, elapsed_ms, dir };
    print(args, global, &built, &diagnostics)?;
    Ok(ending(&diagnostics, args.strict))
}

/// Uses `jobs` threads for everything that runs in parallel.
pub(super) fn set_jobs(jobs: Option<usize>) -> anyhow::Result<()> {
    if jobs == Some(0) {
        anyhow::bail!(UsageError { message: "`--jobs` must be at least 1".to_owned(), hint: None });
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs.unwrap_or(0));
    pool.build_global().context("starting threads")
}

/// How a command ends that found `diagnostics`.
pub(super) fn ending(diagnostics: &[Diagnostic], is_strict: bool) -> Ending {
    let is_error = |problem: &Diagnostic| problem.severity == Severity::Error;
    let worst = diagnostics.iter().map(|problem| problem.severity).max();
    let is_config =
        |problem: &Diagnostic| problem.place.as_ref().is_some_and(|place| place.path.as_str() == FILE_NAME);
    if diagnostics.iter().any(|problem| is_error(problem) && is_config(problem)) {
        Ending::Config
    } else if worst == Some(Severity::Error) || (is_strict && worst == Some(Severity::Warning)) {
        Ending::Content
    } else {
        Ending::Fine
    }
}

struct Built {
    summary: Summary,
    n_routes: usize,
    elapsed_ms: u64,
    dir: PathBuf,
}

fn output_dir(args: &Args, open: &OpenSite) -> PathBuf {
    match &args.output {
        Some(output) => output.clone(),
        None => args.site.dir.join(configured_output(&*open.source).as_str()),
    }
}

fn write(
    open: &OpenSite,
    dir: &Path,
    global: &Global,
    is_silent: bool,
) -> anyhow::Result<(Summary, usize, Vec<Diagnostic>)> {
    let renderer = &open.renderer;
    let routes = renderer.routes();
    let staging = Output::open(dir)
        .and_then(|output| output.begin())
        .with_context(|| format!("opening the output folder `{}`", dir.display()))?;
    let found = Mutex::new(renderer.site().diagnostics());
    let progress = Progress::new(routes.len(), global.quiet == 0 && !is_silent);
    routes.par_iter().try_for_each(|route| -> anyhow::Result<()> {
        let rendered = renderer.render(route).with_context(|| format!("`{route}` has no renderer"))?;
        staging.put(&route.output_path(), &rendered.bytes)?;
        if !rendered.diagnostics.is_empty() {
            let mut found = found.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            found.extend(rendered.diagnostics);
        }
        progress.step();
        Ok(())
    })?;
    drop(progress);
    let summary = staging.commit().context("writing the site")?;
    let mut diagnostics = found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    diagnostics.extend(renderer.diagnostics().iter().cloned());
    Ok((summary, routes.len(), diagnostics))
}

fn print(args: &Args, global: &Global, built: &Built, diagnostics: &[Diagnostic]) -> anyhow::Result<()> {
    let prefix = args.site.path_prefix();
    let counts = report::counts(diagnostics);
    let Summary { written, unchanged, removed, .. } = built.summary;
    if args.json {
        let report = BuildReport {
            routes: built.n_routes,
            rendered: built.n_routes,
            written,
            unchanged,
            removed,
            errors: counts.errors,
            warnings: counts.warnings,
            elapsed_ms: built.elapsed_ms,
            diagnostics: report::json(diagnostics, &prefix),
        };
        anstream::println!("{}", serde_json::to_string(&report)?);
        return Ok(());
    }
    if global.quiet < 2 {
        let shown: Vec<Diagnostic> = worth_showing(diagnostics, global).cloned().collect();
        let max_per_code = (global.verbose == 0).then_some(MAX_PER_CODE);
        report::print(
            &shown,
            args.format,
            &ReportOptions { path_prefix: &prefix, max_per_code, color: global.color },
        )?;
    }
    if global.quiet == 0 {
        for warning in &built.summary.warnings {
            anstream::eprintln!("\x1b[1;33mwarning\x1b[0m: {warning}");
        }
        for path in &built.summary.kept {
            anstream::eprintln!(
                "\x1b[1;33mwarning\x1b[0m: `{path}` was changed by hand and is kept, though the site no longer has it"
            );
        }
        anstream::eprintln!(
            "{} pages and files in `{}`: {written} written, {unchanged} unchanged, {removed} removed; {counts}; {:.1} s",
            built.n_routes,
            built.dir.display(),
            built.elapsed_ms as f64 / 1000.0,
        );
    }
    Ok(())
}

/// Problems, and with `-v` also notes.
fn worth_showing<'a>(diagnostics: &'a [Diagnostic], global: &Global) -> impl Iterator<Item = &'a Diagnostic> {
    let least = if global.verbose > 0 { Severity::Note } else { Severity::Warning };
    diagnostics.iter().filter(move |problem| problem.severity >= least)
}

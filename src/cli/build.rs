//! `recto build`: writes the site into its output folder.

use std::{
    path::{Path, PathBuf},
    sync::OnceLock,
    time::Instant,
};

use anyhow::Context;
use serde::Serialize;

use crate::{
    base::{
        config::FILE_NAME,
        diagnostic::{Diagnostic, Severity},
        path::RepoPath,
    },
    cli::{
        Global,
        cache_dir::CacheArgs,
        exit::{Ending, UsageError},
        open::{SiteArgs, configured_output, path_inside},
        progress::Progress,
        report::{self, Format, JsonDiagnostic, ReportOptions},
        target,
    },
    parse::front_matter::Date,
    publish::{
        self,
        build::{BuildError, BuildOptions, BuildProgress, Built, Reason},
        output::Summary,
    },
    site::{Site, routes::Hidden},
    source::Source,
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
  recto build --explain guide/intro.md          and say why that page was rendered or not
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
    #[command(flatten)]
    cache: CacheArgs,
    /// Say why a page, file or address was rendered or not
    #[arg(long, value_name = "PATH")]
    explain: Option<String>,
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
    let source = args.site.source()?;
    let site = args.site.options(&*source, args.output.as_deref())?;
    let dir = output_dir(args, &*source);
    target::check(&dir, args.site.dir())?;
    let cache = args.cache.cache(args.site.dir())?;
    let asked = args.explain.as_deref().map(|path| in_site(path, args.site.dir()));
    let options = BuildOptions {
        site,
        output: &dir,
        history: args.site.history_reader(),
        cache: cache.as_ref(),
        explain: asked.as_deref(),
    };
    let progress = LazyProgress { is_shown: global.quiet == 0 && !args.json, line: OnceLock::new() };
    let built = publish::build::build(&source, &options, &progress).map_err(|error| match error {
        BuildError::Source(error) => {
            anyhow::Error::new(error).context(format!("reading `{}`", args.site.dir().display()))
        }
        BuildError::Output(error) => anyhow::Error::new(error).context("writing the site"),
    })?;
    drop(progress);
    let elapsed_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    print(args, global, &built, &Ran { dir, elapsed_ms })?;
    if let Some(path) = &asked {
        explain(path, &built, &args.site)?;
    }
    Ok(ending(&built.diagnostics, args.strict))
}

/// A path or address as the site has it: a file may also be named from the current folder.
fn in_site(written: &str, dir: &Path) -> String {
    let path = Path::new(written);
    let inside = path_inside(dir, path).filter(|_| path.is_file());
    inside.map_or_else(|| written.to_owned(), |inside| inside.to_string())
}

/// Says of each address that was asked for why it was rendered or not.
fn explain(path: &str, built: &Built, site: &SiteArgs) -> anyhow::Result<()> {
    if built.explained.is_empty() {
        let hidden = why_hidden(path, site.open()?.renderer.site());
        let why = hidden.unwrap_or_else(|| format!("`{path}` is no page, file or address of the site"));
        anstream::eprintln!("{why}");
    }
    for (route, reason) in &built.explained {
        let why = match reason {
            Reason::Same(n_answers) => {
                format!("was kept: all {n_answers} answers that it was made from are the same")
            }
            Reason::New => "was rendered: no earlier result is known".to_owned(),
            Reason::Output => {
                "was rendered: its file in the output folder is missing or was changed".to_owned()
            }
            Reason::Compressed => {
                "was rendered: its compressed forms are not those that `compress` in recto.yml asks for"
                    .to_owned()
            }
            Reason::Changed(question) => format!("was rendered, because of {question}"),
        };
        anstream::eprintln!("`{route}` {why}");
    }
    Ok(())
}

/// Why a page is not published, if it is one that isn't.
fn why_hidden(path: &str, site: &Site) -> Option<String> {
    let roots = [&RepoPath::root(), site.content()];
    let files = roots.into_iter().filter_map(|root| root.resolve(path));
    let (file, hidden) = files.filter_map(|file| site.hidden(&file).map(|hidden| (file, hidden))).next()?;
    let front = site.file(&file).map(|page| &page.front);
    let day = |day: Option<&Date>| day.map(|day| day.day().to_string());
    let why = match hidden {
        Hidden::Draft => "is not published: it is a draft; `--drafts` shows it".to_owned(),
        Hidden::Future => match day(front.and_then(|front| front.publish.as_ref().or(front.date.as_ref()))) {
            Some(day) => format!("is not published before {day}; `--future` shows it"),
            None => "is not published yet; `--future` shows it".to_owned(),
        },
        Hidden::Expired => match day(front.and_then(|front| front.expire.as_ref())) {
            Some(day) => format!("is not published: it has expired on {day}"),
            None => "is not published: it has expired".to_owned(),
        },
        Hidden::Underscore => "is no page: its name, or a folder's above it, begins with `_`".to_owned(),
        Hidden::Duplicate => "is not published: another page has its address".to_owned(),
    };
    Some(format!("`{file}` {why}"))
}

/// A progress line that begins when it is known how far it goes.
struct LazyProgress {
    is_shown: bool,
    line: OnceLock<Progress>,
}

impl BuildProgress for LazyProgress {
    fn begin(&self, n_routes: usize) {
        self.line.get_or_init(|| Progress::new(0, self.is_shown)).expect(n_routes);
    }

    fn step(&self) {
        if let Some(line) = self.line.get() {
            line.step();
        }
    }
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

/// How the program ran.
struct Ran {
    dir: PathBuf,
    elapsed_ms: u64,
}

fn output_dir(args: &Args, source: &dyn Source) -> PathBuf {
    match &args.output {
        Some(output) => output.clone(),
        None => args.site.dir().join(configured_output(source).as_str()),
    }
}

fn print(args: &Args, global: &Global, built: &Built, ran: &Ran) -> anyhow::Result<()> {
    let prefix = args.site.path_prefix();
    let diagnostics = &built.diagnostics;
    let counts = report::counts(diagnostics);
    let Summary { written, unchanged, removed, .. } = built.summary;
    if args.json {
        let report = BuildReport {
            routes: built.n_routes,
            rendered: built.n_rendered,
            written,
            unchanged,
            removed,
            errors: counts.errors,
            warnings: counts.warnings,
            elapsed_ms: ran.elapsed_ms,
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
        if let Some(problem) = &built.history_problem {
            anstream::eprintln!(
                "\x1b[1;33mwarning\x1b[0m: pages don't say who changed them last: {problem}; \
                 `last_changed: false` in recto.yml says that they need not"
            );
        }
        if let Some(problem) = &built.cache_problem {
            anstream::eprintln!("\x1b[1;33mwarning\x1b[0m: nothing is kept for the next build: {problem}");
        }
        for path in &built.summary.kept {
            anstream::eprintln!(
                "\x1b[1;33mwarning\x1b[0m: `{path}` was changed by hand and is kept, though the site no longer has it"
            );
        }
        anstream::eprintln!(
            "{} pages and files in `{}`: {} rendered, {written} written, {unchanged} unchanged, {removed} removed; {counts}; {:.1} s",
            built.n_routes,
            ran.dir.display(),
            built.n_rendered,
            ran.elapsed_ms as f64 / 1000.0,
        );
    }
    Ok(())
}

/// Problems, and with `-v` also notes.
fn worth_showing<'a>(diagnostics: &'a [Diagnostic], global: &Global) -> impl Iterator<Item = &'a Diagnostic> {
    let least = if global.verbose > 0 { Severity::Note } else { Severity::Warning };
    diagnostics.iter().filter(move |problem| problem.severity >= least)
}

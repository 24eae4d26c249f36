//! `recto export`: a deck as one HTML file with all that it needs, or as a PDF.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::Context;
use clap::ValueEnum;

use crate::{
    base::{
        diagnostic::{self, Diagnostic, Place, Severity, nearest},
        path::RepoPath,
    },
    cli::{
        Global,
        build::ending,
        exit::{Ending, UsageError},
        open::{SiteArgs, path_inside},
        progress::Waiting,
        report::{self, Format, ReportOptions},
    },
    publish::{
        browser::Browser,
        export::{OtherHosts, SingleFile, file_url, single_file},
    },
    render::Renderer,
    site::{Site, deck::Deck},
};

/// How many decks are named when none is near.
const MAX_NAMES: usize = 8;

/// Write a deck of slides as one HTML file that opens anywhere, or as a PDF
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  recto export kube.yml                       kube.html, with pictures, fonts and all inside
  recto export kube.yml --format pdf          kube.pdf, a page for each slide
  recto export kube.yml --layout notes        kube.pdf, with the speaker's notes
  recto export kube.yml --layout 4 -o handout.pdf
  recto export kube.yml workshop --rev v2     as it was in the tag `v2` of the site `workshop`

A PDF needs Chromium, Chrome, Edge or Brave; the variable CHROMIUM can say where it is.")]
pub(super) struct Args {
    /// The deck: the path of its manifest, or its address
    deck: String,
    #[command(flatten)]
    site: SiteArgs,
    /// What to write; PDF when the output or the layout says so
    #[arg(long, value_enum)]
    format: Option<ExportFormat>,
    /// Where to write it; by default a file with the deck's name in this folder
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// What is on a page of a PDF
    #[arg(long, value_enum)]
    layout: Option<Layout>,
}

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ExportFormat {
    /// One file that opens offline, in any browser
    Html,
    /// Slides after their last steps, on paper
    Pdf,
}

impl ExportFormat {
    fn extension(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Pdf => "pdf",
        }
    }

    fn of_file(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        [Self::Html, Self::Pdf].into_iter().find(|format| format.extension() == extension)
    }
}

/// What is on a page of a PDF; the names are those that a deck's page understands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Layout {
    /// One slide
    #[default]
    Slides,
    /// A slide with its notes
    Notes,
    /// Two slides
    #[value(name = "2")]
    Two,
    /// Four slides
    #[value(name = "4")]
    Four,
    /// Six slides
    #[value(name = "6")]
    Six,
}

pub(super) fn run(args: &Args, global: &Global) -> anyhow::Result<Ending> {
    let start = Instant::now();
    let format = format(args)?;
    // Whoever has no browser should not wait for the deck first.
    let browser = match format {
        ExportFormat::Pdf => Some(Browser::find()?),
        ExportFormat::Html => None,
    };
    let open = args.site.open()?;
    let deck = find_deck(open.renderer.site(), args.site.dir(), &args.deck)?;
    let Some(single) = single_file(&open.renderer, &deck.route, OtherHosts::Linked) else {
        anyhow::bail!("nothing stands at `{}`", deck.route);
    };
    let output = args.output.clone().unwrap_or_else(|| default_output(deck, format));
    let written = || format!("writing `{}`", output.display());
    match browser {
        None => fs::write(&output, &single.html).with_context(written)?,
        Some(browser) => {
            let layout = args.layout.unwrap_or_default().to_possible_value();
            let layout = layout.map(|value| value.get_name().to_owned()).unwrap_or_default();
            let folder = tempfile::tempdir().with_context(written)?;
            let (page, pdf) = (folder.path().join("deck.html"), folder.path().join("deck.pdf"));
            fs::write(&page, &single.html).with_context(written)?;
            let what = format!("printing {} slides", n_slides(&single));
            let waiting = Waiting::new(what, global.quiet == 0);
            let url = format!("{}?print={layout}", file_url(&page));
            browser.print(&url, &pdf, &|elapsed| waiting.tell(elapsed))?;
            fs::copy(&pdf, &output).with_context(written)?;
        }
    }
    let problems = problems(&open.renderer, deck, &single);
    tell(args, global, &problems)?;
    if global.quiet == 0 {
        let n_slides = n_slides(&single);
        let n_bytes = output.metadata().map_or(0, |metadata| metadata.len());
        anstream::eprintln!(
            "`{}`: {n_slides} slides, {:.1} MB; {:.1} s",
            output.display(),
            n_bytes as f64 / 1e6,
            start.elapsed().as_secs_f64()
        );
    }
    Ok(ending(&problems, false))
}

fn n_slides(single: &SingleFile) -> usize {
    single.html.matches("<section data-slide").count()
}

/// What is wrong with a deck, and what could not be put into its file. Notes are left to `check`.
fn problems(renderer: &Renderer, deck: &Deck, single: &SingleFile) -> Vec<Diagnostic> {
    let left_out = single.problems.iter().map(|problem| problem.clone().at(Place::file(&deck.path)));
    // Its chapters are known by now, so that this is little work.
    let of_slides = renderer.render(&deck.route).map(|page| page.diagnostics).unwrap_or_default();
    let mut problems: Vec<Diagnostic> =
        deck.diagnostics.iter().cloned().chain(of_slides).chain(left_out).collect();
    problems.retain(|problem| problem.severity > Severity::Note);
    diagnostic::sort(&mut problems);
    problems
}

fn tell(args: &Args, global: &Global, problems: &[Diagnostic]) -> anyhow::Result<()> {
    if global.quiet > 1 {
        return Ok(());
    }
    let prefix = args.site.path_prefix();
    let options = ReportOptions { path_prefix: &prefix, max_per_code: None, color: global.color };
    Ok(report::print(problems, Format::Human, &options)?)
}

fn format(args: &Args) -> Result<ExportFormat, UsageError> {
    let of_output = args.output.as_deref().and_then(ExportFormat::of_file);
    let of_layout = args.layout.map(|_| ExportFormat::Pdf);
    match (args.format, of_output.or(of_layout)) {
        (Some(ExportFormat::Html), _) if args.layout.is_some() => Err(UsageError {
            message: "an HTML file has no `--layout`".to_owned(),
            hint: Some("add `--format pdf`".to_owned()),
        }),
        (Some(format), _) => Ok(format),
        (None, found) => Ok(found.unwrap_or(ExportFormat::Html)),
    }
}

fn default_output(deck: &Deck, format: ExportFormat) -> PathBuf {
    PathBuf::from(format!("{}.{}", deck.path.stem(), format.extension()))
}

/// The deck of a manifest, which may be named from this folder, or of an address.
fn find_deck<'s>(site: &'s Site, dir: &Path, written: &str) -> Result<&'s Deck, UsageError> {
    let base = &site.config().base_url;
    let address = written.strip_prefix(base.origin()).unwrap_or(written);
    let address =
        address.strip_prefix(base.prefix()).unwrap_or(address).split('#').next().unwrap_or_default();
    let paths = [RepoPath::root().resolve(written), path_inside(dir, Path::new(written))];
    let is_meant = |deck: &&std::sync::Arc<Deck>| {
        paths.iter().flatten().any(|path| *path == deck.path)
            || deck.route.as_str() == address
            || deck.route.as_str().trim_start_matches('/') == address
    };
    site.decks().iter().find(is_meant).map(|deck| &**deck).ok_or_else(|| {
        let names: Vec<&str> = site.decks().iter().map(|deck| deck.path.as_str()).collect();
        let near = nearest(written, names.iter().copied()).map(|near| format!("did you mean `{near}`?"));
        let all = || {
            let some: Vec<String> = names.iter().take(MAX_NAMES).map(|name| format!("`{name}`")).collect();
            match some.is_empty() {
                true => "a deck is a YAML file with a list `content` of Markdown files".to_owned(),
                false => format!("there are {}", some.join(", ")),
            }
        };
        UsageError { message: format!("there is no deck `{written}`"), hint: Some(near.unwrap_or_else(all)) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_follows_from_what_is_asked() {
        use clap::Parser;
        #[derive(Parser)]
        struct Cli {
            #[command(flatten)]
            args: Args,
        }
        let check = |line: &str, expected: Option<ExportFormat>| {
            let cli = Cli::parse_from(format!("recto {line}").split(' '));
            assert_eq!(format(&cli.args).ok(), expected, "{line}");
        };
        check("a.yml", Some(ExportFormat::Html));
        check("a.yml -o a.PDF", Some(ExportFormat::Pdf));
        check("a.yml --layout 4", Some(ExportFormat::Pdf));
        check("a.yml --format pdf -o a.html", Some(ExportFormat::Pdf));
        check("a.yml --format html --layout notes", None);
    }
}

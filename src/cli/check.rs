//! `recto check`: every problem of a site, without writing anything.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::SystemTime,
};

use rayon::prelude::*;

use crate::{
    base::diagnostic::{self, Diagnostic, Severity},
    cli::{
        Global,
        build::{ending, set_jobs},
        cache_dir,
        exit::Ending,
        open::{OpenSite, SiteArgs},
        progress::Progress,
        report::{self, Format, ReportOptions},
    },
    publish::{
        browser::Browser,
        export::OtherHosts,
        external::{self, ExternalOptions, Verdict},
        fit,
    },
    site::{file::SourceFiles, place::Places},
};

/// Find every problem of a site: broken links, misspelt keys, templates that fail
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  recto check                      all problems of the site in this folder
  recto check --external           also ask other sites whether links to them work
  recto check --slides             also find slides with more on them than fits
  recto check --strict --format github")]
pub(super) struct Args {
    #[command(flatten)]
    site: SiteArgs,
    /// Check links to other sites, too; answers are kept for a week
    #[arg(long)]
    external: bool,
    /// Show each slide in Chromium, too, and find those that don't fit
    #[arg(long)]
    slides: bool,
    /// Take warnings for errors
    #[arg(long)]
    strict: bool,
    /// How many threads to use; all cores by default
    #[arg(short, long, value_name = "N")]
    jobs: Option<usize>,
    /// How to print problems
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(args: &Args, global: &Global) -> anyhow::Result<Ending> {
    set_jobs(args.jobs)?;
    let open = args.site.open()?;
    let mut diagnostics = problems(&open, global);
    diagnostics.extend(translation_problems(&open, &args.site));
    if args.external {
        diagnostics.extend(external_problems(&open, global));
    }
    if args.slides {
        diagnostics.extend(slide_problems(&open, args, global)?);
    }
    diagnostic::sort(&mut diagnostics);
    if global.quiet > 0 {
        diagnostics.retain(|problem| problem.severity > Severity::Note);
    }
    if global.quiet < 2 {
        let prefix = args.site.path_prefix();
        let options = ReportOptions { path_prefix: &prefix, max_per_code: None, color: global.color };
        report::print(&diagnostics, args.format, &options)?;
    }
    if global.quiet == 0 && args.format == Format::Human {
        let n_pages = open.renderer.site().pages().len();
        let pages = if n_pages == 1 { "page" } else { "pages" };
        anstream::eprintln!("{n_pages} {pages} checked: {}", report::counts(&diagnostics));
    }
    Ok(ending(&diagnostics, args.strict))
}

/// All problems of a site and of rendering each of its addresses.
pub(super) fn problems(open: &OpenSite, global: &Global) -> Vec<Diagnostic> {
    let renderer = &open.renderer;
    let site = renderer.site();
    let routes: Vec<_> = site.routes().iter().filter(|(_, target)| target.is_rendered()).collect();
    let progress = Progress::new(routes.len(), global.quiet == 0);
    let rendering = routes.par_iter().with_max_len(1).flat_map_iter(|(route, _)| {
        progress.step();
        renderer.render(route).map(|rendered| rendered.diagnostics).unwrap_or_default()
    });
    let mut diagnostics: Vec<Diagnostic> = rendering.collect();
    diagnostics.extend(site.diagnostics());
    diagnostics.extend(renderer.diagnostics());
    diagnostics.extend(site.link_diagnostics(&*open.source));
    diagnostics.extend(site.orphan_diagnostics());
    diagnostics.extend(site.drift_diagnostics());
    diagnostics
}

/// What doesn't fit on slides. Pictures of other hosts are asked for only with `--external`.
fn slide_problems(open: &OpenSite, args: &Args, global: &Global) -> anyhow::Result<Vec<Diagnostic>> {
    let site = open.renderer.site();
    if site.decks().is_empty() {
        return Ok(Vec::new());
    }
    let browser = Browser::find()?;
    let files = SourceFiles { source: &*open.source, listing: site.listing() };
    let decks = site.decks().iter().map(|deck| &**deck);
    let progress = Progress::new(site.decks().iter().count(), global.quiet == 0);
    let other_hosts = if args.external { OtherHosts::Asked } else { OtherHosts::Linked };
    Ok(fit::misfits(&open.renderer, &files, decks, &browser, other_hosts, &|| progress.step())?)
}

/// What languages lack; the walk over the commits is for them alone.
fn translation_problems(open: &OpenSite, args: &SiteArgs) -> Vec<Diagnostic> {
    let site = open.renderer.site();
    if !site.languages().are_several() {
        return Vec::new();
    }
    let history = args.history_reader().map(|reader| Arc::new(reader.read(None)));
    site.clone().with_history(history).translation_diagnostics()
}

fn external_problems(open: &OpenSite, global: &Global) -> Vec<Diagnostic> {
    let site = open.renderer.site();
    let links: Vec<_> = site.external_links().collect();
    let urls: BTreeSet<String> = links.iter().map(|(_, link)| link.target.to_string()).collect();
    let progress = Progress::new(urls.len(), global.quiet == 0);
    let verdicts: BTreeMap<String, Verdict> =
        external::check(&urls, &ExternalOptions::new(cache_dir::own(), SystemTime::now()), &|| {
            progress.step();
        });
    let files = SourceFiles { source: &*open.source, listing: site.listing() };
    let mut places = Places::new(&files);
    let problems = links.into_iter().filter_map(|(page, link)| {
        let url = link.target.as_str();
        let problem = match verdicts.get(url)? {
            Verdict::Fine => return None,
            Verdict::Redirected(to) => Diagnostic::note("moved-link", format!("`{url}` has moved for good"))
                .hint(format!("write `{to}`")),
            Verdict::Broken(why) => Diagnostic::warning("broken-external-link", format!("`{url}`: {why}"))
                .hint("correct or remove the link"),
            Verdict::Unknown(why) => {
                Diagnostic::note("unchecked-link", format!("`{url}` could not be checked: {why}"))
                    .hint("try it in a browser")
            }
        };
        Some(match places.of(link.at, &page.file.facts.files) {
            Some(place) => problem.at(place),
            None => problem,
        })
    });
    problems.collect()
}

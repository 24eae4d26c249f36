//! `recto decks`: which decks there are, what each is made of, and what has changed since a delivery.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    base::path::RepoPath,
    cli::{
        Global,
        exit::{Ending, UsageError},
        open::SiteArgs,
    },
    parse::manifest::{Item, Kind},
    site::{Site, deck::Deck, drift::Drift, pin::Pin},
};

/// How many characters of a commit's id are shown.
const COMMIT_CHARS: usize = 10;

/// List decks of slides: their chapters, and what has changed since a delivery
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  recto decks                      the decks of this site, and what frozen ones lack of now
  recto decks --chapters           each chapter with the decks that have it
  recto decks --unused             the chapters that no deck has
  recto decks --against 2025-paris what has changed since a tag, a branch or a commit
  recto decks --json")]
pub(super) struct Args {
    #[command(flatten)]
    site: SiteArgs,
    /// List each chapter with the decks that have it
    #[arg(long)]
    chapters: bool,
    /// List the chapters that no deck has
    #[arg(long, conflicts_with = "chapters")]
    unused: bool,
    /// Compare the chapters of each deck with those of a branch, tag or commit
    #[arg(long, value_name = "REV")]
    against: Option<String>,
    /// Print all of it as one JSON object
    #[arg(long)]
    json: bool,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Report<'a> {
    decks: Vec<DeckReport<'a>>,
    chapters: BTreeMap<String, Vec<&'a str>>,
    unused: Vec<&'a str>,
}

/// A deck.
#[derive(Serialize)]
struct DeckReport<'a> {
    path: &'a str,
    title: String,
    address: &'a str,
    minutes: Option<u32>,
    extends: Option<&'a str>,
    /// What it is frozen to, or compared with.
    pin: Option<&'a str>,
    commit: Option<&'a str>,
    chapters: Vec<String>,
    changed: Vec<String>,
    gone: Vec<String>,
    new: Vec<String>,
}

pub(super) fn run(args: &Args, global: &Global) -> anyhow::Result<Ending> {
    let open = args.site.open()?;
    let site = open.renderer.site();
    let against = match &args.against {
        Some(rev) => Some(
            Pin::open(&*open.source, rev, None)
                .map_err(|problem| UsageError { message: problem.message, hint: problem.hint })?,
        ),
        None => None,
    };
    let report = Report {
        decks: site.decks().iter().map(|deck| deck_report(site, deck, against.as_deref())).collect(),
        chapters: uses(site),
        unused: site.unused_chapters().into_iter().map(RepoPath::as_str).collect(),
    };
    if args.json {
        anstream::println!("{}", serde_json::to_string(&report)?);
    } else if args.chapters {
        for (chapter, decks) in &report.chapters {
            anstream::println!("{chapter}: {}", decks.join(", "));
        }
    } else if args.unused {
        report.unused.iter().for_each(|chapter| anstream::println!("{chapter}"));
    } else {
        list(&report, global);
    }
    Ok(Ending::Fine)
}

fn deck_report<'a>(site: &'a Site, deck: &'a Deck, against: Option<&'a Pin>) -> DeckReport<'a> {
    let pin = against.or(deck.pin.as_deref());
    let Drift { changed, gone, new } = pin.map(|pin| site.drift_from(deck, pin)).unwrap_or_default();
    let texts = |paths: Vec<RepoPath>| paths.iter().map(ToString::to_string).collect();
    DeckReport {
        path: deck.path.as_str(),
        title: deck.manifest.title_or(deck.path.stem()),
        address: deck.route.as_str(),
        minutes: minutes(&deck.manifest.content),
        extends: deck.manifest.extends.as_ref().map(|written| written.text.as_str()),
        pin: pin.map(Pin::rev),
        commit: pin.map(Pin::commit),
        chapters: texts(deck.chapters()),
        changed: texts(changed),
        gone: texts(gone),
        new: texts(new),
    }
}

/// How long items are planned to take: what a part says holds before what its chapters say.
fn minutes(items: &[Item]) -> Option<u32> {
    let of_item = |item: &Item| match &item.kind {
        Kind::Part { items, .. } => item.minutes.or_else(|| minutes(items)),
        _ => item.minutes,
    };
    items
        .iter()
        .filter_map(of_item)
        .fold(None, |sum: Option<u32>, own| Some(sum.unwrap_or(0).saturating_add(own)))
}

/// The decks that have a chapter, by its path, frozen ones too.
fn uses(site: &Site) -> BTreeMap<String, Vec<&str>> {
    let mut uses: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for deck in site.decks().iter() {
        for chapter in deck.chapters() {
            let decks = uses.entry(chapter.to_string()).or_default();
            if decks.last() != Some(&deck.path.as_str()) {
                decks.push(deck.path.as_str());
            }
        }
    }
    uses
}

fn list(report: &Report<'_>, global: &Global) {
    let width = report.decks.iter().map(|deck| deck.path.len()).max().unwrap_or(0);
    for deck in &report.decks {
        let mut about = vec![counted(deck.chapters.len(), "chapter")];
        about.extend(deck.minutes.map(|minutes| format!("{} h {:02}", minutes / 60, minutes % 60)));
        about.extend(deck.extends.map(|other| format!("extends {other}")));
        if let (Some(rev), Some(commit)) = (deck.pin, deck.commit) {
            let commit = &commit[..COMMIT_CHARS.min(commit.len())];
            about.push(if rev.starts_with(commit) {
                format!("at {commit}")
            } else {
                format!("at {rev} ({commit})")
            });
        }
        anstream::println!("{:width$}  {} ({})", deck.path, deck.title, about.join(", "));
        for (what, paths) in [("changed", &deck.changed), ("gone", &deck.gone), ("new", &deck.new)] {
            paths.iter().for_each(|path| anstream::println!("  {what:8} {path}"));
        }
    }
    if global.quiet == 0 && !report.decks.is_empty() {
        let n_unused = report.unused.len();
        anstream::eprintln!(
            "{}, {}{}",
            counted(report.decks.len(), "deck"),
            counted(report.chapters.len(), "chapter"),
            if n_unused == 0 {
                String::new()
            } else {
                format!("; {n_unused} in no deck (--unused lists them)")
            }
        );
    }
}

fn counted(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

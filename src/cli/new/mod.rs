//! `recto new`: starts a site, or a page, post or deck in the site that one stands in.
//!
//! What it begins with is in the repository's folders `starters` (`site`) and `themes/*/new` (`file`); `parse::fill` puts
//! names and days in. Nothing is ever written over.

mod file;
mod repository;
mod site;

use std::path::PathBuf;

use crate::cli::{Global, exit::Ending};

/// Start a site in a new folder; or a page, post or deck in the site that you are in
#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    disable_help_subcommand = true,
    after_help = "\
Examples:
  recto new my-docs && recto serve my-docs --open
  recto new notes --template wiki       a wiki for a team; also: docs, blog, workshop
  recto new page \"guide/First steps\"    content/guide/first-steps.md
  recto new post \"Hello, world\"         with today's date
  recto new deck \"Day one\"              slides: a list of chapters, and the first of them

A site changes what its files begin with by templates of its own: themes/default/new/page.md, post.md, deck.yml, chapter.md."
)]
pub(super) struct Args {
    #[command(subcommand)]
    what: Option<What>,
    /// The folder to make; it must not exist or be empty
    #[arg(required = true)]
    dir: Option<PathBuf>,
    /// What kind of site to begin with
    #[arg(short, long, value_enum, default_value_t, value_name = "KIND")]
    template: site::Kind,
    /// Don't make a Git repository
    #[arg(long)]
    no_git: bool,
}

/// What can be added to a site.
#[derive(Debug, clap::Subcommand)]
enum What {
    /// A page
    Page(file::Name),
    /// A page with today's date
    Post(file::Name),
    /// Slides: a list of chapters, and the first of them
    Deck(file::Name),
}

pub(super) fn run(args: &Args, global: &Global) -> anyhow::Result<Ending> {
    match (&args.what, &args.dir) {
        (Some(What::Page(name)), _) => file::begin(file::Kind::Page, name)?,
        (Some(What::Post(name)), _) => file::begin(file::Kind::Post, name)?,
        (Some(What::Deck(name)), _) => file::begin(file::Kind::Deck, name)?,
        (None, Some(dir)) => {
            let said = site::start(dir, args.template, !args.no_git)?;
            if global.quiet == 0 {
                anstream::print!("{said}");
            }
        }
        (None, None) => {}
    }
    Ok(Ending::Fine)
}

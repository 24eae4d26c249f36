//! The command line: one file per command, each with its arguments and its `run`.
//!
//! [`run`] parses arguments and runs one command; whatever happens becomes an exit code in `exit`, nowhere else.

pub mod report;

mod build;
mod cache_dir;
mod check;
mod decks;
mod edit;
mod exit;
mod export;
mod generate;
mod listen;
mod new;
mod open;
mod progress;
mod serve;
mod target;

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::cli::report::Color;

/// Git-backed static sites, slides and wikis: any folder of Markdown is a site.
#[derive(Debug, Parser)]
#[command(name = "recto", version, max_term_width = 100, after_help = EXAMPLES, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  recto new my-site          start a site
  recto serve my-site        look at it on http://127.0.0.1:4000/
  recto build my-site        write it to my-site/public
  recto build --rev v1.0     build a tag of the repository, without a checkout
  recto check                find broken links and other problems
  recto export deck.yml      write a deck of slides as one file, or as a PDF

Exit codes: 0 fine, 1 problems in the content, 2 usage or config, 3 files or internal";

/// What every command takes.
#[derive(Clone, Debug, Args)]
pub(crate) struct Global {
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    color: Color,
    /// Say only what went wrong; twice: nothing at all
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    quiet: u8,
    /// Say more: notes, and every problem
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
}

#[derive(Debug, Subcommand)]
enum Command {
    New(new::Args),
    Build(build::Args),
    Check(check::Args),
    Decks(decks::Args),
    Serve(serve::Args),
    Edit(edit::Args),
    Export(export::Args),
    Completions(generate::Completions),
    Man(generate::Man),
}

/// Runs the program on the process's arguments.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let is_usage = error.use_stderr();
            // Nobody is left to tell when the terminal is gone.
            let _ = error.print();
            return if is_usage { exit::USAGE.into() } else { ExitCode::SUCCESS };
        }
    };
    anstream::ColorChoice::from(cli.global.color).write_global();
    let result = match &cli.command {
        Command::New(args) => new::run(args, &cli.global),
        Command::Build(args) => build::run(args, &cli.global),
        Command::Check(args) => check::run(args, &cli.global),
        Command::Decks(args) => decks::run(args, &cli.global),
        Command::Serve(args) => serve::run(args, &cli.global),
        Command::Edit(args) => edit::run(args, &cli.global),
        Command::Export(args) => export::run(args, &cli.global),
        Command::Completions(args) => generate::completions(args),
        Command::Man(args) => generate::man(args),
    };
    exit::code(result, &cli.global)
}

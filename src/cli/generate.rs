//! `recto completions` and `recto man`: files for shells and for `man`, made from the commands themselves.

use std::io::Write;

use clap::CommandFactory;

use crate::cli::{Cli, exit::Ending};

/// Print completions for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  recto completions bash > ~/.local/share/bash-completion/completions/recto")]
pub(super) struct Completions {
    /// Which shell
    shell: clap_complete::Shell,
}

/// Print the manual page
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  recto man > ~/.local/share/man/man1/recto.1")]
pub(super) struct Man {}

pub(super) fn completions(args: &Completions) -> anyhow::Result<Ending> {
    clap_complete::generate(args.shell, &mut Cli::command(), "recto", &mut std::io::stdout());
    Ok(Ending::Fine)
}

pub(super) fn man(_: &Man) -> anyhow::Result<Ending> {
    let mut page = Vec::new();
    let mut recto = Cli::command();
    recto.build();
    clap_mangen::Man::new(recto.clone()).render(&mut page)?;
    for command in recto.get_subcommands() {
        let man = clap_mangen::Man::new(command.clone());
        writeln!(page, ".SH \"RECTO {}\"", command.get_name().to_uppercase())?;
        writeln!(page, "{}", command.get_about().map(ToString::to_string).unwrap_or_default())?;
        man.render_options_section(&mut page)?;
        man.render_extra_section(&mut page)?;
    }
    std::io::stdout().write_all(&page)?;
    Ok(Ending::Fine)
}

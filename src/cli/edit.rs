//! `recto edit`: the wiki, which is not there yet.

use crate::cli::exit::{Ending, UsageError};

/// Serve the site as a wiki (not available yet)
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The site's folder
    #[arg(default_value = ".")]
    dir: std::path::PathBuf,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Ending> {
    let hint = format!("`recto serve {}` shows the site; edit its files with any editor", args.dir.display());
    anyhow::bail!(UsageError {
        message: "editing in the browser is not available yet".to_owned(),
        hint: Some(hint)
    })
}

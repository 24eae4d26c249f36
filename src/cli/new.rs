//! `recto new`: starts a site.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;

use crate::cli::{
    Global,
    exit::{Ending, UsageError},
};

/// Start a site in a new folder
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  recto new my-site && recto serve my-site --open")]
pub(super) struct Args {
    /// The folder to make; it must not exist or be empty
    dir: PathBuf,
}

const FILES: [(&str, &str); 5] = [
    ("recto.yml", include_str!("new/recto.yml")),
    (".gitignore", "/public\n"),
    ("content/index.md", include_str!("new/index.md")),
    ("content/guide/index.md", include_str!("new/guide.md")),
    ("content/guide/first-page.md", include_str!("new/first-page.md")),
];

pub(super) fn run(args: &Args, global: &Global) -> anyhow::Result<Ending> {
    let dir = &args.dir;
    if is_taken(dir).with_context(|| format!("looking into `{}`", dir.display()))? {
        anyhow::bail!(UsageError {
            message: format!("`{}` is not empty", dir.display()),
            hint: Some(format!("`recto serve {}` shows it as a site as it is", dir.display())),
        });
    }
    for (name, text) in FILES {
        let path = dir.join(name);
        let parent = path.parent().unwrap_or(dir);
        fs::create_dir_all(parent).with_context(|| format!("making `{}`", parent.display()))?;
        fs::write(&path, text).with_context(|| format!("writing `{}`", path.display()))?;
    }
    if global.quiet == 0 {
        let dir = dir.display();
        anstream::println!(
            "A site is in `{dir}`. Look at it:\n\n  recto serve {dir} --open\n\nIts pages are in `{dir}/content`."
        );
    }
    Ok(Ending::Fine)
}

/// Whether something is there already; an empty folder is free.
fn is_taken(dir: &Path) -> std::io::Result<bool> {
    match fs::read_dir(dir) {
        Ok(mut entries) => Ok(entries.next().is_some()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

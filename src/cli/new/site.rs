//! Starts a site in a new folder, from one of the repository's `starters`.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;

use super::repository::{self, Outcome};
use crate::{
    base::embedded::STARTERS,
    cli::{exit::UsageError, open::this_day},
    parse::{fill::Values, slug},
};

/// What a folder may hold and is new all the same: an empty repository that was cloned.
const GIT_FOLDER: &str = ".git";
/// The starter whose files go into all sites.
const SHARED: &str = "all";

/// The kinds of sites that there are starters for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Kind {
    /// Documentation: start, guides, reference, changes
    #[default]
    Docs,
    /// What a team knows, does and decided
    Wiki,
    /// Posts by date, with tags and a feed
    Blog,
    /// A course: slides, exercises, what to prepare
    Workshop,
}

impl Kind {
    fn folder(self) -> &'static str {
        match self {
            Self::Docs => "docs",
            Self::Wiki => "wiki",
            Self::Blog => "blog",
            Self::Workshop => "workshop",
        }
    }
}

/// Makes a site in a folder, and a repository of it if wanted; what was done is told.
pub(super) fn start(dir: &Path, kind: Kind, with_git: bool) -> anyhow::Result<String> {
    if is_taken(dir).with_context(|| format!("looking into `{}`", dir.display()))? {
        anyhow::bail!(UsageError {
            message: format!("`{}` is not empty", dir.display()),
            hint: Some(format!("`recto serve {}` shows it as a site as it is", dir.display())),
        });
    }
    let values = Values { title: title_of(dir), slug: String::new(), today: this_day()? };
    for (name, bytes) in STARTERS.files(SHARED).into_iter().chain(STARTERS.files(kind.folder())) {
        let path = dir.join(&name);
        let parent = path.parent().unwrap_or(dir);
        fs::create_dir_all(parent).with_context(|| format!("making `{}`", parent.display()))?;
        let text = values.fill(&name, &String::from_utf8_lossy(bytes));
        fs::write(&path, text).with_context(|| format!("writing `{}`", path.display()))?;
    }
    Ok(told(dir, kind, with_git.then(|| repository::start(dir)).as_ref()))
}

/// Whether something is there already; an empty folder is free.
fn is_taken(dir: &Path) -> std::io::Result<bool> {
    match fs::read_dir(dir) {
        Ok(entries) => {
            Ok(entries.filter(|entry| !matches!(entry, Ok(entry) if entry.file_name() == GIT_FOLDER)).count()
                > 0)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// The name of a site by that of its folder: `my-site` is "My site".
fn title_of(dir: &Path) -> String {
    let whole: PathBuf = std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned());
    let name = whole.file_name().map(|name| name.to_string_lossy().into_owned());
    let title = slug::title_from_name(name.unwrap_or_default().trim_start_matches('.'));
    if title.is_empty() { "My site".to_owned() } else { title }
}

fn told(dir: &Path, kind: Kind, repository: Option<&Outcome>) -> String {
    let dir = dir.display();
    let what = match kind {
        Kind::Docs => "Documentation",
        Kind::Wiki => "A wiki",
        Kind::Blog => "A blog",
        Kind::Workshop => "A workshop",
    };
    let begun = match repository {
        Some(Outcome::Committed) => ", with a Git repository and a first commit",
        Some(Outcome::Uncommitted(_)) => ", with a Git repository",
        Some(Outcome::Inside | Outcome::NoGit) | None => "",
    };
    let mut told = format!("{what} is in `{dir}`{begun}. Look at it:\n\n  recto serve {dir} --open\n\n");
    let _ = writeln!(told, "Its pages are in `{dir}/content`, its settings in `{dir}/recto.yml`.");
    match repository {
        Some(Outcome::Uncommitted(reason)) => {
            let _ = writeln!(told, "Nothing is committed yet, since Git says: {reason}.");
        }
        Some(Outcome::Inside) => {
            told.push_str("It lies in a Git repository already: commit it when you like it.\n");
        }
        Some(Outcome::NoGit) => told.push_str("There is no Git repository, since `git` isn't here.\n"),
        Some(Outcome::Committed) | None => {}
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sites_are_called_like_their_folders() {
        for (dir, expected) in [
            ("my-site", "My site"),
            ("/srv/Team Wiki/", "Team Wiki"),
            ("a/../b_c", "B c"),
            ("/", "My site"),
            (".hidden", "Hidden"),
        ] {
            assert_eq!(title_of(Path::new(dir)), expected, "{dir}");
        }
    }
}

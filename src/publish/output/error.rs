//! [`OutputError`]: why the output folder could not be written, and what to do about it.

use std::{io, path::PathBuf};

/// How many files a message names before it only counts.
const NAMED_FILES: usize = 10;

/// Why the output folder could not be written.
///
/// Unless [`OutputError::hint`] says that a change waits to be finished, the folder is as it was.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// The system refused something.
    #[error("`{}` could not be {action}: {source}", path.display())]
    Io {
        /// What was to be done, as a participle: `read`, `created`.
        action: &'static str,
        /// With what.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The change was begun and the system refused a part of it; the next build finishes it.
    #[error("the output is only partly replaced: {0}")]
    Unfinished(#[source] Box<OutputError>),
    /// The output folder is a file, or has no name.
    #[error("`{}` is not a folder", .0.display())]
    NotAFolder(PathBuf),
    /// A path that no file of a site may have.
    #[error("`{path}` can't be written: {reason}")]
    BadPath {
        /// The path as it was asked for.
        path: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// One path was put twice with different bytes.
    #[error("`{0}` is made twice, with different content")]
    Twice(String),
    /// One path is a file for one page and a folder for another.
    #[error("`{file}` is a file, and `{inside}` needs a folder of that name")]
    Clash {
        /// The file.
        file: String,
        /// The path that needs a folder instead.
        inside: String,
    },
    /// A part of an output path is a symbolic link.
    #[error("`{}` is a symbolic link, and output is not written through links", .0.display())]
    Symlink(PathBuf),
    /// Files that Recto did not write are where the site wants to write.
    #[error("{}", foreign_message(.0))]
    Foreign(Vec<String>),
    /// Another build holds the folder.
    #[error("`{}` is being written by another build", .0.display())]
    Busy(PathBuf),
}

impl OutputError {
    /// Wraps a refusal of the system; use it as `.map_err(OutputError::io("read", path))`.
    pub(super) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }

    /// The next step for whoever reads the message.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Unfinished(_) => {
                Some("remove the cause and build again: the next build finishes this change first")
            }
            Self::NotAFolder(_) => Some("choose another folder with `--output`"),
            Self::Twice(_) | Self::Clash { .. } => Some("give one of the pages another path"),
            Self::Symlink(_) => {
                Some("replace the link by a folder, or choose another folder with `--output`")
            }
            Self::Foreign(paths) if paths.len() == 1 => {
                Some("move it out of the output folder, or choose another folder with `--output`")
            }
            Self::Foreign(_) => {
                Some("move them out of the output folder, or choose another folder with `--output`")
            }
            Self::Busy(_) => Some("wait for the other build, or choose another folder with `--output`"),
            Self::Io { .. } | Self::BadPath { .. } => None,
        }
    }
}

fn foreign_message(paths: &[String]) -> String {
    let named: Vec<String> = paths.iter().take(NAMED_FILES).map(|path| format!("`{path}`")).collect();
    let rest = match paths.len().saturating_sub(NAMED_FILES) {
        0 => String::new(),
        n_more => format!(" and {n_more} more"),
    };
    format!(
        "{}{rest} in the output folder would be overwritten, and Recto did not write it",
        named.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_foreign_files_are_named_and_the_rest_counted() {
        let paths: Vec<String> = (0..12).map(|n| format!("{n}.html")).collect();
        let message = OutputError::Foreign(paths).to_string();
        assert!(message.starts_with("`0.html`, `1.html`"), "{message}");
        assert!(message.contains("`9.html` and 2 more"), "{message}");
        assert!(!message.contains("`10.html`"), "{message}");
    }
}

//! From what happened to an exit code: the only place that decides it.

use std::process::ExitCode;

use crate::{
    cli::Global,
    git::GitError,
    publish::{browser::BrowserError, output::OutputError},
    server::ServerError,
    source::SourceError,
    wiki::WikiError,
};

/// Problems in the content.
const CONTENT: u8 = 1;
/// Wrong arguments or a broken config.
pub(super) const USAGE: u8 = 2;
/// Files that can't be read or written, and mistakes of ours.
const INTERNAL: u8 = 3;

/// How a command ended when nothing kept it from ending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// All is well.
    Fine,
    /// There are problems in the content.
    Content,
    /// The config is broken.
    Config,
}

/// A mistake in how the program was called; its message is complete.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(super) struct UsageError {
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

/// The exit code of a command; a failure is printed.
pub(super) fn code(result: anyhow::Result<Ending>, global: &Global) -> ExitCode {
    match result {
        Ok(Ending::Fine) => ExitCode::SUCCESS,
        Ok(Ending::Content) => CONTENT.into(),
        Ok(Ending::Config) => USAGE.into(),
        Err(error) => {
            if global.quiet < 2 {
                print(&error);
            }
            if is_usage(&error) { USAGE.into() } else { INTERNAL.into() }
        }
    }
}

fn print(error: &anyhow::Error) {
    anstream::eprintln!("\x1b[1;31merror\x1b[0m: {}", message(error));
    if let Some(hint) = hint(error) {
        anstream::eprintln!("\x1b[1;36mhelp\x1b[0m: {hint}");
    }
}

/// The failure and its causes; a cause that a message repeats at its own end is said once.
fn message(error: &anyhow::Error) -> String {
    let mut message = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if message.ends_with(&cause) {
            continue;
        }
        if !message.is_empty() {
            message.push_str(": ");
        }
        message.push_str(&cause);
    }
    message
}

fn hint(error: &anyhow::Error) -> Option<String> {
    error.chain().find_map(|cause| {
        if let Some(usage) = cause.downcast_ref::<UsageError>() {
            return usage.hint.clone();
        }
        if let Some(source) = cause.downcast_ref::<SourceError>() {
            return source.hint();
        }
        if let Some(git) = cause.downcast_ref::<GitError>() {
            return git.hint();
        }
        if let Some(wiki) = cause.downcast_ref::<WikiError>() {
            return wiki.hint();
        }
        if let Some(browser) = cause.downcast_ref::<BrowserError>() {
            return browser.hint().map(Into::into);
        }
        if let Some(output) = cause.downcast_ref::<OutputError>() {
            return output.hint().map(Into::into);
        }
        cause.downcast_ref::<ServerError>().and_then(|server| server.hint().map(Into::into))
    })
}

/// Whether other arguments would have helped: an unknown folder or revision.
fn is_usage(error: &anyhow::Error) -> bool {
    let is_other_revision = |error: &GitError| {
        matches!(
            error,
            GitError::UnknownRevision { .. }
                | GitError::NoRepository { .. }
                | GitError::NoFolder { .. }
                | GitError::NoBranch
                | GitError::NoAuthor
        )
    };
    error.chain().any(|cause| match cause.downcast_ref::<SourceError>() {
        Some(
            SourceError::NotFound { .. } | SourceError::NotAFolder { .. } | SourceError::NoRevisions { .. },
        ) => true,
        // A transparent error stands in the chain for the one inside of it.
        Some(SourceError::Git(error)) => is_other_revision(error),
        Some(SourceError::Unreadable { .. } | SourceError::TooManyFiles { .. }) => false,
        None => cause.is::<UsageError>() || cause.downcast_ref().is_some_and(is_other_revision),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_are_said_once() {
        let cause = std::io::Error::other("no space left");
        let error =
            anyhow::Error::new(cause).context("`a` could not be written: no space left").context("writing");
        assert_eq!(message(&error), "writing: `a` could not be written: no space left");
    }
}

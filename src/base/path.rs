//! [`RepoPath`]: the name of a file or folder inside a site, the same on every machine.

use std::{borrow::Borrow, fmt, sync::Arc};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::shared_text;

/// A path inside the site: relative, `/`-separated, UTF-8, without empty, `.` or `..` parts.
///
/// The empty path is the root. Use it for everything that comes from a [`Source`](crate::source::Source);
/// `std::path::Path` stays at the edges that touch the disk.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(description = "A path from the top of the repository, with `/` between its parts.")]
pub struct RepoPath(#[serde(deserialize_with = "shared_text::deserialize")] Arc<str>);

impl RepoPath {
    /// The root folder.
    pub fn root() -> Self {
        Self(Arc::from(""))
    }

    /// Takes a path that is already in normal form, `None` if it isn't.
    pub fn new(path: &str) -> Option<Self> {
        (path.is_empty() || is_normal(path)).then(|| Self(Arc::from(path)))
    }

    /// Resolves `relative` against this folder, following `.` and `..`; `None` when it leaves the root.
    ///
    /// A leading `/` starts at the root.
    pub fn resolve(&self, relative: &str) -> Option<Self> {
        resolved(&self.0, relative)
    }

    /// The same against the folder that holds this file.
    pub fn resolve_beside(&self, relative: &str) -> Option<Self> {
        resolved(self.folder(), relative)
    }

    /// Appends one file or folder name.
    ///
    /// # Panics
    /// When `name` is not a single normal part: names come from listings, which are normal.
    pub fn join(&self, name: &str) -> Self {
        assert!(is_normal(name), "a file name from a listing is one normal part");
        if self.is_root() { Self(Arc::from(name)) } else { Self([&*self.0, "/", name].concat().into()) }
    }

    /// The path as text, without a leading `/`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the root folder.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The folder that holds this path; `None` for the root.
    pub fn parent(&self) -> Option<Self> {
        if self.is_root() {
            return None;
        }
        Some(Self(Arc::from(self.folder())))
    }

    /// Whether this is a file or folder directly in a folder.
    pub fn is_in(&self, folder: &Self) -> bool {
        !self.is_root() && self.folder() == folder.as_str()
    }

    /// The text up to the last part, without the `/` between.
    fn folder(&self) -> &str {
        self.0.rfind('/').map_or("", |at| &self.0[..at])
    }

    /// The last part, empty for the root.
    pub fn file_name(&self) -> &str {
        self.0.rfind('/').map_or(&*self.0, |at| &self.0[at + 1..])
    }

    /// The last part without its extension; `.htaccess` has none.
    pub fn stem(&self) -> &str {
        let name = self.file_name();
        name.rfind('.').filter(|&at| at > 0).map_or(name, |at| &name[..at])
    }

    /// The extension without its dot, as written.
    pub fn extension(&self) -> Option<&str> {
        let name = self.file_name();
        name.rfind('.').filter(|&at| at > 0).map(|at| &name[at + 1..])
    }

    /// Whether this is a Markdown file, by its name.
    pub fn is_markdown(&self) -> bool {
        self.extension()
            .is_some_and(|ext| ext.eq_ignore_ascii_case("md") || ext.eq_ignore_ascii_case("markdown"))
    }

    /// The parts from the root down; none for the root itself.
    pub fn parts(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/').filter(|part| !part.is_empty())
    }

    /// Whether this path is `folder` or lies below it.
    pub fn is_within(&self, folder: &Self) -> bool {
        self.relative_to(folder).is_some()
    }

    /// The rest of this path below `folder`; empty when they are the same, `None` outside of it.
    pub fn relative_to(&self, folder: &Self) -> Option<&str> {
        if folder.is_root() {
            return Some(&self.0);
        }
        let rest = self.0.strip_prefix(&*folder.0)?;
        if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
    }
}

/// Whether each part of a path can be the name of a file or folder.
fn is_normal(path: &str) -> bool {
    path.split('/').all(|part| !matches!(part, "" | "." | "..")) && !path.contains('\0')
}

/// Whether a text can be the name of a file or folder.
pub fn is_name(text: &str) -> bool {
    !text.contains('/') && is_normal(text)
}

/// Follows a relative path from a folder. Links are: all of a site at once, so no part is held by itself.
fn resolved(folder: &str, relative: &str) -> Option<RepoPath> {
    let mut path = String::with_capacity(folder.len() + 1 + relative.len());
    path.push_str(if relative.starts_with('/') { "" } else { folder });
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." if path.is_empty() => return None,
            ".." => path.truncate(path.rfind('/').unwrap_or(0)),
            name if name.contains('\0') => return None,
            name => {
                path.push_str(if path.is_empty() { "" } else { "/" });
                path.push_str(name);
            }
        }
    }
    Some(RepoPath(path.into()))
}

/// How a path is written in a file of a folder: `../img/a.png`.
pub fn written_in(folder: &RepoPath, path: &RepoPath) -> String {
    let (from, to): (Vec<&str>, Vec<&str>) = (folder.parts().collect(), path.parts().collect());
    let n_same = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", from.len() - n_same);
    up.chain(to[n_same..].iter().copied()).collect::<Vec<_>>().join("/")
}

/// Paths order and hash as their text does, so that maps of them answer for text and for ranges of it.
impl Borrow<str> for RepoPath {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl Default for RepoPath {
    fn default() -> Self {
        Self::root()
    }
}

impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> RepoPath {
        RepoPath::new(text).expect("a normal path")
    }

    #[test]
    fn only_normal_paths_are_taken() {
        for bad in ["/a", "a//b", "a/", "./a", "a/../b", "..", "a\0b"] {
            assert!(RepoPath::new(bad).is_none(), "{bad:?}");
        }
        assert!(RepoPath::new("").is_some_and(|root| root.is_root()));
    }

    #[test]
    fn resolve_follows_dots_and_stays_inside() {
        let folder = path("a/b");
        assert_eq!(folder.resolve("../c.md"), Some(path("a/c.md")));
        assert_eq!(folder.resolve("/c.md"), Some(path("c.md")));
        assert_eq!(folder.resolve("../.."), Some(RepoPath::root()));
        assert_eq!(folder.resolve("../../../x"), None);
    }

    #[test]
    fn names_are_taken_apart() {
        assert_eq!(path("a/b.tar.gz").stem(), "b.tar");
        assert_eq!(path("a/.htaccess").extension(), None);
        assert_eq!(path("a").parent(), Some(RepoPath::root()));
        assert_eq!(path("a/b").relative_to(&path("a")), Some("b"));
        assert_eq!(path("ab").relative_to(&path("a")), None);
    }
}

//! Where the files of a site come from: a listing `path -> digest` and a way to read one file.
//!
//! A [`Folder`] of the disk, the [`Tree`] of a commit and [`Memory`] for tests give the same [`Listing`] for the same
//! files. Each only says what a folder holds; what is a file of the site is decided by code that they share:
//!
//! 1. `walk` goes through the folders and drops output folders, nested repositories, special files and dangerous names.
//! 2. `ignore` knows the rules of `.gitignore`, `.rectoignore`, hidden names and excluded paths.
//! 3. `links` follows symbolic links inside the site.
//!
//! A [`ChangeSet`] is the difference of two listings. While a folder is served, a [`Watch`] says where something happened
//! ([`Touched`]), and `relist` makes the next listing from the last one by looking only there. What a file means, and its address, is decided upstairs.

use std::{
    collections::BTreeSet,
    error::Error,
    fmt::Display,
    io,
    ops::Bound,
    path::{Path, PathBuf},
};

use crate::{
    base::{
        diagnostic::{self, Diagnostic},
        digest::BlobId,
        path::RepoPath,
        persistent::OrdMap,
    },
    git::{GitError, file_stat::FileStat},
    source::links::Link,
};

#[cfg(test)]
mod conformance;
mod folder;
mod ignore;
mod links;
mod memory;
mod overlay;
mod relist;
mod tree;
mod walk;
mod watch;

pub use folder::Folder;
pub(crate) use ignore::is_hidden;
pub use memory::Memory;
pub use overlay::{Laid, Overlay};
pub use tree::Tree;
pub use walk::MANIFEST_FILE;
pub use watch::{Alarm, RefWatch, Watch};

/// A file, what the disk says of it, and the id that its bytes had then.
pub type KnownBlob = (RepoPath, FileStat, BlobId);

/// The largest file outside of the site that is read, in bytes.
const MAX_OUTSIDE_BYTES: u64 = 4 << 20;

/// A tree of files that a site is made from.
pub trait Source: Send + Sync {
    /// Every file of the site, with problems collected beside them.
    fn listing(&self, options: &ListingOptions) -> Result<Listing, SourceError>;

    /// The bytes of one file, also of one that the listing leaves out, such as `.gitignore`.
    ///
    /// Symbolic links are followed inside the root. Nothing in a `.git` folder is a file here.
    fn read(&self, path: &RepoPath) -> Result<Vec<u8>, SourceError>;

    /// The bytes of one file, and whether they are those that a listing names: it may have changed since. A source may know that without
    /// looking at all of them.
    fn read_listed(&self, path: &RepoPath, entry: &Entry) -> Result<(Vec<u8>, bool), SourceError> {
        let bytes = self.read(path)?;
        let is_same = self.is_fixed() || BlobId::of(&bytes) == entry.blob;
        Ok((bytes, is_same))
    }

    /// The bytes of a file of the repository that the site lies in, named from its root, whether it is one of the site or not;
    /// `None` when there is none, or it is too large. A site that lies in no repository is one itself.
    fn read_outside(&self, path: &RepoPath) -> Option<Vec<u8>> {
        self.read(path).ok()
    }

    /// The id of the bytes of such a file, by its path as written.
    fn outside_blob(&self, path: &str) -> Option<BlobId> {
        let path = RepoPath::root().resolve(path)?;
        self.read_outside(&path).map(|bytes| BlobId::of(&bytes))
    }

    /// Where the site lies in its repository; the root when it is one itself.
    fn repository_folder(&self) -> RepoPath {
        RepoPath::root()
    }

    /// The same site in a branch, tag or commit of its repository.
    fn at_revision(&self, rev: &str) -> Result<Tree, SourceError> {
        Err(SourceError::NoRevisions { rev: rev.to_owned() })
    }

    /// Whether its files can't change: those of a commit.
    fn is_fixed(&self) -> bool {
        false
    }

    /// The commit whose files these are, in hexadecimal; `None` when they are of none.
    fn commit(&self) -> Option<&str> {
        None
    }

    /// Blob ids that took reading a file, for the next process.
    fn known_blobs(&self) -> Vec<KnownBlob> {
        Vec::new()
    }

    /// Takes what an earlier process gave as [`Source::known_blobs`].
    fn learn_blobs(&self, known: Vec<KnownBlob>) {
        let _ = known;
    }

    /// The bytes of a file that need not be there.
    fn read_if_present(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, SourceError> {
        match self.read(path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(SourceError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// What a listing leaves out, beyond what the site's own files say.
#[derive(Clone, Debug, Default)]
pub struct ListingOptions {
    /// Files and folders to leave out, such as the output folder.
    pub exclude: Vec<RepoPath>,
}

/// Every file of a site.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listing {
    /// The files by their path. Two listings share what is the same in both.
    pub entries: OrdMap<RepoPath, Entry>,
    /// What was left out and should be known about, in order of place.
    pub diagnostics: Vec<Diagnostic>,
}

/// One file of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The Git id of its bytes.
    pub blob: BlobId,
    /// Its size in bytes.
    pub size: u64,
    /// The file that the bytes belong to, when this path leads there through a symbolic link.
    pub link_to: Option<RepoPath>,
}

impl Entry {
    /// Whether the bytes are another file's, to which a symbolic link leads.
    pub fn is_linked(&self) -> bool {
        self.link_to.is_some()
    }
}

/// A file of a listing, or why it has none.
type Found = Result<(RepoPath, Entry), Box<Diagnostic>>;

impl Listing {
    /// The files of a folder and of those in it, in order.
    pub fn below(&self, folder: &RepoPath) -> impl Iterator<Item = (&RepoPath, &Entry)> + use<'_> {
        let start = if folder.is_root() { String::new() } else { format!("{folder}/") };
        let from = self.entries.range::<_, str>((Bound::Included(start.as_str()), Bound::Unbounded));
        from.take_while(move |(path, _)| path.as_str().starts_with(&start))
    }

    /// Puts together what a source has found and follows its links.
    fn assemble(found: Vec<Found>, links: &[Link], mut diagnostics: Vec<Diagnostic>) -> Self {
        let mut entries = OrdMap::new();
        for file in found {
            match file {
                Ok((path, entry)) => drop(entries.insert(path, entry)),
                Err(diagnostic) => diagnostics.push(*diagnostic),
            }
        }
        diagnostics.extend(links::follow(&mut entries, links));
        diagnostic::sort(&mut diagnostics);
        Self { entries, diagnostics }
    }
}

/// The difference of two listings: the only way for news to get into a site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeSet {
    /// Paths that were added or have other bytes, in order.
    pub changed: Vec<RepoPath>,
    /// Paths that are gone, in order.
    pub removed: Vec<RepoPath>,
}

impl ChangeSet {
    /// Compares two listings by path and blob id.
    pub fn between(old: &Listing, new: &Listing) -> Self {
        let known = |entry: &Entry| (entry.blob, entry.is_linked());
        let is_known = |path, entry| old.entries.get(path).map(known) == Some(known(entry));
        let changed = new.entries.iter().filter(|&(path, entry)| !is_known(path, entry));
        let removed = old.entries.keys().filter(|path| !new.entries.contains_key(*path));
        Self { changed: changed.map(|(path, _)| path.clone()).collect(), removed: removed.cloned().collect() }
    }

    /// Whether the two listings have the same files.
    pub fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.removed.is_empty()
    }

    /// How many paths differ.
    pub fn len(&self) -> usize {
        self.changed.len() + self.removed.len()
    }
}

/// Where something happened in a folder since its last listing; what it was is found out by looking.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// Every file or folder that was written, appeared or went away; of a folder that appeared or went away, itself
    /// is enough.
    pub paths: BTreeSet<RepoPath>,
    /// Whether anything may have happened anywhere.
    pub everything: bool,
    /// Whether Git's index may have changed.
    pub index: bool,
    /// Whether there may be new commits, or another one is checked out.
    pub commits: bool,
    /// Whether the settings of the repository may differ.
    pub settings: bool,
}

impl Touched {
    /// Everything, of which nothing is known.
    pub fn everything() -> Self {
        Self { everything: true, ..Self::default() }
    }

    /// Whether nothing happened.
    pub fn is_empty(&self) -> bool {
        let Self { paths, everything, index, commits, settings } = self;
        paths.is_empty() && !(*everything || *index || *commits || *settings)
    }
}

/// Why a source could not answer.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// There is no such file or folder.
    #[error("`{}` doesn't exist", path.escape_debug())]
    NotFound {
        /// The path, in the site or on the disk.
        path: String,
    },
    /// A site is a folder, and this is something else.
    #[error("`{}` is not a folder", path.display())]
    NotAFolder {
        /// The path on the disk.
        path: PathBuf,
    },
    /// The system refuses to read it.
    #[error("`{}` can't be read", path.escape_debug())]
    Unreadable {
        /// The path, in the site or on the disk.
        path: String,
        /// What the system says.
        #[source]
        cause: io::Error,
    },
    /// The tree has more files than any site should.
    #[error("the site has more than {limit} files")]
    TooManyFiles {
        /// How many files are taken.
        limit: usize,
    },
    /// The files are in no repository.
    #[error("`{rev}` can't be found: the site is in no Git repository")]
    NoRevisions {
        /// What was asked for.
        rev: String,
    },
    /// Git could not answer.
    #[error(transparent)]
    Git(#[from] GitError),
}

impl SourceError {
    /// The next step, when there is one.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotFound { .. } | Self::NotAFolder { .. } | Self::NoRevisions { .. } => None,
            Self::Unreadable { .. } => Some("check its permissions".to_owned()),
            Self::TooManyFiles { .. } => {
                Some("leave folders that are not part of the site out with `.rectoignore`".to_owned())
            }
            Self::Git(error) => error.hint(),
        }
    }

    fn not_found(path: impl Display) -> Self {
        Self::NotFound { path: path.to_string() }
    }

    /// Sorts an error of the system by whether the path exists.
    fn from_io(path: impl Display, cause: io::Error) -> Self {
        match cause.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::not_found(path),
            _ => Self::Unreadable { path: path.to_string(), cause },
        }
    }

    fn on_disk(path: &Path, cause: io::Error) -> Self {
        Self::from_io(path.display(), cause)
    }
}

/// The last cause of an error, for the sentence of a diagnostic.
fn cause_of(error: &dyn Error) -> String {
    let mut last = error;
    while let Some(cause) = last.source() {
        last = cause;
    }
    last.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(files: impl IntoIterator<Item = (String, &'static str)>) -> Listing {
        let memory = files.into_iter().fold(Memory::new(), |memory, (path, text)| memory.file(&path, text));
        memory.listing(&ListingOptions::default()).expect("memory can be listed")
    }

    #[test]
    fn a_change_set_is_the_difference_of_two_listings() {
        let check =
            |old: &[(&str, &'static str)], new: &[(&str, &'static str)], changed: &str, removed: &str| {
                let of =
                    |files: &[(&str, &'static str)]| listing(files.iter().map(|&(p, t)| (p.to_owned(), t)));
                let changes = ChangeSet::between(&of(old), &of(new));
                let joined =
                    |paths: &[RepoPath]| paths.iter().map(RepoPath::as_str).collect::<Vec<_>>().join(" ");
                assert_eq!(
                    (joined(&changes.changed).as_str(), joined(&changes.removed).as_str()),
                    (changed, removed)
                );
            };
        check(&[], &[], "", "");
        check(&[("a.md", "1")], &[("a.md", "1")], "", "");
        check(&[("a.md", "1")], &[("a.md", "2")], "a.md", "");
        check(&[("a.md", "1")], &[("b.md", "1")], "b.md", "a.md");
        check(&[("a", "1")], &[("a/b", "1")], "a/b", "a");
        check(&[("z.md", "1"), ("c.md", "1")], &[("b.md", "1"), ("a.md", "1")], "a.md b.md", "c.md z.md");
    }

    #[test]
    fn one_change_in_ten_thousand_files_is_found() {
        let files =
            |text_of_500: &'static str| {
                listing((0..10_000).map(move |n| {
                    (format!("s{}/p{n}.md", n % 100), if n == 500 { text_of_500 } else { "same" })
                }))
            };
        let (old, new) = (files("old"), files("new"));
        assert_eq!(old.entries.len(), 10_000);
        let changes = ChangeSet::between(&old, &new);
        assert_eq!(changes.changed, [RepoPath::root().join("s0").join("p500.md")]);
        assert_eq!((changes.len(), changes.is_empty()), (1, false));
        assert!(ChangeSet::between(&old, &old).is_empty());
    }
}

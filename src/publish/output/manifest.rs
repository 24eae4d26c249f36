//! [`Manifest`]: which files of the output folder are ours, and with which bytes.
//!
//! Text with a header and one `digest  path` line for each file, sorted by path: the same site gives the same
//! manifest. What can't be read for certain is no manifest at all, so that nothing is deleted on doubt.
//! Reading and writing the file is left to [`super`].

use std::{borrow::Cow, cmp::Ordering, ops::Range, sync::Arc};

use memchr::memchr_iter;

use crate::base::digest::Digest;

/// First line; the number is raised when the format changes.
const HEADER: &str = "recto-manifest 1";
/// How many characters a line has before the two spaces.
const DIGEST_CHARS: usize = 64;
/// The longest path that is written.
const MAX_PATH_BYTES: usize = 4096;
/// What the names of our own files begin with, and so no file of a site.
pub(super) const RESERVED_PREFIX: &str = ".recto-";

/// The path of a file in the output folder, with `/` between its parts. A build speaks of each in several places, which share it.
pub type OutputPath = Arc<str>;

/// A file with the digest of its bytes.
pub(super) type DigestedFile = (OutputPath, Digest);

/// The files that were written, with the digests of their bytes: the text of the file, in which each line is known to be sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    text: String,
}

impl Default for Manifest {
    fn default() -> Self {
        Self { text: format!("{HEADER}\n") }
    }
}

impl Manifest {
    /// Takes the text of the file; `None` when any part of it is in doubt.
    pub fn parse(text: String) -> Option<Self> {
        let lines = text.strip_prefix(HEADER)?.strip_prefix('\n')?;
        let mut last = Cow::Borrowed("");
        for line in lines.split_inclusive('\n') {
            let Line { path, .. } = Line::parse(line)?;
            if check_path(&path).is_some() || *path <= *last {
                return None;
            }
            last = path;
        }
        Some(Self { text })
    }

    /// Takes a text that is known to be sound.
    pub(super) fn of_sound(text: String) -> Self {
        Self { text }
    }

    /// The text of the file.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The digest of a file's bytes.
    pub fn get(&self, path: &str) -> Option<Digest> {
        let line = self.place(path).and_then(|place| Line::parse(&self.text[place]));
        line.map(|line| line.digest)
    }

    /// Where the line of a file is.
    fn place(&self, path: &str) -> Option<Range<usize>> {
        let mut lines = self.text.len() - self.lines().len()..self.text.len();
        while !lines.is_empty() {
            let (start, middle) = (lines.start, (lines.start + lines.end) / 2);
            let before = self.text.as_bytes()[start..middle].iter().rposition(|byte| *byte == b'\n');
            let start = before.map_or(start, |end| start + end + 1);
            let end = self.text[start..].find('\n').map_or(lines.end, |end| start + end + 1);
            lines = match (*Line::parse(&self.text[start..end])?.path).cmp(path) {
                Ordering::Less => end..lines.end,
                Ordering::Equal => return Some(start..end),
                Ordering::Greater => lines.start..start,
            };
        }
        None
    }

    /// The manifest with other digests of some files, if this one has all of them and `n_others`, and no more.
    pub(super) fn with_digests<'f>(
        &self,
        files: impl ExactSizeIterator<Item = (&'f OutputPath, Digest)>,
        n_others: usize,
    ) -> Option<Self> {
        let n_files = memchr_iter(b'\n', self.lines().as_bytes()).count();
        if n_files != files.len() + n_others {
            return None;
        }
        let mut text = self.text.clone();
        for (path, digest) in files {
            let start = self.place(path)?.start;
            // All digests are of one length.
            text.replace_range(start..start + DIGEST_CHARS, &digest.to_string());
        }
        Some(Self { text })
    }

    /// The manifest of `files`, which are in order, and what this one has besides them.
    pub(super) fn renewed<'f>(
        &self,
        files: impl Iterator<Item = &'f DigestedFile>,
    ) -> (Self, Vec<DigestedFile>) {
        let mut files = files.peekable();
        let (mut renewed, mut gone) = (Self::default(), Vec::new());
        renewed.text.reserve(self.text.len());
        for text in self.lines().split_inclusive('\n') {
            let Some(line) = Line::parse(text) else { continue };
            while let Some(file) = files.next_if(|(path, _)| **path < *line.path) {
                renewed.push(file);
            }
            match files.next_if(|(path, _)| **path == *line.path) {
                Some((_, digest)) if *digest == line.digest => renewed.text.push_str(text),
                Some(file) => renewed.push(file),
                None => gone.push((line.path.into(), line.digest)),
            }
        }
        files.for_each(|file| renewed.push(file));
        (renewed, gone)
    }

    fn lines(&self) -> &str {
        self.text.split_once('\n').map_or("", |(_, lines)| lines)
    }

    fn push(&mut self, (path, digest): &DigestedFile) {
        digest.push_hex(&mut self.text);
        self.text.push_str("  ");
        self.text.push_str(&escape(path));
        self.text.push('\n');
    }
}

/// A line of a manifest.
struct Line<'t> {
    path: Cow<'t, str>,
    digest: Digest,
}

impl<'t> Line<'t> {
    fn parse(line: &'t str) -> Option<Self> {
        let (digest, path) = line.strip_suffix('\n')?.split_once("  ")?;
        Some(Self { path: unescape(path)?, digest: Digest::from_hex(digest)? })
    }
}

/// What is wrong with a path of a site, `None` for a good one: relative, `/`-separated and in normal form.
pub(super) fn check_path(path: &str) -> Option<&'static str> {
    if path.is_empty() {
        Some("it is empty")
    } else if path.len() > MAX_PATH_BYTES {
        Some("it is too long")
    } else if path.contains('\0') {
        Some("it contains a NUL character")
    } else if path.split('/').any(|part| matches!(part, "" | "." | "..")) {
        Some("it is not a relative path in normal form")
    } else if cfg!(windows) && path.contains(['\\', ':']) {
        Some("it contains a character that file names can't have here")
    } else if is_reserved(path) {
        Some("names that begin with `.recto-` are kept for Recto's own files")
    } else {
        None
    }
}

/// Case is ignored, as some file systems do.
fn is_reserved(path: &str) -> bool {
    path.get(..RESERVED_PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(RESERVED_PREFIX))
}

/// Writes a path so that it stays on its line.
pub(super) fn escape(path: &str) -> Cow<'_, str> {
    if !path.contains(['\\', '\n', '\r']) {
        return path.into();
    }
    path.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r").into()
}

/// Undoes [`escape`]; `None` for what it never writes.
pub(super) fn unescape(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('\\') {
        return Some(text.into());
    }
    let mut path = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        path.push(match char {
            '\\' => match chars.next()? {
                '\\' => '\\',
                'n' => '\n',
                'r' => '\r',
                _ => return None,
            },
            other => other,
        });
    }
    Some(path.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(paths: &[&str], bytes: &[u8]) -> Vec<DigestedFile> {
        paths.iter().map(|&path| (path.into(), Digest::of(bytes))).collect()
    }

    fn manifest(files: &[DigestedFile]) -> Manifest {
        Manifest::default().renewed(files.iter()).0
    }

    #[test]
    fn a_manifest_reads_back() {
        let files = files(&["a\n\\n.txt", "a/ü  x.html", "b.html"], b"x");
        let manifest = manifest(&files);
        assert_eq!(manifest.text().lines().count(), 4);
        assert_eq!(Manifest::parse(manifest.text().to_owned()), Some(manifest.clone()));
        for (path, digest) in &files {
            assert_eq!(manifest.get(path), Some(*digest), "{path:?}");
        }
        for path in ["", "a", "a/", "a/ü  x.html/", "b", "c"] {
            assert_eq!(manifest.get(path), None, "{path:?}");
        }
    }

    #[test]
    fn a_renewed_manifest_is_that_of_the_files_alone() {
        let all = ["a", "a-b", "a/b", "a/b/c", "b\n", "b\\", "c"];
        let (of_all, whole) = (files(&all, b"x"), 1 << all.len());
        let chosen = |set: usize| of_all.iter().enumerate().filter(move |(at, _)| set >> at & 1 == 1);
        let chosen = |set: usize| chosen(set).map(|(_, file)| file.clone()).collect::<Vec<_>>();
        for (before, now) in (0..whole).map(|before| (before, before * 37 % whole)) {
            let (renewed, gone) = manifest(&chosen(before)).renewed(chosen(now).iter());
            assert_eq!(renewed, manifest(&chosen(now)));
            assert_eq!(gone, chosen(before & !now));
        }
        let others = files(&all, b"y");
        let (renewed, gone) = manifest(&of_all).renewed(others.iter());
        assert_eq!((renewed, gone), (manifest(&others), Vec::new()));
    }

    #[test]
    fn other_digests_of_the_same_files_are_put_in_place() {
        let names = ["a", "a\nb", "a-b", "a/b", "b", "ü"];
        let (before, now) = (files(&names, b"x"), files(&names, b"y"));
        for n in 0..=names.len() {
            let (changed, others) = (now[..n].to_vec(), before[n..].to_vec());
            let put = || changed.iter().map(|(path, digest)| (path, *digest));
            let expected = manifest(&[changed.clone(), others.clone()].concat());
            assert_eq!(manifest(&before).with_digests(put(), others.len()), Some(expected));
            assert_eq!(manifest(&before).with_digests(put(), others.len() + 1), None, "one is new");
            let other = files(&["b/c"], b"y");
            let other = other.iter().map(|(path, digest)| (path, *digest));
            assert_eq!(manifest(&before).with_digests(other, names.len() - 1), None, "it isn't there");
        }
    }

    #[test]
    fn doubt_is_no_manifest() {
        let digest = Digest::of(b"x");
        let of = |lines: &str| Manifest::parse(format!("{HEADER}\n{lines}"));
        assert!(of("").is_some() && of(&format!("{digest}  a\n{digest}  b\n")).is_some());
        for path in ["/etc/passwd", "../a", "a/../../b", "", ".recto-manifest", "a\\x", "a//b", "a\0"] {
            assert_eq!(of(&format!("{digest}  {path}\n")), None, "{path:?}");
        }
        assert_eq!(of(&format!("{digest}  a")), None, "cut off");
        assert_eq!(of(&format!("{digest}  a\n{digest}  a\n")), None, "twice");
        assert_eq!(of(&format!("{digest}  b\n{digest}  a\n")), None, "out of order");
        assert_eq!(of("12  a\n"), None);
        for text in ["", "recto-manifest 2\n", "recto-manifest 1", "x"] {
            assert_eq!(Manifest::parse(text.to_owned()), None, "{text:?}");
        }
    }

    #[test]
    fn reserved_names_are_refused_in_any_case() {
        for path in [".recto-stage", ".recto-lock", ".Recto-x/y", ".recto-"] {
            assert!(check_path(path).is_some(), "{path}");
        }
        for path in [".recto", "a/.recto-x", ".well-known/a", "é"] {
            assert_eq!(check_path(path), None, "{path}");
        }
    }
}

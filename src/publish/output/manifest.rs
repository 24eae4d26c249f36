//! [`Manifest`]: which files of the output folder are ours, and with which bytes.
//!
//! Text with a header and one `digest  path` line for each file, sorted by path: the same site gives the same
//! manifest. What can't be read for certain is no manifest at all, so that nothing is deleted on doubt.
//! Reading and writing the file is left to [`super`].

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use crate::base::digest::Digest;

/// First line; the number is raised when the format changes.
const HEADER: &str = "recto-manifest 1";
/// The longest path that is written.
const MAX_PATH_BYTES: usize = 4096;
/// What the names of our own files begin with, and so no file of a site.
pub(super) const RESERVED_PREFIX: &str = ".recto-";

/// The path of a file in the output folder, with `/` between its parts. A build speaks of each in several places, which share it.
pub type OutputPath = Arc<str>;

/// The files that were written, with the digests of their bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// Digest by path.
    pub files: BTreeMap<OutputPath, Digest>,
}

impl Manifest {
    /// Reads what [`Manifest::to_text`] wrote; `None` when any part of it is in doubt.
    pub fn parse(text: &str) -> Option<Self> {
        let lines = text.strip_prefix(HEADER)?.strip_prefix('\n')?;
        let file = |line: &str| -> Option<(OutputPath, Digest)> {
            let (digest, path) = line.strip_suffix('\n')?.split_once("  ")?;
            let path = unescape(path)?;
            check_path(&path).is_none().then_some((path.into(), Digest::from_hex(digest)?))
        };
        let files: Vec<_> = lines.split_inclusive('\n').map(file).collect::<Option<_>>()?;
        let n_files = files.len();
        let files = BTreeMap::from_iter(files);
        (files.len() == n_files).then_some(Self { files })
    }

    /// The text of the file.
    pub fn to_text(&self) -> String {
        let mut text = format!("{HEADER}\n");
        text.reserve(self.files.keys().map(|path| 2 * size_of::<Digest>() + path.len() + 3).sum());
        for (path, digest) in &self.files {
            digest.push_hex(&mut text);
            text.push_str("  ");
            text.push_str(&escape(path));
            text.push('\n');
        }
        text
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

    #[test]
    fn a_manifest_is_sorted_and_reads_back() {
        let files = ["b.html", "a/ü  x.html", "a\n\\n.txt"];
        let manifest =
            Manifest { files: files.iter().map(|&path| (path.into(), Digest::of(b"x"))).collect() };
        let text = manifest.to_text();
        assert_eq!(text.lines().count(), 4);
        assert!(text.find("a/").expect("written") < text.find("b.html").expect("written"));
        assert_eq!(Manifest::parse(&text), Some(manifest));
    }

    #[test]
    fn doubt_is_no_manifest() {
        let digest = Digest::of(b"x");
        let of = |lines: &str| Manifest::parse(&format!("{HEADER}\n{lines}"));
        assert!(of("").is_some() && of(&format!("{digest}  a\n")).is_some());
        for path in ["/etc/passwd", "../a", "a/../../b", "", ".recto-manifest", "a\\x", "a//b", "a\0"] {
            assert_eq!(of(&format!("{digest}  {path}\n")), None, "{path:?}");
        }
        assert_eq!(of(&format!("{digest}  a")), None, "cut off");
        assert_eq!(of(&format!("{digest}  a\n{digest}  a\n")), None, "twice");
        assert_eq!(of("12  a\n"), None);
        for text in ["", "recto-manifest 2\n", "recto-manifest 1", "x"] {
            assert_eq!(Manifest::parse(text), None, "{text:?}");
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

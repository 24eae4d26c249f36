//! Files that are put beside pages: pictures, documents, whatever is attached.
//!
//! A name that no file should have is made one that a file can have. Where a file of that name is there already, it gets a number,
//! unless it has the same bytes: then that file is meant.

use unicode_normalization::UnicodeNormalization as _;

use super::save::{clean_message, max_bytes};
use crate::{
    base::{digest::BlobId, media::media_type, path::RepoPath},
    git::{CommitId, Content, Edit},
    parse::targets::{self, Form},
    wiki::{Action, Actor, Wiki, WikiError, name},
};

/// How many files are taken at once.
pub const MAX_FILES: usize = 100;
/// How many numbers are tried for a name that is taken.
const MAX_NUMBERS: usize = 1_000;
/// How long a name is at most that is made from another, in bytes.
const MAX_STEM_BYTES: usize = 100;
/// What a file is called whose name has nothing that can stay.
const NAMELESS: &str = "file";

/// A file that somebody sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Its name, as it was called where it comes from.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Where uploads go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Beside a page, or into a folder whose path ends with `/`.
    Beside(String),
    /// To a path, in place of the file that may be there.
    At(String),
}

/// A file that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uploaded {
    /// Its path.
    pub path: RepoPath,
    /// Its address.
    pub url: Option<String>,
    /// What shows it, or leads to it, in the text of the page.
    pub markdown: String,
}

impl Wiki {
    /// Takes files, as one commit.
    pub fn upload(
        &self,
        actor: &Actor,
        uploads: &[Upload],
        place: &Place,
        message: &str,
    ) -> Result<(Vec<Uploaded>, CommitId), WikiError> {
        if uploads.is_empty() {
            return Err(WikiError::Nothing);
        }
        let (paths, done) = self.on_head(|head| {
            let mut edits: Vec<Edit> = Vec::new();
            let mut paths = Vec::new();
            for upload in uploads {
                let (path, is_there) = self.place(upload, place, head.commit, &edits)?;
                actor.check(Action::Write, &path)?;
                let (size, limit) = (upload.bytes.len(), max_bytes(&path));
                if size > limit {
                    return Err(WikiError::TooLarge { path, size, limit });
                }
                if !is_there {
                    let content = Some(Content::Bytes(upload.bytes.clone()));
                    edits.push(Edit { path: path.clone(), content });
                }
                paths.push(path);
            }
            let done = self.commit(actor, head, &edits, &said(message, &edits))?;
            Ok(done.map(|done| (paths, done)))
        })?;
        let commit = self.shown(done).commit;
        Ok((paths.into_iter().map(|path| self.uploaded(path, place)).collect(), commit))
    }

    /// The path of an upload, and whether the same bytes are there already.
    fn place(
        &self,
        upload: &Upload,
        place: &Place,
        head: Option<CommitId>,
        edits: &[Edit],
    ) -> Result<(RepoPath, bool), WikiError> {
        let bad = |path: &str, why| WikiError::BadName { path: path.to_owned(), why };
        let blob = BlobId::of(&upload.bytes);
        let there = |path: &RepoPath| -> Result<Option<BlobId>, WikiError> {
            let file = head.map(|head| self.store.file(head, path)).transpose()?.flatten();
            let edit = edits.iter().find(|edit| edit.path == *path).and_then(|edit| edit.content.as_ref());
            Ok(match edit {
                Some(Content::Bytes(bytes)) => Some(BlobId::of(bytes)),
                _ => file.map(|file| file.blob),
            })
        };
        let folder = match place {
            Place::At(written) => {
                let path = name::known(written).map_err(|why| bad(written, why))?;
                let known = there(&path)?;
                if known.is_none() {
                    name::new(written).map_err(|why| bad(written, why))?;
                    self.check_twins(&path)?;
                }
                return Ok((path, known == Some(blob)));
            }
            Place::Beside(written) => folder_of(written).map_err(|why| bad(written, why))?,
        };
        let safe = safe_name(&upload.name);
        for number in 1..=MAX_NUMBERS {
            let path = folder.join(&numbered(&safe, number));
            name::new(path.as_str()).map_err(|why| bad(path.as_str(), why))?;
            match there(&path)? {
                Some(known) if known == blob => return Ok((path, true)),
                Some(_) => {}
                None if self.check_twins(&path).is_err() => {}
                None => return Ok((path, false)),
            }
        }
        Err(WikiError::Exists { path: folder.join(&safe) })
    }

    fn uploaded(&self, path: RepoPath, place: &Place) -> Uploaded {
        let snapshot = self.engine.snapshot();
        let site = snapshot.renderer.site();
        let url = site.route_of_file(&path).map(|route| route.href(site.base_path()));
        let target = match place {
            Place::Beside(_) => path.file_name().to_owned(),
            Place::At(_) => format!("/{}", path.relative_to(site.content()).unwrap_or(path.as_str())),
        };
        let written = targets::spelled(&target, Form::Plain, "");
        let is_shown =
            ["image/", "video/", "audio/"].iter().any(|kind| media_type(path.as_str()).starts_with(kind));
        let markdown = if is_shown {
            format!("![{}]({written})", path.stem().replace(['-', '_'], " "))
        } else {
            format!("[{}]({written})", path.file_name())
        };
        Uploaded { path, url, markdown }
    }
}

/// The folder that a page lies in, or that is named by a `/` at its end.
fn folder_of(written: &str) -> Result<RepoPath, &'static str> {
    match written.strip_suffix('/') {
        Some("") => Ok(RepoPath::root()),
        Some(folder) => name::known(folder),
        None if written.is_empty() => Ok(RepoPath::root()),
        None => Ok(name::known(written)?.parent().unwrap_or_default()),
    }
}

/// A name that a file can have, made from any.
fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let is_safe = |c: char| !c.is_control() && !"<>:\"|?*#%[](){}`'&".contains(c);
    let mut safe = String::new();
    for c in last.nfc() {
        let c = if is_safe(c) && !c.is_whitespace() { c } else { '-' };
        if c != '-' || !safe.ends_with('-') {
            safe.push(c);
        }
    }
    let safe = safe.trim_matches(['.', '-', ' ']);
    let (stem, extension) = match safe.rsplit_once('.') {
        Some((stem, extension)) => (stem.trim_end_matches(['-', '.']), format!(".{extension}")),
        None => (safe, String::new()),
    };
    let end = (0..=MAX_STEM_BYTES.min(stem.len())).rev().find(|at| stem.is_char_boundary(*at)).unwrap_or(0);
    let stem = if stem.is_empty() { NAMELESS } else { &stem[..end] };
    let made = format!("{stem}{extension}");
    if name::new(&made).is_ok() {
        return made;
    }
    // A device's name, characters that nobody sees, or an endless extension.
    let plain: String = made
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'))
        .take(MAX_STEM_BYTES / 4)
        .collect();
    let other = format!("{NAMELESS}-{}", plain.trim_matches('.'));
    if name::new(&other).is_ok() { other } else { NAMELESS.to_owned() }
}

fn numbered(name: &str, number: usize) -> String {
    match (number, name.rsplit_once('.')) {
        (1, _) => name.to_owned(),
        (_, Some((stem, extension))) => format!("{stem}-{number}.{extension}"),
        (_, None) => format!("{name}-{number}"),
    }
}

fn said(message: &str, edits: &[Edit]) -> String {
    let message = clean_message(message);
    let usual = || match edits {
        [edit] => format!("Upload {}", edit.path),
        edits => format!("Upload {} files", edits.len()),
    };
    format!("{}\n", if message.is_empty() { usual() } else { message })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        git::test_repo::TestRepo,
        wiki::tests::{actor, wiki},
    };

    #[test]
    fn names_are_made_safe() {
        let check = |name: &str, expected: &str| {
            assert_eq!(safe_name(name), expected, "{name:?}");
            assert!(name::new(expected).is_ok());
        };
        check("photo.JPG", "photo.JPG");
        check("Bildschirmfoto 2024-01-01 um 10.00.png", "Bildschirmfoto-2024-01-01-um-10.00.png");
        check("C:\\Users\\me\\a (1).png", "a-1.png");
        check("../../.git/config", "config");
        check(".htaccess", "htaccess");
        check("-rf", "rf");
        check("CON.png", "file-CON.png");
        check("", "file");
        check("...", "file");
        check("a\u{202e}gnp.exe", "file-agnp.exe");
        check("cafe\u{301}.png", "café.png");
        check("日本語.pdf", "日本語.pdf");
        assert!(
            safe_name(&"x".repeat(5_000)).len() < 200
                && safe_name(&format!("a.{}", "x".repeat(5_000))).len() < 200
        );
    }

    #[test]
    fn files_are_put_beside_pages_and_none_is_lost() {
        let repo = TestRepo::new();
        repo.write("guide/a.md", "# A\n").commit("one");
        let wiki = wiki(&repo);
        let upload = |name: &str, bytes: &[u8]| {
            let upload = Upload { name: name.to_owned(), bytes: bytes.to_vec() };
            let beside = Place::Beside("guide/a.md".to_owned());
            wiki.upload(&actor("Ada"), &[upload], &beside, "").expect("it is taken").0.remove(0)
        };
        let first = upload("my pic.png", b"one");
        assert_eq!((first.path.as_str(), &*first.markdown), ("guide/my-pic.png", "![my pic](my-pic.png)"));
        assert_eq!(first.url.as_deref(), Some("/guide/my-pic.png"));
        assert_eq!(upload("my pic.png", b"one").path.as_str(), "guide/my-pic.png", "the same file is there");
        assert_eq!(
            upload("My-Pic.png", b"two").path.as_str(),
            "guide/My-Pic-2.png",
            "one file on some systems"
        );
        assert_eq!(upload("my pic.png", b"three").path.as_str(), "guide/my-pic-3.png");
        assert_eq!(upload("notes.pdf", b"pdf").markdown, "[notes.pdf](notes.pdf)");
        assert_eq!(repo.git_with_input("rev-list --count HEAD", b""), "5");
        let new = Upload { name: "x".to_owned(), bytes: b"new".to_vec() };
        let at = Place::At("guide/my-pic.png".to_owned());
        wiki.upload(&actor("Ada"), &[new], &at, "Replace it").expect("it is taken");
        assert_eq!(repo.git_with_input("show HEAD:guide/my-pic.png", b""), "new");
        assert_eq!(repo.git_with_input("log -1 --format=%s", b""), "Replace it");
        let none = wiki.upload(&actor("Ada"), &[], &at, "");
        assert!(matches!(none, Err(WikiError::Nothing)));
        assert_eq!(repo.git_with_input("status --porcelain", b""), "");
    }
}

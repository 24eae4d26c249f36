//! [`Cache`]: the verdicts of earlier checks, in one file.
//!
//! It only saves requests: a file that is missing, damaged or of another version is an empty one, and one that can't be
//! written is left alone. Of two checks at once, the later one's verdicts stay.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::Verdict;

/// The file, inside the folder of the cache.
const FILE: &str = "external-links.json";
/// The layout of the file; another one is not read.
const VERSION: u32 = 1;
/// A file longer than this is not ours, or not worth its time.
const MAX_BYTES: u64 = 32 * 1024 * 1024;
/// How long addresses that answer are taken to answer still.
const FINE_FOR: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How long broken ones are not asked again: short, they are being mended.
const BROKEN_FOR: Duration = Duration::from_secs(60 * 60);

/// What is known from earlier, none of it too old.
#[derive(Debug)]
pub(super) struct Cache {
    file: Option<PathBuf>,
    now_secs: u64,
    entries: BTreeMap<String, Entry>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    /// When it was asked, in seconds since 1970.
    at: u64,
    verdict: Verdict,
}

#[derive(Deserialize)]
struct Stored {
    version: u32,
    entries: BTreeMap<String, Entry>,
}

#[derive(Serialize)]
struct ToStore<'a> {
    version: u32,
    entries: &'a BTreeMap<String, Entry>,
}

impl Cache {
    /// Reads the file in `folder`, if any.
    pub(super) fn read(folder: Option<&Path>, now: SystemTime) -> Self {
        let file = folder.map(|folder| folder.join(FILE));
        let now_secs = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let mut entries = file.as_deref().and_then(read_entries).unwrap_or_default();
        entries.retain(|_, entry| entry.is_fresh(now_secs));
        Self { file, now_secs, entries }
    }

    /// The verdict about an address.
    pub(super) fn get(&self, address: &str) -> Option<&Verdict> {
        self.entries.get(address).map(|entry| &entry.verdict)
    }

    /// Keeps a verdict, if it is one that is kept.
    pub(super) fn put(&mut self, address: &str, verdict: &Verdict) {
        if kept_for(verdict).is_some() {
            let entry = Entry { at: self.now_secs, verdict: verdict.clone() };
            self.entries.insert(address.to_owned(), entry);
        }
    }

    /// Replaces the file as a whole.
    pub(super) fn write(&self) {
        if let Some(file) = &self.file {
            // Without it the next check asks again, and that is all.
            let _ = self.write_to(file);
        }
    }

    fn write_to(&self, file: &Path) -> io::Result<()> {
        let folder = file.parent().unwrap_or(Path::new(""));
        fs::create_dir_all(folder)?;
        let mut staged = NamedTempFile::new_in(folder)?;
        staged.write_all(&serde_json::to_vec(&ToStore { version: VERSION, entries: &self.entries })?)?;
        staged.persist(file)?;
        Ok(())
    }
}

impl Entry {
    /// Whether it is young enough; one from the future is not, the clock was wrong then or is now.
    fn is_fresh(&self, now_secs: u64) -> bool {
        let age = now_secs.checked_sub(self.at).map(Duration::from_secs);
        age.zip(kept_for(&self.verdict)).is_some_and(|(age, limit)| age < limit)
    }
}

fn kept_for(verdict: &Verdict) -> Option<Duration> {
    match verdict {
        Verdict::Fine | Verdict::Redirected(_) => Some(FINE_FOR),
        Verdict::Broken(_) => Some(BROKEN_FOR),
        Verdict::Unknown(_) => None,
    }
}

fn read_entries(file: &Path) -> Option<BTreeMap<String, Entry>> {
    let mut bytes = Vec::new();
    File::open(file).ok()?.take(MAX_BYTES + 1).read_to_end(&mut bytes).ok()?;
    if bytes.len() as u64 > MAX_BYTES {
        return None;
    }
    let stored: Stored = serde_json::from_slice(&bytes).ok()?;
    (stored.version == VERSION).then_some(stored.entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(secs)
    }

    #[test]
    fn verdicts_are_kept_for_their_time() {
        let dir = tempfile::tempdir().expect("a folder");
        let folder = dir.path().join("a/b");
        let mut cache = Cache::read(Some(&folder), at(1_000_000));
        cache.put("fine", &Verdict::Fine);
        cache.put("moved", &Verdict::Redirected("x".to_owned()));
        cache.put("broken", &Verdict::Broken("404 Not Found".to_owned()));
        cache.put("unknown", &Verdict::Unknown("429 Too Many Requests".to_owned()));
        cache.write();
        let check = |secs: u64, expected: &[&str]| {
            let cache = Cache::read(Some(&folder), at(secs));
            assert_eq!(cache.entries.keys().collect::<Vec<_>>(), expected, "{secs}");
        };
        check(1_000_000, &["broken", "fine", "moved"]);
        check(1_000_000 + 3_599, &["broken", "fine", "moved"]);
        check(1_000_000 + 3_600, &["fine", "moved"]);
        check(1_000_000 + 7 * 86_400, &[]);
        check(999_999, &[]);
        let names: Vec<_> = fs::read_dir(&folder).expect("a folder").collect();
        assert_eq!(names.len(), 1, "nothing but the file stays");
    }

    #[test]
    fn a_damaged_or_foreign_file_is_an_empty_one() {
        let dir = tempfile::tempdir().expect("a folder");
        for text in [
            "",
            "{",
            "\u{0}",
            "[]",
            r#"{"version":2,"entries":{"a":{"at":5,"verdict":"fine"}}}"#,
            r#"{"version":1,"entries":{"a":{"at":-5,"verdict":"fine"}}}"#,
            &"[".repeat(100_000),
        ] {
            fs::write(dir.path().join(FILE), text).expect("written");
            assert!(Cache::read(Some(dir.path()), at(10)).entries.is_empty(), "{text:.60}");
        }
        let text = r#"{"version":1,"entries":{"a":{"at":5,"verdict":"fine"}}}"#;
        fs::write(dir.path().join(FILE), text).expect("written");
        assert_eq!(Cache::read(Some(dir.path()), at(10)).get("a"), Some(&Verdict::Fine));
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_no_problem() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("file");
        fs::write(&file, "x").expect("written");
        Cache::read(Some(&file), at(10)).write();
        Cache::read(None, at(10)).write();
        assert_eq!(fs::read(&file).expect("readable"), b"x");
    }
}

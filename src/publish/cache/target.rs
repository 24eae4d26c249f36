//! [`Target`]: the file that the next state is written into: that of the last one, which grows, or a new one.
//!
//! A state grows: what is new is put behind what is there, and then the beginning of the file says where the new index is. So an
//! edit writes what it changed, and whoever has the former state open finds all of it where it was. What nothing leads to any
//! more goes when it is too much: then a new file takes the place of the old one.

use std::{
    fs::{File, Metadata},
    io::{self, Seek as _, SeekFrom, Write},
    path::Path,
};

use tempfile::{NamedTempFile, TempPath};

use super::{State, UNFINISHED};

/// How many bytes that nothing leads to may be in a file for each one that is in use.
const MAX_WASTE_FOR_EACH: u64 = 1;
/// How many there may be in any file.
const MIN_WASTE: u64 = 4 << 20;

/// A file to write at its end.
pub(super) struct Target {
    file: File,
    /// The name of a new file until it takes the place of the old one.
    name: Option<TempPath>,
}

impl Target {
    /// The file of a state, if that can grow; else a new one in a folder.
    pub(super) fn of(former: Option<&State>, path: &Path, dir: &Path) -> io::Result<Self> {
        // What is damaged has to be written anew, also where it has the print that it should have.
        let former = former.filter(|state| !state.is_damaged());
        if let Some(file) = former.and_then(|state| grown(state, path)) {
            return Ok(Self { file, name: None });
        }
        let mut builder = tempfile::Builder::new();
        builder.prefix(UNFINISHED);
        // Whoever may read the folder may use it: as with any other new file.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let (file, name) = NamedTempFile::into_parts(builder.tempfile_in(dir)?);
        Ok(Self { file, name: Some(name) })
    }

    /// Whether it is a file that grows.
    pub(super) fn grows(&self) -> bool {
        self.name.is_none()
    }

    pub(super) fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Gives a new file its name.
    pub(super) fn put(self, path: &Path) -> io::Result<()> {
        self.name.map_or(Ok(()), |name| name.persist(path).map_err(|error| error.error))
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// The file of a state, at its end; `None` when it can't grow, is too large for what is in it, or another build writes to it.
fn grown(state: &State, path: &Path) -> Option<File> {
    // Opening anything else may wait for ever.
    path.symlink_metadata().ok().filter(Metadata::is_file)?;
    let mut file = File::options().read(true).write(true).open(path).ok()?;
    let is_same = is_alone(&file.metadata().ok()?, &state.file.metadata().ok()?);
    if !is_same || file.try_lock().is_err() {
        return None;
    }
    let (len, n_used) = (file.seek(SeekFrom::End(0)).ok()?, state.n_used_bytes());
    (len <= n_used + (n_used * MAX_WASTE_FOR_EACH).max(MIN_WASTE)).then_some(file)
}

/// Whether both are the same file, which has no other name: that may be a copy which somebody keeps.
#[cfg(unix)]
fn is_alone(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (one.dev(), one.ino(), one.nlink()) == (other.dev(), other.ino(), 1)
}

/// The same where nothing tells.
#[cfg(not(unix))]
fn is_alone(_: &Metadata, _: &Metadata) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use std::{collections::BTreeSet, fs, sync::Arc};

    use compact_str::CompactString;

    use super::*;
    use crate::{
        base::{digest::Print, path::RepoPath},
        publish::cache::{Cache, Head, StateWriter, state::WordsRecord},
    };

    fn forms(words: &[String]) -> Vec<&str> {
        words.iter().map(String::as_str).collect()
    }

    fn words(n: usize) -> Vec<String> {
        (0..n).map(|at| format!("word{at}")).collect()
    }

    /// A cache folder with one way to build.
    struct OneWay {
        folder: tempfile::TempDir,
        cache: Cache,
        way: Print,
    }

    impl OneWay {
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            Self { cache: Cache::new(folder.path()), folder, way: Print::of("a") }
        }

        /// Spoils some bytes in the middle of the file.
        fn damage(&self) {
            let (path, len) = self.file();
            let file = File::options().write(true).open(path).expect("a file");
            std::os::unix::fs::FileExt::write_all_at(&file, &[0; 100], len / 2).expect("written");
        }

        fn begin(&self, words: &[String]) -> StateWriter {
            let former = self.cache.state(&self.way).map(Arc::new);
            let mut writer = self.cache.writer(&self.way, former).expect("a file");
            writer.forms(&forms(words)).expect("written");
            writer
        }

        /// Keeps words, and says whether the file has grown.
        fn keep(&self, words: &[String]) -> bool {
            self.finish(self.begin(words))
        }

        fn finish(&self, writer: StateWriter) -> bool {
            let grows = writer.grows();
            self.cache.keep(&self.way, writer, &Head::default()).expect("kept");
            grows
        }

        fn known(&self) -> Vec<CompactString> {
            self.cache.state(&self.way).and_then(|state| state.forms()).expect("a state")
        }

        /// The name of the file and its length.
        fn file(&self) -> (std::path::PathBuf, u64) {
            let mut files = fs::read_dir(self.folder.path()).expect("a folder").flatten();
            let file = files
                .find(|file| file.file_name().to_string_lossy().ends_with(".state"))
                .expect("it is there");
            (file.path(), file.metadata().expect("a file").len())
        }
    }

    #[test]
    fn a_state_grows_by_what_is_new() {
        let one = OneWay::new();
        assert!(!one.keep(&words(20_000)));
        let (former, (_, before)) = (one.cache.state(&one.way).expect("a state"), one.file());
        assert!(one.keep(&words(20_001)));
        assert!(one.file().1 < before + before / 2);
        assert_eq!(one.known(), words(20_001));
        let known = former.forms().expect("who has it open reads what was there");
        assert_eq!(known, words(20_000));
    }

    #[test]
    fn a_build_that_ends_early_leaves_the_former_state() {
        let one = OneWay::new();
        one.keep(&words(20_000));
        let before = one.file().1;
        drop(one.begin(&words(50_000)));
        assert!(one.file().1 > before, "some of it was written");
        assert_eq!(one.known(), words(20_000));
        assert!(one.keep(&words(20_001)));
        assert_eq!(one.known(), words(20_001));
    }

    #[test]
    fn of_two_at_once_one_grows() {
        let one = OneWay::new();
        one.keep(&words(10));
        let (first, second) = (one.begin(&words(11)), one.begin(&words(12)));
        assert!(one.finish(first));
        assert!(!one.finish(second));
        assert_eq!(one.known(), words(12));
        let (first, second) = (one.begin(&words(13)), one.begin(&words(14)));
        assert!(!one.finish(second));
        assert!(one.finish(first), "it wrote to a file that is gone");
        assert_eq!(one.known(), words(14));
    }

    #[test]
    fn what_somebody_keeps_under_another_name_stays() {
        let one = OneWay::new();
        one.keep(&words(10));
        let copy = one.folder.path().join("copy");
        fs::hard_link(one.file().0, &copy).expect("a name");
        let before = fs::read(&copy).expect("a file");
        assert!(!one.keep(&words(11)));
        assert_eq!(fs::read(&copy).expect("a file"), before);
        assert_eq!(one.known(), words(11));
    }

    #[test]
    fn what_is_damaged_is_written_anew() {
        let one = OneWay::new();
        one.keep(&words(20_000));
        one.damage();
        let former = one.cache.state(&one.way).map(Arc::new).expect("a state");
        assert_eq!(former.forms(), None);
        let mut writer = one.cache.writer(&one.way, Some(former)).expect("a file");
        writer.forms(&forms(&words(20_000))).expect("written");
        one.finish(writer);
        assert_eq!(one.known(), words(20_000));
    }

    #[test]
    fn damage_that_is_found_meanwhile_is_told() {
        let one = OneWay::new();
        one.keep(&words(20_000));
        one.damage();
        let former = one.cache.state(&one.way).map(Arc::new).expect("a state");
        let writer = one.cache.writer(&one.way, Some(Arc::clone(&former))).expect("a file");
        assert!(writer.grows() && writer.is_sound());
        assert_eq!(former.forms(), None);
        assert!(!writer.is_sound());
        let again = one.cache.writer(&one.way, Some(former)).expect("a file");
        assert!(!again.grows() && again.is_sound());
    }

    #[test]
    fn what_is_damaged_is_not_taken_over() {
        let one = OneWay::new();
        let paths = (0..2_000).filter_map(|at| RepoPath::new(&format!("page{at}.md")));
        let records: Vec<WordsRecord> =
            paths.map(|path| WordsRecord { path, words: Arc::default() }).collect();
        let records: Vec<&WordsRecord> = records.iter().collect();
        let keep = |former: Option<State>| {
            let mut writer = one.cache.writer(&one.way, former.map(Arc::new)).expect("a file");
            writer.words(&records, &BTreeSet::new()).expect("written");
            one.finish(writer);
            one.cache.state(&one.way).expect("a state")
        };
        keep(None);
        one.damage();
        let former = one.cache.state(&one.way).expect("a state");
        assert!(former.words().len() < records.len());
        assert_eq!(keep(Some(former)).words().len(), records.len());
    }

    #[test]
    fn what_nothing_leads_to_goes_when_it_is_too_much() {
        let one = OneWay::new();
        let (mut largest, mut n_new) = (0, 0);
        for round in 0..40 {
            let words: Vec<String> = (0..20_000).map(|at| format!("word{at}in{round}")).collect();
            n_new += usize::from(!one.keep(&words));
            largest = largest.max(one.file().1);
            assert_eq!(one.known(), words);
        }
        let n_used = one.cache.state(&one.way).expect("a state").n_used_bytes();
        assert!(n_new > 1 && n_new < 20, "{n_new}");
        assert!(largest <= MIN_WASTE + 3 * n_used, "{largest}");
    }
}

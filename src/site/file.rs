//! [`PageFile`]: what one Markdown file says about itself, read and parsed once per change of its bytes.
//!
//! The text is not kept: the site holds facts (title, headings, links), rendering reads the file again.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use compact_str::CompactString;
use foldhash::HashMap;
use memchr::memchr;
use serde::{Deserialize, Serialize};

use crate::{
    base::{
        diagnostic::{Diagnostic, Place, nearest},
        digest::{BlobId, Print},
        later::Later,
        path::RepoPath,
        shared,
    },
    parse::{
        expand::{self, Expanded, FileError, Files},
        front_matter::{self, Date, FrontMatter, FrontMatterKeys},
        markdown::{self, Event, Facts, LinkFact, MarkdownOptions},
        slug,
        words::{PageWords, Vocabulary},
    },
    site::{
        anchors::Anchors, graph::FormerLinks, place::Places, search::Stock, section::is_folder_page_name,
    },
    source::{Listing, Source, SourceError},
};

/// The largest page, in bytes. A page of this size is a book in one file; larger ones are data with a wrong name.
pub const MAX_PAGE_BYTES: u64 = 8 << 20;

/// One Markdown file, parsed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PageFile {
    /// The file.
    pub path: RepoPath,
    /// The bytes it was parsed from.
    pub blob: BlobId,
    /// Its own front matter, before any cascade.
    #[serde(deserialize_with = "shared::deserialize")]
    pub front: Arc<FrontMatter>,
    /// Where its body begins in its text.
    pub body_start: usize,
    /// The text of its first heading when it is an `h1`.
    pub heading: Option<CompactString>,
    /// What its body says: headings, links, summary.
    pub facts: Later<Facts>,
    /// The title given by `{{#title ...}}` in the text.
    pub given_title: Option<CompactString>,
    /// Every other file it asked for and the bytes that were there, by path. These are more than those that its text came from: an
    /// inclusion can also fail because of what a file says.
    pub uses: Box<[(RepoPath, BlobId)]>,
    /// Whether it asked for a file that is not there: it and the hint of a near name depend on which files there are.
    pub has_misses: bool,
    /// What went wrong.
    pub diagnostics: Box<[Diagnostic]>,
    /// Whether it was parsed from the bytes that the listing names. A file that changes just then is parsed again.
    pub is_settled: bool,
    /// The print of what the rest of the site can see of it: front matter, title, headings, ids, summary.
    pub outside: Print,
    /// The print of its links.
    pub links: Print,
    /// The print of its words, if they were taken.
    pub words_print: Option<Print>,
    #[serde(skip)]
    anchors: OnceLock<Box<Anchors>>,
    #[serde(skip)]
    words: OnceLock<Arc<PageWords>>,
}

impl PageFile {
    /// Reads and parses one file; a broken one is a page with diagnostics. Its words are taken if there is a vocabulary.
    pub fn load(
        path: &RepoPath,
        files: &SourceFiles<'_>,
        reading: &Reading,
        vocabulary: Option<&Vocabulary>,
        witness: Option<&dyn Witness>,
    ) -> Self {
        let blob = files.listing.entries.get(path).map_or(BlobId::of(b""), |entry| entry.blob);
        let ReadText { text, mut diagnostics, is_settled } = files.page_text(path);
        let (mut front, body_start, front_diagnostics) = front_matter::parse(path, &text, &reading.keys);
        front.date = front.date.or_else(|| date_in_name(path));
        let noted = Noted::of(files);
        let expanded = expand::expand(path, &text, body_start, &noted);
        let document = markdown::parse(&expanded, &reading.markdown);
        let words = vocabulary.map(|vocabulary| Arc::new(PageWords::of(&document.events, vocabulary)));
        let facts = document.facts;
        diagnostics.extend(front_diagnostics);
        let mut places = Places::new(files);
        diagnostics.extend(document.problems.into_iter().map(|problem| {
            match places.of(problem.at, &expanded.files) {
                Some(place) => problem.diagnostic.at(place),
                None => problem.diagnostic,
            }
        }));
        let is_settled = is_settled && noted.is_settled.get() && places.is_settled();
        if let Some(witness) = witness.filter(|_| is_settled) {
            witness.parsed(path, &expanded, document.events);
        }
        diagnostics.extend(expanded.diagnostics);
        Self {
            path: path.clone(),
            blob,
            outside: outside(&front, expanded.title.as_deref(), &facts),
            links: links(&facts),
            front: Arc::new(front),
            body_start,
            heading: facts.title.clone(),
            facts: facts.into(),
            given_title: expanded.title.map(CompactString::from),
            has_misses: noted.has_misses.get(),
            is_settled,
            uses: noted.uses.into_inner().into_iter().collect(),
            diagnostics: diagnostics.into(),
            words_print: words.as_ref().map(|words| words.print),
            anchors: OnceLock::new(),
            words: words.map(OnceLock::from).unwrap_or_default(),
        }
    }

    /// The same in less memory. What is kept for long is scattered among what parsing needed for a moment, with room to grow: a copy
    /// is as small as can be, and fills gaps.
    #[must_use]
    pub(super) fn compact(self) -> Self {
        self.clone()
    }

    /// Whether parsing the file of a listing, which has bytes with this id, would give the same again.
    pub fn is_of(&self, listing: &Listing, blob: &BlobId) -> bool {
        let has = |path, blob| listing.entries.get(path).is_some_and(|entry| entry.blob == blob);
        self.is_settled
            && !self.has_misses
            && self.blob == *blob
            && self.uses.iter().all(|(path, blob)| has(path, *blob))
    }

    /// Its words, if they are known.
    pub fn words(&self) -> Option<&Arc<PageWords>> {
        self.words.get()
    }

    /// Is told its words by those who had them from elsewhere.
    pub(super) fn learn_words(&self, words: Arc<PageWords>) {
        // Whoever was first has said the same.
        let _ = self.words.set(words);
    }

    /// The ids of the page, indexed when they are first asked for.
    pub fn anchors(&self) -> &Anchors {
        self.anchors.get_or_init(|| Box::new(Anchors::of(&self.facts)))
    }
}

/// The date in front of a page's name: its file's, or of a folder's page the folder's.
fn date_in_name(path: &RepoPath) -> Option<Date> {
    match path.parent().filter(|_| is_folder_page_name(path)) {
        Some(folder) => slug::date_in_name(folder.file_name()),
        None => slug::date_in_name(path.stem()),
    }
}

/// The print of what the rest of a site can see of a page.
fn outside(front: &FrontMatter, given_title: Option<&str>, facts: &Facts) -> Print {
    let front = postcard::to_allocvec(front).unwrap_or_default();
    let Facts { title, headings, anchors, summary, .. } = facts;
    Print::of(&(front, given_title, title, headings, anchors, summary))
}

/// The print of the links of a page, with the sentences around them; where they stand in its text doesn't count.
fn links(facts: &Facts) -> Print {
    let links = facts.links.iter().map(|link| {
        let LinkFact { kind, role, target, text, around, at } = link;
        (kind, role, target, text, around, at.file)
    });
    Print::of(&(&facts.files, links.collect::<Vec<_>>()))
}

/// Is shown each page that is parsed while a site is loaded, to make more of it than the site keeps.
pub trait Witness: Sync {
    /// A page's file was parsed from the bytes that the listing names.
    fn parsed(&self, path: &RepoPath, expanded: &Expanded, events: Vec<Event<'_>>);
}

/// How pages are parsed; the same for all pages of a site.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// The keys that front matter may have.
    pub keys: FrontMatterKeys,
    /// The Markdown extensions that are on.
    pub markdown: MarkdownOptions,
}

/// Pages that were parsed before, perhaps by another process.
#[derive(Clone, Debug, Default)]
pub struct FormerFiles {
    /// The vocabulary of their words.
    pub stock: Arc<Stock>,
    /// How they were parsed.
    pub reading: Reading,
    /// The pages by their path.
    pub files: HashMap<RepoPath, Arc<PageFile>>,
    /// Where their links led.
    pub links: FormerLinks,
}

/// The body of a page, ready to be parsed as Markdown for rendering, and whether it is made of the bytes that the
/// listing names. A file may have changed since; the next snapshot will show it.
pub fn expanded_body(file: &PageFile, files: &SourceFiles<'_>) -> (Expanded, bool) {
    let ReadText { text, is_settled, .. } = files.page_text(&file.path);
    let files = CheckedFiles { files, is_settled: Cell::new(is_settled) };
    let body_start = if text.is_char_boundary(file.body_start) { file.body_start } else { text.len() };
    let expanded = expand::expand(&file.path, &text, body_start, &files);
    (expanded, files.is_settled.get())
}

/// Files whose bytes are compared with what the listing says of them.
struct CheckedFiles<'a> {
    files: &'a SourceFiles<'a>,
    is_settled: Cell<bool>,
}

impl Files for CheckedFiles<'_> {
    fn read(&self, path: &RepoPath) -> Result<Arc<str>, FileError> {
        let (text, is_settled) = self.files.text_of(path);
        self.is_settled.set(self.is_settled.get() && is_settled);
        text
    }

    fn nearest(&self, path: &RepoPath) -> Option<String> {
        self.files.nearest(path)
    }
}

/// The text of a page as it was read.
pub struct ReadText {
    /// The text.
    pub text: String,
    /// What is wrong with its bytes.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether it is made of the bytes that the listing names.
    pub is_settled: bool,
}

/// Text files of a source, as parsing wants them.
pub struct SourceFiles<'a> {
    /// Where files are read from.
    pub source: &'a dyn Source,
    /// The files there are; others can't be included.
    pub listing: &'a Listing,
}

impl SourceFiles<'_> {
    /// The bytes of a file, and whether they are those that the listing names: the file may have changed since, or be away
    /// for a moment.
    fn bytes_of(&self, path: &RepoPath) -> (Result<Vec<u8>, SourceError>, bool) {
        let Some(entry) = self.listing.entries.get(path) else { return (self.source.read(path), true) };
        match self.source.read_listed(path, entry) {
            Ok((bytes, is_settled)) => (Ok(bytes), is_settled),
            Err(cause) => (Err(cause), self.source.is_fixed()),
        }
    }

    /// The text of a file to include, and whether it is made of the bytes that the listing names.
    fn text_of(&self, path: &RepoPath) -> (Result<Arc<str>, FileError>, bool) {
        if !self.listing.entries.contains_key(path) {
            return (Err(FileError::NotFound), true);
        }
        let (bytes, is_settled) = self.bytes_of(path);
        let text = match bytes {
            Ok(bytes) => String::from_utf8(bytes).map(Arc::from).map_err(|_| FileError::NotText),
            Err(SourceError::NotFound { .. }) => Err(FileError::NotFound),
            Err(other) => Err(FileError::Unreadable(other.to_string())),
        };
        (text, is_settled)
    }

    /// The text of a page. Offsets in the text are offsets in the file.
    pub fn page_text(&self, path: &RepoPath) -> ReadText {
        if let Some(entry) = self.listing.entries.get(path)
            && entry.size > MAX_PAGE_BYTES
        {
            let problem = Diagnostic::error(
                "page-too-large",
                format!("`{path}` has {} bytes; a page may have {MAX_PAGE_BYTES}", entry.size),
            )
            .at(Place::file(path))
            .hint("split it into several pages, or give it another extension if it is data");
            return ReadText { text: String::new(), diagnostics: vec![problem], is_settled: true };
        }
        let (bytes, is_settled) = self.bytes_of(path);
        let (text, diagnostics) = match bytes {
            Ok(bytes) => decode(path, bytes),
            Err(cause) => {
                let problem = Diagnostic::error("unreadable", format!("`{path}` can't be read: {cause}"))
                    .at(Place::file(path))
                    .hint("check its permissions");
                (String::new(), vec![problem])
            }
        };
        ReadText { text, diagnostics, is_settled }
    }
}

impl SourceFiles<'_> {
    /// The place of a top-level key's value in a config or in front matter; the whole file if it isn't there.
    pub fn place_of_key(&self, path: &RepoPath, key: &str) -> Place {
        if !self.listing.entries.contains_key(path) {
            return Place::file(path);
        }
        let text = self.page_text(path).text;
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let value =
                line.strip_prefix(key).map(str::trim_start).and_then(|rest| rest.strip_prefix([':', '=']));
            if let Some(value) = value.map(str::trim) {
                let end = start + line.trim_end().len();
                return Place::in_text(path, &text, end - value.len()..end);
            }
            start += line.len();
        }
        Place::file(path)
    }
}

/// Takes bytes as text: invalid UTF-8 is shown as `�`, a lone CR becomes LF (same length, so offsets hold).
fn decode(path: &RepoPath, bytes: Vec<u8>) -> (String, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let bytes = error.into_bytes();
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let utf16 = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
            let encoding = if utf16 { "it looks like UTF-16" } else { "it may be Latin-1 or Windows-1252" };
            diagnostics.push(
                Diagnostic::error("not-utf8", format!("`{path}` is not valid UTF-8"))
                    .at(Place::in_text(path, &text, at..at + 1))
                    .hint(format!("{encoding}: save the file as UTF-8")),
            );
            text
        }
    };
    if memchr(b'\r', text.as_bytes()).is_some() && !text.contains('\n') {
        diagnostics.push(
            Diagnostic::warning("cr-line-ends", format!("the lines of `{path}` end with CR alone"))
                .at(Place::file(path))
                .hint("save the file with LF line ends, as Git and every tool expect"),
        );
        text = text.replace('\r', "\n");
    }
    (text, diagnostics)
}

impl Files for SourceFiles<'_> {
    fn read(&self, path: &RepoPath) -> Result<Arc<str>, FileError> {
        self.text_of(path).0
    }

    fn nearest(&self, path: &RepoPath) -> Option<String> {
        nearest_file(self.listing, path).map(ToString::to_string)
    }
}

/// Notes which other files a page asks for.
struct Noted<'a> {
    files: &'a SourceFiles<'a>,
    uses: RefCell<BTreeMap<RepoPath, BlobId>>,
    has_misses: Cell<bool>,
    is_settled: Cell<bool>,
}

impl<'a> Noted<'a> {
    fn of(files: &'a SourceFiles<'a>) -> Self {
        Self { files, uses: RefCell::default(), has_misses: Cell::new(false), is_settled: Cell::new(true) }
    }
}

impl Files for Noted<'_> {
    fn read(&self, path: &RepoPath) -> Result<Arc<str>, FileError> {
        match self.files.listing.entries.get(path) {
            Some(entry) => drop(self.uses.borrow_mut().insert(path.clone(), entry.blob)),
            None => self.has_misses.set(true),
        }
        let (text, is_settled) = self.files.text_of(path);
        self.is_settled.set(self.is_settled.get() && is_settled);
        text
    }

    fn nearest(&self, path: &RepoPath) -> Option<String> {
        self.files.nearest(path)
    }
}

/// The existing file that was likely meant by `path`: a near name in its folder, else the same name elsewhere.
pub fn nearest_file<'a>(listing: &'a Listing, path: &RepoPath) -> Option<&'a RepoPath> {
    let folder = path.parent()?;
    let below = listing.below(&folder).map(|(other, _)| other);
    let names: Vec<&RepoPath> = below.filter(|other| other.parent().as_ref() == Some(&folder)).collect();
    if let Some(name) = nearest(path.file_name(), names.iter().map(|other| other.file_name())) {
        return names.into_iter().find(|other| other.file_name() == name);
    }
    listing.entries.keys().find(|other| other.file_name().eq_ignore_ascii_case(path.file_name()))
}

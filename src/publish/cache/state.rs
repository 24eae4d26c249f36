//! [`State`]: one build as the next one finds it.
//!
//! The file is: magic, where the index is, chunks, and the index of chunks with the [`Head`]. It may have other chunks and indexes of
//! earlier states ([`target`](super::target)).

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    hash::Hash,
    path::Path,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::SystemTime,
};

use compact_str::CompactString;
use foldhash::HashMap;
use rayon::prelude::*;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{
    chapters::ChapterPlaces,
    chunk::{self, ChunkPlace},
};
use crate::{
    base::{
        bytes,
        config::Encoding,
        diagnostic::Diagnostic,
        digest::{BlobId, Digest, Print},
        path::RepoPath,
        shared,
    },
    git::file_stat::FileStat,
    parse::words::PageWords,
    render::{
        SmallerAssets,
        trace::{Common, Domains, Trace},
    },
    site::{
        file::{PageFile, Reading},
        graph::{FormerLinks, Ground, Outgoing},
        route::Route,
        search::Tally,
    },
    source::KnownBlob,
};

pub(super) const MAGIC: &[u8; 16] = b"recto state 2\n\0\0";
/// What follows: offset, length and print of the index.
pub(super) const HEADER_BYTES: usize = 8 + 8 + 16;
/// The largest index that is read.
const MAX_INDEX_BYTES: u64 = 256 << 20;

/// What is known of a whole build.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Head {
    /// The print of all that went into it: listing, day, options. `None` when it can't stand for a whole build.
    pub inputs: Option<Print>,
    /// How pages were parsed; pages parsed in another way are of no use.
    pub reading: Reading,
    /// What the links of its pages depended on: see [`FormerLinks`].
    pub links: Option<Ground>,
    /// What its traces agreed with.
    pub domains: Domains,
    /// Scripts of the theme that were made smaller.
    pub scripts: SmallerAssets,
    /// Why pages didn't say who changed them last, if they should have.
    pub history_problem: Option<String>,
    /// All problems that it told.
    pub diagnostics: Vec<Diagnostic>,
    /// The files of the repository beside the site that decks took something from, with their ids.
    pub outside: Vec<(String, Option<BlobId>)>,
    /// What decks were frozen to, by what their manifests say, each with the commit that it named.
    pub pins: BTreeMap<String, Option<String>>,
    /// How many addresses the site had.
    pub n_routes: usize,
    /// The digest of the output folder's manifest after the build.
    pub manifest: Option<Digest>,
}

/// An address and how it was rendered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RouteRecord {
    /// The address.
    pub route: Route,
    /// What was asked for it.
    pub trace: Trace,
    /// Its file.
    pub file: OutputFile,
    /// What went wrong while rendering.
    pub diagnostics: Vec<Diagnostic>,
    /// The keys of the chapters that it is made of.
    pub chapters: Vec<Print>,
    /// The libraries of the theme that it names files of.
    pub libraries: BTreeSet<String>,
    /// The encodings that were wished for, each with the file of the compressed form if there is one.
    pub compressed: Vec<(Encoding, Option<OutputFile>)>,
}

impl RouteRecord {
    /// Its files in the output folder: with the encoding of those that are a compressed form.
    pub fn files(&self) -> impl Iterator<Item = (Option<Encoding>, &OutputFile)> {
        let forms = self.compressed.iter();
        let forms = forms.filter_map(|(encoding, file)| Some((Some(*encoding), file.as_ref()?)));
        std::iter::once((None, &self.file)).chain(forms)
    }

    /// The same, to be changed.
    pub fn files_mut(&mut self) -> impl Iterator<Item = (Option<Encoding>, &mut OutputFile)> {
        let forms = self.compressed.iter_mut();
        let forms = forms.filter_map(|(encoding, file)| Some((Some(*encoding), file.as_mut()?)));
        std::iter::once((None, &mut self.file)).chain(forms)
    }
}

/// A file of the output folder, as it was after the build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputFile {
    /// The digest of its bytes.
    pub digest: Digest,
    /// What the disk said of it; `None` when that can't be relied on.
    pub stat: Option<FileStat>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Index {
    pub(super) head: Head,
    pub(super) pages: Vec<ChunkPlace>,
    /// Where the links of pages lead.
    pub(super) links: Vec<ChunkPlace>,
    pub(super) routes: Vec<ChunkPlace>,
    /// What traces of routes have in common.
    pub(super) common: Option<ChunkPlace>,
    pub(super) blobs: Vec<ChunkPlace>,
    /// The forms of words, in the order of their numbers.
    pub(super) forms: Vec<ChunkPlace>,
    /// The words of pages, by these numbers.
    pub(super) words: Vec<ChunkPlace>,
    /// What was counted of them, by language.
    pub(super) tallies: Vec<TallyPlaces>,
    /// Where chapters are, by their keys.
    pub(super) chapters: Option<ChunkPlace>,
    /// How many bytes all of it has, without this index.
    pub(super) n_bytes: u64,
}

/// Where the parts of a tally are, each in pieces.
pub(super) type TallyPlaces = [Vec<ChunkPlace>; Tally::N_PARTS];

/// The words of a page.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct WordsRecord {
    pub(super) path: RepoPath,
    #[serde(deserialize_with = "shared::deserialize")]
    pub(super) words: Arc<PageWords>,
}

/// Where the links of a page lead.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct LinksRecord {
    pub(super) key: RepoPath,
    #[serde(deserialize_with = "shared::deserialize")]
    pub(super) links: Arc<Outgoing>,
}

/// An earlier build.
#[derive(Debug)]
pub struct State {
    pub(super) file: File,
    pub(super) index: Index,
    index_len: u64,
    /// Where chapters are; read when one is asked for.
    pub(super) chapters: OnceLock<ChapterPlaces>,
    /// Whether some chunk could not be read.
    is_damaged: AtomicBool,
}

impl State {
    pub(super) fn open(path: &Path) -> Option<Self> {
        // Opening anything else may wait for ever.
        path.symlink_metadata().ok().filter(std::fs::Metadata::is_file)?;
        let file = File::open(path).ok()?;
        let start = chunk::read_exact(&file, 0, (MAGIC.len() + HEADER_BYTES) as u64)?;
        let (magic, header) = start.split_at(MAGIC.len());
        let number = |bytes: &[u8]| bytes.try_into().ok().map(u64::from_le_bytes);
        let (offset, len) = (number(&header[..8])?, number(&header[8..16])?);
        let place = ChunkPlace { offset, len, print: Print::from_bytes(header[16..].try_into().ok()?) };
        let is_sound = magic == MAGIC && len <= MAX_INDEX_BYTES;
        let index = is_sound.then(|| chunk::read(&file, &place))??;
        Some(Self {
            index: postcard::from_bytes(&index).ok()?,
            index_len: len,
            file,
            chapters: OnceLock::new(),
            is_damaged: AtomicBool::new(false),
        })
    }

    /// Reads the bytes of a chunk; `None` when it is damaged.
    pub(super) fn read(&self, place: &ChunkPlace) -> Option<Vec<u8>> {
        let bytes = chunk::read(&self.file, place);
        self.is_damaged.fetch_or(bytes.is_none(), Ordering::Relaxed);
        bytes
    }

    /// Reads a chunk to take it over; it is looked at only where something else was damaged, so that what is stays so no longer.
    pub(super) fn read_as_it_is(&self, place: &ChunkPlace) -> Option<Vec<u8>> {
        if self.is_damaged() {
            self.read(place)
        } else {
            chunk::read_exact(&self.file, place.offset, place.len)
        }
    }

    /// Reads the records of a chunk; `None` when it is damaged.
    pub(super) fn decode<T: DeserializeOwned>(&self, place: &ChunkPlace) -> Option<Vec<T>> {
        bytes::read(self.read(place)?).ok()
    }

    /// Whether something of it was read that is damaged.
    pub fn is_damaged(&self) -> bool {
        self.is_damaged.load(Ordering::Relaxed)
    }

    /// How many bytes of the file are in use.
    pub(super) fn n_used_bytes(&self) -> u64 {
        self.index.n_bytes + self.index_len
    }

    /// When it was written, or last found to hold.
    pub fn written(&self) -> SystemTime {
        self.file.metadata().and_then(|metadata| metadata.modified()).unwrap_or(SystemTime::UNIX_EPOCH)
    }

    /// Says that it was found to hold, so that it is not taken for an old one.
    pub fn mark_used(&self) {
        // A cache that can only be read is as good.
        let _ = self.file.set_modified(SystemTime::now());
    }

    /// What is known of the whole build.
    pub fn head(&self) -> &Head {
        &self.index.head
    }

    /// The pages, as they were parsed.
    pub fn pages(&self) -> HashMap<RepoPath, Arc<PageFile>> {
        self.table(&self.index.pages, |page: PageFile| (page.path.clone(), Arc::new(page)))
    }

    /// Where the links of pages led.
    pub fn links(&self) -> FormerLinks {
        let ground = self.head().links;
        let pages = ground.map(|_| self.records::<LinksRecord>(&self.index.links)).unwrap_or_default();
        let mut pages: Vec<_> = pages.into_iter().map(|record| (record.key, record.links)).collect();
        pages.par_sort_unstable_by(|a, b| a.0.cmp(&b.0));
        FormerLinks { ground, pages: Arc::new(pages) }
    }

    /// The addresses with their traces, each made into something for those who ask.
    pub fn routes<R: Send>(&self, with: impl Fn(RouteRecord) -> R + Sync) -> HashMap<Route, R> {
        let common = self.index.common.and_then(|place| self.decode::<Arc<Common>>(&place));
        let common: HashMap<Print, Arc<Common>> =
            common.into_iter().flatten().map(|common| (common.print(), common)).collect();
        self.table(&self.index.routes, |mut record: RouteRecord| {
            record.trace.learn(|print| common.get(&print).cloned());
            (record.route.clone(), with(record))
        })
    }

    /// Source files with their blob ids.
    pub fn blobs(&self) -> Vec<KnownBlob> {
        self.records(&self.index.blobs)
    }

    /// Whether the words of pages were kept.
    pub fn has_words(&self) -> bool {
        !self.index.words.is_empty()
    }

    /// The forms of words, in the order of their numbers; `None` when some can't be read.
    pub(super) fn forms(&self) -> Option<Vec<CompactString>> {
        let chunks = self.index.forms.par_iter().map(|place| self.decode(place));
        let chunks: Option<Vec<Vec<CompactString>>> = chunks.collect();
        Some(chunks?.into_iter().flatten().collect())
    }

    /// Where the list of chapters is.
    pub(super) fn chapters_place(&self) -> Option<&ChunkPlace> {
        self.index.chapters.as_ref()
    }

    /// The words of pages.
    pub(super) fn words(&self) -> Vec<WordsRecord> {
        self.records(&self.index.words)
    }

    /// The words of one page.
    pub(super) fn words_record(&self, path: &RepoPath) -> Option<WordsRecord> {
        let places = &self.index.words;
        let place = places.get(chunk::chunk_of(path, places.len().max(1)))?;
        let records: Vec<WordsRecord> = self.decode(place)?;
        records.into_iter().find(|record| record.path == *path)
    }

    /// What was counted of the words of the language of a number.
    pub(super) fn tally(&self, language: usize) -> Option<Tally> {
        let pieces = |places: &Vec<ChunkPlace>| -> Option<Vec<u8>> {
            let pieces = places.iter().map(|place| self.read(place));
            pieces.collect::<Option<Vec<_>>>().map(|pieces| pieces.concat())
        };
        let parts: Option<Vec<Vec<u8>>> = self.index.tallies.get(language)?.iter().map(pieces).collect();
        Tally::of_parts(&parts?)
    }

    fn records<T: DeserializeOwned + Send>(&self, places: &[ChunkPlace]) -> Vec<T> {
        let chunks: Vec<Vec<T>> = places.par_iter().map(|place| self.records_at(place)).collect();
        chunks.into_iter().flatten().collect()
    }

    /// What is made of the records of a kind, by their names. One core puts it together: values should be small.
    fn table<T: DeserializeOwned, K: Eq + Hash + Send, V: Send>(
        &self,
        places: &[ChunkPlace],
        entry: impl Fn(T) -> (K, V) + Sync,
    ) -> HashMap<K, V> {
        let entries = |place| self.records_at(place).into_iter().map(&entry).collect();
        let chunks: Vec<Vec<(K, V)>> = places.par_iter().map(entries).collect();
        let n_records = chunks.iter().map(Vec::len).sum();
        let mut table = HashMap::with_capacity_and_hasher(n_records, Default::default());
        table.extend(chunks.into_iter().flatten());
        table
    }

    /// The records of a chunk; none when it is damaged.
    fn records_at<T: DeserializeOwned>(&self, place: &ChunkPlace) -> Vec<T> {
        self.decode(place).unwrap_or_default()
    }
}

//! [`State`]: one build as the next one finds it. [`StateWriter`] makes the next state from it.
//!
//! The file is: magic, where the index is, chunks, and the index of chunks with the [`Head`]. It may have other chunks and indexes of
//! earlier states ([`Target`]).

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fs::File,
    hash::Hash,
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::Path,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::SystemTime,
};

use foldhash::HashMap;
use rayon::prelude::*;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{
    chapters::ChapterPlaces,
    chunk::{self, ChunkPlace},
    target::Target,
};
use crate::{
    base::{
        config::Encoding,
        diagnostic::Diagnostic,
        digest::{BlobId, Digest, Print},
        path::RepoPath,
        shared_text,
    },
    git::index::FileStat,
    parse::words::PageWords,
    publish::output::OutputPath,
    render::{
        SmallerScripts,
        trace::{Common, Domains, Trace},
    },
    site::{
        file::{PageFile, Reading},
        route::Route,
        search::Tally,
    },
    source::KnownBlob,
};

const MAGIC: &[u8; 16] = b"recto state 2\n\0\0";
/// What follows: offset, length and print of the index.
const HEADER_BYTES: usize = 8 + 8 + 16;
/// How many chunks are encoded before they are written, which bounds the memory for them.
const CHUNKS_AT_ONCE: usize = 32;
/// How many forms of words a chunk has.
const FORMS_PER_CHUNK: usize = 4096;
/// How many bytes of a part of a tally are a chunk.
const TALLY_PIECE_BYTES: usize = 16 << 10;
/// The largest index that is read.
const MAX_INDEX_BYTES: u64 = 256 << 20;

/// What is known of a whole build.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Head {
    /// The print of all that went into it: listing, day, options. `None` when it can't stand for a whole build.
    pub inputs: Option<Print>,
    /// How pages were parsed; pages parsed in another way are of no use.
    pub reading: Reading,
    /// What its traces agreed with.
    pub domains: Domains,
    /// Scripts of the theme that were made smaller.
    pub scripts: SmallerScripts,
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
    /// The digest of its bytes.
    pub digest: Digest,
    /// What went wrong while rendering.
    pub diagnostics: Vec<Diagnostic>,
    /// The keys of the chapters that it is made of.
    pub chapters: Vec<Print>,
    /// The libraries of the theme that it names files of.
    pub libraries: BTreeSet<String>,
    /// The encodings that were wished for, each with the digest of the compressed form if there is one.
    pub compressed: Vec<(Encoding, Option<Digest>)>,
}

impl RouteRecord {
    /// The compressed forms: how they are encoded, and their digests.
    pub fn forms(&self) -> impl Iterator<Item = (Encoding, Digest)> {
        self.compressed.iter().filter_map(|(encoding, digest)| Some((*encoding, (*digest)?)))
    }
}

/// A file of the output folder, as it was after the build.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputFile {
    /// Its path in the folder.
    #[serde(deserialize_with = "shared_text::deserialize")]
    pub path: OutputPath,
    /// The digest of its bytes.
    pub digest: Digest,
    /// What the disk said of it; `None` when that can't be relied on.
    pub stat: Option<FileStat>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Index {
    head: Head,
    pages: Vec<ChunkPlace>,
    routes: Vec<ChunkPlace>,
    /// What traces of routes have in common.
    common: Option<ChunkPlace>,
    outputs: Vec<ChunkPlace>,
    blobs: Vec<ChunkPlace>,
    /// The forms of words, in the order of their numbers.
    forms: Vec<ChunkPlace>,
    /// The words of pages, by these numbers.
    words: Vec<ChunkPlace>,
    /// What was counted of them, by language.
    tallies: Vec<TallyPlaces>,
    /// Where chapters are, by their keys.
    chapters: Option<ChunkPlace>,
    /// How many bytes all of it has, without this index.
    n_bytes: u64,
}

/// Where the parts of a tally are, each in pieces.
type TallyPlaces = [Vec<ChunkPlace>; Tally::N_PARTS];

/// The words of a page.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct WordsRecord {
    pub(super) path: RepoPath,
    pub(super) words: Arc<PageWords>,
}

/// An earlier build.
#[derive(Debug)]
pub struct State {
    pub(super) file: File,
    index: Index,
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
    fn read_as_it_is(&self, place: &ChunkPlace) -> Option<Vec<u8>> {
        if self.is_damaged() {
            self.read(place)
        } else {
            chunk::read_exact(&self.file, place.offset, place.len)
        }
    }

    /// Reads the records of a chunk; `None` when it is damaged.
    pub(super) fn decode<T: DeserializeOwned>(&self, place: &ChunkPlace) -> Option<Vec<T>> {
        postcard::from_bytes(&self.read(place)?).ok()
    }

    /// Whether something of it was read that is damaged.
    pub(super) fn is_damaged(&self) -> bool {
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
    pub fn pages(&self) -> BTreeMap<RepoPath, Arc<PageFile>> {
        let mut pages: Vec<PageFile> = self.records(&self.index.pages);
        pages.iter_mut().for_each(PageFile::share_path);
        let mut pages: Vec<_> = pages.into_iter().map(|page| (page.path.clone(), Arc::new(page))).collect();
        pages.par_sort_unstable_by(|a, b| a.0.cmp(&b.0));
        pages.into_iter().collect()
    }

    /// The addresses with their traces.
    pub fn routes(&self) -> Vec<RouteRecord> {
        let common = self.index.common.and_then(|place| self.decode::<Arc<Common>>(&place));
        let common: HashMap<Print, Arc<Common>> =
            common.into_iter().flatten().map(|common| (common.print(), common)).collect();
        let mut routes: Vec<RouteRecord> = self.records(&self.index.routes);
        routes.iter_mut().for_each(|record| record.trace.learn(|print| common.get(&print).cloned()));
        routes
    }

    /// The files of the output folder.
    pub fn outputs(&self) -> Vec<OutputFile> {
        self.records(&self.index.outputs)
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
    pub(super) fn forms(&self) -> Option<Vec<String>> {
        let chunks = self.index.forms.par_iter().map(|place| self.decode(place));
        let chunks: Option<Vec<Vec<String>>> = chunks.collect();
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
        let chunks: Vec<Vec<T>> =
            places.par_iter().map(|place| self.decode(place).unwrap_or_default()).collect();
        chunks.into_iter().flatten().collect()
    }
}

/// A chunk of the next state.
enum Chunk {
    /// That of the former one, where it is.
    Same(ChunkPlace),
    /// Bytes with their print.
    Bytes(Vec<u8>, Print),
}

/// The next state while it is being made.
pub struct StateWriter {
    file: io::BufWriter<Target>,
    offset: u64,
    pub(super) former: Option<Arc<State>>,
    pages: Vec<ChunkPlace>,
    routes: Vec<ChunkPlace>,
    common: Option<ChunkPlace>,
    outputs: Vec<ChunkPlace>,
    blobs: Vec<ChunkPlace>,
    forms: Vec<ChunkPlace>,
    words: Vec<ChunkPlace>,
    tallies: Vec<TallyPlaces>,
    pub(super) chapters: Option<ChunkPlace>,
    /// How many bytes all of it has.
    n_bytes: u64,
}

impl StateWriter {
    pub(super) fn new(mut target: Target, former: Option<Arc<State>>) -> io::Result<Self> {
        if !target.grows() {
            target.write_all(MAGIC)?;
            target.write_all(&[0; HEADER_BYTES])?;
        }
        let offset = target.file().stream_position()?;
        let file = io::BufWriter::with_capacity(1 << 20, target);
        let (pages, routes, common, outputs, blobs, forms, words, tallies, chapters) = Default::default();
        let n_bytes = (MAGIC.len() + HEADER_BYTES) as u64;
        Ok(Self {
            file,
            offset,
            former,
            pages,
            routes,
            common,
            outputs,
            blobs,
            forms,
            words,
            tallies,
            chapters,
            n_bytes,
        })
    }

    /// Writes the pages. Chunks without a page that is new, `changed` or gone are taken over as they are.
    pub fn pages(&mut self, pages: &[&PageFile], changed: &BTreeSet<RepoPath>) -> io::Result<()> {
        let former = self.former_chunks(|index| &index.pages);
        self.pages = self.records(pages, |page| &page.path, &former, Some(changed))?;
        Ok(())
    }

    /// Writes the addresses. Chunks without one that is new, `changed` or gone are taken over as they are.
    pub fn routes(&mut self, routes: &[&RouteRecord], changed: &BTreeSet<Route>) -> io::Result<()> {
        let former = self.former_chunks(|index| &index.routes);
        self.routes = self.records(routes, |record| &record.route, &former, Some(changed))?;
        let common: BTreeMap<Print, &Arc<Common>> = routes
            .iter()
            .filter_map(|record| record.trace.common())
            .map(|common| (common.print(), common))
            .collect();
        let bytes = chunk::encode(&common.into_values().collect::<Vec<_>>())?;
        self.common = Some(self.append(&bytes, chunk::print(&bytes))?);
        Ok(())
    }

    /// Writes the files of the output folder. Chunks without one that is new, `changed` or gone are taken over as they are.
    pub fn outputs(&mut self, outputs: &[&OutputFile], changed: &BTreeSet<OutputPath>) -> io::Result<()> {
        let former = self.former_chunks(|index| &index.outputs);
        self.outputs = self.records(outputs, |file| &file.path, &former, Some(changed))?;
        Ok(())
    }

    /// Writes source files with their blob ids.
    pub fn blobs(&mut self, blobs: &[KnownBlob]) -> io::Result<()> {
        let blobs: Vec<&KnownBlob> = blobs.iter().collect();
        let former = self.former_chunks(|index| &index.blobs);
        self.blobs = self.records(&blobs, |(path, ..)| path, &former, None)?;
        Ok(())
    }

    /// Writes the forms of words in the order of their numbers, of which the former state had the first ones.
    pub(super) fn forms(&mut self, forms: &[&str]) -> io::Result<()> {
        let former = self.former_chunks(|index| &index.forms);
        let chunks = forms.chunks(FORMS_PER_CHUNK).map(chunk::encode).collect::<io::Result<Vec<_>>>()?;
        self.forms = self.pieces(chunks.iter().map(Vec::as_slice), &former)?;
        Ok(())
    }

    /// Writes the words of pages by the numbers of forms. Chunks without a page that is new, `changed` or gone are taken over as
    /// they are.
    pub(super) fn words(&mut self, words: &[&WordsRecord], changed: &BTreeSet<RepoPath>) -> io::Result<()> {
        let former = self.former_chunks(|index| &index.words);
        self.words = self.records(words, |words| &words.path, &former, Some(changed))?;
        Ok(())
    }

    /// Takes the words and their forms over as they are.
    pub(super) fn same_words(&mut self) -> io::Result<()> {
        self.forms = self.taken_over(&self.former_chunks(|index| &index.forms))?;
        self.words = self.taken_over(&self.former_chunks(|index| &index.words))?;
        Ok(())
    }

    /// Writes what was counted of the words, by language; `None` for what the former state has.
    pub fn tallies(&mut self, tallies: Option<&[Option<&Tally>]>) -> io::Result<()> {
        let former = self.former.as_ref().map_or_else(Vec::new, |state| state.index.tallies.clone());
        let n_languages = tallies.map_or(former.len(), <[_]>::len);
        for language in 0..n_languages {
            let of_language = former.get(language).cloned().unwrap_or_default();
            let parts = tallies.map(|tallies| tallies[language].map(Tally::to_parts).unwrap_or_default());
            let mut places = TallyPlaces::default();
            for (at, places) in places.iter_mut().enumerate() {
                *places = match &parts {
                    Some(parts) => self.pieces(parts[at].chunks(TALLY_PIECE_BYTES), &of_language[at])?,
                    None => self.taken_over(&of_language[at])?,
                };
            }
            self.tallies.push(places);
        }
        Ok(())
    }

    /// Takes chunks of the former state over as they are.
    fn taken_over(&mut self, places: &[ChunkPlace]) -> io::Result<Vec<ChunkPlace>> {
        let Some(state) = self.former.clone() else { return Ok(Vec::new()) };
        places.iter().map(|place| self.take_over(&state, place)).collect()
    }

    /// Takes a chunk over: where it is in a file that grows, else as a copy.
    fn take_over(&mut self, state: &State, place: &ChunkPlace) -> io::Result<ChunkPlace> {
        if self.grows() {
            self.note_taken_over(place);
            return Ok(*place);
        }
        let bytes = chunk::read_exact(&state.file, place.offset, place.len)
            .ok_or_else(|| io::Error::other("the former state is shorter than it was"))?;
        self.append(&bytes, place.print)
    }

    /// Writes chunks that are always whole, unless the former state has the same at their places.
    fn pieces<'p>(
        &mut self,
        pieces: impl Iterator<Item = &'p [u8]>,
        former: &[ChunkPlace],
    ) -> io::Result<Vec<ChunkPlace>> {
        let write =
            |(at, bytes): (usize, &[u8])| self.append_unless_same(bytes, chunk::print(bytes), former.get(at));
        pieces.enumerate().map(write).collect()
    }

    fn append_unless_same(
        &mut self,
        bytes: &[u8],
        print: Print,
        former: Option<&ChunkPlace>,
    ) -> io::Result<ChunkPlace> {
        match former.filter(|place| self.grows() && (place.print, place.len) == (print, bytes.len() as u64)) {
            Some(place) => {
                self.note_taken_over(place);
                Ok(*place)
            }
            None => self.append(bytes, print),
        }
    }

    /// Counts a chunk of the former state that stays where it is.
    pub(super) fn note_taken_over(&mut self, place: &ChunkPlace) {
        self.n_bytes += place.len;
    }

    /// Whether what the former state has stays where it is.
    pub(super) fn grows(&self) -> bool {
        self.file.get_ref().grows()
    }

    fn former_chunks(&self, of: impl Fn(&Index) -> &Vec<ChunkPlace>) -> Vec<ChunkPlace> {
        self.former.as_ref().map_or_else(Vec::new, |state| of(&state.index).clone())
    }

    pub(super) fn finish(mut self, head: &Head) -> io::Result<Target> {
        let index = Index {
            head: head.clone(),
            pages: self.pages.clone(),
            routes: self.routes.clone(),
            common: self.common,
            outputs: self.outputs.clone(),
            blobs: self.blobs.clone(),
            forms: self.forms.clone(),
            words: self.words.clone(),
            tallies: self.tallies.clone(),
            chapters: self.chapters,
            n_bytes: self.n_bytes,
        };
        let bytes = postcard::to_allocvec(&index).map_err(io::Error::other)?;
        let place = self.append(&bytes, chunk::print(&bytes))?;
        let mut target = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        let numbers = [place.offset.to_le_bytes(), place.len.to_le_bytes()].concat();
        // Until here the file is that of the former state.
        chunk::write_at(
            target.file(),
            &[&numbers, &place.print.as_bytes()[..]].concat(),
            MAGIC.len() as u64,
        )?;
        Ok(target)
    }

    /// Writes records in chunks; `changed` are the names of those that are new, differ or are gone, if it is known.
    fn records<'r, T: Serialize + Sync, N: Hash + 'r>(
        &mut self,
        records: &[&'r T],
        name: impl Fn(&'r T) -> &'r N,
        former: &[ChunkPlace],
        changed: Option<&BTreeSet<N>>,
    ) -> io::Result<Vec<ChunkPlace>> {
        let n_chunks = chunk::n_chunks(records.len());
        let former = if former.len() == n_chunks { former } else { &[] };
        let changed: Option<HashSet<usize>> =
            changed.map(|changed| changed.iter().map(|name| chunk::chunk_of(name, n_chunks)).collect());
        let is_same = |at: &usize| changed.as_ref().is_some_and(|changed| !changed.contains(at));
        let mut chunks: Vec<Vec<&T>> = vec![Vec::new(); n_chunks];
        for record in records {
            chunks[chunk::chunk_of(name(record), n_chunks)].push(record);
        }
        let (grows, state) = (self.grows(), self.former.clone());
        let bytes_of = |(at, records): (usize, &Vec<&T>)| {
            let same = former.get(at).filter(|_| is_same(&at));
            if let Some(place) = same.filter(|_| grows) {
                return Ok(Chunk::Same(*place));
            }
            let taken = same
                .zip(state.as_ref())
                .and_then(|(place, state)| Some(Chunk::Bytes(state.read_as_it_is(place)?, place.print)));
            let encoded = || chunk::encode(records).map(|bytes| (chunk::print(&bytes), bytes));
            taken.map_or_else(|| encoded().map(|(print, bytes)| Chunk::Bytes(bytes, print)), Ok)
        };
        let mut places = Vec::with_capacity(n_chunks);
        for (batch, records) in chunks.chunks(CHUNKS_AT_ONCE).enumerate() {
            let numbered = records.par_iter().enumerate();
            let encoded: Vec<io::Result<Chunk>> =
                numbered.map(|(at, records)| bytes_of((batch * CHUNKS_AT_ONCE + at, records))).collect();
            for chunk in encoded {
                let former = former.get(places.len());
                places.push(match chunk? {
                    Chunk::Bytes(bytes, print) => self.append_unless_same(&bytes, print, former)?,
                    Chunk::Same(place) => {
                        self.note_taken_over(&place);
                        place
                    }
                });
            }
        }
        Ok(places)
    }

    /// Copies a part of another file without looking at it, and says where it is now: whether it is whole is seen by those
    /// who read it.
    pub(super) fn copy(&mut self, file: &File, offset: u64, len: u64) -> io::Result<u64> {
        self.file.flush()?;
        let mut from = file;
        from.seek(SeekFrom::Start(offset))?;
        let n_copied = io::copy(&mut from.take(len), self.file.get_mut().file())?;
        if n_copied < len {
            return Err(io::Error::other("the former state is shorter than it was"));
        }
        let start = self.offset;
        self.offset += len;
        self.n_bytes += len;
        Ok(start)
    }

    pub(super) fn append(&mut self, bytes: &[u8], print: Print) -> io::Result<ChunkPlace> {
        let place = ChunkPlace { offset: self.offset, len: bytes.len() as u64, print };
        self.file.write_all(bytes)?;
        self.offset += place.len;
        self.n_bytes += place.len;
        Ok(place)
    }
}

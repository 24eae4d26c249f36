//! [`State`]: one build as the next one finds it. [`StateWriter`] makes the next state from it.
//!
//! The file is: magic, chunks, the index of chunks with the [`Head`], and at its end where the index is.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fs::File,
    hash::Hash,
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::Path,
    sync::{Arc, OnceLock},
    time::SystemTime,
};

use foldhash::HashMap;
use rayon::prelude::*;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tempfile::NamedTempFile;

use super::{
    chapters::ChapterPlaces,
    chunk::{self, ChunkPlace},
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

const MAGIC: &[u8; 16] = b"recto state 1\n\0\0";
/// The last bytes of a file: offset, length and print of its index.
const TAIL_BYTES: usize = 8 + 8 + 16;
/// How many chunks are encoded before they are written, which bounds the memory for them.
const CHUNKS_AT_ONCE: usize = 32;
/// How many forms of words a chunk has.
const FORMS_PER_CHUNK: usize = 4096;
/// The largest index that is read.
const MAX_INDEX_BYTES: u64 = 256 << 20;

/// What is known of a whole build.
#[derive(Clone, Debug, Serialize, Deserialize)]
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
    /// What was counted of them.
    tallies: Option<ChunkPlace>,
    /// Where chapters are, by their keys.
    chapters: Option<ChunkPlace>,
}

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
    /// Where chapters are; read when one is asked for.
    pub(super) chapters: OnceLock<ChapterPlaces>,
}

impl State {
    pub(super) fn open(path: &Path) -> Option<Self> {
        // Opening anything else may wait for ever.
        path.symlink_metadata().ok().filter(std::fs::Metadata::is_file)?;
        let file = File::open(path).ok()?;
        let len = file.metadata().ok()?.len();
        let tail_at = len.checked_sub(TAIL_BYTES as u64)?;
        let tail = chunk::read_exact(&file, tail_at, TAIL_BYTES as u64)?;
        let number = |bytes: &[u8]| bytes.try_into().ok().map(u64::from_le_bytes);
        let (offset, index_len) = (number(&tail[..8])?, number(&tail[8..16])?);
        let place =
            ChunkPlace { offset, len: index_len, print: Print::from_bytes(tail[16..].try_into().ok()?) };
        let is_sound = chunk::read_exact(&file, 0, MAGIC.len() as u64)? == MAGIC
            && index_len <= MAX_INDEX_BYTES
            && offset.checked_add(index_len)? == tail_at;
        let index = is_sound.then(|| chunk::read(&file, &place))??;
        Some(Self { index: postcard::from_bytes(&index).ok()?, file, chapters: OnceLock::new() })
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
        let common = self.index.common.and_then(|place| chunk::decode::<Arc<Common>>(&self.file, &place));
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
        let chunks = self.index.forms.par_iter().map(|place| chunk::decode(&self.file, place));
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
        let records: Vec<WordsRecord> = chunk::decode(&self.file, place)?;
        records.into_iter().find(|record| record.path == *path)
    }

    /// What was counted of the words, by language.
    pub(super) fn tallies(&self) -> Vec<Option<Tally>> {
        self.index.tallies.and_then(|place| chunk::decode(&self.file, &place)).unwrap_or_default()
    }

    fn records<T: DeserializeOwned + Send>(&self, places: &[ChunkPlace]) -> Vec<T> {
        let chunks: Vec<Vec<T>> =
            places.par_iter().map(|place| chunk::decode(&self.file, place).unwrap_or_default()).collect();
        chunks.into_iter().flatten().collect()
    }
}

/// The next state while it is being made.
pub struct StateWriter {
    file: io::BufWriter<NamedTempFile>,
    offset: u64,
    pub(super) former: Option<Arc<State>>,
    pages: Vec<ChunkPlace>,
    routes: Vec<ChunkPlace>,
    common: Option<ChunkPlace>,
    outputs: Vec<ChunkPlace>,
    blobs: Vec<ChunkPlace>,
    forms: Vec<ChunkPlace>,
    words: Vec<ChunkPlace>,
    tallies: Option<ChunkPlace>,
    pub(super) chapters: Option<ChunkPlace>,
}

impl StateWriter {
    pub(super) fn new(file: NamedTempFile, former: Option<Arc<State>>) -> io::Result<Self> {
        let mut file = io::BufWriter::with_capacity(1 << 20, file);
        file.write_all(MAGIC)?;
        let offset = MAGIC.len() as u64;
        let (pages, routes, common, outputs, blobs, forms, words, tallies, chapters) = Default::default();
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
        })
    }

    /// Writes the pages. Chunks without a page that is new, `changed` or gone are taken over as they are.
    pub fn pages(&mut self, pages: &[&PageFile], changed: &BTreeSet<RepoPath>) -> io::Result<()> {
        let former = self.former_chunks(|index| &index.pages);
        self.pages = self.records(pages, |page| &page.path, &former, changed)?;
        Ok(())
    }

    /// Writes the addresses. Chunks without one that is new, `changed` or gone are taken over as they are.
    pub fn routes(&mut self, routes: &[&RouteRecord], changed: &BTreeSet<Route>) -> io::Result<()> {
        let former = self.former_chunks(|index| &index.routes);
        self.routes = self.records(routes, |record| &record.route, &former, changed)?;
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
        self.outputs = self.records(outputs, |file| &file.path, &former, changed)?;
        Ok(())
    }

    /// Writes source files with their blob ids.
    pub fn blobs(&mut self, blobs: &[KnownBlob]) -> io::Result<()> {
        let blobs: Vec<&KnownBlob> = blobs.iter().collect();
        self.blobs = self.records(&blobs, |(path, ..)| path, &[], &BTreeSet::new())?;
        Ok(())
    }

    /// Writes the forms of words in the order of their numbers, of which the former state had the first ones.
    pub(super) fn forms(&mut self, forms: &[&str]) -> io::Result<()> {
        self.forms.clear();
        for part in forms.chunks(FORMS_PER_CHUNK) {
            let bytes = chunk::encode(part)?;
            let place = self.append(&bytes, chunk::print(&bytes))?;
            self.forms.push(place);
        }
        Ok(())
    }

    /// Writes the words of pages by the numbers of forms. Chunks without a page that is new, `changed` or gone are taken over as
    /// they are.
    pub(super) fn words(&mut self, words: &[&WordsRecord], changed: &BTreeSet<RepoPath>) -> io::Result<()> {
        let former = self.former_chunks(|index| &index.words);
        self.words = self.records(words, |words| &words.path, &former, changed)?;
        Ok(())
    }

    /// Takes the words and their forms over as they are.
    pub(super) fn same_words(&mut self) -> io::Result<()> {
        let Some(state) = self.former.clone() else { return Ok(()) };
        self.forms = self.copies(&state, &state.index.forms)?;
        self.words = self.copies(&state, &state.index.words)?;
        Ok(())
    }

    /// Writes what was counted of the words, by language; `None` for what the former state has.
    pub fn tallies(&mut self, tallies: Option<&[Option<&Tally>]>) -> io::Result<()> {
        self.tallies = match (tallies, self.former.clone()) {
            (Some(tallies), _) => {
                let bytes = chunk::encode(tallies)?;
                Some(self.append(&bytes, chunk::print(&bytes))?)
            }
            (None, Some(state)) => self.copies(&state, state.index.tallies.as_slice())?.pop(),
            (None, None) => None,
        };
        Ok(())
    }

    /// Takes chunks over as they are.
    fn copies(&mut self, state: &State, places: &[ChunkPlace]) -> io::Result<Vec<ChunkPlace>> {
        let copied = places.iter().map(|place| {
            let bytes = chunk::read_exact(&state.file, place.offset, place.len)
                .ok_or_else(|| io::Error::other("the former state is shorter than it was"))?;
            self.append(&bytes, place.print)
        });
        copied.collect()
    }

    fn former_chunks(&self, of: impl Fn(&Index) -> &Vec<ChunkPlace>) -> Vec<ChunkPlace> {
        self.former.as_ref().map_or_else(Vec::new, |state| of(&state.index).clone())
    }

    pub(super) fn finish(mut self, head: &Head) -> io::Result<NamedTempFile> {
        let index = Index {
            head: head.clone(),
            pages: self.pages.clone(),
            routes: self.routes.clone(),
            common: self.common,
            outputs: self.outputs.clone(),
            blobs: self.blobs.clone(),
            forms: self.forms.clone(),
            words: self.words.clone(),
            tallies: self.tallies,
            chapters: self.chapters,
        };
        let bytes = postcard::to_allocvec(&index).map_err(io::Error::other)?;
        let place = self.append(&bytes, chunk::print(&bytes))?;
        self.file.write_all(&place.offset.to_le_bytes())?;
        self.file.write_all(&place.len.to_le_bytes())?;
        self.file.write_all(place.print.as_bytes())?;
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        // A spare may have been longer.
        file.as_file().set_len(place.offset + place.len + TAIL_BYTES as u64)?;
        Ok(file)
    }

    fn records<'r, T: Serialize + Sync, N: Hash + 'r>(
        &mut self,
        records: &[&'r T],
        name: impl Fn(&'r T) -> &'r N,
        former: &[ChunkPlace],
        changed: &BTreeSet<N>,
    ) -> io::Result<Vec<ChunkPlace>> {
        let n_chunks = chunk::n_chunks(records.len());
        let mut chunks: Vec<Vec<&T>> = vec![Vec::new(); n_chunks];
        for record in records {
            chunks[chunk::chunk_of(name(record), n_chunks)].push(record);
        }
        let changed: HashSet<usize> = changed.iter().map(|name| chunk::chunk_of(name, n_chunks)).collect();
        let state = self.former.take();
        let file = state.as_ref().map(|state| &state.file);
        let bytes_of = |(at, records): (usize, &Vec<&T>)| {
            let same = former.get(at).filter(|_| former.len() == n_chunks && !changed.contains(&at));
            let taken = same.zip(file).and_then(|(place, file)| {
                Some((chunk::read_exact(file, place.offset, place.len)?, place.print))
            });
            taken.map_or_else(
                || {
                    let bytes = chunk::encode(records)?;
                    let print = chunk::print(&bytes);
                    Ok((bytes, print))
                },
                Ok,
            )
        };
        let mut places = Vec::with_capacity(n_chunks);
        for (batch, records) in chunks.chunks(CHUNKS_AT_ONCE).enumerate() {
            let numbered = records.par_iter().enumerate();
            let encoded: Vec<io::Result<(Vec<u8>, Print)>> =
                numbered.map(|(at, records)| bytes_of((batch * CHUNKS_AT_ONCE + at, records))).collect();
            for chunk in encoded {
                let (bytes, print) = chunk?;
                places.push(self.append(&bytes, print)?);
            }
        }
        self.former = state;
        Ok(places)
    }

    /// Copies a part of another file without looking at it, and says where it is now: whether it is whole is seen by those
    /// who read it.
    pub(super) fn copy(&mut self, file: &File, offset: u64, len: u64) -> io::Result<u64> {
        self.file.flush()?;
        let mut from = file;
        from.seek(SeekFrom::Start(offset))?;
        let n_copied = io::copy(&mut from.take(len), self.file.get_mut().as_file_mut())?;
        if n_copied < len {
            return Err(io::Error::other("the former state is shorter than it was"));
        }
        let start = self.offset;
        self.offset += len;
        Ok(start)
    }

    pub(super) fn append(&mut self, bytes: &[u8], print: Print) -> io::Result<ChunkPlace> {
        let place = ChunkPlace { offset: self.offset, len: bytes.len() as u64, print };
        self.file.write_all(bytes)?;
        self.offset += place.len;
        Ok(place)
    }
}

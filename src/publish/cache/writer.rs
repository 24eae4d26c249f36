//! [`StateWriter`]: makes the next state from what a build knows, and from the state before.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    hash::Hash,
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    sync::Arc,
};

use foldhash::HashSet;
use rayon::prelude::*;
use serde::{Serialize, de::DeserializeOwned};

use super::{
    chunk::{self, ChunkPlace},
    state::{HEADER_BYTES, Head, Index, LinksRecord, MAGIC, RouteRecord, State, TallyPlaces, WordsRecord},
    target::Target,
};
use crate::{
    base::{digest::Print, path::RepoPath},
    render::trace::Common,
    site::{file::PageFile, graph::FormerLinks, route::Route, search::Tally},
    source::KnownBlob,
};

/// How many chunks are encoded before they are written, which bounds the memory for them.
const CHUNKS_AT_ONCE: usize = 32;
/// How many records differ at most for those of all other chunks to be passed over.
pub(super) const MAX_REPLACED: usize = 64;
/// How many forms of words a chunk has.
const FORMS_PER_CHUNK: usize = 4096;
/// How many bytes of a part of a tally are a chunk.
const TALLY_PIECE_BYTES: usize = 16 << 10;

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
    links: Vec<ChunkPlace>,
    routes: Vec<ChunkPlace>,
    common: Option<ChunkPlace>,
    blobs: Vec<ChunkPlace>,
    forms: Vec<ChunkPlace>,
    words: Vec<ChunkPlace>,
    tallies: Vec<TallyPlaces>,
    pub(super) chapters: Option<ChunkPlace>,
    /// How many bytes all of it has.
    n_bytes: u64,
    /// Whether the former state was known to be damaged from the beginning.
    knows_damage: bool,
}

impl StateWriter {
    pub(super) fn new(mut target: Target, former: Option<Arc<State>>) -> io::Result<Self> {
        if !target.grows() {
            target.write_all(MAGIC)?;
            target.write_all(&[0; HEADER_BYTES])?;
        }
        let offset = target.file().stream_position()?;
        let file = io::BufWriter::with_capacity(1 << 20, target);
        let (pages, links, routes, common, blobs, forms, words, tallies, chapters) = Default::default();
        let n_bytes = (MAGIC.len() + HEADER_BYTES) as u64;
        let knows_damage = former.as_ref().is_some_and(|state| state.is_damaged());
        Ok(Self {
            file,
            offset,
            former,
            pages,
            links,
            routes,
            common,
            blobs,
            forms,
            words,
            tallies,
            chapters,
            n_bytes,
            knows_damage,
        })
    }

    /// Whether what was taken over may stay: nothing of the former state was found to be damaged since the beginning.
    pub fn is_sound(&self) -> bool {
        self.knows_damage || !self.former.as_ref().is_some_and(|state| state.is_damaged())
    }

    /// Writes the pages. Chunks without a page that is new, `changed` or gone are taken over as they are.
    pub fn pages(&mut self, pages: &[&PageFile], changed: &BTreeSet<RepoPath>) -> io::Result<()> {
        let former = self.former_chunks(|index| &index.pages);
        self.pages = self.records(pages, |page| &page.path, &former, Some(changed))?;
        Ok(())
    }

    /// Writes where the links of pages lead. Chunks without a page whose links are not those of the `former` ones are taken over as they
    /// are.
    pub fn links(&mut self, links: &FormerLinks, former: &FormerLinks) -> io::Result<()> {
        let of_former = self.former_chunks(|index| &index.links);
        let records =
            links.pages.iter().map(|(key, links)| LinksRecord { key: key.clone(), links: Arc::clone(links) });
        let records: Vec<LinksRecord> = records.collect();
        let has_same_keys = links.ground == former.ground && links.pages.len() == former.pages.len();
        let pairs = links.pages.iter().zip(&*former.pages);
        let differing = pairs
            .filter(|((_, now), (_, before))| !Arc::ptr_eq(now, before))
            .map(|((key, _), _)| key.clone());
        let changed: Option<BTreeSet<RepoPath>> = has_same_keys.then(|| differing.collect());
        self.links = self.records(
            &records.iter().collect::<Vec<_>>(),
            |record| &record.key,
            &of_former,
            changed.as_ref(),
        )?;
        Ok(())
    }

    /// Writes the addresses. Chunks without one that is new, `changed` or gone are taken over as they are.
    pub fn routes<'r>(&mut self, routes: &[&'r RouteRecord], changed: &BTreeSet<Route>) -> io::Result<()> {
        let former = self.former_chunks(|index| &index.routes);
        self.routes = self.records(routes, |record| &record.route, &former, Some(changed))?;
        let note = |mut known: BTreeMap<_, _>, common: &'r Arc<Common>| {
            known.insert(common.print(), common);
            known
        };
        let both = |mut one: BTreeMap<_, _>, other| {
            one.extend(other);
            one
        };
        // Thousands have the same few.
        let all = routes.par_iter().filter_map(|record| record.trace.common());
        let common = all.fold(BTreeMap::new, note).reduce(BTreeMap::new, both);
        let bytes = chunk::encode(&common.into_values().collect::<Vec<_>>())?;
        self.common = Some(self.append(&bytes, chunk::print(&bytes))?);
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

    /// How many bytes the words of pages had.
    pub(super) fn n_former_bytes_of_words(&self) -> usize {
        let n_bytes: u64 = self.former_chunks(|index| &index.words).iter().map(|place| place.len).sum();
        usize::try_from(n_bytes).unwrap_or(usize::MAX)
    }

    /// Puts `new` words in the place of those of `changed` pages; says whether that could be done.
    pub(super) fn replace_words(
        &mut self,
        new: &[&WordsRecord],
        changed: &BTreeSet<RepoPath>,
    ) -> io::Result<bool> {
        let former = self.former_chunks(|index| &index.words);
        let replaced = self.replaced(new, |words| &words.path, &former, changed)?;
        let is_done = replaced.is_some();
        self.words = replaced.unwrap_or_default();
        Ok(is_done)
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
            links: self.links.clone(),
            routes: self.routes.clone(),
            common: self.common,
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
    fn records<T: Serialize + DeserializeOwned + Sync, N: Hash + Ord + Sync>(
        &mut self,
        records: &[&T],
        name: fn(&T) -> &N,
        former: &[ChunkPlace],
        changed: Option<&BTreeSet<N>>,
    ) -> io::Result<Vec<ChunkPlace>> {
        let n_chunks = chunk::n_chunks(records.len());
        let former = if former.len() == n_chunks { former } else { &[] };
        if let Some(changed) = changed.filter(|changed| self.grows() && changed.len() <= MAX_REPLACED) {
            // Thousands are looked for.
            let names: HashSet<&N> = changed.iter().collect();
            let is_new = |record: &&T| names.contains(name(record));
            let new: Vec<&T> = records.par_iter().copied().filter(is_new).collect();
            if let Some(places) = self.replaced(&new, name, former, changed)? {
                return Ok(places);
            }
        }
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

    /// Writes `new` records in the place of those of `changed` names: of chunks without such ones it is enough to know where they are.
    /// `None` when the former chunks can't be read.
    fn replaced<T: Serialize + DeserializeOwned, N: Hash + Ord>(
        &mut self,
        new: &[&T],
        name: fn(&T) -> &N,
        former: &[ChunkPlace],
        changed: &BTreeSet<N>,
    ) -> io::Result<Option<Vec<ChunkPlace>>> {
        let Some(state) = self.former.clone().filter(|_| !former.is_empty()) else { return Ok(None) };
        let touched: BTreeSet<usize> =
            changed.iter().map(|name| chunk::chunk_of(name, former.len())).collect();
        let mut chunks: BTreeMap<usize, Vec<u8>> = BTreeMap::new();
        for at in touched {
            let Some(known) = state.decode::<T>(&former[at]) else { return Ok(None) };
            let stay = known.iter().filter(|record| !changed.contains(name(record)));
            let come = new.iter().copied().filter(|record| chunk::chunk_of(name(record), former.len()) == at);
            chunks.insert(at, chunk::encode(&stay.chain(come).collect::<Vec<_>>())?);
        }
        let mut places = Vec::with_capacity(former.len());
        for (at, place) in former.iter().enumerate() {
            places.push(match chunks.get(&at) {
                Some(bytes) => self.append(bytes, chunk::print(bytes))?,
                None => self.take_over(&state, place)?,
            });
        }
        Ok(Some(places))
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

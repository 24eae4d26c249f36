//! The chapters of decks in a state: each is read alone, when it is asked for. A deck of which one chapter changed needs
//! all its other ones, and no others.

use std::{collections::BTreeSet, io, sync::Arc};

use foldhash::HashMap;
use rayon::prelude::*;

use super::{
    Cache, State, StateWriter,
    chunk::{self, ChunkPlace},
    way,
};
use crate::{
    base::digest::Print,
    render::{FormerChapters, Record},
    site::SiteOptions,
};

/// How many chapters are encoded before they are written, which bounds the memory for them.
const CHAPTERS_AT_ONCE: usize = 256;

/// Where chapters are in a file, by their keys.
pub(super) type ChapterPlaces = HashMap<Print, ChunkPlace>;

impl Cache {
    /// The chapters that the last build of a site has rendered.
    pub fn chapters(&self, options: &SiteOptions) -> Option<Arc<dyn FormerChapters>> {
        self.state(&way(options)).map(|state| Arc::new(state) as Arc<dyn FormerChapters>)
    }
}

impl State {
    fn chapter_places(&self) -> &ChapterPlaces {
        self.chapters.get_or_init(|| {
            let places: Option<Vec<(Print, ChunkPlace)>> =
                self.chapters_place().and_then(|place| self.decode(place));
            places.unwrap_or_default().into_iter().collect()
        })
    }
}

impl FormerChapters for State {
    fn record(&self, key: &Print) -> Option<Record> {
        self.read(self.chapter_places().get(key)?)
    }
}

impl StateWriter {
    /// Writes chapters: those that `record` makes, and all others as the former state has them. What nobody has is left out.
    pub fn chapters(
        &mut self,
        keys: &BTreeSet<Print>,
        record: impl Fn(&Print) -> Option<Record> + Sync,
    ) -> io::Result<()> {
        let mut places: Vec<(Print, ChunkPlace)> = Vec::with_capacity(keys.len());
        let mut former = Vec::new();
        let keys: Vec<&Print> = keys.iter().collect();
        for batch in keys.chunks(CHAPTERS_AT_ONCE) {
            let made: Vec<(Print, Option<Record>)> =
                batch.par_iter().map(|&key| (*key, record(key))).collect();
            for (key, record) in made {
                match record {
                    Some(bytes) => places.push((key, self.append(&bytes, chunk::print(&bytes))?)),
                    None => former.push(key),
                }
            }
        }
        places.extend(self.former_chapters(&former)?);
        if !places.is_empty() {
            let bytes = chunk::encode(&places)?;
            self.chapters = Some(self.append(&bytes, chunk::print(&bytes))?);
        }
        Ok(())
    }

    /// Takes chapters over as the former state has them: what lies side by side there at once.
    fn former_chapters(&mut self, keys: &[Print]) -> io::Result<Vec<(Print, ChunkPlace)>> {
        let Some(state) = self.former.clone() else { return Ok(Vec::new()) };
        let known = state.chapter_places();
        let mut former: Vec<(Print, ChunkPlace)> =
            keys.iter().filter_map(|key| Some((*key, *known.get(key)?))).collect();
        if self.grows() {
            former.iter().for_each(|(_, place)| self.note_taken_over(place));
            return Ok(former);
        }
        former.sort_unstable_by_key(|(_, place)| place.offset);
        let mut places = Vec::with_capacity(former.len());
        for run in former.chunk_by(|(_, one), (_, other)| one.offset + one.len == other.offset) {
            let (first, len) = (run[0].1.offset, run.iter().map(|(_, place)| place.len).sum());
            let start = self.copy(&state.file, first, len)?;
            places.extend(
                run.iter().map(|(key, place)| {
                    (*key, ChunkPlace { offset: start + (place.offset - first), ..*place })
                }),
            );
        }
        Ok(places)
    }
}

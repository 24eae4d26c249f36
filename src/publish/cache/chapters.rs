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
                self.chapters_place().and_then(|place| chunk::decode(&self.file, place));
            places.unwrap_or_default().into_iter().collect()
        })
    }
}

impl FormerChapters for State {
    fn record(&self, key: &Print) -> Option<Record> {
        chunk::read(&self.file, self.chapter_places().get(key)?)
    }
}

impl StateWriter {
    /// Writes chapters. Those that the former state has are taken over as they are, `record` makes the others; what it
    /// doesn't have is left out.
    pub fn chapters(
        &mut self,
        keys: &BTreeSet<Print>,
        record: impl Fn(&Print) -> Option<Record> + Sync,
    ) -> io::Result<()> {
        let former = self.former.clone();
        let bytes_of = |key: &&Print| {
            let place = former.as_ref().and_then(|state| state.chapter_places().get(*key));
            let taken = former
                .as_ref()
                .zip(place)
                .and_then(|(state, place)| Some((chunk::read(&state.file, place)?, place.print)));
            let made = || {
                let bytes = record(key)?;
                let print = chunk::print(&bytes);
                Some((bytes, print))
            };
            let (bytes, print) = taken.or_else(made)?;
            Some((**key, bytes, print))
        };
        let mut places: Vec<(Print, ChunkPlace)> = Vec::with_capacity(keys.len());
        let keys: Vec<&Print> = keys.iter().collect();
        for batch in keys.chunks(CHAPTERS_AT_ONCE) {
            let encoded: Vec<_> = batch.par_iter().filter_map(bytes_of).collect();
            for (key, bytes, print) in encoded {
                places.push((key, self.append(&bytes, print)?));
            }
        }
        if !places.is_empty() {
            let bytes = chunk::encode(&places)?;
            self.chapters = Some(self.append(&bytes, chunk::print(&bytes))?);
        }
        Ok(())
    }
}

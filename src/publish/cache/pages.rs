//! Parsed pages for those who don't build: a server begins with what it, or a build, has parsed before.

use std::{collections::BTreeSet, io, sync::Arc};

use super::{Cache, Head, State, way};
use crate::{
    base::digest::Print,
    render::Renderer,
    site::{
        SiteOptions,
        file::{FormerFiles, PageFile},
        graph::FormerLinks,
    },
    source::Source,
};

impl Cache {
    /// The pages that a server or a build of a site has parsed, whichever was later; `source` learns the blob ids.
    pub fn pages(&self, options: &SiteOptions, source: &dyn Source) -> FormerFiles {
        let states = [way_to_serve(options), way(options)].map(|way| self.state(&way));
        let state = states.into_iter().flatten().max_by_key(State::written);
        let read = |state: State| {
            source.learn_blobs(state.blobs());
            let state = Arc::new(state);
            let (files, links) = rayon::join(|| state.pages(), || state.links());
            FormerFiles { reading: state.head().reading.clone(), files, links, stock: state.stock() }
        };
        state.map(read).unwrap_or_default()
    }

    /// Keeps the pages of a site that is served, unless all of them were known.
    pub fn keep_pages(
        &self,
        renderer: &Renderer,
        options: &SiteOptions,
        source: &dyn Source,
        former: &FormerFiles,
    ) -> io::Result<()> {
        let site = renderer.site();
        let is_known = |file: &Arc<PageFile>| {
            former.files.get(&file.path).is_some_and(|former| Arc::ptr_eq(former, file))
        };
        if site.files().all(is_known) {
            return Ok(());
        }
        let mut writer = self.writer(&way_to_serve(options), None)?;
        writer.pages(&site.files().map(|file| &**file).collect::<Vec<_>>(), &BTreeSet::new())?;
        let links = site.links().to_keep(site).unwrap_or_default();
        writer.links(&links, &FormerLinks::default())?;
        writer.blobs(&source.known_blobs())?;
        // The rest is for builds.
        let head = Head { reading: site.reading().clone(), links: links.ground, ..Head::default() };
        self.keep(&way_to_serve(options), writer, &head)
    }
}

fn way_to_serve(options: &SiteOptions) -> Print {
    Print::of(&("serve", way(options)))
}

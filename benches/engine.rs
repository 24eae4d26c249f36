//! Times the engine's parts on a site of the disk.
//!
//! `cargo bench --bench engine --profile quick -- path/to/site`; without a path, on Recto's own documentation.

use std::{path::PathBuf, sync::Arc, time::Instant};

use recto::{
    base::path::RepoPath,
    render::{Renderer, highlight::Highlighter},
    site::{Site, SiteOptions, page::PageId},
    source::{ChangeSet, Folder, Listing, ListingOptions, Source, SourceError},
};

#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// How many pages are rendered.
const N_RENDERED: usize = 500;
/// How often each part runs.
const N_RUNS: usize = 3;

fn main() {
    let named = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let dir = named.map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    let source: Arc<dyn Source> = Arc::new(Folder::open(&dir).expect("a folder"));
    let listing = timed("list", || source.listing(&ListingOptions::default()).expect("a listing"));
    let site = timed("load", || Site::load(&*source, &SiteOptions::default()).expect("a site"));
    let page = site.page(PageId(site.pages().len() as u32 / 2)).path().clone();
    let changes = ChangeSet { changed: vec![page], removed: Vec::new() };
    let listing = Arc::new(listing);
    timed("update after one page", || site.update(&*source, &changes, Arc::clone(&listing)));
    let text = source.read(&changes.changed[0]).expect("a page");
    let text = String::from_utf8(text).expect("a page is text");
    let renamed =
        Edited { source: Arc::clone(&source), path: changes.changed[0].clone(), text: renamed(&text) };
    timed("update after another title", || site.update(&renamed, &changes, Arc::clone(&listing)));
    let removed = ChangeSet { changed: Vec::new(), removed: changes.changed.clone() };
    let mut fewer = Listing::clone(&listing);
    fewer.entries.remove(&removed.removed[0]);
    let fewer = Arc::new(fewer);
    timed("update without one page", || site.update(&*source, &removed, Arc::clone(&fewer)));
    let site = Arc::new(site);
    let renderer = timed("load the theme", || {
        Renderer::new(Arc::clone(&site), Arc::clone(&source), Arc::new(Highlighter::new()))
    });
    let routes = renderer.routes();
    timed(&format!("render {} addresses", routes.len().min(N_RENDERED)), || {
        routes.iter().take(N_RENDERED).filter_map(|route| renderer.render(route)).count()
    });
}

/// A source in which one file has another text.
struct Edited {
    source: Arc<dyn Source>,
    path: RepoPath,
    text: String,
}

impl Source for Edited {
    fn listing(&self, options: &ListingOptions) -> Result<Listing, SourceError> {
        self.source.listing(options)
    }

    fn read(&self, path: &RepoPath) -> Result<Vec<u8>, SourceError> {
        if *path == self.path { Ok(self.text.clone().into_bytes()) } else { self.source.read(path) }
    }
}

/// A page with another title and another heading at its end.
fn renamed(text: &str) -> String {
    let lines = text.lines().map(|line| match line.strip_prefix("title:") {
        Some(_) => "title: Another title",
        None => line,
    });
    lines.chain(["", "## Another heading"]).flat_map(|line| [line, "\n"]).collect()
}

/// Runs something some times, prints each time, and gives the last result.
fn timed<T>(name: &str, run: impl Fn() -> T) -> T {
    let mut last = None;
    print!("{name:<28}");
    for _ in 0..N_RUNS {
        let start = Instant::now();
        last = Some(run());
        print!(" {:>9.2} ms", start.elapsed().as_secs_f64() * 1e3);
    }
    println!();
    last.expect("it ran")
}

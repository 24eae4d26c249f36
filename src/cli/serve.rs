//! `recto serve`: the site in memory, on a port of this machine, up to date with its files.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use anstream::adapter::strip_str;
use anyhow::Context;

use crate::{
    cli::{
        Global,
        cache_dir::CacheArgs,
        exit::Ending,
        listen::ListenArgs,
        open::SiteArgs,
        report::{self, Color, ReportOptions, human},
    },
    engine::{AskHistory, Describe, Engine, EngineOptions, Feed, FolderFeed, Told},
    git::history::{History, HistoryReader},
    publish::cache::{self, Cache},
    server::{self, Listening},
    site::{SiteOptions, file::FormerFiles},
    source::{Folder, Source},
};

/// How long after the start the parsed pages are put into the cache.
const KEEP_AFTER: Duration = Duration::from_secs(2);
/// After how many moves of the branch the history is put into the cache.
const KEEP_EVERY: usize = 200;
/// How long after a history that can't be read it is read once more: a cleaning beside saves takes objects away, which come back.
const READ_AGAIN_AFTER: Duration = Duration::from_secs(1);
/// How many problems of one kind are shown.
const MAX_PER_CODE: usize = 10;

/// Show the site in a browser, up to date with its files
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The site's folder is watched: pages in the browser change in place when a file does, and problems are shown here and \
beside the page. Nothing needs a restart, not even a change of the config, the theme or the branch.

Examples:
  recto serve                           the site in this folder, on http://127.0.0.1:4000/
  recto serve docs --open               another folder, in the browser at once
  recto serve --rev HEAD~10             the site ten commits ago
  recto serve --no-watch                the site as it is now
  recto serve --port 8080               where 4000 is taken
  recto serve --bind 0.0.0.0:8080       for the whole network to see")]
pub(super) struct Args {
    #[command(flatten)]
    site: SiteArgs,
    #[command(flatten)]
    cache: CacheArgs,
    #[command(flatten)]
    listen: ListenArgs,
    /// Show the site as it is when the command starts, and leave its pages alone
    #[arg(long)]
    no_watch: bool,
}

pub(super) fn run(args: &Args, global: &Global) -> anyhow::Result<Ending> {
    // First the port: what a browser asks while the site is read waits there.
    let listening = Listening::open(&args.listen.options()).context("serving the site")?;
    let engine = start(args, global).with_context(|| format!("reading `{}`", args.site.dir().display()))?;
    let is_quiet = global.quiet > 0;
    let pages = Arc::new(engine);
    let base_path = pages.snapshot().renderer.site().base_path().to_owned();
    let ready = |addr| {
        if !is_quiet {
            anstream::eprintln!("serving on {} (Ctrl-C ends it)", server::url(addr, &base_path));
        }
    };
    listening.serve(pages, ready).context("serving the site")?;
    Ok(Ending::Fine)
}

fn start(args: &Args, global: &Global) -> anyhow::Result<Engine> {
    let folder = match args.site.rev {
        None if !args.no_watch => Some(Arc::new(Folder::open(args.site.dir())?)),
        _ => None,
    };
    let site = folder.as_ref().map_or_else(|| args.site.clone(), |folder| args.site.placed(folder));
    let source: Arc<dyn Source> = match &folder {
        Some(folder) => folder.clone(),
        None => site.source()?,
    };
    let first = site.options(&*source, None)?;
    let cache = args.cache.cache(args.site.dir())?;
    let former = cache.as_ref().map(|cache| cache.pages(&first, &*source)).unwrap_or_default();
    let options = EngineOptions {
        former: former.clone(),
        chapters: cache.as_ref().and_then(|cache| cache.chapters(&first)),
        images: cache.as_ref().map(Cache::images),
        // What was a date and a URL when the command started still is.
        site: Box::new({
            let (site, first) = (site.clone(), first.clone());
            move |source| site.options(source, None).unwrap_or_else(|_| first.clone())
        }),
        history: history(
            {
                let site = site.clone();
                move || site.history_reader()
            },
            cache.clone(),
        ),
        describe: describe(&args.site),
        tell: tell(&args.site, global),
    };
    let feed = move || folder.map(|folder| Box::new(FolderFeed::new(folder)) as Box<dyn Feed>);
    let engine = Engine::start(source, options, feed)?;
    keep_pages(&engine, cache, first, former);
    Ok(engine)
}

/// Keeps the pages as they are parsed, for the next start.
///
/// Later, since the first page is asked for now; a cache that can't be written is no trouble for those who look.
pub(super) fn keep_pages(engine: &Engine, cache: Option<Cache>, options: SiteOptions, former: FormerFiles) {
    let (Some(cache), snapshot) = (cache, engine.snapshot()) else { return };
    thread::spawn(move || {
        thread::sleep(KEEP_AFTER);
        cache.keep_pages(&snapshot.renderer, &options, &*snapshot.source, &former)
    });
}

/// Who changed pages last, as of the commit that is checked out by now.
///
/// What is new is put to what is known in memory; the cache gets it now and then, so that the next start has little to walk.
pub(super) fn history(
    open: impl Fn() -> Option<HistoryReader> + Send + Sync + 'static,
    cache: Option<Cache>,
) -> Arc<AskHistory> {
    let n_unkept = AtomicUsize::new(0);
    Arc::new(move |known| {
        let reader = open()?;
        let Some(known) = known else { return Some(Arc::new(cache::history(&reader, cache.as_ref()))) };
        if reader.is_of(known) {
            return Some(known.clone());
        }
        let mut history = reader.read(Some(History::clone(known)));
        if history.is_unreadable() {
            thread::sleep(READ_AGAIN_AFTER);
            history = open()?.read(Some(History::clone(known)));
        }
        if n_unkept.fetch_add(1, Ordering::Relaxed) % KEEP_EVERY == KEEP_EVERY - 1 {
            // One that can't be kept is read again.
            let _ = cache.as_ref().map(|cache| cache.keep_history(&history));
        }
        Some(Arc::new(history))
    })
}

/// Problems as the overlay shows them.
pub(super) fn describe(site: &SiteArgs) -> Box<Describe> {
    let prefix = site.path_prefix();
    Box::new(move |problems| {
        let options =
            ReportOptions { path_prefix: &prefix, max_per_code: Some(MAX_PER_CODE), color: Color::Never };
        strip_str(&human(problems, &options)).to_string()
    })
}

/// What happens, on the terminal.
pub(super) fn tell(site: &SiteArgs, global: &Global) -> Box<dyn Fn(Told<'_>) + Send + Sync> {
    let prefix = site.path_prefix();
    let (quiet, color) = (global.quiet, global.color);
    Box::new(move |told| match told {
        Told::Updated { n_files, elapsed } if quiet == 0 => {
            anstream::eprintln!("{}", updated(n_files, elapsed));
        }
        Told::Problems { new, n_mended, n_left } if quiet < 2 => {
            let options = ReportOptions { path_prefix: &prefix, max_per_code: Some(MAX_PER_CODE), color };
            // Nobody is left to tell when the terminal is gone.
            let _ = report::print(new, report::Format::Human, &options);
            if n_mended > 0 && quiet == 0 {
                anstream::eprintln!("{}", mended(n_mended, n_left));
            }
        }
        Told::Trouble(sentence) if quiet < 2 => anstream::eprintln!("note: {sentence}"),
        Told::Updated { .. } | Told::Problems { .. } | Told::Trouble(_) => {}
    })
}

fn updated(n_files: usize, elapsed: Duration) -> String {
    let changed = match n_files {
        0 => "another commit".to_owned(),
        1 => "1 file changed".to_owned(),
        n_files => format!("{n_files} files changed"),
    };
    format!("{changed}, site updated in {} ms", elapsed.as_millis().max(1))
}

fn mended(n_mended: usize, n_left: usize) -> String {
    let problems = if n_mended == 1 { "1 problem".to_owned() } else { format!("{n_mended} problems") };
    match n_left {
        0 => format!("{problems} mended, none left"),
        n_left => format!("{problems} mended, {n_left} left"),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{base::path::RepoPath, git::test_repo::TestRepo};

    #[test]
    fn a_history_with_a_gap_is_read_again() {
        let repo = TestRepo::new();
        repo.write("a.md", "one\n").commit("one");
        let root = repo.root().to_path_buf();
        let ask = history(move || HistoryReader::open(&root, None).ok().flatten(), None);
        let first = ask(None).expect("a history");
        repo.at(1).write("a.md", "two\n").commit("two");
        let tree = repo.git_with_input("rev-parse HEAD^{tree}", b"");
        let object = repo.path(&format!(".git/objects/{}/{}", &tree[..2], &tree[2..]));
        let aside = repo.path("aside");
        fs::rename(&object, &aside).expect("taken away");
        let second = thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(READ_AGAIN_AFTER / 4);
                fs::rename(&aside, &object).expect("given back");
            });
            ask(Some(&first)).expect("a history")
        });
        assert_eq!(second.problem(), None);
        let page = RepoPath::new("a.md").expect("a normal path");
        let seconds = |history: &History| history.last_change(&page).map(|change| change.seconds);
        assert_eq!(seconds(&second), seconds(&first).map(|before| before + 60));
    }

    #[test]
    fn what_happened_is_said_in_a_line() {
        assert_eq!(updated(1, Duration::from_micros(400)), "1 file changed, site updated in 1 ms");
        assert_eq!(updated(0, Duration::from_millis(2)), "another commit, site updated in 2 ms");
        assert_eq!(updated(3, Duration::from_millis(12)), "3 files changed, site updated in 12 ms");
        assert_eq!(mended(1, 0), "1 problem mended, none left");
        assert_eq!(mended(2, 3), "2 problems mended, 3 left");
    }
}

//! `recto edit`: the site as a wiki, on a port of this machine: each edit of a page is a Git commit.

use std::{
    io::{self, BufRead as _, IsTerminal as _, Write as _},
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context;

use crate::{
    base::path::RepoPath,
    cli::{
        Global,
        cache_dir::CacheArgs,
        exit::{Ending, UsageError},
        listen::ListenArgs,
        open::{FolderArgs, SiteArgs},
        serve,
    },
    engine::EngineOptions,
    git::{Content, Edit, GitError, Moment, Move, Moved, NewCommit, Store, history::HistoryReader},
    publish::cache::Cache,
    server::{self, Listening, WikiSite},
    site::SiteOptions,
    source::{Folder, ListingOptions, Source, Tree},
    wiki::Wiki,
};

/// What the first commit says.
const FIRST_MESSAGE: &str = "Begin the wiki\n";

/// Edit the site in a browser: each save is a Git commit
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The site of the branch that is checked out is served, with links to edit each page. A save becomes a commit of its own, \
merged with what others have committed meanwhile; files of the work tree follow, unless they have changes of their own. \
Commits and pushes of others are shown at once. The author is the one that Git's configuration names.

Examples:
  recto edit                            the wiki in this folder, on http://127.0.0.1:4000/
  recto edit notes --open               another folder, in the browser at once
  recto edit --repo wiki.git            a bare repository, for a server
  recto edit --init new-wiki            make a repository first, if there is none")]
pub(super) struct Args {
    #[command(flatten)]
    folder: FolderArgs,
    /// A repository, bare or not, in place of the folder
    #[arg(long, value_name = "PATH", conflicts_with = "dir")]
    repo: Option<PathBuf>,
    /// Make a repository if there is none, and commit the files that are there
    #[arg(long)]
    init: bool,
    #[command(flatten)]
    listen: ListenArgs,
    /// Where the site will be reached: a URL, or a path such as `/docs/`
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    #[command(flatten)]
    cache: CacheArgs,
}

pub(super) fn run(args: &Args, global: &Global) -> anyhow::Result<Ending> {
    let options = args.listen.options();
    let host = options.bind.ip();
    if !host.is_loopback() {
        anyhow::bail!(UsageError {
            message: format!("`{host}` can be reached by other machines, and everybody could edit"),
            hint: Some(
                "accounts are not there yet: listen on 127.0.0.1, and let a proxy with a login lead there"
                    .to_owned()
            ),
        });
    }
    let dir = args.repo.as_deref().unwrap_or_else(|| args.folder.dir());
    let store = Arc::new(open(dir, args)?);
    let author = store.configured_author()?;
    store.check_work_tree()?;
    if let Some(healed) = store.heal()?
        && global.quiet < 2
    {
        anstream::eprintln!("note: {healed}");
    }
    begin(&store, dir, args)?;
    let listening = Listening::open(&options).context("serving the wiki")?;
    let wiki = start(args, global, store, dir).inspect_err(|_| {
        if global.quiet < 2 {
            anstream::eprintln!("`{}` can't be edited", dir.display());
        }
    })?;
    wiki.keep_packed().context("starting a thread")?;
    wiki.keep_work_tree().context("starting a thread")?;
    let branch = wiki.head()?.short_branch().to_owned();
    let base_path = wiki.engine().snapshot().renderer.site().base_path().to_owned();
    let ready = |addr: SocketAddr| {
        if global.quiet == 0 {
            let url = server::url(addr, &base_path);
            anstream::eprintln!(
                "editing `{branch}` of `{}` on {url} as {} (Ctrl-C ends it)",
                dir.display(),
                author.name
            );
        }
    };
    listening.serve(Arc::new(WikiSite::new(Arc::new(wiki), author.clone())), ready)?;
    Ok(Ending::Fine)
}

fn start(args: &Args, global: &Global, store: Arc<Store>, dir: &Path) -> anyhow::Result<Wiki> {
    let site = SiteArgs::of_folder(dir, args.base_url.clone());
    let options = {
        let site = site.clone();
        move |source: &dyn Source| {
            site.options(source, None).map(|options| SiteOptions { wiki: true, ..options })
        }
    };
    let tree = Tree::of_commit(&store, store.head()?.commit)?;
    let first = options(&tree)?;
    let cache = args.cache.cache(dir)?;
    let former = cache.as_ref().map(|cache| cache.pages(&first, &tree)).unwrap_or_default();
    let engine = EngineOptions {
        former: former.clone(),
        chapters: cache.as_ref().and_then(|cache| cache.chapters(&first)),
        images: cache.as_ref().map(Cache::images),
        site: Box::new({
            let first = first.clone();
            move |source| options(source).unwrap_or_else(|_| first.clone())
        }),
        history: serve::history(
            {
                let store = Arc::clone(&store);
                move || HistoryReader::of(&store).ok().flatten()
            },
            cache.clone(),
        ),
        describe: serve::describe(&site),
        tell: serve::tell(&site, global),
    };
    let wiki = Wiki::start(store, engine)?;
    serve::keep_pages(wiki.engine(), cache, first, former);
    Ok(wiki)
}

/// Opens the repository, or makes one if that is wished for.
fn open(dir: &Path, args: &Args) -> anyhow::Result<Store> {
    let is_bare = args.repo.is_some();
    match Store::open(dir) {
        Err(GitError::NoRepository { .. }) => {}
        opened => return Ok(opened?),
    }
    let what = if is_bare { "a bare repository" } else { "a repository" };
    let question = format!("`{}` is not in a Git repository. Make {what} there?", dir.display());
    if !(args.init || agrees(&question)?) {
        anyhow::bail!(UsageError {
            message: format!("`{}` is not in a Git repository", dir.display()),
            hint: Some("`recto edit --init` makes one, and commits the files that are there".to_owned()),
        });
    }
    std::fs::create_dir_all(dir).with_context(|| format!("making `{}`", dir.display()))?;
    Ok(Store::make(dir, is_bare)?)
}

/// Commits the files of a work tree that has no commit yet, if that is wished for.
fn begin(store: &Store, dir: &Path, args: &Args) -> anyhow::Result<()> {
    let head = store.head()?;
    if head.commit.is_some() || store.is_bare() {
        return Ok(());
    }
    let folder = Folder::open(dir)?;
    let listing = folder.listing(&ListingOptions::default())?;
    let paths: Vec<RepoPath> = listing.entries.keys().cloned().collect();
    let question = format!("`{}` has no commit yet. Commit its {} files?", dir.display(), paths.len());
    if paths.is_empty() || !(args.init || agrees(&question)?) {
        return Ok(());
    }
    let edit = |path: &RepoPath| {
        let content = Some(Content::Bytes(folder.read(path)?));
        anyhow::Ok(Edit { path: path.clone(), content })
    };
    let edits = paths.iter().map(edit).collect::<anyhow::Result<Vec<Edit>>>()?;
    let (author, at) = (store.configured_author()?, Moment::now());
    let (who, message) = (&author, FIRST_MESSAGE);
    let new = NewCommit { parent: None, edits: &edits, author: who, committer: who, at, message };
    let Some(to) = store.write_commit(&new)? else { return Ok(()) };
    let (branch, why, paths) = (&*head.branch, "recto: begin the wiki", &*paths);
    match store.move_branch(&Move { branch, from: None, to, who, at, why, paths })? {
        Moved::Done { .. } => Ok(()),
        Moved::Elsewhere => anyhow::bail!("somebody else has just made the first commit"),
    }
}

/// Asks a question on the terminal; without one the answer is no.
fn agrees(question: &str) -> anyhow::Result<bool> {
    if !io::stdin().is_terminal() {
        return Ok(false);
    }
    anstream::eprint!("{question} [y/N] ");
    io::stderr().flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

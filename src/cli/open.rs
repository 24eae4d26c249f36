//! Opening a site: a folder, or a revision of its repository, and today's date.

use std::{
    path::{Component, Path, PathBuf},
    sync::{Arc, OnceLock},
};

use anyhow::Context;

use crate::{
    base::{
        config::{BaseUrl, Config, FILE_NAME, Repo},
        path::RepoPath,
    },
    cli::exit::UsageError,
    git::{self, history::HistoryReader},
    parse::front_matter::Date,
    render::{Renderer, highlight::Highlighter},
    site::{DeckOptions, Site, SiteOptions},
    source::{Folder, Source, Tree},
};

/// Fixes today, for builds that are repeated later; in seconds since 1970, as reproducible builds have it.
const TODAY_VARIABLE: &str = "SOURCE_DATE_EPOCH";

/// What variables begin with that replace the value of a key in manifests.
const OVERRIDE_PREFIX: &str = "OVERRIDE_";
/// The repository that decks link to, and its branch.
const REPOSITORY_VARIABLE: &str = "REPOSITORY_URL";
const BRANCH_VARIABLE: &str = "BRANCH";

/// Which site is opened, and how.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct SiteArgs {
    #[command(flatten)]
    pub(super) folder: FolderArgs,
    /// Take the site from a branch, tag or commit of its repository, without a checkout
    #[arg(long, value_name = "REV")]
    pub(super) rev: Option<String>,
    /// Where the site will be reached: a URL, or a path such as `/docs/`
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Publish drafts, too
    #[arg(long)]
    drafts: bool,
    /// Publish pages whose day has not come, too
    #[arg(long)]
    future: bool,
}

/// Where a site is.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct FolderArgs {
    /// The site's folder; by default the nearest with a `recto.yml`, from this one upwards, or else this one
    dir: Option<PathBuf>,
    /// The folder that was found where none was named.
    #[arg(skip)]
    found: OnceLock<PathBuf>,
}

impl FolderArgs {
    /// A folder that is named.
    fn at(dir: &Path) -> Self {
        Self { dir: Some(dir.to_path_buf()), found: OnceLock::new() }
    }

    /// The site's folder: the one that was named, as it is, or the one of the site that one stands in.
    pub(super) fn dir(&self) -> &Path {
        self.dir.as_deref().unwrap_or_else(|| {
            self.found.get_or_init(|| {
                let above = std::env::current_dir().ok().and_then(|here| site_above(&here));
                above.unwrap_or_else(|| PathBuf::from("."))
            })
        })
    }
}

/// The way from a folder to the nearest with a config, itself or above it. Another repository's isn't meant.
fn site_above(here: &Path) -> Option<PathBuf> {
    let mut way = PathBuf::new();
    for folder in here.ancestors() {
        if folder.join(FILE_NAME).is_file() {
            return Some(if way.as_os_str().is_empty() { PathBuf::from(".") } else { way });
        }
        if folder.join(".git").exists() {
            return None;
        }
        way.push("..");
    }
    None
}

/// An opened site.
pub(super) struct OpenSite {
    pub(super) source: Arc<dyn Source>,
    pub(super) renderer: Renderer,
}

impl SiteArgs {
    /// The site in a folder, as the usual options have it.
    pub(super) fn of_folder(dir: &Path, base_url: Option<String>) -> Self {
        Self { folder: FolderArgs::at(dir), rev: None, base_url, drafts: false, future: false }
    }

    /// The site's folder.
    pub(super) fn dir(&self) -> &Path {
        self.folder.dir()
    }

    /// The same by the whole path of the folder: from where the command was started, another folder may be there once one above
    /// it is renamed.
    pub(super) fn placed(&self, folder: &Folder) -> Self {
        Self { folder: FolderArgs::at(folder.root()), ..self.clone() }
    }

    /// Reads the site.
    pub(super) fn open(&self) -> anyhow::Result<OpenSite> {
        let source = self.source()?;
        let options = self.options(&*source, None)?;
        let site =
            Site::load(&*source, &options).with_context(|| format!("reading `{}`", self.dir().display()))?;
        let renderer = Renderer::new(Arc::new(site), source.clone(), Arc::new(Highlighter::ahead()));
        Ok(OpenSite { source, renderer })
    }

    /// What the site depends on besides its files; `output` is where it will be written, if that is said.
    pub(super) fn options(&self, source: &dyn Source, output: Option<&Path>) -> anyhow::Result<SiteOptions> {
        Ok(SiteOptions {
            today: Some(today()?),
            drafts: self.drafts,
            future: self.future,
            base_url: self.base_url()?,
            output: self.output_inside(source, output),
            history: None,
            takes_words: false,
            deck: deck_options(self.dir()),
            wiki: false,
        })
    }

    /// Finds the commit as of which pages say who changed them last. Where Git can't tell, nothing is said.
    pub(super) fn history_reader(&self) -> Option<HistoryReader> {
        HistoryReader::open(self.dir(), self.rev.as_deref()).ok().flatten()
    }

    /// What stands before the paths of the site when they are seen from the current folder.
    pub(super) fn path_prefix(&self) -> String {
        let dir = self.dir().to_string_lossy();
        match dir.trim_end_matches('/').trim_start_matches("./") {
            "" | "." => String::new(),
            dir => format!("{dir}/"),
        }
    }

    /// Where the site's files are.
    pub(super) fn source(&self) -> anyhow::Result<Arc<dyn Source>> {
        Ok(match &self.rev {
            Some(rev) => Arc::new(Tree::open(self.dir(), rev).with_context(|| format!("opening `{rev}`"))?),
            None => Arc::new(Folder::open(self.dir())?),
        })
    }

    fn base_url(&self) -> anyhow::Result<Option<BaseUrl>> {
        let Some(text) = &self.base_url else { return Ok(None) };
        let parsed = BaseUrl::parse(text).ok_or_else(|| UsageError {
            message: format!("`{text}` is no base URL"),
            hint: Some("write `https://example.org/docs/` or `/docs/`".to_owned()),
        })?;
        Ok(Some(parsed))
    }

    /// The output folder as a path of the site: the given one if it lies inside, else the config's.
    fn output_inside(&self, source: &dyn Source, output: Option<&Path>) -> Option<RepoPath> {
        let Some(output) = output else { return Some(configured_output(source)) };
        path_inside(self.dir(), output).filter(|path| !path.is_root())
    }
}

/// A file or folder, there or not, as a path of the site in a folder; `None` when it lies outside.
pub(super) fn path_inside(site: &Path, path: &Path) -> Option<RepoPath> {
    let inside = resolved(path)?.strip_prefix(resolved(site)?).ok()?.to_str()?.replace('\\', "/");
    if inside.is_empty() { Some(RepoPath::root()) } else { RepoPath::new(&inside) }
}

/// An absolute path without links, as far as it is there, and without `..`.
fn resolved(path: &Path) -> Option<PathBuf> {
    let mut resolved = PathBuf::new();
    for part in std::path::absolute(path).ok()?.components() {
        match part {
            Component::ParentDir => drop(resolved.pop()),
            part => resolved.push(part),
        }
        resolved = resolved.canonicalize().unwrap_or(resolved);
    }
    Some(resolved)
}

/// The output folder that the config of a site names.
pub(super) fn configured_output(source: &dyn Source) -> RepoPath {
    let path = RepoPath::root().join(FILE_NAME);
    let text = source.read(&path).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    text.map_or_else(Config::default, |text| Config::parse(&path, &text).0).output
}

/// What the environment says of decks, with the variables of remark workshops.
fn deck_options(dir: &Path) -> DeckOptions {
    let overrides = std::env::vars().filter_map(|(name, value)| {
        let key = name.strip_prefix(OVERRIDE_PREFIX)?;
        (!value.is_empty()).then(|| (key.to_owned(), value))
    });
    let named = std::env::var(REPOSITORY_VARIABLE).ok();
    let named =
        named.map(|url| url.trim().trim_end_matches('/').replace("git@github.com:", "https://github.com/"));
    let url = named.or_else(|| git::forge_url(dir));
    let repo = url.map(|url| Repo { url, branch: std::env::var(BRANCH_VARIABLE).ok() });
    DeckOptions { overrides: overrides.collect(), repo }
}

fn today() -> anyhow::Result<Date> {
    Ok(Date::from_day(this_day()?))
}

/// Today in UTC, or the day that is fixed.
pub(super) fn this_day() -> anyhow::Result<jiff::civil::Date> {
    let timestamp = match std::env::var(TODAY_VARIABLE) {
        Ok(seconds) => {
            seconds.parse().ok().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok()).ok_or_else(
                || UsageError { message: format!("`{TODAY_VARIABLE}` is no number of seconds"), hint: None },
            )?
        }
        Err(_) => jiff::Timestamp::now(),
    };
    Ok(timestamp.to_zoned(jiff::tz::TimeZone::UTC).date())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_site_around_a_folder_is_found_within_its_repository() {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let root = temporary.path();
        for folder in ["site/content/guide", "site/other/.git", "site/other/docs"] {
            fs::create_dir_all(root.join(folder)).expect("a new folder");
        }
        fs::write(root.join("site/recto.yml"), "").expect("a new file");
        let found = |folder: &str| site_above(&root.join(folder)).map(|way| way.display().to_string());
        assert_eq!(found("site").as_deref(), Some("."));
        assert_eq!(found("site/content").as_deref(), Some(".."));
        assert_eq!(found("site/content/guide").as_deref(), Some("../.."));
        assert_eq!(found("site/other/docs"), None);
    }

    #[test]
    fn a_folder_is_named_from_the_root_of_the_disk() {
        let folder = Folder::open("src").expect("the folder of the code");
        let site = SiteArgs::of_folder(Path::new("src"), None).placed(&folder);
        assert!(site.dir().is_absolute() && site.dir().ends_with("src"), "{}", site.dir().display());
    }
}

//! Opening a site: a folder, or a revision of its repository, and today's date.

use std::{path::Path, sync::Arc};

use anyhow::Context;

use crate::{
    base::{
        config::{BaseUrl, Config, FILE_NAME},
        path::RepoPath,
    },
    cli::exit::UsageError,
    parse::front_matter::Date,
    render::{Renderer, highlight::Highlighter},
    site::{Site, SiteOptions},
    source::{Folder, Source, Tree},
};

/// Fixes today, for builds that are repeated later; in seconds since 1970, as reproducible builds have it.
const TODAY_VARIABLE: &str = "SOURCE_DATE_EPOCH";

/// Which site is opened, and how.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct SiteArgs {
    /// The site's folder
    #[arg(default_value = ".")]
    pub(super) dir: std::path::PathBuf,
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

/// An opened site.
pub(super) struct OpenSite {
    pub(super) source: Arc<dyn Source>,
    pub(super) renderer: Renderer,
}

impl SiteArgs {
    /// Reads the site; `output` is where it will be written, if it will.
    pub(super) fn open(&self, output: Option<&Path>) -> anyhow::Result<OpenSite> {
        let source = self.source()?;
        let options = self.options(&*source, output)?;
        let site =
            Site::load(&*source, &options).with_context(|| format!("reading `{}`", self.dir.display()))?;
        let renderer = Renderer::new(Arc::new(site), source.clone(), Arc::new(Highlighter::new()));
        Ok(OpenSite { source, renderer })
    }

    /// How the site is read, as of now.
    pub(super) fn options(&self, source: &dyn Source, output: Option<&Path>) -> anyhow::Result<SiteOptions> {
        Ok(SiteOptions {
            today: Some(today()?),
            drafts: self.drafts,
            future: self.future,
            base_url: self.base_url()?,
            output: self.output_inside(source, output),
        })
    }

    /// What stands before the paths of the site when they are seen from the current folder.
    pub(super) fn path_prefix(&self) -> String {
        let dir = self.dir.to_string_lossy();
        match dir.trim_end_matches('/').trim_start_matches("./") {
            "" | "." => String::new(),
            dir => format!("{dir}/"),
        }
    }

    pub(super) fn source(&self) -> anyhow::Result<Arc<dyn Source>> {
        Ok(match &self.rev {
            Some(rev) => Arc::new(Tree::open(&self.dir, rev).with_context(|| format!("opening `{rev}`"))?),
            None => Arc::new(Folder::open(&self.dir)?),
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
        let root = std::path::absolute(&self.dir).ok()?;
        let output = std::path::absolute(output).ok()?;
        let inside = output.strip_prefix(root).ok()?.to_str()?.replace('\\', "/");
        RepoPath::new(&inside).filter(|path| !path.is_root())
    }
}

/// The output folder that the config of a site names.
pub(super) fn configured_output(source: &dyn Source) -> RepoPath {
    let path = RepoPath::root().join(FILE_NAME);
    let text = source.read(&path).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    text.map_or_else(Config::default, |text| Config::parse(&path, &text).0).output
}

fn today() -> anyhow::Result<Date> {
    let timestamp = match std::env::var(TODAY_VARIABLE) {
        Ok(seconds) => {
            seconds.parse().ok().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok()).ok_or_else(
                || UsageError { message: format!("`{TODAY_VARIABLE}` is no number of seconds"), hint: None },
            )?
        }
        Err(_) => jiff::Timestamp::now(),
    };
    Ok(Date::from_day(timestamp.to_zoned(jiff::tz::TimeZone::UTC).date()))
}

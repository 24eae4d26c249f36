//! The config of a site, and where its content lies.

use super::{CONTENT_FOLDER, SiteOptions};
use crate::{
    base::{
        config::{Config, FILE_NAME as CONFIG_FILE},
        diagnostic::Diagnostic,
        path::RepoPath,
    },
    site::file::{ReadText, SourceFiles},
    source::{Listing, Source},
};

/// The config, what is wrong with it, and whether it was made of the bytes that the listing names.
pub(super) fn read_config(
    source: &dyn Source,
    listing: &Listing,
    options: &SiteOptions,
) -> (Config, Vec<Diagnostic>, bool) {
    let path = RepoPath::root().join(CONFIG_FILE);
    let files = SourceFiles { source, listing };
    let (mut config, diagnostics, is_settled) = if listing.entries.contains_key(&path) {
        let ReadText { text, mut diagnostics, is_settled } = files.page_text(&path);
        let (config, more) = Config::parse(&path, &text);
        diagnostics.extend(more);
        (config, diagnostics, is_settled)
    } else {
        (Config::default(), Vec::new(), true)
    };
    if let Some(base_url) = &options.base_url {
        config.base_url = base_url.clone();
    }
    (config, diagnostics, is_settled)
}

/// The folder that pages lie in.
pub(super) fn content_root(config: &Config, listing: &Listing) -> RepoPath {
    if let Some(folder) = &config.content {
        return folder.clone();
    }
    let folder = RepoPath::root().join(CONTENT_FOLDER);
    let has_content = listing.entries.keys().any(|path| path.is_within(&folder));
    if has_content { folder } else { RepoPath::root() }
}

//! The config of a site, and where its content lies.

use super::{CONTENT_FOLDER, Site, SiteOptions};
use crate::{
    base::{
        config::{Config, FILE_NAME as CONFIG_FILE},
        diagnostic::{Diagnostic, Place},
        path::RepoPath,
        yaml,
    },
    site::file::{ReadText, SourceFiles},
    source::{Listing, Source},
};

/// Names under which settings aren't read.
const OTHER_NAMES: [&str; 3] = ["recto.yaml", "recto.toml", "recto.json"];

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

/// What is wrong with the settings beside the files that there are: the folder of the pages isn't there, or the settings have
/// a name that isn't read.
pub(super) fn misplaced(site: &Site, source: &dyn Source) -> Option<Diagnostic> {
    let path = RepoPath::root().join(CONFIG_FILE);
    let listing = &site.listing;
    if !listing.entries.contains_key(&path) {
        let others = OTHER_NAMES.iter().map(|name| RepoPath::root().join(name));
        let other = others.into_iter().find(|other| listing.entries.contains_key(other))?;
        let message = format!("`{other}` is not read: the settings of a site are in `{CONFIG_FILE}`");
        let how = if other.extension() == Some("toml") { "write them there, as YAML" } else { "rename it" };
        return Some(Diagnostic::warning("unread-settings", message).at(Place::file(&other)).hint(how));
    }
    let folder = site.config.content.as_ref()?;
    if folder.is_root() || listing.entries.keys().any(|file| file.is_within(folder)) {
        return None;
    }
    let text = SourceFiles { source, listing }.page_text(&path).text;
    let node = yaml::read(&path, &text, 0..text.len(), yaml::SMALL).0;
    let entry = node.as_ref().and_then(|node| node.as_map()?.iter().find(|entry| entry.key == "content"));
    let place = match entry {
        Some(entry) => Place::in_text(&path, &text, entry.node.span.clone()),
        None => Place::file(&path),
    };
    let message = format!("`content` names the folder `{folder}`, which isn't there or holds no file");
    let hint = "name the folder of the pages from the root of the site";
    Some(Diagnostic::error("missing-content", message).at(place).hint(hint))
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

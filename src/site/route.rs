//! [`Route`]: an address of the site, and the rules that make one from a file's path.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{
    base::{config::UrlStyle, path::RepoPath, shared_text, url::push_path},
    parse::slug,
};

/// The file that holds the address of its folder.
const INDEX: &str = "index.html";

/// An address below the site's base URL, decoded, with a leading `/`: `/a/b/`, `/a/b.html`, `/feed.xml`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Route(#[serde(deserialize_with = "shared_text::deserialize")] Arc<str>);

impl Route {
    /// Takes an address as it is; a missing leading `/` is added.
    pub fn new(address: &str) -> Self {
        if address.starts_with('/') {
            Self(Arc::from(address))
        } else {
            Self(Arc::from(format!("/{address}")))
        }
    }

    /// The address of the page in `path` (from the content root).
    pub fn of_page(path: &RepoPath, style: UrlStyle) -> Self {
        let mut address = folder_address(folder_of(path));
        slug::push_route_part(&mut address, path.stem());
        address.push_str(match style {
            UrlStyle::Pretty => "/",
            UrlStyle::Plain => ".html",
        });
        Self(address.into())
    }

    /// The address of a folder (from the content root).
    pub fn of_folder(path: &RepoPath) -> Self {
        Self(folder_address(path.parts()).into())
    }

    /// The address of a file that is copied as it is: its folder's address and its own name; of an `index.html`, the
    /// folder's.
    pub fn of_asset(path: &RepoPath) -> Self {
        let mut address = folder_address(folder_of(path));
        if path.file_name() != INDEX {
            address.push_str(path.file_name());
        }
        Self(address.into())
    }

    /// This folder's address with something below it.
    #[must_use]
    pub fn below(&self, rest: &str) -> Self {
        Self(Arc::from(format!("{}{rest}", self.folder())))
    }

    /// The address as text, decoded.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address up to and with its last `/`.
    pub fn folder(&self) -> &str {
        self.0.rfind('/').map_or("/", |at| &self.0[..=at])
    }

    /// The file that holds it in the output folder.
    pub fn output_path(&self) -> String {
        let path = self.0.trim_start_matches('/');
        let index = if path.is_empty() || path.ends_with('/') { INDEX } else { "" };
        // Each build asks for those of all addresses several times.
        let mut file = String::with_capacity(path.len() + index.len());
        file.push_str(path);
        file.push_str(index);
        file
    }

    /// The shortest address that the same file holds: `/a/` for `/a/index.html`.
    #[must_use]
    pub fn shortest(&self) -> Self {
        let folder = self.0.strip_suffix(INDEX).filter(|folder| folder.ends_with('/'));
        folder.map_or_else(|| self.clone(), |folder| Self(Arc::from(folder)))
    }

    /// The address as it is written into HTML: percent-encoded, after the base path (`""` or `/sub`).
    pub fn href(&self, base_path: &str) -> String {
        let mut href = String::with_capacity(base_path.len() + self.0.len());
        href.push_str(base_path);
        push_path(&mut href, &self.0);
        href
    }
}

/// The parts of the folder that holds a file.
fn folder_of(path: &RepoPath) -> impl Iterator<Item = &str> {
    let mut parts = path.parts();
    parts.next_back();
    parts
}

fn folder_address<'p>(parts: impl Iterator<Item = &'p str>) -> String {
    let mut address = "/".to_owned();
    for part in parts {
        slug::push_route_part(&mut address, part);
        address.push('/');
    }
    address
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> RepoPath {
        RepoPath::new(text).expect("a normal path")
    }

    #[test]
    fn addresses_keep_letters_and_case() {
        let pretty = |text| Route::of_page(&path(text), UrlStyle::Pretty);
        assert_eq!(pretty("A/Über uns.md").as_str(), "/A/Über-uns/");
        assert_eq!(pretty("a/b.md").output_path(), "a/b/index.html");
        assert_eq!(Route::of_page(&path("a/b.md"), UrlStyle::Plain).output_path(), "a/b.html");
        assert_eq!(Route::of_folder(&path("")).output_path(), "index.html");
        assert_eq!(Route::of_asset(&path("My docs/a b.png")).as_str(), "/My-docs/a b.png");
    }

    #[test]
    fn hrefs_are_encoded_after_the_base_path() {
        assert_eq!(Route::new("/a b/50%/").href("/sub"), "/sub/a%20b/50%25/");
        assert_eq!(Route::new("/é/").href(""), "/%C3%A9/");
    }
}

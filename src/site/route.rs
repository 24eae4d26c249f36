//! [`Route`]: an address of the site, and the rules that make one from a file's path.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{
    base::{config::UrlStyle, path::RepoPath, url::push_path},
    parse::slug,
};

/// An address below the site's base URL, decoded, with a leading `/`: `/a/b/`, `/a/b.html`, `/feed.xml`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Route(Arc<str>);

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
        let folder = folder_address(&path.parent().unwrap_or_else(RepoPath::root));
        let name = slug::route_part(path.stem());
        match style {
            UrlStyle::Pretty => Self(Arc::from(format!("{folder}{name}/"))),
            UrlStyle::Plain => Self(Arc::from(format!("{folder}{name}.html"))),
        }
    }

    /// The address of a folder (from the content root).
    pub fn of_folder(path: &RepoPath) -> Self {
        Self(Arc::from(folder_address(path)))
    }

    /// The address of a file that is copied as it is: its folder's address and its own name; of an `index.html`, the
    /// folder's.
    pub fn of_asset(path: &RepoPath) -> Self {
        let folder = folder_address(&path.parent().unwrap_or_else(RepoPath::root));
        if path.file_name() == "index.html" {
            return Self(Arc::from(folder));
        }
        Self(Arc::from(format!("{folder}{}", path.file_name())))
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
        if path.is_empty() || path.ends_with('/') { format!("{path}index.html") } else { path.to_owned() }
    }

    /// The address as it is written into HTML: percent-encoded, after the base path (`""` or `/sub`).
    pub fn href(&self, base_path: &str) -> String {
        let mut href = String::with_capacity(base_path.len() + self.0.len());
        href.push_str(base_path);
        push_path(&mut href, &self.0);
        href
    }
}

fn folder_address(path: &RepoPath) -> String {
    path.parts().fold("/".to_owned(), |address, part| address + &slug::route_part(part) + "/")
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

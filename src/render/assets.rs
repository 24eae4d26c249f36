//! Files of the site that templates name with `asset(path="/…")`: smaller, and under addresses with a hash, as the files of
//! the theme are. Under its own address each stays as it was written.
//!
//! The hash is of the written file and the options, so that an address is known before anything is made of the file.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use foldhash::HashMap;

use crate::{
    base::{
        config::Assets as Options,
        diagnostic::Diagnostic,
        digest::{BlobId, Digest},
        path::RepoPath,
    },
    render::{
        page::Render,
        theme::{self, Asset, HASH_CHARS},
        trace::{At, Hashed, Place},
    },
    site::route::Route,
};

/// Changes when the same file and options give other bytes.
const MAKER: &str = "1";
/// How many files are remembered.
const MAX_KNOWN: usize = 200;

/// A file as it is published, and the notes about it.
type Made = Arc<(Asset, Vec<Diagnostic>)>;

/// Files that were made, for many threads.
#[derive(Default)]
pub(super) struct SiteAssets {
    known: Mutex<HashMap<(RepoPath, BlobId, bool), Made>>,
}

/// The address of a file of the site with a hash; its own without one.
pub(super) fn address(own: &Route, blob: &BlobId, options: Options) -> Route {
    if !options.hash {
        return own.clone();
    }
    let options = format!("{MAKER} {}", options.minify);
    let digest = Digest::of_parts(&[blob.to_string().as_bytes(), options.as_bytes()]).to_string();
    Route::new(&theme::with_hash(own.as_str(), &digest[..HASH_CHARS]))
}

/// The own address of the file that an address with a hash leads to, whether or not the hash is right.
fn own_address(route: &Route) -> Option<Route> {
    let is_hash = |text: &str| text.len() == HASH_CHARS && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let (stem, extension) = route.as_str().rsplit_once('.')?;
    if is_hash(extension) {
        return Some(Route::new(stem));
    }
    let (stem, hash) = stem.rsplit_once('.')?;
    is_hash(hash).then(|| Route::new(&format!("{stem}.{extension}")))
}

impl Render {
    /// The address of a file of the site that stands at an address, and the value of `integrity` attributes; `None` when
    /// no file stands there.
    pub(super) fn site_asset(&self, own: &Route) -> Option<(Route, Option<String>)> {
        let Some(Place::Asset(path)) = self.asker.ask(At(own.clone())) else { return None };
        let route = self.asker.ask(Hashed { own: own.clone(), path: path.clone() })?;
        let integrity = self.made(&path).and_then(|made| made.0.integrity().map(str::to_owned));
        Some((route, integrity))
    }

    /// What stands at an address with a hash, and the notes about it.
    pub(super) fn hashed(&self, route: &Route) -> Option<(Bytes, Vec<Diagnostic>)> {
        let own = own_address(route)?;
        let Some(Place::Asset(path)) = self.asker.ask(At(own.clone())) else { return None };
        if self.asker.ask(Hashed { own, path: path.clone() })? != *route {
            return None;
        }
        let made = self.made(&path)?;
        Some((Bytes::copy_from_slice(made.0.bytes()), made.1.clone()))
    }

    fn made(&self, path: &RepoPath) -> Option<Made> {
        let options = self.asker.settings().assets;
        let blob = self.asker.blob(path)?;
        let key = (path.clone(), blob, options.minify);
        let known = || self.assets.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = known().get(&key) {
            return Some(Arc::clone(made));
        }
        let (bytes, is_settled) = self.asker.settled_bytes(path).ok()?;
        let made = Arc::new(theme::asset_alone(path, bytes, options));
        if is_settled {
            let mut known = known();
            if known.len() >= MAX_KNOWN {
                known.clear();
            }
            known.insert(key, Arc::clone(&made));
        }
        Some(made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_a_hash_of_the_file_and_the_options() {
        let (own, blob) = (Route::new("/a b/site.min.css"), BlobId::of(b"x"));
        let all = Options { minify: true, hash: true, inline: true };
        let route = address(&own, &blob, all);
        assert_eq!(own_address(&route), Some(own.clone()));
        assert!(
            route.as_str().starts_with("/a b/site.min.") && route.as_str().ends_with(".css"),
            "{route:?}"
        );
        assert_ne!(address(&own, &BlobId::of(b"y"), all), route);
        assert_ne!(address(&own, &blob, Options { minify: false, ..all }), route);
        assert_eq!(address(&own, &blob, Options { hash: false, ..all }), own);
        for own in ["/LICENSE", "/v1.2/LICENSE", "/.htaccess", "/v1.2/x.js"].map(Route::new) {
            assert_eq!(own_address(&address(&own, &blob, all)), Some(own));
        }
        for other in ["/a.css", "/a.b.css", "/a.0123456789x.css", "/", "/a.012345678g.css"] {
            assert_eq!(own_address(&Route::new(other)), None, "{other}");
        }
    }
}

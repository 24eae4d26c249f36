//! Libraries of a theme: folders in its folder `libraries`, each written into the output only if some page names a file of it.
//!
//! Input are the bytes of pages and the addresses of files; what is written is decided by [`build`](super::build).

use std::collections::BTreeSet;

use memchr::memmem;

use crate::{
    base::media,
    render::{
        Rendered,
        theme::{ASSET_FOLDER, LIBRARIES},
    },
    site::route::Route,
};

/// The library that a file is a part of.
pub(super) fn library_of(route: &Route) -> Option<&str> {
    let name = route.as_str().strip_prefix('/')?.strip_prefix(ASSET_FOLDER)?.strip_prefix('/')?;
    name.strip_prefix(LIBRARIES)?.split_once('/').map(|(library, _)| library)
}

/// The libraries that a page names files of, by whatever way their addresses are written.
pub(super) fn named_in(page: &Rendered) -> BTreeSet<String> {
    if page.media_type != media::HTML {
        return BTreeSet::new();
    }
    let folder = format!("{ASSET_FOLDER}/{LIBRARIES}");
    let named = memmem::find_iter(&page.bytes, &folder).filter_map(|at| {
        let rest = &page.bytes[at + folder.len()..];
        std::str::from_utf8(&rest[..memchr::memchr(b'/', rest)?]).ok()
    });
    let is_name = |name: &&str| !name.is_empty() && !name.contains(['"', '\'', '<', '>', ' ', '\n']);
    named.filter(is_name).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::base::digest::Digest;

    #[test]
    fn files_of_libraries_are_known_by_their_addresses() {
        let library = |path: &str| library_of(&Route::new(path)).map(str::to_owned);
        assert_eq!(library("/theme/libraries/mermaid/mermaid.min.js").as_deref(), Some("mermaid"));
        assert_eq!(library("/theme/libraries/mermaid/a/b.js").as_deref(), Some("mermaid"));
        for path in ["/theme/libraries/x.js", "/theme/style.css", "/libraries/mermaid/x.js", "/"] {
            assert_eq!(library(path), None, "{path}");
        }
    }

    #[test]
    fn pages_name_the_libraries_that_they_load() {
        let named = |media_type, html: &str| {
            let bytes = Bytes::copy_from_slice(html.as_bytes());
            let digest = Digest::of(&bytes);
            let (diagnostics, forms, chapters) = (Vec::new(), Vec::new(), Vec::new());
            let page = Rendered { bytes, media_type, digest, diagnostics, trace: None, forms, chapters };
            named_in(&page).into_iter().collect::<Vec<_>>().join(" ")
        };
        let script = |address: &str| format!("<script src=\"{address}\"></script>");
        let html = script("/base/theme/libraries/b/x.js") + &script("../theme/libraries/a/y.js");
        assert_eq!(named(media::HTML, &html), "a b");
        assert_eq!(named("text/css", &html), "");
        assert_eq!(
            named(media::HTML, "<p>the folder theme/libraries/ of a site or \"theme/libraries/\"/</p>"),
            ""
        );
    }
}

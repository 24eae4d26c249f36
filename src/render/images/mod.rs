//! The images of a site: how large they are, so that pages keep a place for them and don't jump, and smaller forms of them.
//!
//! [`Images`] reads sizes from the first bytes, `forms` knows the addresses of smaller forms, and `encode` makes them.
//! Nothing is made before its address is asked for.

mod encode;
mod forms;
mod wish;

use std::sync::{Arc, Mutex, PoisonError};

use foldhash::HashMap;

use crate::{
    base::{diagnostic::Diagnostic, digest::BlobId, path::RepoPath},
    render::{
        page::Render,
        trace::{At, Place},
    },
    site::route::Route,
};

pub use forms::ImageStore;
pub(super) use forms::{NOT_RESIZED_HINT, Original, addresses};
pub(super) use wish::{WIDTH, Wish, as_html};

/// A picture of more bytes is told about where a page shows it as it is.
const HEAVY_BYTES: u64 = 1_000_000;
/// Of how many images it is remembered. Each takes some 40 bytes.
const MAX_KNOWN: usize = 100_000;

/// Width and height in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) width: u32,
    pub(super) height: u32,
}

impl Size {
    /// The width and height at which an image is shown of which the author gave none, one or both.
    pub(super) fn shown(self, width: Option<u32>, height: Option<u32>) -> (u32, u32) {
        let scaled = |side: u32, other: u32, given: u32| {
            let scaled = (f64::from(side) * f64::from(given) / f64::from(other.max(1))).round();
            // As fits, since what is scaled is positive.
            (scaled as u32).max(1)
        };
        match (width, height) {
            (Some(width), Some(height)) => (width, height),
            (Some(width), None) => (width, scaled(self.height, self.width, width)),
            (None, Some(height)) => (scaled(self.width, self.height, height), height),
            (None, None) => (self.width, self.height),
        }
    }
}

/// What the first bytes of an image say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Head {
    /// As it is shown: turned as the camera says.
    size: Size,
    /// Whether there can be smaller forms of it.
    is_still: bool,
}

/// What is known of images by their bytes, for many threads; `None` for what is no image that is known.
#[derive(Default)]
pub(super) struct Images {
    known: Mutex<HashMap<BlobId, Option<Head>>>,
    store: Option<Arc<dyn ImageStore>>,
}

impl Images {
    /// With a place where smaller forms are kept.
    pub(super) fn with_store(store: Option<Arc<dyn ImageStore>>) -> Self {
        Self { store, ..Self::default() }
    }

    fn get(&self, blob: &BlobId) -> Option<Option<Head>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(blob).copied()
    }

    fn insert(&self, blob: BlobId, head: Option<Head>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_KNOWN {
            known.clear();
        }
        known.insert(blob, head);
    }
}

impl Render {
    /// The size of the image at an address of the site.
    pub(super) fn image_size(&self, route: &Route) -> Option<Size> {
        self.image_at(route).map(|(_, head)| head.size)
    }

    /// A note about an image that a page shows as it is, if it takes long to load. `can_be_asked` says whether nobody has asked
    /// for smaller forms yet.
    pub(super) fn heavy_image(&self, route: &Route, can_be_asked: bool) -> Option<Diagnostic> {
        let (path, head) = self.image_at(route)?;
        let n_bytes = self.asker.size(&path).filter(|n_bytes| *n_bytes > HEAVY_BYTES)?;
        let message = format!("`{path}` has {:.1} MB", n_bytes as f64 / 1e6);
        let hint = if can_be_asked && head.is_still {
            "`{resize=true}` behind it, or `images: {resize: true}` in recto.yml, makes smaller forms of it"
        } else {
            "make it smaller, or say `{resize=false}` if it is to be so large"
        };
        Some(Diagnostic::note("heavy-image", message).hint(hint))
    }

    fn image_at(&self, route: &Route) -> Option<(RepoPath, Head)> {
        let Some(Place::Asset(path)) = self.asker.ask(At(route.clone())) else { return None };
        let blob = self.asker.blob(&path)?;
        let head = self.images.get(&blob).unwrap_or_else(|| self.read_head(&path, blob))?;
        Some((path, head))
    }

    fn read_head(&self, path: &RepoPath, blob: BlobId) -> Option<Head> {
        let head = self.asker.bytes(path).ok().and_then(|bytes| head_of(&bytes));
        self.images.insert(blob, head);
        head
    }
}

fn head_of(bytes: &[u8]) -> Option<Head> {
    let size = imagesize::blob_size(bytes).ok()?;
    let (width, height) = (size.width.try_into().ok()?, size.height.try_into().ok()?);
    let size =
        if encode::is_turned(bytes) { Size { width: height, height: width } } else { Size { width, height } };
    Some(Head { size, is_still: encode::is_still(bytes) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_side_follows_from_the_other() {
        let size = Size { width: 300, height: 200 };
        assert_eq!(size.shown(None, None), (300, 200));
        assert_eq!(size.shown(Some(150), None), (150, 100));
        assert_eq!(size.shown(None, Some(50)), (75, 50));
        assert_eq!(size.shown(Some(1), Some(2)), (1, 2));
        assert_eq!(Size { width: 0, height: 3 }.shown(Some(9), None), (9, 27));
        assert_eq!(Size { width: 5_000, height: 1 }.shown(Some(10), None), (10, 1));
    }

    #[test]
    fn sizes_are_read_from_the_first_bytes() {
        let gif = b"GIF89a\x03\x00\x02\x00\x80\0\0";
        assert_eq!(head_of(gif), Some(Head { size: Size { width: 3, height: 2 }, is_still: false }));
        for bytes in [&b""[..], b"GIF89a", b"<svg></svg>", b"\x89PNG\x0d\x0a"] {
            assert_eq!(head_of(bytes), None, "{bytes:?}");
        }
    }
}

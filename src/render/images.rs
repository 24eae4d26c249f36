//! [`ImageSizes`]: how large the images of a site are, so that pages keep a place for them and don't jump.

use std::sync::{Mutex, PoisonError};

use foldhash::HashMap;

use crate::{
    base::{digest::BlobId, path::RepoPath},
    render::{
        page::Render,
        trace::{At, Place},
    },
    site::route::Route,
};

/// How many sizes are remembered. Each takes some 40 bytes.
const MAX_SIZES: usize = 100_000;

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

/// Sizes by the bytes of the image, for many threads; `None` for what is no image that is known.
#[derive(Default)]
pub(super) struct ImageSizes {
    known: Mutex<HashMap<BlobId, Option<Size>>>,
}

impl ImageSizes {
    fn get(&self, blob: &BlobId) -> Option<Option<Size>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(blob).copied()
    }

    fn insert(&self, blob: BlobId, size: Option<Size>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_SIZES {
            known.clear();
        }
        known.insert(blob, size);
    }
}

impl Render {
    /// The size of the image at an address of the site.
    pub(super) fn image_size(&self, route: &Route) -> Option<Size> {
        let Some(Place::Asset(path)) = self.asker.ask(At(route.clone())) else { return None };
        let blob = self.asker.blob(&path)?;
        self.images.get(&blob).unwrap_or_else(|| self.read_size(&path, blob))
    }

    fn read_size(&self, path: &RepoPath, blob: BlobId) -> Option<Size> {
        let size = self.asker.bytes(path).ok().and_then(|bytes| size_of(&bytes));
        self.images.insert(blob, size);
        size
    }
}

fn size_of(bytes: &[u8]) -> Option<Size> {
    let size = imagesize::blob_size(bytes).ok()?;
    Some(Size { width: size.width.try_into().ok()?, height: size.height.try_into().ok()? })
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
        assert_eq!(size_of(gif), Some(Size { width: 3, height: 2 }));
        for bytes in [&b""[..], b"GIF89a", b"<svg></svg>", b"\x89PNG\x0d\x0a"] {
            assert_eq!(size_of(bytes), None, "{bytes:?}");
        }
    }
}

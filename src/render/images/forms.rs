//! Smaller forms of pictures: their addresses, which of them a page names, and their bytes.
//!
//! An address has the picture's path, the width, and a hash of its bytes and of the options in it, so that it can be kept
//! for ever, and a server can tell it from one that somebody made up: `/theme/images/a/loaf.jpg.960.0123456789.webp`.

use std::{cell::RefCell, rc::Rc};

use bytes::Bytes;

use super::{
    Size,
    encode::{self, Picture},
};
use crate::{
    base::{
        config::{ImageFormat, Images as Options},
        diagnostic::{Diagnostic, Place},
        digest::{BlobId, Digest},
        path::RepoPath,
    },
    render::{markdown::Sources, page::Render, theme::ASSET_FOLDER, trace::Resized},
    site::route::Route,
    source::Entry,
};

/// Changes when the same picture and options give other bytes.
const ENCODER: &str = "1";
/// A smaller file has no forms: there is nothing to gain.
const MIN_BYTES: u64 = 8_000;
/// How many characters of a digest are in an address: 40 bits.
const HASH_CHARS: usize = 10;
/// The folder below that of the theme's files.
const FOLDER: &str = "images";
/// The width that stands for a picture's own.
const OWN: u32 = 0;

/// What made pictures are kept in between builds. What can't be kept is made again.
pub trait ImageStore: Send + Sync {
    /// The bytes of a name, if they are kept.
    fn get(&self, name: &str) -> Option<Vec<u8>>;
    /// Keeps bytes.
    fn put(&self, name: &str, bytes: &[u8]);
}

/// The picture that was read last, since its forms are made one after the other.
#[derive(Default)]
pub(in crate::render) struct Original(RefCell<Option<Rc<Read>>>);

struct Read {
    blob: BlobId,
    bytes: Vec<u8>,
    picture: Result<Picture, String>,
}

impl Original {
    fn read(&self, render: &Render, path: &RepoPath, blob: BlobId) -> Option<Rc<Read>> {
        if let Some(read) = self.0.borrow().as_ref().filter(|read| read.blob == blob) {
            return Some(Rc::clone(read));
        }
        let bytes = render.asker.bytes(path).ok()?;
        let picture = Picture::read(&bytes, render.asker.settings().images);
        let read = Rc::new(Read { blob: BlobId::of(&bytes), bytes, picture });
        self.0.replace(Some(Rc::clone(&read)));
        Some(read)
    }
}

/// The addresses of forms of a picture, by their widths; none for what stays as it is.
pub(in crate::render) fn addresses(
    path: &RepoPath,
    file: &Entry,
    widths: &[u32],
    options: &Options,
) -> Vec<Route> {
    let Some(extension) = extension(path, options).filter(|_| file.size >= MIN_BYTES) else {
        return Vec::new();
    };
    let address = |width: &u32| {
        let name = name(&file.blob, *width, options);
        let hash = &name[..HASH_CHARS];
        Route::new(&format!("/{ASSET_FOLDER}/{FOLDER}/{path}.{width}.{hash}.{extension}"))
    };
    widths.iter().map(address).collect()
}

/// The picture and the width that an address asks for, whether or not the hash is right.
fn asked_for(route: &Route) -> Option<(RepoPath, u32)> {
    let rest = route.as_str().strip_prefix(&format!("/{ASSET_FOLDER}/{FOLDER}/"))?;
    let (rest, _) = rest.rsplit_once('.')?;
    let (rest, _) = rest.rsplit_once('.')?;
    let (path, width) = rest.rsplit_once('.')?;
    Some((RepoPath::new(path)?, width.parse().ok()?))
}

/// The name of the bytes: of all that they are made of.
fn name(blob: &BlobId, width: u32, Options { format, quality, widths, .. }: &Options) -> String {
    let options = format!("{ENCODER} {width} {format:?} {quality} {:?}", widths.last());
    Digest::of_parts(&[blob.to_string().as_bytes(), options.as_bytes()]).to_string()
}

/// What the file of a form of a picture ends with; `None` for kinds that stay as they are.
fn extension(path: &RepoPath, options: &Options) -> Option<&'static str> {
    let (_, extension) = path.file_name().rsplit_once('.')?;
    let own = match extension.to_ascii_lowercase().as_str() {
        "jpg" | "jpeg" => "jpg",
        "png" => "png",
        _ => return None,
    };
    Some(match (options.format, own) {
        (ImageFormat::Original, own) => own,
        (ImageFormat::Avif, "jpg") => "avif",
        _ => "webp",
    })
}

impl Render {
    /// The forms of a picture from which browsers choose one; `None` when there is none but itself. The error says why the
    /// picture is too much. `href` writes an address into the HTML.
    pub(in crate::render) fn sources(
        &self,
        own: &Route,
        sizes: Option<String>,
        href: impl Fn(&Route) -> String,
    ) -> Result<Option<Sources>, String> {
        let Some((path, head)) = self.image_at(own).filter(|(_, head)| head.is_still) else {
            return Ok(None);
        };
        if let Some(cause) = encode::too_large(head.size) {
            return Err(format!("`{path}` stays as it is: {cause}"));
        }
        let options = self.asker.settings().images;
        let (widths, with_original) = widths_of(head.size, options);
        let routes = self.asker.ask(Resized { path, widths: widths.clone() });
        if routes.is_empty() {
            return Ok(None);
        }
        let shown = |width: u32| if width == OWN { head.size.width } else { width };
        let mut sources: Vec<String> = routes
            .iter()
            .zip(&widths)
            .map(|(route, width)| format!("{} {}w", href(route), shown(*width)))
            .collect();
        if with_original {
            sources.push(format!("{} {}w", href(own), head.size.width));
        }
        let sizes = sizes.unwrap_or_else(|| options.sizes.clone());
        Ok(Some(Sources { srcset: sources.join(", "), sizes }))
    }

    /// The bytes at the address of a form of a picture, and what is wrong with it; `None` when nothing stands there.
    pub(in crate::render) fn form(
        &self,
        route: &Route,
        original: &Original,
    ) -> Option<(Bytes, Vec<Diagnostic>)> {
        let (path, width) = asked_for(route)?;
        let options = self.asker.settings().images;
        if width != OWN && !options.widths.contains(&width) {
            return None;
        }
        let known = self.asker.ask(Resized { path: path.clone(), widths: vec![width] });
        if known.first() != Some(route) {
            return None;
        }
        let blob = self.asker.blob(&path)?;
        let name = name(&blob, width, options);
        let store = self.images.store.as_deref();
        if let Some(kept) = store.and_then(|store| store.get(&name)) {
            return Some((kept.into(), Vec::new()));
        }
        let read = original.read(self, &path, blob)?;
        let most = if width == OWN { u32::MAX } else { width };
        let made =
            read.picture.as_ref().map_err(String::clone).and_then(|picture| picture.form(most, options));
        match made {
            Ok(mut made) => {
                // Browsers look at the bytes, whatever the address ends with, so nobody ever loads more than the original.
                if made.len() > read.bytes.len() {
                    made.clone_from(&read.bytes);
                }
                if let Some(store) = store.filter(|_| read.blob == blob) {
                    store.put(&name, &made);
                }
                Some((made.into(), Vec::new()))
            }
            Err(cause) => {
                let problem =
                    Diagnostic::warning("image-not-resized", format!("`{path}` stays as it is: {cause}"));
                let problem = problem.at(Place::file(&path)).hint(NOT_RESIZED_HINT);
                Some((read.bytes.clone().into(), vec![problem]))
            }
        }
    }
}

/// What to do about a picture of which there can be no smaller forms.
pub(in crate::render) const NOT_RESIZED_HINT: &str =
    "save it again, smaller, or show it with `{resize=false}`";

/// The widths of the forms of a picture, and whether it is one of the sources itself.
fn widths_of(size: Size, options: &Options) -> (Vec<u32>, bool) {
    let mut widths: Vec<u32> = options.widths.iter().copied().filter(|width| *width < size.width).collect();
    let is_within = options.widths.last().is_some_and(|widest| size.width <= *widest);
    let is_converted = options.format != ImageFormat::Original;
    if is_within && is_converted {
        widths.push(OWN);
    }
    (widths, is_within && !is_converted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(path: &RepoPath, blob: &BlobId, width: u32, options: &Options) -> Option<Route> {
        addresses(path, &Entry { blob: *blob, size: MIN_BYTES, link_to: None }, &[width], options).pop()
    }

    #[test]
    fn addresses_name_picture_width_and_options() {
        let path = RepoPath::new("content/a b/loaf.v2.JPG").expect("a path");
        let (blob, options) = (BlobId::of(b"x"), Options::default());
        let route = address(&path, &blob, 960, &options).expect("an address");
        assert_eq!(asked_for(&route), Some((path.clone(), 960)));
        assert!(route.as_str().ends_with(".webp"), "{route:?}");
        let others = [
            address(&path, &BlobId::of(b"y"), 960, &options),
            address(&path, &blob, 480, &options),
            address(&path, &blob, 960, &Options { quality: 70, ..options.clone() }),
            address(&path, &blob, 960, &Options { format: ImageFormat::Original, ..options.clone() }),
            address(&path, &blob, 960, &Options { widths: vec![960], ..options.clone() }),
        ];
        assert!(others.iter().all(|other| other.as_ref().is_some_and(|other| *other != route)), "{others:?}");
        for other in ["a.svg", "a.gif", "jpg", "a.webp"] {
            let path = RepoPath::new(other).expect("a path");
            assert_eq!(address(&path, &blob, 480, &options), None, "{other}");
        }
        let small = Entry { blob, size: MIN_BYTES - 1, link_to: None };
        assert_eq!(addresses(&path, &small, &[480], &options), []);
        for other in [
            "/theme/images/",
            "/theme/images/a.jpg",
            "/theme/images/a.jpg.x.0.webp",
            "/images/a.jpg.9.0.webp",
        ] {
            assert_eq!(asked_for(&Route::new(other)), None, "{other}");
        }
    }

    #[test]
    fn forms_are_smaller_than_the_picture_or_as_wide() {
        let options = |format| Options { widths: vec![100, 200], format, ..Options::default() };
        let check = |width, webp: (&[u32], bool), original: (&[u32], bool)| {
            let size = Size { width, height: 10 };
            for (format, expected) in [(ImageFormat::Webp, webp), (ImageFormat::Original, original)] {
                assert_eq!(widths_of(size, &options(format)), (expected.0.to_vec(), expected.1), "{width}");
            }
        };
        check(50, (&[OWN], false), (&[], true));
        check(100, (&[OWN], false), (&[], true));
        check(150, (&[100, OWN], false), (&[100], true));
        check(200, (&[100, OWN], false), (&[100], true));
        check(900, (&[100, 200], false), (&[100, 200], false));
    }
}

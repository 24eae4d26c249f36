//! Compressed forms of text beside the files of the output: `index.html.br` and `index.html.gz` for servers that send them
//! instead, without compressing anything themselves.
//!
//! A pure function of a file's name and bytes. What it costs is paid when a file changes: `build` keeps the forms of others.

use std::{collections::HashSet, io::Write as _};

use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, GzBuilder};

use crate::{
    base::{config::Encoding, media::media_type},
    site::route::Route,
};

/// Smaller files stay alone: they fit into a packet or two as they are.
const MIN_BYTES: usize = 1_024;
/// How hard Brotli tries, of 11.
const BROTLI_QUALITY: i32 = 11;
/// How hard gzip tries, of 9.
const GZIP_LEVEL: u32 = 9;
/// What media types begin or end with that are worth it, apart from text; fonts and pictures are compressed already.
const COMPRESSIBLE: [&str; 5] = ["json", "xml", "javascript", "yaml", "wasm"];

/// The file of a compressed form.
pub(super) fn path(of: &str, encoding: Encoding) -> String {
    match encoding {
        Encoding::Brotli => format!("{of}.br"),
        Encoding::Gzip => format!("{of}.gz"),
    }
}

/// Knows which files are to have which forms.
pub(super) struct Compressor {
    encodings: Vec<Encoding>,
    /// Files of the site itself that are called like forms.
    taken: HashSet<String>,
}

impl Compressor {
    /// Takes the encodings of the config, and the addresses of the site.
    pub(super) fn new(encodings: &[Encoding], routes: impl FnOnce() -> Vec<Route>) -> Self {
        let routes = if encodings.is_empty() { Vec::new() } else { routes() };
        let paths = routes.iter().map(Route::output_path);
        let taken = paths.filter(|path| path.ends_with(".br") || path.ends_with(".gz")).collect();
        Self { encodings: encodings.to_vec(), taken }
    }

    /// The encodings that a file is to have.
    fn encodings(&self, file: &str) -> impl Iterator<Item = Encoding> {
        let is_wished = !self.encodings.is_empty() && is_compressible(file);
        let wished = if is_wished { &*self.encodings } else { &[] };
        wished.iter().copied().filter(move |encoding| !self.taken.contains(&path(file, *encoding)))
    }

    /// Whether a file was compressed as it is to be.
    pub(super) fn is_as_wished<T>(&self, file: &str, made: &[(Encoding, T)]) -> bool {
        self.encodings(file).eq(made.iter().map(|(encoding, _)| *encoding))
    }

    /// The forms that a file is to have; `None` where one isn't worth it.
    pub(super) fn forms<'a>(
        &'a self,
        file: &'a str,
        bytes: &'a [u8],
    ) -> impl Iterator<Item = (Encoding, Option<Vec<u8>>)> + 'a {
        self.encodings(file).map(|encoding| (encoding, compressed(bytes, encoding)))
    }
}

/// Whether the kind of a file is one that becomes smaller.
fn is_compressible(path: &str) -> bool {
    let kind = media_type(path).split(';').next().unwrap_or_default();
    kind.starts_with("text/") || COMPRESSIBLE.iter().any(|end| kind.ends_with(end))
}

/// The compressed form of a file; `None` where it isn't worth it.
fn compressed(bytes: &[u8], encoding: Encoding) -> Option<Vec<u8>> {
    if bytes.len() < MIN_BYTES {
        return None;
    }
    let made = match encoding {
        Encoding::Brotli => brotli(bytes),
        Encoding::Gzip => gzip(bytes),
    };
    // Writing into memory doesn't fail.
    made.ok().filter(|made| made.len() < bytes.len())
}

fn brotli(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let params =
        BrotliEncoderParams { quality: BROTLI_QUALITY, size_hint: bytes.len(), ..Default::default() };
    let mut made = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut made, &params)?;
    Ok(made)
}

fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    // No time and no name: the same bytes give the same bytes.
    let mut writer = GzBuilder::new().mtime(0).write(Vec::new(), Compression::new(GZIP_LEVEL));
    writer.write_all(bytes)?;
    writer.finish()
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;
    use crate::base::digest::BlobId;

    #[test]
    fn text_becomes_smaller_and_comes_back() {
        let text = "All work and no play makes a page. ".repeat(100).into_bytes();
        let gzip = compressed(&text, Encoding::Gzip).expect("it is worth it");
        let mut back = Vec::new();
        flate2::read::GzDecoder::new(&*gzip).read_to_end(&mut back).expect("gzip");
        assert_eq!(back, text);
        let brotli = compressed(&text, Encoding::Brotli).expect("it is worth it");
        back.clear();
        brotli::BrotliDecompress(&mut &*brotli, &mut back).expect("Brotli");
        assert_eq!(back, text);
        assert!(brotli.len() < text.len() / 10 && gzip.len() < text.len() / 10);
        assert_eq!(compressed(&text, Encoding::Gzip).as_ref(), Some(&gzip));
    }

    #[test]
    fn files_of_the_site_are_not_written_over() {
        let all = [Encoding::Brotli, Encoding::Gzip];
        let compressor = Compressor::new(&all, || vec![Route::new("/a.css.gz"), Route::new("/b/")]);
        let encodings = |file: &str| compressor.encodings(file).collect::<Vec<_>>();
        assert_eq!(encodings("a.css"), [Encoding::Brotli]);
        assert_eq!(encodings("b/index.html"), all);
        assert_eq!(encodings("c.png"), []);
        assert!(compressor.is_as_wished("a.css", &[(Encoding::Brotli, ())]));
        assert!(!compressor.is_as_wished("b/index.html", &[(Encoding::Brotli, ())]));
        assert!(Compressor::new(&[], || unreachable!("nobody asks")).is_as_wished::<()>("a.css", &[]));
    }

    #[test]
    fn what_is_not_worth_it_stays_alone() {
        let noise: Vec<u8> = (0..200_u32).flat_map(|n| *BlobId::of(&n.to_le_bytes()).as_bytes()).collect();
        for encoding in [Encoding::Brotli, Encoding::Gzip] {
            assert_eq!(compressed(&[b'a'; MIN_BYTES - 1], encoding), None);
            assert!(compressed(&[b'a'; MIN_BYTES], encoding).is_some());
            assert_eq!(compressed(&noise, encoding), None);
        }
        for path in ["a/index.html", "x.css", "x.js", "feed.atom", "v.svg", "d.json", "LICENSE.txt", "x.wasm"]
        {
            assert!(is_compressible(path), "{path}");
        }
        for path in ["a.png", "a.woff2", "a.webp", "a.zip", "a.html.br", "a.html.gz", "LICENSE"] {
            assert!(!is_compressible(path), "{path}");
        }
    }
}

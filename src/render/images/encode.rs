//! [`Picture`]: a picture that was read, and [`Picture::form`]: the bytes of a smaller form of it. Pure: the same bytes and
//! options give the same bytes.
//!
//! The picture is turned as its camera says, and made as wide as is wanted, never wider than it is. Of what else is in the
//! file, such as where it was taken, only the colour profile stays.

use std::{
    io::Cursor,
    sync::{Mutex, PoisonError},
};

use fast_image_resize::{PixelType, Resizer, images as pixels};
use image::{
    DynamicImage, ImageDecoder, ImageEncoder, ImageFormat, ImageReader, RgbImage, RgbaImage,
    codecs::{jpeg::JpegEncoder, png::PngEncoder},
    metadata::Orientation,
};
use ravif::{BitDepth, Img, RGB8};

use super::Size;
use crate::base::config::{ImageFormat as Target, Images};

/// The largest picture, in pixels. One takes up to eight bytes of memory while it is read.
const MAX_PIXELS: u64 = 100_000_000;
/// Pictures with more pixels are read one at a time, so that many cores don't take the memory of many of them.
const LARGE_PIXELS: u64 = 25_000_000;
/// The widest and highest that WebP can be.
const MAX_WEBP_SIDE: u32 = 16_383;
/// How hard a form without loss is tried, from 0 to 100.
const LOSSLESS_EFFORT: f32 = 70.0;
/// How quickly AVIF is made, from 1 to 10. Two steps less take a third longer for one hundredth of the bytes; one more takes
/// half the time for an eighth.
const AVIF_SPEED: u8 = 8;
/// How much of a profile is looked at for its name.
const PROFILE_NAME_BYTES: usize = 4_096;
/// Where a profile says which colours it is about.
const PROFILE_COLORS: std::ops::Range<usize> = 16..20;

/// Held while a large picture is read.
static LARGE: Mutex<()> = Mutex::new(());

/// Why there are no smaller forms of a picture of this size, if they would be too much.
pub(super) fn too_large(size: Size) -> Option<String> {
    (u64::from(size.width) * u64::from(size.height) > MAX_PIXELS)
        .then(|| format!("it has more than {} megapixels", MAX_PIXELS / 1_000_000))
}

/// Whether a file begins as one of which there can be smaller forms: a JPEG, or a PNG that doesn't move.
pub(super) fn is_still(bytes: &[u8]) -> bool {
    match format_of(bytes) {
        Some(ImageFormat::Png) => !moves(bytes),
        format => format.is_some(),
    }
}

fn format_of(bytes: &[u8]) -> Option<ImageFormat> {
    if bytes.starts_with(b"\xff\xd8\xff") {
        return Some(ImageFormat::Jpeg);
    }
    bytes.starts_with(b"\x89PNG\r\n\x1a\n").then_some(ImageFormat::Png)
}

/// Whether a PNG says before its pixels that it has several frames.
fn moves(png: &[u8]) -> bool {
    let mut rest = &png[8..];
    while let Some((head, after)) = rest.split_at_checked(8) {
        match &head[4..] {
            b"acTL" => return true,
            b"IDAT" => return false,
            _ => {}
        }
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        rest = after.get(length.saturating_add(4)..).unwrap_or_default();
    }
    false
}

/// Whether the sides of a picture are exchanged when it is shown.
pub(super) fn is_turned(bytes: &[u8]) -> bool {
    format_of(bytes) == Some(ImageFormat::Jpeg)
        && exif(bytes).and_then(Orientation::from_exif_chunk).is_some_and(swaps_sides)
}

fn swaps_sides(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    )
}

/// What the camera says, of the segments before the pixels of a JPEG.
fn exif(jpeg: &[u8]) -> Option<&[u8]> {
    let mut rest = jpeg.get(2..)?;
    loop {
        let &[0xff, marker, high, low, ..] = rest else { return None };
        let segment = rest.get(4..2 + usize::from(u16::from_be_bytes([high, low])))?;
        match marker {
            0xe1 if segment.starts_with(b"Exif\0\0") => return segment.get(6..),
            // The pixels.
            0xda => return None,
            _ => rest = &rest[4 + segment.len()..],
        }
    }
}

/// A picture in memory: as it is shown, and no wider than the widest of its forms.
pub(super) struct Picture {
    /// With 8 bits for each of three colours, and perhaps alpha.
    image: DynamicImage,
    format: ImageFormat,
    /// That of the colours, unless it is the usual one.
    profile: Option<Vec<u8>>,
}

impl Picture {
    /// Reads a file, or says why it can't be.
    pub(super) fn read(bytes: &[u8], options: &Images) -> Result<Self, String> {
        let text = |error: image::ImageError| error.to_string().trim().to_owned();
        let format = format_of(bytes).ok_or("it is neither a JPEG nor a PNG")?;
        let mut decoder =
            ImageReader::with_format(Cursor::new(bytes), format).into_decoder().map_err(text)?;
        let (width, height) = decoder.dimensions();
        let size = Size { width, height };
        if let Some(cause) = too_large(size) {
            return Err(cause);
        }
        let is_large = u64::from(width) * u64::from(height) > LARGE_PIXELS;
        let _one_at_a_time = is_large.then(|| LARGE.lock().unwrap_or_else(PoisonError::into_inner));
        let orientation = decoder.orientation().map_err(text)?;
        let profile = decoder.icc_profile().map_err(text)?.filter(|profile| is_needed(profile));
        let decoded = DynamicImage::from_decoder(decoder).map_err(text)?;
        let has_alpha = decoded.color().has_alpha();
        let image = if has_alpha { decoded.into_rgba8().into() } else { decoded.into_rgb8().into() };
        // It is turned when it is small, so its width may still be its height.
        let widest = options.widths.last().copied().unwrap_or(u32::MAX);
        let mut image = if swaps_sides(orientation) {
            let (height, width) = fitted((height, width), widest);
            shrunk(image, width, height)?
        } else {
            let (width, height) = fitted((width, height), widest);
            shrunk(image, width, height)?
        };
        image.apply_orientation(orientation);
        Ok(Self { image, format, profile })
    }

    /// The picture at most `width` pixels wide, or why it can't be made.
    pub(super) fn form(&self, width: u32, options: &Images) -> Result<Vec<u8>, String> {
        let (width, height) = fitted((self.image.width(), self.image.height()), width);
        let image = shrunk(self.image.clone(), width, height)?;
        match options.format {
            Target::Original => self.original(&image, options.quality),
            // There is no place for a profile in what `ravif` makes. Browsers look at the bytes.
            Target::Avif if self.format == ImageFormat::Jpeg && self.profile.is_none() => {
                avif(&image, options.quality)
            }
            Target::Webp | Target::Avif => self.webp(&image, options.quality),
        }
    }

    fn original(&self, image: &DynamicImage, quality: u8) -> Result<Vec<u8>, String> {
        let mut out = Vec::new();
        let text = |error: image::ImageError| error.to_string();
        if self.format == ImageFormat::Png {
            let encoder = self.with_profile(PngEncoder::new(&mut out));
            image.write_with_encoder(encoder).map_err(text)?;
        } else {
            let encoder = self.with_profile(JpegEncoder::new_with_quality(&mut out, quality));
            image.write_with_encoder(encoder).map_err(text)?;
        }
        Ok(out)
    }

    fn with_profile<E: ImageEncoder>(&self, mut encoder: E) -> E {
        // An encoder that knows no profiles leaves it out.
        let _ = self.profile.clone().map(|profile| encoder.set_icc_profile(profile));
        encoder
    }

    /// As WebP: photographs with loss; of drawings and screenshots, which are PNG, whichever is smaller.
    fn webp(&self, image: &DynamicImage, quality: u8) -> Result<Vec<u8>, String> {
        let (width, height) = (image.width(), image.height());
        if width.max(height) > MAX_WEBP_SIDE {
            return Err(format!("WebP can be at most {MAX_WEBP_SIDE} pixels wide and high"));
        }
        let has_alpha = image.color().has_alpha();
        let encode = |is_lossless: bool, quality: f32| {
            let encoder = if has_alpha {
                webp::Encoder::from_rgba(image.as_bytes(), width, height)
            } else {
                webp::Encoder::from_rgb(image.as_bytes(), width, height)
            };
            let encoded = encoder.encode_simple(is_lossless, quality);
            encoded.map(|bytes| bytes.to_vec()).map_err(|error| format!("WebP: {error:?}"))
        };
        let mut best = encode(false, f32::from(quality))?;
        if self.format == ImageFormat::Png {
            let exact = encode(true, LOSSLESS_EFFORT)?;
            if exact.len() <= best.len() {
                best = exact;
            }
        }
        Ok(match &self.profile {
            Some(profile) => with_profile(&best, profile, (width, height), has_alpha),
            None => best,
        })
    }
}

/// A photograph as AVIF, on one thread: several pictures are made at a time.
fn avif(image: &DynamicImage, quality: u8) -> Result<Vec<u8>, String> {
    let pixels: Vec<RGB8> =
        image.as_bytes().as_chunks().0.iter().map(|&[r, g, b]| RGB8 { r, g, b }).collect();
    let encoder = ravif::Encoder::new()
        .with_quality(f32::from(quality))
        .with_speed(AVIF_SPEED)
        .with_bit_depth(BitDepth::Eight)
        .with_num_threads(Some(1));
    let (width, height) = (image.width() as usize, image.height() as usize);
    let encoded = encoder.encode_rgb(Img::new(&pixels, width, height));
    encoded.map(|made| made.avif_file).map_err(|error| format!("AVIF: {error}"))
}

/// Whether a profile is about the colours that pixels get here, and says more than what they are without one.
fn is_needed(profile: &[u8]) -> bool {
    profile.get(PROFILE_COLORS) == Some(b"RGB ") && !is_srgb(profile)
}

/// Whether a profile calls itself sRGB.
fn is_srgb(profile: &[u8]) -> bool {
    let name = &profile[..profile.len().min(PROFILE_NAME_BYTES)];
    // In the newer form each letter takes two bytes.
    name.windows(4).any(|part| part == b"sRGB") || name.windows(8).any(|part| part == b"\0s\0R\0G\0B")
}

/// The sides of a picture that is made at most so wide.
fn fitted((width, height): (u32, u32), widest: u32) -> (u32, u32) {
    if width <= widest {
        return (width, height);
    }
    let scaled = (f64::from(height) * f64::from(widest) / f64::from(width)).round();
    // As fits, since it becomes smaller.
    (widest, (scaled as u32).max(1))
}

/// A picture with smaller sides.
fn shrunk(image: DynamicImage, width: u32, height: u32) -> Result<DynamicImage, String> {
    if (image.width(), image.height()) == (width, height) {
        return Ok(image);
    }
    let has_alpha = image.color().has_alpha();
    let kind = if has_alpha { PixelType::U8x4 } else { PixelType::U8x3 };
    let source = pixels::ImageRef::new(image.width(), image.height(), image.as_bytes(), kind);
    let source = source.map_err(|error| error.to_string())?;
    let mut target = pixels::Image::new(width, height, kind);
    Resizer::new().resize(&source, &mut target, None).map_err(|error| error.to_string())?;
    let bytes = target.into_vec();
    let made = if has_alpha {
        RgbaImage::from_raw(width, height, bytes).map(DynamicImage::from)
    } else {
        RgbImage::from_raw(width, height, bytes).map(DynamicImage::from)
    };
    Ok(made.expect("there are as many bytes as pixels"))
}

/// Puts a colour profile into a WebP file: a header for extensions, the profile, and the picture as it is.
fn with_profile(file: &[u8], profile: &[u8], (width, height): (u32, u32), has_alpha: bool) -> Vec<u8> {
    const HEADER: usize = 12;
    const EXTENDED: usize = 18;
    const PROFILE: u8 = 0x20;
    const ALPHA: u8 = 0x10;
    let mut flags = PROFILE | if has_alpha { ALPHA } else { 0 };
    let mut pictures = &file[HEADER..];
    if pictures.starts_with(b"VP8X") {
        flags |= pictures[8];
        pictures = &pictures[EXTENDED..];
    }
    let three = |number: u32| number.to_le_bytes().into_iter().take(3);
    let length = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
    let mut body = b"WEBPVP8X\x0a\0\0\0".to_vec();
    body.extend([flags, 0, 0, 0]);
    body.extend(three(width - 1).chain(three(height - 1)));
    body.extend_from_slice(b"ICCP");
    body.extend(length(profile.len()));
    body.extend_from_slice(profile);
    body.extend(vec![0; profile.len() % 2]);
    body.extend_from_slice(pictures);
    let mut whole = b"RIFF".to_vec();
    whole.extend(length(body.len()));
    whole.extend(body);
    whole
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A PNG of noise, or of one colour.
    pub(in crate::render::images) fn png(width: u32, height: u32, is_noisy: bool) -> Vec<u8> {
        let pixel = |x: u32, y: u32| {
            let noise = x.wrapping_mul(2_654_435_761).wrapping_add(y.wrapping_mul(40_503)) >> 13;
            let [a, b, c, _] = noise.to_le_bytes();
            if is_noisy { image::Rgb([a, b, c]) } else { image::Rgb([200, 40, 40]) }
        };
        encoded(&RgbImage::from_fn(width, height, pixel).into())
    }

    fn encoded(image: &DynamicImage) -> Vec<u8> {
        let mut out = Vec::new();
        image.write_with_encoder(PngEncoder::new(&mut out)).expect("a PNG");
        out
    }

    /// A JPEG that is red above and says how it is to be turned.
    fn jpeg(width: u32, height: u32, orientation: u8) -> Vec<u8> {
        let picture = RgbImage::from_fn(width, height, |_, y| {
            image::Rgb(if y < height / 2 { [255, 0, 0] } else { [0, 0, 255] })
        });
        let mut out = Vec::new();
        picture.write_with_encoder(JpegEncoder::new_with_quality(&mut out, 90)).expect("a JPEG");
        let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
        exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
        let length = u16::try_from(exif.len() + 2).expect("short").to_be_bytes();
        let segment: Vec<u8> = [0xff, 0xe1].into_iter().chain(length).chain(exif).collect();
        out.splice(2..2, segment);
        out
    }

    fn size(bytes: &[u8]) -> (usize, usize) {
        let size = imagesize::blob_size(bytes).expect("a picture");
        (size.width, size.height)
    }

    fn options(format: Target) -> Images {
        Images { format, ..Images::default() }
    }

    fn form(bytes: &[u8], width: u32, options: &Images) -> Vec<u8> {
        Picture::read(bytes, options).and_then(|picture| picture.form(width, options)).expect("a picture")
    }

    #[test]
    fn pictures_become_smaller_and_never_larger() {
        let wide = png(300, 200, true);
        for format in [Target::Webp, Target::Original] {
            let made = form(&wide, 100, &options(format));
            assert_eq!(size(&made), (100, 67));
            assert_eq!(made, form(&wide, 100, &options(format)));
            assert_eq!(size(&form(&wide, 900, &options(format))), (300, 200));
        }
        assert_eq!(&form(&wide, 100, &options(Target::Webp))[8..12], b"WEBP");
        assert_eq!(&form(&wide, 100, &options(Target::Avif))[8..12], b"WEBP");
        assert_eq!(size(&form(&png(5_000, 1, true), 480, &options(Target::Webp))), (480, 1));
    }

    #[test]
    fn photographs_are_turned_as_the_camera_says() {
        let turned = jpeg(300, 200, 6);
        assert!(is_turned(&turned) && !is_turned(&jpeg(300, 200, 1)) && !is_turned(b"\xff\xd8\xff"));
        for format in [Target::Webp, Target::Avif, Target::Original] {
            let made = form(&turned, 100, &options(format));
            assert_eq!(size(&made), (100, 150));
            assert!(!made.windows(4).any(|part| part == b"Exif"), "nothing of the camera stays");
            assert_eq!(made[4..].starts_with(b"ftypavif"), format == Target::Avif);
        }
        // What was above is on the right.
        let picture =
            Picture::read(&turned, &Images { widths: vec![100], ..Images::default() }).expect("a picture");
        let image = picture.image.to_rgb8();
        assert_eq!(image.dimensions(), (100, 150));
        let (left, right) = (image.get_pixel(10, 75), image.get_pixel(90, 75));
        assert!(left[2] > 200 && right[0] > 200, "{left:?} {right:?}");
    }

    #[test]
    fn what_is_transparent_stays_so() {
        let circle =
            RgbaImage::from_fn(200, 100, |x, _| image::Rgba([0, 90, 0, if x < 100 { 0 } else { 255 }]));
        let made = form(&encoded(&circle.into()), 50, &Images::default());
        let shown = webp::Decoder::new(&made).decode().expect("a picture");
        assert!(shown.is_alpha() && (shown.width(), shown.height()) == (50, 25));
        assert_eq!((shown[3], shown[49 * 4 + 1], shown[49 * 4 + 3]), (0, 90, 255));
    }

    #[test]
    fn profiles_stay_unless_they_say_nothing_here() {
        let mut profile = vec![7; 101];
        let made = form(&png(30, 20, true), 10, &Images::default());
        let with = with_profile(&made, &profile, (10, 7), false);
        assert_eq!(size(&with), (10, 7));
        let at = with.windows(4).position(|part| part == b"ICCP").expect("a profile") + 8;
        assert_eq!((&with[at..at + 101], with[at + 101], with.len() % 2), (&*profile, 0, 0));
        assert!(webp::Decoder::new(&with).decode().is_some());
        profile[PROFILE_COLORS].copy_from_slice(b"GRAY");
        assert!(!is_needed(&profile) && !is_needed(&[7; 10]));
        profile[PROFILE_COLORS].copy_from_slice(b"RGB ");
        assert!(is_needed(&profile));
        profile.extend(b"desc\0sRGB IEC61966-2.1");
        assert!(!is_needed(&profile) && is_srgb(b"..\0s\0R\0G\0B\0 ") && !is_srgb(b"Display P3"));
    }

    #[test]
    fn only_what_stands_still_has_forms() {
        let mut moving = png(3, 3, true);
        assert!(is_still(&moving) && is_still(&jpeg(3, 3, 1)) && !is_still(b"GIF89a") && !is_still(b""));
        let control: Vec<u8> = b"\0\0\0\x08acTL".iter().chain(&[0; 12]).copied().collect();
        moving.splice(33..33, control);
        assert!(!is_still(&moving));
    }

    #[test]
    fn what_is_no_picture_is_told() {
        for bytes in [&b""[..], b"GIF89a", b"<svg/>", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"] {
            assert!(Picture::read(bytes, &Images::default()).is_err(), "{bytes:?}");
        }
        let size = Size { width: 20_000, height: 10_000 };
        assert_eq!(too_large(size).as_deref(), Some("it has more than 100 megapixels"));
        assert_eq!(too_large(Size { height: 5_000, ..size }), None);
    }
}

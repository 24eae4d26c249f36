//! [`Images`]: how the pictures of a site are made smaller, as `images` in `recto.yml` says.

use serde::Serialize;

use super::read::{Reader, set};
use crate::base::node::{Node, Value};

/// How many widths there can be; each is a file for every picture.
const MAX_WIDTHS: usize = 10;
/// The widths unless the config says otherwise: a phone, a text's column on sharp screens, a whole screen.
const WIDTHS: [u32; 3] = [480, 960, 1600];
/// The quality of what is made with loss.
const QUALITY: u8 = 80;
/// How wide the built-in theme shows a picture in the text.
const SIZES: &str = "(min-width: 40rem) 36rem, 100vw";

/// How pictures are made smaller.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Images {
    /// Whether all that pages show are, unless they say otherwise.
    pub resize: bool,
    /// The widths, in pixels, smallest first.
    pub widths: Vec<u32>,
    /// What they become.
    pub format: ImageFormat,
    /// From 1 to 100.
    pub quality: u8,
    /// How wide pages show them, as in the attribute `sizes`.
    pub sizes: String,
}

/// What pictures become.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ImageFormat {
    /// WebP.
    #[default]
    Webp,
    /// AVIF where they are photographs, else WebP.
    Avif,
    /// What they are: JPEG or PNG.
    Original,
}

impl Default for Images {
    fn default() -> Self {
        Self {
            resize: false,
            widths: WIDTHS.to_vec(),
            format: ImageFormat::default(),
            quality: QUALITY,
            sizes: SIZES.to_owned(),
        }
    }
}

impl Reader<'_> {
    pub(super) fn images(&mut self, key: &str, node: &Node) {
        match key {
            "images.resize" => set(&mut self.config.images.resize, self.shapes.bool_of(key, node)),
            "images.widths" => {
                let widths = self.widths(key, node);
                set(&mut self.config.images.widths, widths);
            }
            "images.format" => {
                let choices = [
                    ("webp", ImageFormat::Webp),
                    ("avif", ImageFormat::Avif),
                    ("original", ImageFormat::Original),
                ];
                set(&mut self.config.images.format, self.shapes.choice_of(key, node, &choices));
            }
            "images.quality" => {
                let quality = self.shapes.count_of(key, node);
                let fits =
                    quality.and_then(|quality| u8::try_from(quality).ok()).filter(|n| (1..=100).contains(n));
                if quality.is_some() && fits.is_none() {
                    self.shapes.bad_value(key, node, "a number from 1 to 100", None);
                }
                set(&mut self.config.images.quality, fits);
            }
            "images.sizes" => set(&mut self.config.images.sizes, self.shapes.text_of(key, node)),
            _ => {}
        }
    }

    fn widths(&mut self, key: &str, node: &Node) -> Option<Vec<u32>> {
        let Value::List(items) = &node.value else {
            self.shapes.bad_value(
                key,
                node,
                "a list of numbers of pixels",
                Some("write `[480, 960]`".to_owned()),
            );
            return None;
        };
        let mut widths: Vec<u32> = items.iter().filter_map(|item| self.shapes.count_of(key, item)).collect();
        widths.sort_unstable();
        widths.dedup();
        if widths.is_empty() || widths[0] == 0 || widths.len() > MAX_WIDTHS {
            self.shapes.bad_value(key, node, &format!("1 to {MAX_WIDTHS} numbers of pixels"), None);
            return None;
        }
        Some(widths)
    }
}

//! [`Wish`]: what the attributes of an image say of its smaller forms.

use crate::parse::{
    expand::AttributeValue,
    markdown::{Attributes, Link},
};

/// The attribute that asks for smaller forms, or for none.
const RESIZE: &str = "resize";
/// The attribute that says how wide it is shown.
const SIZES: &str = "sizes";
/// The attribute that says so in pixels.
pub(in crate::render) const WIDTH: &str = "width";

/// What an author wishes for an image.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::render) struct Wish {
    /// Whether it is to have smaller forms; else the config says.
    pub(in crate::render) resize: Option<bool>,
    /// How wide it is shown, as in CSS.
    pub(in crate::render) sizes: Option<String>,
    /// The same in pixels.
    pub(in crate::render) width: Option<i64>,
}

impl Wish {
    pub(in crate::render) fn of(attributes: &Attributes) -> Self {
        let resize = match attributes.get(RESIZE) {
            Some(AttributeValue::Bool(resize)) => Some(*resize),
            _ => None,
        };
        let sizes = match attributes.get(SIZES) {
            Some(AttributeValue::Text(sizes)) => Some(sizes.clone()),
            _ => None,
        };
        let width = match attributes.get(WIDTH) {
            Some(AttributeValue::Integer(width)) => Some(*width),
            _ => None,
        };
        Self { resize, sizes, width }
    }
}

/// The image without what it asks for, which is no attribute of HTML; with sources its `sizes` stand there already.
pub(in crate::render) fn as_html<'i>(image: &Link<'i>, has_sources: bool) -> Link<'i> {
    let mut shown = image.clone();
    shown.attributes.pairs.retain(|(name, _)| name != RESIZE && (name != SIZES || !has_sources));
    shown
}

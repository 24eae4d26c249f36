//! [`Hooks`]: what the renderer asks the rest of the site: where links lead, how code and components look.
//!
//! The default methods know no site: links lead where they say, code is not highlighted, components show their bodies.

use crate::{
    base::diagnostic::Diagnostic,
    parse::{
        expand::{At, AttributeValue, ComponentCall},
        markdown::{Embed, Fence, Link, LinkKind, Math},
    },
    render::markdown::{code, escape, math},
};

/// What the renderer asks while it writes a page.
pub trait Hooks {
    /// Where a link leads and how it looks.
    fn link(&mut self, link: &Link<'_>) -> LinkHtml {
        LinkHtml::of(link)
    }

    /// The HTML of an image with its alternative text, which is not escaped yet.
    fn image(&mut self, image: &Link<'_>, alt: &str) -> String {
        image_html(image, &image.target, alt, |_, _| None, None)
    }

    /// The HTML of a code block. [`code_block_html`](code::code_block_html) puts highlighted lines together.
    fn code_block(&mut self, fence: &Fence, code: &str) -> String {
        code::plain_code_html(fence, code)
    }

    /// The HTML of a component with the HTML of its body.
    fn component(&mut self, _call: &ComponentCall, body: String) -> String {
        body
    }

    /// The HTML of `![[target]]`.
    fn embed(&mut self, embed: &Embed<'_>) -> String {
        let mut out = String::from("<a href=\"");
        escape::push_address(&mut out, &embed.target);
        out.push_str("\">");
        escape::push_text(&mut out, embed.text.as_deref().unwrap_or(&embed.target));
        out.push_str("</a>");
        out
    }

    /// The HTML of a formula.
    fn math(&mut self, formula: &Math<'_>) -> String {
        match math::to_mathml(&formula.tex, formula.display) {
            Ok(html) => html,
            Err(problem) => {
                self.problem(*problem, formula.at);
                math::as_code(&formula.tex, formula.display)
            }
        }
    }

    /// Raw HTML as it is to be written; called only when raw HTML is allowed.
    fn html(&mut self, html: &str) -> Option<String> {
        let _ = html;
        None
    }

    /// A problem that showed up while rendering.
    fn problem(&mut self, _diagnostic: Diagnostic, _at: At) {}
}

/// Hooks that know no site.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoHooks;

impl Hooks for NoHooks {}

/// How a link is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkHtml {
    /// The address, not escaped yet; `None` writes the text without a link.
    pub href: Option<String>,
    /// The title.
    pub title: Option<String>,
    /// Classes beside those of the link's own attributes, separated by spaces.
    pub class: String,
    /// More attributes, such as `rel`.
    pub attributes: Vec<(&'static str, String)>,
    /// The text of a wiki link that has none of its own: the title of the page.
    pub text: Option<String>,
}

impl LinkHtml {
    /// The link as it was written.
    pub fn of(link: &Link<'_>) -> Self {
        let href = match link.kind {
            LinkKind::Email => format!("mailto:{}", link.target),
            _ => link.target.to_string(),
        };
        let title = (!link.title.is_empty()).then(|| link.title.to_string());
        Self { href: Some(href), title, ..Self::default() }
    }
}

/// The forms of an image from which browsers choose one.
pub struct Sources {
    /// Their addresses and widths, as in the attribute of this name.
    pub srcset: String,
    /// How wide it is shown, as in the attribute of this name.
    pub sizes: String,
}

impl Sources {
    /// Writes the attributes.
    pub fn push_to(&self, out: &mut String) {
        escape::push_attribute(out, "srcset", &self.srcset);
        escape::push_attribute(out, "sizes", &self.sizes);
    }
}

/// An `<img>` that loads when it comes into view. `size` tells the width and height at which it is shown, from those that
/// the author gave.
pub fn image_html(
    image: &Link<'_>,
    src: &str,
    alt: &str,
    size: impl FnOnce(Option<u32>, Option<u32>) -> Option<(u32, u32)>,
    sources: Option<&Sources>,
) -> String {
    let mut out = String::from("<img src=\"");
    escape::push_address(&mut out, src);
    out.push_str("\" alt=\"");
    escape::push_text(&mut out, alt);
    out.push('"');
    if !image.title.is_empty() {
        escape::push_attribute(&mut out, "title", &image.title);
    }
    if let Some(sources) = sources {
        sources.push_to(&mut out);
    }
    escape::push_attributes(&mut out, "", &image.attributes);
    // What isn't a number of pixels, such as `50%`, is left to the browser.
    let pixels = |name| match image.attributes.get(name) {
        None => Some(None),
        Some(AttributeValue::Integer(given)) => u32::try_from(*given).ok().map(Some),
        Some(_) => None,
    };
    if let Some((width, height)) = pixels("width").zip(pixels("height"))
        && let Some(shown) = size(width, height)
    {
        push_sides(&mut out, width, height, shown);
    }
    if image.attributes.get("loading").is_none() {
        out.push_str(" loading=\"lazy\"");
    }
    out.push_str(" />");
    out
}

/// Writes the sides of an image that are not given yet.
pub fn push_sides(out: &mut String, width: Option<u32>, height: Option<u32>, shown: (u32, u32)) {
    for (name, given, shown) in [("width", width, shown.0), ("height", height, shown.1)] {
        if given.is_none() {
            escape::push_attribute(out, name, &shown.to_string());
        }
    }
}

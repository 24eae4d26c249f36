//! The answers of a site to the Markdown renderer for slides: links are meant from the deck, or else from the chapter, and
//! lead there from a file of the disk as well.

use base64::{Engine as _, prelude::BASE64_STANDARD};

use crate::{
    base::{diagnostic::Diagnostic, media::media_type, path::RepoPath, url::decode_path},
    parse::{
        expand::{At, AttributeValue, ComponentCall},
        markdown::{Fence, Link, LinkKind, take_line_marks},
        slides::CLASS,
    },
    render::{
        deck::code,
        highlight::Outcome,
        images::{self, NOT_RESIZED_HINT, Wish},
        markdown::{
            Hooks, LinkHtml, Sources,
            code::{code_block_html, diagram_html, is_diagram},
            escape, image_html,
        },
        page::Render,
        rewrite,
        trace::{Lead, Leads},
    },
    site::{
        pin::Pin,
        resolve::{Fragment, Missing, Spelling, is_external, other_site},
        route::Route,
    },
};

/// The largest picture of an earlier commit that is put into a frozen deck, in bytes.
const MAX_FROZEN_BYTES: usize = 8 << 20;
/// How many pixels of its own a slide is wide.
const SLIDE_WIDTH: i64 = 1210;

/// Answers for the slides of one chapter.
pub(super) struct SlideHooks<'a> {
    pub(super) render: &'a Render,
    /// The manifest of the deck that is shown.
    pub(super) deck: &'a RepoPath,
    pub(super) route: &'a Route,
    /// The commit that the deck is frozen to.
    pub(super) pin: Option<&'a Pin>,
    /// The file of the chapter.
    pub(super) chapter: &'a RepoPath,
    pub(super) problems: Vec<(Diagnostic, At)>,
}

impl SlideHooks<'_> {
    /// Where a link or an image leads.
    fn lead(&self, target: &str) -> Option<Lead> {
        if target.is_empty() || target.starts_with('#') || is_external(target) {
            return None;
        }
        let ask = |file: &RepoPath| {
            let (target, file, route) = (target.to_owned(), file.clone(), self.route.clone());
            self.render.asker.ask(Leads { spelling: Spelling::Path, target, file, route })
        };
        Some(match ask(self.deck) {
            Lead::Missing(missing) if self.chapter != self.deck => match ask(self.chapter) {
                Lead::Missing(_) => Lead::Missing(missing),
                found => found,
            },
            lead => lead,
        })
    }

    /// A picture of a frozen deck that is no longer what it was, as it was then; `None` for any other address.
    fn frozen(&self, target: &str) -> Option<String> {
        let pin = self.pin?;
        let media_type = media_type(target.split(['?', '#']).next().unwrap_or_default());
        if !media_type.starts_with("image/") || is_external(target) {
            return None;
        }
        let target = decode_path(target.split(['?', '#']).next()?)?;
        let folders = [self.deck, self.chapter].map(|file| file.parent().unwrap_or_default());
        let mut paths = folders.iter().filter_map(|folder| folder.resolve(&target));
        let (path, blob) = paths.find_map(|path| Some((path.clone(), pin.blob(&path)?)))?;
        if self.render.asker.blob(&path) == Some(blob) {
            return None;
        }
        let bytes = pin.bytes(&path).filter(|bytes| bytes.len() <= MAX_FROZEN_BYTES)?;
        Some(format!("data:{media_type};base64,{}", BASE64_STANDARD.encode(bytes)))
    }

    /// The address as it is written into HTML.
    fn href(&self, lead: Option<&Lead>, written: &str) -> String {
        let Some(Lead::To { route, fragment, .. }) = lead else { return written.to_owned() };
        let mut href = relative(self.route, route);
        if let Some(Fragment::Id(id) | Fragment::Missing(id)) = fragment {
            href.push('#');
            href.push_str(id);
        }
        href
    }

    /// The smaller forms of a picture, if the config or its attributes wish for them.
    fn sources(&mut self, image: &Link<'_>, lead: Option<&Lead>) -> Option<Sources> {
        let Some(Lead::To { route, page: None, .. }) = lead else { return None };
        let wish = Wish::of(&image.attributes);
        if !wish.resize.unwrap_or(self.render.asker.settings().images.resize) {
            return None;
        }
        // A slide is as wide as the window, and its pixels are parts of that.
        let of_width = |width: i64| format!("{}vw", (width.max(0) * 100 / SLIDE_WIDTH + 1).min(100));
        let sizes = wish.sizes.or_else(|| wish.width.map(of_width)).unwrap_or_else(|| "100vw".to_owned());
        let found = self.render.sources(route, Some(sizes), |to| relative(self.route, to));
        let problem = |cause| Diagnostic::warning("image-not-resized", cause).hint(NOT_RESIZED_HINT);
        found.map_err(|cause| self.problems.push((problem(cause), image.at))).ok().flatten()
    }

    fn check(&mut self, lead: Option<&Lead>, target: &str, at: At, is_image: bool) {
        let Some(Lead::Missing(missing)) = lead else { return };
        let problem = match missing {
            Missing::Outside => return,
            _ if is_image => Diagnostic::warning("missing-image", format!("`{target}` does not exist")),
            _ => Diagnostic::warning("broken-link", format!("`{target}` does not exist")),
        };
        let hint = || "write the path from the folder of the deck, or of this chapter".to_owned();
        self.problems.push((problem.hint(other_site(target).unwrap_or_else(hint)), at));
    }
}

/// An address as seen from another.
pub(super) fn relative(from: &Route, to: &Route) -> String {
    let (from, to) = (from.href(""), to.href(""));
    let folder = &from[..from.rfind('/').map_or(0, |at| at + 1)];
    let common = folder
        .char_indices()
        .filter(|(at, c)| *c == '/' && to.starts_with(&folder[..=*at]))
        .map(|(at, _)| at + 1)
        .max()
        .unwrap_or(0);
    let up = "../".repeat(folder[common..].matches('/').count());
    let path = format!("{up}{}", &to[common..]);
    if path.is_empty() { "./".to_owned() } else { path }
}

impl Hooks for SlideHooks<'_> {
    fn link(&mut self, link: &Link<'_>) -> LinkHtml {
        let mut html = LinkHtml::of(link);
        if matches!(link.kind, LinkKind::Email | LinkKind::Autolink) {
            return html;
        }
        let lead = self.lead(&link.target);
        self.check(lead.as_ref(), &link.target, link.at, false);
        html.href = Some(self.href(lead.as_ref(), &link.target));
        html
    }

    fn image(&mut self, image: &Link<'_>, alt: &str) -> String {
        if let Some(data) = self.frozen(&image.target) {
            return image_html(image, &data, alt, |_, _| None, None);
        }
        let lead = self.lead(&image.target);
        self.check(lead.as_ref(), &image.target, image.at, true);
        let href = self.href(lead.as_ref(), &image.target);
        let size = match &lead {
            Some(Lead::To { route, page: None, .. }) => self.render.image_size(route),
            _ => None,
        };
        let sources = self.sources(image, lead.as_ref());
        let shown = images::as_html(image, sources.is_some());
        image_html(&shown, &href, alt, |width, height| Some(size?.shown(width, height)), sources.as_ref())
    }

    fn code_block(&mut self, fence: &Fence, code: &str) -> String {
        let code = code::decode(code);
        if is_diagram(fence) {
            return diagram_html(fence, &code);
        }
        let (code, marks) = code::take_marks(&code);
        if let Some((fence, code)) = take_line_marks(fence, &code) {
            return self.code_block(&fence, &code);
        }
        let language = fence.language.as_deref().unwrap_or_default();
        let highlight = || self.render.highlighter.highlight(language, &code);
        let highlighted = self.render.chapters.highlighted(language, &code, highlight);
        match highlighted.outcome {
            Outcome::OverBudget => self.render.asker.do_not_reuse(),
            Outcome::Unknown => {
                let problem =
                    Diagnostic::note("unknown-language", format!("code language `{language}` is not known"));
                self.problems.push((problem.hint("write `text` for code without highlighting"), fence.at));
            }
            Outcome::Done | Outcome::Plain | Outcome::Failed => {}
        }
        if marks.is_empty() {
            return code_block_html(fence, &highlighted.html);
        }
        code_block_html(fence, &code::wrap(&highlighted.html, &marks))
    }

    fn component(&mut self, call: &ComponentCall, body: String) -> String {
        let classes = match call.attributes.first() {
            Some((_, AttributeValue::Text(classes))) if call.name == CLASS => classes.as_str(),
            _ => return body,
        };
        let element = if call.block { "div" } else { "span" };
        let mut html = format!("<{element} class=\"");
        escape::push_text(&mut html, classes);
        html.push_str("\">");
        if call.block {
            html.push('\n');
        }
        html.push_str(&body);
        html.push_str("</");
        html.push_str(element);
        html.push('>');
        html
    }

    fn html(&mut self, written: &str) -> Option<String> {
        rewrite::addresses(written, |address| {
            self.frozen(address).unwrap_or_else(|| {
                let lead = self.lead(address);
                self.href(lead.as_ref(), address)
            })
        })
    }

    fn problem(&mut self, diagnostic: Diagnostic, at: At) {
        self.problems.push((diagnostic, at));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lead_from_file_to_file() {
        let check = |from: &str, to: &str, expected: &str| {
            assert_eq!(relative(&Route::new(from), &Route::new(to)), expected, "{from} {to}");
        };
        check("/a.yml.html", "/images/x.png", "images/x.png");
        check("/talks/a.yml.html", "/images/x.png", "../images/x.png");
        check("/talks/a.yml.html", "/talks/b/c d.png", "b/c%20d.png");
        check("/a/b/c.html", "/a/d/", "../d/");
        check("/a.html", "/", "./");
    }
}

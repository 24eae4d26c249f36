//! Embeds: `![[target]]` shows an image, a sound, a film, another page or a part of one.

use crate::{
    base::{diagnostic::Diagnostic, media::media_type, path::RepoPath},
    parse::{
        expand::{AttributeValue, Expanded, SourceMap},
        markdown::{self, Attributes, Embed, Event, Tag},
    },
    render::{
        hooks::PageHooks,
        images::Size,
        images::WIDTH,
        markdown::{HtmlOptions, Sources, escape, push_sides, to_html},
        page::Render,
        trace::Lead,
    },
    site::resolve::{Fragment, Spelling},
};

/// How deep pages can be embedded in each other.
const MAX_EMBED_DEPTH: usize = 5;

/// The HTML of an embed.
pub(super) fn html(hooks: &mut PageHooks<'_>, embed: &Embed<'_>) -> String {
    let lead = hooks.lead(Spelling::Wiki, &embed.target, embed.at);
    match &lead {
        Lead::To { page: Some(page), fragment, .. } => {
            let part = fragment.as_ref().map(|(Fragment::Id(id) | Fragment::Missing(id))| id.as_str());
            embedded_page(hooks, page, part, embed)
        }
        Lead::To { route, .. } => {
            let href = hooks.href(&lead, &embed.target);
            let (width, _) = size(embed.text.as_deref().unwrap_or_default());
            let mut attributes = Attributes::default();
            attributes
                .pairs
                .extend(width.map(|width| (WIDTH.to_owned(), AttributeValue::Integer(width.into()))));
            let sources = hooks.sources(&attributes, &lead, embed.at);
            medium(&href, route.as_str(), embed, hooks.image_size(&lead), sources.as_ref())
        }
        Lead::External => medium(&embed.target, &embed.target, embed, None, None),
        _ => link(&embed.target, embed, "missing"),
    }
}

fn medium(
    href: &str,
    path: &str,
    embed: &Embed<'_>,
    natural: Option<Size>,
    sources: Option<&Sources>,
) -> String {
    let kind = media_type(path).split('/').next().unwrap_or_default();
    let text = embed.text.as_deref().unwrap_or_default();
    let (width, height) = size(text);
    let mut html = String::new();
    match kind {
        "image" => {
            html.push_str("<img");
            escape::push_attribute(&mut html, "src", href);
            let alt = if width.is_some() { "" } else { text };
            escape::push_attribute(&mut html, "alt", alt);
            for (name, value) in [("width", width), ("height", height)] {
                if let Some(value) = value {
                    escape::push_attribute(&mut html, name, &value.to_string());
                }
            }
            if let Some(sources) = sources {
                sources.push_to(&mut html);
            }
            if let Some(natural) = natural {
                push_sides(&mut html, width, height, natural.shown(width, height));
            }
            html.push_str(" loading=\"lazy\" />");
        }
        "audio" | "video" => {
            html.push('<');
            html.push_str(kind);
            html.push_str(" controls");
            escape::push_attribute(&mut html, "src", href);
            html.push_str("></");
            html.push_str(kind);
            html.push('>');
        }
        _ => return link(href, embed, "file"),
    }
    html
}

/// `300` or `300x200`, as Obsidian writes the size of an image.
fn size(text: &str) -> (Option<u32>, Option<u32>) {
    let (width, height) = text.split_once('x').map_or((text, None), |(width, height)| (width, Some(height)));
    (width.trim().parse().ok(), height.and_then(|height| height.trim().parse().ok()))
}

fn link(href: &str, embed: &Embed<'_>, class: &str) -> String {
    let text = escape::text(embed.text.as_deref().unwrap_or(&embed.target));
    let mut html = "<a".to_owned();
    escape::push_attribute(&mut html, "class", class);
    escape::push_attribute(&mut html, "href", href);
    html.push('>');
    html.push_str(&text);
    html.push_str("</a>");
    html
}

fn embedded_page(
    hooks: &mut PageHooks<'_>,
    page: &RepoPath,
    part: Option<&str>,
    embed: &Embed<'_>,
) -> String {
    if hooks.stack.contains(page) || hooks.stack.len() > MAX_EMBED_DEPTH {
        if part.is_some() || embed.target.contains('#') {
            return link(&hooks.href(&Lead::External, &embed.target), embed, "file");
        }
        let problem = Diagnostic::warning("embed-cycle", format!("`{}` embeds itself", embed.target))
            .hint("link to it with `[[...]]` instead");
        hooks.problems.push((problem, embed.at));
        return link(&embed.target, embed, "file");
    }
    let render = hooks.render;
    let Some(expanded) = render.asker.text(page) else { return link(&embed.target, embed, "file") };
    let shown = part.and_then(|id| section(render, &expanded, id));
    let expanded = shown.unwrap_or(expanded);
    let mut inner = PageHooks::of_page(render, page, &expanded.files, hooks.stack.clone());
    let document = markdown::parse_known(&expanded, render.asker.settings().markdown);
    let events = document.events.into_iter().map(without_id).collect();
    let document = markdown::Document { events, ..document };
    let options = HtmlOptions { heading_anchors: false, ..inner.options() };
    let body = to_html(document, &expanded, &options, &mut inner);
    format!("<div class=\"embed\">\n{body}</div>\n")
}

/// A heading shown in another page has no id there: ids are unique on a page.
fn without_id(event: Event<'_>) -> Event<'_> {
    match event {
        Event::Start(Tag::Heading(mut heading)) => {
            heading.id = None;
            Event::Start(Tag::Heading(heading))
        }
        event => event,
    }
}

/// The part of a page from a heading up to the next one of its level.
fn section(render: &Render, expanded: &Expanded, id: &str) -> Option<Expanded> {
    let document = markdown::parse_known(expanded, render.asker.settings().markdown);
    let headings = document.events.iter().filter_map(|event| match event {
        Event::Start(Tag::Heading(heading)) => Some(heading),
        _ => None,
    });
    let mut headings = headings.skip_while(|heading| heading.id.as_deref() != Some(id));
    let first = headings.next()?;
    let last = headings.find(|heading| heading.level <= first.level);
    // Headings know their place in the file, not in the expanded text: the two are the same, shifted by the front
    // matter, only in a page without inclusions, escapes and components. Others are embedded whole.
    let body = expanded.map.at(0..0);
    let start = (first.at.offset.checked_sub(body.offset)?) as usize;
    let end = last.map_or(expanded.text.len(), |last| (last.at.offset - body.offset) as usize);
    let is_plain = expanded.map == SourceMap::whole(0, body.offset as usize) && expanded.calls.is_empty();
    let text = expanded.text.get(start..end).filter(|_| is_plain)?;
    Some(Expanded {
        text: text.to_owned(),
        map: SourceMap::whole(0, first.at.offset as usize),
        files: expanded.files.clone(),
        ..Expanded::default()
    })
}

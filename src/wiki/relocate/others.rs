//! Links in text files that are no pages: Markdown beside the content, what new pages begin with, templates, HTML, style sheets,
//! data. The site doesn't follow them, so they are read for a move, and only those are looked at again that it touches.

use std::ops::Range;

use rayon::prelude::*;

use super::{
    aim::Stand,
    renames::Renames,
    scalar,
    spots::{self, Kind, Spot},
};
use crate::{
    base::{path::RepoPath, url::decode_path},
    parse::{
        markdown::html,
        targets::{self, Form, Written},
    },
    site::{
        Site,
        file::{PageFile, SourceFiles},
        languages::DEFAULT,
    },
    source::{Entry, Source},
};

/// The largest of these files that is read.
const MAX_BYTES: u64 = 2 << 20;
/// What marks a value that a template is still to make.
const OPEN: [&str; 2] = ["{{", "{%"];

/// What a file is by its ending.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Language {
    Markdown,
    Html,
    Css,
    Data,
}

impl Language {
    fn of(path: &RepoPath) -> Option<Self> {
        match path.extension()?.to_ascii_lowercase().as_str() {
            _ if path.is_markdown() => Some(Self::Markdown),
            "html" | "htm" | "xhtml" | "xml" | "svg" => Some(Self::Html),
            "css" => Some(Self::Css),
            "yml" | "yaml" | "json" | "toml" => Some(Self::Data),
            _ => None,
        }
    }
}

/// The files with links that a move has to do with, by their paths before.
pub(super) fn touched(site: &Site, source: &dyn Source, renames: &Renames) -> Vec<RepoPath> {
    let is_moved = |spot: &Spot| {
        spot.stands.iter().any(|stand| {
            let aim = stand.follow(site, spot.spelling(), &spot.target);
            aim.moved(renames) != aim
        })
    };
    let is_touched = |(path, _): &(&RepoPath, &Entry)| {
        let text = source.read(path).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let spots = text.map_or_else(Vec::new, |text| of_file(site, source, path, &text));
        spots.iter().any(|spot| is_moved(spot) || renames.has(path))
    };
    let may_be =
        site.listing().entries.iter().filter(|(path, entry)| {
            entry.size <= MAX_BYTES && entry.link_to.is_none() && is_other(site, path)
        });
    let may_be: Vec<(&RepoPath, &Entry)> = may_be.collect();
    may_be.into_par_iter().filter(is_touched).map(|(path, _)| path.clone()).collect()
}

fn is_other(site: &Site, path: &RepoPath) -> bool {
    let is_known = site.file(path).is_some()
        || site.decks().get(path).is_some()
        || site.summary_files().iter().any(|(summary, _)| summary == path);
    Language::of(path).is_some() && !is_known && !spots::is_config(path)
}

/// All links in one of these files; none in any other.
pub(super) fn of_file(site: &Site, source: &dyn Source, path: &RepoPath, text: &str) -> Vec<Spot> {
    let Some(language) = Language::of(path).filter(|_| is_other(site, path)) else { return Vec::new() };
    let route = site.route_of_file(path).unwrap_or_else(|| site.languages().home(DEFAULT));
    let stand = Stand(vec![(path.clone(), route)]);
    let mut found = match language {
        Language::Markdown => in_markdown(site, source, path, text, &stand),
        Language::Html => in_html(text, &stand),
        Language::Css => in_css(text, &stand),
        Language::Data => spots::in_scalars(text, scalar::of_data(path, text), &stand),
    };
    found.sort_by_key(|spot| spot.range.start);
    found
}

fn in_markdown(site: &Site, source: &dyn Source, path: &RepoPath, text: &str, stand: &Stand) -> Vec<Spot> {
    let files = SourceFiles { source, listing: site.listing() };
    let file = PageFile::load(path, &files, site.reading(), None, None);
    let own = file.facts.links.iter().filter(|link| link.at.file == 0);
    let written = own.flat_map(|link| {
        let start = link.at.offset as usize;
        let range = start..(start + link.at.len as usize).min(text.len());
        let written = targets::of_link(text, range, link.kind, &link.target).into_iter();
        written.map(|written| Spot {
            target: link.target.to_string(),
            ..spots::of_written(text, written, vec![stand.clone()])
        })
    });
    let mut found: Vec<Spot> = written.collect();
    // Several links can have one definition.
    found.sort_by_key(|spot| spot.range.start);
    found.dedup_by_key(|spot| spot.range.start);
    found
}

/// The addresses in HTML and in its styles, and the paths that a template asks for: `get_page(path="a.md")`.
fn in_html(text: &str, stand: &Stand) -> Vec<Spot> {
    let attributes = html::attributes(text).filter(html::Attribute::is_address);
    let ranges = attributes.map(|attribute| attribute.range);
    let mut found: Vec<Spot> =
        ranges.chain(asked_paths(text)).filter_map(|range| in_quotes(text, range, stand)).collect();
    found.extend(in_css(text, stand));
    found
}

fn in_css(text: &str, stand: &Stand) -> Vec<Spot> {
    spots::in_urls(text, std::slice::from_ref(stand))
        .into_iter()
        .filter(|spot| !is_open(&spot.target))
        .collect()
}

fn in_quotes(text: &str, range: Range<usize>, stand: &Stand) -> Option<Spot> {
    let target = &text[range.clone()];
    let is_usable = !target.is_empty() && !is_open(target) && decode_path(target).is_some();
    let written = Written { range, form: Form::Html };
    is_usable.then(|| Spot { kind: Kind::Attribute, ..spots::of_written(text, written, vec![stand.clone()]) })
}

fn is_open(target: &str) -> bool {
    OPEN.iter().any(|mark| target.contains(mark))
}

/// The values of `path="…"` in the tags of a template.
fn asked_paths(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    text.match_indices("path=").filter_map(|(at, key)| {
        let is_in_tag = OPEN
            .iter()
            .filter_map(|mark| text[..at].rfind(mark))
            .max()
            .is_some_and(|open| !text[open..at].contains("}}") && !text[open..at].contains("%}"));
        let start = at + key.len() + 1;
        let quote = text[at + key.len()..].chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
        let length = text[start..].find([quote, '\n'])?;
        is_in_tag.then(|| start..start + length)
    })
}

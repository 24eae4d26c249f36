//! Links that the site's own graph doesn't know: in front matter, in calls of components, in settings, on slides; and in
//! files that are no pages ([`others`]).
//!
//! They are listed in the order in which they stand in a file, so that those of a file before and after a move go in pairs.

use std::{borrow::Cow, ops::Range};

use super::{aim::Stand, others, scalar};
use crate::{
    base::{config::FILE_NAME as CONFIG_FILE, path::RepoPath},
    parse::{expand::AttributeValue, targets, targets::Form},
    site::{
        Site,
        file::{PageFile, SourceFiles, expanded_body},
        languages::DEFAULT,
        resolve::Spelling,
        route::Route,
        routes::Hidden,
    },
    source::Source,
};

/// Keys of front matter whose values are no paths, whatever they look like.
const NO_PATHS: [&str; 8] =
    ["aliases", "alias", "redirect_from", "title", "description", "tags", "translation_of", "translationof"];

/// How a target is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A value of YAML or TOML.
    Scalar,
    /// An attribute of a component.
    Attribute,
    /// As in Markdown.
    Markdown(Form),
}

/// A link in a file.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    pub(super) range: Range<usize>,
    pub(super) target: String,
    pub(super) kind: Kind,
    /// From where it is followed: by each of these.
    pub(super) stands: Vec<Stand>,
}

impl Spot {
    /// How its target is to be read.
    pub(super) fn spelling(&self) -> Spelling {
        if self.kind == Kind::Markdown(Form::Wiki) { Spelling::Wiki } else { Spelling::Path }
    }
}

/// Where a link of a chapter stands: in each deck that shows it.
pub(super) fn stands_of_chapter(site: &Site, chapter: &RepoPath) -> Vec<Stand> {
    let decks = site.decks().using(chapter).filter_map(|deck| site.decks().get(deck));
    let stand = |deck: &crate::site::deck::Deck| {
        Stand(vec![(deck.path.clone(), deck.route.clone()), (chapter.clone(), deck.route.clone())])
    };
    decks.map(|deck| stand(deck)).collect()
}

/// Whether a file has the settings of the site.
pub(super) fn is_config(path: &RepoPath) -> bool {
    path.as_str() == CONFIG_FILE
}

/// What is a page, or would be one if another hadn't its address or its name no `_`: its file, and that address.
pub(super) fn page_of<'s>(site: &'s Site, path: &RepoPath) -> Option<(&'s PageFile, Cow<'s, Route>)> {
    if let Some(id) = site.page_of_file(path) {
        let page = site.page(id);
        return Some((&*page.file, Cow::Borrowed(&page.route)));
    }
    let hidden = site.hidden(path);
    let file = site.file(path).filter(|_| matches!(hidden, Some(Hidden::Duplicate | Hidden::Underscore)))?;
    let address = path.parent()?.join(path.stem());
    let address = address.relative_to(site.content())?;
    Some((file, Cow::Owned(Route::new(&format!("/{address}/")))))
}

/// All of them in a file of a site.
pub(super) fn of_file(site: &Site, source: &dyn Source, path: &RepoPath, text: &str) -> Vec<Spot> {
    let mut spots = others::of_file(site, source, path, text);
    if is_config(path) {
        let home = Stand(vec![(site.content().join("index.md"), site.languages().home(DEFAULT))]);
        spots.extend(in_scalars(text, scalar::of_yaml(path, text), &home));
    } else if let Some(deck) = site.decks().get(path) {
        spots.extend(in_manifest(text, path, &deck.route));
    }
    let Some((file, route)) = page_of(site, path) else { return spots };
    let stand = Stand(vec![(path.clone(), route.into_owned())]);
    spots.extend(in_front_matter(path, text, &stand));
    if !file.facts.components.is_empty() {
        spots.extend(in_components(site, source, file, text, &stand));
    }
    let stands = stands_of_chapter(site, path);
    if !stands.is_empty() {
        spots.extend(in_urls(text, &stands));
    }
    spots.sort_by_key(|spot| spot.range.start);
    spots
}

fn in_front_matter(path: &RepoPath, text: &str, stand: &Stand) -> Vec<Spot> {
    let scalars = scalar::of_front_matter(path, text).into_iter();
    let may_be = scalars.filter(|scalar| {
        let key = scalar.keys.last().map_or("", String::as_str);
        key == "redirect"
            || (!scalar.keys.iter().any(|key| NO_PATHS.contains(&&**key)) && is_path(&scalar.text))
    });
    may_be.map(|scalar| of_scalar(scalar, vec![stand.clone()])).collect()
}

/// Paths, addresses of menus, and links in Markdown, in the values of settings and data.
pub(super) fn in_scalars(text: &str, scalars: Vec<scalar::Scalar>, stand: &Stand) -> Vec<Spot> {
    let mut spots = Vec::new();
    for scalar in scalars {
        let is_url = scalar.keys.last().is_some_and(|key| key == "url");
        if scalar.text.contains("](") {
            let start = scalar.range.start;
            let written = targets::all_inline(&text[scalar.range]).into_iter();
            let written = written.map(|written| written.after(start));
            spots.extend(written.map(|written| of_written(text, written, vec![stand.clone()])));
        } else if is_path(&scalar.text) || is_url {
            spots.push(of_scalar(scalar, vec![stand.clone()]));
        }
    }
    spots
}

/// Links of slides that stand in a manifest: in a text of several lines.
fn in_manifest(text: &str, path: &RepoPath, route: &Route) -> Vec<Spot> {
    let stand = Stand(vec![(path.clone(), route.clone())]);
    let blocks = scalar::of_yaml(path, text).into_iter().filter(|scalar| scalar.text.contains('\n'));
    let ranges: Vec<Range<usize>> = blocks.map(|scalar| scalar.range).collect();
    let is_inside =
        |written: &targets::Written| ranges.iter().any(|range| range.contains(&written.range.start));
    let written = targets::all_inline(text).into_iter().filter(is_inside);
    written.map(|written| of_written(text, written, vec![stand.clone()])).collect()
}

/// `url(...)`: of a style sheet, or of `background-image` at the top of slides.
pub(super) fn in_urls(text: &str, stands: &[Stand]) -> Vec<Spot> {
    let found = text.match_indices("url(").filter_map(|(at, mark)| {
        let start = at + mark.len();
        let end = start + text[start..].find([')', '\n'])?;
        let value = text[start..end].trim().trim_matches(['"', '\'']);
        let start = start + text[start..end].find(value)?;
        let written = targets::Written { range: start..start + value.len(), form: Form::Html };
        (!value.is_empty()).then(|| of_written(text, written, stands.to_vec()))
    });
    found.collect()
}

fn in_components(site: &Site, source: &dyn Source, file: &PageFile, text: &str, stand: &Stand) -> Vec<Spot> {
    let files = SourceFiles { source, listing: site.listing() };
    let (expanded, _) = expanded_body(file, &files);
    let own = expanded.calls.iter().filter(|call| call.at.file == 0);
    let mut spots = Vec::new();
    for call in own {
        let start = call.at.offset as usize;
        // A call ends its attributes with its first line, or with their braces.
        let Some(written) = text.get(start..(start + call.raw.len()).min(text.len())) else { continue };
        for (name, value) in &call.attributes {
            let AttributeValue::Text(value) = value else { continue };
            let key = format!("{name}=");
            let places = written.match_indices(&*key).filter_map(|(at, key)| {
                let rest = &written[at + key.len()..];
                let quote = rest.len() - rest.trim_start_matches(['"', '\'']).len();
                rest[quote..].starts_with(&**value).then_some(start + at + key.len() + quote)
            });
            spots.extend(places.take(1).map(|at| Spot {
                range: at..at + value.len(),
                target: value.clone(),
                kind: Kind::Attribute,
                stands: vec![stand.clone()],
            }));
        }
    }
    spots
}

fn of_scalar(scalar: scalar::Scalar, stands: Vec<Stand>) -> Spot {
    Spot { range: scalar.range, target: scalar.text, kind: Kind::Scalar, stands }
}

pub(super) fn of_written(text: &str, written: targets::Written, stands: Vec<Stand>) -> Spot {
    let target = text[written.range.clone()].to_owned();
    Spot { range: written.range, target, kind: Kind::Markdown(written.form), stands }
}

/// Whether a text looks like a path, and not like a word that may be the name of a page.
fn is_path(text: &str) -> bool {
    let last = text.rsplit('/').next().unwrap_or(text);
    !text.contains('\n')
        && (text.starts_with('/') || text.starts_with("./") || text.starts_with("../") || last.contains('.'))
}

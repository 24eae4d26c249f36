//! [`of_file`]: of the page of a deck, what somebody sees who edits one of its files.
//!
//! A deck can have thousands of slides; those of a chapter are tens.

use bytes::Bytes;

use crate::{base::path::RepoPath, render::markdown::escape};

/// How each slide begins.
const SLIDE: &str = "<section data-slide";
/// What stands behind the last one.
const END: &str = "</main>";
/// The most slides that are shown.
const MAX_SLIDES: usize = 300;

/// The page with the slides of one chapter; of the manifest, the first slide of each chapter.
pub(super) fn of_file(html: &Bytes, path: &RepoPath) -> Bytes {
    let Ok(text) = std::str::from_utf8(html) else { return html.clone() };
    let mut pieces = text.split(SLIDE);
    let (Some(head), slides) = (pieces.next(), pieces.collect::<Vec<_>>()) else { return html.clone() };
    let Some((last, tail)) = slides.last().and_then(|last| last.split_once(END)) else {
        return html.clone();
    };
    let mut name = String::new();
    escape::push_attribute(&mut name, "data-chapter", path.as_str());
    let is_last = |at: usize| at + 1 == slides.len();
    let slides = slides.iter().enumerate().map(|(at, slide)| if is_last(at) { last } else { slide });
    let slides: Vec<&str> = slides.collect();
    let own: Vec<&str> = slides.iter().filter(|slide| tag(slide).contains(&name)).copied().collect();
    let shown = if own.is_empty() || is_manifest(path) { first_of_each(&slides) } else { own };
    let shown: String = shown.iter().take(MAX_SLIDES).flat_map(|slide| [SLIDE, slide]).collect();
    [head, &shown, END, tail].concat().into_bytes().into()
}

fn is_manifest(path: &RepoPath) -> bool {
    matches!(path.extension(), Some("yml" | "yaml"))
}

fn tag(slide: &str) -> &str {
    slide.split_once('>').map_or(slide, |(tag, _)| tag)
}

/// Slides that are made before the first one of a chapter say the same source as that; it is the one that was written.
fn first_of_each<'h>(slides: &[&'h str]) -> Vec<&'h str> {
    let mut firsts: Vec<&str> = Vec::new();
    for slide in slides {
        match firsts.last_mut() {
            Some(last) if value(last, "data-source") == value(slide, "data-source") => *last = slide,
            Some(last) if value(last, "data-chapter") == value(slide, "data-chapter") => {}
            _ => firsts.push(slide),
        }
    }
    firsts
}

fn value<'h>(slide: &'h str, name: &str) -> Option<&'h str> {
    tag(slide).split(&format!(" {name}=\"")).nth(1)?.split('"').next()
}

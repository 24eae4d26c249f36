//! [`misfits`]: what of decks doesn't fit on their slides, as a browser shows them.
//!
//! Each deck is one file with all that it needs ([`single_file`]), laid out as it is printed: each slide after its last step.
//! A script in it measures, and writes what it finds in the place of the page.

use std::{collections::BTreeMap, fs, io};

use serde::Deserialize;

use super::{
    browser::{Browser, BrowserError},
    export::{OtherHosts, file_url, single_file},
};
use crate::{
    base::{
        diagnostic::{Diagnostic, Place},
        path::RepoPath,
        url::decode_path,
    },
    render::Renderer,
    site::{deck::Deck, file::SourceFiles},
};

/// What measures the slides.
const MEASURE: &str = include_str!("measure.js");
/// What stands around the result.
const MARKS: (&str, &str) = ("FOUND[", "]");
/// How far something may reach out of a slide, in its pixels: less is the rounding of letters.
const MIN_PIXELS: i64 = 2;
/// Letters that are smaller, in pixels of a slide, can't be read in the last row.
const MIN_LETTERS: f64 = 13.0;
/// From so many lines on a title is too long.
const MIN_TITLE_LINES: u32 = 3;

/// Why slides could not be measured.
#[derive(Debug, thiserror::Error)]
pub enum FitError {
    /// The browser could not help.
    #[error("slides can't be measured")]
    Browser(#[from] BrowserError),
    /// The deck can't be written for it.
    #[error("a file for the browser can't be written")]
    Write(#[from] io::Error),
    /// It has not said what was found.
    #[error("the slides of `{deck}` could not be measured")]
    Unmeasured {
        /// The manifest.
        deck: RepoPath,
    },
}

/// A slide as it was measured.
#[derive(Clone, Debug, Deserialize)]
struct Measured {
    id: String,
    /// The path and line that it comes from.
    source: String,
    /// How many pixels reach out of it below.
    below: i64,
    /// How many at its sides.
    beside: i64,
    /// How high it is.
    height: i64,
    /// How many lines its title has.
    lines: u32,
    /// How many lines more its code takes than it has, since it is too wide.
    wrapped: u32,
    /// The size of its smallest letters; `None` without text.
    letters: Option<f64>,
    /// The pictures that can't be shown.
    images: Vec<String>,
}

/// What is wrong with slides that stand in one place, by what is said of it.
#[derive(Default)]
struct Found {
    /// The problems with the decks that have them.
    problems: BTreeMap<(Place, String), (Diagnostic, Vec<RepoPath>)>,
}

/// What doesn't fit in decks; what is wrong with a slide that is in several is told once. `step` is called after each deck.
pub fn misfits<'d>(
    renderer: &Renderer,
    files: &SourceFiles<'_>,
    decks: impl Iterator<Item = &'d Deck>,
    browser: &Browser,
    other_hosts: OtherHosts,
    step: &dyn Fn(),
) -> Result<Vec<Diagnostic>, FitError> {
    let mut found = Found::default();
    for deck in decks {
        for slide in measure(renderer, deck, browser, other_hosts)? {
            found.look(files, deck, &slide);
        }
        step();
    }
    Ok(found.into_diagnostics())
}

fn measure(
    renderer: &Renderer,
    deck: &Deck,
    browser: &Browser,
    other_hosts: OtherHosts,
) -> Result<Vec<Measured>, FitError> {
    let Some(single) = single_file(renderer, &deck.route, other_hosts) else { return Ok(Vec::new()) };
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("deck.html");
    fs::write(&path, format!("{}<script>{MEASURE}</script>", single.html))?;
    let html = browser.dump(&format!("{}?print=slides", file_url(&path)))?;
    let found = html.split_once(MARKS.0).and_then(|(_, rest)| rest.split_once(MARKS.1));
    let found = found.and_then(|(found, _)| decode_path(found));
    let measured = found.and_then(|found| serde_json::from_str(&found).ok());
    measured.ok_or_else(|| FitError::Unmeasured { deck: deck.path.clone() })
}

impl Found {
    fn look(&mut self, files: &SourceFiles<'_>, deck: &Deck, slide: &Measured) {
        let Measured { id, below, beside, height, lines, wrapped, letters, .. } = slide;
        if *below >= MIN_PIXELS {
            let message = format!("slide `{id}` is {below} px higher than there is space: {height} px");
            let problem = Diagnostic::warning("slide-overflow", message);
            let hint = "say less, make two slides of it with `---`, or write `class: fit` at its top";
            self.add(files, deck, slide, "height", problem.hint(hint));
        } else if *beside >= MIN_PIXELS {
            let message = format!("slide `{id}` is {beside} px wider than there is space");
            let problem = Diagnostic::warning("slide-overflow", message);
            self.add(files, deck, slide, "width", problem.hint("break its longest line, or make it smaller"));
        }
        if *lines >= MIN_TITLE_LINES {
            let message = format!("the title of slide `{id}` takes {lines} lines");
            let problem = Diagnostic::warning("long-title", message);
            self.add(files, deck, slide, "title", problem.hint("say it in fewer words"));
        }
        if *wrapped > 0 {
            let lines = if *wrapped == 1 { "line" } else { "lines" };
            let message =
                format!("the code of slide `{id}` is too wide: it takes {wrapped} {lines} more than it has");
            let problem = Diagnostic::note("wide-code", message);
            self.add(files, deck, slide, "code", problem.hint("break its long lines where they read best"));
        }
        if let Some(size) = letters.filter(|size| *size < MIN_LETTERS) {
            let message = format!("slide `{id}` has letters of {size:.1} px, which the last row can't read");
            let problem = Diagnostic::warning("small-text", message);
            self.add(
                files,
                deck,
                slide,
                "letters",
                problem.hint("say less, or divide it, so that it can be larger"),
            );
        }
        for image in &slide.images {
            let message = format!("the picture `{image}` of slide `{id}` can't be shown");
            let problem = Diagnostic::warning("failed-image", message);
            self.add(files, deck, slide, image, problem.hint("look whether the file is there, and whole"));
        }
    }

    fn add(
        &mut self,
        files: &SourceFiles<'_>,
        deck: &Deck,
        slide: &Measured,
        kind: &str,
        problem: Diagnostic,
    ) {
        let place = place_of(files, &slide.source);
        let key = (place.clone(), format!("{} {kind}", slide.id));
        let known = self.problems.entry(key).or_insert_with(|| (problem.at(place), Vec::new()));
        known.1.push(deck.path.clone());
    }

    fn into_diagnostics(self) -> Vec<Diagnostic> {
        let with_decks = |(mut problem, decks): (Diagnostic, Vec<RepoPath>)| {
            let others = match decks.len() {
                0 | 1 => String::new(),
                2 => " and another deck".to_owned(),
                n => format!(" and {} other decks", n - 1),
            };
            if let Some(first) = decks.first() {
                problem.message.push_str(&format!(", in `{first}`{others}"));
            }
            problem
        };
        self.problems.into_values().map(with_decks).collect()
    }
}

/// The place of a slide, from `path:line`.
fn place_of(files: &SourceFiles<'_>, source: &str) -> Place {
    let (path, line) = source.rsplit_once(':').unwrap_or((source, "1"));
    let path = RepoPath::new(path).unwrap_or_default();
    let line = line.parse().unwrap_or(1);
    Place::at_line(&path, &files.page_text(&path).text, line, 1, None)
}

//! [`Board`]: the problems of the snapshot of the moment, and which of them are news.
//!
//! Those of files, theme and links are known for the whole site after an update. Those of rendering are known for the pages
//! that somebody has looked at, and looked for again after each update.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::{Event, Shared, Snapshot, Told, locked};
use crate::{
    base::{
        diagnostic::{self, Diagnostic, Severity},
        path::RepoPath,
    },
    site::route::Route,
};

/// Of how many pages the problems of rendering are kept.
const MAX_PAGES: usize = 100;

/// Problems as they are shown beside a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// How many errors there are.
    pub n_errors: usize,
    /// How many warnings there are.
    pub n_warnings: usize,
    /// All of them as the terminal shows them, errors first.
    pub text: String,
}

/// The problems that are known.
#[derive(Default)]
pub(super) struct Board {
    number: u64,
    of_site: Vec<Diagnostic>,
    of_pages: BTreeMap<Route, Vec<Diagnostic>>,
    /// Those of pages of a newer snapshot, whose other problems are not known yet.
    early: BTreeMap<Route, Vec<Diagnostic>>,
    early_number: u64,
    all: Vec<Diagnostic>,
    pub(super) shown: Arc<Shown>,
}

/// What makes a problem the same one when its line moves.
type Identity = (Severity, &'static str, String, Option<RepoPath>);

impl Board {
    fn note_early(&mut self, number: u64, route: &Route, problems: &[Diagnostic]) {
        if self.early_number != number {
            self.early.clear();
            self.early_number = number;
        }
        if !problems.is_empty() && self.early.len() < MAX_PAGES {
            self.early.insert(route.clone(), problems.to_vec());
        }
    }

    /// Takes all problems together; gives those that came, and how many went.
    fn gather(&mut self) -> (Vec<Diagnostic>, usize) {
        let mut all = self.of_site.clone();
        all.extend(self.of_pages.values().flatten().cloned());
        all.retain(|problem| problem.severity > Severity::Note);
        diagnostic::sort(&mut all);
        let mut former: HashMap<Identity, usize> = HashMap::new();
        for problem in &self.all {
            *former.entry(identity(problem)).or_default() += 1;
        }
        let is_new = |problem: &&Diagnostic| match former.get_mut(&identity(problem)) {
            Some(count @ 1..) => {
                *count -= 1;
                false
            }
            _ => true,
        };
        let new = all.iter().filter(is_new).cloned().collect();
        self.all = all;
        (new, former.values().sum())
    }
}

fn identity(problem: &Diagnostic) -> Identity {
    let path = problem.place.as_ref().map(|place| place.path.clone());
    (problem.severity, problem.code, problem.message.clone(), path)
}

impl Shared {
    /// Looks for the problems of a whole site; then renders the pages again that had some.
    pub(super) fn note_site_problems(&self, snapshot: &Snapshot) {
        let site = snapshot.renderer.site();
        let mut problems = site.diagnostics();
        problems.extend(snapshot.renderer.diagnostics());
        problems.extend(site.link_diagnostics(&*snapshot.source));
        let stale: Vec<Route> = locked(&self.board).of_pages.keys().cloned().collect();
        let again = stale.into_iter().filter_map(|route| {
            let rendered = self.cache.render(&snapshot.renderer, &route)?;
            Some((route, rendered.diagnostics)).filter(|(_, problems)| !problems.is_empty())
        });
        let again: BTreeMap<Route, Vec<Diagnostic>> = again.collect();
        let mut board = locked(&self.board);
        board.of_pages = again;
        let early = std::mem::take(&mut board.early);
        if board.early_number == snapshot.number {
            board.of_pages.extend(early);
        }
        board.number = snapshot.number;
        board.of_site = problems;
        self.tell_problems(&mut board);
    }

    /// Takes the problems of a page that was rendered.
    pub(super) fn note_page_problems(&self, number: u64, route: &Route, problems: &[Diagnostic]) {
        let mut board = locked(&self.board);
        if number > board.number {
            board.note_early(number, route, problems);
            return;
        }
        let known = board.of_pages.get(route).map_or(&[][..], |known| known);
        if board.number != number || known == problems {
            return;
        }
        if problems.is_empty() {
            board.of_pages.remove(route);
        } else if board.of_pages.len() < MAX_PAGES {
            board.of_pages.insert(route.clone(), problems.to_vec());
        }
        self.tell_problems(&mut board);
    }

    fn tell_problems(&self, board: &mut Board) {
        let (new, n_mended) = board.gather();
        if !new.is_empty() || n_mended > 0 {
            self.tell(Told::Problems { new: &new, n_mended, n_left: board.all.len() });
        }
        let count = |severity| board.all.iter().filter(|problem| problem.severity == severity).count();
        let mut worst_first = board.all.clone();
        worst_first.sort_by_key(|problem| Reverse(problem.severity));
        let text = if board.all.is_empty() { String::new() } else { (self.options.describe)(&worst_first) };
        let shown = Shown { n_errors: count(Severity::Error), n_warnings: count(Severity::Warning), text };
        if shown != *board.shown {
            board.shown = Arc::new(shown);
            self.each_viewer(|viewer| viewer.tell(Event::Problems(board.shown.clone())));
        }
    }
}

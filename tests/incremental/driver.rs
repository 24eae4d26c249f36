//! [`run`]: random sites, random edits, a check after each; and the smallest sequence that fails, when one does.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::{
    check::{Checker, Compared, Difference},
    edit::{self, Edit, KINDS, Kind, Taste},
    files,
    rng::Rng,
    state::{Disk, Node, Op, State},
};

/// How many edits a site gets before there is a new one.
const EDITS_PER_SITE: usize = 30;
/// How many earlier states edits can go back to.
const MAX_PAST: usize = 12;
/// How long the smallest failing sequence is looked for.
const SHRINKING: Duration = Duration::from_secs(60);
/// Bytes of a file up to which each of its lines is tried to be left out.
const MAX_SHRUNK_BYTES: usize = 20_000;

/// Kinds of edit that rarely change the output.
const QUIET: &[Kind] = &[Kind::Touch, Kind::Restart, Kind::Clone, Kind::Commit];

/// What sites have that makes one file depend on another, and how it is recognized.
const FEATURES: &[(&str, &str)] = &[
    ("include", "{{#include "),
    ("include of a region", ":setup}}"),
    ("include of lines", ":2:3}}"),
    ("playground", "{{#playground "),
    ("given title", "{{#title "),
    ("embed", "![["),
    ("wiki link", "[["),
    ("embed of a part", "#usage]]"),
    ("component block", ":::box"),
    ("component line", "::pages{"),
    ("component in a line", ":chip["),
    ("component in a template", "<box title"),
    ("get_page", "get_page("),
    ("get_section", "get_section("),
    ("get_taxonomy", "get_taxonomy("),
    ("load_data", "load_data("),
    ("url", "url(to="),
    ("asset", "asset(path="),
    ("markdown filter", "| markdown"),
    ("uid", "{{ uid }}"),
    ("a component's page", "prices(@page)"),
    ("all of page", "{{ page | json"),
    ("all of site", "{{ site | json"),
    ("partial", "partials/own.html"),
    ("cascade", "cascade:"),
    ("alias", "aliases:"),
    ("redirect", "redirect:"),
    ("layout", "layout:"),
    ("terms", "tags:"),
    ("summary", "# Summary"),
    ("code", "```rust"),
    ("front matter in TOML", "+++\n"),
    ("CRLF", "\r\n"),
    ("taxonomy with feeds", "feed: true"),
];

/// What a run has done.
#[derive(Clone, Debug, Default)]
pub(crate) struct Totals {
    /// How many sites.
    pub(crate) n_sites: usize,
    /// How many edits of them.
    pub(crate) n_edits: usize,
    /// How many files of outputs were compared.
    pub(crate) n_files: usize,
    /// How many edits changed the output.
    pub(crate) n_effective: usize,
    /// How often each kind of edit occurred, and how many files of outputs it changed.
    kinds: BTreeMap<Kind, (usize, usize)>,
    features: BTreeMap<&'static str, usize>,
    codes: BTreeMap<String, usize>,
}

/// Makes sites and edits from seeds on, one seed a site, until the time is over. Panics with a report on a difference.
pub(crate) fn run(
    seed: u64,
    time: Duration,
    is_replay: bool,
    make: &mut dyn FnMut() -> Box<dyn Checker>,
) -> Totals {
    let start = Instant::now();
    let mut totals = Totals::default();
    loop {
        let seed = seed.wrapping_add(totals.n_sites as u64);
        // A replay is one site to its end.
        let is_over = || !is_replay && start.elapsed() >= time;
        one_site(seed, &is_over, make, &mut totals);
        totals.n_sites += 1;
        if is_replay || is_over() {
            return totals;
        }
    }
}

fn one_site(
    seed: u64,
    is_over: &dyn Fn() -> bool,
    make: &mut dyn FnMut() -> Box<dyn Checker>,
    totals: &mut Totals,
) {
    let mut rng = Rng::new(seed);
    let first = files::site(&mut rng);
    let taste = Taste::new(&mut rng);
    totals.see_state(&first);
    let mut run = Run::new(&first, make());
    let mut past: Vec<State> = Vec::new();
    let mut edits: Vec<Edit> = Vec::new();
    let mut last: Option<Compared> = None;
    loop {
        match run.check() {
            Ok(compared) => last = Some(totals.see_outcome(edits.last(), last, compared)),
            Err(difference) => fail(seed, &first, edits, &difference, make),
        }
        if edits.len() == EDITS_PER_SITE || is_over() {
            run.disk.assert_is(&run.state);
            return;
        }
        let edit = edit::edit(&mut rng, &taste, &run.state, &past);
        totals.see_edit(&edit);
        past.push(run.state.clone());
        past.drain(..past.len().saturating_sub(MAX_PAST));
        edit.ops.iter().for_each(|op| run.apply(op));
        edits.push(edit);
    }
}

/// A site in a temporary folder, and its checker.
struct Run {
    disk: Disk,
    state: State,
    checker: Box<dyn Checker>,
    /// Goes with the last use of the folder.
    _dir: TempDir,
}

impl Run {
    fn new(first: &State, checker: Box<dyn Checker>) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let disk = Disk::write(dir.path().join("site"), first);
        Self { disk, state: first.clone(), checker, _dir: dir }
    }

    fn apply(&mut self, op: &Op) {
        self.disk.apply(op, &self.state);
        self.state.apply(op);
        if *op == Op::Restart {
            self.checker.restart();
        }
    }

    fn check(&mut self) -> Result<Compared, Difference> {
        self.checker.check(self.disk.root(), &self.state.conditions)
    }
}

/// Runs a sequence in a new folder; the first difference, and after how many edits it shows.
pub(crate) fn replay(
    first: &State,
    edits: &[Vec<Op>],
    checker: Box<dyn Checker>,
) -> Option<(usize, Difference)> {
    let mut run = Run::new(first, checker);
    for n_edits in 0..=edits.len() {
        if n_edits > 0 {
            edits[n_edits - 1].iter().for_each(|op| run.apply(op));
        }
        if let Err(difference) = run.check() {
            return Some((n_edits, difference));
        }
    }
    None
}

fn fail(
    seed: u64,
    first: &State,
    edits: Vec<Edit>,
    difference: &Difference,
    make: &mut dyn FnMut() -> Box<dyn Checker>,
) -> ! {
    let mut report = format!("after edit {} of the site RECTO_SEED={seed}, {difference}", edits.len());
    let n_before = edits.len().saturating_sub(5);
    let _ = writeln!(report, "the last edits:");
    for (at, edit) in edits.iter().enumerate().skip(n_before) {
        let _ = writeln!(report, "{:3} {edit}", at + 1);
    }
    eprintln!(
        "the site RECTO_SEED={seed} differs after edit {}; looking for a smaller sequence",
        edits.len()
    );
    let edits = edits.into_iter().map(|edit| edit.ops).collect();
    let small =
        Shrinker { start: Instant::now(), make, first: first.clone(), edits, difference: None }.shrink();
    match &small.difference {
        Some(difference) => {
            panic!("{report}\nThe smallest case found:\n{}\n{difference}", case(&small.first, &small.edits))
        }
        None => panic!(
            "{report}\nIt does not fail again: it depends on time.\n{}",
            case(&small.first, &small.edits)
        ),
    }
}

/// A sequence as the code of a regression test.
fn case(first: &State, edits: &[Vec<Op>]) -> String {
    let mut text = format!("Case::new()\n{first}");
    for ops in edits {
        text.push_str("    .then()\n");
        for op in ops {
            let _ = writeln!(text, "    {op}");
        }
    }
    text.push_str("    .check();\n");
    text
}

/// Looks for a smaller sequence that fails, too.
struct Shrinker<'a> {
    start: Instant,
    make: &'a mut dyn FnMut() -> Box<dyn Checker>,
    first: State,
    edits: Vec<Vec<Op>>,
    difference: Option<Difference>,
}

impl Shrinker<'_> {
    fn shrink(mut self) -> Self {
        let (first, edits) = (self.first.clone(), self.edits.clone());
        if self.accepts(first, edits) {
            self.drop_edits();
            self.drop_ops();
            self.drop_files();
            self.drop_lines();
            self.drop_edits();
            self.drop_files();
        }
        self
    }

    /// Takes a sequence over if it fails; what comes after the difference is left out.
    fn accepts(&mut self, first: State, mut edits: Vec<Vec<Op>>) -> bool {
        if self.start.elapsed() > SHRINKING {
            return false;
        }
        let Some((n_edits, difference)) = replay(&first, &edits, (self.make)()) else { return false };
        edits.truncate(n_edits);
        (self.first, self.edits, self.difference) = (first, edits, Some(difference));
        true
    }

    fn drop_edits(&mut self) {
        let mut size = self.edits.len().div_ceil(2);
        while size > 0 {
            let mut at = 0;
            while at < self.edits.len() {
                let mut edits = self.edits.clone();
                edits.drain(at..(at + size).min(self.edits.len()));
                if !self.accepts(self.first.clone(), edits) {
                    at += size;
                }
            }
            // An edit can also be made before the site is seen for the first time.
            if size == 1 && self.edits.len() > 1 {
                self.begin_later();
            }
            size /= 2;
        }
    }

    fn begin_later(&mut self) {
        while let Some(ops) = self.edits.first().cloned() {
            let mut first = self.first.clone();
            ops.iter().for_each(|op| first.apply(op));
            if self.edits.len() < 2 || !self.accepts(first, self.edits[1..].to_vec()) {
                return;
            }
        }
    }

    fn drop_ops(&mut self) {
        for at in (0..self.edits.len()).rev() {
            let mut place = 0;
            while self.edits.get(at).is_some_and(|ops| ops.len() > 1 && place < ops.len()) {
                let mut edits = self.edits.clone();
                edits[at].remove(place);
                if !self.accepts(self.first.clone(), edits) {
                    place += 1;
                }
            }
        }
    }

    fn drop_files(&mut self) {
        for path in self.first.files.keys().cloned().collect::<Vec<_>>() {
            let mut first = self.first.clone();
            first.files.remove(&path);
            let edits = self.edits.clone();
            self.accepts(first, edits);
        }
        let plain = State { files: self.first.files.clone(), ..State::default() };
        if plain != self.first {
            let edits = self.edits.clone();
            self.accepts(plain, edits);
        }
    }

    /// Drops lines of the first site's files and of what edits write.
    fn drop_lines(&mut self) {
        for path in self.first.files.keys().cloned().collect::<Vec<_>>() {
            self.drop_lines_of(|first, _| match first.files.get_mut(&path) {
                Some(Node::File(bytes)) => Some(bytes),
                _ => None,
            });
        }
        for at in 0..self.edits.len() {
            for place in 0..self.edits.get(at).map_or(0, Vec::len) {
                self.drop_lines_of(|_, edits| match edits.get_mut(at)?.get_mut(place)? {
                    Op::Write(_, bytes) | Op::Save(_, bytes) => Some(bytes),
                    _ => None,
                });
            }
        }
    }

    fn drop_lines_of(
        &mut self,
        bytes_of: impl for<'s> Fn(&'s mut State, &'s mut Vec<Vec<Op>>) -> Option<&'s mut Vec<u8>>,
    ) {
        let mut at = 0;
        loop {
            let (mut first, mut edits) = (self.first.clone(), self.edits.clone());
            let Some(bytes) = bytes_of(&mut first, &mut edits) else { return };
            let mut lines: Vec<&[u8]> = bytes.split_inclusive(|&byte| byte == b'\n').collect();
            if at >= lines.len() || bytes.len() > MAX_SHRUNK_BYTES {
                return;
            }
            lines.remove(at);
            *bytes = lines.concat();
            if !self.accepts(first, edits) {
                at += 1;
            }
        }
    }
}

impl Totals {
    fn see_state(&mut self, state: &State) {
        state.files.values().for_each(|node| self.see_node(node));
    }

    fn see_node(&mut self, node: &Node) {
        if let Node::File(bytes) = node {
            self.see_text(&String::from_utf8_lossy(bytes));
        }
    }

    fn see_edit(&mut self, edit: &Edit) {
        self.n_edits += 1;
        self.kinds.entry(edit.kind).or_default().0 += 1;
        for op in &edit.ops {
            if let Op::Write(_, bytes) | Op::Save(_, bytes) = op {
                self.see_text(&String::from_utf8_lossy(bytes));
            }
        }
    }

    fn see_outcome(&mut self, edit: Option<&Edit>, last: Option<Compared>, compared: Compared) -> Compared {
        self.n_files += compared.files.len();
        for code in &compared.codes {
            *self.codes.entry(code.clone()).or_default() += 1;
        }
        if let (Some(edit), Some(last)) = (edit, last) {
            let n_changed = compared.n_changed(&last);
            self.n_effective += usize::from(n_changed > 0);
            self.kinds.entry(edit.kind).or_default().1 += n_changed;
        }
        compared
    }

    fn see_text(&mut self, text: &str) {
        for (name, sign) in FEATURES {
            if text.contains(sign) {
                *self.features.entry(name).or_default() += 1;
            }
        }
    }

    /// Says what was done.
    pub(crate) fn print(&self, name: &str) {
        let Self { n_sites, n_edits, n_files, .. } = self;
        let list = |counts: Vec<String>| counts.join(", ");
        println!("{name}: {n_sites} sites, {n_edits} edits, {n_files} files compared");
        println!("{} edits changed the output; of each kind, and files changed:", self.n_effective);
        let kinds = self.kinds.iter().map(|(kind, (n, n_changed))| format!("{kind:?} {n}/{n_changed}"));
        println!("edits: {}", list(kinds.collect()));
        println!(
            "files with: {}",
            list(self.features.iter().map(|(name, n)| format!("{name} {n}")).collect())
        );
        println!("problems: {}", list(self.codes.iter().map(|(code, n)| format!("{code} {n}")).collect()));
    }

    /// Expects that every kind of edit and every feature occurred.
    pub(crate) fn assert_covers_all(&self) {
        let changed = |kind: &Kind| self.kinds.get(kind).is_some_and(|(_, n_changed)| *n_changed > 0);
        let is_quiet = |kind: &Kind| QUIET.contains(kind) && self.kinds.contains_key(kind);
        let kinds: Vec<Kind> =
            KINDS.iter().map(|(kind, _)| *kind).filter(|kind| !changed(kind) && !is_quiet(kind)).collect();
        assert!(kinds.is_empty(), "these kinds of edit did not occur or changed nothing: {kinds:?}");
        let features: Vec<&str> =
            FEATURES.iter().map(|(name, _)| *name).filter(|name| !self.features.contains_key(name)).collect();
        assert!(features.is_empty(), "these features did not occur: {features:?}");
    }
}

#[cfg(test)]
mod tests {
    use std::{
        panic::{AssertUnwindSafe, catch_unwind},
        path::Path,
    };

    use super::*;
    use crate::state::Conditions;

    /// Finds a difference as soon as there are data.
    struct NoData;

    impl Checker for NoData {
        fn check(&mut self, site: &Path, _: &Conditions) -> Result<Compared, Difference> {
            match site.join("data/prices.csv").exists() {
                true => Err(Difference::failure("data/prices.csv", "it is there")),
                false => Ok(Compared::default()),
            }
        }
    }

    #[test]
    fn a_difference_is_reported_with_its_seed_and_the_smallest_case() {
        let search = || run(7, Duration::from_secs(60), false, &mut || Box::new(NoData));
        let report = catch_unwind(AssertUnwindSafe(search)).expect_err("data come up soon");
        let report = report.downcast::<String>().expect("a text");
        let written = "Case::new()\n    .write(\"data/prices.csv\", \"\")\n    .check();\n";
        assert!(report.contains("of the site RECTO_SEED=") && report.contains(written), "{report}");
    }

    #[test]
    fn the_same_seed_gives_the_same_site_and_edits() {
        let sequence = |seed| {
            let mut rng = Rng::new(seed);
            let (mut state, taste) = (files::site(&mut rng), Taste::new(&mut rng));
            let mut lines = vec![state.to_string()];
            for _ in 0..EDITS_PER_SITE {
                let edit = edit::edit(&mut rng, &taste, &state, &[]);
                edit.ops.iter().for_each(|op| state.apply(op));
                lines.push(edit.to_string());
            }
            lines
        };
        assert_eq!(sequence(5), sequence(5));
        assert_ne!(sequence(5), sequence(6));
    }
}

//! [`run`]: random sites, random edits, a check after each; and the smallest sequence that fails, when one does.

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::{
    check::{Checker, Compared, Difference},
    edit::{self, Edit, Taste},
    files,
    rng::Rng,
    shrink::Shrinker,
    state::{Disk, Op, State},
    totals::Totals,
};

/// The shortest run in which time passes where an edit says so.
const PATIENT_FROM: Duration = Duration::from_secs(60);
/// How many edits a site gets before there is a new one.
const EDITS_PER_SITE: usize = 30;
/// How many earlier states edits can go back to.
const MAX_PAST: usize = 12;

/// Makes sites and edits from seeds on, one seed a site, until the time is over and there were enough edits: a busy machine takes
/// longer. Panics with a report on a difference.
pub(crate) fn run(
    seed: u64,
    time: Duration,
    min_edits: usize,
    is_replay: bool,
    make: &mut dyn FnMut() -> Box<dyn Checker>,
) -> Totals {
    let start = Instant::now();
    let mut totals = Totals::default();
    loop {
        let seed = seed.wrapping_add(totals.n_sites as u64);
        // A replay is one site to its end.
        let is_over = |n_edits| !is_replay && start.elapsed() >= time && n_edits >= min_edits;
        let is_patient = is_replay || time >= PATIENT_FROM;
        one_site(seed, is_patient, &is_over, make, &mut totals);
        totals.n_sites += 1;
        if is_replay || is_over(totals.n_edits) {
            return totals;
        }
    }
}

fn one_site(
    seed: u64,
    is_patient: bool,
    is_over: &dyn Fn(usize) -> bool,
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
        if edits.len() == EDITS_PER_SITE || is_over(totals.n_edits) {
            run.disk.assert_is(&run.state);
            return;
        }
        let edit = edit::edit(&mut rng, &taste, &run.state, &past);
        totals.see_edit(&edit);
        past.push(run.state.clone());
        past.drain(..past.len().saturating_sub(MAX_PAST));
        let ops = edit.ops.iter().filter(|op| is_patient || **op != Op::Wait);
        ops.for_each(|op| run.apply(op));
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
    let small = Shrinker::new(first, edits, make).shrink();
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

#[cfg(test)]
mod tests {
    use std::{
        panic::{AssertUnwindSafe, catch_unwind},
        path::Path,
    };

    use super::*;
    use crate::state::Conditions;

    /// Finds a difference as soon as the prices change.
    #[derive(Default)]
    struct FixedPrices(Option<Option<Vec<u8>>>);

    impl Checker for FixedPrices {
        fn check(&mut self, site: &Path, _: &Conditions) -> Result<Compared, Difference> {
            let prices = std::fs::read(site.join("data/prices.csv")).ok();
            match *self.0.get_or_insert_with(|| prices.clone()) == prices {
                true => Ok(Compared::default()),
                false => Err(Difference::failure("data/prices.csv", "the prices change")),
            }
        }
    }

    #[test]
    fn a_difference_is_reported_with_its_seed_and_the_smallest_case() {
        let search = || run(7, Duration::from_secs(60), 0, false, &mut || Box::new(FixedPrices::default()));
        let report = catch_unwind(AssertUnwindSafe(search)).expect_err("the prices change soon");
        let report = report.downcast::<String>().expect("a text");
        let case = report.split("The smallest case found:\n").nth(1).unwrap_or_default();
        let n_steps = |step: &str| case.matches(step).count();
        assert!(report.contains("of the site RECTO_SEED="), "{report}");
        assert!(n_steps("    .then()\n") == 1 && n_steps("\n    .") <= 6, "{report}");
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

//! Incremental equals clean: random sites, random edits, and after each edit the same bytes as a build from nothing.
//!
//! ```console
//! $ cargo test --test incremental                                       # about ten seconds
//! $ RECTO_EDITS_SECONDS=600 cargo test --test incremental -- --nocapture
//! $ RECTO_SEED=17 cargo test --test incremental program                 # one site again
//! ```
//!
//! A failing run prints the smallest case that it finds as the code of a test; such a test stays in `regressions`.
//! 1. [`files`] makes a site, of pages by [`text`], themes by [`theme`] and paths by [`names`].
//! 2. [`edit`] changes it, [`state`] knows what that means in memory and on the disk.
//! 3. [`driver`] asks a [`check::Checker`] after each edit: [`engine`] in this process, [`program`] the real program.
//! 4. [`shrink`] makes a sequence small that fails, [`totals`] counts what was tried.

mod case;
mod check;
mod domains;
mod driver;
mod edit;
mod engine;
mod files;
mod kind;
mod names;
mod program;
mod regressions;
mod rng;
mod shrink;
mod state;
#[path = "../support/mod.rs"]
mod support;
mod text;
mod theme;
mod totals;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use check::Checker;
use totals::Totals;

/// Says for how long edits are tried, in seconds.
const SECONDS_VARIABLE: &str = "RECTO_EDITS_SECONDS";
/// Names the site that is tried again.
const SEED_VARIABLE: &str = "RECTO_SEED";
/// How long a part of the usual test takes; the two run at once.
const USUAL_SECONDS: u64 = 9;
/// How many edits a run must have for each kind to occur in it, and to change something.
const LONG_EDITS: usize = 3_000;

type MakeChecker = fn() -> Box<dyn Checker>;

/// All ways to build step by step, for cases written by hand.
const CHECKERS: [(&str, MakeChecker); 2] =
    [("engine", || Box::new(engine::Engine::default())), ("program", || Box::new(program::Program::new()))];

#[test]
fn random_edits_in_the_engine() {
    // Two edits a second are slow for a debug build.
    random_edits("engine", || Box::new(engine::Engine::default()), |seconds| seconds as usize * 2);
}

#[test]
fn random_edits_by_the_program() {
    random_edits("program", || Box::new(program::Program::new()), |seconds| seconds as usize / 2);
}

fn random_edits(name: &str, make: MakeChecker, min_edits: fn(u64) -> usize) {
    let number = |variable: &str| std::env::var(variable).ok().and_then(|text| text.parse::<u64>().ok());
    let seconds = number(SECONDS_VARIABLE).unwrap_or(USUAL_SECONDS);
    let replayed = number(SEED_VARIABLE);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs());
    // The usual test is the same every time; a long one looks for what is new.
    let seed = replayed.unwrap_or(if seconds > USUAL_SECONDS { now * 1_000 } else { 0 });
    let time = Duration::from_secs(seconds);
    let totals: Totals = driver::run(seed, time, min_edits(seconds), replayed.is_some(), &mut || make());
    totals.print(name);
    if replayed.is_some() {
        return;
    }
    assert!(totals.n_effective >= totals.n_edits / 4, "{} edits changed the output", totals.n_effective);
    assert!(totals.n_files >= totals.n_edits * 5, "{} files compared", totals.n_files);
    if totals.n_edits >= LONG_EDITS {
        totals.assert_covers_all();
    }
}

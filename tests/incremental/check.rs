//! [`Checker`]: compares what a site gives step by step with what it gives from nothing.

use std::{
    collections::BTreeMap,
    fmt,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::Path,
};

use super::state::Conditions;

/// Lines of a difference that a report shows.
const MAX_LINES: usize = 12;
/// Characters of a line that a report shows around the first that differs.
const MAX_CHARS: usize = 160;
/// Other places that a report names.
const MAX_NAMED: usize = 8;

/// A way of building step by step, and a clean one to compare with.
pub(crate) trait Checker {
    /// Builds the site in a folder, as it is now, both ways.
    fn check(&mut self, site: &Path, conditions: &Conditions) -> Result<Compared, Difference>;

    /// The process that keeps the site ends; what it keeps on the disk stays.
    fn restart(&mut self) {}
}

/// What was compared and found the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Compared {
    /// The files of the output, with a number made from their bytes.
    pub(crate) files: BTreeMap<String, u64>,
    /// The code of each problem.
    pub(crate) codes: Vec<String>,
}

/// All that a build gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// The bytes of each file or address.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    /// The problems, one a line, each `severity code the rest`.
    pub(crate) problems: Vec<String>,
}

/// Where two builds differ first.
#[derive(Clone, Debug)]
pub(crate) struct Difference {
    /// The file or address, or `the problems`.
    pub(crate) place: String,
    /// What differs, for people.
    text: String,
    /// Other files that differ.
    others: Vec<String>,
}

impl Outcome {
    /// Compares what came step by step with what came from nothing.
    pub(crate) fn compare(&self, clean: &Self) -> Result<Compared, Difference> {
        let mut places: Vec<&String> = self.files.keys().chain(clean.files.keys()).collect();
        places.sort();
        places.dedup();
        places.retain(|place| self.files.get(*place) != clean.files.get(*place));
        let others: Vec<String> = places.iter().skip(1).map(|place| (*place).clone()).collect();
        if let Some(&place) = places.first() {
            let text = difference(self.files.get(place), clean.files.get(place));
            return Err(Difference { place: place.clone(), text, others });
        }
        if self.problems != clean.problems {
            let bytes = |outcome: &Self| outcome.problems.join("\n").into_bytes();
            let text = difference(Some(&bytes(self)), Some(&bytes(clean)));
            return Err(Difference { place: "the problems".to_owned(), text, others });
        }
        let code = |problem: &String| problem.split(' ').nth(1).unwrap_or_default().to_owned();
        let files = self.files.iter().map(|(path, bytes)| (path.clone(), hash(bytes))).collect();
        Ok(Compared { files, codes: self.problems.iter().map(code).collect() })
    }
}

impl Compared {
    /// How many files are new, gone, or have other bytes.
    pub(crate) fn n_changed(&self, before: &Self) -> usize {
        let n_same = self.files.iter().filter(|(path, hash)| before.files.get(*path) == Some(hash)).count();
        let n_gone = before.files.keys().filter(|path| !self.files.contains_key(*path)).count();
        self.files.len() - n_same + n_gone
    }
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

impl Difference {
    /// A build that gives nothing to compare.
    pub(crate) fn failure(place: &str, text: impl Into<String>) -> Self {
        Self { place: place.to_owned(), text: text.into(), others: Vec::new() }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}:", self.place)?;
        writeln!(f, "{}", self.text.trim_end())?;
        if !self.others.is_empty() {
            let named: Vec<&str> = self.others.iter().take(MAX_NAMED).map(String::as_str).collect();
            writeln!(f, "{} more differ: {}", self.others.len(), named.join(" "))?;
        }
        Ok(())
    }
}

/// The lines that only one of two files has.
fn difference(incremental: Option<&Vec<u8>>, clean: Option<&Vec<u8>>) -> String {
    let (Some(incremental), Some(clean)) = (incremental, clean) else {
        let which = if clean.is_some() { "is missing" } else { "should not be there" };
        return format!("{which} in the incremental build");
    };
    let (incremental, clean) = (String::from_utf8_lossy(incremental), String::from_utf8_lossy(clean));
    let (old, new): (Vec<&str>, Vec<&str>) = (incremental.lines().collect(), clean.lines().collect());
    let n_before = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let after = old[n_before..].iter().rev().zip(new[n_before..].iter().rev());
    let n_after = after.take_while(|(old, new)| old == new).count();
    let (old, new) = (&old[n_before..old.len() - n_after], &new[n_before..new.len() - n_after]);
    let start = old.first().zip(new.first()).map_or(0, |(old, new)| common_chars(old, new));
    let mut text = format!("line {}\n", n_before + 1);
    for (sign, lines) in [("- incremental", old), ("+ clean      ", new)] {
        for line in lines.iter().take(MAX_LINES) {
            let skipped = start.saturating_sub(MAX_CHARS / 2);
            let shown: String = line.chars().skip(skipped).take(MAX_CHARS).collect();
            text.push_str(&format!("{sign} {}{shown}\n", if skipped > 0 { "…" } else { "" }));
        }
    }
    text
}

fn common_chars(one: &str, other: &str) -> usize {
    one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(path: &str, text: &str, problems: &[&str]) -> Outcome {
        Outcome {
            files: [(path.to_owned(), text.as_bytes().to_vec())].into(),
            problems: problems.iter().map(|&problem| problem.to_owned()).collect(),
        }
    }

    #[test]
    fn outcomes_differ_by_file_then_by_problem() {
        let check = |one: &Outcome, other: &Outcome, place: &str, part: &str| {
            let difference = one.compare(other).expect_err("they differ");
            assert_eq!(difference.place, place);
            assert!(difference.to_string().contains(part), "{difference}");
        };
        let one = outcome("a", "1\n2\n3\n", &["warning x a.md"]);
        check(&one, &outcome("a", "1\n5\n3\n", &[]), "a", "line 2\n- incremental 2\n+ clean       5\n");
        check(&one, &outcome("b", "1\n2\n3\n", &[]), "a", "should not be there");
        check(&one, &outcome("a", "1\n2\n3\n", &[]), "the problems", "- incremental warning x a.md");
        let same = one.compare(&one).expect("they are the same");
        assert_eq!((same.files.len(), &same.codes), (1, &vec!["x".to_owned()]));
        assert_eq!((same.n_changed(&same), same.n_changed(&Compared::default())), (0, 1));
        assert_eq!(Compared::default().n_changed(&same), 1);
    }
}

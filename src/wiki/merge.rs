//! Three-way merge of texts: by line, and by word where two sides changed the same lines.
//!
//! [`merge`] takes the text that both sides began with and the texts that they ended with. What only one side changed, or
//! both in the same way, is taken. Changes that touch each other are compared by word, if the text is prose; there, changes
//! with no unchanged word and no line break between them are a conflict: both texts are kept, and none is chosen.

use std::ops::Range;

use imara_diff::Hunk;

use super::diff::{WordBudget, has_word_or_line_end, hunks, lines_of};

/// What begins the part of a conflict that is in the branch.
pub const OURS_MARKER: &str = "<<<<<<< in the wiki";
/// What ends the part of a conflict that was not saved. No saved text has a line of this.
pub const THEIRS_MARKER: &str = ">>>>>>> yours, not saved";
/// What begins the part of a conflict that both sides began with.
const BASE_MARKER: &str = "||||||| before";
/// What stands between the two sides.
const MIDDLE_MARKER: &str = "=======";

/// Two versions of a text, put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The parts, in order.
    pub parts: Vec<Part>,
}

/// A part of a merged text: whole lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// What there is no doubt about.
    Clean(String),
    /// What both sides changed, each in its way.
    Conflict {
        /// What both began with.
        base: String,
        /// What is in the branch.
        ours: String,
        /// What was to be saved.
        theirs: String,
    },
}

impl Merged {
    /// The merged text, if there is no conflict.
    pub fn text(&self) -> Option<String> {
        let clean = |part: &Part| match part {
            Part::Clean(text) => Some(text.clone()),
            Part::Conflict { .. } => None,
        };
        self.parts.iter().map(clean).collect()
    }

    /// The same without any decision: the whole texts stand against each other.
    #[must_use]
    pub fn undecided(&self) -> Self {
        let mut whole = (String::new(), String::new(), String::new());
        for part in &self.parts {
            let (base, ours, theirs) = match part {
                Part::Clean(text) => (text, text, text),
                Part::Conflict { base, ours, theirs } => (base, ours, theirs),
            };
            whole.0.push_str(base);
            whole.1.push_str(ours);
            whole.2.push_str(theirs);
        }
        let (base, ours, theirs) = whole;
        Self { parts: vec![Part::Conflict { base, ours, theirs }] }
    }

    /// The merged text, with markers around both versions of each conflict.
    pub fn with_markers(&self) -> String {
        let mut text = String::new();
        let line = |text: &mut String, part: &str| {
            text.push_str(part);
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
        };
        for part in &self.parts {
            match part {
                Part::Clean(part) => text.push_str(part),
                Part::Conflict { base, ours, theirs } => {
                    let pieces =
                        ["", OURS_MARKER, ours, BASE_MARKER, base, MIDDLE_MARKER, theirs, THEIRS_MARKER];
                    pieces.iter().for_each(|piece| line(&mut text, piece));
                }
            }
        }
        text
    }
}

/// Whether a text still has a conflict in it that [`Merged::with_markers`] has marked.
pub fn has_markers(text: &str) -> bool {
    text.lines().any(|line| line == THEIRS_MARKER || line == OURS_MARKER)
}

/// Merges two texts that began as `base`; `is_prose` says whether words of one line may come from both sides.
pub fn merge(base: &str, ours: &str, theirs: &str, is_prose: bool) -> Merged {
    let lines = Versions { base: lines_of(base), ours: lines_of(ours), theirs: lines_of(theirs) };
    let mut parts = Vec::new();
    let mut budgets = <[WordBudget; 2]>::default();
    for region in regions(&lines, |gap| gap.is_empty()) {
        match region {
            Region::Clean(text) => push_clean(&mut parts, &text),
            Region::Conflict { base, ours, theirs } => {
                let by_word = is_prose.then(|| merge_words(&base, &ours, &theirs, &mut budgets)).flatten();
                match by_word {
                    Some(text) => push_clean(&mut parts, &text),
                    None => parts.push(Part::Conflict { base, ours, theirs }),
                }
            }
        }
    }
    Merged { parts }
}

fn push_clean(parts: &mut Vec<Part>, text: &str) {
    match parts.last_mut() {
        Some(Part::Clean(last)) => last.push_str(text),
        _ => parts.push(Part::Clean(text.to_owned())),
    }
}

fn merge_words(base: &str, ours: &str, theirs: &str, budgets: &mut [WordBudget; 2]) -> Option<String> {
    // Where one side has nothing, it took away what the other changed; where both began with nothing, no order is right.
    if [base, ours, theirs].iter().any(|text| text.trim().is_empty()) {
        return None;
    }
    let [with_ours, with_theirs] = budgets;
    let (_, ours) = with_ours.words(base, ours)?;
    let (base, theirs) = with_theirs.words(base, theirs)?;
    let words = Versions { base, ours, theirs };
    let is_near = |gap: &[&str]| !has_word_or_line_end(gap);
    let clean = |region| match region {
        Region::Clean(text) => Some(text),
        Region::Conflict { .. } => None,
    };
    regions(&words, is_near).into_iter().map(clean).collect()
}

/// Three texts in pieces.
struct Versions<'t> {
    base: Vec<&'t str>,
    ours: Vec<&'t str>,
    theirs: Vec<&'t str>,
}

enum Region {
    Clean(String),
    Conflict { base: String, ours: String, theirs: String },
}

/// Splits three versions into what is clear and what is in conflict. Changes belong together when they overlap, or when
/// `is_near` is true of what lies between them.
fn regions(of: &Versions<'_>, is_near: impl Fn(&[&str]) -> bool) -> Vec<Region> {
    let (ours, theirs) = (hunks(&of.base, &of.ours), hunks(&of.base, &of.theirs));
    let (mut next_ours, mut next_theirs) = (0, 0);
    let mut at = 0;
    let mut regions = Vec::new();
    while next_ours < ours.len() || next_theirs < theirs.len() {
        let (first_ours, first_theirs) = (next_ours, next_theirs);
        let start = start_of(ours.get(next_ours)).min(start_of(theirs.get(next_theirs)));
        let mut end = start;
        loop {
            let joined_end = |hunk: Option<&Hunk>| {
                let (start, end_of) =
                    hunk.map(|hunk| (hunk.before.start as usize, hunk.before.end as usize))?;
                (start <= end || is_near(&of.base[end..start])).then_some(end_of)
            };
            if let Some(joined) = joined_end(ours.get(next_ours)) {
                end = end.max(joined);
                next_ours += 1;
            } else if let Some(joined) = joined_end(theirs.get(next_theirs)) {
                end = end.max(joined);
                next_theirs += 1;
            } else {
                break;
            }
        }
        regions.push(Region::Clean(of.base[at..start].concat()));
        at = end;
        let side =
            |hunks: &[Hunk], tokens: &[&str]| changed(hunks, start..end).map(|range| tokens[range].concat());
        let ours = side(&ours[first_ours..next_ours], &of.ours);
        let theirs = side(&theirs[first_theirs..next_theirs], &of.theirs);
        regions.push(match (ours, theirs) {
            (Some(ours), Some(theirs)) if ours != theirs => {
                Region::Conflict { base: of.base[start..end].concat(), ours, theirs }
            }
            (Some(text), _) | (None, Some(text)) => Region::Clean(text),
            (None, None) => Region::Clean(String::new()),
        });
    }
    regions.push(Region::Clean(of.base[at..].concat()));
    regions
}

fn start_of(hunk: Option<&Hunk>) -> usize {
    hunk.map_or(usize::MAX, |hunk| hunk.before.start as usize)
}

/// What a range of the base has become on one side; `None` when that side did not change it.
fn changed(hunks: &[Hunk], range: Range<usize>) -> Option<Range<usize>> {
    let (first, last) = (hunks.first()?, hunks.last()?);
    let before = first.before.start as usize - range.start;
    let after = range.end - last.before.end as usize;
    Some(first.after.start as usize - before..last.after.end as usize + after)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::diff::words_of, *};

    fn check(base: &str, ours: &str, theirs: &str, expected: Option<&str>) {
        let merged = merge(base, ours, theirs, true);
        assert_eq!(merged.text().as_deref(), expected, "{base:?} {ours:?} {theirs:?}");
        let mirrored = merge(base, theirs, ours, true);
        assert_eq!(mirrored.text().as_deref(), expected, "the sides have no order");
        assert_eq!(merged.text().is_none(), has_markers(&merged.with_markers()));
    }

    #[test]
    fn what_one_side_changed_is_taken() {
        let base = "# T\n\nalpha one\n\nbeta two\n\ngamma three\n";
        check(base, base, base, Some(base));
        check(base, &base.replace("alpha one", "x"), base, Some(&base.replace("alpha one", "x")));
        let (ours, theirs) = (base.replace("alpha one", "alpha A"), base.replace("gamma three", "gamma B"));
        check(base, &ours, &theirs, Some("# T\n\nalpha A\n\nbeta two\n\ngamma B\n"));
        check(base, &ours, &ours, Some(&ours));
        check(base, "", base, Some(""));
        check("", "a\n", "", Some("a\n"));
        check("a\nb\nc\n", "x\na\nb\nc\n", "a\nb\nc\ny\n", Some("x\na\nb\nc\ny\n"));
    }

    #[test]
    fn words_of_one_line_come_from_both_sides() {
        check(
            "The quick brown fox.\n",
            "The slow brown fox.\n",
            "The quick brown dog.\n",
            Some("The slow brown dog.\n"),
        );
        check(
            "one two three\n",
            "one two three four\n",
            "zero one two three\n",
            Some("zero one two three four\n"),
        );
        check("a b\nc d\n", "x b\nc d\n", "a b\nc y\n", Some("x b\nc y\n"));
        check("last\n", "final\n", "last\nmore\n", Some("final\nmore\n"));
    }

    #[test]
    fn what_both_sides_changed_is_a_conflict() {
        check("beta paragraph two\n", "beta ALICE\n", "beta BOB\n", None);
        check("one two\n", "uno two\n", "one due\n", None);
        check("", "a\n", "b\n", None);
        check("a\n", "a\nx\n", "a\ny\n", None);
        check("a b c\n", "", "a b d\n", None);
        check("a-b", "x-b", "a-y", None);
    }

    #[test]
    fn data_is_merged_by_line_only() {
        let merged = merge("a: 1, b: 2\n", "a: 3, b: 2\n", "a: 1, b: 4\n", false);
        assert_eq!(merged.text(), None);
        assert_eq!(
            merged.with_markers(),
            "<<<<<<< in the wiki\na: 3, b: 2\n||||||| before\na: 1, b: 2\n=======\na: 1, b: 4\n>>>>>>> yours, not saved\n"
        );
    }

    #[test]
    fn a_long_line_of_few_words_is_merged_in_time() {
        let begun = std::time::Instant::now();
        for n_words in [3_000, 100_000] {
            let line = "x y z ".repeat(n_words / 3);
            check(&line, &line.replace('x', "q"), &line.replace('y', "r"), None);
        }
        assert!(begun.elapsed().as_secs() < 5, "it takes minutes without a limit");
    }

    #[test]
    fn a_conflict_leaves_the_rest_merged() {
        let merged = merge("a\n\nb\n\nc", "A\n\nx\n\nc", "a\n\ny\n\nC", false);
        let conflict = Part::Conflict { base: "b\n".into(), ours: "x\n".into(), theirs: "y\n".into() };
        assert_eq!(merged.parts, [Part::Clean("A\n\n".into()), conflict, Part::Clean("\nC".into())]);
    }

    /// Texts of few words, so that changes meet.
    fn text() -> impl Strategy<Value = String> {
        let word = prop_oneof![Just("a"), Just("b"), Just("c"), Just("\n"), Just(" "), Just("\n\n")];
        proptest::collection::vec(word, 0..24).prop_map(|words| words.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

        /// Whoever inserts a word finds it in the merged text, or kept in a conflict.
        #[test]
        fn no_inserted_word_is_lost(base in text(), at in 0..24_usize, there in 0..24_usize) {
            let insert = |text: &str, at: usize, word: &str| {
                let words = words_of(text);
                let at = at.min(words.len());
                [&words[..at].concat(), word, &words[at..].concat()].concat()
            };
            let (ours, theirs) = (insert(&base, at, " OURS "), insert(&base, there, " THEIRS "));
            let merged = merge(&base, &ours, &theirs, true).with_markers();
            prop_assert!(merged.contains("OURS") && merged.contains("THEIRS"), "{merged:?}");
        }

        /// A side that changed nothing has no say.
        #[test]
        fn an_unchanged_side_has_no_say(base in text(), other in text()) {
            prop_assert_eq!(merge(&base, &other, &base, true).text(), Some(other.clone()));
            prop_assert_eq!(merge(&base, &base, &other, true).text(), Some(other.clone()));
            prop_assert_eq!(merge(&base, &other, &other, true).text(), Some(other));
        }

        /// Each side's part of a conflict is in its text.
        #[test]
        fn any_three_texts_are_merged(base in text(), ours in text(), theirs in text()) {
            for part in merge(&base, &ours, &theirs, true).parts {
                if let Part::Conflict { base: b, ours: o, theirs: t } = part {
                    prop_assert!(base.contains(&b) && ours.contains(&o) && theirs.contains(&t));
                    prop_assert!(o != t);
                }
            }
        }
    }
}

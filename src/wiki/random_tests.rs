//! Two editors and somebody who pushes, in random order: what was acknowledged is in the head or in a kept conflict.
//!
//! Each round has a page of its own. Whoever edits it adds words and lines that nobody else writes, or takes out what was
//! there when the editor was opened. In the end everything that was acknowledged is looked for.

use std::{collections::BTreeSet, ops::Range, sync::Arc, thread};

use super::{
    Actor, Change, Rights, Save, Wiki, WikiError,
    merge::{Merged, Part},
    save::SaveResult,
};
use crate::{
    base::path::RepoPath,
    engine::EngineOptions,
    git::{Author, CommitId, Content, Edit, Moment, Move, Moved, NewCommit, Store, test_repo::TestRepo},
    site::SiteOptions,
};

/// How many rounds there are; `RECTO_INTERLEAVINGS` says another number. Most of their time is waiting for the disk: where
/// `TMPDIR` is in memory, 10,000 take five minutes.
const ROUNDS: u64 = 40;
/// The seed of the first round; `RECTO_SEED` says another one.
const SEED: u64 = 1;
/// How many rounds are done in one repository: with its pages and commits all that is done in it takes longer.
const ROUNDS_PER_REPOSITORY: usize = 100;
/// Every how many rounds the steps are done by threads at once, and not in an order that the seed decides.
const AT_ONCE_EVERY: u64 = 8;
/// How many steps each of the three does.
const STEPS: usize = 4;

/// A generator of numbers (splitmix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }
}

/// What is written by tests only, so that it can be found again: `@` and a name.
fn marks(text: &str) -> BTreeSet<String> {
    text.split_whitespace().filter(|word| word.starts_with('@')).map(str::to_owned).collect()
}

/// One of the three, with what is open before them.
struct Hand<'w> {
    wiki: &'w Wiki,
    /// A repository handle of its own, as another program has.
    store: Store,
    actor: Actor,
    path: RepoPath,
    pushes: bool,
    random: Random,
    open: Option<(String, CommitId)>,
    n_written: usize,
    /// What was acknowledged, and what was taken out on purpose.
    acknowledged: BTreeSet<String>,
    removed: BTreeSet<String>,
}

impl Hand<'_> {
    fn step(&mut self) {
        match self.open.take() {
            // An editor stays open while others work, and somebody who pushes has fetched some time ago.
            None => self.open = Some(self.read()),
            Some(open) if self.pushes => self.push(open),
            Some(open) => self.save(open),
        }
    }

    fn read(&self) -> (String, CommitId) {
        let file = self.wiki.file(&self.actor, self.path.as_str()).expect("a file");
        let text = String::from_utf8(file.bytes.expect("it is there")).expect("a text");
        (text, file.commit.expect("a commit"))
    }

    /// Another text: lines and words are added, and now and then something goes.
    fn edited(&mut self, text: &str) -> String {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        for _ in 0..=self.random.below(2) {
            self.n_written += 1;
            let mark = format!("@{}-{}", self.actor.author.name, self.n_written);
            let at = self.random.below(lines.len() + 1);
            match self.random.below(4) {
                0 => lines.insert(at, format!("\n{mark}\n")),
                1 => lines.push(format!("\n{mark} at the end")),
                2 if at < lines.len() && !lines[at].is_empty() => {
                    let mut words: Vec<&str> = lines[at].split(' ').collect();
                    let place = self.random.below(words.len() + 1);
                    words.insert(place, &mark);
                    lines[at] = words.join(" ");
                }
                _ if at < lines.len() => lines[at] = mark,
                _ => lines.push(mark),
            }
        }
        lines.join("\n") + "\n"
    }

    fn acknowledge(&mut self, before: &str, after: &str) {
        let (before, after) = (marks(before), marks(after));
        self.acknowledged.extend(after.difference(&before).cloned());
        self.removed.extend(before.difference(&after).cloned());
    }

    fn save(&mut self, (before, base): (String, CommitId)) {
        let after = self.edited(&before);
        match self.try_save(&after, base) {
            Ok(SaveResult::Saved(_)) => self.acknowledge(&before, &after),
            Ok(SaveResult::Conflict(conflicts)) => {
                let drafts = self.wiki.drafts().of(&self.actor.author, &self.path).expect("readable");
                assert!(drafts.iter().any(|draft| draft.content == after), "the text of a conflict is kept");
                let conflict = &conflicts[0];
                let resolved = conflict.merged.as_ref().map(both).expect("texts");
                // Whoever resolves keeps both sides; until that is saved, the text is a draft.
                if let Ok(SaveResult::Saved(_)) = self.try_save(&resolved, conflict.commit) {
                    self.acknowledge(&before, &after);
                }
            }
            Err(WikiError::Nothing) => {}
            Err(error) => panic!("{error}"),
        }
    }

    fn try_save(&self, text: &str, base: CommitId) -> Result<SaveResult, WikiError> {
        let change = Change { path: self.path.to_string(), content: Some(text.as_bytes().to_vec()) };
        let save = Save { changes: vec![change], base: Some(base), message: String::new(), minor: false };
        self.wiki.save(&self.actor, &save)
    }

    /// What `git push` does: a commit on top of what was fetched, refused when the branch is elsewhere.
    fn push(&mut self, (before, base): (String, CommitId)) {
        let after = self.edited(&before);
        let content = Some(Content::Bytes(after.as_bytes().to_vec()));
        let edits = [Edit { path: self.path.clone(), content }];
        let (who, at) = (&self.actor.author, Moment::now());
        let new = NewCommit {
            parent: Some(base),
            edits: &edits,
            author: who,
            committer: who,
            at,
            message: "a push\n",
        };
        let Some(to) = self.store.write_commit(&new).expect("written") else { return };
        let head = self.store.head().expect("a branch");
        let paths = [self.path.clone()];
        let branch = &*head.branch;
        let to = Move { branch, from: Some(base), to, who, at, why: "push", paths: &paths };
        if let Moved::Done { .. } = self.store.move_branch(&to).expect("moved") {
            self.acknowledge(&before, &after);
        }
    }
}

/// Both sides of each conflict, one after the other.
fn both(merged: &Merged) -> String {
    let part = |part: &Part| match part {
        Part::Clean(text) => text.clone(),
        Part::Conflict { ours, theirs, .. } => [ours.as_str(), theirs].map(with_line_end).concat(),
    };
    merged.parts.iter().map(part).collect()
}

fn with_line_end(text: &str) -> String {
    if text.is_empty() || text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") }
}

fn wiki(repo: &TestRepo) -> Wiki {
    let options = EngineOptions {
        chapters: None,
        images: None,
        former: Default::default(),
        site: Box::new(|_| SiteOptions { wiki: true, ..SiteOptions::default() }),
        history: Arc::new(|_| None),
        describe: Box::new(|_| String::new()),
        tell: Box::new(|_| {}),
    };
    Wiki::start(Arc::new(Store::open(repo.root()).expect("a repository")), options).expect("a wiki")
}

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).ok().and_then(|number| number.parse().ok()).unwrap_or(otherwise)
}

fn round(repo: &TestRepo, wiki: &Wiki, seed: u64) {
    let path = RepoPath::new(&format!("p{seed}.md")).expect("normal");
    let first = "# Title\n\none two three\n\nfour five six\n\n* seven\n* eight\n";
    let hand = |(name, pushes): (&str, bool)| {
        let name = format!("{name}{seed}");
        let author = Author { email: format!("{name}@example.org"), name };
        let rights = Rights::Everything;
        Hand {
            wiki,
            store: Store::open(repo.root()).expect("a repository"),
            random: Random(seed.wrapping_mul(31).wrapping_add(author.name.as_bytes()[0].into())),
            actor: Actor { author, rights },
            path: path.clone(),
            pushes,
            open: None,
            n_written: 0,
            acknowledged: BTreeSet::new(),
            removed: BTreeSet::new(),
        }
    };
    let mut hands = [("ada", false), ("bob", false), ("push", true)].map(hand);
    let change = Change { path: path.to_string(), content: Some(first.as_bytes().to_vec()) };
    let make = Save { changes: vec![change], base: None, message: String::new(), minor: false };
    assert!(matches!(wiki.save(&hands[0].actor, &make), Ok(SaveResult::Saved(_))));
    if seed.is_multiple_of(AT_ONCE_EVERY) {
        thread::scope(|scope| {
            for hand in &mut hands {
                scope.spawn(move || (0..STEPS).for_each(|_| hand.step()));
            }
        });
    } else {
        let mut order = Random(seed);
        let mut left = [STEPS; 3];
        while left.iter().any(|left| *left > 0) {
            let who = order.below(3);
            if left[who] > 0 {
                left[who] -= 1;
                hands[who].step();
            }
        }
    }
    let (head, _) = hands[0].read();
    for marker in ["<<<<<<<", "|||||||", ">>>>>>>"] {
        assert!(!head.contains(marker), "seed {seed}: the marks of a conflict are published:\n{head}");
    }
    let removed: BTreeSet<&String> = hands.iter().flat_map(|hand| &hand.removed).collect();
    let here = marks(&head);
    for hand in &hands {
        let drafts = wiki.drafts().of(&hand.actor.author, &path).expect("readable");
        let kept: BTreeSet<String> = drafts.iter().flat_map(|draft| marks(&draft.content)).collect();
        let is_lost =
            |mark: &&String| !here.contains(*mark) && !kept.contains(*mark) && !removed.contains(*mark);
        let lost: Vec<&String> = hand.acknowledged.iter().filter(is_lost).collect();
        assert!(lost.is_empty(), "seed {seed}: {lost:?} were acknowledged and are nowhere in\n{head}");
    }
}

/// Some rounds in one repository.
fn rounds(seeds: Range<u64>) {
    let repo = TestRepo::new();
    repo.write("index.md", "# Home\n").commit("one");
    let wiki = wiki(&repo);
    for seed in seeds {
        round(&repo, &wiki, seed);
    }
    assert_eq!(repo.git_with_input("status --porcelain", b""), "");
    repo.git("fsck --strict");
}

#[test]
fn whatever_was_acknowledged_is_in_the_head_or_in_a_kept_conflict() {
    let (n_rounds, first) = (number("RECTO_INTERLEAVINGS", ROUNDS), number("RECTO_SEED", SEED));
    let end = first + n_rounds;
    for seed in (first..end).step_by(ROUNDS_PER_REPOSITORY) {
        rounds(seed..end.min(seed + ROUNDS_PER_REPOSITORY as u64));
    }
}

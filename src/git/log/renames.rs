//! Which of the files that a commit deleted are those that it added, as `git diff -M` finds them.
//!
//! First those with the same bytes, without reading them. Then those that share most of their lines, unless there are so
//! many that comparing all would take long.

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::FixedState;
use git2::{Oid, Repository};

use crate::{base::digest::BlobId, git::trees::Difference};

/// How many pairs of files are compared at most.
const MAX_PAIRS: usize = 10_000;
/// The largest file that is compared.
const MAX_BYTES: usize = 1 << 20;
/// How much of the larger file both must share, in percent.
const MIN_SHARED: u64 = 50;
/// What has no line breaks is compared in pieces of this many bytes.
const PIECE_BYTES: usize = 64;

/// The former names of added files: places among the differences, of the new name and of the old one.
pub(super) fn find(repository: &Repository, differences: &[Difference]) -> Vec<(usize, usize)> {
    let places = |is_it: fn(&Difference) -> bool| -> Vec<usize> {
        (0..differences.len()).filter(|&at| is_it(&differences[at])).collect()
    };
    let mut added = places(|file| file.before.is_none() && file.now.is_some());
    let mut deleted = places(|file| file.now.is_none() && file.before.is_some());
    if added.is_empty() || deleted.is_empty() {
        return Vec::new();
    }
    let mut pairs = same_bytes(differences, &added, &deleted);
    let taken = |pairs: &[(usize, usize)], at: usize| pairs.iter().any(|&(new, old)| at == new || at == old);
    added.retain(|&at| !taken(&pairs, at));
    deleted.retain(|&at| !taken(&pairs, at));
    if added.len().saturating_mul(deleted.len()) <= MAX_PAIRS {
        pairs.extend(similar(repository, differences, &added, &deleted));
    }
    pairs
}

fn same_bytes(differences: &[Difference], added: &[usize], deleted: &[usize]) -> Vec<(usize, usize)> {
    let mut by_blob: BTreeMap<Option<BlobId>, Vec<usize>> = BTreeMap::new();
    for &at in deleted {
        by_blob.entry(differences[at].before).or_default().push(at);
    }
    // Empty files are alike by chance.
    by_blob.remove(&Some(BlobId::of(b"")));
    let mut pairs = Vec::new();
    for &new in added {
        let Some(olds) = by_blob.get_mut(&differences[new].now) else { continue };
        let name = differences[new].path.file_name();
        let at = olds.iter().position(|&old| differences[old].path.file_name() == name).unwrap_or(0);
        if !olds.is_empty() {
            pairs.push((new, olds.remove(at)));
        }
    }
    pairs
}

fn similar(
    repository: &Repository,
    differences: &[Difference],
    added: &[usize],
    deleted: &[usize],
) -> Vec<(usize, usize)> {
    let lines = |at: usize, blob: Option<BlobId>| Some((at, Lines::of(repository, blob?)?));
    let new: Vec<_> = added.iter().filter_map(|&at| lines(at, differences[at].now)).collect();
    let old: Vec<_> = deleted.iter().filter_map(|&at| lines(at, differences[at].before)).collect();
    let name = |at: usize| differences[at].path.file_name();
    let mut scored: Vec<(u64, bool, usize, usize)> = Vec::new();
    for (new, new_lines) in &new {
        for (old, old_lines) in &old {
            let shared = new_lines.shared_percent(old_lines);
            if shared >= MIN_SHARED {
                scored.push((shared, name(*new) == name(*old), *new, *old));
            }
        }
    }
    // The best first; of equal ones that of the same name, then the first by path.
    scored
        .sort_by_key(|&(shared, is_namesake, new, old)| (std::cmp::Reverse((shared, is_namesake)), new, old));
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (_, _, new, old) in scored {
        if !pairs.iter().any(|&(other_new, other_old)| other_new == new || other_old == old) {
            pairs.push((new, old));
        }
    }
    pairs
}

/// The bytes of a file, counted by what line they are in.
struct Lines {
    n_bytes: u64,
    counts: HashMap<u64, u64, FixedState>,
}

impl Lines {
    fn of(repository: &Repository, blob: BlobId) -> Option<Self> {
        let blob = repository.find_blob(Oid::from_bytes(blob.as_bytes()).ok()?).ok()?;
        let bytes = blob.content();
        if bytes.is_empty() || bytes.len() > MAX_BYTES {
            return None;
        }
        let mut counts: HashMap<u64, u64, FixedState> = HashMap::default();
        let hasher = FixedState::default();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n').flat_map(|line| line.chunks(PIECE_BYTES)) {
            *counts.entry(std::hash::BuildHasher::hash_one(&hasher, piece)).or_default() +=
                piece.len() as u64;
        }
        Some(Self { n_bytes: bytes.len() as u64, counts })
    }

    fn shared_percent(&self, other: &Self) -> u64 {
        let (small, large) = (self.n_bytes.min(other.n_bytes), self.n_bytes.max(other.n_bytes));
        if small * 100 < large * MIN_SHARED {
            return 0;
        }
        let shared: u64 = self
            .counts
            .iter()
            .map(|(piece, n)| (*n).min(other.counts.get(piece).copied().unwrap_or(0)))
            .sum();
        shared * 100 / large
    }
}

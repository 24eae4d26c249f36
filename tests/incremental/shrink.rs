//! [`Shrinker`]: from a sequence that fails to a small one, by leaving out edits, files and lines.

use std::time::{Duration, Instant};

use super::{
    check::{Checker, Difference},
    driver::replay,
    state::{Node, Op, State},
};

/// How long the smallest failing sequence is looked for.
const SHRINKING: Duration = Duration::from_secs(60);
/// Bytes of a file up to which each of its lines is tried to be left out.
const MAX_SHRUNK_BYTES: usize = 20_000;

/// Looks for a smaller sequence that fails, too.
pub(crate) struct Shrinker<'a> {
    make: &'a mut dyn FnMut() -> Box<dyn Checker>,
    start: Instant,
    /// The site.
    pub(crate) first: State,
    /// Its edits.
    pub(crate) edits: Vec<Vec<Op>>,
    /// What the sequence gives; `None` when it never failed again.
    pub(crate) difference: Option<Difference>,
}

impl<'a> Shrinker<'a> {
    /// Begins with a sequence that has failed.
    pub(crate) fn new(
        first: &State,
        edits: Vec<Vec<Op>>,
        make: &'a mut dyn FnMut() -> Box<dyn Checker>,
    ) -> Self {
        Self { make, start: Instant::now(), first: first.clone(), edits, difference: None }
    }

    /// Leaves out what can be left out, until nothing can or the time is over.
    pub(crate) fn shrink(mut self) -> Self {
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

//! [`Case`]: a site and edits written by hand, or copied from the report of a random run.

use super::{
    check::Checker,
    driver::replay,
    state::{Conditions, Op, State},
};

/// A sequence that once failed.
///
/// What is called before the first [`Case::then`] makes the site; each `then` begins an edit, and is checked before.
#[derive(Default)]
pub(crate) struct Case {
    steps: Vec<Vec<Op>>,
}

impl Case {
    /// An empty site.
    pub(crate) fn new() -> Self {
        Self { steps: vec![Vec::new()] }
    }

    /// Builds what is there, and begins the next edit.
    pub(crate) fn then(mut self) -> Self {
        self.steps.push(Vec::new());
        self
    }

    /// Writes a file in place.
    pub(crate) fn write(self, path: &str, bytes: impl AsRef<[u8]>) -> Self {
        self.op(Op::Write(path.to_owned(), bytes.as_ref().to_vec()))
    }

    /// Writes a file beside and renames it.
    pub(crate) fn save(self, path: &str, bytes: impl AsRef<[u8]>) -> Self {
        self.op(Op::Save(path.to_owned(), bytes.as_ref().to_vec()))
    }

    /// Makes a symbolic link.
    pub(crate) fn link(self, path: &str, target: &str) -> Self {
        self.op(Op::Link(path.to_owned(), target.to_owned()))
    }

    /// Removes a file or a folder.
    pub(crate) fn remove(self, path: &str) -> Self {
        self.op(Op::Remove(path.to_owned()))
    }

    /// Renames a file or a folder.
    pub(crate) fn rename(self, from: &str, to: &str) -> Self {
        self.op(Op::Rename(from.to_owned(), to.to_owned()))
    }

    /// Lets two files change places.
    pub(crate) fn swap(self, one: &str, other: &str) -> Self {
        self.op(Op::Swap(one.to_owned(), other.to_owned()))
    }

    /// Gives a file a new time.
    pub(crate) fn touch(self, path: &str) -> Self {
        self.op(Op::Touch(path.to_owned()))
    }

    /// Builds on another day or with other options from now on.
    pub(crate) fn conditions(self, day: u64, drafts: bool, future: bool, base_url: Option<&str>) -> Self {
        let base_url = base_url.map(str::to_owned);
        self.op(Op::Conditions(Conditions { day, drafts, future, base_url }))
    }

    /// Lets some seconds pass.
    pub(crate) fn wait(self) -> Self {
        self.op(Op::Wait)
    }

    /// Ends the process, and begins a new one.
    pub(crate) fn restart(self) -> Self {
        self.op(Op::Restart)
    }

    /// Commits all files.
    pub(crate) fn commit(self) -> Self {
        self.op(Op::Commit)
    }

    /// Copies all files.
    pub(crate) fn clone_again(self) -> Self {
        self.op(Op::Clone)
    }

    fn op(mut self, op: Op) -> Self {
        self.steps.last_mut().expect("there is a first step").push(op);
        self
    }

    /// Expects that all checkers find no difference.
    #[track_caller]
    pub(crate) fn check(self) {
        for (name, make) in super::CHECKERS {
            self.check_by(name, make());
        }
    }

    #[track_caller]
    fn check_by(&self, name: &str, checker: Box<dyn Checker>) {
        let (site, edits) = self.steps.split_first().expect("there is a first step");
        let mut first = State::default();
        site.iter().for_each(|op| first.apply(op));
        if let Some((n_edits, difference)) = replay(&first, edits, checker) {
            panic!("{name}, after edit {n_edits}: {difference}");
        }
    }
}

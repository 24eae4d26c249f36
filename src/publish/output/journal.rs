//! [`Journal`]: a change of the output folder, written down before it begins, so that it can always be finished.
//!
//! Every operation may be carried out again: [`Journal::run`] is used for the change itself and, after a killed build,
//! for the rest of it. What is in a journal is decided by [`super::plan`].

use std::{
    cell::RefCell,
    fmt::Write as _,
    fs::{self, File},
    path::{Path, PathBuf},
};

use rayon::prelude::*;

use super::{
    JOURNAL, MANIFEST, STAGE,
    disk::{self, Folders, Kind, parent_of},
    error::OutputError,
    manifest::{check_path, escape, unescape},
    step::Steps,
};
use crate::base::digest::Digest;

/// First line; the number is raised when the format changes.
const HEADER: &str = "recto-journal 1";

/// From how many bytes on a file is held open while another takes its place. The disk frees it when nobody has it open any more, which
/// takes longer than all else of a replacement (2 ms of a megabyte), and can be done beside what comes next.
const LARGE_BYTES: u64 = 64 << 10;
/// How many are held open at most.
const MAX_HELD: usize = 128;

/// One operation on the output folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Op {
    /// Remove a file of ours, if it still has these bytes, and the folders that this leaves empty.
    Remove { path: String, digest: Digest },
    /// Move a staged file to a path where nothing was.
    Add { path: String, staged: u32 },
    /// Move a staged file over a file of ours.
    Replace { path: String, staged: u32 },
}

/// The operations of one change, and the digest of the manifest that ends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Journal {
    pub(super) ops: Vec<Op>,
    pub(super) manifest: Digest,
}

impl Journal {
    /// Reads what [`Journal::to_text`] wrote; `None` when any part of it is in doubt.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let lines = text.strip_prefix(HEADER)?.strip_prefix('\n')?;
        let (lines, last) = lines.strip_suffix('\n')?.rsplit_once('\n').unwrap_or(("", lines.trim_end()));
        let manifest = Digest::from_hex(last.strip_prefix("manifest ")?)?;
        let ops = lines.lines().map(parse_op).collect::<Option<_>>()?;
        Some(Self { ops, manifest })
    }

    /// The text of the file. The manifest comes last, so that a text that was cut off has none.
    pub(super) fn to_text(&self) -> String {
        let mut text = format!("{HEADER}\n");
        for op in &self.ops {
            let line = match op {
                Op::Remove { path, digest } => format!("remove {digest} {}", escape(path)),
                Op::Add { path, staged } => format!("add {staged} {}", escape(path)),
                Op::Replace { path, staged } => format!("replace {staged} {}", escape(path)),
            };
            text.push_str(&line);
            text.push('\n');
        }
        writeln!(text, "manifest {}", self.manifest).expect("writing to a string does not fail");
        text
    }

    /// Carries the operations out, then puts the new manifest in place, then removes the journal and the stage.
    pub(super) fn run(&self, root: &Path, steps: &Steps) -> Result<(), OutputError> {
        let (stage, folders, replaced) = (root.join(STAGE), Folders::new(root), RefCell::default());
        let run = Run { root, stage, folders, steps, replaced };
        self.ops.iter().try_for_each(|op| run.op(op))?;
        let replaced = run.replaced.take();
        rayon::spawn(|| replaced.into_par_iter().for_each(drop));
        steps.next()?;
        let (staged, manifest) = (run.stage.join(MANIFEST), root.join(MANIFEST));
        match fs::rename(&staged, &manifest) {
            Err(error) if disk::is_absent(&error) => {}
            renamed => renamed.map_err(OutputError::io("replaced", manifest))?,
        }
        steps.next()?;
        let journal = root.join(JOURNAL);
        fs::remove_file(&journal).map_err(OutputError::io("removed", journal))?;
        steps.next()?;
        disk::remove_tree(&run.stage)
    }

    /// Whether the files that this journal needs are still there; else it can't be finished, and must not be.
    pub(super) fn is_complete(&self, root: &Path) -> bool {
        let is_new = |path: PathBuf| disk::digest_of(&path).is_ok_and(|digest| digest == self.manifest);
        is_new(root.join(STAGE).join(MANIFEST)) || is_new(root.join(MANIFEST))
    }
}

fn parse_op(line: &str) -> Option<Op> {
    let (verb, rest) = line.split_once(' ')?;
    let (value, path) = rest.split_once(' ')?;
    let path = unescape(path).filter(|path| check_path(path).is_none())?.into_owned();
    Some(match verb {
        "remove" => Op::Remove { path, digest: Digest::from_hex(value)? },
        "add" => Op::Add { path, staged: value.parse().ok()? },
        "replace" => Op::Replace { path, staged: value.parse().ok()? },
        _ => return None,
    })
}

/// What the operations need.
struct Run<'a> {
    root: &'a Path,
    stage: PathBuf,
    folders: Folders,
    steps: &'a Steps,
    /// Large files that others took the places of.
    replaced: RefCell<Vec<File>>,
}

impl Run<'_> {
    fn op(&self, op: &Op) -> Result<(), OutputError> {
        self.steps.next()?;
        match op {
            Op::Remove { path, digest } => self.remove(path, *digest),
            Op::Add { path, staged } => self.place(path, *staged, true),
            Op::Replace { path, staged } => self.place(path, *staged, false),
        }
    }

    fn remove(&self, path: &str, digest: Digest) -> Result<(), OutputError> {
        let target = self.root.join(path);
        if !matches!(self.folders.look(parent_of(path)), Ok(disk::Folder::Real)) {
            return Ok(());
        }
        if matches!(disk::kind(&target)?, Kind::File(_)) && disk::digest_of(&target)? == digest {
            fs::remove_file(&target).map_err(OutputError::io("removed", target))?;
            self.steps.next()?;
        }
        self.folders.forget_under(path);
        self.folders.prune(parent_of(path));
        Ok(())
    }

    /// Holds a file open, if it is large.
    fn hold(&self, path: &Path) {
        let mut replaced = self.replaced.borrow_mut();
        // Elsewhere no other file can take its place then.
        if cfg!(unix) && replaced.len() < MAX_HELD {
            // To open anything but a file may wait for ever.
            let is_large = matches!(disk::kind(path), Ok(Kind::File(stat)) if stat.size >= LARGE_BYTES);
            replaced.extend(is_large.then(|| File::open(path).ok()).flatten());
        }
    }

    fn place(&self, path: &str, staged: u32, is_new: bool) -> Result<(), OutputError> {
        let (source, target) = (self.stage.join(staged.to_string()), self.root.join(path));
        let is_done = || Ok(disk::kind(&source)? == Kind::Missing);
        // Only after a killed build can a file have come between, so this question costs a change nothing more.
        if is_new && disk::kind(&target)? != Kind::Missing {
            return if is_done()? { Ok(()) } else { Err(OutputError::Foreign(vec![path.to_owned()])) };
        }
        self.folders.make(parent_of(path))?;
        if !is_new {
            self.hold(&target);
        }
        match fs::rename(&source, &target) {
            Err(error) if disk::is_absent(&error) && is_done()? => Ok(()),
            renamed => renamed.map_err(OutputError::io("replaced", target)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_reads_back_and_a_cut_one_does_not() {
        let digest = Digest::of(b"x");
        let ops = vec![
            Op::Remove { path: "a b".into(), digest },
            Op::Add { path: "a b/\n".into(), staged: 0 },
            Op::Replace { path: "c".into(), staged: 17 },
        ];
        for ops in [ops, Vec::new()] {
            let journal = Journal { ops, manifest: digest };
            let text = journal.to_text();
            assert_eq!(Journal::parse(&text), Some(journal));
            for end in 0..text.len() {
                assert_eq!(Journal::parse(&text[..end]), None, "cut at {end}");
            }
        }
    }

    #[test]
    fn a_journal_leads_nowhere_else() {
        let digest = Digest::of(b"x");
        for op in
            ["add 0 ../a", "add 0 /a", "remove x a", "replace 0 .recto-lock", "add -1 a", "add", "move 0 a"]
        {
            assert_eq!(Journal::parse(&format!("{HEADER}\n{op}\nmanifest {digest}\n")), None, "{op}");
        }
    }
}

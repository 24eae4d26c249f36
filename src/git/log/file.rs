//! [`LogFile`]: where a [`Log`] is kept: one batch after the other, each with its length and its print.
//!
//! What can't be read, such as the end of a file whose writer was killed, ends the reading: what follows is learned again,
//! since it only repeats what the commits say. A file of another version, or of another program, is none.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::PathBuf,
};

use super::{Batch, Log};
use crate::base::digest::Print;

/// What the file begins with: its format, to be counted up with each change of it.
const VERSION: &[u8; 16] = b"recto log     1\n";
/// How many bytes the length of a batch takes.
const LENGTH_BYTES: usize = 8;
/// How many bytes its print takes.
const PRINT_BYTES: usize = 16;

/// The file of a log.
#[derive(Debug)]
pub struct LogFile {
    path: PathBuf,
    /// How much of it is good; `None` before it is read.
    len: Option<u64>,
}

impl LogFile {
    /// Names the file.
    pub fn new(path: PathBuf) -> Self {
        Self { path, len: None }
    }

    /// Reads what can be read.
    pub fn load(&mut self) -> Log {
        let mut log = Log::default();
        let bytes = fs::read(&self.path).unwrap_or_default();
        let Some(mut rest) = bytes.strip_prefix(VERSION) else { return log };
        // Two programs that write here at once may leave a gap.
        while let Some((batch, after)) = next_batch(rest).filter(|(batch, _)| log.has_parents_of(batch)) {
            log.learn(batch);
            rest = after;
        }
        self.len = Some((bytes.len() - rest.len()) as u64);
        log
    }

    /// Adds a batch to what was read.
    pub fn append(&mut self, batch: &Batch) -> io::Result<()> {
        let packed = pack(batch)?;
        let Some(len) = self.len else { return self.write(&packed) };
        let mut file = OpenOptions::new().append(true).open(&self.path)?;
        // Behind what can be read there may be what can't.
        if file.metadata()?.len() != len {
            file.set_len(len)?;
        }
        file.write_all(&packed)?;
        self.len = Some(len + packed.len() as u64);
        Ok(())
    }

    /// Keeps a log in place of all that was kept.
    pub fn replace(&mut self, log: &Log) -> io::Result<()> {
        self.write(&pack(&log.to_batch())?)
    }

    fn write(&mut self, packed: &[u8]) -> io::Result<()> {
        let folder = self.path.parent().ok_or_else(|| io::Error::other("it has no folder"))?;
        fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(VERSION)?;
        file.write_all(packed)?;
        file.persist(&self.path).map_err(|error| error.error)?;
        self.len = Some((VERSION.len() + packed.len()) as u64);
        Ok(())
    }
}

fn pack(batch: &Batch) -> io::Result<Vec<u8>> {
    let body = postcard::to_allocvec(batch).map_err(io::Error::other)?;
    let length = (body.len() as u64).to_le_bytes();
    Ok([length.as_slice(), Print::of_bytes(&body).as_bytes(), &body].concat())
}

/// The first batch of some bytes, and what follows it.
fn next_batch(bytes: &[u8]) -> Option<(Batch, &[u8])> {
    let (length, rest) = bytes.split_at_checked(LENGTH_BYTES)?;
    let (print, rest) = rest.split_at_checked(PRINT_BYTES)?;
    let length = u64::from_le_bytes(length.try_into().ok()?);
    let (body, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    if Print::of_bytes(body).as_bytes().as_slice() != print {
        return None;
    }
    Some((postcard::from_bytes(body).ok()?, rest))
}

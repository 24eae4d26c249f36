//! Chunks: parts of a state file that are read, checked and replaced one by one.
//!
//! The records of a kind are spread over chunks by a hash of their names. A chunk is a list of records as `postcard` writes them.

use std::{
    fs::File,
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash},
    io,
};

use serde::{Deserialize, Serialize};

use crate::base::digest::Print;

/// How many records a chunk has, about: few enough that one changed record costs little, many enough to cost little in all.
const RECORDS_PER_CHUNK: usize = 64;
/// Up to how many bytes are read without asking first whether the file has as many: a damaged place must not take all memory.
const UNASKED_BYTES: u64 = 1 << 20;

/// Where a chunk is in its file.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct ChunkPlace {
    pub(super) offset: u64,
    pub(super) len: u64,
    pub(super) print: Print,
}

/// How many chunks `n_records` are spread over: a power of two, so that it seldom changes.
pub(super) fn n_chunks(n_records: usize) -> usize {
    (n_records / RECORDS_PER_CHUNK).next_power_of_two()
}

/// The chunk of a record.
pub(super) fn chunk_of(name: &(impl Hash + ?Sized), n_chunks: usize) -> usize {
    let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(name);
    usize::try_from(hash).unwrap_or(0) & (n_chunks - 1)
}

/// Writes records as the bytes of a chunk.
pub(super) fn encode<T: Serialize>(records: &[T]) -> io::Result<Vec<u8>> {
    postcard::to_allocvec(records).map_err(io::Error::other)
}

/// Reads the bytes of a chunk; `None` when it is damaged.
pub(super) fn read(file: &File, place: &ChunkPlace) -> Option<Vec<u8>> {
    let bytes = read_exact(file, place.offset, place.len)?;
    (print(&bytes) == place.print).then_some(bytes)
}

/// Reads a part of a file; `None` when the file ends before it.
pub(super) fn read_exact(file: &File, offset: u64, len: u64) -> Option<Vec<u8>> {
    if len > UNASKED_BYTES && offset.checked_add(len)? > file.metadata().ok()?.len() {
        return None;
    }
    let mut bytes = vec![0; usize::try_from(len).ok()?];
    read_at(file, &mut bytes, offset).ok()?;
    Some(bytes)
}

/// The print that says whether a chunk is whole.
pub(super) fn print(bytes: &[u8]) -> Print {
    Print::of_bytes(bytes)
}

/// Reads bytes at a place of a file.
#[cfg(unix)]
pub fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

/// Reads bytes at a place of a file.
#[cfg(windows)]
pub fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    let mut done = 0;
    while done < bytes.len() {
        let rest = &mut bytes[done..];
        match std::os::windows::fs::FileExt::seek_read(file, rest, offset + done as u64)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            n_read => done += n_read,
        }
    }
    Ok(())
}

/// Writes bytes at a place of a file.
#[cfg(unix)]
pub fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
}

/// Writes bytes at a place of a file.
#[cfg(windows)]
pub fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    let mut done = 0;
    while done < bytes.len() {
        let rest = &bytes[done..];
        match std::os::windows::fs::FileExt::seek_write(file, rest, offset + done as u64)? {
            0 => return Err(io::ErrorKind::WriteZero.into()),
            n_written => done += n_written,
        }
    }
    Ok(())
}

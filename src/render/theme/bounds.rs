//! What a template may cost at most: a mistake in one is an error of its page, and not the end of a server.
//!
//! Tera itself bounds how deep components call each other. Here are how much is written, and how much `range` gives to loops.

use std::io::{self, Write};

use tera::{Error, Kwargs, State, TeraResult};

use crate::render::scope;

/// How many bytes a template may write.
pub(super) const MAX_HTML_BYTES: usize = 64 << 20;

/// How much a template puts around what it is given, about; around a deck, which is larger, it puts a viewer.
const AROUND_BYTES: usize = 24 << 10;

/// What a template writes, with an end.
#[derive(Default)]
pub(super) struct Html {
    bytes: Vec<u8>,
}

impl Html {
    /// One that is to hold some HTML, and what a template puts around it.
    pub(super) fn around(n_bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(n_bytes + n_bytes / 16 + AROUND_BYTES) }
    }

    pub(super) fn into_text(self) -> TeraResult<String> {
        Ok(String::from_utf8(self.bytes)?)
    }
}

impl Write for Html {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > MAX_HTML_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The function `range`, as Tera has it, with an end for loops in loops.
pub(super) fn range(args: &Kwargs, _: &State<'_>) -> TeraResult<Vec<i64>> {
    let (start, end) = (args.get::<i64>("start")?.unwrap_or_default(), args.must_get::<i64>("end")?);
    let step = args.get::<i64>("step_by")?.unwrap_or(1);
    if step == 0 {
        return Err(Error::message("`range` was called with a `step_by` of 0"));
    }
    if step > 0 && start > end {
        return Err(Error::message("`range` was called with a `start` that is greater than its `end`"));
    }
    let length = (i128::from(end) - i128::from(start)) / i128::from(step);
    let has_rest = (i128::from(end) - i128::from(start)) % i128::from(step) != 0;
    let length = u64::try_from(length + i128::from(has_rest)).unwrap_or(0);
    if !scope::count(length) {
        let limit = scope::MAX_COUNTED;
        return Err(Error::message(format!("the `range`s of a page give more than {limit} numbers")));
    }
    let numbers = (0..i64::try_from(length).unwrap_or(0)).map(|number| start + number * step);
    Ok(numbers.collect())
}

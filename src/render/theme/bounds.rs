//! What a template may cost at most: a mistake in one is an error of its page, and not the end of a server.
//!
//! Tera itself bounds how deep components call each other. Here are how much is written, how much `range` gives to loops, and
//! the filters that are written into a site's own templates ([`counted`](super::counted)). These give what they are given.

use std::io::{self, Write};

use tera::{Error, Kwargs, State, Tera, TeraResult, Value};

use crate::render::{scope, theme::Large};

/// How many bytes a template may write.
pub(super) const MAX_HTML_BYTES: usize = 64 << 20;

/// How long a text may be that a variable holds, and how many values: with each round of a loop one that holds itself
/// twice is twice as long. A filter may make a text longer by as much.
pub(super) const MAX_VARIABLE_BYTES: usize = 8 << 20;
const MAX_VARIABLE_VALUES: usize = 1_000_000;
/// How long all texts in a list may be together, and those that are put together to one.
const MAX_TEXT_BYTES: usize = 64 << 20;
/// As how many bytes of a text a value counts for those who go through a list.
const BYTES_PER_VALUE: usize = 16;
/// The same for those who compare it.
const BYTES_PER_COMPARISON: usize = 64;
/// How many steps it takes to make one entry of a list that a function gives, such as a page of a section.
const STEPS_PER_ENTRY: usize = 10;
/// How many steps it takes to begin a component or an included file.
const STEPS_TO_BEGIN: usize = 20;

/// How much a template puts around what it is given, about; around a deck, which is larger, it puts a viewer.
const AROUND_BYTES: usize = 24 << 10;

/// What a template writes, with an end.
#[derive(Default)]
pub(super) struct Html<'c> {
    /// What comes before `bytes`, if something was written in place of a text.
    before: String,
    bytes: Vec<u8>,
    instead: Option<Instead<'c>>,
    n_instead: usize,
}

/// What is written in place of the text at one place of the memory.
#[derive(Clone, Copy)]
pub(super) struct Instead<'c> {
    pub(super) of: &'c str,
    pub(super) large: Large<'c>,
}

impl<'c> Html<'c> {
    /// One that is to hold some HTML, and what a template puts around it.
    pub(super) fn around(n_bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(with_room(n_bytes)), ..Self::default() }
    }

    /// One in which something large is written in place of a text.
    pub(super) fn with(instead: Instead<'c>) -> Self {
        let bytes = Vec::with_capacity(with_room(instead.large.n_bytes));
        Self { bytes, instead: Some(instead), ..Self::default() }
    }

    /// How often something was written in place of something else.
    pub(super) fn n_instead(&self) -> usize {
        self.n_instead
    }

    pub(super) fn into_text(self) -> TeraResult<String> {
        if self.before.is_empty() {
            return Ok(String::from_utf8(self.bytes)?);
        }
        Ok(self.before + std::str::from_utf8(&self.bytes).map_err(Error::message)?)
    }

    /// Writes what comes in place of a text. What is there already is its beginning, so nothing is copied.
    fn put(&mut self, large: Large<'_>) -> io::Result<()> {
        let bytes = std::mem::take(&mut self.bytes);
        let text =
            String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        if self.before.is_empty() {
            self.before = text;
        } else {
            self.before.push_str(&text);
        }
        large.write(&mut self.before);
        self.n_instead += 1;
        Ok(())
    }
}

impl Write for Html<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.instead.filter(|instead| std::ptr::eq(instead.of.as_bytes(), bytes)) {
            Some(instead) => self.put(instead.large)?,
            None => self.bytes.extend_from_slice(bytes),
        }
        if self.before.len() + self.bytes.len() > MAX_HTML_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn with_room(n_bytes: usize) -> usize {
    n_bytes + n_bytes / 16 + AROUND_BYTES
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

/// Adds the filters to `tera`.
pub(super) fn register(tera: &mut Tera) {
    tera.register_filter("counted", |value: &Value, args: Kwargs, _: &State| count(value, text(&args)?));
    tera.register_filter("bounded", |value: &Value, _: Kwargs, _: &State| bound(value));
    tera.register_filter("whole", |value: &Value, _: Kwargs, _: &State| {
        measure(value)?;
        TeraResult::Ok(value.clone())
    });
    tera.register_filter("part", |value: &Value, args: Kwargs, _: &State| part(value, args.must_get("of")?));
    tera.register_filter("written", |value: &Value, _: Kwargs, _: &State| {
        write(measure(value)?)?;
        TeraResult::Ok(value.clone())
    });
    tera.register_filter("unique", |values: &[Value], _: Kwargs, _: &State| unique(values));
    tera.register_filter("begun", |value: &Value, args: Kwargs, _: &State| begin(value, text(&args)?));
    tera.register_filter("entered", |value: &Value, args: Kwargs, _: &State| {
        if !scope::enter() {
            let limit = scope::MAX_DEPTH;
            let message = format!("components and included files are more than {limit} deep in each other");
            return Err(Error::message(message));
        }
        begin(value, text(&args)?)
    });
    tera.register_filter("left", |value: &Value, _: Kwargs, _: &State| {
        scope::leave();
        value.clone()
    });
}

fn text(args: &Kwargs) -> TeraResult<usize> {
    Ok(args.get::<usize>("text")?.unwrap_or_default())
}

/// Counts a component, a file or a block that begins, which may write a text that it is given.
fn begin(value: &Value, n_text: usize) -> TeraResult<Value> {
    steps(STEPS_TO_BEGIN)?;
    write(usize::try_from(scope::longest_text()).unwrap_or(usize::MAX).saturating_add(n_text))?;
    Ok(value.clone())
}

/// Counts what a loop goes through, and what it writes with each value.
fn count(value: &Value, text: usize) -> TeraResult<Value> {
    let length = value.len().unwrap_or(0);
    steps(length)?;
    write(length.saturating_mul(text))?;
    Ok(value.clone())
}

/// What a variable may hold.
fn bound(value: &Value) -> TeraResult<Value> {
    match value.as_str() {
        Some(text) if text.len() > MAX_VARIABLE_BYTES => {
            let limit = MAX_VARIABLE_BYTES >> 20;
            Err(Error::message(format!("a variable of a template holds a text of more than {limit} MiB")))
        }
        Some(text) => made(text.len()).map(|()| value.clone()),
        None => {
            let n_values = value.len().unwrap_or(0);
            if n_values > MAX_VARIABLE_VALUES {
                return Err(too_many_values());
            }
            steps(n_values)?;
            made(n_values.saturating_mul(BYTES_PER_VALUE)).map(|()| value.clone())
        }
    }
}

/// A part of a text that is put together of several: with each part what is there is copied.
fn part(value: &Value, n_parts: usize) -> TeraResult<Value> {
    let n_bytes = measure(value)?;
    if n_bytes > MAX_TEXT_BYTES / n_parts.max(1) {
        return Err(too_long());
    }
    made(n_bytes.saturating_mul(n_parts))?;
    Ok(value.clone())
}

/// How long a value is about when it is written, if it isn't too long.
pub(super) fn measure(value: &Value) -> TeraResult<usize> {
    if let Some(text) = value.as_str() {
        return Ok(text.len());
    }
    let (mut n_values, mut n_bytes) = (0, 0);
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        n_values += 1;
        if let Some(values) = value.as_array() {
            open.extend(values);
        } else if let Some(map) = value.as_map() {
            n_bytes += map.keys().filter_map(|key| key.as_str()).map(str::len).sum::<usize>();
            open.extend(map.values());
        }
        n_bytes += value.as_str().map_or(4, str::len);
        if n_values + open.len() > MAX_VARIABLE_VALUES {
            return Err(too_many_values());
        }
        if n_bytes > MAX_TEXT_BYTES {
            return Err(too_long());
        }
    }
    made(n_values.saturating_mul(BYTES_PER_VALUE))?;
    Ok(n_bytes)
}

/// Counts what a function has given: it was made for this call.
pub(super) fn given(value: &Value) -> TeraResult<()> {
    let lists = value.as_map().into_iter().flat_map(|map| map.values()).filter_map(Value::as_array);
    let n_entries = value.len().unwrap_or(0) + lists.map(<[Value]>::len).sum::<usize>();
    steps(n_entries.saturating_mul(STEPS_PER_ENTRY))?;
    made(n_entries.saturating_mul(BYTES_PER_VALUE))
}

/// Each value once, in order. Values can't be put in order, so each is compared with all of those.
fn unique(values: &[Value]) -> TeraResult<Vec<Value>> {
    let mut found: Vec<Value> = Vec::new();
    for value in values {
        made(found.len().saturating_mul(BYTES_PER_COMPARISON))?;
        if !found.contains(value) {
            found.push(value.clone());
        }
    }
    Ok(found)
}

/// Looks at how long a filter makes a text, before it does.
pub(super) fn lengthen(from: usize, to: usize) -> TeraResult<()> {
    if to > from.saturating_add(MAX_VARIABLE_BYTES) {
        return Err(too_long());
    }
    made(to)
}

fn made(n_bytes: usize) -> TeraResult<()> {
    if scope::count_text(as_count(n_bytes)) { Ok(()) } else { Err(too_many_steps()) }
}

fn steps(n: usize) -> TeraResult<()> {
    if scope::count_steps(as_count(n)) { Ok(()) } else { Err(too_many_steps()) }
}

fn write(n_bytes: usize) -> TeraResult<()> {
    if scope::count_written(as_count(n_bytes)) {
        return Ok(());
    }
    let limit = scope::MAX_WRITTEN_BYTES >> 20;
    Err(Error::message(format!("the templates of a page write more than {limit} MiB")))
}

fn as_count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

fn too_many_steps() -> Error {
    let limit = scope::MAX_STEPS;
    Error::message(format!("the loops of a page go through more than {limit} values"))
}

fn too_many_values() -> Error {
    let limit = MAX_VARIABLE_VALUES;
    Error::message(format!("a variable of a template holds more than {limit} values"))
}

fn too_long() -> Error {
    let limit = MAX_VARIABLE_BYTES >> 20;
    Error::message(format!("a template makes more than {limit} MiB of a text"))
}

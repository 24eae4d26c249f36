//! Highlighting: code becomes HTML with a few classes, see [`Highlighter`].
//!
//! Input is a language's name and code; output is inner HTML whose spans never cross a line's end, so that a
//! caller can split it at `\n` to number or mark lines. Fence attributes, the `<pre>` around it and the colours
//! are left to `render/markdown` and the theme. Only this folder imports syntect and two-face.
//!
//! 1. `language` finds the grammar by the name on the fence.
//! 2. `cache` knows blocks that were highlighted before, `memo` knows lines.
//! 3. `parser` runs the grammar over the other lines, with what `grammar` and `first` know of its patterns.
//!    `stack` and `class` reduce its scopes to classes.
//! 4. `spans` writes the HTML.
//!
//! The result depends on the arguments only. The clock is read as the last resort against patterns that hang;
//! a block that meets it is plain as a whole, so that no bytes depend on where the time ended.

mod cache;
mod class;
mod console;
mod first;
mod grammar;
mod language;
mod memo;
mod names;
mod parser;
mod spans;
mod stack;

use std::{
    panic::catch_unwind,
    sync::{Arc, LazyLock},
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use syntect::parsing::ParsingError;

use self::{
    cache::BlockCache,
    console::Console,
    language::{Kind, LANGUAGES, Languages},
    memo::{LineMemo, Walk},
    spans::escape,
};
use crate::base::digest::Digest;

pub use self::language::{known, label, nearest};

/// Lines longer than this are left plain, in bytes. The worst line that was found (SystemVerilog, `a(a(a(…`) takes
/// 0.9 s at this length and 7 s at its double.
const MAX_LINE: usize = 1_000;
/// Lines that end behind this many bytes of a block are left plain. The slowest grammars (Lisp, MATLAB) take 0.5 s
/// for as much, so that the clock has no say.
const MAX_CODE: usize = 128 << 10;
/// A block that takes longer is plain, its slowest line not counted: a busy machine may have stopped us in the middle
/// of it, and [`MAX_LINE`] bounds what a line can take.
const MAX_TIME: Duration = Duration::from_secs(2);
/// Part of every cache key: raise it when the classes or grammars change.
const VERSION: &[u8] = b"two-face 0.5.2, classes 1";

/// Highlights code. Make one and share it: it holds the caches.
pub struct Highlighter {
    blocks: BlockCache,
    max_time: Duration,
}

/// Highlighted code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Highlighted {
    /// The code as inner HTML: its text, escaped, in `<span class="hl-…">`s that each end on their line.
    pub html: Arc<str>,
    /// How it went.
    pub outcome: Outcome,
}

/// How highlighting a block went. Only the first has classes in its HTML.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// It has classes.
    Done,
    /// It has none, and that is right: the language is known as plain, or none was named.
    Plain,
    /// Nobody knows the language.
    Unknown,
    /// It took too long.
    OverBudget,
    /// The grammar is broken for this code.
    Failed,
}

impl Default for Highlighter {
    fn default() -> Self {
        Self::new()
    }
}

impl Highlighter {
    /// One that loads the grammars, if this process hasn't yet, when the first code needs them.
    pub fn new() -> Self {
        Self { blocks: BlockCache::default(), max_time: MAX_TIME }
    }

    /// One for much code: it has the grammars loaded by the next thread that has nothing else to do.
    pub fn ahead() -> Self {
        rayon::spawn(|| {
            LazyLock::force(&LANGUAGES);
        });
        Self::new()
    }

    /// Highlights `code` in the language with this name, as written on a fence.
    pub fn highlight(&self, language: &str, code: &str) -> Highlighted {
        let kind = match LANGUAGES.find(language) {
            Some(language) => language.kind,
            None if language.is_empty() => Kind::Plain,
            None => return plain(code, Outcome::Unknown),
        };
        let kind_name = match kind {
            Kind::Plain => return plain(code, Outcome::Plain),
            Kind::Console => u32::MAX,
            Kind::Grammar(index) => u32::try_from(index).unwrap_or(u32::MAX),
        };
        let key = Digest::of_parts(&[VERSION, &kind_name.to_le_bytes(), code.as_bytes()]);
        if let Some(block) = self.blocks.get(&key) {
            return block;
        }
        let block = self.run(kind, code);
        if block.outcome != Outcome::OverBudget {
            self.blocks.insert(key, &block);
        }
        block
    }

    fn run(&self, kind: Kind, code: &str) -> Highlighted {
        let max_time = self.max_time;
        let result =
            catch_unwind(|| LineMemo::with(|memo| write_block(&LANGUAGES, memo, kind, code, max_time)));
        match result {
            Ok(Ok(html)) => Highlighted { html: html.into(), outcome: Outcome::Done },
            Ok(Err(Stop::Time)) => plain(code, Outcome::OverBudget),
            Ok(Err(Stop::Grammar)) | Err(_) => plain(code, Outcome::Failed),
        }
    }
}

/// Why a block isn't finished.
enum Stop {
    Time,
    Grammar,
}

impl From<ParsingError> for Stop {
    fn from(_: ParsingError) -> Self {
        Self::Grammar
    }
}

fn plain(code: &str, outcome: Outcome) -> Highlighted {
    let mut html = String::with_capacity(code.len() + code.len() / 8);
    escape(code, &mut html);
    Highlighted { html: html.into(), outcome }
}

/// Writes the block line by line, each with the line end it has.
fn write_block(
    languages: &Languages,
    memo: &mut LineMemo,
    kind: Kind,
    code: &str,
    max_time: Duration,
) -> Result<String, Stop> {
    let (code, rest) = code.split_at(end_of_lines(code));
    let raw_lines: Vec<&str> = code.split_inclusive('\n').collect();
    let lines: Vec<&str> = raw_lines.iter().map(|raw| without_end(raw)).collect();
    let mut write_line = line_writer(languages, memo, kind, &lines);
    let mut html = String::with_capacity(code.len() * 3 + rest.len());
    let start = Instant::now();
    let mut before = start;
    let mut slowest = Duration::ZERO;
    for (index, (raw, line)) in raw_lines.iter().zip(&lines).enumerate() {
        if line.len() > MAX_LINE {
            escape(line, &mut html);
        } else {
            write_line(index, &mut html)?;
        }
        html.push_str(&raw[line.len()..]);
        let now = Instant::now();
        slowest = slowest.max(now - before);
        before = now;
        if now - start - slowest > max_time {
            return Err(Stop::Time);
        }
    }
    escape(rest, &mut html);
    Ok(html)
}

/// Where the last line ends that is wholly within [`MAX_CODE`].
fn end_of_lines(code: &str) -> usize {
    if code.len() <= MAX_CODE {
        return code.len();
    }
    code.as_bytes()[..MAX_CODE].iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1)
}

/// A function that appends the HTML of the line with an index.
type LineWriter<'a> = Box<dyn FnMut(usize, &mut String) -> Result<(), ParsingError> + 'a>;

fn line_writer<'a>(
    languages: &'a Languages,
    memo: &'a mut LineMemo,
    kind: Kind,
    lines: &'a [&'a str],
) -> LineWriter<'a> {
    match kind {
        Kind::Grammar(grammar) => {
            let mut walk = Walk::new(languages, memo, grammar);
            Box::new(move |index, out| walk.line(memo, lines[index], out))
        }
        Kind::Console => {
            let mut console = Console::new(languages, memo, lines);
            Box::new(move |index, out| console.line(index, out))
        }
        Kind::Plain => Box::new(|index, out| {
            escape(lines[index], out);
            Ok(())
        }),
    }
}

/// The line without `\n` or `\r\n`.
fn without_end(raw: &str) -> &str {
    let line = raw.strip_suffix('\n').unwrap_or(raw);
    if raw.len() > line.len() { line.strip_suffix('\r').unwrap_or(line) } else { line }
}

#[cfg(test)]
mod tests;

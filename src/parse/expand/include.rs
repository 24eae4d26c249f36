//! Inclusions: `{{#include …}}` and its relatives are replaced by what they name.
//!
//! Input is a page and a way to [read other files](Files), output one text with its source map. This happens before
//! anything looks at Markdown, so it works everywhere, also in code. A file that can't be included is a problem, and
//! the directive stays in the text.
//!
//! Beyond mdBook: a directive that begins a line of a list item or quote puts every included line into that item
//! or quote, and the front matter of an included page is left out.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use memchr::memmem;

use crate::{
    base::{diagnostic::Diagnostic, path::RepoPath},
    parse::expand::{
        FileError, Files,
        directive::{Directive, Part, Target},
        record::Record,
        region::Outline,
        selection::{self, Selection},
        sheet::Sheet,
        writer::{Writer, continued_prefix},
    },
};

/// What directives begin with.
const DIRECTIVE: &[u8] = b"{{";

/// How many files may include one another in a chain.
pub const MAX_INCLUDE_DEPTH: usize = 10;

/// How many bytes the inclusions of one page may bring, all together.
pub const MAX_EXPANDED: usize = 16 << 20;

/// How many inclusions one page may have, those in included files counted each time.
pub const MAX_INCLUDES: usize = 10_000;

/// A page with its inclusions put in.
pub(super) struct Merged {
    pub(super) sheet: Sheet,
    /// What the last `{{#title}}` says.
    pub(super) title: Option<String>,
}

/// Puts in all inclusions of a page.
pub(super) fn merge<'a>(
    page: &'a str,
    body_start: usize,
    files: &'a dyn Files,
    record: &mut Record<'_>,
) -> Merged {
    let mut merger = Merger {
        files,
        record,
        loaded: BTreeMap::new(),
        writer: Writer::default(),
        title: None,
        chain: Vec::new(),
        n_bytes: 0,
        n_includes: 0,
    };
    merger.write(0, page, body_start..page.len());
    let Writer { text, map, .. } = merger.writer;
    Merged { sheet: Sheet { text, map, lines: Vec::new() }, title: merger.title }
}

/// The paths that the inclusions of a text name, as written, and where they stand in it.
pub fn inclusions(text: &str) -> Vec<(Range<usize>, &str)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = memmem::find(&text.as_bytes()[at..], DIRECTIVE).map(|found| at + found) {
        let Some((directive, length)) = Directive::read(&text[start..]) else {
            at = start + 1;
            continue;
        };
        at = start + length;
        if let Directive::Include(target) | Directive::Playground(target, _) = directive
            && !text[..start].ends_with('\\')
            && let Some(offset) = text[start..at].find(target.path)
        {
            found.push((start + offset..start + offset + target.path.len(), target.path));
        }
    }
    found
}

struct Merger<'a, 'r, 'p> {
    files: &'a dyn Files,
    record: &'r mut Record<'p>,
    loaded: BTreeMap<RepoPath, Result<Loaded, FileError>>,
    writer: Writer,
    title: Option<String>,
    /// The directives that led to the file being written: the file each stands in, and where.
    chain: Vec<(u32, Range<usize>)>,
    n_bytes: usize,
    n_includes: usize,
}

/// An included file.
#[derive(Clone)]
struct Loaded {
    file: Option<u32>,
    text: Arc<str>,
    outline: Option<Arc<Outline>>,
}

/// Why nothing is included.
struct Refused;

impl Merger<'_, '_, '_> {
    /// Writes a range of a Markdown file, and what its directives name.
    fn write(&mut self, file: u32, text: &str, range: Range<usize>) {
        let mut written = range.start;
        let mut at = range.start;
        let mut line = Some(range.start);
        while let Some(start) =
            memmem::find(&text.as_bytes()[at..range.end], DIRECTIVE).map(|found| at + found)
        {
            let Some((directive, length)) = Directive::read(&text[start..range.end]) else {
                at = start + 1;
                continue;
            };
            at = start + length;
            if text[written..start].ends_with('\\') {
                self.writer.push(&text[written..start - 1], file, written);
                self.writer.push(&text[start..at], file, start);
                written = at;
                continue;
            }
            self.writer.push(&text[written..start], file, written);
            line = text[written..start].rfind(['\n', '\r']).map(|end| written + end + 1).or(line);
            let prefix =
                line.take().and_then(|line| continued_prefix(&text[line..start])).unwrap_or_default();
            if self.obey(&directive, file, start..at, &prefix).is_err() {
                self.writer.push(&text[start..at], file, start);
            }
            written = at;
        }
        self.writer.push(&text[written..range.end], file, written);
    }

    fn obey(
        &mut self,
        directive: &Directive<'_>,
        file: u32,
        range: Range<usize>,
        prefix: &str,
    ) -> Result<(), Refused> {
        let (target, words) = match directive {
            Directive::Title(title) => {
                self.title = Some((*title).to_owned());
                return Ok(());
            }
            Directive::Include(target) => (target, None),
            Directive::Playground(target, words) => (target, Some(words)),
        };
        self.chain.push((file, range.clone()));
        let included = self.include(target, prefix, words.map(|words| (file, range.start, &words[..])));
        self.chain.pop();
        included
    }

    fn include(
        &mut self,
        target: &Target<'_>,
        prefix: &str,
        playground: Option<(u32, usize, &[&str])>,
    ) -> Result<(), Refused> {
        let path = self.resolve(target)?;
        let loaded = self.load(&path, target)?;
        let pieces = self.select(&path, &loaded, target.part)?;
        let file = self.number(&path, &loaded);
        self.check_limits(&path, file, &loaded.text, &pieces, prefix.len())?;
        let outer_prefix = self.writer.enter(prefix);
        let fence = playground.map(|(_, _, words)| playground_fence(&loaded.text, &pieces, words));
        if let (Some((opening, _)), Some((page, at, _))) = (&fence, playground) {
            self.writer.push(opening, page, at);
        }
        for piece in pieces {
            if self.record.is_markdown(file) && playground.is_none() {
                self.write(file, &loaded.text, piece);
            } else {
                self.writer.push(&loaded.text[piece.clone()], file, piece.start);
            }
        }
        if let (Some((_, closing)), Some((page, at, _))) = (&fence, playground) {
            self.writer.push(closing, page, at);
        }
        self.writer.leave(outer_prefix);
        Ok(())
    }

    fn resolve(&mut self, target: &Target<'_>) -> Result<RepoPath, Refused> {
        let including = self.chain.last().map_or(0, |(file, _)| *file);
        let folder = self.record.path(including).parent().unwrap_or_else(RepoPath::root);
        match folder.resolve(target.path) {
            Some(path) if !path.is_root() => Ok(path),
            Some(_) => self.refuse("include-missing", format!("`{}` is a folder", target.path), None),
            None => {
                let message = format!("`{}` leads out of the site", target.path);
                self.refuse("include-missing", message, Some("include files of this site only".to_owned()))
            }
        }
    }

    fn load(&mut self, path: &RepoPath, target: &Target<'_>) -> Result<Loaded, Refused> {
        let files = self.files;
        let loaded = self.loaded.entry(path.clone()).or_insert_with(|| {
            let is_page = path == self.record.path(0);
            let text = if is_page { Ok(Arc::from(self.record.page())) } else { files.read(path) };
            text.map(|text| Loaded { file: None, text, outline: None })
        });
        let error = match loaded {
            Ok(loaded) => return Ok(loaded.clone()),
            Err(error) => error.clone(),
        };
        let name = target.path;
        self.report(|| match error {
            FileError::NotFound => {
                Diagnostic::error("include-missing", format!("`{name}` is not there to include"))
                    .hint_opt(files.nearest(path).map(|near| format!("did you mean `{near}`?")))
            }
            FileError::NotText => Diagnostic::error(
                "include-missing",
                format!("`{name}` can't be included: it is not UTF-8 text"),
            ),
            FileError::Unreadable(cause) => {
                Diagnostic::error("include-missing", format!("`{name}` can't be read: {cause}"))
            }
        });
        Err(Refused)
    }

    /// The index of a file that is included, given when it first is.
    fn number(&mut self, path: &RepoPath, loaded: &Loaded) -> u32 {
        if let Some(file) = loaded.file {
            return file;
        }
        let file = if path == self.record.path(0) { 0 } else { self.record.add_file(path, &loaded.text) };
        if let Some(Ok(loaded)) = self.loaded.get_mut(path) {
            loaded.file = Some(file);
        }
        file
    }

    /// The pieces of the file that a part of it consists of, without the ending of the last line.
    fn select(
        &mut self,
        path: &RepoPath,
        loaded: &Loaded,
        part: Part<'_>,
    ) -> Result<Vec<Range<usize>>, Refused> {
        let outline = match (part, &loaded.outline) {
            (Part::All, _) => Arc::default(),
            (_, Some(outline)) => Arc::clone(outline),
            (_, None) => self.remember_outline(path, loaded),
        };
        let Selection { pieces, problem } = selection::select(path, &loaded.text, &outline, part);
        if let Some(problem) = problem {
            self.report(|| problem);
        }
        pieces.ok_or(Refused)
    }

    fn remember_outline(&mut self, path: &RepoPath, loaded: &Loaded) -> Arc<Outline> {
        let outline = Arc::new(Outline::of(&loaded.text));
        if let Some(Ok(loaded)) = self.loaded.get_mut(path) {
            loaded.outline = Some(Arc::clone(&outline));
        }
        outline
    }

    fn check_limits(
        &mut self,
        path: &RepoPath,
        file: u32,
        text: &str,
        pieces: &[Range<usize>],
        prefix_len: usize,
    ) -> Result<(), Refused> {
        let is_inside =
            |at: &Range<usize>| pieces.iter().any(|piece| piece.start <= at.start && at.end <= piece.end);
        if self.record.is_markdown(file)
            && let Some(first) = self.chain.iter().position(|(from, at)| *from == file && is_inside(at))
        {
            return self.refuse_cycle(path, first);
        }
        if self.chain.len() > MAX_INCLUDE_DEPTH {
            let message = format!("`{path}` is the {}th file in a chain of inclusions", self.chain.len());
            let hint =
                format!("a chain may have {MAX_INCLUDE_DEPTH}; include it from a file nearer to the page");
            return self.refuse("include-depth", message, Some(hint));
        }
        let n_prefixes = if prefix_len == 0 {
            0
        } else {
            pieces.iter().map(|piece| text[piece.clone()].matches(['\n', '\r']).count()).sum()
        };
        // Lines between pieces are left out, yet they cost time.
        let span = pieces.first().zip(pieces.last()).map_or(0, |(first, last)| last.end - first.start);
        self.charge(path, span + n_prefixes * prefix_len)
    }

    fn charge(&mut self, path: &RepoPath, n_bytes: usize) -> Result<(), Refused> {
        self.n_includes += 1;
        let page = self.record.path(0).clone();
        if self.n_bytes + n_bytes > MAX_EXPANDED {
            let message = format!("`{path}` makes `{page}` too large");
            let hint = format!("all inclusions of a page may bring {} MiB together", MAX_EXPANDED >> 20);
            return self.refuse("include-size", message, Some(hint));
        }
        if self.n_includes > MAX_INCLUDES {
            let message = format!("`{page}` has too many inclusions");
            return self.refuse("include-size", message, Some(format!("a page may have {MAX_INCLUDES}")));
        }
        self.n_bytes += n_bytes;
        Ok(())
    }

    fn refuse_cycle(&mut self, path: &RepoPath, first: usize) -> Result<(), Refused> {
        let cycle = &self.chain[first..];
        let mut names: Vec<String> =
            cycle.iter().map(|(file, _)| self.record.path(*file).to_string()).collect();
        names.push(path.to_string());
        let message = format!("`{path}` includes itself: {}", names.join(" -> "));
        self.refuse("include-cycle", message, Some("take out one of these inclusions".to_owned()))
    }

    fn refuse<T>(&mut self, code: &'static str, message: String, hint: Option<String>) -> Result<T, Refused> {
        self.report(|| Diagnostic::error(code, message).hint_opt(hint));
        Err(Refused)
    }

    /// Reports a problem at the directive being obeyed, with the directives that led there.
    fn report(&mut self, make: impl FnOnce() -> Diagnostic) {
        let Some(((file, range), led_here)) = self.chain.split_last() else { return };
        self.record.report(|record| {
            let diagnostic = make().at(record.place(*file, range.clone()));
            led_here.iter().rev().fold(diagnostic, |diagnostic, (file, range)| {
                diagnostic.related("included from here", record.place(*file, range.clone()))
            })
        });
    }
}

/// The lines before and after a playground's code; its fence is longer than any in the code.
fn playground_fence(text: &str, pieces: &[Range<usize>], words: &[&str]) -> (String, String) {
    let mut longest = 2;
    for piece in pieces {
        let runs = text[piece.clone()].split(|c| c != '`').map(str::len);
        longest = runs.max().unwrap_or(0).max(longest);
    }
    let fence = "`".repeat(longest + 1);
    let info: String = words.iter().map(|word| format!(",{word}")).collect();
    (format!("{fence}rust{info}\n"), format!("\n{fence}"))
}

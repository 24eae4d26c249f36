//! [`replace`]: puts values in place of `@@NAME@@`, `@@LINK[path]` and `@@INCLUDE[path]`.

use std::{collections::BTreeSet, ops::Range, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{
    base::diagnostic::Diagnostic,
    parse::{expand::SourceMap, slides::chapter::Problem},
};

/// How long the name of a variable can be, in bytes.
const MAX_NAME_BYTES: usize = 60;
/// How long the path of a link or an inclusion can be, in bytes.
const MAX_PATH_BYTES: usize = 1000;
/// How many bytes a chapter can have with what is put into it.
const MAX_BYTES: usize = 16 << 20;

/// What a text asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Used {
    /// The names of variables, in lower case.
    pub names: BTreeSet<String>,
    /// The files that are put in.
    pub includes: BTreeSet<String>,
    /// Whether it links to files of the repository.
    pub links: bool,
}

/// What there is to put in.
pub trait Values {
    /// The value of a variable, by its name in lower case.
    fn value(&self, name: &str) -> Option<String>;
    /// The Markdown of a link to a file of the repository.
    fn link(&self, path: &str) -> String;
    /// The text of a file of the repository; the error says why there is none.
    fn include(&self, path: &str) -> Result<Arc<str>, String>;
}

/// A text with everything in its place.
#[derive(Clone, Debug, Default)]
pub struct Replaced {
    /// The text.
    pub text: String,
    /// Where it came from.
    pub map: SourceMap,
    /// What could not be replaced; ranges are those of the text as it was written.
    pub problems: Vec<Problem>,
}

/// Says what a text asks for.
pub fn used(text: &str) -> Used {
    let mut used = Used::default();
    for mark in (Marks { text, at: 0 }) {
        match mark.kind {
            Kind::Name(name) => drop(used.names.insert(name.to_lowercase())),
            Kind::Link(_) => used.links = true,
            Kind::Include(path) => drop(used.includes.insert(path.to_owned())),
        }
    }
    used
}

/// The paths of files of the repository that a text links to or puts in, and where they stand in it.
pub fn files_named(text: &str) -> Vec<(Range<usize>, &str)> {
    let path_of = |mark: Mark<'_>| match mark.kind {
        Kind::Link(path) | Kind::Include(path) => {
            let end = mark.range.end - 1;
            Some(end - path.len()..end)
        }
        Kind::Name(_) => None,
    };
    let ranges = Marks { text, at: 0 }.filter_map(path_of);
    ranges.map(|range| (range.clone(), &text[range])).collect()
}

/// Replaces what a text asks for; what is not known stays.
pub fn replace(text: &str, values: &dyn Values) -> Replaced {
    let mut replaced = Replaced { map: SourceMap::whole(0, 0), ..Replaced::default() };
    let mut copied = 0;
    for mark in (Marks { text, at: 0 }) {
        let value = match mark.kind {
            Kind::Name(name) => values.value(&name.to_lowercase()).ok_or_else(|| unresolved(name)),
            Kind::Link(path) => Ok(values.link(path)),
            Kind::Include(path) => match values.include(path) {
                Ok(text) if replaced.text.len() + text.len() <= MAX_BYTES => Ok(text.to_string()),
                Ok(_) => Err(unreadable(path, "it makes the chapter too large")),
                Err(why) => Err(unreadable(path, &why)),
            },
        };
        let value = match value {
            Ok(value) => value,
            Err(diagnostic) => {
                replaced.problems.push(Problem { diagnostic, range: mark.range });
                continue;
            }
        };
        push(&mut replaced, text, copied..mark.range.start);
        replaced.map.push(replaced.text.len(), 0, mark.range.start);
        replaced.text.push_str(&value);
        copied = mark.range.end;
    }
    push(&mut replaced, text, copied..text.len());
    replaced
}

fn push(replaced: &mut Replaced, text: &str, range: Range<usize>) {
    replaced.map.push(replaced.text.len(), 0, range.start);
    replaced.text.push_str(&text[range]);
}

fn unresolved(name: &str) -> Diagnostic {
    Diagnostic::warning("unknown-variable", format!("`@@{name}@@` has no value"))
        .hint(format!("give it one in the manifest: `variables: {{{}: ...}}`", name.to_lowercase()))
}

fn unreadable(path: &str, why: &str) -> Diagnostic {
    Diagnostic::error("missing-include", format!("`{path}` can't be put in: {why}"))
        .hint("write the path from the root of the repository")
}

struct Mark<'t> {
    kind: Kind<'t>,
    range: Range<usize>,
}

enum Kind<'t> {
    Name(&'t str),
    Link(&'t str),
    Include(&'t str),
}

/// All marks of a text, in order.
struct Marks<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Iterator for Marks<'t> {
    type Item = Mark<'t>;

    fn next(&mut self) -> Option<Mark<'t>> {
        loop {
            let start = self.at + self.text[self.at..].find("@@")?;
            match mark_at(self.text, start) {
                Some(mark) => {
                    self.at = mark.range.end;
                    return Some(mark);
                }
                None => self.at = start + 1,
            }
        }
    }
}

fn mark_at(text: &str, start: usize) -> Option<Mark<'_>> {
    let rest = &text[start + 2..];
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let len = rest.bytes().take(MAX_NAME_BYTES).take_while(|&byte| is_name(byte)).count();
    let (name, behind) = rest.split_at(len);
    if name.is_empty() || !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    if behind.starts_with("@@") {
        return Some(Mark { kind: Kind::Name(name), range: start..start + 2 + len + 2 });
    }
    let path = behind.strip_prefix('[')?;
    let path_len = path.bytes().take(MAX_PATH_BYTES).position(|byte| byte == b']')?;
    let path = &path[..path_len];
    let kind = match name {
        "LINK" => Kind::Link(path),
        "INCLUDE" => Kind::Include(path),
        _ => return None,
    };
    Some(Mark { kind, range: start..start + 2 + len + path_len + 2 })
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Some2;

    impl Values for Some2 {
        fn value(&self, name: &str) -> Option<String> {
            (name == "chat").then(|| "room".to_owned())
        }
        fn link(&self, path: &str) -> String {
            format!("[{path}](forge/{path})")
        }
        fn include(&self, path: &str) -> Result<Arc<str>, String> {
            if path == "a.txt" {
                Ok(Arc::from("A\n@@CHAT@@"))
            } else {
                Err("there is no such file".to_owned())
            }
        }
    }

    #[test]
    fn marks_are_replaced_and_what_is_unknown_stays() {
        let check = |text: &str, expected: &str, n_problems: usize| {
            let replaced = replace(text, &Some2);
            assert_eq!((&*replaced.text, replaced.problems.len()), (expected, n_problems), "{text}");
        };
        check("in @@CHAT@@, @@chat@@", "in room, room", 0);
        check("@@LINK[k8s/a.yaml].", "[k8s/a.yaml](forge/k8s/a.yaml).", 0);
        check("@@INCLUDE[a.txt]!", "A\n@@CHAT@@!", 0);
        check("@@HOSTNAME@@ @@INCLUDE[b]", "@@HOSTNAME@@ @@INCLUDE[b]", 2);
        check("@@ @@@ @@a @@1@@ a@@b.c @@LINK[", "@@ @@@ @@a @@1@@ a@@b.c @@LINK[", 0);
        let replaced = replace("x @@CHAT@@ y", &Some2);
        let y = replaced.text.find('y').expect("it is there");
        assert_eq!(replaced.map.at(y..y + 1).offset, 11);
        assert_eq!(used("@@A@@ @@LINK[x] @@INCLUDE[y]").names.len(), 1);
    }
}

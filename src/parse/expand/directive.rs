//! [`Directive`]: mdBook's `{{#include …}}` and its relatives, as they are written.
//!
//! Input is the text from `{{` on, output the directive and its length. Other text in double braces (Vue, Helm,
//! Jinja, Handlebars) is none. Reading files is left to [`include`](super::include).

/// What stands between `{{#` and `}}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Directive<'a> {
    /// `{{#include path}}` or `{{#rustdoc_include path}}`: a file, or a part of it.
    Include(Target<'a>),
    /// `{{#playground path editable}}`: the same in a fenced block of Rust, with words for its info string.
    Playground(Target<'a>, Vec<&'a str>),
    /// `{{#title text}}`: the title of the page.
    Title(&'a str),
}

/// A file, and which part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target<'a> {
    /// As written: relative to the including file, or from the root of the site with a leading `/`.
    pub(super) path: &'a str,
    /// Which part.
    pub(super) part: Part<'a>,
}

/// A part of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// All of it.
    All,
    /// The lines from the first (from 1) to the last, both included; to the end without a last one.
    Lines(usize, Option<usize>),
    /// The region of that name.
    Region(&'a str),
    /// What follows the path, when it says neither lines nor a region.
    Unclear(&'a str),
}

impl<'a> Directive<'a> {
    /// Reads the directive at the start of `text`, which begins with `{{`, and its length.
    pub(super) fn read(text: &'a str) -> Option<(Self, usize)> {
        let hash = text.get(2..)?.trim_start_matches([' ', '\t']).strip_prefix('#')?;
        let name_end = hash.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
        let (name, rest) = hash.split_at(name_end);
        if !rest.starts_with([' ', '\t']) {
            return None;
        }
        let argument_end = rest.find(['{', '}', '\n', '\r'])?;
        let (argument, rest) = rest.split_at(argument_end);
        let rest = rest.strip_prefix("}}")?;
        let directive = Self::of(name, argument.trim())?;
        Some((directive, text.len() - rest.len()))
    }

    fn of(name: &str, argument: &'a str) -> Option<Self> {
        let mut words = argument.split_whitespace();
        match name {
            "include" | "rustdoc_include" => Some(Self::Include(Target::of(words.next()?))),
            "playground" | "playpen" => Some(Self::Playground(Target::of(words.next()?), words.collect())),
            "title" if !argument.is_empty() => Some(Self::Title(argument)),
            _ => None,
        }
    }
}

impl<'a> Target<'a> {
    fn of(word: &'a str) -> Self {
        match word.split_once(':') {
            Some((path, part)) => Self { path, part: Part::of(part) },
            None => Self { path: word, part: Part::All },
        }
    }
}

impl<'a> Part<'a> {
    fn of(text: &'a str) -> Self {
        let (first, last) = match text.split_once(':') {
            Some((first, last)) => (first, Some(last)),
            None => (text, None),
        };
        match (first, first.parse().ok(), last, last.and_then(|last| last.parse().ok())) {
            ("", _, None | Some(""), _) => Self::All,
            ("", _, Some(_), Some(last)) => Self::Lines(1, Some(last)),
            (_, Some(line), None, _) => Self::Lines(line, Some(line)),
            (_, Some(first), Some(""), _) => Self::Lines(first, None),
            (_, Some(first), Some(_), Some(last)) => Self::Lines(first, Some(last)),
            ("", _, Some(_), None) | (_, Some(_), Some(_), None) => Self::Unclear(text),
            (name, None, _, _) => Self::Region(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_files_are_read_as_mdbook_does() {
        let check = |word, part| {
            assert_eq!(Target::of(word), Target { path: "a.rs", part }, "{word}");
        };
        check("a.rs", Part::All);
        check("a.rs:", Part::All);
        check("a.rs::", Part::All);
        check("a.rs:2", Part::Lines(2, Some(2)));
        check("a.rs::10", Part::Lines(1, Some(10)));
        check("a.rs:2:", Part::Lines(2, None));
        check("a.rs:2:10", Part::Lines(2, Some(10)));
        check("a.rs:main", Part::Region("main"));
        check("a.rs:2:x", Part::Unclear("2:x"));
        check("a.rs::x", Part::Unclear(":x"));
        check("a.rs:99999999999999999999:", Part::Region("99999999999999999999"));
    }

    #[test]
    fn only_directives_are_read() {
        let check = |text, n_bytes| {
            assert_eq!(Directive::read(text).map(|(_, length)| length), n_bytes, "{text}");
        };
        check("{{#include a.md}} b", Some(17));
        check("{{ #rustdoc_include  a.rs:x }}", Some(30));
        check("{{#title A page}}", Some(17));
        check("{{#playground a.rs editable}}", Some(29));
        for text in [
            "{{",
            "{{#if x}}",
            "{{ include x }}",
            "{{#include}}",
            "{{#include }}",
            "{{#include a",
            "{{#includes a}}",
        ] {
            check(text, None);
        }
        check("{{#include a\n}}", None);
        check("{{#include {{#include a}}", None);
        check("{{#include a}", None);
    }
}

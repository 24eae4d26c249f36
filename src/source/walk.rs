//! The walk that all sources share: which names of a tree are files of the site.
//!
//! Takes a source that can tell what one folder holds ([`Raw`]), gives the files and links that are kept ([`Walked`]).
//! Folders are walked in parallel, the result is in order. Digests and the targets of links come after it.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::{
    base::{
        diagnostic::{Diagnostic, Place},
        path::{RepoPath, is_name},
    },
    git::index::ATTRIBUTES_FILE,
    source::{
        Source, SourceError, cause_of,
        ignore::{GIT_IGNORE_FILE, RECTO_IGNORE_FILE, Rules, Scope, is_hidden},
        links::Link,
    },
};

/// The file that marks a folder as output of ours: such a folder is never part of a site.
pub const MANIFEST_FILE: &str = ".recto-manifest";

/// How many names the walked folders may hold. A few hundred bytes of Git objects can say that there are 10^10.
const MAX_NAMES: usize = 2_000_000;

/// How deep folders may be nested.
pub(super) const MAX_DEPTH: usize = 100;

/// A source as the walk sees it: one folder at a time, nothing left out.
pub(super) trait Raw: Source {
    /// What the source needs to make an entry of a file.
    type File: Send;

    /// What a folder holds, in any order.
    fn children(&self, folder: &RepoPath) -> Result<Vec<Child<Self::File>>, SourceError>;
}

/// One name in a folder.
pub(super) struct Child<F> {
    /// The name as the system has it.
    pub(super) name: Box<[u8]>,
    pub(super) kind: Kind<F>,
}

/// What a name in a folder is.
pub(super) enum Kind<F> {
    File(F),
    Folder,
    /// A symbolic link and its target's text.
    Link(String),
    /// A submodule.
    Repository,
    /// A pipe, a socket, a device.
    Special,
    /// Something that can't be looked at, and why.
    Unreadable(String),
}

/// What a walk found, by folder in order of names.
pub(super) struct Walked<F> {
    pub(super) files: Vec<(RepoPath, F)>,
    pub(super) links: Vec<Link>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The folders that were entered.
    pub(super) folders: Vec<RepoPath>,
    /// Whether a `.gitattributes` was seen.
    pub(super) has_attributes: bool,
}

struct Walker<'a, R> {
    raw: &'a R,
    rules: &'a Rules<'a>,
    n_names: AtomicUsize,
    max_names: usize,
}

/// Walks the whole tree, from a root where `scope` holds.
pub(super) fn walk<R: Raw>(raw: &R, rules: &Rules<'_>, scope: Scope) -> Result<Walked<R::File>, SourceError> {
    Walker::new(raw, rules).folder(&RepoPath::root(), scope)
}

/// Walks one name of a folder, whose `scope` has the folder's own ignore files in it, and all below that name.
pub(super) fn walk_child<R: Raw>(
    raw: &R,
    rules: &Rules<'_>,
    scope: &Scope,
    folder: &RepoPath,
    child: Child<R::File>,
) -> Result<Walked<R::File>, SourceError> {
    let walker = Walker::new(raw, rules);
    let (mut walked, mut folders) = (Walked::new(), Vec::new());
    walker.child(folder, child, scope, &mut walked, &mut folders);
    for (folder, scope) in folders {
        walked.append(walker.folder(&folder, scope)?);
    }
    Ok(walked)
}

impl<F> Walked<F> {
    pub(super) fn new() -> Self {
        Self {
            files: Vec::new(),
            links: Vec::new(),
            diagnostics: Vec::new(),
            folders: Vec::new(),
            has_attributes: false,
        }
    }

    fn append(&mut self, mut other: Self) {
        self.files.append(&mut other.files);
        self.links.append(&mut other.links);
        self.diagnostics.append(&mut other.diagnostics);
        self.folders.append(&mut other.folders);
        self.has_attributes |= other.has_attributes;
    }
}

impl<'a, R: Raw> Walker<'a, R> {
    fn new(raw: &'a R, rules: &'a Rules<'a>) -> Self {
        Self { raw, rules, n_names: AtomicUsize::new(0), max_names: MAX_NAMES }
    }

    fn folder(&self, folder: &RepoPath, mut scope: Scope) -> Result<Walked<R::File>, SourceError> {
        let mut walked = Walked::new();
        let mut children = match self.raw.children(folder) {
            Ok(children) => children,
            Err(error) if folder.is_root() => return Err(error),
            // It went away since its parent was read.
            Err(SourceError::NotFound { .. }) => return Ok(walked),
            Err(error) => {
                walked.diagnostics.push(unreadable(folder, &cause_of(&error)));
                return Ok(walked);
            }
        };
        let n_names_before = self.n_names.fetch_add(children.len() + 1, Ordering::Relaxed);
        if n_names_before + children.len() > self.max_names {
            return Err(SourceError::TooManyFiles { limit: self.max_names });
        }
        let is_named = |child: &Child<R::File>, name: &str| &*child.name == name.as_bytes();
        if !folder.is_root() && children.iter().any(|c| is_named(c, ".git") || is_named(c, MANIFEST_FILE)) {
            return Ok(walked);
        }
        walked.folders.push(folder.clone());
        // Names are unique on a disk; a damaged Git tree can have one twice.
        children.sort_by(|a, b| a.name.cmp(&b.name));
        children.dedup_by(|a, b| a.name == b.name);
        walked.has_attributes = children.iter().any(|child| is_named(child, ATTRIBUTES_FILE));
        self.read_ignore_files(folder, &children, &mut scope, &mut walked.diagnostics);
        let mut folders = Vec::new();
        for child in children {
            self.child(folder, child, &scope, &mut walked, &mut folders);
        }
        let below: Result<Vec<_>, _> =
            folders.into_par_iter().map(|(folder, scope)| self.folder(&folder, scope)).collect();
        below?.into_iter().for_each(|inner| walked.append(inner));
        Ok(walked)
    }

    fn read_ignore_files(
        &self,
        folder: &RepoPath,
        children: &[Child<R::File>],
        scope: &mut Scope,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let mut read = |name: &str| {
            let at = children.binary_search_by(|child| (*child.name).cmp(name.as_bytes())).ok()?;
            // Git doesn't follow a link here either.
            matches!(children[at].kind, Kind::File(_)).then_some(())?;
            let path = folder.join(name);
            match self.raw.read(&path) {
                Ok(text) => Some(text),
                Err(error) => {
                    diagnostics.push(unreadable(&path, &cause_of(&error)));
                    None
                }
            }
        };
        let recto = read(RECTO_IGNORE_FILE);
        let git = if self.rules.uses_git_ignore() { read(GIT_IGNORE_FILE) } else { None };
        diagnostics.extend(recto.into_iter().flat_map(|text| scope.add_recto_ignore(folder, &text)));
        diagnostics.extend(git.into_iter().flat_map(|text| scope.add_git_ignore(folder, &text)));
    }

    fn child(
        &self,
        folder: &RepoPath,
        child: Child<R::File>,
        scope: &Scope,
        walked: &mut Walked<R::File>,
        folders: &mut Vec<(RepoPath, Scope)>,
    ) {
        if is_hidden(&child.name) {
            return;
        }
        let Some(path) = child_path(folder, &child.name) else {
            walked.diagnostics.push(bad_name(folder, &child.name));
            return;
        };
        let inner = if let Kind::Folder = child.kind { self.rules.enter(scope, &path) } else { None };
        let is_kept = inner.is_some() || self.rules.keeps_file(scope, &path);
        if !is_kept || matches!(child.kind, Kind::Repository) {
            return;
        }
        if is_dangerous(path.file_name()) {
            walked.diagnostics.push(dangerous_name(folder, path.as_str()));
            return;
        }
        match child.kind {
            Kind::File(file) => walked.files.push((path, file)),
            Kind::Link(target) => walked.links.push(Link { path, target }),
            Kind::Folder if scope.depth >= MAX_DEPTH => walked.diagnostics.push(too_deep(&path)),
            Kind::Folder => folders.extend(inner.map(|inner| (path, inner))),
            Kind::Special => walked.diagnostics.push(not_a_file(&path)),
            Kind::Unreadable(cause) => walked.diagnostics.push(unreadable(&path, &cause)),
            Kind::Repository => {}
        }
    }
}

/// The path of a name that can be one: UTF-8, and a single normal part (Git's objects may say otherwise).
fn child_path(folder: &RepoPath, name: &[u8]) -> Option<RepoPath> {
    let name = std::str::from_utf8(name).ok()?;
    is_name(name).then(|| folder.join(name))
}

/// Whether a name has characters that could make a terminal, a log or a page show another name.
fn is_dangerous(name: &str) -> bool {
    let is_override = |char| matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    name.chars().any(|char| char.is_control() || is_override(char))
}

/// A name with everything unprintable escaped.
fn shown(name: &[u8]) -> String {
    let chunk = |chunk: std::str::Utf8Chunk<'_>| {
        format!("{}{}", chunk.valid().escape_debug(), chunk.invalid().escape_ascii())
    };
    name.utf8_chunks().map(chunk).collect()
}

fn shown_in(folder: &RepoPath, name: &[u8]) -> String {
    let folder = folder.as_str().escape_debug();
    if folder.clone().next().is_none() { shown(name) } else { format!("{folder}/{}", shown(name)) }
}

fn at_folder(diagnostic: Diagnostic, folder: &RepoPath) -> Diagnostic {
    if folder.is_root() { diagnostic } else { diagnostic.at(Place::file(folder)) }
}

fn bad_name(folder: &RepoPath, name: &[u8]) -> Diagnostic {
    let shown = shown_in(folder, name);
    if std::str::from_utf8(name).is_ok() {
        return dangerous_name(folder, &shown);
    }
    let message = format!("`{shown}` has a name that is not UTF-8, it is left out");
    at_folder(Diagnostic::warning("name-not-utf8", message), folder).hint("rename it")
}

fn dangerous_name(folder: &RepoPath, path: &str) -> Diagnostic {
    let path = path.escape_debug();
    let message = format!("`{path}` has invisible or control characters in its name, it is left out");
    at_folder(Diagnostic::warning("name-dangerous", message), folder)
        .hint("rename it; such characters make it look like another name")
}

fn not_a_file(path: &RepoPath) -> Diagnostic {
    Diagnostic::note("not-a-file", format!("`{path}` is neither a file nor a folder, it is left out"))
        .at(Place::file(path))
}

fn too_deep(path: &RepoPath) -> Diagnostic {
    Diagnostic::error("too-deep", format!("`{path}` lies more than {MAX_DEPTH} folders deep, it is left out"))
        .hint("move it up")
        .at(Place::file(path))
}

/// The diagnostic for a file or folder that can't be read.
pub(super) fn unreadable(path: &RepoPath, cause: &str) -> Diagnostic {
    Diagnostic::error("unreadable", format!("`{path}` can't be read: {cause}"))
        .hint("check its permissions")
        .at(Place::file(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{ListingOptions, Memory, ignore::GitRules};

    /// Lists files with these names (`excluded` is left out), gives the listed paths and the codes of the problems.
    fn check(files: &[&str], expected: &str) {
        let memory = files.iter().fold(Memory::new(), |memory, path| memory.file(path, "x"));
        let exclude = vec![RepoPath::root().join("excluded")];
        let listing = memory.listing(&ListingOptions { exclude }).expect("memory can be listed");
        let paths = listing.entries.keys().map(|path| path.as_str().to_owned());
        let codes = listing.diagnostics.iter().map(|diagnostic| diagnostic.code.to_owned());
        assert_eq!(paths.chain(codes).collect::<Vec<_>>().join(" "), expected);
    }

    #[test]
    fn hidden_names_are_left_out_but_for_those_of_web_servers() {
        check(&[".a.md", ".b/c.md", ".git/config", ".github/x.yml"], "");
        check(
            &[".well-known/a", ".nojekyll", "x/.htaccess", ".well-known/.b"],
            ".nojekyll .well-known/a x/.htaccess",
        );
    }

    #[test]
    fn output_folders_nested_repositories_and_excluded_paths_are_left_out() {
        check(&["out/.recto-manifest", "out/a.html", "b.md"], "b.md");
        check(&["sub/.git", "sub/a.md", "sub2/.git/config", "sub2/x/a.md", "b.md"], "b.md");
        check(&[".recto-manifest", ".git/config", "b.md"], "b.md");
        check(&["excluded/a.md", "excluded.md", "x/excluded/a.md"], "excluded.md x/excluded/a.md");
    }

    #[test]
    fn odd_names_are_listed_and_dangerous_ones_are_not() {
        check(&["a b.md", "\u{fc}.md", "u\u{308}.md", "A", "a"], "A a a b.md u\u{308}.md \u{fc}.md");
        check(
            &["a\nb.md", "c/\u{202e}dm.exe", "d\u{2066}/e.md"],
            "name-dangerous name-dangerous name-dangerous",
        );
        check(&["a\tb/c\td.md"], "name-dangerous");
    }

    #[test]
    fn a_dangerous_name_is_shown_escaped() {
        let listing = Memory::new().file("a\u{1b}[2Jb.md", "x").listing(&ListingOptions::default());
        let diagnostics = listing.expect("memory can be listed").diagnostics;
        assert!(diagnostics[0].message.starts_with("`a\\u{1b}[2Jb.md` has"), "{}", diagnostics[0].message);
        assert_eq!(shown(b"\xff\xc3\xbc\n"), "\\xff\u{fc}\\n");
    }

    #[test]
    fn rectoignore_holds_for_tracked_files_too_and_gitignore_does_not() {
        let memory = Memory::new()
            .file(".rectoignore", "drafts/\n*.tmp")
            .file(".gitignore", "*")
            .file("x/.rectoignore", "!b.tmp")
            .file("drafts/a.md", "x")
            .file("x/a.tmp", "x")
            .file("x/b.tmp", "x");
        let listing = memory.listing(&ListingOptions::default()).expect("memory can be listed");
        assert_eq!(listing.entries.keys().map(RepoPath::as_str).collect::<Vec<_>>(), ["x/b.tmp"]);
    }

    #[test]
    fn depth_and_number_of_names_are_limited() {
        check(
            &[&"d/".repeat(MAX_DEPTH + 50), "a.md"]
                .map(|path| format!("{path}x"))
                .each_ref()
                .map(String::as_str),
            "a.mdx too-deep",
        );
        let memory = (0..30).fold(Memory::new(), |memory, n| memory.file(&format!("{}/{n}.md", n % 5), "x"));
        let (options, n_names) = (ListingOptions::default(), AtomicUsize::new(0));
        let rules = Rules::new(&options, GitRules::AllTracked);
        let walker = Walker { raw: &memory, rules: &rules, n_names, max_names: 20 };
        let found = walker.folder(&RepoPath::root(), Scope::default());
        assert!(matches!(found, Err(SourceError::TooManyFiles { limit: 20 })));
    }
}

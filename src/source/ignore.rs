//! What is left out of a listing by its name: hidden files, excluded paths, `.gitignore`, `.rectoignore`.
//!
//! Takes paths and the text of ignore files, says keep or leave. Git's own rules hold: patterns count from the folder of
//! their file, deeper files win, what is tracked is not ignored, and nothing comes back from an ignored folder. Git's
//! global and per-clone ignore files don't count, so that every machine lists the same.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use ::ignore::{
    Match,
    gitignore::{Gitignore, GitignoreBuilder},
};

use crate::{
    base::{
        diagnostic::{Diagnostic, Place},
        path::RepoPath,
    },
    git::index::WorkTree,
    source::ListingOptions,
};

/// Git's ignore file.
pub(super) const GIT_IGNORE_FILE: &str = ".gitignore";

/// The ignore file that says what is not part of the site, tracked or not.
pub(super) const RECTO_IGNORE_FILE: &str = ".rectoignore";

/// How many bytes of an ignore file are read.
pub(super) const MAX_IGNORE_FILE_BYTES: usize = 1024 * 1024;

/// Hidden names that are files of a site all the same.
const SHOWN_DOT_NAMES: [&str; 3] = [".well-known", ".nojekyll", ".htaccess"];

/// Whether a name starts with a dot and is none of those that web servers look for.
pub(crate) fn is_hidden(name: &[u8]) -> bool {
    name.first() == Some(&b'.') && !SHOWN_DOT_NAMES.iter().any(|shown| shown.as_bytes() == name)
}

/// The rules of one listing.
pub(super) struct Rules<'a> {
    exclude: BTreeSet<&'a RepoPath>,
    git: GitRules<'a>,
}

/// How `.gitignore` counts.
pub(super) enum GitRules<'a> {
    /// Not at all: every file is tracked.
    AllTracked,
    /// For the files that the work tree's index doesn't have; for all when there is no work tree.
    Untracked(Option<&'a WorkTree>),
}

/// The patterns that hold in one folder.
#[derive(Clone, Default)]
pub(super) struct Scope {
    git: Option<Arc<Layer>>,
    recto: Option<Arc<Layer>>,
    is_ignored: bool,
    /// How many folders lie around this one.
    pub(super) depth: usize,
}

/// The patterns of one ignore file, and those around it.
struct Layer {
    outer: Option<Arc<Layer>>,
    /// The folder of the file; the root for files above the site.
    folder: RepoPath,
    /// The way from the file's folder down to the site, empty or ending in `/`.
    above: String,
    patterns: Gitignore,
}

impl<'a> Rules<'a> {
    pub(super) fn new(options: &'a ListingOptions, git: GitRules<'a>) -> Self {
        Self { exclude: options.exclude.iter().collect(), git }
    }

    /// Whether `.gitignore` files count at all.
    pub(super) fn uses_git_ignore(&self) -> bool {
        matches!(self.git, GitRules::Untracked(_))
    }

    /// Whether a file or link in a folder with this scope is kept.
    pub(super) fn keeps_file(&self, scope: &Scope, path: &RepoPath) -> bool {
        if self.exclude.contains(path) || is_ignored(scope.recto.as_ref(), path, false) {
            return false;
        }
        match self.git {
            GitRules::AllTracked => true,
            GitRules::Untracked(work_tree) => {
                !(scope.is_ignored || is_ignored(scope.git.as_ref(), path, false))
                    || work_tree.is_some_and(|work_tree| work_tree.is_tracked(path))
            }
        }
    }

    /// The scope of a folder below one with this scope; `None` when the folder is left out.
    pub(super) fn enter(&self, scope: &Scope, folder: &RepoPath) -> Option<Scope> {
        if self.exclude.contains(folder) || is_ignored(scope.recto.as_ref(), folder, true) {
            return None;
        }
        let mut inner = Scope { depth: scope.depth + 1, ..scope.clone() };
        if let GitRules::Untracked(work_tree) = self.git {
            if work_tree.is_some_and(|work_tree| work_tree.is_submodule(folder)) {
                return None;
            }
            inner.is_ignored = scope.is_ignored || is_ignored(scope.git.as_ref(), folder, true);
            if inner.is_ignored && !work_tree.is_some_and(|work_tree| work_tree.tracks_below(folder)) {
                return None;
            }
        }
        Some(inner)
    }
}

impl Scope {
    /// Adds the text of a folder's `.gitignore`.
    pub(super) fn add_git_ignore(&mut self, folder: &RepoPath, text: &[u8]) -> Vec<Diagnostic> {
        let place = folder.join(GIT_IGNORE_FILE);
        let (patterns, diagnostics) = parse_patterns(text, &place);
        self.git = Some(Arc::new(Layer::new(self.git.take(), folder.clone(), String::new(), patterns)));
        diagnostics
    }

    /// Adds the text of a folder's `.rectoignore`.
    pub(super) fn add_recto_ignore(&mut self, folder: &RepoPath, text: &[u8]) -> Vec<Diagnostic> {
        let place = folder.join(RECTO_IGNORE_FILE);
        let (patterns, diagnostics) = parse_patterns(text, &place);
        self.recto = Some(Arc::new(Layer::new(self.recto.take(), folder.clone(), String::new(), patterns)));
        diagnostics
    }

    /// The scope of a site that is a folder of a work tree, from the `.gitignore` files above it, top first.
    ///
    /// When they ignore the site's own folder they don't count: who names a folder wants to see it.
    pub(super) fn below(site: &RepoPath, git_ignores: &[(RepoPath, Vec<u8>)]) -> Self {
        let parsed: Vec<(&RepoPath, Gitignore)> =
            git_ignores.iter().map(|(folder, text)| (folder, parse_patterns(text, folder).0)).collect();
        let seen_from_top = parsed.iter().fold(None, |outer, (folder, patterns)| {
            Some(Arc::new(Layer::new(outer, (*folder).clone(), String::new(), patterns.clone())))
        });
        let mut way_up = std::iter::successors(Some(site.clone()), RepoPath::parent);
        if way_up.any(|folder| is_ignored(seen_from_top.as_ref(), &folder, true)) {
            return Self::default();
        }
        let git = parsed.into_iter().fold(None, |outer, (folder, patterns)| {
            let above = format!("{}/", site.relative_to(folder).unwrap_or_default());
            Some(Arc::new(Layer::new(outer, RepoPath::root(), above, patterns)))
        });
        Self { git, ..Self::default() }
    }
}

impl Layer {
    fn new(outer: Option<Arc<Self>>, folder: RepoPath, above: String, patterns: Gitignore) -> Self {
        Self { outer, folder, above, patterns }
    }

    fn verdict(&self, path: &RepoPath, is_folder: bool) -> Option<bool> {
        let rest = path.relative_to(&self.folder).filter(|rest| !rest.is_empty())?;
        if self.above.is_empty() {
            return verdict(&self.patterns, rest, is_folder);
        }
        verdict(&self.patterns, &format!("{}{rest}", self.above), is_folder)
    }
}

/// Whether the innermost pattern that matches ignores the path.
fn is_ignored(layers: Option<&Arc<Layer>>, path: &RepoPath, is_folder: bool) -> bool {
    std::iter::successors(layers.map(|layer| &**layer), |layer| layer.outer.as_deref())
        .find_map(|layer| layer.verdict(path, is_folder))
        .unwrap_or(false)
}

fn verdict(patterns: &Gitignore, path: &str, is_folder: bool) -> Option<bool> {
    match patterns.matched(Path::new(path), is_folder) {
        Match::None => None,
        Match::Ignore(_) => Some(true),
        Match::Whitelist(_) => Some(false),
    }
}

fn parse_patterns(text: &[u8], place: &RepoPath) -> (Gitignore, Vec<Diagnostic>) {
    let text = String::from_utf8_lossy(&text[..text.len().min(MAX_IGNORE_FILE_BYTES)]);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut builder = GitignoreBuilder::new(".");
    let mut diagnostics = Vec::new();
    for (line_idx, line) in text.lines().enumerate() {
        if let Err(error) = builder.add_line(None, &escape_braces(line)) {
            let place = Place::at_line(place, text, line_idx + 1, 1, None);
            diagnostics.push(bad_pattern(line, &error).at(place));
        }
    }
    let patterns = builder.build().unwrap_or_else(|error| {
        diagnostics.push(bad_pattern(place.as_str(), &error).at(Place::file(place)));
        Gitignore::empty()
    });
    (patterns, diagnostics)
}

fn bad_pattern(pattern: &str, error: &::ignore::Error) -> Diagnostic {
    let cause = match error {
        ::ignore::Error::Glob { err, .. } => err.clone(),
        other => other.to_string(),
    };
    Diagnostic::warning(
        "ignore-pattern",
        format!("`{}` is not a pattern: {cause}", pattern.trim().escape_debug()),
    )
    .hint("the line has no effect; `git help ignore` explains the patterns")
}

/// Takes `{` and `}` literally, as Git does and globs elsewhere don't.
fn escape_braces(line: &str) -> String {
    let mut escaped = String::with_capacity(line.len());
    let (mut in_class, mut after_backslash) = (false, false);
    for char in line.chars() {
        if matches!(char, '{' | '}') && !in_class && !after_backslash {
            escaped.push('\\');
        }
        if !after_backslash {
            in_class = (in_class && char != ']') || char == '[';
        }
        after_backslash = char == '\\' && !after_backslash;
        escaped.push(char);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> RepoPath {
        RepoPath::new(text).expect("a normal path")
    }

    /// Whether a folder without Git leaves `file` out by one `.gitignore` at its root, entering each folder as a walk does.
    fn check(patterns: &str, file: &str, left_out: bool) {
        let options = ListingOptions::default();
        let rules = Rules::new(&options, GitRules::Untracked(None));
        let mut scope = Scope::default();
        assert_eq!(scope.add_git_ignore(&RepoPath::root(), patterns.as_bytes()), []);
        let folders: Vec<RepoPath> = std::iter::successors(path(file).parent(), RepoPath::parent).collect();
        let mut folders = folders.iter().rev().filter(|folder| !folder.is_root());
        let inner = folders.try_fold(scope, |scope, folder| rules.enter(&scope, folder));
        let kept = inner.is_some_and(|scope| rules.keeps_file(&scope, &path(file)));
        assert_eq!(!kept, left_out, "{patterns:?} for {file:?}");
    }

    #[test]
    fn patterns_are_those_of_git() {
        check("*.tmp", "a/b.tmp", true);
        check("/a.md", "x/a.md", false);
        check("/a.md", "a.md", true);
        check("drafts/", "x/drafts/a.md", true);
        check("drafts/", "drafts", false);
        check("docs/*.md", "docs/x/a.md", false);
        check("docs/**/a.md", "docs/x/y/a.md", true);
        check("*.md\n!keep.md", "keep.md", false);
        check("drafts/\n!drafts/keep.md", "drafts/keep.md", true);
        check("# a.md\n\n\\#b.md", "a.md", false);
        check("# a.md\n\n\\#b.md", "#b.md", true);
        check("a.md\r\nb.md\r\n", "a.md", true);
        check("\u{feff}a.md", "a.md", true);
        check("A.md", "a.md", false);
        check("a.md   ", "a.md", true);
    }

    #[test]
    fn braces_are_letters() {
        check("{a,b}.md", "a.md", false);
        check("{a,b}.md", "{a,b}.md", true);
        check("{{name}}/", "{{name}}/x.md", true);
        check("\\{a", "{a", true);
        check("[{]a", "{a", true);
        check("a{", "a", false);
    }

    #[test]
    fn a_pattern_that_is_none_is_named() {
        let mut scope = Scope::default();
        let found = scope.add_recto_ignore(&path("docs"), b"ok\n[z-a]\n");
        let place = found[0].place.clone().expect("a place");
        assert_eq!((found[0].code, place.path.as_str()), ("ignore-pattern", "docs/.rectoignore"));
        assert_eq!(place.span.map(|span| (span.line, span.excerpt)), Some((2, "[z-a]".to_owned())));
    }

    #[test]
    fn ignore_files_above_the_site_count_unless_they_ignore_it() {
        let check = |files: &[(&str, &str)], file: &str, left_out: bool| {
            let texts: Vec<(RepoPath, Vec<u8>)> =
                files.iter().map(|(folder, text)| (path(folder), text.as_bytes().to_vec())).collect();
            let options = ListingOptions::default();
            let rules = Rules::new(&options, GitRules::Untracked(None));
            let scope = Scope::below(&path("site/docs"), &texts);
            assert_eq!(!rules.keeps_file(&scope, &path(file)), left_out, "{files:?} for {file:?}");
        };
        check(&[("", "*.tmp")], "a.tmp", true);
        check(&[("", "/site/docs/a.md")], "a.md", true);
        check(&[("", "/a.md")], "a.md", false);
        check(&[("site", "docs/a.md")], "a.md", true);
        check(&[("", "*.md"), ("site", "!*.md")], "a.md", false);
        check(&[("", "*")], "a.md", false);
        check(&[("", "site/")], "a.md", false);
        check(&[("site", "/docs\n")], "a.md", false);
    }
}

//! [`Renames`]: which files get another path, and how one path is written as seen from another.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::path::RepoPath;

/// Files that get another path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Renames {
    files: BTreeMap<RepoPath, RepoPath>,
    /// The same the other way round.
    back: BTreeMap<RepoPath, RepoPath>,
    /// Those, by their old paths, that only a symbolic link on the way shows: Git knows the link.
    seen: BTreeSet<RepoPath>,
    /// The folder that moves with all that is in it.
    folder: Option<(RepoPath, RepoPath)>,
}

impl Renames {
    /// The files of a folder, and the folder itself.
    pub(super) fn of_folder(files: Vec<RepoPath>, from: &RepoPath, to: &RepoPath) -> Self {
        let mut renames = Self { folder: Some((from.clone(), to.clone())), ..Self::default() };
        for file in files {
            if let Some(new) = file.relative_to(from).and_then(|rest| to.resolve(rest)) {
                renames.add(file, new);
            }
        }
        renames
    }

    /// Another file.
    pub(super) fn add(&mut self, from: RepoPath, to: RepoPath) {
        self.back.insert(to.clone(), from.clone());
        self.files.insert(from, to);
    }

    /// Adds a file that only a link to a folder shows.
    pub(super) fn add_seen(&mut self, from: RepoPath, to: RepoPath) {
        self.seen.insert(from.clone());
        // It may be seen as the file itself by now.
        self.back.entry(to.clone()).or_insert_with(|| from.clone());
        self.files.insert(from, to);
    }

    /// The files that Git knows, by their old paths.
    pub(super) fn stored(&self) -> impl Iterator<Item = (&RepoPath, &RepoPath)> {
        self.files.iter().filter(|(old, _)| !self.seen.contains(*old))
    }

    /// The files by their old paths.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&RepoPath, &RepoPath)> {
        self.files.iter()
    }

    /// Whether a file gets another path.
    pub(super) fn has(&self, old: &RepoPath) -> bool {
        self.files.contains_key(old)
    }

    /// The path of a file afterwards.
    pub(super) fn new_path(&self, old: &RepoPath) -> RepoPath {
        self.files.get(old).unwrap_or(old).clone()
    }

    /// The path of a file before.
    pub(super) fn old_path(&self, new: &RepoPath) -> RepoPath {
        self.back.get(new).unwrap_or(new).clone()
    }

    /// The path of a folder afterwards.
    pub(super) fn new_folder(&self, old: &RepoPath) -> RepoPath {
        let moved = self.folder.as_ref().and_then(|(from, to)| {
            let rest = old.relative_to(from).filter(|_| old.is_within(from))?;
            to.resolve(rest)
        });
        moved.unwrap_or_else(|| old.clone())
    }

    /// A path as written in a file, after the move; `None` when it stays as it is.
    ///
    /// It is seen from the file's folder, or from `root` with a leading `/`. `endings` is what it may lack at its end, and
    /// `is_there` says which files there were before.
    pub(super) fn reworded(
        &self,
        written: &str,
        file: &RepoPath,
        root: &RepoPath,
        endings: &[&str],
        is_there: impl Fn(&RepoPath) -> bool,
    ) -> Option<String> {
        let folder = |file: &RepoPath| file.parent().unwrap_or_default();
        let (old_folder, new_folder) = (folder(file), folder(&self.new_path(file)));
        let rooted = written.strip_prefix('/');
        let meant = |folder: &RepoPath| match rooted {
            Some(rest) => root.resolve(rest),
            None => folder.resolve(written),
        };
        let old = meant(&old_folder)?;
        let whole = |ending: &&str| RepoPath::new(&format!("{old}{ending}")).filter(&is_there);
        let (new, ending) = match endings.iter().find_map(|ending| Some((whole(ending)?, *ending))) {
            Some((path, ending)) => (self.new_path(&path), ending),
            None => (self.new_folder(&old), ""),
        };
        let new = new.as_str().strip_suffix(ending).and_then(RepoPath::new).unwrap_or(new);
        let is_same = new == old && old_folder == new_folder || meant(&new_folder).as_ref() == Some(&new);
        let was_there = ending.is_empty() && !is_there(&old) && self.new_folder(&old) == old;
        if is_same || was_there {
            return None;
        }
        let seen = relative(&new_folder, &new);
        let has_dot = written.starts_with("./") && !seen.starts_with("../");
        Some(match rooted {
            Some(_) => format!("/{}", new.relative_to(root).unwrap_or(new.as_str())),
            None if has_dot => format!("./{seen}"),
            None => seen,
        })
    }
}

/// A path as seen from a folder; nothing for the folder itself.
pub(super) fn relative(folder: &RepoPath, to: &RepoPath) -> String {
    let n_shared = folder.parts().zip(to.parts()).take_while(|(a, b)| a == b).count();
    let up = folder.parts().skip(n_shared).map(|_| "..");
    up.chain(to.parts().skip(n_shared)).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(path: &str) -> RepoPath {
        RepoPath::new(path).expect("a normal path")
    }

    #[test]
    fn paths_are_seen_from_folders() {
        for (folder, to, expected) in
            [("", "a.md", "a.md"), ("x", "a.md", "../a.md"), ("x/y", "x/z/a.md", "../z/a.md"), ("x", "x", "")]
        {
            assert_eq!(relative(&path(folder), &path(to)), expected);
        }
    }

    #[test]
    fn written_paths_follow_what_moves() {
        let mut renames = Renames::of_folder(vec![path("x/a.md"), path("x/b.md")], &path("x"), &path("y/z"));
        renames.add(path("c.md"), path("d/e.md"));
        let there = ["x/a.md", "x/b.md", "c.md", "f.md"].map(path);
        let check = |written: &str, file: &str, expected: Option<&str>| {
            let is_there = |path: &RepoPath| there.contains(path);
            let new = renames.reworded(written, &path(file), &RepoPath::root(), &["", ".md"], is_there);
            assert_eq!(new.as_deref(), expected, "{written} in {file}");
        };
        check("x/a.md", "f.md", Some("y/z/a.md"));
        check("./x/a", "f.md", Some("./y/z/a"));
        check("/x/a.md", "f.md", Some("/y/z/a.md"));
        check("b.md", "x/a.md", None);
        check("../f.md", "x/a.md", Some("../../f.md"));
        check("f.md", "c.md", Some("../f.md"));
        check("x", "f.md", Some("y/z"));
        check("f.md", "f.md", None);
        check("none.md", "c.md", None);
    }
}

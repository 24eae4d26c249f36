//! [`Top`]: paths as programs say them, from the top of the repository. The wiki knows those of its site, which may be in a folder
//! of it (`recto edit docs`); what comes in and goes out is turned from the one into the other here.

use axum::http::StatusCode;

use super::super::{WikiSite, problem::Problem};
use crate::{
    base::{diagnostic::Diagnostic, path::RepoPath},
    git::LeftAlone,
};

/// The top of the repository, as seen from the folder that the site is in.
pub(in crate::server::wiki) struct Top {
    folder: RepoPath,
}

impl Top {
    pub(in crate::server::wiki) fn of(site: &WikiSite) -> Self {
        Self { folder: site.wiki.store().folder().clone() }
    }

    /// A path of the site, as programs say it.
    pub(in crate::server::wiki) fn path(&self, path: &RepoPath) -> RepoPath {
        self.folder.resolve(path.as_str()).expect("a path in normal form stays below its folder")
    }

    pub(super) fn paths(&self, paths: &[RepoPath]) -> Vec<RepoPath> {
        paths.iter().map(|path| self.path(path)).collect()
    }

    pub(in crate::server::wiki) fn left_alone(&self, files: Vec<LeftAlone>) -> Vec<LeftAlone> {
        files.into_iter().map(|file| LeftAlone { path: self.path(&file.path), ..file }).collect()
    }

    pub(super) fn problems(&self, mut problems: Vec<Diagnostic>) -> Vec<Diagnostic> {
        for problem in &mut problems {
            let related = problem.related.iter_mut().map(|(_, place)| place);
            problem.place.iter_mut().chain(related).for_each(|place| place.path = self.path(&place.path));
        }
        problems
    }

    /// What a program says, as a path of the site; the folder of the site itself is `/`.
    pub(super) fn below(&self, written: &str) -> Result<String, Problem> {
        match self.rest(written) {
            Some("") if !self.folder.is_root() => Ok("/".to_owned()),
            Some(rest) => Ok(rest.to_owned()),
            None => Err(self.outside(written)),
        }
    }

    /// The beginning of paths that a program says, as one of paths of the site.
    pub(super) fn prefix(&self, written: &str) -> Result<String, Problem> {
        let is_above = format!("{}/", self.folder).starts_with(written);
        match self.rest(written) {
            Some(rest) => Ok(rest.to_owned()),
            None if is_above => Ok(String::new()),
            None => Err(self.outside(written)),
        }
    }

    fn rest<'w>(&self, written: &'w str) -> Option<&'w str> {
        match self.folder.as_str() {
            "" => Some(written),
            folder => written.strip_prefix(folder)?.strip_prefix('/'),
        }
    }

    fn outside(&self, written: &str) -> Problem {
        let title = format!("`{}` is outside of this wiki", written.escape_debug());
        let folder = &self.folder;
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "outside", title).with_detail(format!(
            "it is the folder `{folder}` of its repository: paths begin with `{folder}/`"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_the_top_of_the_repository() {
        let top = |folder: &str| Top { folder: RepoPath::new(folder).expect("a path") };
        let below = |folder: &str, path: &str| top(folder).below(path).ok();
        let prefix = |folder: &str, path: &str| top(folder).prefix(path).ok();
        for path in ["a.md", "docs/a.md", "", "/", "../x"] {
            assert_eq!(below("", path).as_deref(), Some(path));
            assert_eq!(prefix("", path).as_deref(), Some(path));
        }
        let own = RepoPath::new("x/a.md").expect("a path");
        assert_eq!(top("").path(&own), own);
        assert_eq!(top("docs").path(&own).as_str(), "docs/x/a.md");
        for (written, expected) in [
            ("docs/a.md", Some("a.md")),
            ("docs/docs/a.md", Some("docs/a.md")),
            ("docs/", Some("/")),
            // Refused by whoever looks at names.
            ("docs/../a.md", Some("../a.md")),
            ("docs", None),
            ("a.md", None),
            ("docs2/a.md", None),
            ("/docs/a.md", None),
            ("", None),
        ] {
            assert_eq!(below("docs", written).as_deref(), expected, "{written}");
        }
        for (written, expected) in
            [("", Some("")), ("do", Some("")), ("docs/", Some("")), ("docs/a", Some("a")), ("src/", None)]
        {
            assert_eq!(prefix("docs", written).as_deref(), expected, "{written}");
        }
    }
}

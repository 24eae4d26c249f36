//! [`Around`]: what lies around a site in its work tree and decides about it: ignore files of the folders above, and what Git
//! writes.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use notify::RecursiveMode;

use super::refs::RefPlaces;
use crate::{
    git::index::{CONFIG_FILES, INDEX_FILE, INDEX_LOCK, WorkTree},
    source::{Touched, relist::is_rule},
};

/// The folders around a site that are watched for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Around {
    /// The folders of the work tree that the site's folder lies in.
    above: BTreeSet<PathBuf>,
    git: Option<RefPlaces>,
}

impl Around {
    /// What is around a site in a work tree; nothing without one.
    pub(super) fn of(work_tree: Option<&WorkTree>) -> Self {
        let Some(work_tree) = work_tree else { return Self::default() };
        let above = work_tree.folders_above().map(|folder| work_tree.disk_path(&folder)).collect();
        Self { above, git: Some(RefPlaces::new(work_tree.git_dir(), work_tree.common_dir())) }
    }

    /// Whether the site is in a work tree.
    pub(super) fn is_in_git(&self) -> bool {
        self.git.is_some()
    }

    /// The file that is there while Git is at work.
    pub(super) fn index_lock(&self) -> Option<PathBuf> {
        self.git.as_ref().map(|git| git.git_dir().join(INDEX_LOCK))
    }

    /// The folders to watch, and whether with all that is below them.
    pub(super) fn folders(&self) -> impl Iterator<Item = (&Path, RecursiveMode)> {
        let above = self.above.iter().map(|folder| (&**folder, RecursiveMode::NonRecursive));
        above.chain(self.git.iter().flat_map(RefPlaces::folders))
    }

    /// Notes what something at a path of the disk means for the site.
    pub(super) fn touch(&self, path: &Path, touched: &mut Touched) {
        if let Some(git) = &self.git {
            let own = git.file_name(path).unwrap_or_default();
            touched.index |= own == INDEX_FILE;
            touched.settings |= CONFIG_FILES.contains(&own);
            touched.commits |= git.concern(path);
        }
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        touched.everything |=
            is_rule(name) && path.parent().is_some_and(|folder| self.above.contains(folder));
    }
}

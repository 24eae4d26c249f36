//! [`Folder::relist`]: the listing after something happened, at the cost of what happened.
//!
//! Takes the last listing and where to look, gives the next listing and the difference of both. The next listing is the
//! one that [`Source::listing`] would give:
//!
//! 1. a file that was listed and still is a file only gets the id of its bytes;
//! 2. any other name that was touched is taken out with all below it, and what is there now is walked;
//! 3. what could change the rules for other names (ignore files, attributes, links, which files Git tracks) has
//!    everything listed.

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    io,
    sync::Arc,
};

use rayon::prelude::*;

use crate::{
    base::{diagnostic, diagnostic::Diagnostic, path::RepoPath},
    git::{
        file_stat::FileStat,
        index::{ATTRIBUTES_FILE, WorkTree},
    },
    source::{
        ChangeSet, Entry, Folder, Listing, ListingOptions, Source, SourceError, Touched,
        folder::{child_at, hash, read_work_tree, scope_of},
        ignore::{GIT_IGNORE_FILE, GitRules, RECTO_IGNORE_FILE, Rules, Scope, is_hidden},
        walk::{Kind, MANIFEST_FILE, MAX_DEPTH, Walked, walk_child},
    },
};

/// How many touched paths are looked at one by one; with more, listing everything is as quick.
const MAX_PATHS: usize = 5_000;

/// Names that decide about other names.
const RULE_FILES: [&str; 5] = [GIT_IGNORE_FILE, RECTO_IGNORE_FILE, ATTRIBUTES_FILE, MANIFEST_FILE, ".git"];

/// Whether a file or folder of this name decides what becomes of others.
pub(super) fn is_rule(name: &str) -> bool {
    RULE_FILES.contains(&name)
}

/// The end of the attempt to look only at what was touched: everything has to be listed.
struct Everything;

/// What has to be put in the place of parts of the last listing.
#[derive(Default)]
struct Edit {
    entries: BTreeMap<RepoPath, Entry>,
    /// Files and folders that are to be taken out first.
    cut: BTreeSet<RepoPath>,
    diagnostics: Vec<Diagnostic>,
    folders: Vec<RepoPath>,
}

impl Folder {
    /// The listing after `touched`, and how it differs from `former`, which must be the last one with the same options.
    pub fn relist(
        &self,
        former: &Listing,
        touched: &Touched,
        options: &ListingOptions,
    ) -> Result<(Listing, ChangeSet), SourceError> {
        if let Ok(edit) = self.look(former, touched, options) {
            return Ok(self.apply(former, edit));
        }
        let listing = self.listing(options)?;
        let changes = ChangeSet::between(former, &listing);
        Ok((listing, changes))
    }

    /// Finds out what there is now at the touched paths.
    fn look(
        &self,
        former: &Listing,
        touched: &Touched,
        options: &ListingOptions,
    ) -> Result<Edit, Everything> {
        let paths = &touched.paths;
        let changes_rules = |path: &RepoPath| path.is_root() || path.parts().any(is_rule);
        if touched.everything || paths.len() > MAX_PATHS || paths.iter().any(changes_rules) {
            return Err(Everything);
        }
        let work_tree = self.same_work_tree()?;
        let visible = paths.iter().filter(|path| !path.parts().any(|part| is_hidden(part.as_bytes())));
        let (files, names): (Vec<&RepoPath>, Vec<&RepoPath>) =
            visible.partition(|path| self.is_still_a_file(former, path));
        let mut edit = Edit::default();
        self.hash_files(former, files, &mut edit)?;
        if !names.is_empty() {
            if self.has_odd_parts(former) {
                return Err(Everything);
            }
            let rules = Rules::new(options, GitRules::Untracked(work_tree.as_deref()));
            let top = work_tree.as_deref().map_or_else(Scope::default, scope_of);
            Look { folder: self, rules: &rules, top, scopes: HashMap::new() }.names(names, &mut edit)?;
        }
        Ok(edit)
    }

    /// The work tree of the last listing, read again when its index was written, unless other files are tracked now.
    fn same_work_tree(&self) -> Result<Option<Arc<WorkTree>>, Everything> {
        let Some(known) = self.last().work_tree.clone() else { return Ok(None) };
        if known.is_current() {
            return Ok(Some(known));
        }
        let (work_tree, problems) = read_work_tree(self.root());
        let same = work_tree.filter(|work_tree| problems.is_empty() && work_tree.tracks_the_same(&known));
        let same = same.map(Arc::new).ok_or(Everything)?;
        self.last().work_tree = Some(same.clone());
        Ok(Some(same))
    }

    /// Whether a listing has what can't be replaced name by name: links, and problems that only name the folder they are in.
    fn has_odd_parts(&self, listing: &Listing) -> bool {
        let is_odd =
            |problem: &Diagnostic| ["symlink-", "name-"].iter().any(|kind| problem.code.starts_with(kind));
        listing.diagnostics.iter().any(is_odd) || !self.last().linked.is_empty()
    }

    fn is_still_a_file(&self, former: &Listing, path: &RepoPath) -> bool {
        former.entries.get(path).is_some_and(|entry| entry.link_to.is_none())
            && self.disk_path(path).symlink_metadata().is_ok_and(|metadata| metadata.is_file())
    }

    fn hash_files(&self, former: &Listing, files: Vec<&RepoPath>, edit: &mut Edit) -> Result<(), Everything> {
        let hashed: Result<Vec<_>, Everything> = files
            .into_par_iter()
            .map(|path| {
                let (blob, size) = hash(&self.disk_path(path)).map_err(|_| Everything)?;
                Ok((path, Entry { blob, size, link_to: None }))
            })
            .collect();
        let changed: BTreeMap<&RepoPath, Entry> =
            hashed?.into_iter().filter(|(path, entry)| former.entries.get(*path) != Some(entry)).collect();
        if changed.is_empty() {
            return Ok(());
        }
        let linked = self.last().linked.clone();
        let through_links = linked.iter().filter_map(|path| {
            let target = former.entries.get(path)?.link_to.as_ref()?;
            Some((path.clone(), Entry { link_to: Some(target.clone()), ..changed.get(target)?.clone() }))
        });
        edit.entries.extend(through_links);
        edit.entries.extend(changed.into_iter().map(|(path, entry)| (path.clone(), entry)));
        Ok(())
    }

    fn apply(&self, former: &Listing, edit: Edit) -> (Listing, ChangeSet) {
        let mut listing = former.clone();
        let mut gone = BTreeMap::new();
        for path in &edit.cut {
            let within: Vec<RepoPath> = below(&listing, path).cloned().collect();
            gone.extend(within.into_iter().filter_map(|path| listing.entries.remove_with_key(&path)));
        }
        let mut changes = ChangeSet::default();
        for (path, entry) in edit.entries {
            let before = gone.remove(&path).or_else(|| listing.entries.get(&path).cloned());
            if before.is_none_or(|before| before.blob != entry.blob) {
                changes.changed.push(path.clone());
            }
            listing.entries.insert(path, entry);
        }
        changes.removed = gone.into_keys().collect();
        if !edit.cut.is_empty() {
            let is_cut = |path: &RepoPath| ancestors(path).any(|around| edit.cut.contains(&around));
            listing.diagnostics.retain(|problem| !problem.place.as_ref().is_some_and(|at| is_cut(&at.path)));
            listing.diagnostics.extend(edit.diagnostics);
            diagnostic::sort(&mut listing.diagnostics);
            self.replace_folders(&edit.cut, edit.folders);
        }
        (listing, changes)
    }

    fn replace_folders(&self, cut: &BTreeSet<RepoPath>, found: Vec<RepoPath>) {
        let mut last = self.last();
        if found.is_empty() && !cut.iter().any(|path| last.folders.contains(path)) {
            return;
        }
        let folders = Arc::make_mut(&mut last.folders);
        folders.retain(|folder| !ancestors(folder).any(|around| cut.contains(&around)));
        folders.extend(found);
    }
}

/// A look at names that appeared, went away or are of another kind now.
struct Look<'a> {
    folder: &'a Folder,
    rules: &'a Rules<'a>,
    /// What holds in the site's folder before its own ignore files.
    top: Scope,
    scopes: HashMap<RepoPath, Option<Scope>>,
}

impl Look<'_> {
    fn names(&mut self, names: Vec<&RepoPath>, edit: &mut Edit) -> Result<(), Everything> {
        // A folder comes before what is in it.
        for path in names {
            if !ancestors(path).skip(1).any(|around| edit.cut.contains(&around)) {
                edit.cut.insert(path.clone());
                let walked = self.walk(path)?;
                edit.folders.extend(walked.folders);
                edit.diagnostics.extend(walked.diagnostics);
                self.take_files(walked.files, edit)?;
            }
        }
        Ok(())
    }

    fn walk(&mut self, path: &RepoPath) -> Result<Walked<FileStat>, Everything> {
        let nothing = Ok(Walked::new());
        let parent = path.parent().unwrap_or_default();
        let Some(scope) = self.scope_in(&parent)? else { return nothing };
        let Some(child) = child_at(&self.folder.disk_path(path)) else { return nothing };
        if matches!(child.kind, Kind::Link(_)) {
            return Err(Everything);
        }
        let walked = walk_child(self.folder, self.rules, &scope, &parent, child).map_err(|_| Everything)?;
        if walked.links.is_empty() { Ok(walked) } else { Err(Everything) }
    }

    fn take_files(&self, files: Vec<(RepoPath, FileStat)>, edit: &mut Edit) -> Result<(), Everything> {
        let hashed: Result<Vec<_>, Everything> = files
            .into_par_iter()
            .map(|(path, _)| match hash(&self.folder.disk_path(&path)) {
                Ok((blob, size)) => Ok(Some((path, Entry { blob, size, link_to: None }))),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(_) => Err(Everything),
            })
            .collect();
        edit.entries.extend(hashed?.into_iter().flatten());
        Ok(())
    }

    /// What holds in a folder with its own ignore files; `None` when the walk doesn't enter it.
    fn scope_in(&mut self, folder: &RepoPath) -> Result<Option<Scope>, Everything> {
        if let Some(known) = self.scopes.get(folder) {
            return Ok(known.clone());
        }
        let scope = match folder.parent() {
            None => Some(self.top.clone()),
            Some(parent) => {
                let outer = self.scope_in(&parent)?;
                outer.filter(|scope| scope.depth < MAX_DEPTH).and_then(|scope| {
                    if is_hidden(folder.file_name().as_bytes()) {
                        None
                    } else {
                        self.rules.enter(&scope, folder)
                    }
                })
            }
        };
        let scope = match scope {
            Some(scope) => self.with_own_rules(folder, scope)?,
            None => None,
        };
        self.scopes.insert(folder.clone(), scope.clone());
        Ok(scope)
    }

    fn with_own_rules(&self, folder: &RepoPath, mut scope: Scope) -> Result<Option<Scope>, Everything> {
        let disk_path = self.folder.disk_path(folder);
        let kind = |name: &str| disk_path.join(name).symlink_metadata().ok();
        match disk_path.symlink_metadata() {
            Ok(metadata) if metadata.is_dir() => {}
            Ok(metadata) if metadata.is_symlink() => return Err(Everything),
            _ => return Ok(None),
        }
        if !folder.is_root() && (kind(".git").is_some() || kind(MANIFEST_FILE).is_some()) {
            return Ok(None);
        }
        let read = |name: &str| match kind(name) {
            Some(metadata) if metadata.is_file() => {
                self.folder.read(&folder.join(name)).map(Some).map_err(|_| Everything)
            }
            _ => Ok(None),
        };
        // What is wrong with these files is known from the last listing.
        if let Some(text) = read(RECTO_IGNORE_FILE)? {
            scope.add_recto_ignore(folder, &text);
        }
        if let Some(text) = read(GIT_IGNORE_FILE)? {
            scope.add_git_ignore(folder, &text);
        }
        Ok(Some(scope))
    }
}

/// A path and the folders around it, without the root.
fn ancestors(path: &RepoPath) -> impl Iterator<Item = RepoPath> {
    std::iter::successors(Some(path.clone()), RepoPath::parent).filter(|path| !path.is_root())
}

/// The path itself and all below it.
fn below<'a>(listing: &'a Listing, path: &RepoPath) -> impl Iterator<Item = &'a RepoPath> {
    let itself = listing.entries.get_key_value(path).map(|(path, _)| path);
    itself.into_iter().chain(listing.below(path).map(|(path, _)| path))
}

//! [`plan`]: from the files that the site wants, those that we wrote before and those on disk, to the operations of a [`Journal`](super::journal::Journal).
//!
//! Reads the disk and changes nothing, so that every refusal comes before the first change:
//!
//! 1. Of the files of ours that are not wanted any more [`removable`] finds those that someone edited, which stay.
//! 2. [`foreign_files`] finds what is in the way and not ours; if anything is, that is the answer.
//! 3. [`in_the_way`] tells which removals must come before the new files; the others come after them.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
    path::Path,
};

use foldhash::HashMap;
use walkdir::WalkDir;

use super::{
    disk::{self, Folder, Folders, Kind, parent_of},
    error::OutputError,
    journal::Op,
    manifest::{DigestedFile, Manifest, OutputPath},
};
use crate::base::digest::Digest;

/// A file that the site wants.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) digest: Digest,
    /// The number of its staged bytes, when they differ from those on disk.
    pub(super) staged: Option<u32>,
    pub(super) found: Found,
}

/// What was at the path of a wanted file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Nothing,
    Same,
    Different,
    Folder,
    /// A file is where one of the path's folders should be.
    Under(String),
}

/// The files of the next site.
pub(super) struct Next {
    pub(super) manifest: Manifest,
    /// The files of the last site that it lacks.
    pub(super) gone: Vec<DigestedFile>,
    /// Those that stay as they are, in order; none when nothing is gone and nothing new.
    pub(super) kept: Vec<DigestedFile>,
}

/// The change to make.
pub(super) struct Plan {
    pub(super) ops: Vec<Op>,
    pub(super) manifest: Manifest,
    pub(super) n_removed: usize,
    pub(super) kept: Vec<String>,
}

/// Decides the change; `wanted` are the files that were put.
pub(super) fn plan(
    root: &Path,
    wanted: &BTreeMap<OutputPath, Wanted>,
    old: &Manifest,
    Next { manifest, gone, kept: same }: Next,
) -> Result<Plan, OutputError> {
    let (removable, kept) = removable(root, gone, wanted, &same)?;
    let foreign = foreign_files(root, wanted, old, &removable)?;
    if !foreign.is_empty() {
        return Err(OutputError::Foreign(foreign));
    }
    let first = in_the_way(wanted, &removable);
    let remove = |path: &OutputPath, digest: &Digest| Op::Remove { path: path.to_string(), digest: *digest };
    let mut ops: Vec<Op> = removable
        .iter()
        .filter(|(path, _)| first.contains(&***path))
        .map(|(path, digest)| remove(path, digest))
        .collect();
    ops.extend(wanted.iter().filter_map(|(path, wanted)| place(path, wanted)));
    ops.extend(
        removable
            .iter()
            .filter(|(path, _)| !first.contains(&***path))
            .map(|(path, digest)| remove(path, digest)),
    );
    Ok(Plan { ops, manifest, n_removed: removable.len(), kept })
}

fn place(path: &str, wanted: &Wanted) -> Option<Op> {
    let staged = wanted.staged?;
    let path = path.to_owned();
    Some(if wanted.found == Found::Different {
        Op::Replace { path, staged }
    } else {
        Op::Add { path, staged }
    })
}

/// The files of ours that go, and those that stay because someone edited them.
fn removable(
    root: &Path,
    gone: Vec<DigestedFile>,
    wanted: &BTreeMap<OutputPath, Wanted>,
    same: &[DigestedFile],
) -> Result<(BTreeMap<OutputPath, Digest>, Vec<String>), OutputError> {
    let folders = Folders::new(root);
    let (mut removable, mut kept) = (BTreeMap::new(), Vec::new());
    for (path, digest) in gone {
        match folders.look(parent_of(&path)) {
            Ok(Folder::Real) => {}
            Ok(Folder::Missing | Folder::Under(_)) => continue,
            Err(OutputError::Symlink(_)) => {
                kept.push(path.to_string());
                continue;
            }
            Err(error) => return Err(error),
        }
        let target = root.join(&*path);
        match disk::kind(&target)? {
            Kind::File(_) if disk::digest_of(&target)? == digest => {
                removable.insert(path, digest);
            }
            Kind::File(_) | Kind::Symlink | Kind::Other => kept.push(path.to_string()),
            Kind::Missing | Kind::Folder => {}
        }
    }
    spare_wanted_files(root, wanted.keys().chain(same.iter().map(|(path, _)| path)), &mut removable);
    Ok((removable, kept))
}

/// Where case is ignored, the old `About` may be the wanted `about`.
fn spare_wanted_files<'w>(
    root: &Path,
    wanted: impl Iterator<Item = &'w OutputPath>,
    removable: &mut BTreeMap<OutputPath, Digest>,
) {
    if removable.is_empty() {
        return;
    }
    let by_lower_case: HashMap<String, &OutputPath> =
        wanted.map(|path| (path.to_lowercase(), path)).collect();
    removable.retain(|path, _| {
        let other = by_lower_case.get(&path.to_lowercase());
        !other.is_some_and(|other| disk::is_same_file(&root.join(&**path), &root.join(&***other)))
    });
}

/// Files that we may not touch where the site wants to write, sorted.
fn foreign_files(
    root: &Path,
    wanted: &BTreeMap<OutputPath, Wanted>,
    old: &Manifest,
    removable: &BTreeMap<OutputPath, Digest>,
) -> Result<Vec<String>, OutputError> {
    let mut foreign = BTreeSet::new();
    for (path, wanted) in wanted {
        match &wanted.found {
            Found::Nothing | Found::Same => {}
            Found::Different if old.get(path).is_some() => {}
            Found::Different => {
                foreign.insert(path.to_string());
            }
            Found::Under(file) if removable.contains_key(&**file) => {}
            Found::Under(file) => {
                foreign.insert(file.clone());
            }
            Found::Folder => foreign.extend(foreign_inside(root, path, removable)?),
        }
    }
    Ok(foreign.into_iter().collect())
}

/// What would be left of a folder that must go, without what is ours.
fn foreign_inside(
    root: &Path,
    folder: &str,
    removable: &BTreeMap<OutputPath, Digest>,
) -> Result<Vec<String>, OutputError> {
    let mut foreign = Vec::new();
    for entry in WalkDir::new(root.join(folder)).sort_by_file_name() {
        let entry = entry.map_err(|error| {
            let path = error.path().map_or_else(|| root.join(folder), Path::to_owned);
            OutputError::io("read", path)(error.into())
        })?;
        let relative = entry.path().strip_prefix(root).unwrap_or(entry.path());
        let Some(mut path) = relative.to_str().map(str::to_owned) else {
            // Ours are text; as text it might be called like one of them.
            foreign.push(relative.to_string_lossy().into_owned());
            continue;
        };
        if cfg!(windows) {
            path = path.replace('\\', "/");
        }
        let is_ours = if entry.file_type().is_dir() {
            path.push('/');
            removable
                .range::<str, _>((Bound::Included(&*path), Bound::Unbounded))
                .next()
                .is_some_and(|(ours, _)| ours.starts_with(&path))
        } else {
            removable.contains_key(&*path)
        };
        if !is_ours {
            foreign.push(path);
        }
    }
    Ok(foreign)
}

/// The removals without which a wanted file has no place.
fn in_the_way(
    wanted: &BTreeMap<OutputPath, Wanted>,
    removable: &BTreeMap<OutputPath, Digest>,
) -> BTreeSet<String> {
    let mut first = BTreeSet::new();
    for (path, wanted) in wanted {
        match &wanted.found {
            Found::Under(file) => {
                first.insert(file.clone());
            }
            Found::Folder => {
                let inside = format!("{path}/");
                let files = removable
                    .range::<str, _>((Bound::Included(&*inside), Bound::Unbounded))
                    .map(|(file, _)| file.to_string());
                first.extend(files.take_while(|file| file.starts_with(&inside)));
            }
            Found::Nothing | Found::Same | Found::Different => {}
        }
    }
    first
}

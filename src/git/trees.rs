//! [`Trees`]: folders of commits as Git stores them, and the files that differ between those of a commit and of its parents.
//!
//! Trees are compared name by name in their own order, and only folders that differ are looked into. Those that were read
//! lately are kept for all threads ([`KeptObjects`]): the tree of a commit is that of the next one's parent.

use std::{collections::BTreeMap, iter::Peekable, sync::Arc};

use git2::{ObjectType, Odb, Oid};

use crate::{
    base::{digest::BlobId, path::RepoPath},
    git::{
        kept::KeptObjects,
        tree::{TreeItemKind, blob_id, item_kind},
    },
};

/// How deep folders may be.
const MAX_DEPTH: usize = 256;

/// The modes of folders and of submodules.
pub(super) const FOLDER_MODE: i32 = 0o040_000;
const SUBMODULE_MODE: i32 = 0o160_000;

/// A file that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) path: RepoPath,
    /// What the commit has.
    pub(super) now: Option<BlobId>,
    /// What its first parent has.
    pub(super) before: Option<BlobId>,
}

/// Reads trees of one repository.
pub(super) struct Trees<'r> {
    objects: Odb<'r>,
    kept: &'r KeptObjects,
}

/// A name in a tree.
#[derive(Clone, Copy)]
pub(super) struct Item<'t> {
    pub(super) name: &'t [u8],
    /// Its mode, in octal digits.
    mode: &'t [u8],
    id: Oid,
    /// All of it as it is stored.
    raw: &'t [u8],
}

impl<'t> Item<'t> {
    /// What the name stands for.
    pub(super) fn row(&self) -> Row {
        let mode = self.mode.iter().fold(0, |mode: i32, digit| mode << 3 | i32::from(digit & 7));
        Row { mode, id: self.id }
    }

    fn is_folder(&self) -> bool {
        self.row().is_folder()
    }

    pub(super) fn kind(&self) -> TreeItemKind {
        item_kind(self.row().mode, self.id)
    }

    /// What trees are sorted by: names of folders as if they ended with a slash.
    fn key(&self) -> Key<'t> {
        Key { name: self.name, is_folder: self.is_folder() }
    }
}

/// What a name in a tree stands for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) mode: i32,
    pub(super) id: Oid,
}

impl Row {
    pub(super) fn is_folder(&self) -> bool {
        self.mode == FOLDER_MODE
    }

    /// Whether it is a file or a symbolic link.
    pub(super) fn is_file(&self) -> bool {
        !self.is_folder() && self.mode != SUBMODULE_MODE
    }
}

#[derive(PartialEq, Eq)]
struct Key<'t> {
    name: &'t [u8],
    is_folder: bool,
}

impl Ord for Key<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let common = self.name.len().min(other.name.len());
        let next = |key: &Self| key.name.get(common).copied().or(key.is_folder.then_some(b'/'));
        let by_name = self.name[..common].cmp(&other.name[..common]);
        by_name
            .then_with(|| next(self).cmp(&next(other)))
            .then_with(|| self.name.len().cmp(&other.name.len()))
    }
}

impl PartialOrd for Key<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<'r> Trees<'r> {
    pub(super) fn new(repository: &'r git2::Repository, kept: &'r KeptObjects) -> Result<Self, git2::Error> {
        Ok(Self { objects: repository.odb()?, kept })
    }

    /// What stands at a path below a tree; `None` where nothing does.
    pub(super) fn row(&self, tree: Oid, path: &RepoPath) -> Result<Option<Row>, git2::Error> {
        let Some(name) = path.parts().last() else { return Ok(None) };
        let folder = path.parent().unwrap_or_else(RepoPath::root);
        let Some(folder) = self.below(tree, &folder)? else { return Ok(None) };
        let bytes = self.read(folder)?;
        Ok(items(&bytes).find(|item| item.name == name.as_bytes()).map(|item| item.row()))
    }

    /// The files below a folder that differ from those of all parents. Names that no site can have are left out.
    pub(super) fn differences(
        &self,
        tree: Oid,
        parents: &[Oid],
        folder: &RepoPath,
    ) -> Result<Vec<Difference>, git2::Error> {
        let mut found = Vec::new();
        let now = self.below(tree, folder)?;
        let mut before = Vec::new();
        for parent in parents {
            before.push(self.below(*parent, folder)?);
        }
        if !before.contains(&now) {
            self.compare(now, &before, "", 0, &mut found)?;
        }
        Ok(found)
    }

    /// The tree of a folder of a tree.
    fn below(&self, tree: Oid, folder: &RepoPath) -> Result<Option<Oid>, git2::Error> {
        let mut id = Some(tree);
        for name in folder.parts() {
            let Some(here) = id else { return Ok(None) };
            let bytes = self.read(here)?;
            let is_it = |item: &Item<'_>| item.is_folder() && item.name == name.as_bytes();
            id = items(&bytes).find(is_it).map(|item| item.id);
        }
        Ok(id)
    }

    fn compare(
        &self,
        now: Option<Oid>,
        before: &[Option<Oid>],
        prefix: &str,
        depth: usize,
        found: &mut Vec<Difference>,
    ) -> Result<(), git2::Error> {
        let none: Arc<[u8]> = Arc::from([]);
        let mut trees = Vec::with_capacity(before.len() + 1);
        for id in std::iter::once(&now).chain(before) {
            trees.push(id.map_or_else(|| Ok(none.clone()), |id| self.read(id))?);
        }
        let mut rows: Vec<_> = trees.iter().map(|tree| items(tree).peekable()).collect();
        loop {
            skip_same(&mut rows);
            let keys = rows.iter_mut().filter_map(|row| row.peek().map(Item::key));
            let Some(key) = keys.min() else { return Ok(()) };
            let here: Vec<Option<Item<'_>>> =
                rows.iter_mut().map(|row| row.next_if(|item| item.key() == key)).collect();
            let (now, before) = here.split_first().expect("the commit's own tree is the first");
            let is_same = |parent: &Option<Item<'_>>| id_of(parent) == id_of(now);
            if before.iter().any(is_same) {
                continue;
            }
            let Some(item) = here.iter().flatten().next().filter(|item| item.row().mode != SUBMODULE_MODE)
            else {
                continue;
            };
            let Some(path) = path_of(prefix, item.name) else { continue };
            if item.is_folder() {
                if depth < MAX_DEPTH {
                    let before: Vec<Option<Oid>> = before.iter().map(id_of).collect();
                    self.compare(id_of(now), &before, path.as_str(), depth + 1, found)?;
                }
                continue;
            }
            let before = before.first().and_then(blob_of);
            found.push(Difference { path, now: blob_of(now), before });
        }
    }

    /// A tree as it is stored; an object of another kind has no names.
    pub(super) fn read(&self, id: Oid) -> Result<Arc<[u8]>, git2::Error> {
        if let Some(tree) = self.kept.get(id) {
            return Ok(tree);
        }
        let object = self.objects.read(id)?;
        let tree: Arc<[u8]> = match object.kind() {
            ObjectType::Tree => object.data().into(),
            _ => Arc::from([]),
        };
        self.kept.add(id, tree.clone());
        Ok(tree)
    }
}

/// Goes past what a tree and its only parent both have, which is nearly all of it.
fn skip_same<'t>(rows: &mut [Peekable<impl Iterator<Item = Item<'t>>>]) {
    let [now, before] = rows else { return };
    while let (Some(item), Some(other)) = (now.peek(), before.peek())
        && item.raw == other.raw
    {
        now.next();
        before.next();
    }
}

/// The names of a tree as Git stores it: mode, space, name, NUL, and the 20 bytes of the id.
pub(super) fn items(tree: &[u8]) -> impl Iterator<Item = Item<'_>> {
    let mut rest = tree;
    std::iter::from_fn(move || {
        let space = rest.iter().position(|byte| *byte == b' ')?;
        let end = space + rest[space..].iter().position(|byte| *byte == 0)?;
        let id = Oid::from_bytes(rest.get(end + 1..end + 21)?).ok()?;
        let item = Item { mode: &rest[..space], name: &rest[space + 1..end], id, raw: &rest[..end + 21] };
        rest = &rest[end + 21..];
        Some(item)
    })
}

/// A tree as Git stores it.
pub(super) fn packed(rows: BTreeMap<&[u8], Row>) -> Vec<u8> {
    let mut rows: Vec<(&[u8], Row)> = rows.into_iter().collect();
    rows.sort_by(|(a, of_a), (b, of_b)| {
        let key = |name, row: &Row| Key { name, is_folder: row.is_folder() };
        key(*a, of_a).cmp(&key(*b, of_b))
    });
    let mut tree = Vec::new();
    for (name, Row { mode, id }) in rows {
        tree.extend_from_slice(format!("{mode:o} ").as_bytes());
        tree.extend_from_slice(name);
        tree.push(0);
        tree.extend_from_slice(id.as_bytes());
    }
    tree
}

fn id_of(item: &Option<Item<'_>>) -> Option<Oid> {
    item.as_ref().map(|item| item.id)
}

fn blob_of(item: &Option<Item<'_>>) -> Option<BlobId> {
    item.as_ref().map(|item| blob_id(item.id))
}

/// A path that a site can have.
fn path_of(folder: &str, name: &[u8]) -> Option<RepoPath> {
    let name = std::str::from_utf8(name).ok()?;
    let path = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
    RepoPath::new(&path)
}

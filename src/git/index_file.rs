//! The index as bytes: its entries are read as they stand there, and single ones are replaced where they are, so that a save costs a copy
//! of the file and its digest.
//!
//! libgit2 reads and writes every entry, which takes 7 ms with 5,000 files, and is for what this doesn't know: [`read`] and [`patched`]
//! give `None` for other versions of the format, for an index that is split or sparse, and for paths in conflict. The
//! format is that of `gitformat-index(5)`.

use std::ops::Range;

use sha1::{Digest as _, Sha1};

use crate::{
    base::{digest::BlobId, path::RepoPath},
    git::file_stat::Time,
};

/// What the file begins with, and where its number of entries is.
const SIGNATURE: &[u8] = b"DIRC";
const HEADER_BYTES: usize = 12;
/// What an entry has before its flags, and before its name where there is no second word of flags.
const FLAGS_AT: usize = 60;
const NAME_AT: usize = 62;
/// Where in an entry its times, its inode, its mode, its size and its id are.
const CHANGED_AT: usize = 0;
const MODIFIED_AT: usize = 8;
const INODE_AT: usize = 20;
const MODE_AT: usize = 24;
const SIZE_AT: usize = 36;
const ID_AT: usize = 40;
/// In the flags: that a file is taken for unchanged, that there is a second word of them, the side of a conflict, and the
/// length of the name. In the second word: that a file isn't in the work tree (`git sparse-checkout`).
pub(super) const UNCHANGED: u16 = 0x8000;
pub(super) const EXTENDED: u16 = 0x4000;
const STAGE: u16 = 0x3000;
const NAME_LENGTH: u16 = 0x0FFF;
pub(super) const SKIPPED: u16 = 0x4000;
/// The digest at the end.
const DIGEST_BYTES: usize = 20;
/// The trees that parts of the index are known to be, and how conflicts were resolved. Git makes the other extensions again.
const TREES: &[u8] = b"TREE";
const RESOLVED: &[u8] = b"REUC";

/// What becomes of an entry.
#[derive(Clone, Debug)]
pub(super) struct EntryEdit {
    /// Its path, from the top of the work tree.
    pub(super) path: RepoPath,
    /// What it must hold for the edit to be done; `None` for no entry.
    pub(super) before: Option<[u8; 20]>,
    /// What it is from now on; `None` when it goes.
    pub(super) after: Option<EntryFields>,
}

/// What an entry says of a file beside its name and its mode.
#[derive(Clone, Copy, Debug)]
pub(super) struct EntryFields {
    /// Times, device, inode, owner and size, as they stand in the entry; the mode is that of the former one.
    pub(super) stat: [u32; 10],
    pub(super) id: [u8; 20],
}

/// The place of the mode in [`EntryFields::stat`].
pub(super) const MODE: usize = 6;

/// The digest of an index: its last bytes.
pub(super) type IndexDigest = [u8; DIGEST_BYTES];

/// The digest that an index ends with.
pub(super) fn digest_of(bytes: &[u8]) -> Option<IndexDigest> {
    bytes.last_chunk().copied()
}

/// An entry as it stands in the file.
struct Found<'b> {
    name: &'b [u8],
    range: Range<usize>,
    stage: u16,
}

/// An entry of the index.
#[derive(Debug, PartialEq)]
pub(super) struct IndexEntry<'b> {
    /// The path, from the top of the work tree.
    pub(super) path: &'b [u8],
    pub(super) mode: u32,
    pub(super) id: BlobId,
    pub(super) size: u32,
    pub(super) modified: Time,
    pub(super) changed: Time,
    pub(super) inode: u32,
    /// Whether it is no side of a conflict.
    pub(super) is_merged: bool,
}

/// The entries of an index in order, if its format is one that is known here and nothing of it is damaged.
pub(super) fn read(bytes: &[u8]) -> Option<Vec<IndexEntry<'_>>> {
    let (content, _) = checked(bytes, None)?;
    let (entries, end) = entries(content)?;
    extensions(&content[end..], &[], &mut Vec::new())?;
    entries.iter().map(|found| entry(found.name, found.stage, &content[found.range.clone()])).collect()
}

fn entry<'b>(path: &'b [u8], stage: u16, bytes: &[u8]) -> Option<IndexEntry<'b>> {
    let time = |at| Some((number(bytes, at)?, number(bytes, at + 4)?));
    Some(IndexEntry {
        path,
        mode: number(bytes, MODE_AT)?,
        id: BlobId::from_raw(*bytes.get(ID_AT..)?.first_chunk()?),
        size: number(bytes, SIZE_AT)?,
        modified: time(MODIFIED_AT)?,
        changed: time(CHANGED_AT)?,
        inode: number(bytes, INODE_AT)?,
        is_merged: stage == 0,
    })
}

/// What an index holds without the digest at its end, and whether it has one; `None` when that doesn't fit. It isn't asked of one that
/// has the `ours`.
fn checked(bytes: &[u8], ours: Option<IndexDigest>) -> Option<(&[u8], bool)> {
    let (content, digest) = bytes.split_at_checked(bytes.len().checked_sub(DIGEST_BYTES)?)?;
    // `index.skipHash` leaves zeros in its place. One that doesn't fit is for the library to complain about.
    let has_digest = digest.iter().any(|byte| *byte != 0);
    let is_ours = ours.is_some_and(|ours| ours == *digest);
    let fits = !has_digest || is_ours || Sha1::digest(content)[..] == *digest;
    fits.then_some((content, has_digest))
}

/// The index after some edits, if its format is one that is known here. `written` is when the file was.
///
/// Whether it fits its digest is not asked of one that has the `ours`, that of the last one made here: of a large wiki that would
/// be half the work of a save.
pub(super) fn patched(
    bytes: &[u8],
    written: Time,
    edits: &[EntryEdit],
    ours: Option<IndexDigest>,
) -> Option<Vec<u8>> {
    let (content, has_digest) = checked(bytes, ours)?;
    let (entries, end) = entries(content)?;
    let mut new = Vec::with_capacity(bytes.len() + 1024);
    let mut cuts: Vec<(Range<usize>, Vec<u8>)> = Vec::new();
    let mut n_entries = entries.len();
    let mut by_name: Vec<&EntryEdit> = edits.iter().collect();
    by_name.sort_by(|a, b| a.path.cmp(&b.path));
    for edit in by_name {
        let name = edit.path.as_str().as_bytes();
        let place = place_of(&entries, name)?;
        let known = place.ok().map(|at| &entries[at]);
        let former = known.map(|entry| &content[entry.range.clone()]);
        if former.map(|entry| &entry[ID_AT..FLAGS_AT]) != edit.before.as_ref().map(|id| &id[..]) {
            // Somebody has staged something else.
            continue;
        }
        let at = place.unwrap_or_else(|at| at);
        let gap = entries.get(at).map_or(end, |entry| entry.range.start);
        let range = known.map_or(gap..gap, |entry| entry.range.clone());
        let entry = edit.after.map(|fields| packed(name, former, &fields)).unwrap_or_default();
        n_entries = n_entries + usize::from(!entry.is_empty()) - usize::from(known.is_some());
        cuts.push((range, entry));
    }
    cuts.extend(distrusted(content, &entries, written, &cuts));
    cuts.sort_by_key(|(range, _)| (range.start, range.end));
    let mut at = 0;
    for (range, entry) in &cuts {
        new.extend_from_slice(&content[at..range.start]);
        new.extend_from_slice(entry);
        at = range.end;
    }
    new.extend_from_slice(&content[at..end]);
    new[8..HEADER_BYTES].copy_from_slice(&u32::try_from(n_entries).ok()?.to_be_bytes());
    extensions(&content[end..], edits, &mut new)?;
    let digest = if has_digest { Sha1::digest(&new).into() } else { [0; DIGEST_BYTES] };
    new.extend_from_slice(&digest);
    Some(new)
}

/// The tree that a whole index is known to be, if it is known to be one; an error for a format that isn't known here.
pub(super) fn whole_tree(bytes: &[u8]) -> Result<Option<[u8; DIGEST_BYTES]>, ()> {
    let content = &bytes[..bytes.len().saturating_sub(DIGEST_BYTES)];
    let (_, end) = entries(content).ok_or(())?;
    let mut rest = &content[end..];
    while let (Some(name), Some(size)) = (rest.get(..4), number(rest, 4)) {
        let data = rest.get(8..).and_then(|rest| rest.get(..size as usize)).ok_or(())?;
        if name == TREES {
            return Ok(whole_of(data));
        }
        rest = &rest[8 + data.len()..];
    }
    Ok(None)
}

/// The first of the trees of an index, which is that of all of it.
fn whole_of(trees: &[u8]) -> Option<[u8; DIGEST_BYTES]> {
    let line_end = trees.iter().position(|byte| *byte == b'\n')?;
    let line = std::str::from_utf8(trees.get(1..line_end)?).ok()?;
    let (n_entries, _) = line.split_once(' ')?;
    let is_known = n_entries.parse::<i64>().is_ok_and(|n_entries| n_entries >= 0);
    trees.get(line_end + 1..)?.first_chunk().copied().filter(|_| is_known)
}

/// The entries, and where they end.
fn entries(content: &[u8]) -> Option<(Vec<Found<'_>>, usize)> {
    let version = number(content, 4)?;
    if !content.starts_with(SIGNATURE) || !matches!(version, 2 | 3) {
        return None;
    }
    let n_entries = number(content, 8)? as usize;
    let mut entries: Vec<Found<'_>> = Vec::with_capacity(n_entries.min(content.len() / NAME_AT));
    let mut at = HEADER_BYTES;
    for _ in 0..n_entries {
        let flags = u16::from_be_bytes(content.get(at + FLAGS_AT..at + NAME_AT)?.try_into().ok()?);
        let name_at = at + NAME_AT + if flags & EXTENDED == 0 { 0 } else { 2 };
        let rest = content.get(name_at..)?;
        let length = match usize::from(flags & NAME_LENGTH) {
            length if length < usize::from(NAME_LENGTH) => length,
            _ => rest.iter().position(|byte| *byte == 0)?,
        };
        let name = rest.get(..length)?;
        let end = at + padded(name_at - at + length);
        if end > content.len() || entries.last().is_some_and(|last| last.name > name) {
            return None;
        }
        entries.push(Found { name, range: at..end, stage: flags & STAGE });
        at = end;
    }
    Some((entries, at))
}

/// Entries are followed by one to eight zeros, so that each begins at a multiple of eight.
fn padded(n_bytes: usize) -> usize {
    (n_bytes + 8) & !7
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// Where an entry is, or where it would be; `None` when it is in conflict, or a file is where a folder has to be.
fn place_of(entries: &[Found<'_>], name: &[u8]) -> Option<Result<usize, usize>> {
    let find = |name: &[u8]| entries.binary_search_by(|entry| entry.name.cmp(name));
    let place = find(name);
    let around = place.unwrap_or_else(|at| at).saturating_sub(1);
    let near = entries.iter().skip(around).take(3);
    if near.into_iter().any(|entry| entry.name == name && entry.stage != 0) {
        return None;
    }
    if place.is_err() {
        let folders = name.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| &name[..at]);
        let inside = [name, b"/"].concat();
        let first = find(&inside).unwrap_or_else(|at| at);
        let is_folder = entries.get(first).is_some_and(|entry| entry.name.starts_with(&inside));
        if is_folder || folders.into_iter().any(|folder| find(folder).is_ok()) {
            return None;
        }
    }
    Some(place)
}

fn packed(name: &[u8], former: Option<&[u8]>, fields: &EntryFields) -> Vec<u8> {
    let mut stat = fields.stat;
    if let Some(mode) = former.and_then(|entry| number(entry, MODE * 4)) {
        stat[MODE] = mode;
    }
    let mut entry = Vec::with_capacity(padded(NAME_AT + name.len()));
    stat.iter().for_each(|value| entry.extend_from_slice(&value.to_be_bytes()));
    entry.extend_from_slice(&fields.id);
    let length = u16::try_from(name.len()).map_or(NAME_LENGTH, |length| length.min(NAME_LENGTH));
    // What somebody has told Git of the file holds for its new version, too.
    let word =
        |at| former.and_then(|entry| Some(u16::from_be_bytes(entry.get(at..at + 2)?.try_into().ok()?)));
    let told = word(FLAGS_AT).unwrap_or(0);
    let skipped = word(NAME_AT).filter(|_| told & EXTENDED != 0).map_or(0, |word| word & SKIPPED);
    let extended = if skipped == 0 { 0 } else { EXTENDED };
    entry.extend_from_slice(&(length | told & UNCHANGED | extended).to_be_bytes());
    if extended != 0 {
        entry.extend_from_slice(&skipped.to_be_bytes());
    }
    entry.extend_from_slice(name);
    entry.resize(padded(entry.len()), 0);
    entry
}

/// Files that were written when the old index was may have changed since without a sign: without their size Git compares
/// their bytes. It does the same when it writes an index.
fn distrusted(
    content: &[u8],
    entries: &[Found<'_>],
    written: Time,
    cuts: &[(Range<usize>, Vec<u8>)],
) -> Vec<(Range<usize>, Vec<u8>)> {
    let is_racy = |entry: &Found<'_>| {
        let time = |at| number(content, entry.range.start + at).unwrap_or(0);
        (time(MODIFIED_AT), time(MODIFIED_AT + 4)) >= written
    };
    let is_cut = |entry: &Found<'_>| cuts.iter().any(|(range, _)| *range == entry.range);
    let racy = entries.iter().filter(|entry| is_racy(entry) && !is_cut(entry));
    let without_size = |entry: &Found<'_>| {
        let mut bytes = content[entry.range.clone()].to_vec();
        bytes[SIZE_AT..SIZE_AT + 4].fill(0);
        (entry.range.clone(), bytes)
    };
    racy.map(without_size).collect()
}

/// Takes over the extensions that hold; `None` for one that is not understood and must be.
fn extensions(mut rest: &[u8], edits: &[EntryEdit], new: &mut Vec<u8>) -> Option<()> {
    while !rest.is_empty() {
        let (name, size) = (rest.get(..4)?, number(rest, 4)? as usize);
        let data = rest.get(8..size.checked_add(8)?)?;
        rest = &rest[8 + size..];
        let kept = match name {
            TREES => trees(data, edits)?,
            RESOLVED => data.to_vec(),
            // Git may leave those with a capital letter alone, and makes them again.
            name if name[0].is_ascii_uppercase() => continue,
            _ => return None,
        };
        new.extend_from_slice(name);
        new.extend_from_slice(&u32::try_from(kept.len()).ok()?.to_be_bytes());
        new.extend_from_slice(&kept);
    }
    Some(())
}

/// The trees of the index, without the ids of those that the edits change.
fn trees(mut data: &[u8], edits: &[EntryEdit]) -> Option<Vec<u8>> {
    let mut new = Vec::with_capacity(data.len());
    // The folders that the next tree may be in, each with how many of its own trees are still to come.
    let mut around: Vec<(Vec<u8>, usize)> = Vec::new();
    while !data.is_empty() {
        let name_end = data.iter().position(|byte| *byte == 0)?;
        let line_end = name_end + data[name_end..].iter().position(|byte| *byte == b'\n')?;
        let line = std::str::from_utf8(&data[name_end + 1..line_end]).ok()?;
        let (n_entries, n_trees) = line.split_once(' ')?;
        let (n_entries, n_trees): (i64, usize) = (n_entries.parse().ok()?, n_trees.parse().ok()?);
        let id_end = line_end + 1 + if n_entries < 0 { 0 } else { DIGEST_BYTES };
        let name = &data[..name_end];
        while around.pop_if(|(_, n_left)| *n_left == 0).is_some() {}
        let mut folder = match around.last_mut() {
            Some((folder, n_left)) => {
                *n_left -= 1;
                [folder, name].concat()
            }
            None => name.to_vec(),
        };
        if !folder.is_empty() {
            folder.push(b'/');
        }
        if edits.iter().any(|edit| edit.path.as_str().as_bytes().starts_with(&folder)) {
            new.extend_from_slice(name);
            new.extend_from_slice(format!("\0-1 {n_trees}\n").as_bytes());
        } else {
            new.extend_from_slice(data.get(..id_end)?);
        }
        around.push((folder, n_trees));
        data = data.get(id_end..)?;
    }
    Some(new)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::git::{
        Author, Content, Edit, Moment, Move, Moved, NewCommit, Store, file_stat::FileStat,
        test_repo::TestRepo,
    };

    fn save(store: &Store, files: &[(&str, Option<&str>)]) {
        let edits: Vec<Edit> = files
            .iter()
            .map(|(path, text)| Edit {
                path: RepoPath::new(path).expect("normal"),
                content: text.map(|text| Content::Bytes(text.as_bytes().to_vec())),
            })
            .collect();
        let who = &Author { name: "Ada".to_owned(), email: "ada@example.org".to_owned() };
        let (head, at, message) = (store.head().expect("a branch"), Moment::now(), "x");
        let new = NewCommit { parent: head.commit, edits: &edits, author: who, committer: who, at, message };
        let to = store.write_commit(&new).expect("written").expect("a change");
        let paths: Vec<RepoPath> = edits.iter().map(|edit| edit.path.clone()).collect();
        let (branch, from, why, paths) = (&*head.branch, head.commit, "x", &*paths);
        let moved = store.move_branch(&Move { branch, from, to, who, at, why, paths }).expect("moved");
        assert_eq!(moved, Moved::Done { left_alone: Vec::new() });
    }

    fn repo() -> TestRepo {
        let repo = TestRepo::new();
        for n in 0..30 {
            repo.write(&format!("s{}/t{}/p{n}.md", n % 3, n % 2), &n.to_string());
        }
        repo.write("a-b.md", "1").write("a.md", "2").write("a/b.md", "3").commit("one");
        repo
    }

    /// Whether Git finds the same in the index, in the trees that it knows of it, in the work tree, and in the commit.
    fn check(repo: &TestRepo) {
        assert_eq!(repo.git_with_input("status --porcelain", b""), "");
        assert_eq!(repo.git_with_input("write-tree", b""), repo.git_with_input("rev-parse HEAD^{tree}", b""));
    }

    #[test]
    fn git_finds_what_it_would_have_written() {
        let repo = repo();
        let store = Store::open(repo.root()).expect("a repository");
        // The trees that the index has are those of the commit.
        check(&repo);
        save(&store, &[("s1/t1/p1.md", Some("other"))]);
        check(&repo);
        save(&store, &[("a/new.md", Some("x")), ("a/a.md", Some("y")), ("z.md", Some("z")), ("a.md", None)]);
        check(&repo);
        save(&store, &[("s2/t0/p2.md", None), ("s2/t0/deep/er.md", Some("x")), ("a-a.md", Some("x"))]);
        check(&repo);
        save(&store, &[("a/b.md", None), ("a/new.md", None), ("a/a.md", None)]);
        check(&repo);
        for n in 0..20 {
            let text = n.to_string();
            save(
                &store,
                &[(&format!("s{}/t{}/n{n}.md", n % 4, n % 3), Some(&text)), ("a-b.md", Some(&text))],
            );
        }
        check(&repo);
        repo.git("update-index --index-version 4");
        save(&store, &[("a-b.md", Some("four"))]);
        check(&repo);
    }

    fn index(repo: &TestRepo) -> (Vec<u8>, Time) {
        let path = repo.path(".git/index");
        let written = FileStat::of(&path.metadata().expect("an index")).modified();
        (fs::read(path).expect("an index"), written)
    }

    fn edit(path: &str, before: Option<&str>) -> EntryEdit {
        let id = |text: &str| *BlobId::of(text.as_bytes()).as_bytes();
        let after = Some(EntryFields { stat: [0; 10], id: id("new") });
        EntryEdit { path: RepoPath::new(path).expect("normal"), before: before.map(id), after }
    }

    #[test]
    fn what_is_not_understood_is_left_to_the_library() {
        let repo = repo();
        let (bytes, written) = index(&repo);
        let patch = |bytes: &[u8], edit: EntryEdit| patched(bytes, written, &[edit], None);
        assert!(patch(&bytes, edit("a.md", Some("2"))).is_some());
        let staged = patch(&bytes, edit("a.md", Some("staged by others"))).expect("known");
        assert_eq!(entries(&staged).map(|(entries, _)| entries.len()), Some(33));
        for (path, why) in [("a", "a folder is there"), ("a.md/x", "a file is there")] {
            assert!(patch(&bytes, edit(path, None)).is_none(), "{why}");
        }
        for n_bytes in 0..bytes.len() {
            let cut = bytes.len() - n_bytes;
            assert!(patch(&bytes[..cut], edit("none.md", None)).is_none() || n_bytes == 0, "{cut}");
        }
        let damaged = |at: usize| [&bytes[..at], b"x", &bytes[at + 1..]].concat();
        assert!(patch(&damaged(40), edit("a.md", Some("2"))).is_none());
        repo.git("update-index --index-version 4");
        assert!(patch(&index(&repo).0, edit("a.md", Some("2"))).is_none());
    }

    #[test]
    fn a_file_of_the_time_of_the_index_is_looked_at_again() {
        let repo = repo();
        let (bytes, _) = index(&repo);
        let sizes = |written: Time| {
            let new = patched(&bytes, written, &[edit("a.md", Some("2"))], None).expect("known");
            let (entries, _) = entries(&new[..new.len() - DIGEST_BYTES]).expect("entries");
            entries.iter().filter(|entry| number(&new, entry.range.start + SIZE_AT) == Some(0)).count()
        };
        assert_eq!(sizes((u32::MAX, 0)), 1, "the one that is edited here");
        assert_eq!(sizes((0, 0)), 33);
    }
}

//! Symbolic links, the same for every source: what they lead to inside the site, and what is wrong with the others.
//!
//! Takes links as `(path, target text)` and a listing's files, adds the files that the links lead to. Reading a link
//! from the disk or from Git is left to the sources.

use std::collections::BTreeMap;

use crate::{
    base::{
        diagnostic::{Diagnostic, Place},
        path::RepoPath,
        persistent::OrdMap,
    },
    source::Entry,
};

/// How many links one path may lead through, as on Linux.
const MAX_HOPS: usize = 40;

/// How many bytes a link's target may have, as on Linux.
pub(super) const MAX_TARGET_BYTES: u64 = 4096;

/// How many files may be listed through links to folders.
const MAX_LINKED_FILES: usize = 100_000;

/// A symbolic link and the text of its target, with `/` between names.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) path: RepoPath,
    pub(super) target: String,
}

/// Why a path with links in it leads to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LinkFault {
    /// Out of the root of the site, or to an absolute path.
    Outside,
    /// In a circle, or to a name that no file can have.
    Broken,
}

/// Follows every link on the way of `path`; `link_at` tells the target of a path that is a link.
///
/// The answer need not exist.
pub(super) fn resolve<E>(
    path: &RepoPath,
    mut link_at: impl FnMut(&RepoPath) -> Result<Option<String>, E>,
) -> Result<Result<RepoPath, LinkFault>, E> {
    let mut reached = RepoPath::root();
    let mut names: Vec<String> = path.parts().rev().map(str::to_owned).collect();
    let mut n_hops = 0;
    while let Some(name) = names.pop() {
        match name.as_str() {
            "" | "." => continue,
            ".." => {
                let Some(parent) = reached.parent() else { return Ok(Err(LinkFault::Outside)) };
                reached = parent;
                continue;
            }
            name if name.contains('\0') => return Ok(Err(LinkFault::Broken)),
            _ => {}
        }
        let next = reached.join(&name);
        let Some(target) = link_at(&next)? else {
            reached = next;
            continue;
        };
        n_hops += 1;
        if is_absolute(&target) {
            return Ok(Err(LinkFault::Outside));
        }
        if n_hops > MAX_HOPS || target.is_empty() {
            return Ok(Err(LinkFault::Broken));
        }
        names.extend(target.split('/').rev().map(str::to_owned));
    }
    Ok(Ok(reached))
}

fn is_absolute(target: &str) -> bool {
    target.starts_with('/') || (cfg!(windows) && target.get(1..2) == Some(":"))
}

/// Adds what the links lead to: a file under the link's path, the files of a folder below the link's path.
///
/// Links are looked for among `entries` as they are when called, so no link inside a linked folder is followed.
pub(super) fn follow(entries: &mut OrdMap<RepoPath, Entry>, links: &[Link]) -> Vec<Diagnostic> {
    let targets: BTreeMap<&RepoPath, &str> = links.iter().map(|link| (&link.path, &*link.target)).collect();
    let files: Vec<&RepoPath> = if links.is_empty() { Vec::new() } else { entries.keys().collect() };
    let mut found: Vec<(RepoPath, RepoPath)> = Vec::new();
    let mut diagnostics = Vec::new();
    for link in links {
        let link_at =
            |path: &RepoPath| Ok::<_, std::convert::Infallible>(targets.get(path).map(|&t| t.to_owned()));
        let Ok(resolved) = resolve(&link.path, link_at);
        match resolved {
            Ok(target) if entries.contains_key(&target) => found.push((link.path.clone(), target)),
            Ok(folder) => {
                match files_below(&files, &folder, link, MAX_LINKED_FILES - found.len().min(MAX_LINKED_FILES))
                {
                    Ok(below) => found.extend(below),
                    Err(diagnostic) => diagnostics.push(*diagnostic),
                }
            }
            Err(LinkFault::Outside) => diagnostics.push(outside(link)),
            Err(LinkFault::Broken) => diagnostics.push(broken(link)),
        }
    }
    let linked: Vec<(RepoPath, Entry)> = found
        .into_iter()
        .map(|(path, target)| (path, Entry { link_to: Some(target.clone()), ..entries[&target].clone() }))
        .collect();
    entries.extend(linked);
    diagnostics
}

fn files_below(
    files: &[&RepoPath],
    folder: &RepoPath,
    link: &Link,
    limit: usize,
) -> Result<Vec<(RepoPath, RepoPath)>, Box<Diagnostic>> {
    if link.path.is_within(folder) {
        return Err(Box::new(circular(link)));
    }
    // In the order of paths, `a.md` stands between `a` and `a/b`.
    let start = format!("{folder}/");
    let from = files.partition_point(|path| path.as_str() < start.as_str());
    let below = files[from..].iter().map_while(|&path| Some((path, path.as_str().strip_prefix(&start)?)));
    let found: Vec<(RepoPath, RepoPath)> = below
        .take(limit + 1)
        .filter_map(|(path, rest)| Some((RepoPath::new(&format!("{}/{rest}", link.path))?, path.clone())))
        .collect();
    match found.len() {
        0 => Err(Box::new(broken(link))),
        n_found if n_found > limit => Err(Box::new(too_many(link))),
        _ => Ok(found),
    }
}

fn outside(link: &Link) -> Diagnostic {
    warning("symlink-outside", link, "which is outside of the site")
        .hint("put the file itself into the site, or link to it with a relative path inside of it")
}

fn broken(link: &Link) -> Diagnostic {
    warning("symlink-broken", link, "which is not a file of the site")
        .hint("correct its target or remove it; hidden and ignored files can't be linked to")
}

fn circular(link: &Link) -> Diagnostic {
    warning("symlink-loop", link, "a folder that the link itself is in").hint("link to another folder")
}

fn too_many(link: &Link) -> Diagnostic {
    warning(
        "symlink-limit",
        link,
        &format!("which would list more than {MAX_LINKED_FILES} files through links"),
    )
    .hint("link to a smaller folder")
}

fn warning(code: &'static str, link: &Link, what: &str) -> Diagnostic {
    let (path, target) = (link.path.as_str().escape_debug(), link.target.escape_debug());
    Diagnostic::warning(code, format!("`{path}` is a symbolic link to `{target}`, {what}"))
        .at(Place::file(&link.path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{ListingOptions, Memory, Source as _};

    /// Lists files and links (`path -> target`), gives the paths that came through links and the codes of the problems.
    fn check(files: &[&str], links: &[(&str, &str)], expected: &str) {
        let memory = files.iter().fold(Memory::new(), |memory, path| memory.file(path, path));
        let memory = links.iter().fold(memory, |memory, (path, target)| memory.link(path, target));
        let listing = memory.listing(&ListingOptions::default()).expect("memory can be listed");
        let linked = listing.entries.iter().filter_map(|(path, entry)| {
            let target = entry.link_to.as_ref()?;
            assert_eq!(memory.read(path).expect("a listed file"), target.as_str().as_bytes());
            Some(format!("{path}={target}"))
        });
        let codes = listing.diagnostics.iter().map(|diagnostic| diagnostic.code.to_owned());
        assert_eq!(linked.chain(codes).collect::<Vec<_>>().join(" "), expected);
    }

    #[test]
    fn a_link_to_a_file_is_listed_under_its_own_path() {
        check(&["docs/a.md"], &[("a.md", "docs/a.md")], "a.md=docs/a.md");
        check(&["a.md"], &[("docs/b.md", ".././a.md")], "docs/b.md=a.md");
        check(&["a.md"], &[("b.md", "c.md"), ("c.md", "a.md")], "b.md=a.md c.md=a.md");
    }

    #[test]
    fn a_link_to_a_folder_lists_its_files_once_more() {
        check(&["v1/a.md", "v1/x/b.md", "v1.md"], &[("now", "v1")], "now/a.md=v1/a.md now/x/b.md=v1/x/b.md");
        check(&["v1/a.md"], &[("now", "v1"), ("a.md", "now/a.md")], "a.md=v1/a.md now/a.md=v1/a.md");
        check(
            &["v1/x/a.md"],
            &[("now", "v1/x"), ("b.md", "now/../x/a.md")],
            "b.md=v1/x/a.md now/a.md=v1/x/a.md",
        );
    }

    #[test]
    fn a_link_inside_a_linked_folder_is_not_followed() {
        check(&["v1/a.md"], &[("now", "v1"), ("v1/b.md", "a.md")], "now/a.md=v1/a.md v1/b.md=v1/a.md");
        check(&["x/a.md", "y/b.md"], &[("x/y", "../y"), ("y/x", "../x")], "x/y/b.md=y/b.md y/x/a.md=x/a.md");
    }

    #[test]
    fn links_out_of_the_site_and_to_nothing_are_left_out() {
        for target in ["../x.md", "/etc/passwd", "docs/../../x.md", ".."] {
            check(&["a.md"], &[("b.md", target)], "symlink-outside");
        }
        for target in
            ["", "missing.md", "b.md", "a.md/x", "docs/missing", "a\0b", ".git/config", ".hidden.md"]
        {
            check(&["a.md", "docs/a.md", ".hidden.md"], &[("b.md", target)], "symlink-broken");
        }
        check(&[], &[("a", "b"), ("b", "a")], "symlink-broken symlink-broken");
    }

    #[test]
    fn a_link_to_a_folder_around_itself_is_left_out() {
        check(&["a/b.md"], &[("a/up", "..")], "symlink-loop");
        check(&["a/b.md"], &[("a/here", ".")], "symlink-loop");
        check(&["a/b.md"], &[("root", ".")], "symlink-loop");
    }

    #[test]
    fn many_links_to_a_large_folder_end_at_the_limit() {
        let files = (0..2_000).fold(Memory::new(), |memory, n| memory.file(&format!("big/{n}.md"), "x"));
        let links = (0..1_000).fold(files, |memory, n| memory.link(&format!("link{n:04}"), "big"));
        let listing = links.listing(&ListingOptions::default()).expect("memory can be listed");
        assert_eq!(listing.entries.len(), 2_000 + MAX_LINKED_FILES);
        assert!(listing.diagnostics.iter().all(|diagnostic| diagnostic.code == "symlink-limit"));
    }
}

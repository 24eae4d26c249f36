//! [`resolve`]: a manifest that extends another becomes one of its own: a delivery needs no branch.
//!
//! What it says itself holds before what the other says; then its changes are made, in order. Items of the other keep
//! the files that they mean, wherever this manifest lies.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use crate::{
    base::{
        diagnostic::{Diagnostic, nearest},
        path::RepoPath,
    },
    parse::manifest::{Action, Change, Item, Kind, Manifest, Side, Written},
    site::{
        deck::{Deck, each_item},
        pin::MAX_EXTENDED as MAX_DEPTH,
    },
};

/// What is wrong, and where in the manifest.
pub(super) type Problem = (Diagnostic, Range<usize>);

/// The manifest of a deck with all that it extends, or `None` when it is whole already.
pub(super) fn resolve(
    deck: &Deck,
    decks: &BTreeMap<RepoPath, Arc<Deck>>,
) -> Option<(Manifest, Vec<Problem>)> {
    let manifest = &deck.manifest;
    if manifest.extends.is_none() && manifest.changes.is_empty() {
        return None;
    }
    let mut problems = Vec::new();
    Some((merged(deck, decks, 0, &mut problems), problems))
}

fn merged(
    deck: &Deck,
    decks: &BTreeMap<RepoPath, Arc<Deck>>,
    depth: usize,
    problems: &mut Vec<Problem>,
) -> Manifest {
    let own = &*deck.manifest;
    let mut whole = match &own.extends {
        None => own.clone(),
        Some(written) => match base_of(deck, written, decks, depth) {
            Ok(base) => {
                // What is wrong with the other is told there.
                let other = merged(base, decks, depth + 1, &mut Vec::new());
                joined(other, &base.folder(), own, &written.span)
            }
            Err(problem) => {
                problems.push((*problem, written.span.clone()));
                own.clone()
            }
        },
    };
    let folder = deck.folder();
    for change in &own.changes {
        if let Some(problem) = apply(&mut whole, change, &folder) {
            problems.push((problem, change.span.clone()));
        }
    }
    whole.changes.clear();
    whole
}

fn base_of<'d>(
    deck: &Deck,
    written: &Written,
    decks: &'d BTreeMap<RepoPath, Arc<Deck>>,
    depth: usize,
) -> Result<&'d Deck, Box<Diagnostic>> {
    if depth >= MAX_DEPTH || (depth == 0 && extends_itself(deck, decks)) {
        let message = format!("`{}` extends itself, or more than {MAX_DEPTH} others", deck.path);
        return Err(Box::new(
            Diagnostic::error("bad-extends", message).hint("extend a manifest that stands for itself"),
        ));
    }
    let found = deck.folder().resolve(&written.text).and_then(|path| decks.get(&path));
    found.map(|found| &**found).ok_or_else(|| {
        let names = decks.keys().filter(|path| **path != deck.path).map(RepoPath::as_str);
        let near = nearest(&written.text, names).map(|near| format!("did you mean `{near}`?"));
        Box::new(
            Diagnostic::error("bad-extends", format!("there is no deck `{}`", written.text)).hint_opt(near),
        )
    })
}

fn extends_itself(deck: &Deck, decks: &BTreeMap<RepoPath, Arc<Deck>>) -> bool {
    let next = |deck: &Deck| {
        let written = deck.manifest.extends.as_ref()?;
        decks.get(&deck.folder().resolve(&written.text)?)
    };
    let mut at = next(deck);
    for _ in 0..MAX_DEPTH {
        let Some(base) = at else { return false };
        if base.path == deck.path {
            return true;
        }
        at = next(base);
    }
    at.is_some()
}

/// A manifest with what another says where it says nothing.
fn joined(other: Manifest, folder: &RepoPath, own: &Manifest, span: &Range<usize>) -> Manifest {
    let own = own.clone();
    let mut variables = other.variables;
    variables.extend(own.variables);
    // What is wrong with them is told where the other is named.
    let inherited = other.slides.into_iter().map(|change| Change { span: span.clone(), ..change });
    let slides = inherited.chain(own.slides).collect();
    Manifest {
        title: own.title.or(other.title),
        subtitle: own.subtitle.or(other.subtitle),
        author: own.author.or(other.author),
        date: own.date.or(other.date),
        event: own.event.or(other.event),
        language: own.language.or(other.language),
        theme: own.theme.or(other.theme),
        ratio: own.ratio.or(other.ratio),
        exclude: own.exclude.or(other.exclude),
        lenses: own.lenses.or(other.lenses),
        number_prefix: own.number_prefix.or(other.number_prefix),
        variables,
        content: if own.content.is_empty() { taken(other.content, folder, span) } else { own.content },
        extends: own.extends,
        pin: own.pin,
        changes: Vec::new(),
        slides,
    }
}

/// Items of another manifest, whose files are named from the root and which stand where this one names that.
fn taken(items: Vec<Item>, folder: &RepoPath, span: &Range<usize>) -> Vec<Item> {
    let item = |item: Item| {
        let kind = match item.kind {
            Kind::Chapter(path) => {
                Kind::Chapter(folder.resolve(&path).map_or_else(|| path.clone(), |path| format!("/{path}")))
            }
            Kind::Part { title, items } => Kind::Part { title, items: taken(items, folder, span) },
            kind => kind,
        };
        Item { kind, minutes: item.minutes, span: span.clone() }
    };
    items.into_iter().map(item).collect()
}

/// Makes a change; says what is wrong when its target isn't there.
fn apply(manifest: &mut Manifest, change: &Change, folder: &RepoPath) -> Option<Diagnostic> {
    if change.target.as_ref().is_some_and(|target| !is_chapter(target)) {
        manifest.slides.push(of_slide(change, folder));
        return None;
    }
    let content = &mut manifest.content;
    let target = change.target.as_deref();
    let is_there = match &change.action {
        Action::Add { items, side } => match target {
            None => {
                content.extend(items.iter().cloned());
                true
            }
            Some(target) => insert(content, folder, target, *side, items),
        },
        Action::Remove => take(content, folder, target.unwrap_or_default()).is_some(),
        Action::Replace(items) => {
            let target = target.unwrap_or_default();
            insert(content, folder, target, Side::Before, items) && take(content, folder, target).is_some()
        }
        Action::Move { to, side } => {
            let moved = take(content, folder, target.unwrap_or_default());
            match (moved, to) {
                (Some(item), None) => {
                    content.push(item);
                    true
                }
                (Some(item), Some(to)) => {
                    let items = [item];
                    let is_there = insert(content, folder, to, *side, &items);
                    if !is_there {
                        content.extend(items);
                        return Some(unknown(content, folder, to));
                    }
                    true
                }
                (None, _) => false,
            }
        }
    };
    (!is_there).then(|| unknown(&manifest.content, folder, target.unwrap_or_default()))
}

/// A change of a single slide, in which files are named from the root.
fn of_slide(change: &Change, folder: &RepoPath) -> Change {
    let items = |items: &[Item]| taken(items.to_vec(), folder, &change.span);
    let from_root = |target: &String| match folder.resolve(target).filter(RepoPath::is_markdown) {
        Some(path) => format!("/{path}"),
        None => target.clone(),
    };
    let action = match &change.action {
        Action::Add { items: new, side } => Action::Add { items: items(new), side: *side },
        Action::Remove => Action::Remove,
        Action::Replace(new) => Action::Replace(items(new)),
        Action::Move { to, side } => Action::Move { to: to.as_ref().map(from_root), side: *side },
    };
    Change { action, ..change.clone() }
}

fn is_chapter(target: &str) -> bool {
    RepoPath::root().resolve(target).is_some_and(|path| path.is_markdown())
}

fn unknown(items: &[Item], folder: &RepoPath, target: &str) -> Diagnostic {
    let mut paths = Vec::new();
    each_item(items, &mut |item| {
        if let Kind::Chapter(path) = &item.kind {
            paths.extend(folder.resolve(path));
        }
    });
    let near = nearest(target, paths.iter().map(RepoPath::as_str));
    Diagnostic::error("unknown-target", format!("the deck has no chapter `{target}`"))
        .hint_opt(near.map(|near| format!("did you mean `{near}`?")))
}

fn is_target(item: &Item, folder: &RepoPath, target: &str) -> bool {
    matches!(&item.kind, Kind::Chapter(path) if folder.resolve(path) == folder.resolve(target))
}

/// Puts items beside the first that is the target; `false` when none is.
fn insert(items: &mut Vec<Item>, folder: &RepoPath, target: &str, side: Side, new: &[Item]) -> bool {
    if let Some(at) = items.iter().position(|item| is_target(item, folder, target)) {
        let at = if side == Side::Before { at } else { at + 1 };
        items.splice(at..at, new.iter().cloned());
        return true;
    }
    items.iter_mut().any(|item| match &mut item.kind {
        Kind::Part { items, .. } => insert(items, folder, target, side, new),
        _ => false,
    })
}

/// Takes the first item out that is the target, also when others like it were put in before: these come first, so the
/// last is taken.
fn take(items: &mut Vec<Item>, folder: &RepoPath, target: &str) -> Option<Item> {
    if let Some(at) = items.iter().rposition(|item| is_target(item, folder, target)) {
        return Some(items.remove(at));
    }
    items.iter_mut().find_map(|item| match &mut item.kind {
        Kind::Part { items, .. } => take(items, folder, target),
        _ => None,
    })
}

//! [`change`]: a change of single slides, which a delivery names by their ids or by the chapter that they stand in.

use std::sync::Arc;

use crate::{
    base::path::RepoPath,
    parse::manifest::{Action, Side},
    render::deck::{row::Shown, slide::SlideHtml},
};

/// A slide in the row of a deck.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub(super) id: String,
    pub(super) shown: Shown,
    pub(super) html: Html,
    /// The file that it comes from.
    pub(super) path: RepoPath,
    /// The number of its part among those that are listed.
    pub(super) part: Option<usize>,
}

/// The HTML of a slide: one of a chapter's, or its own.
#[derive(Clone, Debug)]
pub(super) enum Html {
    Of(Arc<Vec<SlideHtml>>, usize),
    Own(Box<SlideHtml>),
}

impl Html {
    pub(super) fn get(&self) -> &SlideHtml {
        match self {
            Self::Of(slides, at) => &slides[*at],
            Self::Own(slide) => slide,
        }
    }
}

/// Makes a change in a row; `new` are the slides that it brings. The error is the target that isn't there.
pub(super) fn change<'c>(
    row: &mut Vec<Placed>,
    action: &'c Action,
    target: Option<&'c str>,
    new: Vec<Placed>,
) -> Result<(), &'c str> {
    match action {
        Action::Add { side, .. } => {
            let at = place(row, target, *side)?;
            insert(row, at, new);
        }
        Action::Remove => drop(take(row, target)?),
        Action::Replace(_) => {
            let at = place(row, target, Side::Before)?;
            take(row, target)?;
            insert(row, at, new);
        }
        Action::Move { to, side } => {
            // Where it goes must be known before it is taken.
            place(row, to.as_deref(), *side)?;
            let moved = take(row, target)?;
            let at = place(row, to.as_deref(), *side)?;
            insert(row, at, vec![moved]);
        }
    }
    Ok(())
}

/// Slides that are put in belong to the part of what is before them, else behind.
fn insert(row: &mut Vec<Placed>, at: usize, mut new: Vec<Placed>) {
    let beside = at.checked_sub(1).or(Some(at)).and_then(|at| row.get(at));
    let part = beside.and_then(|slide| slide.part);
    new.iter_mut().for_each(|slide| slide.part = part);
    row.splice(at..at, new);
}

fn take<'c>(row: &mut Vec<Placed>, target: Option<&'c str>) -> Result<Placed, &'c str> {
    let target = target.unwrap_or_default();
    let at = row.iter().position(|slide| slide.id == target).ok_or(target)?;
    Ok(row.remove(at))
}

/// The place before or behind a slide, or all slides of a chapter; without a target the end.
fn place<'c>(row: &[Placed], target: Option<&'c str>, side: Side) -> Result<usize, &'c str> {
    let Some(target) = target else { return Ok(row.len()) };
    let path = RepoPath::root().resolve(target);
    let is_target = |slide: &Placed| slide.id == target || Some(&slide.path) == path.as_ref();
    let found = match side {
        Side::Before => row.iter().position(is_target),
        Side::After => row.iter().rposition(is_target).map(|at| at + 1),
    };
    found.ok_or(target)
}

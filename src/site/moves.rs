//! [`Moves`]: the pages that two snapshots share. When others come or go, these have other ids.

use std::sync::Arc;

use crate::site::{page::PageId, pages::Pages};

/// Which pages of a snapshot are those of the one before it, with the same file, address, title and front matter.
pub(super) struct Moves {
    /// What became of each former page.
    now: Vec<Option<PageId>>,
    /// What each page was.
    before: Vec<Option<PageId>>,
}

impl Moves {
    /// Walks along both.
    pub(super) fn between(former: &Pages, pages: &Pages) -> Self {
        let mut moves = Self { now: vec![None; former.len()], before: vec![None; pages.len()] };
        let mut others = former.shared().enumerate().peekable();
        for (at, page) in pages.shared().enumerate() {
            // Nearly always the next one is the same, which is seen without a look at what it says.
            let is_same = |(_, other): &(usize, &Arc<_>)| Arc::ptr_eq(other, page);
            if !others.peek().is_some_and(is_same) {
                while others.next_if(|(_, other)| other.key < page.key).is_some() {}
            }
            if let Some((before, _)) = others.next_if(is_same) {
                moves.now[before] = Some(PageId::at(at));
                moves.before[at] = Some(PageId::at(before));
            }
        }
        moves
    }

    /// What became of the former pages, in their order.
    pub(super) fn now(&self) -> &[Option<PageId>] {
        &self.now
    }

    /// The former pages that are not there any more, or not the same.
    pub(super) fn gone(&self) -> impl Iterator<Item = PageId> {
        missing(&self.now)
    }

    /// The pages that were not there, or not the same.
    pub(super) fn added(&self) -> impl Iterator<Item = PageId> {
        missing(&self.before)
    }
}

fn missing(counterparts: &[Option<PageId>]) -> impl Iterator<Item = PageId> {
    let missing = counterparts.iter().enumerate().filter(|(_, counterpart)| counterpart.is_none());
    missing.map(|(at, _)| PageId::at(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::path::RepoPath,
        site::{Site, SiteOptions},
        source::{ChangeSet, ListingOptions, Memory, Source},
    };

    #[test]
    fn pages_are_followed_past_those_that_come_go_and_change() {
        let source = ["a.md", "b.md", "d.md", "e.md"];
        let source = source.iter().fold(Memory::new(), |source, path| source.file(path, "# Same"));
        let path = |path| RepoPath::new(path).expect("a path");
        let former = Site::load(&source, &SiteOptions::default()).expect("a source in memory");
        let source =
            source.without(&path("b.md")).file("c.md", "# New").file("d.md", "# Other").file("f.md", "# New");
        let listing = source.listing(&ListingOptions::default()).expect("a source in memory");
        let site = former.update(&source, &ChangeSet::between(former.listing(), &listing), listing);
        let moves = Moves::between(former.pages(), site.pages());
        // a, c, d, e, f after a, b, d, e.
        let at = |places: &[Option<usize>]| places.iter().map(|at| at.map(PageId::at)).collect::<Vec<_>>();
        assert_eq!(moves.now, at(&[Some(0), None, None, Some(3)]));
        assert_eq!(moves.before, at(&[Some(0), None, None, Some(3), None]));
        assert_eq!(moves.gone().collect::<Vec<_>>(), [1, 2].map(PageId::at));
        assert_eq!(moves.added().collect::<Vec<_>>(), [1, 2, 4].map(PageId::at));
    }
}

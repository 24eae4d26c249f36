//! Pages related to a page: those that share its tags, the rarer the tag the closer.

use std::cmp::Reverse;

use crate::site::{Site, page::PageId};

/// How many related pages a page has at most.
pub const MAX_RELATED: usize = 5;
/// How many pages of one term are looked at, on either side of the page itself: a tag that thousands of pages carry
/// says little about any two of them, and looking at all would cost the square of the site.
const MAX_NEIGHBOURS: usize = 20;

/// The pages that share most with `page`, the closest first.
pub fn related(site: &Site, page: PageId) -> Vec<PageId> {
    let own = site.page(page);
    let mut shared: Vec<(PageId, u64)> = Vec::new();
    for (at, taxonomy) in site.taxonomies().of_language(own.language) {
        for name in own.front.terms.get(&taxonomy.name) {
            let Some((_, term)) = site.taxonomies().term(at, name) else { continue };
            let rarity = 1_000_000 / term.pages.len() as u64;
            let place = site.taxonomies().place_in(term, page, site.pages());
            let others = neighbours(&term.pages, place).iter().filter(|&&other| other != page);
            shared.extend(others.map(|&other| (other, rarity)));
        }
    }
    shared.sort_unstable();
    let score =
        |same: &[(PageId, u64)]| (Reverse(same.iter().map(|(_, rarity)| rarity).sum::<u64>()), same[0].0);
    let mut best: Vec<(Reverse<u64>, PageId)> = shared.chunk_by(|a, b| a.0 == b.0).map(score).collect();
    best.sort_unstable();
    best.into_iter().take(MAX_RELATED).map(|(_, id)| id).collect()
}

fn neighbours(pages: &[PageId], place: usize) -> &[PageId] {
    let start = place.saturating_sub(MAX_NEIGHBOURS);
    let end = (place + MAX_NEIGHBOURS + 1).min(pages.len());
    &pages[start.min(end)..end]
}

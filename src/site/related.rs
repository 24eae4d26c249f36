//! Pages related to a page: those that share its tags, the rarer the tag the closer.

use std::collections::BTreeMap;

use crate::site::{Site, page::PageId, taxonomy::newest_first};

/// How many related pages a page has at most.
pub const MAX_RELATED: usize = 5;
/// How many pages of one term are looked at, on either side of the page itself: a tag that thousands of pages carry
/// says little about any two of them, and looking at all would cost the square of the site.
const MAX_NEIGHBOURS: usize = 20;

/// The pages that share most with `page`, the closest first.
pub fn related(site: &Site, page: PageId) -> Vec<PageId> {
    let mut scores: BTreeMap<PageId, u64> = BTreeMap::new();
    for (at, taxonomy) in site.taxonomies().of_language(site.page(page).language) {
        for name in site.page(page).front.terms.get(&taxonomy.name).into_iter().flatten() {
            let Some((_, term)) = site.taxonomies().term(at, name) else { continue };
            let rarity = 1_000_000 / term.pages.len() as u64;
            let own = site.page(page);
            let place = term.pages.partition_point(|&other| newest_first(site.page(other), own).is_lt());
            for &other in neighbours(&term.pages, place) {
                if other != page {
                    *scores.entry(other).or_default() += rarity;
                }
            }
        }
    }
    let mut best: Vec<(PageId, u64)> = scores.into_iter().collect();
    best.sort_by_key(|&(id, score)| (std::cmp::Reverse(score), id));
    best.into_iter().take(MAX_RELATED).map(|(id, _)| id).collect()
}

fn neighbours(pages: &[PageId], place: usize) -> &[PageId] {
    let start = place.saturating_sub(MAX_NEIGHBOURS);
    let end = (place + MAX_NEIGHBOURS + 1).min(pages.len());
    &pages[start.min(end)..end]
}

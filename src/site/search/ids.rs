//! [`PageIds`]: numbers of pages that stay when others come and go.

use std::collections::HashSet;

use crate::{
    base::digest::Print,
    site::{
        Site,
        languages::LanguageId,
        page::{Page, PageId},
    },
};

/// How many bits a number has at least: enough that of 20,000 pages one in 200 has to take another number.
const MIN_BITS: u32 = 22;
/// How many more bits a number has than are needed to count the pages.
const SPARE_BITS: u32 = 4;
/// How many bits it has at most; a posting has four more.
const MAX_BITS: u32 = 28;
/// How many pages a file of titles and addresses has at most on average. A result costs one such file.
const PAGES_PER_FILE: usize = 24;

/// A page that can be found.
#[derive(Clone, Copy, Debug)]
pub struct Searched {
    /// The number it is known by in postings: a hash of its key, so that no other page's coming or going changes it
    /// unless both have the same.
    pub number: u32,
    /// The page.
    pub page: PageId,
}

/// The pages that can be found, in the order of their numbers.
#[derive(Clone, Debug, Default)]
pub struct PageIds {
    /// How many bits a number has.
    pub bits: u32,
    /// How many of them, the highest, are the number of the file that has a page's title and address.
    pub file_bits: u32,
    /// The pages.
    pub pages: Vec<Searched>,
}

impl PageIds {
    /// The pages of a language that can be found: those at an address of their own that don't say `search: false`.
    pub fn of(site: &Site, language: LanguageId) -> Self {
        let shown: Vec<(PageId, &Page)> =
            searched(site).filter(|(_, page)| page.language == language).collect();
        let bits = (usize::BITS - shown.len().leading_zeros() + SPARE_BITS).clamp(MIN_BITS, MAX_BITS);
        let file_bits = (shown.len().div_ceil(PAGES_PER_FILE)).next_power_of_two().ilog2();
        let mut taken = HashSet::with_capacity(shown.len());
        let mut pages: Vec<Searched> = shown
            .into_iter()
            .map(|(page, of)| Searched { number: free_number(of, bits, &mut taken), page })
            .collect();
        pages.sort_unstable_by_key(|page| page.number);
        Self { bits, file_bits, pages }
    }

    /// How many files of titles and addresses there are.
    pub fn n_files(&self) -> u32 {
        1 << self.file_bits
    }

    /// The pages of one such file.
    pub fn file(&self, number: u32) -> &[Searched] {
        let shift = self.bits - self.file_bits;
        let start = self.pages.partition_point(|page| page.number >> shift < number);
        let end = self.pages.partition_point(|page| page.number >> shift <= number);
        &self.pages[start..end]
    }
}

/// The pages that can be found, in the order of keys.
pub(super) fn searched(site: &Site) -> impl Iterator<Item = (PageId, &Page)> {
    site.pages().iter().filter(|(id, page)| {
        site.routes().has_page(*id) && page.front.search != Some(false) && !page.is_not_found
    })
}

fn free_number(page: &Page, bits: u32, taken: &mut HashSet<u32>) -> u32 {
    let key = page.key.as_str();
    let number = |tries: u32| {
        let print = match tries {
            0 => Print::of_bytes(key.as_bytes()),
            _ => Print::of_bytes(format!("{key}\0{tries}").as_bytes()),
        };
        let first = print.as_bytes()[..4].try_into().map_or(0, u32::from_le_bytes);
        first >> (u32::BITS - bits)
    };
    let free = (0..).map(number).find(|number| taken.insert(*number));
    free.expect("there are more numbers than pages")
}

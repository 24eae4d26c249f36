//! What visitors can search for: the words of all pages, in shards of which each query needs a few.
//!
//! 1. [`PageIds`] gives each page that can be found a number that it keeps when others come and go.
//! 2. [`Stock`] has the words of all pages: parsed with the pages, kept from an earlier process, or read when somebody asks.
//! 3. [`Tally`] counts them: anew, or only those of the pages that an earlier one hasn't counted.
//! 4. [`Index`] finds out which are forms of one word, and splits them into shards (`layout`).
//! 5. Postings, the pages of each word, are gathered when the first shard is rendered, or follow from those of an earlier process
//!    (`renewal`).
//!
//! A wiki asks a [`Finder`] instead, which needs no shards and is kept up to date.
//!
//! All of it is a pure function of the site's pages; what it looks like as bytes is the renderer's business.

mod finder;
mod ids;
mod index;
mod layout;
mod pages;
mod renewal;
mod stock;
mod tally;
#[cfg(test)]
mod tests;

pub use self::{
    finder::{Finder, Hit, Hits, MAX_TERMS, terms},
    ids::{PageIds, Searched},
    index::{Index, MAX_POSTINGS, Posting, Shard, ShardWord},
    layout::ShardName,
    pages::SearchedPages,
    renewal::{FormerShards, FormerWord},
    stock::{FormerWords, Stock},
    tally::Tally,
};

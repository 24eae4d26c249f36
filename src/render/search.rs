//! The files that a browser searches with: an overview, shards of words, and parts of the list of pages.
//!
//! `themes/default/search.js` reads them. What a shard looks like is told in [`shard`](super::shard).

use std::fmt::Write;

use serde_json::json;

use crate::{
    base::url::encode_path,
    render::{
        page::Render,
        shard,
        trace::{SearchFile, SearchOverview, SearchPages, SearchWords},
    },
    site::languages::LanguageId,
};

/// The bytes of a file; `None` when there is no such one.
pub(super) fn file(render: &Render, language: LanguageId, file: SearchFile) -> Option<Vec<u8>> {
    match file {
        SearchFile::Overview => overview(render, language),
        SearchFile::Words(name) => {
            let words = render.asker.ask(SearchWords(language, name))?;
            render.asker.check_words();
            Some(shard::write(words.words(), &words.outside()))
        }
        SearchFile::Pages(number) => pages(render, language, number),
    }
}

fn overview(render: &Render, language: LanguageId) -> Option<Vec<u8>> {
    let overview = render.asker.ask(SearchOverview(language))?;
    render.asker.check_words();
    let overview = json!({
        "pages": overview.n_pages,
        "max": overview.max_postings,
        "low": overview.low_bits,
        "words": overview.shards,
    });
    Some(format!("{overview}\n").into_bytes())
}

fn pages(render: &Render, language: LanguageId, number: u32) -> Option<Vec<u8>> {
    let mut json = String::from("{");
    for page in render.asker.ask(SearchPages(language, number))? {
        let start = if json.len() > 1 { ",\n" } else { "\n" };
        let value = json!([page.title, encode_path(page.route.as_str())]);
        let _ = write!(json, "{start}\"{}\":{value}", page.number);
    }
    json.push_str("\n}\n");
    Some(json.into_bytes())
}

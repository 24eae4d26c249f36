//! The files that a browser searches with: an overview, shards of words, and parts of the list of pages.
//!
//! `themes/default/search.js` reads them. Numbers are in groups of seven bits, the lowest first. A shard is:
//!
//! 1. the number of its words, and for each word: how many bytes it shares with the one before, how many more it has, those
//!    bytes; its class of words of one stem: 0 for none, 1 for a new one, else how many classes back plus 2; in how many
//!    pages it is; its postings. A word in several classes stands there once more for each of the others, without pages;
//! 2. the number of words in other shards that belong to its classes, and for each: the class, how many bytes, the bytes.
//!
//! A posting is the difference of the page's number to the one before, above four bits for the level.

use std::{collections::HashMap, fmt::Write};

use serde_json::json;

use crate::{
    base::url::encode_path,
    parse::words::push_number,
    render::{
        page::Render,
        trace::{SearchFile, SearchOverview, SearchPages, SearchWords, ShardValues},
    },
    site::languages::LanguageId,
};

/// The bytes of a file; `None` when there is no such one.
pub(super) fn file(render: &Render, language: LanguageId, file: SearchFile) -> Option<Vec<u8>> {
    match file {
        SearchFile::Overview => overview(render, language),
        SearchFile::Words(name) => {
            let shard = render.asker.ask(SearchWords(language, name))?;
            render.asker.check_words();
            Some(words(shard))
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

fn words(shard: ShardValues<'_>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(32 << 10);
    let mut classes: HashMap<u32, u64> = HashMap::new();
    let mut last: &[u8] = b"";
    let mut n_words = 0;
    for word in shard.words() {
        let text = word.text.as_bytes();
        let shared = last.iter().zip(text).take_while(|(one, other)| one == other).count();
        let more = word.classes.iter().skip(1);
        let numbered = [word.classes.first()].into_iter().chain(more.map(Some)).enumerate();
        for (at, class) in numbered {
            let shared = if at == 0 { shared } else { text.len() };
            push_number(&mut bytes, shared as u64);
            push_number(&mut bytes, (text.len() - shared) as u64);
            bytes.extend_from_slice(&text[shared..]);
            push_number(&mut bytes, class.map_or(0, |class| class_code(&mut classes, *class)));
            n_words += 1;
            if at > 0 {
                push_number(&mut bytes, 0);
                continue;
            }
            push_number(&mut bytes, word.n_pages as u64);
            let mut page = 0;
            for posting in &word.postings {
                push_number(&mut bytes, u64::from(posting.page() - page) << 4 | u64::from(posting.level()));
                page = posting.page();
            }
        }
        last = text;
    }
    let mut shard_bytes = Vec::with_capacity(bytes.len() + 16);
    push_number(&mut shard_bytes, n_words);
    shard_bytes.append(&mut bytes);
    let outside = shard.outside();
    push_number(&mut shard_bytes, outside.len() as u64);
    for (class, word) in outside {
        push_number(&mut shard_bytes, classes.get(&class).copied().unwrap_or(0));
        push_number(&mut shard_bytes, word.len() as u64);
        shard_bytes.extend_from_slice(word.as_bytes());
    }
    shard_bytes
}

/// 1 for a class that is new in this shard, else how many classes back it is, plus 2.
fn class_code(classes: &mut HashMap<u32, u64>, class: u32) -> u64 {
    let n_classes = classes.len() as u64;
    match classes.get(&class) {
        Some(number) => n_classes - 1 - number + 2,
        None => {
            classes.insert(class, n_classes);
            1
        }
    }
}

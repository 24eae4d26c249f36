//! [`check`]: which of the addresses that a site links to answer.
//!
//! In: the `http` and `https` addresses as authors wrote them. Out: a [`Verdict`] for each. Where the links stand, and
//! what to tell the author, is left to others. A check takes these steps:
//!
//! 1. `address` turns each link into what is asked for, or knows the verdict at once: invalid, or of a local machine.
//!    Links that differ only in their fragment become one question.
//! 2. `cache` answers what an earlier check has asked.
//! 3. `client` asks the rest: hosts side by side, the addresses of one host one after the other.
//!
//! Only what is the author's to mend is [`Verdict::Broken`]; a tired server and a wall against bots are not.

mod address;
mod cache;
mod client;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, SystemTime},
};

use serde::{Deserialize, Serialize};
use ureq::http::Uri;

use self::{cache::Cache, client::Client};

/// How many requests are under way at once, each to another host.
const MAX_REQUESTS: usize = 8;
/// How long one request may take, from the look-up of the name on.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// How to check.
#[derive(Clone, Debug)]
pub struct ExternalOptions {
    /// The folder that keeps verdicts between checks, made if missing; `None` keeps none.
    pub cache: Option<PathBuf>,
    /// The time of the check, which decides what in the cache is too old.
    pub now: SystemTime,
    /// How long one request may take.
    pub timeout: Duration,
    /// Whether addresses of local machines are asked too, without a proxy: for tests.
    pub allow_local: bool,
}

impl ExternalOptions {
    /// The usual limits.
    pub fn new(cache: Option<PathBuf>, now: SystemTime) -> Self {
        Self { cache, now, timeout: REQUEST_TIMEOUT, allow_local: false }
    }
}

/// What is known about an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It answers, or is not one to ask: of a local machine, made up for examples, or not of the web.
    Fine,
    /// It answers at another address, and has moved there for good.
    Redirected(String),
    /// Readers will not get there, with the reason: `404 Not Found`, `no such host`.
    Broken(String),
    /// It could not be found out, with the reason: `429 Too Many Requests`, `no answer within 10 s`.
    Unknown(String),
}

/// One address to ask, and the links that lead to it.
struct Question<'a> {
    uri: Uri,
    urls: Vec<&'a str>,
}

/// Asks all of the addresses; `on_progress` is called once for each of them when its verdict is known, from any thread.
pub fn check(
    urls: &BTreeSet<String>,
    options: &ExternalOptions,
    on_progress: &(dyn Fn() + Sync),
) -> BTreeMap<String, Verdict> {
    let mut verdicts = BTreeMap::new();
    let mut questions: BTreeMap<String, Question<'_>> = BTreeMap::new();
    for url in urls {
        match address::to_ask(url, options.allow_local) {
            Ok(uri) => questions
                .entry(uri.to_string())
                .or_insert_with(|| Question { uri, urls: Vec::new() })
                .urls
                .push(url),
            Err(verdict) => {
                verdicts.insert(url.clone(), verdict);
                on_progress();
            }
        }
    }

    let mut cache = Cache::read(options.cache.as_deref(), options.now);
    let mut by_host: BTreeMap<String, Vec<(&str, &Question<'_>)>> = BTreeMap::new();
    for (address, question) in &questions {
        if let Some(verdict) = cache.get(address) {
            tell(question, verdict, &mut verdicts, on_progress);
        } else {
            by_host.entry(address::host(&question.uri)).or_default().push((address, question));
        }
    }
    if by_host.is_empty() {
        return verdicts;
    }

    let known = Mutex::new((&mut cache, &mut verdicts));
    ask_all(by_host.into_values().collect(), options, &|address, question, verdict| {
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        let (cache, verdicts) = &mut *known;
        cache.put(address, &verdict);
        tell(question, &verdict, verdicts, on_progress);
    });
    cache.write();
    verdicts
}

/// Asks the hosts side by side, those with the most addresses first because they take longest.
fn ask_all(
    mut hosts: Vec<Vec<(&str, &Question<'_>)>>,
    options: &ExternalOptions,
    on_verdict: &(dyn Fn(&str, &Question<'_>, Verdict) + Sync),
) {
    hosts.sort_by_key(|questions| std::cmp::Reverse(questions.len()));
    let client = Client::new(options);
    let next_host = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..hosts.len().min(MAX_REQUESTS) {
            scope.spawn(|| {
                while let Some(questions) = hosts.get(next_host.fetch_add(1, Ordering::Relaxed)) {
                    for (address, question) in questions {
                        on_verdict(address, question, client.verdict(&question.uri));
                    }
                }
            });
        }
    });
}

/// Writes the verdict down for each link that asked for it.
fn tell(
    question: &Question<'_>,
    verdict: &Verdict,
    verdicts: &mut BTreeMap<String, Verdict>,
    on_progress: &(dyn Fn() + Sync),
) {
    for url in &question.urls {
        verdicts.insert((*url).to_owned(), with_fragment_of(url, verdict));
        on_progress();
    }
}

/// A link to a part of a page that has moved leads to that part of the new page.
fn with_fragment_of(url: &str, verdict: &Verdict) -> Verdict {
    match (verdict, url.split_once('#')) {
        (Verdict::Redirected(target), Some((_, fragment))) if !target.contains('#') => {
            Verdict::Redirected(format!("{target}#{fragment}"))
        }
        _ => verdict.clone(),
    }
}

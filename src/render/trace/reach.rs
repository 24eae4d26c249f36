//! [`Reach`]: what the answers to all questions of a trace depend on, told without the questions.

use foldhash::HashMap;
use serde::{Deserialize, Serialize};

use super::{Question, domain::Kinds};
use crate::base::{digest::Print, path::RepoPath};

/// What a whole trace depends on. Nearly all questions of a page's render are about this page.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Reach {
    /// The page that most questions are about.
    pub(super) page: Option<RepoPath>,
    /// The kinds of what those depend on.
    pub(super) of_page: Kinds,
    /// The kinds of what all others depend on.
    pub(super) others: Kinds,
}

impl Reach {
    pub(super) fn of(asked: &[(Question, Print)]) -> Self {
        let mut counts: HashMap<&RepoPath, usize> = HashMap::default();
        let domains = || asked.iter().map(|(question, _)| question.domain());
        domains().filter_map(|domain| domain.page()).for_each(|page| *counts.entry(page).or_default() += 1);
        let page = counts.into_iter().max_by_key(|(page, count)| (*count, *page)).map(|(page, _)| page);
        let kinds = |is_of_page: bool| {
            let kinds =
                domains().filter(|domain| domain.page().is_some_and(|of| Some(of) == page) == is_of_page);
            kinds.fold(Kinds::default(), |kinds, domain| kinds.with(domain.kind()))
        };
        Self { page: page.cloned(), of_page: kinds(true), others: kinds(false) }
    }
}

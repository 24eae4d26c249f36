//! [`Taxonomy`]: pages grouped by what their front matter names, such as tags.

use std::{
    cmp::{Ordering, Reverse},
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use compact_str::CompactString;
use foldhash::HashMap;
use rayon::prelude::*;

use crate::{
    base::{
        config::{self, Config},
        path::RepoPath,
        persistent::Vector,
        tasks::PER_TASK,
    },
    parse::{front_matter::Date, slug},
    site::{
        languages::{LanguageId, Languages},
        moves::Moves,
        page::{Page, PageId},
        pages::Pages,
        route::Route,
    },
};

/// How many pages a page of a term's list shows when the config doesn't say.
pub const DEFAULT_PAGINATE: usize = 50;
/// How many pages that came and went are followed; to group all anew costs no more than that.
const MAX_MOVED: usize = 500;

/// One way to group pages: `tags`, `authors`, ...
#[derive(Clone, Debug)]
pub struct Taxonomy {
    /// Its name in the config and in front matter.
    pub name: String,
    /// The language of its pages.
    pub language: LanguageId,
    /// The address of its list of terms.
    pub route: Route,
    /// Its terms, in the order of their names.
    pub terms: Vector<Arc<Term>>,
    /// How many pages a page of a term's list shows.
    pub paginate: usize,
    /// Whether each term has a feed.
    pub feed: bool,
    places: Arc<HashMap<String, usize>>,
}

/// One term of a taxonomy, such as the tag `git`.
#[derive(Clone, Debug)]
pub struct Term {
    /// Its name as most pages write it.
    pub name: String,
    /// Its address.
    pub route: Route,
    /// Its pages: the newest first, those without a date after them by title.
    pub pages: Vec<PageId>,
    /// How often each spelling of its name is written.
    spellings: BTreeMap<String, usize>,
}

/// All taxonomies of a site; those that no page uses are left out.
#[derive(Clone, Debug, Default)]
pub struct Taxonomies {
    /// The taxonomies, in the order of the config; those of the default language first.
    pub all: Vec<Taxonomy>,
    /// Where pages stand among all that have terms, the newest first; empty when that has changed. To find a page in a list by these
    /// numbers takes a fifth of the time that the dates and titles of pages take, which are scattered over the memory.
    ranks: Arc<[u32]>,
}

impl Taxonomies {
    /// Groups the pages by each taxonomy that the config names.
    pub fn build(config: &Config, pages: &Pages, languages: &Languages) -> Self {
        let used = |at: usize| {
            let page = pages.get(PageId::at(at));
            (!page.front.terms.is_empty()).then(|| (newness(page), PageId::at(at)))
        };
        let mut listed: Vec<_> =
            (0..pages.len()).into_par_iter().with_max_len(PER_TASK).filter_map(used).collect();
        // Sorted once for all terms, each of which gets its pages in this order.
        listed.par_sort_unstable();
        let listed: Vec<PageId> = listed.into_iter().map(|(_, id)| id).collect();
        let of_language = |language| {
            let is_own = |id: &PageId| pages.get(*id).language == language;
            let listed: Vec<PageId> = listed.iter().copied().filter(is_own).collect();
            let home = languages.home(language);
            let all =
                config.taxonomies.par_iter().map(|named| taxonomy(named, language, &home, pages, &listed));
            all.filter(|taxonomy| !taxonomy.terms.is_empty()).collect::<Vec<_>>()
        };
        Self { all: languages.ids().flat_map(of_language).collect(), ranks: ranks(&listed, pages.len()) }
    }

    /// The taxonomies of a site in which pages came and went; `None` when there are other terms than before, or a great many such
    /// pages. `old` are the pages as they were.
    pub(super) fn moved(&self, config: &Config, old: &Pages, pages: &Pages, moves: &Moves) -> Option<Self> {
        let gone: Vec<&Page> = moves.gone().take(MAX_MOVED).map(|id| old.get(id)).collect();
        let new: Vec<PageId> = moves.added().take(MAX_MOVED).collect();
        if gone.len() + new.len() >= MAX_MOVED || self.ranks.is_empty() {
            return None;
        }
        let mut all = self.all.clone();
        for taxonomy in &mut all {
            taxonomy.follow(moves, &gone, &new, pages)?;
        }
        if self.lacks(config, pages, &new) {
            return None;
        }
        let mut listed: Vec<Option<PageId>> = vec![None; self.ranks.len()];
        for (rank, now) in self.ranks.iter().zip(moves.now()) {
            if let Some(place) = listed.get_mut(*rank as usize) {
                *place = *now;
            }
        }
        let mut listed: Vec<PageId> = listed.into_iter().flatten().collect();
        for id in new.into_iter().filter(|id| !pages.get(*id).front.terms.is_empty()) {
            listed.insert(place_in(&listed, pages.get(id), pages), id);
        }
        Some(Self { all, ranks: ranks(&listed, pages.len()) })
    }

    /// Where a page stands in the list of a term that it has.
    pub(super) fn place_in(&self, term: &Term, id: PageId, pages: &Pages) -> usize {
        match self.ranks.get(id.index()) {
            Some(rank) => term.pages.partition_point(|other| self.ranks[other.index()] < *rank),
            None => place_in(&term.pages, pages.get(id), pages),
        }
    }

    /// A taxonomy by its language and name.
    pub fn get(&self, language: LanguageId, name: &str) -> Option<(usize, &Taxonomy)> {
        self.of_language(language).find(|(_, taxonomy)| taxonomy.name == name)
    }

    /// The taxonomies of a language, with their places.
    pub fn of_language(&self, language: LanguageId) -> impl Iterator<Item = (usize, &Taxonomy)> {
        self.all.iter().enumerate().filter(move |(_, taxonomy)| taxonomy.language == language)
    }

    /// A term by its taxonomy's place and its name in any spelling, with its place.
    pub fn term(&self, taxonomy: usize, name: &str) -> Option<(usize, &Term)> {
        let taxonomy = &self.all[taxonomy];
        // Most names are as they are in addresses, which costs much to find out.
        let place = *taxonomy.places.get(name).or_else(|| taxonomy.places.get(&slug::term(name)))?;
        Some((place, &taxonomy.terms[place]))
    }

    /// The taxonomies after other terms, titles and dates of some pages; `None` when there are other terms or lists of
    /// another length than before, and so other addresses. `old` are the pages as they were.
    pub(super) fn regrouped(
        &self,
        config: &Config,
        old: &Pages,
        pages: &Pages,
        changed: &[PageId],
    ) -> Option<Self> {
        let mut all = self.all.clone();
        for taxonomy in &mut all {
            taxonomy.regroup(old, pages, changed)?;
        }
        if self.lacks(config, pages, changed) {
            return None;
        }
        let has_terms = |pages: &Pages| changed.iter().any(|&id| !pages.get(id).front.terms.is_empty());
        let is_reranked = has_terms(old) || has_terms(pages);
        let ranks = if is_reranked { Arc::default() } else { Arc::clone(&self.ranks) };
        Some(Self { all, ranks })
    }

    /// Whether some pages have terms of a taxonomy that no page had.
    fn lacks(&self, config: &Config, pages: &Pages, ids: &[PageId]) -> bool {
        let mut all =
            config.taxonomies.iter().flat_map(|named| ids.iter().map(move |&id| (named, pages.get(id))));
        all.any(|(named, page)| {
            self.get(page.language, &named.name).is_none() && keyed_terms(&named.name, page).next().is_some()
        })
    }
}

impl Taxonomy {
    /// Follows pages that came and went; `None` when that gives other terms.
    fn follow(&mut self, moves: &Moves, gone: &[&Page], new: &[PageId], pages: &Pages) -> Option<()> {
        let mut terms: Vec<Term> = self.terms.iter().map(|term| term.moved(moves)).collect();
        let mut respelled = BTreeSet::new();
        for page in gone.iter().filter(|page| page.language == self.language) {
            for (key, name) in keyed_terms(&self.name, page) {
                let place = *self.places.get(&key)?;
                terms[place].respell(name, false);
                respelled.insert(place);
            }
        }
        for (id, page) in
            new.iter().map(|&id| (id, pages.get(id))).filter(|(_, page)| page.language == self.language)
        {
            for (key, name) in keyed_terms(&self.name, page) {
                let place = *self.places.get(&key)?;
                terms[place].respell(name, true);
                respelled.insert(place);
                let list = &mut terms[place].pages;
                let at = place_in(list, page, pages);
                if list.get(at) != Some(&id) {
                    list.insert(at, id);
                }
            }
        }
        for place in respelled {
            terms[place].name = commonest(&terms[place].spellings);
        }
        self.terms = terms.into_iter().map(Arc::new).collect();
        self.terms.iter().all(|term| !term.pages.is_empty()).then_some(())
    }

    fn regroup(&mut self, old: &Pages, pages: &Pages, changed: &[PageId]) -> Option<()> {
        let mut touched: BTreeMap<usize, (Vec<PageId>, Vec<PageId>)> = BTreeMap::new();
        let mut spellings: BTreeMap<usize, Vec<(&str, bool)>> = BTreeMap::new();
        for &id in changed.iter().filter(|id| pages.get(**id).language == self.language) {
            for (is_new, page) in [(false, old.get(id)), (true, pages.get(id))] {
                for (key, name) in keyed_terms(&self.name, page) {
                    let place = *self.places.get(&key)?;
                    spellings.entry(place).or_default().push((name, is_new));
                    let (gone, come) = touched.entry(place).or_default();
                    let list = if is_new { come } else { gone };
                    if list.last() != Some(&id) {
                        list.push(id);
                    }
                }
            }
        }
        for (place, (gone, come)) in touched {
            let term = Arc::make_mut(&mut self.terms[place]);
            let n_parts = term.pages.len().div_ceil(self.paginate);
            let places = gone.iter().map(|&id| place_in(&term.pages, old.get(id), old));
            let gone: Vec<usize> = places.collect();
            let kept = term.pages.iter().enumerate().filter(|(place, _)| !gone.contains(place));
            let mut list: Vec<PageId> = kept.map(|(_, &id)| id).collect();
            for id in come {
                list.insert(place_in(&list, pages.get(id), pages), id);
            }
            if list.is_empty() || list.len().div_ceil(self.paginate) != n_parts {
                return None;
            }
            term.pages = list;
            for (name, is_new) in spellings.remove(&place).into_iter().flatten() {
                term.respell(name, is_new);
            }
            term.name = commonest(&term.spellings);
        }
        Some(())
    }
}

impl Term {
    /// The same with the ids that its pages have now, without those that are gone.
    fn moved(&self, moves: &Moves) -> Self {
        Self {
            name: self.name.clone(),
            route: self.route.clone(),
            pages: self.pages.iter().filter_map(|id| moves.now()[id.index()]).collect(),
            spellings: self.spellings.clone(),
        }
    }

    /// Counts a spelling once more, or once less.
    fn respell(&mut self, name: &str, is_new: bool) {
        let count = self.spellings.entry(name.to_owned()).or_default();
        *count = if is_new { *count + 1 } else { count.saturating_sub(1) };
        if *count == 0 {
            self.spellings.remove(name);
        }
    }
}

/// The places of pages in a list, by their ids.
fn ranks(listed: &[PageId], n_pages: usize) -> Arc<[u32]> {
    let mut ranks = vec![u32::MAX; n_pages];
    listed.iter().zip(0..).for_each(|(id, rank)| ranks[id.index()] = rank);
    ranks.into()
}

/// Where a page stands, or would stand, in a list sorted by [`newest_first`].
fn place_in(list: &[PageId], page: &Page, pages: &Pages) -> usize {
    list.partition_point(|&other| newest_first(pages.get(other), page).is_lt())
}

/// The terms of a page as written, each with the key that all its spellings share.
fn keyed_terms<'a>(taxonomy: &str, page: &'a Page) -> impl Iterator<Item = (String, &'a str)> {
    let names = page.front.terms.get(taxonomy).iter();
    names.map(|name| (slug::term(name), name.as_str()))
}

fn taxonomy(
    config: &config::Taxonomy,
    language: LanguageId,
    home: &Route,
    pages: &Pages,
    listed: &[PageId],
) -> Taxonomy {
    let route = home.below(&format!("{}/", slug::route_part(&config.name)));
    // Each name is looked at once: its place among the lists, and how often it is written.
    let mut names: HashMap<&str, (usize, usize)> = HashMap::default();
    let mut lists: Vec<Vec<PageId>> = Vec::new();
    let mut list_of: BTreeMap<String, usize> = BTreeMap::new();
    // Pages are scattered over the memory: to look for what they say takes longer than the rest, and can be done by all cores.
    let terms_of = |&id: &PageId| (id, pages.get(id).front.terms.get(&config.name));
    let named: Vec<(PageId, &[CompactString])> =
        listed.par_iter().with_max_len(PER_TASK).map(terms_of).collect();
    for (id, page_terms) in named {
        for name in page_terms {
            let (list, count) = names.entry(name).or_insert_with(|| {
                let list = *list_of.entry(slug::term(name)).or_insert(lists.len());
                lists.resize(lists.len().max(list + 1), Vec::new());
                (list, 0)
            });
            *count += 1;
            if lists[*list].last() != Some(&id) {
                lists[*list].push(id);
            }
        }
    }
    let mut spellings: Vec<BTreeMap<String, usize>> = vec![BTreeMap::new(); lists.len()];
    for (name, (list, count)) in names {
        spellings[list].insert(name.to_owned(), count);
    }
    let places = list_of.keys().enumerate().map(|(place, key)| (key.clone(), place)).collect();
    let terms = list_of.into_iter().map(|(key, list)| {
        let spellings = std::mem::take(&mut spellings[list]);
        let (name, route) = (commonest(&spellings), term_route(&route, &key));
        Arc::new(Term { name, route, pages: std::mem::take(&mut lists[list]), spellings })
    });
    Taxonomy {
        name: config.name.clone(),
        language,
        terms: terms.collect(),
        route,
        paginate: match config.paginate {
            None => DEFAULT_PAGINATE,
            Some(0) => usize::MAX,
            Some(size) => size as usize,
        },
        feed: config.feed,
        places: Arc::new(places),
    }
}

/// The commonest spelling; of equally common ones the first, which `max_by` needs reversed.
fn commonest(spellings: &BTreeMap<String, usize>) -> String {
    let most = spellings.iter().rev().max_by_key(|&(_, count)| count);
    most.map(|(name, _)| name.clone()).unwrap_or_default()
}

fn term_route(taxonomy: &Route, key: &str) -> Route {
    let parts: Vec<String> = key.split('/').filter(|part| !part.is_empty()).map(slug::route_part).collect();
    taxonomy.below(&format!("{}/", parts.join("/")))
}

/// Sorts pages by date, newest first, then by title and key.
pub fn sort_newest_first(list: &mut [PageId], pages: &Pages) {
    list.sort_by(|&a, &b| newest_first(pages.get(a), pages.get(b)));
}

/// The order of [`sort_newest_first`].
pub fn newest_first(a: &Page, b: &Page) -> Ordering {
    newness(a).cmp(&newness(b))
}

/// What [`newest_first`] compares.
fn newness(page: &Page) -> (Reverse<Option<&Date>>, &str, &RepoPath) {
    (Reverse(page.date()), &page.title, &page.key)
}

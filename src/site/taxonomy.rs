//! [`Taxonomy`]: pages grouped by what their front matter names, such as tags.

use std::{
    cmp::{Ordering, Reverse},
    collections::{BTreeMap, HashMap},
};

use crate::{
    base::config::{self, Config},
    parse::slug,
    site::{
        page::{Page, PageId},
        route::Route,
        section::ids,
    },
};

/// How many pages a page of a term's list shows when the config doesn't say.
pub const DEFAULT_PAGINATE: usize = 50;

/// One way to group pages: `tags`, `authors`, ...
#[derive(Clone, Debug)]
pub struct Taxonomy {
    /// Its name in the config and in front matter.
    pub name: String,
    /// The address of its list of terms.
    pub route: Route,
    /// Its terms, in the order of their names.
    pub terms: Vec<Term>,
    /// How many pages a page of a term's list shows.
    pub paginate: usize,
    /// Whether each term has a feed.
    pub feed: bool,
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
}

/// All taxonomies of a site; those that no page uses are left out.
#[derive(Clone, Debug, Default)]
pub struct Taxonomies {
    /// The taxonomies, in the order of the config.
    pub all: Vec<Taxonomy>,
    term_of: HashMap<(usize, String), usize>,
}

impl Taxonomies {
    /// Groups the pages by each taxonomy that the config names.
    pub fn build(config: &Config, pages: &[Page]) -> Self {
        let mut taxonomies = Self::default();
        for named in &config.taxonomies {
            let terms = terms_of(&named.name, pages);
            if terms.is_empty() {
                continue;
            }
            let at = taxonomies.all.len();
            for (place, key) in terms.keys().enumerate() {
                taxonomies.term_of.insert((at, key.clone()), place);
            }
            taxonomies.all.push(taxonomy(named, terms, pages));
        }
        taxonomies
    }

    /// A taxonomy by its name.
    pub fn get(&self, name: &str) -> Option<(usize, &Taxonomy)> {
        self.all.iter().enumerate().find(|(_, taxonomy)| taxonomy.name == name)
    }

    /// A term by its taxonomy's place and its name in any spelling, with its place.
    pub fn term(&self, taxonomy: usize, name: &str) -> Option<(usize, &Term)> {
        let place = *self.term_of.get(&(taxonomy, slug::term(name)))?;
        Some((place, &self.all[taxonomy].terms[place]))
    }
}

struct Spellings<'a> {
    pages: Vec<PageId>,
    counts: BTreeMap<&'a str, usize>,
}

fn terms_of<'a>(taxonomy: &str, pages: &'a [Page]) -> BTreeMap<String, Spellings<'a>> {
    let mut terms: BTreeMap<String, Spellings<'a>> = BTreeMap::new();
    for (id, page) in ids(pages) {
        for name in page.front.terms.get(taxonomy).into_iter().flatten() {
            let key = slug::term(name);
            if key.is_empty() {
                continue;
            }
            let term =
                terms.entry(key).or_insert_with(|| Spellings { pages: Vec::new(), counts: BTreeMap::new() });
            *term.counts.entry(name).or_default() += 1;
            if term.pages.last() != Some(&id) {
                term.pages.push(id);
            }
        }
    }
    terms
}

fn taxonomy(config: &config::Taxonomy, terms: BTreeMap<String, Spellings<'_>>, pages: &[Page]) -> Taxonomy {
    let route = Route::new(&format!("/{}/", slug::route_part(&config.name)));
    let terms = terms
        .into_iter()
        .map(|(key, mut spellings)| {
            // The commonest spelling; of equally common ones the first, which `max_by` needs reversed.
            let name = spellings.counts.iter().rev().max_by_key(|&(_, count)| count);
            let name = name.map_or(key.as_str(), |(name, _)| *name).to_owned();
            sort_newest_first(&mut spellings.pages, pages);
            Term { name, route: term_route(&route, &key), pages: spellings.pages }
        })
        .collect();
    Taxonomy {
        name: config.name.clone(),
        terms,
        route,
        paginate: match config.paginate {
            None => DEFAULT_PAGINATE,
            Some(0) => usize::MAX,
            Some(size) => size as usize,
        },
        feed: config.feed,
    }
}

fn term_route(taxonomy: &Route, key: &str) -> Route {
    let parts: Vec<String> = key.split('/').filter(|part| !part.is_empty()).map(slug::route_part).collect();
    taxonomy.below(&format!("{}/", parts.join("/")))
}

/// Sorts pages by date, newest first, then by title and path.
pub fn sort_newest_first(list: &mut [PageId], pages: &[Page]) {
    list.sort_by(|a, b| newest_first(&pages[a.index()], &pages[b.index()]));
}

/// The order of [`sort_newest_first`].
pub fn newest_first(a: &Page, b: &Page) -> Ordering {
    let key = |page: &Page| Reverse(page.date().copied());
    key(a).cmp(&key(b)).then_with(|| (&a.title, a.path()).cmp(&(&b.title, b.path())))
}

//! A patched site: the next snapshot after changes that leave every path, address and list of children as they are.
//!
//! Such are the usual edits: of a page's text, title, date, weight, tags, description. What they touch is followed
//! through each index: the files that include the changed one, the order of the sections they are in, terms, names, and
//! the links that could now lead elsewhere. Whatever goes beyond is left to a site put together anew, also in doubt.

use std::{
    collections::BTreeSet,
    sync::{Arc, OnceLock},
};

use rayon::prelude::*;

use crate::{
    base::{config::FILE_NAME as CONFIG_FILE, path::RepoPath},
    parse::{
        front_matter::FrontMatter,
        markdown::{Facts, HeadingFact},
    },
    site::{
        Site, addresses, deck,
        file::{PageFile, SourceFiles},
        languages::DEFAULT,
        page::{Page, PageId},
        select,
    },
    source::{Entry, Listing, Source},
};

/// How many files are patched in at once; putting the site together anew costs about as much as a thousand.
const MAX_PATCHED: usize = 500;

/// The site after other bytes of some files, none of which is new; `None` when that changes more than a patch can follow.
pub(super) fn patched(
    former: &Site,
    source: &dyn Source,
    changed: &[RepoPath],
    listing: &Arc<Listing>,
) -> Option<Site> {
    if changed.iter().any(|path| path.as_str() == CONFIG_FILE || former.is_summary(path)) {
        return None;
    }
    // Aliases in a text are first of all those of the page that it belongs to.
    let is_linked = |listing: &Listing, path| listing.entries.get(path).is_some_and(Entry::is_linked);
    if changed.iter().any(|path| is_linked(&former.listing, path) != is_linked(listing, path)) {
        return None;
    }
    let places = touched(former, changed);
    if places.len() > MAX_PATCHED {
        return None;
    }
    let files = SourceFiles { source, listing };
    if changed.iter().any(|path| deck::concerns(former, &files, path)) {
        return None;
    }
    let vocabulary = former.takes_words().then(|| former.stock.vocabulary());
    let load = |&place: &usize| {
        let path = &former.files.at(place).path;
        (place, PageFile::load(path, &files, &former.reading, vocabulary, None))
    };
    let loaded: Vec<(usize, PageFile)> = places.par_iter().map(load).collect();
    let mut site = Site { listing: Arc::clone(listing), rules: OnceLock::new(), ..former.clone() };
    let mut ids = Vec::new();
    for (place, file) in loaded {
        ids.extend(put(&mut site, place, Arc::new(file))?);
    }
    ids.sort_unstable();
    ids.dedup();
    follow_order(&mut site, former, &ids)?;
    follow_links(&mut site, former, &ids)?;
    Some(site)
}

/// The places of the pages that have to be parsed again.
fn touched(site: &Site, changed: &[RepoPath]) -> BTreeSet<usize> {
    let users = changed.iter().flat_map(|path| site.files.users(path).iter().copied());
    changed.iter().filter_map(|path| site.files.place_of(path)).chain(users).collect()
}

/// Puts a file into a site, and the pages that are made of it if they are published.
fn put(site: &mut Site, place: usize, file: Arc<PageFile>) -> Option<Vec<PageId>> {
    let former = site.files.at(place);
    if former.front.cascade != file.front.cascade || former.front.translation_of != file.front.translation_of
    {
        return None;
    }
    let mut ids = Vec::new();
    match site.page_of_file(&file.path) {
        Some(id) => {
            let original = site.translations.original_of(id).map(|id| Arc::clone(&site.page(id).front));
            let new = select::changed_page(site, site.page(id), &file, original.as_deref())?;
            put_page(site, id, new, &mut ids)?;
            follow_original(site, id, &mut ids)?;
        }
        // It may be published now.
        None if former.front != file.front => return None,
        None => {}
    }
    site.files.set(place, file);
    Some(ids)
}

fn put_page(site: &mut Site, id: PageId, new: Page, ids: &mut Vec<PageId>) -> Option<()> {
    if !has_same_addresses(&site.page(id).front, &new.front) {
        return None;
    }
    site.pages.set(id, new);
    ids.push(id);
    Some(())
}

/// Follows a changed original in other languages: translations have some of its front matter, and it may itself stand
/// where one is missing.
fn follow_original(site: &mut Site, id: PageId, ids: &mut Vec<PageId>) -> Option<()> {
    if !site.languages.are_several() || site.page(id).language != DEFAULT {
        return Some(());
    }
    let others: Vec<PageId> =
        site.translations.of(id).map(|(_, other)| other).filter(|other| *other != id).collect();
    for other in others {
        let (original, page) = (site.page(id), site.page(other));
        let new = if page.is_untranslated() {
            select::changed_original(page, original)
        } else {
            select::changed_page(site, page, &page.file, Some(&original.front))?
        };
        put_page(site, other, new, ids)?;
    }
    Some(())
}

/// Whether two versions of a page have the same addresses, and as a folder's page give the same to its list.
fn has_same_addresses(old: &FrontMatter, new: &FrontMatter) -> bool {
    let addresses = |front: &FrontMatter| (front.sort, front.order, front.paginate);
    (&old.aliases, &old.redirect) == (&new.aliases, &new.redirect) && addresses(old) == addresses(new)
}

/// Follows what lists of pages are sorted and grouped by.
fn follow_order(site: &mut Site, former: &Site, ids: &[PageId]) -> Option<()> {
    let changed = |differs: fn(&Page, &Page) -> bool| -> Vec<PageId> {
        ids.iter().copied().filter(|&id| differs(former.page(id), site.pages.get(id))).collect()
    };
    let moved = changed(|old, new| {
        (&old.title, old.date(), old.front.weight) != (&new.title, new.date(), new.front.weight)
    });
    let regrouped = changed(|old, new| {
        (&old.title, old.date(), &old.front.terms) != (&new.title, new.date(), &new.front.terms)
    });
    let dated = changed(|old, new| old.date().is_some() != new.date().is_some());
    site.sections.retitle(&former.pages, &site.pages, &moved);
    if dated.into_iter().any(|id| has_other_feed(site, former, id)) {
        return None;
    }
    site.taxonomies = former.taxonomies.regrouped(&site.config, &former.pages, &site.pages, &regrouped)?;
    Some(())
}

/// Whether a page that got or lost its date gives or takes its section the feed.
fn has_other_feed(site: &Site, former: &Site, page: PageId) -> bool {
    let section = site.sections.of_page(page);
    section.is_some_and(|id| addresses::has_dates(site, id) != addresses::has_dates(former, id))
}

/// Follows the links of changed pages, and those of others that could now lead elsewhere.
fn follow_links(site: &mut Site, former: &Site, ids: &[PageId]) -> Option<()> {
    let mut touched: BTreeSet<PageId> = ids.iter().copied().collect();
    for &id in ids {
        let (old, new) = (former.page(id), site.pages.get(id));
        if !has_same_ids(&old.file.facts, &new.file.facts) {
            let linking = former.links.backlinks(id).iter().copied();
            touched.extend(linking.filter(|&page| former.links.has_fragment(page, id)));
        }
        if old.title != new.title {
            let names = site.names.get_mut();
            for key in names.map(|names| names.retitle(id, old, new)).unwrap_or_default() {
                touched.extend(former.links.asking_for(&key));
            }
        }
    }
    site.links = former.links.refollowed(site, &touched)?;
    Some(())
}

/// Whether links to parts of a page lead where they led.
fn has_same_ids(old: &Facts, new: &Facts) -> bool {
    let is_same = |(old, new): (&HeadingFact, &HeadingFact)| (&old.id, &old.text) == (&new.id, &new.text);
    old.anchors == new.anchors
        && old.headings.len() == new.headings.len()
        && old.headings.iter().zip(&new.headings).all(is_same)
}

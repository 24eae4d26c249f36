//! [`Section`]: a folder of pages. Which page is the folder's own, what is in it and in which order.

use std::{collections::BTreeMap, sync::Arc};

use compact_str::CompactString;
use foldhash::HashMap;
use rayon::prelude::*;

use crate::{
    base::{path::RepoPath, persistent::Vector},
    parse::{front_matter::Sort, slug},
    site::{
        languages::{LanguageId, Languages},
        order::{self, SectionOrder},
        page::{Page, PageId},
        pages::Pages,
        route::Route,
    },
};

/// Names of a folder's page, the first that exists is it; compared without case, as forges do.
pub const FOLDER_PAGES: [&str; 4] = ["index", "_index", "readme", "home"];

/// The place of a section among all [`Sections`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SectionId(pub u32);

/// What a section lists, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Child {
    /// A page of the folder.
    Page(PageId),
    /// A folder in the folder.
    Section(SectionId),
}

/// A folder with at least one page in or below it.
#[derive(Clone, Debug)]
pub struct Section {
    /// The folder, from the root of the site, as keys of pages have it.
    pub folder: RepoPath,
    /// The language of its pages.
    pub language: LanguageId,
    /// The folder that holds it; `None` for the root of its language.
    pub parent: Option<SectionId>,
    /// Its own page, if it has one.
    pub page: Option<PageId>,
    /// Its address.
    pub route: Route,
    /// Its title.
    pub title: CompactString,
    /// What it lists, in order; its own page is not among them.
    pub children: Vec<Child>,
    /// How it is sorted.
    pub sort: Sort,
    /// How many children a page of its list shows; `None` for all.
    pub paginate: Option<usize>,
}

/// What the config says of sections.
#[derive(Clone, Copy, Debug)]
pub struct Home<'a> {
    /// The languages and where their pages are.
    pub languages: &'a Languages,
    /// The titles of roots of languages without a page.
    pub titles: &'a [CompactString],
    /// How many children a page of a list shows where front matter doesn't say; 0 for all.
    pub paginate: u32,
}

/// All sections of a site, by folder path.
#[derive(Clone, Debug, Default)]
pub struct Sections {
    all: Vector<Arc<Section>>,
    by_folder: Arc<HashMap<RepoPath, SectionId>>,
    of_page: Arc<Vec<Option<SectionId>>>,
}

impl Sections {
    /// Groups pages into their folders and sorts each.
    pub fn build(pages: &Pages, content: &RepoPath, home: &Home<'_>) -> Self {
        let mut folders: BTreeMap<RepoPath, (LanguageId, Option<PageId>)> = BTreeMap::new();
        let mut folder_of_page: Vec<RepoPath> = Vec::with_capacity(pages.len());
        for (id, page) in pages.iter() {
            // Neighbours share their folder, whose way up is in the map already.
            let known = folder_of_page.last().filter(|last| !page.is_folder_page && page.key.is_in(last));
            let own = known.cloned().unwrap_or_else(|| folder_of(page, content));
            let mut folder = Some(own.clone()).filter(|own| folder_of_page.last() != Some(own));
            let root = home.languages.root(page.language);
            while let Some(current) = folder.filter(|folder| folder.is_within(root)) {
                folder = current.parent();
                folders.entry(current).or_insert((page.language, None));
            }
            if page.is_folder_page {
                folders.insert(own.clone(), (page.language, Some(id)));
            }
            folder_of_page.push(own);
        }
        let by_folder: HashMap<RepoPath, SectionId> =
            folders.keys().enumerate().map(|(at, folder)| (folder.clone(), SectionId(as_u32(at)))).collect();
        let of_pages = folder_of_page.chunk_by(|a, b| a == b).flat_map(|pages| {
            let section = by_folder.get(&pages[0]).copied();
            pages.iter().map(move |_| section)
        });
        let of_page: Vec<Option<SectionId>> = of_pages.collect();
        let all: Vec<Section> = folders
            .into_iter()
            .map(|(folder, (language, page))| {
                let parent = folder.parent().filter(|_| folder != *home.languages.root(language));
                let parent = parent.and_then(|parent| by_folder.get(&parent).copied());
                section(Place { folder, language, parent }, page, pages, content, home)
            })
            .collect();
        let all = with_children(all, &of_page, pages);
        Self { all, by_folder: Arc::new(by_folder), of_page: Arc::new(of_page) }
    }

    /// The section of a folder.
    pub fn of_folder(&self, folder: &RepoPath) -> Option<SectionId> {
        self.by_folder.get(folder).copied()
    }

    /// The section that a page is in; of a folder's page, the folder's own.
    pub fn of_page(&self, page: PageId) -> Option<SectionId> {
        self.of_page.get(page.index()).copied().flatten()
    }

    /// A section by its id.
    pub fn get(&self, id: SectionId) -> &Section {
        &self.all[id.index()]
    }

    /// All sections with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (SectionId, &Section)> {
        self.all.iter().enumerate().map(|(at, section)| (SectionId(as_u32(at)), &**section))
    }

    /// Where a child stands in the list of its section.
    pub fn place_of(&self, pages: &Pages, parent: SectionId, child: Child) -> Option<usize> {
        let section = self.get(parent);
        // Mostly a folder's pages stand in the order of their names, as their ids do.
        if let (Child::Page(page), Some(Child::Page(first))) = (child, section.children.first())
            && let Some(place) = page.index().checked_sub(first.index())
            && section.children.get(place) == Some(&child)
        {
            return Some(place);
        }
        let order = SectionOrder::of(section, pages);
        let key_of = |child| order::key(child, |id| self.get(id), pages);
        let key = key_of(child);
        let place = section.children.partition_point(|&other| order.compare(&key_of(other), &key).is_lt());
        (section.children.get(place) == Some(&child)).then_some(place)
    }

    /// Follows other titles, dates and weights of some pages; `old` are the pages as they were.
    pub(super) fn retitle(&mut self, old: &Pages, pages: &Pages, changed: &[PageId]) {
        let mut touched: BTreeMap<SectionId, Vec<Child>> = BTreeMap::new();
        let mut titles = Vec::new();
        for &id in changed {
            let Some(section) = self.of_page(id) else { continue };
            let (parent, child) = if self.get(section).page == Some(id) {
                titles.push((section, &pages.get(id).title));
                (self.get(section).parent, Child::Section(section))
            } else {
                (Some(section), Child::Page(id))
            };
            if let Some(parent) = parent {
                touched.entry(parent).or_default().push(child);
            }
        }
        // Places are found by what the sections were sorted by, so all are found before anything is changed.
        let former: Vec<(SectionId, Vec<Child>, Vec<Child>)> = touched
            .into_iter()
            .map(|(section, moved)| {
                let places: Vec<usize> =
                    moved.iter().filter_map(|&child| self.place_of(old, section, child)).collect();
                let kept = self.get(section).children.iter().enumerate();
                let kept =
                    kept.filter(|(place, _)| !places.contains(place)).map(|(_, &child)| child).collect();
                let moved = places.iter().map(|&place| self.get(section).children[place]).collect();
                (section, kept, moved)
            })
            .collect();
        for (section, title) in titles {
            self.change(section).title.clone_from(title);
        }
        for (section, mut children, moved) in former {
            let order = SectionOrder::of(self.get(section), pages);
            let key_of = |child| order::key(child, |id| self.get(id), pages);
            for child in moved {
                let key = key_of(child);
                let place = children.partition_point(|&other| order.compare(&key_of(other), &key).is_lt());
                children.insert(place, child);
            }
            self.change(section).children = children;
        }
    }

    fn change(&mut self, id: SectionId) -> &mut Section {
        Arc::make_mut(&mut self.all[id.index()])
    }
}

impl SectionId {
    fn index(self) -> usize {
        self.0 as usize
    }
}

/// The folder that a page belongs to: its own, or for a note named like a folder beside it, that folder.
pub fn folder_of(page: &Page, content: &RepoPath) -> RepoPath {
    let folder = page.key.parent().unwrap_or_else(|| content.clone());
    if page.is_folder_page && !is_folder_page_name(&page.key) { folder.join(page.key.stem()) } else { folder }
}

/// Whether the file's name is one of [`FOLDER_PAGES`].
pub fn is_folder_page_name(path: &RepoPath) -> bool {
    folder_page_rank(path).is_some()
}

/// Which of [`FOLDER_PAGES`] the file's name is.
pub fn folder_page_rank(path: &RepoPath) -> Option<usize> {
    let stem = path.stem();
    FOLDER_PAGES.iter().position(|name| stem.eq_ignore_ascii_case(name)).filter(|_| path.is_markdown())
}

/// Where a section is.
struct Place {
    folder: RepoPath,
    language: LanguageId,
    parent: Option<SectionId>,
}

fn section(
    Place { folder, language, parent }: Place,
    page: Option<PageId>,
    pages: &Pages,
    content: &RepoPath,
    home: &Home<'_>,
) -> Section {
    let own = page.map(|page| pages.get(page));
    let relative = folder.relative_to(content).and_then(RepoPath::new).unwrap_or_else(RepoPath::root);
    let route = own.map_or_else(|| Route::of_folder(&relative), |page| page.route.clone());
    let title = own.map_or_else(
        || {
            if folder == *home.languages.root(language) {
                home.titles.get(language.index()).cloned().unwrap_or_default()
            } else {
                slug::title_from_name(folder.file_name()).into()
            }
        },
        |page| page.title.clone(),
    );
    let front = own.map(|page| &*page.front);
    Section {
        language,
        parent,
        page,
        route,
        title,
        children: Vec::new(),
        sort: front.and_then(|front| front.sort).unwrap_or(Sort::Weight),
        paginate: front
            .and_then(|front| front.paginate)
            .or(Some(home.paginate))
            .filter(|&size| size > 0)
            .map(|size| size as usize),
        folder,
    }
}

/// Puts into each section what it lists.
fn with_children(
    mut all: Vec<Section>,
    of_page: &[Option<SectionId>],
    pages: &Pages,
) -> Vector<Arc<Section>> {
    let mut children: Vec<Vec<Child>> = vec![Vec::new(); all.len()];
    for (id, _) in pages.iter().filter(|(_, page)| !page.is_folder_page && !page.is_not_found) {
        if let Some(section) = of_page[id.index()] {
            children[section.index()].push(Child::Page(id));
        }
    }
    for (at, section) in all.iter().enumerate() {
        if let Some(parent) = section.parent {
            children[parent.index()].push(Child::Section(SectionId(as_u32(at))));
        }
    }
    children.par_iter_mut().enumerate().for_each(|(at, list)| {
        let order = SectionOrder::of(&all[at], pages);
        let key_of = |child| order::key(child, |id| &all[id.index()], pages);
        let mut keys: Vec<_> = list.iter().map(|&child| (key_of(child), child)).collect();
        keys.sort_by(|(a, _), (b, _)| order.compare(a, b));
        *list = keys.into_iter().map(|(_, child)| child).collect();
    });
    for (section, list) in all.iter_mut().zip(children) {
        section.children = list;
    }
    all.into_iter().map(Arc::new).collect()
}

fn as_u32(number: usize) -> u32 {
    u32::try_from(number).expect("a site has fewer than four thousand million folders")
}

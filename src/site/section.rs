//! [`Section`]: a folder of pages. Which page is the folder's own, what is in it and in which order.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, HashMap},
};

use crate::{
    base::path::RepoPath,
    parse::{
        front_matter::{Date, FrontMatter, Order, Sort},
        slug,
    },
    site::{
        page::{NOT_FOUND, Page, PageId},
        route::Route,
    },
};

/// Names of a folder's page, the first that exists is it; compared without case, as forges do.
pub const FOLDER_PAGES: [&str; 4] = ["index", "_index", "readme", "home"];

/// The place of a section in [`Sections::all`].
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
    /// The folder, from the root of the site.
    pub folder: RepoPath,
    /// The folder that holds it; `None` for the content root.
    pub parent: Option<SectionId>,
    /// Its own page, if it has one.
    pub page: Option<PageId>,
    /// Its address.
    pub route: Route,
    /// Its title.
    pub title: String,
    /// What it lists, in order; its own page is not among them.
    pub children: Vec<Child>,
    /// How it is sorted.
    pub sort: Sort,
    /// How many children a page of its list shows; `None` for all.
    pub paginate: Option<usize>,
}

/// What the config says of sections.
#[derive(Clone, Copy, Debug, Default)]
pub struct Home<'a> {
    /// The title of a content root without a page.
    pub title: &'a str,
    /// How many children a page of a list shows where front matter doesn't say; 0 for all.
    pub paginate: u32,
}

/// All sections of a site.
#[derive(Clone, Debug, Default)]
pub struct Sections {
    /// The sections, by folder path.
    pub all: Vec<Section>,
    by_folder: HashMap<RepoPath, SectionId>,
}

impl Sections {
    /// Groups pages into their folders and sorts each.
    pub fn build(pages: &[Page], content: &RepoPath, home: &Home<'_>) -> Self {
        let mut folders: BTreeMap<RepoPath, Option<PageId>> = BTreeMap::new();
        for (id, page) in ids(pages) {
            let own = folder_of(page, content);
            let mut folder = Some(own.clone());
            while let Some(current) = folder.filter(|folder| folder.is_within(content)) {
                folder = current.parent();
                folders.entry(current).or_insert(None);
            }
            if page.is_folder_page {
                folders.insert(own, Some(id));
            }
        }
        let by_folder: HashMap<RepoPath, SectionId> =
            folders.keys().enumerate().map(|(at, folder)| (folder.clone(), SectionId(as_u32(at)))).collect();
        let all = folders
            .into_iter()
            .map(|(folder, page)| {
                let parent = folder.parent().and_then(|parent| by_folder.get(&parent).copied());
                section(folder, parent, page, pages, content, home)
            })
            .collect();
        let mut sections = Self { all, by_folder };
        sections.fill(pages, content);
        sections
    }

    /// The section of a folder.
    pub fn of_folder(&self, folder: &RepoPath) -> Option<SectionId> {
        self.by_folder.get(folder).copied()
    }

    /// A section by its id.
    pub fn get(&self, id: SectionId) -> &Section {
        &self.all[id.0 as usize]
    }

    /// All sections with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (SectionId, &Section)> {
        self.all.iter().enumerate().map(|(at, section)| (SectionId(as_u32(at)), section))
    }

    fn fill(&mut self, pages: &[Page], content: &RepoPath) {
        let mut children: Vec<Vec<Child>> = vec![Vec::new(); self.all.len()];
        for (id, page) in
            ids(pages).filter(|(_, page)| !page.is_folder_page && page.route.as_str() != NOT_FOUND)
        {
            if let Some(section) = self.by_folder.get(&folder_of(page, content)) {
                children[section.0 as usize].push(Child::Page(id));
            }
        }
        for (id, section) in self.iter() {
            if let Some(parent) = section.parent {
                children[parent.0 as usize].push(Child::Section(id));
            }
        }
        for (at, list) in children.iter_mut().enumerate() {
            let front = self.all[at].page.map(|page| &*pages[page.index()].front);
            let descending = descending(front, self.all[at].sort);
            let mut keys: Vec<(SortKey<'_>, Child)> =
                list.iter().map(|&child| (self.sort_key(child, pages), child)).collect();
            keys.sort_by(|(a, _), (b, _)| compare(a, b, self.all[at].sort, descending));
            *list = keys.into_iter().map(|(_, child)| child).collect();
        }
        for (section, list) in self.all.iter_mut().zip(children) {
            section.children = list;
        }
    }

    fn sort_key<'a>(&'a self, child: Child, pages: &'a [Page]) -> SortKey<'a> {
        let (front, title, name) = match child {
            Child::Page(id) => {
                let page = &pages[id.index()];
                (Some(&page.front), page.title.as_str(), page.path())
            }
            Child::Section(id) => {
                let section = self.get(id);
                (section.page.map(|page| &pages[page.index()].front), section.title.as_str(), &section.folder)
            }
        };
        SortKey {
            weight: front.and_then(|front| front.weight).unwrap_or(i64::MAX),
            date: front.and_then(|front| front.date.as_ref()),
            title,
            name: name.file_name(),
        }
    }
}

/// The folder that a page belongs to: its own, or for a note named like a folder beside it, that folder.
pub fn folder_of(page: &Page, content: &RepoPath) -> RepoPath {
    let folder = page.path().parent().unwrap_or_else(|| content.clone());
    if page.is_folder_page && !is_folder_page_name(page.path()) {
        folder.join(page.path().stem())
    } else {
        folder
    }
}

/// Whether the file's name is one of [`FOLDER_PAGES`].
pub fn is_folder_page_name(path: &RepoPath) -> bool {
    folder_page_rank(path).is_some()
}

/// Which of [`FOLDER_PAGES`] the file's name is.
pub fn folder_page_rank(path: &RepoPath) -> Option<usize> {
    FOLDER_PAGES.iter().position(|name| path.is_markdown() && path.stem().eq_ignore_ascii_case(name))
}

fn section(
    folder: RepoPath,
    parent: Option<SectionId>,
    page: Option<PageId>,
    pages: &[Page],
    content: &RepoPath,
    home: &Home<'_>,
) -> Section {
    let own = page.map(|page| &pages[page.index()]);
    let relative = folder.relative_to(content).and_then(RepoPath::new).unwrap_or_else(RepoPath::root);
    let route = own.map_or_else(|| Route::of_folder(&relative), |page| page.route.clone());
    let title = own.map_or_else(
        || if relative.is_root() { home.title.to_owned() } else { slug::title_from_name(folder.file_name()) },
        |page| page.title.clone(),
    );
    let front = own.map(|page| &page.front);
    Section {
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

struct SortKey<'a> {
    weight: i64,
    date: Option<&'a Date>,
    title: &'a str,
    name: &'a str,
}

fn descending(front: Option<&FrontMatter>, sort: Sort) -> bool {
    match front.and_then(|front| front.order) {
        Some(Order::Asc) => false,
        Some(Order::Desc) => true,
        None => sort == Sort::Date,
    }
}

fn compare(a: &SortKey<'_>, b: &SortKey<'_>, sort: Sort, descending: bool) -> Ordering {
    let by_name = || slug::natural_cmp(a.name, b.name);
    let ordering = match sort {
        Sort::Weight => a.weight.cmp(&b.weight).then_with(by_name),
        Sort::Title => slug::natural_cmp(a.title, b.title).then_with(by_name),
        Sort::Path => by_name(),
        Sort::Date => match (a.date, b.date) {
            (Some(a_date), Some(b_date)) => a_date.cmp(b_date).then_with(by_name),
            // What has no date comes last in either direction.
            (Some(_), None) => return Ordering::Less,
            (None, Some(_)) => return Ordering::Greater,
            (None, None) => return by_name(),
        },
    };
    if descending { ordering.reverse() } else { ordering }
}

/// Pages with their ids.
pub fn ids(pages: &[Page]) -> impl Iterator<Item = (PageId, &Page)> {
    pages.iter().enumerate().map(|(at, page)| (PageId(as_u32(at)), page))
}

fn as_u32(number: usize) -> u32 {
    u32::try_from(number).expect("a site has fewer than four thousand million pages")
}

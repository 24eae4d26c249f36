//! [`LinkGraph`]: where the links of each page lead, which page links to which, and which links lead nowhere.

mod former;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    base::{
        path::RepoPath,
        persistent::{self, OrdSet, Vector},
        tasks::PER_TASK,
    },
    parse::markdown::{LinkFact, LinkKind},
    site::{
        Site,
        page::{Page, PageId},
        resolve::{Asked, Depends, Destination, Fragment, Missing, Spelling},
        sorted::toggled,
    },
};

pub(super) use self::former::Held;
pub use self::former::{FormerLinks, Ground};

/// The links of a site, resolved.
#[derive(Clone, Debug, Default)]
pub struct LinkGraph {
    outgoing: Vector<Arc<Outgoing>>,
    backlinks: Vector<Arc<[PageId]>>,
    /// The pages with links that are looked up among titles, by the key that they ask for.
    by_title: persistent::HashMap<String, Arc<[PageId]>>,
    /// The folders of files that pages link to, and how many pages do.
    folders: Arc<BTreeMap<RepoPath, usize>>,
    /// The pages with links that lead nowhere.
    broken: OrdSet<PageId>,
    /// What they depend on besides pages; `None` in snapshots after the first, and in several languages.
    ground: Option<Ground>,
}

/// A link that leads nowhere, or to a place that isn't in its page.
#[derive(Clone, Copy, Debug)]
pub struct Problem<'a> {
    /// The page that shows the link.
    pub page: PageId,
    /// Which link of the page's facts.
    pub link: usize,
    /// Where it leads.
    pub destination: &'a Destination,
}

/// Where the links of one page lead.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Outgoing {
    /// As many as the page's facts have links.
    destinations: Box<[Destination]>,
    /// The keys of titles that these depend on.
    asked: Box<[String]>,
    /// What else these depend on.
    depends: Depends,
    /// Whether some of them lead nowhere.
    is_broken: bool,
}

impl LinkGraph {
    /// Resolves every link of every page, but for those of which it is known that they lead where they did.
    pub(super) fn build(site: &Site, held: &Held<'_>) -> Self {
        let n_pages = site.pages().len();
        let of_page = |at: usize| {
            let id = PageId::at(at);
            held.links_of(id).unwrap_or_else(|| Arc::new(follow(site, id)))
        };
        let outgoing: Vec<Arc<Outgoing>> =
            (0..n_pages).into_par_iter().with_max_len(PER_TASK).map(of_page).collect();
        let mut backlinks: Vec<Vec<PageId>> = vec![Vec::new(); n_pages];
        let mut by_title: BTreeMap<&String, Vec<PageId>> = BTreeMap::new();
        let (mut folders, mut broken) = (BTreeMap::new(), OrdSet::new());
        for (at, out) in outgoing.iter().enumerate() {
            let id = PageId::at(at);
            for to in out.pages(id) {
                // Ids rise, so one that is known already is the last.
                let known = &mut backlinks[to.index()];
                if known.last() != Some(&id) {
                    known.push(id);
                }
            }
            for key in &out.asked {
                by_title.entry(key).or_default().push(id);
            }
            for folder in out.folders() {
                *folders.entry(folder.clone()).or_default() += 1;
            }
            if out.is_broken {
                broken.insert(id);
            }
        }
        Self {
            ground: site.links.ground,
            broken,
            backlinks: backlinks.into_iter().map(Arc::from).collect(),
            by_title: by_title.into_iter().map(|(key, pages)| (key.clone(), Arc::from(pages))).collect(),
            folders: Arc::new(folders),
            outgoing: outgoing.into(),
        }
    }

    /// A graph without links, of a site whose addresses are known.
    pub(super) fn on(ground: Option<Ground>) -> Self {
        Self { ground, ..Self::default() }
    }

    /// What they depend on besides pages, if they can be of use to another process.
    pub fn ground(&self) -> Option<Ground> {
        self.ground
    }

    /// The links of a site for another process that has it, if they can be of use there.
    pub fn to_keep(&self, site: &Site) -> Option<FormerLinks> {
        let pages = site.pages().iter().zip(&self.outgoing);
        let pages = || pages.map(|((_, page), out)| (page.key.clone(), Arc::clone(out))).collect();
        self.ground.map(|ground| FormerLinks { ground: Some(ground), pages: Arc::new(pages()) })
    }

    /// Where the links of a page lead: one destination for each link of its facts, in their order.
    pub fn outgoing(&self, page: PageId) -> &[Destination] {
        self.outgoing.get(page.index()).map_or(&[], |out| &out.destinations)
    }

    /// The pages that link to a page, in the order of their keys.
    pub fn backlinks(&self, page: PageId) -> &[PageId] {
        self.backlinks.get(page.index()).map_or(&[], |pages| pages)
    }

    /// The other pages that a page links to, each as often as it does.
    pub fn pages_from(&self, page: PageId) -> impl Iterator<Item = PageId> {
        self.outgoing.get(page.index()).into_iter().flat_map(move |out| out.pages(page))
    }

    /// Whether there are links that are looked up among titles.
    pub fn go_by_title(&self) -> bool {
        !self.by_title.is_empty()
    }

    /// The folders of files that pages link to.
    pub fn folders(&self) -> impl Iterator<Item = &RepoPath> {
        self.folders.keys()
    }

    /// The links that lead nowhere, in the order of their pages.
    pub fn problems(&self) -> impl Iterator<Item = Problem<'_>> {
        self.broken.iter().flat_map(|&page| {
            let links = self.outgoing(page).iter().enumerate();
            let nowhere = links.filter(|(_, destination)| leads_nowhere(destination));
            nowhere.map(move |(link, destination)| Problem { page, link, destination })
        })
    }

    /// The pages with links that are looked up among titles by a key.
    pub(super) fn asking_for(&self, key: &str) -> &[PageId] {
        self.by_title.get(key).map_or(&[], |pages| pages)
    }

    /// Whether a page has links to a part of another.
    pub(super) fn has_fragment(&self, page: PageId, of: PageId) -> bool {
        let leads = |destination: &Destination| matches!(destination, Destination::Internal { page: Some(to), fragment: Some(_), .. } if *to == of);
        self.outgoing(page).iter().any(leads)
    }

    /// The links of a site whose pages kept their ids, some of them followed anew; `None` when pages link to other
    /// folders of files than before, which gives the site other addresses.
    pub(super) fn refollowed(&self, site: &Site, pages: &BTreeSet<PageId>) -> Option<Self> {
        let mut graph = Self { ground: None, ..self.clone() };
        let mut folders: BTreeMap<&RepoPath, isize> = BTreeMap::new();
        let ids: Vec<PageId> = pages.iter().copied().collect();
        let new: Vec<(PageId, Outgoing)> =
            ids.into_par_iter().with_max_len(PER_TASK).map(|id| (id, follow(site, id))).collect();
        for (id, out) in &new {
            let former = &self.outgoing[id.index()];
            let (old, new): (BTreeSet<_>, BTreeSet<_>) =
                (former.pages(*id).collect(), out.pages(*id).collect());
            for to in old.symmetric_difference(&new) {
                let list = &mut graph.backlinks[to.index()];
                *list = toggled(list, *id);
            }
            let (old, new) = (BTreeSet::from_iter(&former.asked), BTreeSet::from_iter(&out.asked));
            for key in old.symmetric_difference(&new) {
                graph.toggle_asked(key, *id);
            }
            for (out, step) in [(&**former, -1), (out, 1)] {
                out.folders().into_iter().for_each(|folder| *folders.entry(folder).or_default() += step);
            }
        }
        folders.retain(|_, change| *change != 0);
        if !folders.is_empty() {
            let mut counts = BTreeMap::clone(&self.folders);
            for (folder, change) in folders {
                let count = counts.get_mut(folder)?;
                *count = count.checked_add_signed(change).filter(|count| *count > 0)?;
            }
            graph.folders = Arc::new(counts);
        }
        for (id, out) in new {
            if out.is_broken {
                graph.broken.insert(id);
            } else {
                graph.broken.remove(&id);
            }
            graph.outgoing.set(id.index(), Arc::new(out));
        }
        Some(graph)
    }

    fn toggle_asked(&mut self, key: &str, page: PageId) {
        let list = toggled(self.asking_for(key), page);
        if list.is_empty() {
            self.by_title.remove(key);
        } else {
            self.by_title.insert(key.to_owned(), list);
        }
    }
}

impl Outgoing {
    /// The other pages that the page links to, each as often as it does.
    fn pages(&self, own: PageId) -> impl Iterator<Item = PageId> {
        let pages = self.destinations.iter().filter_map(|destination| match destination {
            Destination::Internal { page, .. } => *page,
            _ => None,
        });
        pages.filter(move |&page| page != own)
    }

    fn folders(&self) -> BTreeSet<&RepoPath> {
        let folders = self.destinations.iter().filter_map(|destination| match destination {
            Destination::Folder(folder) => Some(folder),
            _ => None,
        });
        folders.collect()
    }
}

fn leads_nowhere(destination: &Destination) -> bool {
    match destination {
        Destination::Missing(missing) => *missing != Missing::NoName,
        Destination::Internal { fragment, .. } => matches!(fragment, Some(Fragment::Missing(_))),
        Destination::Folder(_) | Destination::External => false,
    }
}

fn follow(site: &Site, id: PageId) -> Outgoing {
    let page = site.page(id);
    let mut asked = Asked::default();
    let links = page.file.facts.links.iter();
    let destinations: Box<[Destination]> =
        links.map(|link| destination_of(site, page, link, &mut asked)).collect();
    let Asked { mut titles, depends } = asked;
    titles.sort_unstable();
    titles.dedup();
    Outgoing {
        is_broken: destinations.iter().any(leads_nowhere),
        destinations,
        asked: titles.into(),
        depends,
    }
}

fn destination_of(site: &Site, page: &Page, link: &LinkFact, asked: &mut Asked) -> Destination {
    if link.kind == LinkKind::Email {
        return Destination::External;
    }
    let file = page.file.facts.files.get(link.at.file as usize).unwrap_or(page.path());
    let mut follow = |spelling, target| site.destination_asking(spelling, target, file, &page.route, asked);
    match (follow(spelling(link.kind), &link.target), &link.text) {
        // `[[text|Page]]`, as Gollum and GitHub wikis write it, has the page behind the bar.
        (missing @ Destination::Missing(_), Some(swapped)) => match follow(Spelling::Wiki, swapped) {
            Destination::Missing(_) => missing,
            found => found,
        },
        (destination, _) => destination,
    }
}

/// How a kind of link is written.
pub fn spelling(kind: LinkKind) -> Spelling {
    match kind {
        LinkKind::Wiki { .. } => Spelling::Wiki,
        LinkKind::Inline | LinkKind::Reference | LinkKind::Autolink | LinkKind::Email | LinkKind::Html => {
            Spelling::Path
        }
    }
}

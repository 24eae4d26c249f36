//! [`LinkGraph`]: which page links to which, and which links lead nowhere.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::{
    base::path::RepoPath,
    parse::markdown::{LinkFact, LinkKind},
    site::{
        Site,
        page::{Page, PageId},
        resolve::{Destination, Fragment, Missing, Spelling},
    },
};

/// The links of a site, resolved.
#[derive(Clone, Debug, Default)]
pub struct LinkGraph {
    backlinks: Vec<Vec<PageId>>,
    outgoing: Vec<Box<[Destination]>>,
    folders: BTreeSet<RepoPath>,
    problems: Vec<Problem>,
}

/// A link that leads nowhere, or to a place that isn't in its page.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The page that shows the link.
    pub page: PageId,
    /// Which link of the page's facts.
    pub link: usize,
    /// Where it leads.
    pub destination: Destination,
}

struct Outgoing {
    destinations: Vec<Destination>,
    pages: BTreeSet<PageId>,
    folders: Vec<RepoPath>,
    problems: Vec<Problem>,
}

impl LinkGraph {
    /// Resolves every link of every page.
    pub fn build(site: &Site) -> Self {
        let pages = site.pages();
        let outgoing: Vec<Outgoing> =
            (0..pages.len()).into_par_iter().map(|at| follow(site, PageId(at as u32), &pages[at])).collect();
        let mut graph = Self { backlinks: vec![Vec::new(); pages.len()], ..Self::default() };
        for (at, out) in outgoing.into_iter().enumerate() {
            for to in out.pages {
                graph.backlinks[to.index()].push(PageId(at as u32));
            }
            graph.outgoing.push(out.destinations.into_boxed_slice());
            graph.folders.extend(out.folders);
            graph.problems.extend(out.problems);
        }
        graph
    }

    /// The pages that link to a page, in the order of their paths.
    pub fn backlinks(&self, page: PageId) -> &[PageId] {
        self.backlinks.get(page.index()).map_or(&[], Vec::as_slice)
    }

    /// Where the links of a page lead, in the order of its facts.
    pub fn outgoing(&self, page: PageId) -> &[Destination] {
        self.outgoing.get(page.index()).map_or(&[], |links| links)
    }

    /// The folders of files that pages link to.
    pub fn folders(&self) -> impl Iterator<Item = &RepoPath> {
        self.folders.iter()
    }

    /// The links that lead nowhere.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

fn follow(site: &Site, id: PageId, page: &Page) -> Outgoing {
    let mut out = Outgoing {
        destinations: Vec::new(),
        pages: BTreeSet::new(),
        folders: Vec::new(),
        problems: Vec::new(),
    };
    for (at, link) in page.file.facts.links.iter().enumerate() {
        let destination = destination_of(site, page, link);
        match &destination {
            Destination::Internal { page: Some(to), .. } if *to != id => {
                out.pages.insert(*to);
            }
            Destination::Folder(folder) => out.folders.push(folder.clone()),
            _ => {}
        }
        let leads_nowhere = matches!(
            destination,
            Destination::Missing(_) | Destination::Internal { fragment: Some(Fragment::Missing(_)), .. }
        ) && destination != Destination::Missing(Missing::NoName);
        if leads_nowhere {
            out.problems.push(Problem { page: id, link: at, destination: destination.clone() });
        }
        out.destinations.push(destination);
    }
    out
}

fn destination_of(site: &Site, page: &Page, link: &LinkFact) -> Destination {
    if link.kind == LinkKind::Email {
        return Destination::External;
    }
    let file = page.file.files.get(link.at.file as usize).unwrap_or(page.path());
    match site.destination(spelling(link.kind), &link.target, file, &page.route) {
        // `[[text|Page]]`, as Gollum and GitHub wikis write it, has the page behind the bar.
        Destination::Missing(_) if link.text.is_some() => {
            let swapped = link.text.as_deref().unwrap_or_default();
            match site.destination(Spelling::Wiki, swapped, file, &page.route) {
                Destination::Missing(_) => {
                    site.destination(spelling(link.kind), &link.target, file, &page.route)
                }
                found => found,
            }
        }
        destination => destination,
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

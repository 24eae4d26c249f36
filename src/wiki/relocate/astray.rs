//! Which links lead elsewhere after a move: those of pages are followed in the site before and in the site after.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use super::{
    aim::{Aim, Stand, goes_by_path},
    plan::Planner,
    spell::key_of,
    spots,
};
use crate::{
    base::path::RepoPath,
    parse::{expand::At, markdown::LinkFact},
    site::{
        Site,
        file::PageFile,
        graph::spelling,
        page::Page,
        resolve::{Destination, Spelling},
        route::Route,
    },
};

/// Where a link stands: a file by its path afterwards, and a place in it.
pub(super) type Place = (RepoPath, At);

/// A page with links: what it is made of, and the address that shows it.
#[derive(Clone)]
struct End<'s> {
    file: &'s PageFile,
    route: Cow<'s, Route>,
}

/// A link of a page before and after.
struct Pair<'s> {
    was: End<'s>,
    now: End<'s>,
    former: &'s LinkFact,
    link: &'s LinkFact,
    led: Cow<'s, Destination>,
    leads: Cow<'s, Destination>,
    place: Place,
}

impl<'s> End<'s> {
    fn of(page: &'s Page) -> Self {
        Self { file: &page.file, route: Cow::Borrowed(&page.route) }
    }

    /// That of a file which is a page, or would be one if another hadn't its address.
    fn of_file(site: &'s Site, path: &RepoPath) -> Option<Self> {
        spots::page_of(site, path).map(|(file, route)| Self { file, route })
    }

    fn path(&self) -> &'s RepoPath {
        &self.file.path
    }

    /// Where its links lead when it isn't in the graph.
    fn follow(&self, site: &Site, link: &LinkFact) -> Destination {
        site.destination(spelling(link.kind), &link.target, file_of(self, link), &self.route)
    }
}

/// From where a link is followed, before and after, and what it is to lead to.
pub(super) struct Wanted {
    pub(super) before: Stand,
    pub(super) after: Stand,
    pub(super) goal: Aim,
}

impl<'s> Pair<'s> {
    fn new(
        was: &End<'s>,
        now: &End<'s>,
        (former, link): (&'s LinkFact, &'s LinkFact),
        (led, leads): (Cow<'s, Destination>, Cow<'s, Destination>),
    ) -> Self {
        let place = (file_of(now, link).clone(), At { file: 0, ..link.at });
        Self { was: was.clone(), now: now.clone(), former, link, led, leads, place }
    }

    /// What the link led to.
    fn aim(&self, before: &Site) -> Aim {
        Aim::of_link(before, &self.led, &self.former.target, file_of(&self.was, self.former))
    }
}

impl Planner<'_> {
    /// All links of pages that are there before and after, in pairs.
    fn pairs<'s>(&'s self, after: &'s Site) -> impl Iterator<Item = Pair<'s>> {
        self.before.pages().iter().flat_map(move |(id, was)| {
            let key = key_of(after, &self.renames.new_path(was.path()), was.language);
            let now = after.pages().of_key(&key);
            now.into_iter().flat_map(move |id_now| {
                let now = after.page(id_now);
                let destinations =
                    self.before.links().outgoing(id).iter().zip(after.links().outgoing(id_now));
                let (was, now) = (End::of(was), End::of(now));
                links_of(&was, &now).zip(destinations).map(move |((former, link), (led, leads))| {
                    let (led, leads) = (Cow::Borrowed(led), Cow::Borrowed(leads));
                    Pair::new(&was, &now, (former, link), (led, leads))
                })
            })
        })
    }

    /// The same of pages that aren't shown before or after, since others have their addresses or names begin with `_`: a move may
    /// well be to change that.
    fn pairs_of_hidden<'s>(&'s self, after: &'s Site) -> impl Iterator<Item = Pair<'s>> {
        let hidden = self.before.hidden_files().map(|(path, _)| path);
        let moved = self.renames.iter().map(|(path, _)| path);
        let hides = moved
            .filter(|path| self.before.page_of_file(path).is_some())
            .filter(|path| after.page_of_file(&self.renames.new_path(path)).is_none());
        let ends = hidden.chain(hides).filter_map(|path| {
            let was = End::of_file(self.before, path)?;
            Some((was, End::of_file(after, &self.renames.new_path(path))?))
        });
        ends.flat_map(move |(was, now)| {
            let pairs = links_of(&was, &now).map(|(former, link)| {
                let (led, leads) = (was.follow(self.before, former), now.follow(after, link));
                Pair::new(&was, &now, (former, link), (Cow::Owned(led), Cow::Owned(leads)))
            });
            pairs.collect::<Vec<_>>()
        })
    }

    fn all_pairs<'s>(&'s self, after: &'s Site) -> impl Iterator<Item = Pair<'s>> {
        self.pairs(after).chain(self.pairs_of_hidden(after))
    }

    /// The links that lead elsewhere than before, with all pages and decks that show them.
    pub(super) fn astray<'s>(&'s self, after: &'s Site) -> BTreeMap<Place, (&'s LinkFact, Vec<Wanted>)> {
        let places: BTreeSet<Place> =
            self.all_pairs(after).filter(|pair| self.is_astray(pair, after)).map(|pair| pair.place).collect();
        let mut astray: BTreeMap<Place, (&LinkFact, Vec<Wanted>)> = BTreeMap::new();
        if places.is_empty() {
            return astray;
        }
        for pair in self.all_pairs(after).filter(|pair| places.contains(&pair.place)) {
            let wanted = self.wanted(&pair, after);
            astray.entry(pair.place).or_insert((pair.link, Vec::new())).1.extend(wanted);
        }
        astray
    }

    fn is_astray(&self, pair: &Pair<'_>, after: &Site) -> bool {
        if self.before.decks().using(pair.was.path()).next().is_some() {
            let leads =
                |wanted: &Wanted| wanted.after.follow(after, spelling(pair.link.kind), &pair.link.target);
            return self.wanted(pair, after).iter().any(|wanted| !leads(wanted).is(&wanted.goal));
        }
        let goal = pair.aim(self.before).moved(self.renames);
        if goal == Aim::Nothing {
            return false;
        }
        let leads = Aim::of_link(after, &pair.leads, &pair.link.target, file_of(&pair.now, pair.link));
        !leads.is(&goal) || self.loses_its_name(pair, after, &goal)
    }

    /// Whether a link named a file that has another name or is elsewhere now, and finds the page by its title or by luck: a
    /// forge would not.
    fn loses_its_name(&self, pair: &Pair<'_>, after: &Site, goal: &Aim) -> bool {
        let Pair { was, now, former, link, .. } = pair;
        let (then, here) = (file_of(was, former), file_of(now, link));
        if spelling(link.kind) == Spelling::Path {
            return goes_by_path(self.before, &former.target, then, &pair.aim(self.before))
                && !goes_by_path(after, &link.target, here, goal);
        }
        let Aim::Page(path, _) = goal else { return false };
        self.renames.old_path(path) != *path
            && after.goes_by_title(Spelling::Wiki, &link.target, here, &now.route)
            && !self.before.goes_by_title(Spelling::Wiki, &former.target, then, &was.route)
    }

    /// From where a link is followed: from its page, or from all decks that show it.
    fn wanted(&self, pair: &Pair<'_>, after: &Site) -> Vec<Wanted> {
        let Pair { was, now, former, link, .. } = pair;
        let (mut before, mut then) =
            (spots::stands_of_chapter(self.before, was.path()), spots::stands_of_chapter(after, now.path()));
        if before.is_empty() || before.len() != then.len() {
            before = vec![Stand(vec![(file_of(was, former).clone(), was.route.clone().into_owned())])];
            then = vec![Stand(vec![(file_of(now, link).clone(), now.route.clone().into_owned())])];
        }
        let wanted = |(before, after): (Stand, Stand)| {
            let goal = self.goal(&before, former).moved(self.renames);
            Wanted { before, after, goal }
        };
        before.into_iter().zip(then).map(wanted).filter(|wanted| wanted.goal != Aim::Nothing).collect()
    }

    /// What a link led to.
    fn goal(&self, stand: &Stand, link: &LinkFact) -> Aim {
        let follow = |target: &str| stand.follow(self.before, spelling(link.kind), target);
        match (follow(&link.target), &link.text) {
            (Aim::Nothing, Some(swapped)) => stand.follow(self.before, Spelling::Wiki, swapped),
            (aim, _) => aim,
        }
    }
}

/// The links of a page before and after; none when they aren't as many.
fn links_of<'s>(
    was: &End<'s>,
    now: &End<'s>,
) -> impl Iterator<Item = (&'s LinkFact, &'s LinkFact)> + use<'s> {
    let (former, links) = (&was.file.facts.links, &now.file.facts.links);
    let is_alike = former.len() == links.len();
    former.iter().zip(links).filter(move |_| is_alike)
}

/// The file that a link of a page stands in: it may be put in from another.
fn file_of<'p>(page: &End<'p>, link: &LinkFact) -> &'p RepoPath {
    page.file.facts.files.get(link.at.file as usize).unwrap_or(page.path())
}

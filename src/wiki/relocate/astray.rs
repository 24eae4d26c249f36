//! Which links lead elsewhere after a move: those of pages are followed in the site before and in the site after.

use std::collections::{BTreeMap, BTreeSet};

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
        graph::spelling,
        page::Page,
        resolve::{Destination, Spelling},
    },
};

/// Where a link stands: a file by its path afterwards, and a place in it.
pub(super) type Place = (RepoPath, At);

/// A link of a page before and after.
struct Pair<'s> {
    was: &'s Page,
    now: &'s Page,
    former: &'s LinkFact,
    link: &'s LinkFact,
    led: &'s Destination,
    leads: &'s Destination,
    place: Place,
}

/// From where a link is followed, before and after, and what it is to lead to.
pub(super) struct Wanted {
    pub(super) before: Stand,
    pub(super) after: Stand,
    pub(super) goal: Aim,
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
                let links = was.file.facts.links.iter().zip(&now.file.facts.links);
                let is_alike = was.file.facts.links.len() == now.file.facts.links.len();
                links.zip(destinations).filter(move |_| is_alike).map(
                    move |((former, link), (led, leads))| {
                        let place = (file_of(now, link).clone(), At { file: 0, ..link.at });
                        Pair { was, now, former, link, led, leads, place }
                    },
                )
            })
        })
    }

    /// The links that lead elsewhere than before, with all pages and decks that show them.
    pub(super) fn astray<'s>(&'s self, after: &'s Site) -> BTreeMap<Place, (&'s LinkFact, Vec<Wanted>)> {
        let places: BTreeSet<Place> =
            self.pairs(after).filter(|pair| self.is_astray(pair, after)).map(|pair| pair.place).collect();
        let mut astray: BTreeMap<Place, (&LinkFact, Vec<Wanted>)> = BTreeMap::new();
        if places.is_empty() {
            return astray;
        }
        for pair in self.pairs(after).filter(|pair| places.contains(&pair.place)) {
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
        let goal = Aim::of(self.before, pair.led).moved(self.renames);
        if goal == Aim::Nothing {
            return false;
        }
        !Aim::of(after, pair.leads).is(&goal) || self.loses_its_name(pair, after, &goal)
    }

    /// Whether a link named a file that has another name or is elsewhere now, and finds the page by its title or by luck: a
    /// forge would not.
    fn loses_its_name(&self, pair: &Pair<'_>, after: &Site, goal: &Aim) -> bool {
        let Pair { was, now, former, link, .. } = pair;
        let (then, here) = (file_of(was, former), file_of(now, link));
        if spelling(link.kind) == Spelling::Path {
            return goes_by_path(self.before, &former.target, then, &Aim::of(self.before, pair.led))
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
            before = vec![Stand(vec![(file_of(was, former).clone(), was.route.clone())])];
            then = vec![Stand(vec![(file_of(now, link).clone(), now.route.clone())])];
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

/// The file that a link of a page stands in: it may be put in from another.
fn file_of<'p>(page: &'p Page, link: &LinkFact) -> &'p RepoPath {
    page.file.files.get(link.at.file as usize).unwrap_or(page.path())
}

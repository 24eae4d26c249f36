//! [`nav`]: what a page sees of the navigation tree.
//!
//! Most entries look the same on all pages that show them, so each thread remembers the values of some.

use std::cell::RefCell;

use foldhash::HashMap;

use crate::{
    render::{
        page::Render,
        theme::{Costly, NavTree, Shown, context::NavItem},
        trace::{Nav, NavPlace},
    },
    site::{nav::NavEntry, route::Route},
};

/// How many entries a thread remembers.
const MAX_REMEMBERED: usize = 500;

thread_local! {
    static REMEMBERED: RefCell<Remembered> = RefCell::default();
}

/// The tree around a place, as templates see it, if they show it.
pub(super) fn nav(render: &Render, place: NavPlace, shown: Shown) -> Vec<NavTree> {
    if !shown.has(Costly::Nav) {
        return Vec::new();
    }
    let entries = render.asker.ask(Nav(place));
    REMEMBERED.with_borrow_mut(|remembered| {
        remembered.begin(render.asker.world().number());
        remembered.trees(render, entries)
    })
}

/// The top level of the tree, if the template for a layout shows it.
pub(super) fn top(render: &Render, layout: &str) -> Vec<NavTree> {
    nav(render, NavPlace::Top(render.asker.language()), render.shown(layout, layout))
}

/// Entries of one world with nothing below them that are neither current nor active, by their addresses.
#[derive(Default)]
struct Remembered {
    world: u64,
    entries: HashMap<Route, (String, NavTree)>,
}

impl Remembered {
    fn begin(&mut self, world: u64) {
        if self.world != world || self.entries.len() > MAX_REMEMBERED {
            self.entries.clear();
            self.world = world;
        }
    }

    fn trees(&mut self, render: &Render, entries: Vec<NavEntry<'_>>) -> Vec<NavTree> {
        entries.into_iter().map(|entry| self.tree(render, entry)).collect()
    }

    fn tree(&mut self, render: &Render, entry: NavEntry<'_>) -> NavTree {
        let is_plain =
            !entry.is_current && !entry.is_active && entry.n_hidden == 0 && entry.children.is_empty();
        let Some(route) = entry.route.filter(|_| is_plain) else {
            let item = item(render, &entry);
            return NavTree::new(&item, self.trees(render, entry.children));
        };
        if let Some((title, known)) = self.entries.get(route)
            && title == entry.title
        {
            return known.clone();
        }
        let tree = NavTree::new(&item(render, &entry), Vec::new());
        self.entries.insert(route.clone(), (entry.title.to_owned(), tree.clone()));
        tree
    }
}

/// An entry without those below it. One without an address is the heading of a part: its `url` is empty.
fn item(render: &Render, entry: &NavEntry<'_>) -> NavItem {
    NavItem {
        title: entry.title.to_owned(),
        url: entry.route.map(|route| render.href(route)).unwrap_or_default(),
        current: entry.is_current,
        active: entry.is_active,
        more: entry.n_hidden,
        children: Vec::new(),
    }
}

//! Prints of what whole families of a site's answers depend on.

use crate::{
    base::{digest::Print, path::RepoPath},
    site::{Site, graph::Ground, route::Route},
};

impl Site {
    /// The print of what pages and lists are made by: config, paths, `SUMMARY.md`, cascades, and which pages are published at
    /// which addresses, and why others aren't. As long as it is the same, so are the ids of pages and sections.
    pub fn rules(&self) -> Print {
        *self.rules.get_or_init(|| rules(self))
    }

    /// What links depend on besides the pages that they stand in and lead to, before links to folders of files give these an address.
    pub(super) fn ground_of_links(&self) -> Ground {
        let routes: Vec<_> = self.routes().iter().collect();
        Ground {
            pages: Print::of(&self.content),
            files: Print::of(&(&self.content, &self.assets)),
            site: Print::of(&(self.rules(), self.base_path(), routes)),
        }
    }
}

fn rules(site: &Site) -> Print {
    let config = serde_json::to_string(site.config()).unwrap_or_default();
    let entries = &site.listing().entries;
    let paths: Vec<&RepoPath> = entries.keys().collect();
    let hidden: Vec<_> = site.hidden_files().collect();
    let summaries =
        site.summary_files().into_iter().map(|(path, _)| entries.get(&path).map(|entry| entry.blob));
    let summaries: Vec<_> = summaries.collect();
    let translations =
        site.files().filter_map(|file| Some((&file.path, file.front.translation_of.as_ref()?)));
    let translations: Vec<_> = translations.collect();
    let cascading = site.files().filter(|file| file.front.cascade.is_some());
    let cascades: Vec<(&RepoPath, Print)> = cascading.map(|file| (&file.path, file.outside)).collect();
    let pages: Vec<(&RepoPath, &Route)> =
        site.pages().iter().map(|(_, page)| (page.path(), &page.route)).collect();
    let decks: Vec<(&Route, Vec<RepoPath>)> =
        site.decks().iter().map(|deck| (&deck.route, deck.chapters())).collect();
    Print::of(&(config, paths, hidden, summaries, translations, cascades, pages, decks))
}

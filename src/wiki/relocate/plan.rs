//! [`Plan`]: all that a move changes, found out before anything is changed.
//!
//! 1. Paths that are no links are mended ([`paths`](super::paths)): inclusions, chapters, originals.
//! 2. The site is put together as it would be after the move, and each link of both sites is followed ([`astray`](super::astray)).
//! 3. Links that lead elsewhere than before are written anew ([`mend`](super::mend)) in the way they were written
//!    ([`spell`](super::spell)), and pages with another address keep the former one as an alias.
//! 4. 2 and 3 are done again until nothing differs: a mended link can be the text of a heading that others lead to.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    Rewritten, TextEdit,
    aliases::{self, Addresses},
    edited, others,
    paths::Paths,
    renames::Renames,
};
use crate::{
    base::path::RepoPath,
    site::{Site, SiteOptions, page::Page, route::Route, routes::Hidden},
    source::{ChangeSet, Entry, Laid, Overlay, Source},
};

/// How often links are mended until all lead where they did.
const MAX_ROUNDS: usize = 3;

/// What a move changes.
pub(super) struct Plan {
    /// The new texts of files, by the path that they have afterwards.
    pub(super) texts: BTreeMap<RepoPath, String>,
    /// What was written anew.
    pub(super) rewritten: Vec<Rewritten>,
    /// The former addresses that lead to the new ones.
    pub(super) redirects: Vec<(Route, Route)>,
    /// Where links stand that could not be mended, by file.
    pub(super) left: Vec<(RepoPath, String)>,
    /// A page that would no longer be shown, since another gets its address.
    pub(super) hidden: Option<RepoPath>,
    /// The site as it is afterwards.
    pub(super) site: Site,
}

/// A move as it is planned.
pub(super) struct Planner<'a> {
    published: &'a Site,
    /// The site with all pages that could be published.
    pub(super) before: &'a Site,
    pub(super) source: Arc<dyn Source>,
    pub(super) renames: &'a Renames,
    /// The files that are no pages and have links which the move touches.
    pub(super) others: Vec<RepoPath>,
    texts: BTreeMap<RepoPath, String>,
    rewritten: BTreeMap<RepoPath, Vec<(String, String)>>,
    left: BTreeSet<(RepoPath, String)>,
}

/// The site after the move, as far as it is planned.
pub(super) struct After {
    pub(super) site: Site,
    pub(super) source: Arc<dyn Source>,
}

/// Plans a move of files of a site. Links of drafts are mended, too, and of pages that wait for their day: they are followed in
/// a site that publishes everything. So are those of a page that is hidden since another has its address or its name begins with
/// `_`, and those in other text files, from a template to a `README.md` beside the content.
pub(super) fn plan(published: &Site, source: &Arc<dyn Source>, renames: &Renames) -> Plan {
    let options = SiteOptions {
        today: None,
        drafts: true,
        future: true,
        takes_words: false,
        ..published.options().clone()
    };
    let before = Site::load_with(&**source, published.listing().clone(), &options, &published.former_files());
    let mut planner = Planner {
        published,
        before: &before,
        source: Arc::clone(source),
        renames,
        others: others::touched(&before, &**source, renames),
        texts: BTreeMap::new(),
        rewritten: BTreeMap::new(),
        left: BTreeSet::new(),
    };
    planner.mend_paths();
    let mut after = planner.after();
    let mut redirects = Vec::new();
    for round in 0..MAX_ROUNDS {
        let n_mended = planner.mend(&after);
        if round == 0 {
            redirects = planner.leave_addresses(&after.site);
        } else if n_mended == 0 {
            break;
        }
        after = planner.after();
    }
    let rewritten = planner.rewritten.into_iter().map(|(path, links)| Rewritten { path, links }).collect();
    let left = planner.left.into_iter().collect();
    let hidden = planner.before.pages().iter().map(|(_, page)| page.path());
    let hidden = hidden.map(|path| renames.new_path(path));
    let hidden = hidden.into_iter().find(|path| after.site.hidden(path) == Some(Hidden::Duplicate));
    Plan { texts: planner.texts, rewritten, redirects, left, hidden, site: after.site }
}

impl Planner<'_> {
    /// The text of a file, by its path afterwards; `None` when it has none.
    pub(super) fn text(&self, path: &RepoPath) -> Option<String> {
        match self.texts.get(path) {
            Some(text) => Some(text.clone()),
            None => self.former_text(&self.renames.old_path(path)),
        }
    }

    pub(super) fn former_text(&self, path: &RepoPath) -> Option<String> {
        String::from_utf8(self.source.read(path).ok()?).ok()
    }

    /// Whether a symbolic link brings a file to a path of before: the text is another file's, and no edit may give it one.
    fn is_linked(&self, old: &RepoPath) -> bool {
        self.before.listing().entries.get(old).is_some_and(Entry::is_linked)
    }

    /// The file, by its path afterwards, whose text a path of before shows.
    fn owner(&self, old: &RepoPath) -> RepoPath {
        let entry = self.before.listing().entries.get(old);
        self.renames.new_path(entry.and_then(|entry| entry.link_to.as_ref()).unwrap_or(old))
    }

    /// Makes edits of a file, by its path afterwards.
    fn edit(&mut self, path: &RepoPath, edits: &[TextEdit]) {
        if self.is_linked(&self.renames.old_path(path)) {
            return;
        }
        if let Some(text) = self.text(path).filter(|_| !edits.is_empty()) {
            self.texts.insert(path.clone(), edited(&text, edits));
        }
    }

    /// The same for edits that readers of the plan want to see.
    fn edit_links(&mut self, path: &RepoPath, edits: &[TextEdit]) {
        if self.is_linked(&self.renames.old_path(path)) {
            return;
        }
        if let Some(text) = self.text(path).filter(|_| !edits.is_empty()) {
            let links = edits.iter().map(|edit| (text[edit.range.clone()].to_owned(), edit.text.clone()));
            self.rewritten.entry(path.clone()).or_default().extend(links);
        }
        self.edit(path, edits);
    }

    /// The site with all that is planned so far.
    fn after(&self) -> After {
        let mut files: BTreeMap<RepoPath, Laid> = BTreeMap::new();
        for (old, new) in self.renames.iter() {
            files.entry(old.clone()).or_insert(Laid::Nothing);
            files.insert(new.clone(), Laid::From(self.renames.old_path(new)));
        }
        let bytes = |text: &String| Laid::Bytes(text.clone().into_bytes());
        files.extend(self.texts.iter().map(|(path, text)| (path.clone(), bytes(text))));
        let overlay = Overlay::of(Arc::clone(&self.source), files);
        let listing = overlay.laid_over(self.before.listing());
        let changes = ChangeSet::between(self.before.listing(), &listing);
        let source: Arc<dyn Source> = Arc::new(overlay);
        After { site: self.before.update(&*source, &changes, listing), source }
    }

    /// The files in which paths may have to be mended, by their paths before.
    fn files_with_paths(&self) -> BTreeSet<RepoPath> {
        let decks = self.before.decks();
        let pages = self.before.files().filter(|file| {
            let is_touched = std::iter::once(&file.path)
                .chain(file.uses.iter().map(|(path, _)| path))
                .any(|path| self.renames.has(path));
            let names = !file.uses.is_empty() || file.has_misses || decks.using(&file.path).next().is_some();
            (is_touched && names) || file.front.translation_of.is_some()
        });
        let pages = pages.flat_map(|file| std::iter::once(&file.path).chain(&file.facts.files));
        let summaries = self.before.summary_files().into_iter().map(|(path, _)| path);
        let chapters = decks.iter().flat_map(|deck| deck.chapters());
        let all = pages.cloned().chain(summaries).chain(decks.iter().map(|deck| deck.path.clone()));
        all.chain(chapters).filter(|path| self.before.listing().entries.contains_key(path)).collect()
    }

    fn mend_paths(&mut self) {
        let folder = self.source.repository_folder();
        for file in self.files_with_paths() {
            let Some(text) = self.former_text(&file) else { continue };
            let paths = Paths { before: self.before, renames: self.renames, folder: &folder };
            let edits = paths.edits(&file, &text);
            self.edit_links(&self.renames.new_path(&file), &unique(edits));
        }
    }

    /// Gives pages that get another address their former one as an alias, and says which. What a symbolic link shows is the text of
    /// another file: that gets the alias, and its own page is where the former address leads.
    fn leave_addresses(&mut self, after: &Site) -> Vec<(Route, Route)> {
        let mut left: BTreeMap<RepoPath, Addresses> = BTreeMap::new();
        let mut redirects = Vec::new();
        let mut claimed: BTreeSet<&str> = BTreeSet::new();
        for (old, new) in self.renames.iter() {
            let (Some(was), Some(is)) = (self.before.page_of_file(old), after.page_of_file(new)) else {
                continue;
            };
            let (was, is) = (self.before.page(was), after.page(is));
            if was.route == is.route || self.published.page_of_file(old).is_none() {
                continue;
            }
            claimed.insert(is.route.as_str());
            let owner = self.owner(old);
            let leads_to = after.page_of_file(&owner).map_or(is, |id| after.page(id));
            redirects.push((was.route.clone(), leads_to.route.clone()));
            let addresses = left.entry(owner).or_default();
            addresses.left.push(was.route.to_string());
            if !self.is_linked(old) {
                addresses.in_full = in_full(was);
            }
        }
        for (_, page) in after.pages().iter().filter(|(_, page)| !page.is_untranslated()) {
            let aliases = page.file.front.aliases.iter().flatten();
            let taken: Vec<String> = aliases.filter(|alias| claimed.contains(&***alias)).cloned().collect();
            if !taken.is_empty() {
                left.entry(self.owner(&self.renames.old_path(page.path()))).or_default().taken = taken;
            }
        }
        for (path, addresses) in left {
            if let Some(text) = self.text(&path) {
                self.edit(&path, &aliases::edits(&path, &text, &addresses));
            }
        }
        redirects
    }

    /// Mends what leads elsewhere than before; gives how many links.
    fn mend(&mut self, after: &After) -> usize {
        let mut edits: BTreeMap<RepoPath, Vec<TextEdit>> = BTreeMap::new();
        let mut left = BTreeSet::new();
        for ((path, at), (link, wanted)) in self.astray(&after.site) {
            let mended = self.text(&path).and_then(|text| self.mended(&after.site, &text, at, link, &wanted));
            match mended {
                Some(found) => edits.entry(path).or_default().extend(found),
                None => drop(left.insert((path, link.target.to_string()))),
            }
        }
        self.left = left;
        for (path, found) in self.mended_spots(after) {
            edits.entry(path).or_default().extend(found);
        }
        let mut n_mended = 0;
        for (path, edits) in edits {
            let edits = unique(edits);
            n_mended += edits.len();
            self.edit_links(&path, &edits);
        }
        n_mended
    }
}

/// Aliases that are seen from a page's own address, and what they are in full.
fn in_full(page: &Page) -> Vec<(String, String)> {
    let own = page.route.as_str().trim_end_matches('/');
    let folder = &own[..own.rfind('/').unwrap_or(0)];
    let aliases = page.file.front.aliases.iter().flatten();
    let relative =
        aliases.filter(|alias| !alias.starts_with('/') && alias.contains('/') && !alias.contains("://"));
    let full = |alias: &String| {
        let path = RepoPath::root().resolve(&format!("{folder}/{alias}"))?;
        Some((alias.clone(), format!("/{path}/")))
    };
    relative.filter_map(full).collect()
}

/// Edits in their order, each place once.
fn unique(mut edits: Vec<TextEdit>) -> Vec<TextEdit> {
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    edits.dedup_by(|a, b| a.range.start < b.range.end);
    edits
}

//! The immutable model of a site: pages, sections, taxonomies, addresses, links.
//!
//! [`Site::load`] makes a snapshot from a [`Source`], [`Site::update`] the next one from a [`ChangeSet`]: it parses
//! only what changed. It patches the former snapshot (`patch`) where all addresses stay; else both run the same pipeline,
//! each step a pure function in its own file:
//! 1. parse each page ([`mod@file`]);
//! 2. find each folder's page, cascade front matter, leave out what is not published (`select`), tell the languages
//!    apart ([`languages`]) and find what is said in several ([`translations`]);
//! 3. group into [`section`]s and [`taxonomy`]s, order the reading ([`nav`]);
//! 4. give everything its address ([`addresses`], [`routes`]);
//! 5. resolve every link (`names`, [`resolve`], [`graph`]).
//!
//! A site answers queries. It writes nothing, keeps no bodies and no rendered HTML.

pub mod anchors;
pub mod deck;
pub mod drift;
pub mod file;
pub mod graph;
pub mod languages;
pub mod nav;
pub mod page;
pub mod pages;
pub mod pin;
pub mod place;
pub mod related;
pub mod resolve;
pub mod route;
pub mod routes;
pub mod search;
pub mod section;
pub mod taxonomy;
pub mod translations;

pub mod addresses;
mod delivery;
mod files;
mod in_language;
mod links;
mod moves;
mod names;
mod order;
mod patch;
mod rules;
mod select;
mod settings;
mod sorted;
mod summaries;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
    sync::{Arc, OnceLock},
};

use compact_str::CompactString;
use rayon::prelude::*;

use crate::{
    base::{
        config::{BaseUrl, Config, FILE_NAME as CONFIG_FILE, Language, Repo},
        diagnostic::{self, Diagnostic},
        digest::{BlobId, Print},
        path::RepoPath,
        tasks::PER_TASK,
    },
    git::history::History,
    parse::{
        front_matter::{Date, FrontMatterKeys},
        markdown::MarkdownOptions,
    },
    site::{
        deck::Decks,
        file::{FormerFiles, PageFile, Reading, SourceFiles, Witness},
        files::Files,
        graph::{FormerLinks, Held, LinkGraph},
        languages::{DEFAULT, LanguageId, Languages},
        moves::Moves,
        names::Names,
        nav::{FolderTree, Nav, SummaryTree},
        page::{Page, PageId},
        pages::Pages,
        route::Route,
        routes::{Hidden, Routes},
        search::Stock,
        section::{Home, SectionId, Sections},
        select::Cascades,
        settings::{content_root, read_config},
        taxonomy::Taxonomies,
        translations::Translations,
    },
    source::{ChangeSet, Entry, Listing, ListingOptions, Source, SourceError},
};

/// The order of reading, as mdBook and GitBook have it, in the content root.
pub const SUMMARY_FILE: &str = "SUMMARY.md";
/// What the names of such files begin with: the one for French is `SUMMARY.fr.md`.
const SUMMARY_STEM: &str = "SUMMARY.";
/// The folder that is the content root if it exists and the config names no other.
pub const CONTENT_FOLDER: &str = "content";
/// Folders in the root of a configured site that hold no content.
pub const RESERVED_FOLDERS: [&str; 2] = ["themes", "data"];

/// What a site without any title is called.
const HOME: &str = "Home";

/// What a site depends on besides its files.
#[derive(Clone, Debug, Default)]
pub struct SiteOptions {
    /// Today: pages of a later day wait, pages that expired before it are left out. `None` publishes by no day.
    pub today: Option<Date>,
    /// Whether drafts are published.
    pub drafts: bool,
    /// Whether pages of a later day are published.
    pub future: bool,
    /// Used in place of the config's base URL.
    pub base_url: Option<BaseUrl>,
    /// The output folder if it lies in the site; it is no content.
    pub output: Option<RepoPath>,
    /// Who changed its pages last, and when, as of the commit that is shown.
    pub history: Option<Arc<History>>,
    /// Whether the words of pages are taken while they are parsed, and not when somebody searches.
    pub takes_words: bool,
    /// What decks depend on.
    pub deck: DeckOptions,
    /// Whether the site is shown as a wiki: pages have links to their editor and their past.
    pub wiki: bool,
}

/// What decks depend on besides the files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct DeckOptions {
    /// Values that replace those of keys in manifests.
    pub overrides: BTreeMap<String, String>,
    /// The repository's page on a forge, for links to sources, where the config names none.
    pub repo: Option<Repo>,
}

/// One snapshot of a site.
///
/// What an edit of a page's text or front matter changes is in collections that two snapshots share but for the
/// difference; what only other paths, addresses or a config change is shared as a whole.
#[derive(Clone, Debug, Default)]
pub struct Site {
    options: SiteOptions,
    config: Arc<Config>,
    listing: Arc<Listing>,
    content: RepoPath,
    languages: Arc<Languages>,
    reading: Arc<Reading>,
    files: Files,
    hidden: Arc<BTreeMap<RepoPath, Hidden>>,
    cascades: Arc<Cascades>,
    pages: Pages,
    translations: Arc<Translations>,
    sections: Sections,
    taxonomies: Taxonomies,
    /// The order of reading that `SUMMARY.md` gives, for those languages that have one.
    summaries: Arc<BTreeMap<LanguageId, SummaryTree>>,
    routes: Arc<Routes>,
    assets: Arc<BTreeMap<RepoPath, Route>>,
    /// Made when a link first goes by a name: in many sites none does.
    names: OnceLock<Names>,
    links: LinkGraph,
    /// See [`Site::rules`].
    rules: OnceLock<Print>,
    decks: Arc<Decks>,
    /// The words of pages, which all snapshots share.
    stock: Arc<Stock>,
    /// What is wrong with the config and with how the files fit together.
    diagnostics: Arc<Vec<Diagnostic>>,
    /// The config and the summary, when they changed while they were read.
    unsettled: Vec<RepoPath>,
}

impl Site {
    /// Reads a whole site.
    pub fn load(source: &dyn Source, options: &SiteOptions) -> Result<Self, SourceError> {
        let listing =
            source.listing(&ListingOptions { exclude: options.output.iter().cloned().collect() })?;
        Ok(Self::load_with(source, listing, options, &FormerFiles::default()))
    }

    /// Reads a whole site of a known listing. Of pages parsed before those are taken that would be parsed to the same.
    pub fn load_with(
        source: &dyn Source,
        listing: impl Into<Arc<Listing>>,
        options: &SiteOptions,
        former: &FormerFiles,
    ) -> Self {
        Self::read(source, listing, options, former, None).assemble(|_| ()).0
    }

    /// The first half of it, which all cores do together, before a witness, who sees the pages that are parsed.
    pub fn read<'s>(
        source: &'s dyn Source,
        listing: impl Into<Arc<Listing>>,
        options: &SiteOptions,
        former: &'s FormerFiles,
        witness: Option<&dyn Witness>,
    ) -> ReadSite<'s> {
        let mut site = Self::begin(source, listing.into(), options.clone());
        site.stock = Arc::clone(&former.stock);
        let listing = Arc::clone(&site.listing);
        let keeps = former.reading == *site.reading;
        let takes_words = site.takes_words();
        let is_kept = |file: &PageFile, blob: &BlobId| {
            keeps && file.is_of(&listing, blob) && (!takes_words || file.words_print.is_some())
        };
        let kept =
            |path: &RepoPath, entry: &Entry| former.files.get(path).filter(|file| is_kept(file, &entry.blob));
        let files = site.parse_files(source, kept, witness);
        ReadSite { source, former, site, files }
    }

    /// The site after a change of its files.
    ///
    /// Only what the change touches is parsed again. A change that leaves all addresses as they are, such as that of a
    /// page's text, title, date or tags, is patched in, at a cost that doesn't grow with the site. After any
    /// other the site is put together anew.
    #[must_use]
    pub fn update(&self, source: &dyn Source, changes: &ChangeSet, listing: impl Into<Arc<Listing>>) -> Self {
        let listing = listing.into();
        let has_same_paths = changes.removed.is_empty()
            && listing.entries.len() == self.listing.entries.len()
            && changes.changed.iter().all(|path| self.listing.entries.contains_key(path));
        if has_same_paths && let Some(site) = patch::patched(self, source, &changes.changed, &listing) {
            return site;
        }
        let mut site = Self::begin(source, listing, self.options.clone());
        site.stock = Arc::clone(&self.stock);
        let keeps = self.reading == site.reading;
        let touched: BTreeSet<&RepoPath> = changes.changed.iter().chain(&changes.removed).collect();
        let is_kept = |file: &PageFile| {
            let mut uses = std::iter::once(&file.path).chain(file.uses.iter().map(|(path, _)| path));
            keeps && (has_same_paths || !file.has_misses) && !uses.any(|used| touched.contains(used))
        };
        // Both are in the order of paths, so one walk along both finds what there is of each.
        let mut former = self.files.iter().peekable();
        let kept = |path: &RepoPath, _: &Entry| {
            while former.next_if(|file| file.path < *path).is_some() {}
            former.next_if(|file| file.path == *path).filter(|file| is_kept(file))
        };
        let files = site.parse_files(source, kept, None);
        site.assemble(source, files, Before::Snapshot(self), |_| ()).0
    }

    /// The config that a site of these files has.
    pub fn config_of(source: &dyn Source, listing: &Listing, options: &SiteOptions) -> Config {
        read_config(source, listing, options).0
    }

    /// A site of which only the config is read.
    fn begin(source: &dyn Source, listing: Arc<Listing>, options: SiteOptions) -> Self {
        let (config, config_diagnostics, is_settled) = read_config(source, &listing, &options);
        let reading = Reading {
            keys: FrontMatterKeys {
                taxonomies: config.taxonomies.iter().map(|taxonomy| taxonomy.name.clone()).collect(),
            },
            markdown: MarkdownOptions {
                smart_punctuation: config.markdown.smart_punctuation,
                math: config.markdown.math,
                emoji: config.markdown.emoji,
                ..MarkdownOptions::default()
            },
        };
        let content = content_root(&config, &listing);
        Self {
            options,
            languages: Arc::new(Languages::of(&config, &content)),
            content,
            config: Arc::new(config),
            listing,
            reading: Arc::new(reading),
            diagnostics: Arc::new(config_diagnostics),
            unsettled: if is_settled { Vec::new() } else { vec![RepoPath::root().join(CONFIG_FILE)] },
            ..Self::default()
        }
    }

    /// All pages of the listing: those that `kept` has, asked in the order of paths, and the others parsed.
    fn parse_files<'a>(
        &self,
        source: &dyn Source,
        mut kept: impl FnMut(&RepoPath, &Entry) -> Option<&'a Arc<PageFile>>,
        witness: Option<&dyn Witness>,
    ) -> Vec<Arc<PageFile>> {
        let files = SourceFiles { source, listing: &self.listing };
        let paths = self.listing.entries.iter().filter(|(path, _)| self.is_page_file(path));
        let paths: Vec<(&RepoPath, Option<&Arc<PageFile>>)> =
            paths.map(|(path, entry)| (path, kept(path, entry))).collect();
        let vocabulary = self.takes_words().then(|| self.stock.vocabulary());
        let load =
            |path| Arc::new(PageFile::load(path, &files, &self.reading, vocabulary, witness).compact());
        paths
            .into_par_iter()
            .with_max_len(PER_TASK)
            .map(|(path, kept)| kept.map_or_else(|| load(path), Arc::clone))
            .collect()
    }

    fn takes_words(&self) -> bool {
        self.options.takes_words && self.config.search
    }

    fn is_page_file(&self, path: &RepoPath) -> bool {
        path.is_markdown() && self.is_content(path) && !self.is_summary(path)
    }

    fn is_summary(&self, path: &RepoPath) -> bool {
        self.summary_language(path).is_some()
    }

    /// The language whose order of reading a file gives.
    fn summary_language(&self, path: &RepoPath) -> Option<LanguageId> {
        if !path.file_name().starts_with(SUMMARY_STEM) {
            return None;
        }
        let located = self.languages.locate(path);
        let is_it = located.key.relative_to(self.languages.root(located.language)) == Some(SUMMARY_FILE);
        is_it.then_some(located.language)
    }

    /// Whether a file lies in the content root and in none of the reserved folders.
    fn is_content(&self, path: &RepoPath) -> bool {
        if !path.is_within(&self.content) {
            return false;
        }
        let is_reserved = self.content.is_root()
            && path.parts().next().is_some_and(|first| RESERVED_FOLDERS.contains(&first));
        let is_configured = || self.listing.entries.contains_key(CONFIG_FILE);
        !(is_reserved && is_configured()) && path.as_str() != CONFIG_FILE
    }

    /// Puts a site together whose files are parsed; pages are shared with a former one where they are the same.
    /// `beside` is as in [`ReadSite::assemble`].
    fn assemble<R: Send>(
        mut self,
        source: &dyn Source,
        files: Vec<Arc<PageFile>>,
        before: Before<'_>,
        beside: impl FnOnce(&Self) -> R + Send,
    ) -> (Self, R) {
        let nothing = Self::default();
        let former = match before {
            Before::Snapshot(former) => former,
            Before::Process(_) => &nothing,
        };
        self.files = Files::new(files);
        let read = SourceFiles { source, listing: &self.listing };
        let none = Decks::default();
        let is_alike = self.options.deck == former.options.deck && self.content == former.content;
        let decks = Decks::load(&self, &read, if is_alike { &former.decks } else { &none });
        self.unsettled.extend(decks.unsettled.iter().cloned());
        self.decks = Arc::new(decks);
        let selection = select::select(&self, former);
        let mut diagnostics = selection.diagnostics;
        self.pages = Pages::new(selection.pages);
        let moves = Moves::between(&former.pages, &self.pages);
        self.translations = Arc::new(selection.translations);
        self.hidden = Arc::new(selection.hidden);
        self.cascades = Arc::new(selection.cascades);
        let title = |language| self.configured_title(language).unwrap_or(HOME).into();
        let titles: Vec<CompactString> = self.languages.ids().map(title).collect();
        let home = Home { languages: &self.languages, titles: &titles, paginate: self.config.paginate };
        let (pages, content) = (&self.pages, &self.content);
        // The rules are asked for later, by those who can use what an earlier process knew.
        let is_first = matches!(before, Before::Process(_));
        let rules = || is_first.then(|| self.rules());
        let ((sections, _), (taxonomies, of_pages)) = rayon::join(
            || (Sections::build(pages, content, &home), rules()),
            || (self.grouped(former, &moves), addresses::of_pages(pages)),
        );
        (self.sections, self.taxonomies) = (sections, taxonomies);
        diagnostics.extend(self.read_order(source));
        diagnostics.extend(settings::misplaced(&self, source));
        diagnostics.extend(addresses::claim(&mut self, of_pages));
        let has_ground = is_first && !self.languages.are_several();
        self.links = LinkGraph::on(has_ground.then(|| self.ground_of_links()));
        let follow = || {
            let held = match before {
                Before::Snapshot(former) => Held::of_snapshot(former, &moves, &self),
                Before::Process(former) => Held::of_process(&former.links, &former.files, &self),
            };
            LinkGraph::build(&self, &held)
        };
        let (links, found) = rayon::join(follow, || beside(&self));
        self.links = links;
        addresses::claim_linked_folders(&mut self);
        Arc::make_mut(&mut self.diagnostics).splice(..0, diagnostics);
        (self, found)
    }

    /// The taxonomies: those of the site before with the pages that came and went, or made anew.
    fn grouped(&self, former: &Self, moves: &Moves) -> Taxonomies {
        let (config, pages) = (&self.config, &self.pages);
        let is_alike = config.taxonomies == former.config.taxonomies && self.languages == former.languages;
        let moved = is_alike.then(|| former.taxonomies.moved(config, &former.pages, pages, moves)).flatten();
        moved.unwrap_or_else(|| Taxonomies::build(config, pages, &self.languages))
    }
}

/// A site whose pages are parsed, and no more.
pub struct ReadSite<'s> {
    source: &'s dyn Source,
    former: &'s FormerFiles,
    site: Site,
    files: Vec<Arc<PageFile>>,
}

impl ReadSite<'_> {
    /// Puts it together, which leaves time for other work to all cores but one. `beside` is done while links are followed, with the
    /// site as it is without them.
    pub fn assemble<R: Send>(self, beside: impl FnOnce(&Site) -> R + Send) -> (Site, R) {
        self.site.assemble(self.source, self.files, Before::Process(self.former), beside)
    }
}

/// What was known before a site is put together.
#[derive(Clone, Copy)]
enum Before<'a> {
    /// The snapshot before it.
    Snapshot(&'a Site),
    /// What another process knew.
    Process(&'a FormerFiles),
}

/// Queries.
impl Site {
    /// The same site with another history.
    #[must_use]
    pub fn with_history(mut self, history: Option<Arc<History>>) -> Self {
        self.options.history = history;
        self
    }

    /// Where the site lies in its repository, as far as Git knows.
    pub fn repo_folder(&self) -> Option<&RepoPath> {
        self.options.history.as_ref().map(|history| history.folder())
    }

    /// Who changed its pages last, and when, if pages say so.
    pub fn history(&self) -> Option<&Arc<History>> {
        self.options.history.as_ref().filter(|_| self.config.last_changed)
    }

    /// The config, or its defaults.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// All files of the site.
    pub fn listing(&self) -> &Listing {
        &self.listing
    }

    /// The folder that holds the content.
    pub fn content(&self) -> &RepoPath {
        &self.content
    }

    /// How pages are parsed.
    pub fn reading(&self) -> &Reading {
        &self.reading
    }

    /// The languages.
    pub fn languages(&self) -> &Languages {
        &self.languages
    }

    /// Which pages say the same in different languages.
    pub fn translations(&self) -> &Translations {
        &self.translations
    }

    /// The folder that holds all pages of a language; `None` when it has no pages.
    pub fn root_section(&self, language: LanguageId) -> Option<SectionId> {
        self.sections.of_folder(self.languages.root(language))
    }

    /// The language of a page's text, as its front matter or its place says.
    pub fn text_language<'s>(&'s self, page: &'s Page) -> &'s str {
        page.front.lang.as_deref().unwrap_or_else(|| self.languages.tag(page.written_in))
    }

    /// Every parsed file, published or not, in the order of paths.
    pub fn files(&self) -> impl Iterator<Item = &Arc<PageFile>> {
        self.files.iter()
    }

    /// The files that changed while they were parsed: they should be looked at again.
    pub fn unsettled_files(&self) -> Vec<RepoPath> {
        let pages = self.files.unsettled().map(|file| &file.path);
        pages.chain(&self.unsettled).cloned().collect()
    }

    /// Whether a deck is frozen to a commit.
    pub fn has_pins(&self) -> bool {
        self.decks.iter().any(|deck| deck.manifest.pin.is_some())
    }

    /// The manifests of decks that are frozen to another commit than their `pin` names by now.
    pub fn moved_pins(&self, source: &dyn Source) -> Vec<RepoPath> {
        self.decks.moved_pins(source)
    }

    /// A parsed file, published or not.
    pub fn file(&self, path: &RepoPath) -> Option<&Arc<PageFile>> {
        self.files.get(path)
    }

    /// The published pages, in the order of their keys.
    pub fn pages(&self) -> &Pages {
        &self.pages
    }

    /// The page files that aren't published, and why.
    pub fn hidden_files(&self) -> impl Iterator<Item = (&RepoPath, Hidden)> {
        self.hidden.iter().map(|(path, why)| (path, *why))
    }

    /// A page by its id.
    pub fn page(&self, id: PageId) -> &Page {
        self.pages.get(id)
    }

    /// The page that is made of a file, in the language of that.
    pub fn page_of_file(&self, path: &RepoPath) -> Option<PageId> {
        let page = self.pages.of_key(&self.languages.locate(path).key)?;
        (self.page(page).path() == path).then_some(page)
    }

    /// Why a file is no published page.
    pub fn hidden(&self, path: &RepoPath) -> Option<Hidden> {
        let with_extension = RepoPath::new(&format!("{path}.md"));
        self.hidden.get(path).or_else(|| self.hidden.get(&with_extension?)).copied()
    }

    /// The folders of pages.
    pub fn sections(&self) -> &Sections {
        &self.sections
    }

    /// The taxonomies.
    pub fn taxonomies(&self) -> &Taxonomies {
        &self.taxonomies
    }

    /// The tree and order of reading of a language.
    pub fn nav(&self, language: LanguageId) -> Nav<'_> {
        match self.summary_of(language) {
            Some(tree) => Nav::Summary(tree),
            None => {
                let root = self.root_section(language);
                Nav::Folders(FolderTree::new(&self.sections, &self.pages, root))
            }
        }
    }

    /// The tree and order of reading that a page stands in.
    pub fn nav_of(&self, page: PageId) -> Nav<'_> {
        self.nav(self.page(page).language)
    }

    /// The order of reading that `SUMMARY.md` gives for a language.
    fn summary_of(&self, language: LanguageId) -> Option<&SummaryTree> {
        self.summaries.get(&language)
    }

    /// Whether the order of reading comes from `SUMMARY.md` in some language.
    pub fn has_summary(&self) -> bool {
        !self.summaries.is_empty()
    }

    /// The files that give an order of reading, each with its language.
    pub fn summary_files(&self) -> Vec<(RepoPath, LanguageId)> {
        let entries = &self.listing.entries;
        if !self.languages.are_several() {
            let path = self.content.join(SUMMARY_FILE);
            return entries.contains_key(&path).then_some((path, DEFAULT)).into_iter().collect();
        }
        let files = entries.keys().filter_map(|path| Some((path.clone(), self.summary_language(path)?)));
        files.collect()
    }

    /// All addresses.
    pub fn routes(&self) -> &Routes {
        &self.routes
    }

    /// The names of pages and files.
    fn names(&self) -> &Names {
        self.names.get_or_init(|| Names::build(&self.pages, &self.listing, &self.content))
    }

    /// The words of the pages.
    pub fn stock(&self) -> &Arc<Stock> {
        &self.stock
    }

    /// The decks of slides.
    pub fn decks(&self) -> &Decks {
        &self.decks
    }

    /// The repository's page on a forge, for links from decks to their sources.
    pub fn deck_repo(&self) -> Option<&Repo> {
        self.config.repo.as_ref().or(self.options.deck.repo.as_ref())
    }

    /// The link graph.
    pub fn links(&self) -> &LinkGraph {
        &self.links
    }

    /// All problems found so far, apart from those of links and of rendering, in order of place.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        let is_shown = |file: &&Arc<PageFile>| self.hidden.get(&file.path) != Some(&Hidden::Underscore);
        let of_files = self.files.wrong().filter(is_shown).flat_map(|file| &file.diagnostics);
        let own = self.diagnostics.iter().chain(&self.listing.diagnostics);
        let of_decks = self.decks.iter().flat_map(|deck| &deck.diagnostics);
        let mut diagnostics = own.chain(of_files).chain(of_decks).cloned().collect();
        diagnostic::sort(&mut diagnostics);
        diagnostics
    }

    /// The address of a page's or another file.
    pub fn route_of_file(&self, path: &RepoPath) -> Option<Route> {
        let page = self.page_of_file(path).map(|id| self.page(id).route.clone());
        page.or_else(|| self.assets.get(path).cloned())
    }

    /// Whether some published file lies below a folder.
    pub fn has_files_below(&self, folder: &RepoPath) -> bool {
        self.files_below(folder).next().is_some()
    }

    /// The published files below a folder that are not pages.
    pub fn files_below(&self, folder: &RepoPath) -> impl Iterator<Item = (&RepoPath, &Route)> {
        let start = if folder.is_root() { String::new() } else { format!("{folder}/") };
        self.assets
            .range::<str, _>((Bound::Included(start.as_str()), Bound::Unbounded))
            .take_while(move |(path, _)| path.as_str().starts_with(&start))
    }

    /// What it depends on besides its files.
    pub fn options(&self) -> &SiteOptions {
        &self.options
    }

    /// Its pages as they are parsed, for another site that has many of the same.
    pub fn former_files(&self) -> FormerFiles {
        let files = self.files.iter().map(|file| (file.path.clone(), Arc::clone(file))).collect();
        let reading = Reading::clone(&self.reading);
        FormerFiles { stock: Arc::clone(&self.stock), reading, files, links: FormerLinks::default() }
    }

    /// Whether it is shown as a wiki.
    pub fn is_wiki(&self) -> bool {
        self.options.wiki
    }

    /// What stands before every address: `""`, or `/sub` for a site in a folder of its host.
    pub fn base_path(&self) -> &str {
        self.config.base_url.prefix()
    }

    /// The site's title in a language: the config's, else the home page's.
    pub fn title(&self, language: LanguageId) -> &str {
        let home = |language| {
            let page = self.sections.get(self.root_section(language)?).page?;
            Some(self.page(page).title.as_str())
        };
        let own = self.configured_title(language);
        own.or_else(|| home(language)).or_else(|| home(DEFAULT)).unwrap_or(HOME)
    }

    /// What the config says of a language, if the site has several.
    pub fn language_config(&self, language: LanguageId) -> Option<&Language> {
        self.config.languages.get(language.index())
    }

    fn configured_title(&self, language: LanguageId) -> Option<&str> {
        let own = self.language_config(language).and_then(|config| config.title.as_deref());
        own.or(self.config.title.as_deref())
    }
}

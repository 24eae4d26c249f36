//! What a page may know of its site: the values of [`theme::context`](super::theme::context), gathered from answers.

use std::sync::Arc;

use crate::{
    base::{lang::direction, path::RepoPath},
    git,
    parse::{front_matter::Date, markdown::HeadingFact},
    render::{
        nav,
        page::Render,
        theme::{
            Costly, Shown,
            context::{
                self, Child, Kind, LastChange, Link, ListedDeck, Page, Sentence, TaxonomyLink, TocEntry,
                Translation, View,
            },
        },
        trace::{
            Backlink, Backlinks, FolderDecks, InLanguage, InLanguages, LastChanged, LinkTo, Listed, NavPlace,
            Neighbours, PageValues, Related, TermLink, Trail, Words,
        },
    },
    site::route::Route,
};

/// How many words a reader takes in a minute.
const WORDS_PER_MINUTE: u32 = 220;
/// How many headings a page needs before its table of contents is worth showing.
const MIN_TOC: usize = 2;
/// The deepest heading in a table of contents.
const MAX_TOC_LEVEL: u8 = 3;
/// What most forges take for the branch that a repository is opened at.
const DEFAULT_BRANCH: &str = "HEAD";

/// A whole page of content, as far as its template can show it.
pub(super) fn page(render: &Arc<Render>, page: &PageValues<'_>, content: String, shown: Shown) -> View {
    View {
        page: page_values(render, page, shown),
        content,
        nav: nav::nav(render, NavPlace::Page(page.key.clone()), shown),
        ..View::default()
    }
}

/// `page` in templates that can show so much of it, for a page of content.
pub(super) fn page_values(render: &Render, page: &PageValues<'_>, shown: Shown) -> Page {
    let (asker, key, path) = (&render.asker, page.key, page.path);
    let languages = in_languages(render, page.route, Some(key));
    let link = |to: LinkTo<'_>| self::link(render, to);
    let links = |list: Vec<LinkTo<'_>>| list.into_iter().map(link).collect();
    let (previous, next) = if_shown(shown, Costly::Neighbours, || asker.ask(Neighbours(key.clone())));
    let n_words = asker.ask(Words(key.clone()));
    let toc = if_shown(shown, Costly::Toc, || toc(page.headings));
    let enough = page.headings.iter().filter(|heading| (2..=MAX_TOC_LEVEL).contains(&heading.level)).count()
        >= MIN_TOC;
    let trail = || links(asker.ask(Trail(NavPlace::Page(key.clone()))));
    let related = || links(asker.ask(Related(key.clone())));
    let backlinks = || asker.ask(Backlinks(key.clone())).iter().map(|link| backlink(render, link)).collect();
    let last_change = || asker.ask(LastChanged(path.clone())).map(|change| last_change(render, &change));
    let terms = |list: &[TermLink<'_>]| -> Vec<TaxonomyLink> {
        list.iter().map(|term| taxonomy_link(render, term)).collect()
    };
    let tags = page.terms.iter().find(|(name, _)| *name == "tags");
    Page {
        title: page.title.to_owned(),
        kind: kind(page.is_folder_page),
        url: render.href(page.route),
        permalink: permalink(render, page.route),
        path: Some(path.to_string()),
        date: page.date.map(ToString::to_string),
        updated: page.updated.map(ToString::to_string),
        description: page.description.map(ToOwned::to_owned),
        summary: page.summary.map(ToOwned::to_owned),
        lang: page.lang.to_owned(),
        dir: dir_of(render, page.lang),
        text_lang: page.text_lang.to_owned(),
        text_dir: dir_of(render, page.text_lang),
        untranslated: page.is_untranslated,
        translations: if page.is_untranslated { Vec::new() } else { translations(&languages) },
        languages,
        draft: page.draft,
        tags: tags.map(|(_, tags)| terms(tags)).unwrap_or_default(),
        taxonomies: page.terms.iter().map(|(name, list)| ((*name).to_owned(), terms(list))).collect(),
        show_toc: page.toc.unwrap_or(enough) && !toc.is_empty(),
        toc,
        n_words,
        reading_minutes: n_words.div_ceil(WORDS_PER_MINUTE),
        extra: serde_json::Value::Object(page.extra.0.clone()),
        breadcrumbs: if_shown(shown, Costly::Breadcrumbs, trail),
        previous: previous.map(link),
        next: next.map(link),
        related: if_shown(shown, Costly::Related, related),
        backlinks: if_shown(shown, Costly::Backlinks, backlinks),
        source_url: source_url(render, path),
        edit_url: edit_of(render, path),
        history_url: wiki_url(render, "history", path),
        last_change: if_shown(shown, Costly::LastChange, last_change),
    }
}

/// A value that a template can show, or else nothing.
fn if_shown<T: Default>(shown: Shown, value: Costly, find: impl FnOnce() -> T) -> T {
    if shown.has(value) { find() } else { T::default() }
}

fn last_change(render: &Render, change: &git::history::LastChange<'_>) -> LastChange {
    let url = forge(render).map(|forge| {
        let kind = if forge.is_gitlab { "-/commit" } else { "commit" };
        format!("{}/{kind}/{}", forge.url, change.commit)
    });
    LastChange {
        date: Date::from_seconds(change.seconds).to_string(),
        author: change.author.to_owned(),
        commit: change.commit.to_owned(),
        url,
    }
}

/// `page` in templates, for a page that the site adds: a list, the 404 page.
pub(super) fn added(render: &Render, route: &Route, title: &str, kind: Kind) -> Page {
    let settings = render.asker.settings();
    let home = settings.languages.home(render.asker.language());
    let home = Link { title: settings.title.to_owned(), url: render.href(&home) };
    let languages = in_languages(render, route, None);
    Page {
        title: title.to_owned(),
        kind,
        url: render.href(route),
        permalink: permalink(render, route),
        lang: settings.language.to_owned(),
        dir: settings.dir.to_owned(),
        text_lang: settings.language.to_owned(),
        text_dir: settings.dir.to_owned(),
        translations: translations(&languages),
        languages,
        extra: serde_json::Value::Object(serde_json::Map::new()),
        breadcrumbs: vec![home],
        ..Page::default()
    }
}

/// Which way a language is written; of the one that the config says more about, as it says.
pub(super) fn dir_of(render: &Render, lang: &str) -> String {
    let settings = render.asker.settings();
    if lang == settings.language { settings.dir.to_owned() } else { direction(lang).to_owned() }
}

/// Where to go in each language of the site.
fn in_languages(render: &Render, route: &Route, page: Option<&RepoPath>) -> Vec<Translation> {
    let settings = render.asker.settings();
    if !settings.languages.are_several() {
        return Vec::new();
    }
    let found = render.asker.ask(InLanguages { route: route.clone(), page: page.cloned() });
    let translation = |found: InLanguage<'_>| Translation {
        lang: found.tag.to_owned(),
        name: found.name,
        dir: found.dir.to_owned(),
        title: found.title.to_owned(),
        url: render.href(&found.route),
        permalink: permalink(render, &found.route),
        current: found.is_current,
        exact: found.is_exact,
    };
    found.into_iter().map(translation).collect()
}

/// Those that say the same, if there are several.
fn translations(languages: &[Translation]) -> Vec<Translation> {
    let exact: Vec<Translation> = languages.iter().filter(|found| found.exact).cloned().collect();
    if exact.len() > 1 { exact } else { Vec::new() }
}

fn kind(is_folder_page: bool) -> Kind {
    if is_folder_page { Kind::Section } else { Kind::Page }
}

/// Something in a list.
pub(super) fn child(render: &Render, listed: &Listed<'_>) -> Child {
    let (title, url) = (listed.title.to_owned(), render.href(listed.route));
    let Some(page) = &listed.page else {
        return Child { title, url, kind: Kind::Folder, ..Child::default() };
    };
    Child {
        title,
        url,
        date: page.date.map(ToString::to_string),
        description: page.description.map(ToOwned::to_owned),
        summary: page.summary.map(ToOwned::to_owned),
        kind: kind(page.is_folder_page),
        tags: page.tags.iter().map(|tag| taxonomy_link(render, tag)).collect(),
    }
}

/// The decks of a folder.
pub(super) fn decks(render: &Render, folder: &RepoPath) -> Vec<ListedDeck> {
    let decks = render.asker.ask(FolderDecks(folder.clone())).into_iter().map(|deck| ListedDeck {
        title: deck.title,
        name: deck.name.to_owned(),
        url: render.href(deck.route),
        subtitle: deck.subtitle.map(ToOwned::to_owned),
        event: deck.event.map(ToOwned::to_owned),
        date: deck.date.map(ToOwned::to_owned),
    });
    decks.collect()
}

/// The folders above a folder, from the home page down.
pub(super) fn section_breadcrumbs(render: &Render, folder: &RepoPath) -> Vec<Link> {
    let above = render.asker.ask(Trail(NavPlace::Section(folder.clone())));
    above.into_iter().map(|to| link(render, to)).collect()
}

fn link(render: &Render, to: LinkTo<'_>) -> Link {
    Link { title: to.title.to_owned(), url: render.href(to.route) }
}

fn backlink(render: &Render, from: &Backlink<'_>) -> context::Backlink {
    let Link { title, url } = link(render, from.page);
    let sentence = from.around.map(|around| {
        let (before, link, after) = around.parts();
        Sentence { before: before.to_owned(), link: link.to_owned(), after: after.to_owned() }
    });
    context::Backlink { title, url, sentence }
}

/// A term or a taxonomy, by name.
pub(super) fn taxonomy_link(render: &Render, term: &TermLink<'_>) -> TaxonomyLink {
    TaxonomyLink { name: term.name.to_owned(), url: render.href(term.route) }
}

/// Headings as a tree, without the page's own `h1` and the deepest levels.
fn toc(headings: &[HeadingFact]) -> Vec<TocEntry> {
    let mut tree: Vec<TocEntry> = Vec::new();
    for heading in headings.iter().filter(|heading| (2..=MAX_TOC_LEVEL).contains(&heading.level)) {
        let mut level = &mut tree;
        while level.last().is_some_and(|last| last.level < heading.level) {
            let last = level.len() - 1;
            level = &mut level[last].children;
        }
        level.push(TocEntry {
            level: heading.level,
            id: heading.id.to_string(),
            title: heading.text.to_string(),
            children: Vec::new(),
        });
    }
    tree
}

pub(super) fn permalink(render: &Render, route: &Route) -> Option<String> {
    render.asker.settings().base.is_absolute().then(|| render.permalink(route))
}

/// The site's repository on a forge.
struct Forge<'a> {
    url: &'a str,
    branch: &'a str,
    is_gitlab: bool,
    is_github: bool,
}

fn forge(render: &Render) -> Option<Forge<'_>> {
    let repo = render.asker.settings().repo?;
    let url = repo.url.trim_end_matches('/');
    Some(Forge {
        url,
        branch: repo.branch.as_deref().unwrap_or(DEFAULT_BRANCH),
        is_gitlab: url.contains("gitlab"),
        is_github: url.contains("github"),
    })
}

/// The address that shows a file of the repository on the forge, as GitHub, GitLab, Gitea and others have it.
pub(super) fn source_url(render: &Render, path: &RepoPath) -> Option<String> {
    let Forge { url, branch, is_gitlab, .. } = forge(render)?;
    let kind = if is_gitlab { "-/blob" } else { "blob" };
    Some(format!("{url}/{kind}/{branch}{}", path_on_forge(render, path)))
}

/// The address on the forge of a file that a deck is made of, in a commit if the deck is frozen to one.
pub(super) fn deck_source_url(render: &Render, path: &RepoPath, commit: Option<&str>) -> Option<String> {
    deck_url(render, "blob", commit).map(|base| format!("{base}{}", path_on_forge(render, path)))
}

/// Where slides are edited: an address with `{path}` and `{line}`.
pub(super) fn deck_edit_pattern(render: &Render) -> Option<String> {
    if render.asker.settings().is_wiki {
        let form = render.href(&Route::new("/-/edit/"));
        return Some(format!("{form}{{path}}#L{{line}}"));
    }
    let folder = render.asker.settings().repo_folder.map(|folder| Route::new(folder.as_str()).href(""));
    let folder = folder.filter(|folder| folder != "/").unwrap_or_default();
    deck_url(render, "edit", None).map(|base| format!("{base}{folder}/{{path}}#L{{line}}"))
}

fn deck_url(render: &Render, kind: &str, commit: Option<&str>) -> Option<String> {
    let repo = render.asker.settings().deck_repo?;
    let url = repo.url.trim_end_matches('/');
    let branch = commit.or(repo.branch.as_deref()).unwrap_or(DEFAULT_BRANCH);
    let gitlab = if url.contains("gitlab") { "-/" } else { "" };
    Some(format!("{url}/{gitlab}{kind}/{branch}"))
}

/// Where people edit a file: in this wiki, or else on the forge.
pub(super) fn edit_of(render: &Render, path: &RepoPath) -> Option<String> {
    wiki_url(render, "edit", path).or_else(|| edit_url(render, path))
}

/// The address where the forge lets people edit a file; not all forges have one.
fn edit_url(render: &Render, path: &RepoPath) -> Option<String> {
    let Forge { url, branch, is_gitlab, is_github } = forge(render)?;
    let kind = match (is_gitlab, is_github) {
        (true, _) => "-/edit",
        (_, true) => "edit",
        _ if branch == DEFAULT_BRANCH => return None,
        _ => "_edit",
    };
    Some(format!("{url}/{kind}/{branch}{}", path_on_forge(render, path)))
}

/// The address in this wiki where something is done with a file.
pub(super) fn wiki_url(render: &Render, action: &str, path: &RepoPath) -> Option<String> {
    render.asker.settings().is_wiki.then(|| render.href(&Route::new(&format!("/-/{action}/{path}"))))
}

/// A path of the site from the top of its repository, as an address has it.
fn path_on_forge(render: &Render, path: &RepoPath) -> String {
    let folder = render.asker.settings().repo_folder;
    let from_top = folder.and_then(|folder| folder.resolve(path.as_str()));
    Route::new(from_top.as_ref().unwrap_or(path).as_str()).href("")
}

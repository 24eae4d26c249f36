//! What can be named in a text: pages, files, tags and headings, found by the beginning of their names.
//!
//! Costs a look at each page, whatever is asked: a wiki of 20,000 pages answers between two keys that are typed.

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    base::path::{RepoPath, written_in},
    site::{
        Site,
        page::{Page, PageId},
        resolve::{Destination, Spelling},
        route::Route,
    },
    wiki::{Action, Actor, Wiki},
};

/// The most names that are given at once.
pub const MAX_NAMES: usize = 40;
/// The taxonomy that tags are.
const TAGS: &str = "tags";
/// What can't stand in `[[ ]]`.
const NOT_IN_WIKI_LINKS: [char; 5] = ['[', ']', '|', '#', '\n'];

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Pages.
    Pages,
    /// Files that are no pages.
    Files,
    /// Tags.
    Tags,
    /// The headings of the page that a link written so leads to.
    Headings(String),
}

/// Something that can be named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Name {
    /// What stands in `[[ ]]` for a page or a file; the tag; the text of the heading.
    pub name: String,
    /// The title of the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<RepoPath>,
    /// What stands in `[text](…)`, from the file that is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// How many pages have the tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<usize>,
    /// The id of the heading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// Where a name will be written.
struct From<'a> {
    site: &'a Site,
    path: &'a RepoPath,
    folder: RepoPath,
    route: Route,
}

impl Wiki {
    /// The names that a text can have where it is written, in `from`; the best come first.
    pub fn names(&self, actor: &Actor, wanted: &Wanted, typed: &str, from: &RepoPath) -> Vec<Name> {
        let snapshot = self.engine().snapshot();
        let site = snapshot.renderer.site();
        let route = site.route_of_file(from).unwrap_or_else(|| Route::new("/"));
        let folder = from.parent().unwrap_or_default();
        let from = From { site, path: from, folder, route };
        let may_read = |path: &RepoPath| actor.rights.allow(Action::Read, path);
        match wanted {
            Wanted::Pages => from.pages(typed, may_read),
            Wanted::Files => from.files(typed, may_read),
            Wanted::Tags => from.tags(typed),
            Wanted::Headings(target) => from.headings(target, typed, may_read),
        }
    }
}

impl From<'_> {
    fn pages(&self, typed: &str, may_read: impl Fn(&RepoPath) -> bool) -> Vec<Name> {
        let typed = Typed::new(typed);
        let all = self.site.pages().iter();
        let all =
            all.filter(|(_, page)| !page.is_untranslated() && !page.is_not_found && may_read(page.path()));
        let found = all.filter_map(|(id, page)| {
            let rank = typed.rank(&page.title).or_else(|| Some(typed.rank(page.path().as_str())? + WORSE))?;
            // Of those that fit alike, pages of the same folder come first.
            let is_near = page.path().is_within(&self.folder);
            Some(((rank, !is_near, page.title.len(), page.title.as_str(), page.path()), id))
        });
        best(found).into_iter().map(|id| self.page_name(id)).collect()
    }

    fn page_name(&self, id: PageId) -> Name {
        let page = self.site.page(id);
        let (path, title) = (page.path(), page.title.as_str());
        let below_content = path.relative_to(self.site.content()).unwrap_or(path.as_str());
        let long = below_content.strip_suffix(".md").unwrap_or(below_content);
        let leads_there = |name: &&str| {
            let found = self.site.destination(Spelling::Wiki, name, self.path, &self.route);
            !name.contains(NOT_IN_WIKI_LINKS)
                && matches!(found, Destination::Internal { page: Some(page), .. } if page == id)
        };
        let name = [title, path.stem(), long].into_iter().find(leads_there).unwrap_or(long);
        Name {
            name: name.to_owned(),
            title: Some(title.to_owned()),
            path: Some(path.clone()),
            link: Some(written_in(&self.folder, path)),
            ..Name::default()
        }
    }

    fn files(&self, typed: &str, may_read: impl Fn(&RepoPath) -> bool) -> Vec<Name> {
        let typed = Typed::new(typed);
        let root = RepoPath::root();
        let all = self.site.files_below(&root).filter(|(path, _)| may_read(path));
        let found = all.filter_map(|(path, route)| {
            let rank = typed.rank(path.file_name()).or_else(|| Some(typed.rank(path.as_str())? + WORSE))?;
            Some(((rank, !path.is_within(&self.folder), path), (path, route)))
        });
        let name = |(path, route): (&RepoPath, &Route)| {
            let found = self.site.destination(Spelling::Wiki, path.file_name(), self.path, &self.route);
            let is_clear = matches!(found, Destination::Internal { route: found, .. } if found == *route);
            let name = if is_clear { path.file_name() } else { path.as_str() };
            Name {
                name: name.to_owned(),
                path: Some(path.clone()),
                link: Some(written_in(&self.folder, path)),
                ..Name::default()
            }
        };
        best(found).into_iter().map(name).collect()
    }

    fn tags(&self, typed: &str) -> Vec<Name> {
        let typed = Typed::new(typed);
        let tags = self.site.taxonomies().all.iter().filter(|taxonomy| taxonomy.name == TAGS);
        let all = tags.flat_map(|taxonomy| &taxonomy.terms);
        let found = all.filter_map(|term| {
            let n_pages = term.pages.len();
            Some(((typed.rank(&term.name)?, usize::MAX - n_pages, &term.name), (&term.name, n_pages)))
        });
        let name = |(name, count): (&String, usize)| Name {
            name: name.clone(),
            count: Some(count),
            ..Name::default()
        };
        best(found).into_iter().map(name).collect()
    }

    fn headings(&self, target: &str, typed: &str, may_read: impl Fn(&RepoPath) -> bool) -> Vec<Name> {
        let typed = Typed::new(typed);
        let page_of = |spelling| match self.site.destination(spelling, target, self.path, &self.route) {
            Destination::Internal { page, .. } => page,
            _ => None,
        };
        let id = page_of(Spelling::Wiki).or_else(|| page_of(Spelling::Path));
        let page = id.map(|id| self.site.page(id)).filter(|page| may_read(page.path()));
        let headings = page.map(Page::headings).unwrap_or_default().iter();
        let found = headings
            .filter(|heading| typed.rank(&heading.text).is_some() || typed.rank(&heading.id).is_some());
        let name = |heading: &crate::parse::markdown::HeadingFact| Name {
            name: heading.text.to_string(),
            id: Some(heading.id.to_string()),
            ..Name::default()
        };
        found.take(MAX_NAMES).map(name).collect()
    }
}

/// How much worse it is that only the path has what was typed.
const WORSE: u8 = 3;

/// What was typed, in the form in which it is compared.
struct Typed(String);

impl Typed {
    fn new(text: &str) -> Self {
        Self(text.trim().to_lowercase())
    }

    /// How well a text fits: the smaller, the better.
    fn rank(&self, text: &str) -> Option<u8> {
        let text = text.to_lowercase();
        let at = text.find(&self.0)?;
        let begins_word = text
            .match_indices(&self.0)
            .any(|(at, _)| !text[..at].ends_with(|before: char| before.is_alphanumeric()));
        Some(if at == 0 {
            0
        } else if begins_word {
            1
        } else {
            2
        })
    }
}

/// The first of all in their order, without sorting the others.
fn best<K: Ord, T>(found: impl Iterator<Item = (K, T)>) -> Vec<T> {
    let mut found: Vec<(K, T)> = found.collect();
    if found.len() > MAX_NAMES {
        found.select_nth_unstable_by(MAX_NAMES, |(a, _), (b, _)| a.cmp(b));
        found.truncate(MAX_NAMES);
    }
    found.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    found.into_iter().map(|(_, item)| item).collect()
}

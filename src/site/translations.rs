//! [`Translations`]: which pages say the same in different languages.
//!
//! Pages belong together when their keys are the same but for the language, or when front matter says so
//! (`translation_of`). A folder's page is known by its folder, so that `README.md` can be translated by `index.fr.md`.

use std::{collections::BTreeMap, sync::Arc};

use foldhash::HashMap;

use crate::{
    base::{
        diagnostic::{Diagnostic, Place},
        path::RepoPath,
    },
    site::{
        Site,
        languages::{DEFAULT, LanguageId, Languages},
        page::{Page, PageId},
        section::is_folder_page_name,
    },
};

/// How many pages are followed from one to the next that `translation_of` names.
const MAX_STEPS: usize = 8;
/// How many pages of a folder that aren't translated are named.
const MAX_NAMED: usize = 10;
/// What a name in `translation_of` may lack at its end.
const EXTENSIONS: [&str; 3] = ["", ".md", ".markdown"];

/// The groups of pages that say the same.
#[derive(Clone, Debug, Default)]
pub struct Translations {
    /// The group of each page, by id; none in a site with a single language.
    of_page: Vec<usize>,
    groups: Vec<Group>,
}

/// The pages of a group, one for each language.
type Group = BTreeMap<LanguageId, PageId>;

impl Translations {
    /// Groups pages that have their ids.
    pub(super) fn build(pages: &[Arc<Page>], languages: &Languages) -> Self {
        if !languages.are_several() {
            return Self::default();
        }
        let mut of_page = Naming::new(pages, languages).groups();
        let n_groups = of_page.iter().max().map_or(0, |last| last + 1);
        let mut groups = vec![Group::new(); n_groups];
        for (at, group) in of_page.iter_mut().enumerate() {
            let language = pages[at].language;
            // A second page of a language has nothing to do with the others.
            if groups[*group].contains_key(&language) {
                *group = groups.len();
                groups.push(Group::new());
            }
            groups[*group].insert(language, PageId::at(at));
        }
        Self { of_page, groups }
    }

    /// The pages that say what a page says, itself among them, by their languages.
    pub fn of(&self, page: PageId) -> impl Iterator<Item = (LanguageId, PageId)> + '_ {
        let group = self.of_page.get(page.index()).map(|group| &self.groups[*group]);
        group.into_iter().flatten().map(|(language, page)| (*language, *page))
    }

    /// The page that says in a language what a page says.
    pub fn in_language(&self, page: PageId, language: LanguageId) -> Option<PageId> {
        self.groups[*self.of_page.get(page.index())?].get(&language).copied()
    }

    /// The page that a page is a translation of: that of the default language.
    pub fn original_of(&self, page: PageId) -> Option<PageId> {
        self.in_language(page, DEFAULT).filter(|original| *original != page)
    }
}

/// The pages that are missing in some languages: originals, each with the languages that lack it.
pub(super) fn lacking(pages: &[Arc<Page>], languages: &Languages) -> Vec<(usize, LanguageId)> {
    let translations = Translations::build(pages, languages);
    let originals =
        pages.iter().enumerate().filter(|(_, page)| page.language == DEFAULT && !page.is_not_found);
    let originals = originals.filter(|(at, _)| translations.original_of(PageId::at(*at)).is_none());
    let lacks = |at: usize, language| translations.in_language(PageId::at(at), language).is_none();
    originals
        .flat_map(|(at, _)| {
            languages.ids().filter(move |language| lacks(at, *language)).map(move |id| (at, id))
        })
        .collect()
}

/// What is wrong with `translation_of` and with groups.
pub(super) fn problems(pages: &[Arc<Page>], languages: &Languages) -> Vec<Diagnostic> {
    if !languages.are_several() {
        return Vec::new();
    }
    let naming = Naming::new(pages, languages);
    let written = || pages.iter().filter(|page| !page.is_untranslated());
    let unknown = written().filter_map(|page| {
        let target = page.front.translation_of.as_deref()?;
        let message = format!("`{target}`, which `{}` is a translation of, does not exist", page.path());
        naming.original_named_by(page).is_none().then(|| {
            Diagnostic::warning("unknown-original", message)
                .at(Place::file(page.path()))
                .hint("write the path of a page, from its own folder or with `/` from the content's root")
        })
    });
    let mut problems: Vec<Diagnostic> = unknown.collect();
    let mut seen: HashMap<(usize, LanguageId), &Page> = HashMap::default();
    for (page, group) in pages.iter().zip(naming.groups()).filter(|(page, _)| !page.is_untranslated()) {
        if let Some(other) = seen.insert((group, page.language), page) {
            let message = format!(
                "`{}` and `{}` are both the same page in the language `{}`",
                other.path(),
                page.path(),
                languages.tag(page.language)
            );
            problems.push(
                Diagnostic::warning("two-translations", message)
                    .at(Place::file(page.path()))
                    .related("the other page", Place::file(other.path()))
                    .hint("remove one of them, or its `translation_of`"),
            );
        }
    }
    problems
}

impl Site {
    /// Pages that aren't translated, one note for each folder and language, and translations that were last changed before
    /// their originals.
    pub fn translation_diagnostics(&self) -> Vec<Diagnostic> {
        let mut lacking: BTreeMap<(LanguageId, RepoPath), Vec<&Page>> = BTreeMap::new();
        let mut diagnostics = Vec::new();
        let originals = self.pages.iter().filter(|(_, page)| page.language == DEFAULT && !page.is_not_found);
        for (id, page) in originals {
            for language in self.languages.ids() {
                let translation = self.translations.in_language(id, language).map(|id| self.page(id));
                match translation.filter(|page| !page.is_untranslated()) {
                    Some(translation) => diagnostics.extend(self.old_translation(page, translation)),
                    // A language without any page was only just listed.
                    None if self.root_section(language).is_some() => {
                        let folder = page.path().parent().unwrap_or_default();
                        lacking.entry((language, folder)).or_default().push(page);
                    }
                    None => {}
                }
            }
        }
        let lacking =
            lacking.iter().map(|((language, _), pages)| untranslated(self.languages.tag(*language), pages));
        diagnostics.extend(lacking);
        diagnostics
    }

    fn old_translation(&self, original: &Page, translation: &Page) -> Option<Diagnostic> {
        let history = self.history()?;
        let last = |page: &Page| history.last_change(page.path());
        let (then, now) = (last(translation)?, last(original)?);
        (then.seconds < now.seconds).then(|| {
            let message =
                format!("`{}` is older than `{}`, which it translates", translation.path(), original.path());
            Diagnostic::note("old-translation", message)
                .at(Place::file(translation.path()))
                .related("the original", Place::file(original.path()))
                .hint(format!(
                    "see what changed: `git log -p {}..{} -- {}`",
                    then.commit,
                    now.commit,
                    original.path()
                ))
        })
    }
}

fn untranslated(tag: &str, pages: &[&Page]) -> Diagnostic {
    let names: Vec<String> = pages.iter().take(MAX_NAMED).map(|page| format!("`{}`", page.path())).collect();
    let more = pages.len().saturating_sub(MAX_NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let first = pages[0].path();
    let name = format!("{}.{tag}.md", first.stem());
    Diagnostic::note("untranslated", format!("not in the language `{tag}`: {}{more}", names.join(", ")))
        .at(Place::file(first))
        .hint(format!("write the translation into `{name}` beside it"))
}

/// Finds out which pages belong together.
struct Naming<'a> {
    pages: &'a [Arc<Page>],
    languages: &'a Languages,
    /// Pages by their keys, for `translation_of`; empty when no page has that.
    by_key: HashMap<&'a RepoPath, usize>,
}

impl<'a> Naming<'a> {
    fn new(pages: &'a [Arc<Page>], languages: &'a Languages) -> Self {
        let is_named = pages.iter().any(|page| page.front.translation_of.is_some());
        let keys = pages.iter().enumerate().map(|(at, page)| (&page.key, at));
        Self { pages, languages, by_key: if is_named { keys.collect() } else { HashMap::default() } }
    }

    /// The number of the group of each page.
    fn groups(&self) -> Vec<usize> {
        let mut numbers: HashMap<RepoPath, usize> = HashMap::default();
        let name = |page: &Arc<Page>| self.name_of(self.followed(page));
        let names = self.pages.iter().map(name);
        names
            .map(|name| {
                let next = numbers.len();
                *numbers.entry(name).or_insert(next)
            })
            .collect()
    }

    /// What the pages of a group have in common: a folder, or a path without its extension.
    fn name_of(&self, page: &Page) -> RepoPath {
        let key = self.languages.counterpart(&page.key, page.language, DEFAULT);
        let folder = key.parent().unwrap_or_default();
        if page.is_folder_page && is_folder_page_name(&page.key) {
            return folder;
        }
        // Never the same as a folder's.
        folder.resolve(&format!("{}.", key.stem())).unwrap_or(key)
    }

    /// The page that `translation_of` leads to in the end.
    fn followed(&self, page: &'a Page) -> &'a Page {
        let steps = std::iter::successors(Some(page), |page| self.original_named_by(page));
        steps.take(MAX_STEPS).last().unwrap_or(page)
    }

    /// The page that `translation_of` names.
    fn original_named_by(&self, page: &Page) -> Option<&'a Page> {
        let target = page.front.translation_of.as_deref()?.trim();
        let folder = page.path().parent().unwrap_or_default();
        let content = self.languages.content();
        let starts = match target.strip_prefix('/') {
            Some(rest) => [content.resolve(rest), RepoPath::root().resolve(rest)],
            None => [folder.resolve(target), content.resolve(target)],
        };
        let paths = starts.into_iter().flatten().flat_map(|start| {
            EXTENSIONS.into_iter().filter_map(move |extension| RepoPath::new(&format!("{start}{extension}")))
        });
        let mut keys = paths.map(|path| self.languages.locate(&path).key);
        let found = keys.find_map(|key| self.by_key.get(&key))?;
        Some(&*self.pages[*found]).filter(|found| found.key != page.key)
    }
}

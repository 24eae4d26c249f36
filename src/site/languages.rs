//! [`Languages`]: the languages of a site, each a tree of pages.
//!
//! A page in a language is `guide/page.fr.md`, or `page.md` in `fr/guide/`. Both have one *key*, `fr/guide/page.md`: the
//! path that the file would have if every language but the default one had a folder of its own. From here on a page is
//! known by its key: sections, addresses, names and traces are made of keys, and so each language is a site of its own.
//! In a site with a single language a page's key is its path.

use crate::{
    base::{
        config::{Config, Untranslated},
        lang::{LTR, direction, is_same_tag},
        path::RepoPath,
    },
    parse::slug,
    site::{page::NOT_FOUND, route::Route},
};

/// The place of a language among those of the site. The default language is the first.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct LanguageId(pub u8);

/// The default language, which is the only one of most sites.
pub const DEFAULT: LanguageId = LanguageId(0);

/// The tree of a language.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Tree {
    tag: String,
    /// Which way it is written.
    dir: &'static str,
    /// The folder that the keys of its pages begin with.
    root: RepoPath,
    /// The address of its home page.
    home: Route,
    /// Its folder below the content root, as addresses have it; empty for one whose pages are at the root.
    part: String,
}

/// The languages of a site.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Languages {
    /// The default language first; there is always one.
    trees: Vec<Tree>,
    content: RepoPath,
    /// Whether paths are looked at for languages.
    are_several: bool,
    /// Whether pages that aren't translated are shown as they are.
    show_originals: bool,
}

/// Where a file belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// Its language.
    pub language: LanguageId,
    /// Its key.
    pub key: RepoPath,
    /// Whether its path names the language.
    pub is_marked: bool,
}

impl Languages {
    /// The languages that a config names, for a site with this content root.
    pub fn of(config: &Config, content: &RepoPath) -> Self {
        let tree = |(at, tag): (usize, &str)| {
            let has_folder = at > 0 || config.default_language_folder;
            let has_folder = has_folder && !config.languages.is_empty();
            let part = if has_folder { slug::route_part(tag) } else { String::new() };
            Tree {
                tag: tag.to_owned(),
                dir: config.languages.get(at).and_then(|own| own.dir).unwrap_or_else(|| direction(tag)),
                root: if has_folder { content.join(tag) } else { content.clone() },
                home: Route::new(&if has_folder { format!("/{part}/") } else { "/".to_owned() }),
                part,
            }
        };
        let tags: Vec<&str> = match &*config.languages {
            [] => vec![&config.language],
            several => several.iter().map(|language| &*language.tag).collect(),
        };
        Self {
            trees: tags.into_iter().enumerate().map(tree).collect(),
            content: content.clone(),
            are_several: !config.languages.is_empty(),
            show_originals: config.untranslated == Untranslated::Original,
        }
    }

    /// All languages, the default one first.
    pub fn ids(&self) -> impl Iterator<Item = LanguageId> + use<> {
        (0..=u8::MAX).take(self.trees.len()).map(LanguageId)
    }

    /// Whether the site says which languages it has. If not, no path is looked at for one.
    pub fn are_several(&self) -> bool {
        self.are_several
    }

    /// Whether pages that aren't translated are shown in the default language.
    pub fn show_originals(&self) -> bool {
        self.show_originals && self.are_several
    }

    /// The folder that holds the content of all languages.
    pub fn content(&self) -> &RepoPath {
        &self.content
    }

    /// The address of a language's page for addresses that don't exist; hosts look for that of the default one at the
    /// root.
    pub fn not_found(&self, language: LanguageId) -> Route {
        let home = if language == DEFAULT { Route::new("/") } else { self.home(language) };
        home.below(NOT_FOUND)
    }

    /// Whether an address is that of [`Self::not_found`].
    pub fn is_not_found(&self, language: LanguageId, route: &Route) -> bool {
        route.as_str().ends_with(NOT_FOUND) && *route == self.not_found(language)
    }

    /// The tag of a language.
    pub fn tag(&self, language: LanguageId) -> &str {
        self.trees.get(language.index()).map_or("", |tree| &tree.tag)
    }

    /// Which way a language is written: `ltr` or `rtl`.
    pub fn dir(&self, language: LanguageId) -> &'static str {
        self.trees.get(language.index()).map_or(LTR, |tree| tree.dir)
    }

    /// The folder that the keys of its pages begin with.
    pub fn root(&self, language: LanguageId) -> &RepoPath {
        self.trees.get(language.index()).map_or(&self.content, |tree| &tree.root)
    }

    /// The address of its home page.
    pub fn home(&self, language: LanguageId) -> Route {
        self.trees.get(language.index()).map_or_else(|| Route::new("/"), |tree| tree.home.clone())
    }

    /// The language and key of a file.
    pub fn locate(&self, path: &RepoPath) -> Located {
        let unmarked = || Located { language: DEFAULT, key: path.clone(), is_marked: false };
        if !self.are_several {
            return unmarked();
        }
        let Some(below) = path.relative_to(&self.content) else { return unmarked() };
        let (of_folder, below) = self.split_folder(below);
        let (of_name, below) = match split_name(below) {
            Some((name, tag, extension)) => match self.of_tag(tag) {
                Some(language) if of_folder.is_none_or(|folder| folder == language) => {
                    (Some(language), format!("{name}.{extension}"))
                }
                _ => (None, below.to_owned()),
            },
            None => (None, below.to_owned()),
        };
        let language = of_folder.or(of_name);
        let root = self.root(language.unwrap_or(DEFAULT));
        let key = root.resolve(&below).unwrap_or_else(|| path.clone());
        Located { language: language.unwrap_or(DEFAULT), key, is_marked: language.is_some() }
    }

    /// The language of a folder, and the folder that keys of pages in it begin with.
    pub fn locate_folder(&self, folder: &RepoPath) -> Located {
        let unmarked = || Located { language: DEFAULT, key: folder.clone(), is_marked: false };
        if !self.are_several {
            return unmarked();
        }
        let Some(below) = folder.relative_to(&self.content) else { return unmarked() };
        let (language, below) = match self.of_tag(below) {
            Some(language) => (Some(language), ""),
            None => self.split_folder(below),
        };
        let key = self.root(language.unwrap_or(DEFAULT)).resolve(below);
        Located {
            language: language.unwrap_or(DEFAULT),
            key: key.unwrap_or_else(|| folder.clone()),
            is_marked: language.is_some(),
        }
    }

    /// The key of the same page or folder in another language.
    pub fn counterpart(&self, key: &RepoPath, from: LanguageId, to: LanguageId) -> RepoPath {
        let below = key.relative_to(self.root(from)).and_then(|below| self.root(to).resolve(below));
        below.unwrap_or_else(|| key.clone())
    }

    /// The language whose pages are around an address.
    pub fn of_route(&self, route: &Route) -> LanguageId {
        if !self.are_several {
            return DEFAULT;
        }
        let first = route.as_str().trim_start_matches('/').split('/').next().unwrap_or_default();
        let found = self.trees.iter().position(|tree| !tree.part.is_empty() && tree.part == first);
        found.map_or(DEFAULT, LanguageId::at)
    }

    /// The address in another language that has the same form.
    pub fn route_in(&self, route: &Route, to: LanguageId) -> Route {
        let own = self.home(self.of_route(route));
        let below = route.as_str().strip_prefix(own.as_str()).unwrap_or_default();
        Route::new(&format!("{}{below}", self.home(to)))
    }

    /// Other paths at which a file is looked for that isn't at this one: of a file in a language's folder, the same of
    /// the default language.
    pub fn originals(&self, path: &RepoPath) -> impl Iterator<Item = RepoPath> {
        let below = path.relative_to(&self.content).map(|below| self.split_folder(below));
        let below =
            below.filter(|(language, _)| self.are_several && language.is_some_and(|id| id != DEFAULT));
        let roots = [self.content.clone(), self.content.join(self.tag(DEFAULT))];
        below
            .into_iter()
            .flat_map(move |(_, below)| roots.clone().map(|root| root.resolve(below)).into_iter().flatten())
    }

    /// The path that a file has which is made for one language: `plan.fr.png` for `plan.png`.
    pub fn localized(&self, path: &RepoPath, language: LanguageId) -> Option<RepoPath> {
        if !self.are_several {
            return None;
        }
        let extension = path.extension()?;
        RepoPath::new(&format!(
            "{}{}.{extension}",
            path.as_str().strip_suffix(extension)?,
            self.tag(language)
        ))
    }

    fn of_tag(&self, tag: &str) -> Option<LanguageId> {
        self.trees.iter().position(|tree| is_same_tag(&tree.tag, tag)).map(LanguageId::at)
    }

    /// A path below the content root without the folder of its language.
    fn split_folder<'p>(&self, below: &'p str) -> (Option<LanguageId>, &'p str) {
        let split = below.split_once('/').and_then(|(first, rest)| Some((self.of_tag(first)?, rest)));
        split.map_or((None, below), |(language, rest)| (Some(language), rest))
    }
}

impl LanguageId {
    /// The place as an index.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    fn at(place: usize) -> Self {
        Self(u8::try_from(place).expect("a site has at most a hundred languages"))
    }
}

/// `guide/page.fr.md` as `guide/page`, `fr` and `md`.
fn split_name(path: &str) -> Option<(&str, &str, &str)> {
    let (stem, extension) = path.rsplit_once('.')?;
    let (name, tag) = stem.rsplit_once('.')?;
    let is_name = !name.is_empty() && !name.ends_with('/') && !tag.contains('/') && !extension.contains('/');
    is_name.then_some((name, tag, extension))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::config::Language;

    fn path(text: &str) -> RepoPath {
        RepoPath::new(text).expect("a normal path")
    }

    fn languages(tags: &[&str], default_language_folder: bool) -> Languages {
        let languages = tags.iter().map(|tag| Language::new(tag)).collect();
        let config = Config { languages, default_language_folder, ..Config::default() };
        Languages::of(&config, &path("content"))
    }

    #[test]
    fn files_have_one_key_however_their_language_is_said() {
        let at_root = languages(&["en", "fr", "pt-BR"], false);
        for (file, language, key) in [
            ("content/guide/a.md", 0, "content/guide/a.md"),
            ("content/guide/a.en.md", 0, "content/guide/a.md"),
            ("content/en/guide/a.md", 0, "content/guide/a.md"),
            ("content/guide/a.fr.md", 1, "content/fr/guide/a.md"),
            ("content/fr/guide/a.md", 1, "content/fr/guide/a.md"),
            ("content/fr/a.fr.md", 1, "content/fr/a.md"),
            ("content/fr/a.en.md", 1, "content/fr/a.en.md"),
            ("content/index.pt_br.md", 2, "content/pt-BR/index.md"),
            ("content/a.de.md", 0, "content/a.de.md"),
            ("content/.fr.md", 0, "content/.fr.md"),
            ("content/fr.md", 0, "content/fr.md"),
            ("other/fr/a.md", 0, "other/fr/a.md"),
        ] {
            let located = at_root.locate(&path(file));
            assert_eq!((located.language.0, located.key.as_str()), (language, key), "{file}");
        }
        let in_folders = languages(&["en", "fr"], true);
        assert_eq!(in_folders.locate(&path("content/a.md")).key.as_str(), "content/en/a.md");
        assert_eq!(in_folders.locate(&path("content/en/a.md")).key.as_str(), "content/en/a.md");
        let single = languages(&[], false);
        assert_eq!(single.locate(&path("content/fr/a.fr.md")).key.as_str(), "content/fr/a.fr.md");
    }

    #[test]
    fn addresses_have_a_language_and_counterparts() {
        let languages = languages(&["en", "fr"], false);
        for (route, language, french) in [
            ("/", 0, "/fr/"),
            ("/a/b/", 0, "/fr/a/b/"),
            ("/fr/", 1, "/fr/"),
            ("/fr/a/", 1, "/fr/a/"),
            ("/french/", 0, "/fr/french/"),
        ] {
            let route = Route::new(route);
            assert_eq!(languages.of_route(&route).0, language, "{route}");
            assert_eq!(languages.route_in(&route, LanguageId(1)).as_str(), french);
        }
        assert_eq!(languages.route_in(&Route::new("/fr/a/"), DEFAULT).as_str(), "/a/");
        let key = languages.counterpart(&path("content/fr/a.md"), LanguageId(1), DEFAULT);
        assert_eq!(key.as_str(), "content/a.md");
    }
}

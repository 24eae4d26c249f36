//! The keys of `recto.yml`, with a line of documentation each: for complaints, the reference page and editors.

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyDoc {
    /// The full name: `feed.limit` is inside of `feed`, `menu[].title` inside of each item of `menu`.
    pub key: &'static str,
    /// The kind of value.
    pub kind: &'static str,
    /// What holds when it isn't set.
    pub default: &'static str,
    /// What it does, in a sentence.
    pub doc: &'static str,
}

const fn key(key: &'static str, kind: &'static str, default: &'static str, doc: &'static str) -> KeyDoc {
    KeyDoc { key, kind, default, doc }
}

/// All keys, in the order of the reference page.
pub(super) const KEYS: &[KeyDoc] = &[
    key("format", "number", "1", "The version of this file's format."),
    key("title", "text", "the start page's title", "The site's name, in every page's head and in feeds."),
    key("description", "text", "none", "A sentence about the site, for search engines and feeds."),
    key(
        "base_url",
        "URL or path",
        "`/`",
        "Where the site is reached: `https://example.org/docs/`, or only the path.",
    ),
    key("language", "language tag", "`en`", "The language of pages that don't say theirs."),
    key(
        "languages",
        "list or mapping",
        "only `language`",
        "The languages of the site, each a tag or a mapping; the first one is the default, unless `language` names it.",
    ),
    key("languages[].tag", "language tag", "required in a list", "The tag; in a mapping it is the key."),
    key("languages[].name", "text", "its own name for itself", "What readers choose it by."),
    key("languages[].title", "text", "`title`", "The site's name in it."),
    key("languages[].description", "text", "`description`", "A sentence about the site in it."),
    key("languages[].dir", "`ltr` or `rtl`", "as the language is written", "The direction of its text."),
    key("languages[].menu", "list", "`menu`", "The links at the top of its pages."),
    key(
        "default_language_folder",
        "boolean",
        "`false`",
        "Whether pages of the default language are below `/en/`, too, and not at the root.",
    ),
    key(
        "untranslated",
        "`absent` or `original`",
        "`absent`",
        "What stands in a language for a page that it lacks: nothing, or the original with a notice.",
    ),
    key("author", "text", "none", "Who writes the site, for feeds and page heads."),
    key("theme", "name", "`default`", "The built-in theme to begin with."),
    key("url", "`pretty` or `plain`", "`pretty`", "Addresses as `/page/` or as `/page.html`."),
    key("content", "folder", "`content` if there is one, else all", "The folder that holds the pages."),
    key("output", "folder", "`public`", "Where `recto build` puts the site."),
    key("repo", "URL or mapping", "none", "The repository's page on a forge, for links to sources."),
    key("repo.url", "URL", "none", "The repository's page: `https://github.com/owner/name`."),
    key("repo.branch", "name", "`HEAD`, the default branch", "The branch that links to sources name."),
    key("taxonomies", "list", "`[tags]`", "Front matter keys that group pages; each a name or a mapping."),
    key(
        "taxonomies[].name",
        "name",
        "required",
        "The front matter key, and the first part of the addresses.",
    ),
    key("taxonomies[].paginate", "number", "`paginate`", "Pages per list of a term; 0 for all on one."),
    key("taxonomies[].feed", "boolean", "`false`", "Whether each term has a feed."),
    key("feed", "boolean or mapping", "`true`", "The feed of the newest pages."),
    key("feed.enabled", "boolean", "`true`", "Whether there is a feed."),
    key("feed.limit", "number", "20", "How many pages it holds."),
    key("last_changed", "boolean", "`true`", "Whether pages say who changed them last, and when, from Git."),
    key("search", "boolean", "`true`", "Whether readers can search the site."),
    key("paginate", "number", "0", "Pages per list of a section; 0 for all on one."),
    key("markdown", "mapping", "", "How Markdown is read."),
    key("markdown.smart_punctuation", "boolean", "`false`", "Curly quotes, dashes and ellipses."),
    key("markdown.math", "boolean", "`true`", "Formulas in `$…$` and `$$…$$`."),
    key("markdown.emoji", "boolean", "`true`", "Emoji by name: `:tada:`."),
    key("highlight", "mapping", "", "How code is shown."),
    key("highlight.line_numbers", "boolean", "`false`", "Line numbers beside code."),
    key("assets", "mapping", "", "How the theme's files are published."),
    key("assets.minify", "boolean", "`true`", "Whether its scripts and style sheets are made smaller."),
    key(
        "assets.hash",
        "boolean",
        "`true`",
        "Whether pages name them by addresses that can be kept for ever.",
    ),
    key("menu", "list", "empty", "The links at the top of every page."),
    key("menu[].title", "text", "required", "What the link says."),
    key("menu[].url", "URL or path", "required", "Where it leads: a page's file, an address or a URL."),
    key("extra", "mapping", "empty", "Anything for your own templates, as `site.extra`."),
];

/// The names of the keys directly inside of `prefix`, which is empty or ends in a dot.
pub(super) fn keys_in(prefix: &str) -> impl Iterator<Item = &'static str> {
    KEYS.iter().filter_map(move |key| key.key.strip_prefix(prefix)).filter(|name| !name.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_by_prefix_and_documented_once() {
        assert_eq!(keys_in("feed.").collect::<Vec<_>>(), ["enabled", "limit"]);
        assert_eq!(keys_in("menu[].").collect::<Vec<_>>(), ["title", "url"]);
        assert!(keys_in("").all(|name| !name.contains(['.', '['])));
        for (at, key) in KEYS.iter().enumerate() {
            assert!(KEYS[..at].iter().all(|other| other.key != key.key) && !key.doc.is_empty());
        }
    }
}

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
    /// What it does, in Markdown as the reference page has it.
    pub doc: &'static str,
}

const fn key(key: &'static str, kind: &'static str, default: &'static str, doc: &'static str) -> KeyDoc {
    KeyDoc { key, kind, default, doc }
}

/// All keys, in the groups and the order of the reference page.
pub(super) const GROUPS: &[(&str, &[KeyDoc])] = &[
    (
        "site",
        &[
            key(
                "format",
                "number",
                "1",
                "The version of this file's format. Write it down: later versions of Recto go on building the site the same way.",
            ),
            key(
                "title",
                "text",
                "the start page's title",
                "The site's name, in every page's head and in feeds.",
            ),
            key("description", "text", "none", "A sentence about the site, for search engines and feeds."),
            key(
                "base_url",
                "URL or path",
                "`/`",
                "Where the site is reached: `https://example.org/docs/`, or only the path. `--base-url` replaces it.",
            ),
            key(
                "language",
                "language tag",
                "`en`",
                "The language of pages that don't say theirs; of [several](#languages), the default one.",
            ),
            key("author", "text", "none", "Who writes the site, for feeds and the footer."),
            key("url", "`pretty` or `plain`", "`pretty`", "Addresses as `/page/` or as `/page.html`."),
            key("search", "boolean", "`true`", "Whether readers can [search](../guide/search.md) the site."),
            key("extra", "mapping", "empty", "Anything for your own templates, as `site.extra`."),
        ],
    ),
    (
        "look",
        &[
            key(
                "theme",
                "name or mapping",
                "`default`",
                "The [theme](../guide/themes.md): a built-in one, or a folder of `themes`. A mapping also has values for the theme's [settings](../guide/themes.md#settings).",
            ),
            key("theme.name", "name", "`default`", "The theme."),
            key(
                "colors",
                "mapping",
                "the theme's",
                "The [colours](../guide/look.md#colours) of the site, in hexadecimal and in quotes: `\"#1d5b4f\"`.",
            ),
            key("colors.accent", "colour or mapping", "the theme's", "Links, buttons, and what is chosen."),
            key("colors.paper", "colour or mapping", "the theme's", "What text stands on."),
            key("colors.ink", "colour or mapping", "the theme's", "Text."),
            key("colors.*.light", "colour", "the theme's", "The colour by day; a single value is this one."),
            key(
                "colors.*.dark",
                "colour",
                "for the accent made from `light`, else the theme's",
                "The colour by night.",
            ),
            key(
                "fonts",
                "mapping",
                "the theme's",
                "The [typefaces](../guide/look.md#typefaces) of the site.",
            ),
            key(
                "fonts.text",
                "typeface",
                "the theme's",
                "The face of text: a file, a list of families, or a name such as `sans`.",
            ),
            key("fonts.ui", "typeface", "that of text", "The face of what stands around the text."),
            key("fonts.code", "typeface", "the theme's", "The face of code."),
            key(
                "fonts.*.regular",
                "file",
                "none",
                "Its file. Without `bold` it is taken for one with all weights.",
            ),
            key("fonts.*.italic", "file", "none", "Its slanted form."),
            key("fonts.*.bold", "file", "none", "Its bold form."),
            key("fonts.*.bold_italic", "file", "none", "Its slanted bold form."),
            key(
                "fonts.*.families",
                "families",
                "none",
                "What stands in for letters that the file lacks, and until it is there.",
            ),
            key("logo", "file or mapping", "none", "The picture before the site's title."),
            key(
                "logo.light",
                "file",
                "required",
                "The picture on light paper, and on dark unless there is another.",
            ),
            key("logo.dark", "file", "`logo.light`", "The picture on dark paper."),
            key("logo.title", "boolean", "`true`", "Whether the title stands beside it."),
            key("favicon", "file", "the theme's", "The sign in the browser's tab: SVG, PNG or ICO."),
            key("menu", "list", "none", "The links at the top of every page."),
            key("menu[].title", "text", "required", "What the link says."),
            key(
                "menu[].url",
                "address or URL",
                "required without `children`",
                "Where it leads: `guide/index.md`, `/guide/` or `https://…`.",
            ),
            key("menu[].children", "list", "none", "Links that unfold below it, of the same form."),
            key(
                "footer",
                "Markdown or mapping",
                "none",
                "What stands at the foot of every page. Markdown alone is its text.",
            ),
            key("footer.text", "Markdown", "none", "A text, with links that begin with `/`."),
            key(
                "footer.links",
                "list",
                "author, taxonomies, feed, repository",
                "Links, as in `menu`, in place of those.",
            ),
            key(
                "social",
                "list",
                "none",
                "Where else you are, each an address or a mapping. [Signs](../guide/look.md#elsewhere) in the footer lead there.",
            ),
            key("social[].url", "URL", "required", "Where it leads."),
            key(
                "social[].title",
                "text",
                "the network's name",
                "What the link says to those who don't see the sign.",
            ),
            key("social[].icon", "name", "by the address", "The sign."),
            key("head", "HTML", "none", "What the head of every page has besides."),
        ],
    ),
    (
        "languages",
        &[
            key(
                "languages",
                "list or mapping",
                "only `language`",
                "The languages of the site, each a tag or a mapping. The first is the default one, unless `language` names it.",
            ),
            key(
                "languages[].tag",
                "language tag",
                "required in a list",
                "The tag; in a mapping it is the key: `fr: {title: …}`.",
            ),
            key("languages[].name", "text", "what it calls itself", "What readers choose it by."),
            key("languages[].title", "text", "`title`", "The site's name in it."),
            key("languages[].description", "text", "`description`", "A sentence about the site in it."),
            key(
                "languages[].dir",
                "`ltr` or `rtl`",
                "as the language is written",
                "The direction of its text.",
            ),
            key("languages[].menu", "list", "`menu`", "The links at the top of its pages."),
            key(
                "languages[].footer",
                "Markdown or mapping",
                "`footer`",
                "What stands at the foot of its pages.",
            ),
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
        ],
    ),
    (
        "files",
        &[
            key(
                "content",
                "folder",
                "`content` if there is one, else all",
                "The folder that holds the [pages](../guide/pages-and-folders.md#the-content-root).",
            ),
            key(
                "output",
                "folder",
                "`public`",
                "Where `recto build` puts the site. It must be a folder of its own. `--output` replaces it.",
            ),
            key(
                "repo",
                "URL or mapping",
                "none",
                "The repository's page on a forge, for links to sources. A URL is the short form of `repo: {url: …}`.",
            ),
            key("repo.url", "URL", "required", "The repository's page: `https://github.com/owner/name`."),
            key("repo.branch", "name", "the forge's own default", "The branch that links to sources name."),
            key(
                "last_changed",
                "boolean",
                "`true`",
                "Whether pages say who changed them last, and when, as Git knows it.",
            ),
        ],
    ),
    (
        "lists",
        &[
            key("paginate", "number", "0", "Entries that a section's list shows at a time; 0 for all."),
            key(
                "taxonomies",
                "list",
                "`[tags]`",
                "Front matter keys that [group pages](../guide/lists.md#taxonomies); each a name or a mapping.",
            ),
            key(
                "taxonomies[].name",
                "name",
                "required",
                "The front matter key, and the first part of the addresses.",
            ),
            key(
                "taxonomies[].paginate",
                "number",
                "50",
                "Pages that a term's list shows at a time; 0 for all.",
            ),
            key("taxonomies[].feed", "boolean", "`false`", "Whether each term has a feed."),
            key(
                "feed",
                "boolean or mapping",
                "`true`",
                "The [feeds](../guide/lists.md#feeds) of the newest pages.",
            ),
            key("feed.enabled", "boolean", "`true`", "Whether there are feeds."),
            key("feed.limit", "number", "20", "How many pages a feed holds, at least 1."),
        ],
    ),
    (
        "pages",
        &[
            key("markdown", "mapping", "", "How [Markdown](../guide/markdown.md) is read."),
            key("markdown.smart_punctuation", "boolean", "`false`", "Curly quotes, dashes and ellipses."),
            key("markdown.math", "boolean", "`true`", "Formulas in `$…$` and `$$…$$`."),
            key("markdown.emoji", "boolean", "`true`", "Emoji by name: `:tada:`."),
            key("highlight", "mapping", "", "How [code](../guide/code.md) is shown."),
            key("highlight.line_numbers", "boolean", "`false`", "Line numbers beside all code."),
            key("assets", "mapping", "", "How the [theme's files](../guide/assets.md) are published."),
            key(
                "assets.minify",
                "boolean",
                "`true`",
                "Whether its style sheets and scripts are made smaller.",
            ),
            key(
                "assets.hash",
                "boolean",
                "`true`",
                "Whether pages name them by addresses with a hash, which browsers can keep for ever.",
            ),
            key(
                "assets.inline",
                "boolean",
                "`true`",
                "Whether the styles for [what readers see first](../guide/assets.md#seen-at-once) are in the pages themselves.",
            ),
            key(
                "compress",
                "boolean or list",
                "`false`",
                "Whether text is written [compressed](../guide/publishing.md#compressed-beforehand), too: `true` for `[br, gz]`.",
            ),
            key("images", "mapping", "", "How [pictures](../guide/images.md) are made smaller."),
            key(
                "images.resize",
                "boolean",
                "`false`",
                "Whether all JPEG and PNG pictures that pages show are, unless they say `{resize=false}`.",
            ),
            key("images.widths", "list of numbers", "`[480, 960, 1600]`", "The widths, in pixels."),
            key(
                "images.format",
                "`webp`, `avif` or `original`",
                "`webp`",
                "What they become; `avif` is for photographs, and takes long to make.",
            ),
            key("images.quality", "number", "80", "From 1 to 100, for what loses something."),
            key(
                "images.sizes",
                "text",
                "`(min-width: 40rem) 36rem, 100vw`",
                "How wide pages show them, as in the attribute `sizes`.",
            ),
        ],
    ),
];

/// All keys.
pub(super) fn all() -> impl Iterator<Item = &'static KeyDoc> {
    GROUPS.iter().flat_map(|(_, keys)| *keys)
}

/// The names of the keys directly inside of `prefix`, which is empty or ends in a dot.
pub(super) fn keys_in(prefix: &str) -> impl Iterator<Item = &'static str> {
    all().filter_map(move |key| key.key.strip_prefix(prefix)).filter(|name| !name.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_by_prefix_and_documented_once() {
        assert_eq!(keys_in("feed.").collect::<Vec<_>>(), ["enabled", "limit"]);
        assert_eq!(keys_in("menu[].").collect::<Vec<_>>(), ["title", "url", "children"]);
        assert!(keys_in("").all(|name| !name.contains(['.', '['])));
        let mut names: Vec<&str> = all().map(|key| key.key).collect();
        assert!(all().all(|key| !key.doc.is_empty()));
        names.sort_unstable();
        assert!(names.windows(2).all(|two| two[0] != two[1]), "{names:?}");
    }
}

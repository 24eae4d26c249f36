//! The small pools that paths, titles, tags and targets of links come from: small, so that what one file asks for is
//! there, goes away and comes back while others change.

use super::{rng::Rng, state::State};

/// Folders of pages, from the content root; the root itself most often.
const FOLDERS: &[&str] = &[
    "",
    "",
    "",
    "guide/",
    "guide/",
    "guide/deep/",
    "blog/",
    "blog/",
    "wiki/",
    "_notes/",
    "fr/",
    "fr/guide/",
];
/// Names of pages: some make a folder's page, some differ in case or accents only, some are special.
const STEMS: &[&str] = &[
    "index",
    "index",
    "index",
    "README",
    "_index",
    "alpha",
    "alpha",
    "beta",
    "beta",
    "gamma",
    "delta",
    "Alpha",
    "über",
    "u\u{308}ber",
    "01-first",
    "10-tenth",
    "my page",
    "_part",
    "guide",
    "blog",
    "wiki",
    "tags",
    "404",
    "page",
    "index.fr",
    "alpha.fr",
    "beta.fr",
    "README.fr",
    "gamma.en",
    "404.fr",
];
/// Titles and names, as front matter, headings and wiki links have them.
pub(crate) const TITLES: &[&str] =
    &["Alpha", "Beta", "Gamma", "My page", "Über", "Same", "Same", "Guide", "alpha", "01", "A & <b>"];
/// Terms of taxonomies.
pub(crate) const TERMS: &[&str] =
    &["rust", "rust", "garden", "Rust", "garden", "a b", "C++", "cooking/bread", "rare", "größe"];
/// Headings; some give the same id.
pub(crate) const HEADINGS: &[&str] =
    &["Usage", "Usage", "Care", "How it works", "Größe {#size}", "Alpha", "Care {#usage}", "`code` & more"];
/// What links put behind `#`.
const FRAGMENTS: &[&str] =
    &["usage", "usage-1", "care", "size", "Care", "how-it-works", "nowhere", "top", "mark"];
/// Words of text.
const WORDS: &[&str] = &[
    "a", "loaf", "of", "bread", "is", "baked", "in", "the", "oven", "until", "crust", "sounds", "hollow",
    "then", "it", "rests", "*slowly*", "**well**", "`flour`", ":tada:", "\"so\"", "--", "$x^2$", "~~not~~",
    "...", "H~2~O", "&amp;",
];
/// Files that are not pages, from the root of the site; `@` stands for the content root.
pub(crate) const ASSETS: &[&str] = &[
    "@pic.png",
    "@pic.png",
    "@guide/pic.png",
    "@files/plan.pdf",
    "@files/code.rs",
    "@files/code.rs",
    "@files/other.txt",
    "@alpha",
    "@guide/alpha.html",
    "@robots.txt",
    "@feed.xml",
    "@theme",
    "@.well-known/x.txt",
    "@.hidden/page.md",
    "@CNAME",
    "LICENSE",
    "src/lib.rs",
];
/// Files of data.
pub(crate) const DATA: &[&str] = &[
    "data/prices.csv",
    "data/prices.csv",
    "data/prices.csv",
    "data/team.yml",
    "data/team.json",
    "@data/local.toml",
    "@prices.csv",
];
/// Layouts, of which the built-in theme has some.
pub(crate) const LAYOUTS: &[&str] = &["wide", "post", "page", "section", "none", "wide.html"];

/// The content root, with a `/` at its end if it isn't the site's root.
pub(crate) fn content(state: &State) -> String {
    let config = state.text("recto.yml").unwrap_or_default();
    let named = config.lines().find_map(|line| line.strip_prefix("content:")).map(str::trim);
    match named {
        Some("" | ".") => String::new(),
        Some(folder) => format!("{folder}/"),
        None if state.is_folder("content") => "content/".to_owned(),
        None => String::new(),
    }
}

/// A path with `@` in place of the content root.
pub(crate) fn in_content(path: &str, content: &str) -> String {
    path.strip_prefix('@').map_or_else(|| path.to_owned(), |rest| format!("{content}{rest}"))
}

/// A page's path from the content root.
fn page_below(rng: &mut Rng) -> String {
    let extension = if rng.chance(95) { "md" } else { "markdown" };
    format!("{}{}.{extension}", rng.pick(FOLDERS), rng.pick(STEMS))
}

/// The path of a page that may or may not be there.
pub(crate) fn page(rng: &mut Rng, state: &State) -> String {
    format!("{}{}", content(state), page_below(rng))
}

/// A file that gives an order of reading, from the content root.
pub(crate) fn summary(rng: &mut Rng) -> &'static str {
    rng.pick(&["SUMMARY.md", "SUMMARY.md", "SUMMARY.md", "SUMMARY.fr.md", "fr/SUMMARY.md"])
}

/// A folder of the pool, without `/` at its end; the content root is empty.
pub(crate) fn folder(rng: &mut Rng) -> &'static str {
    rng.pick(FOLDERS).trim_end_matches('/')
}

/// Some words of text, with inline markup.
pub(crate) fn words(rng: &mut Rng, n_words: usize) -> String {
    (0..n_words).map(|_| rng.pick(WORDS)).collect::<Vec<_>>().join(" ")
}

/// A page's path from the content root: mostly of one that is there.
pub(crate) fn known_page(rng: &mut Rng, state: &State) -> String {
    let content = content(state);
    let pages: Vec<&str> = state
        .files
        .keys()
        .filter_map(|path| path.strip_prefix(content.as_str()))
        .filter(|path| is_page(path))
        .collect();
    match rng.pick_of(&pages) {
        Some(path) if rng.chance(70) => (*path).to_owned(),
        _ => page_below(rng),
    }
}

/// The path of a data file, mostly of one that is there.
pub(crate) fn known_data(rng: &mut Rng, state: &State) -> String {
    let paths: Vec<&String> = state.files.keys().filter(|path| is_data(path)).collect();
    match rng.pick_of(&paths) {
        Some(path) if rng.chance(80) => (*path).clone(),
        _ => rng.pick(DATA).trim_start_matches('@').to_owned(),
    }
}

/// Whether a path is that of a data file.
pub(crate) fn is_data(path: &str) -> bool {
    path.ends_with(".csv") || path.ends_with(".json") || path.ends_with(".toml") || path.starts_with("data/")
}

/// Whether a path is that of a Markdown file.
pub(crate) fn is_page(path: &str) -> bool {
    path.ends_with(".md") || path.ends_with(".markdown")
}

/// The target of a link that stands in the file at `from`, in one of the ways that authors write.
pub(crate) fn target(rng: &mut Rng, state: &State, from: &str) -> String {
    let page = known_page(rng, state);
    let stem = page.rsplit_once('.').map_or(page.as_str(), |(stem, _)| stem).to_owned();
    let mut target = match rng.below(16) {
        0..=4 => relative(state, from, &page),
        5 => relative(state, from, &stem),
        6 => format!("/{page}"),
        7 => format!("/{stem}/"),
        8 => format!("@/{page}"),
        9 => page,
        10 => format!("{}/", relative(state, from, &stem)),
        11 => format!("/{stem}.html"),
        12 => relative(state, from, &format!("{}/", folder(rng))),
        13 => relative(state, from, "files/"),
        14 => asset_target(rng, state, from),
        _ => rng
            .pick(&["", "https://example.org/", "../../outside.md", "mailto:a@example.org", "/"])
            .to_owned(),
    };
    if rng.chance(30) {
        target = format!("{target}#{}", rng.pick(FRAGMENTS));
    }
    target.replace(' ', "%20")
}

/// The target of a link to a file that is no page.
pub(crate) fn asset_target(rng: &mut Rng, state: &State, from: &str) -> String {
    let asset = rng.pick(ASSETS);
    match asset.strip_prefix('@') {
        Some(path) if rng.chance(70) => relative(state, from, path),
        Some(path) => format!("/{path}"),
        None => format!("/{asset}"),
    }
}

/// What stands between `[[` and `]]`.
pub(crate) fn wiki_target(rng: &mut Rng, state: &State) -> String {
    let page = known_page(rng, state);
    let stem = page.rsplit_once('.').map_or(page.as_str(), |(stem, _)| stem);
    let mut target = match rng.below(8) {
        0..=2 => rng.pick(TITLES).to_owned(),
        3 => stem.to_owned(),
        4 => stem.rsplit('/').next().unwrap_or_default().to_owned(),
        5 => page,
        6 => rng.pick(&["former", "pic.png", "plan.pdf", "code.rs", "Not written", ""]).to_owned(),
        _ => format!("guide/{}", rng.pick(TITLES)),
    };
    if rng.chance(35) {
        target = format!("{target}#{}", rng.pick(FRAGMENTS));
    }
    target
}

/// The path to `to`, which is seen from the content root, from the folder of the file at `from`.
fn relative(state: &State, from: &str, to: &str) -> String {
    let content = content(state);
    let below = from.strip_prefix(content.as_str()).unwrap_or(from);
    format!("{}{to}", "../".repeat(below.matches('/').count()))
}

//! Sites in several languages: which pages there are, where links lead, what belongs together.

use super::load;
use crate::{
    base::path::RepoPath,
    site::{
        Site,
        languages::{DEFAULT, LanguageId},
        resolve::{Destination, Spelling},
    },
    source::Memory,
};

const FRENCH: LanguageId = LanguageId(1);

fn site(config: &str, files: &[(&str, &str)]) -> Site {
    let source = Memory::new().file("recto.yml", config);
    load(&files.iter().fold(source, |source, (path, text)| source.file(&format!("content/{path}"), text)))
}

/// Every page with its file.
fn pages(site: &Site) -> Vec<String> {
    let mut pages: Vec<String> = site
        .pages()
        .iter()
        .map(|(_, page)| format!("{} {}", page.route, page.path().relative_to(site.content()).unwrap_or("?")))
        .collect();
    pages.sort();
    pages
}

fn titles(site: &Site, language: LanguageId) -> Vec<&str> {
    site.nav(language).top().into_iter().map(|entry| entry.title).collect()
}

const MIXED: [(&str, &str); 9] = [
    ("index.md", "# Home"),
    ("README.fr.md", "# Accueil"),
    ("a.md", "---\nweight: 2\n---\n# A"),
    ("a.fr.md", "# Ah"),
    ("b.md", "---\nweight: 1\n---\n# B"),
    ("fr/b.md", "# Beh"),
    ("only.md", "# Only"),
    ("fr/about.fr.md", "---\ntranslation_of: /only\n---\n# À propos"),
    ("guide/deep.md", "# Deep"),
];

#[test]
fn translations_stand_beside_their_originals_or_in_a_folder() {
    let site = site("languages: [en, fr]\n", &MIXED);
    assert_eq!(
        pages(&site),
        [
            "/ index.md",
            "/a/ a.md",
            "/b/ b.md",
            "/fr/ README.fr.md",
            "/fr/a/ a.fr.md",
            "/fr/about/ fr/about.fr.md",
            "/fr/b/ fr/b.md",
            "/guide/deep/ guide/deep.md",
            "/only/ only.md",
        ]
    );
    assert_eq!(titles(&site, DEFAULT), ["Home", "B", "A", "Guide", "Only"]);
    // In the order of the originals' weights.
    assert_eq!(titles(&site, FRENCH), ["Accueil", "Beh", "Ah", "À propos"]);
    let page = |path: &str| site.page_of_file(&RepoPath::new(path).expect("a path")).expect("a page");
    for (original, translation) in
        [("index.md", "README.fr.md"), ("only.md", "fr/about.fr.md"), ("b.md", "fr/b.md")]
    {
        let (original, translation) =
            (page(&format!("content/{original}")), page(&format!("content/{translation}")));
        assert_eq!(site.translations().in_language(original, FRENCH), Some(translation));
        assert_eq!(site.translations().original_of(translation), Some(original));
    }
    assert_eq!(site.diagnostics(), []);
}

#[test]
fn originals_stand_in_for_what_is_not_translated_if_that_is_wanted() {
    let site = site("languages: [en, fr]\nuntranslated: original\n", &MIXED);
    let french: Vec<String> = pages(&site).into_iter().filter(|page| page.starts_with("/fr/")).collect();
    assert_eq!(
        french,
        [
            "/fr/ README.fr.md",
            "/fr/a/ a.fr.md",
            "/fr/about/ fr/about.fr.md",
            "/fr/b/ fr/b.md",
            "/fr/guide/deep/ guide/deep.md",
        ]
    );
    assert_eq!(titles(&site, FRENCH), ["Accueil", "Beh", "Ah", "À propos", "Guide"]);
}

#[test]
fn the_default_language_can_have_a_folder() {
    let site = site("languages: [en, fr]\ndefault_language_folder: true\n", &MIXED);
    assert!(pages(&site).contains(&"/en/a/ a.md".to_owned()), "{:?}", pages(&site));
    let routes: Vec<&str> = site.routes().iter().map(|(route, _)| route.as_str()).collect();
    for route in ["/", "/404.html", "/fr/404.html", "/en/feed.xml", "/fr/feed.xml", "/en/", "/sitemap.xml"] {
        assert!(routes.contains(&route), "{route} of {routes:?}");
    }
}

#[test]
fn without_languages_nothing_is_special() {
    let site = site("title: x\n", &MIXED);
    assert!(pages(&site).contains(&"/a.fr/ a.fr.md".to_owned()), "{:?}", pages(&site));
}

#[test]
fn links_lead_to_the_language_of_the_reader_first() {
    let files: Vec<(&str, &str)> =
        MIXED.into_iter().chain([("img.png", ""), ("img.fr.png", ""), ("one.png", "")]).collect();
    let site = site("languages: [en, fr]\n", &files);
    let lead = |spelling, file: &str, target: &str| {
        let file = RepoPath::new(&format!("content/{file}")).expect("a path");
        let route = site.route_of_file(&file).expect("a page");
        match site.destination(spelling, target, &file, &route) {
            Destination::Internal { route, .. } => route.to_string(),
            other => format!("{other:?}"),
        }
    };
    for (file, target, expected) in [
        ("a.fr.md", "b.md", "/fr/b/"),
        ("a.fr.md", "b", "/fr/b/"),
        ("a.fr.md", "/b/", "/fr/b/"),
        ("a.fr.md", "only.md", "/fr/about/"),
        ("a.fr.md", "guide/deep.md", "/guide/deep/"),
        ("a.fr.md", "index.md", "/fr/"),
        ("a.fr.md", "img.png", "/img.fr.png"),
        ("a.fr.md", "one.png", "/one.png"),
        ("fr/b.md", "a.md", "/fr/a/"),
        ("fr/b.md", "guide/deep.md", "/guide/deep/"),
        ("fr/b.md", "one.png", "/one.png"),
        ("fr/b.md", "../only.md", "/fr/about/"),
        ("a.md", "b.md", "/b/"),
        ("a.md", "a.fr.md", "/fr/a/"),
        ("a.md", "fr/b.md", "/fr/b/"),
        ("a.md", "img.png", "/img.png"),
    ] {
        assert_eq!(lead(Spelling::Path, file, target), expected, "`{target}` in `{file}`");
    }
    for (file, name, expected) in [
        ("a.fr.md", "b", "/fr/b/"),
        ("a.fr.md", "B", "/fr/b/"),
        ("a.fr.md", "Only", "/fr/about/"),
        ("a.fr.md", "deep", "/guide/deep/"),
        ("a.md", "Beh", "/fr/b/"),
        ("a.md", "b", "/b/"),
    ] {
        assert_eq!(lead(Spelling::Wiki, file, name), expected, "`[[{name}]]` in `{file}`");
    }
}

#[test]
fn what_does_not_fit_is_told() {
    let files = [
        ("a.md", "# A"),
        ("a.fr.md", "# Ah"),
        ("b.fr.md", "---\ntranslation_of: a.md\n---\n# B"),
        ("c.fr.md", "---\ntranslation_of: gone.md\n---\n# C"),
        ("fr/a.md", "# Again"),
    ];
    let site = site("languages: [en, fr]\n", &files);
    let codes: Vec<&str> = site.diagnostics().iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["two-translations", "unknown-original", "duplicate-address"]);
    let notes: Vec<String> = site.translation_diagnostics().into_iter().map(|note| note.message).collect();
    assert_eq!(notes, Vec::<String>::new());
}

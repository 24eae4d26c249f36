//! What a build writes: the same bytes for the same input, whichever way it comes, and no more than the site has.

mod support;

use std::collections::BTreeSet;

use support::{Built, TestSite};

/// A small site with a bit of everything.
fn garden() -> TestSite {
    TestSite::new()
        .file("recto.yml", "title: Garden\nauthor: Ada\ntaxonomies: [tags, {name: kinds, paginate: 2, feed: true}]\n")
        .file("index.md", "# Garden\n\nSee [tulips](plants/tulip.md), [the plan](files/plan.pdf) and [all](plants/).\n")
        .file("plants/index.md", "---\ntitle: Plants\npaginate: 2\n---\nAll of them.\n")
        .file("plants/tulip.md", &plant("Tulip", 1, "![it](tulip.png) grows beside [roses](rose.md#care)."))
        .file("plants/rose.md", &plant("Rose", 2, "## Care\n\n```rust\nfn water() {}\n```\n\n$x^2$ :rose:"))
        .file("plants/oak & co.md", &plant("Oak & <co>", 3, "See [[Tulip]] and ![[rose#Care]]."))
        .bytes("plants/tulip.png", b"\x89PNG\0")
        .bytes("files/plan.pdf", b"%PDF")
        .file("notes.md", "---\naliases: [/old/notes/, /older.html]\ntags: [a b, C++]\n---\nText\n\n{{#include _part.md}}\n")
        .file("_part.md", "A [part](notes.md), not a page.\n")
        .file("gone.md", "---\nredirect: notes.md\n---\n")
}

fn plant(title: &str, day: u32, text: &str) -> String {
    let head = format!("title: '{title}'\ndate: 2024-05-0{day}\nkinds: [plant, 'k{day}']\ntags: [garden]");
    format!("---\n{head}\n---\n{text}\n")
}

/// The values of `href` and `src` in some HTML.
fn links(html: &str) -> BTreeSet<String> {
    let after = |name: &'static str| html.split(name).skip(1).filter_map(|rest| rest.split('"').next());
    let unescape = |link: &str| link.replace("&amp;", "&").replace("&#39;", "'");
    after(" href=\"").chain(after(" src=\"")).map(unescape).collect()
}

/// Expects that all pages link only to addresses below `base` that exist.
fn links_lead_somewhere(built: &Built, base: &str) {
    let paths: BTreeSet<String> = built.paths().into_iter().collect();
    let mut n_links = 0;
    for path in paths.iter().filter(|path| path.ends_with(".html")) {
        for link in links(&built.page(path)) {
            if link.starts_with('#') || link.starts_with("https://") {
                continue;
            }
            let Some(target) = link.strip_prefix(base) else {
                panic!("`{link}` in `{path}` is not below `{base}`")
            };
            let target = target.split('#').next().unwrap_or_default();
            let target = percent_encoding::percent_decode_str(target).decode_utf8().expect("UTF-8");
            let file = if target.is_empty() || target.ends_with('/') {
                format!("{target}index.html")
            } else {
                target.into_owned()
            };
            assert!(paths.contains(&file), "`{link}` in `{path}` leads nowhere; there are {paths:?}");
            n_links += 1;
        }
    }
    assert!(n_links > 20, "there are {n_links} links only");
}

/// Expects XML in which tags close as they open, and `&` and `<` are escaped.
#[track_caller]
fn well_formed(xml: &str) {
    let text = xml.strip_prefix("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n").expect("a declaration");
    let mut open = Vec::new();
    for part in text.split('<').skip(1) {
        let (tag, text) = part.split_once('>').expect("tags end");
        let name = tag
            .trim_start_matches('/')
            .trim_end_matches('/')
            .split_whitespace()
            .next()
            .expect("tags have names");
        assert!(!text.contains('>'), "{part}");
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "closed by {tag}");
        } else if !tag.ends_with('/') {
            open.push(name);
        }
        for entity in part.split('&').skip(1) {
            let name = entity.split(';').next().unwrap_or_default();
            assert!(matches!(name, "amp" | "lt" | "gt" | "quot" | "#39"), "{part}");
        }
    }
    assert!(open.is_empty(), "{open:?} stay open");
}

/// Where the first of these stands, then the second, and so on: each after the one before.
#[track_caller]
fn in_order(text: &str, parts: &[&str]) {
    let mut rest = text;
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else {
            panic!("`{part}` is not where it should be in\n{text}")
        };
        rest = after;
    }
}

// The same bytes.

#[test]
fn a_file_named_like_the_folder_of_the_theme_is_told_about() {
    let built = TestSite::new().file("a.md", "# A\n").file("theme", "x").build();
    built.code(1);
    assert_eq!(built.problem("duplicate-address").len(), 1);
    built.has("a/index.html").has("theme/fonts/OFL-Literata.txt");
}

#[test]
fn the_config_names_files_from_the_content_or_from_where_it_is() {
    for logo in ["img/l.svg", "docs/img/l.svg"] {
        let built = TestSite::new()
            .file("recto.yml", &format!("content: docs\nlogo: {logo}\n"))
            .file("docs/img/l.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>")
            .file("docs/index.md", "# A\n")
            .build();
        built.code(0).no_problems();
        assert!(built.page("index.html").contains("<img src=\"/img/l.svg\""), "{}", built.page("index.html"));
    }
}

#[test]
fn a_component_takes_the_values_of_the_page_whose_text_calls_it() {
    let built = TestSite::new()
        .file(
            "themes/default/components/about.html",
            "{% component about(@page) %}<b>{{ page.title }}, {{ page.n_words }}</b>{% endcomponent %}",
        )
        .file("bread.md", "# Bread\n\nOne two.\n\n::about\n")
        .file("meal.md", "# Meal\n\n![[bread]]\n")
        .build();
    built.code(0).no_problems();
    for page in ["bread/index.html", "meal/index.html"] {
        assert!(built.page(page).contains("<b>Bread, "), "{}", built.page(page));
    }
}

#[test]
fn parts_that_all_pages_share_speak_their_language_and_can_be_replaced() {
    let site = TestSite::new()
        .file("recto.yml", "title: A\nlanguages: [en, fr, de]\n")
        .file("a.md", "# First\n")
        .file("a.fr.md", "# Premier\n")
        .file("a.de.md", "# Erste\n");
    let built = site.build();
    let switch = |page: &str| {
        let page = built.page(page);
        let found = page
            .split("aria-label=\"")
            .find(|part| part.contains("<path class=\"when-system\""))
            .expect(&page);
        found.split('"').next().unwrap_or_default().to_owned()
    };
    assert_eq!(
        ["a/index.html", "fr/a/index.html", "de/a/index.html"].map(switch),
        ["Colours", "Couleurs", "Farben"]
    );
    // A part of its own may show the page that it is on.
    let footer = "<footer>{{ page.title }} {{ t(key=\"home\") }}</footer>";
    let built = site.file("themes/default/templates/partials/footer.html", footer).build();
    built.code(0).no_problems();
    for (page, footer) in [("a/index.html", "First Home"), ("fr/a/index.html", "Premier Accueil")] {
        assert!(built.page(page).contains(&format!("<footer>{footer}</footer>")), "{}", built.page(page));
    }
}

#[test]
fn pages_keep_a_place_for_pictures_of_the_site() {
    let built = TestSite::new()
        .bytes("dot.gif", b"GIF89a\x03\x00\x02\x00\x80\0\0")
        .file("a.md", "![a](dot.gif) ![b](dot.gif){width=30} ![c](dot.gif){width=50%} ![[dot.gif|6]] ![e](https://x.example/dot.gif)\n")
        .build();
    built.code(0).no_problems();
    let page = built.page("a/index.html");
    let sizes = [
        "alt=\"a\" width=\"3\" height=\"2\"",
        "width=\"30\" height=\"20\"",
        "width=\"50%\" loading",
        "width=\"6\" height=\"4\"",
        "alt=\"e\" loading",
    ];
    for expected in sizes {
        assert!(page.contains(expected), "{expected} in {page}");
    }
}

#[test]
fn pages_lead_to_their_source_and_their_last_commit() {
    let built = TestSite::new()
        .file("docs/recto.yml", "repo: https://github.com/owner/name\n")
        .file("docs/a.md", "# A\n")
        .commit()
        .build_into("docs/public", &["docs"]);
    built.code(0).no_problems();
    let page = built.page("a/index.html");
    assert!(page.contains("href=\"https://github.com/owner/name/edit/HEAD/docs/a.md\""), "{page}");
    assert!(page.contains("href=\"https://github.com/owner/name/commit/"), "{page}");
    assert!(page.contains("1 January 2024</time></a> by Ada"), "{page}");
}

#[test]
fn a_limit_of_feeds_concerns_no_page() {
    let site = garden().file("recto.yml", "feed: {limit: 5}\n");
    site.build();
    let again = site.file("recto.yml", "feed: {limit: 1}\n").build();
    assert_eq!(again.count("rendered"), 2, "the feeds of the site and of its plants");
}

#[test]
fn explain_takes_paths_from_the_content_root_and_says_why_a_page_is_not_published() {
    let site = TestSite::new()
        .file("recto.yml", "title: T\ncontent: content\n")
        .file("content/guide/a.md", "# A\n")
        .file("content/guide/b.md", "---\npublish: 2227-01-01\n---\n# B\n")
        .file("content/guide/c.md", "---\ndraft: true\n---\n# C\n");
    let check = |path: &str, expected: &str| {
        let said = site.build_with(&["--explain", path]).stderr();
        assert!(said.contains(expected), "{path}: {said}");
    };
    check("guide/a.md", "`/guide/a/` was rendered");
    check("content/guide/a.md", "`/guide/a/` was");
    check("guide/b.md", "`content/guide/b.md` is not published before 2227-01-01; `--future` shows it");
    check("content/guide/c.md", "`content/guide/c.md` is not published: it is a draft");
    check("guide/d.md", "`guide/d.md` is no page, file or address of the site");
}

#[test]
fn explain_knows_the_files_of_a_theme() {
    let site = TestSite::new().file("a.md", "# A\n").file("themes/default/own.css", "b {}");
    let built = site.build_with(&["--explain", "themes/default/own.css"]);
    let explained = built.code(0).stderr();
    assert!(explained.contains("`/theme/own.css` was rendered"), "{explained}");
}

#[test]
fn a_template_is_given_all_that_it_names() {
    let fields = ["backlinks", "breadcrumbs", "next", "previous", "related", "show_toc", "toc"];
    let with = |template: &str| {
        let tulip = plant("Tulip", 1, "## Where\n\nBeside [roses](rose.md).\n\n## When\n\nIn May.");
        let site = garden().file("plants/tulip.md", &tulip);
        let built = site.file("themes/default/templates/page.html", template).build();
        ["rose", "tulip"].map(|name| built.page(&format!("plants/{name}/index.html")))
    };
    for field in fields {
        let named = with(&format!("{{{{ page.{field} | json }}}}"));
        assert_eq!(named, with(&format!("{{% set it = page %}}{{{{ it.{field} | json }}}}")), "{field}");
        assert!(named.iter().any(|html| !["[]", "null", "false"].contains(&html.trim())), "{field}");
    }
    assert!(with("{{ nav | json }}").iter().all(|html| html.contains("Plants")));
}

#[test]
fn what_no_template_names_renders_nothing_anew() {
    let title = |title: &str| plant(title, 1, "A [rose](rose.md).");
    let bare = "<h1>{{ page.title }}</h1>{{ content }}";
    let site = garden()
        .file("plants/tulip.md", &title("Tulip"))
        .file("themes/default/templates/page.html", bare)
        .file("themes/default/templates/section.html", bare);
    site.build();
    let built = site.file("plants/tulip.md", &title("Tulips")).build_with(&["--explain", "plants/rose.md"]);
    assert!(built.stderr().contains("was kept"), "{}", built.stderr());
}

#[test]
fn threads_change_nothing() {
    let site = garden();
    let one = site.build_into("../one", &["--jobs", "1"]);
    let two = site.build_into("../two", &["--jobs", "2"]);
    one.code(0).no_problems();
    assert_eq!(one.files(), two.files());
}

#[test]
fn a_second_build_writes_nothing() {
    let site = garden();
    let first = site.build();
    assert_eq!(first.count("written"), first.count("routes"));
    let second = site.build();
    assert_eq!((second.count("written"), second.count("removed")), (0, 0));
    assert_eq!(second.count("unchanged"), first.count("routes"));
}

#[test]
fn a_build_over_an_old_one_equals_a_clean_one() {
    let site = garden();
    site.build().code(0);
    site.write("plants/rose.md", "---\ntitle: Dog rose\n---\nNo more care.\n");
    site.remove("gone.md");
    site.remove("files/plan.pdf");
    site.write("new/page.md", "New\n");
    let over = site.build();
    let clean = site.build_into("../clean", &[]);
    assert_eq!(over.files(), clean.files());
    over.lacks("gone").lacks("files").has("new/page/index.html");
}

#[test]
fn a_commit_gives_the_bytes_of_the_folder() {
    let site = garden().commit();
    let folder = site.build_into("../folder", &[]);
    let commit = site.build_into("../commit", &["--rev", "HEAD"]);
    commit.code(0).no_problems();
    assert_eq!(folder.files(), commit.files());
    site.write("index.md", "not committed");
    let later = site.build_into("../later", &["--rev", "main"]);
    assert_eq!(later.files(), commit.files());
}

#[test]
fn a_folder_of_a_commit_gives_the_bytes_of_the_folder() {
    let site = TestSite::new()
        .file("README.md", "# The repository\n")
        .file("docs/index.md", "# Docs\n\n[a](a.md) ![b](img/b.png)\n")
        .file("docs/a.md", "# A\n")
        .bytes("docs/img/b.png", b"\0")
        .commit();
    let folder = site.build_into("../folder", &["docs"]);
    let commit = site.build_into("../commit", &["docs", "--rev", "main"]);
    commit.code(0).no_problems().has("a/index.html").lacks("docs");
    assert_eq!(folder.files(), commit.files());
}

#[test]
fn a_bare_repository_gives_the_bytes_of_the_folder() {
    let site = garden().commit();
    site.git("clone --quiet --bare . ../bare.git");
    let folder = site.build_into("../folder", &[]);
    let bare = site.build_into("../out", &["../bare.git", "--rev", "main"]);
    bare.code(0);
    assert_eq!(folder.files(), bare.files());
}

// Addresses.

#[test]
fn all_links_lead_somewhere() {
    links_lead_somewhere(garden().build().code(0).no_problems(), "/");
}

#[test]
fn a_base_path_stands_before_every_address() {
    let built = garden().build_with(&["--base-url", "/sub/"]);
    links_lead_somewhere(built.code(0).no_problems(), "/sub/");
    built.has("plants/tulip/index.html").lacks("sub");
    assert!(built.page("old/notes/index.html").contains("url=/sub/notes/"));
}

#[test]
fn a_base_url_is_in_feeds_and_canonical_links() {
    let built = garden().build_with(&["--base-url", "https://example.org/sub/"]);
    built.code(0).no_problems();
    assert!(
        built
            .page("notes/index.html")
            .contains("<link rel=\"canonical\" href=\"https://example.org/sub/notes/\">")
    );
    assert!(built.page("feed.xml").contains("<id>https://example.org/sub/plants/tulip/</id>"));
    assert!(built.page("sitemap.xml").contains("<loc>https://example.org/sub/plants/oak-&amp;-co/</loc>"));
    assert!(built.page("robots.txt").contains("Sitemap: https://example.org/sub/sitemap.xml"));
}

#[test]
fn plain_addresses_are_files() {
    let built = garden().file("recto.yml", "title: Garden\nurl: plain\n").build();
    built
        .code(0)
        .no_problems()
        .has("plants/tulip.html")
        .has("notes.html")
        .has("plants/index.html")
        .has("index.html");
    built.lacks("plants/tulip/index.html");
    links_lead_somewhere(&built, "/");
}

#[test]
fn aliases_and_redirects_lead_to_the_page() {
    let built = garden().build();
    for path in ["old/notes/index.html", "older.html", "gone/index.html"] {
        let html = built.page(path);
        assert!(html.contains("<meta http-equiv=\"refresh\" content=\"0; url=/notes/\">"), "{html}");
        assert!(html.contains("noindex"));
    }
    let sitemap = built.page("sitemap.xml");
    assert!(!sitemap.contains("old") && !sitemap.contains("gone") && sitemap.contains("/notes/"));
}

#[test]
fn a_site_has_a_404_page_a_sitemap_and_rules_for_robots() {
    let built = TestSite::with_good_page().build();
    built.code(0).no_problems().has("404.html").has("robots.txt").has("index.html");
    well_formed(&built.page("sitemap.xml"));
    assert!(built.page("404.html").contains("noindex"));
    let own = TestSite::new()
        .file("404.md", "# Lost\n\nTry the [start](/).\n")
        .file("index.md", "# Home\n")
        .build();
    own.code(0).no_problems();
    assert!(own.page("404.html").contains("Lost"));
    assert!(!own.page("sitemap.xml").contains("404"));
}

// What is published.

#[test]
fn what_is_no_longer_published_is_removed() {
    let site = TestSite::with_good_page().file("a.md", "# A\n").file("b.md", "# B\n").file("c.md", "# C\n");
    site.build().has("a/index.html").has("b/index.html").has("c/index.html");
    site.write("a.md", "---\ndraft: true\n---\n# A\n");
    site.write("b.md", "---\ndate: 2024-06-01\n---\n# B\n");
    site.write("c.md", "---\nexpire: 2024-05-31\n---\n# C\n");
    let built = site.build();
    built.code(0).no_problems().lacks("a").lacks("b").lacks("c").has("good/index.html");
    assert_eq!(built.count("removed"), 3);
    site.build_with(&["--drafts"]).has("a/index.html").lacks("b");
    site.build_with(&["--future"]).has("b/index.html").lacks("a").lacks("c");
}

#[test]
fn the_day_itself_is_published() {
    let site = TestSite::new()
        .file("a.md", "---\ndate: 2024-05-31\n---\n")
        .file("b.md", "---\nexpire: 2024-06-01\n---\n");
    site.build().code(0).has("a/index.html").has("b/index.html");
}

#[test]
fn files_of_others_stay() {
    let site =
        TestSite::with_good_page().file("public/CNAME", "example.org").file("public/own/x.txt", "mine");
    let built = site.build();
    built.code(0).no_problems().has("good/index.html");
    site.remove("good.md");
    site.write("other.md", "Other");
    let built = site.build();
    built.code(0).lacks("good").has("other/index.html");
    assert_eq!((built.page("CNAME").as_str(), built.page("own/x.txt").as_str()), ("example.org", "mine"));
}

#[test]
fn a_file_of_ours_that_was_changed_by_hand_is_put_right_again() {
    let site = TestSite::with_good_page();
    let before = site.build().page("good/index.html");
    site.write("public/good/index.html", "changed by hand");
    let built = site.build();
    built.code(0);
    assert_eq!((built.page("good/index.html"), built.count("written")), (before, 1));
}

#[test]
fn hidden_ignored_and_underscored_files_are_not_published() {
    let built = TestSite::with_good_page()
        .file(".env", "secret")
        .file(".private/a.md", "secret")
        .file("_draft.md", "secret")
        .file("_parts/a.md", "secret")
        .file(".gitignore", "*.bak\n")
        .file("x.bak", "secret")
        .build();
    built.code(0).no_problems();
    for (path, bytes) in built.files() {
        assert!(!String::from_utf8_lossy(&bytes).contains("secret"), "{path}");
    }
}

// Lists and reading order.

#[test]
fn a_summary_gives_the_order_of_reading() {
    let built = TestSite::new()
        .file(
            "SUMMARY.md",
            "# Summary\n\n[Preface](pre.md)\n\n- [Zebra](z.md)\n  - [Inside](in/a.md)\n- [Apple](a.md)\n",
        )
        .file("pre.md", "# Preface\n")
        .file("z.md", "# Z\n")
        .file("a.md", "# A\n")
        .file("in/a.md", "# In\n")
        .build();
    built.code(0).no_problems().lacks("SUMMARY/index.html");
    let turn = |path: &str| {
        let html = built.page(path);
        let to =
            |rel: &str| html.split(rel).nth(1).and_then(|rest| rest.split('"').nth(1)).map(str::to_owned);
        (to("rel=\"prev\" "), to("rel=\"next\" "))
    };
    let some = |address: &str| Some(address.to_owned());
    assert_eq!(turn("pre/index.html"), (None, some("/z/")));
    assert_eq!(turn("z/index.html"), (some("/pre/"), some("/in/a/")));
    assert_eq!(turn("in/a/index.html"), (some("/z/"), some("/a/")));
    assert_eq!(turn("a/index.html"), (some("/in/a/"), None));
    in_order(
        &built.page("z/index.html"),
        &["<nav class=\"tree\"", ">Preface<", ">Zebra<", ">Inside<", ">Apple<"],
    );
}

#[test]
fn sections_are_listed_in_parts() {
    let built = garden().build();
    built.has("plants/page/2/index.html").lacks("plants/page/1").lacks("plants/page/3");
    assert!(built.page("plants/index.html").contains("Page 1 of 2"));
    assert!(built.page("plants/index.html").contains("All of them."));
    assert!(built.page("plants/page/2/index.html").contains("rel=\"prev\" href=\"/plants/\""));
}

#[test]
fn terms_are_listed_in_parts_newest_first() {
    let built = garden().build();
    in_order(&built.page("kinds/index.html"), &["/kinds/plant/", "<span class=\"count\">3</span>"]);
    in_order(&built.page("kinds/plant/index.html"), &["Oak &amp; &lt;co&gt;", "Rose", "Page 1 of 2"]);
    in_order(&built.page("kinds/plant/page/2/index.html"), &["Tulip", "Page 2 of 2"]);
    built.has("kinds/k1/index.html").has("tags/a-b/index.html").has("tags/c++/index.html");
    built.lacks("kinds/plant/page/3").lacks("tags/garden/page");
}

#[test]
fn feeds_are_well_formed_and_hold_the_newest_pages() {
    let built = garden().build();
    for path in ["feed.xml", "plants/feed.xml", "kinds/plant/feed.xml", "sitemap.xml"] {
        well_formed(&built.page(path));
    }
    built.lacks("tags/garden/feed.xml");
    in_order(
        &built.page("feed.xml"),
        &[
            "<title>Garden</title>",
            "<title>Oak &amp; &lt;co&gt;</title>",
            "<title>Rose</title>",
            "<title>Tulip</title>",
        ],
    );
    let none = garden().file("recto.yml", "feed: false\n").build();
    none.code(0).lacks("feed.xml").lacks("plants/feed.xml");
    assert!(!none.page("index.html").contains("feed.xml"));
}

/// A picture of noise.
fn noise(width: u32, height: u32, format: image::ImageFormat) -> Vec<u8> {
    let pixel = |x: u32, y: u32| {
        let mut n = x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA6B);
        n = (n ^ (n >> 15)).wrapping_mul(0x2C1B_3C6D);
        n = (n ^ (n >> 12)).wrapping_mul(0x297A_2D39);
        let [a, b, c, _] = (n ^ (n >> 15)).to_le_bytes();
        image::Rgb([a, b, c])
    };
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_fn(width, height, pixel).write_to(&mut bytes, format).expect("a picture");
    bytes.into_inner()
}

#[test]
fn pictures_have_smaller_forms_that_are_made_once() {
    let site = TestSite::new()
        .file("recto.yml", "base_url: /sub/\nimages: {resize: true, widths: [40, 80]}\n")
        .file("a.md", "# A\n\n![one](one.png) ![two](two.jpg){resize=false}\n\n![[one.png|30]]\n")
        .file("b.md", "# B\n\n![one](one.png)\n\n::figure{src=\"one.png\" alt=\"one\"}\n")
        .bytes("one.png", &noise(120, 60, image::ImageFormat::Png))
        .bytes("two.jpg", &noise(120, 90, image::ImageFormat::Jpeg));
    let forms = |built: &Built| -> Vec<String> {
        built.paths().into_iter().filter(|path| path.starts_with("theme/images/")).collect()
    };
    let first = site.build();
    first.code(0).no_problems();
    let made = forms(&first);
    let [small, large] = &made[..] else { panic!("{made:?}") };
    assert!(small.contains("one.png.40.") && large.contains("one.png.80."), "{small} {large}");
    let sources = format!(" srcset=\"/sub/{small} 40w, /sub/{large} 80w\" sizes=\"");
    let (a, b) = (first.page("a/index.html"), first.page("b/index.html"));
    assert_eq!((a.matches(&*sources).count(), b.matches(&*sources).count()), (2, 2), "{a}\n{b}");
    assert!(a.contains("<img src=\"/sub/two.jpg\" alt=\"two\" width=\"120\" height=\"90\" loading"), "{a}");
    let width = |path: &str| {
        let (_, bytes) = first.files().into_iter().find(|(name, _)| name == path).expect("a file");
        imagesize::blob_size(&bytes).map(|size| (size.width, size.height))
    };
    assert_eq!((width(small).ok(), width(large).ok()), (Some((40, 20)), Some((80, 40))));

    // An edit of a page makes no picture, and a new folder gets them from the cache.
    site.write("a.md", "# A\n\n![one](one.png)!\n");
    let second = site.build();
    assert!(second.count("rendered") < second.count("routes") && forms(&second) == made);
    let other = site.build_into("other", &[]);
    assert_eq!(other.files(), second.files());
    let fresh = site.build_into("fresh", &["--no-cache"]);
    assert_eq!(fresh.files(), second.files());

    // Another picture, and then none.
    site.write("one.png", noise(100, 50, image::ImageFormat::Png));
    let third = site.build();
    assert!(forms(&third).len() == 2 && forms(&third).iter().all(|form| !made.contains(form)));
    site.write("a.md", "# A\n");
    site.write("b.md", "# B\n");
    assert!(forms(&site.build()).is_empty());
}

#[test]
fn a_file_that_stands_where_a_smaller_form_would_is_that_form() {
    let site = TestSite::new()
        .file("recto.yml", "images: {resize: true, widths: [40]}\n")
        .file("content/a.md", "# A\n\n![one](one.png)\n")
        .file("content/gone.txt", "gone")
        .bytes("content/one.png", &noise(120, 60, image::ImageFormat::Png));
    let (form, bytes) =
        site.build().code(0).files().into_iter().find(|(path, _)| path.contains(".40.")).expect("a form");
    site.write(&format!("content/{form}"), bytes);
    let built = site.build();
    assert_eq!(built.count("routes"), built.paths().len() as u64, "each address has one file");
    site.remove("content/gone.txt");
    let built = site.build();
    assert_eq!((built.count("removed"), built.paths().contains(&"gone.txt".to_owned())), (1, false));
    assert_eq!(built.files(), site.build_into("clean", &["--no-cache"]).files());
}

#[test]
fn a_damaged_cache_hides_no_damage_of_the_output() {
    const N_PARTS: usize = 60;
    let site = TestSite::new().file("a.md", "# A\n").file("b.md", "# B\n");
    let build = || site.build_with(&["--cache-dir", "../cache"]);
    let expected = build().files();
    let cache = site.root().join("../cache");
    let states = || std::fs::read_dir(&cache).expect("a cache").flatten().map(|entry| entry.path());
    let state = states().find(|path| path.extension().is_some_and(|end| end == "state")).expect("a state");
    let sound = std::fs::read(&state).expect("a file");
    for part in 0..N_PARTS {
        let mut damaged = sound.clone();
        let (start, end) = (part * sound.len() / N_PARTS, (part + 1) * sound.len() / N_PARTS);
        damaged[start..end].iter_mut().step_by(16).for_each(|byte| *byte ^= 1);
        std::fs::write(&state, damaged).expect("a file can be written");
        site.remove("public/a/index.html");
        assert!(build().code(0).files() == expected, "part {part} of {N_PARTS} is damaged");
    }
}

#[test]
fn pictures_of_slides_have_smaller_forms_too() {
    let config = |images: &str| format!("title: T\nimages: {images}\n");
    let site = TestSite::new()
        .file("recto.yml", &config("{resize: true, widths: [40, 80]}"))
        .file("talks/d.yml", "title: T\ncontent: [c.md]\n")
        .file("talks/c.md", "# A\n\n![one](one.png)\n\n---\n\n![two](one.png){resize=false}\n")
        .bytes("talks/one.png", &noise(120, 60, image::ImageFormat::Png));
    let deck = site.build().code(0).page("talks/d.yml.html");
    let forms = |path: &str| path.starts_with("theme/images/talks/one.png.");
    let made: Vec<String> = site.build().paths().into_iter().filter(|path| forms(path)).collect();
    let [small, large] = &made[..] else { panic!("{made:?}") };
    let sources = format!(" srcset=\"../{small} 40w, ../{large} 80w\" sizes=\"100vw\"");
    assert_eq!(deck.matches(&*sources).count(), 1, "{deck}");
    // The page of the chapter stands a folder deeper, and shows the same.
    assert!(site.build().page("talks/c/index.html").contains(&format!("srcset=\"../../{small} 40w")));
    for images in ["{resize: false}", "{resize: true, widths: [50]}", "{resize: true, widths: [40, 80]}"] {
        site.write("recto.yml", config(images));
        let again = site.build();
        assert_eq!(again.files(), site.build_into("clean", &["--no-cache"]).files(), "{images}");
    }
}

#[test]
fn damaged_pictures_stay_as_they_are() {
    let mut damaged = noise(120, 60, image::ImageFormat::Png);
    let middle = damaged.len() / 2;
    damaged.truncate(middle);
    let site = TestSite::new()
        .file("recto.yml", "images: {resize: true, widths: [40]}\n")
        .file("a.md", "# A\n\n![one](one.png)\n")
        .bytes("one.png", &damaged);
    let built = site.build();
    built.code(0);
    assert_eq!(built.problem("image-not-resized").len(), 1, "{:?}", built.problems());
    let form = built.files().into_iter().find(|(path, _)| path.starts_with("theme/images/one.png.40."));
    assert_eq!(form.map(|(_, bytes)| bytes), Some(damaged));
    assert_eq!(site.build().problem("image-not-resized").len(), 1);
}

#[test]
fn text_is_compressed_beforehand_when_it_changes() {
    let long = |word: &str| format!("# A\n\n{}\n", format!("{word} ").repeat(600));
    let site = TestSite::new()
        .file("recto.yml", "compress: [gz]\n")
        .file("a.md", &long("bread"))
        .file("b.md", &long("butter"))
        .file("short.txt", "short\n")
        .file("own.css", &"a { b: c }\n".repeat(200))
        .bytes("own.css.gz", b"mine")
        .bytes("noise.png", &noise(60, 60, image::ImageFormat::Png));
    let first = site.build();
    first.code(0).no_problems();
    first.has("a/index.html.gz").lacks("a/index.html.br").lacks("short.txt.gz").lacks("noise.png.gz");
    let bytes = |built: &Built, path: &str| {
        let found = built.files().into_iter().find(|(name, _)| name == path);
        found.unwrap_or_else(|| panic!("`{path}` is missing")).1
    };
    assert_eq!(bytes(&first, "own.css.gz"), b"mine");
    let mut page = Vec::new();
    let (gzip, other) = (bytes(&first, "a/index.html.gz"), bytes(&first, "b/index.html.gz"));
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&*gzip), &mut page).expect("gzip");
    assert_eq!(page, bytes(&first, "a/index.html"));

    // Only what changed.
    assert_eq!(site.build().count("written"), 0);
    site.write("a.md", long("jam"));
    let second = site.build();
    assert_eq!(bytes(&second, "b/index.html.gz"), other);
    assert_ne!(bytes(&second, "a/index.html.gz"), gzip);
    let clean = site.build_into("clean", &["--no-cache"]);
    assert_eq!(clean.files(), second.files());

    // What is missing is made again, and says why.
    std::fs::remove_file(site.root().join("public/b/index.html.gz")).expect("it is there");
    let told = site.recto(&["build", "--explain", "b/index.html.gz"]);
    let told = String::from_utf8_lossy(&told.stderr).into_owned();
    assert!(told.contains("`/b/` was rendered: its file in the output folder is missing"), "{told}");
    assert_eq!(site.build_into("public", &[]).files(), clean.files());

    // A form goes with its file, and all go with the key.
    site.remove("b.md");
    site.build().lacks("b/index.html.gz").has("a/index.html.gz");
    site.write("recto.yml", "");
    let plain = site.build();
    plain.lacks("a/index.html.gz");
    assert_eq!(bytes(&plain, "own.css.gz"), b"mine");
}

#[test]
fn files_of_the_site_that_templates_name_are_small_and_have_a_hash() {
    let template = "<link href=\"{{ asset(path='/css/site.css') }}\"{{ integrity(path='/css/site.css') }}>\
        <script src=\"{{ asset(path='/site.js', from=page.url) }}\"></script><img src=\"{{ asset(path='/i.png') }}\">\
        {{ content }}";
    let site = TestSite::new()
        .file("recto.yml", "base_url: /sub/\n")
        .file("themes/default/templates/page.html", template)
        .file("a/b.md", "# B\n\n[sheet](../css/site.css)\n")
        .file("css/site.css", "a { b: url(../i.png) }\n")
        .file("site.js", "let = 1 +\n")
        .bytes("i.png", b"\x89PNG");
    let hashed = |built: &Built, stem: &str, extension: &str| {
        let is_one = |path: &String| {
            path.strip_prefix(stem)
                .and_then(|rest| rest.strip_suffix(extension))
                .is_some_and(|hash| hash.len() == 10)
        };
        built.paths().into_iter().filter(is_one).collect::<Vec<_>>()
    };
    let built = site.build();
    built
        .code(0)
        .only(&["note asset-not-minified site.js: `site.js` is published as it is: Unexpected token \
         (correct it if it doesn't work; a name such as `x.min.js` says that it is as small as can be)"]);
    let [sheet] = &hashed(&built, "css/site.", ".css")[..] else { panic!("{:?}", built.paths()) };
    let [script] = &hashed(&built, "site.", ".js")[..] else { panic!("{:?}", built.paths()) };
    let [picture] = &hashed(&built, "i.", ".png")[..] else { panic!("{:?}", built.paths()) };
    assert_eq!((built.page(sheet), built.page(script)), ("a{b:url(../i.png)}".into(), "let = 1 +\n".into()));
    assert_eq!(built.page("css/site.css"), "a { b: url(../i.png) }\n");
    let page = built.page("a/b/index.html");
    in_order(
        &page,
        &[
            &format!("<link href=\"/sub/{sheet}\" integrity=\"sha384-"),
            &format!("<script src=\"../../{script}\">"),
            &format!("<img src=\"/sub/{picture}\">"),
            "href=\"/sub/css/site.css\"",
        ],
    );

    // Another text is another address, and the old one goes.
    site.write("css/site.css", "a { b: c }\n");
    let next = site.build();
    let [other] = &hashed(&next, "css/site.", ".css")[..] else { panic!("{:?}", next.paths()) };
    assert_ne!(other, sheet);
    assert!(next.page("a/b/index.html").contains(&**other));
    let clean = site.build_into("clean", &["--no-cache"]);
    assert_eq!(clean.files(), next.files());

    site.write("recto.yml", "assets: {hash: false}\n");
    let plain = site.build();
    assert!(hashed(&plain, "css/site.", ".css").is_empty());
    in_order(&plain.page("a/b/index.html"), &["<link href=\"/css/site.css\"><script"]);
}

#[test]
fn heavy_pictures_are_told_about() {
    let site = TestSite::new()
        .file("a.md", "# A\n\n![one](one.png)\n\n![two](one.png){resize=false}\n\n![three](small.png)\n")
        .bytes("one.png", &noise(700, 500, image::ImageFormat::Png))
        .bytes("small.png", &noise(70, 50, image::ImageFormat::Png));
    site.build().only(&[
        "note heavy-image a.md:3:1: `one.png` has 1.1 MB (`{resize=true}` behind it, or `images: {resize: true}` in recto.yml, \
         makes smaller forms of it)",
    ]);
}

#[test]
fn what_a_killed_build_has_staged_goes_when_nothing_has_changed_too() {
    let site = garden();
    site.build().code(0);
    site.write("public/.recto-stage/0", "half of a pa");
    site.write("public/.recto-lock", "");
    let built = site.build();
    built.code(0).lacks(".recto-stage/0").lacks(".recto-lock");
    assert_eq!(built.count("rendered"), 0);
    assert!(!site.root().join("public/.recto-stage").exists());
}

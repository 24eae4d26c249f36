//! Everything that a site can be asked, as text, to compare two sites that should be the same.

use crate::{
    base::path::RepoPath,
    site::{
        Site,
        related::related,
        resolve::Spelling,
        section::{Child, SectionId},
    },
    source::Source,
};

/// What is looked up from every page.
const NAMES: [&str; 14] = [
    "a",
    "A",
    "Alpha",
    "beta",
    "One",
    "blog/one",
    "docs",
    "p.png",
    "../a.md",
    "/blog/",
    "img",
    "old/",
    "part two",
    "Same#part",
];

/// All answers of a site, one a line; what is asked stands first.
pub(super) fn of(site: &Site, source: &dyn Source) -> Vec<String> {
    let mut lines = Vec::new();
    pages(site, &mut lines);
    lists(site, &mut lines);
    links(site, source, &mut lines);
    let mut say = |what: &str, answer: String| lines.push(format!("{what}: {answer}"));
    for (route, target) in site.routes().iter() {
        say(&format!("at {route}"), format!("{target:?}"));
    }
    for path in site.listing().entries.keys() {
        say(&format!("file {path}"), format!("{:?} {:?}", site.hidden(path), site.route_of_file(path)));
    }
    for (path, route) in site.files_below(&RepoPath::root()) {
        say(&format!("asset {path}"), format!("{route:?}"));
    }
    for problem in site.diagnostics() {
        say("problem", format!("{problem:?}"));
    }
    for language in site.languages().ids() {
        say("title", format!("{language:?} {}", site.title(language)));
    }
    say("config", format!("{:?} {:?} {:?}", site.config(), site.reading(), site.content()));
    say("listing", format!("{:?}", site.listing()));
    lines
}

fn pages(site: &Site, lines: &mut Vec<String>) {
    for file in site.files() {
        lines.push(format!(
            "parsed {}: {:?} {} {:?} {:?} {:?} {:?} {:?}",
            file.path,
            file.blob,
            file.body_start,
            file.front,
            file.facts,
            file.uses,
            file.has_misses,
            file.diagnostics
        ));
    }
    for (id, page) in site.pages().iter() {
        lines.push(format!(
            "page {} of {}: {id:?} {:?} {} {:?} {} {:?} {:?} {:?}",
            page.key,
            page.path(),
            page.route,
            page.title,
            page.front,
            page.is_folder_page,
            site.page_of_file(page.path()),
            site.translations().of(id).collect::<Vec<_>>(),
            related(site, id),
        ));
    }
}

fn lists(site: &Site, lines: &mut Vec<String>) {
    let mut say = |what: &str, answer: String| lines.push(format!("{what}: {answer}"));
    for (id, page) in site.pages().iter() {
        let (nav, path) = (site.nav_of(id), &page.key);
        say(&format!("around {path}"), format!("{:?}", nav.around_page(id)));
        say(
            &format!("beside {path}"),
            format!("{:?} {:?} {}", nav.previous(id), nav.next(id), nav.contains(id)),
        );
        say(&format!("section of {path}"), format!("{:?}", site.sections().of_page(id)));
    }
    for language in site.languages().ids() {
        say("top", format!("{:?}", site.nav(language).top()));
    }
    for (id, section) in site.sections().iter() {
        say(
            &format!("section {id:?}"),
            format!("{section:?} {:?}", site.nav(section.language).around_section(id)),
        );
        assert_eq!(site.sections().of_folder(&section.folder), Some(id));
        check_places(site, id, &section.children);
    }
    for (at, taxonomy) in site.taxonomies().all.iter().enumerate() {
        let (name, route) = (&taxonomy.name, &taxonomy.route);
        say(&format!("taxonomy {name}"), format!("{route} {} {}", taxonomy.paginate, taxonomy.feed));
        for (place, term) in taxonomy.terms.iter().enumerate() {
            say(&format!("term {name}/{place}"), format!("{term:?}"));
            let found = site.taxonomies().term(at, &term.name).map(|(place, _)| place);
            assert_eq!(found, Some(place), "{}", term.name);
        }
    }
}

fn check_places(site: &Site, section: SectionId, children: &[Child]) {
    for (place, &child) in children.iter().enumerate() {
        assert_eq!(site.sections().place_of(site.pages(), section, child), Some(place), "{child:?}");
    }
}

fn links(site: &Site, source: &dyn Source, lines: &mut Vec<String>) {
    let mut say = |what: &str, answer: String| lines.push(format!("{what}: {answer}"));
    for (id, page) in site.pages().iter() {
        let links = &page.file.facts.links;
        assert_eq!(links.len(), site.links().outgoing(id).len());
        for (link, destination) in links.iter().zip(site.links().outgoing(id)) {
            say(&format!("link `{}` of {}", link.target, page.key), format!("{destination:?}"));
        }
        say(&format!("links to {}", page.key), format!("{:?}", site.links().backlinks(id)));
        for name in NAMES {
            for spelling in [Spelling::Wiki, Spelling::Path] {
                let found = site.destination(spelling, name, page.path(), &page.route);
                say(&format!("`{name}` from {}", page.key), format!("{found:?}"));
            }
        }
    }
    for folder in site.links().folders() {
        say("linked folder", folder.to_string());
    }
    for problem in site.links().problems() {
        say("link problem", format!("{problem:?}"));
    }
    for problem in site.link_diagnostics(source).into_iter().chain(site.orphan_diagnostics()) {
        say("link problem", format!("{problem:?}"));
    }
    say("wanted", format!("{:?}", site.wanted_pages()));
}

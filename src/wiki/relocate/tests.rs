//! Moves in real repositories: what changes, and what leads where afterwards.

use super::Relocate;
use crate::{
    git::test_repo::TestRepo,
    wiki::{
        Wiki, WikiError,
        tests::{actor, wiki},
    },
};

/// A wiki of some files.
fn repo(files: &[(&str, &str)]) -> TestRepo {
    let repo = TestRepo::new();
    for (path, text) in files {
        repo.write(path, text);
    }
    repo.commit("one");
    repo
}

fn relocate(wiki: &Wiki, from: &str, to: &str) -> Result<super::Relocation, WikiError> {
    let wanted = Relocate { from: from.to_owned(), to: to.to_owned(), ..Relocate::default() };
    wiki.relocate(&actor("Ada"), &wanted)
}

/// Moves something in a wiki, and compares files afterwards.
fn check(files: &[(&str, &str)], from: &str, to: &str, expected: &[(&str, &str)]) -> TestRepo {
    let repo = repo(files);
    let wiki = wiki(&repo);
    let n_broken = n_broken(&wiki);
    let done = relocate(&wiki, from, to).expect("it moves");
    for (path, text) in expected {
        let spec = format!("cat-file blob HEAD:{}", path.replace(' ', "\\ "));
        let found = wiki.file(&actor("Ada"), path).expect(&spec).bytes.expect("it is there");
        assert_eq!(String::from_utf8_lossy(&found), *text, "{path}");
    }
    assert_eq!(done.left, []);
    assert_eq!(self::n_broken(&wiki), n_broken, "no link broke");
    assert_eq!(repo.git_with_input("rev-list --count HEAD", b""), "2", "it is one commit");
    assert_eq!(repo.git_with_input("status --porcelain", b""), "", "the work tree has it");
    repo
}

fn n_broken(wiki: &Wiki) -> usize {
    let snapshot = wiki.engine().snapshot();
    snapshot.renderer.site().link_diagnostics(&*snapshot.source).len()
}

#[test]
fn links_of_all_kinds_follow_a_page() {
    let others = "# B\n\n[a](old.md) and [x](./old.md#part \"t\"), [y](/old.md), [[old]], [[Old|text]] and ![i](old.md)\n\n\
                  [z](old/) <a href=\"old.md\">h</a> [r][ref] `[a](old.md)`\n\n[ref]: <old.md> 'T'\n";
    check(
        &[("old.md", "# A page\n\n## Part\n\n[b](b.md) [s](#part)\n"), ("b.md", others)],
        "old.md",
        "sub/new.md",
        &[
            ("sub/new.md", "---\naliases: [/old/]\n---\n# A page\n\n## Part\n\n[b](../b.md) [s](#part)\n"),
            (
                "b.md",
                "# B\n\n[a](sub/new.md) and [x](./sub/new.md#part \"t\"), [y](/sub/new.md), [[new]], [[New|text]] and \
                 ![i](sub/new.md)\n\n\
                 [z](sub/new/) <a href=\"sub/new.md\">h</a> [r][ref] `[a](old.md)`\n\n[ref]: <sub/new.md> 'T'\n",
            ),
        ],
    );
}

#[test]
fn links_of_drafts_and_of_pages_to_come_follow() {
    let draft = "---\ndraft: true\n---\n[a](old.md) [[old]]\n";
    let to_come = "---\ndate: 2999-01-01\n---\n[a](old.md) [d](draft.md)\n";
    let repo = check(
        &[("old.md", "# A\n\n[d](draft.md)\n"), ("draft.md", draft), ("later.md", to_come)],
        "old.md",
        "sub/new.md",
        &[
            ("sub/new.md", "---\naliases: [/old/]\n---\n# A\n\n[d](../draft.md)\n"),
            ("draft.md", "---\ndraft: true\n---\n[a](sub/new.md) [[new]]\n"),
            ("later.md", "---\ndate: 2999-01-01\n---\n[a](sub/new.md) [d](draft.md)\n"),
        ],
    );
    let moved = relocate(&wiki(&repo), "draft.md", "sub/draft.md").expect("it moves");
    assert_eq!((moved.url, moved.redirects), (None, Vec::new()), "a draft has no address");
    let text = repo.git_with_input("cat-file blob HEAD:sub/draft.md", b"");
    assert_eq!(text.trim_end(), "---\ndraft: true\n---\n[a](new.md) [[new]]");
}

#[test]
fn inclusions_summaries_and_decks_follow_files() {
    check(
        &[
            ("SUMMARY.md", "# S\n\n- [A](guide/a.md)\n- [B](b.md#x)\n"),
            ("guide/a.md", "# A\n\n{{#include part.txt}}\n\n{{#include ../code.rs:1}}\n"),
            ("guide/part.txt", "part\n"),
            ("code.rs", "fn f() {}\n"),
            ("b.md", "# B\n\n{{#include guide/part.txt}}\n\n## X\n"),
            ("talk.yml", "title: T # why\ncontent:\n- slides/one.md\n- - 'slides/two.md'\n"),
            ("talks/other.yml", "extends: ../talk.yml\nremove: [../slides/one.md]\n"),
            ("slides/one.md", "# One\n\n![i](images/i.png)\n\n---\n\nbackground-image: url(images/i.png)\n"),
            ("slides/two.md", "# Two\n\n@@INCLUDE[code.rs]\n"),
            ("images/i.png", "png"),
        ],
        "slides",
        "deck/chapters",
        &[
            ("talk.yml", "title: T # why\ncontent:\n- deck/chapters/one.md\n- - 'deck/chapters/two.md'\n"),
            ("talks/other.yml", "extends: ../talk.yml\nremove: [../deck/chapters/one.md]\n"),
            (
                "deck/chapters/one.md",
                "---\naliases: [/slides/one/]\n---\n# One\n\n![i](images/i.png)\n\n---\n\nbackground-image: url(images/i.png)\n",
            ),
        ],
    );
    let files = [
        ("SUMMARY.md", "# S\n\n- [A](guide/a.md)\n- [B](b.md#x)\n"),
        ("guide/a.md", "# A\n\n{{#include part.txt}}\n\n{{#include ../code.rs:1}}\n"),
        ("guide/part.txt", "part\n"),
        ("code.rs", "fn f() {}\n"),
        ("b.md", "# B\n\n{{#include guide/part.txt}}\n\n## X\n"),
    ];
    check(
        &files,
        "guide",
        "book/one",
        &[
            ("SUMMARY.md", "# S\n\n- [A](book/one/a.md)\n- [B](b.md#x)\n"),
            (
                "book/one/a.md",
                "---\naliases: [/guide/a/]\n---\n# A\n\n{{#include part.txt}}\n\n{{#include ../../code.rs:1}}\n",
            ),
            ("b.md", "# B\n\n{{#include book/one/part.txt}}\n\n## X\n"),
        ],
    );
}

#[test]
fn images_follow_from_slides_and_pages() {
    check(
        &[
            ("talk.yml", "content:\n- slides/one.md\n- |\n  # In\n\n  ![x](images/i.png)\n"),
            ("slides/one.md", "# One\n\n![i](images/i.png)\n\n---\n\nbackground-image: url(images/i.png)\n"),
            ("images/i.png", "png"),
            (
                "p.md",
                "---\ncover: images/i.png\ntitle: a.b\n---\n# P\n\n![[i.png|300]] ::figure{src=\"images/i.png\"}\n\n::figure{src=images/i.png}\n",
            ),
            ("recto.yml", "menu:\n- {title: I, url: /images/i.png}\n- {title: P, url: p.md}\n"),
        ],
        "images/i.png",
        "media/a b.png",
        &[
            ("talk.yml", "content:\n- slides/one.md\n- |\n  # In\n\n  ![x](media/a%20b.png)\n"),
            (
                "slides/one.md",
                "# One\n\n![i](media/a%20b.png)\n\n---\n\nbackground-image: url(media/a%20b.png)\n",
            ),
            (
                "p.md",
                "---\ncover: media/a b.png\ntitle: a.b\n---\n# P\n\n![[a b.png|300]] ::figure{src=\"images/i.png\"}\n\n::figure{src=media/a%20b.png}\n",
            ),
            ("recto.yml", "menu:\n- {title: I, url: /media/a b.png}\n- {title: P, url: p.md}\n"),
        ],
    );
}

#[test]
fn a_page_that_goes_back_keeps_one_redirect() {
    let repo = repo(&[("a.md", "# A\n"), ("b.md", "# B\n\n[a](a.md), [[A]] and [[a#x]]\n")]);
    let wiki = wiki(&repo);
    relocate(&wiki, "a.md", "c").expect("it moves");
    relocate(&wiki, "c.md", "a.md").expect("it moves back");
    assert_eq!(repo.git_with_input("show HEAD:a.md", b""), "---\naliases: [/c/]\n---\n# A");
    assert_eq!(repo.git_with_input("show HEAD:b.md", b""), "# B\n\n[a](a.md), [[A]] and [[a#x]]");
    assert_eq!(repo.git_with_input("status --porcelain", b""), "");
}

#[test]
fn translations_follow_their_original() {
    check(
        &[
            ("recto.yml", "languages: [en, fr]\n"),
            ("a.md", "# A\n\n[b](b.md)\n"),
            ("a.fr.md", "# A fr\n\n[b](b.md)\n"),
            ("b.md", "# B\n\n[a](a.md)\n"),
            ("b.fr.md", "# B fr\n\n[a](a.md) [[a]]\n"),
            ("c.fr.md", "---\ntranslation_of: d.md\n---\n# C\n"),
            ("d.md", "# D\n\n[a](a.md)\n"),
        ],
        "a.md",
        "x/e.md",
        &[
            ("x/e.md", "---\naliases: [/a/]\n---\n# A\n\n[b](../b.md)\n"),
            ("x/e.fr.md", "---\naliases: [/fr/a/]\n---\n# A fr\n\n[b](../b.md)\n"),
            ("b.md", "# B\n\n[a](x/e.md)\n"),
            ("b.fr.md", "# B fr\n\n[a](x/e.md) [[e]]\n"),
        ],
    );
    check(
        &[
            ("recto.yml", "languages: [en, fr]\n"),
            ("c.fr.md", "---\ntranslation_of: d.md\n---\n# C\n"),
            ("d.md", "# D\n"),
        ],
        "d.md",
        "x/d.md",
        &[("c.fr.md", "---\ntranslation_of: x/d.md\n---\n# C\n")],
    );
}

#[test]
fn what_can_not_be_moved_is_refused() {
    let repo = repo(&[("a.md", "# A\n"), ("b.md", "# B\n"), ("f/c.md", "# C\n")]);
    let wiki = wiki(&repo);
    let refused = |from: &str, to: &str| relocate(&wiki, from, to).expect_err("it is refused");
    assert!(matches!(refused("a.md", "b.md"), WikiError::Exists { .. }));
    assert!(matches!(refused("f", "b.md"), WikiError::Exists { .. }));
    assert!(matches!(refused("none.md", "x.md"), WikiError::NoFile { .. }));
    assert!(matches!(refused("f", "f/g"), WikiError::BadName { .. }));
    assert!(matches!(refused("f", "recto.yml"), WikiError::BadName { .. }));
    assert!(matches!(refused("a.md", "../x.md"), WikiError::BadName { .. }));
    assert!(matches!(refused("a.md", ".git/x.md"), WikiError::BadName { .. }));
    assert!(matches!(refused("a.md", "B.md"), WikiError::NameTaken { .. }));
    assert!(matches!(refused("a.md", "a.md"), WikiError::Nothing));
    assert!(matches!(refused("f/c.md", "a/index.md"), WikiError::AddressTaken { .. }));
    assert_eq!(repo.git_with_input("rev-list --count HEAD", b""), "1");
    relocate(&wiki, "a.md", "A.md").expect("another case is another name");
    assert_eq!(repo.git_with_input("ls-files", b""), "A.md\nb.md\nf/c.md");
}

#[test]
fn a_commit_of_another_is_not_undone_by_a_move() {
    let repo = repo(&[("a.md", "# A\n"), ("b.md", "# B\n\n[a](a.md)\n")]);
    let wiki = wiki(&repo);
    repo.write("b.md", "# B\n\n[a](a.md) pushed\n").write("c.md", "[a](a.md)\n").commit("push");
    relocate(&wiki, "a.md", "d.md").expect("it moves");
    assert_eq!(repo.git_with_input("show HEAD:b.md", b""), "# B\n\n[a](d.md) pushed");
    assert_eq!(repo.git_with_input("show HEAD:c.md", b""), "[a](d.md)");
}

mod random {
    //! Random sites, random moves: whatever led to a page leads to it still, and nothing new is broken.

    use std::sync::Arc;

    use super::super::{aim::Aim, plan, renames::Renames, spell::key_of};
    use crate::{
        base::{dice::Dice, path::RepoPath},
        site::{Site, SiteOptions},
        source::{Memory, Source},
    };

    /// How many sites are moved about in; `RECTO_MOVES` sets another number.
    const N_SITES: u64 = 300;
    const FOLDERS: [&str; 6] = ["", "a", "a/b", "guide", "guide/deep er", "Ä"];
    const NAMES: [&str; 9] =
        ["one.md", "Two.md", "my-page.md", "index.md", "README.md", "a.md", "x y.md", "pic.png", "data.yml"];

    fn path(path: &str) -> RepoPath {
        RepoPath::new(path).expect("a normal path")
    }

    fn files(random: &mut Dice) -> Vec<(RepoPath, String)> {
        let mut paths: Vec<RepoPath> = Vec::new();
        for _ in 0..3 + random.roll(8) {
            let (folder, name) = (path(random.one_of(&FOLDERS)), random.one_of(&NAMES));
            if !paths.contains(&folder.join(name)) {
                paths.push(folder.join(name));
            }
        }
        let texts: Vec<String> = paths.iter().map(|own| text(random, own, &paths)).collect();
        paths.into_iter().zip(texts).collect()
    }

    fn text(random: &mut Dice, own: &RepoPath, all: &[RepoPath]) -> String {
        if !own.is_markdown() {
            return "x: 1\n".to_owned();
        }
        let mut text = String::new();
        if random.roll(4) == 0 {
            text.push_str("---\ntitle: Some Title\nkey: value\n---\n");
        }
        if random.roll(2) == 0 {
            text.push_str(&format!("# {}\n\n", own.stem()));
        }
        for _ in 0..random.roll(6) {
            let target = &all[random.roll(all.len())];
            text.push_str(&link(random, own, target));
            text.push_str("\n\n");
        }
        text
    }

    fn link(random: &mut Dice, own: &RepoPath, target: &RepoPath) -> String {
        let relative = super::super::renames::relative(&own.parent().unwrap_or_default(), target);
        let without = |path: &str| path.trim_end_matches(".md").to_owned();
        let spelled = match random.roll(9) {
            0 | 1 => relative,
            2 => format!("/{target}"),
            3 => without(&relative),
            4 => format!("{}/", without(&format!("/{}", target.as_str().to_lowercase()))),
            5 => target.to_string(),
            6 => without(&relative) + ".html",
            7 => target.parent().map_or("x".to_owned(), |folder| format!("/{folder}/")),
            _ => format!("{relative}#part?x"),
        };
        let encoded = spelled.replace(' ', "%20");
        match random.roll(9) {
            0 => format!("[[{}]]", without(target.file_name())),
            1 => format!("[[{}|text]]", without(target.as_str())),
            2 => format!("![[{}]]", target.file_name()),
            3 => format!("<a href=\"{encoded}\">x</a>"),
            4 => format!("[x][ref{0}]\n\n[ref{0}]: {encoded}", random.roll(1_000)),
            5 => format!("# See [[{}]]", without(target.file_name())),
            6 => format!("![x](<{spelled}>)"),
            7 => "[[Some Title]]".to_owned(),
            _ => format!("[x]({encoded} 'T')"),
        }
    }

    fn renames(random: &mut Dice, files: &[(RepoPath, String)]) -> Option<Renames> {
        let from = &files[random.roll(files.len())].0;
        let folder = path(random.one_of(&["", "a", "new", "new/er", "guide", "Ä/ö"]));
        if random.roll(3) == 0 {
            let from = from.parent().filter(|folder| !folder.is_root())?;
            let to = folder.join("moved folder");
            let inside = files.iter().map(|(path, _)| path.clone()).filter(|path| path.is_within(&from));
            return (!to.is_within(&from)).then(|| Renames::of_folder(inside.collect(), &from, &to));
        }
        let name = match random.roll(3) {
            0 => from.file_name().to_owned(),
            _ => format!("new{}.{}", random.roll(3), from.extension().unwrap_or("md")),
        };
        let to = folder.join(&name);
        let mut renames = Renames::default();
        renames.add(from.clone(), to.clone());
        files.iter().all(|(path, _)| *path != to).then_some(renames)
    }

    fn source(files: &[(RepoPath, String)]) -> Memory {
        files.iter().fold(Memory::new(), |source, (path, text)| source.file(path.as_str(), text))
    }

    /// What is wrong after a move, if anything; and how many links were followed.
    fn wrong(site: &Site, after: &Site, renames: &Renames) -> (Option<String>, usize) {
        let (mut n_links, mut n_gone) = (0, 0);
        for (id, page) in site.pages().iter() {
            let key = key_of(after, &renames.new_path(page.path()), page.language);
            let Some(now) = after.pages().of_key(&key) else { continue };
            let (was, is) = (site.links().outgoing(id), after.links().outgoing(now));
            if was.len() != is.len() {
                return (Some(format!("{} has other links", page.path())), n_links);
            }
            for (at, (was, is)) in was.iter().zip(is).enumerate() {
                let goal = Aim::of(site, was).moved(renames);
                // A folder that loses its last file is no place any more.
                let is_gone = matches!(&goal, Aim::Folder(folder, _) if !has_files(after, folder));
                n_gone += usize::from(is_gone);
                if goal == Aim::Nothing || is_gone {
                    continue;
                }
                n_links += 1;
                let is = Aim::of(after, is);
                if !is.is(&goal) {
                    let link = &page.file.facts.links[at].target;
                    return (
                        Some(format!("{link} of {} leads to {is:?}, not {goal:?}", page.path())),
                        n_links,
                    );
                }
            }
        }
        // A page that another one hid has links that nobody could follow.
        let was_there = |page| site.page_of_file(&renames.old_path(after.page(page).path())).is_some();
        let is = after.links().problems().filter(|problem| was_there(problem.page)).count();
        let was = site.links().problems().count();
        ((is > was + n_gone).then(|| format!("{is} broken links, before {was}")), n_links)
    }

    fn has_files(site: &Site, folder: &RepoPath) -> bool {
        site.listing().entries.keys().any(|path| path.is_within(folder))
    }

    #[test]
    fn every_link_leads_where_it_led() {
        let n_sites = std::env::var("RECTO_MOVES").ok().and_then(|n| n.parse().ok()).unwrap_or(N_SITES);
        let (mut n_links, mut failures) = (0, Vec::new());
        for seed in 0..n_sites {
            let mut random = Dice(seed.wrapping_mul(7_919).wrapping_add(17));
            let files = files(&mut random);
            let Some(renames) = renames(&mut random, &files) else { continue };
            let before = source(&files);
            let site = Site::load(&before, &SiteOptions::default()).expect("a site in memory");
            let plan = plan::plan(&site, &(Arc::new(before) as Arc<dyn Source>), &renames);
            if plan.hidden.is_some() {
                continue;
            }
            let moved = |(path, text): &(RepoPath, String)| {
                let new = renames.new_path(path);
                (new.clone(), plan.texts.get(&new).unwrap_or(text).clone())
            };
            let moved: Vec<(RepoPath, String)> = files.iter().map(moved).collect();
            let after = Site::load(&source(&moved), &SiteOptions::default()).expect("a site in memory");
            let (wrong, n) = wrong(&site, &after, &renames);
            n_links += n;
            failures.extend(
                wrong.map(|wrong| format!("seed {seed}: {wrong}\n{renames:?}\n{files:#?}\nAFTER {moved:#?}")),
            );
        }
        assert!(
            failures.is_empty(),
            "{} of {n_sites} fail\n{}",
            failures.len(),
            failures[..failures.len().min(3)].join("\n")
        );
        assert!(n_links > 2 * usize::try_from(n_sites).expect("few"), "{n_links} links were followed");
    }
}

#[test]
fn links_of_a_page_whose_address_another_has_move_along() {
    let files = [
        ("a.md", "# A\n"),
        ("guide/b.markdown", "# B\n"),
        ("guide/b.md", "---\nmore: ../a.md\n---\n# Other\n\n[a](../a.md) [[a]] ![](pic.png)\n"),
        ("guide/pic.png", "x"),
    ];
    let check_one = |from, to, expected: &[(&str, &str)]| {
        let repo = repo(&files);
        let done = relocate(&wiki(&repo), from, to).expect("it moves");
        for (path, text) in expected {
            assert_eq!(repo.git_with_input(&format!("show HEAD:{path}"), b""), *text, "{path}");
        }
        assert_eq!(done.left, []);
    };
    // Another page that it links to, and the page itself, which is shown then.
    let rewritten = "---\nmore: ../new/c.md\n---\n# Other\n\n[a](../new/c.md) [[c]] ![](pic.png)";
    check_one("a.md", "new/c.md", &[("guide/b.md", rewritten)]);
    let moved = "---\nmore: a.md\n---\n# Other\n\n[a](a.md) [[a]] ![](guide/pic.png)";
    check_one("guide/b.md", "other.md", &[("other.md", moved)]);
}

#[test]
fn links_in_files_that_are_not_published_follow() {
    let files = [
        (
            "recto.yml",
            "content: docs\nlogo: img/l.svg\nfooter: {text: '[O](/guide/old.md)', links: [{title: I, url: guide/old.md}]}\n",
        ),
        ("README.md", "[x](docs/guide/old.md) <img src=\"docs/img/l.svg\"> `[x](docs/guide/old.md)`\n"),
        ("docs/index.md", "# H\n\n{{#include _parts/p.md}}\n\n[i](_ideas/i.md)\n"),
        ("docs/guide/old.md", "# Old\n\n[i](../_ideas/i.md)\n"),
        ("docs/_parts/p.md", "[in](../guide/old.md)\n"),
        (
            "docs/_ideas/i.md",
            "---\ncover: ../img/l.svg\n---\n# I\n\n[x](../guide/old.md) [[old]] [j](j.md)\n\n![][l]\n\n[l]: ../img/l.svg\n",
        ),
        ("docs/_ideas/j.md", "# J\n"),
        (
            "docs/guide/page.html",
            "<a href=\"../guide/old/\">x</a><img src=\"../img/l.svg\"><style>a{background:url(../img/l.svg)}</style>",
        ),
        ("docs/guide/own.css", "a{background:url(\"../img/l.svg\")}"),
        ("docs/img/l.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
        ("data/nav.yml", "- {url: /guide/old/, page: guide/old.md}\n- '[x](/img/l.svg)'\n- old\n"),
        ("data/nav.json", "{\"a\": [\"/img/l.svg\", \"guide/old.md\"]}"),
        ("data/nav.toml", "a = \"guide/old.md\"\n"),
        (
            "themes/default/templates/partials/x.html",
            "{% set p = get_page(path=\"guide/old.md\") %}<a href=\"{{ p.url }}\">x</a><img src='/img/l.svg'> path=\"guide/old.md\"",
        ),
        ("themes/default/new/page.md", "---\ntitle: \"{{ title }}\"\n---\n[x](/guide/old.md) [[old]]\n"),
    ];
    let page = "{% set p = get_page(path=\"howto/new.md\") %}<a href=\"{{ p.url }}\">x</a><img src='/img/l.svg'> path=\"guide/old.md\"";
    check(
        &files,
        "docs/guide/old.md",
        "docs/howto/new.md",
        &[
            (
                "recto.yml",
                "content: docs\nlogo: img/l.svg\nfooter: {text: '[O](/howto/new.md)', links: [{title: I, url: howto/new.md}]}\n",
            ),
            ("README.md", "[x](docs/howto/new.md) <img src=\"docs/img/l.svg\"> `[x](docs/guide/old.md)`\n"),
            ("docs/howto/new.md", "---\naliases: [/guide/old/]\n---\n# Old\n\n[i](../_ideas/i.md)\n"),
            ("docs/_parts/p.md", "[in](../howto/new.md)\n"),
            (
                "docs/_ideas/i.md",
                "---\ncover: ../img/l.svg\n---\n# I\n\n[x](../howto/new.md) [[new]] [j](j.md)\n\n![][l]\n\n[l]: ../img/l.svg\n",
            ),
            (
                "docs/guide/page.html",
                "<a href=\"../howto/new/\">x</a><img src=\"../img/l.svg\"><style>a{background:url(../img/l.svg)}</style>",
            ),
            ("data/nav.yml", "- {url: /howto/new/, page: howto/new.md}\n- '[x](/img/l.svg)'\n- old\n"),
            ("data/nav.json", "{\"a\": [\"/img/l.svg\", \"howto/new.md\"]}"),
            ("data/nav.toml", "a = \"howto/new.md\"\n"),
            ("themes/default/templates/partials/x.html", page),
            ("themes/default/new/page.md", "---\ntitle: \"{{ title }}\"\n---\n[x](/howto/new.md) [[old]]\n"),
        ],
    );
    check(
        &files,
        "docs/img",
        "docs/media/pics",
        &[
            (
                "recto.yml",
                "content: docs\nlogo: media/pics/l.svg\nfooter: {text: '[O](/guide/old.md)', links: [{title: I, url: guide/old.md}]}\n",
            ),
            (
                "README.md",
                "[x](docs/guide/old.md) <img src=\"docs/media/pics/l.svg\"> `[x](docs/guide/old.md)`\n",
            ),
            (
                "docs/_ideas/i.md",
                "---\ncover: ../media/pics/l.svg\n---\n# I\n\n[x](../guide/old.md) [[old]] [j](j.md)\n\n![][l]\n\n[l]: ../media/pics/l.svg\n",
            ),
            (
                "docs/guide/page.html",
                "<a href=\"../guide/old/\">x</a><img src=\"../media/pics/l.svg\"><style>a{background:url(../media/pics/l.svg)}</style>",
            ),
            ("docs/guide/own.css", "a{background:url(\"../media/pics/l.svg\")}"),
            ("data/nav.yml", "- {url: /guide/old/, page: guide/old.md}\n- '[x](/media/pics/l.svg)'\n- old\n"),
            ("data/nav.json", "{\"a\": [\"/media/pics/l.svg\", \"guide/old.md\"]}"),
        ],
    );
    // What isn't published moves itself, is published by a move, or isn't any more.
    check(
        &files,
        "docs/_ideas",
        "docs/_later/deep",
        &[
            ("docs/index.md", "# H\n\n{{#include _parts/p.md}}\n\n[i](_later/deep/i.md)\n"),
            ("docs/guide/old.md", "# Old\n\n[i](../_later/deep/i.md)\n"),
            (
                "docs/_later/deep/i.md",
                "---\ncover: ../../img/l.svg\n---\n# I\n\n[x](../../guide/old.md) [[old]] [j](j.md)\n\n![][l]\n\n[l]: ../../img/l.svg\n",
            ),
        ],
    );
    let repo = repo(&files);
    let wiki = wiki(&repo);
    relocate(&wiki, "docs/_ideas/i.md", "docs/i.md").expect("it moves");
    let text = |path: &str| repo.git_with_input(&format!("show HEAD:{path}"), b"");
    assert_eq!(
        text("docs/i.md"),
        "---\ncover: ../img/l.svg\n---\n# I\n\n[x](guide/old.md) [[old]] [j](_ideas/j.md)\n\n![][l]\n\n[l]: img/l.svg"
    );
    assert!(text("docs/index.md").ends_with("[i](i.md)"), "{}", text("docs/index.md"));
    relocate(&wiki, "docs/i.md", "docs/_old/i.md").expect("it moves");
    assert_eq!(
        text("docs/_old/i.md"),
        "---\ncover: ../img/l.svg\n---\n# I\n\n[x](../guide/old.md) [[old]] [j](../_ideas/j.md)\n\n![][l]\n\n[l]: ../img/l.svg"
    );
    assert!(text("docs/guide/old.md").ends_with("[i](../_old/i.md)"), "{}", text("docs/guide/old.md"));
}

#[test]
fn drafts_move_with_their_page() {
    let text = |middle: &str, link: &str| format!("one\n\n{middle}\n\nsee [b]({link})\n");
    let repo = repo(&[("a.md", &text("two", "b.md")), ("b.md", "# B\n")]);
    let wiki = wiki(&repo);
    let base = wiki.head().expect("a head").commit;
    let keep = |name, content| wiki.keep_draft(&actor(name), "a.md", content, base).expect("kept");
    keep("Bob", text("two by Bob", "b.md"));
    keep("Eve", "one\n\ntwo\n\nnothing\n".to_owned());
    let done = relocate(&wiki, "a.md", "sub/c.md").expect("it moves");
    let drafts = |name, path| wiki.drafts_of(&actor(name), path).expect("readable");
    for name in ["Bob", "Eve"] {
        assert_eq!(drafts(name, "a.md"), [], "nothing is left under the former name");
    }
    let [bobs] = &*drafts("Bob", "sub/c.md") else { panic!("one draft") };
    assert!(bobs.content.ends_with(&text("two by Bob", "../b.md")), "{}", bobs.content);
    assert_eq!((bobs.base, bobs.conflict_with), (Some(done.commit), None));
    let saved = wiki.save_drafts(&actor("Bob"), &["sub/c.md".to_owned()], "").expect("saved");
    assert!(matches!(saved, crate::wiki::save::SaveResult::Saved(_)), "it is no conflict: {saved:?}");
    // What the move has changed, too, is kept beside it.
    let [eves] = &*drafts("Eve", "sub/c.md") else { panic!("one draft") };
    assert_eq!((&*eves.content, eves.conflict_with), ("one\n\ntwo\n\nnothing\n", Some(done.commit)));
}

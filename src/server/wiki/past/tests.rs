//! The past of a real repository, over HTTP.

use super::super::tests::{FORM, JSON, ask, start, value};
use crate::git::test_repo::TestRepo;

/// What stands between two texts.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split(before).nth(1).and_then(|rest| rest.split(after).next()).unwrap_or_default()
}

/// A page that was edited, renamed by hand with a change in it, and edited again.
fn repo_with_a_past() -> TestRepo {
    let repo = TestRepo::new();
    let text = |salt: &str, more: &str| format!("# Bread\n\nWater and flour.\n\n{salt} g salt.\n{more}");
    repo.write("index.md", "# Home\n\n[Bread](bread.md)\n").write("x.png", "png").at(1);
    repo.write("bread.md", &text("10", "")).commit("one").git("tag v1").git("branch team/topic");
    repo.write("bread.md", &text("9", "")).at(2).commit("two").git("mv bread.md loaf.md");
    repo.write("index.md", "# Home\n\n[Bread](loaf.md)\n").at(3).commit("three");
    repo.write("loaf.md", &text("9", "\nBake it.\n")).at(4).commit("four");
    repo
}

#[test]
fn the_history_of_a_page_is_told_across_renames() {
    let repo = repo_with_a_past();
    let server = start(&repo);
    let addr = server.addr();
    let (status, reply) = ask(addr, "GET", "/-/api/history/loaf.md?limit=3", "", "");
    assert_eq!(status, 200, "{reply}");
    let json: serde_json::Value =
        serde_json::from_str(reply.split("\r\n\r\n").nth(1).expect("a body")).expect("JSON");
    let told: Vec<String> = json["commits"]
        .as_array()
        .expect("commits")
        .iter()
        .map(|commit| {
            format!("{} {} {} {}", commit["summary"], commit["path"], commit["size"], commit["time"])
        })
        .collect();
    assert_eq!(
        told,
        [
            r#""four" "loaf.md" 47 "2024-01-01T00:04:00Z""#,
            r#""three" "loaf.md" 37 "2024-01-01T00:03:00Z""#,
            r#""two" "bread.md" 37 "2024-01-01T00:02:00Z""#,
        ]
    );
    assert_eq!(json["commits"][1]["from"], "bread.md");
    assert_eq!(json["commits"][0]["author"]["email"], "ada@example.org");
    let next = json["next"].as_str().expect("there is more");
    let (_, reply) = ask(addr, "GET", next, "", "");
    assert!(reply.contains("\"summary\":\"one\"") && reply.contains("\"next\":null"), "{reply}");
    assert_eq!(ask(addr, "GET", "/-/api/history/none.md", "", "").0, 404);
    assert_eq!(ask(addr, "GET", "/-/api/history/loaf.md?before=HEAD", "", "").0, 400);
    let (status, html) = ask(addr, "GET", "/-/history/loaf.md", "", "");
    assert!(status == 200 && html.contains("was bread.md") && html.contains("+10"), "{html}");
    assert!(ask(addr, "GET", "/loaf/", "", "").1.contains("/-/history/loaf.md"));
    // A save is in it at once.
    ask(addr, "PUT", "/-/api/pages/new.md", JSON, r##"{"content":"# N\n","message":"five","minor":true}"##);
    assert!(ask(addr, "GET", "/-/api/history/new.md", "", "").1.contains("\"minor\":true"));
    server.stop().expect("stopped");
}

#[test]
fn versions_are_compared_and_brought_back() {
    let repo = repo_with_a_past();
    let server = start(&repo);
    let addr = server.addr();
    let (_, reply) = ask(addr, "GET", "/-/api/diff/loaf.md?from=v1&to=HEAD", "", "");
    assert!(reply.contains(r#"{"mark":"removed","text":"10"},{"mark":"added","text":"9"}"#), "{reply}");
    assert!(reply.contains("\"path\":\"bread.md\""));
    for view in ["words", "lines", "sides", "page"] {
        let (status, html) = ask(addr, "GET", &format!("/-/diff/loaf.md?from=v1&view={view}"), "", "");
        assert!(status == 200 && html.contains("<del>10</del>") && html.contains("<ins>9</ins>"), "{html}");
    }
    assert!(ask(addr, "GET", "/-/diff/loaf.md", "", "").1.contains("Bake it."));
    assert_eq!(ask(addr, "GET", "/-/diff/loaf.md?from=none", "", "").0, 404);
    let (_, html) = ask(addr, "GET", "/-/blame/loaf.md", "", "");
    assert!(
        html.contains("one") && html.contains("two") && html.contains("four") && !html.contains(">three<")
    );
    // Restored from before it had its name, by the form.
    let (_, form) = ask(addr, "GET", "/-/restore/loaf.md?rev=v1", "", "");
    let (rev, base, token) = (value(&form, "rev"), value(&form, "base"), value(&form, "token"));
    let body = format!("rev={rev}&base={base}&token={token}&message=");
    let (status, reply) = ask(addr, "POST", "/-/restore/loaf.md", FORM, &body);
    assert!(status == 303 && reply.contains("location: /loaf/"), "{reply}");
    assert_eq!(repo.git_with_input("show HEAD:loaf.md", b""), repo.git_with_input("show v1:bread.md", b""));
    assert_eq!(ask(addr, "POST", "/-/restore/loaf.md", FORM, &body.replace(token, "x")).0, 403);
    // That is taken back.
    let head = repo.git_with_input("rev-parse HEAD", b"");
    let (_, html) = ask(addr, "GET", "/-/commit/HEAD", "", "");
    assert!(html.contains(&head) && html.contains("Restore loaf.md as of"), "{html}");
    let body = format!("commit={head}&token={token}&message=");
    assert_eq!(ask(addr, "POST", "/-/revert", FORM, &body).0, 303);
    assert!(repo.git_with_input("show HEAD:loaf.md", b"").contains("Bake it."));
    // What others have changed since is in the way: nothing is saved.
    repo.write("loaf.md", "# Bread\n\nWater and flour.\n\n8 g salt.\n").commit("by-hand");
    let n_commits = repo.git_with_input("rev-list --count HEAD", b"");
    let (status, reply) =
        ask(addr, "POST", "/-/revert", FORM, &format!("commit=HEAD~2&token={token}&message="));
    assert!(status == 409 && reply.contains("<del>8</del> g salt"), "{reply}");
    assert_eq!(repo.git_with_input("rev-list --count HEAD", b""), n_commits);
    assert_eq!(repo.git_with_input("status --porcelain", b""), "");
    server.stop().expect("stopped");
}

#[test]
fn a_page_shows_the_first_of_many_lines_that_differ() {
    let repo = repo_with_a_past();
    let lines = |salt: &str| (0..6_000).map(|n| format!("{salt}{n}\n")).collect::<String>();
    repo.write("large.md", &lines("a"))
        .at(5)
        .commit("five")
        .write("large.md", &lines("b"))
        .at(6)
        .commit("six");
    let server = start(&repo);
    let addr = server.addr();
    for address in
        ["/-/diff/large.md", "/-/diff/large.md?view=lines", "/-/diff/large.md?view=sides", "/-/commit/HEAD"]
    {
        let (status, html) = ask(addr, "GET", address, "", "");
        assert!(status == 200 && html.contains("b4999") && !html.contains("b5000"), "{address}");
        assert!(html.contains("1000 more lines are not shown"), "{address}");
        assert_eq!(html.contains("/-/api/diff/large.md?from="), address.contains("diff"), "{address}");
    }
    let (_, html) = ask(addr, "GET", "/-/diff/large.md", "", "");
    let all = between(&html, "<p class=\"diff-more\">", "</p>");
    let all = between(all, "href=\"", "\"").replace("&amp;", "&").replace("&#x2F;", "/");
    let (status, reply) = ask(addr, "GET", &all, "", "");
    assert!(status == 200 && reply.contains("b5999"), "{all}");
    server.stop().expect("stopped");
}

#[test]
fn a_revert_undoes_a_rename_and_what_a_commit_added() {
    let repo = repo_with_a_past();
    let server = start(&repo);
    let addr = server.addr();
    repo.write("more.md", "# More\n").write("index.md", "# Home\n\nOther.\n").commit("five");
    assert_eq!(ask(addr, "POST", "/-/api/revert", JSON, r#"{"commit":"HEAD"}"#).0, 200);
    assert_eq!(repo.git_with_input("ls-tree --name-only HEAD", b""), "index.md\nloaf.md\nx.png");
    assert!(repo.git_with_input("log -1 --format=%s", b"").starts_with("Revert \"five\""));
    // A file keeps what was changed under its new name.
    assert_eq!(ask(addr, "POST", "/-/api/revert", JSON, r#"{"commit":"HEAD~3"}"#).0, 201);
    assert_eq!(repo.git_with_input("ls-tree --name-only HEAD", b""), "bread.md\nindex.md\nx.png");
    assert!(repo.git_with_input("show HEAD:bread.md", b"").contains("Bake it."));
    // What was changed under an old name is taken back under the new one.
    repo.git("mv bread.md new.md").commit("moved");
    assert_eq!(ask(addr, "POST", "/-/api/revert", JSON, r#"{"commit":"v1~0"}"#).0, 409);
    let two = repo.git_with_input("log --format=%H --grep=^two$", b"");
    assert_eq!(ask(addr, "POST", "/-/api/revert", JSON, &format!(r#"{{"commit":"{two}"}}"#)).0, 200);
    assert!(repo.git_with_input("show HEAD:new.md", b"").contains("10 g salt"));
    server.stop().expect("stopped");
}

#[test]
fn recent_changes_are_filtered_and_fed() {
    let repo = repo_with_a_past();
    let server = start(&repo);
    let addr = server.addr();
    let (_, html) = ask(addr, "GET", "/-/recent", "", "");
    assert!(html.contains("four") && html.contains("one") && html.contains("1 January 2024"));
    let (_, html) = ask(addr, "GET", "/-/recent?author=ADA@example.org&path=index&minor=hide", "", "");
    assert!(html.contains(">three<") && !html.contains(">four<"), "{html}");
    assert!(ask(addr, "GET", "/-/recent?author=nobody", "", "").1.contains("no such changes"));
    let (_, first) = ask(addr, "GET", "/-/api/recent?limit=1&path=loaf", "", "");
    assert!(first.contains("\"summary\":\"four\"") && first.contains("limit=1&before="), "{first}");
    let (status, feed) = ask(addr, "GET", "/-/recent.atom", "", "");
    assert!(status == 200 && feed.contains("<title>four</title>") && feed.contains("application/atom+xml"));
    assert_eq!(feed.matches("<entry>").count(), 4);
    let (status, html) = ask(addr, "GET", "/-/people/ada@example.org", "", "");
    assert!(
        status == 200 && html.contains("Contributions of Ada") && html.contains("4 commits, 4 files"),
        "{html}"
    );
    assert_eq!(ask(addr, "GET", "/-/people/Nobody", "", "").0, 404);
    server.stop().expect("stopped");
}

#[test]
fn the_site_is_there_as_of_any_commit() {
    let repo = repo_with_a_past();
    let server = start(&repo);
    let addr = server.addr();
    let (status, reply) = ask(addr, "GET", "/-/at/v1", "", "");
    assert!(status == 303 && reply.contains("location: /-/at/v1/"), "{reply}");
    let (status, html) = ask(addr, "GET", "/-/at/v1/", "", "");
    assert!(status == 200 && html.contains("href=\"/-/at/v1/bread/\""), "{html}");
    assert!(
        html.contains("class=\"wiki-at\"") && html.contains("1 January 2024") && html.contains("noindex")
    );
    let (status, html) = ask(addr, "GET", "/-/at/v1/bread/", "", "");
    assert!(status == 200 && html.contains("10 g salt") && !html.contains("/-/edit/"), "{html}");
    assert_eq!(between(&html, "<aside class=\"wiki-at\"", "</aside>").matches("href=\"/\"").count(), 1);
    assert!(ask(addr, "GET", "/-/at/team/topic/bread/", "", "").1.contains("href=\"/-/at/team/topic/\""));
    assert!(ask(addr, "GET", "/-/at/HEAD~1/loaf/", "", "").1.contains("9 g salt"));
    let (status, reply) = ask(addr, "GET", "/-/at/v1/x.png", "", "");
    assert!(status == 200 && reply.ends_with("png") && !reply.contains("wiki-at"));
    assert_eq!(ask(addr, "GET", "/-/at/v1/loaf/", "", "").0, 404);
    assert_eq!(ask(addr, "GET", "/-/at/none/", "", "").0, 404);
    assert_eq!(ask(addr, "GET", "/-/at/:%2Fone/", "", "").0, 404);
    let style = between(&html, "rel=\"stylesheet\" href=\"/-/at/v1/", "\"");
    assert_eq!(ask(addr, "GET", &format!("/-/at/v1/{style}"), "", "").0, 200, "{style}");
    assert!(ask(addr, "GET", "/loaf/", "", "").1.contains("Bake it."), "the newest site is as it was");
    server.stop().expect("stopped");
}

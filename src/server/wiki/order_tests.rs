//! Moves, lists, searches, uploads and deletions over HTTP.

use super::tests::{FORM, JSON, ask, repo, start, value};

#[test]
fn a_page_is_moved_by_program_and_by_form() {
    let repo = repo();
    repo.write("b.md", "# B\n\n[a](a.md) and [[a]]\n").commit("two");
    let server = start(&repo);
    let addr = server.addr();
    let body = r#"{"from":"a.md","to":"guide/c.md","dry_run":true}"#;
    let (status, reply) = ask(addr, "POST", "/-/api/move", JSON, body);
    assert!(status == 200 && reply.contains(r#"{"from":"a.md","to":"guide/c.md"}"#), "{reply}");
    assert_eq!(repo.git_with_input("rev-list --count HEAD", b""), "2", "nothing is done yet");
    let (status, reply) = ask(addr, "POST", "/-/api/move", JSON, &body.replace(",\"dry_run\":true", ""));
    assert!(status == 200 && reply.contains(r#""url":"/guide/c/""#), "{reply}");
    assert_eq!(repo.git_with_input("show HEAD:b.md", b""), "# B\n\n[a](guide/c.md) and [[c]]");
    assert!(ask(addr, "GET", "/a/", "", "").1.contains("/guide/c/"), "the old address leads to the new one");
    assert_eq!(ask(addr, "POST", "/-/api/move", JSON, body).0, 404);
    assert_eq!(ask(addr, "POST", "/-/api/move", JSON, r#"{"from":"b.md","to":".git/x"}"#).0, 422);
    assert_eq!(ask(addr, "POST", "/-/api/move", FORM, "from=b.md&to=c.md").0, 403);

    let (status, form) = ask(addr, "GET", "/-/move/guide/c.md", "", "");
    assert!(status == 200 && form.contains("value=\"guide/c.md\""), "{form}");
    let token = value(&form, "token");
    let sent = format!("to=d.md&token={token}&action=plan");
    let (status, plan) = ask(addr, "POST", "/-/move/guide/c.md", FORM, &sent);
    assert!(status == 200 && plan.contains("<ins>d.md</ins>") && plan.contains("value=\"move\""), "{plan}");
    let (status, reply) = ask(addr, "POST", "/-/move/guide/c.md", FORM, &sent.replace("plan", "move"));
    assert!(status == 303 && reply.contains("location: /d/"), "{reply}");
    assert_eq!(repo.git_with_input("show HEAD:b.md", b""), "# B\n\n[a](d.md) and [[d]]");
    assert_eq!(ask(addr, "POST", "/-/move/d.md", FORM, "to=e.md&token=x&action=move").0, 403);
    assert_eq!(ask(addr, "GET", "/-/move/none.md", "", "").0, 404);
    server.stop().expect("stopped");
}

#[test]
fn pages_are_listed_and_searched() {
    let repo = repo();
    repo.write("guide/b.md", "# Deploying\n\n[[a]] and [[Not yet]]\n\n[x](gone.md)\n")
        .write("pic.png", "png")
        .commit("two");
    let server = start(&repo);
    let addr = server.addr();
    let get = |path: &str| {
        let (status, reply) = ask(addr, "GET", path, "", "");
        assert_eq!(status, 200, "{path}: {reply}");
        reply
    };
    let all = get("/-/api/pages?limit=1");
    assert!(all.contains(r#""path":"a.md""#) && all.contains(r#""next":"a.md""#), "{all}");
    let rest = get("/-/api/pages?limit=1&after=a.md");
    assert!(rest.contains(r#""title":"Deploying""#) && rest.contains(r#""next":null"#), "{rest}");
    assert!(!get("/-/api/pages?prefix=guide/").contains("a.md"));
    assert!(get("/-/api/pages?kind=file").contains("pic.png"));
    assert_eq!(ask(addr, "GET", "/-/api/pages?limit=x", "", "").0, 400);

    let found = get("/-/api/search?q=deploy");
    assert!(found.contains(r#""url":"/guide/b/""#) && found.contains(r#""total":1"#), "{found}");
    assert!(get("/-/api/search?q=").contains(r#""total":0"#));
    let put = r##"{"content":"# New\n\nabout zebras\n"}"##;
    assert_eq!(ask(addr, "PUT", "/-/api/pages/z.md", JSON, put).0, 201);
    assert!(get("/-/api/search?q=zebra").contains(r#""path":"z.md""#), "a commit is found at once");
    let page = get("/-/search?q=zebra");
    assert!(page.contains("<mark>zebras</mark>") && page.contains("href=\"/z/\""), "{page}");
    assert!(get("/-/search?q=%3Cscript%3E").contains("&lt;script&gt;"));

    assert!(get("/-/links/a.md").contains("<mark>a</mark>"));
    assert!(get("/-/links/pic.png").contains("data-list=\"links\""));
    assert!(get("/-/wanted").contains("href=\"/-/edit/guide/Not%20yet.md\""));
    assert!(get("/-/orphans").contains("href=\"/z/\""));
    assert!(get("/-/broken").contains("gone.md"));
    for path in ["/-/stale", "/-/index", "/-/index?by=folder", "/-/start"] {
        assert!(get(path).contains("class=\"wiki\""), "{path}");
    }
    assert_eq!(ask(addr, "GET", "/-/random", "", "").0, 303);
    assert_eq!(ask(addr, "GET", "/-/links/none.md", "", "").0, 404);
    server.stop().expect("stopped");
}

/// A form with files, as a browser sends it.
fn multipart(fields: &[(&str, &str)], file: (&str, &str)) -> (String, String) {
    let text = |(name, value): &(&str, &str)| {
        format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let texts: String = fields.iter().map(text).collect();
    let (name, bytes) = file;
    let file = format!(
        "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{bytes}\r\n--XX--\r\n"
    );
    ("Content-Type: multipart/form-data; boundary=XX\r\n".to_owned(), texts + &file)
}

#[test]
fn files_are_uploaded_listed_and_replaced() {
    let repo = repo();
    let server = start(&repo);
    let addr = server.addr();
    let own = |head: &str| format!("{head}X-Recto: 1\r\n");
    let (head, body) =
        multipart(&[("page", "a.md")], ("../my pic.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>"));
    let (status, reply) = ask(addr, "POST", "/-/api/uploads", &own(&head), &body);
    assert!(
        status == 201
            && reply
                .contains(r#""path":"my-pic.svg","url":"/my-pic.svg","markdown":"![my pic](my-pic.svg)""#),
        "{reply}"
    );
    assert_eq!(ask(addr, "POST", "/-/api/uploads", &head, &body).0, 403, "another site can send forms");
    let (status, reply) = ask(addr, "GET", "/my-pic.svg", "", "");
    assert!(status == 200 && reply.contains("content-security-policy: sandbox allow-scripts"), "{reply}");
    assert!(
        !ask(addr, "GET", "/a/", "", "").1.contains("content-security-policy: sandbox"),
        "pages are ours"
    );
    let (head, body) = multipart(&[("page", "a.md")], ("x.html", "<script>alert(1)</script>"));
    assert_eq!(ask(addr, "POST", "/-/api/uploads", &own(&head), &body).0, 201);
    assert!(ask(addr, "GET", "/x.html", "", "").1.contains("content-security-policy: sandbox"));
    let (head, body) = multipart(&[], ("x.png", "x"));
    assert_eq!(ask(addr, "POST", "/-/api/uploads", &own(&head), &body).0, 400);
    let (head, body) = multipart(&[("path", ".git/hooks/x")], ("x", "x"));
    assert_eq!(ask(addr, "POST", "/-/api/uploads", &own(&head), &body).0, 422);
    assert_eq!(ask(addr, "POST", "/-/api/uploads", &own(&head), "--XX\r\n").0, 400);

    let (status, page) = ask(addr, "GET", "/-/files/a.md", "", "");
    assert!(status == 200 && page.contains("my-pic.svg") && page.contains("/-/delete/my-pic.svg"), "{page}");
    let token = value(&page, "token").to_owned();
    let fields = [("token", &*token), ("replace", "my-pic.svg")];
    let (head, body) = multipart(&fields, ("other.svg", "<svg/>"));
    assert_eq!(ask(addr, "POST", "/-/files/a.md", &head, &body).0, 303);
    assert_eq!(repo.git_with_input("show HEAD:my-pic.svg", b""), "<svg/>");
    let (head, body) = multipart(&[("token", "x")], ("y.png", "y"));
    assert_eq!(ask(addr, "POST", "/-/files/a.md", &head, &body).0, 403);
    let large = format!(r#"{{"content":"{}"}}"#, "x".repeat((8 << 20) + 1));
    let (status, reply) = ask(addr, "PUT", "/-/api/pages/large.md", JSON, &large);
    assert!(
        status == 413 && reply.contains("8388608"),
        "a page that could not be shown is not taken: {reply}"
    );
    server.stop().expect("stopped");
}

#[test]
fn who_links_to_a_page_is_told_before_it_is_deleted() {
    let repo = repo();
    repo.write("b.md", "# B\n\nsee [it](a.md) there\n")
        .write("f/c.md", "# C\n")
        .write("f/d.md", "# D\n")
        .commit("two");
    let server = start(&repo);
    let addr = server.addr();
    let (status, page) = ask(addr, "GET", "/-/delete/a.md", "", "");
    assert!(status == 200 && page.contains("see <mark>it</mark> there"), "{page}");
    let token = value(&page, "token").to_owned();
    assert_eq!(ask(addr, "POST", "/-/delete/a.md", FORM, "token=x").0, 403);
    let (status, reply) = ask(addr, "POST", "/-/delete/f", FORM, &format!("token={token}&message=away"));
    assert!(status == 303 && reply.contains("location: /"), "{reply}");
    assert_eq!(repo.git_with_input("ls-files", b""), "a.md\nb.md");
    assert_eq!(repo.git_with_input("log -1 --format=%an:%s", b""), "Ada:away");
    assert_eq!(ask(addr, "GET", "/-/delete/f", "", "").0, 404);
    let (status, page) = ask(addr, "GET", "/-/deleted", "", "");
    assert!(status == 200 && page.contains("action=\"/-/undelete/f/c.md\""), "{page}");
    assert_eq!(ask(addr, "POST", "/-/undelete/f", FORM, "token=x").0, 403);
    assert_eq!(ask(addr, "POST", "/-/undelete/f", FORM, &format!("token={token}")).0, 303);
    assert_eq!(repo.git_with_input("ls-files", b""), "a.md\nb.md\nf/c.md\nf/d.md");
    server.stop().expect("stopped");
}

#[test]
fn a_page_has_a_menu_and_red_links_lead_to_the_editor() {
    let repo = repo();
    repo.write("guide/b.md", "# B\n\n[[Not yet]] and [[/Top|text]]\n").commit("two");
    let server = start(&repo);
    let addr = server.addr();
    let (_, page) = ask(addr, "GET", "/guide/b/", "", "");
    assert!(
        page.contains(r#"<a href="/-/edit/guide/Not%20yet.md" class="wanted">"#)
            || page.contains(r#"class="wanted" href="/-/edit/guide/Not%20yet.md""#),
        "{page}"
    );
    assert!(page.contains("/-/edit/Top.md"));
    for link in [
        "/-/edit/guide/b.md",
        "/-/history/guide/b.md",
        "/-/move/guide/b.md",
        "/-/delete/guide/b.md",
        "/-/links/guide/b.md",
        "/-/recent",
        "/-/search",
        "/-/new?beside=guide/b.md",
    ] {
        assert!(page.contains(&format!("href=\"{link}\"")), "{link}\n{page}");
    }
    let (_, form) = ask(addr, "GET", "/-/new?beside=guide/b.md", "", "");
    assert!(form.contains("value=\"guide/\""), "{form}");
    let (status, reply) = ask(addr, "GET", "/-/new?path=guide/first%20steps", "", "");
    assert!(status == 303 && reply.contains("location: /-/edit/guide/first%20steps.md"), "{reply}");
    assert_eq!(ask(addr, "GET", "/-/new?path=../x", "", "").0, 422);
    assert!(form.contains("<option>post</option>"), "{form}");
    let (_, reply) = ask(addr, "GET", "/-/new?path=guide/first&template=post", "", "");
    assert!(reply.contains("location: /-/edit/guide/first.md?template=post"), "{reply}");
    let (_, editor) = ask(addr, "GET", "/-/edit/guide/first.md?template=post", "", "");
    assert!(editor.contains("title: First\ndate: "), "{editor}");
    server.stop().expect("stopped");
}

#[test]
fn the_settings_of_the_site_stay() {
    let repo = repo();
    repo.write("recto.yml", "title: T\n").commit("two");
    let server = start(&repo);
    let addr = server.addr();
    let (_, files) = ask(addr, "GET", "/-/files/a.md", "", "");
    assert!(files.contains("/-/edit/recto.yml") && !files.contains("/-/delete/recto.yml"), "{files}");
    for (method, path, body) in [
        ("DELETE", "/-/api/pages/recto.yml", ""),
        ("POST", "/-/api/move", r#"{"from":"recto.yml","to":"other.yml"}"#),
    ] {
        let (status, reply) = ask(addr, method, path, JSON, body);
        assert!(status == 422 && reply.contains("has the settings of the site"), "{reply}");
    }
    let (_, form) = ask(addr, "GET", "/-/delete/recto.yml", "", "");
    let token = value(&form, "token");
    let (status, reply) = ask(addr, "POST", "/-/delete/recto.yml", FORM, &format!("token={token}"));
    assert!(status == 422 && reply.contains("<code>recto.yml</code> has the settings"), "{reply}");
    assert_eq!(repo.git_with_input("rev-list --count HEAD", b""), "2");
    server.stop().expect("stopped");
}

//! What a wiki has to survive: names, addresses, headers and texts that have broken others.
//!
//! Raw HTML in pages is still shown as it is: those who write are those who are trusted, until there are accounts.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

use super::tests::{FORM, JSON, ask, put, start, value};
use crate::git::test_repo::TestRepo;

/// What `/etc/passwd` begins with.
const SECRET: &str = "root:x:";

fn repo() -> TestRepo {
    let repo = TestRepo::new();
    repo.write("a.md", "# A\n\none\n").write("folder/b.md", "# B\n").commit("one");
    repo
}

fn n_commits(repo: &TestRepo) -> String {
    repo.git_with_input("rev-list --count HEAD", b"")
}

#[test]
fn names_that_mean_something_else_are_refused() {
    let repo = repo();
    let server = start(&repo);
    for path in [
        "../x.md",
        "..%2fx.md",
        "%2e%2e/x.md",
        "..%5cx.md",
        "a/../../x.md",
        "%2fetc/x.md",
        "C:/x.md",
        "C:%5cx.md",
        "x%00.md",
        "x%0a.md",
        "x%7f.md",
        "x.md.",
        "x.md%20",
        "CON",
        "con.md",
        "folder/NUL.txt",
        ".git/config",
        ".GIT/hooks/post-receive",
        "folder/.git/x",
        "git~1",
        ".git%20/x",
        ".gi%e2%80%8ct/x",
        ".gitmodules",
        ".gitattributes",
        "-x.md",
        "--output=x",
        "x%e2%80%aedm.md",
        "x%e2%80%8b.md",
        "%ef%bb%bfx.md",
        "-/save.md",
        "recto.yml/x.md",
        "cafe%cc%81.md",
        "A.md",
        "Folder/c.md",
        "x%ff.md",
        "a.md/b.md",
        "folder",
    ] {
        for (method, route) in
            [("PUT", "/-/api/pages/"), ("POST", "/-/api/preview/"), ("DELETE", "/-/api/pages/")]
        {
            let (status, reply) =
                ask(server.addr(), method, &format!("{route}{path}"), JSON, r#"{"content":"x"}"#);
            let is_preview = method == "POST";
            assert!((400..500).contains(&status) || is_preview && status == 200, "{method} {path}: {reply}");
            assert!(status == 200 || reply.contains("urn:recto:"), "{method} {path}: {reply}");
        }
        let (status, reply) = ask(server.addr(), "GET", &format!("/-/edit/{path}"), "", "");
        assert!(status < 500 && !reply.contains(SECRET), "{path}: {reply}");
    }
    assert!((400..500).contains(&put(server.addr(), &"x".repeat(300), r#"{"content":"x"}"#).0));
    assert_eq!(n_commits(&repo), "1");
    server.stop().expect("stopped");
}

#[test]
fn a_character_that_no_text_has_is_refused_with_its_place() {
    let repo = repo();
    let server = start(&repo);
    let addr = server.addr();
    let text = r##"{"content":"# A\n\none \u0000two\n","base":null,"anyway":true}"##;
    for path in ["x.md", "x.yml", "x.txt", "x.css", "recto.yml"] {
        let (status, reply) = put(addr, path, text);
        assert!(status == 422 && reply.contains("line 3, column 5"), "{path}: {reply}");
        assert!(reply.contains("NUL"), "{path}: {reply}");
    }
    let (_, form) = ask(addr, "GET", "/-/edit/a.md", "", "");
    let (token, base) = (value(&form, "token"), value(&form, "base"));
    let body = format!("content=%23+A%0D%0Atwo%00&token={token}&base={base}&action=save");
    let (status, reply) = ask(addr, "POST", "/-/edit/a.md", FORM, &body);
    assert!(status == 422 && reply.contains("line 2, column 4"), "{reply}");
    assert_eq!(n_commits(&repo), "1");
    assert_eq!(put(addr, "x.bin", text).0, 201, "no text");
    server.stop().expect("stopped");
}

/// Its scripts would save, delete and read for whoever looks at it.
#[test]
fn what_somebody_has_uploaded_is_never_a_document_of_ours() {
    let repo = repo();
    let evil = "<html><body><script>evil</script></body></html>";
    for path in ["z/index.html", "Z2/INDEX.html", "Z2/a.HTML", "404.html", "b c/x.htm", "z/x.xsl", "z/x.rss"]
    {
        repo.write(path, evil);
    }
    repo.write("z/x.svg", evil)
        .write("z/x.xhtml", evil)
        .write("z/x.xml", evil)
        .write("z/x.xslt", evil)
        .commit("evil");
    let server = start(&repo);
    let addr = server.addr();
    for path in [
        "/z/",
        "/z/index.html",
        "/z/index%2ehtml",
        "/%7a/%69ndex.html",
        "/z/INDEX.html",
        "/z/index.html/",
        "/z/index.html.",
        "/z/index.html%20",
        "/z/index.html;x",
        "/z/index.html/index.html",
        "/z//index.html",
        "/z/./index.html",
        "/z%2findex.html",
        "/z",
        "/Z2/",
        "/Z2/index.html",
        "/Z2/INDEX.html",
        "/Z2/a.HTML",
        "/b%20c/x.htm",
        "/b-c/x.htm",
        "/z/x.svg",
        "/z/x.xhtml",
        "/z/x.xml",
        "/z/x.xsl",
        "/z/x.xslt",
        "/z/x.rss",
        "/404.html",
        "/none.png",
        "/none/x.html",
    ] {
        for base in ["", "/-/at/main", "/-/at/HEAD", "/-/at/main~0"] {
            let address = format!("{base}{path}");
            let (_, whole) = ask(addr, "GET", &address, "", "");
            let etag = whole.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap_or("\"\"");
            for headers in ["", "Range: bytes=1-99\r\n", &format!("If-None-Match: {etag}\r\n")] {
                let (status, reply) = ask(addr, "GET", &address, headers, "");
                let is_theirs = reply.contains("evil</script>") || status == 206 || status == 304;
                let is_apart = reply.contains("content-security-policy: sandbox allow-scripts");
                assert!(!is_theirs || is_apart, "{address} {headers}: {reply}");
            }
        }
    }
    for address in
        ["/z/index.html", "/-/at/main/z/", "/-/at/main/z/index.html", "/-/at/main/z/x.svg", "/none.png"]
    {
        assert!(ask(addr, "GET", address, "", "").1.contains("evil</script>"), "{address} is tested at all");
    }
    for address in ["/a/", "/a/index.html", "/-/at/main/a/", "/-/at/main/a/index.html", "/sitemap.xml"] {
        assert!(
            !ask(addr, "GET", address, "", "").1.contains("content-security-policy: sandbox"),
            "{address} is ours"
        );
    }
    server.stop().expect("stopped");
}

#[cfg(unix)]
#[test]
fn links_lead_nowhere() {
    let repo = repo();
    repo.link("out.md", "/etc/passwd")
        .link("up", "..")
        .link("dangling.md", "none.md")
        .link("loop.md", "loop.md");
    repo.link("page.md", "a.md").commit("links");
    let server = start(&repo);
    for path in ["out.md", "up/x.md", "dangling.md", "loop.md", "page.md"] {
        let (status, reply) = ask(server.addr(), "GET", &format!("/-/api/pages/{path}"), "", "");
        assert!((400..500).contains(&status) && !reply.contains(SECRET), "{path}: {reply}");
        let (status, reply) = put(server.addr(), path, r#"{"content":"x"}"#);
        assert!((400..500).contains(&status), "{path}: {reply}");
        for address in [format!("/{path}"), format!("/{}/", path.trim_end_matches(".md"))] {
            let (status, reply) = ask(server.addr(), "GET", &address, "", "");
            assert!(status < 500 && !reply.contains(SECRET), "{address}: {reply}");
        }
        let form = format!(
            "--B\r\nContent-Disposition: form-data; name=\"path\"\r\n\r\n{path}\r\n--B\r\n\
             Content-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\nx\r\n--B--\r\n"
        );
        let head = "Content-Type: multipart/form-data; boundary=B\r\nX-Recto: 1\r\n";
        let (status, reply) = ask(server.addr(), "POST", "/-/api/uploads", head, &form);
        assert!((400..500).contains(&status), "{path}: {reply}");
        let body = format!(r#"{{"from":"folder/b.md","to":"{path}"}}"#);
        let (status, reply) = ask(server.addr(), "POST", "/-/api/move", JSON, &body);
        assert!((400..500).contains(&status), "{path}: {reply}");
    }
    assert_eq!(n_commits(&repo), "2");
    // They are moved and deleted themselves, and what they lead to stays as it is.
    for link in ["out.md", "up", "dangling.md", "loop.md", "page.md"] {
        let body = format!(r#"{{"from":"{link}","to":"moved-{link}"}}"#);
        let (status, reply) = ask(server.addr(), "POST", "/-/api/move", JSON, &body);
        assert!(status == 200 && !reply.contains(SECRET), "{link}: {reply}");
        assert!(
            repo.git_with_input(&format!("ls-tree HEAD moved-{link}"), b"").starts_with("120000"),
            "{link}"
        );
        let address = format!("/-/delete/moved-{link}");
        let (_, form) = ask(server.addr(), "GET", &address, "", "");
        assert!(!form.contains(SECRET), "{link}: {form}");
        let body = format!("token={}", value(&form, "token"));
        let (status, reply) = ask(server.addr(), "POST", &address, FORM, &body);
        assert_eq!(status, 303, "{link}: {reply}");
    }
    assert_eq!(
        repo.git_with_input("ls-files", b""),
        repo.git_with_input("ls-tree -r --name-only HEAD~11", b"")
    );
    assert_eq!(repo.git_with_input("status --porcelain", b""), "");
    server.stop().expect("stopped");
}

#[test]
fn what_another_site_can_send_changes_nothing() {
    let repo = repo();
    let server = start(&repo);
    let addr = server.addr();
    let body = r#"{"content":"x"}"#;
    for operation in super::api::operations() {
        let (method, path) = (operation.method.as_str(), operation.route.replace("{*path}", "x.md"));
        if method == "GET" {
            continue;
        }
        for foreign in ["Origin: http://evil.example", "Origin: null", "Sec-Fetch-Site: cross-site"] {
            let (status, reply) = ask(addr, method, &path, &format!("{JSON}{foreign}\r\n"), body);
            assert_eq!(status, 403, "{method} {path} {foreign}: {reply}");
        }
        if method == "POST" {
            for simple in [FORM, "Content-Type: text/plain\r\n", ""] {
                let (status, reply) = ask(addr, method, &path, simple, body);
                assert_eq!(status, 403, "{method} {path} {simple}: {reply}");
            }
        }
    }
    for token in ["", "&token=", "&token=x", "&token=x&token=y"] {
        let (status, reply) =
            ask(addr, "POST", "/-/edit/x.md", FORM, &format!("content=x&action=save{token}"));
        assert!((400..500).contains(&status), "{token}: {reply}");
    }
    assert_eq!(n_commits(&repo), "1");
    server.stop().expect("stopped");
}

#[test]
fn other_names_of_this_server_are_refused() {
    let repo = repo();
    let server = start(&repo);
    for host in ["evil.example", "127.0.0.1.evil.example", "localhost:1", "", "a b"] {
        for path in ["/", "/-/api/pages/a.md", "/-/health", "/-/metrics", "/-/api/openapi.json"] {
            // The first `Host` is ours: there must be one only.
            let (status, reply) = ask(server.addr(), "GET", path, &format!("Host: {host}\r\n"), "");
            assert!((400..500).contains(&status), "{host} {path}: {reply}");
        }
    }
    for address in
        ["//evil.example/", "/%5Cevil.example/", "/\\evil.example", "/-//evil.example", "/a%2f..%2f"]
    {
        let (status, reply) = ask(server.addr(), "GET", address, "", "");
        let location = reply.lines().find_map(|line| line.strip_prefix("location: ")).unwrap_or("/");
        let leads_here = location.starts_with('/') && !location.starts_with("//");
        assert!(status < 500 && leads_here, "{address}: {reply}");
    }
    server.stop().expect("stopped");
}

#[test]
fn bodies_that_are_none_are_refused() {
    let repo = repo();
    let server = start(&repo);
    let addr = server.addr();
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for body in [
        "",
        "{",
        "[]",
        "null",
        "1",
        "\"x\"",
        "{}",
        r#"{"content":1}"#,
        r#"{"content":"x","content":"y"}"#,
        r#"{"content":"\ud800"}"#,
        r#"{"content":"x","base":"HEAD"}"#,
        r#"{"content":"x","base":"--output=x"}"#,
        &deep,
    ] {
        let (status, reply) = put(addr, "x.md", body);
        assert!(matches!(status, 400 | 422), "{body:.40}: {reply}");
    }
    for (method, status) in [("PATCH", 405), ("TRACE", 405), ("FOO", 405)] {
        assert_eq!(ask(addr, method, "/-/api/pages/a.md", JSON, "").0, status, "{method}");
    }
    // It says what it will send, and is refused before it does.
    let mut stream = TcpStream::connect(addr).expect("connected");
    let head = format!(
        "PUT /-/api/pages/x.md HTTP/1.1\r\nHost: {addr}\r\nContent-Length: 1000000000000\r\n{JSON}\r\n{{"
    );
    stream.write_all(head.as_bytes()).expect("sent");
    let mut reply = [0; 12];
    stream.read_exact(&mut reply).expect("received");
    assert_eq!(&reply, b"HTTP/1.1 413");
    assert_eq!(n_commits(&repo), "1");
    server.stop().expect("stopped");
}

#[test]
fn texts_that_are_hard_to_read_are_shown_in_time() {
    let repo = repo();
    let server = start(&repo);
    for (name, text) in [
        ("brackets", "[".repeat(50_000)),
        ("quotes", ">".repeat(10_000)),
        ("lists", "* ".repeat(5_000)),
        ("stars", "*a_ ".repeat(20_000)),
        ("ticks", (1..300).map(|n| "`".repeat(n) + " ").collect()),
        ("links", "[a](".repeat(20_000)),
        ("wiki links", "[[".repeat(20_000)),
        ("templates", "{{ ".repeat(20_000) + "{% for %}"),
        ("components", ":::note\n".repeat(5_000)),
        ("front matter", format!("---\na: {}\n---\n", "[".repeat(20_000))),
        ("CR only", "a\rb\r".repeat(10_000)),
    ] {
        let body = serde_json::json!({ "content": text }).to_string();
        let (status, reply) = ask(server.addr(), "POST", "/-/api/preview/x.md", JSON, &body);
        assert_eq!(status, 200, "{name}: {reply:.300}");
    }
    server.stop().expect("stopped");
}

/// The second renderer is where others were hit: titles, messages, names of people, problems.
#[test]
fn what_people_write_is_text_wherever_it_is_shown() {
    let repo = repo();
    let server = start(&repo);
    let addr = server.addr();
    let evil = "<script>alert(1)</script><img src=x onerror=alert(1)>\\\"'";
    let body = format!(
        "{{\"content\":\"---\\ntitle: '{}'\\n---\\n\\nx\\n\",\"message\":\"{evil}\"}}",
        evil.replace('\'', "''")
    );
    let (status, reply) = put(addr, "evil.md", &body);
    assert_eq!(status, 201, "{reply}");
    for address in
        ["/evil/", "/-/edit/evil.md", "/-/history/evil.md", "/-/recent", "/-/recent.atom", "/-/blame/evil.md"]
    {
        let (status, reply) = ask(addr, "GET", address, "", "");
        assert_eq!(status, 200, "{address}");
        for sign in ["<script>alert", "<img src=x"] {
            assert!(!reply.contains(sign), "{address} has `{sign}`");
        }
    }
    let (_, reply) = ask(addr, "GET", "/%3Cscript%3Ealert(1)%3C/script%3E/", "", "");
    assert!(!reply.contains("<script>alert"), "{reply}");
    let (_, reply) = put(addr, "%3Cscript%3Ealert(1).md", r#"{"content":"x"}"#);
    assert!(reply.contains("problem+json") && reply.contains("nosniff"), "{reply}");
    server.stop().expect("stopped");
}

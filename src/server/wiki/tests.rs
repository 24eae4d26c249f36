//! A real server over a real repository, asked by hand.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::Path,
    sync::Arc,
};

use super::WikiSite;
use crate::{
    engine::EngineOptions,
    git::{Author, Store, test_repo::TestRepo},
    server::{ServeOptions, Server},
    site::SiteOptions,
    wiki::Wiki,
};

pub(super) fn start(repo: &TestRepo) -> Server {
    start_in(repo.root())
}

pub(super) fn start_in(folder: &Path) -> Server {
    let options = EngineOptions {
        chapters: None,
        images: None,
        former: Default::default(),
        site: Box::new(|_| SiteOptions { wiki: true, ..SiteOptions::default() }),
        history: Arc::new(|_| None),
        describe: Box::new(|_| String::new()),
        tell: Box::new(|_| {}),
    };
    let store = Arc::new(Store::open(folder).expect("a repository"));
    let wiki = Arc::new(Wiki::start(store, options).expect("a wiki"));
    let author = Author { name: "Ada".to_owned(), email: "ada@example.org".to_owned() };
    let serve = ServeOptions { bind: ([127, 0, 0, 1], 0).into(), open: false };
    Server::start(&serve, Arc::new(WikiSite::new(wiki, author))).expect("a free port")
}

pub(super) fn ask(addr: SocketAddr, method: &str, path: &str, headers: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(addr).expect("connected");
    let n_bytes = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\nContent-Length: {n_bytes}\r\n"
    );
    stream.write_all(format!("{head}{headers}\r\n{body}").as_bytes()).expect("sent");
    let mut reply = String::new();
    stream.read_to_string(&mut reply).expect("received");
    (reply.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status"), reply)
}

pub(super) const JSON: &str = "Content-Type: application/json\r\n";
pub(super) const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";

pub(super) fn repo() -> TestRepo {
    let repo = TestRepo::new();
    repo.write("a.md", "# A\n\none\n").commit("one");
    repo
}

pub(super) fn value<'a>(html: &'a str, name: &str) -> &'a str {
    let field = format!("name=\"{name}\" value=\"");
    html.split(&field).nth(1).and_then(|rest| rest.split('"').next()).expect("a field")
}

#[test]
fn a_page_is_edited_without_a_script() {
    let repo = repo();
    let server = start(&repo);
    let addr = server.addr();
    assert!(ask(addr, "GET", "/a/", "", "").1.contains("href=\"/-/edit/a.md\""));
    let (status, form) = ask(addr, "GET", "/-/edit/a.md", "", "");
    assert!(
        status == 200 && form.contains("Content-Security-Policy") || form.contains("content-security-policy")
    );
    let (base, token) = (value(&form, "base"), value(&form, "token"));
    let body =
        format!("content=%23+A%0D%0A%0D%0Atwo%0D%0A&base={base}&token={token}&action=save&message=hello");
    let (status, reply) = ask(addr, "POST", "/-/edit/a.md", FORM, &body);
    assert!(status == 303 && reply.contains("location: /a/"), "{reply}");
    assert!(ask(addr, "GET", "/a/", "", "").1.contains("<p>two</p>"));
    assert_eq!(repo.git_with_input("show HEAD:a.md", b""), "# A\n\ntwo");
    assert_eq!(repo.git_with_input("log -1 --format=%an:%s", b""), "Ada:hello");
    let (status, reply) = ask(addr, "POST", "/-/edit/a.md", FORM, &body.replace("two", "three"));
    assert!(status == 409 && reply.contains("three") && reply.contains("two"));
    let (status, reply) = ask(addr, "POST", "/-/edit/a.md", FORM, "content=kept&token=x&action=save");
    assert!(status == 403 && reply.contains("kept"), "the text of a form that is too old is not lost");
    assert_eq!(ask(addr, "GET", "/none/", "", "").0, 404);
    assert!(ask(addr, "GET", "/none/", "", "").1.contains("/-/edit/none.md"));
    server.stop().expect("stopped");
}

#[test]
fn a_save_without_a_script_says_which_files_were_left_alone() {
    let repo = repo();
    let server = start(&repo);
    let addr = server.addr();
    repo.write("a.md", "# A\n\nmine\n");
    let (_, form) = ask(addr, "GET", "/-/edit/a.md", "", "");
    let (token, base) = (value(&form, "token"), value(&form, "base"));
    let body = format!("content=%23+A%0D%0A%0D%0Aweb&token={token}&base={base}&action=save");
    let (status, reply) = ask(addr, "POST", "/-/edit/a.md", FORM, &body);
    assert_eq!(status, 200, "{reply}");
    assert!(reply.contains("a.md</span>: it has changes that are not committed"), "{reply}");
    assert!(reply.contains("href=\"/a/\""), "{reply}");
    // It was done all the same, and is once only.
    assert_eq!(repo.git_with_input("show HEAD:a.md", b""), "# A\n\nweb");
    assert_eq!(ask(addr, "POST", "/-/edit/a.md", FORM, &body).0, 303);
    let moved = format!("to=b.md&token={token}&action=move");
    let (status, reply) = ask(addr, "POST", "/-/move/a.md", FORM, &moved);
    assert!(status == 200 && reply.contains("a.md</span>: "), "{reply}");
    server.stop().expect("stopped");
}

#[test]
fn a_save_follows_a_page_that_was_moved() {
    let repo = repo();
    let server = start(&repo);
    let addr = server.addr();
    let (_, form) = ask(addr, "GET", "/-/edit/a.md", "", "");
    let (token, base) = (value(&form, "token"), value(&form, "base"));
    let (status, reply) = ask(addr, "POST", "/-/api/move", JSON, r#"{"from":"a.md","to":"sub/b.md"}"#);
    assert_eq!(status, 200, "{reply}");
    let (status, reply) =
        put(addr, "a.md", &format!(r##"{{"content":"# A\n\none\n\ntwo\n","base":"{base}"}}"##));
    assert!(status == 200 && reply.contains(r#""path":"sub/b.md","url":"/sub/b/""#), "{reply}");
    assert!(reply.contains("two"), "its text is as it is there: {reply}");
    let (status, reply) = ask(addr, "GET", &format!("/-/api/pages/a.md?since={base}"), "", "");
    assert!(status == 200 && reply.contains(r#""path":"sub/b.md""#), "{reply}");
    assert_eq!(ask(addr, "GET", "/-/api/pages/a.md", "", "").0, 404);
    let unknown = format!("/-/api/pages/sub/b.md?since={}", "0".repeat(40));
    assert_eq!(ask(addr, "GET", &unknown, "", "").0, 200);
    assert_eq!(ask(addr, "GET", "/-/api/pages/sub/b.md?since=x", "", "").0, 400);
    // Without a script.
    let body =
        format!("content=%23+A%0D%0A%0D%0Azero%0D%0A%0D%0Aone%0D%0A&token={token}&base={base}&action=save");
    let (status, reply) = ask(addr, "POST", "/-/edit/a.md", FORM, &body);
    assert!(status == 303 && reply.contains("location: /sub/b/"), "{reply}");
    let text = repo.git_with_input("show HEAD:sub/b.md", b"");
    assert_eq!(text, "---\naliases: [/a/]\n---\n# A\n\nzero\n\none\n\ntwo");
    let (status, reply) = ask(addr, "POST", "/-/edit/a.md", FORM, &body.replace("one", "three"));
    assert!(status == 409 && reply.contains("action=\"/-/edit/sub/b.md\""), "{reply}");
    assert_eq!(repo.git_with_input("ls-files", b""), "sub/b.md");
    server.stop().expect("stopped");
}

#[test]
fn the_editor_of_a_page_that_was_moved_is_where_it_is() {
    let repo = repo();
    let server = start(&repo);
    let addr = server.addr();
    let (status, _) = ask(addr, "POST", "/-/api/move", JSON, r#"{"from":"a.md","to":"sub/b.md"}"#);
    assert_eq!(status, 200);
    let (status, reply) = ask(addr, "GET", "/-/edit/a.md?section=one", "", "");
    let now = "/-/edit/sub/b.md?moved_from=a%2Emd&section=one";
    assert!(status == 303 && reply.contains(&format!("location: {now}\r\n")), "{reply}");
    let (_, form) = ask(addr, "GET", now, "", "");
    assert!(form.contains("a.md was moved") && form.contains("action=\"/-/edit/sub/b.md\""), "{form}");
    // A new page can be made there all the same.
    assert!(form.contains("href=\"/-/edit/a.md?template=\""), "{form}");
    assert!(ask(addr, "GET", "/-/new?path=a", "", "").1.contains("location: /-/edit/a.md?template=\r\n"));
    let (status, new) = ask(addr, "GET", "/-/edit/a.md?template=", "", "");
    assert!(status == 200 && new.contains("data-new=\"true\"") && !new.contains("was moved"), "{new}");
    // What an address claims is no more than a name.
    let (_, form) = ask(addr, "GET", "/-/edit/sub/b.md?moved_from=../x", "", "");
    assert!(!form.contains("was moved"), "{form}");
    server.stop().expect("stopped");
}

#[test]
fn the_api_reads_and_writes() {
    let repo = repo();
    let server = start(&repo);
    let addr = server.addr();
    let (status, reply) =
        ask(addr, "PUT", "/-/api/pages/n.md", JSON, r##"{"content":"# N\n","message":"m"}"##);
    assert!(status == 201 && reply.contains("\"outcome\":\"committed\""), "{reply}");
    assert!(ask(addr, "GET", "/-/api/pages/n.md", "", "").1.contains("\"content\":\"# N\\n\""));
    assert_eq!(ask(addr, "DELETE", "/-/api/pages/n.md", "", "").0, 200);
    let (status, reply) = ask(addr, "GET", "/-/api/pages/n.md", "", "");
    assert!(status == 404 && reply.contains("application/problem+json"));
    let (status, reply) =
        ask(addr, "POST", "/-/api/preview/n.md", JSON, r##"{"content":"# New\n\nnot saved\n"}"##);
    assert!(
        status == 200 && reply.contains(">not saved</p>") && reply.contains("\"title\":\"New\""),
        "{reply}"
    );
    assert_eq!(ask(addr, "PUT", "/-/api/pages/n.md", JSON, "{").0, 400);
    for path in ["a%2f..%2f..%2fx.md", ".git/config", "%2e%2e/x", "x%00.md", "a%0a.md", "-x.md", "..%5cx"] {
        let (status, reply) = ask(addr, "PUT", &format!("/-/api/pages/{path}"), JSON, r#"{"content":"x"}"#);
        assert!(matches!(status, 400 | 422), "{path}: {reply}");
    }
    for base in ["--output=x", "HEAD@{1}", ":/text", "main..x", "HEAD"] {
        let body = format!(r#"{{"content":"x","base":"{base}"}}"#);
        assert_eq!(ask(addr, "PUT", "/-/api/pages/a.md", JSON, &body).0, 400, "{base}");
    }
    assert_eq!(repo.git_with_input("rev-list --count HEAD", b""), "3");
    server.stop().expect("stopped");
}

#[test]
fn paths_of_the_api_begin_at_the_top_of_the_repository() {
    let repo = TestRepo::new();
    repo.write("README.md", "# Code\n")
        .write("docs/a.md", &format!("# A\n{}", "\nA line of the text.\n".repeat(20)))
        .write("docs/b.md", "[a](a.md)\n")
        .commit("one");
    let server = start_in(&repo.root().join("docs"));
    let addr = server.addr();
    let get = |path: &str| ask(addr, "GET", path, "", "").1;
    assert!(get("/-/api/pages/docs/a.md").contains(r##"{"path":"docs/a.md","content":"# A\n"##));
    let list = get("/-/api/pages?prefix=docs/");
    assert!(list.contains(r#""path":"docs/b.md""#) && list.contains(r#""folder":"docs""#), "{list}");
    assert!(get("/-/api/pages?limit=1&after=docs/a.md").contains(r#"[{"path":"docs/b.md""#));
    for outside in ["README.md", "a.md", "docs", "docs/../README.md", "docs/docs/../../README.md"] {
        let (status, reply) = put(addr, outside, r#"{"content":"x"}"#);
        assert!(matches!(status, 400 | 422), "{outside}: {reply}");
    }
    assert!(put(addr, "a.md", r#"{"content":"x"}"#).1.contains("paths begin with `docs/`"));
    let (status, reply) = put(addr, "docs/new/c.md", r##"{"content":"# C\n"}"##);
    assert_eq!(status, 201, "{reply}");
    assert_eq!(repo.git_with_input("show HEAD:docs/new/c.md", b""), "# C");
    let (status, reply) = ask(addr, "POST", "/-/api/move", JSON, r#"{"from":"docs/a.md","to":"docs/d.md"}"#);
    assert!(
        status == 200 && reply.contains(r#""renamed":[{"from":"docs/a.md","to":"docs/d.md"}]"#),
        "{reply}"
    );
    assert!(reply.contains(r#""rewritten":[{"path":"docs/b.md""#), "{reply}");
    assert!(get("/-/api/history/docs/d.md").contains(r#""from":"docs/a.md""#));
    assert!(get("/-/api/recent?path=docs/new/").contains(r#""path":"docs/new/c.md""#));
    assert!(get("/-/api/search?q=c").contains(r#""path":"docs/new/c.md""#));
    assert!(get("/-/edit/d.md").contains(r#"data-path="docs/d.md""#), "the editor's script asks the API");
    server.stop().expect("stopped");
}

#[test]
fn fields_that_nobody_knows_are_named() {
    let repo = repo();
    let server = start(&repo);
    for (method, address, body) in [
        ("PUT", "pages/a.md", r#"{"content":"x","mesage":"m"}"#),
        ("DELETE", "pages/a.md", r#"{"mesage":"m"}"#),
        ("POST", "move", r#"{"from":"a.md","to":"b.md","mesage":"m"}"#),
        ("POST", "drafts", r#"{"paths":["a.md"],"mesage":"m"}"#),
        ("PUT", "drafts/a.md", r#"{"content":"x","mesage":"m"}"#),
        ("POST", "preview/a.md", r#"{"content":"x","mesage":"m"}"#),
        ("POST", "restore/a.md", r#"{"rev":"HEAD","mesage":"m"}"#),
        ("POST", "revert", r#"{"commit":"HEAD","mesage":"m"}"#),
    ] {
        let (status, reply) = ask(server.addr(), method, &format!("/-/api/{address}"), JSON, body);
        assert!(status == 400 && reply.contains("problem+json"), "{address}: {reply}");
        assert!(reply.contains("unknown field `mesage`"), "{address}: {reply}");
    }
    let (status, reply) = ask(server.addr(), "PUT", "/-/api/pages/a.md", FORM, "content=x");
    assert!(status == 415 && reply.contains("problem+json"), "{reply}");
    let (status, reply) = ask(server.addr(), "GET", "/-/api/names?kind=x", "", "");
    assert!(status == 400 && reply.contains("problem+json"), "{reply}");
    assert_eq!(repo.git_with_input("rev-list --count HEAD", b""), "1");
    server.stop().expect("stopped");
}

/// Saves a file by the API.
pub(super) fn put(addr: SocketAddr, path: &str, body: &str) -> (u16, String) {
    ask(addr, "PUT", &format!("/-/api/pages/{path}"), JSON, body)
}

#[test]
fn other_sites_can_not_write() {
    let repo = repo();
    let server = start(&repo);
    let addr = server.addr();
    let body = r#"{"content":"x"}"#;
    for foreign in ["Origin: http://evil.example\r\n", "Sec-Fetch-Site: cross-site\r\n", "Origin: null\r\n"] {
        assert_eq!(
            ask(addr, "PUT", "/-/api/pages/x.md", &format!("{JSON}{foreign}"), body).0,
            403,
            "{foreign}"
        );
        assert_eq!(ask(addr, "POST", "/-/edit/x.md", &format!("{FORM}{foreign}"), "content=x").0, 403);
    }
    let mut stream = TcpStream::connect(addr).expect("connected");
    let request = "GET /-/edit/a.md HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).expect("sent");
    let mut reply = String::new();
    stream.read_to_string(&mut reply).expect("received");
    assert!(reply.starts_with("HTTP/1.1 403"), "{reply}");
    assert_eq!(repo.git_with_input("rev-list --count HEAD", b""), "1");
    server.stop().expect("stopped");
}

#[test]
fn its_health_and_its_numbers_are_told() {
    let repo = repo();
    let server = start(&repo);
    let addr = server.addr();
    let (status, reply) = ask(addr, "GET", "/-/health", "", "");
    assert!(status == 200 && reply.contains("\"status\":\"ok\"") && reply.contains("\"pages\":1"), "{reply}");
    for (text, status) in [("one", 201), ("one", 200), ("two", 409)] {
        let body = format!(r#"{{"content":"{text}\n"}}"#);
        assert_eq!(ask(addr, "PUT", "/-/api/pages/n.md", JSON, &body).0, status, "{text}");
    }
    for path in ["/a/", "/a/", "/-/nothing", "/-/edit/a.md"] {
        ask(addr, "GET", path, "", "");
    }
    let (_, reply) = ask(addr, "GET", "/-/metrics", "", "");
    for line in [
        "# TYPE recto_http_request_duration_seconds histogram",
        "recto_http_requests_total{route=\"page\",method=\"GET\",status=\"200\"} 2",
        "recto_http_requests_total{route=\"other\",method=\"GET\",status=\"404\"} 1",
        "recto_http_requests_total{route=\"/-/edit/{*path}\",method=\"GET\",status=\"200\"} 1",
        "recto_http_request_duration_seconds_bucket{route=\"page\",le=\"+Inf\"} 2",
        "recto_saves_total{outcome=\"committed\"} 1",
        "recto_saves_total{outcome=\"unchanged\"} 1",
        "recto_saves_total{outcome=\"conflict\"} 1",
        "recto_heads_seen_total 1",
        "recto_pages 2",
    ] {
        assert!(reply.lines().any(|found| found == line), "{line}\n{reply}");
    }
    server.stop().expect("stopped");
}

#[test]
fn a_repository_that_can_not_be_written_is_not_healthy() {
    let repo = repo();
    let server = start(&repo);
    let objects = repo.path(".git/objects");
    std::fs::rename(&objects, repo.path(".git/away")).expect("renamed");
    std::fs::write(&objects, "").expect("a file in its place");
    let (status, reply) = ask(server.addr(), "GET", "/-/health", "", "");
    assert!(status == 503 && reply.contains("problem+json") && reply.contains("objects"), "{reply}");
    server.stop().expect("stopped");
}

#[test]
fn drafts_are_kept_over_http() {
    let repo = repo();
    let server = start(&repo);
    let addr = server.addr();
    let head = repo.git_with_input("rev-parse HEAD", b"");
    let body = format!(r#"{{"content":"draft","base":"{head}"}}"#);
    assert_eq!(ask(addr, "PUT", "/-/api/drafts/a.md", JSON, &body).0, 204);
    let reply = ask(addr, "GET", "/-/api/drafts/a.md", "", "").1;
    assert!(reply.contains(r##""content":"draft","base":""##), "{reply}");
    assert!(reply.contains(r##""base_content":"# A\n\none\n""##), "{reply}");
    assert!(ask(addr, "GET", "/-/api/drafts", "", "").1.contains(r#"{"path":"a.md""#));
    assert_eq!(ask(addr, "DELETE", "/-/api/drafts/a.md", "", "").0, 204);
    assert!(ask(addr, "GET", "/-/api/drafts/a.md", "", "").1.ends_with(r#"{"drafts":[]}"#));
    assert_eq!(ask(addr, "PUT", "/-/api/drafts/.git/x", JSON, &body).0, 422);
    server.stop().expect("stopped");
}

#[test]
fn commits_are_told_and_a_stream_goes_on_where_it_was() {
    let repo = repo();
    let server = start(&repo);
    let addr = server.addr();
    let first = repo.git_with_input("rev-parse HEAD", b"");
    let mut all = listen(addr, "/-/api/changes", "");
    let mut other = listen(addr, "/-/api/changes?path=b.md", "");
    assert_eq!(ask(addr, "PUT", "/-/api/pages/n.md", JSON, r##"{"content":"# N\n","message":"m"}"##).0, 201);
    assert_eq!(ask(addr, "PUT", "/-/api/pages/b.md", JSON, r##"{"content":"# B\n"}"##).0, 201);
    let told = all.until("\"paths\":[\"b.md\"]");
    assert!(told.contains("\"message\":\"m\"") && told.contains("\"paths\":[\"n.md\"]"), "{told}");
    let told = other.until("\"paths\":[\"b.md\"]");
    assert!(!told.contains("n.md"), "{told}");
    let mut again = listen(addr, "/-/api/changes", &format!("Last-Event-ID: {first}\r\n"));
    assert_eq!(again.until("\"paths\":[\"b.md\"]").matches("event: change").count(), 2);
    server.stop().expect("streams end when the server stops");
}

/// A stream of events, as far as it was read.
struct Events(TcpStream, String);

fn listen(addr: SocketAddr, path: &str, headers: &str) -> Events {
    let mut stream = TcpStream::connect(addr).expect("connected");
    stream.set_read_timeout(Some(std::time::Duration::from_secs(10))).expect("a time");
    let head = format!("GET {path} HTTP/1.1\r\nHost: {addr}\r\n{headers}\r\n");
    stream.write_all(head.as_bytes()).expect("sent");
    let mut events = Events(stream, String::new());
    events.until("text/event-stream");
    events
}

impl Events {
    fn until(&mut self, text: &str) -> String {
        let mut bytes = [0; 4096];
        while !self.1.contains(text) {
            let n_bytes = self.0.read(&mut bytes).expect("more in time");
            assert!(n_bytes > 0, "the stream ended: {}", self.1);
            self.1.push_str(&String::from_utf8_lossy(&bytes[..n_bytes]));
        }
        self.1.clone()
    }
}

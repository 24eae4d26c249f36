//! The script in pages, and the stream of events of a real server over a real folder.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    super::{ServeOptions, Server},
    *,
};
use crate::{
    engine::{Engine, EngineOptions, FolderFeed},
    site::SiteOptions,
    source::Folder,
};

#[test]
fn the_script_stands_at_the_end_of_the_body() {
    let check = |html: &str, expected: &str| {
        let digest = Digest::of(b"x");
        let html = with_script(html.as_bytes(), "/a b", &digest, Problems::Badge);
        let script = format!(
            "<script src=\"/a%20b/.recto/live.js\" data-recto=\"{digest}\" data-problems=\"badge\" defer></script>"
        );
        assert_eq!(String::from_utf8_lossy(&html).replace(&script, "*"), expected);
    };
    check("<body>x</body></html>", "<body>x*</body></html>");
    check("<pre></body></pre></BODY>", "<pre></body></pre>*</BODY>");
    check("text", "text*");
    check("", "*");
}

#[test]
fn scripts_stay_small() {
    for (name, code) in SCRIPTS {
        assert!(code.len() < 6 * 1024, "{name} has {} bytes", code.len());
    }
}

#[test]
fn pages_are_named_by_their_address() {
    assert_eq!(page_of("page=%2Fdocs%2Fa%2520b%2F", "page", "/docs").as_deref(), Some("/a b/"));
    assert_eq!(page_of("x=1&page=/", "page", "").as_deref(), Some("/"));
    for query in ["", "page=", "page=%2Fother%2F", "page=%2F..%2F", "page=%ff"] {
        assert_eq!(page_of(query, "page", "/docs"), None, "{query}");
    }
}

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(20);

/// A site that is served from a folder; `is_live` when the folder is watched.
fn start(dir: &std::path::Path, is_live: bool) -> Server {
    let folder = Arc::new(Folder::open(dir).expect("a folder"));
    let options = EngineOptions {
        former: crate::site::file::FormerFiles::default(),
        chapters: None,
        images: None,
        site: Box::new(|_| SiteOptions::default()),
        history: Arc::new(|_| None),
        describe: Box::new(|problems| format!("{} problems", problems.len())),
        tell: Box::new(|_| {}),
    };
    let feed = folder.clone();
    let engine =
        Engine::start(folder, options, move || is_live.then(|| Box::new(FolderFeed::new(feed)) as Box<_>));
    let options = ServeOptions { bind: ([127, 0, 0, 1], 0).into(), open: false };
    Server::start(&options, Arc::new(engine.expect("a site"))).expect("a free port")
}

fn send(addr: SocketAddr, path: &str, headers: &str) -> TcpStream {
    let mut stream = TcpStream::connect(addr).expect("connected");
    stream.set_read_timeout(Some(PATIENCE)).expect("set");
    let request = format!("GET {path} HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).expect("sent");
    stream
}

fn get(addr: SocketAddr, path: &str, headers: &str) -> String {
    let mut reply = String::new();
    send(addr, path, headers).read_to_string(&mut reply).expect("received");
    reply
}

/// The data of the next event of a kind.
fn next(stream: &mut BufReader<TcpStream>, kind: &str) -> serde_json::Value {
    let mut is_kind = false;
    let begun = Instant::now();
    loop {
        // The stream says now and then that it is alive, so that reading alone never takes too long.
        assert!(begun.elapsed() < PATIENCE, "there is no event `{kind}`");
        let mut line = String::new();
        assert!(stream.read_line(&mut line).expect("received") > 0, "the stream ended");
        if let Some(event) = line.strip_prefix("event: ") {
            is_kind = event.trim() == kind;
        }
        if let (true, Some(data)) = (is_kind, line.strip_prefix("data: ")) {
            return serde_json::from_str(data).expect("JSON");
        }
    }
}

fn site(config: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    for (name, text) in [("recto.yml", config), ("a.md", "# A\n"), ("b.md", "# B\n"), ("x.txt", "x")] {
        fs::write(dir.path().join(name), text).expect("written");
    }
    dir
}

#[test]
fn pages_have_the_script_and_other_files_do_not() {
    let dir = site("");
    let server = start(dir.path(), true);
    let page = get(server.addr(), "/a/", "");
    assert_eq!(page.matches("/.recto/live.js").count(), 1);
    let digest =
        page.split("data-recto=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a digest");
    let (before, after) = page.split_once("<script src=\"/.recto/").expect("a script");
    let before = before.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let after = after.split_once("</script>").map_or("", |(_, rest)| rest);
    let without = Digest::of(format!("{before}{after}").as_bytes());
    assert_eq!(without.to_string(), digest, "apart from the script it is the page");
    let known = get(server.addr(), "/a/", &format!("If-None-Match: \"{digest}-live\"\r\n"));
    assert!(known.starts_with("HTTP/1.1 304"), "{known}");
    let missing = get(server.addr(), "/none/", "");
    assert!(missing.starts_with("HTTP/1.1 404") && missing.contains("/.recto/live.js"));
    assert!(!get(server.addr(), "/x.txt", "").contains(".recto"));
    let script = get(server.addr(), "/.recto/live.js", "");
    assert!(
        script.contains("Content-Type: text/javascript") || script.contains("content-type: text/javascript")
    );
    assert!(get(server.addr(), "/.recto/none.js", "").starts_with("HTTP/1.1 404"));
    server.stop().expect("stopped");
}

#[test]
fn a_site_that_is_not_watched_is_served_as_it_is_built() {
    let dir = site("");
    let server = start(dir.path(), false);
    assert!(!get(server.addr(), "/a/", "").contains(".recto"));
    assert!(get(server.addr(), "/.recto/events?page=/a/", "").starts_with("HTTP/1.1 404"));
    server.stop().expect("stopped");
}

#[test]
fn events_tell_what_concerns_the_page() {
    let dir = site("base_url: /docs/\n");
    let server = start(dir.path(), true);
    let reply = send(server.addr(), "/docs/.recto/events?page=%2Fdocs%2Fa%2F", "");
    let mut events = BufReader::new(reply);
    let first = next(&mut events, "page");
    assert_eq!((&first["exists"], &first["assets"]), (&true.into(), &serde_json::json!([])));
    assert!(get(server.addr(), "/docs/a/", "").contains(first["digest"].as_str().expect("a digest")));
    fs::write(dir.path().join("a.md"), "# A\n\n![x](x.txt) [y](y.md)\n").expect("written");
    let second = next(&mut events, "page");
    assert_ne!(second["digest"], first["digest"]);
    assert_eq!(second["run"], first["run"]);
    assert!(second["number"].as_u64() > first["number"].as_u64());
    let problems = next(&mut events, "problems");
    assert_eq!(problems["warnings"].as_u64(), Some(1), "{problems}");
    assert_eq!(problems["text"], "1 problems");
    fs::write(dir.path().join("x.txt"), "y").expect("written");
    assert_eq!(next(&mut events, "page")["assets"], serde_json::json!(["/docs/x.txt"]));
    fs::remove_file(dir.path().join("a.md")).expect("removed");
    assert_eq!(next(&mut events, "page")["exists"], false);
    server.stop().expect("stopped");
}

#[test]
fn events_are_for_this_machine_and_for_pages() {
    let dir = site("");
    let server = start(dir.path(), true);
    let ask = |path: &str, host: &str| {
        let mut stream = TcpStream::connect(server.addr()).expect("connected");
        stream
            .write_all(format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes())
            .expect("sent");
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).expect("received");
        line
    };
    assert!(ask("/.recto/events?page=/a/", "evil.example").contains(" 403 "));
    assert!(ask("/.recto/events", "localhost").contains(" 400 "));
    assert!(ask("/.recto/events?page=/../a", "localhost").contains(" 400 "));
    server.stop().expect("stopped");
}

#[test]
fn an_open_stream_does_not_hold_the_server_up() {
    let dir = site("");
    let server = start(dir.path(), true);
    let mut events = BufReader::new(send(server.addr(), "/.recto/events?page=/a/", ""));
    next(&mut events, "page");
    let begun = Instant::now();
    server.stop().expect("stopped");
    assert!(begun.elapsed() < Duration::from_secs(2));
    let mut rest = String::new();
    events.read_to_string(&mut rest).expect("it ends");
}

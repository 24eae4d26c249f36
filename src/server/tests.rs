//! A real server on a free port and a client that writes its requests by hand.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    path::PathBuf,
    process::{Command, Stdio},
    sync::mpsc,
};

use bytes::Bytes;

use super::*;

const ANY_PORT: ([u8; 4], u16) = ([127, 0, 0, 1], 0);

/// Shows a few paths below a base path.
#[derive(Default)]
struct Fixed(String);

impl Pages for Fixed {
    fn get(&self, path: &str) -> Answer {
        let bytes: Bytes = match path {
            "/" => Bytes::from_static(b"front"),
            "/caf\u{e9} 1/" => Bytes::from_static(b"coffee"),
            "/video.mp4" => (0..=255).collect(),
            "/empty" => Bytes::new(),
            "/a" => return Answer::Moved { to: "/a/".to_owned() },
            "/old" => return Answer::Moved { to: "//evil.example/\u{e9}?#%\r\nX: y".to_owned() },
            "/slow" => {
                if let Some(file) = std::env::var_os(CHILD) {
                    std::fs::write(PathBuf::from(file).with_extension("begun"), "").expect("written");
                }
                thread::sleep(Duration::from_millis(300));
                Bytes::from_static(b"slow")
            }
            "/panic" => panic!("a broken page"),
            _ => {
                let bytes = Bytes::from_static(b"<h1>Nothing</h1>");
                return Answer::NotFound { bytes, media_type: "text/html".to_owned(), is_copy: false };
            }
        };
        Answer::Found {
            digest: Digest::of(&bytes),
            bytes,
            media_type: "text/plain".to_owned(),
            is_copy: false,
        }
    }

    fn base_path(&self) -> String {
        self.0.clone()
    }
}

/// What came back.
#[derive(Debug)]
struct Reply {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Reply {
    fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.head.lines().filter_map(|line| line.split_once(": "));
        headers.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

fn start(base_path: &str) -> Server {
    let options = ServeOptions { bind: ANY_PORT.into(), open: false };
    Server::start(&options, Arc::new(Fixed(base_path.to_owned()))).expect("a free port")
}

/// Sends a whole request and reads until the server closes.
fn send(addr: SocketAddr, request: &str) -> Reply {
    let mut stream = TcpStream::connect(addr).expect("connected");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("set");
    stream.write_all(request.as_bytes()).expect("sent");
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).expect("received");
    let end = reply.windows(4).position(|four| four == b"\r\n\r\n").expect("a whole head");
    let head = String::from_utf8(reply[..end].to_vec()).expect("ASCII");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    Reply { status, head, body: reply[end + 4..].to_vec() }
}

fn request(addr: SocketAddr, method: &str, path: &str, headers: &str) -> Reply {
    send(addr, &format!("{method} {path} HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\n{headers}\r\n"))
}

fn get(addr: SocketAddr, path: &str, headers: &str) -> Reply {
    request(addr, "GET", path, headers)
}

#[test]
fn a_page_has_its_headers() {
    let server = start("");
    let reply = get(server.addr(), "/?q=1", "");
    assert_eq!((reply.status, &*reply.body), (200, &b"front"[..]));
    for (name, value) in [
        ("Content-Type", "text/plain"),
        ("Content-Length", "5"),
        ("Cache-Control", "no-cache"),
        ("X-Content-Type-Options", "nosniff"),
        ("Accept-Ranges", "bytes"),
    ] {
        assert_eq!(reply.header(name), Some(value), "{name}");
    }
    assert_eq!(reply.header("ETag"), Some(&*format!("\"{}\"", Digest::of(b"front"))));
    assert_eq!(get(server.addr(), "/caf%C3%A9%201/", "").body, b"coffee");
    let reply = get(server.addr(), "/none", "");
    assert_eq!((reply.status, &*reply.body), (404, &b"<h1>Nothing</h1>"[..]));
    assert_eq!((reply.header("Content-Type"), reply.header("ETag")), (Some("text/html"), None));
    server.stop().expect("stopped");
}

#[test]
fn head_is_get_without_the_body() {
    let server = start("");
    for path in ["/", "/none", "/empty", "/%zz"] {
        let (head, get) = (request(server.addr(), "HEAD", path, ""), get(server.addr(), path, ""));
        assert_eq!((head.status, head.header("Content-Length")), (get.status, get.header("Content-Length")));
        assert_eq!(head.header("Content-Length"), Some(&*get.body.len().to_string()));
        assert!(head.body.is_empty(), "{path}");
    }
    server.stop().expect("stopped");
}

#[test]
fn other_methods_are_refused() {
    let server = start("");
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "MADEUP"] {
        let reply = request(server.addr(), method, "/", "Content-Length: 0\r\n");
        assert_eq!((reply.status, reply.header("Allow")), (405, Some("GET, HEAD")), "{method}");
    }
    server.stop().expect("stopped");
}

#[test]
fn what_the_browser_has_is_not_sent_again() {
    let server = start("");
    let etag = format!("\"{}\"", Digest::of(b"front"));
    for known in [etag.clone(), format!("W/{etag}"), format!("\"x\", {etag}"), "*".to_owned()] {
        let reply = get(server.addr(), "/", &format!("If-None-Match: {known}\r\n"));
        assert_eq!((reply.status, reply.header("ETag"), reply.body.len()), (304, Some(&*etag), 0), "{known}");
    }
    for unknown in ["\"x\"", "x", ""] {
        assert_eq!(
            get(server.addr(), "/", &format!("If-None-Match: {unknown}\r\n")).status,
            200,
            "{unknown}"
        );
    }
    server.stop().expect("stopped");
}

#[test]
fn videos_seek() {
    let server = start("");
    let ask = |headers: &str| get(server.addr(), "/video.mp4", headers);
    let reply = ask("Range: bytes=16-31\r\n");
    assert_eq!((reply.status, reply.header("Content-Range")), (206, Some("bytes 16-31/256")));
    assert_eq!(reply.header("Content-Length"), Some("16"));
    assert_eq!(reply.body, (16..32).collect::<Vec<u8>>());
    let reply = ask("Range: bytes=256-\r\n");
    assert_eq!((reply.status, reply.header("Content-Range")), (416, Some("bytes */256")));
    assert_eq!(ask("Range: bytes=0-1,4-5\r\n").status, 200);
    assert_eq!(ask("Range: bytes=0-1\r\nIf-Range: \"old\"\r\n").body.len(), 256);
    let etag = ask("").header("ETag").map(str::to_owned).expect("an ETag");
    assert_eq!(ask(&format!("Range: bytes=-2\r\nIf-Range: {etag}\r\n")).body, [254, 255]);
    server.stop().expect("stopped");
}

#[test]
fn addresses_without_a_meaning_are_refused() {
    let server = start("");
    for path in ["/%", "/%zz", "/%ff", "/%00", "/a/../b", "/%2e%2e/", "/a//..", "/%2F"] {
        assert_eq!(get(server.addr(), path, "").status, 400, "{path}");
    }
    server.stop().expect("stopped");
}

#[test]
fn redirects_stay_here_and_are_encoded() {
    let server = start("/docs");
    let reply = get(server.addr(), "/docs/a?x=1&y", "");
    assert_eq!((reply.status, reply.header("Location")), (308, Some("/docs/a/?x=1&y")));
    let reply = get(server.addr(), "/docs/old", "");
    assert_eq!(reply.header("Location"), Some("/docs/evil.example/%C3%A9%3F%23%25%0D%0AX:%20y"));
    server.stop().expect("stopped");
    let server = start("");
    let reply = get(server.addr(), "/old", "");
    assert_eq!(reply.header("Location"), Some("/evil.example/%C3%A9%3F%23%25%0D%0AX:%20y"));
    assert_eq!(reply.header("Content-Length"), Some("0"));
    server.stop().expect("stopped");
}

#[test]
fn several_slashes_lead_to_one_and_never_to_another_host() {
    for (base_path, path, expected) in [
        ("", "/a//?x=1", "/a/?x=1"),
        ("", "//", "/"),
        ("", "//evil.example/", "/evil.example/"),
        ("", "//\\evil.example//x", "/%5Cevil.example/x"),
        ("", "//%5C%0D%0Aevil.example", "/%5C%0D%0Aevil.example"),
        ("/docs", "/docs//a", "/docs/a"),
        ("/docs", "//docs/", "/docs/"),
        ("/docs", "//evil.example", "/evil.example"),
    ] {
        let server = start(base_path);
        let reply = get(server.addr(), path, "");
        assert_eq!((reply.status, reply.header("Location")), (308, Some(expected)), "{path}");
        server.stop().expect("stopped");
    }
}

#[test]
fn the_site_is_under_its_base_path() {
    let server = start("docs/");
    assert_eq!(get(server.addr(), "/docs/", "").body, b"front");
    for door in ["/", "/docs"] {
        let reply = get(server.addr(), door, "");
        assert_eq!((reply.status, reply.header("Location")), (308, Some("/docs/")), "{door}");
    }
    assert_eq!(get(server.addr(), "/other", "").status, 404);
    assert_eq!(get(server.addr(), "/docsother/", "").status, 404);
    server.stop().expect("stopped");
}

#[test]
fn foreign_names_are_refused() {
    let server = start("");
    let addr = server.addr();
    let ask = |target: &str, hosts: &str| {
        send(addr, &format!("GET {target} HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n")).status
    };
    assert_eq!(ask("/", &format!("Host: localhost:{}\r\n", addr.port())), 200);
    assert_eq!(ask("/", &format!("Host: [::1]:{}\r\n", addr.port())), 200);
    assert_eq!(ask("/", &format!("Host: evil.example:{}\r\n", addr.port())), 403);
    assert_eq!(ask("http://evil.example/", "Host: localhost\r\n"), 403);
    for hosts in ["", "Host: localhost\r\nHost: evil.example\r\n"] {
        assert_ne!(ask("/", hosts), 200, "{hosts}");
    }
    server.stop().expect("stopped");
}

#[test]
fn a_panic_is_one_answer_and_not_the_end() {
    let server = start("");
    assert_eq!(get(server.addr(), "/panic", "").status, 500);
    assert_eq!(get(server.addr(), "/", "").status, 200);
    server.stop().expect("stopped");
}

#[test]
fn stopping_finishes_requests_under_way_and_waits_for_no_idle_ones() {
    let server = start("");
    let addr = server.addr();
    let _idle = TcpStream::connect(addr).expect("connected");
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(move || sender.send(get(addr, "/slow", "")).expect("received"));
        thread::sleep(Duration::from_millis(100));
        let begun = std::time::Instant::now();
        server.stop().expect("stopped");
        assert!(begun.elapsed() < GRACE, "an idle connection held it up");
    });
    assert_eq!(receiver.recv().expect("a reply").body, b"slow");
    assert!(TcpStream::connect(addr).is_err());
}

#[test]
fn what_is_asked_before_the_site_is_read_waits_for_it() {
    let options = ServeOptions { bind: ANY_PORT.into(), open: false };
    let listening = Listening::open(&options).expect("a free port");
    let addr = listening.addr();
    let asked = thread::spawn(move || get(addr, "/", ""));
    thread::sleep(Duration::from_millis(100));
    let server = listening.start(Arc::new(Fixed::default())).expect("started");
    assert_eq!(asked.join().expect("a reply").body, b"front");
    server.stop().expect("stopped");
}

#[test]
fn an_address_in_use_has_a_hint() {
    let server = start("");
    let options = ServeOptions { bind: server.addr(), open: false };
    let error = Server::start(&options, Arc::new(Fixed::default())).expect_err("in use");
    assert_eq!(error.to_string(), format!("`{}` is in use by another program", server.addr()));
    assert!(error.hint().is_some_and(|hint| hint.contains("--bind")));
    server.stop().expect("stopped");
}

const CHILD: &str = "RECTO_TEST_SERVER";

/// What the next test stops: without its variable it does nothing.
#[test]
fn child_that_serves() {
    let Some(address_file) = std::env::var_os(CHILD) else { return };
    let options = ServeOptions { bind: ANY_PORT.into(), open: false };
    let ready = |addr: SocketAddr| std::fs::write(address_file, format!("{addr}\n")).expect("written");
    let listening = Listening::open(&options).expect("a free port");
    listening.serve(Arc::new(Fixed::default()), ready).expect("served to its end");
}

#[cfg(unix)]
#[test]
fn a_signal_ends_the_server_after_its_requests() {
    let temp = tempfile::tempdir().expect("a folder");
    let address_file = temp.path().join("address");
    for signal in ["-TERM", "-INT"] {
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "server::tests::child_that_serves"])
            .env(CHILD, &address_file)
            .stdout(Stdio::null())
            .spawn()
            .expect("a child");
        let addr: SocketAddr = (0..2_000)
            .find_map(|_| {
                thread::sleep(Duration::from_millis(10));
                std::fs::read_to_string(&address_file).ok()?.strip_suffix('\n')?.parse().ok()
            })
            .expect("an address");
        let slow = thread::spawn(move || get(addr, "/slow", ""));
        let begun = address_file.with_extension("begun");
        while !begun.exists() {
            thread::sleep(Duration::from_millis(5));
        }
        std::fs::remove_file(&begun).expect("removed");
        let kill = Command::new("kill").args([signal, &child.id().to_string()]).status().expect("sent");
        assert!(kill.success());
        assert_eq!(slow.join().expect("a reply").body, b"slow");
        assert!(child.wait().expect("ended").success(), "{signal}");
        std::fs::remove_file(&address_file).expect("removed");
    }
}

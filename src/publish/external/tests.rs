//! Checks against a server on this machine.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Instant, UNIX_EPOCH},
};

use super::*;

/// Answers until the test ends; what it was asked is `requests`, as `HEAD /path`.
struct Server {
    root: String,
    requests: Arc<Mutex<Vec<(String, Instant)>>>,
}

impl Server {
    /// `answer` gets `HEAD /path` and how often it was asked that before, and gives a head without its empty line.
    fn start(answer: fn(&str, usize) -> String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let root = format!("http://{}", listener.local_addr().expect("an address"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&requests);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let log = Arc::clone(&log);
                thread::spawn(move || serve(stream, &log, answer));
            }
        });
        Self { root, requests }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.root)
    }

    fn asked(&self) -> Vec<String> {
        self.requests.lock().expect("not poisoned").iter().map(|(request, _)| request.clone()).collect()
    }

    /// The verdict about one path.
    fn verdict(&self, path: &str) -> Verdict {
        let url = self.url(path);
        ask(&[&url], &options()).remove(&url).expect("a verdict")
    }
}

fn serve(mut stream: TcpStream, log: &Mutex<Vec<(String, Instant)>>, answer: fn(&str, usize) -> String) {
    let lines: Vec<String> =
        BufReader::new(&stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
    let Some(request) = lines.first().and_then(|line| line.strip_suffix(" HTTP/1.1")) else { return };
    assert!(lines.iter().any(|line| line.ends_with(" (link check)")), "{lines:?}");
    let n_before = {
        let mut log = log.lock().expect("not poisoned");
        log.push((request.to_owned(), Instant::now()));
        log.iter().filter(|(earlier, _)| earlier == request).count() - 1
    };
    let head = answer(request, n_before);
    let _ = write!(stream, "HTTP/1.1 {head}\r\nConnection: close\r\n\r\n");
}

fn options() -> ExternalOptions {
    let now = UNIX_EPOCH + Duration::from_secs(1_000_000);
    ExternalOptions {
        timeout: Duration::from_millis(500),
        allow_local: true,
        ..ExternalOptions::new(None, now)
    }
}

fn ask(urls: &[&str], options: &ExternalOptions) -> BTreeMap<String, Verdict> {
    let urls: BTreeSet<String> = urls.iter().map(|&url| url.to_owned()).collect();
    let n_told = AtomicUsize::new(0);
    let verdicts = check(&urls, options, &|| {
        n_told.fetch_add(1, Ordering::Relaxed);
    });
    assert_eq!(n_told.into_inner(), urls.len(), "progress is told once for each address");
    assert!(verdicts.keys().eq(&urls), "each address has a verdict");
    verdicts
}

fn broken(why: &str) -> Verdict {
    Verdict::Broken(why.to_owned())
}

fn unknown(why: &str) -> Verdict {
    Verdict::Unknown(why.to_owned())
}

#[test]
fn statuses_become_verdicts_and_get_confirms_head() {
    let server = Server::start(|request, _| {
        let answer = match request {
            "HEAD /fine" | "GET /no-head" | "GET /lying-head" => "200 OK",
            "HEAD /no-head" => "405 Method Not Allowed",
            "HEAD /wall" | "GET /wall" => "403 Forbidden",
            "HEAD /tired" => "500 Internal Server Error",
            _ => "404 Not Found",
        };
        answer.to_owned()
    });
    assert_eq!(server.verdict("/fine"), Verdict::Fine);
    assert_eq!(server.asked(), ["HEAD /fine"]);
    assert_eq!(server.verdict("/no-head"), Verdict::Fine);
    assert_eq!(server.verdict("/lying-head"), Verdict::Fine);
    assert_eq!(server.verdict("/gone"), broken("404 Not Found"));
    assert_eq!(server.verdict("/wall"), unknown("403 Forbidden"));
    assert_eq!(server.verdict("/tired"), unknown("500 Internal Server Error"));
}

#[test]
fn redirects_are_followed_and_only_lasting_ones_are_told() {
    let server = Server::start(|request, _| {
        let path = request.rsplit(' ').next().unwrap_or("");
        match path {
            "/moved" => "301 Moved Permanently\r\nLocation: /new".to_owned(),
            "/new" => "302 Found\r\nLocation: de/".to_owned(),
            "/now" => "302 Found\r\nLocation: /moved".to_owned(),
            "/lost" => "308 Permanent Redirect\r\nLocation: /gone".to_owned(),
            "/loop" => "302 Found\r\nLocation: loop".to_owned(),
            "/nowhere" => "302 Found".to_owned(),
            "/bad" => "302 Found\r\nLocation: http://a b/".to_owned(),
            "/app" => "302 Found\r\nLocation: app://x".to_owned(),
            "/de/" => "200 OK".to_owned(),
            _ => "404 Not Found".to_owned(),
        }
    });
    assert_eq!(server.verdict("/moved"), Verdict::Redirected(server.url("/new")));
    assert_eq!(server.verdict("/moved#part"), Verdict::Redirected(server.url("/new#part")));
    assert_eq!(server.verdict("/now"), Verdict::Fine);
    assert_eq!(server.verdict("/lost"), broken("404 Not Found"));
    assert_eq!(server.verdict("/nowhere"), broken("302 Found without a target"));
    assert!(matches!(server.verdict("/bad"), Verdict::Broken(_)));
    assert!(matches!(server.verdict("/app"), Verdict::Unknown(_)));
    assert_eq!(server.verdict("/loop"), broken("more than 5 redirects"));
    assert_eq!(server.asked().iter().filter(|request| *request == "HEAD /loop").count(), 6);
}

#[test]
fn retry_after_is_respected_when_it_is_short() {
    let server = Server::start(|request, n_before| {
        match request {
            "HEAD /soon" if n_before == 0 => "429 Too Many Requests\r\nRetry-After: 1",
            "HEAD /late" => "429 Too Many Requests\r\nRetry-After: 3600",
            _ => "200 OK",
        }
        .to_owned()
    });
    let start = Instant::now();
    assert_eq!(server.verdict("/soon"), Verdict::Fine);
    assert!(start.elapsed() >= Duration::from_secs(1));
    let (late, later) = (server.url("/late"), server.url("/later"));
    let verdicts = ask(&[&late, &later], &options());
    assert_eq!(verdicts[&late], unknown("429 Too Many Requests"));
    assert_eq!(
        verdicts[&later],
        unknown("not asked, after other addresses of the host: 429 Too Many Requests")
    );
    assert_eq!(server.asked(), ["HEAD /soon", "HEAD /soon", "HEAD /late"]);
}

#[test]
fn slow_and_garbled_hosts_are_unknown_and_given_up() {
    let server = Server::start(|request, _| {
        if request == "HEAD /garbled" {
            return "what?".to_owned();
        }
        thread::sleep(Duration::from_secs(2));
        "200 OK".to_owned()
    });
    assert!(matches!(server.verdict("/garbled"), Verdict::Unknown(_)));
    let urls: Vec<String> = (0..20).map(|number| server.url(&format!("/{number}"))).collect();
    let start = Instant::now();
    let verdicts = ask(&urls.iter().map(String::as_str).collect::<Vec<_>>(), &options());
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert_eq!(verdicts[&urls[0]], unknown("no answer within 0.5 s"));
    assert!(verdicts.values().all(|verdict| matches!(verdict, Verdict::Unknown(_))));
    assert_eq!(server.asked().len(), 1 + 3);
}

#[test]
fn a_failed_handshake_is_unknown() {
    let server = Server::start(|_, _| "200 OK".to_owned());
    let url = server.url("/").replace("http:", "https:");
    assert!(matches!(ask(&[&url], &options())[&url], Verdict::Unknown(_)));
}

#[test]
fn a_closed_port_is_broken() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    drop(listener);
    assert_eq!(ask(&[&url], &options())[&url], broken("connection refused"));
}

#[test]
fn addresses_are_asked_once_with_pauses() {
    let server = Server::start(|_, _| "200 OK".to_owned());
    let urls = ["/a", "/a#x", "/a#y", "/b", "/c"].map(|path| server.url(path));
    let verdicts = ask(&urls.each_ref().map(String::as_str), &options());
    assert!(verdicts.values().all(|verdict| *verdict == Verdict::Fine));
    assert_eq!(server.asked(), ["HEAD /a", "HEAD /b", "HEAD /c"]);
    let requests = server.requests.lock().expect("not poisoned");
    for pair in requests.windows(2) {
        assert!(pair[1].1 - pair[0].1 >= Duration::from_millis(190), "{requests:?}");
    }
}

#[test]
fn local_and_invalid_addresses_are_not_asked() {
    let server = Server::start(|_, _| "404 Not Found".to_owned());
    let url = server.url("/");
    let options = ExternalOptions { allow_local: false, ..options() };
    let verdicts = ask(&[&url, "https://example.com/x", "https://", "mailto:a@b"], &options);
    assert_eq!(verdicts[&url], Verdict::Fine);
    assert_eq!(verdicts["https://example.com/x"], Verdict::Fine);
    assert!(matches!(verdicts["https://"], Verdict::Broken(_)));
    assert!(server.asked().is_empty());
}

#[test]
fn verdicts_are_kept_between_checks() {
    let server = Server::start(|request, _| match request {
        "HEAD /fine" => "200 OK".to_owned(),
        "HEAD /tired" => "503 Service Unavailable".to_owned(),
        _ => "410 Gone".to_owned(),
    });
    let dir = tempfile::tempdir().expect("a folder");
    let mut options = ExternalOptions { cache: Some(dir.path().join("cache")), ..options() };
    let urls = ["/fine", "/gone", "/tired"].map(|path| server.url(path));
    let urls = urls.each_ref().map(String::as_str);
    let first = ask(&urls, &options);
    assert_eq!(server.asked(), ["HEAD /fine", "HEAD /gone", "GET /gone", "HEAD /tired"]);
    assert_eq!(ask(&urls, &options), first);
    assert_eq!(server.asked()[4..], ["HEAD /tired"]);
    options.now += Duration::from_secs(2 * 60 * 60);
    ask(&urls, &options);
    assert_eq!(server.asked()[5..], ["HEAD /gone", "GET /gone", "HEAD /tired"]);
    for file in fs::read_dir(dir.path().join("cache")).expect("a folder") {
        fs::write(file.expect("an entry").path(), "damaged").expect("written");
    }
    assert_eq!(ask(&urls, &options), first);
    assert_eq!(server.asked()[8..], ["HEAD /fine", "HEAD /gone", "GET /gone", "HEAD /tired"]);
}

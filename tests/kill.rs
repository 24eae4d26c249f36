//! A wiki that is killed while it saves: what it acknowledged is in the branch, and the next one goes on.

mod support;

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use support::{TestSite, command};

/// How often it is killed; `RECTO_KILLS` says another number.
const KILLS: u32 = 12;
/// How many write at once.
const WRITERS: u32 = 3;

/// A server that is killed in the end.
struct Wiki {
    process: Child,
    address: SocketAddr,
}

impl Wiki {
    fn start(site: &TestSite) -> Self {
        let mut edit: Command = command(env!("CARGO_BIN_EXE_recto"), &site.root(), &site.root());
        edit.args(["edit", ".", "--port", "0", "--no-cache"]).stderr(Stdio::piped()).stdout(Stdio::null());
        let mut process = edit.spawn().expect("the program can be run");
        let mut lines = BufReader::new(process.stderr.take().expect("piped")).lines();
        let mut said = String::new();
        let address = loop {
            let Some(Ok(line)) = lines.next() else { panic!("it ended: {said}") };
            let found = line.split_once("on http://").and_then(|(_, rest)| rest.split_once('/'));
            if let Some((address, _)) = found {
                break address.parse().expect("an address");
            }
            said.push_str(&line);
        };
        // Whoever stops reading stops the writer in the end.
        thread::spawn(move || lines.for_each(drop));
        Self { process, address }
    }

    /// Saves a new page; `None` when the server was gone before it answered.
    fn save(&self, name: &str) -> Option<u16> {
        let body = format!("{{\"content\": \"{name}\\n\", \"message\": \"{name}\"}}");
        let head = format!(
            "PUT /-/api/pages/{name} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            self.address,
            body.len()
        );
        let mut stream = TcpStream::connect(self.address).ok()?;
        stream.write_all((head + &body).as_bytes()).ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok()?;
        String::from_utf8_lossy(&answer).split(' ').nth(1)?.parse().ok()
    }

    fn kill(mut self) {
        self.process.kill().expect("it runs");
        self.process.wait().expect("it ended");
    }
}

/// What Git says, without the line end.
fn git(site: &TestSite, arguments: &[&str]) -> String {
    let output = command("git", &site.root(), &site.root()).args(arguments).output().expect("Git can be run");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

#[test]
fn what_was_acknowledged_survives_kill_9() {
    let kills = std::env::var("RECTO_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(KILLS);
    let site = TestSite::new().file("index.md", "# Home\n").file("recto.yml", "title: T\n").commit();
    git(&site, &["config", "user.name", "Ada"]);
    git(&site, &["config", "user.email", "ada@example.org"]);
    let mut acknowledged = Vec::new();
    for round in 0..kills {
        let wiki = Wiki::start(&site);
        assert_eq!(wiki.save(&format!("round-{round}.md")), Some(201), "the first save after a kill");
        let is_over = AtomicBool::new(false);
        let write = |writer| {
            let names = (0..).map(|n| format!("w{writer}/{round}-{n}.md"));
            let names = names.take_while(|_| !is_over.load(Ordering::Relaxed));
            names.filter(|name| wiki.save(name) == Some(201)).collect::<Vec<_>>()
        };
        let pid = wiki.process.id();
        thread::scope(|scope| {
            let writers: Vec<_> = (0..WRITERS).map(|writer| scope.spawn(move || write(writer))).collect();
            // Another moment of a save each time.
            thread::sleep(Duration::from_millis(40 + u64::from(round) * 7));
            Command::new("kill").args(["-9", &pid.to_string()]).status().expect("it can be killed");
            is_over.store(true, Ordering::Relaxed);
            let saved = writers.into_iter().flat_map(|writer| writer.join().expect("a writer ends"));
            acknowledged.extend(saved);
        });
        wiki.kill();
    }
    Wiki::start(&site).kill();
    assert!(acknowledged.len() > kills as usize, "nothing was saved");
    let files = git(&site, &["ls-tree", "-r", "--name-only", "HEAD"]);
    let files: Vec<&str> = files.lines().collect();
    let lost: Vec<&String> = acknowledged.iter().filter(|name| !files.contains(&name.as_str())).collect();
    assert!(lost.is_empty(), "{lost:?}");
    assert_eq!(git(&site, &["status", "--porcelain", "--untracked-files=no"]), "");
    git(&site, &["fsck", "--strict"]);
    let locks = git(&site, &["rev-parse", "--git-path", "refs/heads"]);
    let left = std::fs::read_dir(site.root().join(locks)).expect("a folder");
    assert!(left.flatten().all(|entry| !entry.file_name().to_string_lossy().ends_with(".lock")));
}

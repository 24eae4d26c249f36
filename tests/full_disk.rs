//! A disk that takes no more: saves are refused with the reason, nothing is lost, and small ones go on.
#![cfg(unix)]

mod support;

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    process::{Child, Stdio},
    thread,
};

use support::{TestSite, command};

/// Files can have 64 blocks, each of 512 or 1,024 bytes. A signal would kill the program where the system only refuses.
const LIMITED: &str = "trap '' XFSZ; ulimit -f 64; exec \"$0\" edit . --port 0 --no-cache";

/// A server that is killed in the end.
struct Wiki(Child, SocketAddr);

impl Wiki {
    fn start(site: &TestSite) -> Self {
        let mut shell = command("sh", &site.root(), &site.root());
        shell.args(["-c", LIMITED, env!("CARGO_BIN_EXE_recto")]);
        let mut process = shell.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("a shell");
        let mut lines = BufReader::new(process.stderr.take().expect("piped")).lines();
        let address = loop {
            let Some(Ok(line)) = lines.next() else { panic!("it ended") };
            if let Some((_, rest)) = line.split_once("on http://") {
                break rest.split('/').next().expect("an address").parse().expect("an address");
            }
        };
        // Whoever stops reading stops the writer in the end.
        thread::spawn(move || lines.for_each(drop));
        Self(process, address)
    }

    fn save(&self, name: &str, text: &str) -> (u16, String) {
        let body = format!("{{\"content\": \"{text}\\n\"}}");
        let head = format!(
            "PUT /-/api/pages/{name} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            self.1,
            body.len()
        );
        let mut stream = TcpStream::connect(self.1).expect("it listens");
        stream.write_all((head + &body).as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("received");
        (answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status"), answer)
    }
}

impl Drop for Wiki {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn git(site: &TestSite, arguments: &[&str]) -> String {
    let output = command("git", &site.root(), &site.root()).args(arguments).output().expect("Git can be run");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

#[test]
fn a_save_that_the_disk_refuses_is_told_and_leaves_nothing_half_done() {
    let site = TestSite::new().file("index.md", "# Home\n").commit();
    git(&site, &["config", "user.name", "Ada"]);
    git(&site, &["config", "user.email", "ada@example.org"]);
    let wiki = Wiki::start(&site);
    let head = git(&site, &["rev-parse", "HEAD"]);
    // Digits that no compression makes small.
    let digits = (0..40_000_u64).map(|n| format!("{:x}", n.wrapping_mul(0x9E37_79B9_7F4A_7C15)));
    let (status, answer) = wiki.save("large.md", &digits.collect::<String>());
    assert!(status == 507 && answer.contains("urn:recto:not-written"), "{answer}");
    assert!(answer.contains("look whether the disk is full"), "{answer}");
    assert_eq!(git(&site, &["rev-parse", "HEAD"]), head);
    assert_eq!(git(&site, &["status", "--porcelain"]), "");
    assert_eq!(wiki.save("small.md", "fits").0, 201);
    assert_eq!(git(&site, &["show", "HEAD:small.md"]), "fits");
    git(&site, &["fsck", "--strict"]);
}

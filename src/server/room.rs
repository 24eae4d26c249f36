//! The room: slides that turn for an audience when the presenter turns them.
//!
//! Pages of decks are told where to follow ([`with_room`]); those that the presenter sees, a browser on this machine, also get
//! the token with which [`lead`] takes the place that is shown. [`follow`] sends it on to all who listen, and first of all
//! where the presenter is now: a browser that connects again is there at once. A deck is led while a window is open that leads:
//! each says so now and then, and when it goes. Nothing of it is kept, and a site that is published has none of it.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket},
    time::{Duration, Instant},
};

use axum::{
    body::{Body, to_bytes},
    http::{HeaderValue, Method, StatusCode, header::HOST, request::Parts},
    response::Response,
};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::watch;

use super::{
    address::{self, is_own_host},
    live,
    read::{Shared, has_own_host, text},
    streams::event,
};
use crate::base::url::encode_path;

/// What those who lead send, below the folder of live pages.
pub(super) const LEAD: &str = "lead";
/// What those who follow listen to.
pub(super) const FOLLOW: &str = "follow";
/// The header with the token.
const TOKEN: &str = "x-recto-token";
/// How long the message of a presenter can be.
const MAX_BYTES: usize = 4096;
/// How many decks can be shown at once.
const MAX_DECKS: usize = 64;
/// How many windows can lead one deck.
const MAX_WINDOWS: usize = 64;
/// How long after its last word a window still leads. Windows say each half minute that they are there; browsers let those that
/// nobody sees wait for a minute.
const AWAY: Duration = Duration::from_secs(180);
/// What pages of decks have, and no others.
const MARK: &str = "<script type=\"application/json\" data-deck-facts>";
/// An address of documentation (RFC 5737). Nothing is sent to it: the system only says by which way it would be.
const ELSEWHERE: (Ipv4Addr, u16) = (Ipv4Addr::new(192, 0, 2, 1), 9);

/// Where the decks are that are presented.
#[derive(Debug)]
pub(super) struct Room {
    token: String,
    /// The decks that are led, by the paths of their pages.
    decks: watch::Sender<BTreeMap<String, Led>>,
}

/// A deck that is led.
#[derive(Clone, Debug)]
struct Led {
    place: Place,
    /// The windows that lead it, each with the time of its last word.
    windows: BTreeMap<String, Instant>,
}

impl Led {
    /// Forgets the windows that went without a word; whether one is left.
    fn is_left(&mut self, now: Instant) -> bool {
        self.windows.retain(|_, heard| now.saturating_duration_since(*heard) < AWAY);
        !self.windows.is_empty()
    }
}

/// A slide and a step of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    id: String,
    step: u32,
}

/// What a window that leads sends: where it is, or, without a place, that it goes.
#[derive(Debug, Deserialize)]
struct Word {
    /// The name of the window.
    #[serde(default)]
    window: String,
    /// The token, when a page goes: what a browser sends then has no headers of ours.
    #[serde(default)]
    token: String,
    #[serde(flatten)]
    place: Option<Place>,
}

impl Room {
    /// A room with nobody in it.
    pub(super) fn new(token: String) -> Self {
        Self { token, decks: watch::Sender::new(BTreeMap::new()) }
    }

    /// Takes the word of a window; whether the place is new.
    fn hear(&self, deck: String, window: String, place: Option<Place>, now: Instant) -> bool {
        self.decks.send_if_modified(|decks| {
            decks.retain(|_, led| led.is_left(now));
            let Some(place) = place else {
                if let Some(led) = decks.get_mut(&deck) {
                    led.windows.remove(&window);
                }
                decks.retain(|_, led| !led.windows.is_empty());
                return false;
            };
            let is_new = decks.get(&deck).map(|led| &led.place) != Some(&place);
            if decks.len() >= MAX_DECKS && !decks.contains_key(&deck) {
                return false;
            }
            let led =
                decks.entry(deck).or_insert_with(|| Led { place: place.clone(), windows: BTreeMap::new() });
            led.place = place;
            if led.windows.len() < MAX_WINDOWS || led.windows.contains_key(&window) {
                led.windows.insert(window, now);
            }
            is_new
        })
    }
}

/// A page that can follow, if it is one of a deck: `path` is its own.
pub(super) fn with_room(
    shared: &Shared,
    head: &Parts,
    peer: SocketAddr,
    base_path: &str,
    path: &str,
    html: &Bytes,
) -> Option<Bytes> {
    let mark = MARK.as_bytes();
    let at = html.windows(mark.len()).position(|part| part == mark)?;
    let address = |name: &str| {
        let folder = encode_path(&format!("{base_path}{}", live::FOLDER));
        let page = encode_path(&format!("{base_path}{path}"));
        let page = percent_encoding::utf8_percent_encode(&page, percent_encoding::NON_ALPHANUMERIC);
        format!("{folder}{name}?deck={page}")
    };
    let mut room = json!({ "follow": address(FOLLOW) });
    if is_presenter(head, peer) {
        room["lead"] = address(LEAD).into();
        room["token"] = shared.room.token.clone().into();
        room["url"] = shared_url(shared.bound, base_path, path).into();
    }
    let room = room.to_string().replace('<', "\\u003c");
    let room = format!("<script type=\"application/json\" data-room>{room}</script>\n");
    Some([&html[..at], room.as_bytes(), &html[at..]].concat().into())
}

/// Whether a request comes from this machine and knows it by a name of its own; what a tunnel brings has other names.
pub(super) fn is_presenter(head: &Parts, peer: SocketAddr) -> bool {
    let here = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let host = head.headers.get(HOST).and_then(|host| host.to_str().ok());
    peer.ip().to_canonical().is_loopback() && host.is_some_and(|host| is_own_host(here, host))
}

/// The address of a page for others on the network; `None` when the server answers to this machine only.
fn shared_url(bound: SocketAddr, base_path: &str, path: &str) -> Option<String> {
    let ip = match bound.ip() {
        ip if ip.is_loopback() => return None,
        ip if !ip.is_unspecified() => ip,
        _ => way_out()?,
    };
    let site = address::url(SocketAddr::new(ip, bound.port()), base_path);
    Some(format!("{}{}", site.trim_end_matches('/'), encode_path(path)))
}

/// The address of this machine on the network that it would take to others.
fn way_out() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect(ELSEWHERE).ok()?;
    socket.local_addr().ok().map(|addr| addr.ip()).filter(|ip| !ip.is_unspecified())
}

/// Takes where a presenter is.
pub(super) async fn lead(shared: &Shared, head: &Parts, body: Body, base_path: &str) -> Response {
    let word = to_bytes(body, MAX_BYTES).await.ok();
    let word = word.and_then(|bytes| serde_json::from_slice::<Word>(&bytes).ok());
    let in_head = head.headers.get(TOKEN).map(HeaderValue::as_bytes);
    let in_body = word.as_ref().map(|word| word.token.as_bytes());
    let has_token = [in_head, in_body].contains(&Some(shared.room.token.as_bytes()));
    if !has_token || !has_own_host(shared.bound, head) || live::is_of_others(head) {
        return text(
            head,
            StatusCode::FORBIDDEN,
            "Only the presenter's page on this machine turns slides for others.",
        );
    }
    if head.method != Method::POST {
        return text(head, StatusCode::METHOD_NOT_ALLOWED, "Send the place with POST.");
    }
    let Some(deck) = live::page_of(head.uri.query().unwrap_or_default(), "deck", base_path) else {
        return text(head, StatusCode::BAD_REQUEST, "`deck` must be the path of a deck.");
    };
    let is_said = |word: &Word| word.place.is_some() || !word.window.is_empty();
    let Some(Word { window, place, .. }) = word.filter(is_said) else {
        return text(
            head,
            StatusCode::BAD_REQUEST,
            "The body must be JSON with the `id` of a slide and a `step`.",
        );
    };
    let is_taken = shared.room.hear(deck, window, place, Instant::now());
    text(head, StatusCode::OK, if is_taken { "Sent." } else { "Nothing is new." })
}

/// Sends where the presenter of a deck is, now and from now on.
pub(super) fn follow(shared: &Shared, head: &Parts, base_path: &str) -> Response {
    let query = head.uri.query().unwrap_or_default();
    let Some(deck) = live::page_of(query, "deck", base_path) else {
        return text(head, StatusCode::BAD_REQUEST, "`deck` must be the path of a deck.");
    };
    let mut decks = shared.room.decks.subscribe();
    live::stream(shared, head, move |tell| {
        tokio::spawn(async move {
            let mut known = None;
            loop {
                let led = decks.borrow_and_update().get(&deck).cloned();
                let place = led.filter(|led| led.clone().is_left(Instant::now())).map(|led| led.place);
                if place.is_some() && place != known {
                    let _ = tell.send(event("place", &json!(place)));
                }
                known = place;
                tokio::select! {
                    changed = decks.changed() => if changed.is_err() { return },
                    () = tell.closed() => return,
                }
            }
        });
        Some(())
    })
}

#[cfg(test)]
mod tests {
    use std::{
        io::{BufRead as _, BufReader, Read as _, Write as _},
        net::TcpStream,
        sync::Arc,
        time::Duration,
    };

    use super::*;
    use crate::{
        base::digest::Digest,
        server::{Answer, Pages, ServeOptions, Server},
    };

    /// How long a test waits for what must come.
    const PATIENCE: Duration = Duration::from_secs(20);

    /// A site with a deck at `/a b.html`.
    struct OneDeck;

    impl Pages for OneDeck {
        fn get(&self, path: &str) -> Answer {
            let html = if path == "/a b.html" {
                format!("<p></p>{MARK}{{}}</script>")
            } else {
                "<p></p>".to_owned()
            };
            let bytes: Bytes = html.into_bytes().into();
            Answer::Found {
                digest: Digest::of(&bytes),
                bytes,
                media_type: "text/html".to_owned(),
                is_copy: false,
            }
        }

        fn base_path(&self) -> String {
            "/docs".to_owned()
        }

        fn is_live(&self) -> bool {
            true
        }
    }

    fn send(addr: SocketAddr, method: &str, path: &str, headers: &str, body: &str) -> BufReader<TcpStream> {
        send_to(addr, &addr.to_string(), method, path, headers, body)
    }

    fn send_to(
        addr: SocketAddr,
        host: &str,
        method: &str,
        path: &str,
        headers: &str,
        body: &str,
    ) -> BufReader<TcpStream> {
        let mut stream = TcpStream::connect(addr).expect("a server");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let len = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {len}\r\n{headers}\r\n{body}"
        );
        stream.write_all(request.as_bytes()).expect("sent");
        BufReader::new(stream)
    }

    fn text_of(mut reader: BufReader<TcpStream>) -> String {
        let mut text = String::new();
        reader.read_to_string(&mut text).expect("an answer");
        text
    }

    fn next_place(stream: &mut BufReader<TcpStream>) -> String {
        let mut line = String::new();
        while !line.starts_with("data:") {
            line.clear();
            assert!(stream.read_line(&mut line).expect("an event") > 0, "the stream ended");
        }
        line.trim().to_owned()
    }

    #[test]
    fn an_audience_is_where_the_presenter_is_also_after_connecting_again() {
        let options = ServeOptions { bind: ([127, 0, 0, 1], 0).into(), open: false };
        let server = Server::start(&options, Arc::new(OneDeck)).expect("a server");
        let addr = server.addr();
        let page = text_of(send(addr, "GET", "/docs/a%20b.html", "", ""));
        let room = page.split_once("data-room>").and_then(|(_, rest)| rest.split_once("</script>"));
        let room: serde_json::Value = serde_json::from_str(room.expect("a room").0).expect("JSON");
        let at = |name: &str| room[name].as_str().unwrap_or_default().to_owned();
        assert!(room["url"].is_null(), "{room}");
        assert!(!text_of(send(addr, "GET", "/docs/", "", "")).contains("data-room"));

        let token = format!("{TOKEN}: {}\r\n", at("token"));
        let place = |id: &str| json!({ "id": id, "step": 1 }).to_string();
        let refused = [
            ("", 403),
            ("x-recto-token: guessed\r\n", 403),
            (&*format!("{token}Sec-Fetch-Site: cross-site\r\n"), 403),
        ];
        for (headers, status) in refused {
            let answer = text_of(send(addr, "POST", &at("lead"), headers, &place("a")));
            assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{headers}: {answer}");
        }
        for body in ["", "{}", "{\"id\": 1, \"step\": 1}"] {
            assert!(
                text_of(send(addr, "POST", &at("lead"), &token, body)).starts_with("HTTP/1.1 400"),
                "{body}"
            );
        }
        let mut early = send(addr, "GET", &at("follow"), "", "");
        assert!(text_of(send(addr, "POST", &at("lead"), &token, &place("one"))).starts_with("HTTP/1.1 200"));
        assert_eq!(next_place(&mut early), "data: {\"id\":\"one\",\"step\":1}");
        let mut late = send(addr, "GET", &at("follow"), "", "");
        assert_eq!(next_place(&mut late), "data: {\"id\":\"one\",\"step\":1}");
        text_of(send(addr, "POST", &at("lead"), &token, &place("two")));
        assert_eq!(next_place(&mut early), next_place(&mut late));
        // The window goes: who comes later is left where they are, until somebody leads again.
        let leave = |token: &str| json!({ "window": "w", "token": token }).to_string();
        let with_name = json!({ "id": "three", "step": 0, "window": "w" }).to_string();
        text_of(send(addr, "POST", &at("lead"), &token, &with_name));
        assert!(text_of(send(addr, "POST", &at("lead"), "", &leave("guessed"))).starts_with("HTTP/1.1 403"));
        assert!(
            text_of(send(addr, "POST", &at("lead"), "", &leave(&at("token")))).starts_with("HTTP/1.1 200")
        );
        server.stop().expect("stopped");
    }

    #[test]
    fn an_audience_is_shown_no_problems() {
        let options = ServeOptions { bind: ([0, 0, 0, 0], 0).into(), open: false };
        let server = Server::start(&options, Arc::new(OneDeck)).expect("a server");
        let addr = SocketAddr::from(([127, 0, 0, 1], server.addr().port()));
        let shown = |host: &str, path: &str| {
            let page = text_of(send_to(addr, host, "GET", path, "", ""));
            let shown = page.split_once("data-problems=\"").and_then(|(_, rest)| rest.split_once('"'));
            shown.map(|(shown, _)| shown.to_owned()).unwrap_or(page)
        };
        assert_eq!(shown("localhost", "/docs/a%20b.html"), "badge");
        assert_eq!(shown("192.168.1.7", "/docs/a%20b.html"), "nowhere");
        assert_eq!(shown("192.168.1.7", "/docs/"), "panel");
        server.stop().expect("stopped");
    }

    #[test]
    fn a_deck_is_led_while_a_window_that_leads_is_there() {
        let room = Room::new("token".to_owned());
        let start = Instant::now();
        let after = |seconds: u64| start + Duration::from_secs(seconds);
        let place = |id: &str| Some(Place { id: id.to_owned(), step: 0 });
        let hear = |window: &str, place, seconds| {
            room.hear("/d".to_owned(), window.to_owned(), place, after(seconds))
        };
        let led =
            |seconds| room.decks.borrow().get("/d").is_some_and(|led| led.clone().is_left(after(seconds)));
        assert!(hear("a", place("one"), 0) && hear("b", place("two"), 0));
        assert!(!hear("a", place("two"), 100), "it says that it is still there");
        hear("a", None, 110);
        assert!(led(170), "the other one is there");
        assert!(!led(190), "it went without a word");
        assert!(hear("c", place("two"), 200), "it is new to a deck that nobody led");
        hear("c", None, 201);
        assert!(!led(201) && room.decks.borrow().is_empty());
    }

    #[test]
    fn only_a_browser_of_this_machine_is_the_presenters() {
        let check = |peer: &str, host: &str| {
            let request = axum::http::Request::builder().header(HOST, host).body(()).expect("a request");
            is_presenter(&request.into_parts().0, format!("{peer}:5000").parse().expect("an address"))
        };
        assert!(
            check("127.0.0.1", "localhost:4000")
                && check("[::1]", "[::1]:4000")
                && check("[::ffff:127.0.0.1]", "127.0.0.1")
        );
        assert!(!check("192.168.1.7", "localhost:4000"));
        // A tunnel comes from here, but the name is not of here.
        assert!(!check("127.0.0.1", "talk.example.org") && !check("127.0.0.1", "192.168.1.2:4000"));
    }

    #[test]
    fn others_get_an_address_that_they_can_reach() {
        let url = |bound: &str| shared_url(bound.parse().expect("an address"), "/docs", "/a b.html");
        assert_eq!(url("127.0.0.1:4000"), None);
        assert_eq!(url("10.0.0.5:4000").as_deref(), Some("http://10.0.0.5:4000/docs/a%20b.html"));
    }
}

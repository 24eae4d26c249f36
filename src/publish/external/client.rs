//! [`Client`]: asks one address, and is polite to its host.
//!
//! The only file that talks to the network. `HEAD` is asked first; what it would call broken is asked again with
//! `GET`, since many servers refuse `HEAD`. Redirects are followed here and not by the client, because each hop
//! has a host to be polite to, may lead to a local machine, and is for good or for now.
//! Bodies are never read, apart from what arrives together with the head.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use ureq::{
    Agent, Error,
    http::{HeaderMap, Method, Request, StatusCode, Uri, header},
};

use super::{ExternalOptions, Verdict, address};

/// How many redirects are followed.
const MAX_REDIRECTS: usize = 5;
/// The time between an answer of a host and the next request to it.
const PAUSE: Duration = Duration::from_millis(200);
/// How long we wait when a host asks us to come back later; if it wants longer, we don't come back.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(5);
/// After so many requests in a row without a useful answer, the rest of a host is not asked.
const MAX_UNANSWERED: usize = 3;
/// How much of an answer is taken from the network at once, and so of a body.
const MAX_READ_BYTES: usize = 64 * 1024;
/// Who asks.
const USER_AGENT: &str = concat!("recto/", env!("CARGO_PKG_VERSION"), " (link check)");

/// Asks, from many threads.
pub(super) struct Client {
    agent: Agent,
    options: ExternalOptions,
    gates: Mutex<BTreeMap<String, Arc<Mutex<Gate>>>>,
}

/// What we owe one host. Whoever holds it is the only one to ask that host.
#[derive(Default)]
struct Gate {
    not_before: Option<Instant>,
    n_unanswered: usize,
    /// Why the host is not asked any more.
    closed: Option<String>,
}

/// The head of an answer.
struct Answer {
    status: StatusCode,
    location: Option<String>,
    retry_after: Option<Duration>,
}

impl Client {
    /// Prepares; nothing is asked yet.
    pub(super) fn new(options: &ExternalOptions) -> Self {
        let mut config = Agent::config_builder()
            .user_agent(USER_AGENT)
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(options.timeout))
            .max_response_header_size(MAX_READ_BYTES)
            .input_buffer_size(MAX_READ_BYTES);
        if options.allow_local {
            config = config.proxy(None);
        }
        Self { agent: config.build().into(), options: options.clone(), gates: Mutex::default() }
    }

    /// Asks for an address, and for those that it redirects to.
    pub(super) fn verdict(&self, uri: &Uri) -> Verdict {
        let mut uri = uri.clone();
        let mut moved_to = None;
        let mut is_moved = true;
        for _ in 0..=MAX_REDIRECTS {
            let answer = match self.answer(&uri) {
                Ok(answer) => answer,
                Err(verdict) => return verdict,
            };
            let Some(location) = answer.location else {
                return match (of_status(answer.status), moved_to) {
                    (Verdict::Fine, Some(target)) => Verdict::Redirected(target),
                    (verdict, _) => verdict,
                };
            };
            let target = address::resolve(&uri, &location);
            uri = match address::to_ask(&target, self.options.allow_local) {
                Ok(uri) => uri,
                Err(Verdict::Broken(why)) => {
                    return Verdict::Broken(format!("redirects to `{target}`, {why}"));
                }
                Err(_) => return Verdict::Unknown(format!("redirects to `{target}`, which is not asked")),
            };
            is_moved &= [301, 308].contains(&answer.status.as_u16());
            if is_moved {
                moved_to = Some(target);
            }
        }
        Verdict::Broken(format!("more than {MAX_REDIRECTS} redirects"))
    }

    fn answer(&self, uri: &Uri) -> Result<Answer, Verdict> {
        let answer = self.answer_in_time(&Method::HEAD, uri)?;
        let is_refused = answer.status == StatusCode::NOT_IMPLEMENTED
            || answer.status.is_client_error() && answer.status != StatusCode::TOO_MANY_REQUESTS;
        if is_refused { self.answer_in_time(&Method::GET, uri) } else { Ok(answer) }
    }

    /// Comes back once when the host wants us to, and soon; the gate does the waiting.
    fn answer_in_time(&self, method: &Method, uri: &Uri) -> Result<Answer, Verdict> {
        let answer = self.request(method, uri)?;
        match answer.retry_after {
            Some(wait) if wait <= MAX_RETRY_AFTER => self.request(method, uri),
            Some(_) | None => Ok(answer),
        }
    }

    fn request(&self, method: &Method, uri: &Uri) -> Result<Answer, Verdict> {
        let gate = self.gate(uri);
        let mut gate = lock(&gate);
        if let Some(why) = &gate.closed {
            return Err(Verdict::Unknown(format!("not asked, after other addresses of the host: {why}")));
        }
        thread::sleep(
            gate.not_before.map_or(Duration::ZERO, |at| at.saturating_duration_since(Instant::now())),
        );
        let answer = self.send(method, uri);
        gate.learn(&answer);
        answer
    }

    fn gate(&self, uri: &Uri) -> Arc<Mutex<Gate>> {
        Arc::clone(lock(&self.gates).entry(address::host(uri)).or_default())
    }

    fn send(&self, method: &Method, uri: &Uri) -> Result<Answer, Verdict> {
        let request = Request::builder().method(method).uri(uri).body(());
        let response = request.map_err(Error::from).and_then(|request| self.agent.run(request));
        match response {
            Ok(response) => Ok(Answer::of(response.status(), response.headers())),
            Err(error) => Err(self.of_error(&error)),
        }
    }

    fn of_error(&self, error: &Error) -> Verdict {
        let has_proxy = self.agent.config().proxy().is_some();
        match error {
            Error::Timeout(_) => {
                Verdict::Unknown(format!("no answer within {} s", self.options.timeout.as_secs_f32()))
            }
            // Through a proxy, these speak of the proxy.
            Error::HostNotFound if !has_proxy => Verdict::Broken("no such host".to_owned()),
            Error::Io(error) if !has_proxy => of_io_error(error),
            error => of_text(&error.to_string()),
        }
    }
}

impl Gate {
    /// Decides from an answer when, and whether, the host is asked next.
    fn learn(&mut self, answer: &Result<Answer, Verdict>) {
        let wait = match answer {
            Ok(answer) => answer.retry_after.unwrap_or_default(),
            Err(_) => Duration::ZERO,
        };
        let unanswered = match answer {
            Ok(answer) if answer.status == StatusCode::TOO_MANY_REQUESTS || answer.retry_after.is_some() => {
                Some(name_of(answer.status))
            }
            Err(Verdict::Unknown(why)) => Some(why.clone()),
            Ok(_) | Err(_) => None,
        };
        self.n_unanswered = if unanswered.is_some() { self.n_unanswered + 1 } else { 0 };
        if wait > MAX_RETRY_AFTER || self.n_unanswered >= MAX_UNANSWERED {
            self.closed = unanswered;
        }
        self.not_before = Some(Instant::now() + wait.min(MAX_RETRY_AFTER).max(PAUSE));
    }
}

impl Answer {
    fn of(status: StatusCode, headers: &HeaderMap) -> Self {
        let text_of = |name| headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()));
        let is_redirect = [301, 302, 303, 307, 308].contains(&status.as_u16());
        let wants_later = [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE].contains(&status);
        Self {
            status,
            location: text_of(header::LOCATION).filter(|_| is_redirect).map(|text| text.trim().to_owned()),
            // A date is not worth reading: it is most likely too late for us.
            retry_after: text_of(header::RETRY_AFTER)
                .filter(|_| wants_later)
                .map(|text| text.trim().parse().map_or(Duration::MAX, Duration::from_secs)),
        }
    }
}

/// `404 Not Found`.
fn name_of(status: StatusCode) -> String {
    let reason = status.canonical_reason().unwrap_or("");
    format!("{} {reason}", status.as_u16()).trim_end().to_owned()
}

/// What a status says that is the last one.
fn of_status(status: StatusCode) -> Verdict {
    match status.as_u16() {
        200..=299 => Verdict::Fine,
        // Behind a login or a payment, a wall against bots, only for some countries; or late, early or too often.
        401 | 402 | 403 | 407 | 408 | 425 | 429 | 451 => Verdict::Unknown(name_of(status)),
        301 | 302 | 303 | 307 | 308 => Verdict::Broken(format!("{} without a target", name_of(status))),
        400..=499 => Verdict::Broken(name_of(status)),
        _ => Verdict::Unknown(name_of(status)),
    }
}

fn of_io_error(error: &io::Error) -> Verdict {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Verdict::Broken("connection refused".to_owned()),
        io::ErrorKind::TimedOut => Verdict::Unknown("no answer in time".to_owned()),
        _ => of_text(&error.to_string()),
    }
}

/// Failures that have no type of their own: the system's words for an unknown name, and bad certificates.
fn of_text(text: &str) -> Verdict {
    let lower = text.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    // glibc, its missing address, macOS, musl, Windows. A failure "for now" is not among them: we may be offline.
    let unknown_name =
        ["service not known", "no address associated", "nor servname", "does not resolve", "os error 11001"];
    if has(&unknown_name) {
        return Verdict::Broken("no such host".to_owned());
    }
    if has(&["certificate expired"]) {
        return Verdict::Broken("its certificate has expired".to_owned());
    }
    if has(&["certificate not valid for name"]) {
        return Verdict::Broken("its certificate is for another host".to_owned());
    }
    Verdict::Unknown(text.to_owned())
}

/// A thread that panicked has left nothing half done that matters here.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_broken_only_when_the_author_can_mend_them() {
        let check = |status: u16, expected: Verdict| {
            assert_eq!(of_status(StatusCode::from_u16(status).expect("a status")), expected);
        };
        check(204, Verdict::Fine);
        check(302, Verdict::Broken("302 Found without a target".to_owned()));
        check(403, Verdict::Unknown("403 Forbidden".to_owned()));
        check(410, Verdict::Broken("410 Gone".to_owned()));
        check(503, Verdict::Unknown("503 Service Unavailable".to_owned()));
        check(999, Verdict::Unknown("999".to_owned()));
    }

    #[test]
    fn failures_without_a_type_are_told_apart_by_their_words() {
        let broken = |why: &str| Verdict::Broken(why.to_owned());
        let lookup = "failed to lookup address information: ";
        let check = |text: &str, expected: Verdict| assert_eq!(of_text(text), expected);
        check(&format!("{lookup}Name or service not known"), broken("no such host"));
        let offline = format!("{lookup}Temporary failure in name resolution");
        check(&offline, Verdict::Unknown(offline.clone()));
        check(
            "invalid peer certificate: certificate expired: verification time 2 (UNIX)",
            broken("its certificate has expired"),
        );
        let chain = "invalid peer certificate: UnknownIssuer";
        check(chain, Verdict::Unknown(chain.to_owned()));
    }

    #[test]
    fn a_host_is_left_alone_when_it_asks_for_it() {
        let answer = |status: u16, retry_after: Option<&str>| {
            let mut headers = HeaderMap::new();
            if let Some(text) = retry_after {
                headers.insert(header::RETRY_AFTER, text.parse().expect("a header"));
            }
            Ok(Answer::of(StatusCode::from_u16(status).expect("a status"), &headers))
        };
        let check = |answers: &[Result<Answer, Verdict>], is_closed: bool| {
            let mut gate = Gate::default();
            answers.iter().for_each(|answer| gate.learn(answer));
            assert_eq!(gate.closed.is_some(), is_closed);
        };
        check(&[answer(429, Some("5"))], false);
        check(&[answer(429, Some("6"))], true);
        check(&[answer(503, Some("99999999999999999999999"))], true);
        check(&[answer(429, Some("Wed, 21 Oct 2026 07:28:00 GMT"))], true);
        check(&[answer(404, Some("600"))], false);
        check(&[answer(429, None), answer(429, None), answer(200, None), answer(429, None)], false);
        check(&[answer(429, None), Err(Verdict::Unknown(String::new())), answer(429, None)], true);
    }
}

//! [`Metrics`]: what the server has counted, in the text format of Prometheus.
//!
//! Requests are named by the routes they matched and never by their addresses, so that no client can make more series.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::{
    body::Body,
    extract::{MatchedPath, Request, State},
    http::{HeaderValue, Method, header::CONTENT_TYPE},
    middleware::Next,
    response::Response,
};

use super::{super::read::empty, Site, WikiSite, actor::Reader};
use crate::{engine::Counts, wiki::Tally};

/// The media type of the text format.
const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";
/// What requests for pages of the site are counted as.
const PAGE: &str = "page";
/// What requests are counted as that have no route, or no usual method.
const OTHER: &str = "other";
/// The upper ends of the buckets of durations, in seconds.
const BUCKETS: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0];
/// What the kernel says of this process.
const PROCESS_FILE: &str = "/proc/self/status";

/// What is counted of requests.
pub(in crate::server) struct Metrics {
    started: SystemTime,
    routes: Mutex<BTreeMap<String, Requests>>,
}

/// The requests of one route.
#[derive(Default)]
struct Requests {
    by_answer: BTreeMap<(&'static str, u16), u64>,
    /// How many took at most as long as each bucket has, and longer than the one before.
    buckets: [u64; BUCKETS.len()],
    n_all: u64,
    seconds: f64,
}

impl Metrics {
    pub(super) fn new() -> Self {
        Self { started: SystemTime::now(), routes: Mutex::default() }
    }

    /// Counts a request that was answered.
    pub(in crate::server) fn note(&self, route: &str, method: &Method, status: u16, elapsed: Duration) {
        let seconds = elapsed.as_secs_f64();
        let mut routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        if !routes.contains_key(route) {
            routes.insert(route.to_owned(), Requests::default());
        }
        let Some(requests) = routes.get_mut(route) else { return };
        *requests.by_answer.entry((name_of(method), status)).or_default() += 1;
        if let Some(bucket) = BUCKETS.iter().position(|end| seconds <= *end) {
            requests.buckets[bucket] += 1;
        }
        requests.n_all += 1;
        requests.seconds += seconds;
    }
}

/// The methods that are told apart: a client may make up others.
fn name_of(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        _ => OTHER,
    }
}

/// The route by which an action was found, kept in its response.
#[derive(Clone)]
struct Matched(Option<MatchedPath>);

/// Notes the route of a request in its response, for [`route_of`].
pub(super) async fn keep_route(request: Request, next: Next) -> Response {
    let matched = Matched(request.extensions().get().cloned());
    let mut response = next.run(request).await;
    response.extensions_mut().insert(matched);
    response
}

/// What a request is counted as, by its response.
pub(in crate::server) fn route_of(response: &Response) -> &str {
    match response.extensions().get() {
        Some(Matched(Some(route))) => route.as_str(),
        Some(Matched(None)) => OTHER,
        None => PAGE,
    }
}

/// Answers with all that is counted.
pub(super) async fn answer(State(site): State<Site>, Reader(_): Reader) -> Response {
    let mut response = empty(axum::http::StatusCode::OK);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    *response.body_mut() = Body::from(exposition(&site));
    response
}

fn exposition(site: &WikiSite) -> String {
    let mut text = Text(String::new());
    text.process(&site.metrics);
    text.requests(&site.metrics);
    text.wiki(&site.wiki.tally(), &site.wiki.engine().counts());
    text.0
}

/// The text format, family by family.
struct Text(String);

impl Text {
    fn process(&mut self, metrics: &Metrics) {
        self.family("recto_build_info", "gauge", "The version that runs.");
        self.sample("recto_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1.0);
        let started = metrics.started.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        self.single("process_start_time_seconds", "gauge", "When it was started, since 1970.", started);
        if let Some(bytes) = resident_bytes() {
            self.single("process_resident_memory_bytes", "gauge", "Memory in use.", bytes);
        }
    }

    fn requests(&mut self, metrics: &Metrics) {
        let routes = metrics.routes.lock().unwrap_or_else(PoisonError::into_inner);
        let name = "recto_http_requests_total";
        self.family(name, "counter", "Requests by route; pages of the site are `page`.");
        for (route, requests) in &*routes {
            for ((method, status), n_requests) in &requests.by_answer {
                let status = status.to_string();
                let labels = [("route", &**route), ("method", method), ("status", &status)];
                self.sample(name, &labels, *n_requests as f64);
            }
        }
        let name = "recto_http_request_duration_seconds";
        self.family(name, "histogram", "Time from a request's head to that of its answer.");
        for (route, requests) in &*routes {
            let mut n_within = 0;
            for (end, n_requests) in BUCKETS.iter().zip(requests.buckets) {
                n_within += n_requests;
                let labels = [("route", &**route), ("le", &end.to_string())];
                self.sample(&format!("{name}_bucket"), &labels, n_within as f64);
            }
            let labels = [("route", &**route), ("le", "+Inf")];
            self.sample(&format!("{name}_bucket"), &labels, requests.n_all as f64);
            self.sample(&format!("{name}_sum"), &labels[..1], requests.seconds);
            self.sample(&format!("{name}_count"), &labels[..1], requests.n_all as f64);
        }
    }

    fn wiki(&mut self, tally: &Tally, counts: &Counts) {
        let name = "recto_saves_total";
        self.family(
            name,
            "counter",
            "Saves by outcome: `merged` came together with others, `conflict` did not.",
        );
        for (outcome, n_saves) in tally.by_outcome() {
            self.sample(name, &[("outcome", outcome)], n_saves as f64);
        }
        let mut single = |name, kind, help, value: u64| self.single(name, kind, help, value as f64);
        single(
            "recto_heads_seen_total",
            "counter",
            "Moves of the branch that were seen.",
            tally.n_heads_seen,
        );
        single("recto_snapshots_total", "counter", "States of the site that were shown.", counts.n_snapshots);
        single("recto_renders_total", "counter", "Pages that were rendered.", counts.n_rendered);
        single("recto_renders_kept_total", "counter", "Pages that were taken as rendered.", counts.n_kept);
        single("recto_pages", "gauge", "Pages of the site.", counts.n_pages);
        single("recto_viewers", "gauge", "Pages that are open in browsers.", counts.n_viewers);
    }

    fn single(&mut self, name: &str, kind: &str, help: &str, value: f64) {
        self.family(name, kind, help);
        self.sample(name, &[], value);
    }

    fn family(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a string can't fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: f64) {
        let labels: Vec<String> =
            labels.iter().map(|(label, value)| format!("{label}=\"{}\"", escaped(value))).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// How much memory this process has, where the system says so.
fn resident_bytes() -> Option<f64> {
    let status = fs::read_to_string(PROCESS_FILE).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024.0)
}

//! Who acts: extractors that every action takes, and that let nobody through who may not act.
//!
//! [`Reader`] may read. [`Writer`] may write, and has said so on purpose: a page of another site can make a browser send
//! forms here, but neither another method than POST, nor JSON, nor a header, nor the token of our own forms.

use axum::{
    extract::FromRequestParts,
    http::{
        HeaderName, Method,
        header::{CONTENT_TYPE, HOST, ORIGIN},
        request::Parts,
    },
};

use super::{Site, WikiSite, problem::Problem};
use crate::wiki::{Actor, Rights};

/// Where a request comes from, as browsers say.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// What only scripts of our own pages send.
const OWN_HEADER: HeaderName = HeaderName::from_static("x-recto");

/// One who may read.
pub(super) struct Reader(pub(super) Actor);

/// One who may write, and who has sent what no other site can send.
pub(super) struct Writer(pub(super) Actor);

/// One who may write if the form has the token of ours: [`FormWriter::with_token`] says so.
pub(super) struct FormWriter(Actor);

impl FromRequestParts<Site> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(_: &mut Parts, site: &Site) -> Result<Self, Problem> {
        Ok(Self(actor(site)))
    }
}

impl FromRequestParts<Site> for Writer {
    type Rejection = Problem;

    async fn from_request_parts(head: &mut Parts, site: &Site) -> Result<Self, Problem> {
        check_origin(head)?;
        let is_json =
            head.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).is_some_and(|kind| {
                kind.split(';')
                    .next()
                    .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
            });
        let is_simple = matches!(head.method, Method::GET | Method::HEAD | Method::POST);
        if is_simple && !is_json && !head.headers.contains_key(OWN_HEADER) {
            return Err(Problem::foreign("send `Content-Type: application/json` or the header `X-Recto: 1`"));
        }
        Ok(Self(actor(site)))
    }
}

impl FromRequestParts<Site> for FormWriter {
    type Rejection = Problem;

    async fn from_request_parts(head: &mut Parts, site: &Site) -> Result<Self, Problem> {
        check_origin(head)?;
        Ok(Self(actor(site)))
    }
}

impl FormWriter {
    /// The one who sent a form, if it is one of ours.
    pub(super) fn with_token(self, site: &WikiSite, token: &str) -> Option<Actor> {
        (token == site.token).then_some(self.0)
    }
}

/// Until there are accounts, whoever reaches the server is the one who started it.
fn actor(site: &WikiSite) -> Actor {
    Actor { author: site.author.clone(), rights: Rights::Everything }
}

/// Refuses what a page of another site makes a browser send.
fn check_origin(head: &Parts) -> Result<(), Problem> {
    let value = |name: HeaderName| head.headers.get(name).and_then(|value| value.to_str().ok());
    let is_foreign = value(FETCH_SITE).is_some_and(|site| !matches!(site, "same-origin" | "none"));
    let own = value(HOST).map(|host| [format!("http://{host}"), format!("https://{host}")]);
    let has_other_origin = head.headers.get_all(ORIGIN).iter().any(|origin| {
        !own.iter().flatten().any(|own| origin.as_bytes().eq_ignore_ascii_case(own.as_bytes()))
    });
    if is_foreign || has_other_origin {
        return Err(Problem::foreign("the request comes from a page of another site"));
    }
    Ok(())
}

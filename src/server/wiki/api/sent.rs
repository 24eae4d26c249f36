//! What a program sends: extractors that answer with a problem where it can't be understood.

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Path, Query, Request, rejection::JsonRejection},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

use super::{
    super::{Site, problem::Problem},
    top::Top,
};

/// The path of a file in an address, as the wiki knows it.
pub(in crate::server::wiki) struct FilePath(pub(in crate::server::wiki) String);

/// What stands behind `?`.
pub(in crate::server::wiki) struct Asked<T>(pub(in crate::server::wiki) T);

/// JSON. A field that nobody knows is a problem: it would else be taken for done what isn't.
pub(in crate::server::wiki) struct Sent<T>(pub(in crate::server::wiki) T);

impl FromRequestParts<Site> for FilePath {
    type Rejection = Problem;

    async fn from_request_parts(head: &mut Parts, site: &Site) -> Result<Self, Problem> {
        let Path(written) = Path::<String>::from_request_parts(head, site)
            .await
            .map_err(|error| Problem::bad_request(error.body_text()))?;
        Top::of(site).below(&written).map(Self)
    }
}

impl<T: DeserializeOwned> FromRequestParts<Site> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(head: &mut Parts, site: &Site) -> Result<Self, Problem> {
        let asked = Query::from_request_parts(head, site).await;
        asked.map(|Query(asked)| Self(asked)).map_err(|error| Problem::bad_request(error.body_text()))
    }
}

impl<T: DeserializeOwned> FromRequest<Site> for Sent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, site: &Site) -> Result<Self, Problem> {
        let sent = Json::from_request(request, site).await;
        sent.map(|Json(sent)| Self(sent)).map_err(|error| match error {
            JsonRejection::MissingJsonContentType(error) => {
                Problem::new(error.status(), "media-type", "this takes JSON only")
                    .with_detail("send `Content-Type: application/json`")
            }
            JsonRejection::BytesRejection(error) => {
                Problem::new(error.status(), "too-large", error.body_text())
            }
            error => Problem::bad_request(error.body_text()),
        })
    }
}

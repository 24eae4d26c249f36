//! The API for programs: JSON under `/-/api/`.

mod pages;

use axum::{Router, routing::get};

use super::Site;

/// All of it.
pub(super) fn router() -> Router<Site> {
    Router::new().route("/-/api/pages/{*path}", get(pages::read).put(pages::write).delete(pages::delete))
}

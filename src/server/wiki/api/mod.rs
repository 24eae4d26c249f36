//! The API for programs: JSON under `/-/api/`.

mod pages;
mod preview;

use axum::{
    Router,
    routing::{get, post},
};

use super::Site;

/// All of it.
pub(super) fn router() -> Router<Site> {
    Router::new()
        .route("/-/api/pages/{*path}", get(pages::read).put(pages::write).delete(pages::delete))
        .route("/-/api/preview/{*path}", post(preview::show))
}

//! `/-/health`: whether the wiki works, for whoever starts it again if it doesn't.
//!
//! The disk is tried by a thread of its own, so neither pages that take long nor a disk that hangs keep the answer waiting.

use std::{sync::Arc, thread, time::Duration};

use axum::{Json, extract::State, http::StatusCode};
use serde::Serialize;
use tokio::sync::{Mutex, oneshot};

use super::{Site, problem::Problem};
use crate::wiki::Wiki;

/// How long the disk may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// A wiki that works.
#[derive(Debug, Serialize)]
pub(super) struct Health {
    status: &'static str,
    version: &'static str,
    /// How many pages the site has.
    pages: usize,
}

/// Taken by the thread that tries the disk.
#[derive(Default)]
pub(super) struct Trial(Arc<Mutex<()>>);

/// Says whether the wiki works.
pub(super) async fn answer(State(site): State<Site>) -> Result<Json<Health>, Problem> {
    let trial = try_in_thread(site.trial.0.clone(), site.wiki.clone());
    let reason = match tokio::time::timeout(PATIENCE, trial).await {
        Ok(Ok(Some(reason))) => reason,
        Ok(Ok(None)) => {
            let pages = site.wiki.engine().counts().n_pages as usize;
            return Ok(Json(Health { status: "ok", version: env!("CARGO_PKG_VERSION"), pages }));
        }
        Ok(Err(error)) => error,
        Err(_) => format!("the repository's disk has not answered for {} seconds", PATIENCE.as_secs()),
    };
    let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unhealthy", "the wiki doesn't work");
    Err(problem.with_detail(reason))
}

/// What is wrong with the wiki; nothing when it works.
async fn try_in_thread(turn: Arc<Mutex<()>>, wiki: Arc<Wiki>) -> Result<Option<String>, String> {
    let turn = turn.lock_owned().await;
    let (tell, told) = oneshot::channel();
    let work = move || {
        let _ = tell.send(wiki.trouble());
        drop(turn);
    };
    let begun = thread::Builder::new().name("health".to_owned()).spawn(work);
    begun.map_err(|error| format!("the system gives no thread: {error}"))?;
    told.await.map_err(|_| "the trial of the repository ended early".to_owned())
}

//! [`Streams`]: answers that never end by themselves: server-sent events.
//!
//! What is told to a stream is sent at once. An idle one says now and then that it is still there; one whose reader is too slow
//! is ended, and the browser begins another.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header::CONTENT_TYPE},
    response::Response,
};
use futures_core::Stream;
use tokio::sync::{Semaphore, mpsc, watch};

use super::read::empty;

/// How often an idle stream says that it is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How many events wait for a slow reader before it waits no more.
const MAX_WAITING: usize = 64;

/// Begins streams, as many as there may be.
#[derive(Clone)]
pub(super) struct Streams {
    permits: Arc<Semaphore>,
    stopping: watch::Receiver<bool>,
}

/// Takes what a stream is to send.
pub(super) type Teller = mpsc::UnboundedSender<String>;

impl Streams {
    /// At most `max` at once, until the server begins to stop.
    pub(super) fn new(max: usize, stopping: watch::Receiver<bool>) -> Self {
        Self { permits: Arc::new(Semaphore::new(max)), stopping }
    }

    /// Begins a stream; `None` when there are too many. `begin` starts to tell, and what it gives is dropped when the stream ends; it
    /// may take its time.
    pub(super) fn begin<T: Send + 'static>(
        &self,
        begin: impl FnOnce(Teller) -> Option<T> + Send + 'static,
    ) -> Option<Response> {
        let permit = self.permits.clone().try_acquire_owned().ok()?;
        let (to_browser, from_here) = mpsc::channel(MAX_WAITING);
        let (tell, told) = mpsc::unbounded_channel();
        let stopping = self.stopping.clone();
        tokio::spawn(async move {
            let _permit = permit;
            let Ok(Some(_told_by)) = tokio::task::spawn_blocking(|| begin(tell)).await else { return };
            forward(told, to_browser, stopping).await;
        });
        let mut response = empty(axum::http::StatusCode::OK);
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
        *response.body_mut() = Body::from_stream(Messages(from_here));
        Some(response)
    }
}

async fn forward(
    mut told: mpsc::UnboundedReceiver<String>,
    to_browser: mpsc::Sender<String>,
    mut stopping: watch::Receiver<bool>,
) {
    loop {
        let next = tokio::select! {
            told = told.recv() => told,
            () = tokio::time::sleep(KEEP_ALIVE) => Some(":\n\n".to_owned()),
            () = to_browser.closed() => None,
            _ = stopping.wait_for(|is_stopping| *is_stopping) => None,
        };
        let Some(next) = next else { return };
        if to_browser.try_send(next).is_err() {
            return;
        }
    }
}

/// One event; JSON has no line breaks of its own.
pub(super) fn event(name: &str, data: &serde_json::Value) -> String {
    format!("event: {name}\nretry: 1000\ndata: {data}\n\n")
}

/// Messages as the body of a response.
struct Messages(mpsc::Receiver<String>);

impl Stream for Messages {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|message| message.map(|message| Ok(Bytes::from(message))))
    }
}

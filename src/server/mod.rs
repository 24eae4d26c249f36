//! The site over HTTP. The only code that knows axum and tokio.
//!
//! In: requests, and [`Pages`] that answer them. Out: responses with validators, ranges and redirects, and events for pages
//! that are live. What a path means, what it renders to, and how it is kept fresh, is left to the one who implements
//! [`Pages`]: the [`Engine`](crate::engine::Engine), or a test.

mod accept;
mod address;
mod error;
mod live;
mod open;
mod pages;
mod range;
mod read;
mod room;
mod streams;
#[cfg(test)]
mod tests;
mod wiki;

use std::{
    future::Future,
    io,
    net::SocketAddr,
    num::NonZero,
    ops::RangeInclusive,
    sync::Arc,
    thread::{self, JoinHandle},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::Router;
use bytes::Bytes;
use tokio::{
    net::TcpListener,
    runtime::{Builder, Runtime},
    sync::{oneshot, watch},
};

use self::{
    accept::Limits,
    read::{Actions, Shared},
    room::Room,
    streams::Streams,
};
pub use self::{error::ServerError, wiki::WikiSite};
use crate::{
    base::digest::Digest,
    engine::{Event, Viewing},
};

/// How many requests are worked on at once for each core, some of which wait for the disk; more than that wait. Each thread keeps
/// memory for its next page.
const THREADS_PER_CORE: usize = 4;
/// The fewest and the most threads for that.
const RENDER_THREADS: RangeInclusive<usize> = 8..=32;
/// How long requests under way may still take when the server stops.
const GRACE: Duration = Duration::from_secs(5);
/// How long threads that render may still take after that.
const RENDER_GRACE: Duration = Duration::from_secs(1);

/// What the server shows.
pub trait Pages: Send + Sync + 'static {
    /// Answers to a path: decoded, in normal form, without the base path, and with a `/` at its beginning.
    ///
    /// May take its time, and is called from many threads. A panic is answered with an error page.
    fn get(&self, path: &str) -> Answer;

    /// The path that the site is under, such as `/docs`; empty or `/` for the root.
    fn base_path(&self) -> String {
        String::new()
    }

    /// Whether pages change while they are looked at; then they get the script that shows it.
    fn is_live(&self) -> bool {
        false
    }

    /// The wiki whose pages these are, if they can be edited.
    fn wiki(self: Arc<Self>) -> Option<Arc<WikiSite>> {
        None
    }

    /// Looks at a page until the answer is dropped; `None` when nothing is live.
    fn look(&self, _path: &str, _tell: Box<dyn Fn(Event) + Send + Sync>) -> Option<Viewing> {
        None
    }
}

/// What is at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A file or page.
    Found {
        /// Its bytes.
        bytes: Bytes,
        /// Its `Content-Type`.
        media_type: String,
        /// The digest of its bytes, by which browsers know that theirs is the same.
        digest: Digest,
        /// Whether it is a file as it stands. In a wiki somebody may have put it there with a browser.
        is_copy: bool,
    },
    /// It is at another path of the site.
    Moved {
        /// A path as [`Pages::get`] takes it: not encoded, without the base path.
        to: String,
    },
    /// Nothing.
    NotFound {
        /// The page that says so.
        bytes: Bytes,
        /// Its `Content-Type`.
        media_type: String,
        /// Whether it is a file as it stands.
        is_copy: bool,
    },
}

/// How to serve.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// The address to listen on; port 0 for any free one.
    pub bind: SocketAddr,
    /// Whether to open the site in the browser.
    pub open: bool,
}

/// A port that is listened on: requests that come before it is served wait.
#[derive(Debug)]
pub struct Listening {
    options: ServeOptions,
    runtime: Runtime,
    listener: TcpListener,
    addr: SocketAddr,
}

impl Listening {
    /// Begins to listen.
    pub fn open(options: &ServeOptions) -> Result<Self, ServerError> {
        let runtime = runtime()?;
        let (listener, addr) = listen(&runtime, options.bind)?;
        Ok(Self { options: options.clone(), runtime, listener, addr })
    }

    /// Serves until Ctrl-C or SIGTERM, and then finishes the requests under way.
    ///
    /// `on_ready` is told the address when requests are answered.
    pub fn serve(self, pages: Arc<dyn Pages>, on_ready: impl FnOnce(SocketAddr)) -> Result<(), ServerError> {
        let stop = {
            let _inside = self.runtime.enter();
            stop_signal()?
        };
        on_ready(self.addr);
        if self.options.open {
            open::open(&url(self.addr, &pages.base_path()));
        }
        run(self.runtime, self.listener, pages, self.addr, stop)
    }

    /// The address that is listened on.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Serves in the background until the answer is stopped or dropped.
    pub fn start(self, pages: Arc<dyn Pages>) -> Result<Server, ServerError> {
        let Self { runtime, listener, addr, .. } = self;
        let (stop, stopped) = oneshot::channel();
        let run = move || {
            run(runtime, listener, pages, addr, async {
                // An error means that the handle was dropped: then the server stops as well.
                let _ = stopped.await;
            })
        };
        let thread = thread::Builder::new().name("server".to_owned()).spawn(run)?;
        Ok(Server { addr, stop, thread })
    }
}

/// The address of a server to show to people.
pub fn url(bound: SocketAddr, base_path: &str) -> String {
    address::url(bound, base_path)
}

/// A server in the background of this process, for tests and for commands that do something else meanwhile.
#[derive(Debug)]
pub struct Server {
    addr: SocketAddr,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<Result<(), ServerError>>,
}

impl Server {
    /// Starts to listen; [`ServeOptions::open`] is left to the caller.
    pub fn start(options: &ServeOptions, pages: Arc<dyn Pages>) -> Result<Self, ServerError> {
        Listening::open(options)?.start(pages)
    }

    /// The address that it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Finishes the requests under way and stops.
    pub fn stop(self) -> Result<(), ServerError> {
        let _ = self.stop.send(());
        self.thread.join().unwrap_or_else(|_| Err(io::Error::other("its thread ended early").into()))
    }
}

fn runtime() -> io::Result<Runtime> {
    let n_cores = thread::available_parallelism().map_or(1, NonZero::get);
    let n_threads = (THREADS_PER_CORE * n_cores).clamp(*RENDER_THREADS.start(), *RENDER_THREADS.end());
    Builder::new_multi_thread().enable_all().max_blocking_threads(n_threads).build()
}

fn listen(runtime: &Runtime, addr: SocketAddr) -> Result<(TcpListener, SocketAddr), ServerError> {
    let bound = runtime.block_on(TcpListener::bind(addr));
    let listener = bound.map_err(|source| ServerError::Bind { addr, source })?;
    let addr = listener.local_addr()?;
    Ok((listener, addr))
}

fn run(
    runtime: Runtime,
    listener: TcpListener,
    pages: Arc<dyn Pages>,
    bound: SocketAddr,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServerError> {
    let (stopping, is_stopping) = watch::channel(false);
    let shared = Arc::new(Shared {
        wiki: pages
            .clone()
            .wiki()
            .map(|site| Actions { router: wiki::router(site.clone(), is_stopping.clone()), site }),
        pages,
        bound,
        run: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_micros() as u64),
        room: Room::new(wiki::random()),
        streams: Streams::new(live::MAX_STREAMS, is_stopping),
    });
    let router = Router::new().fallback(read::answer).with_state(shared);
    let (begin_end, end_begun) = oneshot::channel();
    let server = accept::serve(listener, router, Limits::default(), async move {
        stop.await;
        // Streams of events would never end by themselves.
        let _ = stopping.send(true);
        let _ = begin_end.send(());
    });
    let grace_is_over = async {
        let _ = end_begun.await;
        tokio::time::sleep(GRACE).await;
    };
    runtime.block_on(async {
        tokio::select! {
            () = server => {}
            () = grace_is_over => {}
        }
    });
    runtime.shutdown_timeout(RENDER_GRACE);
    Ok(())
}

/// Ends at the first Ctrl-C or SIGTERM from now on.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ends at the first Ctrl-C from now on.
#[cfg(not(unix))]
fn stop_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}
